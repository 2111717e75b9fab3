//! A detector that remembers what it said.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use crate::detector::Detector;
use crate::device::Device;
use crate::hints::ClientHints;
use xxhash_rust::xxh3::Xxh3Builder;

/// Detections remembered. The user agents of a day on a large site; at about 700 bytes each they need 7 MB.
pub const CACHE_ENTRIES_MAX: usize = 10_000;
/// Parts of the cache, each with its own lock, so that threads seldom wait for each other.
const SHARDS: usize = 16;
/// Detections remembered per generation and part. Two generations are kept: an answer from the older one moves to the
/// newer one, and when the newer one is full, the older one is dropped. So what is asked for stays.
const GENERATION_ENTRIES_MAX: usize = CACHE_ENTRIES_MAX / SHARDS / 2;

/// A detector with a bounded memory of its answers, in the shape in which they are wanted. Keys are hashes
/// of 128 bits with a random secret, so that nobody can prepare user agents that collide.
pub struct CachedDetector<T = Device> {
    detector: Detector,
    shape: fn(Device) -> T,
    hash: Xxh3Builder,
    shards: [Mutex<Shard<T>>; SHARDS],
}

type Generation<T> = HashMap<u128, Arc<T>>;

struct Shard<T> {
    newer: Generation<T>,
    older: Generation<T>,
}

impl<T> Default for Shard<T> {
    fn default() -> Self {
        Self { newer: HashMap::new(), older: HashMap::new() }
    }
}

impl<T> Shard<T> {
    fn find(&mut self, key: u128) -> Option<Arc<T>> {
        if let Some(device) = self.newer.get(&key) {
            return Some(Arc::clone(device));
        }
        let device = self.older.remove(&key)?;
        self.insert(key, Arc::clone(&device));
        Some(device)
    }

    fn insert(&mut self, key: u128, device: Arc<T>) {
        if self.newer.len() >= GENERATION_ENTRIES_MAX {
            self.older = std::mem::take(&mut self.newer);
        }
        self.newer.insert(key, device);
    }
}

/// What the hash function takes as its secret, different in each process.
fn secret() -> [u8; 192] {
    let mut secret = [0; 192];
    for (nth, part) in secret.chunks_exact_mut(8).enumerate() {
        part.copy_from_slice(&RandomState::new().hash_one(nth).to_le_bytes());
    }
    secret
}

impl CachedDetector {
    /// Wraps a detector.
    #[must_use]
    pub fn new(detector: Detector) -> Self {
        Self::with_shape(detector, |device| device)
    }
}

impl<T> CachedDetector<T> {
    /// Wraps a detector whose answers are wanted in another shape, which is made once for each.
    #[must_use]
    pub fn with_shape(detector: Detector, shape: fn(Device) -> T) -> Self {
        Self {
            detector,
            shape,
            hash: Xxh3Builder::new().with_secret(secret()),
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
    pub fn detect(&self, user_agent: &str, hints: &ClientHints) -> Arc<T> {
        let mut hasher = self.hash.build();
        (user_agent, hints).hash(&mut hasher);
        let key = hasher.digest128();
        let shard = &self.shards[key as usize % SHARDS];
        // A panic elsewhere can not leave a shard half changed, so a poisoned lock is taken as it is.
        let remembered = shard.lock().unwrap_or_else(PoisonError::into_inner).find(key);
        if let Some(device) = remembered {
            return device;
        }
        let device = Arc::new((self.shape)(self.detector.detect(user_agent, hints)));
        shard.lock().unwrap_or_else(PoisonError::into_inner).insert(key, Arc::clone(&device));
        device
    }

    /// How many detections are remembered.
    #[must_use]
    pub fn remembered(&self) -> usize {
        let lock = |shard: &Mutex<Shard<T>>| {
            let shard = shard.lock().unwrap_or_else(PoisonError::into_inner);
            shard.newer.len() + shard.older.len()
        };
        self.shards.iter().map(lock).sum()
    }
}
