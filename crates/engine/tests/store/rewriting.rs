use crate::fixture::*;
use makoto_catalog::{Aggregate, Condition, Expr, Measure, Op, Scope};
use makoto_engine::{Chosen, Engine, Error};
use std::{
    path::Path,
    sync::atomic::{AtomicBool, Ordering},
};

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> =
        std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.retain(|name| name.starts_with("analytics"));
    names.sort();
    names
}

/// Visits in an order that no question likes, half of them written twice.
fn fill(engine: &Engine, maker: &mut Maker, visits: i64) {
    for id in 1..=visits {
        let url = format!("https://example.org/{}", id % 17);
        let day = (id * 5) % 7;
        maker.add(id, START_S + day * 86_400 + id, Some(["FF", "CH", "SF"][id as usize % 3]), &[&url, &url]);
    }
    engine.apply(&[maker.finish()]).unwrap();
    for id in (2..=visits).step_by(2) {
        let changed = maker.visit(id, START_S + 86_400 + id, Some("OP"));
        maker.delta.changed_visits.push(changed.into());
    }
    engine.apply(&[maker.finish()]).unwrap();
}

fn answers(engine: &Engine) -> Vec<Vec<String>> {
    let days = Measure { name: "d", aggregate: Aggregate::DistinctPerDay("visitor"), only: None };
    let on_3 = has_action(compare(Expr::Column("url"), Op::EndsWith, "/3"), false);
    let asked = [
        plan(Scope::Visit, &[Expr::Column("browser")], &[COUNT, days], Condition::none()),
        plan(Scope::Action, &[Expr::Column("url")], &[COUNT, VISITS, days], Condition::none()),
        plan(Scope::Visit, &[Expr::Column("day")], &[COUNT], on_3),
    ];
    asked.iter().map(|plan| shown(&engine.run(plan).unwrap())).collect()
}

#[test]
fn clustering_and_compacting_keep_every_answer() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    fill(&engine, &mut maker, 500);
    let before = answers(&engine);
    assert!(engine.cluster().unwrap());
    assert!(!engine.cluster().unwrap(), "nothing is unsorted any more");
    assert_eq!(answers(&engine), before);
    assert_eq!(files(dir.path()), ["analytics.2.duckdb"]);
    engine.compact().unwrap();
    assert_eq!((answers(&engine), engine.check().unwrap(), engine.applied()), (before, Vec::new(), 2));

    maker.add(900, START_S, Some("FF"), &[]);
    engine.apply(&[maker.finish()]).unwrap();
    assert_eq!(engine.stats().unwrap().unsorted_rows, 1);
    engine.close().unwrap();
    drop(engine);
    assert_eq!(files(dir.path()), ["analytics.3.duckdb"]);
    let engine = open(dir.path(), catalog());
    assert_eq!((engine.applied(), engine.stats().unwrap().visits), (3, 501));
}

#[test]
fn a_rewrite_that_a_crash_cut_short_leaves_the_old_file() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    fill(&engine, &mut Maker::new(catalog()), 50);
    let before = answers(&engine);
    engine.close().unwrap();
    drop(engine);
    std::fs::write(dir.path().join("analytics.2.writing"), "half a file").unwrap();
    let engine = open(dir.path(), catalog());
    assert_eq!(answers(&engine), before);
    assert_eq!(files(dir.path()), ["analytics.1.duckdb"]);
}

#[test]
fn a_rewrite_that_is_broken_off_leaves_the_old_file_and_the_store_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    fill(&engine, &mut maker, 1000);
    let before = answers(&engine);
    let sorted = std::thread::scope(|scope| {
        let sorting = scope.spawn(|| engine.cluster());
        while !dir.path().join("analytics.2.writing").exists() && !sorting.is_finished() {
            std::thread::yield_now();
        }
        engine.break_off();
        sorting.join().unwrap()
    });
    match sorted {
        Err(Error::Closed) => assert!(files(dir.path()).iter().all(|name| name.starts_with("analytics.1.duckdb"))),
        // It was done before it could be broken off.
        sorted => assert!(sorted.unwrap()),
    }
    assert!(matches!(engine.compact(), Err(Error::Closed)));
    assert!(matches!(engine.backup(&dir.path().join("copy.duckdb")), Err(Error::Closed)));
    assert!(!dir.path().join("copy.duckdb").exists());
    assert_eq!((answers(&engine), engine.check().unwrap()), (before, Vec::new()));
    maker.add(2000, START_S, Some("FF"), &[]);
    engine.apply(&[maker.finish()]).unwrap();
    engine.close().unwrap();
    drop(engine);
    let engine = open(dir.path(), catalog());
    assert_eq!((engine.applied(), engine.stats().unwrap().visits), (3, 1001));
}

#[test]
fn nothing_is_copied_where_the_disk_has_no_room() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    fill(&engine, &mut maker, 50);
    let before = answers(&engine);
    engine.close().unwrap();
    drop(engine);
    let options = makoto_engine::Options { memory_mib: 128, threads: 2, reserve_bytes: u64::MAX / 2 };
    let engine = Engine::open(dir.path(), catalog(), options).unwrap();
    let copy = dir.path().join("copy.duckdb");
    for refused in [engine.cluster().map(drop), engine.compact(), engine.backup(&copy)] {
        let fault = refused.unwrap_err();
        assert!(fault.to_string().contains("MiB must be free on its disk"), "{fault}");
        assert!(matches!(fault, Error::File { source, .. } if source.kind() == std::io::ErrorKind::StorageFull));
    }
    let left = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect::<Vec<_>>();
    assert_eq!(left, ["analytics.1.duckdb"]);
    assert_eq!(answers(&engine), before);
    maker.add(900, START_S, Some("FF"), &[]);
    engine.apply(&[maker.finish()]).unwrap();
}

#[test]
fn a_backup_is_a_store() {
    let (dir, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    fill(&engine, &mut maker, 50);
    let before = answers(&engine);
    engine.backup(&away.path().join("analytics.1.duckdb")).unwrap();
    maker.add(900, START_S, Some("FF"), &[]);
    engine.apply(&[maker.finish()]).unwrap();
    engine.backup(&away.path().join("second.duckdb")).unwrap();
    let copy = open(away.path(), catalog());
    assert_eq!((answers(&copy), copy.applied(), copy.check().unwrap()), (before, 2, Vec::new()));
    assert!(engine.backup(Path::new("/nowhere/at/all")).is_err());
    engine.apply(&[maker.finish()]).unwrap();
}

#[test]
fn questions_and_deltas_go_on_beside_rewrites() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    fill(&engine, &mut maker, 200);
    let before = answers(&engine);
    std::thread::scope(|scope| {
        let asking: Vec<_> =
            (0..3).map(|_| scope.spawn(|| (0..20).map(|_| answers(&engine)).all(|now| now == before))).collect();
        for _ in 0..4 {
            engine.compact().unwrap();
            engine.apply(&[maker.finish()]).unwrap();
        }
        for thread in asking {
            assert!(thread.join().unwrap());
        }
    });
    assert_eq!(files(dir.path()).iter().filter(|name| name.ends_with("duckdb")).count(), 1);
}

#[test]
fn the_file_is_written_beside_questions_and_copies() {
    let (dir, away) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    fill(&engine, &mut maker, 200);
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..2)
            .map(|_| {
                scope.spawn(|| {
                    while !is_over.load(Ordering::Relaxed) {
                        answers(&engine);
                    }
                })
            })
            .collect();
        let copying = scope.spawn(|| {
            while !is_over.load(Ordering::Relaxed) {
                engine.backup(&away.path().join("copy.duckdb")).unwrap();
            }
        });
        // What no delta has is on the disk at once, and all deltas with it.
        let done: Result<Vec<u64>, Error> = (1..=60)
            .map(|visit| {
                maker.add(1000 + visit, START_S, Some("FF"), &["https://example.org/a"]);
                engine.apply(&[maker.finish()])?;
                engine.remove(&Chosen::Visits { site: SITE, visits: vec![visit] })?;
                Ok(engine.applied() - engine.written())
            })
            .collect();
        is_over.store(true, Ordering::Relaxed);
        assert_eq!(done.unwrap(), [0; 60]);
        asking.into_iter().chain([copying]).for_each(|thread| thread.join().unwrap());
    });
    assert_eq!((engine.stats().unwrap().visits, engine.check().unwrap()), (200, Vec::new()));
}

#[test]
fn damage_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S, Some("FF"), &["https://example.org/a"]);
    maker.add(1, START_S, Some("FF"), &[]);
    let orphan = maker.action(500, 44, START_S, None);
    maker.delta.actions.push(orphan.into());
    maker.delta.texts.retain(|text| &*text.text != "FF");
    engine.apply(&[maker.finish()]).unwrap();
    let found: Vec<String> =
        engine.check().unwrap().iter().map(|fault| format!("{} {} {}", fault.table, fault.rows, fault.what)).collect();
    assert_eq!(
        found,
        [
            "visit 1 rows with an id that another row has; restore a backup",
            "visit 1 values of browser without a text; restore a backup",
            "action 1 actions without a visit; restore a backup",
        ]
    );
}
