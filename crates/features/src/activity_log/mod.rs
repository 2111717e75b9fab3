//! The record of acts for those who may read it: each user their own, superusers all.

mod answer;
mod settings;

pub use settings::{RETENTION_DAYS, SYSLOG_ADDRESS, WEBHOOK_SECRET, WEBHOOK_URL};

use crate::{
    Services,
    services::{bad, from_meta, now_s},
};
pub(crate) use answer::answer;
use answer::row;
use makoto_access::{Caller, Principal};
use makoto_catalog::{Access, Answer, ApiError, Effect, Feature, Guard, Method, Param, ParamKind};
use makoto_meta::{Activity, EntryFilter, ReadScope};
use makoto_model::{Day, Params, Period, Range};
use serde_json::json;

pub static FEATURE: Feature =
    Feature { name: "ActivityLog", dimensions: &[], metrics: &[], reports: &[], settings: settings::SETTINGS };

/// Lines that one call shows at most.
const LINES_MAX: u32 = 1000;
/// Lines that one export holds at most; a longer one is asked for in parts, by date.
const EXPORT_LINES_MAX: u32 = 100_000;
/// Reading all lines is recorded once within this time, in seconds, and not for every page that is turned.
const READ_NOTED_EVERY_S: i64 = 10 * 60;

const DAY_MS: i64 = 86_400_000;

const fn param(name: &'static str, kind: ParamKind, doc: &'static str) -> Param {
    Param { name, kind, default: Some(""), doc }
}

const OFFSET: Param = param("offset", ParamKind::Int, "lines to leave out first");
const LIMIT: Param = param("limit", ParamKind::Int, "lines at most, 25 unless told, -1 for as many as one call shows");
const LOGIN: Param = param("filterByUserLogin", ParamKind::Text, "who did it, or whom it is about");
const KIND: Param = param("filterByActivityType", ParamKind::Text, "a kind, or a family of them as session.*");
const RESULT: Param = param("filterByResult", ParamKind::Text, "done or refused");
const TEXT: Param = param("filterByText", ParamKind::Text, "a text anywhere in the line");
const PERIOD: Param = param("period", ParamKind::Text, "day, week, month, year or range; counts from the date on");
const DATE: Param = param("date", ParamKind::Text, "2026-03-31, or two days with a comma for a range; in UTC");

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "ActivityLog.getEntries",
        doc: "Lines of the activity log, newest first: all for a superuser, one's own for everyone else.",
        params: &[OFFSET, LIMIT, LOGIN, KIND, RESULT, TEXT, PERIOD, DATE],
        access: Access::Oneself,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(entries(services, caller, params)),
    },
    Method {
        id: "ActivityLog.getEntryCount",
        doc: "How many lines the activity log has.",
        params: &[LOGIN, KIND, RESULT, TEXT, PERIOD, DATE],
        access: Access::Oneself,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let count =
                    services.meta.entry_count(&scope(services, caller), &filter(params)?).await.map_err(from_meta)?;
                Ok(Answer::Int(count))
            })
        },
    },
    Method {
        id: "ActivityLog.getKinds",
        doc: "The kinds of acts that leave a line, with their words and those of what they are about.",
        params: &[],
        access: Access::SignedIn,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| {
            Box::pin(async {
                let kind = |kind: &Activity| {
                    let (name, words, subject) = (kind.name(), kind.words(), kind.subject());
                    Answer::record([("kind", Answer::from(name)), ("words", words.into()), ("subject", subject.into())])
                };
                Ok(Activity::ALL.iter().map(kind).collect())
            })
        },
    },
    Method {
        id: "ActivityLog.export",
        doc: "Lines of the activity log for keeping elsewhere, up to 100,000 at once, with the signed head of the chain.",
        params: &[LOGIN, KIND, RESULT, TEXT, PERIOD, DATE],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(export(services, caller, params)),
    },
    Method {
        id: "ActivityLog.verify",
        doc: "Checks the chain of the activity log and the heads (LINE:HASH) that were kept elsewhere; lists what is wrong.",
        params: &[param("heads", ParamKind::List, "heads from mails and exports, each LINE:HASH")],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(verify(services, caller, params)),
    },
];

fn scope(services: &Services, caller: &Caller) -> ReadScope {
    if caller.principal.is_superuser() {
        return ReadScope::All;
    }
    let login = caller.principal.name();
    // Whoever had the login before was somebody else.
    let since_ms = services.meta.snapshot().account(&login).map_or(i64::MAX, |account| account.created_s * 1000);
    ReadScope::Own { login, since_ms }
}

fn filter(params: &Params) -> Result<EntryFilter, ApiError> {
    let text = |name: &str| params.filled(name).map(str::to_owned);
    let (from_ms, until_ms) = match params.filled("date") {
        Some(date) => span_ms(params.filled("period").unwrap_or("day"), date)?,
        None => (None, None),
    };
    let known = |kind: &str| kind.ends_with(".*") || Activity::parse(kind).is_some();
    if params.filled("filterByActivityType").is_some_and(|kind| !known(kind)) {
        return Err(bad("filterByActivityType", "there is no such kind; see ActivityLog.getKinds"));
    }
    Ok(EntryFilter {
        login: text("filterByUserLogin"),
        kind: text("filterByActivityType"),
        result: text("filterByResult"),
        text: text("filterByText"),
        from_ms,
        until_ms,
        below: None,
    })
}

/// The moments at which a period begins and ends, in UTC.
fn span_ms(period: &str, date: &str) -> Result<(Option<i64>, Option<i64>), ApiError> {
    let day = |text: &str| Day::parse(text.trim()).ok_or_else(|| bad("date", "write days as 2026-03-31"));
    let span = match (date.split_once(','), period) {
        (Some((first, last)), _) => Range { first: day(first)?, last: day(last)? },
        (None, "day") => Period::Day.around(day(date)?),
        (None, "week") => Period::Week.around(day(date)?),
        (None, "month") => Period::Month.around(day(date)?),
        (None, "year") => Period::Year.around(day(date)?),
        (None, _) => return Err(bad("period", "use day, week, month, year, or range with two days")),
    };
    let begin_ms = |day: Day| i64::from(day.0) * DAY_MS;
    Ok((Some(begin_ms(span.first)), Some(begin_ms(span.last.plus(1)))))
}

async fn entries(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (scope, filter) = (scope(services, caller), filter(params)?);
    let offset = params.int("offset").unwrap_or(0).clamp(0, i64::from(u32::MAX)) as u32;
    let limit = match params.int("limit") {
        None => 25,
        Some(limit) if limit < 0 => LINES_MAX,
        Some(limit) => limit.min(i64::from(LINES_MAX)) as u32,
    };
    if scope == ReadScope::All && matches!(caller.principal, Principal::User(_)) {
        note_reading(services, caller).await?;
    }
    let lines = services.meta.entries(&scope, &filter, offset, limit).await.map_err(from_meta)?;
    Ok(lines.iter().map(row).collect())
}

async fn note_reading(services: &Services, caller: &Caller) -> Result<(), ApiError> {
    let noted = EntryFilter {
        login: Some(caller.principal.name()),
        kind: Some(Activity::AuditRead.name().to_owned()),
        from_ms: Some((now_s() - READ_NOTED_EVERY_S) * 1000),
        ..EntryFilter::default()
    };
    if services.meta.entry_count(&ReadScope::All, &noted).await.map_err(from_meta)? == 0 {
        services.meta.record(caller, Activity::AuditRead, json!({})).await.map_err(from_meta)?;
    }
    Ok(())
}

async fn export(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let filter = filter(params)?;
    let count = services.meta.entry_count(&ReadScope::All, &filter).await.map_err(from_meta)?;
    if count > i64::from(EXPORT_LINES_MAX) {
        let message = format!("these are {count} lines and an export holds {EXPORT_LINES_MAX}; export shorter times");
        return Err(ApiError::TooMuch(message));
    }
    let head = services.meta.seal_record().await.map_err(from_meta)?;
    let detail = json!({ "lines": count, "head": head.map(|head| head.written()) });
    services.meta.record(caller, Activity::AuditExported, detail).await.map_err(from_meta)?;
    let lines = services.meta.entries(&ReadScope::All, &filter, 0, EXPORT_LINES_MAX).await.map_err(from_meta)?;
    Ok(lines.iter().map(row).collect())
}

async fn verify(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let texts = crate::services::list(params, "heads").unwrap_or_default();
    let read = |text: &String| {
        makoto_meta::KnownHead::parse(text)
            .ok_or_else(|| bad("heads", "write each head as LINE:HASH, as mails show it"))
    };
    let known = texts.iter().filter(|text| !text.is_empty()).map(read).collect::<Result<Vec<_>, _>>()?;
    let findings = services.meta.verify_record(&known).await.map_err(from_meta)?;
    let kind = if findings.is_empty() { Activity::AuditVerified } else { Activity::AuditTampered };
    let detail = json!({ "findings": findings.len(), "heads": known.len() });
    services.meta.record(caller, kind, detail).await.map_err(from_meta)?;
    Ok(findings.iter().map(|finding| Answer::from(finding.to_string())).collect())
}

/// What the job of every day may remove: lines older than the setting says.
///
/// # Errors
/// When the store cannot be read or written.
pub async fn prune(services: &Services) -> Result<u64, makoto_meta::Error> {
    let days = services.meta.snapshot().setting(&RETENTION_DAYS);
    services.meta.prune_record(now_s() * 1000 - i64::from(days) * DAY_MS).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn periods_begin_and_end_where_they_should() {
        let days = |period, date| {
            let (from, until) = span_ms(period, date).unwrap();
            (from.unwrap() / DAY_MS, until.unwrap() / DAY_MS)
        };
        assert_eq!(days("day", "1970-01-02"), (1, 2));
        assert_eq!(days("week", "1970-01-07"), (4, 11));
        assert_eq!(days("month", "1970-02-28"), (31, 59));
        assert_eq!(days("year", "1970-07-01"), (0, 365));
        assert_eq!(days("range", "1970-01-02,1970-01-03"), (1, 3));
        assert!(span_ms("day", "yesterday-ish").is_err() && span_ms("decade", "1970-01-01").is_err());
    }
}
