use crate::{Answer, ApiError};
use makoto_access::{Caller, Role};
use makoto_model::Params;
use std::{future::Future, pin::Pin};

/// What a method's call comes to.
pub type Outcome<'a> = Pin<Box<dyn Future<Output = Result<Answer, ApiError>> + Send + 'a>>;

/// An API method that is no report: `Module.doThing`. `S` is what the features' methods may use.
pub struct Method<S: 'static> {
    pub id: &'static str,
    pub doc: &'static str,
    pub params: &'static [Param],
    pub access: Access,
    pub effect: Effect,
    /// Runs after the access check; asks for its grant itself where it touches a site's data.
    pub run: for<'a> fn(&'a S, &'a Caller, &'a Params) -> Outcome<'a>,
}

/// The least that a caller must hold before a method runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Public,
    SignedIn,
    /// This role on some site.
    SomeSite(Role),
    /// This role on every site that `idSite` names.
    Site(Role),
    Superuser,
}

/// A write needs POST, a same-origin request when it comes by a session, and leaves a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    Read,
    Write,
}

pub struct Param {
    pub name: &'static str,
    pub kind: ParamKind,
    /// `None`: the caller must give it.
    pub default: Option<&'static str>,
    pub doc: &'static str,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ParamKind {
    Text,
    Int,
    Float,
    Bool,
    List,
    /// Never shown, logged or recorded.
    Secret,
}
