//! Facts about where visits come from: search engines, social networks, AI
//! assistants and known spam referrers, and the look-ups over them.
//!
//! Everything is a pure function of the referrer's URL. The order in which a
//! caller asks matters: [`search`] first (the front page of a network can be a
//! search engine), then [`assistant`] where that channel exists, then
//! [`social`]; what is left is a website.

mod assistants;
mod engines;
mod hosts;
mod noise;
mod query;
mod referrer;
mod search;
mod social;
mod spam;

pub use assistants::{assistant, assistant_url};
pub use noise::strip_noise;
pub use referrer::ParsedReferrer;
pub use search::{SearchHit, engine_logo_host, engine_url, search, search_url};
pub use social::{social, social_url};
pub use spam::is_spam;
