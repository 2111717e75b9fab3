//! What is kept of a visitor, for how long, and the rights that a visitor has in it.

pub mod compliance;
pub mod keep;
pub mod optout;
pub mod past;
pub mod policies;
pub mod retention;
pub mod settings;
pub mod subjects;
pub mod work;

use makoto_catalog::{AnySetting, Feature};

pub static FEATURE: Feature =
    Feature { name: "PrivacyManager", dimensions: &[], metrics: &[], reports: &[], settings: settings::SETTINGS };

/// Every setting of this feature.
fn all_settings() -> impl Iterator<Item = &'static dyn AnySetting> {
    FEATURE.settings.iter().copied()
}
