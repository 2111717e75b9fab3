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
    #[error("the fold's file is damaged ({0}); restore it and the other stores from a backup")]
    Broken(String),
    #[error(
        "the analytics store lacks changes {from} to {to}, which are kept nowhere else: its file is older than the fold's, \
         or gone; put its latest file back, or restore a backup"
    )]
    EngineBehind { from: u64, to: u64 },
    #[error(
        "the analytics store is at delta {applied} but the fold at {last}; they are of different backups, restore both from \
         one"
    )]
    EngineAhead { applied: u64, last: u64 },
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
