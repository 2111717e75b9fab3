//! The settings of the whole installation: shown in groups, changed together with fresh proof.

mod checks;

pub use checks::{CHECKS, Check, Proposal};

use crate::{
    FEATURES, Services,
    privacy_manager::compliance,
    services::{bad, from_meta, required},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::{Access, Answer, AnySetting, ApiError, Control, Effect, Guard, Level, Method, Param, ParamKind};
use makoto_meta::{Activity, SettingChanges, Snapshot};
use makoto_model::Params;
use serde_json::{Value as Json, json};

/// Settings that one call may change: more than there are.
const CHANGES_MAX: usize = 500;

/// The parameter that names settings and their new values.
pub const VALUES: Param = Param {
    name: "settingValues",
    kind: ParamKind::Text,
    default: None,
    doc: "a JSON object of keys and values; null puts a setting back to its default",
};

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "CorePluginsAdmin.getSystemSettings",
        doc: "Every setting of the installation by feature, with its value, its default and where the value is from.",
        params: &[],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, _| Box::pin(async { Ok(groups(&services.meta.snapshot())) }),
    },
    Method {
        id: "CorePluginsAdmin.setSystemSettings",
        doc: "Changes settings of the installation, all that are named or none.",
        params: &[VALUES],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| Box::pin(set(services, caller, params)),
    },
];

/// What a group is called on the page.
fn title(feature: &'static str) -> &'static str {
    match feature {
        "CoreAdminHome" => "Mail server",
        "Login" => "Sign-in",
        "TwoFactorAuth" => "Two-factor authentication",
        "UsersManager" => "Users",
        "ActivityLog" => "Activity log",
        "SecurityCheckup" => "Security check-up",
        "SitesManager" => "Websites",
        "PrivacyManager" => "Privacy",
        "PublicReports" => "Public reports",
        other => other,
    }
}

fn groups(snapshot: &Snapshot) -> Answer {
    let of_instance = |setting: &&&'static dyn AnySetting| setting.level() != Level::User;
    let group = |feature: &&'static makoto_catalog::Feature| {
        let settings: Vec<Answer> =
            feature.settings.iter().filter(of_instance).map(|setting| row(snapshot, *setting)).collect();
        (!settings.is_empty()).then(|| {
            Answer::record([
                ("pluginName", Answer::from(feature.name)),
                ("title", title(feature.name).into()),
                ("settings", Answer::List(settings)),
            ])
        })
    };
    Answer::List(FEATURES.iter().filter_map(group).collect())
}

/// A setting for a page: what it is, its value, and where that is from.
pub fn row(snapshot: &Snapshot, setting: &dyn AnySetting) -> Answer {
    let (value, is_default) = snapshot.setting_text(setting);
    described(setting, value, if is_default { "default" } else { "stored" })
}

/// As `row`, with a value from this origin.
pub fn described(setting: &dyn AnySetting, value: String, origin: &'static str) -> Answer {
    // A secret that is not set may be told from one that is.
    let shown = if value.is_empty() { value } else { setting.shown(&value) };
    let (control, options): (&str, &[&str]) = match setting.control() {
        Control::Checkbox => ("checkbox", &[]),
        Control::Number => ("number", &[]),
        Control::Text => ("text", &[]),
        Control::Lines => ("lines", &[]),
        Control::Select(options) => ("select", options),
    };
    Answer::record([
        ("key", Answer::from(setting.key())),
        ("title", setting.title().into()),
        ("doc", setting.doc().into()),
        ("control", control.into()),
        ("options", options.iter().copied().collect()),
        ("value", shown.into()),
        ("default", setting.default_text().into()),
        ("origin", origin.into()),
        ("secret", Answer::Bool(setting.secret())),
        ("security", Answer::Bool(setting.security())),
    ])
}

/// The text of a JSON value as a setting reads it.
fn text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Bool(yes) => Some(u8::from(*yes).to_string()),
        Json::Number(number) => Some(number.to_string()),
        Json::Array(entries) => {
            let texts: Option<Vec<&str>> = entries.iter().map(Json::as_str).collect();
            texts.map(|texts| texts.join("\n"))
        }
        Json::Null | Json::Object(_) => None,
    }
}

/// The changes that a JSON object of keys and values asks for.
///
/// # Errors
/// `BadParam` for anything else.
pub fn read(values: &str) -> Result<Vec<(String, Option<String>)>, ApiError> {
    let what = "send a JSON object of keys and values";
    let Ok(Json::Object(values)) = serde_json::from_str(values) else { return Err(bad(VALUES.name, what)) };
    if values.len() > CHANGES_MAX {
        return Err(ApiError::TooMuch(format!("change at most {CHANGES_MAX} settings at once")));
    }
    let change = |(key, value): (String, Json)| match value {
        Json::Null => Ok((key, None)),
        value => match text(&value) {
            Some(text) => Ok((key, Some(text))),
            None => Err(bad(VALUES.name, format!("{key}: {what}; a value is a text, a number, true, false or a list"))),
        },
    };
    values.into_iter().map(change).collect()
}

/// What is sent back as it was shown is no new secret.
fn is_mask(setting: &dyn AnySetting, text: Option<&str>) -> bool {
    setting.secret() && text == Some(&setting.shown(""))
}

async fn set(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let changes = read(required(params, VALUES.name)?)?;
    let done = store(services, caller, &changes).await;
    if let Err(ApiError::Refused(why)) = &done {
        let settings: Vec<&str> = changes.iter().map(|(key, _)| key.as_str()).collect();
        let security = |key: &&str| services.meta.catalog().setting(key).is_some_and(|setting| setting.security());
        if settings.iter().any(security) {
            let detail = json!({ "settings": settings, "why": why });
            services.meta.record(caller, Activity::SettingRefused, detail).await.map_err(from_meta)?;
        }
    }
    done.map(|()| Answer::Done)
}

/// Checks and stores changes of settings, all or none.
///
/// # Errors
/// Why a change is refused.
pub async fn store(services: &Services, caller: &Caller, changes: &[(String, Option<String>)]) -> Result<(), ApiError> {
    let grant = check_instance(&caller.principal)?;
    let mut kept: Vec<(&str, Option<&str>)> = Vec::new();
    for (key, value) in changes {
        let setting = services.meta.catalog().setting(key).filter(|setting| setting.level() != Level::User);
        let setting = setting.ok_or_else(|| {
            ApiError::NotFound(format!("there is no setting {key} of the installation; see the list for its name"))
        })?;
        if is_mask(setting, value.as_deref()) {
            continue;
        }
        if let Some(value) = value {
            setting.admit(value).map_err(ApiError::Refused)?;
        }
        kept.push((key, value.as_deref()));
    }
    let plan = |snapshot: &Snapshot| allowed(snapshot, caller, &kept).map(|()| SettingChanges::of_instance(&kept));
    services.meta.change_settings(&grant, caller, plan).await.map_err(from_meta)
}

/// Whether what is in force allows these changes.
///
/// # Errors
/// `Refused` by a rule over several settings, or by a policy that is enforced.
pub fn allowed(
    snapshot: &Snapshot,
    caller: &Caller,
    changes: &[(&str, Option<&str>)],
) -> Result<(), makoto_meta::Error> {
    let proposal = Proposal { snapshot, caller, changes };
    let touched = |check: &&Check| changes.iter().any(|(key, _)| check.keys.contains(key));
    for check in CHECKS.iter().filter(touched) {
        (check.run)(&proposal).map_err(makoto_meta::Error::Refused)?;
    }
    compliance::refuse(snapshot, None, changes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_settings_write_them() {
        let read = read(r#"{"a":true,"b":5,"c":"x","d":["y","z"],"e":null}"#).unwrap();
        let texts: Vec<Option<&str>> = read.iter().map(|(_, text)| text.as_deref()).collect();
        assert_eq!(texts, [Some("1"), Some("5"), Some("x"), Some("y\nz"), None]);
    }

    #[test]
    fn other_json_is_refused() {
        for wrong in ["", "[]", "5", r#"{"a":{}}"#, r#"{"a":[1]}"#, "{"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn checks_watch_settings_that_exist() {
        let catalog = crate::catalog().unwrap();
        for key in CHECKS.iter().flat_map(|check| check.keys) {
            assert!(catalog.setting(key).is_some(), "{key}");
        }
    }
}
