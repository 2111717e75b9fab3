//! From a question in Matomo's words to its answer: segment, period, plan, cache, table, format.

pub mod answered;
pub mod format;
mod query;

pub use answered::{Answered, Line};
pub use query::Query;
