//! Deltas gathered into what one transaction writes: of rows that changed several times only the last version.

use crate::{
    Error,
    schema::{Layout, text_table},
    visits::place,
};
use duckdb::{
    Connection,
    arrow::{
        array::{ArrayRef, Float64Builder, Int64Builder, StringArray, UInt8Array, UInt32Array, UInt32Builder},
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
    /// Where each row stands; not kept when none of them changes.
    by_id: Option<HashMap<i64, usize>>,
}

impl<'a> Gathering<'a> {
    fn new(id_place: usize, some_change: bool) -> Gathering<'a> {
        Gathering { changes: Changes::default(), id_place, by_id: some_change.then(HashMap::new) }
    }

    fn id(&self, row: &Row, column: &'static str) -> Result<i64, Error> {
        row.get(self.id_place).and_then(|cell| cell.int()).ok_or(Error::CellShape { column })
    }

    fn add(&mut self, rows: &'a [Row], column: &'static str) -> Result<(), Error> {
        for row in rows {
            let id = self.id(row, column)?;
            if let Some(by_id) = &mut self.by_id {
                by_id.insert(id, self.changes.rows.len());
            }
            self.changes.rows.push(row);
        }
        Ok(())
    }

    fn change(&mut self, rows: &'a [Row], column: &'static str) -> Result<(), Error> {
        for row in rows {
            let id = self.id(row, column)?;
            match self.by_id.get_or_insert_default().entry(id) {
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
        let visits_change = deltas.iter().any(|delta| !delta.changed_visits.is_empty());
        let actions_change = deltas.iter().any(|delta| !delta.changed_actions.is_empty());
        let conversions_change = deltas.iter().any(|delta| !delta.changed_conversions.is_empty());
        let mut visits = Gathering::new(place(catalog, Table::Visit, "visit_id")?, visits_change);
        let mut actions = Gathering::new(place(catalog, Table::Action, "action_id")?, actions_change);
        let conversion_id = place(catalog, Table::Conversion, "conversion_id")?;
        let mut conversions = Gathering::new(conversion_id, conversions_change);
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
        let name = |place: &Option<usize>| place.map_or("undeclared", |place| declared[place].name);
        let mut columns: Vec<Gathered> =
            layout.columns.iter().map(|(stored, place)| Gathered::new(*stored, *place, rows.len())).collect();
        for some in rows.chunks(ROWS_AT_ONCE) {
            for (column, (_, place)) in columns.iter_mut().zip(&layout.columns) {
                column.add(some).map_err(|()| Error::CellShape { column: name(place) })?;
            }
        }
        let named = columns.into_iter().zip(&layout.columns);
        append(connection, table.name(), named.map(|(column, (_, place))| (name(place), column.finish())).collect())
    }
}

/// Rows taken at once: their cells stay in the processor's cache until every column has its own.
const ROWS_AT_ONCE: usize = 128;

/// A column in the making. One that is declared no more, and so has no place in the rows, gets nulls.
struct Gathered {
    place: Option<usize>,
    cells: Cells,
}

enum Cells {
    Ints(Int64Builder),
    Floats(Float64Builder),
    Ids(UInt32Builder),
}

impl Gathered {
    fn new(stored: Stored, place: Option<usize>, rows: usize) -> Gathered {
        let cells = match stored {
            Stored::Int => Cells::Ints(Int64Builder::with_capacity(rows)),
            Stored::Float => Cells::Floats(Float64Builder::with_capacity(rows)),
            Stored::Text(_) => Cells::Ids(UInt32Builder::with_capacity(rows)),
        };
        Gathered { place, cells }
    }

    /// Takes the column's cells of these rows; fails when one is of another kind.
    fn add(&mut self, rows: &[&Row]) -> Result<(), ()> {
        let cells = rows.iter().map(|row| self.place.map_or(Cell::Null, |place| row[place]));
        match &mut self.cells {
            Cells::Ints(ints) => {
                for cell in cells {
                    ints.append_option(match cell {
                        Cell::Float(_) => return Err(()),
                        other => other.int(),
                    });
                }
            }
            Cells::Floats(floats) => {
                for cell in cells {
                    floats.append_option(match cell {
                        Cell::Null => None,
                        Cell::Int(n) => Some(n as f64),
                        Cell::Float(n) => Some(n),
                    });
                }
            }
            Cells::Ids(ids) => {
                for cell in cells {
                    ids.append_option(match cell {
                        Cell::Null => None,
                        Cell::Int(n) => Some(u32::try_from(n).map_err(|_| ())?),
                        Cell::Float(_) => return Err(()),
                    });
                }
            }
        }
        Ok(())
    }

    fn finish(self) -> ArrayRef {
        match self.cells {
            Cells::Ints(mut ints) => Arc::new(ints.finish()),
            Cells::Floats(mut floats) => Arc::new(floats.finish()),
            Cells::Ids(mut ids) => Arc::new(ids.finish()),
        }
    }
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
