//! The data file and its readers. Clustering and compacting write a new generation of the file; readers of the old
//! one finish on it, then it is removed.

use crate::Error;
use duckdb::Connection;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicBool, Ordering},
    },
};

const FINISHED: &str = "duckdb";
/// Ending of a file that is not complete; removed when the store is opened.
const WRITING: &str = "writing";
/// The format that this release and the next one can both open.
const STORAGE_VERSION: &str = "v1.4.0";
/// No log is written beside the file: what it lacks since it was last written to, the fold hands in again. A log that an
/// older program left is taken in.
const RECOVERY: &str = "no_wal_writes";

/// Takes a lock whose holder may have panicked: what these locks guard is never left half changed.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One attached data file.
pub(crate) struct Generation {
    pub(crate) number: u64,
    dir: PathBuf,
    /// The in-memory database that every generation is attached to; connections start from it.
    root: Arc<Mutex<Connection>>,
    idle: Mutex<Vec<Connection>>,
    /// Set when a newer generation took over: the file goes with the last reader.
    retired: AtomicBool,
}

fn data_path(dir: &Path, number: u64) -> PathBuf {
    dir.join(format!("analytics.{number}.{FINISHED}"))
}

/// The number in a data file's name.
fn number_of(path: &Path) -> Option<u64> {
    path.file_name()?.to_str()?.strip_prefix("analytics.")?.strip_suffix(FINISHED)?.strip_suffix('.')?.parse().ok()
}

pub(crate) fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(".wal");
    PathBuf::from(name)
}

fn remove(path: &Path) -> Result<(), Error> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Error::file("remove an old file")(error)),
        _ => Ok(()),
    }
}

/// A path as the database takes it in a statement that allows no binds.
pub(crate) fn quoted(path: &Path) -> Result<String, Error> {
    let text = path.to_str().ok_or_else(|| Error::Path(path.to_owned()))?;
    Ok(format!("'{}'", text.replace('\'', "''")))
}

/// Makes renames and removals in a folder durable.
pub(crate) fn sync_folder(dir: &Path) -> Result<(), Error> {
    std::fs::File::open(dir).and_then(|folder| folder.sync_all()).map_err(Error::file("make its folder durable"))
}

/// The newest complete data file's number (1 for a new store). Removes older ones and unfinished ones, which only a
/// crash in the middle of a rewrite leaves behind.
pub(crate) fn newest(dir: &Path) -> Result<u64, Error> {
    let failed = || Error::file("read its folder");
    let entries = std::fs::read_dir(dir).map_err(failed())?;
    let paths = entries.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>().map_err(failed())?;
    let newest = paths.iter().filter_map(|path| number_of(path)).max().unwrap_or(1);
    for path in &paths {
        let unfinished = path.to_str().is_some_and(|text| text.contains(WRITING));
        match number_of(path) {
            Some(number) if number < newest => {
                remove(&wal_of(path))?;
                remove(path)?;
            }
            None if unfinished => remove(path)?,
            _ => {}
        }
    }
    Ok(newest)
}

impl Generation {
    /// Attaches the data file with this number, making it when it lacks.
    pub(crate) fn attach(root: Arc<Mutex<Connection>>, dir: &Path, number: u64) -> Result<Generation, Error> {
        let path = quoted(&data_path(dir, number))?;
        let sql =
            format!("ATTACH {path} AS g{number} (STORAGE_VERSION '{STORAGE_VERSION}', RECOVERY_MODE '{RECOVERY}')");
        lock(&root).execute_batch(&sql).map_err(Error::database("open its data file"))?;
        Ok(Generation {
            number,
            dir: dir.to_owned(),
            root,
            idle: Mutex::new(Vec::new()),
            retired: AtomicBool::new(false),
        })
    }

    /// The name under which SQL knows this file.
    pub(crate) fn database(&self) -> String {
        format!("g{}", self.number)
    }

    pub(crate) fn path(&self) -> PathBuf {
        data_path(&self.dir, self.number)
    }

    /// The path at which a next generation is written before it counts.
    pub(crate) fn draft_path(&self) -> PathBuf {
        self.dir.join(format!("analytics.{}.{WRITING}", self.number + 1))
    }

    /// Where the finished next generation belongs.
    pub(crate) fn next_path(&self) -> PathBuf {
        data_path(&self.dir, self.number + 1)
    }

    /// A connection of its own whose names without a database mean this generation.
    pub(crate) fn connect(&self) -> Result<Connection, Error> {
        let connection = lock(&self.root).try_clone().map_err(Error::database("open a connection"))?;
        let sql = format!("USE {}", self.database());
        connection.execute_batch(&sql).map_err(Error::database("choose its data file"))?;
        Ok(connection)
    }

    /// Creates a file to write to, attached under this name, on this connection.
    pub(crate) fn create(connection: &Connection, path: &Path, name: &str) -> Result<(), Error> {
        remove(&wal_of(path))?;
        remove(path)?;
        let sql = format!("ATTACH {} AS {name} (STORAGE_VERSION '{STORAGE_VERSION}')", quoted(path)?);
        connection.execute_batch(&sql).map_err(Error::database("start a new data file"))
    }

    /// Where a copy is written before it is moved away.
    pub(crate) fn backup_path(&self) -> PathBuf {
        self.dir.join(format!("backup.{WRITING}"))
    }

    pub(crate) fn dir(&self) -> &Path {
        &self.dir
    }

    /// Attaches the generation that was just put in place after this one.
    pub(crate) fn next(&self) -> Result<Generation, Error> {
        Generation::attach(Arc::clone(&self.root), &self.dir, self.number + 1)
    }

    /// The database that it is attached to; gone once nobody uses any file of it.
    pub(crate) fn root(&self) -> Weak<Mutex<Connection>> {
        Arc::downgrade(&self.root)
    }

    pub(crate) fn retire(&self) {
        self.retired.store(true, Ordering::Release);
    }

    fn leave(&self) -> Result<(), Error> {
        lock(&self.idle).clear();
        let sql = format!("DETACH {}", self.database());
        lock(&self.root).execute_batch(&sql).map_err(Error::database("let go of an old data file"))?;
        if self.retired.load(Ordering::Acquire) {
            remove(&wal_of(&self.path()))?;
            remove(&self.path())?;
        }
        Ok(())
    }
}

impl Drop for Generation {
    fn drop(&mut self) {
        if let Err(error) = self.leave() {
            tracing::warn!(%error, generation = self.number, "an old data file stays until the next start");
        }
    }
}

/// A connection lent to one question.
pub(crate) struct Reader {
    connection: Option<Connection>,
    generation: Arc<Generation>,
}

impl Reader {
    pub(crate) fn new(generation: Arc<Generation>) -> Result<Reader, Error> {
        let idle = lock(&generation.idle).pop();
        let connection = match idle {
            Some(connection) => connection,
            None => generation.connect()?,
        };
        Ok(Reader { connection: Some(connection), generation })
    }

    pub(crate) fn connection(&self) -> Result<&Connection, Error> {
        self.connection.as_ref().ok_or(Error::Closed)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            lock(&self.generation.idle).push(connection);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_complete_file_counts_and_leftovers_go() {
        let dir = tempfile::tempdir().unwrap();
        let names = [
            "analytics.3.duckdb",
            "analytics.3.duckdb.wal",
            "analytics.4.duckdb",
            "analytics.4.duckdb.wal",
            "analytics.5.writing",
            "analytics.5.writing.wal",
            "other.txt",
        ];
        for name in names {
            std::fs::write(dir.path().join(name), "x").unwrap();
        }
        assert_eq!(newest(dir.path()).unwrap(), 4);
        let mut left: Vec<_> =
            std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap()).collect();
        left.sort();
        assert_eq!(left, ["analytics.4.duckdb", "analytics.4.duckdb.wal", "other.txt"]);
    }

    #[test]
    fn paths_are_quoted() {
        assert_eq!(quoted(Path::new("/tmp/it's")).unwrap(), "'/tmp/it''s'");
    }
}
