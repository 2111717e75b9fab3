//! The words of the form in each language. A new language is a file and its line here.

use serde::{Deserialize, Serialize};
use std::sync::LazyLock;

const FILES: &[&str] = &[include_str!("words/en.json"), include_str!("words/de.json")];

/// The form's words in one language.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Words {
    pub code: String,
    pub intro: String,
    pub counted: String,
    pub not_counted: String,
    pub opt_out: String,
    pub opt_in: String,
    pub asked_by_browser: String,
    /// A frame could not keep the choice.
    pub blocked: String,
    /// A page could not.
    pub no_cookies: String,
}

/// Read once; the files are part of the program, and its tests read each of them.
static WORDS: LazyLock<Vec<Words>> =
    LazyLock::new(|| FILES.iter().filter_map(|text| serde_json::from_str(text).ok()).collect());

/// Every language.
pub fn all() -> &'static [Words] {
    &WORDS
}

/// The words of the first of these languages that there is, English else. `preferred` is a code, or the value of an
/// `Accept-Language` header.
pub fn of(preferred: &str) -> &'static Words {
    static NONE: Words = Words {
        code: String::new(),
        intro: String::new(),
        counted: String::new(),
        not_counted: String::new(),
        opt_out: String::new(),
        opt_in: String::new(),
        asked_by_browser: String::new(),
        blocked: String::new(),
        no_cookies: String::new(),
    };
    let codes = preferred.split(',').map(|entry| entry.split([';', '-']).next().unwrap_or("").trim().to_lowercase());
    let mut found = codes.filter_map(|code| WORDS.iter().find(|words| words.code == code));
    found.next().or_else(|| WORDS.first()).unwrap_or(&NONE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_every_sentence_and_the_visitors_language_is_found() {
        assert_eq!(all().len(), FILES.len());
        assert_eq!(of("fr-FR,de-AT;q=0.8,en;q=0.5").code, "de");
        assert_eq!((of("DE").code.as_str(), of("xx").code.as_str(), of("").code.as_str()), ("de", "en", "en"));
        for words in all() {
            let sentences = [&words.intro, &words.opt_out, &words.opt_in, &words.blocked, &words.no_cookies];
            assert!(sentences.iter().all(|sentence| !sentence.is_empty()), "{}", words.code);
        }
    }
}
