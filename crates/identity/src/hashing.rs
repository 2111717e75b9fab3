use crate::Error;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use tokio::sync::Semaphore;

/// Hashes of guesses at once: each takes 46 MiB and a core, and tracking must keep its share.
const OPEN_AT_ONCE_MAX: usize = 2;
/// Hashes at once of those who have shown who they are; guesses never wait in their way.
const KNOWN_AT_ONCE_MAX: usize = 1;
/// Guesses that wait for their turn: four seconds of them. More are sent away at once.
const OPEN_WAITING_MAX: usize = 64;
/// How long those are told to wait, in seconds.
const FULL_WAIT_S: u64 = 5;

/// Whose hash it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Lane {
    /// Anybody's guess.
    Open,
    /// Somebody who holds a known device, a session or a link.
    Known,
}

/// Where passwords are hashed: few at once, off the threads that answer requests.
pub(crate) struct Hashing {
    open: Semaphore,
    known: Semaphore,
    waiting: AtomicUsize,
    done: AtomicU64,
}

impl Default for Hashing {
    fn default() -> Hashing {
        Hashing {
            open: Semaphore::new(OPEN_AT_ONCE_MAX),
            known: Semaphore::new(KNOWN_AT_ONCE_MAX),
            waiting: AtomicUsize::new(0),
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

impl Hashing {
    /// Runs the work when it is its turn.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        lane: Lane,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let place = Place(&self.waiting);
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let turns = match lane {
            Lane::Open if before >= OPEN_WAITING_MAX => return Err(Error::Slower { wait_s: FULL_WAIT_S }),
            Lane::Open => &self.open,
            Lane::Known => &self.known,
        };
        let _turn = turns.acquire().await.map_err(|fault| Error::Hash(fault.to_string()))?;
        drop(place);
        self.done.fetch_add(1, Ordering::Relaxed);
        tokio::task::spawn_blocking(work).await.map_err(|fault| Error::Hash(fault.to_string()))?
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
    use std::sync::Arc;

    #[tokio::test]
    async fn promise_14_guesses_are_few_at_once_and_never_in_the_way_of_the_known() {
        let hashing = Arc::new(Hashing::default());
        let (release, held) = std::sync::mpsc::channel::<()>();
        let held = Arc::new(std::sync::Mutex::new(held));
        let mut guesses = tokio::task::JoinSet::new();
        for _ in 0..OPEN_WAITING_MAX + OPEN_AT_ONCE_MAX + 10 {
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
        assert!(hashing.done() <= 1 + OPEN_AT_ONCE_MAX as u64);
        drop(release);
        while let Some(done) = guesses.join_next().await {
            assert!(done.unwrap().is_ok());
        }
    }
}
