//! The dictionaries' texts, kept in memory as far as questions ask for them. A number never changes its text.

use crate::{Error, dialect::list, generation::lock, schema::text_table};
use duckdb::{
    Connection,
    arrow::array::{Array, AsArray},
    arrow::datatypes::{UInt8Type, UInt32Type},
    types::Value as Bound,
};
use makoto_catalog::columns::{DICTIONARIES, dictionary_number};
use makoto_model::TrackedUrl;
use std::{
    cmp::Reverse,
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::{
        Arc, Mutex, MutexGuard, TryLockError,
        atomic::{AtomicUsize, Ordering},
    },
};

/// What the texts of all dictionaries take at most; a month's 200,000 URLs of a large site take about 26 MiB.
const BYTES_MAX: usize = 36 << 20;
/// What an entry costs beside its text: its place in the table, which is half empty at times, and two counts.
const ENTRY_BYTES: usize = 72;

/// Spreads numbers that follow one another; they are our own, so nobody can choose them to collide.
#[derive(Default)]
pub(crate) struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u32(u32::from(*byte));
        }
    }

    fn write_u32(&mut self, number: u32) {
        self.write_i64(i64::from(number));
    }

    fn write_i64(&mut self, number: i64) {
        let mixed = (self.0 ^ number.cast_unsigned()).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        // Tables go by the low bits, where a product mixes least.
        self.0 = mixed ^ (mixed >> 32);
    }
}

type Known = HashMap<u32, Arc<str>, BuildHasherDefault<Spread>>;

#[derive(Default)]
struct Shelf {
    texts: Known,
    bytes: usize,
}

/// The cache of every dictionary.
pub(crate) struct Texts {
    shelves: Vec<Mutex<Shelf>>,
    /// Of all shelves.
    bytes: AtomicUsize,
}

impl Texts {
    pub(crate) fn new() -> Texts {
        Texts { shelves: DICTIONARIES.iter().map(|_| Mutex::default()).collect(), bytes: AtomicUsize::new(0) }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        self.shelves.iter().for_each(|shelf| self.empty(&mut lock(shelf)));
    }

    fn empty(&self, shelf: &mut Shelf) {
        self.bytes.fetch_sub(shelf.bytes, Ordering::Relaxed);
        *shelf = Shelf::default();
    }

    /// The text of each number, in order; `None` for numbers that are null or that the dictionary lacks.
    pub(crate) fn decode(
        &self,
        connection: &Connection,
        dictionary: &str,
        ids: &[Option<u32>],
    ) -> Result<Vec<Option<Arc<str>>>, Error> {
        let own = dictionary_number(dictionary).map(usize::from);
        let own = own.ok_or_else(|| Error::Plan(format!("there is no dictionary {dictionary}")))?;
        let mut shelf = lock(&self.shelves[own]);
        let mut found: Vec<_> = ids.iter().map(|id| id.and_then(|id| shelf.texts.get(&id).cloned())).collect();
        let lacking = ids.iter().zip(&found).filter(|(_, text)| text.is_none());
        let mut missing: Vec<i64> = lacking.filter_map(|(id, _)| id.map(i64::from)).collect();
        if missing.is_empty() {
            return Ok(found);
        }
        missing.sort_unstable();
        missing.dedup();
        let read = read(connection, dictionary, &missing)?;
        let bytes: usize = read.iter().map(|(_, text)| text.len() + ENTRY_BYTES).sum();
        if bytes <= BYTES_MAX && self.is_full(bytes) {
            self.make_room(own, &mut shelf, bytes);
        }
        if self.is_full(bytes) {
            let read: Known = read.into_iter().collect();
            fill(&mut found, ids, &read);
            return Ok(found);
        }
        self.bytes.fetch_add(bytes, Ordering::Relaxed);
        shelf.bytes += bytes;
        shelf.texts.extend(read);
        fill(&mut found, ids, &shelf.texts);
        Ok(found)
    }

    /// Whether so many bytes would be too many.
    fn is_full(&self, bytes: usize) -> bool {
        self.bytes.load(Ordering::Relaxed) + bytes > BYTES_MAX
    }

    /// Empties shelves until so many bytes have room: others than this one, the fullest first, but for those that are
    /// asked just now, and then its own.
    fn make_room(&self, own: usize, shelf: &mut Shelf, bytes: usize) {
        let others = self.shelves.iter().enumerate().filter(|(nth, _)| *nth != own);
        let mut others: Vec<_> = others.filter_map(|(_, shelf)| free(shelf)).collect();
        others.sort_unstable_by_key(|shelf| Reverse(shelf.bytes));
        for shelf in others.iter_mut().map(|shelf| &mut **shelf).chain([shelf]) {
            if !self.is_full(bytes) {
                return;
            }
            self.empty(shelf);
        }
    }
}

/// The shelf, unless somebody else has it.
fn free(shelf: &Mutex<Shelf>) -> Option<MutexGuard<'_, Shelf>> {
    match shelf.try_lock() {
        Ok(shelf) => Some(shelf),
        Err(TryLockError::Poisoned(shelf)) => Some(shelf.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

/// Puts texts where they are not yet known.
fn fill(found: &mut [Option<Arc<str>>], ids: &[Option<u32>], known: &Known) {
    for (text, id) in found.iter_mut().zip(ids).filter(|(text, _)| text.is_none()) {
        *text = id.and_then(|id| known.get(&id).cloned());
    }
}

fn read(connection: &Connection, dictionary: &str, ids: &[i64]) -> Result<Vec<(u32, Arc<str>)>, Error> {
    let failed = || Error::database("read texts");
    let sql = format!(
        "SELECT id, prefix, text FROM {} \
         WHERE id >= $1 AND id <= $2 AND id IN (SELECT unnest(CAST($3 AS UINTEGER[])))",
        text_table(dictionary)
    );
    let first = ids.first().copied().unwrap_or(0);
    let last = ids.last().copied().unwrap_or(0);
    let binds = [Bound::BigInt(first), Bound::BigInt(last), Bound::Text(list(ids))];
    let mut statement = connection.prepare(&sql).map_err(failed())?;
    let batches = statement.query_arrow(duckdb::params_from_iter(binds)).map_err(failed())?;
    let mut read = Vec::with_capacity(ids.len());
    for batch in batches {
        let ids = batch.column(0).as_primitive::<UInt32Type>();
        let prefixes = batch.column(1).as_primitive::<UInt8Type>();
        let texts = batch.column(2).as_string::<i32>();
        for row in 0..batch.num_rows() {
            let text = texts.value(row);
            let text: Arc<str> = match prefixes.is_valid(row) {
                true => TrackedUrl::join_parts(Some(prefixes.value(row)), text).into(),
                false => text.into(),
            };
            read.push((ids.value(row), text));
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A database in which two dictionaries have so many texts of some 200 letters.
    fn filled(texts: u32) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        for dictionary in &DICTIONARIES[..2] {
            let table = text_table(dictionary);
            connection
                .execute_batch(&format!(
                    "CREATE TABLE {table} AS SELECT n::UINTEGER AS id, NULL::UTINYINT AS prefix, \
                     repeat('x', 200) || n AS text FROM range(1, {texts} + 1) t(n)"
                ))
                .unwrap();
        }
        connection
    }

    fn ask(texts: &Texts, connection: &Connection, dictionary: &str, ids: std::ops::RangeInclusive<u32>) {
        let asked: Vec<Option<u32>> = ids.map(Some).chain([None, Some(u32::MAX)]).collect();
        let answer = texts.decode(connection, dictionary, &asked).unwrap();
        let (known, unknown) = answer.split_at(asked.len() - 2);
        assert_eq!(unknown, [None, None]);
        let right = |(text, id): (&Option<Arc<str>>, &Option<u32>)| {
            text.as_ref().and_then(|text| text.trim_start_matches('x').parse().ok()) == *id
        };
        assert!(known.iter().zip(&asked).all(right));
        let bytes: usize = texts.shelves.iter().map(|shelf| lock(shelf).bytes).sum();
        assert_eq!(bytes, texts.bytes.load(Ordering::Relaxed));
        assert!(bytes <= BYTES_MAX, "{bytes} bytes");
    }

    #[test]
    fn all_texts_share_one_limit() {
        let texts = Texts::new();
        let connection = filled(150_000);
        let kept = |nth: usize| lock(&texts.shelves[nth]).texts.len();
        ask(&texts, &connection, DICTIONARIES[0], 1..=90_000);
        ask(&texts, &connection, DICTIONARIES[1], 1..=10_000);
        assert_eq!((kept(0), kept(1)), (90_000, 10_000));
        ask(&texts, &connection, DICTIONARIES[1], 1..=80_000);
        assert_eq!((kept(0), kept(1)), (0, 80_000), "the other one makes room");
        ask(&texts, &connection, DICTIONARIES[1], 70_001..=150_000);
        assert_eq!((kept(0), kept(1)), (0, 70_000), "its own texts make room");
        ask(&texts, &connection, DICTIONARIES[0], 1..=150_000);
        assert_eq!((kept(0), kept(1)), (0, 70_000), "too many at once are not kept and take nobody's room");
        ask(&texts, &connection, DICTIONARIES[0], 1..=10);
        texts.clear();
        assert_eq!(texts.bytes.load(Ordering::Relaxed), 0);
    }
}
