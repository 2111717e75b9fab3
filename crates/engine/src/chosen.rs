//! Which stored visits an act on stored data is about, and how a statement says so.

use crate::{Error, answer, dialect::list};
use duckdb::{Connection, types::Value as Bound};
use makoto_catalog::Table;
use makoto_model::{Day, SiteId};

const DAY_S: i64 = 86_400;

/// Visits that an act on stored data is about.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Chosen {
    /// These visits of a site, by their numbers.
    Visits { site: SiteId, visits: Vec<i64> },
    /// The visits of a site whose last action lies from the first moment up to but not including the second, seconds
    /// since 1970 in UTC.
    Span { site: SiteId, from_s: i64, until_s: i64 },
}

/// A condition and its binds, in the order of its question marks.
pub(crate) struct Clause {
    pub(crate) sql: String,
    pub(crate) binds: Vec<Bound>,
}

impl Chosen {
    pub(crate) fn site(&self) -> SiteId {
        match self {
            Chosen::Visits { site, .. } | Chosen::Span { site, .. } => *site,
        }
    }

    /// The rows of a table that belong to these visits. The table is called `t`.
    pub(crate) fn clause(&self, table: Table) -> Clause {
        let site = Bound::BigInt(i64::from(self.site().0));
        match self {
            Chosen::Visits { visits, .. } => {
                let bound = |id: Option<&i64>| Bound::BigInt(id.copied().unwrap_or(0));
                let (least, most) = (bound(visits.iter().min()), bound(visits.iter().max()));
                Clause {
                    sql: "t.site_id = ? AND t.visit_id >= ? AND t.visit_id <= ? \
                          AND t.visit_id IN (SELECT unnest(CAST(? AS BIGINT[])))"
                        .to_owned(),
                    binds: vec![site, least, most, Bound::Text(list(visits))],
                }
            }
            Chosen::Span { from_s, until_s, .. } => {
                let span = [Bound::BigInt(*from_s), Bound::BigInt(*until_s)];
                let visits = "site_id = ? AND last_action_s >= ? AND last_action_s < ?";
                let mut binds = vec![site.clone()];
                let sql = match table {
                    Table::Visit => visits.replace("site_id", "t.site_id").replace("last_action_s", "t.last_action_s"),
                    _ => {
                        binds.push(site);
                        format!("t.site_id = ? AND t.visit_id IN (SELECT visit_id FROM visit WHERE {visits})")
                    }
                };
                binds.extend(span);
                Clause { sql, binds }
            }
        }
    }
}

/// How many rows of a table belong to these visits.
pub(crate) fn count(connection: &Connection, table: Table, chosen: &Chosen) -> Result<u64, Error> {
    let Clause { sql, binds } = chosen.clause(table);
    let sql = format!("SELECT count(*) FROM {} t WHERE {sql}", table.name());
    Ok(answer::ids(connection, &sql, &binds)?.first().map_or(0, |n| n.cast_unsigned()))
}

/// The days on whose reports these visits show, with those beside them, as sites' days are not those of UTC.
pub(crate) fn days(connection: &Connection, chosen: &Chosen) -> Result<Vec<(SiteId, Day)>, Error> {
    let Clause { sql, binds } = chosen.clause(Table::Visit);
    let sql = format!(
        "SELECT DISTINCT unnest([day, first_action_s // {DAY_S}, last_action_s // {DAY_S}]) FROM visit t WHERE {sql}"
    );
    let mut days: Vec<i64> = answer::ids(connection, &sql, &binds)?;
    days = days.into_iter().flat_map(|day| [day - 1, day, day + 1]).collect();
    days.sort_unstable();
    days.dedup();
    Ok(days.into_iter().map(|day| (chosen.site(), Day(day as i32))).collect())
}
