//! Plays recorded tracking requests and compares the visits with those that Matomo made of them.
//!
//! The recordings lie beside the workspace and may be absent; then there is nothing to compare.

mod bench;
mod store;

use bench::{Bench, Visit};
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::PathBuf;

fn recordings() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the test"))
        .join("../../../shared/oracle");
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no recordings beside the workspace");
    None
}

fn lines(folder: &std::path::Path, name: &str) -> Vec<Json> {
    let text = std::fs::read_to_string(folder.join(name)).unwrap();
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Every visit that the recorded visitor logs show, by number.
fn recorded_visits(folder: &std::path::Path) -> BTreeMap<i64, Json> {
    let mut visits = BTreeMap::new();
    for answer in lines(folder, "answers.jsonl") {
        let query = answer["query"].as_str().unwrap();
        let is_log = answer["method"] == "Live.getLastVisitsDetails" && query.contains("format=JSON");
        if !is_log || query.contains("&segment=") {
            continue;
        }
        if let Ok(Json::Array(log)) = serde_json::from_str(answer["body"].as_str().unwrap()) {
            visits.extend(log.into_iter().map(|visit| (number(&visit["idVisit"]), visit)));
        }
    }
    visits
}

fn number(value: &Json) -> i64 {
    value.as_i64().or_else(|| value.as_str().and_then(|text| text.parse().ok())).unwrap_or_default()
}

fn compare(scenario: &str) -> Vec<String> {
    let Some(folder) = recordings().map(|all| all.join(scenario)) else { return Vec::new() };
    let mut bench = Bench::new(&lines(&folder, "setup.jsonl"));
    let mut wrong = Vec::new();
    let statuses = lines(&folder, "responses.jsonl");
    for (at, (request, expected)) in lines(&folder, "requests.jsonl").iter().zip(&statuses).enumerate() {
        let status = bench.play(request);
        if i64::from(status) != number(&expected["status"]) {
            wrong.push(format!("request {at}: status {status}, recorded {}", expected["status"]));
        }
    }
    let visits = bench.visits();
    for (id, recorded) in recorded_visits(&folder) {
        match visits.get(&id) {
            None => wrong.push(format!("visit {id} is missing")),
            Some(visit) => differences(visit, &recorded, &mut wrong),
        }
    }
    wrong
}

fn differences(visit: &Visit, recorded: &Json, wrong: &mut Vec<String>) {
    let text = |name: &str| recorded[name].as_str().unwrap_or_default().to_owned();
    let count = |name: &str| number(&recorded[name]).to_string();
    let kind = |text: &str| match text {
        "direct" => 1,
        "search" => 2,
        "website" => 3,
        "campaign" => 6,
        "social" => 7,
        _ => 0,
    };
    let keyword = text("referrerKeyword").replace("Keyword not defined", "");
    let mut pairs = vec![
        ("site", visit.site.to_string(), count("idSite")),
        ("first", visit.first_s.to_string(), count("firstActionTimestamp")),
        ("last", visit.last_s.to_string(), count("lastActionTimestamp")),
        ("actions", visit.actions.to_string(), count("actions")),
        ("interactions", visit.interactions.to_string(), count("interactions")),
        ("searches", visit.searches.to_string(), count("searches")),
        ("events", visit.events.to_string(), count("events")),
        ("visits", visit.count.to_string(), count("visitCount")),
        ("since first", visit.since_first_s.to_string(), count("secondsSinceFirstVisit")),
        ("since last", visit.since_last_s.to_string(), count("secondsSinceLastVisit")),
        ("user", visit.user.clone(), text("userId")),
        ("referrer", visit.referrer_kind.to_string(), kind(&text("referrerType")).to_string()),
        ("referrer name", visit.referrer_name.clone(), text("referrerName")),
        ("keyword", visit.referrer_keyword.clone(), keyword),
        ("referrer url", visit.referrer_url.clone(), text("referrerUrl")),
    ];
    pairs.push(("length", visit.length_s.to_string(), count("visitDuration")));
    if visit.has_own_id {
        pairs.push(("visitor", visit.visitor.clone(), text("visitorId")));
    }
    let pages = |action: &Json| {
        let shown = ["action", "outlink", "download"].contains(&action["type"].as_str().unwrap_or_default());
        shown.then(|| {
            format!(
                "{} {} {}",
                // The log gives these by the site's clock, as if it were in UTC.
                number(&action["timestamp"]) - visit.offset_s,
                action["url"].as_str().unwrap_or_default(),
                action["pageTitle"].as_str().unwrap_or_default()
            )
        })
    };
    let recorded_pages: Vec<String> = recorded["actionDetails"].as_array().unwrap().iter().filter_map(pages).collect();
    pairs.push(("pages", visit.pages.join(" | "), recorded_pages.join(" | ")));
    for (what, ours, theirs) in pairs {
        if ours != theirs {
            wrong.push(format!("visit {} {what}: {ours:.300}, recorded {theirs:.300}", recorded["idVisit"]));
        }
    }
}

fn agrees(scenario: &str) {
    let wrong = compare(scenario);
    assert!(wrong.is_empty(), "{} differences in {scenario}\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn basic() {
    agrees("01_basic");
}

#[test]
fn referrers() {
    agrees("02_referrers");
}

#[test]
fn actions() {
    agrees("03_actions");
}

#[test]
fn site_searches() {
    agrees("04_sitesearch");
}

#[test]
fn events_and_contents() {
    agrees("05_events_contents");
}

#[test]
fn goals() {
    agrees("06_goals");
}

#[test]
fn orders_and_carts() {
    agrees("07_ecommerce");
}

#[test]
fn users_and_returning_visitors() {
    agrees("08_dims_users_returning");
}

#[test]
fn devices() {
    agrees("09_devices");
}

#[test]
fn boundaries() {
    agrees("10_boundaries_tz");
}

#[test]
fn segments() {
    agrees("11_segments");
}

#[test]
fn periods_and_sites() {
    agrees("12_periods_multisites");
}

#[test]
fn processed() {
    agrees("13_metadata_processed");
}

#[test]
fn errors_and_bulks() {
    agrees("14_errors_bulk");
}

#[test]
fn truncation() {
    agrees("15_truncation");
}
