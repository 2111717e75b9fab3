//! Segments kept under a name.

use crate::{Activity, Error, Meta, record::now_ms};
use makoto_access::Caller;
use makoto_model::SiteId;
use serde_json::{Value as Json, json};
use sqlx::{Row, sqlite::SqliteRow};

/// Saved segments of one user at most.
const SEGMENTS_PER_USER_MAX: i64 = 500;
/// Letters of a name at most.
const NAME_CHARS_MAX: usize = 255;

/// A segment kept under a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SavedSegment {
    pub id: i64,
    pub login: String,
    pub draft: SegmentDraft,
    pub created_s: i64,
    pub edited_s: Option<i64>,
}

/// What a caller says of a segment. The definition was checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SegmentDraft {
    pub name: String,
    pub definition: String,
    /// For everybody who may see the site, not only for its maker.
    pub shared: bool,
    /// `None` for all sites.
    pub site: Option<SiteId>,
    pub auto_archive: bool,
}

impl SegmentDraft {
    fn check(&self) -> Result<(), Error> {
        match self.name.trim().is_empty() || self.name.chars().count() > NAME_CHARS_MAX {
            true => Err(Error::Refused(format!("give the segment a name of {NAME_CHARS_MAX} letters at most"))),
            false => Ok(()),
        }
    }

    fn shown(&self) -> Json {
        json!({ "name": self.name, "definition": self.definition, "shared": self.shared,
            "site": self.site.map(|site| site.0) })
    }
}

fn read(row: &SqliteRow) -> Result<SavedSegment, Error> {
    let site: Option<u32> = row.try_get("site_id")?;
    Ok(SavedSegment {
        id: row.try_get("id")?,
        login: row.try_get("login")?,
        draft: SegmentDraft {
            name: row.try_get("name")?,
            definition: row.try_get("definition")?,
            shared: row.try_get("shared")?,
            site: site.map(SiteId),
            auto_archive: row.try_get("auto_archive")?,
        },
        created_s: row.try_get("created_s")?,
        edited_s: row.try_get("edited_s")?,
    })
}

impl Meta {
    /// Every saved segment, by name. Who may see which is for the caller to decide.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn saved_segments(&self) -> Result<Vec<SavedSegment>, Error> {
        let rows = sqlx::query("SELECT * FROM saved_segment ORDER BY name COLLATE NOCASE, id").fetch_all(&self.read);
        rows.await?.iter().map(read).collect()
    }

    /// Keeps a segment for the caller and gives its number.
    ///
    /// # Errors
    /// `Refused` says what is wrong with it, or that the caller keeps too many.
    pub async fn add_segment(&self, caller: &Caller, draft: SegmentDraft) -> Result<i64, Error> {
        draft.check()?;
        let login = caller.principal.name();
        let mut act = self.begin(caller, Activity::SegmentAdded, draft.shown()).await?;
        let known: i64 = sqlx::query_scalar("SELECT count(*) FROM saved_segment WHERE login = ?")
            .bind(&login)
            .fetch_one(&mut *act.tx)
            .await?;
        if known >= SEGMENTS_PER_USER_MAX {
            return Err(Error::Refused(format!("a user keeps {SEGMENTS_PER_USER_MAX} segments at most; delete some")));
        }
        let id = sqlx::query_scalar(
            "INSERT INTO saved_segment (name, definition, login, shared, site_id, auto_archive, created_s) \
             VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id",
        )
        .bind(draft.name.trim())
        .bind(&draft.definition)
        .bind(login)
        .bind(draft.shared)
        .bind(draft.site.map(|site| site.0))
        .bind(draft.auto_archive)
        .bind(now_ms() / 1000)
        .fetch_one(&mut *act.tx)
        .await?;
        self.commit(act).await?;
        Ok(id)
    }

    /// Changes a saved segment; its maker stays.
    ///
    /// # Errors
    /// `Refused` says what is wrong.
    pub async fn change_segment(
        &self,
        caller: &Caller,
        before: &SavedSegment,
        draft: SegmentDraft,
    ) -> Result<(), Error> {
        draft.check()?;
        let detail = json!({ "segment": before.id, "before": before.draft.shown(), "after": draft.shown() });
        let mut act = self.begin(caller, Activity::SegmentChanged, detail).await?;
        sqlx::query(
            "UPDATE saved_segment SET name = ?, definition = ?, shared = ?, site_id = ?, auto_archive = ?, \
             edited_s = ? WHERE id = ?",
        )
        .bind(draft.name.trim())
        .bind(&draft.definition)
        .bind(draft.shared)
        .bind(draft.site.map(|site| site.0))
        .bind(draft.auto_archive)
        .bind(now_ms() / 1000)
        .bind(before.id)
        .execute(&mut *act.tx)
        .await?;
        self.commit(act).await
    }

    /// Deletes a saved segment.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete_segment(&self, caller: &Caller, segment: &SavedSegment) -> Result<(), Error> {
        let detail = json!({ "segment": segment.id, "before": segment.draft.shown() });
        let mut act = self.begin(caller, Activity::SegmentDeleted, detail).await?;
        sqlx::query("DELETE FROM saved_segment WHERE id = ?").bind(segment.id).execute(&mut *act.tx).await?;
        self.commit(act).await
    }
}
