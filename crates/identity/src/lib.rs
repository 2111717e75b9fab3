//! Turns what a request carries (a session's cookie, a token, a password) into a principal.

mod attempts;
mod breach;
mod device;
mod digest;
pub mod enforcement;
mod factor;
mod guess;
mod hashing;
mod invitation;
mod matomo_hash;
mod network;
pub mod outbound;
mod passkey;
mod password;
mod priority;
mod recovery;
mod reset;
pub mod rules;
mod secret;
mod seen;
mod session;
mod setup;
mod token;
mod totp;

pub use device::Locate;
pub use guess::{Blocked, Proved};
pub use matomo_hash::store_matomo_hash;
pub use network::{Network, Networks};
pub use password::{Judged, PASSWORD_CHARS_MAX, PASSWORD_CHARS_MIN, Whose};
pub use priority::step_back;
pub use recovery::RECOVERY_CODES;
pub use secret::{fresh_bytes, fresh_secret, hash_secret};
pub use session::{Entry, SESSION_IDLE_MAX_S};
pub use setup::{SETUP_FILE, Setup};
pub use token::{Bearing, PROVISIONING, SCOPES, TokenWish};
pub use totp::TotpOffer;

use makoto_meta::Meta;
use std::{
    collections::HashMap,
    sync::{Mutex, OnceLock},
};

#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Unknown login or wrong password: the same answer, and as slow.
    #[error("login or password is wrong; try again or ask a superuser for a new password")]
    WrongPassword,
    #[error("too many failed sign-ins; wait {wait_s} seconds and try again")]
    Slower { wait_s: u64 },
    #[error("the second factor is missing; send its code as well")]
    FactorMissing,
    #[error("this is not the code of your second factor; wait for the next one and try again")]
    WrongCode,
    /// The question for the second factor took too long or too many tries.
    #[error("too much time or too many tries have passed; sign in again")]
    HalfEnded,
    #[error("this passkey was not accepted; try again or use another way")]
    WrongPasskey,
    #[error("passkeys failed: {0}")]
    Passkey(String),
    #[error("{0}")]
    Refused(String),
    #[error("this link is wrong, used or too old; ask for a new one")]
    WrongLink,
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
    hashing: hashing::Hashing,
    /// The name under which browsers reach this server; unknown to commands.
    host: OnceLock<String>,
    /// A hash that no password matches, so that an unknown login takes as long as a known one.
    decoy_hash: String,
    attempts: Mutex<attempts::Attempts>,
    /// What is recorded in sums.
    digest: Mutex<digest::Digest>,
    /// When it was last said that far more sign-ins fail than usual.
    alarm_s: Mutex<i64>,
    paces: Mutex<guess::Paces>,
    token_uses: Mutex<token::Uses>,
    /// What open sessions were opened with.
    bounds: Mutex<device::Bounds>,
    locate: OnceLock<device::Locate>,
    /// When each session's last use was written down, so that it is written at most once a minute.
    touched: Mutex<HashMap<i64, i64>>,
    passkeys: passkey::Passkeys,
    /// On which day each user's password was last looked at, and whether it was weak; as many as there are users.
    judged: Mutex<HashMap<String, (i64, bool)>>,
    seen: Mutex<seen::Seen>,
}

impl Identity {
    /// # Errors
    /// When the system gives no random numbers.
    pub fn new(meta: Meta) -> Result<Identity, Error> {
        Ok(Identity {
            attempts: Mutex::new(attempts::Attempts::new(meta.derive_key(attempts::PURPOSE))),
            meta,
            hashing: hashing::Hashing::default(),
            host: OnceLock::new(),
            decoy_hash: password::decoy()?,
            digest: Mutex::default(),
            alarm_s: Mutex::default(),
            paces: Mutex::default(),
            token_uses: Mutex::default(),
            bounds: Mutex::default(),
            locate: OnceLock::new(),
            touched: Mutex::default(),
            passkeys: passkey::Passkeys::default(),
            judged: Mutex::default(),
            seen: Mutex::default(),
        })
    }

    pub fn meta(&self) -> &Meta {
        &self.meta
    }

    /// Tells by which address browsers reach this server: its name is a bad password.
    pub fn serve_at(&self, base_url: &str) {
        let rest = base_url.split_once("://").map_or(base_url, |(_, rest)| rest);
        self.host.get_or_init(|| rest.split(['/', ':']).next().unwrap_or(rest).to_owned());
    }

    fn host(&self) -> &str {
        self.host.get().map_or("", String::as_str)
    }
}
