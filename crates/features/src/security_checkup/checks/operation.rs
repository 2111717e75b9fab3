//! Mails, backups, tokens, and the machine.

use crate::{
    activity_log,
    probes::FileMode,
    security_checkup::{
        check::{Check, Fix, State, Verdict, Weight},
        deed::Deed,
        facts::{DAY_S, Facts, moment},
    },
};
use makoto_meta::{Sighting, TokenFact};

const GROUP: &str = "Operation";
const TOKENS: &str = "Tokens";
const DELIVERED_DAYS: i64 = 1;
const BACKUP_S: i64 = DAY_S + 60 * 60;
const DRILL_DAYS: i64 = 7;
const TOKEN_DAYS_MAX: i64 = 365;
const TOKEN_UNUSED_DAYS: i64 = 90;
const STREAM_LAG_S: i64 = 5 * 60;
const HOOK_DAYS: i64 = 7;
const FREE_SHARE: f64 = 0.2;
const FREE_DAYS: u64 = 7;
const DRIFT_MS: i64 = 1000;
/// Rights of the data folder and of files in it.
const FOLDER_MODE: u32 = 0o700;
const FILE_MODE: u32 = 0o600;
const NOT_FOUND: u16 = 404;
/// Letters of a new secret for the webhook.
const SECRET_BYTES: usize = 24;

pub static CHECKS: &[Check] = &[
    Check {
        id: "C30",
        weight: Weight::High,
        group: GROUP,
        title: "Mail works",
        why: "Warnings and links for new passwords come by mail. Silence must mean that all is well.",
        how: "Whether a mail was delivered in the last 24 hours, how the mail server answers now, and SPF and DMARC of the \
              domain that mails are from, where a name server is named.",
        measure: mail,
        fix: Fix::Deeds { label: "Send me a test mail", plan: test_mail, hours: None },
        manual: "mail",
    },
    Check {
        id: "C31",
        weight: Weight::Critical,
        group: GROUP,
        title: "There is a backup that can be restored",
        why: "A backup that was never restored is a hope. A fresh one elsewhere survives this machine.",
        how: "The newest whole backup's age and place, and the last restore to a temporary folder that was compared.",
        measure: backup,
        fix: Fix::Deeds { label: "Make and try one now", plan: back_up, hours: None },
        manual: "backup",
    },
    Check {
        id: "C32",
        weight: Weight::High,
        group: TOKENS,
        title: "Tokens are narrow and young",
        why: "A token is a password without a second factor. It should do one thing, for a while.",
        how: "Every token that works: rights, age, last use, end.",
        measure: tokens,
        fix: Fix::Deeds { label: "Pause these tokens", plan: pause_tokens, hours: None },
        manual: "tokens",
    },
    Check {
        id: "C33",
        weight: Weight::Critical,
        group: TOKENS,
        title: "No working token was seen in an address",
        why: "Addresses are kept in logs, histories and referrers. A token in one is a published password.",
        how: "Requests of the last 30 days with a token in their address that still works.",
        measure: url_tokens,
        fix: Fix::Deeds { label: "Pause these tokens", plan: pause_url_tokens, hours: None },
        manual: "tokens",
    },
    Check {
        id: "C36",
        weight: Weight::High,
        group: GROUP,
        title: "This version is supported",
        why: "Known holes are tried by everyone. An old version has them all.",
        how: "The release list that the settings name: newest secure release and advisories against our packages.",
        measure: version,
        fix: Fix::Page { label: "Name a list of releases", path: "/admin/system/general-settings" },
        manual: "upgrade",
    },
    Check {
        id: "C37",
        weight: Weight::High,
        group: GROUP,
        title: "The data folder is private",
        why: "Whoever reads these files reads every visitor, and the key of this installation.",
        how: "The rights of each file, and 20 paths that the server must not hand out.",
        measure: files,
        fix: Fix::Deeds { label: "Take the rights of others away", plan: protect, hours: None },
        manual: "files",
    },
    Check {
        id: "C38",
        weight: Weight::Medium,
        group: GROUP,
        title: "The server has few rights itself",
        why: "Whoever breaks into the program has its rights, and no more.",
        how: "The process in /proc: user, no new privileges, a root folder it cannot write to.",
        measure: process,
        fix: Fix::Operator { label: "Use the service file of the manual" },
        manual: "service",
    },
    Check {
        id: "C39",
        weight: Weight::High,
        group: GROUP,
        title: "The activity log leaves this machine",
        why: "Whoever owns the machine can delete the log here. Elsewhere they cannot.",
        how: "Whether lines are sent on to syslog or a webhook, and how long the oldest waits.",
        measure: exported,
        fix: Fix::Page { label: "Name a place", path: "/admin/system/general-settings" },
        manual: "activity-log",
    },
    Check {
        id: "C40",
        weight: Weight::High,
        group: GROUP,
        title: "There is room, and hits are on the disk",
        why: "A full disk refuses hits. An unsynced one loses them when the power goes.",
        how: "Free space against the growth of a day, the sync mode of the hits' log, and its check.",
        measure: room,
        fix: Fix::Page { label: "Look at the stored data", path: "/admin/diagnostic/stored-data" },
        manual: "room",
    },
    Check {
        id: "C41",
        weight: Weight::Medium,
        group: GROUP,
        title: "The clock is right",
        why: "Codes of apps, sessions and the activity log depend on the time.",
        how: "The clock against a time server, or what the machine's own time service says.",
        measure: clock,
        fix: Fix::Operator { label: "Let a time service set the clock" },
        manual: "clock",
    },
    Check {
        id: "C44",
        weight: Weight::High,
        group: GROUP,
        title: "The webhook is signed and alive",
        why: "Without a signature anyone can send your other systems made-up lines.",
        how: "Whether lines are signed, and when the webhook last took one.",
        measure: webhook,
        fix: Fix::Deeds { label: "Sign with a new secret", plan: sign_webhook, hours: None },
        manual: "activity-log",
    },
];

fn mail(facts: &Facts) -> Verdict {
    let delivered = facts.within_days(facts.mail.last_sent_s, DELIVERED_DAYS);
    let failing = facts.mail.last_failed_s > facts.mail.last_sent_s;
    // What cannot be seen counts neither way.
    let domain = &facts.outside.mail_domain;
    let vouched = domain.as_ref().map_or(true, |domain| domain.spf.is_some() && domain.dmarc.is_some());
    let record = |found: fn(&crate::probes::MailDomain) -> &Option<String>| match domain {
        Ok(domain) => found(domain).clone().unwrap_or_else(|| format!("{} has none", domain.domain)),
        Err(why) => format!("not looked at: {why}"),
    };
    let state = match (facts.mail.configured, &facts.outside.mail, delivered && !failing && vouched) {
        (false, _, _) => State::Fail,
        (true, Ok(_), true) => State::Pass,
        (true, Ok(_), false) => State::Warn,
        (true, Err(_), _) => State::Fail,
    };
    let server = match &facts.outside.mail {
        Ok(answer) => answer.clone(),
        Err(why) => why.clone(),
    };
    Verdict::new(state)
        .with("mail server", server)
        .with("last delivered", moment(facts.mail.last_sent_s))
        .with("last failed", moment(facts.mail.last_failed_s))
        .with("SPF", record(|domain| &domain.spf))
        .with("DMARC", record(|domain| &domain.dmarc))
}

fn test_mail(facts: &Facts) -> Vec<Deed> {
    let me = facts.people.iter().find(|person| facts.asker.as_deref() == Some(&person.login));
    me.map(|person| Deed::TestMail { address: person.email.clone() }).into_iter().collect()
}

fn backup(facts: &Facts) -> Verdict {
    let backup = match &facts.outside.backup {
        Ok(backup) => backup,
        Err(why) => return Verdict::unknown(why),
    };
    if backup.folder.is_empty() {
        return Verdict::new(State::Fail).with("why", "backup_folder names no folder");
    }
    let fresh = backup.made_s.is_some_and(|at_s| facts.now_s - at_s <= BACKUP_S);
    let drilled = facts.within_days(backup.drilled_s, DRILL_DAYS) && backup.drill_fault.is_empty();
    let state = match (fresh && drilled, backup.elsewhere) {
        (false, _) => State::Fail,
        (true, false) => State::Warn,
        (true, true) => State::Pass,
    };
    let place = if backup.elsewhere { "another file system" } else { "the disk of the data itself" };
    let verdict = Verdict::new(state)
        .with("newest", moment(backup.made_s))
        .with("lies on", format!("{place} ({})", backup.file_system))
        .with("last restored for trial", moment(backup.drilled_s));
    match backup.drill_fault.is_empty() {
        true => verdict,
        false => verdict.with("wrong at the last trial", &backup.drill_fault),
    }
}

fn back_up(_: &Facts) -> Vec<Deed> {
    vec![Deed::Backup]
}

/// What is wrong with a token; nothing when all is well.
fn faults(facts: &Facts, token: &TokenFact) -> Vec<&'static str> {
    let used_s = token.used_s.unwrap_or(token.created_s);
    let rules = [
        ("may do everything", token.superuser),
        ("has no end", token.expires_s.is_none()),
        ("is older than a year", facts.days_since(token.created_s) > TOKEN_DAYS_MAX),
        ("was not used for 90 days", facts.days_since(used_s) > TOKEN_UNUSED_DAYS),
        ("may write and stand in an address", token.url_allowed && token.writes),
    ];
    rules.iter().filter(|(_, wrong)| *wrong).map(|(what, _)| *what).collect()
}

fn named(token: &TokenFact) -> String {
    format!("{} of {}, …{}", token.id, token.login, token.print)
}

fn tokens(facts: &Facts) -> Verdict {
    let shown = |token: &TokenFact| {
        let faults = faults(facts, token);
        (!faults.is_empty()).then(|| format!("{} {}", named(token), faults.join(" and ")))
    };
    let wrong: Vec<String> = facts.tokens.iter().filter_map(shown).collect();
    Verdict::pass_if(wrong.is_empty()).with("working tokens", facts.tokens.len()).with_list("wrong", &wrong)
}

fn pause(token: &TokenFact) -> Deed {
    Deed::PauseToken { id: token.id, name: token.description.clone() }
}

fn pause_tokens(facts: &Facts) -> Vec<Deed> {
    facts.tokens.iter().filter(|token| !faults(facts, token).is_empty()).map(pause).collect()
}

/// The number of a token that was seen, if it still works, and the route.
fn seen_token<'a>(facts: &'a Facts, seen: &Sighting) -> Option<(&'a TokenFact, String)> {
    let (id, route) = seen.name.split_once(' ')?;
    let id: i64 = id.parse().ok()?;
    facts.tokens.iter().find(|token| token.id == id).map(|token| (token, route.to_owned()))
}

fn url_tokens(facts: &Facts) -> Verdict {
    let found: Vec<(&TokenFact, String, &Sighting)> = facts
        .url_tokens
        .iter()
        .filter_map(|seen| seen_token(facts, seen).map(|(token, route)| (token, route, seen)))
        .collect();
    let shown: Vec<String> = found
        .iter()
        .map(|(token, route, seen)| {
            format!("token {} at {route}, {} times, last from {}", named(token), seen.times, seen.address)
        })
        .collect();
    let all: i64 = facts.url_tokens.iter().map(|seen| seen.times).sum();
    Verdict::pass_if(shown.is_empty()).with("requests with a token in 30 days", all).with_list("still work", &shown)
}

fn pause_url_tokens(facts: &Facts) -> Vec<Deed> {
    let mut seen: Vec<&TokenFact> =
        facts.url_tokens.iter().filter_map(|seen| seen_token(facts, seen).map(|(token, _)| token)).collect();
    seen.sort_by_key(|token| token.id);
    seen.dedup_by_key(|token| token.id);
    seen.into_iter().map(pause).collect()
}

/// The numbers of a version, for comparison.
fn numbers(version: &str) -> Vec<u64> {
    version.split(['.', '-', '+']).map_while(|part| part.parse().ok()).collect()
}

fn version(facts: &Facts) -> Verdict {
    let release = match &facts.outside.release {
        Ok(release) => release,
        Err(why) => return Verdict::unknown(why).with("version", env!("CARGO_PKG_VERSION")),
    };
    let secure = numbers(&release.running) >= numbers(&release.secure);
    Verdict::pass_if(secure && release.advisories.is_empty())
        .with("version", &release.running)
        .with("oldest without a known hole", &release.secure)
        .with("newest", &release.newest)
        .with_list("advisories", &release.advisories)
}

fn is_open(file: &FileMode) -> bool {
    file.mode & 0o077 != 0
}

fn files(facts: &Facts) -> Verdict {
    let modes = match &facts.outside.files {
        Ok(modes) => modes,
        Err(why) => return Verdict::unknown(why),
    };
    // What lies in a folder that others cannot enter is as private as that.
    let closed = modes.iter().any(|file| file.path == "." && !is_open(file));
    let secret = |file: &&FileMode| file.path == "." || file.path.ends_with(".key") || !closed;
    let open: Vec<String> = modes
        .iter()
        .filter(secret)
        .filter(|file| is_open(file))
        .map(|file| format!("{} {:03o}", file.path, file.mode))
        .collect();
    let served: Vec<String> = match &facts.outside.web {
        Ok(web) => web
            .hidden
            .iter()
            .filter(|(_, status)| *status != NOT_FOUND)
            .map(|(path, status)| format!("{path} {status}"))
            .collect(),
        Err(_) => Vec::new(),
    };
    let tried = facts.outside.web.as_ref().map_or(0, |web| web.hidden.len());
    let state = match (open.is_empty() && served.is_empty(), tried) {
        (false, _) => State::Fail,
        (true, 0) => State::Unknown,
        (true, _) => State::Pass,
    };
    Verdict::new(state)
        .with("files looked at", modes.len())
        .with("paths asked for", tried)
        .with_list("open to others", &open)
        .with_list("handed out", &served)
}

fn protect(facts: &Facts) -> Vec<Deed> {
    let modes = facts.outside.files.as_deref().unwrap_or(&[]);
    let after = |file: &FileMode| if file.is_folder { FOLDER_MODE } else { FILE_MODE };
    let open = modes.iter().filter(|file| is_open(file));
    open.map(|file| Deed::Mode { path: file.path.clone(), before: file.mode, after: after(file) }).collect()
}

fn process(facts: &Facts) -> Verdict {
    let process = match &facts.outside.process {
        Ok(process) => process,
        Err(why) => return Verdict::unknown(why),
    };
    let yes = |holds: bool| if holds { "yes" } else { "no" };
    let state = match (process.uid != 0, process.no_new_privileges && process.root_read_only) {
        (true, true) => State::Pass,
        (true, false) => State::Warn,
        (false, _) => State::Fail,
    };
    Verdict::new(state)
        .with("user number", process.uid)
        .with("no new privileges", yes(process.no_new_privileges))
        .with("root folder is read-only", yes(process.root_read_only))
}

/// The places that the settings name, with their names in the record.
fn places(facts: &Facts) -> Vec<&'static str> {
    let named = [("syslog", &activity_log::SYSLOG_ADDRESS), ("webhook", &activity_log::WEBHOOK_URL)];
    named.into_iter().filter(|(_, setting)| !facts.setting(*setting).is_empty()).map(|(name, _)| name).collect()
}

fn exported(facts: &Facts) -> Verdict {
    let record = match &facts.record {
        Ok(record) => record,
        Err(why) => return Verdict::unknown(why),
    };
    let places = places(facts);
    let mut late = Vec::new();
    for place in &places {
        let lag_s = match record.streams.iter().find(|(name, ..)| name == place) {
            Some((_, _, oldest_s, _)) => oldest_s.map_or(0, |oldest_s| facts.now_s - oldest_s),
            None => STREAM_LAG_S,
        };
        if lag_s >= STREAM_LAG_S {
            late.push(format!("{place}: {lag_s} s"));
        }
    }
    let waiting: Vec<String> =
        record.streams.iter().map(|(name, waiting, ..)| format!("{name}: {waiting} lines wait")).collect();
    Verdict::pass_if(!places.is_empty() && late.is_empty())
        .with("sent to", if places.is_empty() { "nowhere".to_owned() } else { places.join(", ") })
        .with_list("cursor", &waiting)
        .with_list("too late", &late)
}

const GIB: f64 = (1u64 << 30) as f64;

fn room(facts: &Facts) -> Verdict {
    let room = match &facts.outside.room {
        Ok(room) => room,
        Err(why) => return Verdict::unknown(why),
    };
    let share = room.free_bytes as f64 / room.whole_bytes.max(1) as f64;
    let lasts = room.growth_bytes.is_some_and(|growth| room.free_bytes >= growth.max(1).saturating_mul(FREE_DAYS));
    let sound = room.synced && room.journal_fault.is_empty();
    let verdict = Verdict::pass_if(sound && (share >= FREE_SHARE || lasts))
        .with("free", format!("{:.1} GiB, {:.0} %", room.free_bytes as f64 / GIB, share * 100.0))
        .with(
            "grew in a day",
            room.growth_bytes
                .map_or("not known yet".to_owned(), |bytes| format!("{:.1} MiB", bytes as f64 / (1024.0 * 1024.0))),
        )
        .with("acknowledged hits are synced", if room.synced { "yes" } else { "no" });
    match room.journal_fault.is_empty() {
        true => verdict.with("log of hits", "sound"),
        false => verdict.with("log of hits", &room.journal_fault),
    }
}

fn clock(facts: &Facts) -> Verdict {
    match &facts.outside.clock {
        Ok(clock) => Verdict::pass_if(clock.off_ms.abs() < DRIFT_MS)
            .with("off by", format!("{} ms", clock.off_ms))
            .with("by", &clock.source),
        Err(why) => Verdict::unknown(why),
    }
}

fn webhook(facts: &Facts) -> Verdict {
    if facts.setting(&activity_log::WEBHOOK_URL).is_empty() {
        return Verdict::new(State::NotApplicable).with("why", "there is no webhook");
    }
    let record = match &facts.record {
        Ok(record) => record,
        Err(why) => return Verdict::unknown(why),
    };
    let signed = !facts.setting(&activity_log::WEBHOOK_SECRET).is_empty();
    let took_s = record.streams.iter().find(|(name, ..)| name == "webhook").map(|(.., moved_s)| *moved_s);
    let waits = record.streams.iter().any(|(name, waiting, oldest_s, _)| {
        name == "webhook" && *waiting > 0 && oldest_s.is_some_and(|at_s| facts.now_s - at_s > STREAM_LAG_S)
    });
    let alive = facts.within_days(took_s, HOOK_DAYS) && !waits;
    Verdict::pass_if(signed && alive)
        .with("signed", if signed { "yes" } else { "no" })
        .with("last took a line", moment(took_s))
}

fn sign_webhook(facts: &Facts) -> Vec<Deed> {
    // Without random numbers there is no secret, and nothing is changed.
    let secret = makoto_identity::fresh_bytes::<SECRET_BYTES>().map(|bytes| makoto_meta::hex(&bytes));
    secret.map(|secret| facts.change(&activity_log::WEBHOOK_SECRET, &secret)).into_iter().collect()
}
