//! The SQLite file, as the writer sees it.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior, params};
use xxhash_rust::xxh3::xxh3_64;

use crate::error::{Error, Fault};
use crate::group::{Builder, Group};
use crate::position::{Reservation, SchemaId};
use crate::queue::Append;

/// Says that a SQLite file is one of ours ("MKJL").
pub(crate) const APPLICATION_ID: i32 = 0x4d4b_4a4c;
/// The form of the tables below.
pub(crate) const FORMAT: i32 = 1;
/// The tables by name, one statement each; a file whose tables differ from this is damaged.
pub(crate) const TABLES: [&str; 5] = [
    "CREATE TABLE groups (first INTEGER PRIMARY KEY, body BLOB NOT NULL)",
    "CREATE TABLE keys (key BLOB PRIMARY KEY, expires_s INTEGER NOT NULL, checksum INTEGER NOT NULL) WITHOUT ROWID",
    "CREATE INDEX keys_expiry ON keys (expires_s)",
    "CREATE TABLE schemas (id INTEGER PRIMARY KEY, columns TEXT NOT NULL, checksum INTEGER NOT NULL)",
    "CREATE TABLE trimmed (id INTEGER PRIMARY KEY, position INTEGER NOT NULL, checksum INTEGER NOT NULL)",
];

/// A row is full from this size on; a reader fetches whole rows.
const ROW_BYTES: usize = 256 * 1024;
/// Log size from which it is copied into the file. Larger saves copies of pages that change often, smaller shortens the
/// copying, which appends wait for.
const CHECKPOINT_BYTES: usize = 8 * 1024 * 1024;
/// The log is not let grow beyond this while it cannot be copied into the file.
const LOG_BYTES_MAX: usize = 128 * 1024 * 1024;
/// What a commit puts into the log beside the records: the pages at the end of the tables it touches.
const COMMIT_BYTES: usize = 8 * 1024;
/// What a key puts into the log: a page of the table and one of its index, as keys fall anywhere.
const KEY_BYTES: usize = 8 * 1024;
/// Page cache of a connection: enough for the inner pages of the keys.
const CACHE_KIB: i32 = 4 * 1024;
/// Rows that one transaction removes, so that appends do not wait for long.
const TRIM_ROWS_MAX: i64 = 64;
/// Keys that one transaction removes, for the same reason.
const EXPIRE_KEYS_MAX: i64 = 2_000;
/// The file is made smaller when so much of it is unused …
const SHRINK_FREE_BYTES: i64 = 64 * 1024 * 1024;
/// … or so much while the disk is nearly full …
const SHRINK_FREE_LOW_BYTES: i64 = 1024 * 1024;
/// … and so little is used, as that is copied while appends wait.
const SHRINK_USED_BYTES: i64 = 16 * 1024 * 1024;

/// What became of one append of a group.
pub(crate) enum Verdict {
    Stored(u64),
    Duplicate(usize),
}

/// A committed transaction.
pub(crate) struct Committed {
    pub groups: Vec<Group>,
    pub verdicts: Vec<Verdict>,
}

pub(crate) struct Store {
    connection: Connection,
    path: PathBuf,
    log_bytes: usize,
}

/// Opens a connection with the settings on which durability rests.
pub(crate) fn connect(path: &Path, create: bool) -> Result<Connection, Error> {
    let mut flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    flags.set(OpenFlags::SQLITE_OPEN_CREATE, create);
    let sqlite = |error| Error::sqlite(path, error);
    let connection = Connection::open_with_flags(path, flags).map_err(sqlite)?;
    configure(&connection).map_err(sqlite)?;
    Ok(connection)
}

fn configure(connection: &Connection) -> rusqlite::Result<()> {
    // Two connections of one process meet only for moments: while the log is being recovered or restarted.
    connection.busy_timeout(Duration::from_secs(5))?;
    // Checkpoints are made where their errors are seen, and never on a file that has just failed a check.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)?;
    connection.pragma_update(None, "wal_autocheckpoint", 0)?;
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "journal_size_limit", CHECKPOINT_BYTES as i64 * 2)?;
    connection.set_prepared_statement_cache_capacity(32);
    Ok(())
}

impl Store {
    /// Opens a file that exists.
    pub(crate) fn open(path: &Path) -> Result<Store, Error> {
        Ok(Store { connection: connect(path, false)?, path: path.to_path_buf(), log_bytes: 0 })
    }

    /// Makes a new file, whose first record gets the position after `trimmed`.
    pub(crate) fn create(path: &Path, trimmed: u64) -> Result<Store, Error> {
        let mut store = Store { connection: connect(path, true)?, path: path.to_path_buf(), log_bytes: 0 };
        let sqlite = |error| Error::sqlite(path, error);
        store.connection.pragma_update(None, "journal_mode", "WAL").map_err(sqlite)?;
        let transaction = store.begin().map_err(sqlite)?;
        for table in TABLES {
            transaction.execute(table, []).map_err(sqlite)?;
        }
        set_trimmed(&transaction, trimmed).map_err(sqlite)?;
        transaction.pragma_update(None, "application_id", APPLICATION_ID).map_err(sqlite)?;
        transaction.pragma_update(None, "user_version", FORMAT).map_err(sqlite)?;
        transaction.commit().map_err(sqlite)?;
        store.checkpoint("TRUNCATE").map_err(|fault| fault.error())?;
        // The name of a new file is durable only when its folder is.
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(|error| Error::io(folder, error))?;
        Ok(store)
    }

    pub(crate) fn connection(&self) -> &Connection {
        &self.connection
    }

    /// Makes what a crash left in the log durable, by way of new writes and a new sync of the file: a sync of the log
    /// that failed before may have lost pages that still read well.
    pub(crate) fn settle(&mut self) -> Result<(), Fault> {
        let mut log = self.path.as_os_str().to_owned();
        log.push("-wal");
        match File::open(&log) {
            Ok(log) => log.sync_all().map_err(Fault::failed)?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => return Err(Fault::failed(error)),
        }
        self.checkpoint("TRUNCATE")
    }

    /// Writes appends in one transaction, from position `next` on. All or none of them are stored, except for those
    /// whose keys are taken.
    pub(crate) fn append(&mut self, next: u64, appends: &[Append]) -> Result<Committed, Fault> {
        if self.log_bytes > LOG_BYTES_MAX {
            self.checkpoint("PASSIVE")?;
        }
        let mut committed = Committed { groups: Vec::new(), verdicts: Vec::with_capacity(appends.len()) };
        let mut last = next - 1;
        let mut written = COMMIT_BYTES;
        let transaction = self.begin()?;
        let mut builder: Option<Builder> = None;
        for append in appends {
            if let Some(taken) = reserve(&transaction, &append.keys)? {
                committed.verdicts.push(Verdict::Duplicate(taken));
                continue;
            }
            written += append.encoded.len() + append.keys.len() * KEY_BYTES;
            if append.count > 0 {
                let full = |group: &Builder| group.size_bytes() >= ROW_BYTES || group.schema() != append.schema;
                committed.groups.extend(builder.take_if(|group| full(group)).map(Builder::finish));
                let group = builder.get_or_insert_with(|| Builder::new(last + 1, append.schema));
                group.push(&append.encoded, append.count);
                last += u64::from(append.count);
            }
            committed.verdicts.push(Verdict::Stored(last));
        }
        committed.groups.extend(builder.map(Builder::finish));
        insert(&transaction, &committed.groups)?;
        transaction.commit()?;
        self.log_bytes += written;
        Ok(committed)
    }

    /// Copies the log into the file when it has grown long. Only damage and a failed sync are errors; on a full disk
    /// the log simply stays for now.
    pub(crate) fn checkpoint_if_long(&mut self) -> Result<(), Fault> {
        if self.log_bytes < CHECKPOINT_BYTES {
            return Ok(());
        }
        match self.checkpoint("PASSIVE") {
            Err(Fault::Full) => Ok(()),
            other => other,
        }
    }

    /// Copies the log into the file and syncs it. What readers still need stays in the log.
    pub(crate) fn checkpoint(&mut self, mode: &str) -> Result<(), Fault> {
        let (busy, log, copied): (i64, i64, i64) =
            self.connection.query_row(&format!("PRAGMA wal_checkpoint({mode})"), [], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?))
            })?;
        if busy == 0 && log == copied {
            self.log_bytes = 0;
        }
        Ok(())
    }

    /// Removes some rows whose records are all at or before `up_to`. Answers what is trimmed now and whether more rows
    /// can go.
    pub(crate) fn trim(&mut self, up_to: u64, head: u64) -> Result<(u64, bool), Fault> {
        let transaction = self.begin()?;
        let keep: i64 = if up_to >= head {
            to_sql(head + 1)
        } else {
            // The row that holds the record after `up_to`: its records are removed together or not at all.
            let sql = "SELECT coalesce(max(first), 0) FROM groups WHERE first <= ?1";
            transaction.prepare_cached(sql)?.query_row([to_sql(up_to + 1)], |row| row.get(0))?
        };
        let bound: Option<i64> = transaction
            .prepare_cached("SELECT first FROM groups WHERE first < ?1 ORDER BY first LIMIT 1 OFFSET ?2")?
            .query_row([keep, TRIM_ROWS_MAX], |row| row.get(0))
            .optional()?;
        let more = bound.is_some();
        let bound = bound.unwrap_or(keep);
        if transaction.prepare_cached("DELETE FROM groups WHERE first < ?1")?.execute([bound])? == 0 {
            return Ok((0, false));
        }
        let trimmed = bound.cast_unsigned() - 1;
        set_trimmed(&transaction, trimmed)?;
        transaction.commit()?;
        self.log_bytes += COMMIT_BYTES * 4;
        Ok((trimmed, more))
    }

    /// Gives unused space back to the file system when there is much of it, or when the disk is `low`, and copying the
    /// rest is quick.
    pub(crate) fn shrink(&mut self, low: bool) -> Result<(), Fault> {
        let number = |name: &str| self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let page_bytes = number("page_size")?;
        let free_bytes = number("freelist_count")? * page_bytes;
        let used_bytes = number("page_count")? * page_bytes - free_bytes;
        let free_min_bytes = if low { SHRINK_FREE_LOW_BYTES } else { SHRINK_FREE_BYTES };
        let shrinks = free_bytes >= free_min_bytes && used_bytes <= SHRINK_USED_BYTES;
        if shrinks {
            self.connection.execute_batch("VACUUM")?;
        }
        if shrinks || low {
            self.checkpoint("TRUNCATE")?;
        }
        Ok(())
    }

    /// Writes the file anew without what was removed, and empties its log. False when so much is used that appends would
    /// wait for it: the file is left as it is then. SQLite can overwrite what it removes, but then a trim would put all
    /// that is trimmed through the log once more.
    pub(crate) fn scrub(&mut self) -> Result<bool, Fault> {
        let number = |name: &str| self.connection.query_row(&format!("PRAGMA {name}"), [], |row| row.get::<_, i64>(0));
        let used_bytes = (number("page_count")? - number("freelist_count")?) * number("page_size")?;
        let scrubs = used_bytes <= SHRINK_USED_BYTES;
        if scrubs {
            self.connection.execute_batch("VACUUM")?;
        }
        self.checkpoint("TRUNCATE")?;
        Ok(scrubs)
    }

    /// Forgets some keys that expire before `now_s`. Answers how many, and whether more can go.
    pub(crate) fn expire(&mut self, now_s: i64) -> Result<(usize, bool), Fault> {
        let transaction = self.begin()?;
        let sql = "DELETE FROM keys WHERE key IN (SELECT key FROM keys WHERE expires_s <= ?1 LIMIT ?2)";
        let removed = transaction.prepare_cached(sql)?.execute([now_s, EXPIRE_KEYS_MAX])?;
        transaction.commit()?;
        self.log_bytes += removed * KEY_BYTES / 4;
        Ok((removed, removed == EXPIRE_KEYS_MAX as usize))
    }

    /// Stores a schema text under a new id.
    pub(crate) fn add_schema(&mut self, id: SchemaId, text: &str) -> Result<(), Fault> {
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT INTO schemas (id, columns, checksum) VALUES (?1, ?2, ?3)",
            params![id.0, text, schema_checksum(id.0, text)],
        )?;
        transaction.commit()?;
        self.log_bytes += COMMIT_BYTES;
        Ok(())
    }

    fn begin(&mut self) -> rusqlite::Result<Transaction<'_>> {
        self.connection.transaction_with_behavior(TransactionBehavior::Immediate)
    }
}

/// Reserves all keys, or none and tells the first that is taken.
fn reserve(transaction: &Transaction<'_>, keys: &[Reservation]) -> rusqlite::Result<Option<usize>> {
    for (index, reservation) in keys.iter().enumerate() {
        let mut insert = transaction
            .prepare_cached("INSERT INTO keys (key, expires_s, checksum) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING")?;
        let checksum = key_checksum(&reservation.key, reservation.expires_s);
        if insert.execute(params![reservation.key, reservation.expires_s, checksum])? == 0 {
            for undone in &keys[..index] {
                transaction.prepare_cached("DELETE FROM keys WHERE key = ?1")?.execute([undone.key])?;
            }
            return Ok(Some(index));
        }
    }
    Ok(None)
}

fn insert(transaction: &Transaction<'_>, groups: &[Group]) -> rusqlite::Result<()> {
    let mut statement = transaction.prepare_cached("INSERT INTO groups (first, body) VALUES (?1, ?2)")?;
    for group in groups {
        statement.execute(params![to_sql(group.first()), group.bytes()])?;
    }
    Ok(())
}

fn set_trimmed(transaction: &Transaction<'_>, position: u64) -> rusqlite::Result<()> {
    transaction
        .prepare_cached("INSERT OR REPLACE INTO trimmed (id, position, checksum) VALUES (1, ?1, ?2)")?
        .execute([to_sql(position), trimmed_checksum(position)])?;
    Ok(())
}

/// SQLite knows signed numbers only; positions never get that far.
pub(crate) fn to_sql(position: u64) -> i64 {
    position.cast_signed()
}

pub(crate) fn trimmed_checksum(position: u64) -> i64 {
    xxh3_64(&position.to_le_bytes()).cast_signed()
}

pub(crate) fn schema_checksum(id: u16, text: &str) -> i64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), u64::from(id)).cast_signed()
}

pub(crate) fn key_checksum(key: &[u8; 16], expires_s: i64) -> i64 {
    xxhash_rust::xxh3::xxh3_64_with_seed(key, expires_s.cast_unsigned()).cast_signed()
}
