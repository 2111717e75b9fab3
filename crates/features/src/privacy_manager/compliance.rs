//! Policies: what privacy law or we ask of the settings, how far they are met, how to enforce them, and a dated document
//! that says so.

use super::{
    keep::{self, in_force},
    policies::{POLICIES, Policy, Rule, policy},
};
use crate::{
    Services,
    services::{bad, from_meta, now_s, required},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Control, Effect, Guard, Level, Method, Param, ParamKind, Setting};
use makoto_meta::{Activity, SettingChanges, Snapshot, hex};
use makoto_model::{Params, SiteId};
use serde_json::json;
use sha2::{Digest, Sha256};

pub static ENFORCED: Setting<Vec<String>> = Setting {
    key: "PrivacyManager.enforcedPolicies",
    level: Level::Site,
    default: Vec::new,
    check: |ids| match ids.iter().find(|id| policy(id).is_none()) {
        None => Ok(()),
        Some(id) => Err(format!("there is no policy {id}")),
    },
    title: "Enforced policies",
    doc: "Changes that contradict one of them are refused. Enforced and released on the page of compliance.",
    control: Control::Lines,
    secret: false,
    security: true,
};

const SITE: Param =
    Param { name: "idSite", kind: ParamKind::Int, default: Some("0"), doc: "a site's number; 0 for the installation" };
const TYPE: Param =
    Param { name: "complianceType", kind: ParamKind::Text, default: None, doc: "a policy: cnil_v1 or no_consent" };

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "PrivacyManager.getCompliancePolicies",
        doc: "The policies that there are.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, _| {
            Box::pin(async {
                let row = |policy: &&Policy| {
                    Answer::record([
                        ("id", Answer::from(policy.id)),
                        ("title", policy.title.into()),
                        ("doc", policy.doc.into()),
                    ])
                };
                Ok(Answer::List(POLICIES.iter().map(row).collect()))
            })
        },
    },
    Method {
        id: "PrivacyManager.getComplianceStatus",
        doc: "How far a site or the installation meets a policy, setting by setting.",
        params: &[SITE, TYPE],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, params| Box::pin(async move { status(&services.meta.snapshot(), params) }),
    },
    Method {
        id: "PrivacyManager.setComplianceStatus",
        doc: "Enforces a policy: its settings are set, and changes that contradict it are refused from then on. Or \
              enforces it no more, and leaves the settings as they are.",
        params: &[
            SITE,
            TYPE,
            Param { name: "enforce", kind: ParamKind::Bool, default: None, doc: "1 to enforce, 0 to release" },
        ],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(set(services, caller, params)),
    },
    Method {
        id: "PrivacyManager.makeComplianceDocument",
        doc: "A dated document on how far a policy is met. Its hash goes into the activity log, which proves the date.",
        params: &[SITE, TYPE],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(document(services, caller, params)),
    },
];

fn named(params: &Params) -> Result<&'static Policy, ApiError> {
    let known = || POLICIES.iter().map(|policy| policy.id).collect::<Vec<_>>().join(", ");
    policy(required(params, TYPE.name)?).ok_or_else(|| bad(TYPE.name, format!("write one of {}", known())))
}

/// Whether a policy is enforced on a site, by itself or by the installation.
fn is_enforced(snapshot: &Snapshot, site: Option<SiteId>, policy: &Policy) -> bool {
    let of_instance = snapshot.setting(&ENFORCED);
    let of_site = site.map(|site| snapshot.setting_at(site, &ENFORCED)).unwrap_or_default();
    of_instance.iter().chain(&of_site).any(|id| id == policy.id)
}

/// The state of a rule: `compliant`, `enforced`, `non_compliant`, or `manual` where a person must look.
fn state(rule: &Rule, value: Option<&str>, enforced: bool) -> &'static str {
    match (rule.setting, value) {
        (Some(setting), Some(value)) => match ((setting.holds)(value), enforced) {
            (true, true) => "enforced",
            (true, false) => "compliant",
            (false, _) => "non_compliant",
        },
        _ => "manual",
    }
}

fn values(snapshot: &Snapshot, site: Option<SiteId>, rule: &Rule) -> Option<(String, &'static str)> {
    rule.setting.map(|wanted| in_force(snapshot, site, wanted.setting))
}

fn status(snapshot: &Snapshot, params: &Params) -> Result<Answer, ApiError> {
    let policy = named(params)?;
    let site = keep::site(snapshot, params)?;
    let enforced = is_enforced(snapshot, site, policy);
    let row = |rule: &Rule| {
        let found = values(snapshot, site, rule);
        let value = found.as_ref().map(|(value, _)| value.as_str());
        Answer::record([
            ("title", Answer::from(rule.title)),
            ("changes", rule.changes.into()),
            ("setting", rule.setting.map_or(Answer::Null, |wanted| wanted.setting.key().into())),
            ("value", value.map_or(Answer::Null, Answer::from)),
            ("origin", found.as_ref().map_or(Answer::Null, |(_, origin)| (*origin).into())),
            ("wanted", rule.setting.map_or(Answer::Null, |wanted| wanted.value.into())),
            ("state", state(rule, value, enforced).into()),
        ])
    };
    let broken = |rule: &&Rule| {
        let found = values(snapshot, site, rule);
        state(rule, found.as_ref().map(|(value, _)| value.as_str()), enforced) == "non_compliant"
    };
    Ok(Answer::record([
        ("complianceType", Answer::from(policy.id)),
        ("title", policy.title.into()),
        ("doc", policy.doc.into()),
        ("enforced", Answer::Bool(enforced)),
        ("compliant", Answer::Bool(!policy.rules.iter().any(|rule| broken(&rule)))),
        ("rules", Answer::List(policy.rules.iter().map(row).collect())),
    ]))
}

/// Refuses changes that contradict a policy that is enforced.
///
/// # Errors
/// `Refused` names the setting and the policy.
pub fn refuse(
    snapshot: &Snapshot,
    site: Option<SiteId>,
    changes: &[(&str, Option<&str>)],
) -> Result<(), makoto_meta::Error> {
    for policy in POLICIES.iter().filter(|policy| is_enforced(snapshot, site, policy)) {
        for wanted in policy.rules.iter().filter_map(|rule| rule.setting) {
            let Some((_, change)) = changes.iter().find(|(key, _)| *key == wanted.setting.key()) else { continue };
            let after = match (change, site) {
                (Some(text), _) => (*text).to_owned(),
                (None, Some(_)) => snapshot.setting_text(wanted.setting).0,
                (None, None) => wanted.setting.default_text(),
            };
            if !(wanted.holds)(&after) {
                return Err(makoto_meta::Error::Refused(format!(
                    "{} is enforced and needs another value of \"{}\"; release the policy first",
                    policy.title,
                    wanted.setting.title()
                )));
            }
        }
    }
    Ok(())
}

async fn set(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let policy = named(params)?;
    let enforce = match required(params, "enforce")? {
        "1" | "true" => true,
        "0" | "false" => false,
        _ => return Err(bad("enforce", "write 1 or 0")),
    };
    let site = keep::site(&services.meta.snapshot(), params)?;
    let grant = check_instance(&caller.principal)?;
    let plan = |snapshot: &Snapshot| Ok(changes(snapshot, site, policy, enforce));
    services.meta.change_settings(&grant, caller, plan).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// What enforcing or releasing a policy changes, sites that are weaker than it included.
fn changes(snapshot: &Snapshot, site: Option<SiteId>, policy: &'static Policy, enforce: bool) -> SettingChanges {
    let before = match site {
        Some(site) => snapshot.site_text(site, &ENFORCED).unwrap_or("").to_owned(),
        None => snapshot.setting_text(&ENFORCED).0,
    };
    let mut ids: Vec<&str> = before.split(',').filter(|id| !id.is_empty() && *id != policy.id).collect();
    if enforce {
        ids.push(policy.id);
    }
    let ids = ids.join(",");
    let wanted = policy.rules.iter().filter_map(|rule| rule.setting).filter(|_| enforce);
    let unmet = wanted.filter(|wanted| !(wanted.holds)(&in_force(snapshot, site, wanted.setting).0));
    let mut changes: Vec<(&str, Option<&str>)> =
        unmet.map(|wanted| (wanted.setting.key(), Some(wanted.value))).collect();
    changes.push((ENFORCED.key, Some(&ids)));
    let mut all = match site {
        Some(site) => SettingChanges::of_site(site, &changes),
        None => SettingChanges::of_instance(&changes),
    };
    if site.is_none() && enforce {
        for id in snapshot.site_ids() {
            all.sites.extend(weaker(snapshot, id, policy).map(|key| (id, key.to_owned(), None)));
        }
    }
    let kind = if enforce { Activity::ComplianceEnforced } else { Activity::ComplianceReleased };
    all.noted = Some((kind, json!({ "policy": policy.id, "site": site.map(|site| site.0) })));
    all
}

/// The keys of what a site has of its own against a policy.
fn weaker(snapshot: &Snapshot, site: SiteId, policy: &'static Policy) -> impl Iterator<Item = &'static str> {
    let wanted = policy.rules.iter().filter_map(|rule| rule.setting);
    let against = move |wanted: &&'static super::policies::Wanted| {
        snapshot.site_text(site, wanted.setting).is_some_and(|own| !(wanted.holds)(own))
    };
    wanted.filter(against).map(|wanted| wanted.setting.key())
}

async fn document(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let policy = named(params)?;
    let snapshot = services.meta.snapshot();
    let site = keep::site(&snapshot, params)?;
    let text = written(&snapshot, site, policy, &services.base_url, now_s());
    let hash = hex(&Sha256::digest(text.as_bytes()));
    let detail = json!({ "policy": policy.id, "site": site.map(|site| site.0), "sha256": hash });
    services.meta.record(caller, Activity::ComplianceProved, detail).await.map_err(from_meta)?;
    let name = format!("privacy-{}-{}.md", policy.id, makoto_model::Day((now_s() / 86_400) as i32));
    Ok(Answer::record([("name", Answer::from(name)), ("text", text.into()), ("sha256", hash.into())]))
}

fn written(snapshot: &Snapshot, site: Option<SiteId>, policy: &Policy, base_url: &str, now_s: i64) -> String {
    let enforced = is_enforced(snapshot, site, policy);
    let about = match site.and_then(|site| snapshot.site_rows.get(&site)) {
        Some(row) => format!("Website {}: {} ({})", row.id, plain(&row.name), row.urls.join(", ")),
        None => "The installation, and every website without values of its own".to_owned(),
    };
    let moment = jiff::Timestamp::from_second(now_s).map_or_else(|_| now_s.to_string(), |moment| moment.to_string());
    let mut text = format!(
        "# {}\n\n{}\n\n- About: {about}\n- Server: {base_url}\n- Version: {}\n- Date: {moment}\n- Enforced: {}\n\n\
         | what | value | asked for | state |\n| --- | --- | --- | --- |\n",
        policy.title,
        policy.doc,
        env!("CARGO_PKG_VERSION"),
        if enforced { "yes" } else { "no" },
    );
    for rule in policy.rules {
        let found = values(snapshot, site, rule);
        let value = found.as_ref().map(|(value, _)| value.as_str());
        let asked = rule.setting.map_or("to be looked at by a person", |wanted| wanted.asked);
        text.push_str(&format!(
            "| {} | {} | {asked} | {} |\n",
            rule.title,
            plain(value.unwrap_or("")),
            state(rule, value, enforced).replace('_', " ")
        ));
    }
    text.push_str("\nThe SHA-256 of this text stands in the activity log of the server, at this date.\n");
    text
}

/// A text that breaks no table.
fn plain(text: &str) -> String {
    let kept: String = text.chars().filter(|c| !c.is_control()).collect();
    kept.replace('|', "/").replace(',', ", ")
}
