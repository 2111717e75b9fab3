//! When a hit happened: `cdt` and `cdo`.

use jiff::civil::{Date, DateTime};
use makoto_model::Params;

/// Times further back need a token; strictly younger ones are the queue of a browser that was offline.
pub const OPEN_AGE_S: i64 = 86_400;
/// Times further back are mistakes.
const AGE_MAX_S: i64 = 20 * 365 * 86_400;

/// The moment of a request in seconds since 1970; now when it tells none or an impossible one.
pub fn read(params: &Params, now_s: i64) -> i64 {
    let told = params.filled("cdt").and_then(|text| time(text.trim())).unwrap_or(now_s);
    let back = params.int("cdo").filter(|back| *back > 0).unwrap_or(0);
    let time_s = told.saturating_sub(back);
    if time_s > now_s || time_s <= now_s - AGE_MAX_S { now_s } else { time_s }
}

/// A number of seconds since 1970, or a date and time in UTC.
fn time(text: &str) -> Option<i64> {
    if let Ok(number) = text.parse() {
        return Some(number);
    }
    let text = text.trim_end_matches("UTC").trim_end_matches('Z').trim();
    let date = || text.parse::<Date>().map(|date| date.to_datetime(jiff::civil::Time::midnight()));
    let moment = text.parse::<DateTime>().or_else(|_| date()).ok()?;
    Some(moment.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second())
}

/// The visitor's own clock in seconds since midnight; where it is not told, that of the hit in UTC.
pub fn local_s(params: &Params, time_s: i64) -> i64 {
    let of_day = time_s.rem_euclid(86_400);
    let part = |name, most: i64, otherwise| match params.filled(name) {
        Some(text) => text.trim().parse().ok().filter(|n| (0..most).contains(n)).unwrap_or(0),
        None => otherwise,
    };
    part("h", 24, of_day / 3600) * 3600 + part("m", 60, of_day / 60 % 60) * 60 + part("s", 60, of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW_S: i64 = 1_795_000_000;

    fn at(pairs: &[(&str, &str)]) -> i64 {
        read(&Params::new(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect()), NOW_S)
    }

    #[test]
    fn times_are_read() {
        for (text, time_s) in [
            ("2026-03-02 08:00:00", 1_772_438_400),
            ("2026-03-02T08:00:00Z", 1_772_438_400),
            ("2026-03-02 08:00:00 UTC", 1_772_438_400),
            ("2026-03-02", 1_772_409_600),
            ("1772456400", 1_772_456_400),
            ("garbage", NOW_S),
            ("1990-01-01 00:00:00", NOW_S),
            ("2099-01-01 00:00:00", NOW_S),
            ("-9223372036854775808", NOW_S),
            ("", NOW_S),
        ] {
            assert_eq!(at(&[("cdt", text)]), time_s, "{text}");
        }
        assert_eq!(at(&[("cdo", "60")]), NOW_S - 60);
        assert_eq!(at(&[("cdo", "-60")]), NOW_S);
        assert_eq!(at(&[("cdo", "60"), ("cdt", "1772456400")]), 1_772_456_340);
    }

    #[test]
    fn the_visitors_clock_is_read_or_assumed() {
        let local = |pairs: &[(&str, &str)]| {
            local_s(&Params::new(pairs.iter().map(|(n, v)| ((*n).into(), (*v).into())).collect()), 8 * 3600 + 61)
        };
        assert_eq!(local(&[]), 8 * 3600 + 61);
        assert_eq!(local(&[("h", "13"), ("m", "5"), ("s", "9")]), 13 * 3600 + 309);
        assert_eq!(local(&[("h", "24"), ("m", "x")]), 1);
    }
}
