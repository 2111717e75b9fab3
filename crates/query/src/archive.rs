//! Answered tables, kept for the next caller. Emptying it changes only how long answers take.

use crate::{plan::Persons, raw::Raw};
use makoto_model::{Day, Range, SiteId};
use std::{
    collections::{BTreeMap, HashMap},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// Values kept at most, over all tables: about 64 MiB. A month of 100,000 addresses is half of it.
const VALUES_MAX: usize = 8_000_000;

/// Sites and days whose version is remembered; when there are more, everything is forgotten at once.
const DAYS_MAX: usize = 200_000;

/// What a table is the answer to.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub struct Question {
    pub site: SiteId,
    pub zone: String,
    pub range: Range,
    pub report: &'static str,
    pub segment: String,
    pub persons: Persons,
    /// What the caller's own parameters leave of the rows.
    pub picked: String,
}

#[derive(Default)]
struct Kept {
    tables: HashMap<Question, (Arc<Raw>, u64, u64)>,
    values: usize,
    /// The moment at which a site's day last changed, on a clock that counts touches.
    versions: BTreeMap<(SiteId, Day), u64>,
    clock: u64,
    /// A clock of its own that tells which table was asked for last.
    asked: u64,
}

/// The cache. Every table carries the version of its days; one that is older than them is never given out.
#[derive(Default)]
pub struct Archive(Mutex<Kept>);

impl Archive {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The days' version now; ask for it before the engine is asked.
    pub fn version(&self, site: SiteId, range: Range) -> u64 {
        let kept = self.kept();
        kept.versions.range((site, range.first)..=(site, range.last)).map(|(_, version)| *version).max().unwrap_or(0)
    }

    /// A table that no hit has changed since.
    pub fn get(&self, question: &Question, version: u64) -> Option<Arc<Raw>> {
        let mut kept = self.kept();
        kept.asked += 1;
        let now = kept.asked;
        let (raw, made, asked) = kept.tables.get_mut(question)?;
        if *made != version {
            return None;
        }
        *asked = now;
        Some(raw.clone())
    }

    /// Keeps a table made of days of this version; the one asked for longest ago goes when room is short.
    pub fn put(&self, question: Question, version: u64, raw: Arc<Raw>) {
        let weight = raw.weight();
        if weight > VALUES_MAX / 2 {
            return;
        }
        let mut kept = self.kept();
        kept.asked += 1;
        let now = kept.asked;
        if let Some((old, _, _)) = kept.tables.insert(question, (raw, version, now)) {
            kept.values -= old.weight();
        }
        kept.values += weight;
        while kept.values > VALUES_MAX {
            let oldest =
                kept.tables.iter().min_by_key(|(_, (_, _, asked))| *asked).map(|(question, _)| question.clone());
            let Some(oldest) = oldest else { break };
            if let Some((gone, _, _)) = kept.tables.remove(&oldest) {
                kept.values -= gone.weight();
            }
        }
    }

    /// Raises the version of these days.
    pub fn touch(&self, days: &[(SiteId, Day)]) {
        let mut kept = self.kept();
        kept.clock += 1;
        let clock = kept.clock;
        if kept.versions.len() > DAYS_MAX {
            *kept = Kept { clock, ..Kept::default() };
        }
        for day in days {
            kept.versions.insert(*day, clock);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::Report;

    fn question(first: i32, last: i32) -> Question {
        Question {
            site: SiteId(1),
            zone: "UTC".into(),
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
        archive.touch(&[(SiteId(1), Day(1))]);
        let old = archive.version(SiteId(1), question(1, 1).range);
        archive.touch(&[(SiteId(1), Day(1))]);
        archive.put(question(1, 1), old, table());
        assert!(archive.get(&question(1, 1), archive.version(SiteId(1), question(1, 1).range)).is_none());
    }
}
