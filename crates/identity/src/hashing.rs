//! Where passwords are hashed: on a few threads of their own, which come after those that answer requests.

use crate::{Error, step_back};
use std::{
    collections::HashSet,
    panic::AssertUnwindSafe,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, AtomicUsize, Ordering},
        mpsc,
    },
    time::{Duration, Instant},
};
use tokio::sync::{Semaphore, oneshot};

/// Hashes of guesses at once: each takes 46 MiB and a core, and tracking must keep its share.
const OPEN_AT_ONCE_MAX: usize = 2;
/// Hashes at once of those who have shown who they are; guesses never wait in their way.
const KNOWN_AT_ONCE_MAX: usize = 1;
/// Guesses that wait for their turn: some quarter of a minute of them. More are sent away at once.
const OPEN_WAITING_MAX: usize = 32;
/// How long those are told to wait, in seconds.
const FULL_WAIT_S: u64 = 5;
/// How far guesses stand behind hits and reports where a core is wanted by both, in steps of `nice`: they get about a
/// thirtieth of it. The known get a quarter, as somebody waits who may.
const OPEN_NICENESS: i32 = 15;
const KNOWN_NICENESS: i32 = 5;

/// After a guess its thread rests as long as that took, so that guesses fill half of its time: a system lets a thread that
/// computes keep its core until the next tick, however far it stands behind, and a hit may wait there. At most so long,
/// as what takes longer was itself kept waiting.
const OPEN_REST_MAX: Duration = Duration::from_millis(200);
/// Where so many guesses wait it is a crowd, and guesses fill an eighth of the time: nobody waits much longer for it, since
/// most of a crowd is sent away for some seconds anyway.
const CROWD_MIN: usize = 16;
const CROWD_RESTS: u32 = 7;

/// Whose hash it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lane {
    /// Anybody's guess.
    Open,
    /// Somebody who holds a known device, a session or a link.
    Known,
}

type Job = Box<dyn FnOnce() + Send>;

/// The threads of a lane. They start with its first hash.
struct Bench {
    name: &'static str,
    threads: usize,
    niceness: i32,
    /// How many wait, where its threads rest after a hash.
    rests: Option<Arc<AtomicUsize>>,
    /// One for each thread. A hash keeps its turn until it is done, also when nobody waits for it any more.
    turns: Arc<Semaphore>,
    jobs: Mutex<Option<mpsc::Sender<Job>>>,
}

impl Bench {
    fn new(name: &'static str, threads: usize, niceness: i32, rests: Option<Arc<AtomicUsize>>) -> Bench {
        Bench { name, threads, niceness, rests, turns: Arc::new(Semaphore::new(threads)), jobs: Mutex::default() }
    }

    fn give(&self, job: Job) -> Result<(), Error> {
        let mut jobs = self.jobs.lock().unwrap_or_else(PoisonError::into_inner);
        let sender = match jobs.take() {
            Some(sender) => sender,
            None => self.start()?,
        };
        // The threads live as long as the sender.
        let given = sender.send(job).map_err(|_| Error::Hash("the threads for it have ended".into()));
        *jobs = Some(sender);
        given
    }

    fn start(&self) -> Result<mpsc::Sender<Job>, Error> {
        let (sender, receiver) = mpsc::channel::<Job>();
        let receiver = Arc::new(Mutex::new(receiver));
        for _ in 0..self.threads {
            let (receiver, niceness, rests) = (receiver.clone(), self.niceness, self.rests.clone());
            let run = move || {
                step_back(niceness);
                let next = || receiver.lock().unwrap_or_else(PoisonError::into_inner).recv();
                while let Ok(job) = next() {
                    let begun = Instant::now();
                    // Whoever waits for a hash that panics is told by its answer, which does not come.
                    let _ = std::panic::catch_unwind(AssertUnwindSafe(job));
                    if let Some(waiting) = &rests {
                        std::thread::sleep(rest(begun.elapsed(), waiting.load(Ordering::Relaxed)));
                    }
                }
            };
            let thread = std::thread::Builder::new().name(self.name.to_owned()).spawn(run);
            thread.map_err(|fault| Error::Hash(format!("no thread for it could be started: {fault}")))?;
        }
        Ok(sender)
    }
}

/// How long the thread of a guess rests after it, when so many others wait.
fn rest(took: Duration, waiting: usize) -> Duration {
    took.min(OPEN_REST_MAX) * if waiting < CROWD_MIN { 1 } else { CROWD_RESTS }
}

/// The lanes, and who waits in them.
pub(crate) struct Hashing {
    /// Who has a new password hashed now.
    choosing: Mutex<HashSet<String>>,
    open: Bench,
    known: Bench,
    waiting: Arc<AtomicUsize>,
    done: AtomicU64,
}

impl Default for Hashing {
    fn default() -> Hashing {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let (threads, waiting) = ((cores / 2).clamp(1, OPEN_AT_ONCE_MAX), Arc::new(AtomicUsize::new(0)));
        Hashing {
            // Half of the cores at most: a hash also takes the memory's speed from everybody else.
            open: Bench::new("guess", threads, OPEN_NICENESS, Some(waiting.clone())),
            known: Bench::new("password", KNOWN_AT_ONCE_MAX, KNOWN_NICENESS, None),
            choosing: Mutex::default(),
            waiting,
            done: AtomicU64::new(0),
        }
    }
}

/// Gives a place in the queue back, also when its holder goes away.
struct Place<'a>(&'a AtomicUsize);

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Lets somebody have another password hashed, also when they went away meanwhile.
struct Choice<'a>(&'a Mutex<HashSet<String>>, String);

impl Drop for Choice<'_> {
    fn drop(&mut self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.1);
    }
}

impl Hashing {
    /// Runs the work, the hash of a password that somebody chooses, when it is its turn. One at a time for each: many would
    /// keep everybody else who is known waiting.
    pub(crate) async fn choose<T: Send + 'static>(
        &self,
        who: &str,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let who = who.to_lowercase();
        if !self.choosing.lock().unwrap_or_else(PoisonError::into_inner).insert(who.clone()) {
            return Err(Error::Slower { wait_s: 1 });
        }
        let _choice = Choice(&self.choosing, who);
        self.run(Lane::Known, work).await
    }

    /// Runs the work when it is its turn.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        // Only guesses are counted: the known must not use up the places of those who are about to show who they are.
        let place = (lane == Lane::Open).then(|| Place(&self.waiting));
        if place.is_some() && self.waiting.fetch_add(1, Ordering::Relaxed) >= OPEN_WAITING_MAX {
            return Err(Error::Slower { wait_s: FULL_WAIT_S });
        }
        let bench = match lane {
            Lane::Open => &self.open,
            Lane::Known => &self.known,
        };
        let turn = bench.turns.clone().acquire_owned().await.map_err(|fault| Error::Hash(fault.to_string()))?;
        drop(place);
        self.done.fetch_add(1, Ordering::Relaxed);
        let (answer, told) = oneshot::channel();
        bench.give(Box::new(move || {
            // Nobody listens any more when the caller has gone away.
            let _ = answer.send(work());
            drop(turn);
        }))?;
        told.await.map_err(|_| Error::Hash("it panicked".into()))?
    }

    /// How many hashes were computed; what known and unknown users cost is compared by it.
    #[cfg(test)]
    pub(crate) fn done(&self) -> u64 {
        self.done.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn promise_14_guesses_are_few_at_once_and_never_in_the_way_of_the_known() {
        let hashing = Arc::new(Hashing::default());
        let at_once = hashing.open.threads;
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        let mut guesses = tokio::task::JoinSet::new();
        for _ in 0..OPEN_WAITING_MAX + at_once + 10 {
            let (hashing, held) = (hashing.clone(), held.clone());
            guesses.spawn(async move {
                let work = move || Ok(held.lock().map(|held| held.recv().is_ok()).unwrap_or(false));
                hashing.run(Lane::Open, work).await
            });
        }
        let mut sent_away = 0;
        while sent_away < 10 {
            let refused = guesses.join_next().await.unwrap().unwrap();
            assert!(matches!(refused, Err(Error::Slower { .. })));
            sent_away += 1;
        }
        assert!(hashing.run(Lane::Known, || Ok(true)).await.unwrap(), "the known do not wait");
        assert!(hashing.done() <= 1 + at_once as u64);
        drop(release);
        while let Some(done) = guesses.join_next().await {
            assert!(done.unwrap().is_ok());
        }
    }

    #[tokio::test]
    async fn promise_14_who_chooses_passwords_takes_no_place_of_guesses_and_one_turn_at_a_time() {
        let hashing = Arc::new(Hashing::default());
        let (release, held) = mpsc::channel::<()>();
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel::<()>();
        let busy = hashing.clone();
        let choice = tokio::spawn(async move {
            let work = move || {
                begun.send(()).map_err(|fault| Error::Hash(fault.to_string()))?;
                Ok(held.recv().is_err())
            };
            busy.choose("Ada", work).await
        });
        begins.recv().await.unwrap();
        assert!(matches!(hashing.choose("ada", || Ok(true)).await, Err(Error::Slower { .. })));
        let mut others = tokio::task::JoinSet::new();
        for n in 0..OPEN_WAITING_MAX + 1 {
            let hashing = hashing.clone();
            others.spawn(async move { hashing.choose(&n.to_string(), || Ok(true)).await });
        }
        assert!(hashing.run(Lane::Open, || Ok(true)).await.unwrap(), "a guess finds a place");
        drop(release);
        assert!(choice.await.unwrap().unwrap());
        while let Some(done) = others.join_next().await {
            assert!(done.unwrap().unwrap());
        }
        assert!(hashing.choose("ada", || Ok(true)).await.unwrap(), "then it is her turn again");
    }

    #[test]
    fn promise_03_guesses_rest_and_the_longer_the_more_they_are() {
        let took = Duration::from_millis(70);
        assert_eq!(rest(took, 0), took);
        assert_eq!(rest(took, CROWD_MIN), 7 * took);
        assert_eq!(rest(Duration::from_secs(9), 0), OPEN_REST_MAX, "it was kept waiting itself");
    }

    #[tokio::test]
    async fn promise_03_who_hangs_up_does_not_make_room_for_more_hashes_at_once() {
        let hashing = Arc::new(Hashing::default());
        let (begun, mut begins) = tokio::sync::mpsc::unbounded_channel::<()>();
        let (release, held) = mpsc::channel::<()>();
        let held = Arc::new(Mutex::new(held));
        for _ in 0..hashing.open.threads {
            let (hashing, begun, held) = (hashing.clone(), begun.clone(), held.clone());
            let guess = tokio::spawn(async move {
                let work = move || {
                    begun.send(()).map_err(|fault| Error::Hash(fault.to_string()))?;
                    Ok(held.lock().map(|held| held.recv().is_ok()).unwrap_or(false))
                };
                hashing.run(Lane::Open, work).await
            });
            begins.recv().await.unwrap();
            guess.abort();
            assert!(guess.await.is_err_and(|gone| gone.is_cancelled()));
        }
        assert_eq!(hashing.open.turns.available_permits(), 0, "the hashes go on, and so do their turns");
        drop(release);
        assert!(hashing.run(Lane::Open, || Ok(true)).await.unwrap(), "then it is the next one's turn");
    }

    #[tokio::test]
    async fn a_hash_that_panics_is_an_error_and_the_next_one_runs() {
        let hashing = Hashing::default();
        let failed = hashing.run(Lane::Known, || -> Result<bool, Error> { panic!("on purpose") }).await;
        assert!(matches!(failed, Err(Error::Hash(_))));
        assert!(hashing.run(Lane::Known, || Ok(true)).await.unwrap());
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn promise_03_hashes_come_after_hits() {
        let hashing = Hashing::default();
        let niceness = || rustix::process::getpriority_process(None).map_err(|fault| Error::Hash(fault.to_string()));
        let own = niceness().unwrap();
        let open = hashing.run(Lane::Open, niceness).await.unwrap();
        let known = hashing.run(Lane::Known, niceness).await.unwrap();
        assert_eq!((open, known), (OPEN_NICENESS.max(own), KNOWN_NICENESS.max(own)));
        assert_eq!(niceness().unwrap(), own, "the threads that answer requests stay where they were");
    }
}
