use crate::Answered;
use makoto_access::{Grant, View};
use makoto_catalog::{ApiError, Catalog};
use makoto_engine::Engine;
use makoto_model::{Day, Params, Site, SiteId};
use std::{collections::BTreeMap, sync::Arc};

/// Answers reports. Cheap to share: all callers use one.
pub struct Query {
    engine: Engine,
    catalog: Arc<Catalog>,
}

impl Query {
    pub fn new(engine: Engine, catalog: Arc<Catalog>) -> Query {
        Query { engine, catalog }
    }

    /// Answers a report; blocks. `sites` holds at least the granted ones.
    ///
    /// # Errors
    /// What is wrong with the question, or that the store failed.
    pub fn ask(
        &self,
        grant: &Grant<View>,
        method: &str,
        params: &Params,
        sites: &BTreeMap<SiteId, Arc<Site>>,
        now_s: i64,
    ) -> Result<Answered, ApiError> {
        let (module, action) = method.split_once('.').unwrap_or((method, ""));
        let unknown = || ApiError::UnknownMethod(action.to_owned(), module.to_owned());
        let _report = self.catalog.report(method).ok_or_else(unknown)?;
        let _ = (&self.engine, grant, params, sites, now_s);
        Err(ApiError::Internal("reports are not answered yet".to_owned()))
    }

    /// Forgets cached answers of these sites and days.
    pub fn touch(&self, _days: &[(SiteId, Day)]) {}
}
