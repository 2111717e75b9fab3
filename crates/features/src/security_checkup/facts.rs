//! What checks are measured by: read from the stores, tried out, and looked at outside.

use super::deed::Deed;
use crate::{
    Services,
    privacy_manager::retention,
    probes::{Known, Outside},
    services::now_s,
    sites_manager,
};
use makoto_access::{Caller, InstanceGrant, Principal};
use makoto_catalog::{AnySetting, Setting, SettingText};
use makoto_identity::Whose;
use makoto_meta::{
    Activity, FAILURES_LOOKED_AT, FailureRow, MailKind, Person, SessionFact, Sighting, SightingKind, TokenFact,
};
use std::collections::{BTreeMap, BTreeSet};

pub const DAY_S: i64 = 24 * 60 * 60;
/// Passwords that no rule may let pass, and what is wrong with each.
const WEAK: [(&str, &str); 3] =
    [("password123456789", "a known one"), ("short-One1", "a short one"), ("aaaaaaaaaaaaaaaaaaaa", "one letter")];
/// An address at which nobody is.
const STRANGER: &str = "checkup@stranger.invalid";
/// Lines of the record whose addresses are looked at.
const ADDRESS_LINES: u32 = 1_000;
/// Days whose frames are looked at, and hosts of a grant in them.
const FRAMED_DAYS: i64 = 30;
const HOSTS_MAX: u32 = 200;
/// Networks that a fix may block at once.
const NETWORKS_MAX: u32 = 5;

/// What is known of the record of acts.
#[derive(Clone, Debug, Default)]
pub struct RecordFacts {
    pub findings: Vec<String>,
    pub lines: i64,
    /// When its head last left this machine, by mail or export.
    pub head_left_s: Option<i64>,
    /// Places that it is sent to: name, lines that wait, since when the oldest does, when something arrived last.
    pub streams: Vec<(String, i64, Option<i64>, i64)>,
}

/// What is known of sign-ins.
#[derive(Clone, Debug, Default)]
pub struct SignInFacts {
    /// Tries that failed in this hour, and in an hour of the week before on average.
    pub failed: i64,
    pub usual: f64,
    /// Who last signed in after several failures, and when.
    pub after_failures: Option<(i64, String)>,
    /// Networks with the most failures of the last day, and how many.
    pub networks: Vec<(String, i64)>,
    /// Addresses of the newest acts by how often.
    pub addresses: Vec<(String, i64)>,
}

/// What is known of mails and jobs.
#[derive(Clone, Debug, Default)]
pub struct MailFacts {
    pub configured: bool,
    pub last_sent_s: Option<i64>,
    pub last_failed_s: Option<i64>,
    /// The monthly mail about unused accounts: when it was sent, and when it was promised.
    pub inactive_mail: Option<(Option<i64>, i64)>,
    /// When the job behind it ran last.
    pub inactive_job_s: Option<i64>,
}

/// A grant by which everybody sees something now.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct PublicFact {
    pub id: i64,
    pub site: u32,
    pub what: String,
    pub reason: String,
    /// When a superuser last stood by it, and when it ends.
    pub confirmed_s: Option<i64>,
    pub expires_s: Option<i64>,
    /// Origins that may show it in a frame and from which nobody came within the days that views are looked at.
    pub unused_origins: Vec<String>,
}

/// How long a site's visits are kept.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct RetentionFact {
    pub site: u32,
    /// Old visits are deleted.
    pub deletes: bool,
    pub days: u32,
    /// Days between two deletions.
    pub every_days: u32,
    /// Reports of days without visits stay.
    pub keeps_reports: bool,
    pub last_purge_s: Option<i64>,
    /// The newest deletion failed.
    pub failed: bool,
}

/// Everything that is measured.
pub struct Facts {
    pub now_s: i64,
    /// The user who asks; nobody where a job or the operator does.
    pub asker: Option<String>,
    /// The asker's own session, which no fix ends.
    pub asker_session: Option<i64>,
    pub people: Vec<Person>,
    pub tokens: Vec<TokenFact>,
    pub sessions: Vec<SessionFact>,
    pub sites: usize,
    pub retention: Vec<RetentionFact>,
    /// Hosts of the sites, of this server, and of pages that showed the opt-out form in a frame.
    pub own_hosts: BTreeSet<String>,
    pub framed_by: Vec<Sighting>,
    pub public: Vec<PublicFact>,
    /// A superuser's reminder of what is public is longer ago than it may be.
    pub reminder_overdue: bool,
    /// The last reminder: when it was sent, and when it was promised.
    pub reminder_mail: Option<(Option<i64>, i64)>,
    /// Alerts about public reports that could not be delivered within the last week.
    pub alerts_failed: i64,
    /// Why nobody can be told by mail now.
    pub mail_fault: Option<&'static str>,
    /// Texts of the settings in force, and whether each is the default.
    pub settings: BTreeMap<&'static str, (String, bool)>,
    /// What is wrong with weak passwords that were admitted.
    pub weak_admitted: Vec<&'static str>,
    /// An address of a domain that nobody knows would be let in.
    pub stranger_allowed: bool,
    /// Until when the review of roles holds, and when one was last signed.
    pub review_due_s: i64,
    pub review_s: Option<i64>,
    pub record: Known<RecordFacts>,
    pub sign_ins: SignInFacts,
    pub mail: MailFacts,
    pub policy_reports: Vec<Sighting>,
    pub url_tokens: Vec<Sighting>,
    pub failures: Vec<FailureRow>,
    pub failures_looked_s: Option<i64>,
    /// When the way back in was last tried.
    pub recovery_drill_s: Option<i64>,
    pub outside: Outside,
}

impl Facts {
    /// The value of a setting in force.
    pub fn setting<T: SettingText>(&self, setting: &Setting<T>) -> T {
        let stored = self.settings.get(setting.key).and_then(|(text, _)| T::read(text).ok());
        stored.unwrap_or_else(setting.default)
    }

    /// The change of a setting to this text.
    pub fn change(&self, setting: &dyn AnySetting, after: &str) -> Deed {
        let before = self.settings.get(setting.key()).filter(|(_, is_default)| !is_default);
        Deed::Setting {
            key: setting.key().to_owned(),
            before: before.map(|(text, _)| text.clone()),
            after: Some(after.to_owned()),
            secret: setting.secret(),
        }
    }

    /// Users who may use their accounts.
    pub fn active(&self) -> impl Iterator<Item = &Person> {
        self.people.iter().filter(|person| person.is_active())
    }

    pub fn superusers(&self) -> impl Iterator<Item = &Person> {
        self.active().filter(|person| person.superuser)
    }

    /// Days since a moment.
    pub fn days_since(&self, at_s: i64) -> i64 {
        (self.now_s - at_s).div_euclid(DAY_S)
    }

    pub fn within_days(&self, at_s: Option<i64>, days: i64) -> bool {
        at_s.is_some_and(|at_s| self.now_s - at_s <= days * DAY_S)
    }
}

/// A moment for evidence.
pub fn moment(at_s: Option<i64>) -> String {
    at_s.map_or("never".to_owned(), |at_s| format!("{} UTC", crate::sites_manager::date_time(at_s)))
}

type Fault = makoto_meta::Error;

/// Reads, tries and looks at everything.
///
/// # Errors
/// When a store cannot be read.
pub async fn gather(services: &Services, caller: &Caller, grant: &InstanceGrant) -> Result<Facts, Fault> {
    let (meta, now_s) = (&services.meta, now_s());
    let outside = match services.probes.get() {
        Some(probes) => {
            probes.settle().await.map_err(Fault::Refused)?;
            probes.look().await
        }
        None => Outside::unknown("no server runs"),
    };
    let snapshot = meta.snapshot();
    let settings = meta.catalog().settings().map(|setting| (setting.key(), snapshot.setting_text(setting))).collect();
    let review_days = snapshot.setting(&crate::users_manager::settings::REVIEW_DAYS);
    let (review_due_s, review_s) = meta.review_due(review_days).await?;
    let asker = match &caller.principal {
        Principal::User(user) => Some(user.login.clone()),
        _ => None,
    };
    Ok(Facts {
        now_s,
        asker,
        asker_session: super::deed::own_session(caller),
        people: meta.people(grant).await?,
        tokens: meta.working_tokens(grant).await?,
        sessions: meta.open_sessions(grant).await?,
        sites: snapshot.sites.len(),
        retention: retention(services, &snapshot).await?,
        own_hosts: own_hosts(services, &snapshot),
        framed_by: meta.sightings(SightingKind::Embed, FRAMED_DAYS, now_s).await?,
        public: public(services, &snapshot, now_s).await?,
        reminder_overdue: meta.reminder_overdue().await?,
        reminder_mail: meta.last_mail(MailKind::PublicReminder).await?,
        alerts_failed: meta.failed_alerts().await?,
        mail_fault: meta.mail_is_mute().await?,
        settings,
        weak_admitted: weak_admitted(services),
        stranger_allowed: snapshot.domains().allow_address(STRANGER),
        review_due_s,
        review_s,
        record: record(services).await.map_err(|fault| fault.to_string()),
        sign_ins: sign_ins(services, now_s).await?,
        mail: mail(services, now_s).await?,
        policy_reports: meta.sightings(SightingKind::Policy, 7, now_s).await?,
        url_tokens: meta.sightings(SightingKind::UrlToken, 30, now_s).await?,
        failures: meta.failures(None).await?,
        failures_looked_s: meta.looked_at(FAILURES_LOOKED_AT).await?,
        recovery_drill_s: meta.last_act(Activity::RecoveryDrilled).await?.map(|(at_s, _)| at_s),
        outside,
    })
}

/// The grants by which everybody sees something now.
async fn public(services: &Services, snapshot: &makoto_meta::Snapshot, now_s: i64) -> Result<Vec<PublicFact>, Fault> {
    let mut facts = Vec::new();
    for grant in snapshot.public.grants.values().filter(|grant| grant.is_live(now_s)) {
        let since_s = now_s - FRAMED_DAYS * DAY_S;
        let (_, hosts) = services.meta.views_since(grant.id, since_s, HOSTS_MAX).await?;
        // What is younger than that had no time to be looked at.
        let old = grant.activated_s.is_some_and(|at_s| at_s <= since_s);
        let unused = |origin: &&String| old && !hosts.iter().any(|known| known == sites_manager::code::host(origin));
        facts.push(PublicFact {
            id: grant.id,
            site: grant.site.0,
            what: grant.scope.what.name().to_owned(),
            reason: grant.reason.clone(),
            confirmed_s: grant.activated_s,
            expires_s: grant.expires_s.or(grant.confirm_by_s),
            unused_origins: grant.scope.origins.iter().filter(unused).cloned().collect(),
        });
    }
    Ok(facts)
}

/// How long the visits of each site are kept, and what came of the newest deletion.
async fn retention(services: &Services, snapshot: &makoto_meta::Snapshot) -> Result<Vec<RetentionFact>, Fault> {
    let purges = services.meta.newest_purges().await?;
    let fact = |site| {
        let newest = purges.get(&site);
        RetentionFact {
            site: site.0,
            deletes: snapshot.setting_at(site, &retention::DELETE),
            days: snapshot.setting_at(site, &retention::DAYS),
            every_days: snapshot.setting_at(site, &retention::EVERY_DAYS),
            keeps_reports: snapshot.setting_at(site, &retention::KEEP_REPORTS),
            last_purge_s: newest.map(|purge| purge.asked_s),
            failed: newest.is_some_and(|purge| purge.state == "failed"),
        }
    };
    Ok(snapshot.site_ids().into_iter().map(fact).collect())
}

fn own_hosts(services: &Services, snapshot: &makoto_meta::Snapshot) -> BTreeSet<String> {
    let urls = snapshot.site_rows.values().flat_map(|site| &site.urls);
    urls.chain([&services.base_url]).map(|url| sites_manager::code::host(url).to_lowercase()).collect()
}

/// Tries weak passwords on the rules for a new superuser.
fn weak_admitted(services: &Services) -> Vec<&'static str> {
    let nobody = Caller::inside(Principal::Job("checkup"));
    let whose = Whose { login: "checkup-trial", email: STRANGER };
    let admitted =
        |password: &str| services.identity.judge_password(&nobody, password, whose).iter().all(|rule| rule.passed);
    WEAK.iter().filter(|(password, _)| admitted(password)).map(|(_, what)| *what).collect()
}

async fn record(services: &Services) -> Result<RecordFacts, Fault> {
    let meta = &services.meta;
    let mailed = meta.last_mail(MailKind::AuditHead).await?.and_then(|(sent_s, _)| sent_s);
    let exported = meta.last_act(Activity::AuditExported).await?.map(|(at_s, _)| at_s);
    let all = makoto_meta::ReadScope::All;
    Ok(RecordFacts {
        findings: meta.verify_record(&[]).await?.iter().map(ToString::to_string).collect(),
        lines: meta.entry_count(&all, &makoto_meta::EntryFilter::default()).await?,
        head_left_s: mailed.max(exported),
        streams: meta.stream_lags().await?,
    })
}

async fn sign_ins(services: &Services, now_s: i64) -> Result<SignInFacts, Fault> {
    let meta = &services.meta;
    let (failed, usual) = meta.attempt_rate(now_s).await?;
    Ok(SignInFacts {
        failed,
        usual,
        after_failures: meta.last_act(Activity::SignedInAfterFailures).await?,
        networks: meta.guessing_networks(now_s - DAY_S, NETWORKS_MAX).await?,
        addresses: meta.addresses_of_acts(ADDRESS_LINES).await?,
    })
}

async fn mail(services: &Services, now_s: i64) -> Result<MailFacts, Fault> {
    let meta = &services.meta;
    let counts = meta.mail_counts(now_s).await?;
    let jobs = meta.jobs().await?;
    let name = crate::core_admin_home::tasks::INACTIVE_ACCOUNTS.name;
    Ok(MailFacts {
        configured: meta.mail_route().is_some(),
        last_sent_s: counts.last_sent_s,
        last_failed_s: counts.last_failed_s,
        inactive_mail: meta.last_mail(MailKind::InactiveAccounts).await?,
        inactive_job_s: jobs.iter().find(|row| row.name == name).and_then(|row| row.last_run_s),
    })
}
