//! A tracker without a server: requests in, visits out.

use crate::store::Shared;
use makoto_catalog::{Catalog, Table};
use makoto_model::{
    Act, Attribute, Day, Device, Goal, Hit, Params, PatternKind, Place, SearchRule, Site, SiteId, VisitorSource, Zone,
};
use makoto_tracking::{
    Context, Fold, Lookups, Privacy, RawRequest, Read, Refused, Salts, Sender, SiteRules, Source, SourceKind, accept,
    parse,
};
use serde_json::Value as Json;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

/// When the recordings were made.
const NOW_S: i64 = 1_795_300_000;
const TOKEN: &str = "TOKEN";

/// A visit with its texts.
#[derive(Debug, Default)]
pub struct Visit {
    pub site: i64,
    pub visitor: String,
    pub has_own_id: bool,
    pub user: String,
    pub offset_s: i64,
    pub first_s: i64,
    pub last_s: i64,
    pub length_s: i64,
    pub actions: i64,
    pub interactions: i64,
    pub searches: i64,
    pub events: i64,
    pub count: i64,
    pub since_first_s: i64,
    pub since_last_s: i64,
    pub referrer_kind: i64,
    pub referrer_name: String,
    pub referrer_keyword: String,
    pub referrer_url: String,
    /// Time, address and title of pages, outlinks and downloads.
    pub pages: Vec<String>,
}

pub struct Bench {
    catalog: Arc<Catalog>,
    sites: HashMap<SiteId, Arc<SiteRules>>,
    orders: HashSet<String>,
    fold: Fold,
    store: Shared,
    position: u64,
    own_ids: HashSet<String>,
    _folder: tempfile::TempDir,
}

fn decoded(query: &str) -> Params {
    let raw = RawRequest { method: "GET", query, body: b"" };
    match parse::read(&raw) {
        Ok(Read::One(params)) => params,
        other => panic!("{query} is a request, not {other:?}"),
    }
}

/// What the recording's instance excluded and searched for everywhere is nothing and the usual names.
fn site(id: SiteId, params: &Params) -> Site {
    let list = |name: &str| -> Vec<String> {
        params
            .filled(name)
            .map(|text| text.split(',').map(|entry| entry.trim().to_owned()).collect())
            .unwrap_or_default()
    };
    let given = |names: Vec<String>, usual: &[&str]| {
        if names.is_empty() { usual.iter().map(|name| (*name).to_owned()).collect() } else { names }
    };
    let usual = ["q", "query", "s", "search", "searchword", "k", "keyword"];
    Site {
        name: params.get("siteName").unwrap_or_default().to_owned(),
        urls: list("urls"),
        zone: Zone::parse(params.get("timezone").unwrap_or("UTC")).unwrap(),
        ecommerce: true,
        site_search: SearchRule {
            enabled: params.flag("siteSearch"),
            keyword_parameters: given(list("searchKeywordParameters"), &usual),
            category_parameters: list("searchCategoryParameters"),
        },
        excluded_ips: list("excludedIps"),
        excluded_parameters: list("excludedQueryParameters"),
        excluded_user_agents: list("excludedUserAgents"),
        excluded_referrers: list("excludedReferrers"),
        exclude_unknown_urls: params.flag("excludeUnknownUrls"),
        keep_url_fragments: params.int("keepURLFragments") == Some(1),
        ..Site::new(id, "", "")
    }
}

/// A goal as the recorded call made it. Names and patterns are decoded once more.
fn goal(id: u32, params: &Params) -> Goal {
    let text = |name: &str| params.get(name).unwrap_or_default().replace('+', " ");
    Goal {
        id,
        name: text("name"),
        description: String::new(),
        attribute: Attribute::parse(&text("matchAttribute")).unwrap(),
        pattern: text("pattern"),
        kind: PatternKind::parse(&text("patternType")).unwrap(),
        case_sensitive: params.flag("caseSensitive"),
        many: params.flag("allowMultipleConversionsPerVisit"),
        revenue: text("revenue").parse().unwrap_or(0.0),
        event_value_as_revenue: params.flag("useEventValueAsRevenue"),
    }
}

/// User agents tell devices apart well enough here; only robots must be known.
fn rules(site: Site) -> SiteRules {
    let privacy = Privacy { enrich_with_full_address: true, ..Privacy::default() };
    SiteRules::new(Arc::new(site)).with_privacy(privacy)
}

fn detect(agent: &str) -> Arc<Device> {
    let is_bot =
        ["bot", "Bot", "crawler", "Yahoo! Slurp", "checklink", "leakix"].iter().any(|part| agent.contains(part));
    Arc::new(Device { os_code: agent.to_owned(), bot: is_bot.then(|| agent.to_owned()), ..Device::default() })
}

fn classify(url: &str) -> Source {
    let plain = |kind, name: &str, keyword: String, spam| Source {
        kind,
        name: name.to_owned(),
        keyword,
        url: referrer_data::strip_noise(url).into_owned(),
        spam,
    };
    let Some(parsed) = referrer_data::ParsedReferrer::parse(url) else {
        return plain(SourceKind::Website, "", String::new(), false);
    };
    if let Some(hit) = referrer_data::search(&parsed) {
        return plain(SourceKind::Search, hit.engine, hit.keyword.unwrap_or_default(), false);
    }
    match referrer_data::social(&parsed) {
        Some(network) => plain(SourceKind::Social, network, String::new(), false),
        None => plain(SourceKind::Website, "", String::new(), referrer_data::is_spam(&parsed.host)),
    }
}

impl Bench {
    /// Sites and goals as the recorded calls made them.
    pub fn new(setup: &[Json]) -> Bench {
        let mut sites: HashMap<SiteId, Site> = HashMap::new();
        let mut urls: HashMap<SiteId, Vec<String>> = HashMap::new();
        let calls: Vec<Params> = setup.iter().map(|call| decoded(call["query"].as_str().unwrap())).collect();
        for call in &calls {
            let id = SiteId(call.int("idSite").map_or(sites.len() as u32 + 1, |id| id as u32));
            match call.get("method").unwrap() {
                "SitesManager.addSite" => {
                    sites.insert(id, site(id, call));
                }
                "SitesManager.addSiteAliasUrls" => {
                    urls.entry(id).or_default().push(call.get("urls").unwrap().to_owned());
                }
                "Goals.addGoal" => {
                    let goals = &mut sites.get_mut(&id).unwrap().goals;
                    goals.push(goal(goals.len() as u32 + 1, call));
                }
                _ => {}
            }
        }
        for (id, more) in urls {
            sites.get_mut(&id).unwrap().urls.extend(more);
        }
        let folder = tempfile::tempdir().unwrap();
        let catalog = Arc::new(Catalog::new(&[]).unwrap());
        let store = Shared::default();
        let fold = Fold::open(&folder.path().join("fold.db"), catalog.clone(), Box::new(store.clone())).unwrap();
        let sites = sites.into_iter().map(|(id, site)| (id, Arc::new(rules(site)))).collect();
        Bench {
            catalog,
            sites,
            orders: HashSet::new(),
            fold,
            store,
            position: 0,
            own_ids: HashSet::new(),
            _folder: folder,
        }
    }

    /// Plays a recorded request and answers the status of the tracker.
    pub fn play(&mut self, request: &Json) -> u16 {
        let record = request.as_object().unwrap();
        if let Some(entries) = record.get("_bulk") {
            return self.play_bulk(entries, record.get("_bulkextra"));
        }
        let headers: Vec<(String, String)> =
            record.get("_headers").and_then(Json::as_object).map_or(vec![], |headers| {
                headers.iter().map(|(k, v)| (k.to_lowercase(), v.as_str().unwrap().to_owned())).collect()
            });
        let headers: Vec<(&str, &str)> = headers.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        let method = record.get("_method").and_then(Json::as_str).unwrap_or("GET");
        let mut params = Params::default();
        for (name, value) in record.iter().filter(|(name, _)| !name.starts_with('_') || is_parameter(name)) {
            params.push(name, &value.as_str().map_or_else(|| value.to_string(), str::to_owned));
        }
        if params.is_empty() {
            let raw = RawRequest { method, ..RawRequest::default() };
            return if parse::read(&raw).is_ok() { 200 } else { 400 };
        }
        let empty = params.get("send_image") == Some("0");
        match self.track(&params, &headers, None) {
            Err(Refused::Invalid(_)) => 400,
            _ if empty => 204,
            _ => 200,
        }
    }

    fn play_bulk(&mut self, entries: &Json, extra: Option<&Json>) -> u16 {
        let mut body = extra.cloned().unwrap_or_else(|| serde_json::json!({"token_auth": TOKEN}));
        body["requests"] = entries.clone();
        let text = body.to_string();
        let raw = RawRequest { method: "POST", query: "", body: text.as_bytes() };
        let Ok(Read::Bulk(bulk)) = parse::read(&raw) else { panic!("{text} is a bulk") };
        for params in bulk.entries.iter().flatten() {
            // What is wrong with single entries shows in the answer's body, which is not recorded here.
            let _counted = self.track(params, &[], bulk.token_auth.as_deref()).is_ok();
        }
        if bulk.send_image { 200 } else { 204 }
    }

    fn track(&mut self, params: &Params, headers: &[(&str, &str)], token: Option<&str>) -> Result<(), Refused> {
        let lookups =
            Lookups { detect: &|agent, _, _| detect(agent), locate: &|_, _| Place::default(), referrers: &classify };
        let sites = &self.sites;
        let context = Context {
            catalog: &self.catalog,
            lookups: &lookups,
            sites: &|id| sites.get(&id).cloned(),
            authorised: &|_, token| token == TOKEN,
            salts: &Salts::new([7; 32]),
            spam_filter: true,
            now_s: NOW_S,
        };
        let sender = Sender { address: "127.0.0.1".parse().unwrap(), headers };
        let hit = accept(params, &sender, token, &context)?;
        if makoto_tracking::order_id(&hit).is_some_and(|id| !self.orders.insert(id.to_owned())) {
            return Err(Refused::Invalid(makoto_tracking::Invalid::UnknownGoal));
        }
        if hit.who.source != VisitorSource::None {
            self.own_ids.insert(hit.who.visitor.unwrap().to_string());
        }
        self.fold(hit);
        Ok(())
    }

    fn fold(&mut self, hit: Hit) {
        self.position += 1;
        let is_ping = matches!(hit.act, Act::Ping);
        let written = hit.encode().unwrap();
        let delta = self.fold.apply(&[(self.position, Hit::decode(&written).unwrap())]).unwrap();
        assert!(delta.is_some() || is_ping);
        if let Some(delta) = delta {
            self.store.0.lock().unwrap().apply(&delta);
            self.fold.forget(delta.number).unwrap();
        }
    }

    /// Every visit, by number.
    pub fn visits(&self) -> BTreeMap<i64, Visit> {
        let store = self.store.0.lock().unwrap();
        let names: Vec<&str> = self.catalog.columns(Table::Visit).iter().map(|column| column.name).collect();
        let mut visits: BTreeMap<i64, Visit> = BTreeMap::new();
        for (id, row) in &store.visits {
            let int = |name: &str| row[names.iter().position(|known| *known == name).unwrap()].int();
            let text = |name| store.text(&self.catalog, Table::Visit, row, name).to_owned();
            let count = |name: &str| int(name).unwrap();
            let visitor = text("visitor");
            let zone = &self.sites[&SiteId(count("site_id") as u32)].site().zone;
            assert_eq!(zone.day(count("first_action_s")), Day(count("day") as i32));
            let visit = Visit {
                site: count("site_id"),
                has_own_id: self.own_ids.contains(&visitor),
                visitor,
                user: text("user_id"),
                offset_s: zone.offset_s(count("first_action_s")),
                first_s: count("first_action_s"),
                last_s: count("last_action_s"),
                length_s: count("visit_length_s"),
                actions: count("action_count"),
                interactions: count("interaction_count"),
                searches: count("search_count"),
                events: count("event_count"),
                count: count("visit_count"),
                since_first_s: count("since_first_s"),
                since_last_s: count("since_last_s"),
                referrer_kind: count("referrer_kind"),
                referrer_name: text("referrer_name"),
                referrer_keyword: text("referrer_keyword"),
                referrer_url: text("referrer_url"),
                pages: Vec::new(),
            };
            visits.insert(*id, visit);
        }
        for row in &store.actions {
            let text = |name| store.text(&self.catalog, Table::Action, row, name);
            if [Some(1), Some(2), Some(3)].contains(&row[5].int()) {
                let page = format!("{} {} {}", row[4].int().unwrap(), text("url"), text("title"));
                visits.get_mut(&row[1].int().unwrap()).unwrap().pages.push(page);
            }
        }
        for visit in visits.values_mut() {
            visit.pages.sort_by_key(|page| page.split(' ').next().map(str::to_owned));
        }
        visits
    }
}

/// Parameters whose names begin as the recording's own notes do.
fn is_parameter(name: &str) -> bool {
    !matches!(name, "_method" | "_path" | "_headers" | "_bulk" | "_bulkextra")
}
