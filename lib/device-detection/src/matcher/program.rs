//! The compiled form of all patterns.

use serde::{Deserialize, Serialize};

/// Most capture groups that a pattern may use in its answer.
pub(crate) const GROUPS_MAX: usize = 9;

/// Instruction codes: the low byte of a word. The upper three bytes hold the operand.
pub(crate) mod op {
    /// The pattern has matched.
    pub(crate) const MATCH: u8 = 0;
    /// One byte, the operand.
    pub(crate) const BYTE: u8 = 1;
    /// One byte of the class with the operand's number.
    pub(crate) const CLASS: u8 = 2;
    /// A literal at the operand's offset; the next word is its length.
    pub(crate) const LITERAL: u8 = 3;
    /// Go on; on failure go to the operand.
    pub(crate) const SPLIT: u8 = 4;
    /// Go to the operand; on failure go on.
    pub(crate) const SPLIT_LAZY: u8 = 5;
    /// Go to the operand.
    pub(crate) const JUMP: u8 = 6;
    /// Note the position in the operand's slot.
    pub(crate) const SAVE: u8 = 7;
    /// The start of the text.
    pub(crate) const START: u8 = 8;
    /// The end of the text.
    pub(crate) const END: u8 = 9;
    /// A border between word and other characters.
    pub(crate) const WORD_BORDER: u8 = 10;
    /// As many bytes of the class as possible; the next word holds the bounds.
    pub(crate) const REPEAT: u8 = 11;
    /// As few bytes of the class as possible; the next word holds the bounds.
    pub(crate) const REPEAT_LAZY: u8 = 12;
    /// The body, which starts two words on and ends at the operand, matches here.
    pub(crate) const AHEAD: u8 = 13;
    /// The body does not match here.
    pub(crate) const NOT_AHEAD: u8 = 14;
    /// The body, as long as the next word says, does not match before this place.
    pub(crate) const NOT_BEHIND: u8 = 15;
}

/// No upper bound, in the bounds of a repetition.
pub(crate) const REPEAT_UNBOUNDED: u32 = 0xFFFF;

/// The class of a pattern's dot.
const NOT_A_LINE_BREAK: [u64; 4] = [!(1 << b'\n'), u64::MAX, u64::MAX, u64::MAX];

/// Compiled patterns. A pattern is a list of alternatives; each alternative is tried on its own.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Program {
    /// Instructions of all alternatives.
    pub code: Vec<u32>,
    /// Bytes of all literals.
    pub literals: Vec<u8>,
    /// Sets of bytes.
    pub classes: Vec<[u64; 4]>,
    /// First instruction of each alternative.
    pub alternatives: Vec<u32>,
    /// First alternative of each pattern, and a last entry that ends the last pattern.
    pub patterns: Vec<u32>,
}

impl Program {
    /// True when every operand stays inside its table and every jump meets an instruction, so that running it can
    /// not leave them.
    pub(crate) fn is_sound(&self) -> bool {
        let Some(starts) = self.instruction_starts() else { return false };
        let meets = |pc: u32| starts.get(pc as usize).copied().unwrap_or_default();
        let jumps_meet = self.code.iter().zip(&starts).filter(|(_, is_start)| **is_start).all(|(word, _)| {
            let (code, operand) = split_word(*word);
            !is_jump(code) || meets(operand)
        });
        jumps_meet
            && self.alternatives.iter().all(|pc| meets(*pc))
            && self.patterns.first() == Some(&0)
            && self.patterns.is_sorted()
            && self.patterns.last().is_some_and(|end| *end as usize == self.alternatives.len())
    }

    /// True when the alternative starts with any number of any bytes but line breaks.
    pub(crate) fn starts_with_anything(&self, alternative: u32) -> bool {
        let pc = self.alternatives[alternative as usize] as usize;
        let (code, class) = split_word(self.code[pc]);
        code == op::REPEAT
            && self.code[pc + 1] >> 16 == REPEAT_UNBOUNDED
            && self.classes[class as usize] == NOT_A_LINE_BREAK
    }

    /// Marks the words that start an instruction; `None` when an operand leaves its table.
    fn instruction_starts(&self) -> Option<Vec<bool>> {
        let mut starts = vec![false; self.code.len()];
        let mut pc = 0;
        while pc < self.code.len() {
            starts[pc] = true;
            pc += self.instruction_words(pc)?;
        }
        // Running off the end is impossible when the last instruction ends a pattern.
        let ends = self.code.last().is_none_or(|word| split_word(*word).0 == op::MATCH);
        (ends && pc == self.code.len()).then_some(starts)
    }

    /// Length of the instruction at `pc`; `None` when an operand leaves its table.
    fn instruction_words(&self, pc: usize) -> Option<usize> {
        let (code, operand) = split_word(self.code[pc]);
        let operand = operand as usize;
        let next_word = self.code.get(pc + 1).map(|word| *word as usize);
        let (sound, words) = match code {
            op::MATCH | op::START | op::END | op::WORD_BORDER => (true, 1),
            op::BYTE => (operand < 256, 1),
            op::CLASS => (operand < self.classes.len(), 1),
            op::LITERAL => (operand + next_word? <= self.literals.len(), 2),
            op::SPLIT | op::SPLIT_LAZY | op::JUMP => (true, 1),
            op::SAVE => (operand < 2 * (GROUPS_MAX + 1), 1),
            op::REPEAT | op::REPEAT_LAZY => (operand < self.classes.len() && next_word.is_some(), 2),
            op::AHEAD | op::NOT_AHEAD | op::NOT_BEHIND => (next_word.is_some(), 2),
            _ => (false, 1),
        };
        sound.then_some(words)
    }
}

const fn is_jump(code: u8) -> bool {
    matches!(code, op::SPLIT | op::SPLIT_LAZY | op::JUMP | op::AHEAD | op::NOT_AHEAD | op::NOT_BEHIND)
}

/// Instruction code and operand of a word.
pub(crate) const fn split_word(word: u32) -> (u8, u32) {
    ((word & 0xFF) as u8, word >> 8)
}

/// True when the class holds the byte.
pub(crate) const fn class_has(class: &[u64; 4], byte: u8) -> bool {
    class[(byte >> 6) as usize] >> (byte & 63) & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    fn program(code: Vec<u32>) -> Program {
        Program { code, alternatives: vec![0], patterns: vec![0, 1], ..Program::default() }
    }

    #[test]
    fn operands_outside_their_table_are_found() {
        assert!(program(vec![u32::from(op::BYTE) | 97 << 8, u32::from(op::MATCH)]).is_sound());
        for bad in [
            vec![u32::from(op::CLASS), u32::from(op::MATCH)],
            vec![u32::from(op::JUMP) | 9 << 8, u32::from(op::MATCH)],
            vec![u32::from(op::LITERAL), 1, u32::from(op::MATCH)],
            vec![u32::from(op::SAVE) | 20 << 8, u32::from(op::MATCH)],
            vec![u32::from(op::BYTE) | 97 << 8],
            vec![99],
        ] {
            assert!(!program(bad.clone()).is_sound(), "{bad:?}");
        }
    }
}
