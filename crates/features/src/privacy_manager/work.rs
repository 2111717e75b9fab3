//! Work on stored data of visitors, as it is asked for, recorded and kept in the ledger of erasures. It names no
//! person: visits by their numbers, sites and moments.

use crate::services::now_s;
use makoto_access::{Caller, Grant, View};
use makoto_catalog::{Answer, ApiError};
use makoto_meta::Activity;
use makoto_model::{Params, SiteId};
use serde::{Deserialize, Serialize};
use serde_json::{Value as Json, json};
use std::{collections::BTreeMap, future::Future, pin::Pin};

/// Visits that one erasure may take at most; more are chosen in parts.
pub const VISITS_MAX: usize = 10_000;

/// An act on stored data. Done twice, it changes nothing more.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Work {
    /// Takes visits and all that only they need out of every store.
    Erase {
        #[serde(with = "pairs")]
        visits: BTreeMap<u32, Vec<i64>>,
    },
    /// Takes out the visits of a site that ended before a moment, seconds since 1970. The reports of days from another
    /// moment on stay; without one they all go with their visits.
    Purge {
        site: u32,
        before_s: i64,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reports_before_s: Option<i64>,
    },
    /// Takes out the visits of a site that was deleted, all from before that moment, seconds since 1970.
    EraseSite { site: u32, before_s: i64 },
    /// Keeps less of the visits of these stretches of time.
    Anonymise { spans: Vec<Span>, masks: Masks },
}

/// Visits of a site whose last action lies in a stretch of time; seconds since 1970 in UTC, the end not included.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Span {
    pub site: u32,
    pub from_s: i64,
    pub until_s: i64,
}

/// What is kept less of. The words are those of the settings.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Masks {
    /// Bytes of addresses, 1 to 4; 0 leaves them.
    pub address_bytes: u8,
    pub users: bool,
    pub orders: bool,
    /// Parameters and patterns in addresses and texts.
    pub texts: bool,
    pub referrer: String,
    pub resolution: String,
    pub language: String,
    pub location: String,
    /// Columns that are emptied.
    pub visit_columns: Vec<String>,
    pub action_columns: Vec<String>,
}

/// A map as a list of pairs: keys of JSON are texts, and the kind beside them keeps them from being read as numbers.
mod pairs {
    use serde::{Deserialize, Deserializer, Serializer};
    use std::collections::BTreeMap;

    type Visits = BTreeMap<u32, Vec<i64>>;

    pub fn serialize<S: Serializer>(visits: &Visits, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(visits)
    }

    pub fn deserialize<'d, D: Deserializer<'d>>(deserializer: D) -> Result<Visits, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

impl Work {
    pub fn kind(&self) -> &'static str {
        match self {
            Work::Erase { .. } => "erase",
            Work::Purge { .. } => "purge",
            Work::EraseSite { .. } => "erase_site",
            Work::Anonymise { .. } => "anonymise",
        }
    }

    /// As what asking for it is recorded, and as what its end.
    pub fn activities(&self) -> (Activity, Activity) {
        match self {
            Work::Erase { .. } | Work::EraseSite { .. } => (Activity::ErasureAsked, Activity::ErasureDone),
            Work::Purge { .. } => (Activity::PurgeAsked, Activity::PurgeDone),
            Work::Anonymise { .. } => (Activity::PastMaskAsked, Activity::PastMaskDone),
        }
    }

    /// What the record says of it: numbers, sites and rules, nothing of a person.
    pub fn detail(&self) -> Json {
        match self {
            Work::Erase { visits } => {
                let counts: BTreeMap<String, usize> =
                    visits.iter().map(|(site, visits)| (site.to_string(), visits.len())).collect();
                json!({ "visits_by_site": counts })
            }
            Work::Purge { site, before_s, reports_before_s: None } => json!({ "site": site, "before_s": before_s }),
            Work::Purge { site, before_s, reports_before_s } => {
                json!({ "site": site, "before_s": before_s, "reports_before_s": reports_before_s })
            }
            Work::EraseSite { site, before_s } => json!({ "deleted_site": site, "before_s": before_s }),
            Work::Anonymise { spans, masks } => json!({ "spans": spans, "masks": masks }),
        }
    }

    /// The sites that it is about.
    pub fn sites(&self) -> Vec<SiteId> {
        let mut sites: Vec<SiteId> = match self {
            Work::Erase { visits } => visits.keys().map(|site| SiteId(*site)).collect(),
            Work::Purge { site, .. } | Work::EraseSite { site, .. } => vec![SiteId(*site)],
            Work::Anonymise { spans, .. } => spans.iter().map(|span| SiteId(span.site)).collect(),
        };
        sites.sort_unstable();
        sites.dedup();
        sites
    }
}

/// What becomes of a call that takes its time.
pub type Later<'a, T> = Pin<Box<dyn Future<Output = Result<T, ApiError>> + Send + 'a>>;

/// Rows by table.
pub type Rows = Vec<(String, u64)>;

/// What is stored, as far as it is asked for here.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Sizes {
    pub visits: u64,
    pub actions: u64,
    /// Bytes of the analytics store on disk.
    pub bytes: u64,
}

/// What a work means for reports. Bytes are those before the store compresses them.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Reports {
    /// Days whose reports will stay when their visits go, and about how much that takes.
    pub days_to_keep: u64,
    pub bytes_to_keep: u64,
    /// Days whose visits went and whose reports are there.
    pub days_kept: u64,
    pub bytes_kept: u64,
    /// Those among them whose reports go too.
    pub days_to_drop: u64,
    pub bytes_to_drop: u64,
}

/// The stored data of visitors, which the server opens.
pub trait StoredData: Send + Sync {
    /// The visits that a segment finds, newest first, as the visits log shows them.
    fn find<'a>(&'a self, grant: Grant<View>, params: &'a Params) -> Later<'a, Answer>;
    /// Every stored value of these visits, table by table.
    fn export(&self, visits: BTreeMap<u32, Vec<i64>>) -> Later<'_, Answer>;
    /// How many rows a work would touch, by table.
    fn preview<'a>(&'a self, work: &'a Work) -> Later<'a, Rows>;
    /// What a work means for reports that are kept.
    fn preview_reports<'a>(&'a self, work: &'a Work) -> Later<'a, Reports>;
    /// Writes the work down and does it; waits until it is done where `wait`. The number of the work, and what was
    /// changed.
    fn start<'a>(&'a self, caller: &'a Caller, work: Work, wait: bool) -> Later<'a, (String, Rows)>;
    /// Columns that may be emptied: of visits, and of actions.
    fn columns(&self) -> [Vec<&'static str>; 2];
    fn sizes(&self) -> Later<'_, Sizes>;
    /// The sites that have rows of any kind.
    fn sites(&self) -> Later<'_, Vec<SiteId>>;
}

/// Rows by table as an answer.
pub fn rows(rows: &Rows) -> Answer {
    Answer::record(rows.iter().map(|(table, count)| (matomo_table(table), Answer::Int(*count as i64))))
}

/// What Matomo calls a table.
pub fn matomo_table(name: &str) -> String {
    match name {
        "visit" => "log_visit".to_owned(),
        "action" => "log_link_visit_action".to_owned(),
        "item" => "log_conversion_item".to_owned(),
        other => format!("log_{other}"),
    }
}

/// A day some days ago, at its beginning in a site's clock; seconds since 1970.
pub fn days_ago_s(zone: &makoto_model::Zone, days: u32) -> i64 {
    let today = zone.day(now_s());
    zone.start_s(today.plus(-(i32::try_from(days).unwrap_or(i32::MAX / 2))))
}

/// A day some months ago, at its beginning in a site's clock; seconds since 1970.
pub fn months_ago_s(zone: &makoto_model::Zone, months: u32) -> i64 {
    let today = zone.day(now_s());
    let back = jiff::Span::new().months(i64::from(months));
    zone.start_s(today.date().checked_sub(back).map_or(today, makoto_model::Day::from_date))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn works_are_written_and_read_back_and_name_nobody() {
        let erase = Work::Erase { visits: [(1, vec![5, 9])].into() };
        let masks = Masks { address_bytes: 2, texts: true, ..Masks::default() };
        let past = Work::Anonymise { spans: vec![Span { site: 1, from_s: 0, until_s: 9 }], masks };
        let site = Work::EraseSite { site: 3, before_s: 8 };
        let purge = Work::Purge { site: 2, before_s: 7, reports_before_s: None };
        let keeping = Work::Purge { site: 2, before_s: 7, reports_before_s: Some(3) };
        for work in [erase.clone(), purge.clone(), keeping, site, past] {
            let text = serde_json::to_string(&work).unwrap();
            assert_eq!(serde_json::from_str::<Work>(&text).unwrap(), work);
        }
        // As ledgers have it from before reports could stay.
        assert_eq!(serde_json::from_str::<Work>(r#"{"kind":"purge","site":2,"before_s":7}"#).unwrap(), purge);
        assert_eq!(erase.detail().to_string(), r#"{"visits_by_site":{"1":2}}"#);
        assert_eq!(matomo_table("visit"), "log_visit");
    }
}
