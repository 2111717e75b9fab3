use crate::{Error, Identity, attempts::hold, secret};
use makoto_access::{Caller, Principal, Proof, User};

/// A session ends after this long without a request, in seconds; superusers sooner.
pub const SESSION_IDLE_MAX_S: i64 = 60 * 60;
const SUPERUSER_IDLE_MAX_S: i64 = 30 * 60;
/// A session ends this long after sign-in whatever happens, in seconds.
const SESSION_MAX_S: i64 = 24 * 60 * 60;
const SUPERUSER_SESSION_MAX_S: i64 = 12 * 60 * 60;
/// Proof of who one is counts for guarded acts for this long, in seconds.
const PROOF_FRESH_S: i64 = 10 * 60;
/// How often at most a session's last use is written down, in seconds.
const TOUCH_EVERY_S: i64 = 60;
impl Identity {
    /// Signs in and gives the session's secret for the cookie.
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
    ) -> Result<String, Error> {
        let login = self.login_of(login);
        self.prove(caller, &login, password, now_s).await?;
        self.open_session(caller, &login, agent, now_s).await
    }

    /// Whether proof of this moment still counts for guarded acts.
    pub fn is_fresh(&self, proved_s: i64, now_s: i64) -> bool {
        (0..PROOF_FRESH_S).contains(&(now_s - proved_s))
    }

    /// Proves anew who a signed-in user is, by password. In a session the proof counts for
    /// the acts of the next minutes.
    ///
    /// # Errors
    /// As `prove`.
    pub async fn confirm(&self, caller: &Caller, user: &User, password: &str, now_s: i64) -> Result<(), Error> {
        self.prove(caller, &user.login, password, now_s).await?;
        if let Proof::Session { id, .. } = user.proof {
            self.meta.prove_session(caller, id, now_s).await?;
        }
        Ok(())
    }

    /// The login of an e-mail address; any other text as it is.
    fn login_of(&self, name: &str) -> String {
        let snapshot = self.meta.snapshot();
        let by_mail = snapshot.accounts.values().find(|account| account.email.eq_ignore_ascii_case(name));
        by_mail.map_or_else(|| name.to_owned(), |account| account.login.clone())
    }

    /// Opens a session for someone who has just proved who they are.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn open_session(&self, caller: &Caller, login: &str, agent: &str, now_s: i64) -> Result<String, Error> {
        let token = secret::fresh_letters(43)?;
        self.meta.add_session(caller, login, secret::hash_secret(&token), agent, now_s).await?;
        Ok(token)
    }

    /// The principal behind a session's cookie; `None` when it is unknown or has ended.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn session_principal(&self, token: &str, now_s: i64) -> Result<Option<Principal>, Error> {
        let Some(session) = self.meta.session(secret::hash_secret(token)).await? else { return Ok(None) };
        let snapshot = self.meta.snapshot();
        let Some(account) = snapshot.account(&session.login) else { return Ok(None) };
        let (idle_max_s, max_s) = match account.superuser {
            true => (SUPERUSER_IDLE_MAX_S, SUPERUSER_SESSION_MAX_S),
            false => (SESSION_IDLE_MAX_S, SESSION_MAX_S),
        };
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
            proof: Proof::Session { id: session.id, proved_s: session.proved_s, enrolling: false },
        })))
    }

    /// Forgets sessions that have ended.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn expire_sessions(&self, now_s: i64) -> Result<u64, Error> {
        hold(&self.touched).retain(|_, used_s| now_s - *used_s <= SESSION_IDLE_MAX_S);
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
