//! From what a request carries to who asks.

use crate::app::App;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use makoto_access::{Caller, Principal};
use makoto_identity::Bearing;
use makoto_meta::SightingKind;
use makoto_model::Params;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// The session's cookie: bound to this host, to TLS and to the whole site.
pub const SESSION_COOKIE: &str = "__Host-makoto";
/// The cookie by which a browser is known in which somebody has signed in before.
pub const DEVICE_COOKIE: &str = "__Host-makoto-device";

/// Longest user agent kept with records and sessions, in characters: enough to name the browser.
const AGENT_CHARS_MAX: usize = 200;
/// The header in which a request carries the number that the server gave it.
pub const REQUEST_ID: &str = "x-request-id";

/// The address at the other end of the connection.
pub struct Peer(pub IpAddr);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Peer, Infallible> {
        let info = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Peer(info.map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |info| info.0.ip())))
    }
}

/// Why no caller could be made.
pub enum Unknown {
    /// A token was sent and is wrong, expired, or not allowed to stand where it stood.
    BadToken,
    /// Nobody may use the API from this address.
    Barred(makoto_identity::Error),
    Failed(makoto_identity::Error),
}

pub fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let pairs = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    pairs.flat_map(|list| list.split(';')).find_map(|pair| {
        let (key, value) = pair.trim().split_once('=')?;
        (key == name).then_some(value)
    })
}

pub fn bearer(headers: &HeaderMap) -> Option<&str> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The caller behind a request of the API: a token in the header or the body, else the session's cookie. A token in
/// the address is refused unless it was made for that, since addresses are kept in logs and histories.
pub async fn caller(
    app: &Arc<App>,
    peer: IpAddr,
    headers: &HeaderMap,
    query: &Params,
    form: &Params,
) -> Result<Caller, Unknown> {
    let now_s = makoto_features::services::now_s();
    let forced_session = form.flag("force_api_session") || query.flag("force_api_session");
    let sent = bearer(headers).or_else(|| form.filled("token_auth").filter(|_| !forced_session));
    let nobody = incoming(app, peer, headers, Principal::Anonymous);
    let (token, in_url) = match query.filled("token_auth") {
        Some(token) => (Some(token).filter(|token| sent.is_none_or(|sent| sent == *token)), true),
        None => (sent, false),
    };
    let principal = match token {
        Some("anonymous") => Principal::Anonymous,
        None if !in_url => session(app, peer, headers, now_s).await.map_err(Unknown::Failed)?,
        token => {
            if let Some(number) = token.filter(|_| in_url).and_then(|token| app.identity().token_number(token)) {
                let address = nobody.address.map(|address| address.to_string()).unwrap_or_default();
                app.sightings.note(SightingKind::UrlToken, &format!("{number} API"), &address);
            }
            let bearing = Bearing { address: nobody.address, in_url };
            match token.and_then(|token| app.identity().token_principal(token, bearing, now_s)) {
                Some(principal) => principal,
                None => {
                    let noted = app.identity().note_refused_token(&nobody, in_url, now_s).await;
                    return Err(noted.map_or_else(Unknown::Failed, |()| Unknown::BadToken));
                }
            }
        }
    };
    if principal != Principal::Anonymous {
        app.identity().check_address(&nobody).map_err(Unknown::Barred)?;
    }
    Ok(Caller { principal, ..nobody })
}

/// Somebody who comes by a request.
pub fn incoming(app: &App, peer: IpAddr, headers: &HeaderMap, principal: Principal) -> Caller {
    let agent = headers.get(header::USER_AGENT).and_then(|agent| agent.to_str().ok()).unwrap_or("");
    let request = headers.get(REQUEST_ID).and_then(|id| id.to_str().ok()).unwrap_or("");
    Caller {
        principal,
        address: Some(app.client.address(peer, headers)),
        agent: agent.chars().take(AGENT_CHARS_MAX).collect::<String>().into(),
        request: request.into(),
        device: cookie(headers, DEVICE_COOKIE).map(makoto_identity::hash_secret),
    }
}

/// The principal of the session's cookie; nobody without one. A session that turns up in another browser than its own
/// is ended.
pub async fn session(
    app: &Arc<App>,
    peer: IpAddr,
    headers: &HeaderMap,
    now_s: i64,
) -> Result<Principal, makoto_identity::Error> {
    let Some(token) = cookie(headers, SESSION_COOKIE) else { return Ok(Principal::Anonymous) };
    let Some(principal) = app.identity().session_principal(token, now_s).await? else {
        return Ok(Principal::Anonymous);
    };
    let caller = incoming(app, peer, headers, principal);
    match app.identity().end_moved(&caller).await? {
        true => Ok(Principal::Anonymous),
        false => Ok(caller.principal),
    }
}

/// Decodes a query or form; invalid UTF-8 becomes replacement characters.
pub fn decode(text: &[u8]) -> Params {
    let pairs = form_urlencoded::parse(text);
    Params::new(pairs.map(|(key, value)| (key.into_owned().into(), value.into_owned().into())).collect())
}

/// The form's parameters, then the query's, which count where both name one.
pub fn merge(form: &Params, query: &Params) -> Params {
    Params::new(form.iter().chain(query.iter()).map(|(key, value)| (key.into(), value.into())).collect())
}
