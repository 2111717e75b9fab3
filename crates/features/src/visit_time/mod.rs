//! When visitors come.

use crate::{
    core_home::{
        LOCAL_HOUR,
        metrics::{BOUNCE_COUNT, NB_ACTIONS, NB_VISITS, NB_VISITS_CONVERTED, OF_VISITS, SUM_VISIT_LENGTH},
        times::START_HOUR,
    },
    rows::{LABEL, all, int, ours, segment},
};
use makoto_catalog::{
    About, Aggregate, Always, AlwaysColumns, Chart, Dimension, Expr, Feature, GoalColumns, Kind, Meta, Metric, Part,
    Report, RowLabel, Scope, Shape, TimePart,
};
use makoto_model::{Day, Site, Value};

const PLAIN: Report =
    Report { category: "General_Visitors", subcategory: "VisitTime_SubmenuTimes", chart: Chart::Bars, ..Report::PLAIN };

const HOURS: Always =
    Always { rows: || (0..24).map(|hour| vec![Value::Int(hour)]).collect(), columns: AlwaysColumns::All };

fn hour(keys: &[Value]) -> String {
    format!("{:02}", int(keys, 0))
}

/// The hour in UTC at which an hour of the site's clock begins; segments are asked in it.
fn utc_hour(hour: i64, site: &Site, day: Day) -> i64 {
    let local_s = i64::from(day.0) * 86_400 + hour * 3_600;
    let about_s = local_s - site.zone.offset_s(local_s);
    let start_s = local_s - site.zone.offset_s(about_s);
    // An hour that the clock leaves out stands for the one after it.
    let is_left_out = start_s + site.zone.offset_s(start_s) != local_s;
    let start_s = if is_left_out { start_s.max(about_s) } else { start_s };
    start_s.rem_euclid(86_400) / 3_600
}

static BY_LOCAL_TIME: Report = Report {
    method: "VisitTime.getVisitInformationPerLocalTime",
    name: "Visits per local time",
    about: &About {
        rows: "Local time — hour (start of visit)",
        related: &["VisitTime.getByDayOfWeek"],
        constant_rows: true,
        evolves: false,
        ..crate::core_home::about::OF_VISITS
    },
    doc: "The hour of the visitor's own clock when the visit began.",
    order: 15,
    dimension: Some(&LOCAL_HOUR),
    parts: &[Part {
        scope: Scope::Visit,
        keys: &[Expr::OfDay(TimePart::Hour, &Expr::Column("local_time_s"))],
        only: all,
        metrics: OF_VISITS,
        zeros: true,
    }],
    shape: Shape::Rows {
        levels: &[RowLabel {
            ours,
            text: hour,
            meta: |keys, meta| meta.push(segment(&[("visitLocalHour", &int(keys, 0).to_string())])),
            flat_column: "VisitTime_LocalTime",
            ..LABEL
        }],
        always: Some(HOURS),
        flat: None,
    },
    ..PLAIN
};

static BY_SERVER_TIME: Report = Report {
    method: "VisitTime.getVisitInformationPerServerTime",
    name: "Visits per hour in the site's timezone",
    about: &About {
        rows: "Site time — hour (start of visit)",
        constant_rows: true,
        evolves: false,
        ..crate::core_home::about::WITH_GOALS
    },
    doc: "The hour of the site's clock when the visit began.",
    order: 20,
    until_now: Some("hideFutureHoursWhenToday"),
    dimension: Some(&START_HOUR),
    parts: &[Part {
        scope: Scope::Visit,
        keys: &[Expr::Local(TimePart::Hour, &Expr::Column("first_action_s"))],
        only: all,
        metrics: OF_VISITS,
        zeros: true,
    }],
    // By the hour of the conversion, not of its visit.
    goals: GoalColumns::ByKeys { inner: false, keys: Some(&[Expr::Local(TimePart::Hour, &Expr::Column("time_s"))]) },
    shape: Shape::Rows {
        levels: &[RowLabel {
            ours,
            text: hour,
            local: Some(|keys, site, day, meta| {
                meta.push(segment(&[("visitStartServerHour", &utc_hour(int(keys, 0), site, day).to_string())]));
            }),
            flat_column: "CoreHome_VisitFirstActionTime",
            ..LABEL
        }],
        always: Some(HOURS),
        flat: None,
    },
    ..PLAIN
};

static WEEKDAY: Dimension = Dimension::derived(
    "VisitTime.DayOfTheWeek",
    "Day of the week",
    Scope::Visit,
    "last_action_s",
    Kind::Int,
    Expr::Local(TimePart::Weekday, &Expr::Column("last_action_s")),
);

static VISITORS_A_DAY: Metric = Metric::counted(
    "nb_uniq_visitors",
    "Unique visitors",
    "Different visitors of each day, added up.",
    Aggregate::DistinctPerDay("visitor"),
    None,
);
static USERS_A_DAY: Metric = Metric::counted(
    "nb_users",
    "Users",
    "Different users of each day, added up.",
    Aggregate::DistinctPerDay("user_id"),
    None,
);

pub(crate) const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

static BY_WEEKDAY: Report = Report {
    method: "VisitTime.getByDayOfWeek",
    name: "Visits by day of the week",
    about: &About {
        rows: "Day of the week",
        related: &["VisitTime.getVisitInformationPerLocalTime"],
        constant_rows: true,
        evolves: false,
        ..crate::core_home::about::OF_VISITS
    },
    doc: "On which days of the week visitors come.",
    order: 25,
    dimension: Some(&WEEKDAY),
    parts: &[Part {
        scope: Scope::Visit,
        keys: &[Expr::Local(TimePart::Weekday, &Expr::Column("last_action_s"))],
        only: all,
        metrics: &[
            &NB_VISITS,
            &VISITORS_A_DAY,
            &NB_ACTIONS,
            &USERS_A_DAY,
            &SUM_VISIT_LENGTH,
            &BOUNCE_COUNT,
            &NB_VISITS_CONVERTED,
        ],
        zeros: true,
    }],
    shape: Shape::Rows {
        levels: &[RowLabel {
            ours,
            text: |keys| {
                usize::try_from(int(keys, 0) - 1).ok().and_then(|n| WEEKDAYS.get(n)).unwrap_or(&"").to_string()
            },
            meta: |keys, meta| meta.push(Meta("day_of_week", Value::Int(int(keys, 0)))),
            flat_column: "VisitTime_DayOfTheWeek",
            ..LABEL
        }],
        always: Some(Always {
            rows: || (1..=7).map(|day| vec![Value::Int(day)]).collect(),
            columns: AlwaysColumns::Only("nb_visits"),
        }),
        flat: None,
    },
    ..PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "VisitTime",
    dimensions: &[&WEEKDAY],
    metrics: &[],
    reports: &[&BY_LOCAL_TIME, &BY_SERVER_TIME, &BY_WEEKDAY],
    settings: &[],
};
