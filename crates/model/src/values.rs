//! Values in a row, packed. A hit carries some sixty, most of them null, and whoever reads the journal needs few of
//! them: so they are written one behind the other and read in place.

use crate::Value;
use serde::{Deserialize, Serialize, Serializer};
use std::fmt;

const NULL: u8 = 0;
const INT: u8 = 1;
const FLOAT: u8 = 2;
const TEXT: u8 = 3;
/// Bits of a number in each byte but the last; the eighth says that more follow.
const BITS: u32 = 7;
const MORE: u8 = 1 << BITS;

/// A list of values in one piece of memory.
#[derive(Clone, PartialEq, Default, Deserialize)]
#[serde(from = "&[u8]")]
pub struct Values(Vec<u8>);

/// One of them, as it stands there.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum ValueRef<'a> {
    Null,
    Int(i64),
    Float(f64),
    Text(&'a str),
}

impl ValueRef<'_> {
    pub fn is_null(self) -> bool {
        self == ValueRef::Null
    }

    /// The value by itself.
    pub fn to_value(self) -> Value {
        match self {
            ValueRef::Null => Value::Null,
            ValueRef::Int(n) => Value::Int(n),
            ValueRef::Float(n) => Value::Float(n),
            ValueRef::Text(text) => Value::from(text),
        }
    }
}

/// Small numbers of either sign become small ones without.
pub(crate) fn zigzag(n: i64) -> u64 {
    ((n << 1) ^ (n >> 63)).cast_unsigned()
}

pub(crate) fn unzigzag(n: u64) -> i64 {
    (n >> 1).cast_signed() ^ -(n & 1).cast_signed()
}

/// Writes a number, a small one in few bytes.
pub(crate) fn put_number(bytes: &mut Vec<u8>, mut n: u64) {
    while n >= u64::from(MORE) {
        bytes.push(n as u8 | MORE);
        n >>= BITS;
    }
    bytes.push(n as u8);
}

pub(crate) fn take_number(bytes: &mut &[u8]) -> Option<u64> {
    // Most are small.
    if let [byte, rest @ ..] = *bytes
        && byte & MORE == 0
    {
        *bytes = rest;
        return Some(u64::from(*byte));
    }
    let mut n = 0u64;
    for shift in (0..u64::BITS).step_by(BITS as usize) {
        let (&byte, rest) = bytes.split_first()?;
        *bytes = rest;
        n |= u64::from(byte & !MORE) << shift;
        if byte & MORE == 0 {
            return Some(n);
        }
    }
    None
}

impl Values {
    /// Adds a value behind the others.
    pub fn push(&mut self, value: &Value) {
        match value {
            Value::Null => self.0.push(NULL),
            Value::Int(n) => {
                self.0.push(INT);
                put_number(&mut self.0, zigzag(*n));
            }
            Value::Float(n) => {
                self.0.push(FLOAT);
                self.0.extend_from_slice(&n.to_le_bytes());
            }
            Value::Text(text) => {
                self.0.push(TEXT);
                put_number(&mut self.0, text.len() as u64);
                self.0.extend_from_slice(text.as_bytes());
            }
        }
    }

    /// The values in order; ends before what is no value, which only bytes from elsewhere can hold.
    pub fn iter(&self) -> Iter<'_> {
        Iter(&self.0)
    }

    /// The value at a place; `None` behind the last.
    pub fn get(&self, place: usize) -> Option<ValueRef<'_>> {
        self.iter().nth(place)
    }

    /// The values that are no nulls.
    pub fn present(&self) -> Present<'_> {
        Present { rest: self.iter(), place: 0 }
    }

    /// How many there are; counted anew each time.
    pub fn len(&self) -> usize {
        let mut present = self.present();
        present.by_ref().for_each(drop);
        present.passed()
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Goes through packed values.
pub struct Iter<'a>(&'a [u8]);

impl<'a> Iter<'a> {
    fn text(&mut self) -> Option<ValueRef<'a>> {
        let length = usize::try_from(take_number(&mut self.0)?).ok()?;
        let (text, rest) = self.0.split_at_checked(length)?;
        self.0 = rest;
        str::from_utf8(text).ok().map(ValueRef::Text)
    }
}

impl<'a> Iterator for Iter<'a> {
    type Item = ValueRef<'a>;

    fn next(&mut self) -> Option<ValueRef<'a>> {
        let (&kind, rest) = self.0.split_first()?;
        self.0 = rest;
        match kind {
            NULL => Some(ValueRef::Null),
            INT => Some(ValueRef::Int(unzigzag(take_number(&mut self.0)?))),
            FLOAT => {
                let (bytes, rest) = self.0.split_first_chunk()?;
                self.0 = rest;
                Some(ValueRef::Float(f64::from_le_bytes(*bytes)))
            }
            TEXT => self.text(),
            _ => None,
        }
    }
}

/// Goes through packed values that are no nulls, with their places.
pub struct Present<'a> {
    rest: Iter<'a>,
    place: usize,
}

impl Present<'_> {
    /// How many values, nulls among them, were gone through; at the end, how many there are.
    pub fn passed(&self) -> usize {
        self.place
    }
}

impl<'a> Iterator for Present<'a> {
    type Item = (usize, ValueRef<'a>);

    fn next(&mut self) -> Option<(usize, ValueRef<'a>)> {
        // Several nulls stand together, mostly.
        let nulls = self.rest.0.iter().take_while(|kind| **kind == NULL).count();
        self.rest.0 = &self.rest.0[nulls..];
        self.place += nulls;
        let value = self.rest.next()?;
        self.place += 1;
        Some((self.place - 1, value))
    }
}

impl FromIterator<Value> for Values {
    fn from_iter<I: IntoIterator<Item = Value>>(values: I) -> Values {
        let values = values.into_iter();
        // Most are null or short.
        let mut packed = Values(Vec::with_capacity(64 + values.size_hint().0 * 2));
        values.for_each(|value| packed.push(&value));
        packed
    }
}

/// Bytes are taken for what was packed.
impl From<&[u8]> for Values {
    fn from(bytes: &[u8]) -> Values {
        Values(bytes.to_vec())
    }
}

impl From<Vec<Value>> for Values {
    fn from(values: Vec<Value>) -> Values {
        values.into_iter().collect()
    }
}

impl fmt::Debug for Values {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.iter()).finish()
    }
}

impl Serialize for Values {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_bytes(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_out_as_they_went_in() {
        let numbers = [0, 1, -1, 63, 64, -64, -65, 1 << 40, i64::MAX, i64::MIN];
        let texts = ["", "a", "é", "x".repeat(300).as_str()].map(Value::from);
        let values: Vec<Value> = numbers.map(Value::Int).into_iter().chain(texts).collect();
        let values: Vec<Value> = values.into_iter().chain([Value::Null, Value::Float(-0.5), Value::Null]).collect();
        let packed: Values = values.iter().cloned().collect();
        assert_eq!(packed.iter().map(ValueRef::to_value).collect::<Vec<_>>(), values);
        assert_eq!((packed.len(), packed.get(1), packed.get(99)), (values.len(), Some(ValueRef::Int(1)), None));
        let (mut present, mut places) = (packed.present(), Vec::new());
        for (place, value) in &mut present {
            assert_eq!(value.to_value(), values[place]);
            places.push(place);
        }
        assert_eq!((present.passed(), places.len()), (values.len(), values.len() - 2));
        assert_eq!((places.first(), places.last()), (Some(&0), Some(&(values.len() - 2))));
        let bytes = postcard::to_allocvec(&packed).unwrap();
        assert_eq!(postcard::from_bytes::<Values>(&bytes).unwrap(), packed);
    }

    #[test]
    fn strange_bytes_end_the_list() {
        for bytes in [&[9][..], &[INT], &[INT, MORE], &[FLOAT, 0], &[TEXT, 5, b'a'], &[TEXT, 1, 0xff], &[INT; 20]] {
            let bytes = [&[NULL][..], bytes].concat();
            assert!(Values(bytes.clone()).len() <= 11, "{bytes:?}");
            let values = Values(bytes);
            let mut present = values.present();
            assert_eq!((&mut present).count() + 1, values.len(), "none of them is null but the first");
            assert_eq!((present.passed(), values.get(0)), (values.len(), Some(ValueRef::Null)));
        }
        assert_eq!(Values([vec![INT], vec![MORE; 30]].concat()).len(), 0);
        assert!(Values::default().is_empty());
    }
}
