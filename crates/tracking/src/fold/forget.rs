//! Persons and texts that the fold must know no more, and texts that take the place of others.

use super::dictionary::Text;
use super::visitor::{Past, Visitors};
use super::{Fold, page_views::PageViews};
use crate::Error;
use makoto_model::{Delta, SiteId, TrackedUrl, VisitLeft, VisitorId};
use std::collections::BTreeMap;

/// A text that the engine's dictionary has lost or is about to lose.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct GoneText<'a> {
    pub dictionary: u8,
    pub id: u32,
    pub prefix: Option<u8>,
    pub text: &'a str,
}

/// What the fold is to forget.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Forget<'a> {
    /// Visits that are gone.
    pub visits: Vec<i64>,
    /// Visitors of whom nothing is left.
    pub visitors: Vec<u32>,
    /// Everything that is left of visitors of whom something went.
    pub left: Vec<VisitLeft>,
    pub texts: Vec<GoneText<'a>>,
}

impl Fold {
    /// Forgets, in one transaction that is on the disk when this returns. What was held in memory is read back when it
    /// is needed. Done again, it changes nothing.
    ///
    /// # Errors
    /// Nothing is forgotten. The fold is of no more use; open it anew.
    pub fn forget_persons(&mut self, forget: &Forget) -> Result<(), Error> {
        self.stopped = true;
        self.store.begin()?;
        for text in &forget.texts {
            let key = self.dictionaries.key(Text { dictionary: text.dictionary, prefix: text.prefix, text: text.text });
            self.store.drop_text(key, text.id)?;
        }
        for visit in &forget.visits {
            self.store.drop_visit(*visit)?;
        }
        for visitor in &forget.visitors {
            self.store.drop_visitor(*visitor)?;
        }
        let mut left: BTreeMap<u32, Vec<(SiteId, Past)>> = BTreeMap::new();
        for VisitLeft { visitor, site, visit, first_s, last_s, count, since_first_s } in forget.left.iter().copied() {
            let past = Past { visit, first_s, last_s, count, since_first_s };
            left.entry(visitor).or_default().push((site, past));
        }
        for (visitor, visits) in left {
            let begins: Vec<(SiteId, i64)> = visits.iter().map(|(site, past)| (*site, past.first_s)).collect();
            self.store.keep_orders(visitor, &begins)?;
            if let Some((id, _)) = self.store.visitor(visitor)? {
                self.store.keep_visitors(&[(visitor, VisitorId(id), Visitors::record(visits)?)])?;
            }
        }
        self.store.commit(&self.counters)?;
        self.let_go();
        self.stopped = false;
        Ok(())
    }

    /// Gives other ids to visitors, in one transaction. One whose new id another visitor has is left as it is.
    ///
    /// # Errors
    /// As `forget_persons`.
    pub fn rename_visitors(&mut self, names: &[(u32, VisitorId)]) -> Result<(), Error> {
        self.stopped = true;
        self.store.begin()?;
        for (visitor, id) in names {
            self.store.rename_visitor(*visitor, id.0)?;
        }
        self.store.commit(&self.counters)?;
        self.let_go();
        self.stopped = false;
        Ok(())
    }

    /// The numbers of these texts, each with its dictionary. New ones go out with a delta that must reach the engine
    /// before anything else does; `None` when all were known.
    ///
    /// # Errors
    /// As `forget_persons`.
    pub fn introduce(&mut self, texts: &[(u8, String)]) -> Result<(Vec<u32>, Option<Delta>), Error> {
        self.stopped = true;
        self.store.begin()?;
        let (mut fresh, mut numbers) = (Vec::new(), Vec::with_capacity(texts.len()));
        let urls = makoto_catalog::columns::dictionary_number(makoto_catalog::columns::URLS);
        for (dictionary, text) in texts {
            let split = TrackedUrl::split(text);
            let known = match urls == Some(*dictionary) {
                true => Text { dictionary: *dictionary, prefix: split.prefix, text: &split.text },
                false => Text { dictionary: *dictionary, prefix: None, text },
            };
            let counters = &mut self.counters.texts;
            numbers.push(self.dictionaries.number(&self.store, counters, &mut fresh, known)?);
        }
        let delta = Delta { number: self.counters.delta + 1, texts: fresh, ..Delta::default() };
        let delta = (!delta.is_empty()).then_some(delta);
        if let Some(delta) = &delta {
            self.counters.delta = delta.number;
            self.store.keep_delta(delta)?;
        }
        self.dictionaries.keep(&self.store)?;
        self.store.commit(&self.counters)?;
        self.stopped = false;
        Ok((numbers, delta))
    }

    /// Gives the space of what was forgotten back to the file system, so that nothing of it stays in the file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn compact(&self) -> Result<(), Error> {
        self.store.compact()
    }

    /// Lets go of everything that is held of visits, visitors and texts.
    fn let_go(&mut self) {
        self.partitions.let_go();
        self.visitors.let_go();
        self.page_views = PageViews::new(&self.catalog);
        self.dictionaries.let_go();
    }
}
