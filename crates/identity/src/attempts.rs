use crate::{Error, Identity};
use makoto_access::Caller;
use makoto_meta::Activity;
use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard},
};

/// Wrong passwords without a delay, and the longest delay in seconds.
const FREE_FAILURES: u32 = 3;
const DELAY_MAX_S: u64 = 60;
/// Logins whose failures are remembered; beyond it the oldest are forgotten.
const FAILURES_MAX: usize = 10_000;
/// Failures are forgotten after this many seconds without another.
const FAILURES_KEPT_S: i64 = 15 * 60;

/// Wrong passwords of one login.
#[derive(Clone, Copy, Default)]
pub(crate) struct Failures {
    count: u32,
    last_s: i64,
}

impl Failures {
    /// Seconds still to wait: nothing for the first three failures, then 1, 2, 4 … 60.
    fn wait_s(self, now_s: i64) -> u64 {
        let step = self.count.saturating_sub(FREE_FAILURES);
        if step == 0 {
            return 0;
        }
        let delay = 2u64.saturating_pow(step - 1).min(DELAY_MAX_S);
        delay.saturating_sub(now_s.saturating_sub(self.last_s).max(0) as u64)
    }
}

pub(crate) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

fn note_failure(failures: &mut HashMap<String, Failures>, login: &str, now_s: i64) {
    if failures.len() >= FAILURES_MAX {
        failures.retain(|_, kept| now_s - kept.last_s < FAILURES_KEPT_S);
    }
    if failures.len() >= FAILURES_MAX {
        failures.clear();
    }
    let entry = failures.entry(login.to_lowercase()).or_default();
    *entry = Failures { count: entry.count.saturating_add(1), last_s: now_s };
}

impl Identity {
    /// Checks a login's password, at sign-in or to confirm an act.
    ///
    /// # Errors
    /// As `sign_in`; a wrong password is recorded and makes the next try wait.
    pub async fn prove(&self, caller: &Caller, login: &str, password: &str, now_s: i64) -> Result<(), Error> {
        let wait_s = hold(&self.failures).get(&login.to_lowercase()).map_or(0, |kept| kept.wait_s(now_s));
        if wait_s > 0 {
            return Err(Error::Slower { wait_s });
        }
        if !self.verify_password(login, password).await? {
            note_failure(&mut hold(&self.failures), login, now_s);
            let shown: String = login.chars().take(100).collect();
            self.meta.record(caller, Activity::SignInFailed, format!("login {shown}").into()).await?;
            return Err(Error::WrongPassword);
        }
        hold(&self.failures).remove(&login.to_lowercase());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn delays_grow_and_end() {
        let waits: Vec<u64> = (0..14).map(|count| Failures { count, last_s: 100 }.wait_s(100)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!(Failures { count: 99, last_s: 100 }.wait_s(160), 0);
    }

    #[test]
    fn remembered_failures_are_bounded() {
        let mut failures = HashMap::new();
        for n in 0..FAILURES_MAX * 2 {
            note_failure(&mut failures, &n.to_string(), 0);
        }
        assert!(failures.len() <= FAILURES_MAX);
    }
}
