//! The analytics store: takes the fold's numbered deltas, answers plans. The only crate that writes analytics SQL.
//! Every call blocks; callers inside an async runtime move it to a thread of its own.

mod answer;
mod batch;
mod check;
mod chosen;
mod count;
mod dialect;
mod engine;
mod error;
mod gate;
mod generation;
mod giveback;
mod kept;
mod question;
mod remap;
mod removal;
mod rewrite;
mod schema;
mod texts;
mod visits;
mod writer;

pub use chosen::Chosen;
pub use engine::{Engine, LARGE_ROWS};
pub use error::Error;
pub use kept::{KeptReport, KeptSize};
pub use question::{Fault, Kept, Options, Rows, Stats, VisitRecord, VisitsQuestion};
pub use remap::{Change, TableRows};
pub use removal::{Removed, StoredText};
