//! All sites side by side, each beside itself a period earlier.

use crate::{
    Services,
    earlier::{Earlier, earlier, growth},
    rows::PERIOD_PARAMS,
    sites_manager::currency_symbol,
};
use makoto_access::{Caller, Role};
use makoto_catalog::{
    About, Access, Answer, Answered, ApiError, Asker, Composed, Line, Metric, Param, ParamKind, Report, Shape, Unit,
    language::{Language, asked},
    words::{money, short_date},
};
use makoto_model::{Params, Period, Site, SiteId, Value, Zone};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// One number of a site.
struct Figure {
    id: &'static str,
    /// The report that tells it, asked with these parameters.
    method: &'static str,
    params: &'static [(&'static str, &'static str)],
    /// Its column there.
    column: &'static str,
    evolution: &'static str,
    trend: &'static str,
    previous: &'static str,
    /// Told where more is asked for.
    enhanced: bool,
    /// Told of shops.
    shop: bool,
}

const ORDERS: &[(&str, &str)] = &[("idGoal", "ecommerceOrder")];

const PLAIN: Figure = Figure {
    id: "",
    method: "",
    params: &[],
    column: "",
    evolution: "",
    trend: "",
    previous: "",
    enhanced: false,
    shop: false,
};

static FIGURES: &[Figure] = &[
    Figure {
        id: "nb_visits",
        method: "VisitsSummary.get",
        column: "nb_visits",
        evolution: "visits_evolution",
        trend: "visits_evolution_trend",
        previous: "previous_nb_visits",
        ..PLAIN
    },
    Figure {
        id: "nb_actions",
        method: "VisitsSummary.get",
        column: "nb_actions",
        evolution: "actions_evolution",
        trend: "actions_evolution_trend",
        previous: "previous_nb_actions",
        ..PLAIN
    },
    Figure {
        id: "nb_pageviews",
        method: "Actions.get",
        column: "nb_pageviews",
        evolution: "pageviews_evolution",
        trend: "pageviews_evolution_trend",
        previous: "previous_Actions_nb_pageviews",
        ..PLAIN
    },
    Figure {
        id: "revenue",
        method: "Goals.get",
        column: "revenue",
        evolution: "revenue_evolution",
        trend: "revenue_evolution_trend",
        previous: "previous_Goal_revenue",
        ..PLAIN
    },
    Figure {
        id: "nb_conversions",
        method: "Goals.get",
        column: "nb_conversions",
        evolution: "nb_conversions_evolution",
        trend: "nb_conversions_evolution_trend",
        previous: "previous_Goal_nb_conversions",
        enhanced: true,
        ..PLAIN
    },
    Figure {
        id: "orders",
        method: "Goals.get",
        params: ORDERS,
        column: "nb_conversions",
        evolution: "orders_evolution",
        trend: "orders_evolution_trend",
        previous: "previous_Goal_0_nb_conversions",
        enhanced: true,
        shop: true,
    },
    Figure {
        id: "ecommerce_revenue",
        method: "Goals.get",
        params: ORDERS,
        column: "revenue",
        evolution: "ecommerce_revenue_evolution",
        trend: "ecommerce_revenue_evolution_trend",
        previous: "previous_Goal_0_revenue",
        enhanced: true,
        shop: true,
    },
];

const GROWS: &str = "How much it differs from the period before.";
static VISITS: Metric = Metric::told("nb_visits", "Visits", "Visits of the site.", Unit::Count);
static ACTIONS: Metric = Metric::told("nb_actions", "Actions", "What visitors did on the site.", Unit::Count);
static PAGES: Metric = Metric::told("nb_pageviews", "Pageviews", "Pages that were viewed.", Unit::Count);
static REVENUE: Metric = Metric::told("revenue", "Revenue", "What conversions were worth.", Unit::Money);
static CONVERSIONS: Metric =
    Metric::told("nb_conversions", "Conversions", "How often goals were reached.", Unit::Count);
static BOUGHT: Metric = Metric::told("orders", "Ecommerce Orders", "How many orders there were.", Unit::Count);
static SOLD: Metric = Metric::told("ecommerce_revenue", "Product Revenue", "What orders were worth.", Unit::Money);
static VISITS_GROW: Metric = Metric::told("visits_evolution", "Visits Evolution", GROWS, Unit::Percent);
static ACTIONS_GROW: Metric = Metric::told("actions_evolution", "Actions Evolution", GROWS, Unit::Percent);
static PAGES_GROW: Metric = Metric::told("pageviews_evolution", "Pageviews Evolution", GROWS, Unit::Percent);
static REVENUE_GROWS: Metric = Metric::told("revenue_evolution", "Revenue Evolution", GROWS, Unit::Percent);
static CONVERSIONS_GROW: Metric =
    Metric::told("nb_conversions_evolution", "Conversions Evolution", GROWS, Unit::Percent);
static BOUGHT_GROWS: Metric = Metric::told("orders_evolution", "Ecommerce Orders Evolution", GROWS, Unit::Percent);
static SOLD_GROWS: Metric =
    Metric::told("ecommerce_revenue_evolution", "Product Revenue Evolution", GROWS, Unit::Percent);

static TOLD: About = About {
    rows: "Website",
    metrics: &[&VISITS, &ACTIONS, &PAGES, &REVENUE, &CONVERSIONS, &BOUGHT, &SOLD],
    processed: &[
        &VISITS_GROW,
        &ACTIONS_GROW,
        &PAGES_GROW,
        &REVENUE_GROWS,
        &CONVERSIONS_GROW,
        &BOUGHT_GROWS,
        &SOLD_GROWS,
    ],
    ..About::PLAIN
};

const LIKE: Report =
    Report { category: "General_MultiSitesSummary", about: &TOLD, shape: Shape::Totals, ..Report::PLAIN };
static ALL: Report = Report {
    method: "MultiSites.getAll",
    name: "All Websites dashboard",
    doc: "The sites with their numbers, and how these grow.",
    order: 4,
    ..LIKE
};
static ONE: Report = Report {
    method: "MultiSites.getOne",
    name: "Single Website dashboard",
    doc: "The numbers of one site, and how these grow.",
    order: 5,
    ..LIKE
};

const SEGMENT: Param = Param { name: "segment", kind: ParamKind::Text, default: Some(""), doc: "which visits count" };
const ENHANCED: Param =
    Param { name: "enhanced", kind: ParamKind::Bool, default: Some("0"), doc: "1 for conversions and orders as well" };
const PATTERN: Param = Param {
    name: "pattern",
    kind: ParamKind::Text,
    default: Some(""),
    doc: "what the name, group or address of a site holds",
};

/// Methods that are made of reports.
pub static COMPOSED: &[Composed<Services>] = &[
    Composed {
        id: "MultiSites.getAll",
        doc: "The sites of the caller with their numbers, and how these grow.",
        params: &[PERIOD_PARAMS[1], PERIOD_PARAMS[2], SEGMENT, ENHANCED, PATTERN],
        access: Access::SomeSite(Role::View),
        listed: Some(&ALL),
        generic: true,
        run: |services, caller, params, asker| Box::pin(all(services, caller, params, asker)),
    },
    Composed {
        id: "MultiSites.getOne",
        doc: "The numbers of one site, and how these grow.",
        params: &[PERIOD_PARAMS[0], PERIOD_PARAMS[1], PERIOD_PARAMS[2], SEGMENT, ENHANCED],
        access: Access::Site(Role::View),
        listed: Some(&ONE),
        generic: false,
        run: |services, caller, params, asker| Box::pin(one(services, caller, params, asker)),
    },
    Composed {
        id: "MultiSites.getAllWithGroups",
        doc: "The sites of the caller by their groups, with the sums of all.",
        params: &[PERIOD_PARAMS[1], PERIOD_PARAMS[2], SEGMENT, PATTERN],
        access: Access::SomeSite(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| Box::pin(grouped(services, caller, params, asker)),
    },
];

/// A site with its numbers, those of the period before too.
struct Row {
    site: Arc<Site>,
    now: Vec<f64>,
    before: Option<(Vec<f64>, Earlier)>,
    language: &'static Language,
}

/// Numbers of sites by figure, for each table of the answer.
type Numbers = BTreeMap<SiteId, Vec<(String, Vec<f64>)>>;

/// What the figures of these sites are; by date where several periods are asked for.
async fn numbers(
    asker: &dyn Asker,
    params: &Params,
    (sites, date): (&[Arc<Site>], &str),
    enhanced: bool,
) -> Result<Numbers, ApiError> {
    let ids: Vec<String> = sites.iter().map(|site| site.id.to_string()).collect();
    let mut found = Numbers::new();
    for (place, figure) in FIGURES.iter().enumerate().filter(|(_, figure)| enhanced || !figure.enhanced) {
        let before = FIGURES[..place].iter().rev().find(|other| enhanced || !other.enhanced);
        if before.is_some_and(|other| other.method == figure.method && other.params == figure.params) {
            continue;
        }
        let mut asked = Params::default();
        for name in ["period", "segment"] {
            asked.push(name, params.get(name).unwrap_or(""));
        }
        for (name, value) in [("idSite", ids.join(",").as_str()), ("date", date), ("format_metrics", "0")] {
            asked.push(name, value);
        }
        figure.params.iter().for_each(|(name, value)| asked.push(name, value));
        let answered = asker.ask(figure.method, asked).await?;
        // A single site is answered by itself.
        let items = match ids.as_slice() {
            [id] => vec![(id.clone(), answered)],
            _ => answered.items(),
        };
        let of_report = |other: &Figure| other.method == figure.method && other.params == figure.params;
        for (site, answered) in items {
            let Ok(site) = site.parse() else { continue };
            let tables = found.entry(SiteId(site)).or_default();
            for (nth, (key, item)) in answered.items().into_iter().enumerate() {
                if tables.len() <= nth {
                    tables.push((key, vec![0.0; FIGURES.len()]));
                }
                let line = item.line();
                for (place, other) in FIGURES.iter().enumerate().filter(|(_, other)| of_report(other)) {
                    tables[nth].1[place] = line.number(other.column);
                }
            }
        }
    }
    Ok(found)
}

/// The sites of the caller whose name, group or address holds the pattern.
fn sites(services: &Services, caller: &Caller, pattern: &str) -> Vec<Arc<Site>> {
    let pattern = pattern.to_lowercase();
    let snapshot = services.meta.snapshot();
    let seen = snapshot.sites.values().filter(|site| caller.principal.role(site.id).is_some());
    let meant = seen.filter(|site| {
        let holds = |text: &str| text.to_lowercase().contains(&pattern);
        holds(&site.name) || holds(&site.group) || site.urls.iter().any(|url| holds(url))
    });
    meant.cloned().collect()
}

/// The rows of each table: one for each period, and the sites in it.
async fn tables(
    services: &Services,
    sites: &[Arc<Site>],
    params: &Params,
    enhanced: bool,
    asker: &dyn Asker,
) -> Result<Vec<(String, Vec<Row>)>, ApiError> {
    let Some(first) = sites.first() else { return Ok(vec![(String::new(), Vec::new())]) };
    let date = params.filled("date").ok_or_else(|| ApiError::MissingParam("date".into()))?;
    let now = numbers(asker, params, (sites, date), enhanced).await?;
    // Where it is tomorrow already, the period before is another one.
    let mut by_date: BTreeMap<String, Vec<Arc<Site>>> = BTreeMap::new();
    for site in sites {
        if let Some(earlier) = earlier(services, params, &site.zone, 1)? {
            by_date.entry(earlier.date).or_default().push(site.clone());
        }
    }
    let mut before = Numbers::new();
    for (date, sites) in &by_date {
        before.extend(numbers(asker, params, (sites, date), enhanced).await?);
    }
    let keys: Vec<String> =
        now.get(&first.id).map(|tables| tables.iter().map(|(key, _)| key.clone()).collect()).unwrap_or_default();
    let mut found = Vec::with_capacity(keys.len());
    for (nth, key) in keys.into_iter().enumerate() {
        let mut rows = Vec::new();
        for site in sites {
            let Some(own) = now.get(&site.id).and_then(|tables| tables.get(nth)) else { continue };
            let old = before.get(&site.id).and_then(|tables| tables.first()).map(|(_, numbers)| numbers.clone());
            let before = old.zip(earlier(services, params, &site.zone, 1)?);
            rows.push(Row { site: site.clone(), now: own.1.clone(), before, language: asked(params) });
        }
        found.push((key, rows));
    }
    Ok(found)
}

fn whole(number: f64) -> Value {
    if number.fract() == 0.0 { Value::Int(number as i64) } else { Value::Float((number * 100.0).round() / 100.0) }
}

/// How much of the period is over, with three digits.
fn ratio(elapsed: f64) -> Value {
    if elapsed == 1.0 { Value::Int(1) } else { Value::Float(elapsed) }
}

fn shown(site: Option<&Site>, enhanced: bool) -> impl Iterator<Item = (usize, &'static Figure)> {
    let shop = site.is_none_or(|site| site.ecommerce);
    FIGURES.iter().enumerate().filter(move |(_, figure)| (enhanced || !figure.enhanced) && (shop || !figure.shop))
}

fn evolution(language: &Language, figure: &Figure, now: f64, before: f64) -> [(&'static str, Value); 2] {
    let trend = (now - before).partial_cmp(&0.0).map_or(0, |order| order as i64);
    [(figure.evolution, Value::from(language.percent(growth(now, before)))), (figure.trend, Value::Int(trend))]
}

impl Row {
    /// The numbers of the period before, as far as this one is over.
    fn so_far_before(&self) -> Option<Vec<f64>> {
        let (before, earlier) = self.before.as_ref()?;
        Some(before.iter().map(|number| number * earlier.elapsed).collect())
    }

    fn evolutions(&self, enhanced: bool) -> Vec<(&'static str, Value)> {
        let Some(before) = self.so_far_before() else { return Vec::new() };
        let each = shown(Some(&*self.site), enhanced);
        each.flat_map(|(place, figure)| evolution(self.language, figure, self.now[place], before[place])).collect()
    }

    fn figures(&self, enhanced: bool) -> impl Iterator<Item = (&'static str, Value)> + '_ {
        shown(Some(&*self.site), enhanced).map(|(place, figure)| (figure.id, whole(self.now[place])))
    }

    fn line(&self, enhanced: bool) -> Line {
        let mut line = Line::default();
        line.push("label", self.site.name.as_str());
        let columns = self.figures(enhanced).chain(self.evolutions(enhanced));
        columns.for_each(|(name, value)| line.push(name, value));
        line.meta = self.facts(enhanced);
        line
    }

    fn facts(&self, enhanced: bool) -> Vec<(&'static str, Value)> {
        let mut facts = vec![("idsite", Value::Int(i64::from(self.site.id.0)))];
        if let Some((before, earlier)) = &self.before {
            facts.push(("ratio", ratio(earlier.elapsed)));
            facts.push(("currencySymbol", Value::from(currency_symbol(&self.site.currency))));
            let name = match earlier.period {
                Period::Day => "day",
                Period::Week => "week",
                Period::Month => "month",
                Period::Year => "year",
                Period::Range => "range",
            };
            facts.push(("periodName", Value::from(name)));
            facts.push(("previousRange", Value::from(short_date(self.language, earlier.period, earlier.range))));
            let each = shown(Some(&*self.site), enhanced);
            facts.extend(each.map(|(place, figure)| (figure.previous, whole(before[place]))));
        }
        facts.push(("group", Value::from(self.site.group.as_str())));
        facts.push(("main_url", Value::from(self.site.urls.first().map_or("", String::as_str))));
        facts
    }
}

async fn all(services: &Services, caller: &Caller, params: &Params, asker: &dyn Asker) -> Result<Answered, ApiError> {
    let enhanced = params.says("enhanced");
    let sites = sites(services, caller, params.get("pattern").unwrap_or(""));
    let mut tables = tables(services, &sites, params, enhanced, asker).await?;
    let many = tables.first().is_some_and(|(key, _)| !key.is_empty());
    let table = |rows: Vec<Row>| Answered::Table(rows.iter().map(|row| row.line(enhanced)).collect());
    Ok(match many {
        true => Answered::Map { of: "date", items: tables.into_iter().map(|(key, rows)| (key, table(rows))).collect() },
        false => table(tables.pop().map(|(_, rows)| rows).unwrap_or_default()),
    })
}

async fn one(services: &Services, caller: &Caller, params: &Params, asker: &dyn Asker) -> Result<Answered, ApiError> {
    let enhanced = params.says("enhanced");
    let site = crate::api::one_site(services, caller, params)?;
    let rows = of_one(services, site, params, enhanced, asker).await?;
    let row = |row: &Row| {
        let mut line = Line::default();
        let columns = row.figures(enhanced).chain(row.evolutions(enhanced));
        columns.for_each(|(name, value)| line.push(name, value));
        Answered::Row(line)
    };
    let mut items: Vec<(String, Answered)> = rows.iter().map(|(key, of_key)| (key.clone(), row(of_key))).collect();
    match items.len() {
        1 if items[0].0.is_empty() => Ok(items.remove(0).1),
        _ => Ok(Answered::Map { of: "date", items }),
    }
}

/// The numbers of one site for each period.
async fn of_one(
    services: &Services,
    site: Arc<Site>,
    params: &Params,
    enhanced: bool,
    asker: &dyn Asker,
) -> Result<Vec<(String, Row)>, ApiError> {
    let tables = tables(services, std::slice::from_ref(&site), params, enhanced, asker).await?;
    let first = |(key, rows): (String, Vec<Row>)| Some((key, rows.into_iter().next()?));
    Ok(tables.into_iter().filter_map(first).collect())
}

/// Sums of what several sites have.
fn sums(numbers: impl Iterator<Item = impl AsRef<[f64]>>) -> Vec<f64> {
    let mut sums = vec![0.0; FIGURES.len()];
    for numbers in numbers {
        sums.iter_mut().zip(numbers.as_ref()).for_each(|(sum, number)| *sum += number);
    }
    sums
}

/// A row for all sites of a group.
fn group(language: &Language, name: &str, rows: &[&Row]) -> Line {
    let now = sums(rows.iter().map(|row| &row.now));
    let before = sums(rows.iter().filter_map(|row| row.so_far_before()));
    let shop = rows.iter().find(|row| row.site.ecommerce).or(rows.first()).map(|row| &*row.site);
    let mut line = Line::default();
    line.push("label", name);
    shown(shop, true).for_each(|(place, figure)| line.push(figure.id, whole(now[place])));
    for (place, figure) in shown(shop, true) {
        evolution(language, figure, now[place], before[place])
            .into_iter()
            .for_each(|(name, value)| line.push(name, value));
    }
    line.push("isGroup", Value::Int(1));
    line
}

fn with_money(row: &Row) -> Line {
    let mut line = row.line(true);
    for (name, value) in &mut line.columns {
        if name == "revenue" {
            let (amount, symbol) = (value.number().unwrap_or(0.0), currency_symbol(&row.site.currency));
            *value = Value::from(money(row.language, &symbol, amount));
        }
    }
    line
}

async fn grouped(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
) -> Result<Answered, ApiError> {
    let sites = sites(services, caller, params.get("pattern").unwrap_or(""));
    let tables = tables(services, &sites, params, true, asker).await?;
    let [(key, rows)] = tables.as_slice() else {
        return Err(crate::services::bad("date", "ask for one period"));
    };
    if !key.is_empty() {
        return Err(crate::services::bad("date", "ask for one period"));
    }
    let now = sums(rows.iter().map(|row| &row.now));
    let before = sums(rows.iter().filter_map(|row| row.before.as_ref().map(|(before, _)| before)));
    let mut blocks: Vec<(f64, Vec<Line>)> = Vec::new();
    let names: BTreeSet<&str> = rows.iter().map(|row| row.site.group.as_str()).collect();
    for name in names {
        let mut inside: Vec<&Row> = rows.iter().filter(|row| row.site.group == name).collect();
        inside.sort_by(|a, b| b.now[0].total_cmp(&a.now[0]));
        if name.is_empty() {
            blocks.extend(inside.into_iter().map(|row| (row.now[0], vec![with_money(row)])));
            continue;
        }
        let mut lines = vec![group(asked(params), name, &inside)];
        let visits = inside.iter().map(|row| row.now[0]).sum();
        lines.extend(inside.into_iter().map(with_money));
        blocks.push((visits, lines));
    }
    blocks.sort_by(|a, b| b.0.total_cmp(&a.0));
    let lines: Vec<Line> = blocks.into_iter().flat_map(|(_, lines)| lines).collect();
    let count = |name: &str| params.int(name).and_then(|n| usize::try_from(n).ok());
    let total = lines.len();
    let limit = count("filter_limit").filter(|limit| *limit > 0).unwrap_or(total);
    let shown = lines.into_iter().skip(count("filter_offset").unwrap_or(0)).take(limit);
    let sum = |place: usize| Answer::from(whole(now[place]));
    let utc = || Zone::parse("UTC").ok_or_else(|| ApiError::Internal("there is no zone UTC".to_owned()));
    let last = match sites.first() {
        Some(site) => earlier(services, params, &site.zone, 1)?,
        None => earlier(services, params, &utc()?, 1)?,
    };
    Ok(Answered::Plain(Answer::record([
        ("numSites", Answer::Int(total as i64)),
        (
            "totals",
            Answer::record([
                ("nb_pageviews", sum(2)),
                ("nb_visits", sum(0)),
                ("nb_actions", sum(1)),
                ("revenue", sum(3)),
                ("nb_visits_lastdate", Answer::from(whole(before[0]))),
            ]),
        ),
        ("lastDate", last.map_or(Answer::Null, |last| Answer::from(last.date))),
        ("sites", Answered::Table(shown.collect()).into_answer()),
    ])))
}
