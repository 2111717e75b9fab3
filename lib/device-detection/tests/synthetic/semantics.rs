//! What follows from what.

use device_detection::{CachedDetector, ClientHints, ClientKind, DeviceType, Os, pack};

use crate::wheel::{detect, detector, pack};

const CHROME: &str = "AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0";

fn hinted(user_agent: &str, hints: &[(&str, &str)]) -> device_detection::Device {
    detector().detect(user_agent, &ClientHints::from_headers(hints.iter().copied()))
}

fn os(device: &device_detection::Device) -> (&str, &str, &str) {
    device.os.as_ref().map_or(("", "", ""), |Os { name, code, version, .. }| (name, code, version))
}

#[test]
fn a_bot_is_nothing_else() {
    let device = detect(&format!("Mozilla/5.0 (Windows NT 10.0; compatible; spidery/2) {CHROME}"));
    let bot = device.bot.as_ref().expect("a bot");
    assert_eq!((bot.name.as_str(), bot.category.as_str(), bot.producer.as_str()), ("spidery", "Crawler", "Crawl Inc"));
    assert!(device.client.is_none() && device.os.is_none() && device.device_type.is_none());
    assert_eq!(device.rule, "bots:0");
}

#[test]
fn a_desktop_browser_is_told_with_its_engine() {
    let device = detect(&format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36"));
    let client = device.client.as_ref().expect("a client");
    assert_eq!((client.kind, client.name.as_str(), client.code.as_str()), (ClientKind::Browser, "Chrome", "CH"));
    assert_eq!((client.engine.as_str(), client.engine_version.as_str()), ("Blink", "120.0.0.0"));
    assert_eq!((client.version_minor(), client.family.as_str()), ("120.0", "Chrome"));
    assert_eq!(os(&device), ("Windows", "WIN", "10"));
    assert_eq!(device.os.as_ref().map(|os| os.platform.as_str()), Some("x64"));
    assert_eq!(device.device_type, Some(DeviceType::Desktop));
}

#[test]
fn an_old_version_has_the_old_engine() {
    let device = detect("Mozilla/5.0 (X11; Linux) AppleWebKit/537.1 (KHTML, like Gecko) Chrome/27.0.1 Safari/537.1");
    assert_eq!(device.client.map(|client| client.engine), Some("WebKit".to_owned()));
    let device = detect("Mozilla/5.0 (X11; Linux; rv:9.0) Gecko/20100101 Firefox/9.0");
    let client = device.client.expect("a client");
    assert_eq!((client.engine.as_str(), client.engine_version.as_str()), ("Gecko", "9.0"));
}

#[test]
fn brand_and_model_come_from_the_lists() {
    let of = |model: &str| {
        let device = detect(&format!("Mozilla/5.0 (Linux; Android 9; {model}) {CHROME} Mobile Safari/537.36"));
        (device.brand, device.brand_code, device.model, device.device_type.map(DeviceType::name))
    };
    let expected = |brand: &str, code: &str, model: &str, kind| (brand.into(), code.into(), model.into(), Some(kind));
    assert_eq!(of("AC-B123 Build/1"), expected("Acme", "AC", "B123", "smartphone"));
    assert_eq!(of("AC-X12"), expected("", "", "", "smartphone"));
    assert_eq!(of("AC-X123"), expected("Acme Sub", "AS", "X 123", "smartphone"));
    assert_eq!(of("tab_8"), expected("Acme", "AC", "Tab 8", "tablet"));
    assert_eq!(of("xAC-B123"), expected("", "", "", "smartphone"));
    assert_eq!(of("VENDJS;"), expected("Vendy", "VY", "", "smartphone"));
}

#[test]
fn look_around_is_respected() {
    assert_eq!(detect("Java Oldy").model, "Old");
    assert_eq!(detect("Java not Oldy").model, "");
    assert_eq!(detect("Java Oldy TV").model, "");
}

#[test]
fn kinds_are_guessed_when_no_list_names_the_device() {
    let kind = |user_agent: &str| detect(user_agent).device_type.map(DeviceType::name);
    assert_eq!(kind(&format!("(Linux; Android 9; Foo) {CHROME} Mobile Safari/537.36")), Some("smartphone"));
    assert_eq!(kind(&format!("(Linux; Android 9; Foo) {CHROME} Safari/537.36")), Some("tablet"));
    assert_eq!(kind("(Linux; Android 1.6)"), Some("smartphone"));
    assert_eq!(kind("(Linux; Android 3.2)"), Some("tablet"));
    assert_eq!(kind("(Linux; Android 4.4)"), None);
    assert_eq!(kind("Foo (Android; Tablet; rv:9)"), Some("tablet"));
    assert_eq!(kind("Foo (Windows NT 10.0; Touch)"), Some("tablet"));
    assert_eq!(kind("Oldy (Linux; Android 4.4)"), Some("smartphone"));
    assert_eq!(kind("Foo (Linux) HbbTV/1.2.1"), Some("tv"));
    assert_eq!(kind("Telly (Linux) HbbTV/1.2.1"), Some("tv"));
    assert_eq!(kind("Foo (Linux; Android 9; Andr0id) Chrome/9"), Some("tv"));
    assert_eq!(kind("Playa (Linux)"), Some("tv"));
    assert_eq!(kind("Foo (Linux)"), Some("desktop"));
    assert_eq!(kind("Foo"), None);
}

#[test]
fn apple_makes_its_systems_devices() {
    let iphone = detect("Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X)");
    assert_eq!((iphone.brand.as_str(), iphone.model.as_str()), ("Apple", "iPhone"));
    assert_eq!(os(&detect("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)")), ("Mac", "MAC", "10.15.7"));
    let fake = detect("Mozilla/5.0 (Linux; iPhone)");
    assert_eq!((fake.brand.as_str(), fake.model.as_str()), ("", ""));
}

#[test]
fn hints_name_what_the_user_agent_hides() {
    let reduced = format!("Mozilla/5.0 (Linux; Android 10; K) {CHROME} Mobile Safari/537.36");
    assert_eq!(detect(&reduced).model, "");
    let device = hinted(
        &reduced,
        &[
            ("Sec-CH-UA-Full-Version-List", r#""Not A;Brand";v="8", "Google Chrome";v="120.0.6099.43""#),
            ("Sec-CH-UA-Platform", "\"Android\""),
            ("Sec-CH-UA-Platform-Version", "\"14.0.0\""),
            ("Sec-CH-UA-Model", "\"AC-B123\""),
        ],
    );
    let client = device.client.as_ref().expect("a client");
    assert_eq!((client.name.as_str(), client.version.as_str()), ("Chrome Mobile", "120.0.6099.43"));
    assert_eq!((client.engine.as_str(), client.engine_version.as_str()), ("Blink", "120.0.6099.43"));
    assert_eq!(os(&device), ("Android", "AND", "14.0.0"));
    assert_eq!((device.brand.as_str(), device.model.as_str()), ("Acme", "B123"));
}

#[test]
fn windows_versions_of_hints_are_translated() {
    let user_agent = format!("Mozilla/5.0 (Windows NT 10.0; Win64; x64) {CHROME} Safari/537.36");
    for (hint, version) in [("15.0.0", "11"), ("10.0.0", "10"), ("0.1.0", "7"), ("0.3.0", "8.1"), ("0.0.0", "")] {
        let device = hinted(&user_agent, &[("Sec-CH-UA-Platform", "Windows"), ("Sec-CH-UA-Platform-Version", hint)]);
        assert_eq!(os(&device), ("Windows", "WIN", version), "{hint}");
    }
}

#[test]
fn the_user_agent_may_be_finer_than_the_hints() {
    let platform = [("Sec-CH-UA-Platform", "Android"), ("Sec-CH-UA-Platform-Version", "11")];
    assert_eq!(os(&hinted("Mozilla/5.0 (Linux; Android 11; FireThing)", &platform)), ("Fire OS", "FIR", "8"));
    let brands = [("Sec-CH-UA", r#""Chromium";v="105""#)];
    let opera = hinted("Mozilla/5.0 (X11; Linux) Chrome/105.0 OPR/91.0.1", &brands).client.expect("a client");
    assert_eq!((opera.name.as_str(), opera.version.as_str()), ("Opera", "91.0.1"));
}

#[test]
fn the_embedding_app_is_the_client() {
    let user_agent = format!("Mozilla/5.0 (Linux; Android 9; Foo) {CHROME} Mobile Safari/537.36");
    let client = |app| hinted(&user_agent, &[("X-Requested-With", app)]).client.expect("a client");
    assert_eq!((client("org.chat").kind, client("org.chat").name.as_str()), (ClientKind::MobileApp, "Chat"));
    let fast = client("org.fast.browser");
    assert_eq!((fast.name.as_str(), fast.code.as_str(), fast.version.as_str()), ("Fast", "FB", ""));
    assert_eq!((fast.engine.as_str(), fast.family.as_str()), ("Blink", "Chrome"));
    assert_eq!(client("org.unknown").name, "Chrome Mobile");
}

#[test]
fn form_factors_tell_the_kind() {
    let hints = [("Sec-CH-UA-Model", "Foo"), ("Sec-CH-UA-Form-Factors", "\"Tablet\"")];
    assert_eq!(hinted("Mozilla/5.0", &hints).device_type, Some(DeviceType::Tablet));
}

#[test]
fn tables_answer_for_reports() {
    let detector = detector();
    let names = detector.names();
    assert_eq!(names.browser_name("FF"), Some("Firefox"));
    assert_eq!(names.browser_code("chrome mobile"), Some("CM"));
    assert_eq!(names.browser_family("CM"), Some("Chrome"));
    assert_eq!((names.os_name("IOS"), names.os_family("FIR")), (Some("iOS"), Some("Android")));
    assert_eq!((names.brand_name("AC"), names.brand_code("Acme")), (Some("Acme"), Some("AC")));
    assert_eq!((names.browsers().count(), names.systems().count(), names.brands().count()), (6, 7, 4));
    assert_eq!(detector.browser_engine("Chrome"), Some("Blink"));
    assert!(pack::notice(&pack()).expect("a notice").contains("LGPL-3.0-or-later"));
}

#[test]
fn answers_are_remembered() {
    let cached = CachedDetector::new(detector());
    let hints = ClientHints::default();
    let first = cached.detect("Feedly/1.2", &hints);
    assert_eq!(*first, cached.detector().detect("Feedly/1.2", &hints));
    assert!(std::sync::Arc::ptr_eq(&first, &cached.detect("Feedly/1.2", &hints)));
    for number in 0..12_000 {
        assert_eq!(cached.detect(&format!("curl/{number}"), &hints).client.as_ref().expect("curl").name, "curl");
        assert_eq!(*cached.detect("Feedly/1.2", &hints), *first);
    }
    assert!(cached.remembered() <= device_detection::CACHE_ENTRIES_MAX);
    assert!(std::sync::Arc::ptr_eq(&first, &cached.detect("Feedly/1.2", &hints)), "what is asked for stays");
}

#[test]
fn threads_share_a_detector() {
    let cached = CachedDetector::new(detector());
    let names = |thread: usize| {
        let detect =
            |number: usize| cached.detect(&format!("curl/{}.{}", number % 7, thread % 2), &ClientHints::default());
        (0..500).map(|number| detect(number).client.as_ref().map_or(0, |client| client.version.len())).sum::<usize>()
    };
    let lengths: Vec<usize> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|thread| scope.spawn(move || names(thread))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    assert_eq!(lengths, [1500; 4]);
    assert_eq!(cached.remembered(), 14);
}
