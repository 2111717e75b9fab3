//! The one-time set-up: the first superuser.

use super::{anonymous, arrived, error, read_json, refuse_foreign};
use crate::{app::App, routes::caller::Peer, routes::json_response, routes::problem};
use axum::{
    extract::{Request, State},
    http::StatusCode,
    response::Response,
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize)]
struct SetUp {
    token: String,
    login: String,
    email: String,
    password: String,
}

pub async fn setup_state(State(app): State<Arc<App>>) -> Response {
    json_response(StatusCode::OK, &json!({ "open": app.setup().is_some() }))
}

pub async fn set_up(State(app): State<Arc<App>>, peer: Peer, request: Request) -> Response {
    let (parts, form) = match read_json::<SetUp>(request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    if let Some(refusal) = refuse_foreign(&app, &parts.headers) {
        return refusal;
    }
    let Some(setup) = app.setup() else {
        return problem(StatusCode::NOT_FOUND, "set_up", "the set-up is done; sign in instead");
    };
    let caller = anonymous(&app, &peer, &parts.headers);
    let (login, email) = (form.login.trim(), form.email.trim());
    if let Err(fault) = setup.finish(app.identity(), &caller, &form.token, login, email, &form.password).await {
        return error(&fault);
    }
    app.close_setup();
    match app.identity().open_session(&caller, login, &caller.agent, makoto_features::services::now_s()).await {
        Ok(token) => arrived(&app, &caller, &parts.headers, &token).await,
        Err(fault) => error(&fault),
    }
}
