//! Second factors: one-time codes, recovery codes, and who must use one.

use crate::{Act, Activity, Error, Meta, record};
use makoto_access::Caller;
use makoto_catalog::Catalog;
use serde_json::json;
use sqlx::{Row, SqliteConnection};
use std::collections::HashMap;

/// The setting that says who must use a second factor.
pub const ENFORCEMENT_KEY: &str = "TwoFactorAuth.enforcement";

/// Guesses of one user's code in one step: enough for a mistyped one.
pub const GUESSES_PER_STEP_MAX: i64 = 5;
/// Wrong guesses of one user's code in a day: with three codes of a million that count at each moment, all of a day's
/// guesses together are right with a chance below 0.3 %.
pub const WRONG_GUESSES_PER_DAY_MAX: i64 = 1000;
/// How long an offered secret waits for its first code, in seconds.
const OFFER_KEPT_S: i64 = 15 * 60;
const DAY_S: i64 = 24 * 60 * 60;

/// What a user has of second factors.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Factors {
    /// Since when they have an authenticator app, in seconds since 1970.
    pub totp_since_s: Option<i64>,
    pub passkeys: u32,
    /// Recovery codes that were not used yet.
    pub recovery_left: u32,
    /// Since when they must use one, in seconds since 1970; `None` when they need not.
    pub needed_since_s: Option<i64>,
}

impl Factors {
    /// Whether there is any beside recovery codes, which only stand in for one.
    pub fn any(&self) -> bool {
        self.has_totp() || self.passkeys > 0
    }

    pub fn has_totp(&self) -> bool {
        self.totp_since_s.is_some()
    }
}

/// What a try of a one-time code came to.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Guess {
    Right,
    Wrong,
    /// A code of a step that was used already, or of one before it.
    Replayed,
    /// Too many guesses; the code was not looked at.
    Slower {
        wait_s: u64,
    },
    /// The user has no authenticator app.
    Nothing,
}

/// A new set of recovery codes, as digests of login and code.
pub type RecoveryDigests = [[u8; 32]];

/// By login in lower case; who has and needs none is left out.
pub(crate) async fn load(from: &mut SqliteConnection) -> Result<HashMap<String, Factors>, Error> {
    let sql = "SELECT login, made_s AS totp_s, 0 AS passkeys, 0 AS codes, NULL AS since_s FROM totp \
               UNION ALL SELECT login, NULL, count(*), 0, NULL FROM passkey GROUP BY login \
               UNION ALL SELECT login, NULL, 0, count(*), NULL FROM recovery GROUP BY login \
               UNION ALL SELECT login, NULL, 0, 0, since_s FROM factor_need";
    let mut all: HashMap<String, Factors> = HashMap::new();
    for row in sqlx::query(sql).fetch_all(&mut *from).await? {
        let login: String = row.try_get("login")?;
        let factors = all.entry(login.to_lowercase()).or_default();
        factors.totp_since_s = factors.totp_since_s.or(row.try_get("totp_s")?);
        factors.passkeys += row.try_get::<u32, _>("passkeys")?;
        factors.recovery_left += row.try_get::<u32, _>("codes")?;
        factors.needed_since_s = factors.needed_since_s.or(row.try_get("since_s")?);
    }
    Ok(all)
}

/// Brings the list of who must use a second factor in line with users, roles and the rule in force. Runs at the end of
/// every write, so that each user's time begins when the reason does, whoever brought it about.
pub(crate) async fn keep_needs(connection: &mut SqliteConnection, catalog: &Catalog) -> Result<(), Error> {
    let stored: Option<String> = sqlx::query_scalar("SELECT value FROM setting WHERE key = ?")
        .bind(ENFORCEMENT_KEY)
        .fetch_optional(&mut *connection)
        .await?;
    let level = stored.or_else(|| catalog.setting(ENFORCEMENT_KEY).map(|setting| setting.default_text()));
    let reason = match level.as_deref() {
        Some("superusers") => "superuser = 1",
        Some("admins") => {
            "(superuser = 1 OR EXISTS (SELECT 1 FROM role r WHERE r.login = user.login AND r.role = 'admin'))"
        }
        Some("everyone") => "1",
        _ => "0",
    };
    let needing = format!("SELECT login FROM user WHERE state <> 'invited' AND {reason}");
    let drop = format!("DELETE FROM factor_need WHERE login NOT IN ({needing})");
    sqlx::query(sqlx::AssertSqlSafe(drop)).execute(&mut *connection).await?;
    let add = format!("INSERT OR IGNORE INTO factor_need (login, since_s) SELECT login, ? FROM ({needing})");
    sqlx::query(sqlx::AssertSqlSafe(add)).bind(record::now_ms() / 1000).execute(&mut *connection).await?;
    Ok(())
}

async fn put_recovery(act: &mut Act, login: &str, digests: &RecoveryDigests) -> Result<(), Error> {
    sqlx::query("DELETE FROM recovery WHERE login = ?").bind(login).execute(&mut *act.tx).await?;
    for digest in digests {
        let sealed = act.seal.seal(digest)?;
        sqlx::query("INSERT INTO recovery (login, sealed, made_s) VALUES (?, ?, ?)")
            .bind(login)
            .bind(sealed)
            .bind(record::now_ms() / 1000)
            .execute(&mut *act.tx)
            .await?;
    }
    Ok(())
}

/// Gives a user who has none the recovery codes that go with their first factor.
pub(crate) async fn first_recovery(act: &mut Act, login: &str, digests: &RecoveryDigests) -> Result<bool, Error> {
    let sql = "SELECT count(*) FROM recovery WHERE login = ?";
    let left: i64 = sqlx::query_scalar(sql).bind(login).fetch_one(&mut *act.tx).await?;
    if left == 0 {
        put_recovery(act, login, digests).await?;
    }
    Ok(left == 0)
}

/// Refuses to take away the last factor of someone who must use one; without any, recovery codes go too.
pub(crate) async fn after_removal(act: &mut Act, login: &str) -> Result<(), Error> {
    let sql = "SELECT (SELECT count(*) FROM totp WHERE login = ?1) + (SELECT count(*) FROM passkey WHERE login = ?1)";
    let left: i64 = sqlx::query_scalar(sql).bind(login).fetch_one(&mut *act.tx).await?;
    if left > 0 {
        return Ok(());
    }
    let sql = "SELECT count(*) FROM factor_need WHERE login = ?";
    let needed: i64 = sqlx::query_scalar(sql).bind(login).fetch_one(&mut *act.tx).await?;
    if needed > 0 {
        let why = "you must use a second factor here and this is your only one; set up another one first";
        return Err(Error::Refused(why.into()));
    }
    sqlx::query("DELETE FROM recovery WHERE login = ?").bind(login).execute(&mut *act.tx).await?;
    Ok(())
}

impl Meta {
    /// Keeps a secret that a session's user is about to put into their app. The one before it is forgotten.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn offer_totp(&self, session_id: i64, key: &[u8], now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let sealed = act.seal.seal(key)?;
        sqlx::query("INSERT OR REPLACE INTO totp_offer (session_id, sealed, made_s) VALUES (?, ?, ?)")
            .bind(session_id)
            .bind(sealed)
            .bind(now_s)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await
    }

    /// The secret that was offered to a session, while it waits.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn offered_totp(&self, session_id: i64, now_s: i64) -> Result<Option<Vec<u8>>, Error> {
        let sql = "SELECT sealed FROM totp_offer WHERE session_id = ? AND made_s > ?";
        let sealed: Option<Vec<u8>> =
            sqlx::query_scalar(sql).bind(session_id).bind(now_s - OFFER_KEPT_S).fetch_optional(&self.read).await?;
        sealed.map(|sealed| self.unseal(&sealed)).transpose()
    }

    /// Makes the offered secret the user's, in place of the one before it. `step` is that of the code that showed it;
    /// the recovery codes are taken only by a user who has none, and then `true` is returned.
    ///
    /// # Errors
    /// `Refused` when the offer was taken already.
    pub async fn take_totp(
        &self,
        caller: &Caller,
        login: &str,
        session_id: i64,
        step: i64,
        digests: &RecoveryDigests,
        now_s: i64,
    ) -> Result<bool, Error> {
        let moved = self.snapshot().factors(login).has_totp();
        let kind = if moved { Activity::TotpMoved } else { Activity::TotpAdded };
        let mut act = self.begin(caller, kind, json!({ "login": login })).await?;
        let sql = "DELETE FROM totp_offer WHERE session_id = ? AND made_s > ? RETURNING sealed";
        let sealed: Option<Vec<u8>> =
            sqlx::query_scalar(sql).bind(session_id).bind(now_s - OFFER_KEPT_S).fetch_optional(&mut *act.tx).await?;
        let sealed = sealed.ok_or_else(|| Error::Refused("the set-up took too long; begin it again".into()))?;
        let sql = "INSERT OR REPLACE INTO totp (login, sealed, made_s, last_step) VALUES (?, ?, ?, ?)";
        sqlx::query(sql).bind(login).bind(sealed).bind(now_s).bind(step).execute(&mut *act.tx).await?;
        let fresh = first_recovery(&mut act, login, digests).await?;
        self.commit(act).await?;
        Ok(fresh)
    }

    /// Tries a one-time code. `step_of` says which step's code it is; a step counts once, and none before it. Each try
    /// is one transaction, so of any number at once exactly one is right.
    ///
    /// # Errors
    /// When the store cannot be written, or as `step_of`.
    pub async fn try_totp<E: From<Error>>(
        &self,
        caller: &Caller,
        login: &str,
        current_step: i64,
        step_s: i64,
        step_of: impl FnOnce(&[u8]) -> Result<Option<i64>, E>,
    ) -> Result<Guess, E> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "SELECT sealed, last_step, guess_step, guesses, wrong_day, wrong_guesses FROM totp WHERE login = ?";
        let row = sqlx::query(sql).bind(login).fetch_optional(&mut *act.tx).await.map_err(Error::from)?;
        let Some(row) = row else { return Ok(Guess::Nothing) };
        let tally = Tally::read(&row, current_step, step_s)?;
        if let Some(wait_s) = tally.wait_s(current_step, step_s) {
            return Ok(Guess::Slower { wait_s });
        }
        let sealed: Vec<u8> = row.try_get("sealed").map_err(Error::from)?;
        let last_step: i64 = row.try_get("last_step").map_err(Error::from)?;
        let guess = match step_of(&self.unseal(&sealed)?)? {
            Some(step) if step > last_step => {
                let sql = "UPDATE totp SET last_step = ?1 WHERE login = ?2 AND last_step < ?1";
                let done = sqlx::query(sql).bind(step).bind(login).execute(&mut *act.tx).await.map_err(Error::from)?;
                if done.rows_affected() == 1 { Guess::Right } else { Guess::Replayed }
            }
            Some(_) => Guess::Replayed,
            None => Guess::Wrong,
        };
        tally.write(&mut act, login, guess).await?;
        match guess {
            Guess::Wrong => {
                record::insert(&mut act, caller, Activity::FactorRefused, &json!({ "login": login })).await?
            }
            Guess::Replayed => {
                record::insert(&mut act, caller, Activity::TotpReplayed, &json!({ "login": login })).await?;
            }
            Guess::Right | Guess::Slower { .. } | Guess::Nothing => {}
        }
        self.commit_quietly(act).await?;
        Ok(guess)
    }

    /// Takes the authenticator app away.
    ///
    /// # Errors
    /// `NotFound` when there is none; `Refused` when it is the last factor of someone who must use one.
    pub async fn remove_totp(&self, caller: &Caller, login: &str) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::TotpRemoved, json!({ "login": login })).await?;
        let done = sqlx::query("DELETE FROM totp WHERE login = ?").bind(login).execute(&mut *act.tx).await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound("there is no authenticator app to remove".into()));
        }
        after_removal(&mut act, login).await?;
        self.commit(act).await
    }

    /// Replaces a user's recovery codes.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn set_recovery(&self, caller: &Caller, login: &str, digests: &RecoveryDigests) -> Result<(), Error> {
        let mut act = self.begin(caller, Activity::RecoveryMade, json!({ "login": login })).await?;
        put_recovery(&mut act, login, digests).await?;
        self.commit(act).await
    }

    /// Uses a recovery code up. Whether it was one; of any number of calls at once one is told so.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn use_recovery(&self, caller: &Caller, login: &str, digest: &[u8; 32]) -> Result<bool, Error> {
        let mut act = self.begin_unrecorded().await?;
        let rows =
            sqlx::query("SELECT id, sealed FROM recovery WHERE login = ?").bind(login).fetch_all(&mut *act.tx).await?;
        let mut found = None;
        for row in &rows {
            // Both sides are hashes of what an attacker cannot choose well enough to learn from the time this takes.
            if self.unseal(row.try_get("sealed")?)? == digest {
                found = Some(row.try_get::<i64, _>("id")?);
            }
        }
        let Some(id) = found else {
            record::insert(&mut act, caller, Activity::FactorRefused, &json!({ "login": login, "by": "recovery" }))
                .await?;
            self.commit_quietly(act).await?;
            return Ok(false);
        };
        sqlx::query("DELETE FROM recovery WHERE id = ?").bind(id).execute(&mut *act.tx).await?;
        let detail = json!({ "login": login, "left": rows.len() - 1 });
        record::insert(&mut act, caller, Activity::RecoveryUsed, &detail).await?;
        self.commit(act).await?;
        Ok(true)
    }

    /// Takes all factors of a user away and ends what they had opened, so that they can begin anew.
    ///
    /// # Errors
    /// `NotFound` for an unknown user.
    pub async fn reset_factors(
        &self,
        _: &makoto_access::InstanceGrant,
        caller: &Caller,
        login: &str,
    ) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| Error::NotFound(format!("there is no user {login}")))?;
        let had = snapshot.factors(login);
        let detail = json!({ "login": account.login,
            "before": { "totp": had.has_totp(), "passkeys": had.passkeys, "recovery": had.recovery_left } });
        let mut act = self.begin(caller, Activity::FactorsReset, detail).await?;
        for sql in [
            "DELETE FROM totp WHERE login = ?",
            "DELETE FROM recovery WHERE login = ?",
            "DELETE FROM passkey WHERE login = ?",
            "DELETE FROM session WHERE login = ?",
            "DELETE FROM half_session WHERE login = ?",
            // Whoever must use a factor gets the time to set it up anew.
            "DELETE FROM factor_need WHERE login = ?",
        ] {
            sqlx::query(sql).bind(&account.login).execute(&mut *act.tx).await?;
        }
        self.commit(act).await
    }
}

/// The guesses of one user's code so far.
#[derive(Clone, Copy)]
struct Tally {
    step: i64,
    guesses: i64,
    day: i64,
    wrong: i64,
}

impl Tally {
    /// The counts of this step and this day; those of earlier ones are over.
    fn read(row: &sqlx::sqlite::SqliteRow, step: i64, step_s: i64) -> Result<Tally, Error> {
        let day = step * step_s / DAY_S;
        let number = |name: &str| row.try_get::<i64, _>(name).map_err(Error::from);
        let guesses = if number("guess_step")? == step { number("guesses")? } else { 0 };
        let wrong = if number("wrong_day")? == day { number("wrong_guesses")? } else { 0 };
        Ok(Tally { step, guesses, day, wrong })
    }

    fn wait_s(self, step: i64, step_s: i64) -> Option<u64> {
        if self.wrong >= WRONG_GUESSES_PER_DAY_MAX {
            return Some(((self.day + 1) * DAY_S - step * step_s).max(1) as u64);
        }
        (self.guesses >= GUESSES_PER_STEP_MAX).then_some(step_s.max(1) as u64)
    }

    async fn write(self, act: &mut Act, login: &str, guess: Guess) -> Result<(), Error> {
        let sql = "UPDATE totp SET guess_step = ?, guesses = ?, wrong_day = ?, wrong_guesses = ? WHERE login = ?";
        sqlx::query(sql)
            .bind(self.step)
            .bind(self.guesses + 1)
            .bind(self.day)
            .bind(self.wrong + i64::from(guess != Guess::Right))
            .bind(login)
            .execute(&mut *act.tx)
            .await?;
        Ok(())
    }
}
