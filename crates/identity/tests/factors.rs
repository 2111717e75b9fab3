//! Second factors against a real store: sign-in in two steps, codes that count once, and who must use one.

use hmac::{Hmac, KeyInit, Mac};
use makoto_access::{Caller, InstanceGrant, Principal, Proof, User, check_instance};
use makoto_catalog::{Catalog, Feature};
use makoto_identity::{Entry, Error, Identity, enforcement};
use makoto_meta::{HALF_SESSION_MAX_S, HALF_SESSION_TRIES_MAX, Meta, NewUser};
use std::sync::Arc;

static FEATURE: Feature =
    Feature { name: "TwoFactorAuth", dimensions: &[], metrics: &[], reports: &[], settings: enforcement::SETTINGS };
static FEATURES: [&Feature; 1] = [&FEATURE];
const PASSWORD: &str = "seven herons cross the lake";
const STEP_S: i64 = 30;
const DAY_S: i64 = 24 * 60 * 60;

struct Bench {
    identity: Arc<Identity>,
    _dir: tempfile::TempDir,
}

fn nobody() -> Caller {
    Caller { principal: Principal::Anonymous, ..Caller::inside(Principal::Operator) }
}

fn grant() -> InstanceGrant {
    check_instance(&Principal::Operator).unwrap()
}

fn now_s() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

/// The code of a secret in base 32, worked out a second time.
fn code(secret: &str, at_s: i64) -> String {
    let mut bits = String::new();
    for letter in secret.bytes() {
        let value = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".iter().position(|known| *known == letter).unwrap();
        bits += &format!("{value:05b}");
    }
    let key: Vec<u8> = (0..bits.len() / 8).map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).unwrap()).collect();
    let mut mac = Hmac::<sha1::Sha1>::new_from_slice(&key).unwrap();
    mac.update(&(at_s / STEP_S).to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes(digest[at..at + 4].try_into().unwrap()) & 0x7fff_ffff;
    format!("{:06}", number % 1_000_000)
}

impl Bench {
    async fn new() -> Bench {
        let dir = tempfile::tempdir().unwrap();
        let catalog = Arc::new(Catalog::new(&FEATURES).unwrap());
        let meta = Meta::open(&dir.path().join("meta.db"), catalog).await.unwrap();
        let identity = Arc::new(Identity::new(meta).unwrap());
        let bench = Bench { identity, _dir: dir };
        bench.add("root", true).await;
        bench
    }

    async fn add(&self, login: &str, superuser: bool) {
        let password_hash = self.identity.hash_password(login, PASSWORD).await.unwrap();
        let email = format!("{login}@example.org");
        let user = NewUser { login: login.into(), email, password_hash, superuser };
        self.identity.meta().add_user(&grant(), &Caller::inside(Principal::Operator), user).await.unwrap();
    }

    async fn set(&self, key: &str, value: &str) {
        self.identity.meta().set_setting(&Caller::inside(Principal::Operator), key, value).await.unwrap();
    }

    async fn enter(&self, login: &str, at_s: i64) -> Entry {
        self.identity.sign_in(&nobody(), login, PASSWORD, "test", at_s).await.unwrap()
    }

    async fn whole(&self, login: &str, at_s: i64) -> String {
        match self.enter(login, at_s).await {
            Entry::Whole(secret) => secret,
            Entry::Half { .. } => panic!("{login} is asked for a factor"),
        }
    }

    async fn half(&self, login: &str, at_s: i64) -> (String, Vec<&'static str>) {
        match self.enter(login, at_s).await {
            Entry::Half { secret, methods } => (secret, methods),
            Entry::Whole(_) => panic!("{login} is not asked for a factor"),
        }
    }

    async fn caller(&self, secret: &str, at_s: i64) -> Option<Caller> {
        let principal = self.identity.session_principal(secret, at_s).await.unwrap()?;
        Some(Caller { principal, ..nobody() })
    }

    /// Sets an authenticator app up: its secret and the recovery codes.
    async fn enrol(&self, login: &str, at_s: i64) -> (String, Vec<String>) {
        let caller = self.caller(&self.whole(login, at_s).await, at_s).await.unwrap();
        let id = session_id(&caller);
        let offer = self.identity.start_totp(id, login, at_s).await.unwrap();
        let typed = code(&offer.secret, at_s);
        let codes = self.identity.finish_totp(&caller, id, login, &typed, at_s).await.unwrap().unwrap();
        (offer.secret, codes)
    }

    async fn kinds(&self) -> Vec<String> {
        let filter = makoto_meta::EntryFilter::default();
        let lines = self.identity.meta().entries(&makoto_meta::ReadScope::All, &filter, 0, 100).await.unwrap();
        lines.into_iter().map(|line| line.kind).collect()
    }
}

fn user(caller: &Caller) -> &User {
    match &caller.principal {
        Principal::User(user) => user,
        other => panic!("{other:?} is no user"),
    }
}

fn session_id(caller: &Caller) -> i64 {
    match user(caller).proof {
        Proof::Session { id, .. } => id,
        Proof::Token { .. } => panic!("a token"),
    }
}

fn enrolling(caller: &Caller) -> bool {
    matches!(user(caller).proof, Proof::Session { enrolling: true, .. })
}

#[tokio::test]
async fn promise_04_the_password_alone_opens_only_the_question_for_the_factor() {
    let bench = Bench::new().await;
    let at_s = now_s();
    let (secret, codes) = bench.enrol("root", at_s).await;
    assert_eq!(codes.len(), 10);
    let (half, methods) = bench.half("root", at_s).await;
    assert_eq!(methods, ["totp", "recovery"]);
    assert!(bench.caller(&half, at_s).await.is_none(), "half a session is none");
    let later_s = at_s + STEP_S;
    let finish = |code: String| {
        let (identity, half) = (bench.identity.clone(), half.clone());
        async move { identity.finish_by_code(&nobody(), &half, &code, "test", later_s).await }
    };
    assert!(matches!(finish("000000".into()).await, Err(Error::WrongCode)));
    let whole = finish(code(&secret, later_s)).await.unwrap();
    assert_ne!(whole, half);
    assert!(bench.caller(&whole, later_s).await.is_some());
    assert!(bench.caller(&half, later_s).await.is_none());
    assert!(matches!(finish(code(&secret, later_s)).await, Err(Error::HalfEnded)));
}

#[tokio::test]
async fn promise_05_of_a_hundred_posts_of_one_code_exactly_one_counts() {
    let bench = Bench::new().await;
    let at_s = now_s();
    let (secret, _) = bench.enrol("root", at_s).await;
    let later_s = at_s + STEP_S;
    let typed = code(&secret, later_s);
    let tries: Vec<_> = (0..100)
        .map(|_| {
            let (identity, typed) = (bench.identity.clone(), typed.clone());
            tokio::spawn(async move { identity.prove_factor(&nobody(), "root", &typed, later_s).await.is_ok() })
        })
        .collect();
    let mut right = 0;
    for one in tries {
        right += usize::from(one.await.unwrap());
    }
    assert_eq!(right, 1);
    assert!(bench.kinds().await.iter().any(|kind| kind == "totp.replayed"));
    let earlier = bench.identity.prove_factor(&nobody(), "root", &code(&secret, at_s), later_s + STEP_S).await;
    assert!(earlier.is_err(), "the step before a used one");
}

#[tokio::test]
async fn promise_06_five_guesses_a_step_and_a_thousand_wrong_ones_a_day() {
    let bench = Bench::new().await;
    let start_s = now_s() / DAY_S * DAY_S + DAY_S;
    let (secret, _) = bench.enrol("root", start_s - DAY_S).await;
    let guess = |typed: String, at_s| {
        let identity = bench.identity.clone();
        async move { identity.prove_factor(&nobody(), "root", &typed, at_s).await }
    };
    for _ in 0..5 {
        assert!(matches!(guess("000000".into(), start_s).await, Err(Error::WrongCode)));
    }
    let right = code(&secret, start_s);
    assert!(matches!(guess(right, start_s).await, Err(Error::Slower { wait_s: 1..=30 })));
    let mut looked_at = 5;
    for step in 1..DAY_S / STEP_S {
        for _ in 0..6 {
            match guess("000000".into(), start_s + step * STEP_S).await {
                Err(Error::WrongCode) => looked_at += 1,
                Err(Error::Slower { .. }) => break,
                other => panic!("{other:?}"),
            }
        }
    }
    assert_eq!(looked_at, 1000);
    let chance = f64::from(looked_at) * 3.0 / 1e6;
    assert!(chance < 0.01, "a day's chance is {chance}");
    let next_s = start_s + DAY_S;
    assert!(guess(code(&secret, next_s), next_s).await.is_ok(), "the next day begins anew");
}

#[tokio::test]
async fn promise_06_the_question_for_the_factor_ends_after_ten_tries_or_ten_minutes() {
    let bench = Bench::new().await;
    let at_s = now_s();
    let (secret, _) = bench.enrol("root", at_s).await;
    let (half, _) = bench.half("root", at_s).await;
    let mut step_s = at_s;
    for n in 0..HALF_SESSION_TRIES_MAX {
        step_s += STEP_S;
        let answer = bench.identity.finish_by_code(&nobody(), &half, "000000", "test", step_s).await;
        assert!(matches!(answer, Err(Error::WrongCode)), "try {n}: {answer:?}");
    }
    step_s += STEP_S;
    let right = code(&secret, step_s);
    assert!(matches!(
        bench.identity.finish_by_code(&nobody(), &half, &right, "test", step_s).await,
        Err(Error::HalfEnded)
    ));
    let (half, _) = bench.half("root", step_s).await;
    let late_s = step_s + HALF_SESSION_MAX_S;
    let right = code(&secret, late_s);
    assert!(matches!(
        bench.identity.finish_by_code(&nobody(), &half, &right, "test", late_s).await,
        Err(Error::HalfEnded)
    ));
}

#[tokio::test]
async fn promise_21_a_new_password_ends_the_question_that_the_one_before_opened() {
    let bench = Bench::new().await;
    let at_s = now_s();
    let (secret, _) = bench.enrol("root", at_s).await;
    let (half, _) = bench.half("root", at_s).await;
    let hash = bench.identity.hash_password("root", "nine otters under the bridge").await.unwrap();
    let operator = Caller::inside(Principal::Operator);
    bench.identity.meta().change_password(&operator, "root", &hash, at_s).await.unwrap();
    let later_s = at_s + STEP_S;
    let answer = bench.identity.finish_by_code(&nobody(), &half, &code(&secret, later_s), "test", later_s).await;
    assert!(matches!(answer, Err(Error::HalfEnded)), "{answer:?}");
}

#[tokio::test]
async fn promise_07_a_recovery_code_lets_in_once_and_proves_nothing() {
    let bench = Bench::new().await;
    let at_s = now_s();
    let (_, codes) = bench.enrol("root", at_s).await;
    let typed = codes[3].to_lowercase().replace('-', "");
    assert!(matches!(bench.identity.prove_factor(&nobody(), "root", &typed, at_s).await, Err(Error::WrongCode)));
    let (half, _) = bench.half("root", at_s).await;
    let secret = bench.identity.finish_by_code(&nobody(), &half, &typed, "test", at_s).await.unwrap();
    assert_eq!(bench.identity.meta().snapshot().factors("root").recovery_left, 9);
    let (half, _) = bench.half("root", at_s).await;
    assert!(matches!(
        bench.identity.finish_by_code(&nobody(), &half, &codes[3], "test", at_s).await,
        Err(Error::WrongCode)
    ));
    let caller = bench.caller(&secret, at_s).await.unwrap();
    let renewed = bench.identity.renew_recovery(&caller, "root").await.unwrap();
    assert_eq!((renewed.len(), bench.identity.meta().snapshot().factors("root").recovery_left), (10, 10));
    let (half, _) = bench.half("root", at_s).await;
    let old = bench.identity.finish_by_code(&nobody(), &half, &codes[0], "test", at_s).await;
    assert!(matches!(old, Err(Error::WrongCode)), "a code of the set before");
}

#[tokio::test]
async fn promise_07_secrets_cannot_be_read_from_the_store() {
    let bench = Bench::new().await;
    let (secret, codes) = bench.enrol("root", now_s()).await;
    bench.identity.meta().close().await;
    for name in ["meta.db", "meta.db-wal"] {
        let Ok(bytes) = std::fs::read(bench._dir.path().join(name)) else { continue };
        let plain: Vec<String> = codes.iter().map(|code| code.replace('-', "")).collect();
        for needle in codes.iter().chain(&plain).chain([&secret]) {
            assert!(!bytes.windows(needle.len()).any(|part| part == needle.as_bytes()), "{name} holds a secret");
        }
    }
}

#[tokio::test]
async fn promise_04_time_for_the_set_up_begins_with_its_reason() {
    let bench = Bench::new().await;
    bench.add("vera", false).await;
    let at_s = now_s();
    let (root, vera) = (bench.whole("root", at_s).await, bench.whole("vera", at_s).await);
    let due_s = bench.identity.factor_due_s("root").unwrap();
    assert!((due_s - at_s - 14 * DAY_S).abs() < 60);
    assert_eq!(bench.identity.factor_due_s("vera"), None);
    assert!(!enrolling(&bench.caller(&root, at_s).await.unwrap()));
    bench.set("TwoFactorAuth.graceDays", "0").await;
    assert!(enrolling(&bench.caller(&root, at_s + 1).await.unwrap()), "at the next request");
    assert!(!enrolling(&bench.caller(&vera, at_s + 1).await.unwrap()));
    bench.set("TwoFactorAuth.enforcement", "everyone").await;
    assert!(enrolling(&bench.caller(&vera, now_s() + 1).await.unwrap()));
    bench.set("TwoFactorAuth.enforcement", "off").await;
    assert!(!enrolling(&bench.caller(&root, now_s() + 1).await.unwrap()));
}

#[tokio::test]
async fn promise_04_the_last_factor_stays_while_one_is_required() {
    let bench = Bench::new().await;
    let at_s = now_s();
    bench.enrol("root", at_s).await;
    let operator = Caller::inside(Principal::Operator);
    assert!(bench.identity.meta().remove_totp(&operator, "root").await.is_err());
    assert!(bench.identity.meta().snapshot().factors("root").any(), "nothing was taken");
    bench.set("TwoFactorAuth.enforcement", "off").await;
    bench.identity.meta().remove_totp(&operator, "root").await.unwrap();
    assert_eq!(bench.identity.meta().snapshot().factors("root").recovery_left, 0);
}

#[tokio::test]
async fn promise_21_a_reset_ends_sessions_and_gives_time_anew() {
    let bench = Bench::new().await;
    bench.add("second", true).await;
    let at_s = now_s();
    let open = bench.whole("root", at_s).await;
    bench.enrol("root", at_s).await;
    bench.identity.reset_factors(&grant(), &Caller::inside(Principal::Operator), "root").await.unwrap();
    assert!(bench.caller(&open, at_s).await.is_none());
    let fresh = bench.whole("root", at_s).await;
    assert!(!enrolling(&bench.caller(&fresh, at_s).await.unwrap()));
    assert!(bench.identity.factor_due_s("root").is_some());
}

#[tokio::test]
async fn promise_19_proof_gives_the_session_a_new_secret() {
    let bench = Bench::new().await;
    let at_s = now_s();
    let (secret, _) = bench.enrol("root", at_s).await;
    let (half, _) = bench.half("root", at_s).await;
    let in_s = at_s + STEP_S;
    let cookie = bench.identity.finish_by_code(&nobody(), &half, &code(&secret, in_s), "t", in_s).await.unwrap();
    let caller = bench.caller(&cookie, in_s).await.unwrap();
    let later_s = in_s + 11 * 60;
    let proved = |caller: &Caller| match user(caller).proof {
        Proof::Session { proved_s, .. } => bench.identity.is_fresh(proved_s, later_s),
        Proof::Token { .. } => false,
    };
    assert!(!proved(&caller), "eleven minutes are too long");
    let lacking = bench.identity.renew(&caller, &cookie, PASSWORD, "", later_s).await;
    assert!(matches!(lacking, Err(Error::FactorMissing)));
    let after = bench.identity.renew(&caller, &cookie, PASSWORD, &code(&secret, later_s), later_s).await.unwrap();
    assert!(bench.caller(&cookie, later_s).await.is_none(), "the secret before is nobody's");
    assert!(proved(&bench.caller(&after, later_s).await.unwrap()));
}

#[tokio::test]
async fn promise_20_sessions_end_sooner_for_those_who_may_more() {
    let bench = Bench::new().await;
    bench.add("vera", false).await;
    let at_s = now_s();
    for (login, idle_s, whole_s) in [("root", 30 * 60, 12 * 3600), ("vera", 3600, 24 * 3600)] {
        let idle = bench.whole(login, at_s).await;
        assert!(bench.caller(&idle, at_s + idle_s + 1).await.is_none(), "{login} idle");
        let used = bench.whole(login, at_s).await;
        let mut seen_s = at_s;
        while seen_s + idle_s <= at_s + whole_s {
            seen_s += idle_s;
            assert!(bench.caller(&used, seen_s).await.is_some(), "{login} after {} s", seen_s - at_s);
        }
        assert!(bench.caller(&used, at_s + whole_s + 1).await.is_none(), "{login} for long");
    }
}
