//! Measures the journal: records per second, processor time per record, and how long a commit takes.
//!
//! `cargo run --release -p makoto-journal --example append -- [FOLDER]`

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use makoto_journal::{Journal, Options, Position, Reservation, SchemaId};

/// About the size of an enriched hit.
const PAYLOAD_BYTES: usize = 400;
const MEASURE_TIME: Duration = Duration::from_secs(5);

/// Processor time of this process so far, in microseconds, from the kernel's clock ticks (100 per second).
fn cpu_us() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux has /proc");
    let after_name = stat.rsplit(')').next().expect("the name ends with a bracket");
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let ticks: u64 = fields[11].parse::<u64>().expect("a number") + fields[12].parse::<u64>().expect("a number");
    ticks as f64 * 10_000.0
}

async fn load(journal: &Journal, schema: SchemaId, tasks: u64, group: usize, keyed: bool) {
    let records = vec![vec![b'x'; PAYLOAD_BYTES]; group];
    let appended = Arc::new(AtomicU64::new(0));
    let mut latencies_us = Vec::new();
    let (begin, begin_cpu_us) = (Instant::now(), cpu_us());
    let workers: Vec<_> = (0..tasks)
        .map(|task| {
            let (journal, records, appended) = (journal.clone(), records.clone(), Arc::clone(&appended));
            tokio::spawn(async move {
                let mut latencies_us = Vec::new();
                while begin.elapsed() < MEASURE_TIME {
                    let start = Instant::now();
                    let number = appended.fetch_add(1, Ordering::Relaxed);
                    let mut key = [0; 16];
                    key[..8].copy_from_slice(&number.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes());
                    key[8..].copy_from_slice(&task.to_be_bytes());
                    let keys = [Reservation { key, expires_s: 1 }];
                    let keys = if keyed { &keys[..] } else { &[] };
                    journal.append_with_keys(schema, &records, keys).await.expect("the disk works");
                    latencies_us.push(start.elapsed().as_micros());
                }
                latencies_us
            })
        })
        .collect();
    for worker in workers {
        latencies_us.extend(worker.await.expect("no panic"));
    }
    let (seconds, cpu_us) = (begin.elapsed().as_secs_f64(), cpu_us() - begin_cpu_us);
    let count = latencies_us.len() * group;
    latencies_us.sort_unstable();
    let at = |share: usize| latencies_us[(latencies_us.len() - 1) * share / 1000];
    println!(
        "{tasks:5} tasks × {group:4} records{}: {:8.0} records/s, {:6.2} µs CPU/record, p50 {} µs, p99 {} µs, p99.9 {} µs",
        if keyed { " + key" } else { "" },
        count as f64 / seconds,
        cpu_us / count as f64,
        at(500),
        at(990),
        at(999),
    );
}

fn follow(journal: &Journal) {
    let (begin, mut after, mut count) = (Instant::now(), journal.trimmed(), 0u64);
    loop {
        let records = journal.read(after, 10_000, 4 << 20).expect("the records are there");
        let Some(last) = records.last() else { break };
        after = last.position;
        count += records.len() as u64;
    }
    println!("reading {count} records: {:.2} µs/record", begin.elapsed().as_secs_f64() * 1e6 / count as f64);
}

fn trim(journal: &Journal, path: &Path) {
    let (begin, count) = (Instant::now(), journal.head().get() - journal.trimmed().get());
    journal.trim(journal.head()).expect("the disk works");
    println!(
        "trimming {count} records: {:.2} µs/record, file {} KiB",
        begin.elapsed().as_secs_f64() * 1e6 / count as f64,
        std::fs::metadata(path).expect("the file is there").len() / 1024
    );
}

#[tokio::main]
async fn main() {
    let folder = match std::env::args_os().nth(1) {
        Some(folder) => tempfile::tempdir_in(folder),
        None => tempfile::tempdir(),
    }
    .expect("the folder can be written");
    let path = folder.path().join("journal.db");
    let journal = Journal::open(&path, Options::default()).expect("the folder can be written");
    let schema = journal.schema("site,url").expect("the disk works");
    for (tasks, group, keyed) in
        [(1, 1, false), (64, 1, false), (1000, 1, false), (1000, 1, true), (1, 1000, false), (8, 1000, false)]
    {
        load(&journal, schema, tasks, group, keyed).await;
    }
    follow(&journal);
    let begin = Instant::now();
    let head: Position = journal.head();
    drop(journal);
    println!("closing: {:?}, file {} MiB", begin.elapsed(), std::fs::metadata(&path).expect("it is there").len() >> 20);
    let begin = Instant::now();
    let journal = Journal::open(&path, Options::default()).expect("the file is sound");
    assert_eq!(journal.head(), head);
    println!("opening and verifying {head} records: {:?}", begin.elapsed());
    follow(&journal);
    trim(&journal, &path);
    let begin = Instant::now();
    println!("expiring {} keys: {:?}", journal.expire_keys(1).expect("the disk works"), begin.elapsed());
}
