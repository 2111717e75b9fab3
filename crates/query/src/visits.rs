//! The visits log: single visits with all they did, of one site or of several.

use crate::{
    Answered, Query,
    options::Options,
    period, plan,
    query::{Ask, failed},
    segment, shown,
};
use makoto_catalog::{Answer, ApiError, Condition, Expr, LoggedVisit, Op, Report, Table, VisitLog};
use makoto_engine::{VisitRecord, VisitsQuestion};
use makoto_model::{Params, Site, Value};

/// How far ahead of us the clock of a visit may run in a log without an end.
const FUTURE_S: i64 = 366 * 86_400;

/// Visits of one answer of the visits log at most; so far back reaches that of several sites, which are merged here.
const VISITS_MAX: u64 = 10_000;

/// What a log shows of visits.
#[derive(Clone, Copy)]
pub struct Log {
    /// Visits at most, whatever the caller says.
    pub limit: Option<u64>,
    pub with_actions: bool,
    pub show: fn(&VisitLog) -> Answer,
}

/// The place and number of the visits that are shown.
#[derive(Clone, Copy)]
struct Page {
    offset: u64,
    limit: u64,
}

impl Log {
    fn page(&self, params: &Params, options: &Options) -> Page {
        let asked = params.int("countVisitorsToFetch").and_then(|n| u64::try_from(n).ok()).filter(|n| *n > 0);
        let asked = asked.or_else(|| options.limit.map(|limit| limit as u64));
        Page { offset: options.offset as u64, limit: self.limit.or(asked).unwrap_or(VISITS_MAX).min(VISITS_MAX) }
    }

    fn with_actions(&self, params: &Params) -> bool {
        self.with_actions && !params.flag("doNotFetchActions")
    }
}

fn oldest_first(params: &Params) -> bool {
    params.get("filter_sort_order") == Some("asc")
}

impl Query {
    pub(crate) fn visits(&self, ask: &Ask, log: Log) -> Result<Answered, ApiError> {
        let records = self.records(ask, log, log.page(ask.params, &ask.options))?;
        Ok(Answered::Plain(shown::fields(&ask.options, self.told(ask, log, &records.iter().collect::<Vec<_>>()))))
    }

    /// One log of several sites, each visit in its own site's words.
    pub(crate) fn visits_of_sites(
        &self,
        report: &'static Report,
        params: &Params,
        (sites, options): (&[&Site], &Options),
        log: Log,
        now_s: i64,
    ) -> Result<Answered, ApiError> {
        let page = log.page(params, options);
        if page.offset >= VISITS_MAX {
            let why = format!("the log of several sites reaches back {VISITS_MAX} visits; ask for one site");
            return Err(ApiError::TooMuch(why));
        }
        let until = page.offset.saturating_add(page.limit).min(VISITS_MAX);
        let text = params.get("segment").unwrap_or("");
        let mut segments = Vec::with_capacity(sites.len());
        for site in sites {
            segments.push(segment::of_site(&segment::read(text, &self.catalog, site)?, site));
        }
        let ask = |place: usize| Ask {
            report,
            params,
            options: options.clone(),
            site: sites[place],
            segment: &segments[place],
            segment_text: text,
            picked: Condition::none(),
            limits: None,
            now_s,
        };
        let last = self.catalog.columns(Table::Visit).iter().position(|column| column.name == "last_action_s");
        let time_s = |record: &VisitRecord| match last.and_then(|place| record.visit.get(place)) {
            Some(Value::Int(time_s)) => *time_s,
            _ => 0,
        };
        let mut found: Vec<(usize, VisitRecord)> = Vec::new();
        for place in 0..sites.len() {
            let records = self.records(&ask(place), log, Page { offset: 0, limit: until })?;
            found.extend(records.into_iter().map(|record| (place, record)));
            // Those of one site are in order already; the sort leaves them so where times are the same.
            match oldest_first(params) {
                true => found.sort_by_key(|(_, record)| time_s(record)),
                false => found.sort_by_key(|(_, record)| std::cmp::Reverse(time_s(record))),
            }
            found.truncate(until as usize);
        }
        let mut rows = Vec::with_capacity(found.len());
        for (place, record) in found.iter().skip(page.offset as usize) {
            match self.told(&ask(*place), log, &[record]) {
                Answer::List(row) => rows.extend(row),
                // It is no list: what is asked for is the first visit alone.
                one => return Ok(Answered::Plain(one)),
            }
        }
        if rows.is_empty() && !sites.is_empty() {
            return Ok(Answered::Plain(self.told(&ask(0), log, &[])));
        }
        Ok(Answered::Plain(shown::fields(options, Answer::List(rows))))
    }

    fn told(&self, ask: &Ask, log: Log, records: &[&VisitRecord]) -> Answer {
        (log.show)(&VisitLog {
            site: ask.site,
            visit_columns: self.catalog.columns(Table::Visit),
            action_columns: self.catalog.columns(Table::Action),
            conversion_columns: self.catalog.columns(Table::Conversion),
            item_columns: self.catalog.columns(Table::Item),
            visits: records.iter().map(|record| logged(record)).collect(),
            now_s: ask.now_s,
            with_actions: log.with_actions(ask.params),
            language: ask.options.language,
        })
    }

    /// The visits of one site, as many as the page says.
    fn records(&self, ask: &Ask, log: Log, page: Page) -> Result<Vec<VisitRecord>, ApiError> {
        let (from_s, until_s) = match (ask.params.filled("period"), ask.params.filled("date")) {
            (Some(period), Some(date)) => {
                let asked = period::read(period, date, &ask.site.zone, ask.now_s)?;
                let (first, last) = (asked.ranges[0], asked.ranges[asked.ranges.len() - 1]);
                (ask.site.zone.start_s(first.first), ask.site.zone.start_s(last.last.plus(1)))
            }
            _ => (0, ask.now_s + FUTURE_S),
        };
        let visitor = ask.params.filled("visitorId").map(|id| Condition::Compare {
            expr: Expr::Column("visitor"),
            op: Op::Is,
            value: Value::from(id),
        });
        let filter = match visitor {
            Some(visitor) => Condition::All(vec![ask.segment.clone(), visitor]),
            None => ask.segment.clone(),
        };
        let question = VisitsQuestion {
            site: ask.site.id,
            from_s,
            until_s,
            filter,
            newest_first: !oldest_first(ask.params),
            limit: page.limit,
            offset: page.offset,
            min_last_action_s: ask.params.int("minTimestamp").filter(|s| *s > 0),
            with_actions: log.with_actions(ask.params),
            clock: plan::clock(ask.site, from_s, until_s, ask.now_s),
        };
        self.engine.visits(&question).map_err(failed)
    }
}

fn logged(record: &VisitRecord) -> LoggedVisit<'_> {
    LoggedVisit {
        visit: &record.visit,
        actions: &record.actions,
        conversions: &record.conversions,
        items: &record.items,
        ordered: record.ordered,
        left: record.left,
    }
}
