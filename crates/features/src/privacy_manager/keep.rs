//! Reading and changing what is kept of visitors, for the instance or a site.

use super::{compliance, settings};
use crate::{
    Services,
    core_plugins_admin::{VALUES, described, read},
    services::{bad, from_meta, required},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, AnySetting, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::{SettingChanges, Snapshot};
use makoto_model::{Params, SiteId};

/// The site whose own values are meant; nothing for the instance.
const SITE: Param =
    Param { name: "idSite", kind: ParamKind::Int, default: Some("0"), doc: "a site's number; 0 for the installation" };

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "PrivacyManager.getSettings",
        doc: "What is kept of visitors and for how long, on a site or by the installation, and where each value is from.",
        params: &[SITE],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, params| {
            Box::pin(async move {
                let snapshot = services.meta.snapshot();
                let site = site(&snapshot, params)?;
                Ok(super::all_settings().map(|setting| row(&snapshot, site, setting)).collect())
            })
        },
    },
    Method {
        id: "PrivacyManager.setSettings",
        doc: "Changes what is kept of visitors, on a site or for the installation; all that are named or none. Null \
              gives a site the installation's value again, and the installation the default.",
        params: &[VALUES, SITE],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(set(services, caller, params)),
    },
    Method {
        id: "PrivacyManager.setAnonymizeIpSettings",
        doc: "Changes how addresses, user IDs, order numbers and referrers are kept by the installation.",
        params: &[
            flag("anonymizeIPEnable", "whether addresses are masked"),
            Param { name: "maskLength", kind: ParamKind::Int, default: Some("2"), doc: "bytes of an address, 1 to 4" },
            flag("useAnonymizedIpForVisitEnrichment", "whether the location comes from the masked address"),
            flag("anonymizeUserId", "whether user IDs are replaced by pseudonyms"),
            flag("anonymizeOrderId", "whether order numbers are replaced by pseudonyms"),
            Param {
                name: "anonymizeReferrer",
                kind: ParamKind::Text,
                default: Some(""),
                doc: "exclude_none, exclude_query, exclude_path or exclude_all; empty for exclude_none",
            },
            flag("forceCookielessTracking", "whether what browsers remember counts"),
        ],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(set_as_matomo(services, caller, params)),
    },
    do_not_track(
        "PrivacyManager.activateDoNotTrack",
        "Drops hits of browsers that ask not to be tracked.",
        |s, c, _| Box::pin(heed(s, c, "1")),
    ),
    do_not_track("PrivacyManager.deactivateDoNotTrack", "Counts browsers that ask not to be tracked.", |s, c, _| {
        Box::pin(heed(s, c, "0"))
    }),
];

const fn flag(name: &'static str, doc: &'static str) -> Param {
    Param { name, kind: ParamKind::Bool, default: Some("0"), doc }
}

type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

const fn do_not_track(id: &'static str, doc: &'static str, run: Run) -> Method<Services> {
    Method { id, doc, params: &[], access: Access::Superuser, effect: Effect::Write, guard: Guard::Proof, run }
}

async fn heed(services: &Services, caller: &Caller, value: &str) -> Result<Answer, ApiError> {
    store(services, caller, None, &[(settings::DO_NOT_TRACK.key, Some(value))]).await?;
    Ok(Answer::Bool(true))
}

/// The site that `idSite` names, if it names one.
///
/// # Errors
/// For a site that is missing.
pub(super) fn site(snapshot: &Snapshot, params: &Params) -> Result<Option<SiteId>, ApiError> {
    let text = params.get("idSite").map_or("", str::trim);
    if ["", "0", "all"].contains(&text) {
        return Ok(None);
    }
    let id = text.parse().map(SiteId).map_err(|_| bad("idSite", "write the number of one site, or 0"))?;
    match snapshot.sites.contains_key(&id) {
        true => Ok(Some(id)),
        false => Err(ApiError::NotFound(format!("there is no site {id}"))),
    }
}

/// A setting as it is in force, and who says so: nobody, the installation or the site.
pub(super) fn in_force(snapshot: &Snapshot, site: Option<SiteId>, setting: &dyn AnySetting) -> (String, &'static str) {
    if let Some(own) = site.and_then(|site| snapshot.site_text(site, setting)) {
        return (own.to_owned(), "site");
    }
    let (value, is_default) = snapshot.setting_text(setting);
    (value, if is_default { "default" } else { "stored" })
}

fn row(snapshot: &Snapshot, site: Option<SiteId>, setting: &dyn AnySetting) -> Answer {
    let (value, origin) = in_force(snapshot, site, setting);
    described(setting, value, origin)
}

async fn set(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let changes = read(required(params, VALUES.name)?)?;
    let foreign = changes.iter().find(|(key, _)| !super::all_settings().any(|setting| setting.key() == key));
    if let Some((key, _)) = foreign {
        return Err(ApiError::NotFound(format!("there is no setting {key} of privacy; see the list for its name")));
    }
    let changes: Vec<(&str, Option<&str>)> =
        changes.iter().map(|(key, value)| (key.as_str(), value.as_deref())).collect();
    let snapshot = services.meta.snapshot();
    if changes.iter().any(|(key, _)| *key == compliance::ENFORCED.key) {
        return Err(ApiError::Refused("enforce and release policies by setComplianceStatus".to_owned()));
    }
    let site = site(&snapshot, params)?;
    store(services, caller, site, &changes).await?;
    Ok(Answer::Done)
}

/// Stores what no policy forbids.
async fn store(
    services: &Services,
    caller: &Caller,
    site: Option<SiteId>,
    changes: &[(&str, Option<&str>)],
) -> Result<(), ApiError> {
    let grant = check_instance(&caller.principal)?;
    let plan = |snapshot: &Snapshot| {
        compliance::refuse(snapshot, site, changes)?;
        Ok(match site {
            Some(site) => SettingChanges::of_site(site, changes),
            None => SettingChanges::of_instance(changes),
        })
    };
    services.meta.change_settings(&grant, caller, plan).await.map_err(from_meta)
}

async fn set_as_matomo(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let switches = [
        ("anonymizeIPEnable", settings::MASK_ENABLED.key),
        ("useAnonymizedIpForVisitEnrichment", settings::MASK_FOR_ENRICHMENT.key),
        ("anonymizeUserId", settings::USER_IDS.key),
        ("anonymizeOrderId", settings::ORDER_IDS.key),
        ("forceCookielessTracking", settings::COOKIELESS.key),
    ];
    let truth = |name: &str| if matches!(params.get(name), Some("1" | "true")) { "1" } else { "0" };
    let mut changes: Vec<(&str, Option<&str>)> = switches
        .iter()
        .filter(|(name, _)| params.get(name).is_some())
        .map(|(name, key)| (*key, Some(truth(name))))
        .collect();
    if let Some(bytes) = params.filled("maskLength") {
        changes.push((settings::MASK_BYTES.key, Some(bytes)));
    }
    if let Some(detail) = params.get("anonymizeReferrer") {
        changes.push((settings::REFERRER.key, Some(if detail.is_empty() { "exclude_none" } else { detail })));
    }
    store(services, caller, None, &changes).await?;
    Ok(Answer::Bool(true))
}

#[cfg(test)]
mod tests {
    use makoto_catalog::Level;

    #[test]
    fn every_setting_of_privacy_may_differ_by_site() {
        assert!(super::super::all_settings().all(|setting| setting.level() == Level::Site));
    }
}
