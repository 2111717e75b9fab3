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
    is_whole: bool,
}

impl<K: Hash + Eq + Copy, V> Cache<K, V> {
    pub fn new(entries_max: usize) -> Cache<K, V> {
        let young_max = entries_max.div_ceil(2);
        Cache { young: HashMap::default(), old: HashMap::default(), young_max, is_whole: false }
    }

    /// One of everything there is, if that is little enough: `entries`, or a few less.
    pub fn of_all<E>(
        entries_max: usize,
        entries: usize,
        all: impl FnOnce() -> Result<Vec<(K, V)>, E>,
    ) -> Result<Cache<K, V>, E> {
        let mut cache = Cache::new(entries_max);
        if entries <= cache.young_max {
            cache.young.extend(all()?);
            cache.is_whole = true;
        }
        Ok(cache)
    }

    /// Whether there is nothing but what is in here.
    pub fn is_whole(&self) -> bool {
        self.is_whole
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
            self.is_whole &= self.old.is_empty();
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

    #[test]
    fn it_knows_whether_it_has_everything() {
        let of = |entries: usize| Cache::of_all(4, entries, || Ok::<_, ()>((0..entries).map(|n| (n, n)).collect()));
        let mut cache = of(2).unwrap();
        assert!(cache.is_whole());
        for (key, is_whole) in [(2, true), (3, true), (4, true), (5, false), (6, false)] {
            cache.put(key, key);
            cache.shrink();
            assert_eq!(cache.is_whole(), is_whole, "{key}");
            assert_eq!(cache.young.len() + cache.old.len() == key + 1, is_whole, "{key}");
        }
        assert!(!of(3).unwrap().is_whole());
        assert!(!Cache::<u32, u32>::new(4).is_whole());
    }
}
