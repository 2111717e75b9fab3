//! Passkeys and security keys. Only public keys are stored.

use crate::{Activity, Error, Meta, RecoveryDigests, factor};
use makoto_access::Caller;
use serde_json::json;
use sqlx::{Row, sqlite::SqliteRow};

/// Keys of one user at most, so that a request that lists them stays small.
const PASSKEYS_MAX: i64 = 20;
/// Longest name of a key, in characters.
const NAME_CHARS_MAX: usize = 60;

/// One passkey of a user.
#[derive(Clone, Debug, PartialEq)]
pub struct PasskeyRow {
    pub id: i64,
    pub login: String,
    /// By which authenticators know the user.
    pub handle: Vec<u8>,
    /// JSON: the public key with its counter.
    pub credential: String,
    pub name: String,
    pub made_s: i64,
    pub last_used_s: Option<i64>,
}

/// A passkey to be stored.
pub struct NewPasskey<'a> {
    pub login: &'a str,
    pub handle: &'a [u8],
    pub credential_id: &'a [u8],
    pub credential: &'a str,
    pub name: &'a str,
}

fn read(row: &SqliteRow) -> Result<PasskeyRow, Error> {
    Ok(PasskeyRow {
        id: row.try_get("id")?,
        login: row.try_get("login")?,
        handle: row.try_get("handle")?,
        credential: row.try_get("credential")?,
        name: row.try_get("name")?,
        made_s: row.try_get("made_s")?,
        last_used_s: row.try_get("last_used_s")?,
    })
}

fn checked(name: &str) -> Result<&str, Error> {
    let name = name.trim();
    match (1..=NAME_CHARS_MAX).contains(&name.chars().count()) && !name.chars().any(char::is_control) {
        true => Ok(name),
        false => Err(Error::Refused(format!("name the passkey with 1 to {NAME_CHARS_MAX} characters"))),
    }
}

fn missing() -> Error {
    Error::NotFound("there is no such passkey among yours".into())
}

impl Meta {
    /// A user's passkeys, the oldest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn passkeys(&self, login: &str) -> Result<Vec<PasskeyRow>, Error> {
        let rows = sqlx::query("SELECT * FROM passkey WHERE login = ? ORDER BY id").bind(login);
        rows.fetch_all(&self.read).await?.iter().map(read).collect()
    }

    /// The passkey of this number, if its user is known to authenticators by this handle.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn passkey_of(&self, handle: &[u8], credential_id: &[u8]) -> Result<Option<PasskeyRow>, Error> {
        let row = sqlx::query("SELECT * FROM passkey WHERE handle = ? AND credential_id = ?");
        row.bind(handle).bind(credential_id).fetch_optional(&self.read).await?.as_ref().map(read).transpose()
    }

    /// Adds a passkey. The recovery codes are taken only by a user who has none, and then `true` is returned.
    ///
    /// # Errors
    /// `Refused` for a key that is known already, one too many, or a name that is empty or too long.
    pub async fn add_passkey(
        &self,
        caller: &Caller,
        key: NewPasskey<'_>,
        digests: &RecoveryDigests,
        now_s: i64,
    ) -> Result<bool, Error> {
        let name = checked(key.name)?;
        let mut act = self.begin(caller, Activity::PasskeyAdded, json!({ "login": key.login, "name": name })).await?;
        let count = "SELECT count(*) FROM passkey WHERE login = ?";
        let count: i64 = sqlx::query_scalar(count).bind(key.login).fetch_one(&mut *act.tx).await?;
        if count >= PASSKEYS_MAX {
            return Err(Error::Refused(format!("{PASSKEYS_MAX} passkeys are the most; remove one first")));
        }
        let sql = "INSERT INTO passkey (login, handle, credential_id, credential, name, made_s) \
                   VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (credential_id) DO NOTHING";
        let done = sqlx::query(sql)
            .bind(key.login)
            .bind(key.handle)
            .bind(key.credential_id)
            .bind(key.credential)
            .bind(name)
            .bind(now_s)
            .execute(&mut *act.tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(Error::Refused("this passkey is known already; use another one".into()));
        }
        let fresh = factor::first_recovery(&mut act, key.login, digests).await?;
        self.commit(act).await?;
        Ok(fresh)
    }

    /// Notes that a passkey was used. `credential` is its state after, put in place of `before`: `false` when another
    /// use came between, so that of any number of answers with one counter exactly one counts.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn use_passkey(&self, before: &PasskeyRow, credential: &str, now_s: i64) -> Result<bool, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "UPDATE passkey SET credential = ?, last_used_s = ? WHERE id = ? AND credential = ?";
        let query = sqlx::query(sql).bind(credential).bind(now_s).bind(before.id).bind(&before.credential);
        let done = query.execute(&mut *act.tx).await?.rows_affected();
        self.commit_quietly(act).await?;
        Ok(done == 1)
    }

    /// Renames one of a user's passkeys.
    ///
    /// # Errors
    /// `NotFound` for one that is not the user's; `Refused` for a name that is empty or too long.
    pub async fn rename_passkey(&self, caller: &Caller, login: &str, id: i64, name: &str) -> Result<(), Error> {
        let name = checked(name)?;
        let rows = self.passkeys(login).await?;
        let before = rows.into_iter().find(|row| row.id == id).ok_or_else(missing)?.name;
        let detail = json!({ "login": login, "before": before, "after": name });
        let mut act = self.begin(caller, Activity::PasskeyRenamed, detail).await?;
        let sql = "UPDATE passkey SET name = ? WHERE id = ? AND login = ?";
        sqlx::query(sql).bind(name).bind(id).bind(login).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// Removes one of a user's passkeys.
    ///
    /// # Errors
    /// `NotFound` for one that is not the user's; `Refused` when it is the last factor of someone who must use one.
    pub async fn remove_passkey(&self, caller: &Caller, login: &str, id: i64) -> Result<(), Error> {
        let rows = self.passkeys(login).await?;
        let name = rows.into_iter().find(|row| row.id == id).ok_or_else(missing)?.name;
        let mut act = self.begin(caller, Activity::PasskeyRemoved, json!({ "login": login, "name": name })).await?;
        let sql = "DELETE FROM passkey WHERE id = ? AND login = ?";
        let done = sqlx::query(sql).bind(id).bind(login).execute(&mut *act.tx).await?;
        if done.rows_affected() == 0 {
            return Err(missing());
        }
        factor::after_removal(&mut act, login).await?;
        self.commit(act).await
    }
}
