//! A site with visits of six weeks, and what asks for its reports.

use makoto_access::{Asked, Grant, Limits, Principal, View, check};
use makoto_catalog::{Answered, Catalog, Stored, Table, columns::DICTIONARIES};
use makoto_engine::{Chosen, Engine, Options};
use makoto_model::{
    Attribute, Cell, Day, Delta, Goal, NewText, OwnDimension, OwnScope, Params, PatternKind, Range, Row, Site, SiteId,
    TrackedUrl, Zone,
};
use makoto_query::Query;
use std::{collections::BTreeMap, path::Path, sync::Arc};

pub const SITE: SiteId = SiteId(7);
/// Monday, 2026-01-26: the day of the first visits; the last ones are six weeks later.
pub const FIRST: Day = Day(20_479);
const DAYS: i32 = 42;
/// Wednesday, 2026-02-18: the first day whose visits stay.
pub const STAYS: Day = Day(20_502);
/// Noon of 2026-04-01.
pub const NOW_S: i64 = 1_775_044_800;

const PATHS: &[&str] = &["/", "/shop/", "/shop/lamp?a=1", "/shop/paper/white", "/Journal/one", "/journal/two", "/é"];
const WORDS: &[&str] = &["de", "FF", "Google", "lamp", "Lamp", "0", "WIN", "news", "google.example", "a / b"];

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len() as u64) as usize]
    }
}

struct Maker {
    catalog: Arc<Catalog>,
    dice: Dice,
    known: BTreeMap<(usize, String), u32>,
    delta: Delta,
    /// Pages that are seen once each beside those that are seen often.
    rare_pages: u64,
}

impl Maker {
    fn text(&mut self, dictionary: &str, text: &str) -> Cell {
        let number = DICTIONARIES.iter().position(|known| *known == dictionary).unwrap();
        let split = match dictionary {
            "url" => TrackedUrl::split(text),
            _ => TrackedUrl { prefix: None, text: text.into() },
        };
        let next = self.known.len() as u32 + 1;
        let id = *self.known.entry((number, split.text.to_string())).or_insert(next);
        if id == next {
            let (dictionary, prefix, text) = (number as u8, split.prefix, split.text);
            self.delta.texts.push(NewText { dictionary, id, prefix, text });
        }
        Cell::Int(i64::from(id))
    }

    fn url(&mut self) -> String {
        match self.rare_pages {
            0 => format!("https://garden.example{}", self.dice.pick(PATHS)),
            pages => {
                let (folder, page) = (self.dice.roll(30), self.dice.roll(pages));
                format!("https://garden.example/rare/{folder}/{page}")
            }
        }
    }

    /// A row with these values; the other columns hold whatever falls.
    fn row(&mut self, table: Table, values: &[(&str, i64)], texts: &[(&str, &str)]) -> Row {
        let mut row = Vec::new();
        for column in self.catalog.columns(table).to_vec() {
            let number = values.iter().find(|(name, _)| *name == column.name).map(|(_, number)| *number);
            let text = texts.iter().find(|(name, _)| *name == column.name).map(|(_, text)| (*text).to_owned());
            let roll = self.dice.roll(8);
            row.push(match (column.stored, number, text) {
                (_, Some(number), _) => Cell::Int(number),
                (Stored::Text(dictionary), _, Some(text)) => self.text(dictionary, &text),
                _ if roll == 0 => Cell::Null,
                (Stored::Int, ..) => Cell::Int(self.dice.roll(4) as i64),
                (Stored::Float, ..) => Cell::Float(self.dice.roll(400) as f64 / 4.0),
                (Stored::Text("url"), ..) => {
                    let url = self.url();
                    self.text("url", &url)
                }
                (Stored::Text(dictionary), ..) => {
                    let word = self.dice.pick(WORDS);
                    self.text(dictionary, word)
                }
            });
        }
        row.into()
    }

    fn visit(&mut self, id: i64, day: Day) {
        let visitor = format!("{:016x}", self.dice.roll(25));
        // By day, so that no visit goes past a midnight.
        let first_s = i64::from(day.0) * 86_400 + 7 * 3600 + self.dice.roll(12 * 3600) as i64;
        let actions = 1 + self.dice.roll(5) as i64;
        let own = [("site_id", i64::from(SITE.0)), ("visit_id", id)];
        let who = [("visitor", visitor.as_str())];
        let times = [
            ("day", i64::from(day.0)),
            ("first_action_s", first_s),
            ("last_action_s", first_s + actions * 40),
            ("referrer_kind", 1 + self.dice.roll(7) as i64),
            ("action_count", actions),
        ];
        let visit = self.row(Table::Visit, &[&own[..], &times].concat(), &who);
        self.delta.new_visits.push(visit.into());
        for nth in 0..actions {
            let kind = [1, 1, 1, 2, 3, 8, 10, 13][self.dice.roll(8) as usize];
            let values = [("action_id", id * 100 + nth), ("time_s", first_s + nth * 40), ("kind", kind)];
            let action = self.row(Table::Action, &[&own[..], &values].concat(), &who);
            self.delta.actions.push(action.into());
        }
        if self.dice.roll(3) > 0 {
            return;
        }
        let goal = self.dice.roll(4) as i64 - 1;
        let values =
            [("conversion_id", id), ("time_s", first_s + actions * 40), ("goal", goal), ("action_id", id * 100)];
        let conversion = self.row(Table::Conversion, &[&own[..], &values].concat(), &who);
        self.delta.conversions.push(conversion.into());
        for rank in 1..=2 {
            let source = self.dice.roll(3) as i64 - 1;
            let values = [("conversion_id", id), ("time_s", first_s + 1), ("source", source), ("rank", rank)];
            let item = self.row(Table::Item, &[&own[..], &values].concat(), &who);
            self.delta.items.push(item.into());
        }
    }
}

fn site() -> Site {
    let goal = |id| Goal {
        id,
        name: format!("Goal {id}"),
        description: String::new(),
        attribute: Attribute::Url,
        pattern: "x".into(),
        kind: PatternKind::Contains,
        case_sensitive: false,
        many: false,
        revenue: 0.0,
        event_value_as_revenue: false,
    };
    let own = |id, scope| OwnDimension {
        id,
        name: format!("Own {id}"),
        scope,
        slot: 1,
        active: true,
        extractions: Vec::new(),
        case_sensitive: true,
    };
    Site {
        zone: Zone::parse("Europe/Berlin").unwrap(),
        currency: "EUR".into(),
        ecommerce: true,
        goals: vec![goal(1), goal(2)],
        own_dimensions: vec![own(1, OwnScope::Visit), own(2, OwnScope::Action)],
        ..Site::new(SITE, "Garden", "https://garden.example")
    }
}

pub struct Garden {
    pub engine: Engine,
    pub query: Query,
    pub catalog: Arc<Catalog>,
    grant: Grant<View>,
    pub sites: BTreeMap<SiteId, Arc<Site>>,
    dir: tempfile::TempDir,
    maker: Maker,
}

fn open(dir: &Path, catalog: &Arc<Catalog>) -> Engine {
    Engine::open(dir, catalog.clone(), Options { memory_mib: 256, threads: 2, reserve_bytes: 0 }).unwrap()
}

impl Garden {
    pub fn new(visits_a_day: i64, rare_pages: u64) -> Garden {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(makoto_features::catalog().unwrap());
        let engine = open(dir.path(), &catalog);
        let (dice, known, delta) = (Dice(1), BTreeMap::new(), Delta::default());
        let mut maker = Maker { catalog: catalog.clone(), dice, known, delta, rare_pages };
        for day in 0..DAYS {
            (0..visits_a_day).for_each(|nth| maker.visit(i64::from(day) * 10_000 + nth + 1, FIRST.plus(day)));
        }
        maker.delta.number = 1;
        engine.apply(&[std::mem::take(&mut maker.delta)]).unwrap();
        let query = Query::new(engine.clone(), catalog.clone());
        let grant = check::<View>(&Principal::Operator, &Asked::These(vec![SITE]), &[SITE]).unwrap();
        Garden { engine, query, catalog, grant, sites: [(SITE, Arc::new(site()))].into(), dir, maker }
    }

    /// The same store, closed and opened again.
    pub fn again(self) -> Garden {
        self.engine.close().unwrap();
        let engine = open(self.dir.path(), &self.catalog);
        let query = Query::new(engine.clone(), self.catalog.clone());
        Garden { engine, query, ..self }
    }

    pub fn ask(&self, method: &str, more: &[(&str, &str)]) -> Answered {
        self.ask_as(&self.grant, method, more)
    }

    /// The same, asked by a stranger whom these limits bind.
    pub fn ask_as_stranger(&self, limits: Limits, method: &str, more: &[(&str, &str)]) -> Answered {
        let stranger = Principal::Public(Arc::new([(SITE, Arc::new(limits))].into()));
        let grant = check::<View>(&stranger, &Asked::These(vec![SITE]), &[SITE]).unwrap();
        self.ask_as(&grant, method, more)
    }

    fn ask_as(&self, grant: &Grant<View>, method: &str, more: &[(&str, &str)]) -> Answered {
        let pairs = [("idSite", "7"), ("filter_limit", "-1"), ("expanded", "1")];
        let pairs = pairs.iter().chain(more).map(|(name, value)| ((*name).into(), (*value).into()));
        let params = Params::new(pairs.collect());
        let answered = self.query.ask(grant, method, &params, &self.sites, NOW_S);
        answered.unwrap_or_else(|why| panic!("{method} {more:?}: {why}"))
    }

    /// Stores another visit of a day, which no visit of the beginning has the number of.
    pub fn add_visit(&mut self, day: Day) {
        self.maker.visit(i64::from(day.0) * 10_000, day);
        self.maker.delta.number = self.engine.applied() + 1;
        self.engine.apply(&[std::mem::take(&mut self.maker.delta)]).unwrap();
        self.query.touch(&[(SITE, day)]);
    }

    /// Keeps the reports of these days; in how many pieces.
    pub fn keep(&self, days: Range) -> usize {
        let site = &self.sites[&SITE];
        let pieces = self.query.days_to_keep(site, days).unwrap();
        pieces.iter().for_each(|piece| self.query.keep(site, *piece, NOW_S).unwrap());
        pieces.len()
    }

    /// Takes out the visits from before this day.
    pub fn purge(&self, before: Day) {
        let until_s = self.sites[&SITE].zone.start_s(before);
        let removed = self.engine.remove(&Chosen::Span { site: SITE, from_s: 0, until_s }).unwrap();
        assert!(removed.rows.iter().all(|(_, rows)| *rows > 0), "{removed:?}");
        self.query.touch(&removed.days);
    }
}
