use crate::{Error, Identity, Proved, attempts::hold, enforcement::PROOF_MINUTES, secret};
use makoto_access::{Caller, Principal, Proof, Role, User};
use makoto_meta::{Account, Activity, NewSession};
use serde_json::json;

/// A session ends after this long without a request, in seconds; superusers and admins sooner.
pub const SESSION_IDLE_MAX_S: i64 = 60 * 60;
const MIGHTY_IDLE_MAX_S: i64 = 30 * 60;
/// A session ends this long after sign-in whatever happens, in seconds.
const SESSION_MAX_S: i64 = 24 * 60 * 60;
const MIGHTY_SESSION_MAX_S: i64 = 12 * 60 * 60;
/// How often at most a session's last use is written down, in seconds.
const TOUCH_EVERY_S: i64 = 60;

/// Letters of a session's secret: 256 bits.
pub(crate) const SECRET_LETTERS: usize = 43;

/// What the right password opens.
#[derive(Debug)]
pub enum Entry {
    /// A session; this is its secret for the cookie.
    Whole(String),
    /// Only the question for the second factor, by any of these means.
    Half { secret: String, methods: Vec<&'static str> },
}

/// By what a session is opened.
pub(crate) struct Way<'a> {
    pub(crate) kind: Activity,
    /// A recovery code stood in for the second factor.
    pub(crate) recovered: bool,
    /// The password that was given, by its hash.
    pub(crate) password_hash: Option<&'a str>,
    /// The question for the second factor that was answered.
    pub(crate) half: Option<[u8; 32]>,
}

impl Way<'_> {
    pub(crate) fn of(kind: Activity) -> Self {
        Way { kind, recovered: false, password_hash: None, half: None }
    }
}

/// How long a user's session lasts without a request, and altogether, in seconds.
fn limits_s(account: &Account) -> (i64, i64) {
    match account.superuser || account.roles.values().any(|role| *role == Role::Admin) {
        true => (MIGHTY_IDLE_MAX_S, MIGHTY_SESSION_MAX_S),
        false => (SESSION_IDLE_MAX_S, SESSION_MAX_S),
    }
}

impl Identity {
    /// Signs in: opens a session, or the question for the second factor of those who have one.
    ///
    /// # Errors
    /// `WrongPassword` for a wrong password and an unknown login alike; `Slower` while the login has to wait.
    pub async fn sign_in(
        &self,
        caller: &Caller,
        login: &str,
        password: &str,
        agent: &str,
        now_s: i64,
    ) -> Result<Entry, Error> {
        let login = self.login_of(login);
        let proved = self.prove(caller, &login, password, now_s).await?;
        self.enter(caller, &login, &proved, agent, now_s).await
    }

    /// Lets somebody in whose password was right.
    ///
    /// # Errors
    /// `WrongPassword` for a user who is not active, or has another password by now.
    pub(crate) async fn enter(
        &self,
        caller: &Caller,
        login: &str,
        Proved { password_hash }: &Proved,
        agent: &str,
        now_s: i64,
    ) -> Result<Entry, Error> {
        let snapshot = self.meta.snapshot();
        if !snapshot.factors(login).any() {
            let way = Way { password_hash: Some(password_hash), ..Way::of(Activity::SignedIn) };
            return Ok(Entry::Whole(self.open_session_by(way, caller, login, agent, now_s).await?));
        }
        let secret = secret::fresh_letters(SECRET_LETTERS)?;
        match self.meta.add_half_session(login, password_hash, secret::hash_secret(&secret), now_s).await? {
            true => Ok(Entry::Half { secret, methods: Identity::methods(&snapshot, login) }),
            false => Err(Error::WrongPassword),
        }
    }

    /// Gives the second factor's code, or a recovery code, and opens the session under a new secret.
    ///
    /// # Errors
    /// `WrongCode`, `Slower`; `HalfEnded` when the password must be given again.
    pub async fn finish_by_code(
        &self,
        caller: &Caller,
        half: &str,
        code: &str,
        agent: &str,
        now_s: i64,
    ) -> Result<String, Error> {
        self.check_address(caller)?;
        let half = secret::hash_secret(half);
        let login = self.meta.try_half_session(half, now_s).await?.ok_or(Error::HalfEnded)?;
        let recovered = self.try_any_code(caller, &login, code, now_s).await?;
        let way = Way { recovered, half: Some(half), ..Way::of(Activity::SignedIn) };
        self.open_session_by(way, caller, &login, agent, now_s).await
    }

    /// Whether proof of this moment still counts for guarded acts.
    pub fn is_fresh(&self, proved_s: i64, now_s: i64) -> bool {
        let fresh_s = i64::from(self.meta.snapshot().setting(&PROOF_MINUTES)) * 60;
        (0..fresh_s).contains(&(now_s - proved_s))
    }

    /// Proves anew who a signed-in user is, by password and, where they have one, the second factor's code. In a
    /// session the proof counts for the acts of the next minutes.
    ///
    /// # Errors
    /// As `prove` and `prove_factor`.
    pub async fn confirm(
        &self,
        caller: &Caller,
        user: &User,
        password: &str,
        code: &str,
        now_s: i64,
    ) -> Result<(), Error> {
        self.prove(caller, &user.login, password, now_s).await?;
        self.prove_factor(caller, &user.login, code, now_s).await?;
        if let Proof::Session { id, .. } = user.proof {
            self.meta.prove_session(caller, id, now_s).await?;
        }
        Ok(())
    }

    /// Proves anew, in a session, who its user is, as `confirm`, and gives the session a new secret.
    ///
    /// # Errors
    /// As `confirm`; `HalfEnded` when the session has just ended.
    pub async fn renew(
        &self,
        caller: &Caller,
        secret: &str,
        password: &str,
        code: &str,
        now_s: i64,
    ) -> Result<String, Error> {
        let (user, id) = in_session(caller)?;
        self.prove(caller, &user.login, password, now_s).await?;
        self.prove_factor(caller, &user.login, code, now_s).await?;
        self.renew_secret(caller, id, secret, now_s).await
    }

    pub(crate) async fn renew_secret(
        &self,
        caller: &Caller,
        id: i64,
        before: &str,
        now_s: i64,
    ) -> Result<String, Error> {
        let after = secret::fresh_letters(SECRET_LETTERS)?;
        let hashes = [secret::hash_secret(before), secret::hash_secret(&after)];
        match self.meta.renew_session(caller, id, hashes, now_s).await? {
            true => Ok(after),
            false => Err(Error::HalfEnded),
        }
    }

    /// The login of an e-mail address; any other text as it is.
    pub(crate) fn login_of(&self, name: &str) -> String {
        let snapshot = self.meta.snapshot();
        let by_mail = snapshot.accounts.values().find(|account| account.email.eq_ignore_ascii_case(name));
        by_mail.map_or_else(|| name.to_owned(), |account| account.login.clone())
    }

    /// Opens a session for someone who has just proved who they are, with all their factors.
    ///
    /// # Errors
    /// `WrongPassword` for a user who is not active.
    pub async fn open_session(&self, caller: &Caller, login: &str, agent: &str, now_s: i64) -> Result<String, Error> {
        self.open_session_by(Way::of(Activity::SignedIn), caller, login, agent, now_s).await
    }

    pub(crate) async fn open_session_by(
        &self,
        Way { kind, recovered, password_hash, half }: Way<'_>,
        caller: &Caller,
        login: &str,
        agent: &str,
        now_s: i64,
    ) -> Result<String, Error> {
        let secret = secret::fresh_letters(SECRET_LETTERS)?;
        let token_hash = secret::hash_secret(&secret);
        let session = NewSession { login, token_hash, agent, recovered, kind, password_hash, half };
        let ended = if half.is_some() { Error::HalfEnded } else { Error::WrongPassword };
        self.meta.add_session(caller, session, now_s).await?.ok_or(ended)?;
        if self.is_enrolling(login, now_s) {
            self.meta.record(caller, Activity::FactorRequired, json!({ "login": login })).await?;
        }
        Ok(secret)
    }

    /// The principal behind a session's cookie; `None` when it is unknown or has ended.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn session_principal(&self, token: &str, now_s: i64) -> Result<Option<Principal>, Error> {
        let Some(session) = self.meta.session(secret::hash_secret(token)).await? else { return Ok(None) };
        let snapshot = self.meta.snapshot();
        let Some(account) = snapshot.active_account(&session.login) else { return Ok(None) };
        let (idle_max_s, max_s) = limits_s(account);
        let used_s = hold(&self.touched).get(&session.id).copied().unwrap_or(0).max(session.last_used_s);
        if now_s - used_s > idle_max_s || now_s - session.created_s > max_s {
            return Ok(None);
        }
        if now_s - used_s >= TOUCH_EVERY_S {
            hold(&self.touched).insert(session.id, now_s);
            self.meta.touch_session(session.id, now_s).await?;
        }
        Ok(Some(Principal::User(User {
            login: account.login.clone(),
            superuser: account.superuser,
            roles: account.roles.clone(),
            cap: None,
            proof: Proof::Session {
                id: session.id,
                proved_s: session.proved_s,
                recovered: session.recovered,
                enrolling: self.is_enrolling(&account.login, now_s),
            },
        })))
    }

    /// Forgets sessions that have ended.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn expire_sessions(&self, now_s: i64) -> Result<u64, Error> {
        hold(&self.touched).retain(|_, used_s| now_s - *used_s <= SESSION_IDLE_MAX_S);
        self.meta.expire_half_sessions(now_s).await?;
        Ok(self.meta.expire_sessions(now_s - SESSION_MAX_S, now_s - SESSION_IDLE_MAX_S - TOUCH_EVERY_S).await?)
    }

    /// Ends the session of this principal, if it is one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn sign_out(&self, caller: &Caller) -> Result<(), Error> {
        if let Principal::User(User { proof: Proof::Session { id, .. }, .. }) = caller.principal {
            self.meta.end_session(caller, id).await?;
        }
        Ok(())
    }
}

/// The user and the number of a session's caller.
pub(crate) fn in_session(caller: &Caller) -> Result<(&User, i64), Error> {
    match &caller.principal {
        Principal::User(user) => match user.proof {
            Proof::Session { id, .. } => Ok((user, id)),
            Proof::Token { .. } => Err(Error::Refused("this is done in a browser's session; sign in for it".into())),
        },
        _ => Err(Error::Refused("this is done in a browser's session; sign in for it".into())),
    }
}
