use crate::{Day, Goal, OwnDimension, OwnScope, RequestRule, SiteId};
use jiff::{Timestamp, tz::TimeZone};

/// A website or app whose visits are counted.
#[derive(Clone, Debug, PartialEq)]
pub struct Site {
    pub id: SiteId,
    pub name: String,
    /// The main URL first, then its aliases; without a trailing slash.
    pub urls: Vec<String>,
    pub zone: Zone,
    /// ISO 4217.
    pub currency: String,
    pub ecommerce: bool,
    pub site_search: SearchRule,
    /// IP patterns: addresses, CIDR or `*` per byte. The instance's own list included.
    pub excluded_ips: Vec<String>,
    /// Names or `/regex/`. The instance's own list included.
    pub excluded_parameters: Vec<String>,
    /// Parts of a name or `/regex/`. The instance's own list included.
    pub excluded_user_agents: Vec<String>,
    /// Hosts with an optional path. The instance's own list included.
    pub excluded_referrers: Vec<String>,
    /// Requests that meet one of them do not count.
    pub excluded_requests: Vec<RequestRule>,
    pub exclude_unknown_urls: bool,
    pub keep_url_fragments: bool,
    /// When it was made, or the day from which it counts; seconds since 1970.
    pub created_s: i64,
    /// "website", "mobileapp" or "intranet".
    pub kind: String,
    pub group: String,
    /// Login of who made it; empty for the operator.
    pub creator: String,
    /// In the order of their numbers.
    pub goals: Vec<Goal>,
    /// Dimensions that the site defines itself, in the order of their numbers; the inactive ones too.
    pub own_dimensions: Vec<OwnDimension>,
}

impl Site {
    /// A site of which nothing more is known: in UTC, nothing excluded, nothing of its own.
    pub fn new(id: SiteId, name: &str, url: &str) -> Site {
        Site {
            id,
            name: name.to_owned(),
            urls: vec![url.to_owned()],
            zone: Zone::utc(),
            currency: "USD".to_owned(),
            ecommerce: false,
            site_search: SearchRule { enabled: true, keyword_parameters: Vec::new(), category_parameters: Vec::new() },
            excluded_ips: Vec::new(),
            excluded_parameters: Vec::new(),
            excluded_user_agents: Vec::new(),
            excluded_referrers: Vec::new(),
            excluded_requests: Vec::new(),
            exclude_unknown_urls: false,
            keep_url_fragments: false,
            created_s: 0,
            kind: "website".to_owned(),
            group: String::new(),
            creator: String::new(),
            goals: Vec::new(),
            own_dimensions: Vec::new(),
        }
    }

    /// The dimension of the site's own whose values this column holds, if they are recorded.
    pub fn own_dimension_in(&self, scope: OwnScope, slot: u8) -> Option<&OwnDimension> {
        self.own_dimensions.iter().find(|own| own.active && own.scope == scope && own.slot == slot)
    }

    /// The dimension of the site's own with this number.
    pub fn own_dimension(&self, id: u32) -> Option<&OwnDimension> {
        self.own_dimensions.iter().find(|own| own.id == id)
    }
}

/// How a site's internal search shows in its URLs.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchRule {
    pub enabled: bool,
    pub keyword_parameters: Vec<String>,
    pub category_parameters: Vec<String>,
}

/// A site's time zone: a place of the tz database or a fixed offset as `UTC+5.5`.
#[derive(Clone, Debug, PartialEq)]
pub struct Zone {
    name: String,
    zone: TimeZone,
}

impl Zone {
    /// Reads `Europe/Berlin`, `UTC`, `UTC+5.5` or `UTC-3`; anything else is `None`.
    pub fn parse(name: &str) -> Option<Zone> {
        let zone = match name.strip_prefix("UTC") {
            Some("") => TimeZone::UTC,
            Some(hours) => {
                let hours = hours.parse::<f64>().ok().filter(|h| (-14.0..=14.0).contains(h))?;
                TimeZone::fixed(jiff::tz::Offset::from_seconds((hours * 3600.0) as i32).ok()?)
            }
            None => TimeZone::get(name).ok()?,
        };
        Some(Zone { name: name.to_owned(), zone })
    }

    pub fn utc() -> Zone {
        Zone { name: "UTC".to_owned(), zone: TimeZone::UTC }
    }

    pub fn name(&self) -> &str {
        &self.name
    }

    /// Seconds to add to UTC at this moment.
    pub fn offset_s(&self, time_s: i64) -> i64 {
        let moment = Timestamp::from_second(time_s).unwrap_or(Timestamp::UNIX_EPOCH);
        i64::from(self.zone.to_offset(moment).seconds())
    }

    /// The clock of a stretch of time: its offset at the beginning, then each moment at which it is changed, with the
    /// offset from then on.
    pub fn clock(&self, from_s: i64, until_s: i64) -> Vec<(i64, i64)> {
        let mut clock = vec![(from_s, self.offset_s(from_s))];
        if let Ok(from) = Timestamp::from_second(from_s) {
            let changes = self.zone.following(from);
            let changes = changes.map(|change| (change.timestamp().as_second(), i64::from(change.offset().seconds())));
            clock.extend(changes.take_while(|(moment_s, _)| *moment_s < until_s));
        }
        clock.dedup_by_key(|(_, offset_s)| *offset_s);
        clock
    }

    /// The local calendar day of this moment.
    pub fn day(&self, time_s: i64) -> Day {
        Day((time_s + self.offset_s(time_s)).div_euclid(86_400) as i32)
    }

    /// The moment at which this local day begins, seconds since 1970.
    pub fn start_s(&self, day: Day) -> i64 {
        let utc = i64::from(day.0) * 86_400;
        day.date().to_zoned(self.zone.clone()).map_or(utc, |midnight| midnight.timestamp().as_second())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clocks_are_changed_at_the_moments_that_the_zone_says() {
        let (hour, berlin) = (3_600, Zone::parse("Europe/Berlin").unwrap());
        let start = |date: &str| berlin.start_s(Day::parse(date).unwrap());
        // At two o'clock in the morning it is three.
        let spring = start("2026-03-29");
        assert_eq!(berlin.clock(spring, start("2026-03-30")), [(spring, hour), (spring + 2 * hour, 2 * hour)]);
        assert_eq!(berlin.clock(spring, spring + 2 * hour), [(spring, hour)]);
        // Lord Howe Island changes its clock by half an hour.
        let island = Zone::parse("Australia/Lord_Howe").unwrap();
        let offsets: Vec<i64> = island.clock(start("2026-01-01"), start("2026-12-31")).iter().map(|c| c.1).collect();
        assert_eq!(offsets, [11 * hour, 10 * hour + hour / 2, 11 * hour]);
        assert_eq!(Zone::parse("UTC+5.5").unwrap().clock(0, 1 << 40), [(0, 19_800)]);
    }

    #[test]
    fn zones_know_their_days() {
        let tokyo = Zone::parse("Asia/Tokyo").unwrap();
        let day = Day::parse("2026-03-02").unwrap();
        assert_eq!(tokyo.start_s(day), i64::from(day.0) * 86_400 - 9 * 3600);
        assert_eq!(tokyo.day(tokyo.start_s(day)), day);
        assert_eq!(tokyo.day(tokyo.start_s(day) - 1), day.plus(-1));
        assert_eq!(Zone::parse("UTC+5.5").unwrap().offset_s(0), 19_800);
        assert!(Zone::parse("Mars/Base").is_none() && Zone::parse("UTC+99").is_none());
    }
}
