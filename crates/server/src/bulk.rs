//! Several API calls in one: API.getBulkRequest.

use crate::{
    app::App,
    dispatch::{Way, dispatch},
};
use makoto_access::Caller;
use makoto_catalog::ApiError;
use makoto_features::is_secret;
use makoto_model::Params;
use makoto_query::format::{self, Written};
use std::{collections::HashSet, sync::Arc};

/// Requests in one call at most.
const BULK_REQUESTS_MAX: usize = 100;

/// Parameters that requests inherit at most: each request takes them all.
const INHERITED_MAX: usize = 1_000;

/// Answers every request of an API.getBulkRequest, in order, each in the outer request's format.
///
/// # Errors
/// When there are too many requests, or the format is not one that holds several answers.
pub async fn bulk(app: &Arc<App>, caller: &Caller, params: &Params, way: Way) -> Result<Written, ApiError> {
    let urls = makoto_features::services::list(params, "urls").ok_or_else(|| ApiError::MissingParam("urls".into()))?;
    if urls.len() > BULK_REQUESTS_MAX {
        return Err(ApiError::TooMuch(format!("send at most {BULK_REQUESTS_MAX} requests at once")));
    }
    let outer = passed_on(params)?;
    let format = params.get("format").unwrap_or("xml").to_owned();
    let mut parts = Vec::with_capacity(urls.len());
    for url in urls {
        let pairs =
            form_urlencoded::parse(query_of(&url).as_bytes()).filter(|(key, _)| key != "format" && key != "token_auth");
        let pairs = pairs.map(|(key, value)| (key.into_owned().into(), value.into_owned().into()));
        let mut inner = inherited(Params::new(pairs.collect()), &outer);
        if inner.get("method") == Some("API.getBulkRequest") {
            continue;
        }
        inner.push("format", &format);
        let written = match dispatch(app, caller, &inner, way).await {
            Ok(done) => done.outcome.write(&inner),
            Err(error) => Err(error),
        };
        parts.push(written.unwrap_or_else(|error| format::write_error(&error, &inner)));
    }
    join(&parts, &format)
}

/// The parameters of an inner request, which may stand behind an address.
pub fn query_of(url: &str) -> &str {
    url.split_once('?').map_or(url, |(_, query)| query)
}

/// Parameters of the outer call that are about itself: what it is, how it came in and how all is written.
const OUTER: &[&str] = &["urls", "method", "module", "format", "token_auth", "force_api_session"];

/// What a parameter is called without its place in a list.
fn name(key: &str) -> &str {
    key.split('[').next().unwrap_or(key)
}

/// What inner calls inherit. Proofs are never among it: each call proves for itself.
///
/// # Errors
/// `TooMuch` for too many parameters.
fn passed_on(outer: &Params) -> Result<Params, ApiError> {
    let goes_in = |key: &str| !is_secret(name(key)) && !OUTER.contains(&name(key));
    let mut passed = Params::default();
    outer.iter().filter(|(key, _)| goes_in(key)).for_each(|(key, value)| passed.push(key, value));
    match passed.len() > INHERITED_MAX {
        true => Err(ApiError::TooMuch(format!("send at most {INHERITED_MAX} parameters beside the requests"))),
        false => Ok(passed),
    }
}

/// An inner call with the inherited parameters that it does not name.
fn inherited(mut inner: Params, outer: &Params) -> Params {
    let named: HashSet<String> = inner.iter().map(|(key, _)| name(key).to_owned()).collect();
    let missing = outer.iter().filter(|(key, _)| !named.contains(name(key)));
    missing.for_each(|(key, value)| inner.push(key, value));
    inner
}

/// One answer that holds them all.
fn join(parts: &[Written], format: &str) -> Result<Written, ApiError> {
    let texts: Vec<_> = parts.iter().map(|part| String::from_utf8_lossy(&part.body)).collect();
    let (content_type, body) = match format.to_lowercase().as_str() {
        "json" => ("application/json; charset=utf-8", format!("[{}]", texts.join(","))),
        "xml" => {
            let rows: String = texts.iter().map(|text| xml_row(text)).collect();
            (
                "text/xml; charset=utf-8",
                format!("<?xml version=\"1.0\" encoding=\"utf-8\" ?>\n<result>\n{rows}</result>"),
            )
        }
        _ => {
            let why = "several answers at once come as json or xml".to_owned();
            return Err(ApiError::BadParam { name: "format".to_owned(), why });
        }
    };
    Ok(Written { content_type, headers: Vec::new(), body: body.into_bytes() })
}

/// A whole XML answer as one row of a larger one.
fn xml_row(text: &str) -> String {
    let root = text.find("<result").map_or("", |start| &text[start..]).trim_end();
    let inner = root.strip_prefix("<result>").and_then(|rest| rest.strip_suffix("</result>"));
    match inner {
        None => "\t<row />\n".to_owned(),
        Some(scalar) if !scalar.contains('<') => format!("\t<row>\n\t\t<value>{scalar}</value>\n\t</row>\n"),
        Some(rows) => format!("\t<row>{}\n\t</row>\n", rows.trim_end().replace('\n', "\n\t")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inner_calls_inherit_what_they_do_not_name_and_no_proof() {
        let read =
            |pairs: &[(&str, &str)]| Params::new(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect());
        let outer = read(&[
            ("method", "API.getBulkRequest"),
            ("urls[0]", "method=VisitsSummary.get"),
            ("idSite", "1"),
            ("label[0]", "a"),
            ("date", "today"),
            ("token_auth", "t"),
            ("force_api_session", "1"),
            ("passwordConfirmation", "p"),
            ("authCode", "1"),
            ("passkey", "{}"),
            ("password", "p"),
        ]);
        let outer = passed_on(&outer).unwrap();
        let inner = inherited(read(&[("date", "yesterday"), ("label", "b")]), &outer);
        assert_eq!(inner.iter().collect::<Vec<_>>(), [("date", "yesterday"), ("label", "b"), ("idSite", "1")]);
        assert!(passed_on(&read(&vec![("a", "b"); INHERITED_MAX + 1])).is_err());
    }

    #[test]
    fn answers_become_rows() {
        assert_eq!(xml_row("<?xml ?>\n<result>5</result>"), "\t<row>\n\t\t<value>5</value>\n\t</row>\n");
        assert_eq!(xml_row("<?xml ?>\n<result />"), "\t<row />\n");
        assert_eq!(xml_row("<?xml ?>\n<result>\n\t<a>1</a>\n</result>"), "\t<row>\n\t\t<a>1</a>\n\t</row>\n");
    }
}
