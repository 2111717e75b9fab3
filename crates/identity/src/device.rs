//! Browsers that are known, sign-ins from where nobody expects them, and sessions that turn up somewhere else.

use crate::{Error, Identity, attempts, attempts::hold, secret};
use makoto_access::{Caller, Principal, Proof, User};
use makoto_meta::{Activity, Arrival, Bound};
use std::{collections::HashMap, net::IpAddr};

/// Letters of the secret by which a browser is known: 256 bits.
const SECRET_LETTERS: usize = 43;
/// Sessions whose origin is remembered; beyond it all are read again.
const BOUNDS_MAX: usize = 10_000;

/// Names the country of an address, as two letters.
pub type Locate = Box<dyn Fn(IpAddr) -> Option<String> + Send + Sync>;
pub(crate) type Bounds = HashMap<i64, Bound>;

/// What remains of a user agent when its browser is updated.
fn coarse(agent: &str) -> String {
    agent.chars().filter(|c| !c.is_ascii_digit() && *c != '.').collect()
}

/// Whether a session is used by another browser than the one it was opened in: its device is another, and its program
/// or its network is.
fn has_moved(bound: &Bound, caller: &Caller) -> bool {
    let same_device = bound.device.is_none_or(|device| caller.device == Some(device));
    let network = |address: Option<IpAddr>| address.map(attempts::network_of);
    let moved = network(bound.address.parse().ok()) != network(caller.address);
    !same_device && (moved || coarse(&bound.agent) != coarse(&caller.agent))
}

impl Identity {
    /// Tells how countries of addresses are found; without it none is known.
    pub fn locate_by(&self, locate: Locate) {
        self.locate.get_or_init(|| locate);
    }

    fn country(&self, address: Option<IpAddr>) -> String {
        let locate = self.locate.get().zip(address);
        locate.and_then(|(locate, address)| locate(address)).unwrap_or_default()
    }

    /// Notes from where the holder of a fresh session's secret has signed in, and tells them of devices and countries
    /// that are new. The secret of a device that was not known, for its cookie.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn welcome(
        &self,
        caller: &Caller,
        login: &str,
        session: &str,
        now_s: i64,
    ) -> Result<Option<String>, Error> {
        let known = match caller.device {
            Some(device) => self.meta.is_device(device).await?,
            None => false,
        };
        // A secret that is not ours may be somebody's who planted it.
        let fresh = if known { None } else { Some(secret::fresh_letters(SECRET_LETTERS)?) };
        let device = fresh.as_deref().map(secret::hash_secret).or(caller.device);
        let Some(device) = device else { return Ok(None) };
        let country = self.country(caller.address);
        let arrival =
            Arrival { login, session: secret::hash_secret(session), device, agent: &caller.agent, country: &country };
        self.meta.arrive(caller, arrival, now_s).await?;
        Ok(fresh)
    }

    /// Ends a session that is used from another device than the one it was opened on; `true` when it did.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn end_moved(&self, caller: &Caller) -> Result<bool, Error> {
        let Principal::User(User { login, proof: Proof::Session { id, .. }, .. }) = &caller.principal else {
            return Ok(false);
        };
        let known = hold(&self.bounds).get(id).cloned();
        let bound = match known {
            Some(bound) => bound,
            None => {
                let Some(bound) = self.meta.bound(*id).await? else { return Ok(false) };
                // Before its device is noted, there is nothing to hold it against.
                if bound.device.is_some() {
                    let mut bounds = hold(&self.bounds);
                    if bounds.len() >= BOUNDS_MAX {
                        bounds.clear();
                    }
                    bounds.insert(*id, bound.clone());
                }
                bound
            }
        };
        if !has_moved(&bound, caller) {
            return Ok(false);
        }
        match self.meta.end_session_of(caller, Activity::SessionMoved, login, *id).await {
            Ok(()) | Err(makoto_meta::Error::NotFound(_)) => Ok(true),
            Err(fault) => Err(fault.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_23_a_session_has_moved_when_device_and_origin_are_others() {
        let bound = Bound { device: Some([1; 32]), agent: "Firefox/141.0".into(), address: "192.0.2.7".into() };
        let came = |device: Option<u8>, agent: &str, address: &str| {
            let caller = Caller {
                device: device.map(|byte| [byte; 32]),
                agent: agent.into(),
                address: address.parse().ok(),
                ..Caller::inside(Principal::Anonymous)
            };
            has_moved(&bound, &caller)
        };
        assert!(!came(Some(1), "Chrome/1", "198.51.100.1"), "the device is the same");
        assert!(!came(None, "Firefox/142.0", "192.0.2.99"), "an update, and another address of the network");
        assert!(came(None, "Firefox/141.0", "198.51.100.1"));
        assert!(came(Some(2), "Chrome/141.0", "192.0.2.7"));
        let unbound = Bound { device: None, ..bound.clone() };
        assert!(!has_moved(&unbound, &Caller::inside(Principal::Anonymous)));
    }
}
