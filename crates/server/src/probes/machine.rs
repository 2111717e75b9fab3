//! The machine: files, process, room, clock.

use crate::{app::App, instance::Files};
use makoto_features::{
    core_admin_home::outbound::TIME_SERVER,
    probes::{Clock, FileMode, Known, Process, Room},
    services::now_s,
};
use makoto_identity::outbound::Outbound;
use std::{
    fs,
    net::{SocketAddr, UdpSocket},
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
    time::{Duration, SystemTime},
};

/// Files that are looked at; a data folder has about ten.
const FILES_MAX: usize = 1_000;
/// The last nine bits of a file's mode: what owner, group and others may do.
const RIGHTS: u32 = 0o777;
const TIME_WAIT_MAX: Duration = Duration::from_secs(1);
/// Seconds between 1900, from which NTP counts, and 1970.
const NTP_EPOCH_S: i64 = 2_208_988_800;
const NTP_BYTES: usize = 48;
/// Where systemd notes that it has set the clock.
const SYNCHRONISED: &str = "/run/systemd/timesync/synchronized";
const DAY_S: i64 = 24 * 60 * 60;
/// How long the growth must be watched before it says anything, in seconds.
const GROWTH_WATCHED_S: i64 = 60 * 60;

fn told(path: &Path) -> impl Fn(std::io::Error) -> String {
    let path = path.display().to_string();
    move |fault| format!("{path}: {fault}")
}

/// What was found, or nothing where it is gone: files come and go while the server runs.
fn unless_gone<T>(found: std::io::Result<T>) -> std::io::Result<Option<T>> {
    match found {
        Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(None),
        found => found.map(Some),
    }
}

/// Every file of the data folder with its rights.
pub fn files(dir: &Path) -> Known<Vec<FileMode>> {
    let mut found = Vec::new();
    let mut waiting = vec![dir.to_owned()];
    while let Some(path) = waiting.pop() {
        let Some(metadata) = unless_gone(fs::symlink_metadata(&path)).map_err(told(&path))? else { continue };
        if metadata.file_type().is_symlink() {
            continue;
        }
        let name = path.strip_prefix(dir).unwrap_or(&path).display().to_string();
        found.push(FileMode {
            path: if name.is_empty() { ".".to_owned() } else { name },
            mode: metadata.permissions().mode() & RIGHTS,
            is_folder: metadata.is_dir(),
        });
        if found.len() >= FILES_MAX {
            return Err(format!("{} holds more than {FILES_MAX} files", dir.display()));
        }
        if metadata.is_dir() {
            for entry in unless_gone(fs::read_dir(&path)).map_err(told(&path))?.into_iter().flatten() {
                waiting.push(entry.map_err(told(&path))?.path());
            }
        }
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(found)
}

/// Gives a file of the data folder these rights, unless it is gone.
///
/// # Errors
/// For a path outside, or when the system refuses.
pub fn set_mode(dir: &Path, path: &str, mode: u32) -> Known<()> {
    let inside = Path::new(path);
    let plain =
        inside.components().all(|part| matches!(part, std::path::Component::Normal(_) | std::path::Component::CurDir));
    let target = dir.join(inside);
    let no_file = || format!("{path} is no file of the data folder");
    if !plain {
        return Err(no_file());
    }
    let Some(metadata) = unless_gone(fs::symlink_metadata(&target)).map_err(told(&target))? else { return Ok(()) };
    if metadata.file_type().is_symlink() {
        return Err(no_file());
    }
    let set = fs::set_permissions(&target, fs::Permissions::from_mode(mode & RIGHTS));
    unless_gone(set).map_err(told(&target)).map(drop)
}

/// The process as the system sees it.
pub fn process() -> Known<Process> {
    let status = Path::new("/proc/self/status");
    let text = fs::read_to_string(status).map_err(told(status))?;
    let field = |name: &str| text.lines().find_map(|line| line.strip_prefix(name)).map(str::trim);
    let uid = field("Uid:").and_then(|uids| uids.split_whitespace().nth(1)?.parse().ok());
    let mounts = Path::new("/proc/self/mounts");
    let mounts = fs::read_to_string(mounts).map_err(told(mounts))?;
    let root = mounts.lines().rev().find(|line| line.split_whitespace().nth(1) == Some("/"));
    let read_only = root
        .and_then(|line| line.split_whitespace().nth(3))
        .is_some_and(|options| options.split(',').any(|one| one == "ro"));
    Ok(Process {
        uid: uid.ok_or("the system does not tell the user of the process")?,
        no_new_privileges: field("NoNewPrivs:") == Some("1"),
        root_read_only: read_only,
    })
}

/// The size of the stores when the server started, to see how fast they grow.
#[derive(Default)]
pub struct Growth(Mutex<Option<(i64, u64)>>);

fn size_bytes(dir: &Path) -> u64 {
    let mut bytes = 0;
    let mut waiting: Vec<PathBuf> = vec![dir.to_owned()];
    while let Some(folder) = waiting.pop() {
        for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
            match entry.metadata() {
                Ok(metadata) if metadata.is_dir() => waiting.push(entry.path()),
                Ok(metadata) => bytes += metadata.len(),
                Err(_) => {}
            }
        }
    }
    bytes
}

impl Growth {
    /// What the folder grew by in a day, once it was watched for an hour.
    fn of(&self, dir: &Path, now_s: i64) -> Option<u64> {
        let size = size_bytes(dir);
        let mut first = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (since_s, before) = *first.get_or_insert((now_s, size));
        let watched_s = now_s - since_s;
        let grown = size.saturating_sub(before);
        (watched_s >= GROWTH_WATCHED_S).then(|| grown.saturating_mul(DAY_S as u64) / watched_s as u64)
    }
}

/// How much room there is, and whether hits are safe.
pub fn room(app: &App, dir: &Path) -> Known<Room> {
    let answer = rustix::fs::statvfs(dir).map_err(|fault| fault.to_string())?;
    let journal = makoto_journal::inspect(&Files::new(dir).journal()).map_err(|fault| fault.to_string())?;
    Ok(Room {
        free_bytes: answer.f_bavail.saturating_mul(answer.f_frsize),
        whole_bytes: answer.f_blocks.saturating_mul(answer.f_frsize),
        growth_bytes: app.growth.of(dir, now_s()),
        synced: journal.synced,
        journal_fault: journal.fault,
    })
}

/// How far the clock is off.
pub fn clock(app: &App) -> Known<Clock> {
    let server = app.services.meta.snapshot().setting(&TIME_SERVER);
    if server.is_empty() {
        return match Path::new(SYNCHRONISED).exists() {
            true => Ok(Clock { off_ms: 0, source: "the machine's time service".to_owned() }),
            false => Err("no time server is named, and the machine tells of no time service".to_owned()),
        };
    }
    let target = Outbound::of(&app.services.meta.snapshot()).and_then(|outbound| outbound.resolve_place(&server));
    let off_ms = target.and_then(ask_time).map_err(|fault| format!("{server}: {fault}"))?;
    Ok(Clock { off_ms, source: server })
}

fn ms_since_1970() -> i64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_millis() as i64)
}

/// One question by SNTP (RFC 4330): how many milliseconds the clock is ahead.
fn ask_time(target: SocketAddr) -> Result<i64, String> {
    let text = |fault: std::io::Error| fault.to_string();
    let own = if target.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(own).map_err(text)?;
    socket.set_read_timeout(Some(TIME_WAIT_MAX)).map_err(text)?;
    socket.connect(target).map_err(text)?;
    let mut packet = [0_u8; NTP_BYTES];
    // Version 4, client.
    packet[0] = 0x23;
    let asked_ms = ms_since_1970();
    socket.send(&packet).map_err(text)?;
    let got = socket.recv(&mut packet).map_err(text)?;
    let answered_ms = ms_since_1970();
    if got < NTP_BYTES || packet[0] & 7 != 4 || packet[1] == 0 {
        return Err("this is no answer of a time server".to_owned());
    }
    let part = |at: usize| u32::from_be_bytes([packet[at], packet[at + 1], packet[at + 2], packet[at + 3]]);
    let sent_ms = (i64::from(part(40)) - NTP_EPOCH_S) * 1000 + ((u64::from(part(44)) * 1000) >> 32) as i64;
    Ok((asked_ms + answered_ms) / 2 - sent_ms)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_that_go_while_they_are_looked_at_are_no_fault() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("kept"), "").unwrap();
        fs::write(dir.path().join("gone"), "").unwrap();
        assert_eq!(files(dir.path()).unwrap().len(), 3);
        fs::remove_file(dir.path().join("gone")).unwrap();
        assert_eq!(set_mode(dir.path(), "gone", 0o600), Ok(()));
        assert_eq!(set_mode(dir.path(), "kept", 0o600), Ok(()));
        let kept = files(dir.path()).unwrap().into_iter().find(|file| file.path == "kept").unwrap();
        assert_eq!(kept.mode, 0o600);
        assert!(set_mode(dir.path(), "../kept", 0o644).is_err());
        assert!(files(&dir.path().join("gone")).unwrap().is_empty());
    }
}
