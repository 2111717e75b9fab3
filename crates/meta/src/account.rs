use crate::{Activity, Error, Meta};
use makoto_access::{Admin, Caller, Grant, InstanceGrant, Role};
use makoto_model::SiteId;
use serde_json::json;
use sqlx::{Row, SqlitePool};
use std::{collections::BTreeMap, sync::Arc};

/// A user as the server knows them.
#[derive(Clone, Debug, PartialEq)]
pub struct Account {
    pub login: String,
    pub email: String,
    /// Argon2 in PHC form.
    pub password_hash: String,
    pub superuser: bool,
    pub created_s: i64,
    pub last_seen_s: Option<i64>,
    pub roles: Arc<BTreeMap<SiteId, Role>>,
}

/// A user to be added; the password is hashed already.
pub struct NewUser {
    pub login: String,
    pub email: String,
    pub password_hash: String,
    pub superuser: bool,
}

/// Longest login, in characters, as Matomo's.
const LOGIN_CHARS_MAX: usize = 100;

pub(crate) async fn load(pool: &SqlitePool) -> Result<BTreeMap<String, Account>, Error> {
    let mut roles: BTreeMap<String, BTreeMap<SiteId, Role>> = BTreeMap::new();
    for row in sqlx::query("SELECT login, site_id, role FROM role").fetch_all(pool).await? {
        let (login, name): (String, String) = (row.try_get("login")?, row.try_get("role")?);
        let role = Role::parse(&name).ok_or_else(|| Error::Corrupt(format!("the role {name} is unknown")))?;
        roles.entry(login.to_lowercase()).or_default().insert(SiteId(row.try_get("site_id")?), role);
    }
    let rows = sqlx::query("SELECT * FROM user").fetch_all(pool).await?;
    rows.iter()
        .map(|row| {
            let login: String = row.try_get("login")?;
            let key = login.to_lowercase();
            let roles = Arc::new(roles.remove(&key).unwrap_or_default());
            let account = Account {
                login,
                email: row.try_get("email")?,
                password_hash: row.try_get("password_hash")?,
                superuser: row.try_get("superuser")?,
                created_s: row.try_get("created_s")?,
                last_seen_s: row.try_get("last_seen_s")?,
                roles,
            };
            Ok((key, account))
        })
        .collect()
}

fn check(user: &NewUser) -> Result<(), Error> {
    let login = &user.login;
    let plain = |c: char| c.is_alphanumeric() || "-_.@+".contains(c);
    if login.len() < 2 || login.chars().count() > LOGIN_CHARS_MAX || !login.chars().all(plain) {
        let rule = "a login has 2 to 100 letters, digits or - _ . @ +";
        return Err(Error::Refused(rule.into()));
    }
    if login.eq_ignore_ascii_case("anonymous") || login.eq_ignore_ascii_case("operator") {
        return Err(Error::Refused(format!("the login {login} is reserved; choose another")));
    }
    let (name, host) = user.email.rsplit_once('@').unwrap_or_default();
    if name.is_empty() || !host.contains('.') || user.email.chars().any(char::is_whitespace) {
        return Err(Error::Refused("write the e-mail address as name@example.org".into()));
    }
    Ok(())
}

impl Meta {
    /// Adds a user.
    ///
    /// # Errors
    /// `Refused` when login or address are malformed or taken.
    pub async fn add_user(&self, _: &InstanceGrant, caller: &Caller, user: NewUser) -> Result<(), Error> {
        check(&user)?;
        let detail = json!({ "login": user.login, "email": user.email, "superuser": user.superuser });
        let mut act = self.begin(caller, Activity::UserAdded, detail).await?;
        insert(&mut act, &user).await?;
        self.commit(act).await
    }

    /// Adds the first superuser, if there is no user yet: of many at once exactly one succeeds.
    ///
    /// # Errors
    /// `Refused` when a user exists already, or as `add_user`.
    pub async fn add_first_superuser(&self, caller: &Caller, user: NewUser) -> Result<(), Error> {
        check(&user)?;
        let detail = json!({ "login": user.login, "email": user.email });
        let mut act = self.begin(caller, Activity::SetupDone, detail).await?;
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM user").fetch_one(&mut *act.tx).await?;
        if users != 0 || !user.superuser {
            return Err(Error::Refused("the set-up is done already; sign in instead".into()));
        }
        insert(&mut act, &user).await?;
        self.commit(act).await
    }

    /// Gives or takes (`None`) a role on the granted sites.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for a superuser, who holds every role already.
    pub async fn set_role(
        &self,
        grant: &Grant<Admin>,
        caller: &Caller,
        login: &str,
        role: Option<Role>,
    ) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        if account.superuser {
            return Err(Error::Refused(format!("{login} is a superuser and has access to every site already")));
        }
        let name = role.map_or("noaccess", Role::name);
        let sites: Vec<u32> = grant.sites().iter().map(|site| site.0).collect();
        let before: BTreeMap<u32, &str> = sites
            .iter()
            .map(|site| (*site, account.roles.get(&SiteId(*site)).map_or("noaccess", |r| r.name())))
            .collect();
        let detail = json!({ "login": account.login, "sites": sites, "before": before, "after": name });
        let mut act = self.begin(caller, Activity::RoleSet, detail).await?;
        for site in sites {
            sqlx::query("DELETE FROM role WHERE login = ? AND site_id = ?")
                .bind(login)
                .bind(site)
                .execute(&mut *act.tx)
                .await?;
            if role.is_some() {
                let sql = "INSERT INTO role (login, site_id, role) VALUES (?, ?, ?)";
                sqlx::query(sql).bind(&account.login).bind(site).bind(name).execute(&mut *act.tx).await?;
            }
        }
        self.commit(act).await
    }

    /// Deletes a user with their roles, sessions and tokens.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for the last superuser.
    pub async fn delete_user(&self, _: &InstanceGrant, caller: &Caller, login: &str) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        if account.superuser && snapshot.accounts.values().filter(|a| a.superuser).count() == 1 {
            return Err(Error::Refused(format!("{login} is the only superuser; make another user one first")));
        }
        let detail = json!({ "login": account.login, "email": account.email });
        let mut act = self.begin(caller, Activity::UserDeleted, detail).await?;
        sqlx::query("DELETE FROM user WHERE login = ?").bind(login).execute(&mut *act.tx).await?;
        self.commit(act).await
    }
}

fn unknown(login: &str) -> Error {
    Error::NotFound(format!("there is no user {login}"))
}

async fn insert(act: &mut crate::store::Act, user: &NewUser) -> Result<(), Error> {
    let taken: i64 =
        sqlx::query_scalar("SELECT count(*) FROM user WHERE login = ?1 OR email = ?2 OR login = ?2 OR email = ?1")
            .bind(&user.login)
            .bind(&user.email)
            .fetch_one(&mut *act.tx)
            .await?;
    if taken != 0 {
        return Err(Error::Refused("this login or e-mail address is in use; choose another".into()));
    }
    sqlx::query("INSERT INTO user (login, email, password_hash, superuser, created_s) VALUES (?, ?, ?, ?, ?)")
        .bind(&user.login)
        .bind(&user.email)
        .bind(&user.password_hash)
        .bind(user.superuser)
        .bind(crate::record::now_ms() / 1000)
        .execute(&mut *act.tx)
        .await?;
    Ok(())
}
