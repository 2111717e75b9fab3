//! Sends the record of acts on to where this server cannot change it: a syslog server over TLS, a webhook. Each line
//! arrives at least once; the store itself is the spool, for as long as it keeps the lines.

mod syslog;
mod webhook;

use crate::{app::App, runtimes};
use makoto_access::{Caller, Principal};
use makoto_catalog::Setting;
use makoto_features::{activity_log, services::now_s};
use makoto_meta::{Activity, Entry, Meta};
use serde_json::{Value as Json, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often new lines are looked for.
const LOOK_EVERY: Duration = Duration::from_secs(2);
/// Lines sent at once: some hundred kilobytes.
const LINES_AT_ONCE: u32 = 200;
/// A place that takes nothing for this long is reported, in seconds.
const STALL_S: i64 = 5 * 60;
/// Longest wait for a place to take what it is sent.
const SEND_WAIT_MAX: Duration = Duration::from_secs(20);

/// A place that lines are sent to.
struct Place {
    name: &'static str,
    address: &'static Setting<String>,
    send: fn(&Errand) -> Result<(), String>,
}

/// What is sent where.
struct Errand {
    address: String,
    /// Signs what the webhook gets; empty for none.
    secret: String,
    /// The name under which this server speaks.
    host: String,
    entries: Vec<Entry>,
    meta: Meta,
}

static SYSLOG: Place = Place { name: "syslog", address: &activity_log::SYSLOG_ADDRESS, send: syslog::send };
static WEBHOOK: Place = Place { name: "webhook", address: &activity_log::WEBHOOK_URL, send: webhook::send };

/// Sends until told to stop. No place waits for another one.
pub async fn run(app: Arc<App>, stop: watch::Receiver<bool>) {
    tokio::join!(send_on(&app, &SYSLOG, stop.clone()), send_on(&app, &WEBHOOK, stop));
}

async fn send_on(app: &App, place: &Place, mut stop: watch::Receiver<bool>) {
    let mut stalled = false;
    loop {
        tokio::select! {
            _ = tokio::time::sleep(LOOK_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let sent =
            runtimes::one_piece(&app.metrics.panics, "the record sent on", forward(app, place, &mut stalled)).await;
        if let Some(Err(fault)) = sent {
            tracing::error!(place = place.name, %fault, "the record could not be sent on");
        }
    }
}

/// Sends what is new to one place, and reports when it begins and ends to refuse.
async fn forward(app: &App, place: &Place, stalled: &mut bool) -> Result<(), makoto_meta::Error> {
    let meta = &app.services.meta;
    let snapshot = meta.snapshot();
    let address = snapshot.setting(place.address);
    if address.is_empty() {
        *stalled = false;
        return Ok(());
    }
    let cursor = meta.stream_cursor(place.name).await?;
    let entries = meta.entries_after(cursor.line, LINES_AT_ONCE).await?;
    let Some(last) = entries.last().map(|entry| entry.id) else { return Ok(()) };
    let oldest_s = entries.first().map_or(0, |entry| entry.at_ms / 1000);
    let errand = Errand {
        address,
        secret: snapshot.setting(&activity_log::WEBHOOK_SECRET),
        host: host(&app.config.base_url).to_owned(),
        entries,
        meta: meta.clone(),
    };
    let send = place.send;
    let sent = tokio::task::spawn_blocking(move || send(&errand)).await;
    match sent.map_err(|fault| fault.to_string()).flatten() {
        Ok(()) => {
            meta.move_stream(place.name, last).await?;
            if std::mem::take(stalled) {
                note(app, Activity::AuditResumed, place, json!({ "place": place.name })).await?;
            }
            Ok(())
        }
        Err(fault) => {
            tracing::warn!(place = place.name, fault, "the record could not be sent on; it is tried again");
            if begins_to_stall(stalled, now_s() - oldest_s.max(cursor.moved_s)) {
                note(app, Activity::AuditStalled, place, json!({ "place": place.name, "fault": fault })).await?;
            }
            Ok(())
        }
    }
}

/// Whether a place that has taken nothing for so long is to be reported now: once, until it takes something again.
fn begins_to_stall(stalled: &mut bool, waiting_s: i64) -> bool {
    waiting_s >= STALL_S && !std::mem::replace(stalled, true)
}

async fn note(app: &App, kind: Activity, place: &Place, detail: Json) -> Result<(), makoto_meta::Error> {
    tracing::warn!(place = place.name, "{}", kind.words());
    app.services.meta.record(&Caller::inside(Principal::Job("audit")), kind, detail).await
}

/// The host of a base URL.
fn host(base_url: &str) -> &str {
    let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
    rest.split(['/', ':']).next().unwrap_or(rest)
}

/// A line as JSON, the same for every place.
fn written(entry: &Entry) -> Json {
    json!({ "id": entry.id, "at_ms": entry.at_ms, "who": entry.who, "subject": entry.subject, "kind": entry.kind,
        "detail": entry.detail, "address": entry.address, "agent": entry.agent, "proof": entry.proof,
        "request": entry.request, "result": entry.result })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_46_five_minutes_without_progress_raise_one_alarm() {
        let mut stalled = false;
        let raised: Vec<i64> = (0..20 * 60).step_by(2).filter(|s| begins_to_stall(&mut stalled, *s)).collect();
        assert_eq!(raised, [300]);
        // It took something, so that the next stall is a new one.
        assert!(std::mem::take(&mut stalled));
        assert!(!begins_to_stall(&mut stalled, 299) && begins_to_stall(&mut stalled, 301));
    }
}
