/// Decoded parameters of one request, in order; of a repeated name the last counts.
///
/// All texts share one buffer: a tracking request has a dozen parameters, and two allocations for each would cost more
/// than decoding them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Params {
    text: String,
    pairs: Vec<Pair>,
    /// The marks of all names: a request is asked for some sixty names, of which it has a dozen.
    marks: u128,
}

/// Where a name and its value end in the text; they follow each other without gaps.
#[derive(Clone, Copy, PartialEq, Debug)]
struct Pair {
    key: u64,
    name_end: u32,
    end: u32,
}

/// Bytes at either end of a name that its key is made of.
const KEY_BYTES: usize = 4;

/// What names are compared by before their texts are: their ends and their length.
#[inline]
fn key(name: &[u8]) -> u64 {
    let ends = name.len().min(KEY_BYTES);
    let mut key = [0; 2 * KEY_BYTES];
    key[..ends].copy_from_slice(&name[..ends]);
    key[KEY_BYTES..KEY_BYTES + ends].copy_from_slice(&name[name.len() - ends..]);
    u64::from_le_bytes(key) ^ (name.len() as u64) << 57
}

/// One of 128 marks that a name may have.
#[inline]
fn mark(key: u64) -> u128 {
    // The upper bits of a product depend on all bits of a key.
    1 << (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 57)
}

impl Params {
    pub fn new(pairs: Vec<(Box<str>, Box<str>)>) -> Params {
        let mut params = Params::default();
        for (name, value) in &pairs {
            params.push(name, value);
        }
        params
    }

    /// Room for a request of this many bytes, so that the buffer need not grow.
    pub fn with_capacity(text_bytes: usize, pairs: usize) -> Params {
        Params { text: String::with_capacity(text_bytes), pairs: Vec::with_capacity(pairs), marks: 0 }
    }

    /// Adds a parameter behind the others. Texts beyond 4 GiB in all are not kept.
    pub fn push(&mut self, name: &str, value: &str) {
        let Ok(end) = u32::try_from(self.text.len() + name.len() + value.len()) else { return };
        self.text.push_str(name);
        self.text.push_str(value);
        let key = key(name.as_bytes());
        self.pairs.push(Pair { key, name_end: end - value.len() as u32, end });
        self.marks |= mark(key);
    }

    /// The last value given under this exact name.
    #[inline]
    pub fn get(&self, name: &str) -> Option<&str> {
        let key = key(name.as_bytes());
        if self.marks & mark(key) == 0 { None } else { self.find(key, name) }
    }

    fn find(&self, key: u64, name: &str) -> Option<&str> {
        let alike = (0..self.pairs.len()).rev().filter(|at| self.pairs[*at].key == key);
        alike.map(|at| self.pair(at)).find(|(known, _)| *known == name).map(|(_, value)| value)
    }

    fn pair(&self, at: usize) -> (&str, &str) {
        let start = if at == 0 { 0 } else { self.pairs[at - 1].end };
        let Pair { name_end, end, .. } = self.pairs[at];
        (&self.text[start as usize..name_end as usize], &self.text[name_end as usize..end as usize])
    }

    /// As `get`, with an absent or empty value as `None`.
    #[inline]
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A whole number; `None` when absent or not a number.
    #[inline]
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(whole)
    }

    /// True for a value that is a number other than 0.
    #[inline]
    pub fn flag(&self, name: &str) -> bool {
        self.int(name).is_some_and(|n| n != 0)
    }

    /// As `flag`, and true for `true` in any case: how methods read switches of their own.
    pub fn says(&self, name: &str) -> bool {
        self.flag(name) || self.get(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// What stands between the commas of a value, without blanks around it and where there is something.
    pub fn parts(&self, name: &str) -> impl Iterator<Item = &str> {
        self.get(name).unwrap_or("").split(',').map(str::trim).filter(|part| !part.is_empty())
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.pairs.len()).map(|at| self.pair(at))
    }

    pub fn is_empty(&self) -> bool {
        self.pairs.is_empty()
    }

    pub fn len(&self) -> usize {
        self.pairs.len()
    }
}

fn whole(text: &str) -> Option<i64> {
    text.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn the_last_of_a_repeated_name_counts() {
        let params = Params::new(vec![("a".into(), "1".into()), ("a".into(), "2".into()), ("b".into(), "".into())]);
        assert_eq!((params.get("a"), params.get("b"), params.filled("b")), (Some("2"), Some(""), None));
        assert!(params.flag("a") && !params.flag("b") && !params.flag("c"));
        assert_eq!(params.iter().collect::<Vec<_>>(), [("a", "1"), ("a", "2"), ("b", "")]);
        assert_eq!((params.len(), params.is_empty()), (3, false));
    }

    #[test]
    fn switches_of_methods_take_words() {
        for (value, flag, says) in [
            ("1", true, true),
            ("true", false, true),
            ("TRUE", false, true),
            ("false", false, false),
            ("0", false, false),
        ] {
            let params = Params::new(vec![("a".into(), value.into())]);
            assert_eq!((params.flag("a"), params.says("a")), (flag, says), "{value}");
        }
    }

    #[test]
    fn parts_stand_between_commas() {
        let params = Params::new(vec![("a".into(), " b,,c ".into())]);
        assert_eq!(params.parts("a").collect::<Vec<_>>(), ["b", "c"]);
        assert_eq!(params.parts("b").count(), 0);
    }

    #[test]
    fn names_that_are_alike_are_told_apart() {
        let names = ["", "a", "aa", "abcd", "abcdabcd", "abcd1abcd", "abcd2abcd", "é", "pk_campaign", "pk_compaign"];
        let mut params = Params::default();
        for name in names {
            assert_eq!(params.get(name), None);
            params.push(name, &format!("of {name}"));
        }
        for name in names {
            assert_eq!(params.get(name), Some(format!("of {name}").as_str()));
        }
    }
}
