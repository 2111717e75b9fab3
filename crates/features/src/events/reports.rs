use super::{ACTION, CATEGORY, EVENTS, NAME};
use crate::{
    actions::metrics::NB_UNIQ_VISITORS,
    core_home::metrics::mean_2,
    rows::{LABEL, nothing, segment, text},
};
use makoto_catalog::{Aggregate, Condition, Expr, FlatLabel, Metric, Op, Part, Report, RowLabel, Scope, Shape, Unit};
use makoto_model::{ActionKind, Value};

pub const REPORTS: &[&Report] =
    &[&GET_CATEGORY, &GET_ACTION, &GET_NAME, &ACTIONS_OF_CATEGORY, &NAMES_OF_ACTION, &ACTIONS_OF_NAME];

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
    Metric::smallest("min_event_value", "Minimum event value", "The smallest value.", Expr::Column("event_value"))
        .unit(Unit::Number);
static MAX_VALUE: Metric =
    Metric::largest("max_event_value", "Maximum event value", "The largest value.", Expr::Column("event_value"))
        .unit(Unit::Number);
static AVG_VALUE: Metric = Metric::processed(
    "avg_event_value",
    "Average event value",
    "The mean of all values.",
    &[&SUM_VALUE, &NB_WITH_VALUE],
    mean_2,
)
.unit(Unit::Number);

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

const BY_CATEGORY: RowLabel = RowLabel {
    row: |keys| key(keys, &[0]),
    meta: |keys, meta| meta.push(segment(&[("eventCategory", text(keys, 0))])),
    flat_column: "Events_EventCategory",
    ..LABEL
};
const BY_ACTION: RowLabel = RowLabel {
    row: |keys| key(keys, &[1]),
    meta: |keys, meta| meta.push(segment(&[("eventAction", text(keys, 0))])),
    flat_column: "Events_EventAction",
    ..LABEL
};

fn second(keys: &[Value]) -> String {
    text(keys, 1).to_owned()
}

static GET_CATEGORY: Report = Report {
    method: "Events.getCategory",
    name: "Event categories",
    doc: "Events by category; a row opens to its actions.",
    order: 0,
    dimension: Some(&CATEGORY),
    subtable: Some("Events.getActionFromCategoryId"),
    shape: Shape::Rows {
        levels: &[
            BY_CATEGORY,
            RowLabel { row: |keys| key(keys, &[0, 1]), text: second, flat_column: "Events_EventAction", ..LABEL },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), second(keys)],
            separator: " - ",
            meta: nothing, ..FlatLabel::SPLIT }),
    },
    ..PLAIN
};

static GET_ACTION: Report = Report {
    method: "Events.getAction",
    name: "Event actions",
    doc: "Events by action; a row opens to its names.",
    order: 1,
    dimension: Some(&ACTION),
    subtable: Some("Events.getNameFromActionId"),
    shape: Shape::Rows {
        levels: &[
            BY_ACTION,
            RowLabel {
                row: |keys| key(keys, &[1, 2]).filter(|key| !text(key, 1).is_empty()),
                text: second,
                flat_column: "Events_EventName",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), second(keys)],
            separator: " - ",
            meta: nothing, ..FlatLabel::SPLIT }),
    },
    ..PLAIN
};

static GET_NAME: Report = Report {
    method: "Events.getName",
    name: "Event names",
    doc: "Events by name; a row opens to its actions.",
    order: 2,
    dimension: Some(&NAME),
    subtable: Some("Events.getActionFromNameId"),
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: |keys| key(keys, &[2]),
                text: |keys| or_no_name(text(keys, 0)),
                meta: |keys, meta| {
                    if !text(keys, 0).is_empty() {
                        meta.push(segment(&[("eventName", text(keys, 0))]));
                    }
                },
                flat_column: "Events_EventName",
                ..LABEL
            },
            RowLabel { row: |keys| key(keys, &[2, 1]), text: second, flat_column: "Events_EventAction", ..LABEL },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [or_no_name(text(keys, 0)), second(keys)],
            separator: " - ",
            meta: nothing, ..FlatLabel::SPLIT }),
    },
    ..PLAIN
};

static ACTIONS_OF_CATEGORY: Report = Report {
    method: "Events.getActionFromCategoryId",
    name: "Actions of an event category",
    doc: "The actions of one category.",
    order: 3,
    shape: Shape::Subtable { of: &GET_CATEGORY, dimension: &ACTION, alone: false },
    ..SUBTABLE
};
static NAMES_OF_ACTION: Report = Report {
    method: "Events.getNameFromActionId",
    name: "Names of an event action",
    doc: "The names of one action.",
    order: 4,
    shape: Shape::Subtable { of: &GET_ACTION, dimension: &NAME, alone: false },
    ..SUBTABLE
};
static ACTIONS_OF_NAME: Report = Report {
    method: "Events.getActionFromNameId",
    name: "Actions of an event name",
    doc: "The actions of one name.",
    order: 5,
    shape: Shape::Subtable { of: &GET_NAME, dimension: &ACTION, alone: false },
    ..SUBTABLE
};
