//! Methods that are made of other answers: what they ask comes back here, as the same caller's own calls.

use crate::{
    app::App,
    dispatch::{Dispatched, Outcome, Way, admit, dispatch_within, missing, named_sites, note_seen, refuse_enrolling},
};
use makoto_access::{Caller, Reach};
use makoto_catalog::{ApiError, Asker, Composed, Reply};
use makoto_features::Services;
use makoto_model::Params;
use makoto_query::{Answered, shape};
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicUsize, Ordering},
};

/// Questions that one call may lead to, those of composed methods that it asks included. The largest of ours asks as
/// many as there are reports side by side in API.get; a question may be over many sites and periods.
pub const QUESTIONS_MAX: usize = 64;

/// What is left to the caller of a composed method.
#[derive(Clone)]
pub struct Budget(Arc<Left>);

struct Left {
    questions: AtomicUsize,
    lags: AtomicBool,
}

impl Budget {
    pub fn new() -> Budget {
        Budget(Arc::new(Left { questions: AtomicUsize::new(QUESTIONS_MAX), lags: AtomicBool::new(false) }))
    }

    fn take(&self) -> Result<(), ApiError> {
        let taken = self.0.questions.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1));
        taken.map(drop).map_err(|_| {
            ApiError::TooMuch(format!("this call asks more than {QUESTIONS_MAX} questions; ask for less at once"))
        })
    }
}

/// Asks on behalf of one caller.
struct Asking<'a> {
    app: &'a Arc<App>,
    caller: &'a Caller,
    budget: Budget,
}

impl Asker for Asking<'_> {
    fn ask<'a>(&'a self, method: &'a str, mut params: Params) -> Reply<'a> {
        Box::pin(async move {
            self.budget.take()?;
            params.push("method", method);
            // A composed method only reads: what it asks may not change anything.
            let way = Way { post: false, same_origin: false, secret_in_address: false };
            let done = dispatch_within(self.app, self.caller, &params, way, self.budget.clone()).await?;
            if done.lags {
                self.budget.0.lags.store(true, Ordering::Relaxed);
            }
            Ok(match done.outcome {
                Outcome::Report(answered) => answered,
                Outcome::Plain(answer) => Answered::Plain(answer),
            })
        })
    }
}

/// Answers a composed method.
pub async fn compose(
    app: &Arc<App>,
    method: &'static Composed<Services>,
    caller: &Caller,
    params: &Params,
    budget: Budget,
) -> Result<Dispatched, ApiError> {
    refuse_enrolling(caller)?;
    if caller.reach() == Reach::Track {
        return Err(ApiError::Refused("this token was made for tracking; use one that may read".into()));
    }
    admit(app, method.access, caller, params)?;
    missing(method.params, params)?;
    note_seen(app, caller, &named_sites(params)).await;
    let asking = Asking { app, caller, budget: budget.clone() };
    let answered = (method.run)(&app.services, caller, params, &asking).await?;
    let answered = if method.generic { shape::apply(answered, params)? } else { answered };
    Ok(Dispatched { outcome: Outcome::Report(answered), lags: budget.0.lags.load(Ordering::Relaxed) })
}
