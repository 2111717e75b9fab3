//! Values in words.

use makoto_model::{Period, Range};

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

/// A period in few words: `Mon, Mar 2`, `Mar 2 – 8, 2026`, `Mar 2026`, `2026`.
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
            format!("{start} – {}", last.strftime(if same_month { "%-d, %Y" } else { "%b %-d, %Y" }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn two_units_are_enough() {
        for (seconds, words) in [(0.0, "0s"), (2174.0, "36 min 14s"), (0.5, "0.5s"), (90_000.0, "1 days 1 hours")] {
            assert_eq!(length(seconds), words);
        }
    }
}
