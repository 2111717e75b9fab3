//! The mail that keeps superusers from forgetting what is public. Nobody can end it while a whole site is.

use super::{PublicGrant, PublicState};
use crate::{Act, Activity, Error, Mail, MailKind, Meta, record};
use makoto_access::{Caller, InstanceGrant, Principal};
use serde_json::{Value as Json, json};
use sqlx::Row;

const DAY_S: i64 = 24 * 60 * 60;
/// Days after which whoever chose fewer mails is told all the same of what was carried over, and after which its absence
/// is an alarm.
const INHERITED_DAYS: (i64, i64) = (7, 8);
/// Hosts that one entry of the mail names.
const HOSTS_MAX: u32 = 3;

/// How often a superuser is reminded.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ReminderEvery {
    Week,
    Month,
    /// Never; counts as every month while a whole site is public.
    Off,
}

impl ReminderEvery {
    pub fn name(self) -> &'static str {
        match self {
            ReminderEvery::Week => "weekly",
            ReminderEvery::Month => "monthly",
            ReminderEvery::Off => "off",
        }
    }

    pub fn parse(name: &str) -> Option<ReminderEvery> {
        [ReminderEvery::Week, ReminderEvery::Month, ReminderEvery::Off].into_iter().find(|every| every.name() == name)
    }

    /// Days between two mails, and the days after which their absence is an alarm.
    fn days(self, whole_site: bool) -> Option<(i64, i64)> {
        match self {
            ReminderEvery::Week => Some((7, 8)),
            ReminderEvery::Month => Some((30, 32)),
            ReminderEvery::Off if whole_site => Some((30, 32)),
            ReminderEvery::Off => None,
        }
    }
}

/// A superuser's reminder.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct ReminderState {
    pub every: ReminderEvery,
    pub last_s: Option<i64>,
    pub next_due_s: Option<i64>,
    /// The last mail is longer ago than it may be.
    pub overdue: bool,
}

/// Whether superusers are to be reminded of a grant: it shows something, may do so again, or was carried over and waits.
fn is_remembered(grant: &PublicGrant) -> bool {
    match grant.state {
        PublicState::Active | PublicState::Paused => true,
        PublicState::Pending => grant.source == "matomo",
        PublicState::Expired | PublicState::Revoked => false,
    }
}

/// One superuser with what was chosen and done for them.
struct Reader {
    login: String,
    email: String,
    language: String,
    every: ReminderEvery,
    last_s: Option<i64>,
}

impl Reader {
    /// The moment from which the time to the next mail counts.
    fn counts_from_s(&self, first_s: i64) -> i64 {
        self.last_s.map_or(first_s, |last_s| last_s.max(first_s))
    }

    fn state(&self, book: &[&PublicGrant], now_s: i64) -> ReminderState {
        let whole_site = book.iter().any(|grant| grant.state == PublicState::Active && grant.is_whole_site());
        let first_s = book.iter().map(|grant| grant.requested_s).min();
        let moments = |from_s: i64, (after, alarm): (i64, i64)| (from_s + after * DAY_S, from_s + alarm * DAY_S);
        let usual =
            first_s.and_then(|first_s| Some(moments(self.counts_from_s(first_s), self.every.days(whole_site)?)));
        let untold = |grant: &&&PublicGrant| {
            grant.source == "matomo" && self.last_s.is_none_or(|last_s| last_s < grant.requested_s)
        };
        let inherited = book.iter().filter(untold).map(|grant| moments(grant.requested_s, INHERITED_DAYS));
        let times = inherited.chain(usual).min();
        ReminderState {
            every: self.every,
            last_s: self.last_s,
            next_due_s: times.map(|(due_s, _)| due_s),
            overdue: times.is_some_and(|(_, alarm_s)| alarm_s <= now_s),
        }
    }
}

impl Act {
    async fn readers(&mut self) -> Result<Vec<Reader>, Error> {
        let sql = "SELECT login, email, language, coalesce(every, 'weekly') AS every, last_s FROM user \
                   LEFT JOIN public_reminder USING (login) WHERE superuser = 1 AND state = 'active' ORDER BY login";
        let rows = sqlx::query(sql).fetch_all(&mut *self.tx).await?;
        let read = |row: &sqlx::sqlite::SqliteRow| {
            let every: String = row.try_get("every")?;
            Ok(Reader {
                login: row.try_get("login")?,
                email: row.try_get("email")?,
                language: row.try_get("language")?,
                every: ReminderEvery::parse(&every)
                    .ok_or_else(|| Error::Corrupt(format!("a reminder comes {every}")))?,
                last_s: row.try_get("last_s")?,
            })
        };
        rows.iter().map(read).collect()
    }
}

impl Meta {
    /// How often a superuser is reminded, and whether that works.
    ///
    /// # Errors
    /// `NotFound` for who is no superuser.
    pub async fn reminder_of(&self, login: &str) -> Result<ReminderState, Error> {
        let mut act = self.begin_unrecorded().await?;
        let readers = act.readers().await?;
        drop(act);
        let reader = readers.iter().find(|reader| reader.login.eq_ignore_ascii_case(login));
        let reader = reader.ok_or_else(|| Error::NotFound(format!("{login} is no superuser")))?;
        let snapshot = self.snapshot();
        let book: Vec<&PublicGrant> = snapshot.public.grants.values().filter(|grant| is_remembered(grant)).collect();
        Ok(reader.state(&book, self.steady_now_s()))
    }

    /// Whether some superuser's reminder is longer ago than it may be.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reminder_overdue(&self) -> Result<bool, Error> {
        let mut act = self.begin_unrecorded().await?;
        let readers = act.readers().await?;
        drop(act);
        let snapshot = self.snapshot();
        let book: Vec<&PublicGrant> = snapshot.public.grants.values().filter(|grant| is_remembered(grant)).collect();
        let now_s = self.steady_now_s();
        Ok(readers.iter().any(|reader| reader.state(&book, now_s).overdue))
    }

    /// Chooses how often a superuser is reminded.
    ///
    /// # Errors
    /// `Refused` when it is to end while a whole site is public.
    pub async fn set_reminder(&self, caller: &Caller, login: &str, every: ReminderEvery) -> Result<(), Error> {
        let now_s = self.steady_now_s();
        let snapshot = self.snapshot();
        let whole_site = snapshot.public.live(now_s).any(PublicGrant::is_whole_site);
        if every == ReminderEvery::Off && whole_site {
            return Err(Error::Refused("a whole site is public; nobody may forget that, so choose every month".into()));
        }
        let detail = json!({ "login": login, "after": every.name() });
        let mut act = self.begin(caller, Activity::PublicReminderSet, detail).await?;
        let sql = "INSERT INTO public_reminder (login, every) VALUES (?, ?) \
                   ON CONFLICT (login) DO UPDATE SET every = excluded.every";
        sqlx::query(sql).bind(login).bind(every.name()).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await
    }

    /// What a reminder says of each grant. `findings`: how many texts of it look like personal data.
    async fn entries_of(
        &self,
        book: &[&PublicGrant],
        since_s: i64,
        findings: &[(i64, u64)],
    ) -> Result<Vec<Json>, Error> {
        let (snapshot, now_s) = (self.snapshot(), self.steady_now_s());
        let mut entries = Vec::with_capacity(book.len());
        for grant in book {
            let (views, hosts) = self.views_since(grant.id, since_s, HOSTS_MAX).await?;
            let days = |time_s: i64| (time_s - now_s).div_euclid(DAY_S).max(0);
            entries.push(json!({
                "grant": grant.id,
                "site": snapshot.site_rows.get(&grant.site).map_or("", |site| site.name.as_str()),
                "state": grant.state.name(),
                "what": grant.scope.what.name(),
                "age_days": (now_s - grant.activated_s.unwrap_or(grant.requested_s)).div_euclid(DAY_S),
                "views": views,
                "hosts": hosts,
                "days_left": grant.expires_s.or(grant.confirm_by_s).map(days),
                "findings": findings.iter().find(|(id, _)| *id == grant.id).map_or(0, |(_, count)| *count),
            }));
        }
        Ok(entries)
    }

    /// Whether a reminder is due for somebody.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn reminder_due(&self) -> Result<bool, Error> {
        let mut act = self.begin_unrecorded().await?;
        let readers = act.readers().await?;
        drop(act);
        let (snapshot, now_s) = (self.snapshot(), self.steady_now_s());
        let book: Vec<&PublicGrant> = snapshot.public.grants.values().filter(|grant| is_remembered(grant)).collect();
        Ok(readers.iter().any(|reader| reader.state(&book, now_s).next_due_s.is_some_and(|due_s| due_s <= now_s)))
    }

    /// Mails every superuser whose reminder is due, once, however long nothing ran; how many there were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn remind_of_public(&self, findings: &[(i64, u64)]) -> Result<usize, Error> {
        self.remind(&Caller::inside(Principal::Job("public-reminder")), findings, false).await
    }

    /// Mails every superuser now, whether that is due or not, and tries again what waits.
    ///
    /// # Errors
    /// `Refused` when nothing is public.
    pub async fn remind_of_public_now(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        findings: &[(i64, u64)],
    ) -> Result<usize, Error> {
        match self.remind(caller, findings, true).await? {
            0 => Err(Error::Refused("nothing is public of which somebody could be reminded".into())),
            told => Ok(told),
        }
    }

    async fn remind(&self, caller: &Caller, findings: &[(i64, u64)], now: bool) -> Result<usize, Error> {
        let (snapshot, now_s) = (self.snapshot(), self.steady_now_s());
        let book: Vec<&PublicGrant> = snapshot.public.grants.values().filter(|grant| is_remembered(grant)).collect();
        let month = self.entries_of(&book, now_s - 30 * DAY_S, findings).await?;
        let week = self.entries_of(&book, now_s - 7 * DAY_S, findings).await?;
        let mut act = self.begin_unrecorded().await?;
        let mut told = Vec::new();
        for reader in act.readers().await? {
            let due = reader.state(&book, now_s).next_due_s.is_some_and(|due_s| due_s <= now_s);
            if !due && (!now || book.is_empty()) {
                continue;
            }
            let (days, entries) = match reader.every {
                ReminderEvery::Week => (7, &week),
                ReminderEvery::Month | ReminderEvery::Off => (30, &month),
            };
            let data = json!({ "days": days, "entries": entries });
            let once_key = format!("public.reminder:{}:{now_s}", reader.login);
            let mail = Mail {
                kind: MailKind::PublicReminder,
                login: &reader.login,
                address: &reader.email,
                language: &reader.language,
                data: &data,
                once_key: &once_key,
            };
            act.mail(&mail).await?;
            let sql = "INSERT INTO public_reminder (login, every, last_s) VALUES (?1, ?2, ?3) \
                       ON CONFLICT (login) DO UPDATE SET last_s = excluded.last_s";
            sqlx::query(sql).bind(&reader.login).bind(reader.every.name()).bind(now_s).execute(&mut *act.tx).await?;
            told.push(reader.login);
        }
        if told.is_empty() {
            return Ok(0);
        }
        let detail = json!({ "logins": told, "grants": book.iter().map(|grant| grant.id).collect::<Vec<_>>() });
        record::insert(&mut act, caller, Activity::PublicReminded, &detail).await?;
        if now {
            act.hasten_mail(now_s).await?;
        }
        self.commit_quietly(act).await?;
        Ok(told.len())
    }
}
