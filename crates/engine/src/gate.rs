use crate::{Error, generation::lock};
use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

/// Questions answered at once. Each holds a connection and competes for one memory limit.
const READERS_MAX: usize = 8;
/// How long a question waits for a place before it is refused, seconds.
const WAIT_MAX_S: u64 = 30;

/// Lets a bounded number of questions in.
pub(crate) struct Gate {
    free: Mutex<usize>,
    freed: Condvar,
}

/// A place taken; given back when dropped.
pub(crate) struct Place<'a> {
    gate: &'a Gate,
}

impl Gate {
    pub(crate) fn new() -> Gate {
        Gate { free: Mutex::new(READERS_MAX), freed: Condvar::new() }
    }

    pub(crate) fn enter(&self) -> Result<Place<'_>, Error> {
        let wait = Duration::from_secs(WAIT_MAX_S);
        let (mut free, _) = self
            .freed
            .wait_timeout_while(lock(&self.free), wait, |free| *free == 0)
            .unwrap_or_else(PoisonError::into_inner);
        *free = free.checked_sub(1).ok_or(Error::Busy)?;
        Ok(Place { gate: self })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        *lock(&self.gate.free) += 1;
        self.gate.freed.notify_one();
    }
}
