//! What helps to find out why something does not work: devices, the server's parts, stored data, configuration, and
//! requests to the tracker on their way.

pub mod failures;

use crate::{
    Services,
    probes::{LiveHit, StoredRows},
    services::asked_sites,
};
use makoto_access::{Admin, Caller, Role, check};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_model::Params;

/// Longest user agent and hints that are looked at, in characters.
const AGENT_CHARS_MAX: usize = 2_000;

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "DevicesDetection.detect",
        doc: "What the device rules say of a user agent, and which rules said so; without one, of the caller's own.",
        params: &[
            Param {
                name: "userAgent",
                kind: ParamKind::Text,
                default: Some(""),
                doc: "a user agent; empty for the caller's own",
            },
            Param {
                name: "clientHints",
                kind: ParamKind::Text,
                default: Some(""),
                doc: "client hints as the tracker sends them in uadata (JSON)",
            },
        ],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { detect(services, caller, params) }),
    },
    Method {
        id: "DevicesDetection.getKnown",
        doc: "Every brand, browser, system and device type that the device rules know.",
        params: &[],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(async { known(services) }),
    },
    Method {
        id: "Diagnostics.getSystemCheck",
        doc: "The state of the server's parts: what is sound, and what is not.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(system(services)),
    },
    Method {
        id: "Diagnostics.getStoredData",
        doc: "What the analytics store holds of each site: rows by kind, the oldest and the newest.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(stored(services)),
    },
    Method {
        id: "Diagnostics.getConfiguration",
        doc: "Each key of the configuration with its value and where that is from.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(async { configuration(services) }),
    },
    Method {
        id: "Diagnostics.getLiveHits",
        doc: "The newest requests to the tracker of some sites with each step that they went through, the oldest first. \
              They are watched for a minute after each call, without what could tell who sent them.",
        params: &[
            Param { name: "idSite", kind: ParamKind::List, default: None, doc: "numbers of sites" },
            Param { name: "after", kind: ParamKind::Int, default: Some("0"), doc: "only those after this number" },
        ],
        access: Access::Site(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { live(services, caller, params) }),
    },
];

fn cut(text: &str) -> String {
    text.chars().take(AGENT_CHARS_MAX).collect()
}

fn detect(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let agent = params.filled("userAgent").map_or_else(|| caller.agent.to_string(), cut);
    let hints = params.filled("clientHints").map(cut).unwrap_or_default();
    let found = services.probes()?.detect(&agent, &hints);
    let pair = |(name, value): &(&'static str, String)| {
        Answer::record([("name", Answer::from(*name)), ("value", value.as_str().into())])
    };
    Ok(Answer::record([
        ("user_agent", Answer::from(agent)),
        ("facts", found.facts.iter().map(pair).collect()),
        ("rules", found.rules.iter().map(pair).collect()),
    ]))
}

fn known(services: &Services) -> Result<Answer, ApiError> {
    let row = |(kind, code, name): &(&'static str, String, String)| {
        Answer::record([("kind", Answer::from(*kind)), ("code", code.as_str().into()), ("name", name.as_str().into())])
    };
    Ok(services.probes()?.device_names().iter().map(row).collect())
}

async fn system(services: &Services) -> Result<Answer, ApiError> {
    let parts = services.probes()?.system().await.map_err(ApiError::Internal)?;
    let row = |(part, sound, text): &(String, bool, String)| {
        Answer::record([
            ("part", Answer::from(part.as_str())),
            ("sound", Answer::Bool(*sound)),
            ("text", text.as_str().into()),
        ])
    };
    Ok(parts.iter().map(row).collect())
}

async fn stored(services: &Services) -> Result<Answer, ApiError> {
    let rows = services.probes()?.stored().await.map_err(ApiError::Internal)?;
    let snapshot = services.meta.snapshot();
    let second = |at_s: Option<i64>| at_s.map_or(Answer::Null, Answer::Int);
    let row = |row: &StoredRows| {
        let site = snapshot.site_rows.get(&makoto_model::SiteId(row.site));
        Answer::record([
            ("idsite", Answer::Int(i64::from(row.site))),
            ("site_name", site.map_or("", |site| site.name.as_str()).into()),
            ("kind", row.kind.into()),
            ("rows", Answer::Int(row.rows as i64)),
            ("first_s", second(row.first_s)),
            ("last_s", second(row.last_s)),
        ])
    };
    Ok(rows.iter().map(row).collect())
}

fn configuration(services: &Services) -> Result<Answer, ApiError> {
    let line = |[name, value, origin, doc]: &[String; 4]| {
        Answer::record([
            ("name", Answer::from(name.as_str())),
            ("value", value.as_str().into()),
            ("origin", origin.as_str().into()),
            ("doc", doc.as_str().into()),
        ])
    };
    Ok(services.probes()?.configuration().iter().map(line).collect())
}

fn live(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let asked = asked_sites(params, "idSite")?;
    let grant = check::<Admin>(&caller.principal, &asked, &services.meta.snapshot().site_ids())?;
    let sites: Vec<u32> = grant.sites().iter().map(|site| site.0).collect();
    let after = params.filled("after").and_then(|text| text.parse().ok()).unwrap_or(0);
    let hits = services.probes()?.live(&sites, after);
    let row = |hit: &LiveHit| {
        let step = |(name, text): &(&'static str, String)| {
            Answer::record([("name", Answer::from(*name)), ("text", text.as_str().into())])
        };
        Answer::record([
            ("number", Answer::Int(hit.number as i64)),
            ("at_ms", Answer::Int(hit.at_ms)),
            ("idsite", Answer::Int(i64::from(hit.site))),
            ("url", hit.page_url.as_str().into()),
            ("parameters", hit.parameters.iter().map(String::as_str).collect()),
            ("counted", hit.counted.into()),
            ("steps", hit.steps.iter().map(step).collect()),
        ])
    };
    Ok(hits.iter().map(row).collect())
}
