//! Groups as bytes, for reports that outlive their visits. Columns stand by their names, so that a later program reads
//! those that it still has.

use crate::{
    conversions::{Goals, Tally},
    groups::{Groups, Number, Rest},
    plan::Counted,
};
use makoto_model::Value;
use std::sync::Arc;

/// The first byte. Others are of later programs.
const FORM: u8 = 1;

/// Before a number that is no whole one; smaller codes are nothing and null, larger ones whole numbers.
const FRACTION: u64 = 2;
const WHOLE: u64 = 3;
/// Whole numbers from here on are written as they stand in memory.
const WHOLE_MAX: f64 = 9e15;

/// Kinds of values in keys.
const NULL: u8 = 0;
const INT: u8 = 1;
const FLOAT: u8 = 2;
const TEXT: u8 = 3;

/// The bytes are not what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a kept report cannot be read; restore a backup, or use the version of Makoto that wrote it")]
pub struct Unreadable;

/// Writes groups.
pub fn write(groups: &Groups, columns: &[Counted]) -> Vec<u8> {
    let mut out = Out(vec![FORM]);
    out.count(columns.len());
    columns.iter().for_each(|column| out.text(column.metric.id));
    out.count(groups.len());
    for group in 0..groups.len() as u32 {
        out.key(groups.key(group));
        out.0.push(u8::from(groups.is_bare(group)));
        groups.row(group).iter().for_each(|cell| out.number(*cell));
        out.goals(groups.goals(group));
    }
    out.count(groups.rest.len());
    for rest in &groups.rest {
        out.key(&rest.key);
        out.count(rest.depth);
        rest.cells.iter().for_each(|cell| out.number(*cell));
        out.goals(Some(&rest.goals));
    }
    out.count(groups.goal_totals.len());
    for (goal, count) in &groups.goal_totals {
        out.int(*goal);
        out.number(Number::from(*count));
    }
    out.0
}

/// Reads groups into these columns; `blank` is what stands in those that were not written.
///
/// # Errors
/// `Unreadable` when these are no bytes of `write`.
pub fn read(bytes: &[u8], columns: &[Counted], blank: &[Number]) -> Result<Groups, Unreadable> {
    let mut from = In(bytes);
    if from.byte()? != FORM {
        return Err(Unreadable);
    }
    let mut places = Vec::new();
    for _ in 0..from.count()? {
        let name = from.text()?;
        places.push(columns.iter().position(|column| column.metric.id == name));
    }
    let cells = |from: &mut In, nothing: &[Number]| -> Result<Vec<Number>, Unreadable> {
        let mut cells = nothing.to_vec();
        for place in &places {
            let number = from.number()?;
            if let Some(place) = place {
                cells[*place] = number;
            }
        }
        Ok(cells)
    };
    let mut groups = Groups::new(blank.to_vec());
    for _ in 0..from.count()? {
        let group = groups.group(from.key()?.into());
        if from.byte()? == 1 {
            groups.set_bare(group);
        }
        groups.put(group, &cells(&mut from, blank)?);
        let goals = from.goals()?;
        if !goals.is_empty() {
            *groups.goals_mut(group) = goals;
        }
    }
    let nothing = vec![Number::ABSENT; columns.len()];
    for _ in 0..from.count()? {
        let (key, depth): (Arc<[Value]>, usize) = (from.key()?.into(), from.count()?);
        let cells = cells(&mut from, &nothing)?;
        groups.rest.push(Rest { key, depth, cells, goals: from.goals()? });
    }
    for _ in 0..from.count()? {
        groups.goal_totals.insert(from.int()?, from.number()?.float());
    }
    if from.0.is_empty() { Ok(groups) } else { Err(Unreadable) }
}

struct Out(Vec<u8>);

impl Out {
    fn code(&mut self, mut code: u64) {
        while code >= 0x80 {
            self.0.push(code as u8 | 0x80);
            code >>= 7;
        }
        self.0.push(code as u8);
    }

    fn count(&mut self, count: usize) {
        self.code(count as u64);
    }

    /// Small ones of either sign take few bytes.
    fn int(&mut self, n: i64) {
        self.code((n.cast_unsigned() << 1) ^ (n >> 63).cast_unsigned());
    }

    fn text(&mut self, text: &str) {
        self.count(text.len());
        self.0.extend_from_slice(text.as_bytes());
    }

    fn key(&mut self, key: &[Value]) {
        self.count(key.len());
        for value in key {
            match value {
                Value::Null => self.0.push(NULL),
                Value::Int(n) => {
                    self.0.push(INT);
                    self.int(*n);
                }
                Value::Float(n) => {
                    self.0.push(FLOAT);
                    self.0.extend_from_slice(&n.to_bits().to_le_bytes());
                }
                Value::Text(text) => {
                    self.0.push(TEXT);
                    self.text(text);
                }
            }
        }
    }

    fn number(&mut self, number: Number) {
        match number.get() {
            None => self.code(u64::from(number == Number::NULL)),
            Some(n) if n >= 0.0 && n.fract() == 0.0 && n < WHOLE_MAX => self.code(WHOLE + n as u64),
            Some(n) => {
                self.code(FRACTION);
                self.0.extend_from_slice(&n.to_bits().to_le_bytes());
            }
        }
    }

    fn goals(&mut self, goals: Option<&Goals>) {
        self.count(goals.map_or(0, Goals::len));
        for (goal, tally) in goals.into_iter().flatten() {
            self.int(*goal);
            tally.iter().for_each(|number| self.number(Number::from(*number)));
        }
    }
}

struct In<'a>(&'a [u8]);

impl<'a> In<'a> {
    fn take(&mut self, count: usize) -> Result<&'a [u8], Unreadable> {
        let (taken, left) = self.0.split_at_checked(count).ok_or(Unreadable)?;
        self.0 = left;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, Unreadable> {
        Ok(self.take(1)?[0])
    }

    fn code(&mut self) -> Result<u64, Unreadable> {
        let mut code = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            code |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(code);
            }
        }
        Err(Unreadable)
    }

    fn count(&mut self) -> Result<usize, Unreadable> {
        usize::try_from(self.code()?).map_err(|_| Unreadable)
    }

    fn int(&mut self) -> Result<i64, Unreadable> {
        let code = self.code()?;
        Ok((code >> 1).cast_signed() ^ -(code & 1).cast_signed())
    }

    fn float(&mut self) -> Result<f64, Unreadable> {
        let bytes = self.take(8)?.try_into().map_err(|_| Unreadable)?;
        Ok(f64::from_bits(u64::from_le_bytes(bytes)))
    }

    fn text(&mut self) -> Result<&'a str, Unreadable> {
        let count = self.count()?;
        std::str::from_utf8(self.take(count)?).map_err(|_| Unreadable)
    }

    fn key(&mut self) -> Result<Vec<Value>, Unreadable> {
        let mut key = Vec::new();
        for _ in 0..self.count()? {
            key.push(match self.byte()? {
                NULL => Value::Null,
                INT => Value::Int(self.int()?),
                FLOAT => Value::Float(self.float()?),
                TEXT => Value::from(self.text()?),
                _ => return Err(Unreadable),
            });
        }
        Ok(key)
    }

    fn number(&mut self) -> Result<Number, Unreadable> {
        Ok(match self.code()? {
            0 => Number::ABSENT,
            1 => Number::NULL,
            FRACTION => Number::from(self.float()?),
            code => Number::from((code - WHOLE) as f64),
        })
    }

    fn goals(&mut self) -> Result<Goals, Unreadable> {
        let mut goals = Goals::new();
        for _ in 0..self.count()? {
            let goal = self.int()?;
            let mut tally = Tally::default();
            for number in &mut tally {
                *number = self.number()?.float();
            }
            goals.insert(goal, tally);
        }
        Ok(goals)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::{Aggregate, Merge, Metric};
    use proptest::prelude::*;

    static VISITS: Metric = Metric::counted("nb_visits", "", "", Aggregate::Count, None);
    static LONGEST: Metric = Metric::counted("longest", "", "", Aggregate::Count, None);

    fn column(metric: &'static Metric) -> Counted {
        Counted { metric, name: metric.id, merge: Merge::Sum, persons: false, of_visits: false, different: false }
    }

    fn full() -> Groups {
        let mut groups = Groups::new(vec![Number::ZERO, Number::ABSENT]);
        for (key, visits, longest) in [("a", 3.0, Number::NULL), ("é", 9e18, Number::from(-0.5))] {
            let group = groups.group([Value::from(key), Value::Int(-7), Value::Null, Value::Float(0.25)].into());
            groups.put(group, &[Number::from(visits), longest]);
        }
        groups.goals_mut(1).insert(-1, [0.0, 2.5, 3.0, -4.0, 0.0, 0.0, 0.0, 0.0, 9.0]);
        groups.set_bare(1);
        groups.goal_totals.insert(5, 12.0);
        let cells = vec![Number::from(1.0), Number::ABSENT];
        groups.rest.push(Rest { key: [Value::from("b")].into(), depth: 1, cells, goals: Goals::new() });
        groups
    }

    #[test]
    fn what_is_written_is_read_again() {
        let columns = [column(&VISITS), column(&LONGEST)];
        let bytes = write(&full(), &columns);
        let groups = read(&bytes, &columns, &[Number::ZERO, Number::ABSENT]).unwrap();
        assert_eq!(write(&groups, &columns), bytes);
        assert_eq!(groups.row(1), full().row(1));
        // Another program has other columns.
        let fewer = read(&bytes, &columns[1..], &[Number::ZERO]).unwrap();
        assert_eq!(fewer.row(0), [Number::NULL]);
    }

    #[test]
    fn what_is_torn_is_refused() {
        let columns = [column(&VISITS), column(&LONGEST)];
        let bytes = write(&full(), &columns);
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end], &columns, &[Number::ZERO; 2]).is_err(), "{end}");
        }
        assert!(read(&[&bytes[..], &[0]].concat(), &columns, &[Number::ZERO; 2]).is_err());
        assert!(read(&[9], &columns, &[Number::ZERO; 2]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&[&[FORM][..], &bytes].concat(), &[column(&VISITS)], &[Number::ZERO]);
        }
    }
}
