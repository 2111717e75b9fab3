//! Moments of visits and actions, in the site's zone where Matomo says "site time", else in UTC.

use super::VISITORS;
use makoto_catalog::{Condition, Op};
use makoto_catalog::{Dimension, Expr, Kind, Read, Scope, SegmentName, TimePart};
use makoto_model::{Day, Value};

const FIRST: Expr = Expr::Column("first_action_s");
const LAST: Expr = Expr::Column("last_action_s");

/// The hour of the site's clock when the visit began.
pub static START_HOUR: Dimension = Dimension::derived(
    "VisitTime.StartServerHour",
    "Site time: hour (start of visit)",
    Scope::Visit,
    "first_action_s",
    Kind::Int,
    Expr::Local(TimePart::Hour, &FIRST),
)
.segments(&[SegmentName::text("visitStartServerHour", "Site time: hour (start of visit)", VISITORS).of_numbers()]);

pub static START_MINUTE: Dimension = Dimension::derived(
    "VisitTime.StartServerMinute",
    "UTC: minute (start of visit)",
    Scope::Visit,
    "first_action_s",
    Kind::Int,
    Expr::Utc(TimePart::Minute, &FIRST),
)
.segments(&[SegmentName::text("visitStartServerMinute", "UTC: minute (start of visit)", VISITORS).of_numbers()]);

pub static END_HOUR: Dimension = Dimension::derived(
    "VisitTime.EndServerHour",
    "Site time: hour (last action)",
    Scope::Visit,
    "last_action_s",
    Kind::Int,
    Expr::Local(TimePart::Hour, &LAST),
)
.segments(&[SegmentName::text("visitServerHour", "Site time: hour (time of last action)", VISITORS).of_numbers()]);

const fn ended(id: &'static str, name: &'static str, of: Expr, segments: &'static [SegmentName]) -> Dimension {
    Dimension::derived(id, name, Scope::Visit, "last_action_s", Kind::Int, of).segments(segments)
}

const fn ended_name(name: &'static str, title: &'static str) -> SegmentName {
    SegmentName::text(name, title, VISITORS).of_numbers()
}

pub static END_MINUTE: Dimension = ended(
    "VisitTime.EndServerMinute",
    "UTC: minute (last action)",
    Expr::Utc(TimePart::Minute, &LAST),
    &[ended_name("visitEndServerMinute", "UTC: minute (time of last action)")],
);
pub static END_SECOND: Dimension = ended(
    "VisitTime.EndServerSecond",
    "UTC: second (last action)",
    Expr::Utc(TimePart::Second, &LAST),
    &[ended_name("visitEndServerSecond", "UTC: second (time of last action)")],
);
pub static END_DATE: Dimension = ended(
    "VisitTime.EndServerDate",
    "UTC: date (last action)",
    Expr::Utc(TimePart::Date, &LAST),
    &[SegmentName::text("visitEndServerDate", "UTC: date (time of last action)", VISITORS)
        .read(Read::Condition(on_date), "2026-03-02")
        .accepted("2026-03-02")],
);
pub static END_DAY_OF_MONTH: Dimension = ended(
    "VisitTime.EndServerDayOfMonth",
    "UTC: day of month (last action)",
    Expr::Utc(TimePart::DayOfMonth, &LAST),
    &[ended_name("visitEndServerDayOfMonth", "UTC: day of month (time of last action)")],
);
pub static END_DAY_OF_WEEK: Dimension = ended(
    "VisitTime.EndServerDayOfWeek",
    "UTC: day of week (last action)",
    Expr::Utc(TimePart::Weekday, &LAST),
    &[SegmentName::text("visitEndServerDayOfWeek", "UTC: day of week (time of last action)", VISITORS)
        .read(Read::Named(weekday), "2")
        .accepted("1 (Sunday) to 7 (Saturday)")],
);
pub static END_DAY_OF_YEAR: Dimension = ended(
    "VisitTime.EndServerDayOfYear",
    "UTC: day of year (last action)",
    Expr::Utc(TimePart::DayOfYear, &LAST),
    &[ended_name("visitEndServerDayOfYear", "UTC: day of year (time of last action)")],
);
pub static END_WEEK_OF_YEAR: Dimension = ended(
    "VisitTime.EndServerWeekOfYear",
    "UTC: week of year (last action)",
    Expr::Utc(TimePart::WeekOfYear, &LAST),
    &[ended_name("visitEndServerWeekOfYear", "UTC: week of year (time of last action)")],
);
pub static END_MONTH: Dimension = ended(
    "VisitTime.EndServerMonth",
    "UTC: month (last action)",
    Expr::Utc(TimePart::Month, &LAST),
    &[ended_name("visitEndServerMonth", "UTC: month (time of last action)")],
);
pub static END_QUARTER: Dimension = ended(
    "VisitTime.EndServerQuarter",
    "UTC: quarter (last action)",
    Expr::Utc(TimePart::Quarter, &LAST),
    &[ended_name("visitEndServerQuarter", "UTC: quarter (time of last action)")],
);
pub static END_YEAR: Dimension = ended(
    "VisitTime.EndServerYear",
    "UTC: year (last action)",
    Expr::Utc(TimePart::Year, &LAST),
    &[ended_name("visitEndServerYear", "UTC: year (time of last action)")],
);

pub static ACTION_HOUR: Dimension = Dimension::derived(
    "VisitTime.ActionServerHour",
    "Site time: hour",
    Scope::Action,
    "time_s",
    Kind::Int,
    Expr::Local(TimePart::Hour, &Expr::Column("time_s")),
)
.segments(&[SegmentName::text("actionServerHour", "Site time: hour", "General_Actions").of_numbers()]);

pub static ACTION_MINUTE: Dimension = Dimension::derived(
    "VisitTime.ActionServerMinute",
    "UTC: minute",
    Scope::Action,
    "time_s",
    Kind::Int,
    Expr::Utc(TimePart::Minute, &Expr::Column("time_s")),
)
.segments(&[SegmentName::text("actionServerMinute", "UTC: minute", "General_Actions").of_numbers()]);

/// A UTC date as bounds on the moment itself.
fn on_date(op: Op, text: &str) -> Option<Condition> {
    let start_s = i64::from(Day::parse(text.trim())?.0) * 86_400;
    let end_s = start_s + 86_400;
    let is = |op, value| Condition::Compare { expr: LAST, op, value: Value::Int(value) };
    Some(match op {
        Op::Less => is(Op::Less, start_s),
        Op::LessOrEqual => is(Op::Less, end_s),
        Op::More => is(Op::MoreOrEqual, end_s),
        Op::MoreOrEqual => is(Op::MoreOrEqual, start_s),
        _ => Condition::All(vec![is(Op::MoreOrEqual, start_s), is(Op::Less, end_s)]),
    })
}

/// Segments count weekdays from Sunday, 1 to 7; stored ones are counted from Monday.
fn weekday(_: Op, text: &str) -> Vec<Value> {
    let day = text.trim().parse().ok().filter(|day| (1..=7i64).contains(day));
    day.map(|day| Value::Int((day + 5) % 7 + 1)).into_iter().collect()
}
