//! The English texts of answers that stand in no declaration: headings, views and labels of rows.

use crate::{
    api,
    devices_detection::model_title,
    overlay,
    referrers::kind_title,
    transitions::{CHANNELS, WORDS},
    visit_time::WEEKDAYS,
};
use device_detection::DeviceType;
use geolocation::{continents, countries, languages};

/// Labels of classes, `#` for their numbers, and what stands where there is no value.
const LABELS: &[&str] = &[
    "#",
    "# visit",
    "# visits",
    "#-# visits",
    "#+ visits",
    "# day",
    "# days",
    "#-# days",
    "#+ days",
    "# pages",
    "# page",
    "#-# pages",
    "#+ pages",
    "#–#s",
    "#-# min",
    "#+ min",
    "New visits",
    "Unknown",
    "Others",
    "Label",
    "Metadata",
    "Event Name not defined",
    "Content Piece not defined",
    "Value not defined",
    "Keyword not defined",
    "Page URL not defined",
    "Page Name not defined",
    "URL not defined",
    "Product Name not defined",
    "Product SKU not defined",
    "Product Category not defined",
    "Generic Mobile device",
    "Site",
    "Statistics of site",
    "One item per period",
    "All visits",
];

/// Of the visits log.
const OF_VISITS: &[&str] = &[
    "Language code",
    "Site Search",
    "Search Category",
    "Search Results Count",
    "Event",
    "Category",
    "Action",
    "Content Interaction",
    "Content Impression",
    "Download",
    "Outlink",
    "Goal conversion",
    "revenue",
    "items",
    "Ordered",
    "Abandoned Cart",
];

/// Columns of goals, orders, carts and dimensions of a site's own, told for each of them, and what they tell.
const OF_VARIANTS: &[&str] = &[
    "Abandoned Carts",
    "Average Order Value",
    "Products left in cart",
    "Purchased Products",
    "Revenue left in cart",
    "Avg. time on dimension",
    "Bounce rate",
    "Cost of delivery.",
    "How many carts were left.",
    "Mean revenue of an order.",
    "Orders without tax and delivery.",
    "Pieces in carts that were left.",
    "Pieces in orders.",
    "Tax on orders.",
    "The values of a dimension that the site defines itself.",
    "What was in the carts that were left.",
    "What was taken off prices.",
];

/// Codes of places that databases still know, beside those of countries.
const OLD_CODES: &[&str] =
    &["ac", "an", "ap", "cp", "cs", "dg", "ea", "eu", "fx", "ic", "su", "ta", "ti", "tp", "yu", "zr"];

/// Every such text; some more than once.
pub fn texts() -> impl Iterator<Item = String> {
    let devices = DeviceType::ALL.iter().flat_map(|kind| {
        [crate::devices_detection::capitalised(kind.name()), model_title(&format!("generic {}", kind.name()))]
    });
    let places = continents().map(|(_, name)| name).chain(countries().map(|(_, name)| name));
    let old = OLD_CODES.iter().map(|code| geolocation::country_name(code));
    let places = places.chain(old).chain(OF_VARIANTS.iter().copied());
    let transitions = WORDS.iter().chain(overlay::WORDS).chain(&CHANNELS).map(|(_, text)| *text);
    let fixed =
        LABELS.iter().chain(OF_VISITS).chain(&WEEKDAYS).copied().chain(places).chain(languages().map(|(_, name)| name));
    let channels = (0..=8).map(kind_title);
    fixed.chain(transitions).chain(channels).chain(api::english()).map(str::to_owned).chain(devices)
}
