use jiff::{ToSpan, civil::Date};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A calendar day, counted from 1970-01-01.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Day(pub i32);

const EPOCH: Date = jiff::civil::date(1970, 1, 1);

impl Day {
    /// Days outside year 1 to 9999 are moved to the nearest one inside.
    pub fn date(self) -> Date {
        let end = if self.0 < 0 { Date::MIN } else { Date::MAX };
        EPOCH.checked_add(i64::from(self.0).days()).unwrap_or(end)
    }

    pub fn from_date(date: Date) -> Day {
        Day((date.duration_since(EPOCH).as_hours() / 24) as i32)
    }

    /// Reads `YYYY-MM-DD`.
    pub fn parse(text: &str) -> Option<Day> {
        text.parse::<Date>().ok().filter(|_| text.len() == 10).map(Day::from_date)
    }

    pub fn plus(self, days: i32) -> Day {
        Day(self.0.saturating_add(days))
    }
}

impl fmt::Display for Day {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.date().fmt(f)
    }
}

/// The lengths of time that reports are asked for. A range is any number of days.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Period {
    Day,
    Week,
    Month,
    Year,
    Range,
}

/// Whole days, both ends included.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub struct Range {
    pub first: Day,
    pub last: Day,
}

impl Range {
    pub fn days(self) -> impl Iterator<Item = Day> {
        (self.first.0..=self.last.0).map(Day)
    }

    pub fn len_days(self) -> i32 {
        self.last.0 - self.first.0 + 1
    }
}

impl Period {
    /// The whole period that holds this day: weeks start on Monday. `Range` gives the single day.
    pub fn around(self, day: Day) -> Range {
        let date = day.date();
        let (first, last) = match self {
            Period::Day | Period::Range => (day, day),
            Period::Week => {
                let monday = day.plus(-i32::from(date.weekday().to_monday_zero_offset()));
                (monday, monday.plus(6))
            }
            Period::Month => (Day::from_date(date.first_of_month()), Day::from_date(date.last_of_month())),
            Period::Year => (Day::from_date(date.first_of_year()), Day::from_date(date.last_of_year())),
        };
        Range { first, last }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_1970_and_read_back() {
        for (text, number) in [("1970-01-01", 0), ("1969-12-31", -1), ("2026-03-02", 20514)] {
            assert_eq!(Day::parse(text), Some(Day(number)));
            assert_eq!(Day(number).to_string(), text);
        }
        assert_eq!(Day::parse("2026-02-30"), None);
    }

    #[test]
    fn periods_hold_their_day() {
        let day = Day::parse("2026-03-04").unwrap();
        let shown = |p: Period| format!("{} {}", p.around(day).first, p.around(day).last);
        assert_eq!(shown(Period::Week), "2026-03-02 2026-03-08");
        assert_eq!(shown(Period::Month), "2026-03-01 2026-03-31");
        assert_eq!(shown(Period::Year), "2026-01-01 2026-12-31");
    }
}
