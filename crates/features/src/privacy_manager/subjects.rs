//! The rights of a person: find what is stored, hand it out, erase it.

use super::work::{VISITS_MAX, Work, rows};
use crate::{
    Services,
    services::{asked_sites, bad, from_meta, required},
};
use makoto_access::{Admin, Asked, Caller, Role, View, check};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::Activity;
use makoto_model::{Params, SiteId};
use serde_json::Value as Json;
use std::collections::BTreeMap;

/// Visits that are found at most, as in Matomo: one more tells that there are more.
const FOUND_MAX: &str = "401";

const VISITS: Param = Param {
    name: "visits",
    kind: ParamKind::Text,
    default: None,
    doc: "which visits: a JSON list as [{\"idsite\": 1, \"idvisit\": 7}], or visits[0][idsite]=1&visits[0][idvisit]=7",
};

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "PrivacyManager.findDataSubjects",
        doc: "The visits of all times that a segment finds, newest first, 401 at most.",
        params: &[
            Param { name: "idSite", kind: ParamKind::Text, default: None, doc: "sites' numbers with commas, or all" },
            Param { name: "segment", kind: ParamKind::Text, default: None, doc: "which visits, as a segment" },
        ],
        access: Access::Site(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(find(services, caller, params)),
    },
    Method {
        id: "PrivacyManager.exportDataSubjects",
        doc: "Everything that is stored of visits, table by table. The export is recorded.",
        params: &[VISITS],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Write,
        guard: Guard::ProofInSession,
        run: |services, caller, params| Box::pin(export(services, caller, params)),
    },
    Method {
        id: "PrivacyManager.deleteDataSubjects",
        doc: "Erases visits from every store, and from backups when they are restored; answers how many rows went.",
        params: &[VISITS],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(erase(services, caller, params)),
    },
];

/// The visits that a call names, by site.
fn visits(params: &Params) -> Result<BTreeMap<u32, Vec<i64>>, ApiError> {
    let what = || bad(VISITS.name, "name visits as [{\"idsite\": 1, \"idvisit\": 7}]");
    let mut pairs: BTreeMap<String, (Option<u32>, Option<i64>)> = BTreeMap::new();
    for (name, value) in params.iter() {
        let Some((place, field)) = name.strip_prefix("visits[").and_then(|rest| rest.split_once("][")) else {
            continue;
        };
        let pair = pairs.entry(place.to_owned()).or_default();
        match field {
            "idsite]" => pair.0 = Some(value.parse().map_err(|_| what())?),
            "idvisit]" => pair.1 = Some(value.parse().map_err(|_| what())?),
            _ => return Err(what()),
        }
        if pairs.len() > VISITS_MAX {
            return Err(too_many());
        }
    }
    let mut named: Vec<(u32, i64)> =
        pairs.into_values().map(|(site, visit)| site.zip(visit).ok_or_else(what)).collect::<Result<_, _>>()?;
    if let Some(text) = params.filled(VISITS.name) {
        let list: Vec<Json> = serde_json::from_str(text).map_err(|_| what())?;
        let number = |entry: &Json, name: &str| match &entry[name] {
            Json::String(text) => text.parse::<i64>().ok(),
            other => other.as_i64(),
        };
        for entry in &list {
            let site = number(entry, "idsite").and_then(|site| u32::try_from(site).ok()).ok_or_else(what)?;
            named.push((site, number(entry, "idvisit").ok_or_else(what)?));
        }
    }
    match named.len() {
        0 => return Err(what()),
        n if n > VISITS_MAX => return Err(too_many()),
        _ => {}
    }
    let mut by_site: BTreeMap<u32, Vec<i64>> = BTreeMap::new();
    for (site, visit) in named {
        by_site.entry(site).or_default().push(visit);
    }
    for visits in by_site.values_mut() {
        visits.sort_unstable();
        visits.dedup();
    }
    Ok(by_site)
}

fn too_many() -> ApiError {
    ApiError::TooMuch(format!("name at most {VISITS_MAX} visits at once"))
}

/// The visits named, of sites that the caller administers.
fn granted(services: &Services, caller: &Caller, params: &Params) -> Result<BTreeMap<u32, Vec<i64>>, ApiError> {
    let visits = visits(params)?;
    let asked = Asked::These(visits.keys().map(|site| SiteId(*site)).collect());
    check::<Admin>(&caller.principal, &asked, &services.meta.snapshot().site_ids())?;
    Ok(visits)
}

async fn find(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (sites, segment) = (required(params, "idSite")?, required(params, "segment")?);
    if segment.trim().is_empty() {
        return Err(bad("segment", "say which visits, as visitorId==0123456789abcdef or userId==somebody"));
    }
    let ids = services.meta.snapshot().site_ids();
    let grant = check::<View>(&caller.principal, &asked_sites(params, "idSite")?, &ids)?;
    let mut asked = Params::default();
    for (name, value) in [
        ("idSite", sites),
        ("segment", segment),
        ("period", "range"),
        ("date", "1998-01-01,today"),
        ("filter_limit", FOUND_MAX),
        ("doNotFetchActions", "1"),
    ] {
        asked.push(name, value);
    }
    services.data()?.find(grant, &asked).await
}

/// What the record says of visits: how many of each site.
fn counts(visits: &BTreeMap<u32, Vec<i64>>) -> Json {
    Work::Erase { visits: visits.clone() }.detail()
}

async fn export(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let visits = granted(services, caller, params)?;
    services.meta.record(caller, Activity::SubjectExported, counts(&visits)).await.map_err(from_meta)?;
    services.data()?.export(visits).await
}

async fn erase(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let visits = granted(services, caller, params)?;
    let (_, done) = services.data()?.start(caller, Work::Erase { visits }, true).await?;
    Ok(rows(&done))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(text: &str) -> Result<BTreeMap<u32, Vec<i64>>, ApiError> {
        let pair = |part: &str| part.split_once('=').map(|(name, value)| (name.into(), value.into())).unwrap();
        visits(&Params::new(text.split('&').map(pair).collect()))
    }

    #[test]
    fn visits_are_named_in_two_ways() {
        let expected = BTreeMap::from([(1, vec![7, 9]), (2, vec![8])]);
        let json = r#"visits=[{"idsite":1,"idvisit":9},{"idsite":"2","idvisit":"8"},{"idsite":1,"idvisit":7}]"#;
        assert_eq!(read(json).unwrap(), expected);
        let pairs = "visits[0][idsite]=1&visits[0][idvisit]=7&visits[1][idvisit]=8&visits[1][idsite]=2\
                     &visits[2][idsite]=1&visits[2][idvisit]=9&visits[3][idsite]=1&visits[3][idvisit]=9";
        assert_eq!(read(pairs).unwrap(), expected);
        for wrong in ["visits=", "visits=[]", "visits=[{}]", "visits=5", "visits[0][idsite]=1", "visits[0][x]=1"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_record_names_nobody() {
        let detail = counts(&BTreeMap::from([(1, vec![7, 9])]));
        assert_eq!(detail, json!({ "visits_by_site": { "1": 2 } }));
    }
}
