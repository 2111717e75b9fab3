use crate::{
    Answered, Line,
    archive::{Archive, Question},
    compare,
    groups::{self, Groups, Number},
    narrow,
    options::Options,
    period::{self, Asked},
    plan::{self, Counted, Persons, Time},
    raw::Raw,
    said::{localised, translated},
    segment, shown,
    table::{self, Table},
    visits,
};
use makoto_access::{Grant, Limits, View};
use makoto_catalog::{Aggregate, Answer, ApiError, Catalog, Condition, Found, Inquiry, Measure, Part, Report, Shape};
use makoto_engine::Engine;
use makoto_model::{Day, Params, Range, Site, SiteId, Value};
use std::{collections::BTreeMap, sync::Arc};

/// Sites times periods of one question at most, each comparison counted too: each is a table of its own, of some ten
/// kilobytes where it has a row. It leaves 90 days of 100 sites, and ten years of two.
const TABLES_MAX: usize = 10_000;

/// Rows of one count of a custom report at most, the largest ones.
const CUSTOM_ROWS_MAX: u64 = 10_000;

/// Counts of one custom report at most: each is a question of its own. Transitions of 66 periods fit.
const CUSTOM_PLANS_MAX: usize = 600;

/// Sites by number.
pub type Sites = BTreeMap<SiteId, Arc<Site>>;

/// Answers reports. Cheap to share: all callers use one.
pub struct Query {
    pub(crate) engine: Engine,
    pub(crate) catalog: Arc<Catalog>,
    archive: Archive,
}

/// One report asked of one site.
pub struct Ask<'a> {
    pub report: &'static Report,
    pub params: &'a Params,
    pub options: Options,
    pub site: &'a Site,
    pub(crate) segment: &'a Condition,
    pub(crate) segment_text: &'a str,
    pub(crate) picked: Condition,
    /// What narrows the answer; nothing for callers with an account.
    pub(crate) limits: Option<&'a Limits>,
    pub(crate) now_s: i64,
}

pub(crate) fn failed(fault: makoto_engine::Error) -> ApiError {
    let mut text = fault.to_string();
    let mut cause: &dyn std::error::Error = &fault;
    while let Some(inner) = cause.source() {
        text.push_str(&format!(": {inner}"));
        cause = inner;
    }
    match fault {
        makoto_engine::Error::Memory(_) | makoto_engine::Error::TooLong => ApiError::TooMuch(fault.to_string()),
        makoto_engine::Error::Busy | makoto_engine::Error::Closed => ApiError::Busy(fault.to_string()),
        _ => ApiError::Internal(text),
    }
}

impl Query {
    pub fn new(engine: Engine, catalog: Arc<Catalog>) -> Query {
        Query { engine, catalog, archive: Archive::default() }
    }

    /// Answers a report; blocks. `sites` holds at least the granted ones.
    ///
    /// # Errors
    /// What is wrong with the question, or that the store failed.
    pub fn ask(
        &self,
        grant: &Grant<View>,
        method: &str,
        params: &Params,
        sites: &Sites,
        now_s: i64,
    ) -> Result<Answered, ApiError> {
        if params.flag("compare") {
            if grant.sites().iter().any(|id| grant.limits(*id).is_some()) {
                return Err(ApiError::Refused("what is public cannot be compared; leave compare out".to_owned()));
            }
            return compare::ask(self, grant, method, params, sites, now_s);
        }
        let (module, action) = method.split_once('.').unwrap_or((method, ""));
        let unknown = || ApiError::UnknownMethod(action.to_owned(), module.to_owned());
        let mut report = variant(self.catalog.report(method).ok_or_else(unknown)?, params);
        if let Some((_, instead)) = report.instead.filter(|(param, _)| params.says(param)) {
            report = instead;
        }
        let mut ids = grant.sites().to_vec();
        let asked = params.get("idSite").unwrap_or("");
        ids.sort();
        ids.dedup();
        if report.one_site && (ids.len() > 1 || asked == "all") {
            let why = format!("{method} answers for one site at a time");
            return Err(ApiError::BadParam { name: "idSite".to_owned(), why });
        }
        if !matches!(report.shape, Shape::Visits { .. } | Shape::Recent { .. }) {
            few(tables(params, &ids, sites, now_s))?;
        }
        let one = |id: &SiteId| {
            let site = sites.get(id).ok_or_else(|| ApiError::NotFound(format!("there is no site {id}")))?;
            let limits = grant.limits(*id).map(|limits| &**limits);
            let mut options = Options::read(params)?;
            if options.pivot.as_ref().is_some_and(|pivot| !table::opens_to(report, &pivot.by)) {
                let why = format!("the rows of {method} do not open to rows of this dimension");
                return Err(ApiError::BadParam { name: "pivotBy".to_owned(), why });
            }
            if let Some(limits) = limits {
                narrow::admit(limits, report, params, *id)?;
                options = narrow::clamp(limits, options);
            }
            let segment_text = limits.map_or(params.get("segment").unwrap_or(""), |limits| &limits.segment);
            let picked = report.pick.map_or_else(Condition::none, |pick| pick(params, site));
            let segment = segment::read(segment_text, &self.catalog, site)?;
            let own = segment::of_site(&segment, site);
            // The names of goals change; an answer by numbers is for good.
            let by_number = (own != segment).then(|| format!("{segment_text} {own:?}"));
            let segment_text = by_number.as_deref().unwrap_or(segment_text);
            let ask = Ask { report, params, options, site, segment: &own, segment_text, picked, limits, now_s };
            let answered = said(&ask.options, self.answer(&ask)?);
            Ok(match limits {
                Some(limits) => narrow::shown(limits, answered),
                None => answered,
            })
        };
        if asked != "all" && ids.len() == 1 {
            return one(&ids[0]);
        }
        if let (Shape::Visits { limit, with_actions, show }, true) =
            (&report.shape, ids.iter().all(|id| grant.limits(*id).is_none()))
        {
            let of_ids: Vec<&Site> = ids.iter().filter_map(|id| sites.get(id)).map(|site| &**site).collect();
            let options = Options::read(params)?;
            let log = visits::Log { limit: *limit, with_actions: *with_actions, show: *show };
            return Ok(said(&options, self.visits_of_sites(report, params, (&of_ids, &options), log, now_s)?));
        }
        let items = ids.iter().map(|id| Ok((id.to_string(), one(id)?)));
        Ok(Answered::Map { of: "idSite", items: items.collect::<Result<_, ApiError>>()? })
    }

    /// Forgets cached answers of these sites and days.
    pub fn touch(&self, days: &[(SiteId, Day)]) {
        self.archive.touch(days);
    }

    fn answer(&self, ask: &Ask) -> Result<Answered, ApiError> {
        match &ask.report.shape {
            Shape::Visits { limit, with_actions, show } => {
                self.visits(ask, visits::Log { limit: *limit, with_actions: *with_actions, show: *show })
            }
            Shape::Recent { minutes, minutes_max } => self.recent(ask, minutes, *minutes_max),
            Shape::Custom { ask: inquire, show } => self.custom(ask, *inquire, *show),
            Shape::OfSite { param, reports, pick, columns } => self.of_site(ask, (param, columns), reports, *pick),
            _ => self.periods(ask),
        }
    }

    /// Answers of a report that asks by itself, one for each period.
    fn custom(
        &self,
        ask: &Ask,
        inquire: fn(&Params) -> Result<Vec<Inquiry>, ApiError>,
        show: fn(&Found) -> Result<Answer, ApiError>,
    ) -> Result<Answered, ApiError> {
        let period = ask.params.filled("period").ok_or_else(|| ApiError::MissingParam("period".into()))?;
        let date = ask.params.filled("date").ok_or_else(|| ApiError::MissingParam("date".into()))?;
        let asked = period::read(period, date, &ask.site.zone, ask.now_s)?;
        let inquiries = inquire(ask.params)?;
        if asked.ranges.len() * inquiries.len() > CUSTOM_PLANS_MAX {
            return Err(ApiError::TooMuch("ask for fewer periods".to_owned()));
        }
        let mut items = Vec::with_capacity(asked.ranges.len());
        for range in &asked.ranges {
            let counts = inquiries.iter().map(|inquiry| self.count(ask, inquiry, *range)).collect::<Result<_, _>>()?;
            let found = Found { site: ask.site, params: ask.params, period: asked.period, range: *range, counts };
            items.push((period::key(asked.period, *range), Answered::Plain(show(&found)?)));
        }
        Ok(match asked.many {
            true => Answered::Map { of: "date", items },
            false => items.remove(0).1,
        })
    }

    fn count(&self, ask: &Ask, inquiry: &Inquiry, range: Range) -> Result<Vec<(Vec<Value>, i64)>, ApiError> {
        let time = Time::of_days(ask.site, &[range], ask.segment);
        let count = Measure { name: "n", aggregate: Aggregate::Count, only: None };
        let mut plan = plan::of(inquiry.scope, &time, inquiry.only.clone(), inquiry.keys.clone(), vec![count]);
        plan.top = Some(("n", CUSTOM_ROWS_MAX));
        let rows = self.engine.run(&plan).map_err(failed)?;
        let counts = rows.measure(0).map_err(failed)?;
        let found = (0..rows.len()).map(|row| {
            let keys = rows.keys.iter().map(|column| column[row].clone()).collect();
            let count = match counts[row] {
                makoto_model::Cell::Int(n) => n,
                _ => 0,
            };
            (keys, count)
        });
        Ok(found.collect())
    }

    /// The report that the site means by the number in the parameters.
    fn of_site(
        &self,
        ask: &Ask,
        (param, names): (&'static str, &'static [&'static str]),
        reports: &[&'static Report],
        pick: fn(&Site, i64) -> Option<usize>,
    ) -> Result<Answered, ApiError> {
        let id = ask.params.int(param).ok_or_else(|| ApiError::MissingParam(param.to_owned()))?;
        let report = pick(ask.site, id).and_then(|place| reports.get(place));
        let report = report.ok_or_else(|| ApiError::NotFound(format!("site {} has no {param} {id}", ask.site.id)))?;
        let levels = match &report.shape {
            Shape::Rows { levels, .. } => *levels,
            _ => &[],
        };
        // Nothing opens to rows inside it.
        if ask.options.subtable.is_some() && levels.len() < 2 {
            return Ok(Answered::Table(Vec::new()));
        }
        let columns: Vec<&str> = levels.iter().map(|level| level.flat_column).collect();
        let answered =
            self.periods(&Ask { report, options: ask.options.clone(), picked: ask.picked.clone(), ..*ask })?;
        let name = usize::try_from(id - 1).ok().and_then(|nth| names.get(nth));
        Ok(match name {
            Some(name) => shown::renamed(answered, &columns, name),
            None => answered,
        })
    }

    fn periods(&self, ask: &Ask) -> Result<Answered, ApiError> {
        let period = ask.params.filled("period").ok_or_else(|| ApiError::MissingParam("period".into()))?;
        let date = ask.params.filled("date").ok_or_else(|| ApiError::MissingParam("date".into()))?;
        let mut asked = period::read(period, date, &ask.site.zone, ask.now_s)?;
        if let Some(limits) = ask.limits {
            asked = narrow::cut(limits, ask.site, ask.now_s, asked)?;
        }
        let mut answers = self.over(ask, ask.report, &asked)?;
        if !asked.many {
            return Ok(answers.remove(0));
        }
        let keys = asked.ranges.iter().map(|range| period::key(asked.period, *range));
        Ok(Answered::Map { of: "date", items: keys.zip(answers).collect() })
    }

    /// One answer per period.
    fn over(&self, ask: &Ask, report: &'static Report, asked: &Asked) -> Result<Vec<Answered>, ApiError> {
        if let Shape::Union { of, without } = &report.shape {
            let answers = self.union(ask, of, without, asked)?;
            return Ok(answers.into_iter().map(|answered| named(ask, answered, of)).collect());
        }
        let source = match &report.shape {
            Shape::Subtable { of, .. } | Shape::Path { of, .. } => of,
            _ => report,
        };
        let by_row = matches!(source.shape, Shape::Rows { .. } | Shape::Tree(_));
        let exact = source.metrics().any(|metric| {
            matches!(metric.formula, makoto_catalog::Formula::Persons { .. }) && shown::asks_for(ask, metric.id)
        });
        let persons = match by_row && asked.longer_than_a_day() && !exact {
            true => Persons::PerDay,
            false => Persons::Whole,
        };
        let mut raws = self.raws(ask, source, &asked.ranges, persons)?;
        if let Some(limits) = ask.limits.filter(|_| by_row) {
            for (raw, range) in raws.iter_mut().zip(&asked.ranges) {
                let days = self.raws(ask, source, &narrow::days(*range, asked.period), persons)?;
                *raw = Arc::new(narrow::guarded(limits, source, raw, &days));
            }
        }
        raws.iter()
            .zip(&asked.ranges)
            .map(|(raw, range)| self.shown(ask, (report, source), raw, *range, asked))
            .collect()
    }

    fn union(
        &self,
        ask: &Ask,
        reports: &[&'static Report],
        without: &[&str],
        asked: &Asked,
    ) -> Result<Vec<Answered>, ApiError> {
        let mut rows: Vec<Line> = vec![Line::default(); asked.ranges.len()];
        for report in reports {
            for (row, answer) in rows.iter_mut().zip(self.over(ask, report, asked)?) {
                if let Answered::Row(line) = answer {
                    let new = |name: &str| !without.contains(&name) && row.get(name).is_none();
                    let columns: Vec<_> = line.columns.into_iter().filter(|(name, _)| new(name)).collect();
                    row.columns.extend(columns);
                }
            }
        }
        Ok(rows.into_iter().map(|line| shown::some_columns(ask, line)).collect())
    }

    /// The rows of each period, from the cache where it has them.
    fn raws(
        &self,
        ask: &Ask,
        report: &'static Report,
        ranges: &[Range],
        persons: Persons,
    ) -> Result<Vec<Arc<Raw>>, ApiError> {
        let question = |range: Range| Question {
            site: ask.site.id,
            zone: ask.site.zone.name().to_owned(),
            shop: ask.site.ecommerce,
            range,
            report: report.method,
            segment: ask.segment_text.to_owned(),
            persons,
            picked: format!("{:?}", ask.picked),
        };
        let versions: Vec<u64> = ranges.iter().map(|range| self.archive.version(ask.site.id, *range)).collect();
        let mut raws: Vec<Option<Arc<Raw>>> = ranges
            .iter()
            .zip(&versions)
            .map(|(range, version)| self.archive.get(&question(*range), *version))
            .collect();
        let missing: Vec<usize> = (0..ranges.len()).filter(|place| raws[*place].is_none()).collect();
        if !missing.is_empty() {
            let wanted: Vec<Range> = missing.iter().map(|place| ranges[*place]).collect();
            for (place, raw) in missing.into_iter().zip(self.fresh(ask, report, &wanted, persons)?) {
                let raw = Arc::new(raw);
                self.archive.put(question(ranges[place]), versions[place], raw.clone());
                raws[place] = Some(raw);
            }
        }
        Ok(raws.into_iter().flatten().collect())
    }

    fn shown(
        &self,
        ask: &Ask,
        (report, source): (&'static Report, &'static Report),
        raw: &Raw,
        range: Range,
        asked: &Asked,
    ) -> Result<Answered, ApiError> {
        let last_hour = last_hour(ask, range);
        let table = Table { report: source, raw, options: &ask.options, site: ask.site, day: range.last, last_hour };
        let answered = match &report.shape {
            Shape::Rows { .. } | Shape::Tree(_) => Answered::Table(shown::narrowed(ask, table.lines())),
            Shape::Subtable { alone, .. } => {
                if ask.options.subtable.is_none() && !alone {
                    return Err(ApiError::MissingParam("idSubtable".into()));
                }
                Answered::Table(table.opened(ask.options.subtable))
            }
            Shape::Path { param, .. } => {
                let text = ask.params.filled(param).ok_or_else(|| ApiError::MissingParam((*param).to_owned()))?;
                match &source.shape {
                    Shape::Tree(tree) => Answered::Table(table.path(tree, text)),
                    _ => Answered::Table(Vec::new()),
                }
            }
            Shape::Metrics { into, label } => Answered::Table(shown::transposed(&table, into, *label)),
            Shape::Number { text } => shown::number(&table, *text),
            Shape::Totals => shown::totals(ask, &table, asked),
            Shape::Folded { row } => shown::folded(ask, raw, asked, *row),
            Shape::Union { .. }
            | Shape::Recent { .. }
            | Shape::Visits { .. }
            | Shape::OfSite { .. }
            | Shape::Custom { .. } => Answered::Row(Line::default()),
        };
        // Columns of a union are chosen by their own names first.
        Ok(if std::ptr::eq(ask.report, report) { named(ask, answered, &[source]) } else { answered })
    }

    fn recent(&self, ask: &Ask, minutes: &str, minutes_max: i64) -> Result<Answered, ApiError> {
        let name = minutes;
        let minutes = ask.params.int(name).ok_or_else(|| ApiError::MissingParam(name.to_owned()))?;
        if minutes < 1 {
            return Err(ApiError::BadParam { name: name.to_owned(), why: "ask for at least one minute".to_owned() });
        }
        let bucket = plan::recent(minutes.clamp(0, minutes_max), ask.now_s);
        let (columns, blank, parts) = layout(ask.report, Persons::Whole);
        let mut groups = vec![Groups::new(blank)];
        let clock = plan::clock(ask.site, bucket.from_s, bucket.until_s, ask.now_s);
        let midnights = vec![bucket.from_s];
        let time = Time { site: ask.site, buckets: vec![bucket], midnights, clock, segment: ask.segment };
        for (part, first, measures) in parts {
            let plan = plan::plan(part, &time, &ask.picked, measures);
            let rows = self.engine.run(&plan).map_err(failed)?;
            groups::gather(&mut groups, &rows.into(), first..first + plan.measures.len()).map_err(failed)?;
        }
        let raw = Raw::build(ask.report, columns, groups.remove(0));
        let day = ask.site.zone.day(ask.now_s);
        let (options, site) = (&ask.options, ask.site);
        let table = Table { report: ask.report, raw: &raw, options, site, day, last_hour: None };
        Ok(Answered::Table(vec![shown::row_of(&table, &[])]))
    }
}

/// An answer with the names that people read, where the caller wants them.
fn named(ask: &Ask, answered: Answered, reports: &[&'static Report]) -> Answered {
    if ask.options.translate { translated(answered, reports, ask.options.language) } else { answered }
}

/// The present hour of the site, where the caller leaves out those of today that are still to come.
fn last_hour(ask: &Ask, range: Range) -> Option<i64> {
    let today = ask.site.zone.day(ask.now_s);
    let hides = ask.report.until_now.is_some_and(|param| ask.params.says(param));
    let local_s = ask.now_s + ask.site.zone.offset_s(ask.now_s);
    (hides && (range.first, range.last) == (today, today)).then(|| local_s.rem_euclid(86_400) / 3_600)
}

/// An answer in the caller's language, without what is hidden inside it.
fn said(options: &Options, answered: Answered) -> Answered {
    let answered = localised(options.language, answered);
    match options.hide_inside {
        Some(true) => shown::without_inner(answered, &options.hide),
        _ => answered,
    }
}

/// How many tables answer a question: sites times periods. What is wrong with the periods is told where they are asked.
pub(crate) fn tables(params: &Params, ids: &[SiteId], sites: &Sites, now_s: i64) -> usize {
    let site = ids.iter().find_map(|id| sites.get(id));
    let asked = site.zip(params.filled("period")).zip(params.filled("date"));
    let asked = asked.and_then(|((site, period), date)| period::read(period, date, &site.zone, now_s).ok());
    ids.len() * asked.map_or(1, |asked| asked.ranges.len())
}

/// # Errors
/// `TooMuch` for more tables than one answer holds.
pub(crate) fn few(tables: usize) -> Result<(), ApiError> {
    match tables > TABLES_MAX {
        true => Err(ApiError::TooMuch(format!(
            "a question has {TABLES_MAX} tables at most, one for each site, period and comparison; ask for fewer"
        ))),
        false => Ok(()),
    }
}

/// Where the numbers of a report's parts stand in its rows, and what is there before they are known.
pub(crate) type Layout = (Vec<Counted>, Vec<Number>, Vec<(&'static Part, usize, Vec<Measure>)>);

pub(crate) fn layout(report: &'static Report, persons: Persons) -> Layout {
    let (mut columns, mut blank, mut parts) = (Vec::new(), Vec::new(), Vec::new());
    for part in report.parts {
        let (of_part, measures): (Vec<Counted>, Vec<Measure>) = plan::counted(part, persons).into_iter().unzip();
        let nothing = if part.zeros { Number::ZERO } else { Number::ABSENT };
        blank.extend(of_part.iter().map(|column| match column.merge {
            makoto_catalog::Merge::Sum => nothing,
            makoto_catalog::Merge::Max | makoto_catalog::Merge::Min if part.zeros => Number::NULL,
            makoto_catalog::Merge::Max | makoto_catalog::Merge::Min => Number::ABSENT,
        }));
        parts.push((part, columns.len(), measures));
        columns.extend(of_part);
    }
    (columns, blank, parts)
}

/// The report that answers under this one's name.
fn variant(report: &'static Report, params: &Params) -> &'static Report {
    let Some((param, variants)) = report.variants else { return report };
    let asked = params.filled(param).and_then(|value| variants.iter().find(|(known, _)| *known == value));
    asked.map_or(report, |(_, variant)| variant)
}
