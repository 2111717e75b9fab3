//! The latest page views, which later hits may still complete: how long a page took to load is known only when it is
//! there, and a tracker tells it with whatever it sends next.

use super::spread::Spread;
use makoto_catalog::{Catalog, Dimension, Keep, Source, Table, columns::PAGE_VIEW};
use makoto_model::{ActionKind, Cell, Hit, PackedRow, ValueRef};
use std::collections::{HashMap, VecDeque};

/// Actions of all sites behind the newest one, among which page views can be completed: minutes of a busy server,
/// hours of others. Each page view costs about 200 bytes of memory.
pub const ACTIONS_MAX: u64 = 30_000;

/// Places in rows of actions.
const VISIT: usize = 1;
const ID: usize = 2;
const KIND: usize = 5;

/// A visit and the id that the tracker gave the page view in it.
type Name = (i64, i64);

struct Held {
    action: u64,
    row: PackedRow,
}

pub struct PageViews {
    /// Which fact of a hit names its page view; nothing when no feature reads it.
    name: Option<usize>,
    /// The facts that the latest hit decides.
    later: Vec<usize>,
    held: HashMap<Name, Held, Spread>,
    /// In the order of their actions.
    order: VecDeque<(u64, Name)>,
    scratch: Vec<u8>,
    /// What was recorded before the fold was opened is here as well.
    pub complete: bool,
}

/// The number of an action.
pub fn action_id(row: &PackedRow) -> i64 {
    row.get(ID).int().unwrap_or(0)
}

fn own() -> usize {
    Table::Action.own_columns().len()
}

impl PageViews {
    pub fn new(catalog: &Catalog) -> PageViews {
        let facts = catalog.captured(Table::Action);
        let is_later = |dimension: &&Dimension| matches!(dimension.source, Source::Captured { keep: Keep::Latest, .. });
        PageViews {
            name: facts.iter().position(|dimension| dimension.column == PAGE_VIEW),
            later: (0..facts.len()).filter(|fact| is_later(&facts[*fact])).collect(),
            held: HashMap::default(),
            order: VecDeque::new(),
            scratch: Vec::new(),
            complete: false,
        }
    }

    /// The page view that a hit names.
    pub fn named_by(&self, hit: &Hit) -> Option<i64> {
        match hit.action_facts.get(self.name?)? {
            ValueRef::Int(name) => Some(name),
            _ => None,
        }
    }

    /// The facts of a hit that complete its page view, by their numbers.
    pub fn told_by<'a>(&self, hit: &'a Hit) -> Vec<(usize, ValueRef<'a>)> {
        hit.action_facts.present().filter(|(fact, _)| self.later.contains(fact)).collect()
    }

    /// Takes in what was recorded, cell by cell and as it is kept; lets go of what is too old.
    pub fn note(&mut self, cells: &[Cell], row: &PackedRow) {
        let int = |place: usize| cells[place].int().unwrap_or(0);
        let action = int(ID).cast_unsigned();
        if let Some(fact) = self.name
            && let Cell::Int(name) = cells[own() + fact]
            && int(KIND) == ActionKind::PageView as i64
        {
            let name = (int(VISIT), name);
            self.held.insert(name, Held { action, row: row.clone() });
            self.order.push_back((action, name));
        }
        while let Some((old, name)) = self.order.front().copied().filter(|(old, _)| old + ACTIONS_MAX <= action) {
            self.order.pop_front();
            if self.held.get(&name).is_some_and(|held| held.action == old) {
                self.held.remove(&name);
            }
        }
    }

    /// Puts facts into a page view's row; the new row, if that changes it.
    pub fn put(&mut self, name: Name, facts: &[(usize, Cell)]) -> Option<PackedRow> {
        let held = self.held.get_mut(&name)?;
        let mut row = held.row.unpack();
        let mut changed = false;
        for (fact, cell) in facts {
            let kept = &mut row[own() + fact];
            changed |= kept != cell;
            *kept = *cell;
        }
        if !changed {
            return None;
        }
        held.row = PackedRow::pack(&row, &mut self.scratch);
        Some(held.row.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::columns::ACTION;

    #[test]
    fn places_are_those_of_the_catalog() {
        assert_eq!([VISIT, ID, KIND].map(|place| ACTION[place].name), ["visit_id", "action_id", "kind"]);
    }
}
