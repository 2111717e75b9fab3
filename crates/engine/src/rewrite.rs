//! Writing the whole store anew: sorted, without deleted rows, or as a copy. A rewritten file counts from the moment
//! it is renamed; a crash before leaves a draft that the next start removes.

use crate::{
    Error,
    engine::Inner,
    generation::{Generation, lock, sync_folder, wal_of},
    giveback::giving_back,
    kept,
    schema::{prepare, text_table},
    writer::{Writer, free_bytes, transact},
};
use duckdb::Connection;
use makoto_catalog::{Table, columns::DICTIONARIES};
use std::{
    fs::File,
    path::Path,
    sync::{
        Arc,
        mpsc::{self, RecvTimeoutError},
    },
    time::Duration,
};

/// The file is sorted again once more than one row in this many is out of place.
const UNSORTED_ONE_IN: u64 = 20;
/// How often what is written of a new file is put on the disk: a few megabytes each time.
const SYNC_EVERY: Duration = Duration::from_millis(50);
const DRAFT: &str = "draft";
const COPY: &str = "copy";

/// In which order rows are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Order {
    Sorted,
    AsTheyStand,
}

/// The order in which questions touch fewest rows: a site's day together, a visit's rows together.
fn sorting(table: Table) -> &'static str {
    match table {
        Table::Visit => " ORDER BY site_id, last_action_s // 86400, visit_id",
        Table::Action => " ORDER BY site_id, time_s // 86400, visit_id, action_id",
        Table::Conversion => " ORDER BY site_id, time_s // 86400, visit_id, conversion_id",
        Table::Item => " ORDER BY site_id, time_s // 86400, visit_id, conversion_id, rank",
    }
}

/// Sorts the store unless little is out of place.
pub(crate) fn cluster(inner: &Inner) -> Result<bool, Error> {
    let mut writer = lock(&inner.writer);
    let current = writer.as_ref().ok_or(Error::Closed)?;
    let counts = current.counts;
    if counts.unsorted == 0 || counts.unsorted * UNSORTED_ONE_IN < counts.visits + counts.actions {
        return Ok(false);
    }
    giving_back(|| replace(inner, &mut writer, Order::Sorted))?;
    Ok(true)
}

/// Writes every row that still counts to a new file.
pub(crate) fn compact(inner: &Inner) -> Result<(), Error> {
    giving_back(|| replace(inner, &mut lock(&inner.writer), Order::Sorted))?;
    inner.texts.clear();
    Ok(())
}

/// Refuses to begin where the disk has no room for this many files as large as the present one beside what must stay free.
fn need_room(inner: &Inner, generation: &Generation, files: u64, doing: &'static str) -> Result<(), Error> {
    const MIB: u64 = 1024 * 1024;
    let file = std::fs::metadata(generation.path()).map_err(Error::file("measure its file"))?;
    let needed = file.len().saturating_mul(files).saturating_add(inner.options.reserve_bytes);
    let free = free_bytes(generation.dir())?;
    if free >= needed {
        return Ok(());
    }
    let words = format!("{} MiB must be free on its disk, and {} are", needed.div_ceil(MIB), free / MIB);
    Err(Error::file(doing)(std::io::Error::new(std::io::ErrorKind::StorageFull, words)))
}

fn replace(inner: &Inner, writer: &mut Option<Writer>, order: Order) -> Result<(), Error> {
    let current = writer.as_ref().ok_or(Error::Closed)?;
    let generation = inner.generation()?;
    // What is sorted lies on the disk a second time meanwhile.
    need_room(inner, &generation, if order == Order::Sorted { 2 } else { 1 }, "write its file anew")?;
    let draft = generation.draft_path();
    write(inner, &current.connection, &draft, DRAFT, order)?;
    std::fs::rename(&draft, generation.next_path()).map_err(Error::file("put the new data file in place"))?;
    sync_folder(generation.dir())?;
    // From here on a restart opens the new file, so nothing may be written to the old one any more.
    *writer = None;
    let next = Arc::new(generation.next()?);
    prepare(&next.connect()?, &next.database(), &inner.catalog)?;
    let opened = Writer::new(&next)?;
    inner.show(&opened);
    *writer = Some(opened);
    inner.switch(next);
    Ok(())
}

/// Copies to this path what one moment shows, while rows come and go.
pub(crate) fn backup(inner: &Inner, to: &Path) -> Result<(), Error> {
    let _one_at_a_time = lock(&inner.copying);
    let generation = inner.generation()?;
    need_room(inner, &generation, 1, "copy its file")?;
    let draft = generation.backup_path();
    giving_back(|| write(inner, &generation.connect()?, &draft, COPY, Order::AsTheyStand))?;
    if std::fs::rename(&draft, to).is_err() {
        // Another file system: copy beside the target, then rename there, so that no half copy bears its name.
        let failed = || Error::file("write the backup");
        let mut half = to.as_os_str().to_owned();
        half.push(".writing");
        std::fs::copy(&draft, &half).map_err(failed())?;
        File::open(&half).and_then(|file| file.sync_all()).map_err(failed())?;
        std::fs::rename(&half, to).map_err(failed())?;
        std::fs::remove_file(&draft).map_err(failed())?;
    }
    match to.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => sync_folder(folder),
        _ => Ok(()),
    }
}

/// Does work that writes a large file, and meanwhile has it put on the disk bit by bit: one sync of all of it at the end
/// would keep those of the journal waiting for as long. The second answer is whether all of these succeeded: a fault that
/// one of them met is not told again to the last one.
fn syncing<T>(path: &Path, work: impl FnOnce() -> T) -> (T, std::io::Result<()>) {
    let (ended, end) = mpsc::channel::<()>();
    std::thread::scope(|scope| {
        let syncs = scope.spawn(move || {
            let file = File::open(path)?;
            while end.recv_timeout(SYNC_EVERY) == Err(RecvTimeoutError::Timeout) {
                file.sync_data()?;
            }
            Ok(())
        });
        let done = work();
        drop(ended);
        (done, syncs.join().unwrap_or_else(|cause| std::panic::resume_unwind(cause)))
    })
}

/// Writes all tables to a fresh file; the file is complete and durable afterwards, or gone.
fn write(inner: &Inner, connection: &Connection, path: &Path, name: &str, order: Order) -> Result<(), Error> {
    Generation::create(connection, path, name)?;
    let (written, synced) = syncing(path, || {
        let written = transact(connection, || {
            // Left before the transaction ends: its undoing must not be broken off too.
            let mut place = inner.rewriting.enter()?;
            place.asks(connection.interrupt_handle(), None);
            copy_tables(connection, name, order)
        });
        let detached = connection.execute_batch(&format!("DETACH {name}"));
        written.and(detached.map_err(Error::database("finish a new data file")))
    });
    let durable = written.and(synced.map_err(Error::file("make the new data file durable"))).and_then(|()| {
        File::open(path).and_then(|file| file.sync_all()).map_err(Error::file("make the new data file durable"))
    });
    match durable {
        Ok(()) if !wal_of(path).exists() => Ok(()),
        Ok(()) => Err(Error::Plan("the new data file kept a log beside it".into())),
        Err(error) => {
            std::fs::remove_file(path).map_err(Error::file("remove an unfinished data file"))?;
            Err(error)
        }
    }
}

fn copy_tables(connection: &Connection, name: &str, order: Order) -> Result<(), Error> {
    let failed = || Error::database("write a new data file");
    for table in Table::ALL {
        let sorting = if order == Order::Sorted { sorting(table) } else { "" };
        let table = table.name();
        connection
            .execute_batch(&format!("CREATE TABLE {name}.main.{table} AS SELECT * FROM {table}{sorting}"))
            .map_err(failed())?;
    }
    for dictionary in DICTIONARIES {
        let table = text_table(dictionary);
        connection
            .execute_batch(&format!("CREATE TABLE {name}.main.{table} AS SELECT * FROM {table} ORDER BY id"))
            .map_err(failed())?;
    }
    connection
        .execute_batch(&format!(
            "{}; INSERT INTO {name}.main.{kept} SELECT * FROM {kept} ORDER BY site_id, report, first_day, last_day",
            kept::creation(&format!("{name}.main.{}", kept::TABLE)),
            kept = kept::TABLE
        ))
        .map_err(failed())?;
    let unsorted = if order == Order::Sorted { "0::UBIGINT" } else { "unsorted" };
    connection
        .execute_batch(&format!(
            "CREATE TABLE {name}.main.engine_state AS SELECT applied, {unsorted} AS unsorted FROM engine_state"
        ))
        .map_err(failed())
}
