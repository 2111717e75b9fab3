//! Recovery codes: the way back in for those who lost their second factor.

use crate::{Error, secret, totp};
use sha2::{Digest, Sha256};

/// Codes given out at once.
pub const RECOVERY_CODES: usize = 10;
/// Bytes of a code: 80 bits, 16 letters.
const CODE_BYTES: usize = 10;
/// Letters of a code between two dashes.
const GROUP_LETTERS: usize = 4;

/// A new set, written as `ABCD-EFGH-JKLM-NPQR`.
pub(crate) fn fresh_codes() -> Result<Vec<String>, Error> {
    (0..RECOVERY_CODES)
        .map(|_| {
            let letters = totp::base32(&secret::fresh_bytes::<CODE_BYTES>()?);
            let groups: Vec<&str> =
                (0..letters.len()).step_by(GROUP_LETTERS).map(|at| &letters[at..at + GROUP_LETTERS]).collect();
            Ok(groups.join("-"))
        })
        .collect()
}

/// What a typed code comes to: dashes, blanks and case do not matter.
fn letters_of(typed: &str) -> String {
    typed.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect()
}

/// Whether a typed code could be a recovery code, as opposed to the six digits of an app.
pub(crate) fn plausible(typed: &str) -> bool {
    letters_of(typed).len() == CODE_BYTES * 8 / 5
}

/// What is stored of a code, encrypted: bound to its owner, so that equal codes of two users differ.
pub(crate) fn digest(login: &str, typed: &str) -> [u8; 32] {
    let mut hash = Sha256::new();
    hash.update(b"recovery\0");
    hash.update(login.to_lowercase().as_bytes());
    hash.update(b"\0");
    hash.update(letters_of(typed).as_bytes());
    hash.finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_07_ten_codes_of_eighty_bits_typed_in_any_way() {
        let codes = fresh_codes().unwrap();
        let mut distinct = codes.clone();
        distinct.sort();
        distinct.dedup();
        assert_eq!((codes.len(), distinct.len()), (10, 10));
        let code = &codes[0];
        assert_eq!(letters_of(code).len() * 5, 80);
        for typed in [code.to_lowercase(), code.replace('-', ""), code.replace('-', " "), format!("  {code} ")] {
            assert!(plausible(&typed));
            assert_eq!(digest("Ada", &typed), digest("ada", code));
        }
        assert_ne!(digest("ada", code), digest("bob", code));
        assert_ne!(digest("ada", code), digest("ada", &codes[1]));
        assert!(!plausible("123456") && !plausible(""));
    }
}
