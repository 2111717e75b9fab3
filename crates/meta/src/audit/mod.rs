//! The record as evidence: a chain of hashes, signed heads, reading, pruning and the check of it all.

mod chain;
mod head;
mod prune;
mod read;
mod stream;
mod verify;

pub use head::{Head, hex};
pub use read::{EntryFilter, ReadScope};
pub use stream::Cursor;
pub use verify::{Finding, KnownHead};

pub(crate) use chain::{Line, link, plain_text, plain_value};
