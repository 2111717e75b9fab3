//! Looks for texts that seem to be of persons in what strangers would see.

use super::{allowed, names};
use crate::Services;
use makoto_access::{Asked, Principal, View, check};
use makoto_catalog::ApiError;
use makoto_meta::PublicGrant;
use makoto_model::{Params, SiteId};
use std::{collections::BTreeMap, sync::Arc};

/// Reports whose rows are texts that visitors or pages bring in.
const TEXTS: &[&str] = &[
    "Actions.getPageTitles",
    "Actions.getPageUrls",
    "Actions.getDownloads",
    "Actions.getOutlinks",
    "Actions.getSiteSearchKeywords",
    "Events.getCategory",
    "Events.getAction",
    "Events.getName",
    "Referrers.getCampaigns",
    "Referrers.getKeywords",
    "Referrers.getWebsites",
];
/// Examples of one finding that are shown.
const EXAMPLES_MAX: usize = 3;
/// Digits in a row, with blanks between them, that may be a telephone number.
const PHONE_DIGITS_MIN: usize = 9;

/// What seems to be of persons in one report.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Finding {
    pub site: SiteId,
    pub report: &'static str,
    /// email, phone, address or name.
    pub kind: &'static str,
    /// Texts like it.
    pub count: u64,
    pub examples: Vec<String>,
}

/// What a text seems to hold; nothing for most.
fn kind_of(text: &str) -> Option<&'static str> {
    let text = text.replace("%40", "@");
    let word = |c: char| c.is_alphanumeric() || "._%+-".contains(c);
    let email = text.match_indices('@').any(|(at, _)| {
        let before = text[..at].chars().next_back().is_some_and(word);
        let after: String = text[at + 1..].chars().take_while(|c| word(*c)).collect();
        before && after.split_once('.').is_some_and(|(host, end)| !host.is_empty() && end.len() > 1)
    });
    if email {
        return Some("email");
    }
    let parts: Vec<&str> = text.split(|c: char| !c.is_ascii_digit() && c != '.').collect();
    if parts.iter().any(|part| part.split('.').count() == 4 && part.parse::<std::net::Ipv4Addr>().is_ok()) {
        return Some("address");
    }
    let mut digits = 0;
    for c in text.chars() {
        match c {
            '0'..='9' => digits += 1,
            ' ' | '-' | '+' | '(' | ')' | '/' if digits > 0 => {}
            _ => digits = 0,
        }
        if digits >= PHONE_DIGITS_MIN && text.contains(['+', ' ', '-']) {
            return Some("phone");
        }
    }
    names::is_named(&text).then_some("name")
}

/// How many texts of each live grant seem to be of persons, for a reminder. What cannot be looked through is left out: a
/// reminder without this is better than none.
pub async fn findings(services: &Services) -> Vec<(i64, u64)> {
    let mut findings = Vec::new();
    let snapshot = services.meta.snapshot();
    for grant in snapshot.public.live(services.meta.steady_now_s()) {
        match scan(services, grant).await {
            Ok(found) => findings.push((grant.id, found.iter().map(|finding| finding.count).sum())),
            Err(fault) => tracing::error!(%fault, grant = grant.id, "what is public could not be looked through"),
        }
    }
    findings
}

/// Looks through what a grant shows, or would show, of the last month.
///
/// # Errors
/// When a report fails.
pub async fn scan(services: &Services, grant: &PublicGrant) -> Result<Vec<Finding>, ApiError> {
    let mut findings = Vec::new();
    let Some(labels) = services.labels.get() else { return Ok(findings) };
    for method in TEXTS {
        let Some((site, limits)) = allowed::limits(grant, method) else { continue };
        let viewer = Principal::Public(Arc::new([(site, Arc::new(limits))].into()));
        let asked = Asked::These(vec![site]);
        let Ok(access) = check::<View>(&viewer, &asked, &services.meta.snapshot().site_ids()) else { continue };
        let ask = [
            ("idSite", site.to_string().as_str()),
            ("period", "range"),
            ("date", "previous30"),
            ("flat", "1"),
            ("filter_limit", "500"),
        ]
        .map(|(name, value)| (name.into(), value.into()));
        let texts = labels(access, method, Params::new(ask.into())).await?;
        let mut found: BTreeMap<&'static str, (u64, Vec<String>)> = BTreeMap::new();
        for text in texts {
            if let Some(kind) = kind_of(&text) {
                let entry = found.entry(kind).or_default();
                entry.0 += 1;
                if entry.1.len() < EXAMPLES_MAX {
                    entry.1.push(text);
                }
            }
        }
        findings.extend(found.into_iter().map(|(kind, (count, examples))| Finding {
            site,
            report: method,
            kind,
            count,
            examples,
        }));
    }
    Ok(findings)
}

#[cfg(test)]
mod tests {
    use super::kind_of;

    #[test]
    fn texts_of_persons_are_told_from_others() {
        for (text, kind) in [
            ("Welcome jane@example.org", Some("email")),
            ("/confirm/jane.doe%40example.org", Some("email")),
            ("Call +49 170 1234567", Some("phone")),
            ("from 203.0.113.9", Some("address")),
            ("Order of Jane Doe", Some("name")),
            ("/customers/jane-doe", Some("name")),
            ("@media", None),
            ("Version 1.2.3", None),
            ("article-2026-11-28", None),
            ("product 12345", None),
            ("a@b", None),
        ] {
            assert_eq!(kind_of(text), kind, "{text}");
        }
    }
}
