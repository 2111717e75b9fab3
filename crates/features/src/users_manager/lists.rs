//! Who there is.

use super::{ID_SITE, LOGIN, param, read, rows::Crowd};
use crate::{
    Services, public_reports,
    services::{bad, list, required},
};
use makoto_access::{Admin, Caller, Role, check_instance};
use makoto_catalog::{Access, Answer, ApiError, Method, Param, ParamKind};
use makoto_meta::Account;
use makoto_model::{Params, SiteId};

const SOME_ADMIN: Access = Access::SomeSite(Role::Admin);
const EMAIL: Param = param("userEmail", ParamKind::Text, None, "the user's e-mail address");

/// Rows of one page at most.
const PAGE_ROWS_MAX: i64 = 1_000;

macro_rules! filters {
    ($($more:expr),*) => {
        &[
            ID_SITE,
            $($more,)*
            param("filter_search", ParamKind::Text, Some(""), "text that the login or the address must hold"),
            param("filter_access", ParamKind::Text, Some(""),
                "noaccess, some, view, write, admin, superuser, or a capability"),
            param("filter_status", ParamKind::Text, Some(""), "active, pending, expired, suspended or blocked"),
            param("filter_factor", ParamKind::Text, Some(""), "with or without a second factor; for superusers"),
            param("filter_seen", ParamKind::Text, Some(""),
                "never, or days for which the user was not seen; for superusers"),
        ]
    };
}

pub static METHODS: &[Method<Services>] = &[
    read(
        "UsersManager.getUsers",
        "All users. Superusers see everyone, admins of a site the users of their sites. Of who is invited, may_manage_invite \
         says whether the caller may resend, link and revoke the invitation.",
        &[param("userLogins", ParamKind::Text, Some(""), "only these logins, with commas")],
        SOME_ADMIN,
        |services, caller, params| Box::pin(users(services, caller, params)),
    ),
    read(
        "UsersManager.getUsersLogin",
        "The logins of all users that the caller may see.",
        &[],
        SOME_ADMIN,
        |services, caller, _| {
            Box::pin(async {
                let crowd = Crowd::load(services).await?;
                Ok(crowd.visible(caller).map(|account| account.login.as_str()).collect())
            })
        },
    ),
    read(
        "UsersManager.getUsersPlusRole",
        "A page of users with their role on a site. The header X-Matomo-Total-Results says how many there are without limit \
         and offset, as getUserCount does. Of who is invited, may_manage_invite says whether the caller may resend, link and \
         revoke the invitation.",
        filters!(
            param("limit", ParamKind::Int, Some(""), "users at most; all by default"),
            param("offset", ParamKind::Int, Some("0"), "users to leave out first")
        ),
        SOME_ADMIN,
        |services, caller, params| Box::pin(users_plus_role(services, caller, params)),
    ),
    read(
        "UsersManager.getUserCount",
        "How many users getUsersPlusRole would list without limit and offset.",
        filters!(),
        SOME_ADMIN,
        |services, caller, params| {
            Box::pin(async {
                let crowd = Crowd::load(services).await?;
                let filter = Filter::read(services, caller, params)?;
                Ok(Answer::Int(crowd.visible(caller).filter(|account| filter.holds(&crowd, account)).count() as i64))
            })
        },
    ),
    read(
        "UsersManager.getUser",
        "One user: oneself, or anyone for a superuser.",
        &[LOGIN],
        Access::SignedIn,
        |services, caller, params| Box::pin(user(services, caller, params)),
    ),
    read(
        "UsersManager.getUserByEmail",
        "The user with this e-mail address.",
        &[EMAIL],
        Access::Superuser,
        |services, caller, params| Box::pin(user_by_email(services, caller, params)),
    ),
    read(
        "UsersManager.getUserLoginFromUserEmail",
        "The login of the user with this e-mail address.",
        &[EMAIL],
        SOME_ADMIN,
        |services, caller, params| {
            Box::pin(async {
                let crowd = Crowd::load(services).await?;
                let email = required(params, "userEmail")?.trim();
                let found = crowd.visible(caller).find(|account| account.email.eq_ignore_ascii_case(email));
                found.map(|account| account.login.as_str().into()).ok_or_else(|| no_address(email))
            })
        },
    ),
    read(
        "UsersManager.getUsersHavingSuperUserAccess",
        "The superusers.",
        &[],
        Access::SignedIn,
        |services, caller, _| Box::pin(superusers(services, caller)),
    ),
    read(
        "UsersManager.getSuperusers",
        "The superusers, with when each was last seen and whether they use a second factor.",
        &[],
        Access::Superuser,
        |services, caller, _| Box::pin(superusers(services, caller)),
    ),
    read(
        "UsersManager.hasSuperUserAccess",
        "Whether the caller is a superuser.",
        &[],
        Access::Public,
        |_, caller, _| Box::pin(async { Ok(Answer::Bool(caller.principal.is_superuser())) }),
    ),
    read(
        "UsersManager.userExists",
        "Whether there is a user with this login.",
        &[LOGIN],
        SOME_ADMIN,
        |services, _, params| {
            Box::pin(async {
                let login = required(params, "userLogin")?;
                let everybody = makoto_meta::is_nobody(login) && !public_reports::whole_sites(services).is_empty();
                Ok(Answer::Bool(everybody || services.meta.snapshot().account(login).is_some()))
            })
        },
    ),
    read(
        "UsersManager.userEmailExists",
        "Whether there is a user with this e-mail address.",
        &[EMAIL],
        SOME_ADMIN,
        |services, _, params| {
            Box::pin(async {
                let email = required(params, "userEmail")?.trim();
                let snapshot = services.meta.snapshot();
                Ok(Answer::Bool(snapshot.accounts.values().any(|account| account.email.eq_ignore_ascii_case(email))))
            })
        },
    ),
];

fn no_address(email: &str) -> ApiError {
    ApiError::NotFound(format!("there is no user with the address {email}"))
}

async fn users(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let crowd = Crowd::load(services).await?;
    let wanted: Option<Vec<String>> = list(params, "userLogins").map(|texts| {
        let names = texts.iter().flat_map(|text| text.split(',')).map(|name| name.trim().to_lowercase());
        names.filter(|name| !name.is_empty()).collect()
    });
    let wanted = wanted.filter(|names| !names.is_empty());
    let named = |account: &&Account| wanted.as_ref().is_none_or(|names| names.contains(&account.login.to_lowercase()));
    Ok(crowd.visible(caller).filter(named).map(|account| Answer::Record(crowd.row(account, caller))).collect())
}

async fn user(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = required(params, "userLogin")?;
    if !caller.principal.name().eq_ignore_ascii_case(login) {
        check_instance(&caller.principal)?;
    }
    let crowd = Crowd::load(services).await?;
    let account =
        crowd.snapshot.account(login).ok_or_else(|| ApiError::NotFound(format!("there is no user {login}")))?;
    Ok(Answer::Record(crowd.row(account, caller)))
}

async fn user_by_email(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let email = required(params, "userEmail")?.trim();
    let crowd = Crowd::load(services).await?;
    let found = crowd.snapshot.accounts.values().find(|account| account.email.eq_ignore_ascii_case(email));
    found.map(|account| Answer::Record(crowd.row(account, caller))).ok_or_else(|| no_address(email))
}

async fn superusers(services: &Services, caller: &Caller) -> Result<Answer, ApiError> {
    let crowd = Crowd::load(services).await?;
    let all = crowd.snapshot.accounts.values().filter(|account| account.superuser);
    Ok(all.map(|account| Answer::Record(crowd.row(account, caller))).collect())
}

/// Which users a list is narrowed to.
struct Filter {
    site: SiteId,
    search: String,
    /// Whether the caller sees everybody's address.
    emails: bool,
    access: String,
    status: String,
    factor: Option<bool>,
    /// Not seen since this moment; never seen for the earliest one.
    unseen_since_s: Option<i64>,
}

impl Filter {
    fn read(services: &Services, caller: &Caller, params: &Params) -> Result<Filter, ApiError> {
        let (_, site) = services.site::<Admin>(caller, params)?;
        let text = |name: &str| params.filled(name).unwrap_or("").trim().to_lowercase();
        let access = text("filter_access");
        let known = ["", "noaccess", "some", "view", "write", "admin", "superuser"];
        if !known.contains(&access.as_str()) && super::roles::capability(&access).is_none() {
            return Err(bad("filter_access", "use noaccess, some, view, write, admin, superuser or a capability"));
        }
        let status = text("filter_status");
        if !["", "active", "pending", "expired", "suspended", "blocked"].contains(&status.as_str()) {
            return Err(bad("filter_status", "use active, pending, expired, suspended or blocked"));
        }
        let factor = match text("filter_factor").as_str() {
            "" => None,
            "with" => Some(true),
            "without" => Some(false),
            _ => return Err(bad("filter_factor", "use with or without")),
        };
        let unseen_since_s = match text("filter_seen").as_str() {
            "" => None,
            "never" => Some(i64::MIN),
            days => {
                let days: u16 = days.parse().map_err(|_| bad("filter_seen", "use never, or a number of days"))?;
                Some(crate::services::now_s() - i64::from(days) * 86_400)
            }
        };
        if factor.is_some() || unseen_since_s.is_some() {
            check_instance(&caller.principal)?;
        }
        let (search, emails) = (text("filter_search"), caller.principal.is_superuser());
        Ok(Filter { site: site.id, search, emails, access, status, factor, unseen_since_s })
    }

    fn holds(&self, crowd: &Crowd, account: &Account) -> bool {
        let role = account.roles.get(&self.site);
        let access = match self.access.as_str() {
            "" => true,
            "noaccess" => role.is_none() && !account.superuser,
            "some" => role.is_some() || account.superuser,
            "superuser" => account.superuser,
            name => match Role::parse(name) {
                Some(wanted) => role == Some(&wanted) && !account.superuser,
                None => super::roles::capabilities_of(account, self.site).contains(&name),
            },
        };
        // An address that the caller is not shown must not be found out by searching for it.
        let by_email = self.emails || account.superuser;
        let found = self.search.is_empty()
            || account.login.to_lowercase().contains(&self.search)
            || (by_email && account.email.to_lowercase().contains(&self.search));
        access
            && found
            && (self.status.is_empty() || crowd.status(account) == self.status)
            && self.factor.is_none_or(|with| crowd.snapshot.factors(&account.login).any() == with)
            && self.unseen_since_s.is_none_or(|since_s| crowd.seen_s(account).is_none_or(|seen_s| seen_s < since_s))
    }
}

async fn users_plus_role(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let crowd = Crowd::load(services).await?;
    let filter = Filter::read(services, caller, params)?;
    let number = |name: &str| match params.filled(name).map(str::parse::<i64>) {
        None => Ok(None),
        Some(Ok(number)) if number >= 0 => Ok(Some(number)),
        Some(_) => Err(bad(name, "write a whole number of 0 or more")),
    };
    let (limit, offset) =
        (number("limit")?.unwrap_or(PAGE_ROWS_MAX).min(PAGE_ROWS_MAX), number("offset")?.unwrap_or(0));
    let found: Vec<&Account> = crowd.visible(caller).filter(|account| filter.holds(&crowd, account)).collect();
    let total = found.len();
    let rows = found.into_iter().skip(offset as usize).take(limit as usize).map(|account| {
        let mut row = crowd.row(account, caller);
        let role = match (account.superuser, account.roles.get(&filter.site)) {
            (true, _) => "superuser",
            (false, Some(role)) => role.name(),
            (false, None) => "noaccess",
        };
        row.push(("role".into(), role.into()));
        row.push(("capabilities".into(), super::roles::capabilities_of(account, filter.site).into_iter().collect()));
        Answer::Record(row)
    });
    Ok(Answer::Page { rows: rows.collect(), total })
}
