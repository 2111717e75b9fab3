//! Matomo's tracking endpoint. A success is sent only when the hit is on the disk.

use super::{caller::bearer, read_body};
use crate::{app::App, commands::Failure};
use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use device_detection::ClientHints;
use hyper::body::Incoming;
use makoto_access::{Principal, Reach, Role, User};
use makoto_identity::Bearing;
use makoto_journal::{Error as JournalError, Records, Reservation};
use makoto_model::{Hit, Params, SiteId};
use makoto_tracking::{Bulk, Context, Lookups, RawRequest, Read, Refused, Sender, SiteRules, parse};
use serde_json::json;
use std::{
    borrow::Borrow,
    net::IpAddr,
    sync::{Arc, Mutex, PoisonError, atomic::Ordering},
    time::Instant,
};

/// A transparent image of one point, 43 bytes.
const GIF: &[u8] = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;";
/// What a person reads who opens the endpoint in a browser.
const NOTE: &str = "<!DOCTYPE html><html lang=\"en\"><title>Makoto</title><p>This is the tracking endpoint of Makoto, a web analytics server. \
    Send hits here; see the documentation of the tracking API.</p></html>";
/// Longest body from senders without a valid token, in bytes.
const OPEN_BODY_BYTES_MAX: usize = 1024 * 1024;
/// Longest body of a bulk with a valid token, in bytes.
const BULK_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Seconds to wait that a refused sender is told; spread so that they do not all return at once.
const RETRY_AFTER_S: [&str; 4] = ["2", "5", "9", "14"];
/// What a hit takes in the journal, about, in bytes.
const HIT_BYTES: usize = 400;
/// For how long the same order id is refused: for ever.
const NEVER_S: i64 = i64::MAX;

pub async fn track(app: &Arc<App>, peer: IpAddr, request: Request<Incoming>) -> Response {
    let (parts, body) = request.into_parts();
    let headers = &parts.headers;
    let get = matches!(parts.method, Method::GET | Method::HEAD);
    let mut response = if parts.method == Method::OPTIONS {
        preflight()
    } else if !get && parts.method != Method::POST {
        (StatusCode::METHOD_NOT_ALLOWED, [(header::ALLOW, "GET, HEAD, POST, OPTIONS")]).into_response()
    } else {
        let address = app.client.address(peer, headers);
        let larger = |read: &[u8]| if may_send_more(app, headers, address, read) { BULK_BODY_BYTES_MAX } else { 0 };
        match read_body(body, OPEN_BODY_BYTES_MAX, larger).await {
            Ok(body) => {
                let query = parts.uri.query().unwrap_or("");
                let read = parse::read(&RawRequest { method: parts.method.as_str(), query, body: &body });
                // Hits may wait for the disk: what they were read from is not kept meanwhile.
                drop(body);
                respond(app, read, address, headers).await
            }
            Err(fault) => fault.response(),
        }
    };
    open_to_all(&mut response, headers, get);
    response
}

/// Any page may send hits and see whether they arrived; nothing private is answered, and no cookie is read.
fn open_to_all(response: &mut Response, headers: &HeaderMap, get: bool) {
    let out = response.headers_mut();
    if get {
        return;
    }
    match headers.get(header::ORIGIN) {
        Some(origin) => {
            out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
            out.insert(header::ACCESS_CONTROL_ALLOW_CREDENTIALS, HeaderValue::from_static("true"));
            out.insert(header::VARY, HeaderValue::from_static("origin"));
        }
        None => {
            out.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        }
    }
}

fn preflight() -> Response {
    let headers: [(HeaderName, &str); 2] =
        [(header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"), (header::ACCESS_CONTROL_ALLOW_HEADERS, "*")];
    (StatusCode::NO_CONTENT, headers).into_response()
}

/// The holder of a token that may track. It may stand in an address here, as Matomo's clients send it.
fn tracker_of(app: &App, token: &str, address: IpAddr) -> Option<Principal> {
    let bearing = Bearing { address: Some(address), in_url: false };
    let principal = app.identity().token_principal(token, bearing, makoto_features::services::now_s())?;
    let reads = matches!(&principal, Principal::User(User { cap: Some(cap), .. }) if cap.reach == Reach::Read);
    (!reads).then_some(principal)
}

/// Whether what has been read of a body, or the header, shows a valid token.
fn may_send_more(app: &App, headers: &HeaderMap, address: IpAddr, read: &[u8]) -> bool {
    let valid = |token: &str| tracker_of(app, token, address).is_some();
    if bearer(headers).is_some_and(valid) {
        return true;
    }
    let text = String::from_utf8_lossy(read);
    let Some((_, rest)) = text.split_once("token_auth") else { return false };
    let token: String =
        rest.chars().skip_while(|c| "\"': ".contains(*c)).take_while(|c| !"\"'".contains(*c)).take(64).collect();
    valid(&token)
}

async fn respond(app: &Arc<App>, read: Result<Read, parse::Fault>, address: IpAddr, headers: &HeaderMap) -> Response {
    match read {
        Ok(Read::Nothing) => note(StatusCode::OK),
        Ok(Read::One(params)) => one(app, &params, address, headers).await,
        Ok(Read::Bulk(bulk)) => many(app, bulk, address, headers).await,
        Err(parse::Fault::TooManyItems(limit)) => {
            bulk_refused(StatusCode::PAYLOAD_TOO_LARGE, &format!("send at most {limit} requests at once"))
        }
        Err(fault @ (parse::Fault::BadBulk | parse::Fault::TooDeep)) => {
            bulk_refused(StatusCode::BAD_REQUEST, &fault.to_string())
        }
        Err(_) => note(StatusCode::BAD_REQUEST),
    }
}

/// The answer to a bulk of which nothing was taken.
fn bulk_refused(status: StatusCode, message: &str) -> Response {
    super::json_response(status, &json!({ "status": "error", "tracked": 0, "invalid": 0, "message": message }))
}

fn note(status: StatusCode) -> Response {
    (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], NOTE).into_response()
}

fn image(status: StatusCode) -> Response {
    (status, [(header::CONTENT_TYPE, "image/gif")], GIF).into_response()
}

/// The answer to a hit that counts or is dropped, and to one that is wrong.
fn single(status: StatusCode, wants_image: bool) -> Response {
    match (status.is_success(), wants_image) {
        (true, true) => image(status),
        (true, false) => StatusCode::NO_CONTENT.into_response(),
        (false, false) => note(status),
        (false, true) => {
            let body = [GIF, NOTE.as_bytes()].concat();
            (status, [(header::CONTENT_TYPE, "image/gif")], body).into_response()
        }
    }
}

/// Why hits could not be made durable, as an answer: come again later, or this was sent before.
fn not_durable(app: &App, error: &JournalError) -> Response {
    let status = match error {
        JournalError::Duplicate(_) => return single(StatusCode::BAD_REQUEST, true),
        JournalError::TooLarge { .. } => StatusCode::PAYLOAD_TOO_LARGE,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let refused = app.metrics.hits_refused_busy.fetch_add(1, Ordering::Relaxed);
    if refused.is_multiple_of(1000) {
        tracing::warn!(%error, "hits are refused");
    }
    let retry = RETRY_AFTER_S[refused as usize % RETRY_AFTER_S.len()];
    (status, [(header::RETRY_AFTER, retry)], "").into_response()
}

/// The answer to the question asked last: the hits of a bulk mostly ask the same ones.
struct Last<K, T>(Mutex<Option<(K, T)>>);

impl<K, T> Default for Last<K, T> {
    fn default() -> Last<K, T> {
        Last(Mutex::default())
    }
}

impl<K, T> Last<K, T> {
    fn answer<Q, R>(&self, question: &Q, find: impl FnOnce() -> T, read: impl FnOnce(&T) -> R) -> R
    where
        K: Borrow<Q>,
        Q: ToOwned<Owned = K> + PartialEq + ?Sized,
    {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match &*last {
            Some((known, answer)) if Borrow::<Q>::borrow(known) == question => read(answer),
            _ => read(&last.insert((question.to_owned(), find())).1),
        }
    }
}

/// The text of a header; where it is none, as cookies of other programs may make it, what it tells of an opt-out.
fn text(value: &HeaderValue) -> &str {
    let told = || super::optout::pairs(value).find(|pair| super::optout::is_choice(pair));
    std::str::from_utf8(value.as_bytes()).ok().or_else(told).unwrap_or("")
}

/// The parts of a context that live as long as a request.
struct Desk<'a> {
    app: &'a App,
    headers: Vec<(&'a str, &'a str)>,
    address: IpAddr,
    bearer: Option<&'a str>,
    sites: Arc<makoto_meta::Snapshot>,
    /// Who holds a token.
    holders: Last<String, Option<Principal>>,
    rules: Last<SiteId, Option<Arc<SiteRules>>>,
    /// The operator may say when and where hits happened, as the holder of a token may.
    operator: bool,
}

impl<'a> Desk<'a> {
    fn new(app: &'a App, headers: &'a HeaderMap, address: IpAddr) -> Desk<'a> {
        let pairs = headers.iter().map(|(name, value)| (name.as_str(), text(value))).collect();
        Desk {
            app,
            headers: pairs,
            address,
            bearer: bearer(headers),
            sites: app.services.meta.snapshot(),
            holders: Last::default(),
            rules: Last::default(),
            operator: false,
        }
    }

    fn of_operator(app: &'a App) -> Desk<'a> {
        let address = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);
        Desk {
            app,
            headers: Vec::new(),
            address,
            bearer: Some("operator"),
            sites: app.services.meta.snapshot(),
            holders: Last::default(),
            rules: Last::default(),
            operator: true,
        }
    }

    fn may_write(&self, site: SiteId, token: &str) -> bool {
        if self.operator {
            return true;
        }
        let find = || tracker_of(self.app, token, self.address);
        let writes = |holder: &Option<Principal>| {
            holder.as_ref().is_some_and(|principal| principal.role(site) >= Some(Role::Write))
        };
        self.holders.answer(token, find, writes)
    }

    /// Counts a request that made no hit, and shows it to whoever watches.
    fn refuse(&self, params: &Params, refused: Refused) {
        let site = params.int("idsite").and_then(|id| u32::try_from(id).ok());
        let exists = site.is_some_and(|site| self.sites.sites.contains_key(&SiteId(site)));
        let host = self.headers.iter().find(|(name, _)| *name == "host").map_or("", |(_, host)| *host);
        self.app.failures.note(params, refused, host, exists, makoto_features::services::now_s());
        if let Some(site) = site.filter(|_| exists && self.app.live.is_on()) {
            let cause = crate::failures::cause(refused).to_owned();
            self.app.live.note(site, params, vec![read_step(params), ("refused", cause)], None);
        }
    }

    /// Shows hits that lie in the journal to whoever watches.
    fn show(&self, params: &[&Params]) {
        if !self.app.live.is_on() {
            return;
        }
        let position = self.app.journal.head().get();
        for params in params {
            if let Some(site) = params.int("idsite").and_then(|id| u32::try_from(id).ok()) {
                let steps = vec![
                    read_step(params),
                    ("accepted", "it counts".to_owned()),
                    ("journal", "on the disk".to_owned()),
                ];
                self.app.live.note(site, params, steps, Some(position));
            }
        }
    }

    fn rules(&self, site: SiteId) -> Option<Arc<SiteRules>> {
        let find = || self.sites.sites.get(&site).map(|site| self.app.rules(site));
        self.rules.answer(&site, find, Option::clone)
    }

    /// Hands the context to a piece of work: it borrows closures, which must outlive it.
    fn with<T>(&self, work: impl FnOnce(&Context, &Sender, Option<&str>) -> T) -> T {
        let data = &self.app.data;
        let hints = ClientHints::from_headers(self.headers.iter().copied());
        let lookups = Lookups {
            detect: &|agent, params, _| data.detect(agent, params, || hints.clone()),
            locate: &|address, language| data.locate(address, language),
            referrers: &crate::lookups::referrer,
        };
        let context = Context {
            catalog: &self.app.catalog,
            lookups: &lookups,
            sites: &|site| self.rules(site),
            authorised: &|site, token| self.may_write(site, token),
            salts: &self.app.salts,
            spam_filter: true,
            now_s: makoto_features::services::now_s(),
        };
        let sender = Sender { address: self.address, headers: &self.headers };
        work(&context, &sender, self.bearer)
    }
}

fn read_step(params: &Params) -> (&'static str, String) {
    ("read", format!("{} parameters", params.iter().count()))
}

/// A key that stands for an order of a site, so that it is taken once. It stays when its visit is erased; without the
/// installation's own key nobody finds out by guessing which order it was.
fn order_key(app: &App, hit: &Hit) -> Option<Reservation> {
    let order = makoto_tracking::order_id(hit)?;
    let hash = app.services.meta.derive_key(&format!("order:{}:{order}", hit.site));
    let mut key = [0; 16];
    key.copy_from_slice(&hash[..16]);
    Some(Reservation { key, expires_s: NEVER_S })
}

async fn one(app: &Arc<App>, params: &Params, address: IpAddr, headers: &HeaderMap) -> Response {
    let wants_image = params.get("send_image") != Some("0");
    let desk = Desk::new(app, headers, address);
    let hit = match desk.with(|context, sender, token| makoto_tracking::accept(params, sender, token, context)) {
        Ok(hit) => hit,
        Err(refused @ Refused::Dropped(reason)) => {
            app.metrics.drop_hit(reason);
            desk.refuse(params, refused);
            return single(StatusCode::OK, wants_image);
        }
        Err(refused @ Refused::Invalid(invalid)) => {
            app.metrics.refuse_hit(invalid);
            desk.refuse(params, refused);
            return single(StatusCode::BAD_REQUEST, wants_image);
        }
    };
    let keys: Vec<Reservation> = order_key(app, &hit).into_iter().collect();
    let records = encode(&[hit]);
    match append(app, records, 1, &keys).await {
        Ok(()) => {
            desk.show(&[params]);
            single(StatusCode::OK, wants_image)
        }
        Err(JournalError::Duplicate(_)) => single(StatusCode::BAD_REQUEST, wants_image),
        Err(error) => not_durable(app, &error),
    }
}

/// Hits as they wait and are stored, in no more memory than they take.
fn encode(hits: &[Hit]) -> Result<Records, JournalError> {
    let mut records = Records::with_capacity(hits.len() * HIT_BYTES);
    for hit in hits {
        let written = records.push_with(|bytes| hit.encode_to(bytes));
        written.map_err(|fault| JournalError::Failed { cause: fault.to_string().into() })?;
    }
    records.shrink();
    Ok(records)
}

async fn append(
    app: &App,
    records: Result<Records, JournalError>,
    hits: usize,
    keys: &[Reservation],
) -> Result<(), JournalError> {
    let began = Instant::now();
    app.journal.append_records(app.schema, records?, keys).await?;
    app.metrics.acknowledge(began.elapsed(), hits as u64);
    Ok(())
}

/// What became of the requests of a bulk.
#[derive(Default)]
struct Tally {
    hits: Vec<Hit>,
    /// For each hit, which request of the bulk it was; ascending.
    places: Vec<usize>,
    keys: Vec<Reservation>,
    /// For each key, the request that it was made for.
    keyed: Vec<usize>,
    tracked: usize,
    invalid: Vec<usize>,
}

impl Tally {
    fn take(&mut self, place: usize, hit: Hit, key: Option<Reservation>) {
        if key.is_some() {
            self.keyed.push(place);
        }
        self.keys.extend(key);
        self.places.push(place);
        self.hits.push(hit);
        self.tracked += 1;
    }

    /// Takes the request of a key out again.
    fn give_up(&mut self, key: usize) {
        self.keys.remove(key);
        let place = self.keyed.remove(key);
        if let Ok(hit) = self.places.binary_search(&place) {
            self.places.remove(hit);
            self.hits.remove(hit);
        }
        self.tracked -= 1;
        self.invalid.push(place);
    }
}

fn sort(desk: &Desk, bulk: &Bulk, context: &Context, sender: &Sender, bearer: Option<&str>) -> Tally {
    let app = desk.app;
    let token = bulk.token_auth.as_deref().or(bearer);
    let mut tally = Tally::default();
    for (index, entry) in bulk.entries.iter().enumerate() {
        let accepted = entry.as_ref().map(|params| makoto_tracking::accept(params, sender, token, context));
        match accepted {
            Some(Ok(hit)) => {
                let key = order_key(app, &hit);
                if key.is_some_and(|key| tally.keys.contains(&key)) {
                    tally.invalid.push(index);
                    continue;
                }
                tally.take(index, hit, key);
            }
            Some(Err(refused @ Refused::Dropped(reason))) => {
                app.metrics.drop_hit(reason);
                if let Some(params) = entry {
                    desk.refuse(params, refused);
                }
                tally.tracked += 1;
            }
            Some(Err(refused @ Refused::Invalid(invalid))) => {
                app.metrics.refuse_hit(invalid);
                if let Some(params) = entry {
                    desk.refuse(params, refused);
                }
                tally.invalid.push(index);
            }
            None => tally.invalid.push(index),
        }
    }
    tally
}

async fn many(app: &Arc<App>, mut bulk: Bulk, address: IpAddr, headers: &HeaderMap) -> Response {
    let desk = Desk::new(app, headers, address);
    let token = bulk.token_auth.as_deref().or(desk.bearer);
    let authenticated = token.is_some_and(|token| tracker_of(app, token, desk.address).is_some());
    if let Err(fault) = bulk.check_size(authenticated) {
        return bulk_refused(StatusCode::PAYLOAD_TOO_LARGE, &fault.to_string());
    }
    let mut tally = desk.with(|context, sender, bearer| sort(&desk, &bulk, context, sender, bearer));
    if !app.live.is_on() {
        // Nobody is shown them; a bulk on a slow disk waits without them.
        bulk.entries = Vec::new();
    }
    if let Err(error) = store(app, &mut tally).await {
        return not_durable(app, &error);
    }
    let counted: Vec<&Params> = tally.places.iter().filter_map(|place| bulk.entries.get(*place)?.as_ref()).collect();
    desk.show(&counted);
    if !bulk.send_image {
        return StatusCode::NO_CONTENT.into_response();
    }
    let mut body = json!({ "status": "success", "tracked": tally.tracked, "invalid": tally.invalid.len() });
    if authenticated {
        body["invalid_indices"] = json!(tally.invalid);
    }
    super::json_response(StatusCode::OK, &body)
}

/// Stores the hits of a bulk at once. An order that was sent before is taken out, and the rest is stored.
async fn store(app: &App, tally: &mut Tally) -> Result<(), JournalError> {
    loop {
        let (records, hits) = (encode(&tally.hits), tally.hits.len());
        if tally.keys.is_empty() {
            // None of them can be taken out again.
            tally.hits = Vec::new();
        }
        match append(app, records, hits, &tally.keys).await {
            Err(JournalError::Duplicate(key)) if key < tally.keys.len() => tally.give_up(key),
            done => {
                tally.invalid.sort_unstable();
                return done;
            }
        }
    }
}

/// Tracks a bulk on behalf of the operator; how many hits counted.
///
/// # Errors
/// When the bulk cannot be read or the hits cannot be made durable.
pub async fn feed(app: &Arc<App>, body: &[u8]) -> Result<String, Failure> {
    let raw = RawRequest { method: "POST", query: "", body };
    let Ok(Read::Bulk(bulk)) = parse::read(&raw) else {
        return Err(Failure::Refused("send a bulk of hits as JSON".to_owned()));
    };
    let desk = Desk::of_operator(app);
    let mut tally = desk.with(|context, sender, bearer| sort(&desk, &bulk, context, sender, bearer));
    store(app, &mut tally).await?;
    Ok(tally.tracked.to_string())
}
