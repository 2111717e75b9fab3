//! Roles of many users on many sites at once: first what would change, then exactly that.

use super::{ID_SITES, LOGINS, logins, param, read, roles, write};
use crate::{
    Services,
    services::{from_meta, required},
};
use makoto_access::{Admin, Caller, Grant, Role};
use makoto_catalog::{Access, Answer, ApiError, Guard, Method, Param, ParamKind};
use makoto_meta::{RoleChange, RoleWish, refuse_many_roles};
use makoto_model::Params;

const ROLE: Param = param("access", ParamKind::Text, None, "noaccess, view, write or admin");
const SOME_ADMIN: Access = Access::SomeSite(Role::Admin);

pub static METHODS: &[Method<Services>] = &[
    read(
        "UsersManager.previewBulk",
        "What giving users a role on sites would change, one line each, and the hash by which setBulk does exactly that.",
        &[LOGINS, ROLE, ID_SITES],
        SOME_ADMIN,
        |services, caller, params| Box::pin(async { preview(services, caller, params) }),
    ),
    write(
        "UsersManager.setBulk",
        "Does what previewBulk showed, all of it or nothing; refuses when roles have changed since.",
        &[LOGINS, ROLE, ID_SITES, param("previewHash", ParamKind::Text, None, "the hash of the preview")],
        (SOME_ADMIN, Guard::Proof),
        |services, caller, params| Box::pin(set(services, caller, params)),
    ),
];

struct Bulk {
    logins: Vec<String>,
    role: Option<Role>,
    grant: Grant<Admin>,
    everywhere: bool,
    changes: Vec<RoleChange>,
}

impl Bulk {
    fn read(services: &Services, caller: &Caller, params: &Params) -> Result<Bulk, ApiError> {
        let logins = logins(params)?;
        let role = roles::role(required(params, "access")?)?;
        let (grant, everywhere) = roles::sites_to_change(services, caller, params)?;
        refuse_many_roles(&logins, grant.sites()).map_err(ApiError::TooMuch)?;
        let changes = services.meta.role_changes(&grant, &logins, role).map_err(from_meta)?;
        Ok(Bulk { logins, role, grant, everywhere, changes })
    }

    /// Stands for exactly these changes.
    fn hash(&self) -> String {
        let name = |role: Option<Role>| role.map_or("noaccess", Role::name);
        let mut text = String::new();
        for change in &self.changes {
            let (before, after) = (name(change.before), name(change.after));
            text.push_str(&format!("{}\t{}\t{before}\t{after}\n", change.login, change.site));
        }
        makoto_meta::hex(&makoto_identity::hash_secret(&text))
    }
}

fn preview(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let bulk = Bulk::read(services, caller, params)?;
    let snapshot = services.meta.snapshot();
    let name = |role: Option<Role>| Answer::from(role.map_or("noaccess", Role::name));
    let rows = bulk.changes.iter().map(|change| {
        Answer::record([
            ("login", Answer::from(change.login.as_str())),
            ("idsite", Answer::Int(i64::from(change.site.0))),
            ("site_name", snapshot.site_rows.get(&change.site).map_or("", |site| site.name.as_str()).into()),
            ("before", name(change.before)),
            ("after", name(change.after)),
        ])
    });
    let is_superuser = |login: &&String| snapshot.account(login).is_some_and(|account| account.superuser);
    let superusers = bulk.logins.iter().filter(is_superuser);
    let asked = bulk.logins.len() * bulk.grant.sites().len();
    Ok(Answer::record([
        ("hash", Answer::from(bulk.hash())),
        ("count", Answer::Int(bulk.changes.len() as i64)),
        ("unchanged", Answer::Int((asked - bulk.changes.len()) as i64)),
        ("superusers", superusers.map(String::as_str).collect()),
        ("changes", rows.collect()),
    ]))
}

async fn set(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let bulk = Bulk::read(services, caller, params)?;
    if required(params, "previewHash")? != bulk.hash() {
        let why = "roles have changed since the preview was shown; look at the new preview and confirm it";
        return Err(ApiError::Refused(why.into()));
    }
    let Bulk { logins, role, grant, everywhere, changes } = &bulk;
    let expected = Some(changes.as_slice());
    let wish = RoleWish { logins, role: *role, everywhere: *everywhere, expected, ..RoleWish::default() };
    let done = services.meta.set_roles(grant, caller, &wish).await.map_err(from_meta)?;
    Ok(Answer::record([("count", Answer::Int(done.len() as i64))]))
}
