//! How the server answers, asked over the network by itself.

use crate::{
    probes::Web,
    security_checkup::{
        check::{Check, Fix, State, Verdict, Weight},
        deed::Deed,
        facts::Facts,
    },
};
use makoto_identity::outbound::INNER_TARGETS;
use std::{collections::BTreeMap, net::SocketAddr};

const GROUP: &str = "Network and browsers";
const YEAR_S: i64 = 365 * 24 * 60 * 60;
const CERTIFICATE_DAYS_MIN: i64 = 14;
const MISDIRECTED: u16 = 421;
const NOT_FOUND: u16 = 404;
/// Share of acts that may come from one private address, and from how many on it says anything.
const ONE_ADDRESS_SHARE: f64 = 0.95;
const ACTS_MIN: i64 = 50;

pub static CHECKS: &[Check] = &[
    Check {
        id: "C25",
        weight: Weight::Critical,
        group: GROUP,
        title: "Everything goes over HTTPS",
        why: "Without encryption anyone on the way reads passwords and sessions, and changes pages.",
        how: "A request to the base URL: scheme, certificate, HSTS, and what plain HTTP answers.",
        measure: encrypted,
        fix: Fix::Operator { label: "Put TLS in front and set base_url" },
        manual: "https",
    },
    Check {
        id: "C26",
        weight: Weight::Critical,
        group: GROUP,
        title: "Only your name is answered",
        why: "Links in mails are made from the host. A made-up one leads your users to somebody else.",
        how: "A request for the host attacker.invalid, which must be refused with 421.",
        measure: trusted_host,
        fix: Fix::Operator { label: "Let the proxy pass the Host header on" },
        manual: "hosts",
    },
    Check {
        id: "C27",
        weight: Weight::High,
        group: GROUP,
        title: "Senders' addresses are real",
        why: "Blocks and the activity log are worthless where everyone can say who they are.",
        how: "A request with a made-up X-Forwarded-For, and from where the newest acts came.",
        measure: proxies,
        fix: Fix::Operator { label: "Set trusted_proxies" },
        manual: "proxies",
    },
    Check {
        id: "C28",
        weight: Weight::High,
        group: GROUP,
        title: "Browsers are told what is allowed",
        why: "These headers keep injected scripts from running and our pages out of foreign frames.",
        how: "The headers of five answers, and the attributes of the session's cookie.",
        measure: headers,
        fix: Fix::Operator { label: "Let the proxy pass our headers on" },
        manual: "headers",
    },
    Check {
        id: "C29",
        weight: Weight::High,
        group: GROUP,
        title: "No page tried to load what it may not",
        why: "A report of a browser may be the first sign of an injected script.",
        how: "Reports of browsers about our pages in the last seven days.",
        measure: reports,
        fix: Fix::Page { label: "Read the activity log", path: "/admin/diagnostic/activity-log" },
        manual: "headers",
    },
    Check {
        id: "C42",
        weight: Weight::High,
        group: GROUP,
        title: "Other sites cannot read the API",
        why: "A site that may read answers here reads with the rights of whoever visits it.",
        how: "Requests to the API from the origins attacker.invalid and null.",
        measure: shared,
        fix: Fix::Operator { label: "Let the proxy add no CORS headers" },
        manual: "headers",
    },
    Check {
        id: "C43",
        weight: Weight::Medium,
        group: GROUP,
        title: "The server cannot be sent inside",
        why: "An address that a user types must not lead the server to machines only it can reach.",
        how: "The server is asked to fetch 127.0.0.1, ::1 and 169.254.169.254, and must refuse.",
        measure: outbound_closed,
        fix: Fix::Deeds { label: "Allow no inner networks", plan: close_outbound, hours: None },
        manual: "outbound",
    },
    Check {
        id: "C45",
        weight: Weight::Medium,
        group: GROUP,
        title: "Only known sites show our pages",
        why: "A page inside a foreign frame can be covered by something that steals presses.",
        how: "Which of five pages other sites may frame, which hosts showed the opt-out form in 30 days, and which origins \
              of public reports nobody came from.",
        measure: framed,
        fix: Fix::Operator { label: "Narrow the origins of public reports, and let the proxy pass our headers on" },
        manual: "headers",
    },
];

fn asked(facts: &Facts, judge: impl Fn(&Web) -> Verdict) -> Verdict {
    match &facts.outside.web {
        Ok(web) => {
            let way = if web.through_base_url { &web.base_url } else { "the listener, since base_url did not answer" };
            judge(web).with("asked at", way)
        }
        Err(why) => Verdict::unknown(why),
    }
}

fn encrypted(facts: &Facts) -> Verdict {
    asked(facts, |web| {
        let https = web.base_url.starts_with("https://") && web.through_base_url;
        let certificate = web.certificate_days.is_some_and(|days| days > CERTIFICATE_DAYS_MIN);
        let ending = web.certificate_days.is_some_and(|days| (1..=CERTIFICATE_DAYS_MIN).contains(&days));
        let state = match (https, web.plain != "answers" && web.hsts_s >= YEAR_S, certificate, ending) {
            (true, true, true, _) => State::Pass,
            (true, true, false, true) => State::Warn,
            _ => State::Fail,
        };
        let days = web.certificate_days.map_or("none".to_owned(), |days| format!("{days} days left"));
        Verdict::new(state)
            .with("base_url", &web.base_url)
            .with("certificate", days)
            .with("HSTS", format!("{} days", web.hsts_s / (24 * 60 * 60)))
            .with("plain HTTP", &web.plain)
    })
}

fn trusted_host(facts: &Facts) -> Verdict {
    asked(facts, |web| {
        Verdict::pass_if(web.foreign_host == MISDIRECTED).with("answer to attacker.invalid", web.foreign_host)
    })
}

fn is_private(address: &str) -> bool {
    match address.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(v4)) => v4.is_private() || v4.is_loopback() || v4.is_link_local(),
        Ok(std::net::IpAddr::V6(v6)) => v6.is_loopback() || v6.is_unique_local() || v6.is_unicast_link_local(),
        Err(_) => false,
    }
}

fn proxies(facts: &Facts) -> Verdict {
    let acts: i64 = facts.sign_ins.addresses.iter().map(|(_, times)| times).sum();
    let first = facts.sign_ins.addresses.first();
    asked(facts, |web| {
        let public = !web.base_url.contains("127.0.0.1") && !web.base_url.contains("localhost");
        let one = first.filter(|(address, times)| {
            public && acts >= ACTS_MIN && is_private(address) && *times as f64 > ONE_ADDRESS_SHARE * acts as f64
        });
        let state = match (web.spoofed, one) {
            (true, _) => State::Fail,
            (false, Some(_)) => State::Warn,
            (false, None) => State::Pass,
        };
        let verdict = Verdict::new(state)
            .with("a made-up address was", if web.spoofed { "believed" } else { "not believed" })
            .with("acts with an address", acts);
        match one {
            Some((address, times)) => verdict.with("one inner address", format!("{address}: {times}")),
            None => verdict,
        }
    })
}

fn header<'a>(headers: &'a BTreeMap<String, String>, name: &str) -> &'a str {
    headers.get(name).map_or("", String::as_str)
}

/// Whether other sites are kept from framing an answer.
fn keeps_frames_out(headers: &BTreeMap<String, String>) -> bool {
    let policy = header(headers, "content-security-policy");
    policy.contains("frame-ancestors 'none'") || header(headers, "x-frame-options").eq_ignore_ascii_case("deny")
}

/// What is missing in the headers of an answer.
fn missing(path: &str, headers: &BTreeMap<String, String>) -> Vec<String> {
    let policy = header(headers, "content-security-policy");
    let scripts = policy.split(';').map(str::trim).find(|part| part.starts_with("script-src")).unwrap_or("");
    let closed = policy.contains("default-src 'none'") && !scripts.contains("'unsafe-inline'");
    let rules = [
        ("content-security-policy", closed && !scripts.contains('*')),
        ("frame-ancestors", keeps_frames_out(headers)),
        ("x-content-type-options", header(headers, "x-content-type-options") == "nosniff"),
        ("referrer-policy", ["same-origin", "no-referrer"].contains(&header(headers, "referrer-policy"))),
        ("cross-origin-opener-policy", header(headers, "cross-origin-opener-policy") == "same-origin"),
    ];
    rules.iter().filter(|(_, holds)| !holds).map(|(name, _)| format!("{path}: {name}")).collect()
}

fn headers(facts: &Facts) -> Verdict {
    asked(facts, |web| {
        let mut wrong: Vec<String> = web.routes.iter().flat_map(|route| missing(&route.path, &route.headers)).collect();
        let cookie = web.cookie.to_lowercase();
        let parts = ["__host-", "; secure", "; httponly", "; samesite="];
        let lacking = parts.iter().filter(|part| !cookie.contains(**part));
        wrong.extend(lacking.map(|part| format!("cookie: {}", part.trim_start_matches("; "))));
        let page = web.routes.first().map(|route| header(&route.headers, "content-security-policy")).unwrap_or("");
        // The nonce is of this answer alone, and says nothing.
        let page: String = page.chars().take(120).collect();
        Verdict::pass_if(wrong.is_empty() && !web.routes.is_empty())
            .with("answers looked at", web.routes.len())
            .with("policy of pages", page.split("'nonce-").next().unwrap_or(""))
            .with_list("wrong or missing", &wrong)
    })
}

fn reports(facts: &Facts) -> Verdict {
    let shown: Vec<String> =
        facts.policy_reports.iter().take(5).map(|seen| format!("{}: {}", seen.name, seen.times)).collect();
    Verdict::pass_if(facts.policy_reports.is_empty())
        .with("reports in 7 days", facts.policy_reports.iter().map(|seen| seen.times).sum::<i64>())
        .with_list("kept from loading", &shown)
}

fn shared(facts: &Facts) -> Verdict {
    asked(facts, |web| {
        let open: Vec<String> = web
            .shared
            .iter()
            .filter(|(_, _, allowed)| !allowed.is_empty())
            .map(|(origin, path, allowed)| format!("{path} to {origin}: {allowed}"))
            .collect();
        Verdict::pass_if(open.is_empty() && !web.shared.is_empty())
            .with("requests tried", web.shared.len())
            .with_list("may be read", &open)
    })
}

fn outbound_closed(facts: &Facts) -> Verdict {
    let tried = match &facts.outside.outbound {
        Ok(tried) => tried,
        Err(why) => return Verdict::unknown(why),
    };
    let reached: Vec<&str> =
        tried.iter().filter(|(_, refused)| !refused).map(|(address, _)| address.as_str()).collect();
    Verdict::pass_if(reached.is_empty() && !tried.is_empty())
        .with("refused", tried.len() - reached.len())
        .with_list("not refused", &reached)
        .with_list("allowed by the settings", &facts.setting(&INNER_TARGETS))
}

fn close_outbound(facts: &Facts) -> Vec<Deed> {
    // One port of one address, as a mail server's on this machine, leads nowhere else. What answered is not kept.
    let open = |entry: &str| {
        let tried = facts.outside.outbound.as_deref().unwrap_or_default();
        tried.iter().any(|(address, refused)| !refused && address == entry)
    };
    let kept = |entry: &String| entry.parse::<SocketAddr>().is_ok() && !open(entry);
    let kept: Vec<String> = facts.setting(&INNER_TARGETS).into_iter().filter(kept).collect();
    vec![facts.change(&INNER_TARGETS, &kept.join(","))]
}

fn framed(facts: &Facts) -> Verdict {
    // Whoever shows the opt-out form should be one of the sites; who else does may be worth a look.
    let strangers: Vec<String> = facts
        .framed_by
        .iter()
        .filter(|seen| !facts.own_hosts.contains(&seen.name))
        .map(|seen| format!("{}: {}", seen.name, seen.times))
        .collect();
    let unused: Vec<String> = facts
        .public
        .iter()
        .flat_map(|grant| grant.unused_origins.iter().map(move |origin| format!("{origin} of site {}", grant.site)))
        .collect();
    asked(facts, |web| {
        let open: Vec<&str> = web
            .routes
            .iter()
            .filter(|route| route.status != NOT_FOUND && !keeps_frames_out(&route.headers))
            .map(|route| route.path.as_str())
            .collect();
        let state = match (open.is_empty() && !web.routes.is_empty(), strangers.is_empty() && unused.is_empty()) {
            (false, _) => State::Fail,
            (true, false) => State::Warn,
            (true, true) => State::Pass,
        };
        Verdict::new(state)
            .with("pages looked at", web.routes.len())
            .with_list("may be framed", &open)
            .with_list("show the opt-out form and are no site of yours", &strangers)
            .with_list("may show public reports and did not in 30 days", &unused)
    })
}
