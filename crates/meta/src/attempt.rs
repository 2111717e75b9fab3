//! Failed tries to sign in, as they are kept over restarts.

use crate::{Error, Meta};
use sqlx::Row;

/// Lines kept of each kind: a thousand attackers with twenty addresses each.
const LINES_PER_KIND_MAX: i64 = 20_000;
/// How long a line is kept after its last failure, in seconds: a month.
const LINE_KEPT_S: i64 = 30 * 24 * 60 * 60;
/// How long the counts of the hours are kept, in hours: eight weeks.
const HOURS_KEPT: i64 = 8 * 7 * 24;
const HOURS_OF_WEEK: i64 = 7 * 24;

/// What is counted together.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum AttemptKind {
    Account,
    Device,
    Address,
    Network,
}

impl AttemptKind {
    pub const ALL: [AttemptKind; 4] =
        [AttemptKind::Account, AttemptKind::Device, AttemptKind::Address, AttemptKind::Network];

    pub fn name(self) -> &'static str {
        match self {
            AttemptKind::Account => "account",
            AttemptKind::Device => "device",
            AttemptKind::Address => "address",
            AttemptKind::Network => "network",
        }
    }
}

/// One line. When it is saved, the totals are what came since the last time.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct AttemptRow {
    pub kind: AttemptKind,
    pub name: String,
    pub since_s: i64,
    pub last_s: i64,
    /// Since the last success or block.
    pub failed: u32,
    pub failed_total: i64,
    pub refused_total: i64,
}

/// The counts of logins that nobody has, of one slot.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct StrangerRow {
    pub slot: u16,
    pub since_s: i64,
    pub last_s: i64,
    pub failed: u32,
}

/// What changed since it was last written down.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct AttemptChanges {
    pub lines: Vec<AttemptRow>,
    pub strangers: Vec<StrangerRow>,
    /// Tries that failed, of all kinds.
    pub failed: u32,
    /// And those that were sent away.
    pub refused: u32,
}

impl AttemptChanges {
    pub fn is_empty(&self) -> bool {
        *self == AttemptChanges::default()
    }
}

impl Meta {
    /// At most so many lines of each kind, the newest first: no number of addresses displaces an account.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn attempts(&self, lines_max: u32) -> Result<Vec<AttemptRow>, Error> {
        let sql = "SELECT * FROM (SELECT *, row_number() OVER (PARTITION BY kind ORDER BY last_s DESC) AS place \
                   FROM attempt) WHERE place <= ? ORDER BY last_s DESC";
        let rows = sqlx::query(sql).bind(lines_max).fetch_all(&self.read).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let name: &str = row.try_get("kind")?;
            let kind = AttemptKind::ALL.into_iter().find(|kind| kind.name() == name);
            Ok(AttemptRow {
                kind: kind.ok_or_else(|| Error::Corrupt(format!("the kind of attempt {name} is unknown")))?,
                name: row.try_get("name")?,
                since_s: row.try_get("since_s")?,
                last_s: row.try_get("last_s")?,
                failed: row.try_get("failed")?,
                failed_total: row.try_get("failed_total")?,
                refused_total: row.try_get("refused_total")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// The counts of logins that nobody has.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn strangers(&self) -> Result<Vec<StrangerRow>, Error> {
        let rows = sqlx::query("SELECT slot, since_s, last_s, failed FROM stranger").fetch_all(&self.read).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            Ok(StrangerRow {
                slot: row.try_get("slot")?,
                since_s: row.try_get("since_s")?,
                last_s: row.try_get("last_s")?,
                failed: row.try_get("failed")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Writes what changed since the last time, and how many failed and were refused in this hour since then.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_attempts(&self, changes: &AttemptChanges, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "INSERT INTO attempt (kind, name, since_s, last_s, failed, failed_total, refused_total) \
                   VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (kind, name) DO UPDATE SET since_s = excluded.since_s, \
                   last_s = excluded.last_s, failed = excluded.failed, \
                   failed_total = failed_total + excluded.failed_total, \
                   refused_total = refused_total + excluded.refused_total";
        for row in &changes.lines {
            sqlx::query(sql)
                .bind(row.kind.name())
                .bind(&row.name)
                .bind(row.since_s)
                .bind(row.last_s)
                .bind(row.failed)
                .bind(row.failed_total)
                .bind(row.refused_total)
                .execute(&mut *act.tx)
                .await?;
        }
        let sql = "INSERT OR REPLACE INTO stranger (slot, since_s, last_s, failed) VALUES (?, ?, ?, ?)";
        for row in &changes.strangers {
            let query = sqlx::query(sql).bind(row.slot).bind(row.since_s).bind(row.last_s).bind(row.failed);
            query.execute(&mut *act.tx).await?;
        }
        let sql = "INSERT INTO attempt_hour (hour, failed, refused) VALUES (?, ?, ?) ON CONFLICT (hour) DO UPDATE \
                   SET failed = failed + excluded.failed, refused = refused + excluded.refused";
        let hour = now_s / 3600;
        sqlx::query(sql).bind(hour).bind(changes.failed).bind(changes.refused).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// Removes lines that are old, or beyond what is kept of a kind.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn tidy_attempts(&self, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        for kind in AttemptKind::ALL {
            let sql = "DELETE FROM attempt WHERE kind = ?1 AND (last_s < ?2 OR last_s < coalesce(\
                       (SELECT last_s FROM attempt WHERE kind = ?1 ORDER BY last_s DESC LIMIT 1 OFFSET ?3), 0))";
            let query = sqlx::query(sql).bind(kind.name()).bind(now_s - LINE_KEPT_S).bind(LINES_PER_KIND_MAX);
            query.execute(&mut *act.tx).await?;
        }
        let sql = "DELETE FROM stranger WHERE last_s < ?";
        sqlx::query(sql).bind(now_s - LINE_KEPT_S).execute(&mut *act.tx).await?;
        let sql = "DELETE FROM attempt_hour WHERE hour < ?";
        sqlx::query(sql).bind(now_s / 3600 - HOURS_KEPT).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// How many tries failed or were refused in this hour, and in an hour of the week before it on average.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn attempt_rate(&self, now_s: i64) -> Result<(i64, f64), Error> {
        let hour = now_s / 3600;
        let sql = "SELECT coalesce(sum(failed + refused), 0) FROM attempt_hour WHERE hour >= ? AND hour < ?";
        let sum = async |from: i64, to: i64| {
            sqlx::query_scalar::<_, i64>(sql).bind(from).bind(to).fetch_one(&self.read).await
        };
        let (now, week) = (sum(hour, hour + 1).await?, sum(hour - HOURS_OF_WEEK, hour).await?);
        Ok((now, week as f64 / HOURS_OF_WEEK as f64))
    }
}
