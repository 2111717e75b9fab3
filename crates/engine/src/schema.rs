//! The tables, made from the catalog. No keys and no indexes: upserts through them can be damaged by a crash.

use crate::{Error, kept};
use duckdb::Connection;
use makoto_catalog::{
    Catalog, Stored, Table,
    columns::{Column, DICTIONARIES},
};

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
    connection.execute_batch(&kept::creation(kept::TABLE)).map_err(failed("make its table of kept reports"))?;
    connection
        .execute_batch(
            "CREATE TABLE IF NOT EXISTS engine_state (applied UBIGINT, unsorted UBIGINT);
             INSERT INTO engine_state SELECT 0, 0 WHERE NOT EXISTS (SELECT 1 FROM engine_state)",
        )
        .map_err(failed("make its state"))?;
    add_columns(connection, database, catalog)?;
    take_in_params(connection, database)
}

/// Conversions were once kept as they were sent, in a text of parameters. They become rows like the others: with what
/// they brought, owed to their visit's referrer, numbered below 0. Of a visit's carts the last one stays, unless it was
/// ordered.
fn take_in_params(connection: &Connection, database: &str) -> Result<(), Error> {
    let stored = stored_columns(connection, database, Table::Conversion)?;
    if !stored.iter().any(|(name, _)| name == "params") {
        return Ok(());
    }
    let sent = |name: &str| format!("regexp_extract(t.text, '\"{name}\":\"([^\"]*)\"', 1)");
    let amount = |name: &str| format!("coalesce(TRY_CAST({} AS DOUBLE), 0.0)", sent(name));
    let sql = format!(
        "UPDATE conversion SET conversion_id = -1 - conversion.rowid, visitor = v.visitor, items = 0,
             goal = CASE WHEN goal = 0 AND {} = '' THEN -1 ELSE goal END,
             revenue = {}, subtotal = {}, tax = {}, shipping = {}, discount = {},
             referrer_kind = v.referrer_kind, referrer_name = v.referrer_name,
             referrer_keyword = v.referrer_keyword, referrer_url = v.referrer_url
         FROM text_content t, visit v
         WHERE t.id = conversion.params AND v.visit_id = conversion.visit_id AND conversion.conversion_id IS NULL;
         DELETE FROM conversion WHERE conversion_id IN (
             SELECT c.conversion_id FROM conversion c JOIN conversion d ON d.visit_id = c.visit_id
             WHERE c.goal = -1 AND c.conversion_id < 0 AND d.goal <= 0
             AND (d.time_s > c.time_s OR (d.time_s = c.time_s AND d.conversion_id < c.conversion_id)));
         ALTER TABLE conversion DROP COLUMN params;
         CHECKPOINT",
        sent("ec_id"),
        amount("revenue"),
        amount("ec_st"),
        amount("ec_tx"),
        amount("ec_sh"),
        amount("ec_dt"),
    );
    connection.execute_batch(&sql).map_err(Error::database("take in older conversions"))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_that_were_kept_as_sent_become_rows() {
        let connection = Connection::open_in_memory().unwrap();
        connection
            .execute_batch(
                r#"CREATE TABLE visit (visit_id BIGINT, visitor UINTEGER, referrer_kind BIGINT);
                INSERT INTO visit VALUES (1, 7, 6), (2, 8, 1);
                CREATE TABLE conversion (site_id BIGINT, visit_id BIGINT, time_s BIGINT, goal BIGINT, params UINTEGER);
                CREATE TABLE text_content (id UINTEGER, prefix UTINYINT, text VARCHAR);
                INSERT INTO text_content VALUES (1, NULL, '{"idgoal":"3","revenue":"2.5"}'), (2, NULL, '{"ec_tx":"1"}'),
                    (3, NULL, '{"ec_id":"A1","revenue":"9"}'), (4, NULL, '{"revenue":"x"}');
                INSERT INTO conversion VALUES (5, 1, 10, 3, 1), (5, 1, 11, 0, 2), (5, 1, 12, 0, 3), (5, 2, 13, 0, 2),
                    (5, 2, 14, 0, 4);"#,
            )
            .unwrap();
        let catalog = Catalog::new(&[]).unwrap();
        // The second time there is nothing to take in.
        prepare(&connection, "memory", &catalog).unwrap();
        prepare(&connection, "memory", &catalog).unwrap();
        let mut statement = connection
            .prepare("SELECT goal, time_s, revenue, visitor, referrer_kind FROM conversion ORDER BY time_s")
            .unwrap();
        let told = statement.query_map([], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, i64>(1)?,
                row.get::<_, f64>(2)?,
                row.get::<_, i64>(3)?,
                row.get::<_, i64>(4)?,
            ))
        });
        let told: Vec<_> = told.unwrap().map(Result::unwrap).collect();
        assert_eq!(told, [(3, 10, 2.5, 7, 6), (0, 12, 9.0, 7, 6), (-1, 14, 0.0, 8, 1)]);
    }
}
