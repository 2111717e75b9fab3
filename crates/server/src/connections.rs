//! The accept loop: limits on connections, and a stop that finishes what was begun.

use crate::{app::App, commands::Failure, headers, refusal::Completed, routes, runtimes};
use axum::{
    Router,
    body::Body,
    extract::ConnectInfo,
    http::{HeaderMap, HeaderValue, Request, Response, StatusCode, header},
};
use hyper::body::Incoming;
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use makoto_identity::Network;
use std::{
    collections::HashMap,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::watch,
};
use tower::ServiceExt;

/// Longest time for a request's headers, and for a connection to stay idle between requests.
const HEADERS_WAIT_MAX: Duration = Duration::from_secs(10);
/// Bytes buffered of a connection: the request line and headers at their limits.
const BUFFER_BYTES_MAX: usize = 40 * 1024;
const HEADERS_MAX: usize = 100;
/// Connections that may wait to be accepted; systems have a limit of their own below which it stays. Who finds no room
/// tries again only after a second.
const BACKLOG: i32 = 4096;
/// How long connections without a request stay open once the server stops: what was sent before its sender could know
/// is still answered. New connections send theirs within a round trip.
const LAST_CALL: Duration = Duration::from_millis(250);
/// Between two looks at whether there is anybody left to wait for.
const LAST_CALL_LOOK: Duration = Duration::from_millis(10);
/// Longest time that open requests may take after that.
const DRAIN_WAIT_MAX: Duration = Duration::from_secs(4);
/// Pause after the system refused a connection, for want of descriptors for instance.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Takes the socket handed over by a service manager, which keeps listening while the server restarts; else binds.
///
/// # Errors
/// When the address cannot be bound.
pub fn listen(address: &str) -> Result<std::net::TcpListener, Failure> {
    let failure = |fault: std::io::Error| Failure::File { path: address.to_owned(), fault };
    let handed = listenfd::ListenFd::from_env().take_tcp_listener(0).map_err(failure)?;
    let listener = match handed {
        Some(listener) => listener,
        None => {
            let listener = std::net::TcpListener::bind(address).map_err(failure)?;
            rustix::net::listen(&listener, BACKLOG).map_err(|fault| failure(fault.into()))?;
            listener
        }
    };
    listener.set_nonblocking(true).map_err(failure)?;
    Ok(listener)
}

/// How many bits of an IPv6 address its connections are counted by: one customer has all addresses behind them.
const BITS_V6: u8 = 64;

/// Connections by where they come from.
type Counts = Mutex<HashMap<Network, usize>>;

fn open(counts: &Counts) -> MutexGuard<'_, HashMap<Network, usize>> {
    counts.lock().unwrap_or_else(PoisonError::into_inner)
}

/// One of the connections from somewhere, until it is dropped.
struct Own {
    counts: Arc<Counts>,
    from: Network,
}

impl Own {
    /// Nothing where there are as many as there may be.
    fn take(counts: &Arc<Counts>, address: IpAddr, max: usize) -> Option<Own> {
        let from = Network::around(address, 32, BITS_V6);
        let mut all = open(counts);
        let count = all.get(&from).copied().unwrap_or(0);
        if count >= max {
            return None;
        }
        all.insert(from, count + 1);
        Some(Own { counts: counts.clone(), from })
    }
}

impl Drop for Own {
    fn drop(&mut self) {
        let mut all = open(&self.counts);
        if let Some(count) = all.get_mut(&self.from) {
            *count -= 1;
            if *count == 0 {
                all.remove(&self.from);
            }
        }
    }
}

/// One connection's place; given back when it ends.
struct Place {
    app: Arc<App>,
    _own: Own,
}

impl Place {
    /// A place for a connection, unless the server or the address has too many.
    fn take(app: &Arc<App>, counts: &Arc<Counts>, address: IpAddr) -> Option<Place> {
        // A proxy brings everybody's connections; this machine may ask as often as it likes.
        let is_free = address.to_canonical().is_loopback() || app.client.is_trusted(address);
        let own_max = if is_free { usize::MAX } else { app.config.connections_per_address_max };
        let is_full = app.metrics.connections.load(Ordering::Relaxed) as usize >= app.config.connections_max;
        let own = if is_full { None } else { Own::take(counts, address, own_max) };
        let counter = if own.is_some() { &app.metrics.connections } else { &app.metrics.connections_refused };
        counter.fetch_add(1, Ordering::Relaxed);
        own.map(|own| Place { app: app.clone(), _own: own })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.app.metrics.connections.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Serves until told to stop, then lets open requests end.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    pages: Handle,
    app: Arc<App>,
    mut stop: watch::Receiver<bool>,
) {
    let (graceful, counts) = (GracefulShutdown::new(), Arc::default());
    let refusal: Arc<str> = headers::of_refusals(&app).into();
    let hit_headers = headers::of_hits(&app);
    let front = Arc::new(Front { router, pages, app: app.clone(), hit_headers, stopping: AtomicBool::new(false) });
    loop {
        tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok((stream, peer)) => {
                    if let Some(place) = Place::take(&app, &counts, peer.ip()) {
                        no_delay(&stream);
                        let stream = Completed::new(stream, refusal.clone());
                        connect(stream, peer, front.clone(), place, &graceful);
                    }
                }
                Err(fault) => {
                    tracing::warn!(%fault, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            },
            () = stopped(&mut stop) => break,
        }
    }
    drop(listener);
    front.stopping.store(true, Ordering::Relaxed);
    let last_call = Instant::now();
    while app.metrics.connections.load(Ordering::Relaxed) > 0 && last_call.elapsed() < LAST_CALL {
        tokio::time::sleep(LAST_CALL_LOOK).await;
    }
    if tokio::time::timeout(DRAIN_WAIT_MAX, graceful.shutdown()).await.is_err() {
        tracing::warn!("some requests took too long and were cut off");
    }
}

/// The tracking endpoint and the router, which ask for no further request on a connection once the server stops.
struct Front {
    router: Router,
    pages: Handle,
    app: Arc<App>,
    hit_headers: HeaderMap,
    stopping: AtomicBool,
}

impl Front {
    async fn answer(
        self: Arc<Front>,
        peer: SocketAddr,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, Infallible> {
        let mut response = if routes::takes_hits(request.uri().path()) {
            routes::hit(&self.app, &self.hit_headers, peer.ip(), request).await
        } else {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let beside_hits = request.uri().path() == routes::NOTHING_PATH;
            let answer = self.router.clone().oneshot(request);
            match beside_hits {
                true => answer.await?,
                false => match runtimes::aside(&self.pages, answer).await {
                    Some(answered) => answered?,
                    None => {
                        let message = "the server stops; try again in a moment";
                        routes::problem(StatusCode::SERVICE_UNAVAILABLE, "stopping", message)
                    }
                },
            }
        };
        if self.stopping.load(Ordering::Relaxed) {
            response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        Ok(response)
    }
}

/// Ends when the server is told to stop, or can no longer be told.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    while !*stop.borrow() {
        if stop.changed().await.is_err() {
            return;
        }
    }
}

fn no_delay(stream: &TcpStream) {
    if let Err(fault) = stream.set_nodelay(true) {
        tracing::debug!(%fault, "a connection keeps its delay");
    }
}

fn connect(
    stream: Completed<TcpStream>,
    peer: SocketAddr,
    front: Arc<Front>,
    place: Place,
    graceful: &GracefulShutdown,
) {
    let service = hyper::service::service_fn(move |request| front.clone().answer(peer, request));
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WAIT_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .max_headers(HEADERS_MAX)
        .serve_connection(TokioIo::new(stream), service);
    let watched = graceful.watch(connection);
    tokio::spawn(async move {
        // A connection that a client breaks off is the client's affair.
        if let Err(fault) = watched.await {
            tracing::debug!(%fault, "a connection ended early");
        }
        drop(place);
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_are_counted_by_where_they_come_from() {
        let counts = Arc::default();
        let take = |address: &str| Own::take(&counts, address.parse().unwrap(), 2);
        let first = take("203.0.113.9").unwrap();
        let second = take("::ffff:203.0.113.9").unwrap();
        assert!(take("203.0.113.9").is_none() && take("::ffff:203.0.113.9").is_none());
        let others = [take("203.0.113.10"), take("2001:db8:0:1::1"), take("2001:db8:0:1:ffff::2")];
        assert!(others.iter().all(Option::is_some));
        assert!(take("2001:db8:0:1::3").is_none() && take("2001:db8:0:2::1").is_some());
        drop(first);
        let third = take("203.0.113.9");
        assert!(third.is_some() && take("203.0.113.9").is_none());
        drop((second, third, others));
        // Nothing is remembered of who is gone, nor of who was refused.
        assert!(Own::take(&counts, "203.0.113.9".parse().unwrap(), 0).is_none());
        assert!(open(&counts).is_empty());
    }

    #[test]
    fn promise_03_many_may_knock_at_once() {
        let listener = listen("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        // Nobody accepts any of them; a system's usual 128 would have the others try again after a second.
        let knock = |_| std::net::TcpStream::connect_timeout(&address, Duration::from_millis(900)).unwrap();
        let knocking: Vec<std::net::TcpStream> = (0..400).map(knock).collect();
        assert_eq!(knocking.len(), 400);
    }
}
