//! What methods use, over a store in a folder of its own.

use makoto_access::{Admin, Asked, Caller, InstanceGrant, Principal, Role, check, check_instance};
use makoto_catalog::{Answer, ApiError};
use makoto_features::{
    Services, method,
    services::{Reading, now_s},
};
use makoto_identity::Identity;
use makoto_meta::{EntryFilter, Meta, NewUser, ReadScope, RoleWish, SiteChange};
use makoto_model::{Params, SiteId};
use std::sync::{Arc, OnceLock};

pub struct Bench {
    pub services: Services,
    _dir: tempfile::TempDir,
}

pub fn operator() -> Caller {
    Caller::inside(Principal::Operator)
}

pub fn grant() -> InstanceGrant {
    check_instance(&Principal::Operator).unwrap()
}

/// What was refused, in words.
pub fn refusal<T>(result: Result<T, ApiError>) -> String {
    match result {
        Err(ApiError::Refused(why)) => why,
        Err(fault) => panic!("{fault:?}"),
        Ok(_) => panic!("not refused"),
    }
}

impl Bench {
    pub async fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(makoto_features::catalog().unwrap());
        let meta = Meta::open(&dir.path().join("meta.db"), catalog).await.unwrap();
        let identity = Arc::new(Identity::new(meta.clone()).unwrap());
        let services = Services {
            meta,
            identity,
            base_url: "https://stats.example".to_owned(),
            public_forbidden: false,
            labels: OnceLock::new(),
            probes: OnceLock::new(),
            data: OnceLock::new(),
            reading: Reading {
                segment: |_, _, _| Ok(Vec::new()),
                ranges: |_, _, _, _| unimplemented!("no test reads days"),
            },
            locate: OnceLock::new(),
        };
        Bench { services, _dir: dir }
    }

    pub fn meta(&self) -> &Meta {
        &self.services.meta
    }

    pub async fn call(&self, caller: &Caller, id: &str, params: &[(&str, &str)]) -> Result<Answer, ApiError> {
        let mut read = Params::new(Vec::new());
        for (name, value) in params {
            read.push(name, value);
        }
        (method(id).expect("a method").run)(&self.services, caller, &read).await
    }

    pub async fn add_user(&self, login: &str, superuser: bool) {
        let email = format!("{login}@people.example");
        let user = NewUser { login: login.to_owned(), email, password_hash: String::new(), superuser };
        self.meta().add_user(&grant(), &operator(), user).await.unwrap();
    }

    /// A user in a session, who is admin of these sites alone.
    pub async fn sign_in(&self, login: &str, sites: &[SiteId]) -> Caller {
        let meta = self.meta();
        if meta.snapshot().account(login).is_none() {
            self.add_user(login, false).await;
        }
        if !meta.snapshot().account(login).unwrap().superuser {
            let (logins, all) = ([login.to_owned()], meta.snapshot().site_ids());
            for (asked, role) in [(Asked::All, None), (Asked::These(sites.to_vec()), Some(Role::Admin))] {
                let on_sites = check::<Admin>(&Principal::Operator, &asked, &all).unwrap();
                let wish = RoleWish { logins: &logins, role, ..RoleWish::default() };
                meta.set_roles(&on_sites, &operator(), &wish).await.unwrap();
            }
        }
        let identity = &self.services.identity;
        let secret = identity.open_session(&operator(), login, "Otter/7", now_s()).await.unwrap();
        Caller::inside(identity.session_principal(&secret, now_s()).await.unwrap().unwrap())
    }

    pub async fn add_site(&self) -> SiteId {
        let urls = vec!["https://shop.example".to_owned()];
        let change = SiteChange { name: Some("shop".to_owned()), urls: Some(urls), ..SiteChange::default() };
        self.meta().add_site(&grant(), &operator(), change).await.unwrap()
    }

    /// How many lines of a kind the record has.
    pub async fn lines(&self, kind: &str) -> usize {
        let all = self.meta().entries(&ReadScope::All, &EntryFilter::default(), 0, 500).await.unwrap();
        all.iter().filter(|entry| entry.kind == kind).count()
    }
}
