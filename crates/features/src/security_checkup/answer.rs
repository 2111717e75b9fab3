//! What callers of the API see of a run.

use super::{
    check::{Fix, State},
    run::{Run, Standing},
};
use makoto_catalog::Answer;
use makoto_meta::{CheckRow, FixRow, Flip, Risk, ScorePoint};
use serde_json::Value as Json;

/// Checks that are named as what to do next.
const NEXT_MAX: usize = 5;

fn int(at_s: Option<i64>) -> Answer {
    at_s.map_or(Answer::Null, Answer::Int)
}

fn evidence(standing: &Standing) -> Answer {
    let pair = |(name, value): &(String, String)| {
        Answer::record([("name", Answer::from(name.as_str())), ("value", value.as_str().into())])
    };
    standing.measured.evidence.iter().map(pair).collect()
}

fn risk(risk: &Risk) -> Answer {
    Answer::record([
        ("reason", Answer::from(risk.reason.as_str())),
        ("accepted_by", risk.accepted_by.as_str().into()),
        ("accepted_s", Answer::Int(risk.accepted_s)),
        ("until_s", Answer::Int(risk.until_s)),
    ])
}

fn fix(run: &Run, fix: &Fix) -> Answer {
    let (kind, path, hours, possible) = match fix {
        Fix::Page { path, .. } => ("page", *path, None, true),
        Fix::Operator { .. } => ("operator", "", None, true),
        Fix::Deeds { plan, hours, .. } => ("deeds", "", *hours, !plan(&run.facts).is_empty()),
    };
    Answer::record([
        ("kind", Answer::from(kind)),
        ("label", fix.label().into()),
        ("path", path.into()),
        ("hours", hours.map_or(Answer::Null, |hours| Answer::Int(i64::from(hours)))),
        ("possible", possible.into()),
    ])
}

fn standing(run: &Run, standing: &Standing, rows: &[CheckRow]) -> Answer {
    let (check, state) = (standing.check, standing.state());
    let row = rows.iter().find(|row| row.check == check.id);
    Answer::record([
        ("id", Answer::from(check.id)),
        ("weight", check.weight.name().into()),
        ("points", Answer::Int(i64::from(check.weight as u8))),
        ("group", check.group.into()),
        ("title", check.title.into()),
        ("why", check.why.into()),
        ("how", check.how.into()),
        ("state", state.name().into()),
        ("measured", standing.measured.state.name().into()),
        ("evidence", evidence(standing)),
        ("measured_s", Answer::Int(run.facts.now_s)),
        ("since_s", int(row.filter(|row| row.state == state.name()).map(|row| row.since_s))),
        ("fix", fix(run, &check.fix)),
        ("manual", format!("security-checkup#{}", check.manual).into()),
        ("accepted", standing.risk.as_ref().map_or(Answer::Null, risk)),
    ])
}

/// What to do first: what fails before what warns, the heaviest first.
fn next(run: &Run) -> Answer {
    let urgency = |standing: &&Standing| match standing.state() {
        State::Fail => 3,
        State::Unknown => 1,
        State::Warn => 2,
        State::Pass | State::NotApplicable | State::AcceptedRisk => 0,
    };
    let mut open: Vec<&Standing> = run.standings.iter().filter(|standing| urgency(standing) > 0).collect();
    open.sort_by_key(|standing| std::cmp::Reverse((urgency(standing) == 3, standing.check.weight, urgency(standing))));
    open.into_iter().take(NEXT_MAX).map(|standing| standing.check.id).collect()
}

/// The whole check-up.
pub fn whole(run: &Run, rows: &[CheckRow]) -> Answer {
    let count = |state: State| run.standings.iter().filter(|standing| standing.state() == state).count() as i64;
    let counts = State::ALL.map(|state| (state.name(), Answer::Int(count(state))));
    Answer::record([
        ("score", Answer::Int(run.score.points)),
        ("grade", run.score.grade.into()),
        ("measured_s", Answer::Int(run.facts.now_s)),
        ("cpu_ms", Answer::record(run.facts.outside.cpu_ms.iter().map(|(part, ms)| (*part, Answer::Int(*ms))))),
        ("counts", Answer::record(counts)),
        ("next", next(run)),
        ("checks", run.standings.iter().map(|one| standing(run, one, rows)).collect()),
    ])
}

pub fn points(points: &[ScorePoint]) -> Answer {
    let point = |point: &ScorePoint| {
        Answer::record([
            ("at_s", Answer::Int(point.at_s)),
            ("score", Answer::Int(point.score)),
            ("grade", point.grade.as_str().into()),
        ])
    };
    points.iter().map(point).collect()
}

pub fn flips(flips: &[Flip]) -> Answer {
    let flip = |flip: &Flip| {
        Answer::record([
            ("at_s", Answer::Int(flip.at_s)),
            ("before", flip.before.as_str().into()),
            ("after", flip.after.as_str().into()),
        ])
    };
    flips.iter().map(flip).collect()
}

/// Lines of what changes, from what, to what.
pub fn diff(diff: &Json) -> Answer {
    let text = |line: &Json, name: &str| line.get(name).and_then(Json::as_str).unwrap_or("").to_owned();
    let line =
        |line: &Json| Answer::record(["what", "before", "after"].map(|name| (name, Answer::Text(text(line, name)))));
    diff.as_array().into_iter().flatten().map(line).collect()
}

pub fn fixes(fixes: &[FixRow]) -> Answer {
    let row = |fix: &FixRow| {
        Answer::record([
            ("id", Answer::Int(fix.id)),
            ("check", fix.check.as_str().into()),
            ("done_s", Answer::Int(fix.done_s)),
            ("done_by", fix.done_by.as_str().into()),
            ("changes", diff(&fix.diff)),
            ("undo_until_s", Answer::Int(fix.undo_until_s)),
            ("ends_s", int(fix.ends_s)),
            ("undone_s", int(fix.undone_s)),
        ])
    };
    fixes.iter().map(row).collect()
}
