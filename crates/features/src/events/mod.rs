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

/// The number with which a text begins; 0 for a text that begins with none.
fn leading_number(text: &str) -> f64 {
    const DIGITS_MAX: usize = 40;
    let ends = text.char_indices().map(|(place, letter)| place + letter.len_utf8()).take(DIGITS_MAX);
    let numbers = ends.filter_map(|end| text[..end].parse::<f64>().ok());
    numbers.filter(|number| number.is_finite()).last().unwrap_or(0.0)
}

pub static CATEGORY: Dimension =
    Dimension::read_action("Events.EventCategory", "Event Category", "event_category", Kind::Text("event"), |facts| {
        of_event(facts, "e_c")
    })
    .segments(&[SegmentName::text("eventCategory", "Event Category", EVENTS)]);
pub static ACTION: Dimension =
    Dimension::read_action("Events.EventAction", "Event Action", "event_action", Kind::Text("event"), |facts| {
        of_event(facts, "e_a")
    })
    .segments(&[SegmentName::text("eventAction", "Event Action", EVENTS)]);
pub static NAME: Dimension =
    Dimension::read_action("Events.EventName", "Event Name", "event_name", Kind::Text("event"), |facts| {
        of_event(facts, "e_n")
    })
    .segments(&[SegmentName::text("eventName", "Event Name", EVENTS)]);
pub static VALUE: Dimension =
    Dimension::read_action("Events.EventValue", "Event value", "event_value", Kind::Float, |facts| {
        of_event(facts, "e_v").as_text().map_or(Value::Null, |text| Value::Float(leading_number(text)))
    })
    .segments(&[SegmentName::number("eventValue", "Event value", EVENTS)]);

pub static FEATURE: Feature = Feature {
    name: "Events",
    dimensions: &[&CATEGORY, &ACTION, &NAME, &VALUE],
    metrics: &[],
    reports: reports::REPORTS,
    settings: &[],
};

#[cfg(test)]
mod tests {
    use super::leading_number;

    #[test]
    fn values_are_read_as_far_as_they_are_numbers() {
        for (text, number) in
            [("2.5", 2.5), ("-4", -4.0), ("12abc", 12.0), ("abc", 0.0), ("1e3x", 1000.0), ("inf", 0.0)]
        {
            assert_eq!(leading_number(text), number, "{text}");
        }
    }
}
