//! The tables, made from the catalog. No keys and no indexes: upserts through them can be damaged by a crash.

use crate::Error;
use duckdb::Connection;
use makoto_catalog::{
    Catalog, Stored, Table,
    columns::{Column, DICTIONARIES},
};

/// A table's columns in stored order; each says its place in the catalog's rows, or none when it is declared no more.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) columns: Vec<(Stored, Option<usize>)>,
}

/// The table that keeps a dictionary's texts.
pub(crate) fn text_table(dictionary: &str) -> String {
    format!("text_{dictionary}")
}

fn sql_type(stored: Stored) -> &'static str {
    match stored {
        Stored::Int => "BIGINT",
        Stored::Float => "DOUBLE",
        Stored::Text(_) => "UINTEGER",
    }
}

fn column_list(columns: &[Column]) -> String {
    let one = |column: &Column| format!("\"{}\" {}", column.name, sql_type(column.stored));
    columns.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Makes what is missing: tables, dictionaries, the state row, and columns that the catalog gained.
pub(crate) fn prepare(connection: &Connection, database: &str, catalog: &Catalog) -> Result<(), Error> {
    let failed = Error::database;
    for table in Table::ALL {
        let sql = format!("CREATE TABLE IF NOT EXISTS {} ({})", table.name(), column_list(catalog.columns(table)));
        connection.execute_batch(&sql).map_err(failed("make its tables"))?;
    }
    for dictionary in DICTIONARIES {
        let sql = format!(
            "CREATE TABLE IF NOT EXISTS {} (id UINTEGER, prefix UTINYINT, text VARCHAR)",
            text_table(dictionary)
        );
        connection.execute_batch(&sql).map_err(failed("make its dictionaries"))?;
    }
    connection
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS engine_state (applied UBIGINT, unsorted UBIGINT);
             INSERT INTO engine_state SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM engine_state)",
        )
        .map_err(failed("make its state"))?;
    add_columns(connection, database, catalog)
}

fn add_columns(connection: &Connection, database: &str, catalog: &Catalog) -> Result<(), Error> {
    let mut added = false;
    for table in Table::ALL {
        let stored = stored_columns(connection, database, table)?;
        for column in catalog.columns(table) {
            match stored.iter().find(|(name, _)| name == column.name) {
                Some((_, kept)) if kept == sql_type(column.stored) => {}
                Some(_) => return Err(Error::ColumnType { table: table.name(), column: column.name }),
                None => {
                    let (name, kind) = (column.name, sql_type(column.stored));
                    let sql = format!("ALTER TABLE {} ADD COLUMN \"{name}\" {kind}", table.name());
                    connection.execute_batch(&sql).map_err(Error::database("add a column"))?;
                    added = true;
                }
            }
        }
    }
    if added {
        // Replaying DDL from the write-ahead log is the least trodden path of a recovery: leave none in it.
        connection.execute_batch("CHECKPOINT").map_err(Error::database("write its new columns to disk"))?;
    }
    Ok(())
}

fn stored_columns(connection: &Connection, database: &str, table: Table) -> Result<Vec<(String, String)>, Error> {
    let failed = || Error::database("read its own tables");
    let mut statement = connection
        .prepare(
            "SELECT column_name, data_type FROM duckdb_columns()
             WHERE database_name = ? AND schema_name = 'main' AND table_name = ? ORDER BY column_index",
        )
        .map_err(failed())?;
    let rows = statement.query_map([database, table.name()], |row| Ok((row.get(0)?, row.get(1)?))).map_err(failed())?;
    rows.collect::<Result<_, _>>().map_err(failed())
}

/// Reads how a table's stored columns meet the catalog's.
pub(crate) fn layout(
    connection: &Connection,
    database: &str,
    catalog: &Catalog,
    table: Table,
) -> Result<Layout, Error> {
    let declared = catalog.columns(table);
    let columns = stored_columns(connection, database, table)?
        .into_iter()
        .map(|(name, kept)| match declared.iter().position(|column| column.name == name) {
            Some(place) => (declared[place].stored, Some(place)),
            None if kept == "DOUBLE" => (Stored::Float, None),
            None if kept == "UINTEGER" => (Stored::Text(""), None),
            None => (Stored::Int, None),
        })
        .collect();
    Ok(Layout { columns })
}
