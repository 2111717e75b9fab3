//! The dictionaries' texts, kept in memory as far as questions ask for them. A number never changes its text.

use crate::{Error, dialect::list, generation::lock, schema::text_table};
use duckdb::{
    Connection,
    arrow::array::{Array, AsArray, RecordBatch},
    arrow::datatypes::{UInt8Type, UInt32Type},
    types::Value as Bound,
};
use makoto_catalog::columns::{DICTIONARIES, dictionary_number};
use makoto_model::TrackedUrl;
use std::{
    collections::HashMap,
    hash::{BuildHasherDefault, Hasher},
    sync::{Arc, Mutex},
};

/// Texts kept per dictionary; a month's 200,000 URLs of a large site take about 24 MiB. Only those of URLs, titles and
/// visitors can grow so far.
const SHELF_BYTES_MAX: usize = 32 << 20;
/// What an entry costs beside its text.
const ENTRY_BYTES: usize = 48;

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
}

impl Texts {
    pub(crate) fn new() -> Texts {
        Texts { shelves: DICTIONARIES.iter().map(|_| Mutex::default()).collect() }
    }

    /// Forgets everything.
    pub(crate) fn clear(&self) {
        for shelf in &self.shelves {
            *lock(shelf) = Shelf::default();
        }
    }

    /// The text of each number, in order; `None` for numbers that are null or that the dictionary lacks.
    pub(crate) fn decode(
        &self,
        connection: &Connection,
        dictionary: &str,
        ids: &[Option<u32>],
    ) -> Result<Vec<Option<Arc<str>>>, Error> {
        let shelf = dictionary_number(dictionary).and_then(|number| self.shelves.get(usize::from(number)));
        let shelf = shelf.ok_or_else(|| Error::Plan(format!("there is no dictionary {dictionary}")))?;
        let mut shelf = lock(shelf);
        let known: Vec<_> = ids.iter().map(|id| id.and_then(|id| shelf.texts.get(&id).cloned())).collect();
        let mut missing: Vec<i64> =
            ids.iter().zip(&known).filter(|(_, text)| text.is_none()).filter_map(|(id, _)| id.map(i64::from)).collect();
        if missing.is_empty() {
            return Ok(known);
        }
        missing.sort_unstable();
        missing.dedup();
        let read = read(connection, dictionary, &missing)?;
        let bytes: usize = read.iter().map(|(_, text)| text.len() + ENTRY_BYTES).sum();
        if shelf.bytes + bytes > SHELF_BYTES_MAX {
            return Ok(decode_past(&mut shelf, read, ids));
        }
        shelf.bytes += bytes;
        shelf.texts.extend(read);
        Ok(ids.iter().map(|id| id.and_then(|id| shelf.texts.get(&id).cloned())).collect())
    }
}

/// Answers from a full shelf and what was read beside it, then starts the shelf anew with the latter.
fn decode_past(shelf: &mut Shelf, read: Vec<(u32, Arc<str>)>, ids: &[Option<u32>]) -> Vec<Option<Arc<str>>> {
    let bytes = read.iter().map(|(_, text)| text.len() + ENTRY_BYTES).sum();
    let read: Known = read.into_iter().collect();
    let find = |id: u32| shelf.texts.get(&id).or_else(|| read.get(&id)).cloned();
    let found = ids.iter().map(|id| id.and_then(find)).collect();
    *shelf = match bytes <= SHELF_BYTES_MAX {
        true => Shelf { texts: read, bytes },
        false => Shelf::default(),
    };
    found
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
    let batches: Vec<RecordBatch> = statement.query_arrow(duckdb::params_from_iter(binds)).map_err(failed())?.collect();
    let mut read = Vec::with_capacity(ids.len());
    for batch in &batches {
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
