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

#[derive(Deserialize)]
struct Ask {
    login: String,
}

#[derive(Deserialize)]
struct Finish {
    token: String,
    password: String,
}

/// Takes down that somebody asks for a link. Who gets one is decided later, so that neither the answer nor its time
/// tells who exists.
pub async fn ask(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
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
    match app.identity().ask_reset(&caller, &form.login).await {
        Ok(()) => StatusCode::NO_CONTENT.into_response(),
        Err(fault) => error(&fault),
    }
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
