//! The filter that is part of the program.

use known_passwords::{Filter, build, built_in, is_known};

/// The three thousand that attackers try first.
const FIRST: &str = include_str!("first_3000.txt");

#[test]
fn promise_02_at_least_a_hundred_thousand_passwords_in_a_megabyte() {
    assert!(built_in().passwords() >= 100_000, "{}", built_in().passwords());
    assert!(include_bytes!("../src/passwords.bloom").len() <= 1024 * 1024);
}

#[test]
fn promise_02_the_first_three_thousand_are_known_in_any_case_and_disguise() {
    assert!(FIRST.lines().count() >= 3000);
    for password in FIRST.lines() {
        let padded = [format!("{password}!!!!!!!!!!!"), format!("{password}123456789")];
        assert!(is_known(password) && is_known(&password.to_uppercase()), "{password}");
        assert!(is_known(&password.repeat(3)), "{password} three times");
        if password.chars().filter(|c| c.is_alphabetic()).count() >= 4 && password.chars().all(char::is_alphabetic) {
            assert!(padded.iter().all(|padded| is_known(padded)), "{password} with signs around it");
        }
    }
    for disguised in ["P@ssw0rd", "p4$$w0rd1111111", "Passwordpassword", "!!!monkey!!!", "2024dragon2024"] {
        assert!(is_known(disguised), "{disguised}");
    }
}

#[test]
fn promise_02_one_of_ten_thousand_others_is_taken_for_known() {
    let filter = built_in();
    let texts = 1_000_000u32;
    let taken = (0..texts).filter(|n| filter.contains(&format!("ordinary text {n} of the test"))).count();
    assert!(taken <= texts as usize / 10_000, "{taken} of {texts}");
}

#[test]
fn promise_02_long_known_ones_are_refused_and_good_ones_pass() {
    for bad in ["1q2w3e4r5t6y7u8i", "qwertyuiopasdfgh", "passwordpassword", "1234567890123456"] {
        assert!(is_known(bad), "{bad}");
    }
    for good in [
        "sixteen lanterns over the river",
        "пароль из нескольких слов",
        "tide-40-Ember-91-quill",
        "🦊🐻🐼🦁🐯🐨🐸🐵🐔🐧🐦🐤🦆🦅🦉",
    ] {
        assert!(!is_known(good), "{good}");
    }
}

#[test]
fn a_filter_knows_what_it_was_made_of_and_bytes_that_are_none_are_refused() {
    let words: Vec<String> = (0..500).map(|n| format!("word{n}")).collect();
    let bytes = build(&words).unwrap();
    let filter = Filter::read(&bytes).unwrap();
    assert!(words.iter().all(|word| filter.contains(word)) && filter.passwords() == 500);
    for wrong in [&bytes[..bytes.len() - 1], &bytes[..3], &[]] {
        assert!(Filter::read(wrong).is_none());
    }
    assert!(build(&[]).is_none());
}
