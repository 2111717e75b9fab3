//! Public grants: what anybody may see of a site without an account, since when, by whom and until when.

mod act;
mod add;
mod clock;
mod reminder;
mod scope;
mod tend;
mod views;

pub use act::{Activation, LinkSecret, PublicMail};
pub use add::NewPublic;
pub use reminder::{ReminderEvery, ReminderState};
pub use scope::{Channel, PublicDashboard, PublicScope, PublicState, PublicWhat, WaitsFor};
pub use views::{PublicView, ViewCounts};

use crate::Error;
use makoto_model::SiteId;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::{BTreeMap, HashMap};

/// How long a second superuser may take to approve, in seconds: three days.
pub const APPROVAL_MAX_S: i64 = 72 * 60 * 60;
/// How long a grant without an end counts until it must be confirmed again, in seconds.
pub const CONFIRM_EVERY_S: i64 = 90 * 24 * 60 * 60;
/// Grants that are neither expired nor revoked at most: each request looks through them.
pub const PUBLIC_GRANTS_MAX: usize = 2_000;

/// A grant as the server knows it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicGrant {
    pub id: i64,
    pub site: SiteId,
    pub scope: PublicScope,
    pub state: PublicState,
    pub waits_for: WaitsFor,
    /// Where it comes from: request, matomo, api or operator.
    pub source: String,
    pub reason: String,
    /// Days from the activation on; 0 for no end.
    pub life_days: u32,
    pub requested_by: String,
    pub requested_s: i64,
    pub activated_by: String,
    pub activated_s: Option<i64>,
    pub approved_by: String,
    pub approve_until_s: Option<i64>,
    pub starts_s: Option<i64>,
    pub expires_s: Option<i64>,
    pub confirm_by_s: Option<i64>,
    pub changed_by: String,
    pub changed_s: i64,
    pub version: i64,
    pub link_hash: Option<[u8; 32]>,
    pub password_hash: Option<[u8; 32]>,
}

impl PublicGrant {
    /// Whether it shows something at this moment, as far as it depends on the grant itself.
    pub fn is_live(&self, now_s: i64) -> bool {
        let before = |end_s: Option<i64>| end_s.is_none_or(|end_s| now_s < end_s);
        self.state == PublicState::Active && before(self.expires_s) && before(self.confirm_by_s)
    }

    /// Whether it shows a whole site to everybody, as Matomo's "view" for its user anonymous.
    pub fn is_whole_site(&self) -> bool {
        self.scope.what == PublicWhat::Site
    }

    fn read(row: &SqliteRow) -> Result<PublicGrant, Error> {
        let hash = |name: &str| -> Result<Option<[u8; 32]>, Error> {
            let bytes: Option<Vec<u8>> = row.try_get(name)?;
            bytes.map(|bytes| bytes.try_into().map_err(|_| broken(name))).transpose()
        };
        let broken_state = |_: &str| broken("state");
        let state: String = row.try_get("state")?;
        let waits_for: String = row.try_get("waits_for")?;
        let scope: String = row.try_get("scope")?;
        Ok(PublicGrant {
            id: row.try_get("id")?,
            site: SiteId(row.try_get("site_id")?),
            scope: PublicScope::read(&scope)?,
            state: PublicState::parse(&state).ok_or_else(|| broken_state(&state))?,
            waits_for: WaitsFor::parse(&waits_for).ok_or_else(|| broken("wait"))?,
            source: row.try_get("source")?,
            reason: row.try_get("reason")?,
            life_days: row.try_get("life_days")?,
            requested_by: row.try_get("requested_by")?,
            requested_s: row.try_get("requested_s")?,
            activated_by: row.try_get("activated_by")?,
            activated_s: row.try_get("activated_s")?,
            approved_by: row.try_get("approved_by")?,
            approve_until_s: row.try_get("approve_until_s")?,
            starts_s: row.try_get("starts_s")?,
            expires_s: row.try_get("expires_s")?,
            confirm_by_s: row.try_get("confirm_by_s")?,
            changed_by: row.try_get("changed_by")?,
            changed_s: row.try_get("changed_s")?,
            version: row.try_get("version")?,
            link_hash: hash("link_hash")?,
            password_hash: hash("password_hash")?,
        })
    }
}

fn broken(what: &str) -> Error {
    Error::Corrupt(format!("a public grant has no readable {what}"))
}

/// Every public grant, and whether public reports are switched on.
#[derive(Clone, Default, Debug)]
pub struct PublicBook {
    pub switched_on: bool,
    pub grants: BTreeMap<i64, PublicGrant>,
    by_link: HashMap<[u8; 32], i64>,
}

impl PublicBook {
    pub(crate) async fn load(from: &mut SqliteConnection) -> Result<PublicBook, Error> {
        let switched_on = sqlx::query_scalar("SELECT switched_on FROM public_state WHERE id = 1");
        let switched_on: i64 = switched_on.fetch_one(&mut *from).await?;
        let rows = sqlx::query("SELECT * FROM public_grant ORDER BY id").fetch_all(&mut *from).await?;
        let grants: Result<BTreeMap<i64, PublicGrant>, Error> =
            rows.iter().map(|row| PublicGrant::read(row).map(|grant| (grant.id, grant))).collect();
        let grants = grants?;
        let by_link = grants.values().filter_map(|grant| Some((grant.link_hash?, grant.id))).collect();
        Ok(PublicBook { switched_on: switched_on != 0, grants, by_link })
    }

    /// The grants that show something at this moment.
    pub fn live(&self, now_s: i64) -> impl Iterator<Item = &PublicGrant> {
        self.grants.values().filter(move |grant| self.switched_on && grant.is_live(now_s))
    }

    /// The grant of a number that is open to everybody and shows something at this moment.
    pub fn open(&self, id: i64, now_s: i64) -> Option<&PublicGrant> {
        let found = self.grants.get(&id).filter(|grant| self.switched_on && grant.is_live(now_s))?;
        (found.scope.channel == Channel::Open).then_some(found)
    }

    /// The grant of a link's hash, where it shows something at this moment.
    pub fn linked(&self, hash: &[u8; 32], now_s: i64) -> Option<&PublicGrant> {
        let found = self.grants.get(self.by_link.get(hash)?)?;
        (self.switched_on && found.is_live(now_s) && found.scope.channel != Channel::Open).then_some(found)
    }

    /// Sites that everybody sees whole at this moment: what Matomo's user anonymous may view.
    pub fn whole_sites(&self, now_s: i64) -> impl Iterator<Item = &PublicGrant> {
        self.live(now_s).filter(|grant| grant.is_whole_site() && grant.scope.channel == Channel::Open)
    }

    /// Grants that may still show something one day.
    pub fn lasting(&self) -> impl Iterator<Item = &PublicGrant> {
        let ended = |grant: &&PublicGrant| !matches!(grant.state, PublicState::Expired | PublicState::Revoked);
        self.grants.values().filter(ended)
    }
}

/// Grants in a state that no line of the record explains: a line names each state that a grant takes. What the oldest
/// line is younger than cannot be told.
pub(crate) const UNEXPLAINED: &str = "SELECT id, state FROM public_grant WHERE state IN ('active', 'paused') \
    AND changed_s * 1000 > (SELECT coalesce(min(at_ms), 0) FROM activity) \
    AND NOT EXISTS (SELECT 1 FROM activity, json_each(activity.detail, '$.states') AS named \
    WHERE activity.kind LIKE 'public.%' AND named.value = public_grant.id || ' ' || public_grant.state)";

/// A row of `UNEXPLAINED` in words.
pub(crate) fn unexplained(row: &SqliteRow) -> Result<String, Error> {
    let (id, state): (i64, String) = (row.try_get("id")?, row.try_get("state")?);
    Ok(format!("the public grant {id} is {state}, and no line of the activity log says so; revoke it"))
}
