//! By what a visitor without an id is recognised for a day: what their device says of itself, their address and
//! language, hashed with secrets.

use crate::Salts;
use makoto_model::{ClientKind, Day, Device, Params, SiteId};
use sha2::{Digest, Sha256};
use std::net::IpAddr;

/// Bytes of `Accept-Language` that count: what follows differs from request to request on some devices.
const LANGUAGE_BYTES_MAX: usize = 20;
/// Plugins whose flags count, in this order.
const PLUGINS: [&str; 8] = ["fla", "java", "qt", "realp", "pdf", "wma", "ag", "cookie"];

/// What goes into a fingerprint.
pub struct Features<'a> {
    pub site: SiteId,
    /// The site's local day: fingerprints of two days have nothing in common, so that nobody is followed across
    /// days without an id of their own.
    pub day: Day,
    pub device: &'a Device,
    pub params: &'a Params,
    pub address: IpAddr,
    pub language: &'a str,
}

impl Features<'_> {
    pub fn hash(&self, salts: &Salts) -> u64 {
        // A salt of its own for every site and day, so that no list of all addresses serves for two of them.
        let day_salt = Sha256::new()
            .chain_update(salts.secret())
            .chain_update(self.site.0.to_le_bytes())
            .chain_update(self.day.0.to_le_bytes())
            .finalize();
        let mut hash = Sha256::new_with_prefix(day_salt);
        let device = self.device;
        let browser = device.client.as_ref().filter(|client| client.kind == ClientKind::Browser);
        let os = if device.bot.is_some() { "BOT" } else { &device.os_code };
        let (name, version) = browser.map_or(("UNK", ""), |client| (&client.code, &client.version));
        for text in [os, name, version, crate::url::cut(self.language, LANGUAGE_BYTES_MAX)] {
            hash.update((text.len() as u32).to_le_bytes());
            hash.update(text);
        }
        hash.update(PLUGINS.map(|plugin| u8::from(self.params.flag(plugin))));
        match self.address {
            IpAddr::V4(v4) => hash.update(v4.octets()),
            IpAddr::V6(v6) => hash.update(v6.octets()),
        }
        let digest: [u8; 32] = hash.finalize().into();
        let [a, b, c, d, e, f, g, h, ..] = digest;
        u64::from_le_bytes([a, b, c, d, e, f, g, h])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_feature_counts() {
        let params = Params::default();
        let device = Device { os_code: "WIN".into(), ..Device::default() };
        let address = "192.0.2.1".parse().unwrap();
        let hash = |site, day, device: &Device, params: &Params, address, language: &str, secret| {
            let day = Day(day);
            Features { site: SiteId(site), day, device, params, address, language }.hash(&Salts::new([secret; 32]))
        };
        let one = hash(1, 1, &device, &params, address, "de", 1);
        assert_eq!(one, hash(1, 1, &device, &params, address, "de", 1));
        let flags = Params::new(vec![("cookie".into(), "1".into())]);
        let others = [
            hash(2, 1, &device, &params, address, "de", 1),
            hash(1, 2, &device, &params, address, "de", 1),
            hash(1, 1, &Device::default(), &params, address, "de", 1),
            hash(1, 1, &device, &flags, address, "de", 1),
            hash(1, 1, &device, &params, "192.0.2.2".parse().unwrap(), "de", 1),
            hash(1, 1, &device, &params, address, "fr", 1),
            hash(1, 1, &device, &params, address, "de", 2),
        ];
        assert!(others.iter().all(|other| *other != one));
        let long = "a".repeat(LANGUAGE_BYTES_MAX);
        let longer = format!("{long}b");
        let language = |text: &str| hash(1, 1, &device, &params, address, text, 1);
        assert_eq!(language(&long), language(&longer));
    }
}
