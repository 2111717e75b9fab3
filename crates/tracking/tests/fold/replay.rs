//! The same hits give the same rows, however they are cut into batches.

use super::conversions::{order, product};
use super::*;
use makoto_model::Reached;
use proptest::prelude::*;

/// A hit that looks a little like the others: few visitors, devices, pages and minutes.
fn any_hit() -> impl Strategy<Value = Hit> {
    let who = (0u64..5, 0u64..3, 0u8..4, prop::option::weighted(0.2, 0u8..3));
    let act = prop_oneof![
        6 => (0u8..4, 0u8..3).prop_map(|(url, title)| (1, url, title)),
        1 => Just((2, 1, 0)), 1 => Just((8, 0, 1)), 1 => Just((10, 1, 0)), 1 => Just((13, 1, 0)),
        1 => Just((0, 0, 0)), 1 => Just((99, 6, 0)),
        2 => (0u8..2, 0u8..3).prop_map(|(is_order, products)| (98, is_order, products)),
    ];
    let when = prop_oneof![8 => -400i64..2_000, 1 => -90_000i64..90_000];
    let facts = (prop::bool::weighted(0.05), 0u8..8, 0i64..3, 0i64..4);
    let reached = prop::collection::vec((1u32..4, any::<bool>(), prop::option::of(0i64..60)), 0..3);
    (1u32..3, when, who, act, facts, reached).prop_map(
        |(site, step, who, act, (new_visit, more, page, loaded), reached)| {
            let mut hit = hit(step, who.0);
            hit.site = SiteId(site);
            hit.who.config = who.1;
            if who.2 == 0 && who.0 > 0 {
                hit.who.source = VisitorSource::Forced;
            }
            if let Some(user) = who.3 {
                let id = VisitorId(1_000 + u64::from(user));
                hit.who = Who {
                    visitor: Some(id),
                    source: VisitorSource::UserId,
                    user_id: Some(format!("u{user}").into()),
                    ..hit.who
                };
            }
            hit.new_visit = new_visit;
            if more < 2 {
                hit.referrer = campaign(["a", "b"][usize::from(more)], "");
            }
            let plan = if more > 5 { Value::from(format!("p{more}")) } else { Value::Null };
            hit.visit_facts = vec![Value::from("de"), plan].into();
            let text = |n: u8, of: &str| if n == 0 { String::new() } else { format!("{of}{n}") };
            hit.act = match act {
                (0, ..) => Act::Ping,
                (98, is_order, products) => order((is_order == 1).then_some("A1"), products),
                (99, goal, _) => Act::Conversion { goal: u32::from(goal), params: "{}".into() },
                (kind, url, title) => {
                    let kinds = [
                        ActionKind::PageView,
                        ActionKind::Outlink,
                        ActionKind::SiteSearch,
                        ActionKind::Event,
                        ActionKind::Content,
                    ];
                    let kind = kinds.into_iter().find(|known| *known as u8 == kind).unwrap();
                    action(kind, &text(url, "http://example.org/"), &text(title, "T"))
                }
            };
            let reach = |(goal, many, after_s)| Reached { goal, revenue: f64::from(goal), many, after_s };
            hit.reached = reached.into_iter().map(reach).collect();
            hit.viewed = (more == 3).then(|| product("S1", &["x", "y"]));
            let loaded = if loaded > 0 { Value::Int(loaded) } else { Value::Null };
            hit.action_facts = vec![Value::Float(1.5), Value::Int(page), loaded].into();
            hit
        },
    )
}

/// Hits whose times run on from one to the next, mostly forward.
fn any_hits() -> impl Strategy<Value = Vec<Hit>> {
    prop::collection::vec(any_hit(), 1..60).prop_map(|mut hits| {
        let mut now_s = NOON_S;
        for hit in &mut hits {
            now_s += hit.time_s;
            hit.time_s = now_s;
            hit.day = Day(now_s.div_euclid(86_400) as i32);
        }
        hits
    })
}

/// So few that some hits bring more.
const NEW_TEXTS_MAX: u32 = 2;

/// How the same hits are folded.
#[derive(Clone, Copy, Debug)]
struct Way {
    batch: usize,
    visits_max: usize,
    reopen: bool,
    /// The engine applies deltas only at the end, so that the fold reads its own.
    engine_lags: bool,
    /// What the engine applied it has not written yet, so that the fold keeps the deltas.
    file_lags: bool,
}

fn folded(hits: &[Hit], way: Way) -> Shared {
    let folder = tempfile::tempdir().unwrap();
    let store = Shared::default();
    let opened = || open(folder.path(), &store).with_visits_max(way.visits_max).with_new_texts_max(NEW_TEXTS_MAX);
    let mut fold = opened();
    let numbered: Vec<(u64, Hit)> = (1..).zip(hits.iter().cloned()).collect();
    for batch in numbered.chunks(way.batch) {
        let delta = fold.apply(batch).unwrap();
        if !way.engine_lags
            && let Some(delta) = delta
        {
            store.0.lock().unwrap().apply(&delta);
            if !way.file_lags {
                fold.forget(delta.number).unwrap();
            }
        }
        if way.reopen {
            drop(fold);
            fold = opened();
        }
    }
    let mut number = fold.last_delta();
    for delta in fold.pending(0, usize::MAX).unwrap().iter().rev() {
        assert_eq!(delta.number, number);
        number -= 1;
    }
    let applied = store.0.lock().unwrap().applied;
    for delta in fold.pending(applied, usize::MAX).unwrap() {
        store.0.lock().unwrap().apply(&delta);
    }
    store
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn neither_batches_nor_restarts_nor_a_full_memory_change_anything(hits in any_hits(), batch in 1usize..20) {
        let plain = Way { batch: usize::MAX, visits_max: 1_000, reopen: false, engine_lags: false, file_lags: false };
        let expected = folded(&hits, plain);
        let expected = expected.0.lock().unwrap();
        for way in [
            Way { batch, ..plain },
            Way { batch, reopen: true, ..plain },
            Way { batch, visits_max: 4, ..plain },
            Way { batch, visits_max: 1, engine_lags: true, ..plain },
            Way { batch, reopen: true, engine_lags: true, ..plain },
            Way { batch, visits_max: 1, reopen: true, file_lags: true, ..plain },
        ] {
            let store = folded(&hits, way);
            let store = store.0.lock().unwrap();
            prop_assert_eq!(&store.visits, &expected.visits, "{:?}", way);
            prop_assert_eq!(&store.actions, &expected.actions, "{:?}", way);
            prop_assert_eq!(&store.conversions, &expected.conversions, "{:?}", way);
            prop_assert_eq!(&store.items, &expected.items, "{:?}", way);
            prop_assert_eq!(&store.texts, &expected.texts, "{:?}", way);
        }
    }
}
