//! Versions as text.

use std::cmp::Ordering;

/// A version as rules give it: dots for underscores, no dots or spaces around.
pub(super) fn clean(version: &str) -> String {
    version.replace('_', ".").trim_matches([' ', '.']).to_owned()
}

/// Compares dotted versions part by part, numbers by value. A version that ends early is the smaller one.
pub(super) fn compare(one: &str, other: &str) -> Ordering {
    let parts = |version: &str| -> Vec<u64> {
        let parts = version.split('.').filter(|part| !part.is_empty());
        parts.map(|part| part.bytes().take_while(u8::is_ascii_digit).fold(0, append_digit)).collect()
    };
    parts(one).cmp(&parts(other))
}

fn append_digit(number: u64, digit: u8) -> u64 {
    number.saturating_mul(10).saturating_add(u64::from(digit - b'0'))
}

/// The number before the first dot; 0 when there is none.
pub(super) fn major(version: &str) -> u64 {
    version.bytes().take_while(u8::is_ascii_digit).fold(0, append_digit)
}

/// The number after the first dot; 0 when there is none.
pub(super) fn minor(version: &str) -> u64 {
    version.split_once('.').map_or(0, |(_, rest)| major(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number_and_length() {
        assert_eq!(compare("9.1", "10"), Ordering::Less);
        assert_eq!(compare("5", "5.0"), Ordering::Less);
        assert_eq!(compare("4.4.2", "4.4.2"), Ordering::Equal);
        assert_eq!(compare("99999999999999999999999", "1"), Ordering::Greater);
    }

    #[test]
    fn major_and_minor_are_the_first_numbers() {
        assert_eq!((major("14.5.1"), minor("14.5.1")), (14, 5));
        assert_eq!((major(""), minor("7")), (0, 0));
    }
}
