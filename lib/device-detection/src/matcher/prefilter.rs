//! Tells which alternatives may match, from short strings that a match must contain.

use serde::{Deserialize, Serialize};

/// Longest key of the index in bytes. Longer literals are indexed by their rarest part and then compared.
pub(crate) const GRAM_BYTES_MAX: usize = 4;
/// Shortest literal that is worth an index entry.
pub(crate) const GRAM_BYTES_MIN: usize = 2;

/// A literal that some alternatives need.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub(crate) struct Needle {
    /// The part of the literal that is looked up.
    pub gram: u32,
    /// Offset of the literal in [`Needles::text`].
    pub text: u32,
    /// Length of the literal.
    pub length: u8,
    /// Length of the part looked up.
    pub gram_length: u8,
    /// Where in the literal that part starts.
    pub gram_at: u8,
    /// True when the match starts with the literal, so that its place is known.
    pub is_prefix: bool,
    /// First entry in [`Needles::alternatives`]; the next needle's ends the list.
    pub alternatives: u32,
}

/// All literals, as stored in the pack: sorted by length and value of the part looked up.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Needles {
    /// The literals.
    pub needles: Vec<Needle>,
    /// Bytes of the literals. A zero byte stands for the end of the user agent.
    pub text: Vec<u8>,
    /// Alternatives per literal.
    pub alternatives: Vec<u32>,
    /// Alternatives without a literal: tried always.
    pub unfiltered: Vec<u32>,
}

/// A place in the user agent, or all of them.
pub(crate) const ANYWHERE: u32 = 0xFFFF;

/// Most candidates collected before the rest is left out. The wheel's user agents bring 2,091 at most; text made of
/// nothing but brand names would bring tens of thousands.
const CANDIDATES_MAX: usize = 4096;

/// A possible match: the alternative in the upper half, the place in the lower.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Candidate(u64);

impl Candidate {
    pub(crate) const fn new(alternative: u32, at: u32) -> Self {
        Self((alternative as u64) << 32 | at as u64)
    }

    pub(crate) const fn alternative(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Where it may start; `None` for anywhere.
    pub(crate) const fn at(self) -> Option<u32> {
        let at = self.0 as u32;
        if at == ANYWHERE { None } else { Some(at) }
    }
}

/// The literals with their look-up tables.
#[derive(Debug)]
pub(crate) struct Prefilter {
    needles: Needles,
    tables: [GramTable; GRAM_BYTES_MAX - GRAM_BYTES_MIN + 1],
}

impl Prefilter {
    /// Builds the look-up tables. `None` when an entry points outside its table.
    pub(crate) fn new(needles: Needles, alternative_count: usize) -> Option<Self> {
        let sound = needles.needles.iter().all(|needle| {
            let end = needle.text as usize + usize::from(needle.length);
            end <= needles.text.len()
                && (GRAM_BYTES_MIN..=GRAM_BYTES_MAX).contains(&usize::from(needle.gram_length))
                && u32::from(needle.gram_at) + u32::from(needle.gram_length) <= u32::from(needle.length)
                && needle.alternatives as usize <= needles.alternatives.len()
        });
        let sorted = needles.needles.is_sorted_by_key(|needle| needle.alternatives)
            && needles.needles.is_sorted_by_key(|needle| (needle.gram_length, needle.gram));
        let known = |list: &[u32]| list.iter().all(|alternative| (*alternative as usize) < alternative_count);
        if !sound || !sorted || !known(&needles.alternatives) || !known(&needles.unfiltered) {
            return None;
        }
        let tables = std::array::from_fn(|index| GramTable::new(&needles.needles, index + GRAM_BYTES_MIN));
        Some(Self { needles, tables })
    }

    /// Adds what may match in `text`, which ends with a zero byte, to `candidates`, sorted. Returns the steps taken.
    pub(crate) fn collect(&self, text: &[u8], borders: &Borders, candidates: &mut Vec<Candidate>) -> u32 {
        let mut steps = text.len() as u32;
        for at in 0..text.len() {
            let mut key = 0_u32;
            for (index, byte) in text[at..].iter().take(GRAM_BYTES_MAX).enumerate() {
                key |= u32::from(*byte) << (8 * index);
                let Some(table) = (index + 1).checked_sub(GRAM_BYTES_MIN).map(|table| &self.tables[table]) else {
                    continue;
                };
                let Some((first, last)) = table.find(key) else { continue };
                for needle in first..last {
                    steps += 1;
                    self.check(needle as usize, text, at, borders, candidates);
                }
            }
        }
        candidates.extend(self.needles.unfiltered.iter().map(|alternative| Candidate::new(*alternative, ANYWHERE)));
        candidates.sort_unstable();
        candidates.dedup();
        steps + candidates.len() as u32
    }

    fn check(&self, index: usize, text: &[u8], at: usize, borders: &Borders, candidates: &mut Vec<Candidate>) {
        let needle = &self.needles.needles[index];
        let Some(start) = at.checked_sub(usize::from(needle.gram_at)) else { return };
        let literal = &self.needles.text[needle.text as usize..][..usize::from(needle.length)];
        if !text[start..].starts_with(literal) || (needle.is_prefix && !borders.has(start)) {
            return;
        }
        let end = self
            .needles
            .needles
            .get(index + 1)
            .map_or(self.needles.alternatives.len(), |next| next.alternatives as usize);
        let place = if needle.is_prefix { start as u32 } else { ANYWHERE };
        let alternatives = &self.needles.alternatives[needle.alternatives as usize..end];
        let room = CANDIDATES_MAX.saturating_sub(candidates.len());
        candidates.extend(alternatives.iter().take(room).map(|alternative| Candidate::new(*alternative, place)));
    }
}

/// Open-addressed table from a short string to its needles.
#[derive(Debug)]
struct GramTable {
    /// Key, first needle, needle after the last; an empty slot has no needles.
    slots: Vec<(u32, u32, u32)>,
}

impl GramTable {
    fn new(needles: &[Needle], length: usize) -> Self {
        let of_length = |needle: &Needle| usize::from(needle.gram_length) == length;
        let first = needles.partition_point(|needle| usize::from(needle.gram_length) < length);
        let group = &needles[first..needles.partition_point(|needle| usize::from(needle.gram_length) <= length)];
        debug_assert!(group.iter().all(of_length));
        let keys = group.chunk_by(|one, other| one.gram == other.gram).count();
        let mut slots = vec![(0, 0, 0); (keys * 2).next_power_of_two().max(2)];
        let mut start = first as u32;
        for chunk in group.chunk_by(|one, other| one.gram == other.gram) {
            let end = start + chunk.len() as u32;
            let mut slot = hash(chunk[0].gram, slots.len());
            while slots[slot].2 != 0 {
                slot = (slot + 1) & (slots.len() - 1);
            }
            slots[slot] = (chunk[0].gram, start, end);
            start = end;
        }
        Self { slots }
    }

    fn find(&self, key: u32) -> Option<(u32, u32)> {
        let mut slot = hash(key, self.slots.len());
        loop {
            let (found, first, last) = self.slots[slot];
            if last == 0 {
                return None;
            }
            if found == key {
                return Some((first, last));
            }
            slot = (slot + 1) & (self.slots.len() - 1);
        }
    }
}

/// Spreads keys over a table whose size is a power of two; the load stays below one half.
const fn hash(key: u32, size: usize) -> usize {
    ((key as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as usize & (size - 1)
}

/// The places of a user agent where a pattern may start: at its start, after a character that is no letter, digit,
/// `_` or `-`, after a `_` that follows none of those but `_`, and after the prefixes `sprd-` and `MZ-`.
#[derive(Debug, Default)]
pub(crate) struct Borders {
    places: Vec<u32>,
    is_border: Vec<bool>,
}

impl Borders {
    /// Finds them in lower-case `text`.
    pub(crate) fn find(text: &[u8]) -> Self {
        let mut borders = Self::default();
        for at in 0..=text.len() {
            let is_border = is_border(&text[..at]);
            borders.is_border.push(is_border);
            if is_border {
                borders.places.push(at as u32);
            }
        }
        borders
    }

    /// True when a pattern may start at `at`.
    pub(crate) fn has(&self, at: usize) -> bool {
        self.is_border.get(at).copied().unwrap_or_default()
    }

    /// All places in order.
    pub(crate) fn places(&self) -> &[u32] {
        &self.places
    }
}

fn is_border(before: &[u8]) -> bool {
    match before {
        [] => true,
        [.., one, b'_'] => !(one.is_ascii_alphanumeric() || *one == b'-'),
        [.., b'-'] => before.ends_with(b"sprd-") || before.ends_with(b"mz-"),
        [.., last] => !(last.is_ascii_alphanumeric() || *last == b'_'),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_start_at_borders_only() {
        let text = b"ab (c_d-e sprd-f mz-g __h";
        let places: Vec<_> = Borders::find(text).places().iter().map(|at| *at as usize).collect();
        let expected = [0, 3, 4, 10, 15, 17, 20, 22, 23, 24];
        assert_eq!(places, expected);
    }

    #[test]
    fn a_table_finds_its_keys_and_no_others() {
        let needle = |gram, alternatives| Needle {
            gram,
            text: 0,
            length: 4,
            gram_length: 4,
            gram_at: 0,
            is_prefix: false,
            alternatives,
        };
        let table = GramTable::new(&[needle(5, 0), needle(5, 1), needle(9, 2)], 4);
        assert_eq!(table.find(5), Some((0, 2)));
        assert_eq!(table.find(9), Some((2, 3)));
        assert_eq!(table.find(6), None);
    }
}
