//! Goals of a site, and what reaching them or buying something tells.

use crate::TrackedUrl;
use serde::{Deserialize, Serialize};

/// Something that visitors of a site are meant to do.
#[derive(Clone, PartialEq, Debug)]
pub struct Goal {
    /// From 1 within its site.
    pub id: u32,
    pub name: String,
    pub description: String,
    pub attribute: Attribute,
    pub pattern: String,
    pub kind: PatternKind,
    pub case_sensitive: bool,
    /// Counts each time; else once in a visit.
    pub many: bool,
    /// What reaching it is worth, in the site's currency.
    pub revenue: f64,
    /// The value of the event is its revenue.
    pub event_value_as_revenue: bool,
}

/// What of an action is compared with a goal's pattern.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Attribute {
    Url,
    Title,
    File,
    Outlink,
    EventCategory,
    EventAction,
    EventName,
    /// Minutes that the visit has lasted.
    VisitDuration,
    /// Nothing: the site reports it.
    Manually,
}

/// How the pattern is meant.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PatternKind {
    Contains,
    Exact,
    Regex,
    /// A number that must be passed.
    GreaterThan,
}

impl Attribute {
    pub const ALL: [(Attribute, &'static str); 9] = [
        (Attribute::Url, "url"),
        (Attribute::Title, "title"),
        (Attribute::File, "file"),
        (Attribute::Outlink, "external_website"),
        (Attribute::EventCategory, "event_category"),
        (Attribute::EventAction, "event_action"),
        (Attribute::EventName, "event_name"),
        (Attribute::VisitDuration, "visit_duration"),
        (Attribute::Manually, "manually"),
    ];

    /// Its public name, as in Matomo's `match_attribute`.
    pub fn name(self) -> &'static str {
        name_of(&Attribute::ALL, self)
    }

    pub fn parse(name: &str) -> Option<Attribute> {
        named(&Attribute::ALL, name)
    }

    /// Whether it is a part of an event.
    pub fn is_of_events(self) -> bool {
        matches!(self, Attribute::EventCategory | Attribute::EventAction | Attribute::EventName)
    }
}

impl PatternKind {
    pub const ALL: [(PatternKind, &'static str); 4] = [
        (PatternKind::Contains, "contains"),
        (PatternKind::Exact, "exact"),
        (PatternKind::Regex, "regex"),
        (PatternKind::GreaterThan, "greater_than"),
    ];

    /// Its public name, as in Matomo's `pattern_type`.
    pub fn name(self) -> &'static str {
        name_of(&PatternKind::ALL, self)
    }

    pub fn parse(name: &str) -> Option<PatternKind> {
        named(&PatternKind::ALL, name)
    }
}

fn name_of<T: PartialEq>(all: &[(T, &'static str)], wanted: T) -> &'static str {
    all.iter().find(|(known, _)| *known == wanted).map_or("", |(_, name)| name)
}

fn named<T: Copy>(all: &[(T, &'static str)], name: &str) -> Option<T> {
    all.iter().find(|(_, known)| *known == name).map(|(known, _)| *known)
}

/// A goal whose rule a hit meets.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Reached {
    pub goal: u32,
    pub revenue: f64,
    /// Counts each time; else once in a visit.
    pub many: bool,
    /// Counts only once the visit has lasted for more seconds than these.
    pub after_s: Option<i64>,
}

/// A product that was ordered, laid into a cart, or looked at. Empty texts where nothing was told.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Product {
    pub sku: Box<str>,
    pub name: Box<str>,
    /// Five at most, none empty.
    pub categories: Vec<Box<str>>,
    pub price: Option<f64>,
    pub quantity: u32,
}

/// An order; without an id, a cart as it stands now. Amounts in the site's currency.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Order {
    pub id: Option<Box<str>>,
    pub revenue: f64,
    pub subtotal: f64,
    pub tax: f64,
    pub shipping: f64,
    pub discount: f64,
    pub products: Vec<Product>,
    pub url: Option<TrackedUrl>,
}
