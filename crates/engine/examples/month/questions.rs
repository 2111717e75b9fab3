//! What reports ask, each beside hand-written SQL for the same file.

use crate::{
    Failure,
    data::{DAYS, SITE, START_S, catalog},
    resident,
};
use duckdb::{Config, Connection};
use makoto_catalog::{Aggregate, Bucket, Condition, Expr, Measure, Op, Plan, Scope, TimePart};
use makoto_engine::{Engine, Options, VisitsQuestion};
use makoto_model::{SiteId, Value};
use std::{path::Path, time::Instant};

/// Each question is asked this often; the fastest counts, since the machine is shared.
const ROUNDS: usize = 5;

const fn measure(name: &'static str, aggregate: Aggregate, only: Option<Expr>) -> Measure {
    Measure { name, aggregate, only }
}

pub const COUNT: Measure = measure("n", Aggregate::Count, None);
pub const VISITS: Measure = measure("visits", Aggregate::Distinct("visit_id"), None);
pub const VISITORS: Measure = measure("visitors", Aggregate::DistinctPerDay("visitor"), None);
const EVER: Measure = measure("ever", Aggregate::Distinct("visitor"), None);
const ACTIONS: Measure = measure("actions", Aggregate::Sum(Expr::Column("action_count")), None);
const LENGTH: Measure = measure("length", Aggregate::Sum(Expr::Column("visit_length_s")), None);
const BOUNCES: Measure = measure("bounces", Aggregate::Count, Some(Expr::Is("action_count", 1)));
const MOST: Measure = measure("most", Aggregate::Max(Expr::Column("action_count")), None);
const SPENT: Measure = measure("spent", Aggregate::Sum(Expr::Column("spent_before_s")), None);
pub const OF_VISITS: &[Measure] = &[COUNT, VISITORS, ACTIONS, LENGTH, BOUNCES, MOST];

pub static LAST: Expr = Expr::Column("last_action_s");

/// A question as a plan and as SQL written for it by hand.
struct Case {
    name: &'static str,
    plan: Plan,
    by_hand: &'static str,
}

fn days(first: i64, count: i64) -> Vec<Bucket> {
    let start = |day| START_S + (first + day) * 86_400;
    (0..count).map(|day| Bucket { from_s: start(day), until_s: start(day + 1) }).collect()
}

pub fn plan(scope: Scope, keys: &[Expr], measures: &[Measure], filter: Condition) -> Plan {
    Plan {
        site: SiteId(SITE as u32),
        scope,
        buckets: vec![Bucket { from_s: START_S, until_s: START_S + DAYS * 86_400 }],
        midnights: (0..DAYS).map(|day| START_S + day * 86_400).collect(),
        clock: Vec::new(),
        filter,
        keys: keys.to_vec(),
        measures: measures.to_vec(),
        top: None,
    }
}

pub fn is(column: &'static str, op: Op, value: impl Into<Value>) -> Condition {
    Condition::Compare { expr: Expr::Column(column), op, value: value.into() }
}

fn by(column: &'static str) -> Plan {
    plan(Scope::Visit, &[Expr::Column(column)], OF_VISITS, Condition::none())
}

fn one_day(mut plan: Plan) -> Plan {
    plan.buckets = days(14, 1);
    plan
}

fn day_by_day(mut plan: Plan) -> Plan {
    plan.buckets = days(0, DAYS);
    plan
}

fn saw(text: &str, negated: bool) -> Condition {
    Condition::VisitHas { scope: Scope::Action, condition: Box::new(is("url", Op::Contains, text)), negated }
}

fn cases() -> Vec<Case> {
    let pages = || plan(Scope::Action, &[Expr::Column("url")], &[COUNT, VISITS, VISITORS], is("kind", Op::Is, 1));
    let of_visit = |condition| Condition::OfVisit(Box::new(condition));
    let mut found = pages();
    found.filter = Condition::All(vec![found.filter, of_visit(saw("section-7/", false))]);
    let mut firefox = pages();
    firefox.filter = Condition::All(vec![firefox.filter, of_visit(is("browser", Op::Is, "FF"))]);
    let mut segmented = by("browser");
    segmented.filter = saw("section-7/", false);
    let mut unseen = by("browser");
    unseen.filter = saw("section-7/", true);
    let case = |name, plan, by_hand| Case { name, plan, by_hand };
    vec![
        case("pages", pages(), include_str!("pages.sql")),
        case("pages, one day", one_day(pages()), include_str!("pages_day.sql")),
        case(
            "time by page left",
            plan(
                Scope::Action,
                &[Expr::Column("url_before")],
                &[SPENT, COUNT],
                is("url_before", Op::IsNot, Value::Null),
            ),
            "SELECT url_before, sum(spent_before_s)::BIGINT, count(*) FROM action WHERE url_before IS NOT NULL GROUP BY 1",
        ),
        case(
            "entries",
            plan(Scope::Visit, &[Expr::Column("entry_url")], OF_VISITS, is("entry_url", Op::IsNot, Value::Null)),
            include_str!("entries.sql"),
        ),
        case(
            "exits",
            plan(Scope::Visit, &[Expr::Column("exit_url")], &[COUNT, VISITORS], is("exit_url", Op::IsNot, Value::Null)),
            include_str!("exits.sql"),
        ),
        case("browsers", by("browser"), include_str!("browsers.sql")),
        case("browsers, one day", one_day(by("browser")), include_str!("browsers_day.sql")),
        case("cities", by("city"), include_str!("cities.sql")),
        case("referrers", by("referrer_name"), include_str!("referrers.sql")),
        case(
            "visits by day",
            day_by_day(plan(Scope::Visit, &[], OF_VISITS, Condition::none())),
            include_str!("days.sql"),
        ),
        case(
            "visits, month",
            plan(Scope::Visit, &[], &[COUNT, EVER, ACTIONS], Condition::none()),
            include_str!("month.sql"),
        ),
        case(
            "hours",
            plan(Scope::Visit, &[Expr::Local(TimePart::Hour, &LAST)], OF_VISITS, Condition::none()),
            include_str!("hours.sql"),
        ),
        case("browsers of visits that saw", segmented, include_str!("saw.sql")),
        case("browsers of visits that did not", unseen, include_str!("saw_not.sql")),
        case("pages of visits that saw", found, include_str!("pages_saw.sql")),
        case("pages of one browser", firefox, include_str!("pages_browser.sql")),
    ]
}

fn fastest_ms<T>(mut act: impl FnMut() -> Result<T, Failure>) -> Result<(f64, T), Failure> {
    let mut best: Option<(f64, T)> = None;
    for _ in 0..ROUNDS {
        let start = Instant::now();
        let value = act()?;
        let spent_ms = start.elapsed().as_secs_f64() * 1e3;
        if best.as_ref().is_none_or(|(fastest, _)| spent_ms < *fastest) {
            best = Some((spent_ms, value));
        }
    }
    best.ok_or_else(|| "nothing was asked".into())
}

/// The same file, opened by itself.
pub fn by_hand(dir: &Path, options: Options) -> Result<Connection, Failure> {
    let newest = std::fs::read_dir(dir)?.filter_map(Result::ok).map(|entry| entry.path());
    let path = newest.filter(|path| path.extension().is_some_and(|e| e == "duckdb")).max().ok_or("no data file")?;
    let config =
        Config::default().max_memory(&format!("{}MiB", options.memory_mib))?.threads(i64::from(options.threads))?;
    let connection = Connection::open_with_flags(path, config)?;
    Ok(connection)
}

/// By hand, too, the answer has texts and not their numbers.
fn with_texts(case: &Case) -> String {
    match case.plan.keys.first() {
        Some(Expr::Column(column)) => {
            let dictionary = if column.contains("url") { "url" } else { "name" };
            format!(
                "SELECT t.prefix, t.text, q.* FROM ({}) q LEFT JOIN text_{dictionary} t ON t.id = q.{column}",
                case.by_hand
            )
        }
        _ => case.by_hand.to_owned(),
    }
}

/// The line above what `take_turns` tells.
pub fn heading() {
    println!("{:<34}{:>10}{:>12}{:>8}{:>10}", "question", "ours ms", "by hand ms", "ratio", "rows");
}

/// Asks in both ways in turn and tells the fastest of each; what ours takes of what it takes by hand.
pub fn take_turns(
    engine: &Engine,
    connection: &Connection,
    name: &str,
    plan: &Plan,
    by_hand: &str,
    rounds: usize,
) -> Result<f64, Failure> {
    let mut statement = connection.prepare(by_hand)?;
    let (mut our_ms, mut hand_ms, mut rows) = (f64::MAX, f64::MAX, (0, 0));
    for _ in 0..rounds {
        let start = Instant::now();
        rows.0 = engine.run(plan)?.len();
        our_ms = our_ms.min(start.elapsed().as_secs_f64() * 1e3);
        let start = Instant::now();
        rows.1 = statement.query_arrow([])?.map(|batch| batch.num_rows()).sum();
        hand_ms = hand_ms.min(start.elapsed().as_secs_f64() * 1e3);
    }
    if rows.0 != rows.1 {
        return Err(format!("{name}: {} rows, by hand {}", rows.0, rows.1).into());
    }
    println!("{name:<34}{our_ms:>10.1}{hand_ms:>12.1}{:>8.2}{:>10}", our_ms / hand_ms, rows.0);
    Ok(our_ms / hand_ms)
}

/// Asks the questions with this word in their names.
pub fn ask(dir: &Path, word: &str, options: Options) -> Result<(), Failure> {
    let engine = Engine::open(dir, catalog()?, options)?;
    let cases: Vec<Case> = cases().into_iter().filter(|case| case.name.contains(word)).collect();
    for case in &cases {
        engine.run(&case.plan)?;
    }
    let (log_ms, log_rows) = fastest_ms(|| visits_log(&engine))?;
    let memory = format!("resident {} (most {})", resident("VmRSS")?, resident("VmHWM")?);
    // Nothing is written meanwhile, so that two databases may read one file; they take turns, since others use the
    // machine.
    let connection = by_hand(dir, options)?;
    heading();
    for case in &cases {
        take_turns(&engine, &connection, case.name, &case.plan, &with_texts(case), ROUNDS)?;
    }
    println!("{:<34}{log_ms:>10.1}{:>30}", "visits log, 100 with actions", log_rows);
    println!("{memory}");
    Ok(())
}

fn visits_log(engine: &Engine) -> Result<usize, Failure> {
    let question = VisitsQuestion {
        site: SiteId(SITE as u32),
        from_s: START_S,
        until_s: START_S + DAYS * 86_400,
        filter: Condition::none(),
        clock: Vec::new(),
        newest_first: true,
        limit: 100,
        offset: 0,
        after_s: None,
        with_actions: true,
    };
    Ok(engine.visits(&question)?.len())
}
