//! Encrypts what must not be read from a copy of the store alone: secrets of second factors, links in mails. The key
//! lies beside the store in a file of its own.

use crate::Error;
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce, aead::Aead};
use sha2::{Digest, Sha256};
use std::{io::Write, os::unix::fs::OpenOptionsExt, path::Path};

const KEY_BYTES: usize = 32;
const NONCE_BYTES: usize = 24;

/// The installation's key.
#[derive(Clone)]
pub(crate) struct Seal {
    cipher: XChaCha20Poly1305,
    key: Vec<u8>,
}

fn fresh<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|fault| Error::Random(fault.to_string()))?;
    Ok(bytes)
}

impl Seal {
    /// Reads the key, or makes it, readable by its owner alone.
    pub(crate) fn open(path: &Path) -> Result<Seal, Error> {
        let file = |fault| Error::Key { path: path.display().to_string(), fault };
        let key = match std::fs::read(path) {
            Ok(bytes) => bytes,
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {
                let bytes = fresh::<KEY_BYTES>()?;
                let mut made = std::fs::OpenOptions::new();
                let mut made = made.write(true).create_new(true).mode(0o600).open(path).map_err(file)?;
                made.write_all(&bytes).and_then(|()| made.sync_all()).map_err(file)?;
                bytes.to_vec()
            }
            Err(fault) => return Err(file(fault)),
        };
        let cipher = XChaCha20Poly1305::new_from_slice(&key)
            .map_err(|_| Error::Corrupt(format!("{} does not hold {KEY_BYTES} bytes", path.display())))?;
        Ok(Seal { cipher, key })
    }

    /// A key of its own for a purpose; it cannot be told from those of other purposes.
    pub(crate) fn derive(&self, purpose: &str) -> [u8; KEY_BYTES] {
        Sha256::new().chain_update(&self.key).chain_update(purpose).finalize().into()
    }

    /// Nonce and ciphertext.
    pub(crate) fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        let nonce = fresh::<NONCE_BYTES>()?;
        let sealed = self.cipher.encrypt(&XNonce::from(nonce), plain);
        let sealed = sealed.map_err(|_| Error::Corrupt("a secret is too long to be encrypted".into()))?;
        Ok([&nonce[..], &sealed].concat())
    }

    pub(crate) fn unseal(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let broken = || Error::Corrupt("an encrypted value does not fit this installation's key".into());
        let (nonce, sealed) = sealed.split_first_chunk::<NONCE_BYTES>().ok_or_else(broken)?;
        self.cipher.decrypt(&XNonce::from(*nonce), sealed).map_err(|_| broken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_sealed_opens_with_the_same_key_alone() {
        let dir = tempfile::tempdir().unwrap();
        let seal = Seal::open(&dir.path().join("key")).unwrap();
        let sealed = seal.seal(b"otter").unwrap();
        assert!(!sealed.windows(5).any(|part| part == b"otter"));
        assert_eq!(Seal::open(&dir.path().join("key")).unwrap().unseal(&sealed).unwrap(), b"otter");
        assert!(Seal::open(&dir.path().join("other")).unwrap().unseal(&sealed).is_err());
        let mut bent = sealed.clone();
        bent[30] ^= 1;
        assert!(seal.unseal(&bent).is_err());
    }
}
