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
    "Site time — hour (start of visit)",
    Scope::Visit,
    "first_action_s",
    Kind::Int,
    Expr::Local(TimePart::Hour, &FIRST),
)
.segments(&[SegmentName::text("visitStartServerHour", "Site time — hour (start of visit)", VISITORS)
    .of_numbers()
    .accepted(HOURS)]);

pub static START_MINUTE: Dimension = Dimension::derived(
    "VisitTime.StartServerMinute",
    "Time in UTC — minute (start of visit)",
    Scope::Visit,
    "first_action_s",
    Kind::Int,
    Expr::Utc(TimePart::Minute, &FIRST),
)
.segments(&[SegmentName::text("visitStartServerMinute", "Time in UTC — minute (start of visit)", VISITORS)
    .of_numbers()
    .accepted(MINUTES)]);

pub static END_HOUR: Dimension = Dimension::derived(
    "VisitTime.EndServerHour",
    "Site time — hour (last action)",
    Scope::Visit,
    "last_action_s",
    Kind::Int,
    Expr::Local(TimePart::Hour, &LAST),
)
.segments(&[SegmentName::text("visitServerHour", "Site time — hour (time of last action)", VISITORS)
    .of_numbers()
    .accepted(HOURS)]);

const fn ended(id: &'static str, name: &'static str, of: Expr, segments: &'static [SegmentName]) -> Dimension {
    Dimension::derived(id, name, Scope::Visit, "last_action_s", Kind::Int, of).segments(segments)
}

const fn ended_name(name: &'static str, title: &'static str, accepted: &'static str) -> SegmentName {
    SegmentName::text(name, title, VISITORS).of_numbers().accepted(accepted)
}

pub const HOURS: &str = "0, 1, 2, 3, ..., 20, 21, 22, 23";
pub const MINUTES: &str = "0, 1, 2, 3, ..., 56, 57, 58, 59";

pub static END_MINUTE: Dimension = ended(
    "VisitTime.EndServerMinute",
    "Time in UTC — minute (last action)",
    Expr::Utc(TimePart::Minute, &LAST),
    &[ended_name("visitEndServerMinute", "Time in UTC — minute (time of last action)", MINUTES)],
);
pub static END_SECOND: Dimension = ended(
    "VisitTime.EndServerSecond",
    "Time in UTC — second (last action)",
    Expr::Utc(TimePart::Second, &LAST),
    &[ended_name("visitEndServerSecond", "Time in UTC — second (time of last action)", "0, 1, 2, 3, ..., 58, 59")],
);
pub static END_DATE: Dimension = ended(
    "VisitTime.EndServerDate",
    "Time in UTC — date (last action)",
    Expr::Utc(TimePart::Date, &LAST),
    &[SegmentName::text("visitEndServerDate", "Time in UTC — date (time of last action)", VISITORS)
        .read(Read::Condition(on_date), "2026-03-02")
        .accepted("2018-12-31, 2018-03-20, ...")],
);
pub static END_DAY_OF_MONTH: Dimension = ended(
    "VisitTime.EndServerDayOfMonth",
    "Time in UTC — day of month (last action)",
    Expr::Utc(TimePart::DayOfMonth, &LAST),
    &[ended_name(
        "visitEndServerDayOfMonth",
        "Time in UTC — day of month (time of last action)",
        "1, 2, 3, ..., 29, 30, 31",
    )],
);
pub static END_DAY_OF_WEEK: Dimension = ended(
    "VisitTime.EndServerDayOfWeek",
    "Time in UTC — day of week (last action)",
    Expr::Utc(TimePart::Weekday, &LAST),
    &[SegmentName::text("visitEndServerDayOfWeek", "Time in UTC — day of week (time of last action)", VISITORS)
        .read(Read::Condition(weekday), "2")
        .accepted("1, 2, 3, 4, 5, 6, 7")],
);
pub static END_DAY_OF_YEAR: Dimension = ended(
    "VisitTime.EndServerDayOfYear",
    "Time in UTC — day of year (last action)",
    Expr::Utc(TimePart::DayOfYear, &LAST),
    &[ended_name(
        "visitEndServerDayOfYear",
        "Time in UTC — day of year (time of last action)",
        "1, 2, 3, 4, ..., 365, 366",
    )],
);
pub static END_WEEK_OF_YEAR: Dimension = ended(
    "VisitTime.EndServerWeekOfYear",
    "Time in UTC — week of year (last action)",
    Expr::Utc(TimePart::WeekOfYear, &LAST),
    &[ended_name(
        "visitEndServerWeekOfYear",
        "Time in UTC — week of year (time of last action)",
        "1, 2, 3, 4, ..., 51, 52, 53",
    )],
);
pub static END_MONTH: Dimension = ended(
    "VisitTime.EndServerMonth",
    "Time in UTC — month (last action)",
    Expr::Utc(TimePart::Month, &LAST),
    &[ended_name("visitEndServerMonth", "Time in UTC — month (time of last action)", "1, 2, 3, ..., 11, 12")],
);
pub static END_QUARTER: Dimension = ended(
    "VisitTime.EndServerQuarter",
    "Time in UTC — quarter (last action)",
    Expr::Utc(TimePart::Quarter, &LAST),
    &[ended_name("visitEndServerQuarter", "Time in UTC — quarter (time of last action)", "1, 2, 3, 4")],
);
pub static END_YEAR: Dimension = ended(
    "VisitTime.EndServerYear",
    "Time in UTC — year (last action)",
    Expr::Utc(TimePart::Year, &LAST),
    &[ended_name("visitEndServerYear", "Time in UTC — year (time of last action)", "2016, 2017, 2018, ...")],
);

pub static ACTION_HOUR: Dimension = Dimension::derived(
    "VisitTime.ActionServerHour",
    "Site time — hour",
    Scope::Action,
    "time_s",
    Kind::Int,
    Expr::Local(TimePart::Hour, &Expr::Column("time_s")),
)
.segments(&[SegmentName::text("actionServerHour", "Site time — hour", "General_Actions").of_numbers()]);

pub static ACTION_MINUTE: Dimension = Dimension::derived(
    "VisitTime.ActionServerMinute",
    "Time in UTC — minute",
    Scope::Action,
    "time_s",
    Kind::Int,
    Expr::Utc(TimePart::Minute, &Expr::Column("time_s")),
)
.segments(&[SegmentName::text("actionServerMinute", "Time in UTC — minute", "General_Actions")
    .of_numbers()
    .accepted(MINUTES)]);

/// A UTC date as bounds on the moment itself; parts of one as they are written.
fn on_date(op: Op, text: &str) -> Option<Condition> {
    if let Op::Contains | Op::StartsWith | Op::EndsWith = op {
        let value = Value::from(text.trim());
        return Some(Condition::Compare { expr: Expr::Utc(TimePart::Date, &LAST), op, value });
    }
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
fn weekday(op: Op, text: &str) -> Option<Condition> {
    let text = text.trim();
    let number: f64 = text.parse().ok()?;
    let meets = |day: &i64| match op {
        Op::Less => (*day as f64) < number,
        Op::LessOrEqual => *day as f64 <= number,
        Op::More => *day as f64 > number,
        Op::MoreOrEqual => *day as f64 >= number,
        Op::Contains | Op::StartsWith | Op::EndsWith => day.to_string() == text,
        _ => *day as f64 == number,
    };
    let values = (1..=7).filter(meets).map(|day| (day + 5) % 7 + 1).collect();
    Some(Condition::In { expr: Expr::Utc(TimePart::Weekday, &LAST), values })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weekdays_are_ordered_from_sunday_and_stored_from_monday() {
        let days = |op, text| match weekday(op, text) {
            Some(Condition::In { values, .. }) => values,
            other => panic!("{other:?}"),
        };
        assert_eq!(days(Op::Is, "1"), [7]);
        assert_eq!(days(Op::Less, "3"), [7, 1]);
        assert_eq!(days(Op::LessOrEqual, "2"), [7, 1]);
        assert_eq!(days(Op::More, "5"), [5, 6]);
        assert_eq!(days(Op::MoreOrEqual, "7"), [6]);
        assert_eq!(days(Op::Contains, "2"), [1]);
        assert_eq!(days(Op::Is, "9"), [0; 0]);
        assert!(weekday(Op::Is, "Sunday").is_none());
    }

    #[test]
    fn parts_of_dates_are_compared_as_they_are_written() {
        let Some(Condition::Compare { expr, op, value }) = on_date(Op::StartsWith, "2026-03") else { panic!() };
        assert_eq!((expr, op, value), (Expr::Utc(TimePart::Date, &LAST), Op::StartsWith, Value::from("2026-03")));
    }
}
