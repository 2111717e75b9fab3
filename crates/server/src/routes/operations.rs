//! For operators: is it alive, and how does it do.

use super::caller::{Peer, bearer};
use crate::{app::App, client, metrics::Readings, probes::MIRROR_HEADER};
use axum::{
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use makoto_identity::Bearing;
use serde_json::json;
use std::sync::{Arc, atomic::Ordering};

/// 200 while the server answers, which takes hits then. Says how many of them wait to be counted, and by `degraded` that
/// counting them fails; the log says why.
pub async fn health(State(app): State<Arc<App>>) -> Response {
    let waiting = app.journal.head().get().saturating_sub(app.flow.applied());
    let status = if app.flow.fault().is_some() { "degraded" } else { "ok" };
    super::json_response(StatusCode::OK, &json!({ "status": status, "hits_waiting": waiting }))
}

/// Tells a running look of the security check-up under which address it is seen, and gives it a session's cookie without
/// a secret, so that the look sees what becomes of it on the way; for everybody else there is nothing.
pub async fn mirror(State(app): State<Arc<App>>, peer: Peer, headers: HeaderMap) -> Response {
    let secret = headers.get(MIRROR_HEADER).and_then(|secret| secret.to_str().ok()).unwrap_or("");
    if !app.mirror.knows(secret) {
        return super::problem(StatusCode::NOT_FOUND, "not_found", "there is nothing here");
    }
    let address = app.client.address(peer.0, &headers);
    let mut response = super::json_response(StatusCode::OK, &json!({ "address": address.to_string() }));
    response.headers_mut().insert(header::SET_COOKIE, super::session::cookie_form());
    response
}

/// The route that does nothing.
pub const NOTHING_PATH: &str = "/nothing";

/// A route that does nothing, against which the cost of hits is measured: so it is answered on the same threads.
pub async fn nothing() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// Only this machine, asked directly, or a superuser's token sees the numbers.
pub async fn metrics(State(app): State<Arc<App>>, peer: Peer, uri: Uri, headers: HeaderMap) -> Response {
    let direct = client::is_local(peer.0, &uri, &headers);
    let now_s = makoto_features::services::now_s();
    let bearing = Bearing { address: Some(app.client.address(peer.0, &headers)), in_url: false };
    let principal = bearer(&headers).and_then(|token| app.identity().token_principal(token, bearing, now_s));
    if !direct && !principal.is_some_and(|principal| principal.is_superuser()) {
        return super::problem(
            StatusCode::UNAUTHORIZED,
            "forbidden",
            "send a superuser's token as Authorization: Bearer",
        );
    }
    let engine = app.engine.clone();
    let stats = match tokio::task::spawn_blocking(move || engine.stats()).await {
        Ok(Ok(stats)) => stats,
        Ok(Err(fault)) => return failed(&fault),
        Err(fault) => return failed(&fault),
    };
    let mails = match app.services.meta.mail_counts(now_s).await {
        Ok(mails) => mails,
        Err(fault) => return failed(&fault),
    };
    let checkup = match checkup(&app).await {
        Ok(checkup) => checkup,
        Err(fault) => return failed(&fault),
    };
    let text = app.metrics.text(&Readings {
        journal_head: app.journal.head().get(),
        applied: app.flow.applied(),
        folded_hits: app.flow.folded_hits.load(Ordering::Relaxed),
        folded_texts: app.flow.folded_texts.load(Ordering::Relaxed),
        fold_failures: app.flow.failures.load(Ordering::Relaxed),
        analytics_bytes: stats.file_bytes,
        analytics_memory_bytes: stats.memory_bytes,
        visits: stats.visits,
        actions: stats.actions,
        mails_waiting: u64::try_from(mails.waiting).unwrap_or(0),
    });
    let text = text + &checkup;
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")], text).into_response()
}

/// The score of the security check-up and the state of each check, as last measured.
async fn checkup(app: &App) -> Result<String, makoto_meta::Error> {
    use std::fmt::Write;
    let meta = &app.services.meta;
    let mut text = String::new();
    if let Some(point) = meta.checkup_scores(1).await?.pop() {
        // Writing to a String cannot fail.
        let _ = write!(
            text,
            "# HELP makoto_checkup_score Score of the security check-up, 0 to 100.\n# TYPE makoto_checkup_score gauge\n\
             makoto_checkup_score {}\n",
            point.score
        );
    }
    let rows = meta.checkup_rows().await?;
    if !rows.is_empty() {
        text.push_str(
            "# HELP makoto_checkup_check 1 for the state that a check is in.\n# TYPE makoto_checkup_check gauge\n",
        );
    }
    for row in rows {
        let _ = writeln!(text, "makoto_checkup_check{{id=\"{}\",state=\"{}\"}} 1", row.check, row.state);
    }
    Ok(text)
}

fn failed(fault: &dyn std::fmt::Display) -> Response {
    tracing::error!(%fault, "the numbers for operators could not be read");
    super::problem(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the server failed; its log has the details")
}
