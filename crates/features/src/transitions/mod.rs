//! What visitors did before and after looking at a page.

use crate::rows::{int, text};
use makoto_access::Role;
use makoto_catalog::{
    Access, Answer, ApiError, Condition, Effect, Expr, Feature, Found, Guard, Inquiry, Method, Op, Report, Scope,
    Shape,
    language::{Language, asked},
    words::short_date,
};
use makoto_model::{ActionKind, Params, TrackedUrl, Value};
use std::collections::HashMap;

/// Rows of a list when the caller does not say; the others are one row.
const ROWS_DEFAULT: usize = 5;

const PLAIN: Report = Report { category: "General_Actions", subcategory: "Transitions_Transitions", ..Report::PLAIN };

static FOR_ACTION: Report = Report {
    method: "Transitions.getTransitionsForAction",
    name: "Transitions",
    doc: "What visitors did before and after a page, named by its URL or its title.",
    order: 46,
    shape: Shape::Custom {
        ask: |params| {
            let kind = required(params, "actionType")?;
            let by = match kind {
                "url" => By::Url,
                "title" => By::Title,
                _ => return Err(ApiError::BadParam { name: "actionType".into(), why: "use url or title".into() }),
            };
            Ok(inquiries(by, required(params, "actionName")?))
        },
        show: |found| match found.params.get("actionType") {
            Some("title") => shown(found, By::Title, "actionName"),
            _ => shown(found, By::Url, "actionName"),
        },
    },
    ..PLAIN
};

static FOR_URL: Report = Report {
    method: "Transitions.getTransitionsForPageUrl",
    name: "Transitions of a page URL",
    doc: "What visitors did before and after a page, named by its URL.",
    order: 47,
    shape: Shape::Custom {
        ask: |params| Ok(inquiries(By::Url, required(params, "pageUrl")?)),
        show: |found| shown(found, By::Url, "pageUrl"),
    },
    ..PLAIN
};

static FOR_TITLE: Report = Report {
    method: "Transitions.getTransitionsForPageTitle",
    name: "Transitions of a page title",
    doc: "What visitors did before and after a page, named by its title.",
    order: 48,
    shape: Shape::Custom {
        ask: |params| Ok(inquiries(By::Title, required(params, "pageTitle")?)),
        show: |found| shown(found, By::Title, "pageTitle"),
    },
    ..PLAIN
};

pub static FEATURE: Feature = Feature {
    name: "Transitions",
    dimensions: &[],
    metrics: &[],
    reports: &[&FOR_ACTION, &FOR_URL, &FOR_TITLE],
    settings: &[],
};

pub static METHODS: &[Method<crate::Services>] = &[
    Method {
        id: "Transitions.getTranslations",
        doc: "The words of the picture of transitions.",
        params: &[],
        access: Access::Public,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, params| {
            Box::pin(async {
                let said = |text| Answer::from(&*asked(params).of(text));
                Ok(Answer::record(WORDS.iter().map(|(key, word)| (*key, said(word)))))
            })
        },
    },
    Method {
        id: "Transitions.isPeriodAllowed",
        doc: "Whether transitions may be asked for over a period.",
        params: crate::rows::PERIOD_PARAMS,
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let (_, row) = services.site::<makoto_access::View>(caller, params)?;
                let snapshot = services.meta.snapshot();
                let zone = snapshot.sites.get(&row.id).map(|site| site.zone.clone());
                let zone = zone.ok_or_else(|| ApiError::NotFound(format!("there is no site {}", row.id)))?;
                let (period, date) = (required(params, "period")?, required(params, "date")?);
                (services.reading.ranges)(period, date, &zone, crate::services::now_s())?;
                // Any period may be asked for: a question is as dear as any report.
                Ok(Answer::Bool(true))
            })
        },
    },
];

pub(crate) const WORDS: &[(&str, &str)] = &[
    ("pageviewsInline", "%s pageviews"),
    ("loopsInline", "%s page reloads"),
    ("fromPreviousPages", "From internal pages"),
    ("fromPreviousSiteSearches", "From internal searches"),
    ("fromSearchEngines", "From search engines"),
    ("fromSocialNetworks", "From social networks"),
    ("fromWebsites", "From websites"),
    ("fromCampaigns", "From campaigns"),
    ("directEntries", "Direct entries"),
    ("toFollowingPages", "To internal pages"),
    ("toFollowingSiteSearches", "Internal searches"),
    ("outlinks", "Outlinks"),
    ("downloads", "Downloads"),
    ("exits", "Exits"),
    ("bounces", "Bounces"),
    ("incomingTraffic", "Incoming traffic"),
    ("outgoingTraffic", "Outgoing traffic"),
];

/// By what the page is named.
#[derive(Clone, Copy, PartialEq, Eq)]
enum By {
    Url,
    Title,
}

impl By {
    /// The page of an action, the page before it, and the page a visit began with.
    fn columns(self) -> [&'static str; 3] {
        match self {
            By::Url => ["url", "url_before", "entry_url"],
            By::Title => ["title", "title_before", "entry_title"],
        }
    }

    /// The name as it is compared: URLs without protocol and `www.`.
    fn plain(self, name: &str) -> String {
        match self {
            By::Url => TrackedUrl::split(name).text.into(),
            By::Title => name.to_owned(),
        }
    }
}

fn required<'a>(params: &'a Params, name: &str) -> Result<&'a str, ApiError> {
    params.filled(name).ok_or_else(|| ApiError::MissingParam(name.to_owned()))
}

fn is(column: &'static str, op: Op, value: impl Into<Value>) -> Condition {
    Condition::Compare { expr: Expr::Column(column), op, value: value.into() }
}

/// Places of the inquiries in what was found. Of the first three only the largest rows come, so that each sum has an
/// inquiry of its own.
const BEFORE: usize = 0;
const AFTER: usize = 1;
const ENTRIES: usize = 2;
/// Views of the page, and those that came after a named page, and after itself; each by whether a search led to them.
const VIEWS: usize = 3;
const NAMED_BEFORE: usize = 4;
const AGAIN: usize = 5;
/// Actions after the page, and those that name a page, by kind.
const ACTS_AFTER: usize = 6;
const NAMED_AFTER: usize = 7;
/// Visits that began with the page, by channel.
const CHANNELS_IN: usize = 8;

/// What came before the page's views, what came after them, and from where visits came that began with it.
fn inquiries(by: By, name: &str) -> Vec<Inquiry> {
    let [here, before, entry] = by.columns();
    let name = name.trim();
    let view = is("kind", Op::Is, ActionKind::PageView as i64);
    let seen = is("kind", Op::IsNot, ActionKind::Event as i64);
    let shown = is("kind", Op::IsNot, ActionKind::Content as i64);
    let named = |column| is(column, Op::IsNot, Value::Null);
    let views = vec![view, is(here, Op::Is, name)];
    let after = vec![seen, shown, is(before, Op::Is, name)];
    let of = |scope, only: &[Condition], more: Option<Condition>, keys: &[&'static str]| Inquiry {
        scope,
        keys: keys.iter().copied().map(Expr::Column).collect(),
        only: Condition::All(only.iter().cloned().chain(more).collect()),
    };
    let entries = [is(entry, Op::Is, name)];
    vec![
        of(Scope::Action, &views, None, &["url_before", "title_before", "after_search"]),
        of(Scope::Action, &after, None, &["kind", "url", "title"]),
        of(Scope::Visit, &entries, None, &["referrer_kind", "referrer_name", "referrer_keyword"]),
        of(Scope::Action, &views, None, &["after_search"]),
        of(Scope::Action, &views, Some(named(before)), &["after_search"]),
        of(Scope::Action, &views, Some(is(before, Op::Is, name)), &["after_search"]),
        of(Scope::Action, &after, None, &["kind"]),
        of(Scope::Action, &after, Some(named(here)), &["kind"]),
        of(Scope::Visit, &entries, None, &["referrer_kind"]),
    ]
}

/// How many rows of an inquiry with one key have a number there that is meant.
fn count(found: &Found, inquiry: usize, meant: impl Fn(i64) -> bool) -> i64 {
    found.counts[inquiry].iter().filter(|(keys, _)| meant(int(keys, 0))).map(|(_, count)| count).sum()
}

/// Whether two names of pages are one, as the store compares them.
fn same(one: &str, other: &str) -> bool {
    one.to_lowercase() == other.to_lowercase()
}

/// Names with how often they came, and how often all of them did.
#[derive(Default)]
struct Tally {
    rows: HashMap<String, i64>,
    all: i64,
}

impl Tally {
    fn of(all: i64) -> Tally {
        Tally { all, ..Tally::default() }
    }

    fn add(&mut self, name: String, count: i64) {
        *self.rows.entry(name).or_default() += count;
    }

    /// The most frequent, and what is left of all as one.
    fn rows(self, language: &Language, rows_max: usize) -> Answer {
        let mut rows: Vec<(String, i64)> = self.rows.into_iter().collect();
        rows.sort_by(|a, b| {
            b.1.cmp(&a.1).then_with(|| a.0.to_lowercase().cmp(&b.0.to_lowercase())).then_with(|| a.0.cmp(&b.0))
        });
        rows.truncate(rows_max);
        let rest = self.all - rows.iter().map(|(_, count)| count).sum::<i64>();
        if rest > 0 {
            rows.push((language.of("Others").into_owned(), rest));
        }
        let row = |(label, count): (String, i64)| {
            Answer::record([("label", Answer::from(label)), ("referrals", Answer::Int(count))])
        };
        rows.into_iter().map(row).collect()
    }
}

/// What came before views of the page.
struct Incoming {
    views: i64,
    loops: i64,
    pages: Tally,
    searches: Tally,
}

fn incoming(found: &Found, by: By, name: &str) -> Incoming {
    let loops = count(found, AGAIN, |search| search == 0);
    let mut incoming = Incoming {
        views: count(found, VIEWS, |_| true),
        loops,
        pages: Tally::of(count(found, NAMED_BEFORE, |search| search == 0) - loops),
        searches: Tally::of(count(found, VIEWS, |search| search != 0)),
    };
    for (keys, count) in &found.counts[BEFORE] {
        let (url, title) = (text(keys, 0), text(keys, 1));
        let page = match by {
            By::Url => by.plain(url),
            By::Title => title.to_owned(),
        };
        match int(keys, 2) != 0 {
            true => incoming.searches.add(title.to_owned(), *count),
            _ if page.is_empty() || same(&page, name) => {}
            _ => incoming.pages.add(page, *count),
        }
    }
    incoming
}

/// What came after views of the page.
struct Outgoing {
    pages: Tally,
    searches: Tally,
    outlinks: Tally,
    downloads: Tally,
}

fn outgoing(found: &Found, by: By) -> Outgoing {
    let all = |inquiry, kind: ActionKind| Tally::of(count(found, inquiry, |known| known == kind as i64));
    let mut outgoing = Outgoing {
        pages: all(NAMED_AFTER, ActionKind::PageView),
        searches: all(ACTS_AFTER, ActionKind::SiteSearch),
        outlinks: all(ACTS_AFTER, ActionKind::Outlink),
        downloads: all(ACTS_AFTER, ActionKind::Download),
    };
    for (keys, count) in &found.counts[AFTER] {
        let (kind, url, title) = (int(keys, 0), text(keys, 1), text(keys, 2));
        let page = match by {
            By::Url => by.plain(url),
            By::Title => title.to_owned(),
        };
        match kind {
            _ if kind == ActionKind::PageView as i64 && !page.is_empty() => outgoing.pages.add(page, *count),
            _ if kind == ActionKind::SiteSearch as i64 => outgoing.searches.add(title.to_owned(), *count),
            _ if kind == ActionKind::Outlink as i64 => outgoing.outlinks.add(url.to_owned(), *count),
            _ if kind == ActionKind::Download as i64 => outgoing.downloads.add(url.to_owned(), *count),
            _ => {}
        }
    }
    outgoing
}

fn shown(found: &Found, by: By, param: &str) -> Result<Answer, ApiError> {
    let language = asked(found.params);
    let name = by.plain(found.params.get(param).unwrap_or("").trim());
    let parts = found.params.filled("parts").unwrap_or("all");
    let wants = |part: &str| parts == "all" || parts.split(',').any(|asked| asked.trim() == part);
    let rows_max = found.params.int("limitBeforeGrouping").and_then(|n| usize::try_from(n).ok());
    let rows_max = rows_max.filter(|rows| *rows > 0).unwrap_or(ROWS_DEFAULT);
    let (before, mut after) = (incoming(found, by, &name), outgoing(found, by));
    if before.views == 0 {
        return Err(ApiError::NotFound("NoDataForAction: this page was not viewed in this period".to_owned()));
    }
    let mut fields = vec![("date", Answer::from(short_date(language, found.period, found.range)))];
    let mut metrics = Vec::new();
    let all = parts == "all";
    if all {
        after.pages.rows.retain(|page, _| !same(page, &name));
        after.pages.all -= count(found, AGAIN, |_| true);
    }
    let entries = count(found, CHANNELS_IN, |_| true);
    let exits = before.views - before.loops - after.pages.all - after.searches.all;
    if wants("internalReferrers") {
        metrics.extend([("loops", before.loops), ("pageviews", before.views)]);
        fields.push(("previousPages", before.pages.rows(language, rows_max)));
        fields.push(("previousSiteSearches", before.searches.rows(language, rows_max)));
    }
    if wants("externalReferrers") {
        metrics.push(("entries", entries));
    }
    if all {
        metrics.push(("exits", exits));
    }
    if !metrics.is_empty() {
        let metrics = metrics.into_iter().map(|(name, count)| (name, Answer::Int(count)));
        fields.push(("pageMetrics", Answer::record(metrics)));
    }
    if wants("followingActions") {
        fields.push(("followingPages", after.pages.rows(language, rows_max)));
        fields.push(("followingSiteSearches", after.searches.rows(language, rows_max)));
        fields.push(("outlinks", after.outlinks.rows(language, rows_max)));
        fields.push(("downloads", after.downloads.rows(language, rows_max)));
    }
    if wants("externalReferrers") {
        fields.push(("referrers", referrers(found, rows_max)));
    }
    Ok(Answer::record(fields))
}

/// Channels by which visits came, with what they are called here.
pub(crate) const CHANNELS: [(&str, &str); 6] = [
    ("direct", "Direct entries"),
    ("search", "From search engines"),
    ("social", "From social networks"),
    ("website", "From websites"),
    ("campaign", "From campaigns"),
    ("ai-assistant", "From AI assistants"),
];

fn referrers(found: &Found, rows_max: usize) -> Answer {
    let language = asked(found.params);
    let mut rows = Vec::new();
    for (channel, label) in CHANNELS {
        let of_channel =
            found.counts[ENTRIES].iter().filter(|(keys, _)| crate::referrers::kind_name(int(keys, 0)) == channel);
        let visits = count(found, CHANNELS_IN, |kind| crate::referrers::kind_name(kind) == channel);
        let mut details = Tally::of(if channel == "direct" { 0 } else { visits });
        for (keys, count) in of_channel {
            let detail = match (channel, text(keys, 2)) {
                ("direct", _) => continue,
                ("search", "") => language.of(crate::referrers::NO_KEYWORD),
                ("search", keyword) => keyword.into(),
                _ => text(keys, 1).into(),
            };
            details.add(detail.into_owned(), *count);
        }
        if visits > 0 {
            rows.push(Answer::record([
                ("label", Answer::from(&*language.of(label))),
                ("shortName", channel.into()),
                ("visits", Answer::Int(visits)),
                ("details", details.rows(language, rows_max)),
            ]));
        }
    }
    if rows.is_empty() {
        rows.push(Answer::record([
            ("label", Answer::from(&*language.of("Direct entries"))),
            ("shortName", "Direct Entry".into()),
            ("visits", Answer::Int(0)),
        ]));
    }
    Answer::List(rows)
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_model::{Period, Site, SiteId};

    fn row(label: &str, count: i64) -> Answer {
        Answer::record([("label", Answer::from(label)), ("referrals", Answer::Int(count))])
    }

    #[test]
    fn what_is_too_much_becomes_one_row() {
        let mut tally = Tally::of(10);
        for (name, count) in [("b", 1), ("a", 1), ("c", 5), ("b", 1), ("d", 1)] {
            tally.add(name.to_owned(), count);
        }
        // One was too rare to come by its name.
        assert_eq!(
            tally.rows(makoto_catalog::language::english(), 2),
            Answer::List(vec![row("c", 5), row("b", 2), row("Others", 3)])
        );
    }

    /// What a page is told of that had more pages around it than come by their names.
    #[test]
    fn sums_hold_what_no_row_names() {
        let view = ActionKind::PageView as i64;
        let texts = |texts: &[&str], number: i64| {
            texts.iter().map(|text| Value::from(*text)).chain([Value::Int(number)]).collect::<Vec<_>>()
        };
        let of = |numbers: &[(i64, i64)]| {
            numbers.iter().map(|(number, count)| (vec![Value::Int(*number)], *count)).collect::<Vec<_>>()
        };
        let mut counts = vec![Vec::new(); 9];
        counts[BEFORE] =
            vec![(texts(&["https://a.example/x", ""], 0), 40), (texts(&["https://a.example/P", ""], 0), 9)];
        counts[AFTER] = vec![(vec![Value::Int(view), "https://a.example/y".into(), "".into()], 30)];
        counts[ENTRIES] = vec![(vec![Value::Int(3), "b.example".into(), Value::Null], 5)];
        counts[VIEWS] = of(&[(0, 100), (1, 4)]);
        counts[NAMED_BEFORE] = of(&[(0, 70)]);
        counts[AGAIN] = of(&[(0, 10), (1, 1)]);
        counts[ACTS_AFTER] = of(&[(view, 60), (ActionKind::SiteSearch as i64, 3)]);
        counts[NAMED_AFTER] = of(&[(view, 55)]);
        counts[CHANNELS_IN] = of(&[(1, 20), (3, 12)]);
        let site = Site::new(SiteId(1), "One", "https://a.example");
        let params = Params::new(vec![("pageUrl".into(), "https://a.example/p".into())]);
        let day = makoto_model::Day(20_514);
        let (period, range) = (Period::Day, Period::Day.around(day));
        let Answer::Record(told) =
            shown(&Found { site: &site, params: &params, period, range, counts }, By::Url, "pageUrl").unwrap()
        else {
            panic!()
        };
        let field = |name: &str| told.iter().find(|(known, _)| *known == name).map(|(_, value)| value.clone()).unwrap();
        let numbers = [("loops", 10), ("pageviews", 104), ("entries", 32), ("exits", 104 - 10 - (55 - 11) - 3)];
        assert_eq!(field("pageMetrics"), Answer::record(numbers.map(|(name, count)| (name, Answer::Int(count)))));
        assert_eq!(field("previousPages"), Answer::List(vec![row("a.example/x", 40), row("Others", 20)]));
        assert_eq!(field("previousSiteSearches"), Answer::List(vec![row("Others", 4)]));
        assert_eq!(field("followingPages"), Answer::List(vec![row("a.example/y", 30), row("Others", 14)]));
        let Answer::List(referrers) = field("referrers") else { panic!() };
        assert_eq!(referrers.len(), 2);
        assert!(format!("{:?}", referrers[1]).contains("b.example"), "{referrers:?}");
    }
}
