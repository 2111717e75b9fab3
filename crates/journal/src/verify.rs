//! Proof that the file holds what was written, before anything is built on it.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension};

use crate::anchor::Anchor;
use crate::error::{Error, Fault};
use crate::position::{Position, SchemaId};
use crate::reader::decode;
use crate::store::{self, Store};

/// What a sound file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The last position that has been trimmed; records begin after it.
    pub trimmed: Position,
    /// The last position in use.
    pub head: Position,
    /// Keys that are reserved.
    pub keys: u64,
    /// The schema texts and their ids.
    pub schemas: Vec<(SchemaId, String)>,
}

/// Checks every byte of the journal at `path` that has a meaning, and changes nothing. Records up to `applied` are not needed
/// any more: a file that is gone or empty is sound when it is known to have held no others, as whoever opens it begins a
/// new one there. The error names the file and the records concerned; [`Error::Locked`] when a server runs on it.
pub fn check(path: &Path, applied: Position) -> Result<Summary, Error> {
    let (known, applied) = (Anchor::open(path)?.read()?, applied.get());
    match is_empty(path) {
        true if known <= applied => {
            let at = Position::new(applied);
            Ok(Summary { trimmed: at, head: at, keys: 0, schemas: Vec::new() })
        }
        true => Err(gone(path, known)),
        false => verify(&store::connect(path, false)?, path, known.max(applied)),
    }
}

/// The same while a server runs on it, which has acknowledged the records up to `head`. Sees one moment of the file, and
/// nobody who writes waits for it.
pub fn check_in_use(path: &Path, head: Position) -> Result<Summary, Error> {
    let connection = store::connect(path, false)?;
    let moment = connection.unchecked_transaction().map_err(|error| Error::sqlite(path, error))?;
    verify(&moment, path, head.get())
}

fn is_empty(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |metadata| metadata.len() == 0)
}

fn gone(path: &Path, known: u64) -> Error {
    Error::corrupt(path, 1, known, "the file is gone".to_owned())
}

/// What a look at a journal in use shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inspection {
    /// Whether connections wait for the disk before they acknowledge, and write by a log.
    pub synced: bool,
    /// What is wrong with the file; empty when it is sound.
    pub fault: String,
}

/// Looks at a journal while a server runs on it, and changes nothing.
///
/// # Errors
/// When the file cannot be opened.
pub fn inspect(path: &Path) -> Result<Inspection, Error> {
    let sqlite = |error| Error::sqlite(path, error);
    let connection = store::connect(path, false)?;
    let level: i64 = connection.pragma_query_value(None, "synchronous", |row| row.get(0)).map_err(sqlite)?;
    let mode: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0)).map_err(sqlite)?;
    let found: String = connection.pragma_query_value(None, "quick_check", |row| row.get(0)).map_err(sqlite)?;
    // 2 is FULL, 3 EXTRA.
    Ok(Inspection { synced: level >= 2 && mode == "wal", fault: if found == "ok" { String::new() } else { found } })
}

/// Opens the file and verifies it. `known` is the last position that must be there. A file that does not exist is made,
/// to begin after a position, only when that is given.
pub(crate) fn open(path: &Path, known: u64, begin_after: Option<u64>) -> Result<(Store, Summary), Error> {
    let empty = is_empty(path);
    let mut store = match begin_after {
        Some(position) if empty => Store::create(path, position)?,
        _ if empty => return Err(gone(path, known)),
        _ => Store::open(path)?,
    };
    let summary = verify(store.connection(), path, known)?;
    match store.settle() {
        // On a full disk the log stays as it is; the server must start all the same.
        Ok(()) | Err(Fault::Full) => Ok((store, summary)),
        Err(fault) => Err(fault.error()),
    }
}

fn verify(connection: &Connection, path: &Path, known: u64) -> Result<Summary, Error> {
    verify_form(connection, path)?;
    let trimmed = verify_trimmed(connection, path)?;
    let head = verify_groups(connection, path, trimmed)?;
    if head < known {
        let detail = "records that were acknowledged are missing, the end of the log is lost".to_owned();
        return Err(Error::corrupt(path, head + 1, known, detail));
    }
    let schemas = verify_schemas(connection, path)?;
    let keys = verify_keys(connection, path)?;
    verify_pages(connection, path)?;
    Ok(Summary { trimmed: Position::new(trimmed), head: Position::new(head), keys, schemas })
}

/// The settings in the file's header and its tables.
fn verify_form(connection: &Connection, path: &Path) -> Result<(), Error> {
    let sqlite = |error| Error::sqlite(path, error);
    let number = |name: &str| connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i32>(0));
    if number("application_id").map_err(sqlite)? != store::APPLICATION_ID
        || number("user_version").map_err(sqlite)? != store::FORMAT
    {
        return Err(Error::Foreign(path.to_path_buf()));
    }
    let mode: String = connection.query_row("PRAGMA journal_mode", [], |row| row.get(0)).map_err(sqlite)?;
    let mut statement =
        connection.prepare("SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name").map_err(sqlite)?;
    let tables: Vec<String> = statement.query_map([], |row| row.get(0)).and_then(Iterator::collect).map_err(sqlite)?;
    if mode != "wal" || tables != store::TABLES {
        return Err(Error::damaged(path, "the header or the list of tables was changed".to_owned()));
    }
    Ok(())
}

fn verify_trimmed(connection: &Connection, path: &Path) -> Result<u64, Error> {
    let row: Option<(i64, i64)> = connection
        .query_row("SELECT position, checksum FROM trimmed WHERE id = 1", [], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()
        .map_err(|error| Error::sqlite(path, error))?;
    match row {
        Some((position, checksum)) if store::trimmed_checksum(position.cast_unsigned()) == checksum => {
            Ok(position.cast_unsigned())
        }
        _ => Err(Error::damaged(path, "the note of what has been trimmed does not check".to_owned())),
    }
}

/// Every group checks and follows the one before. Answers the last position.
fn verify_groups(connection: &Connection, path: &Path, trimmed: u64) -> Result<u64, Error> {
    let sqlite = |error| Error::sqlite(path, error);
    let mut statement = connection.prepare("SELECT first, body FROM groups ORDER BY first").map_err(sqlite)?;
    let mut rows = statement.query([]).map_err(sqlite)?;
    let mut last = trimmed;
    while let Some(row) = rows.next().map_err(|error| within(path, last + 1, error))? {
        let group = decode(path, row).map_err(|error| from_first(error, last + 1))?;
        if group.first() != last + 1 {
            let end = group.first().saturating_sub(1).max(last + 1);
            return Err(Error::corrupt(path, last + 1, end, "records are missing".to_owned()));
        }
        last = group.last();
    }
    Ok(last)
}

/// A row whose own number is what was damaged would name the wrong records: the row before tells better.
fn from_first(error: Error, first: u64) -> Error {
    match error {
        Error::Corrupt { file, last, detail, .. } => {
            Error::Corrupt { file, first: Position::new(first), last: last.max(Position::new(first)), detail }
        }
        other => other,
    }
}

/// Damage to SQLite's own structure, met while reading the records from `first` on.
fn within(path: &Path, first: u64, error: rusqlite::Error) -> Error {
    match Error::sqlite(path, error) {
        Error::Corrupt { file, last, detail, .. } => Error::Corrupt { file, first: Position::new(first), last, detail },
        other => other,
    }
}

fn verify_schemas(connection: &Connection, path: &Path) -> Result<Vec<(SchemaId, String)>, Error> {
    let sqlite = |error| Error::sqlite(path, error);
    let mut statement = connection.prepare("SELECT id, columns, checksum FROM schemas ORDER BY id").map_err(sqlite)?;
    let mut rows = statement.query([]).map_err(sqlite)?;
    let mut schemas = Vec::new();
    while let Some(row) = rows.next().map_err(sqlite)? {
        let read = || -> rusqlite::Result<(u16, String, i64)> { Ok((row.get(0)?, row.get(1)?, row.get(2)?)) };
        match read() {
            Ok((id, text, checksum)) if store::schema_checksum(id, &text) == checksum => {
                schemas.push((SchemaId(id), text));
            }
            _ => {
                return Err(Error::damaged(path, "a schema text does not check".to_owned()));
            }
        }
    }
    Ok(schemas)
}

fn verify_keys(connection: &Connection, path: &Path) -> Result<u64, Error> {
    let sqlite = |error| Error::sqlite(path, error);
    let mut statement = connection.prepare("SELECT key, expires_s, checksum FROM keys").map_err(sqlite)?;
    let mut rows = statement.query([]).map_err(sqlite)?;
    let mut keys = 0;
    while let Some(row) = rows.next().map_err(sqlite)? {
        let read = || -> rusqlite::Result<([u8; 16], i64, i64)> { Ok((row.get(0)?, row.get(1)?, row.get(2)?)) };
        match read() {
            Ok((key, expires_s, checksum)) if store::key_checksum(&key, expires_s) == checksum => keys += 1,
            _ => {
                return Err(Error::damaged(path, "a reserved key does not check".to_owned()));
            }
        }
    }
    Ok(keys)
}

/// SQLite's own check of the pages: it accounts for every cell, so that no row can have vanished unnoticed.
fn verify_pages(connection: &Connection, path: &Path) -> Result<(), Error> {
    let found: String = connection
        .query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))
        .map_err(|error| Error::sqlite(path, error))?;
    if found == "ok" { Ok(()) } else { Err(Error::damaged(path, found)) }
}
