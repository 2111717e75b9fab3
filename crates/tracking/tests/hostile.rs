//! Whatever comes in, nothing panics and nothing is stored that is no text.

use makoto_tracking::{RawRequest, Read, parse};
use proptest::prelude::*;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn any_bytes_can_be_read(method in prop::sample::select(vec!["GET", "POST", "HEAD"]), query in "\\PC{0,200}",
            body in prop::collection::vec(any::<u8>(), 0..300)) {
        let read = parse::read(&RawRequest { method, query: &query, body: &body });
        if let Ok(Read::One(params)) = read {
            prop_assert!(params.iter().all(|(name, value)| !name.contains('\0') && !value.contains('\0')));
        }
    }

    #[test]
    fn any_bulk_can_be_read(inner in "[\\[\\]{}\"',:0-9a-z\\\\ ]{0,120}", tail in "[\\]}\"]{0,4}") {
        let body = format!("{{\"requests\":{inner}{tail}");
        // Both answers are good ones; only a panic is not.
        if let Ok(Read::Bulk(bulk)) = parse::read(&RawRequest { method: "POST", query: "", body: body.as_bytes() }) {
            prop_assert!(bulk.entries.len() <= parse::ITEMS_MAX);
        }
    }

    #[test]
    fn what_was_encoded_is_read_back(pairs in prop::collection::vec(("[a-z\\[\\]]{1,8}", "\\PC{0,20}"), 1..10)) {
        let coded = |text: &str| text.bytes().map(|b| format!("%{b:02x}")).collect::<String>();
        let query: Vec<String> = pairs.iter().map(|(name, value)| format!("{}={}", coded(name), coded(value))).collect();
        let raw = RawRequest { method: "GET", query: &query.join("&"), body: b"" };
        let Ok(Read::One(params)) = parse::read(&raw) else { panic!("one request") };
        let read: Vec<(String, String)> = params.iter().map(|(n, v)| (n.to_owned(), v.to_owned())).collect();
        prop_assert_eq!(read, pairs);
    }
}
