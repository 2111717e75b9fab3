use serde::{Deserialize, Serialize};
use std::fmt;

/// A site's number, from 1, as in Matomo's `idSite`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SiteId(pub u32);

impl fmt::Display for SiteId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A visitor's id, shown as 16 hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct VisitorId(pub u64);

impl VisitorId {
    /// Reads exactly 16 hexadecimal digits; anything else is `None`.
    pub fn parse(text: &str) -> Option<VisitorId> {
        let digits = text.len() == 16 && text.bytes().all(|b| b.is_ascii_hexdigit());
        digits.then(|| u64::from_str_radix(text, 16).ok().map(VisitorId)).flatten()
    }
}

impl fmt::Display for VisitorId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::VisitorId;

    #[test]
    fn visitor_ids_round_trip_and_refuse_other_lengths() {
        let id = VisitorId::parse("00ab34cd56ef7890").unwrap();
        assert_eq!(id.to_string(), "00ab34cd56ef7890");
        for bad in ["", "ab", "00ab34cd56ef789", "00ab34cd56ef78901", "+0ab34cd56ef7890", "zzab34cd56ef7890"] {
            assert_eq!(VisitorId::parse(bad), None, "{bad}");
        }
    }
}
