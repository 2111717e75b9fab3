//! Failed sign-ins: who is blocked now, why and until when.

use crate::{
    Services,
    services::{bad, from_identity, from_meta, now_s, required},
};
use makoto_access::Caller;
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_identity::{Blocked, Network, rules};
use makoto_meta::AttemptRow;
use makoto_model::Params;

/// Lines of each kind shown at once.
const LINES_MAX: u32 = 500;

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "Login.getAttempts",
        doc: "Failed sign-ins by account, known device, address and network, the newest first.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(get_attempts(services)),
    },
    Method {
        id: "Login.getBlockedAddresses",
        doc: "Addresses and networks that may not sign in now, why and until when; null: until the setting is changed.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(async { Ok(get_blocked(services)) }),
    },
    Method {
        id: "Login.unblockAddress",
        doc: "Lets a blocked address or network try again. What was counted stays on record.",
        params: &[Param { name: "ip", kind: ParamKind::Text, default: None, doc: "as getBlockedAddresses names it" }],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::ProofInSession,
        run: |services, caller, params| {
            Box::pin(async {
                let network = Network::parse(required(params, "ip")?);
                let network = network.ok_or_else(|| bad("ip", "write an address or a network such as 10.0.0.0/24"))?;
                unblock(services, caller, Some(network)).await
            })
        },
    },
    Method {
        id: "Login.unblockBruteForceIPs",
        doc: "Lets every blocked address and network try again. What was counted stays on record.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::ProofInSession,
        run: |services, caller, _: &Params| Box::pin(unblock(services, caller, None)),
    },
];

async fn unblock(services: &Services, caller: &Caller, only: Option<Network>) -> Result<Answer, ApiError> {
    services.identity.unblock(caller, only, now_s()).await.map_err(from_identity)?;
    Ok(Answer::Done)
}

async fn get_attempts(services: &Services) -> Result<Answer, ApiError> {
    services.identity.save_attempts(now_s()).await.map_err(from_identity)?;
    let rows = services.meta.attempts(LINES_MAX).await.map_err(from_meta)?;
    let shown = |row: &AttemptRow| {
        // Behind a device's login stands the hash of its cookie.
        let name = row.name.split(' ').next().unwrap_or(&row.name);
        Answer::record([
            ("kind", Answer::from(row.kind.name())),
            ("name", name.into()),
            ("since_s", Answer::Int(row.since_s)),
            ("last_s", Answer::Int(row.last_s)),
            ("failed", Answer::Int(i64::from(row.failed))),
            ("failed_total", Answer::Int(row.failed_total)),
            ("refused_total", Answer::Int(row.refused_total)),
        ])
    };
    Ok(rows.iter().map(shown).collect())
}

fn get_blocked(services: &Services) -> Answer {
    let counted = |blocked: &Blocked| {
        Answer::record([
            ("address", Answer::from(blocked.network.to_string())),
            ("why", "failures".into()),
            ("failed", Answer::Int(i64::from(blocked.failures))),
            ("since_s", Answer::Int(blocked.since_s)),
            ("until_s", Answer::Int(blocked.until_s)),
        ])
    };
    let listed = |entry: String| {
        Answer::record([
            ("address", Answer::from(entry)),
            ("why", "setting".into()),
            ("failed", Answer::Int(0)),
            ("since_s", Answer::Null),
            ("until_s", Answer::Null),
        ])
    };
    let always = services.meta.snapshot().setting(&rules::BLOCKED_ADDRESSES);
    let now = services.identity.blocked_addresses(now_s());
    Answer::List(now.iter().map(counted).chain(always.into_iter().map(listed)).collect())
}
