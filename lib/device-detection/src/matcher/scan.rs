//! One user agent, ready to be asked which pattern of a list matches first.

use std::ops::Range;

use super::machine::{Budget, Captures, Machine};
use super::prefilter::{Borders, Candidate, Prefilter};
use super::program::Program;

/// The compiled patterns with their prefilter.
#[derive(Debug)]
pub(crate) struct Matcher {
    program: Program,
    prefilter: Prefilter,
    /// The pattern of each alternative.
    pattern_of: Vec<u32>,
}

impl Matcher {
    /// `None` when the tables point outside each other.
    pub(crate) fn new(program: Program, prefilter: Prefilter) -> Option<Self> {
        if !program.is_sound() {
            return None;
        }
        let mut pattern_of = vec![0; program.alternatives.len()];
        for (pattern, ends) in program.patterns.windows(2).enumerate() {
            pattern_of[ends[0] as usize..ends[1] as usize].fill(pattern as u32);
        }
        Some(Self { program, prefilter, pattern_of })
    }

    /// How many patterns there are.
    pub(crate) const fn pattern_count(&self) -> usize {
        self.program.patterns.len() - 1
    }
}

/// A user agent with its candidates.
#[derive(Debug)]
pub(crate) struct Scan<'m> {
    matcher: &'m Matcher,
    /// As received: captures are taken from here.
    original: String,
    /// Lower case, with a zero byte at the end.
    folded: Vec<u8>,
    borders: Borders,
    candidates: Vec<Candidate>,
    machine: Machine,
    budget: Budget,
}

/// A pattern that matched.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Found {
    /// Number of the pattern.
    pub pattern: u32,
    /// Its groups.
    pub captures: Captures,
}

impl<'m> Scan<'m> {
    /// Folds the text and collects its candidates.
    pub(crate) fn new(matcher: &'m Matcher, text: &str, mut budget: Budget) -> Self {
        let mut folded = text.as_bytes().to_ascii_lowercase();
        // Line breaks never occur in a header; as spaces they cannot stop a pattern's dot.
        folded.iter_mut().filter(|byte| **byte == b'\n').for_each(|byte| *byte = b' ');
        let borders = Borders::find(&folded);
        folded.push(0);
        let mut candidates = Vec::new();
        let steps = matcher.prefilter.collect(&folded, &borders, &mut candidates);
        budget.spend(steps);
        Self { matcher, original: text.to_owned(), folded, borders, candidates, machine: Machine::default(), budget }
    }

    /// The text as received.
    pub(crate) fn text(&self) -> &str {
        &self.original
    }

    /// The text in lower case.
    pub(crate) fn folded(&self) -> &[u8] {
        &self.folded[..self.folded.len() - 1]
    }

    /// What is left of the budget.
    pub(crate) const fn budget(&self) -> Budget {
        self.budget
    }

    /// Gives half of what is left of the budget to another scan.
    pub(crate) const fn split_budget(&mut self) -> Budget {
        self.budget.split()
    }

    /// The part of the text that a group holds.
    pub(crate) fn group(&self, captures: &Captures, group: usize) -> String {
        String::from_utf8_lossy(captures.group(self.original.as_bytes(), group)).into_owned()
    }

    /// The first pattern of the range that matches.
    pub(crate) fn find_first(&mut self, patterns: Range<u32>) -> Option<Found> {
        let starts = &self.matcher.program.patterns;
        let first = starts[patterns.start as usize];
        let last = starts[patterns.end as usize];
        let mut next = self.candidates.partition_point(|candidate| candidate.alternative() < first);
        while let Some(candidate) = self.candidates.get(next) {
            if candidate.alternative() >= last || self.budget.is_spent() {
                return None;
            }
            let pattern = self.matcher.pattern_of[candidate.alternative() as usize];
            let end = starts[pattern as usize + 1];
            let count = self.candidates[next..].partition_point(|candidate| candidate.alternative() < end);
            if let Some(captures) = self.match_pattern(next..next + count) {
                return Some(Found { pattern, captures });
            }
            next += count;
        }
        None
    }

    /// True when the pattern matches.
    pub(crate) fn has(&mut self, pattern: u32) -> bool {
        self.find_first(pattern..pattern + 1).is_some()
    }

    /// The leftmost match among the candidates of one pattern; of several there, the first alternative's.
    fn match_pattern(&mut self, candidates: Range<usize>) -> Option<Captures> {
        let mut best: Option<Captures> = None;
        for index in candidates {
            let candidate = self.candidates[index];
            let bound = best.map_or(u32::MAX, |best| best.start());
            let found = match candidate.at() {
                Some(at) if at < bound => self.attempt(candidate.alternative(), at),
                Some(_) => None,
                None => self.attempt_anywhere(candidate.alternative(), bound),
            };
            best = found.or(best);
        }
        best
    }

    fn attempt_anywhere(&mut self, alternative: u32, bound: u32) -> Option<Captures> {
        // A pattern that starts with "anything" finds at the first place what it would find at any later one.
        let places_max = if self.matcher.program.starts_with_anything(alternative) { 1 } else { usize::MAX };
        let mut index = 0;
        while index < places_max
            && let Some(at) = self.borders.places().get(index).copied().filter(|at| *at < bound)
        {
            if let Some(captures) = self.attempt(alternative, at) {
                return Some(captures);
            }
            index += 1;
        }
        None
    }

    fn attempt(&mut self, alternative: u32, at: u32) -> Option<Captures> {
        let pc = self.matcher.program.alternatives[alternative as usize];
        let text = &self.folded[..self.folded.len() - 1];
        if !Machine::may_start(&self.matcher.program, pc, &text[at as usize..]) {
            self.budget.spend(1);
            return None;
        }
        self.machine.run(&self.matcher.program, pc, text, at, &mut self.budget)
    }
}
