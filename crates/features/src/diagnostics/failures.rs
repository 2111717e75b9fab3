//! Requests to the tracker that made no hit, why, and what to do about each.

use crate::{
    Services,
    probes::Probes,
    services::{bad, from_meta, now_s, required},
    sites_manager::date_time,
};
use makoto_access::{Admin, Asked, Caller, Role, check};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::{Activity, FailureRow, MailKind, Turn};
use makoto_model::{Params, SiteId};
use serde_json::json;

/// A cause with what it means and what to do.
pub struct Cause {
    pub name: &'static str,
    /// Matomo's number; 0 where it has none.
    pub number: i64,
    pub problem: &'static str,
    pub solution: &'static str,
    /// Somebody's mistake; else what was left out on purpose.
    pub fault: bool,
}

/// Lines of one mail; the page has them all.
const MAILED_MAX: usize = 50;

const fn cause(name: &'static str, number: i64, fault: bool, problem: &'static str, solution: &'static str) -> Cause {
    Cause { name, number, problem, solution, fault }
}

/// Every cause, as tracking names it.
pub static CAUSES: &[Cause] = &[
    cause(
        "unknown_site",
        1,
        true,
        "There is no site of this number.",
        "Write the number of one of your sites into the tracking code as setSiteId, or idsite.",
    ),
    cause(
        "token_needed",
        2,
        true,
        "The request says when, from where or by whom it was, and brings no valid token for that.",
        "Send token_auth of a user with write access to the site, in the body, or leave out cip, cdt and the place.",
    ),
    cause(
        "bad_visitor_id",
        0,
        true,
        "cid is no visitor's number.",
        "Send 16 hexadecimal digits as cid, or leave it out.",
    ),
    cause(
        "unknown_goal",
        0,
        true,
        "The site has no such goal.",
        "Send the number of one of the site's goals as idgoal.",
    ),
    cause(
        "unclaimed_action",
        0,
        true,
        "Nothing here knows this kind of action.",
        "Leave out ca=1, or update the tracking code.",
    ),
    cause("too_long", 0, true, "A parameter is longer than is kept.", "Shorten the parameter that is named beside."),
    cause(
        "unknown_url",
        0,
        true,
        "The page is of none of the site's addresses, and the site counts only those.",
        "Add the address to the site, or let it count pages of every address.",
    ),
    cause("not_to_record", 0, true, "rec=1 is missing.", "Send rec=1 with every request that should count."),
    cause("bot", 0, false, "A known bot sent it.", "Nothing; send bots=1 to count bots too."),
    cause("excluded_address", 0, false, "The address is excluded.", "Take it off the list of excluded addresses."),
    cause(
        "excluded_user_agent",
        0,
        false,
        "The user agent is excluded.",
        "Take it off the list of excluded user agents.",
    ),
    cause(
        "excluded_request",
        0,
        false,
        "The request meets a condition by which requests are left out.",
        "Take the condition off the list of excluded requests.",
    ),
    cause("opted_out", 0, false, "The visitor has opted out.", "Nothing; the visitor decides."),
    cause("spam_referrer", 0, false, "The referrer is known for spam.", "Nothing; it would only spoil your reports."),
    cause("prefetch", 0, false, "The browser loaded the page ahead of time.", "Nothing; it counts once it is shown."),
    cause(
        "do_not_track",
        0,
        false,
        "The visitor asks not to be tracked.",
        "Nothing, while the settings say that this is heeded.",
    ),
    cause(
        "global_privacy_control",
        0,
        false,
        "The visitor's browser sends Global Privacy Control.",
        "Nothing, while the settings say that this is heeded.",
    ),
];

/// A cause by its name.
pub fn cause_of(name: &str) -> Option<&'static Cause> {
    CAUSES.iter().find(|cause| cause.name == name)
}

/// Whether a cause is somebody's mistake.
pub fn is_fault(name: &str) -> bool {
    cause_of(name).is_none_or(|cause| cause.fault)
}

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "CoreAdminHome.getTrackingFailures",
        doc: "Requests to the tracker that made no hit, one row for each site and cause, the newest first. Admins see \
              their sites, superusers also those that do not exist.",
        params: &[Param {
            name: "onlyFaults",
            kind: ParamKind::Bool,
            default: Some("0"),
            doc: "leave out what was left out on purpose, such as bots",
        }],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(list(services, caller, params)),
    },
    Method {
        id: "CoreAdminHome.deleteTrackingFailure",
        doc: "Deletes one row of the tracking failures.",
        params: &[
            Param { name: "idSite", kind: ParamKind::Int, default: None, doc: "the site as it was asked for" },
            Param { name: "idFailure", kind: ParamKind::Text, default: None, doc: "Matomo's number, or the cause" },
        ],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(delete_one(services, caller, params)),
    },
    Method {
        id: "CoreAdminHome.deleteAllTrackingFailures",
        doc: "Deletes all tracking failures that the caller sees.",
        params: &[],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, _| {
            Box::pin(async {
                let ids: Vec<i64> = seen(services, caller).await?.iter().map(|row| row.id).collect();
                services.meta.delete_failures(caller, &ids).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "Diagnostics.noteFailuresSeen",
        doc: "Notes that a superuser has looked at the tracking failures.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, _| {
            Box::pin(async {
                services.meta.look_at_failures(caller, now_s()).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
];

/// The rows that a caller may see, with what is counted in memory.
async fn seen(services: &Services, caller: &Caller) -> Result<Vec<FailureRow>, ApiError> {
    if let Some(probes) = services.probes.get() {
        probes.settle().await.map_err(ApiError::Internal)?;
    }
    if caller.principal.is_superuser() {
        return services.meta.failures(None).await.map_err(from_meta);
    }
    let grant = check::<Admin>(&caller.principal, &Asked::All, &services.meta.snapshot().site_ids())?;
    let sites: Vec<i64> = grant.sites().iter().map(|site| i64::from(site.0)).collect();
    services.meta.failures(Some(&sites)).await.map_err(from_meta)
}

async fn list(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let rows = seen(services, caller).await?;
    let snapshot = services.meta.snapshot();
    let only_faults = params.flag("onlyFaults");
    let shown = |row: &FailureRow| {
        let site = u32::try_from(row.site).ok().and_then(|id| snapshot.site_rows.get(&SiteId(id)));
        let cause = cause_of(&row.cause);
        Answer::record([
            ("idsite", Answer::Int(row.site)),
            ("site_name", site.map_or("Unknown", |site| site.name.as_str()).into()),
            ("idfailure", cause.map_or(Answer::Int(0), |cause| Answer::Int(cause.number))),
            ("cause", row.cause.as_str().into()),
            ("fault", is_fault(&row.cause).into()),
            ("problem", cause.map_or("", |cause| cause.problem).into()),
            ("solution", cause.map_or("", |cause| cause.solution).into()),
            ("solution_url", "".into()),
            ("url", row.page_url.as_str().into()),
            ("tracking_url", row.tracking_url.as_str().into()),
            ("request_url", row.request.as_str().into()),
            ("date_first_occurred", date_time(row.first_s).into()),
            ("pretty_date_first_occurred", date_time(row.first_s).into()),
            ("first_s", Answer::Int(row.first_s)),
            ("last_s", Answer::Int(row.last_s)),
            ("count", Answer::Int(row.times)),
        ])
    };
    Ok(rows.iter().filter(|row| !only_faults || is_fault(&row.cause)).map(shown).collect())
}

async fn delete_one(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let site: i64 = required(params, "idSite")?.parse().map_err(|_| bad("idSite", "write the number of a site"))?;
    let named = required(params, "idFailure")?;
    let number: Option<i64> = named.parse().ok().filter(|number| *number > 0);
    let same = |row: &&FailureRow| {
        let by_number = number.is_some_and(|number| cause_of(&row.cause).is_some_and(|cause| cause.number == number));
        row.site == site && (row.cause == named || by_number)
    };
    let rows = seen(services, caller).await?;
    let ids: Vec<i64> = rows.iter().filter(same).map(|row| row.id).collect();
    if ids.is_empty() {
        return Err(ApiError::NotFound("there is no such tracking failure".to_owned()));
    }
    services.meta.delete_failures(caller, &ids).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// Mails all superusers the failures since somebody last looked at them, and ends the turn of the job.
///
/// # Errors
/// When a store fails.
pub async fn mail_new(services: &Services, probes: &dyn Probes, caller: &Caller, turn: &Turn) -> Result<(), ApiError> {
    probes.settle().await.map_err(ApiError::Internal)?;
    let meta = &services.meta;
    let looked_s = meta.looked_at(makoto_meta::FAILURES_LOOKED_AT).await.map_err(from_meta)?.unwrap_or(0);
    let rows = meta.failures(None).await.map_err(from_meta)?;
    let new: Vec<&FailureRow> = rows.iter().filter(|row| is_fault(&row.cause) && row.last_s > looked_s).collect();
    if new.is_empty() {
        return meta.end_turn(turn, Ok("nothing new"), now_s()).await.map_err(from_meta);
    }
    let line = |row: &&FailureRow| {
        let problem = cause_of(&row.cause).map_or(row.cause.as_str(), |cause| cause.problem);
        json!({ "site": row.site, "problem": problem, "count": row.times, "url": row.page_url })
    };
    let data = json!({ "failures": new.iter().take(MAILED_MAX).map(line).collect::<Vec<_>>() });
    let recorded = (Activity::FailuresReported, json!({ "count": new.len() }));
    meta.mail_in_turn(caller, turn, MailKind::TrackingFailures, recorded, &data, now_s()).await.map_err(from_meta)
}
