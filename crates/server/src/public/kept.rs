//! Public answers that are kept for the next viewer, and what opens a grant that asks for a password.

use makoto_identity::{Network, fresh_secret, hash_secret};
use makoto_query::format::Written;
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

/// Bytes of kept answers at most; beyond it all are forgotten.
const KEPT_BYTES_MAX: usize = 8 * 1024 * 1024;
/// Longest answer that is kept, in bytes.
const ANSWER_BYTES_MAX: usize = 1024 * 1024;

/// Kept answers. The key holds the grant's version, so that a changed grant never gives out what was before.
#[derive(Default)]
pub struct Kept {
    answers: HashMap<String, (Instant, Arc<Written>)>,
    bytes: usize,
}

impl Kept {
    pub fn get(&self, key: &str, life: Duration) -> Option<Arc<Written>> {
        let (made, answer) = self.answers.get(key)?;
        (made.elapsed() < life).then(|| answer.clone())
    }

    pub fn put(&mut self, key: String, answer: Arc<Written>) {
        let size = answer.body.len() + key.len();
        if size > ANSWER_BYTES_MAX {
            return;
        }
        if self.bytes + size > KEPT_BYTES_MAX {
            self.clear();
        }
        self.bytes += size;
        self.answers.insert(key, (Instant::now(), answer));
    }

    pub fn clear(&mut self) {
        self.answers.clear();
        self.bytes = 0;
    }
}

/// How long a ticket opens a grant, in seconds.
const TICKET_LIFE_S: i64 = 60 * 60;
/// Tickets, and addresses that tried wrong passwords, remembered at most.
const REMEMBERED_MAX: usize = 20_000;
/// Wrong passwords of one address that cost nothing, …
const FREE_FAILURES: u32 = 3;
/// … and the longest wait after more, in seconds.
const WAIT_S_MAX: i64 = 300;

/// What opens grants with a password.
#[derive(Default)]
pub struct Tickets {
    /// By the ticket's hash: grant, its version, end.
    tickets: HashMap<[u8; 32], (i64, i64, i64)>,
    /// By grant and address: wrong passwords, and until when no other is looked at. Others are never kept waiting.
    failures: HashMap<(i64, Network), (u32, i64)>,
}

/// Why a password opened nothing.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Shut {
    Wrong,
    Wait {
        wait_s: i64,
    },
    /// The system gave no random numbers.
    Broken,
}

impl Tickets {
    /// Tries a password; the ticket that it opens and its end.
    pub fn unlock(
        &mut self,
        (grant, version): (i64, i64),
        stored: Option<[u8; 32]>,
        password: &str,
        address: IpAddr,
        now_s: i64,
    ) -> Result<(String, i64), Shut> {
        let who = (grant, Network::around(address, 32, 64));
        let (count, until_s) = self.failures.get(&who).copied().unwrap_or_default();
        if until_s > now_s {
            return Err(Shut::Wait { wait_s: until_s - now_s });
        }
        if stored != Some(hash_secret(password.trim())) {
            self.make_room(now_s);
            let doublings = (count + 1).saturating_sub(FREE_FAILURES).min(10);
            let wait_s = if doublings == 0 { 0 } else { (1_i64 << doublings).min(WAIT_S_MAX) };
            self.failures.insert(who, (count + 1, now_s + wait_s));
            return Err(Shut::Wrong);
        }
        self.failures.remove(&who);
        let ticket = fresh_secret().map_err(|_| Shut::Broken)?;
        self.make_room(now_s);
        self.tickets.insert(hash_secret(&ticket), (grant, version, now_s + TICKET_LIFE_S));
        Ok((ticket, now_s + TICKET_LIFE_S))
    }

    /// Whether a ticket opens this version of a grant now.
    pub fn opens(&self, ticket: &str, grant: (i64, i64), now_s: i64) -> bool {
        let found = self.tickets.get(&hash_secret(ticket));
        found.is_some_and(|(id, version, end_s)| (*id, *version) == grant && now_s < *end_s)
    }

    fn make_room(&mut self, now_s: i64) {
        if self.tickets.len() >= REMEMBERED_MAX {
            self.tickets.retain(|_, (_, _, end_s)| now_s < *end_s);
        }
        if self.tickets.len() >= REMEMBERED_MAX {
            self.tickets.clear();
        }
        if self.failures.len() >= REMEMBERED_MAX {
            self.failures.retain(|_, (_, until_s)| now_s < *until_s);
        }
        if self.failures.len() >= REMEMBERED_MAX {
            self.failures.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrong_passwords_slow_their_sender_and_nobody_else() {
        let mut tickets = Tickets::default();
        let stored = Some(hash_secret("abcd-efgh"));
        let (bad, good): (IpAddr, IpAddr) = ("203.0.113.7".parse().unwrap(), "203.0.113.8".parse().unwrap());
        let mut waited = 0;
        for _ in 0..20 {
            match tickets.unlock((1, 1), stored, "guess", bad, 1000) {
                Err(Shut::Wait { .. }) => waited += 1,
                other => assert_eq!(other, Err(Shut::Wrong)),
            }
        }
        assert!(waited > 10);
        let (ticket, _) = tickets.unlock((1, 1), stored, " abcd-efgh ", good, 1000).unwrap();
        assert!(tickets.opens(&ticket, (1, 1), 1000));
        assert!(!tickets.opens(&ticket, (1, 2), 1000), "the grant changed");
        assert!(!tickets.opens(&ticket, (2, 1), 1000) && !tickets.opens(&ticket, (1, 1), 1000 + TICKET_LIFE_S));
        assert_eq!(tickets.unlock((1, 1), None, "", good, 1000), Err(Shut::Wrong));
    }
}
