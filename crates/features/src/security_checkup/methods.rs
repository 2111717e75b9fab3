//! The check-up as API methods. All of it is for superusers alone.

use super::{
    answer, checks,
    deed::Deed,
    fix,
    run::{Run, measure, run},
};
use crate::{
    Services,
    services::{bad, from_meta, now_s, required},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_model::Params;

/// Points of the chart at most: thirteen months of days, and a week of hours.
const POINTS_MAX: u32 = 600;
/// How long a risk may be accepted, in days.
const RISK_DAYS: std::ops::RangeInclusive<i64> = 1..=180;
/// Length of a reason, in characters.
const REASON_CHARS: std::ops::RangeInclusive<usize> = 10..=500;
const DAY_S: i64 = 24 * 60 * 60;

const ID: Param = Param { name: "idCheck", kind: ParamKind::Text, default: None, doc: "the id of a check, as C15" };

/// A method of superusers.
const fn method(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    effect: Effect,
    guard: Guard,
    run: for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>,
) -> Method<Services> {
    Method { id, doc, params, access: Access::Superuser, effect, guard, run }
}

pub static METHODS: &[Method<Services>] = &[
    method(
        "SecurityCheckup.get",
        "Measures every check now: score, grade, what to do first, and each check with its state, evidence and fix.",
        &[],
        Effect::Read,
        Guard::Open,
        |services, caller, _| Box::pin(async { whole(services, &measure(services, caller).await?).await }),
    ),
    method(
        "SecurityCheckup.run",
        "As SecurityCheckup.get, and writes down what came of it.",
        &[],
        Effect::Write,
        Guard::Open,
        |services, caller, _| Box::pin(async { whole(services, &run(services, caller).await?).await }),
    ),
    method(
        "SecurityCheckup.getHistory",
        "The scores of the last thirteen months, the oldest first.",
        &[],
        Effect::Read,
        Guard::Open,
        |services, _, _| {
            Box::pin(async { Ok(answer::points(&services.meta.checkup_scores(POINTS_MAX).await.map_err(from_meta)?)) })
        },
    ),
    method(
        "SecurityCheckup.getFlips",
        "How a check changed, the newest first.",
        &[ID],
        Effect::Read,
        Guard::Open,
        |services, _, params| {
            Box::pin(async {
                let id = known(params)?;
                Ok(answer::flips(&services.meta.checkup_flips(id).await.map_err(from_meta)?))
            })
        },
    ),
    method(
        "SecurityCheckup.previewFix",
        "What the fix of a check would change, from what, to what.",
        &[ID],
        Effect::Read,
        Guard::Open,
        |services, caller, params| {
            Box::pin(async {
                let (_, deeds, _) = fix::plan(&measure(services, caller).await?, known(params)?)?;
                Ok(deeds.iter().map(Deed::as_answer).collect())
            })
        },
    ),
    method(
        "SecurityCheckup.fix",
        "Does what makes a check pass, and measures again. It can be taken back for 30 days.",
        &[ID],
        Effect::Write,
        Guard::Proof,
        |services, caller, params| {
            Box::pin(async {
                let id = known(params)?;
                let (number, after) = fix::fix(services, caller, id).await?;
                Ok(Answer::record(changed(Some(number), id, &after)))
            })
        },
    ),
    method(
        "SecurityCheckup.undoFix",
        "Takes a fix back, and measures again. What was changed since the fix stays; left says what and why.",
        &[Param { name: "idFix", kind: ParamKind::Int, default: None, doc: "the number of the fix" }],
        Effect::Write,
        Guard::Proof,
        |services, caller, params| {
            Box::pin(async {
                let number = required(params, "idFix")?.parse().map_err(|_| bad("idFix", "write its number"))?;
                let (id, left, after) = fix::undo(services, caller, number).await?;
                let mut answer = changed(None, &id, &after);
                answer.push(("left", left.into_iter().collect()));
                Ok(Answer::record(answer))
            })
        },
    ),
    method(
        "SecurityCheckup.getFixes",
        "The fixes of the last 30 days, the newest first.",
        &[],
        Effect::Read,
        Guard::Open,
        |services, _, _| Box::pin(async { Ok(answer::fixes(&services.meta.fixes(now_s()).await.map_err(from_meta)?)) }),
    ),
    method(
        "SecurityCheckup.acceptRisk",
        "Accepts what a check found for up to 180 days. It counts as half then, and stands in the monthly mail.",
        &[
            ID,
            Param { name: "reason", kind: ParamKind::Text, default: None, doc: "why, in 10 to 500 characters" },
            Param { name: "days", kind: ParamKind::Int, default: Some("90"), doc: "for how many days, 1 to 180" },
        ],
        Effect::Write,
        Guard::Proof,
        |services, caller, params| Box::pin(accept(services, caller, params)),
    ),
    method(
        "SecurityCheckup.withdrawRisk",
        "Takes the acceptance of a risk back.",
        &[ID],
        Effect::Write,
        Guard::Proof,
        |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                services.meta.withdraw_risk(&grant, caller, known(params)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
];

/// The id of a check that there is.
fn known(params: &Params) -> Result<&'static str, ApiError> {
    let check = checks::find(required(params, "idCheck")?);
    check.map(|check| check.id).ok_or_else(|| bad("idCheck", "write the id of a check, as C15"))
}

async fn whole(services: &Services, run: &Run) -> Result<Answer, ApiError> {
    Ok(answer::whole(run, &services.meta.checkup_rows().await.map_err(from_meta)?))
}

/// What a check came to after a change.
fn changed(fix: Option<i64>, id: &str, run: &Run) -> Vec<(&'static str, Answer)> {
    let state = run.standings.iter().find(|standing| standing.check.id == id).map(|standing| standing.state().name());
    vec![
        ("idFix", fix.map_or(Answer::Null, Answer::Int)),
        ("check", id.into()),
        ("state", state.unwrap_or("").into()),
        ("score", Answer::Int(run.score.points)),
        ("grade", run.score.grade.into()),
    ]
}

async fn accept(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (id, reason) = (known(params)?, required(params, "reason")?.trim());
    if !REASON_CHARS.contains(&reason.chars().count()) {
        return Err(bad("reason", "say why in 10 to 500 characters"));
    }
    let days = params.filled("days").map_or(Ok(90), str::parse).unwrap_or(0);
    if !RISK_DAYS.contains(&days) {
        return Err(bad("days", "write a number from 1 to 180"));
    }
    let (grant, now_s) = (check_instance(&caller.principal)?, now_s());
    let until_s = now_s + days * DAY_S;
    services.meta.accept_risk(&grant, caller, id, reason, now_s, until_s).await.map_err(from_meta)?;
    Ok(Answer::Done)
}
