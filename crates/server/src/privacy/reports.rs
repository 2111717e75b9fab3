//! Reports that outlive their visits: kept before these go, and dropped when their own time is over.

use super::keeper::Keeper;
use crate::{commands::Failure, runtimes::blocking};
use makoto_engine::{Chosen, KeptSize};
use makoto_features::{
    privacy_manager::work::{Reports, Work},
    services::now_s,
};
use makoto_model::{Day, Range, Site, SiteId};
use std::{collections::BTreeMap, sync::Arc};

/// After every day.
pub const EVER: Day = Day(i32::MAX);
/// How far a work is, in hundredths, when the reports are kept.
pub const KEPT_SHARE: i64 = 60;

/// What a purge means for the reports of a site.
struct Purge {
    site: Arc<Site>,
    /// Visits stay from this day on …
    visits: Day,
    /// … and reports from this one on, which is no later.
    reports: Day,
    gone: Chosen,
}

impl Keeper {
    /// Nothing where the site is not known any more.
    fn purge_of(&self, work: &Work) -> Option<Purge> {
        let Work::Purge { site, before_s, reports_before_s } = work else { return None };
        let site = self.meta.snapshot().sites.get(&SiteId(*site))?.clone();
        let visits = site.zone.day(*before_s);
        let reports = reports_before_s.map_or(visits, |before_s| site.zone.day(before_s).min(visits));
        let gone = Chosen::Span { site: site.id, from_s: i64::MIN / 2, until_s: *before_s };
        Some(Purge { site, visits, reports, gone })
    }

    /// Drops the reports whose time is over, and keeps those of days whose visits are about to go.
    pub(super) async fn keep_reports(
        &self,
        id: &str,
        work: &Work,
        rows: &mut BTreeMap<String, u64>,
    ) -> Result<(), Failure> {
        let Some(purge) = self.purge_of(work) else { return Ok(()) };
        self.drop_reports(purge.site.id, purge.reports, rows).await?;
        let (keeper, purge) = (self.clone(), Arc::new(purge));
        let looked_at = purge.clone();
        let pieces = blocking(move || keeper.days_to_keep(&looked_at)).await?;
        let count = pieces.len().max(1) as i64;
        for (nth, days) in (0..).zip(pieces) {
            let (query, site) = (self.query.clone(), purge.site.clone());
            blocking(move || query.keep(&site, days, now_s()).map_err(failed)).await?;
            *rows.entry("reports_kept".to_owned()).or_default() += days.len_days().unsigned_abs() as u64;
            self.meta.note_privacy_job(id, (nth + 1) * KEPT_SHARE / count).await?;
        }
        Ok(())
    }

    /// Drops the reports of a site from before a day.
    pub(super) async fn drop_reports(
        &self,
        site: SiteId,
        before: Day,
        rows: &mut BTreeMap<String, u64>,
    ) -> Result<(), Failure> {
        let engine = self.engine.clone();
        let gone = blocking(move || Ok(engine.drop_kept(site, before)?)).await?;
        if !gone.is_empty() {
            *rows.entry("reports_gone".to_owned()).or_default() += gone.len() as u64;
            self.query.touch(&gone.into_iter().map(|day| (site, day)).collect::<Vec<_>>());
        }
        Ok(())
    }

    /// The days whose reports are to be kept, as the query counts them at once.
    fn days_to_keep(&self, purge: &Purge) -> Result<Vec<Range>, Failure> {
        if purge.reports >= purge.visits {
            return Ok(Vec::new());
        }
        let Some((first_s, _)) = self.engine.bounds(&purge.gone)? else { return Ok(Vec::new()) };
        let first = purge.site.zone.day(first_s).max(purge.reports);
        let last = purge.visits.plus(-1);
        if first > last {
            return Ok(Vec::new());
        }
        self.query.days_to_keep(&purge.site, Range { first, last }).map_err(failed)
    }

    /// What a work means for reports.
    pub(super) fn preview_reports(&self, work: &Work) -> Result<Reports, Failure> {
        let Some(purge) = self.purge_of(work) else { return Ok(Reports::default()) };
        let pieces = self.days_to_keep(&purge)?;
        let kept = self.engine.kept_size(purge.site.id, EVER)?;
        let gone = self.engine.kept_size(purge.site.id, purge.reports)?;
        let days: u64 = pieces.iter().map(|days| days.len_days().unsigned_abs() as u64).sum();
        let bytes = match (kept, pieces.get(pieces.len() / 2)) {
            (_, None) => 0,
            // As much a day as those that are kept already, else as much as one of these days.
            (KeptSize { days: kept, bytes }, Some(_)) if kept > 0 => bytes * days / kept,
            (_, Some(piece)) => {
                let day = Range { first: piece.last, last: piece.last };
                self.query.size_of_kept(&purge.site, day).map_err(failed)? * days
            }
        };
        Ok(Reports {
            days_to_keep: days,
            bytes_to_keep: bytes,
            days_kept: kept.days,
            bytes_kept: kept.bytes,
            days_to_drop: gone.days,
            bytes_to_drop: gone.bytes,
        })
    }
}

fn failed(fault: makoto_catalog::ApiError) -> Failure {
    Failure::Data(fault.to_string())
}
