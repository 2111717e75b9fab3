use super::{ACTION, CATEGORY, EVENTS, NAME};
use crate::{
    actions::metrics::NB_UNIQ_VISITORS,
    core_home::metrics::mean_2,
    rows::{LABEL, ours_if_none, segment, text},
};
use makoto_catalog::{
    About, Aggregate, Condition, Expr, FlatLabel, Meta, Metric, Op, Part, Report, RowLabel, Scope, Shape, Unit,
};
use makoto_model::{ActionKind, Value};

pub const REPORTS: &[&Report] = &[
    &GET_CATEGORY,
    &GET_ACTION,
    &GET_NAME,
    &ACTIONS_OF_CATEGORY,
    &NAMES_OF_ACTION,
    &ACTIONS_OF_NAME,
    &NAMES_OF_CATEGORY,
    &CATEGORIES_OF_ACTION,
    &CATEGORIES_OF_NAME,
];

static NB_VISITS: Metric = Metric::counted(
    "nb_visits",
    "Visits with events",
    "Visits in which it happened.",
    Aggregate::Distinct("visit_id"),
    None,
);
static NB_EVENTS: Metric = Metric::counted("nb_events", "Events", "How often it happened.", Aggregate::Count, None);
static NB_WITH_VALUE: Metric = Metric::counted(
    "nb_events_with_value",
    "Events with a value",
    "How often it happened with a value.",
    Aggregate::Count,
    Some(Expr::Minus(&Expr::Minus(&Expr::Column("event_value"), &Expr::Column("event_value")), &Expr::Int(-1))),
);
static SUM_VALUE: Metric = Metric::counted(
    "sum_event_value",
    "Event value",
    "All values added up.",
    Aggregate::Sum(Expr::Column("event_value")),
    None,
)
.unit(Unit::Number);
static MIN_VALUE: Metric =
    Metric::smallest("min_event_value", "Minimum Event value", "The smallest value.", Expr::Column("event_value"))
        .unit(Unit::Number);
static MAX_VALUE: Metric =
    Metric::largest("max_event_value", "Maximum Event value", "The largest value.", Expr::Column("event_value"))
        .unit(Unit::Number);
static AVG_VALUE: Metric = Metric::processed(
    "avg_event_value",
    "The average of all values for this event",
    "The mean of all values.",
    &[&SUM_VALUE, &NB_WITH_VALUE],
    mean_2,
)
.unit(Unit::Number);

static EVENT_ROWS: About = About {
    metrics: &[&NB_EVENTS, &SUM_VALUE, &MIN_VALUE, &MAX_VALUE, &NB_WITH_VALUE],
    processed: &[&AVG_VALUE],
    ..About::PLAIN
};
/// Rows inside rows are told as if they were visits.
const EVENT_ROWS_INSIDE: About = About {
    metrics: crate::core_home::about::OF_VISITS.metrics,
    processed: &[&AVG_VALUE],
    inner: true,
    ..About::PLAIN
};

fn events() -> Condition {
    Condition::Compare { expr: Expr::Column("kind"), op: Op::Is, value: Value::Int(ActionKind::Event as i64) }
}

const PARTS: &[Part] = &[Part {
    scope: Scope::Action,
    keys: &[Expr::Column("event_category"), Expr::Column("event_action"), Expr::Column("event_name")],
    only: events,
    metrics: &[&NB_UNIQ_VISITORS, &NB_VISITS, &NB_EVENTS, &NB_WITH_VALUE, &SUM_VALUE, &MIN_VALUE, &MAX_VALUE],
    zeros: true,
}];

const PLAIN: Report = Report {
    category: "General_Actions",
    subcategory: EVENTS,
    parts: PARTS,
    processed: &[&AVG_VALUE],
    sort: Some(&NB_VISITS),
    rows_max: (500, 100),
    ranked: &["nb_visits", "nb_events"],
    ..Report::PLAIN
};

const SUBTABLE: Report = Report { parts: &[], processed: &[], sort: None, ..PLAIN };

const NO_NAME: &str = "Event Name not defined";

fn or_no_name(name: &str) -> String {
    if name.is_empty() { NO_NAME.to_owned() } else { name.to_owned() }
}

fn key(keys: &[Value], places: &[usize]) -> Option<Vec<Value>> {
    Some(places.iter().map(|place| Value::from(text(keys, *place))).collect())
}

/// Places of the keys of a group.
const OF_CATEGORY: usize = 0;
const OF_ACTION: usize = 1;
const OF_NAME: usize = 2;

/// The name of a dimension in the segment language, and its column when levels are flattened.
const NAMES: [(&str, &str); 3] = [
    ("eventCategory", "Events_EventCategory"),
    ("eventAction", "Events_EventAction"),
    ("eventName", "Events_EventName"),
];

fn shown<const BY: usize>(value: &str) -> String {
    if BY == OF_NAME { or_no_name(value) } else { value.to_owned() }
}

fn facts<const BY: usize>(value: &str, meta: &mut Vec<Meta>) {
    if !value.is_empty() {
        meta.push(segment(&[(NAMES[BY].0, value)]));
    }
}

/// Rows by one dimension that open to rows by another. Names that are missing open nothing.
const fn by<const OUTER: usize, const INNER: usize>() -> Shape {
    Shape::Rows {
        levels: const {
            &[
                RowLabel {
                    row: |keys| key(keys, &[OUTER]),
                    ours: ours_if_none,
                    text: |keys| shown::<OUTER>(text(keys, 0)),
                    meta: |keys, meta| facts::<OUTER>(text(keys, 0), meta),
                    flat_column: NAMES[OUTER].1,
                    ..LABEL
                },
                RowLabel {
                    row: |keys| key(keys, &[OUTER, INNER]).filter(|key| !text(key, 1).is_empty()),
                    text: second,
                    meta: |keys, meta| facts::<INNER>(text(keys, 1), meta),
                    inside: Some(second),
                    flat_column: NAMES[INNER].1,
                    ..LABEL
                },
            ]
        },
        always: None,
        flat: Some(FlatLabel { parts: |keys| [shown::<OUTER>(text(keys, 0)), second(keys)], ..FlatLabel::SPLIT }),
    }
}

fn second(keys: &[Value]) -> String {
    text(keys, 1).to_owned()
}

/// The parameter that says what rows open to.
const SECONDARY: &str = "secondaryDimension";

const CATEGORIES: Report = Report {
    method: "Events.getCategory",
    name: "Event Categories",
    about: &EVENT_ROWS,
    doc: "Events by category; a row opens to its actions, or to its names.",
    order: 0,
    dimension: Some(&CATEGORY),
    subtable: Some("Events.getActionFromCategoryId"),
    shape: by::<OF_CATEGORY, OF_ACTION>(),
    ..PLAIN
};
static GET_CATEGORY: Report = Report { variants: Some((SECONDARY, &[("eventName", &CATEGORY_BY_NAME)])), ..CATEGORIES };
static CATEGORY_BY_NAME: Report = Report {
    method: "Events.getCategoryByName",
    subtable: Some("Events.getNameFromCategoryId"),
    shape: by::<OF_CATEGORY, OF_NAME>(),
    ..CATEGORIES
};

const ACTIONS: Report = Report {
    method: "Events.getAction",
    name: "Event Actions",
    about: &EVENT_ROWS,
    doc: "Events by action; a row opens to its names, or to its categories.",
    order: 1,
    dimension: Some(&ACTION),
    subtable: Some("Events.getNameFromActionId"),
    shape: by::<OF_ACTION, OF_NAME>(),
    ..PLAIN
};
static GET_ACTION: Report =
    Report { variants: Some((SECONDARY, &[("eventCategory", &ACTION_BY_CATEGORY)])), ..ACTIONS };
static ACTION_BY_CATEGORY: Report = Report {
    method: "Events.getActionByCategory",
    subtable: Some("Events.getCategoryFromActionId"),
    shape: by::<OF_ACTION, OF_CATEGORY>(),
    ..ACTIONS
};

const BY_NAME: Report = Report {
    method: "Events.getName",
    name: "Event Names",
    about: &EVENT_ROWS,
    doc: "Events by name; a row opens to its actions, or to its categories.",
    order: 2,
    dimension: Some(&NAME),
    subtable: Some("Events.getActionFromNameId"),
    shape: by::<OF_NAME, OF_ACTION>(),
    ..PLAIN
};
static GET_NAME: Report = Report { variants: Some((SECONDARY, &[("eventCategory", &NAME_BY_CATEGORY)])), ..BY_NAME };
static NAME_BY_CATEGORY: Report = Report {
    method: "Events.getNameByCategory",
    subtable: Some("Events.getCategoryFromNameId"),
    shape: by::<OF_NAME, OF_CATEGORY>(),
    ..BY_NAME
};

static ACTIONS_OF_CATEGORY: Report = Report {
    method: "Events.getActionFromCategoryId",
    name: "Event Actions",
    about: &EVENT_ROWS_INSIDE,
    doc: "The actions of one category.",
    order: 3,
    shape: Shape::Subtable { of: &GET_CATEGORY, dimension: &ACTION, alone: false },
    ..SUBTABLE
};
static NAMES_OF_ACTION: Report = Report {
    method: "Events.getNameFromActionId",
    name: "Event Names",
    about: &EVENT_ROWS_INSIDE,
    doc: "The names of one action.",
    order: 4,
    shape: Shape::Subtable { of: &GET_ACTION, dimension: &NAME, alone: false },
    ..SUBTABLE
};
static ACTIONS_OF_NAME: Report = Report {
    method: "Events.getActionFromNameId",
    name: "Event Actions",
    about: &EVENT_ROWS_INSIDE,
    doc: "The actions of one name.",
    order: 5,
    shape: Shape::Subtable { of: &GET_NAME, dimension: &ACTION, alone: false },
    ..SUBTABLE
};
/// Matomo computes no mean here.
static CATEGORY_BY_NAME_ALONE: Report = Report {
    method: "Events.getCategoryByNameAlone",
    processed: &[],
    shape: by::<OF_CATEGORY, OF_NAME>(),
    ..CATEGORIES
};
static NAMES_OF_CATEGORY: Report = Report {
    method: "Events.getNameFromCategoryId",
    name: "Event Names",
    about: &About { processed: &[], ..EVENT_ROWS_INSIDE },
    doc: "The names of one category.",
    category: EVENTS,
    subcategory: "",
    order: 6,
    shape: Shape::Subtable { of: &CATEGORY_BY_NAME_ALONE, dimension: &NAME, alone: false },
    ..SUBTABLE
};
static CATEGORIES_OF_ACTION: Report = Report {
    method: "Events.getCategoryFromActionId",
    name: "Event Categories",
    about: &EVENT_ROWS_INSIDE,
    doc: "The categories of one action.",
    order: 7,
    shape: Shape::Subtable { of: &ACTION_BY_CATEGORY, dimension: &CATEGORY, alone: false },
    ..SUBTABLE
};
static CATEGORIES_OF_NAME: Report = Report {
    method: "Events.getCategoryFromNameId",
    name: "Event Categories",
    about: &EVENT_ROWS_INSIDE,
    doc: "The categories of one name.",
    order: 8,
    shape: Shape::Subtable { of: &NAME_BY_CATEGORY, dimension: &CATEGORY, alone: false },
    ..SUBTABLE
};
