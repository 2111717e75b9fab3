//! The second factor at sign-in, fresh proof in a session, and passkeys.

use super::{anonymous, arrived, cookie, error, read_json, refuse_foreign, signed_in};
use crate::{
    app::App,
    routes::caller::{self, Peer, SESSION_COOKIE, session},
    routes::{json_response, problem},
};
use axum::{
    extract::{Request, State},
    http::{HeaderMap, StatusCode, header},
    response::Response,
};
use makoto_access::{Caller, Principal};
use makoto_features::services::now_s;
use makoto_identity::Error;
use serde::Deserialize;
use serde_json::Value as Json;
use std::sync::Arc;

/// Binds the challenge of a browser without a session to that browser.
const CHALLENGE_COOKIE: &str = "__Host-makoto-challenge";
/// As long as a challenge can be answered.
const CHALLENGE_COOKIE_LIFE: &str = "; Max-Age=300";

#[derive(Deserialize)]
struct Factor {
    #[serde(default)]
    code: String,
    passkey: Option<Json>,
}

#[derive(Deserialize)]
struct Proof {
    password: Option<String>,
    #[serde(default)]
    code: String,
    passkey: Option<Json>,
}

#[derive(Deserialize)]
struct Passkey {
    credential: Json,
}

fn own_secret(headers: &HeaderMap) -> &str {
    caller::cookie(headers, SESSION_COOKIE).unwrap_or("")
}

async fn arrived_or(app: &Arc<App>, caller: &Caller, headers: &HeaderMap, secret: Result<String, Error>) -> Response {
    match secret {
        Ok(secret) => arrived(app, caller, headers, &secret).await,
        Err(fault) => error(&fault),
    }
}

async fn signed_in_or(app: &Arc<App>, secret: Result<String, Error>) -> Response {
    match secret {
        Ok(secret) => signed_in(app, &secret).await,
        Err(fault) => error(&fault),
    }
}

/// Takes the second factor of somebody whose password was right.
pub async fn factor(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, form) = match read_json::<Factor>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let (identity, secret) = (app.identity(), own_secret(&parts.headers));
    let caller = anonymous(&app, &peer, &parts.headers);
    let opened = match form.passkey {
        Some(passkey) => identity.finish_by_passkey(&caller, secret, passkey, &caller.agent, now_s()).await,
        None => identity.finish_by_code(&caller, secret, &form.code, &caller.agent, now_s()).await,
    };
    arrived_or(&app, &caller, &parts.headers, opened).await
}

/// Takes fresh proof of who uses a session, which gets a new secret.
pub async fn proof(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, form) = match read_json::<Proof>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let principal = match session(&app, peer.0, &parts.headers, now_s()).await {
        Ok(Principal::Anonymous) => return problem(StatusCode::UNAUTHORIZED, "signed_out", "sign in to go on"),
        Ok(principal) => principal,
        Err(fault) => return error(&fault),
    };
    let caller = Caller { principal, ..anonymous(&app, &peer, &parts.headers) };
    let (identity, secret) = (app.identity(), own_secret(&parts.headers));
    let renewed = match (form.password, form.passkey) {
        (Some(password), None) => identity.renew(&caller, secret, &password, &form.code, now_s()).await,
        (password, Some(passkey)) => {
            identity.renew_by_passkey(&caller, secret, password.as_deref(), passkey, now_s()).await
        }
        (None, None) => Err(Error::FactorMissing),
    };
    signed_in_or(&app, renewed).await
}

/// Asks for a passkey: of whoever the cookie stands for, else of anybody.
pub async fn challenge(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, _) = match read_json::<Json>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    match app.identity().challenge_holder(own_secret(&parts.headers), now_s()).await {
        Ok(Some(options)) => return json_response(StatusCode::OK, &options),
        Ok(None) => {}
        Err(fault) => return error(&fault),
    }
    if let Err(fault) = app.identity().pace(&anonymous(&app, &peer, &parts.headers), now_s()) {
        return error(&fault);
    }
    match app.identity().challenge_browser(now_s()) {
        Ok((secret, options)) => {
            let mut response = json_response(StatusCode::OK, &options);
            let bound = cookie(CHALLENGE_COOKIE, &secret, CHALLENGE_COOKIE_LIFE);
            response.headers_mut().insert(header::SET_COOKIE, bound);
            response
        }
        Err(fault) => error(&fault),
    }
}

/// Signs in by a passkey alone.
pub async fn passkey(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, form) = match read_json::<Passkey>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let browser = caller::cookie(&parts.headers, CHALLENGE_COOKIE).unwrap_or("");
    let caller = anonymous(&app, &peer, &parts.headers);
    let opened = app.identity().sign_in_by_passkey(&caller, browser, form.credential, &caller.agent, now_s()).await;
    arrived_or(&app, &caller, &parts.headers, opened).await
}
