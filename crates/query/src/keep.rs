//! Reports that outlive their visits. Of a day whose visits are about to go, each report is counted once more and kept as
//! its groups; from then on these answer for the day, merged with what is still counted of other days.

use crate::{
    conversions::{self, Run},
    groups::{self, Groups},
    kept::{self, Unreadable},
    plan::{self, Counted, Persons, Time},
    query::{Ask, Layout, Query, failed, layout},
    raw::Raw,
    shared::{Answer, Shared},
};
use makoto_catalog::{
    Aggregate, ApiError, Catalog, Condition, Expr, GoalColumns, Measure, Plan, Privacy, Report, Scope, Shape, Stored,
    Table, columns::IDENTITIES,
};
use makoto_engine::{KeptReport, LARGE_ROWS};
use makoto_model::{Day, Period, Range, Site};
use std::collections::{BTreeMap, BTreeSet};

/// Groups of a report and day that are kept each by itself: twice as many as the longest tables show rows of. The
/// others are summed.
const GROUPS_MAX: usize = 1_000;

/// Actions that are counted at once when reports are kept: as many as one question goes through in memory.
const ACTIONS_AT_ONCE: i64 = 500_000;
/// Days that are counted at once: each report of each is a table in memory.
const DAYS_AT_ONCE: usize = 31;

/// A report as it is kept: what a caller's parameters may leave of it, under a name.
struct Keepable {
    report: &'static Report,
    picked: Condition,
}

impl Keepable {
    fn about<'a>(&'a self, site: &'a Site, segment: &'a Condition) -> About<'a> {
        About { site, report: self.report, segment, picked: &self.picked, persons: Persons::Whole }
    }
}

/// Every report of a site that is kept, by the name under which it is.
fn keepable(catalog: &Catalog, site: &Site) -> BTreeMap<String, Keepable> {
    let mut all = BTreeMap::new();
    catalog.reports().for_each(|report| add(catalog, site, report, &mut all));
    all
}

fn add(catalog: &Catalog, site: &Site, report: &'static Report, all: &mut BTreeMap<String, Keepable>) {
    let inner: Vec<&'static Report> = match &report.shape {
        Shape::Subtable { of, .. } | Shape::Path { of, .. } => vec![of],
        Shape::Union { of, .. } => of.to_vec(),
        Shape::OfSite { reports, pick, .. } => {
            let places = site.own_dimensions.iter().filter_map(|own| pick(site, i64::from(own.id)));
            places.filter_map(|place| reports.get(place).copied()).collect()
        }
        Shape::Recent { .. } | Shape::Custom { .. } | Shape::Visits { .. } => Vec::new(),
        _ if report.kept_as.is_some() || !is_anonymous(catalog, report) => Vec::new(),
        _ => {
            for (choice, picked) in (report.choices)(site) {
                all.insert(name(report, &choice), Keepable { report, picked });
            }
            Vec::new()
        }
    };
    let variants = report.variants.iter().flat_map(|(_, variants)| variants.iter().map(|(_, variant)| *variant));
    let instead = report.instead.iter().map(|(_, instead)| *instead);
    inner.into_iter().chain(variants).chain(instead).for_each(|report| add(catalog, site, report, all));
}

fn name(report: &Report, choice: &str) -> String {
    let method = report.kept_as.unwrap_or(report.method);
    if choice.is_empty() { method.to_owned() } else { format!("{method} {choice}") }
}

/// Whether nothing that its rows stand for tells one person from another.
fn is_anonymous(catalog: &Catalog, report: &Report) -> bool {
    let mut columns = BTreeSet::new();
    report.parts.iter().flat_map(|part| part.keys).for_each(|key| named(key, &mut columns));
    match &report.goals {
        GoalColumns::ByKeys { keys: Some(keys), .. } => keys.iter().for_each(|key| named(key, &mut columns)),
        GoalColumns::Pages { page, entry } => [page, entry].into_iter().for_each(|key| named(key, &mut columns)),
        GoalColumns::ByKeys { keys: None, .. } | GoalColumns::None => {}
    }
    let told = catalog.dimensions().filter(|dimension| dimension.privacy != Privacy::Anonymous);
    let stored = Table::ALL.into_iter().flat_map(|table| catalog.columns(table));
    let identities = stored.filter(|column| matches!(column.stored, Stored::Text(name) if IDENTITIES.contains(&name)));
    let personal: BTreeSet<&str> =
        told.map(|dimension| dimension.column).chain(identities.map(|column| column.name)).collect();
    columns.is_disjoint(&personal)
}

/// The columns that an expression reads.
fn named(expr: &Expr, columns: &mut BTreeSet<&'static str>) {
    match expr {
        Expr::Column(name) | Expr::Is(name, _) | Expr::OfVisit(name) => _ = columns.insert(name),
        Expr::Local(_, inner) | Expr::Utc(_, inner) | Expr::OfDay(_, inner) | Expr::Over(inner, _) => {
            named(inner, columns);
        }
        Expr::Minus(one, other) | Expr::Times(one, other) => {
            named(one, columns);
            named(other, columns);
        }
        Expr::Int(_) | Expr::GoalName | Expr::ToNext(_) | Expr::IsLast => {}
    }
}

/// Whether its rows tell persons apart per day only, where periods are longer.
fn is_by_row(report: &Report) -> bool {
    matches!(report.shape, Shape::Rows { .. } | Shape::Tree(_))
}

/// The stretches of a range without days that are kept.
fn counted_days(range: Range, kept: &BTreeSet<Day>) -> Vec<Range> {
    let mut stretches = Vec::new();
    let mut first = range.first;
    for day in kept.range(range.first..=range.last) {
        if first < *day {
            stretches.push(Range { first, last: day.plus(-1) });
        }
        first = day.plus(1);
    }
    if first <= range.last {
        stretches.push(Range { first, last: range.last });
    }
    stretches
}

fn holds(kept: &BTreeSet<Day>, range: Range) -> bool {
    kept.range(range.first..=range.last).next().is_some()
}

fn unwritten(fault: postcard::Error) -> ApiError {
    ApiError::Internal(format!("a report cannot be kept: {fault}"))
}

fn unreadable(fault: Unreadable) -> ApiError {
    ApiError::Internal(fault.to_string())
}

/// What a count is about.
#[derive(Clone, Copy)]
struct About<'a> {
    site: &'a Site,
    report: &'static Report,
    segment: &'a Condition,
    picked: &'a Condition,
    persons: Persons,
}

/// What is asked for a count, but for what it says of goals.
fn plans(about: About, time: &Time) -> Vec<Plan> {
    let parts = layout(about.report, about.persons).2.into_iter();
    parts.map(|(part, _, measures)| plan::plan(part, time, about.picked, measures)).collect()
}

/// The groups of each of these stretches of days, counted by what answers plans.
fn counted_by(about: About, ranges: &[Range], run: &Run) -> Result<Vec<Groups>, ApiError> {
    let mut groups = numbers_by(about, layout(about.report, about.persons), ranges, run)?;
    let time = Time::of_days(about.site, ranges, about.segment);
    conversions::gather(about.report, &time, &mut groups, run).map_err(failed)?;
    Ok(groups)
}

/// The same without what they say of goals, and with no more numbers than these.
fn numbers_by(about: About, (_, blank, parts): Layout, ranges: &[Range], run: &Run) -> Result<Vec<Groups>, ApiError> {
    let mut groups: Vec<Groups> = ranges.iter().map(|_| Groups::new(blank.clone())).collect();
    let time = Time::of_days(about.site, ranges, about.segment);
    for (part, first, measures) in parts {
        let plan = plan::plan(part, &time, about.picked, measures);
        let rows = run(&plan).map_err(failed)?;
        groups::gather(&mut groups, &rows, first..first + plan.measures.len()).map_err(failed)?;
    }
    Ok(groups)
}

/// Of the numbers of a report those that count different values.
fn different(report: &'static Report) -> Layout {
    let (all, all_blank, all_parts) = layout(report, Persons::Whole);
    let (mut columns, mut blank, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for (part, first, measures) in all_parts {
        let own = measures.into_iter().zip(first..).filter(|(_, place)| all[*place].different);
        let (measures, places): (Vec<Measure>, Vec<usize>) = own.unzip();
        if !measures.is_empty() {
            parts.push((part, columns.len(), measures));
            columns.extend(places.iter().map(|place| all[*place]));
            blank.extend(places.iter().map(|place| all_blank[*place]));
        }
    }
    (columns, blank, parts)
}

impl Query {
    /// The rows of each of these stretches of days, fresh from the store.
    pub(crate) fn fresh(
        &self,
        ask: &Ask,
        report: &'static Report,
        ranges: &[Range],
        persons: Persons,
    ) -> Result<Vec<Raw>, ApiError> {
        let about = About { site: ask.site, report, segment: ask.segment, picked: &ask.picked, persons };
        let (columns, _, _) = layout(report, persons);
        let mut kept = self.engine.kept_days(ask.site.id);
        let groups = loop {
            let groups = self.groups(about, ranges, &kept, &columns)?;
            // Where visits of a day went meanwhile, it was counted without them.
            let now = self.engine.kept_days(ask.site.id);
            if ranges.iter().flat_map(|range| range.days()).all(|day| kept.contains(&day) == now.contains(&day)) {
                break groups;
            }
            kept = now;
        };
        let large = groups.iter().map(|(groups, _)| groups.len()).sum::<usize>() >= LARGE_ROWS;
        let raw = |(mut groups, different_unknown): (Groups, bool)| {
            groups.settle(report.goals);
            let mut raw = Raw::build(report, columns.clone(), groups);
            raw.different_unknown = different_unknown;
            raw
        };
        let raws = groups.into_iter().map(raw).collect();
        if large {
            // The answers that groups were made of are gone by now.
            self.engine.give_back();
        }
        Ok(raws)
    }

    /// The groups of each range, and whether it is not known any more how many different values there were in it.
    fn groups(
        &self,
        about: About,
        ranges: &[Range],
        kept: &BTreeSet<Day>,
        columns: &[Counted],
    ) -> Result<Vec<(Groups, bool)>, ApiError> {
        let name = match ranges.iter().any(|range| holds(kept, *range)) {
            true => self.kept_name(about),
            false => None,
        };
        let Some(name) = name else {
            let counted = self.counted(about, ranges)?;
            return Ok(counted.into_iter().map(|groups| (groups, false)).collect());
        };
        let (_, blank, _) = layout(about.report, about.persons);
        let mut all: Vec<(Groups, bool)> = ranges.iter().map(|_| (Groups::new(blank.clone()), false)).collect();
        let stretches: Vec<(usize, Range)> = ranges
            .iter()
            .enumerate()
            .flat_map(|(place, range)| counted_days(*range, kept).into_iter().map(move |days| (place, days)))
            .collect();
        if !stretches.is_empty() {
            let days: Vec<Range> = stretches.iter().map(|(_, days)| *days).collect();
            for ((place, _), groups) in stretches.iter().zip(self.counted(about, &days)?) {
                all[*place].0.absorb(groups, columns);
            }
        }
        let whole = Range { first: ranges[0].first, last: ranges[ranges.len() - 1].last };
        let reports = self.engine.kept_reports(about.site.id, &name, whole).map_err(failed)?;
        for (range, (groups, different_unknown)) in ranges.iter().zip(&mut all) {
            let inside = |kept: &&KeptReport| range.first <= kept.range.first && kept.range.last <= range.last;
            for kept in reports.iter().filter(|kept| kept.range.len_days() == 1).filter(inside) {
                groups.absorb(kept::read(&kept.numbers, columns, &blank).map_err(unreadable)?, columns);
            }
            if range.len_days() > 1 && holds(kept, *range) && columns.iter().any(|column| column.different) {
                let whole = reports.iter().find(|kept| kept.range == *range);
                let whole = whole.map(|kept| kept::read(&kept.numbers, columns, &blank)).transpose();
                let whole = whole.map_err(unreadable)?;
                groups.replace_different(whole.as_ref(), columns);
                *different_unknown = whole.is_none();
            }
        }
        Ok(all)
    }

    /// Under which name a report is kept; nothing for one that is not: of a segment, or with rows that stand for persons.
    fn kept_name(&self, about: About) -> Option<String> {
        if *about.segment != Condition::none() || !is_anonymous(&self.catalog, about.report) {
            return None;
        }
        let (choice, _) = (about.report.choices)(about.site).into_iter().find(|(_, picked)| picked == about.picked)?;
        Some(name(about.report, &choice))
    }

    /// The groups of each of these stretches of days, counted from the visits.
    fn counted(&self, about: About, ranges: &[Range]) -> Result<Vec<Groups>, ApiError> {
        let time = Time::of_days(about.site, ranges, about.segment);
        let shared = Shared::of(&self.engine, plans(about, &time)).map_err(failed)?;
        counted_by(about, ranges, &|plan| shared.run(plan))
    }

    /// The days among these whose reports are not kept, in pieces that `keep` counts at once.
    ///
    /// # Errors
    /// When the store fails.
    pub fn days_to_keep(&self, site: &Site, days: Range) -> Result<Vec<Range>, ApiError> {
        let days: Vec<Range> = counted_days(days, &self.engine.kept_days(site.id))
            .into_iter()
            .flat_map(Range::days)
            .map(|day| Range { first: day, last: day })
            .collect();
        if days.is_empty() {
            return Ok(days);
        }
        let none = Condition::none();
        let time = Time::of_days(site, &days, &none);
        let count = Measure { name: "n", aggregate: Aggregate::Count, only: None };
        let plan = plan::of(Scope::Action, &time, Condition::none(), Vec::new(), vec![count]);
        let rows = self.engine.run(&plan).map_err(failed)?;
        let mut actions = vec![0; days.len()];
        for (bucket, count) in rows.buckets.iter().zip(rows.measure(0).map_err(failed)?) {
            actions[*bucket as usize] = count.int().unwrap_or(0);
        }
        let mut pieces: Vec<Range> = Vec::new();
        let mut weight = 0;
        for (day, actions) in days.into_iter().zip(actions) {
            weight += actions;
            match pieces.last_mut() {
                Some(piece)
                    if piece.last.plus(1) == day.first
                        && weight <= ACTIONS_AT_ONCE
                        && piece.len_days() < DAYS_AT_ONCE as i32 =>
                {
                    piece.last = day.last;
                }
                _ => {
                    pieces.push(day);
                    weight = actions;
                }
            }
        }
        Ok(pieces)
    }

    /// Keeps the reports of these days: one of the pieces of `days_to_keep`. From then on they answer for them, and visits
    /// that come later for one of these days count no more.
    ///
    /// # Errors
    /// When the store fails; then nothing of them is kept.
    pub fn keep(&self, site: &Site, days: Range, now_s: i64) -> Result<(), ApiError> {
        let keepable = keepable(&self.catalog, site);
        let mut reports = self.reports_of_days(site, days, &keepable)?;
        reports.extend(self.different_in_periods(site, days, &keepable, now_s)?);
        self.engine.keep(site.id, days, &reports).map_err(failed)?;
        self.touch(&days.days().map(|day| (site.id, day)).collect::<Vec<_>>());
        Ok(())
    }

    /// How many bytes the reports of these days would take.
    ///
    /// # Errors
    /// When the store fails.
    pub fn size_of_kept(&self, site: &Site, days: Range) -> Result<u64, ApiError> {
        let reports = self.reports_of_days(site, days, &keepable(&self.catalog, site))?;
        Ok(reports.iter().map(|kept| kept.numbers.len() as u64).sum())
    }

    /// Each report of each day.
    fn reports_of_days(
        &self,
        site: &Site,
        days: Range,
        reports: &BTreeMap<String, Keepable>,
    ) -> Result<Vec<KeptReport>, ApiError> {
        let days: Vec<Range> = days.days().map(|day| Range { first: day, last: day }).collect();
        let mut all = Vec::new();
        let none = Condition::none();
        let time = Time::of_days(site, &days, &none);
        let plans = reports.values().flat_map(|keepable| plans(keepable.about(site, &none), &time)).collect();
        let shared = Shared::of(&self.engine, plans).map_err(failed)?;
        for (name, keepable) in reports {
            let (about, report) = (keepable.about(site, &none), keepable.report);
            let (columns, _, _) = layout(report, Persons::Whole);
            for (range, mut groups) in days.iter().zip(counted_by(about, &days, &|plan| shared.run(plan))?) {
                groups.cut(report, &columns, GROUPS_MAX);
                if !groups.is_empty() {
                    let numbers = kept::write(&groups, &columns).map_err(unwritten)?;
                    all.push(KeptReport { report: name.clone(), range: *range, numbers });
                }
            }
        }
        Ok(all)
    }

    /// Different persons and values do not add up over days: those of each whole week and month of which these are the
    /// first days to go, where it is over.
    fn different_in_periods(
        &self,
        site: &Site,
        days: Range,
        keepable: &BTreeMap<String, Keepable>,
        now_s: i64,
    ) -> Result<Vec<KeptReport>, ApiError> {
        let kept = self.engine.kept_days(site.id);
        let today = site.zone.day(now_s);
        let periods = days.days().flat_map(|day| [Period::Week, Period::Month].map(|period| period.around(day)));
        let mut seen = BTreeSet::new();
        let periods: Vec<Range> = periods
            .filter(|range| seen.insert((range.first, range.last)) && range.last < today && !holds(&kept, *range))
            .collect();
        let mut all = Vec::new();
        let none = Condition::none();
        for (name, keepable) in keepable {
            let (about, report) = (keepable.about(site, &none), keepable.report);
            let (columns, _, _) = different(report);
            if is_by_row(report) || columns.is_empty() {
                continue;
            }
            // Weeks and months overlap: each is a question of its own.
            for range in &periods {
                let run = |plan: &Plan| self.engine.run(plan).map(Answer::from);
                for groups in numbers_by(about, different(report), &[*range], &run)? {
                    let numbers = kept::write(&groups, &columns).map_err(unwritten)?;
                    all.push(KeptReport { report: name.clone(), range: *range, numbers });
                }
            }
        }
        Ok(all)
    }
}
