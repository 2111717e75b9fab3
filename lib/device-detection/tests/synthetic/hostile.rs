//! Input that wants to break or to slow the detector.

use device_detection::{ClientHints, DETECTION_STEPS_MAX, Detector};
use proptest::prelude::*;

use crate::wheel::{detector, pack};

/// An attempt may overdraw the budget by one instruction: a run over the longest user agent, and its bookkeeping.
const OVERDRAFT_STEPS_MAX: u32 = 600;

fn hints() -> impl Strategy<Value = ClientHints> {
    let name = prop_oneof![
        Just("sec-ch-ua"),
        Just("sec-ch-ua-full-version-list"),
        Just("sec-ch-ua-platform"),
        Just("sec-ch-ua-platform-version"),
        Just("sec-ch-ua-model"),
        Just("sec-ch-ua-form-factors"),
        Just("x-requested-with"),
    ];
    let value = prop_oneof![
        ".*",
        "[0-9.]{0,8}",
        Just("Android".to_owned()),
        Just("Windows".to_owned()),
        Just(r#""Chromium";v="1""#.to_owned()),
        Just("org.fast.browser".to_owned()),
    ];
    proptest::collection::vec((name, value), 0..5)
        .prop_map(|headers| ClientHints::from_headers(headers.iter().map(|(name, value)| (*name, value.as_str()))))
}

/// Text near what the rules look for.
fn user_agent() -> impl Strategy<Value = String> {
    let part = prop_oneof![
        ".{0,8}",
        "[ -~]{0,8}",
        Just("Android 10; K) AppleWebKit ".to_owned()),
        Just("Chrome/99.0 Mobile Safari/537.36 ".to_owned()),
        Just("rv:1.2 Gecko/20100101 ".to_owned()),
        Just("X11; Linux x86_64; ".to_owned()),
        Just("AC-X1".to_owned()),
        Just("Windows NT 10 Touch ".to_owned()),
        Just("HbbTV/1.1 ".to_owned()),
    ];
    proptest::collection::vec(part, 0..12).prop_map(|parts| parts.concat())
}

thread_local! {
    static DETECTOR: Detector = detector();
}

proptest! {
    #[test]
    fn no_input_panics_or_runs_long(user_agent in user_agent(), hints in hints()) {
        let steps = DETECTOR.with(|detector| detector.detect_measured(&user_agent, &hints).steps);
        prop_assert!(steps <= DETECTION_STEPS_MAX + OVERDRAFT_STEPS_MAX);
    }

    #[test]
    fn no_uadata_panics(json in ".*") {
        prop_assert!(ClientHints::from_uadata(&json).map_or(true, |hints| hints.app.is_empty()));
    }
}

#[test]
fn long_and_repetitive_text_is_bounded() {
    let detector = detector();
    let parts = [
        "a",
        " ",
        "Android ",
        "AC-X123 ",
        "iPhone;",
        "Mac OS X ",
        "Chrome/1 ",
        "((((",
        "1.",
        "é",
        "\u{1F600}",
        "64 x86_64 arm ",
    ];
    for part in parts {
        let text = part.repeat(100_000);
        for hints in [ClientHints::default(), ClientHints { model: text.clone(), ..ClientHints::default() }] {
            let steps = detector.detect_measured(&text, &hints).steps;
            assert!(steps <= DETECTION_STEPS_MAX + OVERDRAFT_STEPS_MAX, "{steps} steps for {part:?}");
        }
    }
}

#[test]
fn a_damaged_pack_is_refused() {
    let pack = pack();
    assert!(Detector::from_pack(&pack).is_ok());
    for end in (0..pack.len()).step_by(7) {
        assert!(Detector::from_pack(&pack[..end]).is_err(), "cut at {end}");
    }
    for at in (0..pack.len()).step_by(7).filter(|at| !is_notice(&pack, *at)) {
        let mut damaged = pack.clone();
        damaged[at] ^= 0x55;
        assert!(Detector::from_pack(&damaged).is_err(), "changed at {at}");
    }
}

/// The notice is for people: its text has no checksum.
fn is_notice(pack: &[u8], at: usize) -> bool {
    let length = usize::from(u16::from_le_bytes([pack[10], pack[11]]));
    (12..12 + length).contains(&at)
}
