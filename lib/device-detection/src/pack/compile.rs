//! Compiles pattern trees into instructions and splits patterns into alternatives.

use std::collections::HashMap;

use super::PackError;
use super::literals::{LiteralIndex, needed_literals};
use super::pattern::{Class, Node, parse_pattern, single};
use crate::matcher::prefilter::Needles;
use crate::matcher::program::{GROUPS_MAX, Program, REPEAT_UNBOUNDED, op};

/// Most alternatives that one pattern is split into; the rest stays one alternative. The longest list of the rules
/// has about 1,000.
const ALTERNATIVES_MAX: usize = 4000;
/// Largest number that an operand can hold.
const OPERAND_MAX: usize = 0xFF_FFFF;

/// Collects compiled patterns.
#[derive(Default)]
pub(super) struct Compiler {
    program: Program,
    literals: LiteralIndex,
    class_numbers: HashMap<Class, u32>,
    literal_offsets: HashMap<Vec<u8>, u32>,
}

impl Compiler {
    /// Compiles a pattern whose answers use the groups up to `groups`. Returns its number.
    pub(super) fn add(&mut self, pattern: &str, groups: usize) -> Result<u32, PackError> {
        let number = self.program.patterns.len() as u32;
        self.program.patterns.push(self.program.alternatives.len() as u32);
        let tree = flatten(parse_pattern(pattern)?);
        let ways = split(&tree);
        for way in ways {
            let way = flatten(way);
            let alternative = self.program.alternatives.len() as u32;
            self.program.alternatives.push(self.program.code.len() as u32);
            self.emit(&way, groups.min(GROUPS_MAX));
            self.push(op::MATCH, 0);
            self.literals.add(alternative, needed_literals(&way));
        }
        if self.program.code.len() > OPERAND_MAX || self.program.literals.len() > OPERAND_MAX {
            return Err(PackError::Pattern { pattern: pattern.to_owned(), reason: "the rules outgrow the format" });
        }
        Ok(number)
    }

    /// How many patterns there are.
    pub(super) fn pattern_count(&self) -> u32 {
        self.program.patterns.len() as u32
    }

    /// The finished tables.
    pub(super) fn finish(mut self) -> (Program, Needles) {
        self.program.patterns.push(self.program.alternatives.len() as u32);
        (self.program, self.literals.finish())
    }

    fn push(&mut self, code: u8, operand: u32) -> usize {
        self.program.code.push(u32::from(code) | operand << 8);
        self.program.code.len() - 1
    }

    /// Sets the operand of an instruction to the next place.
    fn land(&mut self, jump: usize) {
        let here = self.program.code.len() as u32;
        self.program.code[jump] = self.program.code[jump] & 0xFF | here << 8;
    }

    fn emit(&mut self, node: &Node, groups: usize) {
        match node {
            Node::Byte(byte) => {
                self.push(op::BYTE, u32::from(*byte));
            }
            Node::Class(class) => {
                let number = self.class_number(*class);
                self.push(op::CLASS, number);
            }
            Node::Start => {
                self.push(op::START, 0);
            }
            Node::End => {
                self.push(op::END, 0);
            }
            Node::WordBorder => {
                self.push(op::WORD_BORDER, 0);
            }
            Node::Capture(number, node) if *number <= groups => {
                self.push(op::SAVE, 2 * *number as u32);
                self.emit(node, groups);
                self.push(op::SAVE, 2 * *number as u32 + 1);
            }
            Node::Capture(_, node) => self.emit(node, groups),
            Node::Concat(nodes) => self.emit_concat(nodes, groups),
            Node::Either(ways) => self.emit_either(ways, groups),
            Node::Repeat { node, least, most, greedy } => self.emit_repeat(node, *least, *most, *greedy, groups),
            Node::Ahead(is_negative, node) => {
                let jump = self.push(if *is_negative { op::NOT_AHEAD } else { op::AHEAD }, 0);
                self.program.code.push(0);
                self.emit(node, 0);
                self.push(op::MATCH, 0);
                self.land(jump);
            }
            Node::NotBehind(ways) => {
                for way in ways {
                    let jump = self.push(op::NOT_BEHIND, 0);
                    self.program.code.push(way.len() as u32);
                    self.emit_concat(way, 0);
                    self.push(op::MATCH, 0);
                    self.land(jump);
                }
            }
        }
    }

    fn emit_concat(&mut self, nodes: &[Node], groups: usize) {
        let mut rest = nodes;
        while let Some(first) = rest.first() {
            let literal: Vec<u8> =
                rest.iter().map_while(|node| if let Node::Byte(byte) = node { Some(*byte) } else { None }).collect();
            if literal.len() < 2 {
                self.emit(first, groups);
                rest = &rest[1..];
                continue;
            }
            let length = literal.len();
            let offset = self.literal_offset(literal);
            self.push(op::LITERAL, offset);
            self.program.code.push(length as u32);
            rest = &rest[length..];
        }
    }

    fn emit_either(&mut self, ways: &[Node], groups: usize) {
        let mut ends = Vec::new();
        for (index, way) in ways.iter().enumerate() {
            if index + 1 == ways.len() {
                self.emit(way, groups);
                break;
            }
            let split = self.push(op::SPLIT, 0);
            self.emit(way, groups);
            ends.push(self.push(op::JUMP, 0));
            self.land(split);
        }
        for jump in ends {
            self.land(jump);
        }
    }

    fn emit_repeat(&mut self, node: &Node, least: u32, most: Option<u32>, greedy: bool, groups: usize) {
        let class = match node {
            Node::Byte(byte) => Some(single(*byte)),
            Node::Class(class) => Some(*class),
            _ => None,
        };
        if let Some(class) = class {
            let number = self.class_number(class);
            self.push(if greedy { op::REPEAT } else { op::REPEAT_LAZY }, number);
            self.program.code.push(least | most.unwrap_or(REPEAT_UNBOUNDED) << 16);
            return;
        }
        for _ in 0..least {
            self.emit(node, groups);
        }
        let split = if greedy { op::SPLIT } else { op::SPLIT_LAZY };
        let Some(most) = most else {
            let again = self.program.code.len() as u32;
            let leave = self.push(split, 0);
            self.emit(node, groups);
            self.push(op::JUMP, again);
            self.land(leave);
            return;
        };
        let mut leaves = Vec::new();
        for _ in least..most {
            leaves.push(self.push(split, 0));
            self.emit(node, groups);
        }
        for leave in leaves {
            self.land(leave);
        }
    }

    fn class_number(&mut self, class: Class) -> u32 {
        let classes = &mut self.program.classes;
        *self.class_numbers.entry(class).or_insert_with(|| {
            classes.push(class);
            classes.len() as u32 - 1
        })
    }

    fn literal_offset(&mut self, literal: Vec<u8>) -> u32 {
        let literals = &mut self.program.literals;
        *self.literal_offsets.entry(literal).or_insert_with_key(|literal| {
            literals.extend(literal);
            (literals.len() - literal.len()) as u32
        })
    }
}

/// Joins nested sequences and nested choices.
fn flatten(node: Node) -> Node {
    match node {
        Node::Concat(nodes) => {
            let mut flat = Vec::new();
            for node in nodes {
                match flatten(node) {
                    Node::Concat(inner) => flat.extend(inner),
                    node => flat.push(node),
                }
            }
            if flat.len() == 1 { flat.remove(0) } else { Node::Concat(flat) }
        }
        Node::Either(ways) => {
            let mut flat = Vec::new();
            for way in ways {
                match flatten(way) {
                    Node::Either(inner) => flat.extend(inner),
                    way => flat.push(way),
                }
            }
            Node::Either(flat)
        }
        Node::Capture(number, node) => Node::Capture(number, Box::new(flatten(*node))),
        Node::Repeat { node, least, most, greedy } => {
            Node::Repeat { node: Box::new(flatten(*node)), least, most, greedy }
        }
        node => node,
    }
}

/// Splits a pattern into ways that together match the same, in the same order of preference.
fn split(node: &Node) -> Vec<Node> {
    let ways = match node {
        Node::Either(ways) => ways.iter().flat_map(split).collect(),
        Node::Capture(number, inner) => {
            split(inner).into_iter().map(|way| Node::Capture(*number, Box::new(way))).collect()
        }
        Node::Concat(nodes) => match nodes.split_first() {
            Some((first, rest)) => split(first)
                .into_iter()
                .map(|way| Node::Concat(std::iter::once(way).chain(rest.iter().cloned()).collect()))
                .collect(),
            None => vec![node.clone()],
        },
        _ => vec![node.clone()],
    };
    if ways.len() > ALTERNATIVES_MAX { vec![node.clone()] } else { ways }
}
