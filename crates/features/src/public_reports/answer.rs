//! How public grants look to those who manage them.

use super::{Services, allowed::Show};
use makoto_catalog::{Answer, Catalog};
use makoto_meta::{Channel, PublicGrant, PublicScope, PublicState, PublicView, Snapshot};
use makoto_model::SiteId;

pub(super) fn time(time_s: Option<i64>) -> Answer {
    time_s.map_or(Answer::Null, Answer::Int)
}

pub(super) fn texts<T: AsRef<str>>(texts: &[T]) -> Answer {
    texts.iter().map(AsRef::as_ref).collect()
}

pub(super) fn site_name(snapshot: &Snapshot, site: SiteId) -> String {
    snapshot.site_rows.get(&site).map_or_else(String::new, |row| row.name.clone())
}

/// What a report is called; its method where it has no name any more.
pub(super) fn report_name(catalog: &Catalog, method: &str) -> String {
    catalog.report(method).map_or_else(|| method.to_owned(), |report| report.name.to_owned())
}

/// Reports by their methods, with what they are called.
fn reports(catalog: &Catalog, methods: &[String]) -> Answer {
    let row = |method: &String| {
        Answer::record([("method", Answer::from(method.as_str())), ("name", report_name(catalog, method).into())])
    };
    Answer::List(methods.iter().map(row).collect())
}

/// The dashboard of a scope as strangers see it: its name and which report stands where.
pub(super) fn dashboard(scope: &PublicScope) -> Answer {
    let Some(dashboard) = &scope.dashboard else { return Answer::Null };
    let columns = dashboard.columns.iter().map(|column| texts(column)).collect();
    Answer::record([("name", Answer::from(dashboard.name.as_str())), ("columns", Answer::List(columns))])
}

/// The same for those who manage it: also whose it is, and what of it is not shown.
fn whole_dashboard(catalog: &Catalog, scope: &PublicScope) -> Answer {
    let (Some(board), Answer::Record(mut fields)) = (&scope.dashboard, dashboard(scope)) else { return Answer::Null };
    fields.push(("login".into(), board.login.as_str().into()));
    fields.push(("idDashboard".into(), Answer::Int(board.id)));
    fields.push(("leftOut".into(), reports(catalog, &board.left_out)));
    Answer::Record(fields)
}

/// The fields of a scope.
pub(super) fn scope_fields(catalog: &Catalog, scope: &PublicScope) -> Vec<(&'static str, Answer)> {
    vec![
        ("what", scope.what.name().into()),
        ("reports", reports(catalog, &scope.methods)),
        ("dashboard", whole_dashboard(catalog, scope)),
        ("shows", texts(&scope.shows)),
        ("months", Answer::Int(i64::from(scope.months))),
        ("segment", scope.segment.as_str().into()),
        ("visitsMin", Answer::Int(i64::from(scope.visits_min))),
        ("channel", scope.channel.name().into()),
        ("origins", texts(&scope.origins)),
    ]
}

/// The address of a grant that is open to everybody.
pub fn open_url(services: &Services, id: i64) -> String {
    format!("{}/public/{id}", services.base_url)
}

/// Everything about a grant but its secrets.
pub(super) fn grant(
    services: &Services,
    snapshot: &Snapshot,
    grant: &PublicGrant,
    view: &PublicView,
) -> Vec<(String, Answer)> {
    let open =
        grant.scope.channel == Channel::Open && !matches!(grant.state, PublicState::Revoked | PublicState::Expired);
    let mut fields = vec![
        ("idGrant", Answer::Int(grant.id)),
        ("idsite", Answer::Int(i64::from(grant.site.0))),
        ("siteName", site_name(snapshot, grant.site).into()),
    ];
    fields.extend(scope_fields(services.meta.catalog(), &grant.scope));
    fields.extend([
        ("state", Answer::from(grant.state.name())),
        ("waitsFor", grant.waits_for.name().into()),
        ("source", grant.source.as_str().into()),
        ("reason", grant.reason.as_str().into()),
        ("expiresInDays", Answer::Int(i64::from(grant.life_days))),
        ("requestedBy", grant.requested_by.as_str().into()),
        ("requestedAt", Answer::Int(grant.requested_s)),
        ("activatedBy", grant.activated_by.as_str().into()),
        ("activatedAt", time(grant.activated_s)),
        ("approvedBy", grant.approved_by.as_str().into()),
        ("approveUntil", time(grant.approve_until_s)),
        ("startsAt", time(grant.starts_s)),
        ("expiresAt", time(grant.expires_s)),
        ("reconfirmBy", time(grant.confirm_by_s)),
        ("changedBy", grant.changed_by.as_str().into()),
        ("changedAt", Answer::Int(grant.changed_s)),
        ("views", Answer::Int(view.views)),
        ("lastViewed", time(view.last_viewed_s)),
        ("lastCountry", view.last_country.as_str().into()),
        ("version", Answer::Int(grant.version)),
        ("url", if open { open_url(services, grant.id).into() } else { "".into() }),
    ]);
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// What may be chosen.
pub(super) fn shows() -> Answer {
    let row = |show: &Show| {
        Answer::record([("id", Answer::from(show.name())), ("name", show.title().into()), ("doc", show.doc().into())])
    };
    Answer::List(Show::ALL.iter().map(row).collect())
}
