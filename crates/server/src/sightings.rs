//! Counts what should not happen, in memory, until it is written down each minute.

use makoto_meta::{Error, Meta, SightingKind};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Different things that are counted at once; what comes beyond is left out until the next minute.
const NAMES_MAX: usize = 500;
/// Longest name, in characters.
const NAME_CHARS_MAX: usize = 200;

type Counts = HashMap<(SightingKind, String), (i64, String)>;

/// What was seen since the last time.
#[derive(Default)]
pub struct Sightings(Mutex<Counts>);

impl Sightings {
    /// Counts one, seen from this address.
    pub fn note(&self, kind: SightingKind, name: &str, address: &str) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (kind, name.chars().take(NAME_CHARS_MAX).collect());
        if counts.len() >= NAMES_MAX && !counts.contains_key(&key) {
            return;
        }
        let count = counts.entry(key).or_default();
        *count = (count.0 + 1, address.to_owned());
    }

    /// Writes down what was seen.
    ///
    /// # Errors
    /// When the store cannot be written; what was not written is forgotten.
    pub async fn save(&self, meta: &Meta, now_s: i64) -> Result<(), Error> {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        for ((kind, name), (times, address)) in counts {
            meta.note_sighting(kind, &name, times, &address, now_s).await?;
        }
        Ok(())
    }
}
