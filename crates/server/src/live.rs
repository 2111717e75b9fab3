//! Requests to the tracker on their way, while somebody watches: for whoever installs a tracker.

use crate::failures::masked_url;
use makoto_features::probes::LiveHit;
use makoto_model::Params;
use std::{
    collections::{HashMap, VecDeque},
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicI64, Ordering},
    },
};

/// Requests that are kept, of all sites that are watched.
const HITS_MAX: usize = 500;
/// Sites that are watched at once.
const SITES_MAX: usize = 200;
/// How long a site is watched after somebody last looked, in milliseconds.
const WATCHED_MS: i64 = 60_000;
/// Parameters that are named at most.
const NAMES_MAX: usize = 60;

/// A kept request, with the place in the journal behind which it counts.
struct Kept {
    hit: LiveHit,
    position: Option<u64>,
}

#[derive(Default)]
struct Watch {
    /// Until when each site is watched, in milliseconds since 1970.
    until_ms: HashMap<u32, i64>,
    kept: VecDeque<Kept>,
    number: u64,
}

/// What is watched.
#[derive(Default)]
pub struct Live {
    watch: Mutex<Watch>,
    /// Until when anything is watched, so that nobody waits where nobody watches.
    until_ms: AtomicI64,
}

fn now_ms() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

impl Live {
    /// Whether anything is watched.
    pub fn is_on(&self) -> bool {
        self.until_ms.load(Ordering::Relaxed) > now_ms()
    }

    /// Keeps a request of a watched site: each step with what came of it, and where it lies in the journal.
    pub fn note(&self, site: u32, params: &Params, steps: Vec<(&'static str, String)>, position: Option<u64>) {
        let now_ms = now_ms();
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if watch.until_ms.get(&site).is_none_or(|until_ms| *until_ms < now_ms) {
            return;
        }
        watch.number += 1;
        let plain = |name: &str| name.chars().filter(|c| !c.is_control()).take(40).collect();
        let hit = LiveHit {
            number: watch.number,
            at_ms: now_ms,
            site,
            page_url: masked_url(params.get("url").unwrap_or("")),
            parameters: params.iter().take(NAMES_MAX).map(|(name, _)| plain(name)).collect(),
            steps,
            counted: false,
        };
        watch.kept.push_back(Kept { hit, position });
        while watch.kept.len() > HITS_MAX {
            watch.kept.pop_front();
        }
    }

    /// The kept requests of these sites after a number, and watches them on. `applied` is the place in the journal up
    /// to which everything counts.
    pub fn look(&self, sites: &[u32], after: u64, applied: u64) -> Vec<LiveHit> {
        let now_ms = now_ms();
        let mut watch = self.watch.lock().unwrap_or_else(PoisonError::into_inner);
        watch.until_ms.retain(|_, until_ms| *until_ms >= now_ms);
        for site in sites.iter().take(SITES_MAX) {
            watch.until_ms.insert(*site, now_ms + WATCHED_MS);
        }
        self.until_ms.store(now_ms + WATCHED_MS, Ordering::Relaxed);
        let watched: Vec<u32> = watch.until_ms.keys().copied().collect();
        watch.kept.retain(|kept| watched.contains(&kept.hit.site));
        let shown = |kept: &Kept| {
            let counted = kept.position.is_some_and(|position| position <= applied);
            let mut hit = kept.hit.clone();
            if let Some(position) = kept.position {
                let text = if counted { "counted" } else { "waits" };
                hit.steps.push(("reports", format!("{text}, place {position}")));
            }
            LiveHit { counted, ..hit }
        };
        let wanted = |kept: &&Kept| sites.contains(&kept.hit.site) && kept.hit.number > after;
        watch.kept.iter().filter(wanted).map(shown).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_watched_is_kept_and_no_more_than_fits() {
        let live = Live::default();
        let params = Params::new(vec![("url".into(), "https://a.example/x?mail=ada".into())]);
        assert!(!live.is_on());
        live.note(1, &params, Vec::new(), None);
        assert!(live.look(&[1], 0, 0).is_empty() && live.is_on());
        for n in 0..2 * HITS_MAX as u64 {
            live.note(1, &params, vec![("read", "1 parameter".into())], Some(n));
            live.note(2, &params, Vec::new(), Some(n));
        }
        let seen = live.look(&[1], 0, 700);
        assert_eq!(seen.len(), HITS_MAX);
        assert!(seen.iter().all(|hit| hit.page_url == "https://a.example/x"));
        assert!(seen[0].counted && !seen[HITS_MAX - 1].counted);
        assert_eq!(live.look(&[1], seen[HITS_MAX - 2].number, 700).len(), 1);
    }
}
