//! Turns what a request carries (a session's cookie, a token, a password) into a principal.

mod attempts;
mod password;
mod secret;
mod session;
mod setup;
mod token;

pub use password::{PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, check_password};
pub use secret::{fresh_bytes, hash_secret};
pub use session::SESSION_IDLE_MAX_S;
pub use setup::{SETUP_FILE, Setup};

use makoto_meta::Meta;
use std::{collections::HashMap, sync::Mutex};
use tokio::sync::Semaphore;

/// Password hashes computed at once: each takes 19 MiB and a core, and tracking must keep its share.
const HASHES_AT_ONCE_MAX: usize = 2;

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown login or wrong password: the same answer, and as slow.
    #[error("login or password is wrong; try again or ask a superuser for a new password")]
    WrongPassword,
    #[error("too many wrong passwords for this login; wait {wait_s} seconds and try again")]
    Slower { wait_s: u64 },
    #[error("{0}")]
    Refused(String),
    #[error("the set-up link is wrong or used; the server prints the right one when it starts")]
    WrongSetup,
    #[error(transparent)]
    Meta(#[from] makoto_meta::Error),
    #[error("passwords cannot be hashed: {0}")]
    Hash(String),
    #[error("the system gave no random numbers: {0}")]
    Random(String),
    #[error("{path}: {fault}")]
    File { path: String, fault: std::io::Error },
}

/// Sign-in, sessions and tokens of one installation.
pub struct Identity {
    meta: Meta,
    hashing: Semaphore,
    /// A hash that no password matches, so that an unknown login takes as long as a known one.
    decoy_hash: String,
    failures: Mutex<HashMap<String, attempts::Failures>>,
    /// When each session's last use was written down, so that it is written at most once a minute.
    touched: Mutex<HashMap<i64, i64>>,
}

impl Identity {
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(meta: Meta) -> Result<Identity, Error> {
        let decoy = secret::encode_base62(&secret::fresh_bytes::<32>()?);
        Ok(Identity {
            meta,
            hashing: Semaphore::new(HASHES_AT_ONCE_MAX),
            decoy_hash: password::hash(&decoy)?,
            failures: Mutex::default(),
            touched: Mutex::default(),
        })
    }

    pub fn meta(&self) -> &Meta {
        &self.meta
    }
}
