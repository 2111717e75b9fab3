//! Deltas gathered into what one transaction writes: of rows that changed several times only the last version.

use crate::{
    Error,
    schema::{Layout, text_table},
    visits::place,
};
use duckdb::{
    Connection,
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, StringArray, UInt8Array, UInt32Array},
        datatypes::{Field, Schema},
        record_batch::RecordBatch,
    },
};
use makoto_catalog::{Catalog, Stored, Table, columns::DICTIONARIES};
use makoto_model::{Cell, Delta, NewText, Row};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// What one table gains and loses.
#[derive(Default)]
pub(crate) struct Changes<'a> {
    pub(crate) rows: Vec<&'a Row>,
    /// Ids of rows that earlier transactions wrote and that this one replaces.
    pub(crate) replaced: Vec<i64>,
}

/// Everything that one transaction writes.
pub(crate) struct Batch<'a> {
    pub(crate) last_number: u64,
    /// By dictionary number.
    texts: Vec<Vec<&'a NewText>>,
    pub(crate) visits: Changes<'a>,
    pub(crate) actions: Changes<'a>,
    pub(crate) conversions: Changes<'a>,
    /// Their `replaced` are numbers of conversions whose items go.
    pub(crate) items: Changes<'a>,
}

struct Gathering<'a> {
    changes: Changes<'a>,
    id_place: usize,
    by_id: HashMap<i64, usize>,
}

impl<'a> Gathering<'a> {
    fn new(id_place: usize) -> Gathering<'a> {
        Gathering { changes: Changes::default(), id_place, by_id: HashMap::new() }
    }

    fn id(&self, row: &Row, column: &'static str) -> Result<i64, Error> {
        row.get(self.id_place).and_then(|cell| cell.int()).ok_or(Error::CellShape { column })
    }

    fn add(&mut self, rows: &'a [Row], column: &'static str) -> Result<(), Error> {
        for row in rows {
            self.by_id.insert(self.id(row, column)?, self.changes.rows.len());
            self.changes.rows.push(row);
        }
        Ok(())
    }

    fn change(&mut self, rows: &'a [Row], column: &'static str) -> Result<(), Error> {
        for row in rows {
            let id = self.id(row, column)?;
            match self.by_id.entry(id) {
                Entry::Occupied(known) => self.changes.rows[*known.get()] = row,
                Entry::Vacant(free) => {
                    free.insert(self.changes.rows.len());
                    self.changes.rows.push(row);
                    self.changes.replaced.push(id);
                }
            }
        }
        Ok(())
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn gather(catalog: &Catalog, deltas: &'a [Delta]) -> Result<Batch<'a>, Error> {
        let mut texts: Vec<Vec<&NewText>> = DICTIONARIES.iter().map(|_| Vec::new()).collect();
        let mut visits = Gathering::new(place(catalog, Table::Visit, "visit_id")?);
        let mut actions = Gathering::new(place(catalog, Table::Action, "action_id")?);
        let mut conversions = Gathering::new(place(catalog, Table::Conversion, "conversion_id")?);
        let conversion_of = place(catalog, Table::Item, "conversion_id")?;
        let mut items = Changes::default();
        for delta in deltas {
            for text in &delta.texts {
                let known = texts.get_mut(usize::from(text.dictionary));
                known.ok_or(Error::UnknownDictionary(text.dictionary))?.push(text);
            }
            visits.add(&delta.new_visits, "visit_id")?;
            visits.change(&delta.changed_visits, "visit_id")?;
            actions.add(&delta.actions, "action_id")?;
            actions.change(&delta.changed_actions, "action_id")?;
            let (numbered, older): (Vec<&Row>, Vec<&Row>) =
                delta.conversions.iter().partition(|row| conversions.id(row, "conversion_id").is_ok());
            conversions.changes.rows.extend(older);
            numbered.into_iter().try_for_each(|row| conversions.add(std::slice::from_ref(row), "conversion_id"))?;
            conversions.change(&delta.changed_conversions, "conversion_id")?;
            for changed in &delta.changed_conversions {
                let id = conversions.id(changed, "conversion_id")?;
                items.rows.retain(|item: &&Row| item.get(conversion_of).and_then(|cell| cell.int()) != Some(id));
                items.replaced.push(id);
            }
            items.rows.extend(&delta.items);
        }
        Ok(Batch {
            last_number: deltas.last().map_or(0, |delta| delta.number),
            texts,
            visits: visits.changes,
            actions: actions.changes,
            conversions: conversions.changes,
            items,
        })
    }

    pub(crate) fn changes(&self, table: Table) -> &Changes<'a> {
        match table {
            Table::Visit => &self.visits,
            Table::Action => &self.actions,
            Table::Conversion => &self.conversions,
            Table::Item => &self.items,
        }
    }

    /// How many texts are new.
    pub(crate) fn texts(&self) -> u64 {
        self.texts.iter().map(|texts| texts.len() as u64).sum()
    }

    /// Appends the new texts of every dictionary.
    pub(crate) fn append_texts(&self, connection: &Connection) -> Result<(), Error> {
        for (dictionary, texts) in DICTIONARIES.iter().zip(&self.texts).filter(|(_, texts)| !texts.is_empty()) {
            let columns: Vec<(&str, ArrayRef)> = vec![
                ("id", Arc::new(UInt32Array::from_iter_values(texts.iter().map(|text| text.id)))),
                ("prefix", Arc::new(UInt8Array::from_iter(texts.iter().map(|text| text.prefix)))),
                ("text", Arc::new(StringArray::from_iter_values(texts.iter().map(|text| &*text.text)))),
            ];
            append(connection, &text_table(dictionary), columns)?;
        }
        Ok(())
    }

    /// Appends a table's new rows, column by column in stored order.
    pub(crate) fn append_rows(
        &self,
        connection: &Connection,
        catalog: &Catalog,
        table: Table,
        layout: &Layout,
    ) -> Result<(), Error> {
        let rows = &self.changes(table).rows;
        let declared = catalog.columns(table);
        if let Some(row) = rows.iter().find(|row| row.len() != declared.len()) {
            return Err(Error::RowShape { table: table.name(), expected: declared.len(), got: row.len() });
        }
        if rows.is_empty() {
            return Ok(());
        }
        let mut columns = Vec::with_capacity(layout.columns.len());
        for (stored, place) in &layout.columns {
            let name = place.map_or("undeclared", |place| declared[place].name);
            columns.push((name, array(rows, *stored, *place, name)?));
        }
        append(connection, table.name(), columns)
    }
}

/// One column of these rows; a column that is declared no more gets nulls.
fn array(rows: &[&Row], stored: Stored, place: Option<usize>, column: &'static str) -> Result<ArrayRef, Error> {
    let cells = rows.iter().map(|row| place.map_or(Cell::Null, |place| row[place]));
    let wrong = Error::CellShape { column };
    Ok(match stored {
        Stored::Int => {
            let ints = cells.map(|cell| match cell {
                Cell::Float(_) => Err(()),
                other => Ok(other.int()),
            });
            Arc::new(ints.collect::<Result<Int64Array, ()>>().map_err(|()| wrong)?)
        }
        Stored::Float => {
            let floats = cells.map(|cell| match cell {
                Cell::Null => None,
                Cell::Int(n) => Some(n as f64),
                Cell::Float(n) => Some(n),
            });
            Arc::new(floats.collect::<Float64Array>())
        }
        Stored::Text(_) => {
            let ids = cells.map(|cell| match cell {
                Cell::Null => Ok(None),
                Cell::Int(n) => u32::try_from(n).map(Some).map_err(|_| ()),
                Cell::Float(_) => Err(()),
            });
            Arc::new(ids.collect::<Result<UInt32Array, ()>>().map_err(|()| wrong)?)
        }
    })
}

fn append(connection: &Connection, table: &str, columns: Vec<(&str, ArrayRef)>) -> Result<(), Error> {
    let failed = || Error::database("append rows");
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| Error::Plan(format!("rows of {table} do not form a batch ({error})")))?;
    let mut appender = connection.appender(table).map_err(failed())?;
    appender.append_record_batch(batch).map_err(failed())?;
    appender.flush().map_err(failed())
}
