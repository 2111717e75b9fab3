//! New passwords by a mailed link, and the address by which password managers find where to change one.

use super::{
    caller::Peer,
    session::{anonymous, error, read_json, refuse_foreign},
};
use crate::app::App;
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::{IntoResponse, Redirect, Response},
};
use makoto_features::services::now_s;
use serde::Deserialize;
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Links that are being made at once. Each is a few milliseconds of work.
const AT_ONCE_MAX: usize = 16;
/// How long the others are told to wait, in seconds.
const FULL_WAIT_S: u64 = 2;

/// The work that goes on after the answer was given.
pub struct Desk {
    turns: Arc<Semaphore>,
}

impl Default for Desk {
    fn default() -> Desk {
        Desk { turns: Arc::new(Semaphore::new(AT_ONCE_MAX)) }
    }
}

#[derive(Deserialize)]
struct Ask {
    login: String,
}

#[derive(Deserialize)]
struct Finish {
    token: String,
    password: String,
}

/// Sends a link to whoever has this login. The answer is given before anything is looked up, so that neither it nor
/// its time tells who exists.
pub async fn ask(State(app): State<Arc<App>>, peer: Peer, desk: Arc<Desk>, request: Request) -> Response {
    let (parts, form) = match read_json::<Ask>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let caller = anonymous(&app, &peer, &parts.headers);
    if let Err(fault) =
        app.identity().check_address(&caller).and_then(|()| app.identity().count_address(&caller, now_s()))
    {
        return error(&fault);
    }
    let Ok(turn) = desk.turns.clone().try_acquire_owned() else {
        return error(&makoto_identity::Error::Slower { wait_s: FULL_WAIT_S });
    };
    let app = app.clone();
    tokio::spawn(async move {
        if let Err(fault) = app.identity().ask_reset(&caller, &form.login, now_s()).await {
            tracing::error!(%fault, "a link for a new password was not sent");
        }
        drop(turn);
    });
    StatusCode::NO_CONTENT.into_response()
}

/// Sets a new password by a link's secret. The user signs in with it then, with their second factor.
pub async fn finish(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, form) = match read_json::<Finish>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let caller = anonymous(&app, &peer, &parts.headers);
    match app.identity().finish_reset(&caller, &form.token, &form.password, now_s()).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => error(&fault),
    }
}

/// Where password managers send those who want to change their password.
pub async fn change_password() -> Redirect {
    Redirect::to("/admin/personal/security")
}
