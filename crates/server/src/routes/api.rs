//! `/index.php`, or `/` with a module: Matomo's reporting API, and the way home for its old addresses.

use super::{
    BODY_BYTES_MAX,
    caller::{Peer, Unknown, caller, decode, merge},
    read_body,
};
use crate::{
    app::App,
    bulk::{bulk, query_of},
    dispatch::{Way, dispatch},
};
use axum::{
    body::Body,
    extract::{Request, State},
    http::{HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Redirect, Response},
};
use makoto_access::Denied;
use makoto_catalog::ApiError;
use makoto_features::is_secret;
use makoto_model::Params;
use makoto_query::format::{self, Written};
use std::sync::Arc;

const BAD_TOKEN: &str = "Unable to authenticate with the provided token. It is either invalid, expired or is required to be sent as a POST parameter.";

/// Whether the address carries a secret, also in one of several requests in one.
pub(super) fn secret_in_address(query: &Params) -> bool {
    let inside = |url: &str| decode(query_of(url).as_bytes()).iter().any(|(name, _)| is_secret(name));
    query.iter().any(|(name, value)| is_secret(name) || (name.starts_with("urls") && inside(value)))
}

pub async fn index(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let query = decode(parts.uri.query().unwrap_or("").as_bytes());
    let body = match read_body(body, BODY_BYTES_MAX, |_| 0).await {
        Ok(body) => body,
        Err(fault) => return fault.response(),
    };
    let mut parts_of_form = Params::default();
    let form = match makoto_tracking::form::read_into(&mut parts_of_form, &body) {
        Some(_) => parts_of_form,
        None => decode(&body),
    };
    let params = merge(&form, &query);
    match params.get("module") {
        Some("API") => {}
        Some("CoreAdminHome") if params.get("action") == Some("optOut") => {
            return super::optout::form(&app, &parts, &query, &form);
        }
        Some("CoreAdminHome") if params.get("action") == Some("optOutJS") => return super::optout::drawn(&query),
        None | Some("" | "CoreHome" | "Login") => return Redirect::to("/").into_response(),
        Some(_) => return super::problem(StatusCode::NOT_FOUND, "unknown_module", "there is no such page; start at /"),
    }
    let way = Way {
        post: parts.method == Method::POST,
        same_origin: app.client.same_origin(&parts.headers),
        secret_in_address: secret_in_address(&query),
    };
    let caller = match caller(&app, peer.0, &parts.headers, &query, &form).await {
        Ok(caller) => caller,
        Err(Unknown::BadToken) => return with_status(StatusCode::UNAUTHORIZED, refused(BAD_TOKEN, &params)),
        Err(Unknown::Barred(why)) => return with_status(StatusCode::UNAUTHORIZED, refused(&why.to_string(), &params)),
        Err(Unknown::Failed(error)) => return failed(&error.to_string(), &params),
    };
    if let Err(error) = format::check(&params) {
        return error_response(&error, &params);
    }
    if params.get("method") == Some("API.getBulkRequest") {
        return match bulk(&app, &caller, &params, way).await {
            Ok(written) => with_status(StatusCode::OK, written),
            Err(error) => error_response(&error, &params),
        };
    }
    let done = match dispatch(&app, &caller, &params, way).await {
        Ok(done) => done,
        // Who may see every site learns that there is no such one, and not that something is forbidden.
        Err(ApiError::Denied(Denied::Site { site, .. })) if caller.principal.is_superuser() => {
            return error_response(&ApiError::NotFound(format!("there is no site {site}")), &params);
        }
        Err(error) => return error_response(&error, &params),
    };
    let lags = done.lags;
    match done.outcome.write(&params) {
        Ok(written) => lag_header(with_status(StatusCode::OK, written), lags),
        Err(error) => error_response(&error, &params),
    }
}

/// Says that the newest hits may be missing.
pub fn lag_header(mut response: Response, lags: bool) -> Response {
    if lags {
        response.headers_mut().insert("x-makoto-lag", HeaderValue::from_static("1"));
    }
    response
}

fn refused(message: &str, params: &Params) -> Written {
    format::write_error(&ApiError::Refused(message.to_owned()), params)
}

fn failed(detail: &str, params: &Params) -> Response {
    error_response(&ApiError::Internal(detail.to_owned()), params)
}

/// Matomo's statuses: 401 without the right, 400 for an unknown method, else 200 with an error in the body, or 500 where
/// the answer is for a person. What is our own fault is 500.
fn status(error: &ApiError, params: &Params) -> StatusCode {
    match error {
        ApiError::Denied(_) => StatusCode::UNAUTHORIZED,
        ApiError::ProofNeeded | ApiError::FactorNeeded => StatusCode::FORBIDDEN,
        ApiError::UnknownMethod(..) => StatusCode::BAD_REQUEST,
        ApiError::TooMuch(_) => StatusCode::PAYLOAD_TOO_LARGE,
        ApiError::Changed(_) => StatusCode::CONFLICT,
        ApiError::TooOften { .. } => StatusCode::TOO_MANY_REQUESTS,
        ApiError::Busy(_) => StatusCode::SERVICE_UNAVAILABLE,
        ApiError::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        ApiError::MissingParam(_) | ApiError::BadParam { .. } | ApiError::NotFound(_) | ApiError::Refused(_) => {
            if format::is_original(params) {
                StatusCode::INTERNAL_SERVER_ERROR
            } else {
                StatusCode::OK
            }
        }
    }
}

fn error_response(error: &ApiError, params: &Params) -> Response {
    if let ApiError::Internal(detail) = error {
        tracing::error!(detail, "an API call failed");
    }
    retry_after(with_status(status(error, params), format::write_error(error, params)), error)
}

/// How soon a server that has too much to do, or stops, is worth another try.
const BUSY_WAIT_S: u64 = 2;

/// Says when to come back, to those who came too often or when there is too much to do.
pub fn retry_after(mut response: Response, error: &ApiError) -> Response {
    let wait_s = match error {
        ApiError::TooOften { wait_s, .. } => *wait_s,
        ApiError::Busy(_) => BUSY_WAIT_S,
        _ => return response,
    };
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(wait_s));
    response
}

/// A written answer with its headers.
pub fn with_status(status: StatusCode, written: Written) -> Response {
    let mut response = Response::new(Body::from(written.body));
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(written.content_type));
    for (name, value) in written.headers {
        // A file name that cannot stand in a header is left out; the answer is the same without it.
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    response
}
