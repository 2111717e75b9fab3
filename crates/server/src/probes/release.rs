//! Whether this version is still safe, by the list of releases that the settings name.

use crate::app::App;
use makoto_features::{
    core_admin_home::outbound::RELEASES_URL,
    probes::{Known, Release},
    services::now_s,
};
use makoto_identity::outbound::Outbound;
use serde::Deserialize;
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

const ANSWER_WAIT_MAX: Duration = Duration::from_secs(3);
/// Longest list, in bytes.
const LIST_BYTES_MAX: u64 = 1024 * 1024;
/// How long an answer is believed, in seconds: six hours.
const BELIEVED_S: i64 = 6 * 60 * 60;

#[derive(Deserialize)]
struct List {
    newest: String,
    /// The oldest version without a known hole.
    secure: String,
    #[serde(default)]
    advisories: Vec<Advisory>,
}

/// A hole in a package.
#[derive(Deserialize)]
struct Advisory {
    id: String,
    package: String,
    /// The first version without it.
    fixed: String,
}

/// The last answer: the address that was asked, when, and what it said.
#[derive(Default)]
pub struct Releases(Mutex<Option<(String, i64, Release)>>);

/// The numbers of a version, for comparison.
fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

fn concerns(advisory: &Advisory) -> bool {
    crate::parts::versions(&advisory.package).iter().any(|version| numbers(version) < numbers(&advisory.fixed))
}

/// Asks the list, at most every six hours.
///
/// # Errors
/// When none is named, or it cannot be read.
pub fn look(app: &App) -> Known<Release> {
    let url = app.services.meta.snapshot().setting(&RELEASES_URL);
    if url.is_empty() {
        return Err("no list of releases is named in the settings".to_owned());
    }
    let mut last = app.releases.0.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some((asked, at_s, release)) = &*last
        && *asked == url
        && (0..BELIEVED_S).contains(&(now_s() - at_s))
    {
        return Ok(release.clone());
    }
    let agent = Outbound::of(&app.services.meta.snapshot())?.agent(ANSWER_WAIT_MAX)?;
    let mut response = agent.get(&url).call().map_err(|fault| format!("the list of releases: {fault}"))?;
    let text = response.body_mut().with_config().limit(LIST_BYTES_MAX).read_to_string();
    let text = text.map_err(|fault| format!("the list of releases: {fault}"))?;
    let list: List = serde_json::from_str(&text).map_err(|fault| format!("the list of releases: {fault}"))?;
    let concerning = list.advisories.iter().filter(|advisory| concerns(advisory));
    let release = Release {
        running: env!("CARGO_PKG_VERSION").to_owned(),
        newest: list.newest,
        secure: list.secure,
        advisories: concerning.map(|advisory| format!("{} in {}", advisory.id, advisory.package)).collect(),
    };
    *last = Some((url, now_s(), release.clone()));
    Ok(release)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn advisories_are_held_against_our_own_packages() {
        let advisory =
            |package: &str, fixed: &str| Advisory { id: "X".into(), package: package.into(), fixed: fixed.into() };
        assert!(concerns(&advisory("tokio", "999.0.0")));
        assert!(!concerns(&advisory("tokio", "0.0.1")));
        assert!(!concerns(&advisory("no-such-package", "999.0.0")));
        assert!(numbers("1.10.0") > numbers("1.9.9"));
    }
}
