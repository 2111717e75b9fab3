//! Mails that were promised in the transaction of the act that they tell of, until they are sent.

use crate::{Act, Activity, Error, Tell, hex, record::now_ms};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use sqlx::Row;

/// What a mail is, which decides its template.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MailKind {
    /// Something of the record happened: `kind`, `who`, `subject`, `at_ms`, `address`, `agent`, `detail`.
    Event,
    /// A link for a new password: `token`, `address` of who asked.
    PasswordReset,
    /// `token`, `login`, `inviter`, `expires_s`.
    Invitation,
    /// To the inviter: `login`, `email`, `accepted`.
    InvitationAnswer,
    /// To superusers: `inactive`, `never_used`, `pending`, `tokens`, each a list.
    InactiveAccounts,
    /// To superusers: `due_s`, `last_s`.
    ReviewDue,
    /// To the address that a superuser names, to try the settings.
    Test,
    /// To superusers, once a day: the head of the record: `id`, `hash`, `signature`.
    AuditHead,
    /// To superusers, every week or month: `days`, and `entries`, one for each public grant.
    PublicReminder,
    /// To superusers, each month: `score`, `grade`, `before`, `failing`, `accepted`.
    Checkup,
    /// To superusers, each week: `failures`, a list.
    TrackingFailures,
}

impl MailKind {
    pub const ALL: &[MailKind] = &[
        MailKind::Event,
        MailKind::PasswordReset,
        MailKind::Invitation,
        MailKind::InvitationAnswer,
        MailKind::InactiveAccounts,
        MailKind::ReviewDue,
        MailKind::Test,
        MailKind::AuditHead,
        MailKind::PublicReminder,
        MailKind::Checkup,
        MailKind::TrackingFailures,
    ];

    pub fn parse(name: &str) -> Option<MailKind> {
        MailKind::ALL.iter().copied().find(|kind| kind.name() == name)
    }

    /// How long it is worth sending, in seconds: a link for a new password dies within the hour, the rest of the news
    /// is old after a week.
    pub fn lives_s(self) -> i64 {
        match self {
            MailKind::PasswordReset | MailKind::Test => 60 * 60,
            _ => 7 * 24 * 60 * 60,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            MailKind::Event => "event",
            MailKind::PasswordReset => "password_reset",
            MailKind::Invitation => "invitation",
            MailKind::InvitationAnswer => "invitation_answer",
            MailKind::InactiveAccounts => "inactive_accounts",
            MailKind::ReviewDue => "review_due",
            MailKind::Test => "test",
            MailKind::AuditHead => "audit_head",
            MailKind::PublicReminder => "public_reminder",
            MailKind::Checkup => "checkup",
            MailKind::TrackingFailures => "tracking_failures",
        }
    }
}

/// A mail to be sent.
pub struct Mail<'a> {
    pub kind: MailKind,
    /// Whom it is for; empty for an address without an account.
    pub login: &'a str,
    pub address: &'a str,
    pub language: &'a str,
    pub data: &'a Json,
    /// A second mail with the same key is held back within `ONCE_HOLD_S`; empty: never.
    pub once_key: &'a str,
}

/// How long a mail with the same key is held back, in seconds (an hour, as promised for security events).
const ONCE_HOLD_S: i64 = 60 * 60;
/// Mails that wait at most: what a server without a mail server gathers in a busy week. Beyond that nobody would read
/// them.
const WAITING_MAX: i64 = 10_000;

impl Act {
    /// Promises a mail: it is sent if and only if the act is committed.
    pub(crate) async fn mail(&mut self, mail: &Mail<'_>) -> Result<(), Error> {
        self.numbered_mail(mail).await.map(drop)
    }

    /// As `mail`, and tells the mail's number. Duplicates within the hour, and what no mail server takes for long, are
    /// noted as held.
    pub(crate) async fn numbered_mail(&mut self, mail: &Mail<'_>) -> Result<i64, Error> {
        let now_s = now_ms() / 1000;
        let held = self.is_held(mail.once_key, now_s).await?;
        let seal = |plain: &Json| self.seal.seal(plain.to_string().as_bytes());
        let sealed = (!held).then(|| seal(mail.data)).transpose()?;
        let route = self.mail_route.as_ref().filter(|_| !held).map(seal).transpose()?;
        let done = sqlx::query(
            "INSERT INTO mail (made_s, kind, login, address, language, sealed, route, by_old_route, once_key, state, \
             next_try_s) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(now_s)
        .bind(mail.kind.name())
        .bind(mail.login)
        .bind(mail.address)
        .bind(mail.language)
        .bind(sealed)
        .bind(&route)
        .bind(route.is_some())
        .bind(mail.once_key)
        .bind(if held { "held" } else { "waiting" })
        .bind(now_s)
        .execute(&mut *self.tx)
        .await?;
        self.mailed |= !held;
        Ok(done.last_insert_rowid())
    }

    async fn is_held(&mut self, once_key: &str, now_s: i64) -> Result<bool, Error> {
        let sql = "SELECT (?1 <> '' AND EXISTS (SELECT 1 FROM mail WHERE once_key = ?1 AND made_s > ?2 \
                   AND state <> 'held')) OR (?1 NOT LIKE 'public.%' AND \
                   (SELECT count(*) FROM mail WHERE state = 'waiting') >= ?3)";
        let query = sqlx::query_scalar(sql).bind(once_key).bind(now_s - ONCE_HOLD_S).bind(WAITING_MAX);
        Ok(query.fetch_one(&mut *self.tx).await?)
    }

    /// Makes every waiting mail due now.
    pub(crate) async fn hasten_mail(&mut self, now_s: i64) -> Result<(), Error> {
        let sql = "UPDATE mail SET next_try_s = ? WHERE state = 'waiting'";
        sqlx::query(sql).bind(now_s).execute(&mut *self.tx).await?;
        self.mailed = true;
        Ok(())
    }

    /// The same mail to every superuser who is active.
    pub(crate) async fn mail_superusers(&mut self, kind: MailKind, data: &Json, once_key: &str) -> Result<(), Error> {
        let sql = "SELECT login, email, language FROM user WHERE superuser = 1 AND state = 'active'";
        for row in sqlx::query(sql).fetch_all(&mut *self.tx).await? {
            let (login, address, language): (String, String, String) =
                (row.try_get("login")?, row.try_get("email")?, row.try_get("language")?);
            let once_key = if once_key.is_empty() { String::new() } else { format!("{once_key}:{login}") };
            let mail = Mail { kind, login: &login, address: &address, language: &language, data, once_key: &once_key };
            self.mail(&mail).await?;
        }
        Ok(())
    }
}

impl Act {
    /// An event's mail to every admin of these sites who is no superuser.
    async fn mail_admins(&mut self, sites: &[Json], told: &Json, once_key: &str) -> Result<(), Error> {
        let sql = "SELECT DISTINCT user.login, email, language FROM role JOIN user USING (login) \
                   WHERE site_id IN (SELECT value FROM json_each(?)) AND role = 'admin' AND state = 'active' \
                   AND superuser = 0";
        let sites = Json::from(sites).to_string();
        for row in sqlx::query(sql).bind(sites).fetch_all(&mut *self.tx).await? {
            let (login, address, language): (String, String, String) =
                (row.try_get("login")?, row.try_get("email")?, row.try_get("language")?);
            let once_key = format!("{once_key}:{login}");
            let kind = MailKind::Event;
            let data = told;
            let mail = Mail { kind, login: &login, address: &address, language: &language, data, once_key: &once_key };
            self.mail(&mail).await?;
        }
        Ok(())
    }
}

/// What makes two mails of acts the same: kind, subject and everything that is told of the act, so that a harmless one
/// never hides another. Of public reports each act has mails of its own, named by its line in the record.
fn once_key(kind: Activity, subject: &str, told: &Json) -> String {
    if kind == Activity::PublicAttempted {
        return format!("{}:{}", kind.name(), told.get("who").map(Json::to_string).unwrap_or_default());
    }
    if kind.tell() == Tell::Watchers {
        return format!("{}:{}", kind.name(), told.get("line").map(Json::to_string).unwrap_or_default());
    }
    if kind == Activity::Provisioned {
        // What a token does by itself is told each time.
        return String::new();
    }
    let detail = told.get("detail").map(Json::to_string).unwrap_or_default();
    format!("{}:{subject}:{}", kind.name(), hex(&Sha256::digest(detail)[..16]))
}

/// Promises the mails that a kind of act asks for. Runs before the act's own changes, so that a user who is being
/// deleted is told too.
pub(crate) async fn tell(act: &mut Act, kind: Activity, subject: &str, told: &Json) -> Result<(), Error> {
    let (to_subject, to_superusers) = match kind.tell() {
        Tell::Nobody => return Ok(()),
        Tell::Subject => (true, false),
        Tell::Superusers => (false, true),
        Tell::Both => (true, true),
        Tell::Watchers => (false, true),
    };
    let key = once_key(kind, subject, told);
    if to_subject {
        let sql = "SELECT login, email, language FROM user WHERE login = ? AND state <> 'invited'";
        if let Some(row) = sqlx::query(sql).bind(subject).fetch_optional(&mut *act.tx).await? {
            let (login, address, language): (String, String, String) =
                (row.try_get("login")?, row.try_get("email")?, row.try_get("language")?);
            let once_key = format!("{key}:{login}");
            let mail = Mail {
                kind: MailKind::Event,
                login: &login,
                address: &address,
                language: &language,
                data: told,
                once_key: &once_key,
            };
            act.mail(&mail).await?;
        }
    }
    // A superuser who is the subject has the same key in both rounds, and so one mail.
    if to_superusers {
        act.mail_superusers(MailKind::Event, told, &key).await?;
    }
    if kind.tell() == Tell::Watchers {
        let sites = told.pointer("/detail/site_ids").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
        act.mail_admins(sites, told, &key).await?;
    }
    Ok(())
}
