//! The straight line right of the journal: hits are folded into visits, and what that changes goes to the engine.
//! One thread does it all, so the order of the journal is the order of everything.

use crate::commands::Failure;
use makoto_catalog::Catalog;
use makoto_engine::Engine;
use makoto_journal::{Journal, Position, Record, SchemaId};
use makoto_model::{Day, Delta, Hit, Row, SiteId};
use makoto_query::Query;
use makoto_tracking::{Fold, History, Overflow, history::HistoryError};
use std::{
    collections::VecDeque,
    path::{Path, PathBuf},
    sync::{
        Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::watch;

/// Hits folded and given to the engine at once: enough that a transaction costs little for each, few enough that one
/// batch takes well under a second and some 20 MiB: twice as many cost a twentieth less, and memory beyond its promise
/// where each hit brings new texts.
const BATCH_RECORDS_MAX: usize = 10_000;
/// Bytes of hits folded at once.
const FOLD_BYTES_MAX: usize = 8 * 1024 * 1024;
/// How long hits may wait for more to be folded together with them, unless a question asks for them.
const LINGER: Duration = Duration::from_millis(1000);
/// With this many hits waiting, nothing is gained by waiting longer.
const LINGER_RECORDS_MAX: u64 = 10_000;
/// Pause between two times that the thread is told of new hits.
const NUDGE_PAUSE: Duration = Duration::from_millis(10);
/// How long a question waits for the hits acknowledged before it.
const FRESH_WAIT_MAX: Duration = Duration::from_secs(1);
/// Pause after a failure of a store, before it is tried again.
const RETRY: Duration = Duration::from_secs(1);

/// How long a stop goes on folding what waits in the journal. What is left then is folded after the next start: after a
/// large import that takes longer than a stop may.
const REST_WAIT_MAX: Duration = Duration::from_secs(2);

/// Something to do with the fold between two batches, when the engine has every delta. After a failure the fold is
/// opened anew.
type Act = Box<dyn FnOnce(&mut Fold) -> Result<(), Failure> + Send>;

/// What the other threads see of the pipeline.
pub struct Flow {
    wanted: Mutex<u64>,
    wake: Condvar,
    /// Since when the server stops.
    stop: OnceLock<Instant>,
    applied: watch::Sender<u64>,
    /// Held while a batch goes through; who holds it sees all stores at the same point.
    still: Mutex<()>,
    /// Acts on stored data that wait for their turn between two batches.
    acts: Mutex<VecDeque<Act>>,
    pub folded_hits: AtomicU64,
    pub folded_texts: AtomicU64,
    pub failures: AtomicU64,
    /// Why hits are not counted now.
    fault: Mutex<Option<String>>,
}

impl Flow {
    /// Why hits are not counted at the moment; nothing while they are.
    pub fn fault(&self) -> Option<String> {
        self.fault.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_fault(&self, fault: Option<String>) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }

    /// Keeps the stores right of the journal as they are, until dropped. Hits go on being acknowledged. Blocks until
    /// the batch under way is through.
    pub fn pause(&self) -> MutexGuard<'_, ()> {
        self.still.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn hold(&self) -> MutexGuard<'_, u64> {
        self.wanted.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server stops: what fails from now on is done at its next start.
    pub fn stops(&self) -> bool {
        self.stop.get().is_some()
    }

    /// What is left to fold is left for the next start.
    fn is_over(&self) -> bool {
        self.stop.get().is_some_and(|since| since.elapsed() >= REST_WAIT_MAX)
    }

    /// The position up to which reports count every hit.
    pub fn applied(&self) -> u64 {
        *self.applied.borrow()
    }

    /// Waits until reports count every hit up to this position; false when that took too long.
    pub async fn fresh(&self, position: u64) -> bool {
        if self.applied() >= position {
            return true;
        }
        {
            let mut wanted = self.hold();
            *wanted = (*wanted).max(position);
        }
        self.wake.notify_all();
        let mut applied = self.applied.subscribe();
        let wait = applied.wait_for(|applied| *applied >= position);
        matches!(tokio::time::timeout(FRESH_WAIT_MAX, wait).await, Ok(Ok(_)))
    }

    /// As `fresh`, however long that takes.
    ///
    /// # Errors
    /// When the server stops before.
    pub async fn counted(&self, position: u64) -> Result<(), Failure> {
        let mut seconds = 0_u64;
        while !self.fresh(position).await {
            if self.stops() {
                return Err(Failure::Data("the server stops; the work goes on at its next start".to_owned()));
            }
            if seconds.is_multiple_of(60) {
                let waiting = position.saturating_sub(self.applied());
                tracing::info!(waiting, "work on stored data begins once these hits are counted");
            }
            seconds += FRESH_WAIT_MAX.as_secs();
        }
        Ok(())
    }

    /// Does something with the fold between two batches; hits go on being acknowledged meanwhile.
    ///
    /// # Errors
    /// What the act failed with, or that the pipeline stopped before.
    pub async fn act<T: Send + 'static>(
        &self,
        act: impl FnOnce(&mut Fold) -> Result<T, Failure> + Send + 'static,
    ) -> Result<T, Failure> {
        let (tell, told) = tokio::sync::oneshot::channel();
        let act: Act = Box::new(move |fold| {
            let done = act(fold);
            let outcome = match &done {
                Ok(_) => Ok(()),
                Err(_) => Err(Failure::Data("an act on stored data failed; the fold is opened anew".to_owned())),
            };
            // Whoever asked may have gone away; the act is done all the same.
            let _ = tell.send(done);
            outcome
        });
        {
            // The thread looks for acts under this lock before it waits, so none is overlooked.
            let _wanted = self.hold();
            self.acts.lock().unwrap_or_else(PoisonError::into_inner).push_back(act);
        }
        self.wake.notify_all();
        told.await.map_err(|_| Failure::Data("the server stops; the work goes on at its next start".to_owned()))?
    }

    fn next_act(&self) -> Option<Act> {
        self.acts.lock().unwrap_or_else(PoisonError::into_inner).pop_front()
    }

    fn acts_wait(&self) -> bool {
        !self.acts.lock().unwrap_or_else(PoisonError::into_inner).is_empty()
    }

    /// Counts the texts that count as others, and says once a day which site sends so many.
    fn note(&self, overflows: &[Overflow]) {
        for Overflow { site, day, dictionary, texts, is_first } in overflows {
            self.folded_texts.fetch_add(*texts, Ordering::Relaxed);
            if *is_first {
                tracing::warn!(%site, %day, dictionary, "new texts count as Others; see new_texts_max");
            }
        }
    }

    /// Tells the thread that hits were appended.
    fn nudge(&self) {
        self.wake.notify_all();
    }
}

/// Says so when the thread panics: then nothing is counted until the next start.
struct Told<'a>(&'a Flow);

impl Drop for Told<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.set_fault(Some("the fold's thread panicked; see the log, then restart".to_owned()));
        }
    }
}

struct Past(Engine);

impl History for Past {
    fn partition(&self, site: SiteId, day: Day, since_s: i64, after: i64, most: u32) -> Result<Vec<Row>, HistoryError> {
        Ok(self.0.partition((site, day), since_s, after, most)?)
    }

    fn page_views(&self, after: u64) -> Result<Vec<Row>, HistoryError> {
        Ok(self.0.page_views(after)?)
    }

    fn applied(&self) -> u64 {
        self.0.applied()
    }
}

/// Everything the thread works on.
pub struct Pipeline {
    pub journal: Journal,
    pub engine: Engine,
    pub query: Arc<Query>,
    pub catalog: Arc<Catalog>,
    pub fold_path: PathBuf,
    /// New texts that a day of a site may bring to each dictionary.
    pub new_texts_max: u32,
}

/// A running pipeline.
pub struct Handle {
    pub flow: Arc<Flow>,
    thread: std::thread::JoinHandle<()>,
    waker: tokio::task::JoinHandle<()>,
}

/// Opens the fold, which reads visits back from the engine.
///
/// # Errors
/// When its file cannot be read.
pub fn open_fold(path: &Path, catalog: &Arc<Catalog>, engine: &Engine) -> Result<Fold, Failure> {
    Ok(Fold::open(path, catalog.clone(), Box::new(Past(engine.clone())))?)
}

impl Pipeline {
    /// Starts the thread with a fold that was opened.
    ///
    /// # Errors
    /// When the thread cannot be started.
    pub fn start(self, fold: Fold) -> Result<Handle, Failure> {
        let flow = Arc::new(Flow {
            wanted: Mutex::new(0),
            wake: Condvar::new(),
            stop: OnceLock::new(),
            applied: watch::Sender::new(0),
            still: Mutex::new(()),
            acts: Mutex::default(),
            folded_hits: AtomicU64::new(0),
            folded_texts: AtomicU64::new(0),
            failures: AtomicU64::new(0),
            fault: Mutex::default(),
        });
        let waker = tokio::spawn(wake_on_append(self.journal.clone(), flow.clone()));
        let thread = {
            let flow = flow.clone();
            let run = move || {
                let _told = Told(&flow);
                self.run(fold, &flow);
            };
            std::thread::Builder::new().name("fold".to_owned()).spawn(run)
        };
        let thread =
            thread.map_err(|fault| Failure::Data(format!("the fold's thread could not be started: {fault}")))?;
        Ok(Handle { flow, thread, waker })
    }

    fn run(&self, fold: Fold, flow: &Flow) {
        let limit = |fold: Fold| fold.with_new_texts_max(self.new_texts_max);
        let mut fold = Some(limit(fold));
        loop {
            let done = match fold.take() {
                Some(fold) => Ok(fold),
                None => open_fold(&self.fold_path, &self.catalog, &self.engine).map(limit),
            };
            match done.and_then(|mut open| self.step(&mut open, flow).map(|go_on| (open, go_on))) {
                Ok((open, true)) => {
                    flow.set_fault(None);
                    fold = Some(open);
                }
                Ok((_, false)) => return,
                Err(failure) => {
                    flow.set_fault(Some(failure.to_string()));
                    tracing::error!(
                        failure = failure.told(),
                        "hits could not be folded; they are safe in the journal and tried again"
                    );
                    flow.failures.fetch_add(1, Ordering::Relaxed);
                    if flow.stops() {
                        return;
                    }
                    std::thread::sleep(RETRY);
                }
            }
        }
    }

    /// One batch, or a wait for one; false when it is time to stop.
    fn step(&self, fold: &mut Fold, flow: &Flow) -> Result<bool, Failure> {
        let still = flow.pause();
        self.hand_over(fold, &[])?;
        if let Some(act) = flow.next_act() {
            act(fold)?;
        }
        drop(still);
        let position = fold.position();
        flow.applied.send_replace(position);
        let head = self.journal.head().get();
        if head <= position {
            if flow.stops() {
                return Ok(false);
            }
            self.trim(fold);
            self.engine.rest();
            let wanted = flow.hold();
            // Who wants to see hits of this moment may have said so meanwhile.
            if !flow.acts_wait() && *wanted <= position {
                drop(flow.wake.wait_timeout(wanted, LINGER));
            }
            return Ok(true);
        }
        if flow.is_over() {
            tracing::info!(hits = head - position, "hits wait in the journal for the next start");
            return Ok(false);
        }
        self.linger(flow, position);
        let still = flow.pause();
        let deltas = self.fold(fold, flow)?;
        self.hand_over(fold, &deltas)?;
        drop(still);
        flow.applied.send_replace(fold.position());
        self.trim(fold);
        Ok(true)
    }

    /// Lets the journal forget what is folded. Where that fails nothing is wrong but that it takes room.
    fn trim(&self, fold: &Fold) {
        if let Err(fault) = self.journal.trim(Position::new(fold.position())) {
            tracing::error!(%fault, "what is counted stays in the journal for now");
        }
    }

    /// Folds what waits in the journal, as much as goes to the engine at once.
    fn fold(&self, fold: &mut Fold, flow: &Flow) -> Result<Vec<Delta>, Failure> {
        let (mut deltas, mut folded) = (Vec::new(), 0);
        let own_id = self.journal.schema(&self.catalog.hit_schema())?;
        // What comes meanwhile gathers for the next batch.
        let until = self.journal.head().get();
        while folded < BATCH_RECORDS_MAX && fold.position() < until {
            let records = self.journal.read(Position::new(fold.position()), BATCH_RECORDS_MAX, FOLD_BYTES_MAX)?;
            let Some(last) = records.last().map(|record| record.position.get()) else { break };
            let hit = |record: &Record| self.decode(record, own_id).map(|hit| (record.position.get(), hit));
            deltas.extend(fold.apply_each(last, records.iter().map(hit))?);
            folded += records.len();
            flow.folded_hits.fetch_add(records.len() as u64, Ordering::Relaxed);
            flow.note(&fold.take_overflows());
        }
        Ok(deltas)
    }

    /// Lets hits gather, unless somebody asks for them or the server stops.
    fn linger(&self, flow: &Flow, position: u64) {
        let until = Instant::now() + LINGER;
        loop {
            let wanted = flow.hold();
            let left = until.saturating_duration_since(Instant::now());
            let many = self.journal.head().get() - position >= LINGER_RECORDS_MAX;
            if *wanted > position || many || flow.acts_wait() || left.is_zero() || flow.stops() {
                return;
            }
            drop(flow.wake.wait_timeout(wanted, left));
        }
    }

    /// Gives the engine every delta that it lacks, and lets the reports know what changed. The fold keeps deltas until the
    /// engine's file has them.
    fn hand_over(&self, fold: &mut Fold, fresh: &[Delta]) -> Result<(), Failure> {
        self.apply(fold, fresh)?;
        Ok(fold.forget(self.engine.written())?)
    }

    fn apply(&self, fold: &Fold, fresh: &[Delta]) -> Result<(), Failure> {
        let applied = self.engine.applied();
        let stored;
        let waiting = match fresh {
            [first, ..] if first.number == applied + 1 => fresh,
            _ => {
                stored = fold.pending(applied, usize::MAX)?;
                &stored
            }
        };
        if waiting.is_empty() {
            return Ok(());
        }
        let done = self.engine.apply(waiting);
        // Also after a fault, which may be one of writing alone.
        for delta in waiting {
            self.query.touch(&delta.touched);
        }
        Ok(done?)
    }

    fn decode(&self, record: &Record, own_id: SchemaId) -> Result<Hit, Failure> {
        let hit = match record.schema == own_id {
            true => Hit::decode(&record.payload),
            false => {
                let schema = self.journal.schema_text(record.schema).unwrap_or_default();
                makoto_tracking::read_older(&record.payload, &schema, &self.catalog)
            }
        };
        hit.map_err(|fault| Failure::Data(format!("record {} of the journal: {fault}", record.position)))
    }
}

/// Passes the journal's news on to the thread, which waits on a lock and not on a task. The first of them at once: under
/// load there are some hundreds in a second, and the thread only looks whether enough have come.
async fn wake_on_append(journal: Journal, flow: Arc<Flow>) {
    let mut head = journal.subscribe();
    while head.changed().await.is_ok() {
        flow.nudge();
        tokio::time::sleep(NUDGE_PAUSE).await;
    }
}

impl Handle {
    /// Folds what is left in the journal, as far as a stop has time for it, and ends the thread. Blocks.
    pub fn stop(self) {
        self.flow.stop.get_or_init(Instant::now);
        self.flow.wake.notify_all();
        self.waker.abort();
        if self.thread.join().is_err() {
            tracing::error!("the fold's thread panicked; the journal keeps its hits for the next start");
        }
    }
}
