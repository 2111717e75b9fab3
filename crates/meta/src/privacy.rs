//! Work on stored data of visitors: a row before it is done, with its line in the record; and how it ended.

use crate::{Activity, Error, Meta};
use makoto_access::Caller;
use makoto_model::SiteId;
use serde_json::Value as Json;
use sqlx::{Row, sqlite::SqliteRow};
use std::collections::BTreeMap;

/// A piece of work and how far it is.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PrivacyJob {
    /// The same as in the ledger.
    pub id: String,
    pub kind: String,
    /// JSON.
    pub spec: String,
    pub asked_by: String,
    pub asked_s: i64,
    /// `waiting`, `running`, `done` or `failed`.
    pub state: String,
    /// Hundredths of the work.
    pub progress: i64,
    /// JSON; what was changed, or why not.
    pub result: String,
    pub done_s: Option<i64>,
}

impl PrivacyJob {
    fn read(row: &SqliteRow) -> Result<PrivacyJob, Error> {
        Ok(PrivacyJob {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            spec: row.try_get("spec")?,
            asked_by: row.try_get("asked_by")?,
            asked_s: row.try_get("asked_s")?,
            state: row.try_get("state")?,
            progress: row.try_get("progress")?,
            result: row.try_get("result")?,
            done_s: row.try_get("done_s")?,
        })
    }
}

impl Meta {
    /// Writes down that work is asked for, in the transaction of its line in the record. What is known already is left
    /// alone; false then.
    ///
    /// # Errors
    /// When the store cannot be written; the work must not be done then.
    pub async fn ask_privacy_job(
        &self,
        caller: &Caller,
        activity: Activity,
        detail: Json,
        (id, kind, spec): (&str, &str, &str),
        now_s: i64,
    ) -> Result<bool, Error> {
        if self.privacy_job(id).await?.is_some() {
            return Ok(false);
        }
        let mut act = self.begin(caller, activity, detail).await?;
        let sql = "INSERT INTO privacy_job (id, kind, spec, asked_by, asked_s, state, progress, result) \
                   VALUES (?, ?, ?, ?, ?, 'waiting', 0, '')";
        sqlx::query(sql)
            .bind(id)
            .bind(kind)
            .bind(spec)
            .bind(caller.principal.name())
            .bind(now_s)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await?;
        Ok(true)
    }

    /// Notes how far work is, in hundredths.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_privacy_job(&self, id: &str, progress: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("UPDATE privacy_job SET state = 'running', progress = ? WHERE id = ?")
            .bind(progress)
            .bind(id)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await
    }

    /// Writes down how work ended, in the transaction of its line in the record.
    ///
    /// # Errors
    /// When the store cannot be written; the work is then done again at the next start.
    pub async fn end_privacy_job(
        &self,
        caller: &Caller,
        activity: Activity,
        id: &str,
        result: Result<Json, String>,
        now_s: i64,
    ) -> Result<(), Error> {
        let (state, detail) = match result {
            Ok(done) => ("done", done),
            Err(why) => ("failed", serde_json::json!({ "why": why })),
        };
        let kind = if state == "done" { activity } else { Activity::PrivacyWorkFailed };
        let line = serde_json::json!({ "job": id, "result": detail });
        let mut act = self.begin(caller, kind, line).await?;
        let sql = "UPDATE privacy_job SET state = ?, progress = 100, result = ?, done_s = ? WHERE id = ?";
        sqlx::query(sql).bind(state).bind(detail.to_string()).bind(now_s).bind(id).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// A piece of work by its number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn privacy_job(&self, id: &str) -> Result<Option<PrivacyJob>, Error> {
        let row = sqlx::query("SELECT * FROM privacy_job WHERE id = ?").bind(id).fetch_optional(&self.read).await?;
        row.as_ref().map(PrivacyJob::read).transpose()
    }

    /// Pieces of work, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn privacy_jobs(&self, limit: u32) -> Result<Vec<PrivacyJob>, Error> {
        let sql = "SELECT * FROM privacy_job ORDER BY asked_s DESC, id LIMIT ?";
        let rows = sqlx::query(sql).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(PrivacyJob::read).collect()
    }

    /// Work that was asked for and not ended, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_privacy_jobs(&self) -> Result<Vec<PrivacyJob>, Error> {
        let sql = "SELECT * FROM privacy_job WHERE state IN ('waiting', 'running') ORDER BY asked_s, id";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter().map(PrivacyJob::read).collect()
    }

    /// The newest deletion of each site's old visits.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_purges(&self) -> Result<BTreeMap<SiteId, PrivacyJob>, Error> {
        let sql = "SELECT *, json_extract(spec, '$.site') AS site, max(asked_s) FROM privacy_job \
                   WHERE kind = 'purge' GROUP BY site";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok((SiteId(row.try_get("site")?), PrivacyJob::read(row)?))).collect()
    }

    /// When the last deletion of a site's old visits was asked for.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_purge_s(&self, site: SiteId) -> Result<Option<i64>, Error> {
        let sql = "SELECT max(asked_s) FROM privacy_job \
                   WHERE kind = 'purge' AND state <> 'failed' AND json_extract(spec, '$.site') = ?";
        Ok(sqlx::query_scalar(sql).bind(site.0).fetch_one(&self.read).await?)
    }

    /// Remembers where a backup was written.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_backup_place(&self, path: &str, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("INSERT OR REPLACE INTO backup_place (path, made_s) VALUES (?, ?)")
            .bind(path)
            .bind(now_s)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await
    }

    /// Where backups were written.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn backup_places(&self) -> Result<Vec<String>, Error> {
        Ok(sqlx::query_scalar("SELECT path FROM backup_place ORDER BY path").fetch_all(&self.read).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewUser;
    use makoto_access::{Principal, check_instance};
    use makoto_catalog::Catalog;
    use std::sync::Arc;

    #[tokio::test]
    async fn work_that_fails_is_recorded_and_told_to_superusers() {
        let dir = tempfile::tempdir().unwrap();
        let meta = Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await.unwrap();
        let (operator, job) = (Caller::inside(Principal::Operator), Caller::inside(Principal::Job("retention")));
        let user = NewUser {
            login: "ada".into(),
            email: "ada@people.example".into(),
            password_hash: String::new(),
            superuser: true,
        };
        meta.add_user(&check_instance(&Principal::Operator).unwrap(), &operator, user).await.unwrap();
        let row = ("0f", "purge", r#"{"kind":"purge","site":1,"before_s":9}"#);
        meta.ask_privacy_job(&job, Activity::PurgeAsked, Json::Null, row, 5).await.unwrap();
        meta.end_privacy_job(&job, Activity::PurgeDone, "0f", Err("the disk is full".into()), 6).await.unwrap();
        let newest = meta.newest_purges().await.unwrap();
        assert_eq!(newest[&SiteId(1)].state, "failed");
        assert_eq!(meta.last_purge_s(SiteId(1)).await.unwrap(), None, "it is tried again");
        let kinds: Vec<String> =
            sqlx::query_scalar("SELECT kind FROM activity ORDER BY id DESC").fetch_all(&meta.read).await.unwrap();
        assert_eq!(kinds[0], "privacy.work_failed");
        let told: i64 = sqlx::query_scalar("SELECT count(*) FROM mail WHERE once_key LIKE 'privacy.work_failed:%'")
            .fetch_one(&meta.read)
            .await
            .unwrap();
        assert_eq!(told, 1);
    }
}
