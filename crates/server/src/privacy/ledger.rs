//! The ledger of what was taken out of stored data: one line for each act, written before the act is done, and never
//! removed. It lies beside the stores and beside every backup that this server made, so that a backup from before an
//! act brings nothing back: what stands in the ledger and not in the stores' own record is done again.

use crate::commands::Failure;
use makoto_features::privacy_manager::work::Work;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fs::{File, OpenOptions},
    io::{ErrorKind, Write},
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

/// The ledger's name in a data directory and in a backup.
pub const FILE: &str = "erasures.ledger";
/// Stands in a data directory while space is owed to the file system.
const OWED: &str = "erasures.owed";

/// One at a time writes: to the next one, a line that is half written looks torn.
static WRITING: Mutex<()> = Mutex::new(());

/// One act.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Entry {
    /// 32 hexadecimal digits.
    pub id: String,
    pub asked_s: i64,
    pub work: Work,
}

/// A line of the file: an entry with the hash of its text, so that a torn or changed line is noticed.
#[derive(Serialize, Deserialize)]
struct Line {
    entry: String,
    sha256: String,
}

fn hash(text: &str) -> String {
    makoto_meta::hex(&Sha256::digest(text.as_bytes()))
}

/// The ledger of a directory.
pub fn path(dir: &Path) -> PathBuf {
    dir.join(FILE)
}

/// Every entry of a ledger; none where there is no file. A last line that a crash tore is left out: its act was not
/// begun.
///
/// # Errors
/// When the file cannot be read or a line was changed.
pub fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let lines = whole_lines(path)?;
    let damaged = |nth: usize| {
        Failure::Data(format!("line {} of {} was changed; take the ledger from elsewhere", nth + 1, path.display()))
    };
    let entry = |(nth, line): (usize, &[u8])| {
        let line: Line = serde_json::from_slice(line).map_err(|_| damaged(nth))?;
        if hash(&line.entry) != line.sha256 {
            return Err(damaged(nth));
        }
        serde_json::from_str(&line.entry).map_err(|_| damaged(nth))
    };
    lines.split(|byte| *byte == b'\n').enumerate().filter(|(_, line)| !line.is_empty()).map(entry).collect()
}

/// What a ledger holds up to the end of its last whole line.
fn whole_lines(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(fault) if fault.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
        Err(fault) => return Err(Failure::file(path, fault)),
    };
    bytes.truncate(bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1));
    Ok(bytes)
}

/// Adds those entries that the ledger lacks, in the place of a torn last line; durable when this returns.
///
/// # Errors
/// When the file cannot be read or written.
pub fn add(path: &Path, entries: &[Entry]) -> Result<(), Failure> {
    let _alone = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
    let known = read(path)?;
    let mut lines = String::new();
    for entry in entries.iter().filter(|entry| !known.iter().any(|known| known.id == entry.id)) {
        let failed = |fault: serde_json::Error| Failure::Data(fault.to_string());
        let text = serde_json::to_string(entry).map_err(failed)?;
        let line = Line { sha256: hash(&text), entry: text };
        lines.push_str(&serde_json::to_string(&line).map_err(failed)?);
        lines.push('\n');
    }
    if lines.is_empty() {
        return Ok(());
    }
    let failed = |fault| Failure::file(path, fault);
    let mut file = OpenOptions::new().create(true).append(true).open(path).map_err(failed)?;
    file.set_len(whole_lines(path)?.len() as u64).map_err(failed)?;
    file.write_all(lines.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)?;
    // The name of a new file is durable only when its folder is.
    path.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> Result<(), Failure> {
    File::open(folder).and_then(|file| file.sync_all()).map_err(|fault| Failure::file(folder, fault))
}

/// Adds entries to the ledgers of backups that are still where they were written; where that fails, it is said.
pub fn lay_beside(backups: &[String], entries: &[Entry]) {
    for backup in backups.iter().map(Path::new).filter(|backup| backup.join("manifest.json").exists()) {
        if let Err(fault) = add(&path(backup), entries) {
            tracing::warn!(%fault, "the ledger of erasures could not be laid beside a backup; give it to the restore");
        }
    }
}

/// Says that space of what went is not given back yet; durable when this returns. What went may still be read from the
/// files until then.
///
/// # Errors
/// When the file cannot be written.
pub fn owe(dir: &Path) -> Result<(), Failure> {
    let path = dir.join(OWED);
    let failed = |fault| Failure::file(&path, fault);
    OpenOptions::new().create(true).append(true).open(&path).and_then(|file| file.sync_all()).map_err(failed)?;
    sync_folder(dir)
}

/// Whether space of what went is not given back yet.
pub fn owes(dir: &Path) -> bool {
    dir.join(OWED).exists()
}

/// Says that all space was given back.
///
/// # Errors
/// When the file cannot be removed.
pub fn settle(dir: &Path) -> Result<(), Failure> {
    let path = dir.join(OWED);
    match std::fs::remove_file(&path) {
        Err(fault) if fault.kind() != ErrorKind::NotFound => Err(Failure::file(&path, fault)),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str) -> Entry {
        Entry { id: id.into(), asked_s: 5, work: Work::Purge { site: 1, before_s: 9, reports_before_s: None } }
    }

    #[test]
    fn entries_are_added_once_and_read_back() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        assert!(read(&path).unwrap().is_empty());
        add(&path, &[entry("a")]).unwrap();
        add(&path, &[entry("a"), entry("b")]).unwrap();
        assert_eq!(read(&path).unwrap(), [entry("a"), entry("b")]);
    }

    #[test]
    fn a_torn_line_is_left_out_and_gives_way_to_the_next_entry() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        for cut in [1, 4, 90] {
            std::fs::remove_file(&path).unwrap_or_default();
            add(&path, &[entry("a"), entry("é")]).unwrap();
            let whole = std::fs::read(&path).unwrap();
            std::fs::write(&path, &whole[..whole.len() - cut]).unwrap();
            assert_eq!(read(&path).unwrap(), [entry("a")]);
            add(&path, &[entry("b")]).unwrap();
            assert_eq!(read(&path).unwrap(), [entry("a"), entry("b")]);
        }
    }

    #[test]
    fn what_is_owed_stands_until_it_is_settled() {
        let dir = tempfile::tempdir().unwrap();
        assert!(!owes(dir.path()));
        for _ in 0..2 {
            owe(dir.path()).unwrap();
            assert!(owes(dir.path()));
        }
        for _ in 0..2 {
            settle(dir.path()).unwrap();
            assert!(!owes(dir.path()));
        }
        assert!(owe(&dir.path().join("nowhere")).is_err());
    }

    #[test]
    fn a_changed_line_is_refused() {
        let dir = tempfile::tempdir().unwrap();
        let path = path(dir.path());
        add(&path, &[entry("a")]).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\\\"before_s\\\":9", "\\\"before_s\\\":8")).unwrap();
        assert!(read(&path).is_err());
    }
}
