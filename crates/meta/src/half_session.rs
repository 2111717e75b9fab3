//! Those who gave the right password and still owe the second factor.

use crate::{Act, Error, Meta};

/// How long the second factor may take, in seconds.
pub const HALF_SESSION_MAX_S: i64 = 10 * 60;
/// Tries of the second factor before the password is asked for again.
pub const HALF_SESSION_TRIES_MAX: i64 = 10;

impl Act {
    /// Ends the question for the second factor; false when it has ended already.
    pub(crate) async fn end_half_session(&mut self, token_hash: [u8; 32]) -> Result<bool, Error> {
        let sql = "DELETE FROM half_session WHERE token_hash = ?";
        Ok(sqlx::query(sql).bind(&token_hash[..]).execute(&mut *self.tx).await?.rows_affected() == 1)
    }
}

impl Meta {
    /// Notes that somebody gave the right password, by its hash. `false` for a user who is not active, or has another
    /// password by now.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn add_half_session(
        &self,
        login: &str,
        password_hash: &str,
        token_hash: [u8; 32],
        now_s: i64,
    ) -> Result<bool, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "INSERT INTO half_session (token_hash, login, begun_s) \
                   SELECT ?, login, ? FROM user WHERE login = ? AND state = 'active' AND password_hash = ?";
        let query = sqlx::query(sql).bind(&token_hash[..]).bind(now_s).bind(login).bind(password_hash);
        let done = query.execute(&mut *act.tx).await?.rows_affected();
        self.commit_quietly(act).await?;
        Ok(done == 1)
    }

    /// Whose second factor this secret's holder may give; `None` when it took too long or too many tries.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn half_session(&self, token_hash: [u8; 32], now_s: i64) -> Result<Option<String>, Error> {
        let sql = "SELECT login FROM half_session WHERE token_hash = ? AND begun_s > ? AND tries < ?";
        let query = sqlx::query_scalar(sql).bind(&token_hash[..]).bind(now_s - HALF_SESSION_MAX_S);
        Ok(query.bind(HALF_SESSION_TRIES_MAX).fetch_optional(&self.read).await?)
    }

    /// Counts a try before it is looked at, and says whose factor it is to be. `None` as `half_session`.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn try_half_session(&self, token_hash: [u8; 32], now_s: i64) -> Result<Option<String>, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "UPDATE half_session SET tries = tries + 1 WHERE token_hash = ? AND begun_s > ? AND tries < ? \
                   RETURNING login";
        let query = sqlx::query_scalar(sql).bind(&token_hash[..]).bind(now_s - HALF_SESSION_MAX_S);
        let login = query.bind(HALF_SESSION_TRIES_MAX).fetch_optional(&mut *act.tx).await?;
        self.commit_quietly(act).await?;
        Ok(login)
    }

    /// Removes those that took too long.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn expire_half_sessions(&self, now_s: i64) -> Result<u64, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "DELETE FROM half_session WHERE begun_s <= ?";
        let done = sqlx::query(sql).bind(now_s - HALF_SESSION_MAX_S).execute(&mut *act.tx).await?.rows_affected();
        self.commit_quietly(act).await?;
        Ok(done)
    }
}
