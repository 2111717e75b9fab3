//! Links for a new password. Of the secret only a hash is kept; the mail that carries it is promised in the same
//! transaction.

use crate::{Act, Activity, Error, Mail, MailKind, Meta};
use makoto_access::{Caller, InstanceGrant};
use serde_json::json;

/// How long a link works, in seconds.
pub const RESET_MAX_S: i64 = 60 * 60;
/// Mails with a link to one user in an hour, whoever asks: more would only fill their mailbox.
const MAILS_PER_HOUR_MAX: i64 = 3;
const HOUR_S: i64 = 60 * 60;

/// A link's secret, and the hash by which it is known.
pub struct NewReset<'a> {
    pub login: &'a str,
    pub secret: &'a str,
    pub token_hash: [u8; 32],
}

impl Act {
    /// How many links a user was sent within the hour.
    async fn reset_mails(&mut self, login: &str, now_s: i64) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM mail WHERE login = ? AND kind = ? AND made_s > ?";
        let query = sqlx::query_scalar(sql).bind(login).bind(MailKind::PasswordReset.name()).bind(now_s - HOUR_S);
        Ok(query.fetch_one(&mut *self.tx).await?)
    }
}

impl Meta {
    /// Sends a user who asked for it a link for a new password; earlier links end. Nothing happens for a user who is not
    /// active or was sent enough links within the hour.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn ask_reset(&self, caller: &Caller, reset: NewReset<'_>, now_s: i64) -> Result<(), Error> {
        match self.add_reset(caller, Activity::PasswordResetAsked, reset, now_s).await {
            Err(Error::NotFound(_)) => Ok(()),
            done => done,
        }
    }

    /// Sends a user a link for a new password at a superuser's wish; earlier links end.
    ///
    /// # Errors
    /// `NotFound` for a user who is not active.
    pub async fn send_reset(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        reset: NewReset<'_>,
        now_s: i64,
    ) -> Result<(), Error> {
        self.add_reset(caller, Activity::PasswordResetSent, reset, now_s).await
    }

    async fn add_reset(&self, caller: &Caller, kind: Activity, reset: NewReset<'_>, now_s: i64) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let account = snapshot.active_account(reset.login);
        let account = account.ok_or_else(|| Error::NotFound(format!("there is no active user {}", reset.login)))?;
        let mut act = self.begin(caller, kind, json!({ "login": account.login })).await?;
        // Looked at within the act, so that many who ask at once are counted one after another.
        if kind == Activity::PasswordResetAsked && act.reset_mails(&account.login, now_s).await? >= MAILS_PER_HOUR_MAX {
            return Ok(());
        }
        let sql = "INSERT INTO reset (login, token_hash, expires_s) VALUES (?, ?, ?) ON CONFLICT (login) DO UPDATE \
                   SET token_hash = excluded.token_hash, expires_s = excluded.expires_s";
        let query = sqlx::query(sql).bind(&account.login).bind(&reset.token_hash[..]);
        query.bind(now_s + RESET_MAX_S).execute(&mut *act.tx).await?;
        let address = caller.address.map(|address| address.to_string());
        let data = json!({ "token": reset.secret, "login": account.login, "address": address, "who":
            caller.principal.name(), "expires_s": now_s + RESET_MAX_S });
        act.mail(&Mail {
            kind: MailKind::PasswordReset,
            login: &account.login,
            address: &account.email,
            language: &account.language,
            data: &data,
            once_key: "",
        })
        .await?;
        self.commit_quietly(act).await
    }

    /// Whose password a link may change now.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reset_login(&self, token_hash: [u8; 32], now_s: i64) -> Result<Option<String>, Error> {
        let sql = "SELECT login FROM reset WHERE token_hash = ? AND expires_s > ?";
        Ok(sqlx::query_scalar(sql).bind(&token_hash[..]).bind(now_s).fetch_optional(&self.read).await?)
    }

    /// Uses a link up: stores the new password and ends all of its user's sessions. Of any number of calls at once one
    /// is told `true`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn finish_reset(
        &self,
        caller: &Caller,
        login: &str,
        token_hash: [u8; 32],
        password_hash: &str,
        now_s: i64,
    ) -> Result<bool, Error> {
        let mut act = self.begin(caller, Activity::PasswordReset, json!({ "login": login })).await?;
        let sql = "DELETE FROM reset WHERE token_hash = ? AND login = ? AND expires_s > ?";
        let query = sqlx::query(sql).bind(&token_hash[..]).bind(login).bind(now_s);
        if query.execute(&mut *act.tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
        let sql = "UPDATE user SET password_hash = ?, password_changed_s = ? WHERE login = ?";
        sqlx::query(sql).bind(password_hash).bind(now_s).bind(login).execute(&mut *act.tx).await?;
        act.end_sessions(login, None).await?;
        self.commit(act).await?;
        Ok(true)
    }

    /// Forgets links whose time is over.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn expire_resets(&self, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("DELETE FROM reset WHERE expires_s <= ?").bind(now_s).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }
}
