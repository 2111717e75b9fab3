//! Hits that an older program wrote, in the columns of this one.

use makoto_catalog::{Catalog, HIT_FORM, Table, columns::CONVERSION};
use makoto_model::{BadRecord, Cell, Hit, Row, Value, ValueRef, Values};

/// The captured columns of a table in a schema text, as `Catalog::hit_schema` writes it.
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
pub(crate) fn widen_conversion(row: &mut Row) {
    if let [site, visit, time, goal, _] = **row {
        let mut wide = vec![Cell::Null; CONVERSION.len()];
        for (column, cell) in [("site_id", site), ("visit_id", visit), ("time_s", time), ("goal", goal)] {
            if let Some(at) = CONVERSION.iter().position(|known| known.name == column) {
                wide[at] = cell;
            }
        }
        *row = wide.into();
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
        let mut row: Row = [1, 2, 3, 4, 5].map(Cell::Int).into();
        widen_conversion(&mut row);
        let told: Vec<i64> = row.iter().filter_map(|cell| cell.int()).collect();
        assert_eq!((row.len(), told), (CONVERSION.len(), vec![1, 2, 3, 4]));
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
