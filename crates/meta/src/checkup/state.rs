use crate::{Activity, Error, MailKind, Meta, Turn, record};
use makoto_access::{Caller, InstanceGrant};
use serde_json::{Value as Json, json};
use sqlx::{Row, sqlite::SqliteRow};

const HOUR_S: i64 = 60 * 60;
/// How long single hours of the score are kept, in hours: a week; after that the last hour of each day.
const HOURS_KEPT: i64 = 7 * 24;
/// How long scores and flips are kept, in hours: thirteen months.
const HISTORY_HOURS: i64 = 400 * 24;
/// Flips of one check at most that one look gives.
const FLIPS_MAX: u32 = 50;

/// A check as it was last measured.
#[derive(Clone, PartialEq, Debug)]
pub struct CheckRow {
    pub check: String,
    pub state: String,
    pub since_s: i64,
    pub measured_s: i64,
    /// Names and values.
    pub evidence: Json,
}

/// A change of a check's state.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Flip {
    pub check: String,
    pub at_s: i64,
    pub before: String,
    pub after: String,
}

/// The score at a moment.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ScorePoint {
    pub at_s: i64,
    pub score: i64,
    pub grade: String,
}

/// A risk that somebody took upon themselves for a while.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Risk {
    pub check: String,
    pub reason: String,
    pub accepted_by: String,
    pub accepted_s: i64,
    pub until_s: i64,
}

/// What a run of all checks came to.
pub struct RunOutcome<'a> {
    pub score: i64,
    pub grade: &'a str,
    /// Check, state, evidence.
    pub checks: Vec<(&'a str, &'a str, Json)>,
    /// Why the superusers are told at once; nothing when they are not.
    pub alarm: Option<Json>,
    pub now_s: i64,
}

fn read_row(row: &SqliteRow) -> Result<CheckRow, Error> {
    let evidence: String = row.try_get("evidence")?;
    Ok(CheckRow {
        check: row.try_get("check_id")?,
        state: row.try_get("state")?,
        since_s: row.try_get("since_s")?,
        measured_s: row.try_get("measured_s")?,
        evidence: serde_json::from_str(&evidence).unwrap_or(Json::Null),
    })
}

impl Meta {
    /// Every check as it was last measured.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checkup_rows(&self) -> Result<Vec<CheckRow>, Error> {
        let rows = sqlx::query("SELECT * FROM checkup_state ORDER BY check_id").fetch_all(&self.read).await?;
        rows.iter().map(read_row).collect()
    }

    /// Writes a run down: the states, what flipped, and the score; flips and changed scores go to the record.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_checkup(&self, caller: &Caller, run: &RunOutcome<'_>) -> Result<(), Error> {
        let before = self.checkup_rows().await?;
        let last = self.checkup_scores(1).await?.pop();
        let mut act = self.begin_unrecorded().await?;
        for (check, state, evidence) in &run.checks {
            let known = before.iter().find(|row| row.check == *check);
            let flipped = known.is_some_and(|row| row.state != *state);
            let since_s = known.filter(|row| row.state == *state).map_or(run.now_s, |row| row.since_s);
            sqlx::query(
                "INSERT INTO checkup_state (check_id, state, since_s, measured_s, evidence) VALUES (?, ?, ?, ?, ?) \
                 ON CONFLICT (check_id) DO UPDATE SET state = excluded.state, since_s = excluded.since_s, \
                 measured_s = excluded.measured_s, evidence = excluded.evidence",
            )
            .bind(check)
            .bind(state)
            .bind(since_s)
            .bind(run.now_s)
            .bind(evidence.to_string())
            .execute(&mut *act.tx)
            .await?;
            if let Some(row) = known.filter(|_| flipped) {
                let detail = json!({ "check": check, "before": row.state, "after": state });
                record::insert(&mut act, caller, Activity::CheckupFlipped, &detail).await?;
                sqlx::query("INSERT INTO checkup_flip (check_id, at_s, before, after) VALUES (?, ?, ?, ?)")
                    .bind(check)
                    .bind(run.now_s)
                    .bind(&row.state)
                    .bind(state)
                    .execute(&mut *act.tx)
                    .await?;
            }
        }
        if last.as_ref().is_none_or(|last| last.score != run.score) {
            let detail = json!({ "before": last.map(|last| last.score), "after": run.score, "grade": run.grade });
            record::insert(&mut act, caller, Activity::CheckupScored, &detail).await?;
        }
        if let Some(alarm) = &run.alarm {
            record::insert(&mut act, caller, Activity::CheckupFell, alarm).await?;
        }
        sqlx::query(
            "INSERT INTO checkup_score (hour, at_s, score, grade) VALUES (?, ?, ?, ?) ON CONFLICT (hour) DO UPDATE SET \
             at_s = excluded.at_s, score = excluded.score, grade = excluded.grade",
        )
        .bind(run.now_s / HOUR_S)
        .bind(run.now_s)
        .bind(run.score)
        .bind(run.grade)
        .execute(&mut *act.tx)
        .await?;
        self.commit_quietly(act).await
    }

    /// Removes what is too old for the history.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn thin_checkup(&self, now_s: i64) -> Result<(), Error> {
        let hour = now_s / HOUR_S;
        let mut act = self.begin_unrecorded().await?;
        let sql = "DELETE FROM checkup_score WHERE hour < ?1 OR (hour < ?2 AND hour NOT IN \
                   (SELECT max(hour) FROM checkup_score GROUP BY hour / 24))";
        sqlx::query(sql).bind(hour - HISTORY_HOURS).bind(hour - HOURS_KEPT).execute(&mut *act.tx).await?;
        let sql = "DELETE FROM checkup_flip WHERE at_s < ?";
        sqlx::query(sql).bind(now_s - HISTORY_HOURS * HOUR_S).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// The newest scores, the oldest of them first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checkup_scores(&self, points_max: u32) -> Result<Vec<ScorePoint>, Error> {
        let sql = "SELECT * FROM (SELECT * FROM checkup_score ORDER BY hour DESC LIMIT ?) ORDER BY hour";
        let rows = sqlx::query(sql).bind(points_max).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok(ScorePoint {
                    at_s: row.try_get("at_s")?,
                    score: row.try_get("score")?,
                    grade: row.try_get("grade")?,
                })
            })
            .collect()
    }

    /// How a check changed, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn checkup_flips(&self, check: &str) -> Result<Vec<Flip>, Error> {
        let sql = "SELECT * FROM checkup_flip WHERE check_id = ? ORDER BY id DESC LIMIT ?";
        let rows = sqlx::query(sql).bind(check).bind(FLIPS_MAX).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok(Flip {
                    check: row.try_get("check_id")?,
                    at_s: row.try_get("at_s")?,
                    before: row.try_get("before")?,
                    after: row.try_get("after")?,
                })
            })
            .collect()
    }

    /// The risks that are accepted now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn risks(&self, now_s: i64) -> Result<Vec<Risk>, Error> {
        let sql = "SELECT * FROM accepted_risk WHERE until_s > ? ORDER BY check_id";
        let rows = sqlx::query(sql).bind(now_s).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok(Risk {
                    check: row.try_get("check_id")?,
                    reason: row.try_get("reason")?,
                    accepted_by: row.try_get("accepted_by")?,
                    accepted_s: row.try_get("accepted_s")?,
                    until_s: row.try_get("until_s")?,
                })
            })
            .collect()
    }

    /// Accepts the risk of a check until a moment.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn accept_risk(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        check: &str,
        reason: &str,
        now_s: i64,
        until_s: i64,
    ) -> Result<(), Error> {
        let detail = json!({ "check": check, "reason": reason, "until_s": until_s });
        let mut act = self.begin(caller, Activity::RiskAccepted, detail).await?;
        sqlx::query(
            "INSERT INTO accepted_risk (check_id, reason, accepted_by, accepted_s, until_s) VALUES (?, ?, ?, ?, ?) \
             ON CONFLICT (check_id) DO UPDATE SET reason = excluded.reason, accepted_by = excluded.accepted_by, \
             accepted_s = excluded.accepted_s, until_s = excluded.until_s",
        )
        .bind(check)
        .bind(reason)
        .bind(caller.principal.name())
        .bind(now_s)
        .bind(until_s)
        .execute(&mut *act.tx)
        .await?;
        self.commit_quietly(act).await
    }

    /// Takes the acceptance of a risk back.
    ///
    /// # Errors
    /// `NotFound` when it is not accepted.
    pub async fn withdraw_risk(&self, _: &InstanceGrant, caller: &Caller, check: &str) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::RiskWithdrawn, json!({ "check": check })).await?;
        let gone =
            sqlx::query("DELETE FROM accepted_risk WHERE check_id = ?").bind(check).execute(&mut *act.tx).await?;
        match gone.rows_affected() {
            0 => Err(Error::NotFound(format!("the risk of {check} is not accepted"))),
            _ => self.commit_quietly(act).await,
        }
    }

    /// Mails something to all superusers and ends the turn of the job that did it, both or neither.
    ///
    /// # Errors
    /// `Refused` when the turn was ended by somebody else.
    pub async fn mail_in_turn(
        &self,
        caller: &Caller,
        turn: &Turn,
        kind: MailKind,
        recorded: (Activity, Json),
        data: &Json,
        now_s: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        act.end_turn(turn, now_s).await?;
        record::insert(&mut act, caller, recorded.0, &recorded.1).await?;
        act.mail_superusers(kind, data, "").await?;
        self.commit_quietly(act).await
    }
}
