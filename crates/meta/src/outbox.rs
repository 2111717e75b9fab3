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
/// Mails that wait at most for one user about the acts of one person: whoever floods holds only what tells of themselves.
const WAITING_PER_USER_MAX: i64 = 200;
/// The same for a superuser: far more than a flood of harmless acts leaves waiting while a mail server takes them, so
/// that only disk is saved by it.
const WAITING_PER_SUPERUSER_MAX: i64 = 2_000;
/// Mails that wait at most for all users who are no superusers: some 100 MiB, which no few people can fill.
const WAITING_USERS_MAX: i64 = 50_000;
/// Mails that wait at most for people who are no users yet.
const WAITING_STRANGERS_MAX: i64 = 5_000;
/// Invitations and news of a changed address that one address, or one account, is sent within an hour: enough to mend
/// two mistakes. Nobody who gets them has asked for them.
const UNASKED_PER_HOUR_MAX: i64 = 6;
const HOUR_S: i64 = 60 * 60;

/// For whom a mail is. Higher ones leave first.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Rank {
    Stranger,
    User,
    Superuser,
}

impl Rank {
    /// In the order in which they are taken.
    pub(crate) const ALL: [Rank; 3] = [Rank::Superuser, Rank::User, Rank::Stranger];

    pub(crate) fn number(self) -> i64 {
        match self {
            Rank::Stranger => 0,
            Rank::User => 1,
            Rank::Superuser => 2,
        }
    }

    /// Mails that may wait: for one recipient about one person's acts, and in all. All mails to superusers have no
    /// limit together, since others would fill it.
    fn limits(self) -> (Option<i64>, Option<i64>) {
        match self {
            Rank::Stranger => (None, Some(WAITING_STRANGERS_MAX)),
            Rank::User => (Some(WAITING_PER_USER_MAX), Some(WAITING_USERS_MAX)),
            Rank::Superuser => (Some(WAITING_PER_SUPERUSER_MAX), None),
        }
    }
}

/// Whose act a mail tells of.
fn who(mail: &Mail<'_>) -> String {
    let name = ["who", "inviter"].iter().find_map(|name| mail.data.get(name).and_then(Json::as_str));
    name.unwrap_or_default().to_owned()
}

/// Mails about public reports, which are never held for their number.
fn is_public(mail: &Mail<'_>) -> bool {
    mail.once_key.starts_with("public.")
}

impl Act {
    /// Promises a mail: it is sent if and only if the act is committed.
    pub(crate) async fn mail(&mut self, mail: &Mail<'_>) -> Result<(), Error> {
        self.numbered_mail(mail).await.map(drop)
    }

    /// As `mail`, and tells the mail's number. Duplicates within the hour, and what no mail server takes for long, are
    /// noted as held.
    pub(crate) async fn numbered_mail(&mut self, mail: &Mail<'_>) -> Result<i64, Error> {
        let now_s = now_ms() / 1000;
        let (rank, who) = (self.rank(mail).await?, who(mail));
        let held = self.is_told(mail.once_key, now_s).await? || self.is_flood(mail, rank, &who).await?;
        let seal = |plain: &Json| self.seal.seal(plain.to_string().as_bytes());
        let sealed = (!held).then(|| seal(mail.data)).transpose()?;
        let route = self.mail_route.as_ref().filter(|_| !held).map(seal).transpose()?;
        let done = sqlx::query(
            "INSERT INTO mail (made_s, kind, login, address, language, sealed, route, by_old_route, once_key, state, \
             next_try_s, rank, who) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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
        .bind(rank.number())
        .bind(who)
        .execute(&mut *self.tx)
        .await?;
        self.mailed |= !held;
        Ok(done.last_insert_rowid())
    }

    async fn rank(&mut self, mail: &Mail<'_>) -> Result<Rank, Error> {
        // A superuser tries whether mails leave.
        if mail.kind == MailKind::Test || is_public(mail) {
            return Ok(Rank::Superuser);
        }
        let sql = "SELECT superuser, state FROM user WHERE login = ?";
        let found: Option<(bool, String)> = sqlx::query_as(sql).bind(mail.login).fetch_optional(&mut *self.tx).await?;
        Ok(match found {
            Some((true, state)) if state == "active" => Rank::Superuser,
            Some((_, state)) if state != "invited" => Rank::User,
            _ => Rank::Stranger,
        })
    }

    /// Whether a mail with this key was promised within the hour.
    async fn is_told(&mut self, once_key: &str, now_s: i64) -> Result<bool, Error> {
        let sql = "SELECT ?1 <> '' AND EXISTS (SELECT 1 FROM mail WHERE once_key = ?1 AND made_s > ?2 \
                   AND state <> 'held')";
        let query = sqlx::query_scalar(sql).bind(once_key).bind(now_s - ONCE_HOLD_S);
        Ok(query.fetch_one(&mut *self.tx).await?)
    }

    async fn is_flood(&mut self, mail: &Mail<'_>, rank: Rank, who: &str) -> Result<bool, Error> {
        if is_public(mail) {
            return Ok(false);
        }
        let (own_max, all_max) = rank.limits();
        let sql = "SELECT coalesce((SELECT count(*) FROM mail WHERE state = 'waiting' AND rank = ?1 AND login = ?2 \
                   AND who = ?3) >= ?4, 0)";
        let own = sqlx::query_scalar(sql).bind(rank.number()).bind(mail.login).bind(who).bind(own_max);
        Ok(own.fetch_one(&mut *self.tx).await? || self.is_full(rank, all_max).await?)
    }

    async fn is_full(&mut self, rank: Rank, waiting_max: Option<i64>) -> Result<bool, Error> {
        let Some(waiting_max) = waiting_max else { return Ok(false) };
        let sql = "SELECT count(*) >= ? FROM mail WHERE state = 'waiting' AND rank = ?";
        Ok(sqlx::query_scalar(sql).bind(waiting_max).bind(rank.number()).fetch_one(&mut *self.tx).await?)
    }

    /// Refuses another mail to somebody who has not asked for it: an invitation, or news of a changed address.
    pub(crate) async fn refuse_unasked(&mut self, login: &str, address: &str, now_s: i64) -> Result<(), Error> {
        let sql = "SELECT count(*) FROM mail WHERE (address = ?1 COLLATE NOCASE OR login = ?2) AND made_s > ?3 \
                   AND (kind = ?4 OR once_key LIKE ?5)";
        let query = sqlx::query_scalar(sql).bind(address).bind(login).bind(now_s - HOUR_S);
        let sent: i64 =
            query.bind(MailKind::Invitation.name()).bind(format!("{NEW_ADDRESS}:%")).fetch_one(&mut *self.tx).await?;
        if sent >= UNASKED_PER_HOUR_MAX {
            return Err(Error::Refused(format!(
                "{address} was sent {UNASKED_PER_HOUR_MAX} mails about invitations and addresses within the hour; try \
                 again in an hour; of an invitation a link can be handed over"
            )));
        }
        Ok(())
    }

    /// Refuses an invitation while so many mails to people who are no users yet wait that it would be held.
    pub(crate) async fn refuse_where_held(&mut self) -> Result<(), Error> {
        match self.is_full(Rank::Stranger, Some(WAITING_STRANGERS_MAX)).await? {
            true => Err(Error::Refused(format!(
                "{WAITING_STRANGERS_MAX} mails to people who are no users yet wait for the mail server; try again when \
                 it has taken them, or hand over a link"
            ))),
            false => Ok(()),
        }
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

/// How the keys of mails begin that tell a new address of the change.
pub(crate) const NEW_ADDRESS: &str = "user.email_changed_to";

/// What makes two mails of acts the same: kind, subject, who did it from which address, and everything that is told of
/// the act, so that a harmless one never hides another. Of public reports each act has mails of its own, named by its
/// line in the record.
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
    let all = ["who", "address", "detail"].map(|name| told.get(name).cloned().unwrap_or_default());
    format!("{}:{subject}:{}", kind.name(), hex(&Sha256::digest(Json::from(all.to_vec()).to_string())[..16]))
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Meta;
    use makoto_access::{Caller, Principal};
    use makoto_catalog::Catalog;
    use serde_json::json;
    use std::sync::Arc;

    async fn open(dir: &tempfile::TempDir) -> Meta {
        let meta = Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await.unwrap();
        let mut act = meta.begin_unrecorded().await.unwrap();
        for (login, superuser) in [("root", 1), ("ada", 0), ("mallory", 0)] {
            let sql = "INSERT INTO user (login, email, password_hash, superuser, created_s) VALUES (?1, \
                       ?1 || '@people.example', '', ?2, 0)";
            sqlx::query(sql).bind(login).bind(superuser).execute(&mut *act.tx).await.unwrap();
        }
        meta.commit(act).await.unwrap();
        meta
    }

    async fn promise(act: &mut Act, login: &str, who: &str) -> i64 {
        let data = json!({ "who": who });
        let address = format!("{login}@people.example");
        let kind = MailKind::Event;
        let mail = Mail { kind, login, address: &address, language: "en", data: &data, once_key: "" };
        act.numbered_mail(&mail).await.unwrap()
    }

    /// As many mails as one person's acts may leave waiting for one user.
    async fn flood(act: &mut Act, login: &str, who: &str) {
        let sql = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) \
                   INSERT INTO mail (made_s, kind, login, address, language, sealed, once_key, next_try_s, rank, who) \
                   SELECT 0, 'test', ?, '', '', x'00', '', 0, ?, ? FROM n";
        let (max, rank) = match login {
            "root" => (WAITING_PER_SUPERUSER_MAX, 2),
            "" => (WAITING_STRANGERS_MAX, 0),
            _ => (WAITING_PER_USER_MAX, 1),
        };
        sqlx::query(sql).bind(max).bind(login).bind(rank).bind(who).execute(&mut *act.tx).await.unwrap();
    }

    async fn is_waiting(act: &mut Act, id: i64) -> bool {
        let sql = "SELECT state = 'waiting' FROM mail WHERE id = ?";
        sqlx::query_scalar(sql).bind(id).fetch_one(&mut *act.tx).await.unwrap()
    }

    #[tokio::test]
    async fn promise_16_a_flood_holds_only_mails_of_who_floods_to_one_person() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let mut act = meta.begin_unrecorded().await.unwrap();
        for (login, who) in [("mallory", "mallory"), ("root", "mallory"), ("", "mallory")] {
            flood(&mut act, login, who).await;
        }
        for (login, who, waits) in [
            ("mallory", "mallory", false),
            ("mallory", "root", true),
            ("ada", "mallory", true),
            ("ada", "ada", true),
            ("root", "mallory", false),
            ("root", "ada", true),
            ("nobody", "ada", false),
        ] {
            let id = promise(&mut act, login, who).await;
            assert_eq!(is_waiting(&mut act, id).await, waits, "to {login} about {who}");
        }
        let data = json!({ "who": "mallory" });
        let (kind, once_key) = (MailKind::Event, "public.activated:7:mallory");
        let mail = Mail { kind, login: "mallory", address: "m", language: "en", data: &data, once_key };
        let id = act.numbered_mail(&mail).await.unwrap();
        assert!(is_waiting(&mut act, id).await, "of public reports nothing is held");
    }

    #[tokio::test]
    async fn mails_of_all_users_together_are_bounded_and_those_to_superusers_go_on() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let mut act = meta.begin_unrecorded().await.unwrap();
        for n in 0..WAITING_USERS_MAX / WAITING_PER_USER_MAX {
            flood(&mut act, &format!("user{n}"), "mallory").await;
        }
        let (ada, root) = (promise(&mut act, "ada", "ada").await, promise(&mut act, "root", "ada").await);
        assert!(!is_waiting(&mut act, ada).await && is_waiting(&mut act, root).await);
    }

    #[tokio::test]
    async fn promise_16_superusers_are_told_first() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let mut act = meta.begin_unrecorded().await.unwrap();
        act.mail_route = Some(json!({ "Host": "mail.example" }));
        for login in ["guest", "ada", "mallory", "root"] {
            promise(&mut act, login, "mallory").await;
        }
        meta.commit_quietly(act).await.unwrap();
        let now_s = now_ms() / 1000 + 1;
        let mut taken = Vec::new();
        for _ in 0..2 {
            taken.extend(meta.take_mail(now_s, 2).await.unwrap().into_iter().map(|letter| letter.login));
        }
        assert_eq!(taken, ["root", "ada", "mallory", "guest"]);
    }

    #[tokio::test]
    async fn promise_16_the_same_act_of_another_or_from_elsewhere_is_told() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let caller =
            |principal: Principal, address: &str| Caller { address: address.parse().ok(), ..Caller::inside(principal) };
        let detail = json!({ "login": "ada" });
        for (caller, waits) in [
            (caller(Principal::Anonymous, "203.0.113.1"), true),
            (caller(Principal::Anonymous, "203.0.113.1"), false),
            (caller(Principal::Anonymous, "203.0.113.2"), true),
            (caller(Principal::Operator, "203.0.113.1"), true),
            (caller(Principal::Operator, "203.0.113.1"), false),
        ] {
            meta.record(&caller, Activity::PasswordChanged, detail.clone()).await.unwrap();
            let sql = "SELECT state = 'waiting' FROM mail ORDER BY id DESC LIMIT 1";
            let waiting: bool = sqlx::query_scalar(sql).fetch_one(&meta.read).await.unwrap();
            assert_eq!(waiting, waits, "{} from {:?}", caller.principal.name(), caller.address);
        }
        let mut act = meta.begin_unrecorded().await.unwrap();
        sqlx::query("UPDATE mail SET made_s = made_s - ?").bind(ONCE_HOLD_S).execute(&mut *act.tx).await.unwrap();
        meta.commit_quietly(act).await.unwrap();
        let again = caller(Principal::Operator, "203.0.113.1");
        meta.record(&again, Activity::PasswordChanged, detail).await.unwrap();
        let sql = "SELECT count(*) FROM mail WHERE state = 'waiting'";
        assert_eq!(sqlx::query_scalar::<_, i64>(sql).fetch_one(&meta.read).await.unwrap(), 4, "the hour is over");
    }
}
