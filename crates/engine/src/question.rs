use crate::{Error, answer};
use duckdb::arrow::array::RecordBatch;
use makoto_catalog::{Bought, Condition};
use makoto_model::{Cell, SiteId, Value};

/// How much of the machine the store may use.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Options {
    /// Memory for the database's buffers and hash tables, MiB. The process needs about 100 MiB more.
    pub memory_mib: u32,
    /// Threads that one question may use.
    pub threads: u32,
    /// Room on the disk that copies of the file leave to others.
    pub reserve_bytes: u64,
}

/// The answer to a plan, one row per group. Kept column by column, as the database gives it: a row of its own for
/// each of hundreds of thousands of addresses would cost more than counting them.
#[derive(Clone, Debug)]
pub struct Rows {
    /// For each row the place of its bucket in the plan.
    pub buckets: Vec<u32>,
    /// For each of the plan's keys its values; texts decoded, URLs whole.
    pub keys: Vec<Vec<Value>>,
    pub(crate) batches: Vec<RecordBatch>,
}

impl Rows {
    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.buckets.len()
    }

    pub fn is_empty(&self) -> bool {
        self.buckets.is_empty()
    }

    /// One of the plan's measures, for each row. Counts and sums of nothing are 0, `Max` and `Min` of nothing `Null`.
    ///
    /// # Errors
    /// `Plan` when the plan has no such measure.
    pub fn measure(&self, nth: usize) -> Result<Vec<Cell>, Error> {
        // Bucket and keys stand before the measures.
        let column = 1 + self.keys.len() + nth;
        match self.batches.iter().all(|batch| column < batch.num_columns()) {
            true => answer::column_cells(&self.batches, column),
            false => Err(Error::Plan(format!("it has no measure {nth}"))),
        }
    }
}

/// Which visits the visits log shows.
#[derive(Clone, PartialEq, Debug)]
pub struct VisitsQuestion {
    pub site: SiteId,
    /// Visits whose last action lies from here, seconds since 1970 in UTC …
    pub from_s: i64,
    /// … up to but not including here.
    pub until_s: i64,
    /// Over visits.
    pub filter: Condition,
    /// The site's clock, as in a plan.
    pub clock: Vec<(i64, i64)>,
    /// By the time of the last action, then by visit id.
    pub newest_first: bool,
    pub limit: u64,
    pub offset: u64,
    /// Further bounds the time of the last action from below.
    pub min_last_action_s: Option<i64>,
    pub with_actions: bool,
}

/// A visit with what belongs to it, each in the order of the catalog's columns; texts decoded, URLs whole.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct VisitRecord {
    pub visit: Vec<Value>,
    /// In the order of time, then of action id. Empty unless asked for.
    pub actions: Vec<Vec<Value>>,
    /// In the order of time, then of their numbers.
    pub conversions: Vec<Vec<Value>>,
    pub items: Vec<Vec<Value>>,
    /// What the visitor ordered and left in carts on the site, ever.
    pub ordered: Bought,
    pub left: Bought,
}

/// Something in the store that cannot be right.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Fault {
    pub table: String,
    pub rows: u64,
    /// What is wrong with these rows, and what to do.
    pub what: String,
}

/// How much the store holds.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Stats {
    pub visits: u64,
    pub actions: u64,
    pub conversions: u64,
    pub texts: u64,
    /// Bytes of the store's files on disk.
    pub file_bytes: u64,
    /// Bytes that the database holds in memory.
    pub memory_bytes: u64,
    /// Rows appended since the store was last clustered.
    pub unsorted_rows: u64,
}

/// What the store holds of a site in one table.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Kept {
    pub site: SiteId,
    pub table: makoto_catalog::Table,
    pub rows: u64,
    /// The oldest and the newest, in seconds since 1970.
    pub first_s: Option<i64>,
    pub last_s: Option<i64>,
}
