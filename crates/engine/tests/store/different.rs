//! Different values are counted in two ways, which must agree.

use crate::fixture::*;
use makoto_catalog::{Aggregate, Bucket, Condition, Expr, Measure, Op, Plan, Scope};
use makoto_engine::Engine;
use makoto_model::PackedRow;

const VISITORS: Measure = Measure { name: "visitors", aggregate: Aggregate::DistinctPerDay("visitor"), only: None };
const OTHERS: Measure =
    Measure { name: "others", aggregate: Aggregate::Distinct("visitor"), only: Some(Expr::Is("kind", 2)) };
const LATEST: Measure = Measure { name: "latest", aggregate: Aggregate::Max(Expr::Column("time_s")), only: None };

/// A day of visits that share few pages, in no order, some without one.
fn filled(dir: &std::path::Path) -> Engine {
    let engine = open(dir, catalog());
    let mut maker = Maker::new(catalog());
    let mut state = 7u64;
    let mut below = |end: u64| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) % end
    };
    for id in 1..=400 {
        let browser = [Some("FF"), Some("CH"), Some("SF"), None][below(4) as usize];
        // Numbers of visits do not follow their times.
        let last_s = START_S + 100 + ((id * 7919) % 80_000);
        let pages: Vec<String> = (0..=below(5)).map(|_| format!("https://example.org/{}", below(9))).collect();
        maker.add(id, last_s, browser, &pages.iter().map(String::as_str).collect::<Vec<_>>());
        let mut blank = maker.action(id * 100 + 50, id, last_s, None);
        blank[5] = makoto_model::Cell::Int(2);
        let mut event = maker.action(id * 100 + 51, id, last_s, Some("https://example.org/1"));
        // Somebody else turned out to be behind some visits.
        event[3] = maker.text("visitor", &format!("{:016x}", 1 + below(400)));
        event[5] = makoto_model::Cell::Int(1 + (id % 2));
        maker.delta.actions.extend([blank, event].map(PackedRow::from));
    }
    engine.apply(&[maker.finish()]).unwrap();
    engine
}

/// The same question for the day, and for it and an empty one.
fn both(engine: &Engine, plan: Plan) -> [Vec<String>; 2] {
    let day = Bucket { from_s: START_S, until_s: START_S + 86_400 };
    let next = Bucket { from_s: START_S + 86_400, until_s: START_S + 2 * 86_400 };
    [vec![day], vec![day, next]].map(|buckets| shown(&engine.run(&Plan { buckets, ..plan.clone() }).unwrap()))
}

#[test]
fn a_day_counts_as_longer_stretches_do() {
    let dir = tempfile::tempdir().unwrap();
    let engine = filled(dir.path());
    let url = [Expr::Column("url")];
    let measures = [VISITORS, COUNT, VISITS, LATEST, OTHERS];
    for filter in [
        Condition::none(),
        compare(Expr::Column("kind"), Op::Is, 1),
        compare(Expr::Column("url"), Op::Contains, "org/3"),
        compare(Expr::Column("url"), Op::Is, "nowhere"),
    ] {
        let [here, there] = both(&engine, plan(Scope::Action, &url, &measures, filter.clone()));
        assert_eq!(here, there, "{filter:?}");
    }
    let visits = plan(Scope::Visit, &[Expr::Column("browser")], &[COUNT, VISITORS], Condition::none());
    let [here, there] = both(&engine, visits);
    assert_eq!((here.len(), &here), (4, &there));
    engine.cluster().unwrap();
    let [here, there] = both(&engine, plan(Scope::Action, &url, &measures, Condition::none()));
    assert_eq!((here.len(), &here), (10, &there), "sorted as well");
}
