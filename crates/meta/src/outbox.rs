//! Mails that were promised in the transaction of the act that they tell of, until they are sent.

use crate::{Act, Activity, Error, Tell, record::now_ms};
use serde_json::Value as Json;
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
    ];

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

impl Act {
    /// Promises a mail: it is sent if and only if the act is committed. Duplicates within the hour are noted as held.
    pub(crate) async fn mail(&mut self, mail: &Mail<'_>) -> Result<(), Error> {
        let now_s = now_ms() / 1000;
        let state = match mail.once_key.is_empty() {
            true => "waiting",
            false => {
                let sql = "SELECT count(*) FROM mail WHERE once_key = ? AND made_s > ? AND state <> 'held'";
                let others: i64 = sqlx::query_scalar(sql)
                    .bind(mail.once_key)
                    .bind(now_s - ONCE_HOLD_S)
                    .fetch_one(&mut *self.tx)
                    .await?;
                if others == 0 { "waiting" } else { "held" }
            }
        };
        let sealed = (state == "waiting").then(|| self.seal.seal(mail.data.to_string().as_bytes())).transpose()?;
        sqlx::query(
            "INSERT INTO mail (made_s, kind, login, address, language, sealed, once_key, state, next_try_s) \
             VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        )
        .bind(now_s)
        .bind(mail.kind.name())
        .bind(mail.login)
        .bind(mail.address)
        .bind(mail.language)
        .bind(sealed)
        .bind(mail.once_key)
        .bind(state)
        .bind(now_s)
        .execute(&mut *self.tx)
        .await?;
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

/// Promises the mails that a kind of act asks for. Runs before the act's own changes, so that a user who is being
/// deleted is told too.
pub(crate) async fn tell(act: &mut Act, kind: Activity, subject: &str, told: &Json) -> Result<(), Error> {
    let (to_subject, to_superusers) = match kind.tell() {
        Tell::Nobody => return Ok(()),
        Tell::Subject => (true, false),
        Tell::Superusers => (false, true),
        Tell::Both => (true, true),
    };
    let key = format!("{}:{subject}", kind.name());
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
    Ok(())
}
