//! Several API calls in one: API.getBulkRequest.

use crate::{
    app::App,
    dispatch::{Way, dispatch},
};
use makoto_access::Caller;
use makoto_catalog::ApiError;
use makoto_model::Params;
use makoto_query::format::{self, Written};
use std::sync::Arc;

/// Requests in one call at most.
const BULK_REQUESTS_MAX: usize = 100;

/// Answers every request of an API.getBulkRequest, in order, each in the outer request's format.
///
/// # Errors
/// When there are too many requests, or the format is not one that holds several answers.
pub async fn bulk(app: &Arc<App>, caller: &Caller, params: &Params, way: Way) -> Result<Written, ApiError> {
    let urls = makoto_features::services::list(params, "urls").ok_or_else(|| ApiError::MissingParam("urls".into()))?;
    if urls.len() > BULK_REQUESTS_MAX {
        return Err(ApiError::TooMuch(format!("send at most {BULK_REQUESTS_MAX} requests at once")));
    }
    // Nothing of the outer call is in force inside: each call proves for itself.
    let format = params.get("format").unwrap_or("xml").to_owned();
    let mut parts = Vec::with_capacity(urls.len());
    for url in urls {
        let query = url.split_once('?').map_or(url.as_str(), |(_, query)| query);
        let pairs = form_urlencoded::parse(query.as_bytes()).filter(|(key, _)| key != "format" && key != "token_auth");
        let mut pairs: Vec<(Box<str>, Box<str>)> =
            pairs.map(|(key, value)| (key.into_owned().into(), value.into_owned().into())).collect();
        pairs.push(("format".into(), format.as_str().into()));
        let inner = Params::new(pairs);
        let written = match dispatch(app, caller, &inner, way).await {
            Ok(done) => done.outcome.write(&inner),
            Err(error) => Err(error),
        };
        parts.push(written.unwrap_or_else(|error| format::write_error(&error, &inner)));
    }
    join(&parts, &format)
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
    use super::xml_row;

    #[test]
    fn answers_become_rows() {
        assert_eq!(xml_row("<?xml ?>\n<result>5</result>"), "\t<row>\n\t\t<value>5</value>\n\t</row>\n");
        assert_eq!(xml_row("<?xml ?>\n<result />"), "\t<row />\n");
        assert_eq!(xml_row("<?xml ?>\n<result>\n\t<a>1</a>\n</result>"), "\t<row>\n\t\t<a>1</a>\n\t</row>\n");
    }
}
