//! Reading records back from the file.

use std::path::{Path, PathBuf};

use bytes::Bytes;
use rusqlite::Connection;

use crate::error::Error;
use crate::group::Group;
use crate::position::Record;
use crate::store;

/// Records in the order of the log, up to two limits. The first record is taken whatever its size, so that a reader
/// always gets on.
pub(crate) struct Batch {
    after: u64,
    records: Vec<Record>,
    records_left: usize,
    bytes_left: usize,
}

impl Batch {
    pub(crate) fn new(after: u64, limit_records: usize, limit_bytes: usize) -> Batch {
        Batch { after, records: Vec::new(), records_left: limit_records.max(1), bytes_left: limit_bytes }
    }

    /// Takes what fits of a group; whether there is room for more.
    pub(crate) fn add(&mut self, group: &Group) -> bool {
        for record in group.iter() {
            if record.position.get() <= self.after {
                continue;
            }
            let size = record.payload.len();
            if self.records_left == 0 || (size > self.bytes_left && !self.records.is_empty()) {
                return false;
            }
            self.records_left -= 1;
            self.bytes_left = self.bytes_left.saturating_sub(size);
            self.records.push(record);
        }
        self.records_left > 0 && self.bytes_left > 0
    }

    pub(crate) fn into_records(self) -> Vec<Record> {
        self.records
    }
}

/// A connection of its own, so that reading does not wait for the writer.
pub(crate) struct Reader {
    connection: Connection,
    path: PathBuf,
}

impl Reader {
    pub(crate) fn open(path: &Path) -> Result<Reader, Error> {
        let connection = store::connect(path, false)?;
        Ok(Reader { connection, path: path.to_path_buf() })
    }

    /// Writes a copy of the file as its last commit left it.
    pub(crate) fn copy(&self, to: &Path) -> Result<(), Error> {
        let done = self.connection.execute("VACUUM INTO ?1", [to.to_string_lossy()]);
        done.map_err(|error| Error::sqlite(&self.path, error))?;
        // A copy comes out in SQLite's first mode, which no journal has.
        let copy = Connection::open(to).and_then(|copy| copy.pragma_update(None, "journal_mode", "WAL"));
        copy.map_err(|error| Error::sqlite(to, error))
    }

    /// Fills the batch with what follows `after`. Damage and gaps are errors; that the log begins later is
    /// `Error::Corrupt` as well, and told apart by the caller, who knows what has been trimmed.
    pub(crate) fn read(&self, after: u64, head: u64, mut batch: Batch) -> Result<Vec<Record>, Error> {
        let sqlite = |error| Error::sqlite(&self.path, error);
        let mut statement = self
            .connection
            .prepare_cached(
                "SELECT first, body FROM groups
                 WHERE first >= coalesce((SELECT max(first) FROM groups WHERE first <= ?1), 0) ORDER BY first",
            )
            .map_err(sqlite)?;
        let mut rows = statement.query([store::to_sql(after + 1)]).map_err(sqlite)?;
        let mut next = after + 1;
        let mut begun = false;
        while let Some(row) = rows.next().map_err(sqlite)? {
            let group = decode(&self.path, row)?;
            // Only the first group may begin before the position that was asked for.
            if group.first() > next || group.last() < next || (begun && group.first() != next) {
                break;
            }
            begun = true;
            next = group.last() + 1;
            if !batch.add(&group) {
                return Ok(batch.into_records());
            }
        }
        if next <= head {
            return Err(Error::corrupt(&self.path, next, head, "records are missing".to_owned()));
        }
        Ok(batch.into_records())
    }
}

/// The group in a row of `first, body`.
pub(crate) fn decode(path: &Path, row: &rusqlite::Row<'_>) -> Result<Group, Error> {
    let sqlite = |error| Error::sqlite(path, error);
    let first: i64 = row.get(0).map_err(sqlite)?;
    let first = first.cast_unsigned();
    let damaged = |detail: &str| Error::corrupt(path, first, first, detail.to_owned());
    let body = row.get_ref(1).map_err(sqlite)?.as_blob().map_err(|_| damaged("the row holds no bytes"))?;
    Group::decode(first, Bytes::copy_from_slice(body)).map_err(damaged)
}
