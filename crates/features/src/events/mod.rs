//! Events.

mod reports;

use makoto_catalog::{Dimension, Facts, Feature, Kind, SegmentName};
use makoto_model::{Act, ActionKind, Value};

/// Heading of the segment editor, and of the reports.
pub const EVENTS: &str = "Events_Events";

/// A parameter of an event; null on other actions and where it is empty.
fn of_event(facts: &Facts, param: &str) -> Value {
    match facts.act {
        Act::Action { kind: ActionKind::Event, .. } => facts
            .params
            .filled(param)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(Value::from)
            .unwrap_or_default(),
        _ => Value::Null,
    }
}

pub static CATEGORY: Dimension =
    Dimension::read_action("Events.EventCategory", "Event Category", "event_category", Kind::Text("event"), |facts| {
        of_event(facts, "e_c")
    })
    .segments(&[SegmentName::text("eventCategory", "Event category", EVENTS)]);
pub static ACTION: Dimension =
    Dimension::read_action("Events.EventAction", "Event Action", "event_action", Kind::Text("event"), |facts| {
        of_event(facts, "e_a")
    })
    .segments(&[SegmentName::text("eventAction", "Event action", EVENTS)]);
pub static NAME: Dimension =
    Dimension::read_action("Events.EventName", "Event Name", "event_name", Kind::Text("event"), |facts| {
        of_event(facts, "e_n")
    })
    .segments(&[SegmentName::text("eventName", "Event name", EVENTS)]);
pub static VALUE: Dimension =
    Dimension::read_action("Events.EventValue", "Event value", "event_value", Kind::Float, |facts| {
        let value = of_event(facts, "e_v").as_text().and_then(|text| text.parse::<f64>().ok());
        value.filter(|value| value.is_finite()).map_or(Value::Null, Value::Float)
    })
    .segments(&[SegmentName::number("eventValue", "Event value", EVENTS)]);

pub static FEATURE: Feature = Feature {
    name: "Events",
    dimensions: &[&CATEGORY, &ACTION, &NAME, &VALUE],
    metrics: &[],
    reports: reports::REPORTS,
    settings: &[],
};
