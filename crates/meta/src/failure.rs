//! Requests to the tracker that made no hit: one line for each site and cause, so that nobody can fill the store.

use crate::{Activity, Error, Meta};
use makoto_access::Caller;
use serde_json::json;
use sqlx::{QueryBuilder, Row, Sqlite};

/// Lines at most: with some twenty causes, of a thousand sites. What comes beyond pushes the oldest out.
const LINES_MAX: i64 = 20_000;
/// How long a line is kept after its last request, in seconds: a month.
const KEPT_S: i64 = 30 * 24 * 60 * 60;
/// The name under which it is kept when somebody last looked at them.
pub const FAILURES_LOOKED_AT: &str = "tracking-failures";

/// A cause on a site.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct FailureRow {
    pub id: i64,
    /// As it was asked for.
    pub site: i64,
    pub cause: String,
    pub page_url: String,
    pub tracking_url: String,
    pub request: String,
    pub first_s: i64,
    pub last_s: i64,
    pub times: i64,
}

/// Requests of one site and cause since the last time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct NewFailure {
    pub site: i64,
    pub cause: &'static str,
    pub page_url: String,
    pub tracking_url: String,
    pub request: String,
    pub first_s: i64,
    pub last_s: i64,
    pub times: i64,
}

impl Meta {
    /// Adds what came since the last time.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn add_failures(&self, failures: &[NewFailure], now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        for failure in failures {
            sqlx::query(
                "INSERT INTO tracking_failure (site_id, cause, page_url, tracking_url, request, first_s, last_s, times) \
                 VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site_id, cause) DO UPDATE SET page_url = excluded.page_url, \
                 tracking_url = excluded.tracking_url, request = excluded.request, last_s = excluded.last_s, \
                 times = times + excluded.times",
            )
            .bind(failure.site)
            .bind(failure.cause)
            .bind(&failure.page_url)
            .bind(&failure.tracking_url)
            .bind(&failure.request)
            .bind(failure.first_s)
            .bind(failure.last_s)
            .bind(failure.times)
            .execute(&mut *act.tx)
            .await?;
        }
        let sql = "DELETE FROM tracking_failure WHERE last_s < ?1 OR id IN \
                   (SELECT id FROM tracking_failure ORDER BY last_s DESC LIMIT -1 OFFSET ?2)";
        sqlx::query(sql).bind(now_s - KEPT_S).bind(LINES_MAX).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// The lines, the newest first; of these sites alone when some are given.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn failures(&self, sites: Option<&[i64]>) -> Result<Vec<FailureRow>, Error> {
        let mut query = QueryBuilder::<Sqlite>::new("SELECT * FROM tracking_failure WHERE 1 = 1");
        if let Some(sites) = sites {
            query.push(" AND site_id IN (");
            let mut list = query.separated(", ");
            for site in sites {
                list.push_bind(*site);
            }
            query.push(")");
        }
        query.push(" ORDER BY last_s DESC, id DESC LIMIT ").push_bind(LINES_MAX);
        let rows = query.build().fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok(FailureRow {
                    id: row.try_get("id")?,
                    site: row.try_get("site_id")?,
                    cause: row.try_get("cause")?,
                    page_url: row.try_get("page_url")?,
                    tracking_url: row.try_get("tracking_url")?,
                    request: row.try_get("request")?,
                    first_s: row.try_get("first_s")?,
                    last_s: row.try_get("last_s")?,
                    times: row.try_get("times")?,
                })
            })
            .collect()
    }

    /// Deletes lines by their numbers.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete_failures(&self, caller: &Caller, ids: &[i64]) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::FailuresDeleted, json!({ "count": ids.len() })).await?;
        for id in ids {
            sqlx::query("DELETE FROM tracking_failure WHERE id = ?").bind(id).execute(&mut *act.tx).await?;
        }
        self.commit_quietly(act).await
    }

    /// Notes that somebody has looked at them.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn look_at_failures(&self, caller: &Caller, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::FailuresLookedAt, json!({})).await?;
        let sql =
            "INSERT INTO looked_at (name, at_s) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET at_s = excluded.at_s";
        sqlx::query(sql).bind(FAILURES_LOOKED_AT).bind(now_s).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }
}
