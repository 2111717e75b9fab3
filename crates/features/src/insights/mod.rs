//! Which rows of a report grew or shrank most since an earlier period.

use crate::{
    Services,
    api::{entries, one_site},
    earlier::{earlier, growth},
    rows::PERIOD_PARAMS,
    services::bad,
};
use makoto_access::{Caller, Role};
use makoto_catalog::{
    Access, Answer, Answered, ApiError, Asker, Composed, Line, Param, ParamKind,
    language::{Language, asked},
};
use makoto_model::{Params, Site, Value};
use std::collections::HashMap;

/// The reports that an overview looks at.
const OVERVIEW: &[&str] = &[
    "Actions_getPageUrls",
    "Actions_getPageTitles",
    "Actions_getDownloads",
    "Referrers_getWebsites",
    "Referrers_getCampaigns",
    "Referrers_getSocials",
    "Referrers_getSearchEngines",
    "UserCountry_getCountry",
];

/// What rows are compared by.
const VISITS: &str = "nb_visits";

const fn param(name: &'static str, kind: ParamKind, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind, default, doc }
}

const SEGMENT: Param = param("segment", ParamKind::Text, Some(""), "which visits count");
const REPORT: Param = param("reportUniqueId", ParamKind::Text, None, "as getReportMetadata says: Actions_getPageUrls");
const AGO: Param = param("comparedToXPeriods", ParamKind::Int, Some("1"), "so many periods earlier");
const UP_5: Param = param("limitIncreaser", ParamKind::Int, Some("5"), "rows that grew, at most");
const DOWN_5: Param = param("limitDecreaser", ParamKind::Int, Some("5"), "rows that shrank, at most");
const UP_4: Param = Param { default: Some("4"), ..UP_5 };
const DOWN_4: Param = Param { default: Some("4"), ..DOWN_5 };
const ONLY: Param = param("filterBy", ParamKind::Text, Some(""), "movers, new or disappeared; all without it");
const IMPACT: Param =
    param("minImpactPercent", ParamKind::Int, Some("2"), "least change, in percent of the visits of all rows");
const GROWTH: Param = param("minGrowthPercent", ParamKind::Int, Some("20"), "least growth of the row, in percent");
const ORDER: Param = param("orderBy", ParamKind::Text, Some("absolute"), "absolute, relative or importance");
const SITE: Param = PERIOD_PARAMS[0];
const PERIOD: Param = PERIOD_PARAMS[1];
const DATE: Param = PERIOD_PARAMS[2];

/// Methods that are made of reports.
pub static COMPOSED: &[Composed<Services>] = &[
    Composed {
        id: "Insights.canGenerateInsights",
        doc: "Whether there is an earlier period to compare with.",
        params: &[DATE, PERIOD],
        access: Access::SomeSite(Role::View),
        listed: None,
        generic: false,
        run: |services, _, params, _| Box::pin(async { can(services, params) }),
    },
    Composed {
        id: "Insights.getInsights",
        doc: "The rows of a report that grew or shrank most.",
        params: &[SITE, PERIOD, DATE, REPORT, SEGMENT, UP_5, DOWN_5, ONLY, IMPACT, GROWTH, AGO, ORDER],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| {
            Box::pin(of_report(services, caller, params, asker, Comparison::insights))
        },
    },
    Composed {
        id: "Insights.getMoversAndShakers",
        doc: "The rows of a report that grew or shrank far more than all visits did.",
        params: &[SITE, PERIOD, DATE, REPORT, SEGMENT, AGO, UP_4, DOWN_4],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| {
            Box::pin(of_report(services, caller, params, asker, Comparison::movers_and_shakers))
        },
    },
    Composed {
        id: "Insights.getInsightsOverview",
        doc: "The rows that grew or shrank most in the reports that matter to most sites.",
        params: &[SITE, PERIOD, DATE, SEGMENT],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| {
            Box::pin(overview(services, caller, params, asker, Comparison::insights))
        },
    },
    Composed {
        id: "Insights.getMoversAndShakersOverview",
        doc: "The rows that grew or shrank far more than all visits did, in the reports that matter to most sites.",
        params: &[SITE, PERIOD, DATE, SEGMENT],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| {
            Box::pin(overview(services, caller, params, asker, Comparison::movers_and_shakers))
        },
    },
];

fn can(services: &Services, params: &Params) -> Result<Answered, ApiError> {
    let utc = makoto_model::Zone::parse("UTC").ok_or_else(|| ApiError::Internal("there is no zone UTC".to_owned()))?;
    let before = earlier(services, params, &utc, 1)?;
    Ok(Answered::Plain(Answer::Bool(before.is_some())))
}

/// The report that a call names.
fn report(services: &Services, site: &Site, params: &Params) -> Result<entries::Entry, ApiError> {
    let id = params.filled("reportUniqueId").ok_or_else(|| ApiError::MissingParam("reportUniqueId".into()))?;
    named(services, site, id, asked(params))
        .ok_or_else(|| bad("reportUniqueId", "name a report with rows as API.getReportMetadata calls it"))
}

fn named(services: &Services, site: &Site, id: &str, language: &'static Language) -> Option<entries::Entry> {
    let mut all = entries::entries(services, Some(site), language).into_iter();
    all.find(|entry| entry.unique_id() == id && !entry.rows.is_empty())
}

/// What is shown of a comparison.
type Show = fn(&Comparison, &Params) -> Result<Answer, ApiError>;

/// The report that a call names, compared.
async fn of_report(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
    show: Show,
) -> Result<Answered, ApiError> {
    let site = one_site(services, caller, params)?;
    let comparison = compare(services, params, &site, report(services, &site, params)?, asker).await?;
    Ok(Answered::Plain(show(&comparison, params)?))
}

async fn overview(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
    show: Show,
) -> Result<Answered, ApiError> {
    let site = one_site(services, caller, params)?;
    let mut answers = Vec::with_capacity(OVERVIEW.len());
    for id in OVERVIEW {
        let Some(entry) = named(services, &site, id, asked(params)) else { continue };
        let name = entry.name.clone();
        answers.push((name, show(&compare(services, params, &site, entry, asker).await?, params)?));
    }
    Ok(Answered::Plain(Answer::Record(answers)))
}

/// A row now and before.
struct Moved {
    label: String,
    now: f64,
    before: f64,
    is_new: bool,
    is_gone: bool,
}

impl Moved {
    fn difference(&self) -> f64 {
        self.now - self.before
    }

    fn growth(&self) -> f64 {
        growth(self.now, self.before)
    }

    fn grew(&self) -> bool {
        self.difference() >= 0.0
    }

    fn record(&self, language: &Language, shakes: Option<bool>) -> Answer {
        let shown = if self.is_gone { self.before } else { self.now };
        let growth = self.growth();
        let mut fields = vec![
            ("label", Answer::from(self.label.as_str())),
            (VISITS, Answer::Int(shown as i64)),
            ("growth_percent", Answer::from(language.percent(growth))),
            ("growth_percent_numeric", Answer::from(growth.to_string())),
            ("grown", Answer::Bool(self.grew())),
            ("value_old", Answer::Int(self.before as i64)),
            ("value_new", Answer::Int(self.now as i64)),
            ("difference", Answer::Int(self.difference() as i64)),
            ("importance", Answer::Int(self.difference().abs() as i64)),
            ("isDisappeared", Answer::Bool(self.is_gone)),
            ("isNew", Answer::Bool(self.is_new)),
            ("isMover", Answer::Bool(!self.is_new && !self.is_gone)),
        ];
        fields.extend(shakes.map(|shakes| ("isMoverAndShaker", Answer::Bool(shakes))));
        Answer::record(fields)
    }
}

/// The rows of a report now and before, and all visits.
struct Comparison {
    rows: Vec<Moved>,
    visits: f64,
    visits_before: f64,
}

/// The least change that counts: visits of rows that were there, of new ones, and of those that are gone.
struct Least {
    mover: f64,
    new: f64,
    gone: f64,
    /// Percent, upward and downward.
    growth: f64,
}

impl Least {
    fn admits(&self, row: &Moved) -> bool {
        let least = match (row.is_new, row.is_gone) {
            (true, _) => self.new,
            (_, true) => self.gone,
            _ => self.mover,
        };
        row.growth().abs() >= self.growth && row.difference() != 0.0 && row.difference().abs() >= least
    }
}

/// A change of fewer visits than these shakes nothing, however few visits a site has.
const SHAKES_VISITS_MIN: f64 = 3.0;

impl Comparison {
    /// What shakes a site: growth that differs from that of all visits by more than 20 percent, of a row that matters
    /// (1 percent of all visits; 5 for new rows, 7 for those that are gone).
    fn shaking(&self) -> Least {
        let least = |percent: f64| (self.visits * percent / 100.0).ceil().max(SHAKES_VISITS_MIN);
        let growth = growth(self.visits, self.visits_before).abs() + 20.0;
        Least { mover: least(1.0), new: least(5.0), gone: least(7.0), growth }
    }

    /// The rows that these rules admit, those that grew first; `limit` of each direction.
    fn admitted(&self, least: &Least, order: &str, limit: (usize, usize)) -> Vec<&Moved> {
        let mut rows: Vec<&Moved> = self.rows.iter().filter(|row| least.admits(row)).collect();
        let by = |row: &Moved| match order {
            "relative" => row.growth().abs(),
            _ => row.difference().abs(),
        };
        rows.sort_by(|a, b| {
            let second = match a.grew() {
                true => b.now.total_cmp(&a.now),
                false => a.now.total_cmp(&b.now),
            };
            b.grew().cmp(&a.grew()).then(by(b).total_cmp(&by(a))).then(second).then_with(|| a.label.cmp(&b.label))
        });
        if order == "importance" {
            rows.sort_by(|a, b| b.difference().abs().total_cmp(&a.difference().abs()));
        }
        let (mut up, mut down) = limit;
        rows.retain(|row| {
            let left = if row.grew() { &mut up } else { &mut down };
            let kept = *left > 0;
            *left = left.saturating_sub(1);
            kept
        });
        rows
    }

    fn insights(&self, params: &Params) -> Result<Answer, ApiError> {
        let percent = |name: &str, default: i64| params.int(name).unwrap_or(default) as f64;
        let order = params.filled("orderBy").unwrap_or("absolute");
        if !["absolute", "relative", "importance"].contains(&order) {
            return Err(bad("orderBy", "write absolute, relative or importance"));
        }
        let least = (self.visits * percent("minImpactPercent", 2) / 100.0).ceil();
        let only = params.get("filterBy").unwrap_or("");
        if !["", "movers", "new", "disappeared"].contains(&only) {
            return Err(bad("filterBy", "write movers, new or disappeared"));
        }
        let of = |kind: &str| if only.is_empty() || only == kind { least } else { f64::INFINITY };
        let growth = percent("minGrowthPercent", 20);
        let rules = Least { mover: of("movers"), new: of("new"), gone: of("disappeared"), growth };
        let shaking = self.shaking();
        let rows = self.admitted(&rules, order, limits(params, 5));
        Ok(rows.into_iter().map(|row| row.record(asked(params), Some(shaking.admits(row)))).collect())
    }

    fn movers_and_shakers(&self, params: &Params) -> Result<Answer, ApiError> {
        let rows = self.admitted(&self.shaking(), "absolute", limits(params, 4));
        Ok(rows.into_iter().map(|row| row.record(asked(params), None)).collect())
    }
}

/// How many rows of each direction.
fn limits(params: &Params, default: usize) -> (usize, usize) {
    let count = |name: &str| params.int(name).and_then(|n| usize::try_from(n).ok()).unwrap_or(default);
    (count("limitIncreaser"), count("limitDecreaser"))
}

async fn compare(
    services: &Services,
    params: &Params,
    site: &Site,
    entry: entries::Entry,
    asker: &dyn Asker,
) -> Result<Comparison, ApiError> {
    let ago = params.int("comparedToXPeriods").unwrap_or(1);
    let ago = u16::try_from(ago).ok().filter(|ago| *ago > 0);
    let ago = ago.ok_or_else(|| bad("comparedToXPeriods", "write a number from 1 on"))?;
    let before = earlier(services, params, &site.zone, ago)?;
    let before = before.ok_or_else(|| bad("date", "ask for one period, and not for a list of them"))?;
    let date = params.filled("date").unwrap_or("");
    let question = |date: &str, more: &[(&str, &str)]| {
        let mut asked = Params::default();
        for name in ["idSite", "period", "segment", "language"] {
            asked.push(name, params.get(name).unwrap_or(""));
        }
        let all = [("date", date), ("format_metrics", "0"), ("filter_limit", "-1")];
        all.iter().chain(more).for_each(|(name, value)| asked.push(name, value));
        if let Some((name, value)) = &entry.param {
            asked.push(name, &entries::text(value));
        }
        asked
    };
    let now = asker.ask(entry.report.method, question(date, &[])).await?.lines();
    let old = asker.ask(entry.report.method, question(&before.date, &[])).await?.lines();
    let mut visits = [0.0; 2];
    for (visits, date) in visits.iter_mut().zip([date, &before.date]) {
        *visits = asker.ask("VisitsSummary.get", question(date, &[])).await?.line().number(VISITS);
    }
    Ok(Comparison { rows: moved(&now, &old), visits: visits[0], visits_before: visits[1] })
}

fn moved(now: &[Line], before: &[Line]) -> Vec<Moved> {
    let old: HashMap<&str, f64> = before.iter().map(|line| (line.label(), line.number(VISITS))).collect();
    let known: HashMap<&str, f64> = now.iter().map(|line| (line.label(), line.number(VISITS))).collect();
    let named = |line: &&Line| line.get("label").and_then(Value::as_text).is_some();
    let mut rows: Vec<Moved> = Vec::with_capacity(now.len());
    for line in now.iter().filter(named) {
        let (visits, past) = (line.number(VISITS), old.get(line.label()).copied());
        let before = past.unwrap_or(0.0);
        rows.push(Moved {
            label: line.label().to_owned(),
            now: visits,
            before,
            is_new: past.is_none(),
            is_gone: false,
        });
    }
    let gone = before.iter().filter(named).filter(|line| !known.contains_key(line.label()));
    rows.extend(gone.map(|line| Moved {
        label: line.label().to_owned(),
        now: 0.0,
        before: line.number(VISITS),
        is_new: false,
        is_gone: true,
    }));
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(label: &str, now: f64, before: f64) -> Moved {
        let (is_new, is_gone) = (before == 0.0, now == 0.0);
        Moved { label: label.to_owned(), now, before, is_new, is_gone }
    }

    #[test]
    fn rows_that_matter_stand_by_their_change() {
        let rows = vec![row("up", 4.0, 3.0), row("same", 9.0, 9.0), row("down", 1.0, 6.0), row("new", 4.0, 0.0)];
        let comparison = Comparison { rows, visits: 19.0, visits_before: 17.0 };
        let least = Least { mover: 1.0, new: 1.0, gone: 1.0, growth: 20.0 };
        let labels = |rows: Vec<&Moved>| rows.iter().map(|row| row.label.clone()).collect::<Vec<_>>();
        assert_eq!(labels(comparison.admitted(&least, "absolute", (5, 5))), ["new", "up", "down"]);
        assert_eq!(labels(comparison.admitted(&least, "importance", (5, 5))), ["down", "new", "up"]);
        assert_eq!(labels(comparison.admitted(&least, "absolute", (1, 0))), ["new"]);
        assert_eq!(labels(comparison.admitted(&comparison.shaking(), "absolute", (5, 5))), ["new", "down"]);
    }
}
