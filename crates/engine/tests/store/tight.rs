//! Questions that need more memory at once than the store may use are answered in pieces.

use crate::fixture::*;
use makoto_catalog::{Aggregate, Condition, Expr, Measure, Op, Scope, Table};
use makoto_engine::{Engine, Options, Rows};
use makoto_model::{Cell, NewText};
use std::path::Path;

const URLS: i64 = 60_000;
/// Each address was seen so often, by different visits.
const TIMES: i64 = 5;
/// Enough to write the rows, and to answer at once.
const AMPLE_MIB: u32 = 512;
/// Too little for all sums of all addresses at once, and for half of them.
const TIGHT_MIB: [u32; 2] = [32, 24];

static TIME: Expr = Expr::Column("time_s");
/// The database sums up only once what is asked twice.
static FACTORS: [Expr; 6] = [Expr::Int(1), Expr::Int(2), Expr::Int(3), Expr::Int(4), Expr::Int(5), Expr::Int(6)];

fn opened(dir: &Path, memory_mib: u32) -> Engine {
    Engine::open(dir, catalog(), Options { memory_mib, threads: 2, reserve_bytes: 0 }).unwrap()
}

fn fill(engine: &Engine) {
    let mut maker = Maker::new(catalog());
    for nth in 0..URLS * TIMES {
        let (visit, url) = (1 + nth, 1 + nth % URLS);
        let values = [
            ("site_id", i64::from(SITE.0)),
            ("visit_id", visit),
            ("action_id", visit),
            ("visitor", 1 + nth % 1_000),
            ("time_s", START_S + nth),
            ("kind", 1 + nth % 2),
            ("url", url),
        ];
        let action = maker.row(Table::Action, &values.map(|(name, n)| (name, Cell::Int(n))));
        maker.delta.actions.push(action.into());
        if nth % 20_000 == 0 {
            engine.apply(&[maker.finish()]).unwrap();
        }
    }
    let dictionary = makoto_catalog::columns::dictionary_number("url").unwrap();
    for id in 1..=URLS as u32 {
        let text = format!("e.org/{id}").into();
        maker.delta.texts.push(NewText { dictionary, id, prefix: None, text });
    }
    engine.apply(&[maker.finish()]).unwrap();
    engine.close().unwrap();
}

/// As many numbers as reports on pages have.
fn measures() -> Vec<Measure> {
    let of = |aggregate| Measure { name: "m", aggregate, only: None };
    let mut all = vec![VISITS, of(Aggregate::DistinctPerDay("visitor")), COUNT];
    for (nth, factor) in (0..).zip(&FACTORS) {
        all.push(of(Aggregate::Sum(Expr::Times(&TIME, factor))));
        all.push(Measure { only: Some(Expr::Is("kind", nth)), ..COUNT });
        all.push(of(Aggregate::Min(Expr::Times(&TIME, factor))));
        all.push(of(Aggregate::Max(Expr::Minus(&TIME, factor))));
    }
    all.push(of(Aggregate::DistinctPairs("visit_id", "url")));
    all.push(Measure { only: Some(Expr::Is("kind", 2)), ..VISITS });
    all
}

fn answered(engine: &Engine, filter: Condition) -> Rows {
    engine.run(&plan(Scope::Action, &[Expr::Column("url")], &measures(), filter)).unwrap()
}

#[test]
fn what_needs_too_much_memory_at_once_is_answered_in_pieces() {
    let dir = tempfile::tempdir().unwrap();
    fill(&opened(dir.path(), AMPLE_MIB));
    let ample = opened(dir.path(), AMPLE_MIB);
    let expected = shown(&answered(&ample, Condition::none()));
    ample.close().unwrap();
    drop(ample);
    assert_eq!(expected.len(), URLS as usize);
    let nothing = compare(Expr::Column("kind"), Op::Is, 9);
    for memory_mib in TIGHT_MIB {
        let tight = opened(dir.path(), memory_mib);
        assert!(shown(&answered(&tight, Condition::none())) == expected, "{memory_mib} MiB");
        assert!(answered(&tight, nothing.clone()).is_empty());
        tight.close().unwrap();
    }
}
