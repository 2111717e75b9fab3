use super::State;
use crate::{Act, Activity, Error, Meta, domain::Domains, record};
use makoto_access::{Admin, Caller, Grant, InstanceGrant, Principal, Role};
use makoto_model::SiteId;
use serde_json::json;
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

/// A user to be added; the password is hashed already.
pub struct NewUser {
    pub login: String,
    pub email: String,
    pub password_hash: String,
    pub superuser: bool,
}

/// Longest login, in characters, as Matomo's.
const LOGIN_CHARS_MAX: usize = 100;
/// Names that stand for something else in records and requests.
const RESERVED: [&str; 3] = ["anonymous", "operator", "job"];

/// A name in the form in which names are told apart. It is coarser than every comparison that the program and its store
/// make, so that no two users are one to some of them: not for other cases of letters outside ASCII (`K`, the sign for
/// kelvin, is a `k` in small letters), nor for full-width and joined ones.
pub(crate) fn told_apart(name: &str) -> String {
    name.nfkc().collect::<String>().to_uppercase().to_lowercase().nfkc().collect()
}

/// A login without capitals, marks and spaces, and with letters that look the same to a computer made one.
fn folded(login: &str) -> String {
    let bare = login.nfd().filter(|c| c.is_alphanumeric() && !is_combining_mark(*c));
    idna::domain_to_unicode(&bare.collect::<String>()).0
}

/// Whether a text reads as the name of those who are not signed in, however it is spelled.
pub fn is_nobody(login: &str) -> bool {
    folded(login) == RESERVED[0]
}

/// Checks a login that is to be taken.
pub(crate) fn check_login(login: &str) -> Result<(), Error> {
    let plain = |c: char| c.is_alphanumeric() || "-_.@+".contains(c);
    if login.len() < 2 || login.chars().count() > LOGIN_CHARS_MAX || !login.chars().all(plain) {
        let rule = "a login has 2 to 100 letters, digits or - _ . @ +";
        return Err(Error::Refused(rule.into()));
    }
    if RESERVED.contains(&folded(login).as_str()) {
        return Err(Error::Refused(format!("the login {login} is reserved; choose another")));
    }
    Ok(())
}

impl Meta {
    /// Adds a user. Of a password that another user chose it is kept that its owner did not.
    ///
    /// # Errors
    /// `Refused` when login or address are malformed, taken or of a domain that is not allowed.
    pub async fn add_user(&self, _: &InstanceGrant, caller: &Caller, user: NewUser) -> Result<(), Error> {
        self.put_user(caller, user, &[]).await
    }

    /// The same for a user who may view the granted sites at once.
    ///
    /// # Errors
    /// As `add_user`.
    pub async fn add_viewer(
        &self,
        _: &InstanceGrant,
        sites: &Grant<Admin>,
        caller: &Caller,
        user: NewUser,
    ) -> Result<(), Error> {
        self.put_user(caller, user, sites.sites()).await
    }

    async fn put_user(&self, caller: &Caller, user: NewUser, sites: &[SiteId]) -> Result<(), Error> {
        check_login(&user.login)?;
        let mut act = self.begin_for(caller, &user.email).await?;
        let detail = json!({ "login": user.login, "email": user.email, "superuser": user.superuser });
        record::insert(&mut act, caller, Activity::UserAdded, &detail).await?;
        act.note_provisioning(caller, Activity::UserAdded, &detail).await?;
        insert(&mut act, &user, State::Active).await?;
        if matches!(caller.principal, Principal::User(_)) {
            let sql = "UPDATE user SET password_given = 1 WHERE login = ?";
            sqlx::query(sql).bind(&user.login).execute(&mut *act.tx).await?;
        }
        if !sites.is_empty() {
            act.give_role(caller, &user.login, sites, Role::View).await?;
        }
        self.commit(act).await
    }

    /// Adds the first superuser, if there is no user yet: of many at once exactly one succeeds.
    ///
    /// # Errors
    /// `Refused` when a user exists already, or as `add_user`.
    pub async fn add_first_superuser(&self, caller: &Caller, user: NewUser) -> Result<(), Error> {
        check_login(&user.login)?;
        let mut act = self.begin_for(caller, &user.email).await?;
        let detail = json!({ "login": user.login, "email": user.email });
        record::insert(&mut act, caller, Activity::SetupDone, &detail).await?;
        let users: i64 = sqlx::query_scalar("SELECT count(*) FROM user").fetch_one(&mut *act.tx).await?;
        if users != 0 || !user.superuser {
            return Err(Error::Refused("the set-up is done already; sign in instead".into()));
        }
        insert(&mut act, &user, State::Active).await?;
        self.commit(act).await
    }

    /// Begins a write that gives somebody this address. Refuses one that is malformed or of a domain that is not allowed
    /// by then; the latter is recorded.
    pub(crate) async fn begin_for(&self, caller: &Caller, email: &str) -> Result<Act, Error> {
        let domain = Domains::of_address(email).map_err(Error::Refused)?;
        let mut act = self.begin_unrecorded().await?;
        if act.domains().await?.allow(&domain) {
            return Ok(act);
        }
        drop(act);
        self.record(caller, Activity::DomainRefused, json!({ "email": email, "domain": domain })).await?;
        Err(Error::Refused(format!(
            "addresses at {domain} are not allowed here; use another address, or ask a superuser to allow the domain"
        )))
    }
}

/// Refuses an address, or a login, that somebody has, in whatever letters.
pub(crate) async fn refuse_taken(act: &mut Act, login: &str, email: &str, own: &str) -> Result<(), Error> {
    let wanted = [login, email].map(told_apart);
    let sql = "SELECT login, email FROM user WHERE login <> ?";
    let others: Vec<(String, String)> = sqlx::query_as(sql).bind(own).fetch_all(&mut *act.tx).await?;
    if others.iter().any(|(login, email)| [login, email].iter().any(|name| wanted.contains(&told_apart(name)))) {
        return Err(Error::Refused("this login or e-mail address is in use; choose another".into()));
    }
    Ok(())
}

pub(crate) async fn insert(act: &mut Act, user: &NewUser, state: State) -> Result<(), Error> {
    refuse_taken(act, &user.login, &user.email, "").await?;
    let now_s = record::now_ms() / 1000;
    sqlx::query(
        "INSERT INTO user (login, email, password_hash, superuser, created_s, state, superuser_since_s) \
         VALUES (?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&user.login)
    .bind(&user.email)
    .bind(&user.password_hash)
    .bind(user.superuser)
    .bind(now_s)
    .bind(state.name())
    .bind(if user.superuser { now_s } else { 0 })
    .execute(&mut *act.tx)
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_takes_the_name_of_nobody_in_any_spelling() {
        for login in
            ["anonymous", "Anonymous", " anonymous ", "anonymous\u{200b}", "ａnonymous", "ANONYMOUS.", "a-nonymous"]
        {
            assert!(is_nobody(login), "{login}");
            assert!(check_login(login).is_err(), "{login}");
        }
        assert!(check_login("Opérator").is_err());
        assert!(!is_nobody("anonymouse") && check_login("Operator").is_err() && check_login("ada").is_ok());
    }
}
