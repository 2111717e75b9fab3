//! What methods use, over a store in a folder of its own.

use makoto_access::{Caller, InstanceGrant, Principal, Proof, Role, User, check_instance};
use makoto_catalog::{Answer, ApiError};
use makoto_features::{Services, method, services::Reading};
use makoto_identity::Identity;
use makoto_meta::{EntryFilter, Meta, NewUser, ReadScope, SiteChange};
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

/// A user in a session, who is admin of these sites.
pub fn user(login: &str, superuser: bool, sites: &[SiteId]) -> Caller {
    let roles = Arc::new(sites.iter().map(|site| (*site, Role::Admin)).collect());
    let proof = Proof::Session { id: 1, proved_s: 0, recovered: false, enrolling: false };
    Caller::inside(Principal::User(User { login: login.to_owned(), superuser, roles, cap: None, proof }))
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
            reading: Reading { segment: |_, _, _| Ok(()), ranges: |_, _, _, _| unimplemented!("no test reads days") },
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
