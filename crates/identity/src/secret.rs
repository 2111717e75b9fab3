use crate::Error;
use sha2::{Digest, Sha256};

/// Random bytes of the system.
///
/// # Errors
/// When the system has none to give.
pub fn fresh_bytes<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|fault| Error::Random(fault.to_string()))?;
    Ok(bytes)
}

/// What is stored of a secret of 128 bits or more. Passwords are hashed slowly elsewhere.
pub fn hash_secret(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

/// One letter for each byte; bytes of 248 and more would favour some letters and are left out.
pub(crate) fn encode_base62(bytes: &[u8]) -> String {
    bytes.iter().filter(|byte| **byte < 248).map(|byte| BASE62[usize::from(byte % 62)] as char).collect()
}

/// As many random letters and digits.
pub(crate) fn fresh_letters(count: usize) -> Result<String, Error> {
    let mut text = String::with_capacity(count + 64);
    while text.len() < count {
        text.push_str(&encode_base62(&fresh_bytes::<64>()?));
    }
    text.truncate(count);
    Ok(text)
}

/// A secret for a link: 256 random bits in letters and digits.
///
/// # Errors
/// When the system has no random numbers to give.
pub fn fresh_secret() -> Result<String, Error> {
    fresh_letters(43)
}

/// A number in base 62, with leading zeros, for checksums.
pub(crate) fn number_base62(mut number: u32, digits: usize) -> String {
    let mut text = vec![b'0'; digits];
    for place in text.iter_mut().rev() {
        *place = BASE62[(number % 62) as usize];
        number /= 62;
    }
    text.into_iter().map(char::from).collect()
}
