use crate::fixture::*;
use makoto_catalog::{Aggregate, Condition, Expr, Measure, Op, Scope, Table};
use makoto_engine::{Error, VisitsQuestion};
use makoto_model::{Cell, Day, PackedRow, Value};

fn week(filter: Condition) -> VisitsQuestion {
    VisitsQuestion {
        site: SITE,
        from_s: START_S,
        until_s: START_S + 7 * 86_400,
        filter,
        clock: Vec::new(),
        newest_first: true,
        limit: 10,
        offset: 0,
        after_s: None,
        with_actions: true,
    }
}

#[test]
fn what_was_applied_is_counted_and_comes_back_after_reopening() {
    let dir = tempfile::tempdir().unwrap();
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 100, Some("FF"), &["https://example.org/a", "https://example.org/b"]);
    maker.add(2, START_S + 200, None, &["https://www.example.org/a"]);
    let delta = maker.finish();
    let engine = open(dir.path(), catalog());
    engine.apply(std::slice::from_ref(&delta)).unwrap();
    engine.apply(&[delta]).unwrap();
    engine.close().unwrap();
    let engine = open(dir.path(), catalog());
    assert_eq!(engine.applied(), 1);
    let browsers = plan(Scope::Visit, &[Expr::Column("browser")], &[COUNT], Condition::none());
    assert_eq!(shown(&engine.run(&browsers).unwrap()), ["0: - 1", "0: FF 1"]);
    let pages = plan(Scope::Action, &[Expr::Column("url")], &[COUNT, VISITS], Condition::none());
    // The prefix of the first hit stays with a URL, as in Matomo.
    assert_eq!(shown(&engine.run(&pages).unwrap()), ["0: https://example.org/a 2 2", "0: https://example.org/b 1 1"]);
    assert_eq!(engine.check().unwrap(), []);
}

#[test]
fn a_closed_store_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    engine.close().unwrap();
    engine.close().unwrap();
    assert!(matches!(engine.apply(&[]), Err(Error::Closed)));
    assert!(matches!(engine.stats(), Err(Error::Closed)));
}

#[test]
fn changed_rows_replace_their_former_versions() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 100, Some("FF"), &["https://example.org/a"]);
    let first = maker.finish();
    let changed = maker.visit(1, START_S + 300, Some("CH"));
    maker.delta.changed_visits.push(changed.into());
    let action = maker.action(100, 1, START_S + 300, Some("https://example.org/c"));
    maker.delta.changed_actions.push(action.into());
    let second = maker.finish();
    let changed = maker.visit(1, START_S + 400, Some("SF"));
    maker.delta.changed_visits.push(changed.into());
    let third = maker.finish();
    engine.apply(&[first]).unwrap();
    engine.apply(&[second, third]).unwrap();
    let browsers = plan(Scope::Visit, &[Expr::Column("browser")], &[COUNT], Condition::none());
    assert_eq!(shown(&engine.run(&browsers).unwrap()), ["0: SF 1"]);
    let pages = plan(Scope::Action, &[Expr::Column("url")], &[COUNT], Condition::none());
    assert_eq!(shown(&engine.run(&pages).unwrap()), ["0: https://example.org/c 1"]);
    let partition = engine.partition((SITE, Day(DAY as i32)), START_S + 400, 0, 9).unwrap();
    assert_eq!(partition, [maker.visit(1, START_S + 400, Some("SF"))]);
    assert!(engine.partition((SITE, Day(DAY as i32)), START_S + 401, 0, 9).unwrap().is_empty());
    assert!(engine.partition((SITE, Day(DAY as i32)), START_S + 400, 1, 9).unwrap().is_empty());
    assert!(engine.partition((SITE, Day(DAY as i32)), START_S + 400, 0, 0).unwrap().is_empty());
}

#[test]
fn one_call_may_hold_several_versions_of_a_row() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 100, Some("FF"), &[]);
    let first = maker.finish();
    let changed = maker.visit(1, START_S + 300, Some("CH"));
    maker.delta.changed_visits.push(changed.into());
    let second = maker.finish();
    engine.apply(&[first, second]).unwrap();
    assert_eq!((engine.applied(), engine.stats().unwrap().visits), (2, 1));
    assert_eq!(met(&engine, compare(Expr::Column("browser"), Op::Is, "ch")), [1]);
}

fn set(row: &mut PackedRow, place: usize, cell: Cell) {
    let mut cells = row.unpack();
    cells[place] = cell;
    *row = cells.into();
}

#[test]
fn a_gap_and_a_damaged_row_change_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 100, Some("FF"), &["https://example.org/a"]);
    let first = maker.finish();
    maker.add(2, START_S + 100, Some("FF"), &[]);
    let second = maker.finish();
    assert!(matches!(engine.apply(std::slice::from_ref(&second)), Err(Error::Gap { expected: 1, got: 2 })));
    let mut damaged = first.clone();
    damaged.new_visits[0] = [Cell::Int(1); 3][..].into();
    assert!(matches!(engine.apply(&[damaged]), Err(Error::RowShape { table: "visit", .. })));
    let mut damaged = first.clone();
    set(&mut damaged.actions[0], 2, Cell::Float(0.5));
    assert!(matches!(engine.apply(&[damaged]), Err(Error::CellShape { column: "action_id" })));
    let mut damaged = first.clone();
    set(&mut damaged.actions[0], 6, Cell::Int(-1));
    let refused = engine.apply(&[damaged]);
    assert!(matches!(refused, Err(Error::CellShape { column: "url" })), "{refused:?}");
    assert_eq!((engine.applied(), engine.stats().unwrap().visits, engine.stats().unwrap().texts), (0, 0, 0));
    engine.apply(&[first, second]).unwrap();
    assert_eq!((engine.applied(), engine.stats().unwrap().visits), (2, 2));
}

#[test]
fn columns_are_added_when_declared_and_kept_when_not() {
    let dir = tempfile::tempdir().unwrap();
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 100, Some("FF"), &["https://example.org/a"]);
    let engine = open(dir.path(), catalog());
    engine.apply(&[maker.finish()]).unwrap();
    engine.close().unwrap();

    let engine = open(dir.path(), grown_catalog());
    maker.catalog = grown_catalog();
    maker.add(2, START_S + 200, Some("CH"), &["https://example.org/a"]);
    let last = maker.delta.actions[0].width() - 1;
    set(&mut maker.delta.actions[0], last, Cell::Int(250));
    engine.apply(&[maker.finish()]).unwrap();
    let loads = plan(Scope::Action, &[Expr::Column("load_ms")], &[COUNT], Condition::none());
    assert_eq!(shown(&engine.run(&loads).unwrap()), ["0: - 1", "0: 250 1"]);
    engine.close().unwrap();

    let engine = open(dir.path(), shrunk_catalog());
    maker.catalog = shrunk_catalog();
    let row = maker.row(
        Table::Visit,
        &[
            ("site_id", Cell::Int(7)),
            ("visit_id", Cell::Int(3)),
            ("first_action_s", Cell::Int(START_S)),
            ("last_action_s", Cell::Int(START_S)),
            ("latitude", Cell::Float(1.5)),
        ],
    );
    maker.delta.new_visits.push(row.into());
    engine.apply(&[maker.finish()]).unwrap();
    engine.cluster().unwrap();
    engine.close().unwrap();

    let engine = open(dir.path(), catalog());
    let browsers =
        plan(Scope::Visit, &[Expr::Column("browser"), Expr::Column("latitude")], &[COUNT], Condition::none());
    assert_eq!(shown(&engine.run(&browsers).unwrap()), ["0: - 1.5 1", "0: CH - 1", "0: FF - 1"]);
}

#[test]
fn the_visits_log_shows_pages_of_visits_with_their_actions() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    for id in 1..=5 {
        maker.add(id, START_S + id * 100, Some("FF"), &["https://example.org/a", "http://www.example.org/b"]);
    }
    engine.apply(&[maker.finish()]).unwrap();
    let place = |table: Table, name: &str| catalog().columns(table).iter().position(|c| c.name == name).unwrap();
    let (id, browser) = (place(Table::Visit, "visit_id"), place(Table::Visit, "browser"));
    let url = place(Table::Action, "url");
    let ids = |question: &VisitsQuestion| -> Vec<i64> {
        let records = engine.visits(question).unwrap();
        records.iter().map(|record| record.visit[id].number().unwrap() as i64).collect()
    };
    let all = week(Condition::none());
    assert_eq!(ids(&all), [5, 4, 3, 2, 1]);
    assert_eq!(ids(&VisitsQuestion { limit: 2, offset: 1, ..all.clone() }), [4, 3]);
    assert_eq!(ids(&VisitsQuestion { newest_first: false, limit: 2, ..all.clone() }), [1, 2]);
    assert_eq!(ids(&VisitsQuestion { after_s: Some(START_S + 399), ..all.clone() }), [5, 4]);
    assert_eq!(ids(&VisitsQuestion { after_s: Some(START_S + 400), ..all.clone() }), [5]);
    let on_b = has_action(compare(Expr::Column("url"), Op::EndsWith, "/B"), false);
    assert_eq!(ids(&week(on_b)), [5, 4, 3, 2, 1]);
    let record = &engine.visits(&all).unwrap()[0];
    assert_eq!(record.visit[browser], Value::from("FF"));
    let urls: Vec<_> = record.actions.iter().map(|action| action[url].clone()).collect();
    assert_eq!(urls, [Value::from("https://example.org/a"), Value::from("http://www.example.org/b")]);
    assert!(engine.visits(&VisitsQuestion { with_actions: false, ..all }).unwrap()[0].actions.is_empty());
}

#[test]
fn every_aggregate_counts() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 100, Some("FF"), &["https://e.org/a", "https://e.org/a", "https://e.org/b"]);
    maker.add(2, START_S + 86_400, Some("FF"), &["https://e.org/a"]);
    engine.apply(&[maker.finish()]).unwrap();
    let measure = |name, aggregate, only| Measure { name, aggregate, only };
    let measures = [
        COUNT,
        VISITS,
        measure("days", Aggregate::DistinctPerDay("url"), None),
        measure("pairs", Aggregate::DistinctPairs("visit_id", "url"), None),
        measure("sum", Aggregate::Sum(Expr::Column("visit_id")), None),
        measure("max", Aggregate::Max(Expr::Column("time_s")), None),
        measure("min", Aggregate::Min(Expr::Column("spent_before_s")), None),
        measure("first", Aggregate::Count, Some(Expr::Is("visit_id", 1))),
        measure("first_sum", Aggregate::Sum(Expr::Column("kind")), Some(Expr::Is("visit_id", 9))),
    ];
    let totals = plan(Scope::Action, &[], &measures, Condition::none());
    assert_eq!(shown(&engine.run(&totals).unwrap()), [format!("0: 4 2 3 3 5 {} - 3 0", START_S + 86_400)]);
    let by_visit = plan(Scope::Action, &[Expr::OfVisit("browser")], &measures[..4], Condition::none());
    assert_eq!(shown(&engine.run(&by_visit).unwrap()), ["0: FF 4 2 3 3"]);
    let nothing = plan(Scope::Action, &[], &measures, compare(Expr::Column("kind"), Op::Is, 99));
    assert_eq!(shown(&engine.run(&nothing).unwrap()), ["0: 0 0 0 0 0 - - 0 0"]);
    let mut top = plan(Scope::Action, &[Expr::Column("url")], &[COUNT], Condition::none());
    top.top = Some(("n", 1));
    assert_eq!(shown(&engine.run(&top).unwrap()), ["0: https://e.org/a 3"]);
}
