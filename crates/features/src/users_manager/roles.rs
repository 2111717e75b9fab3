//! Roles and capabilities, per site.

use super::{ID_SITE, ID_SITES, LOGIN, LOGINS, login, logins, param, read, write};
use crate::{
    Services, public_reports,
    services::{asked_sites, bad, from_meta, list, required},
};
use makoto_access::{Admin, Asked, Caller, Grant, Role, check};
use makoto_catalog::{Access, Answer, ApiError, Guard, Method, Param, ParamKind};
use makoto_meta::{Account, RoleWish, refuse_many_roles};
use makoto_model::{Params, SiteId};
use std::collections::BTreeMap;

/// A right beside the role.
pub struct Capability {
    pub id: &'static str,
    name: &'static str,
    doc: &'static str,
    /// The least role that has it anyway.
    included_in: Role,
}

static CAPABILITIES: &[Capability] = &[
    Capability {
        id: "tagmanager_write",
        name: "Tag manager: write",
        doc: "Create, change and delete what containers hold.",
        included_in: Role::Write,
    },
    Capability {
        id: "tagmanager_publish_live_container",
        name: "Tag manager: publish",
        doc: "Publish a container for everyone who visits the site.",
        included_in: Role::Admin,
    },
    Capability {
        id: "tagmanager_use_custom_templates",
        name: "Tag manager: custom templates",
        doc: "Put scripts of one's own on every page of the site.",
        included_in: Role::Admin,
    },
];

pub(super) fn capability(id: &str) -> Option<&'static Capability> {
    CAPABILITIES.iter().find(|capability| capability.id == id)
}

/// What a user may do on a site beside the role, with what the role includes.
pub(super) fn capabilities_of(account: &Account, site: SiteId) -> Vec<&'static str> {
    let role = if account.superuser { Some(Role::Admin) } else { account.roles.get(&site).copied() };
    let given = account.capabilities.get(&site);
    let has = |capability: &&Capability| {
        role >= Some(capability.included_in) || given.is_some_and(|given| given.contains(capability.id))
    };
    CAPABILITIES.iter().filter(has).map(|capability| capability.id).collect()
}

pub(super) const ACCESS: Param =
    param("access", ParamKind::List, None, "noaccess, view, write or admin; beside a role also capabilities");
const CAPABILITIES_PARAM: Param = param("capabilities", ParamKind::List, None, "one capability, or a list of them");
const SOME_ADMIN: Access = Access::SomeSite(Role::Admin);
pub(super) const SET_ACCESS: &str = "UsersManager.setUserAccess";

pub static METHODS: &[Method<Services>] = &[
    read(
        "UsersManager.getSitesAccessFromUser",
        "The sites on which a user holds a role.",
        &[LOGIN],
        Access::Superuser,
        |services, _, params| Box::pin(async { sites_access(services, params) }),
    ),
    read(
        "UsersManager.getSitesAccessForUser",
        "The caller's sites, a page of them, with a user's role and capabilities on each.",
        &[
            LOGIN,
            param("limit", ParamKind::Int, Some(""), "sites at most; all by default"),
            param("offset", ParamKind::Int, Some("0"), "sites to leave out first"),
            param("filter_search", ParamKind::Text, Some(""), "text that the site's name must hold"),
            param("filter_access", ParamKind::Text, Some(""), "noaccess, some, view, write or admin"),
        ],
        SOME_ADMIN,
        |services, caller, params| Box::pin(async { sites_of_user(services, caller, params) }),
    ),
    read(
        "UsersManager.getUsersAccessFromSite",
        "Each user's role on one site.",
        &[ID_SITE],
        Access::Site(Role::Admin),
        |services, caller, params| Box::pin(async { users_access(services, caller, params) }),
    ),
    read(
        "UsersManager.getUsersWithSiteAccess",
        "The logins of users who hold exactly this role on one site.",
        &[ID_SITE, param("access", ParamKind::Text, None, "view, write or admin")],
        Access::Site(Role::Admin),
        |services, caller, params| {
            Box::pin(async {
                let (_, site) = services.site::<Admin>(caller, params)?;
                let role =
                    role(required(params, "access")?)?.ok_or_else(|| bad("access", "use view, write or admin"))?;
                let snapshot = services.meta.snapshot();
                let holders = snapshot.accounts.values().filter(|account| account.roles.get(&site.id) == Some(&role));
                Ok(holders.map(|account| account.login.as_str()).collect())
            })
        },
    ),
    read(
        "UsersManager.getUsersSitesFromAccess",
        "For each login the sites on which the user holds exactly this role.",
        &[param("access", ParamKind::Text, None, "view, write or admin")],
        Access::Superuser,
        |services, _, params| Box::pin(async { sites_by_login(services, params) }),
    ),
    read("UsersManager.getAvailableRoles", "The roles that there are.", &[], SOME_ADMIN, |_, _, _| {
        Box::pin(async { Ok(available_roles()) })
    }),
    read("UsersManager.getAvailableCapabilities", "The capabilities that there are.", &[], SOME_ADMIN, |_, _, _| {
        Box::pin(async { Ok(available_capabilities()) })
    }),
    write(
        SET_ACCESS,
        "Gives users a role on sites, or takes it: noaccess, view, write or admin. Superusers hold every role already. \
         For anonymous alone: view shows whole sites to everybody, by the rules of public reports.",
        &[
            LOGINS,
            ACCESS,
            ID_SITES,
            param("reason", ParamKind::Text, Some(""), "for anonymous: why, in ten letters or more"),
            param("scopeHash", ParamKind::Text, Some(""), "for anonymous: the hash of PublicReports.preview"),
            param("expiresInDays", ParamKind::Int, Some(""), "for anonymous: 1 to 365, 90 by default; 0 for no end"),
        ],
        (SOME_ADMIN, Guard::ProofOrProvisioning),
        |services, caller, params| Box::pin(set_access(services, caller, params)),
    ),
    write(
        "UsersManager.addCapabilities",
        "Gives a user capabilities on sites where they hold a role.",
        &[LOGIN, CAPABILITIES_PARAM, ID_SITES],
        (SOME_ADMIN, Guard::ProofOrProvisioning),
        |services, caller, params| Box::pin(set_capabilities(services, caller, params, true)),
    ),
    write(
        "UsersManager.removeCapabilities",
        "Takes capabilities away. What a role includes stays with the role.",
        &[LOGIN, CAPABILITIES_PARAM, ID_SITES],
        (SOME_ADMIN, Guard::ProofOrProvisioning),
        |services, caller, params| Box::pin(set_capabilities(services, caller, params, false)),
    ),
];

/// A role by its name; `None` is no access.
pub(super) fn role(name: &str) -> Result<Option<Role>, ApiError> {
    match name {
        "noaccess" => Ok(None),
        name => match Role::parse(name) {
            None => Err(bad("access", "use noaccess, view, write or admin")),
            role => Ok(role),
        },
    }
}

fn sites_access(services: &Services, params: &Params) -> Result<Answer, ApiError> {
    let login = required(params, "userLogin")?;
    let snapshot = services.meta.snapshot();
    let row = |site: i64, role: Role| Answer::record([("site", Answer::Int(site)), ("access", role.name().into())]);
    if makoto_meta::is_nobody(login) {
        return Ok(public_reports::whole_sites(services)
            .into_iter()
            .map(|site| row(i64::from(site.0), Role::View))
            .collect());
    }
    let account = snapshot.account(login).ok_or_else(|| ApiError::NotFound(format!("there is no user {login}")))?;
    Ok(match account.superuser {
        true => snapshot.sites.keys().map(|site| row(i64::from(site.0), Role::Admin)).collect(),
        false => account.roles.iter().map(|(site, role)| row(i64::from(site.0), *role)).collect(),
    })
}

fn sites_of_user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = required(params, "userLogin")?;
    let snapshot = services.meta.snapshot();
    let account = snapshot.account(login).ok_or_else(|| ApiError::NotFound(format!("there is no user {login}")))?;
    let (search, access) =
        (params.filled("filter_search").unwrap_or("").to_lowercase(), params.filled("filter_access"));
    let number = |name: &str, default: usize| match params.filled(name) {
        None => Ok(default),
        Some(text) => text.parse().map_err(|_| bad(name, "write a whole number of 0 or more")),
    };
    let (limit, offset) = (number("limit", usize::MAX)?, number("offset", 0)?);
    let rows = snapshot.site_rows.values().filter(|site| caller.principal.role(site.id) == Some(Role::Admin));
    let rows = rows.filter(|site| site.name.to_lowercase().contains(&search)).filter_map(|site| {
        let role = if account.superuser { Some(Role::Admin) } else { account.roles.get(&site.id).copied() };
        let name = role.map_or("noaccess", Role::name);
        let wanted = access.is_none_or(|access| access == name || (access == "some" && role.is_some()));
        wanted.then(|| {
            Answer::record([
                ("idsite", Answer::Int(i64::from(site.id.0))),
                ("site_name", site.name.as_str().into()),
                ("role", name.into()),
                ("capabilities", capabilities_of(account, site.id).into_iter().collect()),
            ])
        })
    });
    Ok(rows.skip(offset).take(limit).collect())
}

fn users_access(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (_, site) = services.site::<Admin>(caller, params)?;
    let snapshot = services.meta.snapshot();
    let roles = snapshot.accounts.values().filter_map(|account| {
        let role = account.roles.get(&site.id)?;
        Some((account.login.clone(), Answer::from(role.name())))
    });
    let everybody = public_reports::whole_sites(services).contains(&site.id);
    let everybody = everybody.then(|| ("anonymous".to_owned(), Answer::from(Role::View.name())));
    Ok(Answer::Record(everybody.into_iter().chain(roles).collect()))
}

fn sites_by_login(services: &Services, params: &Params) -> Result<Answer, ApiError> {
    let wanted = role(required(params, "access")?)?.ok_or_else(|| bad("access", "use view, write or admin"))?;
    let snapshot = services.meta.snapshot();
    let mut found: BTreeMap<String, Vec<Answer>> = BTreeMap::new();
    for account in snapshot.accounts.values() {
        for (site, _) in account.roles.iter().filter(|(_, role)| **role == wanted) {
            found.entry(account.login.clone()).or_default().push(Answer::Int(i64::from(site.0)));
        }
    }
    Ok(Answer::Record(found.into_iter().map(|(login, sites)| (login, Answer::List(sites))).collect()))
}

fn available_roles() -> Answer {
    let row = |id: &str, name: &str, doc: &str| {
        Answer::record([("id", Answer::from(id)), ("name", name.into()), ("description", doc.into())])
    };
    Answer::List(vec![
        row("view", "View", "Read every report of the site."),
        row("write", "Write", "Read reports, and create and change goals and what else makes reports."),
        row("admin", "Admin", "All of that, and manage the site, its settings and its users."),
    ])
}

fn available_capabilities() -> Answer {
    let included = |least: Role| -> Answer {
        let roles = [Role::View, Role::Write, Role::Admin].into_iter().filter(|role| *role >= least);
        roles.map(Role::name).collect()
    };
    let row = |capability: &Capability| {
        Answer::record([
            ("id", Answer::from(capability.id)),
            ("name", capability.name.into()),
            ("description", capability.doc.into()),
            ("includedInRoles", included(capability.included_in)),
            ("category", "Tag manager".into()),
        ])
    };
    CAPABILITIES.iter().map(row).collect()
}

/// The sites that a change names, with the right to change them; and whether it named every site there is.
pub(super) fn sites_to_change(
    services: &Services,
    caller: &Caller,
    params: &Params,
) -> Result<(Grant<Admin>, bool), ApiError> {
    let asked = asked_sites(params, "idSites")?;
    let grant = check::<Admin>(&caller.principal, &asked, &services.meta.snapshot().site_ids())?;
    Ok((grant, asked == Asked::All && caller.principal.is_superuser()))
}

/// A list of words, given one by one or with commas.
fn words(params: &Params, name: &str) -> Result<Vec<String>, ApiError> {
    let texts = list(params, name).ok_or_else(|| ApiError::MissingParam(name.to_owned()))?;
    Ok(texts.iter().flat_map(|text| text.split(',')).map(|word| word.trim().to_owned()).collect())
}

fn known_capabilities(words: &[String], param: &str) -> Result<Vec<&'static str>, ApiError> {
    let known = |word: &String| {
        let found = capability(word).map(|capability| capability.id);
        found.ok_or_else(|| bad(param, format!("there is no role or capability {word}")))
    };
    words.iter().map(known).collect()
}

/// Access of everybody who is not signed in: no user, and so nothing beside view and nothing together with users.
async fn set_access_of_everybody(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    if super::named(params).len() != 1 {
        return Err(bad("userLogin", "name anonymous alone: to show sites to everybody is an act of its own"));
    }
    match words(params, "access")?.as_slice() {
        [one] if one == "view" => public_reports::acts::open_by_matomo(services, caller, params).await,
        [one] if one == "noaccess" => public_reports::acts::close_by_matomo(services, caller, params).await,
        _ => Err(bad("access", "anonymous can have view or noaccess, and nothing else ever")),
    }
}

async fn set_access(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    if super::named(params).iter().any(|login| makoto_meta::is_nobody(login)) {
        return set_access_of_everybody(services, caller, params).await;
    }
    let logins = logins(params)?;
    let (roles, rest): (Vec<String>, Vec<String>) =
        words(params, "access")?.into_iter().partition(|word| role(word).is_ok());
    let [name] = roles.as_slice() else {
        return Err(bad("access", "name exactly one role: noaccess, view, write or admin"));
    };
    let (role, capabilities) = (role(name)?, known_capabilities(&rest, "access")?);
    if role.is_none() && !capabilities.is_empty() {
        return Err(bad("access", "a capability needs a role beside it"));
    }
    let (grant, everywhere) = sites_to_change(services, caller, params)?;
    refuse_many_roles(&logins, grant.sites()).map_err(ApiError::TooMuch)?;
    let wish = RoleWish { logins: &logins, role, everywhere, capabilities: &capabilities, expected: None };
    services.meta.set_roles(&grant, caller, &wish).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

async fn set_capabilities(
    services: &Services,
    caller: &Caller,
    params: &Params,
    give: bool,
) -> Result<Answer, ApiError> {
    let login = login(params)?;
    let capabilities = known_capabilities(&words(params, "capabilities")?, "capabilities")?;
    let (grant, _) = sites_to_change(services, caller, params)?;
    services.meta.set_capabilities(&grant, caller, login, &capabilities, give).await.map_err(from_meta)?;
    Ok(Answer::Done)
}
