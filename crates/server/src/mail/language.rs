//! The words of mails in each language. A new language is a file and its line here; users whose language has none get
//! English mails.

use makoto_meta::Activity;
use makoto_model::Day;
use std::{collections::BTreeMap, sync::LazyLock};

const FILES: &[&str] = &[include_str!("languages/en.toml"), include_str!("languages/de.toml")];

const DAY_S: i64 = 24 * 60 * 60;

/// One language's words by section and key.
pub struct Language {
    pub code: String,
    words: BTreeMap<String, BTreeMap<String, String>>,
}

#[derive(serde::Deserialize)]
struct File {
    code: String,
    #[serde(flatten)]
    words: BTreeMap<String, BTreeMap<String, String>>,
}

/// Read once; the files are part of the program, and its tests read each of them.
static LANGUAGES: LazyLock<Vec<Language>> = LazyLock::new(|| {
    let read = |text: &&str| match toml::from_str::<File>(text) {
        Ok(File { code, words }) => Some(Language { code, words }),
        Err(fault) => {
            tracing::error!(%fault, "the words of a language cannot be read");
            None
        }
    };
    FILES.iter().filter_map(read).collect()
});

/// The language of a user; English where there is no such file.
pub fn of(code: &str) -> &'static Language {
    static NONE: Language = Language { code: String::new(), words: BTreeMap::new() };
    let named = LANGUAGES.iter().find(|language| language.code == code);
    named.or_else(|| LANGUAGES.first()).unwrap_or(&NONE)
}

impl Language {
    fn find(&self, section: &str, key: &str) -> Option<&str> {
        self.words.get(section)?.get(key).map(String::as_str)
    }

    /// A sentence; English where the file has none.
    pub fn say(&self, section: &str, key: &str) -> &str {
        self.find(section, key).or_else(|| of("en").find(section, key)).unwrap_or("")
    }

    /// A sentence whose words in braces are replaced.
    pub fn fill(&self, section: &str, key: &str, values: &[(&str, &str)]) -> String {
        fill(self.say(section, key), values)
    }

    /// What happened, in words.
    pub fn event(&self, kind: &str) -> String {
        let own = self.find("event", kind).map(str::to_owned);
        let declared = || Activity::parse(kind).map(|kind| kind.words().to_owned());
        own.or_else(declared).unwrap_or_else(|| kind.to_owned())
    }

    /// A moment in words, in UTC.
    pub fn moment(&self, time_s: i64) -> String {
        let day_s = time_s.rem_euclid(DAY_S);
        let clock = format!("{:02}:{:02}", day_s / 3600, day_s / 60 % 60);
        self.dated("moment", time_s, &clock)
    }

    /// A day in words, in UTC.
    pub fn date(&self, time_s: i64) -> String {
        self.dated("date", time_s, "")
    }

    fn dated(&self, pattern: &str, time_s: i64, clock: &str) -> String {
        let date = Day(i32::try_from(time_s.div_euclid(DAY_S)).unwrap_or(i32::MAX)).date();
        let nth = |list: &str, place: i8| {
            self.say("time", list).split(',').nth(usize::try_from(place).unwrap_or(0)).unwrap_or("").to_owned()
        };
        let values = [
            ("weekday", nth("weekdays", date.weekday().to_monday_zero_offset())),
            ("day", date.day().to_string()),
            ("month", nth("months", date.month() - 1)),
            ("year", date.year().to_string()),
            ("clock", clock.to_owned()),
        ];
        let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.fill("time", pattern, &values)
    }
}

/// Replaces `{name}`; what a value holds is never replaced again.
fn fill(pattern: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(pattern.len());
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let Some((name, after)) = after.split_once('}') else {
            out.push('{');
            rest = after;
            continue;
        };
        out.push_str(values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| value));
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_meta::Tell;

    #[test]
    fn mails_are_in_languages_that_users_may_choose() {
        for language in LANGUAGES.iter() {
            assert!(makoto_catalog::language::languages().any(|offered| offered.code == language.code));
        }
    }

    #[test]
    fn every_file_has_the_words_of_the_first() {
        assert_eq!(LANGUAGES.len(), FILES.len());
        let english = of("en");
        for language in LANGUAGES.iter() {
            for (section, words) in &english.words {
                for (key, pattern) in words {
                    let own =
                        language.find(section, key).unwrap_or_else(|| panic!("{}: {section}.{key}", language.code));
                    let names = |text: &str| -> Vec<String> {
                        let mut names: Vec<String> = text
                            .split('{')
                            .skip(1)
                            .map(|rest| rest.split('}').next().unwrap_or("").to_owned())
                            .collect();
                        names.sort();
                        names
                    };
                    // Dates may leave out a part.
                    if section != "time" {
                        assert_eq!(names(own), names(pattern), "{}: {section}.{key}", language.code);
                    }
                }
            }
        }
    }

    #[test]
    fn promise_16_every_event_that_is_mailed_has_words_in_every_language() {
        for kind in Activity::ALL.iter().filter(|kind| kind.tell() != Tell::Nobody) {
            for language in LANGUAGES.iter().filter(|language| language.code != "en") {
                assert!(language.find("event", kind.name()).is_some(), "{}: {}", language.code, kind.name());
            }
        }
    }

    #[test]
    fn moments_are_words_in_utc() {
        assert_eq!(of("en").moment(1_795_378_596), "Sunday, 22 November 2026, 20:16 UTC");
        assert_eq!(of("de").moment(1_795_378_596), "Sonntag, 22. November 2026, 20:16 Uhr (UTC)");
        assert_eq!(of("xx").date(0), "1 January 1970");
    }

    #[test]
    fn values_are_not_patterns() {
        assert_eq!(fill("{a} and {b}", &[("a", "{b}"), ("b", "{a}")]), "{b} and {a}");
        assert_eq!(fill("{ open", &[]), "{ open");
    }
}
