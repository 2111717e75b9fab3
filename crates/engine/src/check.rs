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

/// Every kind of damage that can be seen from inside. Each look has a transaction of its own: together they take minutes of
/// a large store, and so long the file could not be written.
pub(crate) fn faults(connection: &Connection, catalog: &Catalog) -> Result<Vec<Fault>, Error> {
    let mut faults = Vec::new();
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
