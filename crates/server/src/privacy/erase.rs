//! Taking visits out of fold and engine. Runs on the pipeline's thread, between two batches of hits.

use crate::commands::Failure;
use makoto_catalog::columns::{DICTIONARIES, VISITORS, dictionary_number};
use makoto_engine::{Chosen, Engine, Removed, StoredText};
use makoto_tracking::{Fold, Forget, GoneText};
use std::collections::BTreeSet;

/// Texts that are dropped at once.
const TEXTS_MAX: usize = 50_000;

/// The stores that an act changes.
pub struct Stores<'a> {
    pub fold: &'a mut Fold,
    pub engine: &'a Engine,
}

fn gone(dictionary: u8, text: &StoredText) -> GoneText<'_> {
    GoneText { dictionary, id: text.id, prefix: text.prefix, text: &text.text }
}

fn ids(texts: &[StoredText]) -> BTreeSet<u32> {
    texts.iter().map(|text| text.id).collect()
}

impl Stores<'_> {
    /// Takes visits out, with the texts that only they need and the visitors of whom nothing is left. The fold forgets
    /// first: a text that the engine lacks must never be known to it.
    pub fn erase(&mut self, chosen: &Chosen) -> Result<Removed, Failure> {
        let visitors = dictionary_number(VISITORS);
        let (mut seen, mut unused) = (BTreeSet::new(), Vec::new());
        for (dictionary, used) in self.engine.texts_of(chosen)? {
            if Some(dictionary) == visitors {
                seen.clone_from(&used);
            }
            unused.push((dictionary, self.engine.unused_of(dictionary, used, chosen)?));
        }
        let left = self.engine.visits_left(&seen, chosen)?;
        let staying: BTreeSet<u32> = left.iter().map(|visit| visit.visitor).collect();
        let texts = unused.iter().filter(|(dictionary, _)| Some(*dictionary) != visitors);
        self.fold.forget_persons(&Forget {
            visits: self.engine.visits_in(chosen)?,
            visitors: seen.difference(&staying).copied().collect(),
            left,
            texts: texts.flat_map(|(number, texts)| texts.iter().map(move |text| gone(*number, text))).collect(),
        })?;
        let removed = self.engine.remove(chosen)?;
        for (dictionary, texts) in unused.iter().filter(|(_, texts)| !texts.is_empty()) {
            self.engine.drop_texts(*dictionary, &ids(texts))?;
        }
        Ok(removed)
    }

    /// Takes visits out and leaves their texts to `sweep`.
    pub fn purge(&mut self, chosen: &Chosen) -> Result<Removed, Failure> {
        let visits = self.engine.visits_in(chosen)?;
        self.fold.forget_persons(&Forget { visits, ..Forget::default() })?;
        Ok(self.engine.remove(chosen)?)
    }

    /// Drops some of the texts and visitors that no row needs; false when there are none left.
    pub fn sweep(&mut self) -> Result<bool, Failure> {
        let visitors = dictionary_number(VISITORS);
        for dictionary in 0..DICTIONARIES.len() as u8 {
            let texts = self.engine.unused(dictionary, TEXTS_MAX)?;
            if texts.is_empty() {
                continue;
            }
            let forget = match Some(dictionary) == visitors {
                true => Forget { visitors: ids(&texts).into_iter().collect(), ..Forget::default() },
                false => {
                    Forget { texts: texts.iter().map(|text| gone(dictionary, text)).collect(), ..Forget::default() }
                }
            };
            self.fold.forget_persons(&forget)?;
            self.engine.drop_texts(dictionary, &ids(&texts))?;
            return Ok(true);
        }
        Ok(false)
    }
}
