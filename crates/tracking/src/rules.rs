//! A site's settings in the form in which every request is checked against them.

use crate::{Privacy, addresses::Network, campaign, matching::Rule, url};
use makoto_model::{ExtractedFrom, OwnDimension, Params, Site};
use regex::{Regex, RegexBuilder};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
};

/// Parameters that tell visits or clicks apart, not pages.
const NOISE: &[&str] = &[
    "gclid",
    "fbclid",
    "msclkid",
    "twclid",
    "wbraid",
    "gbraid",
    "yclid",
    "fb_xd_fragment",
    "fb_comment_id",
    "phpsessid",
    "jsessionid",
    "sessionid",
    "aspsessionid",
    "doing_wp_cron",
    "sid",
    "pk_vid",
    "token_auth",
    "token",
    "ignore_referrer",
    "ignore_referer",
];

/// Memory of one compiled pattern: settings come from people, who err.
pub(crate) const PATTERN_BYTES_MAX: usize = 1 << 20;

/// A site and its settings, compiled. Make it anew when a setting changes.
pub struct SiteRules {
    site: Arc<Site>,
    privacy: Privacy,
    own: Vec<(String, String)>,
    excluded_networks: Vec<Network>,
    excluded_agents: Vec<Pattern>,
    excluded_referrers: Vec<(String, String)>,
    excluded_names: HashSet<String>,
    excluded_patterns: Vec<Regex>,
    goals: Vec<Rule>,
    /// Those of the site's own dimensions, by number of the dimension and of the rule.
    extractions: HashMap<(u32, usize), Regex>,
}

enum Pattern {
    /// In lower case.
    Part(String),
    Expression(Regex),
}

impl SiteRules {
    /// The rules of a site that keeps what `Privacy::default` keeps.
    pub fn new(site: Arc<Site>) -> SiteRules {
        let parameters = &site.excluded_parameters;
        let names = parameters.iter().filter(|entry| expression(entry, true).is_none()).map(|name| name.to_lowercase());
        let known = NOISE.iter().chain(campaign::NAMES).chain(campaign::KEYWORDS).map(|name| (*name).to_owned());
        let agent = |entry: &String| match expression(entry, false) {
            Some(expression) => Pattern::Expression(expression),
            None => Pattern::Part(entry.to_lowercase()),
        };
        SiteRules {
            own: site.urls.iter().filter_map(|url| host_and_path(url)).collect(),
            excluded_networks: site.excluded_ips.iter().filter_map(|text| Network::parse(text)).collect(),
            excluded_agents: site.excluded_user_agents.iter().filter(|entry| !entry.is_empty()).map(agent).collect(),
            excluded_referrers: site.excluded_referrers.iter().filter_map(|url| host_and_path(url)).collect(),
            excluded_names: names.chain(known).collect(),
            excluded_patterns: parameters.iter().filter_map(|entry| expression(entry, true)).collect(),
            privacy: Privacy::default(),
            goals: site.goals.iter().map(Rule::new).collect(),
            extractions: site.own_dimensions.iter().filter(|own| own.active).flat_map(extractions).collect(),
            site,
        }
    }

    /// The same rules with what of visitors may be kept.
    #[must_use]
    pub fn with_privacy(self, privacy: Privacy) -> SiteRules {
        SiteRules { privacy, ..self }
    }

    /// What of visitors may be kept.
    pub fn privacy(&self) -> &Privacy {
        &self.privacy
    }

    pub fn site(&self) -> &Site {
        &self.site
    }

    pub(crate) fn goals(&self) -> &[Rule] {
        &self.goals
    }

    pub(crate) fn has_goal(&self, id: u32) -> bool {
        self.goals.iter().any(|rule| rule.id() == id)
    }

    /// A rule of one of the site's own dimensions, compiled; `None` for one that is no expression.
    pub(crate) fn extraction(&self, id: u32, nth: usize) -> Option<&Regex> {
        self.extractions.get(&(id, nth))
    }

    /// Whether a parameter of a page's address is left out. The key of an array does not matter.
    pub(crate) fn excludes_parameter(&self, name: &str) -> bool {
        let lower = name.split('[').next().unwrap_or(name).to_lowercase();
        self.excluded_names.contains(&lower) || self.excluded_patterns.iter().any(|pattern| pattern.is_match(&lower))
    }

    pub(crate) fn excludes_request(&self, params: &Params) -> bool {
        self.site.excluded_requests.iter().any(|rule| rule.meets(params))
    }

    pub(crate) fn excludes_address(&self, address: std::net::IpAddr) -> bool {
        self.excluded_networks.iter().any(|network| network.holds(address))
    }

    /// The first expression in the list decides, as in Matomo.
    pub(crate) fn excludes_agent(&self, agent: &str) -> bool {
        if self.excluded_agents.is_empty() {
            return false;
        }
        let lower = agent.to_lowercase();
        for pattern in &self.excluded_agents {
            match pattern {
                Pattern::Part(part) if lower.contains(part) => return true,
                Pattern::Part(_) => {}
                Pattern::Expression(expression) => return expression.is_match(agent),
            }
        }
        false
    }

    /// Whether the host is one of the site's.
    pub(crate) fn owns_host(&self, host: &str) -> bool {
        self.own.iter().any(|(own, _)| own == host)
    }

    /// Whether a page lies under one of the site's addresses.
    pub(crate) fn owns_page(&self, parts: &url::Parts) -> bool {
        let host = parts.host();
        self.own.iter().any(|(own, path)| *own == host && under(parts.path, path))
    }

    pub(crate) fn excludes_referrer(&self, parts: &url::Parts) -> bool {
        if self.excluded_referrers.is_empty() {
            return false;
        }
        let host = parts.host();
        self.excluded_referrers.iter().any(|(known, path)| {
            let same = match known.strip_prefix('.') {
                Some(domain) => host == domain || host.ends_with(known.as_str()),
                None => host == *known,
            };
            same && under(parts.path, path)
        })
    }
}

fn extractions(own: &OwnDimension) -> Vec<((u32, usize), Regex)> {
    let compiled = own.extractions.iter().enumerate().filter(|(_, rule)| rule.from != ExtractedFrom::UrlParam);
    let compiled = compiled.filter_map(|(nth, rule)| {
        let regex = RegexBuilder::new(&rule.pattern)
            .case_insensitive(!own.case_sensitive)
            .size_limit(PATTERN_BYTES_MAX)
            .build()
            .ok()?;
        Some(((own.id, nth), regex))
    });
    compiled.collect()
}

/// Whether `path` is `top` or lies below it.
fn under(path: &str, top: &str) -> bool {
    let (path, top) = (path.to_lowercase(), top.trim_end_matches('/'));
    path.strip_prefix(top).is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '?']) || top.is_empty())
}

/// Host and path of a setting, with or without a scheme, in lower case.
fn host_and_path(entry: &str) -> Option<(String, String)> {
    let entry = entry.trim();
    let whole = if entry.contains("//") { entry.to_owned() } else { format!("//{entry}") };
    let parts = url::parts(&whole)?;
    let host = parts.host();
    (!host.is_empty()).then(|| (host, parts.path.to_lowercase()))
}

/// A setting of the form `/…/flags` as an expression. One that cannot be compiled matches nothing and is no plain name.
fn expression(entry: &str, ignore_case: bool) -> Option<Regex> {
    let (pattern, flags) = entry.strip_prefix('/')?.rsplit_once('/')?;
    RegexBuilder::new(pattern)
        .case_insensitive(ignore_case || flags.contains('i'))
        .multi_line(flags.contains('m'))
        .dot_matches_new_line(flags.contains('s'))
        .ignore_whitespace(flags.contains('x'))
        .size_limit(PATTERN_BYTES_MAX)
        .build()
        .ok()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use makoto_model::{Attribute, Goal, PatternKind, SearchRule, SiteId};

    /// A goal that the site itself reports.
    pub(crate) fn goal(id: u32) -> Goal {
        Goal {
            id,
            name: "Goal".into(),
            description: String::new(),
            attribute: Attribute::Manually,
            pattern: String::new(),
            kind: PatternKind::Contains,
            case_sensitive: false,
            many: false,
            revenue: 0.0,
            event_value_as_revenue: false,
        }
    }

    /// A site with Matomo's defaults.
    pub(crate) fn site() -> Site {
        Site {
            ecommerce: true,
            site_search: SearchRule {
                enabled: true,
                keyword_parameters: ["q", "query", "s", "search", "searchword", "k", "keyword"]
                    .map(String::from)
                    .into(),
                category_parameters: vec![],
            },
            ..Site::new(SiteId(1), "One", "http://example.org")
        }
    }

    #[test]
    fn agents_are_excluded_by_part_or_expression() {
        let mut site = site();
        site.excluded_user_agents = vec!["BadAgent".into(), "/evil.*bot/i".into(), "late".into()];
        let rules = SiteRules::new(Arc::new(site));
        assert!(rules.excludes_agent("badagent/1.0") && rules.excludes_agent("Evil super Bot"));
        assert!(!rules.excludes_agent("Mozilla") && !rules.excludes_agent("late"));
    }

    #[test]
    fn own_pages_and_foreign_ones() {
        let mut site = site();
        site.urls = vec!["http://example.org".into(), "https://alias.example.com/shop".into()];
        let rules = SiteRules::new(Arc::new(site));
        let owns = |url| rules.owns_page(&url::parts(url).unwrap());
        assert!(owns("https://EXAMPLE.org/x") && owns("https://alias.example.com/Shop/a"));
        assert!(!owns("https://alias.example.com/shopping") && !owns("http://sub.example.org/"));
        assert!(rules.owns_host("alias.example.com") && !rules.owns_host("www.example.org"));
    }

    #[test]
    fn referrers_are_excluded_with_sub_domains_and_paths() {
        let mut site = site();
        site.excluded_referrers = vec![".pay.example".into(), "http://shop.example/back".into(), "one.example".into()];
        let rules = SiteRules::new(Arc::new(site));
        let excludes = |url| rules.excludes_referrer(&url::parts(url).unwrap());
        assert!(excludes("https://pay.example/x") && excludes("https://a.pay.example/"));
        assert!(excludes("https://shop.example/back/1") && excludes("https://one.example/"));
        assert!(!excludes("https://shop.example/other") && !excludes("https://a.one.example/"));
    }
}
