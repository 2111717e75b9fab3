//! The numbers of a table's rows, column by column. A column in which all rows have the same number takes no room: of a
//! site that does not measure how fast its pages load, two columns of three.

use crate::{column::Column, groups::Number};
use makoto_catalog::Merge;

/// Rows of numbers, each with as many columns.
#[derive(Clone)]
pub struct Cells {
    columns: Vec<Column>,
    rows: usize,
    /// How many rows are expected in the end.
    expected: usize,
}

impl Cells {
    /// No rows; each new one has these numbers.
    pub fn new(blank: &[Number]) -> Cells {
        Cells { columns: blank.iter().copied().map(Column::of).collect(), rows: 0, expected: 0 }
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.rows
    }

    /// How many columns a row has.
    pub fn width(&self) -> usize {
        self.columns.len()
    }

    /// The number that every row has in a column, as far as that is known.
    pub fn same(&self, column: usize) -> Option<Number> {
        self.columns[column].same()
    }

    /// How many bytes its numbers take.
    pub fn weight(&self) -> usize {
        self.columns.iter().map(Column::weight).sum()
    }

    /// Gives back room that was made for rows which did not come.
    pub fn settle(&mut self) {
        self.columns.iter_mut().for_each(Column::settle);
    }

    /// So many rows more are expected.
    pub fn expect(&mut self, rows: usize) {
        self.expected = self.expected.max(self.rows + rows);
    }

    /// A new row, and where it stands.
    pub fn push(&mut self) -> u32 {
        self.rows += 1;
        (self.rows - 1) as u32
    }

    pub fn set(&mut self, row: usize, column: usize, number: Number) {
        self.columns[column].set(row, number, self.expected);
    }

    /// Adds to a number of a row.
    pub fn join(&mut self, row: usize, column: usize, number: Number, merge: Merge) {
        let column = &mut self.columns[column];
        column.set(row, column.get(row).join(number, merge), self.expected);
    }

    /// The same rows; those that come after them have these numbers.
    pub fn followed_by(mut self, blank: &[Number]) -> Cells {
        let columns = self.columns.iter_mut().zip(blank);
        columns.for_each(|(column, blank)| column.follow(self.rows, *blank, self.expected));
        self
    }

    /// Adds the numbers of rows to those of others, pair by pair (to, from), in a column whose rows differ.
    pub fn join_rows(&mut self, column: usize, merge: Merge, pairs: impl Iterator<Item = (usize, usize)>) {
        let column = &mut self.columns[column];
        if column.same().is_none() {
            pairs.for_each(|(to, from)| column.set(to, column.get(to).join(column.get(from), merge), self.expected));
        }
    }

    /// Sets all numbers of a row.
    pub fn put(&mut self, row: usize, numbers: impl IntoIterator<Item = Number>) {
        numbers.into_iter().enumerate().for_each(|(column, number)| self.set(row, column, number));
    }

    pub fn row(&self, row: usize) -> Row<'_> {
        Row { cells: self, row }
    }
}

/// The numbers of a row by their columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    cells: &'a Cells,
    row: usize,
}

impl<'a> Row<'a> {
    pub fn iter(self) -> impl Iterator<Item = Number> + 'a {
        self.cells.columns.iter().map(move |column| column.get(self.row))
    }

    /// The number in a column.
    pub fn at(self, column: usize) -> Number {
        self.cells.columns[column].get(self.row)
    }

    pub fn to_vec(self) -> Vec<Number> {
        self.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_room_once_its_rows_differ() {
        let mut cells = Cells::new(&[Number::ZERO, Number::NULL, Number::ABSENT]);
        cells.expect(100);
        cells.push();
        cells.push();
        cells.set(1, 0, Number::ZERO);
        assert_eq!((cells.weight(), cells.same(0)), (0, Some(Number::ZERO)));
        cells.set(1, 2, Number::from(3.0));
        cells.set(0, 1, Number::from(2.0));
        cells.push();
        cells.settle();
        assert_eq!((cells.weight(), cells.same(0), cells.same(1)), (3 * 4, Some(Number::ZERO), None));
        let rows: Vec<Vec<Number>> = (0..3).map(|row| cells.row(row).to_vec()).collect();
        let blank = vec![Number::ZERO, Number::NULL, Number::ABSENT];
        let first = vec![Number::ZERO, Number::from(2.0), Number::ABSENT];
        assert_eq!(rows, [first, vec![Number::ZERO, Number::NULL, Number::from(3.0)], blank]);
        assert_eq!(cells.row(1).at(2), Number::from(3.0));
    }

    #[test]
    fn rows_that_follow_have_numbers_of_their_own() {
        let mut cells = Cells::new(&[Number::ZERO, Number::ZERO, Number::ABSENT]);
        cells.push();
        cells.push();
        cells.set(0, 1, Number::from(2.0));
        let mut cells = cells.followed_by(&[Number::ABSENT, Number::ZERO, Number::ABSENT]);
        cells.push();
        let numbers = |column: usize| [0, 1, 2].map(|row| cells.row(row).at(column));
        assert_eq!(numbers(0), [Number::ZERO, Number::ZERO, Number::ABSENT]);
        assert_eq!(numbers(1), [Number::from(2.0), Number::ZERO, Number::ZERO]);
        assert_eq!((numbers(2), cells.same(2)), ([Number::ABSENT; 3], Some(Number::ABSENT)));
    }

    #[test]
    fn numbers_are_added_to_those_of_the_rows_around() {
        let mut cells = Cells::new(&[Number::ABSENT, Number::ABSENT, Number::ZERO]);
        (0..4).for_each(|_| _ = cells.push());
        // Rows 2 and 3 lie in row 1, which lies in row 0.
        for (row, number) in [(2, 3.0), (3, 5.0)] {
            cells.join(row, 0, Number::from(number), Merge::Sum);
            cells.join(row, 1, Number::from(number), Merge::Max);
        }
        cells.join(3, 0, Number::from(1.0), Merge::Sum);
        for (column, merge) in [(0, Merge::Sum), (1, Merge::Max), (2, Merge::Sum)] {
            cells.join_rows(column, merge, [(1, 3), (1, 2), (0, 1)].into_iter());
        }
        let numbers = |row: usize| cells.row(row).to_vec();
        assert_eq!(numbers(0), [Number::from(9.0), Number::from(5.0), Number::ZERO]);
        assert_eq!((numbers(1), numbers(2)[0]), (numbers(0), Number::from(3.0)));
        // A column in which all rows had the same number has one of its own once a row differs.
        cells.join(2, 2, Number::from(2.0), Merge::Sum);
        assert_eq!((cells.row(1).at(2), cells.row(2).at(2)), (Number::ZERO, Number::from(2.0)));
    }
}
