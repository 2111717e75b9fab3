//! Links for a new password. Of the secret only a hash is kept; the mail that carries it is promised in the same
//! transaction. Asking writes the same row for every name, and what becomes of it is decided later, by one transaction
//! for each row: neither an answer nor its time tells who exists.

use crate::{Account, Act, Activity, Error, Mail, MailKind, Meta, record};
use makoto_access::{Caller, InstanceGrant, Principal};
use serde_json::{Value as Json, json};
use sqlx::Row;

/// How long a link works, in seconds.
pub const RESET_MAX_S: i64 = 60 * 60;
/// Mails with a link to one user in an hour, whoever asks: more would only fill their mailbox.
const MAILS_PER_HOUR_MAX: i64 = 3;
const HOUR_S: i64 = 60 * 60;
/// Asks that may wait for their decision; each is decided within seconds.
const WAITING_MAX: i64 = 1_000;
/// Characters of a name that are kept: no login and no e-mail address has more.
const NAME_MAX: usize = 320;

/// Somebody asked for a link.
pub struct ResetAsk {
    id: i64,
    /// A login or an e-mail address, as it was typed.
    pub name: String,
    /// From where.
    caller: Caller,
}

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

    /// Makes a user's link and promises the mail with it; earlier links end.
    async fn add_reset(
        &mut self,
        caller: &Caller,
        account: &Account,
        reset: &NewReset<'_>,
        now_s: i64,
    ) -> Result<(), Error> {
        let sql = "INSERT INTO reset (login, token_hash, expires_s) VALUES (?, ?, ?) ON CONFLICT (login) DO UPDATE \
                   SET token_hash = excluded.token_hash, expires_s = excluded.expires_s";
        let query = sqlx::query(sql).bind(&account.login).bind(&reset.token_hash[..]);
        query.bind(now_s + RESET_MAX_S).execute(&mut *self.tx).await?;
        let address = caller.address.map(|address| address.to_string());
        let data = json!({ "token": reset.secret, "login": account.login, "address": address, "who":
            caller.principal.name(), "expires_s": now_s + RESET_MAX_S });
        self.mail(&Mail {
            kind: MailKind::PasswordReset,
            login: &account.login,
            address: &account.email,
            language: &account.language,
            data: &data,
            once_key: "",
        })
        .await
    }
}

impl Meta {
    /// Writes down that somebody asks for a link. False when too many wait for their decision.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn ask_reset(&self, caller: &Caller, name: &str) -> Result<bool, Error> {
        let name: String = name.chars().take(NAME_MAX).collect();
        let address = caller.address.map(|address| address.to_string());
        let asked = json!({ "name": name, "address": address, "agent": caller.agent, "request": caller.request });
        let asked = self.seal(asked.to_string().as_bytes())?;
        let mut act = self.begin_unrecorded().await?;
        let sql = "INSERT INTO reset_ask (asked) SELECT ? WHERE (SELECT count(*) FROM reset_ask) < ?";
        let done = sqlx::query(sql).bind(asked).bind(WAITING_MAX).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await?;
        Ok(done.rows_affected() == 1)
    }

    /// The oldest ask that is not decided.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_reset_ask(&self) -> Result<Option<ResetAsk>, Error> {
        let sql = "SELECT id, asked FROM reset_ask ORDER BY id LIMIT 1";
        let Some(row) = sqlx::query(sql).fetch_optional(&self.read).await? else { return Ok(None) };
        let asked: Json = serde_json::from_slice(&self.unseal(row.try_get("asked")?)?)
            .map_err(|_| Error::Corrupt("what was asked for a new password cannot be read".into()))?;
        let text = |field: &str| asked[field].as_str().unwrap_or_default();
        let caller = Caller {
            address: text("address").parse().ok(),
            agent: text("agent").into(),
            request: text("request").into(),
            ..Caller::inside(Principal::Anonymous)
        };
        Ok(Some(ResetAsk { id: row.try_get("id")?, name: text("name").to_owned(), caller }))
    }

    /// Decides an ask: sends the user of the link's login the link. It is forgotten with nothing done for a login that
    /// no active user has, or who was sent enough links within the hour. One transaction in every case.
    ///
    /// # Errors
    /// When the store cannot be written; the ask is decided again then.
    pub async fn decide_reset(&self, ask: &ResetAsk, reset: NewReset<'_>, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        sqlx::query("DELETE FROM reset_ask WHERE id = ?").bind(ask.id).execute(&mut *act.tx).await?;
        let enough = act.reset_mails(reset.login, now_s).await? >= MAILS_PER_HOUR_MAX;
        if let Some(account) = snapshot.active_account(reset.login).filter(|_| !enough) {
            let detail = json!({ "login": account.login });
            record::insert(&mut act, &ask.caller, Activity::PasswordResetAsked, &detail).await?;
            act.add_reset(&ask.caller, account, &reset, now_s).await?;
        }
        self.commit_quietly(act).await
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
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        let account = snapshot.active_account(reset.login);
        let account = account.ok_or_else(|| Error::NotFound(format!("there is no active user {}", reset.login)))?;
        record::insert(&mut act, caller, Activity::PasswordResetSent, &json!({ "login": account.login })).await?;
        act.add_reset(caller, account, &reset, now_s).await?;
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
        // Sessions end by it and tokens do not: whoever is told should look through them.
        let tokens: i64 =
            sqlx::query_scalar("SELECT count(*) FROM token WHERE login = ?").bind(login).fetch_one(&self.read).await?;
        let detail = json!({ "login": login, "tokens_left": tokens });
        let mut act = self.begin(caller, Activity::PasswordReset, detail).await?;
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::NewUser;
    use makoto_access::check_instance;
    use makoto_catalog::Catalog;
    use std::sync::{Arc, atomic::Ordering::Relaxed};

    const NOW_S: i64 = 1_700_000_000;

    async fn with_ada(dir: &tempfile::TempDir) -> Meta {
        let meta = Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await.unwrap();
        let user = NewUser {
            login: "ada".into(),
            email: "ada@people.example".into(),
            password_hash: String::new(),
            superuser: true,
        };
        let operator = Caller::inside(Principal::Operator);
        meta.add_user(&check_instance(&Principal::Operator).unwrap(), &operator, user).await.unwrap();
        meta
    }

    async fn count(meta: &Meta, table: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(format!("SELECT count(*) FROM {table}")))
            .fetch_one(&meta.read)
            .await
            .unwrap()
    }

    #[tokio::test]
    async fn promise_15_asking_for_a_link_is_the_same_work_whoever_exists() {
        let dir = tempfile::tempdir().unwrap();
        let (meta, caller) = (with_ada(&dir).await, Caller::inside(Principal::Anonymous));
        let (lines, mails) = (count(&meta, "activity").await, count(&meta, "mail").await);
        let commits = meta.count_commits().await;
        let mut work = Vec::new();
        for name in ["ada", "eve", "ADA", "bob"] {
            assert!(meta.ask_reset(&caller, name).await.unwrap());
            work.push((commits.swap(0, Relaxed), count(&meta, "reset_ask").await));
        }
        assert_eq!(work, [(1, 1), (1, 2), (1, 3), (1, 4)], "one transaction with one row each");
        assert_eq!((count(&meta, "activity").await, count(&meta, "mail").await), (lines, mails), "nothing is decided");
        let sizes: Vec<i64> =
            sqlx::query_scalar("SELECT DISTINCT length(asked) FROM reset_ask").fetch_all(&meta.read).await.unwrap();
        assert_eq!(sizes.len(), 1, "{sizes:?}");

        let mut decided = Vec::new();
        while let Some(ask) = meta.next_reset_ask().await.unwrap() {
            let login = ask.name.to_lowercase();
            let reset = NewReset { login: &login, secret: "kingfisher", token_hash: [7; 32] };
            meta.decide_reset(&ask, reset, NOW_S).await.unwrap();
            decided.push(commits.swap(0, Relaxed));
        }
        assert_eq!(decided, [1; 4], "one transaction each");
        assert_eq!(count(&meta, "activity").await, lines + 2, "ada asked twice, and the others are nobody");
        assert_eq!((count(&meta, "mail").await, count(&meta, "reset").await), (mails + 2, 1));
    }

    #[tokio::test]
    async fn asks_that_wait_are_bounded_and_unreadable() {
        let dir = tempfile::tempdir().unwrap();
        let (meta, caller) = (with_ada(&dir).await, Caller::inside(Principal::Anonymous));
        assert!(meta.ask_reset(&caller, "a password typed by mistake").await.unwrap());
        let asked: Vec<u8> = sqlx::query_scalar("SELECT asked FROM reset_ask").fetch_one(&meta.read).await.unwrap();
        assert!(!String::from_utf8_lossy(&asked).contains("mistake"));
        let mut act = meta.begin_unrecorded().await.unwrap();
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
                   INSERT INTO reset_ask (asked) SELECT x'00' FROM n";
        sqlx::query(sql).bind(WAITING_MAX - 1).execute(&mut *act.tx).await.unwrap();
        meta.commit_quietly(act).await.unwrap();
        assert!(!meta.ask_reset(&caller, "ada").await.unwrap());
    }
}
