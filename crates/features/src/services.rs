//! What management methods may use, and the reading of their parameters.

use crate::privacy_manager::work::StoredData;
use crate::probes::Probes;
use makoto_access::{Asked, Caller, Denied, Grant, Principal, Proof, User, View};
use makoto_catalog::{ApiError, CODE, CONFIRMATION, Catalog, Guard, PASSKEY, SegmentName};
use makoto_identity::Identity;
use makoto_meta::{Meta, SiteRow};
use makoto_model::{Params, Period, Place, Range, Site, SiteId, Zone};
use std::{
    collections::HashSet,
    future::Future,
    net::IpAddr,
    pin::Pin,
    sync::{Arc, OnceLock},
};

/// The labels of a report's rows, inner ones too.
pub type Texts = Pin<Box<dyn Future<Output = Result<Vec<String>, ApiError>> + Send>>;
/// Answers with the labels of a report, as somebody with this grant sees them.
pub type Labels = Box<dyn Fn(Grant<View>, &'static str, Params) -> Texts + Send + Sync>;

/// The stores and facts that a management method may reach.
pub struct Services {
    pub meta: Meta,
    pub identity: Arc<Identity>,
    /// The address at which browsers reach this server, without a trailing slash.
    pub base_url: String,
    /// The configuration forbids public reports, whatever is stored.
    pub public_forbidden: bool,
    /// How reports are asked for; unknown to commands.
    pub labels: OnceLock<Labels>,
    /// What looks outside the stores; set once the server is put together.
    pub probes: OnceLock<Arc<dyn Probes>>,
    /// The stored data of visitors; set where a server has it open.
    pub data: OnceLock<Arc<dyn StoredData>>,
    pub reading: Reading,
    /// Where an address is, in this server's databases; unknown to commands.
    pub locate: OnceLock<Locate>,
}

/// Where an address is; of nowhere, what no database knows.
pub type Locate = Box<dyn Fn(IpAddr) -> Place + Send + Sync>;

/// How names of a definition in the segment language are read.
pub type ReadSegment = fn(&str, &Catalog, Option<&Site>) -> Result<Vec<&'static SegmentName>, ApiError>;

/// From `period`, `date`, the site's zone and the moment, seconds since 1970, to the days that are meant.
pub type ReadRanges = fn(&str, &str, &Zone, i64) -> Result<(Period, Vec<Range>), ApiError>;

/// How questions are read: by the machinery that answers them, which no feature knows.
pub struct Reading {
    /// The names that a definition in the segment language uses, however it may be read; on all sites, or on one with
    /// names of its own.
    pub segment: ReadSegment,
    /// The days that `period` and `date` name at this moment, seconds since 1970.
    pub ranges: ReadRanges,
}

/// Names read in lists at most, so that a request cannot ask for unbounded work.
const LIST_ENTRIES_MAX: usize = 10_000;

/// A parameter that must be there.
///
/// # Errors
/// `MissingParam` when it is not.
pub fn required<'a>(params: &'a Params, name: &str) -> Result<&'a str, ApiError> {
    params.get(name).ok_or_else(|| ApiError::MissingParam(name.to_owned()))
}

/// A refusal that names the parameter at fault.
pub fn bad(name: &str, why: impl Into<String>) -> ApiError {
    ApiError::BadParam { name: name.to_owned(), why: why.into() }
}

/// A list: `name=a,b` is one entry, `name[]=a&name[]=b` and `name[0]=a&name[1]=b` two. `None` when nothing was sent.
pub fn list(params: &Params, name: &str) -> Option<Vec<String>> {
    let entry = |key: &str| {
        key == name || key.strip_prefix(name).is_some_and(|rest| rest.starts_with('[') && rest.ends_with(']'))
    };
    let found: Vec<String> =
        params.iter().filter(|(key, _)| entry(key)).take(LIST_ENTRIES_MAX).map(|(_, value)| value.to_owned()).collect();
    (!found.is_empty()).then_some(found)
}

/// The sites that `idSite`, `idSites` name: numbers with commas, a list, or `all`.
///
/// # Errors
/// `MissingParam` or `BadParam`.
pub fn asked_sites(params: &Params, name: &str) -> Result<Asked, ApiError> {
    let texts = list(params, name).ok_or_else(|| ApiError::MissingParam(name.to_owned()))?;
    let (mut sites, mut seen) = (Vec::new(), HashSet::new());
    for text in texts.iter().flat_map(|text| text.split(',')).map(str::trim) {
        if text == "all" {
            return Ok(Asked::All);
        }
        let id = text.parse().map_err(|_| bad(name, "write the number of a site, several with commas, or all"))?;
        if seen.insert(id) {
            sites.push(SiteId(id));
        }
        if sites.len() > LIST_ENTRIES_MAX {
            return Err(bad(name, format!("name at most {LIST_ENTRIES_MAX} sites, or all")));
        }
    }
    Ok(Asked::These(sites))
}

/// Seconds since 1970 by the machine's clock.
pub fn now_s() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_secs() as i64)
}

impl Services {
    /// What looks outside the stores.
    ///
    /// # Errors
    /// `Refused` where no server runs.
    pub fn probes(&self) -> Result<&Arc<dyn Probes>, ApiError> {
        self.probes.get().ok_or_else(|| ApiError::Refused("this needs a running server; start it first".to_owned()))
    }

    /// Checks role `R` on one site and gives its row.
    ///
    /// # Errors
    /// `Denied` for a site that is forbidden or missing.
    pub fn site<R: makoto_access::IsRole>(
        &self,
        caller: &Caller,
        params: &Params,
    ) -> Result<(makoto_access::Grant<R>, SiteRow), ApiError> {
        let snapshot = self.meta.snapshot();
        let grant = makoto_access::check(&caller.principal, &asked_sites(params, "idSite")?, &snapshot.site_ids())?;
        let [id] = grant.sites() else { return Err(bad("idSite", "name exactly one site")) };
        let row =
            snapshot.site_rows.get(id).cloned().ok_or_else(|| ApiError::NotFound(format!("there is no site {id}")))?;
        Ok((grant, row))
    }
}

impl Services {
    /// Lets a guarded call pass, or asks for proof. A password (and code) among the parameters proves it at once and
    /// counts for the session's next acts too.
    ///
    /// # Errors
    /// `ProofNeeded` without fresh proof; `Refused` with a wrong password or code.
    pub async fn admit(&self, guard: Guard, caller: &Caller, params: &Params) -> Result<(), ApiError> {
        let user = match &caller.principal {
            _ if guard == Guard::Open => return Ok(()),
            Principal::Operator | Principal::Job(_) => return Ok(()),
            Principal::Anonymous | Principal::Public(_) => return Err(Denied::NotSignedIn.into()),
            Principal::User(user) => user,
        };
        match user.proof {
            Proof::Token { provisioning_alone: true, .. } if guard != Guard::ProofOrProvisioning => {
                return Err(ApiError::Refused(
                    "this token was made to add users and change their roles; use another one, or the web interface"
                        .into(),
                ));
            }
            // What a browser does not let them do, an older token does not either; one for provisioning is the way round.
            Proof::Token { provisioning: false, .. }
                if guard != Guard::Password && self.identity.is_enrolling(&user.login, now_s()) =>
            {
                return Err(ApiError::FactorNeeded);
            }
            _ => {}
        }
        if guard == Guard::ProofNow {
            return self.admit_now(caller, user, params).await;
        }
        let passes = match (guard, &user.proof) {
            (Guard::Open, _) | (Guard::ProofInSession, Proof::Token { .. }) => true,
            (Guard::ProofOrProvisioning, Proof::Token { provisioning, .. }) => *provisioning,
            (Guard::Proof | Guard::ProofOrRecovery | Guard::Password | Guard::ProofNow, Proof::Token { .. }) => false,
            (guard, Proof::Session { recovered: true, .. }) if guard != Guard::ProofOrRecovery => false,
            (_, Proof::Session { proved_s, .. }) => self.identity.is_fresh(*proved_s, now_s()),
        };
        // A password that was typed for this act is looked at, also where an earlier proof would do.
        if passes && !(guard == Guard::Password && params.filled(CONFIRMATION.name).is_some()) {
            return Ok(());
        }
        let Some(password) = params.filled(CONFIRMATION.name) else { return Err(ApiError::ProofNeeded) };
        if guard == Guard::Password {
            return proved(self.identity.prove(caller, &user.login, password, now_s()).await.map(drop));
        }
        let code = params.filled(CODE.name).unwrap_or("");
        proved(self.identity.confirm(caller, user, password, code, now_s()).await)
    }

    /// Lets a call pass that carries password and second factor itself.
    async fn admit_now(&self, caller: &Caller, user: &User, params: &Params) -> Result<(), ApiError> {
        let Some(password) = params.filled(CONFIRMATION.name) else { return Err(ApiError::ProofNeeded) };
        let code = params.filled(CODE.name).unwrap_or("");
        let passkey = match params.filled(PASSKEY.name) {
            Some(text) => {
                Some(serde_json::from_str(text).map_err(|_| bad(PASSKEY.name, "send the passkey's answer as JSON"))?)
            }
            None => None,
        };
        proved(self.identity.confirm_now(caller, user, password, code, passkey, now_s()).await)
    }
}

/// What came of a proof, to a caller of the API.
fn proved(done: Result<(), makoto_identity::Error>) -> Result<(), ApiError> {
    use makoto_identity::Error;
    match done {
        Err(Error::WrongPassword | Error::WrongCode | Error::WrongPasskey) => {
            Err(ApiError::Refused("this is not your password, or not your second factor".to_owned()))
        }
        Err(Error::FactorMissing) => Err(ApiError::ProofNeeded),
        done => done.map_err(from_identity),
    }
}

impl Services {
    /// The stored data of visitors.
    ///
    /// # Errors
    /// `Refused` where no server has it open.
    pub fn data(&self) -> Result<&Arc<dyn StoredData>, ApiError> {
        self.data.get().ok_or_else(|| ApiError::Refused("start the server; it alone reaches the stored visits".into()))
    }
}

/// What the store's refusals are to a caller of the API.
pub fn from_meta(error: makoto_meta::Error) -> ApiError {
    match error {
        makoto_meta::Error::Refused(why) => ApiError::Refused(why),
        makoto_meta::Error::NotFound(why) => ApiError::NotFound(why),
        makoto_meta::Error::Changed(why) => ApiError::Changed(why),
        makoto_meta::Error::CallerChanged => Denied::NotSignedIn.into(),
        other => ApiError::Internal(other.to_string()),
    }
}

/// What a refused password or token is to a caller of the API.
pub fn from_identity(error: makoto_identity::Error) -> ApiError {
    use makoto_identity::Error;
    match error {
        Error::Meta(error) => from_meta(error),
        Error::Hash(why) | Error::Random(why) | Error::Passkey(why) => ApiError::Internal(why),
        other => ApiError::Refused(other.to_string()),
    }
}
