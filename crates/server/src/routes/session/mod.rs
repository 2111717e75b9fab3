//! Signing in and out.

mod factor;
mod setup;

pub use factor::{challenge, factor, passkey, proof};
pub use setup::{set_up, setup_state};

use super::{
    BODY_BYTES_MAX,
    caller::{self, DEVICE_COOKIE, Peer, SESSION_COOKIE, incoming, session},
    json_response, problem, read_body,
};
use crate::app::App;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use makoto_access::{Caller, Principal, Proof};
use makoto_features::users_manager::preferences;
use makoto_identity::{Entry, Error};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

/// How long a browser is known, in seconds: half a year.
const DEVICE_COOKIE_LIFE_S: u32 = 180 * 24 * 60 * 60;

#[derive(Deserialize)]
struct SignIn {
    login: String,
    password: String,
}

/// A request's parts and its body read as JSON, or the answer that says what is wrong with it.
pub(super) async fn read_json<T: for<'a> Deserialize<'a>>(request: Request) -> Result<(Parts, T), Response> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, BODY_BYTES_MAX, |_| 0).await.map_err(|fault| fault.response())?;
    let value = serde_json::from_slice(&body).map_err(|_| {
        problem(StatusCode::BAD_REQUEST, "bad_json", "the body is not the JSON that this address expects")
    })?;
    Ok((parts, value))
}

pub(super) fn anonymous(app: &App, peer: &Peer, headers: &HeaderMap) -> Caller {
    incoming(app, peer.0, headers, Principal::Anonymous)
}

/// A request that changes something must come from our own pages, over a connection on which a cookie is safe.
pub(super) fn refuse_foreign(app: &App, headers: &HeaderMap) -> Option<Response> {
    if !app.client.same_origin(headers) {
        return Some(problem(StatusCode::FORBIDDEN, "cross_site", "this request comes from another site"));
    }
    if !app.client.cookies_safe {
        let message =
            "sign-in needs TLS, since anyone on the way could read the session; set base_url to an https address";
        return Some(problem(StatusCode::FORBIDDEN, "insecure", message));
    }
    None
}

pub(super) fn error(error: &Error) -> Response {
    match error {
        Error::WrongPassword => problem(StatusCode::UNAUTHORIZED, "wrong_password", &error.to_string()),
        Error::Slower { wait_s } => {
            let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "slower", &error.to_string());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*wait_s));
            response
        }
        Error::FactorMissing => problem(StatusCode::UNAUTHORIZED, "factor_missing", &error.to_string()),
        Error::WrongCode | Error::WrongPasskey => problem(StatusCode::UNAUTHORIZED, "wrong_factor", &error.to_string()),
        Error::HalfEnded => problem(StatusCode::UNAUTHORIZED, "half_ended", &error.to_string()),
        Error::WrongLink => problem(StatusCode::FORBIDDEN, "wrong_link", &error.to_string()),
        Error::WrongSetup => problem(StatusCode::FORBIDDEN, "wrong_setup", &error.to_string()),
        Error::Refused(_) | Error::Meta(makoto_meta::Error::Refused(_) | makoto_meta::Error::NotFound(_)) => {
            problem(StatusCode::BAD_REQUEST, "refused", &error.to_string())
        }
        Error::Meta(makoto_meta::Error::CallerChanged) => {
            problem(StatusCode::UNAUTHORIZED, "signed_out", &error.to_string())
        }
        Error::Meta(_) | Error::Hash(_) | Error::Passkey(_) | Error::Random(_) | Error::File { .. } => {
            tracing::error!(%error, "a sign-in failed on our side");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; its log has the details")
        }
    }
}

/// What the pages need to know of the person who uses them.
fn shown(app: &App, principal: &Principal) -> Option<serde_json::Value> {
    let Principal::User(user) = principal else { return None };
    let snapshot = app.services.meta.snapshot();
    let account = snapshot.account(&user.login)?;
    let sites: Vec<_> = snapshot
        .site_rows
        .values()
        .filter_map(|site| {
            let role = principal.role(site.id)?;
            Some(json!({ "idsite": site.id.0, "name": site.name, "role": role.name(), "timezone": site.timezone,
                "currency": site.currency, "main_url": site.urls.first().map_or("", String::as_str) }))
        })
        .collect();
    let (proved_s, enrolling) = match user.proof {
        Proof::Session { proved_s, enrolling, .. } => (Some(proved_s), enrolling),
        Proof::Token { .. } => (None, false),
    };
    let factors = snapshot.factors(&account.login);
    let (first_report, first_days) = preferences::opens_with(&snapshot, account);
    Some(json!({ "login": account.login, "email": account.email, "superuser": principal.is_superuser(),
        "version": env!("CARGO_PKG_VERSION"), "sites": sites, "language": account.language, "proved_s": proved_s,
        "enrolling": enrolling, "factor_due_s": app.identity().factor_due_s(&account.login),
        "first_report": first_report, "first_days": first_days,
        "factors": { "totp": factors.has_totp(), "passkeys": factors.passkeys, "recovery_left": factors.recovery_left } }))
}

/// A cookie that is bound to this host and hidden from scripts; `more` are further attributes.
fn cookie(name: &str, value: &str, more: &str) -> HeaderValue {
    let text = format!("{name}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{more}");
    // The value is letters and digits of our own.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

/// The session's cookie as browsers get it, without a secret.
pub(super) fn cookie_form() -> HeaderValue {
    cookie(SESSION_COOKIE, "", "")
}

/// The answer to somebody whose password was right.
pub(super) async fn entered(
    app: &Arc<App>,
    caller: &Caller,
    headers: &HeaderMap,
    entry: Result<Entry, Error>,
) -> Response {
    match entry {
        Ok(Entry::Whole(secret)) => arrived(app, caller, headers, &secret).await,
        Ok(Entry::Half { secret, methods }) => {
            if let Err(fault) = leave(app, caller, headers).await {
                return error(&fault);
            }
            let mut response = json_response(StatusCode::ACCEPTED, &json!({ "state": "factor", "methods": methods }));
            response.headers_mut().insert(header::SET_COOKIE, cookie(SESSION_COOKIE, &secret, ""));
            response
        }
        Err(fault) => error(&fault),
    }
}

/// The answer to somebody who is signed in now, by this session's secret.
pub(super) async fn signed_in(app: &Arc<App>, token: &str) -> Response {
    let now_s = makoto_features::services::now_s();
    match app.identity().session_principal(token, now_s).await {
        Ok(principal) => match principal.as_ref().and_then(|principal| shown(app, principal)) {
            Some(body) => {
                let mut response = json_response(StatusCode::OK, &body);
                response.headers_mut().insert(header::SET_COOKIE, cookie(SESSION_COOKIE, token, ""));
                response
            }
            None => error(&Error::WrongPassword),
        },
        Err(fault) => error(&fault),
    }
}

/// Ends the session that a browser came with: its cookie is about to give way to another one's.
async fn leave(app: &Arc<App>, caller: &Caller, headers: &HeaderMap) -> Result<(), Error> {
    let Some(secret) = caller::cookie(headers, SESSION_COOKIE) else { return Ok(()) };
    match app.identity().session_principal(secret, makoto_features::services::now_s()).await? {
        Some(principal) => app.identity().sign_out(&Caller { principal, ..caller.clone() }).await,
        None => Ok(()),
    }
}

/// The answer to somebody who has just signed in, with the request's headers; their browser is known from now on.
pub(super) async fn arrived(app: &Arc<App>, caller: &Caller, headers: &HeaderMap, token: &str) -> Response {
    if let Err(fault) = leave(app, caller, headers).await {
        return error(&fault);
    }
    let now_s = makoto_features::services::now_s();
    let principal = match app.identity().session_principal(token, now_s).await {
        Ok(Some(principal)) => principal,
        Ok(None) => return error(&Error::WrongPassword),
        Err(fault) => return error(&fault),
    };
    let known = match app.identity().welcome(caller, &principal.name(), token, now_s).await {
        Ok(known) => known,
        Err(fault) => return error(&fault),
    };
    let mut response = signed_in(app, token).await;
    if let Some(secret) = known {
        let life = format!("; Max-Age={DEVICE_COOKIE_LIFE_S}");
        // Before the session's own, which clients that keep one cookie take.
        let session = response.headers_mut().remove(header::SET_COOKIE);
        let headers = [Some(cookie(DEVICE_COOKIE, &secret, &life)), session];
        for value in headers.into_iter().flatten() {
            response.headers_mut().append(header::SET_COOKIE, value);
        }
    }
    response
}

pub async fn show(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap) -> Response {
    match session(&app, peer.0, &headers, makoto_features::services::now_s()).await {
        Ok(principal) => match shown(&app, &principal) {
            Some(body) => json_response(StatusCode::OK, &body),
            None => problem(StatusCode::UNAUTHORIZED, "signed_out", "sign in to go on"),
        },
        Err(fault) => error(&fault),
    }
}

pub async fn sign_in(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, form) = match read_json::<SignIn>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let now_s = makoto_features::services::now_s();
    let caller = anonymous(&app, &peer, &parts.headers);
    let entry = app.identity().sign_in(&caller, &form.login, &form.password, &caller.agent, now_s).await;
    entered(&app, &caller, &parts.headers, entry).await
}

pub async fn sign_out(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap) -> Response {
    if let Some(refusal) = refuse_foreign(&app, &headers) {
        return refusal;
    }
    let principal = match session(&app, peer.0, &headers, makoto_features::services::now_s()).await {
        Ok(principal) => principal,
        Err(fault) => return error(&fault),
    };
    let caller = Caller { principal, ..anonymous(&app, &peer, &headers) };
    match app.identity().sign_out(&caller).await {
        Ok(()) => {
            (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie(SESSION_COOKIE, "", "; Max-Age=0"))]).into_response()
        }
        Err(fault) => error(&fault),
    }
}
