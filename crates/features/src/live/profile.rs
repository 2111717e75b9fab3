//! One visitor with all that is known of them, and smaller questions about single visitors.

use super::record::{actions, counted, number, text};
use crate::{Services, api::one_site, services::now_s};
use makoto_access::{Caller, Role};
use makoto_catalog::{
    Access, Answer, Answered, ApiError, Asker, Composed, Param, ParamKind,
    language::{Language, asked},
    words::{length, long_day},
};
use makoto_model::{OwnScope, Params, Site};
use std::collections::BTreeMap;

/// Visits that a profile is made of when the caller does not say.
const VISITS_DEFAULT: usize = 100;
/// Visits that a profile is made of at most.
const VISITS_MAX: usize = 500;
/// Visits that a profile shows with all they did.
const SHOWN_MAX: usize = 10;
/// The newest visits of a site among which the visitors before and after one are looked for.
const NEIGHBOURS_MAX: &str = "500";

const SITE: Param = Param { name: "idSite", kind: ParamKind::Int, default: None, doc: "number of the site" };
const SEGMENT: Param = Param { name: "segment", kind: ParamKind::Text, default: Some(""), doc: "which visits count" };
const VISITOR: Param = Param {
    name: "visitorId",
    kind: ParamKind::Text,
    default: Some(""),
    doc: "16 hexadecimal digits; the newest visitor without it",
};

/// Methods that are made of the visits log.
pub static COMPOSED: &[Composed<Services>] = &[
    Composed {
        id: "Live.getVisitorProfile",
        doc: "A visitor with all that is known of them.",
        params: &[
            SITE,
            VISITOR,
            SEGMENT,
            Param {
                name: "limitVisits",
                kind: ParamKind::Int,
                default: Some("100"),
                doc: "visits that the profile is made of, at most",
            },
        ],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| Box::pin(profile(services, caller, params, asker)),
    },
    Composed {
        id: "Live.getFirstVisitForVisitorId",
        doc: "The first visit of a visitor.",
        params: &[SITE, Param { default: None, ..VISITOR }],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |_, _, params, asker| {
            Box::pin(async {
                let visitor = params.get("visitorId").unwrap_or("");
                let first = visits(asker, params, visitor, &[("filter_limit", "1"), ("filter_sort_order", "asc")]);
                Ok(Answered::Plain(Answer::List(first.await?)))
            })
        },
    },
    Composed {
        id: "Live.getMostRecentVisitsDateTime",
        doc: "The moment of the newest visit, on the site's clock.",
        params: &[
            SITE,
            Param { name: "period", kind: ParamKind::Text, default: Some(""), doc: "day, week, month, year or range" },
            Param { name: "date", kind: ParamKind::Text, default: Some(""), doc: "a day of the period" },
        ],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |services, caller, params, asker| {
            Box::pin(async {
                let site = one_site(services, caller, params)?;
                let newest = visits(asker, params, "", &[("filter_limit", "1"), ("doNotFetchActions", "1")]).await?;
                let moment = newest.first().and_then(|visit| number(visit, "lastActionTimestamp"));
                Ok(Answered::Plain(moment.map_or_else(
                    || Answer::from(""),
                    |moment| {
                        let moment = moment as i64;
                        Answer::from(super::visit::date_time(moment + site.zone.offset_s(moment)))
                    },
                )))
            })
        },
    },
    Composed {
        id: "Live.isVisitorProfileEnabled",
        doc: "Whether profiles of visitors are shown: always.",
        params: &[SITE],
        access: Access::Site(Role::View),
        listed: None,
        generic: false,
        run: |_, _, _, _| Box::pin(async { Ok(Answered::Plain(Answer::Bool(true))) }),
    },
];

fn whole(number: f64) -> Answer {
    if number.fract() == 0.0 { Answer::Int(number as i64) } else { Answer::Float((number * 100.0).round() / 100.0) }
}

/// Visits as the log shows them; of one visitor where one is named.
async fn visits(
    asker: &dyn Asker,
    params: &Params,
    visitor: &str,
    more: &[(&str, &str)],
) -> Result<Vec<Answer>, ApiError> {
    let mut asked = Params::default();
    for name in ["idSite", "segment", "period", "date", "language"] {
        asked.push(name, params.get(name).unwrap_or(""));
    }
    if !visitor.is_empty() {
        asked.push("visitorId", visitor);
    }
    more.iter().for_each(|(name, value)| asked.push(name, value));
    match asker.ask("Live.getLastVisitsDetails", asked).await? {
        Answered::Plain(Answer::List(visits)) => Ok(visits),
        _ => Err(ApiError::Internal("the visits log is no list".to_owned())),
    }
}

async fn profile(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
) -> Result<Answered, ApiError> {
    let site = one_site(services, caller, params)?;
    let visitors = newest_visitors(asker, params).await?;
    let visitor = match params.filled("visitorId") {
        Some(id) => id.to_owned(),
        None => visitors.first().cloned().unwrap_or_default(),
    };
    if visitor.is_empty() {
        return Ok(Answered::Plain(Answer::List(Vec::new())));
    }
    let limit = params.int("limitVisits").and_then(|n| usize::try_from(n).ok()).filter(|n| *n > 0);
    let limit = limit.unwrap_or(VISITS_DEFAULT).min(VISITS_MAX);
    let one_more = (limit + 1).to_string();
    let mut found = visits(asker, params, &visitor, &[("filter_limit", one_more.as_str())]).await?;
    if found.is_empty() {
        return Ok(Answered::Plain(Answer::List(Vec::new())));
    }
    let more = found.len() > limit;
    found.truncate(limit);
    let first = match more {
        true => visits(asker, params, &visitor, &[("filter_limit", "1"), ("filter_sort_order", "asc")]).await?.pop(),
        false => found.last().cloned(),
    };
    let mut fields = vec![("visitorId".to_owned(), Answer::from(visitor.as_str()))];
    fields.push(("hasMoreVisits".to_owned(), Answer::Bool(more)));
    totals(&found, &mut fields);
    let place = visitors.iter().position(|known| *known == visitor);
    let at = |place: Option<usize>| {
        place.and_then(|place| visitors.get(place)).map_or(Answer::Bool(false), |id| Answer::from(id.as_str()))
    };
    let user = found.iter().map(|visit| text(visit, "userId")).find(|user| !user.is_empty());
    let seconds = sum(&found, "visitDuration");
    let moments = [("firstVisit", first.as_ref()), ("lastVisit", found.first())];
    fields.extend([
        ("nextVisitorId".to_owned(), at(place.map(|place| place + 1))),
        ("previousVisitorId".to_owned(), at(place.and_then(|place| place.checked_sub(1)))),
        ("totalVisitDurationPretty".to_owned(), Answer::from(length(asked(params), seconds))),
        ("userId".to_owned(), user.map_or(Answer::Bool(false), Answer::from)),
    ]);
    for (name, visit) in moments {
        fields.extend(visit.map(|visit| (name.to_owned(), summary(asked(params), &site, visit))));
    }
    fields.extend([
        ("visitsAggregated".to_owned(), Answer::Int(found.len().min(SHOWN_MAX) as i64)),
        ("visitedPages".to_owned(), visited(&found)),
        ("devices".to_owned(), devices(asked(params), &found)),
        ("continents".to_owned(), places(&found, "continentCode", "continent", None)),
        ("countries".to_owned(), places(&found, "countryCode", "country", Some("countryFlag"))),
    ]);
    fields.extend(own_dimensions(&site, &found).map(|own| ("customDimensions".to_owned(), own)));
    found.truncate(SHOWN_MAX);
    fields.push(("lastVisits".to_owned(), Answer::List(found)));
    Ok(Answered::Plain(Answer::Record(fields)))
}

/// The visitors of the newest visits, each once, the one who came last first.
async fn newest_visitors(asker: &dyn Asker, params: &Params) -> Result<Vec<String>, ApiError> {
    let brief = [("filter_limit", NEIGHBOURS_MAX), ("doNotFetchActions", "1")];
    let mut newest = visits(asker, params, "", &brief).await?;
    newest.sort_by(|a, b| {
        let last = |visit: &Answer| number(visit, "lastActionTimestamp").unwrap_or(0.0);
        last(b).total_cmp(&last(a))
    });
    let mut visitors: Vec<String> = Vec::new();
    for visit in &newest {
        let id = text(visit, "visitorId");
        if !visitors.iter().any(|known| known == id) {
            visitors.push(id.to_owned());
        }
    }
    Ok(visitors)
}

fn sum(visits: &[Answer], name: &str) -> f64 {
    visits.iter().filter_map(|visit| number(visit, name)).sum()
}

fn of_type<'a>(visits: &'a [Answer], kind: &'a str) -> impl Iterator<Item = &'a Answer> {
    actions(visits).filter(move |action| text(action, "type") == kind)
}

fn totals(found: &[Answer], fields: &mut Vec<(String, Answer)>) {
    let count = |kind: &str| Answer::Int(of_type(found, kind).count() as i64);
    let pages = counted(of_type(found, "action").map(|page| text(page, "url")));
    let timed = of_type(found, "action").filter_map(|page| number(page, "pageLoadTimeMilliseconds"));
    let loaded: Vec<f64> = timed.filter(|ms| *ms > 0.0).collect();
    let searched = counted(of_type(found, "search").map(|search| text(search, "siteSearchKeyword")));
    let searches = searched.into_iter().map(|(keyword, searches)| {
        Answer::record([("keyword", Answer::from(keyword)), ("searches", Answer::Int(searches))])
    });
    let goals: Vec<&Answer> = of_type(found, "goal").collect();
    let revisited = pages.iter().filter(|(_, count)| *count > 1).count();
    let mut put = |name: &str, value: Answer| fields.push((name.to_owned(), value));
    put("totalVisits", Answer::Int(found.len() as i64));
    put("totalVisitDuration", whole(sum(found, "visitDuration")));
    put("totalActions", whole(sum(found, "actions")));
    put("totalOutlinks", count("outlink"));
    put("totalDownloads", count("download"));
    put("totalSearches", count("search"));
    put("totalPageViews", count("action"));
    put("totalUniquePageViews", Answer::Int(pages.len() as i64));
    put("totalRevisitedPages", Answer::Int(revisited as i64));
    put("totalPageViewsWithTiming", Answer::Int(loaded.len() as i64));
    put("totalPageViewsWithLoadTime", Answer::Int(loaded.len() as i64));
    if !loaded.is_empty() {
        let mean = loaded.iter().sum::<f64>() / loaded.len() as f64 / 1000.0;
        put("averagePageLoadTime", whole(mean));
    }
    put("searches", searches.collect());
    put("totalGoalConversions", whole(sum(found, "goalConversions")));
    put("totalConversionsByGoal", by_goal(&goals, |_| 1.0));
    for (name, kind, of) in [
        ("totalEcommerceRevenue", "ecommerceOrder", "revenue"),
        ("totalEcommerceItems", "ecommerceOrder", "items"),
        ("totalAbandonedCartsRevenue", "ecommerceAbandonedCart", "revenue"),
        ("totalAbandonedCartsItems", "ecommerceAbandonedCart", "items"),
    ] {
        put(name, whole(of_type(found, kind).filter_map(|order| number(order, of)).sum()));
    }
    put("totalEcommerceConversions", count("ecommerceOrder"));
    put("totalAbandonedCarts", count("ecommerceAbandonedCart"));
    put("totalEvents", count("event"));
    put("hasLatLong", Answer::Bool(found.iter().any(|visit| number(visit, "latitude").is_some())));
    if !goals.is_empty() {
        put("totalRevenueByGoal", by_goal(&goals, |goal| number(goal, "revenue").unwrap_or(0.0)));
    }
}

/// What the conversions of each goal come to.
fn by_goal(goals: &[&Answer], of: fn(&Answer) -> f64) -> Answer {
    let mut sums: BTreeMap<i64, f64> = BTreeMap::new();
    for goal in goals {
        *sums.entry(number(goal, "goalId").unwrap_or(0.0) as i64).or_default() += of(goal);
    }
    match sums.is_empty() {
        true => Answer::List(Vec::new()),
        false => Answer::record(sums.into_iter().map(|(goal, sum)| (format!("idgoal={goal}"), whole(sum)))),
    }
}

/// When a visit was, and where it came from.
fn summary(language: &Language, site: &Site, visit: &Answer) -> Answer {
    let began = number(visit, "firstActionTimestamp").unwrap_or(0.0) as i64;
    let (day, today) = (site.zone.day(began), site.zone.day(now_s()));
    let (channel, name) = (text(visit, "referrerTypeName"), text(visit, "referrerName"));
    let from = match (text(visit, "referrerType"), name) {
        ("direct", _) | (_, "") => channel.to_owned(),
        ("search", engine) => format!("{engine} - {}", text(visit, "referrerKeyword")),
        (_, name) => format!("{channel}: {name}"),
    };
    Answer::record([
        ("date", Answer::Int(began)),
        ("prettyDate", long_day(language, day).into()),
        ("daysAgo", Answer::Int(i64::from(today.0 - day.0))),
        ("referrerType", text(visit, "referrerType").into()),
        ("referrerUrl", text(visit, "referrerUrl").into()),
        ("referralSummary", from.into()),
    ])
}

/// The pages that were viewed, most often first.
fn visited(found: &[Answer]) -> Answer {
    let pages = counted(of_type(found, "action").map(|page| text(page, "url")));
    pages
        .into_iter()
        .map(|(url, count)| Answer::record([("url", Answer::from(url)), ("count", Answer::Int(count))]))
        .collect()
}

fn devices(language: &Language, found: &[Answer]) -> Answer {
    let kinds = counted(found.iter().map(|visit| text(visit, "deviceType")));
    let of_kind = |(kind, count): (&str, i64)| {
        let own: Vec<&Answer> = found.iter().filter(|visit| text(visit, "deviceType") == kind).collect();
        let names: Vec<String> = own
            .iter()
            .map(|visit| match (text(visit, "deviceBrand"), text(visit, "deviceModel")) {
                (brand, model) if brand.is_empty() || brand == language.of("Unknown") => model.to_owned(),
                (brand, model) => format!("{brand} {model}"),
            })
            .collect();
        let names = counted(names.iter().map(String::as_str));
        let names = names
            .into_iter()
            .map(|(name, n)| Answer::record([("name", Answer::from(name)), ("count", Answer::Int(n))]));
        Answer::record([
            ("type", Answer::from(kind)),
            ("count", Answer::Int(count)),
            ("icon", own.first().map_or("", |visit| text(visit, "deviceTypeIcon")).into()),
            ("devices", names.collect()),
        ])
    };
    kinds.into_iter().map(of_kind).collect()
}

/// Continents or countries, those of most visits first.
fn places(found: &[Answer], code: &'static str, name: &'static str, flag: Option<&str>) -> Answer {
    let of_place = |(place, count): (&str, i64)| {
        let own = found.iter().find(|visit| text(visit, code) == place);
        let of = |name: &str| Answer::from(own.map_or("", |visit| text(visit, name)));
        let mut fields = vec![(name, Answer::from(place)), ("nb_visits", Answer::Int(count))];
        fields.extend(flag.map(|flag| ("flag", of(flag))));
        fields.push(("prettyName", of(name)));
        Answer::record(fields)
    };
    counted(found.iter().map(|visit| text(visit, code))).into_iter().map(of_place).collect()
}

/// The values of the dimensions that the site defines itself.
fn own_dimensions(site: &Site, found: &[Answer]) -> Option<Answer> {
    let of_scope = |scope: OwnScope| {
        let used = site.own_dimensions.iter().filter(move |own| own.active && own.scope == scope);
        let values = used.filter_map(move |own| {
            let name = own.public_name();
            let counts = match scope {
                OwnScope::Visit => counted(found.iter().map(|visit| text(visit, &name))),
                OwnScope::Action => counted(actions(found).map(|action| text(action, &name))),
            };
            let values: Vec<Answer> = counts
                .into_iter()
                .map(|(value, count)| Answer::record([("value", Answer::from(value)), ("count", Answer::Int(count))]))
                .collect();
            let known = !values.is_empty();
            known.then(|| Answer::record([("name", Answer::from(own.name.as_str())), ("values", Answer::List(values))]))
        });
        values.collect::<Vec<Answer>>()
    };
    let scopes = [("action", of_scope(OwnScope::Action)), ("visit", of_scope(OwnScope::Visit))];
    let filled = scopes.into_iter().filter(|(_, values)| !values.is_empty());
    let fields: Vec<(&str, Answer)> = filled.map(|(name, values)| (name, Answer::List(values))).collect();
    (!fields.is_empty()).then(|| Answer::record(fields))
}
