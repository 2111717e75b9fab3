//! Counters for operators, in Prometheus' text format.

use makoto_tracking::{Invalid, Reason};
use std::{
    fmt::Write,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Upper bounds of the acknowledgement's histogram, in microseconds.
const ACK_BOUNDS_US: [u64; 9] = [1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 1_000_000, 10_000_000];

/// What is counted from start to stop.
#[derive(Default)]
pub struct Metrics {
    pub hits_accepted: AtomicU64,
    pub hits_refused_busy: AtomicU64,
    dropped: [AtomicU64; Reason::ALL.len()],
    invalid: [AtomicU64; Invalid::ALL.len()],
    pub connections: AtomicU64,
    pub connections_refused: AtomicU64,
    pub reports: AtomicU64,
    pub panics: Arc<AtomicU64>,
    pub mails_sent: AtomicU64,
    /// Tries that were no success.
    pub mails_failed: AtomicU64,
    ack_buckets: [AtomicU64; ACK_BOUNDS_US.len()],
    ack_count: AtomicU64,
    ack_sum_us: AtomicU64,
}

/// A reading of what other parts count.
pub struct Readings {
    pub journal_head: u64,
    pub applied: u64,
    pub folded_hits: u64,
    pub folded_texts: u64,
    pub fold_failures: u64,
    pub analytics_bytes: u64,
    pub analytics_memory_bytes: u64,
    pub visits: u64,
    pub actions: u64,
    pub mails_waiting: u64,
}

fn add(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

impl Metrics {
    pub fn drop_hit(&self, reason: Reason) {
        if let Some(place) = Reason::ALL.iter().position(|known| *known == reason) {
            add(&self.dropped[place]);
        }
    }

    pub fn refuse_hit(&self, invalid: Invalid) {
        if let Some(place) = Invalid::ALL.iter().position(|known| *known == invalid) {
            add(&self.invalid[place]);
        }
    }

    /// Notes how long a durable append took.
    pub fn acknowledge(&self, took: std::time::Duration, hits: u64) {
        let took_us = took.as_micros() as u64;
        for (bound, bucket) in ACK_BOUNDS_US.iter().zip(&self.ack_buckets) {
            if took_us <= *bound {
                add(bucket);
            }
        }
        add(&self.ack_count);
        self.ack_sum_us.fetch_add(took_us, Ordering::Relaxed);
        self.hits_accepted.fetch_add(hits, Ordering::Relaxed);
    }

    /// Everything as text.
    pub fn text(&self, readings: &Readings) -> String {
        let mut out = String::new();
        let mut line = |name: &str, kind: &str, help: &str, value: u64| {
            // Writing to a String cannot fail.
            let _ = write!(out, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n");
        };
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        line("makoto_hits_accepted_total", "counter", "Hits acknowledged as durable.", get(&self.hits_accepted));
        line("makoto_hits_refused_busy_total", "counter", "Hits refused with 503.", get(&self.hits_refused_busy));
        line("makoto_reports_total", "counter", "API calls answered.", get(&self.reports));
        line("makoto_connections", "gauge", "Open connections.", get(&self.connections));
        line(
            "makoto_connections_refused_total",
            "counter",
            "Connections over a limit.",
            get(&self.connections_refused),
        );
        line(
            "makoto_panics_total",
            "counter",
            "Requests, and pieces of the server's own work, that ended in a panic.",
            get(&self.panics),
        );
        line("makoto_journal_head", "counter", "Position of the newest durable hit.", readings.journal_head);
        line("makoto_applied_position", "counter", "Position up to which reports count.", readings.applied);
        line("makoto_fold_hits_total", "counter", "Hits folded into visits.", readings.folded_hits);
        let help = "New addresses, titles and so on that count as Others, over a site's allowance of a day.";
        line("makoto_texts_folded_total", "counter", help, readings.folded_texts);
        line("makoto_fold_failures_total", "counter", "Batches that had to be tried again.", readings.fold_failures);
        line("makoto_analytics_file_bytes", "gauge", "Size of the analytics store.", readings.analytics_bytes);
        line(
            "makoto_analytics_memory_bytes",
            "gauge",
            "Memory of the analytics store.",
            readings.analytics_memory_bytes,
        );
        line("makoto_visits", "gauge", "Visits stored.", readings.visits);
        line("makoto_actions", "gauge", "Actions stored.", readings.actions);
        line("makoto_mails_waiting", "gauge", "Mails that wait to be sent.", readings.mails_waiting);
        line("makoto_mails_sent_total", "counter", "Mails that a mail server took.", get(&self.mails_sent));
        let help = "Tries to send a mail that were no success.";
        line("makoto_mails_failed_total", "counter", help, get(&self.mails_failed));
        self.labelled(&mut out);
        out
    }

    fn labelled(&self, out: &mut String) {
        let get = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        out.push_str("# HELP makoto_hits_dropped_total Hits not recorded, by reason.\n# TYPE makoto_hits_dropped_total counter\n");
        for (reason, counter) in Reason::ALL.iter().zip(&self.dropped) {
            let _ = writeln!(out, "makoto_hits_dropped_total{{reason=\"{}\"}} {}", reason.name(), get(counter));
        }
        out.push_str(
            "# HELP makoto_hits_invalid_total Hits refused, by fault.\n# TYPE makoto_hits_invalid_total counter\n",
        );
        for (fault, counter) in Invalid::ALL.iter().zip(&self.invalid) {
            let _ = writeln!(out, "makoto_hits_invalid_total{{fault=\"{}\"}} {}", fault.name(), get(counter));
        }
        let name = "makoto_acknowledgement_seconds";
        let _ = writeln!(out, "# HELP {name} Time until a hit was durable.\n# TYPE {name} histogram");
        for (bound, bucket) in ACK_BOUNDS_US.iter().zip(&self.ack_buckets) {
            let _ = writeln!(out, "{name}_bucket{{le=\"{}\"}} {}", *bound as f64 / 1e6, get(bucket));
        }
        let count = get(&self.ack_count);
        let _ = writeln!(out, "{name}_bucket{{le=\"+Inf\"}} {count}\n{name}_count {count}");
        let _ = writeln!(out, "{name}_sum {}", get(&self.ack_sum_us) as f64 / 1e6);
    }
}
