//! Two reports under each of forty segments that nobody has asked before, each beside hand-written SQL.

use crate::{
    Failure,
    data::catalog,
    questions::{COUNT, LAST, OF_VISITS, VISITORS, VISITS, by_hand, heading, is, plan, take_turns},
};
use makoto_catalog::{Condition, Expr, Op, Scope, TimePart};
use makoto_engine::{Engine, Options};
use makoto_model::Value;
use std::path::Path;

/// Fewer than where single questions are measured, since there are eighty.
const ROUNDS: usize = 3;
/// What an answer may take of what it takes by hand.
const RATIO_MAX: f64 = 1.5;

/// A segment, and the same as a condition on `visit v` by hand.
struct Segment {
    name: &'static str,
    condition: Condition,
    by_hand: String,
}

fn saw(condition: Condition, negated: bool) -> Condition {
    Condition::VisitHas { scope: Scope::Action, condition: Box::new(condition), negated }
}

/// A text of the visit: how both sides say it.
fn text(column: &'static str, op: Op, value: &'static str) -> (Condition, String) {
    let value_low = value.to_lowercase();
    let (not, matches) = match op {
        Op::Contains => ("", format!("contains(lower(text), '{value_low}')")),
        Op::StartsWith => ("", format!("starts_with(lower(text), '{value_low}')")),
        Op::IsNot => ("NOT ", format!("lower(text) = '{value_low}'")),
        _ => ("", format!("lower(text) = '{value_low}'")),
    };
    let dictionary = match column {
        _ if column.contains("url") => "url",
        _ if column.contains("title") => "title",
        _ => "name",
    };
    let by_hand =
        format!("coalesce({not}v.{column} IN (SELECT id FROM text_{dictionary} WHERE {matches}), {})", op == Op::IsNot);
    (is(column, op, value), by_hand)
}

fn number(column: &'static str, op: Op, value: i64) -> (Condition, String) {
    let sign = match op {
        Op::More => ">",
        Op::MoreOrEqual => ">=",
        Op::Less => "<",
        Op::LessOrEqual => "<=",
        Op::IsNot => "IS DISTINCT FROM",
        _ => "=",
    };
    (is(column, op, value), format!("v.{column} {sign} {value}"))
}

/// Visits with some action of this kind.
fn action(column: &'static str, op: Op, value: &'static str, negated: bool) -> (Condition, String) {
    let (condition, by_hand) = text(column, op, value);
    let not = if negated { "NOT " } else { "" };
    let by_hand = by_hand.replace("v.", "a.");
    (saw(condition, negated), format!("v.visit_id {not}IN (SELECT visit_id FROM action a WHERE {by_hand})"))
}

fn hour(op: Op, hour: i64) -> (Condition, String) {
    let expr = Expr::Local(TimePart::Hour, &LAST);
    let sign = if op == Op::Less { "<" } else { ">=" };
    let condition = Condition::Compare { expr, op, value: Value::Int(hour) };
    (condition, format!("(v.last_action_s // 3600) % 24 {sign} {hour}"))
}

fn both((one, a): (Condition, String), (other, b): (Condition, String)) -> (Condition, String) {
    (Condition::All(vec![one, other]), format!("({a} AND {b})"))
}

fn either((one, a): (Condition, String), (other, b): (Condition, String)) -> (Condition, String) {
    (Condition::Any(vec![one, other]), format!("({a} OR {b})"))
}

fn segments() -> Vec<Segment> {
    let segment = |name, (condition, by_hand)| Segment { name, condition, by_hand };
    vec![
        segment("country is", text("country", Op::Is, "de")),
        segment("country is not", text("country", Op::IsNot, "de")),
        segment("one of two countries", either(text("country", Op::Is, "us"), text("country", Op::Is, "jp"))),
        segment("city is", text("city", Op::Is, "City 7")),
        segment("city contains", text("city", Op::Contains, "y 1")),
        segment("language starts with", text("language", Op::StartsWith, "en")),
        segment("resolution is", text("resolution", Op::Is, "1920x1080")),
        segment("browser is", text("browser", Op::Is, "FF")),
        segment("browser is not", text("browser", Op::IsNot, "CH")),
        segment("system is", text("os", Op::Is, "WIN")),
        segment("desktop", number("device_type", Op::Is, 0)),
        segment("no desktop", number("device_type", Op::IsNot, 0)),
        segment("came by search", number("referrer_kind", Op::Is, 2)),
        segment("came straight", number("referrer_kind", Op::Is, 1)),
        segment("referrer contains", text("referrer_name", Op::Contains, "site-1")),
        segment("keyword is", text("referrer_keyword", Op::Is, "lantern")),
        segment("returning", number("returning", Op::Is, 1)),
        segment("new", number("returning", Op::Is, 0)),
        segment("third visit or later", number("visit_count", Op::MoreOrEqual, 3)),
        segment("five actions or more", number("action_count", Op::MoreOrEqual, 5)),
        segment("bounced", number("action_count", Op::Is, 1)),
        segment("ten minutes or more", number("visit_length_s", Op::MoreOrEqual, 600)),
        segment("within two days", number("since_last_s", Op::Less, 172_800)),
        segment("in the morning", both(hour(Op::MoreOrEqual, 6), hour(Op::Less, 12))),
        segment("entry starts with", text("entry_url", Op::StartsWith, "shop.example/section-3")),
        segment("entry is", text("entry_url", Op::Is, "shop.example/section-1/articles/a-page-with-a-telling-name-1")),
        segment("exit contains", text("exit_url", Op::Contains, "help/topics")),
        segment("entry title contains", text("entry_title", Op::Contains, "name 12")),
        segment("saw a page", action("url", Op::Is, "shop.example/section-5/a-page-with-a-telling-name-5", false)),
        segment("saw pages that contain", action("url", Op::Contains, "shop/category", false)),
        segment("saw pages that start with", action("url", Op::StartsWith, "shop.example/section-9", false)),
        segment("saw no pages that contain", action("url", Op::Contains, "section-7/", true)),
        segment("saw a title", action("title", Op::Is, "A page with a telling name 2", false)),
        segment("saw titles that contain", action("title", Op::Contains, "name 77", false)),
        segment("left a page", action("url_before", Op::Contains, "section-11/", false)),
        segment("browser and country", both(text("browser", Op::Is, "FF"), text("country", Op::Is, "fr"))),
        segment("returning and bounced", both(number("returning", Op::Is, 1), number("action_count", Op::Is, 1))),
        segment(
            "country and saw pages",
            both(text("country", Op::Is, "de"), action("url", Op::Contains, "articles/2026", false)),
        ),
        segment(
            "saw one and not another",
            both(action("url", Op::Contains, "section-2/", false), action("url", Op::Contains, "section-4/", true)),
        ),
        segment(
            "long or came by search",
            either(number("visit_length_s", Op::More, 300), number("referrer_kind", Op::Is, 2)),
        ),
    ]
}

const COUNTED: &str = "count(*), count(DISTINCT visitor | (((last_action_s - 1772323200) // 86400) << 32)), \
    sum(action_count)::BIGINT, sum(visit_length_s)::BIGINT, count(*) FILTER (action_count = 1), max(action_count)";
const SEEN: &str =
    "count(*), count(DISTINCT visit_id), count(DISTINCT visitor | (((time_s - 1772323200) // 86400) << 32))";

/// Asks for browsers and pages under every segment.
pub fn ask_all(dir: &Path, options: Options) -> Result<(), Failure> {
    let engine = Engine::open(dir, catalog()?, options)?;
    let connection = by_hand(dir, options)?;
    let all = segments();
    let (mut asked, mut within) = (0, 0);
    heading();
    for Segment { name, condition, by_hand } in &all {
        let browsers = plan(Scope::Visit, &[Expr::Column("browser")], OF_VISITS, condition.clone());
        let browsers_by_hand = format!(
            "SELECT t.text, q.* FROM (SELECT browser, {COUNTED} FROM visit v WHERE {by_hand} GROUP BY 1) q \
             LEFT JOIN text_name t ON t.id = q.browser"
        );
        let of_visit = Condition::OfVisit(Box::new(condition.clone()));
        let filter = Condition::All(vec![is("kind", Op::Is, 1), of_visit]);
        let pages = plan(Scope::Action, &[Expr::Column("url")], &[COUNT, VISITS, VISITORS], filter);
        let pages_by_hand = format!(
            "SELECT t.prefix, t.text, q.* FROM (SELECT url, {SEEN} FROM action WHERE kind = 1 AND visit_id IN \
             (SELECT visit_id FROM visit v WHERE {by_hand}) GROUP BY 1) q LEFT JOIN text_url t ON t.id = q.url"
        );
        for (report, plan, sql) in [("browsers", browsers, browsers_by_hand), ("pages", pages, pages_by_hand)] {
            let ratio = take_turns(&engine, &connection, &format!("{report}: {name}"), &plan, &sql, ROUNDS)?;
            asked += 1;
            within += usize::from(ratio <= RATIO_MAX);
        }
    }
    println!("{} segments; {within} of {asked} questions within {RATIO_MAX} of the time by hand", all.len());
    Ok(())
}
