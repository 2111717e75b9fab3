//! What the check-up reads of people, their tokens and sessions.

use crate::{Error, Meta, State};
use makoto_access::{InstanceGrant, Role};
use sqlx::Row;
use std::collections::HashMap;

/// Seconds of one step of an authenticator app.
const STEP_S: i64 = 30;
/// Kinds of acts that only superusers do, as `LIKE` patterns.
const SUPERUSER_ACTS: &str = "kind LIKE 'setting.%' OR kind LIKE 'user.%' OR kind LIKE 'superuser.%' OR \
    kind LIKE 'review.%' OR kind LIKE 'attempts.%' OR kind LIKE 'domains.%' OR kind LIKE 'checkup.%' OR \
    kind LIKE 'risk.%' OR kind LIKE 'factors.%' OR kind IN ('site.added', 'site.deleted', 'role.set_in_bulk', \
    'role.set_everywhere', 'audit.exported', 'audit.verified', 'mail.tested', 'setup.done')";
/// Kinds of acts that admins of sites do.
const ADMIN_ACTS: &str = "kind LIKE 'site.%' OR kind LIKE 'role.%' OR kind LIKE 'capability.%' OR \
    kind LIKE 'invitation.%'";

/// A user, as far as the check-up is concerned.
#[derive(Clone, PartialEq, Debug)]
pub struct Person {
    pub login: String,
    pub email: String,
    pub superuser: bool,
    pub state: State,
    pub created_s: i64,
    pub seen_s: Option<i64>,
    /// Sites on which they are admin, and on which they hold any role.
    pub admin_of: usize,
    pub admin_sites: Vec<u32>,
    pub sites: usize,
    pub has_factor: bool,
    /// Must use a second factor.
    pub factor_needed: bool,
    /// Since when.
    pub factor_needed_since_s: Option<i64>,
    /// When a second factor was last set up or used.
    pub factor_used_s: Option<i64>,
    pub has_totp: bool,
    pub passkeys: u32,
    pub codes_left: u32,
    /// When the recovery codes were made; 0 when that was not written down.
    pub codes_made_s: i64,
    pub domain_allowed: bool,
    /// Since when they are a superuser.
    pub superuser_since_s: i64,
    /// When they last did what only a superuser may, and what only an admin may.
    pub superuser_act_s: Option<i64>,
    pub admin_act_s: Option<i64>,
    pub password_set_s: i64,
    /// When a sign-in last showed whether the password keeps the rules; 0 for never.
    pub password_judged_s: i64,
    pub password_weak: bool,
    /// Another user chose it, and so knows it.
    pub password_given: bool,
    /// It lets nobody in until a new one is chosen.
    pub must_change_password: bool,
}

impl Person {
    /// Whether the account can be used by its person.
    pub fn is_active(&self) -> bool {
        self.state == State::Active
    }
}

/// A token, as far as the check-up is concerned.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct TokenFact {
    pub id: i64,
    pub login: String,
    pub description: String,
    /// The last four digits of the token's hash, by which it is told apart.
    pub print: String,
    /// It may do whatever a superuser may.
    pub superuser: bool,
    pub writes: bool,
    pub created_s: i64,
    pub used_s: Option<i64>,
    pub expires_s: Option<i64>,
    pub url_allowed: bool,
}

/// An open session.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct SessionFact {
    pub id: i64,
    pub login: String,
    pub created_s: i64,
    pub used_s: i64,
}

fn admin_sites(account: &crate::Account) -> Vec<u32> {
    account.roles.iter().filter(|(_, role)| **role == Role::Admin).map(|(site, _)| site.0).collect()
}

impl Meta {
    async fn last_acts(&self, kinds: &str) -> Result<HashMap<String, i64>, Error> {
        let sql = format!("SELECT who, max(at_ms) / 1000 AS at_s FROM activity WHERE {kinds} GROUP BY who");
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                let who: String = row.try_get("who")?;
                Ok((who.to_lowercase(), row.try_get("at_s")?))
            })
            .collect()
    }

    /// Every user with what the check-up asks of them, in order of logins.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn people(&self, _: &InstanceGrant) -> Result<Vec<Person>, Error> {
        let snapshot = self.snapshot();
        let (superuser_acts, admin_acts) = (self.last_acts(SUPERUSER_ACTS).await?, self.last_acts(ADMIN_ACTS).await?);
        let sql = format!(
            "SELECT user.login, superuser_since_s, password_changed_s, password_judged_s, password_weak, password_given, \
             last_seen_s, max(coalesce(totp.last_step, 0) * {STEP_S}, coalesce(totp.made_s, 0), \
             coalesce((SELECT max(coalesce(last_used_s, made_s)) FROM passkey WHERE passkey.login = user.login), 0)) \
             AS factor_s, (SELECT min(made_s) FROM recovery WHERE recovery.login = user.login) AS codes_s \
             FROM user LEFT JOIN totp USING (login) ORDER BY user.login"
        );
        let rows = sqlx::query(sqlx::AssertSqlSafe(sql)).fetch_all(&self.read).await?;
        let mut people = Vec::with_capacity(rows.len());
        for row in &rows {
            let login: String = row.try_get("login")?;
            let (Some(account), factors) = (snapshot.account(&login), snapshot.factors(&login)) else { continue };
            let factor_s: i64 = row.try_get("factor_s")?;
            let key = login.to_lowercase();
            people.push(Person {
                email: account.email.clone(),
                superuser: account.superuser,
                state: account.state,
                created_s: account.created_s,
                seen_s: row.try_get("last_seen_s")?,
                admin_of: account.roles.values().filter(|role| **role == Role::Admin).count(),
                admin_sites: admin_sites(account),
                sites: account.roles.len(),
                has_factor: factors.any(),
                factor_needed: factors.needed_since_s.is_some(),
                factor_needed_since_s: factors.needed_since_s,
                factor_used_s: Some(factor_s).filter(|at_s| *at_s > 0),
                has_totp: factors.has_totp(),
                passkeys: factors.passkeys,
                codes_left: factors.recovery_left,
                codes_made_s: row.try_get::<Option<i64>, _>("codes_s")?.unwrap_or(0),
                domain_allowed: snapshot.domains().allow_address(&account.email),
                superuser_since_s: row.try_get("superuser_since_s")?,
                superuser_act_s: superuser_acts.get(&key).copied(),
                admin_act_s: admin_acts.get(&key).copied(),
                password_set_s: row.try_get("password_changed_s")?,
                password_judged_s: row.try_get("password_judged_s")?,
                password_weak: row.try_get("password_weak")?,
                password_given: row.try_get("password_given")?,
                must_change_password: account.must_change_password,
                login,
            });
        }
        Ok(people)
    }

    /// Every token that works.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn working_tokens(&self, _: &InstanceGrant) -> Result<Vec<TokenFact>, Error> {
        let sql = "SELECT token.id, token.login, description, scope, reach, token.created_s, last_used_s, expires_s, \
                   url_allowed, superuser, lower(hex(token_hash)) AS print \
                   FROM token JOIN user USING (login) WHERE paused_s IS NULL AND state = 'active' ORDER BY token.id";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                let (scope, reach): (&str, &str) = (row.try_get("scope")?, row.try_get("reach")?);
                let (superuser, print): (bool, String) = (row.try_get("superuser")?, row.try_get("print")?);
                Ok(TokenFact {
                    id: row.try_get("id")?,
                    login: row.try_get("login")?,
                    description: row.try_get("description")?,
                    print: print.chars().skip(print.len().saturating_sub(4)).collect(),
                    superuser: superuser && scope == "all" && reach == "administer",
                    writes: reach != "read" && scope != "view",
                    created_s: row.try_get("created_s")?,
                    used_s: row.try_get("last_used_s")?,
                    expires_s: row.try_get("expires_s")?,
                    url_allowed: row.try_get("url_allowed")?,
                })
            })
            .collect()
    }

    /// Every open session.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn open_sessions(&self, _: &InstanceGrant) -> Result<Vec<SessionFact>, Error> {
        let rows = sqlx::query("SELECT id, login, created_s, last_used_s FROM session ORDER BY created_s");
        let rows = rows.fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok(SessionFact {
                    id: row.try_get("id")?,
                    login: row.try_get("login")?,
                    created_s: row.try_get("created_s")?,
                    used_s: row.try_get("last_used_s")?,
                })
            })
            .collect()
    }

    /// Writes down what a sign-in showed of a password.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_password(&self, login: &str, weak: bool, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "UPDATE user SET password_judged_s = ?, password_weak = ? WHERE login = ?";
        sqlx::query(sql).bind(now_s).bind(weak).bind(login).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// The last mail of a kind: when it was sent (`None` while it was not), and when it was promised.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_mail(&self, kind: crate::MailKind) -> Result<Option<(Option<i64>, i64)>, Error> {
        let sql = "SELECT CASE state WHEN 'sent' THEN done_s END AS sent_s, made_s FROM mail WHERE kind = ? \
                   AND state <> 'held' ORDER BY id DESC LIMIT 1";
        let row = sqlx::query(sql).bind(kind.name()).fetch_optional(&self.read).await?;
        row.map(|row| Ok((row.try_get("sent_s")?, row.try_get("made_s")?))).transpose()
    }

    /// The numbers of the mails of a kind that were promised last, at one moment.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn newest_mails(&self, kind: crate::MailKind) -> Result<Vec<i64>, Error> {
        // What was held back stands in another one of the same moment.
        let sql = "SELECT id FROM mail WHERE kind = ?1 AND state <> 'held' AND made_s = (SELECT max(made_s) FROM mail \
                   WHERE kind = ?1 AND state <> 'held')";
        Ok(sqlx::query_scalar(sql).bind(kind.name()).fetch_all(&self.read).await?)
    }

    /// When something of a kind was last recorded, and by whom or about whom.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn last_act(&self, kind: crate::Activity) -> Result<Option<(i64, String)>, Error> {
        let sql = "SELECT at_ms / 1000 AS at_s, CASE subject WHEN '' THEN who ELSE subject END AS name FROM activity \
                   WHERE kind = ? ORDER BY id DESC LIMIT 1";
        let row = sqlx::query(sql).bind(kind.name()).fetch_optional(&self.read).await?;
        row.map(|row| Ok((row.try_get("at_s")?, row.try_get("name")?))).transpose()
    }

    /// From where the last users came: how many of the newest lines with an address, and of the most frequent one.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn addresses_of_acts(&self, lines_max: u32) -> Result<Vec<(String, i64)>, Error> {
        let sql = "SELECT address, count(*) AS times FROM (SELECT address FROM activity WHERE address <> '' \
                   ORDER BY id DESC LIMIT ?) GROUP BY address ORDER BY times DESC";
        let rows = sqlx::query(sql).bind(lines_max).fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok((row.try_get("address")?, row.try_get("times")?))).collect()
    }

    /// How far the record was sent on to each place: its name, the last line there, and since when nothing moved.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn stream_lags(&self) -> Result<Vec<(String, i64, Option<i64>, i64)>, Error> {
        let sql = "SELECT place, (SELECT count(*) FROM activity WHERE id > audit_stream.line) AS waiting, \
                   (SELECT min(at_ms) / 1000 FROM activity WHERE id > audit_stream.line) AS oldest_s, moved_s \
                   FROM audit_stream ORDER BY place";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter()
            .map(|row| {
                Ok((row.try_get("place")?, row.try_get("waiting")?, row.try_get("oldest_s")?, row.try_get("moved_s")?))
            })
            .collect()
    }

    /// The networks with the most failed sign-ins of late, by how many.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn guessing_networks(&self, since_s: i64, networks_max: u32) -> Result<Vec<(String, i64)>, Error> {
        let sql = "SELECT name, failed_total FROM attempt WHERE kind = 'network' AND last_s > ? \
                   ORDER BY failed_total DESC LIMIT ?";
        let rows = sqlx::query(sql).bind(since_s).bind(networks_max).fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok((row.try_get("name")?, row.try_get("failed_total")?))).collect()
    }
}
