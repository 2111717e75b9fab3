//! The id that the tracker gives a page view, as a number: six letters and digits, different at every page view, would
//! fill a dictionary with texts that nobody ever looks for.

/// Characters of an id that are kept, as many as Matomo keeps; seven would still fit into a number.
const CHARS_MAX: usize = 6;

/// The number of an id; `None` for what no tracker sends.
pub fn number(id: &str) -> Option<i64> {
    let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    is_id.then(|| id.bytes().take(CHARS_MAX).fold(0, |number, byte| number << 8 | i64::from(byte)))
}

/// The id of a number.
pub fn id(number: i64) -> String {
    let bytes = number.to_be_bytes();
    bytes.into_iter().filter(u8::is_ascii_graphic).map(char::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_back() {
        for known in ["aB3xY9", "a", "zzzzzz", "~!-_.0"] {
            assert_eq!(number(known).map(id).as_deref(), Some(known));
        }
        assert_eq!(number("aB3xY9longer"), number("aB3xY9"));
        assert_ne!(number("ab"), number("ba"));
        assert_eq!((number(""), number("é"), number("a b"), id(0)), (None, None, None, String::new()));
    }
}
