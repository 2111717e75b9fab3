//! The one writer: numbered deltas, one transaction per call.

use crate::{Error, batch::Batch, dialect::list, generation::Generation, schema::text_table};
use duckdb::Connection;
use makoto_catalog::{Catalog, Table, columns::DICTIONARIES};
use makoto_model::Delta;

/// Rows replaced by one statement; the list of their ids stays small beside the batch itself.
const REPLACED_PER_STATEMENT: usize = 10_000;

/// The connection that writes, and what it knows of the file.
pub(crate) struct Writer {
    pub(crate) connection: Connection,
    pub(crate) applied: u64,
    pub(crate) counts: Counts,
}

/// Rows of the file.
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

impl Writer {
    pub(crate) fn new(generation: &Generation) -> Result<Writer, Error> {
        let connection = generation.connect()?;
        let applied = connection
            .query_row("SELECT max(applied) FROM engine_state", [], |row| row.get(0))
            .map_err(Error::database("read its state"))?;
        let counts = Counts::read(&connection)?;
        Ok(Writer { connection, applied, counts })
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
        (self.applied, self.counts) = (batch.last_number, counts);
        Ok(())
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

    /// Moves everything from the log to the data file.
    pub(crate) fn checkpoint(&self) -> Result<(), Error> {
        self.connection.execute_batch("CHECKPOINT").map_err(Error::database("write everything to disk"))
    }
}
