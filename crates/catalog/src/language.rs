//! The languages in which answers call reports, columns and rows. English stands in the declarations; every other
//! language is a file of English texts and what they are in it.

use makoto_model::Params;
use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

/// Code and texts of every language but English. A new language is a file and its line here.
const FILES: &[(&str, &str)] = &[("de", include_str!("../languages/de.txt"))];

/// One language.
#[derive(Debug)]
pub struct Language {
    /// Two letters, as `de`.
    pub code: &'static str,
    /// As its speakers call it.
    pub name: &'static str,
    pub english_name: &'static str,
    decimal: &'static str,
    /// A percentage, `#` for its number.
    percent: &'static str,
    texts: HashMap<&'static str, &'static str>,
}

static ENGLISH: LazyLock<Language> = LazyLock::new(|| Language {
    code: "en",
    name: "English",
    english_name: "English",
    decimal: ".",
    percent: "#%",
    texts: HashMap::new(),
});

static OTHERS: LazyLock<Vec<Language>> =
    LazyLock::new(|| FILES.iter().map(|(code, file)| Language::read(code, file)).collect());

/// Every language, English first.
pub fn languages() -> impl Iterator<Item = &'static Language> {
    std::iter::once(&*ENGLISH).chain(OTHERS.iter())
}

/// The language with this code; English for one that there is not.
pub fn language(code: &str) -> &'static Language {
    languages().find(|language| language.code == code).unwrap_or(&ENGLISH)
}

/// The language that a call names with `language`.
pub fn asked(params: &Params) -> &'static Language {
    language(params.get("language").unwrap_or(""))
}

/// What stands between the parts of a label that is made of several texts.
const BETWEEN: &[&str] = &[" - ", ", ", " (", ")"];

impl Language {
    fn read(code: &'static str, file: &'static str) -> Language {
        let lines = file.lines().filter(|line| !(line.is_empty() || line.starts_with("# ") && !line.contains(" = ")));
        let (mut facts, mut texts) = (HashMap::new(), HashMap::new());
        for line in lines {
            match (line.strip_prefix('@').and_then(|fact| fact.split_once(' ')), line.split_once(" = ")) {
                (Some((name, value)), _) => facts.insert(name, value),
                (None, Some((english, text))) => texts.insert(english, text),
                (None, None) => None,
            };
        }
        let fact = |name: &str| facts.get(name).copied();
        Language {
            code,
            name: fact("name").unwrap_or(code),
            english_name: fact("english").unwrap_or(code),
            decimal: fact("decimal").unwrap_or("."),
            percent: fact("percent").unwrap_or("#%"),
            texts,
        }
    }

    pub fn is_english(&self) -> bool {
        self.texts.is_empty()
    }

    /// The English texts that the language's file has.
    pub fn english_texts(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.texts.keys().copied()
    }

    /// A text of ours in this language; in English where its file has none.
    pub fn of<'a>(&self, english: &'a str) -> Cow<'a, str> {
        match self.find(english) {
            Some(text) => Cow::Owned(text),
            None => Cow::Borrowed(english),
        }
    }

    fn find(&self, english: &str) -> Option<String> {
        if self.is_english() {
            return None;
        }
        if let Some(text) = self.texts.get(english) {
            return Some((*text).to_owned());
        }
        // Numbers in texts are left out of the files.
        let (pattern, numbers) = without_numbers(english);
        let text = self.texts.get(pattern.as_str()).filter(|_| !numbers.is_empty())?;
        let mut numbers = numbers.into_iter();
        Some(text.chars().fold(String::new(), |mut written, letter| {
            match letter {
                '#' => written.push_str(numbers.next().unwrap_or("")),
                other => written.push(other),
            }
            written
        }))
    }

    /// A label that is a text of ours, or is made of several: `English - United States (en-us)`.
    pub fn label(&self, english: &str) -> String {
        if let Some(text) = self.find(english) {
            return text;
        }
        let places = BETWEEN.iter().filter_map(|sign| english.find(sign).map(|at| (at, *sign)));
        match places.min_by_key(|(at, _)| *at) {
            Some((at, sign)) => {
                let (before, after) = (&english[..at], &english[at + sign.len()..]);
                format!("{}{sign}{}", self.of(before), if after.is_empty() { String::new() } else { self.label(after) })
            }
            None => english.to_owned(),
        }
    }

    /// A percentage as this language writes it; any other text as it is.
    pub fn percentage(&self, text: &str) -> Option<String> {
        let number = text.strip_suffix('%').filter(|number| number.parse::<f64>().is_ok())?;
        (!self.is_english()).then(|| self.percent.replace('#', &number.replace('.', self.decimal)))
    }
}

/// A text with `#` in place of each number, and the numbers.
fn without_numbers(text: &str) -> (String, Vec<&str>) {
    let (mut pattern, mut numbers, mut start) = (String::with_capacity(text.len()), Vec::new(), None);
    for (at, letter) in text.char_indices() {
        match (letter.is_ascii_digit(), start) {
            (true, None) => start = Some(at),
            (true, Some(_)) => {}
            (false, began) => {
                if let Some(began) = began {
                    pattern.push('#');
                    numbers.push(&text[began..at]);
                    start = None;
                }
                pattern.push(letter);
            }
        }
    }
    if let Some(began) = start {
        pattern.push('#');
        numbers.push(&text[began..]);
    }
    (pattern, numbers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_found_whole_with_numbers_and_in_parts() {
        let german = language("de");
        assert_eq!((german.name, german.english_name), ("Deutsch", "German"));
        for (english, text) in [
            ("Visits", "Besuche"),
            ("9-14 visits", "9-14 Besuche"),
            ("Direct Entry", "Direkte Zugriffe"),
            ("English - United States (en-us)", "Englisch - Vereinigte Staaten (en-us)"),
            ("California, United States", "California, Vereinigte Staaten"),
            ("Unknown (xx)", "unbekannt (xx)"),
            ("07", "07 Uhr"),
            ("something else", "something else"),
        ] {
            assert_eq!(german.label(english), text);
        }
        assert_eq!(language("en").label("9-14 visits"), "9-14 visits");
        assert!(language("xx").is_english());
    }

    #[test]
    fn numbers_are_written_as_the_language_does() {
        let german = language("de");
        assert_eq!(german.percentage("33.33%").as_deref(), Some("33,33\u{a0}%"));
        assert_eq!((german.percentage("x%"), german.percentage("50")), (None, None));
        assert_eq!(language("en").percentage("50%"), None);
    }

    #[test]
    fn files_have_no_text_twice_and_no_line_that_says_nothing() {
        for (code, file) in FILES {
            let mut known = std::collections::HashSet::new();
            for line in file.lines().filter(|line| !line.is_empty()) {
                let comment = line.starts_with("# ") && !line.contains(" = ");
                match line.split_once(" = ") {
                    Some((english, text)) => {
                        assert!(known.insert(english), "{code}: {english} stands twice");
                        let holes = |text: &str| text.matches('#').count();
                        assert!(!text.is_empty() && holes(english) == holes(text), "{code}: {line}");
                    }
                    None => assert!(comment || line.starts_with('@'), "{code}: {line}"),
                }
            }
        }
    }
}
