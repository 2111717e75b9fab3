//! Which requests count, and what of them is kept.

use makoto_catalog::{Catalog, Dimension, Feature, Keep, Kind, Privacy as Privateness, Scope, Source as From};
use makoto_model::{
    Act, ActionKind, Attribute, Day, Device, Goal, Hit, Params, PatternKind, Place, SearchRule, Site, SiteId, Value,
    ValueRef, VisitorId, VisitorSource, Zone,
};
use makoto_tracking::{
    Context, Invalid, IpMask, Lookups, Privacy, RawRequest, Read, Reason, Refused, Salts, Sender, SiteRules, Source,
    SourceKind, accept, order_id, parse,
};
use std::sync::{Arc, LazyLock};

const NOW_S: i64 = 1_772_452_800;

const fn text(column: &'static str, scope: Scope, read: fn(&makoto_catalog::Facts) -> Value) -> Dimension {
    Dimension {
        id: column,
        name: column,
        scope,
        column,
        kind: Kind::Text("name"),
        privacy: Privateness::Anonymous,
        source: From::Captured { read, keep: Keep::First },
        segments: &[],
        slot: 0,
    }
}

static ADDRESS: Dimension = text("address", Scope::Visit, |facts| Value::from(facts.address.to_string()));
static COUNTRY: Dimension = text("country", Scope::Visit, |facts| Value::from(facts.place.country.as_str()));
static CITY: Dimension = text("city", Scope::Visit, |facts| Value::from(facts.place.city.as_str()));
static CATEGORY: Dimension = text("search_cat", Scope::Action, |facts| facts.params.filled("search_cat").into());
static FEATURES: &[&Feature] = &[&FEATURE];
static FEATURE: Feature = Feature {
    name: "Test",
    dimensions: &[&ADDRESS, &COUNTRY, &CITY, &CATEGORY],
    metrics: &[],
    reports: &[],
    settings: &[],
};

static SITE: LazyLock<Arc<Site>> = LazyLock::new(|| {
    let site = Site {
        zone: Zone::parse("Asia/Tokyo").unwrap(),
        ecommerce: true,
        site_search: SearchRule {
            enabled: true,
            keyword_parameters: vec!["q".into()],
            category_parameters: vec!["cat".into()],
        },
        excluded_ips: vec!["10.66.0.7".into()],
        goals: vec![Goal {
            id: 1,
            name: "Manual".into(),
            description: String::new(),
            attribute: Attribute::Manually,
            pattern: String::new(),
            kind: PatternKind::Contains,
            case_sensitive: false,
            many: false,
            revenue: 5.0,
            event_value_as_revenue: false,
        }],
        ..Site::new(SiteId(1), "One", "http://example.org")
    };
    Arc::new(site)
});

fn accepted_with(query: &str, token: Option<&str>, privacy: Privacy) -> Result<Hit, Refused> {
    let Ok(Read::One(params)) = parse::read(&RawRequest { method: "GET", query, body: b"" }) else {
        panic!("{query} is a request")
    };
    let lookups = Lookups {
        detect: &|agent: &str, _: &Params, _| {
            Arc::new(Device { bot: agent.contains("bot").then(|| agent.to_owned()), ..Device::default() })
        },
        // The place shows which address was looked up.
        locate: &|address, language| Place {
            country: language.get(..2).unwrap_or("xx").into(),
            city: address.to_string(),
            ..Place::default()
        },
        referrers: &|url| Source {
            kind: SourceKind::Website,
            name: String::new(),
            keyword: String::new(),
            url: url.into(),
            spam: url.contains("spam"),
        },
    };
    let rules = Arc::new(SiteRules::new(SITE.clone()).with_privacy(privacy));
    let context = Context {
        catalog: &Catalog::new(FEATURES).unwrap(),
        lookups: &lookups,
        sites: &|id| (id == SiteId(1)).then(|| Arc::clone(&rules)),
        authorised: &|site, token| site == SiteId(1) && token == "good",
        salts: &Salts::new([1; 32]),
        spam_filter: true,
        now_s: NOW_S,
    };
    let headers = [("user-agent", "Mozilla"), ("accept-language", "de,en;q=0.5")];
    accept(&params, &Sender { address: "10.66.0.9".parse().unwrap(), headers: &headers }, token, &context)
}

fn accepted(query: &str) -> Result<Hit, Refused> {
    accepted_with(query, None, Privacy::default())
}

#[test]
fn wrong_requests_are_refused() {
    for (query, invalid) in [
        ("rec=1", Invalid::UnknownSite),
        ("idsite=0&rec=1", Invalid::UnknownSite),
        ("idsite=abc&rec=1", Invalid::UnknownSite),
        ("idsite=-1&rec=1", Invalid::UnknownSite),
        ("idsite=99&rec=1", Invalid::UnknownSite),
        ("idsite=1&rec=1&cip=10.1.1.1", Invalid::TokenNeeded),
        ("idsite=1&rec=1&cip=10.1.1.1&token_auth=bad", Invalid::TokenNeeded),
        ("idsite=1&rec=1&country=de", Invalid::TokenNeeded),
        ("idsite=1&rec=1&lat=1", Invalid::TokenNeeded),
        ("idsite=1&rec=1&cdo=86400", Invalid::TokenNeeded),
        ("idsite=1&rec=1&cid=123", Invalid::BadVisitorId),
        ("idsite=1&rec=1&cid=zzzzzzzzzzzzzzzz", Invalid::BadVisitorId),
        ("idsite=1&rec=1&idgoal=2", Invalid::UnknownGoal),
        ("idsite=1&rec=1&ca=1", Invalid::UnclaimedAction),
        // What is wrong is told even where nothing would be recorded.
        ("idsite=99", Invalid::UnknownSite),
        ("idsite=1&cip=10.1.1.1", Invalid::TokenNeeded),
    ] {
        assert_eq!(accepted(query).map(|_| ()), Err(Refused::Invalid(invalid)), "{query}");
    }
}

#[test]
fn requests_that_do_not_count_are_dropped() {
    for (query, reason) in [
        ("idsite=1", Reason::NotToRecord),
        ("idsite=1&rec=0", Reason::NotToRecord),
        ("idsite=1&rec=1&ua=robot", Reason::Bot),
        ("idsite=1&rec=1&urlref=http://spam.example/", Reason::SpamReferrer),
        ("idsite=1&rec=1&cip=10.66.0.7&token_auth=good", Reason::ExcludedAddress),
    ] {
        assert_eq!(accepted(query).map(|_| ()), Err(Refused::Dropped(reason)), "{query}");
    }
}

#[test]
fn a_token_opens_what_speaks_for_others() {
    let query = "idsite=1&rec=1&cip=192.0.2.77&country=FR&city=Paris&cdt=2026-03-01 15:30:00";
    assert!(accepted(query).is_err());
    let hit = accepted_with(query, Some("good"), Privacy::default()).unwrap();
    assert_eq!(hit.visit_facts, vec![Value::from("192.0.0.0"), Value::from("fr"), Value::from("Paris")].into());
    // Past midnight in Tokyo.
    assert_eq!((hit.time_s, hit.received_s, hit.day), (1_772_379_000, NOW_S, Day::parse("2026-03-02").unwrap()));
    assert_eq!(accepted("idsite=1&rec=1&cdo=86399").unwrap().time_s, NOW_S - 86_399);
    let nowhere = accepted("idsite=1&rec=1&cip=x&token_auth=good").unwrap();
    assert_eq!(nowhere.visit_facts.get(0), Some(ValueRef::Text("0.0.0.0")));
}

#[test]
fn addresses_are_masked_before_anything_is_kept() {
    let facts = |bytes, full| {
        let privacy = Privacy { ip_mask: IpMask { bytes }, enrich_with_full_address: full, ..Privacy::default() };
        accepted_with("idsite=1&rec=1", None, privacy).unwrap()
    };
    let masked = facts(2, false);
    assert_eq!(masked.visit_facts, vec![Value::from("10.66.0.0"), Value::from("de"), Value::from("10.66.0.0")].into());
    let full = facts(2, true);
    assert_eq!(full.visit_facts, vec![Value::from("10.66.0.0"), Value::from("de"), Value::from("10.66.0.9")].into());
    assert_ne!(masked.who.config, full.who.config);
    let written = String::from_utf8_lossy(&masked.encode().unwrap()).into_owned();
    assert!(!written.contains("10.66.0.9"));
}

#[test]
fn visitors_are_identified() {
    let who = |query: &str| accepted(&format!("idsite=1&rec=1&{query}")).unwrap().who;
    let (id, other) = ("00ab34cd56ef7890", "1111111111111111");
    assert_eq!(who("").source, VisitorSource::None);
    assert_eq!(who("_id=short").visitor, None);
    assert_eq!(who("_id=ZZZZZZZZZZZZZZZZ").visitor, None);
    assert_eq!(who(&format!("_id={id}ff")).visitor, VisitorId::parse(id));
    let forced = who(&format!("_id={id}&cid={other}"));
    assert_eq!((forced.visitor, forced.source), (VisitorId::parse(other), VisitorSource::Forced));
    let user = who(&format!("_id={id}&uid=alice@example.com"));
    assert_eq!((user.visitor, user.source), (VisitorId::parse("fc2398a73dd54d62"), VisitorSource::UserId));
    assert_eq!(user.user_id.as_deref(), Some("alice@example.com"));
    assert_eq!(who(&format!("uid={}", "u".repeat(300))).user_id.map(|user| user.len()), Some(200));
}

#[test]
fn searches_in_addresses_are_told_to_features() {
    let hit = accepted("idsite=1&rec=1&url=http%3A%2F%2Fexample.org%2Fs%3Fq%3Dshoes%26cat%3DBlog").unwrap();
    let Act::Action { kind, url, title } = &hit.act else { panic!("an action") };
    assert_eq!((*kind, url.is_none(), title.as_deref()), (ActionKind::SiteSearch, true, Some("shoes")));
    assert_eq!(hit.action_facts, vec![Value::from("Blog")].into());
}

#[test]
fn of_texts_that_features_read_the_beginning_is_kept() {
    let hit = accepted(&format!("idsite=1&rec=1&url=http%3A%2F%2Fe.org%2F&search_cat={}", "é".repeat(5_000))).unwrap();
    let cut = (0..hit.action_facts.len()).filter_map(|at| match hit.action_facts.get(at) {
        Some(ValueRef::Text(text)) => Some(text.len()),
        _ => None,
    });
    assert_eq!(cut.max(), Some(1024));
}

#[test]
fn signs_of_life_tell_of_their_page_views() {
    let ping = accepted("idsite=1&rec=1&ping=1&search_cat=Blog").unwrap();
    assert_eq!((ping.act, ping.action_facts.len()), (Act::Ping, 1));
}

#[test]
fn orders_are_told() {
    let order = |query: &str| order_id(&accepted(&format!("idsite=1&rec=1&{query}")).unwrap()).map(str::to_owned);
    assert_eq!(order("idgoal=0&ec_id=+A1+&ec_items={bad").as_deref(), Some("A1"));
    assert_eq!(order("idgoal=0&ec_items=[]"), None);
    assert_eq!(order("idgoal=1&ec_id=A1"), None);
    assert_eq!(order("ec_id=A1"), None);
}

#[test]
fn hits_are_written_and_read_back() {
    let hit = accepted("idsite=1&rec=1&url=http://www.example.org/a&action_name=T").unwrap();
    assert_eq!(Hit::decode(&hit.encode().unwrap()).unwrap(), hit);
    assert!(Hit::decode(b"nothing").is_err());
}
