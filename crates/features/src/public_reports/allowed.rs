//! The allow-list: everything that may ever be public. What is not named here is not, whatever a grant says. A change
//! of this file is a change of what strangers see: tests/public/test_figures.py crawls all of it for planted canaries.

use makoto_access::Limits;
use makoto_meta::PublicGrant;
use makoto_model::SiteId;

/// A kind of sensitive facts that is shown only where it was chosen.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Show {
    FullUrls,
    SearchTerms,
    Revenue,
    Annotations,
}

impl Show {
    pub const ALL: &[Show] = &[Show::FullUrls, Show::SearchTerms, Show::Revenue, Show::Annotations];

    pub fn name(self) -> &'static str {
        match self {
            Show::FullUrls => "fullUrls",
            Show::SearchTerms => "searchTerms",
            Show::Revenue => "revenue",
            Show::Annotations => "annotations",
        }
    }

    pub fn title(self) -> &'static str {
        match self {
            Show::FullUrls => "Whole addresses",
            Show::SearchTerms => "Search terms",
            Show::Revenue => "Revenue",
            Show::Annotations => "Annotations",
        }
    }

    pub fn doc(self) -> &'static str {
        match self {
            Show::FullUrls => "Addresses with what stands behind ? and #, and the pages that link here.",
            Show::SearchTerms => "What people typed into the search of the site and of search engines.",
            Show::Revenue => "Money that visits brought.",
            Show::Annotations => "Notes that were written down beside days.",
        }
    }

    pub fn parse(name: &str) -> Option<Show> {
        Show::ALL.iter().copied().find(|show| show.name() == name)
    }
}

/// A report that may be public.
pub struct Allowed {
    pub method: &'static str,
    /// What must be chosen for it to be shown at all.
    pub needs: Option<Show>,
    /// What must be chosen for the rows inside its rows to be shown.
    pub inside_needs: Option<Show>,
}

const fn plain(method: &'static str) -> Allowed {
    Allowed { method, needs: None, inside_needs: None }
}

const fn with(show: Show, method: &'static str) -> Allowed {
    Allowed { method, needs: Some(show), inside_needs: Some(show) }
}

const fn outside(show: Show, method: &'static str) -> Allowed {
    Allowed { method, needs: None, inside_needs: Some(show) }
}

/// Every report that may be public.
pub static ALLOWED: &[Allowed] = &[
    plain("VisitsSummary.get"),
    plain("VisitsSummary.getVisits"),
    plain("VisitsSummary.getUniqueVisitors"),
    plain("VisitsSummary.getActions"),
    plain("VisitsSummary.getBounceCount"),
    plain("VisitsSummary.getSumVisitsLength"),
    plain("VisitsSummary.getSumVisitsLengthPretty"),
    plain("VisitFrequency.get"),
    plain("Goals.get"),
    plain("VisitTime.getByDayOfWeek"),
    plain("VisitTime.getVisitInformationPerLocalTime"),
    plain("VisitTime.getVisitInformationPerServerTime"),
    plain("VisitorInterest.getNumberOfVisitsByDaysSinceLast"),
    plain("VisitorInterest.getNumberOfVisitsByVisitCount"),
    plain("VisitorInterest.getNumberOfVisitsPerPage"),
    plain("VisitorInterest.getNumberOfVisitsPerVisitDuration"),
    plain("Actions.get"),
    plain("Actions.getPageUrls"),
    plain("Actions.getPageTitles"),
    plain("Actions.getEntryPageUrls"),
    plain("Actions.getEntryPageTitles"),
    plain("Actions.getExitPageUrls"),
    plain("Actions.getExitPageTitles"),
    plain("Actions.getDownloads"),
    plain("Actions.getOutlinks"),
    with(Show::SearchTerms, "Actions.getSiteSearchKeywords"),
    with(Show::SearchTerms, "Actions.getSiteSearchNoResultKeywords"),
    with(Show::SearchTerms, "Actions.getSiteSearchCategories"),
    plain("Events.getCategory"),
    plain("Events.getAction"),
    plain("Events.getName"),
    plain("PagePerformance.get"),
    plain("Referrers.get"),
    outside(Show::SearchTerms, "Referrers.getReferrerType"),
    with(Show::SearchTerms, "Referrers.getAll"),
    outside(Show::SearchTerms, "Referrers.getSearchEngines"),
    with(Show::SearchTerms, "Referrers.getKeywords"),
    with(Show::SearchTerms, "Referrers.getKeywordsFromSearchEngineId"),
    with(Show::SearchTerms, "Referrers.getSearchEnginesFromKeywordId"),
    outside(Show::FullUrls, "Referrers.getWebsites"),
    with(Show::FullUrls, "Referrers.getUrlsFromWebsiteId"),
    outside(Show::FullUrls, "Referrers.getSocials"),
    with(Show::FullUrls, "Referrers.getUrlsForSocial"),
    outside(Show::SearchTerms, "Referrers.getCampaigns"),
    with(Show::SearchTerms, "Referrers.getKeywordsFromCampaignId"),
    plain("Referrers.getNumberOfDistinctCampaigns"),
    plain("Referrers.getNumberOfDistinctSearchEngines"),
    plain("Referrers.getNumberOfDistinctSocialNetworks"),
    plain("Referrers.getNumberOfDistinctWebsites"),
    plain("UserCountry.getCountry"),
    plain("UserCountry.getContinent"),
    plain("UserCountry.getRegion"),
    plain("UserCountry.getCity"),
    plain("UserCountry.getNumberOfDistinctCountries"),
    plain("UserLanguage.getLanguage"),
    plain("UserLanguage.getLanguageCode"),
    plain("DevicesDetection.getType"),
    plain("DevicesDetection.getBrand"),
    plain("DevicesDetection.getModel"),
    plain("DevicesDetection.getOsFamilies"),
    plain("DevicesDetection.getOsVersions"),
    plain("DevicesDetection.getBrowsers"),
    plain("DevicesDetection.getBrowserVersions"),
    plain("DevicesDetection.getBrowserEngines"),
    plain("Resolution.getResolution"),
];

/// The reports of a site's first page.
pub static DASHBOARD: &[&str] = &[
    "VisitsSummary.get",
    "Actions.get",
    "Actions.getPageUrls",
    "Actions.getPageTitles",
    "Actions.getEntryPageUrls",
    "Actions.getExitPageUrls",
    "Referrers.getReferrerType",
    "Referrers.getSearchEngines",
    "Referrers.getWebsites",
    "Referrers.getSocials",
    "Referrers.getCampaigns",
    "UserCountry.getCountry",
    "UserCountry.getCity",
    "UserLanguage.getLanguage",
    "DevicesDetection.getType",
    "DevicesDetection.getBrowsers",
    "DevicesDetection.getOsFamilies",
    "DevicesDetection.getBrand",
    "Resolution.getResolution",
];

/// Every column that may be public, beside the label.
pub static COLUMNS: &[&str] = &[
    "nb_visits",
    "nb_visits_percentage",
    "nb_uniq_visitors",
    "sum_daily_nb_uniq_visitors",
    "nb_actions",
    "nb_actions_per_visit",
    "nb_hits",
    "nb_pageviews",
    "nb_uniq_pageviews",
    "nb_downloads",
    "nb_uniq_downloads",
    "nb_outlinks",
    "nb_uniq_outlinks",
    "nb_searches",
    "nb_keywords",
    "nb_pages_per_search",
    "nb_events",
    "nb_events_with_value",
    "sum_event_value",
    "min_event_value",
    "max_event_value",
    "avg_event_value",
    "max_actions",
    "sum_visit_length",
    "avg_time_on_site",
    "avg_visit_length",
    "bounce_count",
    "bounce_rate",
    "nb_conversions",
    "nb_visits_converted",
    "conversion_rate",
    "sum_time_spent",
    "avg_time_on_page",
    "exit_rate",
    "entry_nb_visits",
    "entry_nb_uniq_visitors",
    "sum_daily_entry_nb_uniq_visitors",
    "entry_nb_actions",
    "entry_sum_visit_length",
    "entry_bounce_count",
    "exit_nb_visits",
    "exit_nb_uniq_visitors",
    "sum_daily_exit_nb_uniq_visitors",
    "avg_page_load_time",
    "avg_time_network",
    "avg_time_server",
    "avg_time_transfer",
    "avg_time_dom_processing",
    "avg_time_dom_completion",
    "avg_time_on_load",
    "nb_visits_new",
    "nb_uniq_visitors_new",
    "nb_actions_new",
    "nb_actions_per_visit_new",
    "avg_time_on_site_new",
    "bounce_rate_new",
    "bounce_count_new",
    "max_actions_new",
    "sum_visit_length_new",
    "nb_visits_converted_new",
    "nb_visits_returning",
    "nb_uniq_visitors_returning",
    "nb_actions_returning",
    "nb_actions_per_visit_returning",
    "avg_time_on_site_returning",
    "bounce_rate_returning",
    "bounce_count_returning",
    "max_actions_returning",
    "sum_visit_length_returning",
    "nb_visits_converted_returning",
    "Referrers_visitorsFromSearchEngines",
    "Referrers_visitorsFromSearchEngines_percent",
    "Referrers_visitorsFromAIAssistants",
    "Referrers_visitorsFromAIAssistants_percent",
    "Referrers_visitorsFromSocialNetworks",
    "Referrers_visitorsFromSocialNetworks_percent",
    "Referrers_visitorsFromDirectEntry",
    "Referrers_visitorsFromDirectEntry_percent",
    "Referrers_visitorsFromWebsites",
    "Referrers_visitorsFromWebsites_percent",
    "Referrers_visitorsFromCampaigns",
    "Referrers_visitorsFromCampaigns_percent",
    "Referrers_distinctSearchEngines",
    "Referrers_distinctSocialNetworks",
    "Referrers_distinctWebsites",
    "Referrers_distinctCampaigns",
];

/// Columns that are public only where revenue was chosen.
pub static REVENUE_COLUMNS: &[&str] = &["revenue", "revenue_per_visit", "avg_order_value", "orders"];

/// Facts beside columns that may be public. Never among them: segments, coordinates, and anything of one visitor.
pub static FACTS: &[&str] = &["logo", "code", "country", "country_name", "region_name", "city_name", "day_of_week"];

/// Facts that are public only where whole addresses were chosen.
pub static ADDRESS_FACTS: &[&str] = &["url"];

/// Rows of one public answer at most.
pub const ROWS_MAX: usize = 500;
/// Rows inside rows of one public answer at most, the outer ones counted.
pub const LEVELS_MAX: usize = 2;

/// A report that may be public, by its method.
pub fn allowed(method: &str) -> Option<&'static Allowed> {
    ALLOWED.iter().find(|allowed| allowed.method == method)
}

/// The reports that may be public at all where these facts are shown.
pub fn methods_with(shows: &[Show]) -> Vec<&'static str> {
    let fits = |allowed: &&Allowed| allowed.needs.is_none_or(|needs| shows.contains(&needs));
    ALLOWED.iter().filter(fits).map(|allowed| allowed.method).collect()
}

/// What a grant lets anybody see of one report; nothing when the report is not in it, or may not be public any more.
pub fn limits(grant: &PublicGrant, method: &str) -> Option<(SiteId, Limits)> {
    let scope = &grant.scope;
    let found = allowed(method).filter(|_| scope.methods.iter().any(|own| own == method))?;
    let shows: Vec<Show> = scope.shows.iter().filter_map(|name| Show::parse(name)).collect();
    let chosen = |needs: Option<Show>| needs.is_none_or(|needs| shows.contains(&needs));
    if !chosen(found.needs) {
        return None;
    }
    let whole_addresses = shows.contains(&Show::FullUrls);
    let limits = Limits {
        public_grant: grant.id,
        methods: [method.to_owned()].into(),
        months: scope.months,
        segment: scope.segment.clone(),
        visits_min: scope.visits_min,
        rows_max: ROWS_MAX,
        levels_max: if chosen(found.inside_needs) { LEVELS_MAX } else { 1 },
        columns: COLUMNS,
        chosen_columns: if shows.contains(&Show::Revenue) { REVENUE_COLUMNS.to_vec() } else { Vec::new() },
        facts: [FACTS, if whole_addresses { ADDRESS_FACTS } else { &[] }].concat(),
        whole_addresses,
    };
    Some((grant.site, limits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::Shape;
    use std::collections::BTreeSet;

    /// What is never public, whatever a grant says.
    const NEVER: &[&str] =
        &["Live.", "UserId.", "Overlay.", "Transitions.", "SegmentEditor.", "ScheduledReports.", "ImageGraph."];

    #[test]
    fn the_allow_list_names_reports_that_exist_once_and_nothing_that_is_never_public() {
        let catalog = crate::catalog().unwrap();
        let mut seen = BTreeSet::new();
        for allowed in ALLOWED {
            assert!(seen.insert(allowed.method), "{} stands twice", allowed.method);
            let report = catalog.report(allowed.method).unwrap_or_else(|| panic!("{} is no report", allowed.method));
            let one_by_one = matches!(report.shape, Shape::Visits { .. } | Shape::Recent { .. } | Shape::Path { .. });
            assert!(!one_by_one, "{}", allowed.method);
            assert!(!NEVER.iter().any(|never| allowed.method.starts_with(never)), "{}", allowed.method);
        }
        assert!(DASHBOARD.iter().all(|method| seen.contains(method)));
    }

    #[test]
    fn each_allowed_report_shows_something_and_users_and_money_are_in_none() {
        let catalog = crate::catalog().unwrap();
        for report in ALLOWED.iter().filter_map(|allowed| catalog.report(allowed.method)) {
            let of = match &report.shape {
                Shape::Union { .. } | Shape::Number { .. } => continue,
                Shape::Subtable { of, .. } => of,
                _ => report,
            };
            assert!(of.metrics().any(|metric| COLUMNS.contains(&metric.id)), "{} shows nothing", report.method);
        }
        assert!(!COLUMNS.iter().any(|name| name.contains("nb_users") || name.contains("revenue")));
        assert!(!FACTS.iter().any(|name| ["segment", "lat", "long", "idvisitor", "url"].contains(name)));
    }
}
