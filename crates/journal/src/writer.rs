//! The one thread that writes.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, PoisonError};
use std::time::{Duration, Instant};

use crate::anchor::Anchor;
use crate::error::{Error, Fault};
use crate::journal::Shared;
use crate::position::{Position, SchemaId};
use crate::queue::{Append, Control, Work};
use crate::reader::Reader;
use crate::space::Space;
use crate::store::{Committed, Store, Verdict};
use crate::verify::{self, Summary};

/// Pause between two attempts to reopen a file that failed: opening reads all of it.
const REOPEN_INTERVAL: Duration = Duration::from_secs(1);

pub(crate) struct Writer {
    shared: Arc<Shared>,
    path: PathBuf,
    anchor: Anchor,
    space: Space,
    /// Nothing while the file must be reopened.
    store: Option<Store>,
    head: u64,
    fault: Fault,
    reopen_after: Instant,
}

impl Writer {
    pub(crate) fn new(
        shared: Arc<Shared>,
        path: PathBuf,
        anchor: Anchor,
        space: Space,
        store: Store,
        head: u64,
    ) -> Writer {
        let fault = Fault::failed("the file is not open");
        Writer { shared, path, anchor, space, store: Some(store), head, fault, reopen_after: Instant::now() }
    }

    /// Works until the queue is closed and empty, then leaves the file without a log to recover.
    pub(crate) fn run(mut self) -> Result<(), Error> {
        let shared = Arc::clone(&self.shared);
        let _abandon = Abandon(&shared);
        while let Some(work) = shared.queue.take() {
            match work {
                Work::Appends(appends) => self.append(appends),
                Work::Control(control) => self.control(control),
            }
        }
        match self.store.take() {
            // What cannot be copied for lack of space is kept in the log.
            Some(mut store) => store.checkpoint("TRUNCATE").or_else(ignore_full).map_err(|fault| fault.error()),
            None => Err(self.fault.error()),
        }
    }

    fn append(&mut self, appends: Vec<Append>) {
        let result = self.commit(&appends);
        self.shared.queue.release(&appends);
        match result {
            Ok(verdicts) => answer(appends, verdicts),
            Err(fault) => {
                for append in appends {
                    // Nobody is listening any more when the request was cancelled.
                    let _ = append.reply.send(Err(fault.error()));
                }
            }
        }
        // The records are safe in the log. A failure closes the file, and so is told to the next append.
        self.attempt(Store::checkpoint_if_long).unwrap_or_else(|fault| self.fault = fault);
    }

    /// Stores a group and lets readers see it. The records are durable when this returns.
    fn commit(&mut self, appends: &[Append]) -> Result<Vec<Verdict>, Fault> {
        self.space.check(appends.iter().map(|append| append.encoded.len() as u64).sum())?;
        self.reopen()?;
        let next = self.head + 1;
        let Committed { groups, verdicts } = self.attempt(|store| store.append(next, appends))?;
        if let Some(last) = groups.last() {
            self.head = last.last();
            if let Err(error) = self.anchor.write(self.head) {
                // The records are durable all the same; the next append has to make the bound good.
                self.give_up(Fault::failed(error));
            }
        }
        for group in groups {
            self.shared.tail.push(group);
        }
        self.shared.head.send_replace(Position::new(self.head));
        Ok(verdicts)
    }

    fn control(&mut self, control: Control) {
        // Callers of these wait on a channel of their own; one that has gone away needs no answer.
        match control {
            Control::Trim { up_to, reply } => {
                let _ = reply.send(self.trim(up_to).map_err(|fault| fault.error()));
            }
            Control::Expire { now_s, reply } => {
                let result = self.reopen().and_then(|()| self.attempt(|store| store.expire(now_s)));
                let _ = reply.send(result.map_err(|fault| fault.error()));
            }
            Control::Scrub { reply } => {
                let result = self.reopen().and_then(|()| self.attempt(Store::scrub));
                let _ = reply.send(result.map_err(|fault| fault.error()));
            }
            Control::Schema { text, reply } => {
                let _ = reply.send(self.schema(&text));
            }
        }
    }

    fn trim(&mut self, up_to: u64) -> Result<bool, Fault> {
        self.reopen()?;
        let head = self.head;
        let (trimmed, more) = self.attempt(|store| store.trim(up_to, head))?;
        if trimmed > 0 {
            self.shared.trimmed.store(trimmed, Ordering::Release);
            self.shared.tail.trim(trimmed + 1);
        }
        self.attempt(Store::checkpoint_if_long)?;
        if !more && trimmed > 0 {
            let low = self.space.ask()?;
            self.attempt(|store| store.shrink(low).or_else(ignore_full))?;
        }
        Ok(!more)
    }

    fn schema(&mut self, text: &str) -> Result<SchemaId, Error> {
        if let Some(id) = self.shared.known_schema(text) {
            return Ok(id);
        }
        let count = self.shared.schemas.read().unwrap_or_else(PoisonError::into_inner).len();
        let id = SchemaId(u16::try_from(count + 1).map_err(|_| Error::SchemaLimit)?);
        self.reopen().and_then(|()| self.attempt(|store| store.add_schema(id, text))).map_err(|fault| fault.error())?;
        self.shared.schemas.write().unwrap_or_else(PoisonError::into_inner).push((id, text.to_owned()));
        Ok(id)
    }

    /// Does something with the file; after a failure that leaves its state unknown the file is given up.
    fn attempt<T>(&mut self, act: impl FnOnce(&mut Store) -> Result<T, Fault>) -> Result<T, Fault> {
        let Some(store) = &mut self.store else {
            return Err(self.fault.clone());
        };
        let result = act(store);
        if let Err(fault @ Fault::Failed(_)) = &result {
            self.give_up(fault.clone());
        }
        result
    }

    /// A descriptor whose sync has failed is never used again: the system reports such an error once, and forgets the
    /// pages that it could not write.
    fn give_up(&mut self, fault: Fault) {
        self.store = None;
        self.fault = fault;
        self.reopen_after = Instant::now() + REOPEN_INTERVAL;
    }

    /// Opens the file again if it was given up, and verifies it from the first byte to the last.
    fn reopen(&mut self) -> Result<(), Fault> {
        if self.store.is_some() {
            return Ok(());
        }
        if Instant::now() < self.reopen_after {
            return Err(self.fault.clone());
        }
        // The reader's connection shares SQLite's memory of the log, which must be made anew from the file.
        let shared = Arc::clone(&self.shared);
        let mut reader = shared.reader.lock().unwrap_or_else(PoisonError::into_inner);
        *reader = None;
        let opened = verify::open(&self.path, self.head, None)
            .and_then(|(store, summary)| self.anchor.write(summary.head.get()).map(|()| (store, summary)))
            .and_then(|(store, summary)| Ok((store, summary, Reader::open(&self.path)?)));
        match opened {
            Ok((store, summary, opened_reader)) => {
                *reader = Some(opened_reader);
                self.store = Some(store);
                self.adopt(summary);
                Ok(())
            }
            Err(error) => {
                self.give_up(Fault::failed(error));
                Err(self.fault.clone())
            }
        }
    }

    /// A commit that failed may be in the file after all. Its records were not acknowledged, and are kept: their keys
    /// are reserved with them, so that a retry finds them there.
    fn adopt(&mut self, summary: Summary) {
        let head = summary.head.get();
        if head != self.head {
            self.shared.tail.clear();
            self.head = head;
        }
        self.shared.trimmed.store(summary.trimmed.get(), Ordering::Release);
        *self.shared.schemas.write().unwrap_or_else(PoisonError::into_inner) = summary.schemas;
        self.shared.head.send_replace(summary.head);
    }
}

fn answer(appends: Vec<Append>, verdicts: Vec<Verdict>) {
    for (append, verdict) in appends.into_iter().zip(verdicts) {
        // Nobody is listening any more when the request was cancelled.
        let _ = append.reply.send(match verdict {
            Verdict::Stored(last) => Ok(Position::new(last)),
            Verdict::Duplicate(index) => Err(Error::Duplicate(index)),
        });
    }
}

fn ignore_full(fault: Fault) -> Result<(), Fault> {
    match fault {
        Fault::Full => Ok(()),
        failed => Err(failed),
    }
}

/// Tells those who wait when the thread ends, even by a panic.
struct Abandon<'a>(&'a Shared);

impl Drop for Abandon<'_> {
    fn drop(&mut self) {
        self.0.queue.abandon();
    }
}
