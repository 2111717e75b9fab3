//! From a question in Matomo's words to its answer: segment, period, plan, cache, table, format.

pub mod archive;
mod cells;
mod column;
mod compare;
mod conversions;
pub mod format;
mod groups;
mod keep;
mod kept;
mod label;
mod narrow;
mod node;
mod options;
pub mod period;
pub mod plan;
mod query;
mod raw;
mod said;
pub mod segment;
pub mod shape;
mod shared;
mod shown;
mod table;
mod value;
mod visits;

pub use makoto_catalog::{Answered, Line};
pub use query::Query;
