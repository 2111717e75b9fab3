//! Keeping less of visits that are stored already, and the list of all work on stored data.

use super::{
    settings,
    work::{Masks, Span, Work, rows},
};
use crate::{
    Services,
    core_plugins_admin::described,
    services::{asked_sites, bad, from_meta, list, required},
};
use makoto_access::{Admin, Caller, check};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_model::{Day, Params};

/// Works that the list shows, newest first.
const JOBS_MAX: u32 = 200;

const fn text(name: &'static str, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind: ParamKind::Text, default, doc }
}

const fn flag(name: &'static str, doc: &'static str) -> Param {
    Param { name, kind: ParamKind::Bool, default: Some("0"), doc }
}

static PARAMS: &[Param] = &[
    text("idSites", None, "sites' numbers with commas, or all"),
    text("date", None, "a day as 2026-03-31, or two days with a comma"),
    flag("anonymizeIp", "whether the addresses are masked as the site's settings say, by two bytes at least"),
    flag("anonymizeLocation", "whether of the location only the country stays"),
    flag("anonymizeUserId", "whether user IDs are replaced by pseudonyms"),
    Param {
        name: "unsetVisitColumns",
        kind: ParamKind::List,
        default: Some(""),
        doc: "columns of visits that are emptied, of those that getAvailableVisitColumnsToAnonymize lists",
    },
    Param {
        name: "unsetLinkVisitActionColumns",
        kind: ParamKind::List,
        default: Some(""),
        doc: "columns of actions that are emptied, of those that getAvailableLinkVisitActionColumnsToAnonymize lists",
    },
    Param { name: "maskLength", kind: ParamKind::Int, default: Some("0"), doc: "bytes of addresses, 1 to 4" },
    flag("anonymizeOrderId", "whether order numbers are replaced by pseudonyms"),
    flag("maskTexts", "whether parameters, e-mail addresses, card numbers and tokens are masked"),
    text("anonymizeReferrer", Some(""), "exclude_query, exclude_path or exclude_all"),
    text("resolutionDetail", Some(""), "rounded or none"),
    text("languageDetail", Some(""), "language or none"),
    text("locationDetail", Some(""), "region, country or none"),
];

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "PrivacyManager.anonymizeSomeRawData",
        doc: "Keeps less of stored visits, from now on and also in restored backups. It cannot be undone.",
        params: PARAMS,
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| {
            Box::pin(async move {
                let work = work(services, caller, params)?;
                let (id, _) = services.data()?.start(caller, work, false).await?;
                Ok(Answer::record([("job", Answer::from(id))]))
            })
        },
    },
    Method {
        id: "PrivacyManager.previewAnonymizeSomeRawData",
        doc: "How many rows `anonymizeSomeRawData` with the same parameters would touch.",
        params: PARAMS,
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async move { Ok(rows(&services.data()?.preview(&work(services, caller, params)?).await?)) })
        },
    },
    columns(
        "PrivacyManager.getAvailableVisitColumnsToAnonymize",
        "Columns of visits that may be emptied.",
        |s, _, _| Box::pin(async { Ok(names(&s.data()?.columns()[0])) }),
    ),
    columns(
        "PrivacyManager.getAvailableLinkVisitActionColumnsToAnonymize",
        "Columns of actions that may be emptied.",
        |s, _, _| Box::pin(async { Ok(names(&s.data()?.columns()[1])) }),
    ),
    columns(
        "PrivacyManager.getJobs",
        "Work on stored data of visitors, newest first: erasures, purges, masks over the past.",
        |services, _, _| Box::pin(jobs(services)),
    ),
    columns("PrivacyManager.getMaskChoices", "What may be masked in stored visits, with its choices.", |_, _, _| {
        Box::pin(async {
            let choices = [&settings::REFERRER, &settings::RESOLUTION, &settings::LANGUAGE, &settings::LOCATION];
            Ok(choices.into_iter().map(|setting| described(setting, (setting.default)(), "default")).collect())
        })
    }),
];

type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

const fn columns(id: &'static str, doc: &'static str, run: Run) -> Method<Services> {
    Method { id, doc, params: &[], access: Access::Superuser, effect: Effect::Read, guard: Guard::Open, run }
}

fn names(columns: &[&'static str]) -> Answer {
    let row =
        |name: &&'static str| Answer::record([("column_name", Answer::from(*name)), ("default_value", Answer::Null)]);
    Answer::List(columns.iter().map(row).collect())
}

/// Two days, the first not after the last.
fn days(text: &str) -> Result<(Day, Day), ApiError> {
    let what = || bad("date", "write a day as 2026-03-31, or two days with a comma, the earlier one first");
    let (first, last) = text.split_once(',').unwrap_or((text, text));
    let day = |text: &str| Day::parse(text.trim()).ok_or_else(what);
    let (first, last) = (day(first)?, day(last)?);
    if first <= last { Ok((first, last)) } else { Err(what()) }
}

fn choice(params: &Params, name: &'static str, choices: &[&str]) -> Result<String, ApiError> {
    match params.get(name).unwrap_or("") {
        "" => Ok(String::new()),
        text if choices.contains(&text) => Ok(text.to_owned()),
        _ => Err(bad(name, format!("write one of {}", choices.join(", ")))),
    }
}

fn work(services: &Services, caller: &Caller, params: &Params) -> Result<Work, ApiError> {
    let snapshot = services.meta.snapshot();
    let grant = check::<Admin>(&caller.principal, &asked_sites(params, "idSites")?, &snapshot.site_ids())?;
    let (first, last) = days(required(params, "date")?)?;
    let on = |name: &str| matches!(params.get(name), Some("1" | "true"));
    let bytes = params.int("maskLength").unwrap_or(0);
    if !(0..=4).contains(&bytes) {
        return Err(bad("maskLength", "write 1, 2, 3 or 4 (all)"));
    }
    let entries = |name: &str| -> Vec<String> {
        let sent = list(params, name).unwrap_or_default();
        sent.iter()
            .flat_map(|text| text.split(','))
            .map(str::trim)
            .filter(|t| !t.is_empty())
            .map(str::to_owned)
            .collect()
    };
    let location = choice(params, "locationDetail", settings::LOCATION_DETAILS)?;
    let masks = Masks {
        address_bytes: if on("anonymizeIp") && bytes == 0 { 2 } else { bytes as u8 },
        users: on("anonymizeUserId"),
        orders: on("anonymizeOrderId"),
        texts: on("maskTexts"),
        referrer: choice(params, "anonymizeReferrer", settings::REFERRER_DETAILS)?,
        resolution: choice(params, "resolutionDetail", settings::RESOLUTION_DETAILS)?,
        language: choice(params, "languageDetail", settings::LANGUAGE_DETAILS)?,
        location: if location.is_empty() && on("anonymizeLocation") { "country".to_owned() } else { location },
        visit_columns: entries("unsetVisitColumns"),
        action_columns: entries("unsetLinkVisitActionColumns"),
    };
    let [of_visits, of_actions] = services.data()?.columns();
    for (name, chosen, known) in [
        ("unsetVisitColumns", &masks.visit_columns, of_visits),
        ("unsetLinkVisitActionColumns", &masks.action_columns, of_actions),
    ] {
        if let Some(column) = chosen.iter().find(|column| !known.contains(&column.as_str())) {
            return Err(bad(name, format!("{column} cannot be emptied; see the list of columns")));
        }
    }
    if masks == Masks::default() {
        return Err(ApiError::Refused("say what is to be masked".to_owned()));
    }
    let span = |id: &makoto_model::SiteId| {
        let zone = &snapshot.sites.get(id)?.zone;
        Some(Span { site: id.0, from_s: zone.start_s(first), until_s: zone.start_s(last.plus(1)) })
    };
    Ok(Work::Anonymise { spans: grant.sites().iter().filter_map(span).collect(), masks })
}

async fn jobs(services: &Services) -> Result<Answer, ApiError> {
    let jobs = services.meta.privacy_jobs(JOBS_MAX).await.map_err(from_meta)?;
    let row = |job: &makoto_meta::PrivacyJob| {
        let work: Option<Work> = serde_json::from_str(&job.spec).ok();
        let detail = work.map(|work| work.detail().to_string()).unwrap_or_default();
        Answer::record([
            ("id", Answer::from(job.id.as_str())),
            ("kind", job.kind.as_str().into()),
            ("detail", detail.into()),
            ("askedBy", job.asked_by.as_str().into()),
            ("askedAt", Answer::Int(job.asked_s)),
            ("state", job.state.as_str().into()),
            ("progress", Answer::Int(job.progress)),
            ("result", job.result.as_str().into()),
            ("doneAt", job.done_s.map_or(Answer::Null, Answer::Int)),
        ])
    };
    Ok(Answer::List(jobs.iter().map(row).collect()))
}
