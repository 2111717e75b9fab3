//! Passkeys and security keys (WebAuthn): as second factor, as fresh proof, and for sign-in without a password. The
//! authenticator always has to verify its user, so a passkey stands for both factors.

use crate::{
    Error, Identity,
    attempts::hold,
    enforcement, recovery, secret,
    session::{SECRET_LETTERS, Way, in_session},
};
use makoto_access::{Caller, Principal, Proof, User};
use makoto_meta::{Activity, NewPasskey, PasskeyRow};
use serde::Serialize;
use serde_json::{Value as Json, json};
use std::{
    collections::HashMap,
    net::IpAddr,
    sync::{Mutex, OnceLock},
    time::Duration,
};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential,
    RegisterPublicKeyCredential, Url, Uuid, Webauthn, WebauthnBuilder, WebauthnError,
};

/// How long a challenge may be answered, in seconds.
pub const CHALLENGE_MAX_S: i64 = 5 * 60;
/// Challenges that wait for an answer; about a kilobyte each. Those of browsers without a session, which anybody can
/// ask for, make room for the others.
const CHALLENGES_MAX: usize = 10_000;

/// To what a challenge is bound: its answer counts nowhere else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Binding {
    /// A session's number.
    Session(i64),
    /// The hash of the secret of a sign-in that owes its second factor.
    Half([u8; 32]),
    /// The hash of a secret that a browser without a session was given for this alone.
    Browser([u8; 32]),
}

/// What a challenge is for.
enum Ceremony {
    /// With the handle by which the new key will know its user.
    Add(PasskeyRegistration, Uuid),
    Confirm(PasskeyAuthentication),
    SignIn(DiscoverableAuthentication),
}

/// The challenges under way, in memory alone: a restart ends them, and nothing can bring an old one back.
#[derive(Default)]
pub(crate) struct Passkeys {
    /// Empty where browsers allow no passkeys: under a bare address.
    party: OnceLock<Webauthn>,
    waiting: Mutex<HashMap<Binding, (i64, Ceremony)>>,
}

/// The name and origin under which browsers keep keys for this server. This machine's own addresses are no names; its
/// name is used there.
fn party_of(base_url: &str) -> Option<(String, Url)> {
    let mut origin = Url::parse(base_url).ok()?;
    let host = origin.host_str()?.trim_matches(['[', ']']).to_owned();
    match host.parse::<IpAddr>() {
        Ok(address) if address.is_loopback() => {
            origin.set_host(Some("localhost")).ok()?;
            Some(("localhost".to_owned(), origin))
        }
        Ok(_) => None,
        Err(_) if origin.scheme() == "https" || host == "localhost" => Some((host, origin)),
        Err(_) => None,
    }
}

impl Passkeys {
    /// Lets browsers use passkeys for a server that they reach at this address, where they can.
    fn serve_at(&self, base_url: &str) -> Result<(), Error> {
        let Some((name, origin)) = party_of(base_url) else { return Ok(()) };
        let limit = Duration::from_secs(CHALLENGE_MAX_S as u64);
        let party = WebauthnBuilder::new(&name, &origin)
            .and_then(|builder| builder.rp_name("Makoto").timeout(limit).build())
            .map_err(broken)?;
        self.party.get_or_init(|| party);
        Ok(())
    }

    fn party(&self) -> Result<&Webauthn, Error> {
        let why = "browsers allow passkeys only for servers with a name and TLS; set base_url to an https address";
        self.party.get().ok_or_else(|| Error::Refused(why.into()))
    }

    fn wait_for(&self, binding: Binding, ceremony: Ceremony, now_s: i64) {
        let mut waiting = hold(&self.waiting);
        make_room(&mut waiting, now_s);
        waiting.insert(binding, (now_s, ceremony));
    }

    /// The challenge that was bound to this, which is over with that.
    fn take(&self, binding: Binding, now_s: i64) -> Result<Ceremony, Error> {
        match hold(&self.waiting).remove(&binding) {
            Some((asked_s, ceremony)) if now_s - asked_s < CHALLENGE_MAX_S => Ok(ceremony),
            _ => Err(refused()),
        }
    }
}

fn make_room(waiting: &mut HashMap<Binding, (i64, Ceremony)>, now_s: i64) {
    if waiting.len() >= CHALLENGES_MAX {
        waiting.retain(|_, (asked_s, _)| now_s - *asked_s < CHALLENGE_MAX_S);
    }
    if waiting.len() >= CHALLENGES_MAX {
        waiting.retain(|binding, _| !matches!(binding, Binding::Browser(_)));
    }
    if waiting.len() >= CHALLENGES_MAX {
        waiting.clear();
    }
}

/// One answer for everything that can be wrong, so that it tells nothing of who exists.
fn refused() -> Error {
    Error::WrongPasskey
}

fn parse<T: for<'a> serde::Deserialize<'a>>(credential: Json) -> Result<T, Error> {
    serde_json::from_value(credential).map_err(|_| refused())
}

fn broken(fault: impl std::fmt::Display) -> Error {
    Error::Passkey(fault.to_string())
}

fn key_of(row: &PasskeyRow) -> Result<Passkey, Error> {
    serde_json::from_str(&row.credential).map_err(broken)
}

/// The options without the envelope around them.
fn options(value: &impl Serialize) -> Result<Json, Error> {
    let mut value = serde_json::to_value(value).map_err(broken)?;
    Ok(value.get_mut("publicKey").map(Json::take).unwrap_or_default())
}

impl Identity {
    /// Lets browsers use passkeys for a server that they reach at this address, where they can.
    ///
    /// # Errors
    /// When the address can be no party to them.
    pub fn allow_passkeys(&self, base_url: &str) -> Result<(), Error> {
        self.passkeys.serve_at(base_url)
    }

    /// Asks a signed-in user's browser for a new passkey; the answer is its creation options.
    ///
    /// # Errors
    /// `Refused` where browsers allow no passkeys.
    pub async fn start_passkey(&self, caller: &Caller, now_s: i64) -> Result<Json, Error> {
        let (user, session_id) = in_session(caller)?;
        let rows = self.meta.passkeys(&user.login).await?;
        let known = rows.iter().map(|row| Ok(key_of(row)?.cred_id().clone())).collect::<Result<Vec<_>, Error>>()?;
        let handle = match rows.first() {
            Some(row) => Uuid::from_slice(&row.handle).map_err(broken)?,
            None => Uuid::from_bytes(secret::fresh_bytes::<16>()?),
        };
        let party = self.passkeys.party()?;
        let started = party.start_passkey_registration(handle, &user.login, &user.login, Some(known));
        let (challenge, state) = started.map_err(broken)?;
        self.passkeys.wait_for(Binding::Session(session_id), Ceremony::Add(state, handle), now_s);
        let mut options = options(&challenge)?;
        // Keys that can be found without a login sign in by themselves; others still are a second factor.
        options["authenticatorSelection"]["residentKey"] = "preferred".into();
        options["rp"]["name"] = self.meta.snapshot().setting(&enforcement::ISSUER).into();
        Ok(options)
    }

    /// Adds the passkey that a browser made. The recovery codes, where these are the user's first.
    ///
    /// # Errors
    /// `WrongPasskey` for an answer to another or an old challenge; `Refused` for a name or key that cannot be.
    pub async fn finish_passkey(
        &self,
        caller: &Caller,
        credential: Json,
        name: &str,
        now_s: i64,
    ) -> Result<Option<Vec<String>>, Error> {
        let (user, session_id) = in_session(caller)?;
        let Ceremony::Add(state, handle) = self.passkeys.take(Binding::Session(session_id), now_s)? else {
            return Err(refused());
        };
        let answer: RegisterPublicKeyCredential = parse(credential)?;
        let key = self.passkeys.party()?.finish_passkey_registration(&answer, &state).map_err(|_| refused())?;
        let codes = recovery::fresh_codes()?;
        let digests: Vec<_> = codes.iter().map(|code| recovery::digest(&user.login, code)).collect();
        let text = serde_json::to_string(&key).map_err(broken)?;
        let new = NewPasskey {
            login: &user.login,
            handle: handle.as_bytes(),
            credential_id: key.cred_id(),
            credential: &text,
            name,
        };
        let fresh = self.meta.add_passkey(caller, new, &digests, now_s).await?;
        Ok(fresh.then_some(codes))
    }

    /// Asks the browser of a user who is known by now for one of their passkeys; the answer is its request options.
    async fn challenge_user(&self, binding: Binding, login: &str, now_s: i64) -> Result<Json, Error> {
        let rows = self.meta.passkeys(login).await?;
        if rows.is_empty() {
            return Err(Error::Refused("you have no passkey; use another way".into()));
        }
        let keys = rows.iter().map(key_of).collect::<Result<Vec<_>, Error>>()?;
        let (challenge, state) = self.passkeys.party()?.start_passkey_authentication(&keys).map_err(broken)?;
        self.passkeys.wait_for(binding, Ceremony::Confirm(state), now_s);
        options(&challenge)
    }

    /// Asks a browser for any passkey that it has for this server, whoever's it is.
    fn challenge_anybody(&self, binding: Binding, now_s: i64) -> Result<Json, Error> {
        let (challenge, state) = self.passkeys.party()?.start_discoverable_authentication().map_err(broken)?;
        self.passkeys.wait_for(binding, Ceremony::SignIn(state), now_s);
        options(&challenge)
    }

    /// Checks a known user's answer to `challenge_user`.
    async fn try_passkey(
        &self,
        caller: &Caller,
        binding: Binding,
        login: &str,
        credential: Json,
        now_s: i64,
    ) -> Result<(), Error> {
        let Ceremony::Confirm(state) = self.passkeys.take(binding, now_s)? else { return Err(refused()) };
        let answer: PublicKeyCredential = parse(credential)?;
        let rows = self.meta.passkeys(login).await?;
        let mut found = None;
        for row in rows {
            if key_of(&row)?.cred_id().as_slice() == answer.get_credential_id() {
                found = Some(row);
            }
        }
        let row = found.ok_or_else(refused)?;
        let result = self.passkeys.party()?.finish_passkey_authentication(&answer, &state);
        self.note_use(caller, &row, result, now_s).await
    }

    /// Signs in by a passkey alone, in answer to `challenge_anybody`. The session's secret.
    ///
    /// # Errors
    /// `WrongPasskey` whatever is wrong.
    pub async fn sign_in_by_passkey(
        &self,
        caller: &Caller,
        browser: &str,
        credential: Json,
        agent: &str,
        now_s: i64,
    ) -> Result<String, Error> {
        self.check_address(caller)?;
        let binding = Binding::Browser(secret::hash_secret(browser));
        let Ceremony::SignIn(state) = self.passkeys.take(binding, now_s)? else { return Err(refused()) };
        let answer: PublicKeyCredential = parse(credential)?;
        let party = self.passkeys.party()?;
        let (handle, id) = party.identify_discoverable_authentication(&answer).map_err(|_| refused())?;
        let row = self.meta.passkey_of(handle.as_bytes(), id).await?.ok_or_else(refused)?;
        let result = party.finish_discoverable_authentication_v2(&answer, state, &key_of(&row)?);
        self.note_use(caller, &row, result, now_s).await?;
        self.open_session_by(Way::of(Activity::SignedInByPasskey), caller, &row.login, agent, now_s).await
    }

    /// Notes a good answer and its counter; an alarm where the counter shows that the key exists twice.
    async fn note_use(
        &self,
        caller: &Caller,
        row: &PasskeyRow,
        result: Result<webauthn_rs::prelude::AuthenticationResult, WebauthnError>,
        now_s: i64,
    ) -> Result<(), Error> {
        match result {
            Ok(result) if result.user_verified() => {
                let mut key = key_of(row)?;
                let advanced = key.update_credential(&result) == Some(true);
                if result.counter() > 0 && !advanced {
                    return self.note_clone(caller, row).await;
                }
                let after = serde_json::to_string(&key).map_err(broken)?;
                match self.meta.use_passkey(row, &after, now_s).await? {
                    true => Ok(()),
                    false => Err(refused()),
                }
            }
            Err(WebauthnError::CredentialPossibleCompromise) => self.note_clone(caller, row).await,
            Ok(_) | Err(_) => {
                let detail = json!({ "login": row.login, "by": "passkey" });
                self.meta.record(caller, Activity::FactorRefused, detail).await?;
                Err(refused())
            }
        }
    }

    /// A counter that does not grow is that of a copy, or of the original beside one.
    async fn note_clone(&self, caller: &Caller, row: &PasskeyRow) -> Result<(), Error> {
        let detail = json!({ "login": row.login, "name": row.name });
        self.meta.record(caller, Activity::PasskeyCloned, detail).await?;
        Err(refused())
    }

    /// Gives a passkey as the second factor and opens the session under a new secret.
    ///
    /// # Errors
    /// `WrongPasskey`; `HalfEnded` when the password must be given again.
    pub async fn finish_by_passkey(
        &self,
        caller: &Caller,
        half: &str,
        credential: Json,
        agent: &str,
        now_s: i64,
    ) -> Result<String, Error> {
        self.check_address(caller)?;
        let half = secret::hash_secret(half);
        let login = self.meta.try_half_session(half, now_s).await?.ok_or(Error::HalfEnded)?;
        self.try_passkey(caller, Binding::Half(half), &login, credential, now_s).await?;
        let way = Way { half: Some(half), ..Way::of(Activity::SignedIn) };
        self.open_session_by(way, caller, &login, agent, now_s).await
    }

    /// Proves anew, in a session and by passkey, who its user is, and gives the session a new secret. A password that
    /// comes along has to be right as well.
    ///
    /// # Errors
    /// `WrongPasskey`, or as `prove`; `HalfEnded` when the session has just ended.
    pub async fn renew_by_passkey(
        &self,
        caller: &Caller,
        secret: &str,
        password: Option<&str>,
        credential: Json,
        now_s: i64,
    ) -> Result<String, Error> {
        let (user, id) = in_session(caller)?;
        if let Some(password) = password {
            self.prove(caller, &user.login, password, now_s).await?;
        }
        self.try_passkey(caller, Binding::Session(id), &user.login, credential, now_s).await?;
        self.renew_secret(caller, id, secret, now_s).await
    }

    /// Proves for one act alone who a signed-in user is, by password and second factor: a code, or in a session the
    /// answer of a passkey. It counts for no other act.
    ///
    /// # Errors
    /// As `prove` and `prove_factor`; `WrongPasskey`.
    pub async fn confirm_now(
        &self,
        caller: &Caller,
        user: &User,
        password: &str,
        code: &str,
        passkey: Option<Json>,
        now_s: i64,
    ) -> Result<(), Error> {
        self.prove(caller, &user.login, password, now_s).await?;
        match passkey {
            Some(credential) => {
                let (_, id) = in_session(caller)?;
                self.try_passkey(caller, Binding::Session(id), &user.login, credential, now_s).await
            }
            None => self.prove_factor(caller, &user.login, code, now_s).await,
        }
    }

    /// Asks for a passkey of whoever a browser's cookie stands for: a session's user, or one who owes the second factor.
    /// `None` when it stands for nobody.
    ///
    /// # Errors
    /// As `challenge_user`.
    pub async fn challenge_holder(&self, secret: &str, now_s: i64) -> Result<Option<Json>, Error> {
        let hash = secret::hash_secret(secret);
        if let Some(login) = self.meta.half_session(hash, now_s).await? {
            return Ok(Some(self.challenge_user(Binding::Half(hash), &login, now_s).await?));
        }
        match self.session_principal(secret, now_s).await? {
            Some(Principal::User(User { login, proof: Proof::Session { id, .. }, .. })) => {
                Ok(Some(self.challenge_user(Binding::Session(id), &login, now_s).await?))
            }
            _ => Ok(None),
        }
    }

    /// A secret for a browser without a session, to which its challenge is bound, and the request options.
    ///
    /// # Errors
    /// `Refused` where browsers allow no passkeys.
    pub fn challenge_browser(&self, now_s: i64) -> Result<(String, Json), Error> {
        let browser = secret::fresh_letters(SECRET_LETTERS)?;
        let options = self.challenge_anybody(Binding::Browser(secret::hash_secret(&browser)), now_s)?;
        Ok((browser, options))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(base_url: &str) -> Option<(String, String)> {
        party_of(base_url).map(|(name, origin)| (name, origin.origin().ascii_serialization()))
    }

    #[test]
    fn promise_08_keys_belong_to_the_exact_name_and_origin_of_the_server() {
        let pair = |name: &str, origin: &str| Some((name.to_owned(), origin.to_owned()));
        assert_eq!(named("https://stats.example"), pair("stats.example", "https://stats.example"));
        assert_eq!(named("https://stats.example:8443/a"), pair("stats.example", "https://stats.example:8443"));
        assert_eq!(named("http://127.0.0.1:8080"), pair("localhost", "http://localhost:8080"));
        assert_eq!(named("http://[::1]:8080"), pair("localhost", "http://localhost:8080"));
        assert_eq!(named("http://localhost:8080"), pair("localhost", "http://localhost:8080"));
        assert_eq!(named("https://192.0.2.7"), None);
        assert_eq!(named("http://stats.example"), None);
        assert_eq!(named("nonsense"), None);
    }

    #[test]
    fn promise_08_a_challenge_counts_once_for_five_minutes_where_it_was_asked() {
        let passkeys = Passkeys::default();
        passkeys.serve_at("https://stats.example").unwrap();
        let ask = |binding, now_s| {
            let (_, state) = passkeys.party().unwrap().start_discoverable_authentication().unwrap();
            passkeys.wait_for(binding, Ceremony::SignIn(state), now_s);
        };
        let (mine, other) = (Binding::Browser([1; 32]), Binding::Browser([2; 32]));
        ask(mine, 1000);
        assert!(passkeys.take(other, 1000).is_err());
        assert!(passkeys.take(mine, 1000 + CHALLENGE_MAX_S - 1).is_ok());
        assert!(passkeys.take(mine, 1001).is_err(), "a second time");
        ask(mine, 1000);
        assert!(passkeys.take(mine, 1000 + CHALLENGE_MAX_S).is_err(), "too late");
    }

    #[test]
    fn waiting_challenges_are_bounded_and_strangers_make_room() {
        let passkeys = Passkeys::default();
        passkeys.serve_at("https://stats.example").unwrap();
        let (_, state) = passkeys.party().unwrap().start_discoverable_authentication().unwrap();
        passkeys.wait_for(Binding::Session(7), Ceremony::SignIn(state.clone()), 0);
        for n in 0..CHALLENGES_MAX * 2 {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&n.to_be_bytes());
            passkeys.wait_for(Binding::Browser(hash), Ceremony::SignIn(state.clone()), 0);
        }
        assert!(hold(&passkeys.waiting).len() <= CHALLENGES_MAX);
        assert!(passkeys.take(Binding::Session(7), 1).is_ok());
    }
}
