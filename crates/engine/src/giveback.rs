//! Memory that the database's allocator keeps for later, given back to the system.

use crate::{Error, generation::lock};
use duckdb::{Config, Connection};
use std::{
    sync::{
        Mutex,
        mpsc::{self, Receiver, RecvTimeoutError, SyncSender},
    },
    time::Duration,
};

/// How often it is given back while work goes on.
const EVERY: Duration = Duration::from_secs(1);

/// A database without anything in it, once one was needed.
static EMPTY: Mutex<Option<Connection>> = Mutex::new(None);

/// Does some work that needs much memory. The allocator keeps what a thread of ours freed until that same thread asks it
/// for more, which may be never: so what is free goes back each second and at the end.
pub(crate) fn giving_back<T>(work: impl FnOnce() -> T) -> T {
    std::thread::scope(|scope| {
        let (working, ended) = mpsc::channel();
        scope.spawn(move || until(&ended));
        let done = work();
        drop(working);
        done
    })
}

fn until(ended: &Receiver<()>) {
    while let Err(RecvTimeoutError::Timeout) = ended.recv_timeout(EVERY) {
        give_back();
    }
    give_back();
}

/// A thread that gives back what is free when it is told to, so that nobody waits for it.
pub(crate) struct GiveBack {
    tell: SyncSender<()>,
}

impl GiveBack {
    /// Starts the thread, which ends with this.
    pub(crate) fn start() -> Result<GiveBack, Error> {
        let (tell, told) = mpsc::sync_channel(1);
        let work = move || told.iter().for_each(|()| give_back());
        let thread = std::thread::Builder::new().name("give-back".to_owned()).spawn(work);
        thread.map_err(Error::file("start the thread that gives memory back"))?;
        Ok(GiveBack { tell })
    }

    /// What is free goes back soon. To be told again before that changes nothing.
    pub(crate) fn soon(&self) {
        let _ = self.tell.try_send(());
    }
}

/// Gives back what is free.
fn give_back() {
    if let Err(error) = let_go() {
        tracing::warn!(%error, "memory that a large task took is kept for the next one");
    }
}

/// The allocator is one for all databases of the process, and lets go of what is free when one of them is given a limit.
/// That of the store is locked, so it is an empty one's.
fn let_go() -> Result<(), Error> {
    let mut empty = lock(&EMPTY);
    let connection = match empty.take() {
        Some(connection) => connection,
        None => open()?,
    };
    connection.execute_batch("SET memory_limit = '1MiB'").map_err(Error::database("give memory back"))?;
    *empty = Some(connection);
    Ok(())
}

fn open() -> Result<Connection, Error> {
    let failed = || Error::database("reach the allocator");
    let config = Config::default().threads(1).and_then(|config| config.enable_autoload_extension(false));
    Connection::open_in_memory_with_flags(config.map_err(failed())?).map_err(failed())
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    /// Of this process, in MiB.
    fn resident() -> u64 {
        let status = std::fs::read_to_string("/proc/self/status").unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() / 1024
    }

    /// Takes some 128 MiB and lets them go; how many MiB the process had at most.
    fn task(database: &Connection) -> u64 {
        database.execute_batch("CREATE TABLE t AS SELECT random() AS n FROM range(16000000)").unwrap();
        let most = resident();
        database.execute_batch("DROP TABLE t; CHECKPOINT").unwrap();
        most
    }

    #[test]
    fn what_a_large_task_took_goes_back() {
        let database = open().unwrap();
        let before = resident();
        let most = giving_back(|| task(&database));
        let after = resident();
        assert!(most > before + 100 && after < before + 30, "{before} MiB, {most} at most, {after} at the end");
    }

    #[test]
    fn a_thread_gives_back_what_it_is_told_of() {
        let (database, give_back) = (open().unwrap(), GiveBack::start().unwrap());
        let before = resident();
        let most = task(&database);
        let kept = resident();
        give_back.soon();
        // A second task while it may be at work: nobody waits, and it is told again.
        task(&database);
        give_back.soon();
        let gone = || {
            (0..1000).any(|_| {
                std::thread::sleep(Duration::from_millis(10));
                resident() < before + 30
            })
        };
        assert!(most > before + 100 && gone(), "{before} MiB, {most} at most, {kept} kept");
    }
}
