//! The nouns of the log.

use std::fmt;

use bytes::Bytes;

/// The place of a record in the log: the first record has position 1, and no number is left out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Position(u64);

impl Position {
    /// The place before the first record.
    pub const START: Position = Position(0);

    /// The position with this number; 0 is the place before the first record.
    pub const fn new(number: u64) -> Position {
        Position(number)
    }

    /// The number, to be stored elsewhere.
    pub const fn get(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Names the schema text under which a record was written. Only [`crate::Journal::schema`] makes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SchemaId(pub(crate) u16);

impl SchemaId {
    /// The number, stable for the life of the file.
    pub const fn get(self) -> u16 {
        self.0
    }
}

/// One record as it was appended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Record {
    /// Where it stands in the log.
    pub position: Position,
    /// The schema given when it was appended.
    pub schema: SchemaId,
    /// The bytes. They share memory with their neighbours: copy what is kept for long.
    pub payload: Bytes,
}

/// A key that may be used once: of two appends that name it only the first is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Reservation {
    /// What must be unique; usually a hash.
    pub key: [u8; 16],
    /// Unix time, in seconds, from which [`crate::Journal::expire_keys`] may forget the key; `i64::MAX` for never.
    pub expires_s: i64,
}
