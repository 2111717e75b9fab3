//! Notes when users and their roles were last of use: what shows that somebody no longer needs them.

use crate::{Error, Identity, attempts::hold};
use makoto_access::{Caller, Principal};
use makoto_model::SiteId;
use std::collections::HashMap;

/// How often at most it is written down that a user was seen, in seconds.
const USER_EVERY_S: i64 = 5 * 60;
/// How often at most it is written down that a role was of use, in seconds.
const ROLE_EVERY_S: i64 = 60 * 60;

/// When what was last written down, by login: at most as many entries as there are users and roles.
#[derive(Default)]
pub(crate) struct Seen {
    users: HashMap<String, i64>,
    roles: HashMap<(String, SiteId), i64>,
}

impl Seen {
    /// Whether it is time to write, and of which sites.
    fn due(&mut self, login: &str, sites: &[SiteId], now_s: i64) -> Option<Vec<SiteId>> {
        let is_due = |last_s: Option<&i64>, every_s: i64| last_s.is_none_or(|last_s| now_s - last_s >= every_s);
        let mut due = Vec::new();
        for site in sites {
            if is_due(self.roles.get(&(login.to_owned(), *site)), ROLE_EVERY_S) {
                self.roles.insert((login.to_owned(), *site), now_s);
                due.push(*site);
            }
        }
        if due.is_empty() && !is_due(self.users.get(login), USER_EVERY_S) {
            return None;
        }
        self.users.insert(login.to_owned(), now_s);
        Some(due)
    }
}

impl Identity {
    /// Notes that a user was served, and that their role on these sites let them do something.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_seen(&self, caller: &Caller, sites: &[SiteId], now_s: i64) -> Result<(), Error> {
        let Principal::User(user) = &caller.principal else { return Ok(()) };
        // A superuser holds no role that could be reviewed site by site.
        let sites: Vec<SiteId> = sites.iter().filter(|site| user.roles.contains_key(site)).copied().collect();
        let due = hold(&self.seen).due(&user.login, &sites, now_s);
        match due {
            Some(sites) => Ok(self.meta.note_seen(&user.login, &sites, now_s).await?),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uses_are_written_down_now_and_then() {
        let (mut seen, shop) = (Seen::default(), SiteId(1));
        assert_eq!(seen.due("ada", &[shop], 1_000), Some(vec![shop]));
        assert_eq!(seen.due("ada", &[shop], 1_001), None);
        assert_eq!(seen.due("ada", &[shop, SiteId(2)], 1_002), Some(vec![SiteId(2)]));
        assert_eq!(seen.due("grace", &[], 1_002), Some(vec![]));
        assert_eq!(seen.due("ada", &[shop], 1_002 + USER_EVERY_S), Some(vec![]));
        assert_eq!(seen.due("ada", &[shop], 1_000 + ROLE_EVERY_S), Some(vec![shop]));
    }
}
