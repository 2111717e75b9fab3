//! The durable log of accepted hits.
//!
//! A record is opaque bytes. It gets the next position (1, 2, 3 …) and is acknowledged only when it is on the disk.
//! One writer thread owns the file and commits whatever has queued up while the last commit was being synced, so
//! the cost of a sync is shared by every append that waited for it. Readers get recent records from memory and
//! older ones from the file; records that have been applied are trimmed.
//!
//! Beside the SQLite file `PATH` (and SQLite's own `PATH-wal` and `PATH-shm`) lies `PATH-head`: a lower bound of what
//! has been acknowledged. With it, an end of the log that has gone missing is told apart from a commit that a crash
//! cut short.

mod anchor;
mod error;
mod group;
mod journal;
mod position;
mod queue;
mod reader;
mod space;
mod store;
mod tail;
mod verify;
mod writer;

pub use error::Error;
pub use group::Records;
pub use journal::{Ack, Journal, Options};
pub use position::{Position, Record, Reservation, SchemaId};
pub use verify::{Inspection, Summary, check, check_in_use, inspect};
