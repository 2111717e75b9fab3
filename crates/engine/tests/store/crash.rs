use crate::fixture::*;
use makoto_catalog::{Condition, Expr, Scope};
use makoto_engine::Engine;
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

const FOLDER: &str = "MAKOTO_ENGINE_CRASH_FOLDER";
const ROUNDS: u64 = 5;
/// Every delta brings this many visits of two actions each, and changes as many of the delta before.
const VISITS_PER_DELTA: i64 = 50;

/// The delta of this number: always the same rows for the same number.
fn nth_delta(number: u64) -> makoto_model::Delta {
    let mut maker = Maker::new(catalog());
    for name in ["FF", "CH"] {
        maker.text("name", name);
    }
    let first = number as i64 * VISITS_PER_DELTA;
    for id in first..first + VISITS_PER_DELTA {
        maker.add(id, START_S + id % 500_000, Some("FF"), &["https://example.org/a", "https://example.org/b"]);
    }
    for id in first - VISITS_PER_DELTA..first {
        if number > 1 {
            let changed = maker.visit(id, START_S + id % 500_000, Some("CH"));
            maker.delta.changed_visits.push(changed.into());
        }
    }
    // Every delta builds the same short texts; only the first one brings them, and visitors stay without theirs.
    maker.delta.texts.retain(|text| text.dictionary != 0 && number == 1);
    let mut delta = maker.finish();
    delta.number = number;
    delta
}

#[test]
#[ignore = "the process that the next test kills"]
fn apply_until_killed() {
    let dir = std::env::var_os(FOLDER).expect("started by kill_nine_loses_nothing");
    let engine = open(dir.as_ref(), catalog());
    for number in engine.applied() + 1.. {
        engine.apply(&[nth_delta(number)]).unwrap();
        println!("applied {number}");
        if number % 40 == 0 {
            engine.cluster().unwrap();
        }
    }
}

/// Applies in another process until it has told of some deltas, then kills it; the last number it told.
fn applied_before_killed(dir: &std::path::Path, round: u64) -> u64 {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::apply_until_killed", "--nocapture"])
        .env(FOLDER, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = 0;
    let wanted = 20 + round as usize * 7;
    for line in lines.map(Result::unwrap).filter(|line| line.contains("applied ")).take(wanted) {
        told = line.rsplit(' ').next().unwrap().parse().unwrap();
    }
    std::thread::sleep(Duration::from_millis(round * 3));
    child.kill().unwrap();
    child.wait().unwrap();
    told
}

/// Visits that still have their first browser, and those whose change came.
fn browsers(engine: &Engine) -> Vec<String> {
    shown(&engine.run(&plan(Scope::Visit, &[Expr::Column("browser")], &[COUNT], Condition::none())).unwrap())
}

#[test]
fn kill_nine_loses_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut told_before = 0;
    for round in 0..ROUNDS {
        let told = applied_before_killed(dir.path(), round);
        assert!(told > told_before, "the child went on from {told_before}");
        let engine = open(dir.path(), catalog());
        let applied = engine.applied();
        assert!(applied >= told, "{applied} of {told}");
        let stats = engine.stats().unwrap();
        let visits = applied * VISITS_PER_DELTA as u64;
        assert_eq!((stats.visits, stats.actions), (visits, visits * 2), "round {round}");
        let changed = visits - VISITS_PER_DELTA as u64;
        assert_eq!(browsers(&engine), [format!("0: CH {changed}"), format!("0: FF {VISITS_PER_DELTA}")]);
        engine.close().unwrap();
        told_before = applied;
    }
}
