//! The ways in: Matomo's tracking and reporting endpoints, our own API, pages, and what operators watch.

mod api;
mod assets;
mod caller;
mod invitation;
mod operations;
mod optout;
mod policy;
mod public;
mod reset;
mod session;
mod tracker;
mod v1;

pub use operations::NOTHING_PATH;
pub use optout::Framable;
pub use policy::REPORTS_PATH;
pub use tracker::feed;

use crate::{app::App, headers, runtimes};
use axum::{
    Router,
    body::{Bytes, HttpBody},
    extract::{Request, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use serde_json::json;
use std::{
    net::IpAddr,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Longest request line, in bytes; with the headers' own limit this bounds what a request costs before its body.
const URI_BYTES_MAX: usize = 16 * 1024;
/// Longest headers together, in bytes.
const HEADER_BYTES_MAX: usize = 16 * 1024;
/// Longest body of a page's or an API call's request, in bytes.
const BODY_BYTES_MAX: usize = 2 * 1024 * 1024;
/// Longest time that a body may take.
const BODY_WAIT_MAX: Duration = Duration::from_secs(30);

/// Paths of the tracking script: any website may load it, and it is not asked for this server's name.
const SCRIPT_PATHS: [&str; 3] = ["/matomo.js", "/piwik.js", "/js/"];

pub fn is_script(path: &str) -> bool {
    SCRIPT_PATHS.contains(&path)
}

/// The paths that hits are sent to.
const HIT_PATHS: [&str; 3] = ["/matomo.php", "/piwik.php", "/js/tracker.php"];

pub fn takes_hits(path: &str) -> bool {
    HIT_PATHS.contains(&path)
}

/// Answers what is sent to the tracking endpoint. Hits come by far most often, so they are led past the router and its
/// layers, which would cost as much as reading them; what the layers see to is seen to here.
pub async fn hit(app: &Arc<App>, headers: &HeaderMap, peer: IpAddr, request: Request<Incoming>) -> Response {
    let answer = async {
        match too_large(&request) {
            Some(refusal) => refusal,
            None => tracker::track(app, peer, request).await,
        }
    };
    let mut response = shielded(&app.metrics.panics, answer).await;
    headers::add(response.headers_mut(), headers);
    response
}

/// Every route of the server but the tracking endpoint.
pub fn router(app: Arc<App>) -> Router {
    let reports = Arc::new(policy::Reports::default());
    Router::new()
        .route("/matomo.js", get(assets::tracker_script))
        .route("/piwik.js", get(assets::tracker_script))
        .route("/js/", get(assets::tracker_script))
        .route("/index.php", get(api::index).post(api::index).options(allowed))
        .route("/", get(home).post(api::index).options(allowed))
        .route("/health", get(operations::health))
        .route("/metrics", get(operations::metrics))
        .route(NOTHING_PATH, get(operations::nothing))
        .route(crate::probes::MIRROR_PATH, get(operations::mirror))
        .route("/api/v1/openapi.json", get(v1::openapi))
        .route(REPORTS_PATH, post(move |app, peer, request| policy::report(app, peer, reports, request)))
        .route("/api/v1/session", get(session::show).post(session::sign_in).delete(session::sign_out))
        .route("/api/v1/session/factor", post(session::factor))
        .route("/api/v1/session/proof", post(session::proof))
        .route("/api/v1/session/challenge", post(session::challenge))
        .route("/api/v1/session/passkey", post(session::passkey))
        .route("/api/v1/password-reset", post(reset::ask))
        .route("/api/v1/password-reset/finish", post(reset::finish))
        .route("/api/v1/invitation/show", post(invitation::show))
        .route("/api/v1/invitation/accept", post(invitation::accept))
        .route("/api/v1/invitation/decline", post(invitation::decline))
        .route("/.well-known/change-password", get(reset::change_password))
        .route("/api/v1/setup", get(session::setup_state).post(session::set_up))
        .route("/api/v1/methods/{method}", get(v1::read).post(v1::write))
        .nest("/public", public::routes())
        .fallback(get(assets::page))
        .layer(middleware::from_fn_with_state(app.clone(), guard))
        .layer(middleware::from_fn_with_state(app.metrics.panics.clone(), shield))
        .layer(middleware::from_fn(number))
        .layer(middleware::from_fn_with_state(app.clone(), headers::secure))
        .with_state(app)
}

/// What may be done at the address of the API. No other site's page may do it.
async fn allowed() -> Response {
    (StatusCode::NO_CONTENT, [(header::ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response()
}

/// The interface; with a module in the query what `index.php` answers, which is what Matomo's clients mean by a folder.
async fn home(state: State<Arc<App>>, peer: caller::Peer, request: Request) -> Response {
    let query = caller::decode(request.uri().query().unwrap_or("").as_bytes());
    match query.filled("module") {
        Some(_) => api::index(state, peer, request).await,
        None => assets::page(state, request).await,
    }
}

async fn shield(State(panics): State<Arc<AtomicU64>>, request: Request, next: Next) -> Response {
    shielded(&panics, next.run(request)).await
}

/// Answers 500 where a route panics, so that a broken invariant ends one request and not the connection.
async fn shielded(panics: &AtomicU64, answer: impl Future<Output = Response>) -> Response {
    match runtimes::caught(answer).await {
        Some(response) => response,
        None => {
            panics.fetch_add(1, Ordering::Relaxed);
            tracing::error!("a request panicked; the line above says where");
            problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; its log has the details")
        }
    }
}

/// Gives each request a number by which records and answers can be joined.
async fn number(mut request: Request, next: Next) -> Response {
    if is_script(request.uri().path()) {
        return next.run(request).await;
    }
    let id = match makoto_identity::fresh_bytes::<8>() {
        Ok(bytes) => HeaderValue::from(u64::from_be_bytes(bytes)),
        Err(fault) => {
            tracing::error!(%fault, "the system gives no random numbers");
            return problem(
                StatusCode::INTERNAL_SERVER_ERROR,
                "internal",
                "the server failed; its log has the details",
            );
        }
    };
    request.headers_mut().insert(caller::REQUEST_ID, id.clone());
    let mut response = next.run(request).await;
    response.headers_mut().insert(caller::REQUEST_ID, id);
    response
}

/// The answer to a request that is too large, or whose size cannot be told.
fn too_large<B>(request: &Request<B>) -> Option<Response> {
    if request.uri().path_and_query().is_some_and(|path| path.as_str().len() > URI_BYTES_MAX) {
        return Some(problem(
            StatusCode::URI_TOO_LONG,
            "uri_too_long",
            "the address is too long; send the parameters by POST",
        ));
    }
    let header_bytes: usize = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if header_bytes > HEADER_BYTES_MAX {
        let message = "the headers are too long; delete this site's cookies and try again";
        return Some(problem(StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "headers_too_long", message));
    }
    let encoded = request.headers().get(header::CONTENT_ENCODING).is_some_and(|coding| coding != "identity");
    if encoded {
        let message = "compressed bodies are not read; send the body as it is";
        return Some(problem(StatusCode::UNSUPPORTED_MEDIA_TYPE, "content_encoding", message));
    }
    None
}

/// Refuses requests that are too large or meant for another host.
async fn guard(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    if let Some(refusal) = too_large(&request) {
        return refusal;
    }
    let path = request.uri().path();
    if !is_script(path) && path != "/health" && !app.client.host_known(request.uri(), request.headers()) {
        let message = "this server does not answer under this name; set base_url to the address you use";
        return problem(StatusCode::MISDIRECTED_REQUEST, "unknown_host", message);
    }
    // A hit sent there must not be answered as if it counted.
    if path.contains(".php/") {
        return problem(
            StatusCode::NOT_FOUND,
            "unknown_address",
            "nothing lies below a program; leave out the last slash",
        );
    }
    next.run(request).await
}

/// An error of our own API.
pub fn problem(status: StatusCode, code: &str, message: &str) -> Response {
    json_response(status, &json!({ "error": { "code": code, "message": message } }))
}

pub fn json_response(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json; charset=utf-8")], value.to_string()).into_response()
}

/// Why a body was not read.
pub enum BodyFault {
    TooLarge,
    TooSlow,
    Broken,
}

impl BodyFault {
    pub fn response(&self) -> Response {
        match self {
            BodyFault::TooLarge => {
                problem(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is too large; send less at once")
            }
            BodyFault::TooSlow => {
                problem(StatusCode::REQUEST_TIMEOUT, "too_slow", "the body came too slowly; try again")
            }
            BodyFault::Broken => problem(StatusCode::BAD_REQUEST, "broken_body", "the body ended early; send it again"),
        }
    }
}

/// Reads a body of at most so many bytes, without trusting what its header says of its length. `more` may allow a
/// larger one, once the smaller limit is reached, from what has been read by then.
pub async fn read_body<B>(body: B, bytes_max: usize, more: impl Fn(&[u8]) -> usize) -> Result<Bytes, BodyFault>
where
    B: HttpBody<Data = Bytes> + Unpin,
{
    if body.is_end_stream() {
        return Ok(Bytes::new());
    }
    let read = async {
        let (mut body, mut whole, mut limit, mut asked) = (body, Vec::new(), bytes_max, false);
        while let Some(frame) = body.frame().await {
            let Ok(data) = frame.map_err(|_| BodyFault::Broken)?.into_data() else { continue };
            if whole.len() + data.len() > limit && !asked {
                asked = true;
                limit = limit.max(more(&whole));
            }
            if whole.len() + data.len() > limit {
                return Err(BodyFault::TooLarge);
            }
            whole.extend_from_slice(&data);
        }
        Ok(Bytes::from(whole))
    };
    tokio::time::timeout(BODY_WAIT_MAX, read).await.map_err(|_| BodyFault::TooSlow)?
}

#[cfg(test)]
mod tests {
    use super::*;
    use hyper_util::rt::TokioIo;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tower::ServiceExt;

    const CLOSE: &str = "Connection: close\r\n";

    async fn broken() -> Response {
        // Not at the first poll: routes wait before they break.
        tokio::task::yield_now().await;
        panic!("a broken invariant");
    }

    #[tokio::test]
    async fn promise_51_a_panic_ends_one_request_and_not_its_connection() {
        let panics = Arc::new(AtomicU64::new(0));
        let router = Router::new()
            .route("/broken", get(broken))
            .route("/whole", get(allowed))
            .layer(middleware::from_fn_with_state(panics.clone(), shield));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let mut stream = tokio::net::TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (accepted, _) = listener.accept().await.unwrap();
        let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
            router.clone().oneshot(request.map(axum::body::Body::new))
        });
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(accepted), service));
        let request = |path: &str, more: &str| format!("GET /{path} HTTP/1.1\r\nHost: localhost\r\n{more}\r\n");
        let requests = [request("broken", ""), request("whole", ""), request("broken", ""), request("whole", CLOSE)];
        stream.write_all(requests.concat().as_bytes()).await.unwrap();
        let mut answers = String::new();
        stream.read_to_string(&mut answers).await.unwrap();
        let statuses: Vec<&str> = answers.split("HTTP/1.1 ").skip(1).filter_map(|answer| answer.get(..3)).collect();
        assert_eq!(statuses, ["500", "204", "500", "204"]);
        assert_eq!(answers.matches("its log has the details").count(), 2, "{answers}");
        assert_eq!(panics.load(Ordering::Relaxed), 2);
    }
}
