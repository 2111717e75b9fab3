//! What anybody may see without an account: asked for, shown before it is confirmed, told of, and taken back.

pub(crate) mod acts;
pub mod allowed;
mod answer;
mod draft;
mod names;
pub mod page;
mod reads;
pub mod scan;
pub mod settings;

pub use draft::DAYS_DEFAULT;

use crate::{Services, users_manager};
use draft::{CHANNEL, DASHBOARD_ID, DASHBOARD_LOGIN, DAYS, LEAST, MONTHS, ORIGINS, REPORTS, SEGMENT, SHOWS, WHAT};
use makoto_access::{Caller, Principal, Role};
use makoto_catalog::{Access, ApiError, Feature, Guard, Method, Param, ParamKind};
use makoto_meta::{Channel, PublicGrant, PublicScope, PublicWhat, Snapshot};
use makoto_model::{Day, Params, SiteId};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use users_manager::{param, read, write};

pub static FEATURE: Feature =
    Feature { name: "PublicReports", dimensions: &[], metrics: &[], reports: &[], settings: settings::SETTINGS };

const SOME_ADMIN: Access = Access::SomeSite(Role::Admin);
const ID_SITES: Param = param("idSites", ParamKind::List, Some(""), "numbers of sites, or all: those of now");
const GRANTS: Param = param("idGrants", ParamKind::List, None, "numbers of public grants");
const GRANT: Param = param("idGrant", ParamKind::Int, None, "the public grant's number");
const HASH: Param = param("scopeHash", ParamKind::Text, None, "the hash that preview answered, of what was looked at");

pub static METHODS: &[Method<Services>] = &[
    read(
        "PublicReports.getState",
        "Whether public reports are on, how many there are, and whether people can be told of them.",
        &[],
        SOME_ADMIN,
        |services, caller, _| Box::pin(reads::state(services, caller)),
    ),
    read(
        "PublicReports.getOptions",
        "What can be made public, and by which ways.",
        &[],
        SOME_ADMIN,
        |services, _, _| Box::pin(async { Ok(reads::options(services)) }),
    ),
    read(
        "PublicReports.getGrants",
        "What is public or was, of the caller's sites.",
        &[param("state", ParamKind::Text, Some(""), "pending, active, paused, expired or revoked")],
        SOME_ADMIN,
        |services, caller, params| Box::pin(reads::grants(services, caller, params)),
    ),
    read(
        "PublicReports.getGrant",
        "One public grant with its history, and with what in it seems to be of persons.",
        &[GRANT],
        SOME_ADMIN,
        |services, caller, params| Box::pin(reads::grant(services, caller, params)),
    ),
    read(
        "PublicReports.getPage",
        "What the public page of a grant is told: reports, days and what is shown first; with a draft, as it would be.",
        &[GRANT, WHAT, REPORTS, DASHBOARD_ID, DASHBOARD_LOGIN, SHOWS, MONTHS, SEGMENT, LEAST, CHANNEL, ORIGINS],
        SOME_ADMIN,
        |services, caller, params| Box::pin(reads::page(services, caller, params)),
    ),
    read(
        "PublicReports.getHistory",
        "What was done to public grants, the newest first.",
        &[param("idGrant", ParamKind::Int, Some(""), "the public grant's number; all by default")],
        SOME_ADMIN,
        |services, caller, params| Box::pin(reads::history(services, caller, params)),
    ),
    read(
        "PublicReports.getBanner",
        "What is public of the caller's sites, for a line on their pages.",
        &[param("idSite", ParamKind::List, Some(""), "numbers of sites; all of the caller's by default")],
        Access::SomeSite(Role::View),
        |services, caller, params| Box::pin(async { reads::banner(services, caller, params) }),
    ),
    read(
        "PublicReports.getEmbedCode",
        "The code by which another page shows a public report.",
        &[
            GRANT,
            param("report", ParamKind::Text, Some(""), "the method of one report; all by default"),
            param("period", ParamKind::Text, Some(""), "the period that is shown first"),
            param("date", ParamKind::Text, Some(""), "the date that is shown first"),
            param("link", ParamKind::Secret, Some(""), "the link as it was shown when it was made"),
        ],
        SOME_ADMIN,
        |services, caller, params| Box::pin(async { reads::embed_code(services, caller, params) }),
    ),
    read(
        "PublicReports.preview",
        "What exactly would become visible, and the hash that a confirmation must carry.",
        &[
            param("idGrants", ParamKind::List, Some(""), "numbers of public grants; or a draft with sites"),
            ID_SITES,
            WHAT,
            REPORTS,
            DASHBOARD_ID,
            DASHBOARD_LOGIN,
            SHOWS,
            MONTHS,
            SEGMENT,
            LEAST,
            CHANNEL,
            ORIGINS,
            DAYS,
        ],
        Access::Superuser,
        |services, caller, params| Box::pin(reads::preview(services, caller, params)),
    ),
    write(
        "PublicReports.request",
        "Asks for reports of sites to be made public. They are not before a superuser activates that.",
        &[
            param("idSites", ParamKind::List, None, "numbers of sites, or all: those of now"),
            WHAT,
            REPORTS,
            DASHBOARD_ID,
            DASHBOARD_LOGIN,
            SHOWS,
            MONTHS,
            SEGMENT,
            LEAST,
            CHANNEL,
            ORIGINS,
            DAYS,
            param("reason", ParamKind::Text, None, "why, in ten letters or more"),
        ],
        (SOME_ADMIN, Guard::ProofInSession),
        |services, caller, params| Box::pin(acts::request(services, caller, params)),
    ),
    write(
        "PublicReports.activate",
        "Makes public what is pending, exactly as preview showed it. With two people, once the second approves.",
        &[GRANTS, HASH, param("confirm", ParamKind::Text, None, "the site's name, or the number of sites")],
        (Access::Superuser, Guard::ProofNow),
        |services, caller, params| Box::pin(acts::activate(services, caller, params)),
    ),
    write(
        "PublicReports.approve",
        "Approves what another superuser activated.",
        &[GRANTS, HASH],
        (Access::Superuser, Guard::ProofNow),
        |services, caller, params| Box::pin(acts::approve(services, caller, params)),
    ),
    write(
        "PublicReports.reject",
        "Ends what is pending, also while its cool-off runs.",
        &[GRANTS],
        (Access::Superuser, Guard::Proof),
        |services, caller, params| Box::pin(acts::reject(services, caller, params)),
    ),
    write(
        "PublicReports.pause",
        "Stops public grants from showing anything, at once.",
        &[GRANTS],
        (SOME_ADMIN, Guard::Password),
        |services, caller, params| Box::pin(acts::pause(services, caller, params)),
    ),
    write(
        "PublicReports.pauseAll",
        "Stops everything that is public, at once.",
        &[],
        (Access::Superuser, Guard::Password),
        |services, caller, _| Box::pin(acts::pause_all(services, caller)),
    ),
    write(
        "PublicReports.resume",
        "Makes paused grants public again.",
        &[GRANTS, HASH],
        (Access::Superuser, Guard::ProofNow),
        |services, caller, params| Box::pin(acts::resume(services, caller, params)),
    ),
    write(
        "PublicReports.revoke",
        "Ends public grants for good. Their links are dead.",
        &[GRANTS],
        (SOME_ADMIN, Guard::Proof),
        |services, caller, params| Box::pin(acts::revoke(services, caller, params)),
    ),
    write(
        "PublicReports.narrow",
        "Lets a public grant show less.",
        &[GRANT, WHAT, REPORTS, DASHBOARD_ID, DASHBOARD_LOGIN, SHOWS, MONTHS, SEGMENT, LEAST, CHANNEL, ORIGINS],
        (SOME_ADMIN, Guard::Proof),
        |services, caller, params| Box::pin(acts::narrow(services, caller, params)),
    ),
    write(
        "PublicReports.widen",
        "Lets a public grant show more, or by another way, exactly as preview showed it.",
        &[GRANT, WHAT, REPORTS, DASHBOARD_ID, DASHBOARD_LOGIN, SHOWS, MONTHS, SEGMENT, LEAST, CHANNEL, ORIGINS, HASH],
        (Access::Superuser, Guard::ProofNow),
        |services, caller, params| Box::pin(acts::widen(services, caller, params)),
    ),
    write(
        "PublicReports.renew",
        "Moves the end of public grants, or confirms those without one again.",
        &[GRANTS, DAYS, HASH],
        (Access::Superuser, Guard::ProofNow),
        |services, caller, params| Box::pin(acts::renew(services, caller, params)),
    ),
    write(
        "PublicReports.rotate",
        "Replaces the link of a public grant; the one before is dead.",
        &[GRANT],
        (Access::Superuser, Guard::Proof),
        |services, caller, params| Box::pin(acts::rotate(services, caller, params)),
    ),
    write(
        "PublicReports.setSwitch",
        "Switches public reports on or off for the whole installation.",
        &[param("state", ParamKind::Text, None, "on or off")],
        (Access::Superuser, Guard::ProofNow),
        |services, caller, params| Box::pin(acts::set_switch(services, caller, params)),
    ),
    write(
        "PublicReports.setReminder",
        "Chooses how often the caller is reminded of what is public. Never is no choice while a whole site is.",
        &[param("every", ParamKind::Text, None, "weekly, monthly or off")],
        (Access::Superuser, Guard::Open),
        |services, caller, params| Box::pin(acts::set_reminder(services, caller, params)),
    ),
];

/// Somebody without an account who asks for a report by Matomo's API: sees the sites that are open whole.
pub fn everybody(services: &Services, method: &str) -> Principal {
    if services.public_forbidden {
        return Principal::Anonymous;
    }
    let (snapshot, now_s) = (services.meta.snapshot(), services.meta.steady_now_s());
    let viewing: BTreeMap<SiteId, _> = snapshot
        .public
        .whole_sites(now_s)
        .filter_map(|grant| allowed::limits(grant, method))
        .map(|(site, limits)| (site, Arc::new(limits)))
        .collect();
    if viewing.is_empty() { Principal::Anonymous } else { Principal::Public(Arc::new(viewing)) }
}

/// What Matomo's "view" for everybody is here.
pub fn matomo_scope(snapshot: &Snapshot) -> PublicScope {
    PublicScope {
        what: PublicWhat::Site,
        methods: allowed::methods_with(&[]).into_iter().map(str::to_owned).collect(),
        dashboard: None,
        shows: Vec::new(),
        months: draft::MONTHS_DEFAULT,
        segment: String::new(),
        visits_min: snapshot.setting(&settings::VISITS_MIN),
        channel: Channel::Open,
        origins: Vec::new(),
    }
}

/// The sites that everybody sees whole now, as Matomo's user anonymous.
pub fn whole_sites(services: &Services) -> BTreeSet<SiteId> {
    let (snapshot, now_s) = (services.meta.snapshot(), services.meta.steady_now_s());
    let shown = snapshot.public.whole_sites(now_s).filter(|_| !services.public_forbidden);
    shown.map(|grant| grant.site).filter(|site| snapshot.sites.contains_key(site)).collect()
}

/// Somebody who looks at what one grant shows of a report; nobody where the report is not in it.
pub fn viewer(grant: &PublicGrant, method: &str) -> Principal {
    match allowed::limits(grant, method) {
        Some((site, limits)) => Principal::Public(Arc::new([(site, Arc::new(limits))].into())),
        None => Principal::Anonymous,
    }
}

/// A grant as a change of it would make it, to be looked at before it is confirmed.
///
/// # Errors
/// What is wrong with the draft.
pub async fn changed(
    services: &Services,
    caller: &Caller,
    grant: &PublicGrant,
    draft: &Params,
) -> Result<PublicGrant, ApiError> {
    let scope = draft::Draft::read(services, caller, draft, Some(&grant.scope)).await?.scope;
    Ok(PublicGrant { scope, ..grant.clone() })
}

/// The first and the last day that a grant shows now; nothing when its site is gone.
pub fn window(services: &Services, grant: &PublicGrant) -> Option<(Day, Day)> {
    let snapshot = services.meta.snapshot();
    let site = snapshot.sites.get(&grant.site)?;
    let today = site.zone.day(services.meta.steady_now_s());
    let months = jiff::Span::new().months(i64::from(grant.scope.months));
    let first = today.date().checked_sub(months).map_or(today, Day::from_date);
    Some((first, today.plus(-1)))
}
