//! What is kept of visitors, what the diagnostics show, and what is public.

use crate::{
    privacy_manager::{retention, settings},
    probes::Sample,
    security_checkup::{
        check::{Check, Fix, State, Verdict, Weight},
        deed::Deed,
        facts::{Facts, RetentionFact, moment},
    },
};
use makoto_identity::rules;

const PRIVACY: &str = "Privacy of visitors";
const WATCH: &str = "What the diagnostics show";
/// Bytes of an address that are masked at least.
const MASK_BYTES_MIN: u32 = 2;
/// Days within which somebody should look at new failures.
const LOOKED_DAYS: i64 = 7;
/// How many times as many failed sign-ins as usual are an attack, and from how many on.
const ATTACK_TIMES: f64 = 3.0;
const ATTACK_MIN: i64 = 20;
const AFTER_FAILURES_DAYS: i64 = 7;
/// Age of device rules, in days.
const RULES_DAYS: i64 = 90;
/// How long a fix blocks networks, in hours.
const BLOCK_HOURS: u32 = 24;

pub static CHECKS: &[Check] = &[
    Check {
        id: "C15",
        weight: Weight::High,
        group: PRIVACY,
        title: "Visitors' addresses are masked",
        why: "A full address leads to a person. What is not kept cannot leak and need not be explained.",
        how: "The setting, and whether the newest stored visits hold an address whose last two bytes are not empty.",
        measure: masked,
        fix: Fix::Deeds { label: "Mask two bytes", plan: mask, hours: None },
        manual: "privacy",
    },
    Check {
        id: "C16",
        weight: Weight::Medium,
        group: PRIVACY,
        title: "Identities and referrers are cut",
        why: "User ids and the queries of referrers often hold names and e-mail addresses.",
        how: "Whether the newest stored visits and orders hold user ids and order ids that are no pseudonyms, or referrers \
              with a query, and the settings for what comes.",
        measure: pseudonyms,
        fix: Fix::Deeds { label: "Use pseudonyms, and cut referrers", plan: cut_referrers, hours: None },
        manual: "privacy",
    },
    Check {
        id: "C17",
        weight: Weight::High,
        group: PRIVACY,
        title: "Old raw data is deleted",
        why: "Reports need last year, not every click of years ago. What is gone cannot be stolen.",
        how: "For each site whether visits are deleted after thirteen months at most, the age of the oldest that is \
              stored, and what came of the last deletion.",
        measure: young,
        fix: Fix::Deeds {
            label: "Keep visits for thirteen months, and delete older ones",
            plan: keep_less,
            hours: None,
        },
        manual: "privacy",
    },
    Check {
        id: "C18",
        weight: Weight::Medium,
        group: PRIVACY,
        title: "Visitors can opt out",
        why: "A privacy notice that leads to a dead page is worse than none.",
        how: "The server asks itself for the opt-out form, whether other sites may show it, and whether a choice is kept.",
        measure: opt_out,
        fix: Fix::Operator { label: "Open the opt-out page" },
        manual: "privacy",
    },
    Check {
        id: "C19",
        weight: Weight::Medium,
        group: WATCH,
        title: "Tracking failures were looked at",
        why: "Requests that make no hit mean missing figures, or somebody who tries tokens.",
        how: "Whether there are failures since somebody last looked, within seven days.",
        measure: failures,
        fix: Fix::Page { label: "Look at the failures", path: "/admin/diagnostic/tracking-failures" },
        manual: "diagnostics",
    },
    Check {
        id: "C20",
        weight: Weight::High,
        group: WATCH,
        title: "The activity log is whole",
        why: "Whoever breaks in removes traces first. A whole chain shows that nobody did.",
        how: "Every line's hash, every signed head, and whether a head has left this machine.",
        measure: whole,
        fix: Fix::Page { label: "Check and export the log", path: "/admin/diagnostic/activity-log" },
        manual: "activity-log",
    },
    Check {
        id: "C21",
        weight: Weight::High,
        group: WATCH,
        title: "Nobody is guessing passwords",
        why: "An attack that is noticed early ends with a block; later it ends with a sign-in.",
        how: "Failed sign-ins of this hour against the week before, and sign-ins that followed failures.",
        measure: quiet,
        fix: Fix::Deeds { label: "Block these networks for 24 hours", plan: block, hours: Some(BLOCK_HOURS) },
        manual: "brute-force",
    },
    Check {
        id: "C22",
        weight: Weight::Low,
        group: WATCH,
        title: "Devices are recognised",
        why: "Old rules take new browsers for unknown ones, and new bots for visitors.",
        how: "A self-test over known devices, the age of the rules, and unknown devices among the newest visits.",
        measure: devices,
        fix: Fix::Page { label: "Try the device detection", path: "/admin/diagnostic/device-detection" },
        manual: "diagnostics",
    },
];

fn sampled(facts: &Facts, judge: impl Fn(&Sample) -> Verdict) -> Verdict {
    match &facts.outside.sample {
        Ok(sample) => judge(sample).with("visits looked at", sample.visits),
        Err(why) => Verdict::unknown(why),
    }
}

fn masked(facts: &Facts) -> Verdict {
    let bytes = match facts.setting(&settings::MASK_ENABLED) {
        true => facts.setting(&settings::MASK_BYTES),
        false => 0,
    };
    sampled(facts, |sample| {
        Verdict::pass_if(bytes >= MASK_BYTES_MIN && sample.whole_addresses == 0)
            .with("masked bytes", bytes)
            .with("stored addresses with more", sample.whole_addresses)
    })
}

fn mask(facts: &Facts) -> Vec<Deed> {
    vec![facts.change(&settings::MASK_ENABLED, "1"), facts.change(&settings::MASK_BYTES, &MASK_BYTES_MIN.to_string())]
}

fn pseudonyms(facts: &Facts) -> Verdict {
    let cut = facts.setting(&settings::REFERRER) != settings::REFERRER_DETAILS[0]
        && facts.setting(&settings::USER_IDS)
        && facts.setting(&settings::ORDER_IDS);
    sampled(facts, |sample| {
        let clean = sample.plain_user_ids == 0 && sample.plain_orders == 0 && sample.referrer_queries == 0;
        let state = match (clean, cut) {
            (true, true) => State::Pass,
            (true, false) => State::Warn,
            (false, _) => State::Fail,
        };
        Verdict::new(state)
            .with("user ids that are no pseudonyms", format!("{} of {}", sample.plain_user_ids, sample.user_ids))
            .with("order ids that are no pseudonyms", format!("{} of {}", sample.plain_orders, sample.orders))
            .with("referrers with a query", sample.referrer_queries)
            .with("pseudonyms and cut referrers from now on", if cut { "yes" } else { "no" })
    })
}

fn cut_referrers(facts: &Facts) -> Vec<Deed> {
    vec![
        facts.change(&settings::USER_IDS, "1"),
        facts.change(&settings::ORDER_IDS, "1"),
        facts.change(&settings::REFERRER, "exclude_query"),
    ]
}

/// Thirteen months, in days.
const RAW_DAYS_MAX: u32 = 396;
/// What is due may wait so many days longer than the time between two deletions.
const PURGE_SLACK_DAYS: u32 = 2;

/// How old the visits of a site may be, in days.
fn oldest_days(site: &RetentionFact) -> i64 {
    let kept = if site.deletes { site.days.min(RAW_DAYS_MAX) } else { RAW_DAYS_MAX };
    i64::from(kept + if site.deletes { site.every_days + PURGE_SLACK_DAYS } else { 0 })
}

/// Sites with visits that should be gone, and since when those are there.
fn overdue<'a>(facts: &'a Facts, sample: &'a Sample) -> impl Iterator<Item = (&'a RetentionFact, i64)> {
    let oldest = move |site: &'a RetentionFact| sample.oldest_s.get(&site.site).map(|at_s| (site, *at_s));
    facts.retention.iter().filter_map(oldest).filter(move |(site, at_s)| facts.days_since(*at_s) > oldest_days(site))
}

fn keeps_long(site: &RetentionFact) -> bool {
    !site.deletes || site.days > RAW_DAYS_MAX
}

fn young(facts: &Facts) -> Verdict {
    let named = |sites: Vec<&RetentionFact>| sites.iter().map(|site| site.site.to_string()).collect::<Vec<_>>();
    sampled(facts, |sample| {
        let overdue: Vec<String> =
            overdue(facts, sample).map(|(site, at_s)| format!("site {}: {}", site.site, moment(Some(at_s)))).collect();
        let failed = named(facts.retention.iter().filter(|site| site.failed).collect());
        let reports = named(facts.retention.iter().filter(|site| site.keeps_reports).collect());
        let long = named(facts.retention.iter().filter(|site| keeps_long(site)).collect());
        let state = match (overdue.is_empty() && failed.is_empty(), long.is_empty()) {
            (false, _) => State::Fail,
            (true, false) => State::Warn,
            (true, true) => State::Pass,
        };
        Verdict::new(state)
            .with("kept at most", format!("{RAW_DAYS_MAX} days"))
            .with("last deletion", moment(facts.retention.iter().filter_map(|site| site.last_purge_s).max()))
            .with_list("sites that keep visits for longer or for ever", &long)
            .with_list("older than they may be", &overdue)
            .with_list("sites whose last deletion failed", &failed)
            .with_list("sites whose reports stay longer than their visits", &reports)
    })
}

fn keep_less(facts: &Facts) -> Vec<Deed> {
    let mut deeds = Vec::new();
    if facts.retention.iter().any(keeps_long) {
        deeds.push(facts.change(&retention::DELETE, "1"));
        deeds.push(facts.change(&retention::DAYS, &RAW_DAYS_MAX.to_string()));
    }
    if let Ok(sample) = &facts.outside.sample {
        let purge = |(site, oldest_s): (&RetentionFact, i64)| Deed::Purge {
            site: site.site,
            days: if keeps_long(site) { RAW_DAYS_MAX } else { site.days },
            oldest_s,
        };
        deeds.extend(overdue(facts, sample).map(purge));
    }
    deeds
}

fn opt_out(facts: &Facts) -> Verdict {
    let web = match &facts.outside.web {
        Ok(web) => web,
        Err(why) => return Verdict::unknown(why),
    };
    let Some(form) = web.opt_out else { return Verdict::unknown("the opt-out form could not be asked for") };
    let yes = |holds: bool| if holds { "yes" } else { "no" };
    Verdict::pass_if(form.status == 200 && form.framed && form.kept)
        .with("answer", form.status)
        .with("other sites may show it", yes(form.framed))
        .with("a choice is kept", yes(form.kept))
        .with("Do Not Track is heeded", yes(facts.setting(&settings::DO_NOT_TRACK)))
        .with("Global Privacy Control is heeded", yes(facts.setting(&settings::GLOBAL_PRIVACY_CONTROL)))
}

fn failures(facts: &Facts) -> Verdict {
    let looked_s = facts.failures_looked_s.unwrap_or(0);
    // What somebody leaves out on purpose is no failure.
    let matters = |row: &&makoto_meta::FailureRow| crate::diagnostics::failures::is_fault(&row.cause);
    let new: Vec<String> = facts
        .failures
        .iter()
        .filter(matters)
        .filter(|row| row.last_s > looked_s)
        .map(|row| format!("site {}, {}: {}", row.site, row.cause, row.times))
        .collect();
    let recent = facts.within_days(facts.failures_looked_s, LOOKED_DAYS);
    let state = match (new.is_empty(), recent) {
        (true, _) => State::Pass,
        (false, true) => State::Warn,
        (false, false) => State::Fail,
    };
    Verdict::new(state).with("last looked at", moment(facts.failures_looked_s)).with_list("new", &new)
}

fn whole(facts: &Facts) -> Verdict {
    let record = match &facts.record {
        Ok(record) => record,
        Err(why) => return Verdict::unknown(why),
    };
    let state = match (record.findings.is_empty(), record.head_left_s) {
        (false, _) => State::Fail,
        (true, Some(_)) => State::Pass,
        (true, None) => State::Warn,
    };
    Verdict::new(state)
        .with("lines", record.lines)
        .with("a head last left this machine", moment(record.head_left_s))
        .with_list("wrong", &record.findings)
}

fn quiet(facts: &Facts) -> Verdict {
    let sign_ins = &facts.sign_ins;
    let attack = sign_ins.failed >= ATTACK_MIN && sign_ins.failed as f64 >= ATTACK_TIMES * sign_ins.usual;
    // Whoever was met by a block since then has been dealt with.
    let listed = facts.setting(&rules::BLOCKED_ADDRESSES);
    let open: Vec<String> = sign_ins
        .networks
        .iter()
        .filter(|(network, _)| !listed.contains(network))
        .map(|(network, failed)| format!("{network}: {failed}"))
        .collect();
    let entered = sign_ins.after_failures.as_ref().filter(|(at_s, _)| facts.days_since(*at_s) < AFTER_FAILURES_DAYS);
    let state = match (attack && !open.is_empty(), entered) {
        (true, _) => State::Fail,
        (false, Some(_)) => State::Warn,
        (false, None) => State::Pass,
    };
    let verdict = Verdict::new(state)
        .with("failed in this hour", sign_ins.failed)
        .with("usual in an hour", format!("{:.1}", sign_ins.usual))
        .with_list("from", &open);
    match entered {
        Some((at_s, login)) => verdict.with("signed in after failures", format!("{login}, {}", moment(Some(*at_s)))),
        None => verdict,
    }
}

fn block(facts: &Facts) -> Vec<Deed> {
    let mut listed = facts.setting(&rules::BLOCKED_ADDRESSES);
    for (network, _) in &facts.sign_ins.networks {
        if !listed.contains(network) {
            listed.push(network.clone());
        }
    }
    vec![facts.change(&rules::BLOCKED_ADDRESSES, &listed.join(","))]
}

fn devices(facts: &Facts) -> Verdict {
    let rules = match &facts.outside.rules {
        Ok(rules) => rules,
        Err(why) => return Verdict::unknown(why),
    };
    let fresh = facts.within_days(rules.made_s, RULES_DAYS);
    let state = match (rules.right == rules.tried && rules.tried > 0, fresh) {
        (false, _) => State::Fail,
        (true, false) => State::Warn,
        (true, true) => State::Pass,
    };
    let unknown = match &facts.outside.sample {
        Ok(sample) if sample.visits > 0 => format!("{} of {}", sample.unknown_devices, sample.visits),
        Ok(_) => "no visits yet".to_owned(),
        Err(why) => why.clone(),
    };
    Verdict::new(state)
        .with("rules", &rules.version)
        .with("made", moment(rules.made_s))
        .with("self-test", format!("{} of {} known", rules.right, rules.tried))
        .with("unknown devices", unknown)
}
