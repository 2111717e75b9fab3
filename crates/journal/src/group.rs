//! The form of records in the file. Records are stored in groups, one row each, because a row costs more than a record.
//!
//! `first u64 | count u32 | schema u16 | count × (length u32, payload) | checksum u64`, little-endian; the checksum
//! (xxh3) covers all that stands before it.

use std::convert::Infallible;

use bytes::Bytes;
use xxhash_rust::xxh3::xxh3_64;

use crate::position::{Position, Record, SchemaId};

const HEAD_BYTES: usize = 8 + 4 + 2;
const LENGTH_BYTES: usize = 4;
const CHECKSUM_BYTES: usize = 8;
/// Room kept for nothing: less than giving it back costs.
const WASTE_BYTES_MAX: usize = 64 * 1024;

/// Records to be appended together, each with its length before it.
#[derive(Debug, Default)]
pub struct Records {
    count: usize,
    encoded: Vec<u8>,
    /// One of them is longer than 4 GiB.
    too_long: bool,
}

impl Records {
    /// Room for so many bytes, so that the memory need not grow.
    pub fn with_capacity(bytes: usize) -> Records {
        Records { encoded: Vec::with_capacity(bytes), ..Records::default() }
    }

    /// Adds the record that `write` puts behind what it is handed.
    ///
    /// # Errors
    /// That of `write`; nothing is added then.
    pub fn push_with<E>(&mut self, write: impl FnOnce(&mut Vec<u8>) -> Result<(), E>) -> Result<(), E> {
        let before = self.encoded.len();
        let start = before + LENGTH_BYTES;
        self.encoded.extend_from_slice(&[0; LENGTH_BYTES]);
        if let Err(error) = write(&mut self.encoded) {
            self.encoded.truncate(before);
            return Err(error);
        }
        match u32::try_from(self.encoded.len() - start) {
            Ok(length) => self.encoded[before..start].copy_from_slice(&length.to_le_bytes()),
            Err(_) => self.too_long = true,
        }
        self.count += 1;
        Ok(())
    }

    /// Adds a record.
    pub fn push(&mut self, record: &[u8]) {
        let added: Result<(), Infallible> = self.push_with(|encoded| {
            encoded.extend_from_slice(record);
            Ok(())
        });
        added.unwrap_or_else(|never| match never {});
    }

    /// Gives back much room that was not needed: many groups may wait for a slow disk.
    pub fn shrink(&mut self) {
        give_back(&mut self.encoded);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Their bytes and number; `None` when one is too long, or when they are more than a group can count.
    pub(crate) fn finish(self) -> Option<(Vec<u8>, u32)> {
        let count = u32::try_from(self.count).ok()?;
        (!self.too_long).then_some((self.encoded, count))
    }
}

fn give_back(bytes: &mut Vec<u8>) {
    if bytes.capacity() - bytes.len() > WASTE_BYTES_MAX {
        bytes.shrink_to_fit();
    }
}

impl<R: AsRef<[u8]>> FromIterator<R> for Records {
    fn from_iter<I: IntoIterator<Item = R>>(all: I) -> Records {
        let mut records = Records::default();
        all.into_iter().for_each(|record| records.push(record.as_ref()));
        records
    }
}

/// A group in the making.
pub(crate) struct Builder {
    first: u64,
    count: u32,
    schema: SchemaId,
    bytes: Vec<u8>,
}

impl Builder {
    pub(crate) fn new(first: u64, schema: SchemaId) -> Builder {
        Builder { first, count: 0, schema, bytes: vec![0; HEAD_BYTES] }
    }

    pub(crate) fn schema(&self) -> SchemaId {
        self.schema
    }

    pub(crate) fn size_bytes(&self) -> usize {
        self.bytes.len()
    }

    /// Adds `count` records as [`Records`] wrote them.
    pub(crate) fn push(&mut self, encoded: &[u8], count: u32) {
        // Room for the checksum as well, which else would double a large group at its end.
        self.bytes.reserve(encoded.len() + CHECKSUM_BYTES);
        self.bytes.extend_from_slice(encoded);
        self.count += count;
    }

    pub(crate) fn finish(mut self) -> Group {
        self.bytes[..8].copy_from_slice(&self.first.to_le_bytes());
        self.bytes[8..12].copy_from_slice(&self.count.to_le_bytes());
        self.bytes[12..HEAD_BYTES].copy_from_slice(&self.schema.0.to_le_bytes());
        let checksum = xxh3_64(&self.bytes);
        self.bytes.extend_from_slice(&checksum.to_le_bytes());
        give_back(&mut self.bytes);
        Group { first: self.first, count: self.count, schema: self.schema, bytes: self.bytes.into() }
    }
}

/// Records that are stored in one row.
#[derive(Clone, Debug)]
pub(crate) struct Group {
    first: u64,
    count: u32,
    schema: SchemaId,
    bytes: Bytes,
}

impl Group {
    /// Checks what was read from the row with number `row`. The error says what is wrong.
    pub(crate) fn decode(row: u64, bytes: Bytes) -> Result<Group, &'static str> {
        let body_end = bytes.len().checked_sub(CHECKSUM_BYTES).ok_or("the row is too short")?;
        let (body, checksum) = bytes.split_at(body_end);
        if xxh3_64(body).to_le_bytes() != checksum {
            return Err("the checksum does not match");
        }
        let (Some(first), Some(count), Some(schema)) = (
            body.first_chunk(),
            body.get(8..).and_then(<[u8]>::first_chunk),
            body.get(12..).and_then(<[u8]>::first_chunk),
        ) else {
            return Err("the row is too short");
        };
        let group = Group {
            first: u64::from_le_bytes(*first),
            count: u32::from_le_bytes(*count),
            schema: SchemaId(u16::from_le_bytes(*schema)),
            bytes,
        };
        if group.first != row || group.count == 0 || group.iter().count() != group.count as usize {
            return Err("the row holds other records than it says");
        }
        Ok(group)
    }

    pub(crate) fn first(&self) -> u64 {
        self.first
    }

    pub(crate) fn last(&self) -> u64 {
        self.first + u64::from(self.count) - 1
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The records in order. Stops where a length points beyond the group.
    pub(crate) fn iter(&self) -> impl Iterator<Item = Record> {
        let body_end = self.bytes.len() - CHECKSUM_BYTES;
        let mut at = HEAD_BYTES;
        (self.first..).map_while(move |position| {
            let start = at + LENGTH_BYTES;
            let length = self.bytes.get(at..start).and_then(<[u8]>::first_chunk)?;
            let end = start.checked_add(u32::from_le_bytes(*length) as usize).filter(|end| *end <= body_end)?;
            at = end;
            let payload = self.bytes.slice(start..end);
            Some(Record { position: Position::new(position), schema: self.schema, payload })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Group {
        let mut builder = Builder::new(7, SchemaId(3));
        for records in [&["one", ""][..], &["three"]] {
            let (encoded, count) = records.iter().collect::<Records>().finish().unwrap();
            builder.push(&encoded, count);
        }
        builder.finish()
    }

    #[test]
    fn decoding_returns_what_was_encoded() {
        let group = Group::decode(7, Bytes::copy_from_slice(sample().bytes())).unwrap();
        let records: Vec<_> = group.iter().map(|r| (r.position.get(), r.schema.get(), r.payload)).collect();
        assert_eq!(records, [(7, 3, "one".into()), (8, 3, "".into()), (9, 3, "three".into())]);
        assert_eq!((group.first(), group.last()), (7, 9));
    }

    #[test]
    fn a_large_group_takes_hardly_more_room_than_its_bytes() {
        for lengths in [&[1 << 20][..], &[200_000, 1]] {
            let mut builder = Builder::new(1, SchemaId(1));
            lengths.iter().for_each(|length| builder.push(&vec![7; *length], 1));
            let bytes = builder.finish().bytes;
            let length = bytes.len();
            let room = Vec::from(bytes).capacity();
            assert!(room - length <= WASTE_BYTES_MAX, "{room} for {length}");
        }
    }

    #[test]
    fn a_record_that_cannot_be_written_leaves_nothing_behind() {
        let mut records: Records = ["one"].iter().collect();
        let failed = records.push_with(|encoded| {
            encoded.push(7);
            Err("no")
        });
        records.push(b"two");
        assert_eq!((failed, records.len(), records.is_empty()), (Err("no"), 2, false));
        assert_eq!(records.finish(), ["one", "two"].iter().collect::<Records>().finish());
    }

    #[test]
    fn every_flipped_bit_and_every_cut_is_seen() {
        let bytes = sample().bytes().to_vec();
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(Group::decode(7, flipped.into()).is_err(), "bit {bit}");
        }
        for length in 0..bytes.len() {
            assert!(Group::decode(7, Bytes::copy_from_slice(&bytes[..length])).is_err(), "cut to {length}");
        }
        assert!(Group::decode(8, bytes.into()).is_err(), "another row");
    }

    #[test]
    fn a_length_beyond_the_group_is_refused_even_with_a_right_checksum() {
        let mut builder = Builder::new(1, SchemaId(1));
        builder.push(&u32::MAX.to_le_bytes(), 1);
        let group = builder.finish();
        assert!(Group::decode(1, Bytes::copy_from_slice(group.bytes())).is_err());
    }
}
