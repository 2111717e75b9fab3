//! Single visits: the visits log, and the fold's own rows back.

use crate::{
    Error, VisitRecord, VisitsQuestion, answer,
    dialect::{self, Question},
    texts::Texts,
};
use duckdb::{Connection, arrow::array::RecordBatch};
use makoto_catalog::{Catalog, Stored, Table, columns::PAGE_VIEW};
use makoto_model::{Cell, Day, Row, SiteId, Value};
use std::collections::HashMap;

/// The answer's rows with texts decoded; its columns are the table's declared ones.
fn read(
    connection: &Connection,
    catalog: &Catalog,
    texts: &Texts,
    table: Table,
    batches: &[RecordBatch],
) -> Result<Vec<Vec<Value>>, Error> {
    let declared = catalog.columns(table);
    let mut columns = Vec::with_capacity(declared.len());
    for (nth, column) in declared.iter().enumerate() {
        let cells = answer::column_cells(batches, nth)?;
        columns.push(match column.stored {
            Stored::Text(dictionary) => answer::decoded(connection, texts, dictionary, cells)?,
            Stored::Int | Stored::Float => answer::numbers(cells),
        });
    }
    Ok(answer::rows(columns, count(batches)))
}

fn count(batches: &[RecordBatch]) -> usize {
    batches.iter().map(RecordBatch::num_rows).sum()
}

/// The place of a column in a table's rows.
pub(crate) fn place(catalog: &Catalog, table: Table, name: &str) -> Result<usize, Error> {
    let found = catalog.columns(table).iter().position(|column| column.name == name);
    found.ok_or_else(|| Error::Plan(format!("{} has no column {name}", table.name())))
}

/// The visits log: one page of visits, then their actions.
pub(crate) fn list(
    connection: &Connection,
    catalog: &Catalog,
    texts: &Texts,
    question: &VisitsQuestion,
) -> Result<Vec<VisitRecord>, Error> {
    let reach = match dialect::reach_of_visits(catalog, question) {
        Some(asked) => answer::reach(connection, &asked)?,
        None => None,
    };
    let find = |sql: &str, binds: &[duckdb::types::Value]| answer::ids(connection, sql, binds);
    let asked = dialect::visits(catalog, question, reach, &find)?;
    let batches = answer::ask(connection, &asked.sql, &asked.binds)?;
    let rows = read(connection, catalog, texts, Table::Visit, &batches)?;
    let mut records: Vec<_> = rows.into_iter().map(|visit| VisitRecord { visit, actions: Vec::new() }).collect();
    if question.with_actions && !records.is_empty() {
        add_actions(connection, catalog, texts, question.site, &mut records)?;
    }
    Ok(records)
}

fn add_actions(
    connection: &Connection,
    catalog: &Catalog,
    texts: &Texts,
    site: SiteId,
    records: &mut [VisitRecord],
) -> Result<(), Error> {
    let id = place(catalog, Table::Visit, "visit_id")?;
    let first = place(catalog, Table::Visit, "first_action_s")?;
    let last = place(catalog, Table::Visit, "last_action_s")?;
    let ints = |nth: usize| records.iter().filter_map(move |record| int(&record.visit[nth]));
    let ids: Vec<i64> = ints(id).collect();
    let reach = (ints(first).min().unwrap_or(0), ints(last).max().unwrap_or(0));
    let asked = dialect::actions_of(catalog, site, &ids, reach);
    let batches = answer::ask(connection, &asked.sql, &asked.binds)?;
    let by_id: HashMap<i64, usize> = ids.iter().enumerate().map(|(nth, &id)| (id, nth)).collect();
    let owner = place(catalog, Table::Action, "visit_id")?;
    for action in read(connection, catalog, texts, Table::Action, &batches)? {
        if let Some(&nth) = int(&action[owner]).and_then(|id| by_id.get(&id)) {
            records[nth].actions.push(action);
        }
    }
    Ok(())
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) => Some(*n),
        _ => None,
    }
}

/// The visits of a site whose stamped day is this one, in the order of their ids.
pub(crate) fn partition(connection: &Connection, catalog: &Catalog, site: SiteId, day: Day) -> Result<Vec<Row>, Error> {
    stored(connection, catalog, Table::Visit, &dialect::partition(catalog, site, day))
}

/// The page views with numbers behind this one that have an id of the tracker's, in the order of their numbers.
pub(crate) fn page_views(connection: &Connection, catalog: &Catalog, after: u64) -> Result<Vec<Row>, Error> {
    // Nothing has such an id unless a feature reads it.
    match place(catalog, Table::Action, PAGE_VIEW) {
        Ok(_) => stored(connection, catalog, Table::Action, &dialect::page_views(catalog, after)),
        Err(_) => Ok(Vec::new()),
    }
}

/// Whole rows of a table as the fold wrote them.
fn stored(connection: &Connection, catalog: &Catalog, table: Table, asked: &Question) -> Result<Vec<Row>, Error> {
    let batches = answer::ask(connection, &asked.sql, &asked.binds)?;
    let columns: Vec<Vec<Cell>> =
        (0..catalog.columns(table).len()).map(|nth| answer::column_cells(&batches, nth)).collect::<Result<_, _>>()?;
    Ok(answer::rows(columns, count(&batches)).into_iter().map(Vec::into_boxed_slice).collect())
}
