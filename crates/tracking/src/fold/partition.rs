//! The visits of one site on one of its days, and all such partitions that are held.

use super::{allowance::Brought, row, spill::Spill, spread::Spread};
use crate::Error;
use makoto_model::{Cell, Day, PackedRow, Row, SiteId};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
};

/// Partitions held, however few visits they have: a mistaken import may touch every day of ten years.
const PARTITIONS_MAX: usize = 10_000;

/// How long visits that are over stay held, in seconds: who comes so much too late still finds theirs.
pub const HELD_S: i64 = 3_600;
/// The part of what may be held that a partition may hold without being worth a file of its own.
const SMALL: usize = 16;
/// Batches for which a partition stays whole once a hit came later than that: about ten minutes, since others like it
/// follow.
const WHOLE_BATCHES: u64 = 600;

/// A site and one of its local days.
pub type Place = (SiteId, Day);

/// Stands where there is no visit.
const NONE: u32 = u32::MAX;
/// The user of a visit that nobody in particular made: numbers of texts begin at 1.
pub const NOBODY: u32 = 0;

/// A visit, packed; beside it what visits are looked for by. Large sites have hundreds of thousands of them in a day, so
/// each byte counts.
pub struct Held {
    pub row: PackedRow,
    pub id: u64,
    pub config: i64,
    pub last_s: i64,
    pub visitor: u32,
    pub user: u32,
    pub actions: u32,
    /// Where the visit stands that the same visitor made before it, as it came in.
    before_of_visitor: u32,
    /// The same by fingerprint, of which only a part counts here.
    before_of_config: u32,
}

impl Held {
    /// One that is linked to no other yet.
    pub fn new(row: PackedRow, id: u64, config: i64, last_s: i64, numbers: (u32, u32, u32)) -> Held {
        let (visitor, user, actions) = numbers;
        Held { row, id, config, last_s, visitor, user, actions, before_of_visitor: NONE, before_of_config: NONE }
    }
}

/// Where the latest visit of each stands.
type Latest = HashMap<u32, u32, Spread>;

#[derive(Default)]
pub struct Partition {
    visits: Vec<Held>,
    places: HashMap<u64, u32, Spread>,
    by_visitor: Latest,
    by_config: Latest,
    scratch: Vec<u8>,
    /// The visits that memory has no room for.
    spill: Option<Spill>,
    /// Held are the visits whose last action is at this moment or later; all when there is none.
    since_s: Option<i64>,
    /// When the visits held ended, about: the first and the last of them.
    ended_s: Option<(i64, i64)>,
    /// The batch up to which it stays whole.
    whole_until: u64,
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

fn number(row: &[Cell], at: usize) -> u32 {
    u32::try_from(int(row, at)).unwrap_or(u32::MAX)
}

/// When the newest of these visits within the window ended, and its number.
fn newest<'a>(candidates: impl Iterator<Item = &'a Held>, window: Window) -> Option<(i64, u64)> {
    let fits = |held: &&Held| {
        let same = |user: Option<i64>| user.is_some_and(|user| i64::from(held.user) == user);
        let user = window.user.is_none_or(|user| held.user == NOBODY || same(user));
        (window.from_s..=window.until_s).contains(&held.last_s) && user
    };
    candidates.filter(fits).map(|held| (held.last_s, held.id)).max()
}

/// The part of a fingerprint by which visits are put together.
fn part(config: i64) -> u32 {
    (config ^ (config >> 32)) as u32
}

impl Partition {
    /// One in which those visits will be held that end at this moment or later.
    pub fn since(since_s: i64) -> Partition {
        Partition { since_s: Some(since_s), ..Partition::default() }
    }

    /// Whether every visit is held that ends at this moment or later.
    pub fn reaches(&self, from_s: i64) -> bool {
        self.since_s.is_none_or(|since_s| since_s <= from_s)
    }

    /// Takes what an earlier one held in memory, which the running batch may have changed, over what was read meanwhile.
    /// What it had put aside was read again.
    fn take_over(&mut self, earlier: Partition) -> Result<(), Error> {
        for held in earlier.visits {
            self.put_held_over(held)?;
        }
        (self.brought, self.stored) = (earlier.brought, earlier.stored);
        self.whole_until = earlier.used + WHOLE_BATCHES;
        Ok(())
    }

    /// Lets go of visits that were over long before the newest one, unless there are too few of them. What is left of
    /// their visitors stands in the file, and of the rest the engine has every word.
    fn let_go_of_old(&mut self) {
        let Some((oldest_s, newest_s)) = self.ended_s else { return };
        let since_s = newest_s - HELD_S;
        if self.used < self.whole_until || oldest_s >= since_s - HELD_S {
            return;
        }
        self.take_visits().into_iter().filter(|held| held.last_s >= since_s).for_each(|held| self.push(held));
        self.visits.shrink_to_fit();
        if let Some(spill) = &mut self.spill {
            spill.let_go_before(since_s);
        }
        self.since_s = self.since_s.max(Some(since_s));
        self.ended_s = Some((since_s, newest_s));
    }

    /// The visits that memory holds, which are put in again one by one as far as they stay.
    fn take_visits(&mut self) -> Vec<Held> {
        (self.places, self.by_visitor, self.by_config) = (HashMap::default(), Latest::default(), Latest::default());
        std::mem::take(&mut self.visits)
    }

    /// Puts all but so many of the visits aside, those that ended last.
    fn spill(&mut self, kept: usize, folder: &Path) -> Result<(), Error> {
        let mut before = self.take_visits();
        before.sort_unstable_by_key(|held| (held.last_s, held.id));
        let kept = before.split_off(before.len().saturating_sub(kept));
        kept.into_iter().for_each(|held| self.push(held));
        self.spill.get_or_insert_default().put(before, folder)
    }

    fn held(&self, visit: u64) -> Option<&Held> {
        self.visits.get(*self.places.get(&visit)? as usize)
    }

    pub fn holds(&self, visit: u64) -> bool {
        self.places.contains_key(&visit)
    }

    pub fn row(&self, visit: u64) -> Option<&PackedRow> {
        self.held(visit).map(|held| &held.row)
    }

    /// The newest visit of a visitor within the window.
    pub fn of_visitor(&mut self, visitor: u32, window: Window) -> Result<Option<u64>, Error> {
        let newest = self.newest_of_visitor(visitor, window);
        if let Some(spill) = &mut self.spill
            && spill.until_s() >= newest.map(|(last_s, _)| last_s)
        {
            spill.take_of_visitor(visitor)?.into_iter().for_each(|held| self.push(held));
            return Ok(self.newest_of_visitor(visitor, window).map(|(_, id)| id));
        }
        Ok(newest.map(|(_, id)| id))
    }

    fn newest_of_visitor(&self, visitor: u32, window: Window) -> Option<(i64, u64)> {
        let latest = *self.by_visitor.get(&visitor)?;
        newest(self.chain(latest, |held| held.before_of_visitor), window)
    }

    /// The newest visit with a fingerprint within the window.
    pub fn of_config(&mut self, config: u64, window: Window) -> Result<Option<u64>, Error> {
        let config = config.cast_signed();
        let mut newest = self.newest_of_config(config, window);
        if let Some(spill) = &mut self.spill
            && spill.until_s() >= newest.map(|(last_s, _)| last_s)
            && let aside = spill.newest_of_config(config, window)?
            && aside > newest
            && let Some((_, id)) = aside
        {
            spill.take_visit(id)?.into_iter().for_each(|held| self.push(held));
            newest = aside;
        }
        Ok(newest.map(|(_, id)| id))
    }

    fn newest_of_config(&self, config: i64, window: Window) -> Option<(i64, u64)> {
        let latest = *self.by_config.get(&part(config))?;
        let chain = self.chain(latest, |held| held.before_of_config);
        newest(chain.filter(|held| held.config == config), window)
    }

    /// The visit that stands there and those before it.
    fn chain(&self, latest: u32, before: fn(&Held) -> u32) -> impl Iterator<Item = &Held> {
        let at = |place: u32| self.visits.get(place as usize);
        std::iter::successors(at(latest), move |held| at(before(held)))
    }

    pub fn last_s(&self, visit: u64) -> Option<i64> {
        self.held(visit).map(|held| held.last_s)
    }

    pub fn actions(&self, visit: u64) -> i64 {
        self.held(visit).map_or(0, |held| i64::from(held.actions))
    }

    /// Takes a visit in that is held or was nowhere, or its new version.
    pub fn put(&mut self, row: &Row) {
        let held = self.held_of(row);
        self.put_held(held);
    }

    /// Takes a visit in, over what is known of it, which may have been put aside.
    pub fn put_over(&mut self, row: &Row) -> Result<(), Error> {
        let held = self.held_of(row);
        self.put_held_over(held)
    }

    fn put_held_over(&mut self, held: Held) -> Result<(), Error> {
        if let Some(spill) = &mut self.spill
            && !self.places.contains_key(&held.id)
        {
            spill.take_visit(held.id)?;
        }
        self.put_held(held);
        Ok(())
    }

    fn held_of(&mut self, row: &Row) -> Held {
        let user = row[row::USER].int().map_or(NOBODY, |_| number(row, row::USER));
        let numbers = (number(row, row::VISITOR), user, number(row, row::ACTIONS));
        let id = int(row, row::ID).cast_unsigned();
        let packed = PackedRow::pack(row, &mut self.scratch);
        Held::new(packed, id, int(row, row::CONFIG), int(row, row::LAST_S), numbers)
    }

    fn put_held(&mut self, mut held: Held) {
        let (first_s, last_s) = self.ended_s.unwrap_or((held.last_s, held.last_s));
        self.ended_s = Some((first_s.min(held.last_s), last_s.max(held.last_s)));
        match self.places.get(&held.id).copied() {
            None => self.push(held),
            Some(place) => {
                let before = &self.visits[place as usize];
                (held.before_of_visitor, held.before_of_config) = (before.before_of_visitor, before.before_of_config);
                if before.visitor != held.visitor {
                    self.take_from(before.visitor, place);
                    held.before_of_visitor = self.by_visitor.insert(held.visitor, place).unwrap_or(NONE);
                }
                self.visits[place as usize] = held;
            }
        }
    }

    /// Takes in a visit that is not held.
    fn push(&mut self, mut held: Held) {
        let place = self.visits.len() as u32;
        self.places.insert(held.id, place);
        held.before_of_visitor = self.by_visitor.insert(held.visitor, place).unwrap_or(NONE);
        held.before_of_config = self.by_config.insert(part(held.config), place).unwrap_or(NONE);
        if self.visits.len() == self.visits.capacity() {
            // Less room for nothing than doubling leaves.
            self.visits.reserve_exact(self.visits.len() / 4 + 4);
        }
        self.visits.push(held);
    }

    /// Takes the visit that stands there out of those of a visitor.
    fn take_from(&mut self, visitor: u32, place: u32) {
        let before = self.visits[place as usize].before_of_visitor;
        match self.by_visitor.get(&visitor).copied() {
            Some(latest) if latest == place && before == NONE => _ = self.by_visitor.remove(&visitor),
            Some(latest) if latest == place => _ = self.by_visitor.insert(visitor, before),
            Some(mut at) => {
                while let Some(held) = self.visits.get_mut(at as usize) {
                    if held.before_of_visitor == place {
                        held.before_of_visitor = before;
                        return;
                    }
                    at = held.before_of_visitor;
                }
            }
            None => {}
        }
    }
}

/// Every partition that is held.
pub struct Partitions {
    held: HashMap<Place, Partition, Spread>,
    visits_max: usize,
    /// Where visits are put aside.
    folder: PathBuf,
    batch: u64,
}

impl Partitions {
    pub fn new(visits_max: usize, folder: &Path) -> Partitions {
        Partitions { held: HashMap::default(), visits_max, folder: folder.into(), batch: 0 }
    }

    pub fn set_visits_max(&mut self, visits_max: usize) {
        self.visits_max = visits_max;
    }

    /// Lets go of everything.
    pub fn let_go(&mut self) {
        self.held.clear();
    }

    /// The partition, if it is held; it then stays until the batch ends.
    pub fn get(&mut self, place: Place) -> Option<&mut Partition> {
        let partition = self.held.get_mut(&place)?;
        partition.used = self.batch;
        Some(partition)
    }

    /// Holds a partition that was read, and what was held of it before.
    pub fn put(&mut self, place: Place, partition: Partition) -> Result<(), Error> {
        let mut partition = Partition { used: self.batch, ..partition };
        if let Some(earlier) = self.held.remove(&place) {
            partition.take_over(earlier)?;
        }
        self.held.insert(place, partition);
        Ok(())
    }

    pub fn visits(&self) -> usize {
        self.held.values().map(|partition| partition.visits.len()).sum()
    }

    /// Ends a batch: while there is too much, lets go of the partitions longest unused and of what is long over in those
    /// of the batch, and puts aside what else is too much.
    pub fn shrink(&mut self) -> Result<(), Error> {
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
            if visits > self.visits_max {
                self.held.values_mut().for_each(Partition::let_go_of_old);
                self.spill()?;
            }
        }
        self.batch += 1;
        Ok(())
    }

    /// How many visits are read at once.
    pub fn read_at_once(&self) -> u32 {
        u32::try_from(self.visits_max / 4).unwrap_or(u32::MAX).max(1)
    }

    /// Puts aside what is too much of a partition that is being read.
    pub fn make_room(&self, partition: &mut Partition) -> Result<(), Error> {
        match partition.visits.len() > self.visits_max {
            true => partition.spill(self.visits_max / 2, &self.folder),
            false => Ok(()),
        }
    }

    /// Puts aside so much of the large partitions that about half of the room is free again.
    fn spill(&mut self) -> Result<(), Error> {
        let visits = self.visits();
        if visits <= self.visits_max {
            return Ok(());
        }
        let large = self.held.values_mut().filter(|held| held.visits.len() > self.visits_max / SMALL);
        for partition in large {
            let kept = partition.visits.len() * (self.visits_max / 2) / visits;
            partition.spill(kept, &self.folder)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANY: Window = Window { from_s: i64::MIN, until_s: i64::MAX, user: None };

    fn visit(id: i64, visitor: i64, config: i64, user: Option<i64>, last_s: i64) -> Row {
        let mut row = vec![Cell::Null; row::OWN];
        for (at, n) in [(row::ID, id), (row::VISITOR, visitor), (row::CONFIG, config), (row::LAST_S, last_s)] {
            row[at] = Cell::Int(n);
        }
        row[row::USER] = user.map_or(Cell::Null, Cell::Int);
        row.into()
    }

    #[test]
    fn visits_are_found_by_visitor_and_fingerprint_also_when_they_change_hands() {
        let mut partition = Partition::default();
        for (id, last_s) in [(1, 10), (2, 30), (3, 20)] {
            partition.put(&visit(id, 5, 7, None, last_s));
        }
        // The same part of a fingerprint, and yet another one.
        partition.put(&visit(4, 6, 7 << 32, Some(9), 40));
        assert_eq!(part(7), part(7 << 32));
        let of = |partition: &mut Partition, visitor| partition.of_visitor(visitor, ANY).unwrap();
        assert_eq!((of(&mut partition, 5), of(&mut partition, 6), of(&mut partition, 8)), (Some(2), Some(4), None));
        assert_eq!(partition.of_config(7, ANY).unwrap(), Some(2));
        assert_eq!(partition.of_config(7, Window { until_s: 29, ..ANY }).unwrap(), Some(3));
        let mut user = |user| partition.of_config(7 << 32, Window { user: Some(user), ..ANY }).unwrap();
        assert_eq!((user(Some(9)), user(Some(8)), user(None)), (Some(4), None, None));
        // The one in the middle goes, then the first and the last.
        let mut left = vec![1, 2, 3];
        for (id, last_s, newest) in [(2, 30, Some(3)), (1, 10, Some(3)), (3, 20, None)] {
            partition.put(&visit(id, 6, 7, None, last_s));
            left.retain(|known| *known != id);
            assert_eq!(of(&mut partition, 5), newest, "{left:?} are left");
            assert_eq!(of(&mut partition, 6), Some(4));
        }
        assert_eq!(partition.of_visitor(6, Window { until_s: 25, ..ANY }).unwrap(), Some(3));
        assert_eq!(partition.row(3).map(PackedRow::unpack), Some(visit(3, 6, 7, None, 20)));
        assert_eq!((partition.visits.len(), partition.holds(4), partition.holds(5)), (4, true, false));
    }

    #[test]
    fn what_is_long_over_goes_when_there_is_too_much() {
        let place = (SiteId(1), Day(0));
        let ids = |partitions: &mut Partitions| {
            let partition = partitions.get(place).unwrap();
            let mut ids: Vec<u64> = partition.places.keys().copied().collect();
            ids.sort_unstable();
            (ids, partition.reaches(i64::MIN), partition.reaches(3 * HELD_S))
        };
        let folder = tempfile::tempdir().unwrap();
        let mut partitions = Partitions::new(2, folder.path());
        let mut partition = Partition::default();
        for (id, last_s) in [(1, 0), (2, 2 * HELD_S), (3, 3 * HELD_S), (4, 4 * HELD_S)] {
            partition.put(&visit(id, 5, 7, None, last_s));
        }
        partitions.put(place, partition).unwrap();
        partitions.shrink().unwrap();
        assert_eq!(ids(&mut partitions), (vec![3, 4], false, true));
        let held = partitions.get(place).unwrap();
        assert_eq!((held.of_visitor(5, ANY).unwrap(), held.of_config(7, ANY).unwrap()), (Some(4), Some(4)));
        assert_eq!(held.of_visitor(5, Window { until_s: 3 * HELD_S, ..ANY }).unwrap(), Some(3));
        // What is held is newer than what is read again, and all of it then stays for a while.
        let mut read = Partition::default();
        for (id, last_s) in [(1, 0), (3, 7), (4, 7)] {
            read.put(&visit(id, 5, 7, None, last_s));
        }
        partitions.put(place, read).unwrap();
        assert_eq!(partitions.get(place).unwrap().last_s(4), Some(4 * HELD_S));
        partitions.shrink().unwrap();
        let held = partitions.get(place).unwrap();
        assert!(held.reaches(i64::MIN));
        assert_eq!(held.of_visitor(5, Window { until_s: HELD_S, ..ANY }).unwrap(), Some(1));
    }

    #[test]
    fn what_there_is_no_room_for_is_put_aside_and_found_there() {
        let place = (SiteId(1), Day(0));
        let folder = tempfile::tempdir().unwrap();
        let mut partitions = Partitions::new(4, folder.path());
        let row = |id: i64, last_s| visit(id, id / 2, 7 + id % 3, (id % 3 == 2).then_some(id), last_s);
        let mut partition = Partition::default();
        for id in 1..=30 {
            partition.put(&row(id, id));
        }
        partitions.put(place, partition).unwrap();
        partitions.shrink().unwrap();
        assert_eq!(partitions.visits(), 2);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the file has no name");
        let held = partitions.get(place).unwrap();
        let mut of_visitor = |visitor, until_s| held.of_visitor(visitor, Window { until_s, ..ANY }).unwrap();
        assert_eq!(
            (of_visitor(15, 30), of_visitor(15, 29), of_visitor(5, 11), of_visitor(5, 10)),
            (Some(30), None, Some(11), Some(10))
        );
        assert_eq!((of_visitor(5, 9), of_visitor(99, 30)), (None, None));
        assert_eq!((held.holds(10), held.holds(11), held.holds(12)), (true, true, false));
        assert_eq!(
            (held.row(10).map(PackedRow::unpack), held.last_s(10), held.actions(10)),
            (Some(row(10, 10)), Some(10), 0)
        );
        let mut of_config = |config, window| held.of_config(config, window).unwrap();
        assert_eq!(of_config(7, ANY), Some(30));
        assert_eq!(of_config(7, Window { until_s: 26, ..ANY }), Some(24));
        assert_eq!(of_config(7, Window { from_s: 25, until_s: 26, ..ANY }), None);
        let user = |user| Window { user: Some(user), until_s: 25, ..ANY };
        assert_eq!(
            (of_config(9, user(Some(20))), of_config(9, user(Some(21))), of_config(9, user(None))),
            (Some(20), None, None)
        );
        assert_eq!((of_config(8, user(None)), of_config(9, Window { until_s: 25, ..ANY })), (Some(25), Some(23)));
        // One that is changed is aside no more as it was; what is over goes with its file.
        held.put(&row(10, 2 * HELD_S));
        partitions.shrink().unwrap();
        let held = partitions.get(place).unwrap();
        assert_eq!(held.of_visitor(5, Window { until_s: HELD_S, ..ANY }).unwrap(), Some(11));
        assert_eq!(held.of_visitor(5, ANY).unwrap(), Some(10));
        held.put(&row(31, 4 * HELD_S));
        (32..40).for_each(|id| held.put(&row(id, 4 * HELD_S)));
        partitions.shrink().unwrap();
        let held = partitions.get(place).unwrap();
        assert_eq!(held.of_visitor(1, ANY).unwrap(), None);
        assert_eq!((held.of_visitor(15, ANY).unwrap(), held.of_visitor(16, ANY).unwrap()), (Some(31), Some(33)));
    }
}
