//! A program with other columns starts after a crash, before the engine had everything.

use super::*;

static COLOUR: Dimension = captured("colour", Scope::Visit, Kind::Text("name"), Keep::First);
static OTHERS: &[&Feature] = &[&OTHER];
/// A column stands before the others, and two are gone.
static OTHER: Feature = Feature {
    name: "Test",
    dimensions: &[&COLOUR, &PLAN, &COUNTRY, &LOADED],
    metrics: &[],
    reports: &[],
    settings: &[],
};

fn named(catalog: &Catalog, table: Table, row: &Row) -> Vec<(&'static str, Cell)> {
    assert_eq!(row.len(), catalog.columns(table).len());
    catalog.columns(table).iter().map(|column| column.name).zip(row.iter().copied()).collect()
}

#[test]
fn pending_changes_are_read_in_the_columns_of_the_new_program() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("fold.db");
    // The engine has nothing of it.
    let store = Shared::default();
    let mut fold = open(folder.path(), &store);
    let mut first = hit(NOON_S, 7);
    first.visit_facts = vec![Value::from("de"), Value::from("gold")].into();
    first.action_facts = vec![Value::Float(1.5), Value::Null, Value::Int(9)].into();
    let mut second = first.clone();
    second.time_s += 60;
    let written = [(1, first), (2, second)].map(|hit| fold.apply(&[hit]).unwrap().unwrap());
    drop(fold);
    let other = Arc::new(Catalog::new(OTHERS).unwrap());
    for _ in 0..2 {
        let fold = Fold::open(&path, other.clone(), Box::new(store.clone())).unwrap();
        let pending = fold.pending(0, usize::MAX).unwrap();
        assert_eq!(pending.iter().map(|delta| delta.number).collect::<Vec<_>>(), [1, 2]);
        let kinds = |delta: &Delta| [delta.new_visits.clone(), delta.changed_visits.clone(), delta.actions.clone()];
        let tables = [Table::Visit, Table::Visit, Table::Action];
        for (before, after) in written.iter().zip(&pending) {
            for ((table, before), after) in tables.into_iter().zip(kinds(before)).zip(kinds(after)) {
                assert_eq!(before.len(), after.len());
                for (before, after) in before.iter().zip(&after) {
                    let before = named(&catalog(), table, &before.unpack());
                    for (name, cell) in named(&other, table, &after.unpack()) {
                        let kept = before.iter().find(|(known, _)| *known == name);
                        assert_eq!(cell, kept.map_or(Cell::Null, |(_, cell)| *cell), "{name}");
                    }
                }
            }
        }
    }
    let mut fold = Fold::open(&path, other, Box::new(store)).unwrap();
    let mut third = hit(NOON_S + 120, 7);
    third.visit_facts = vec![Value::Null, Value::Null, Value::Null].into();
    third.action_facts = vec![Value::Null].into();
    let joined = fold.apply(&[(3, third)]).unwrap().unwrap();
    assert_eq!((joined.new_visits.len(), joined.changed_visits.len()), (0, 1), "the visit goes on");
}
