//! The pages of the web interface and the tracking script, carried inside the program.

use crate::{
    app::App,
    embedded::{File, TRACKER, WEB},
    headers::page_policy,
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// The pages that are written for each answer.
const INDEX: &str = "index.html";
const PUBLIC: &str = "public.html";
/// What stands in a page where the nonce goes.
const NONCE_MARK: &str = "__CSP_NONCE__";
/// What stands in a page where the word to search engines goes.
const ROBOTS_MARK: &str = "__ROBOTS__";
/// How long browsers keep the tracking script, in seconds: short enough that a new one reaches everybody in a day.
const SCRIPT_AGE: &str = "public, max-age=21600";
/// Files whose names hold a hash of their content never change.
const HASHED_AGE: &str = "public, max-age=31536000, immutable";

fn content_type(path: &str) -> &'static str {
    match path.rsplit('.').next() {
        Some("html") => "text/html; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("ico") => "image/x-icon",
        Some("woff2") => "font/woff2",
        Some("json" | "webmanifest") => "application/json",
        _ => "application/octet-stream",
    }
}

fn etag(file: &File) -> String {
    format!("\"{}\"", makoto_meta::hex(&file.sha256[..16]))
}

fn serve(file: File, path: &str, age: &'static str, headers: &HeaderMap) -> Response {
    serve_as(file, path, age, headers, "")
}

fn serve_as(file: File, path: &str, age: &'static str, headers: &HeaderMap, kind: &str) -> Response {
    let etag = etag(&file).replacen('"', &format!("\"{kind}"), 1);
    let known = headers.get(header::IF_NONE_MATCH).is_some_and(|seen| seen.as_bytes() == etag.as_bytes());
    let mut response = match known {
        true => StatusCode::NOT_MODIFIED.into_response(),
        false => Response::new(Body::from(file.data)),
    };
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type(path)));
    out.insert(header::CACHE_CONTROL, HeaderValue::from_static(age));
    if let Ok(etag) = HeaderValue::from_str(&etag) {
        out.insert(header::ETAG, etag);
    }
    response
}

/// What stands before the script where it must set no cookies.
const WITHOUT_COOKIES: &str = "(window._paq=window._paq||[]).unshift(['disableCookies']);";

/// The script with something before it, which its name for caches tells apart.
fn preceded(mut file: File, before: &str) -> (File, &'static str) {
    file.data = [before.as_bytes(), &file.data].concat().into();
    (file, "-cookieless")
}

pub async fn tracker_script(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let cookieless = app.services.meta.snapshot().setting(&makoto_features::privacy_manager::settings::COOKIELESS);
    match TRACKER.get("matomo.js") {
        Some(file) if cookieless => {
            let (file, kind) = preceded(file, WITHOUT_COOKIES);
            serve_as(file, "matomo.js", SCRIPT_AGE, &headers, kind)
        }
        Some(file) => serve(file, "matomo.js", SCRIPT_AGE, &headers),
        None => {
            super::problem(StatusCode::NOT_FOUND, "not_built", "this program was built without its tracking script")
        }
    }
}

/// A file of the interface, or its page for every address that the page itself reads.
pub async fn page(State(app): State<Arc<App>>, request: Request) -> Response {
    if request.uri().path() == "/"
        && let Some(response) = super::public::landing(&app, request.headers())
    {
        return response;
    }
    let path = request.uri().path().trim_start_matches('/');
    if path.starts_with("api/") {
        return super::problem(StatusCode::NOT_FOUND, "unknown_address", "there is nothing at this address");
    }
    if ![INDEX, PUBLIC].contains(&path)
        && let Some(file) = WEB.get(path)
    {
        let age = if path.starts_with("assets/") { HASHED_AGE } else { SCRIPT_AGE };
        return serve(file, path, age, request.headers());
    }
    if path.starts_with("assets/") || path.rsplit('/').next().is_some_and(|name| name.contains('.')) && path != INDEX {
        return super::problem(StatusCode::NOT_FOUND, "unknown_address", "there is nothing at this address");
    }
    index()
}

/// The page that reads its own address.
pub fn index() -> Response {
    html(INDEX, "")
}

/// The page of strangers, which is an application of its own. `robots` is what search engines are told.
pub fn public(robots: &str) -> Response {
    html(PUBLIC, robots)
}

fn html(name: &str, robots: &str) -> Response {
    let Some(file) = WEB.get(name) else {
        return super::problem(StatusCode::NOT_FOUND, "not_built", "this program was built without its web interface");
    };
    let nonce = match makoto_identity::fresh_bytes::<16>() {
        Ok(bytes) => makoto_meta::hex(&bytes),
        Err(fault) => {
            tracing::error!(%fault, "a page could not be served");
            return super::problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "the server failed; its log has the details",
            );
        }
    };
    let html = String::from_utf8_lossy(&file.data).replace(NONCE_MARK, &nonce).replace(ROBOTS_MARK, robots);
    let mut response = Response::new(Body::from(html));
    let out = response.headers_mut();
    out.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::from_str(&page_policy(&nonce)) {
        out.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response
}
