//! Which visit a hit belongs to: one that runs, a new one of a known visitor, or one of somebody new.

use super::allowance::OTHERS;
use super::dictionary::Text;
use super::partition::{Place, Window, int};
use super::visitor::{FORGOTTEN, Past};
use super::{Fold, row};
use crate::Error;
use makoto_catalog::columns::{NAMES, USERS};
use makoto_model::{Cell, Hit, ReferrerKind, Row, VisitorSource};

/// Without an action for so long a visit is over. Hits may come so much too early as well: their order is not that of
/// their times.
pub const VISIT_STANDARD_LENGTH_S: i64 = 1_800;
/// A visit with so many actions is a machine's, or a mistake; it is left alone.
const ACTIONS_MAX: i64 = 10_000;

/// What a hit was recognised as.
pub enum Recognised {
    /// A part of this visit.
    Running(u64, Row),
    /// A new visit of somebody who was here before. The visit before it, and whose it was.
    Returning(Past, u32),
    Unknown,
}

/// A visit that the hit's visitor was found by.
enum Found {
    Here(u64),
    Elsewhere(Past, u32),
}

impl Fold {
    pub(super) fn recognise(&mut self, place: Place, hit: &Hit) -> Result<Recognised, Error> {
        let (visit, row) = match self.find(place, hit)? {
            None => return Ok(Recognised::Unknown),
            Some(Found::Elsewhere(past, visitor)) => return Ok(Recognised::Returning(past, visitor)),
            Some(Found::Here(visit)) => match self.partition(place)?.row(visit) {
                Some(row) => (visit, row.unpack()),
                None => return Ok(Recognised::Unknown),
            },
        };
        let over = int(&row, row::LAST_S) <= hit.time_s - VISIT_STANDARD_LENGTH_S;
        if over || hit.new_visit || self.is_another_campaign(hit, &row)? {
            let past = past(&row);
            return Ok(Recognised::Returning(past, int(&row, row::VISITOR) as u32));
        }
        Ok(Recognised::Running(visit, row))
    }

    /// The newest visit of the hit's visitor. An id comes before a fingerprint, even when its visit is long over.
    fn find(&mut self, place: Place, hit: &Hit) -> Result<Option<Found>, Error> {
        self.load(place, hit.time_s - VISIT_STANDARD_LENGTH_S)?;
        let until_s = hit.time_s + VISIT_STANDARD_LENGTH_S;
        let mut found = None;
        if let Some(id) = hit.who.visitor
            && let Some(number) = self.visitors.number(&self.store, id)?
        {
            found = self.find_by_visitor(place, number, until_s)?;
        }
        if found.is_none() && hit.who.source != VisitorSource::Forced {
            let user = match &hit.who.user_id {
                Some(user) => Some(self.dictionaries.find(&self.store, Text::of(USERS, user))?.map(i64::from)),
                None => None,
            };
            let window = Window { from_s: hit.time_s - VISIT_STANDARD_LENGTH_S, until_s, user };
            found = self.partition(place)?.of_config(hit.who.config, window)?.map(Found::Here);
        }
        Ok(match found {
            Some(Found::Here(visit)) if self.partition(place)?.actions(visit) >= ACTIONS_MAX => None,
            found => found,
        })
    }

    fn find_by_visitor(&mut self, place: Place, number: u32, until_s: i64) -> Result<Option<Found>, Error> {
        let Some(partition) = self.partitions.get(place) else { return Ok(None) };
        let here = partition.of_visitor(number, Window { from_s: i64::MIN, until_s, user: None })?;
        let last_s = here.and_then(|visit| partition.last_s(visit));
        let seen = |visit| partition.holds(visit);
        let elsewhere = self.visitors.newest(&self.store, number, place.0, until_s, seen)?;
        // Of what is not remembered of a visitor the partition may know, once it is whole.
        if here.is_none() && elsewhere.is_some_and(|past| past.visit == FORGOTTEN) && !partition.reaches(i64::MIN) {
            self.load(place, i64::MIN)?;
            return self.find_by_visitor(place, number, until_s);
        }
        let elsewhere = elsewhere.filter(|past| last_s.is_none_or(|last_s| past.last_s > last_s));
        Ok(elsewhere.map(|past| Found::Elsewhere(past, number)).or(here.map(Found::Here)))
    }

    /// Whether the hit comes from a campaign, and its visit came by something else. A visit that came straight is
    /// given the referrer instead.
    fn is_another_campaign(&mut self, hit: &Hit, row: &Row) -> Result<bool, Error> {
        let kind = int(row, row::REFERRER_KIND);
        if hit.referrer.kind != ReferrerKind::Campaign || kind == ReferrerKind::Direct as i64 {
            return Ok(false);
        }
        if kind != ReferrerKind::Campaign as i64 {
            return Ok(true);
        }
        let mut same = |text: &str, cell: Cell| -> Result<bool, Error> {
            if text.is_empty() {
                return Ok(cell == Cell::Null);
            }
            // One that had no place of its own counts among the others, in the visit as well.
            let mut number = self.dictionaries.find(&self.store, Text::of(NAMES, text))?;
            if number.is_none() {
                number = self.dictionaries.find(&self.store, Text::of(NAMES, OTHERS))?;
            }
            Ok(number.map(i64::from) == cell.int())
        };
        let name = same(&hit.referrer.name, row[row::REFERRER_NAME])?;
        let keyword = hit.keyword_guessed || same(&hit.referrer.keyword, row[row::REFERRER_KEYWORD])?;
        Ok(!(name && keyword))
    }
}

/// A visit as its visitor's later ones see it.
pub fn past(row: &Row) -> Past {
    Past {
        visit: int(row, row::ID).cast_unsigned(),
        first_s: int(row, row::FIRST_S),
        last_s: int(row, row::LAST_S),
        count: int(row, row::COUNT),
        since_first_s: int(row, row::SINCE_FIRST_S),
    }
}
