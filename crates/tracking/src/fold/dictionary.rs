//! Texts to numbers. A text is known by a keyed 64-bit hash: whoever does not know the key cannot make two texts
//! meet, and among a hundred million texts the odds that any two do are one in three thousand.

use super::TEXTS_CACHED_MAX;
use super::cache::Cache;
use crate::{
    Error,
    store::{Counters, Store},
};
use makoto_catalog::columns::dictionary_number;
use makoto_model::{NewText, TrackedUrl};
use xxhash_rust::xxh3::Xxh3Builder;

pub struct Dictionaries {
    hash: Xxh3Builder,
    known: Cache<u64, u32>,
    /// What the batch has given numbers to.
    fresh: Vec<(u64, u32)>,
}

/// A text as a dictionary knows it.
#[derive(Clone, Copy)]
pub struct Text<'a> {
    pub dictionary: u8,
    pub prefix: Option<u8>,
    pub text: &'a str,
}

impl<'a> Text<'a> {
    pub fn of(dictionary: &'static str, text: &'a str) -> Text<'a> {
        // The catalog refuses columns of undeclared dictionaries.
        Text { dictionary: dictionary_number(dictionary).unwrap_or(u8::MAX), prefix: None, text }
    }

    pub fn url(dictionary: &'static str, url: &'a TrackedUrl) -> Text<'a> {
        Text { prefix: url.prefix, ..Text::of(dictionary, &url.text) }
    }
}

impl Dictionaries {
    /// With the numbers that the file has, if they are few enough to be at hand.
    pub fn open(store: &Store, counters: &Counters) -> Result<Dictionaries, Error> {
        let mut key = [0; 192];
        key.iter_mut().zip(&store.secret).for_each(|(to, from)| *to = *from);
        let known = Cache::of_all(TEXTS_CACHED_MAX, counters.texts(), || store.texts())?;
        Ok(Dictionaries { hash: Xxh3Builder::new().with_secret(key), known, fresh: Vec::new() })
    }

    pub fn key(&self, text: Text) -> u64 {
        let mut hasher = self.hash.build();
        hasher.update(&[text.dictionary, text.prefix.map_or(0, |prefix| prefix + 1)]);
        hasher.update(text.text.as_bytes());
        hasher.digest()
    }

    /// The text's number, if it has one.
    pub fn find(&mut self, store: &Store, text: Text) -> Result<Option<u32>, Error> {
        let key = self.key(text);
        if let Some(id) = self.known.get(&key) {
            return Ok(Some(*id));
        }
        if self.known.is_whole() {
            return Ok(None);
        }
        let stored = store.text(key)?;
        if let Some(id) = stored {
            self.known.put(key, id);
        }
        Ok(stored)
    }

    /// The text's number; a new text gets the next one and goes out with the delta.
    pub fn number(
        &mut self,
        store: &Store,
        counters: &mut Vec<u32>,
        texts: &mut Vec<NewText>,
        text: Text,
    ) -> Result<u32, Error> {
        match self.find(store, text)? {
            Some(id) => Ok(id),
            None => Ok(self.add(counters, texts, text)),
        }
    }

    /// The number of a text that has none yet: the next one. The text goes out with the delta.
    pub fn add(&mut self, counters: &mut Vec<u32>, texts: &mut Vec<NewText>, text: Text) -> u32 {
        let (key, id) = (self.key(text), next(counters, text.dictionary));
        self.fresh.push((key, id));
        self.known.put(key, id);
        texts.push(NewText { dictionary: text.dictionary, id, prefix: text.prefix, text: text.text.into() });
        id
    }

    /// Writes down what has got numbers.
    pub fn keep(&mut self, store: &Store) -> Result<(), Error> {
        let mut fresh = std::mem::take(&mut self.fresh);
        // In order, so that the file is written in order.
        fresh.sort_unstable();
        store.keep_texts(&fresh)?;
        self.known.shrink();
        Ok(())
    }

    /// Lets go of every number that is held in memory.
    pub fn let_go(&mut self) {
        self.known = Cache::new(TEXTS_CACHED_MAX);
    }
}

/// The next number of a dictionary.
pub fn next(counters: &mut Vec<u32>, dictionary: u8) -> u32 {
    let at = usize::from(dictionary);
    if counters.len() <= at {
        counters.resize(at + 1, 0);
    }
    counters[at] += 1;
    counters[at]
}
