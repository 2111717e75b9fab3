use crate::{
    Services, activity_log, annotations, api, core_admin_home, core_plugins_admin, custom_dimensions, dashboard,
    diagnostics, goals, insights, languages_manager, live, login, multi_sites, overlay, privacy_manager,
    public_reports, security_checkup, segment_editor, sites_manager, transitions, two_factor_auth, user_country,
    users_manager,
};
use makoto_catalog::{Composed, Guard, Method, ParamKind};
use makoto_model::Params;
use std::{collections::HashSet, sync::LazyLock};

/// Every API method that is no report, by feature.
pub static METHODS: &[&[Method<Services>]] = &[
    activity_log::METHODS,
    annotations::METHODS,
    api::METHODS,
    core_admin_home::MAIL_METHODS,
    core_admin_home::TASK_METHODS,
    core_plugins_admin::METHODS,
    custom_dimensions::METHODS,
    goals::METHODS,
    diagnostics::METHODS,
    diagnostics::failures::METHODS,
    dashboard::METHODS,
    languages_manager::METHODS,
    overlay::METHODS,
    login::METHODS,
    login::attempts::METHODS,
    login::sessions::METHODS,
    login::tokens::METHODS,
    privacy_manager::compliance::METHODS,
    privacy_manager::keep::METHODS,
    privacy_manager::optout::METHODS,
    privacy_manager::past::METHODS,
    privacy_manager::retention::METHODS,
    privacy_manager::subjects::METHODS,
    public_reports::METHODS,
    security_checkup::METHODS,
    segment_editor::METHODS,
    sites_manager::METHODS,
    sites_manager::global::METHODS,
    sites_manager::facts::METHODS,
    transitions::METHODS,
    two_factor_auth::METHODS,
    user_country::METHODS,
    users_manager::accounts::METHODS,
    users_manager::bulk::METHODS,
    users_manager::invitations::METHODS,
    users_manager::lists::METHODS,
    users_manager::preferences::METHODS,
    users_manager::reviews::METHODS,
    users_manager::roles::METHODS,
    users_manager::unused::METHODS,
];

/// What this call of a method must prove: more than its method asks for, where it makes a site public, and where it
/// ends what somebody else does.
pub fn guard(method: &Method<Services>, params: &Params) -> Guard {
    if users_manager::opens_to_everybody(method.id, params) {
        Guard::ProofNow
    } else if login::sessions::names_somebody(method.id, params) {
        Guard::ProofInSession
    } else {
        method.guard
    }
}

/// The names of parameters that are secrets, of whichever method: passwords, codes, links, answers of passkeys.
static SECRETS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let params = METHODS.iter().flat_map(|feature| feature.iter()).flat_map(Method::all_params);
    params.filter(|param| param.kind == ParamKind::Secret).map(|param| param.name).collect()
});

/// Whether a parameter of this name is a secret: it must not stand in an address, nor be handed on.
pub fn is_secret(name: &str) -> bool {
    SECRETS.contains(name)
}

/// A method by its exact id.
pub fn method(id: &str) -> Option<&'static Method<Services>> {
    METHODS.iter().flat_map(|feature| feature.iter()).find(|method| method.id == id)
}

/// Every API method that is made of reports and other methods, by feature.
pub static COMPOSED: &[&[Composed<Services>]] =
    &[api::COMPOSED, insights::COMPOSED, live::COMPOSED, multi_sites::COMPOSED, overlay::COMPOSED];

/// A composed method by its exact id.
pub fn composed(id: &str) -> Option<&'static Composed<Services>> {
    COMPOSED.iter().flat_map(|feature| feature.iter()).find(|method| method.id == id)
}
