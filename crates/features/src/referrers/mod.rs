//! Where visits came from.

mod labels;
mod reports;
pub mod totals;

use makoto_catalog::{
    Dimension, Feature, Kind, Op, Read, SegmentName,
    columns::{NAMES, REFERRER_URLS},
};
use makoto_model::{ReferrerKind, Value};

/// Heading of the segment editor.
const ACQUISITION: &str = "Referrers_Referrers";

pub static KIND: Dimension = Dimension::of_visit("Referrers.ReferrerType", "Channel type", "referrer_kind", Kind::Int)
    .segments(&[SegmentName::text("referrerType", "Channel Type", ACQUISITION)
        .read(Read::Named(kinds), "search")
        .accepted("direct, search, website, social, campaign")]);

/// The segment language's names of the channels.
const KIND_NAMES: [(ReferrerKind, &str); 6] = [
    (ReferrerKind::Direct, "direct"),
    (ReferrerKind::Search, "search"),
    (ReferrerKind::Website, "website"),
    (ReferrerKind::Campaign, "campaign"),
    (ReferrerKind::Social, "social"),
    (ReferrerKind::Assistant, "ai-assistant"),
];

fn kinds(op: Op, text: &str) -> Vec<Value> {
    let meets = |name: &str| crate::devices_detection::meets(op, name, text);
    KIND_NAMES.into_iter().filter(|(_, name)| meets(name)).map(|(kind, _)| Value::Int(kind as i64)).collect()
}

pub static NAME: Dimension =
    Dimension::of_visit("Referrers.ReferrerName", "Referrer name", "referrer_name", Kind::Text(NAMES))
        .segments(&[SegmentName::text("referrerName", "Referrer Name", ACQUISITION)]);

pub static KEYWORD: Dimension =
    Dimension::of_visit("Referrers.Keyword", "Keyword", "referrer_keyword", Kind::Text(NAMES))
        .segments(&[SegmentName::text("referrerKeyword", "Keyword", ACQUISITION)]);

pub static URL: Dimension =
    Dimension::of_visit("Referrers.ReferrerUrl", "Referrer URL", "referrer_url", Kind::Text(REFERRER_URLS))
        .segments(&[SegmentName::text("referrerUrl", "Referrer URL", ACQUISITION)]);

/// What people read instead of a keyword that the search engine kept to itself.
pub const NO_KEYWORD: &str = "Keyword not defined";

/// The segment language's name of a stored channel.
pub fn kind_name(number: i64) -> &'static str {
    KIND_NAMES.into_iter().find(|(kind, _)| *kind as i64 == number).map_or("direct", |(_, name)| name)
}

/// What people call a stored channel, alone in a list of channels or as the channel of one visit.
pub fn kind_title(number: i64) -> &'static str {
    match kind_name(number) {
        "search" => "Search Engines",
        "website" => "Websites",
        "campaign" => "Campaigns",
        "social" => "Social Networks",
        "ai-assistant" => "AI Assistants",
        _ => "Direct Entry",
    }
}

pub static FEATURE: Feature = Feature {
    name: "Referrers",
    dimensions: &[&KIND, &NAME, &KEYWORD, &URL],
    metrics: &[],
    reports: reports::REPORTS,
    settings: &[],
};
