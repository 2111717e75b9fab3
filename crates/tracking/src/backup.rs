//! A copy of the fold's file while the fold works.

use crate::Error;
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// Writes the fold's file at `from`, as its last commit left it, to `to`, which must not exist.
///
/// # Errors
/// When the copy cannot be written.
pub fn backup(from: &Path, to: &Path) -> Result<(), Error> {
    let store = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY)?;
    store.execute("VACUUM INTO ?1", [to.to_string_lossy()])?;
    Ok(())
}
