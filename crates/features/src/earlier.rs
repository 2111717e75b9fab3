//! The same length of time before a period, for methods that compare with it.

use crate::{Services, services::now_s};
use makoto_catalog::ApiError;
use makoto_model::{Day, Params, Period, Range, Zone};

/// A period with an earlier one.
pub struct Earlier {
    pub period: Period,
    /// The day by which the earlier period is asked for; both ends where it is a range.
    pub date: String,
    pub range: Range,
    /// How much of the period that is asked for is over, in thousandths: what came before is compared as far.
    pub elapsed: f64,
}

/// The share of a period that is over, in thousandths; 1 once all of it is, and where it has not begun.
fn elapsed(range: Range, zone: &Zone, now_s: i64) -> f64 {
    let (from_s, until_s) = (zone.start_s(range.first), zone.start_s(range.last.plus(1)));
    match (from_s..until_s).contains(&now_s) {
        true => ((now_s - from_s) as f64 / (until_s - from_s) as f64 * 1000.0).round() / 1000.0,
        false => 1.0,
    }
}

/// The period so many periods before the one that is asked for. `None` where several periods are asked for at once.
///
/// # Errors
/// As the period and date of a report.
pub fn earlier(services: &Services, params: &Params, zone: &Zone, count: u16) -> Result<Option<Earlier>, ApiError> {
    let of = |name: &str| params.filled(name).ok_or_else(|| ApiError::MissingParam(name.to_owned()));
    let (name, date) = (of("period")?, of("date")?);
    let now_s = now_s();
    let (period, ranges) = (services.reading.ranges)(name, date, zone, now_s)?;
    let [asked] = ranges.as_slice() else { return Ok(None) };
    let elapsed = elapsed(*asked, zone, now_s);
    if period == Period::Range {
        let days = asked.len_days().saturating_mul(count.into());
        let range = Range { first: asked.first.plus(-days), last: asked.last.plus(-days) };
        return Ok(Some(Earlier { period, date: format!("{},{}", range.first, range.last), range, elapsed }));
    }
    let several = date.contains(',') || date.starts_with("last") && date[4..].parse::<u32>().is_ok();
    if several || date.starts_with("previous") {
        return Ok(None);
    }
    // A day in the middle of a period stays where it is; words are read as the period's first day.
    let day = Day::parse(date).unwrap_or(asked.first).date();
    let none = jiff::Span::new();
    let span = match period {
        Period::Day | Period::Range => none.days(count),
        Period::Week => none.weeks(count),
        Period::Month => none.months(count),
        Period::Year => none.years(count),
    };
    let day = day.checked_sub(span).map_or(asked.first, Day::from_date);
    Ok(Some(Earlier { period, date: day.to_string(), range: period.around(day), elapsed }))
}

/// How much `now` differs from `before`, in percent with one digit; from nothing it grows by 100.
pub fn growth(now: f64, before: f64) -> f64 {
    match (now, before) {
        (0.0, 0.0) => 0.0,
        (_, 0.0) => 100.0,
        _ => ((now - before) / before * 1000.0).round() / 10.0 + 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_running_period_is_over_in_part_by_the_clock_of_its_zone() {
        let day = Day::parse("2026-03-02").unwrap();
        let (utc, berlin) = (Zone::parse("UTC").unwrap(), Zone::parse("Europe/Berlin").unwrap());
        let noon_s = utc.start_s(day) + 12 * 3600;
        assert_eq!(elapsed(Period::Day.around(day), &utc, noon_s), 0.5);
        assert_eq!(elapsed(Period::Day.around(day), &berlin, noon_s), 0.542);
        assert_eq!(elapsed(Period::Week.around(day), &utc, noon_s), 0.071);
        // The clock is put forward: the day has 23 hours.
        let short = Day::parse("2026-03-29").unwrap();
        assert_eq!(elapsed(Period::Day.around(short), &berlin, berlin.start_s(short) + 11 * 3600), 0.478);
        for other in [-1, 1] {
            assert_eq!(elapsed(Period::Day.around(day.plus(other)), &utc, noon_s), 1.0);
        }
    }

    #[test]
    fn growth_is_a_share_of_what_was_before() {
        let pairs = [(4.0, 3.0, 33.3), (0.0, 4.0, -100.0), (4.0, 0.0, 100.0), (0.0, 0.0, 0.0), (2.0, 2.0, 0.0)];
        for (now, before, percent) in pairs {
            assert_eq!(growth(now, before), percent);
        }
    }
}
