//! How long visits last, how much is seen in them, how often people come.

use crate::{
    core_home::metrics::NB_VISITS,
    rows::{LABEL, all, int, ours},
};
use makoto_catalog::{
    About, Always, AlwaysColumns, Chart, Expr, Feature, Formula, Meta, Metric, Part, Report, RowLabel, Scope, Shape,
    Unit,
};
use makoto_model::Value;

/// Numbers from the first to the second; `None` for no end.
pub(crate) type Gap = (i64, Option<i64>);

const DURATIONS_S: &[Gap] = &[
    (0, Some(10)),
    (11, Some(30)),
    (31, Some(60)),
    (61, Some(120)),
    (121, Some(240)),
    (241, Some(420)),
    (421, Some(600)),
    (601, Some(900)),
    (901, Some(1800)),
    (1801, None),
];
const PAGES: &[Gap] = &[
    (1, Some(1)),
    (2, Some(2)),
    (3, Some(3)),
    (4, Some(4)),
    (5, Some(5)),
    (6, Some(7)),
    (8, Some(10)),
    (11, Some(14)),
    (15, Some(20)),
    (21, None),
];
pub(crate) const DAYS: &[Gap] = &[
    (0, Some(0)),
    (1, Some(1)),
    (2, Some(2)),
    (3, Some(3)),
    (4, Some(4)),
    (5, Some(5)),
    (6, Some(6)),
    (7, Some(7)),
    (8, Some(14)),
    (15, Some(30)),
    (31, Some(60)),
    (61, Some(120)),
    (121, Some(364)),
    (365, None),
];
const VISITS: &[Gap] = &[
    (1, Some(1)),
    (2, Some(2)),
    (3, Some(3)),
    (4, Some(4)),
    (5, Some(5)),
    (6, Some(6)),
    (7, Some(7)),
    (8, Some(8)),
    (9, Some(14)),
    (15, Some(25)),
    (26, Some(50)),
    (51, Some(100)),
    (101, Some(200)),
    (201, None),
];

/// Row of visitors who never came before, beside the gaps of days.
const NEVER: i64 = -1;

pub(crate) fn gap_of(gaps: &[Gap], n: i64) -> Option<Vec<Value>> {
    let place = gaps.iter().position(|(from, to)| n >= *from && to.is_none_or(|to| n <= to))?;
    Some(vec![Value::Int(place as i64)])
}

pub(crate) fn gap_at(gaps: &'static [Gap], keys: &[Value]) -> Gap {
    usize::try_from(int(keys, 0)).ok().and_then(|place| gaps.get(place)).copied().unwrap_or((0, None))
}

pub(crate) fn places(gaps: &[Gap]) -> Vec<Vec<Value>> {
    (0..gaps.len() as i64).map(|place| vec![Value::Int(place)]).collect()
}

/// `5 pages`, `6-7 pages`, `21+ pages`.
pub(crate) fn counted(gap: Gap, one: &str, many: &str) -> String {
    match gap {
        (1, Some(1)) => format!("1 {one}"),
        (from, Some(to)) if from == to => format!("{from} {many}"),
        (from, Some(to)) => format!("{from}-{to} {many}"),
        (from, None) => format!("{from}+ {many}"),
    }
}

fn bounds(name: &str, (from, to): Gap) -> Meta {
    let text = match to {
        Some(to) if to == from => format!("{name}=={from}"),
        Some(to) => format!("{name}>={from};{name}<={to}"),
        None => format!("{name}>={from}"),
    };
    Meta("segment", Value::from(text))
}

const PLAIN: Report = Report {
    category: "General_Actions",
    subcategory: "VisitorInterest_Engagement",
    chart: Chart::Bars,
    ..Report::PLAIN
};

const VISITS_ALONE: &[&Metric] = &[&NB_VISITS];

const fn part(keys: &'static [Expr]) -> Part {
    Part { scope: Scope::Visit, keys, only: all, metrics: VISITS_ALONE, zeros: true }
}

static PER_DURATION: Report = Report {
    method: "VisitorInterest.getNumberOfVisitsPerVisitDuration",
    name: "Length of visits",
    about: &About { rows: "Visit duration", ..crate::core_home::about::OF_CLASSES },
    doc: "How long visits lasted.",
    order: 15,
    parts: &[part(&[Expr::Column("visit_length_s")])],
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| gap_of(DURATIONS_S, int(keys, 0)),
            ours,
            text: |keys| match gap_at(DURATIONS_S, keys) {
                (from, Some(to)) if to <= 60 => format!("{from}–{to}s"),
                (from, Some(to)) => format!("{}-{} min", from / 60, to / 60),
                (from, None) => format!("{}+ min", from / 60),
            },
            meta: |keys, meta| {
                let gap = match gap_at(DURATIONS_S, keys) {
                    (from, Some(to)) if from > 60 => (from - 1, Some(to)),
                    gap => gap,
                };
                meta.push(bounds("visitDuration", gap));
            },
            flat_column: "VisitorInterest_VisitDuration",
            ..LABEL
        }],
        always: Some(Always { rows: || places(DURATIONS_S), columns: AlwaysColumns::All }),
        flat: None,
    },
    ..PLAIN
};

static PER_PAGE: Report = Report {
    method: "VisitorInterest.getNumberOfVisitsPerPage",
    name: "Pages per visit",
    about: &About { rows: "Pages per visit", ..crate::core_home::about::OF_CLASSES },
    doc: "How many actions visits had.",
    order: 20,
    parts: &[part(&[Expr::Column("action_count")])],
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| gap_of(PAGES, int(keys, 0)),
            ours,
            text: |keys| counted(gap_at(PAGES, keys), "page", "pages"),
            meta: |keys, meta| meta.push(bounds("actions", gap_at(PAGES, keys))),
            flat_column: "VisitorInterest_PagesPerVisit",
            ..LABEL
        }],
        always: Some(Always { rows: || places(PAGES), columns: AlwaysColumns::All }),
        flat: None,
    },
    ..PLAIN
};

static BY_DAYS_SINCE: Report = Report {
    method: "VisitorInterest.getNumberOfVisitsByDaysSinceLast",
    name: "Visits by days since last visit",
    about: &About { rows: "Days since last visit", ..crate::core_home::about::OF_CLASSES },
    doc: "How many days went by since the visitor's last visit.",
    order: 30,
    parts: &[part(&[Expr::Column("returning"), Expr::Over(&Expr::Column("since_last_s"), 86_400)])],
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| match int(keys, 0) {
                0 => Some(vec![Value::Int(NEVER)]),
                1 => gap_of(DAYS, int(keys, 1)),
                // Matomo leaves those out who come back as customers.
                _ => None,
            },
            ours,
            text: |keys| match int(keys, 0) {
                NEVER => "New visits".to_owned(),
                _ => counted(gap_at(DAYS, keys), "day", "days"),
            },
            meta: |keys, meta| {
                meta.push(match int(keys, 0) {
                    NEVER => Meta("segment", Value::from("visitorType==new")),
                    _ => bounds("daysSinceLastVisit", gap_at(DAYS, keys)),
                });
            },
            flat_column: "VisitorInterest_DaysSinceLastVisit",
            ..LABEL
        }],
        always: Some(Always {
            rows: || std::iter::once(vec![Value::Int(NEVER)]).chain(places(DAYS)).collect(),
            columns: AlwaysColumns::All,
        }),
        flat: None,
    },
    ..PLAIN
};

static VISITS_PERCENTAGE: Metric = Metric {
    id: "nb_visits_percentage",
    name: "% Visits",
    doc: "The part of all visits that this row is.",
    unit: Unit::Percent,
    formula: Formula::Share { of: &NB_VISITS },
    hidden: false,
    daily_only: false,
    outer_only: false,
    adds_up: false,
    only_with: &[],
};

static BY_VISIT_COUNT: Report = Report {
    method: "VisitorInterest.getNumberOfVisitsByVisitCount",
    name: "Visits by visit number",
    about: &About {
        rows: "Visits by visit number",
        processed: &[&VISITS_PERCENTAGE],
        ..crate::core_home::about::OF_CLASSES
    },
    doc: "Whether it was the visitor's first visit, or the how manieth.",
    order: 25,
    parts: &[part(&[Expr::Column("visit_count")])],
    processed: &[&VISITS_PERCENTAGE],
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: |keys| gap_of(VISITS, int(keys, 0)),
            ours,
            text: |keys| counted(gap_at(VISITS, keys), "visit", "visits"),
            meta: |keys, meta| meta.push(bounds("visitCount", gap_at(VISITS, keys))),
            flat_column: "VisitorInterest_VisitsByVisitCount",
            ..LABEL
        }],
        always: Some(Always { rows: || places(VISITS), columns: AlwaysColumns::All }),
        flat: None,
    },
    ..PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "VisitorInterest",
    dimensions: &[],
    metrics: &[&VISITS_PERCENTAGE],
    reports: &[&PER_DURATION, &PER_PAGE, &BY_DAYS_SINCE, &BY_VISIT_COUNT],
    settings: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_has_its_gap_and_its_name() {
        assert_eq!(gap_of(PAGES, 6), gap_of(PAGES, 7));
        assert_eq!(gap_of(PAGES, 0), None);
        assert_eq!(counted(PAGES[9], "page", "pages"), "21+ pages");
        assert_eq!(bounds("actions", PAGES[5]).1, Value::from("actions>=6;actions<=7"));
    }
}
