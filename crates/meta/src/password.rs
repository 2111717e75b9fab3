//! Passwords that change.

use crate::{Act, Activity, Error, Meta};
use makoto_access::{Caller, InstanceGrant};
use serde_json::json;

impl Act {
    /// Whether this is the hash of the password of a user who is active.
    pub(crate) async fn has_password(&mut self, login: &str, hash: &str) -> Result<bool, Error> {
        let sql = "SELECT 1 FROM user WHERE login = ? AND password_hash = ? AND state = 'active'";
        let found: Option<i64> = sqlx::query_scalar(sql).bind(login).bind(hash).fetch_optional(&mut *self.tx).await?;
        Ok(found.is_some())
    }

    /// Ends a user's sessions, but for the one given, and what was begun with the old password.
    pub(crate) async fn end_sessions(&mut self, login: &str, kept: Option<i64>) -> Result<u64, Error> {
        let sql = "DELETE FROM session WHERE login = ? AND id IS NOT ?";
        let done = sqlx::query(sql).bind(login).bind(kept).execute(&mut *self.tx).await?;
        sqlx::query("DELETE FROM half_session WHERE login = ?").bind(login).execute(&mut *self.tx).await?;
        Ok(done.rows_affected())
    }
}

impl Meta {
    /// Puts a hash in the place of the one that was just verified; false when another one is stored by now.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn rehash_password(
        &self,
        caller: &Caller,
        login: &str,
        before: &str,
        after: &str,
        was: &str,
    ) -> Result<bool, Error> {
        let detail = json!({ "login": login, "before": was, "after": "argon2id" });
        let mut act = self.begin(caller, Activity::PasswordRehashed, detail).await?;
        let sql = "UPDATE user SET password_hash = ? WHERE login = ? AND password_hash = ?";
        let done = sqlx::query(sql).bind(after).bind(login).bind(before).execute(&mut *act.tx).await?;
        match done.rows_affected() {
            0 => Ok(false),
            _ => self.commit(act).await.map(|()| true),
        }
    }

    /// Makes a user choose a new password by a mailed link before the next sign-in, or lets them keep the present one.
    /// Who knows the present one may have signed in with it: all the user's sessions end.
    ///
    /// # Errors
    /// `NotFound` for a user who is not active; `Refused` while no mail could bring the link.
    pub async fn require_new_password(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        login: &str,
        required: bool,
    ) -> Result<(), Error> {
        if required && self.mail_route().is_none() {
            return Err(Error::Refused("name a mail server first, so that a link for a new password arrives".into()));
        }
        let kind = if required { Activity::PasswordRequired } else { Activity::PasswordWaived };
        let mut act = self.begin(caller, kind, json!({ "login": login })).await?;
        let sql = "UPDATE user SET password_must_change = ? WHERE login = ? AND state = 'active'";
        let done = sqlx::query(sql).bind(required).bind(login).execute(&mut *act.tx).await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound(format!("there is no active user {login}")));
        }
        if required {
            act.end_sessions(login, None).await?;
        }
        self.commit(act).await
    }

    /// Stores a user's new password and ends all their sessions: whoever holds a copy of a cookie must not stay.
    ///
    /// # Errors
    /// `NotFound` for a user who is not active.
    pub async fn change_password(
        &self,
        caller: &Caller,
        login: &str,
        password_hash: &str,
        now_s: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::PasswordChanged, json!({ "login": login })).await?;
        let sql = "UPDATE user SET password_hash = ?, password_changed_s = ? WHERE login = ? AND state = 'active'";
        let done = sqlx::query(sql).bind(password_hash).bind(now_s).bind(login).execute(&mut *act.tx).await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound(format!("there is no active user {login}")));
        }
        act.end_sessions(login, None).await?;
        self.commit(act).await
    }
}
