//! Recent records in memory, so that following the log needs no reading of the file.

use std::collections::VecDeque;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::group::Group;
use crate::position::Record;
use crate::reader::Batch;

#[derive(Default)]
struct State {
    groups: VecDeque<Group>,
    bytes: usize,
}

/// The last groups without a gap, up to a number of bytes.
pub(crate) struct Tail {
    state: Mutex<State>,
    bytes_max: usize,
}

impl Tail {
    pub(crate) fn new(bytes_max: usize) -> Tail {
        Tail { state: Mutex::default(), bytes_max }
    }

    /// Adds a group that follows the last one.
    pub(crate) fn push(&self, group: Group) {
        let mut state = self.lock();
        state.bytes += group.bytes().len();
        state.groups.push_back(group);
        while state.bytes > self.bytes_max {
            state.drop_first();
        }
    }

    /// Drops groups that end before `first`.
    pub(crate) fn trim(&self, first: u64) {
        let mut state = self.lock();
        while state.groups.front().is_some_and(|group| group.last() < first) {
            state.drop_first();
        }
    }

    pub(crate) fn clear(&self) {
        *self.lock() = State::default();
    }

    /// The records after a position; `None` when the first of them is not here.
    pub(crate) fn read(&self, after: u64, limit_records: usize, limit_bytes: usize) -> Option<Vec<Record>> {
        let state = self.lock();
        if state.groups.front()?.first() > after + 1 {
            return None;
        }
        let start = state.groups.partition_point(|group| group.last() <= after);
        let mut batch = Batch::new(after, limit_records, limit_bytes);
        for group in state.groups.range(start..) {
            if !batch.add(group) {
                break;
            }
        }
        Some(batch.into_records())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn drop_first(&mut self) {
        if let Some(group) = self.groups.pop_front() {
            self.bytes -= group.bytes().len();
        }
    }
}
