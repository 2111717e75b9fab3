//! Answers to invitations. The secret stands behind the `#` of the link, so that no log holds it, and comes here by
//! POST: programs that open every link of a mail consume nothing.

use super::{
    caller::Peer,
    json_response,
    session::{anonymous, entered, error, read_json, refuse_foreign},
};
use crate::app::App;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use makoto_access::Caller;
use makoto_features::services::now_s;
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize)]
struct Link {
    token: String,
}

#[derive(Deserialize)]
struct Acceptance {
    token: String,
    password: String,
}

async fn read<T: for<'a> Deserialize<'a>>(app: &App, peer: &Peer, request: Request) -> Result<(Caller, T), Response> {
    let (parts, form) = read_json::<T>(request).await?;
    match refuse_foreign(app, &parts.headers) {
        Some(refusal) => Err(refusal),
        None => Ok((anonymous(app, peer, &parts.headers), form)),
    }
}

/// What the invitation says: who is invited, by whom, until when.
pub async fn show(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (caller, form) = match read::<Link>(&app, &peer, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    match app.identity().show_invitation(&caller, &form.token, now_s()).await {
        Ok(found) => {
            let body = json!({ "login": found.login, "email": found.email, "inviter": found.inviter,
                "expires_s": found.expires_s });
            json_response(StatusCode::OK, &body)
        }
        Err(fault) => error(&fault),
    }
}

/// Makes the user active with a password, and signs them in.
pub async fn accept(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let headers = request.headers().clone();
    let (caller, form) = match read::<Acceptance>(&app, &peer, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let done = app.identity().accept_invitation(&caller, &form.token, &form.password, &caller.agent, now_s()).await;
    entered(&app, &caller, &headers, done).await
}

/// Forgets the invited user. Nobody is signed in by it.
pub async fn decline(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (caller, form) = match read::<Link>(&app, &peer, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    match app.identity().decline_invitation(&caller, &form.token, now_s()).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => error(&fault),
    }
}
