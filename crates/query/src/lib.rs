//! From a question in Matomo's words to its answer: segment, period, plan, cache, table, format.

pub mod answered;
pub mod archive;
mod conversions;
pub mod format;
mod groups;
mod label;
mod narrow;
mod options;
pub mod period;
pub mod plan;
mod query;
mod raw;
pub mod segment;
mod table;
mod value;

pub use answered::{Answered, Line};
pub use query::{Query, TABLES_MAX};
