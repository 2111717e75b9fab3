//! Texts to numbers. A text is known by a keyed 64-bit hash: whoever does not know the key cannot make two texts
//! meet, and among a hundred million texts the odds that any two do are one in three thousand.

use super::TEXTS_CACHED_MAX;
use super::cache::Cache;
use crate::{Error, store::Store};
use makoto_catalog::columns::dictionary_number;
use makoto_model::{NewText, TrackedUrl};
use xxhash_rust::xxh3::Xxh3Builder;

pub struct Dictionaries {
    hash: Xxh3Builder,
    known: Cache<u64, u32>,
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
    pub fn new(secret: &[u8]) -> Dictionaries {
        let mut key = [0; 192];
        key.iter_mut().zip(secret).for_each(|(to, from)| *to = *from);
        Dictionaries { hash: Xxh3Builder::new().with_secret(key), known: Cache::new(TEXTS_CACHED_MAX) }
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
        let key = self.key(text);
        if let Some(id) = self.known.get(&key) {
            return Ok(*id);
        }
        if let Some(id) = store.text(key)? {
            self.known.put(key, id);
            return Ok(id);
        }
        let id = next(counters, text.dictionary);
        store.keep_text(key, id)?;
        self.known.put(key, id);
        texts.push(NewText { dictionary: text.dictionary, id, prefix: text.prefix, text: text.text.into() });
        Ok(id)
    }

    /// Lets go of every number that is held in memory.
    pub fn let_go(&mut self) {
        self.known = Cache::new(TEXTS_CACHED_MAX);
    }

    pub fn shrink(&mut self) {
        self.known.shrink();
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
