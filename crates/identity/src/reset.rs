//! New passwords by a mailed link. Asking tells nobody who exists: it is written down, and decided later.

use crate::{Error, Identity, secret};
use makoto_access::{Caller, InstanceGrant};
use makoto_meta::{Activity, NewReset};

/// Letters of a link's secret: 256 bits.
const SECRET_LETTERS: usize = 43;
/// How long who asks while too many wait is told to wait, in seconds.
const FULL_WAIT_S: u64 = 2;

impl Identity {
    /// Writes down that somebody asks for a link, by a login or an e-mail address. The same work for every name.
    ///
    /// # Errors
    /// `Slower` when too many wait; when the store cannot be written.
    pub async fn ask_reset(&self, caller: &Caller, name: &str) -> Result<(), Error> {
        match self.meta.ask_reset(caller, name.trim()).await? {
            true => Ok(()),
            false => Err(Error::Slower { wait_s: FULL_WAIT_S }),
        }
    }

    /// Decides who of those who asked is sent a link.
    ///
    /// # Errors
    /// When the store cannot be read or written; the rest is decided the next time.
    pub async fn decide_resets(&self, now_s: i64) -> Result<(), Error> {
        while let Some(ask) = self.meta.next_reset_ask().await? {
            let login = self.login_of(&ask.name);
            let secret = secret::fresh_letters(SECRET_LETTERS)?;
            let reset = NewReset { login: &login, secret: &secret, token_hash: secret::hash_secret(&secret) };
            self.meta.decide_reset(&ask, reset, now_s).await?;
        }
        Ok(())
    }

    /// Sends a user a link at a superuser's wish.
    ///
    /// # Errors
    /// `NotFound` for a user who is not active.
    pub async fn send_reset(
        &self,
        grant: &InstanceGrant,
        caller: &Caller,
        login: &str,
        now_s: i64,
    ) -> Result<(), Error> {
        let secret = secret::fresh_letters(SECRET_LETTERS)?;
        let reset = NewReset { login, secret: &secret, token_hash: secret::hash_secret(&secret) };
        Ok(self.meta.send_reset(grant, caller, reset, now_s).await?)
    }

    /// Gives a user a new password by the secret of a link. Nobody is signed in by it.
    ///
    /// # Errors
    /// `WrongLink` for a secret that is wrong, used or too old; `Slower` for an address that tried too many; `Refused`
    /// for a password that breaks a rule, and the link stays good.
    pub async fn finish_reset(&self, caller: &Caller, secret: &str, password: &str, now_s: i64) -> Result<(), Error> {
        self.check_address(caller)?;
        let hash = secret::hash_secret(secret);
        let snapshot = self.meta.snapshot();
        let login = self.meta.reset_login(hash, now_s).await?;
        let Some(account) = login.as_deref().and_then(|login| snapshot.active_account(login)) else {
            self.note_wrong_link(caller, Activity::PasswordResetRefused, now_s).await?;
            return Err(Error::WrongLink);
        };
        self.check_password(password, &account.login, &account.email).await?;
        let password_hash = self.hash_password(&account.login, password).await?;
        match self.meta.finish_reset(caller, &account.login, hash, &password_hash, now_s).await? {
            true => Ok(()),
            false => Err(Error::WrongLink),
        }
    }
}
