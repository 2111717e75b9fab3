//! Where requests run: connections and hits on threads of their own, everything else on threads that stand behind them.
//!
//! A thousand people who sign in at once, or a page with fifty reports, are hundreds of pieces of work in a row. Among
//! the same threads a hit would wait for all that came before it; here it waits for none of them.

use crate::commands::Failure;
use std::{
    future::Future,
    io,
    panic::{self, AssertUnwindSafe},
    sync::atomic::{AtomicU64, Ordering},
    task::Poll,
};
use tokio::{
    net::TcpListener,
    runtime::{Builder, Handle, Runtime},
    task::JoinSet,
};

/// How far pages, sign-ins, reports and jobs stand behind hits where a core is wanted by both, in steps of `nice`: they
/// get a quarter of it then.
const PAGES_NICENESS: i32 = 5;

/// The runtime of everything but hits; also that of the operator's commands, which have nothing to stand behind.
///
/// # Errors
/// When the system gives no threads.
pub fn pages(beside_hits: bool) -> io::Result<Runtime> {
    let mut builder = Builder::new_multi_thread();
    builder.thread_name("pages").enable_all();
    if beside_hits {
        builder.on_thread_start(|| makoto_identity::step_back(PAGES_NICENESS));
    }
    builder.build()
}

/// The runtime of connections and hits.
pub struct Hits {
    /// There until it is dropped.
    runtime: Option<Runtime>,
}

impl Hits {
    /// # Errors
    /// When the system gives no threads.
    pub fn new() -> io::Result<Hits> {
        let runtime = Builder::new_multi_thread().thread_name("hits").enable_all().build()?;
        Ok(Hits { runtime: Some(runtime) })
    }

    /// Accepts connections on these threads: `serve` makes the work of a listener that is theirs.
    ///
    /// # Errors
    /// When the listener cannot be watched.
    pub fn serve<W>(
        &self,
        listener: std::net::TcpListener,
        serve: impl FnOnce(TcpListener) -> W,
    ) -> io::Result<tokio::task::JoinHandle<()>>
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let Some(runtime) = &self.runtime else { return Err(io::Error::other("the threads for hits have ended")) };
        let _theirs = runtime.enter();
        Ok(runtime.spawn(serve(TcpListener::from_std(listener)?)))
    }
}

impl Drop for Hits {
    fn drop(&mut self) {
        // It is dropped where waiting for its threads would hold up others.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Has a piece of work done on the threads of pages, and waits for it. It ends with its waiter: when a client hangs up,
/// nobody goes on working for it. A panic goes on here. Nothing when those threads have ended.
pub async fn aside<T: Send + 'static>(pages: &Handle, work: impl Future<Output = T> + Send + 'static) -> Option<T> {
    let mut task = JoinSet::new();
    let work = async move {
        // A thread keeps its core until it has nothing left to do or the clock ticks, whoever waits; so it asks.
        std::thread::yield_now();
        work.await
    };
    task.spawn_on(work, pages);
    match task.join_next().await? {
        Ok(done) => Some(done),
        Err(fault) => match fault.try_into_panic() {
            Ok(cause) => panic::resume_unwind(cause),
            Err(_) => None,
        },
    }
}

/// Runs what blocks on a thread of its own.
///
/// # Errors
/// Those of the work, and when it panics.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| Failure::Data(fault.to_string()))?
}

/// What a piece of work comes to; nothing when it panics.
pub async fn caught<T>(work: impl Future<Output = T>) -> Option<T> {
    let mut work = std::pin::pin!(work);
    std::future::poll_fn(|context| match panic::catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context))) {
        Ok(polled) => polled.map(Some),
        Err(_) => Poll::Ready(None),
    })
    .await
}

/// The same for a piece of what goes on for as long as the server runs: a panic is told of and counted, and ends that
/// piece alone.
pub async fn one_piece<T>(panics: &AtomicU64, what: &str, work: impl Future<Output = T>) -> Option<T> {
    let done = caught(work).await;
    if done.is_none() {
        panics.fetch_add(1, Ordering::Relaxed);
        tracing::error!(what, "work of the server's own panicked; the line above says where. It goes on");
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        sync::{Arc, Barrier, atomic::AtomicBool},
        time::Duration,
    };

    fn two() -> (Runtime, Hits) {
        (pages(true).unwrap(), Hits::new().unwrap())
    }

    fn on_hits<T: Send + 'static>(hits: &Hits, work: impl Future<Output = T> + Send + 'static) -> T {
        hits.runtime.as_ref().unwrap().block_on(work)
    }

    #[test]
    fn promise_03_hits_do_not_wait_behind_everything_else() {
        let (pages, hits) = two();
        let threads = pages.metrics().num_workers();
        let (all_busy, done) = (Arc::new(Barrier::new(threads + 1)), Arc::new(Barrier::new(threads + 1)));
        for _ in 0..threads {
            let (all_busy, done) = (all_busy.clone(), done.clone());
            pages.spawn(async move {
                all_busy.wait();
                done.wait();
            });
        }
        all_busy.wait();
        let page = pages.handle().clone();
        let waits = hits.runtime.as_ref().unwrap().spawn(async move { aside(&page, async { 7 }).await });
        on_hits(&hits, async {
            tokio::spawn(async {}).await.unwrap();
            tokio::time::sleep(Duration::from_millis(20)).await;
        });
        assert!(!waits.is_finished(), "no thread of pages is free for it");
        done.wait();
        assert_eq!(on_hits(&hits, waits).unwrap(), Some(7));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn promise_03_everything_else_comes_after_hits() {
        let (pages, hits) = two();
        let niceness = || rustix::process::getpriority_process(None).unwrap();
        let own = niceness();
        let page = pages.handle().clone();
        let (hit, page) = on_hits(&hits, async move {
            let hit = tokio::spawn(async move { niceness() }).await.unwrap();
            (hit, aside(&page, async move { niceness() }).await)
        });
        assert_eq!((hit, page), (own, Some(PAGES_NICENESS.max(own))));
    }

    #[test]
    fn who_hangs_up_ends_the_work() {
        struct Noted(Arc<AtomicBool>);
        impl Drop for Noted {
            fn drop(&mut self) {
                self.0.store(true, Ordering::SeqCst);
            }
        }
        let (pages, hits) = two();
        let ended = Arc::new(AtomicBool::new(false));
        let (page, noted) = (pages.handle().clone(), Noted(ended.clone()));
        on_hits(&hits, async move {
            let work = aside(&page, async move {
                let _noted = noted;
                std::future::pending::<()>().await;
            });
            assert!(tokio::time::timeout(Duration::from_millis(20), work).await.is_err());
        });
        let ends = async {
            while !ended.load(Ordering::SeqCst) {
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        };
        pages.block_on(async { tokio::time::timeout(Duration::from_secs(10), ends).await }).unwrap();
    }

    #[test]
    fn a_panic_goes_on_where_it_is_waited_for() {
        let (pages, hits) = two();
        let page = pages.handle().clone();
        let broken = on_hits(&hits, async move {
            tokio::spawn(async move { aside(&page, async { panic!("on purpose") }).await }).await
        });
        assert!(broken.is_err_and(|fault: tokio::task::JoinError| fault.is_panic()));
    }

    #[tokio::test]
    async fn a_panic_ends_one_piece_of_work_and_is_counted() {
        let (panics, mut done) = (AtomicU64::new(0), Vec::new());
        for nth in 0..3 {
            let work = async {
                tokio::task::yield_now().await;
                assert_ne!(nth, 1, "on purpose");
                nth
            };
            done.push(one_piece(&panics, "a test", work).await);
        }
        assert_eq!((done, panics.into_inner()), (vec![Some(0), None, Some(2)], 1));
    }

    #[test]
    fn without_threads_there_is_no_answer() {
        let (pages, hits) = two();
        let page = pages.handle().clone();
        pages.shutdown_background();
        assert_eq!(on_hits(&hits, async move { aside(&page, async { 7 }).await }), None);
    }
}
