use crate::history::HistoryError;

/// Why the fold stopped. Nothing of the batch is kept; open the fold anew and hand it the same hits again.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the fold's file failed ({0}); check the disk, then restart")]
    Store(#[from] rusqlite::Error),
    #[error("visits could not be put aside ({0}); check the disk, then restart")]
    Spill(#[source] std::io::Error),
    #[error("the fold's file is of format {found}, this program reads {known}; use the program that wrote it")]
    Format { found: i64, known: i64 },
    #[error("a record of the fold's file cannot be read ({0}); restore it from a backup")]
    Damaged(#[from] postcard::Error),
    #[error("stored visits could not be read ({0}); see the engine's log, then restart")]
    History(#[source] HistoryError),
    #[error("the hit at position {position} has {found} values where the catalog has {expected}; convert it first")]
    Schema { position: u64, found: usize, expected: usize },
    #[error(
        "changes that reports lack yet have rows of {found} values in {table}, where {expected} are known; \
         start the program that wrote them once, so that it counts them, then this one"
    )]
    Columns { table: &'static str, found: usize, expected: usize },
    #[error("an earlier batch failed; open the fold anew")]
    Stopped,
}
