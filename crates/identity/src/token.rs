//! API tokens: what they look like, what they may be made for, and who is behind one.

use crate::{Error, Identity, Networks, Proved, attempts::hold, secret};
use makoto_access::{Caller, Cap, Principal, Proof, Reach, Role, User};
use makoto_meta::{Activity, NewToken, TokenRow};
use makoto_model::SiteId;
use serde_json::json;
use std::{collections::HashMap, net::IpAddr};

/// What every token begins with, so that scanners for leaked secrets know it.
const PREFIX: &str = "mkt_";
/// Random letters of a token: 178 bits.
const LETTERS: usize = 30;
/// Letters of its checksum, by which a mistyped token is refused without a look-up.
const CHECK_LETTERS: usize = 6;
/// How often at most a token's last use is written down, in seconds.
const USE_NOTED_EVERY_S: i64 = 10 * 60;
/// Tokens whose last use is remembered until it is written down; beyond it all are noted anew.
const USES_MAX: usize = 10_000;

/// The scopes that the command line offers: the highest role, everything its owner may do, or one kind of work.
pub const SCOPES: &[&str] = &["all", "admin", "write", "view", "track", "read", PROVISIONING];
/// The scope of a token that does nothing but provision, of all that proof is asked for.
pub const PROVISIONING: &str = "provisioning";

/// What a token is to be made for.
#[derive(Clone, PartialEq, Debug)]
pub struct TokenWish {
    pub description: String,
    /// The highest role, `all`, or `PROVISIONING`.
    pub scope: String,
    pub reach: Reach,
    /// `None`: every site of its owner.
    pub sites: Option<Vec<SiteId>>,
    /// From where it may be used; empty: from everywhere.
    pub networks: Vec<String>,
    pub expires_s: Option<i64>,
    pub provisioning: bool,
    pub url_allowed: bool,
}

impl TokenWish {
    /// A token of one of `SCOPES`, as the operator makes it.
    ///
    /// # Errors
    /// `Refused` for an unknown scope.
    pub fn of_scope(description: &str, scope: &str, expires_s: Option<i64>) -> Result<TokenWish, Error> {
        // Without a scope the operator's token may provision: scripts that add users were made before there were scopes.
        let (role, reach, provisioning) = match scope {
            "all" | PROVISIONING => (scope, Reach::Administer, true),
            "track" => ("write", Reach::Track, false),
            "read" => ("all", Reach::Read, false),
            role => (role, Reach::Administer, false),
        };
        if !SCOPES.contains(&scope) {
            return Err(Error::Refused(format!("there is no scope {scope}; use one of {}", SCOPES.join(", "))));
        }
        Ok(TokenWish {
            description: description.to_owned(),
            scope: role.to_owned(),
            reach,
            sites: None,
            networks: Vec::new(),
            expires_s,
            provisioning,
            url_allowed: false,
        })
    }

    fn check(&self) -> Result<(), Error> {
        let refuse = |why: &str| Err(Error::Refused(why.to_owned()));
        if !is_whole(&self.scope) && Role::parse(&self.scope).is_none() {
            return refuse("use one of the scopes all, admin, write and view");
        }
        if self.url_allowed && (self.scope != "view" || self.reach != Reach::Read) {
            return refuse("only a token that views and reads may stand in an address, which is kept in logs");
        }
        if self.provisioning && (!is_whole(&self.scope) || self.reach != Reach::Administer || self.sites.is_some()) {
            return refuse("a token for provisioning has the scope all, administers, and holds for every site");
        }
        if self.sites.as_ref().is_some_and(Vec::is_empty) {
            return refuse("name at least one site");
        }
        Ok(())
    }
}

/// Whether a scope allows everything that its owner may do.
fn is_whole(scope: &str) -> bool {
    ["all", PROVISIONING].contains(&scope)
}

/// How a token came in.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Bearing {
    pub address: Option<IpAddr>,
    /// It stood in the address of the request, which is kept in logs and histories.
    pub in_url: bool,
}

fn checksum(letters: &str) -> String {
    secret::number_base62(crc32fast::hash(letters.as_bytes()), CHECK_LETTERS)
}

/// True for a text that could be a token: right prefix, length and checksum.
fn plausible(token: &str) -> bool {
    let rest = token.strip_prefix(PREFIX).filter(|rest| rest.len() == LETTERS + CHECK_LETTERS && rest.is_ascii());
    rest.is_some_and(|rest| checksum(&rest[..LETTERS]) == rest[LETTERS..])
}

fn cap(row: &TokenRow) -> Option<Cap> {
    let whole = is_whole(&row.scope);
    if whole && row.reach == Reach::Administer && row.sites.is_none() {
        return None;
    }
    // A scope that this program does not know allows the least.
    let role = if whole { Role::Admin } else { Role::parse(&row.scope).unwrap_or(Role::View) };
    Some(Cap { sites: row.sites.clone(), role, superuser: whole && row.sites.is_none(), reach: row.reach })
}

/// Last uses that were noted, and of those the ones that are not written down yet.
#[derive(Default)]
pub(crate) struct Uses {
    noted: HashMap<i64, i64>,
    unsaved: Vec<(i64, i64, String)>,
}

impl Uses {
    fn note(&mut self, id: i64, address: Option<IpAddr>, now_s: i64) {
        if self.noted.get(&id).is_some_and(|noted_s| (0..USE_NOTED_EVERY_S).contains(&(now_s - noted_s))) {
            return;
        }
        if self.noted.len() >= USES_MAX {
            self.noted.clear();
        }
        self.noted.insert(id, now_s);
        self.unsaved.truncate(USES_MAX);
        self.unsaved.push((id, now_s, address.map(|address| address.to_string()).unwrap_or_default()));
    }
}

impl Identity {
    /// Makes a token and gives it; it is shown this once. Where a password was given for it, that must still be the one.
    ///
    /// # Errors
    /// `Refused` for a wish that contradicts itself, or as the store says.
    pub async fn make_token(
        &self,
        caller: &Caller,
        login: &str,
        wish: &TokenWish,
        proved: Option<&Proved>,
        now_s: i64,
    ) -> Result<String, Error> {
        wish.check()?;
        let networks = Networks::read(&wish.networks).map_err(Error::Refused)?.written();
        let letters = secret::fresh_letters(LETTERS)?;
        let token = format!("{PREFIX}{letters}{}", checksum(&letters));
        let new = NewToken {
            hash: secret::hash_secret(&token),
            login,
            description: wish.description.trim(),
            scope: &wish.scope,
            reach: wish.reach,
            sites: wish.sites.as_deref(),
            networks: &networks,
            expires_s: wish.expires_s,
            provisioning: wish.provisioning,
            url_allowed: wish.url_allowed,
            password_hash: proved.map(|proved| proved.password_hash.as_str()),
        };
        self.meta.add_token(caller, new, now_s).await?;
        Ok(token)
    }

    /// The principal behind a token; `None` for one that is unknown, mistyped, expired, or used from where or in a way
    /// that it was not made for.
    pub fn token_principal(&self, token: &str, bearing: Bearing, now_s: i64) -> Option<Principal> {
        if !plausible(token) {
            return None;
        }
        let snapshot = self.meta.snapshot();
        let row = snapshot.tokens.get(&secret::hash_secret(token))?;
        let in_place = !bearing.in_url || row.url_allowed;
        if row.expires_s.is_some_and(|end| end <= now_s) || !in_place || !may_come_from(row, bearing.address) {
            return None;
        }
        let account = snapshot.active_account(&row.login)?;
        hold(&self.token_uses).note(row.id, bearing.address, now_s);
        Some(Principal::User(User {
            login: account.login.clone(),
            superuser: account.superuser,
            roles: account.roles.clone(),
            cap: cap(row),
            proof: Proof::Token {
                id: row.id,
                provisioning: row.provisioning,
                provisioning_alone: row.scope == PROVISIONING,
            },
        }))
    }

    /// The number of a token that is stored, whether or not it may be used as it was.
    pub fn token_number(&self, token: &str) -> Option<i64> {
        plausible(token).then_some(())?;
        self.meta.snapshot().tokens.get(&secret::hash_secret(token)).map(|row| row.id)
    }

    /// Records that a token was refused, without it.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_refused_token(&self, caller: &Caller, in_url: bool, now_s: i64) -> Result<(), Error> {
        self.record_summed(caller, Activity::TokenRefused, "", json!({ "in_address": in_url }), now_s).await
    }

    /// Writes down when tokens were last used. The server calls it every minute and at its end.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn save_token_uses(&self) -> Result<(), Error> {
        let uses = std::mem::take(&mut hold(&self.token_uses).unsaved);
        if uses.is_empty() {
            return Ok(());
        }
        Ok(self.meta.note_token_uses(&uses).await?)
    }

    /// Deletes tokens whose time is over and tells owners of those that end soon. The server calls it every hour.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn tend_tokens(&self, now_s: i64) -> Result<(), Error> {
        Ok(self.meta.tend_tokens(&Caller::inside(Principal::Job("tokens")), now_s).await?)
    }
}

fn may_come_from(row: &TokenRow, address: Option<IpAddr>) -> bool {
    if row.networks.is_empty() {
        return true;
    }
    let entries: Vec<&str> = row.networks.split(',').collect();
    Networks::read(&entries).is_ok_and(|networks| networks.contain(address))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_24_a_mistyped_token_is_implausible() {
        let letters = secret::fresh_letters(LETTERS).unwrap();
        let token = format!("{PREFIX}{letters}{}", checksum(&letters));
        assert!(plausible(&token));
        for place in PREFIX.len()..token.len() {
            let mut wrong = token.clone().into_bytes();
            wrong[place] = if wrong[place] == b'x' { b'y' } else { b'x' };
            assert!(!plausible(&String::from_utf8(wrong).unwrap()), "changed at {place}");
        }
        assert!(!plausible("mkt_ü") && !plausible("") && !plausible(&token[1..]));
        assert!(!plausible("0123456789abcdef0123456789abcdef"), "Matomo's tokens come by an import alone");
    }

    #[test]
    fn promise_25_last_uses_are_noted_every_ten_minutes() {
        let mut uses = Uses::default();
        (0..1800).for_each(|now_s| uses.note(7, None, now_s));
        let noted: Vec<i64> = uses.unsaved.iter().map(|(_, used_s, _)| *used_s).collect();
        assert_eq!(noted, [0, 600, 1200]);
    }

    #[test]
    fn promise_25_wishes_that_contradict_themselves_are_refused() {
        let wish = |scope| TokenWish::of_scope("suite", scope, None).unwrap();
        for scope in SCOPES {
            assert!(wish(scope).check().is_ok(), "{scope}");
        }
        let url = |scope, reach| TokenWish { url_allowed: true, reach, ..wish(scope) }.check().is_ok();
        assert!(url("view", Reach::Read));
        assert!(!url("view", Reach::Administer) && !url("write", Reach::Read) && !url("all", Reach::Read));
        assert!(TokenWish { provisioning: true, ..wish("view") }.check().is_err());
        assert!(TokenWish { sites: Some(Vec::new()), ..wish("view") }.check().is_err());
        assert!(TokenWish::of_scope("suite", "root", None).is_err());
    }
}
