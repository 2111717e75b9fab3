//! The way of a promised mail to the mail server: taken, sent or tried again, wiped.

use crate::{Act, Activity, Error, Mail, MailKind, Meta, Turn, outbox::Rank};
use makoto_access::{Caller, Principal};
use serde_json::{Value as Json, json};
use sqlx::{Row, sqlite::SqliteRow};
use std::time::{Duration, Instant};

/// The wait after the first failed try, in seconds; it doubles with each further one …
const RETRY_S_MIN: i64 = 60;
/// … up to this, in seconds.
const RETRY_S_MAX: i64 = 60 * 60;
/// Tries before a mail counts as failed: with the waits above they fill 24 hours.
const TRIES_MAX: i64 = 30;
/// Done mails are forgotten after this, in seconds (30 days): they hold addresses.
const DONE_KEEP_S: i64 = 30 * 24 * 60 * 60;
/// Failures of this time count for the warning, in seconds: a week.
const FAILED_COUNT_S: i64 = 7 * 24 * 60 * 60;
/// Longest reason that is kept, in characters: a line on a page.
const FAULT_CHARS_MAX: usize = 300;
/// Pause between two looks whether a mail was tried.
const TRIED_PAUSE: Duration = Duration::from_millis(200);

/// A mail to be sent now.
#[derive(Clone, PartialEq, Debug)]
pub struct Letter {
    pub id: i64,
    pub kind: MailKind,
    /// Whom it is for; empty for an address without an account.
    pub login: String,
    pub address: String,
    pub language: String,
    pub made_s: i64,
    /// This one included.
    pub tries: i64,
    pub data: Json,
    /// The settings of the mail server by which it must leave, when they are not those in force.
    pub route: Option<Json>,
}

/// How a try ended that was no success.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Undelivered {
    /// Later it may work.
    Later(String),
    /// The address, or the mail itself, is refused for good.
    Never(String),
}

/// How the outbox does.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct MailCounts {
    pub waiting: i64,
    /// Of those that wait, tried in vain.
    pub refused: i64,
    pub sent: i64,
    pub held: i64,
    /// Of the last week.
    pub failed: i64,
    pub last_sent_s: Option<i64>,
    pub last_failed_s: Option<i64>,
    /// Why the newest failure, or the newest vain try, was one.
    pub last_fault: String,
}

/// A mail without its content.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct MailRow {
    pub id: i64,
    pub kind: String,
    pub address: String,
    pub state: String,
    pub tries: i64,
    pub made_s: i64,
    pub done_s: Option<i64>,
    pub fault: String,
}

/// Seconds until the next try after this many.
fn wait_s(tries: i64) -> i64 {
    let doublings = u32::try_from(tries.clamp(1, 20) - 1).unwrap_or(0);
    (RETRY_S_MIN << doublings).min(RETRY_S_MAX)
}

/// In whose name failures are recorded.
fn sender() -> Caller {
    Caller::inside(Principal::Job("mail"))
}

fn cut(fault: &str) -> String {
    fault.chars().take(FAULT_CHARS_MAX).collect()
}

impl Meta {
    /// Resolves when mails were promised since it was last asked.
    pub async fn mail_promised(&self) {
        self.mail_ready.notified().await;
    }

    /// The mails that are due, those to superusers first; while no mail server is set, those that have one of their own.
    /// Each counts as tried from now on, so that one that ends the process is not tried without end, and is due again
    /// later unless `end_mail` says that it was sent.
    ///
    /// # Errors
    /// When the store fails, or holds what cannot be read.
    pub async fn take_mail(&self, now_s: i64, mails_max: u32) -> Result<Vec<Letter>, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "SELECT * FROM mail WHERE state = 'waiting' AND rank = ? AND next_try_s <= ? \
                   AND (? OR route IS NOT NULL) ORDER BY next_try_s, id LIMIT ?";
        let mut rows: Vec<SqliteRow> = Vec::new();
        for rank in Rank::ALL {
            let room = mails_max.saturating_sub(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            let query = sqlx::query(sql).bind(rank.number()).bind(now_s).bind(self.has_mail_server()).bind(room);
            rows.extend(query.fetch_all(&mut *act.tx).await?);
        }
        let mut letters = Vec::with_capacity(rows.len());
        for row in &rows {
            let letter = self.letter(row)?;
            sqlx::query("UPDATE mail SET tries = ?, next_try_s = ? WHERE id = ?")
                .bind(letter.tries)
                .bind(now_s + wait_s(letter.tries))
                .bind(letter.id)
                .execute(&mut *act.tx)
                .await?;
            letters.push(letter);
        }
        self.commit_quietly(act).await?;
        Ok(letters)
    }

    fn letter(&self, row: &SqliteRow) -> Result<Letter, Error> {
        let corrupt = |what: &str| Error::Corrupt(format!("the mail has {what}"));
        let open = |sealed: &[u8]| -> Result<Json, Error> {
            serde_json::from_slice(&self.unseal(sealed)?).map_err(|_| corrupt("a content that is no JSON"))
        };
        let kind: &str = row.try_get("kind")?;
        let sealed: Option<&[u8]> = row.try_get("sealed")?;
        let route: Option<&[u8]> = row.try_get("route")?;
        Ok(Letter {
            id: row.try_get("id")?,
            kind: MailKind::parse(kind).ok_or_else(|| corrupt("an unknown kind"))?,
            login: row.try_get("login")?,
            address: row.try_get("address")?,
            language: row.try_get("language")?,
            made_s: row.try_get("made_s")?,
            tries: row.try_get::<i64, _>("tries")? + 1,
            data: open(sealed.ok_or_else(|| corrupt("no content"))?)?,
            route: route.map(open).transpose()?,
        })
    }

    /// When the next mail is due, in seconds since 1970; `None` when none waits that could leave.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn next_mail_s(&self) -> Result<Option<i64>, Error> {
        let sql = "SELECT min(next_try_s) FROM mail WHERE state = 'waiting' AND (? OR route IS NOT NULL)";
        Ok(sqlx::query_scalar(sql).bind(self.has_mail_server()).fetch_one(&self.read).await?)
    }

    /// Notes what came of a try. The content is wiped when there will be no other.
    ///
    /// # Errors
    /// When the store cannot be written; the mail may be sent twice then.
    pub async fn end_mail(&self, letter: &Letter, outcome: Result<(), Undelivered>, now_s: i64) -> Result<(), Error> {
        let fault = match outcome {
            Ok(()) => return self.close_mail(self.begin_unrecorded().await?, letter.id, "sent", "", now_s).await,
            Err(Undelivered::Later(fault)) if letter.tries < TRIES_MAX => {
                let mut act = self.begin_unrecorded().await?;
                let update = sqlx::query("UPDATE mail SET fault = ? WHERE id = ?").bind(cut(&fault)).bind(letter.id);
                update.execute(&mut *act.tx).await?;
                return self.commit_quietly(act).await;
            }
            Err(Undelivered::Later(fault) | Undelivered::Never(fault)) => cut(&fault),
        };
        let detail = json!({ "mail": letter.id, "mail_kind": letter.kind.name(), "address": letter.address,
            "fault": fault });
        let act = self.begin(&sender(), Activity::MailFailed, detail).await?;
        self.close_mail(act, letter.id, "failed", &fault, now_s).await
    }

    async fn close_mail(&self, mut act: Act, id: i64, state: &str, fault: &str, now_s: i64) -> Result<(), Error> {
        let sql = "UPDATE mail SET state = ?, fault = ?, done_s = ?, sealed = NULL, route = NULL WHERE id = ?";
        sqlx::query(sql).bind(state).bind(fault).bind(now_s).bind(id).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// Makes every waiting mail due now: the mail server's settings changed, or it works again.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn hasten_mail(&self, now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        act.hasten_mail(now_s).await?;
        self.commit_quietly(act).await
    }

    /// Gives up mails that waited too long for a mail server or whose links are of no use any more. Returns how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn give_up_mail(&self, now_s: i64) -> Result<u64, Error> {
        let mut given_up = 0;
        for kind in MailKind::ALL {
            let late = "SELECT count(*) FROM mail WHERE state = 'waiting' AND kind = ? AND made_s < ?";
            let made_s = now_s - kind.lives_s();
            let late: i64 = sqlx::query_scalar(late).bind(kind.name()).bind(made_s).fetch_one(&self.read).await?;
            if late == 0 {
                continue;
            }
            let detail = json!({ "mail_kind": kind.name(), "mails": late, "fault": "waited too long" });
            let mut act = self.begin(&sender(), Activity::MailFailed, detail).await?;
            let sql = "UPDATE mail SET state = 'failed', sealed = NULL, route = NULL, done_s = ?, \
                       fault = CASE fault WHEN '' THEN 'waited too long' ELSE fault END \
                       WHERE state = 'waiting' AND kind = ? AND made_s < ?";
            let done = sqlx::query(sql).bind(now_s).bind(kind.name()).bind(made_s).execute(&mut *act.tx).await?;
            given_up += done.rows_affected();
            self.commit_quietly(act).await?;
        }
        Ok(given_up)
    }

    /// Forgets mails that were done with long ago. Returns how many.
    ///
    /// # Errors
    /// When the store cannot be written, or the turn was another's.
    pub async fn forget_mail(&self, turn: &Turn, now_s: i64) -> Result<u64, Error> {
        let mut act = self.begin_unrecorded().await?;
        act.end_turn(turn, now_s).await?;
        let sql = "DELETE FROM mail WHERE state <> 'waiting' AND coalesce(done_s, made_s) < ?";
        let gone = sqlx::query(sql).bind(now_s - DONE_KEEP_S).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await?;
        Ok(gone.rows_affected())
    }

    /// How the outbox does.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn mail_counts(&self, now_s: i64) -> Result<MailCounts, Error> {
        let sql = "SELECT count(*) FILTER (WHERE state = 'waiting') AS waiting, \
                   count(*) FILTER (WHERE state = 'waiting' AND fault <> '') AS refused, \
                   count(*) FILTER (WHERE state = 'sent') AS sent, \
                   count(*) FILTER (WHERE state = 'held') AS held, \
                   count(*) FILTER (WHERE state = 'failed' AND done_s > ?) AS failed, \
                   max(done_s) FILTER (WHERE state = 'sent') AS last_sent_s, \
                   max(done_s) FILTER (WHERE state = 'failed') AS last_failed_s FROM mail";
        let row = sqlx::query(sql).bind(now_s - FAILED_COUNT_S).fetch_one(&self.read).await?;
        let fault = "SELECT fault FROM mail WHERE fault <> '' ORDER BY coalesce(done_s, next_try_s) DESC LIMIT 1";
        let fault: Option<String> = sqlx::query_scalar(fault).fetch_optional(&self.read).await?;
        Ok(MailCounts {
            waiting: row.try_get("waiting")?,
            refused: row.try_get("refused")?,
            sent: row.try_get("sent")?,
            held: row.try_get("held")?,
            failed: row.try_get("failed")?,
            last_sent_s: row.try_get("last_sent_s")?,
            last_failed_s: row.try_get("last_failed_s")?,
            last_fault: fault.unwrap_or_default(),
        })
    }

    fn has_mail_server(&self) -> bool {
        self.mail_route().is_some()
    }

    /// One mail without its content.
    ///
    /// # Errors
    /// `NotFound` when it was forgotten or never was.
    pub async fn mail_row(&self, id: i64) -> Result<MailRow, Error> {
        let row = sqlx::query("SELECT * FROM mail WHERE id = ?").bind(id).fetch_optional(&self.read).await?;
        let row = row.ok_or_else(|| Error::NotFound(format!("there is no mail {id}")))?;
        Ok(MailRow {
            id: row.try_get("id")?,
            kind: row.try_get("kind")?,
            address: row.try_get("address")?,
            state: row.try_get("state")?,
            tries: row.try_get("tries")?,
            made_s: row.try_get("made_s")?,
            done_s: row.try_get("done_s")?,
            fault: row.try_get("fault")?,
        })
    }

    /// One mail once it was tried, or after a while as it is then.
    ///
    /// # Errors
    /// As `mail_row`.
    pub async fn tried_mail(&self, id: i64, wait_max: Duration) -> Result<MailRow, Error> {
        let began = Instant::now();
        loop {
            let row = self.mail_row(id).await?;
            if row.state != "waiting" || !row.fault.is_empty() || began.elapsed() > wait_max {
                return Ok(row);
            }
            tokio::time::sleep(TRIED_PAUSE).await;
        }
    }

    /// Promises a mail that tries the settings; its number.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn test_mail(&self, caller: &Caller, address: &str) -> Result<i64, Error> {
        let mut act = self.begin(caller, Activity::MailTested, json!({ "address": address })).await?;
        let who = caller.principal.name();
        let language: Option<String> = sqlx::query_scalar("SELECT language FROM user WHERE login = ?")
            .bind(&who)
            .fetch_optional(&mut *act.tx)
            .await?;
        let language = language.unwrap_or_default();
        let data = json!({ "who": who });
        let mail = Mail { kind: MailKind::Test, login: "", address, language: &language, data: &data, once_key: "" };
        let id = act.numbered_mail(&mail).await?;
        self.commit_quietly(act).await?;
        Ok(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::{Catalog, Control, Feature, Level, Setting};
    use std::sync::Arc;

    static HOST: Setting<String> = Setting {
        key: "CoreAdminHome.mailHost",
        level: Level::Instance,
        default: || "mail.example".to_owned(),
        check: |_| Ok(()),
        title: "",
        doc: "",
        control: Control::Text,
        secret: true,
        security: true,
    };
    static FEATURE: Feature =
        Feature { name: "CoreAdminHome", dimensions: &[], metrics: &[], reports: &[], settings: &[&HOST] };
    static FEATURES: &[&Feature] = &[&FEATURE];

    async fn open(dir: &tempfile::TempDir) -> Meta {
        Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(FEATURES).unwrap())).await.unwrap()
    }

    async fn promise(meta: &Meta, once_key: &str) -> i64 {
        let mut act = meta.begin_unrecorded().await.unwrap();
        let data = json!({ "token": "kingfisher" });
        let (kind, address) = (MailKind::PasswordReset, "ada@people.example");
        let mail = Mail { kind, login: "ada", address, language: "en", data: &data, once_key };
        let id = act.numbered_mail(&mail).await.unwrap();
        meta.commit_quietly(act).await.unwrap();
        id
    }

    fn now_s() -> i64 {
        crate::record::now_ms() / 1000
    }

    async fn state(meta: &Meta, id: i64) -> (String, i64) {
        let row = meta.mail_row(id).await.unwrap();
        (row.state, row.tries)
    }

    async fn sealed(meta: &Meta) -> i64 {
        let sql = "SELECT count(*) FROM mail WHERE sealed IS NOT NULL";
        sqlx::query_scalar(sql).fetch_one(&meta.read).await.unwrap()
    }

    #[tokio::test]
    async fn promise_16_duplicates_are_held_back_and_content_goes_when_it_is_sent() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let (first, second) = (promise(&meta, "a").await, promise(&meta, "a").await);
        promise(&meta, "b").await;
        promise(&meta, "").await;
        promise(&meta, "").await;
        meta.mail_promised().await;
        let letters = meta.take_mail(now_s(), 10).await.unwrap();
        assert_eq!(letters.len(), 4);
        assert_eq!(letters[0].data, json!({ "token": "kingfisher" }));
        assert_eq!(sealed(&meta).await, 4);
        for letter in &letters {
            meta.end_mail(letter, Ok(()), now_s()).await.unwrap();
        }
        assert_eq!(sealed(&meta).await, 0);
        assert_eq!(state(&meta, first).await.0, "sent");
        assert_eq!(state(&meta, second).await.0, "held");
        let counts = meta.mail_counts(now_s()).await.unwrap();
        assert_eq!((counts.waiting, counts.sent, counts.held, counts.failed), (0, 4, 1, 0));
    }

    #[tokio::test]
    async fn secret_settings_are_encrypted_and_a_change_is_told_of_by_the_server_from_before() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let root = "INSERT INTO user (login, email, password_hash, superuser, created_s) VALUES ('root', 'r@p.example', '', 1, 0)";
        let mut act = meta.begin_unrecorded().await.unwrap();
        sqlx::query(root).execute(&mut *act.tx).await.unwrap();
        meta.commit(act).await.unwrap();
        promise(&meta, "").await;
        let letters = meta.take_mail(now_s(), 10).await.unwrap();
        meta.end_mail(&letters[0], Ok(()), now_s()).await.unwrap();
        let caller = Caller::inside(Principal::Operator);
        meta.set_setting(&caller, HOST.key, "evil.example").await.unwrap();
        meta.set_setting(&caller, HOST.key, "").await.unwrap();
        assert_eq!(meta.snapshot().setting(&HOST), "");
        meta.set_setting(&caller, HOST.key, "evil.example").await.unwrap();
        let stored: String = sqlx::query_scalar("SELECT value FROM setting").fetch_one(&meta.read).await.unwrap();
        assert!(stored.starts_with("sealed:") && !stored.contains("evil"));
        assert_eq!(meta.snapshot().setting(&HOST), "evil.example");
        // Secret values look the same in the record, so the later changes are held back as duplicates.
        let letters = meta.take_mail(now_s(), 10).await.unwrap();
        assert_eq!(letters.len(), 1);
        assert_eq!(letters[0].route, Some(json!({ "Host": "mail.example" })));
        assert_eq!(letters[0].data["detail"]["after"], "•••");
    }

    #[tokio::test]
    async fn an_act_that_is_dropped_sends_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let mut act = meta.begin_unrecorded().await.unwrap();
        let data = json!({});
        let mail =
            Mail { kind: MailKind::Test, login: "", address: "a@b.example", language: "en", data: &data, once_key: "" };
        act.numbered_mail(&mail).await.unwrap();
        drop(act);
        assert_eq!(meta.take_mail(now_s(), 10).await.unwrap(), []);
    }

    #[tokio::test]
    async fn a_mail_is_tried_for_a_day_and_its_failure_is_recorded() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let id = promise(&meta, "").await;
        let (began_s, mut at_s, mut tries) = (now_s(), now_s(), 0);
        while let Some(next_s) = meta.next_mail_s().await.unwrap() {
            at_s = next_s.max(at_s);
            assert_eq!(meta.take_mail(next_s - 1, 10).await.unwrap(), [], "not before its time");
            let letters = meta.take_mail(at_s, 10).await.unwrap();
            assert_eq!(letters.len(), 1);
            tries += 1;
            let later = Undelivered::Later("the mail server does not answer".into());
            meta.end_mail(&letters[0], Err(later), at_s).await.unwrap();
        }
        assert_eq!(state(&meta, id).await, ("failed".into(), tries));
        assert!((23 * 3600..25 * 3600).contains(&(at_s - began_s)), "{}", at_s - began_s);
        assert_eq!(sealed(&meta).await, 0);
        let lines: Vec<String> = sqlx::query_scalar("SELECT detail FROM activity WHERE kind = 'mail.failed'")
            .fetch_all(&meta.read)
            .await
            .unwrap();
        assert_eq!(lines.len(), 1);
        assert!(lines[0].contains("ada@people.example") && !lines[0].contains("kingfisher"));
    }

    #[tokio::test]
    async fn an_address_that_is_refused_for_good_is_not_tried_again() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let id = promise(&meta, "").await;
        let letters = meta.take_mail(now_s(), 10).await.unwrap();
        meta.end_mail(&letters[0], Err(Undelivered::Never("no such user".into())), now_s()).await.unwrap();
        assert_eq!(state(&meta, id).await, ("failed".into(), 1));
    }

    #[tokio::test]
    async fn mails_that_nobody_takes_are_given_up_and_forgotten() {
        let dir = tempfile::tempdir().unwrap();
        let meta = open(&dir).await;
        let id = promise(&meta, "").await;
        assert_eq!(meta.give_up_mail(now_s() + MailKind::PasswordReset.lives_s()).await.unwrap(), 0);
        assert_eq!(meta.give_up_mail(now_s() + MailKind::PasswordReset.lives_s() + 2).await.unwrap(), 1);
        assert_eq!(state(&meta, id).await.0, "failed");
        let later_s = now_s() + DONE_KEEP_S + 2 * 3600;
        let turn = meta.take_turn("forget", crate::Every::Day, later_s).await.unwrap().unwrap();
        assert_eq!(meta.forget_mail(&turn, later_s).await.unwrap(), 1);
        assert!(meta.mail_row(id).await.is_err());
    }
}
