//! The lower bound of what was acknowledged, in a file of its own.
//!
//! SQLite ends its log at the first frame that does not check, which is right after a crash in mid-commit and wrong when
//! an acknowledged frame has rotted. The anchor is written after each commit, without a sync: a crash of the process
//! keeps it, a loss of power may set it back, and nothing sets it ahead. It is also what a second process finds locked.

use std::fs::{File, OpenOptions, TryLockError};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use crate::error::Error;

/// Room for the position and its checksum: less than a sector, so that it is never half written.
const ANCHOR_BYTES: usize = 16;

#[derive(Debug)]
pub(crate) struct Anchor {
    file: File,
    path: PathBuf,
}

impl Anchor {
    /// Opens the anchor of the journal at `journal` and locks it for this process.
    pub(crate) fn open(journal: &Path) -> Result<Anchor, Error> {
        let mut path = journal.as_os_str().to_owned();
        path.push("-head");
        let path = PathBuf::from(path);
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(|error| Error::io(&path, error))?;
        match file.try_lock() {
            Ok(()) => Ok(Anchor { file, path }),
            Err(TryLockError::WouldBlock) => Err(Error::Locked(journal.to_path_buf())),
            Err(TryLockError::Error(error)) => Err(Error::io(&path, error)),
        }
    }

    /// The last position known to have been acknowledged; 0 when none is known.
    pub(crate) fn read(&self) -> Result<u64, Error> {
        let io = |error| Error::io(&self.path, error);
        let size_bytes = self.file.metadata().map_err(io)?.len();
        if size_bytes == 0 {
            return Ok(0);
        }
        let mut bytes = [0; ANCHOR_BYTES];
        let damaged = |detail: &str| Error::damaged(&self.path, format!("{detail}; this one file may be deleted"));
        if size_bytes != ANCHOR_BYTES as u64 {
            return Err(damaged("the head has the wrong size"));
        }
        self.file.read_exact_at(&mut bytes, 0).map_err(io)?;
        if bytes == [0; ANCHOR_BYTES] {
            // A file system may lose the content of a new file with the power and keep its size.
            return Ok(0);
        }
        let (position, checksum) = bytes.split_at(8);
        match position.try_into() {
            Ok(position) if encode(u64::from_le_bytes(position))[8..] == *checksum => Ok(u64::from_le_bytes(position)),
            _ => Err(damaged("the checksum of the head does not match")),
        }
    }

    /// Raises the bound to `position`, which must be durable.
    pub(crate) fn write(&self, position: u64) -> Result<(), Error> {
        self.file.write_all_at(&encode(position), 0).map_err(|error| Error::io(&self.path, error))
    }
}

fn encode(position: u64) -> [u8; ANCHOR_BYTES] {
    let mut bytes = [0; ANCHOR_BYTES];
    bytes[..8].copy_from_slice(&position.to_le_bytes());
    bytes[8..].copy_from_slice(&xxh3_64(&position.to_le_bytes()).to_le_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bound_survives_and_a_flipped_bit_is_seen() {
        let folder = tempfile::tempdir().unwrap();
        let journal = folder.path().join("journal");
        let anchor = Anchor::open(&journal).unwrap();
        assert_eq!(anchor.read().unwrap(), 0);
        anchor.write(77).unwrap();
        assert!(matches!(Anchor::open(&journal), Err(Error::Locked(_))));
        assert_eq!(anchor.read().unwrap(), 77);
        for bit in 0..ANCHOR_BYTES * 8 {
            let mut bytes = encode(77);
            bytes[bit / 8] ^= 1 << (bit % 8);
            std::fs::write(&anchor.path, bytes).unwrap();
            assert!(matches!(anchor.read(), Err(Error::Corrupt { .. })), "bit {bit}");
        }
    }
}
