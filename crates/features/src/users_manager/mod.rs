//! Users and their roles.

use crate::{
    Services,
    services::{asked_sites, bad, from_identity, from_meta, required},
};
use makoto_access::{Admin, Caller, Role, check, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::{Account, NewUser};
use makoto_model::Params;

const LOGIN: Param = Param { name: "userLogin", kind: ParamKind::Text, default: None, doc: "the user's login" };
const ID_SITE: Param = Param { name: "idSite", kind: ParamKind::Int, default: None, doc: "the site's number" };

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "UsersManager.getUsers",
        doc: "All users. Superusers see everyone, admins of a site the users of their sites.",
        params: &[],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, _| Box::pin(async { Ok(visible(services, caller).iter().map(user_row).collect()) }),
    },
    Method {
        id: "UsersManager.getUsersLogin",
        doc: "The logins of all users that the caller may see.",
        params: &[],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, _| {
            Box::pin(async { Ok(visible(services, caller).into_iter().map(|account| account.login).collect()) })
        },
    },
    Method {
        id: "UsersManager.getUser",
        doc: "One user: oneself, or anyone for a superuser.",
        params: &[LOGIN],
        access: Access::SignedIn,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { get_user(services, caller, params) }),
    },
    Method {
        id: "UsersManager.hasSuperUserAccess",
        doc: "Whether the caller is a superuser.",
        params: &[],
        access: Access::Public,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, caller, _| Box::pin(async { Ok(Answer::Bool(caller.principal.is_superuser())) }),
    },
    Method {
        id: "UsersManager.userExists",
        doc: "Whether there is a user with this login.",
        params: &[LOGIN],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, params| {
            Box::pin(async {
                let login = required(params, "userLogin")?;
                Ok(Answer::Bool(services.meta.snapshot().account(login).is_some()))
            })
        },
    },
    Method {
        id: "UsersManager.getSitesAccessFromUser",
        doc: "The sites on which a user holds a role.",
        params: &[LOGIN],
        access: Access::Superuser,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, _, params| Box::pin(async { sites_access(services, params) }),
    },
    Method {
        id: "UsersManager.getUsersAccessFromSite",
        doc: "Each user's role on one site.",
        params: &[ID_SITE],
        access: Access::Site(Role::Admin),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { users_access(services, caller, params) }),
    },
    Method {
        id: "UsersManager.addUser",
        doc: "Adds a user with a password.",
        params: &[
            LOGIN,
            Param { name: "password", kind: ParamKind::Secret, default: None, doc: "at least 15 characters" },
            Param { name: "email", kind: ParamKind::Text, default: None, doc: "the user's e-mail address" },
        ],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::ProofOrProvisioning,
        run: |services, caller, params| Box::pin(add_user(services, caller, params)),
    },
    Method {
        id: "UsersManager.deleteUser",
        doc: "Deletes a user with their roles, sessions and tokens.",
        params: &[LOGIN],
        access: Access::Superuser,
        effect: Effect::Write,
        guard: Guard::Proof,
        run: |services, caller, params| {
            Box::pin(async {
                let grant = check_instance(&caller.principal)?;
                let login = required(params, "userLogin")?;
                services.meta.delete_user(&grant, caller, login).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "UsersManager.setUserAccess",
        doc: "Gives a user a role on sites: noaccess, view, write or admin.",
        params: &[
            LOGIN,
            Param { name: "access", kind: ParamKind::Text, default: None, doc: "noaccess, view, write or admin" },
            Param { name: "idSites", kind: ParamKind::List, default: None, doc: "numbers of sites, or all" },
        ],
        access: Access::SomeSite(Role::Admin),
        effect: Effect::Write,
        guard: Guard::ProofOrProvisioning,
        run: |services, caller, params| Box::pin(set_access(services, caller, params)),
    },
];

fn visible(services: &Services, caller: &Caller) -> Vec<Account> {
    let snapshot = services.meta.snapshot();
    let shares_site = |account: &&Account| {
        let shared = |site: &makoto_model::SiteId| caller.principal.role(*site) == Some(Role::Admin);
        caller.principal.is_superuser() || account.superuser || account.roles.keys().any(shared)
    };
    snapshot.accounts.values().filter(shares_site).cloned().collect()
}

fn user_row(account: &Account) -> Answer {
    let seen = account.last_seen_s.map_or(Answer::Null, |s| Answer::from(crate::sites_manager::date_time(s)));
    Answer::record([
        ("login", Answer::from(account.login.as_str())),
        ("email", account.email.as_str().into()),
        ("superuser_access", Answer::Int(i64::from(account.superuser))),
        ("date_registered", crate::sites_manager::date_time(account.created_s).into()),
        ("last_seen", seen),
    ])
}

fn get_user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = required(params, "userLogin")?;
    if !caller.principal.name().eq_ignore_ascii_case(login) {
        check_instance(&caller.principal)?;
    }
    let snapshot = services.meta.snapshot();
    let account = snapshot.account(login).ok_or_else(|| ApiError::NotFound(format!("there is no user {login}")))?;
    Ok(user_row(account))
}

fn sites_access(services: &Services, params: &Params) -> Result<Answer, ApiError> {
    let login = required(params, "userLogin")?;
    let snapshot = services.meta.snapshot();
    let account = snapshot.account(login).ok_or_else(|| ApiError::NotFound(format!("there is no user {login}")))?;
    let row = |site: i64, role: Role| Answer::record([("site", Answer::Int(site)), ("access", role.name().into())]);
    Ok(match account.superuser {
        true => snapshot.sites.keys().map(|site| row(i64::from(site.0), Role::Admin)).collect(),
        false => account.roles.iter().map(|(site, role)| row(i64::from(site.0), *role)).collect(),
    })
}

fn users_access(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (_, site) = services.site::<Admin>(caller, params)?;
    let snapshot = services.meta.snapshot();
    let roles = snapshot.accounts.values().filter_map(|account| {
        let role = account.roles.get(&site.id)?;
        Some((account.login.clone(), Answer::from(role.name())))
    });
    Ok(Answer::Record(roles.collect()))
}

async fn add_user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = check_instance(&caller.principal)?;
    let (login, email) = (required(params, "userLogin")?.trim(), required(params, "email")?.trim());
    let password = required(params, "password")?;
    makoto_identity::check_password(password, login, email).map_err(from_identity)?;
    let password_hash = services.identity.hash_password(password).await.map_err(from_identity)?;
    let user = NewUser { login: login.into(), email: email.into(), password_hash, superuser: false };
    services.meta.add_user(&grant, caller, user).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

async fn set_access(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = required(params, "userLogin")?;
    if login.eq_ignore_ascii_case("anonymous") {
        return Err(ApiError::Refused("reports cannot be made public by giving the anonymous user a role".into()));
    }
    let role = match required(params, "access")? {
        "noaccess" => None,
        name => Some(Role::parse(name).ok_or_else(|| bad("access", "use noaccess, view, write or admin"))?),
    };
    let sites = services.meta.snapshot().site_ids();
    let grant = check::<Admin>(&caller.principal, &asked_sites(params, "idSites")?, &sites)?;
    services.meta.set_roles(&grant, caller, &[login.to_owned()], role, false, None).await.map_err(from_meta)?;
    Ok(Answer::Done)
}
