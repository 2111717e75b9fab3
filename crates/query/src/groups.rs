//! The groups of a period as the engine counts them, part by part, and the numbers in them.

use crate::{conversions::Goals, plan::Counted};
use makoto_catalog::{Merge, Report, Shape};
use makoto_engine::Rows;
use makoto_model::{Cell, Value};
use std::{
    collections::{BTreeMap, HashMap},
    hash::{Hash, Hasher},
    ops::Range,
    sync::Arc,
};

/// A cell of a table: a number, null, or nothing at all. Eight bytes, since large sites have millions of them; counts
/// stay exact up to 2^53.
#[derive(Clone, Copy, Debug)]
pub struct Number(f64);

/// Bits of two numbers that are none, told apart by their lowest bits.
const ABSENT_BITS: u64 = 0x7ff8_0000_0000_0001;
const NULL_BITS: u64 = 0x7ff8_0000_0000_0002;

impl PartialEq for Number {
    fn eq(&self, other: &Number) -> bool {
        self.0.to_bits() == other.0.to_bits()
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

/// A key of groups and rows that can be looked up.
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
        for value in self.told_apart() {
            match value {
                Value::Null => state.write_u8(0),
                Value::Int(n) => state.write_u64(*n as u64),
                Value::Float(n) => state.write_u64(n.to_bits()),
                Value::Text(text) => state.write(text.as_bytes()),
            }
        }
    }
}

/// Groups of all parts of a report in one period, merged by key.
pub struct Groups {
    width: usize,
    places: Places<Key>,
    keys: Vec<Arc<[Value]>>,
    cells: Vec<Number>,
    /// What a group has before any part says something of it.
    blank: Vec<Number>,
    /// What groups say of goals.
    goals: HashMap<u32, Goals>,
    /// How often each goal was reached, where rows are pages.
    pub goal_totals: BTreeMap<i64, f64>,
}

impl Groups {
    pub fn new(blank: Vec<Number>) -> Groups {
        Groups {
            width: blank.len(),
            places: Places::default(),
            keys: Vec::new(),
            cells: Vec::new(),
            blank,
            goals: HashMap::new(),
            goal_totals: BTreeMap::new(),
        }
    }

    /// The group of a key, if there is one.
    pub fn known(&self, key: Arc<[Value]>) -> Option<u32> {
        self.places.get(&Key(key, 0)).copied()
    }

    /// What a group says of goals.
    pub fn goals(&self, group: u32) -> Option<&Goals> {
        self.goals.get(&group)
    }

    pub fn goals_mut(&mut self, group: u32) -> &mut Goals {
        self.goals.entry(group).or_default()
    }

    /// Makes room for so many groups at once.
    fn reserve(&mut self, groups: usize) {
        self.places.reserve(groups);
        self.keys.reserve(groups);
        self.cells.reserve(groups * self.width);
    }

    /// The group of a key, which may be new.
    pub fn group(&mut self, key: Arc<[Value]>) -> u32 {
        let next = self.keys.len() as u32;
        let group = *self.places.entry(Key(key.clone(), 0)).or_insert(next);
        if group == next {
            self.keys.push(key);
            self.cells.extend_from_slice(&self.blank);
        }
        group
    }

    /// Sets a number of a group.
    pub fn set(&mut self, group: u32, column: usize, cell: Cell) {
        self.cells[group as usize * self.width + column] = Number::of(cell);
    }

    /// The key of a group.
    pub fn key(&self, group: u32) -> &Arc<[Value]> {
        &self.keys[group as usize]
    }

    pub fn row(&self, group: u32) -> &[Number] {
        let start = group as usize * self.width;
        &self.cells[start..start + self.width]
    }

    /// Numbers of the groups in the order in which Matomo would have met them.
    pub fn order(&self, report: &Report, columns: &[Counted]) -> Vec<u32> {
        let mut order: Vec<u32> = (0..self.keys.len() as u32).collect();
        let hits = columns.iter().position(|column| column.name == "nb_hits");
        match (&report.shape, hits) {
            (Shape::Tree(_), Some(hits)) if order.len() > ORDERED_MAX => order.sort_by_cached_key(|group| {
                let text = bare(self.keys[*group as usize].first());
                let hits = self.row(*group)[hits].float() as u64;
                (std::cmp::Reverse(hits), xxhash_rust::xxh3::xxh3_64(text.as_bytes()))
            }),
            (Shape::Tree(_), Some(hits)) => order.sort_by(|a, b| {
                let count = |group: u32| self.row(group)[hits].float();
                let text = |group: u32| bare(self.keys[group as usize].first());
                count(*b).total_cmp(&count(*a)).then_with(|| text(*a).cmp(text(*b)))
            }),
            _ => order.sort_by(|a, b| compare(&self.keys[*a as usize], &self.keys[*b as usize])),
        }
        order
    }
}

/// Takes what the engine counted for a part, whose numbers stand in these columns; each bucket has groups of its own.
///
/// # Errors
/// When the answer lacks a number.
pub fn gather(groups: &mut [Groups], rows: &Rows, columns: Range<usize>) -> Result<(), makoto_engine::Error> {
    if let [only] = groups {
        only.reserve(rows.len());
    }
    let mut places = Vec::with_capacity(rows.len());
    for (row, bucket) in rows.buckets.iter().enumerate() {
        let key = rows.keys.iter().map(|column| column[row].clone()).collect();
        places.push((*bucket as usize, groups[*bucket as usize].group(key)));
    }
    for (nth, column) in columns.enumerate() {
        for ((bucket, group), cell) in places.iter().zip(rows.measure(nth)?) {
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
    fn nothing_and_null_are_not_zero() {
        let three = Number(3.0);
        assert_eq!(Number::ABSENT.join(three, Merge::Sum), three);
        assert_eq!(Number::NULL.join(Number::ABSENT, Merge::Max), Number::NULL);
        assert_eq!(Number::ABSENT.join(Number::NULL, Merge::Max), Number::NULL);
        assert_eq!(three.join(Number(5.0), Merge::Min), three);
    }
}
