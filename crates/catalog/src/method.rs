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
    pub guard: Guard,
    /// Runs after the access check; asks for its grant itself where it touches a site's data.
    pub run: for<'a> fn(&'a S, &'a Caller, &'a Params) -> Outcome<'a>,
}

/// The least that a caller must hold before a method runs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Access {
    Public,
    /// Signed in, even where a second factor is required and still missing.
    Enrolling,
    SignedIn,
    /// Signed in, to see what is kept of oneself: no token that was made for some sites, or for less than to administer.
    Oneself,
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

/// Whether the caller must prove anew who they are: password and second factor, within the last minutes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guard {
    Open,
    /// Fresh proof in a browser; a token was made with one.
    ProofInSession,
    /// Fresh proof, always.
    Proof,
    /// As `Proof`, and in a session that a recovery code has just opened: whoever lost a factor sets up the next one.
    ProofOrRecovery,
    /// As `Proof`, but the password is enough: for acts that only take away, and must not wait for a second factor.
    Password,
    /// Fresh proof, or a token that was made for provisioning.
    ProofOrProvisioning,
    /// Proof for this very act: the call itself carries password and second factor, whether it comes by a session or a
    /// token, and no earlier proof counts. Refused tries are told of by mail.
    ProofNow,
}

#[derive(Clone, Copy)]
pub struct Param {
    pub name: &'static str,
    pub kind: ParamKind,
    /// `None`: the caller must give it.
    pub default: Option<&'static str>,
    pub doc: &'static str,
}

/// The caller's own password, which calls of guarded methods may carry as proof.
pub const CONFIRMATION: Param = Param {
    name: "passwordConfirmation",
    kind: ParamKind::Secret,
    default: Some(""),
    doc: "the caller's own password, where they have not just proved who they are",
};

/// The code of the caller's second factor, beside `CONFIRMATION`.
pub const CODE: Param = Param {
    name: "authCode",
    kind: ParamKind::Secret,
    default: Some(""),
    doc: "a code of the caller's second factor, beside the password",
};

/// The answer of the caller's passkey, instead of a code.
pub const PASSKEY: Param = Param {
    name: "passkey",
    kind: ParamKind::Secret,
    default: Some(""),
    doc: "the answer of the caller's passkey as JSON, instead of a code; in a session",
};

impl<S> Method<S> {
    /// Its own parameters, then those by which a guarded call proves who calls.
    pub fn all_params(&self) -> impl Iterator<Item = &Param> {
        static PROOF: [Param; 3] = [CONFIRMATION, CODE, PASSKEY];
        let proof = match self.guard {
            Guard::Open => &PROOF[..0],
            Guard::Password => &PROOF[..1],
            Guard::ProofNow => &PROOF[..],
            _ => &PROOF[..2],
        };
        self.params.iter().chain(proof)
    }
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
