//! What website owners paste, and the script that draws the form into their page.

use super::{FORM_PATH, Look, SCRIPT_PATH, words};
use serde_json::json;

/// Draws the form. The choice is the tracking script's own cookie of the website, so that it works with every cookie of
/// other sites blocked. Texts become text, never markup.
const DRAW: &str = include_str!("draw.js");

/// A text as JSON that may stand within a script of a page.
fn literal(value: &serde_json::Value) -> String {
    value.to_string().replace('<', "\\u003c").replace('\u{2028}', "\\u2028").replace('\u{2029}', "\\u2029")
}

/// The script with its words and look.
pub fn script(look: &Look) -> String {
    let chosen: Vec<_> = match look.language.as_str() {
        "auto" => words::all().iter().collect(),
        code => vec![words::of(code)],
    };
    let settings = json!({ "element": look.element, "css": look.css(), "intro": look.intro, "words": chosen });
    format!("({})({});\n", DRAW.trim().trim_end_matches(';'), literal(&settings))
}

pub fn self_contained(look: &Look) -> String {
    format!("<div id=\"{}\"></div>\n<script>\n{}</script>", look.element, script(look))
}

pub fn loaded(base: &str, look: &Look) -> String {
    let address = format!("{base}{SCRIPT_PATH}&divId={}{}", look.element, look.query());
    format!("<div id=\"{}\"></div>\n<script src=\"{}\"></script>", look.element, escaped(&address))
}

pub fn iframe(base: &str, look: &Look) -> String {
    let address = format!("{base}{FORM_PATH}{}", look.query());
    format!(
        "<iframe title=\"Opt-out\" style=\"border: 0; width: 100%; height: 220px;\" src=\"{}\"></iframe>",
        escaped(&address)
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;")
}

/// Titles and code of the steps by which a website asks for consent.
pub fn consent(kind: &str) -> Option<&'static [(&'static str, &'static str)]> {
    match kind {
        "consent" => Some(&[
            ("Before trackPageView: track nothing without consent", "_paq.push(['requireConsent']);"),
            ("When the visitor agrees, for this page", "_paq.push(['setConsentGiven']);"),
            (
                "When the visitor agrees, and the tracking script is to remember it",
                "_paq.push(['rememberConsentGiven']);",
            ),
            ("The same, for so many hours", "_paq.push(['rememberConsentGiven', 240]);"),
            ("When the visitor takes it back", "_paq.push(['forgetConsentGiven']);"),
        ]),
        "cookies" => Some(&[
            (
                "Before trackPageView: track without cookies until the visitor agrees",
                "_paq.push(['requireCookieConsent']);",
            ),
            ("When the visitor agrees to cookies, for this page", "_paq.push(['setCookieConsentGiven']);"),
            ("When the visitor agrees, and it is to be remembered", "_paq.push(['rememberCookieConsentGiven']);"),
            ("When the visitor takes it back", "_paq.push(['forgetCookieConsentGiven']);"),
        ]),
        "optOut" => Some(&[
            ("When the visitor does not want to be counted", "_paq.push(['optUserOut']);"),
            ("When the visitor wants to be counted again", "_paq.push(['forgetUserOptOut']);"),
            ("To show the choice", "_paq.push([function () {\n  var optedOut = this.isUserOptedOut();\n}]);"),
        ]),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_model::Params;

    #[test]
    fn code_holds_no_markup_of_others() {
        let look = Look::read(&Params::default()).unwrap();
        let code = self_contained(&look);
        assert_eq!(code.matches("<script>").count(), 1);
        assert_eq!(code.matches("</script>").count(), 1);
        assert!(literal(&json!("</script>")).starts_with("\"\\u003c/script>"));
        assert!(iframe("https://a.example", &look).contains("&amp;action=optOut"));
        assert!(loaded("https://a.example", &look).contains("action=optOutJS&amp;divId=matomo-opt-out"));
        assert!(["consent", "cookies", "optOut"].into_iter().all(|kind| consent(kind).is_some()));
    }
}
