//! Passwords that are tried, and what comes of wrong ones.

use crate::{
    Error, Identity, Network, Networks,
    attempts::{Limits, Try, address_of, hold},
    hashing::Lane,
    rules,
};
use makoto_access::{Caller, Principal};
use makoto_meta::Activity;
use serde_json::json;
use std::collections::HashMap;

/// Failures before a success that its owner is told of.
const TOLD_FAILURES: u32 = 5;
/// Failures of an account at which its owner is told that sign-ins are slowed down.
const DELAYED_FAILURES: u32 = 10;
/// Failures in an hour below which no alarm is raised, however quiet the week was, …
const ALARM_FAILURES_MIN: i64 = 200;
/// … and how many times the week's average raises one.
const ALARM_FACTOR: f64 = 10.0;
/// How long an alarm is not repeated, in seconds.
const ALARM_HOLD_S: i64 = 24 * 60 * 60;
/// Lines of each kind read back after a restart.
const LINES_MAX: u32 = 20_000;

/// Passwords that one address may have checked in a minute while they are typed, …
const CHECKS_PER_MINUTE_MAX: u32 = 120;
/// … and addresses that are counted in a minute; beyond it the count begins anew.
const PACES_MAX: usize = 10_000;

/// The present minute, with how often each address asked in it.
pub(crate) type Paces = (i64, HashMap<Network, u32>);

/// A password that was right, by the hash that is stored of it.
#[derive(Debug)]
pub struct Proved {
    pub(crate) password_hash: String,
}

/// An address or network that may not sign in now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Blocked {
    pub network: Network,
    pub failures: u32,
    pub since_s: i64,
    pub until_s: i64,
}

/// Whether a login's own user asks, and not who tries the password of another.
fn is_of(caller: &Caller, login: &str) -> bool {
    matches!(&caller.principal, Principal::User(user) if user.login.to_lowercase() == login.to_lowercase())
}

impl Identity {
    /// Refuses addresses from which nobody may sign in.
    ///
    /// # Errors
    /// `Refused`.
    pub fn check_address(&self, caller: &Caller) -> Result<(), Error> {
        let snapshot = self.meta.snapshot();
        // The settings' checks have read them before.
        let listed = |entries: Vec<String>| Networks::read(&entries).unwrap_or_default();
        let allowed = listed(snapshot.setting(&rules::ALLOWED_ADDRESSES));
        let barred = listed(snapshot.setting(&rules::BLOCKED_ADDRESSES)).contain(caller.address);
        let outside = caller.address.is_some() && !allowed.is_empty() && !allowed.contain(caller.address);
        match barred || outside {
            true => Err(Error::Refused("sign-in is not allowed from this address; ask a superuser".into())),
            false => Ok(()),
        }
    }

    /// Checks a login's password, at sign-in or to confirm an act. What it opens must ask once more whether that is still
    /// the password, as it may have been changed meanwhile.
    ///
    /// # Errors
    /// `WrongPassword` for a wrong password and an unknown login alike; `Slower` while the login or the address has to
    /// wait: the password is not looked at then. A wrong password is recorded.
    pub async fn prove(&self, caller: &Caller, login: &str, password: &str, now_s: i64) -> Result<Proved, Error> {
        self.check_address(caller)?;
        let limits = Limits::of(&self.meta.snapshot());
        let of = self.try_of(caller, login).await?;
        let in_session = is_of(caller, login);
        let lane = if of.device.is_some() || in_session { Lane::Known } else { Lane::Open };
        hold(&self.attempts).admit(&of, &limits, now_s).map_err(|wait_s| Error::Slower { wait_s })?;
        match self.verify_password(caller, login, password, lane).await {
            Ok(Some(password_hash)) => {
                let failures = hold(&self.attempts).succeed(&of, &limits);
                if failures >= TOLD_FAILURES && !in_session {
                    let detail = json!({ "login": login, "failures": failures });
                    self.meta.record(caller, Activity::SignedInAfterFailures, detail).await?;
                }
                self.refuse_password_to_change(caller, login).await?;
                Ok(Proved { password_hash })
            }
            Ok(None) => {
                self.note_failure(caller, &of, &limits, now_s).await?;
                Err(Error::WrongPassword)
            }
            Err(fault) => {
                hold(&self.attempts).withdraw(&of, &limits);
                Err(fault)
            }
        }
    }

    /// Refuses a right password that must be changed first, and has its owner sent a link.
    async fn refuse_password_to_change(&self, caller: &Caller, login: &str) -> Result<(), Error> {
        if !self.meta.snapshot().account(login).is_some_and(|account| account.must_change_password) {
            return Ok(());
        }
        self.ask_reset(caller, login).await?;
        Err(Error::Refused("choose a new password first: a link for it was sent to your e-mail address".into()))
    }

    async fn try_of(&self, caller: &Caller, login: &str) -> Result<Try, Error> {
        let known = match caller.device {
            Some(device) => self.meta.is_device_of(login, device).await?,
            None => false,
        };
        Ok(Try {
            login: login.to_lowercase(),
            exists: self.meta.snapshot().account(login).is_some(),
            device: caller.device.filter(|_| known),
            address: caller.address,
        })
    }

    async fn note_failure(&self, caller: &Caller, of: &Try, limits: &Limits, now_s: i64) -> Result<(), Error> {
        let consequence = hold(&self.attempts).fail(of, limits);
        let kind = if is_of(caller, &of.login) { Activity::ProofRefused } else { Activity::SignInFailed };
        let (name, detail) = match of.exists {
            true => (of.login.clone(), json!({ "login": of.login })),
            false => {
                let mark = hold(&self.attempts).mark(&of.login);
                (format!("unknown {mark}"), json!({ "unknown_login": mark }))
            }
        };
        self.record_summed(caller, kind, &name, detail, now_s).await?;
        for network in consequence.blocked {
            let network = network.to_string();
            let detail = json!({ "network": network, "until_s": now_s + limits.window_s });
            self.record_summed(caller, Activity::AddressBlocked, &network, detail, now_s).await?;
        }
        if consequence.failures == DELAYED_FAILURES && of.exists {
            let detail = json!({ "login": of.login, "failures": consequence.failures });
            self.meta.record(caller, Activity::SignInDelayed, detail).await?;
        }
        Ok(())
    }

    /// Records a refusal, by itself or in the sum of its minute.
    pub(crate) async fn record_summed(
        &self,
        caller: &Caller,
        kind: Activity,
        name: &str,
        detail: serde_json::Value,
        now_s: i64,
    ) -> Result<(), Error> {
        if !hold(&self.digest).takes(kind, name, caller.address, now_s) {
            self.meta.record_refusal(caller, kind, detail).await?;
        }
        Ok(())
    }

    /// Lets an address check passwords as fast as somebody types, and not as fast as a program.
    ///
    /// # Errors
    /// `Slower` when it asked too often in this minute.
    pub fn pace(&self, caller: &Caller, now_s: i64) -> Result<(), Error> {
        let Some(address) = caller.address.map(address_of) else { return Ok(()) };
        let mut paces = hold(&self.paces);
        if paces.0 != now_s / 60 || paces.1.len() >= PACES_MAX {
            *paces = (now_s / 60, HashMap::new());
        }
        let count = paces.1.entry(address).or_default();
        *count += 1;
        match *count > CHECKS_PER_MINUTE_MAX {
            true => Err(Error::Slower { wait_s: 60 - (now_s % 60).unsigned_abs() }),
            false => Ok(()),
        }
    }

    /// Counts a request that could be made by the thousand against its sender's address.
    ///
    /// # Errors
    /// `Slower` for an address that is blocked.
    pub fn count_address(&self, caller: &Caller, now_s: i64) -> Result<(), Error> {
        let limits = Limits::of(&self.meta.snapshot());
        let of = Try { login: String::new(), exists: false, device: None, address: caller.address };
        hold(&self.attempts).admit_address(&of, &limits, now_s).map_err(|wait_s| Error::Slower { wait_s })
    }

    /// Counts a wrong link or token against its sender's address, as a wrong password is.
    ///
    /// # Errors
    /// `Slower` for an address that is blocked.
    pub async fn note_wrong_link(&self, caller: &Caller, kind: Activity, now_s: i64) -> Result<(), Error> {
        let limits = Limits::of(&self.meta.snapshot());
        let of = Try { login: String::new(), exists: false, device: None, address: caller.address };
        let blocked = {
            let mut attempts = hold(&self.attempts);
            attempts.admit_address(&of, &limits, now_s).map_err(|wait_s| Error::Slower { wait_s })?;
            attempts.fail(&of, &limits).blocked
        };
        self.record_summed(caller, kind, "", json!({}), now_s).await?;
        for network in blocked {
            let detail = json!({ "network": network.to_string(), "until_s": now_s + limits.window_s });
            self.record_summed(caller, Activity::AddressBlocked, &network.to_string(), detail, now_s).await?;
        }
        Ok(())
    }

    /// Goes on with the failures that were counted before a restart.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn restore_attempts(&self) -> Result<(), Error> {
        let (lines, strangers) = (self.meta.attempts(LINES_MAX).await?, self.meta.strangers().await?);
        hold(&self.attempts).restore(lines, strangers);
        Ok(())
    }

    /// Writes down what was counted since the last time, and raises the alarm when far more fails than usual. The
    /// server calls it every minute and at its end.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_attempts(&self, now_s: i64) -> Result<(), Error> {
        let caller = Caller::inside(Principal::Job("attempts"));
        // What cannot be written now is written the next time.
        let mut left = hold(&self.digest).take().into_iter();
        while let Some((kind, summed)) = left.next() {
            if let Err(fault) = self.meta.record(&caller, kind, summed.detail()).await {
                let mut digest = hold(&self.digest);
                std::iter::once((kind, summed)).chain(left).for_each(|(kind, summed)| digest.put_back(kind, summed));
                return Err(fault.into());
            }
        }
        let changes = hold(&self.attempts).take_unsaved();
        if changes.is_empty() {
            return Ok(());
        }
        if let Err(fault) = self.meta.save_attempts(&changes, now_s).await {
            hold(&self.attempts).put_back(changes);
            return Err(fault.into());
        }
        self.meta.tidy_attempts(now_s).await?;
        let (failed, usual) = self.meta.attempt_rate(now_s).await?;
        let raised_s = *hold(&self.alarm_s);
        if failed >= ALARM_FAILURES_MIN && failed as f64 > usual * ALARM_FACTOR && now_s - raised_s >= ALARM_HOLD_S {
            *hold(&self.alarm_s) = now_s;
            let detail = json!({ "failed": failed, "usual": (usual * 10.0).round() / 10.0 });
            self.meta.record(&caller, Activity::AttemptsAlarm, detail).await?;
        }
        Ok(())
    }

    /// Addresses and networks that may not sign in now.
    pub fn blocked_addresses(&self, now_s: i64) -> Vec<Blocked> {
        let limits = Limits::of(&self.meta.snapshot());
        let blocked = hold(&self.attempts).blocked(&limits, now_s);
        let shown =
            |(network, failures, since_s, left_s)| Blocked { network, failures, since_s, until_s: now_s + left_s };
        blocked.into_iter().map(shown).collect()
    }

    /// Lets a blocked address or network try again, or all of them. What was counted of them stays on record.
    ///
    /// # Errors
    /// `Refused` when it is not blocked.
    pub async fn unblock(&self, caller: &Caller, only: Option<Network>, now_s: i64) -> Result<usize, Error> {
        let limits = Limits::of(&self.meta.snapshot());
        let blocked = self.blocked_addresses(now_s);
        let detail = match only {
            Some(network) if !blocked.iter().any(|one| one.network == network) => {
                return Err(Error::Refused(format!("{network} is not blocked now")));
            }
            Some(network) => (Activity::AddressUnblocked, json!({ "network": network.to_string() })),
            None => (Activity::AddressesUnblocked, json!({ "count": blocked.len() })),
        };
        self.meta.record(caller, detail.0, detail.1).await?;
        Ok(hold(&self.attempts).unblock(only, &limits))
    }
}

#[cfg(test)]
mod tests;
