//! What is kept of visitors and for how long: settings become rules, and acts on stored data become work.

mod erase;
mod keeper;
pub mod ledger;
mod past;
mod reports;
mod rules;

pub use keeper::Keeper;
pub use rules::rules;
