//! Users come, change, are shut out and go.

use super::{LOGIN, invitations, login, own_or_any, param, settings::GIVEN_PASSWORDS, write};
use crate::{
    Services,
    services::{asked_sites, from_identity, from_meta, required},
};
use makoto_access::{Admin, Caller, Principal, Proof, User, check, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Guard, Method, ParamKind};
use makoto_meta::{Activity, NewUser, Renewal, State};
use makoto_model::Params;

const BY_SUPERUSER: (Access, Guard) = (Access::Superuser, Guard::Proof);

pub static METHODS: &[Method<Services>] = &[
    write(
        "UsersManager.addUser",
        "Adds a user with a password, where UsersManager.legacy_admin_password_set allows it. UsersManager.inviteUser lets \
         the user choose.",
        &[
            LOGIN,
            param("password", ParamKind::Secret, None, "a password that keeps the rules in force"),
            param("email", ParamKind::Text, None, "the user's e-mail address"),
            param("initialIdSite", ParamKind::List, Some(""), "numbers of sites that the user may view at once"),
        ],
        (Access::Superuser, Guard::ProofOrProvisioning),
        |services, caller, params| Box::pin(add_user(services, caller, params)),
    ),
    write(
        "UsersManager.updateUser",
        "Changes a user's e-mail address: one's own, or anybody's for a superuser. The old and the new address are told.",
        &[LOGIN, param("email", ParamKind::Text, None, "the new e-mail address")],
        (Access::SignedIn, Guard::Proof),
        |services, caller, params| Box::pin(update_user(services, caller, params)),
    ),
    write(
        "UsersManager.setSuperUserAccess",
        "Grants or revokes superuser rights; every superuser is told. One superuser always remains.",
        &[LOGIN, param("hasSuperUserAccess", ParamKind::Bool, None, "1 to grant, 0 to revoke")],
        BY_SUPERUSER,
        |services, caller, params| Box::pin(set_superuser(services, caller, params)),
    ),
    write(
        "UsersManager.suspendUser",
        "Shuts a user out at once, and keeps everything of theirs.",
        &[LOGIN],
        BY_SUPERUSER,
        |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                let kind = Activity::UserSuspended;
                services.meta.suspend_user(&grant, caller, login(params)?, kind).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
    write(
        "UsersManager.reactivateUser",
        "Lets a suspended user in again.",
        &[LOGIN],
        BY_SUPERUSER,
        |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                services.meta.reactivate_user(&grant, caller, login(params)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
    write(
        "UsersManager.deleteUser",
        "Deletes a user with their roles, sessions and tokens.",
        &[LOGIN],
        BY_SUPERUSER,
        |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                services.meta.delete_user(&grant, caller, login(params)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
    write(
        "UsersManager.logoutUser",
        "Ends all sessions of a user.",
        &[LOGIN],
        (Access::Superuser, Guard::ProofInSession),
        |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                services.meta.sign_out_user(&grant, caller, login(params)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
];

async fn add_user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = check_instance(&caller.principal)?;
    if !services.meta.snapshot().setting(&GIVEN_PASSWORDS) {
        return Err(ApiError::Refused(format!(
            "nobody chooses the password of another here: invite the user instead (UsersManager.inviteUser), or let a \
             superuser set {} to 1",
            GIVEN_PASSWORDS.key
        )));
    }
    let (login, email) = (login(params)?, required(params, "email")?.trim());
    let sites = match params.filled("initialIdSite") {
        Some(_) => {
            let asked = asked_sites(params, "initialIdSite")?;
            Some(check::<Admin>(&caller.principal, &asked, &services.meta.snapshot().site_ids())?)
        }
        None => None,
    };
    let password = required(params, "password")?;
    services.identity.check_password(password, login, email).await.map_err(from_identity)?;
    let password_hash =
        services.identity.hash_password(&caller.principal.name(), password).await.map_err(from_identity)?;
    let user = NewUser { login: login.into(), email: email.into(), password_hash, superuser: false };
    match sites {
        Some(sites) => services.meta.add_viewer(&grant, &sites, caller, user).await,
        None => services.meta.add_user(&grant, caller, user).await,
    }
    .map_err(from_meta)?;
    Ok(Answer::Done)
}

async fn update_user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = login(params)?;
    if params.filled("password").is_some() {
        let why = "nobody sets the password of another here; use Login.changePassword for your own, or send the user \
                   a link for a new one";
        return Err(ApiError::Refused(why.into()));
    }
    own_or_any(caller, login)?;
    let email = required(params, "email")?.trim();
    let invited = services.meta.snapshot().account(login).is_some_and(|account| account.state == State::Invited);
    let secret = invited.then(makoto_identity::fresh_secret).transpose().map_err(from_identity)?;
    let renewal = match &secret {
        Some(secret) => {
            let (hash, expires_s) = (makoto_identity::hash_secret(secret), invitations::expires_s(params)?);
            Some(Renewal { secret, hash, expires_s })
        }
        None => None,
    };
    services.meta.set_email(caller, login, email, renewal.as_ref()).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// Rights over everything are never given by a token that was made to add users, whatever proof comes with it.
fn refuse_provisioning(caller: &Caller) -> Result<(), ApiError> {
    match &caller.principal {
        Principal::User(User { proof: Proof::Token { provisioning: true, .. }, .. }) => Err(ApiError::Refused(
            "a token for provisioning cannot change superusers; do it in the web interface, or with another token"
                .into(),
        )),
        _ => Ok(()),
    }
}

async fn set_superuser(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = check_instance(&caller.principal)?;
    let login = login(params)?;
    refuse_provisioning(caller)?;
    let yes = match required(params, "hasSuperUserAccess")? {
        "1" | "true" => true,
        "0" | "false" | "" => false,
        _ => return Err(crate::services::bad("hasSuperUserAccess", "write 0 or 1")),
    };
    services.meta.set_superuser(&grant, caller, login, yes).await.map_err(from_meta)?;
    Ok(Answer::Done)
}
