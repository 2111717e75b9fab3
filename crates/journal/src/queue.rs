//! What waits for the writer thread, within bounds.

use std::collections::VecDeque;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError, mpsc};

use tokio::sync::oneshot;

use crate::error::Error;
use crate::position::{Position, Reservation, SchemaId};

/// Records per transaction: bounds how long an append waits for the ones that share its commit.
const TRANSACTION_RECORDS_MAX: usize = 10_000;
/// Bytes per transaction, for the same reason.
const TRANSACTION_BYTES_MAX: usize = 4 * 1024 * 1024;

/// Records that are stored together or not at all.
pub(crate) struct Append {
    pub schema: SchemaId,
    pub count: u32,
    pub encoded: Vec<u8>,
    pub keys: Vec<Reservation>,
    pub reply: oneshot::Sender<Result<Position, Error>>,
}

/// Work that is no append. It is not counted: each caller waits for its answer, so there are few.
pub(crate) enum Control {
    /// Remove some of the records up to a position; answers whether all of them are gone.
    Trim { up_to: u64, reply: mpsc::SyncSender<Result<bool, Error>> },
    /// Forget some of the keys that expire before a time; answers how many, and whether these were all.
    Expire { now_s: i64, reply: mpsc::SyncSender<Result<(usize, bool), Error>> },
    /// Leave nothing of removed records in the files; answers whether that was done.
    Scrub { reply: mpsc::SyncSender<Result<bool, Error>> },
    /// Look up or store a schema text.
    Schema { text: String, reply: mpsc::SyncSender<Result<SchemaId, Error>> },
}

pub(crate) enum Work {
    Appends(Vec<Append>),
    Control(Control),
}

enum Job {
    Append(Append),
    Control(Control),
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    bytes: usize,
    records: usize,
    closed: bool,
}

pub(crate) struct Queue {
    state: Mutex<State>,
    ready: Condvar,
    bytes_max: usize,
    records_max: usize,
}

impl Queue {
    pub(crate) fn new(bytes_max: usize, records_max: usize) -> Queue {
        Queue { state: Mutex::default(), ready: Condvar::new(), bytes_max, records_max }
    }

    pub(crate) fn push_append(&self, append: Append) -> Result<(), Error> {
        let (records, bytes) = weight(&append);
        if bytes > self.bytes_max || records > self.records_max {
            return Err(Error::TooLarge { records, bytes });
        }
        let mut state = self.lock();
        if state.closed {
            return Err(Error::Closed);
        }
        if state.bytes + bytes > self.bytes_max || state.records + records > self.records_max {
            return Err(Error::Busy);
        }
        state.bytes += bytes;
        state.records += records;
        state.jobs.push_back(Job::Append(append));
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    pub(crate) fn push_control(&self, control: Control) -> Result<(), Error> {
        let mut state = self.lock();
        if state.closed {
            return Err(Error::Closed);
        }
        state.jobs.push_back(Job::Control(control));
        drop(state);
        self.ready.notify_one();
        Ok(())
    }

    /// Waits for work and takes as many appends as fit into one transaction, at least one. `None` when the queue is
    /// closed and empty.
    pub(crate) fn take(&self) -> Option<Work> {
        let mut state = self.lock();
        while state.jobs.is_empty() {
            if state.closed {
                return None;
            }
            state = self.ready.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        let mut appends = Vec::new();
        let (mut records, mut bytes) = (0, 0);
        while let Some(job) = state.jobs.pop_front() {
            match job {
                Job::Control(control) if appends.is_empty() => return Some(Work::Control(control)),
                Job::Append(append) if appends.is_empty() || fits(&append, records, bytes) => {
                    let weight = weight(&append);
                    records += weight.0;
                    bytes += weight.1;
                    appends.push(append);
                }
                later => {
                    state.jobs.push_front(later);
                    break;
                }
            }
        }
        Some(Work::Appends(appends))
    }

    /// Gives back the room of appends that have been answered. Until then they count as waiting, so that the bound
    /// holds for all that is in memory.
    pub(crate) fn release(&self, appends: &[Append]) {
        let mut state = self.lock();
        for (records, bytes) in appends.iter().map(weight) {
            state.records -= records;
            state.bytes -= bytes;
        }
    }

    /// Takes no more work; what is there is still handed out.
    pub(crate) fn close(&self) {
        self.lock().closed = true;
        self.ready.notify_all();
    }

    /// Drops all work, which tells those who wait that no answer will come.
    pub(crate) fn abandon(&self) {
        let mut state = self.lock();
        state.closed = true;
        state.jobs.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Records and bytes, keys included: an append of keys alone takes room as well.
fn weight(append: &Append) -> (usize, usize) {
    let bytes = append.encoded.len() + append.keys.len() * size_of::<Reservation>();
    (append.count as usize + append.keys.len(), bytes + size_of::<Append>())
}

fn fits(append: &Append, records: usize, bytes: usize) -> bool {
    let weight = weight(append);
    records + weight.0 <= TRANSACTION_RECORDS_MAX && bytes + weight.1 <= TRANSACTION_BYTES_MAX
}
