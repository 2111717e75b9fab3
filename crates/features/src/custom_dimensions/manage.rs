//! Defining dimensions.

use super::SLOTS;
use crate::{
    Services,
    services::{bad, from_meta, required},
};
use makoto_access::{Caller, Role, View, Write};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::DimensionDraft;
use makoto_model::{ExtractedFrom, Extraction, OwnDimension, OwnScope, Params};
use std::collections::BTreeMap;

const fn param(name: &'static str, kind: ParamKind, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind, default, doc }
}

const ID_SITE: Param = param("idSite", ParamKind::Int, None, "the site's number");
const NAME: Param = param("name", ParamKind::Text, None, "what reports call it");
const ACTIVE: Param = param("active", ParamKind::Bool, None, "1 to record values");
const EXTRACTIONS: Param = param(
    "extractions",
    ParamKind::List,
    Some(""),
    "where values come from: extractions[0][dimension] (url, urlparam, action_name) and extractions[0][pattern]",
);
const SCOPE: Param = param("scope", ParamKind::Text, None, "visit or action");

const fn method(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    (access, effect): (Access, Effect),
    run: for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>,
) -> Method<Services> {
    Method { id, doc, params, access, effect, guard: Guard::Open, run }
}

const READ: (Access, Effect) = (Access::Site(Role::View), Effect::Read);
const CHANGE: (Access, Effect) = (Access::Site(Role::Write), Effect::Write);

pub static METHODS: &[Method<Services>] = &[
    method(
        "CustomDimensions.configureNewCustomDimension",
        "Defines a dimension and gives its number.",
        &[
            ID_SITE,
            NAME,
            SCOPE,
            ACTIVE,
            EXTRACTIONS,
            param("caseSensitive", ParamKind::Bool, Some("1"), "0 for patterns without regard to case"),
        ],
        CHANGE,
        |services, caller, params| Box::pin(configure_new(services, caller, params)),
    ),
    method(
        "CustomDimensions.configureExistingCustomDimension",
        "Changes a dimension; its scope stays.",
        &[
            param("idDimension", ParamKind::Int, None, "the dimension's number"),
            ID_SITE,
            NAME,
            ACTIVE,
            EXTRACTIONS,
            param("caseSensitive", ParamKind::Bool, Some(""), "left as it is unless given"),
        ],
        CHANGE,
        |services, caller, params| Box::pin(configure_existing(services, caller, params)),
    ),
    method(
        "CustomDimensions.getConfiguredCustomDimensions",
        "The dimensions that a site defines, the inactive ones too.",
        &[ID_SITE],
        READ,
        |services, caller, params| Box::pin(async { configured(services, caller, params, None) }),
    ),
    method(
        "CustomDimensions.getConfiguredCustomDimensionsHavingScope",
        "Those of one scope.",
        &[ID_SITE, SCOPE],
        READ,
        |services, caller, params| {
            Box::pin(async { configured(services, caller, params, Some(scope(required(params, "scope")?)?)) })
        },
    ),
    method(
        "CustomDimensions.getAvailableScopes",
        "How many dimensions of each scope a site may still define.",
        &[ID_SITE],
        READ,
        |services, caller, params| Box::pin(async { scopes(services, caller, params) }),
    ),
    method(
        "CustomDimensions.getAvailableExtractionDimensions",
        "Where values may be taken from.",
        &[],
        (Access::SomeSite(Role::Write), Effect::Read),
        |_, _, _| Box::pin(async { Ok(ExtractedFrom::ALL.into_iter().map(source).collect()) }),
    ),
];

fn source(from: ExtractedFrom) -> Answer {
    let name = match from {
        ExtractedFrom::Url => "Page URL",
        ExtractedFrom::UrlParam => "Page URL Parameter",
        ExtractedFrom::Title => "Page Title",
    };
    Answer::record([("value", Answer::from(from.name())), ("name", Answer::from(name))])
}

fn scope(name: &str) -> Result<OwnScope, ApiError> {
    OwnScope::parse(name).ok_or_else(|| bad("scope", "use visit or action"))
}

fn flag(params: &Params, name: &str) -> Result<bool, ApiError> {
    match required(params, name)? {
        "1" | "true" => Ok(true),
        "0" | "false" => Ok(false),
        _ => Err(bad(name, "write 0 or 1")),
    }
}

/// `extractions[0][dimension]=url&extractions[0][pattern]=…`; those without a pattern are left out.
fn extractions(params: &Params) -> Result<Vec<Extraction>, ApiError> {
    let mut found: BTreeMap<u16, [Option<&str>; 2]> = BTreeMap::new();
    for (name, value) in params.iter() {
        let Some(rest) = name.strip_prefix("extractions[") else { continue };
        let wrong = || bad("extractions", "write extractions[0][dimension] and extractions[0][pattern]");
        let (nth, field) = rest.split_once("][").ok_or_else(wrong)?;
        let fields = found.entry(nth.parse().map_err(|_| wrong())?).or_default();
        match field {
            "dimension]" => fields[0] = Some(value),
            "pattern]" => fields[1] = Some(value),
            _ => return Err(wrong()),
        }
    }
    let filled = found.into_values().filter(|[_, pattern]| pattern.is_some_and(|pattern| !pattern.is_empty()));
    filled.map(|[from, pattern]| extraction(from.unwrap_or_default(), pattern.unwrap_or_default())).collect()
}

fn extraction(from: &str, pattern: &str) -> Result<Extraction, ApiError> {
    let from = ExtractedFrom::parse(from)
        .ok_or_else(|| bad("extractions", "take values from url, urlparam or action_name"))?;
    if from != ExtractedFrom::UrlParam {
        let regex = regex::RegexBuilder::new(pattern).size_limit(PATTERN_SIZE_MAX).build();
        let regex = regex.map_err(|_| bad("extractions", format!("'{pattern}' is no regular expression")))?;
        // The whole is a group of its own.
        if regex.captures_len() != 2 {
            return Err(bad("extractions", format!("put one pair of brackets into '{pattern}', around the value")));
        }
    }
    Ok(Extraction { from, pattern: pattern.to_owned() })
}

/// Memory of a compiled pattern at most, as tracking has it.
const PATTERN_SIZE_MAX: usize = 1 << 20;

fn draft(params: &Params, default: Option<bool>) -> Result<DimensionDraft, ApiError> {
    let case_sensitive = match params.filled("caseSensitive") {
        None => default,
        Some(_) => Some(flag(params, "caseSensitive")?),
    };
    Ok(DimensionDraft {
        name: required(params, "name")?.to_owned(),
        active: flag(params, "active")?,
        extractions: extractions(params)?,
        case_sensitive,
    })
}

async fn configure_new(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, _) = services.site::<Write>(caller, params)?;
    let (scope, draft) = (scope(required(params, "scope")?)?, draft(params, Some(true))?);
    let slots = slots(services);
    let id = services.meta.add_dimension(&grant, caller, scope, draft, slots).await.map_err(from_meta)?;
    Ok(Answer::Int(i64::from(id)))
}

async fn configure_existing(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, _) = services.site::<Write>(caller, params)?;
    let id = params.int("idDimension").and_then(|id| u32::try_from(id).ok());
    let id = id.ok_or_else(|| bad("idDimension", "write the number of a dimension"))?;
    services.meta.change_dimension(&grant, caller, id, draft(params, None)?).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

fn slots(services: &Services) -> u8 {
    u8::try_from(services.meta.snapshot().setting(&SLOTS)).unwrap_or(u8::MAX)
}

fn configured(
    services: &Services,
    caller: &Caller,
    params: &Params,
    only: Option<OwnScope>,
) -> Result<Answer, ApiError> {
    let (_, site) = services.site::<View>(caller, params)?;
    let snapshot = services.meta.snapshot();
    let known = snapshot.own_dimensions.get(&site.id).into_iter().flatten();
    let wanted = known.filter(|own| only.is_none_or(|only| own.scope == only));
    Ok(wanted.map(|own| row(site.id.0, own)).collect())
}

fn row(site: u32, own: &OwnDimension) -> Answer {
    let extraction = |rule: &Extraction| {
        Answer::record([("dimension", Answer::from(rule.from.name())), ("pattern", rule.pattern.as_str().into())])
    };
    Answer::record([
        ("idcustomdimension", Answer::from(own.id.to_string())),
        ("idsite", Answer::from(site.to_string())),
        ("name", own.name.as_str().into()),
        ("index", Answer::from(own.slot.to_string())),
        ("scope", own.scope.name().into()),
        ("active", own.active.into()),
        ("extractions", own.extractions.iter().map(extraction).collect()),
        ("case_sensitive", own.case_sensitive.into()),
    ])
}

fn scopes(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (_, site) = services.site::<View>(caller, params)?;
    let snapshot = services.meta.snapshot();
    let known = snapshot.own_dimensions.get(&site.id).map_or(&[][..], Vec::as_slice);
    let slots = i64::from(slots(services));
    let scope = |scope: OwnScope| {
        let used = known.iter().filter(|own| own.scope == scope).count() as i64;
        let name = match scope {
            OwnScope::Visit => "Visit",
            OwnScope::Action => "Action",
        };
        Answer::record([
            ("value", Answer::from(scope.name())),
            ("name", name.into()),
            ("numSlotsAvailable", slots.into()),
            ("numSlotsUsed", used.into()),
            ("numSlotsLeft", (slots - used).max(0).into()),
            ("supportsExtractions", (scope == OwnScope::Action).into()),
        ])
    };
    Ok(OwnScope::ALL.into_iter().map(scope).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Vec<Extraction>, ApiError> {
        let mut params = Params::default();
        pairs.iter().for_each(|(name, value)| params.push(name, value));
        extractions(&params)
    }

    #[test]
    fn rules_need_a_source_and_one_group() {
        let rule = |from, pattern| {
            read(&[("extractions[0][dimension]", from), ("extractions[0][pattern]", pattern)]).map(|rules| rules.len())
        };
        assert_eq!(rule("url", "/blog/([a-z]+)/"), Ok(1));
        assert_eq!(rule("urlparam", "author"), Ok(1));
        assert_eq!(rule("url", ""), Ok(0));
        for (from, pattern) in [("url", "/blog/"), ("url", "(a)(b)"), ("url", "("), ("cookie", "(a)"), ("", "(a)")] {
            assert!(rule(from, pattern).is_err(), "{from} {pattern}");
        }
        assert!(read(&[("extractions[x][pattern]", "(a)")]).is_err() && read(&[("extractions[0]", "(a)")]).is_err());
    }
}
