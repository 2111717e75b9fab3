//! How the form looks, as parameters say; nothing else than what is allowed here ever reaches a page.

use crate::services::bad;
use makoto_catalog::ApiError;
use makoto_model::Params;

/// Longest list of fonts, in characters.
const FONTS_CHARS_MAX: usize = 100;
/// Longest name of an element, in characters.
const ELEMENT_CHARS_MAX: usize = 64;

/// A look whose parts were checked.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Look {
    /// Digits of colours without the sign before them; empty for the page's own.
    pub background: String,
    pub color: String,
    pub size: String,
    pub fonts: String,
    pub styled: bool,
    pub intro: bool,
    /// `auto`, or a code.
    pub language: String,
    /// The element that the script draws into.
    pub element: String,
}

fn colour(params: &Params, name: &'static str) -> Result<String, ApiError> {
    let text = params.get(name).unwrap_or("").trim().trim_start_matches('#');
    match text.is_empty() || [3, 6].contains(&text.len()) && text.bytes().all(|b| b.is_ascii_hexdigit()) {
        true => Ok(text.to_owned()),
        false => Err(bad(name, "write a colour as FFFFFF or FFF")),
    }
}

fn size(text: &str) -> Result<String, ApiError> {
    let what = || bad("fontSize", "write a size as 16px, 12pt, 1.1em, 1.1rem or 110%");
    if text.is_empty() {
        return Ok(String::new());
    }
    let number = text.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let unit = &text[number.len()..];
    let plain = !number.is_empty() && number.len() <= 6 && number.bytes().all(|b| b.is_ascii_digit() || b == b'.');
    match plain && number.parse::<f64>().is_ok() && ["px", "pt", "em", "rem", "%"].contains(&unit) {
        true => Ok(text.to_owned()),
        false => Err(what()),
    }
}

fn switch(params: &Params, name: &str) -> bool {
    !matches!(params.get(name), Some("0" | "false"))
}

impl Look {
    /// # Errors
    /// `BadParam` names the part that cannot be.
    pub fn read(params: &Params) -> Result<Look, ApiError> {
        let text = |name: &str| params.get(name).unwrap_or("").trim();
        let fonts = text("fontFamily");
        let plain = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '-' | '_');
        if fonts.chars().count() > FONTS_CHARS_MAX || !fonts.chars().all(plain) {
            return Err(bad("fontFamily", "write names of fonts with commas, without quotes"));
        }
        let language = params.filled("language").unwrap_or("auto");
        if language.len() > 5 || !language.bytes().all(|b| b.is_ascii_alphabetic() || b == b'-') {
            return Err(bad("language", "write a language as de, or auto"));
        }
        let element = params.filled("divId").unwrap_or("matomo-opt-out");
        let starts = element.starts_with(|c: char| c.is_ascii_alphabetic());
        let rest = element.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'));
        if !starts || !rest || element.len() > ELEMENT_CHARS_MAX {
            return Err(bad("divId", "write the id of an element: letters, digits, - and _"));
        }
        Ok(Look {
            background: colour(params, "backgroundColor")?,
            color: colour(params, "fontColor")?,
            size: size(text("fontSize"))?,
            fonts: fonts.to_owned(),
            styled: switch(params, "applyStyling"),
            intro: switch(params, "showIntro"),
            language: language.to_lowercase(),
            element: element.to_owned(),
        })
    }

    /// The look as style declarations; empty for that of the page.
    pub fn css(&self) -> String {
        if !self.styled {
            return String::new();
        }
        let parts = [
            (&self.background, format!("background-color:#{}", self.background)),
            (&self.color, format!("color:#{}", self.color)),
            (&self.size, format!("font-size:{}", self.size)),
            (&self.fonts, format!("font-family:{}", self.fonts)),
        ];
        let set: Vec<String> = parts.into_iter().filter(|(value, _)| !value.is_empty()).map(|(_, css)| css).collect();
        set.join(";")
    }

    /// The look as the parameters that say it.
    pub fn query(&self) -> String {
        let flag = |on: bool| if on { "1" } else { "0" };
        let fonts = self.fonts.replace(' ', "%20").replace(',', "%2C");
        [
            ("backgroundColor", self.background.as_str()),
            ("fontColor", &self.color),
            ("fontSize", &self.size.replace('%', "%25")),
            ("fontFamily", &fonts),
            ("applyStyling", flag(self.styled)),
            ("showIntro", flag(self.intro)),
            ("language", &self.language),
        ]
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("&{name}={value}"))
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Look, ApiError> {
        Look::read(&Params::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect()))
    }

    #[test]
    fn only_looks_pass() {
        let look = read(&[
            ("backgroundColor", "#fff"),
            ("fontColor", "112233"),
            ("fontSize", "1.1em"),
            ("fontFamily", "Arial, sans-serif"),
            ("language", "DE"),
        ])
        .unwrap();
        assert_eq!(look.css(), "background-color:#fff;color:#112233;font-size:1.1em;font-family:Arial, sans-serif");
        assert_eq!(look.language, "de");
        assert_eq!(read(&[("applyStyling", "0"), ("fontColor", "111")]).unwrap().css(), "");
        for (name, value) in [
            ("backgroundColor", "red"),
            ("backgroundColor", "fff;}</style>"),
            ("fontColor", "12345"),
            ("fontSize", "16"),
            ("fontSize", "px"),
            ("fontSize", "1px;color:red"),
            ("fontSize", "1e9px"),
            ("fontFamily", "a'</style><script>"),
            ("fontFamily", "url(x)"),
            ("language", "<b>"),
            ("language", "../../etc"),
            ("divId", "a b"),
            ("divId", "1a"),
            ("divId", "');alert(1)//"),
        ] {
            assert!(read(&[(name, value)]).is_err(), "{name}={value}");
        }
    }
}
