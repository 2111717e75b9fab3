//! The languages in which answers call reports, columns and rows, and write dates, times and numbers. English texts
//! stand in the declarations; a language is a file of them and what they are in it (`languages/`, found by `build.rs`).

use makoto_model::Params;
use std::{borrow::Cow, collections::HashMap, sync::LazyLock};

// `FILES`: code and text of every file.
include!(concat!(env!("OUT_DIR"), "/languages.rs"));

/// The language of the declarations, and of what another one's file does not say.
const ENGLISH: &str = "en";

/// What a language's file says behind `@`: what it is called, and how it writes dates, times and numbers.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Fact {
    Name,
    EnglishName,
    Decimal,
    /// Between thousands.
    Group,
    /// `#` for the number.
    Percent,
    /// `#` for the number, `¤` for the currency.
    Money,
    Months,
    MonthsShort,
    /// English alone: in other languages its words are texts like others.
    Weekdays,
    WeekdaysShort,
    Date,
    DateMedium,
    DateShort,
    Month,
    MonthShort,
    /// `#` for its days.
    Week,
    /// From one day to another of the same month, of the same year, and of another year.
    Days,
    DaysOfMonths,
    DaysOfYears,
    DaysShort,
    DaysOfMonthsShort,
    DaysOfYearsShort,
    LengthDays,
    LengthHours,
    LengthMinutes,
    LengthSeconds,
}

impl Fact {
    pub const ALL: [(Fact, &str); 26] = [
        (Fact::Name, "name"),
        (Fact::EnglishName, "english"),
        (Fact::Decimal, "decimal"),
        (Fact::Group, "group"),
        (Fact::Percent, "percent"),
        (Fact::Money, "money"),
        (Fact::Months, "months"),
        (Fact::MonthsShort, "months_short"),
        (Fact::Weekdays, "weekdays"),
        (Fact::WeekdaysShort, "weekdays_short"),
        (Fact::Date, "date"),
        (Fact::DateMedium, "date_medium"),
        (Fact::DateShort, "date_short"),
        (Fact::Month, "month"),
        (Fact::MonthShort, "month_short"),
        (Fact::Week, "week"),
        (Fact::Days, "days"),
        (Fact::DaysOfMonths, "days_of_months"),
        (Fact::DaysOfYears, "days_of_years"),
        (Fact::DaysShort, "days_short"),
        (Fact::DaysOfMonthsShort, "days_of_months_short"),
        (Fact::DaysOfYearsShort, "days_of_years_short"),
        (Fact::LengthDays, "length_days"),
        (Fact::LengthHours, "length_hours"),
        (Fact::LengthMinutes, "length_minutes"),
        (Fact::LengthSeconds, "length_seconds"),
    ];
}

/// One language.
#[derive(Debug)]
pub struct Language {
    /// Two letters, as `de`.
    pub code: &'static str,
    facts: HashMap<Fact, &'static str>,
    texts: HashMap<&'static str, &'static str>,
}

static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let (first, rest): (Vec<_>, Vec<_>) = FILES.iter().partition(|(code, _)| *code == ENGLISH);
    first.into_iter().chain(rest).map(|(code, file)| Language::read(code, file)).collect()
});

/// Every language, English first.
pub fn languages() -> impl Iterator<Item = &'static Language> {
    LANGUAGES.iter()
}

/// English.
pub fn english() -> &'static Language {
    &LANGUAGES[0]
}

/// The language with this code; English for one that there is not.
pub fn language(code: &str) -> &'static Language {
    languages().find(|language| language.code == code).unwrap_or(english())
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
                (Some((name, value)), _) => {
                    let known = Fact::ALL.iter().find(|(_, known)| *known == name);
                    facts.extend(known.map(|(fact, _)| (*fact, value)));
                }
                (None, Some((english, text))) => _ = texts.insert(english, text),
                (None, None) => {}
            };
        }
        Language { code, facts, texts }
    }

    /// What the language's file says of this; what English does where it says nothing.
    pub fn fact(&self, fact: Fact) -> &'static str {
        let own = self.facts.get(&fact).copied();
        own.or_else(|| english().facts.get(&fact).copied()).unwrap_or("")
    }

    /// As its speakers call it.
    pub fn name(&self) -> &'static str {
        self.fact(Fact::Name)
    }

    pub fn english_name(&self) -> &'static str {
        self.fact(Fact::EnglishName)
    }

    pub fn is_english(&self) -> bool {
        self.code == ENGLISH
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

    /// A percentage as this language writes it; nothing for any other text.
    pub fn percentage(&self, text: &str) -> Option<String> {
        let number = text.strip_suffix('%').filter(|number| number.parse::<f64>().is_ok())?;
        let number = number.replace('.', self.fact(Fact::Decimal));
        (!self.is_english()).then(|| self.fact(Fact::Percent).replace('#', &number))
    }

    /// A percentage in words, as `12.5%`.
    pub fn percent(&self, hundredths: f64) -> String {
        let text = format!("{hundredths}%");
        self.percentage(&text).unwrap_or(text)
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
        assert_eq!((german.name(), german.english_name()), ("Deutsch", "German"));
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
    fn every_file_says_how_it_writes_dates_and_numbers() {
        for language in languages() {
            for (fact, name) in Fact::ALL {
                let said = language.facts.contains_key(&fact);
                assert_eq!(said, fact != Fact::Weekdays || language.is_english(), "{}: @{name}", language.code);
            }
            for (fact, words) in
                [(Fact::Months, 12), (Fact::MonthsShort, 12), (Fact::Weekdays, 7), (Fact::WeekdaysShort, 7)]
            {
                assert_eq!(language.fact(fact).split(' ').count(), words, "{}: {fact:?}", language.code);
            }
        }
        for (code, file) in FILES {
            for line in file.lines().filter_map(|line| line.strip_prefix('@')) {
                let name = line.split(' ').next().unwrap_or("");
                assert!(Fact::ALL.iter().any(|(_, known)| *known == name), "{code}: @{name} means nothing");
            }
        }
    }

    #[test]
    fn what_a_file_lacks_is_said_in_english() {
        let new = Language::read("eo", "@name Esperanto\n@decimal ,\nVisits = Vizitoj\n# days = # tagoj\n");
        assert_eq!((new.name(), new.english_name(), new.fact(Fact::Decimal)), ("Esperanto", "English", ","));
        assert_eq!(
            (new.label("Visits"), new.label("3 days"), new.label("Goals")),
            ("Vizitoj".into(), "3 tagoj".into(), "Goals".into())
        );
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
