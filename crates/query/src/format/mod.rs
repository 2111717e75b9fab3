//! Writes answers as JSON, XML, CSV, TSV, HTML and RSS.

mod csv;
mod html;
mod json;
mod xml;

use crate::Answered;
use makoto_catalog::{Answer, ApiError};
use makoto_model::{Params, Value};

/// An answer as bytes, ready to send.
#[derive(Clone, PartialEq, Debug)]
pub struct Written {
    pub content_type: &'static str,
    /// Further headers, as names and values.
    pub headers: Vec<(&'static str, String)>,
    pub body: Vec<u8>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Format {
    Json,
    Xml,
    Csv,
    Tsv,
    Html,
    Rss,
}

const NAMES: &str = "csv, html, json, original, rss, tsv, xml";
const JSON: &str = "application/json; charset=utf-8";
const XML: &str = "text/xml; charset=utf-8";
const HTML: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

/// The format that a request names; XML when it names none.
fn format(params: &Params) -> Result<Format, ApiError> {
    let name = params.filled("format").unwrap_or("xml");
    Ok(match name.to_lowercase().as_str() {
        // Matomo's "original" is its own serialised form, which nothing here writes; JSON holds the same.
        "json" | "json2" | "original" => Format::Json,
        "xml" => Format::Xml,
        "csv" => Format::Csv,
        "tsv" => Format::Tsv,
        "html" => Format::Html,
        "rss" => Format::Rss,
        _ => {
            let message = format!("Renderer format '{name}' not valid. Try any of the following instead: {NAMES}.");
            return Err(ApiError::Refused(message));
        }
    })
}

/// Writes a report's answer in the format that the request names.
///
/// # Errors
/// `Refused` for an unknown format and for one that cannot hold this answer.
pub fn write(answered: &Answered, params: &Params) -> Result<Written, ApiError> {
    let (content_type, body) = match format(params)? {
        Format::Json => (JSON, json::write(answered)),
        Format::Xml => (XML, xml::write(answered).into_bytes()),
        Format::Csv => return Ok(spreadsheet(csv::write(answered, ','), "csv", params)),
        Format::Tsv => return Ok(spreadsheet(csv::write(answered, '\t'), "tsv", params)),
        Format::Html => (HTML, html::table(answered).into_bytes()),
        Format::Rss => match html::feed(answered) {
            Some(feed) => (XML, feed.into_bytes()),
            None => {
                return Err(ApiError::Refused("a feed needs several dates; use date=last10 for instance".to_owned()));
            }
        },
    };
    Ok(Written { content_type, headers: Vec::new(), body })
}

/// Writes a management method's answer.
///
/// # Errors
/// As `write`.
pub fn write_answer(answer: Answer, params: &Params) -> Result<Written, ApiError> {
    write(&Answered::Plain(answer), params)
}

/// Writes why a call failed, in the request's format; in plain text when that is unknown.
pub fn write_error(error: &ApiError, params: &Params) -> Written {
    let message = error.to_string();
    let (content_type, body) = match format(params) {
        Ok(Format::Json) => (JSON, json::error(&message)),
        Ok(Format::Xml) => (XML, xml::error(&message).into_bytes()),
        Ok(Format::Csv | Format::Tsv) => (HTML, format!("Error: {}", xml::text(&message)).into_bytes()),
        Ok(Format::Html) => (TEXT, message.into_bytes()),
        Ok(Format::Rss) | Err(_) => (TEXT, format!("Error: {message}").into_bytes()),
    };
    Written { content_type, headers: Vec::new(), body }
}

/// A file to save. UTF-16 unless the request says otherwise, since spreadsheets take UTF-8 for something else.
fn spreadsheet(text: String, ending: &str, params: &Params) -> Written {
    let body = match params.get("convertToUnicode") {
        Some("0") => text.into_bytes(),
        _ => [0xfe_ff_u16].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
    };
    let report: String =
        params.get("method").unwrap_or("report").chars().filter(|c| c.is_ascii_alphanumeric() || *c == '.').collect();
    let date: String =
        params.get("date").unwrap_or("").chars().filter(|c| c.is_ascii_alphanumeric() || "-,".contains(*c)).collect();
    let name = format!("attachment; filename=\"Export _ {report} _ {date}.{ending}\"");
    Written { content_type: "application/vnd.ms-excel", headers: vec![("content-disposition", name)], body }
}

/// A value as text: nothing for null, no point in whole numbers.
fn plain_value(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Text(text) => text.to_string(),
    }
}

/// A scalar as text; `None` for lists, records and the word that all is done.
fn plain_scalar(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Null => Some(String::new()),
        Answer::Bool(yes) => Some(u8::from(*yes).to_string()),
        Answer::Int(n) => Some(n.to_string()),
        Answer::Float(n) => Some(n.to_string()),
        Answer::Text(text) => Some(text.clone()),
        Answer::Done | Answer::List(_) | Answer::Record(_) => None,
    }
}
