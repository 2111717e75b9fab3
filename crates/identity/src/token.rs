use crate::{Error, Identity, secret};
use makoto_access::{Caller, Cap, Principal, Proof, Reach, Role, User};
use makoto_meta::NewToken;

/// What every token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "mkt_";
/// Random letters of a token: 178 bits.
const LETTERS: usize = 30;
/// Letters of its checksum, by which a mistyped token is refused without a look-up.
const CHECK_LETTERS: usize = 6;

/// The scopes that a token may have: its highest role, or everything its owner may do.
pub const SCOPES: &[&str] = &["all", "admin", "write", "view"];

fn checksum(letters: &str) -> String {
    secret::number_base62(crc32fast::hash(letters.as_bytes()), CHECK_LETTERS)
}

/// True for a text that could be a token: right prefix, length and checksum.
fn plausible(token: &str) -> bool {
    let rest = token.strip_prefix(PREFIX).filter(|rest| rest.len() == LETTERS + CHECK_LETTERS && rest.is_ascii());
    rest.is_some_and(|rest| checksum(&rest[..LETTERS]) == rest[LETTERS..])
}

fn cap(scope: &str) -> Result<Option<Cap>, Error> {
    if scope == "all" {
        return Ok(None);
    }
    let role = Role::parse(scope)
        .ok_or_else(|| Error::Refused(format!("there is no scope {scope}; use one of {}", SCOPES.join(", "))))?;
    Ok(Some(Cap { sites: None, role, superuser: false, reach: Reach::Administer }))
}

impl Identity {
    /// Makes a token and gives it; it is shown this once.
    ///
    /// # Errors
    /// `Refused` for an unknown scope, or as the store says.
    pub async fn make_token(
        &self,
        caller: &Caller,
        login: &str,
        description: &str,
        scope: &str,
        expires_s: Option<i64>,
        now_s: i64,
    ) -> Result<String, Error> {
        cap(scope)?;
        // The operator's command line may make tokens for provisioning; without a scope it does.
        let provisioning = caller.principal == Principal::Operator && scope == "all";
        let letters = secret::fresh_letters(LETTERS)?;
        let token = format!("{PREFIX}{letters}{}", checksum(&letters));
        let hash = secret::hash_secret(&token);
        self.meta
            .add_token(caller, NewToken { hash, login, description, scope, expires_s, provisioning }, now_s)
            .await?;
        Ok(token)
    }

    /// The principal behind a token; `None` for one that is unknown, mistyped or expired.
    pub fn token_principal(&self, token: &str, now_s: i64) -> Option<Principal> {
        if !plausible(token) {
            return None;
        }
        let snapshot = self.meta.snapshot();
        let row = snapshot.tokens.get(&secret::hash_secret(token))?;
        if row.expires_s.is_some_and(|end| end <= now_s) {
            return None;
        }
        let account = snapshot.active_account(&row.login)?;
        Some(Principal::User(User {
            login: account.login.clone(),
            superuser: account.superuser,
            roles: account.roles.clone(),
            cap: cap(&row.scope).ok()?,
            proof: Proof::Token { id: row.id, provisioning: row.provisioning },
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mistyped_token_is_implausible() {
        let letters = secret::fresh_letters(LETTERS).unwrap();
        let token = format!("{PREFIX}{letters}{}", checksum(&letters));
        assert!(plausible(&token));
        for place in PREFIX.len()..token.len() {
            let mut wrong = token.clone().into_bytes();
            wrong[place] = if wrong[place] == b'x' { b'y' } else { b'x' };
            assert!(!plausible(&String::from_utf8(wrong).unwrap()), "changed at {place}");
        }
        assert!(!plausible("mkt_ü") && !plausible("") && !plausible(&token[1..]));
    }
}
