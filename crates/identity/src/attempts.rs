//! How guesses of passwords are slowed down: every account by itself, known devices apart from it, so that nobody is
//! locked out by others, and every address and network.

use crate::{Network, Networks, rules};
use makoto_meta::{AttemptChanges, AttemptKind, AttemptRow, Snapshot, StrangerRow, hex};
use sha2::{Digest, Sha256};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, MutexGuard},
};

/// Wrong passwords without a delay, and the longest delay in seconds.
const FREE_FAILURES: u32 = 3;
const DELAY_MAX_S: i64 = 60;
/// A network is blocked with so many times the failures of an address.
const NETWORK_FACTOR: u32 = 5;
/// Counters for logins that do not exist; each login has one by its hash, so that they are delayed as others are and
/// no number of them takes more memory. A slot has two bytes.
const STRANGERS: usize = 1 << 16;
/// What the key that chooses slots is for.
pub(crate) const PURPOSE: &str = "unknown logins";
/// Bytes of the mark by which such a login stands in records.
const MARK_BYTES: usize = 3;
/// Addresses and networks, and devices, counted at once. Guesses are so few in a window that only an attack on the
/// counters themselves could fill them; then those that are blocked stay.
const WINDOWS_MAX: usize = 100_000;
const DEVICES_MAX: usize = 10_000;

pub(crate) fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// The rules in force.
pub(crate) struct Limits {
    pub failures_max: u32,
    pub window_s: i64,
    pub never_blocked: Networks,
}

impl Limits {
    pub(crate) fn of(snapshot: &Snapshot) -> Limits {
        Limits {
            failures_max: snapshot.setting(&rules::MAX_RETRIES),
            window_s: i64::from(snapshot.setting(&rules::RETRIES_MINUTES)) * 60,
            // The setting's check has read it before.
            never_blocked: Networks::read(&snapshot.setting(&rules::TRUSTED_ADDRESSES)).unwrap_or_default(),
        }
    }
}

/// Whose password is tried, and from where.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Try {
    /// In lower case.
    pub login: String,
    /// Whether there is such a user.
    pub exists: bool,
    /// A device from which this user has signed in before.
    pub device: Option<[u8; 32]>,
    pub address: Option<IpAddr>,
}

/// Failures that are counted together.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
struct Tally {
    since_s: i64,
    last_s: i64,
    failed: u32,
    unsaved_failed: u32,
    unsaved_refused: u32,
    /// Whether anything else of it is not written down yet: a success after failures, say.
    unsaved: bool,
}

impl Tally {
    /// Forgets what is older than the window.
    fn renew(&mut self, window_s: i64, now_s: i64) {
        if now_s - self.last_s >= window_s {
            (self.since_s, self.failed) = (now_s, 0);
        }
    }

    /// Seconds still to wait on an account or device: nothing for the first three failures, then 1, 2, 4 … 60.
    fn delay_s(&self, now_s: i64) -> i64 {
        match self.failed.saturating_sub(FREE_FAILURES) {
            0 => 0,
            step => {
                let delay = 1i64.checked_shl(step - 1).unwrap_or(DELAY_MAX_S).clamp(1, DELAY_MAX_S);
                (delay - (now_s - self.last_s).max(0)).max(0)
            }
        }
    }

    /// Seconds for which an address or network is still blocked.
    fn block_s(&self, failures_max: u32, window_s: i64, now_s: i64) -> i64 {
        if self.failed < failures_max { 0 } else { (self.last_s + window_s - now_s).max(0) }
    }

    fn fail(&mut self, now_s: i64) {
        self.failed = self.failed.saturating_add(1);
        self.unsaved_failed = self.unsaved_failed.saturating_add(1);
        self.last_s = now_s;
    }

    fn refuse(&mut self) {
        self.unsaved_refused = self.unsaved_refused.saturating_add(1);
    }

    /// How many tries failed and were refused since it was last asked; `None` when there is nothing to write down.
    fn take_unsaved(&mut self) -> Option<(u32, u32)> {
        let (failed, refused) = (std::mem::take(&mut self.unsaved_failed), std::mem::take(&mut self.unsaved_refused));
        let success = std::mem::take(&mut self.unsaved);
        (failed > 0 || refused > 0 || success).then_some((failed, refused))
    }

    /// Takes back a failure that was none.
    fn forgive(&mut self) {
        self.failed = self.failed.saturating_sub(1);
        self.unsaved_failed = self.unsaved_failed.saturating_sub(1);
    }
}

/// What a failure brought about.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub(crate) struct Consequence {
    /// Failures of the account since its last success.
    pub failures: u32,
    /// Addresses and networks that are blocked from now on.
    pub blocked: Vec<Network>,
}

/// Every counter.
pub(crate) struct Attempts {
    accounts: HashMap<String, Tally>,
    devices: HashMap<(String, [u8; 32]), Tally>,
    addresses: HashMap<Network, Tally>,
    networks: HashMap<Network, Tally>,
    strangers: Box<[Tally]>,
    /// The installation's own, so that nobody can choose a slot, nor guess a login by its mark.
    key: [u8; 32],
    unsaved_failed: u32,
    unsaved_refused: u32,
}

/// The slot of a login that nobody has, and the mark by which it stands in records.
fn slot_and_mark(key: [u8; 32], login: &str) -> (u16, [u8; MARK_BYTES]) {
    let [high, low, one, two, three, ..]: [u8; 32] =
        Sha256::new().chain_update(key).chain_update(login).finalize().into();
    (u16::from_be_bytes([high, low]), [one, two, three])
}

/// The address as it is counted: a whole subscriber of IPv6 is one.
pub(crate) fn address_of(address: IpAddr) -> Network {
    Network::around(address, 32, 64)
}

pub(crate) fn network_of(address: IpAddr) -> Network {
    Network::around(address, 24, 48)
}

fn make_room(windows: &mut HashMap<Network, Tally>, failures_max: u32, window_s: i64, now_s: i64) {
    if windows.len() < WINDOWS_MAX {
        return;
    }
    windows.retain(|_, tally| now_s - tally.last_s < window_s);
    if windows.len() >= WINDOWS_MAX {
        windows.retain(|_, tally| tally.failed >= failures_max);
    }
    if windows.len() >= WINDOWS_MAX {
        windows.clear();
    }
}

impl Attempts {
    pub(crate) fn new(key: [u8; 32]) -> Attempts {
        Attempts {
            accounts: HashMap::new(),
            devices: HashMap::new(),
            addresses: HashMap::new(),
            networks: HashMap::new(),
            strangers: vec![Tally::default(); STRANGERS].into(),
            key,
            unsaved_failed: 0,
            unsaved_refused: 0,
        }
    }

    /// What stands in records for a login that nobody has, the same for the same login: it may be a password that was
    /// typed into the wrong field.
    pub(crate) fn mark(&self, login: &str) -> String {
        hex(&slot_and_mark(self.key, login).1)
    }

    fn person(&mut self, of: &Try) -> &mut Tally {
        match (of.device, of.exists) {
            (Some(device), _) => {
                if self.devices.len() >= DEVICES_MAX {
                    self.devices.retain(|_, tally| tally.delay_s(tally.last_s) > 0);
                }
                self.devices.entry((of.login.clone(), device)).or_default()
            }
            (None, true) => self.accounts.entry(of.login.clone()).or_default(),
            (None, false) => {
                let (slot, _) = slot_and_mark(self.key, &of.login);
                &mut self.strangers[usize::from(slot)]
            }
        }
    }

    /// The windows that count for a try: none for known devices, whose own delays are enough, and for addresses that
    /// are never blocked.
    fn windows(&mut self, of: &Try, limits: &Limits) -> Vec<(Network, u32, &mut Tally)> {
        let counts = of.device.is_none() && !limits.never_blocked.contain(of.address);
        let Some(address) = of.address.filter(|_| counts) else { return Vec::new() };
        let (one, many) = (address_of(address), network_of(address));
        vec![
            (one, limits.failures_max, self.addresses.entry(one).or_default()),
            (many, limits.failures_max * NETWORK_FACTOR, self.networks.entry(many).or_default()),
        ]
    }

    fn make_room(&mut self, limits: &Limits, now_s: i64) {
        make_room(&mut self.addresses, limits.failures_max, limits.window_s, now_s);
        make_room(&mut self.networks, limits.failures_max * NETWORK_FACTOR, limits.window_s, now_s);
    }

    /// Lets a try pass, counted as failed until it is known to be none, so that any number of tries at once are as
    /// many tries.
    ///
    /// # Errors
    /// The seconds to wait; the password must not be looked at then.
    pub(crate) fn admit(&mut self, of: &Try, limits: &Limits, now_s: i64) -> Result<(), u64> {
        self.make_room(limits, now_s);
        let person = self.person(of);
        person.renew(limits.window_s, now_s);
        let mut wait_s = person.delay_s(now_s);
        for (_, failures_max, tally) in self.windows(of, limits) {
            tally.renew(limits.window_s, now_s);
            wait_s = wait_s.max(tally.block_s(failures_max, limits.window_s, now_s));
        }
        if wait_s > 0 {
            self.person(of).refuse();
            self.windows(of, limits).into_iter().for_each(|(_, _, tally)| tally.refuse());
            self.unsaved_refused = self.unsaved_refused.saturating_add(1);
            return Err(wait_s.unsigned_abs());
        }
        self.person(of).fail(now_s);
        self.windows(of, limits).into_iter().for_each(|(_, _, tally)| tally.fail(now_s));
        Ok(())
    }

    /// As `admit`, for links and tokens, which belong to nobody until they are found.
    ///
    /// # Errors
    /// The seconds to wait.
    pub(crate) fn admit_address(&mut self, of: &Try, limits: &Limits, now_s: i64) -> Result<(), u64> {
        self.make_room(limits, now_s);
        let mut wait_s = 0;
        for (_, failures_max, tally) in self.windows(of, limits) {
            tally.renew(limits.window_s, now_s);
            wait_s = wait_s.max(tally.block_s(failures_max, limits.window_s, now_s));
        }
        if wait_s > 0 {
            self.windows(of, limits).into_iter().for_each(|(_, _, tally)| tally.refuse());
            self.unsaved_refused = self.unsaved_refused.saturating_add(1);
            return Err(wait_s.unsigned_abs());
        }
        self.windows(of, limits).into_iter().for_each(|(_, _, tally)| tally.fail(now_s));
        Ok(())
    }

    /// The password was right: how many failures came before it.
    pub(crate) fn succeed(&mut self, of: &Try, limits: &Limits) -> u32 {
        self.windows(of, limits).into_iter().for_each(|(_, _, tally)| tally.forgive());
        let person = self.person(of);
        person.forgive();
        person.unsaved |= person.failed > 0;
        std::mem::take(&mut person.failed)
    }

    /// The try did not take place.
    pub(crate) fn withdraw(&mut self, of: &Try, limits: &Limits) {
        self.windows(of, limits).into_iter().for_each(|(_, _, tally)| tally.forgive());
        self.person(of).forgive();
    }

    /// The password was wrong.
    pub(crate) fn fail(&mut self, of: &Try, limits: &Limits) -> Consequence {
        self.unsaved_failed = self.unsaved_failed.saturating_add(1);
        let windows = self.windows(of, limits).into_iter();
        let blocked = windows.filter(|(_, failures_max, tally)| tally.failed == *failures_max).map(|(at, _, _)| at);
        Consequence { blocked: blocked.collect(), failures: self.person(of).failed }
    }

    /// Addresses and networks that are blocked now, with since when and for how many seconds.
    pub(crate) fn blocked(&self, limits: &Limits, now_s: i64) -> Vec<(Network, u32, i64, i64)> {
        let kinds = [(&self.addresses, limits.failures_max), (&self.networks, limits.failures_max * NETWORK_FACTOR)];
        let all = kinds.into_iter().flat_map(|(windows, failures_max)| {
            windows.iter().map(move |(at, tally)| {
                (*at, tally.failed, tally.since_s, tally.block_s(failures_max, limits.window_s, now_s))
            })
        });
        let mut blocked: Vec<_> = all.filter(|(_, _, _, left_s)| *left_s > 0).collect();
        blocked.sort_unstable();
        blocked
    }

    /// Forgets the failures of a network, or of all: they may try again at once. How many were blocked.
    pub(crate) fn unblock(&mut self, only: Option<Network>, limits: &Limits) -> usize {
        let kinds =
            [(&mut self.addresses, limits.failures_max), (&mut self.networks, limits.failures_max * NETWORK_FACTOR)];
        let mut freed = 0;
        for (windows, failures_max) in kinds {
            let meant = windows.iter_mut().filter(|(at, _)| only.is_none_or(|only| only == **at));
            for (_, tally) in meant.filter(|(_, tally)| tally.failed >= failures_max) {
                tally.failed = 0;
                // So that the line is written again.
                tally.refuse();
                freed += 1;
            }
        }
        freed
    }

    /// What changed since it was last asked.
    pub(crate) fn take_unsaved(&mut self) -> AttemptChanges {
        let mut lines = Vec::new();
        let mut keep = |kind, name: String, tally: &mut Tally| {
            if let Some((failed, refused)) = tally.take_unsaved() {
                let (failed_total, refused_total) = (i64::from(failed), i64::from(refused));
                let (since_s, last_s, failed) = (tally.since_s, tally.last_s, tally.failed);
                lines.push(AttemptRow { kind, name, since_s, last_s, failed, failed_total, refused_total });
            }
        };
        self.accounts.iter_mut().for_each(|(login, tally)| keep(AttemptKind::Account, login.clone(), tally));
        for ((login, device), tally) in &mut self.devices {
            keep(AttemptKind::Device, format!("{login} {}", hex(device)), tally);
        }
        self.addresses.iter_mut().for_each(|(at, tally)| keep(AttemptKind::Address, at.to_string(), tally));
        self.networks.iter_mut().for_each(|(at, tally)| keep(AttemptKind::Network, at.to_string(), tally));
        let strangers = (0..=u16::MAX).zip(&mut self.strangers).filter_map(|(slot, tally)| {
            // Who was only ever sent away has failed at nothing.
            tally.take_unsaved().filter(|_| tally.last_s > 0)?;
            Some(StrangerRow { slot, since_s: tally.since_s, last_s: tally.last_s, failed: tally.failed })
        });
        AttemptChanges {
            lines,
            strangers: strangers.collect(),
            failed: std::mem::take(&mut self.unsaved_failed),
            refused: std::mem::take(&mut self.unsaved_refused),
        }
    }

    /// Takes back what could not be written down.
    pub(crate) fn put_back(&mut self, changes: AttemptChanges) {
        for row in &changes.lines {
            if let Some(tally) = self.of_line(row.kind, &row.name) {
                // As many as a tally counts of them.
                tally.unsaved_failed = tally.unsaved_failed.saturating_add(row.failed_total as u32);
                tally.unsaved_refused = tally.unsaved_refused.saturating_add(row.refused_total as u32);
                tally.unsaved = true;
            }
        }
        for row in &changes.strangers {
            self.strangers[usize::from(row.slot)].unsaved = true;
        }
        self.unsaved_failed = self.unsaved_failed.saturating_add(changes.failed);
        self.unsaved_refused = self.unsaved_refused.saturating_add(changes.refused);
    }

    /// The tally of which a line is kept.
    fn of_line(&mut self, kind: AttemptKind, name: &str) -> Option<&mut Tally> {
        match kind {
            AttemptKind::Account => Some(self.accounts.entry(name.to_owned()).or_default()),
            AttemptKind::Device => {
                let (login, hash) = name.rsplit_once(' ')?;
                Some(self.devices.entry((login.to_owned(), unhex(hash)?)).or_default())
            }
            AttemptKind::Address => Some(self.addresses.entry(Network::parse(name)?).or_default()),
            AttemptKind::Network => Some(self.networks.entry(Network::parse(name)?).or_default()),
        }
    }

    /// Goes on with what was written down before a restart.
    pub(crate) fn restore(&mut self, lines: Vec<AttemptRow>, strangers: Vec<StrangerRow>) {
        for StrangerRow { slot, since_s, last_s, failed } in strangers {
            self.strangers[usize::from(slot)] = Tally { since_s, last_s, failed, ..Tally::default() };
        }
        for row in lines {
            if let Some(tally) = self.of_line(row.kind, &row.name) {
                *tally = Tally { since_s: row.since_s, last_s: row.last_s, failed: row.failed, ..Tally::default() };
            }
        }
    }
}

fn unhex(text: &str) -> Option<[u8; 32]> {
    let bytes: Option<Vec<u8>> =
        (0..text.len()).step_by(2).map(|at| u8::from_str_radix(text.get(at..at + 2)?, 16).ok()).collect();
    bytes?.try_into().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits { failures_max: 20, window_s: 900, never_blocked: Networks::NONE };

    fn guess(login: &str, exists: bool, n: u32) -> Try {
        Try { login: login.into(), exists, device: None, address: Some(IpAddr::from((n + 0x0a00_0000).to_be_bytes())) }
    }

    /// Tries as often as it is let, each second, for so long; how many were let.
    fn attack(attempts: &mut Attempts, seconds: i64, of: impl Fn(u32) -> Try) -> u32 {
        let (mut let_in, mut n) = (0, 0);
        for now_s in 0..seconds {
            for _ in 0..5 {
                n += 1;
                let guess = of(n);
                if attempts.admit(&guess, &LIMITS, now_s).is_ok() {
                    attempts.fail(&guess, &LIMITS);
                    let_in += 1;
                }
            }
        }
        let_in
    }

    #[test]
    fn promise_14_delays_grow_and_end() {
        let tally = |failed| Tally { failed, last_s: 100, ..Tally::default() };
        let waits: Vec<i64> = (0..14).map(|failed| tally(failed).delay_s(100)).collect();
        assert_eq!(waits, [0, 0, 0, 0, 1, 2, 4, 8, 16, 32, 60, 60, 60, 60]);
        assert_eq!((tally(99).delay_s(160), tally(u32::MAX).delay_s(100)), (0, 60));
    }

    #[test]
    fn promise_14_ten_thousand_addresses_get_a_hundred_guesses_an_hour_and_the_owner_waits_for_none() {
        let mut attempts = Attempts::new([7; 32]);
        // A network of their own each, so that only the account's delay is in their way.
        let let_in = attack(&mut attempts, 3600, |n| guess("ada", true, (n % 10_000) << 8));
        assert!((60..=100).contains(&let_in), "{let_in}");
        let owner = Try { device: Some([7; 32]), ..guess("ada", true, 1 << 30) };
        assert_eq!(attempts.admit(&owner, &LIMITS, 3600), Ok(()));
        assert_eq!(attempts.succeed(&owner, &LIMITS), 0);
        // The owner's success does not help the attacker.
        let next = guess("ada", true, 5);
        assert!(attempts.admit(&next, &LIMITS, 3600).is_err());
    }

    #[test]
    fn promise_14_a_known_device_has_delays_of_its_own() {
        let mut attempts = Attempts::new([7; 32]);
        let thief = Try { device: Some([7; 32]), ..guess("ada", true, 1) };
        let let_in = attack(&mut attempts, 3600, |_| thief.clone());
        assert!((60..=100).contains(&let_in), "{let_in}");
        assert_eq!(attempts.admit(&guess("ada", true, 2), &LIMITS, 3600), Ok(()), "others are not in its way");
    }

    #[test]
    fn promise_14_addresses_and_networks_are_blocked_and_freed() {
        let mut attempts = Attempts::new([7; 32]);
        let one = |n: u32| guess(&format!("login{n}"), false, 7);
        assert_eq!(attack(&mut attempts, 100, one), 20);
        assert_eq!(attempts.blocked(&LIMITS, 100).len(), 1);
        assert_eq!(attempts.admit(&one(0), &LIMITS, 3 + 900), Ok(()), "a block ends");
        let mut attempts = Attempts::new([7; 32]);
        let many = |n: u32| guess(&format!("login{n}"), false, n % 256);
        assert_eq!(attack(&mut attempts, 100, many), 100);
        let trusted = Limits { never_blocked: Networks::read(&["10.0.0.0/24"]).unwrap(), ..LIMITS };
        assert_eq!(attempts.admit(&many(1), &trusted, 100), Ok(()));
        assert!(attempts.admit(&many(1), &LIMITS, 100).is_err());
        assert_eq!(attempts.unblock(None, &LIMITS), 1);
        assert_eq!(attempts.admit(&many(1), &LIMITS, 100), Ok(()));
    }

    #[test]
    fn promise_14_many_tries_at_once_are_as_many_tries() {
        let mut attempts = Attempts::new([7; 32]);
        let let_in = (0..1000).filter(|n| attempts.admit(&guess("ada", true, n << 8), &LIMITS, 0).is_ok()).count();
        assert_eq!(let_in, FREE_FAILURES as usize + 1);
    }

    #[test]
    fn promise_15_unknown_logins_wait_as_known_ones_do_over_a_restart_too() {
        let waits = |exists| {
            let mut attempts = Attempts::new([7; 32]);
            let mut waits: Vec<_> = (0..12).map(|n| attempts.admit(&guess("ada", exists, n), &LIMITS, 1000)).collect();
            let changes = attempts.take_unsaved();
            let mut again = Attempts::new([7; 32]);
            again.restore(changes.lines, changes.strangers);
            waits.extend((0..12).map(|n| again.admit(&guess("ada", exists, n), &LIMITS, 1001)));
            waits
        };
        assert_eq!(waits(true), waits(false));
        assert_eq!(waits(false)[12..14], [Ok(()), Err(2)]);
    }

    #[test]
    fn promise_14_counters_survive_a_restart_and_are_bounded() {
        let mut attempts = Attempts::new([7; 32]);
        attack(&mut attempts, 60, |n| guess("ada", true, n));
        let changes = attempts.take_unsaved();
        // The store fails for a moment.
        attempts.put_back(changes.clone());
        assert_eq!(attempts.take_unsaved(), changes);
        assert!(changes.failed >= 9 && changes.refused > 200);
        assert!(attempts.take_unsaved().is_empty());
        let mut again = Attempts::new([7; 32]);
        again.restore(changes.lines, changes.strangers);
        assert_eq!(
            again.admit(&guess("ada", true, 0), &LIMITS, 60),
            attempts.admit(&guess("ada", true, 0), &LIMITS, 60)
        );
        attempts.succeed(&guess("ada", true, 0), &LIMITS);
        again.restore(attempts.take_unsaved().lines, Vec::new());
        assert_eq!(again.admit(&guess("ada", true, 9 << 8), &LIMITS, 61), Ok(()), "nor does a success come undone");
        for n in 0..3 * WINDOWS_MAX as u32 {
            let made = attempts.admit(&guess(&n.to_string(), false, n << 8), &LIMITS, 61);
            assert!(made.is_ok() || attempts.strangers.iter().any(|tally| tally.failed >= FREE_FAILURES));
        }
        assert!(attempts.addresses.len() <= WINDOWS_MAX + 1 && attempts.networks.len() <= WINDOWS_MAX + 1);
    }
}
