//! Guesses against a real store, by a simulated clock.

use crate::{Bearing, Error, Identity, TokenWish, hash_secret, session::Way, store_matomo_hash};
use makoto_access::{Caller, Principal, Proof, Reach, User, check_instance};
use makoto_catalog::{Catalog, Feature};
use makoto_meta::{Activity, AttemptChanges, EntryFilter, Meta, NewUser, ReadScope};
use std::{net::IpAddr, sync::Arc, time::Instant};

static FEATURE: Feature =
    Feature { name: "Login", dimensions: &[], metrics: &[], reports: &[], settings: crate::rules::SIGN_IN_SETTINGS };
static FEATURES: [&Feature; 1] = [&FEATURE];
const PASSWORD: &str = "seven herons cross the lake";
const START_S: i64 = 1_800_000_000;

fn from(address: u32) -> Caller {
    let address = Some(IpAddr::from(address.to_be_bytes()));
    Caller { address, agent: "Otter/7".into(), ..Caller::inside(Principal::Anonymous) }
}

/// The store writes some times down by the machine's own clock.
fn clock_s() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

async fn open(dir: &tempfile::TempDir) -> Identity {
    let catalog = Arc::new(Catalog::new(&FEATURES).unwrap());
    Identity::new(Meta::open(&dir.path().join("meta.db"), catalog).await.unwrap()).unwrap()
}

async fn add(identity: &Identity, login: &str, password_hash: String) {
    let user = NewUser { login: login.into(), email: format!("{login}@example.org"), password_hash, superuser: true };
    let grant = check_instance(&Principal::Operator).unwrap();
    identity.meta().add_user(&grant, &Caller::inside(Principal::Operator), user).await.unwrap();
}

async fn with_ada() -> (Identity, tempfile::TempDir) {
    let dir = tempfile::tempdir().unwrap();
    let identity = open(&dir).await;
    let hash = identity.hash_password("ada", PASSWORD).await.unwrap();
    add(&identity, "ada", hash).await;
    (identity, dir)
}

/// The owner as their browser comes back.
async fn known(identity: &Identity, address: u32) -> Caller {
    let caller = from(address);
    let session = identity.open_session(&caller, "ada", "Otter/7", START_S).await.unwrap();
    let secret = identity.welcome(&caller, "ada", &session, START_S).await.unwrap().expect("a new device");
    Caller { device: Some(hash_secret(&secret)), ..caller }
}

async fn kinds(identity: &Identity) -> Vec<String> {
    identity
        .meta()
        .entries(&ReadScope::All, &EntryFilter::default(), 0, 500)
        .await
        .unwrap()
        .into_iter()
        .map(|entry| entry.kind)
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn promise_14_an_hour_of_ten_thousand_addresses_does_not_keep_the_owner_out() {
    let (identity, _dir) = with_ada().await;
    let owner = known(&identity, 1).await;
    let before = identity.hashing.done();
    let mut addresses = 0u32;
    for second in 0..3600 {
        // Each address of a network of its own, three a second, each three times and more in the hour.
        for _ in 0..9 {
            let caller = from(0x0b00_0000 + ((addresses % 10_000) << 8));
            addresses += 1;
            let refused = identity.prove(&caller, "ada", "wrong horse battery", START_S + second).await;
            assert!(matches!(refused, Err(Error::WrongPassword | Error::Slower { .. })));
        }
    }
    assert!(addresses > 30_000);
    let evaluated = identity.hashing.done() - before;
    assert!((50..=100).contains(&evaluated), "{evaluated} guesses were looked at");
    let began = Instant::now();
    identity.prove(&owner, "ada", PASSWORD, START_S + 3600).await.unwrap();
    assert!(began.elapsed().as_secs_f64() < 2.0, "{:?}", began.elapsed());
    assert!(matches!(identity.prove(&from(2), "ada", PASSWORD, START_S + 3600).await, Err(Error::Slower { .. })));
    let kinds = kinds(&identity).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "session.delayed").count(), 1, "the owner is told once");
    assert!(kinds.len() < 100, "{} lines for {addresses} tries", kinds.len());
}

#[tokio::test]
async fn promise_15_known_and_unknown_users_cost_the_same_and_get_the_same_answer() {
    let (identity, _dir) = with_ada().await;
    let mut answers = Vec::new();
    for login in ["ada", "ida"] {
        let mut of_login = Vec::new();
        for n in 0..8 {
            let before = identity.hashing.done();
            let refused = identity.prove(&from(n << 8), login, "wrong horse battery", START_S).await.unwrap_err();
            of_login.push((refused.to_string(), identity.hashing.done() - before));
        }
        answers.push(of_login);
    }
    assert_eq!(answers[0], answers[1]);
    assert_eq!(answers[0][0].1, 1);
}

#[tokio::test]
async fn promise_16_a_success_after_five_failures_is_told() {
    let (identity, _dir) = with_ada().await;
    let mut now_s = START_S;
    for n in 0..5 {
        now_s += 60;
        identity.prove(&from(n), "ada", "wrong horse battery", now_s).await.unwrap_err();
    }
    identity.prove(&from(9), "ada", PASSWORD, now_s + 60).await.unwrap();
    assert!(kinds(&identity).await.contains(&"session.signed_in_after_failures".to_owned()));
}

#[tokio::test]
async fn promise_16_new_devices_and_countries_are_told_and_the_first_is_not() {
    let (identity, _dir) = with_ada().await;
    identity
        .locate_by(Box::new(|address| Some(if address.to_string().starts_with("11.") { "pt" } else { "ch" }.into())));
    let first = known(&identity, 0x0a00_0001).await;
    let told = |kinds: &[String], kind: &str| kinds.iter().filter(|known| *known == kind).count();
    assert_eq!(told(&kinds(&identity).await, "session.new_device"), 0);
    let second = known(&identity, 0x0a00_0002).await;
    assert_ne!(first.device, second.device);
    let after = kinds(&identity).await;
    assert_eq!((told(&after, "session.new_device"), told(&after, "session.new_country")), (1, 0));
    let abroad = Caller { address: Some("11.0.0.1".parse().unwrap()), ..second };
    let session = identity.open_session(&abroad, "ada", "Otter/7", START_S).await.unwrap();
    assert_eq!(identity.welcome(&abroad, "ada", &session, START_S).await.unwrap(), None, "the device is known");
    let after = kinds(&identity).await;
    assert_eq!((told(&after, "session.new_device"), told(&after, "session.new_country")), (1, 1));
}

#[tokio::test]
async fn promise_23_a_stolen_cookie_ends_the_session() {
    let (identity, _dir) = with_ada().await;
    let caller = from(0x0a00_0001);
    let now_s = clock_s();
    let session = identity.open_session(&caller, "ada", "Otter/7", now_s).await.unwrap();
    let device = identity.welcome(&caller, "ada", &session, now_s).await.unwrap().unwrap();
    let principal = identity.session_principal(&session, now_s).await.unwrap().unwrap();
    let own = Caller { device: Some(hash_secret(&device)), principal, ..from(0x0b00_0001) };
    assert!(!identity.end_moved(&own).await.unwrap(), "its own device may travel");
    let thief = Caller { device: None, ..own };
    assert!(identity.end_moved(&thief).await.unwrap());
    assert_eq!(identity.session_principal(&session, now_s).await.unwrap(), None);
    assert!(kinds(&identity).await.contains(&"session.moved".to_owned()));
}

#[tokio::test]
async fn promise_03_passwords_of_matomo_are_stored_anew_at_the_first_sign_in() {
    let (identity, _dir) = with_ada().await;
    let hash = bcrypt::hash(md5_of("an old password of Matomo's"), 4).unwrap();
    add(&identity, "ida", store_matomo_hash(&hash).unwrap()).await;
    identity.prove(&from(1), "ida", "another password", START_S).await.unwrap_err();
    for _ in 0..2 {
        identity.prove(&from(1), "ida", "an old password of Matomo's", START_S).await.unwrap();
    }
    let stored = identity.meta().snapshot().account("ida").unwrap().password_hash.clone();
    assert!(stored.starts_with("$argon2id$"), "{stored}");
    assert_eq!(kinds(&identity).await.iter().filter(|kind| *kind == "password.rehashed").count(), 1);
}

fn md5_of(text: &str) -> String {
    use md5::Digest;
    md5::Md5::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[tokio::test]
async fn promise_14_far_more_failures_than_usual_raise_one_alarm() {
    let (identity, _dir) = with_ada().await;
    identity.meta().save_attempts(&AttemptChanges { failed: 250, ..AttemptChanges::default() }, START_S).await.unwrap();
    for n in 1..=2 {
        identity.prove(&from(n), "ada", "a wrong password, and long", START_S).await.unwrap_err();
        identity.save_attempts(START_S).await.unwrap();
    }
    assert_eq!(kinds(&identity).await.iter().filter(|kind| *kind == "attempts.alarm").count(), 1);
}

#[tokio::test]
async fn promise_10_a_link_for_a_new_password_works_once_and_dies_with_the_next() {
    let (identity, _dir) = with_ada().await;
    let (caller, hash) = (from(1), identity.hash_password("ada", "nine lamps along the quay").await.unwrap());
    let now_s = clock_s();
    let secret = |n: u8| (format!("secret{n}"), [n; 32]);
    let ask = async |n: u8| {
        let (text, token_hash) = secret(n);
        let reset = makoto_meta::NewReset { login: "ada", secret: &text, token_hash };
        assert!(identity.meta().ask_reset(&caller, "ada").await.unwrap());
        let asked = identity.meta().next_reset_ask().await.unwrap().unwrap();
        identity.meta().decide_reset(&asked, reset, now_s).await.unwrap();
    };
    ask(1).await;
    ask(2).await;
    let of = async |n: u8, at_s: i64| identity.meta().reset_login(secret(n).1, at_s).await.unwrap();
    assert_eq!(of(1, now_s).await, None, "the newer link ends it");
    assert_eq!(of(2, now_s + 3600).await, None, "it lives an hour");
    assert_eq!(of(2, now_s).await.as_deref(), Some("ada"));
    let finish = async || identity.meta().finish_reset(&caller, "ada", [2; 32], &hash, now_s).await.unwrap();
    assert!(finish().await);
    assert!(!finish().await, "once");
    // A sign-in shows that no link is needed.
    ask(3).await;
    identity.open_session(&caller, "ada", "Otter/7", now_s).await.unwrap();
    assert_eq!(of(3, now_s).await, None);
    // Nobody's mailbox is filled.
    ask(4).await;
    assert_eq!(of(4, now_s).await, None, "three mails an hour");
}

#[tokio::test]
async fn promise_21_what_was_begun_with_a_password_ends_with_it() {
    let (identity, _dir) = with_ada().await;
    let (caller, operator) = (from(1), Caller::inside(Principal::Operator));
    // A sign-in is under way while the password is changed.
    let proved = identity.prove(&caller, "ada", PASSWORD, START_S).await.unwrap();
    identity.enter(&caller, "ada", &proved, "Otter/7", START_S).await.unwrap();
    let fresh = identity.hash_password("ada", "nine otters swim in the bay").await.unwrap();
    identity.meta().change_password(&operator, "ada", &fresh, START_S).await.unwrap();
    let late = identity.enter(&caller, "ada", &proved, "Otter/7", START_S).await;
    assert!(matches!(late, Err(Error::WrongPassword)), "{late:?}");
    let hash = &proved.password_hash;
    assert!(!identity.meta().add_half_session("ada", hash, [5; 32], START_S).await.unwrap());
    let wish = TokenWish::of_scope("suite", "view", None).unwrap();
    assert!(identity.make_token(&caller, "ada", &wish, Some(&proved), START_S).await.is_err());
    assert!(identity.meta().tokens("ada").await.unwrap().is_empty());
    // An answer to the question for the second factor opens one session.
    assert!(identity.meta().add_half_session("ada", &fresh, [6; 32], START_S).await.unwrap());
    let answer = async || {
        let way = Way { half: Some([6; 32]), ..Way::of(Activity::SignedIn) };
        identity.open_session_by(way, &caller, "ada", "Otter/7", START_S).await
    };
    answer().await.unwrap();
    assert!(matches!(answer().await, Err(Error::HalfEnded)));
}

#[tokio::test]
async fn promise_25_a_token_is_as_narrow_as_it_was_made() {
    let (identity, _dir) = with_ada().await;
    let caller = Caller::inside(Principal::Operator);
    let make = async |wish: &TokenWish| identity.make_token(&caller, "ada", wish, None, START_S).await.unwrap();
    let wish = |scope| TokenWish::of_scope("suite", scope, Some(START_S + 100)).unwrap();
    let here = Bearing { address: Some("10.1.2.3".parse().unwrap()), in_url: false };
    let of = |token: &str, bearing, now_s| identity.token_principal(token, bearing, now_s);

    let narrow = make(&TokenWish { networks: vec!["10.0.0.0/8".into()], ..wish("view") }).await;
    assert!(of(&narrow, here, START_S).is_some());
    assert!(of(&narrow, Bearing { address: Some("192.0.2.1".parse().unwrap()), ..here }, START_S).is_none());
    assert!(of(&narrow, here, START_S + 100).is_none(), "expired");
    assert!(of(&narrow, Bearing { in_url: true, ..here }, START_S).is_none());

    let widget = TokenWish { url_allowed: true, reach: Reach::Read, ..wish("view") };
    assert!(of(&make(&widget).await, Bearing { in_url: true, ..here }, START_S).is_some());

    let Some(Principal::User(User { cap, proof, .. })) = of(&make(&wish("track")).await, here, START_S) else {
        panic!()
    };
    assert_eq!(cap.map(|cap| (cap.reach, cap.superuser)), Some((Reach::Track, false)));
    assert!(matches!(proof, Proof::Token { provisioning: false, .. }));

    identity.tend_tokens(START_S + 100).await.unwrap();
    assert!(identity.meta().tokens("ada").await.unwrap().is_empty(), "all have expired");
}
