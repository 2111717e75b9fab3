//! `/public`: what strangers see. No cookie is read or set here, so that whoever is signed in sees what everybody sees;
//! everything that is not public answers the same, whether it exists or not.

use super::{
    BODY_BYTES_MAX, assets,
    caller::{self, Peer, decode},
    json_response, problem, read_body,
};
use crate::{app::App, dispatch, headers, public::Shut};
use axum::{
    Router,
    body::Body,
    extract::{Path, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use makoto_access::{Caller, Principal};
use makoto_catalog::ApiError;
use makoto_features::public_reports::{self, settings};
use makoto_meta::{Channel, PublicGrant};
use makoto_model::Params;
use makoto_query::format::{self, Written};
use serde_json::json;
use std::{net::IpAddr, sync::Arc};

/// The header that carries what a password opened.
const TICKET: &str = "x-makoto-ticket";
/// Parameters of a report that a stranger may send; others are not read.
const PARAMS: &[&str] = &[
    "period",
    "date",
    "idSubtable",
    "expanded",
    "flat",
    "filter_limit",
    "filter_offset",
    "filter_sort_column",
    "filter_sort_order",
    "format",
    "convertToUnicode",
];
/// Parameters that are refused and not only left out, so that nobody takes the answer for what they asked.
const REFUSED: &[&str] = &["segment", "filter_pattern", "filter_pattern_recursive", "label", "asPublicGrant", "idSite"];
const NOTHING: &str = "there is nothing public at this address";
const NOTHING_PAGE: &str = "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Not public</title>\
    <p>There is nothing public at this address. It may have been, or the link may be cut.</p></html>";

/// The routes below `/public`.
pub fn routes() -> Router<Arc<App>> {
    Router::new()
        .route("/{id}", get(page))
        .route("/{id}/info", get(info))
        .route("/{id}/data/{method}", get(data))
        .route("/link/{secret}", get(page))
        .route("/link/{secret}/info", get(info))
        .route("/link/{secret}/data/{method}", get(data))
        .route("/link/{secret}/unlock", post(unlock))
        .fallback(nowhere)
        .method_not_allowed_fallback(nowhere)
}

async fn nowhere(State(app): State<Arc<App>>) -> Response {
    finished(&app, nothing(), "no-store")
}

/// The grant that an address names, while it shows something.
fn named(app: &App, path: &str) -> Option<PublicGrant> {
    if app.services.public_forbidden {
        return None;
    }
    let rest = path.strip_prefix("/public/").unwrap_or(path).trim_start_matches('/');
    let (snapshot, now_s) = (app.services.meta.snapshot(), app.services.meta.steady_now_s());
    let mut parts = rest.split('/');
    let first = parts.next()?;
    let found = match first {
        "link" => snapshot.public.linked(&makoto_identity::hash_secret(parts.next()?), now_s),
        id => snapshot.public.open(id.parse().ok()?, now_s),
    };
    found.filter(|grant| snapshot.sites.contains_key(&grant.site)).cloned()
}

fn nothing() -> Response {
    problem(StatusCode::FORBIDDEN, "not_public", NOTHING)
}

fn nothing_page() -> Response {
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOTHING_PAGE).into_response()
}

/// The headers that every answer here carries.
fn finished(app: &App, mut response: Response, age: &str) -> Response {
    let headers = response.headers_mut();
    headers.insert(header::REFERRER_POLICY, HeaderValue::from_static("no-referrer"));
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Ok(age) = HeaderValue::from_str(age) {
        headers.insert(header::CACHE_CONTROL, age);
    }
    if app.services.meta.snapshot().setting(&settings::NO_INDEX) || !response.status().is_success() {
        let robots = HeaderName::from_static("x-robots-tag");
        response.headers_mut().insert(robots, HeaderValue::from_static("noindex, nofollow, noarchive"));
    }
    response
}

/// Somebody who may be anybody: nothing of a cookie, and no browser's name, is kept.
fn stranger(address: IpAddr, principal: Principal) -> Caller {
    Caller { principal, address: Some(address), agent: "".into(), request: "".into(), device: None }
}

fn refused(error: &ApiError) -> Response {
    match error {
        ApiError::TooOften { .. } => {
            super::api::retry_after(problem(StatusCode::TOO_MANY_REQUESTS, "too_often", &error.to_string()), error)
        }
        ApiError::Busy(_) => {
            super::api::retry_after(problem(StatusCode::SERVICE_UNAVAILABLE, "busy", &error.to_string()), error)
        }
        ApiError::Denied(_) | ApiError::UnknownMethod(..) | ApiError::NotFound(_) => {
            problem(StatusCode::BAD_REQUEST, "refused", "this report is not public here")
        }
        ApiError::Internal(detail) => {
            tracing::error!(detail, "a public report failed");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; try again later")
        }
        other => problem(StatusCode::BAD_REQUEST, "refused", &other.to_string()),
    }
}

/// Whether the request brings what the grant's channel asks for.
fn is_open(app: &App, grant: &PublicGrant, headers: &HeaderMap) -> bool {
    let ticket = headers.get(TICKET).and_then(|ticket| ticket.to_str().ok()).unwrap_or("");
    let now_s = app.services.meta.steady_now_s();
    grant.scope.channel != Channel::Password || app.public.opens(ticket, (grant.id, grant.version), now_s)
}

/// Counts the request; the answer to one too many.
fn turned_away(app: &App, address: IpAddr, grant: Option<&PublicGrant>) -> Option<Response> {
    let grants: Vec<i64> = grant.map(|grant| grant.id).into_iter().collect();
    let refusal = app.public.admit(app, Some(address), &grants).err()?;
    Some(finished(app, refused(&refusal), "no-store"))
}

async fn page(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let address = app.client.address(peer.0, request.headers());
    let grant = named(&app, &full_path(&request));
    if let Some(response) = turned_away(&app, address, grant.as_ref()) {
        return response;
    }
    let Some(grant) = grant else { return finished(&app, nothing_page(), "no-store") };
    let referer = request.headers().get(header::REFERER).and_then(|value| value.to_str().ok()).unwrap_or("");
    let host = referer.split_once("://").map_or("", |(_, rest)| rest.split(['/', '?', '#']).next().unwrap_or(""));
    app.public.note_host(grant.id, host);
    let hidden = app.services.meta.snapshot().setting(&settings::NO_INDEX);
    let mut response = assets::public(if hidden { "noindex, nofollow" } else { "all" });
    let allowed = &grant.scope.origins;
    if !allowed.is_empty()
        && let Some(policy) = response.headers().get(header::CONTENT_SECURITY_POLICY)
        && let Some(policy) = headers::framed_by(policy, allowed)
    {
        response.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    finished(&app, response, "no-cache")
}

/// The path as it was sent: what nesting leaves of it has lost its beginning.
fn full_path(request: &Request) -> String {
    request.uri().path().to_owned()
}

async fn info(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let address = app.client.address(peer.0, request.headers());
    let grant = named(&app, &full_path(&request));
    if let Some(response) = turned_away(&app, address, grant.as_ref()) {
        return response;
    }
    let Some(grant) = grant else { return finished(&app, nothing(), "no-store") };
    if !is_open(&app, &grant, request.headers()) {
        return finished(&app, json_response(StatusCode::OK, &json!({ "locked": true })), "no-store");
    }
    app.public.note_view(&app, grant.id, Some(address));
    let written = match public_reports::page::page(&app.services, &grant).await {
        Ok(page) => format::write_answer(page, &Params::new(vec![("format".into(), "json".into())])),
        Err(error) => Err(error),
    };
    match written {
        Ok(written) => finished(&app, sent(&written), "no-cache"),
        Err(error) => finished(&app, refused(&error), "no-store"),
    }
}

/// Where somebody who opens the server without a session is led; nothing for the sign-in page.
pub fn landing(app: &App, headers: &HeaderMap) -> Option<Response> {
    if caller::cookie(headers, caller::SESSION_COOKIE).is_some() {
        return None;
    }
    let grant = public_reports::page::landing(&app.services)?;
    let mut response = StatusCode::FOUND.into_response();
    let headers = response.headers_mut();
    headers.insert(header::LOCATION, HeaderValue::from_str(&format!("/public/{}", grant.id)).ok()?);
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    Some(response)
}

async fn data(
    State(app): State<Arc<App>>,
    peer: Peer,
    Path(path): Path<Vec<(String, String)>>,
    request: Request,
) -> Response {
    let address = app.client.address(peer.0, request.headers());
    let grant = named(&app, &full_path(&request));
    if let Some(response) = turned_away(&app, address, grant.as_ref()) {
        return response;
    }
    let Some(grant) = grant else { return finished(&app, nothing(), "no-store") };
    if !is_open(&app, &grant, request.headers()) {
        return finished(&app, nothing(), "no-store");
    }
    let method = path.into_iter().find(|(name, _)| name == "method").map(|(_, method)| method).unwrap_or_default();
    let query = decode(request.uri().query().unwrap_or("").as_bytes());
    let life_s = app.services.meta.snapshot().setting(&settings::CACHE_SECONDS);
    match answer(&app, &grant, address, &method, &query, life_s).await {
        Ok(written) => {
            app.public.note_view(&app, grant.id, Some(address));
            let current = query.get("v") == Some(grant.version.to_string().as_str());
            let keep = current && life_s > 0 && grant.scope.channel != Channel::Password;
            let age = if keep { format!("public, max-age={life_s}, must-revalidate") } else { "no-store".to_owned() };
            finished(&app, sent(&written), &age)
        }
        Err(error) => finished(&app, refused(&error), "no-store"),
    }
}

fn sent(written: &Written) -> Response {
    let mut response = Response::new(Body::from(written.body.clone()));
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static(written.content_type));
    for (name, value) in &written.headers {
        // A file name that cannot stand in a header is left out; the answer is the same without it.
        if let Ok(value) = HeaderValue::from_str(value) {
            response.headers_mut().insert(*name, value);
        }
    }
    response
}

/// The report, from what is kept where that is young enough.
async fn answer(
    app: &Arc<App>,
    grant: &PublicGrant,
    address: IpAddr,
    method: &str,
    query: &Params,
    life_s: u32,
) -> Result<Arc<Written>, ApiError> {
    let filled = |name: &str| {
        query.iter().any(|(key, value)| !value.is_empty() && (key == name || key.starts_with(&format!("{name}["))))
    };
    if let Some(name) = REFUSED.iter().find(|name| filled(name)) {
        return Err(ApiError::Refused(format!("what is public cannot be asked for with {name}; leave it out")));
    }
    let mut pairs: Vec<(Box<str>, Box<str>)> =
        vec![("method".into(), method.into()), ("idSite".into(), grant.site.to_string().into())];
    pairs.extend(PARAMS.iter().filter_map(|name| Some(((*name).into(), query.get(name)?.into()))));
    if query.filled("format").is_none() {
        pairs.push(("format".into(), "json".into()));
    }
    let words: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value:?}")).collect();
    let today = app.services.meta.steady_now_s().div_euclid(60 * 60);
    let key = format!("{} {} {today} {}", grant.id, grant.version, words.join(" "));
    if let Some(kept) = app.public.kept(&key, life_s) {
        return Ok(kept);
    }
    let params = Params::new(pairs);
    let caller = stranger(address, public_reports::viewer(grant, method));
    let done = dispatch::public_report(app, &caller, method, &params).await?;
    let written = Arc::new(done.outcome.write(&params)?);
    app.public.keep(key, written.clone());
    Ok(written)
}

async fn unlock(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let address = app.client.address(peer.0, request.headers());
    let grant = named(&app, &full_path(&request));
    if let Some(response) = turned_away(&app, address, grant.as_ref()) {
        return response;
    }
    let Some(grant) = grant.filter(|grant| grant.scope.channel == Channel::Password) else {
        return finished(&app, nothing(), "no-store");
    };
    let body = match read_body(request.into_body(), BODY_BYTES_MAX, |_| 0).await {
        Ok(body) => body,
        Err(fault) => return finished(&app, fault.response(), "no-store"),
    };
    let form: serde_json::Value = serde_json::from_slice(&body).unwrap_or_default();
    let password = form.get("password").and_then(serde_json::Value::as_str).unwrap_or("");
    let now_s = app.services.meta.steady_now_s();
    let response = match app.public.unlock((grant.id, grant.version), grant.password_hash, password, address, now_s) {
        Ok((ticket, until_s)) => json_response(StatusCode::OK, &json!({ "ticket": ticket, "until": until_s })),
        Err(Shut::Wrong) => problem(StatusCode::FORBIDDEN, "wrong_password", "this is not the password of this link"),
        Err(Shut::Wait { wait_s }) => {
            let mut response =
                problem(StatusCode::TOO_MANY_REQUESTS, "slower", "too many wrong passwords; wait a little");
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
            response
        }
        Err(Shut::Broken) => {
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; its log has the details")
        }
    };
    finished(&app, response, "no-store")
}
