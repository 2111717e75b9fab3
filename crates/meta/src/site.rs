use crate::{Activity, Error, Meta, Snapshot, setting};
use makoto_access::{Admin, Caller, Grant, InstanceGrant};
use makoto_model::{RequestRule, SearchRule, Site, SiteId, Zone};
use serde_json::json;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeMap;

/// A site as its own row says; the lists of the whole instance are not joined in.
#[derive(Clone, Debug, PartialEq)]
pub struct SiteRow {
    pub id: SiteId,
    pub name: String,
    pub urls: Vec<String>,
    pub timezone: String,
    pub currency: String,
    pub ecommerce: bool,
    pub site_search: bool,
    pub keyword_parameters: String,
    pub category_parameters: String,
    pub excluded_ips: String,
    pub excluded_parameters: String,
    pub excluded_user_agents: String,
    pub excluded_referrers: String,
    pub exclude_unknown_urls: bool,
    /// 0 as the instance says, 1 keep, 2 cut.
    pub keep_url_fragments: u8,
    pub created_s: i64,
    pub kind: String,
    pub group: String,
    pub creator: String,
}

/// The fields of a site that a caller gave; `None` leaves a field as it is (or at its default for a new site).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SiteChange {
    pub name: Option<String>,
    pub urls: Option<Vec<String>>,
    pub timezone: Option<String>,
    pub currency: Option<String>,
    pub ecommerce: Option<bool>,
    pub site_search: Option<bool>,
    pub keyword_parameters: Option<String>,
    pub category_parameters: Option<String>,
    pub excluded_ips: Option<String>,
    pub excluded_parameters: Option<String>,
    pub excluded_user_agents: Option<String>,
    pub excluded_referrers: Option<String>,
    pub exclude_unknown_urls: Option<bool>,
    pub keep_url_fragments: Option<u8>,
    pub created_s: Option<i64>,
    pub kind: Option<String>,
    pub group: Option<String>,
}

/// Search parameters of a site that names none itself.
pub const KEYWORD_PARAMETERS: &str = "q,query,s,search,searchword,k,keyword,keywords";

fn entries(text: &str) -> Vec<String> {
    text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
}

fn joined(own: &str, instance: &str) -> Vec<String> {
    let mut all = entries(own);
    all.extend(entries(instance));
    all
}

impl SiteRow {
    fn new(creator: String, now_s: i64) -> SiteRow {
        SiteRow {
            id: SiteId(0),
            name: String::new(),
            urls: Vec::new(),
            timezone: "UTC".into(),
            currency: "USD".into(),
            ecommerce: false,
            site_search: true,
            keyword_parameters: String::new(),
            category_parameters: String::new(),
            excluded_ips: String::new(),
            excluded_parameters: String::new(),
            excluded_user_agents: String::new(),
            excluded_referrers: String::new(),
            exclude_unknown_urls: false,
            keep_url_fragments: 0,
            created_s: now_s,
            kind: "website".into(),
            group: String::new(),
            creator,
        }
    }

    fn read(row: &SqliteRow) -> Result<SiteRow, Error> {
        let urls: String = row.try_get("urls")?;
        Ok(SiteRow {
            id: SiteId(row.try_get("id")?),
            name: row.try_get("name")?,
            urls: serde_json::from_str(&urls).map_err(|fault| Error::Corrupt(format!("URLs of a site: {fault}")))?,
            timezone: row.try_get("timezone")?,
            currency: row.try_get("currency")?,
            ecommerce: row.try_get("ecommerce")?,
            site_search: row.try_get("site_search")?,
            keyword_parameters: row.try_get("keyword_parameters")?,
            category_parameters: row.try_get("category_parameters")?,
            excluded_ips: row.try_get("excluded_ips")?,
            excluded_parameters: row.try_get("excluded_parameters")?,
            excluded_user_agents: row.try_get("excluded_user_agents")?,
            excluded_referrers: row.try_get("excluded_referrers")?,
            exclude_unknown_urls: row.try_get("exclude_unknown_urls")?,
            keep_url_fragments: row.try_get("keep_url_fragments")?,
            created_s: row.try_get("created_s")?,
            kind: row.try_get("kind")?,
            group: row.try_get("grouping")?,
            creator: row.try_get("creator")?,
        })
    }

    fn apply(&mut self, change: SiteChange) {
        fn put<T>(field: &mut T, value: Option<T>) {
            if let Some(value) = value {
                *field = value;
            }
        }
        put(&mut self.name, change.name);
        put(&mut self.urls, change.urls);
        put(&mut self.timezone, change.timezone);
        put(&mut self.currency, change.currency);
        put(&mut self.ecommerce, change.ecommerce);
        put(&mut self.site_search, change.site_search);
        put(&mut self.keyword_parameters, change.keyword_parameters);
        put(&mut self.category_parameters, change.category_parameters);
        put(&mut self.excluded_ips, change.excluded_ips);
        put(&mut self.excluded_parameters, change.excluded_parameters);
        put(&mut self.excluded_user_agents, change.excluded_user_agents);
        put(&mut self.excluded_referrers, change.excluded_referrers);
        put(&mut self.exclude_unknown_urls, change.exclude_unknown_urls);
        put(&mut self.keep_url_fragments, change.keep_url_fragments);
        put(&mut self.created_s, change.created_s);
        put(&mut self.kind, change.kind);
        put(&mut self.group, change.group);
    }

    fn check(&self) -> Result<(), Error> {
        if self.name.trim().is_empty() {
            return Err(Error::Refused("give the site a name".into()));
        }
        if Zone::parse(&self.timezone).is_none() {
            return Err(Error::Refused(format!(
                "there is no time zone {}; use one such as Europe/Berlin",
                self.timezone
            )));
        }
        let code = &self.currency;
        if code.len() != 3 || !code.bytes().all(|b| b.is_ascii_uppercase()) {
            return Err(Error::Refused("write the currency as three capital letters, such as EUR".into()));
        }
        Ok(())
    }

    /// The site as tracking and reports see it.
    pub(crate) fn joined(&self, snapshot: &Snapshot) -> Result<Site, Error> {
        let zone = Zone::parse(&self.timezone)
            .ok_or_else(|| Error::Corrupt(format!("site {} has the unknown time zone {}", self.id, self.timezone)))?;
        let text = |key: &str| snapshot.instance_text(key);
        let fallback = |own: &str, key: &str, default: &str| {
            let instance = text(key);
            let chosen = [own, instance.as_str(), default].into_iter().find(|list| !list.is_empty()).unwrap_or("");
            entries(chosen)
        };
        Ok(Site {
            id: self.id,
            name: self.name.clone(),
            urls: self.urls.clone(),
            zone,
            currency: self.currency.clone(),
            ecommerce: self.ecommerce,
            site_search: SearchRule {
                enabled: self.site_search,
                keyword_parameters: fallback(&self.keyword_parameters, setting::SEARCH_KEYWORDS, KEYWORD_PARAMETERS),
                category_parameters: fallback(&self.category_parameters, setting::SEARCH_CATEGORIES, ""),
            },
            excluded_ips: joined(&self.excluded_ips, &text(setting::EXCLUDED_IPS)),
            excluded_parameters: joined(&self.excluded_parameters, &text(setting::EXCLUDED_PARAMETERS)),
            excluded_user_agents: joined(&self.excluded_user_agents, &text(setting::EXCLUDED_USER_AGENTS)),
            excluded_referrers: joined(&self.excluded_referrers, &text(setting::EXCLUDED_REFERRERS)),
            excluded_requests: entries(&text(setting::EXCLUDED_REQUESTS))
                .iter()
                .filter_map(|rule| RequestRule::parse(rule))
                .collect(),
            exclude_unknown_urls: self.exclude_unknown_urls,
            keep_url_fragments: match self.keep_url_fragments {
                0 => text(setting::KEEP_FRAGMENTS) == "1",
                choice => choice == 1,
            },
            created_s: self.created_s,
            kind: self.kind.clone(),
            group: self.group.clone(),
            creator: self.creator.clone(),
            goals: snapshot.goals.get(&self.id).cloned().unwrap_or_default(),
            own_dimensions: snapshot.own_dimensions.get(&self.id).cloned().unwrap_or_default(),
        })
    }
}

pub(crate) async fn load(from: &mut SqliteConnection) -> Result<BTreeMap<SiteId, SiteRow>, Error> {
    let rows = sqlx::query("SELECT * FROM site").fetch_all(&mut *from).await?;
    rows.iter().map(|row| SiteRow::read(row).map(|site| (site.id, site))).collect()
}

const INSERT: &str = "INSERT INTO site (name, urls, timezone, currency, ecommerce, site_search, keyword_parameters, \
    category_parameters, excluded_ips, excluded_parameters, excluded_user_agents, excluded_referrers, \
    exclude_unknown_urls, keep_url_fragments, created_s, kind, grouping, creator) \
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id";
const UPDATE: &str = "UPDATE site SET name = ?, urls = ?, timezone = ?, currency = ?, ecommerce = ?, site_search = ?, \
    keyword_parameters = ?, category_parameters = ?, excluded_ips = ?, excluded_parameters = ?, \
    excluded_user_agents = ?, excluded_referrers = ?, exclude_unknown_urls = ?, keep_url_fragments = ?, \
    created_s = ?, kind = ?, grouping = ?, creator = ? WHERE id = ? RETURNING id";

async fn store(act: &mut crate::store::Act, site: &SiteRow) -> Result<SiteId, Error> {
    let urls = serde_json::to_string(&site.urls).map_err(|fault| Error::Corrupt(fault.to_string()))?;
    let new = site.id == SiteId(0);
    let query = sqlx::query_scalar::<_, u32>(if new { INSERT } else { UPDATE })
        .bind(&site.name)
        .bind(urls)
        .bind(&site.timezone)
        .bind(&site.currency)
        .bind(site.ecommerce)
        .bind(site.site_search)
        .bind(&site.keyword_parameters)
        .bind(&site.category_parameters)
        .bind(&site.excluded_ips)
        .bind(&site.excluded_parameters)
        .bind(&site.excluded_user_agents)
        .bind(&site.excluded_referrers)
        .bind(site.exclude_unknown_urls)
        .bind(site.keep_url_fragments)
        .bind(site.created_s)
        .bind(&site.kind)
        .bind(&site.group)
        .bind(&site.creator);
    let query = if new { query } else { query.bind(site.id.0) };
    Ok(SiteId(query.fetch_one(&mut *act.tx).await?))
}

impl Meta {
    /// Adds a site and gives its number. Numbers are never used again.
    ///
    /// # Errors
    /// `Refused` says which field is wrong.
    pub async fn add_site(&self, _: &InstanceGrant, caller: &Caller, change: SiteChange) -> Result<SiteId, Error> {
        let mut site = SiteRow::new(caller.principal.name(), crate::record::now_ms() / 1000);
        site.apply(change);
        site.check()?;
        let detail = json!({ "name": site.name, "urls": site.urls });
        let mut act = self.begin(caller, Activity::SiteAdded, detail).await?;
        let id = store(&mut act, &site).await?;
        self.commit(act).await?;
        Ok(id)
    }

    /// Changes the given fields of the granted site.
    ///
    /// # Errors
    /// `Refused` says which field is wrong; `NotFound` when the site is gone.
    pub async fn change_site(&self, grant: &Grant<Admin>, caller: &Caller, change: SiteChange) -> Result<(), Error> {
        for id in grant.sites() {
            let snapshot = self.snapshot();
            let before = snapshot.site_rows.get(id).ok_or_else(|| Error::NotFound(format!("there is no site {id}")))?;
            let mut site = before.clone();
            site.apply(change.clone());
            site.check()?;
            let detail = json!({ "site": id.0, "before": format!("{before:?}"), "after": format!("{site:?}") });
            let mut act = self.begin(caller, Activity::SiteChanged, detail).await?;
            store(&mut act, &site).await?;
            self.commit(act).await?;
        }
        Ok(())
    }

    /// Deletes a site's row and roles. Its visits stay stored but can no longer be asked for.
    ///
    /// # Errors
    /// `Refused` for the last site, `NotFound` when there is none of this number.
    pub async fn delete_site(&self, _: &InstanceGrant, caller: &Caller, id: SiteId) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let site = snapshot.site_rows.get(&id).ok_or_else(|| Error::NotFound(format!("there is no site {id}")))?;
        if snapshot.site_rows.len() == 1 {
            return Err(Error::Refused("this is the only site and cannot be deleted; add another one first".into()));
        }
        let detail = json!({ "site": id.0, "name": site.name });
        let mut act = self.begin(caller, Activity::SiteDeleted, detail).await?;
        act.revoke_public_of(self, caller, id).await?;
        sqlx::query("DELETE FROM site WHERE id = ?").bind(id.0).execute(&mut *act.tx).await?;
        self.commit(act).await
    }
}
