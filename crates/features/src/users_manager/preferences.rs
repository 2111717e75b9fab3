//! What pages open with, as each user wants it: which site, and which days.

use super::{LOGIN, login, own_or_any, param, read, write};
use crate::{
    Services,
    services::{bad, from_meta, list, required},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Guard, Method, Param, ParamKind};
use makoto_meta::{Account, Snapshot};
use makoto_model::{Params, SiteId};

/// What may be chosen; Matomo's names.
const NAMES: &[&str] = &[DEFAULT_REPORT, DEFAULT_DATE];
/// A site's number, or `ALL_SITES`.
const DEFAULT_REPORT: &str = "defaultReport";
const DEFAULT_DATE: &str = "defaultReportDate";

/// All sites side by side, as Matomo calls it.
const ALL_SITES: &str = "MultiSites";

/// The days that pages may open with; the periods are those of today.
const DATES: &[&str] =
    &["today", "yesterday", "previous7", "previous30", "last7", "last30", "day", "week", "month", "year"];
/// What pages open with when nothing was chosen.
const DATE_UNCHOSEN: &str = "last30";

const NAME: Param = param("preferenceName", ParamKind::Text, None, "defaultReport or defaultReportDate");

pub static METHODS: &[Method<Services>] = &[
    write(
        "UsersManager.setUserPreference",
        "Sets what pages open with for a user: oneself, or anyone for a superuser.",
        &[
            LOGIN,
            NAME,
            param(
                "preferenceValue",
                ParamKind::Text,
                None,
                "a site's number or MultiSites; today, last7, month and so on",
            ),
        ],
        (Access::SignedIn, Guard::Open),
        |services, caller, params| Box::pin(set(services, caller, params)),
    ),
    read(
        "UsersManager.getUserPreference",
        "What pages open with for a user: oneself, or anyone for a superuser.",
        &[NAME, param("userLogin", ParamKind::Text, Some(""), "the user's login; the caller's own without it")],
        Access::SignedIn,
        |services, caller, params| Box::pin(async { get(services, caller, params) }),
    ),
    write(
        "UsersManager.initUserPreferenceWithDefault",
        "Keeps what pages open with now as the choice of a user who has not chosen.",
        &[LOGIN, NAME],
        (Access::SignedIn, Guard::Open),
        |services, caller, params| Box::pin(keep_default(services, caller, params)),
    ),
    read(
        "UsersManager.getAllUsersPreferences",
        "What users chose for pages to open with, by login and name.",
        &[param("preferenceNames", ParamKind::List, None, "names of preferences")],
        Access::Superuser,
        |services, caller, params| Box::pin(async { all(services, caller, params) }),
    ),
];

fn known(name: &str) -> Result<&'static str, ApiError> {
    let found = NAMES.iter().find(|known| **known == name).copied();
    found.ok_or_else(|| bad("preferenceName", format!("use one of {}", NAMES.join(", "))))
}

fn account<'a>(snapshot: &'a Snapshot, login: &str) -> Result<&'a Account, ApiError> {
    snapshot.account(login).ok_or_else(|| ApiError::NotFound(format!("there is no user {login}")))
}

fn is_site_of(snapshot: &Snapshot, account: &Account, value: &str) -> bool {
    let site = value.parse().ok().map(SiteId);
    site.is_some_and(|site| snapshot.sites.contains_key(&site) && account.views(site))
}

fn check(snapshot: &Snapshot, account: &Account, name: &str, value: &str) -> Result<(), ApiError> {
    let why = match name {
        DEFAULT_DATE if DATES.contains(&value) => return Ok(()),
        DEFAULT_DATE => format!("use one of {}", DATES.join(", ")),
        _ if value == ALL_SITES || is_site_of(snapshot, account, value) => return Ok(()),
        _ => format!("use {ALL_SITES} or the number of a site that the user may view"),
    };
    Err(bad("preferenceValue", why))
}

/// What a user chose, where it still means something.
fn chosen<'a>(snapshot: &Snapshot, account: &'a Account, name: &str) -> Option<&'a str> {
    let value = account.preferences.get(name)?;
    check(snapshot, account, name, value).ok().map(|()| value.as_str())
}

/// What pages open with for a user who has not chosen; nothing for a site where they may view none.
fn unchosen(snapshot: &Snapshot, account: &Account, name: &str) -> Option<String> {
    match name {
        DEFAULT_DATE => Some(DATE_UNCHOSEN.to_owned()),
        _ => snapshot.site_ids().into_iter().find(|site| account.views(*site)).map(|site| site.to_string()),
    }
}

/// The value in force.
fn value(snapshot: &Snapshot, account: &Account, name: &str) -> Option<String> {
    chosen(snapshot, account, name).map(str::to_owned).or_else(|| unchosen(snapshot, account, name))
}

/// The site (or all of them) and the days with which pages open for a user.
pub fn opens_with(snapshot: &Snapshot, account: &Account) -> (Option<String>, String) {
    let days = value(snapshot, account, DEFAULT_DATE).unwrap_or_else(|| DATE_UNCHOSEN.to_owned());
    (value(snapshot, account, DEFAULT_REPORT), days)
}

async fn set(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = login(params)?;
    own_or_any(caller, login)?;
    let (name, value) = (known(required(params, "preferenceName")?)?, required(params, "preferenceValue")?.trim());
    let snapshot = services.meta.snapshot();
    check(&snapshot, account(&snapshot, login)?, name, value)?;
    services.meta.set_preference(caller, login, name, value).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

fn get(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = params.filled("userLogin").map_or_else(|| caller.principal.name().to_owned(), str::to_owned);
    own_or_any(caller, &login)?;
    let name = known(required(params, "preferenceName")?)?;
    let snapshot = services.meta.snapshot();
    let value = value(&snapshot, account(&snapshot, &login)?, name);
    Ok(value.map_or(Answer::Bool(false), Answer::from))
}

async fn keep_default(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = login(params)?;
    own_or_any(caller, login)?;
    let name = known(required(params, "preferenceName")?)?;
    let snapshot = services.meta.snapshot();
    let account = account(&snapshot, login)?;
    if chosen(&snapshot, account, name).is_none()
        && let Some(value) = unchosen(&snapshot, account, name)
    {
        services.meta.set_preference(caller, login, name, &value).await.map_err(from_meta)?;
    }
    Ok(Answer::Done)
}

fn all(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    check_instance(&caller.principal)?;
    let names = list(params, "preferenceNames").ok_or_else(|| ApiError::MissingParam("preferenceNames".into()))?;
    let names = names.iter().flat_map(|names| names.split(',')).map(|name| known(name.trim()));
    let names = names.collect::<Result<Vec<_>, _>>()?;
    let snapshot = services.meta.snapshot();
    let rows = snapshot.accounts.values().filter_map(|account| {
        let own = names.iter().filter_map(|name| Some((*name, Answer::from(account.preferences.get(*name)?.as_str()))));
        let own: Vec<_> = own.collect();
        (!own.is_empty()).then(|| (account.login.clone(), Answer::record(own)))
    });
    Ok(Answer::Record(rows.collect()))
}
