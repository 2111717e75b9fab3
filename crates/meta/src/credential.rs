//! Sessions. Only hashes are stored; the secrets themselves are shown once and forgotten.

use crate::{Activity, Error, Meta};
use makoto_access::Caller;
use serde_json::json;
use sqlx::Row;

/// A browser's session.
#[derive(Clone, Debug, PartialEq)]
pub struct SessionRow {
    pub id: i64,
    pub login: String,
    pub created_s: i64,
    pub last_used_s: i64,
    /// When the user last proved who they are with all their factors.
    pub proved_s: i64,
    /// A recovery code stood in for the second factor, and no proof came since.
    pub recovered: bool,
}

/// Longest user agent kept with a session, in characters: enough to name the browser.
const AGENT_CHARS_MAX: usize = 200;

impl Meta {
    /// Opens a session and notes that the user was seen. `None` for a user who is not active, and where what it is
    /// opened by counts no more.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn add_session(
        &self,
        caller: &Caller,
        session: NewSession<'_>,
        now_s: i64,
    ) -> Result<Option<i64>, Error> {
        let mut act = self.begin(caller, session.kind, json!({ "login": session.login })).await?;
        if let Some(half) = session.half
            && !act.end_half_session(half).await?
        {
            return Ok(None);
        }
        if let Some(hash) = session.password_hash
            && !act.has_password(session.login, hash).await?
        {
            return Ok(None);
        }
        let agent: String = session.agent.chars().take(AGENT_CHARS_MAX).collect();
        let sql = "INSERT INTO session (token_hash, login, created_s, last_used_s, proved_s, address, agent, recovered) \
                   SELECT ?, login, ?, ?, ?, ?, ?, ? FROM user WHERE login = ? AND state = 'active' RETURNING id";
        let id: Option<i64> = sqlx::query_scalar(sql)
            .bind(&session.token_hash[..])
            .bind(now_s)
            .bind(now_s)
            .bind(now_s)
            .bind(caller.address.map(|address| address.to_string()).unwrap_or_default())
            .bind(agent)
            .bind(session.recovered)
            .bind(session.login)
            .fetch_optional(&mut *act.tx)
            .await?;
        if id.is_none() {
            return Ok(None);
        }
        sqlx::query("UPDATE user SET last_seen_s = ? WHERE login = ?")
            .bind(now_s)
            .bind(session.login)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await?;
        Ok(id)
    }

    /// The session of this secret's hash, if there is one and its user is active.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn session(&self, token_hash: [u8; 32]) -> Result<Option<SessionRow>, Error> {
        let sql = "SELECT s.id, s.login, s.created_s, s.last_used_s, s.proved_s, s.recovered FROM session s \
                   JOIN user u ON u.login = s.login WHERE s.token_hash = ? AND u.state = 'active'";
        let row = sqlx::query(sql).bind(&token_hash[..]).fetch_optional(&self.read).await?;
        row.map(|row| {
            Ok(SessionRow {
                id: row.try_get("id")?,
                login: row.try_get("login")?,
                created_s: row.try_get("created_s")?,
                last_used_s: row.try_get("last_used_s")?,
                proved_s: row.try_get("proved_s")?,
                recovered: row.try_get("recovered")?,
            })
        })
        .transpose()
    }

    /// Gives a session a new secret, so that whoever knows the one before it is signed out, and notes that its user
    /// has just proved who they are. `false` when it has ended or the secret was another.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn renew_session(
        &self,
        caller: &Caller,
        id: i64,
        hashes: [[u8; 32]; 2],
        now_s: i64,
    ) -> Result<bool, Error> {
        let [before, after] = hashes;
        let mut act = self.begin(caller, Activity::ProofGiven, json!({ "session": id })).await?;
        let sql = "UPDATE session SET token_hash = ?, proved_s = ?, recovered = 0, last_used_s = ? \
                   WHERE id = ? AND token_hash = ?";
        let done = sqlx::query(sql)
            .bind(&after[..])
            .bind(now_s)
            .bind(now_s)
            .bind(id)
            .bind(&before[..])
            .execute(&mut *act.tx)
            .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        self.commit_quietly(act).await?;
        Ok(true)
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
        let sql = "UPDATE session SET proved_s = ?, recovered = 0 WHERE id = ?";
        sqlx::query(sql).bind(now_s).bind(id).execute(&mut *act.tx).await?;
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
}

/// A session to be opened.
pub struct NewSession<'a> {
    pub login: &'a str,
    pub token_hash: [u8; 32],
    pub agent: &'a str,
    /// A recovery code stood in for the second factor.
    pub recovered: bool,
    /// By which way the user came in.
    pub kind: Activity,
    /// The password that was given, by its hash: it must still be the user's.
    pub password_hash: Option<&'a str>,
    /// The question for the second factor that was answered; it is used up.
    pub half: Option<[u8; 32]>,
}
