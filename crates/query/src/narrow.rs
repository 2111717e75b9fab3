//! What a public viewer is shown of a report: only what the grant's limits name, with small numbers summed up. It is
//! applied to the rows before they are labelled, so that no parameter reaches around it.

use crate::{
    Answered, Line,
    cells::Row,
    groups::{Number, Places},
    node::{Name, Word},
    options::Options,
    period::Asked,
    plan::Counted,
    raw::Raw,
};
use makoto_access::{Denied, Limits, Role};
use makoto_catalog::{ApiError, Report, Shape};
use makoto_model::{Day, Params, Period, Range, Site, SiteId};

/// Parameters by which rows or visits could be singled out, or a free range asked for.
const REFUSED: &[&str] = &[
    "segment",
    "filter_pattern",
    "filter_pattern_recursive",
    "filter_excludelowpop",
    "filter_truncate",
    "label",
    "showRawMetrics",
    "visitorId",
    "pivotBy",
];

/// Refuses a question that a public viewer must not ask.
pub fn admit(limits: &Limits, report: &Report, params: &Params, site: SiteId) -> Result<(), ApiError> {
    let shape = matches!(report.shape, Shape::Visits { .. } | Shape::Recent { .. } | Shape::Path { .. });
    if shape || !limits.methods.contains(report.method) {
        return Err(Denied::Site { site, role: Role::View }.into());
    }
    let filled = |(name, value): &(&str, &str)| !(value.is_empty() || *name == "showRawMetrics" && *value == "0");
    let named =
        |name: &str| REFUSED.iter().find(|refused| name == **refused || name.starts_with(&format!("{refused}[")));
    match params.iter().filter(filled).find_map(|(name, _)| named(name)) {
        Some(name) => Err(ApiError::Refused(format!("what is public cannot be asked for with {name}; leave it out"))),
        None => Ok(()),
    }
}

/// The days that may be asked about: the last of them is over.
fn window(limits: &Limits, site: &Site, now_s: i64) -> Range {
    let today = site.zone.day(now_s);
    let months = jiff::Span::new().months(i64::from(limits.months));
    let first = today.date().checked_sub(months).map_or(today, Day::from_date);
    Range { first, last: today.plus(-1) }
}

/// The periods that were asked for, cut to the days that may be.
pub fn cut(limits: &Limits, site: &Site, now_s: i64, asked: Asked) -> Result<Asked, ApiError> {
    let window = window(limits, site, now_s);
    let inside = |range: &Range| {
        let cut = Range { first: range.first.max(window.first), last: range.last.min(window.last) };
        (cut.first <= cut.last).then_some(cut)
    };
    let ranges: Vec<Range> = asked.ranges.iter().filter_map(inside).collect();
    if ranges.is_empty() {
        let (first, last) = (window.first, window.last);
        return Err(ApiError::Refused(format!("public are the days from {first} to {last}; ask for some of them")));
    }
    Ok(Asked { ranges, ..asked })
}

/// The caller's wishes, within what may be shown.
pub fn clamp(limits: &Limits, options: Options) -> Options {
    let shown = |name: &String| name == "label" || may_show(limits, name);
    Options {
        limit: Some(options.limit.unwrap_or(limits.rows_max).min(limits.rows_max)),
        sort: options.sort.filter(shown),
        generic: true,
        translate: false,
        raw: false,
        ..options
    }
}

fn may_show(limits: &Limits, name: &str) -> bool {
    limits.columns.contains(&name) || limits.chosen_columns.contains(&name)
}

/// Every day of a range as a range of its own; nothing for a single day.
pub fn days(range: Range, period: Period) -> Vec<Range> {
    match period == Period::Day || range.first == range.last {
        true => Vec::new(),
        false => range.days().map(|day| Range { first: day, last: day }).collect(),
    }
}

/// The rows that may be shown: of `whole`, summed from its `days`, where each row of a day has enough visits or is
/// summed up in "Others". Without days, `whole` is one itself. So a longer period never tells more than its days do.
pub fn guarded(limits: &Limits, report: &Report, whole: &Raw, days: &[impl AsRef<Raw>]) -> Raw {
    let url = matches!(&report.shape, Shape::Tree(tree) if tree.url);
    let plain = |raw: &Raw| if url && !limits.whole_addresses { raw.without_queries() } else { raw.clone() };
    let identities: Vec<usize> = match &report.shape {
        Shape::Rows { levels, .. } => levels.iter().map(|level| level.identity).collect(),
        _ => Vec::new(),
    };
    let whole = plain(whole);
    let mut shown = Poured::new(&whole, identities, limits);
    if days.is_empty() {
        shown.pour(&whole);
    }
    for day in days {
        shown.pour(&plain(day.as_ref()));
    }
    shown.finish()
}

/// The rows of the outer levels, into which those of days are poured.
struct Poured {
    raw: Raw,
    /// Rows by the row around them and what tells their names apart.
    places: Places<(u32, u64)>,
    /// How many values of a key tell rows of a level apart.
    identities: Vec<usize>,
    least: f64,
}

impl Poured {
    /// The rows of the outer levels without their numbers; the sums of everything stay.
    fn new(whole: &Raw, identities: Vec<usize>, limits: &Limits) -> Poured {
        let least = f64::from(limits.visits_min);
        let raw = Raw::empty(whole.columns.clone());
        let mut poured = Poured { raw, places: Places::default(), identities, least };
        poured.raw.join(0, whole.row(0).iter());
        let mut waiting = vec![(0, 0, 0)];
        while let Some((from, to, depth)) = waiting.pop() {
            for child in whole.inside(from).iter().filter(|_| depth < limits.levels_max) {
                let node = poured.add(to, whole.nodes[*child as usize].name.clone(), depth);
                waiting.push((*child, node, depth + 1));
            }
        }
        poured
    }

    fn place(&self, parent: u32, name: &Name, depth: usize) -> (u32, u64) {
        let identity = self.identities.get(depth).copied().unwrap_or(0);
        (parent, name_hash(name, identity))
    }

    fn add(&mut self, parent: u32, name: Name, depth: usize) -> u32 {
        let place = self.place(parent, &name, depth);
        let node = self.raw.push(parent, name);
        self.places.insert(place, node);
        node
    }

    fn find(&self, parent: u32, name: &Name, depth: usize) -> Option<u32> {
        self.places.get(&self.place(parent, name, depth)).copied()
    }

    /// Adds the rows of one day that are large enough, the others to "Others" where they stand.
    fn pour(&mut self, day: &Raw) {
        let by = visits_of(day);
        let place = |column: &Counted| self.raw.columns.iter().position(|own| own.name == column.name);
        let places: Vec<Option<usize>> = day.columns.iter().map(place).collect();
        let mut waiting = vec![(0, 0, 0)];
        while let Some((from, to, depth)) = waiting.pop() {
            if self.raw.inside(to).is_empty() {
                continue;
            }
            for child in day.inside(from) {
                let cells = fitted(day.row(*child), &places, self.raw.columns.len());
                let visits = by.map_or(0.0, |by| day.row(*child).at(by).float());
                let name = &day.nodes[*child as usize].name;
                // A row in which nothing happened, such as an hour without visits, tells of nobody.
                let nothing = day.row(*child).iter().all(|cell| cell.float() == 0.0);
                match self.find(to, name, depth).filter(|_| visits >= self.least || nothing) {
                    Some(node) => {
                        self.raw.join(node, cells);
                        waiting.push((*child, node, depth + 1));
                    }
                    None => {
                        let others = self.find(to, &Name::Others, depth);
                        let others = others.unwrap_or_else(|| self.add(to, Name::Others, depth));
                        self.raw.join(others, cells);
                    }
                }
            }
        }
    }

    /// Without the rows that nothing was poured into.
    fn finish(mut self) -> Raw {
        for node in 0..self.raw.nodes.len() as u32 {
            self.raw.keep_inside(node, |raw, row| raw.row(row).iter().any(|cell| cell.get().is_some()));
        }
        self.raw.reachable()
    }
}

fn fitted(cells: Row, places: &[Option<usize>], width: usize) -> Vec<Number> {
    let mut fitted = vec![Number::ABSENT; width];
    for (cell, place) in cells.iter().zip(places) {
        if let Some(place) = place {
            fitted[*place] = cell;
        }
    }
    fitted
}

/// Tells the names of rows apart that stand in one place.
fn name_hash(name: &Name, identity: usize) -> u64 {
    let hash = |kind: u64, text: &str| xxhash_rust::xxh3::xxh3_64_with_seed(text.as_bytes(), kind);
    match name {
        Name::Root | Name::Others => hash(1, ""),
        Name::Nameless => hash(2, ""),
        Name::Path { .. } | Name::Word(_) => hash(3 + u64::from(name.is_leaf()), name.path()),
        Name::Key(key) => {
            let apart = if identity == 0 { &key[..] } else { &key[..identity.min(key.len())] };
            hash(5, &format!("{apart:?}"))
        }
    }
}

/// The columns and facts that may be shown.
pub fn shown(limits: &Limits, answered: Answered) -> Answered {
    let column = |name: &str| name == "label" || may_show(limits, name);
    answered.map_lines(&|line| line_shown(limits, &column, line))
}

fn line_shown(limits: &Limits, column: &impl Fn(&str) -> bool, mut line: Line) -> Line {
    line.columns.retain(|(name, _)| column(name));
    for (_, columns) in &mut line.goals {
        columns.retain(|(name, _)| column(name));
    }
    line.meta.retain(|(name, _)| limits.facts.contains(name));
    line.subtable = line.subtable.map(|lines| lines.into_iter().map(|line| line_shown(limits, column, line)).collect());
    line
}

/// Of a report that counts visits, the column by which rows are large enough.
fn visits_of(raw: &Raw) -> Option<usize> {
    ["nb_visits", "entry_nb_visits", "exit_nb_visits", "nb_hits"].iter().find_map(|name| raw.column(name))
}

fn end_of_path(path: &str) -> usize {
    path.find(['?', '#', ';']).unwrap_or(path.len())
}

impl Raw {
    /// The same tree, where addresses end before `?` and `#`; rows that are the same then become one.
    fn without_queries(&self) -> Raw {
        let mut plain = Raw::empty(self.columns.clone());
        plain.join(0, self.row(0).iter());
        let mut places: Places<(u32, u64)> = Places::default();
        let mut waiting = vec![(0, 0)];
        while let Some((from, to)) = waiting.pop() {
            for child in self.inside(from) {
                let (name, ends) = cut_name(&self.nodes[*child as usize].name);
                let place = (to, name_hash(&name, 0));
                let node = *places.entry(place).or_insert_with(|| plain.push(to, name));
                plain.join(node, self.row(*child).iter());
                // What looks like rows inside it stands behind the path.
                if !ends {
                    waiting.push((*child, node));
                }
            }
        }
        plain
    }
}

/// A name without what follows the path of its address, and whether the address ends in it.
fn cut_name(name: &Name) -> (Name, bool) {
    match name {
        Name::Path { text, from, to, leaf } => {
            let end = from + end_of_path(&text[*from as usize..*to as usize]) as u32;
            let ends = *leaf || end < *to;
            // The text ends there too: facts about the row are made of it.
            let text = text.get(..end as usize).map_or_else(|| text.clone(), Into::into);
            (Name::Path { text, from: *from, to: end.min(*to), leaf: ends }, ends)
        }
        Name::Word(word) => {
            let end = end_of_path(&word.text);
            let text = word.text.get(..end).map_or_else(|| word.text.clone(), Into::into);
            (Name::Word(Box::new(Word { text, ..**word })), word.leaf)
        }
        other => (other.clone(), false),
    }
}

#[cfg(test)]
mod tests;
