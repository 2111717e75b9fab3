//! From a method's name to its answer. Every way in (Matomo's API, ours, bulk requests) comes through here.

use crate::{
    app::App,
    compose::{Budget, compose},
    public,
};
use makoto_access::{Asked, Caller, Grant, Principal, Proof, Reach, Role, User, check, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, language::language};
use makoto_features::{Services, services::asked_sites};
use makoto_meta::Activity;
use makoto_model::Params;
use makoto_query::{Answered, Line, format, format::Written, shape};
use std::sync::{Arc, atomic::Ordering};

/// Longest wait for a report, its turn at the engine included; what the engine does for it ends soon after.
const ANSWER_WAIT_MAX: std::time::Duration = std::time::Duration::from_secs(30);

/// How a request came in, as far as writes are concerned.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Way {
    pub post: bool,
    /// From one of our own pages, or from no browser at all.
    pub same_origin: bool,
    /// A password stands in the address, where logs keep it.
    pub secret_in_address: bool,
}

/// What a method came to.
pub enum Outcome {
    Report(Answered),
    Plain(Answer),
}

/// An answer with whether it may lack the newest hits.
pub struct Dispatched {
    pub outcome: Outcome,
    pub lags: bool,
}

impl Outcome {
    /// Writes the answer in the format that the parameters name.
    ///
    /// # Errors
    /// `BadParam` for an unknown format.
    pub fn write(self, params: &Params) -> Result<Written, ApiError> {
        match self {
            Outcome::Report(answered) => format::write(&answered, params),
            Outcome::Plain(answer) => format::write_answer(answer, params),
        }
    }
}

/// Answers one method.
///
/// # Errors
/// Why the call was refused or failed.
pub async fn dispatch(app: &Arc<App>, caller: &Caller, params: &Params, way: Way) -> Result<Dispatched, ApiError> {
    let own = in_own_language(app, caller, params);
    dispatch_within(app, caller, own.as_ref().unwrap_or(params), way, Budget::new()).await
}

/// The call in the caller's own language, where it names none.
fn in_own_language(app: &App, caller: &Caller, params: &Params) -> Option<Params> {
    let Principal::User(user) = &caller.principal else { return None };
    // Some methods mean another language by it than that of their answer.
    let means_another = params.get("method").and_then(makoto_features::method);
    let means_another = means_another.is_some_and(|method| method.params.iter().any(|param| param.name == "language"));
    if params.get("language").is_some() || means_another {
        return None;
    }
    let snapshot = app.services.meta.snapshot();
    let language = language(&snapshot.account(&user.login)?.language);
    let mut own = params.clone();
    own.push("language", language.code);
    (!language.is_english()).then_some(own)
}

/// As `dispatch`, for a call that another call leads to: they share what they may ask.
///
/// # Errors
/// As `dispatch`.
pub async fn dispatch_within(
    app: &Arc<App>,
    caller: &Caller,
    params: &Params,
    way: Way,
    budget: Budget,
) -> Result<Dispatched, ApiError> {
    app.metrics.reports.fetch_add(1, Ordering::Relaxed);
    let id = params.get("method").ok_or_else(|| {
        ApiError::Refused(
            "The parameter 'method' isn't set in the Request, and a default value wasn't provided.".into(),
        )
    })?;
    if let Some(method) = makoto_features::method(id) {
        let answer = shape::records(manage(app, method, caller, params, way).await?, params)?;
        return Ok(Dispatched { outcome: Outcome::Plain(answer), lags: false });
    }
    if let Some(method) = makoto_features::composed(id) {
        return compose(app, method, caller, params, budget).await;
    }
    if app.catalog.report(id).is_none() {
        return Err(unknown(app, id));
    }
    report(app, caller, id, params).await
}

fn unknown(app: &App, id: &str) -> ApiError {
    let (module, action) = id.split_once('.').unwrap_or((id, ""));
    let known = module == "API"
        || app.catalog.features.iter().any(|feature| feature.name == module)
        || makoto_features::METHODS
            .iter()
            .flat_map(|methods| methods.iter())
            .any(|m| m.id.split('.').next() == Some(module))
        || makoto_features::COMPOSED
            .iter()
            .flat_map(|methods| methods.iter())
            .any(|m| m.id.split('.').next() == Some(module));
    match known && !action.is_empty() {
        true => ApiError::UnknownMethod(action.to_owned(), module.to_owned()),
        false => ApiError::NotFound(format!("The plugin {module} is not enabled on this server.")),
    }
}

/// Those who still have to set up a required second factor can do nothing else.
pub fn refuse_enrolling(caller: &Caller) -> Result<(), ApiError> {
    match &caller.principal {
        Principal::User(User { proof: Proof::Session { enrolling: true, .. }, .. }) => Err(ApiError::FactorNeeded),
        _ => Ok(()),
    }
}

async fn report(app: &Arc<App>, caller: &Caller, id: &str, params: &Params) -> Result<Dispatched, ApiError> {
    refuse_enrolling(caller)?;
    if caller.reach() == Reach::Track {
        return Err(ApiError::Refused("this token was made for tracking; use one that may read".into()));
    }
    let principal = public::principal(app, caller, id, params).await?;
    let ids = app.services.meta.snapshot().site_ids();
    let grant = check::<makoto_access::View>(&principal, &asked_sites(params, "idSite")?, &ids)?;
    if caller.principal.is_nobody() {
        let grants = public::grants_of(&principal, grant.sites());
        app.public.admit(app, caller.address, &grants)?;
        let answered = public::work(app, ask(app, grant, id, params)).await?;
        grants.iter().for_each(|grant| app.public.note_view(app, *grant, caller.address));
        return Ok(Dispatched { outcome: Outcome::Report(answered), lags: false });
    }
    note_seen(app, caller, grant.sites()).await;
    let lags = !app.flow.fresh(app.journal.head().get()).await;
    let answered = ask(app, grant, id, params).await?;
    Ok(Dispatched { outcome: Outcome::Report(answered), lags })
}

/// Answers a report for a stranger, whose request was counted already.
///
/// # Errors
/// As `dispatch`; `TooOften` when strangers have had their share of the server.
pub async fn public_report(app: &Arc<App>, caller: &Caller, id: &str, params: &Params) -> Result<Dispatched, ApiError> {
    let ids = app.services.meta.snapshot().site_ids();
    let grant = check::<makoto_access::View>(&caller.principal, &asked_sites(params, "idSite")?, &ids)?;
    let answered = public::work(app, ask(app, grant, id, params)).await?;
    Ok(Dispatched { outcome: Outcome::Report(answered), lags: false })
}

/// The labels of a report's rows, inner ones too, as somebody with this grant sees them.
///
/// # Errors
/// As `dispatch`.
pub async fn labels(
    app: &Arc<App>,
    grant: Grant<makoto_access::View>,
    id: &str,
    params: Params,
) -> Result<Vec<String>, ApiError> {
    fn gather(lines: &[Line], labels: &mut Vec<String>) {
        for line in lines {
            let label = line.columns.iter().find(|(name, _)| name == "label");
            labels.extend(label.and_then(|(_, value)| value.as_text()).map(str::to_owned));
            gather(line.subtable.as_deref().unwrap_or_default(), labels);
        }
    }
    let mut labels = Vec::new();
    if let Answered::Table(lines) = ask(app, grant, id, &params).await? {
        gather(&lines, &mut labels);
    }
    Ok(labels)
}

fn ask(
    app: &Arc<App>,
    grant: Grant<makoto_access::View>,
    id: &str,
    params: &Params,
) -> impl Future<Output = Result<Answered, ApiError>> + Send + use<> {
    let snapshot = app.services.meta.snapshot();
    let (asked, id, params) = (app.clone(), id.to_owned(), params.clone());
    let now_s = makoto_features::services::now_s();
    let work = move || asked.query.ask(&grant, &id, &params, &snapshot.sites, now_s);
    async move {
        match tokio::time::timeout(ANSWER_WAIT_MAX, tokio::task::spawn_blocking(work)).await {
            Ok(Ok(result)) => result,
            Ok(Err(fault)) => Err(ApiError::Internal(fault.to_string())),
            Err(_) => Err(ApiError::TooMuch("the report takes too long; ask for fewer days or try again later".into())),
        }
    }
}

/// The sites that a call of a method names.
pub fn named_sites(params: &Params) -> Vec<makoto_model::SiteId> {
    let asked = ["idSite", "idSites"].into_iter().filter_map(|name| asked_sites(params, name).ok());
    asked.flat_map(|asked| if let Asked::These(sites) = asked { sites } else { Vec::new() }).collect()
}

/// A call is answered even where its use cannot be written down.
pub async fn note_seen(app: &App, caller: &Caller, sites: &[makoto_model::SiteId]) {
    let now_s = makoto_features::services::now_s();
    if let Err(fault) = app.identity().note_seen(caller, sites, now_s).await {
        tracing::error!(%fault, "the last use of an account could not be written down");
    }
}

async fn manage(
    app: &Arc<App>,
    method: &'static Method<Services>,
    caller: &Caller,
    params: &Params,
    way: Way,
) -> Result<Answer, ApiError> {
    let nobody;
    let caller = match (refuse_enrolling(caller), method.access) {
        (Ok(()), _) | (_, Access::Enrolling) => caller,
        // What everyone may ask, they may ask as everyone.
        (Err(_), Access::Public) => {
            nobody = Caller { principal: Principal::Anonymous, ..caller.clone() };
            &nobody
        }
        (Err(refusal), _) => return Err(refusal),
    };
    if let Err(refusal) = admit(app, method.access, caller, params) {
        if matches!(refusal, ApiError::Denied(_)) {
            note(app, caller, Activity::AccessDenied, method.id).await?;
        }
        return Err(refusal);
    }
    if caller.reach() != Reach::Administer && (method.effect == Effect::Write || caller.reach() == Reach::Track) {
        return Err(ApiError::Refused("this token was made for less; use one that may administer".into()));
    }
    if method.effect == Effect::Write {
        if !way.post {
            return Err(ApiError::Refused(format!("{} changes something; send it by POST", method.id)));
        }
        let by_session = matches!(&caller.principal, Principal::User(User { proof: Proof::Session { .. }, .. }));
        if by_session && !way.same_origin {
            note(app, caller, Activity::ForeignRefused, method.id).await?;
            return Err(ApiError::Refused("this request comes from another site; use the pages of this server".into()));
        }
    }
    missing(method.params, params)?;
    prove(app, method, caller, params, way).await?;
    note_seen(app, caller, &named_sites(params)).await;
    (method.run)(&app.services, caller, params).await
}

/// Asks for the proof that this call needs. A vain try to make something public is told of.
async fn prove(
    app: &App,
    method: &Method<Services>,
    caller: &Caller,
    params: &Params,
    way: Way,
) -> Result<(), ApiError> {
    let guard = makoto_features::guard(method, params);
    let proved = match way.secret_in_address {
        true => Err(ApiError::Refused("send the password in the body: addresses are kept in logs".into())),
        false => app.services.admit(guard, caller, params).await,
    };
    if guard == Guard::ProofNow && proved.is_err() {
        note(app, caller, Activity::PublicAttempted, method.id).await?;
    }
    proved
}

/// Writes a refusal down, unless the same was written down a moment ago.
async fn note(app: &App, caller: &Caller, kind: Activity, method: &str) -> Result<(), ApiError> {
    let noted = app.denials.note(&app.services.meta, caller, kind, method, makoto_features::services::now_s());
    noted.await.map_err(makoto_features::services::from_meta)
}

/// Whether every parameter that a call must have was sent.
pub fn missing(declared: &[Param], params: &Params) -> Result<(), ApiError> {
    for param in declared.iter().filter(|param| param.default.is_none()) {
        let sent = params.iter().any(|(key, _)| key == param.name || key.starts_with(&format!("{}[", param.name)));
        if !sent {
            return Err(ApiError::MissingParam(param.name.to_owned()));
        }
    }
    Ok(())
}

/// Whether the caller holds what a method asks for.
pub fn admit(app: &App, access: Access, caller: &Caller, params: &Params) -> Result<(), ApiError> {
    let sites = || app.services.meta.snapshot().site_ids();
    let some = |role: Role| match sites().iter().any(|site| caller.principal.role(*site) >= Some(role)) {
        true => Ok(()),
        false if caller.principal.is_superuser() => Ok(()),
        false => Err(makoto_access::Denied::NoSite { role }.into()),
    };
    match access {
        Access::Public => Ok(()),
        Access::Enrolling | Access::SignedIn | Access::Oneself if caller.principal.is_nobody() => {
            Err(makoto_access::Denied::NotSignedIn.into())
        }
        Access::Oneself if caller.principal.is_for_some_work() => {
            Err(ApiError::Refused("this token was made for less; use one that may administer every site".into()))
        }
        Access::Enrolling | Access::SignedIn | Access::Oneself => Ok(()),
        Access::Superuser => Ok(check_instance(&caller.principal).map(drop)?),
        Access::SomeSite(role) => some(role),
        Access::Site(role) => {
            let asked = asked_sites(params, "idSite")?;
            let principal = &caller.principal;
            match role {
                Role::View => check::<makoto_access::View>(principal, &asked, &sites()).map(drop)?,
                Role::Write => check::<makoto_access::Write>(principal, &asked, &sites()).map(drop)?,
                Role::Admin => check::<makoto_access::Admin>(principal, &asked, &sites()).map(drop)?,
            }
            Ok(())
        }
    }
}
