//! Counting different values outside of the database. It keeps a table of pairs for every count and joins them by
//! their groups; where one day's rows fit into memory, going through them once is several times as fast.

use crate::{Error, answer, texts::Spread};
use duckdb::arrow::{
    array::{Array, ArrayRef, ArrowPrimitiveType, AsArray, Int64Array, PrimitiveArray, RecordBatch, UInt32Array},
    compute::{cast, concat, max, min, take},
    datatypes::{DataType, Field, Int64Type, Schema, UInt32Type},
};
use std::{collections::HashMap, hash::BuildHasherDefault, panic::resume_unwind, sync::Arc};

/// Rows that one question may go through here: they and the pairs of one count take about 30 MiB.
pub(crate) const ROWS_MAX: i64 = 600_000;
/// Stands for a row whose group is not in the answer.
const NOWHERE: u32 = u32::MAX;

/// Keys that lie no further apart have a table by number, of 4 MiB at most.
const CLOSE_MAX: usize = 1 << 20;

type Hash = BuildHasherDefault<Spread>;

/// A column of whole numbers, whatever their width.
fn numbers(column: &ArrayRef) -> Result<Int64Array, Error> {
    let unread = |error| Error::Plan(format!("values of type {} are not counted ({error})", column.data_type()));
    Ok(cast(column, &DataType::Int64).map_err(unread)?.as_primitive::<Int64Type>().clone())
}

/// The values of a column. Where all are there, none is asked whether it is, which takes several times as long.
fn cells<T: ArrowPrimitiveType>(column: &PrimitiveArray<T>) -> impl Iterator<Item = Option<T::Native>> {
    let whole = column.null_count() == 0;
    let there = move |row| whole || column.is_valid(row);
    column.values().iter().enumerate().map(move |(row, value)| there(row).then_some(*value))
}

/// The numbers of texts in a column of keys.
fn ids(column: &ArrayRef) -> Result<&UInt32Array, Error> {
    column.as_primitive_opt::<UInt32Type>().ok_or_else(|| Error::Plan("groups are counted by texts alone".into()))
}

/// How many rows stand behind an answer, as its last column counts them.
pub(crate) fn rows_behind(answer: &[RecordBatch]) -> Result<i64, Error> {
    let Some(last) = answer.first().and_then(|batch| batch.num_columns().checked_sub(1)) else { return Ok(0) };
    Ok(answer::column_cells(answer, last)?.into_iter().filter_map(|cell| cell.int()).sum())
}

/// Where each key stands. Numbers of texts lie close together on most installations; then a table by number is several
/// times as fast as one by hash.
enum Places {
    Close { first: u32, places: Vec<u32> },
    Apart(HashMap<u32, u32, Hash>),
}

impl Places {
    /// For keys from `first` to `last`, of which there are `count`.
    fn between(first: u32, last: u32, count: usize) -> Places {
        match last.saturating_sub(first) as usize {
            span if span < CLOSE_MAX => Places::Close { first, places: vec![NOWHERE; span + 1] },
            _ => Places::Apart(HashMap::with_capacity_and_hasher(count, Hash::default())),
        }
    }

    fn put(&mut self, key: u32, place: u32) {
        match self {
            Places::Close { first, places } => places[(key - *first) as usize] = place,
            Places::Apart(places) => _ = places.insert(key, place),
        }
    }

    fn of(&self, key: u32) -> u32 {
        let place = match self {
            Places::Close { first, places } => key.checked_sub(*first).and_then(|at| places.get(at as usize)),
            Places::Apart(places) => places.get(&key),
        };
        place.copied().unwrap_or(NOWHERE)
    }
}

/// The least and the greatest of these keys.
fn bounds(keys: &[&UInt32Array]) -> (u32, u32) {
    let first = keys.iter().filter_map(|keys| min(keys)).min().unwrap_or(0);
    (first, keys.iter().filter_map(|keys| max(keys)).max().unwrap_or(0))
}

/// Where the groups of an answer stand; the key is its second column.
struct Groups {
    places: Places,
    of_null: u32,
    count: usize,
}

impl Groups {
    fn of(answer: &[RecordBatch]) -> Result<Groups, Error> {
        let count = answer.iter().map(RecordBatch::num_rows).sum();
        let keys = answer.iter().map(|batch| ids(batch.column(1))).collect::<Result<Vec<_>, _>>()?;
        let (first, last) = bounds(&keys);
        let mut groups = Groups { places: Places::between(first, last, count), of_null: NOWHERE, count };
        for (place, key) in (0..).zip(keys.into_iter().flatten()) {
            match key {
                Some(key) => groups.places.put(key, place),
                None => groups.of_null = place,
            }
        }
        Ok(groups)
    }

    /// The groups of rows by the key in their first column, in the order of their first rows; their keys, and the group of
    /// each row.
    fn found(rows: &[RecordBatch]) -> Result<(Groups, UInt32Array, Vec<u32>), Error> {
        let keys = rows.iter().map(|batch| ids(batch.column(0))).collect::<Result<Vec<_>, _>>()?;
        let (first, last) = bounds(&keys);
        let mut groups = Groups { places: Places::between(first, last, 0), of_null: NOWHERE, count: 0 };
        let (mut found, mut of_rows) = (Vec::new(), Vec::with_capacity(keys.iter().map(|keys| keys.len()).sum()));
        for keys in keys {
            for key in cells(keys) {
                let mut group = key.map_or(groups.of_null, |key| groups.places.of(key));
                if group == NOWHERE {
                    group = found.len() as u32;
                    found.push(key);
                    match key {
                        Some(key) => groups.places.put(key, group),
                        None => groups.of_null = group,
                    }
                }
                of_rows.push(group);
            }
        }
        groups.count = found.len();
        Ok((groups, UInt32Array::from(found), of_rows))
    }

    /// The group of each row, by its key in this column.
    fn of_rows(&self, rows: &[RecordBatch], key: usize) -> Result<Vec<u32>, Error> {
        let mut found = Vec::with_capacity(rows.iter().map(RecordBatch::num_rows).sum());
        for batch in rows {
            let place = |key: Option<u32>| key.map_or(self.of_null, |key| self.places.of(key));
            found.extend(ids(batch.column(key))?.iter().map(place));
        }
        Ok(found)
    }

    /// How many different values of a column each group has.
    fn different(&self, of_rows: &[u32], rows: &[RecordBatch], column: usize) -> Result<Vec<i64>, Error> {
        let columns = rows.iter().map(|batch| numbers(batch.column(column))).collect::<Result<Vec<_>, _>>()?;
        let pairs = Pairs { of_rows, columns };
        Ok(self.ascending(&pairs).unwrap_or_else(|| self.in_any_order(&pairs)))
    }

    /// Counts while each group's values only grow, as those of visits do in a sorted file; nothing when they do not.
    fn ascending(&self, pairs: &Pairs<'_>) -> Option<Vec<i64>> {
        let mut last = vec![i64::MIN; self.count];
        let mut counts = vec![0; self.count];
        let grow = pairs.all(|group, value| {
            let last = &mut last[group];
            counts[group] += i64::from(value > *last);
            let grows = value >= *last;
            *last = value;
            grows
        });
        grow.then_some(counts)
    }

    /// Puts the values of each group side by side and sorts them: most groups have a few, for which that is faster than
    /// a set of all pairs.
    fn in_any_order(&self, pairs: &Pairs<'_>) -> Vec<i64> {
        let mut ends = vec![0_usize; self.count];
        pairs.each(|group, _| ends[group] += 1);
        let mut next = 0;
        for end in &mut ends {
            next += std::mem::replace(end, next);
        }
        let mut values = vec![0; next];
        pairs.each(|group, value| {
            let end = &mut ends[group];
            values[*end] = value;
            *end += 1;
        });
        let mut rest = values.as_mut_slice();
        let mut from = 0;
        let mut counted = |end: usize| {
            let (own, others) = std::mem::take(&mut rest).split_at_mut(end - from);
            (rest, from) = (others, end);
            own.sort_unstable();
            own.chunk_by(|a, b| a == b).count() as i64
        };
        ends.into_iter().map(&mut counted).collect()
    }
}

/// The values of a column beside the groups of their rows.
struct Pairs<'a> {
    of_rows: &'a [u32],
    columns: Vec<Int64Array>,
}

impl Pairs<'_> {
    /// Whether this is said of every pair of a group and a value; ends where it is not.
    fn all(&self, mut says: impl FnMut(usize, i64) -> bool) -> bool {
        let mut rest = self.of_rows;
        for column in &self.columns {
            let (groups, others) = rest.split_at(column.len());
            rest = others;
            for (group, value) in groups.iter().zip(cells(column)) {
                let Some(value) = value.filter(|_| *group != NOWHERE) else { continue };
                if !says(*group as usize, value) {
                    return false;
                }
            }
        }
        true
    }

    fn each(&self, mut see: impl FnMut(usize, i64)) {
        self.all(|group, value| {
            see(group, value);
            true
        });
    }
}

/// Puts counts of different values into an answer. `answer` has bucket, key, the other measures and the number of
/// rows behind each group; `rows` has the key and the values of every row; `places` says where each of the counts
/// belongs among the measures.
pub(crate) fn join(answer: &[RecordBatch], rows: &[RecordBatch], places: &[usize]) -> Result<Vec<RecordBatch>, Error> {
    let groups = Groups::of(answer)?;
    let of_rows = groups.of_rows(rows, 0)?;
    with_counts(answer, &counts(&groups, &of_rows, rows, places.len())?, places)
}

/// How many different values each group has in each of the columns behind the key. Each count has a thread of its own;
/// there are two or three.
fn counts(groups: &Groups, of_rows: &[u32], rows: &[RecordBatch], columns: usize) -> Result<Vec<Vec<i64>>, Error> {
    let counted = |nth| groups.different(of_rows, rows, nth + 1);
    std::thread::scope(|scope| {
        let counts: Vec<_> = (0..columns).map(|nth| scope.spawn(move || counted(nth))).collect();
        let wait = |count: std::thread::ScopedJoinHandle<_>| count.join().unwrap_or_else(|panic| resume_unwind(panic));
        counts.into_iter().map(wait).collect()
    })
}

/// An answer from `rows` alone, which have the key and the values of every row: of so many measures those in `places`
/// count different values, and the others count the rows. Nothing when there are more than `ROWS_MAX`.
pub(crate) fn rows_alone(
    rows: &[RecordBatch],
    measures: usize,
    places: &[usize],
) -> Result<Option<Vec<RecordBatch>>, Error> {
    if rows.iter().map(RecordBatch::num_rows).sum::<usize>() as i64 > ROWS_MAX {
        return Ok(None);
    }
    let (groups, keys, of_rows) = Groups::found(rows)?;
    let mut behind = vec![0_i64; groups.count];
    of_rows.iter().for_each(|group| behind[*group as usize] += 1);
    let behind: ArrayRef = Arc::new(Int64Array::from(behind));
    let mut different = counts(&groups, &of_rows, rows, places.len())?.into_iter();
    let mut columns: Vec<ArrayRef> = vec![Arc::new(Int64Array::from(vec![0; groups.count])), Arc::new(keys)];
    for place in 0..measures {
        let counted = places.contains(&place).then(|| different.next()).flatten();
        columns.push(counted.map_or_else(|| Arc::clone(&behind), |counts| Arc::new(Int64Array::from(counts))));
    }
    Ok(Some(vec![batch_of(columns)?]))
}

/// A piece of an answer.
pub(crate) struct Counted {
    /// Which measures it has, behind bucket and key.
    pub(crate) places: Vec<usize>,
    /// It counts different values; groups that have none are missing.
    pub(crate) different: bool,
    pub(crate) batches: Vec<RecordBatch>,
}

fn unfit(error: duckdb::arrow::error::ArrowError) -> Error {
    Error::Plan(format!("counts do not fit their groups ({error})"))
}

/// One column of a whole answer.
fn whole(batches: &[RecordBatch], nth: usize) -> Result<ArrayRef, Error> {
    let columns: Vec<&dyn Array> = batches.iter().map(|batch| &**batch.column(nth)).collect();
    concat(&columns).map_err(unfit)
}

/// An answer that the database gives in pieces, the first of which has every group. Groups have one bucket and one key.
/// Each piece is taken apart when it comes, so that no two of them are in memory.
pub(crate) struct Merged {
    groups: Option<Groups>,
    /// Bucket, key and the measures.
    columns: Vec<Option<ArrayRef>>,
}

impl Merged {
    /// Of so many measures.
    pub(crate) fn of(measures: usize) -> Merged {
        Merged { groups: None, columns: vec![None; 2 + measures] }
    }

    /// Takes in a piece.
    pub(crate) fn add(&mut self, piece: &Counted) -> Result<(), Error> {
        let Some(groups) = &self.groups else { return self.begin(piece) };
        if piece.batches.is_empty() {
            // A count that nobody has.
            let zeros = || -> ArrayRef { Arc::new(Int64Array::from(vec![0; groups.count])) };
            piece.places.iter().for_each(|place| self.columns[2 + place] = Some(zeros()));
            return Ok(());
        }
        let mut rows: Vec<Option<u32>> = vec![None; groups.count];
        for (row, group) in (0..).zip(groups.of_rows(&piece.batches, 1)?) {
            if let Some(own) = rows.get_mut(group as usize) {
                *own = Some(row);
            }
        }
        let rows = UInt32Array::from(rows);
        for (nth, place) in piece.places.iter().enumerate() {
            let column = take(&whole(&piece.batches, 2 + nth)?, &rows, None).map_err(unfit)?;
            self.columns[2 + place] = Some(match piece.different {
                true => {
                    Arc::new(numbers(&column)?.iter().map(|count| Some(count.unwrap_or(0))).collect::<Int64Array>())
                }
                false => column,
            });
        }
        Ok(())
    }

    fn begin(&mut self, piece: &Counted) -> Result<(), Error> {
        // Without groups there is no answer at all.
        if piece.batches.is_empty() {
            return Ok(());
        }
        self.columns[0] = Some(whole(&piece.batches, 0)?);
        self.columns[1] = Some(whole(&piece.batches, 1)?);
        for (nth, place) in piece.places.iter().enumerate() {
            self.columns[2 + place] = Some(whole(&piece.batches, 2 + nth)?);
        }
        self.groups = Some(Groups::of(&piece.batches)?);
        Ok(())
    }

    /// The answer of all pieces.
    pub(crate) fn whole(self) -> Result<Vec<RecordBatch>, Error> {
        if self.groups.is_none() {
            return Ok(Vec::new());
        }
        let expected = self.columns.len();
        let columns: Vec<ArrayRef> = self.columns.into_iter().flatten().collect();
        if columns.len() < expected {
            return Err(Error::Plan("some of its measures were not asked for".into()));
        }
        Ok(vec![batch_of(columns)?])
    }
}

fn batch_of(columns: Vec<ArrayRef>) -> Result<RecordBatch, Error> {
    let field = |column: &ArrayRef| Field::new("", column.data_type().clone(), true);
    let schema = Arc::new(Schema::new(columns.iter().map(field).collect::<Vec<_>>()));
    RecordBatch::try_new(schema, columns).map_err(unfit)
}

/// The answer with counts, one for each group, in these places among its measures, and without its last column.
fn with_counts(answer: &[RecordBatch], counts: &[Vec<i64>], places: &[usize]) -> Result<Vec<RecordBatch>, Error> {
    let mut first = 0;
    let mut joined = Vec::with_capacity(answer.len());
    for batch in answer {
        let mut columns = batch.columns().to_vec();
        columns.pop();
        for (place, counts) in places.iter().zip(counts) {
            let own = counts[first..first + batch.num_rows()].to_vec();
            columns.insert(2 + place, Arc::new(Int64Array::from(own)));
        }
        first += batch.num_rows();
        joined.push(batch_of(columns)?);
    }
    Ok(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(columns: Vec<ArrayRef>) -> RecordBatch {
        batch_of(columns).unwrap()
    }

    fn ints(numbers: &[i64]) -> ArrayRef {
        Arc::new(Int64Array::from(numbers.to_vec()))
    }

    fn keys(numbers: &[Option<u32>]) -> ArrayRef {
        Arc::new(UInt32Array::from(numbers.to_vec()))
    }

    #[test]
    fn values_are_counted_in_any_order_and_by_group() {
        // Groups 7, 9 and none; behind them three, two and two rows.
        let answer = [
            batch(vec![ints(&[0, 0]), keys(&[Some(7), Some(9)]), ints(&[70, 90]), ints(&[3, 2])]),
            batch(vec![ints(&[0]), keys(&[None]), ints(&[1]), ints(&[2])]),
        ];
        let rows = [
            batch(vec![
                keys(&[Some(7), Some(9), Some(7), None]),
                ints(&[1, 1, 1, 5]),
                Arc::new(Int64Array::from(vec![Some(4), None, Some(3), Some(2)])),
            ]),
            batch(vec![keys(&[Some(9), None, Some(7), Some(8)]), ints(&[2, 5, 3, 3]), ints(&[1, 1, 4, 1])]),
        ];
        assert_eq!(rows_behind(&answer).unwrap(), 7);
        let joined = join(&answer, &rows, &[0, 2]).unwrap();
        let column = |nth| answer::column_cells(&joined, nth).unwrap().iter().map(|cell| cell.int().unwrap()).collect();
        let columns: Vec<Vec<i64>> = (2..5).map(column).collect();
        assert_eq!(columns, [vec![2, 2, 1], vec![70, 90, 1], vec![2, 1, 2]]);
        assert_eq!(joined[0].num_columns(), 5);
        assert_eq!(join(&[], &rows, &[0]).unwrap().len(), 0);
    }

    #[test]
    fn rows_alone_tell_what_counts_rows_and_values() {
        let rows = [
            batch(vec![keys(&[Some(9), None, Some(9)]), ints(&[1, 1, 1]), ints(&[4, 4, 3])]),
            batch(vec![keys(&[Some(7), Some(9), None]), ints(&[2, 2, 1]), ints(&[1, 4, 5])]),
        ];
        let answer = rows_alone(&rows, 4, &[1, 3]).unwrap().unwrap();
        let column = |nth| answer::column_cells(&answer, nth).unwrap().iter().map(|cell| cell.int()).collect();
        let columns: Vec<Vec<Option<i64>>> = (0..6).map(column).collect();
        let some = |numbers: [i64; 3]| numbers.map(Some).to_vec();
        let found = [
            some([0; 3]),
            vec![Some(9), None, Some(7)],
            some([3, 2, 1]),
            some([2, 1, 1]),
            some([3, 2, 1]),
            some([2, 2, 1]),
        ];
        assert_eq!(columns, found);
        assert_eq!(rows_alone(&[], 1, &[0]).unwrap().unwrap()[0].num_rows(), 0);
        let many = vec![Some(1); ROWS_MAX as usize + 1];
        assert!(rows_alone(&[batch(vec![keys(&many), ints(&vec![1; many.len()])])], 1, &[0]).unwrap().is_none());
    }

    #[test]
    fn pieces_are_put_together_by_their_groups() {
        let piece = |places: &[usize], different, batches: &[RecordBatch]| Counted {
            places: places.to_vec(),
            different,
            batches: batches.to_vec(),
        };
        let pieces = || {
            let first = batch(vec![ints(&[0, 0]), keys(&[Some(7), None]), ints(&[70, 1]), ints(&[5, 6])]);
            let second = batch(vec![ints(&[0]), keys(&[Some(9)]), ints(&[90]), ints(&[8])]);
            let none: ArrayRef = Arc::new(Int64Array::from(vec![Some(3), None, Some(2)]));
            vec![
                piece(&[1, 3], false, &[first, second]),
                piece(&[4], false, &[batch(vec![ints(&[0; 3]), keys(&[None, Some(7), Some(9)]), none])]),
                piece(&[0], true, &[batch(vec![ints(&[0]), keys(&[Some(7)]), ints(&[2])])]),
                piece(&[2], true, &[]),
            ]
        };
        let merge = |pieces: Vec<Counted>, measures| {
            let mut merged = Merged::of(measures);
            pieces.iter().try_for_each(|piece| merged.add(piece)).and_then(|()| merged.whole())
        };
        let merged = merge(pieces(), 5).unwrap();
        let column = |nth| answer::column_cells(&merged, nth).unwrap().iter().map(|cell| cell.int()).collect();
        let columns: Vec<Vec<Option<i64>>> = (2..7).map(column).collect();
        let some = |numbers: [i64; 3]| numbers.map(Some).to_vec();
        let expected =
            [some([2, 0, 0]), some([70, 1, 90]), some([0; 3]), some([5, 6, 8]), vec![None, Some(3), Some(2)]];
        assert_eq!(columns, expected);
        assert!(merge(pieces(), 6).is_err(), "a measure is missing");
        assert!(merge(vec![piece(&[0], false, &[]), piece(&[1], true, &[])], 2).unwrap().is_empty());
    }
}
