//! What every visit has: who, when, how long, how often.

pub mod about;
pub mod metrics;
pub mod times;

use makoto_catalog::{
    About, Condition, Dimension, Expr, Feature, Kind, Op, Privacy, Read, Report, Scope, SegmentName, Shape, TimePart,
};
use makoto_model::{Value, VisitorId};

/// Heading of the segment editor.
pub const VISITORS: &str = "General_Visitors";

static VISIT_ID: Dimension = Dimension::of_visit("CoreHome.VisitId", "Visit ID", "visit_id", Kind::Int)
    .privacy(Privacy::Pseudonymous)
    .segments(&[SegmentName::text("visitId", "Visit ID", VISITORS).of_numbers().signed_in_only()]);

static VISITOR: Dimension =
    Dimension::of_visit("CoreHome.VisitorId", "Visitor ID", "visitor", Kind::Text(makoto_catalog::columns::VISITORS))
        .privacy(Privacy::Pseudonymous)
        .segments(&[SegmentName::text("visitorId", "Visitor ID", VISITORS)
            .read(Read::Named(visitor), "34c31e04394bdc63")
            .strict()
            .signed_in_only()]);

fn visitor(_: Op, text: &str) -> Vec<Value> {
    VisitorId::parse(text).map(|id| Value::from(id.to_string())).into_iter().collect()
}

static FINGERPRINT: Dimension = Dimension::of_visit("CoreHome.Fingerprint", "Fingerprint", "config_id", Kind::Int)
    .privacy(Privacy::Pseudonymous)
    .segments(&[SegmentName::text("fingerprint", "Fingerprint", VISITORS)
        .read(Read::Named(fingerprint), "34c31e04394bdc63")
        .strict()
        .signed_in_only()]);

fn fingerprint(_: Op, text: &str) -> Vec<Value> {
    VisitorId::parse(text).map(|id| Value::Int(id.0 as i64)).into_iter().collect()
}

static USER_ID: Dimension =
    Dimension::of_visit("CoreHome.UserId", "User ID", "user_id", Kind::Text(makoto_catalog::columns::USERS))
        .privacy(Privacy::Personal)
        .segments(&[SegmentName::text("userId", "User ID", VISITORS).signed_in_only()]);

/// The address as text, and as a number whose order is that of the addresses: IPv4 by its 32 bits, IPv6 above them
/// by its first 62.
static ADDRESS: Dimension =
    Dimension::read_visit("CoreHome.VisitIp", "Visitor IP", "address", Kind::Text("address"), |facts| {
        Value::from(facts.address.to_string())
    })
    .privacy(Privacy::Personal);

static ADDRESS_ORDER: Dimension =
    Dimension::read_visit("CoreHome.VisitIpOrder", "Visitor IP", "address_order", Kind::Int, |facts| {
        Value::Int(address_order(facts.address))
    })
    .privacy(Privacy::Personal)
    .segments(&[SegmentName::number("visitIp", "Visitor IP", VISITORS)
        .read(Read::Condition(address), "13.54.122.1")
        .accepted("13.54.122.1, 13.54.122.*")
        .signed_in_only()]);

/// A number whose order is that of the addresses.
pub fn address_order(address: std::net::IpAddr) -> i64 {
    match address.to_canonical() {
        std::net::IpAddr::V4(v4) => i64::from(u32::from(v4)),
        std::net::IpAddr::V6(v6) => (1 << 62) | (u128::from(v6) >> 66) as i64,
    }
}

fn address(op: Op, text: &str) -> Option<Condition> {
    let text = text.trim();
    let order_is = |op, n| Condition::Compare { expr: Expr::Column("address_order"), op, value: Value::Int(n) };
    if let Op::Contains | Op::StartsWith | Op::EndsWith = op {
        return Some(Condition::Compare { expr: Expr::Column("address"), op, value: Value::from(text) });
    }
    if let Some(prefix) = text.split_once(".*").map(|(prefix, _)| prefix) {
        let bytes: Vec<u8> = prefix.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
        let free_bits = 8 * 4usize.checked_sub(bytes.len())?;
        let low = bytes.iter().fold(0i64, |sum, byte| sum << 8 | i64::from(*byte)) << free_bits;
        let high = low + (1 << free_bits) - 1;
        return Some(Condition::All(vec![order_is(Op::MoreOrEqual, low), order_is(Op::LessOrEqual, high)]));
    }
    let address: std::net::IpAddr = text.parse().ok()?;
    match op {
        Op::Is => {
            let value = Value::from(address.to_string());
            Some(Condition::Compare { expr: Expr::Column("address"), op, value })
        }
        _ => Some(order_is(op, address_order(address))),
    }
}

static VISITOR_TYPE: Dimension = Dimension::of_visit("CoreHome.VisitorType", "Visit type", "returning", Kind::Int)
    .segments(&[SegmentName::text("visitorType", "Visit type", VISITORS)
        .read(Read::Named(visitor_type), "new")
        .accepted("new, returning, returningCustomer")]);

fn visitor_type(op: Op, text: &str) -> Vec<Value> {
    let meets = |(_, name): &(i64, &str)| crate::devices_detection::meets(op, name, text);
    (0..).zip(["new", "returning", "returningCustomer"]).filter(meets).map(|(number, _)| Value::Int(number)).collect()
}

static VISIT_COUNT: Dimension =
    Dimension::of_visit("CoreHome.VisitCount", "Number of visits", "visit_count", Kind::Int)
        .segments(&[SegmentName::number("visitCount", "Number of visits", VISITORS)]);

static VISIT_LENGTH: Dimension =
    Dimension::of_visit("CoreHome.VisitDuration", "Visit duration", "visit_length_s", Kind::LengthS)
        .segments(&[SegmentName::number("visitDuration", "Visit Duration (in seconds)", VISITORS)]);

static ACTIONS: Dimension = Dimension::of_visit("CoreHome.Actions", "Actions in visit", "action_count", Kind::Int)
    .segments(&[SegmentName::number("actions", "Actions In Visit", VISITORS)]);

static INTERACTIONS: Dimension =
    Dimension::of_visit("CoreHome.Interactions", "Interactions in visit", "interaction_count", Kind::Int).segments(&[
        SegmentName::number("interactions", "Number of Interactions", VISITORS).accepted("Any positive integer"),
    ]);

static SEARCHES: Dimension =
    Dimension::of_visit("CoreHome.Searches", "Internal searches in visit", "search_count", Kind::Int)
        .segments(&[SegmentName::number("searches", "Number of Internal Searches", VISITORS)]);

static EVENTS: Dimension = Dimension::of_visit("CoreHome.Events", "Events in visit", "event_count", Kind::Int)
    .segments(&[SegmentName::number("events", "Events", VISITORS)]);

static CONVERTED: Dimension =
    Dimension::of_visit("CoreHome.VisitConverted", "Visit converted", "converted", Kind::Bool).segments(&[
        SegmentName::text("visitConverted", "Visit converted at least one Goal", VISITORS)
            .of_numbers()
            .accepted("0, 1"),
    ]);

static SINCE_FIRST_S: Dimension =
    Dimension::of_visit("CoreHome.SecondsSinceFirst", "Seconds since first visit", "since_first_s", Kind::LengthS)
        .segments(&[SegmentName::number("secondsSinceFirstVisit", "Seconds since first visit", VISITORS)]);

static SINCE_LAST_S: Dimension =
    Dimension::of_visit("CoreHome.SecondsSinceLast", "Seconds since last visit", "since_last_s", Kind::LengthS)
        .segments(&[SegmentName::number("secondsSinceLastVisit", "Seconds since last visit", VISITORS)]);

const DAY_S: i64 = 86_400;

static DAYS_SINCE_FIRST: Dimension = Dimension::derived(
    "CoreHome.DaysSinceFirst",
    "Days since first visit",
    Scope::Visit,
    "since_first_s",
    Kind::Int,
    Expr::Over(&Expr::Column("since_first_s"), DAY_S),
)
.segments(&[SegmentName::number("daysSinceFirstVisit", "Days since first visit", VISITORS)
    .read(Read::Condition(days_since_first), "2")]);

/// Days with their fractions, as Matomo compares them: two days and an hour are more than 2.
fn days_since_first(op: Op, text: &str) -> Option<Condition> {
    let days: f64 = text.trim().parse().unwrap_or(0.0);
    let value = Value::Int((days * DAY_S as f64) as i64);
    Some(Condition::Compare { expr: Expr::Column("since_first_s"), op, value })
}

/// Days since the visit before, rounded down.
pub static DAYS_SINCE_LAST: Dimension = Dimension::derived(
    "CoreHome.DaysSinceLast",
    "Days since last visit",
    Scope::Visit,
    "since_last_s",
    Kind::Int,
    Expr::Over(&Expr::Column("since_last_s"), DAY_S),
)
.segments(&[SegmentName::number("daysSinceLastVisit", "Days since last visit", VISITORS)]);

/// Whether the visitor may be recognised later: their hits brought an id.
static PROFILABLE: Dimension =
    Dimension::read_visit("CoreHome.Profilable", "Profilable", "profilable", Kind::Bool, |facts| {
        let known = ["_id", "cid", "uid"].iter().any(|name| facts.params.filled(name).is_some());
        Value::from(known)
    })
    .segments(&[SegmentName::text("profilable", "Profilable", VISITORS).of_numbers().accepted("0, 1")]);

/// The hour of the visitor's own clock when the visit began.
pub static LOCAL_HOUR: Dimension = Dimension::derived(
    "VisitTime.LocalHour",
    "Local time",
    Scope::Visit,
    "local_time_s",
    Kind::Int,
    Expr::OfDay(TimePart::Hour, &Expr::Column("local_time_s")),
)
.segments(&[SegmentName::text("visitLocalHour", "Local time — hour (start of visit)", VISITORS)
    .of_numbers()
    .accepted(times::HOURS)]);

static LOCAL_MINUTE: Dimension = Dimension::derived(
    "VisitTime.LocalMinute",
    "Local time: minute",
    Scope::Visit,
    "local_time_s",
    Kind::Int,
    Expr::OfDay(TimePart::Minute, &Expr::Column("local_time_s")),
)
.segments(&[
    SegmentName::number("visitLocalMinute", "Local time — minute (start of visit)", VISITORS).accepted(times::MINUTES)
]);

static LOCAL_TIME: Dimension =
    Dimension::read_visit("VisitTime.LocalTime", "Local time", "local_time_s", Kind::Int, |facts| {
        Value::Int(facts.local_time_s)
    });

/// Listed with the columns of all overviews, which its shape gives.
static EVERYTHING_TOLD: About = About { processed: &[&about::CONVERSION_RATE], ..About::PLAIN };

/// The columns of the overviews side by side.
static EVERYTHING: Report = Report {
    method: "API.get",
    name: "Main metrics",
    about: &EVERYTHING_TOLD,
    doc: "The numbers of all overviews in one row.",
    category: "API",
    order: 50,
    shape: Shape::Union {
        of: &[
            &crate::visits_summary::GET,
            &crate::visit_frequency::GET,
            &crate::referrers::totals::GET,
            &crate::page_performance::SUMS,
            &crate::page_performance::GET,
            &crate::goals::GET,
            &crate::actions::reports::GET,
        ],
        without: &[
            "bounce_count_new",
            "sum_visit_length_new",
            "nb_visits_converted_new",
            "bounce_count_returning",
            "sum_visit_length_returning",
            "nb_visits_converted_returning",
        ],
    },
    ..Report::PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "CoreHome",
    dimensions: &[
        &VISIT_ID,
        &VISITOR,
        &FINGERPRINT,
        &USER_ID,
        &ADDRESS,
        &ADDRESS_ORDER,
        &VISITOR_TYPE,
        &VISIT_COUNT,
        &VISIT_LENGTH,
        &ACTIONS,
        &INTERACTIONS,
        &SEARCHES,
        &EVENTS,
        &CONVERTED,
        &SINCE_FIRST_S,
        &SINCE_LAST_S,
        &DAYS_SINCE_FIRST,
        &DAYS_SINCE_LAST,
        &PROFILABLE,
        &LOCAL_TIME,
        &LOCAL_HOUR,
        &LOCAL_MINUTE,
        &times::START_HOUR,
        &times::START_MINUTE,
        &times::END_HOUR,
        &times::END_MINUTE,
        &times::END_SECOND,
        &times::END_DATE,
        &times::END_DAY_OF_MONTH,
        &times::END_DAY_OF_WEEK,
        &times::END_DAY_OF_YEAR,
        &times::END_WEEK_OF_YEAR,
        &times::END_MONTH,
        &times::END_QUARTER,
        &times::END_YEAR,
        &times::ACTION_HOUR,
        &times::ACTION_MINUTE,
    ],
    metrics: &[
        &metrics::NB_UNIQ_VISITORS,
        &metrics::NB_USERS,
        &metrics::NB_VISITS,
        &metrics::NB_ACTIONS,
        &metrics::NB_VISITS_CONVERTED,
        &metrics::BOUNCE_COUNT,
        &metrics::SUM_VISIT_LENGTH,
        &metrics::MAX_ACTIONS,
        &metrics::BOUNCE_RATE,
        &metrics::NB_ACTIONS_PER_VISIT,
        &metrics::AVG_TIME_ON_SITE,
    ],
    reports: &[&EVERYTHING],
    settings: &[],
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_ordered_and_patterns_are_ranges() {
        let at = |text: &str| address_order(text.parse().unwrap());
        assert!(at("10.0.0.1") < at("10.0.0.2") && at("255.255.255.255") < at("2001:db8::1"));
        let Some(Condition::All(both)) = address(Op::Is, "10.1.*.*") else { panic!("a pattern is a range") };
        let value = |condition: &Condition| match condition {
            Condition::Compare { value: Value::Int(n), .. } => *n,
            other => panic!("{other:?}"),
        };
        assert_eq!((value(&both[0]), value(&both[1])), (at("10.1.0.0"), at("10.1.255.255")));
        assert_eq!(address(Op::Is, "garden"), None);
    }
}
