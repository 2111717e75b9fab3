//! Where Matomo shows reports and in which further views: tables of names, and the English ones among them.

/// A view of a report, or a page of its own kind, beside the tables of reports.
pub(super) struct View {
    pub(super) name: &'static str,
    pub(super) id: &'static str,
    pub(super) params: &'static [(&'static str, &'static str)],
    pub(super) report: bool,
    /// It also stands in the list of widgets.
    pub(super) apart: bool,
}

pub(super) const fn view(
    name: &'static str,
    id: &'static str,
    params: &'static [(&'static str, &'static str)],
) -> View {
    View { name, id, params, report: true, apart: true }
}

/// What is no report.
pub(super) const fn tool(name: &'static str, id: &'static str) -> View {
    View { name, id, params: &[], report: false, apart: true }
}

impl View {
    pub(super) const fn on_its_page(self) -> View {
        View { apart: false, ..self }
    }
}

pub(super) const GRAPH: &[(&str, &str)] = &[("forceView", "1"), ("viewDataTable", "graphEvolution")];
pub(super) const FIGURES: &[(&str, &str)] = &[("forceView", "1"), ("viewDataTable", "sparklines")];
const TIMINGS: &[(&str, &str)] =
    &[("forceView", "1"), ("viewDataTable", "tablePerformanceColumns"), ("performance", "1")];

/// One page of the menu: the reports that name it, and further views.
pub(super) struct Place {
    pub(super) category: &'static str,
    pub(super) subcategory: &'static str,
    /// All reports stand in one container of this name, to choose among.
    pub(super) held: &'static str,
    pub(super) views: &'static [View],
}

const fn place(category: &'static str, subcategory: &'static str, views: &'static [View]) -> Place {
    Place { category, subcategory, held: "", views }
}

pub(super) const fn held(category: &'static str, subcategory: &'static str, held: &'static str) -> Place {
    Place { category, subcategory, held, views: &[] }
}

pub(super) const ACTIONS: &str = "General_Actions";
pub(super) const VISITORS: &str = "General_Visitors";
pub(super) const REFERRERS: &str = "Referrers_Referrers";
pub(super) const GOALS: &str = "Goals_Goals";
pub(super) const ECOMMERCE: &str = "Goals_Ecommerce";

pub(super) static OF_ACTIONS: &[Place] = &[
    place(
        ACTIONS,
        "VisitorInterest_Engagement",
        &[
            view("Returning Visits Over Time", "VisitFrequency.getEvolutionGraph", GRAPH),
            view("Frequency Overview", "VisitFrequency.get", FIGURES),
        ],
    ),
    place(ACTIONS, "Transitions_Transitions", &[tool("Transitions", "Transitions.getTransitions")]),
    place(ACTIONS, "General_Downloads", &[]),
    place(ACTIONS, "Actions_SubmenuPagesEntry", &[]),
    place(ACTIONS, "Actions_SubmenuPagesExit", &[]),
    place(ACTIONS, "General_Outlinks", &[]),
    place(ACTIONS, "Actions_SubmenuPageTitles", &[]),
    place(ACTIONS, "General_Pages", &[]),
    place(ACTIONS, "Actions_SubmenuSitesearch", &[]),
    held(ACTIONS, "Events_Events", "Events"),
    held(ACTIONS, "Contents_Contents", "Contents"),
    place(
        ACTIONS,
        "PagePerformance_Performance",
        &[
            view("Evolution of page performance metrics", "PagePerformance.getEvolutionGraph", {
                &[("forceView", "1"), ("viewDataTable", "graphStackedBarEvolution")]
            }),
            view("", "PagePerformance.get", FIGURES).on_its_page(),
            view("Page URLs", "Actions.getPageUrls", TIMINGS).on_its_page(),
            view("Page titles", "Actions.getPageTitles", TIMINGS).on_its_page(),
        ],
    ),
];
pub(super) static OF_VISITORS: &[Place] = &[
    place(VISITORS, "DevicesDetection_Devices", &[]),
    place(VISITORS, "DevicesDetection_Software", &[]),
    place(
        VISITORS,
        "General_Overview",
        &[
            view("Visits Over Time", "VisitsSummary.getEvolutionGraph", GRAPH),
            view("Visits Overview", "VisitsSummary.get", FIGURES),
        ],
    ),
    place(VISITORS, "UserCountry_SubmenuLocations", &[tool("Visitor Map", "UserCountryMap.visitorMap")]),
    place(VISITORS, "VisitTime_SubmenuTimes", &[]),
    place(VISITORS, "UserCountryMap_RealTimeMap", &[tool("Real-time Map", "UserCountryMap.realtimeMap")]),
    place(VISITORS, "General_RealTime", &[tool("Visits in real-time", "Live.widget")]),
    place(
        VISITORS,
        "Live_VisitorLog",
        &[view("Visits Log", "Live.getLastVisitsDetails", {
            &[("forceView", "1"), ("viewDataTable", "VisitorLog"), ("small", "1")]
        })],
    ),
    place(VISITORS, "UserId_UserReportTitle", &[]),
    Place {
        category: "Dashboard_Dashboard",
        subcategory: "1",
        held: "",
        views: &[View { params: &[("idDashboard", "1")], ..tool("", "Dashboard.embeddedIndex").on_its_page() }],
    },
];
pub(super) static OF_REFERRERS: &[Place] = &[
    place(REFERRERS, "Referrers_WidgetGetAll", &[]),
    place(
        REFERRERS,
        "Referrers_URLCampaignBuilder",
        &[tool("Campaign URL Builder", "Referrers.getCampaignUrlBuilder")],
    ),
    place(REFERRERS, "Referrers_Campaigns", &[]),
    place(
        REFERRERS,
        "General_Overview",
        &[
            view("Evolution over the period", "Referrers.getEvolutionGraph", {
                &[("forceView", "1"), ("viewDataTable", "graphEvolution"), ("columns[]", "nb_visits")]
            })
            .on_its_page(),
            view("Channel Type", "Referrers.getSparklines", FIGURES).on_its_page(),
        ],
    ),
    place(REFERRERS, "Referrers_SubmenuSearchEngines", &[]),
    place(REFERRERS, "Referrers_Socials", &[]),
    place(REFERRERS, "Referrers_SubmenuWebsitesOnly", &[]),
];

/// What a report is called as a widget, where that is not its name.
pub(super) const TITLES: &[(&str, &str)] = &[
    ("Actions.getPageUrls", "Pages"),
    ("Actions.getEntryPageTitles", "Entry Page Titles"),
    ("Referrers.getReferrerType", "Channel Types"),
    ("Referrers.getAll", "Referrers"),
    ("VisitorInterest.getNumberOfVisitsPerVisitDuration", "Visits per visit duration"),
    ("VisitorInterest.getNumberOfVisitsPerPage", "Visits per number of pages"),
];

/// What rows open into first.
pub(super) const SECOND: &[(&str, &str)] =
    &[("Events.getCategory", "eventAction"), ("Events.getAction", "eventName"), ("Events.getName", "eventAction")];

/// The reports whose rows tell of goals, by what they are about.
pub(super) const BY_GOAL: &[(&str, &[&str])] = &[
    (
        "User location",
        &[
            "UserCountry.getCountry",
            "UserCountry.getContinent",
            "UserCountry.getRegion",
            "UserCountry.getCity",
            "DevicesDetection.getType",
            "DevicesDetection.getModel",
            "DevicesDetection.getBrand",
            "DevicesDetection.getBrowsers",
        ],
    ),
    ("User attribute", &["VisitTime.getVisitInformationPerServerTime", "CustomDimensions.getCustomDimension"]),
    (
        "Pages",
        &["Actions.getPageUrls", "Actions.getEntryPageUrls", "Actions.getEntryPageTitles", "Actions.getPageTitles"],
    ),
    (
        "Referrers",
        &[
            "Referrers.getReferrerType",
            "Referrers.getKeywords",
            "Referrers.getSearchEngines",
            "Referrers.getWebsites",
            "Referrers.getCampaigns",
        ],
    ),
    ("", &["Goals.getVisitsUntilConversion", "Goals.getDaysToConversion"]),
];

/// The English names of all views, and of what they stand under.
pub fn english() -> impl Iterator<Item = &'static str> {
    let views = OF_ACTIONS.iter().chain(OF_VISITORS).chain(OF_REFERRERS).flat_map(|place| place.views);
    views.map(|view| view.name).chain(TITLES.iter().map(|(_, title)| *title)).chain(OTHER_TEXTS.iter().copied())
}

/// Texts of pages that are put together.
const OTHER_TEXTS: &[&str] = &[
    "Goal",
    "conversions by type of visit",
    "Conversions overview by type of visit",
    "Conversions Overview",
    "Ecommerce Overview",
    "Visits Overview (with graph)",
    "Real-time visitor count",
    "Visitor profile",
    "Goals by User location",
    "Goals by User attribute",
    "Goals by Pages",
    "Goals by Referrers",
    "Goals engagement",
    "Sales by User location",
    "Sales by User attribute",
    "Sales by Pages",
    "Sales by Referrers",
    "Sales engagement",
    "Goals Overview",
];
