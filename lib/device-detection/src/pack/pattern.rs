//! Reads a rule's pattern (the part of PCRE that the rules use) into a tree. Letters are folded to lower case.

use super::PackError;

/// Largest repetition count. The rules' largest is 10.
const REPEAT_MAX: u32 = 200;
/// Deepest nesting of groups: bounds the recursion. The rules stay far below.
const DEPTH_MAX: usize = 40;

/// A set of bytes.
pub(super) type Class = [u64; 4];

/// A piece of a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Node {
    Byte(u8),
    Class(Class),
    Start,
    End,
    WordBorder,
    Capture(usize, Box<Node>),
    Concat(Vec<Node>),
    Either(Vec<Node>),
    Repeat {
        node: Box<Node>,
        least: u32,
        most: Option<u32>,
        greedy: bool,
    },
    /// Look-ahead; true when it must not match.
    Ahead(bool, Box<Node>),
    NotBehind(Vec<Vec<Node>>),
}

impl Node {
    /// True when it can match without taking a byte.
    pub(super) fn is_nullable(&self) -> bool {
        match self {
            Self::Byte(_) | Self::Class(_) => false,
            Self::Start | Self::End | Self::WordBorder | Self::Ahead(..) | Self::NotBehind(_) => true,
            Self::Capture(_, node) => node.is_nullable(),
            Self::Concat(nodes) => nodes.iter().all(Self::is_nullable),
            Self::Either(nodes) => nodes.iter().any(Self::is_nullable),
            Self::Repeat { node, least, .. } => *least == 0 || node.is_nullable(),
        }
    }
}

/// Reads a pattern.
pub(super) fn parse_pattern(pattern: &str) -> Result<Node, PackError> {
    let mut parser = Parser { bytes: pattern.as_bytes(), at: 0, captures: 0, depth: 0 };
    let result = parser.either().and_then(|node| {
        if parser.at == parser.bytes.len() { Ok(node) } else { Err("a group is closed that was not opened") }
    });
    result.map_err(|reason| PackError::Pattern { pattern: pattern.to_owned(), reason })
}

struct Parser<'p> {
    bytes: &'p [u8],
    at: usize,
    captures: usize,
    depth: usize,
}

type Parsed<T> = Result<T, &'static str>;

impl Parser<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn take(&mut self, text: &str) -> bool {
        let found = self.bytes[self.at..].starts_with(text.as_bytes());
        if found {
            self.at += text.len();
        }
        found
    }

    fn next(&mut self) -> Parsed<u8> {
        let byte = self.peek().ok_or("it ends too early")?;
        self.at += 1;
        Ok(byte)
    }

    fn either(&mut self) -> Parsed<Node> {
        let mut ways = vec![self.concat()?];
        while self.take("|") {
            ways.push(self.concat()?);
        }
        Ok(if ways.len() == 1 { ways.remove(0) } else { Node::Either(ways) })
    }

    fn concat(&mut self) -> Parsed<Node> {
        let mut nodes = Vec::new();
        while self.peek().is_some_and(|byte| byte != b'|' && byte != b')') {
            let node = self.atom()?;
            nodes.push(self.repeated(node)?);
        }
        Ok(if nodes.len() == 1 { nodes.remove(0) } else { Node::Concat(nodes) })
    }

    fn atom(&mut self) -> Parsed<Node> {
        Ok(match self.next()? {
            b'(' => self.group()?,
            b'[' => Node::Class(self.class()?),
            b'.' => Node::Class(negated(single(b'\n'))),
            b'^' => Node::Start,
            b'$' => Node::End,
            b'\\' => self.escape()?,
            b'*' | b'+' | b'?' => return Err("nothing is repeated"),
            byte => Node::Byte(byte.to_ascii_lowercase()),
        })
    }

    fn escape(&mut self) -> Parsed<Node> {
        let byte = self.next()?;
        if byte == b'b' {
            return Ok(Node::WordBorder);
        }
        if let Some(class) = class_of_escape(byte) {
            return Ok(Node::Class(class));
        }
        if byte.is_ascii_alphanumeric() {
            return Err("it uses an unknown escape");
        }
        Ok(Node::Byte(byte))
    }

    fn group(&mut self) -> Parsed<Node> {
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err("its groups are nested too deeply");
        }
        let node = if self.take("?:") {
            self.either()?
        } else if self.take("?!") {
            Node::Ahead(true, Box::new(self.either()?))
        } else if self.take("?=") {
            Node::Ahead(false, Box::new(self.either()?))
        } else if self.take("?<!") {
            Node::NotBehind(fixed_ways(&self.either()?)?)
        } else if self.peek() == Some(b'?') {
            return Err("it uses an unknown kind of group");
        } else {
            self.captures += 1;
            let number = self.captures;
            Node::Capture(number, Box::new(self.either()?))
        };
        self.depth -= 1;
        if self.take(")") { Ok(node) } else { Err("a group is not closed") }
    }

    fn repeated(&mut self, node: Node) -> Parsed<Node> {
        let (least, most) = match self.peek() {
            Some(b'*') => (0, None),
            Some(b'+') => (1, None),
            Some(b'?') => (0, Some(1)),
            Some(b'{') if self.bytes.get(self.at + 1).is_some_and(|byte| byte.is_ascii_digit() || *byte == b',') => {
                self.bounds()?
            }
            _ => return Ok(node),
        };
        self.at += 1;
        if self.peek() == Some(b'+') {
            return Err("it uses a possessive repetition");
        }
        let greedy = !self.take("?");
        if most.is_none() && node.is_nullable() {
            return Err("it repeats what may be empty");
        }
        Ok(Node::Repeat { node: Box::new(node), least, most, greedy })
    }

    /// Reads `{2,3}` and stays at the closing brace.
    fn bounds(&mut self) -> Parsed<(u32, Option<u32>)> {
        let length = self.bytes[self.at..].iter().position(|byte| *byte == b'}').ok_or("a count is not closed")?;
        let inside =
            std::str::from_utf8(&self.bytes[self.at + 1..self.at + length]).map_err(|_| "a count is no number")?;
        let number = |text: &str| match text.parse() {
            Ok(count) if count <= REPEAT_MAX => Ok(count),
            _ => Err("a count is no small number"),
        };
        self.at += length;
        match inside.split_once(',') {
            None => number(inside).map(|count| (count, Some(count))),
            Some((least, "")) => Ok((number(least)?, None)),
            Some(("", most)) => Ok((0, Some(number(most)?))),
            Some((least, most)) => Ok((number(least)?, Some(number(most)?))),
        }
    }

    fn class(&mut self) -> Parsed<Class> {
        let is_negated = self.take("^");
        let mut class = Class::default();
        let mut is_first = true;
        loop {
            let byte = self.next()?;
            if byte == b']' && !is_first {
                break;
            }
            is_first = false;
            let low = match self.class_item(byte)? {
                Ok(set) => {
                    class = union(class, set);
                    continue;
                }
                Err(byte) => byte,
            };
            let is_range = self.peek() == Some(b'-') && self.bytes.get(self.at + 1).is_some_and(|byte| *byte != b']');
            if !is_range {
                class = union(class, single(low));
                continue;
            }
            self.at += 1;
            let high = self.next()?;
            match self.class_item(high)? {
                Err(high) if high >= low => (low..=high).for_each(|byte| class = union(class, single(byte))),
                // `[ -_]` and the like are ranges; `[\w-.]` is not.
                Err(_) => return Err("a range of a class runs backwards"),
                Ok(set) => class = union(union(class, set), union(single(low), single(b'-'))),
            }
        }
        Ok(if is_negated { negated(class) } else { class })
    }

    /// A set, or else a single byte.
    fn class_item(&mut self, byte: u8) -> Parsed<Result<Class, u8>> {
        if byte == b'[' && self.peek() == Some(b':') {
            return Err("it uses a named class");
        }
        if byte != b'\\' {
            return Ok(Err(byte));
        }
        let escaped = self.next()?;
        match class_of_escape(escaped) {
            Some(set) => Ok(Ok(set)),
            None if escaped.is_ascii_alphanumeric() => Err("a class uses an unknown escape"),
            None => Ok(Err(escaped)),
        }
    }
}

/// The ways of a look-behind, each a list of single bytes.
fn fixed_ways(node: &Node) -> Parsed<Vec<Vec<Node>>> {
    match node {
        Node::Byte(_) | Node::Class(_) => Ok(vec![vec![node.clone()]]),
        Node::Either(ways) => Ok(ways.iter().map(fixed_ways).collect::<Parsed<Vec<_>>>()?.concat()),
        Node::Concat(nodes) => nodes.iter().try_fold(vec![Vec::new()], |starts, node| {
            let ends = fixed_ways(node)?;
            Ok(starts.iter().flat_map(|start| ends.iter().map(move |end| [start.as_slice(), end].concat())).collect())
        }),
        _ => Err("it looks behind over a variable length"),
    }
}

fn class_of_escape(byte: u8) -> Option<Class> {
    let is_member: fn(u8) -> bool = match byte.to_ascii_lowercase() {
        b'd' => |byte| byte.is_ascii_digit(),
        b'w' => |byte| byte.is_ascii_alphanumeric() || byte == b'_',
        b's' => |byte| matches!(byte, b' ' | b'\t'..=b'\r'),
        _ => return None,
    };
    let class =
        (0..=u8::MAX).filter(|byte| is_member(*byte)).fold(Class::default(), |class, byte| union(class, single(byte)));
    Some(if byte.is_ascii_uppercase() { negated(class) } else { class })
}

/// The class of one byte, folded.
pub(super) const fn single(byte: u8) -> Class {
    let byte = byte.to_ascii_lowercase();
    let mut class = [0; 4];
    class[(byte >> 6) as usize] = 1 << (byte & 63);
    class
}

fn union(one: Class, other: Class) -> Class {
    std::array::from_fn(|index| one[index] | other[index])
}

fn negated(class: Class) -> Class {
    class.map(|bits| !bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_folded_everywhere() {
        assert_eq!(parse_pattern("A").expect("valid"), Node::Byte(b'a'));
        assert_eq!(parse_pattern("[A-C]").expect("valid"), parse_pattern("[a-c]").expect("valid"));
        assert_eq!(parse_pattern("[^A]").expect("valid"), parse_pattern("[^a]").expect("valid"));
    }

    #[test]
    fn unknown_forms_are_refused() {
        for pattern in [
            "(",
            "a)",
            "*a",
            "(?<n>a)",
            "(?>a)",
            "a++",
            "[[:alpha:]]",
            r"\p",
            "(?<!a+)b",
            "(?:a*)*",
            "[z-a]",
            "a{1,999}",
        ] {
            assert!(parse_pattern(pattern).is_err(), "{pattern}");
        }
    }
}
