//! Measures the store on a month of a large site: `month build DIR` writes it through `apply` and clusters it,
//! `month ask DIR` asks what reports ask, beside the best hand-written SQL known, in the same file.

mod data;
mod questions;

use makoto_engine::{Engine, Options};
use std::{path::Path, time::Instant};

/// Chosen so that the process stays under 512 MiB.
const OPTIONS: Options = Options { memory_mib: 224, threads: 2 };
/// Deltas per call of `apply`.
const DELTAS_PER_CALL: usize = 4;

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["build", dir] => build(Path::new(dir), data::Size::default()),
        ["build", dir, actions] => build(Path::new(dir), data::Size::of_actions(actions.parse()?)),
        ["ask", dir] => questions::ask_all(Path::new(dir), OPTIONS),
        _ => Err("say `month build DIR [ACTIONS]` or `month ask DIR`".into()),
    }
}

fn build(dir: &Path, size: data::Size) -> Result<(), Failure> {
    let engine = Engine::open(dir, data::catalog()?, OPTIONS)?;
    let mut month = data::Month::new(&size)?;
    let (mut rows, mut spent_s) = (0usize, 0f64);
    let mut slowest_ms = 0f64;
    loop {
        let deltas: Vec<_> = std::iter::from_fn(|| month.next_delta()).take(DELTAS_PER_CALL).collect();
        if deltas.is_empty() {
            break;
        }
        rows += deltas.iter().map(|d| d.actions.len() + d.new_visits.len() + d.changed_visits.len()).sum::<usize>();
        let start = Instant::now();
        engine.apply(&deltas)?;
        spent_s += start.elapsed().as_secs_f64();
        slowest_ms = slowest_ms.max(start.elapsed().as_secs_f64() * 1e3);
    }
    println!(
        "applied {rows} rows in {spent_s:.1} s: {:.2} µs per row, slowest call {slowest_ms:.0} ms",
        spent_s * 1e6 / rows as f64
    );
    report(&engine, "as applied")?;
    let start = Instant::now();
    engine.cluster()?;
    println!("clustered in {:.1} s", start.elapsed().as_secs_f64());
    report(&engine, "clustered")?;
    engine.close()?;
    Ok(())
}

fn report(engine: &Engine, when: &str) -> Result<(), Failure> {
    let stats = engine.stats()?;
    println!(
        "{when}: {} visits, {} actions, {} texts, {:.1} MiB = {:.1} bytes per action; resident {} (most {})",
        stats.visits,
        stats.actions,
        stats.texts,
        stats.file_bytes as f64 / 1048576.0,
        stats.file_bytes as f64 / stats.actions as f64,
        resident("VmRSS")?,
        resident("VmHWM")?,
    );
    Ok(())
}

/// A line of the process's own memory figures.
pub fn resident(name: &str) -> Result<String, Failure> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).ok_or("no such figure")?;
    let kib: f64 = line.trim_start_matches(':').trim().trim_end_matches(" kB").parse()?;
    Ok(format!("{:.0} MiB", kib / 1024.0))
}
