//! Passkeys against a real store, with an authenticator in memory.

mod authenticator;
mod bent;

use authenticator::{Authenticator, base64, bytes_of};
use bent::{Dice, asked, bend};
use makoto_access::{Caller, Principal, check_instance};
use makoto_catalog::{Catalog, Feature};
use makoto_identity::{Entry, Error, Identity, enforcement};
use makoto_meta::{EntryFilter, Meta, NewUser, ReadScope};
use std::{sync::Arc, time::Instant};

static FEATURE: Feature =
    Feature { name: "TwoFactorAuth", dimensions: &[], metrics: &[], reports: &[], settings: enforcement::SETTINGS };
static FEATURES: [&Feature; 1] = [&FEATURE];
const PASSWORD: &str = "seven herons cross the lake";
const ORIGIN: &str = "https://stats.example";
const PARTY: &str = "stats.example";
const NOW_S: i64 = 1_800_000_000;

struct Bench {
    identity: Identity,
    _dir: tempfile::TempDir,
}

fn nobody() -> Caller {
    Caller { principal: Principal::Anonymous, ..Caller::inside(Principal::Operator) }
}

impl Bench {
    async fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(Catalog::new(&FEATURES).unwrap());
        let identity = Identity::new(Meta::open(&dir.path().join("meta.db"), catalog).await.unwrap()).unwrap();
        identity.allow_passkeys(ORIGIN).unwrap();
        let password_hash = identity.hash_password("root", PASSWORD).await.unwrap();
        let user = NewUser { login: "root".into(), email: "root@example.org".into(), password_hash, superuser: true };
        let (grant, operator) = (check_instance(&Principal::Operator).unwrap(), Caller::inside(Principal::Operator));
        identity.meta().add_user(&grant, &operator, user).await.unwrap();
        Bench { identity, _dir: dir }
    }

    async fn enter(&self) -> Entry {
        self.identity.sign_in(&nobody(), "root", PASSWORD, "test", NOW_S).await.unwrap()
    }

    async fn caller(&self, secret: &str) -> Option<Caller> {
        let principal = self.identity.session_principal(secret, NOW_S).await.unwrap()?;
        Some(Caller { principal, ..nobody() })
    }

    /// A user with a passkey, and the session in which it was made.
    async fn enrolled(&self) -> (Authenticator, String) {
        let Entry::Whole(secret) = self.enter().await else { panic!("a factor already") };
        let caller = self.caller(&secret).await.unwrap();
        let mut key = Authenticator::new(ORIGIN, PARTY);
        let options = self.identity.start_passkey(&caller, NOW_S).await.unwrap();
        let made = key.create(&options);
        let codes = self.identity.finish_passkey(&caller, made, "Test key", NOW_S).await.unwrap();
        assert_eq!(codes.map(|codes| codes.len()), Some(10), "recovery codes come with the first factor");
        (key, secret)
    }

    async fn half(&self) -> String {
        match self.enter().await {
            Entry::Half { secret, methods } => {
                assert_eq!(methods, ["passkey", "recovery"]);
                secret
            }
            Entry::Whole(_) => panic!("no factor is asked for"),
        }
    }

    async fn options(&self, secret: &str) -> serde_json::Value {
        self.identity.challenge_holder(secret, NOW_S).await.unwrap().unwrap()
    }

    async fn finish(&self, half: &str, answer: serde_json::Value) -> Result<String, Error> {
        self.identity.finish_by_passkey(&nobody(), half, answer, "test", NOW_S).await
    }

    async fn count(&self, kind: &str) -> usize {
        let lines = self.identity.meta().entries(&ReadScope::All, &EntryFilter::default(), 0, 100).await.unwrap();
        lines.iter().filter(|line| line.kind == kind).count()
    }
}

#[tokio::test]
async fn promise_08_a_passkey_is_the_second_factor() {
    let bench = Bench::new().await;
    let (mut key, _) = bench.enrolled().await;
    let half = bench.half().await;
    let answer = key.get(&bench.options(&half).await);
    let whole = bench.finish(&half, answer).await.unwrap();
    assert!(bench.caller(&whole).await.is_some() && bench.caller(&half).await.is_none());
}

#[tokio::test]
async fn promise_08_an_answer_counts_once_and_for_its_own_sign_in() {
    let bench = Bench::new().await;
    let (mut key, _) = bench.enrolled().await;
    let (first, second) = (bench.half().await, bench.half().await);
    let options = bench.options(&first).await;
    bench.options(&second).await;
    let answer = key.get(&options);
    assert!(matches!(bench.finish(&second, answer.clone()).await, Err(Error::WrongPasskey)), "another sign-in");
    bench.finish(&first, answer.clone()).await.unwrap();
    let third = bench.half().await;
    bench.options(&third).await;
    assert!(matches!(bench.finish(&third, answer).await, Err(Error::WrongPasskey)), "a second time");
}

#[tokio::test]
async fn promise_08_other_origins_names_and_unverified_users_are_refused() {
    let bench = Bench::new().await;
    let (mut key, _) = bench.enrolled().await;
    type Bend = fn(&mut Authenticator);
    let bend: [(&str, Bend); 5] = [
        ("origin", |key| key.origin = "https://stats.example.evil"),
        ("scheme", |key| key.origin = "http://stats.example"),
        ("port", |key| key.origin = "https://stats.example:8443"),
        ("name", |key| key.party = "evil.example"),
        ("user", |key| key.verifies_user = false),
    ];
    for (what, bend) in bend {
        bend(&mut key);
        let half = bench.half().await;
        let answer = key.get(&bench.options(&half).await);
        assert!(matches!(bench.finish(&half, answer).await, Err(Error::WrongPasskey)), "{what}");
        (key.origin, key.party, key.verifies_user) = (ORIGIN, PARTY, true);
    }
    assert_eq!(bench.count("session.factor_refused").await, 5);
    let half = bench.half().await;
    let answer = key.get(&bench.options(&half).await);
    assert!(bench.finish(&half, answer).await.is_ok());
}

#[tokio::test]
async fn promise_08_a_counter_that_does_not_grow_raises_an_alarm() {
    let bench = Bench::new().await;
    let (mut key, _) = bench.enrolled().await;
    let half = bench.half().await;
    let answer = key.get(&bench.options(&half).await);
    bench.finish(&half, answer).await.unwrap();
    key.counter -= 1;
    let half = bench.half().await;
    let answer = key.get(&bench.options(&half).await);
    assert!(matches!(bench.finish(&half, answer).await, Err(Error::WrongPasskey)));
    assert_eq!(bench.count("passkey.cloned").await, 1);
    // Asked before the other's use, answered after it: the counter of that moment decides.
    let (early, late) = (bench.half().await, bench.half().await);
    let (first, second) = (bench.options(&early).await, bench.options(&late).await);
    let answer = key.get(&second);
    key.counter -= 1;
    let copied = key.get(&first);
    bench.finish(&late, answer).await.unwrap();
    assert!(matches!(bench.finish(&early, copied).await, Err(Error::WrongPasskey)));
    assert_eq!(bench.count("passkey.cloned").await, 2);
}

#[tokio::test]
async fn promise_08_a_passkey_alone_signs_in_in_the_browser_that_was_asked() {
    let bench = Bench::new().await;
    let (mut key, _) = bench.enrolled().await;
    let (browser, options) = bench.identity.challenge_browser(NOW_S).unwrap();
    assert!(options["allowCredentials"].as_array().is_none_or(Vec::is_empty), "nobody is named");
    let answer = key.get(&options);
    let sign_in = |browser: String, answer: serde_json::Value| {
        let identity = &bench.identity;
        async move { identity.sign_in_by_passkey(&nobody(), &browser, answer, "test", NOW_S).await }
    };
    assert!(matches!(sign_in("another".into(), answer.clone()).await, Err(Error::WrongPasskey)));
    let secret = sign_in(browser.clone(), answer.clone()).await.unwrap();
    assert!(bench.caller(&secret).await.is_some());
    assert!(matches!(sign_in(browser, answer).await, Err(Error::WrongPasskey)), "a second time");
    assert_eq!(bench.count("session.signed_in_by_passkey").await, 1);
}

#[tokio::test]
async fn promise_09_a_passkey_is_fresh_proof_and_renews_the_session() {
    let bench = Bench::new().await;
    let (mut key, secret) = bench.enrolled().await;
    let caller = bench.caller(&secret).await.unwrap();
    let answer = key.get(&bench.options(&secret).await);
    let after = bench.identity.renew_by_passkey(&caller, &secret, None, answer, NOW_S).await.unwrap();
    assert!(bench.caller(&secret).await.is_none() && bench.caller(&after).await.is_some());
}

#[tokio::test]
async fn promise_04_the_last_passkey_stays_while_a_factor_is_required() {
    let bench = Bench::new().await;
    let (_, secret) = bench.enrolled().await;
    let caller = bench.caller(&secret).await.unwrap();
    let keys = bench.identity.meta().passkeys("root").await.unwrap();
    assert!(bench.identity.meta().remove_passkey(&caller, "root", keys[0].id).await.is_err());
    bench.identity.meta().rename_passkey(&caller, "root", keys[0].id, "Blue key").await.unwrap();
    let named = bench.identity.meta().passkeys("root").await.unwrap();
    assert_eq!((named.len(), named[0].name.as_str()), (1, "Blue key"));
}

#[tokio::test]
async fn promise_08_every_bent_byte_of_an_answer_is_refused() {
    let bench = Bench::new().await;
    let (mut key, _) = bench.enrolled().await;
    for field in ["authenticatorData", "clientDataJSON", "signature"] {
        let length =
            bytes_of(key.get(&bench.identity.challenge_browser(NOW_S).unwrap().1)["response"][field].as_str().unwrap())
                .len();
        for place in 0..length {
            let (browser, options) = bench.identity.challenge_browser(NOW_S).unwrap();
            let mut answer = key.get(&options);
            let mut bytes = bytes_of(answer["response"][field].as_str().unwrap());
            // Signatures differ in length by a byte or two.
            let place = place.min(bytes.len() - 1);
            bytes[place] ^= 1;
            answer["response"][field] = base64(&bytes).into();
            let come = bench.identity.sign_in_by_passkey(&nobody(), &browser, answer, "test", NOW_S).await;
            assert!(matches!(come, Err(Error::WrongPasskey)), "{field} bent at {place}");
        }
    }
}

/// Keys that a fuzzer makes of good ones. `PASSKEY_TRIES` asks for more of them, `PASSKEY_MINUTES` for as many as fit in;
/// `PASSKEY_SEED` for others.
#[tokio::test]
async fn promise_08_whatever_a_key_sends_is_answered() {
    let (began, minutes) = (Instant::now(), asked("PASSKEY_MINUTES"));
    let tries = asked("PASSKEY_TRIES").unwrap_or(if minutes.is_some() { u64::MAX } else { 200 });
    let is_over = |tried| tried >= tries || minutes.is_some_and(|most| began.elapsed().as_secs() >= most * 60);
    let bench = Bench::new().await;
    let Entry::Whole(secret) = bench.enter().await else { panic!("a factor already") };
    let caller = bench.caller(&secret).await.unwrap();
    let mut key = Authenticator::new(ORIGIN, PARTY);
    let seed = asked("PASSKEY_SEED").unwrap_or(1);
    let mut dice = Dice::new(seed);
    let mut number = 0;
    while !is_over(number) {
        let options = bench.identity.start_passkey(&caller, NOW_S).await.unwrap();
        let mut made = key.create(&options);
        let field = ["attestationObject", "clientDataJSON"][usize::from(number % 8 == 7)];
        let mut bytes = bytes_of(made["response"][field].as_str().unwrap());
        bend(&mut bytes, &mut dice);
        made["response"][field] = base64(&bytes).into();
        match bench.identity.finish_passkey(&caller, made, "Bent", NOW_S).await {
            // Some bytes are the authenticator's to choose, so that another good key may come of it. One must stay.
            Ok(_) => {
                for passkey in bench.identity.meta().passkeys("root").await.unwrap().iter().skip(1) {
                    bench.identity.meta().remove_passkey(&caller, "root", passkey.id).await.unwrap();
                }
            }
            Err(fault) => assert!(matches!(fault, Error::WrongPasskey), "try {number}: {fault}"),
        }
        number += 1;
    }
    println!("{number} keys of seed {seed} in {} s", began.elapsed().as_secs());
}

#[tokio::test]
async fn promise_08_cut_and_bent_keys_are_refused_in_peace() {
    let bench = Bench::new().await;
    let Entry::Whole(secret) = bench.enter().await else { panic!("a factor already") };
    let caller = bench.caller(&secret).await.unwrap();
    let mut key = Authenticator::new(ORIGIN, PARTY);
    let options = bench.identity.start_passkey(&caller, NOW_S).await.unwrap();
    let object = bytes_of(key.create(&options)["response"]["attestationObject"].as_str().unwrap());
    for length in 0..object.len() {
        let options = bench.identity.start_passkey(&caller, NOW_S).await.unwrap();
        let mut made = key.create(&options);
        made["response"]["attestationObject"] = base64(&object[..length]).into();
        let come = bench.identity.finish_passkey(&caller, made, "Cut", NOW_S).await;
        assert!(matches!(come, Err(Error::WrongPasskey)), "cut after {length}");
    }
    // The words before the authenticator's own bytes; of those, some are its to choose.
    for place in 0..30 {
        let options = bench.identity.start_passkey(&caller, NOW_S).await.unwrap();
        let mut made = key.create(&options);
        let mut bent = bytes_of(made["response"]["attestationObject"].as_str().unwrap());
        bent[place] ^= 0xff;
        made["response"]["attestationObject"] = base64(&bent).into();
        let come = bench.identity.finish_passkey(&caller, made, "Bent", NOW_S).await;
        assert!(matches!(come, Err(Error::WrongPasskey)), "bent at {place}");
    }
}
