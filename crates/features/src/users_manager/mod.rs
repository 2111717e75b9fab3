//! Users, what they may do, and how they come and go.

pub mod accounts;
pub mod bulk;
pub mod invitations;
pub mod jobs;
pub mod lists;
pub mod preferences;
pub mod reviews;
pub mod roles;
mod rows;
pub mod settings;
pub mod unused;

use crate::{
    Services,
    services::{list, required},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, ApiError, Effect, Feature, Guard, Method, Param, ParamKind};
use makoto_model::Params;

pub static FEATURE: Feature =
    Feature { name: "UsersManager", dimensions: &[], metrics: &[], reports: &[], settings: settings::SETTINGS };

pub(crate) type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

pub(crate) const fn param(
    name: &'static str,
    kind: ParamKind,
    default: Option<&'static str>,
    doc: &'static str,
) -> Param {
    Param { name, kind, default, doc }
}

pub(crate) const LOGIN: Param = param("userLogin", ParamKind::Text, None, "the user's login");
const LOGINS: Param = param("userLogin", ParamKind::List, None, "the user's login, or a list of them");
const ID_SITE: Param = param("idSite", ParamKind::Int, None, "the site's number");
const ID_SITES: Param = param("idSites", ParamKind::List, None, "numbers of sites, or all");

/// A method that changes nothing.
pub(crate) const fn read(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    access: Access,
    run: Run,
) -> Method<Services> {
    Method { id, doc, params, access, effect: Effect::Read, guard: Guard::Open, run }
}

/// A method that changes something.
pub(crate) const fn write(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    (access, guard): (Access, Guard),
    run: Run,
) -> Method<Services> {
    Method { id, doc, params, access, effect: Effect::Write, guard, run }
}

/// The users that a call names as they stand; empty for none.
fn named(params: &Params) -> Vec<String> {
    list(params, "userLogin").unwrap_or_default()
}

/// Whether a call would show sites to everybody who is not signed in: the method by which Matomo does that, naming its
/// user anonymous in any spelling, with anything but taking access away.
pub(crate) fn opens_to_everybody(method: &str, params: &Params) -> bool {
    let closes = list(params, "access").is_some_and(|words| words.iter().all(|word| word.trim() == "noaccess"));
    method == roles::SET_ACCESS && !closes && named(params).iter().any(|login| makoto_meta::is_nobody(login))
}

/// Refuses what reads as the name of nobody, however it is spelled: whoever is not signed in never gets rights here.
fn refuse_nobody(login: &str) -> Result<(), ApiError> {
    match makoto_meta::is_nobody(login) {
        true => Err(ApiError::Refused("nobody who is not signed in can be given rights or be a user".into())),
        false => Ok(()),
    }
}

/// Lets users speak for themselves, and superusers for everybody.
///
/// # Errors
/// `Denied` for anybody else.
pub(crate) fn own_or_any(caller: &Caller, login: &str) -> Result<(), ApiError> {
    if !caller.principal.name().eq_ignore_ascii_case(login) {
        check_instance(&caller.principal)?;
    }
    Ok(())
}

/// The user that a change is about.
fn login(params: &Params) -> Result<&str, ApiError> {
    let login = required(params, "userLogin")?.trim();
    refuse_nobody(login)?;
    Ok(login)
}

/// The users that a change is about.
fn logins(params: &Params) -> Result<Vec<String>, ApiError> {
    let texts = list(params, "userLogin").ok_or_else(|| ApiError::MissingParam("userLogin".into()))?;
    let logins: Vec<String> = texts.iter().map(|login| login.trim().to_owned()).collect();
    logins.iter().try_for_each(|login| refuse_nobody(login))?;
    Ok(logins)
}
