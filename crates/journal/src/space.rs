//! How much room the disk has left.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::error::Fault;

/// How long an answer of the file system is believed: asking at each commit costs a call, and a second of writing at
/// full speed is far less than the reserve.
const CHECK_INTERVAL: Duration = Duration::from_secs(1);

/// Refuses to write when the disk is nearly full, so that reports, log-in and trimming still can.
pub(crate) struct Space {
    folder: PathBuf,
    reserve_bytes: u64,
    checked: Option<(Instant, bool)>,
}

impl Space {
    pub(crate) fn new(folder: PathBuf, reserve_bytes: u64) -> Space {
        Space { folder, reserve_bytes, checked: None }
    }

    /// Fails while less than the reserve is free.
    pub(crate) fn check(&mut self) -> Result<(), Fault> {
        let low = match self.checked {
            Some((at, low)) if at.elapsed() < CHECK_INTERVAL => low,
            _ => {
                let answer = rustix::fs::statvfs(&self.folder).map_err(Fault::failed)?;
                let low = answer.f_bavail.saturating_mul(answer.f_frsize) < self.reserve_bytes;
                self.checked = Some((Instant::now(), low));
                low
            }
        };
        if low { Err(Fault::Full) } else { Ok(()) }
    }
}
