//! The rows of a tree before they have numbers: what they are called and where they stand.

use crate::groups::Mix;
use makoto_model::Value;
use std::{hash::Hasher, sync::Arc};

/// What shared data takes beside itself: two counts, and what it is rounded up by.
const SHARED_BYTES: usize = 24;

/// What a row is called, in a form that costs little to keep.
#[derive(Clone, Debug)]
pub enum Name {
    Root,
    /// The row of all that were too many.
    Others,
    /// Of a value.
    Key(Arc<[Value]>),
    /// A part of a text.
    Path {
        text: Arc<str>,
        from: u32,
        to: u32,
        leaf: bool,
    },
    Word(Box<Word>),
    /// A text without any name.
    Nameless,
}

impl Name {
    /// Where a part of a text lies in it, or the word that was added.
    pub(crate) fn of_part(text: &Arc<str>, part: &str, leaf: bool, word: &'static str) -> Name {
        let from = (part.as_ptr() as usize).wrapping_sub(text.as_ptr() as usize);
        match from.checked_add(part.len()) {
            Some(to) if to <= text.len() && text.get(from..to) == Some(part) => {
                Name::Path { text: text.clone(), from: from as u32, to: to as u32, leaf }
            }
            _ => Name::Word(Box::new(Word { text: text.clone(), word, leaf })),
        }
    }

    /// The part of a path, as stored.
    pub fn path(&self) -> &str {
        match self {
            Name::Path { text, from, to, .. } => &text[*from as usize..*to as usize],
            Name::Word(word) => word.word,
            Name::Root | Name::Others | Name::Key(_) | Name::Nameless => "",
        }
    }

    pub fn is_leaf(&self) -> bool {
        match self {
            Name::Path { leaf, .. } => *leaf,
            Name::Word(word) => word.leaf,
            Name::Nameless => true,
            Name::Root | Name::Others | Name::Key(_) => false,
        }
    }

    /// The whole text that the leaf stands for.
    pub fn whole(&self) -> Option<&Arc<str>> {
        match self {
            Name::Path { text, leaf: true, .. } => Some(text),
            Name::Word(word) => Some(&word.text).filter(|_| word.leaf),
            _ => None,
        }
    }
}

/// A name that is not in the text. Few rows have one, and so the others take less room.
#[derive(Clone, Debug)]
pub struct Word {
    pub text: Arc<str>,
    pub word: &'static str,
    pub leaf: bool,
}

#[derive(Clone, Debug)]
pub struct Node {
    pub name: Name,
    pub parent: u32,
    /// Where its numbers stand.
    pub(crate) cells: u32,
    /// Which list of rows is inside it; the first one, in which there are none, for most.
    pub(crate) list: u32,
}

impl Node {
    /// What tells it apart in a tree of texts: the row around it, whether it is a leaf, and its name.
    pub(crate) fn place(&self) -> (u32, bool, &str) {
        (self.parent, self.name.is_leaf(), self.name.path())
    }

    /// Bytes beside its own. The text of a part of a path is counted at the leaf.
    pub(crate) fn weight(&self) -> usize {
        let name = match &self.name {
            Name::Key(key) => {
                let texts = key.iter().filter_map(Value::as_text).map(|text| text.len() + SHARED_BYTES);
                SHARED_BYTES + size_of_val(&**key) + texts.sum::<usize>()
            }
            other => other.whole().map_or(0, |text| text.len() + SHARED_BYTES),
        };
        name + if matches!(self.name, Name::Word(_)) { size_of::<Word>() } else { 0 }
    }
}

/// A number that nodes at the same place share.
pub(crate) fn place_hash((parent, leaf, name): (u32, bool, &str)) -> u64 {
    let mut mix = Mix::default();
    mix.write_u32(parent);
    mix.write_u8(leaf.into());
    mix.write(name.as_bytes());
    mix.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_takes_little_room() {
        assert_eq!(size_of::<Node>(), 48);
    }
}
