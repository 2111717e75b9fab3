//! Groups as bytes, for reports that outlive their visits. Columns stand by their names, so that a later program reads
//! those that it still has.

use crate::{
    conversions::Goals,
    groups::{Groups, Number, Rest},
    plan::Counted,
};
use makoto_model::Value;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// The first byte. Others are of other programs.
const FORM: u8 = 2;

/// The bytes are not what was written.
#[derive(Clone, Copy, PartialEq, Eq, Debug, thiserror::Error)]
#[error("a kept report cannot be read; restore a backup, or use the version of Makoto that wrote it")]
pub struct Unreadable;

/// What stands behind the first byte. Its reader reserves no more than a mebibyte before it has seen what fills it.
#[derive(Serialize, Deserialize)]
struct Written<'a> {
    #[serde(borrow)]
    columns: Vec<&'a str>,
    /// With whether no part knows them.
    groups: Vec<(Row, bool)>,
    /// With how many rows on the way to them are the same for all of them.
    rest: Vec<(Row, usize)>,
    goal_totals: BTreeMap<i64, Number>,
}

#[derive(Serialize, Deserialize)]
struct Row {
    key: Arc<[Value]>,
    /// As many as there are columns.
    cells: Vec<Number>,
    goals: BTreeMap<i64, [Number; 9]>,
}

impl Row {
    fn of(key: &[Value], cells: Vec<Number>, goals: Option<&Goals>) -> Row {
        let goals = goals.into_iter().flatten().map(|(goal, tally)| (*goal, tally.map(Number::from)));
        Row { key: key.into(), cells, goals: goals.collect() }
    }

    /// The cells in these places of `blank`.
    fn placed(&self, places: &[Option<usize>], blank: &[Number]) -> Result<Vec<Number>, Unreadable> {
        if self.cells.len() != places.len() {
            return Err(Unreadable);
        }
        let mut cells = blank.to_vec();
        for (place, number) in places.iter().zip(&self.cells) {
            if let Some(place) = place {
                cells[*place] = *number;
            }
        }
        Ok(cells)
    }

    fn goals(&self) -> Goals {
        self.goals.iter().map(|(goal, tally)| (*goal, tally.map(Number::float))).collect()
    }
}

/// Writes groups.
///
/// # Errors
/// None that a caller could mend: everything in them has a form.
pub fn write(groups: &Groups, columns: &[Counted]) -> Result<Vec<u8>, postcard::Error> {
    let group =
        |group| (Row::of(groups.key(group), groups.row(group).to_vec(), groups.goals(group)), groups.is_bare(group));
    let written = Written {
        columns: columns.iter().map(|column| column.metric.id).collect(),
        groups: (0..groups.len() as u32).map(group).collect(),
        rest: groups
            .rest
            .iter()
            .map(|rest| (Row::of(&rest.key, rest.cells.clone(), Some(&rest.goals)), rest.depth))
            .collect(),
        goal_totals: groups.goal_totals.iter().map(|(goal, count)| (*goal, Number::from(*count))).collect(),
    };
    postcard::to_extend(&written, vec![FORM])
}

/// Reads groups into these columns; `blank` is what stands in those that were not written.
///
/// # Errors
/// `Unreadable` when these are no bytes of `write`.
pub fn read(bytes: &[u8], columns: &[Counted], blank: &[Number]) -> Result<Groups, Unreadable> {
    let Some((&FORM, bytes)) = bytes.split_first() else { return Err(Unreadable) };
    let (written, left): (Written, &[u8]) = postcard::take_from_bytes(bytes).map_err(|_| Unreadable)?;
    if !left.is_empty() {
        return Err(Unreadable);
    }
    let place = |name: &&str| columns.iter().position(|column| column.metric.id == *name);
    let places: Vec<Option<usize>> = written.columns.iter().map(place).collect();
    let mut groups = Groups::new(blank.to_vec());
    for (row, bare) in &written.groups {
        let group = groups.group(&row.key);
        if *bare {
            groups.set_bare(group);
        }
        groups.put(group, row.placed(&places, blank)?);
        if !row.goals.is_empty() {
            *groups.goals_mut(group) = row.goals();
        }
    }
    let nothing = vec![Number::ABSENT; columns.len()];
    for (row, depth) in written.rest {
        groups.rest.push(Rest { depth, cells: row.placed(&places, &nothing)?, goals: row.goals(), key: row.key });
    }
    groups.goal_totals = written.goal_totals.into_iter().map(|(goal, count)| (goal, count.float())).collect();
    Ok(groups)
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
            let group = groups.group(&[Value::from(key), Value::Int(-7), Value::Null, Value::Float(0.25)]);
            groups.put(group, [Number::from(visits), longest]);
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
        let bytes = write(&full(), &columns).unwrap();
        let groups = read(&bytes, &columns, &[Number::ZERO, Number::ABSENT]).unwrap();
        assert_eq!(write(&groups, &columns).unwrap(), bytes);
        assert_eq!(groups.row(1).to_vec(), full().row(1).to_vec());
        // Another program has other columns.
        let fewer = read(&bytes, &columns[1..], &[Number::ZERO]).unwrap();
        assert_eq!(fewer.row(0).to_vec(), [Number::NULL]);
    }

    #[test]
    fn what_is_torn_is_refused() {
        let columns = [column(&VISITS), column(&LONGEST)];
        let bytes = write(&full(), &columns).unwrap();
        for end in 0..bytes.len() {
            assert!(read(&bytes[..end], &columns, &[Number::ZERO; 2]).is_err(), "{end}");
        }
        assert!(read(&[&bytes[..], &[0]].concat(), &columns, &[Number::ZERO; 2]).is_err());
        assert!(read(&[9], &columns, &[Number::ZERO; 2]).is_err());
    }

    #[test]
    fn what_claims_to_be_long_is_refused_before_it_takes_memory() {
        // One column, and then more groups, or a longer key, than any memory holds.
        let count = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01];
        for before in [&[FORM][..], &[FORM, 1], &[FORM, 1, 1, b'a'], &[FORM, 1, 1, b'a', 1], &[FORM, 0, 1, 1, 3]] {
            let bytes = [before, &count].concat();
            assert!(read(&bytes, &[column(&VISITS)], &[Number::ZERO]).is_err(), "{before:?}");
        }
    }

    proptest! {
        #[test]
        fn damage_makes_it_no_panic(place in any::<proptest::sample::Index>(), byte in any::<u8>()) {
            let columns = [column(&VISITS), column(&LONGEST)];
            let mut bytes = write(&full(), &columns).unwrap();
            let place = place.index(bytes.len());
            bytes[place] = byte;
            let _ = read(&bytes, &columns, &[Number::ZERO; 2]);
        }

        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = read(&[&[FORM][..], &bytes].concat(), &[column(&VISITS)], &[Number::ZERO]);
        }
    }
}
