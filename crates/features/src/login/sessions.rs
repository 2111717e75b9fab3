//! Who is signed in, and where.

use super::signed_in;
use crate::{
    Services,
    services::{bad, from_meta, required},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::{Activity, OpenSession};
use makoto_model::Params;

const OF_USER: Param =
    Param { name: "userLogin", kind: ParamKind::Text, default: Some(""), doc: "whose; a superuser may name others" };
const ID: Param = Param { name: "id", kind: ParamKind::Int, default: None, doc: "the session's number" };

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "Login.getSessions",
        doc: "Open sessions with browser, country, address and last use.",
        params: &[OF_USER],
        access: Access::Oneself,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(get_sessions(services, caller, params)),
    },
    Method {
        id: "Login.endSession",
        doc: "Ends one session.",
        params: &[ID, OF_USER],
        access: Access::Oneself,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let login = whose(caller, params)?;
                let id = required(params, "id")?.parse().map_err(|_| bad("id", "write the number of a session"))?;
                let done = services.meta.end_session_of(caller, Activity::SessionEnded, &login, id).await;
                done.map(|()| Answer::Done).map_err(from_meta)
            })
        },
    },
    Method {
        id: "Login.endOtherSessions",
        doc: "Ends all of the caller's sessions but this one.",
        params: &[],
        access: Access::Oneself,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, _| {
            Box::pin(async {
                let (user, own) = signed_in(caller)?;
                let ended = services.meta.end_other_sessions(caller, &user.login, own).await.map_err(from_meta)?;
                Ok(Answer::Int(ended as i64))
            })
        },
    },
    Method {
        id: "Login.endAllSessions",
        doc: "Ends every session of every user, this one too.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, _| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                let ended = services.meta.end_all_sessions(&grant, caller).await.map_err(from_meta)?;
                Ok(Answer::Int(ended as i64))
            })
        },
    },
];

/// Whether a call ends the session of somebody who is named, as only a superuser may.
pub fn names_somebody(id: &str, params: &Params) -> bool {
    id == "Login.endSession" && params.filled("userLogin").is_some()
}

/// Whose sessions are meant: the caller's own, or those that a superuser names.
fn whose(caller: &Caller, params: &Params) -> Result<String, ApiError> {
    let own = caller.principal.name();
    match params.filled("userLogin") {
        Some(login) if !login.eq_ignore_ascii_case(&own) => {
            check_instance(&caller.principal)?;
            Ok(login.to_owned())
        }
        _ => Ok(own),
    }
}

async fn get_sessions(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (_, current) = signed_in(caller)?;
    let sessions = services.meta.sessions(&whose(caller, params)?).await.map_err(from_meta)?;
    let row = |session: &OpenSession| {
        Answer::record([
            ("id", Answer::Int(session.id)),
            ("agent", session.agent.as_str().into()),
            ("country", session.country.as_str().into()),
            ("address", session.address.as_str().into()),
            ("created_s", Answer::Int(session.created_s)),
            ("last_used_s", Answer::Int(session.last_used_s)),
            ("current", Answer::Bool(current == Some(session.id))),
        ])
    };
    Ok(sessions.iter().map(row).collect())
}
