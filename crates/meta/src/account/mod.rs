//! Users: who there is, in which state, with which roles.

pub(crate) mod add;
mod change;
mod role;
mod superuser;

pub use add::{NewUser, is_nobody};
pub use change::Renewal;
pub use role::{ROLES_AT_ONCE_MAX, RoleChange, RoleWish, refuse_many_roles};

use crate::Error;
use makoto_access::Role;
use makoto_model::SiteId;
use sqlx::{Row, SqliteConnection};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Whether a user may use their account.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum State {
    Active,
    /// Has not accepted the invitation yet.
    Invited,
    /// Shut out by a superuser or for not being used; nothing of the user's is lost.
    Suspended,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            State::Active => "active",
            State::Invited => "invited",
            State::Suspended => "suspended",
        }
    }

    fn parse(name: &str) -> Option<State> {
        [State::Active, State::Invited, State::Suspended].into_iter().find(|state| state.name() == name)
    }
}

/// A user as the server knows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub login: String,
    pub email: String,
    /// Argon2 in PHC form; empty while the user is invited.
    pub password_hash: String,
    /// The password lets nobody in until a new one is chosen by a mailed link.
    pub must_change_password: bool,
    pub superuser: bool,
    pub state: State,
    /// In which mails are written to the user.
    pub language: String,
    pub created_s: i64,
    pub last_seen_s: Option<i64>,
    pub roles: Arc<BTreeMap<SiteId, Role>>,
    /// Names of rights beside the role, per site.
    pub capabilities: Arc<BTreeMap<SiteId, BTreeSet<String>>>,
    /// What pages open with, by name; only what the user chose.
    pub preferences: Arc<BTreeMap<String, String>>,
}

impl Account {
    /// Whether the user may look at a site, whatever their tokens say.
    pub fn views(&self, site: SiteId) -> bool {
        self.superuser || self.roles.contains_key(&site)
    }
}

pub(crate) async fn load(from: &mut SqliteConnection) -> Result<BTreeMap<String, Account>, Error> {
    let mut roles: BTreeMap<String, BTreeMap<SiteId, Role>> = BTreeMap::new();
    for row in sqlx::query("SELECT login, site_id, role FROM role").fetch_all(&mut *from).await? {
        let (login, name): (String, String) = (row.try_get("login")?, row.try_get("role")?);
        let role = Role::parse(&name).ok_or_else(|| Error::Corrupt(format!("the role {name} is unknown")))?;
        roles.entry(login.to_lowercase()).or_default().insert(SiteId(row.try_get("site_id")?), role);
    }
    let mut capabilities: BTreeMap<String, BTreeMap<SiteId, BTreeSet<String>>> = BTreeMap::new();
    for row in sqlx::query("SELECT login, site_id, capability FROM capability").fetch_all(&mut *from).await? {
        let login: String = row.try_get("login")?;
        let sites = capabilities.entry(login.to_lowercase()).or_default();
        sites.entry(SiteId(row.try_get("site_id")?)).or_default().insert(row.try_get("capability")?);
    }
    let mut preferences: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for row in sqlx::query("SELECT login, name, value FROM preference").fetch_all(&mut *from).await? {
        let login: String = row.try_get("login")?;
        preferences.entry(login.to_lowercase()).or_default().insert(row.try_get("name")?, row.try_get("value")?);
    }
    let rows = sqlx::query("SELECT * FROM user").fetch_all(&mut *from).await?;
    rows.iter()
        .map(|row| {
            let login: String = row.try_get("login")?;
            let key = login.to_lowercase();
            let state: &str = row.try_get("state")?;
            let account = Account {
                login,
                email: row.try_get("email")?,
                password_hash: row.try_get("password_hash")?,
                must_change_password: row.try_get("password_must_change")?,
                superuser: row.try_get("superuser")?,
                state: State::parse(state)
                    .ok_or_else(|| Error::Corrupt(format!("the state {state} of a user is unknown")))?,
                language: row.try_get("language")?,
                created_s: row.try_get("created_s")?,
                last_seen_s: row.try_get("last_seen_s")?,
                roles: Arc::new(roles.remove(&key).unwrap_or_default()),
                capabilities: Arc::new(capabilities.remove(&key).unwrap_or_default()),
                preferences: Arc::new(preferences.remove(&key).unwrap_or_default()),
            };
            Ok((key, account))
        })
        .collect()
}

pub(crate) fn unknown(login: &str) -> Error {
    Error::NotFound(format!("there is no user {login}"))
}
