//! Compiles pattern trees into instructions and splits patterns into alternatives.

use std::collections::HashMap;

use super::PackError;
use super::literals::{LiteralIndex, needed_literals};
use super::pattern::{Class, Node, parse_pattern, single};
use crate::matcher::prefilter::Needles;
use crate::matcher::program::{GROUPS_MAX, Program, REPEAT_UNBOUNDED, op};

/// Most alternatives that one pattern is split into; the rest stays one alternative. The longest list of the rules
/// has 165.
const ALTERNATIVES_MAX: usize = 1000;
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

#[cfg(test)]
mod tests {
    use std::sync::LazyLock;

    use proptest::prelude::*;
    use proptest::string::string_regex;

    use super::*;
    use crate::matcher::machine::Budget;
    use crate::matcher::prefilter::Prefilter;
    use crate::matcher::scan::{Matcher, Scan};

    const STEPS: u32 = 1_000_000;

    fn matcher(patterns: &[&str]) -> Matcher {
        let mut compiler = Compiler::default();
        for pattern in patterns {
            compiler.add(pattern, GROUPS_MAX).expect("a valid pattern");
        }
        let (program, needles) = compiler.finish();
        let prefilter = Prefilter::new(needles, program.alternatives.len()).expect("a sound index");
        Matcher::new(program, prefilter).expect("a sound program")
    }

    /// What the pattern matches in the text, and its first group.
    fn find(pattern: &str, text: &str) -> Option<(String, String)> {
        let matcher = matcher(&[pattern]);
        let mut scan = Scan::new(&matcher, text, Budget::new(STEPS));
        let found = scan.find_first(0..1)?;
        Some((scan.group(&found.captures, 0), scan.group(&found.captures, 1)))
    }

    #[test]
    fn patterns_match_as_in_pcre() {
        let cases = [
            ("a(b+)c", "xx Abbc", Some(("Abbc", "bb"))),
            ("(a|ab)(?:c|bcd)", "abcd", Some(("abcd", "a"))),
            ("a(.*)c", "a1c2c", Some(("a1c2c", "1c2"))),
            ("a(.*?)c", "a1c2c", Some(("a1c", "1"))),
            ("(?:foo|bar)(?: (baz))?", "bar qux", Some(("bar", ""))),
            ("a{2,3}(b)?", "aaaab", Some(("aaa", ""))),
            ("(?:ab){2,}(c)", "ababababc", Some(("ababababc", "c"))),
            ("(?:ab)+?(c|ab)", "ababc", Some(("abab", "ab"))),
            ("^abc$", "abc", Some(("abc", ""))),
            ("^abc$", " abc", None),
            ("abc$", "abc d", None),
            (r"\bfoo\b", "(foo)", Some(("foo", ""))),
            (r"\bfoo\b", "food", None),
            ("foo(?!bar)", "foobar", None),
            ("foo(?=bar)(b)", "foobar", Some(("foob", "b"))),
            ("(?<!like )gecko", "like gecko", None),
            ("(?<!(?:big|old) )cat", "old cat", None),
            ("(?<!(?:big|old) )cat", "new cat", Some(("cat", ""))),
            ("[^a-c]x", "(dx", Some(("dx", ""))),
            ("[a-]x", "(-x", Some(("-x", ""))),
            (r"[\w.-]+/(\d+)", "foo.b-r/12", Some(("foo.b-r/12", "12"))),
            ("foo", "xfoo", None),
            ("foo", "x-foo", None),
            ("foo", "sprd-foo", Some(("foo", ""))),
            ("播客/", "播客/1", Some(("播客/", ""))),
        ];
        for (pattern, text, expected) in cases {
            let expected = expected.map(|(whole, group)| (whole.to_owned(), group.to_owned()));
            assert_eq!(find(pattern, text), expected, "{pattern} in {text}");
        }
    }

    #[test]
    fn the_first_pattern_of_a_list_wins() {
        let matcher = matcher(&["beta", "alpha", "[a-z]+"]);
        let mut scan = Scan::new(&matcher, "gamma alpha beta", Budget::new(STEPS));
        let first = |scan: &mut Scan, range| scan.find_first(range).map(|found| found.pattern);
        assert_eq!(first(&mut scan, 0..3), Some(0));
        assert_eq!(first(&mut scan, 1..3), Some(1));
        assert_eq!(first(&mut scan, 2..3), Some(2));
        assert_eq!(first(&mut scan, 0..0), None);
    }

    #[test]
    fn an_attempt_gives_up_when_its_steps_are_spent() {
        let matcher = matcher(&["(?:a|b|ab)+(?:a|b|ab)+(?:a|b|ab)+cc", "zz"]);
        let text = "ab".repeat(200) + " cc";
        let mut scan = Scan::new(&matcher, &text, Budget::new(STEPS));
        assert!(!scan.has(0));
        let spent = STEPS as i32 - scan.budget().left();
        assert!((1_000..30_000).contains(&spent), "{spent} steps");
    }

    /// Forms that the rules use, of which strings can be made: no look-around, no ends.
    const FORMS: [&str; 14] = [
        "(?:Buzz [1-7]|Clever [13]|Urban [123](?: Pro)?)[);/ ]",
        "Android (?:10[.0-9]*|11);(?: [a-z]+;)? (?:Tab[89]|G(?:5|7)0)(?: Build|[;)])",
        "SM-[A-Z][0-9]{3}[FG]?(?:/|[)])",
        "[a-z]+[ _]Shell[ _][a-z]{6}",
        "(Aqua|Cloud)[ _.]([a-z0-9 -]+)(?:[ _]Build|/)",
        "AX-?(?:[1-9][0-9]{2,3}[eEO+]?|7OO)[);/ ]",
        "Foo(?:/([0-9]+[.0-9]+))?",
        "[ -~]{0,9}amd64",
        "(?:Big|Small)?Thing(?:s|es){1,2}x?",
        "(?:X|Y|Z)(?:1|2)?(?:[A-F]{2}|99)",
        "Mozilla/[45][.]0 [(]?(?:compatible; )?Bot",
        "Q{3}[0-9]*",
        "(?:a|b)(?:c|d)(?:e|f)(?:g|h)(?:i|j)(?:k|l)(?:m|n)(?:o|p)(?:q|r)(?:s|t)",
        "(?:Opera Tablet[ -~]{0,5}Version|Opera/[0-9 ]{1,5}Mobi|Mobile[ ;]{1,5}OPR)/([0-9]+)",
    ];

    proptest! {
        /// The index must never hide a match.
        #[test]
        fn what_a_pattern_makes_it_also_finds(
            (form, text) in (0..FORMS.len()).prop_flat_map(|form| (Just(form), string_regex(FORMS[form]).expect("a valid form"))),
            before in "[ -~]{0,12}",
        ) {
            static ALL: LazyLock<Matcher> = LazyLock::new(|| matcher(&FORMS));
            let text = format!("{before} {text}");
            let mut scan = Scan::new(&ALL, &text, Budget::new(STEPS));
            prop_assert!(scan.has(form as u32), "{} in {text:?}", FORMS[form]);
        }
    }
}
