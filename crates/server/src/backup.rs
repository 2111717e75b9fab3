//! A copy of the whole installation while it works, verified before it counts, and the way back.

use crate::{
    commands::{Failure, operator},
    doctor,
    instance::{Files, Instance},
    privacy::ledger::{self, Entry},
    runtimes,
    serve::Running,
};
use makoto_access::{Principal, check_instance};
use makoto_engine::Engine;
use makoto_meta::{Activity, KEY_FILE, Meta, hex};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{
    collections::BTreeMap,
    io::{Read, Write},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};

/// The list of a backup's files with their hashes; written last, so that a backup without it is not whole.
const MANIFEST: &str = "manifest.json";
/// How a system, SQLite, DuckDB and the journal say that a disk is full.
const FULL: [&str; 3] = ["No space left on device", "disk is full", "disk of the journal is full"];
/// What is said to be done about a full disk.
const MAKE_ROOM: &str = "make room there";
/// How it is said that there would be no room for a copy, before anything is written.
const NO_ROOM: &str = "MiB must be free on";
/// Format of backups that this program writes and reads.
const FORMAT: u32 = 1;

#[derive(Serialize, Deserialize)]
struct Manifest {
    format: u32,
    version: String,
    made_s: i64,
    /// Path below the backup to SHA-256 in hexadecimal.
    files: BTreeMap<String, String>,
}

/// Writes a backup into a directory that does not exist yet. All stores are copied at the same point; hits that come
/// meanwhile are acknowledged and wait in the journal.
///
/// # Errors
/// When the directory exists or lies in the data directory, a copy fails, or a copy does not stand up to its check; what
/// was begun is removed then.
pub async fn make(running: &Running, to: &Path) -> Result<String, Failure> {
    if to.exists() {
        return Err(Failure::Refused(format!("{} exists already; name a directory that does not", to.display())));
    }
    let own = running.instance.files.dir();
    if lies_in(to, own)? {
        return Err(Failure::Refused(format!(
            "{} lies in the data directory, with which it would be lost; name a directory elsewhere",
            to.display()
        )));
    }
    // Nobody else's directory is removed, should one be made meanwhile.
    let parent = to.parent().unwrap_or(to);
    std::fs::create_dir_all(parent).map_err(|fault| Failure::file(parent, fault))?;
    // On another disk than the stores nothing of theirs can run out.
    let reserve = if device(parent)? == device(own)? { running.app.config.reserve_bytes() } else { 0 };
    need_room(parent, stores_bytes(&running.instance.files)?.saturating_add(reserve))?;
    std::fs::create_dir(to).map_err(|fault| Failure::file(to, fault))?;
    let count = match write(running, to).await {
        Ok(count) => count,
        Err(fault) => return Err(not_written(to, &fault)),
    };
    running.instance.meta.record(&operator(), Activity::BackupMade, json!({ "files": count })).await?;
    Ok(format!("backup of {count} files written to {} and verified", to.display()))
}

/// What is there of a path that need not exist.
fn there(path: &Path) -> &Path {
    path.ancestors().find(|part| part.exists()).unwrap_or(Path::new("/"))
}

/// Whether a path that need not exist lies in a directory.
fn lies_in(path: &Path, dir: &Path) -> Result<bool, Failure> {
    let real = |path: &Path| path.canonicalize().map_err(|fault| Failure::file(path, fault));
    Ok(real(there(path))?.starts_with(real(dir)?))
}

fn device(path: &Path) -> Result<u64, Failure> {
    std::fs::metadata(path).map(|metadata| metadata.dev()).map_err(|fault| Failure::file(path, fault))
}

/// How large a copy of the stores becomes, about.
fn stores_bytes(files: &Files) -> Result<u64, Failure> {
    let folder = files.analytics();
    let entries = std::fs::read_dir(&folder).map_err(|fault| Failure::file(&folder, fault))?;
    let analytics = entries.filter_map(|entry| entry.ok().map(|entry| entry.path()));
    let stores = [files.meta(), files.fold(), files.journal()].into_iter().chain(analytics);
    // Files come and go: what is gone has no length.
    let bytes =
        |path: PathBuf| std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file).map_or(0, |file| file.len());
    Ok(stores.map(bytes).sum())
}

/// Refuses to begin a copy for which the disk of a path has no room: to find out by writing would fill it for others.
fn need_room(path: &Path, needed: u64) -> Result<(), Failure> {
    const MIB: u64 = 1024 * 1024;
    let space = rustix::fs::statvfs(there(path)).map_err(|fault| Failure::file(path, fault.into()))?;
    let free = space.f_bavail.saturating_mul(space.f_frsize);
    match free >= needed {
        true => Ok(()),
        false => Err(Failure::Data(format!(
            "{} {NO_ROOM} the disk of {}, and {} are; {MAKE_ROOM} or name another directory",
            needed.div_ceil(MIB),
            path.display(),
            free / MIB
        ))),
    }
}

/// Whether words tell that a disk is full, or would be.
pub fn tells_of_full(words: &str) -> bool {
    [NO_ROOM, MAKE_ROOM].iter().chain(&FULL).any(|full| words.contains(full))
}

/// Removes what was begun. The stores' own words would name their own disk as the full one.
fn not_written(to: &Path, fault: &Failure) -> Failure {
    let (told, place) = (fault.told(), to.display());
    let left = match std::fs::remove_dir_all(to) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            format!("remove {place}, which could not be: {fault}")
        }
        _ => "what was begun is removed".to_owned(),
    };
    let is_full = FULL.iter().any(|words| told.contains(words));
    Failure::Data(match is_full {
        true => format!("the disk of {place} is full; {MAKE_ROOM} or name another directory; {left}"),
        false => format!("the backup to {place} failed: {told}; {left}"),
    })
}

/// Copies the stores and checks the copies; how many files there are.
async fn write(running: &Running, to: &Path) -> Result<usize, Failure> {
    running.app.flow.fresh(running.app.journal.head().get()).await;
    let copy = Files::new(to);
    running.instance.meta.backup(&copy.meta()).await?;
    let (app, from, target) = (running.app.clone(), Files::new(running.instance.files.dir()), to.to_owned());
    let work = tokio::task::spawn_blocking(move || -> Result<(), Failure> {
        let still = app.flow.pause();
        let copy = Files::new(&target);
        makoto_tracking::backup(&from.fold(), &copy.fold())?;
        let folder = copy.analytics();
        std::fs::create_dir_all(&folder).map_err(|fault| Failure::file(&folder, fault))?;
        app.engine.backup(&Engine::first_file(&folder))?;
        // A batch that went through before would let the journal forget what the copied fold lacks.
        app.journal.backup(&copy.journal())?;
        drop(still);
        Ok(())
    });
    work.await.map_err(|fault| Failure::Data(fault.to_string()))??;
    let faults = doctor::examine_closed(to).await?;
    if !faults.is_empty() {
        return Err(Failure::Data(format!("the copy is not sound: {}", faults.join("; "))));
    }
    seal(&running.instance.meta, running.instance.files.dir(), to).await
}

/// Makes the copies a whole backup that erasures reach; how many files it has. Its place is known before it is whole and
/// the ledger is laid beside it after that, so that no erasure of this moment passes by both.
async fn seal(meta: &Meta, own: &Path, to: &Path) -> Result<usize, Failure> {
    let target = to.to_owned();
    let files = blocking(move |awaited| hashes(&target, awaited)).await?;
    let count = files.len();
    let made_s = makoto_features::services::now_s();
    let manifest = Manifest { format: FORMAT, version: env!("CARGO_PKG_VERSION").to_owned(), made_s, files };
    meta.note_backup_place(&to.display().to_string(), made_s).await?;
    let path = to.join(MANIFEST);
    let text = serde_json::to_vec_pretty(&manifest).map_err(|fault| Failure::Data(fault.to_string()))?;
    std::fs::write(&path, text).map_err(|fault| Failure::file(&path, fault))?;
    sync(&path)?;
    ledger::add(&ledger::path(to), &ledger::read(&ledger::path(own))?)?;
    Ok(count)
}

/// When a backup was made, in seconds since 1970; nothing for a folder that holds no whole one.
pub fn made_s(folder: &Path) -> Option<i64> {
    read_manifest(folder).ok().map(|manifest| manifest.made_s)
}

/// Makes a folder look like a whole backup of nothing.
#[cfg(test)]
pub fn pretend(folder: &Path, made_s: i64) {
    let manifest = Manifest { format: FORMAT, version: String::new(), made_s, files: BTreeMap::new() };
    std::fs::write(folder.join(MANIFEST), serde_json::to_vec(&manifest).unwrap()).unwrap();
}

/// Whether a folder holds a backup that was made to its end, by whichever version.
pub fn is_whole(folder: &Path) -> bool {
    folder.join(MANIFEST).exists()
}

fn read_manifest(from: &Path) -> Result<Manifest, Failure> {
    let path = from.join(MANIFEST);
    let text = std::fs::read_to_string(&path).map_err(|fault| Failure::file(&path, fault))?;
    let manifest: Manifest =
        serde_json::from_str(&text).map_err(|fault| Failure::Data(format!("{}: {fault}", path.display())))?;
    match manifest.format == FORMAT {
        true => Ok(manifest),
        false => Err(Failure::Refused(format!(
            "this backup has format {}; use makoto {}",
            manifest.format, manifest.version
        ))),
    }
}

/// Copies a backup's files into a directory that holds nothing, with the ledger of what is to be erased from them, and
/// checks them there. Says how many public grants were paused.
async fn copy_back(from: &Path, dir: &Path, ledger: &[Entry], reserve: u64) -> Result<(Manifest, usize), Failure> {
    let manifest = read_manifest(from)?;
    if std::fs::read_dir(dir).is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(Failure::Refused(format!("{} is not empty; restore into a new directory", dir.display())));
    }
    let length = |name: &String| std::fs::metadata(from.join(name)).map_or(0, |file| file.len());
    need_room(dir, manifest.files.keys().map(length).sum::<u64>().saturating_add(reserve))?;
    let (source, target) = (from.to_owned(), dir.to_owned());
    let copied = blocking(move |awaited| copy_files(&manifest, &source, &target, awaited).map(|()| manifest));
    let manifest = copied.await?;
    // Before there is an installation: one without its ledger would bring back what was erased.
    ledger::add(&ledger::path(dir), ledger)?;
    let paused = close_to_public(dir, &Files::new(dir).apart()).await?;
    let faults = doctor::examine_closed(dir).await?;
    match faults.is_empty() {
        true => Ok((manifest, paused)),
        false => Err(Failure::Data(format!("what was restored is not sound: {}", faults.join("; ")))),
    }
}

/// Copies the files that a backup lists, and compares each with it before and after.
fn copy_files(manifest: &Manifest, from: &Path, dir: &Path, awaited: &Weak<()>) -> Result<(), Failure> {
    let found = hashes(from, awaited)?;
    if let Some((name, _)) = manifest.files.iter().find(|(name, hash)| found.get(*name) != Some(*hash)) {
        return Err(Failure::Data(format!("{name} of the backup is missing or was changed; use another backup")));
    }
    let relational = Files::new(dir).meta();
    let apart = Files::new(dir).apart();
    for (name, expected) in &manifest.files {
        let target = dir.join(name);
        // It comes last, once nothing in it is public: a restore that ends early leaves no installation.
        let target = if target == relational { apart.join(name) } else { target };
        if let Some(parent) = target.parent() {
            std::fs::create_dir_all(parent).map_err(|fault| Failure::file(parent, fault))?;
        }
        let failed = |fault| Failure::file(&target, fault);
        let mut copy = std::fs::File::create(&target).map_err(failed)?;
        // Where it is begun anew it is still for its owner alone.
        copy.set_permissions(std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
        in_pieces(&from.join(name), awaited, |piece| copy.write_all(piece).map_err(failed))?;
        sync(&target)?;
        if hash(&target, awaited)? != *expected {
            return Err(Failure::Data(format!("{name} was restored as something else; look at the disk")));
        }
    }
    Ok(())
}

/// Pauses what the restored relational store would show to everybody, and puts it in its place. How much it was.
async fn close_to_public(dir: &Path, apart: &Path) -> Result<usize, Failure> {
    let (from, to) = (Files::new(apart).meta(), Files::new(dir).meta());
    let (own, copy) = (dir.join(KEY_FILE), apart.join(KEY_FILE));
    std::fs::copy(&own, &copy).map_err(|fault| Failure::file(&own, fault))?;
    let meta = Meta::open(&from, std::sync::Arc::new(makoto_features::catalog()?)).await?;
    let paused = meta.pause_restored_public(&check_instance(&Principal::Operator)?, &operator()).await;
    meta.close().await;
    let paused = paused?;
    let log = from.with_extension("db-wal");
    if std::fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        return Err(Failure::Data(format!("{} was not closed; try again", from.display())));
    }
    sync(&from)?;
    std::fs::rename(&from, &to).map_err(|fault| Failure::file(&to, fault))?;
    std::fs::remove_dir_all(apart).map_err(|fault| Failure::file(apart, fault))?;
    Ok(paused)
}

/// Restores a backup for trial, where this much of the disk stays free: how many files are equal and sound.
///
/// # Errors
/// As `restore`.
pub async fn try_restore(from: &Path, dir: &Path, reserve: u64) -> Result<usize, Failure> {
    Ok(copy_back(from, dir, &[], reserve).await?.0.files.len())
}

/// Puts a backup back into a directory that holds no installation. What was erased since is erased again when the
/// server starts: the ledger beside the backup says what, and another one (a file, or the directory of an
/// installation) that is given.
///
/// # Errors
/// When the backup is not whole or was changed, or the directory is in use.
pub async fn restore(from: &Path, dir: &Path, more: Option<&Path>) -> Result<String, Failure> {
    let mut entries = ledger::read(&ledger::path(from))?;
    if let Some(more) = more {
        let file = if more.is_dir() { ledger::path(more) } else { more.to_owned() };
        if !file.exists() {
            return Err(Failure::Refused(format!("{} is no ledger of erasures", file.display())));
        }
        entries.extend(ledger::read(&file)?);
    }
    let (manifest, paused) = copy_back(from, dir, &entries, 0).await?;
    let instance = Instance::open(dir).await?;
    let detail = json!({ "made_s": manifest.made_s, "version": manifest.version });
    instance.meta.record(&operator(), Activity::BackupRestored, detail).await?;
    instance.meta.close().await;
    let public = if paused > 0 { format!("; {paused} public grants are paused") } else { String::new() };
    Ok(format!("restored {} files to {}{public}", manifest.files.len(), dir.display()))
}

fn sync(path: &Path) -> Result<(), Failure> {
    let file = std::fs::File::open(path).map_err(|fault| Failure::file(path, fault))?;
    file.sync_all().map_err(|fault| Failure::file(path, fault))
}

/// The hash of each file below a directory, without what checking it left behind.
fn hashes(dir: &Path, awaited: &Weak<()>) -> Result<BTreeMap<String, String>, Failure> {
    let mut hashes = BTreeMap::new();
    let mut waiting: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in std::fs::read_dir(&folder).map_err(|fault| Failure::file(&folder, fault))? {
            let path = entry.map_err(|fault| Failure::file(&folder, fault))?.path();
            let name = path.strip_prefix(dir).unwrap_or(&path).to_string_lossy().into_owned();
            // The ledger grows after the backup was made.
            let left_over = name == MANIFEST
                || name == ledger::FILE
                || name == "lock"
                || name.ends_with("-wal")
                || name.ends_with("-shm");
            if path.is_dir() {
                waiting.push(path);
            } else if !left_over {
                hashes.insert(name, hash(&path, awaited)?);
            }
        }
    }
    Ok(hashes)
}

fn hash(path: &Path, awaited: &Weak<()>) -> Result<String, Failure> {
    use sha2::{Digest, Sha256};
    let mut hasher = Sha256::new();
    in_pieces(path, awaited, |piece| {
        hasher.update(piece);
        Ok(())
    })?;
    Ok(hex(&hasher.finalize()))
}

/// Reads a file to its end, for as long as somebody waits for that.
fn in_pieces(
    path: &Path,
    awaited: &Weak<()>,
    mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let mut file = std::fs::File::open(path).map_err(|fault| Failure::file(path, fault))?;
    let mut piece = vec![0; 1024 * 1024];
    loop {
        if awaited.strong_count() == 0 {
            return Err(Failure::Data("nobody waits for it any more".to_owned()));
        }
        match file.read(&mut piece).map_err(|fault| Failure::file(path, fault))? {
            0 => return Ok(()),
            read => take(&piece[..read])?,
        }
    }
}

/// Runs what blocks where it holds up nobody. A stop and whoever hangs up do not wait for its end: it is told by what it
/// is given, which then leads nowhere.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce(&Weak<()>) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let waiting = Arc::new(());
    let awaited = Arc::downgrade(&waiting);
    let done = runtimes::blocking(move || work(&awaited)).await;
    drop(waiting);
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_features::privacy_manager::work::Work;

    fn entry() -> Entry {
        Entry { id: "a".into(), asked_s: 5, work: Work::EraseSite { site: 1, before_s: 9 } }
    }

    /// A backup of a new installation, which is beside it. It is not sound.
    async fn sealed(folder: &Path) -> (Instance, PathBuf) {
        let (own, to) = (folder.join("own"), folder.join("backup"));
        let instance = Instance::open_or_make(&own).await.unwrap();
        std::fs::create_dir(&to).unwrap();
        instance.meta.backup(&Files::new(&to).meta()).await.unwrap();
        std::fs::write(Files::new(&to).fold(), "no fold").unwrap();
        ledger::add(&ledger::path(&own), &[entry()]).unwrap();
        seal(&instance.meta, &own, &to).await.unwrap();
        (instance, to)
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_restore_that_ends_early_leaves_no_installation_without_its_ledger() {
        let folder = tempfile::tempdir().unwrap();
        let (_instance, backup) = sealed(folder.path()).await;
        let dir = folder.path().join("restored");
        assert!(restore(&backup, &dir, None).await.is_err());
        assert!(Files::new(&dir).meta().exists(), "it ended after the relational store was put in its place");
        assert_eq!(ledger::read(&ledger::path(&dir)).unwrap(), [entry()]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn the_place_of_a_backup_is_known_before_it_is_whole() {
        let folder = tempfile::tempdir().unwrap();
        let (instance, backup) = sealed(folder.path()).await;
        assert_eq!(ledger::read(&ledger::path(&backup)).unwrap(), [entry()]);
        let other = folder.path().join("other");
        // It cannot become whole.
        std::fs::create_dir_all(other.join(MANIFEST)).unwrap();
        assert!(seal(&instance.meta, instance.files.dir(), &other).await.is_err());
        let places = [&backup, &other].map(|place| place.display().to_string());
        assert_eq!(instance.meta.backup_places().await.unwrap(), places);
    }

    #[tokio::test]
    async fn nothing_is_restored_for_trial_where_the_disk_has_no_room() {
        let folder = tempfile::tempdir().unwrap();
        let (_instance, backup) = sealed(folder.path()).await;
        let trial = folder.path().join("trial");
        let refused = try_restore(&backup, &trial, u64::MAX / 2).await.unwrap_err().told();
        assert!(tells_of_full(&refused) && !trial.exists(), "{refused}");
        let broken_off = not_written(&trial, &Failure::Data(FULL[0].to_owned())).told();
        assert!(tells_of_full(&broken_off), "{broken_off}");
        // With room it goes on to find that this backup is not sound.
        let unsound = try_restore(&backup, &trial, 0).await.unwrap_err().told();
        assert!(!tells_of_full(&unsound) && trial.exists(), "{unsound}");
        assert_eq!(device(&backup).unwrap(), device(&trial).unwrap());
        std::fs::create_dir(Files::new(&backup).analytics()).unwrap();
        std::fs::write(Engine::first_file(&Files::new(&backup).analytics()), [0; 1000]).unwrap();
        let files = Files::new(&backup);
        let meta = std::fs::metadata(files.meta()).unwrap().len();
        assert_eq!(stores_bytes(&files).unwrap(), meta + "no fold".len() as u64 + 1000);
    }

    #[tokio::test]
    async fn who_stops_waiting_is_not_held_up_and_ends_the_work() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("large");
        std::fs::write(&path, vec![0; 3 * 1024 * 1024]).unwrap();
        assert!(blocking(move |awaited| hash(&path, awaited)).await.is_ok());
        let path = folder.path().join("large");
        let (begun, seen) = std::sync::mpsc::channel();
        let (ended, last) = std::sync::mpsc::channel();
        let task = tokio::spawn(blocking(move |awaited| {
            begun.send(()).unwrap();
            // Without end, unless the reading ends it.
            let done = loop {
                if let Err(failure) = hash(&path, awaited) {
                    break failure.told();
                }
            };
            ended.send(done).unwrap();
            Ok(())
        }));
        tokio::task::spawn_blocking(move || seen.recv().unwrap()).await.unwrap();
        task.abort();
        assert!(task.await.unwrap_err().is_cancelled());
        let said = tokio::task::spawn_blocking(move || last.recv_timeout(std::time::Duration::from_secs(10)));
        assert_eq!(said.await.unwrap().unwrap(), "nobody waits for it any more");
    }
}
