//! How much strangers may ask for: requests of one address, requests of one grant, and time at the processors.

use makoto_identity::Network;
use std::{collections::HashMap, net::IpAddr, time::Instant};

/// Addresses counted in one minute at most; beyond it all new ones share one count.
const ADDRESSES_MAX: usize = 50_000;
/// Bits of an IPv6 address that tell one customer from another.
const IPV6_BITS: u8 = 64;
const MINUTE_S: i64 = 60;

/// The limits in force.
#[derive(Clone, Copy, Debug)]
pub struct Rates {
    pub of_address: u32,
    pub of_grant: u32,
    /// Milliseconds of work in one minute, over all processors.
    pub work_ms: f64,
}

/// What was asked for in the present minute, and how much work is left.
pub struct Budget {
    minute: i64,
    addresses: HashMap<Network, u32>,
    grants: HashMap<i64, u32>,
    work_ms: Option<f64>,
    refilled: Instant,
}

impl Default for Budget {
    fn default() -> Budget {
        let (addresses, grants) = (HashMap::new(), HashMap::new());
        Budget { minute: 0, addresses, grants, work_ms: None, refilled: Instant::now() }
    }
}

impl Budget {
    /// Counts a request; the seconds to wait when there were too many.
    pub fn admit(&mut self, address: Option<IpAddr>, grants: &[i64], rates: Rates, now_s: i64) -> Result<(), u64> {
        let minute = now_s.div_euclid(MINUTE_S);
        if minute != self.minute {
            self.minute = minute;
            self.addresses.clear();
            self.grants.clear();
        }
        let wait_s = u64::try_from(MINUTE_S - now_s.rem_euclid(MINUTE_S)).unwrap_or(1).max(1);
        if let Some(address) = address {
            let mut network = Network::around(address, 32, IPV6_BITS);
            if self.addresses.len() >= ADDRESSES_MAX && !self.addresses.contains_key(&network) {
                network = Network::around(address, 0, 0);
            }
            let count = self.addresses.entry(network).or_default();
            *count += 1;
            if *count > rates.of_address {
                return Err(wait_s);
            }
        }
        for grant in grants {
            let count = self.grants.entry(*grant).or_default();
            *count += 1;
            if *count > rates.of_grant {
                return Err(wait_s);
            }
        }
        Ok(())
    }

    /// Whether work may begin; the seconds to wait when what was left is spent.
    pub fn begin(&mut self, rates: Rates) -> Result<(), u64> {
        let left_ms = self.work_ms.unwrap_or(rates.work_ms);
        let refill_ms = self.refilled.elapsed().as_secs_f64() / MINUTE_S as f64 * rates.work_ms;
        self.refilled = Instant::now();
        // Whatever was begun together owes a minute at most: nobody closes what is public for longer.
        let left_ms = (left_ms.max(-rates.work_ms) + refill_ms).min(rates.work_ms);
        self.work_ms = Some(left_ms);
        match left_ms > 0.0 {
            true => Ok(()),
            false => Err((-left_ms / rates.work_ms * MINUTE_S as f64).ceil().max(1.0) as u64),
        }
    }

    /// Notes how long work took.
    pub fn spend(&mut self, took_ms: f64) {
        self.work_ms = self.work_ms.map(|left_ms| left_ms - took_ms);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATES: Rates = Rates { of_address: 3, of_grant: 5, work_ms: 100.0 };

    #[test]
    fn addresses_and_grants_have_so_many_requests_in_a_minute() {
        let mut budget = Budget::default();
        let one: Option<IpAddr> = "203.0.113.7".parse().ok();
        let other: Option<IpAddr> = "203.0.113.8".parse().ok();
        for _ in 0..3 {
            assert_eq!(budget.admit(one, &[1], RATES, 60), Ok(()));
        }
        assert_eq!(budget.admit(one, &[1], RATES, 70), Err(50));
        assert_eq!(budget.admit(other, &[1], RATES, 70), Ok(()), "others go on");
        assert_eq!(budget.admit(other, &[1], RATES, 70), Ok(()));
        assert!(budget.admit(other, &[1], RATES, 70).is_err(), "the grant had its five");
        assert_eq!(budget.admit(one, &[1], RATES, 120), Ok(()), "another minute");
    }

    #[test]
    fn a_customer_with_many_addresses_is_one() {
        let mut budget = Budget::default();
        for n in 0..3 {
            assert_eq!(budget.admit(format!("2001:db8::{n}").parse().ok(), &[], RATES, 60), Ok(()));
        }
        assert!(budget.admit("2001:db8::ffff".parse().ok(), &[], RATES, 60).is_err());
    }

    #[test]
    fn work_that_is_spent_must_come_back_first() {
        let mut budget = Budget::default();
        assert_eq!(budget.begin(RATES), Ok(()));
        budget.spend(200.0);
        assert!(budget.begin(RATES).is_err_and(|wait_s| wait_s >= 59));
    }
}
