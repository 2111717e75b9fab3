//! What those who manage public grants are told of them.

use super::{
    Services,
    acts::{admin_sites, cool_off_s, found, grant_ids, needs_two, own_sites, to_type},
    allowed::{ALLOWED, COLUMNS, DASHBOARD, REVENUE_COLUMNS, Show},
    answer::{self, open_url, report_name, scope_fields, site_name, texts, time},
    draft::{self, Confirmed, DAYS_DEFAULT, DAYS_MAX, Draft, MONTHS_DEFAULT, MONTHS_MAX},
    scan::{Finding, scan},
    settings::{VISITS_MIN, VISITS_MIN_MAX},
};
use crate::services::{asked_sites, bad, from_meta, list};
use makoto_access::{Asked, Caller, Principal, Role, User, check, check_instance};
use makoto_catalog::{Answer, ApiError};
use makoto_meta::{Channel, EntryFilter, NewPublic, PublicGrant, PublicScope, PublicState, ReadScope};
use makoto_model::{Params, SiteId};
use std::collections::BTreeSet;

/// Lines of history that one answer holds.
const HISTORY_MAX: u32 = 500;
/// Height of a frame, in pixels: a graph or a table of ten rows.
const FRAME_HEIGHT: u32 = 420;

fn administers(caller: &Caller, site: SiteId) -> bool {
    caller.principal.is_superuser() || caller.principal.role(site) == Some(Role::Admin)
}

pub(super) async fn state(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let (snapshot, now_s) = (services.meta.snapshot(), services.meta.steady_now_s());
    let own = |grant: &&PublicGrant| administers(caller, grant.site);
    let count = |state: PublicState| {
        snapshot.public.grants.values().filter(own).filter(|grant| grant.state == state).count() as i64
    };
    let live = snapshot.public.live(now_s).filter(|_| !services.public_forbidden);
    let live: Vec<&PublicGrant> = live.filter(own).collect();
    let sites: BTreeSet<SiteId> = live.iter().map(|grant| grant.site).collect();
    let mute = services.meta.mail_is_mute().await.map_err(from_meta)?;
    let switch = match (services.public_forbidden, snapshot.public.switched_on) {
        (true, _) => "forbidden",
        (false, true) => "on",
        (false, false) => "off",
    };
    let superuser = check_instance(&caller.principal).is_ok();
    let site = |site: &SiteId| {
        Answer::record([("idsite", Answer::Int(i64::from(site.0))), ("name", site_name(&snapshot, *site).into())])
    };
    let superusers = snapshot.accounts.values().filter(|account| account.superuser).count();
    let whole = PublicScope { what: makoto_meta::PublicWhat::Site, ..empty() };
    Ok(Answer::record([
        ("switch", Answer::from(switch)),
        ("active", Answer::Int(live.len() as i64)),
        ("sites", Answer::List(sites.iter().map(site).collect())),
        ("pending", Answer::Int(count(PublicState::Pending))),
        ("paused", Answer::Int(count(PublicState::Paused))),
        ("mailWorks", Answer::Bool(mute.is_none())),
        ("mailFault", mute.unwrap_or("").into()),
        ("twoPeople", Answer::Bool(needs_two(&snapshot, &[&whole]))),
        ("coolOffMinutes", Answer::Int(cool_off_s(&snapshot) / 60)),
        ("superusers", Answer::Int(superusers as i64)),
        ("reminder", reminder(services, caller).await?),
        ("alertsFailed", Answer::Int(services.meta.failed_alerts().await.map_err(from_meta)?)),
        ("maySwitch", Answer::Bool(superuser && !services.public_forbidden)),
        ("mayActivate", Answer::Bool(superuser && switch == "on" && mute.is_none())),
        ("needsFactor", needs_factor(services, caller).into()),
    ]))
}

fn empty() -> PublicScope {
    PublicScope {
        what: makoto_meta::PublicWhat::Reports,
        methods: Vec::new(),
        dashboard: None,
        shows: Vec::new(),
        months: MONTHS_DEFAULT,
        segment: String::new(),
        visits_min: 0,
        channel: Channel::Open,
        origins: Vec::new(),
    }
}

/// What the caller must give beside the password.
fn needs_factor(services: &Services, caller: &Caller) -> &'static str {
    let factors = services.meta.snapshot().factors(&caller.principal.name());
    match (factors.has_totp(), factors.passkeys > 0) {
        (true, _) => "code",
        (false, true) => "passkey",
        (false, false) => "",
    }
}

async fn reminder(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let superuser = matches!(&caller.principal, Principal::User(User { superuser: true, .. }));
    if !superuser {
        return Ok(Answer::Null);
    }
    let state = services.meta.reminder_of(&caller.principal.name()).await.map_err(from_meta)?;
    let now_s = services.meta.steady_now_s();
    let whole_site = services.meta.snapshot().public.live(now_s).any(PublicGrant::is_whole_site);
    let alarm = services.meta.reminder_overdue().await.map_err(from_meta)?;
    Ok(Answer::record([
        ("every", Answer::from(state.every.name())),
        ("mayBeOff", Answer::Bool(!whole_site)),
        ("lastSent", time(state.last_s)),
        ("nextDue", time(state.next_due_s)),
        ("alarm", Answer::Bool(alarm)),
    ]))
}

pub(super) fn options(services: &Services) -> Answer {
    let catalog = services.meta.catalog();
    let row = |allowed: &super::allowed::Allowed| {
        let report = catalog.report(allowed.method)?;
        Some(Answer::record([
            ("method", Answer::from(allowed.method)),
            ("name", report.name.into()),
            ("category", report.category.into()),
            ("subcategory", report.subcategory.into()),
            ("needs", allowed.needs.map_or("", Show::name).into()),
        ]))
    };
    let number = |number: u32| Answer::Int(i64::from(number));
    Answer::record([
        ("reports", Answer::List(ALLOWED.iter().filter_map(row).collect())),
        ("dashboard", texts(DASHBOARD)),
        ("shows", answer::shows()),
        ("channels", Channel::ALL.iter().map(|channel| channel.name()).collect()),
        ("monthsDefault", number(MONTHS_DEFAULT)),
        ("monthsMax", number(MONTHS_MAX)),
        ("daysDefault", number(DAYS_DEFAULT)),
        ("daysMax", number(DAYS_MAX)),
        ("visitsMinDefault", number(services.meta.snapshot().setting(&VISITS_MIN))),
        ("visitsMinMax", number(VISITS_MIN_MAX)),
        ("reasonMin", Answer::Int(10)),
    ])
}

pub(super) async fn grants(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (snapshot, views) = (services.meta.snapshot(), services.meta.public_views().await.map_err(from_meta)?);
    let wanted = match params.filled("state") {
        None => None,
        Some(name) => Some(PublicState::parse(name).ok_or_else(|| bad("state", "there is no such state"))?),
    };
    let own = |grant: &&PublicGrant| administers(caller, grant.site) && wanted.is_none_or(|state| state == grant.state);
    let row = |grant: &PublicGrant| {
        Answer::Record(answer::grant(services, &snapshot, grant, &views.get(&grant.id).cloned().unwrap_or_default()))
    };
    Ok(Answer::List(snapshot.public.grants.values().filter(own).map(row).collect()))
}

pub(super) async fn grant(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let ids = grant_ids(params)?;
    let snapshot = services.meta.snapshot();
    let found = found(&snapshot, &ids)?;
    let [one] = found[..] else { return Err(bad("idGrant", "name one public grant")) };
    if !administers(caller, one.site) {
        return Err(ApiError::NotFound(format!("there is no public grant {}", one.id)));
    }
    let views = services.meta.public_views().await.map_err(from_meta)?;
    let mut fields = answer::grant(services, &snapshot, one, &views.get(&one.id).cloned().unwrap_or_default());
    fields.push(("history".into(), lines(services, caller, Some(one.id)).await?));
    fields.push(("findings".into(), findings(services, &scan(services, one).await?)));
    Ok(Answer::Record(fields))
}

pub(super) async fn page(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let ids = grant_ids(params)?;
    own_sites(services, caller, &ids)?;
    let snapshot = services.meta.snapshot();
    let found = found(&snapshot, &ids)?;
    let [one] = found[..] else { return Err(bad("idGrant", "name one public grant")) };
    match drafted(params) {
        true => super::page::page(services, &super::changed(services, caller, one, params).await?).await,
        false => super::page::page(services, one).await,
    }
}

/// Whether a call brings a draft of what is to be public.
fn drafted(params: &Params) -> bool {
    ["what", "reports", "reports[0]", "idDashboard"].iter().any(|name| params.filled(name).is_some())
}

fn findings(services: &Services, found: &[Finding]) -> Answer {
    let row = |finding: &Finding| {
        Answer::record([
            ("idsite", Answer::Int(i64::from(finding.site.0))),
            ("report", finding.report.into()),
            ("name", report_name(services.meta.catalog(), finding.report).into()),
            ("kind", finding.kind.into()),
            ("count", Answer::Int(finding.count as i64)),
            ("examples", texts(&finding.examples)),
        ])
    };
    Answer::List(found.iter().map(row).collect())
}

pub(super) async fn history(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let id = match list(params, "idGrant") {
        None => None,
        Some(_) => Some(grant_ids(params)?[0]),
    };
    if let Some(id) = id {
        own_sites(services, caller, &[id])?;
    }
    lines(services, caller, id).await
}

/// Lines of the record about one grant, or about all that the caller administers.
async fn lines(services: &Services, caller: &Caller, id: Option<i64>) -> Result<Answer, ApiError> {
    let filter = EntryFilter { kind: Some("public.*".into()), ..EntryFilter::default() };
    let entries = services.meta.entries(&ReadScope::All, &filter, 0, HISTORY_MAX).await.map_err(from_meta)?;
    let superuser = caller.principal.is_superuser();
    let numbers = |entry: &makoto_meta::Entry, name: &str| -> Vec<i64> {
        let list = entry.detail.get(name).and_then(serde_json::Value::as_array);
        list.map(|list| list.iter().filter_map(serde_json::Value::as_i64).collect()).unwrap_or_default()
    };
    let about = |entry: &&makoto_meta::Entry| {
        let own = |site: &i64| u32::try_from(*site).is_ok_and(|site| administers(caller, SiteId(site)));
        let sites = numbers(entry, "site_ids");
        id.is_none_or(|id| numbers(entry, "grants").contains(&id))
            && (superuser || (!sites.is_empty() && sites.iter().all(own)))
    };
    let row = |entry: &makoto_meta::Entry| {
        let words = makoto_meta::Activity::parse(&entry.kind).map_or("", |kind| kind.words());
        Answer::record([
            ("at", Answer::Int(entry.at_ms / 1000)),
            ("kind", entry.kind.as_str().into()),
            ("what", words.into()),
            ("who", entry.who.as_str().into()),
            ("address", entry.address.as_str().into()),
            ("agent", entry.agent.as_str().into()),
            ("detail", entry.detail.to_string().into()),
        ])
    };
    Ok(Answer::List(entries.iter().filter(about).map(row).collect()))
}

pub(super) fn banner(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (snapshot, now_s) = (services.meta.snapshot(), services.meta.steady_now_s());
    let asked = if list(params, "idSite").is_some() { asked_sites(params, "idSite")? } else { Asked::All };
    let access = check::<makoto_access::View>(&caller.principal, &asked, &snapshot.site_ids())?;
    let live = snapshot.public.live(now_s).filter(|_| !services.public_forbidden);
    let row = |grant: &PublicGrant| {
        Answer::record([
            ("idsite", Answer::Int(i64::from(grant.site.0))),
            ("siteName", site_name(&snapshot, grant.site).into()),
            ("since", time(grant.activated_s)),
            ("by", grant.activated_by.as_str().into()),
            ("what", grant.scope.what.name().into()),
            ("idGrant", Answer::Int(grant.id)),
            ("until", time(grant.expires_s.or(grant.confirm_by_s))),
        ])
    };
    Ok(Answer::List(live.filter(|grant| access.sites().contains(&grant.site)).map(row).collect()))
}

/// A text in a link's query.
fn encoded(text: &str) -> String {
    crate::rows::query_encoded(text)
}

pub(super) fn embed_code(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let ids = grant_ids(params)?;
    own_sites(services, caller, &ids)?;
    let snapshot = services.meta.snapshot();
    let found = found(&snapshot, &ids)?;
    let [grant] = found[..] else { return Err(bad("idGrant", "name one public grant")) };
    if grant.scope.origins.is_empty() {
        return Err(ApiError::Refused("no page may frame this; name the origins of pages that may".into()));
    }
    let link = params.filled("link").filter(|link| link.starts_with(&format!("{}/public/link/", services.base_url)));
    let base = match (grant.scope.channel, link) {
        (Channel::Open, _) => open_url(services, grant.id),
        (_, Some(link)) => link.to_owned(),
        (_, None) => return Err(bad("link", "send the link as it was shown when it was made")),
    };
    let mut query = Vec::new();
    if let Some(report) = params.filled("report") {
        if !grant.scope.methods.iter().any(|method| method == report) {
            return Err(bad("report", "this report is not public here"));
        }
        query.push(format!("report={}", encoded(report)));
    }
    query
        .extend(["period", "date"].iter().filter_map(|name| Some(format!("{name}={}", encoded(params.filled(name)?)))));
    let url = if query.is_empty() { base } else { format!("{base}?{}", query.join("&")) };
    let plain = url.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    let html = format!(
        "<iframe src=\"{plain}\" width=\"100%\" height=\"{FRAME_HEIGHT}\" loading=\"lazy\" referrerpolicy=\"no-referrer\" \
         sandbox=\"allow-scripts allow-same-origin allow-forms\" style=\"border:0\" title=\"Statistics\"></iframe>"
    );
    Ok(Answer::record([("url", Answer::from(url)), ("html", html.into())]))
}

/// A grant as it would be, to look at what it would show.
fn imagined(site: SiteId, draft: &Draft) -> PublicGrant {
    let new = NewPublic {
        site,
        scope: draft.scope.clone(),
        reason: String::new(),
        life_days: draft.life_days,
        source: "request",
    };
    new.imagined()
}

pub(super) async fn preview(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    check_instance(&caller.principal)?;
    let snapshot = services.meta.snapshot();
    let grants: Vec<PublicGrant> = if list(params, "idGrants").or_else(|| list(params, "idGrant")).is_some() {
        let ids = grant_ids(params)?;
        let mut grants: Vec<PublicGrant> = found(&snapshot, &ids)?.into_iter().cloned().collect();
        if drafted(params) {
            for grant in &mut grants {
                *grant = super::changed(services, caller, grant, params).await?;
            }
        }
        grants
    } else {
        let sites = admin_sites(services, caller, params)?;
        let draft = Draft::read(services, caller, params, None).await?;
        sites.sites().iter().map(|site| imagined(*site, &draft)).collect()
    };
    let lines: Vec<Confirmed<'_>> = grants.iter().map(Confirmed::of).collect();
    let hash = draft::hash(&snapshot, &lines);
    let mut found = Vec::new();
    for grant in &grants {
        found.extend(scan(services, grant).await?);
    }
    let sites: Vec<SiteId> = grants.iter().map(|grant| grant.site).collect::<BTreeSet<_>>().into_iter().collect();
    let site = |site: &SiteId| {
        Answer::record([("idsite", Answer::Int(i64::from(site.0))), ("name", site_name(&snapshot, *site).into())])
    };
    let scopes: Vec<&PublicScope> = grants.iter().map(|grant| &grant.scope).collect();
    Ok(Answer::record([
        ("hash", Answer::from(hash)),
        ("sites", Answer::List(sites.iter().map(site).collect())),
        ("grants", Answer::List(grants.iter().map(|grant| previewed(services, grant)).collect())),
        ("findings", findings(services, &found)),
        ("twoPeople", Answer::Bool(needs_two(&snapshot, &scopes))),
        ("coolOffMinutes", Answer::Int(cool_off_s(&snapshot) / 60)),
        ("confirm", to_type(&snapshot, &sites).into()),
    ]))
}

fn previewed(services: &Services, grant: &PublicGrant) -> Answer {
    let snapshot = services.meta.snapshot();
    let revenue = grant.scope.shows.iter().any(|show| show == Show::Revenue.name());
    let columns = [COLUMNS, if revenue { REVENUE_COLUMNS } else { &[] }].concat();
    let mut fields = vec![
        ("idGrant", if grant.id == 0 { Answer::Null } else { Answer::Int(grant.id) }),
        ("idsite", Answer::Int(i64::from(grant.site.0))),
        ("siteName", site_name(&snapshot, grant.site).into()),
    ];
    fields.extend(scope_fields(services.meta.catalog(), &grant.scope));
    fields.push(("columns", texts(&columns)));
    if let Some((first, last)) = super::window(services, grant) {
        fields.push(("first", first.to_string().into()));
        fields.push(("last", last.to_string().into()));
    }
    fields.push(("expiresInDays", Answer::Int(i64::from(grant.life_days))));
    Answer::record(fields)
}
