//! Matches the rules' patterns with a bounded number of steps.
//!
//! Patterns are compiled when the pack is made ([`crate::pack`]), so loading compiles nothing and look-around costs
//! no second engine. All text is lower case: the compiler folds the patterns, the caller folds the user agent.

pub(crate) mod machine;
pub(crate) mod prefilter;
pub(crate) mod program;
pub(crate) mod scan;
