use crate::{Activity, Error, Meta};
use makoto_access::{Caller, InstanceGrant};
use serde_json::{Value as Json, json};
use sqlx::{Row, sqlite::SqliteRow};

/// Fixes that one look gives.
const FIXES_MAX: u32 = 200;

/// A fix that was made, without what taking it back needs.
#[derive(Clone, PartialEq, Debug)]
pub struct FixRow {
    pub id: i64,
    pub check: String,
    pub done_s: i64,
    pub done_by: String,
    pub diff: Json,
    pub undo_until_s: i64,
    pub ends_s: Option<i64>,
    pub undone_s: Option<i64>,
}

/// A fix to be written down.
pub struct NewFix<'a> {
    pub check: &'a str,
    pub diff: &'a Json,
    /// What taking it back needs; kept encrypted.
    pub undo: &'a Json,
    pub now_s: i64,
    pub undo_until_s: i64,
    pub ends_s: Option<i64>,
}

fn read(row: &SqliteRow) -> Result<FixRow, Error> {
    let diff: String = row.try_get("diff")?;
    Ok(FixRow {
        id: row.try_get("id")?,
        check: row.try_get("check_id")?,
        done_s: row.try_get("done_s")?,
        done_by: row.try_get("done_by")?,
        diff: serde_json::from_str(&diff).unwrap_or(Json::Null),
        undo_until_s: row.try_get("undo_until_s")?,
        ends_s: row.try_get("ends_s")?,
        undone_s: row.try_get("undone_s")?,
    })
}

impl Meta {
    /// Writes down that a fix is being made, before it is: its number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn add_fix(&self, _: &InstanceGrant, caller: &Caller, fix: &NewFix<'_>) -> Result<i64, Error> {
        let detail = json!({ "check": fix.check, "changes": fix.diff });
        let mut act = self.begin(caller, Activity::CheckupFixed, detail).await?;
        let sealed = act.seal.seal(fix.undo.to_string().as_bytes())?;
        let id = sqlx::query(
            "INSERT INTO checkup_fix (check_id, done_s, done_by, diff, sealed, undo_until_s, ends_s) \
             VALUES (?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(fix.check)
        .bind(fix.now_s)
        .bind(caller.principal.name())
        .bind(fix.diff.to_string())
        .bind(sealed)
        .bind(fix.undo_until_s)
        .bind(fix.ends_s)
        .execute(&mut *act.tx)
        .await?
        .last_insert_rowid();
        self.commit_quietly(act).await?;
        Ok(id)
    }

    /// The newest fixes that can still be taken back or were, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn fixes(&self, now_s: i64) -> Result<Vec<FixRow>, Error> {
        let sql = "SELECT * FROM checkup_fix WHERE undo_until_s > ? ORDER BY id DESC LIMIT ?";
        let rows = sqlx::query(sql).bind(now_s).bind(FIXES_MAX).fetch_all(&self.read).await?;
        rows.iter().map(read).collect()
    }

    /// The fixes whose time is over.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn ended_fixes(&self, now_s: i64) -> Result<Vec<FixRow>, Error> {
        let sql = "SELECT * FROM checkup_fix WHERE ends_s <= ? AND undone_s IS NULL ORDER BY id LIMIT ?";
        let rows = sqlx::query(sql).bind(now_s).bind(FIXES_MAX).fetch_all(&self.read).await?;
        rows.iter().map(read).collect()
    }

    /// What taking a fix back needs, with the fix; it can be taken back once, and for as long as it says.
    ///
    /// # Errors
    /// `NotFound` for an unknown number, `Refused` when it is too late.
    pub async fn fix_to_undo(&self, _: &InstanceGrant, id: i64, now_s: i64) -> Result<(FixRow, Json), Error> {
        let row = sqlx::query("SELECT * FROM checkup_fix WHERE id = ?").bind(id).fetch_optional(&self.read).await?;
        let row = row.ok_or_else(|| Error::NotFound(format!("there is no fix {id}")))?;
        let fix = read(&row)?;
        if fix.undone_s.is_some() {
            return Err(Error::Refused("this fix was taken back already".into()));
        }
        if fix.undo_until_s <= now_s && fix.ends_s.is_none_or(|ends_s| ends_s > now_s) {
            return Err(Error::Refused("this fix is older than 30 days; change it by hand".into()));
        }
        let undo = self.unseal(row.try_get("sealed")?)?;
        let undo = serde_json::from_slice(&undo).map_err(|_| Error::Corrupt(format!("fix {id} cannot be read")))?;
        Ok((fix, undo))
    }

    /// Notes that a fix was taken back, and what of it was left.
    ///
    /// # Errors
    /// `Refused` when somebody else has taken it back meanwhile.
    pub async fn end_fix(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        fix: &FixRow,
        left: &[String],
        now_s: i64,
    ) -> Result<(), Error> {
        let mut detail = json!({ "check": fix.check, "fix": fix.id });
        if !left.is_empty() {
            detail["left"] = json!(left);
        }
        let mut act = self.begin(caller, Activity::CheckupUndone, detail).await?;
        let sql = "UPDATE checkup_fix SET undone_s = ? WHERE id = ? AND undone_s IS NULL";
        let done = sqlx::query(sql).bind(now_s).bind(fix.id).execute(&mut *act.tx).await?;
        match done.rows_affected() {
            0 => Err(Error::Refused("this fix was taken back already".into())),
            _ => self.commit_quietly(act).await,
        }
    }

    /// Pauses a token, so that it is refused, or lets it work again.
    ///
    /// # Errors
    /// `NotFound` when it was deleted.
    pub async fn pause_token(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        id: i64,
        paused_s: Option<i64>,
    ) -> Result<(), Error> {
        let row = sqlx::query("SELECT login, description FROM token WHERE id = ?").bind(id);
        let row = row.fetch_optional(&self.read).await?;
        let row = row.ok_or_else(|| Error::NotFound(format!("there is no token {id}; it was deleted")))?;
        let (login, description): (String, String) = (row.try_get("login")?, row.try_get("description")?);
        let kind = if paused_s.is_some() { Activity::TokenPaused } else { Activity::TokenResumed };
        let detail = json!({ "login": login, "token": id, "description": description });
        let mut act = self.begin(caller, kind, detail).await?;
        sqlx::query("UPDATE token SET paused_s = ? WHERE id = ?").bind(paused_s).bind(id).execute(&mut *act.tx).await?;
        self.commit(act).await
    }
}
