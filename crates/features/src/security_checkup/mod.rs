//! Whether the installation is safe: checks that measure how it behaves, a score, and what makes each one pass.

mod answer;
pub mod check;
pub mod checks;
pub mod deed;
pub mod facts;
mod fix;
mod methods;
mod run;
pub mod score;
#[cfg(test)]
mod tests;

pub use fix::end_due as end_due_fixes;
pub use methods::METHODS;
pub use run::{Run, Standing, mail_report, measure, run};

use crate::core_admin_home::outbound;
use makoto_catalog::Feature;

pub static FEATURE: Feature =
    Feature { name: "SecurityCheckup", dimensions: &[], metrics: &[], reports: &[], settings: outbound::SETTINGS };
