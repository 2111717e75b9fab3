//! How many new texts a day of a site may bring. Whoever may send hits may invent addresses and titles without end;
//! beyond the allowance they count as one, while texts that are known count as themselves for ever.

use makoto_catalog::columns::{DICTIONARIES, IDENTITIES};
use makoto_model::{Day, SiteId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// New texts that one day of a site may bring to each dictionary, unless the server is told otherwise. Reports group
/// so many in about a second, and they cost some 20 MiB of disk.
pub const NEW_TEXTS_MAX: u32 = 100_000;
/// The text in which all those beyond are counted.
pub const OTHERS: &str = "Others";

/// What a day of a site has brought, by dictionary number. One more than the allowance: the first one beyond was noted.
#[derive(Default)]
pub struct Brought {
    texts: Record,
    changed: bool,
}

/// As the fold's file keeps it.
#[derive(Clone, Default, Serialize, Deserialize)]
pub struct Record(Vec<u32>);

/// Whether a new text may come in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Verdict {
    Welcome,
    /// It counts among the others; `is_first` the first time that this happens.
    Folded {
        is_first: bool,
    },
}

impl From<Record> for Brought {
    fn from(texts: Record) -> Brought {
        Brought { texts, changed: false }
    }
}

impl Brought {
    /// Takes a new text's place, if there is one.
    pub fn take(&mut self, dictionary: u8, max: u32) -> Verdict {
        let at = usize::from(dictionary);
        let texts = &mut self.texts.0;
        if texts.len() <= at {
            texts.resize(at + 1, 0);
        }
        if texts[at] > max {
            return Verdict::Folded { is_first: false };
        }
        texts[at] += 1;
        self.changed = true;
        if texts[at] > max { Verdict::Folded { is_first: true } } else { Verdict::Welcome }
    }

    /// What must be written down, once.
    pub fn take_changes(&mut self) -> Option<&Record> {
        std::mem::take(&mut self.changed).then_some(&self.texts)
    }
}

/// Whether texts of a dictionary may stand for each other.
pub fn is_limited(dictionary: u8) -> bool {
    DICTIONARIES.get(usize::from(dictionary)).is_some_and(|name| !IDENTITIES.contains(name))
}

/// New texts that counted among the others.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Overflow {
    pub site: SiteId,
    /// The site's local day of the hits.
    pub day: Day,
    pub dictionary: &'static str,
    pub texts: u64,
    /// It is the first time for this site, day and dictionary.
    pub is_first: bool,
}

/// What overflowed since somebody asked.
#[derive(Default)]
pub struct Overflows(BTreeMap<(SiteId, Day, u8), (u64, bool)>);

impl Overflows {
    pub fn note(&mut self, (site, day): (SiteId, Day), dictionary: u8, is_first: bool) {
        let (texts, first) = self.0.entry((site, day, dictionary)).or_default();
        *texts += 1;
        *first |= is_first;
    }

    pub fn take(&mut self) -> Vec<Overflow> {
        let noted = std::mem::take(&mut self.0).into_iter();
        let overflow = |((site, day, dictionary), (texts, is_first))| {
            let dictionary = DICTIONARIES.get(usize::from(dictionary)).copied().unwrap_or_default();
            Overflow { site, day, dictionary, texts, is_first }
        };
        noted.map(overflow).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::columns::{TITLES, URLS, USERS, VISITORS, dictionary_number};

    #[test]
    fn places_run_out_for_each_dictionary() {
        let mut brought = Brought::default();
        let told: Vec<Verdict> = (0..4).map(|_| brought.take(1, 2)).collect();
        let folded = |is_first| Verdict::Folded { is_first };
        assert_eq!(told, [Verdict::Welcome, Verdict::Welcome, folded(true), folded(false)]);
        let kept = brought.take_changes().unwrap().clone();
        assert!(brought.take_changes().is_none());
        let mut again = Brought::from(kept);
        assert_eq!((again.take(1, 2), again.take(2, 2)), (folded(false), Verdict::Welcome));
    }

    #[test]
    fn nobody_stands_for_somebody_else() {
        let limited = |name| is_limited(dictionary_number(name).unwrap());
        assert!(limited(URLS) && limited(TITLES));
        assert!(!limited(VISITORS) && !limited(USERS) && !limited("address") && !is_limited(u8::MAX));
    }
}
