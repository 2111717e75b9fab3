//! Signing in: passwords, sessions, tokens, and the tries that failed.

pub mod attempts;
pub mod sessions;
pub mod tokens;

use crate::{
    Services,
    core_plugins_admin::Proposal,
    services::{from_identity, from_meta, now_s, required},
};
use makoto_access::{Caller, Denied, Principal, Proof, User, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Feature, Guard, Method, Param, ParamKind};
use makoto_identity::{Judged, Networks, PASSWORD_CHARS_MAX, Whose, rules};
use makoto_model::Params;

pub static FEATURE: Feature =
    Feature { name: "Login", dimensions: &[], metrics: &[], reports: &[], settings: rules::SIGN_IN_SETTINGS };

const PASSWORD: Param = Param { name: "password", kind: ParamKind::Secret, default: None, doc: "the new password" };
const LOGIN: Param = Param { name: "login", kind: ParamKind::Text, default: Some(""), doc: "whose it will be" };
const EMAIL: Param = Param { name: "email", kind: ParamKind::Text, default: Some(""), doc: "their e-mail address" };
const USER_LOGIN: Param = Param { name: "userLogin", kind: ParamKind::Text, default: None, doc: "the user's login" };

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "Login.getPasswordRules",
        doc: "The rules in force for new passwords.",
        params: &[],
        access: Access::Public,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async { Ok(rules_answer(services, &judge(services, caller, params, ""), false)) })
        },
    },
    Method {
        id: "Login.checkPassword",
        doc: "What a password that is being typed does about each rule. Nothing is kept, and the online breach check is \
              not asked.",
        params: &[PASSWORD, LOGIN, EMAIL],
        access: Access::Public,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { check_password(services, caller, params) }),
    },
    Method {
        id: "Login.changePassword",
        doc: "Changes the caller's own password and ends all their other sessions.",
        params: &[PASSWORD],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(change_password(services, caller, params)),
    },
    Method {
        id: "UsersManager.sendPasswordReset",
        doc: "Mails a user a link by which they choose a new password, which nobody else learns.",
        params: &[USER_LOGIN],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                let login = required(params, "userLogin")?;
                services.identity.send_reset(&grant, caller, login, now_s()).await.map_err(from_identity)?;
                Ok(Answer::Done)
            })
        },
    },
];

/// The user who calls, and the number of their session if it is one.
///
/// # Errors
/// `NotSignedIn` for everyone else.
pub(crate) fn signed_in(caller: &Caller) -> Result<(&User, Option<i64>), ApiError> {
    match &caller.principal {
        Principal::User(user) => Ok(match user.proof {
            Proof::Session { id, .. } => (user, Some(id)),
            Proof::Token { .. } => (user, None),
        }),
        _ => Err(Denied::NotSignedIn.into()),
    }
}

fn judge(services: &Services, caller: &Caller, params: &Params, password: &str) -> Vec<Judged> {
    let snapshot = services.meta.snapshot();
    let own = snapshot.account(&caller.principal.name());
    let named = |name: &str, own: &str| params.filled(name).unwrap_or(own).to_owned();
    let login = named("login", own.map_or("", |account| &account.login));
    let email = named("email", own.map_or("", |account| &account.email));
    services.identity.judge_password(caller, password, Whose { login: &login, email: &email })
}

fn rules_answer(services: &Services, judged: &[Judged], with_verdict: bool) -> Answer {
    let snapshot = services.meta.snapshot();
    let row = |rule: &Judged| {
        let verdict = with_verdict.then_some(("passed", Answer::Bool(rule.passed)));
        Answer::record([("id", Answer::from(rule.id)), ("text", rule.text.as_str().into())].into_iter().chain(verdict))
    };
    Answer::record([
        ("rules", judged.iter().map(row).collect()),
        ("max_chars", Answer::Int(PASSWORD_CHARS_MAX as i64)),
        ("strength", snapshot.setting(&rules::STRENGTH_CHECK).into()),
        ("breach_check", snapshot.setting(&rules::BREACH_CHECK).into()),
    ])
}

fn check_password(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    services.identity.pace(caller, now_s()).map_err(from_identity)?;
    let judged = judge(services, caller, params, required(params, "password")?);
    Ok(rules_answer(services, &judged, true))
}

async fn change_password(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (user, _) = signed_in(caller)?;
    let password = required(params, "password")?;
    let snapshot = services.meta.snapshot();
    let account = snapshot.account(&user.login).ok_or(Denied::NotSignedIn)?;
    services.identity.check_password(password, &account.login, &account.email).await.map_err(from_identity)?;
    let hash = services.identity.hash_password(&account.login, password).await.map_err(from_identity)?;
    services.meta.change_password(caller, &account.login, &hash, now_s()).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// Keeps whoever changes the lists of addresses from shutting themselves out.
///
/// # Errors
/// `Refused`.
pub fn check_addresses(proposal: &Proposal<'_>) -> Result<(), String> {
    let Some(address) = proposal.caller.address else { return Ok(()) };
    let listed = |entries: Vec<String>| Networks::read(&entries);
    let allowed = listed(proposal.value(&rules::ALLOWED_ADDRESSES))?;
    let barred = listed(proposal.value(&rules::BLOCKED_ADDRESSES))?;
    match barred.contain(Some(address)) || !(allowed.is_empty() || allowed.contain(Some(address))) {
        true => Err(format!("this would shut you out, since you come from {address}")),
        false => Ok(()),
    }
}
