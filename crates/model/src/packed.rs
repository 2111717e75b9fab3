//! Rows in as few bytes as they need. A row has some fifty cells, most of them null, and is copied from hand to hand: so
//! only those that are there are written, each behind its place.

use crate::values::{put_number, take_number, unzigzag, zigzag};
use crate::{Cell, Row};
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

/// A row that is not changed any more: how many cells it has, and of each that is no null how many nulls stand before it,
/// of which kind it is, and its number.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "&[u8]")]
pub struct PackedRow(Box<[u8]>);

/// Bytes that are no row.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("bytes that should be a row are none")]
pub struct NoRow;

/// The longest row that can be read, in cells.
const CELLS_MAX: u64 = 10_000;
/// The bit beside the number of nulls that tells a float.
const FLOAT: u64 = 1;

impl PackedRow {
    /// Packs cells. `scratch` may hold anything, and saves the memory of a longer row.
    pub fn pack(cells: &[Cell], scratch: &mut Vec<u8>) -> PackedRow {
        scratch.clear();
        put_number(scratch, cells.len() as u64);
        let mut nulls = 0u64;
        for cell in cells {
            match cell {
                Cell::Null => {
                    nulls += 1;
                    continue;
                }
                Cell::Int(n) => {
                    put_number(scratch, nulls << 1);
                    put_number(scratch, zigzag(*n));
                }
                Cell::Float(n) => {
                    put_number(scratch, nulls << 1 | FLOAT);
                    scratch.extend_from_slice(&n.to_le_bytes());
                }
            }
            nulls = 0;
        }
        PackedRow(scratch.as_slice().into())
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// How many cells there are, nulls among them.
    pub fn width(&self) -> usize {
        take_number(&mut &*self.0).unwrap_or(0) as usize
    }

    /// The cells that are no nulls, with their places.
    pub fn present(&self) -> Present<'_> {
        let mut bytes = &*self.0;
        take_number(&mut bytes);
        Present { bytes, place: 0 }
    }

    /// The cell at a place; null where there is none.
    pub fn get(&self, place: usize) -> Cell {
        let mut cells = self.present().skip_while(|(at, _)| *at < place);
        cells.next().filter(|(at, _)| *at == place).map_or(Cell::Null, |(_, cell)| cell)
    }

    /// The row as it was.
    pub fn unpack(&self) -> Row {
        let mut row = vec![Cell::Null; self.width()];
        for (place, cell) in self.present() {
            row[place] = cell;
        }
        row.into()
    }
}

/// Bytes from elsewhere are taken for what they once were.
impl TryFrom<&[u8]> for PackedRow {
    type Error = NoRow;

    fn try_from(bytes: &[u8]) -> Result<PackedRow, NoRow> {
        let mut rest = bytes;
        let length = take_number(&mut rest).filter(|length| *length <= CELLS_MAX).ok_or(NoRow)?;
        let mut present = Present { bytes: rest, place: 0 };
        while present.next().is_some() {}
        // What could not be read is left over.
        let whole = present.bytes.is_empty() && present.place as u64 <= length;
        whole.then(|| PackedRow(bytes.into())).ok_or(NoRow)
    }
}

impl From<&[Cell]> for PackedRow {
    fn from(cells: &[Cell]) -> PackedRow {
        PackedRow::pack(cells, &mut Vec::new())
    }
}

impl From<Row> for PackedRow {
    fn from(row: Row) -> PackedRow {
        PackedRow::from(&*row)
    }
}

/// Goes through the cells of a packed row that are no nulls.
pub struct Present<'a> {
    bytes: &'a [u8],
    /// Behind the last cell that was read.
    place: usize,
}

impl Iterator for Present<'_> {
    type Item = (usize, Cell);

    fn next(&mut self) -> Option<(usize, Cell)> {
        let mut rest = self.bytes;
        let head = take_number(&mut rest)?;
        let place = self.place + usize::try_from(head >> 1).ok().filter(|nulls| *nulls < CELLS_MAX as usize)?;
        let cell = match head & FLOAT {
            0 => Cell::Int(unzigzag(take_number(&mut rest)?)),
            _ => {
                let (bytes, behind) = rest.split_first_chunk()?;
                rest = behind;
                Cell::Float(f64::from_le_bytes(*bytes))
            }
        };
        (self.bytes, self.place) = (rest, place + 1);
        Some((place, cell))
    }
}

impl fmt::Debug for PackedRow {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.unpack()).finish()
    }
}

impl Serialize for PackedRow {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_out_as_they_went_in() {
        let numbers = [0, 1, -1, 63, 64, -64, -65, 1 << 40, i64::MAX, i64::MIN].map(Cell::Int);
        let mut row = vec![Cell::Null; 70];
        row.extend(numbers);
        row.extend([Cell::Null, Cell::Float(-0.5), Cell::Null, Cell::Float(f64::MAX), Cell::Int(7), Cell::Null]);
        for row in [row.as_slice(), &[], &[Cell::Null; 9], &numbers] {
            let packed = PackedRow::from(row);
            assert_eq!((&*packed.unpack(), packed.width()), (row, row.len()));
            assert_eq!(PackedRow::try_from(packed.as_bytes()).as_ref(), Ok(&packed));
            let bytes = postcard::to_allocvec(&packed).unwrap();
            assert_eq!(postcard::from_bytes::<PackedRow>(&bytes).unwrap(), packed);
            for (place, cell) in row.iter().enumerate() {
                assert_eq!(packed.get(place), *cell);
            }
            assert_eq!(packed.get(row.len()), Cell::Null);
        }
        let mut scratch = vec![1; 300];
        assert_eq!(PackedRow::pack(&row, &mut scratch).unpack(), row.into());
    }

    #[test]
    fn strange_bytes_are_no_row() {
        let one = PackedRow::from(&[Cell::Null, Cell::Int(300)][..]);
        let float = PackedRow::from(&[Cell::Float(0.5)][..]);
        let [one, float] = [one, float].map(|row| row.as_bytes().to_vec());
        let cut = |bytes: &[u8]| bytes[..bytes.len() - 1].to_vec();
        let more = |bytes: &[u8]| [bytes, &[0]].concat();
        // Without its length, with one that is too short, and with one that nothing has.
        let short = [&[1], &one[1..]].concat();
        let long = [&[0xff; 9][..], &[0x7f], &one[1..]].concat();
        for bytes in [vec![], cut(&one), more(&one), cut(&float), more(&float), short, long, vec![0x80; 20]] {
            assert_eq!(PackedRow::try_from(&*bytes), Err(NoRow), "{bytes:?}");
            let sent = postcard::to_allocvec(&serde_bytes(&bytes)).unwrap();
            assert!(postcard::from_bytes::<PackedRow>(&sent).is_err());
        }
    }

    /// Bytes as a packed row is written.
    fn serde_bytes(bytes: &[u8]) -> PackedRow {
        PackedRow(bytes.into())
    }
}
