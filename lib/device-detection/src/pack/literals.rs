//! Finds the strings that every match of an alternative must contain, and indexes them.

use std::collections::{BTreeMap, HashMap};

use super::pattern::{Class, Node};
use crate::matcher::prefilter::{GRAM_BYTES_MAX, GRAM_BYTES_MIN, Needle, Needles};
use crate::matcher::program::class_has;

/// Most strings that may stand for one alternative.
const STRINGS_MAX: usize = 512;
/// Length at which a string says enough.
const STRING_BYTES_ENOUGH: usize = 7;
/// Length from which a string is no longer multiplied by a class or choice.
const STRING_BYTES_TO_MULTIPLY: usize = 4;
/// Largest class that is written out.
const CLASS_BYTES_MAX: usize = 12;
/// What most user agents contain: strings inside of it tell nothing apart.
const COMMON: &str = "mozilla/5.0 (linux; u; android 10; k) applewebkit/537.36 (khtml, like gecko) version/4.0 \
    chrome/100.0.0.0 mobile safari/537.36 build/ wv) (windows nt 10.0; win64; x64) (macintosh; intel mac os x 10_15_7) \
    (iphone; cpu iphone os 17_0 like mac os x) mobile/15e148 (x11; linux x86_64; rv:109.0) gecko/20100101 firefox/ \
    (compatible; android 11; android 12; android 13; android 14; android 9; android 8.1.0; android 7.0; android 6.0.1; \
    android 5.1; android 4.4.2; en-us; http://www. .com/ https://www. .html) linux; arm_64; (ipad; cpu os 16_0) version/16.0";
/// What a string from [`COMMON`] costs, divided by its length and measured in rare strings: any set of rare strings is
/// better, and of common strings the longest.
const COST_COMMON: f64 = 16_000.0;
/// What a prefix costs compared with a string anywhere: its place is known, so one attempt decides.
const PREFIX_DISCOUNT: f64 = 0.5;

/// Strings of which a match must contain one.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct NeededLiterals {
    strings: Vec<Vec<u8>>,
    is_prefix: bool,
}

/// A string that is being built.
#[derive(Debug, Clone, Default)]
struct Growing {
    bytes: Vec<u8>,
    is_closed: bool,
}

/// The cheapest set of strings of which every match of `node` contains one; `None` when there is no useful one.
pub(super) fn needed_literals(node: &Node) -> Option<NeededLiterals> {
    let nodes = if let Node::Concat(nodes) = node { nodes.as_slice() } else { std::slice::from_ref(node) };
    let prefix = NeededLiterals { strings: texts(grow_all(nodes)), is_prefix: true };
    let inner = inner_literals(node).map(|strings| NeededLiterals { strings, is_prefix: false });
    [Some(prefix), inner]
        .into_iter()
        .flatten()
        .filter_map(|set| Some((set_cost(&set.strings)? * if set.is_prefix { PREFIX_DISCOUNT } else { 1.0 }, set)))
        .min_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, set)| set)
}

/// The cheapest set that may lie anywhere in the match.
fn inner_literals(node: &Node) -> Option<Vec<Vec<u8>>> {
    let sets: Vec<Vec<Vec<u8>>> = match node {
        Node::Concat(nodes) => (0..nodes.len())
            .flat_map(|from| [Some(texts(grow_all(&nodes[from..]))), inner_literals(&nodes[from])])
            .flatten()
            .collect(),
        Node::Either(ways) => {
            ways.iter().map(inner_literals).collect::<Option<Vec<_>>>().map(|sets| sets.concat()).into_iter().collect()
        }
        Node::Capture(_, node) => inner_literals(node).into_iter().collect(),
        Node::Repeat { node, least: 1.., .. } => inner_literals(node).into_iter().collect(),
        Node::Byte(_) | Node::Class(_) => vec![texts(grow(node))],
        _ => Vec::new(),
    };
    sets.into_iter()
        .filter_map(|set| Some((set_cost(&set)?, set)))
        .min_by(|(one, _), (other, _)| one.total_cmp(other))
        .map(|(_, set)| set)
}

fn texts(grown: Vec<Growing>) -> Vec<Vec<u8>> {
    let mut texts: Vec<_> = grown.into_iter().map(|string| string.bytes).collect();
    texts.sort();
    texts.dedup();
    texts
}

/// How often the set will be found in vain, in an arbitrary unit; `None` when a string is too short to look up.
fn set_cost(strings: &[Vec<u8>]) -> Option<f64> {
    if strings.is_empty() || strings.len() > STRINGS_MAX {
        return None;
    }
    strings.iter().map(|string| string_cost(string)).sum()
}

fn string_cost(string: &[u8]) -> Option<f64> {
    let is_common = COMMON.as_bytes().windows(string.len().max(1)).any(|window| window == string);
    let by_length = match string.len() {
        ..GRAM_BYTES_MIN => return None,
        2 => 25.0,
        3 => 6.0,
        4 => 2.0,
        5 => 1.3,
        _ => 1.0,
    };
    Some(if is_common { COST_COMMON / string.len() as f64 } else { by_length })
}

/// The strings with which a sequence may start.
fn grow_all(nodes: &[Node]) -> Vec<Growing> {
    let mut strings = vec![Growing::default()];
    for node in nodes {
        if strings.iter().all(|string| string.is_closed) {
            break;
        }
        strings = append_all(strings, &grow(node));
    }
    strings
}

/// Every string followed by every part. Too many of them are left as they are and closed.
fn append_all(mut strings: Vec<Growing>, parts: &[Growing]) -> Vec<Growing> {
    let grown = strings.iter().map(|string| if string.is_closed { 1 } else { parts.len() }).sum::<usize>();
    if grown > STRINGS_MAX {
        close_all(&mut strings);
        return strings;
    }
    strings.into_iter().flat_map(|string| append(string, parts)).collect()
}

fn close_all(strings: &mut [Growing]) {
    strings.iter_mut().for_each(|string| string.is_closed = true);
}

fn append(mut string: Growing, parts: &[Growing]) -> Vec<Growing> {
    let is_enough = string.bytes.len() >= STRING_BYTES_ENOUGH
        || (parts.len() > 1 && string.bytes.len() >= STRING_BYTES_TO_MULTIPLY);
    if string.is_closed || is_enough {
        string.is_closed = true;
        return vec![string];
    }
    parts
        .iter()
        .map(|part| Growing { bytes: [string.bytes.as_slice(), &part.bytes].concat(), is_closed: part.is_closed })
        .collect()
}

/// The strings with which a node may start. A closed string may be followed by anything.
fn grow(node: &Node) -> Vec<Growing> {
    let open = |bytes| Growing { bytes, is_closed: false };
    let closed = |bytes| Growing { bytes, is_closed: true };
    match node {
        Node::Byte(byte) => vec![open(vec![*byte])],
        Node::Class(class) => {
            let members = class_members(class);
            if members.len() > CLASS_BYTES_MAX {
                return vec![closed(Vec::new())];
            }
            members.into_iter().map(|byte| open(vec![byte])).collect()
        }
        Node::Start | Node::WordBorder | Node::Ahead(..) | Node::NotBehind(_) => vec![open(Vec::new())],
        Node::End => vec![closed(vec![0])],
        Node::Capture(_, node) => grow(node),
        Node::Concat(nodes) => grow_all(nodes),
        Node::Either(ways) => ways.iter().flat_map(grow).collect(),
        Node::Repeat { node, least, most, .. } => {
            let mut strings = vec![open(Vec::new())];
            for _ in 0..*least {
                strings = append_all(strings, &grow(node));
            }
            if *least > 0 && *most != Some(*least) {
                close_all(&mut strings);
            }
            if *least == 0 {
                let is_optional = *most == Some(1);
                strings.extend(
                    grow(node).into_iter().map(|part| Growing { is_closed: part.is_closed || !is_optional, ..part }),
                );
            }
            strings
        }
    }
}

fn class_members(class: &Class) -> Vec<u8> {
    (0..=u8::MAX).filter(|byte| class_has(class, *byte)).collect()
}

/// Collects the strings of all alternatives.
#[derive(Default)]
pub(super) struct LiteralIndex {
    alternatives: BTreeMap<(Vec<u8>, bool), Vec<u32>>,
    unfiltered: Vec<u32>,
}

impl LiteralIndex {
    /// Notes that `alternative` needs one of these strings, or nothing.
    pub(super) fn add(&mut self, alternative: u32, needed: Option<NeededLiterals>) {
        let Some(needed) = needed else {
            self.unfiltered.push(alternative);
            return;
        };
        for string in needed.strings {
            self.alternatives.entry((string, needed.is_prefix)).or_default().push(alternative);
        }
    }

    /// The index, each string filed under the part that the fewest strings share.
    pub(super) fn finish(self) -> Needles {
        let mut shared: HashMap<Vec<u8>, u32> = HashMap::new();
        for (string, _) in self.alternatives.keys() {
            for gram in string.windows(string.len().min(GRAM_BYTES_MAX)) {
                *shared.entry(gram.to_vec()).or_default() += 1;
            }
        }
        let mut filed: Vec<_> =
            self.alternatives.iter().map(|(key, list)| (choose_gram(&key.0, &shared), key, list)).collect();
        filed.sort_by_key(|((_, length, gram), ..)| (*length, *gram));
        let mut needles = Needles { unfiltered: self.unfiltered.clone(), ..Needles::default() };
        for ((gram_at, gram_length, gram), (string, is_prefix), alternatives) in filed {
            needles.needles.push(Needle {
                gram,
                text: needles.text.len() as u32,
                length: string.len() as u8,
                gram_length,
                gram_at,
                is_prefix: *is_prefix,
                alternatives: needles.alternatives.len() as u32,
            });
            needles.text.extend(string);
            needles.alternatives.extend(alternatives);
        }
        needles
    }
}

/// Place, length and value of the part under which a string is filed.
fn choose_gram(string: &[u8], shared: &HashMap<Vec<u8>, u32>) -> (u8, u8, u32) {
    let length = string.len().min(GRAM_BYTES_MAX);
    let cost = |gram: &[u8]| {
        let is_common = COMMON.as_bytes().windows(gram.len()).any(|window| window == gram);
        (is_common, shared.get(gram).copied().unwrap_or_default())
    };
    let (at, gram) = string.windows(length).enumerate().min_by_key(|(_, gram)| cost(gram)).unwrap_or((0, string));
    let value = gram.iter().rev().fold(0, |value, byte| value << 8 | u32::from(*byte));
    (at as u8, length as u8, value)
}
