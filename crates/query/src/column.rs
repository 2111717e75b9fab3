//! One column of a table: a number for each row, in as little room as they allow.

use crate::groups::Number;

/// Stand for numbers that are none, where whole numbers are kept in four bytes.
const ABSENT: u32 = u32::MAX;
const NULL: u32 = u32::MAX - 1;

/// Four bytes for each as long as all are whole and small, which nearly all are: counts and seconds. Eight otherwise.
#[derive(Clone)]
enum Numbers {
    Small(Vec<u32>),
    Any(Vec<Number>),
}

fn small(number: Number) -> Option<u32> {
    match number.get() {
        None if number == Number::NULL => Some(NULL),
        None => Some(ABSENT),
        Some(n) => {
            let whole = n as u32;
            (f64::from(whole).to_bits() == n.to_bits() && whole < NULL).then_some(whole)
        }
    }
}

fn number(small: u32) -> Number {
    match small {
        ABSENT => Number::ABSENT,
        NULL => Number::NULL,
        whole => Number::from(f64::from(whole)),
    }
}

#[derive(Clone)]
pub struct Column {
    /// Of the first rows, up to the last one that has another number than the rest.
    numbers: Numbers,
    /// What all rows behind these have.
    rest: Number,
}

impl Column {
    /// In which every row has the same number.
    pub fn of(rest: Number) -> Column {
        Column { numbers: Numbers::Small(Vec::new()), rest }
    }

    /// The number that every row has, where that is known.
    pub fn same(&self) -> Option<Number> {
        (self.len() == 0).then_some(self.rest)
    }

    /// How many bytes its numbers take.
    pub fn weight(&self) -> usize {
        match &self.numbers {
            Numbers::Small(numbers) => numbers.capacity() * size_of::<u32>(),
            Numbers::Any(numbers) => numbers.capacity() * size_of::<Number>(),
        }
    }

    /// Gives back room that was made for rows which did not come.
    pub fn settle(&mut self) {
        match &mut self.numbers {
            Numbers::Small(numbers) => numbers.shrink_to_fit(),
            Numbers::Any(numbers) => numbers.shrink_to_fit(),
        }
    }

    pub fn get(&self, row: usize) -> Number {
        match &self.numbers {
            Numbers::Small(numbers) => numbers.get(row).map_or(self.rest, |small| number(*small)),
            Numbers::Any(numbers) => numbers.get(row).copied().unwrap_or(self.rest),
        }
    }

    /// Sets the number of a row; so many rows are expected in the end.
    pub fn set(&mut self, row: usize, number: Number, expected: usize) {
        if number == self.rest && row >= self.len() {
            return;
        }
        match (&mut self.numbers, small(number), small(self.rest)) {
            (Numbers::Small(numbers), Some(number), Some(rest)) => put(numbers, row, number, rest, expected),
            (Numbers::Any(numbers), ..) => put(numbers, row, number, self.rest, expected),
            (Numbers::Small(_), ..) => {
                self.widen(expected);
                self.set(row, number, expected);
            }
        }
    }

    /// Behind so many rows all have another number; so many rows are expected in the end.
    pub fn follow(&mut self, rows: usize, rest: Number, expected: usize) {
        if rest != self.rest {
            match (&mut self.numbers, small(self.rest)) {
                (Numbers::Small(numbers), Some(own)) => fill(numbers, rows, own, expected),
                (Numbers::Any(numbers), _) => fill(numbers, rows, self.rest, expected),
                (Numbers::Small(_), None) => {
                    self.widen(expected);
                    return self.follow(rows, rest, expected);
                }
            }
            self.rest = rest;
        }
    }

    fn len(&self) -> usize {
        match &self.numbers {
            Numbers::Small(numbers) => numbers.len(),
            Numbers::Any(numbers) => numbers.len(),
        }
    }

    fn widen(&mut self, expected: usize) {
        if let Numbers::Small(small) = &self.numbers {
            let mut any = Vec::with_capacity(expected.max(small.len()));
            any.extend(small.iter().map(|small| number(*small)));
            self.numbers = Numbers::Any(any);
        }
    }
}

/// Puts a number in its place; rows before it that have none yet get what the rest has.
fn put<T: Copy>(numbers: &mut Vec<T>, row: usize, number: T, rest: T, expected: usize) {
    match numbers.get_mut(row) {
        Some(cell) => *cell = number,
        None => {
            fill(numbers, row, rest, expected);
            numbers.push(number);
        }
    }
}

/// Gives each of the first rows a number of its own.
fn fill<T: Copy>(numbers: &mut Vec<T>, rows: usize, rest: T, expected: usize) {
    if numbers.is_empty() {
        numbers.reserve_exact(expected.max(rows));
    }
    numbers.resize(rows, rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The numbers of the first rows of a column to which these were given in turn.
    fn told(rest: Number, given: &[(usize, Number)]) -> (Vec<Number>, usize) {
        let mut column = Column::of(rest);
        given.iter().for_each(|(row, number)| column.set(*row, *number, 0));
        column.settle();
        ((0..5).map(|row| column.get(row)).collect(), column.weight())
    }

    #[test]
    fn every_number_comes_back_as_it_was() {
        let (zero, null, absent) = (Number::ZERO, Number::NULL, Number::ABSENT);
        let n = |number: f64| Number::from(number);
        let largest = f64::from(u32::MAX - 2);
        let small = [(1, n(3.0)), (0, null), (3, n(largest)), (1, n(7.0)), (2, absent)];
        assert_eq!(told(absent, &small), (vec![null, n(7.0), absent, n(largest), absent], 4 * 4));
        assert_eq!(told(zero, &[(4, zero), (2, zero)]), (vec![zero; 5], 0));
        for other in [-0.0, -1.0, 0.5, largest + 1.0, largest + 2.0, 1e300] {
            assert_eq!(told(null, &[(0, n(2.0)), (2, n(other))]), (vec![n(2.0), null, n(other), null, null], 3 * 8));
            // What all the others have need not be small.
            assert_eq!(told(n(other), &[(1, zero)]), (vec![n(other), zero, n(other), n(other), n(other)], 2 * 8));
        }
    }

    #[test]
    fn what_follows_is_another_number() {
        for (first, rest) in [(2.0, 0.0), (0.5, 3.0), (1.0, 2.5)] {
            let (first, rest) = (Number::from(first), Number::from(rest));
            let mut column = Column::of(first);
            column.follow(2, rest, 0);
            assert_eq!([0, 1, 2, 9].map(|row| column.get(row)), [first, first, rest, rest]);
            assert_eq!(column.same(), None);
            column.follow(7, rest, 0);
            assert_eq!(column.get(7), rest);
        }
    }
}
