//! The numbers of a table's rows. A column in which all rows have the same number takes no room: of a site that does not
//! measure how fast its pages load, two columns of three.

use crate::groups::Number;
use makoto_catalog::Merge;
use std::ops::Index;

/// Where the numbers of a column are.
#[derive(Clone, Copy)]
enum Place {
    /// The same in every row.
    Same(Number),
    /// So far behind the beginning of a row.
    At(u32),
}

/// Rows of numbers, each with as many columns.
#[derive(Clone)]
pub struct Cells {
    columns: Vec<Place>,
    /// What a new row has in columns that differ from row to row.
    fresh: Vec<Number>,
    numbers: Vec<Number>,
    rows: usize,
}

impl Cells {
    /// No rows; each new one has these numbers.
    pub fn new(blank: &[Number]) -> Cells {
        let columns = blank.iter().copied().map(Place::Same).collect();
        Cells { columns, fresh: Vec::new(), numbers: Vec::new(), rows: 0 }
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
        match self.columns[column] {
            Place::Same(number) => Some(number),
            Place::At(_) => None,
        }
    }

    /// How many bytes its numbers take.
    pub fn weight(&self) -> usize {
        self.numbers.capacity() * size_of::<Number>()
    }

    /// Gives back room that was made for rows which did not come.
    pub fn settle(&mut self) {
        self.numbers.shrink_to_fit();
    }

    /// Makes room for so many rows more.
    pub fn reserve(&mut self, rows: usize) {
        self.numbers.reserve(rows * self.fresh.len());
    }

    /// Lets the numbers of these columns differ from row to row.
    pub fn spread(&mut self, columns: impl IntoIterator<Item = usize>) {
        let before = self.fresh.len();
        for column in columns {
            if let Place::Same(number) = self.columns[column] {
                self.columns[column] = Place::At(self.fresh.len() as u32);
                self.fresh.push(number);
            }
        }
        if self.fresh.len() == before || self.rows == 0 {
            return;
        }
        let mut numbers = Vec::with_capacity(self.rows * self.fresh.len());
        for row in 0..self.rows {
            numbers.extend_from_slice(&self.numbers[row * before..(row + 1) * before]);
            numbers.extend_from_slice(&self.fresh[before..]);
        }
        self.numbers = numbers;
    }

    pub fn push(&mut self) {
        self.numbers.extend_from_slice(&self.fresh);
        self.rows += 1;
    }

    pub fn set(&mut self, row: usize, column: usize, number: Number) {
        let at = match self.columns[column] {
            Place::Same(same) if same == number => return,
            Place::Same(_) => {
                self.spread([column]);
                self.fresh.len() - 1
            }
            Place::At(at) => at as usize,
        };
        let start = row * self.fresh.len();
        self.numbers[start + at] = number;
    }

    /// Adds to a number of a row.
    pub fn join(&mut self, row: usize, column: usize, number: Number, merge: Merge) {
        match self.columns[column] {
            Place::At(at) => {
                let cell = &mut self.numbers[row * self.fresh.len() + at as usize];
                *cell = cell.join(number, merge);
            }
            Place::Same(same) => self.set(row, column, same.join(number, merge)),
        }
    }

    /// Adds the numbers of each row to those of the row around it, from the last one on, in columns that differ from row
    /// to row. `around` says which row that is: one before it, and for the first row nothing.
    pub fn join_upward(&mut self, columns: &[(usize, Merge)], around: impl Fn(usize) -> usize) {
        let places: Vec<(usize, Merge)> = columns
            .iter()
            .filter_map(|(column, merge)| match self.columns[*column] {
                Place::At(at) => Some((at as usize, *merge)),
                Place::Same(_) => None,
            })
            .collect();
        let width = self.fresh.len();
        for row in (1..self.rows).rev() {
            let (before, own) = self.numbers.split_at_mut(row * width);
            let outer = &mut before[around(row) * width..][..width];
            for (at, merge) in &places {
                outer[*at] = outer[*at].join(own[*at], *merge);
            }
        }
    }

    /// Sets all numbers of a row.
    pub fn put(&mut self, row: usize, numbers: impl IntoIterator<Item = Number>) {
        numbers.into_iter().enumerate().for_each(|(column, number)| self.set(row, column, number));
    }

    pub fn row(&self, row: usize) -> Row<'_> {
        Row { cells: self, start: row * self.fresh.len() }
    }
}

/// The numbers of a row by their columns.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    cells: &'a Cells,
    start: usize,
}

impl<'a> Row<'a> {
    pub fn iter(self) -> impl Iterator<Item = Number> + 'a {
        (0..self.cells.width()).map(move |column| self[column])
    }

    pub fn to_vec(self) -> Vec<Number> {
        self.iter().collect()
    }
}

impl Index<usize> for Row<'_> {
    type Output = Number;

    fn index(&self, column: usize) -> &Number {
        match &self.cells.columns[column] {
            Place::Same(number) => number,
            Place::At(at) => &self.cells.numbers[self.start + *at as usize],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_takes_room_once_its_rows_differ() {
        let mut cells = Cells::new(&[Number::ZERO, Number::NULL, Number::ABSENT]);
        cells.push();
        cells.push();
        cells.set(1, 0, Number::ZERO);
        assert_eq!((cells.weight(), cells.same(0)), (0, Some(Number::ZERO)));
        cells.set(1, 2, Number::from(3.0));
        cells.set(0, 1, Number::from(2.0));
        cells.push();
        cells.settle();
        assert_eq!((cells.weight(), cells.same(0), cells.same(1)), (6 * 8, Some(Number::ZERO), None));
        let rows: Vec<Vec<Number>> = (0..3).map(|row| cells.row(row).to_vec()).collect();
        let blank = vec![Number::ZERO, Number::NULL, Number::ABSENT];
        let first = vec![Number::ZERO, Number::from(2.0), Number::ABSENT];
        assert_eq!(rows, [first, vec![Number::ZERO, Number::NULL, Number::from(3.0)], blank]);
        assert_eq!(cells.row(1)[2], Number::from(3.0));
    }

    #[test]
    fn numbers_are_added_to_those_of_the_rows_around() {
        let mut cells = Cells::new(&[Number::ABSENT, Number::ABSENT, Number::ZERO]);
        cells.spread([0, 1]);
        (0..4).for_each(|_| cells.push());
        // Rows 2 and 3 lie in row 1, which lies in row 0.
        for (row, number) in [(2, 3.0), (3, 5.0)] {
            cells.join(row, 0, Number::from(number), Merge::Sum);
            cells.join(row, 1, Number::from(number), Merge::Max);
        }
        cells.join(3, 0, Number::from(1.0), Merge::Sum);
        cells.join_upward(&[(0, Merge::Sum), (1, Merge::Max), (2, Merge::Sum)], |row| [0, 0, 1, 1][row]);
        let numbers = |row: usize| cells.row(row).to_vec();
        assert_eq!(numbers(0), [Number::from(9.0), Number::from(5.0), Number::ZERO]);
        assert_eq!((numbers(1), numbers(2)[0]), (numbers(0), Number::from(3.0)));
        // A column in which all rows had the same number has one of its own once a row differs.
        cells.join(2, 2, Number::from(2.0), Merge::Sum);
        assert_eq!((cells.row(1)[2], cells.row(2)[2]), (Number::ZERO, Number::from(2.0)));
    }
}
