//! What a new password must be, and how passwords are kept.

use crate::{Error, Identity, attempts::hold, hashing::Lane, matomo_hash, rules};
use argon2::{
    Algorithm, Argon2, Params, PasswordHash, PasswordHasher, PasswordVerifier, Version,
    password_hash::{self, SaltString},
};
use makoto_access::{Caller, Principal};
use makoto_meta::Snapshot;
use std::{borrow::Cow, collections::BTreeSet};
use unicode_normalization::UnicodeNormalization;

/// Shortest password, in characters (NIST SP 800-63B-4, single factor).
pub const PASSWORD_CHARS_MIN: usize = 15;
/// Shortest password of a user with a second factor, and where strong passwords are forced, in characters.
pub const PASSWORD_WITH_FACTOR_CHARS_MIN: usize = 12;
/// Longest password, in characters; longer ones are refused, never cut.
pub const PASSWORD_CHARS_MAX: usize = 256;
const DAY_S: i64 = 24 * 60 * 60;
/// Fewest different characters.
const DIFFERENT_CHARS_MIN: usize = 5;
/// Letters and digits that a password must have besides words that everybody knows of its owner.
const OWN_CHARS_MIN: usize = 8;
/// Shorter words occur in too many good passwords, in characters.
const WORD_CHARS_MIN: usize = 3;
/// Sites whose names are looked at; more would make the check slow, and an attacker's guess worse.
const SITES_MAX: usize = 1000;

/// Argon2id's memory in KiB and passes, with one lane: about 110 ms on one core of a server. Builds for development
/// take OWASP's least (19 MiB, two passes), since without optimisation they are several times as slow.
const MEMORY_KIB: u32 = if cfg!(debug_assertions) { 19 * 1024 } else { 46 * 1024 };
const PASSES: u32 = if cfg!(debug_assertions) { 2 } else { 3 };

/// Who will have the password.
#[derive(Clone, Copy, Debug)]
pub struct Whose<'a> {
    pub login: &'a str,
    pub email: &'a str,
}

/// One rule and whether a password keeps it.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Judged {
    pub id: &'static str,
    pub text: String,
    pub passed: bool,
}

/// One form for texts that look alike; passwords are compared in this form alone.
fn normal(password: &str) -> Cow<'_, str> {
    if password.is_ascii() { Cow::Borrowed(password) } else { Cow::Owned(password.nfc().collect()) }
}

fn argon2() -> Result<Argon2<'static>, Error> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|fault| Error::Hash(fault.to_string()))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

pub(crate) fn hash(password: &str) -> Result<String, Error> {
    let salt = SaltString::encode_b64(&crate::secret::fresh_bytes::<16>()?).map_err(|f| Error::Hash(f.to_string()))?;
    let hash = argon2()?.hash_password(normal(password).as_bytes(), &salt).map_err(|f| Error::Hash(f.to_string()))?;
    Ok(hash.to_string())
}

/// A hash that no password matches and that takes as long to check as those made now. Nothing is computed for it: its
/// result is drawn at random.
pub(crate) fn decoy() -> Result<String, Error> {
    let fault = |fault: password_hash::Error| Error::Hash(fault.to_string());
    let salt = SaltString::encode_b64(&crate::secret::fresh_bytes::<16>()?).map_err(fault)?;
    let result = password_hash::Output::new(&crate::secret::fresh_bytes::<32>()?).map_err(fault)?;
    let argon2 = argon2()?;
    let (m, t, p) = (argon2.params().m_cost(), argon2.params().t_cost(), argon2.params().p_cost());
    Ok(format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${result}"))
}

fn verify(password: &str, stored: &str) -> Result<bool, Error> {
    if let Some(hash) = matomo_hash::imported(stored) {
        return matomo_hash::verify(password, hash);
    }
    let hash = PasswordHash::new(stored).map_err(|fault| Error::Hash(fault.to_string()))?;
    // The parameters are the stored hash's own.
    Ok(Argon2::default().verify_password(normal(password).as_bytes(), &hash).is_ok())
}

/// Whether a stored hash is weaker than those made now, and what it is, for the record.
fn outdated(stored: &str) -> Option<&'static str> {
    if let Some(hash) = matomo_hash::imported(stored) {
        return Some(if hash.starts_with("$argon2") { "Matomo's Argon2" } else { "Matomo's bcrypt" });
    }
    let Ok(hash) = PasswordHash::new(stored) else { return Some("unknown") };
    let strong = Params::try_from(&hash).is_ok_and(|params| params.m_cost() >= MEMORY_KIB && params.t_cost() >= PASSES);
    (hash.algorithm.as_str() != "argon2id" || !strong).then_some("weaker parameters")
}

/// Words of the owner and the installation, longest first, in lower case.
fn context_words(snapshot: &Snapshot, whose: Whose<'_>, host: &str, with_sites: bool) -> Vec<String> {
    let mut texts = vec![whose.login, whose.email, host, "makoto", "matomo"];
    if with_sites {
        for site in snapshot.site_rows.values().take(SITES_MAX) {
            texts.push(&site.name);
            texts.extend(site.urls.first().map(|url| host_of(url)));
        }
    }
    let words = texts.iter().flat_map(|text| text.split(|c: char| !c.is_alphanumeric()));
    let words: BTreeSet<String> =
        words.filter(|word| word.chars().count() >= WORD_CHARS_MIN).map(str::to_lowercase).collect();
    let mut words: Vec<String> = words.into_iter().collect();
    words.sort_by_key(|word| std::cmp::Reverse(word.len()));
    words
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split(['/', ':', '?', '#']).next().unwrap_or(rest)
}

/// Whether enough remains of a password without words that everybody knows.
fn is_own(password: &str, words: &[String]) -> bool {
    let whole = password.to_lowercase();
    let rest = words.iter().fold(whole.clone(), |rest, word| rest.replace(word.as_str(), " "));
    rest == whole || rest.chars().filter(|c| c.is_alphanumeric()).count() >= OWN_CHARS_MIN
}

/// The rules with what a password does about them. An empty password keeps none.
fn judge(password: &str, chars_min: usize, strong: bool, words: &[String]) -> Vec<Judged> {
    let password = normal(password);
    let chars: Vec<char> = password.chars().collect();
    let different = chars.iter().collect::<BTreeSet<_>>().len();
    let rule = |id, text: &str, passed: bool| Judged { id, text: text.to_owned(), passed: passed && !chars.is_empty() };
    let mut rules = vec![
        rule("length", &format!("at least {chars_min} characters"), chars.len() >= chars_min),
        rule("longest", &format!("at most {PASSWORD_CHARS_MAX} characters"), chars.len() <= PASSWORD_CHARS_MAX),
    ];
    if strong {
        let any = |test: fn(&char) -> bool| chars.iter().any(test);
        rules.push(rule("lower", "a small letter", any(|c| c.is_lowercase())));
        rules.push(rule("upper", "a capital letter", any(|c| c.is_uppercase())));
        rules.push(rule("digit", "a digit", any(|c| c.is_numeric())));
        rules.push(rule("special", "a special character", any(|c| c.is_ascii_punctuation())));
    }
    let readable = chars.len() <= PASSWORD_CHARS_MAX;
    rules.push(rule("varied", "at least 5 different characters", different >= DIFFERENT_CHARS_MIN));
    rules.push(rule(
        "known",
        "not among the passwords that attackers try",
        readable && !known_passwords::is_known(&password),
    ));
    rules.push(rule(
        "own",
        "not made of your name, address or this site's names",
        readable && is_own(&password, words),
    ));
    rules
}

impl Identity {
    fn chars_min(&self, snapshot: &Snapshot, login: &str) -> usize {
        let short = snapshot.setting(&rules::STRENGTH_CHECK) || snapshot.factors(login).any();
        if short { PASSWORD_WITH_FACTOR_CHARS_MIN } else { PASSWORD_CHARS_MIN }
    }

    /// The rules in force for a user, each with whether a password keeps it; the online check is not asked. Who is not
    /// signed in learns nothing of the sites or of who uses a second factor.
    pub fn judge_password(&self, caller: &Caller, password: &str, whose: Whose<'_>) -> Vec<Judged> {
        let snapshot = self.meta.snapshot();
        let (own, with_sites) = match &caller.principal {
            Principal::Anonymous | Principal::Public(_) => ("", false),
            principal => (if principal.name() == whose.login { whose.login } else { "" }, true),
        };
        let words = context_words(&snapshot, whose, self.host(), with_sites);
        judge(password, self.chars_min(&snapshot, own), snapshot.setting(&rules::STRENGTH_CHECK), &words)
    }

    /// Checks a new password by every rule in force, the breach service among them where it is asked. The one way to a
    /// password: set-up, change, reset, invitation and new users all come through here.
    ///
    /// # Errors
    /// `Refused` says what to change.
    pub async fn check_password(&self, password: &str, login: &str, email: &str) -> Result<(), Error> {
        let snapshot = self.meta.snapshot();
        let words = context_words(&snapshot, Whose { login, email }, self.host(), true);
        let strong = snapshot.setting(&rules::STRENGTH_CHECK);
        let judged = judge(password, self.chars_min(&snapshot, login), strong, &words);
        let missing: Vec<&str> = judged.iter().filter(|rule| !rule.passed).map(|rule| rule.text.as_str()).collect();
        if !missing.is_empty() {
            return Err(Error::Refused(format!(
                "use another password: {}; a few unrelated words in a row are good",
                missing.join(", ")
            )));
        }
        if snapshot.setting(&rules::BREACH_CHECK) {
            let url = snapshot.setting(&rules::BREACH_RANGE_URL);
            if self.is_breached(url, &normal(password)).await {
                return Err(Error::Refused(
                    "this password has appeared in a data breach; use another one, here and wherever you use it".into(),
                ));
            }
        }
        Ok(())
    }

    /// Hashes a password that `check_password` has passed, for whom chooses it.
    ///
    /// # Errors
    /// `Slower` while they have another one hashed; when the system gives no random numbers or no memory.
    pub async fn hash_password(&self, who: &str, password: &str) -> Result<String, Error> {
        let password = password.to_owned();
        self.hashing.choose(who, move || hash(&password)).await
    }

    /// Notes whether a password in use keeps the rules, when that changed or once a day; it is in hand only now.
    async fn look_at_used(&self, login: &str, email: &str, password: &str) -> Result<(), Error> {
        let snapshot = self.meta.snapshot();
        let words = context_words(&snapshot, Whose { login, email }, self.host(), false);
        let judged =
            judge(password, self.chars_min(&snapshot, login), snapshot.setting(&rules::STRENGTH_CHECK), &words);
        let weak = judged.iter().any(|rule| !rule.passed);
        let now_s =
            std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map_or(0, |s| s.as_secs() as i64);
        let seen = (now_s / DAY_S, weak);
        if hold(&self.judged).insert(login.to_lowercase(), seen) == Some(seen) {
            return Ok(());
        }
        Ok(self.meta.note_password(login, weak, now_s).await?)
    }

    /// The hash that is stored by now of a login's password, if this is it.
    async fn is_present(&self, login: &str, password: &str) -> Result<Option<String>, Error> {
        let snapshot = self.meta.snapshot();
        let Some(account) = snapshot.active_account(login) else { return Ok(None) };
        let (text, stored) = (password.to_owned(), account.password_hash.clone());
        let right = self.hashing.run(Lane::Known, move || verify(&text, &stored)).await?;
        Ok(right.then(|| account.password_hash.clone()))
    }

    /// The stored hash of the login's password, if this is it; takes as long for a login that does not exist. A hash that
    /// is weaker than those made now is replaced.
    ///
    /// # Errors
    /// When the stored hash cannot be read; `Slower` when too many wait for their turn.
    pub(crate) async fn verify_password(
        &self,
        caller: &Caller,
        login: &str,
        password: &str,
        lane: Lane,
    ) -> Result<Option<String>, Error> {
        let snapshot = self.meta.snapshot();
        // Invited users have no password yet.
        let account = snapshot.active_account(login).filter(|account| !account.password_hash.is_empty());
        let stored = account.map_or_else(|| self.decoy_hash.clone(), |account| account.password_hash.clone());
        let (text, hash) = (password.to_owned(), stored.clone());
        let right = self.hashing.run(lane, move || verify(&text, &hash)).await?;
        let Some(account) = account.filter(|_| right) else { return Ok(None) };
        let kept = match outdated(&stored) {
            None => stored,
            Some(was) => {
                let text = password.to_owned();
                let fresh = self.hashing.run(Lane::Known, move || self::hash(&text)).await?;
                match self.meta.rehash_password(caller, &account.login, &stored, &fresh, was).await? {
                    true => fresh,
                    // Another sign-in of the same moment has replaced it, or the password was changed.
                    false => return self.is_present(&account.login, password).await,
                }
            }
        };
        self.look_at_used(&account.login, &account.email, password).await?;
        Ok(Some(kept))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keeps(password: &str, strong: bool) -> bool {
        let words = ["lovelace", "example", "ada", "org"].map(str::to_owned);
        let chars_min = if strong { PASSWORD_WITH_FACTOR_CHARS_MIN } else { PASSWORD_CHARS_MIN };
        judge(password, chars_min, strong, &words).iter().all(|rule| rule.passed)
    }

    #[test]
    fn the_decoy_costs_what_hashes_cost_and_matches_nothing() {
        let (decoy, real) = (decoy().unwrap(), hash("correct horse battery staple 27").unwrap());
        assert!(!verify("correct horse battery staple 27", &decoy).unwrap());
        let shape = |text: &str| text.split('$').take(4).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(shape(&decoy), shape(&real));
        assert_eq!(decoy.len(), real.len());
        assert_eq!(outdated(&decoy), None);
    }

    #[test]
    fn promise_01_passwords_are_judged_by_length_and_variety_alone() {
        for good in ["correct horse battery staple 27", "пароль из нескольких слов", "🦊🐻🐼🦁🐯🐨🐸🐵🐔🐧🐦🐤🦆🦅🦉"]
        {
            assert!(keeps(good, false), "{good}");
        }
        assert!(keeps(&"lantern over the river ".repeat(11), false));
        let long = "sixteen lanterns over the river ".repeat(8);
        assert_eq!(long.chars().count(), PASSWORD_CHARS_MAX);
        assert!(!keeps(&format!("{long}a"), false));
        for bad in
            ["", "short", "aaaaaaaaaaaaaaaaaaaa", "adaadaadaadaadaada", "Ada.Lovelace@example.org", "abababababababab"]
        {
            assert!(!keeps(bad, false), "{bad}");
        }
    }

    #[test]
    fn promise_01_forced_strength_asks_for_four_classes_and_twelve_characters() {
        assert!(keeps("Tide-40-Quill", true));
        for bad in ["tide-40-quill", "TIDE-40-QUILL", "Tide-xx-Quill", "Tide 40 Quill", "Tide-40-Qui"] {
            assert!(!keeps(bad, true), "{bad}");
        }
    }

    #[test]
    fn promise_01_nothing_of_a_long_password_is_cut_and_equal_looks_are_equal() {
        let long = "correct horse ".repeat(14);
        let stored = hash(&format!("{long}abcd")).unwrap();
        assert!(verify(&format!("{long}abcd"), &stored).unwrap());
        assert!(!verify(&format!("{long}abce"), &stored).unwrap());
        // ü as one character and as u with a sign of its own.
        let stored = hash("\u{fc}bung macht den meister").unwrap();
        assert!(verify("u\u{308}bung macht den meister", &stored).unwrap());
    }

    #[test]
    fn promise_03_hashes_are_strong_and_weaker_ones_are_known() {
        let fresh = hash("sixteen lanterns over the river").unwrap();
        assert!(fresh.starts_with("$argon2id$v=19$m="), "{fresh}");
        assert_eq!(outdated(&fresh), None);
        const { assert!(MEMORY_KIB >= 19 * 1024 && PASSES >= 2) };
        let weak = "$argon2id$v=19$m=4096,t=3,p=1$c2l4dGVlbiBieXRlcyBvaw$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        assert_eq!(outdated(weak), Some("weaker parameters"));
        assert_eq!(outdated("matomo:$2y$10$x"), Some("Matomo's bcrypt"));
    }
}
