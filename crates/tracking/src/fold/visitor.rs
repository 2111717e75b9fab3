//! Who was here before: every visitor ever seen, with their latest visits on each site.

use super::VISITORS_CACHED_MAX;
use super::cache::Cache;
use crate::{
    Error,
    store::{Counters, Store},
};
use makoto_model::{SiteId, VisitorId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// Visits remembered per visitor and site. Late hits look behind the newest; each costs some 16 bytes of every
/// returning visitor.
const PAST_VISITS_MAX: usize = 3;

/// The number of a visit that is known of no more than when it began; visits count from 1.
pub const FORGOTTEN: u64 = 0;

/// A visit as its visitor's later ones see it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Past {
    pub visit: u64,
    pub first_s: i64,
    pub last_s: i64,
    /// It was the visitor's visit of this number.
    pub count: i64,
    /// From the visitor's first visit to this one.
    pub since_first_s: i64,
}

/// A visitor's visits to one site.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct OnSite {
    site: SiteId,
    /// The first action of the first visit.
    first_s: i64,
    /// Older visits than these were forgotten.
    forgotten: bool,
    /// The newest first.
    visits: Vec<Past>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Visitor {
    id: VisitorId,
    sites: Vec<OnSite>,
}

impl Visitor {
    fn on(&self, site: SiteId) -> Option<&OnSite> {
        self.sites.iter().find(|on| on.site == site)
    }
}

pub struct Visitors {
    numbers: Cache<VisitorId, u32>,
    known: Cache<u32, Visitor>,
    /// In order, so that the file is written in order.
    changed: BTreeSet<u32>,
}

impl Visitors {
    /// With the numbers that the file has, if they are few enough to be at hand.
    pub fn open(store: &Store, counters: &Counters) -> Result<Visitors, Error> {
        let numbers = Cache::of_all(VISITORS_CACHED_MAX, counters.visitors(), || store.visitors())?;
        Ok(Visitors { numbers, ..Visitors::holding_none() })
    }

    fn holding_none() -> Visitors {
        Visitors {
            numbers: Cache::new(VISITORS_CACHED_MAX),
            known: Cache::new(VISITORS_CACHED_MAX),
            changed: BTreeSet::new(),
        }
    }

    /// Lets go of everything that is held in memory.
    pub fn let_go(&mut self) {
        *self = Visitors::holding_none();
    }

    /// The number of a visitor who was seen before.
    pub fn number(&mut self, store: &Store, id: VisitorId) -> Result<Option<u32>, Error> {
        if let Some(number) = self.numbers.get(&id) {
            return Ok(Some(*number));
        }
        if self.numbers.is_whole() {
            return Ok(None);
        }
        let stored = store.visitor_number(id.0)?;
        if let Some(number) = stored {
            self.numbers.put(id, number);
        }
        Ok(stored)
    }

    /// Takes in a visitor who is seen for the first time.
    pub fn add(&mut self, number: u32, id: VisitorId) {
        self.numbers.put(id, number);
        self.known.put(number, Visitor { id, sites: Vec::new() });
        self.changed.insert(number);
    }

    fn load(&mut self, store: &Store, number: u32) -> Result<Option<&mut Visitor>, Error> {
        if self.known.get(&number).is_none()
            && let Some((id, record)) = store.visitor(number)?
        {
            self.known.put(number, Visitor { id: VisitorId(id), sites: postcard::from_bytes(&record)? });
        }
        Ok(self.known.get(&number))
    }

    /// The visitor's newest visit to the site that ended at or before `until_s` and is none of those that the caller
    /// sees by itself.
    pub fn newest(
        &mut self,
        store: &Store,
        number: u32,
        site: SiteId,
        until_s: i64,
        seen: impl Fn(u64) -> bool,
    ) -> Result<Option<Past>, Error> {
        let Some(visitor) = self.load(store, number)? else { return Ok(None) };
        let Some(on) = visitor.on(site) else { return Ok(None) };
        let newest = on.visits.iter().find(|past| past.last_s <= until_s && !seen(past.visit)).copied();
        // Of forgotten visits only the first is known; the visitor has been here all the same.
        let forgotten = || {
            let first = Past { visit: FORGOTTEN, first_s: on.first_s, last_s: on.first_s, count: 1, since_first_s: 0 };
            (on.forgotten && on.first_s <= until_s).then_some(first)
        };
        Ok(newest.or_else(forgotten))
    }

    /// Remembers a visit, or how it has changed.
    pub fn remember(&mut self, store: &Store, number: u32, site: SiteId, past: Past) -> Result<(), Error> {
        let Some(visitor) = self.load(store, number)? else { return Ok(()) };
        let at = visitor.sites.iter().position(|on| on.site == site).unwrap_or_else(|| {
            // Most visitors come once to one site, and there are a hundred thousand of them here: room for one will do.
            visitor.sites.reserve_exact(1);
            visitor.sites.push(OnSite { site, first_s: past.first_s, forgotten: false, visits: Vec::new() });
            visitor.sites.len() - 1
        });
        let on = &mut visitor.sites[at];
        on.first_s = on.first_s.min(past.first_s);
        on.visits.retain(|known| known.visit != past.visit);
        let place = on.visits.partition_point(|known| known.last_s > past.last_s);
        on.visits.reserve_exact(1);
        on.visits.insert(place, past);
        if on.visits.len() > PAST_VISITS_MAX {
            on.visits.truncate(PAST_VISITS_MAX);
            on.forgotten = true;
        }
        self.changed.insert(number);
        Ok(())
    }

    /// A visit turned out to be somebody else's.
    pub fn give_away(&mut self, store: &Store, number: u32, site: SiteId, visit: u64) -> Result<(), Error> {
        let Some(visitor) = self.load(store, number)? else { return Ok(()) };
        for on in visitor.sites.iter_mut().filter(|on| on.site == site) {
            on.visits.retain(|known| known.visit != visit);
        }
        visitor.sites.retain(|on| !on.visits.is_empty() || on.forgotten);
        self.changed.insert(number);
        Ok(())
    }

    /// A visitor's record made of all visits that are left.
    pub fn record(visits: Vec<(SiteId, Past)>) -> Result<Vec<u8>, Error> {
        let mut sites: Vec<OnSite> = Vec::new();
        for (site, past) in visits {
            match sites.iter_mut().find(|on| on.site == site) {
                Some(on) => on.visits.push(past),
                None => {
                    let on = OnSite { site, first_s: past.first_s, forgotten: false, visits: vec![past] };
                    sites.push(on);
                }
            }
        }
        for on in &mut sites {
            on.first_s = on.visits.iter().map(|past| past.first_s).min().unwrap_or(on.first_s);
            on.visits.sort_by_key(|past| std::cmp::Reverse(past.last_s));
            on.forgotten = on.visits.len() > PAST_VISITS_MAX;
            on.visits.truncate(PAST_VISITS_MAX);
        }
        Ok(postcard::to_allocvec(&sites)?)
    }

    /// Writes down who has changed.
    pub fn keep(&mut self, store: &Store) -> Result<(), Error> {
        let mut records = Vec::with_capacity(self.changed.len());
        for number in std::mem::take(&mut self.changed) {
            if let Some(visitor) = self.known.get(&number) {
                records.push((number, visitor.id, postcard::to_allocvec(&visitor.sites)?));
            }
        }
        store.keep_visitors(&records)?;
        self.numbers.shrink();
        self.known.shrink();
        Ok(())
    }
}
