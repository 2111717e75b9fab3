//! What holds for every site: lists of exclusions, search parameters, and what new sites begin with. All of it is
//! settings; these methods are Matomo's names for them.

use super::{SOME_VIEW, param, settings};
use crate::{
    Services,
    services::{bad, from_meta, list, required},
};
use makoto_access::{Caller, Role, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind, Setting};
use makoto_meta::KEYWORD_PARAMETERS;
use makoto_model::Params;

type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

const SOME_ADMIN: Access = Access::SomeSite(Role::Admin);

const fn read(id: &'static str, doc: &'static str, access: Access, run: Run) -> Method<Services> {
    Method { id, doc, params: &[], access, effect: Effect::Read, guard: Guard::Open, run }
}

const fn write(id: &'static str, doc: &'static str, params: &'static [Param], run: Run) -> Method<Services> {
    Method { id, doc, params, access: Access::Superuser, effect: Effect::Write, guard: Guard::Open, run }
}

/// What is kept of visitors on every site; to change it takes proof, by whichever method.
const fn of_visitors(id: &'static str, doc: &'static str, params: &'static [Param], run: Run) -> Method<Services> {
    Method { guard: Guard::Proof, ..write(id, doc, params, run) }
}

const fn entries(name: &'static str, doc: &'static str) -> Param {
    param(name, ParamKind::List, None, doc)
}

pub static METHODS: &[Method<Services>] = &[
    read("SitesManager.getExcludedIpsGlobal", "Addresses excluded on every site.", SOME_ADMIN, |services, _, _| {
        Box::pin(async { Ok(joined(services, &settings::EXCLUDED_IPS)) })
    }),
    read(
        "SitesManager.getExcludedQueryParametersGlobal",
        "URL parameters excluded on every site.",
        SOME_VIEW,
        |services, _, _| Box::pin(async { Ok(joined(services, &settings::EXCLUDED_PARAMETERS)) }),
    ),
    read(
        "SitesManager.getExcludedUserAgentsGlobal",
        "User agents excluded on every site.",
        SOME_ADMIN,
        |services, _, _| Box::pin(async { Ok(joined(services, &settings::EXCLUDED_USER_AGENTS)) }),
    ),
    read(
        "SitesManager.getExcludedReferrersGlobal",
        "Referrers excluded on every site.",
        SOME_ADMIN,
        |services, _, _| Box::pin(async { Ok(joined(services, &settings::EXCLUDED_REFERRERS)) }),
    ),
    read(
        "SitesManager.getSearchKeywordParametersGlobal",
        "URL parameters of search keywords, for sites that name none.",
        SOME_ADMIN,
        |services, _, _| {
            Box::pin(async {
                let own = services.meta.snapshot().setting(&settings::SEARCH_KEYWORDS);
                Ok(if own.is_empty() { KEYWORD_PARAMETERS.to_owned() } else { own.join(",") }.into())
            })
        },
    ),
    read(
        "SitesManager.getSearchCategoryParametersGlobal",
        "URL parameters of search categories, for sites that name none.",
        SOME_ADMIN,
        |services, _, _| Box::pin(async { Ok(joined(services, &settings::SEARCH_CATEGORIES)) }),
    ),
    read(
        "SitesManager.getKeepURLFragmentsGlobal",
        "Whether page URLs keep what stands behind #.",
        SOME_VIEW,
        |services, _, _| Box::pin(async { Ok(services.meta.snapshot().setting(&settings::KEEP_FRAGMENTS).into()) }),
    ),
    read("SitesManager.getDefaultCurrency", "The currency of new sites.", SOME_ADMIN, |services, _, _| {
        Box::pin(async { Ok(services.meta.snapshot().setting(&settings::DEFAULT_CURRENCY).into()) })
    }),
    read("SitesManager.getDefaultTimezone", "The time zone of new sites.", Access::Public, |services, _, _| {
        Box::pin(async { Ok(services.meta.snapshot().setting(&settings::DEFAULT_TIMEZONE).into()) })
    }),
    of_visitors(
        "SitesManager.setGlobalExcludedIps",
        "Says which addresses are excluded on every site.",
        &[entries("excludedIps", "addresses, ranges or patterns")],
        |services, caller, params| Box::pin(put(services, caller, params, "excludedIps", &settings::EXCLUDED_IPS)),
    ),
    of_visitors(
        "SitesManager.setGlobalExcludedQueryParameters",
        "Says which URL parameters are excluded on every site.",
        &[entries("excludedQueryParameters", "names or /expressions/")],
        |services, caller, params| {
            Box::pin(put(services, caller, params, "excludedQueryParameters", &settings::EXCLUDED_PARAMETERS))
        },
    ),
    write(
        "SitesManager.setGlobalExcludedUserAgents",
        "Says which user agents are excluded on every site.",
        &[entries("excludedUserAgents", "parts or /expressions/")],
        |services, caller, params| {
            Box::pin(put(services, caller, params, "excludedUserAgents", &settings::EXCLUDED_USER_AGENTS))
        },
    ),
    write(
        "SitesManager.setGlobalExcludedReferrers",
        "Says which referrers are excluded on every site.",
        &[entries("excludedReferrers", "hosts with an optional path")],
        |services, caller, params| {
            Box::pin(put(services, caller, params, "excludedReferrers", &settings::EXCLUDED_REFERRERS))
        },
    ),
    write(
        "SitesManager.setGlobalSearchParameters",
        "Says which URL parameters hold keywords and categories of searches, for sites that name none.",
        &[entries("searchKeywordParameters", "names"), entries("searchCategoryParameters", "names")],
        |services, caller, params| Box::pin(put_search(services, caller, params)),
    ),
    of_visitors(
        "SitesManager.setKeepURLFragmentsGlobal",
        "Says whether page URLs keep what stands behind #.",
        &[param("enabled", ParamKind::Bool, None, "1 to keep it")],
        |services, caller, params| {
            Box::pin(async {
                let value = match required(params, "enabled")? {
                    "1" | "true" => "1",
                    "0" | "false" => "0",
                    _ => return Err(bad("enabled", "write 0 or 1")),
                };
                store(services, caller, &[(settings::KEEP_FRAGMENTS.key, value)]).await
            })
        },
    ),
    write(
        "SitesManager.setDefaultCurrency",
        "Says with which currency new sites begin.",
        &[param("defaultCurrency", ParamKind::Text, None, "such as EUR")],
        |services, caller, params| {
            Box::pin(async {
                let value = required(params, "defaultCurrency")?;
                store(services, caller, &[(settings::DEFAULT_CURRENCY.key, value)]).await
            })
        },
    ),
    write(
        "SitesManager.setDefaultTimezone",
        "Says with which time zone new sites begin.",
        &[param("defaultTimezone", ParamKind::Text, None, "such as Europe/Berlin")],
        |services, caller, params| {
            Box::pin(async {
                let value = required(params, "defaultTimezone")?;
                store(services, caller, &[(settings::DEFAULT_TIMEZONE.key, value)]).await
            })
        },
    ),
];

fn joined(services: &Services, setting: &Setting<Vec<String>>) -> Answer {
    services.meta.snapshot().setting(setting).join(",").into()
}

async fn store(services: &Services, caller: &Caller, changes: &[(&str, &str)]) -> Result<Answer, ApiError> {
    check_instance(&caller.principal)?;
    let changes: Vec<(&str, Option<&str>)> = changes.iter().map(|(key, value)| (*key, Some(*value))).collect();
    services.meta.set_settings(caller, &changes).await.map_err(from_meta)?;
    Ok(Answer::Bool(true))
}

/// A list as a setting keeps it.
fn sent(params: &Params, name: &str) -> String {
    list(params, name).unwrap_or_default().join(",")
}

async fn put(
    services: &Services,
    caller: &Caller,
    params: &Params,
    name: &str,
    setting: &Setting<Vec<String>>,
) -> Result<Answer, ApiError> {
    store(services, caller, &[(setting.key, &sent(params, name))]).await
}

async fn put_search(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (keywords, categories) = (sent(params, "searchKeywordParameters"), sent(params, "searchCategoryParameters"));
    store(
        services,
        caller,
        &[(settings::SEARCH_KEYWORDS.key, &keywords), (settings::SEARCH_CATEGORIES.key, &categories)],
    )
    .await
}
