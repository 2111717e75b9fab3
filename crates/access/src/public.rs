//! Visitors without an account, and what narrows everything that they are shown.

use makoto_model::SiteId;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What a public grant lets anybody see of one site. It travels inside the `Grant` that `check` makes, so that
/// whatever answers from it cannot forget to keep it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Limits {
    /// The public grant's number, for its budget and its count of views.
    pub public_grant: i64,
    /// The reports that may be asked for, by method, each named; nothing else is.
    pub methods: BTreeSet<String>,
    /// Months before the site's present day that may be asked about. The present day never is.
    pub months: u32,
    /// The segment that always holds; empty: every visit.
    pub segment: String,
    /// Rows of fewer visits on a day are summed up as "Others".
    pub visits_min: u32,
    /// Rows of one answer at most.
    pub rows_max: usize,
    /// Rows inside rows at most, the outer ones counted.
    pub levels_max: usize,
    /// Columns that may be shown, beside the label.
    pub columns: &'static [&'static str],
    /// More columns, where those who made the grant chose to show them.
    pub chosen_columns: Vec<&'static str>,
    /// Facts beside the columns that may be shown.
    pub facts: Vec<&'static str>,
    /// Addresses are shown with what stands behind `?` and `#`.
    pub whole_addresses: bool,
}

/// What somebody without an account sees, by site.
pub type Viewing = Arc<BTreeMap<SiteId, Arc<Limits>>>;
