//! When users and their roles were last of use.

use crate::{Error, Meta};
use makoto_model::SiteId;
use sqlx::Row;
use std::collections::BTreeMap;

impl Meta {
    /// Notes that a user was seen, and that their role on these sites let them do something.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_seen(&self, login: &str, sites: &[SiteId], now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("UPDATE user SET last_seen_s = ? WHERE login = ?")
            .bind(now_s)
            .bind(login)
            .execute(&mut *act.tx)
            .await?;
        for site in sites {
            sqlx::query("UPDATE role SET last_used_s = ? WHERE login = ? AND site_id = ?")
                .bind(now_s)
                .bind(login)
                .bind(site.0)
                .execute(&mut *act.tx)
                .await?;
        }
        self.commit_quietly(act).await
    }

    /// When each user was last seen, by login in lower case; who never was is left out.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_seen(&self) -> Result<BTreeMap<String, i64>, Error> {
        let sql = "SELECT login, last_seen_s FROM user WHERE last_seen_s IS NOT NULL";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                let login: String = row.try_get("login")?;
                Ok((login.to_lowercase(), row.try_get("last_seen_s")?))
            })
            .collect()
    }
}
