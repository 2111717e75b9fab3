//! Notes calls that were refused for lack of a right or as another site's, without letting a flood of them fill the record.

use makoto_access::Caller;
use makoto_meta::{Activity, Error, Meta};
use serde_json::json;
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// The same call of the same user is recorded once within this time, in seconds; the next line says how many there were.
const HOLD_S: i64 = 60;
/// Calls that are remembered at once; beyond it the oldest are forgotten.
const PAIRS_MAX: usize = 10_000;

struct Held {
    since_s: i64,
    /// Calls since then that were not recorded.
    more: u64,
}

/// The refused calls of the last minute.
#[derive(Default)]
pub struct Denials {
    /// By who called, what, and what it was refused as: one kind must not hide another.
    held: Mutex<HashMap<(String, String, &'static str), Held>>,
}

impl Denials {
    /// Records that a call of a user was refused, and as what.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn note(
        &self,
        meta: &Meta,
        caller: &Caller,
        kind: Activity,
        method: &str,
        now_s: i64,
    ) -> Result<(), Error> {
        if caller.principal.is_nobody() {
            return Ok(());
        }
        match self.due(caller.principal.name(), method, kind, now_s) {
            Some(more) => {
                let detail = json!({ "method": method, "also_before": more });
                meta.record(caller, kind, detail).await
            }
            None => Ok(()),
        }
    }

    /// How many like it were held back, if this one is to be recorded.
    fn due(&self, who: String, method: &str, kind: Activity, now_s: i64) -> Option<u64> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.len() >= PAIRS_MAX {
            held.retain(|_, kept| now_s - kept.since_s < HOLD_S);
        }
        if held.len() >= PAIRS_MAX {
            held.clear();
        }
        let kept = held.entry((who, method.to_owned(), kind.name())).or_insert(Held { since_s: i64::MIN, more: 0 });
        if now_s.saturating_sub(kept.since_s) < HOLD_S {
            kept.more += 1;
            return None;
        }
        let more = kept.more;
        *kept = Held { since_s: now_s, more: 0 };
        Some(more)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_47_a_flood_of_refused_calls_is_counted_and_not_written_down() {
        let denials = Denials::default();
        let as_kind = |who: &str, kind, now_s| denials.due(who.to_owned(), "UsersManager.getUsers", kind, now_s);
        let due = |who: &str, now_s| as_kind(who, Activity::ForeignRefused, now_s);
        assert_eq!(due("ada", 100), Some(0));
        assert_eq!((0..1000).filter_map(|n| due("ada", 100 + n % 60)).count(), 0);
        assert_eq!(due("bob", 101), Some(0));
        assert_eq!(
            as_kind("ada", Activity::PublicAttempted, 101),
            Some(0),
            "what is told of is not held back by what is not"
        );
        assert_eq!(due("ada", 160), Some(1000));
        for n in 0..PAIRS_MAX * 2 {
            due(&n.to_string(), 200);
        }
        assert!(denials.held.lock().unwrap().len() <= PAIRS_MAX);
    }
}
