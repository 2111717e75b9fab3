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
}

/// The period so many periods before the one that is asked for. `None` where several periods are asked for at once.
///
/// # Errors
/// As the period and date of a report.
pub fn earlier(services: &Services, params: &Params, zone: &Zone, count: u16) -> Result<Option<Earlier>, ApiError> {
    let of = |name: &str| params.filled(name).ok_or_else(|| ApiError::MissingParam(name.to_owned()));
    let (name, date) = (of("period")?, of("date")?);
    let (period, ranges) = (services.reading.ranges)(name, date, zone, now_s())?;
    let [asked] = ranges.as_slice() else { return Ok(None) };
    if period == Period::Range {
        let days = asked.len_days().saturating_mul(count.into());
        let range = Range { first: asked.first.plus(-days), last: asked.last.plus(-days) };
        return Ok(Some(Earlier { period, date: format!("{},{}", range.first, range.last), range }));
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
    Ok(Some(Earlier { period, date: day.to_string(), range: period.around(day) }))
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
    use super::growth;

    #[test]
    fn growth_is_a_share_of_what_was_before() {
        let pairs = [(4.0, 3.0, 33.3), (0.0, 4.0, -100.0), (4.0, 0.0, 100.0), (0.0, 0.0, 0.0), (2.0, 2.0, 0.0)];
        for (now, before, percent) in pairs {
            assert_eq!(growth(now, before), percent);
        }
    }
}
