//! Sends what acts have promised: taken from the outbox, composed in the reader's language, tried for a day.

mod compose;
mod html;
mod language;
mod page;
mod text;
mod transport;

use crate::{app::App, runtimes};
use compose::Surroundings;
use makoto_features::{devices_detection::names, services::now_s};
use makoto_meta::{Error, Letter, Undelivered, hex};
use makoto_model::{ClientKind, Params};
use sha2::{Digest, Sha256};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::{
    sync::watch,
    task::{JoinError, JoinHandle, JoinSet},
};
use transport::Route;

/// Mails under way at once; mail servers count connections.
const SENT_AT_ONCE_MAX: usize = 4;
/// Longest pause between two looks at the outbox, for mails that another process of this installation promised.
const LOOK_PAUSE_MAX: Duration = Duration::from_secs(30);
/// Pause after the store failed.
const FAULT_PAUSE: Duration = Duration::from_secs(10);
/// Tries by the mail server from before a change, then by the one in force.
const OLD_ROUTE_TRIES_MAX: i64 = 3;
/// How long a stop waits for mails under way, once the last request has ended: together less than the ten seconds that a
/// stop may take. What is not sent by then is sent after the next start.
const STOP_WAIT_MAX: Duration = Duration::from_secs(2);
/// Bytes of a mail's number that are written: enough to be no other's.
const ID_BYTES: usize = 16;

/// Sends until told to stop.
pub async fn run(app: Arc<App>, id_secret: [u8; 32], mut stop: watch::Receiver<bool>) {
    let (mut under_way, panics) = (JoinSet::new(), &app.metrics.panics);
    loop {
        let begun = runtimes::one_piece(panics, "the outbox", begin_due(&app, &id_secret, &mut under_way)).await;
        let pause = match begun {
            Some(Ok(pause)) => pause,
            Some(Err(fault)) => {
                tracing::error!(%fault, "the outbox failed; it is looked at again");
                FAULT_PAUSE
            }
            None => FAULT_PAUSE,
        };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = app.services.meta.mail_promised() => {}
            Some(done) = under_way.join_next() => report(done, panics),
            _ = stop.wait_for(|stop| *stop) => break,
        }
    }
    while let Some(done) = under_way.join_next().await {
        report(done, panics);
    }
}

fn report(done: Result<Result<(), Error>, JoinError>, panics: &AtomicU64) {
    if done.as_ref().is_err_and(JoinError::is_panic) {
        panics.fetch_add(1, Ordering::Relaxed);
    }
    match done {
        Ok(Ok(())) => {}
        Ok(Err(fault)) => tracing::error!(%fault, "what came of a mail could not be written down; it is sent again"),
        Err(fault) => tracing::error!(%fault, "a mail could not be composed; it is tried again"),
    }
}

/// Waits for the sender, which was told to stop.
pub async fn finish(mut sender: JoinHandle<()>) {
    if tokio::time::timeout(STOP_WAIT_MAX, &mut sender).await.is_err() {
        tracing::warn!("a mail server takes too long; the mail is sent again after the next start");
        sender.abort();
    }
}

/// Begins to send what is due, as far as there is room; how long nothing further will be.
async fn begin_due(
    app: &Arc<App>,
    id_secret: &[u8; 32],
    under_way: &mut JoinSet<Result<(), Error>>,
) -> Result<Duration, Error> {
    let meta = &app.services.meta;
    let room = SENT_AT_ONCE_MAX.saturating_sub(under_way.len());
    if room == 0 {
        return Ok(LOOK_PAUSE_MAX);
    }
    let letters = meta.take_mail(now_s(), u32::try_from(room).unwrap_or(1)).await?;
    for letter in letters {
        under_way.spawn(deliver_one(app.clone(), letter, *id_secret));
    }
    let next_s = meta.next_mail_s().await?.unwrap_or(i64::MAX);
    let wait_s = u64::try_from(next_s.saturating_sub(now_s())).unwrap_or(0);
    Ok(Duration::from_secs(wait_s.max(1)).min(LOOK_PAUSE_MAX))
}

async fn deliver_one(app: Arc<App>, letter: Letter, id_secret: [u8; 32]) -> Result<(), Error> {
    let outcome = send(&app, &letter, &id_secret).await;
    let counter = if outcome.is_ok() { &app.metrics.mails_sent } else { &app.metrics.mails_failed };
    counter.fetch_add(1, Ordering::Relaxed);
    if let Err(Undelivered::Later(fault) | Undelivered::Never(fault)) = &outcome {
        tracing::warn!(mail = letter.id, kind = letter.kind.name(), %fault, "a mail did not leave");
    }
    app.services.meta.end_mail(&letter, outcome, now_s()).await
}

async fn send(app: &App, letter: &Letter, id_secret: &[u8; 32]) -> Result<(), Undelivered> {
    let device = |agent: &str| device(app, agent);
    let country = |address: &str| country(app, address);
    let around = Surroundings { base_url: &app.config.base_url, device: &device, country: &country };
    let page = compose::compose(letter, &around);
    let host = around.host();
    let in_force = app.services.meta.mail_route();
    let old = letter.route.clone().filter(|_| letter.tries <= OLD_ROUTE_TRIES_MAX);
    let settings = old.or(in_force).or_else(|| letter.route.clone());
    let settings = settings.ok_or_else(|| Undelivered::Later("no mail server is set".to_owned()))?;
    let route = Route::new(&settings, host).await?;
    route.send(&letter.address, &message_id(letter, id_secret, host), &page).await
}

/// The address that mails are from; nothing where no mail server is named.
pub fn sender_address(app: &App) -> Option<String> {
    let (_, host) = app.config.base_url.split_once("://").unwrap_or(("", &app.config.base_url));
    app.services.meta.mail_route().map(|settings| transport::sender(&settings, host))
}

/// How the mail server in force answers when it is greeted, and signed in to where it asks for that.
///
/// # Errors
/// When none is named, or it does not answer.
pub async fn greet(app: &App) -> Result<String, String> {
    let settings = app.services.meta.mail_route().ok_or("no mail server is set")?;
    let (_, host) = app.config.base_url.split_once("://").unwrap_or(("", &app.config.base_url));
    let text = |fault: Undelivered| match fault {
        Undelivered::Later(why) | Undelivered::Never(why) => why,
    };
    Route::new(&settings, host).await.map_err(text)?.greet().await?;
    Ok("answers".to_owned())
}

/// The same for each try of a mail, so that its readers know a second copy, and told to nobody beforehand.
fn message_id(letter: &Letter, secret: &[u8; 32], host: &str) -> String {
    let digest = Sha256::new().chain_update(secret).chain_update(letter.id.to_be_bytes()).finalize();
    format!("<{}@{}>", hex(&digest[..ID_BYTES]), transport::bare_host(host))
}

fn device(app: &App, agent: &str) -> Option<String> {
    let found = app.data.detect(agent, &Params::default(), Default::default);
    let browser = found.client.as_ref().filter(|client| client.kind == ClientKind::Browser);
    let system = Some(names::system(&found.os_code)).filter(|_| !found.os_code.is_empty());
    match (browser, system) {
        (Some(browser), Some(system)) => Some(format!("{}, {system}", names::browser(&browser.code))),
        (Some(browser), None) => Some(names::browser(&browser.code).to_owned()),
        (None, system) => system.map(str::to_owned),
    }
}

fn country(app: &App, address: &str) -> Option<String> {
    let code = app.data.country(address.parse().ok()?)?;
    Some(geolocation::country_name(&code).to_owned())
}
