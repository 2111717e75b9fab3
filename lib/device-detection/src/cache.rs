//! A detector that remembers what it said.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::detector::Detector;
use crate::device::Device;
use crate::hints::ClientHints;

/// Detections remembered. The user agents of a day on a large site; at about 700 bytes each they need 7 MB.
pub const CACHE_ENTRIES_MAX: usize = 10_000;
/// Parts of the cache, each with its own lock, so that threads seldom wait for each other.
const SHARDS: usize = 16;
/// Detections remembered per generation and part. Two generations are kept: an answer from the older one moves to the
/// newer one, and when the newer one is full, the older one is dropped. So what is asked for stays.
const GENERATION_ENTRIES_MAX: usize = CACHE_ENTRIES_MAX / SHARDS / 2;

/// A detector with a bounded memory of its answers. Keys are two hashes with random secrets, so that nobody can
/// prepare user agents that collide.
#[derive(Debug)]
pub struct CachedDetector {
    detector: Detector,
    secrets: [RandomState; 2],
    shards: [Mutex<Shard>; SHARDS],
}

type Generation = HashMap<u128, Arc<Device>>;

#[derive(Debug, Default)]
struct Shard {
    newer: Generation,
    older: Generation,
}

impl Shard {
    fn find(&mut self, key: u128) -> Option<Arc<Device>> {
        if let Some(device) = self.newer.get(&key) {
            return Some(Arc::clone(device));
        }
        let device = self.older.remove(&key)?;
        self.insert(key, Arc::clone(&device));
        Some(device)
    }

    fn insert(&mut self, key: u128, device: Arc<Device>) {
        if self.newer.len() >= GENERATION_ENTRIES_MAX {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, device);
    }
}

impl CachedDetector {
    /// Wraps a detector.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self {
            detector,
            secrets: [RandomState::new(), RandomState::new()],
            shards: std::array::from_fn(|_| Mutex::default()),
        }
    }

    /// The detector itself.
    #[must_use]
    pub const fn detector(&self) -> &Detector {
        &self.detector
    }

    /// Detects, or repeats what it said before about the same user agent and hints.
    #[must_use]
    pub fn detect(&self, user_agent: &str, hints: &ClientHints) -> Arc<Device> {
        let [high, low] = self.secrets.each_ref().map(|secret| secret.hash_one((user_agent, hints)));
        let key = u128::from(high) << 64 | u128::from(low);
        let shard = &self.shards[low as usize % SHARDS];
        // A panic elsewhere can not leave a shard half changed, so a poisoned lock is taken as it is.
        let remembered = shard.lock().unwrap_or_else(PoisonError::into_inner).find(key);
        if let Some(device) = remembered {
            return device;
        }
        let device = Arc::new(self.detector.detect(user_agent, hints));
        shard.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&device));
        device
    }

    /// How many detections are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        let lock = |shard: &Mutex<Shard>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.newer.len() + shard.older.len()
        };
        self.shards.iter().map(lock).sum()
    }
}
