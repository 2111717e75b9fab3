//! Deltas gathered into what one transaction writes: of rows that changed several times only the last version.

use crate::{Error, schema::text_table, visits::place};
use duckdb::{
    Connection,
    arrow::{
        array::{ArrayRef, Float64Array, Int64Array, StringArray, UInt8Array, UInt32Array},
        buffer::{BooleanBuffer, NullBuffer},
        datatypes::{Field, Schema},
        record_batch::RecordBatch,
        util::bit_util,
    },
};
use makoto_catalog::{Catalog, Stored, Table, columns::DICTIONARIES};
use makoto_model::{Cell, Delta, NewText, PackedRow};
use std::{
    collections::{HashMap, hash_map::Entry},
    sync::Arc,
};

/// What one table gains and loses.
#[derive(Default)]
pub(crate) struct Changes<'a> {
    pub(crate) rows: Vec<&'a PackedRow>,
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
    /// Where each row stands; not kept when none of them can come twice.
    by_id: Option<HashMap<i64, usize>>,
}

/// Whether one of these deltas may change what another of them brought: a delta changes only what earlier ones did.
fn may_meet(deltas: &[Delta], changed: fn(&Delta) -> &Vec<PackedRow>) -> bool {
    deltas.iter().skip(1).any(|delta| !changed(delta).is_empty())
}

fn id_of(row: &PackedRow, place: usize, column: &'static str) -> Result<i64, Error> {
    row.get(place).int().ok_or(Error::CellShape { column })
}

impl<'a> Gathering<'a> {
    fn new(id_place: usize, may_meet: bool) -> Gathering<'a> {
        Gathering { changes: Changes::default(), id_place, by_id: may_meet.then(HashMap::new) }
    }

    fn id(&self, row: &PackedRow, column: &'static str) -> Result<i64, Error> {
        id_of(row, self.id_place, column)
    }

    fn add(&mut self, rows: &'a [PackedRow], column: &'static str) -> Result<(), Error> {
        if let Some(by_id) = &mut self.by_id {
            for (row, at) in rows.iter().zip(self.changes.rows.len()..) {
                by_id.insert(id_of(row, self.id_place, column)?, at);
            }
        }
        self.changes.rows.extend(rows);
        Ok(())
    }

    fn change(&mut self, rows: &'a [PackedRow], column: &'static str) -> Result<(), Error> {
        for row in rows {
            let id = self.id(row, column)?;
            match self.by_id.as_mut().map(|by_id| by_id.entry(id)) {
                Some(Entry::Occupied(known)) => {
                    self.changes.rows[*known.get()] = row;
                    continue;
                }
                Some(Entry::Vacant(free)) => _ = free.insert(self.changes.rows.len()),
                None => {}
            }
            self.changes.rows.push(row);
            self.changes.replaced.push(id);
        }
        Ok(())
    }
}

impl<'a> Batch<'a> {
    pub(crate) fn gather(catalog: &Catalog, deltas: &'a [Delta]) -> Result<Batch<'a>, Error> {
        let mut texts: Vec<Vec<&NewText>> = DICTIONARIES.iter().map(|_| Vec::new()).collect();
        let gathering = |table, id, changed| -> Result<Gathering<'a>, Error> {
            Ok(Gathering::new(place(catalog, table, id)?, may_meet(deltas, changed)))
        };
        let mut visits = gathering(Table::Visit, "visit_id", |delta| &delta.changed_visits)?;
        let mut actions = gathering(Table::Action, "action_id", |delta| &delta.changed_actions)?;
        let mut conversions = gathering(Table::Conversion, "conversion_id", |delta| &delta.changed_conversions)?;
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
            let (numbered, older): (Vec<&PackedRow>, Vec<&PackedRow>) =
                delta.conversions.iter().partition(|row| conversions.id(row, "conversion_id").is_ok());
            conversions.changes.rows.extend(older);
            numbered.into_iter().try_for_each(|row| conversions.add(std::slice::from_ref(row), "conversion_id"))?;
            conversions.change(&delta.changed_conversions, "conversion_id")?;
            for changed in &delta.changed_conversions {
                let id = conversions.id(changed, "conversion_id")?;
                items.rows.retain(|item: &&PackedRow| item.get(conversion_of) != Cell::Int(id));
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

    /// Appends a table's new rows, column by column.
    pub(crate) fn append_rows(&self, connection: &Connection, catalog: &Catalog, table: Table) -> Result<(), Error> {
        let rows = &self.changes(table).rows;
        if rows.is_empty() {
            return Ok(());
        }
        let declared = catalog.columns(table);
        let mut columns: Vec<Option<Gathered>> = declared.iter().map(|_| None).collect();
        for (at, row) in rows.iter().enumerate() {
            if row.width() != declared.len() {
                return Err(Error::RowShape { table: table.name(), expected: declared.len(), got: row.width() });
            }
            for (place, cell) in row.present() {
                let column = &declared[place];
                let gathered = columns[place].get_or_insert_with(|| Gathered::new(column.stored, rows.len()));
                gathered.put(at, cell).ok_or(Error::CellShape { column: column.name })?;
            }
        }
        let filled = declared.iter().zip(columns).filter_map(|(column, cells)| Some((column.name, cells?.finish())));
        append(connection, table.name(), filled.collect())
    }
}

/// A column in the making.
struct Gathered {
    cells: Cells,
    /// A bit for each row: whether it has a cell.
    present: Vec<u8>,
    rows: usize,
}

enum Cells {
    Ints(Vec<i64>),
    Floats(Vec<f64>),
    Ids(Vec<u32>),
}

impl Gathered {
    fn new(stored: Stored, rows: usize) -> Gathered {
        let cells = match stored {
            Stored::Int => Cells::Ints(vec![0; rows]),
            Stored::Float => Cells::Floats(vec![0.0; rows]),
            Stored::Text(_) => Cells::Ids(vec![0; rows]),
        };
        Gathered { cells, present: vec![0; bit_util::ceil(rows, 8)], rows }
    }

    /// Takes the cell of a row; nothing when it is of another kind.
    fn put(&mut self, row: usize, cell: Cell) -> Option<()> {
        match (&mut self.cells, cell) {
            (Cells::Ints(ints), Cell::Int(n)) => ints[row] = n,
            (Cells::Floats(floats), Cell::Int(n)) => floats[row] = n as f64,
            (Cells::Floats(floats), Cell::Float(n)) => floats[row] = n,
            (Cells::Ids(ids), Cell::Int(n)) => ids[row] = u32::try_from(n).ok()?,
            (_, Cell::Null) => return Some(()),
            (Cells::Ints(_) | Cells::Ids(_), Cell::Float(_)) => return None,
        }
        bit_util::set_bit(&mut self.present, row);
        Some(())
    }

    fn finish(self) -> ArrayRef {
        let nulls = NullBuffer::new(BooleanBuffer::new(self.present.into(), 0, self.rows));
        let nulls = Some(nulls).filter(|nulls| nulls.null_count() > 0);
        match self.cells {
            Cells::Ints(ints) => Arc::new(Int64Array::new(ints.into(), nulls)),
            Cells::Floats(floats) => Arc::new(Float64Array::new(floats.into(), nulls)),
            Cells::Ids(ids) => Arc::new(UInt32Array::new(ids.into(), nulls)),
        }
    }
}

/// Appends values of these columns of a table; the others are null.
fn append(connection: &Connection, table: &str, columns: Vec<(&str, ArrayRef)>) -> Result<(), Error> {
    let failed = || Error::database("append rows");
    let mut appender = connection.appender(table).map_err(failed())?;
    columns.iter().try_for_each(|(name, _)| appender.add_column(name)).map_err(failed())?;
    let fields: Vec<Field> =
        columns.iter().map(|(name, array)| Field::new(*name, array.data_type().clone(), true)).collect();
    let arrays = columns.into_iter().map(|(_, array)| array).collect();
    let batch = RecordBatch::try_new(Arc::new(Schema::new(fields)), arrays)
        .map_err(|error| Error::Plan(format!("rows of {table} do not form a batch ({error})")))?;
    appender.append_record_batch(batch).map_err(failed())?;
    appender.flush().map_err(failed())
}
