//! Our own API: the same methods as Matomo's, as JSON, with statuses that mean what they say.

use super::{
    BODY_BYTES_MAX,
    caller::{Peer, Unknown, caller, decode, merge},
    problem, read_body,
};
use crate::{
    app::App,
    bulk::bulk,
    dispatch::{Way, dispatch},
    openapi,
};
use axum::{
    body::Bytes,
    extract::{Path, Request, State},
    http::{StatusCode, header, request::Parts},
    response::Response,
};
use makoto_access::Denied;
use makoto_catalog::ApiError;
use makoto_model::Params;
use std::sync::Arc;

pub async fn openapi(State(app): State<Arc<App>>) -> Response {
    super::json_response(StatusCode::OK, &openapi::document(&app.catalog))
}

pub async fn read(State(app): State<Arc<App>>, Path(method): Path<String>, peer: Peer, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    answer(&app, &method, peer, parts, Bytes::new(), false).await
}

pub async fn write(State(app): State<Arc<App>>, Path(method): Path<String>, peer: Peer, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    match read_body(body, BODY_BYTES_MAX, |_| 0).await {
        Ok(body) => answer(&app, &method, peer, parts, body, true).await,
        Err(fault) => fault.response(),
    }
}

/// The parameters of a body: a form, or a JSON object whose values are texts, numbers, truths or lists of them.
fn body_params(parts: &Parts, body: &Bytes) -> Option<Params> {
    let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
    if !kind.starts_with("application/json") {
        return Some(decode(body));
    }
    let object: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(body).ok()?;
    let mut pairs = Vec::with_capacity(object.len());
    for (key, value) in object {
        match value {
            serde_json::Value::Array(items) => {
                for (place, item) in items.iter().enumerate() {
                    pairs.push((format!("{key}[{place}]").into(), scalar(item)?));
                }
            }
            value => pairs.push((key.into(), scalar(&value)?)),
        }
    }
    Some(Params::new(pairs))
}

fn scalar(value: &serde_json::Value) -> Option<Box<str>> {
    match value {
        serde_json::Value::String(text) => Some(text.as_str().into()),
        serde_json::Value::Number(number) => Some(number.to_string().into()),
        serde_json::Value::Bool(yes) => Some(if *yes { "1".into() } else { "0".into() }),
        serde_json::Value::Null => Some("".into()),
        serde_json::Value::Array(_) | serde_json::Value::Object(_) => None,
    }
}

async fn answer(app: &Arc<App>, method: &str, peer: Peer, parts: Parts, body: Bytes, post: bool) -> Response {
    let query = decode(parts.uri.query().unwrap_or("").as_bytes());
    let Some(form) = body_params(&parts, &body) else {
        return problem(StatusCode::BAD_REQUEST, "bad_json", "send a form, or a JSON object of parameters");
    };
    let way = Way {
        post,
        same_origin: app.client.same_origin(&parts.headers),
        secret_in_address: super::api::secret_in_address(&query),
    };
    let caller = match caller(app, peer.0, &parts.headers, &query, &form).await {
        Ok(caller) => caller,
        Err(Unknown::BadToken) => {
            let message = "the token is wrong or expired, or stands in the address; send it as Authorization: Bearer";
            return problem(StatusCode::UNAUTHORIZED, "bad_token", message);
        }
        Err(Unknown::Barred(why)) => return problem(StatusCode::FORBIDDEN, "address", &why.to_string()),
        Err(Unknown::Failed(fault)) => return error(&ApiError::Internal(fault.to_string())),
    };
    let fixed = Params::new(vec![("method".into(), method.into())]);
    let mut params = merge(&merge(&form, &query), &fixed);
    if !["csv", "tsv", "xml", "rss", "html"].contains(&params.get("format").unwrap_or("").to_lowercase().as_str()) {
        params = merge(&params, &Params::new(vec![("format".into(), "json".into())]));
    }
    let (written, lags) = if method == "API.getBulkRequest" {
        (bulk(app, &caller, &params, way).await, false)
    } else {
        match dispatch(app, &caller, &params, way).await {
            Ok(done) => (done.outcome.write(&params), done.lags),
            Err(fault) => (Err(fault), false),
        }
    };
    match written {
        Ok(written) => super::api::lag_header(super::api::with_status(StatusCode::OK, written), lags),
        Err(fault) => error(&fault),
    }
}

fn error(error: &ApiError) -> Response {
    let (status, code) = match error {
        ApiError::UnknownMethod(..) => (StatusCode::NOT_FOUND, "unknown_method"),
        ApiError::MissingParam(_) => (StatusCode::BAD_REQUEST, "missing_parameter"),
        ApiError::BadParam { .. } => (StatusCode::BAD_REQUEST, "bad_parameter"),
        ApiError::Denied(Denied::NotSignedIn) => (StatusCode::UNAUTHORIZED, "signed_out"),
        ApiError::Denied(_) => (StatusCode::FORBIDDEN, "forbidden"),
        ApiError::ProofNeeded => (StatusCode::FORBIDDEN, "reauth_required"),
        ApiError::FactorNeeded => (StatusCode::FORBIDDEN, "factor_required"),
        ApiError::NotFound(_) => (StatusCode::NOT_FOUND, "not_found"),
        ApiError::Refused(_) => (StatusCode::BAD_REQUEST, "refused"),
        ApiError::TooMuch(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too_much"),
        ApiError::Changed(_) => (StatusCode::CONFLICT, "scope_changed"),
        ApiError::Busy(_) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        ApiError::TooOften { .. } => (StatusCode::TOO_MANY_REQUESTS, "too_often"),
        ApiError::Internal(detail) => {
            tracing::error!(detail, "an API call failed");
            (StatusCode::INTERNAL_SERVER_ERROR, "internal")
        }
    };
    super::api::retry_after(problem(status, code, &error.to_string()), error)
}
