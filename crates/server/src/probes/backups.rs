//! Backups by the timetable, and their trial.

use crate::{backup, serve::Running};
use makoto_access::{Caller, Principal};
use makoto_features::{
    probes::{Backup, Known},
    services::now_s,
};
use makoto_meta::{Activity, hex};
use serde_json::json;
use std::{
    fs,
    io::Write,
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
};

/// Backups that are looked at; more are no daily backups.
const BACKUPS_MAX: usize = 10_000;
/// The file that says whose backups a folder has: of those in one folder each installation would remove the other's.
const OWNER: &str = "makoto-owner";
/// What the folder of a backup's trial is called, beside the data folder.
const TRIAL: &str = "restore-trial";
/// How the folders of daily backups begin, …
const PREFIX: &str = "makoto-";
/// … and how long the time behind that is, as in 2026-03-02-18-30-00.
const TIME_CHARS: usize = 19;

fn told(path: &Path) -> impl Fn(std::io::Error) -> String {
    let path = path.display().to_string();
    move |fault| format!("{path}: {fault}")
}

/// By what an installation is known in that file.
fn own_name(running: &Running) -> String {
    hex(&running.instance.meta.derive_key("folder of backups")[..16])
}

/// Whether a folder was taken for the backups of this installation; an error when it was for those of another one.
fn is_ours(folder: &Path, own: &str) -> Known<bool> {
    let path = folder.join(OWNER);
    match fs::read_to_string(&path) {
        Ok(owner) if owner.trim() == own => Ok(true),
        Ok(_) => Err(format!(
            "{} has the backups of another installation, and each would remove those of the other; name a folder of its own \
             as backup_folder, or remove {} if there is no other one",
            folder.display(),
            path.display()
        )),
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(false),
        Err(fault) => Err(told(&path)(fault)),
    }
}

/// Takes a folder for the backups of this installation.
fn take(folder: &Path, own: &str) -> Known<()> {
    if is_ours(folder, own)? {
        return Ok(());
    }
    // Whole or not there at all, wherever this is cut short.
    let (draft, path) = (folder.join(format!("{OWNER}.{own}")), folder.join(OWNER));
    let mut file = fs::File::create(&draft).map_err(told(&draft))?;
    file.write_all(own.as_bytes()).and_then(|()| file.sync_all()).map_err(told(&draft))?;
    fs::rename(&draft, &path).map_err(told(&path))
}

/// Whole backups in a folder with when they were made, the newest first.
fn found(folder: &Path) -> Known<Vec<(i64, PathBuf)>> {
    let mut all = Vec::new();
    for entry in fs::read_dir(folder).map_err(told(folder))?.take(BACKUPS_MAX) {
        let path = entry.map_err(told(folder))?.path();
        if let Some(made_s) = backup::made_s(&path) {
            all.push((made_s, path));
        }
    }
    all.sort_by_key(|(made_s, _)| std::cmp::Reverse(*made_s));
    Ok(all)
}

/// The kind of file system that a folder lies on.
fn file_system(folder: &Path) -> String {
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let real = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    let lines = mounts.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        let (_, at, kind) = (words.next()?, words.next()?, words.next()?);
        real.starts_with(at).then(|| (at.len(), kind.to_owned()))
    });
    lines.max_by_key(|(length, _)| *length).map_or("unknown".to_owned(), |(_, kind)| kind)
}

/// How backups stand.
pub async fn look(running: &Running) -> Known<Backup> {
    let meta = &running.instance.meta;
    let drilled = meta.last_act(Activity::BackupDrilled).await.map_err(|fault| fault.to_string())?;
    let drill = running.drill.lock().await.clone();
    let none = Backup {
        folder: String::new(),
        made_s: None,
        elsewhere: false,
        file_system: String::new(),
        drilled_s: drilled.map(|(at_s, _)| at_s),
        drill_fault: drill,
    };
    let Some(folder) = &running.app.config.backup_folder else { return Ok(none) };
    let shown = folder.display().to_string();
    if !folder.exists() {
        return Ok(Backup { folder: shown, drill_fault: "the folder does not exist".to_owned(), ..none });
    }
    if let Err(fault) = is_ours(folder, &own_name(running)) {
        return Ok(Backup { folder: shown, drill_fault: fault, ..none });
    }
    let device = |path: &Path| fs::metadata(path).map(|metadata| metadata.dev()).map_err(told(path));
    let elsewhere = device(folder)? != device(running.instance.files.dir())?;
    let made_s = found(folder)?.first().map(|(made_s, _)| *made_s);
    Ok(Backup { folder: shown, made_s, elsewhere, file_system: file_system(folder), ..none })
}

/// Whether a folder is called as daily backups are; others are somebody's own, and stay.
fn is_daily(path: &Path) -> bool {
    let name = path.file_name().map(|name| name.to_string_lossy());
    let time = name.as_ref().and_then(|name| name.strip_prefix(PREFIX));
    time.is_some_and(|time| time.len() == TIME_CHARS && time.chars().all(|char| char.is_ascii_digit() || char == '-'))
}

/// Whether a daily backup was begun in this folder that did not end: its list of files is written last.
fn is_unfinished(path: &Path) -> bool {
    is_daily(path) && path.is_dir() && !backup::is_whole(path)
}

/// Removes the oldest daily backups, so that this many stay.
async fn remove_oldest(folder: &Path, kept: usize) -> Known<()> {
    for (_, old) in found(folder)?.into_iter().filter(|(_, path)| is_daily(path)).skip(kept) {
        remove(&old).await?;
    }
    Ok(())
}

/// Writes today's backup and removes the oldest ones, and those that a stop cut short; what came of it in words.
///
/// # Errors
/// When no folder is named, or the backup fails.
pub async fn make(running: &Running) -> Known<String> {
    let folder = running.app.config.backup_folder.clone();
    let folder =
        folder.ok_or("no folder is named; set backup_folder in the configuration and start the server anew")?;
    fs::create_dir_all(&folder).map_err(told(&folder))?;
    let name = format!("{PREFIX}{}", makoto_features::sites_manager::date_time(now_s()).replace([':', ' '], "-"));
    let to = folder.join(name);
    let _one = running.backups.lock().await;
    take(&folder, &own_name(running))?;
    if to.exists() {
        return Ok(format!("{} was made a moment ago", to.display()));
    }
    for entry in fs::read_dir(&folder).map_err(told(&folder))?.take(BACKUPS_MAX) {
        let path = entry.map_err(told(&folder))?.path();
        if is_unfinished(&path) {
            remove(&path).await?;
        }
    }
    let done = backup::make(running, &to).await.map_err(|fault| fault.to_string())?;
    remove_oldest(&folder, running.app.config.backups_kept as usize).await?;
    Ok(done)
}

/// Restores the newest backup to a temporary folder, checks what came of it, compares it with the backup, and removes
/// it again.
///
/// # Errors
/// When there is none, or it cannot be restored.
pub async fn drill(running: &Running) -> Known<String> {
    let folder = running.app.config.backup_folder.clone();
    let folder =
        folder.ok_or("no folder is named; set backup_folder in the configuration and start the server anew")?;
    is_ours(&folder, &own_name(running))?;
    let newest = found(&folder)?.into_iter().next();
    let (_, newest) = newest.ok_or_else(|| format!("{} holds no whole backup", folder.display()))?;
    let mut last = running.drill.lock().await;
    let trial = running.instance.files.dir().join(TRIAL);
    remove(&trial).await?;
    let reserve = running.app.config.reserve_bytes();
    let done = backup::try_restore(&newest, &trial, reserve).await.map_err(|fault| fault.to_string());
    remove(&trial).await?;
    *last = done.as_ref().err().cloned().unwrap_or_default();
    let files = done?;
    let caller = Caller::inside(Principal::Job("backup-drill"));
    let name = newest.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let detail = json!({ "name": name, "files": files });
    running.instance.meta.record(&caller, Activity::BackupDrilled, detail).await.map_err(|fault| fault.to_string())?;
    Ok(format!("{name} was restored for trial: {files} files are equal and sound"))
}

async fn remove(folder: &Path) -> Known<()> {
    match tokio::fs::remove_dir_all(folder).await {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => Err(told(folder)(fault)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_has_the_backups_of_one_installation() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(is_ours(folder.path(), "one"), Ok(false));
        take(folder.path(), "one").unwrap();
        take(folder.path(), "one").unwrap();
        assert_eq!(is_ours(folder.path(), "one"), Ok(true));
        let said = take(folder.path(), "two").unwrap_err();
        assert!(said.contains("another installation") && said.contains(OWNER), "{said}");
        assert_eq!(is_ours(folder.path(), "two"), Err(said));
        fs::remove_file(folder.path().join(OWNER)).unwrap();
        take(folder.path(), "two").unwrap();
        assert_eq!(is_ours(folder.path(), "two"), Ok(true));
    }

    #[tokio::test]
    async fn only_daily_backups_are_removed() {
        let folder = tempfile::tempdir().unwrap();
        let names =
            ["makoto-2026-03-01-18-30-00", "makoto-2026-03-02-18-30-00", "makoto-before-upgrade", "makoto-2026"];
        for (made_s, name) in (1..).zip(names) {
            fs::create_dir(folder.path().join(name)).unwrap();
            backup::pretend(&folder.path().join(name), made_s);
        }
        remove_oldest(folder.path(), 1).await.unwrap();
        let left: Vec<bool> = names.iter().map(|name| folder.path().join(name).exists()).collect();
        assert_eq!(left, [false, true, true, true]);
    }
}
