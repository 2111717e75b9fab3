//! Changes of settings: checked, recorded and in force when the call returns.

use crate::{ALLOWED_DOMAINS, Act, Activity, ENFORCEMENT_KEY, Error, Meta, Snapshot, hex, record, seal::Seal};
use makoto_access::{Caller, InstanceGrant};
use makoto_catalog::{AnySetting, Level};
use makoto_model::SiteId;
use serde_json::{Map, Value as Json, json};

/// How the keys of the settings of the mail server begin.
pub const MAIL_SETTINGS: &str = "CoreAdminHome.mail";
/// The setting that lists addresses inside, where a mail server may be.
pub const INNER_TARGETS_KEY: &str = "SecurityCheckup.innerTargets";

// How guesses are counted, and whose.
const MAX_RETRIES: &str = "Login.maxAllowedRetries";
const RETRIES_TIME_RANGE: &str = "Login.allowedRetriesTimeRange";
const BLOCKED_ADDRESSES: &str = "Login.blacklistedBruteForceIps";
const SPARED_ADDRESSES: &str = "Login.whitelisteBruteForceIps";

// What all sites have beside their own.
pub(crate) const EXCLUDED_IPS: &str = "SitesManager.excludedIps";
pub(crate) const EXCLUDED_PARAMETERS: &str = "SitesManager.excludedQueryParameters";
pub(crate) const EXCLUDED_USER_AGENTS: &str = "SitesManager.excludedUserAgents";
pub(crate) const EXCLUDED_REFERRERS: &str = "SitesManager.excludedReferrers";
pub(crate) const EXCLUDED_REQUESTS: &str = "SitesManager.excludedRequests";
pub(crate) const SEARCH_KEYWORDS: &str = "SitesManager.searchKeywordParameters";
pub(crate) const SEARCH_CATEGORIES: &str = "SitesManager.searchCategoryParameters";
pub(crate) const KEEP_FRAGMENTS: &str = "SitesManager.keepURLFragments";

/// Its name in the settings of a mail server; nothing where it decides nothing about mails.
fn mail_name(key: &'static str) -> Option<&'static str> {
    if key == INNER_TARGETS_KEY { Some("InnerTargets") } else { key.strip_prefix(MAIL_SETTINGS) }
}
/// How the stored value of a secret setting begins; hexadecimal digits follow.
const SEALED: &str = "sealed:";

/// As what the change of a setting is recorded.
fn activity(setting: &dyn AnySetting) -> Activity {
    match setting.key() {
        ENFORCEMENT_KEY => Activity::FactorsEnforced,
        ALLOWED_DOMAINS => Activity::DomainsChanged,
        MAX_RETRIES | RETRIES_TIME_RANGE | BLOCKED_ADDRESSES | SPARED_ADDRESSES => Activity::AttemptsSettings,
        _ if setting.security() => Activity::SecuritySettingSet,
        _ => Activity::SettingSet,
    }
}

/// The value as it stands in the store.
fn stored(seal: &Seal, setting: &dyn AnySetting, value: &str) -> Result<String, Error> {
    if !setting.secret() {
        return Ok(value.to_owned());
    }
    let sealed = seal.seal(value.as_bytes())?;
    Ok(format!("{SEALED}{}", hex(&sealed)))
}

/// The value that `stored` wrote.
pub(crate) fn unstored(seal: &Seal, stored: String) -> Result<String, Error> {
    let Some(digits) = stored.strip_prefix(SEALED) else { return Ok(stored) };
    let broken = || Error::Corrupt("an encrypted setting is cut; set it again".into());
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let sealed: Option<Vec<u8>> = digits.as_bytes().chunks(2).map(byte).collect();
    String::from_utf8(seal.unseal(&sealed.ok_or_else(broken)?)?).map_err(|_| broken())
}

/// A change that was checked.
struct Change {
    setting: &'static dyn AnySetting,
    before: String,
    /// `None`: back to the default.
    after: Option<String>,
}

impl Change {
    fn detail(&self) -> Json {
        let default = self.setting.default_text();
        let after = self.after.as_ref().unwrap_or(&default);
        json!({ "setting": self.setting.key(), "before": self.setting.shown(&self.before),
            "after": self.setting.shown(after) })
    }

    async fn store(&self, act: &mut Act) -> Result<(), Error> {
        let Some(after) = &self.after else {
            let gone = sqlx::query("DELETE FROM setting WHERE key = ?").bind(self.setting.key());
            gone.execute(&mut *act.tx).await?;
            return Ok(());
        };
        let value = stored(&act.seal, self.setting, after)?;
        sqlx::query(
            "INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        )
        .bind(self.setting.key())
        .bind(value)
        .execute(&mut *act.tx)
        .await?;
        Ok(())
    }
}

/// What a site is to have instead of the instance's value; it was checked.
struct SiteSetting {
    site: SiteId,
    setting: &'static dyn AnySetting,
    before: Option<String>,
    after: Option<String>,
}

impl SiteSetting {
    fn detail(&self) -> Json {
        let shown =
            |text: &Option<String>| text.as_ref().map_or("as the instance".to_owned(), |text| self.setting.shown(text));
        json!({ "setting": self.setting.key(), "site": self.site.0, "before": shown(&self.before),
            "after": shown(&self.after) })
    }

    async fn store(&self, act: &mut Act) -> Result<(), Error> {
        let (site, key) = (self.site.0, self.setting.key());
        let gone = sqlx::query("DELETE FROM site_setting WHERE site_id = ? AND key = ?").bind(site).bind(key);
        gone.execute(&mut *act.tx).await?;
        if let Some(value) = &self.after {
            let sql = "INSERT INTO site_setting (site_id, key, value) VALUES (?, ?, ?)";
            sqlx::query(sql).bind(site).bind(key).bind(value).execute(&mut *act.tx).await?;
        }
        Ok(())
    }
}

/// Changes of settings that are one act.
#[derive(Default)]
pub struct SettingChanges {
    /// Keys and texts; `None` is the default.
    pub instance: Vec<(String, Option<String>)>,
    /// The same for a site; `None` is the instance's value.
    pub sites: Vec<(SiteId, String, Option<String>)>,
    /// A line of the record for all of it, beside those of the settings.
    pub noted: Option<(Activity, Json)>,
}

impl SettingChanges {
    /// Changes of the instance's values.
    pub fn of_instance(changes: &[(&str, Option<&str>)]) -> SettingChanges {
        let owned = |(key, text): &(&str, Option<&str>)| ((*key).to_owned(), text.map(str::to_owned));
        SettingChanges { instance: changes.iter().map(owned).collect(), ..SettingChanges::default() }
    }

    /// Changes of what a site has instead.
    pub fn of_site(site: SiteId, changes: &[(&str, Option<&str>)]) -> SettingChanges {
        let owned = |(key, text): &(&str, Option<&str>)| (site, (*key).to_owned(), text.map(str::to_owned));
        SettingChanges { sites: changes.iter().map(owned).collect(), ..SettingChanges::default() }
    }
}

impl Meta {
    /// The keys of settings that features declare and that are known here by name.
    pub const SETTING_KEYS: &[&str] = &[
        ALLOWED_DOMAINS,
        ENFORCEMENT_KEY,
        INNER_TARGETS_KEY,
        MAX_RETRIES,
        RETRIES_TIME_RANGE,
        BLOCKED_ADDRESSES,
        SPARED_ADDRESSES,
        EXCLUDED_IPS,
        EXCLUDED_PARAMETERS,
        EXCLUDED_USER_AGENTS,
        EXCLUDED_REFERRERS,
        EXCLUDED_REQUESTS,
        SEARCH_KEYWORDS,
        SEARCH_CATEGORIES,
        KEEP_FRAGMENTS,
    ];

    /// Checks and stores a setting; in force when this returns.
    ///
    /// # Errors
    /// As `set_settings`.
    pub async fn set_setting(&self, caller: &Caller, key: &str, text: &str) -> Result<(), Error> {
        self.set_settings(caller, &[(key, Some(text))]).await
    }

    /// Checks and stores settings, all or none; `None` puts one back to its default. What is so already is left alone.
    ///
    /// # Errors
    /// As `change_settings`.
    pub async fn set_settings(&self, caller: &Caller, changes: &[(&str, Option<&str>)]) -> Result<(), Error> {
        self.put_settings(caller, |_| Ok(SettingChanges::of_instance(changes))).await
    }

    /// Checks and stores the changes that `plan` makes of what is in force, all or none; in force when this returns.
    /// Nothing changes between the plan and its deed, so that rules over several settings belong into it.
    ///
    /// # Errors
    /// Those of `plan`; `NotFound` for a site that is missing, a key that nothing declares or a setting that sites cannot
    /// have, `Refused` for a value that its check refuses.
    pub async fn change_settings(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        plan: impl FnOnce(&Snapshot) -> Result<SettingChanges, Error>,
    ) -> Result<(), Error> {
        self.put_settings(caller, plan).await
    }

    async fn put_settings(
        &self,
        caller: &Caller,
        plan: impl FnOnce(&Snapshot) -> Result<SettingChanges, Error>,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        let planned = plan(&snapshot)?;
        let (mut checked, mut of_sites) = (Vec::new(), Vec::new());
        for (key, text) in &planned.instance {
            checked.extend(self.change(&snapshot, key, text.as_deref())?);
        }
        for (site, key, text) in &planned.sites {
            of_sites.extend(self.change_of_site(&snapshot, *site, key, text.as_deref())?);
        }
        if checked.is_empty() && of_sites.is_empty() && planned.noted.is_none() {
            return Ok(());
        }
        let mail = checked.iter().any(|change| mail_name(change.setting.key()).is_some());
        if mail {
            // Whoever turns the mails elsewhere is told on where they went until now. A mail server that never took one
            // is none: it is being set up.
            let works = "SELECT EXISTS (SELECT 1 FROM mail WHERE state = 'sent')";
            let works: bool = sqlx::query_scalar(works).fetch_one(&mut *act.tx).await?;
            act.mail_route = self.mail_route().filter(|_| works);
            // What was sent before proves nothing of the mail server that comes now.
            let before = "UPDATE public_state SET mail_before = (SELECT coalesce(max(id), 0) FROM mail) WHERE id = 1";
            sqlx::query(before).execute(&mut *act.tx).await?;
        }
        for change in &checked {
            record::insert(&mut act, caller, activity(change.setting), &change.detail()).await?;
            if change.setting.key() == ALLOWED_DOMAINS {
                act.refuse_lockout(change.after.as_deref().unwrap_or_default()).await?;
            }
            change.store(&mut act).await?;
        }
        for change in &of_sites {
            record::insert(&mut act, caller, activity(change.setting), &change.detail()).await?;
            change.store(&mut act).await?;
        }
        if let Some((kind, detail)) = &planned.noted {
            record::insert(&mut act, caller, *kind, detail).await?;
        }
        if mail {
            act.hasten_mail(record::now_ms() / 1000).await?;
        }
        self.commit(act).await
    }

    /// The change that a text means; none when it is so already.
    fn change(&self, snapshot: &Snapshot, key: &str, text: Option<&str>) -> Result<Option<Change>, Error> {
        let setting = self.catalog.setting(key).ok_or_else(|| {
            Error::NotFound(format!("there is no setting {key}; see the list of settings for its name"))
        })?;
        let after = text.map(|text| setting.admit(text).map_err(Error::Refused)).transpose()?;
        let (before, is_default) = snapshot.setting_text(setting);
        let same = match &after {
            Some(after) => !is_default && *after == before,
            None => is_default,
        };
        Ok((!same).then_some(Change { setting, before, after }))
    }

    /// The same for what a site has instead.
    fn change_of_site(
        &self,
        snapshot: &Snapshot,
        site: SiteId,
        key: &str,
        text: Option<&str>,
    ) -> Result<Option<SiteSetting>, Error> {
        if !snapshot.sites.contains_key(&site) {
            return Err(Error::NotFound(format!("there is no site {site}")));
        }
        let setting = self.catalog.setting(key).filter(|setting| setting.level() == Level::Site);
        let setting = setting.ok_or_else(|| Error::NotFound(format!("no site has a setting {key} of its own")))?;
        let after = text.map(|text| setting.admit(text).map_err(Error::Refused)).transpose()?;
        let before = snapshot.site_text(site, setting).map(str::to_owned);
        Ok((before != after).then_some(SiteSetting { site, setting, before, after }))
    }

    /// The settings of the mail server in force by their keys, secrets too; nothing while none is named.
    pub fn mail_route(&self) -> Option<Json> {
        let snapshot = self.snapshot();
        let named = self.catalog.settings().filter_map(|setting| Some((mail_name(setting.key())?, setting)));
        let texts: Map<String, Json> =
            named.map(|(name, setting)| (name.to_owned(), snapshot.setting_text(setting).0.into())).collect();
        let named = texts.get("Host").and_then(Json::as_str).is_some_and(|host| !host.is_empty());
        named.then_some(Json::Object(texts))
    }
}
