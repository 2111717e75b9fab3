//! API tokens of the caller.

use super::signed_in;
use crate::{
    Services,
    services::{asked_sites, bad, from_identity, from_meta, list, now_s, required},
    users_manager::param,
};
use makoto_access::{Asked, Caller, Reach, View, check, check_instance};
use makoto_catalog::{Access, Answer, ApiError, CODE, Effect, Guard, Method, Param, ParamKind};
use makoto_identity::{Error, TokenWish};
use makoto_meta::{TokenRow, TokenUse};
use makoto_model::{Params, SiteId};

/// How long a token lives when nothing else is asked for, and the longest that may be asked for, in days.
const DAYS_DEFAULT: i64 = 90;
const DAYS_MAX: i64 = 365;
const DAY_S: i64 = 86_400;

const DESCRIPTION: Param = param("description", ParamKind::Text, None, "what it is for, in 1 to 100 characters");
const ID: Param = param("id", ParamKind::Int, None, "the token's number");

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "UsersManager.getTokens",
        doc: "The caller's tokens with what they may do and when and from where they were last used.",
        params: &[],
        access: Access::Oneself,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, _| Box::pin(get_tokens(services, caller)),
    },
    Method {
        id: "UsersManager.createToken",
        doc: "Makes a token and answers it; it is shown this once. It never allows more than its owner may do then.",
        params: &[
            DESCRIPTION,
            param("scope", ParamKind::Text, Some("view"), "the highest role: view, write, admin, or all"),
            param("reach", ParamKind::Text, Some("read"), "read, track or administer"),
            param("sites", ParamKind::List, Some("all"), "numbers of sites, or all"),
            param("networks", ParamKind::List, Some(""), "addresses or networks it may be used from; none: all"),
            param("expiresDays", ParamKind::Int, Some("90"), "1 to 365"),
            param(
                "urlAllowed",
                ParamKind::Bool,
                Some("0"),
                "may stand in an address; for a token that views and reads",
            ),
            param("provisioning", ParamKind::Bool, Some("0"), "may add users and change roles below superuser"),
        ],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(create_token(services, caller, params)),
    },
    Method {
        id: "UsersManager.createAppSpecificTokenAuth",
        doc: "Makes a token with everything that its owner may do, by login and password; Matomo's own way.",
        params: &[
            super::USER_LOGIN,
            param("passwordConfirmation", ParamKind::Secret, None, "the user's password"),
            DESCRIPTION,
            param("expireDate", ParamKind::Text, Some(""), "the day it ends, as 2030-01-31"),
            param("expireHours", ParamKind::Int, Some("0"), "or the hours that it lives"),
            CODE,
        ],
        access: Access::Public,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(create_by_password(services, caller, params)),
    },
    Method {
        id: "UsersManager.deleteToken",
        doc: "Deletes one of the caller's tokens.",
        params: &[ID],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| {
            Box::pin(async {
                let (user, _) = signed_in(caller)?;
                let id = required(params, "id")?.parse().map_err(|_| bad("id", "write the number of a token"))?;
                services.meta.delete_token(caller, &user.login, id).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "UsersManager.deleteAllTokens",
        doc: "Deletes all of the caller's tokens; how many there were.",
        params: &[],
        access: Access::SignedIn,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, _| {
            Box::pin(async {
                let (user, _) = signed_in(caller)?;
                let deleted = services.meta.delete_tokens(caller, &user.login).await.map_err(from_meta)?;
                Ok(Answer::Int(deleted as i64))
            })
        },
    },
];

fn reach_name(reach: Reach) -> &'static str {
    match reach {
        Reach::Read => "read",
        Reach::Track => "track",
        Reach::Administer => "administer",
    }
}

async fn get_tokens(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let (user, _) = signed_in(caller)?;
    services.identity.save_token_uses().await.map_err(from_identity)?;
    let tokens = services.meta.tokens(&user.login).await.map_err(from_meta)?;
    let row = |(token, used): &(TokenRow, TokenUse)| {
        let sites = token.sites.iter().flatten().map(|site| Answer::Int(i64::from(site.0)));
        let networks = token.networks.split(',').filter(|entry| !entry.is_empty());
        Answer::record([
            ("id", Answer::Int(token.id)),
            ("description", token.description.as_str().into()),
            ("scope", token.scope.as_str().into()),
            ("reach", reach_name(token.reach).into()),
            ("sites", sites.collect()),
            ("networks", networks.collect()),
            ("created_s", Answer::Int(token.created_s)),
            ("expires_s", token.expires_s.map_or(Answer::Null, Answer::Int)),
            ("last_used_s", used.last_used_s.map_or(Answer::Null, Answer::Int)),
            ("last_used_address", used.address.as_str().into()),
            ("url_allowed", token.url_allowed.into()),
            ("provisioning", token.provisioning.into()),
        ])
    };
    Ok(tokens.iter().map(row).collect())
}

/// The sites that the caller names, each of which they must see.
fn wished_sites(services: &Services, caller: &Caller, params: &Params) -> Result<Option<Vec<SiteId>>, ApiError> {
    if list(params, "sites").is_none_or(|entries| entries.iter().all(|entry| entry.is_empty())) {
        return Ok(None);
    }
    match asked_sites(params, "sites")? {
        Asked::All => Ok(None),
        these => {
            let grant = check::<View>(&caller.principal, &these, &services.meta.snapshot().site_ids())?;
            Ok(Some(grant.sites().to_vec()))
        }
    }
}

async fn create_token(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (user, _) = signed_in(caller)?;
    let days: i64 = params.filled("expiresDays").map_or(Ok(DAYS_DEFAULT), str::parse).unwrap_or(0);
    if !(1..=DAYS_MAX).contains(&days) {
        return Err(bad("expiresDays", "write a number of days from 1 to 365"));
    }
    let reach = params.filled("reach").unwrap_or("read");
    let reach = [Reach::Read, Reach::Track, Reach::Administer].into_iter().find(|known| reach_name(*known) == reach);
    let networks = list(params, "networks").unwrap_or_default();
    let networks = networks.iter().flat_map(|entry| entry.split([',', '\n'])).map(str::trim);
    let mut wish = TokenWish {
        description: required(params, "description")?.to_owned(),
        scope: params.filled("scope").unwrap_or("view").to_owned(),
        reach: reach.ok_or_else(|| bad("reach", "use read, track or administer"))?,
        sites: wished_sites(services, caller, params)?,
        networks: networks.filter(|entry| !entry.is_empty()).map(str::to_owned).collect(),
        expires_s: Some(now_s() + days * DAY_S),
        provisioning: params.flag("provisioning"),
        url_allowed: params.flag("urlAllowed"),
    };
    if wish.provisioning {
        check_instance(&caller.principal)?;
        if wish.networks.is_empty() {
            return Err(bad("networks", "name the addresses from which the token for provisioning is used"));
        }
        if wish.scope != "all" {
            return Err(bad("scope", "a token for provisioning has the scope all"));
        }
        wish.scope = makoto_identity::PROVISIONING.to_owned();
    }
    let token = services.identity.make_token(caller, &user.login, &wish, None, now_s()).await.map_err(from_identity)?;
    Ok(Answer::Text(token))
}

/// When a token ends by Matomo's parameters.
fn end_s(params: &Params) -> Result<i64, ApiError> {
    let now_s = now_s();
    let hours: i64 = params.filled("expireHours").map_or(Ok(0), str::parse).unwrap_or(-1);
    let end_s = match params.filled("expireDate") {
        Some(text) => {
            let day: jiff::civil::Date =
                text.get(..10).unwrap_or(text).parse().map_err(|_| bad("expireDate", "write it as 2030-01-31"))?;
            let start = day.to_zoned(jiff::tz::TimeZone::UTC).map_err(|_| bad("expireDate", "write a nearer day"))?;
            start.timestamp().as_second()
        }
        None if hours == 0 => now_s + DAYS_DEFAULT * DAY_S,
        None => now_s.saturating_add(hours.saturating_mul(3600)),
    };
    match (now_s + 1..=now_s + DAYS_MAX * DAY_S).contains(&end_s) {
        true => Ok(end_s),
        false => Err(ApiError::Refused("a token lives at most 365 days, and ends after now".to_owned())),
    }
}

async fn create_by_password(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (login, password) = (required(params, "userLogin")?, required(params, "passwordConfirmation")?);
    let identity = &services.identity;
    let wrong = || ApiError::Refused("login or password is wrong, or the code of the second factor".to_owned());
    let told = |fault| match fault {
        Error::WrongPassword | Error::WrongCode | Error::FactorMissing => wrong(),
        other => from_identity(other),
    };
    let given = identity.prove(caller, login, password, now_s()).await.map_err(told)?;
    let code = params.filled(CODE.name).unwrap_or("");
    identity.prove_factor(caller, login, code, now_s()).await.map_err(told)?;
    let snapshot = services.meta.snapshot();
    let account = snapshot.active_account(login).ok_or_else(wrong)?;
    if identity.is_enrolling(&account.login, now_s()) {
        return Err(ApiError::FactorNeeded);
    }
    let expires_s = Some(end_s(params)?);
    let wish = TokenWish {
        description: required(params, "description")?.to_owned(),
        scope: "all".to_owned(),
        reach: Reach::Administer,
        sites: None,
        networks: Vec::new(),
        expires_s,
        provisioning: false,
        url_allowed: false,
    };
    let token =
        identity.make_token(caller, &account.login, &wish, Some(&given), now_s()).await.map_err(from_identity)?;
    Ok(Answer::Text(token))
}
