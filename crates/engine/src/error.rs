use std::path::PathBuf;

/// Why the analytics store could not do something. Messages hold no SQL and no stored text; the database's own words
/// are the source, for the log alone.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the analytics store could not {doing}; the log has the database's own words")]
    Database { doing: &'static str, source: duckdb::Error },
    #[error(
        "the analytics store could not write to its file; see that its disk has room, the log has the database's own words"
    )]
    Unwritten(#[source] duckdb::Error),
    #[error("the analytics store could not {doing}: {source}; check that its folder can be written and has room")]
    File { doing: &'static str, source: std::io::Error },
    #[error("the question needs more memory than the analytics store may use; raise its memory limit or ask for less")]
    Memory(#[source] duckdb::Error),
    #[error("delta {got} came where {expected} was due; replay the fold from its first pending delta")]
    Gap { expected: u64, got: u64 },
    #[error("a row of {table} has {got} values where {expected} are declared; fold and store must use one catalog")]
    RowShape { table: &'static str, expected: usize, got: usize },
    #[error("the value of {column} does not fit its type; the delta is damaged, replay it from the journal")]
    CellShape { column: &'static str },
    #[error("dictionary {0} is not declared; update the program that reads this data")]
    UnknownDictionary(u8),
    #[error("the question cannot be asked: {0}")]
    Plan(String),
    #[error("the path {0} is not text that the database can open; choose another folder")]
    Path(PathBuf),
    #[error("the stored column {table}.{column} is kept in another way than declared; restore the declaration")]
    ColumnType { table: &'static str, column: &'static str },
    #[error("the question takes too long; ask for fewer days, or again when the server has less to do")]
    TooLong,
    #[error("every reader of the analytics store is busy; ask again in a moment")]
    Busy,
    #[error("the analytics store is closed, since the server stops; ask again in a moment")]
    Closed,
}

impl Error {
    /// The database has given its file up, as it does when it cannot write to it.
    pub(crate) fn is_of_lost_file(&self) -> bool {
        match self {
            Error::Unwritten(_) => true,
            Error::Database { source, .. } => source.to_string().contains("has been invalidated"),
            _ => false,
        }
    }

    /// Wraps the database's error; what the caller can mend or has caused is told apart.
    pub(crate) fn database(doing: &'static str) -> impl FnOnce(duckdb::Error) -> Error {
        move |source| match source.to_string() {
            told if told.contains("Out of Memory Error") => Error::Memory(source),
            // Questions are broken off for this, and when they take too long, which who asked them knows.
            told if told.contains("INTERRUPT Error") => Error::Closed,
            _ => Error::Database { doing, source },
        }
    }

    pub(crate) fn file(doing: &'static str) -> impl FnOnce(std::io::Error) -> Error {
        move |source| Error::File { doing, source }
    }
}
