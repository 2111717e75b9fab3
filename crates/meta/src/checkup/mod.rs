//! What the security check-up remembers: states, scores, accepted risks and fixes; and what it reads of people.

mod fix;
mod people;
mod sighting;
mod state;

pub use fix::{FixRow, NewFix};
pub use people::{Person, SessionFact, TokenFact};
pub use sighting::{Sighting, SightingKind};
pub use state::{CheckRow, Flip, Risk, RunOutcome, ScorePoint};
