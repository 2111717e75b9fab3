//! What the page of strangers is told of a grant: its reports and how they stand, its days, and what is shown first.

use super::{
    Services,
    allowed::{self, Show},
    answer::{dashboard, report_name, site_name, texts},
    settings, viewer, window,
};
use crate::services::from_meta;
use makoto_access::{Asked, View, check};
use makoto_catalog::{Answer, ApiError, Catalog, Report, Shape};
use makoto_meta::{Channel, PublicGrant};
use makoto_model::Day;

/// Notes that a page shows at most, the newest.
const NOTES_MAX: usize = 500;

/// How a report is drawn: one row of several numbers, one number, or a table.
fn kind(report: &Report) -> &'static str {
    match report.shape {
        Shape::Totals | Shape::Union { .. } | Shape::Folded { .. } => "totals",
        Shape::Number { .. } => "number",
        _ => "rows",
    }
}

fn report(catalog: &Catalog, grant: &PublicGrant, method: &str) -> Option<Answer> {
    let report = catalog.report(method)?;
    let limits = allowed::limits(grant, method)?.1;
    let opens = limits.levels_max > 1 && (report.subtable.is_some() || matches!(report.shape, Shape::Tree(_)));
    Some(Answer::record([
        ("method", Answer::from(method)),
        ("name", report_name(catalog, method).into()),
        ("category", report.category.into()),
        ("subcategory", report.subcategory.into()),
        ("kind", kind(report).into()),
        ("opens", Answer::Bool(opens)),
    ]))
}

/// The notes beside the days that are shown, where that was chosen: without who wrote them.
async fn notes(services: &Services, grant: &PublicGrant, days: Option<(Day, Day)>) -> Result<Answer, ApiError> {
    let chosen = grant.scope.shows.iter().any(|show| show == Show::Annotations.name());
    let (Some((first, last)), Some(method), true) = (days, grant.scope.methods.first(), chosen) else {
        return Ok(Answer::List(Vec::new()));
    };
    let asked = Asked::These(vec![grant.site]);
    let access = check::<View>(&viewer(grant, method), &asked, &services.meta.snapshot().site_ids())?;
    let all = services.meta.annotations(&access).await.map_err(from_meta)?;
    let shown = all.iter().rev().filter(|note| (first..=last).contains(&note.day)).take(NOTES_MAX);
    let row = |note: &makoto_meta::Annotation| {
        Answer::record([
            ("date", Answer::from(note.day.to_string())),
            ("note", note.note.as_str().into()),
            ("starred", Answer::Bool(note.starred)),
        ])
    };
    Ok(Answer::List(shown.map(row).collect()))
}

/// The grant whose page opens for those who come to the server without signing in, while it is open to everybody.
pub fn landing(services: &Services) -> Option<PublicGrant> {
    let snapshot = services.meta.snapshot();
    let id = i64::from(snapshot.setting(&settings::LANDING));
    if id == 0 || services.public_forbidden {
        return None;
    }
    let found = snapshot.public.open(id, services.meta.steady_now_s())?;
    snapshot.sites.contains_key(&found.site).then(|| found.clone())
}

/// What the page must know.
///
/// # Errors
/// When the notes cannot be read.
pub async fn page(services: &Services, grant: &PublicGrant) -> Result<Answer, ApiError> {
    let (snapshot, catalog) = (services.meta.snapshot(), services.meta.catalog());
    let site = snapshot.site_rows.get(&grant.site);
    let reports = grant.scope.methods.iter().filter_map(|method| report(catalog, grant, method)).collect();
    let (period, date) = match snapshot.setting(&settings::DEFAULT_DATE).as_str() {
        "yesterday" => ("day", "yesterday"),
        "last7" => ("range", "previous7"),
        "lastMonth" => ("month", "lastMonth"),
        _ => ("range", "previous30"),
    };
    let days = window(services, grant);
    let day = |day: Option<Day>| day.map_or(Answer::Null, |day| day.to_string().into());
    let lands = grant.scope.channel == Channel::Open && landing(services).is_some_and(|found| found.id == grant.id);
    Ok(Answer::record([
        ("locked", Answer::Bool(false)),
        ("version", Answer::Int(grant.version)),
        ("siteName", site_name(&snapshot, grant.site).into()),
        ("what", grant.scope.what.name().into()),
        ("dashboard", dashboard(&grant.scope)),
        ("timezone", site.map_or("", |site| site.timezone.as_str()).into()),
        ("currency", site.map_or("", |site| site.currency.as_str()).into()),
        ("reports", Answer::List(reports)),
        ("shows", texts(&grant.scope.shows)),
        ("notes", notes(services, grant, days).await?),
        ("first", day(days.map(|(first, _)| first))),
        ("last", day(days.map(|(_, last)| last))),
        ("period", period.into()),
        ("date", date.into()),
        ("signIn", Answer::Bool(lands)),
        ("noindex", Answer::Bool(snapshot.setting(&settings::NO_INDEX))),
        ("cacheSeconds", Answer::Int(i64::from(snapshot.setting(&settings::CACHE_SECONDS)))),
    ]))
}
