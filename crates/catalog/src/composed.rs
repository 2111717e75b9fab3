use crate::{Access, Answered, ApiError, Param, Report};
use makoto_access::Caller;
use makoto_model::Params;
use std::{future::Future, pin::Pin};

/// What a question comes to.
pub type Reply<'a> = Pin<Box<dyn Future<Output = Result<Answered, ApiError>> + Send + 'a>>;

/// Answers further questions of the caller of a composed method, with that caller's rights and no others.
pub trait Asker: Send + Sync {
    /// Answers a report, or a method that reads. `params` are all that it is asked with; nothing is added.
    ///
    /// # Errors
    /// Those of the method asked, and `TooMuch` beyond the server's limit of questions in one call.
    fn ask<'a>(&'a self, method: &'a str, params: Params) -> Reply<'a>;
}

/// An API method made of the answers of reports and of other methods. It only reads, and reaches the data of sites
/// through its asker alone.
pub struct Composed<S: 'static> {
    /// `Module.getThing`, as in Matomo.
    pub id: &'static str,
    pub doc: &'static str,
    pub params: &'static [Param],
    pub access: Access,
    /// What lists of reports say of it; `None` where it is in none.
    pub listed: Option<&'static Report>,
    /// Its rows are sorted, filtered and cut as those of a report are.
    pub generic: bool,
    pub run: for<'a> fn(&'a S, &'a Caller, &'a Params, &'a dyn Asker) -> Reply<'a>,
}
