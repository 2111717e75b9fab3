//! An engine of maps.

use makoto_catalog::{Catalog, Stored, Table, columns::dictionary_number};
use makoto_model::{Cell, Day, Delta, PackedRow, Row, SiteId, TrackedUrl};
use makoto_tracking::{History, history::HistoryError};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex};

/// What the deltas have left of visits and actions.
#[derive(Default)]
pub struct Store {
    pub texts: HashMap<(u8, u32), String>,
    pub visits: BTreeMap<i64, Row>,
    pub actions: Vec<Row>,
    pub conversions: BTreeMap<i64, Row>,
    pub items: Vec<Row>,
    /// The number of the last delta.
    pub applied: u64,
}

impl Store {
    pub fn apply(&mut self, delta: &Delta) {
        self.applied = delta.number;
        for text in &delta.texts {
            let whole = TrackedUrl::join_parts(text.prefix, &text.text);
            assert_eq!(self.texts.insert((text.dictionary, text.id), whole), None, "a number is given out once");
        }
        for row in delta.new_visits.iter().map(PackedRow::unpack) {
            assert_eq!(self.visits.insert(row[1].int().unwrap(), row), None, "a visit is new once");
        }
        for row in delta.changed_visits.iter().map(PackedRow::unpack) {
            assert!(self.visits.insert(row[1].int().unwrap(), row).is_some(), "a changed visit was new before");
        }
        self.actions.extend(delta.actions.iter().map(PackedRow::unpack));
        for row in delta.changed_actions.iter().map(PackedRow::unpack) {
            let before = self.actions.iter_mut().find(|known| known[2] == row[2]);
            *before.expect("a changed action was new before") = row;
        }
        for row in delta.conversions.iter().map(PackedRow::unpack) {
            assert_eq!(self.conversions.insert(row[2].int().unwrap(), row), None, "a conversion is new once");
        }
        for row in delta.changed_conversions.iter().map(PackedRow::unpack) {
            self.items.retain(|item| item[2] != row[2]);
            let before = self.conversions.insert(row[2].int().unwrap(), row);
            assert!(before.is_some(), "a changed conversion was new before");
        }
        self.items.extend(delta.items.iter().map(PackedRow::unpack));
    }

    /// The text of a row's column; empty for null.
    pub fn text(&self, catalog: &Catalog, table: Table, row: &Row, column: &str) -> &str {
        let columns = catalog.columns(table);
        let place = columns.iter().position(|known| known.name == column).unwrap();
        let Stored::Text(dictionary) = columns[place].stored else { panic!("{column} is a text") };
        let key = |id| (dictionary_number(dictionary).unwrap(), id as u32);
        row[place].int().map_or("", |id| &self.texts[&key(id)])
    }
}

/// The store as the fold reads it back.
#[derive(Clone, Default)]
pub struct Shared(pub Arc<Mutex<Store>>);

impl History for Shared {
    fn partition(&self, site: SiteId, day: Day, since_s: i64, after: i64, most: u32) -> Result<Vec<Row>, HistoryError> {
        let store = self.0.lock().map_err(|_| "the store is poisoned")?;
        let here = [Cell::Int(i64::from(site.0)), Cell::Int(i64::from(day.0))];
        let asked =
            |row: &&Row| [row[0], row[5]] == here && row[7].int() >= Some(since_s) && row[1].int() > Some(after);
        Ok(store.visits.values().filter(asked).take(most as usize).cloned().collect())
    }

    fn page_views(&self, after: u64) -> Result<Vec<Row>, HistoryError> {
        let store = self.0.lock().map_err(|_| "the store is poisoned")?;
        let asked = |row: &&Row| row[2].int() > Some(after.cast_signed()) && row[5] == Cell::Int(1);
        Ok(store.actions.iter().filter(asked).cloned().collect())
    }

    fn applied(&self) -> u64 {
        self.0.lock().map_or(0, |store| store.applied)
    }
}
