//! One accepted tracking request as the journal keeps it: parsed, enriched, and free of what the site must not keep.

use crate::{Day, Order, Product, Reached, Referrer, SiteId, Value, Values, VisitorId};
use postcard::ser_flavors::Flavor;
use serde::{Deserialize, Serialize};

/// What the fold needs of a tracking request. `visit_facts` and `action_facts` hold the captured values of the
/// catalog's visit and action columns, in the order of the schema under which the record was written.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Hit {
    pub site: SiteId,
    /// When it happened, seconds since 1970 in UTC.
    pub time_s: i64,
    /// When it was received, seconds since 1970 in UTC.
    pub received_s: i64,
    /// The site's local calendar day of `time_s`.
    pub day: Day,
    pub who: Who,
    /// `new_visit=1`.
    pub new_visit: bool,
    pub act: Act,
    pub referrer: Referrer,
    /// The referrer is a campaign that came without a keyword: the one given is a guess, and that of a running visit
    /// of the same campaign stays.
    pub keyword_guessed: bool,
    pub visit_facts: Values,
    pub action_facts: Values,
    /// The goals whose rules the hit meets, in the order of their numbers.
    pub reached: Vec<Reached>,
    /// Whom conversions of the hit are owed to, where it says so; else it is the visit's own referrer.
    pub attributed: Option<Referrer>,
    /// The product or category whose page was viewed.
    pub viewed: Option<Product>,
}

/// By what a visitor may be recognised.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Who {
    pub visitor: Option<VisitorId>,
    pub source: VisitorSource,
    /// Fingerprint of the day; see the recognition rules.
    pub config: u64,
    pub user_id: Option<Box<str>>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum VisitorSource {
    /// No id came along: recognised by fingerprint alone.
    None,
    /// `_id`, a first-party cookie.
    Cookie,
    /// `cid`: this id and nothing else.
    Forced,
    /// Derived from `uid`.
    UserId,
}

/// What the hit reports.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Act {
    Action {
        kind: ActionKind,
        url: Option<TrackedUrl>,
        title: Option<Box<str>>,
    },
    /// Heartbeat: prolongs a running visit.
    Ping,
    /// A goal (`goal` > 0), an order or a cart (`goal` 0) as older programs journaled it, its parameters as JSON.
    Conversion {
        goal: u32,
        params: Box<str>,
    },
    /// A goal that the site itself reports: the hit's `reached` says which.
    Goal {
        url: Option<TrackedUrl>,
    },
    /// An order, or a cart as it stands now.
    Order(Box<Order>),
}

/// Numbers as in Matomo's action types.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum ActionKind {
    PageView = 1,
    Outlink = 2,
    Download = 3,
    SiteSearch = 8,
    Event = 10,
    Content = 13,
}

/// A URL without its protocol and `www.`, and the number of what was cut, as Matomo keeps it:
/// 0 `http://`, 1 `http://www.`, 2 `https://`, 3 `https://www.`; `None` when the text is no such URL and is whole.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct TrackedUrl {
    pub prefix: Option<u8>,
    pub text: Box<str>,
}

const PREFIXES: [&str; 4] = ["http://", "http://www.", "https://", "https://www."];

impl TrackedUrl {
    /// Splits off protocol and `www.`.
    pub fn split(url: &str) -> TrackedUrl {
        let longest = [3, 1, 2, 0].into_iter().find(|&n| url.starts_with(PREFIXES[n]));
        match longest {
            Some(n) => TrackedUrl { prefix: Some(n as u8), text: url[PREFIXES[n].len()..].into() },
            None => TrackedUrl { prefix: None, text: url.into() },
        }
    }

    /// The whole URL again.
    pub fn join(&self) -> String {
        Self::join_parts(self.prefix, &self.text)
    }

    /// The whole URL of a stored prefix number and text.
    pub fn join_parts(prefix: Option<u8>, text: &str) -> String {
        let prefix = prefix.and_then(|n| PREFIXES.get(usize::from(n))).copied().unwrap_or("");
        format!("{prefix}{text}")
    }
}

/// Writes behind what stands in a buffer.
pub(crate) struct Behind<'a>(pub(crate) &'a mut Vec<u8>);

impl Flavor for Behind<'_> {
    type Output = ();

    fn try_push(&mut self, byte: u8) -> postcard::Result<()> {
        self.0.push(byte);
        Ok(())
    }

    fn try_extend(&mut self, bytes: &[u8]) -> postcard::Result<()> {
        self.0.extend_from_slice(bytes);
        Ok(())
    }

    fn finalize(self) -> postcard::Result<()> {
        Ok(())
    }
}

/// A journal record that cannot be read.
#[derive(Debug, thiserror::Error)]
#[error(
    "journal record cannot be decoded ({0}); restore the journal from a backup or remove the record with its range"
)]
pub struct BadRecord(#[from] postcard::Error);

impl Hit {
    /// The bytes that the journal keeps.
    ///
    /// # Errors
    /// Fails only when a value is larger than memory allows to copy.
    pub fn encode(&self) -> Result<Vec<u8>, BadRecord> {
        let mut bytes = Vec::new();
        self.encode_to(&mut bytes)?;
        Ok(bytes)
    }

    /// The same, behind what stands in `bytes` already.
    ///
    /// # Errors
    /// As `encode`; `bytes` then ends with a part of the record.
    pub fn encode_to(&self, bytes: &mut Vec<u8>) -> Result<(), BadRecord> {
        Ok(postcard::serialize_with_flavor(self, Behind(bytes))?)
    }

    /// # Errors
    /// `BadRecord` when the bytes are not a hit.
    pub fn decode(bytes: &[u8]) -> Result<Hit, BadRecord> {
        Ok(postcard::from_bytes(bytes)?)
    }

    /// Reads a hit of an older program, which knew no goals and wrote its facts one by one.
    ///
    /// # Errors
    /// As `decode`.
    pub fn decode_older(bytes: &[u8]) -> Result<Hit, BadRecord> {
        Ok(postcard::from_bytes::<HitBefore>(bytes)?.into())
    }
}

/// A hit as it was kept before goals were reported.
#[derive(Deserialize)]
#[cfg_attr(test, derive(Serialize))]
struct HitBefore {
    site: SiteId,
    time_s: i64,
    received_s: i64,
    day: Day,
    who: Who,
    new_visit: bool,
    act: Act,
    referrer: Referrer,
    keyword_guessed: bool,
    visit_facts: Vec<Value>,
    action_facts: Vec<Value>,
}

impl From<HitBefore> for Hit {
    fn from(before: HitBefore) -> Hit {
        Hit {
            site: before.site,
            time_s: before.time_s,
            received_s: before.received_s,
            day: before.day,
            who: before.who,
            new_visit: before.new_visit,
            act: before.act,
            referrer: before.referrer,
            keyword_guessed: before.keyword_guessed,
            visit_facts: before.visit_facts.into(),
            action_facts: before.action_facts.into(),
            reached: Vec::new(),
            attributed: None,
            viewed: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hits_of_older_programs_are_read() {
        let who = Who { visitor: None, source: VisitorSource::None, config: 5, user_id: None };
        let before = HitBefore {
            site: SiteId(3),
            time_s: 7,
            received_s: 8,
            day: Day(1),
            who,
            new_visit: false,
            act: Act::Conversion { goal: 2, params: "{}".into() },
            referrer: Referrer::default(),
            keyword_guessed: true,
            visit_facts: vec![Value::Int(1), Value::from("de")],
            action_facts: vec![Value::Null],
        };
        let bytes = postcard::to_allocvec(&before).unwrap();
        let hit = Hit::from(before);
        assert_eq!(Hit::decode_older(&bytes).unwrap(), hit);
        assert!(Hit::decode_older(&bytes[..bytes.len() - 1]).is_err());
        let bytes = hit.encode().unwrap();
        assert_eq!(Hit::decode(&bytes).unwrap(), hit);
        assert!(Hit::decode(&bytes[..bytes.len() - 1]).is_err());
        assert_eq!((hit.visit_facts.len(), hit.reached.len()), (2, 0));
    }

    #[test]
    fn urls_split_and_join() {
        for (url, prefix, text) in [
            ("https://www.example.org/a", Some(3), "example.org/a"),
            ("http://example.org", Some(0), "example.org"),
            ("https://wwwx.org/", Some(2), "wwwx.org/"),
            ("ftp://example.org/", None, "ftp://example.org/"),
        ] {
            let split = TrackedUrl::split(url);
            assert_eq!((split.prefix, &*split.text, split.join().as_str()), (prefix, text, url));
        }
    }
}
