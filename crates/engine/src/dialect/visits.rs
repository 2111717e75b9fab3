//! Statements about single visits.

use super::{
    Find, Printer, Question,
    condition::asks_for_actions,
    list, nothing,
    plan::{REACH_SLACK_S, reach_of},
};
use crate::{Error, VisitsQuestion};
use makoto_catalog::{
    Catalog, Scope, Table,
    columns::{CART, ORDER, PAGE_VIEW},
};
use makoto_model::{ActionKind, Day, SiteId};

/// A table's declared columns, in order.
fn declared(catalog: &Catalog, table: Table, alias: &str) -> String {
    let names = catalog.columns(table).iter().map(|column| format!("{alias}.\"{}\"", column.name));
    names.collect::<Vec<_>>().join(", ")
}

fn question(printer: Printer<'_>, sql: String) -> Question {
    Question { sql, binds: printer.binds, columns: Vec::new() }
}

fn from_s(asked: &VisitsQuestion) -> i64 {
    asked.after_s.map_or(asked.from_s, |after| after.saturating_add(1).max(asked.from_s))
}

/// As `reach_question`, for the visits log.
pub(crate) fn reach_of_visits(catalog: &Catalog, asked: &VisitsQuestion) -> Option<Question> {
    asks_for_actions(&asked.filter).then(|| reach_of(catalog, asked.site, from_s(asked), asked.until_s))
}

/// One page of the visits log.
pub(crate) fn visits(
    catalog: &Catalog,
    asked: &VisitsQuestion,
    reach: Option<(i64, i64)>,
    find: &Find<'_>,
) -> Result<Question, Error> {
    let mut print = Printer::new(catalog, asked.site, &asked.clock, find);
    let (first, last) = reach.unwrap_or((from_s(asked), asked.until_s));
    print.reach = (first - REACH_SLACK_S, last + REACH_SLACK_S);
    let filter = print.condition(&asked.filter, Scope::Visit)?;
    let (site, from, until) = (print.bind(asked.site.0), print.bind(from_s(asked)), print.bind(asked.until_s));
    let limit = print.bind(i64::try_from(asked.limit).unwrap_or(i64::MAX));
    let offset = print.bind(i64::try_from(asked.offset).unwrap_or(i64::MAX));
    let order = if asked.newest_first { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT {} FROM visit v WHERE v.site_id = {site} AND v.last_action_s >= {from} AND v.last_action_s < {until} \
         AND {filter} ORDER BY v.last_action_s {order}, v.visit_id {order} LIMIT {limit} OFFSET {offset}",
        declared(catalog, Table::Visit, "v")
    );
    Ok(question(print, sql))
}

/// The rows of a table that belong to these visits and lie between these moments.
pub(crate) fn rows_of(catalog: &Catalog, of: Table, site: SiteId, visits: &[i64], reach: (i64, i64)) -> Question {
    let mut print = Printer::new(catalog, site, &[], &nothing);
    let (site, ids) = (print.bind(site.0), print.bind(list(visits)));
    let (from, until) = (print.bind(reach.0 - REACH_SLACK_S), print.bind(reach.1 + REACH_SLACK_S));
    let order = match of {
        Table::Conversion => "conversion_id",
        Table::Item => "conversion_id, r.action_id, r.rank",
        Table::Action | Table::Visit => "action_id",
    };
    let sql = format!(
        "SELECT {} FROM {} r WHERE r.site_id = {site} AND r.time_s >= {from} AND r.time_s <= {until} \
         AND r.visit_id IN (SELECT unnest(CAST({ids} AS BIGINT[]))) ORDER BY r.time_s, r.{order}",
        declared(catalog, of, "r"),
        of.name()
    );
    question(print, sql)
}

/// What the visitors of these visits ordered (goal 0) and left in carts (-1) on the site, at any time: visitor, goal, how
/// often, revenue, pieces; the visitor as the number of the dictionary.
pub(crate) fn bought_by(catalog: &Catalog, site: SiteId, visits: &[i64]) -> Question {
    let mut print = Printer::new(catalog, site, &[], &nothing);
    let (site, ids) = (print.bind(site.0), print.bind(list(visits)));
    let (cart, order) = (print.bind(CART), print.bind(ORDER));
    // By the visit's visitor: their number may change in the middle of a visit, behind a conversion.
    let sql = format!(
        "SELECT v.visitor, c.goal, count(*), coalesce(sum(c.revenue), 0.0), CAST(coalesce(sum(c.items), 0) AS BIGINT) \
         FROM conversion c JOIN visit v ON v.visit_id = c.visit_id WHERE c.site_id = {site} AND c.goal >= {cart} \
         AND c.goal <= {order} AND v.site_id = {site} AND v.visitor IN \
         (SELECT v.visitor FROM visit v WHERE v.visit_id IN (SELECT unnest(CAST({ids} AS BIGINT[])))) GROUP BY 1, 2"
    );
    question(print, sql)
}

/// The page views of all sites with numbers behind this one that have an id of the tracker's.
pub(crate) fn page_views(catalog: &Catalog, after: u64) -> Question {
    let mut print = Printer::new(catalog, SiteId(0), &[], &nothing);
    let after = print.bind(i64::try_from(after).unwrap_or(i64::MAX));
    let kind = print.bind(ActionKind::PageView as i64);
    let sql = format!(
        "SELECT {} FROM action a WHERE a.action_id > {after} AND a.kind = {kind} AND a.\"{PAGE_VIEW}\" IS NOT NULL \
         ORDER BY a.action_id",
        declared(catalog, Table::Action, "a")
    );
    question(print, sql)
}

/// The visits of a site whose stamped day is this one, which ended at this moment or later, and whose numbers are behind
/// this one.
#[derive(Clone, Copy)]
pub(crate) struct Partition {
    pub(crate) place: (SiteId, Day),
    pub(crate) since_s: i64,
    pub(crate) after: i64,
}

impl Partition {
    fn condition(self, print: &mut Printer) -> String {
        let (site, day) = (print.bind(self.place.0.0), print.bind(self.place.1.0));
        let (since_s, after) = (print.bind(self.since_s), print.bind(self.after));
        format!("v.site_id = {site} AND v.day = {day} AND v.last_action_s >= {since_s} AND v.visit_id > {after}")
    }

    /// The number of the last of the first so many of them.
    pub(crate) fn end(self, catalog: &Catalog, most: u32) -> Question {
        let mut print = Printer::new(catalog, self.place.0, &[], &nothing);
        let condition = self.condition(&mut print);
        let most = print.bind(most);
        let numbers = format!("SELECT v.visit_id FROM visit v WHERE {condition} ORDER BY v.visit_id LIMIT {most}");
        question(print, format!("SELECT max(visit_id) FROM ({numbers})"))
    }

    /// Those with numbers up to this one, whole: row groups that have none of them are not read.
    pub(crate) fn up_to(self, catalog: &Catalog, end: i64) -> Question {
        let mut print = Printer::new(catalog, self.place.0, &[], &nothing);
        let condition = self.condition(&mut print);
        let end = print.bind(end);
        let columns = declared(catalog, Table::Visit, "v");
        let sql =
            format!("SELECT {columns} FROM visit v WHERE {condition} AND v.visit_id <= {end} ORDER BY v.visit_id");
        question(print, sql)
    }
}

/// The newest visits of all sites, by their numbers.
pub(crate) fn newest(catalog: &Catalog, visits_max: u32) -> Question {
    let mut print = Printer::new(catalog, SiteId(0), &[], &nothing);
    let most = print.bind(visits_max);
    let sql = format!(
        "SELECT {} FROM visit v WHERE v.visit_id > (SELECT max(visit_id) FROM visit) - {most} \
         ORDER BY v.visit_id DESC LIMIT {most}",
        declared(catalog, Table::Visit, "v")
    );
    question(print, sql)
}

/// The order ids of the newest conversions.
pub(crate) fn newest_orders(catalog: &Catalog, orders_max: u32) -> Question {
    let mut print = Printer::new(catalog, SiteId(0), &[], &nothing);
    let most = print.bind(orders_max);
    let sql = format!(
        "SELECT c.order_id FROM conversion c WHERE c.order_id IS NOT NULL ORDER BY c.visit_id DESC LIMIT {most}"
    );
    question(print, sql)
}
