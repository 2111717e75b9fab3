//! Headings under which reports stand, with the names that people read.

/// A heading: Matomo's id, the name and the place among the others.
pub struct Heading {
    pub id: &'static str,
    pub name: &'static str,
    pub order: u16,
}

const fn heading(id: &'static str, name: &'static str, order: u16) -> Heading {
    Heading { id, name, order }
}

/// What reports are about at large.
static CATEGORIES: &[Heading] = &[
    heading("Dashboard_Dashboard", "Dashboard", 0),
    heading("General_MultiSitesSummary", "All Websites", 3),
    heading("General_Visitors", "Visitors", 5),
    heading("General_Actions", "Actions", 10),
    heading("Events_Events", "Events", 12),
    heading("Referrers_Referrers", "Referrers", 15),
    heading("Goals_Ecommerce", "Ecommerce", 20),
    heading("Goals_Goals", "Goals", 25),
    heading("API", "API", 90),
    heading("UserCountry_VisitLocation", "Visitor location", 95),
];

/// What reports of a category are about.
static SUBCATEGORIES: &[Heading] = &[
    heading("General_Overview", "Overview", 2),
    heading("Live_VisitorLog", "Visits Log", 5),
    heading("Referrers_WidgetGetAll", "All Channels", 5),
    heading("General_Pages", "Pages", 5),
    heading("UserCountry_SubmenuLocations", "Locations", 10),
    heading("Actions_SubmenuPagesEntry", "Entry pages", 10),
    heading("Referrers_SubmenuSearchEngines", "Search Engines & Keywords", 10),
    heading("Goals_Products", "Products", 10),
    heading("DevicesDetection_Devices", "Devices", 15),
    heading("Actions_SubmenuPagesExit", "Exit pages", 15),
    heading("Referrers_SubmenuWebsitesOnly", "Websites", 15),
    heading("Referrers_Socials", "Social Networks", 16),
    heading("DevicesDetection_Software", "Software", 20),
    heading("Actions_SubmenuPageTitles", "Page titles", 20),
    heading("Referrers_Campaigns", "Campaigns", 20),
    heading("Actions_SubmenuSitesearch", "Site Search", 25),
    heading("General_Outlinks", "Outlinks", 30),
    heading("VisitTime_SubmenuTimes", "Times", 35),
    heading("General_Downloads", "Downloads", 35),
    heading("UserId_UserReportTitle", "User IDs", 40),
    heading("Events_Events", "Events", 40),
    heading("Contents_Contents", "Contents", 45),
    heading("VisitorInterest_Engagement", "Engagement", 46),
    heading("Transitions_Transitions", "Transitions", 46),
    heading("General_RealTime", "Real-time", 7),
    heading("UserCountryMap_RealTimeMap", "Real-time Map", 9),
    heading("Referrers_URLCampaignBuilder", "Campaign URL Builder", 21),
    heading("Goals_EcommerceLog", "Ecommerce Log", 5),
    heading("Ecommerce_Sales", "Sales", 15),
    heading("Goals_ManageGoals", "Manage Goals", 9999),
    heading("PagePerformance_Performance", "Performance", 47),
];

fn of<'a>(list: &'static [Heading], id: &'a str) -> (&'a str, u16)
where
    'static: 'a,
{
    list.iter().find(|heading| heading.id == id).map_or((id, 99), |heading| (heading.name, heading.order))
}

/// The name and place of a category; an unknown one is called by its id.
pub fn category(id: &str) -> (&str, u16) {
    of(CATEGORIES, id)
}

/// As `category`, by the names that Matomo's menu has for the same.
pub fn page_category(id: &str) -> (&str, u16) {
    match category(id) {
        ("Actions", order) => ("Behaviour", order),
        ("Referrers", order) => ("Acquisition", order),
        other => other,
    }
}

/// The name and place of a subcategory; an unknown one is called by its id.
pub fn subcategory(id: &str) -> (&str, u16) {
    of(SUBCATEGORIES, id)
}

/// The English names of all headings.
pub fn english() -> impl Iterator<Item = &'static str> {
    CATEGORIES.iter().chain(SUBCATEGORIES).map(|heading| heading.name).chain(["Behaviour", "Acquisition"])
}

#[cfg(test)]
mod tests {
    use super::{category, subcategory};

    #[test]
    fn every_listed_report_stands_under_known_headings() {
        for report in crate::catalog().unwrap().reports().filter(|report| !report.about.metrics.is_empty()) {
            assert_ne!(category(report.category).1, 99, "{}: {}", report.method, report.category);
            let known = report.subcategory.is_empty() || subcategory(report.subcategory).1 != 99;
            assert!(known, "{}: {}", report.method, report.subcategory);
        }
    }
}
