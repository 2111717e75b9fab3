//! Who would lose access under a list of domains, and which accounts, invitations and tokens nobody uses.

use super::{param, read, settings};
use crate::{
    Services,
    services::{bad, from_meta, list, now_s},
    sites_manager::date_time,
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Method, ParamKind, SettingText};
use makoto_meta::{Domains, State, Unused};
use makoto_model::Params;
use std::collections::BTreeMap;

pub static METHODS: &[Method<Services>] = &[
    read(
        "UsersManager.getDomainImpact",
        "Who could no longer sign in if only these e-mail domains were allowed, and which domains are in use.",
        &[param("domains", ParamKind::List, Some(""), "the domains, with commas or one a line")],
        Access::Superuser,
        |services, _, params| Box::pin(async { domain_impact(services, params) }),
    ),
    read(
        "UsersManager.getInactive",
        "Accounts and tokens that were not used for long, accounts that never were, and invitations without an answer.",
        &[
            param("days", ParamKind::Int, Some(""), "days without use; as the setting says by default"),
            param("filter_kind", ParamKind::Text, Some(""), "inactive, never_used, pending or tokens"),
        ],
        Access::Superuser,
        |services, caller, params| Box::pin(inactive(services, caller, params)),
    ),
];

fn domain_impact(services: &Services, params: &Params) -> Result<Answer, ApiError> {
    let text = list(params, "domains").unwrap_or_default().join("\n");
    let domains = Domains::read(&text).map_err(|why| bad("domains", why))?;
    let snapshot = services.meta.snapshot();
    let mut used: BTreeMap<String, i64> = BTreeMap::new();
    for account in snapshot.accounts.values() {
        let domain = Domains::of_address(&account.email);
        *used.entry(domain.unwrap_or_else(|_| account.email.clone())).or_default() += 1;
    }
    let barred = snapshot.accounts.values().filter(|account| !domains.allow_address(&account.email));
    let row = |account: &makoto_meta::Account| {
        Answer::record([
            ("login", Answer::from(account.login.as_str())),
            ("email", account.email.as_str().into()),
            ("superuser_access", Answer::Int(i64::from(account.superuser))),
            ("status", account.state.name().into()),
        ])
    };
    let left = snapshot
        .accounts
        .values()
        .filter(|account| account.superuser && account.state == State::Active && domains.allow_address(&account.email));
    Ok(Answer::record([
        ("domains", Answer::from(domains.write())),
        ("superusers_left", Answer::Int(left.count() as i64)),
        ("barred", barred.map(row).collect()),
        ("used", Answer::Record(used.into_iter().map(|(domain, count)| (domain, Answer::Int(count))).collect())),
    ]))
}

fn row(entry: &Unused) -> Answer {
    Answer::record([
        ("kind", Answer::from(entry.why.name())),
        ("login", entry.login.as_str().into()),
        ("email", entry.email.as_str().into()),
        ("superuser_access", Answer::Int(i64::from(entry.superuser))),
        ("created", date_time(entry.created_s).into()),
        ("last_seen", entry.used_s.map_or(Answer::Null, |used_s| date_time(used_s).into())),
        ("description", entry.description.as_str().into()),
        ("token", entry.token.map_or(Answer::Null, Answer::Int)),
    ])
}

async fn inactive(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = check_instance(&caller.principal)?;
    let days = match params.filled("days") {
        None => services.meta.snapshot().setting(&settings::INACTIVE_DAYS_MAX),
        Some(text) => text.parse().map_err(|_| bad("days", "write a whole number of days"))?,
    };
    let kind = params.filled("filter_kind");
    if kind.is_some_and(|kind| !["inactive", "never_used", "pending", "tokens"].contains(&kind)) {
        return Err(bad("filter_kind", "use inactive, never_used, pending or tokens"));
    }
    let found = services.meta.unused(&grant, days, now_s()).await.map_err(from_meta)?;
    Ok(found.iter().filter(|entry| kind.is_none_or(|kind| entry.why.name() == kind)).map(row).collect())
}
