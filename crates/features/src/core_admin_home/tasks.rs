//! What the server does by itself, at its times.

use crate::{
    Services,
    services::{from_meta, now_s},
};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method};
use makoto_meta::Every;

/// A job of the timetable.
pub struct Task {
    pub name: &'static str,
    pub every: Every,
    pub doc: &'static str,
}

pub const TIDYING: Task = Task {
    name: "tidying",
    every: Every::Hour,
    doc: "Ended sessions, old keys of the journal and mails that nobody took are removed.",
};
pub const OLD_MAILS: Task =
    Task { name: "old-mails", every: Every::Day, doc: "Mails that were sent or failed 30 days ago are forgotten." };
pub const INACTIVE_ACCOUNTS: Task = Task {
    name: "inactive-accounts",
    every: Every::Month,
    doc: "Superusers are told of accounts, invitations and tokens that nobody uses.",
};
pub const EXPIRED_INVITATIONS: Task = Task {
    name: "expired-invitations",
    every: Every::Hour,
    doc: "Invitations that were not answered in time are removed, with their users.",
};

pub const ACCESS_REVIEW: Task =
    Task { name: "access-review", every: Every::Day, doc: "Superusers are reminded when a review of roles is due." };
pub const RECORD_HEAD: Task =
    Task { name: "record-head", every: Every::Hour, doc: "The newest line of the activity log is signed." };
pub const RECORD_MAIL: Task = Task {
    name: "record-mail",
    every: Every::Day,
    doc: "The signed head of the activity log is mailed to all superusers, who thereby hold it.",
};
pub const RECORD_PRUNING: Task = Task {
    name: "record-pruning",
    every: Every::Day,
    doc: "Lines of the activity log that are older than the settings say are removed.",
};

pub const PUBLIC_REMINDER: Task = Task {
    name: "public-reminder",
    every: Every::Hour,
    doc: "Superusers are reminded of what is public, every week or month. It cannot be switched off while a site is.",
};
pub const CHECKUP_MAIL: Task = Task {
    name: "checkup-mail",
    every: Every::Month,
    doc: "Superusers are mailed the score of the security check-up, what fails and which risks are accepted.",
};
pub const CHECKUP_HISTORY: Task =
    Task { name: "checkup-history", every: Every::Day, doc: "Scores that are too old for the chart are removed." };
pub const FAILURES_MAIL: Task = Task {
    name: "tracking-failures-mail",
    every: Every::Week,
    doc: "Superusers are mailed the tracking failures that nobody has looked at.",
};
pub const BACKUP: Task = Task {
    name: "backup",
    every: Every::Day,
    doc: "A backup is written to the folder that the configuration names; the oldest go.",
};
pub const BACKUP_DRILL: Task = Task {
    name: "backup-drill",
    every: Every::Week,
    doc: "The newest backup is restored to a temporary folder, checked and compared.",
};
pub const RETENTION: Task = Task {
    name: "retention",
    every: Every::Day,
    doc: "Visits that are older than the settings of their site say are deleted, and what is left of deleted sites; the \
          disk space is given back.",
};

pub const SORTING: Task = Task {
    name: "sorting",
    every: Every::Day,
    doc: "The analytics store is sorted anew, where enough has come that is not; sooner where very much has.",
};

/// The whole timetable.
pub static TASKS: &[Task] = &[
    TIDYING,
    OLD_MAILS,
    INACTIVE_ACCOUNTS,
    EXPIRED_INVITATIONS,
    ACCESS_REVIEW,
    RECORD_HEAD,
    RECORD_MAIL,
    RECORD_PRUNING,
    PUBLIC_REMINDER,
    CHECKUP_MAIL,
    CHECKUP_HISTORY,
    FAILURES_MAIL,
    BACKUP,
    BACKUP_DRILL,
    RETENTION,
    SORTING,
];

pub static METHODS: &[Method<Services>] = &[Method {
    id: "CoreAdminHome.getScheduledTasks",
    doc: "What the server does by itself: how often, when last and with what result, and when next.",
    params: &[],
    access: Access::Superuser,
    effect: Effect::Read,
    guard: Guard::Open,
    run: |services, _, _| Box::pin(scheduled(services)),
}];

async fn scheduled(services: &Services) -> Result<Answer, ApiError> {
    let rows = services.meta.jobs().await.map_err(from_meta)?;
    let row = |task: &Task| {
        let last = rows.iter().find(|row| row.name == task.name);
        let every = match task.every {
            Every::Hour => "hour",
            Every::Day => "day",
            Every::Week => "week",
            Every::Month => "month",
        };
        Answer::record([
            ("name", Answer::from(task.name)),
            ("description", task.doc.into()),
            ("every", every.into()),
            ("lastRun", last.and_then(|row| row.last_run_s).map_or(Answer::Null, Answer::Int)),
            ("lastResult", last.map(|row| row.last_result.clone()).unwrap_or_default().into()),
            ("nextRun", Answer::Int(task.every.next_s(now_s()))),
        ])
    };
    Ok(TASKS.iter().map(row).collect())
}
