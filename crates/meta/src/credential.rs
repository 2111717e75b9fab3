//! Sessions and tokens. Only hashes are stored; the secrets themselves are shown once and forgotten.

use crate::{Activity, Error, Meta};
use makoto_access::Caller;
use serde_json::json;
use sqlx::{Row, SqlitePool};
use std::collections::HashMap;

/// A browser's session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    pub id: i64,
    pub login: String,
    pub created_s: i64,
    pub last_used_s: i64,
    /// When the user last proved who they are with all their factors.
    pub proved_s: i64,
}

/// An API token.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRow {
    pub id: i64,
    pub login: String,
    pub description: String,
    pub scope: String,
    pub expires_s: Option<i64>,
    /// May add users and change roles below superuser without fresh proof.
    pub provisioning: bool,
}

/// Longest user agent kept with a session, in characters: enough to name the browser.
const AGENT_CHARS_MAX: usize = 200;

fn hash(bytes: Vec<u8>) -> Result<[u8; 32], Error> {
    bytes.try_into().map_err(|_| Error::Corrupt("a token's hash has the wrong length".into()))
}

pub(crate) async fn load_tokens(pool: &SqlitePool) -> Result<HashMap<[u8; 32], TokenRow>, Error> {
    let rows = sqlx::query("SELECT id, token_hash, login, description, scope, expires_s, provisioning FROM token")
        .fetch_all(pool)
        .await?;
    rows.iter()
        .map(|row| {
            let token = TokenRow {
                id: row.try_get("id")?,
                login: row.try_get("login")?,
                description: row.try_get("description")?,
                scope: row.try_get("scope")?,
                expires_s: row.try_get("expires_s")?,
                provisioning: row.try_get("provisioning")?,
            };
            Ok((hash(row.try_get("token_hash")?)?, token))
        })
        .collect()
}

impl Meta {
    /// Opens a session and notes that the user was seen.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn add_session(
        &self,
        caller: &Caller,
        login: &str,
        token_hash: [u8; 32],
        agent: &str,
        now_s: i64,
    ) -> Result<i64, Error> {
        let mut act = self.begin(caller, Activity::SignedIn, json!({ "login": login })).await?;
        let agent: String = agent.chars().take(AGENT_CHARS_MAX).collect();
        let sql = "INSERT INTO session (token_hash, login, created_s, last_used_s, proved_s, address, agent) \
                   VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id";
        let id = sqlx::query_scalar(sql)
            .bind(&token_hash[..])
            .bind(login)
            .bind(now_s)
            .bind(now_s)
            .bind(now_s)
            .bind(caller.address.map(|address| address.to_string()).unwrap_or_default())
            .bind(agent)
            .fetch_one(&mut *act.tx)
            .await?;
        sqlx::query("UPDATE user SET last_seen_s = ? WHERE login = ?")
            .bind(now_s)
            .bind(login)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await?;
        Ok(id)
    }

    /// The session of this secret's hash, if there is one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn session(&self, token_hash: [u8; 32]) -> Result<Option<SessionRow>, Error> {
        let row = sqlx::query("SELECT id, login, created_s, last_used_s, proved_s FROM session WHERE token_hash = ?")
            .bind(&token_hash[..])
            .fetch_optional(&self.read)
            .await?;
        row.map(|row| {
            Ok(SessionRow {
                id: row.try_get("id")?,
                login: row.try_get("login")?,
                created_s: row.try_get("created_s")?,
                last_used_s: row.try_get("last_used_s")?,
                proved_s: row.try_get("proved_s")?,
            })
        })
        .transpose()
    }

    /// Notes that a session was used.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn touch_session(&self, id: i64, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("UPDATE session SET last_used_s = ? WHERE id = ?")
            .bind(now_s)
            .bind(id)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await
    }

    /// Notes that a session's user has just proved who they are.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn prove_session(&self, caller: &Caller, id: i64, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::ProofGiven, json!({ "session": id })).await?;
        sqlx::query("UPDATE session SET proved_s = ? WHERE id = ?").bind(now_s).bind(id).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// Ends a session.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_session(&self, caller: &Caller, id: i64) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::SignedOut, json!({ "session": id })).await?;
        sqlx::query("DELETE FROM session WHERE id = ?").bind(id).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// Removes sessions that were begun or last used before these moments.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn expire_sessions(&self, created_before_s: i64, used_before_s: i64) -> Result<u64, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "DELETE FROM session WHERE created_s < ? OR last_used_s < ?";
        let done = sqlx::query(sql).bind(created_before_s).bind(used_before_s).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await?;
        Ok(done.rows_affected())
    }

    /// Stores a token's hash.
    ///
    /// # Errors
    /// `NotFound` for an unknown user.
    pub async fn add_token(&self, caller: &Caller, token: NewToken<'_>, now_s: i64) -> Result<i64, Error> {
        let snapshot = self.snapshot();
        let account = snapshot
            .account(token.login)
            .ok_or_else(|| Error::NotFound(format!("there is no user {}", token.login)))?;
        let detail = json!({ "login": account.login, "description": token.description, "scope": token.scope,
            "expires_s": token.expires_s });
        let mut act = self.begin(caller, Activity::TokenMade, detail).await?;
        let sql = "INSERT INTO token (token_hash, login, description, scope, created_s, expires_s, provisioning) \
                   VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING id";
        let id = sqlx::query_scalar(sql)
            .bind(&token.hash[..])
            .bind(&account.login)
            .bind(token.description)
            .bind(token.scope)
            .bind(now_s)
            .bind(token.expires_s)
            .bind(token.provisioning)
            .fetch_one(&mut *act.tx)
            .await?;
        self.commit(act).await?;
        Ok(id)
    }
}

/// A token to be stored.
pub struct NewToken<'a> {
    pub hash: [u8; 32],
    pub login: &'a str,
    pub description: &'a str,
    pub scope: &'a str,
    pub expires_s: Option<i64>,
    pub provisioning: bool,
}
