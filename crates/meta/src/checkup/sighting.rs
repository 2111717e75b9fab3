use crate::{Error, Meta};
use sqlx::Row;

/// Days that sightings are kept.
const DAYS_KEPT: i64 = 31;
/// Different names of one kind in a day; what comes beyond is counted under one name.
const NAMES_PER_DAY_MAX: i64 = 200;
/// Under which name the rest is counted.
const REST: &str = "others";
const DAY_S: i64 = 24 * 60 * 60;

/// What was seen.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SightingKind {
    /// A page's policy kept something from loading; its name says what from where.
    Policy,
    /// A token stood in an address; its name is the token's number, or `unknown`, and the route.
    UrlToken,
    /// A page of ours was shown inside a page of this host.
    Embed,
}

impl SightingKind {
    pub fn name(self) -> &'static str {
        match self {
            SightingKind::Policy => "policy",
            SightingKind::UrlToken => "url_token",
            SightingKind::Embed => "embed",
        }
    }
}

/// Something seen, over some days.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Sighting {
    pub name: String,
    pub times: i64,
    pub first_day: i64,
    pub last_s: i64,
    /// From where it came last.
    pub address: String,
}

impl Meta {
    /// Counts what was seen.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_sighting(
        &self,
        kind: SightingKind,
        name: &str,
        times: i64,
        address: &str,
        now_s: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let day = now_s / DAY_S;
        let known = "SELECT count(*), coalesce(max(name = ?), 0) FROM sighting WHERE kind = ? AND day = ?";
        let row = sqlx::query(known).bind(name).bind(kind.name()).bind(day).fetch_one(&mut *act.tx).await?;
        let (names, is_known): (i64, i64) = (row.try_get(0)?, row.try_get(1)?);
        let name = if names >= NAMES_PER_DAY_MAX && is_known == 0 { REST } else { name };
        sqlx::query(
            "INSERT INTO sighting (kind, name, day, times, last_s, address) VALUES (?, ?, ?, ?, ?, ?) \
             ON CONFLICT (kind, name, day) DO UPDATE SET times = times + excluded.times, last_s = excluded.last_s, \
             address = excluded.address",
        )
        .bind(kind.name())
        .bind(name)
        .bind(day)
        .bind(times)
        .bind(now_s)
        .bind(address)
        .execute(&mut *act.tx)
        .await?;
        sqlx::query("DELETE FROM sighting WHERE day < ?").bind(day - DAYS_KEPT).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// What was seen in the last days, the most frequent first. `first_day` tells when it was seen first of what is
    /// kept.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sightings(&self, kind: SightingKind, days: i64, now_s: i64) -> Result<Vec<Sighting>, Error> {
        let sql = "SELECT name, sum(times) AS times, min(day) AS first_day, max(last_s) AS last_s, \
                   max(address) AS address FROM sighting WHERE kind = ? AND day > ? GROUP BY name \
                   ORDER BY times DESC, name LIMIT ?";
        let query = sqlx::query(sql).bind(kind.name()).bind(now_s / DAY_S - days).bind(NAMES_PER_DAY_MAX);
        let rows = query.fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok(Sighting {
                    name: row.try_get("name")?,
                    times: row.try_get("times")?,
                    first_day: row.try_get("first_day")?,
                    last_s: row.try_get("last_s")?,
                    address: row.try_get("address")?,
                })
            })
            .collect()
    }

    /// When somebody last looked at a list; `None` when never.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn looked_at(&self, name: &str) -> Result<Option<i64>, Error> {
        let sql = "SELECT at_s FROM looked_at WHERE name = ?";
        Ok(sqlx::query_scalar(sql).bind(name).fetch_optional(&self.read).await?)
    }
}
