use crate::{Error, generation::lock};
use duckdb::InterruptHandle;
use std::{
    sync::{
        Arc, Condvar, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};

/// Questions answered at once. Each holds a connection and competes for one memory limit. Rewrites are fewer anyway.
pub(crate) const READERS_MAX: usize = 8;
/// How long a question waits for a place before it is refused, seconds.
const WAIT_MAX_S: u64 = 30;
/// Longest time that those who are in may take to end once they are broken off.
const END_WAIT_MAX: Duration = Duration::from_secs(3);
/// Pause between two times that they are broken off: one may have been between two of its statements.
const END_PAUSE: Duration = Duration::from_millis(5);

/// Lets a bounded number of questions in, or of rewrites, until it closes.
pub(crate) struct Gate {
    state: Mutex<State>,
    freed: Condvar,
}

#[derive(Default)]
struct State {
    /// Everybody who is in.
    taken: usize,
    /// Those among them who count against `READERS_MAX`.
    bound: usize,
    asked: Vec<Arc<Asked>>,
    closed: bool,
    /// Nobody is let in for a while.
    held: bool,
}

/// A question under way.
struct Asked {
    /// Breaks it off.
    by: Arc<InterruptHandle>,
    until: Option<Instant>,
    /// It took longer than it may, and was broken off.
    overdue: AtomicBool,
}

/// A place taken; given back when dropped.
pub(crate) struct Place<'a> {
    gate: &'a Gate,
    bound: bool,
    asked: Option<Arc<Asked>>,
}

impl Gate {
    pub(crate) fn new() -> Gate {
        Gate { state: Mutex::default(), freed: Condvar::new() }
    }

    /// Waits for a place.
    pub(crate) fn enter(&self) -> Result<Place<'_>, Error> {
        self.let_in(true)
    }

    /// The same for who must not be held up by questions, and is alone: the fold's thread.
    pub(crate) fn enter_past_questions(&self) -> Result<Place<'_>, Error> {
        self.let_in(false)
    }

    fn let_in(&self, bound: bool) -> Result<Place<'_>, Error> {
        let wait = Duration::from_secs(WAIT_MAX_S);
        let full = |state: &mut State| (bound && state.bound == READERS_MAX || state.held) && !state.closed;
        let (mut state, _) =
            self.freed.wait_timeout_while(lock(&self.state), wait, full).unwrap_or_else(PoisonError::into_inner);
        if state.closed {
            return Err(Error::Closed);
        }
        if full(&mut state) {
            return Err(Error::Busy);
        }
        state.taken += 1;
        state.bound += usize::from(bound);
        Ok(Place { gate: self, bound, asked: None })
    }

    /// Lets nobody in until what is returned is dropped, once all who are in have left.
    pub(crate) fn empty(&self) -> Result<Held<'_>, Error> {
        let mut state = lock(&self.state);
        state.held = true;
        let held = Held(self);
        let (left, _) = self
            .freed
            .wait_timeout_while(state, END_WAIT_MAX, |state| state.taken > 0 && !state.closed)
            .unwrap_or_else(PoisonError::into_inner);
        let (taken, closed) = (left.taken, left.closed);
        drop(left);
        match (taken, closed) {
            (_, true) => Err(Error::Closed),
            (0, false) => Ok(held),
            (_, false) => Err(Error::Busy),
        }
    }

    /// Breaks off the questions whose time is over.
    pub(crate) fn break_off_overdue(&self) {
        let (state, now) = (lock(&self.state), Instant::now());
        for asked in state.asked.iter().filter(|asked| asked.until.is_some_and(|until| until <= now)) {
            asked.overdue.store(true, Ordering::Relaxed);
            asked.by.interrupt();
        }
    }

    /// Lets nobody in any more, breaks off every question, and waits until all have left, for some seconds at most.
    pub(crate) fn close(&self) {
        let began = Instant::now();
        let mut state = lock(&self.state);
        state.closed = true;
        self.freed.notify_all();
        while state.taken > 0 && began.elapsed() < END_WAIT_MAX {
            state.asked.iter().for_each(|asked| asked.by.interrupt());
            state = self.freed.wait_timeout(state, END_PAUSE).unwrap_or_else(PoisonError::into_inner).0;
        }
        if state.taken > 0 {
            tracing::warn!(left = state.taken, "what was broken off does not end");
        }
    }
}

/// An empty gate that nobody enters.
pub(crate) struct Held<'a>(&'a Gate);

impl Drop for Held<'_> {
    fn drop(&mut self) {
        lock(&self.0.state).held = false;
        self.0.freed.notify_all();
    }
}

impl Place<'_> {
    /// Says by what the question can be broken off, and how long it may take.
    pub(crate) fn asks(&mut self, by: Arc<InterruptHandle>, most: Option<Duration>) {
        let until = most.map(|most| Instant::now() + most);
        let asked = Arc::new(Asked { by, until, overdue: AtomicBool::new(false) });
        lock(&self.gate.state).asked.push(asked.clone());
        self.asked = Some(asked);
    }

    /// Whether the question was broken off since it took too long.
    pub(crate) fn is_overdue(&self) -> bool {
        self.asked.as_ref().is_some_and(|asked| asked.overdue.load(Ordering::Relaxed))
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut state = lock(&self.gate.state);
        state.taken -= 1;
        state.bound -= usize::from(self.bound);
        if let Some(own) = &self.asked {
            state.asked.retain(|other| !Arc::ptr_eq(own, other));
        }
        drop(state);
        // Those who wait for a place, and who waits for all to leave.
        self.gate.freed.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use duckdb::Connection;

    /// It would take hours.
    const LONG: &str = "SELECT count(*) FROM range(1000000000000) t(n) WHERE n % 7 = 3";

    #[test]
    fn questions_under_way_are_broken_off_when_it_closes() {
        let gate = Gate::new();
        let (entered, begun) = std::sync::mpsc::channel();
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| {
                let connection = Connection::open_in_memory().unwrap();
                let mut place = gate.enter().unwrap();
                place.asks(connection.interrupt_handle(), None);
                entered.send(()).unwrap();
                connection.execute_batch(LONG).map_err(Error::database("answer a question"))
            });
            begun.recv().unwrap();
            gate.close();
            assert!(matches!(asking.join().unwrap(), Err(Error::Closed)));
        });
        assert!(matches!(gate.enter(), Err(Error::Closed)));
    }

    #[test]
    fn a_question_whose_time_is_over_is_broken_off_and_knows_it() {
        let gate = Gate::new();
        let connection = Connection::open_in_memory().unwrap();
        let mut place = gate.enter().unwrap();
        place.asks(connection.interrupt_handle(), Some(Duration::ZERO));
        let ended = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !ended.load(Ordering::Relaxed) {
                    gate.break_off_overdue();
                    std::thread::sleep(END_PAUSE);
                }
            });
            let asked = connection.execute_batch(LONG);
            ended.store(true, Ordering::Relaxed);
            assert!(asked.is_err() && place.is_overdue());
        });
        drop(place);
        let mut place = gate.enter().unwrap();
        place.asks(connection.interrupt_handle(), Some(END_WAIT_MAX * 100));
        gate.break_off_overdue();
        connection.execute_batch("SELECT 1").unwrap();
        assert!(!place.is_overdue());
    }

    #[test]
    fn places_are_given_back() {
        let gate = Gate::new();
        for _ in 0..2 {
            let places: Vec<_> = (0..READERS_MAX).map(|_| gate.enter().unwrap()).collect();
            assert_eq!(lock(&gate.state).taken, places.len());
        }
        assert_eq!(lock(&gate.state).taken, 0);
    }

    #[test]
    fn the_fold_does_not_wait_for_questions_but_whoever_empties_waits_for_it() {
        let gate = Gate::new();
        let places: Vec<_> = (0..READERS_MAX).map(|_| gate.enter().unwrap()).collect();
        let fold = gate.enter_past_questions().unwrap();
        drop(places);
        assert!(matches!(gate.empty(), Err(Error::Busy)));
        drop(fold);
        assert!(gate.empty().is_ok());
        gate.close();
        assert!(matches!(gate.enter_past_questions(), Err(Error::Closed)));
    }
}
