//! Browsers from which somebody has signed in, and the sessions that are open.

use crate::{Activity, Error, Meta};
use makoto_access::{Caller, InstanceGrant};
use serde_json::json;
use sqlx::Row;

/// Devices kept of one user; the one that was longest not used goes first.
const DEVICES_PER_USER_MAX: i64 = 50;
/// How long a device is known after its last sign-in, in seconds: half a year.
const DEVICE_KEPT_S: i64 = 180 * 24 * 60 * 60;

/// Somebody has signed in.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    pub login: &'a str,
    /// The hash of the session's secret.
    pub session: [u8; 32],
    pub device: [u8; 32],
    pub agent: &'a str,
    /// Empty when unknown.
    pub country: &'a str,
}

/// An open session, as its owner sees it.
#[derive(Clone, PartialEq, Debug)]
pub struct OpenSession {
    pub id: i64,
    pub login: String,
    pub created_s: i64,
    pub last_used_s: i64,
    pub address: String,
    pub agent: String,
    pub country: String,
}

/// What a session was opened with.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bound {
    pub device: Option<[u8; 32]>,
    pub agent: String,
    pub address: String,
}

impl Meta {
    /// Whether somebody has signed in as this user from this device.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_device_of(&self, login: &str, device: [u8; 32]) -> Result<bool, Error> {
        let sql = "SELECT count(*) FROM device WHERE secret_hash = ? AND login = ?";
        let found: i64 = sqlx::query_scalar(sql).bind(&device[..]).bind(login).fetch_one(&self.read).await?;
        Ok(found > 0)
    }

    /// Whether anybody has signed in from this device.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn is_device(&self, device: [u8; 32]) -> Result<bool, Error> {
        let sql = "SELECT count(*) FROM device WHERE secret_hash = ?";
        Ok(sqlx::query_scalar::<_, i64>(sql).bind(&device[..]).fetch_one(&self.read).await? > 0)
    }

    /// Notes from which device and country a user signed in, and tells them of ones that are new. The first device of
    /// a user is no news.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn arrive(&self, caller: &Caller, arrival: Arrival<'_>, now_s: i64) -> Result<(), Error> {
        let known = self.is_device_of(arrival.login, arrival.device).await?;
        let sql = "SELECT country FROM device WHERE login = ? ORDER BY last_s DESC LIMIT 1";
        let before: Option<String> = sqlx::query_scalar(sql).bind(arrival.login).fetch_optional(&self.read).await?;
        if before.is_some() && !known {
            let detail = json!({ "login": arrival.login, "device": arrival.agent, "country": arrival.country });
            self.record(caller, Activity::NewDevice, detail).await?;
        }
        if let Some(before) = before.filter(|country| ![arrival.country, ""].contains(&country.as_str()))
            && !arrival.country.is_empty()
        {
            let detail = json!({ "login": arrival.login, "before": before, "after": arrival.country });
            self.record(caller, Activity::NewCountry, detail).await?;
        }
        let mut act = self.begin_unrecorded().await?;
        let sql = "INSERT INTO device (secret_hash, login, first_s, last_s, agent, country) VALUES (?, ?, ?, ?, ?, ?) \
                   ON CONFLICT (secret_hash, login) DO UPDATE SET last_s = excluded.last_s, agent = excluded.agent, \
                   country = excluded.country";
        let query = sqlx::query(sql).bind(&arrival.device[..]).bind(arrival.login).bind(now_s).bind(now_s);
        query.bind(arrival.agent).bind(arrival.country).execute(&mut *act.tx).await?;
        let sql = "DELETE FROM device WHERE login = ?1 AND (last_s < ?2 OR id IN \
                   (SELECT id FROM device WHERE login = ?1 ORDER BY last_s DESC, id DESC LIMIT -1 OFFSET ?3))";
        let query = sqlx::query(sql).bind(arrival.login).bind(now_s - DEVICE_KEPT_S).bind(DEVICES_PER_USER_MAX);
        query.execute(&mut *act.tx).await?;
        let sql = "UPDATE session SET device_hash = ?, country = ? WHERE token_hash = ?";
        let query = sqlx::query(sql).bind(&arrival.device[..]).bind(arrival.country).bind(&arrival.session[..]);
        query.execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// What a session was opened with; `None` when it has ended.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn bound(&self, session: i64) -> Result<Option<Bound>, Error> {
        let sql = "SELECT device_hash, agent, address FROM session WHERE id = ?";
        let row = sqlx::query(sql).bind(session).fetch_optional(&self.read).await?;
        row.map(|row| {
            let device: Option<Vec<u8>> = row.try_get("device_hash")?;
            let device = device.map(|bytes| {
                bytes.try_into().map_err(|_| Error::Corrupt("a device's hash has the wrong length".into()))
            });
            Ok(Bound { device: device.transpose()?, agent: row.try_get("agent")?, address: row.try_get("address")? })
        })
        .transpose()
    }

    /// A user's open sessions, the latest used first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn sessions(&self, login: &str) -> Result<Vec<OpenSession>, Error> {
        let sql = "SELECT id, login, created_s, last_used_s, address, agent, country FROM session WHERE login = ? \
                   ORDER BY last_used_s DESC, id DESC";
        let rows = sqlx::query(sql).bind(login).fetch_all(&self.read).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            Ok(OpenSession {
                id: row.try_get("id")?,
                login: row.try_get("login")?,
                created_s: row.try_get("created_s")?,
                last_used_s: row.try_get("last_used_s")?,
                address: row.try_get("address")?,
                agent: row.try_get("agent")?,
                country: row.try_get("country")?,
            })
        };
        rows.iter().map(read).collect()
    }

    /// Ends one of a user's sessions, for this reason.
    ///
    /// # Errors
    /// `NotFound` when it is not theirs or has ended.
    pub async fn end_session_of(
        &self,
        caller: &Caller,
        kind: Activity,
        login: &str,
        session: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin(caller, kind, json!({ "login": login, "session": session })).await?;
        let sql = "DELETE FROM session WHERE id = ? AND login = ?";
        let done = sqlx::query(sql).bind(session).bind(login).execute(&mut *act.tx).await?;
        match done.rows_affected() {
            0 => Err(Error::NotFound(format!("there is no session {session}; it may have ended"))),
            _ => self.commit_quietly(act).await,
        }
    }

    /// Ends a user's sessions, but for the one given; how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_other_sessions(&self, caller: &Caller, login: &str, kept: Option<i64>) -> Result<u64, Error> {
        let mut act = self.begin(caller, Activity::SessionsEnded, json!({ "login": login })).await?;
        let ended = act.end_sessions(login, kept).await?;
        self.commit_quietly(act).await?;
        Ok(ended)
    }

    /// Ends every session of every user.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn end_all_sessions(&self, _: &InstanceGrant, caller: &Caller) -> Result<u64, Error> {
        let mut act = self.begin(caller, Activity::AllSessionsEnded, json!({})).await?;
        let ended = sqlx::query("DELETE FROM session").execute(&mut *act.tx).await?.rows_affected();
        sqlx::query("DELETE FROM half_session").execute(&mut *act.tx).await?;
        self.commit_quietly(act).await?;
        Ok(ended)
    }
}
