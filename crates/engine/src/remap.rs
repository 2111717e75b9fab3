//! Giving stored values others, and reading whole rows out.

use crate::{
    Chosen, Engine, Error, StoredText, answer,
    chosen::{self, Clause},
    dialect::list,
    removal::stored_texts,
    schema::text_table,
};
use duckdb::types::Value as Bound;
use makoto_catalog::{Stored, Table, columns::DICTIONARIES};
use makoto_model::{Day, SiteId, Value};
use std::collections::BTreeMap;

/// Rows of a table, each in the order of the catalog's columns.
pub type TableRows = (Table, Vec<Vec<Value>>);

/// What becomes of a column.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Change {
    /// Texts get other numbers, or none.
    Texts { column: &'static str, map: BTreeMap<u32, Option<u32>> },
    /// Numbers that follow from the text in another column, as it was before.
    NumbersByText { column: &'static str, by: &'static str, map: BTreeMap<u32, Option<i64>> },
    /// The column is emptied.
    Nothing { column: &'static str },
}

impl Change {
    fn column(&self) -> &'static str {
        match self {
            Change::Texts { column, .. } | Change::NumbersByText { column, .. } | Change::Nothing { column } => column,
        }
    }
}

fn optional(numbers: impl Iterator<Item = Option<i64>>) -> String {
    let each: Vec<String> = numbers.map(|n| n.map_or("NULL".to_owned(), |n| n.to_string())).collect();
    format!("[{}]", each.join(","))
}

/// The statements that put changed rows into a table of their own, and the binds of the maps.
struct Rewriting {
    maps: Vec<(String, Bound, Bound)>,
    joins: String,
    exprs: BTreeMap<&'static str, String>,
}

impl Rewriting {
    fn new(changes: &[Change]) -> Rewriting {
        let mut all = Rewriting { maps: Vec::new(), joins: String::new(), exprs: BTreeMap::new() };
        for change in changes {
            match change {
                Change::Texts { column, map } => {
                    let new = optional(map.values().map(|id| id.map(i64::from)));
                    all.join(column, column, map.keys(), new);
                }
                Change::NumbersByText { column, by, map } => {
                    all.join(column, by, map.keys(), optional(map.values().copied()));
                }
                Change::Nothing { column } => _ = all.exprs.insert(*column, "NULL".to_owned()),
            }
        }
        all
    }

    fn join<'a>(&mut self, column: &'static str, by: &str, old: impl Iterator<Item = &'a u32>, new: String) {
        let name = format!("remap_{}", self.maps.len());
        let old: Vec<i64> = old.map(|id| i64::from(*id)).collect();
        self.joins.push_str(&format!(" LEFT JOIN temp.{name} ON {name}.old = t.\"{by}\""));
        let expr = format!("CASE WHEN {name}.old IS NULL THEN t.\"{column}\" ELSE {name}.new END");
        self.exprs.insert(column, expr);
        self.maps.push((name, Bound::Text(list(&old)), Bound::Text(new)));
    }
}

impl Engine {
    /// The texts in a column of these visits' rows.
    ///
    /// # Errors
    /// `Plan` for a column that holds no texts; else as `partition`.
    pub fn texts_in(&self, table: Table, column: &str, chosen: &Chosen) -> Result<Vec<StoredText>, Error> {
        let declared = self.inner.catalog.columns(table).iter().find(|known| known.name == column);
        let Some(Stored::Text(dictionary)) = declared.map(|column| column.stored) else {
            return Err(Error::Plan(format!("{} has no texts in {column}", table.name())));
        };
        let Clause { sql, binds } = chosen.clause(table);
        let sql = format!(
            "SELECT d.id, d.prefix, d.text FROM {} d \
             WHERE d.id IN (SELECT DISTINCT t.\"{column}\" FROM {} t WHERE {sql}) ORDER BY d.id",
            text_table(dictionary),
            table.name()
        );
        self.inner.read_for_fold(|reader| Ok(stored_texts(&answer::ask(reader.connection()?, &sql, &binds)?)))
    }

    /// Changes columns in the rows of these visits, in one transaction; how many rows there were, and the days on which
    /// they show.
    ///
    /// # Errors
    /// After an error nothing is changed.
    pub fn remap(&self, table: Table, chosen: &Chosen, changes: &[Change]) -> Result<(u64, Vec<(SiteId, Day)>), Error> {
        if changes.is_empty() {
            return Ok((0, Vec::new()));
        }
        let declared = self.inner.catalog.columns(table);
        if let Some(change) = changes.iter().find(|change| !declared.iter().any(|known| known.name == change.column()))
        {
            return Err(Error::Plan(format!("{} has no column {}", table.name(), change.column())));
        }
        let rewriting = Rewriting::new(changes);
        let name = table.name();
        let columns: Vec<String> = declared.iter().map(|column| format!("\"{}\"", column.name)).collect();
        let exprs: Vec<String> = declared
            .iter()
            .map(|column| match rewriting.exprs.get(column.name) {
                Some(expr) => format!("{expr} AS \"{}\"", column.name),
                None => format!("t.\"{}\"", column.name),
            })
            .collect();
        let failed = || Error::database("change stored values");
        self.write(|writer| {
            let connection = &writer.connection;
            let days = chosen::days(connection, chosen)?;
            for (map, old, new) in &rewriting.maps {
                connection
                    .execute_batch(&format!("CREATE OR REPLACE TEMP TABLE {map} (old UINTEGER, new BIGINT)"))
                    .map_err(failed())?;
                let sql =
                    format!("INSERT INTO temp.{map} SELECT unnest(CAST(? AS UINTEGER[])), unnest(CAST(? AS BIGINT[]))");
                connection.execute(&sql, [old, new]).map_err(failed())?;
            }
            connection
                .execute_batch(&format!("CREATE OR REPLACE TEMP TABLE remapped AS SELECT * FROM {name} LIMIT 0"))
                .map_err(failed())?;
            let Clause { sql, binds } = chosen.clause(table);
            let insert = format!(
                "INSERT INTO temp.remapped BY NAME SELECT {} FROM {name} t{} WHERE {sql}",
                exprs.join(", "),
                rewriting.joins
            );
            let rows = connection.execute(&insert, duckdb::params_from_iter(binds.clone())).map_err(failed())? as u64;
            let delete = format!("DELETE FROM {name} t WHERE {sql}");
            connection.execute(&delete, duckdb::params_from_iter(binds)).map_err(failed())?;
            let columns = columns.join(", ");
            let mut after = vec![format!("INSERT INTO {name} ({columns}) SELECT {columns} FROM temp.remapped")];
            after.push("DROP TABLE temp.remapped".to_owned());
            after.extend(rewriting.maps.iter().map(|(map, _, _)| format!("DROP TABLE temp.{map}")));
            connection.execute_batch(&after.join(";")).map_err(failed())?;
            connection
                .execute("UPDATE engine_state SET unsorted = unsorted + ?", [rows])
                .map_err(Error::database("keep its number"))?;
            Ok((rows, days))
        })
    }

    /// Puts other texts in place of those of a dictionary that have these numbers.
    ///
    /// # Errors
    /// After an error nothing is changed.
    pub fn rename_texts(&self, dictionary: u8, texts: &[(u32, String)]) -> Result<(), Error> {
        let name = DICTIONARIES.get(usize::from(dictionary)).ok_or(Error::UnknownDictionary(dictionary))?;
        let sql = format!("UPDATE {} SET text = ? WHERE id = ?", text_table(name));
        self.write(|writer| {
            let mut statement = writer.connection.prepare(&sql).map_err(Error::database("change texts"))?;
            for (id, text) in texts {
                statement.execute(duckdb::params![text, id]).map_err(Error::database("change texts"))?;
            }
            Ok(())
        })?;
        self.inner.texts.clear();
        Ok(())
    }

    /// From which to which moment these visits lasted; nothing when there are none.
    ///
    /// # Errors
    /// As `partition`.
    pub fn bounds(&self, chosen: &Chosen) -> Result<Option<(i64, i64)>, Error> {
        let Clause { sql, binds } = chosen.clause(Table::Visit);
        let sql = format!("SELECT min(t.first_action_s), max(t.last_action_s) FROM visit t WHERE {sql}");
        self.inner.read(|reader| {
            let batches = answer::ask(reader.connection()?, &sql, &binds)?;
            let at = |nth| answer::column_cells(&batches, nth).map(|cells| cells.first().and_then(|cell| cell.int()));
            Ok(at(0)?.zip(at(1)?))
        })
    }

    /// Every stored value of these visits: table by table the rows, in the order of the catalog's columns; texts
    /// decoded.
    ///
    /// # Errors
    /// As `partition`.
    pub fn extract(&self, chosen: &Chosen) -> Result<Vec<TableRows>, Error> {
        self.inner.read(|reader| {
            let connection = reader.connection()?;
            let of_table = |table: Table| {
                let columns: Vec<String> =
                    self.inner.catalog.columns(table).iter().map(|column| format!("t.\"{}\"", column.name)).collect();
                let Clause { sql, binds } = chosen.clause(table);
                let sql =
                    format!("SELECT {} FROM {} t WHERE {sql} ORDER BY t.visit_id", columns.join(", "), table.name());
                let batches = answer::ask(connection, &sql, &binds)?;
                let rows = crate::visits::read(connection, &self.inner.catalog, &self.inner.texts, table, &batches)?;
                Ok((table, rows))
            };
            Table::ALL.into_iter().map(of_table).collect()
        })
    }
}
