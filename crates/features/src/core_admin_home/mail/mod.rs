//! How mail does, and a mail to try it.

pub mod settings;

use crate::{
    Services,
    services::{bad, from_meta, now_s, required},
};
use makoto_access::Caller;
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_model::Params;
use std::time::Duration;

/// How long a call waits for its test mail to leave; a mail server that takes longer is asked on without it.
const TEST_WAIT_MAX: Duration = Duration::from_secs(20);

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "CoreAdminHome.sendTestMail",
        doc: "Sends a mail by the mail server that the settings name, and tells what came of it.",
        params: &[Param { name: "address", kind: ParamKind::Text, default: None, doc: "where to send it" }],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(send_test(services, caller, params)),
    },
    Method {
        id: "CoreAdminHome.getMailState",
        doc: "Whether mail is set up, how many mails wait, were sent and failed, and whether something is to be done.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(state(services)),
    },
];

fn is_set_up(services: &Services) -> bool {
    !services.meta.snapshot().setting(&settings::HOST).is_empty()
}

async fn send_test(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let address = required(params, "address")?.trim();
    settings::address(address).map_err(|why| bad("address", why))?;
    if address.is_empty() {
        return Err(ApiError::MissingParam("address".to_owned()));
    }
    if !is_set_up(services) {
        return Err(ApiError::Refused("no mail server is set; name one in the settings first".to_owned()));
    }
    let id = services.meta.test_mail(caller, address).await.map_err(from_meta)?;
    let row = services.meta.tried_mail(id, TEST_WAIT_MAX).await.map_err(from_meta)?;
    Ok(Answer::record([("idMail", Answer::Int(id)), ("state", row.state.into()), ("fault", row.fault.into())]))
}

async fn state(services: &Services) -> Result<Answer, ApiError> {
    let counts = services.meta.mail_counts(now_s()).await.map_err(from_meta)?;
    let set_up = is_set_up(services);
    let time = |time_s: Option<i64>| time_s.map_or(Answer::Null, Answer::Int);
    // Since the last failure nothing has worked, or nothing can leave at all.
    let failing = counts.failed > 0 && counts.last_failed_s >= counts.last_sent_s;
    let alarm = failing || (!set_up && counts.waiting > 0);
    Ok(Answer::record([
        ("configured", Answer::Bool(set_up)),
        ("waiting", Answer::Int(counts.waiting)),
        ("sent", Answer::Int(counts.sent)),
        ("held", Answer::Int(counts.held)),
        ("failed", Answer::Int(counts.failed)),
        ("lastSent", time(counts.last_sent_s)),
        ("lastFailed", time(counts.last_failed_s)),
        ("lastFault", counts.last_fault.into()),
        ("alarm", Answer::Bool(alarm)),
    ]))
}
