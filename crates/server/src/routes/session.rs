//! Signing in and out, and the one-time set-up.

use super::{
    BODY_BYTES_MAX,
    caller::{Peer, SESSION_COOKIE, incoming, session},
    json_response, problem, read_body,
};
use crate::app::App;
use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use makoto_access::{Caller, Principal};
use makoto_identity::Error;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize)]
struct SignIn {
    login: String,
    password: String,
}

#[derive(Deserialize)]
struct SetUp {
    token: String,
    login: String,
    email: String,
    password: String,
}

/// A request's parts and its body read as JSON, or the answer that says what is wrong with it.
async fn read_json<T: for<'a> Deserialize<'a>>(request: Request) -> Result<(Parts, T), Response> {
    let (parts, body) = request.into_parts();
    let body = read_body(body, BODY_BYTES_MAX, |_| 0).await.map_err(|fault| fault.response())?;
    let value = serde_json::from_slice(&body).map_err(|_| {
        problem(StatusCode::BAD_REQUEST, "bad_json", "the body is not the JSON that this address expects")
    })?;
    Ok((parts, value))
}

fn anonymous(app: &App, peer: &Peer, headers: &HeaderMap) -> Caller {
    incoming(app, peer.0, headers, Principal::Anonymous)
}

/// A request that changes something must come from our own pages, over a connection on which a cookie is safe.
fn refuse_foreign(app: &App, headers: &HeaderMap) -> Option<Response> {
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

fn error(error: &Error) -> Response {
    match error {
        Error::WrongPassword => problem(StatusCode::UNAUTHORIZED, "wrong_password", &error.to_string()),
        Error::Slower { wait_s } => {
            let mut response = problem(StatusCode::TOO_MANY_REQUESTS, "slower", &error.to_string());
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(*wait_s));
            response
        }
        Error::WrongSetup => problem(StatusCode::FORBIDDEN, "wrong_setup", &error.to_string()),
        Error::Refused(_) | Error::Meta(makoto_meta::Error::Refused(_) | makoto_meta::Error::NotFound(_)) => {
            problem(StatusCode::BAD_REQUEST, "refused", &error.to_string())
        }
        Error::Meta(_) | Error::Hash(_) | Error::Random(_) | Error::File { .. } => {
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
    Some(json!({ "login": account.login, "email": account.email, "superuser": principal.is_superuser(),
        "version": env!("CARGO_PKG_VERSION"), "sites": sites }))
}

fn cookie(value: &str, max_age: &str) -> HeaderValue {
    let text = format!("{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Lax{max_age}");
    // The value is letters and digits of our own.
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static(""))
}

async fn signed_in(app: &Arc<App>, token: &str) -> Response {
    let now_s = makoto_features::services::now_s();
    match app.identity().session_principal(token, now_s).await {
        Ok(principal) => match principal.as_ref().and_then(|principal| shown(app, principal)) {
            Some(body) => {
                let mut response = json_response(StatusCode::OK, &body);
                response.headers_mut().insert(header::SET_COOKIE, cookie(token, ""));
                response
            }
            None => error(&Error::WrongPassword),
        },
        Err(fault) => error(&fault),
    }
}

pub async fn show(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    match session(&app, &headers, makoto_features::services::now_s()).await {
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
    let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("");
    let now_s = makoto_features::services::now_s();
    let caller = anonymous(&app, &peer, &parts.headers);
    match app.identity().sign_in(&caller, &form.login, &form.password, agent, now_s).await {
        Ok(token) => signed_in(&app, &token).await,
        Err(fault) => error(&fault),
    }
}

pub async fn sign_out(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap) -> Response {
    if let Some(refusal) = refuse_foreign(&app, &headers) {
        return refusal;
    }
    let principal = match session(&app, &headers, makoto_features::services::now_s()).await {
        Ok(principal) => principal,
        Err(fault) => return error(&fault),
    };
    let caller = Caller { principal, ..anonymous(&app, &peer, &headers) };
    match app.identity().sign_out(&caller).await {
        Ok(()) => (StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie("", "; Max-Age=0"))]).into_response(),
        Err(fault) => error(&fault),
    }
}

pub async fn setup_state(State(app): State<Arc<App>>) -> Response {
    json_response(StatusCode::OK, &json!({ "open": app.setup().is_some() }))
}

pub async fn set_up(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, form) = match read_json::<SetUp>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let Some(setup) = app.setup() else {
        return problem(StatusCode::NOT_FOUND, "set_up", "the set-up is done; sign in instead");
    };
    let caller = anonymous(&app, &peer, &parts.headers);
    let (login, email) = (form.login.trim(), form.email.trim());
    if let Err(fault) = setup.finish(app.identity(), &caller, &form.token, login, email, &form.password).await {
        return error(&fault);
    }
    app.close_setup();
    let agent = parts.headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("");
    match app.identity().open_session(&caller, login, agent, makoto_features::services::now_s()).await {
        Ok(token) => signed_in(&app, &token).await,
        Err(fault) => error(&fault),
    }
}
