//! The one writer: numbered deltas, one transaction per call.

use crate::{Error, batch::Batch, dialect::list, generation::Generation, schema::text_table};
use duckdb::Connection;
use makoto_catalog::{Catalog, Table, columns::DICTIONARIES};
use makoto_model::Delta;
use std::{
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// Rows applied after which the file is written. Until then they stand in memory, and the fold keeps their deltas.
const UNWRITTEN_ROWS_MAX: u64 = 100_000;
/// Deltas after which it is written, though they bring few rows: to be applied again after a crash they are all read.
const UNWRITTEN_DELTAS_MAX: u64 = 1_000;
/// How many times as much is too much.
const TOO_MUCH_UNWRITTEN: u64 = 4;
/// What writing takes at the most, about: the rows, those that they are put together with, and what describes them.
const ROOM_BYTES: u64 = 48 * 1024 * 1024;
/// The database's words where it would write to the file while a question reads it.
const IS_READ: &str = "Cannot CHECKPOINT";
/// How long it is waited for a moment without questions before they have to wait: when too much is unwritten, and when
/// something must be written while a copy may be made of all of the file.
const READ_WAIT_MAX: Duration = Duration::from_secs(2);
pub(crate) const COPY_WAIT_MAX: Duration = Duration::from_secs(20);
/// How often it is looked for.
const READ_PAUSE: Duration = Duration::from_millis(5);
/// Rows replaced by one statement; the list of their ids stays small beside the batch itself.
const REPLACED_PER_STATEMENT: usize = 10_000;

/// The connection that writes, and what it knows of the file.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    folder: PathBuf,
    pub(crate) applied: u64,
    pub(crate) counts: Counts,
    /// The number of the last delta that the file has.
    pub(crate) written: u64,
    /// Rows applied since.
    unwritten_rows: u64,
}

/// Rows of the store.
#[derive(Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) visits: u64,
    pub(crate) actions: u64,
    pub(crate) conversions: u64,
    pub(crate) texts: u64,
    /// Rows appended since the file was last sorted.
    pub(crate) unsorted: u64,
}

impl Counts {
    fn read(connection: &Connection) -> Result<Counts, Error> {
        let tables = [Table::Visit, Table::Action, Table::Conversion].map(|table| rows_of(table.name()));
        let texts: Vec<String> = DICTIONARIES.iter().map(|dictionary| rows_of(&text_table(dictionary))).collect();
        let unsorted = "(SELECT max(unsorted) FROM engine_state)";
        let sql = format!("SELECT {}, {}, {unsorted}", tables.join(", "), texts.join(" + "));
        connection
            .query_row(&sql, [], |row| {
                Ok(Counts {
                    visits: row.get(0)?,
                    actions: row.get(1)?,
                    conversions: row.get(2)?,
                    texts: row.get(3)?,
                    unsorted: row.get(4)?,
                })
            })
            .map_err(Error::database("count its rows"))
    }

    /// The counts once a batch is written.
    fn after(self, batch: &Batch) -> Counts {
        let appended = |table| batch.changes(table).rows.len() as u64;
        let added = |table| appended(table) - batch.changes(table).replaced.len() as u64;
        Counts {
            visits: self.visits + added(Table::Visit),
            actions: self.actions + added(Table::Action),
            conversions: self.conversions + added(Table::Conversion),
            texts: self.texts + batch.texts(),
            unsorted: self.unsorted + Table::ALL.into_iter().map(appended).sum::<u64>(),
        }
    }
}

fn rows_of(table: &str) -> String {
    format!("(SELECT count(*) FROM {table})")
}

/// Runs statements in one transaction; undone when they fail.
pub(crate) fn transact<T>(connection: &Connection, act: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    connection.execute_batch("BEGIN TRANSACTION").map_err(Error::database("begin a transaction"))?;
    match act() {
        // A commit that fails has undone everything itself.
        Ok(value) => {
            connection.execute_batch("COMMIT").map_err(Error::database("commit a transaction"))?;
            Ok(value)
        }
        Err(error) => {
            connection.execute_batch("ROLLBACK").map_err(Error::database("undo a transaction"))?;
            Err(error)
        }
    }
}

/// What may still be written to the disk of a folder.
pub(crate) fn free_bytes(folder: &Path) -> Result<u64, Error> {
    let space = rustix::fs::statvfs(folder).map_err(|fault| Error::file("look at its disk")(fault.into()))?;
    Ok(space.f_bavail.saturating_mul(space.f_frsize))
}

impl Writer {
    pub(crate) fn new(generation: &Generation) -> Result<Writer, Error> {
        let connection = generation.connect()?;
        let applied = connection
            .query_row("SELECT max(applied) FROM engine_state", [], |row| row.get(0))
            .map_err(Error::database("read its state"))?;
        let counts = Counts::read(&connection)?;
        let folder = generation.dir().to_owned();
        Ok(Writer { connection, folder, applied, counts, written: applied, unwritten_rows: 0 })
    }

    pub(crate) fn apply(&mut self, catalog: &Catalog, deltas: &[Delta]) -> Result<(), Error> {
        let fresh = &deltas[deltas.iter().take_while(|delta| delta.number <= self.applied).count()..];
        for (delta, expected) in fresh.iter().zip(self.applied + 1..) {
            if delta.number != expected {
                return Err(Error::Gap { expected, got: delta.number });
            }
        }
        if fresh.is_empty() {
            return Ok(());
        }
        let batch = Batch::gather(catalog, fresh)?;
        let counts = self.counts.after(&batch);
        transact(&self.connection, || self.write(catalog, &batch, counts.unsorted))?;
        self.unwritten_rows += counts.unsorted - self.counts.unsorted + batch.texts();
        (self.applied, self.counts) = (batch.last_number, counts);
        Ok(())
    }

    /// Writes what is applied to the data file once it is so much that this is worth it, and then between two questions
    /// unless it has become too much.
    pub(crate) fn write_out_when_due(&mut self) -> Result<(), Error> {
        let deltas = self.applied - self.written;
        let times = (self.unwritten_rows / UNWRITTEN_ROWS_MAX).max(deltas / UNWRITTEN_DELTAS_MAX);
        match times {
            0 => Ok(()),
            1..TOO_MUCH_UNWRITTEN if !self.has_room()? => Ok(()),
            1..TOO_MUCH_UNWRITTEN => self.try_write_out().map(drop),
            _ => self.write_out(READ_WAIT_MAX),
        }
    }

    fn write(&self, catalog: &Catalog, batch: &Batch, unsorted: u64) -> Result<(), Error> {
        batch.append_texts(&self.connection)?;
        self.delete(Table::Visit, "visit_id", &batch.visits.replaced)?;
        self.delete(Table::Action, "action_id", &batch.actions.replaced)?;
        self.delete(Table::Conversion, "conversion_id", &batch.conversions.replaced)?;
        self.delete(Table::Item, "conversion_id", &batch.items.replaced)?;
        for table in Table::ALL {
            batch.append_rows(&self.connection, catalog, table)?;
        }
        self.connection
            .execute("UPDATE engine_state SET applied = ?, unsorted = ?", [batch.last_number, unsorted])
            .map_err(Error::database("keep its number"))?;
        Ok(())
    }

    /// Counts the rows anew, after a write that was no delta.
    pub(crate) fn recount(&mut self) -> Result<(), Error> {
        self.counts = Counts::read(&self.connection)?;
        Ok(())
    }

    /// Ids grow with time, so their bounds keep most of the table unread.
    fn delete(&self, table: Table, id: &str, replaced: &[i64]) -> Result<(), Error> {
        let sql = format!(
            "DELETE FROM {} WHERE {id} >= ? AND {id} <= ? AND {id} IN (SELECT unnest(CAST(? AS BIGINT[])))",
            table.name()
        );
        for ids in replaced.chunks(REPLACED_PER_STATEMENT) {
            let first = ids.iter().min().copied().unwrap_or(0);
            let last = ids.iter().max().copied().unwrap_or(0);
            self.connection
                .execute(&sql, duckdb::params![first, last, list(ids)])
                .map_err(Error::database("replace rows"))?;
        }
        Ok(())
    }

    /// Whether the disk has room enough for writing to the file. The database gives a file up to which it cannot write.
    fn has_room(&self) -> Result<bool, Error> {
        Ok(free_bytes(&self.folder)? >= ROOM_BYTES)
    }

    /// Fails where the disk has not.
    pub(crate) fn need_room(&self) -> Result<(), Error> {
        match self.has_room()? {
            true => Ok(()),
            false => Err(Error::file("write to its file")(std::io::ErrorKind::StorageFull.into())),
        }
    }

    /// Writes everything to the data file; false when a question is just reading it.
    fn try_write_out(&mut self) -> Result<bool, Error> {
        match self.connection.execute_batch("CHECKPOINT") {
            Err(fault) if fault.to_string().contains(IS_READ) => Ok(false),
            done => self.wrote(done).map(|()| true),
        }
    }

    /// Writes everything to the data file between two questions; false when there was no such moment for so long.
    fn write_between(&mut self, wait_max: Duration) -> Result<bool, Error> {
        let since = Instant::now();
        loop {
            match self.try_write_out()? {
                false if since.elapsed() < wait_max => std::thread::sleep(READ_PAUSE),
                wrote => return Ok(wrote),
            }
        }
    }

    /// The same; where there is no such moment, questions wait until it is done.
    pub(crate) fn write_out(&mut self, wait_max: Duration) -> Result<(), Error> {
        match self.write_between(wait_max)? {
            true => Ok(()),
            false => {
                let done = self.connection.execute_batch("FORCE CHECKPOINT");
                self.wrote(done)
            }
        }
    }

    /// Writes everything to the data file before it is closed, unless there is no room for it or a question does not end:
    /// what it lacks is applied again once it is opened.
    pub(crate) fn write_last(&mut self) -> Result<(), Error> {
        match self.has_room()? {
            true => self.write_between(READ_WAIT_MAX).map(drop),
            false => Ok(()),
        }
    }

    fn wrote(&mut self, done: duckdb::Result<()>) -> Result<(), Error> {
        done.map_err(Error::Unwritten)?;
        (self.written, self.unwritten_rows) = (self.applied, 0);
        Ok(())
    }
}
