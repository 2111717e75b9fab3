//! A store in a folder of its own, with people and sites.

use makoto_access::{Caller, Principal, check_instance};
use makoto_catalog::{AnySetting, Catalog, Control, Feature, Level, Setting};
use makoto_meta::{ALLOWED_DOMAINS, Activity, Domains, Error, Meta, NewSession, NewUser, SiteChange};
use makoto_model::SiteId;
use std::sync::{
    Arc,
    atomic::{AtomicU8, Ordering},
};

static DOMAINS: Setting<Domains> = Setting {
    key: ALLOWED_DOMAINS,
    level: Level::Instance,
    default: Domains::default,
    check: |_| Ok(()),
    title: "Domains",
    doc: "",
    control: Control::Lines,
    secret: false,
    security: true,
};
static SETTINGS: &[&dyn AnySetting] = &[&DOMAINS];
static FEATURE: Feature =
    Feature { name: "UsersManager", dimensions: &[], metrics: &[], reports: &[], settings: SETTINGS };
static FEATURES: &[&Feature] = &[&FEATURE];

pub struct Town {
    pub meta: Meta,
    _dir: tempfile::TempDir,
}

pub fn operator() -> Caller {
    Caller::inside(Principal::Operator)
}

impl Town {
    /// With as many superusers: root0, root1 …
    pub async fn new(superusers: usize) -> Town {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(Catalog::new(FEATURES).unwrap());
        let town = Town { meta: Meta::open(&dir.path().join("meta.db"), catalog).await.unwrap(), _dir: dir };
        for n in 0..superusers {
            town.add(&format!("root{n}"), &format!("root{n}@people.example"), true).await.unwrap();
        }
        town
    }

    pub async fn add(&self, login: &str, email: &str, superuser: bool) -> Result<(), Error> {
        let user = NewUser { login: login.into(), email: email.into(), password_hash: "none".into(), superuser };
        self.meta.add_user(&check_instance(&Principal::Operator).unwrap(), &operator(), user).await
    }

    pub async fn add_sites(&self, count: usize) -> Vec<SiteId> {
        let mut sites = Vec::new();
        for n in 0..count {
            let urls = vec![format!("https://site{n}.example")];
            let change = SiteChange { name: Some(format!("site{n}")), urls: Some(urls), ..SiteChange::default() };
            let grant = check_instance(&Principal::Operator).unwrap();
            sites.push(self.meta.add_site(&grant, &operator(), change).await.unwrap());
        }
        sites
    }

    /// A session's hash.
    pub async fn sign_in(&self, caller: &Caller, login: &str) -> [u8; 32] {
        static MADE: AtomicU8 = AtomicU8::new(0);
        let token_hash = [MADE.fetch_add(1, Ordering::Relaxed); 32];
        let session = NewSession {
            login,
            token_hash,
            agent: "browser",
            recovered: false,
            kind: Activity::SignedIn,
            password_hash: None,
            half: None,
        };
        self.meta.add_session(caller, session, 1).await.unwrap().expect("an active user");
        token_hash
    }
}
