//! Who may do how much, and whether it is still right.

use crate::security_checkup::{
    check::{Check, Fix, State, Verdict, Weight},
    deed::Deed,
    facts::{DAY_S, Facts, moment},
};
use makoto_meta::Person;

const GROUP: &str = "Roles and rights";
/// Superusers that are right, and from how many on it fails.
const SUPERUSERS: std::ops::RangeInclusive<usize> = 2..=4;
const SUPERUSERS_MAX: usize = 8;
/// Days within which rights should have been of use.
const USED_DAYS: i64 = 90;
const REVIEW_DAYS: i64 = 180;
const DRILL_DAYS: i64 = 365;
/// The longest that a session of a superuser may last and lie idle, in seconds.
const SESSION_S: i64 = 12 * 60 * 60;
const IDLE_S: i64 = 30 * 60;
/// The longest that anybody may stay signed in without a new proof, in days.
const REMEMBERED_DAYS: i64 = 14;

pub static CHECKS: &[Check] = &[
    Check {
        id: "C11",
        weight: Weight::Critical,
        group: GROUP,
        title: "There are few superusers",
        why: "Each one can do everything. One alone may be missing when it matters; many are many ways in.",
        how: "How many active users are superusers: two to four are right.",
        measure: few,
        fix: Fix::Page { label: "Look at the superusers", path: "/admin/system/superusers" },
        manual: "superusers",
    },
    Check {
        id: "C12",
        weight: Weight::High,
        group: GROUP,
        title: "Superusers use their power",
        why: "Who never needs these rights should not carry them about every day.",
        how: "When each superuser last did something that only a superuser may, in the activity log.",
        measure: used,
        fix: Fix::Page { label: "Give a lower role", path: "/admin/system/superusers" },
        manual: "superusers",
    },
    Check {
        id: "C13",
        weight: Weight::High,
        group: GROUP,
        title: "Roles were reviewed",
        why: "People change teams. Roles do not follow by themselves.",
        how: "When the last access review of all sites was signed: within 180 days.",
        measure: reviewed,
        fix: Fix::Page { label: "Review roles", path: "/admin/system/access-review" },
        manual: "access-review",
    },
    Check {
        id: "C14",
        weight: Weight::Medium,
        group: GROUP,
        title: "Nobody is admin everywhere without need",
        why: "Admins can change sites and invite people. Whoever does not do so is safer with less.",
        how: "Who is admin of all sites and did nothing in 90 days for which an admin is needed.",
        measure: over_granted,
        fix: Fix::Deeds { label: "Lower them to write", plan: lower, hours: None },
        manual: "access-review",
    },
    Check {
        id: "C34",
        weight: Weight::High,
        group: GROUP,
        title: "Sessions are short",
        why: "A session that lives for days is a key that lies about on every device it was opened on.",
        how: "Every open session against 12 hours, and 30 minutes without use, for superusers.",
        measure: sessions,
        fix: Fix::Deeds { label: "End those sessions", plan: end_sessions, hours: None },
        manual: "sessions",
    },
    Check {
        id: "C35",
        weight: Weight::Medium,
        group: GROUP,
        title: "Nobody stays signed in for weeks",
        why: "A cookie that lasts is as good as a password for whoever copies it.",
        how: "A session's cookie without a secret, as it reaches browsers through base_url.",
        measure: remembered,
        fix: Fix::Operator { label: "How sessions end" },
        manual: "sessions",
    },
    Check {
        id: "C46",
        weight: Weight::High,
        group: GROUP,
        title: "There is a tried way back in",
        why: "When the only superuser loses phone and codes, the way back must not be tried for the first time.",
        how: "When the operator's way in was last tried with makoto recovery-drill, and whether a second superuser came by.",
        measure: way_back,
        fix: Fix::Operator { label: "Run makoto recovery-drill" },
        manual: "recovery",
    },
];

fn few(facts: &Facts) -> Verdict {
    let shown = |person: &Person| format!("{} (last seen {})", person.login, moment(person.seen_s));
    let superusers: Vec<String> = facts.superusers().map(shown).collect();
    let state = match superusers.len() {
        0 => State::Fail,
        count if SUPERUSERS.contains(&count) => State::Pass,
        count if count > SUPERUSERS_MAX => State::Fail,
        _ => State::Warn,
    };
    Verdict::new(state).with("count", superusers.len()).with_list("superusers", &superusers)
}

fn used(facts: &Facts) -> Verdict {
    let old = |person: &&Person| facts.now_s - person.superuser_since_s.max(person.created_s) > USED_DAYS * DAY_S;
    let unused = |person: &&Person| !facts.within_days(person.superuser_act_s, USED_DAYS);
    let shown = |person: &Person| format!("{}: {}", person.login, moment(person.superuser_act_s));
    let unused: Vec<String> = facts.superusers().filter(old).filter(unused).map(shown).collect();
    Verdict::pass_if(unused.is_empty())
        .with("superusers", facts.superusers().count())
        .with_list("last act of a superuser", &unused)
}

fn reviewed(facts: &Facts) -> Verdict {
    if facts.active().count() < 2 && facts.people.len() < 2 {
        return Verdict::new(State::NotApplicable).with("why", "there is one user");
    }
    Verdict::pass_if(facts.within_days(facts.review_s, REVIEW_DAYS))
        .with("last signed", moment(facts.review_s))
        .with("next due", moment(Some(facts.review_due_s)))
}

fn idle_admins(facts: &Facts) -> impl Iterator<Item = &Person> {
    let everywhere = |person: &&Person| !person.superuser && facts.sites > 1 && person.admin_of == facts.sites;
    let old = |person: &&Person| facts.now_s - person.created_s > USED_DAYS * DAY_S;
    facts.active().filter(everywhere).filter(old).filter(|person| !facts.within_days(person.admin_act_s, USED_DAYS))
}

fn over_granted(facts: &Facts) -> Verdict {
    let idle: Vec<String> =
        idle_admins(facts).map(|person| format!("{}: {}", person.login, moment(person.admin_act_s))).collect();
    Verdict::pass_if(idle.is_empty()).with("sites", facts.sites).with_list("last act of an admin", &idle)
}

fn lower(facts: &Facts) -> Vec<Deed> {
    let role = |person: &Person, site: u32| Deed::Role {
        login: person.login.clone(),
        site,
        before: "admin".to_owned(),
        after: "write".to_owned(),
    };
    idle_admins(facts).flat_map(|person| person.admin_sites.iter().map(move |site| role(person, *site))).collect()
}

fn overlong(facts: &Facts) -> impl Iterator<Item = &makoto_meta::SessionFact> {
    let of = |login: &str| facts.people.iter().find(|person| person.login.eq_ignore_ascii_case(login));
    facts.sessions.iter().filter(move |session| {
        let mighty = of(&session.login).is_some_and(|person| person.superuser);
        // A session from the future would outlive every limit.
        let (age_s, idle_s) = (facts.now_s - session.created_s, facts.now_s - session.used_s);
        age_s < -IDLE_S || mighty && idle_s <= IDLE_S && age_s > SESSION_S
    })
}

fn sessions(facts: &Facts) -> Verdict {
    let shown =
        |session: &makoto_meta::SessionFact| format!("{} since {}", session.login, moment(Some(session.created_s)));
    let overlong: Vec<String> = overlong(facts).map(shown).collect();
    Verdict::pass_if(overlong.is_empty())
        .with("open sessions", facts.sessions.len())
        .with("oldest", moment(facts.sessions.first().map(|session| session.created_s)))
        .with_list("beyond the limits", &overlong)
}

fn end_sessions(facts: &Facts) -> Vec<Deed> {
    let other = |session: &&makoto_meta::SessionFact| facts.asker_session != Some(session.id);
    let end = |session: &makoto_meta::SessionFact| Deed::EndSession { login: session.login.clone(), id: session.id };
    overlong(facts).filter(other).map(end).collect()
}

fn remembered(facts: &Facts) -> Verdict {
    let cookie = match &facts.outside.web {
        Ok(web) if web.cookie.is_empty() => return Verdict::unknown("no cookie came through"),
        Ok(web) => &web.cookie,
        Err(why) => return Verdict::unknown(why),
    };
    let attributes: Vec<String> = cookie.split(';').skip(1).map(|part| part.trim().to_lowercase()).collect();
    let lasts_s = attributes.iter().find_map(|part| part.strip_prefix("max-age=")?.parse::<i64>().ok());
    let dated = attributes.iter().any(|part| part.starts_with("expires="));
    Verdict::pass_if(!dated && lasts_s.is_none_or(|lasts_s| lasts_s <= REMEMBERED_DAYS * DAY_S))
        .with("cookie", attributes.join("; "))
        .with("ends", "with the browser, and after 24 hours (superusers and admins 12) in any case")
}

fn way_back(facts: &Facts) -> Verdict {
    let drilled = facts.within_days(facts.recovery_drill_s, DRILL_DAYS);
    let around = facts.superusers().filter(|person| facts.within_days(person.seen_s, USED_DAYS)).count();
    let state = match (drilled, around) {
        (true, _) => State::Pass,
        (false, 2..) => State::Warn,
        (false, _) => State::Fail,
    };
    Verdict::new(state)
        .with("last tried", moment(facts.recovery_drill_s))
        .with("superusers seen within 90 days", around)
}
