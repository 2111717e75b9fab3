//! Reports that outlive their visits say the same as before, whatever is asked of them: every report of the catalog is
//! asked before and after the visits of its days went.

mod garden;

use garden::{FIRST, Garden, SITE, STAYS};
use makoto_access::Limits;
use makoto_catalog::{Aggregate, Answered, Catalog, Formula, Line, Metric, Part, Report, Shape};
use makoto_model::{Day, Range, Site, Value};
use std::{collections::BTreeSet, sync::Arc};

/// Reports whose rows stand for persons, or for where they were: none of them is kept.
const NOT_KEPT: &[&str] = &["CustomDimensions.getCustomDimension", "UserCountry.getCity", "UserId.getUsers"];

/// Reports that are the number of different persons or values alone.
const NUMBERS_OF_DIFFERENT: &[&str] = &[
    "Referrers.getNumberOfDistinctCampaigns",
    "Referrers.getNumberOfDistinctKeywords",
    "Referrers.getNumberOfDistinctSearchEngines",
    "Referrers.getNumberOfDistinctSocialNetworks",
    "Referrers.getNumberOfDistinctWebsites",
    "Referrers.getNumberOfDistinctWebsitesUrls",
    "UserCountry.getNumberOfDistinctCountries",
    "VisitsSummary.getUniqueVisitors",
    "VisitsSummary.getUsers",
];

/// What is asked, of whole days, of weeks and months that are partly gone, and of all time.
const TIMES: &[(&str, &str)] = &[
    ("day", "2026-02-03"),
    ("day", "2026-02-16,2026-02-20"),
    ("week", "2026-02-04"),
    ("week", "2026-02-17"),
    ("month", "2026-01-30,2026-03-02"),
    ("year", "2026-02-03"),
    ("range", "2026-01-28,2026-02-24"),
];

const GONE: Range = Range { first: FIRST, last: Day(STAYS.0 - 1) };

type Asking = (&'static str, Vec<(&'static str, &'static str)>);

/// The parameters with which a report is asked, beside those that all have.
fn ways(report: &Report) -> Vec<Vec<(&'static str, &'static str)>> {
    let mut ways = vec![vec![]];
    if report.method.starts_with("Goals.") {
        ways.extend(["1", "ecommerceOrder", "ecommerceAbandonedCart"].map(|goal| vec![("idGoal", goal)]));
        ways.push(vec![("abandonedCarts", "1")]);
    }
    if let Some((param, variants)) = report.variants {
        ways.extend(variants.iter().map(|(value, _)| vec![(param, *value)]));
    }
    if matches!(report.shape, Shape::Rows { .. } | Shape::Tree(_)) {
        ways.push(vec![("flat", "1"), ("filter_update_columns_when_show_all_goals", "1"), ("idGoal", "0")]);
    }
    ways
}

fn askings(garden: &Garden) -> Vec<Asking> {
    let own = |shape: &Shape| {
        matches!(shape, Shape::Visits { .. } | Shape::Recent { .. } | Shape::Custom { .. } | Shape::Path { .. })
    };
    let mut all = Vec::new();
    for report in garden.catalog.reports().filter(|report| !own(&report.shape) && !NOT_KEPT.contains(&report.method)) {
        for way in ways(report) {
            for (period, date) in TIMES {
                let mut params = vec![("period", *period), ("date", *date)];
                if matches!(report.shape, Shape::Subtable { alone: false, .. }) {
                    params.push(("idSubtable", "1"));
                }
                params.extend(way.iter().copied());
                all.push((report.method, params));
            }
        }
    }
    all
}

/// A number to the fourth digit: sums of fractions depend on their order.
fn number(value: &Value) -> String {
    match value {
        Value::Float(n) => format!("{:.4}", n + 0.0),
        Value::Int(n) => format!("{n}.0000"),
        other => format!("{other:?}"),
    }
}

fn line(line: &Line) -> String {
    let columns: Vec<String> = line.columns.iter().map(|(name, value)| format!("{name}={}", number(value))).collect();
    let of_goal = |(goal, columns): &(String, Vec<(&str, Value)>)| {
        let columns: Vec<String> = columns.iter().map(|(name, value)| format!("{name}={}", number(value))).collect();
        format!("{goal}: {columns:?}")
    };
    let goals: Vec<String> = line.goals.iter().map(of_goal).collect();
    let inside = lines(line.subtable.as_deref().unwrap_or(&[]));
    format!("{columns:?} {goals:?} {:?} [{inside}]", line.meta)
}

/// Rows that are level, and differ in case alone, stand in any order.
fn lines(rows: &[Line]) -> String {
    let mut lines: Vec<String> = rows.iter().map(line).collect();
    lines.sort();
    lines.join("\n")
}

/// Everything that an answer says.
fn told(answered: &Answered) -> String {
    match answered {
        Answered::Map { items, .. } => {
            items.iter().map(|(key, inner)| format!("{key}:\n{}", told(inner))).collect::<Vec<_>>().join("\n")
        }
        Answered::Table(rows) => lines(rows),
        Answered::Row(one) => line(one),
        Answered::Number(value) => number(value),
        Answered::Plain(answer) => format!("{answer:?}"),
    }
}

/// Where two texts part, with what follows.
fn difference(before: &str, after: &str) -> String {
    let same = before.chars().zip(after.chars()).take_while(|(a, b)| a == b).count();
    let cut = |text: &str| text.chars().skip(same.saturating_sub(60)).take(140).collect::<String>();
    format!("{:?} became {:?}", cut(before), cut(after))
}

/// The numbers of different persons and other values, by the ends of their names: of years and free ranges they are
/// known while all their visits are there.
fn different(catalog: &Catalog) -> BTreeSet<&'static str> {
    fn counts(metric: &Metric) -> bool {
        match &metric.formula {
            Formula::Persons { .. } => true,
            Formula::Counted { measure, .. } => {
                matches!(measure.aggregate, Aggregate::Distinct(of) if !["visit_id", "conversion_id"].contains(&of))
            }
            Formula::Processed { of, .. } => of.iter().any(|of| counts(of)),
            Formula::Share { .. } => false,
        }
    }
    catalog.reports().flat_map(Report::metrics).filter(|metric| counts(metric)).map(|metric| metric.id).collect()
}

/// The answer without these columns of the row that it is.
fn without(answered: Answered, columns: &BTreeSet<&str>) -> Answered {
    match answered {
        Answered::Row(mut row) => {
            row.columns.retain(|(name, _)| !columns.iter().any(|column| name.contains(column)));
            Answered::Row(row)
        }
        other => other,
    }
}

fn is_long(params: &[(&str, &str)]) -> bool {
    params.iter().any(|(name, value)| *name == "period" && ["year", "range"].contains(value))
}

fn ask(garden: &Garden, (method, params): &Asking) -> String {
    let answered = garden.ask(method, params);
    told(&if is_long(params) { without(answered, &different(&garden.catalog)) } else { answered })
}

/// Asks everything; where the answers are not these, what and how.
fn differing(garden: &Garden, askings: &[Asking], before: &[String]) -> Vec<String> {
    let mut differ = Vec::new();
    for (asking, before) in askings.iter().zip(before) {
        let after = ask(garden, asking);
        let (method, params) = asking;
        match NUMBERS_OF_DIFFERENT.contains(method) && is_long(params) {
            true => assert_eq!(after, "Null", "{method}"),
            false if after != *before => differ.push(format!("{method} {params:?}: {}", difference(before, &after))),
            false => {}
        }
    }
    differ
}

#[test]
fn every_report_says_the_same_when_its_visits_are_gone() {
    let garden = Garden::new(12, 0);
    let askings = askings(&garden);
    let before: Vec<String> = askings.iter().map(|asking| ask(&garden, asking)).collect();
    assert!(before.iter().filter(|said| said.len() > 100).count() > 400, "the reports say something");
    assert_eq!(garden.keep(GONE), 1);
    garden.purge(STAYS);
    let differ = differing(&garden, &askings, &before);
    let some = differ[..differ.len().min(60)].join("\n");
    assert!(differ.is_empty(), "{} of {} differ:\n{some}", differ.len(), before.len());
}

/// The sum of a column over the outermost rows.
fn sum(answered: Answered, column: &str) -> f64 {
    answered.lines().iter().map(|line| line.number(column)).sum()
}

#[test]
fn rows_that_are_too_many_become_others_and_every_sum_stays() {
    let garden = Garden::new(300, 4_000);
    let pages = |garden: &Garden, more: &[(&str, &str)]| {
        let mut params = vec![("period", "range"), ("date", "2026-01-26,2026-01-28")];
        params.extend(more);
        garden.ask("Actions.getPageUrls", &params)
    };
    let before = pages(&garden, &[]);
    assert_eq!(garden.keep(GONE), 1);
    garden.purge(STAYS);
    let after = pages(&garden, &[]);
    for column in ["nb_hits", "nb_visits", "sum_time_spent"] {
        assert_eq!(sum(after.clone(), column), sum(before.clone(), column), "{column}");
    }
    // The folder has what its pages had, those without rows of their own among them.
    let folder = |answered: &Answered| answered.clone().lines()[0].clone();
    assert_eq!(folder(&after).number("nb_hits"), folder(&before).number("nb_hits"));
    assert_eq!(folder(&after).label(), "rare");
}

#[test]
fn kept_reports_stand_until_they_are_dropped_and_outlive_copies_of_the_store() {
    let garden = Garden::new(3, 0);
    let visits = |garden: &Garden| {
        sum(garden.ask("VisitsSummary.get", &[("period", "year"), ("date", "2026-02-01")]), "nb_visits")
    };
    let all = visits(&garden);
    assert_eq!(garden.keep(GONE), 1);
    garden.purge(STAYS);
    // What is kept is not kept again.
    assert_eq!(garden.keep(GONE), 0);
    assert_eq!(visits(&garden), all);
    garden.engine.compact().unwrap();
    assert_eq!(visits(&garden), all);
    let garden = garden.again();
    assert_eq!(visits(&garden), all);
    assert_eq!(garden.engine.check().unwrap(), []);
    assert_eq!(garden.engine.kept_sites(), [SITE]);
    let gone = garden.engine.drop_kept(SITE, FIRST.plus(10)).unwrap();
    assert_eq!((gone.len(), gone[0]), (10, FIRST));
    garden.query.touch(&gone.iter().map(|day| (SITE, *day)).collect::<Vec<_>>());
    assert_eq!(visits(&garden), all - 30.0);
    let size = garden.engine.kept_size(SITE, Day(i32::MAX)).unwrap();
    assert_eq!(size.days, u64::from(GONE.len_days().unsigned_abs()) - 10);
    assert!(size.bytes > 1_000);
    garden.engine.drop_kept(SITE, Day(i32::MAX)).unwrap();
    assert_eq!(garden.engine.kept_size(SITE, Day(i32::MAX)).unwrap(), Default::default());
    assert_eq!((visits(&garden.again()), all), (DAYS_LEFT * 3.0, 126.0));
}

/// Days whose visits stay.
const DAYS_LEFT: f64 = 19.0;

#[test]
fn segments_and_persons_end_with_the_visits() {
    let garden = Garden::new(6, 0);
    assert_eq!(garden.keep(GONE), 1);
    garden.purge(STAYS);
    let day = [("period", "day"), ("date", "2026-02-03")];
    let lines = |method: &str, more: &[(&str, &str)]| garden.ask(method, &[&day[..], more].concat()).lines();
    assert!(!lines("UserCountry.getCountry", &[]).is_empty());
    assert!(lines("UserCountry.getCountry", &[("segment", "actions>=1")]).is_empty());
    for method in NOT_KEPT {
        assert!(lines(method, &[("idDimension", "1")]).is_empty(), "{method}");
    }
}

#[test]
fn visits_that_come_late_for_a_kept_day_change_nothing() {
    let mut garden = Garden::new(6, 0);
    let visits =
        |garden: &Garden| told(&garden.ask("VisitsSummary.get", &[("period", "week"), ("date", "2026-02-17")]));
    let before = visits(&garden);
    // The visits are still there: a day is either kept or counted.
    assert_eq!(garden.keep(GONE), 1);
    assert_eq!(visits(&garden), before);
    garden.add_visit(GONE.last);
    assert_eq!(visits(&garden), before);
    garden.purge(STAYS);
    garden.add_visit(GONE.last);
    assert_eq!(visits(&garden), before);
    garden.add_visit(STAYS);
    assert_ne!(visits(&garden), before, "a day that is not kept counts its visits");
}

#[test]
fn strangers_see_of_kept_days_what_they_saw_before() {
    let garden = Garden::new(12, 0);
    let limits = |method: &str| Limits {
        public_grant: 1,
        methods: [method.to_owned()].into(),
        months: 13,
        segment: String::new(),
        visits_min: 3,
        rows_max: 500,
        levels_max: 2,
        columns: &["nb_visits", "nb_hits"],
        chosen_columns: Vec::new(),
        facts: Vec::new(),
        whole_addresses: false,
    };
    let methods = ["Actions.getPageUrls", "UserCountry.getCountry", "Referrers.getAll"];
    let askings: Vec<_> = methods.iter().flat_map(|method| TIMES.iter().map(move |time| (*method, *time))).collect();
    let told = |(method, (period, date)): &(&str, (&str, &str))| {
        told(&garden.ask_as_stranger(limits(method), method, &[("period", *period), ("date", *date)]))
    };
    let before: Vec<String> = askings.iter().map(told).collect();
    assert!(before.iter().all(|said| said.contains("Others")), "small rows are summed");
    assert_eq!(garden.keep(GONE), 1);
    garden.purge(STAYS);
    assert_eq!(askings.iter().map(told).collect::<Vec<_>>(), before);
}

#[test]
fn what_is_kept_in_place_of_a_report_counts_the_same() {
    let catalog = makoto_features::catalog().unwrap();
    let counted = |report: &Report| -> Vec<String> {
        let part = |part: &Part| {
            let metrics: Vec<&str> = part.metrics.iter().map(|metric| metric.id).collect();
            format!("{:?} {:?} {:?} {metrics:?} {}", part.scope, part.keys, (part.only)(), part.zeros)
        };
        report.parts.iter().map(part).chain([format!("{:?} {:?}", report.goals, report.rows_max)]).collect()
    };
    let mut found = 0;
    for report in catalog.reports() {
        let Some(method) = report.kept_as else { continue };
        let other = catalog.report(method).unwrap();
        assert_eq!(counted(report), counted(other), "{}", report.method);
        assert!(other.kept_as.is_none() && matches!(other.shape, Shape::Tree(_)));
        found += 1;
    }
    assert_eq!(found, 4);
}

/// Not about kept reports, but of the same garden.
#[test]
fn an_answer_from_when_a_site_was_a_shop_is_not_given_once_it_is_none() {
    let mut garden = Garden::new(20, 0);
    let asked = [("period", "day"), ("date", "2026-02-20"), ("filter_update_columns_when_show_all_goals", "1")];
    let mut told = |ecommerce| {
        let site = Site { ecommerce, ..(*garden.sites[&SITE]).clone() };
        garden.sites.insert(SITE, Arc::new(site));
        format!("{:?}", garden.ask("Actions.getPageUrls", &asked))
    };
    let shop = told(true);
    assert_ne!(shop, told(false));
    assert_eq!(shop, told(true));
}
