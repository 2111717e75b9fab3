//! Refusals that anybody on the internet can bring about by the million: the first of an hour are recorded one by one,
//! the others in one line a minute.

use makoto_meta::Activity;
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, net::IpAddr};

/// Lines of each kind in an hour that stand for one refusal each.
const SINGLE_PER_HOUR_MAX: u32 = 60;
/// Names and addresses listed in one line; more are counted together.
const NAMES_MAX: usize = 10;
/// Longest name listed, in characters.
const NAME_CHARS_MAX: usize = 100;

/// Refusals of one kind: how many had lines of their own in this hour, and those since the last line of sums.
#[derive(Default)]
struct Sum {
    hour: i64,
    single: u32,
    since: Summed,
}

/// Refusals that one line tells of.
#[derive(Default)]
pub(crate) struct Summed {
    count: u64,
    logins: BTreeMap<String, u64>,
    addresses: BTreeMap<String, u64>,
}

impl Summed {
    fn is_empty(&self) -> bool {
        self.count == 0
    }

    pub(crate) fn detail(&self) -> Json {
        json!({ "count": self.count, "logins": self.logins, "addresses": self.addresses })
    }
}

fn count(names: &mut BTreeMap<String, u64>, name: String, times: u64) {
    let name = if names.len() < NAMES_MAX || names.contains_key(&name) { name } else { "others".to_owned() };
    *names.entry(name).or_default() += times;
}

/// The sums of every kind.
#[derive(Default)]
pub(crate) struct Digest {
    sums: Vec<(Activity, Sum)>,
}

impl Digest {
    fn sum(&mut self, kind: Activity) -> &mut Sum {
        let at = self.sums.iter().position(|(known, _)| *known == kind).unwrap_or_else(|| {
            self.sums.push((kind, Sum::default()));
            self.sums.len() - 1
        });
        &mut self.sums[at].1
    }

    /// Whether this refusal gets a line of its own; else it is summed up. `name` is a login, or what was refused.
    pub(crate) fn takes(&mut self, kind: Activity, name: &str, address: Option<IpAddr>, now_s: i64) -> bool {
        let sum = self.sum(kind);
        if sum.hour != now_s / 3600 {
            (sum.hour, sum.single) = (now_s / 3600, 0);
        }
        if sum.single < SINGLE_PER_HOUR_MAX {
            sum.single += 1;
            return false;
        }
        sum.since.count += 1;
        if !name.is_empty() {
            count(&mut sum.since.logins, name.chars().take(NAME_CHARS_MAX).collect(), 1);
        }
        if let Some(address) = address {
            count(&mut sum.since.addresses, crate::attempts::address_of(address).to_string(), 1);
        }
        true
    }

    /// What is to be recorded of each kind since the last time.
    pub(crate) fn take(&mut self) -> Vec<(Activity, Summed)> {
        let full = self.sums.iter_mut().filter(|(_, sum)| !sum.since.is_empty());
        full.map(|(kind, sum)| (*kind, std::mem::take(&mut sum.since))).collect()
    }

    /// Takes back what could not be recorded.
    pub(crate) fn put_back(&mut self, kind: Activity, unrecorded: Summed) {
        let since = &mut self.sum(kind).since;
        since.count += unrecorded.count;
        unrecorded.logins.into_iter().for_each(|(name, times)| count(&mut since.logins, name, times));
        unrecorded.addresses.into_iter().for_each(|(name, times)| count(&mut since.addresses, name, times));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_47_a_million_failed_sign_ins_are_a_few_megabytes() {
        let (mut digest, mut lines, mut bytes, mut counted) = (Digest::default(), 0u64, 0usize, 0u64);
        // As fast as passwords can be looked at: forty a second.
        for n in 0..1_000_000u64 {
            let name = format!("{:x}{}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15), "x".repeat(200));
            let address = Some(IpAddr::from((n as u32).to_be_bytes()));
            if !digest.takes(Activity::SignInFailed, &name, address, n as i64 / 40) {
                (lines, bytes, counted) = (lines + 1, bytes + 600, counted + 1);
            }
            if n % 2400 == 2399 {
                for (_, summed) in digest.take() {
                    (lines, bytes) = (lines + 1, bytes + 600 + summed.detail().to_string().len());
                    counted += summed.count;
                }
            }
        }
        // The store fails for a moment.
        for (kind, summed) in digest.take() {
            digest.put_back(kind, summed);
        }
        counted += digest.take().iter().map(|(_, summed)| summed.count).sum::<u64>();
        assert_eq!(counted, 1_000_000);
        assert!(lines < 1000 && bytes < 10 * 1024 * 1024, "{lines} lines, {bytes} bytes");
    }
}
