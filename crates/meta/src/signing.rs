//! Signatures (Ed25519) with keys of the installation.

use crate::{Error, Meta};
use ring::signature::{ED25519, Ed25519KeyPair, KeyPair, UnparsedPublicKey};

/// A key that signs for one purpose, and knows its own signatures again.
pub(crate) struct SigningKey(Ed25519KeyPair);

impl Meta {
    pub(crate) fn signing_key(&self, purpose: &str) -> Result<SigningKey, Error> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&self.derive_key(purpose));
        Ok(SigningKey(pair.map_err(|fault| Error::Corrupt(format!("a key that signs: {fault}")))?))
    }
}

impl SigningKey {
    /// The key by which others check signatures.
    pub(crate) fn public(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    pub(crate) fn sign(&self, text: &[u8]) -> Vec<u8> {
        self.0.sign(text).as_ref().to_vec()
    }

    pub(crate) fn has_signed(&self, text: &[u8], signature: &[u8]) -> bool {
        UnparsedPublicKey::new(&ED25519, self.public()).verify(text, signature).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> Vec<u8> {
        (0..hex.len() / 2).map(|at| u8::from_str_radix(&hex[at * 2..at * 2 + 2], 16).unwrap()).collect()
    }

    /// RFC 8032, 7.1, test 2: what is stored was signed by another implementation and has to stay valid.
    #[test]
    fn signatures_are_those_of_the_standard() {
        let seed = bytes("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb");
        let key = SigningKey(Ed25519KeyPair::from_seed_unchecked(&seed).unwrap());
        assert_eq!(key.public(), bytes("3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c"));
        let signature = bytes(
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da\
             085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
        );
        assert_eq!(key.sign(&[0x72]), signature);
        assert!(key.has_signed(&[0x72], &signature));
        assert!(!key.has_signed(&[0x73], &signature));
        assert!(!key.has_signed(&[0x72], &signature[1..]));
    }
}
