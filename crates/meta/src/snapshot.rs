use crate::{
    ALLOWED_DOMAINS, Account, Domains, Error, Factors, PublicBook, SiteRow, State, TokenRow, account, factor, goal,
    own_dimension, seal::Seal, setting::unstored, site, token,
};
use makoto_catalog::{AnySetting, Catalog, Setting, SettingText};
use makoto_model::{Goal, OwnDimension, Site, SiteId};
use sqlx::SqliteConnection;
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// The small tables whole, for requests that must not wait for a disk.
pub struct Snapshot {
    /// Every site as tracking and reports see it: the instance's own lists are joined in.
    pub sites: BTreeMap<SiteId, Arc<Site>>,
    /// Every site as its own row says.
    pub site_rows: BTreeMap<SiteId, SiteRow>,
    /// The dimensions that sites define themselves.
    pub own_dimensions: BTreeMap<SiteId, Vec<OwnDimension>>,
    /// By login in lower case.
    pub accounts: BTreeMap<String, Account>,
    /// By the hash of the token.
    pub tokens: HashMap<[u8; 32], TokenRow>,
    /// What anybody may see without an account.
    pub public: PublicBook,
    factors: HashMap<String, Factors>,
    settings: HashMap<String, String>,
    /// What sites have instead of the instance's values.
    site_settings: HashMap<(SiteId, String), String>,
    pub(crate) domains: Domains,
    pub(crate) goals: BTreeMap<SiteId, Vec<Goal>>,
}

fn open(settings: Vec<(String, String)>, seal: &Seal) -> Result<HashMap<String, String>, Error> {
    settings.into_iter().map(|(key, value)| Ok((key, unstored(seal, value)?))).collect()
}

async fn of_sites(from: &mut SqliteConnection) -> Result<HashMap<(SiteId, String), String>, Error> {
    let rows: Vec<(u32, String, String)> =
        sqlx::query_as("SELECT site_id, key, value FROM site_setting").fetch_all(&mut *from).await?;
    Ok(rows.into_iter().map(|(site, key, value)| ((SiteId(site), key), value)).collect())
}

impl Snapshot {
    pub(crate) async fn load(from: &mut SqliteConnection, catalog: &Catalog, seal: &Seal) -> Result<Snapshot, Error> {
        let settings: Vec<(String, String)> =
            sqlx::query_as("SELECT key, value FROM setting").fetch_all(&mut *from).await?;
        let mut snapshot = Snapshot {
            sites: BTreeMap::new(),
            site_rows: site::load(from).await?,
            own_dimensions: own_dimension::load(from).await?,
            accounts: account::load(from).await?,
            tokens: token::load(from).await?,
            public: PublicBook::load(from).await?,
            factors: factor::load(from).await?,
            settings: open(settings, seal)?,
            site_settings: of_sites(from).await?,
            domains: Domains::default(),
            goals: goal::load(from).await?,
        };
        snapshot.domains = Domains::read(&snapshot.instance_text(ALLOWED_DOMAINS)).map_err(Error::Corrupt)?;
        let of_sites = snapshot.site_settings.iter().map(|((_, key), value)| (key, value));
        for (key, value) in snapshot.settings.iter().chain(of_sites) {
            if let Some(setting) = catalog.setting(key) {
                setting.admit(value).map_err(Error::Corrupt)?;
            }
        }
        let sites: Result<_, Error> =
            snapshot.site_rows.iter().map(|(id, row)| Ok((*id, Arc::new(row.joined(&snapshot)?)))).collect();
        snapshot.sites = sites?;
        Ok(snapshot)
    }

    /// The value in force.
    pub fn setting<T: SettingText>(&self, setting: &Setting<T>) -> T {
        let stored = self.settings.get(setting.key).and_then(|text| T::read(text).ok());
        stored.unwrap_or_else(setting.default)
    }

    /// The value in force on a site: its own, or that of the instance.
    pub fn setting_at<T: SettingText>(&self, site: SiteId, setting: &Setting<T>) -> T {
        let own = self.site_text(site, setting).and_then(|text| T::read(text).ok());
        own.unwrap_or_else(|| self.setting(setting))
    }

    /// The text that a site has instead of the instance's value.
    pub fn site_text(&self, site: SiteId, setting: &dyn AnySetting) -> Option<&str> {
        self.site_settings.get(&(site, setting.key().to_owned())).map(String::as_str)
    }

    /// The value in force as text, and whether it is the default.
    pub fn setting_text(&self, setting: &dyn AnySetting) -> (String, bool) {
        match self.settings.get(setting.key()) {
            Some(text) => (text.clone(), false),
            None => (setting.default_text(), true),
        }
    }

    /// The stored text of an instance's list that a feature declares; empty when it was never set.
    pub(crate) fn instance_text(&self, key: &str) -> String {
        self.settings.get(key).cloned().unwrap_or_default()
    }

    pub fn account(&self, login: &str) -> Option<&Account> {
        self.accounts.get(&login.to_lowercase())
    }

    /// The user of this login, if they may sign in and be served: active, and with an address whose domain is allowed.
    pub fn active_account(&self, login: &str) -> Option<&Account> {
        let active = |account: &&Account| account.state == State::Active && self.domains.allow_address(&account.email);
        self.account(login).filter(active)
    }

    /// What a user has of second factors.
    pub fn factors(&self, login: &str) -> Factors {
        self.factors.get(&login.to_lowercase()).copied().unwrap_or_default()
    }

    /// Every site's number.
    pub fn site_ids(&self) -> Vec<SiteId> {
        self.sites.keys().copied().collect()
    }
}
