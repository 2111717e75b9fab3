//! What the server does by itself, at its times.

use crate::serve::Running;
use std::{sync::Arc, time::Duration};
use tokio::sync::watch;

/// How often jobs are looked at.
const TICK: Duration = Duration::from_secs(60);
/// The analytics store is sorted anew once this many rows lie unsorted and a day has passed, …
const UNSORTED_ROWS_MIN: u64 = 100_000;
/// … or at once when they are this many, since scans then cost several times as much.
const UNSORTED_ROWS_MAX: u64 = 3_000_000;
/// Ticks between two looks at a store that has little unsorted: a day.
const DAY_TICKS: u64 = 24 * 60;
/// Ticks between two rounds of tidying: an hour.
const HOUR_TICKS: u64 = 60;

/// Runs the jobs until told to stop.
pub async fn run(running: Arc<Running>, mut stop: watch::Receiver<bool>) {
    let mut tick: u64 = 0;
    // What fell due while no server ran is done first.
    tend_users(&running).await;
    loop {
        tokio::select! {
            _ = tokio::time::sleep(TICK) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        tick += 1;
        tend_users(&running).await;
        note_sign_ins(&running).await;
        cluster(&running, tick.is_multiple_of(DAY_TICKS)).await;
        if tick.is_multiple_of(HOUR_TICKS) {
            tidy(&running).await;
        }
    }
}

/// Writes down what is counted in memory of sign-ins and tokens.
pub async fn note_sign_ins(running: &Running) {
    let identity = &running.instance.identity;
    if let Err(fault) = identity.save_attempts(makoto_features::services::now_s()).await {
        tracing::error!(%fault, "failed sign-ins could not be written down");
    }
    if let Err(fault) = identity.save_token_uses().await {
        tracing::error!(%fault, "uses of tokens could not be written down");
    }
}

async fn tend_users(running: &Running) {
    let now_s = makoto_features::services::now_s();
    if let Err(fault) = makoto_features::users_manager::jobs::run_due(&running.instance.meta, now_s).await {
        tracing::error!(%fault, "the jobs about users failed; they are tried again");
    }
}

async fn cluster(running: &Running, daily: bool) {
    let engine = running.app.engine.clone();
    let work = tokio::task::spawn_blocking(move || {
        let unsorted = engine.stats()?.unsorted_rows;
        let due = if daily { UNSORTED_ROWS_MIN } else { UNSORTED_ROWS_MAX };
        if unsorted >= due { engine.cluster() } else { Ok(false) }
    });
    match work.await {
        Ok(Ok(true)) => tracing::info!("the analytics store was sorted"),
        Ok(Ok(false)) => {}
        Ok(Err(fault)) => tracing::error!(%fault, "the analytics store could not be sorted; it is tried again"),
        Err(fault) => tracing::error!(%fault, "sorting the analytics store failed"),
    }
}

async fn tidy(running: &Running) {
    let now_s = makoto_features::services::now_s();
    if let Err(fault) = running.instance.identity.expire_sessions(now_s).await {
        tracing::error!(%fault, "ended sessions could not be removed");
    }
    if let Err(fault) = running.instance.identity.tend_tokens(now_s).await {
        tracing::error!(%fault, "expired tokens could not be removed");
    }
    if let Err(fault) = running.instance.meta.expire_resets(now_s).await {
        tracing::error!(%fault, "expired links could not be removed");
    }
    if let Err(fault) = running.app.journal.expire_keys(now_s) {
        tracing::error!(%fault, "old keys could not be removed from the journal");
    }
}
