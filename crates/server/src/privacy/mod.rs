//! What is kept of visitors and for how long: settings become rules, and acts on stored data become work.

mod rules;

pub use rules::rules;
