//! Inviting users, and what can be done with an invitation until it is answered.

use super::{LOGIN, login, param, write};
use crate::{
    Services,
    services::{asked_sites, bad, from_identity, from_meta, now_s, required},
};
use makoto_access::{Admin, Caller, Denied, Role, check};
use makoto_catalog::{Access, Answer, ApiError, Guard, Method, Param, ParamKind};
use makoto_meta::{Account, Invitation, Invite, Route};
use makoto_model::{Params, SiteId};

const SOME_ADMIN: Access = Access::SomeSite(Role::Admin);
/// How long an invitation holds, in hours: long enough for a weekend.
const HOURS_DEFAULT: i64 = 72;
/// Days that whoever invites may ask for.
const DAYS: std::ops::RangeInclusive<i64> = 1..=7;

const EXPIRY: Param =
    param("expiryInDays", ParamKind::Int, Some(""), "days for which the invitation holds, 1 to 7; three by default");

pub static METHODS: &[Method<Services>] = &[
    write(
        "UsersManager.inviteUser",
        "Invites somebody by mail, with a role on a first site.",
        &[
            LOGIN,
            param("email", ParamKind::Text, None, "to which the invitation goes"),
            param("initialIdSite", ParamKind::List, None, "number of the first site; several with commas"),
            param("access", ParamKind::Text, Some("view"), "the role there: view, write or admin"),
            EXPIRY,
        ],
        (SOME_ADMIN, Guard::ProofOrProvisioning),
        |services, caller, params| Box::pin(invite(services, caller, params)),
    ),
    write(
        "UsersManager.resendInvite",
        "Sends an invitation again; the link in the mail before is void.",
        &[LOGIN, EXPIRY],
        (SOME_ADMIN, Guard::ProofInSession),
        |services, caller, params| Box::pin(resend(services, caller, params)),
    ),
    write(
        "UsersManager.generateInviteLink",
        "Makes a link for an invitation, to be handed over by other means than mail. The link made before is void.",
        &[LOGIN, EXPIRY],
        (SOME_ADMIN, Guard::Proof),
        |services, caller, params| Box::pin(link(services, caller, params)),
    ),
    write(
        "UsersManager.revokeInvitation",
        "Takes an invitation back and forgets who was invited.",
        &[LOGIN],
        (SOME_ADMIN, Guard::ProofInSession),
        |services, caller, params| Box::pin(revoke(services, caller, params)),
    ),
];

/// When an invitation ends that is sent now.
pub(super) fn expires_s(params: &Params) -> Result<i64, ApiError> {
    match params.filled("expiryInDays") {
        None => Ok(now_s() + HOURS_DEFAULT * 60 * 60),
        Some(text) => match text.parse() {
            Ok(days) if DAYS.contains(&days) => Ok(now_s() + days * 24 * 60 * 60),
            _ => Err(bad("expiryInDays", "write 1 to 7")),
        },
    }
}

async fn invite(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let sites = services.meta.snapshot().site_ids();
    let grant = check::<Admin>(&caller.principal, &asked_sites(params, "initialIdSite")?, &sites)?;
    let role = Role::parse(params.filled("access").unwrap_or("view"));
    let role = role.ok_or_else(|| bad("access", "use view, write or admin"))?;
    let (login, email) = (login(params)?, required(params, "email")?.trim());
    let secret = makoto_identity::fresh_secret().map_err(from_identity)?;
    let hash = makoto_identity::hash_secret(&secret);
    let invite = Invite { login, email, expires_s: expires_s(params)?, secret: &secret, hash };
    services.meta.invite(&grant, caller, &invite, role).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// Only who sent an invitation, or a superuser, may do something with it. To others it looks as if there were none.
async fn own_invitation<'a>(services: &Services, caller: &Caller, params: &'a Params) -> Result<&'a str, ApiError> {
    let login = login(params)?;
    let invitation = services.meta.invitation_of(login).await.map_err(from_meta)?;
    if !is_of(caller, &invitation) {
        return Err(ApiError::NotFound(format!("there is no invitation of {login}")));
    }
    // An inviter who lost the site since must not let anybody in there.
    let snapshot = services.meta.snapshot();
    match snapshot.account(login).and_then(|account| foreign_site(caller, account)) {
        Some(site) => Err(Denied::Site { site, role: Role::Admin }.into()),
        None => Ok(login),
    }
}

/// Whether the caller sent an invitation, or is a superuser.
fn is_of(caller: &Caller, invitation: &Invitation) -> bool {
    caller.principal.is_superuser() || caller.principal.name().eq_ignore_ascii_case(&invitation.inviter)
}

/// A site of who is invited that the caller does not manage.
fn foreign_site(caller: &Caller, account: &Account) -> Option<SiteId> {
    account.roles.keys().copied().find(|site| caller.principal.role(*site) != Some(Role::Admin))
}

/// Whether the caller may send an invitation again, make a link for it and take it back.
pub(super) fn may_manage(caller: &Caller, account: &Account, invitation: &Invitation) -> bool {
    is_of(caller, invitation) && foreign_site(caller, account).is_none()
}

async fn resend(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = own_invitation(services, caller, params).await?;
    let secret = makoto_identity::fresh_secret().map_err(from_identity)?;
    let hash = makoto_identity::hash_secret(&secret);
    let renewed = services.meta.renew_invitation(caller, login, hash, expires_s(params)?, Route::Mail(&secret));
    renewed.await.map_err(from_meta)?;
    Ok(Answer::Done)
}

async fn link(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = own_invitation(services, caller, params).await?;
    let secret = makoto_identity::fresh_secret().map_err(from_identity)?;
    let hash = makoto_identity::hash_secret(&secret);
    services.meta.renew_invitation(caller, login, hash, expires_s(params)?, Route::Link).await.map_err(from_meta)?;
    Ok(format!("{}/invitation#{secret}", services.base_url).into())
}

async fn revoke(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = own_invitation(services, caller, params).await?;
    services.meta.revoke_invitation(caller, login).await.map_err(from_meta)?;
    Ok(Answer::Done)
}
