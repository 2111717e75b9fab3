//! What is done to public grants by those who manage them.

use super::{
    Services,
    answer::open_url,
    draft::{self, Confirmed, DAYS_DEFAULT, DAYS_MAX, Draft},
    settings::{COOL_OFF_MINUTES, TWO_PEOPLE},
};
use crate::services::{asked_sites, bad, from_identity, from_meta, list, required};
use makoto_access::{Admin, Asked, Caller, Grant, check, check_instance};
use makoto_catalog::{Answer, ApiError};
use makoto_meta::{
    Activation, Channel, LinkSecret, NewPublic, PublicGrant, PublicMail, PublicScope, PublicState, ReminderEvery,
    Snapshot, WaitsFor,
};
use makoto_model::{Params, SiteId};
use std::collections::BTreeMap;

/// Grants of one call at most.
const GRANTS_MAX: usize = 2_000;
/// Letters of a link's password, without the dashes between them: 95 bits.
const PASSWORD_LETTERS: usize = 16;
const CHANGED: &str = "what would become public has changed since it was shown; look at it again and confirm it";

/// The numbers of grants that a call names.
pub(super) fn grant_ids(params: &Params) -> Result<Vec<i64>, ApiError> {
    let texts = list(params, "idGrants").or_else(|| list(params, "idGrant"));
    let texts = texts.ok_or_else(|| ApiError::MissingParam("idGrants".into()))?;
    let number = |text: &str| text.trim().parse().map_err(|_| bad("idGrants", "write numbers of public grants"));
    let mut ids: Vec<i64> = texts.iter().flat_map(|text| text.split(',')).map(number).collect::<Result<_, _>>()?;
    ids.sort_unstable();
    ids.dedup();
    match (1..=GRANTS_MAX).contains(&ids.len()) {
        true => Ok(ids),
        false => Err(bad("idGrants", format!("name 1 to {GRANTS_MAX} public grants"))),
    }
}

pub(super) fn found<'a>(snapshot: &'a Snapshot, ids: &[i64]) -> Result<Vec<&'a PublicGrant>, ApiError> {
    let one = |id: &i64| {
        snapshot.public.grants.get(id).ok_or_else(|| ApiError::NotFound(format!("there is no public grant {id}")))
    };
    ids.iter().map(one).collect()
}

/// Refuses while public reports are forbidden on this server.
pub(super) fn refuse_forbidden(services: &Services) -> Result<(), ApiError> {
    match services.public_forbidden {
        true => Err(ApiError::Refused(
            "public reports are forbidden by this server's configuration; whoever runs it can change public_reports and \
             restart it"
                .into(),
        )),
        false => Ok(()),
    }
}

fn refuse_off(services: &Services) -> Result<(), ApiError> {
    refuse_forbidden(services)?;
    match services.meta.snapshot().public.switched_on {
        true => Ok(()),
        false => Err(ApiError::Refused("public reports are off; switch them on first".into())),
    }
}

/// Whether a second superuser must approve that these are made public.
pub(super) fn needs_two(snapshot: &Snapshot, scopes: &[&PublicScope]) -> bool {
    let superusers = snapshot.accounts.values().filter(|account| account.superuser);
    let several = superusers.filter(|account| snapshot.active_account(&account.login).is_some()).count() >= 2;
    let whole = scopes.iter().any(|scope| scope.what == makoto_meta::PublicWhat::Site);
    match snapshot.setting(&TWO_PEOPLE).as_str() {
        "always" => several,
        "never" => false,
        _ => several && whole,
    }
}

pub(super) fn cool_off_s(snapshot: &Snapshot) -> i64 {
    i64::from(snapshot.setting(&COOL_OFF_MINUTES)) * 60
}

/// What has to be typed: the site's name, or how many sites there are.
pub(super) fn to_type(snapshot: &Snapshot, sites: &[SiteId]) -> String {
    match sites {
        [one] => super::answer::site_name(snapshot, *one),
        several => several.len().to_string(),
    }
}

fn check_hash(params: &Params, expected: &str) -> Result<(), ApiError> {
    match required(params, "scopeHash")? == expected {
        true => Ok(()),
        false => Err(ApiError::Changed(CHANGED.into())),
    }
}

/// A fresh link, with a password where one is asked for: the secrets, and what is stored of them.
fn fresh_link(channel: Channel) -> Result<(String, String, LinkSecret), ApiError> {
    let secret = makoto_identity::fresh_secret().map_err(from_identity)?;
    let password = match channel {
        Channel::Password => {
            let letters = makoto_identity::fresh_secret().map_err(from_identity)?;
            let letters: Vec<char> = letters.chars().take(PASSWORD_LETTERS).collect();
            letters.chunks(4).map(|four| four.iter().collect::<String>()).collect::<Vec<_>>().join("-")
        }
        Channel::Open | Channel::Link => String::new(),
    };
    let hash = (!password.is_empty()).then(|| makoto_identity::hash_secret(&password));
    let stored = LinkSecret { link: makoto_identity::hash_secret(&secret), password: hash };
    Ok((secret, password, stored))
}

/// Links for grants that need one, as they are shown once and as they are stored.
fn links(services: &Services, wanted: &[(i64, Channel)]) -> Result<(Vec<Answer>, BTreeMap<i64, LinkSecret>), ApiError> {
    let (mut shown, mut stored) = (Vec::new(), BTreeMap::new());
    for (id, channel) in wanted {
        let (url, password) = match channel {
            Channel::Open => (open_url(services, *id), String::new()),
            channel => {
                let (secret, password, hashes) = fresh_link(*channel)?;
                stored.insert(*id, hashes);
                (format!("{}/public/link/{secret}", services.base_url), password)
            }
        };
        shown.push(Answer::record([("idGrant", Answer::Int(*id)), ("url", url.into()), ("password", password.into())]));
    }
    Ok((shown, stored))
}

fn done(after: &[PublicGrant], links: Vec<Answer>) -> Answer {
    let state = after.first().map_or("", |grant| grant.state.name());
    let waits = after.first().map_or("", |grant| grant.waits_for.name());
    Answer::record([("state", Answer::from(state)), ("waitsFor", waits.into()), ("links", Answer::List(links))])
}

/// The sites that a call names, which the caller must administer. "All" means those of now, one by one.
pub(super) fn admin_sites(services: &Services, caller: &Caller, params: &Params) -> Result<Grant<Admin>, ApiError> {
    let name = if list(params, "idSites").is_some() { "idSites" } else { "idSite" };
    Ok(check(&caller.principal, &asked_sites(params, name)?, &services.meta.snapshot().site_ids())?)
}

/// Administration of the sites of these grants.
pub(super) fn own_sites(services: &Services, caller: &Caller, ids: &[i64]) -> Result<Grant<Admin>, ApiError> {
    let snapshot = services.meta.snapshot();
    let sites: Vec<SiteId> = found(&snapshot, ids)?.iter().map(|grant| grant.site).collect();
    let missing = |_| ApiError::NotFound("there is no such public grant".to_owned());
    check(&caller.principal, &Asked::These(sites), &snapshot.site_ids()).map_err(missing)
}

pub(super) async fn request(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_forbidden(services)?;
    let grant = admin_sites(services, caller, params)?;
    let draft = Draft::read(services, caller, params, None).await?;
    let reason = required(params, "reason")?;
    let ids = services.meta.request_public(&grant, caller, &news(&grant, &draft, reason, "request")).await;
    let ids = ids.map_err(from_meta)?;
    Ok(Answer::record([("idGrants", Answer::List(ids.into_iter().map(Answer::Int).collect()))]))
}

fn news(grant: &Grant<Admin>, draft: &Draft, reason: &str, source: &'static str) -> Vec<NewPublic> {
    let new = |site: &SiteId| NewPublic {
        site: *site,
        scope: draft.scope.clone(),
        reason: reason.to_owned(),
        life_days: draft.life_days,
        source,
    };
    grant.sites().iter().map(new).collect()
}

/// Grants whose confirmation carries their hash and the typed name, and their versions.
fn confirmed(snapshot: &Snapshot, grants: &[&PublicGrant], params: &Params) -> Result<Vec<(i64, i64)>, ApiError> {
    let lines: Vec<Confirmed<'_>> = grants.iter().map(|grant| Confirmed::of(grant)).collect();
    check_hash(params, &draft::hash(snapshot, &lines))?;
    Ok(grants.iter().map(|grant| (grant.id, grant.version)).collect())
}

pub(super) async fn activate(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_off(services)?;
    let (snapshot, ids) = (services.meta.snapshot(), grant_ids(params)?);
    let grants = found(&snapshot, &ids)?;
    let sites: Vec<SiteId> =
        grants.iter().map(|grant| grant.site).collect::<std::collections::BTreeSet<_>>().into_iter().collect();
    let typed = to_type(&snapshot, &sites);
    if required(params, "confirm")?.trim() != typed {
        return Err(bad("confirm", format!("write {typed}, to say that you know what becomes public")));
    }
    if grants.iter().any(|grant| grant.state == PublicState::Paused) {
        return Err(ApiError::Refused("a paused grant is resumed".into()));
    }
    begin(services, caller, params, &snapshot, &grants).await
}

pub(super) async fn resume(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_off(services)?;
    let (snapshot, ids) = (services.meta.snapshot(), grant_ids(params)?);
    let grants = found(&snapshot, &ids)?;
    if grants.iter().any(|grant| grant.state != PublicState::Paused) {
        return Err(ApiError::Refused("only a paused grant can be resumed".into()));
    }
    begin(services, caller, params, &snapshot, &grants).await
}

async fn begin(
    services: &Services,
    caller: &Caller,
    params: &Params,
    snapshot: &Snapshot,
    grants: &[&PublicGrant],
) -> Result<Answer, ApiError> {
    let superuser = check_instance(&caller.principal)?;
    let versions = confirmed(snapshot, grants, params)?;
    let scopes: Vec<&PublicScope> = grants.iter().map(|grant| &grant.scope).collect();
    let wanted: Vec<(i64, Channel)> = grants
        .iter()
        .filter(|grant| grant.state == PublicState::Pending || grant.scope.channel == Channel::Open)
        .map(|grant| (grant.id, grant.scope.channel))
        .collect();
    let (shown, stored) = links(services, &wanted)?;
    let how = Activation {
        grants: &versions,
        approval: needs_two(snapshot, &scopes),
        cool_off_s: cool_off_s(snapshot),
        links: stored,
        mail: PublicMail::MustWork,
    };
    let after = services.meta.activate_public(&superuser, caller, &how).await.map_err(from_meta)?;
    Ok(done(&after, shown))
}

pub(super) async fn approve(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_off(services)?;
    let superuser = check_instance(&caller.principal)?;
    let (snapshot, ids) = (services.meta.snapshot(), grant_ids(params)?);
    let versions = confirmed(&snapshot, &found(&snapshot, &ids)?, params)?;
    let after = services.meta.approve_public(&superuser, caller, &versions, cool_off_s(&snapshot)).await;
    Ok(done(&after.map_err(from_meta)?, Vec::new()))
}

/// Takes back what was asked for or waits; also what a cool-off would begin.
pub(super) async fn reject(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (snapshot, ids) = (services.meta.snapshot(), grant_ids(params)?);
    if found(&snapshot, &ids)?.iter().any(|grant| grant.state != PublicState::Pending) {
        return Err(ApiError::Refused("only what is pending can be rejected; revoke it instead".into()));
    }
    revoke(services, caller, params).await
}

pub(super) async fn pause(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let ids = grant_ids(params)?;
    let sites = own_sites(services, caller, &ids)?;
    services.meta.pause_public(&sites, caller, &ids).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

pub(super) async fn pause_all(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let superuser = check_instance(&caller.principal)?;
    let paused = services.meta.pause_all_public(&superuser, caller).await.map_err(from_meta)?;
    Ok(Answer::record([("paused", Answer::Int(paused as i64))]))
}

pub(super) async fn revoke(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let ids = grant_ids(params)?;
    let sites = own_sites(services, caller, &ids)?;
    services.meta.revoke_public(&sites, caller, &ids).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

pub(super) async fn narrow(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let ids = grant_ids(params)?;
    let [id] = ids[..] else { return Err(bad("idGrant", "name one public grant")) };
    let sites = own_sites(services, caller, &ids)?;
    let before = found(&services.meta.snapshot(), &ids)?[0].scope.clone();
    let draft = Draft::read(services, caller, params, Some(&before)).await?;
    services.meta.narrow_public(&sites, caller, id, &draft.scope).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

pub(super) async fn widen(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_off(services)?;
    let superuser = check_instance(&caller.principal)?;
    let (snapshot, ids) = (services.meta.snapshot(), grant_ids(params)?);
    let grants = found(&snapshot, &ids)?;
    let [grant] = grants[..] else { return Err(bad("idGrant", "name one public grant")) };
    let draft = Draft::read(services, caller, params, Some(&grant.scope)).await?;
    let line = Confirmed { scope: &draft.scope, ..Confirmed::of(grant) };
    check_hash(params, &draft::hash(&snapshot, &[line]))?;
    let anew = draft.scope.channel != grant.scope.channel || grant.scope.channel == Channel::Open;
    let wanted = if anew { vec![(grant.id, draft.scope.channel)] } else { Vec::new() };
    let (shown, stored) = links(services, &wanted)?;
    let how = Activation {
        grants: &[(grant.id, grant.version)],
        approval: needs_two(&snapshot, &[&draft.scope]),
        cool_off_s: 0,
        links: stored,
        mail: PublicMail::MustWork,
    };
    let after = services.meta.widen_public(&superuser, caller, &draft.scope, &how).await.map_err(from_meta)?;
    Ok(done(&after, shown))
}

pub(super) async fn renew(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_off(services)?;
    let superuser = check_instance(&caller.principal)?;
    let (snapshot, ids) = (services.meta.snapshot(), grant_ids(params)?);
    let versions = confirmed(&snapshot, &found(&snapshot, &ids)?, params)?;
    let days = match params.filled("expiresInDays") {
        None => DAYS_DEFAULT,
        Some(text) => text
            .parse()
            .ok()
            .filter(|days| *days <= DAYS_MAX)
            .ok_or_else(|| bad("expiresInDays", format!("write 1 to {DAYS_MAX}, or 0 for none")))?,
    };
    services.meta.renew_public(&superuser, caller, &versions, days).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

pub(super) async fn rotate(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let superuser = check_instance(&caller.principal)?;
    let (snapshot, ids) = (services.meta.snapshot(), grant_ids(params)?);
    let grants = found(&snapshot, &ids)?;
    let [grant] = grants[..] else { return Err(bad("idGrant", "name one public grant")) };
    let (secret, password, stored) = fresh_link(grant.scope.channel)?;
    services.meta.rotate_public(&superuser, caller, grant.id, stored).await.map_err(from_meta)?;
    let url = format!("{}/public/link/{secret}", services.base_url);
    Ok(Answer::record([("url", Answer::from(url)), ("password", password.into())]))
}

pub(super) async fn set_switch(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_forbidden(services)?;
    let superuser = check_instance(&caller.principal)?;
    let on = match required(params, "state")? {
        "on" => true,
        "off" => false,
        _ => return Err(bad("state", "write on or off")),
    };
    services.meta.switch_public(&superuser, caller, on, PublicMail::MustWork).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

pub(super) async fn set_reminder(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    check_instance(&caller.principal)?;
    let every = required(params, "every")?;
    let every = ReminderEvery::parse(every).ok_or_else(|| bad("every", "write weekly, monthly or off"))?;
    services.meta.set_reminder(caller, &caller.principal.name(), every).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// Matomo's way to show whole sites to everybody: the same rules, in one call.
///
/// # Errors
/// What is missing of the rules, and where it is to be had.
pub(crate) async fn open_by_matomo(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    refuse_off(services)?;
    let superuser = check_instance(&caller.principal)?;
    let grant = admin_sites(services, caller, params)?;
    let draft = matomo_draft(services, caller, params).await?;
    let reason = params.filled("reason").ok_or_else(|| {
        ApiError::Refused(
            "to show a site to everybody, say why as reason, and send as scopeHash what PublicReports.preview answers for \
             what=site and these idSites; or use Administration, Public reports"
                .into(),
        )
    })?;
    let snapshot = services.meta.snapshot();
    let line =
        |site: &SiteId| Confirmed { grant: (0, 0), site: *site, scope: &draft.scope, life_days: draft.life_days };
    let lines: Vec<Confirmed<'_>> = grant.sites().iter().map(line).collect();
    check_hash(params, &draft::hash(&snapshot, &lines))?;
    let approval = needs_two(&snapshot, &[&draft.scope]);
    let news = news(&grant, &draft, reason, "api");
    let after = services.meta.open_public(&superuser, caller, &news, approval, cool_off_s(&snapshot)).await;
    after.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// What Matomo's "view" for everybody is here.
async fn matomo_draft(services: &Services, caller: &Caller, params: &Params) -> Result<Draft, ApiError> {
    let fixed = Params::new(vec![("what".into(), "site".into()), ("channel".into(), "open".into())]);
    let mut own: Vec<(Box<str>, Box<str>)> = fixed.iter().map(|(name, value)| (name.into(), value.into())).collect();
    own.extend(params.filled("expiresInDays").map(|days| ("expiresInDays".into(), days.into())));
    Draft::read(services, caller, &Params::new(own), None).await
}

/// Matomo's "noaccess" for everybody: whole sites are not open any more.
///
/// # Errors
/// `NotFound` for sites that the caller does not administer.
pub(crate) async fn close_by_matomo(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let sites = admin_sites(services, caller, params)?;
    let snapshot = services.meta.snapshot();
    let open = |grant: &&PublicGrant| {
        grant.is_whole_site()
            && grant.scope.channel == Channel::Open
            && sites.sites().contains(&grant.site)
            && (grant.state != PublicState::Pending || grant.waits_for != WaitsFor::Activation)
    };
    let ids: Vec<i64> = snapshot.public.lasting().filter(open).map(|grant| grant.id).collect();
    if !ids.is_empty() {
        services.meta.revoke_public(&sites, caller, &ids).await.map_err(from_meta)?;
    }
    Ok(Answer::Done)
}
