//! One run of all checks, and what it changes.

use super::{
    check::{Check, State, Verdict, Weight},
    checks,
    facts::{Facts, gather},
    score::{Score, score},
};
use crate::{
    Services,
    services::{from_meta, now_s},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::ApiError;
use makoto_meta::{Activity, MailKind, Risk, RunOutcome, Turn};
use serde_json::{Value as Json, json};

/// A fall of the score that superusers hear of at once, in points.
const FALL_POINTS: i64 = 10;
/// The check that is about whoever asks, and so no part of what is kept.
const PERSONAL: &str = "C01";
/// How far back the monthly mail compares, in hours.
const MONTH_HOURS: u32 = 24 * 31;

/// A check with what it came to.
pub struct Standing {
    pub check: &'static Check,
    /// What was measured; an accepted risk shows beside it.
    pub measured: Verdict,
    pub risk: Option<Risk>,
}

impl Standing {
    /// The state that counts.
    pub fn state(&self) -> State {
        match (self.measured.state, &self.risk) {
            (State::Warn | State::Fail | State::Unknown, Some(_)) => State::AcceptedRisk,
            (state, _) => state,
        }
    }
}

/// What a run came to.
pub struct Run {
    pub standings: Vec<Standing>,
    pub score: Score,
    pub facts: Facts,
}

/// Measures every check, and changes nothing.
///
/// # Errors
/// When a store cannot be read.
pub async fn measure(services: &Services, caller: &Caller) -> Result<Run, ApiError> {
    let grant = check_instance(&caller.principal)?;
    let facts = gather(services, caller, &grant).await.map_err(from_meta)?;
    let risks = services.meta.risks(now_s()).await.map_err(from_meta)?;
    let standing = |check: &'static Check| Standing {
        check,
        measured: (check.measure)(&facts),
        risk: risks.iter().find(|risk| risk.check == check.id).cloned(),
    };
    let standings: Vec<Standing> = checks::all().map(standing).collect();
    let score = score(standings.iter().map(|standing| (standing.check.weight, standing.state())));
    Ok(Run { standings, score, facts })
}

fn evidence(verdict: &Verdict) -> Json {
    verdict.evidence.iter().map(|(name, value)| json!([name, value])).collect()
}

/// The score without the check about whoever asks, so that it does not depend on them.
fn shared_score(run: &Run) -> Score {
    let shared = run.standings.iter().filter(|standing| standing.check.id != PERSONAL);
    score(shared.map(|standing| (standing.check.weight, standing.state())))
}

/// Measures every check and writes down what came of it. Superusers hear at once of a fall, and of a check of the
/// highest weight that fails now.
///
/// # Errors
/// When a store cannot be read or written.
pub async fn run(services: &Services, caller: &Caller) -> Result<Run, ApiError> {
    let (meta, run) = (&services.meta, measure(services, caller).await?);
    let before = meta.checkup_rows().await.map_err(from_meta)?;
    let last = meta.checkup_scores(1).await.map_err(from_meta)?.pop();
    let shared = shared_score(&run);
    let newly_failing: Vec<&Standing> = run
        .standings
        .iter()
        .filter(|standing| standing.check.id != PERSONAL && standing.state() == State::Fail)
        .filter(|standing| before.iter().any(|row| row.check == standing.check.id && row.state != State::Fail.name()))
        .collect();
    let critical = newly_failing.iter().any(|standing| standing.check.weight == Weight::Critical);
    let fell = last.as_ref().is_some_and(|last| last.score - shared.points >= FALL_POINTS);
    let alarm = (critical || fell).then(|| {
        let failing: Vec<String> =
            newly_failing.iter().map(|standing| format!("{} {}", standing.check.id, standing.check.title)).collect();
        json!({ "name": failing, "before": last.as_ref().map(|last| last.score), "after": shared.points })
    });
    let outcome = RunOutcome {
        score: shared.points,
        grade: shared.grade,
        checks: run
            .standings
            .iter()
            .filter(|standing| standing.check.id != PERSONAL)
            .map(|standing| (standing.check.id, standing.state().name(), evidence(&standing.measured)))
            .collect(),
        alarm,
        now_s: run.facts.now_s,
    };
    meta.note_checkup(caller, &outcome).await.map_err(from_meta)?;
    Ok(run)
}

/// Mails all superusers how the installation stands, and ends the turn of the job.
///
/// # Errors
/// When a store fails.
pub async fn mail_report(services: &Services, caller: &Caller, turn: &Turn) -> Result<(), ApiError> {
    let run = run(services, caller).await?;
    let scores = services.meta.checkup_scores(MONTH_HOURS).await.map_err(from_meta)?;
    let line = |standing: &Standing| json!(format!("{} {}", standing.check.id, standing.check.title));
    let of = |state: State| -> Vec<Json> {
        run.standings.iter().filter(|standing| standing.state() == state).map(line).collect()
    };
    let accepted: Vec<Json> = run
        .standings
        .iter()
        .filter(|standing| standing.state() == State::AcceptedRisk)
        .filter_map(|standing| {
            let risk = standing.risk.as_ref()?;
            Some(json!({ "check": line(standing), "reason": risk.reason, "who": risk.accepted_by,
                "until_s": risk.until_s }))
        })
        .collect();
    let data = json!({ "score": run.score.points, "grade": run.score.grade,
        "before": scores.first().map(|point| point.score), "fail": of(State::Fail), "warn": of(State::Warn),
        "unknown": of(State::Unknown), "accepted": accepted });
    let recorded = (Activity::CheckupReported, json!({ "score": run.score.points }));
    services.meta.mail_in_turn(caller, turn, MailKind::Checkup, recorded, &data, now_s()).await.map_err(from_meta)
}
