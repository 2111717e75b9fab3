//! The way back from the engine into the fold.

use makoto_model::{Day, Row, SiteId};

/// Why stored rows could not be read.
pub type HistoryError = Box<dyn std::error::Error + Send + Sync>;

/// What the fold no longer holds. The server implements it over the engine.
pub trait History {
    /// The visit rows of the site whose stamped `day` is this one, whose last action is at `since_s` or later, in seconds
    /// since 1970, and whose numbers are behind `after`, as the deltas applied so far left them: the first `most` of them
    /// in the order of their numbers.
    ///
    /// # Errors
    /// When the engine cannot answer; the fold then stops and is opened anew.
    fn partition(&self, site: SiteId, day: Day, since_s: i64, after: i64, most: u32) -> Result<Vec<Row>, HistoryError>;

    /// Every page view with a number behind this one, as the deltas applied so far left it.
    ///
    /// # Errors
    /// As `partition`.
    fn page_views(&self, after: u64) -> Result<Vec<Row>, HistoryError>;

    /// The number of the last delta applied so far.
    fn applied(&self) -> u64;
}
