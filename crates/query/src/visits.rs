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

/// Visits of one answer of the visits log at most; whoever asks for more is refused where there are more. So far back
/// reaches that of several sites, which are merged here.
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
        // One more tells whether there are more.
        Page { offset: options.offset as u64, limit: self.limit.or(asked).unwrap_or(u64::MAX).min(VISITS_MAX + 1) }
    }

    fn with_actions(&self, params: &Params) -> bool {
        self.with_actions && !params.says("doNotFetchActions")
    }
}

/// # Errors
/// `TooMuch` for more visits than one answer holds.
fn few(visits: usize) -> Result<(), ApiError> {
    match visits as u64 > VISITS_MAX {
        true => Err(ApiError::TooMuch(format!(
            "one answer holds {VISITS_MAX} visits; ask for them page by page, with filter_limit and filter_offset"
        ))),
        false => Ok(()),
    }
}

impl Query {
    pub(crate) fn visits(&self, ask: &Ask, log: Log) -> Result<Answered, ApiError> {
        let records = self.records(ask, log, log.page(ask.params, &ask.options))?;
        few(records.len())?;
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
            match options.ascending {
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
            newest_first: !ask.options.ascending,
            limit: page.limit,
            offset: page.offset,
            after_s: ask.params.int("minTimestamp").filter(|s| *s > 0),
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_asks_for_all_visits_is_told_that_there_are_more() {
        assert!(few(VISITS_MAX as usize).is_ok());
        assert!(few(VISITS_MAX as usize + 1).unwrap_err().to_string().contains("filter_offset"));
    }

    #[test]
    fn one_visit_more_is_asked_for_than_an_answer_holds() {
        let log = Log { limit: None, with_actions: false, show: |_| Answer::Null };
        for (limit, asked) in [("-1", VISITS_MAX + 1), ("10001", VISITS_MAX + 1), ("10000", VISITS_MAX), ("3", 3)] {
            let params = Params::new(vec![("filter_limit".into(), limit.into())]);
            assert_eq!(log.page(&params, &Options::read(&params).unwrap()).limit, asked);
        }
    }
}
