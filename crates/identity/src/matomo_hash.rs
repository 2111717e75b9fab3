//! Passwords as Matomo keeps them: bcrypt or Argon2 over the MD5 of the password. They are kept under a mark of their
//! own until their owner signs in, and then stored anew.

use crate::Error;
use argon2::{Argon2, Params, PasswordHash, PasswordVerifier};
use makoto_meta::hex;
use md5::{Digest, Md5};

/// What stands before a hash that came from Matomo.
const MARK: &str = "matomo:";
/// Most memory of an imported Argon2 hash, in KiB; Matomo's own is a quarter of it.
const MEMORY_KIB_MAX: u32 = 256 * 1024;
/// Most passes of an imported Argon2 hash, and rounds of a bcrypt hash as a power of two: more is no default of PHP's.
const PASSES_MAX: u32 = 16;
const BCRYPT_COST_MAX: u32 = 14;

/// A hash of Matomo's in the form in which it is stored here.
///
/// # Errors
/// `Refused` for a text that is no such hash, or one that would take too long.
pub fn store_matomo_hash(hash: &str) -> Result<String, Error> {
    let fits = match bcrypt_cost(hash) {
        Some(cost) => cost <= BCRYPT_COST_MAX,
        None => PasswordHash::new(hash)
            .ok()
            .and_then(|hash| Params::try_from(&hash).ok())
            .is_some_and(|params| params.m_cost() <= MEMORY_KIB_MAX && params.t_cost() <= PASSES_MAX),
    };
    match fits {
        true => Ok(format!("{MARK}{hash}")),
        false => {
            Err(Error::Refused("this is no password hash of Matomo's; let the user ask for a new password".into()))
        }
    }
}

fn bcrypt_cost(hash: &str) -> Option<u32> {
    let rest = hash.strip_prefix("$2y$").or_else(|| hash.strip_prefix("$2a$")).or_else(|| hash.strip_prefix("$2b$"))?;
    let (cost, rest) = rest.split_once('$')?;
    (rest.len() == 53).then(|| cost.parse().ok())?
}

/// The hash behind the mark; `None` for one of our own.
pub(crate) fn imported(stored: &str) -> Option<&str> {
    stored.strip_prefix(MARK)
}

/// Whether this is the password of a hash of Matomo's.
pub(crate) fn verify(password: &str, hash: &str) -> Result<bool, Error> {
    let hex = hex(&Md5::digest(password.as_bytes()));
    if bcrypt_cost(hash).is_some() {
        return bcrypt::verify(hex, hash).map_err(|fault| Error::Hash(fault.to_string()));
    }
    let hash = PasswordHash::new(hash).map_err(|fault| Error::Hash(fault.to_string()))?;
    Ok(Argon2::default().verify_password(hex.as_bytes(), &hash).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use argon2::{PasswordHasher, password_hash::SaltString};

    #[test]
    fn promise_03_hashes_of_matomo_verify() {
        let password = "sixteen lanterns over the river";
        let md5: String = Md5::digest(password).iter().map(|byte| format!("{byte:02x}")).collect();
        let bcrypt = bcrypt::hash(&md5, 4).unwrap().replace("$2b$", "$2y$");
        let salt = SaltString::encode_b64(b"sixteen bytes ok").unwrap();
        let argon = Argon2::default().hash_password(md5.as_bytes(), &salt).unwrap().to_string();
        for hash in [bcrypt, argon] {
            let stored = store_matomo_hash(&hash).unwrap();
            let hash = imported(&stored).unwrap();
            assert!(verify(password, hash).unwrap());
            assert!(!verify("sixteen lanterns over the rivers", hash).unwrap());
            assert!(!verify(&md5, hash).unwrap(), "the MD5 is not the password");
        }
    }

    #[test]
    fn hashes_that_take_too_long_and_other_texts_are_refused() {
        let slow = format!("$2y$31${}", "a".repeat(53));
        let large =
            "$argon2id$v=19$m=4194304,t=4,p=1$c2l4dGVlbiBieXRlcyBvaw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        for wrong in [slow.as_str(), large, "", "5f4dcc3b5aa765d61d8327deb882cf99", "$2y$10$short"] {
            assert!(store_matomo_hash(wrong).is_err(), "{wrong}");
        }
        assert_eq!(imported("$argon2id$v=19$…"), None);
    }
}
