//! Hits that an older program wrote, in the columns of this one.

use makoto_catalog::{Catalog, Table};
use makoto_model::{Hit, Value};

/// The captured columns of a table in a schema text, as `Catalog::hit_schema` writes it.
fn columns<'a>(schema: &'a str, table: &str) -> Vec<&'a str> {
    let lists = schema.split(';').filter_map(|list| list.split_once(':'));
    let list = lists.filter(|(name, _)| *name == table).map(|(_, list)| list).next().unwrap_or("");
    list.split(',').filter(|name| !name.is_empty()).collect()
}

fn reorder(facts: &mut Vec<Value>, from: &[&str], to: impl Iterator<Item = &'static str>) {
    let mut old: Vec<Option<Value>> = std::mem::take(facts).into_iter().map(Some).collect();
    let mut take = |name: &str| {
        let place = from.iter().position(|known| *known == name)?;
        old.get_mut(place)?.take()
    };
    *facts = to.map(|name| take(name).unwrap_or_default()).collect();
}

/// Puts the facts of a hit that was written under `schema` into the order of the catalog. Columns that are new since
/// then are null; what the catalog no longer knows is left out.
pub fn convert(hit: &mut Hit, schema: &str, catalog: &Catalog) {
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
    fn facts_follow_their_names() {
        let mut facts = vec![Value::from(1), Value::from(2), Value::from(3)];
        let schema = "visit:a,b,c;action:x";
        reorder(&mut facts, &columns(schema, "visit"), ["c", "new", "a"].into_iter());
        assert_eq!(facts, [Value::from(3), Value::Null, Value::from(1)]);
        assert_eq!(columns(schema, "action"), ["x"]);
        assert!(columns("", "visit").is_empty());
    }
}
