//! Reports of days whose visits went: their numbers as they were handed in, and the list of such days. What the numbers
//! say is known to those alone who hand them in.

use crate::{Engine, Error, answer, generation::lock};
use duckdb::{Connection, params};
use makoto_model::{Day, Range, SiteId};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// The table of kept reports.
pub(crate) const TABLE: &str = "kept_report";
/// Stands in place of a report's name in the row which says that the reports of a day are kept.
const DAY: &str = "";

/// A report of a day, or of a week or month, whose visits went or are about to.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KeptReport {
    pub report: String,
    pub range: Range,
    pub numbers: Vec<u8>,
}

/// How much is kept of reports.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct KeptSize {
    pub days: u64,
    /// Before the file compresses them.
    pub bytes: u64,
}

/// The days of each site whose reports are kept.
pub(crate) type KeptDays = BTreeMap<SiteId, Arc<BTreeSet<Day>>>;

/// The statement that makes the table in a database.
pub(crate) fn creation(table: &str) -> String {
    // Texts repeat from day to day and from report to report.
    format!(
        "CREATE TABLE IF NOT EXISTS {table} (site_id BIGINT, first_day BIGINT, last_day BIGINT, report VARCHAR, \
         numbers BLOB USING COMPRESSION zstd)"
    )
}

/// Reads which days have kept reports.
pub(crate) fn days(connection: &Connection) -> Result<KeptDays, Error> {
    let sql = format!("SELECT site_id, first_day FROM {TABLE} WHERE report = '{DAY}'");
    let batches = answer::ask(connection, &sql, &[])?;
    let mut all: BTreeMap<SiteId, BTreeSet<Day>> = BTreeMap::new();
    if !batches.is_empty() {
        let sites = answer::column_cells(&batches, 0)?;
        for (site, day) in sites.into_iter().zip(answer::column_cells(&batches, 1)?) {
            let (site, day) = (site.int().unwrap_or(0), day.int().unwrap_or(0));
            all.entry(SiteId(site as u32)).or_default().insert(Day(day as i32));
        }
    }
    Ok(all.into_iter().map(|(site, days)| (site, Arc::new(days))).collect())
}

impl Engine {
    /// The days of a site whose reports are kept.
    pub fn kept_days(&self, site: SiteId) -> Arc<BTreeSet<Day>> {
        lock(&self.inner.kept_days).get(&site).cloned().unwrap_or_default()
    }

    /// Keeps reports of these days, all of them or none. Days whose reports are kept already must not be among them.
    ///
    /// # Errors
    /// After an error nothing of them is kept.
    pub fn keep(&self, site: SiteId, days: Range, reports: &[KeptReport]) -> Result<(), Error> {
        let failed = || Error::database("keep reports");
        self.write(|writer| {
            let sql = format!("INSERT INTO {TABLE} VALUES (?, ?, ?, ?, ?)");
            let mut statement = writer.connection.prepare(&sql).map_err(failed())?;
            for kept in reports {
                let (first, last) = (kept.range.first.0, kept.range.last.0);
                statement.execute(params![site.0, first, last, kept.report, kept.numbers]).map_err(failed())?;
            }
            for day in days.days() {
                statement.execute(params![site.0, day.0, day.0, DAY, Vec::<u8>::new()]).map_err(failed())?;
            }
            Ok(())
        })?;
        let mut known = lock(&self.inner.kept_days);
        let of_site = Arc::make_mut(known.entry(site).or_default());
        of_site.extend(days.days());
        Ok(())
    }

    /// What is kept of a report in these days: of days, and of weeks and months that lie in them whole.
    ///
    /// # Errors
    /// As `partition`.
    pub fn kept_reports(&self, site: SiteId, report: &str, within: Range) -> Result<Vec<KeptReport>, Error> {
        let failed = || Error::database("read kept reports");
        self.inner.read(|reader| {
            let sql = format!(
                "SELECT first_day, last_day, numbers FROM {TABLE} \
                 WHERE site_id = ? AND report = ? AND first_day >= ? AND last_day <= ? ORDER BY first_day, last_day"
            );
            let mut statement = reader.connection()?.prepare(&sql).map_err(failed())?;
            let binds = params![site.0, report, within.first.0, within.last.0];
            let rows = statement.query_map(binds, |row| {
                let range = Range { first: Day(row.get(0)?), last: Day(row.get(1)?) };
                Ok(KeptReport { report: report.to_owned(), range, numbers: row.get(2)? })
            });
            rows.map_err(failed())?.collect::<Result<_, _>>().map_err(failed())
        })
    }

    /// Takes out what is kept of a site's reports from before a day; which days went.
    ///
    /// # Errors
    /// After an error nothing is taken out.
    pub fn drop_kept(&self, site: SiteId, before: Day) -> Result<Vec<Day>, Error> {
        let gone: Vec<Day> = self.kept_days(site).range(..before).copied().collect();
        if gone.is_empty() {
            return Ok(gone);
        }
        self.write(|writer| {
            let sql = format!("DELETE FROM {TABLE} WHERE site_id = ? AND first_day < ?");
            let done = writer.connection.execute(&sql, params![site.0, before.0]);
            done.map(drop).map_err(Error::database("take kept reports out"))
        })?;
        let mut known = lock(&self.inner.kept_days);
        if let Some(days) = known.get_mut(&site) {
            *days = Arc::new(days.range(before..).copied().collect());
        }
        Ok(gone)
    }

    /// How much is kept of a site's reports from before a day.
    ///
    /// # Errors
    /// As `partition`.
    pub fn kept_size(&self, site: SiteId, before: Day) -> Result<KeptSize, Error> {
        let sql = format!(
            "SELECT count(*) FILTER (WHERE report = '{DAY}'), CAST(coalesce(sum(octet_length(numbers)), 0) AS BIGINT) \
             FROM {TABLE} WHERE site_id = ? AND first_day < ?"
        );
        self.inner.read(|reader| {
            let size = reader.connection()?.query_row(&sql, params![site.0, before.0], |row| {
                Ok(KeptSize { days: row.get(0)?, bytes: row.get(1)? })
            });
            size.map_err(Error::database("measure kept reports"))
        })
    }

    /// The sites of which reports are kept.
    pub fn kept_sites(&self) -> Vec<SiteId> {
        let known = lock(&self.inner.kept_days);
        known.iter().filter(|(_, days)| !days.is_empty()).map(|(site, _)| *site).collect()
    }
}
