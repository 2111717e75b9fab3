//! Single visits: the visits log, and the fold's own rows back.

use crate::{
    Error, VisitRecord, VisitsQuestion, answer,
    dialect::{self, Question},
    texts::Texts,
};
use duckdb::{Connection, arrow::array::RecordBatch};
use makoto_catalog::{
    Bought, Catalog, Stored, Table,
    columns::{CART, ORDER, ORDERS, PAGE_VIEW, VISITORS},
};
use makoto_model::{Cell, Row, SiteId, Value};
use std::collections::HashMap;

/// The answer's rows with texts decoded; its columns are the table's declared ones.
pub(crate) fn read(
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
    let find = answer::find(connection);
    let asked = dialect::visits(catalog, question, reach, &find)?;
    let batches = answer::ask(connection, &asked.sql, &asked.binds)?;
    let rows = read(connection, catalog, texts, Table::Visit, &batches)?;
    let mut records: Vec<_> = rows.into_iter().map(|visit| VisitRecord { visit, ..VisitRecord::default() }).collect();
    if !records.is_empty() {
        let reader = Details { connection, catalog, texts, site: question.site };
        if question.with_actions {
            reader.add(Table::Action, &mut records, |record| &mut record.actions)?;
        }
        reader.add(Table::Conversion, &mut records, |record| &mut record.conversions)?;
        reader.add(Table::Item, &mut records, |record| &mut record.items)?;
        reader.add_bought(&mut records)?;
    }
    Ok(records)
}

/// Reads what belongs to visits.
struct Details<'a> {
    connection: &'a Connection,
    catalog: &'a Catalog,
    texts: &'a Texts,
    site: SiteId,
}

impl Details<'_> {
    fn ids(&self, records: &[VisitRecord]) -> Result<Vec<i64>, Error> {
        let id = place(self.catalog, Table::Visit, "visit_id")?;
        Ok(records.iter().filter_map(|record| int(&record.visit[id])).collect())
    }

    /// Adds the rows of a table to their visits.
    fn add(
        &self,
        table: Table,
        records: &mut [VisitRecord],
        rows: fn(&mut VisitRecord) -> &mut Vec<Vec<Value>>,
    ) -> Result<(), Error> {
        let first = place(self.catalog, Table::Visit, "first_action_s")?;
        let last = place(self.catalog, Table::Visit, "last_action_s")?;
        let ints = |nth: usize| records.iter().filter_map(move |record| int(&record.visit[nth]));
        let reach = (ints(first).min().unwrap_or(0), ints(last).max().unwrap_or(0));
        let ids = self.ids(records)?;
        let asked = dialect::rows_of(self.catalog, table, self.site, &ids, reach);
        let batches = answer::ask(self.connection, &asked.sql, &asked.binds)?;
        let by_id: HashMap<i64, usize> = ids.iter().enumerate().map(|(nth, &id)| (id, nth)).collect();
        let owner = place(self.catalog, table, "visit_id")?;
        for row in read(self.connection, self.catalog, self.texts, table, &batches)? {
            if let Some(&nth) = int(&row[owner]).and_then(|id| by_id.get(&id)) {
                rows(&mut records[nth]).push(row);
            }
        }
        Ok(())
    }

    /// Adds what the visitors ordered and left in carts.
    fn add_bought(&self, records: &mut [VisitRecord]) -> Result<(), Error> {
        let asked = dialect::bought_by(self.catalog, self.site, &self.ids(records)?);
        let batches = answer::ask(self.connection, &asked.sql, &asked.binds)?;
        let column = |nth| answer::column_cells(&batches, nth);
        let visitors = answer::decoded(self.connection, self.texts, VISITORS, column(0)?)?;
        let mut bought: HashMap<(&str, i64), Bought> = HashMap::new();
        let numbers = [column(1)?, column(2)?, column(3)?, column(4)?].map(answer::numbers);
        for (nth, visitor) in visitors.iter().enumerate() {
            let number = |column: usize| numbers[column][nth].number().unwrap_or(0.0);
            let sum = Bought { times: number(1) as i64, revenue: number(2), items: number(3) as i64 };
            bought.insert((visitor.as_text().unwrap_or(""), number(0) as i64), sum);
        }
        let visitor = place(self.catalog, Table::Visit, "visitor")?;
        for record in records {
            let name = record.visit[visitor].as_text().unwrap_or("");
            let of = |goal| bought.get(&(name, goal)).copied().unwrap_or_default();
            (record.ordered, record.left) = (of(ORDER), of(CART));
        }
        Ok(())
    }
}

fn int(value: &Value) -> Option<i64> {
    match value {
        Value::Int(n) => Some(*n),
        _ => None,
    }
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
pub(crate) fn stored(
    connection: &Connection,
    catalog: &Catalog,
    table: Table,
    asked: &Question,
) -> Result<Vec<Row>, Error> {
    let batches = answer::ask(connection, &asked.sql, &asked.binds)?;
    let columns: Vec<Vec<Cell>> =
        (0..catalog.columns(table).len()).map(|nth| answer::column_cells(&batches, nth)).collect::<Result<_, _>>()?;
    Ok(answer::rows(columns, count(&batches)).into_iter().map(Vec::into_boxed_slice).collect())
}

/// The newest order ids as they are stored.
pub(crate) fn newest_orders(
    connection: &Connection,
    catalog: &Catalog,
    texts: &Texts,
    orders_max: u32,
) -> Result<Vec<String>, Error> {
    let asked = dialect::newest_orders(catalog, orders_max);
    let batches = answer::ask(connection, &asked.sql, &asked.binds)?;
    let found = answer::decoded(connection, texts, ORDERS, answer::column_cells(&batches, 0)?)?;
    Ok(found.iter().filter_map(Value::as_text).map(str::to_owned).collect())
}

/// The newest visits as they are stored, texts decoded; columns in the order of the catalog's.
pub(crate) fn newest(
    connection: &Connection,
    catalog: &Catalog,
    texts: &Texts,
    visits_max: u32,
) -> Result<Vec<Vec<Value>>, Error> {
    let asked = dialect::newest(catalog, visits_max);
    let batches = answer::ask(connection, &asked.sql, &asked.binds)?;
    read(connection, catalog, texts, Table::Visit, &batches)
}
