use crate::{Error, Identity};
use argon2::{Argon2, PasswordHash, PasswordHasher, PasswordVerifier, password_hash::SaltString};

/// Shortest password, in characters (NIST SP 800-63B-4, single factor).
pub const PASSWORD_CHARS_MIN: usize = 15;
/// Longest password, in characters; longer ones are refused, never cut.
pub const PASSWORD_CHARS_MAX: usize = 256;

/// Checks a new password for its length and for being the login or address itself.
///
/// # Errors
/// `Refused` says what to change.
pub fn check_password(password: &str, login: &str, email: &str) -> Result<(), Error> {
    let chars = password.chars().count();
    if chars < PASSWORD_CHARS_MIN {
        return Err(Error::Refused(format!(
            "use a password of at least {PASSWORD_CHARS_MIN} characters; a few words in a row are good"
        )));
    }
    if chars > PASSWORD_CHARS_MAX {
        return Err(Error::Refused(format!("use a password of at most {PASSWORD_CHARS_MAX} characters")));
    }
    let mut letters: Vec<char> = password.chars().collect();
    letters.sort_unstable();
    letters.dedup();
    let lower = password.to_lowercase();
    if letters.len() < 5
        || lower == email.to_lowercase()
        || lower == login.to_lowercase().repeat(chars / login.len().max(1))
    {
        return Err(Error::Refused("this password is easy to guess; a few unrelated words in a row are better".into()));
    }
    Ok(())
}

/// Argon2id with 19 MiB, two passes, one lane, as OWASP's least.
pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::encode_b64(&crate::secret::fresh_bytes::<16>()?).map_err(|f| Error::Hash(f.to_string()))?;
    let hash = Argon2::default().hash_password(password.as_bytes(), &salt).map_err(|f| Error::Hash(f.to_string()))?;
    Ok(hash.to_string())
}

fn verify(password: &str, hash: &str) -> Result<bool, Error> {
    let hash = PasswordHash::new(hash).map_err(|fault| Error::Hash(fault.to_string()))?;
    Ok(Argon2::default().verify_password(password.as_bytes(), &hash).is_ok())
}

impl Identity {
    async fn aside<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _permit = self.hashing.acquire().await.map_err(|fault| Error::Hash(fault.to_string()))?;
        tokio::task::spawn_blocking(work).await.map_err(|fault| Error::Hash(fault.to_string()))?
    }

    /// Hashes a password that `check_password` has passed.
    ///
    /// # Errors
    /// When the system gives no random numbers or no memory.
    pub async fn hash_password(&self, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        self.aside(move || hash(&password)).await
    }

    /// Whether this is the login's password; takes as long for a login that does not exist.
    ///
    /// # Errors
    /// When the stored hash cannot be read.
    pub async fn verify_password(&self, login: &str, password: &str) -> Result<bool, Error> {
        let snapshot = self.meta.snapshot();
        let account = snapshot.account(login);
        let known = account.is_some();
        let hash = account.map_or_else(|| self.decoy_hash.clone(), |account| account.password_hash.clone());
        let password = password.to_owned();
        let right = self.aside(move || verify(&password, &hash)).await?;
        Ok(right && known)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_judged_by_length_and_variety_alone() {
        for good in ["correct horse battery staple 27", "пароль из нескольких слов", "🦊🐻🐼🦁🐯🐨🐸🐵🐔🐧🐦🐤🦆🦅🦉"]
        {
            assert!(check_password(good, "ada", "ada@example.org").is_ok(), "{good}");
        }
        for bad in ["short", "aaaaaaaaaaaaaaaaaaaa", "adaadaadaadaadaada", "Ada.Lovelace@example.org"] {
            assert!(check_password(bad, "ada", "ada.lovelace@example.org").is_err(), "{bad}");
        }
    }

    #[test]
    fn nothing_of_a_long_password_is_cut() {
        let long = "correct horse ".repeat(14);
        let hash = hash(&format!("{long}a")).unwrap();
        assert!(verify(&format!("{long}a"), &hash).unwrap());
        assert!(!verify(&format!("{long}b"), &hash).unwrap());
    }
}
