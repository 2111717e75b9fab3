//! Relational data: sites, users, roles, settings, sessions, tokens and the record of what was done. The only place
//! that speaks SQL to the relational store. What every request needs is kept in memory as a snapshot that each write
//! replaces, so a change is in force when its call returns.

mod account;
mod activity;
mod annotation;
mod attempt;
mod audit;
mod checkup;
mod credential;
mod dashboard;
mod delivery;
mod device;
mod domain;
mod factor;
mod failure;
mod goal;
mod half_session;
mod inactive;
mod invitation;
mod job;
mod migrations;
mod outbox;
mod own_dimension;
mod passkey;
mod password;
mod privacy;
mod public;
mod record;
mod reset;
mod review;
mod saved_segment;
mod seal;
mod seen;
mod setting;
mod signing;
mod site;
mod snapshot;
mod store;
mod token;

pub use account::{
    Account, NewUser, ROLES_AT_ONCE_MAX, Renewal, RoleChange, RoleWish, State, is_nobody, refuse_many_roles,
};
pub use activity::{Activity, Tell};
pub use annotation::Annotation;
pub use attempt::{AttemptChanges, AttemptKind, AttemptRow, StrangerRow};
pub use audit::{Cursor, EntryFilter, Finding, Head, KnownHead, ReadScope, hex};
pub use checkup::{
    CheckRow, FixRow, Flip, NewFix, Person, Risk, RunOutcome, ScorePoint, SessionFact, Sighting, SightingKind,
    TokenFact,
};
pub use credential::{NewSession, SessionRow};
pub use dashboard::Dashboard;
pub use delivery::{Letter, MailCounts, MailRow, Undelivered};
pub use device::{Arrival, Bound, OpenSession};
pub use domain::{ALLOWED_DOMAINS, Domains};
pub use factor::{ENFORCEMENT_KEY, Factors, GUESSES_PER_STEP_MAX, Guess, RecoveryDigests, WRONG_GUESSES_PER_DAY_MAX};
pub use failure::{FAILURES_LOOKED_AT, FailureRow, NewFailure};
pub use goal::GOALS_MAX;
pub use half_session::{HALF_SESSION_MAX_S, HALF_SESSION_TRIES_MAX};
pub use inactive::{Idle, Unused};
pub use invitation::{Invitation, Invite, Route};
pub use job::{Every, JobRow, Turn};
pub use outbox::{Mail, MailKind};
pub use own_dimension::DimensionDraft;
pub use passkey::{NewPasskey, PasskeyRow};
pub use privacy::PrivacyJob;
pub use public::{
    APPROVAL_MAX_S, Activation, CONFIRM_EVERY_S, Channel, LinkSecret, NewPublic, PUBLIC_GRANTS_MAX, PublicBook,
    PublicDashboard, PublicGrant, PublicMail, PublicScope, PublicState, PublicView, PublicWhat, ReminderEvery,
    ReminderState, ViewCounts, WaitsFor,
};
pub use record::Entry;
pub use reset::{NewReset, RESET_MAX_S, ResetAsk};
pub use review::{Review, ReviewLine};
pub use saved_segment::{SavedSegment, SegmentDraft};
pub use setting::{INNER_TARGETS_KEY, MAIL_SETTINGS, SettingChanges};
pub use site::{KEYWORD_PARAMETERS, SiteChange, SiteRow};
pub use snapshot::Snapshot;
pub(crate) use store::Act;
pub use store::{Error, KEY_FILE, Meta};
pub use token::{NewToken, TokenRow, TokenUse};
