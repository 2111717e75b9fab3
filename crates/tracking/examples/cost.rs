//! What a hit costs on its way: `cargo run --release -p makoto-tracking --example cost`.

use makoto_catalog::Catalog;
use makoto_model::{Day, Device, Hit, Params, Place, Row, SearchRule, Site, SiteId, Zone};
use makoto_tracking::history::HistoryError;
use makoto_tracking::{
    Context, Fold, History, Lookups, RawRequest, Read, Salts, Sender, SiteRules, Source, SourceKind, accept, parse,
};
use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

const HITS: usize = 200_000;
const BATCH: usize = 2_000;
const START_S: i64 = 1_772_438_400;

struct Nothing;

impl History for Nothing {
    fn partition(&self, _: SiteId, _: Day, _: i64, _: i64, _: u32) -> Result<Vec<Row>, HistoryError> {
        Ok(Vec::new())
    }

    fn page_views(&self, _: u64) -> Result<Vec<Row>, HistoryError> {
        Ok(Vec::new())
    }

    fn applied(&self) -> u64 {
        0
    }
}

fn site() -> Site {
    Site {
        zone: Zone::parse("Europe/Berlin").unwrap_or_else(|| panic!("a zone of the database")),
        currency: "EUR".into(),
        ecommerce: true,
        site_search: SearchRule {
            enabled: true,
            keyword_parameters: ["q", "query", "s", "search", "k", "keyword"].map(String::from).into(),
            category_parameters: vec![],
        },
        excluded_ips: vec!["10.66.0.0/16".into()],
        ..Site::new(SiteId(1), "One", "https://www.example.org")
    }
}

/// What a browser sends: four pages a visit, every fourth visitor returns.
fn query(at: usize) -> String {
    let visitor = (at / 4 * 7919) % (HITS / 5);
    format!(
        "action_name=An%20article%20about%20things%20{page}&idsite=1&rec=1&r=548412&h=9&m=42&s=11\
        &url=https%3A%2F%2Fwww.example.org%2Farticles%2F{page}%3Futm_id%3D7&urlref=https%3A%2F%2Fpartner.example%2Fx\
        &_id={visitor:016x}&_idn=0&send_image=0&_refts=0&pdf=1&qt=0&realp=0&wma=0&fla=0&java=0&ag=0&cookie=1\
        &res=1920x1080&pv_id=a{at:05}&pf_net=12&pf_srv=120&pf_tfr=14&pf_dm1=90&uadata=%7B%7D",
        page = at * 31 % 5_000
    )
}

/// Seconds that this program has been on a processor, where the system tells: other work does not count then.
fn on_processor_s() -> Option<f64> {
    let stat = std::fs::read_to_string("/proc/self/schedstat").ok()?;
    Some(stat.split(' ').next()?.parse::<f64>().ok()? / 1e9)
}

struct Clock {
    wall: Instant,
    on_processor_s: Option<f64>,
}

impl Clock {
    fn start() -> Clock {
        Clock { wall: Instant::now(), on_processor_s: on_processor_s() }
    }

    fn per_hit(&self, name: &str) {
        let each = |seconds: f64| seconds * 1e6 / HITS as f64;
        let wall = each(self.wall.elapsed().as_secs_f64());
        match (self.on_processor_s, on_processor_s()) {
            (Some(from), Some(to)) => {
                println!("{name:>8} {wall:6.2} µs per hit, {:6.2} on a processor", each(to - from))
            }
            _ => println!("{name:>8} {wall:6.2} µs per hit"),
        }
    }
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let queries: Vec<String> = (0..HITS).map(query).collect();
    let clock = Clock::start();
    let requests: Vec<Params> = queries
        .iter()
        .filter_map(|query| match parse::read(black_box(&RawRequest { method: "GET", query, body: b"" })) {
            Ok(Read::One(params)) => Some(params),
            _ => None,
        })
        .collect();
    clock.per_hit("parse");

    let rules = Arc::new(SiteRules::new(Arc::new(site())));
    let device = Arc::new(Device { os_code: "WIN".into(), ..Device::default() });
    let website = |url: &str| Source {
        kind: SourceKind::Website,
        name: String::new(),
        keyword: String::new(),
        url: url.to_owned(),
        spam: false,
    };
    let lookups = Lookups {
        detect: &|_, _, _| Arc::clone(&device),
        locate: &|_, _| Place { country: "de".into(), ..Place::default() },
        referrers: &website,
    };
    let catalog = Arc::new(Catalog::new(&[])?);
    let headers = [("user-agent", "Mozilla/5.0 (X11; Linux x86_64)"), ("accept-language", "de,en;q=0.5")];
    let sender = Sender { address: "192.0.2.7".parse()?, headers: &headers };
    let mut context = Context {
        catalog: &catalog,
        lookups: &lookups,
        sites: &|_| Some(Arc::clone(&rules)),
        authorised: &|_, _| false,
        salts: &Salts::new([7; 32]),
        spam_filter: true,
        now_s: START_S,
    };
    let clock = Clock::start();
    let mut hits: Vec<(u64, Hit)> = Vec::with_capacity(HITS);
    for (at, params) in requests.iter().enumerate() {
        context.now_s = START_S + at as i64 / 4;
        let mut hit = accept(params, &sender, None, &context).map_err(|refused| format!("{refused:?}"))?;
        // One fingerprint for all would make one visit of them.
        hit.who.config = at as u64 / 4;
        hits.push((at as u64 + 1, hit));
    }
    clock.per_hit("enrich");

    let folder = std::env::temp_dir().join(format!("makoto-cost-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let mut fold = Fold::open(&folder.join("fold.db"), catalog, Box::new(Nothing))?;
    let clock = Clock::start();
    let (mut visits, mut actions) = (0, 0);
    for batch in hits.chunks(BATCH) {
        if let Some(delta) = fold.apply(batch)? {
            visits += delta.new_visits.len();
            actions += delta.actions.len();
            fold.forget(delta.number)?;
        }
    }
    clock.per_hit("fold");
    println!("{visits} visits, {actions} actions, {} held", fold.visits_held());
    drop(fold);
    println!("{} KiB in the file", std::fs::metadata(folder.join("fold.db"))?.len() / 1024);
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}
