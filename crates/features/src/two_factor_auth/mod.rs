//! Second factors: authenticator apps, passkeys and recovery codes, and who must use one.

mod enforce;

pub use enforce::check_enforcement;

use crate::{
    Services,
    activity_log::answer,
    services::{bad, from_identity, from_meta, now_s, required},
};
use makoto_access::{Caller, Denied, Principal, Proof, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Feature, Guard, Method, Param, ParamKind};
use makoto_identity::enforcement;
use makoto_model::Params;

pub static FEATURE: Feature =
    Feature { name: "TwoFactorAuth", dimensions: &[], metrics: &[], reports: &[], settings: enforcement::SETTINGS };

const ID: Param = Param { name: "id", kind: ParamKind::Int, default: None, doc: "the passkey's number" };
const NAME: Param = Param { name: "name", kind: ParamKind::Text, default: None, doc: "a name to tell passkeys apart" };

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "TwoFactorAuth.getState",
        doc: "The caller's second factors, and until when one must be set up.",
        params: &[],
        access: Access::Enrolling,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, _| Box::pin(get_state(services, caller)),
    },
    Method {
        id: "TwoFactorAuth.startTotp",
        doc: "A fresh secret for an authenticator app, as text, address and QR code. It counts once finishTotp was \
              called in the same session, within 15 minutes.",
        params: &[],
        access: Access::Enrolling,
        effect: Effect::Write,
        guard: Guard::ProofOrRecovery,
        run: |services, caller, _| Box::pin(start_totp(services, caller)),
    },
    Method {
        id: "TwoFactorAuth.finishTotp",
        doc: "Sets the authenticator app up, in place of the one before it. Answers the recovery codes where they are \
              the caller's first.",
        params: &[Param { name: "code", kind: ParamKind::Secret, default: None, doc: "the app's present code" }],
        access: Access::Enrolling,
        effect: Effect::Write,
        guard: Guard::ProofOrRecovery,
        run: |services, caller, params| Box::pin(finish_totp(services, caller, params)),
    },
    Method {
        id: "TwoFactorAuth.removeTotp",
        doc: "Removes the authenticator app; refused for the only factor of someone who must use one.",
        params: &[],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, _| {
            Box::pin(async {
                services.meta.remove_totp(caller, login_of(caller)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "TwoFactorAuth.startPasskey",
        doc: "The options for a browser to make a passkey.",
        params: &[],
        access: Access::Enrolling,
        effect: Effect::Write,
        guard: Guard::ProofOrRecovery,
        run: |services, caller, _| {
            Box::pin(async {
                session_of(caller)?;
                let options = services.identity.start_passkey(caller, now_s()).await.map_err(from_identity)?;
                Ok(answer(&options))
            })
        },
    },
    Method {
        id: "TwoFactorAuth.finishPasskey",
        doc: "Adds the passkey that a browser made. Answers the recovery codes where they are the caller's first.",
        params: &[
            Param { name: "credential", kind: ParamKind::Text, default: None, doc: "what the browser made, as JSON" },
            NAME,
        ],
        access: Access::Enrolling,
        effect: Effect::Write,
        guard: Guard::ProofOrRecovery,
        run: |services, caller, params| Box::pin(finish_passkey(services, caller, params)),
    },
    Method {
        id: "TwoFactorAuth.renamePasskey",
        doc: "Renames one of the caller's passkeys.",
        params: &[ID, NAME],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| {
            Box::pin(async {
                let (id, name) = (id_of(params)?, required(params, "name")?);
                services.meta.rename_passkey(caller, login_of(caller)?, id, name).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "TwoFactorAuth.removePasskey",
        doc: "Removes one of the caller's passkeys; refused for the only factor of someone who must use one.",
        params: &[ID],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| {
            Box::pin(async {
                services.meta.remove_passkey(caller, login_of(caller)?, id_of(params)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "TwoFactorAuth.regenerateRecoveryCodes",
        doc: "Replaces the caller's recovery codes and shows the new ones this once.",
        params: &[],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, _| {
            Box::pin(async {
                let login = login_of(caller)?;
                let codes = services.identity.renew_recovery(caller, login).await.map_err(from_identity)?;
                Ok(recovery(Some(codes)))
            })
        },
    },
    Method {
        id: "TwoFactorAuth.resetTwoFactorAuth",
        doc: "Takes all second factors of another user away and ends their sessions, for one who lost them.",
        params: &[Param { name: "userLogin", kind: ParamKind::Text, default: None, doc: "the user's login" }],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                let login = required(params, "userLogin")?;
                refuse_own(services, caller, login)?;
                services.identity.reset_factors(&grant, caller, login).await.map_err(from_identity)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "TwoFactorAuth.getUsersWithoutFactor",
        doc: "The users who have no second factor, and until when those who must use one have time.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(async { Ok(without_factor(services)) }),
    },
];

/// Nobody takes all their own factors away: whoever must use one would have the time of a beginner again and again.
fn refuse_own(services: &Services, caller: &Caller, login: &str) -> Result<(), ApiError> {
    let snapshot = services.meta.snapshot();
    let own = match &caller.principal {
        Principal::User(user) => snapshot.account(login).is_some_and(|account| account.login == user.login),
        _ => false,
    };
    match own {
        true => Err(ApiError::Refused(format!(
            "these are your own second factors: replace or remove them one by one in your own settings, where a recovery \
             code stands for a lost one; or ask another superuser, or who runs the server: makoto user reset-factors \
             --login {login}"
        ))),
        false => Ok(()),
    }
}

/// The login of a user who calls by session or token.
fn login_of(caller: &Caller) -> Result<&str, ApiError> {
    match &caller.principal {
        Principal::User(user) => Ok(&user.login),
        Principal::Anonymous | Principal::Public(_) => Err(Denied::NotSignedIn.into()),
        Principal::Operator | Principal::Job(_) => Err(ApiError::Refused("only users have second factors".into())),
    }
}

/// Login and session of a user in a browser; factors are set up nowhere else.
fn session_of(caller: &Caller) -> Result<(&str, i64), ApiError> {
    match &caller.principal {
        Principal::User(user) => match user.proof {
            Proof::Session { id, .. } => Ok((&user.login, id)),
            Proof::Token { .. } => {
                Err(ApiError::Refused("second factors are set up in a browser; sign in there".into()))
            }
        },
        _ => login_of(caller).map(|login| (login, 0)),
    }
}

fn id_of(params: &Params) -> Result<i64, ApiError> {
    required(params, "id")?.parse().map_err(|_| bad("id", "write the passkey's number"))
}

fn recovery(codes: Option<Vec<String>>) -> Answer {
    match codes {
        Some(codes) => Answer::record([("recoveryCodes", codes.into_iter().collect::<Answer>())]),
        None => Answer::Done,
    }
}

fn seconds(at_s: Option<i64>) -> Answer {
    at_s.map_or(Answer::Null, Answer::Int)
}

async fn get_state(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let login = login_of(caller)?;
    let factors = services.meta.snapshot().factors(login);
    let passkeys = services.meta.passkeys(login).await.map_err(from_meta)?;
    let row = |key: &makoto_meta::PasskeyRow| {
        Answer::record([
            ("id", Answer::Int(key.id)),
            ("name", key.name.as_str().into()),
            ("created_s", Answer::Int(key.made_s)),
            ("last_used_s", seconds(key.last_used_s)),
        ])
    };
    Ok(Answer::record([
        ("totp", Answer::Bool(factors.has_totp())),
        ("totp_since_s", seconds(factors.totp_since_s)),
        ("passkeys", passkeys.iter().map(row).collect()),
        ("recovery_left", Answer::Int(i64::from(factors.recovery_left))),
        ("required", Answer::Bool(factors.needed_since_s.is_some())),
        ("due_s", seconds(services.identity.factor_due_s(login))),
        ("enrolling", Answer::Bool(services.identity.is_enrolling(login, now_s()))),
    ]))
}

async fn start_totp(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let (login, session_id) = session_of(caller)?;
    let offer = services.identity.start_totp(session_id, login, now_s()).await.map_err(from_identity)?;
    Ok(Answer::record([("secret", offer.secret.into()), ("uri", offer.uri.into()), ("qr", Answer::from(offer.qr))]))
}

async fn finish_totp(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (login, session_id) = session_of(caller)?;
    let code = required(params, "code")?;
    let codes = services.identity.finish_totp(caller, session_id, login, code, now_s()).await.map_err(from_identity)?;
    Ok(recovery(codes))
}

async fn finish_passkey(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    session_of(caller)?;
    let credential = serde_json::from_str(required(params, "credential")?)
        .map_err(|_| bad("credential", "send what the browser made, as JSON"))?;
    let name = required(params, "name")?;
    let codes = services.identity.finish_passkey(caller, credential, name, now_s()).await.map_err(from_identity)?;
    Ok(recovery(codes))
}

fn without_factor(services: &Services) -> Answer {
    let snapshot = services.meta.snapshot();
    let row = |account: &makoto_meta::Account| {
        Answer::record([
            ("login", Answer::from(account.login.as_str())),
            ("email", account.email.as_str().into()),
            ("superuser_access", Answer::Int(i64::from(account.superuser))),
            ("required", Answer::Bool(snapshot.factors(&account.login).needed_since_s.is_some())),
            ("due_s", seconds(services.identity.factor_due_s(&account.login))),
        ])
    };
    let active = snapshot.accounts.values().filter(|account| account.state == makoto_meta::State::Active);
    active.filter(|account| !snapshot.factors(&account.login).any()).map(row).collect()
}
