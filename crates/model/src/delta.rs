//! What the fold hands to an engine: numbered, in order, and harmless when applied twice.

use crate::{Day, PackedRow, SiteId, hit::Behind};
use serde::{Deserialize, Serialize};

/// A stored value. Texts are numbers of a dictionary by the time they are stored.
#[derive(Clone, Copy, PartialEq, Debug, Default, Serialize, Deserialize)]
pub enum Cell {
    #[default]
    Null,
    Int(i64),
    Float(f64),
}

impl Cell {
    pub fn int(self) -> Option<i64> {
        match self {
            Cell::Int(n) => Some(n),
            Cell::Null | Cell::Float(_) => None,
        }
    }
}

/// One row of a table, in the order of the catalog's columns for that table.
pub type Row = Box<[Cell]>;

/// A text that got its number. `dictionary` is the name declared in the catalog.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct NewText {
    pub dictionary: u8,
    pub id: u32,
    /// The URL prefix number for dictionaries of URLs.
    pub prefix: Option<u8>,
    pub text: Box<str>,
}

/// A visit that is left of a visitor of whose visits some went, as the fold remembers visits.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct VisitLeft {
    pub visitor: u32,
    pub site: SiteId,
    pub visit: u64,
    pub first_s: i64,
    pub last_s: i64,
    pub count: i64,
    pub since_first_s: i64,
}

/// Everything that a batch of hits changed.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Delta {
    /// From 1, without gaps.
    pub number: u64,
    pub texts: Vec<NewText>,
    /// Visits seen for the first time.
    pub new_visits: Vec<PackedRow>,
    /// New versions of visits that an earlier delta created; they replace the row of the same `visit_id`.
    pub changed_visits: Vec<PackedRow>,
    pub actions: Vec<PackedRow>,
    /// New versions of actions that an earlier delta created (page timings that came later).
    pub changed_actions: Vec<PackedRow>,
    pub conversions: Vec<PackedRow>,
    /// Sites and local days whose answers this delta changes.
    pub touched: Vec<(SiteId, Day)>,
    /// New versions of conversions that an earlier delta created (carts that change or become orders); the items of
    /// the earlier versions go with them.
    pub changed_conversions: Vec<PackedRow>,
    pub items: Vec<PackedRow>,
}

/// A delta as it was kept before there were items. Its conversions are laid out otherwise.
#[derive(Deserialize)]
struct DeltaBefore {
    number: u64,
    texts: Vec<NewText>,
    new_visits: Vec<Row>,
    changed_visits: Vec<Row>,
    actions: Vec<Row>,
    changed_actions: Vec<Row>,
    conversions: Vec<Row>,
    touched: Vec<(SiteId, Day)>,
}

/// A delta as it was kept before rows were packed.
#[derive(Deserialize)]
struct WholeDelta {
    before: DeltaBefore,
    changed_conversions: Vec<Row>,
    items: Vec<Row>,
}

fn packed(rows: Vec<Row>) -> Vec<PackedRow> {
    rows.into_iter().map(PackedRow::from).collect()
}

impl From<WholeDelta> for Delta {
    fn from(WholeDelta { before, changed_conversions, items }: WholeDelta) -> Delta {
        Delta {
            number: before.number,
            texts: before.texts,
            new_visits: packed(before.new_visits),
            changed_visits: packed(before.changed_visits),
            actions: packed(before.actions),
            changed_actions: packed(before.changed_actions),
            conversions: packed(before.conversions),
            touched: before.touched,
            changed_conversions: packed(changed_conversions),
            items: packed(items),
        }
    }
}

impl Delta {
    /// The bytes that the fold keeps.
    ///
    /// # Errors
    /// Fails only when a value is larger than memory allows to copy.
    pub fn encode(&self) -> Result<Vec<u8>, postcard::Error> {
        let rows = [&self.new_visits, &self.changed_visits, &self.actions, &self.conversions].into_iter().flatten();
        let rows: usize = rows.map(|row| row.as_bytes().len()).sum();
        let texts: usize = self.texts.iter().map(|text| text.text.len()).sum();
        // About as much as it takes, since a delta may be megabytes long.
        let mut bytes = Vec::with_capacity((rows + texts) / 8 * 9);
        postcard::serialize_with_flavor(self, Behind(&mut bytes))?;
        Ok(bytes)
    }

    /// # Errors
    /// When the bytes are not a delta.
    pub fn decode(bytes: &[u8]) -> Result<Delta, postcard::Error> {
        postcard::from_bytes(bytes)
    }

    /// Reads a delta of an older program, whose rows were not packed and whose conversions may have fewer columns.
    ///
    /// # Errors
    /// When the bytes are not a delta.
    pub fn decode_older(bytes: &[u8]) -> Result<Delta, postcard::Error> {
        let whole = match postcard::from_bytes(bytes) {
            Err(postcard::Error::DeserializeUnexpectedEnd) => {
                let before = postcard::from_bytes(bytes)?;
                WholeDelta { before, changed_conversions: Vec::new(), items: Vec::new() }
            }
            read => read?,
        };
        Ok(whole.into())
    }

    pub fn is_empty(&self) -> bool {
        self.texts.is_empty()
            && self.new_visits.is_empty()
            && self.changed_visits.is_empty()
            && self.actions.is_empty()
            && self.changed_actions.is_empty()
            && self.conversions.is_empty()
            && self.changed_conversions.is_empty()
            && self.items.is_empty()
    }
}
