//! The nouns of Makoto. Nothing here reads a file, opens a socket or waits.

pub mod delta;
pub mod device;
mod entities;
pub mod goal;
pub mod hit;
pub mod id;
pub mod own;
pub mod packed;
pub mod params;
pub mod period;
pub mod referrer;
pub mod request_rule;
pub mod site;
pub mod value;
pub mod values;

pub use delta::{Cell, Delta, NewText, Row, VisitLeft};
pub use device::{Client, ClientKind, Device, Place};
pub use entities::without_entities;
pub use goal::{Attribute, Goal, Order, PatternKind, Product, Reached};
pub use hit::{Act, ActionKind, BadRecord, Hit, TrackedUrl, VisitorSource, Who};
pub use id::{SiteId, VisitorId};
pub use own::{ExtractedFrom, Extraction, OwnDimension, OwnScope};
pub use packed::{NoRow, PackedRow};
pub use params::Params;
pub use period::{Day, Period, Range};
pub use referrer::{Referrer, ReferrerKind};
pub use request_rule::RequestRule;
pub use site::{SearchRule, Site, Zone};
pub use value::Value;
pub use values::{ValueRef, Values};
