//! Notes on days of a site.

use crate::{Activity, Error, Meta};
use makoto_access::{Caller, Grant, InstanceGrant, View};
use makoto_model::{Day, SiteId};
use serde_json::{Value as Json, json};
use sqlx::{Row, sqlite::SqliteRow};

/// Letters of a note at most.
const NOTE_CHARS_MAX: usize = 2_000;
/// Notes of one site at most.
const NOTES_PER_SITE_MAX: i64 = 10_000;

/// A note on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    pub site: SiteId,
    /// Counted from 0 in each site.
    pub id: i64,
    pub day: Day,
    pub note: String,
    pub starred: bool,
    pub login: String,
}

impl Annotation {
    fn check(&self) -> Result<(), Error> {
        match self.note.trim().is_empty() || self.note.chars().count() > NOTE_CHARS_MAX {
            true => Err(Error::Refused(format!("write a note of {NOTE_CHARS_MAX} letters at most"))),
            false => Ok(()),
        }
    }

    fn shown(&self) -> Json {
        json!({ "date": self.day.to_string(), "note": self.note, "starred": self.starred })
    }
}

fn read(row: &SqliteRow) -> Result<Annotation, Error> {
    let day: String = row.try_get("day")?;
    Ok(Annotation {
        site: SiteId(row.try_get("site_id")?),
        id: row.try_get("id")?,
        day: Day::parse(&day).ok_or_else(|| Error::Corrupt(format!("a note on the day {day}")))?,
        note: row.try_get("note")?,
        starred: row.try_get("starred")?,
        login: row.try_get("login")?,
    })
}

impl Meta {
    /// The notes of the granted sites, by site, day and number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn annotations(&self, grant: &Grant<View>) -> Result<Vec<Annotation>, Error> {
        let sites = serde_json::to_string(&grant.sites().iter().map(|site| site.0).collect::<Vec<_>>())
            .map_err(|fault| Error::Corrupt(fault.to_string()))?;
        let rows = sqlx::query(
            "SELECT * FROM annotation WHERE site_id IN (SELECT value FROM json_each(?)) ORDER BY site_id, day, id",
        )
        .bind(sites)
        .fetch_all(&self.read)
        .await?;
        rows.iter().map(read).collect()
    }

    /// Adds a note of the caller's; its number and writer are filled in.
    ///
    /// # Errors
    /// `Refused` says what is wrong with it, or that the site has too many.
    pub async fn add_annotation(
        &self,
        grant: &Grant<View>,
        caller: &Caller,
        note: Annotation,
    ) -> Result<Annotation, Error> {
        note.check()?;
        if !grant.sites().contains(&note.site) {
            return Err(Error::Refused("name the site that the note is for".into()));
        }
        let mut note = Annotation { login: caller.principal.name(), note: note.note.trim().to_owned(), ..note };
        let detail = json!({ "site": note.site.0, "after": note.shown() });
        let mut act = self.begin(caller, Activity::AnnotationAdded, detail).await?;
        let (known, next): (i64, i64) =
            sqlx::query_as("SELECT count(*), coalesce(max(id) + 1, 0) FROM annotation WHERE site_id = ?")
                .bind(note.site.0)
                .fetch_one(&mut *act.tx)
                .await?;
        if known >= NOTES_PER_SITE_MAX {
            return Err(Error::Refused(format!("a site has {NOTES_PER_SITE_MAX} notes at most; delete some")));
        }
        note.id = next;
        sqlx::query("INSERT INTO annotation (site_id, id, day, note, starred, login) VALUES (?, ?, ?, ?, ?, ?)")
            .bind(note.site.0)
            .bind(note.id)
            .bind(note.day.to_string())
            .bind(&note.note)
            .bind(note.starred)
            .bind(&note.login)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await?;
        Ok(note)
    }

    /// Changes day, text and star of a note.
    ///
    /// # Errors
    /// `Refused` says what is wrong.
    pub async fn change_annotation(
        &self,
        _: &Grant<View>,
        caller: &Caller,
        before: &Annotation,
        after: &Annotation,
    ) -> Result<(), Error> {
        after.check()?;
        let detail = json!({ "site": before.site.0, "note": before.id, "before": before.shown(),
            "after": after.shown() });
        let mut act = self.begin(caller, Activity::AnnotationChanged, detail).await?;
        sqlx::query("UPDATE annotation SET day = ?, note = ?, starred = ? WHERE site_id = ? AND id = ?")
            .bind(after.day.to_string())
            .bind(after.note.trim())
            .bind(after.starred)
            .bind(before.site.0)
            .bind(before.id)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await
    }

    /// Deletes a note.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete_annotation(&self, _: &Grant<View>, caller: &Caller, note: &Annotation) -> Result<(), Error> {
        let detail = json!({ "site": note.site.0, "note": note.id, "before": note.shown() });
        let mut act = self.begin(caller, Activity::AnnotationDeleted, detail).await?;
        sqlx::query("DELETE FROM annotation WHERE site_id = ? AND id = ?")
            .bind(note.site.0)
            .bind(note.id)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await
    }

    /// Deletes all notes of a site.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete_annotations(&self, _: &InstanceGrant, caller: &Caller, site: SiteId) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::AnnotationsDeleted, json!({ "site": site.0 })).await?;
        sqlx::query("DELETE FROM annotation WHERE site_id = ?").bind(site.0).execute(&mut *act.tx).await?;
        self.commit(act).await
    }
}
