//! Hits and deltas that an older program wrote, in the columns of this one.

use crate::Error;
use makoto_catalog::{Catalog, HIT_FORM, Table, columns::CONVERSION};
use makoto_model::{BadRecord, Cell, Delta, Hit, PackedRow, Value, ValueRef, Values};

/// The columns of a table in a schema text, as `Catalog::hit_schema` and `Catalog::row_schema` write it.
fn columns<'a>(schema: &'a str, table: &str) -> Vec<&'a str> {
    let lists = schema.split(';').filter_map(|list| list.split_once(':'));
    let list = lists.filter(|(name, _)| *name == table).map(|(_, list)| list).next().unwrap_or("");
    list.split(',').filter(|name| !name.is_empty()).collect()
}

fn reorder(facts: &mut Values, from: &[&str], to: impl Iterator<Item = &'static str>) {
    let old: Vec<ValueRef> = facts.iter().collect();
    let find = |name: &str| old.get(from.iter().position(|known| *known == name)?).copied();
    let new = to.map(|name| find(name).map_or(Value::Null, ValueRef::to_value)).collect();
    *facts = new;
}

/// A conversion of a delta of an older program in the columns of this one: it knew site, visit, time, goal and a text of
/// parameters.
pub(crate) fn widen_conversion(row: &mut PackedRow) {
    if let [site, visit, time, goal, _] = *row.unpack() {
        let mut wide = vec![Cell::Null; CONVERSION.len()];
        for (column, cell) in [("site_id", site), ("visit_id", visit), ("time_s", time), ("goal", goal)] {
            if let Some(at) = CONVERSION.iter().position(|known| known.name == column) {
                wide[at] = cell;
            }
        }
        *row = wide.as_slice().into();
    }
}

/// A delta's rows by table.
fn rows(delta: &mut Delta) -> [(Table, &mut Vec<PackedRow>); 7] {
    [
        (Table::Visit, &mut delta.new_visits),
        (Table::Visit, &mut delta.changed_visits),
        (Table::Action, &mut delta.actions),
        (Table::Action, &mut delta.changed_actions),
        (Table::Conversion, &mut delta.conversions),
        (Table::Conversion, &mut delta.changed_conversions),
        (Table::Item, &mut delta.items),
    ]
}

/// Puts a delta, whose rows are laid out as `written` says, into the columns of the catalog. Columns that are new since
/// then are null; what the catalog no longer knows is left out.
pub(crate) fn reorder_rows(delta: &mut Delta, written: &str, catalog: &Catalog) -> Result<(), Error> {
    for (table, rows) in rows(delta) {
        let from = columns(written, table.name());
        let to = catalog.columns(table).iter();
        let places: Vec<Option<usize>> = to.map(|column| from.iter().position(|known| *known == column.name)).collect();
        for row in rows {
            check_width(table, row, from.len())?;
            let before = row.unpack();
            let cells: Vec<Cell> = places.iter().map(|place| place.map_or(Cell::Null, |at| before[at])).collect();
            *row = cells.as_slice().into();
        }
    }
    Ok(())
}

/// Whether a delta's rows can be laid out as the catalog says.
pub(crate) fn check_widths(delta: &mut Delta, catalog: &Catalog) -> Result<(), Error> {
    for (table, rows) in rows(delta) {
        let width = catalog.columns(table).len();
        rows.iter().try_for_each(|row| check_width(table, row, width))?;
    }
    Ok(())
}

fn check_width(table: Table, row: &PackedRow, expected: usize) -> Result<(), Error> {
    match row.width() == expected {
        true => Ok(()),
        false => Err(Error::Columns { table: table.name(), found: row.width(), expected }),
    }
}

/// Reads a hit that was written under another `schema`, with its facts in the order of the catalog. Columns that are new
/// since then are null; what the catalog no longer knows is left out.
///
/// # Errors
/// When the bytes are no hit.
pub fn read_older(bytes: &[u8], schema: &str, catalog: &Catalog) -> Result<Hit, BadRecord> {
    let mut hit = match schema.starts_with(HIT_FORM) {
        true => Hit::decode(bytes)?,
        false => Hit::decode_older(bytes)?,
    };
    convert(&mut hit, schema, catalog);
    Ok(hit)
}

fn convert(hit: &mut Hit, schema: &str, catalog: &Catalog) {
    let names = |table| catalog.captured(table).iter().map(|dimension| dimension.column);
    if !hit.visit_facts.is_empty() {
        reorder(&mut hit.visit_facts, &columns(schema, "visit"), names(Table::Visit));
    }
    if !hit.action_facts.is_empty() {
        reorder(&mut hit.action_facts, &columns(schema, "action"), names(Table::Action));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conversions_of_older_programs_keep_what_they_said() {
        let mut row = PackedRow::from(&[1, 2, 3, 4, 5].map(Cell::Int)[..]);
        widen_conversion(&mut row);
        let told: Vec<i64> = row.present().filter_map(|(_, cell)| cell.int()).collect();
        assert_eq!((row.width(), told), (CONVERSION.len(), vec![1, 2, 3, 4]));
    }

    #[test]
    fn facts_follow_their_names() {
        let mut facts: Values = [1, 2, 3].map(Value::from).into_iter().collect();
        let schema = "visit:a,b,c;action:x";
        reorder(&mut facts, &columns(schema, "visit"), ["c", "new", "a"].into_iter());
        assert_eq!(facts, [Value::from(3), Value::Null, Value::from(1)].into_iter().collect());
        assert_eq!(columns(schema, "action"), ["x"]);
        assert!(columns("", "visit").is_empty());
    }
}
