//! Hits in the order of the journal to numbered deltas: which visit each joins, and what that changes.
//!
//! Held in memory are the visits of the sites' days that hits fall into (a *partition*), as rows of the engine; of a day
//! with very many, those that ended in its last hour, until a hit comes that is later than that. They are not written down
//! here a second time: what is evicted, or lost at a restart, is read back from the engine and
//! from the deltas that it has not applied yet. So an erasure in the engine also holds here.

mod allowance;
mod batch;
mod cache;
mod conversion;
mod dictionary;
mod forget;
mod page_views;
mod partition;
mod recognise;
mod row;
mod spill;
mod spread;
mod visit;
mod visitor;

use crate::store::{Counters, Store};
use crate::{Error, History, Standing};
pub use allowance::Overflow;
use allowance::{NEW_TEXTS_MAX, Overflows};
use batch::Batch;
use dictionary::Dictionaries;
pub use forget::{Forget, GoneText};
use makoto_catalog::{Catalog, Dimension, Keep, Source, Stored, Table};
use makoto_model::{Delta, Hit};
use page_views::PageViews;
use partition::Partitions;
use std::{borrow::Borrow, path::Path, sync::Arc};
use visitor::Visitors;

/// Visits held in memory, about 260 bytes each. Of the partitions that no hit of the running batch needs, the one
/// longest unused goes first; of those that it needs, visits that ended more than an hour ago go, and the oldest of the
/// others are put aside on the disk.
pub const VISITS_MAX: usize = 150_000;
/// Visitors and texts whose numbers are kept at hand, about 180 and 30 bytes each.
pub const VISITORS_CACHED_MAX: usize = 100_000;
pub const TEXTS_CACHED_MAX: usize = 400_000;

/// The state that hits are folded into. One thread owns it.
pub struct Fold {
    store: Store,
    counters: Counters,
    schema: Schema,
    partitions: Partitions,
    visitors: Visitors,
    page_views: PageViews,
    dictionaries: Dictionaries,
    catalog: Arc<Catalog>,
    history: Box<dyn History + Send>,
    new_texts_max: u32,
    overflows: Overflows,
    /// The last delta that was forgotten since the fold was opened.
    forgotten: u64,
    /// A batch failed half-way; memory and file may differ.
    stopped: bool,
}

/// How the catalog's captured columns are stored.
struct Schema {
    visit: Vec<(Stored, Keep)>,
    action: Vec<Stored>,
    visit_columns: usize,
    action_columns: usize,
}

impl Schema {
    fn of(catalog: &Catalog) -> Schema {
        let own = |table: Table| table.own_columns().len();
        let stored = |table: Table| catalog.columns(table)[own(table)..].iter().map(|column| column.stored);
        let keep = |dimension: &&Dimension| match dimension.source {
            Source::Captured { keep, .. } => keep,
            Source::Fold | Source::Derived(_) => Keep::First,
        };
        Schema {
            visit: stored(Table::Visit).zip(catalog.captured(Table::Visit).iter().map(keep)).collect(),
            action: stored(Table::Action).collect(),
            visit_columns: catalog.columns(Table::Visit).len(),
            action_columns: catalog.columns(Table::Action).len(),
        }
    }
}

impl Fold {
    /// Opens the fold's file at `path`, or makes a new one that expects position 1. `history` reads back visits that
    /// are no longer held.
    ///
    /// # Errors
    /// When the file cannot be opened or is of another format.
    pub fn open(path: &Path, catalog: Arc<Catalog>, history: Box<dyn History + Send>) -> Result<Fold, Error> {
        let (store, counters) = Store::open(path, &catalog)?;
        Ok(Fold {
            dictionaries: Dictionaries::open(&store, &counters)?,
            visitors: Visitors::open(&store, &counters)?,
            store,
            counters,
            schema: Schema::of(&catalog),
            partitions: Partitions::new(VISITS_MAX, path.parent().unwrap_or(Path::new("."))),
            page_views: PageViews::new(&catalog),
            catalog,
            history,
            new_texts_max: NEW_TEXTS_MAX,
            overflows: Overflows::default(),
            forgotten: 0,
            stopped: false,
        })
    }

    /// Holds fewer visits in memory than `VISITS_MAX`.
    #[must_use]
    pub fn with_visits_max(mut self, visits: usize) -> Fold {
        self.partitions.set_visits_max(visits);
        self
    }

    /// Lets a day of a site bring this many new texts to each dictionary; beyond, they count as one. For hits that
    /// were folded before it changes nothing.
    #[must_use]
    pub fn with_new_texts_max(mut self, texts: u32) -> Fold {
        self.new_texts_max = texts;
        self
    }

    /// The new texts that counted as one since this was asked last.
    pub fn take_overflows(&mut self) -> Vec<Overflow> {
        self.overflows.take()
    }

    /// The last journal position that is folded, on the disk: what lies before may be trimmed.
    pub fn position(&self) -> u64 {
        self.counters.position
    }

    /// The number of the last delta, on the disk.
    pub fn last_delta(&self) -> u64 {
        self.counters.delta
    }

    /// How far it is, on the disk, and which deltas it still keeps.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn standing(&self) -> Result<Standing, Error> {
        self.store.standing()
    }

    /// Folds hits with their journal positions, in order, and puts what they change on the disk. Hits that are
    /// folded already change nothing. `None` when nothing changed.
    ///
    /// # Errors
    /// Nothing of the batch is kept. The fold is of no more use; open it anew and hand it the same hits.
    pub fn apply(&mut self, hits: &[(u64, Hit)]) -> Result<Option<Delta>, Error> {
        let last = hits.last().map_or(0, |(position, _)| *position);
        self.apply_each(last, hits.iter().map(|(position, hit)| Ok((*position, hit))))
    }

    /// The same with hits that are read one after the other, so that only one of them is in memory. The last one has
    /// the position `last`.
    ///
    /// # Errors
    /// As `apply`, and what a hit could not be read for.
    pub fn apply_each<H: Borrow<Hit>, E: From<Error>>(
        &mut self,
        last: u64,
        hits: impl Iterator<Item = Result<(u64, H), E>>,
    ) -> Result<Option<Delta>, E> {
        if self.stopped {
            return Err(Error::Stopped.into());
        }
        let folded = self.counters.position;
        if last <= folded {
            return Ok(None);
        }
        self.stopped = true;
        self.recall_page_views()?;
        self.store.begin()?;
        let mut batch = Batch::default();
        for hit in hits {
            let (position, hit) = hit?;
            if position > folded {
                self.fold(&mut batch, position, hit.borrow())?;
            }
        }
        let delta = self.finish(batch)?;
        let mut counters = self.counters.clone();
        counters.position = last;
        if let Some(delta) = &delta {
            counters.delta = delta.number;
            self.store.keep_delta(delta)?;
        }
        self.visitors.keep(&self.store)?;
        self.dictionaries.keep(&self.store)?;
        self.store.commit(&counters)?;
        self.counters = counters;
        self.partitions.shrink()?;
        self.stopped = false;
        Ok(delta)
    }

    /// The deltas behind `after`, in order, at most `limit`.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn pending(&self, after: u64, limit: usize) -> Result<Vec<Delta>, Error> {
        self.store.deltas(after, limit)
    }

    /// Forgets deltas that the engine has in its file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn forget(&mut self, up_to: u64) -> Result<(), Error> {
        if up_to > self.forgotten {
            self.store.forget(up_to)?;
            self.forgotten = up_to;
        }
        Ok(())
    }

    /// Visits held in memory.
    pub fn visits_held(&self) -> usize {
        self.partitions.visits()
    }
}
