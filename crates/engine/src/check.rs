//! Looking for damage, and counting.

use crate::{
    Error, Fault, Kept, Stats, answer,
    generation::wal_of,
    kept,
    schema::text_table,
    writer::{Counts, transact},
};
use duckdb::Connection;
use makoto_catalog::{Catalog, Stored, Table, columns::DICTIONARIES};
use makoto_model::SiteId;
use std::path::Path;

fn count(connection: &Connection, sql: &str) -> Result<u64, Error> {
    let batches = answer::ask(connection, sql, &[])?;
    let cell = answer::column_cells(&batches, 0)?.first().and_then(|cell| cell.int());
    Ok(cell.and_then(|n| u64::try_from(n).ok()).unwrap_or(0))
}

/// Tables of which something cannot be read. The database holds each block against its checksum when it reads it, and
/// reads none of columns that nobody asks for: so each value of each column goes into a number here.
fn unreadable(connection: &Connection, catalog: &Catalog) -> Result<Vec<Fault>, Error> {
    let rows = Table::ALL.map(|table| {
        let columns: Vec<String> = catalog.columns(table).iter().map(|column| format!("\"{}\"", column.name)).collect();
        (table.name().to_owned(), columns.join(", "))
    });
    let texts = DICTIONARIES.iter().map(|dictionary| (text_table(dictionary), "id, prefix, text".to_owned()));
    let others = [kept::TABLE, "engine_state"].map(|table| (table.to_owned(), table.to_owned()));
    let mut faults = Vec::new();
    for (table, columns) in rows.into_iter().chain(texts).chain(others) {
        let sql = format!("SELECT bit_xor(hash({columns})) FROM {table}");
        match transact(connection, || answer::ask(connection, &sql, &[])) {
            Ok(_) => {}
            Err(Error::Database { source, .. }) => {
                tracing::error!(table, %source, "a table cannot be read whole");
                let rows = transact(connection, || count(connection, &format!("SELECT count(*) FROM {table}")));
                let what = "not all of them can be read, the log has the database's own words; restore a backup";
                faults.push(Fault { table, rows: rows.unwrap_or(0), what: what.to_owned() });
            }
            Err(fault) => return Err(fault),
        }
    }
    Ok(faults)
}

/// Every kind of damage that can be seen from inside. Each look has a transaction of its own: together they take minutes of
/// a large store, and so long the file could not be written.
pub(crate) fn faults(connection: &Connection, catalog: &Catalog) -> Result<Vec<Fault>, Error> {
    let mut faults = unreadable(connection, catalog)?;
    if !faults.is_empty() {
        // What else is wrong with it cannot be looked for.
        return Ok(faults);
    }
    let mut look = |table: &str, sql: String, what: &str| -> Result<(), Error> {
        let rows = transact(connection, || count(connection, &sql))?;
        if rows > 0 {
            faults.push(Fault { table: table.to_owned(), rows, what: what.to_owned() });
        }
        Ok(())
    };
    for (table, id) in [(Table::Visit, "visit_id"), (Table::Action, "action_id"), (Table::Conversion, "conversion_id")]
    {
        let table = table.name();
        look(table, twice(table, id), "rows with an id that another row has; restore a backup")?;
    }
    for dictionary in DICTIONARIES {
        let table = text_table(dictionary);
        look(&table, twice(&table, "id"), "texts with a number that another text has; restore a backup")?;
    }
    for table in Table::ALL {
        for column in catalog.columns(table) {
            if let Stored::Text(dictionary) = column.stored {
                let sql = undefined(table.name(), column.name, &text_table(dictionary));
                look(table.name(), sql, &format!("values of {} without a text; restore a backup", column.name))?;
            }
        }
    }
    for table in [Table::Action, Table::Conversion, Table::Item] {
        let table = table.name();
        let sql = format!("SELECT count(*) FROM {table} WHERE visit_id NOT IN (SELECT visit_id FROM visit)");
        look(table, sql, &format!("{table}s without a visit; restore a backup"))?;
    }
    let twice = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {} GROUP BY site_id, first_day, last_day, report HAVING count(*) > 1)",
        kept::TABLE
    );
    look(kept::TABLE, twice, "reports that are kept twice; restore a backup")?;
    look(
        "engine_state",
        "SELECT abs(count(*) - 1) FROM engine_state".to_owned(),
        "not exactly one number of the last delta; restore a backup",
    )?;
    Ok(faults)
}

fn twice(table: &str, id: &str) -> String {
    format!("SELECT count(*) FROM (SELECT {id} FROM {table} WHERE {id} IS NOT NULL GROUP BY {id} HAVING count(*) > 1)")
}

fn undefined(table: &str, column: &str, dictionary: &str) -> String {
    format!(
        "SELECT count(*) FROM (SELECT DISTINCT \"{column}\" AS id FROM {table} WHERE \"{column}\" IS NOT NULL) \
         WHERE id NOT IN (SELECT id FROM {dictionary})"
    )
}

/// Asked with every look at the server's metrics, so rows are not counted anew.
pub(crate) fn stats(connection: &Connection, path: &Path, counts: Counts) -> Result<Stats, Error> {
    let mut file_bytes = 0;
    for file in [path.to_owned(), wal_of(path)] {
        file_bytes += match std::fs::metadata(file) {
            Ok(metadata) => metadata.len(),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => 0,
            Err(error) => return Err(Error::file("measure its files")(error)),
        };
    }
    Ok(Stats {
        visits: counts.visits,
        actions: counts.actions,
        conversions: counts.conversions,
        texts: counts.texts,
        file_bytes,
        memory_bytes: count(connection, "SELECT CAST(sum(memory_usage_bytes) AS BIGINT) FROM duckdb_memory()")?,
        unsorted_rows: counts.unsorted,
    })
}

/// How many rows each site has in each table, with the oldest and newest second.
pub(crate) fn kept(connection: &Connection) -> Result<Vec<Kept>, Error> {
    let mut all = Vec::new();
    let parts = Table::ALL.map(|table| match table {
        Table::Visit => (table, "first_action_s", "last_action_s"),
        Table::Action | Table::Conversion | Table::Item => (table, "time_s", "time_s"),
    });
    for (table, first, last) in parts {
        let sql = format!(
            "SELECT site_id, count(*), min({first}), max({last}) FROM {} GROUP BY site_id ORDER BY site_id",
            table.name()
        );
        let batches = answer::ask(connection, &sql, &[])?;
        let columns = (0..4).map(|nth| answer::column_cells(&batches, nth)).collect::<Result<Vec<_>, Error>>()?;
        let int = |column: usize, row: usize| columns[column].get(row).and_then(|cell| cell.int());
        for row in 0..columns[0].len() {
            let (site, rows) = (int(0, row).unwrap_or(0), int(1, row).unwrap_or(0));
            let (site, rows) = (u32::try_from(site).unwrap_or(0), u64::try_from(rows).unwrap_or(0));
            all.push(Kept { site: SiteId(site), table, rows, first_s: int(2, row), last_s: int(3, row) });
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Engine, Options};
    use std::{fs::OpenOptions, os::unix::fs::FileExt, sync::Arc};

    /// Of DuckDB's files: what stands before the blocks, and how long one is.
    const HEADERS_BYTES: u64 = 3 * 4096;
    const BLOCK_BYTES: u64 = 256 * 1024;
    /// Enough that each column has blocks of its own.
    const ROWS: u64 = 200_000;

    fn open(dir: &Path) -> Engine {
        let options = Options { memory_mib: 256, threads: 2, reserve_bytes: 0 };
        Engine::open(dir, Arc::new(Catalog::new(&[]).unwrap()), options).unwrap()
    }

    /// A store whose rows are sound and hard to compress.
    fn filled(dir: &Path) -> Engine {
        let engine = open(dir);
        let sql = format!(
            "INSERT INTO visit (site_id, visit_id) VALUES (1, 1);
             INSERT INTO text_url SELECT n, NULL, sha256(n::VARCHAR) FROM range({ROWS}) r(n);
             INSERT INTO conversion (site_id, visit_id, conversion_id, revenue) SELECT 1, 1, n, random() FROM range({ROWS}) r(n)"
        );
        let store = |writer: &mut crate::writer::Writer| {
            transact(&writer.connection, || writer.connection.execute_batch(&sql).map_err(Error::database("fill it")))
        };
        engine.inner.with_writer(store).unwrap();
        engine
    }

    /// A block that has nothing but values of this column.
    fn block(engine: &Engine, table: &str, column: &str) -> u64 {
        let sql = format!(
            "SELECT block_id FROM pragma_storage_info('{table}') WHERE block_id >= 0 GROUP BY block_id
             HAVING bool_and(column_name = '{column}' AND segment_type <> 'VALIDITY') ORDER BY block_id LIMIT 1"
        );
        engine.inner.read(|reader| count(reader.connection()?, &sql)).unwrap()
    }

    #[test]
    fn a_damaged_block_of_any_column_is_found() {
        let dir = tempfile::tempdir().unwrap();
        filled(dir.path()).close().unwrap();
        for (table, column) in [("conversion", "revenue"), ("text_url", "text")] {
            let engine = open(dir.path());
            assert_eq!(engine.check().unwrap(), []);
            let (block, path) = (block(&engine, table, column), engine.inner.generation().unwrap().path());
            engine.close().unwrap();
            let file = OpenOptions::new().read(true).write(true).open(&path).unwrap();
            let (at, mut byte) = (HEADERS_BYTES + block * BLOCK_BYTES + BLOCK_BYTES / 2, [0]);
            file.read_exact_at(&mut byte, at).unwrap();
            file.write_all_at(&[byte[0] ^ 0x20], at).unwrap();
            let damaged = open(dir.path());
            let found = damaged.check().unwrap();
            assert_eq!(
                found.iter().map(|fault| (fault.table.as_str(), fault.rows)).collect::<Vec<_>>(),
                [(table, ROWS)]
            );
            damaged.close().unwrap();
            file.write_all_at(&byte, at).unwrap();
        }
    }
}
