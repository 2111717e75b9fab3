//! Headers that every answer carries, errors included.

use axum::{
    extract::{Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, header},
    middleware::Next,
    response::Response,
};
use std::sync::Arc;

use crate::{
    app::App,
    routes::{Framable, REPORTS_PATH},
};

/// How long browsers remember to use TLS, in seconds: two years.
const HSTS: &str = "max-age=63072000; includeSubDomains";
/// How a policy says that nothing may frame the answer.
const NO_FRAMES: &str = "frame-ancestors 'none'";
/// Nothing may be loaded, framed or run from an answer that is data.
const DATA_POLICY: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    if !headers.contains_key(&name) {
        headers.insert(name, HeaderValue::from_static(value));
    }
}

/// The policy of a page whose scripts carry this nonce.
pub fn page_policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic'; style-src 'self' 'nonce-{nonce}'; \
         style-src-attr 'unsafe-inline'; img-src 'self' data:; font-src 'self'; connect-src 'self'; \
         manifest-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'; report-uri {REPORTS_PATH}"
    )
}

/// A page's policy, with these origins as those that may frame it.
pub fn framed_by(policy: &HeaderValue, origins: &[String]) -> Option<HeaderValue> {
    let framed = policy.to_str().ok()?.replace(NO_FRAMES, &format!("frame-ancestors {}", origins.join(" ")));
    HeaderValue::from_str(&framed).ok()
}

/// Whether an answer's own policy lets other pages frame it.
fn may_be_framed(headers: &HeaderMap) -> bool {
    let policy = headers.get(header::CONTENT_SECURITY_POLICY).and_then(|policy| policy.to_str().ok());
    policy.is_some_and(|policy| policy.contains("frame-ancestors") && !policy.contains(NO_FRAMES))
}

/// Adds what is missing to an answer. Other sites may embed what the tracker's paths answer.
fn complete(headers: &mut HeaderMap, app: &App, tracker: bool) {
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::REFERRER_POLICY, "same-origin");
    put(headers, header::CONTENT_SECURITY_POLICY, DATA_POLICY);
    put(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    let resource = if tracker { "cross-origin" } else { "same-origin" };
    put(headers, HeaderName::from_static("cross-origin-resource-policy"), resource);
    put(headers, HeaderName::from_static("permissions-policy"), "camera=(), geolocation=(), microphone=()");
    if !may_be_framed(headers) {
        put(headers, header::X_FRAME_OPTIONS, "DENY");
    }
    if !tracker {
        put(headers, header::CACHE_CONTROL, "no-store");
    }
    if app.config.base_url.starts_with("https://") {
        put(headers, header::STRICT_TRANSPORT_SECURITY, HSTS);
    }
}

/// What answers to hits carry, whatever they say: the same as others, made once.
pub fn of_hits(app: &App) -> HeaderMap {
    let mut headers = HeaderMap::new();
    complete(&mut headers, app, true);
    put(&mut headers, header::CACHE_CONTROL, "no-store");
    headers
}

/// Adds headers to an answer; of those that it has already, its own stay.
pub fn add(headers: &mut HeaderMap, more: &HeaderMap) {
    let own = std::mem::replace(headers, more.clone());
    headers.extend(own);
}

/// Completes each answer of a route.
pub async fn secure(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let script = crate::routes::is_script(request.uri().path());
    let mut response = next.run(request).await;
    let framable = response.extensions().get::<Framable>().is_some();
    complete(response.headers_mut(), &app, script);
    if framable {
        // Its policy says who may frame it; the older header knows no such list.
        response.headers_mut().remove(header::X_FRAME_OPTIONS);
    }
    response
}

/// The lines of headers for answers that no route gives.
pub fn of_refusals(app: &App) -> String {
    let mut headers = HeaderMap::new();
    complete(&mut headers, app, false);
    let line = |(name, value): (&HeaderName, &HeaderValue)| {
        format!("{name}: {}\r\n", String::from_utf8_lossy(value.as_bytes()))
    };
    headers.iter().map(line).collect()
}
