//! What can go wrong with the log.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::position::Position;

/// Why the log refused or failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// More is waiting to be written than the queue may hold. Nothing was stored.
    #[error("the journal's queue is full: send the request again in a few seconds")]
    Busy,
    /// The disk is full or nearly so. Nothing was stored.
    #[error("the disk of the journal is full: free some space, tracking goes on by itself afterwards")]
    Full,
    /// The file could not be written or synced. Whether the records were stored is not known; sending them again
    /// with the same keys is safe.
    #[error("the journal cannot be written ({cause}): check the disk, the file is reopened by itself")]
    Failed {
        /// What the file system or SQLite said.
        cause: Arc<str>,
    },
    /// The reservation with this index had been made before. Nothing was stored.
    #[error("the key with index {0} was used before: nothing was stored")]
    Duplicate(usize),
    /// One append asks for more than the queue can ever hold. Nothing was stored.
    #[error("{records} records of {bytes} bytes do not fit into the journal's queue: send fewer at a time")]
    TooLarge {
        /// Records in the append.
        records: usize,
        /// Their size.
        bytes: usize,
    },
    /// The journal has been closed. Nothing was stored.
    #[error("the journal is closed: the server is stopping")]
    Closed,
    /// The records asked for have been trimmed away.
    #[error("the journal begins after {trimmed}: start from there, or restore a journal as old as the reader")]
    Trimmed {
        /// The last position that has been trimmed.
        trimmed: Position,
    },
    /// What is in the file is not what was written.
    #[error("{file} is damaged{at} ({detail}): restore it from a backup, or move it and its -wal and -head away to go on without these records", file = file.display(), at = at(*first, *last))]
    Corrupt {
        /// The damaged file.
        file: PathBuf,
        /// The first record that cannot be trusted; 1 when it cannot be told.
        first: Position,
        /// The last record that cannot be trusted; `u64::MAX` when it cannot be told.
        last: Position,
        /// What was found.
        detail: String,
    },
    /// Another process has the journal open.
    #[error("{file} is in use by another process: stop that process first", file = .0.display())]
    Locked(PathBuf),
    /// The file was not written by this version or is no journal.
    #[error("{file} is not a journal that this version can read: use the version that wrote it", file = .0.display())]
    Foreign(PathBuf),
    /// More schema texts than there are ids.
    #[error("the journal holds 65,535 schema texts, no more fit: apply all records and start a new journal file")]
    SchemaLimit,
    /// SQLite failed outside the writing of records.
    #[error("{file} cannot be read: {source}; check the disk and the file's permissions", file = file.display())]
    Sqlite {
        /// The file.
        file: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// The file system failed.
    #[error("{file} cannot be used: {source}; check the disk and the file's permissions", file = file.display())]
    Io {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
}

/// Which records are damaged, as far as that can be told.
fn at(first: Position, last: Position) -> String {
    match (first.get(), last.get()) {
        (1, u64::MAX) => String::new(),
        (first, u64::MAX) => format!(" from record {first} on"),
        (first, last) => format!(" at records {first} to {last}"),
    }
}

impl Error {
    pub(crate) fn io(file: &Path, source: std::io::Error) -> Error {
        Error::Io { file: file.to_path_buf(), source }
    }

    /// Sorts an error of SQLite: damage and a full disk have their own meaning to the caller.
    pub(crate) fn sqlite(file: &Path, source: rusqlite::Error) -> Error {
        match source.sqlite_error_code() {
            Some(rusqlite::ErrorCode::DatabaseCorrupt) => Error::damaged(file, source.to_string()),
            Some(rusqlite::ErrorCode::NotADatabase) => Error::Foreign(file.to_path_buf()),
            _ if is_full(&source) => Error::Full,
            _ => Error::Sqlite { file: file.to_path_buf(), source },
        }
    }

    /// Damage that cannot be pinned to records.
    pub(crate) fn damaged(file: &Path, detail: String) -> Error {
        Error::corrupt(file, 1, u64::MAX, detail)
    }

    pub(crate) fn corrupt(file: &Path, first: u64, last: u64, detail: String) -> Error {
        Error::Corrupt { file: file.to_path_buf(), first: Position::new(first), last: Position::new(last), detail }
    }
}

/// Why a whole group of appends was not stored; handed to each of them.
#[derive(Clone, Debug)]
pub(crate) enum Fault {
    /// The disk is full; heals when there is space again.
    Full,
    /// The state of the file is not known any more; it must be reopened.
    Failed(Arc<str>),
}

impl Fault {
    pub(crate) fn failed(cause: impl std::fmt::Display) -> Fault {
        Fault::Failed(cause.to_string().into())
    }

    pub(crate) fn error(&self) -> Error {
        match self {
            Fault::Full => Error::Full,
            Fault::Failed(cause) => Error::Failed { cause: Arc::clone(cause) },
        }
    }
}

impl From<rusqlite::Error> for Fault {
    fn from(error: rusqlite::Error) -> Fault {
        if is_full(&error) { Fault::Full } else { Fault::failed(error) }
    }
}

/// No space, a quota, or a limit on the size of a file. A failed write changes nothing that a roll-back does not undo,
/// unlike a failed sync.
fn is_full(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::{SQLITE_FULL, SQLITE_IOERR_SHMSIZE, SQLITE_IOERR_WRITE};
    let code = error.sqlite_error().map(|error| error.extended_code);
    matches!(code, Some(SQLITE_FULL | SQLITE_IOERR_WRITE | SQLITE_IOERR_SHMSIZE))
}
