//! One action of a visit as a record.

use super::{Stored, answer, conversion, text_or_null};
use crate::{actions::page_view, page_performance};
use makoto_catalog::{Answer, LoggedVisit, VisitLog, columns::PAGE_VIEW, words};
use makoto_model::{ActionKind, Day, OwnScope};

type Fields = Vec<(String, Answer)>;

fn put<A: Into<Answer>>(fields: &mut Fields, name: &str, value: A) {
    fields.push((name.to_owned(), value.into()));
}

/// What comes first in one second: orders, then actions, and behind them the goals that they reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    Order,
    Action,
    Goal,
}

/// The actions and conversions of a visit in the order of time.
pub fn records(log: &VisitLog, visit: &LoggedVisit, visit_length_s: i64) -> Answer {
    let stored = |values| Stored { columns: log.action_columns, values };
    let actions: Vec<Stored> = visit.actions.iter().map(|values| stored(values)).collect();
    let positions = positions(&actions);
    let orders = conversion::order_times(log, visit);
    let list = actions.iter().enumerate().map(|(place, action)| {
        let spent = spent(&actions, &orders, place, visit_length_s);
        let mut fields = record(log, *action, spent, positions[place]);
        conversion::viewed(log, visit.items, action.get("action_id"), &mut fields);
        (action.int("time_s"), Place::Action, Answer::Record(fields))
    });
    let mut all: Vec<(i64, Place, Answer)> = list.collect();
    if log.with_actions {
        all.extend(conversion::records(log, visit));
    }
    all.sort_by_key(|(time_s, place, _)| (*time_s, *place));
    Answer::List(all.into_iter().map(|(.., record)| record).collect())
}

/// Less than this is no time spent on the last page of a visit.
const STAY_S: i64 = 10;

/// The time until the next page; on the last one until the end of the visit. The time until an event counts here, though
/// it belongs to no page in reports: as Matomo does, from what stands before the event in the log, be it an order.
fn spent(actions: &[Stored], orders: &[i64], place: usize, visit_length_s: i64) -> i64 {
    let mut sum = 0;
    for pair in actions[place..].windows(2) {
        sum += match kind(pair[1]) {
            Some(ActionKind::Event) => {
                let (before, event) = (pair[0].int("time_s"), pair[1].int("time_s"));
                let order = orders.iter().copied().filter(|order| (before + 1..=event).contains(order)).max();
                (event - order.unwrap_or(before)).max(0)
            }
            _ => pair[1].int("spent_before_s"),
        };
        if kind(pair[1]) == Some(ActionKind::PageView) {
            return sum;
        }
    }
    let left = visit_length_s - (actions[place].int("time_s") - actions[0].int("time_s"));
    if left < STAY_S { sum } else { left }
}

/// `Mar 2, 2026 08:00:00` on the site's clock.
pub fn pretty_time(log: &VisitLog, time_s: i64) -> String {
    let local = time_s + log.site.zone.offset_s(time_s);
    let date = words::medium_day(log.language, Day(local.div_euclid(86_400) as i32));
    let clock = local.rem_euclid(86_400);
    format!("{date} {:02}:{:02}:{:02}", clock / 3600, clock / 60 % 60, clock % 60)
}

fn is_view(action: Stored) -> bool {
    matches!(kind(action), Some(ActionKind::PageView | ActionKind::SiteSearch))
}

/// How many pages and searches there were up to each action, in the order in which they were received.
fn positions(actions: &[Stored]) -> Vec<i64> {
    let mut order: Vec<usize> = (0..actions.len()).collect();
    order.sort_by_key(|place| actions[*place].int("action_id"));
    let (mut positions, mut views) = (vec![0; actions.len()], 0);
    for place in order {
        views += i64::from(is_view(actions[place]));
        positions[place] = views;
    }
    positions
}

fn kind(action: Stored) -> Option<ActionKind> {
    let number = action.int("kind");
    let all = [
        ActionKind::PageView,
        ActionKind::Outlink,
        ActionKind::Download,
        ActionKind::SiteSearch,
        ActionKind::Event,
        ActionKind::Content,
    ];
    all.into_iter().find(|kind| *kind as i64 == number)
}

fn record(log: &VisitLog, action: Stored, spent: i64, position: i64) -> Fields {
    let mut fields = Fields::new();
    let time = action.int("time_s");
    let local = time + log.site.zone.offset_s(time);
    put(&mut fields, "url", text_or_null(action.text("url")));
    put(&mut fields, "idpageview", page_view::id(action.int(PAGE_VIEW)));
    put(&mut fields, "serverTimePretty", pretty_time(log, time));
    put(&mut fields, "pageId", action.int("action_id"));
    // Clients of Matomo get the site's clock here as if it were UTC.
    put(&mut fields, "timestamp", local);
    match kind(action) {
        Some(ActionKind::PageView) => page(log, action, spent, position, &mut fields),
        Some(ActionKind::SiteSearch) => search(log, action, position, &mut fields),
        Some(ActionKind::Event) => event(log, action, position, &mut fields),
        Some(ActionKind::Content) => content(log, action, position, &mut fields),
        Some(ActionKind::Download) => link(("download", &log.language.of("Download")), action, position, &mut fields),
        Some(ActionKind::Outlink) => link(("outlink", &log.language.of("Outlink")), action, position, &mut fields),
        None => {}
    }
    super::own_dimensions(log.site, OwnScope::Action, action, &mut fields);
    fields
}

fn position_or_null(position: i64) -> Answer {
    if position == 0 { Answer::Null } else { Answer::Int(position) }
}

fn icon(fields: &mut Fields, name: &str, raster: bool) {
    let path = |kind: &str| format!("plugins/Morpheus/images/{name}.{kind}");
    put(fields, "icon", if raster { path("png") } else { String::new() });
    put(fields, "iconSVG", path("svg"));
}

fn page(log: &VisitLog, action: Stored, spent: i64, position: i64, fields: &mut Fields) {
    put(fields, "type", "action");
    put(fields, "pageTitle", text_or_null(action.text("title")));
    // Of what has neither an address nor a title no time is told.
    if !action.text("url").is_empty() || !action.text("title").is_empty() {
        put(fields, "timeSpent", spent);
        put(fields, "timeSpentPretty", words::length(log.language, spent as f64));
    }
    put(fields, "pageviewPosition", position);
    put(fields, "title", text_or_null(action.text("title")));
    put(fields, "subtitle", text_or_null(action.text("url")));
    icon(fields, "action", false);
    let times: Vec<f64> = page_performance::COLUMNS.iter().filter_map(|column| action.get(column).number()).collect();
    if !times.is_empty() {
        let seconds = times.iter().sum::<f64>() / 1000.0;
        put(fields, "pageLoadTime", words::length(log.language, seconds));
        put(fields, "pageLoadTimeMilliseconds", (seconds * 1000.0) as i64);
    }
}

fn search(log: &VisitLog, action: Stored, position: i64, fields: &mut Fields) {
    put(fields, "type", "search");
    put(fields, "siteSearchKeyword", action.text("title"));
    put(fields, "siteSearchCategory", action.text("search_category"));
    put(fields, "siteSearchCount", answer(action.get("search_results")));
    put(fields, "pageviewPosition", position);
    put(fields, "title", &*log.language.of("Site Search"));
    let mut subtitle = action.text("title").to_owned();
    if !action.text("search_category").is_empty() {
        subtitle.push_str(&format!(" - {}: {}", log.language.of("Search Category"), action.text("search_category")));
    }
    if let Some(count) = action.get("search_results").number().filter(|count| *count > 0.0) {
        subtitle.push_str(&format!(" - {}: {count}", log.language.of("Search Results Count")));
    }
    put(fields, "subtitle", subtitle);
    icon(fields, "search", true);
}

fn event(log: &VisitLog, action: Stored, position: i64, fields: &mut Fields) {
    put(fields, "type", "event");
    let (category, name) = (action.text("event_category"), action.text("event_name"));
    put(fields, "eventCategory", category);
    put(fields, "eventAction", action.text("event_action"));
    if !name.is_empty() {
        put(fields, "eventName", name);
    }
    if let Some(value) = action.get("event_value").number() {
        put(fields, "eventValue", Answer::Float(value));
    }
    put(fields, "pageviewPosition", position_or_null(position));
    put(fields, "title", &*log.language.of("Event"));
    // The quotes differ in Matomo too.
    let (of_category, of_action) = (log.language.of("Category"), log.language.of("Action"));
    let action = action.text("event_action");
    put(fields, "subtitle", format!("{of_category}: \"{category}', {of_action}: \"{action}\""));
    icon(fields, "event", true);
}

fn content(log: &VisitLog, action: Stored, position: i64, fields: &mut Fields) {
    let used = !action.text("content_interaction").is_empty();
    put(fields, "type", ActionKind::Content as i64);
    put(fields, "pageTitle", text_or_null(action.text("title")));
    for (name, column) in [
        ("contentName", "content_name"),
        ("contentPiece", "content_piece"),
        ("contentTarget", "content_target"),
        ("contentInteraction", "content_interaction"),
    ] {
        put(fields, name, text_or_null(action.text(column)));
    }
    put(fields, "pageviewPosition", position_or_null(position));
    let title = match used {
        true => format!("{} ({})", log.language.of("Content Interaction"), action.text("content_interaction")),
        false => log.language.of("Content Impression").into_owned(),
    };
    put(fields, "title", title);
    let named = [action.text("content_name"), action.text("content_piece")];
    let named: Vec<&str> = named.into_iter().filter(|text| !text.is_empty()).collect();
    put(fields, "subtitle", named.join(" - "));
    icon(fields, if used { "contentinteraction" } else { "contentimpression" }, true);
}

fn link((kind, title): (&str, &str), action: Stored, position: i64, fields: &mut Fields) {
    put(fields, "type", kind);
    put(fields, "pageviewPosition", position_or_null(position));
    put(fields, "title", title);
    put(fields, "subtitle", text_or_null(action.text("url")));
    put(fields, "pageTitle", Answer::Null);
    icon(fields, kind, true);
}
