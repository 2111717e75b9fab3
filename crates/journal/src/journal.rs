//! The handle that the rest of the program holds.

use std::future::Future;
use std::path::Path;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, RwLock, mpsc};
use std::task::{Context, Poll};
use std::thread::JoinHandle;

use tokio::sync::{oneshot, watch};

use crate::anchor::Anchor;
use crate::error::Error;
use crate::group::Records;
use crate::position::{Position, Record, Reservation, SchemaId};
use crate::queue::{Append, Control, Queue};
use crate::reader::{Batch, Reader};
use crate::space::Space;
use crate::tail::Tail;
use crate::verify;
use crate::writer::Writer;

/// What may wait to be written: more would only be waited for longer than a client does.
const QUEUE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The same as a number of records, as small ones cost more than their bytes.
const QUEUE_RECORDS_MAX: usize = 100_000;
/// Recent records kept in memory: some seconds at full speed. Whoever is further behind reads the file.
const TAIL_BYTES_MAX: usize = 24 * 1024 * 1024;
/// Space that tracking leaves to the rest of the server.
const RESERVE_BYTES: u64 = 256 * 1024 * 1024;

/// How a journal is opened.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Appends are refused while the disk has less free space than this, in bytes.
    pub reserve_bytes: u64,
    /// Bytes that may wait to be written.
    pub queue_bytes_max: usize,
    /// Records that may wait to be written.
    pub queue_records_max: usize,
    /// Bytes of recent records that are kept in memory.
    pub tail_bytes_max: usize,
    /// The last position that the caller has already applied. A file that ends before it is damaged; a new file begins
    /// after it.
    pub applied: Position,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            reserve_bytes: RESERVE_BYTES,
            queue_bytes_max: QUEUE_BYTES_MAX,
            queue_records_max: QUEUE_RECORDS_MAX,
            tail_bytes_max: TAIL_BYTES_MAX,
            applied: Position::START,
        }
    }
}

/// What the handles, the readers and the writer thread share.
pub(crate) struct Shared {
    pub queue: Queue,
    pub tail: Tail,
    pub head: watch::Sender<Position>,
    pub trimmed: AtomicU64,
    pub schemas: RwLock<Vec<(SchemaId, String)>>,
    pub reader: Mutex<Option<Reader>>,
}

impl Shared {
    pub(crate) fn known_schema(&self, text: &str) -> Option<SchemaId> {
        let schemas = self.schemas.read().unwrap_or_else(PoisonError::into_inner);
        schemas.iter().find(|(_, known)| known == text).map(|(id, _)| *id)
    }
}

/// An open journal. Clones share it; the last one to go closes it, which blocks.
#[derive(Clone)]
pub struct Journal {
    inner: Arc<Inner>,
}

struct Inner {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<Result<(), Error>>>>,
}

impl Journal {
    /// Opens the journal at `path`, or makes a new one there. Blocks while every record is verified. A commit that a
    /// crash cut short is dropped; damage is [`Error::Corrupt`] and changes nothing.
    pub fn open(path: &Path, options: Options) -> Result<Journal, Error> {
        let anchor = Anchor::open(path)?;
        let (applied, known) = (options.applied.get(), anchor.read()?);
        // A new file must not cover up that the old one got lost with records that nobody has applied.
        let begin_after = (known <= applied).then_some(applied);
        let (store, summary) = verify::open(path, known.max(applied), begin_after)?;
        anchor.write(summary.head.get())?;
        let shared = Arc::new(Shared {
            queue: Queue::new(options.queue_bytes_max, options.queue_records_max),
            tail: Tail::new(options.tail_bytes_max),
            head: watch::Sender::new(summary.head),
            trimmed: AtomicU64::new(summary.trimmed.get()),
            schemas: RwLock::new(summary.schemas),
            reader: Mutex::new(Some(Reader::open(path)?)),
        });
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let space = Space::new(folder.to_path_buf(), options.reserve_bytes);
        let writer = Writer::new(Arc::clone(&shared), path.to_path_buf(), anchor, space, store, summary.head.get());
        let thread = std::thread::Builder::new()
            .name("journal".to_owned())
            .spawn(move || writer.run())
            .map_err(|error| Error::io(path, error))?;
        Ok(Journal { inner: Arc::new(Inner { shared, thread: Mutex::new(Some(thread)) }) })
    }

    /// Appends records, all or none. They are on their way when this returns; the answer, the position of the last of
    /// them, comes when they are on the disk. Dropping the answer does not take them back. No records are answered
    /// with the head.
    pub fn append<R: AsRef<[u8]>>(&self, schema: SchemaId, records: &[R]) -> Ack {
        self.append_with_keys(schema, records, &[])
    }

    /// Like [`Journal::append`], and reserves keys along with it. When one of them is taken, nothing is stored and the
    /// answer is [`Error::Duplicate`] with its index. Without records nothing is reserved.
    pub fn append_with_keys<R: AsRef<[u8]>>(&self, schema: SchemaId, records: &[R], keys: &[Reservation]) -> Ack {
        self.append_records(schema, records.iter().collect(), keys)
    }

    /// The same with records that were written for it.
    pub fn append_records(&self, schema: SchemaId, records: Records, keys: &[Reservation]) -> Ack {
        if records.is_empty() {
            return Ack(State::Known(Some(Ok(self.head()))));
        }
        let (reply, receiver) = oneshot::channel();
        let too_large = Error::TooLarge { records: records.len(), bytes: usize::MAX };
        let append = match records.finish() {
            Some((encoded, count)) => Append { schema, count, encoded, keys: keys.to_vec(), reply },
            None => return Ack(State::Known(Some(Err(too_large)))),
        };
        match self.inner.shared.queue.push_append(append) {
            Ok(()) => Ack(State::Waiting(receiver)),
            Err(error) => Ack(State::Known(Some(Err(error)))),
        }
    }

    /// The id of a schema text, which says how to read the records appended under it. The same text always has the same
    /// id; a new text is stored durably first. Blocks then.
    pub fn schema(&self, columns: &str) -> Result<SchemaId, Error> {
        match self.inner.shared.known_schema(columns) {
            Some(id) => Ok(id),
            None => self.ask(|reply| Control::Schema { text: columns.to_owned(), reply }),
        }
    }

    /// The text behind an id; `None` for the id of another journal.
    pub fn schema_text(&self, id: SchemaId) -> Option<String> {
        let schemas = self.inner.shared.schemas.read().unwrap_or_else(PoisonError::into_inner);
        schemas.iter().find(|(known, _)| *known == id).map(|(_, text)| text.clone())
    }

    /// The records that follow `after`, in order and without a gap, up to both limits but at least one; empty when
    /// there are none yet. Recent ones come from memory, older ones from the file, for which this blocks.
    pub fn read(&self, after: Position, limit_records: usize, limit_bytes: usize) -> Result<Vec<Record>, Error> {
        let shared = &self.inner.shared;
        let (after, head) = (after.get(), self.head().get());
        if after >= head {
            return Ok(Vec::new());
        }
        if let Some(records) = shared.tail.read(after, limit_records, limit_bytes) {
            return Ok(records);
        }
        let reader = shared.reader.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(reader) = reader.as_ref() else {
            return Err(Error::Failed { cause: "the file is being reopened".into() });
        };
        let result = reader.read(after, head, Batch::new(after, limit_records, limit_bytes));
        let trimmed = shared.trimmed.load(Ordering::Acquire);
        if after < trimmed { Err(Error::Trimmed { trimmed: Position::new(trimmed) }) } else { result }
    }

    /// The position of the last durable record.
    pub fn head(&self) -> Position {
        *self.inner.shared.head.borrow()
    }

    /// Tells when [`Journal::head`] moves.
    pub fn subscribe(&self) -> watch::Receiver<Position> {
        self.inner.shared.head.subscribe()
    }

    /// The last position that was trimmed; [`Journal::read`] can start there.
    pub fn trimmed(&self) -> Position {
        Position::new(self.inner.shared.trimmed.load(Ordering::Acquire))
    }

    /// Removes records up to a position. Those that share a row with a later one stay until that one goes. Blocks.
    pub fn trim(&self, up_to: Position) -> Result<(), Error> {
        while !self.ask(|reply| Control::Trim { up_to: up_to.get(), reply })? {}
        Ok(())
    }

    /// Leaves nothing of trimmed records in the files. False when that would take longer than an append may wait: they may
    /// still be read from the files then. Blocks.
    pub fn scrub(&self) -> Result<bool, Error> {
        self.ask(|reply| Control::Scrub { reply })
    }

    /// Forgets the keys that expire at `now_s` (Unix time, seconds) or before; answers how many. A key is in force until
    /// this removes it. Blocks.
    pub fn expire_keys(&self, now_s: i64) -> Result<usize, Error> {
        let mut expired = 0;
        loop {
            let (removed, more) = self.ask(|reply| Control::Expire { now_s, reply })?;
            expired += removed;
            if !more {
                return Ok(expired);
            }
        }
    }

    /// Writes a copy of the journal as it is now to `to`, which must not exist. Blocks; appends go on meanwhile.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        let reader = self.inner.shared.reader.lock().unwrap_or_else(PoisonError::into_inner);
        reader.as_ref().ok_or(Error::Closed)?.copy(to)
    }

    /// Takes no more appends, writes those that wait, and closes the file, also for the other handles. Blocks. The
    /// error tells that the file was not left in order; what was acknowledged is safe all the same.
    pub fn close(self) -> Result<(), Error> {
        self.inner.stop()
    }

    /// Lets the writer thread do something between two commits.
    fn ask<T>(&self, control: impl FnOnce(mpsc::SyncSender<Result<T, Error>>) -> Control) -> Result<T, Error> {
        let (reply, answer) = mpsc::sync_channel(1);
        self.inner.shared.queue.push_control(control(reply))?;
        answer.recv().map_err(|_| Error::Closed)?
    }
}

impl Inner {
    fn stop(&self) -> Result<(), Error> {
        self.shared.queue.close();
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        let result = match thread.map(JoinHandle::join) {
            Some(Ok(result)) => result,
            Some(Err(_)) => Err(Error::Failed { cause: "the writer thread has panicked".into() }),
            None => Ok(()),
        };
        *self.shared.reader.lock().unwrap_or_else(PoisonError::into_inner) = None;
        result
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        // Whoever wants to know how closing went calls `close`; acknowledged records are safe either way.
        let _ = self.stop();
    }
}

/// The answer to an append, to be awaited.
#[must_use = "an append is acknowledged only by its answer"]
pub struct Ack(State);

enum State {
    /// Taken out when it is told.
    Known(Option<Result<Position, Error>>),
    Waiting(oneshot::Receiver<Result<Position, Error>>),
}

impl Future for Ack {
    type Output = Result<Position, Error>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        match &mut self.0 {
            State::Known(answer) => Poll::Ready(answer.take().unwrap_or(Err(Error::Closed))),
            State::Waiting(receiver) => {
                Pin::new(receiver).poll(context).map(|answer| answer.unwrap_or(Err(Error::Closed)))
            }
        }
    }
}
