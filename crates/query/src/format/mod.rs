//! Writes answers as JSON, XML, CSV, TSV, HTML and RSS.

mod feed;
mod json;
mod page;
mod sheet;
mod xml;

use crate::{Answered, Line};
use makoto_catalog::{Answer, ApiError, language};
use makoto_model::Params;

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

/// Matomo's header that says how many rows there are beyond the page.
const TOTAL_ROWS: &str = "X-Matomo-Total-Results";

const JSON: &str = "application/json; charset=utf-8";
const XML: &str = "text/xml; charset=utf-8";
const SHEET: &str = "application/vnd.ms-excel";
const PAGE: &str = "text/html; charset=utf-8";
const TEXT: &str = "text/plain; charset=utf-8";

impl Format {
    /// The format that the parameters name; XML when they name none.
    fn of(params: &Params) -> Option<Format> {
        Some(match params.filled("format").unwrap_or("xml").to_ascii_lowercase().as_str() {
            "json" => Format::Json,
            "xml" => Format::Xml,
            "csv" => Format::Csv,
            "tsv" => Format::Tsv,
            "html" | "original" => Format::Html,
            "rss" => Format::Rss,
            _ => return None,
        })
    }
}

/// Whether the answer goes to a person as it is: mistakes are told by their status, in a page.
pub fn is_original(params: &Params) -> bool {
    params.get("format").is_some_and(|format| format.eq_ignore_ascii_case("original"))
}

/// Whether there is a writer for the format that the parameters name.
///
/// # Errors
/// `Refused`, with the formats that there are.
pub fn check(params: &Params) -> Result<(), ApiError> {
    Format::of(params).map(drop).ok_or_else(|| no_format(params))
}

fn no_format(params: &Params) -> ApiError {
    let asked: String = params.get("format").unwrap_or("").chars().take(30).collect();
    ApiError::Refused(format!(
        "Renderer format '{asked}' not valid. Try any of the following instead: csv, html, json, original, rss, tsv, xml."
    ))
}

fn hides(params: &Params, name: &str, word: &str) -> bool {
    params.get(name) == Some(word)
}

/// The columns of a row alone: without facts beside them, and without the number that opens it.
fn bare(mut line: Line, facts: bool, numbers: bool) -> Line {
    if facts {
        line.meta.clear();
    }
    if numbers {
        line.subtable_id = None;
    }
    let inside = |lines: Vec<Line>| lines.into_iter().map(|line| bare(line, facts, numbers)).collect();
    line.subtable = line.subtable.map(inside);
    line.comparisons = inside(line.comparisons);
    line
}

/// Writes a report's answer in the format that the request names.
///
/// # Errors
/// `Refused` for an unknown format and for one that cannot hold this answer.
pub fn write(answered: &Answered, params: &Params) -> Result<Written, ApiError> {
    let format = Format::of(params).ok_or_else(|| no_format(params))?;
    let without;
    let answered = match (hides(params, "showMetadata", "0"), hides(params, "hideIdSubDatable", "1")) {
        (false, false) => answered,
        (facts, numbers) => {
            without = answered.clone().map_lines(&|line| bare(line, facts, numbers));
            &without
        }
    };
    let plain = |content_type, body: Vec<u8>| Written { content_type, headers: Vec::new(), body };
    Ok(match format {
        Format::Json => plain(JSON, json::write(answered)),
        Format::Xml => plain(XML, xml::write(answered).into_bytes()),
        Format::Csv | Format::Tsv => sheet(answered, format, params),
        Format::Html => plain(PAGE, page::write(answered).into_bytes()),
        Format::Rss => match answered {
            Answered::Map { of: "date", items } => plain(XML, feed::write(items, params).into_bytes()),
            _ => {
                return Err(ApiError::Refused(
                    "RSS feeds can be generated for one specific website &idSite=X.\n\
                     Please specify only one idSite or consider using &format=XML instead."
                        .to_owned(),
                ));
            }
        },
    })
}

/// Writes a management method's answer.
///
/// # Errors
/// As `write`.
pub fn write_answer(answer: Answer, params: &Params) -> Result<Written, ApiError> {
    let total = if let Answer::Page { total, .. } = &answer { Some(total.to_string()) } else { None };
    let mut written = write(&Answered::Plain(answer), params)?;
    written.headers.extend(total.map(|total| (TOTAL_ROWS, total)));
    Ok(written)
}

fn sheet(answered: &Answered, format: Format, params: &Params) -> Written {
    let (separator, ending) = if format == Format::Csv { (',', "csv") } else { ('\t', "tsv") };
    let language = params.flag("translateColumnNames").then(|| language::asked(params));
    let text = sheet::write(answered, separator, language);
    let body = match params.get("convertToUnicode") {
        Some("0") => text.into_bytes(),
        _ => std::iter::once(0xfeff).chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect(),
    };
    let part = |name: &str| -> String {
        let text = params.get(name).unwrap_or("").chars();
        text.filter(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ',')).take(80).collect()
    };
    let name = format!("Export _ {} _ {}.{ending}", part("method"), part("date"));
    let headers = vec![("Content-Disposition", format!("attachment; filename=\"{name}\""))];
    Written { content_type: SHEET, headers, body }
}

/// Writes why a call failed. Unknown formats fall back to plain text.
pub fn write_error(error: &ApiError, params: &Params) -> Written {
    let message = error.to_string();
    let plain = |content_type, body: String| Written { content_type, headers: Vec::new(), body: body.into_bytes() };
    match Format::of(params) {
        Some(Format::Json) => Written { content_type: JSON, headers: Vec::new(), body: json::error(&message) },
        Some(Format::Xml) => plain(XML, xml::error(&message)),
        Some(Format::Csv | Format::Tsv) => plain(PAGE, format!("Error: {}", crate::label::escape(&message))),
        Some(Format::Html) if is_original(params) => plain(PAGE, crate::label::escape(&message)),
        Some(Format::Html) => plain(TEXT, message),
        Some(Format::Rss) | None => plain(TEXT, format!("Error: {message}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_model::Value;

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    fn table() -> Answered {
        let line = Line {
            columns: vec![("label".into(), Value::from("=1+1 <b>")), ("nb_visits".into(), Value::Int(3))],
            meta: vec![("url", Value::from("http://a.org/?b&c"))],
            subtable_id: Some(5),
            subtable: None,
            goals: vec![("idgoal=1".into(), vec![("revenue", Value::Float(2.5))])],
            comparisons: Vec::new(),
        };
        Answered::Table(vec![line])
    }

    fn text(answered: &Answered, pairs: &[(&str, &str)]) -> String {
        String::from_utf8(write(answered, &params(pairs)).unwrap().body).unwrap()
    }

    #[test]
    fn each_format_escapes_what_is_special_in_it() {
        let json = text(&table(), &[("format", "JSON")]);
        assert!(json.contains(r#""idsubdatatable":5"#) && json.contains("=1+1"));
        assert!(text(&table(), &[]).contains("<label>=1+1 &lt;b&gt;</label>"));
        let csv = text(&table(), &[("format", "csv"), ("convertToUnicode", "0")]);
        assert_eq!(csv, "label,nb_visits,goals_idgoal=1_revenue,metadata_url\n'=1+1 <b>,3,2.5,http://a.org/?b&c");
        assert!(text(&table(), &[("format", "html")]).contains("&lt;b&gt;"));
    }

    #[test]
    fn an_empty_list_is_open_and_closed_and_a_missing_text_is_not() {
        let record = Answer::record([("items", Answer::List(Vec::new())), ("name", Answer::Null)]);
        let xml = text(&Answered::Plain(record), &[]);
        assert!(xml.contains("\t<items>\n\t</items>\n\t<name />\n"), "{xml}");
    }

    #[test]
    fn sheets_are_utf_16_unless_refused() {
        let written = write(&table(), &params(&[("format", "tsv")])).unwrap();
        assert_eq!(written.body[..2], [0xff, 0xfe]);
    }

    #[test]
    fn feeds_hold_several_periods_and_unknown_formats_are_refused() {
        assert!(write(&table(), &params(&[("format", "rss")])).is_err());
        assert!(write(&table(), &params(&[("format", "bogus")])).is_err());
        let map = Answered::Map { of: "date", items: vec![("2026-03-02".into(), table())] };
        assert!(text(&map, &[("format", "rss")]).contains("<item>"));
    }

    #[test]
    fn facts_and_numbers_beside_columns_are_left_out_on_demand() {
        let csv = text(&table(), &[("format", "csv"), ("convertToUnicode", "0"), ("showMetadata", "0")]);
        assert_eq!(csv, "label,nb_visits,goals_idgoal=1_revenue\n'=1+1 <b>,3,2.5");
        let json = |pairs: &[(&str, &str)]| text(&table(), &[&[("format", "json")], pairs].concat());
        assert!(json(&[("showMetadata", "1")]).contains("\"url\""));
        let few = json(&[("showMetadata", "0")]);
        assert!(!few.contains("\"url\"") && few.contains("\"idsubdatatable\":5"), "{few}");
        assert!(!json(&[("hideIdSubDatable", "1")]).contains("idsubdatatable"));
    }

    #[test]
    fn a_callback_is_not_called() {
        let body = |name| text(&Answered::Number(Value::Int(1)), &[("format", "json"), ("callback", name)]);
        assert_eq!(body("a.b_1"), r#"{"value":1}"#);
    }
}
