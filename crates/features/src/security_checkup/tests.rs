//! For each check: what makes it pass and what makes it fail, measured by the check itself.

use super::{
    check::{Fix, State},
    checks,
    deed::Deed,
    facts::{DAY_S, Facts, MailFacts, PublicFact, RecordFacts, RetentionFact, SignInFacts},
};
use crate::probes::{
    Backup, Clock, DeviceRules, FileMode, MailDomain, OptOut, Outside, Process, Release, Room, Route, Sample, Web,
};
use makoto_catalog::AnySetting;
use makoto_meta::{FailureRow, Person, SessionFact, Sighting, State as Account, TokenFact};
use std::collections::{BTreeMap, BTreeSet};

const NOW_S: i64 = 1_800_000_000;

fn person(login: &str, superuser: bool) -> Person {
    Person {
        login: login.to_owned(),
        email: format!("{login}@people.example"),
        superuser,
        state: Account::Active,
        created_s: NOW_S - 300 * DAY_S,
        seen_s: Some(NOW_S - DAY_S),
        admin_of: 0,
        admin_sites: Vec::new(),
        sites: 1,
        has_factor: true,
        factor_needed: true,
        factor_needed_since_s: Some(NOW_S - 100 * DAY_S),
        factor_used_s: Some(NOW_S - DAY_S),
        has_totp: true,
        passkeys: 0,
        codes_left: 8,
        codes_made_s: NOW_S - 30 * DAY_S,
        domain_allowed: true,
        superuser_since_s: NOW_S - 300 * DAY_S,
        superuser_act_s: Some(NOW_S - DAY_S),
        admin_act_s: Some(NOW_S - DAY_S),
        password_set_s: NOW_S - 100 * DAY_S,
        password_judged_s: NOW_S - DAY_S,
        password_weak: false,
        password_given: false,
        must_change_password: false,
    }
}

fn token() -> TokenFact {
    TokenFact {
        id: 7,
        login: "ada".to_owned(),
        description: "reports".to_owned(),
        print: "ab12".to_owned(),
        superuser: false,
        writes: false,
        created_s: NOW_S - 10 * DAY_S,
        used_s: Some(NOW_S - DAY_S),
        expires_s: Some(NOW_S + 80 * DAY_S),
        url_allowed: false,
    }
}

fn seen(name: &str) -> Sighting {
    Sighting { name: name.to_owned(), times: 3, first_day: 0, last_s: NOW_S, address: "203.0.113.9".to_owned() }
}

fn failure() -> FailureRow {
    FailureRow {
        id: 1,
        site: 9,
        cause: "unknown_site".to_owned(),
        page_url: String::new(),
        tracking_url: String::new(),
        request: String::new(),
        first_s: NOW_S - 100,
        last_s: NOW_S - 100,
        times: 4,
    }
}

fn headers() -> BTreeMap<String, String> {
    [
        ("content-security-policy", "default-src 'none'; script-src 'nonce-x'; frame-ancestors 'none'"),
        ("x-content-type-options", "nosniff"),
        ("referrer-policy", "same-origin"),
        ("cross-origin-opener-policy", "same-origin"),
        ("x-frame-options", "DENY"),
    ]
    .map(|(name, value)| (name.to_owned(), value.to_owned()))
    .into()
}

fn web() -> Web {
    Web {
        base_url: "https://stats.example".to_owned(),
        through_base_url: true,
        certificate_days: Some(60),
        plain: "redirects".to_owned(),
        hsts_s: 63_072_000,
        foreign_host: 421,
        spoofed: false,
        routes: vec![Route { path: "/".to_owned(), status: 200, headers: headers() }],
        hidden: vec![("/meta.db".to_owned(), 404)],
        shared: vec![("null".to_owned(), "/api".to_owned(), String::new())],
        asked_sites: 2,
        public_sites: Vec::new(),
        opt_out: Some(OptOut { status: 200, framed: true, kept: true }),
        cookie: "__Host-makoto=; Path=/; Secure; HttpOnly; SameSite=Lax".to_owned(),
    }
}

fn outside() -> Outside {
    let file = |path: &str, mode, is_folder| FileMode { path: path.to_owned(), mode, is_folder };
    Outside {
        web: Ok(web()),
        files: Ok(vec![file(".", 0o700, true), file("secret.key", 0o600, false)]),
        process: Ok(Process { uid: 1000, no_new_privileges: true, root_read_only: true }),
        room: Ok(Room {
            free_bytes: 50 << 30,
            whole_bytes: 100 << 30,
            growth_bytes: None,
            synced: true,
            journal_fault: String::new(),
        }),
        clock: Ok(Clock { off_ms: 12, source: "time.example:123".to_owned() }),
        backup: Ok(Backup {
            folder: "/mnt/backup".to_owned(),
            made_s: Some(NOW_S - 3600),
            elsewhere: true,
            file_system: "nfs4".to_owned(),
            drilled_s: Some(NOW_S - DAY_S),
            drill_fault: String::new(),
        }),
        outbound: Ok(vec![("127.0.0.1".to_owned(), true)]),
        release: Ok(Release {
            running: "1.2.0".to_owned(),
            newest: "1.2.0".to_owned(),
            secure: "1.1.9".to_owned(),
            advisories: Vec::new(),
        }),
        sample: Ok(Sample { visits: 100, oldest_s: [(1, NOW_S - 100 * DAY_S)].into(), ..Sample::default() }),
        rules: Ok(DeviceRules { version: "x".to_owned(), made_s: Some(NOW_S - DAY_S), tried: 6, right: 6 }),
        mail: Ok("answers".to_owned()),
        mail_domain: Err("no name server is named".to_owned()),
        cpu_ms: BTreeMap::new(),
    }
}

/// An installation with which everything is well.
fn sound() -> Facts {
    let catalog = crate::catalog().unwrap();
    let mut settings: BTreeMap<&'static str, (String, bool)> =
        catalog.settings().map(|setting: &dyn AnySetting| (setting.key(), (setting.default_text(), true))).collect();
    for (key, value) in [
        ("TwoFactorAuth.enforcement", "admins"),
        ("UsersManager.allowedEmailDomains", "people.example"),
        ("PrivacyManager.anonymizeReferrer", "exclude_query"),
        ("PrivacyManager.anonymizeUserId", "1"),
        ("PrivacyManager.anonymizeOrderId", "1"),
        ("ActivityLog.syslogAddress", "log.example:6514"),
        ("ActivityLog.webhookUrl", "https://hook.example/"),
        ("ActivityLog.webhookSecret", "0123456789abcdef"),
    ] {
        assert!(catalog.setting(key).is_some(), "{key}");
        settings.insert(key, (value.to_owned(), false));
    }
    Facts {
        now_s: NOW_S,
        asker: Some("root".to_owned()),
        asker_session: Some(1),
        people: vec![person("root", true), person("eve", true), person("ada", false)],
        tokens: vec![token()],
        sessions: vec![SessionFact { id: 1, login: "root".to_owned(), created_s: NOW_S - 60, used_s: NOW_S }],
        sites: 2,
        retention: vec![RetentionFact { site: 1, deletes: true, days: 180, every_days: 7, ..RetentionFact::default() }],
        own_hosts: ["shop.example".to_owned()].into(),
        framed_by: vec![seen("shop.example")],
        public: vec![PublicFact {
            id: 3,
            site: 1,
            what: "site".to_owned(),
            reason: "our figures are open".to_owned(),
            confirmed_s: Some(NOW_S - 10 * DAY_S),
            expires_s: Some(NOW_S + 80 * DAY_S),
            unused_origins: Vec::new(),
        }],
        reminder_overdue: false,
        reminder_mail: Some((Some(NOW_S - DAY_S), NOW_S - DAY_S)),
        alerts_failed: 0,
        mail_fault: None,
        settings,
        weak_admitted: Vec::new(),
        stranger_allowed: false,
        review_due_s: NOW_S + 100 * DAY_S,
        review_s: Some(NOW_S - 80 * DAY_S),
        record: Ok(RecordFacts {
            findings: Vec::new(),
            lines: 100,
            head_left_s: Some(NOW_S - DAY_S),
            streams: vec![("syslog".to_owned(), 0, None, NOW_S), ("webhook".to_owned(), 0, None, NOW_S)],
        }),
        sign_ins: SignInFacts::default(),
        mail: MailFacts {
            configured: true,
            last_sent_s: Some(NOW_S - 3600),
            last_failed_s: None,
            inactive_mail: Some((Some(NOW_S - 5 * DAY_S), NOW_S - 5 * DAY_S)),
            inactive_job_s: Some(NOW_S - 5 * DAY_S),
        },
        policy_reports: Vec::new(),
        url_tokens: Vec::new(),
        failures: Vec::new(),
        failures_looked_s: Some(NOW_S - DAY_S),
        recovery_drill_s: Some(NOW_S - 30 * DAY_S),
        outside: outside(),
    }
}

fn set(facts: &mut Facts, key: &'static str, value: &str) {
    facts.settings.insert(key, (value.to_owned(), false));
}

type Break = fn(&mut Facts);

/// What makes each check fail, or warn where it never fails.
static BROKEN: &[(&str, Break)] = &[
    ("C01", |facts| facts.people[0].has_factor = false),
    ("C02", |facts| {
        set(facts, "TwoFactorAuth.enforcement", "off");
        facts.people.iter_mut().for_each(|person| person.factor_needed = false);
    }),
    ("C03", |facts| facts.people[1].has_factor = false),
    ("C04", |facts| facts.people[1].codes_left = 2),
    ("C04", |facts| facts.people[1].codes_made_s = 0),
    ("C05", |facts| facts.weak_admitted.push("a known one")),
    ("C05", |facts| facts.people[2].password_given = true),
    ("C06", |facts| facts.people[2].password_weak = true),
    ("C07", |facts| facts.stranger_allowed = true),
    ("C08", |facts| facts.people[2].domain_allowed = false),
    ("C09", |facts| set(facts, "UsersManager.enableInactiveUsersNotifications", "0")),
    ("C10", |facts| facts.people[2].seen_s = Some(NOW_S - 181 * DAY_S)),
    ("C10", |facts| {
        facts.people[2].state = Account::Invited;
        facts.people[2].created_s = NOW_S - 8 * DAY_S;
    }),
    ("C11", |facts| (0..8).for_each(|n| facts.people.push(person(&format!("s{n}"), true)))),
    ("C12", |facts| facts.people[1].superuser_act_s = None),
    ("C13", |facts| facts.review_s = None),
    ("C14", |facts| {
        facts.people[2].admin_of = 2;
        facts.people[2].admin_sites = vec![1, 2];
        facts.people[2].admin_act_s = None;
    }),
    ("C15", |facts| set(facts, "PrivacyManager.ipAddressMaskLength", "1")),
    ("C15", |facts| facts.outside.sample.as_mut().unwrap().whole_addresses = 1),
    ("C16", |facts| facts.outside.sample.as_mut().unwrap().plain_user_ids = 1),
    ("C16", |facts| facts.outside.sample.as_mut().unwrap().plain_orders = 1),
    ("C17", |facts| _ = facts.outside.sample.as_mut().unwrap().oldest_s.insert(1, NOW_S - 200 * DAY_S)),
    ("C17", |facts| {
        facts.retention[0].deletes = false;
        facts.outside.sample.as_mut().unwrap().oldest_s.insert(1, NOW_S - 400 * DAY_S);
    }),
    ("C17", |facts| facts.retention[0].failed = true),
    ("C18", |facts| facts.outside.web.as_mut().unwrap().opt_out = Some(OptOut { status: 404, ..OptOut::default() })),
    ("C18", |facts| facts.outside.web.as_mut().unwrap().opt_out.as_mut().unwrap().kept = false),
    ("C19", |facts| {
        facts.failures.push(failure());
        facts.failures_looked_s = None;
    }),
    ("C20", |facts| facts.record.as_mut().unwrap().findings.push("line 7 was changed".to_owned())),
    ("C21", |facts| {
        facts.sign_ins.failed = 60;
        facts.sign_ins.usual = 2.0;
        facts.sign_ins.networks.push(("203.0.113.0/24".to_owned(), 60));
    }),
    ("C22", |facts| facts.outside.rules.as_mut().unwrap().right = 5),
    ("C23", |facts| facts.outside.web.as_mut().unwrap().public_sites.push("2".to_owned())),
    ("C23", |facts| facts.public[0].confirmed_s = Some(NOW_S - 91 * DAY_S)),
    ("C23", |facts| facts.public[0].expires_s = None),
    ("C24", |facts| facts.reminder_overdue = true),
    ("C24", |facts| facts.alerts_failed = 1),
    ("C24", |facts| facts.mail_fault = Some("no mail server is set")),
    ("C24", |facts| facts.reminder_mail = Some((None, NOW_S - DAY_S))),
    ("C25", |facts| facts.outside.web.as_mut().unwrap().base_url = "http://stats.example".to_owned()),
    ("C25", |facts| facts.outside.web.as_mut().unwrap().certificate_days = None),
    ("C26", |facts| facts.outside.web.as_mut().unwrap().foreign_host = 200),
    ("C27", |facts| facts.outside.web.as_mut().unwrap().spoofed = true),
    ("C28", |facts| {
        let headers = &mut facts.outside.web.as_mut().unwrap().routes[0].headers;
        headers.insert("content-security-policy".to_owned(), "default-src *; script-src 'unsafe-inline'".to_owned());
    }),
    ("C28", |facts| facts.outside.web.as_mut().unwrap().cookie = "__Host-makoto=; HttpOnly; SameSite=Lax".to_owned()),
    ("C29", |facts| facts.policy_reports.push(seen("script-src https://evil.example"))),
    ("C30", |facts| facts.outside.mail = Err("refused".to_owned())),
    ("C31", |facts| facts.outside.backup.as_mut().unwrap().made_s = Some(NOW_S - 3 * DAY_S)),
    ("C31", |facts| facts.outside.backup.as_mut().unwrap().drill_fault = "meta.db differs".to_owned()),
    ("C32", |facts| facts.tokens[0].superuser = true),
    ("C32", |facts| facts.tokens[0].expires_s = None),
    ("C33", |facts| facts.url_tokens.push(seen("7 API"))),
    ("C34", |facts| facts.sessions[0].created_s = NOW_S - 13 * 3600),
    ("C34", |facts| facts.sessions[0].created_s = NOW_S + 10 * DAY_S),
    ("C35", |facts| facts.outside.web.as_mut().unwrap().cookie = "__Host-makoto=; Max-Age=2592000".to_owned()),
    ("C36", |facts| facts.outside.release.as_mut().unwrap().secure = "1.10.0".to_owned()),
    ("C36", |facts| facts.outside.release.as_mut().unwrap().advisories.push("RUSTSEC-1".to_owned())),
    ("C37", |facts| facts.outside.files.as_mut().unwrap()[0].mode = 0o755),
    ("C37", |facts| facts.outside.web.as_mut().unwrap().hidden[0].1 = 200),
    ("C38", |facts| facts.outside.process.as_mut().unwrap().uid = 0),
    ("C39", |facts| {
        facts.record.as_mut().unwrap().streams[0] = ("syslog".to_owned(), 9, Some(NOW_S - 600), NOW_S - 700)
    }),
    ("C39", |facts| {
        set(facts, "ActivityLog.syslogAddress", "");
        set(facts, "ActivityLog.webhookUrl", "");
    }),
    ("C40", |facts| facts.outside.room.as_mut().unwrap().free_bytes = 5 << 30),
    ("C40", |facts| facts.outside.room.as_mut().unwrap().synced = false),
    ("C41", |facts| facts.outside.clock.as_mut().unwrap().off_ms = -1500),
    ("C42", |facts| facts.outside.web.as_mut().unwrap().shared[0].2 = "*".to_owned()),
    ("C43", |facts| facts.outside.outbound.as_mut().unwrap()[0].1 = false),
    ("C44", |facts| set(facts, "ActivityLog.webhookSecret", "")),
    ("C45", |facts| {
        let headers = &mut facts.outside.web.as_mut().unwrap().routes[0].headers;
        headers.remove("x-frame-options");
        headers.insert("content-security-policy".to_owned(), "default-src 'none'".to_owned());
    }),
    ("C46", |facts| {
        facts.recovery_drill_s = None;
        facts.people[1].seen_s = None;
    }),
];

fn state(id: &str, facts: &Facts) -> State {
    (checks::find(id).unwrap().measure)(facts).state
}

#[test]
fn there_are_forty_six_checks_with_ids_of_their_own() {
    let ids: BTreeSet<&str> = checks::all().map(|check| check.id).collect();
    let expected: BTreeSet<String> = (1..=46).map(|n| format!("C{n:02}")).collect();
    assert!(ids.iter().copied().eq(expected.iter().map(String::as_str)));
    assert_eq!(checks::all().count(), 46);
}

#[test]
fn every_check_passes_where_all_is_well() {
    let facts = sound();
    for check in checks::all() {
        let verdict = (check.measure)(&facts);
        assert_eq!(verdict.state, State::Pass, "{}: {:?}", check.id, verdict.evidence);
        assert!(!verdict.evidence.is_empty(), "{} shows nothing", check.id);
    }
}

#[test]
fn every_check_fails_by_a_fixture_of_its_own() {
    let broken: BTreeSet<&str> = BROKEN.iter().map(|(id, _)| *id).collect();
    assert_eq!(broken.len(), 46);
    for (id, break_it) in BROKEN {
        let mut facts = sound();
        break_it(&mut facts);
        assert_eq!(state(id, &facts), State::Fail, "{id}");
    }
}

#[test]
fn what_cannot_be_measured_is_unknown_and_never_passes() {
    let mut facts = sound();
    facts.outside = Outside::unknown("nobody looked");
    facts.record = Err("unreadable".to_owned());
    let measured_outside = [
        "C15", "C16", "C17", "C18", "C20", "C22", "C23", "C25", "C26", "C27", "C28", "C31", "C35", "C36", "C37", "C38",
        "C39", "C40", "C41", "C42", "C43", "C44", "C45",
    ];
    for id in measured_outside {
        assert_eq!(state(id, &facts), State::Unknown, "{id}");
    }
    assert_eq!(state("C30", &facts), State::Fail);
}

/// What a fix's deeds do to what is measured; settings alone, and what follows from them.
fn carried_out(mut facts: Facts, deeds: &[Deed]) -> Facts {
    for deed in deeds {
        match deed {
            Deed::Setting { key, after, .. } => {
                let (key, _) = facts.settings.get_key_value(key.as_str()).unwrap();
                let key = *key;
                set(&mut facts, key, after.as_deref().unwrap_or(""));
                if key == "SecurityCheckup.innerTargets" {
                    assert_eq!(after.as_deref(), Some("10.0.0.1:25"), "one port of one address may stay");
                    facts.outside.outbound.as_mut().unwrap()[0].1 = true;
                }
            }
            Deed::Suspend { login } => {
                let person = facts.people.iter_mut().find(|person| person.login == *login).unwrap();
                person.state = Account::Suspended;
            }
            Deed::PauseToken { id, .. } => facts.tokens.retain(|token| token.id != *id),
            Deed::Mode { path, after, .. } => {
                let files = facts.outside.files.as_mut().unwrap();
                files.iter_mut().find(|file| file.path == *path).unwrap().mode = *after;
            }
            Deed::EndSession { id, .. } => facts.sessions.retain(|session| session.id != *id),
            Deed::Role { login, site, .. } => {
                let person = facts.people.iter_mut().find(|person| person.login == *login).unwrap();
                person.admin_sites.retain(|known| known != site);
                person.admin_of = person.admin_sites.len();
            }
            Deed::PausePublic { id, .. } => facts.public.retain(|grant| grant.id != *id),
            Deed::RequirePassword { login } => {
                let person = facts.people.iter_mut().find(|person| person.login == *login).unwrap();
                person.must_change_password = true;
            }
            Deed::Purge { site, days, .. } => {
                let oldest_s = NOW_S - i64::from(*days) * DAY_S;
                facts.outside.sample.as_mut().unwrap().oldest_s.insert(*site, oldest_s);
                let fact = facts.retention.iter_mut().find(|fact| fact.site == *site).unwrap();
                (fact.deletes, fact.days) = (true, *days);
            }
            Deed::Remind { .. } => {
                facts.reminder_overdue = false;
                facts.reminder_mail = Some((Some(NOW_S), NOW_S));
            }
            Deed::TestMail { .. } | Deed::Backup => {}
        }
    }
    facts
}

#[test]
fn fixes_name_what_is_wrong_and_make_it_right() {
    // Those whose deeds change what is measured at once; the rest waits for somebody or for the machine.
    let fixed: [(&str, Break); 14] = [
        ("C03", |facts| facts.people[1].has_factor = false),
        ("C05", |facts| facts.people[2].password_given = true),
        ("C24", |facts| facts.reminder_overdue = true),
        ("C43", |facts| {
            set(facts, "SecurityCheckup.innerTargets", "127.0.0.1,10.0.0.1:25");
            facts.outside.outbound.as_mut().unwrap()[0].1 = false;
        }),
        ("C06", |facts| facts.people[2].password_weak = true),
        ("C17", |facts| _ = facts.outside.sample.as_mut().unwrap().oldest_s.insert(1, NOW_S - 200 * DAY_S)),
        ("C17", |facts| {
            facts.retention[0].deletes = false;
            facts.outside.sample.as_mut().unwrap().oldest_s.insert(1, NOW_S - 400 * DAY_S);
        }),
        ("C23", |facts| facts.public[0].confirmed_s = None),
        ("C08", |facts| facts.people[2].domain_allowed = false),
        ("C10", |facts| facts.people[2].seen_s = Some(0)),
        ("C14", |facts| {
            facts.people[2].admin_of = 2;
            facts.people[2].admin_sites = vec![1, 2];
            facts.people[2].admin_act_s = None;
        }),
        ("C32", |facts| facts.tokens[0].expires_s = None),
        ("C33", |facts| facts.url_tokens.push(seen("7 API"))),
        ("C37", |facts| facts.outside.files.as_mut().unwrap()[1].mode = 0o644),
    ];
    for (id, break_it) in fixed {
        let mut facts = sound();
        break_it(&mut facts);
        assert_ne!(state(id, &facts), State::Pass, "{id}");
        let Fix::Deeds { plan, .. } = &checks::find(id).unwrap().fix else { panic!("{id} has no deeds") };
        let deeds = plan(&facts);
        assert!(!deeds.is_empty(), "{id}");
        assert_eq!(state(id, &carried_out(facts, &deeds)), State::Pass, "{id}");
    }
}

#[test]
fn a_fix_never_shuts_out_who_presses_it() {
    let mut facts = sound();
    facts.people[0].domain_allowed = false;
    facts.people[0].password_weak = true;
    facts.people[0].seen_s = Some(0);
    facts.sessions[0].created_s = NOW_S - 13 * 3600;
    for id in ["C06", "C08", "C10", "C34"] {
        let Fix::Deeds { plan, .. } = &checks::find(id).unwrap().fix else { panic!("{id} has no deeds") };
        assert_eq!(plan(&facts), [], "{id}");
    }
}

#[test]
fn no_secret_stands_in_evidence_or_in_what_a_fix_shows() {
    let secret = "planted-secret-0123456789";
    let mut facts = sound();
    set(&mut facts, "ActivityLog.webhookSecret", secret);
    set(&mut facts, "CoreAdminHome.mailPassword", secret);
    for check in checks::all() {
        let verdict = (check.measure)(&facts);
        assert!(!format!("{:?}", verdict.evidence).contains(secret), "{}", check.id);
        if let Fix::Deeds { plan, .. } = &check.fix {
            for deed in plan(&facts) {
                assert!(!deed.shown().concat().contains(secret), "{}", check.id);
                assert!(!deed.as_json().to_string().contains(secret), "{}", check.id);
            }
        }
    }
}

#[test]
fn what_is_worth_a_look_warns() {
    let doubtful: [(&str, Break); 5] = [
        ("C30", |facts| facts.outside.mail_domain = Ok(MailDomain { spf: None, ..MailDomain::default() })),
        ("C06", |facts| {
            facts.people[2].password_set_s = 0;
            facts.people[2].password_judged_s = 0;
        }),
        ("C17", |facts| facts.retention[0].deletes = false),
        ("C45", |facts| facts.framed_by.push(seen("stranger.example"))),
        ("C45", |facts| facts.public[0].unused_origins.push("https://gone.example".to_owned())),
    ];
    for (id, doubt) in doubtful {
        let mut facts = sound();
        doubt(&mut facts);
        assert_eq!(state(id, &facts), State::Warn, "{id}");
    }
}

#[test]
fn settings_alone_turn_nothing_green_that_behaves_otherwise() {
    // What is in force is measured beside the setting: stored visits, answers, tries.
    let mut facts = sound();
    facts.outside.sample.as_mut().unwrap().whole_addresses = 3;
    facts.outside.sample.as_mut().unwrap().plain_user_ids = 3;
    facts.people.iter_mut().for_each(|person| person.factor_needed = false);
    facts.stranger_allowed = true;
    facts.weak_admitted.push("a short one");
    facts.mail.inactive_job_s = None;
    facts.outside.outbound.as_mut().unwrap()[0].1 = false;
    facts.record.as_mut().unwrap().streams.clear();
    for id in ["C02", "C05", "C07", "C09", "C15", "C16", "C39", "C43", "C44"] {
        assert_ne!(state(id, &facts), State::Pass, "{id}");
    }
}
