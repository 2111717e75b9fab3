//! What strangers are served: how much of it, what is kept of it, and how often they looked.

mod budget;
mod kept;

pub use kept::Shut;

use crate::app::App;
use budget::{Budget, Rates};
use kept::{Kept, Tickets};
use makoto_access::{Caller, Principal, Role, check_instance};
use makoto_catalog::ApiError;
use makoto_features::public_reports::{self, settings};
use makoto_meta::{PublicState, ViewCounts};
use makoto_model::Params;
use makoto_query::format::Written;
use std::{
    collections::BTreeMap,
    net::IpAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

/// The parameter by which those who manage a grant see what strangers see.
const AS_GRANT: &str = "asPublicGrant";
/// Beside it, for superusers: the grant as a change of it would be, written as a query.
const AS_DRAFT: &str = "asPublicDraft";
/// Longest host that is counted, in bytes.
const HOST_BYTES_MAX: usize = 100;
const TOO_OFTEN: &str = "too many requests for what is public";
const BUSY: &str = "public reports have used up their share of the server";

/// Of a running server.
#[derive(Default)]
pub struct Public {
    budget: Mutex<Budget>,
    kept: Mutex<Kept>,
    tickets: Mutex<Tickets>,
    views: Mutex<BTreeMap<i64, ViewCounts>>,
}

fn hold<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn rates(app: &App) -> Rates {
    let snapshot = app.services.meta.snapshot();
    let processors = std::thread::available_parallelism().map_or(1, usize::from);
    let share = f64::from(snapshot.setting(&settings::CPU_PERCENT)) / 100.0;
    Rates {
        of_address: snapshot.setting(&settings::REQUESTS_PER_MINUTE),
        of_grant: snapshot.setting(&settings::GRANT_REQUESTS_PER_MINUTE),
        work_ms: share * processors as f64 * 60_000.0,
    }
}

/// Does work for a stranger, if there is time left for that. It counts whole, and goes on, also where who asked hangs up.
///
/// # Errors
/// `TooOften`, or what the work comes to.
pub async fn work<T: Send + 'static>(
    app: &Arc<App>,
    work: impl Future<Output = Result<T, ApiError>> + Send + 'static,
) -> Result<T, ApiError> {
    hold(&app.public.budget).begin(rates(app)).map_err(|wait_s| ApiError::TooOften { what: BUSY, wait_s })?;
    let (app, began) = (app.clone(), Instant::now());
    let done = tokio::spawn(async move {
        let done = work.await;
        hold(&app.public.budget).spend(began.elapsed().as_secs_f64() * 1000.0);
        done
    });
    done.await.map_err(|fault| ApiError::Internal(fault.to_string()))?
}

impl Public {
    /// Counts a stranger's request.
    ///
    /// # Errors
    /// `TooOften`.
    pub fn admit(&self, app: &App, address: Option<IpAddr>, grants: &[i64]) -> Result<(), ApiError> {
        let now_s = makoto_features::services::now_s();
        let admitted = hold(&self.budget).admit(address, grants, rates(app), now_s);
        admitted.map_err(|wait_s| ApiError::TooOften { what: TOO_OFTEN, wait_s })
    }

    pub fn kept(&self, key: &str, life_s: u32) -> Option<Arc<Written>> {
        hold(&self.kept).get(key, Duration::from_secs(u64::from(life_s)))
    }

    pub fn keep(&self, key: String, answer: Arc<Written>) {
        hold(&self.kept).put(key, answer);
    }

    pub fn unlock(
        &self,
        grant: (i64, i64),
        stored: Option<[u8; 32]>,
        password: &str,
        address: IpAddr,
        now_s: i64,
    ) -> Result<(String, i64), Shut> {
        hold(&self.tickets).unlock(grant, stored, password, address, now_s)
    }

    pub fn opens(&self, ticket: &str, grant: (i64, i64), now_s: i64) -> bool {
        hold(&self.tickets).opens(ticket, grant, now_s)
    }

    /// Counts a view of a grant.
    pub fn note_view(&self, app: &App, grant: i64, address: Option<IpAddr>) {
        let country = address.and_then(|address| app.data.country(address)).unwrap_or_default();
        let mut views = hold(&self.views);
        let count = views.entry(grant).or_default();
        count.views += 1;
        count.last_s = app.services.meta.steady_now_s();
        count.country = country.to_string();
    }

    /// Counts the page from which a viewer came.
    pub fn note_host(&self, grant: i64, host: &str) {
        let plain = |c: char| c.is_ascii_alphanumeric() || "-.:".contains(c);
        let host = if host.len() <= HOST_BYTES_MAX && host.chars().all(plain) { host } else { "" };
        let mut views = hold(&self.views);
        *views.entry(grant).or_default().hosts.entry(host.to_lowercase()).or_default() += 1;
    }

    /// Writes down what was counted.
    ///
    /// # Errors
    /// When the store cannot be written; it is counted on then.
    pub async fn save_views(&self, app: &App) -> Result<(), makoto_meta::Error> {
        let mut counts = std::mem::take(&mut *hold(&self.views));
        if counts.is_empty() {
            return Ok(());
        }
        for count in counts.values_mut().filter(|count| count.last_s == 0) {
            count.last_s = app.services.meta.steady_now_s();
        }
        let saved = app.services.meta.add_views(&counts).await;
        if saved.is_err() {
            let mut views = hold(&self.views);
            for (grant, count) in counts {
                let held = views.entry(grant).or_default();
                held.views += count.views;
                held.last_s = held.last_s.max(count.last_s);
                count.hosts.into_iter().for_each(|(host, n)| *held.hosts.entry(host).or_default() += n);
            }
        }
        saved
    }
}

/// As whom a report is asked for: strangers see the sites that are open whole, and whoever manages a grant may look at
/// it as strangers do.
///
/// # Errors
/// `NotFound` for a grant that is not the caller's to manage; what is wrong with a draft.
pub async fn principal(app: &App, caller: &Caller, method: &str, params: &Params) -> Result<Principal, ApiError> {
    if caller.principal == Principal::Anonymous {
        return Ok(public_reports::everybody(&app.services, method));
    }
    let Some(id) = params.filled(AS_GRANT) else { return Ok(caller.principal.clone()) };
    let snapshot = app.services.meta.snapshot();
    let found = id.parse().ok().and_then(|id: i64| snapshot.public.grants.get(&id));
    let own = |role: Option<Role>| caller.principal.is_superuser() || role == Some(Role::Admin);
    let found = found.filter(|grant| grant.state != PublicState::Revoked && own(caller.principal.role(grant.site)));
    let Some(grant) = found else { return Err(ApiError::NotFound(format!("there is no public grant {id}"))) };
    let Some(draft) = params.filled(AS_DRAFT) else { return Ok(public_reports::viewer(grant, method)) };
    check_instance(&caller.principal)?;
    let pairs = form_urlencoded::parse(draft.as_bytes());
    let draft = Params::new(pairs.map(|(name, value)| (name.into(), value.into())).collect());
    let changed = public_reports::changed(&app.services, caller, grant, &draft).await?;
    Ok(public_reports::viewer(&changed, method))
}

/// The grants whose sites a stranger's question is about.
pub fn grants_of(principal: &Principal, sites: &[makoto_model::SiteId]) -> Vec<i64> {
    match principal {
        Principal::Public(viewing) => {
            sites.iter().filter_map(|site| viewing.get(site)).map(|limits| limits.public_grant).collect()
        }
        _ => Vec::new(),
    }
}
