//! Reviews of who may do what: a list of every role, each confirmed or lowered by a superuser, signed when it is done.

mod decide;
mod sign;

use crate::{Act, Activity, Error, MailKind, Meta, record};
use makoto_access::{Caller, InstanceGrant};
use serde_json::json;
use sqlx::{Row, SqlitePool, sqlite::SqliteRow};

/// How often superusers are reminded of a review that is due, in seconds.
const REMIND_EVERY_S: i64 = 30 * 24 * 60 * 60;
/// Reviews in the history at most that one call gives.
const HISTORY_MAX: u32 = 1_000;

/// A review, open until it is signed.
#[derive(Clone, PartialEq, Debug)]
pub struct Review {
    pub id: i64,
    pub begun_s: i64,
    pub begun_by: String,
    pub signed_s: Option<i64>,
    pub signed_by: String,
    /// Ed25519 over the review as it was signed; empty while it is open.
    pub signature: Vec<u8>,
}

/// One role of one user, or superuser rights.
#[derive(Clone, PartialEq, Debug)]
pub struct ReviewLine {
    pub id: i64,
    pub login: String,
    pub email: String,
    /// 0 for superuser rights, which hold on every site.
    pub site: i64,
    pub site_name: String,
    /// `superuser` or the role's name, as it was when the review was begun.
    pub role: String,
    pub state: String,
    /// 0 when it was not written down.
    pub granted_s: i64,
    pub granted_by: String,
    pub last_used_s: Option<i64>,
    /// Nothing yet, confirmed, lowered, or gone: the user no longer holds it.
    pub verdict: String,
    /// The role that remains; empty while undecided.
    pub after: String,
    pub decided_by: String,
    pub decided_s: Option<i64>,
}

fn read_review(row: &SqliteRow) -> Result<Review, Error> {
    Ok(Review {
        id: row.try_get("id")?,
        begun_s: row.try_get("begun_s")?,
        begun_by: row.try_get("begun_by")?,
        signed_s: row.try_get("signed_s")?,
        signed_by: row.try_get::<Option<String>, _>("signed_by")?.unwrap_or_default(),
        signature: row.try_get::<Option<Vec<u8>>, _>("signature")?.unwrap_or_default(),
    })
}

fn read_line(row: &SqliteRow) -> Result<ReviewLine, Error> {
    Ok(ReviewLine {
        id: row.try_get("id")?,
        login: row.try_get("login")?,
        email: row.try_get("email")?,
        site: row.try_get("site_id")?,
        site_name: row.try_get("site_name")?,
        role: row.try_get("role")?,
        state: row.try_get("state")?,
        granted_s: row.try_get("granted_s")?,
        granted_by: row.try_get("granted_by")?,
        last_used_s: row.try_get("last_used_s")?,
        verdict: row.try_get("verdict")?,
        after: row.try_get("after")?,
        decided_by: row.try_get("decided_by")?,
        decided_s: row.try_get("decided_s")?,
    })
}

const LINES: &str = "SELECT * FROM review_line WHERE review_id = ? ORDER BY login COLLATE NOCASE, site_id";

/// Every role that there is and the review does not list yet.
const ADD_ROLES: &str = "INSERT INTO review_line \
    (review_id, login, email, site_id, site_name, role, state, granted_s, granted_by, last_used_s) \
    SELECT ?1, user.login, email, site_id, name, role, state, granted_s, granted_by, role.last_used_s \
    FROM role JOIN user USING (login) JOIN site ON site.id = site_id WHERE true \
    ON CONFLICT (review_id, login, site_id) DO NOTHING";
const ADD_SUPERUSERS: &str = "INSERT INTO review_line \
    (review_id, login, email, site_id, site_name, role, state, granted_s, granted_by, last_used_s) \
    SELECT ?1, login, email, 0, '', 'superuser', state, superuser_since_s, '', last_seen_s \
    FROM user WHERE superuser = 1 \
    ON CONFLICT (review_id, login, site_id) DO NOTHING";

impl Act {
    /// Adds what the review does not list yet; how many lines.
    async fn add_lines(&mut self, review: i64) -> Result<u64, Error> {
        let mut added = 0;
        for sql in [ADD_SUPERUSERS, ADD_ROLES] {
            added += sqlx::query(sql).bind(review).execute(&mut *self.tx).await?.rows_affected();
        }
        Ok(added)
    }

    async fn open_review(&mut self, id: i64) -> Result<Review, Error> {
        let row = sqlx::query("SELECT * FROM review WHERE id = ?").bind(id).fetch_optional(&mut *self.tx).await?;
        let review = read_review(&row.ok_or_else(|| unknown(id))?)?;
        match review.signed_s {
            Some(_) => Err(Error::Refused("this review is signed; begin a new one".into())),
            None => Ok(review),
        }
    }
}

fn unknown(id: i64) -> Error {
    Error::NotFound(format!("there is no access review {id}"))
}

async fn lines(pool: &SqlitePool, review: i64) -> Result<Vec<ReviewLine>, Error> {
    let rows = sqlx::query(LINES).bind(review).fetch_all(pool).await?;
    rows.iter().map(read_line).collect()
}

impl Meta {
    /// Begins a review of every role as it is now; its number.
    ///
    /// # Errors
    /// `Refused` while another one is open.
    pub async fn begin_review(&self, _: &InstanceGrant, caller: &Caller, now_s: i64) -> Result<i64, Error> {
        let mut act = self.begin_unrecorded().await?;
        let open: i64 =
            sqlx::query_scalar("SELECT count(*) FROM review WHERE signed_s IS NULL").fetch_one(&mut *act.tx).await?;
        if open != 0 {
            return Err(Error::Refused("an access review is under way; finish and sign that one first".into()));
        }
        let sql = "INSERT INTO review (begun_s, begun_by) VALUES (?, ?) RETURNING id";
        let id: i64 = sqlx::query_scalar(sql).bind(now_s).bind(caller.principal.name()).fetch_one(&mut *act.tx).await?;
        let count = act.add_lines(id).await?;
        record::insert(&mut act, caller, Activity::ReviewBegun, &json!({ "review": id, "lines": count })).await?;
        self.commit_quietly(act).await?;
        Ok(id)
    }

    /// Every review, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reviews(&self, _: &InstanceGrant) -> Result<Vec<Review>, Error> {
        let sql = "SELECT * FROM review ORDER BY id DESC LIMIT ?";
        let rows = sqlx::query(sql).bind(HISTORY_MAX).fetch_all(&self.read).await?;
        rows.iter().map(read_review).collect()
    }

    /// A review with its lines in order of logins and sites.
    ///
    /// # Errors
    /// `NotFound` for an unknown number.
    pub async fn review(&self, _: &InstanceGrant, id: i64) -> Result<(Review, Vec<ReviewLine>), Error> {
        let row = sqlx::query("SELECT * FROM review WHERE id = ?").bind(id).fetch_optional(&self.read).await?;
        Ok((read_review(&row.ok_or_else(|| unknown(id))?)?, lines(&self.read, id).await?))
    }

    /// When the next review is due, in seconds since 1970: so many days after the last one was signed, or after the
    /// first user came; and when the last one was signed.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn review_due(&self, days: u32) -> Result<(i64, Option<i64>), Error> {
        let last_s: Option<i64> = sqlx::query_scalar("SELECT max(signed_s) FROM review").fetch_one(&self.read).await?;
        let first_s: Option<i64> = sqlx::query_scalar("SELECT min(created_s) FROM user").fetch_one(&self.read).await?;
        let since_s = last_s.or(first_s).unwrap_or_else(|| record::now_ms() / 1000);
        Ok((since_s + i64::from(days) * 24 * 60 * 60, last_s))
    }

    /// Mails all superusers that a review is due, unless they were told within a month; whether they were told now.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remind_of_review(&self, caller: &Caller, days: u32, now_s: i64) -> Result<bool, Error> {
        let (due_s, last_s) = self.review_due(days).await?;
        if due_s > now_s {
            return Ok(false);
        }
        let mut act = self.begin_unrecorded().await?;
        let told: i64 = sqlx::query_scalar("SELECT count(*) FROM activity WHERE kind = ? AND at_ms > ?")
            .bind(Activity::ReviewDue.name())
            .bind((now_s - REMIND_EVERY_S) * 1000)
            .fetch_one(&mut *act.tx)
            .await?;
        if told != 0 {
            return Ok(false);
        }
        let data = json!({ "due_s": due_s, "last_s": last_s });
        record::insert(&mut act, caller, Activity::ReviewDue, &data).await?;
        act.mail_superusers(MailKind::ReviewDue, &data, "").await?;
        self.commit_quietly(act).await?;
        Ok(true)
    }
}
