//! The opt-out form: a page that other sites may frame, and the script that draws it into their pages. Both work
//! without a session, and say of a visitor nothing but what their own browser keeps.

use crate::app::App;
use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, StatusCode, header, request::Parts},
    response::{IntoResponse, Response},
};
use makoto_catalog::ApiError;
use makoto_features::privacy_manager::{
    optout::{FORM_PATH, Look, Words, script, words_of},
    settings,
};
use makoto_meta::SightingKind;
use makoto_model::Params;

/// By which a visitor's browser remembers the choice; the tracker's requests bring it along.
const COOKIE: &str = "matomo_ignore";
/// How long, in seconds: thirty years.
const COOKIE_AGE_S: u64 = 946_080_000;

/// Marks an answer that other sites may show in a frame.
#[derive(Clone, Copy)]
pub struct Framable;

/// The answer to a look that is none.
fn refused(fault: &ApiError) -> Response {
    super::problem(StatusCode::BAD_REQUEST, "bad_parameter", &fault.to_string())
}

/// The cookies of a header. Others beside ours may be in any encoding.
pub fn pairs(line: &HeaderValue) -> impl Iterator<Item = &str> {
    line.as_bytes().split(|byte| *byte == b';').filter_map(|pair| std::str::from_utf8(pair).ok())
}

/// Whether a cookie is the choice not to be counted.
pub fn is_choice(pair: &str) -> bool {
    pair.trim().split('=').next() == Some(COOKIE)
}

fn opted_out(headers: &HeaderMap) -> bool {
    headers.get_all(header::COOKIE).iter().flat_map(pairs).any(is_choice)
}

/// Counts the host whose page shows the form in a frame, so that superusers can look whether they know it.
fn note_frame(app: &App, headers: &HeaderMap) {
    let text = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or("");
    let framed = headers.get("sec-fetch-dest").is_some_and(|value| value == "iframe");
    let host = makoto_features::sites_manager::code::host(text(header::REFERER)).to_lowercase();
    if framed && !host.is_empty() {
        app.sightings.note(SightingKind::Embed, &host, "");
    }
}

fn asks_not_to_be_tracked(app: &App, headers: &HeaderMap) -> bool {
    let snapshot = app.services.meta.snapshot();
    let sends = |name: &str| headers.get(name).is_some_and(|value| value == "1");
    snapshot.setting(&settings::DO_NOT_TRACK) && sends("dnt")
        || snapshot.setting(&settings::GLOBAL_PRIVACY_CONTROL) && sends("sec-gpc")
}

fn words(look: &Look, headers: &HeaderMap) -> &'static Words {
    let browser = headers.get(header::ACCEPT_LANGUAGE).and_then(|value| value.to_str().ok()).unwrap_or("");
    words_of(if look.language == "auto" { browser } else { &look.language })
}

/// The form within a frame. A choice is sent as a POST from the form itself, and the page shown after it tells whether
/// the browser kept it.
pub fn form(app: &App, parts: &Parts, params: &Params, body: &Params) -> Response {
    let look = match Look::read(params) {
        Ok(look) => look,
        Err(fault) => return refused(&fault),
    };
    if parts.method == Method::POST {
        if !app.client.same_origin(&parts.headers) {
            return super::problem(StatusCode::FORBIDDEN, "cross_site", "send this from the form itself");
        }
        return choose(app, &look, body.get("choice") == Some("out"));
    }
    note_frame(app, &parts.headers);
    let out = opted_out(&parts.headers);
    let expected = params.get("chosen").map(|chosen| chosen == "out");
    let words = words(&look, &parts.headers);
    let note = match expected {
        Some(expected) if expected != out => format!("<p role=\"alert\">{}</p>", escaped(&words.blocked)),
        _ => String::new(),
    };
    let asked = asks_not_to_be_tracked(app, &parts.headers);
    page(&look, words, out, asked, &note)
}

fn choose(app: &App, look: &Look, out: bool) -> Response {
    let age = if out { COOKIE_AGE_S } else { 0 };
    // A browser that blocks cookies of other sites keeps those that stay with the site around the frame.
    let kind = match app.client.cookies_safe {
        true => "SameSite=None; Secure; Partitioned",
        false => "SameSite=Lax",
    };
    let cookie = format!("{COOKIE}=1; Path=/; Max-Age={age}; HttpOnly; {kind}");
    let chosen = if out { "out" } else { "in" };
    let address = format!("{FORM_PATH}{}&chosen={chosen}", look.query());
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    for (name, value) in [(header::SET_COOKIE, cookie), (header::LOCATION, address)] {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.append(name, value);
        }
    }
    response.extensions_mut().insert(Framable);
    response
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;")
}

fn page(look: &Look, words: &Words, out: bool, asked: bool, note: &str) -> Response {
    let nonce = match makoto_identity::fresh_bytes::<16>() {
        Ok(bytes) => makoto_meta::hex(&bytes),
        Err(fault) => {
            tracing::error!(%fault, "the opt-out form could not be served");
            let why = "the server failed; its log has the details";
            return super::problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", why);
        }
    };
    let intro = if look.intro { format!("<p>{}</p>", escaped(&words.intro)) } else { String::new() };
    let (state, choice, button) = match (asked, out) {
        (true, _) => (&words.asked_by_browser, "", &words.opt_out),
        (false, true) => (&words.not_counted, "in", &words.opt_in),
        (false, false) => (&words.counted, "out", &words.opt_out),
    };
    let form = match choice {
        "" => String::new(),
        choice => format!(
            "<form method=\"post\" action=\"{}\"><input type=\"hidden\" name=\"choice\" value=\"{choice}\">\
             <button>{}</button></form>",
            escaped(&format!("{FORM_PATH}{}", look.query())),
            escaped(button)
        ),
    };
    let html = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" \
         content=\"width=device-width\"><title>{}</title><style nonce=\"{nonce}\">\
         body{{margin:0;padding:8px;font:16px/1.5 system-ui,sans-serif;color:#212121;background:#fff}}p{{margin:0 0 8px}}\
         button{{font:inherit;padding:6px 14px;min-height:40px;cursor:pointer}}body{{{}}}</style></head>\
         <body><main>{intro}<p role=\"status\">{}</p>{note}{form}</main></body></html>",
        words.code,
        escaped(button),
        look.css(),
        escaped(state)
    );
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; base-uri 'none'; form-action 'self'; frame-ancestors *"
    );
    let mut response = Response::new(Body::from(html));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
    if let Ok(policy) = HeaderValue::from_str(&policy) {
        headers.insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    response.extensions_mut().insert(Framable);
    response
}

/// The script that draws the form into a page of another site.
pub fn drawn(params: &Params) -> Response {
    match script(params) {
        Ok(script) => {
            let mut response = Response::new(Body::from(script));
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/javascript; charset=utf-8"));
            headers.insert(
                header::HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("cross-origin"),
            );
            response
        }
        Err(fault) => refused(&fault),
    }
}
