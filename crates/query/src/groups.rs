//! The groups of a period as the engine counts them, part by part, and the numbers in them.

use crate::{
    cells::{Cells, Row},
    conversions::{self, Goals},
    plan::Counted,
    shared::Answer,
};
use hashbrown::{HashTable, hash_table::Entry};
use makoto_catalog::{GoalColumns, Merge, Report, Shape};
use makoto_model::{Cell, Value};
use serde::{Deserialize, Serialize};
use std::{
    collections::{BTreeMap, HashMap, HashSet},
    hash::{Hash, Hasher},
    ops::Range,
    sync::Arc,
};

/// A cell of a table: a number, null, or nothing at all. Eight bytes, since large sites have millions of them; counts
/// stay exact up to 2^53.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(from = "Figure", into = "Figure")]
pub struct Number(f64);

/// How it is written: counts, which most numbers are, in few bytes.
#[derive(Serialize, Deserialize)]
enum Figure {
    Absent,
    Null,
    Count(u64),
    Other(f64),
}

impl From<Number> for Figure {
    fn from(number: Number) -> Figure {
        match number.get() {
            None if number == Number::NULL => Figure::Null,
            None => Figure::Absent,
            Some(n) if n >= 0.0 && n.fract() == 0.0 && n < COUNT_MAX => Figure::Count(n as u64),
            Some(n) => Figure::Other(n),
        }
    }
}

impl From<Figure> for Number {
    fn from(figure: Figure) -> Number {
        match figure {
            Figure::Absent => Number::ABSENT,
            Figure::Null => Number::NULL,
            Figure::Count(n) => Number(n as f64),
            Figure::Other(n) => Number::from(n),
        }
    }
}

/// Bits of two numbers that are none, told apart by their lowest bits.
const ABSENT_BITS: u64 = 0x7ff8_0000_0000_0001;
const NULL_BITS: u64 = 0x7ff8_0000_0000_0002;
/// Whole numbers are exact below this.
const COUNT_MAX: f64 = 9_007_199_254_740_992.0;

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0.to_bits() == other.0.to_bits()
    }
}

impl From<f64> for Number {
    fn from(number: f64) -> Number {
        Number::of(Cell::Float(number))
    }
}

impl Number {
    /// The row has no such column.
    pub const ABSENT: Number = Number(f64::from_bits(ABSENT_BITS));
    pub const NULL: Number = Number(f64::from_bits(NULL_BITS));
    pub const ZERO: Number = Number(0.0);

    fn of(cell: Cell) -> Number {
        match cell {
            Cell::Int(n) => Number(n as f64),
            Cell::Float(n) if !n.is_nan() => Number(n),
            Cell::Null | Cell::Float(_) => Number::NULL,
        }
    }

    /// The number, where there is one.
    pub fn get(self) -> Option<f64> {
        (!self.0.is_nan()).then_some(self.0)
    }

    /// 0 where there is none.
    pub fn float(self) -> f64 {
        self.get().unwrap_or(0.0)
    }

    /// Two rows' cells as one.
    pub fn join(self, other: Number, merge: Merge) -> Number {
        match (self.get(), other.get()) {
            (Some(a), Some(b)) => Number(match merge {
                Merge::Sum => a + b,
                Merge::Max => a.max(b),
                Merge::Min => a.min(b),
            }),
            (Some(_), None) => self,
            (None, Some(_)) => other,
            (None, None) if self == Number::ABSENT => other,
            (None, None) => self,
        }
    }
}

/// Hashes what is hashed already, or a few small numbers; far cheaper than the default, which guards against texts
/// chosen to collide: here texts come in through a keyed 64-bit hash of their own.
#[derive(Default, Clone, Copy)]
pub struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        self.write_u64(xxhash_rust::xxh3::xxh3_64(bytes));
    }

    fn write_u8(&mut self, n: u8) {
        self.write_u64(u64::from(n));
    }

    fn write_u32(&mut self, n: u32) {
        self.write_u64(u64::from(n));
    }

    fn write_u64(&mut self, n: u64) {
        self.0 = (self.0.rotate_left(5) ^ n).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 ^= self.0 >> 32;
    }

    fn write_u128(&mut self, n: u128) {
        self.write_u64(n as u64 ^ (n >> 64) as u64);
    }
}

pub type Places<K> = HashMap<K, u32, std::hash::BuildHasherDefault<Mix>>;

fn write(values: &[Value], state: &mut impl Hasher) {
    for value in values {
        match value {
            Value::Null => state.write_u8(0),
            Value::Int(n) => state.write_u64(*n as u64),
            Value::Float(n) => state.write_u64(n.to_bits()),
            Value::Text(text) => state.write(text.as_bytes()),
        }
    }
}

fn hash(values: &[Value]) -> u64 {
    let mut mix = Mix::default();
    write(values, &mut mix);
    mix.finish()
}

/// A key of rows that can be looked up.
#[derive(Clone, Debug)]
pub struct Key(pub Arc<[Value]>, pub usize);

impl Key {
    fn told_apart(&self) -> &[Value] {
        if self.1 == 0 { &self.0 } else { &self.0[..self.1.min(self.0.len())] }
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Key) -> bool {
        self.told_apart() == other.told_apart()
    }
}

impl Eq for Key {}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        write(self.told_apart(), state);
    }
}

/// Groups that are too many to be kept each by itself, as one.
#[derive(Clone, Debug)]
pub struct Rest {
    /// Of one of them.
    pub key: Arc<[Value]>,
    /// So many rows on the way to this key are the same for all of them.
    pub depth: usize,
    pub cells: Vec<Number>,
    pub goals: Goals,
}

/// The keys of groups, one behind the other.
#[derive(Default)]
struct Keys {
    values: Vec<Value>,
    /// Where each of them ends.
    ends: Vec<u32>,
}

impl Keys {
    fn push(&mut self, key: &[Value]) {
        self.values.extend_from_slice(key);
        self.ends.push(self.values.len() as u32);
    }

    fn of(&self, group: u32) -> &[Value] {
        let start = group.checked_sub(1).map_or(0, |before| self.ends[before as usize]);
        &self.values[start as usize..self.ends[group as usize] as usize]
    }
}

/// Groups of all parts of a report in one period, merged by key.
pub struct Groups {
    /// Groups by their keys, which stand in memory once: large sites have hundreds of thousands.
    places: HashTable<u32>,
    keys: Keys,
    cells: Cells,
    /// What a group has before any part says something of it.
    blank: Vec<Number>,
    /// What groups say of goals.
    goals: HashMap<u32, Goals>,
    /// How often each goal was reached, where rows are pages.
    pub goal_totals: BTreeMap<i64, f64>,
    /// Groups that no part knows, of which conversions alone tell.
    bare: HashSet<u32>,
    /// Where reports are kept: what was more than is kept.
    pub rest: Vec<Rest>,
}

impl Groups {
    pub fn new(blank: Vec<Number>) -> Groups {
        Groups {
            places: HashTable::new(),
            keys: Keys::default(),
            cells: Cells::new(&blank),
            blank,
            goals: HashMap::new(),
            goal_totals: BTreeMap::new(),
            bare: HashSet::new(),
            rest: Vec::new(),
        }
    }

    /// How many groups there are.
    pub fn len(&self) -> usize {
        self.cells.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0 && self.rest.is_empty()
    }

    fn keys(&self) -> impl Iterator<Item = (u32, &[Value])> {
        (0..self.len() as u32).map(|group| (group, self.key(group)))
    }

    /// The group of a key of which conversions tell, whether any part knows it or not.
    pub fn group_of_goals(&mut self, key: &[Value]) -> u32 {
        let before = self.len();
        let group = self.group(key);
        if self.len() > before {
            self.bare.insert(group);
        }
        group
    }

    pub fn is_bare(&self, group: u32) -> bool {
        self.bare.contains(&group)
    }

    /// Says that no part knows a group.
    pub fn set_bare(&mut self, group: u32) {
        self.bare.insert(group);
    }

    /// What a group says of goals.
    pub fn goals(&self, group: u32) -> Option<&Goals> {
        self.goals.get(&group)
    }

    pub fn goals_mut(&mut self, group: u32) -> &mut Goals {
        self.goals.entry(group).or_default()
    }

    /// Makes room for so many groups in all, whose keys have so many values.
    fn reserve(&mut self, groups: usize, deep: usize) {
        let groups = groups.saturating_sub(self.len());
        let Groups { places, keys, .. } = self;
        places.reserve(groups, |group| hash(keys.of(*group)));
        keys.values.reserve(groups * deep);
        keys.ends.reserve(groups);
        // Rows around them may be put behind them.
        self.cells.expect(groups + groups / 8 + 1);
    }

    /// The group of a key, which may be new.
    pub fn group(&mut self, key: &[Value]) -> u32 {
        let next = self.len() as u32;
        let Groups { places, keys, .. } = self;
        match places.entry(hash(key), |group| keys.of(*group) == key, |group| hash(keys.of(*group))) {
            Entry::Occupied(known) => *known.get(),
            Entry::Vacant(place) => {
                place.insert(next);
                self.keys.push(key);
                self.cells.push();
                next
            }
        }
    }

    /// Replaces the numbers of a group.
    pub fn put(&mut self, group: u32, cells: impl IntoIterator<Item = Number>) {
        self.cells.put(group as usize, cells);
    }

    /// Takes in the groups of other days.
    pub fn absorb(&mut self, other: Groups, columns: &[Counted]) {
        for (theirs, key) in other.keys() {
            let before = self.len();
            let group = self.group(key);
            let (known, bare) = (self.len() == before, other.is_bare(theirs));
            match known {
                false => {
                    self.put(group, other.row(theirs).iter());
                    if bare {
                        self.set_bare(group);
                    }
                }
                true => {
                    for (column, number) in other.row(theirs).iter().enumerate() {
                        self.cells.join(group as usize, column, number, columns[column].merge);
                    }
                    if !bare {
                        self.bare.remove(&group);
                    }
                }
            }
            if let Some(goals) = other.goals(theirs) {
                conversions::join(self.goals_mut(group), goals);
            }
        }
        for (goal, count) in other.goal_totals {
            *self.goal_totals.entry(goal).or_default() += count;
        }
        self.rest.extend(other.rest);
    }

    /// Forgets how many different values there were, but for what `whole` says of them.
    pub fn replace_different(&mut self, whole: Option<&Groups>, columns: &[Counted]) {
        let different: Vec<usize> = (0..columns.len()).filter(|column| columns[*column].different).collect();
        for group in 0..self.len() {
            different.iter().for_each(|column| self.cells.set(group, *column, Number::ABSENT));
        }
        let Some(whole) = whole else { return };
        for (theirs, key) in whole.keys() {
            let (group, cells) = (self.group(key) as usize, whole.row(theirs));
            different.iter().for_each(|column| self.cells.set(group, *column, cells.at(*column)));
        }
    }

    /// Ends the counting. Where conversions make rows, those in which nothing else happened have zeros.
    pub fn settle(&mut self, goals: GoalColumns) {
        if !matches!(goals, GoalColumns::ByKeys { .. }) {
            return;
        }
        for group in std::mem::take(&mut self.bare) {
            for column in 0..self.cells.width() {
                if self.row(group).at(column) == Number::NULL {
                    self.cells.set(group as usize, column, Number::ZERO);
                }
            }
        }
    }

    /// Leaves the largest groups, so many at most, and of the others sums: under the rows around them, as far as these
    /// are not too many themselves.
    pub fn cut(&mut self, report: &Report, columns: &[Counted], groups_max: usize) {
        if self.len() <= groups_max || !matches!(report.shape, Shape::Rows { .. } | Shape::Tree(_)) {
            return;
        }
        let by = columns.iter().position(|column| column.name == "nb_visits").unwrap_or(0);
        let mut order: Vec<u32> = (0..self.len() as u32).collect();
        order.sort_by(|a, b| self.row(*b).at(by).float().total_cmp(&self.row(*a).at(by).float()));
        let tail = order.split_off(groups_max);
        let ways: Vec<(Vec<u128>, bool)> = tail.iter().map(|group| way(report, self.key(*group))).collect();
        let around = |(outer, shown): &(Vec<u128>, bool), depth: usize| {
            (outer[..depth.min(outer.len())].to_vec(), *shown || depth < outer.len())
        };
        let mut depth = ways.iter().map(|(outer, _)| outer.len()).max().unwrap_or(0);
        let many = |depth: usize| ways.iter().map(|way| around(way, depth)).collect::<HashSet<_>>().len() > groups_max;
        while depth > 0 && many(depth) {
            depth -= 1;
        }
        let mut left = Groups { goal_totals: std::mem::take(&mut self.goal_totals), ..Groups::new(self.blank.clone()) };
        for group in order {
            let own = left.group(self.key(group));
            left.put(own, self.row(group).iter());
            if self.is_bare(group) {
                left.set_bare(own);
            }
            if let Some(goals) = self.goals.remove(&group) {
                left.goals.insert(own, goals);
            }
        }
        let mut places: HashMap<(Vec<u128>, bool), usize> = HashMap::new();
        let dropped = |group: &u32| self.is_bare(*group) && matches!(report.goals, GoalColumns::Pages { .. });
        for (group, way) in tail.iter().zip(&ways).filter(|(group, _)| !dropped(group)) {
            let place = around(way, depth);
            let rest = *places.entry(place).or_insert_with(|| {
                left.rest.push(Rest {
                    key: self.key(*group).into(),
                    depth: depth.min(way.0.len()),
                    cells: vec![Number::ABSENT; self.cells.width()],
                    goals: Goals::new(),
                });
                left.rest.len() - 1
            });
            join(&mut left.rest[rest].cells, self.row(*group), columns);
            if let Some(goals) = self.goals(*group) {
                conversions::join(&mut left.rest[rest].goals, goals);
            }
        }
        *self = left;
    }

    /// Sets a number of a group.
    pub fn set(&mut self, group: u32, column: usize, cell: Cell) {
        self.cells.set(group as usize, column, Number::of(cell));
    }

    /// The key of a group.
    pub fn key(&self, group: u32) -> &[Value] {
        self.keys.of(group)
    }

    pub fn row(&self, group: u32) -> Row<'_> {
        self.cells.row(group as usize)
    }

    /// The numbers of all groups, one behind the other. The groups have none any more.
    pub fn take_cells(&mut self) -> Cells {
        std::mem::replace(&mut self.cells, Cells::new(&self.blank))
    }

    /// The number that every group has in a column, as far as that is known.
    pub fn same(&self, column: usize) -> Option<Number> {
        self.cells.same(column)
    }

    /// No further groups come: what finds them by their keys goes.
    pub fn close(&mut self) {
        self.places = HashTable::new();
    }

    /// Numbers of the groups in the order in which Matomo would have met them.
    pub fn order(&self, report: &Report, columns: &[Counted]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.len() as u32).filter(|group| !self.is_bare(*group)).collect();
        let hits = columns.iter().position(|column| column.name == "nb_hits");
        match (&report.shape, hits) {
            (Shape::Tree(_), Some(hits)) if order.len() > ORDERED_MAX => order.sort_by_cached_key(|group| {
                let text = bare(self.key(*group).first());
                let hits = self.row(*group).at(hits).float() as u64;
                (std::cmp::Reverse(hits), xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
            }),
            (Shape::Tree(_), Some(hits)) => order.sort_by(|a, b| {
                let count = |group: u32| self.row(group).at(hits).float();
                let text = |group: u32| bare(self.key(group).first());
                count(*b).total_cmp(&count(*a)).then_with(|| text(*a).cmp(text(*b)))
            }),
            _ => order.sort_by(|a, b| compare(self.key(*a), self.key(*b))),
        }
        order
    }
}

/// Adds the numbers of a row to those of another.
fn join(cells: &mut [Number], others: Row, columns: &[Counted]) {
    for ((cell, other), column) in cells.iter_mut().zip(others.iter()).zip(columns) {
        *cell = cell.join(other, column.merge);
    }
}

/// What tells apart the rows around a group, from the outermost on, and whether it has a row inside them.
fn way(report: &Report, key: &[Value]) -> (Vec<u128>, bool) {
    let hash = |text: &str| xxhash_rust::xxh3::xxh3_128(text.as_bytes());
    match &report.shape {
        Shape::Rows { levels, .. } => {
            let rows = levels.iter().map_while(|level| Some(Key((level.row)(key)?.into(), level.identity)));
            let mut way: Vec<u128> = rows.map(|row| hash(&format!("{:?}", row.told_apart()))).collect();
            let shown = way.len() == levels.len();
            way.truncate(levels.len().saturating_sub(1));
            (way, shown)
        }
        Shape::Tree(tree) => {
            let mut path = Vec::new();
            (tree.split)(key.first().and_then(Value::as_text).unwrap_or(""), &mut path);
            path.pop();
            (path.into_iter().map(hash).collect(), true)
        }
        _ => (Vec::new(), true),
    }
}

/// Takes what the engine counted for a part, whose numbers stand in these columns; each bucket has groups of its own.
///
/// # Errors
/// When the answer lacks a number.
pub fn gather(groups: &mut [Groups], answer: &Answer, columns: Range<usize>) -> Result<(), makoto_engine::Error> {
    let rows = &answer.rows;
    if let [only] = groups {
        only.reserve(rows.len(), rows.keys.len());
    }
    let (mut places, mut key) = (Vec::with_capacity(rows.len()), Vec::new());
    for (row, bucket) in rows.buckets.iter().enumerate() {
        key.clear();
        key.extend(rows.keys.iter().map(|column| column[row].clone()));
        places.push((*bucket as usize, groups[*bucket as usize].group(&key)));
    }
    for (nth, column) in columns.enumerate() {
        for ((bucket, group), cell) in places.iter().zip(answer.measure(nth)?) {
            groups[*bucket].set(*group, column, cell);
        }
    }
    Ok(())
}

/// More groups are not sorted by their texts: it would take longer than all the rest, and nobody counts so many rows
/// by hand to open one.
const ORDERED_MAX: usize = 20_000;

/// A text without protocol and `www.`.
fn bare(key: Option<&Value>) -> &str {
    let text = key.and_then(Value::as_text).unwrap_or("");
    let cut = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    cut.strip_prefix("www.").unwrap_or(cut)
}

fn compare(a: &[Value], b: &[Value]) -> std::cmp::Ordering {
    let rank = |value: &Value| match value {
        Value::Null => 0,
        Value::Int(_) | Value::Float(_) => 1,
        Value::Text(_) => 2,
    };
    let each = |(a, b): (&Value, &Value)| match (a, b) {
        (Value::Text(a), Value::Text(b)) => a.to_lowercase().cmp(&b.to_lowercase()),
        _ => {
            let number = |value: &Value| value.number().unwrap_or(0.0);
            rank(a).cmp(&rank(b)).then(number(a).total_cmp(&number(b)))
        }
    };
    a.iter().zip(b).map(each).find(|order| order.is_ne()).unwrap_or_else(|| a.len().cmp(&b.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_found_by_keys_of_any_length() {
        let mut groups = Groups::new(vec![Number::ZERO]);
        let keys: [&[Value]; 4] = [&[Value::from("a")], &[], &[Value::from("a"), Value::Null], &[Value::from(1)]];
        for _ in 0..2 {
            assert_eq!(keys.map(|key| groups.group(key)), [0, 1, 2, 3]);
        }
        groups.reserve(1000, 1);
        assert_eq!(groups.keys().map(|(_, key)| key).collect::<Vec<_>>(), keys);
        assert_eq!((groups.group(keys[2]), groups.len()), (2, 4));
    }

    #[test]
    fn nothing_and_null_are_not_zero() {
        let three = Number(3.0);
        assert_eq!(Number::ABSENT.join(three, Merge::Sum), three);
        assert_eq!(Number::NULL.join(Number::ABSENT, Merge::Max), Number::NULL);
        assert_eq!(Number::ABSENT.join(Number::NULL, Merge::Max), Number::NULL);
        assert_eq!(three.join(Number(5.0), Merge::Min), three);
    }
}
