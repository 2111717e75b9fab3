//! Second factors, passwords and who has an account.

use crate::{
    security_checkup::{
        check::{Check, Fix, State, Verdict, Weight},
        deed::Deed,
        facts::{DAY_S, Facts, moment},
    },
    users_manager::settings,
};
use makoto_identity::{
    enforcement::{ENFORCEMENT, Enforcement, GRACE_DAYS},
    rules,
};
use makoto_meta::{Person, State as Account};
use std::collections::BTreeSet;

const GROUP: &str = "Sign-in and accounts";
const YEAR_DAYS: i64 = 365;
/// Recovery codes that a superuser should have left, and how old they may be.
const CODES_LEFT_MIN: u32 = 3;
const CODES_YEARS_MAX: i64 = 2;
/// Days without use, of an account and of an invitation.
const IDLE_DAYS: i64 = 180;
const INVITED_DAYS: i64 = 7;

pub static CHECKS: &[Check] = &[
    Check {
        id: "C01",
        weight: Weight::Critical,
        group: GROUP,
        title: "You use a second factor",
        why: "A stolen password alone should not open everything you may do. A passkey or an app stops it.",
        how: "Whether your account has an authenticator app or a passkey, and when it was last used.",
        measure: mine,
        fix: Fix::Page { label: "Set up a second factor", path: "/admin/personal/security" },
        manual: "second-factors",
    },
    Check {
        id: "C02",
        weight: Weight::Critical,
        group: GROUP,
        title: "Second factors are required",
        why: "Whoever may change settings, users or sites is worth attacking. A rule protects also who joins tomorrow.",
        how: "For each superuser and admin, whether the server asks for a second factor.",
        measure: enforced,
        fix: Fix::Deeds { label: "Require it of superusers and admins, within 7 days", plan: enforce, hours: None },
        manual: "second-factors",
    },
    Check {
        id: "C03",
        weight: Weight::Critical,
        group: GROUP,
        title: "No superuser acts without a second factor",
        why: "One superuser without is enough: a superuser can change everything, also the rule.",
        how: "Whether each active superuser has an authenticator app or a passkey, or else is let in by nothing that they \
              have now: the password must be changed by a mailed link first, and the set-up of a factor comes after it.",
        measure: superusers_have,
        fix: Fix::Deeds { label: "Shut them out until they have set one up", plan: enforce_now, hours: None },
        manual: "second-factors",
    },
    Check {
        id: "C04",
        weight: Weight::High,
        group: GROUP,
        title: "Recovery codes are at hand",
        why: "Phones get lost. Without codes, the only way back is through another superuser or the machine.",
        how: "How many unused recovery codes each superuser with a second factor has, and how old they are.",
        measure: codes,
        fix: Fix::Page { label: "Make new codes", path: "/admin/personal/security" },
        manual: "second-factors",
    },
    Check {
        id: "C05",
        weight: Weight::High,
        group: GROUP,
        title: "Passwords are strong, and their owners' alone",
        why: "Attackers try known passwords first; the rules must stop them before they are in use. And a password that \
              somebody else chose is known to somebody else.",
        how: "Three weak passwords are tried on the rules in force. Nobody uses a password that another user chose, and \
              none can be given.",
        measure: strong,
        fix: Fix::Deeds { label: "Force strong passwords that their owners choose", plan: force_strong, hours: None },
        manual: "passwords",
    },
    Check {
        id: "C06",
        weight: Weight::High,
        group: GROUP,
        title: "Passwords in use keep the rules",
        why: "A rule for new passwords does nothing about old ones, such as those of an imported user.",
        how: "Each sign-in looks at the password by the rules in force, known breached ones among them.",
        measure: in_use,
        fix: Fix::Deeds { label: "Require new passwords at their next sign-in", plan: require_passwords, hours: None },
        manual: "passwords",
    },
    Check {
        id: "C07",
        weight: Weight::High,
        group: GROUP,
        title: "E-mail domains are limited",
        why: "An invitation to a mistyped or private address gives a stranger a way in.",
        how: "Whether an address of a domain that nobody knows would be let in.",
        measure: domains_set,
        fix: Fix::Deeds { label: "Allow the domains of your users", plan: set_domains, hours: None },
        manual: "domains",
    },
    Check {
        id: "C08",
        weight: Weight::High,
        group: GROUP,
        title: "Nobody is outside the allowed domains",
        why: "Whoever left with a private address may still hold rights here.",
        how: "The address of each user against the allowed domains.",
        measure: outside,
        fix: Fix::Deeds { label: "Suspend them", plan: suspend_outside, hours: None },
        manual: "domains",
    },
    Check {
        id: "C09",
        weight: Weight::High,
        group: GROUP,
        title: "You hear of unused accounts each month",
        why: "Nobody misses an account that nobody uses, so nobody notices who uses it.",
        how: "Whether the monthly job ran within 32 days, and its last mail was delivered.",
        measure: monthly,
        fix: Fix::Deeds { label: "Turn the monthly mail on", plan: turn_on_monthly, hours: None },
        manual: "inactive",
    },
    Check {
        id: "C10",
        weight: Weight::High,
        group: GROUP,
        title: "No account lies idle",
        why: "Accounts of people who left are the easiest to take over unnoticed.",
        how: "When each account was last used: within 180 days; invitations are answered within 7.",
        measure: idle,
        fix: Fix::Deeds { label: "Suspend idle accounts", plan: suspend_idle, hours: None },
        manual: "inactive",
    },
];

fn me(facts: &Facts) -> Option<&Person> {
    let asker = facts.asker.as_deref()?;
    facts.people.iter().find(|person| person.login.eq_ignore_ascii_case(asker))
}

fn mine(facts: &Facts) -> Verdict {
    let Some(me) = me(facts) else {
        return Verdict::new(State::NotApplicable).with("why", "no user asks");
    };
    let mut methods = Vec::new();
    if me.has_totp {
        methods.push("authenticator app".to_owned());
    }
    if me.passkeys > 0 {
        methods.push(format!("{} passkeys", me.passkeys));
    }
    let state = match (me.has_factor, facts.within_days(me.factor_used_s, YEAR_DAYS)) {
        (false, _) => State::Fail,
        (true, false) => State::Warn,
        (true, true) => State::Pass,
    };
    Verdict::new(state).with_list("methods", &methods).with("last used", moment(me.factor_used_s))
}

fn enforced(facts: &Facts) -> Verdict {
    let mighty = |person: &&Person| person.superuser || person.admin_of > 0;
    let names = |people: Vec<&Person>| -> Vec<String> { people.iter().map(|person| person.login.clone()).collect() };
    let free = names(facts.active().filter(mighty).filter(|person| !person.factor_needed).collect());
    let everyone = facts.active().all(|person| person.factor_needed);
    let without = facts.active().filter(|person| !person.has_factor).count();
    let rule = match facts.setting(&ENFORCEMENT) {
        Enforcement::Off => "off",
        Enforcement::Superusers => "superusers",
        Enforcement::Admins => "superusers and admins",
        Enforcement::Everyone => "everyone",
    };
    // Who must use one today only by luck of having no admins yet is not protected by the rule.
    let by_rule = facts.setting(&ENFORCEMENT) >= Enforcement::Admins;
    let state = match (free.is_empty(), by_rule || everyone, facts.superusers().all(|person| person.factor_needed)) {
        (true, true, _) => State::Pass,
        (_, _, true) => State::Warn,
        _ => State::Fail,
    };
    Verdict::new(state)
        .with("required of", rule)
        .with("users without a factor", without)
        .with_list("may do without", &free)
}

fn enforce(facts: &Facts) -> Vec<Deed> {
    vec![facts.change(&ENFORCEMENT, "admins"), facts.change(&GRACE_DAYS, "7")]
}

fn enforce_now(facts: &Facts) -> Vec<Deed> {
    let rule = match facts.setting(&ENFORCEMENT) {
        Enforcement::Off => Some(facts.change(&ENFORCEMENT, "superusers")),
        _ => None,
    };
    let without = facts.superusers().filter(|person| !person.has_factor && !person.must_change_password);
    rule.into_iter().chain([facts.change(&GRACE_DAYS, "0")]).chain(require_of(facts, without)).collect()
}

/// Whether nothing that the person has now lets them do anything: with a password that counts no more, the mailbox must be
/// theirs; and then the set-up of a second factor is all they get. A stolen password is of no use.
fn is_shut_out(facts: &Facts, person: &Person) -> bool {
    let grace_s = i64::from(facts.setting(&GRACE_DAYS)) * DAY_S;
    person.must_change_password && person.factor_needed_since_s.is_some_and(|since_s| since_s + grace_s <= facts.now_s)
}

fn superusers_have(facts: &Facts) -> Verdict {
    let without = facts.superusers().filter(|person| !person.has_factor);
    let (shut, free): (Vec<&Person>, Vec<&Person>) = without.partition(|person| is_shut_out(facts, person));
    let logins = |people: Vec<&Person>| people.iter().map(|person| person.login.clone()).collect::<Vec<_>>();
    Verdict::pass_if(free.is_empty())
        .with("superusers", facts.superusers().count())
        .with_list("without a second factor", &logins(free))
        .with_list("shut out until they have set one up", &logins(shut))
}

fn codes(facts: &Facts) -> Verdict {
    let guarded: Vec<&Person> = facts.superusers().filter(|person| person.has_factor).collect();
    if guarded.is_empty() {
        return Verdict::new(State::Fail).with("why", "no superuser has a second factor, so none has codes");
    }
    let few = |person: &&&Person| person.codes_left < CODES_LEFT_MIN;
    let old = |person: &&&Person| {
        person.codes_left > 0 && facts.now_s - person.codes_made_s > CODES_YEARS_MAX * YEAR_DAYS * DAY_S
    };
    let shown = |person: &&Person| format!("{}: {} left", person.login, person.codes_left);
    let short: Vec<String> = guarded.iter().filter(few).map(shown).collect();
    let aged: Vec<&str> = guarded.iter().filter(old).map(|person| person.login.as_str()).collect();
    Verdict::pass_if(short.is_empty() && aged.is_empty())
        .with("superusers with codes", guarded.len() - short.len())
        .with_list("too few", &short)
        .with_list("older than two years", &aged)
}

fn strong(facts: &Facts) -> Verdict {
    let rule = match facts.setting(&rules::STRENGTH_CHECK) {
        true => "12 characters of four kinds, and no known ones",
        false => "15 characters, 12 with a second factor, and no known ones",
    };
    let given: Vec<&str> = given(facts).map(|person| person.login.as_str()).collect();
    let may_give = facts.setting(&settings::GIVEN_PASSWORDS);
    let state = match (facts.weak_admitted.is_empty() && given.is_empty(), may_give) {
        (false, _) => State::Fail,
        (true, true) => State::Warn,
        (true, false) => State::Pass,
    };
    Verdict::new(state)
        .with("rule", rule)
        .with("weak passwords tried", 3)
        .with_list("admitted", &facts.weak_admitted)
        .with("superusers may choose for others", if may_give { "yes" } else { "no" })
        .with_list("use what another chose", &given)
}

/// Whose password another user chose and that still lets in.
fn given(facts: &Facts) -> impl Iterator<Item = &Person> {
    facts.active().filter(|person| person.password_given && !person.must_change_password)
}

fn force_strong(facts: &Facts) -> Vec<Deed> {
    let mut deeds = vec![facts.change(&rules::STRENGTH_CHECK, "1")];
    if facts.setting(&settings::GIVEN_PASSWORDS) {
        deeds.push(facts.change(&settings::GIVEN_PASSWORDS, "0"));
    }
    deeds.extend(require_of(facts, given(facts)));
    deeds
}

/// New passwords of these, but of whoever presses it, who must not be kept out by it.
fn require_of<'a>(facts: &Facts, people: impl Iterator<Item = &'a Person>) -> Vec<Deed> {
    let others = people.filter(|person| facts.asker.as_deref() != Some(&person.login));
    let logins: BTreeSet<&str> = others.map(|person| person.login.as_str()).collect();
    logins.into_iter().map(|login| Deed::RequirePassword { login: login.to_owned() }).collect()
}

/// Whose password breaks the rules and still lets in.
fn weak(facts: &Facts) -> impl Iterator<Item = &Person> {
    facts.active().filter(|person| person.password_weak && !person.must_change_password)
}

/// Whose password nothing has judged by the rules. One that was set here has passed them; of others only a sign-in shows.
fn unjudged(facts: &Facts) -> impl Iterator<Item = &Person> {
    let unjudged = |person: &&Person| person.password_set_s == 0 && person.password_judged_s == 0;
    facts.active().filter(unjudged).filter(|person| !person.must_change_password)
}

fn in_use(facts: &Facts) -> Verdict {
    let logins = |people: Vec<&Person>| people.iter().map(|person| person.login.clone()).collect::<Vec<_>>();
    let (weak, unjudged) = (logins(weak(facts).collect()), logins(unjudged(facts).collect()));
    let asked = logins(facts.active().filter(|person| person.must_change_password).collect());
    let state = match (weak.is_empty(), unjudged.is_empty()) {
        (false, _) => State::Fail,
        (true, false) => State::Warn,
        (true, true) => State::Pass,
    };
    Verdict::new(state)
        .with("users", facts.active().count())
        .with_list("break the rules", &weak)
        .with_list("not looked at yet", &unjudged)
        .with_list("must choose a new one", &asked)
}

fn require_passwords(facts: &Facts) -> Vec<Deed> {
    require_of(facts, weak(facts).chain(unjudged(facts)))
}

fn domain_of(email: &str) -> Option<String> {
    email.rsplit_once('@').map(|(_, domain)| domain.to_lowercase())
}

fn domains_set(facts: &Facts) -> Verdict {
    let domains = facts.setting(&settings::DOMAINS);
    let in_use: BTreeSet<String> = facts.active().filter_map(|person| domain_of(&person.email)).collect();
    let in_use: Vec<String> = in_use.into_iter().collect();
    let allowed = if domains.is_empty() { "every domain".to_owned() } else { domains_text(facts) };
    Verdict::pass_if(!facts.stranger_allowed).with("allowed", allowed).with_list("domains of your users", &in_use)
}

fn domains_text(facts: &Facts) -> String {
    facts.settings.get(settings::DOMAINS.key).map(|(text, _)| text.clone()).unwrap_or_default()
}

fn set_domains(facts: &Facts) -> Vec<Deed> {
    let in_use: BTreeSet<String> = facts
        .people
        .iter()
        .filter(|person| person.state != Account::Suspended)
        .filter_map(|person| domain_of(&person.email))
        .collect();
    vec![facts.change(&settings::DOMAINS, &in_use.into_iter().collect::<Vec<_>>().join(","))]
}

fn strangers(facts: &Facts) -> impl Iterator<Item = &Person> {
    facts.active().filter(|person| !person.domain_allowed)
}

fn outside(facts: &Facts) -> Verdict {
    if facts.stranger_allowed {
        return Verdict::new(State::NotApplicable).with("why", "every domain is allowed");
    }
    let outside: Vec<&str> = strangers(facts).map(|person| person.login.as_str()).collect();
    Verdict::pass_if(outside.is_empty()).with("users", facts.active().count()).with_list("outside", &outside)
}

fn suspend_outside(facts: &Facts) -> Vec<Deed> {
    let not_me = |person: &&Person| facts.asker.as_deref() != Some(&person.login);
    strangers(facts).filter(not_me).map(|person| Deed::Suspend { login: person.login.clone() }).collect()
}

/// How long the monthly job may be ago, in days: the longest month and a day.
const MONTH_DAYS: i64 = 32;

fn monthly(facts: &Facts) -> Verdict {
    let on = facts.setting(&settings::NOTIFY);
    let ran = facts.within_days(facts.mail.inactive_job_s, MONTH_DAYS);
    let (delivered, mail) = match facts.mail.inactive_mail {
        None => (true, "there was nothing to tell".to_owned()),
        Some((Some(sent_s), _)) => (true, moment(Some(sent_s))),
        Some((None, made_s)) => (false, format!("not delivered, waiting since {}", moment(Some(made_s)))),
    };
    let state = match (on, ran, delivered && facts.mail.configured) {
        (true, true, true) => State::Pass,
        (true, _, false) | (true, false, _) => State::Warn,
        (false, ..) => State::Fail,
    };
    Verdict::new(state)
        .with("monthly mail", if on { "on" } else { "off" })
        .with("last looked", moment(facts.mail.inactive_job_s))
        .with("last mail", mail)
}

fn turn_on_monthly(facts: &Facts) -> Vec<Deed> {
    vec![facts.change(&settings::NOTIFY, "1")]
}

fn is_idle(facts: &Facts, person: &Person) -> bool {
    match person.state {
        Account::Invited => facts.now_s - person.created_s > INVITED_DAYS * DAY_S,
        Account::Active => facts.now_s - person.seen_s.unwrap_or(person.created_s) > IDLE_DAYS * DAY_S,
        Account::Suspended => false,
    }
}

fn idle(facts: &Facts) -> Verdict {
    let shown = |person: &Person| match person.state {
        Account::Invited => format!("{}: invited {} days ago", person.login, facts.days_since(person.created_s)),
        _ => format!("{}: last seen {}", person.login, moment(person.seen_s)),
    };
    let idle: Vec<String> = facts.people.iter().filter(|person| is_idle(facts, person)).map(shown).collect();
    Verdict::pass_if(idle.is_empty()).with("accounts", facts.people.len()).with_list("idle", &idle)
}

fn suspend_idle(facts: &Facts) -> Vec<Deed> {
    let idle = facts.active().filter(|person| is_idle(facts, person));
    idle.filter(|person| facts.asker.as_deref() != Some(&person.login))
        .map(|person| Deed::Suspend { login: person.login.clone() })
        .collect()
}
