//! Who asks, what they may do, and the proof of it. Only `check` and `check_instance` make grants, so site data
//! that asks for a `Grant` cannot be reached by code that forgot the check.

mod public;

pub use public::{Limits, Viewing};

use makoto_model::SiteId;
use std::{collections::BTreeMap, marker::PhantomData, net::IpAddr, sync::Arc};

/// What a user may do on a site; each role holds the ones before it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Role {
    View = 1,
    Write,
    Admin,
}

impl Role {
    /// Matomo's name of the role.
    pub fn name(self) -> &'static str {
        match self {
            Role::View => "view",
            Role::Write => "write",
            Role::Admin => "admin",
        }
    }

    pub fn parse(name: &str) -> Option<Role> {
        [Role::View, Role::Write, Role::Admin].into_iter().find(|role| role.name() == name)
    }
}

/// By what means a user proved who they are.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Proof {
    /// A session in a browser.
    Session {
        /// The public number of the session.
        id: i64,
        /// When the user last proved who they are with all their factors, in seconds since 1970.
        proved_s: i64,
        /// A recovery code opened the session, and no proof came since: it counts for setting up the next factor alone.
        recovered: bool,
        /// A second factor is required and the user has none: only its set-up is open to them.
        enrolling: bool,
    },
    /// An API token.
    Token {
        /// The public number of the token.
        id: i64,
        /// May add users and change roles below superuser without fresh proof.
        provisioning: bool,
        /// May do nothing beside that for which proof is asked, whatever proof comes with it.
        provisioning_alone: bool,
    },
}

/// A signed-in user, as far as access is concerned.
#[derive(Clone, PartialEq, Debug)]
pub struct User {
    pub login: String,
    pub superuser: bool,
    /// Roles per site; empty for superusers, who hold admin everywhere.
    pub roles: Arc<BTreeMap<SiteId, Role>>,
    /// Narrows what the means of proof allows; `None` where it allows all that the user may do.
    pub cap: Option<Cap>,
    pub proof: Proof,
}

/// The most that a token allows, whatever its owner may do.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Cap {
    /// `None`: every site of the owner.
    pub sites: Option<Vec<SiteId>>,
    pub role: Role,
    pub superuser: bool,
    pub reach: Reach,
}

/// What kind of work a token is for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Reach {
    /// Reports and lists; changes nothing.
    Read,
    /// Says when and where tracked hits happened; reads nothing.
    Track,
    /// Both, and management.
    Administer,
}

/// Who asks.
#[derive(Clone, PartialEq, Debug)]
pub enum Principal {
    Anonymous,
    /// Somebody without an account, who may see what public grants show.
    Public(Viewing),
    User(User),
    /// The operator at the command line or through the control socket.
    Operator,
    /// A scheduled job of the server itself.
    Job(&'static str),
}

/// A request's principal and where it came from, for the records.
#[derive(Clone, PartialEq, Debug)]
pub struct Caller {
    pub principal: Principal,
    pub address: Option<IpAddr>,
    /// The browser's or client's own name, cut to a length that is fit for records; empty when unknown.
    pub agent: Box<str>,
    /// The request's random number, which its answer carries too; empty outside of requests.
    pub request: Box<str>,
    /// The hash of the secret by which the browser is known; `None` for one that was never here.
    pub device: Option<[u8; 32]>,
}

impl Caller {
    /// What kind of work the means of proof allows.
    pub fn reach(&self) -> Reach {
        match &self.principal {
            Principal::User(User { cap: Some(cap), .. }) => cap.reach,
            _ => Reach::Administer,
        }
    }

    /// A caller that comes by no request: the operator or a job.
    pub fn inside(principal: Principal) -> Caller {
        Caller { principal, address: None, agent: "".into(), request: "".into(), device: None }
    }
}

impl Principal {
    /// Whether nobody is signed in.
    pub fn is_nobody(&self) -> bool {
        matches!(self, Principal::Anonymous | Principal::Public(_))
    }

    /// Whether a token narrows this user to some sites, or to less than to administer.
    pub fn is_for_some_work(&self) -> bool {
        let Principal::User(User { cap: Some(cap), .. }) = self else { return false };
        cap.sites.is_some() || cap.reach != Reach::Administer
    }

    /// The login for records: "anonymous" for nobody, "operator" and "job:name" for the server's own acts.
    pub fn name(&self) -> String {
        match self {
            Principal::Anonymous | Principal::Public(_) => "anonymous".to_owned(),
            Principal::User(user) => user.login.clone(),
            Principal::Operator => "operator".to_owned(),
            Principal::Job(name) => format!("job:{name}"),
        }
    }

    pub fn is_superuser(&self) -> bool {
        match self {
            Principal::Anonymous | Principal::Public(_) => false,
            Principal::User(user) => user.superuser && user.cap.as_ref().is_none_or(|cap| cap.superuser),
            Principal::Operator | Principal::Job(_) => true,
        }
    }

    /// The role held on a site; `None` for none.
    pub fn role(&self, site: SiteId) -> Option<Role> {
        let user = match self {
            Principal::Anonymous => return None,
            Principal::Public(viewing) => return viewing.contains_key(&site).then_some(Role::View),
            Principal::Operator | Principal::Job(_) => return Some(Role::Admin),
            Principal::User(user) => user,
        };
        let own = if user.superuser { Some(Role::Admin) } else { user.roles.get(&site).copied() };
        match &user.cap {
            None => own,
            Some(cap) if cap.sites.as_ref().is_none_or(|sites| sites.contains(&site)) => {
                own.map(|role| role.min(cap.role))
            }
            Some(_) => None,
        }
    }
}

/// Which sites a request names.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    /// Every site the principal may see; never an error unless there is none.
    All,
    /// Exactly these; one that is forbidden or missing refuses the whole request.
    These(Vec<SiteId>),
}

/// Why a request was refused. Missing and forbidden sites are told apart nowhere.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Denied {
    #[error("sign in or send a token to use this")]
    NotSignedIn,
    #[error("this needs {} access for the site {site}", .role.name())]
    Site { site: SiteId, role: Role },
    #[error("this needs {} access for at least one site", .role.name())]
    NoSite { role: Role },
    #[error("this needs superuser access")]
    NotSuperuser,
}

/// A role as a type, for grants.
pub trait IsRole {
    const ROLE: Role;
}
#[derive(Clone, Copy, Debug)]
pub struct View;
#[derive(Clone, Copy, Debug)]
pub struct Write;
#[derive(Clone, Copy, Debug)]
pub struct Admin;
impl IsRole for View {
    const ROLE: Role = Role::View;
}
impl IsRole for Write {
    const ROLE: Role = Role::Write;
}
impl IsRole for Admin {
    const ROLE: Role = Role::Admin;
}

mod sealed {
    #[derive(Clone, Debug)]
    pub struct Seal;
}

/// Proof that the caller holds role `R` on these sites.
#[derive(Clone, Debug)]
pub struct Grant<R> {
    sites: Vec<SiteId>,
    /// Of callers without an account; `None` for all others.
    viewing: Option<Viewing>,
    _seal: sealed::Seal,
    _role: PhantomData<fn() -> R>,
}

impl<R> Grant<R> {
    pub fn sites(&self) -> &[SiteId] {
        &self.sites
    }

    /// What narrows everything that may be shown of a site; `None` for callers with an account, who see it whole.
    pub fn limits(&self, site: SiteId) -> Option<&Arc<Limits>> {
        self.viewing.as_ref()?.get(&site)
    }
}

/// Proof that the caller is a superuser (or the operator, or the server itself).
#[derive(Clone, Debug)]
pub struct InstanceGrant {
    _seal: sealed::Seal,
}

/// Checks role `R` on the sites asked for; `existing` is every site there is.
///
/// # Errors
/// `Denied` with the reason; a site that does not exist reads like one that is forbidden.
pub fn check<R: IsRole>(principal: &Principal, asked: &Asked, existing: &[SiteId]) -> Result<Grant<R>, Denied> {
    let may = |site: &SiteId| existing.contains(site) && principal.role(*site) >= Some(R::ROLE);
    let sites = match asked {
        Asked::These(sites) => match sites.iter().find(|site| !may(site)) {
            Some(site) => {
                return Err(Denied::Site { site: *site, role: R::ROLE });
            }
            None => sites.clone(),
        },
        Asked::All => existing.iter().copied().filter(may).collect(),
    };
    if sites.is_empty() {
        return Err(Denied::NoSite { role: R::ROLE });
    }
    let viewing = match principal {
        Principal::Public(viewing) => Some(viewing.clone()),
        _ => None,
    };
    Ok(Grant { sites, viewing, _seal: sealed::Seal, _role: PhantomData })
}

/// Checks for superuser rights.
///
/// # Errors
/// `Denied::NotSignedIn` for nobody, `Denied::NotSuperuser` for everyone else.
pub fn check_instance(principal: &Principal) -> Result<InstanceGrant, Denied> {
    match principal {
        Principal::Anonymous | Principal::Public(_) => Err(Denied::NotSignedIn),
        _ if principal.is_superuser() => Ok(InstanceGrant { _seal: sealed::Seal }),
        _ => Err(Denied::NotSuperuser),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(superuser: bool, roles: &[(u32, Role)], cap: Option<Cap>) -> Principal {
        let roles = Arc::new(roles.iter().map(|(site, role)| (SiteId(*site), *role)).collect());
        Principal::User(User {
            login: "a".into(),
            superuser,
            roles,
            cap,
            proof: Proof::Session { id: 1, proved_s: 0, recovered: false, enrolling: false },
        })
    }

    const SITES: [SiteId; 3] = [SiteId(1), SiteId(2), SiteId(3)];

    #[test]
    fn one_forbidden_site_refuses_the_whole_and_all_narrows() {
        let viewer = user(false, &[(1, Role::View), (2, Role::Admin)], None);
        let these = |ids: &[u32]| Asked::These(ids.iter().map(|id| SiteId(*id)).collect());
        assert!(check::<View>(&viewer, &these(&[1, 2]), &SITES).is_ok());
        assert!(check::<View>(&viewer, &these(&[1, 3]), &SITES).is_err());
        assert!(check::<Write>(&viewer, &these(&[1]), &SITES).is_err());
        assert_eq!(check::<View>(&viewer, &Asked::All, &SITES).unwrap().sites(), [SiteId(1), SiteId(2)]);
        assert_eq!(check::<Admin>(&viewer, &Asked::All, &SITES).unwrap().sites(), [SiteId(2)]);
        assert_eq!(
            check::<View>(&Principal::Anonymous, &Asked::All, &SITES).unwrap_err(),
            Denied::NoSite { role: Role::View }
        );
    }

    #[test]
    fn missing_sites_read_like_forbidden_ones() {
        let viewer = user(false, &[(1, Role::View), (9, Role::View)], None);
        for site in [3, 9, 77] {
            let refused = check::<View>(&viewer, &Asked::These(vec![SiteId(site)]), &SITES).unwrap_err();
            assert_eq!(refused, Denied::Site { site: SiteId(site), role: Role::View });
        }
    }

    #[test]
    fn public_viewers_see_their_site_within_its_limits_and_nothing_else() {
        let limits = Limits {
            public_grant: 7,
            methods: ["VisitsSummary.get".to_owned()].into(),
            months: 13,
            segment: String::new(),
            visits_min: 3,
            rows_max: 500,
            levels_max: 2,
            columns: &["nb_visits"],
            chosen_columns: Vec::new(),
            facts: Vec::new(),
            whole_addresses: false,
        };
        let viewer = Principal::Public(Arc::new([(SiteId(2), Arc::new(limits))].into()));
        let these = |ids: &[u32]| Asked::These(ids.iter().map(|id| SiteId(*id)).collect());
        let grant = check::<View>(&viewer, &these(&[2]), &SITES).unwrap();
        assert_eq!(grant.limits(SiteId(2)).map(|limits| limits.public_grant), Some(7));
        assert_eq!(check::<View>(&viewer, &Asked::All, &SITES).unwrap().sites(), [SiteId(2)]);
        for ids in [vec![1], vec![1, 2], vec![9]] {
            assert!(check::<View>(&viewer, &these(&ids), &SITES).is_err());
        }
        assert!(check::<Write>(&viewer, &these(&[2]), &SITES).is_err() && check_instance(&viewer).is_err());
        let user = user(false, &[(2, Role::View)], None);
        assert!(check::<View>(&user, &these(&[2]), &SITES).unwrap().limits(SiteId(2)).is_none());
    }

    #[test]
    fn a_cap_never_widens() {
        let cap = Cap { sites: Some(vec![SiteId(1)]), role: Role::View, superuser: false, reach: Reach::Administer };
        let root = user(true, &[], Some(cap.clone()));
        assert!(check_instance(&root).is_err());
        assert!(check::<View>(&root, &Asked::These(vec![SiteId(1)]), &SITES).is_ok());
        assert!(check::<Write>(&root, &Asked::These(vec![SiteId(1)]), &SITES).is_err());
        assert!(check::<View>(&root, &Asked::These(vec![SiteId(2)]), &SITES).is_err());
        assert!(check::<View>(&user(false, &[], Some(cap)), &Asked::These(vec![SiteId(1)]), &SITES).is_err());
    }
}
