//! From what a request carries to who asks.

use crate::app::App;
use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, header, request::Parts},
};
use makoto_access::{Caller, Principal};
use makoto_model::Params;
use std::{
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

/// The session's cookie: bound to this host, to TLS and to the whole site.
pub const SESSION_COOKIE: &str = "__Host-makoto";

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
/// the address is refused, since addresses are kept in logs and histories.
pub async fn caller(
    app: &Arc<App>,
    peer: IpAddr,
    headers: &HeaderMap,
    query: &Params,
    form: &Params,
) -> Result<Caller, Unknown> {
    let now_s = makoto_features::services::now_s();
    let forced_session = form.flag("force_api_session") || query.flag("force_api_session");
    if query.filled("token_auth").is_some() {
        return Err(Unknown::BadToken);
    }
    let token = bearer(headers).or_else(|| form.filled("token_auth").filter(|_| !forced_session));
    let principal = match token {
        Some("anonymous") => Principal::Anonymous,
        Some(token) => app.identity().token_principal(token, now_s).ok_or(Unknown::BadToken)?,
        None => session(app, headers, now_s).await.map_err(Unknown::Failed)?,
    };
    Ok(incoming(app, peer, headers, principal))
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
    }
}

/// The principal of the session's cookie; nobody without one.
pub async fn session(app: &Arc<App>, headers: &HeaderMap, now_s: i64) -> Result<Principal, makoto_identity::Error> {
    match cookie(headers, SESSION_COOKIE) {
        Some(token) => Ok(app.identity().session_principal(token, now_s).await?.unwrap_or(Principal::Anonymous)),
        None => Ok(Principal::Anonymous),
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
