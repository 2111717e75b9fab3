//! Jobs that run once in each hour, day or month, however often it is looked, and once after any time of standstill.

use crate::{Act, Error, Meta};
use makoto_model::{Day, Period};
use sqlx::Row;

/// How long a job may take before another look at the timetable starts it again, in seconds. Below the hour within
/// which a second mail of the same kind is held back.
const LEASE_S: i64 = 10 * 60;
/// How long a failed job waits for its next try, in seconds.
const RETRY_S: i64 = 5 * 60;
/// Longest result that is kept, in characters: a line on a page.
const RESULT_CHARS_MAX: usize = 500;
const DAY_S: i64 = 24 * 60 * 60;

/// How often a job runs. Periods begin at full hours, midnights and first days of months in UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Every {
    Hour,
    Day,
    /// From Monday on.
    Week,
    Month,
}

impl Every {
    /// The number of the period that holds this moment; later periods have higher numbers.
    fn period(self, now_s: i64) -> i64 {
        match self {
            Every::Hour => now_s.div_euclid(60 * 60),
            Every::Day => now_s.div_euclid(DAY_S),
            // 1970 began on a Thursday.
            Every::Week => (now_s.div_euclid(DAY_S) + 3).div_euclid(7),
            Every::Month => {
                let date = Day(now_s.div_euclid(DAY_S) as i32).date();
                i64::from(date.year()) * 12 + i64::from(date.month()) - 1
            }
        }
    }

    /// When the next period begins, in seconds since 1970.
    pub fn next_s(self, now_s: i64) -> i64 {
        match self {
            Every::Hour => (self.period(now_s) + 1) * 60 * 60,
            Every::Day => (self.period(now_s) + 1) * DAY_S,
            Every::Week => ((self.period(now_s) + 1) * 7 - 3) * DAY_S,
            Every::Month => {
                let month = Period::Month.around(Day(now_s.div_euclid(DAY_S) as i32));
                i64::from(month.last.plus(1).0) * DAY_S
            }
        }
    }
}

/// The right to do a job in one period.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Turn {
    job: &'static str,
    period: i64,
}

/// When a job ran last and what came of it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct JobRow {
    pub name: String,
    pub last_run_s: Option<i64>,
    pub last_result: String,
}

impl Act {
    /// Ends a turn together with what was done in it: both are kept, or neither.
    ///
    /// # Errors
    /// `Refused` when somebody else has done the job in this period; the act must be dropped then.
    pub(crate) async fn end_turn(&mut self, turn: &Turn, now_s: i64) -> Result<(), Error> {
        let sql = "UPDATE job SET period = ?1, last_run_s = ?2, lease_until_s = 0 \
                   WHERE name = ?3 AND (period IS NULL OR period <> ?1)";
        let done = sqlx::query(sql).bind(turn.period).bind(now_s).bind(turn.job).execute(&mut *self.tx).await?;
        match done.rows_affected() {
            1 => Ok(()),
            _ => Err(Error::Refused(format!("the job {} was done in this period already", turn.job))),
        }
    }
}

impl Meta {
    /// The turn of a job that is due; of many who ask at once, one gets it. It must be ended with `Act::end_turn` in
    /// the transaction of its effect, or with `end_turn` when doing it twice changes nothing.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn take_turn(&self, job: &'static str, every: Every, now_s: i64) -> Result<Option<Turn>, Error> {
        let period = every.period(now_s);
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("INSERT INTO job (name, lease_until_s) VALUES (?, 0) ON CONFLICT (name) DO NOTHING")
            .bind(job)
            .execute(&mut *act.tx)
            .await?;
        // A period or a lease from far ahead means that the clock was wrong when it was written.
        let sql = "UPDATE job SET lease_until_s = ?1 WHERE name = ?2 \
                   AND (period IS NULL OR period < ?3 OR period > ?3 + 1) \
                   AND (lease_until_s <= ?4 OR lease_until_s > ?1)";
        let taken = sqlx::query(sql)
            .bind(now_s + LEASE_S)
            .bind(job)
            .bind(period)
            .bind(now_s)
            .execute(&mut *act.tx)
            .await?
            .rows_affected();
        self.commit_quietly(act).await?;
        Ok((taken == 1).then_some(Turn { job, period }))
    }

    /// Notes what came of a turn. After a failure the job is tried again in this period, a little later.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_turn(&self, turn: &Turn, result: Result<&str, &str>, now_s: i64) -> Result<(), Error> {
        let words: String = result.unwrap_or_else(|fault| fault).chars().take(RESULT_CHARS_MAX).collect();
        let mut act = self.begin_unrecorded().await?;
        let (period, lease_until_s) = match result {
            Ok(_) => (Some(turn.period), 0),
            Err(_) => (None, now_s + RETRY_S),
        };
        let sql = "UPDATE job SET period = coalesce(?, period), lease_until_s = ?, last_run_s = ?, last_result = ? \
                   WHERE name = ?";
        sqlx::query(sql)
            .bind(period)
            .bind(lease_until_s)
            .bind(now_s)
            .bind(words)
            .bind(turn.job)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await
    }

    /// Lets go of all turns, since those who held them are ended and will not come back: the jobs are done at the next
    /// start. After a crash nobody calls this, so that a job which brings the server down is not the first thing that
    /// its next start does.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn let_go_of_turns(&self) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("UPDATE job SET lease_until_s = 0 WHERE lease_until_s <> 0").execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// Every job that ever ran.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn jobs(&self) -> Result<Vec<JobRow>, Error> {
        let rows = sqlx::query("SELECT name, last_run_s, last_result FROM job ORDER BY name").fetch_all(&self.read);
        let row = |row: &sqlx::sqlite::SqliteRow| {
            Ok(JobRow {
                name: row.try_get("name")?,
                last_run_s: row.try_get("last_run_s")?,
                last_result: row.try_get("last_result")?,
            })
        };
        rows.await?.iter().map(row).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::Catalog;
    use std::sync::Arc;

    fn at(day: &str) -> i64 {
        i64::from(Day::parse(day).unwrap().0) * DAY_S
    }

    async fn open(dir: &tempfile::TempDir) -> Meta {
        let catalog = Arc::new(Catalog::new(&[]).unwrap());
        Meta::open(&dir.path().join("meta.db"), catalog).await.unwrap()
    }

    #[test]
    fn periods_begin_on_time() {
        let now_s = at("2026-11-30") + 5;
        assert_eq!(Every::Month.next_s(now_s), at("2026-12-01"));
        assert_eq!(Every::Day.next_s(now_s), at("2026-12-01"));
        assert_eq!(Every::Hour.next_s(now_s), at("2026-11-30") + 3600);
        assert_eq!(Every::Month.period(at("2027-01-01")), Every::Month.period(at("2026-12-31")) + 1);
    }

    #[tokio::test]
    async fn promise_18_a_job_runs_once_in_its_period_and_once_after_a_standstill() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let mut turns = Vec::new();
        let days = ["2026-01-05", "2026-01-31", "2026-02-01", "2026-02-02", "2026-07-09", "2026-07-10", "2026-06-30"];
        for day in days {
            for minute in 0..3 {
                if let Some(turn) = meta.take_turn("report", Every::Month, at(day) + minute * 60).await.unwrap() {
                    meta.end_turn(&turn, Ok("sent"), at(day)).await.unwrap();
                    turns.push(day);
                }
            }
        }
        // The last day is a clock that was set back over the end of a month.
        assert_eq!(turns, ["2026-01-05", "2026-02-01", "2026-07-09"]);
        assert_eq!(meta.jobs().await.unwrap()[0].last_run_s, Some(at("2026-07-09")));
    }

    #[tokio::test]
    async fn of_many_who_ask_one_gets_the_turn() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let asked: Vec<_> = (0..20)
            .map(|_| {
                let meta = meta.clone();
                tokio::spawn(async move { meta.take_turn("report", Every::Day, 1_000_000).await.unwrap().is_some() })
            })
            .collect();
        let mut got = 0;
        for asked in asked {
            got += usize::from(asked.await.unwrap());
        }
        assert_eq!(got, 1);
    }

    #[tokio::test]
    async fn a_job_that_failed_or_vanished_is_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let take = async |now_s: i64| meta.take_turn("report", Every::Day, now_s).await.unwrap();
        let now_s = at("2026-03-01");
        assert!(take(now_s).await.is_some(), "and nothing more is heard of it");
        assert_eq!(take(now_s + LEASE_S - 1).await, None);
        let turn = take(now_s + LEASE_S).await.unwrap();
        meta.end_turn(&turn, Err("no disk"), now_s + LEASE_S).await.unwrap();
        assert_eq!(take(now_s + LEASE_S + RETRY_S - 1).await, None);
        assert!(take(now_s + LEASE_S + RETRY_S).await.is_some());
        assert_eq!(meta.jobs().await.unwrap()[0].last_result, "no disk");
    }

    #[tokio::test]
    async fn a_job_that_a_stop_cut_short_is_done_at_the_next_start() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let now_s = at("2026-03-01");
        assert!(meta.take_turn("report", Every::Day, now_s).await.unwrap().is_some(), "and it is cut short");
        assert_eq!(meta.take_turn("report", Every::Day, now_s + 1).await.unwrap(), None);
        meta.let_go_of_turns().await.unwrap();
        assert!(meta.take_turn("report", Every::Day, now_s + 1).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn a_turn_ends_with_its_act_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let now_s = at("2026-03-01");
        let turn = meta.take_turn("report", Every::Day, now_s).await.unwrap().unwrap();
        let mut dropped = meta.begin_unrecorded().await.unwrap();
        dropped.end_turn(&turn, now_s).await.unwrap();
        drop(dropped);
        let again = meta.take_turn("report", Every::Day, now_s + LEASE_S).await.unwrap().unwrap();
        let mut act = meta.begin_unrecorded().await.unwrap();
        act.end_turn(&again, now_s).await.unwrap();
        meta.commit_quietly(act).await.unwrap();
        assert_eq!(meta.take_turn("report", Every::Day, now_s + 3 * LEASE_S).await.unwrap(), None);
        let mut late = meta.begin_unrecorded().await.unwrap();
        assert!(late.end_turn(&turn, now_s).await.is_err(), "the first holder comes too late");
    }
}
