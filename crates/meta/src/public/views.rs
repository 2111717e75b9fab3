//! How often public grants were looked at, from where, and from which pages.

use crate::{Error, Meta};
use sqlx::Row;
use std::collections::BTreeMap;

/// Hosts of one grant and day that are kept at most; the rest count as one without a name.
const HOSTS_PER_DAY_MAX: i64 = 50;
/// How long hosts are kept, in days: longer than the longest time between two reminders.
const HOSTS_KEEP_DAYS: i64 = 70;
const DAY_S: i64 = 24 * 60 * 60;

/// Views of a grant since they were last written down.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct ViewCounts {
    pub views: u64,
    pub last_s: i64,
    /// The country of the last viewer; empty when unknown.
    pub country: String,
    /// By the host of the page that led there; empty for none.
    pub hosts: BTreeMap<String, u64>,
}

/// How often a grant was looked at in all.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct PublicView {
    pub views: i64,
    pub last_viewed_s: Option<i64>,
    pub last_country: String,
}

impl Meta {
    /// Adds to the counts of grants.
    ///
    /// # Errors
    /// When the store cannot be written; nothing is added then.
    pub async fn add_views(&self, counts: &BTreeMap<i64, ViewCounts>) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        for (grant, count) in counts {
            let sql = "UPDATE public_grant SET views = views + ?1, last_viewed_s = ?2, last_country = ?3 \
                       WHERE id = ?4 AND ?1 > 0";
            sqlx::query(sql)
                .bind(i64::try_from(count.views).unwrap_or(i64::MAX))
                .bind(count.last_s)
                .bind(&count.country)
                .bind(grant)
                .execute(&mut *act.tx)
                .await?;
            let day = count.last_s.div_euclid(DAY_S);
            for (host, views) in &count.hosts {
                let sql = "INSERT INTO public_view (grant_id, day, host, views) \
                           SELECT ?1, ?2, CASE WHEN (SELECT count(*) FROM public_view WHERE grant_id = ?1 AND day = ?2) \
                           < ?5 OR EXISTS (SELECT 1 FROM public_view WHERE grant_id = ?1 AND day = ?2 AND host = ?3) \
                           THEN ?3 ELSE '' END, ?4 WHERE true \
                           ON CONFLICT (grant_id, day, host) DO UPDATE SET views = views + excluded.views";
                sqlx::query(sql)
                    .bind(grant)
                    .bind(day)
                    .bind(host)
                    .bind(i64::try_from(*views).unwrap_or(i64::MAX))
                    .bind(HOSTS_PER_DAY_MAX)
                    .execute(&mut *act.tx)
                    .await?;
            }
            let old = sqlx::query("DELETE FROM public_view WHERE grant_id = ? AND day < ?").bind(grant);
            old.bind(day - HOSTS_KEEP_DAYS).execute(&mut *act.tx).await?;
        }
        self.commit_quietly(act).await
    }

    /// How often each grant was looked at.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn public_views(&self) -> Result<BTreeMap<i64, PublicView>, Error> {
        let sql = "SELECT id, views, last_viewed_s, last_country FROM public_grant";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                let view = PublicView {
                    views: row.try_get("views")?,
                    last_viewed_s: row.try_get("last_viewed_s")?,
                    last_country: row.try_get("last_country")?,
                };
                Ok((row.try_get("id")?, view))
            })
            .collect()
    }

    /// Views of a grant since a moment, and the hosts whose pages led most viewers there, most first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn views_since(&self, grant: i64, since_s: i64, hosts_max: u32) -> Result<(i64, Vec<String>), Error> {
        let day = since_s.div_euclid(DAY_S);
        let sql = "SELECT coalesce(sum(views), 0) FROM public_view WHERE grant_id = ? AND day >= ?";
        let views = sqlx::query_scalar(sql).bind(grant).bind(day).fetch_one(&self.read).await?;
        let sql = "SELECT host FROM public_view WHERE grant_id = ? AND day >= ? AND host <> '' GROUP BY host \
                   ORDER BY sum(views) DESC, host LIMIT ?";
        let hosts = sqlx::query_scalar(sql).bind(grant).bind(day).bind(hosts_max).fetch_all(&self.read).await?;
        Ok((views, hosts))
    }
}
