//! Values in words, as a language writes them.

use crate::language::{Fact, Language, english};
use makoto_model::{Day, Period, Range, Zone};

/// `36 min 14s`, `1 hours 2 min`, `3 days 4 hours`: the two largest units.
pub fn length(language: &Language, seconds: f64) -> String {
    let whole = seconds.max(0.0) as i64;
    let (days, hours, minutes, rest) = (whole / 86_400, whole / 3_600 % 24, whole / 60 % 60, whole % 60);
    let said = |fact, number: i64| language.fact(fact).replace('#', &number.to_string());
    if days > 0 {
        format!("{} {}", said(Fact::LengthDays, days), said(Fact::LengthHours, hours))
    } else if hours > 0 {
        format!("{} {}", said(Fact::LengthHours, hours), said(Fact::LengthMinutes, minutes))
    } else if minutes > 0 {
        format!("{} {}", said(Fact::LengthMinutes, minutes), said(Fact::LengthSeconds, rest))
    } else if seconds.fract() != 0.0 {
        let hundredths = ((seconds * 100.0).round() / 100.0).to_string();
        language.fact(Fact::LengthSeconds).replace('#', &hundredths.replace('.', language.fact(Fact::Decimal)))
    } else {
        said(Fact::LengthSeconds, rest)
    }
}

/// An amount with the sign of its currency; no cents where there are none.
pub fn money(language: &Language, symbol: &str, amount: f64) -> String {
    let number = match amount.fract() == 0.0 {
        true => grouped(language, amount as i64),
        false => {
            let cents = (amount * 100.0).round() as i64;
            let sign = if cents < 0 && cents > -100 { "-" } else { "" };
            let (whole, decimal) = (grouped(language, cents / 100), language.fact(Fact::Decimal));
            format!("{sign}{whole}{decimal}{:02}", (cents % 100).abs())
        }
    };
    language.fact(Fact::Money).replace('¤', symbol).replace('#', &number)
}

/// A whole number with signs between its thousands.
pub fn grouped(language: &Language, number: impl Into<i128>) -> String {
    let number = number.into();
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push_str(language.fact(Fact::Group));
        }
        text.push(digit);
    }
    text
}

/// The nth word of a list.
fn nth(list: &str, place: i8) -> &str {
    usize::try_from(place).ok().and_then(|place| list.split(' ').nth(place)).unwrap_or("")
}

/// One or two days by a pattern in the letters of CLDR. A letter that comes again means the second day.
fn written(language: &Language, pattern: Fact, first: Day, last: Day) -> String {
    let (mut text, mut known, mut day) = (String::new(), Vec::new(), first.date());
    let mut rest = language.fact(pattern);
    while let Some(letter) = rest.chars().next() {
        let run = rest.len() - rest.trim_start_matches(letter).len();
        rest = &rest[run..];
        if "EMdy".contains(letter) {
            if known.contains(&letter) {
                day = last.date();
            }
            known.push(letter);
        }
        let month = day.month() - 1;
        let weekday = day.weekday().to_monday_zero_offset();
        match (letter, run) {
            ('E', 4..) => text.push_str(&language.of(nth(english().fact(Fact::Weekdays), weekday))),
            ('E', _) => text.push_str(nth(language.fact(Fact::WeekdaysShort), weekday)),
            ('M', 4..) => text.push_str(nth(language.fact(Fact::Months), month)),
            ('M', _) => text.push_str(nth(language.fact(Fact::MonthsShort), month)),
            ('d', _) => text.push_str(&day.day().to_string()),
            ('y', _) => text.push_str(&day.year().to_string()),
            (other, _) => text.extend(std::iter::repeat_n(other, run / other.len_utf8())),
        }
    }
    text
}

/// From one day to another; the patterns are those in a month, in a year, and beyond.
fn span(language: &Language, [days, of_months, of_years]: [Fact; 3], range: Range) -> String {
    let (first, last) = (range.first.date(), range.last.date());
    let pattern = match (first.year() == last.year(), first.month() == last.month()) {
        (true, true) => days,
        (true, false) => of_months,
        (false, _) => of_years,
    };
    written(language, pattern, range.first, range.last)
}

const LONG: [Fact; 3] = [Fact::Days, Fact::DaysOfMonths, Fact::DaysOfYears];
const SHORT: [Fact; 3] = [Fact::DaysShort, Fact::DaysOfMonthsShort, Fact::DaysOfYearsShort];

/// A day with the name of its weekday: `Monday, March 2, 2026`.
pub fn long_day(language: &Language, day: Day) -> String {
    written(language, Fact::Date, day, day)
}

/// A day without it: `Mar 2, 2026`.
pub fn medium_day(language: &Language, day: Day) -> String {
    written(language, Fact::DateMedium, day, day)
}

/// A period in few words: `Mon, Mar 2`, `Mar 2 – 8, 2026`, `Mar 2026`, `2026`.
pub fn short_date(language: &Language, period: Period, range: Range) -> String {
    match period {
        Period::Day => written(language, Fact::DateShort, range.first, range.first),
        Period::Month => written(language, Fact::MonthShort, range.first, range.first),
        Period::Year => range.first.date().year().to_string(),
        Period::Week | Period::Range => span(language, SHORT, range),
    }
}

/// A period in words: `Monday, March 2, 2026`, `week March 2 – 8, 2026`, `March 2026`, `2026`. A date that is none is
/// given back as it is.
pub fn pretty_date(language: &Language, period: &str, date: &str, zone: &Zone, now_s: i64) -> String {
    let day = |text: &str| match text.trim() {
        "today" => Some(zone.day(now_s)),
        "yesterday" => Some(zone.day(now_s).plus(-1)),
        text => Day::parse(text)
            .or_else(|| Day::parse(&format!("{text}-01")))
            .or_else(|| Day::parse(&format!("{text}-01-01"))),
    };
    let ends = date.split_once(',').and_then(|(first, last)| Some((day(first)?, day(last)?)));
    let week = |range| language.fact(Fact::Week).replace('#', &span(language, LONG, range));
    let words = match (period, ends, day(date)) {
        ("week", Some((first, last)), _) if last == first.plus(6) => Some(week(Range { first, last })),
        ("day" | "week" | "month" | "year" | "range", Some((first, last)), _) => {
            Some(span(language, LONG, Range { first, last }))
        }
        ("day", None, Some(day)) => Some(long_day(language, day)),
        ("week", None, Some(day)) => Some(week(Period::Week.around(day))),
        ("month", None, Some(day)) => Some(written(language, Fact::Month, day, day)),
        ("year", None, Some(day)) => Some(day.date().year().to_string()),
        _ => None,
    };
    words.unwrap_or_else(|| date.chars().take(60).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::language::language;

    #[test]
    fn two_units_are_enough() {
        for (seconds, words, german) in [
            (0.0, "0s", "0 Sek."),
            (2174.0, "36 min 14s", "36 Min. 14 Sek."),
            (0.5, "0.5s", "0,5 Sek."),
            (90_000.0, "1 days 1 hours", "1 Tg. 1 Std."),
        ] {
            assert_eq!((length(english(), seconds), length(language("de"), seconds)), (words.into(), german.into()));
        }
    }

    #[test]
    fn amounts_are_written_as_the_language_does() {
        for (amount, words, german) in [
            (4.0, "$4", "4\u{a0}$"),
            (1_234_567.5, "$1,234,567.50", "1.234.567,50\u{a0}$"),
            (-12.0, "$-12", "-12\u{a0}$"),
            (-0.5, "$-0.50", "-0,50\u{a0}$"),
        ] {
            let said = (money(english(), "$", amount), money(language("de"), "$", amount));
            assert_eq!(said, (words.to_owned(), german.to_owned()));
        }
    }

    #[test]
    fn dates_are_read_by_people() {
        let zone = Zone::parse("UTC").unwrap();
        for (period, date, words, german) in [
            ("day", "2026-03-02", "Monday, March 2, 2026", "Montag, 2. März 2026"),
            ("week", "2026-03-02", "week March 2 – 8, 2026", "Woche 2.–8. März 2026"),
            ("week", "2026-02-23,2026-03-01", "week February 23 – March 1, 2026", "Woche 23. Februar – 1. März 2026"),
            ("month", "2026-03", "March 2026", "März 2026"),
            ("year", "2026", "2026", "2026"),
            (
                "range",
                "2025-12-30,2026-01-02",
                "December 30, 2025 – January 2, 2026",
                "30. Dezember 2025 – 2. Januar 2026",
            ),
            ("day", "garden", "garden", "garden"),
        ] {
            let said = |code| pretty_date(language(code), period, date, &zone, 0);
            assert_eq!((said("en"), said("de")), (words.to_owned(), german.to_owned()));
        }
    }

    #[test]
    fn few_words_are_enough_for_a_period() {
        let range =
            |first: &str, last: &str| Range { first: Day::parse(first).unwrap(), last: Day::parse(last).unwrap() };
        let (week, year) = (range("2026-03-02", "2026-03-08"), range("2025-12-30", "2026-01-02"));
        for (period, range, words, german) in [
            (Period::Day, week, "Mon, Mar 2", "Mo., 2. März"),
            (Period::Month, week, "Mar 2026", "März 2026"),
            (Period::Week, week, "Mar 2\u{2009}–\u{2009}8, 2026", "2.–8. März 2026"),
            (Period::Range, year, "Dec 30, 2025\u{2009}–\u{2009}Jan 2, 2026", "30. Dez. 2025 – 2. Jan. 2026"),
        ] {
            let said = |code| short_date(language(code), period, range);
            assert_eq!((said("en"), said("de")), (words.to_owned(), german.to_owned()));
        }
    }
}
