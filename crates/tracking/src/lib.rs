//! From the bytes of a tracking request to numbered deltas, without a server, an engine or the name of a feature.
//!
//! Left of the journal are pure functions: [`parse::read`] takes a request apart, [`accept`] decides whether it
//! counts and turns it into a [`makoto_model::Hit`] that holds nothing the site must not keep. Right of it,
//! [`Fold`] reads the hits in the order of the journal and says what they change. The same hits give the same
//! deltas, however they are batched.

pub mod accept;
mod action;
mod addresses;
mod backup;
mod campaign;
mod convert;
mod error;
mod exclude;
mod facts;
mod fingerprint;
mod fold;
pub mod form;
pub mod history;
mod json;
pub mod lookups;
pub mod matching;
mod moment;
mod order;
pub mod outcome;
mod own;
pub mod parse;
mod privacy;
mod query;
mod referrer;
mod rules;
mod search;
mod sender;
mod standing;
mod store;
mod url;

pub use accept::{Context, accept, order_id, site_id, user_visitor};
pub use backup::backup;
pub use convert::read_older;
pub use error::Error;
pub use fold::{Fold, Forget, GoneText, Overflow};
pub use history::History;
pub use lookups::{Lookups, Source, SourceKind};
pub use outcome::{Invalid, Reason, Refused};
pub use parse::{Bulk, Entry, RawRequest, Read};
pub use privacy::{
    IpMask, LanguageDetail, PlaceDetail, Privacy, ReferrerDetail, ResolutionDetail, Salts, TextMask, is_pseudonym,
};
pub use rules::SiteRules;
pub use sender::{Headers, Sender};
pub use standing::{Standing, check, standing};
pub use url::page as counted_page;
