//! How long visits are kept, and how long reports of days without visits.

use super::work::{Reports, Work, days_ago_s, months_ago_s, rows};
use crate::{
    Services,
    services::{asked_sites, bad, from_meta, now_s},
};
use makoto_access::{Admin, Asked, Caller, Principal, check};
use makoto_catalog::{Access, Answer, ApiError, Control, Effect, Guard, Level, Method, Param, ParamKind, Setting};
use makoto_meta::Snapshot;
use makoto_model::{Params, SiteId};

pub static DELETE: Setting<bool> = Setting {
    key: "PrivacyManager.deleteLogsEnable",
    level: Level::Site,
    default: || false,
    check: |_| Ok(()),
    title: "Delete old visits",
    doc: "Visits older than the days below go for good, and with them the reports of their days, unless reports are \
          kept longer.",
    control: Control::Checkbox,
    secret: false,
    security: false,
};

pub static DAYS: Setting<u32> = Setting {
    key: "PrivacyManager.deleteLogsOlderThan",
    level: Level::Site,
    default: || 180,
    check: |days| match (1..=7300).contains(days) {
        true => Ok(()),
        false => Err("write a number of days from 1 to 7300".to_owned()),
    },
    title: "Days that visits are kept",
    doc: "Counted in whole days of the site's time zone.",
    control: Control::Number,
    secret: false,
    security: false,
};

pub static EVERY_DAYS: Setting<u32> = Setting {
    key: "PrivacyManager.deleteLogsScheduleLowestInterval",
    level: Level::Site,
    default: || 7,
    check: |days| match [1, 7, 30].contains(days) {
        true => Ok(()),
        false => Err("write 1, 7 or 30".to_owned()),
    },
    title: "Days between two deletions",
    doc: "1, 7 or 30.",
    control: Control::Number,
    secret: false,
    security: false,
};

pub static KEEP_REPORTS: Setting<bool> = Setting {
    key: "PrivacyManager.keepReportsEnable",
    level: Level::Site,
    default: || false,
    check: |_| Ok(()),
    title: "Keep reports longer than visits",
    doc: "Before the visits of a day go, its reports are kept: how often each page, referrer or country came up, by whom \
          never. They hold addresses, titles and search words as they were tracked, and erasing a person later does not \
          reach them. Segments, the visits log, and reports of users, cities and custom dimensions end with the visits.",
    control: Control::Checkbox,
    secret: false,
    security: false,
};

/// 50 years.
const REPORT_MONTHS_MAX: u32 = 600;

pub static REPORT_MONTHS: Setting<u32> = Setting {
    key: "PrivacyManager.keepReportsMonths",
    level: Level::Site,
    default: || 25,
    check: |months| match *months <= REPORT_MONTHS_MAX {
        true => Ok(()),
        false => Err(format!("write a number of months up to {REPORT_MONTHS_MAX}, or 0 to keep them for good")),
    },
    title: "Months that reports are kept",
    doc: "Counted back from today; 0 keeps them for good. They never go before their visits.",
    control: Control::Number,
    secret: false,
    security: false,
};

const SITES: Param =
    Param { name: "idSites", kind: ParamKind::Text, default: Some("all"), doc: "sites' numbers with commas, or all" };

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "PrivacyManager.estimatePurge",
        doc: "For each site how many rows are older than its retention, what share of the disk that is, of how many days \
              reports will stay when these rows go, and of how many they are kept already and will go too. Bytes of \
              reports are those before they are compressed.",
        params: &[SITES, OLDER],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(estimate(services, caller, params)),
    },
    Method {
        id: "PrivacyManager.executeDataPurge",
        doc: "Deletes now what is older than the retention of the sites: visits, and reports that outlived theirs. Answers \
              how many rows will go. The disk space is given back.",
        params: &[SITES],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(purge(services, caller, params)),
    },
];

/// For a look at what another number of days would mean.
const OLDER: Param = Param {
    name: "olderThan",
    kind: ParamKind::Int,
    default: Some("0"),
    doc: "days, instead of those of the settings; 0 for the settings",
};

fn sites(services: &Services, caller: &Caller, params: &Params) -> Result<Vec<SiteId>, ApiError> {
    let mut asked = Params::default();
    asked.push("idSites", params.filled("idSites").unwrap_or("all"));
    let asked = asked_sites(&asked, "idSites")?;
    if asked == Asked::All && services.meta.snapshot().sites.is_empty() {
        return Ok(Vec::new());
    }
    let grant = check::<Admin>(&caller.principal, &asked, &services.meta.snapshot().site_ids())?;
    Ok(grant.sites().to_vec())
}

/// What is due on a site after so many days.
fn due(services: &Services, site: SiteId, days: u32) -> Option<Work> {
    let snapshot = services.meta.snapshot();
    let zone = &snapshot.sites.get(&site)?.zone;
    let reports_before_s = match (snapshot.setting_at(site, &KEEP_REPORTS), snapshot.setting_at(site, &REPORT_MONTHS)) {
        (false, _) => None,
        // Nobody measured anything before.
        (true, 0) => Some(0),
        (true, months) => Some(months_ago_s(zone, months)),
    };
    Some(Work::Purge { site: site.0, before_s: days_ago_s(zone, days), reports_before_s })
}

async fn estimate(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let other = match params.int("olderThan").unwrap_or(0) {
        0 => None,
        days @ 1..=7300 => Some(days as u32),
        _ => return Err(bad("olderThan", "write a number of days from 1 to 7300")),
    };
    let sizes = services.data()?.sizes().await?;
    let snapshot = services.meta.snapshot();
    let mut all = Vec::new();
    for site in sites(services, caller, params)? {
        let days = other.unwrap_or_else(|| snapshot.setting_at(site, &DAYS));
        let Some(work) = due(services, site, days) else { continue };
        let found = services.data()?.preview(&work).await?;
        let actions = found.iter().find(|(table, _)| table == "action").map_or(0, |(_, rows)| *rows);
        let share = actions as f64 / sizes.actions.max(1) as f64;
        all.push(Answer::record([
            ("idSite", Answer::Int(i64::from(site.0))),
            ("enabled", Answer::Bool(snapshot.setting_at(site, &DELETE))),
            ("olderThan", Answer::Int(i64::from(days))),
            ("rows", rows(&found)),
            ("bytes", Answer::Int((share * sizes.bytes as f64) as i64)),
            ("bytesOfAll", Answer::Int(sizes.bytes as i64)),
            ("reports", reports(&snapshot, site, services.data()?.preview_reports(&work).await?)),
        ]));
    }
    Ok(Answer::List(all))
}

/// What a purge means for the reports of a site.
fn reports(snapshot: &Snapshot, site: SiteId, found: Reports) -> Answer {
    let number = |n: u64| Answer::Int(n as i64);
    Answer::record([
        ("kept", Answer::Bool(snapshot.setting_at(site, &KEEP_REPORTS))),
        ("months", Answer::Int(i64::from(snapshot.setting_at(site, &REPORT_MONTHS)))),
        ("daysToKeep", number(found.days_to_keep)),
        ("bytesToKeep", number(found.bytes_to_keep)),
        ("daysKept", number(found.days_kept)),
        ("bytesKept", number(found.bytes_kept)),
        ("daysToDelete", number(found.days_to_drop)),
        ("bytesToDelete", number(found.bytes_to_drop)),
    ])
}

async fn purge(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let snapshot = services.meta.snapshot();
    let mut jobs = Vec::new();
    for site in sites(services, caller, params)? {
        if !snapshot.setting_at(site, &DELETE) {
            continue;
        }
        let Some(work) = due(services, site, snapshot.setting_at(site, &DAYS)) else { continue };
        let found = services.data()?.preview(&work).await?;
        let (id, _) = services.data()?.start(caller, work, false).await?;
        let site = Answer::Int(i64::from(site.0));
        jobs.push(Answer::record([("idSite", site), ("job", Answer::from(id)), ("rows", rows(&found))]));
    }
    match jobs.is_empty() {
        true => Err(ApiError::Refused("none of these sites deletes old visits; switch it on first".to_owned())),
        false => Ok(Answer::List(jobs)),
    }
}

/// Begins to erase what is stored of a site that was just deleted.
///
/// # Errors
/// When it could not be written down; the timetable then does it.
pub async fn erase_deleted(services: &Services, caller: &Caller, site: SiteId) -> Result<(), ApiError> {
    // Whatever was acknowledged before the site was gone lies before the next second.
    let work = Work::EraseSite { site: site.0, before_s: now_s() + 1 };
    services.data()?.start(caller, work, false).await.map(drop)
}

/// Erases what is still stored of sites that are no more: hits that were on their way when a site was deleted, and
/// sites whose erasure could not be begun. How many.
///
/// # Errors
/// Why one could not be done; the others were.
pub async fn erase_left_over(services: &Services) -> Result<usize, String> {
    let caller = Caller::inside(Principal::Job("retention"));
    let open = services.meta.open_privacy_jobs().await.map_err(|fault| fault.to_string())?;
    let under_way = |site: &SiteId| {
        let of = |job: &makoto_meta::PrivacyJob| serde_json::from_str::<Work>(&job.spec).map(|work| work.sites());
        open.iter().any(|job| job.kind == "erase_site" && of(job).is_ok_and(|sites| sites.contains(site)))
    };
    let data = services.data().map_err(words)?;
    let stored = data.sites().await.map_err(words)?;
    // Read after it: a site that was added and visited in between is no deleted one.
    let known = services.meta.snapshot().site_ids();
    let mut works = Works::default();
    for site in stored.into_iter().filter(|site| !known.contains(site) && !under_way(site)) {
        works.note(site, data.start(&caller, Work::EraseSite { site: site.0, before_s: now_s() + 1 }, true).await);
    }
    works.ended()
}

/// What came of the works of many sites: one that fails does not keep the others from being done.
#[derive(Default)]
struct Works {
    done: usize,
    faults: Vec<String>,
}

impl Works {
    fn note<T>(&mut self, site: SiteId, done: Result<T, ApiError>) {
        match done {
            Ok(_) => self.done += 1,
            Err(fault) => self.faults.push(format!("site {site}: {}", words(fault))),
        }
    }

    /// How many were done.
    fn ended(self) -> Result<usize, String> {
        if self.faults.is_empty() { Ok(self.done) } else { Err(self.faults.join("; ")) }
    }
}

/// What the operator is told, to whom nothing is withheld.
fn words(fault: ApiError) -> String {
    match fault {
        ApiError::Internal(why) => why,
        other => other.to_string(),
    }
}

/// Deletes what is older than a site's retention, and waits until it is gone.
///
/// # Errors
/// When it could not be done.
pub async fn purge_now(services: &Services, caller: &Caller, site: SiteId) -> Result<(), ApiError> {
    let days = services.meta.snapshot().setting_at(site, &DAYS);
    match due(services, site, days) {
        Some(work) => services.data()?.start(caller, work, true).await.map(drop),
        None => Ok(()),
    }
}

/// Does the deletions that are due; how many.
///
/// # Errors
/// Why one could not be done; the others were.
pub async fn run_due(services: &Services, now_s: i64) -> Result<usize, String> {
    let caller = Caller::inside(Principal::Job("retention"));
    let snapshot = services.meta.snapshot();
    let data = services.data().map_err(words)?;
    let mut works = Works::default();
    for site in snapshot.site_ids() {
        if !snapshot.setting_at(site, &DELETE) {
            continue;
        }
        let every_s = i64::from(snapshot.setting_at(site, &EVERY_DAYS)) * 86_400;
        let last = match services.meta.last_purge_s(site).await {
            Ok(last) => last,
            Err(fault) => {
                works.note::<()>(site, Err(from_meta(fault)));
                continue;
            }
        };
        // An hour of slack, so that a daily deletion does not drift through the day.
        if last.is_some_and(|last_s| now_s - last_s < every_s - 3600) {
            continue;
        }
        if let Some(work) = due(services, site, snapshot.setting_at(site, &DAYS)) {
            works.note(site, data.start(&caller, work, true).await);
        }
    }
    works.ended()
}
