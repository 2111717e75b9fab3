/// Decoded parameters of one tracking request, in order; of a repeated name the last counts.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct Params(Vec<(Box<str>, Box<str>)>);

impl Params {
    pub fn new(pairs: Vec<(Box<str>, Box<str>)>) -> Params {
        Params(pairs)
    }

    /// The last value given under this exact name.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().rev().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
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
        self.0.iter().map(|(key, value)| (&**key, &**value))
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn len(&self) -> usize {
        self.0.len()
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
    }
}
