//! Answers of the database, column by column, as values.

use crate::{Error, dialect::Question, texts::Texts};
use duckdb::{
    Connection,
    arrow::{
        array::{Array, ArrayRef, AsArray, RecordBatch},
        compute::cast,
        datatypes::{DataType, Float64Type, Int64Type},
    },
    types::Value as Bound,
};
use makoto_model::{Cell, Day, Value};

/// Asks and takes the whole answer.
pub(crate) fn ask(connection: &Connection, sql: &str, binds: &[Bound]) -> Result<Vec<RecordBatch>, Error> {
    let failed = || Error::database("answer a question");
    let mut statement = connection.prepare(sql).map_err(failed())?;
    let answer = statement.query_arrow(duckdb::params_from_iter(binds)).map_err(failed())?;
    Ok(answer.collect())
}

/// A column's numbers, appended to these.
fn cells(array: &ArrayRef, cells: &mut Vec<Cell>) -> Result<(), Error> {
    if array.data_type() == &DataType::Float64 {
        cells.extend(array.as_primitive::<Float64Type>().iter().map(|n| n.map_or(Cell::Null, Cell::Float)));
        return Ok(());
    }
    let unread = |error| Error::Plan(format!("an answer of type {} is not read ({error})", array.data_type()));
    let ints = cast(array, &DataType::Int64).map_err(unread)?;
    cells.extend(ints.as_primitive::<Int64Type>().iter().map(|n| n.map_or(Cell::Null, Cell::Int)));
    Ok(())
}

/// One column of a whole answer as cells.
pub(crate) fn column_cells(batches: &[RecordBatch], nth: usize) -> Result<Vec<Cell>, Error> {
    let mut all = Vec::with_capacity(batches.iter().map(RecordBatch::num_rows).sum());
    for batch in batches {
        cells(batch.column(nth), &mut all)?;
    }
    Ok(all)
}

/// The ids in a one-column answer.
pub(crate) fn ids(connection: &Connection, sql: &str, binds: &[Bound]) -> Result<Vec<i64>, Error> {
    let cells = column_cells(&ask(connection, sql, binds)?, 0)?;
    Ok(cells.into_iter().filter_map(Cell::int).collect())
}

/// What asks for ids while a statement is written.
pub(crate) fn find(connection: &Connection) -> impl Fn(&str, &[Bound]) -> Result<Vec<i64>, Error> {
    move |sql, binds| ids(connection, sql, binds)
}

/// Between which moments the actions of a question's visits lie; `None` when there are none.
pub(crate) fn reach(connection: &Connection, question: &Question) -> Result<Option<(i64, i64)>, Error> {
    let batches = ask(connection, &question.sql, &question.binds)?;
    let first = column_cells(&batches, 0)?.first().and_then(|cell| cell.int());
    let last = column_cells(&batches, 1)?.first().and_then(|cell| cell.int());
    Ok(first.zip(last))
}

/// Numbers as they stand.
pub(crate) fn numbers(cells: Vec<Cell>) -> Vec<Value> {
    let one = |cell| match cell {
        Cell::Null => Value::Null,
        Cell::Int(n) => Value::Int(n),
        Cell::Float(n) => Value::Float(n),
    };
    cells.into_iter().map(one).collect()
}

/// Days since 1970 as `YYYY-MM-DD`.
pub(crate) fn dates(cells: Vec<Cell>) -> Vec<Value> {
    let one = |cell: Cell| match cell.int() {
        Some(day) => Value::text(Day(day as i32).to_string()),
        None => Value::Null,
    };
    cells.into_iter().map(one).collect()
}

/// Numbers of a dictionary as their texts.
pub(crate) fn decoded(
    connection: &Connection,
    texts: &Texts,
    dictionary: &str,
    cells: Vec<Cell>,
) -> Result<Vec<Value>, Error> {
    let ids: Vec<Option<u32>> =
        cells.into_iter().map(|cell| cell.int().and_then(|id| u32::try_from(id).ok())).collect();
    let texts = texts.decode(connection, dictionary, &ids)?;
    Ok(texts.into_iter().map(|text| text.map_or(Value::Null, Value::Text)).collect())
}

/// Columns of equal length turned into rows.
pub(crate) fn rows<T>(columns: Vec<Vec<T>>, rows: usize) -> Vec<Vec<T>> {
    let width = columns.len();
    let mut columns: Vec<_> = columns.into_iter().map(Vec::into_iter).collect();
    let next_row = |_| {
        let mut row = Vec::with_capacity(width);
        row.extend(columns.iter_mut().filter_map(Iterator::next));
        row
    };
    (0..rows).map(next_row).collect()
}
