use crate::fixture::*;
use makoto_catalog::{Aggregate, Condition, Expr, Measure, Op, Scope};
use makoto_engine::Engine;
use makoto_model::Value;

const BROWSER_OF: Expr = Expr::Column("browser");
const URL_OF: Expr = Expr::Column("url");

fn texts(names: &[Option<&str>]) -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    for (nth, name) in names.iter().enumerate() {
        maker.add(nth as i64 + 1, START_S + nth as i64, *name, &[]);
    }
    engine.apply(&[maker.finish()]).unwrap();
    (dir, engine)
}

#[test]
fn texts_compare_without_regard_to_case_and_null_is_not_anything() {
    let (_dir, engine) = texts(&[Some("Firefox"), Some("Chrome"), None, Some(""), Some("ÄRGER")]);
    for (op, value, ids) in [
        (Op::Is, "fireFOX", vec![1]),
        (Op::Is, "ärger", vec![5]),
        (Op::IsNot, "firefox", vec![2, 3, 4, 5]),
        (Op::Contains, "RO", vec![2]),
        (Op::ContainsNot, "ro", vec![1, 3, 4, 5]),
        (Op::StartsWith, "FIRE", vec![1]),
        (Op::EndsWith, "ME", vec![2]),
        (Op::Is, "", vec![3, 4]),
        (Op::IsNot, "", vec![1, 2, 5]),
        (Op::More, "d", vec![1, 5]),
        (Op::LessOrEqual, "chrome", vec![2, 4]),
    ] {
        assert_eq!(met(&engine, compare(BROWSER_OF, op, value)), ids, "{op:?} {value}");
    }
    assert_eq!(met(&engine, compare(BROWSER_OF, Op::Is, Value::Null)), [3, 4]);
    assert_eq!(met(&engine, compare(BROWSER_OF, Op::IsNot, Value::Null)), [1, 2, 5]);
}

#[test]
fn hostile_texts_are_only_texts() {
    let names = ["100%", "a_b", "it's", r"back\slash", "日本語", "'; DROP TABLE visit; --", "$1", "a\nb"];
    let (_dir, engine) = texts(&names.map(Some));
    for (nth, name) in names.iter().enumerate() {
        for op in [Op::Is, Op::Contains, Op::StartsWith, Op::EndsWith] {
            assert_eq!(met(&engine, compare(BROWSER_OF, op, *name)), [nth as i64 + 1], "{op:?} {name}");
        }
    }
    assert_eq!(met(&engine, compare(BROWSER_OF, Op::Contains, "%")), [1]);
    assert_eq!(met(&engine, compare(BROWSER_OF, Op::Contains, "_")), [2]);
    assert_eq!(met(&engine, compare(BROWSER_OF, Op::Contains, r"\")), [4]);
}

#[test]
fn numbers_compare_and_lists_pick() {
    let (_dir, engine) = texts(&[Some("a"), Some("b"), Some("c")]);
    let id = Expr::Column("visit_id");
    for (op, ids) in [
        (Op::Is, vec![2]),
        (Op::IsNot, vec![1, 3]),
        (Op::Less, vec![1]),
        (Op::LessOrEqual, vec![1, 2]),
        (Op::More, vec![3]),
        (Op::MoreOrEqual, vec![2, 3]),
        (Op::Contains, vec![2]),
        (Op::ContainsNot, vec![1, 3]),
        (Op::StartsWith, vec![2]),
        (Op::EndsWith, vec![2]),
    ] {
        assert_eq!(met(&engine, compare(id, op, 2)), ids, "{op:?}");
        assert_eq!(met(&engine, compare(id, op, "2")), ids, "{op:?}");
    }
    assert_eq!(met(&engine, compare(id, Op::Less, 1.5_f64.to_string())), [1]);
    assert_eq!(met(&engine, compare(id, Op::Is, "two")), Vec::<i64>::new());
    assert_eq!(met(&engine, compare(id, Op::IsNot, "two")), [1, 2, 3]);
    // `search_count` is null everywhere.
    assert_eq!(met(&engine, compare(Expr::Column("search_count"), Op::IsNot, 5)), [1, 2, 3]);
    assert_eq!(met(&engine, compare(Expr::Column("search_count"), Op::Is, Value::Null)), [1, 2, 3]);
    let list = |values: Vec<i64>| Condition::In { expr: id, values };
    assert_eq!(met(&engine, list(vec![1, 3, 9])), [1, 3]);
    assert_eq!(met(&engine, list((2..200).collect())), [2, 3]);
    assert_eq!(met(&engine, list(Vec::new())), Vec::<i64>::new());
}

#[test]
fn conditions_join_and_turn_around() {
    let (_dir, engine) = texts(&[Some("a"), Some("b"), None]);
    let is = |name: &str| compare(BROWSER_OF, Op::Is, name);
    assert_eq!(met(&engine, Condition::Any(vec![is("a"), is("b")])), [1, 2]);
    assert_eq!(met(&engine, Condition::All(vec![is("a"), is("b")])), Vec::<i64>::new());
    assert_eq!(met(&engine, Condition::Not(Box::new(is("a")))), [2, 3]);
    assert_eq!(met(&engine, Condition::Any(Vec::new())), Vec::<i64>::new());
    assert_eq!(met(&engine, Condition::none()), [1, 2, 3]);
}

fn browsing() -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 5, Some("FF"), &["https://e.org/a", "https://e.org/b"]);
    maker.add(2, START_S + 9, Some("CH"), &["https://www.e.org/b"]);
    maker.add(3, START_S + 7 * 86_400 - 1, Some("FF"), &["https://e.org/c", "https://e.org/d"]);
    maker.add(4, START_S + 7 * 86_400 + 1, Some("FF"), &["https://e.org/a", "https://e.org/x", "https://e.org/y"]);
    engine.apply(&[maker.finish()]).unwrap();
    (dir, engine)
}

#[test]
fn visits_are_found_by_one_action_that_meets_everything() {
    let (_dir, engine) = browsing();
    let on = |part: &str| compare(URL_OF, Op::Contains, part);
    assert_eq!(met(&engine, has_action(on("/a"), false)), [1]);
    assert_eq!(met(&engine, has_action(on("/a"), true)), [2, 3]);
    assert_eq!(met(&engine, has_action(Condition::All(vec![on("/a"), on("/b")]), false)), Vec::<i64>::new());
    let both = Condition::All(vec![has_action(on("/a"), false), has_action(on("/b"), false)]);
    assert_eq!(met(&engine, both), [1]);
    let either = Condition::Any(vec![has_action(on("/a"), false), compare(BROWSER_OF, Op::Is, "ch")]);
    assert_eq!(met(&engine, either), [1, 2]);
    assert_eq!(met(&engine, has_action(compare(URL_OF, Op::Is, "http://www.E.org/b"), false)), [1, 2]);
}

#[test]
fn actions_are_counted_by_what_their_visit_is_and_did() {
    let (_dir, engine) = browsing();
    let pages = |filter| {
        let asked = plan(Scope::Action, &[URL_OF], &[COUNT], filter);
        shown(&engine.run(&asked).unwrap())
    };
    let of_visit = |condition| Condition::OfVisit(Box::new(condition));
    let firefox = ["0: https://e.org/a 2", "0: https://e.org/b 1", "0: https://e.org/c 1", "0: https://e.org/d 1"];
    assert_eq!(pages(of_visit(compare(BROWSER_OF, Op::Is, "ff"))), firefox);
    assert_eq!(pages(compare(Expr::OfVisit("browser"), Op::Is, "ff")), firefox);
    // The visit saw /y only after the week; its actions in the week count all the same.
    let saw_y = has_action(compare(URL_OF, Op::EndsWith, "/y"), false);
    assert_eq!(pages(of_visit(saw_y.clone())), ["0: https://e.org/a 1"]);
    assert_eq!(pages(saw_y), ["0: https://e.org/a 1"]);
    let chrome_not_a = Condition::All(vec![
        of_visit(compare(BROWSER_OF, Op::Is, "ch")),
        has_action(compare(URL_OF, Op::EndsWith, "/a"), true),
    ]);
    assert_eq!(pages(chrome_not_a), ["0: https://e.org/b 1"]);
}

#[test]
fn questions_about_what_is_not_declared_are_refused() {
    let (_dir, engine) = browsing();
    for filter in [
        compare(Expr::Column("password"), Op::Is, 1),
        compare(Expr::Column("url"), Op::Is, "x"),
        Condition::OfVisit(Box::new(Condition::none())),
        has_action(compare(Expr::OfVisit("browser"), Op::Is, "x"), false),
        compare(Expr::Over(&BROWSER_OF, 5), Op::Is, 1),
        compare(Expr::Over(&Expr::Column("visit_id"), 0), Op::Is, 1),
    ] {
        let asked = plan(Scope::Visit, &[], &[COUNT], filter.clone());
        assert!(matches!(engine.run(&asked), Err(makoto_engine::Error::Plan(_))), "{filter:?}");
    }
}

#[test]
fn actions_know_when_the_next_one_of_their_visit_is() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S + 10, None, &["https://a.example/1", "https://a.example/2", "https://a.example/3"]);
    maker.add(2, START_S + 20, None, &["https://a.example/2"]);
    engine.apply(&[maker.finish()]).unwrap();
    let measure = |name, expr| Measure { name, aggregate: Aggregate::Sum(expr), only: None };
    let measures = [COUNT, measure("spent", Expr::ToNext(1800)), measure("last", Expr::IsLast)];
    let filter = compare(URL_OF, Op::IsNot, "https://a.example/3");
    let rows = engine.run(&plan(Scope::Action, &[URL_OF], &measures, filter)).unwrap();
    assert_eq!(shown(&rows), ["0: https://a.example/1 1 1 0", "0: https://a.example/2 2 1 1"]);
    let visits = plan(Scope::Visit, &[], &[measure("last", Expr::IsLast)], Condition::none());
    assert!(engine.run(&visits).is_err());
}
