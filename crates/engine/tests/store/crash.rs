use crate::fixture::*;
use makoto_catalog::{Condition, Expr, Scope};
use makoto_engine::{Chosen, Engine, Error};
use std::{
    io::{BufRead, BufReader},
    process::{Command, Stdio},
    time::Duration,
};

const FOLDER: &str = "MAKOTO_ENGINE_CRASH_FOLDER";
const ROUNDS: u64 = 5;
/// Every delta brings this many visits of two actions each, and changes as many of the delta before.
const VISITS_PER_DELTA: i64 = 50;
/// Deltas after which something else is written that no delta has, and the file with it.
const DELTAS_PER_WRITE: u64 = 7;

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
    let dir = std::env::var_os(FOLDER).expect("started by the next test");
    let engine = open(dir.as_ref(), catalog());
    for number in engine.applied() + 1.. {
        engine.apply(&[nth_delta(number)]).unwrap();
        println!("applied {number} {}", engine.written());
        if number % DELTAS_PER_WRITE == 0 {
            engine.remove(&Chosen::Visits { site: SITE, visits: vec![0] }).unwrap();
        }
        if number % 40 == 0 {
            engine.cluster().unwrap();
        }
    }
}

/// A file may grow to so many blocks of 512 bytes in the process of the next but one test.
const BLOCKS_MAX: u64 = 5_000;

#[test]
#[ignore = "the process in which the file cannot grow"]
fn apply_until_the_file_cannot_grow() {
    let dir = std::env::var_os(FOLDER).expect("started by the next test");
    let engine = open(dir.as_ref(), catalog());
    let nothing = Chosen::Visits { site: SITE, visits: vec![0] };
    let mut written = 0;
    let fault = loop {
        engine.apply(&[nth_delta(written + 1)]).unwrap();
        match engine.remove(&nothing) {
            Ok(_) => written += 1,
            Err(fault) => break fault,
        }
    };
    assert!(matches!(fault, Error::Unwritten(_)), "{fault:?}");
    assert!(written > 1, "the file grew at first");
    // It is as it was last written, answers, and takes again what it lacks.
    assert_eq!((engine.applied(), engine.written()), (written, written));
    is_as_applied(&engine);
    for number in written + 1..written + 5 {
        engine.apply(&[nth_delta(number)]).unwrap();
    }
    is_as_applied(&engine);
    // There is room again.
    let limit = rustix::process::getrlimit(rustix::process::Resource::Fsize);
    let unlimited = rustix::process::Rlimit { current: limit.maximum, maximum: limit.maximum };
    rustix::process::setrlimit(rustix::process::Resource::Fsize, unlimited).unwrap();
    engine.remove(&nothing).unwrap();
    assert_eq!((engine.applied(), engine.written()), (written + 4, written + 4));
    engine.close().unwrap();
    is_as_applied(&open(dir.as_ref(), catalog()));
}

#[test]
fn promise_56_a_file_that_cannot_be_written_is_opened_anew() {
    let dir = tempfile::tempdir().unwrap();
    // Who ignores the signal is told by the write instead.
    let limited = format!("trap '' XFSZ && ulimit -S -f {BLOCKS_MAX} && exec \"$@\"");
    let status = Command::new("sh")
        .args(["-c", &limited, "sh"])
        .arg(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::apply_until_the_file_cannot_grow", "--nocapture"])
        .env(FOLDER, dir.path())
        .status()
        .unwrap();
    assert!(status.success());
}

/// Applies in another process until it has told of some deltas, then kills it; the last number it told as applied, and the
/// last as written.
fn applied_before_killed(dir: &std::path::Path, round: u64) -> (u64, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--ignored", "--exact", "crash::apply_until_killed", "--nocapture"])
        .env(FOLDER, dir)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut told = (0, 0);
    let wanted = 20 + round as usize * 7;
    for line in lines.map(Result::unwrap).filter(|line| line.contains("applied ")).take(wanted) {
        let mut numbers = line.rsplit(' ').map(|number| number.parse().unwrap());
        let written = numbers.next().unwrap();
        told = (numbers.next().unwrap(), written);
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

/// Deltas of one row after which the file is written.
const SMALL_DELTAS: u64 = 1_000;

#[test]
fn what_is_applied_is_written_before_there_is_too_much_of_it() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut delta = nth_delta(1);
    delta.new_visits.truncate(1);
    delta.actions.clear();
    for number in 1..=SMALL_DELTAS {
        delta.number = number;
        assert_eq!(engine.written(), 0);
        engine.apply(std::slice::from_ref(&delta)).unwrap();
    }
    assert_eq!((engine.applied(), engine.written()), (SMALL_DELTAS, SMALL_DELTAS));
}

fn is_as_applied(engine: &Engine) {
    let stats = engine.stats().unwrap();
    let visits = engine.applied() * VISITS_PER_DELTA as u64;
    assert_eq!((stats.visits, stats.actions), (visits, visits * 2));
    let changed = visits - VISITS_PER_DELTA as u64;
    assert_eq!(browsers(engine), [format!("0: CH {changed}"), format!("0: FF {VISITS_PER_DELTA}")]);
}

#[test]
fn kill_nine_loses_nothing_that_was_written_and_the_rest_is_applied_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut before = 0;
    for round in 0..ROUNDS {
        let (applied, written) = applied_before_killed(dir.path(), round);
        assert!(applied >= written && written > before, "{applied} applied and {written} written after {before}");
        let engine = open(dir.path(), catalog());
        let found = engine.applied();
        assert!(found >= written && found == engine.written(), "{found} of {written} in round {round}");
        is_as_applied(&engine);
        for number in found + 1..=applied {
            engine.apply(&[nth_delta(number)]).unwrap();
        }
        is_as_applied(&engine);
        engine.close().unwrap();
        before = engine.written();
    }
}
