//! The visits of one site on one of its days, and all such partitions that are held.

use super::{allowance::Brought, row, spread::Spread};
use crate::Error;
use makoto_model::{Cell, Day, Row, SiteId};
use std::collections::HashMap;

/// Partitions held, however few visits they have: a mistaken import may touch every day of ten years.
const PARTITIONS_MAX: usize = 10_000;

/// A site and one of its local days.
pub type Place = (SiteId, Day);

/// A visit, packed; beside it what visits are looked for by.
struct Held {
    row: Box<[u8]>,
    visitor: i64,
    config: i64,
    user: Option<i64>,
    last_s: i64,
    actions: i64,
}

#[derive(Default)]
pub struct Partition {
    visits: HashMap<u64, Held, Spread>,
    by_visitor: HashMap<i64, Vec<u64>, Spread>,
    by_config: HashMap<i64, Vec<u64>, Spread>,
    /// The last batch that needed it.
    used: u64,
    /// The new texts that its hits have brought.
    pub brought: Brought,
    /// The file knows that there are visits here.
    pub stored: bool,
}

/// Which visits may be joined.
#[derive(Clone, Copy)]
pub struct Window {
    pub from_s: i64,
    pub until_s: i64,
    /// Only visits of this user, or of nobody in particular.
    pub user: Option<Option<i64>>,
}

pub fn int(row: &[Cell], at: usize) -> i64 {
    row[at].int().unwrap_or(0)
}

impl Partition {
    pub fn holds(&self, visit: u64) -> bool {
        self.visits.contains_key(&visit)
    }

    pub fn row(&self, visit: u64) -> Result<Option<Row>, Error> {
        let unpack = |held: &Held| postcard::from_bytes::<Vec<Cell>>(&held.row).map(Vec::into_boxed_slice);
        Ok(self.visits.get(&visit).map(unpack).transpose()?)
    }

    /// The newest visit of a visitor within the window.
    pub fn of_visitor(&self, visitor: u32, window: Window) -> Option<u64> {
        self.newest(self.by_visitor.get(&i64::from(visitor))?, window)
    }

    /// The newest visit with a fingerprint within the window.
    pub fn of_config(&self, config: u64, window: Window) -> Option<u64> {
        self.newest(self.by_config.get(&config.cast_signed())?, window)
    }

    fn newest(&self, candidates: &[u64], window: Window) -> Option<u64> {
        let fits = |held: &Held| {
            let user = window.user.is_none_or(|user| held.user.is_none() || held.user == user);
            (window.from_s..=window.until_s).contains(&held.last_s) && user
        };
        let held = candidates.iter().filter_map(|id| Some((id, self.visits.get(id)?)));
        held.filter(|(_, held)| fits(held)).max_by_key(|(id, held)| (held.last_s, **id)).map(|(id, _)| *id)
    }

    pub fn last_s(&self, visit: u64) -> Option<i64> {
        self.visits.get(&visit).map(|held| held.last_s)
    }

    pub fn actions(&self, visit: u64) -> i64 {
        self.visits.get(&visit).map_or(0, |held| held.actions)
    }

    /// Takes a visit in, or its new version.
    pub fn put(&mut self, row: &Row) -> Result<(), Error> {
        let id = int(row, row::ID).cast_unsigned();
        let held = Held {
            row: postcard::to_allocvec(row)?.into_boxed_slice(),
            visitor: int(row, row::VISITOR),
            config: int(row, row::CONFIG),
            user: row[row::USER].int(),
            last_s: int(row, row::LAST_S),
            actions: int(row, row::ACTIONS),
        };
        let (visitor, config) = (held.visitor, held.config);
        match self.visits.insert(id, held) {
            None => {
                self.by_visitor.entry(visitor).or_default().push(id);
                self.by_config.entry(config).or_default().push(id);
            }
            Some(before) if before.visitor != visitor => {
                if let Some(visits) = self.by_visitor.get_mut(&before.visitor) {
                    visits.retain(|known| *known != id);
                }
                self.by_visitor.entry(visitor).or_default().push(id);
            }
            Some(_) => {}
        }
        Ok(())
    }
}

/// Every partition that is held.
pub struct Partitions {
    held: HashMap<Place, Partition, Spread>,
    visits_max: usize,
    batch: u64,
}

impl Partitions {
    pub fn new(visits_max: usize) -> Partitions {
        Partitions { held: HashMap::default(), visits_max, batch: 0 }
    }

    /// The partition, if it is held; it then stays until the batch ends.
    pub fn get(&mut self, place: Place) -> Option<&mut Partition> {
        let partition = self.held.get_mut(&place)?;
        partition.used = self.batch;
        Some(partition)
    }

    pub fn put(&mut self, place: Place, partition: Partition) {
        self.held.insert(place, Partition { used: self.batch, ..partition });
    }

    pub fn visits(&self) -> usize {
        self.held.values().map(|partition| partition.visits.len()).sum()
    }

    /// Ends a batch: lets go of the partitions longest unused while there is too much. Those of the batch stay.
    pub fn shrink(&mut self) {
        let mut visits = self.visits();
        if visits > self.visits_max || self.held.len() > PARTITIONS_MAX {
            let unused = self.held.iter().filter(|(_, partition)| partition.used < self.batch);
            let mut places: Vec<(u64, Place)> = unused.map(|(place, partition)| (partition.used, *place)).collect();
            places.sort_unstable();
            for (_, place) in places {
                if visits <= self.visits_max && self.held.len() <= PARTITIONS_MAX {
                    break;
                }
                visits -= self.held.remove(&place).map_or(0, |partition| partition.visits.len());
            }
        }
        self.batch += 1;
    }
}
