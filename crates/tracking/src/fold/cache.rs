use super::spread::Spread;
use std::{
    collections::{HashMap, hash_map::Entry},
    hash::Hash,
};

/// A bounded cache of two generations: when the young one is half of what fits, the old one goes. What is used
/// moves to the young generation, so that it stays.
pub struct Cache<K, V> {
    young: HashMap<K, V, Spread>,
    old: HashMap<K, V, Spread>,
    young_max: usize,
}

impl<K: Hash + Eq + Copy, V> Cache<K, V> {
    pub fn new(entries_max: usize) -> Cache<K, V> {
        Cache { young: HashMap::default(), old: HashMap::default(), young_max: entries_max.div_ceil(2) }
    }

    pub fn get(&mut self, key: &K) -> Option<&mut V> {
        match self.young.entry(*key) {
            Entry::Occupied(young) => Some(young.into_mut()),
            Entry::Vacant(free) => Some(free.insert(self.old.remove(key)?)),
        }
    }

    pub fn put(&mut self, key: K, value: V) {
        self.young.insert(key, value);
    }

    /// Lets go of what is too much. Nothing goes between two calls, so that what a batch uses stays until its end.
    pub fn shrink(&mut self) {
        if self.young.len() > self.young_max {
            self.old = std::mem::take(&mut self.young);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Cache;

    #[test]
    fn what_is_used_stays() {
        let mut cache = Cache::new(4);
        for key in 0..100 {
            cache.put(key, key * 2);
            assert_eq!(cache.get(&0).copied(), Some(0));
            cache.shrink();
        }
        assert_eq!(cache.get(&50), None);
        assert_eq!(cache.get(&99).copied(), Some(198));
        assert!(cache.young.len() + cache.old.len() <= 6);
    }
}
