//! Clocks: local time by the plan's clock, parts of moments, numbers of days and buckets.

use super::{Printer, Yields};
use crate::Error;
use makoto_catalog::TimePart;

const DAY_S: i64 = 86_400;

/// From `from` on, the number is `base`, growing by one with every `width`, if any.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Step {
    from: i64,
    base: i64,
    width: Option<i64>,
}

/// The number of the last start that is not later, with equal spaces folded into one step.
fn steps(starts: &[i64]) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut at = 0;
    while at < starts.len() {
        let spaces = starts[at..].windows(2).map(|pair| pair[1] - pair[0]);
        let width = spaces.clone().next().unwrap_or(0);
        let run = spaces.take_while(|&space| space == width).count();
        let folded = run > 1;
        steps.push(Step { from: starts[at], base: at as i64, width: folded.then_some(width) });
        at += if folded { run } else { 1 };
    }
    steps
}

impl Printer<'_> {
    /// A moment on the site's clock.
    pub(super) fn local(&mut self, moment: &str) -> String {
        let clock = std::mem::take(&mut self.clock);
        let first = clock.first().map_or(0, |&(_, offset_s)| offset_s);
        let sql = if clock.len() < 2 {
            format!("({moment} + {})", self.bind(first))
        } else {
            let mut arms = String::new();
            for &(from_s, offset_s) in clock[1..].iter().rev() {
                let (from_s, offset_s) = (self.bind(from_s), self.bind(offset_s));
                arms.push_str(&format!("WHEN {moment} >= {from_s} THEN {offset_s} "));
            }
            format!("({moment} + CASE {arms}ELSE {} END)", self.bind(first))
        };
        self.clock = clock;
        sql
    }

    /// The place of the last of these starts that is not later than the moment.
    pub(super) fn place_of(&mut self, moment: &str, starts: &[i64]) -> String {
        let steps = steps(starts);
        let mut arms = String::new();
        for (nth, step) in steps.iter().enumerate().rev() {
            let base = self.bind(step.base);
            let value = match step.width {
                None => base,
                Some(width) => {
                    let (from, width) = (self.bind(step.from), self.bind(width));
                    format!("{base} + ({moment} - {from}) // {width}")
                }
            };
            match (nth, steps.len()) {
                (0, 1) => return format!("({value})"),
                (0, _) => arms.push_str(&format!("ELSE {value} ")),
                _ => {
                    let from = self.bind(step.from);
                    arms.push_str(&format!("WHEN {moment} >= {from} THEN {value} "));
                }
            }
        }
        format!("(CASE {arms}END)")
    }
}

/// A part of a number of seconds since 1970 on whichever clock.
pub(super) fn part(part: TimePart, moment: &str) -> (String, Yields) {
    let day = format!("({moment} // {DAY_S})");
    let calendar = |function: &str| format!("{function}(DATE '1970-01-01' + CAST({day} AS INTEGER))");
    let sql = match part {
        TimePart::Second | TimePart::Minute | TimePart::Hour => clock_part(part, moment),
        TimePart::Weekday => format!("(({day} + 3) % 7 + 1)"),
        TimePart::DayOfMonth => calendar("dayofmonth"),
        TimePart::DayOfYear => calendar("dayofyear"),
        TimePart::WeekOfYear => calendar("weekofyear"),
        TimePart::Month => calendar("month"),
        TimePart::Quarter => calendar("quarter"),
        TimePart::Year => calendar("year"),
        TimePart::Date => return (day, Yields::Date),
    };
    (sql, Yields::Int)
}

fn clock_part(part: TimePart, seconds: &str) -> String {
    match part {
        TimePart::Hour => format!("(({seconds} // 3600) % 24)"),
        TimePart::Minute => format!("(({seconds} // 60) % 60)"),
        _ => format!("({seconds} % 60)"),
    }
}

/// A part of a number of seconds since midnight.
pub(super) fn part_of_day(part: TimePart, seconds: &str) -> Result<(String, Yields), Error> {
    match part {
        TimePart::Second | TimePart::Minute | TimePart::Hour => Ok((clock_part(part, seconds), Yields::Int)),
        other => Err(Error::Plan(format!("a time of day has no {other:?}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_days_fold_into_one_step_and_odd_ones_stand_alone() {
        let day = DAY_S;
        let odd = day - 3_600;
        let starts = [0, day, 2 * day, 2 * day + odd, 3 * day + odd, 4 * day + odd];
        let expected = [
            Step { from: 0, base: 0, width: Some(day) },
            Step { from: 2 * day, base: 2, width: None },
            Step { from: 2 * day + odd, base: 3, width: Some(day) },
            Step { from: 4 * day + odd, base: 5, width: None },
        ];
        assert_eq!(steps(&starts), expected);
        assert_eq!(steps(&[7]), [Step { from: 7, base: 0, width: None }]);
        assert_eq!(steps(&[]), []);
    }
}
