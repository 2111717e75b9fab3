//! Periods and dates as callers write them, in the site's own zone.

use jiff::{ToSpan, civil::Date};
use makoto_catalog::ApiError;
use makoto_model::{Day, Period, Range, Zone};

/// More periods in one question are refused: each is a table of its own.
pub const PERIODS_MAX: usize = 3_700;

/// The web has no visits before its first page.
const FIRST_DAY: Date = jiff::civil::date(1991, 8, 6);

/// What a question is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Asked {
    pub period: Period,
    /// In order, not overlapping; at least one.
    pub ranges: Vec<Range>,
    /// Whether the answer is a map by date.
    pub many: bool,
}

impl Asked {
    /// Whether rows tell persons apart per day only.
    pub fn longer_than_a_day(&self) -> bool {
        self.period != Period::Day
    }

    /// Whether different persons are counted over the whole period.
    pub fn counts_persons(&self) -> bool {
        matches!(self.period, Period::Day | Period::Week | Period::Month)
    }
}

/// Reads `period` and `date`; `now_s` is the present moment.
///
/// # Errors
/// `BadParam` for a period or date that is none, `TooMuch` for more periods than one answer holds.
pub fn read(period: &str, date: &str, zone: &Zone, now_s: i64) -> Result<Asked, ApiError> {
    let today = zone.day(now_s);
    let period = match period {
        "day" => Period::Day,
        "week" => Period::Week,
        "month" => Period::Month,
        "year" => Period::Year,
        "range" => Period::Range,
        _ => {
            return Err(ApiError::Refused(format!(
                "The period '{}' is not supported. Try any of the following instead: day, week, month, year, range",
                period.chars().take(30).collect::<String>()
            )));
        }
    };
    let date = date.trim();
    if let Some(ends) = ends(date, today, period)? {
        let (first, last) = if ends.0 <= ends.1 { ends } else { (ends.1, ends.0) };
        admissible(first)?;
        if period == Period::Range {
            if ends.0 > ends.1 {
                return Err(no_date(date));
            }
            return Ok(Asked { period, ranges: vec![Range { first, last }], many: false });
        }
        return Ok(Asked { period, ranges: between(period, first, last)?, many: true });
    }
    if period == Period::Range {
        return Err(ApiError::Refused(format!("a range has two ends: write {date},{date}")));
    }
    let day = day(date, today).ok_or_else(|| no_date(date))?;
    admissible(day)?;
    Ok(Asked { period, ranges: vec![period.around(day)], many: false })
}

/// The days that `period` and `date` name.
///
/// # Errors
/// As `read`.
pub fn ranges(period: &str, date: &str, zone: &Zone, now_s: i64) -> Result<(Period, Vec<Range>), ApiError> {
    read(period, date, zone, now_s).map(|asked| (asked.period, asked.ranges))
}

fn no_date(date: &str) -> ApiError {
    let date: String = date.chars().take(60).collect();
    ApiError::Refused(format!(
        "The date '{date}' is not a correct date or is not supported. It should have the following format: \
         YYYY-MM-DD or 'today' or 'yesterday' or any keyword supported by the strtotime function."
    ))
}

fn admissible(day: Day) -> Result<(), ApiError> {
    match day.date() < FIRST_DAY {
        true => Err(ApiError::Refused(format!("The date '{day}' is before the first website was online."))),
        false => Ok(()),
    }
}

/// The ends of `lastN`, `previousN` and `A,B`; `None` for a single date.
fn ends(date: &str, today: Day, period: Period) -> Result<Option<(Day, Day)>, ApiError> {
    for (word, gap) in [("last", 0), ("previous", 1)] {
        let Some(count) = date.strip_prefix(word).and_then(|count| count.parse::<i32>().ok()) else { continue };
        let count = count.max(1);
        if count as usize > PERIODS_MAX {
            return Err(too_many());
        }
        let newest = back(today, period, gap);
        return Ok(Some((back(newest, period, count - 1), newest)));
    }
    let Some((first, last)) = date.split_once(',') else { return Ok(None) };
    let end = |text: &str| day(text.trim(), today).ok_or_else(|| no_date(date));
    Ok(Some((end(first)?, end(last)?)))
}

/// The day so many periods earlier; ranges count in days.
fn back(day: Day, period: Period, count: i32) -> Day {
    let date = day.date();
    let span = match period {
        Period::Day | Period::Range => count.days(),
        Period::Week => count.weeks(),
        Period::Month => count.months(),
        Period::Year => count.years(),
    };
    let start = if period == Period::Month { date.first_of_month() } else { date };
    start.checked_sub(span).map_or(day, Day::from_date)
}

fn too_many() -> ApiError {
    ApiError::TooMuch(format!("a question has {PERIODS_MAX} periods at most; ask for longer ones or for fewer"))
}

fn between(period: Period, first: Day, last: Day) -> Result<Vec<Range>, ApiError> {
    let mut ranges = vec![period.around(first)];
    while let Some(next) = ranges.last().map(|range| range.last.plus(1)).filter(|next| *next <= last) {
        if ranges.len() == PERIODS_MAX {
            return Err(too_many());
        }
        ranges.push(period.around(next));
    }
    Ok(ranges)
}

/// One day: a date, or a word that stands for one.
fn day(text: &str, today: Day) -> Option<Day> {
    let date = today.date();
    let earlier = |date: Result<Date, jiff::Error>| date.ok().map(Day::from_date);
    match text.to_ascii_lowercase().as_str() {
        "today" | "now" => Some(today),
        "yesterday" | "yesterdaysametime" => Some(today.plus(-1)),
        "tomorrow" => Some(today.plus(1)),
        "lastweek" | "last week" | "last-week" => Some(today.plus(-7)),
        "lastmonth" | "last month" | "last-month" => earlier(date.checked_sub(1.month())),
        "lastyear" | "last year" | "last-year" => earlier(date.checked_sub(1.year())),
        text => written(text).or_else(|| relative(text, date)),
    }
}

/// `2026-03-02`, `2026/3/2`, `20260302`, each with a time that is left out; days past the end of a month run on.
fn written(text: &str) -> Option<Day> {
    let text = text.split(['t', ' ']).next().unwrap_or(text);
    let numbers: Vec<i16> = match text.split(['-', '/']).collect::<Vec<_>>().as_slice() {
        [year] if year.len() == 4 => vec![year.parse().ok()?, 1, 1],
        [whole] if whole.len() == 8 => {
            let part = |range: std::ops::Range<usize>| whole.get(range).and_then(|digits| digits.parse().ok());
            vec![part(0..4)?, part(4..6)?, part(6..8)?]
        }
        [year, month, day] if year.len() == 4 => vec![year.parse().ok()?, month.parse().ok()?, day.parse().ok()?],
        [month, day, year] if year.len() == 4 => vec![year.parse().ok()?, month.parse().ok()?, day.parse().ok()?],
        [year, month] if year.len() == 4 => vec![year.parse().ok()?, month.parse().ok()?, 1],
        _ => return None,
    };
    let (year, month, day) = (numbers[0], numbers[1], numbers[2]);
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year < 1 {
        return None;
    }
    let first = Date::new(year, month as i8, 1).ok()?;
    first.checked_add(i64::from(day - 1).days()).ok().map(Day::from_date)
}

/// `-3 days`, `+1 week`, `2 months ago`.
fn relative(text: &str, today: Date) -> Option<Day> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (count, unit) = match words.as_slice() {
        [count, unit] => (count.parse::<i32>().ok()?, *unit),
        [count, unit, "ago"] => (-count.parse::<i32>().ok()?, *unit),
        _ => return None,
    };
    let none = jiff::Span::new();
    let span = match unit.trim_end_matches('s') {
        "day" => none.try_days(count),
        "week" => none.try_weeks(count),
        "month" => none.try_months(count),
        "year" => none.try_years(count),
        _ => return None,
    };
    today.checked_add(span.ok()?).ok().map(Day::from_date)
}

/// A period's key in answers: `2026-03-02`, `2026-03-02,2026-03-08`, `2026-03`, `2026`.
pub fn key(period: Period, range: Range) -> String {
    let date = range.first.date();
    match period {
        Period::Day => range.first.to_string(),
        Period::Month => date.strftime("%Y-%m").to_string(),
        Period::Year => date.strftime("%Y").to_string(),
        Period::Week | Period::Range => format!("{},{}", range.first, range.last),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Noon of 2026-11-22 in UTC.
    const NOW_S: i64 = 1_795_348_800;

    fn asked(period: &str, date: &str) -> Vec<String> {
        let asked = read(period, date, &Zone::parse("UTC").unwrap(), NOW_S).unwrap();
        asked.ranges.iter().map(|range| key(asked.period, *range)).collect()
    }

    #[test]
    fn dates_of_every_kind() {
        for (period, date, keys) in [
            ("day", "2026-03-02", &["2026-03-02"] as &[_]),
            ("day", "2026-02-30", &["2026-03-02"]),
            ("day", "yesterday", &["2026-11-21"]),
            ("week", "lastWeek", &["2026-11-09,2026-11-15"]),
            ("month", "last-month", &["2026-10"]),
            ("year", "2 years ago", &["2024"]),
            ("day", "last2", &["2026-11-21", "2026-11-22"]),
            ("day", "previous2", &["2026-11-20", "2026-11-21"]),
            ("month", "last3", &["2026-09", "2026-10", "2026-11"]),
            ("range", "last7", &["2026-11-16,2026-11-22"]),
            ("range", "2026-11-01,today", &["2026-11-01,2026-11-22"]),
            (
                "week",
                "2026-03-10,2026-03-01",
                &["2026-02-23,2026-03-01", "2026-03-02,2026-03-08", "2026-03-09,2026-03-15"],
            ),
        ] {
            assert_eq!(asked(period, date), keys, "{period} {date}");
        }
    }

    #[test]
    fn what_is_no_date_is_refused() {
        let zone = Zone::parse("UTC").unwrap();
        for (period, date) in [
            ("day", ""),
            ("day", "1990-01-01"),
            ("day", "garden"),
            ("hour", "today"),
            ("day", "2026-13-01"),
            ("day", "last99999"),
        ] {
            assert!(read(period, date, &zone, NOW_S).is_err(), "{period} {date}");
        }
    }

    #[test]
    fn today_is_the_sites() {
        let asked = read("day", "today", &Zone::parse("Pacific/Auckland").unwrap(), NOW_S).unwrap();
        assert_eq!(asked.ranges[0].first.to_string(), "2026-11-23");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(period in "day|week|month|year|range", date in "\\PC{0,40}") {
            let _ = read(&period, &date, &Zone::parse("UTC").unwrap(), NOW_S);
        }

        #[test]
        fn ranges_follow_each_other(period in "day|week|month|year", a in 10_000i32..25_000, b in 10_000i32..25_000) {
            let date = format!("{},{}", Day(a), Day(b));
            if let Ok(asked) = read(&period, &date, &Zone::parse("UTC").unwrap(), NOW_S) {
                prop_assert!(asked.ranges.windows(2).all(|pair| pair[0].last.plus(1) == pair[1].first));
            }
        }
    }
}
