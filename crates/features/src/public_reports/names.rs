//! Names that seem to be of persons: a given name that is common and is hardly anything else, with a name behind it.

use std::sync::LazyLock;

/// Given names that are common in several languages, in order. Left out are those that are words or places as often,
/// such as Rose, Mark, Paris or April.
static GIVEN: LazyLock<Vec<&str>> = LazyLock::new(|| include_str!("given_names.txt").lines().collect());

/// Forms of address before a family name.
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "miss", "dr", "prof", "herr", "frau", "madame", "monsieur", "mme", "señor", "señora", "signor",
];

/// Parts of addresses behind which people stand.
const OF_PEOPLE: &[&str] = &[
    "account",
    "accounts",
    "author",
    "authors",
    "customer",
    "customers",
    "employee",
    "employees",
    "member",
    "members",
    "patient",
    "patients",
    "people",
    "person",
    "profile",
    "profiles",
    "staff",
    "student",
    "students",
    "team",
    "user",
    "users",
];

fn is_given(word: &str) -> bool {
    GIVEN.binary_search(&word.to_lowercase().as_str()).is_ok()
}

/// Whether a word is written as names are: a capital, then small letters, perhaps a second part.
fn is_written_as_name(word: &str) -> bool {
    let part = |part: &str| {
        let mut letters = part.chars();
        letters.next().is_some_and(char::is_uppercase)
            && letters.clone().next().is_some_and(char::is_lowercase)
            && letters.all(char::is_alphabetic)
    };
    word.split(['-', '\'', '’']).all(|one| part(one) || one.chars().count() == 1)
}

/// Whether somebody's name seems to stand in a text: "Jane Doe", "Frau Müller", "/users/jane-doe".
pub fn is_named(text: &str) -> bool {
    let words: Vec<&str> = text.split(|c: char| !(c.is_alphabetic() || "-'’".contains(c))).collect();
    let spoken = words.windows(2).any(|pair| {
        let (first, second) = (pair[0], pair[1]);
        let address = TITLES.contains(&first.to_lowercase().as_str()) || is_written_as_name(first) && is_given(first);
        address && is_written_as_name(second) && second.chars().count() > 1
    });
    // Behind the dot of "Dr. Müller" stands an empty word.
    let titled = words.windows(3).any(|three| {
        three[1].is_empty() && TITLES.contains(&three[0].to_lowercase().as_str()) && is_written_as_name(three[2])
    });
    let parts: Vec<&str> = text.split('/').collect();
    let in_address = parts.windows(2).any(|pair| {
        let mut names = pair[1].split(['-', '_', '.', '+']).filter(|part| part.chars().all(char::is_alphabetic));
        OF_PEOPLE.contains(&pair[0].to_lowercase().as_str())
            && names.next().is_some_and(is_given)
            && names.next().is_some_and(|name| name.chars().count() > 1)
    });
    spoken || titled || in_address
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stand_in_order() {
        assert!(GIVEN.is_sorted());
    }

    #[test]
    fn names_of_persons_are_told_from_other_words() {
        for text in [
            "Jane Doe of Rose Lane",
            "Profile of François Dupont – Shop",
            "Termin bei Frau Müller",
            "Dr. Özdemir, practice",
            "/users/jane-doe",
            "/team/thomas.schmidt/contact",
            "Order of Maria O'Neil",
        ] {
            assert!(is_named(text), "{text}");
        }
        for text in [
            "Rose Garden in April",
            "Thomas the tank engine",
            "john",
            "/blog/jane-austen-weekend",
            "Mark all as read",
            "Paris Hotels",
            "Terms and Conditions",
            "/users/list",
            "Welcome back, Jane",
        ] {
            assert!(!is_named(text), "{text}");
        }
    }
}
