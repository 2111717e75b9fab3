//! Answered tables, kept for the next caller. Emptying it changes only how long answers take.

use crate::{plan::Persons, raw::Raw};
use makoto_model::{Day, Range, SiteId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// What all tables take at most. A month of 200,000 addresses fits.
const BYTES_MAX: usize = 72 << 20;

/// Sites and days whose version is remembered; when there are more, everything is forgotten at once.
const DAYS_MAX: usize = 200_000;

/// What a table is the answer to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Question {
    pub site: SiteId,
    pub zone: String,
    /// Whether the site sells something: what rows say of orders depends on it.
    pub shop: bool,
    pub range: Range,
    pub report: &'static str,
    pub segment: String,
    pub persons: Persons,
    /// What the caller's own parameters leave of the rows.
    pub picked: String,
}

struct Table {
    raw: Arc<Raw>,
    /// In bytes; to weigh a large table takes a look at each of its rows.
    weight: usize,
    /// That of its days when it was made.
    version: u64,
    /// When it was asked for last.
    asked: u64,
}

#[derive(Default)]
struct Kept {
    tables: HashMap<Question, Table>,
    bytes: usize,
    /// The moment at which a site's day last changed, on a clock that counts touches.
    versions: BTreeMap<(SiteId, Day), u64>,
    /// The version of all other days: the moment at which everything was forgotten last. It is later than that of any
    /// question begun before.
    floor: u64,
    clock: u64,
    /// A clock of its own that tells which table was asked for last.
    asked: u64,
}

/// The cache. Every table carries the version of its days; one that is older than them is never given out.
#[derive(Default)]
pub struct Archive(Mutex<Kept>);

/// How many bytes an entry of the cache takes.
fn weight(question: &Question, raw: &Raw) -> usize {
    let Question { zone, segment, picked, .. } = question;
    raw.weight() + size_of::<(Question, Table)>() + zone.capacity() + segment.capacity() + picked.capacity()
}

impl Archive {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The days' version now; ask for it before the engine is asked.
    pub fn version(&self, site: SiteId, range: Range) -> u64 {
        let kept = self.kept();
        kept.versions
            .range((site, range.first)..=(site, range.last))
            .map(|(_, version)| *version)
            .max()
            .unwrap_or(kept.floor)
    }

    /// A table that no hit has changed since.
    pub fn get(&self, question: &Question, version: u64) -> Option<Arc<Raw>> {
        let mut kept = self.kept();
        kept.asked += 1;
        let now = kept.asked;
        let table = kept.tables.get_mut(question)?;
        if table.version != version {
            return None;
        }
        table.asked = now;
        Some(table.raw.clone())
    }

    /// Keeps a table made of days of this version; the one asked for longest ago goes when room is short.
    pub fn put(&self, question: Question, version: u64, raw: Arc<Raw>) {
        let weight = weight(&question, &raw);
        if weight > BYTES_MAX {
            return;
        }
        let mut kept = self.kept();
        kept.asked += 1;
        let table = Table { raw, weight, version, asked: kept.asked };
        if let Some(old) = kept.tables.insert(question, table) {
            kept.bytes -= old.weight;
        }
        kept.bytes += weight;
        while kept.bytes > BYTES_MAX {
            let oldest = kept.tables.iter().min_by_key(|(_, table)| table.asked).map(|(question, _)| question.clone());
            let Some(oldest) = oldest else { break };
            if let Some(gone) = kept.tables.remove(&oldest) {
                kept.bytes -= gone.weight;
            }
        }
    }

    /// Raises the version of these days.
    pub fn touch(&self, days: &[(SiteId, Day)]) {
        let mut kept = self.kept();
        kept.clock += 1;
        let clock = kept.clock;
        if kept.versions.len() > DAYS_MAX {
            *kept = Kept { clock, floor: clock, ..Kept::default() };
        }
        for day in days {
            kept.versions.insert(*day, clock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{node::Name, plan::Counted};
    use makoto_catalog::{Aggregate, Merge, Metric, Report};

    static VISITS: Metric = Metric::counted("nb_visits", "", "", Aggregate::Count, None);

    fn question(first: i32, last: i32) -> Question {
        Question {
            site: SiteId(1),
            zone: "UTC".into(),
            shop: false,
            range: Range { first: Day(first), last: Day(last) },
            report: "A.b",
            segment: String::new(),
            persons: Persons::Whole,
            picked: String::new(),
        }
    }

    fn table() -> Arc<Raw> {
        Arc::new(Raw::build(&Report::PLAIN, Vec::new(), crate::groups::Groups::new(Vec::new())))
    }

    /// Of so many rows, each of which is called by a text of 100 letters.
    fn large(rows: usize) -> Arc<Raw> {
        let mut raw = Raw::empty(Vec::new());
        for row in 0..rows {
            let text: Arc<str> = format!("{row:0>100}").into();
            raw.push(0, Name::Path { text, from: 0, to: 100, leaf: true });
        }
        Arc::new(raw)
    }

    #[test]
    fn tables_weigh_what_their_rows_and_texts_take() {
        let weight = large(100_000).weight();
        assert!((18_000_000..30_000_000).contains(&weight), "{weight}");
    }

    #[test]
    fn the_table_asked_for_longest_ago_goes_when_room_is_short() {
        let archive = Archive::default();
        let (first, second) = (question(1, 1), question(2, 2));
        let raw = large(BYTES_MAX / 1000);
        for asked in [&first, &second] {
            archive.put(asked.clone(), 0, raw.clone());
        }
        let mut nth = 3;
        while archive.kept().tables.contains_key(&second) && nth < 99 {
            assert!(archive.get(&first, 0).is_some());
            archive.put(question(nth, nth), 0, raw.clone());
            nth += 1;
        }
        let kept = archive.kept();
        assert!(nth < 99 && kept.tables.contains_key(&first) && kept.tables.contains_key(&question(nth - 1, nth - 1)));
        assert!(kept.bytes <= BYTES_MAX && kept.bytes == kept.tables.len() * weight(&first, &raw), "{}", kept.bytes);
    }

    #[test]
    fn a_touched_day_makes_its_tables_old_and_no_others() {
        let archive = Archive::default();
        for asked in [question(1, 7), question(8, 9)] {
            let version = archive.version(asked.site, asked.range);
            archive.put(asked, version, table());
        }
        archive.touch(&[(SiteId(1), Day(7)), (SiteId(2), Day(8))]);
        let fresh = |asked: &Question| archive.get(asked, archive.version(asked.site, asked.range)).is_some();
        assert!(!fresh(&question(1, 7)) && fresh(&question(8, 9)));
    }

    #[test]
    fn what_was_forgotten_does_not_come_back() {
        let archive = Archive::default();
        let version = || archive.version(SiteId(1), question(1, 1).range);
        let before_any = version();
        archive.touch(&[(SiteId(1), Day(1))]);
        let before_all_was_forgotten = version();
        let others: Vec<_> = (0..=DAYS_MAX as i32).map(|day| (SiteId(2), Day(day))).collect();
        archive.touch(&others);
        archive.touch(&others[..1]);
        assert!(archive.kept().versions.len() == 1, "everything was forgotten");
        for old in [before_any, before_all_was_forgotten] {
            archive.put(question(1, 1), old, table());
            assert!(archive.get(&question(1, 1), version()).is_none());
        }
        archive.put(question(1, 1), version(), table());
        assert!(archive.get(&question(1, 1), version()).is_some());
    }

    #[test]
    fn empty_answers_weigh_what_they_and_their_questions_take() {
        let archive = Archive::default();
        let (metric, merge) = (&VISITS, Merge::Sum);
        let column = Counted { metric, name: metric.id, merge, persons: false, of_visits: false, different: false };
        let mut asked = question(1, 1);
        asked.segment = "x".repeat(5_000);
        archive.put(asked, 0, Arc::new(Raw::empty(vec![column; 100])));
        let least = 5_000 + 100 * size_of::<Counted>() + size_of::<Raw>() + size_of::<Question>();
        assert!((least..2 * least).contains(&archive.kept().bytes), "{}", archive.kept().bytes);
    }
}
