//! Measures the store on a month of a large site that a server tracked (`benches/month/run`): `month sort DIR` sorts it,
//! `month ask DIR [WORD]` asks what reports ask, beside the best hand-written SQL known, in the same file, and `month segments DIR`
//! asks two reports under each of forty segments; `month erase DIR` and `month purge DIR` take visitors and then all of it
//! out.

mod data;
mod keeping;
mod questions;
mod segments;

use makoto_engine::{Engine, Options};
use std::{path::Path, time::Instant};

/// Chosen so that the process stays under 512 MiB.
const OPTIONS: Options = Options { memory_mib: 224, threads: 2, reserve_bytes: 0 };

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["sort", dir] => sort(Path::new(dir)),
        ["ask", dir] => questions::ask(Path::new(dir), "", OPTIONS),
        ["ask", dir, word] => questions::ask(Path::new(dir), word, OPTIONS),
        ["segments", dir] => segments::ask_all(Path::new(dir), OPTIONS),
        ["erase", dir] => keeping::erase(Path::new(dir), OPTIONS),
        ["purge", dir] => keeping::purge(Path::new(dir), OPTIONS),
        _ => Err("say `month sort DIR`, `month ask DIR [WORD]`, `month segments DIR`, `month erase DIR` or `month purge DIR`"
            .into()),
    }
}

fn sort(dir: &Path) -> Result<(), Failure> {
    let engine = Engine::open(dir, data::catalog()?, OPTIONS)?;
    report(&engine, "as tracked")?;
    let start = Instant::now();
    if engine.cluster()? {
        println!("sorted in {:.1} s", start.elapsed().as_secs_f64());
        report(&engine, "sorted")?;
    }
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
