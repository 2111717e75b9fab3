//! Where browsers report what the policy of our pages kept from loading or running.

use super::{caller::Peer, problem, read_body};
use crate::app::App;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use makoto_meta::SightingKind;
use serde::Deserialize;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

/// Where pages send their reports.
pub const REPORTS_PATH: &str = "/api/v1/policy-report";
/// Longest report, in bytes: what browsers send, with room.
const REPORT_BYTES_MAX: usize = 16 * 1024;
/// Reports of one address in a minute that are written to the log: enough to notice, too few to flood it.
const REPORTS_PER_MINUTE_MAX: u32 = 10;
/// Addresses that are counted at once; beyond it, until the minute is over, nobody's reports are written.
const ADDRESSES_MAX: usize = 1_000;
/// Longest part of a report in the log, in characters.
const SHOWN_CHARS_MAX: usize = 100;
const MINUTE: Duration = Duration::from_secs(60);

/// How many reports each address sent in this minute.
pub struct Reports(Mutex<(Instant, HashMap<IpAddr, u32>)>);

impl Default for Reports {
    fn default() -> Reports {
        Reports(Mutex::new((Instant::now(), HashMap::new())))
    }
}

impl Reports {
    /// Whether a report of this address is still to be written.
    fn admit(&self, address: IpAddr, now: Instant) -> bool {
        let mut guard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (began, counts) = &mut *guard;
        if now.saturating_duration_since(*began) >= MINUTE {
            *began = now;
            counts.clear();
        }
        if counts.len() >= ADDRESSES_MAX && !counts.contains_key(&address) {
            return false;
        }
        let count = counts.entry(address).or_default();
        *count = count.saturating_add(1);
        *count <= REPORTS_PER_MINUTE_MAX
    }
}

#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "csp-report")]
    report: Breach,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Breach {
    #[serde(default)]
    effective_directive: String,
    #[serde(default)]
    violated_directive: String,
    #[serde(default)]
    blocked_uri: String,
}

/// The beginning of a text, without the query of an address, which may hold what visitors typed.
fn shown(text: &str) -> String {
    text.split(['?', '#']).next().unwrap_or("").chars().take(SHOWN_CHARS_MAX).collect()
}

/// Takes a report. Only what was broken and by whom is written down, nothing of the page's own address.
pub async fn report(State(app): State<Arc<App>>, peer: Peer, reports: Arc<Reports>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    if !app.client.same_origin(&parts.headers) {
        return problem(StatusCode::FORBIDDEN, "cross_site", "this request comes from another site");
    }
    let address = app.client.address(peer.0, &parts.headers);
    if !reports.admit(address, Instant::now()) {
        return problem(StatusCode::TOO_MANY_REQUESTS, "slower", "there were enough reports for this minute");
    }
    let body = match read_body(body, REPORT_BYTES_MAX, |_| 0).await {
        Ok(body) => body,
        Err(fault) => return fault.response(),
    };
    let Ok(Envelope { report }) = serde_json::from_slice::<Envelope>(&body) else {
        return problem(StatusCode::BAD_REQUEST, "bad_json", "the body is not the JSON that this address expects");
    };
    let directive = match report.effective_directive.is_empty() {
        true => shown(&report.violated_directive),
        false => shown(&report.effective_directive),
    };
    let origin = shown(&report.blocked_uri);
    app.sightings.note(SightingKind::Policy, &format!("{directive} {origin}"), &address.to_string());
    tracing::warn!(?directive, blocked = ?shown(&report.blocked_uri), "a page kept something from loading or running");
    StatusCode::NO_CONTENT.into_response()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_27_reports_of_an_address_are_few_in_a_minute() {
        let (reports, now) = (Reports::default(), Instant::now());
        let address = |n: u32| IpAddr::from(n.to_be_bytes());
        let admitted = |n: u32, at: Instant| (0..50).filter(|_| reports.admit(address(n), at)).count();
        assert_eq!(admitted(1, now), 10);
        assert_eq!(admitted(2, now), 10);
        assert_eq!(admitted(1, now + MINUTE * 2), 10);
        for n in 0..5_000 {
            reports.admit(address(n), now + MINUTE * 2);
        }
        assert!(reports.0.lock().unwrap().1.len() <= ADDRESSES_MAX);
    }

    #[test]
    fn nothing_that_was_typed_is_shown() {
        assert_eq!(shown("https://a.example/x?q=secret#part"), "https://a.example/x");
        assert_eq!(shown(&"ä".repeat(500)).chars().count(), SHOWN_CHARS_MAX);
    }
}
