//! Runs one alternative at one place: a backtracking machine with a budget of steps.

use super::program::{GROUPS_MAX, Program, REPEAT_UNBOUNDED, class_has, op, split_word};

/// Most steps of one attempt. Patterns with two wildcards take up to 8,000 for the wheel's user agents, most take ten.
pub(crate) const MATCH_STEPS_MAX: u32 = 10_000;
/// Deepest nesting of look-around: bounds the recursion. Rules do not nest it.
const LOOK_DEPTH_MAX: u8 = 4;
/// A slot that nothing was noted in.
const UNSET: u32 = u32::MAX;

/// Where the groups of a match lie: start and end per group; group 0 is the whole match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Captures([u32; 2 * (GROUPS_MAX + 1)]);

impl Captures {
    /// Nothing matched yet.
    pub(crate) const EMPTY: Self = Self([UNSET; 2 * (GROUPS_MAX + 1)]);

    /// The part of `text` that the group holds; empty when it took no part.
    pub(crate) fn group<'t>(&self, text: &'t [u8], group: usize) -> &'t [u8] {
        let at = |slot: usize| self.0.get(slot).map_or(usize::MAX, |at| *at as usize);
        text.get(at(2 * group)..at(2 * group + 1)).unwrap_or_default()
    }

    /// Where the match starts.
    pub(crate) const fn start(&self) -> u32 {
        self.0[0]
    }
}

/// What is left of the steps of one detection. An attempt may overdraw it by its last instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Budget(i32);

impl Budget {
    pub(crate) const fn new(steps: u32) -> Self {
        Self(steps as i32)
    }

    /// Steps left; negative when overdrawn.
    pub(crate) const fn left(self) -> i32 {
        self.0
    }

    /// True when nothing is left.
    pub(crate) const fn is_spent(self) -> bool {
        self.0 <= 0
    }

    /// Takes steps.
    pub(crate) const fn spend(&mut self, steps: u32) {
        self.0 = self.0.saturating_sub_unsigned(steps);
    }

    /// Gives away half of what is left.
    pub(crate) const fn split(&mut self) -> Self {
        let half = self.0 / 2;
        self.0 -= half;
        Self(half)
    }
}

/// A way back: what to do when the current way fails.
#[derive(Debug, Clone, Copy)]
enum Retreat {
    Branch { pc: u32, at: u32 },
    Restore { slot: u32, old: u32 },
    Shorten { pc: u32, least: u32, at: u32 },
    Lengthen { pc: u32, at: u32, most: u32 },
}

/// The machine and the memory that it reuses between attempts.
#[derive(Debug, Default)]
pub(crate) struct Machine {
    retreats: Vec<Retreat>,
}

impl Machine {
    /// False when the first instruction already fails: most attempts end here, before any state is set up.
    pub(crate) fn may_start(program: &Program, pc: u32, text: &[u8]) -> bool {
        let (code, operand) = split_word(program.code[pc as usize]);
        match code {
            op::BYTE => text.first().copied().map(u32::from) == Some(operand),
            op::CLASS => text.first().is_some_and(|byte| class_has(&program.classes[operand as usize], *byte)),
            op::LITERAL => {
                let end = operand + program.code[pc as usize + 1];
                text.starts_with(&program.literals[operand as usize..end as usize])
            }
            _ => true,
        }
    }

    /// Tries the alternative that starts at `pc` at place `at` of `text`.
    pub(crate) fn run(
        &mut self,
        program: &Program,
        pc: u32,
        text: &[u8],
        at: u32,
        budget: &mut Budget,
    ) -> Option<Captures> {
        let mut run = Run { program, text, retreats: &mut self.retreats, captures: Captures::EMPTY, steps: 0 };
        run.captures.0[0] = at;
        let limit = MATCH_STEPS_MAX.min(u32::try_from(budget.left()).unwrap_or_default());
        let end = run.attempt(pc, at, limit, 0);
        let (mut captures, steps) = (run.captures, run.steps);
        self.retreats.clear();
        budget.spend(steps);
        captures.0[1] = end?;
        Some(captures)
    }
}

struct Run<'a> {
    program: &'a Program,
    text: &'a [u8],
    retreats: &'a mut Vec<Retreat>,
    captures: Captures,
    steps: u32,
}

impl Run<'_> {
    /// Runs until a match (its end) or until no way is left.
    fn attempt(&mut self, pc: u32, at: u32, limit: u32, depth: u8) -> Option<u32> {
        let floor = self.retreats.len();
        let mut place = Some((pc, at));
        loop {
            self.steps += 1;
            if self.steps > limit {
                self.retreats.truncate(floor);
                return None;
            }
            let Some((pc, at)) = place else {
                place = Some(self.retreat(floor)?);
                continue;
            };
            if split_word(self.program.code[pc as usize]).0 == op::MATCH {
                self.retreats.truncate(floor);
                return Some(at);
            }
            place = self.step(pc, at, limit, depth);
        }
    }

    /// One instruction; `None` when it fails.
    #[inline]
    fn step(&mut self, pc: u32, at: u32, limit: u32, depth: u8) -> Option<(u32, u32)> {
        let (code, operand) = split_word(self.program.code[pc as usize]);
        let byte = self.text.get(at as usize).copied();
        let matched = match code {
            op::BYTE => return (byte.map(u32::from) == Some(operand)).then_some((pc + 1, at + 1)),
            op::CLASS => {
                let class = &self.program.classes[operand as usize];
                return byte.is_some_and(|byte| class_has(class, byte)).then_some((pc + 1, at + 1));
            }
            op::LITERAL => return self.literal(pc, at, operand),
            op::SPLIT => {
                self.retreats.push(Retreat::Branch { pc: operand, at });
                true
            }
            op::SPLIT_LAZY => {
                self.retreats.push(Retreat::Branch { pc: pc + 1, at });
                return Some((operand, at));
            }
            op::JUMP => return Some((operand, at)),
            op::SAVE => {
                let slot = &mut self.captures.0[operand as usize];
                self.retreats.push(Retreat::Restore { slot: operand, old: *slot });
                *slot = at;
                true
            }
            op::START => at == 0,
            op::END => at as usize == self.text.len(),
            op::WORD_BORDER => self.is_word_border(at as usize),
            op::REPEAT | op::REPEAT_LAZY => return self.repeat(pc, at, operand, code == op::REPEAT),
            _ => return self.look(pc, at, limit, depth),
        };
        matched.then_some((pc + 1, at))
    }

    fn literal(&self, pc: u32, at: u32, operand: u32) -> Option<(u32, u32)> {
        let length = self.program.code[pc as usize + 1];
        let literal = &self.program.literals[operand as usize..(operand + length) as usize];
        self.text[at as usize..].starts_with(literal).then_some((pc + 2, at + length))
    }

    /// Takes bytes of a class; the shorter or longer ways become a retreat.
    fn repeat(&mut self, pc: u32, at: u32, operand: u32, greedy: bool) -> Option<(u32, u32)> {
        let class = &self.program.classes[operand as usize];
        let bounds = self.program.code[pc as usize + 1];
        let (least, most) = (bounds & 0xFFFF, bounds >> 16);
        let most = if most == REPEAT_UNBOUNDED { usize::MAX } else { most as usize };
        let run = self.text[at as usize..].iter().take(most).take_while(|byte| class_has(class, **byte)).count() as u32;
        self.steps += run / 8;
        if run < least {
            return None;
        }
        if greedy {
            if run > least {
                self.retreats.push(Retreat::Shorten { pc: pc + 2, least: at + least, at: at + run });
            }
            return Some((pc + 2, at + run));
        }
        if run > least {
            self.retreats.push(Retreat::Lengthen { pc: pc + 2, at: at + least, most: at + run });
        }
        Some((pc + 2, at + least))
    }

    /// Look-around: the body runs as an attempt of its own.
    fn look(&mut self, pc: u32, at: u32, limit: u32, depth: u8) -> Option<(u32, u32)> {
        let (code, end) = split_word(self.program.code[pc as usize]);
        let operand = self.program.code[pc as usize + 1];
        if depth >= LOOK_DEPTH_MAX {
            return None;
        }
        let kept = self.captures;
        let found = if code == op::NOT_BEHIND {
            at.checked_sub(operand).and_then(|from| self.attempt(pc + 2, from, limit, depth + 1))
        } else {
            self.attempt(pc + 2, at, limit, depth + 1)
        };
        self.captures = kept;
        // A body that ran out of steps must not count as "does not match".
        let exhausted = self.steps > limit;
        (!exhausted && found.is_some() == (code == op::AHEAD)).then_some((end, at))
    }

    /// Goes back to the last place with another way.
    fn retreat(&mut self, floor: usize) -> Option<(u32, u32)> {
        while self.retreats.len() > floor {
            match self.retreats.pop()? {
                Retreat::Branch { pc, at } => return Some((pc, at)),
                Retreat::Restore { slot, old } => self.captures.0[slot as usize] = old,
                Retreat::Shorten { pc, least, at } => {
                    let at = at - 1;
                    if at > least {
                        self.retreats.push(Retreat::Shorten { pc, least, at });
                    }
                    return Some((pc, at));
                }
                Retreat::Lengthen { pc, at, most } => {
                    let at = at + 1;
                    if at < most {
                        self.retreats.push(Retreat::Lengthen { pc, at, most });
                    }
                    return Some((pc, at));
                }
            }
        }
        None
    }

    fn is_word_border(&self, at: usize) -> bool {
        let is_word = |at: Option<usize>| {
            at.and_then(|at| self.text.get(at)).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
        };
        is_word(at.checked_sub(1)) != is_word(Some(at))
    }
}
