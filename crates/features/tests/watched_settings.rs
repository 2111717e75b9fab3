//! Settings that the relational store knows by their keys.

use makoto_meta::Meta;

#[test]
fn settings_that_the_store_knows_by_their_keys_are_declared() {
    let catalog = makoto_features::catalog().unwrap();
    let keys = Meta::SETTING_KEYS;
    assert!(!keys.is_empty());
    for key in keys {
        assert!(catalog.setting(key).is_some(), "no feature declares {key}");
    }
}
