//! Taking visits out of the store, and texts that no row needs any more.

use crate::{
    Chosen, Engine, Error, answer,
    chosen::{self, Clause},
    dialect::list,
    schema::text_table,
    writer::{COPY_WAIT_MAX, Writer, transact},
};
use duckdb::{
    Connection,
    arrow::{
        array::{Array, AsArray, RecordBatch},
        datatypes::{UInt8Type, UInt32Type},
    },
    types::Value as Bound,
};
use makoto_catalog::{Catalog, Stored, Table, columns::DICTIONARIES};
use makoto_model::{Day, SiteId, VisitLeft};
use std::collections::BTreeSet;

/// Rows at the beginning of a table in which it is looked first whether a text is needed: most are needed often.
const GLANCE_ROWS: u64 = 200_000;

/// A text of a dictionary as it is kept.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct StoredText {
    pub id: u32,
    /// The number of what was cut off a URL.
    pub prefix: Option<u8>,
    pub text: String,
}

/// What an act took out.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Removed {
    /// Rows by table.
    pub rows: Vec<(&'static str, u64)>,
    /// Sites and days whose reports are others now.
    pub days: Vec<(SiteId, Day)>,
}

/// The columns that hold numbers of a dictionary.
fn columns_of(catalog: &Catalog, dictionary: &str) -> Vec<(Table, &'static str)> {
    let of_table = |table: Table| {
        let texts =
            catalog.columns(table).iter().filter(|column| column.stored == Stored::Text(dictionary_of(dictionary)));
        texts.map(move |column| (table, column.name)).collect::<Vec<_>>()
    };
    Table::ALL.into_iter().flat_map(of_table).collect()
}

/// The declared name that equals this one.
fn dictionary_of(name: &str) -> &'static str {
    DICTIONARIES.iter().find(|known| **known == name).copied().unwrap_or_default()
}

fn numbers(ids: &BTreeSet<u32>) -> String {
    list(&ids.iter().map(|id| i64::from(*id)).collect::<Vec<_>>())
}

fn small(ids: Vec<i64>) -> impl Iterator<Item = u32> {
    ids.into_iter().filter_map(|id| u32::try_from(id).ok())
}

/// Which of these texts no row needs, not counting those of the visits chosen.
fn unused(
    connection: &Connection,
    catalog: &Catalog,
    dictionary: &str,
    mut left: BTreeSet<u32>,
    except: Option<&Chosen>,
) -> Result<BTreeSet<u32>, Error> {
    let columns = columns_of(catalog, dictionary);
    for glance in [true, false] {
        for (table, column) in &columns {
            if left.is_empty() {
                return Ok(left);
            }
            let from = match glance {
                true => format!("(SELECT * FROM {} LIMIT {GLANCE_ROWS})", table.name()),
                false => table.name().to_owned(),
            };
            let mut binds = vec![Bound::Text(numbers(&left))];
            let mut sql = format!(
                "SELECT DISTINCT t.\"{column}\" FROM {from} t \
                 WHERE t.\"{column}\" IN (SELECT unnest(CAST(? AS UINTEGER[])))"
            );
            if let Some(chosen) = except {
                let clause = chosen.clause(*table);
                sql.push_str(&format!(" AND NOT ({})", clause.sql));
                binds.extend(clause.binds);
            }
            for used in small(answer::ids(connection, &sql, &binds)?) {
                left.remove(&used);
            }
        }
    }
    Ok(left)
}

/// Texts that no row needs, at most this many.
fn all_unused(
    connection: &Connection,
    catalog: &Catalog,
    dictionary: &str,
    limit: usize,
) -> Result<BTreeSet<u32>, Error> {
    let columns = columns_of(catalog, dictionary);
    if columns.is_empty() {
        return Ok(BTreeSet::new());
    }
    let used: Vec<String> = columns
        .iter()
        .map(|(table, column)| {
            format!("SELECT \"{column}\" AS id FROM {} WHERE \"{column}\" IS NOT NULL", table.name())
        })
        .collect();
    let sql = format!(
        "SELECT id FROM {} WHERE id NOT IN (SELECT DISTINCT id FROM ({})) LIMIT ?",
        text_table(dictionary),
        used.join(" UNION ALL ")
    );
    Ok(small(answer::ids(connection, &sql, &[Bound::BigInt(limit as i64)])?).collect())
}

fn texts(connection: &Connection, dictionary: &str, ids: &BTreeSet<u32>) -> Result<Vec<StoredText>, Error> {
    let sql = format!(
        "SELECT id, prefix, text FROM {} WHERE id IN (SELECT unnest(CAST(? AS UINTEGER[]))) ORDER BY id",
        text_table(dictionary)
    );
    Ok(stored_texts(&answer::ask(connection, &sql, &[Bound::Text(numbers(ids))])?))
}

/// The rows of an answer whose columns are number, prefix and text.
pub(crate) fn stored_texts(batches: &[RecordBatch]) -> Vec<StoredText> {
    let mut all = Vec::new();
    for batch in batches {
        let ids = batch.column(0).as_primitive::<UInt32Type>();
        let prefixes = batch.column(1).as_primitive::<UInt8Type>();
        let texts = batch.column(2).as_string::<i32>();
        all.extend((0..batch.num_rows()).map(|row| StoredText {
            id: ids.value(row),
            prefix: prefixes.is_valid(row).then(|| prefixes.value(row)),
            text: texts.value(row).to_owned(),
        }));
    }
    all
}

fn numbered(dictionary: u8) -> Result<&'static str, Error> {
    DICTIONARIES.get(usize::from(dictionary)).copied().ok_or(Error::UnknownDictionary(dictionary))
}

impl Engine {
    /// How many rows of each table belong to these visits.
    ///
    /// # Errors
    /// As `partition`.
    pub fn count(&self, chosen: &Chosen) -> Result<Vec<(&'static str, u64)>, Error> {
        self.inner.read(|reader| {
            let connection = reader.connection()?;
            Table::ALL.into_iter().map(|table| Ok((table.name(), chosen::count(connection, table, chosen)?))).collect()
        })
    }

    /// The numbers of these visits, as far as they are stored.
    ///
    /// # Errors
    /// As `partition`.
    pub fn visits_in(&self, chosen: &Chosen) -> Result<Vec<i64>, Error> {
        let Clause { sql, binds } = chosen.clause(Table::Visit);
        let sql = format!("SELECT t.visit_id FROM visit t WHERE {sql} ORDER BY t.visit_id");
        self.inner.read_for_fold(|reader| answer::ids(reader.connection()?, &sql, &binds))
    }

    /// The texts that rows of these visits use, by the number of their dictionary.
    ///
    /// # Errors
    /// As `partition`.
    pub fn texts_of(&self, chosen: &Chosen) -> Result<Vec<(u8, BTreeSet<u32>)>, Error> {
        self.inner.read_for_fold(|reader| {
            let connection = reader.connection()?;
            let mut all = Vec::new();
            for (number, dictionary) in DICTIONARIES.iter().enumerate() {
                let mut ids = BTreeSet::new();
                for (table, column) in columns_of(&self.inner.catalog, dictionary) {
                    let Clause { sql, binds } = chosen.clause(table);
                    let name = table.name();
                    let sql = format!(
                        "SELECT DISTINCT t.\"{column}\" FROM {name} t WHERE t.\"{column}\" IS NOT NULL AND {sql}"
                    );
                    ids.extend(small(answer::ids(connection, &sql, &binds)?));
                }
                all.push((number as u8, ids));
            }
            Ok(all)
        })
    }

    /// Of these texts those that no row needs but the rows of the visits chosen.
    ///
    /// # Errors
    /// As `partition`.
    pub fn unused_of(&self, dictionary: u8, ids: BTreeSet<u32>, except: &Chosen) -> Result<Vec<StoredText>, Error> {
        let name = numbered(dictionary)?;
        self.inner.read_for_fold(|reader| {
            let connection = reader.connection()?;
            let ids = unused(connection, &self.inner.catalog, name, ids, Some(except))?;
            if ids.is_empty() { Ok(Vec::new()) } else { texts(connection, name, &ids) }
        })
    }

    /// Texts of a dictionary that no row needs, at most this many.
    ///
    /// # Errors
    /// As `partition`.
    pub fn unused(&self, dictionary: u8, limit: usize) -> Result<Vec<StoredText>, Error> {
        let name = numbered(dictionary)?;
        self.inner.read_for_fold(|reader| {
            let connection = reader.connection()?;
            let ids = all_unused(connection, &self.inner.catalog, name, limit)?;
            if ids.is_empty() { Ok(Vec::new()) } else { texts(connection, name, &ids) }
        })
    }

    /// The visits of these visitors that stay when those chosen go.
    ///
    /// # Errors
    /// As `partition`.
    pub fn visits_left(&self, visitors: &BTreeSet<u32>, except: &Chosen) -> Result<Vec<VisitLeft>, Error> {
        let Clause { sql, binds: more } = except.clause(Table::Visit);
        let sql = format!(
            "SELECT t.visitor, t.site_id, t.visit_id, t.first_action_s, t.last_action_s, t.visit_count, \
             t.since_first_s FROM visit t \
             WHERE t.visitor IN (SELECT unnest(CAST(? AS UINTEGER[]))) AND NOT ({sql})"
        );
        let mut binds = vec![Bound::Text(numbers(visitors))];
        binds.extend(more);
        self.inner.read_for_fold(|reader| {
            let batches = answer::ask(reader.connection()?, &sql, &binds)?;
            let column = |nth| answer::column_cells(&batches, nth);
            let columns = (0..7).map(column).collect::<Result<Vec<_>, _>>()?;
            let rows = answer::rows(columns, batches.iter().map(|batch| batch.num_rows()).sum());
            let int = |row: &Vec<makoto_model::Cell>, nth: usize| row[nth].int().unwrap_or(0);
            let left = rows.iter().map(|row| VisitLeft {
                visitor: int(row, 0) as u32,
                site: SiteId(int(row, 1) as u32),
                visit: int(row, 2).cast_unsigned(),
                first_s: int(row, 3),
                last_s: int(row, 4),
                count: int(row, 5),
                since_first_s: int(row, 6),
            });
            Ok(left.collect())
        })
    }

    /// Takes these visits out of every table, in one transaction. Done again, it changes nothing.
    ///
    /// # Errors
    /// After an error nothing is taken out.
    pub fn remove(&self, chosen: &Chosen) -> Result<Removed, Error> {
        self.write(|writer| {
            let connection = &writer.connection;
            let days = chosen::days(connection, chosen)?;
            let mut rows = Vec::new();
            // The visits go last: the rest is found by them.
            for table in Table::ALL.into_iter().rev() {
                let Clause { sql, binds } = chosen.clause(table);
                let sql = format!("DELETE FROM {} t WHERE {sql}", table.name());
                let gone = connection.execute(&sql, duckdb::params_from_iter(binds));
                rows.push((table.name(), gone.map_err(Error::database("take visits out"))? as u64));
            }
            Ok(Removed { rows, days })
        })
    }

    /// Takes texts out of a dictionary.
    ///
    /// # Errors
    /// After an error nothing is taken out.
    pub fn drop_texts(&self, dictionary: u8, ids: &BTreeSet<u32>) -> Result<(), Error> {
        let sql = format!(
            "DELETE FROM {} WHERE id IN (SELECT unnest(CAST(? AS UINTEGER[])))",
            text_table(numbered(dictionary)?)
        );
        self.write(|writer| {
            let gone = writer.connection.execute(&sql, [numbers(ids)]);
            gone.map(drop).map_err(Error::database("take texts out"))
        })?;
        self.inner.texts.clear();
        Ok(())
    }

    /// Writes in one transaction between two deltas, and counts the rows anew. No delta has what is written here, so the
    /// file has it when this returns.
    pub(crate) fn write<T>(&self, act: impl FnOnce(&Writer) -> Result<T, Error>) -> Result<T, Error> {
        self.inner.with_writer(|writer| {
            writer.need_room()?;
            let before: &Writer = writer;
            let done = transact(&before.connection, || act(before))?;
            writer.recount()?;
            writer.write_out(COPY_WAIT_MAX)?;
            Ok(done)
        })
    }
}
