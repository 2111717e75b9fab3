//! A made-up month: visits with a few actions each, pages as popular as pages are, visitors who come back.

use crate::Failure;
use makoto_catalog::{
    Catalog, Dimension, Feature, Keep, Kind, Privacy, Scope, Source, Table,
    columns::{DICTIONARIES, dictionary_number},
};
use makoto_model::{Cell, Delta, NewText, Row, Value};
use std::sync::Arc;

/// 2026-03-01 00:00 UTC.
pub const START_S: i64 = 20_513 * 86_400;
pub const DAYS: i64 = 31;
pub const SITE: i64 = 1;
/// Hits in a delta.
const HITS_PER_DELTA: usize = 5_000;

const PLAIN: Dimension = Dimension {
    id: "Month.Browser",
    name: "Browser",
    scope: Scope::Visit,
    column: "browser",
    kind: Kind::Text("name"),
    privacy: Privacy::Anonymous,
    source: Source::Captured { read: |_| Value::Null, keep: Keep::First },
    segments: &[],
};

macro_rules! dimensions {
    ($($name:ident, $column:literal, $kind:expr, $distinct:literal;)*) => {
        $(static $name: Dimension = Dimension { id: concat!("Month.", $column), column: $column, kind: $kind, ..PLAIN };)*
        static FEATURE: Feature =
            Feature { name: "Month", dimensions: &[$(&$name),*], metrics: &[], reports: &[], settings: &[] };
        /// Each captured column with how many values it takes.
        const CAPTURED: &[(&str, Kind, i64)] = &[$(($column, $kind, $distinct)),*];
    };
}

dimensions! {
    BROWSER, "browser", Kind::Text("name"), 25;
    BROWSER_VERSION, "browser_version", Kind::Text("name"), 120;
    ENGINE, "browser_engine", Kind::Text("name"), 5;
    OS, "os", Kind::Text("name"), 12;
    OS_VERSION, "os_version", Kind::Text("name"), 40;
    DEVICE_TYPE, "device_type", Kind::Int, 6;
    BRAND, "brand", Kind::Text("name"), 60;
    MODEL, "model", Kind::Text("name"), 900;
    COUNTRY, "country", Kind::Text("name"), 120;
    REGION, "region", Kind::Text("name"), 700;
    CITY, "city", Kind::Text("name"), 5000;
    LANGUAGE, "language", Kind::Text("name"), 40;
    RESOLUTION, "resolution", Kind::Text("name"), 90;
    LOCAL_TIME, "local_time_s", Kind::Int, 86400;
    COOKIES, "cookies", Kind::Bool, 2;
    PDF, "pdf", Kind::Bool, 2;
}

static FEATURES: &[&Feature] = &[&FEATURE];

pub fn catalog() -> Result<Arc<Catalog>, Failure> {
    Ok(Arc::new(Catalog::new(FEATURES)?))
}

/// How much is made.
pub struct Size {
    visits: i64,
    visitors: i64,
    urls: i64,
}

impl Default for Size {
    fn default() -> Size {
        Size { visits: 3_000_000, visitors: 1_600_000, urls: 200_000 }
    }
}

impl Size {
    pub fn of_actions(actions: i64) -> Size {
        Size { visits: actions * 3 / 10, visitors: actions * 16 / 100, urls: (actions / 50).max(10) }
    }
}

/// xorshift64*: the same month every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    fn below(&mut self, end: i64) -> i64 {
        ((self.roll() >> 33) % end as u64) as i64
    }

    /// Small numbers far more often than large ones, as pages and countries are.
    fn skewed(&mut self, end: i64) -> i64 {
        let unit = (self.roll() >> 11) as f64 / (1u64 << 53) as f64;
        ((end as f64).powf(unit) - 1.0) as i64
    }
}

/// Writes the month delta by delta.
pub struct Month<'a> {
    size: &'a Size,
    catalog: Arc<Catalog>,
    dice: Dice,
    number: u64,
    visit: i64,
    action: i64,
    /// Highest id given out, per dictionary.
    texts: Vec<i64>,
    /// First id of each captured column in the dictionary of names.
    names: Vec<i64>,
    seen: Vec<bool>,
    /// The visits of the delta before, which this one changes.
    open: Vec<Row>,
}

impl<'a> Month<'a> {
    pub fn new(size: &'a Size) -> Result<Month<'a>, Failure> {
        Ok(Month {
            size,
            catalog: catalog()?,
            dice: Dice(88_172_645_463_325_252),
            number: 0,
            visit: 0,
            action: 0,
            texts: vec![0; DICTIONARIES.len()],
            names: Vec::new(),
            seen: vec![false; size.visitors as usize],
            open: Vec::new(),
        })
    }

    fn text(&mut self, delta: &mut Delta, dictionary: &str, prefix: Option<u8>, text: String) -> i64 {
        let number = dictionary_number(dictionary).unwrap_or(0);
        self.texts[usize::from(number)] += 1;
        let id = self.texts[usize::from(number)];
        delta.texts.push(NewText { dictionary: number, id: id as u32, prefix, text: text.into() });
        id
    }

    /// All texts but the visitors' come with the first delta.
    fn first_texts(&mut self, delta: &mut Delta) {
        for nth in 0..self.size.urls {
            let (section, depth) = (nth % 37, nth % 5);
            let folder = ["", "/articles", "/articles/2026", "/shop/category", "/help/topics/start"][depth as usize];
            let url = format!("example.org/section-{section}{folder}/a-page-with-a-telling-name-{nth}");
            self.text(delta, "url", Some(2), url);
            self.text(delta, "title", None, format!("A page with a telling name {nth} - Section {section}"));
        }
        for nth in 0..20_000 {
            self.text(delta, "referrer_url", None, format!("https://site-{}.example/found/{nth}", nth % 700));
        }
        for (column, _, distinct) in CAPTURED {
            self.names.push(self.texts[4] + 1);
            for nth in 0..*distinct {
                self.text(delta, "name", None, format!("{column} {nth}"));
            }
        }
    }

    pub fn next_delta(&mut self) -> Option<Delta> {
        let mut delta = Delta { number: self.number + 1, ..Delta::default() };
        if self.number == 0 {
            self.first_texts(&mut delta);
        }
        for row in std::mem::take(&mut self.open) {
            delta.changed_visits.push(row);
        }
        while self.visit < self.size.visits && delta.actions.len() < HITS_PER_DELTA {
            self.add_visit(&mut delta);
        }
        if delta.actions.is_empty() && delta.changed_visits.is_empty() {
            return None;
        }
        self.number += 1;
        Some(delta)
    }

    fn add_visit(&mut self, delta: &mut Delta) {
        self.visit += 1;
        let visitor = self.dice.below(self.size.visitors);
        let visitor_id = visitor + 1;
        let returning = std::mem::replace(&mut self.seen[visitor as usize], true);
        if !returning {
            let text = format!("{:016x}", (visitor as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15));
            let number = dictionary_number("visitor").unwrap_or(0);
            delta.texts.push(NewText { dictionary: number, id: visitor_id as u32, prefix: None, text: text.into() });
        }
        // The last visits end before the month does.
        let spread = (DAYS * 86_400 - 6 * 3_600) as f64 / self.size.visits as f64;
        let first_s = START_S + (self.visit as f64 * spread) as i64;
        let (mut time_s, mut before) = (first_s, Cell::Null);
        let (mut entry, mut last) = (Cell::Null, Cell::Null);
        let actions = 1 + self.dice.skewed(8);
        for nth in 0..actions {
            self.action += 1;
            let spent = if nth == 0 { 0 } else { 1 + self.dice.skewed(600) };
            time_s += spent;
            let page = Cell::Int(1 + self.dice.skewed(self.size.urls));
            let kind = if self.dice.below(20) == 0 && nth > 0 { 2 } else { 1 };
            let row = [
                Cell::Int(SITE),
                Cell::Int(self.visit),
                Cell::Int(self.action),
                Cell::Int(visitor_id),
                Cell::Int(time_s),
                Cell::Int(kind),
                page,
                page,
                before,
                before,
                if nth == 0 { Cell::Null } else { Cell::Int(spent) },
            ];
            delta.actions.push(row.into());
            if nth == 0 {
                entry = page;
            }
            (before, last) = (page, page);
        }
        let fold = self.visit_row(visitor_id, first_s, time_s, actions, [entry, last], returning);
        match self.dice.below(3) {
            // A third of the visits go on when the next delta comes.
            0 => {
                delta.new_visits.push(self.visit_row(visitor_id, first_s, first_s, 1, [entry, entry], returning));
                self.open.push(fold);
            }
            _ => delta.new_visits.push(fold),
        }
    }

    fn visit_row(
        &mut self,
        visitor: i64,
        first_s: i64,
        last_s: i64,
        actions: i64,
        pages: [Cell; 2],
        again: bool,
    ) -> Row {
        let kind = [1, 1, 2, 2, 2, 3, 6][self.dice.below(7) as usize];
        let named = if kind == 1 { Cell::Null } else { Cell::Int(self.names[8] + self.dice.skewed(100)) };
        let page = if kind == 3 { Cell::Int(1 + self.dice.skewed(20_000)) } else { Cell::Null };
        let mut row = vec![
            Cell::Int(SITE),
            Cell::Int(self.visit),
            Cell::Int(visitor),
            Cell::Int((visitor as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) as i64),
            Cell::Null,
            Cell::Int(first_s.div_euclid(86_400)),
            Cell::Int(first_s),
            Cell::Int(last_s),
            Cell::Int(last_s - first_s + 1),
            Cell::Int(actions),
            Cell::Int(actions),
            Cell::Int(0),
            Cell::Int(0),
            pages[0],
            pages[0],
            pages[1],
            pages[1],
            Cell::Int(i64::from(again)),
            Cell::Int(1 + i64::from(again)),
            Cell::Int(if again { self.dice.below(30 * 86_400) } else { 0 }),
            Cell::Int(if again { self.dice.below(7 * 86_400) } else { 0 }),
            Cell::Int(i64::from(self.dice.below(30) == 0)),
            Cell::Int(kind),
            named,
            Cell::Null,
            page,
        ];
        for (nth, (_, kind, distinct)) in CAPTURED.iter().enumerate() {
            // What a person's machine is does not change from visit to visit.
            let value =
                Dice((visitor as u64 + 1).wrapping_mul(0x9E37_79B9 + nth as u64 * 2)).skewed_after(3, *distinct);
            row.push(Cell::Int(if matches!(kind, Kind::Text(_)) { self.names[nth] + value } else { value }));
        }
        debug_assert_eq!(row.len(), self.catalog.columns(Table::Visit).len());
        row.into()
    }
}

impl Dice {
    fn skewed_after(mut self, rolls: u32, end: i64) -> i64 {
        for _ in 0..rolls {
            self.roll();
        }
        self.skewed(end)
    }
}
