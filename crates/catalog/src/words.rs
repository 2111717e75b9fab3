//! Values in words.

use makoto_model::{Day, Period, Range, Zone};

/// `36 min 14s`, `1 hours 2 min`, `3 days 4 hours`: the two largest units.
pub fn length(seconds: f64) -> String {
    let whole = seconds.max(0.0) as i64;
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    if days > 0 {
        format!("{days} days {hours} hours")
    } else if hours > 0 {
        format!("{hours} hours {minutes} min")
    } else if minutes > 0 {
        format!("{minutes} min {rest}s")
    } else if seconds.fract() != 0.0 {
        let hundredths = (seconds * 100.0).round() / 100.0;
        format!("{hundredths}s")
    } else {
        format!("{rest}s")
    }
}

/// A period in few words: `Mon, Mar 2`, `Mar 2 – 8, 2026`, `Mar 2026`, `2026`. The blanks around the dash are thin.
pub fn short_date(period: Period, range: Range) -> String {
    let (first, last) = (range.first.date(), range.last.date());
    match period {
        Period::Day => first.strftime("%a, %b %-d").to_string(),
        Period::Month => first.strftime("%b %Y").to_string(),
        Period::Year => first.strftime("%Y").to_string(),
        Period::Week | Period::Range => {
            let same_year = first.year() == last.year();
            let start = first.strftime(if same_year { "%b %-d" } else { "%b %-d, %Y" });
            let same_month = same_year && first.month() == last.month();
            format!("{start}\u{2009}–\u{2009}{}", last.strftime(if same_month { "%-d, %Y" } else { "%b %-d, %Y" }))
        }
    }
}

/// A period in words: `Monday, March 2, 2026`, `week March 2 – 8, 2026`, `March 2026`, `2026`. A date that is none is
/// given back as it is.
pub fn pretty_date(period: &str, date: &str, zone: &Zone, now_s: i64) -> String {
    let day = |text: &str| match text.trim() {
        "today" => Some(zone.day(now_s)),
        "yesterday" => Some(zone.day(now_s).plus(-1)),
        text => Day::parse(text)
            .or_else(|| Day::parse(&format!("{text}-01")))
            .or_else(|| Day::parse(&format!("{text}-01-01"))),
    };
    let ends = date.split_once(',').and_then(|(first, last)| Some((day(first)?, day(last)?)));
    let words = match (period, ends, day(date)) {
        ("week", Some((first, last)), _) if last == first.plus(6) => {
            Some(format!("week {}", span(Range { first, last })))
        }
        ("day" | "week" | "month" | "year" | "range", Some((first, last)), _) => Some(span(Range { first, last })),
        ("day", None, Some(day)) => Some(day.date().strftime("%A, %B %-d, %Y").to_string()),
        ("week", None, Some(day)) => Some(format!("week {}", span(Period::Week.around(day)))),
        ("month", None, Some(day)) => Some(day.date().strftime("%B %Y").to_string()),
        ("year", None, Some(day)) => Some(day.date().strftime("%Y").to_string()),
        _ => None,
    };
    words.unwrap_or_else(|| date.chars().take(60).collect())
}

fn span(range: Range) -> String {
    let (first, last) = (range.first.date(), range.last.date());
    let end = match (first.year() == last.year(), first.month() == last.month()) {
        (true, true) => last.strftime("%-d, %Y"),
        _ => last.strftime("%B %-d, %Y"),
    };
    let start = match first.year() == last.year() {
        true => first.strftime("%B %-d"),
        false => first.strftime("%B %-d, %Y"),
    };
    format!("{start} – {end}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_units_are_enough() {
        for (seconds, words) in [(0.0, "0s"), (2174.0, "36 min 14s"), (0.5, "0.5s"), (90_000.0, "1 days 1 hours")] {
            assert_eq!(length(seconds), words);
        }
    }

    #[test]
    fn dates_are_read_by_people() {
        let zone = Zone::parse("UTC").unwrap();
        for (period, date, words) in [
            ("day", "2026-03-02", "Monday, March 2, 2026"),
            ("week", "2026-03-02", "week March 2 – 8, 2026"),
            ("week", "2026-02-23,2026-03-01", "week February 23 – March 1, 2026"),
            ("month", "2026-03", "March 2026"),
            ("year", "2026", "2026"),
            ("range", "2025-12-30,2026-01-02", "December 30, 2025 – January 2, 2026"),
            ("day", "garden", "garden"),
        ] {
            assert_eq!(pretty_date(period, date, &zone, 0), words);
        }
    }
}
