//! What every request can reach.

use crate::{
    client::Client,
    config::Config,
    denials::Denials,
    failures::Failures,
    live::Live,
    lookups::Data,
    metrics::Metrics,
    pipeline::Flow,
    probes::{Growth, Mirror, Releases},
    public::Public,
    sightings::Sightings,
};
use makoto_catalog::Catalog;
use makoto_engine::Engine;
use makoto_features::Services;
use makoto_identity::{Identity, Setup};
use makoto_journal::{Journal, SchemaId};
use makoto_query::Query;
use makoto_tracking::{Salts, SiteRules};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

/// A site with the rules that were made from it.
type SiteAndRules = (Arc<makoto_model::Site>, Arc<SiteRules>);

/// The joined parts of a running server.
pub struct App {
    pub config: Config,
    pub catalog: Arc<Catalog>,
    pub services: Services,
    pub journal: Journal,
    /// The columns under which this program writes hits.
    pub schema: SchemaId,
    pub engine: Engine,
    pub query: Arc<Query>,
    pub flow: Arc<Flow>,
    pub data: Data,
    pub salts: Salts,
    pub client: Client,
    pub metrics: Metrics,
    pub denials: Denials,
    /// What strangers are served.
    pub public: Public,
    pub setup: RwLock<Option<Arc<Setup>>>,
    /// What tracking derives from a site's settings and what is kept of its visitors, made anew after each act.
    pub rules: Mutex<HashMap<u32, SiteAndRules>>,
    /// Lets the server see under which address its own requests arrive.
    pub mirror: Mirror,
    pub growth: Growth,
    pub releases: Releases,
    pub failures: Failures,
    pub sightings: Sightings,
    pub live: Live,
}

impl App {
    pub fn identity(&self) -> &Identity {
        &self.services.identity
    }

    /// The open set-up, while there is no user.
    pub fn setup(&self) -> Option<Arc<Setup>> {
        let setup = self.setup.read().unwrap_or_else(PoisonError::into_inner).clone();
        // The operator may have added a user meanwhile.
        setup.filter(|_| self.services.meta.snapshot().accounts.is_empty())
    }

    /// Ends the set-up for good.
    pub fn close_setup(&self) {
        *self.setup.write().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// The rules of a site, compiled once after each act.
    pub fn rules(&self, site: &Arc<makoto_model::Site>) -> Arc<SiteRules> {
        let mut rules = self.rules.lock().unwrap_or_else(PoisonError::into_inner);
        match rules.get(&site.id.0) {
            Some((known, rules)) if Arc::ptr_eq(known, site) => rules.clone(),
            _ => {
                let privacy = crate::privacy::rules(&self.services.meta.snapshot(), site.id);
                let fresh = Arc::new(SiteRules::new(site.clone()).with_privacy(privacy));
                rules.insert(site.id.0, (site.clone(), fresh.clone()));
                fresh
            }
        }
    }
}
