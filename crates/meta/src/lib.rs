//! Relational data: sites, users, roles, settings, sessions, tokens and the record of what was done. The only place
//! that speaks SQL to the relational store. What every request needs is kept in memory as a snapshot that each write
//! replaces, so a change is in force when its call returns.

mod account;
mod activity;
mod audit;
mod credential;
mod job;
mod outbox;
mod record;
mod seal;
mod setting;
mod site;
mod snapshot;
mod store;

pub use account::{Account, NewUser};
pub use activity::{Activity, Tell};
pub use audit::{EntryFilter, Finding, Head, KnownHead, ReadScope};
pub use credential::{NewToken, SessionRow, TokenRow};
pub use job::{Every, JobRow, Turn};
pub use outbox::{Mail, MailKind};
pub use record::Entry;
pub use site::{KEYWORD_PARAMETERS, SiteChange, SiteRow};
pub use snapshot::Snapshot;
pub(crate) use store::Act;
pub use store::{Error, KEY_FILE, Meta};
