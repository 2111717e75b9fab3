//! From a report, a segment and periods to what the engine is asked. Pure.

use makoto_catalog::{Aggregate, Bucket, Condition, Expr, Formula, Measure, Merge, Metric, Part, Plan, Scope};
use makoto_model::{Range, Site};

/// How different persons of a longer period are counted.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Persons {
    /// Different ones of the whole period.
    Whole,
    /// Different ones of each day, added up.
    PerDay,
}

/// One number of a table: where it stands in the cells, and how rows of it are joined.
#[derive(Clone, Copy)]
pub struct Counted {
    pub metric: &'static Metric,
    /// Its name in answers.
    pub name: &'static str,
    pub merge: Merge,
    /// Counts persons, so that rows of a tree do not add up.
    pub persons: bool,
    /// Counts visits by their first or last page, not by what happened there.
    pub of_visits: bool,
    /// Counts different values of all days together: those of single days do not add up.
    pub different: bool,
}

/// Whether what is counted of a day can be added to what is counted of others. A visit, with what it brought, is of one
/// day.
fn adds_up(aggregate: &Aggregate) -> bool {
    match aggregate {
        Aggregate::Distinct(column) => ["visit_id", "action_id", "conversion_id"].contains(column),
        Aggregate::DistinctPairs(one, _) => *one == "visit_id",
        Aggregate::Count | Aggregate::DistinctPerDay(_) | Aggregate::Sum(_) | Aggregate::Max(_) | Aggregate::Min(_) => {
            true
        }
    }
}

/// The numbers that a part counts, in order.
pub fn counted(part: &Part, persons: Persons) -> Vec<(Counted, Measure)> {
    let of = |metric: &'static Metric| match &metric.formula {
        Formula::Counted { measure, merge } => Some((
            Counted {
                metric,
                name: metric.id,
                merge: *merge,
                persons: false,
                of_visits: part.scope == Scope::Visit,
                different: !adds_up(&measure.aggregate),
            },
            *measure,
        )),
        Formula::Persons { measure, daily } => {
            let measure = match persons {
                Persons::Whole => *measure,
                Persons::PerDay => *daily,
            };
            Some((
                Counted {
                    metric,
                    name: measure.name,
                    merge: Merge::Sum,
                    persons: true,
                    of_visits: part.scope == Scope::Visit,
                    different: persons == Persons::Whole,
                },
                measure,
            ))
        }
        Formula::Processed { .. } | Formula::Share { .. } => None,
    };
    part.metrics.iter().copied().filter_map(of).collect()
}

/// The local midnights of these days.
fn midnights(site: &Site, ranges: &[Range]) -> Vec<i64> {
    let days = ranges.iter().flat_map(|range| range.days());
    let mut midnights: Vec<i64> = days.map(|day| site.zone.start_s(day)).collect();
    midnights.dedup();
    midnights
}

/// Visits begin this long before the time that is asked for, or little more.
const REACH_S: i64 = 86_400;

/// The site's clock over a stretch of time, as far as visits can lie in it.
pub fn clock(site: &Site, from_s: i64, until_s: i64, now_s: i64) -> Vec<(i64, i64)> {
    let first = site.zone.day(from_s.max(site.created_s.min(now_s)));
    let last = site.zone.day(until_s.min(now_s + 86_400)).max(first);
    site.zone.clock(site.zone.start_s(first) - REACH_S, site.zone.start_s(last.plus(1)))
}

/// Whose rows are counted, when, and by which clock.
pub struct Time<'a> {
    pub site: &'a Site,
    pub buckets: Vec<Bucket>,
    pub midnights: Vec<i64>,
    pub clock: Vec<(i64, i64)>,
    /// Over visits.
    pub segment: &'a Condition,
}

impl<'a> Time<'a> {
    /// These days, on the site's clock.
    pub fn of_days(site: &'a Site, ranges: &[Range], segment: &'a Condition) -> Time<'a> {
        let bucket = |range: &Range| Bucket {
            from_s: site.zone.start_s(range.first),
            until_s: site.zone.start_s(range.last.plus(1)),
        };
        let buckets: Vec<Bucket> = ranges.iter().map(bucket).collect();
        let from_s = buckets.iter().map(|bucket| bucket.from_s).min().unwrap_or(0);
        let until_s = buckets.iter().map(|bucket| bucket.until_s).max().unwrap_or(0);
        let clock = site.zone.clock(from_s - REACH_S, until_s);
        Time { site, buckets, midnights: midnights(site, ranges), clock, segment }
    }
}

/// What one part of a report asks of the engine; `picked` is what the caller's own parameters leave of its rows.
pub fn plan(part: &Part, time: &Time, picked: &Condition, measures: Vec<Measure>) -> Plan {
    let only = Condition::All(vec![(part.only)(), picked.clone()]);
    of(part.scope, time, only, part.keys.to_vec(), measures)
}

/// A group-by of the rows of a scope that belong to visits of the segment.
pub fn of(scope: Scope, time: &Time, only: Condition, keys: Vec<Expr>, measures: Vec<Measure>) -> Plan {
    let segment = match scope {
        Scope::Visit => time.segment.clone(),
        _ if *time.segment == Condition::none() => Condition::none(),
        _ => Condition::OfVisit(Box::new(time.segment.clone())),
    };
    let only = match only {
        Condition::All(parts) => parts,
        other => vec![other],
    };
    let conditions = [segment].into_iter().chain(only).filter(|condition| *condition != Condition::none());
    Plan {
        site: time.site.id,
        scope,
        buckets: time.buckets.clone(),
        midnights: time.midnights.clone(),
        clock: time.clock.clone(),
        filter: Condition::All(conditions.collect()),
        keys,
        measures,
        top: None,
    }
}

/// The stretch of the last minutes.
pub fn recent(minutes: i64, now_s: i64) -> Bucket {
    Bucket { from_s: now_s - minutes * 60, until_s: now_s + 1 }
}
