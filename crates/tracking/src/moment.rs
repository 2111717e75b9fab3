//! When a hit happened: `cdt` and `cdo`.

use jiff::{
    Timestamp,
    civil::{Date, DateTime},
};
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

/// Ways of writing a time that no standard has: those of JavaScript and of the log files of web servers.
const UNUSUAL: [&str; 2] = ["%a %b %d %Y %H:%M:%S GMT%z", "%d/%b/%Y:%H:%M:%S %z"];

/// A number of seconds since 1970, whose fraction is cut off, or a date and time: with an offset if one is told, else in
/// UTC. Matomo reads whatever PHP's `strtotime` does; of that, words such as "yesterday" are left out.
fn time(text: &str) -> Option<i64> {
    // The usual form comes first, as it is told with every imported hit.
    let is_usual =
        |at: usize, byte: u8| byte.is_ascii_digit() || if at < 10 { byte == b'-' } else { b" T:".contains(&byte) };
    if text.len() == "2026-11-30 12:00:00".len()
        && text.bytes().enumerate().all(|(at, byte)| is_usual(at, byte))
        && let Ok(moment) = text.parse()
    {
        return in_utc(moment);
    }
    let is_number = text.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    if let Some(number) = text.parse::<f64>().ok().filter(|number| is_number && number.is_finite()) {
        return Some(text.parse().unwrap_or(number as i64));
    }
    // An offset may stand apart from its time.
    if let Ok(moment) = text.replacen(" +", "+", 1).replacen(" -", "-", 1).parse::<Timestamp>() {
        return Some(moment.as_second());
    }
    let local = ["UTC", "GMT", "Z"].iter().find_map(|zone| text.strip_suffix(zone)).unwrap_or(text).trim();
    let date = || local.parse::<Date>().map(|date| date.to_datetime(jiff::civil::Time::midnight()));
    if let Ok(moment) = local.parse().or_else(|_| date()) {
        return in_utc(moment);
    }
    if let Ok(moment) = jiff::fmt::rfc2822::parse(text) {
        return Some(moment.timestamp().as_second());
    }
    // Browsers say the name of the zone in brackets behind its offset.
    let text = text.split(" (").next().unwrap_or(text);
    UNUSUAL.iter().find_map(|format| Some(Timestamp::strptime(format, text).ok()?.as_second()))
}

fn in_utc(moment: DateTime) -> Option<i64> {
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
            ("1772456400.5", 1_772_456_400),
            ("1.7724564e9", 1_772_456_400),
            ("2026-03-02T08:00:00-05:00", 1_772_456_400),
            ("2026-03-02T14:00:00.250+01:00", 1_772_456_400),
            ("2026-03-02T14:00:00+0100", 1_772_456_400),
            ("2026-03-02 14:00:00+01:00", 1_772_456_400),
            ("2026-03-02 13:00:00 +0000", 1_772_456_400),
            ("2026-03-02 14:00:00 +01:00", 1_772_456_400),
            ("2026-03-02 13:00:00 GMT", 1_772_456_400),
            ("20260302T130000Z", 1_772_456_400),
            ("Mon, 02 Mar 2026 08:00:00 -0500", 1_772_456_400),
            ("Mon, 02 Mar 2026 13:00:00 GMT", 1_772_456_400),
            ("Mon Mar 02 2026 14:00:00 GMT+0100 (Central European Standard Time)", 1_772_456_400),
            ("02/Mar/2026:14:00:00 +0100", 1_772_456_400),
            ("nan", NOW_S),
            ("infinity", NOW_S),
            ("1e400", NOW_S),
            ("2026-03-02 08:00:00 or so", NOW_S),
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
