//! Accounts, invitations and tokens that nobody uses, and the monthly mail about them.

use crate::{Activity, Error, MailKind, Meta, Turn, record};
use makoto_access::{Caller, InstanceGrant};
use serde_json::{Value as Json, json};
use sqlx::Row;

/// An account counts as never used once it is this old without a first sign-in, in seconds: a month, in which people
/// come back from their holidays.
const NEVER_USED_AFTER_S: i64 = 30 * 24 * 60 * 60;
/// Entries of each list in one mail; the page has them all.
const MAILED_MAX: usize = 200;

/// Why an account, an invitation or a token is in the list.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Idle {
    /// Was used once, and not for the days of the setting.
    Inactive,
    NeverUsed,
    /// The invitation was not answered.
    Pending,
    /// A token that nothing uses.
    Token,
}

impl Idle {
    /// As the list in the mail is called.
    pub fn name(self) -> &'static str {
        match self {
            Idle::Inactive => "inactive",
            Idle::NeverUsed => "never_used",
            Idle::Pending => "pending",
            Idle::Token => "tokens",
        }
    }
}

/// One entry of the list.
#[derive(Clone, PartialEq, Debug)]
pub struct Unused {
    pub why: Idle,
    pub login: String,
    pub email: String,
    pub superuser: bool,
    pub created_s: i64,
    /// Last seen, or last used.
    pub used_s: Option<i64>,
    /// What a token is for.
    pub description: String,
    /// A token's number.
    pub token: Option<i64>,
}

impl Unused {
    fn shown(&self) -> Json {
        json!({ "login": self.login, "email": self.email, "superuser": self.superuser, "created_s": self.created_s,
            "last_seen_s": self.used_s, "description": self.description })
    }
}

impl Meta {
    /// Everything that was not used for this many days, accounts first, in order of logins.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn unused(&self, _: &InstanceGrant, days: u32, now_s: i64) -> Result<Vec<Unused>, Error> {
        let before_s = now_s - i64::from(days) * 24 * 60 * 60;
        let mut found = Vec::new();
        let users = "SELECT login, email, superuser, state, created_s, last_seen_s FROM user \
                     WHERE state <> 'suspended' ORDER BY login";
        for row in sqlx::query(users).fetch_all(&self.read).await? {
            let (state, created_s): (&str, i64) = (row.try_get("state")?, row.try_get("created_s")?);
            let used_s: Option<i64> = row.try_get("last_seen_s")?;
            let why = match used_s {
                _ if state == "invited" => Idle::Pending,
                Some(seen_s) if seen_s < before_s => Idle::Inactive,
                None if created_s < now_s - NEVER_USED_AFTER_S => Idle::NeverUsed,
                _ => continue,
            };
            let (login, email): (String, String) = (row.try_get("login")?, row.try_get("email")?);
            let superuser = row.try_get("superuser")?;
            found.push(Unused {
                why,
                login,
                email,
                superuser,
                created_s,
                used_s,
                description: String::new(),
                token: None,
            });
        }
        let tokens = "SELECT token.id, token.login, email, superuser, description, token.created_s, last_used_s \
                      FROM token JOIN user USING (login) WHERE state <> 'suspended' \
                      AND coalesce(last_used_s, token.created_s) < ? ORDER BY token.login, token.id";
        for row in sqlx::query(tokens).bind(before_s).fetch_all(&self.read).await? {
            found.push(Unused {
                why: Idle::Token,
                login: row.try_get("login")?,
                email: row.try_get("email")?,
                superuser: row.try_get("superuser")?,
                created_s: row.try_get("created_s")?,
                used_s: row.try_get("last_used_s")?,
                description: row.try_get("description")?,
                token: Some(row.try_get("id")?),
            });
        }
        Ok(found)
    }

    /// Mails the list to every superuser and ends the turn of the job, both or neither. An empty list makes no mail.
    ///
    /// # Errors
    /// `Refused` when the turn was ended by somebody else.
    pub async fn report_unused(
        &self,
        caller: &Caller,
        turn: &Turn,
        list: &[Unused],
        days: u32,
        now_s: i64,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        act.end_turn(turn, now_s).await?;
        if !list.is_empty() {
            let of = |why: Idle| -> Vec<Json> {
                list.iter().filter(|entry| entry.why == why).take(MAILED_MAX).map(Unused::shown).collect()
            };
            let count = |why: Idle| list.iter().filter(|entry| entry.why == why).count();
            let kinds = [Idle::Inactive, Idle::NeverUsed, Idle::Pending, Idle::Token];
            let mut data = json!({ "days": days });
            let mut counts = json!({ "days": days });
            for why in kinds {
                data[why.name()] = of(why).into();
                counts[why.name()] = count(why).into();
            }
            record::insert(&mut act, caller, Activity::InactiveReported, &counts).await?;
            act.mail_superusers(MailKind::InactiveAccounts, &data, "").await?;
        }
        self.commit_quietly(act).await
    }
}
