/// Decoded parameters of one request, in order; of a repeated name the last counts.
///
/// All texts share one buffer: a tracking request has a dozen parameters, and two allocations for each would cost more
/// than decoding them.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Params {
    text: String,
    /// Where each name and each value ends in `text`; they follow each other without gaps.
    ends: Vec<(u32, u32)>,
    /// The marks of all names: a request is asked for some sixty names, of which it has a dozen.
    marks: u64,
}

/// One of 64 marks that a name may have. Names that differ in length or in an end mostly differ in it.
fn mark(name: &[u8]) -> u64 {
    let ends = name.first().zip(name.last()).map_or(0, |(first, last)| u64::from(*first) * 7 + u64::from(*last) * 29);
    1 << ((ends + name.len() as u64 * 13) % 64)
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
        Params { text: String::with_capacity(text_bytes), ends: Vec::with_capacity(pairs), marks: 0 }
    }

    /// Adds a parameter behind the others. Texts beyond 4 GiB in all are not kept.
    pub fn push(&mut self, name: &str, value: &str) {
        let Ok(end) = u32::try_from(self.text.len() + name.len() + value.len()) else { return };
        self.text.push_str(name);
        let name_end = end - value.len() as u32;
        self.text.push_str(value);
        self.ends.push((name_end, end));
        self.marks |= mark(name.as_bytes());
    }

    /// The last value given under this exact name.
    pub fn get(&self, name: &str) -> Option<&str> {
        if self.marks & mark(name.as_bytes()) == 0 {
            return None;
        }
        let bytes = self.text.as_bytes();
        for at in (0..self.ends.len()).rev() {
            let start = if at == 0 { 0 } else { self.ends[at - 1].1 as usize };
            let (name_end, end) = (self.ends[at].0 as usize, self.ends[at].1 as usize);
            // Most names differ in length already.
            if name_end - start == name.len() && bytes[start..name_end] == *name.as_bytes() {
                return Some(&self.text[name_end..end]);
            }
        }
        None
    }

    fn pair(&self, at: usize) -> (&str, &str) {
        let start = if at == 0 { 0 } else { self.ends[at - 1].1 };
        let (name_end, end) = self.ends[at];
        (&self.text[start as usize..name_end as usize], &self.text[name_end as usize..end as usize])
    }

    /// As `get`, with an absent or empty value as `None`.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// A whole number; `None` when absent or not a number.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|value| value.trim().parse().ok())
    }

    /// True for a value that is a number other than 0.
    pub fn flag(&self, name: &str) -> bool {
        self.int(name).is_some_and(|n| n != 0)
    }

    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        (0..self.ends.len()).map(|at| self.pair(at))
    }

    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub fn len(&self) -> usize {
        self.ends.len()
    }
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
}
