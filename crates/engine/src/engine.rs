use crate::{Error, Fault, Options, Rows, Stats, VisitRecord, VisitsQuestion};
use makoto_catalog::{Catalog, Plan};
use makoto_model::{Day, Delta, Row, SiteId};
use std::{path::Path, sync::Arc};

/// A handle on the store; clones share it.
#[derive(Clone)]
pub struct Engine {
    catalog: Arc<Catalog>,
    options: Options,
}

impl Engine {
    /// Opens the store in this folder, making folder and tables where they lack.
    pub fn open(dir: &Path, catalog: Arc<Catalog>, options: Options) -> Result<Engine, Error> {
        std::fs::create_dir_all(dir).map_err(Error::file("make its folder"))?;
        Ok(Engine { catalog, options })
    }

    /// The declarations the store was opened with.
    pub fn catalog(&self) -> &Catalog {
        &self.catalog
    }

    /// The limits the store was opened with.
    pub fn options(&self) -> Options {
        self.options
    }

    /// The number of the last delta applied; 0 when none was.
    pub fn applied(&self) -> u64 {
        0
    }

    /// Applies deltas in one transaction. Those already applied are skipped.
    pub fn apply(&self, _deltas: &[Delta]) -> Result<(), Error> {
        Err(Error::Closed)
    }

    /// Answers a plan.
    pub fn run(&self, _plan: &Plan) -> Result<Rows, Error> {
        Err(Error::Closed)
    }

    /// The visits log.
    pub fn visits(&self, _question: &VisitsQuestion) -> Result<Vec<VisitRecord>, Error> {
        Err(Error::Closed)
    }

    /// The stored visits of a site whose stamped day is this one.
    pub fn partition(&self, _site: SiteId, _day: Day) -> Result<Vec<Row>, Error> {
        Err(Error::Closed)
    }

    /// Rewrites the store sorted by site, day and visit; skipped when little is unsorted. True when it was rewritten.
    pub fn cluster(&self) -> Result<bool, Error> {
        Err(Error::Closed)
    }

    /// Rewrites the store so that deleted rows leave the disk.
    pub fn compact(&self) -> Result<(), Error> {
        Err(Error::Closed)
    }

    /// Writes a consistent copy to this path while the store stays online.
    pub fn backup(&self, _to: &Path) -> Result<(), Error> {
        Err(Error::Closed)
    }

    /// Looks for damage; an empty list is health.
    pub fn check(&self) -> Result<Vec<Fault>, Error> {
        Err(Error::Closed)
    }

    /// How much the store holds.
    pub fn stats(&self) -> Result<Stats, Error> {
        Err(Error::Closed)
    }

    /// Writes everything to the main file and refuses further calls.
    pub fn close(&self) -> Result<(), Error> {
        Err(Error::Closed)
    }
}
