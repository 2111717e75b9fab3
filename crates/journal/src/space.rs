//! How much room the disk has left.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::error::Fault;

/// How long an answer of the file system is believed, as others write to the disk as well.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);
/// The share of the reserve that may be written upon one answer.
const CHECK_SHARE: u64 = 16;

/// Refuses to write when the disk is nearly full, so that reports, log-in and trimming still can.
pub(crate) struct Space {
    folder: PathBuf,
    reserve_bytes: u64,
    /// When the file system was asked, and whether less than the reserve was free.
    answer: Option<(Instant, bool)>,
    written_bytes: u64,
}

impl Space {
    pub(crate) fn new(folder: PathBuf, reserve_bytes: u64) -> Space {
        Space { folder, reserve_bytes, answer: None, written_bytes: 0 }
    }

    /// Fails while less than the reserve is free; `coming_bytes` are about to be written.
    pub(crate) fn check(&mut self, coming_bytes: u64) -> Result<(), Fault> {
        self.written_bytes = self.written_bytes.saturating_add(coming_bytes);
        let low = match self.answer {
            Some((at, low))
                if at.elapsed() < CHECK_INTERVAL && self.written_bytes <= self.reserve_bytes / CHECK_SHARE =>
            {
                low
            }
            _ => self.ask()?,
        };
        if low { Err(Fault::Full) } else { Ok(()) }
    }

    /// Whether less than the reserve is free.
    pub(crate) fn ask(&mut self) -> Result<bool, Fault> {
        let answer = rustix::fs::statvfs(&self.folder).map_err(Fault::failed)?;
        let low = answer.f_bavail.saturating_mul(answer.f_frsize) < self.reserve_bytes;
        self.answer = Some((Instant::now(), low));
        self.written_bytes = 0;
        Ok(low)
    }
}
