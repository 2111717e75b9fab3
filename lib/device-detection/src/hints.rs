//! Client hints: what a browser says about itself beside the user agent.

use serde_json::Value;
use std::borrow::Cow;
use thiserror::Error;

/// Longest value taken from one hint. Real brand lists stay below 300 bytes.
const HINT_BYTES_MAX: usize = 1024;
/// Longest `uadata` parameter taken. The tracker sends less than 1 KiB.
const UADATA_BYTES_MAX: usize = 8192;
/// Most brands or form factors taken from one list. Browsers send three or four.
const HINT_LIST_ITEMS_MAX: usize = 16;

/// Why client hints could not be read.
#[derive(Debug, Error)]
pub enum HintsError {
    /// The parameter is longer than any tracker sends.
    #[error("client hints are longer than {UADATA_BYTES_MAX} bytes: send only the documented fields")]
    TooLong,
    /// The parameter is no JSON.
    #[error("client hints are no valid JSON: send the object that the tracker makes")]
    Json(#[source] serde_json::Error),
    /// The parameter is JSON of another shape.
    #[error("client hints are no JSON object: send the object that the tracker makes")]
    NotAnObject,
}

/// Client hints of one request.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub struct ClientHints {
    /// Brands with their versions, in the order sent.
    pub brands: Vec<Brand>,
    /// `Sec-CH-UA-Full-Version`; mostly empty, since browsers dropped it.
    pub full_version: String,
    /// Operating system.
    pub platform: String,
    /// Version of the operating system.
    pub platform_version: String,
    /// Model of the device.
    pub model: String,
    /// Whether the browser prefers a mobile page; `None` when it did not say.
    pub mobile: Option<bool>,
    /// Processor architecture.
    pub architecture: String,
    /// Width of the architecture in bits.
    pub bitness: String,
    /// Form factors in lower case.
    pub form_factors: Vec<String>,
    /// `X-Requested-With`: the app that embeds the browser.
    pub app: String,
}

/// One brand of a brand list.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Brand {
    /// Name as sent.
    pub name: String,
    /// Version as sent.
    pub version: String,
}

impl ClientHints {
    /// Reads the hints among request headers. Names may be in any case, with `_` for `-` and with a `HTTP_` prefix.
    /// Values that make no sense are ignored.
    pub fn from_headers<'a>(headers: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut hints = Self::default();
        let mut short_brands = Vec::new();
        for (name, value) in headers {
            let is_plain = !name.bytes().any(|letter| letter == b'_' || letter.is_ascii_uppercase());
            let name = match is_plain {
                true => Cow::Borrowed(name),
                false => Cow::Owned(name.to_ascii_lowercase().replace('_', "-")),
            };
            let name = name.strip_prefix("http-").unwrap_or(&name);
            let value = cut(value);
            match name {
                "sec-ch-ua" => short_brands = parse_brand_list(value),
                "sec-ch-ua-full-version-list" => hints.brands = parse_brand_list(value),
                "sec-ch-ua-full-version" => hints.full_version = unquoted(value),
                "sec-ch-ua-platform" => hints.platform = unquoted(value),
                "sec-ch-ua-platform-version" => hints.platform_version = unquoted(value),
                "sec-ch-ua-model" => hints.model = unquoted(value),
                "sec-ch-ua-mobile" => hints.mobile = parse_mobile(value),
                "sec-ch-ua-arch" => hints.architecture = unquoted(value),
                "sec-ch-ua-bitness" => hints.bitness = unquoted(value),
                "sec-ch-ua-form-factors" => hints.form_factors = parse_form_factors(value),
                "x-requested-with" if !value.eq_ignore_ascii_case("xmlhttprequest") => {
                    hints.app = value.to_owned();
                }
                _ => {}
            }
        }
        if hints.brands.is_empty() {
            hints.brands = short_brands;
        }
        hints
    }

    /// Reads the `uadata` parameter of the tracker.
    ///
    /// # Errors
    /// When the text is too long, no JSON or no object. Unknown and mistyped fields are ignored.
    pub fn from_uadata(json: &str) -> Result<Self, HintsError> {
        if json.len() > UADATA_BYTES_MAX {
            return Err(HintsError::TooLong);
        }
        let value: Value = serde_json::from_str(json).map_err(HintsError::Json)?;
        let object = value.as_object().ok_or(HintsError::NotAnObject)?;
        let text = |key: &str| {
            let value = object.get(key).and_then(Value::as_str).unwrap_or_default();
            cut(value.trim_matches('"')).to_owned()
        };
        let brands = ["fullVersionList", "brands"]
            .into_iter()
            .map(|key| json_brands(object.get(key)))
            .find(|brands| !brands.is_empty())
            .unwrap_or_default();
        Ok(Self {
            brands,
            full_version: text("uaFullVersion"),
            platform: text("platform"),
            platform_version: text("platformVersion"),
            model: text("model"),
            mobile: object.get("mobile").and_then(json_mobile),
            architecture: text("architecture"),
            bitness: text("bitness"),
            form_factors: json_form_factors(object.get("formFactors")),
            app: String::new(),
        })
    }

    /// True when no hint is set, so that the user agent alone decides.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

fn json_brands(value: Option<&Value>) -> Vec<Brand> {
    let items = value.and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    items
        .iter()
        .take(HINT_LIST_ITEMS_MAX)
        .filter_map(|item| {
            let part = |key: &str| item.get(key).and_then(Value::as_str).map(|text| cut(text).to_owned());
            Some(Brand { name: part("brand")?, version: part("version")? })
        })
        .collect()
}

fn json_mobile(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(mobile) => Some(*mobile),
        Value::Number(number) => Some(number.as_i64() == Some(1)),
        Value::String(text) => parse_mobile(text),
        _ => None,
    }
}

fn json_form_factors(value: Option<&Value>) -> Vec<String> {
    match value {
        Some(Value::Array(items)) => items
            .iter()
            .take(HINT_LIST_ITEMS_MAX)
            .filter_map(Value::as_str)
            .map(|text| cut(text).to_ascii_lowercase())
            .collect(),
        Some(Value::String(text)) => parse_form_factors(cut(text)),
        _ => Vec::new(),
    }
}

fn cut(value: &str) -> &str {
    let mut end = value.len().min(HINT_BYTES_MAX);
    while !value.is_char_boundary(end) {
        end -= 1;
    }
    &value[..end]
}

fn unquoted(value: &str) -> String {
    value.trim().trim_matches('"').to_owned()
}

fn parse_mobile(value: &str) -> Option<bool> {
    match unquoted(value).as_str() {
        "?1" | "1" => Some(true),
        "?0" | "0" => Some(false),
        _ => None,
    }
}

/// Reads `"Chromium";v="98", "Google Chrome";v="98"`; stops at the first thing that does not fit.
fn parse_brand_list(value: &str) -> Vec<Brand> {
    let mut brands = Vec::new();
    let mut rest = value.trim_start();
    while brands.len() < HINT_LIST_ITEMS_MAX {
        let Some((brand, after)) = parse_brand(rest) else { break };
        brands.push(brand);
        rest = after.trim_start_matches([',', ' ']);
    }
    brands
}

fn parse_brand(text: &str) -> Option<(Brand, &str)> {
    let (name, rest) = text.strip_prefix('"')?.split_once('"')?;
    let rest = rest.strip_prefix(';')?.trim_start().strip_prefix("v=\"")?;
    let (version, rest) = rest.split_once('"')?;
    Some((Brand { name: name.to_owned(), version: version.to_owned() }, rest))
}

fn parse_form_factors(value: &str) -> Vec<String> {
    value
        .split(',')
        .take(HINT_LIST_ITEMS_MAX)
        .map(|item| unquoted(item).to_ascii_lowercase())
        .filter(|item| !item.is_empty())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn brand(name: &str, version: &str) -> Brand {
        Brand { name: name.into(), version: version.into() }
    }

    #[test]
    fn headers_are_read_in_any_spelling() {
        let hints = ClientHints::from_headers([
            ("HTTP_SEC_CH_UA", r#"" Not A;Brand";v="99", "Chromium"; v="98""#),
            ("Sec-CH-UA-Mobile", "?1"),
            ("sec-ch-ua-platform", "\"Android\""),
            ("Sec-CH-UA-Form-Factors", r#""Mobile", "XR""#),
            ("X-Requested-With", "org.telegram.messenger"),
        ]);
        assert_eq!(hints.brands, [brand(" Not A;Brand", "99"), brand("Chromium", "98")]);
        assert_eq!(hints.mobile, Some(true));
        assert_eq!(hints.platform, "Android");
        assert_eq!(hints.form_factors, ["mobile", "xr"]);
        assert_eq!(hints.app, "org.telegram.messenger");
    }

    #[test]
    fn the_full_version_list_wins_in_any_order() {
        let short = ("sec-ch-ua", r#""Chromium";v="98""#);
        let full = ("sec-ch-ua-full-version-list", r#""Chromium";v="98.0.1""#);
        for headers in [[short, full], [full, short]] {
            assert_eq!(ClientHints::from_headers(headers).brands, [brand("Chromium", "98.0.1")]);
        }
    }

    #[test]
    fn a_request_by_script_names_no_app() {
        let hints = ClientHints::from_headers([("X-Requested-With", "XMLHttpRequest")]);
        assert!(hints.is_empty());
    }

    #[test]
    fn uadata_is_read() {
        let json = r#"{"brands":[{"brand":"Chromium","version":"98"}],
            "fullVersionList":[{"brand":"Chromium","version":"98.0.1"}],
            "mobile":true,"model":"Pixel 3","platform":"Android","platformVersion":"12","formFactors":["Mobile"]}"#;
        let hints = ClientHints::from_uadata(json).expect("valid hints");
        assert_eq!(hints.brands, [brand("Chromium", "98.0.1")]);
        assert_eq!((hints.mobile, hints.model.as_str()), (Some(true), "Pixel 3"));
        assert_eq!((hints.platform.as_str(), hints.platform_version.as_str()), ("Android", "12"));
        assert_eq!(hints.form_factors, ["mobile"]);
    }

    #[test]
    fn bad_uadata_is_refused() {
        assert!(matches!(ClientHints::from_uadata("nonsense"), Err(HintsError::Json(_))));
        assert!(matches!(ClientHints::from_uadata("[]"), Err(HintsError::NotAnObject)));
        let long = "x".repeat(UADATA_BYTES_MAX + 1);
        assert!(matches!(ClientHints::from_uadata(&long), Err(HintsError::TooLong)));
    }

    #[test]
    fn long_values_are_cut_at_a_character() {
        let long = "é".repeat(HINT_BYTES_MAX);
        let hints = ClientHints::from_headers([("sec-ch-ua-model", long.as_str())]);
        assert_eq!(hints.model.len(), HINT_BYTES_MAX);
    }
}
