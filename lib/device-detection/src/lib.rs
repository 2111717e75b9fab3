//! Tells bot, program, operating system and device from a user agent and client hints.
//!
//! The rules are Matomo's. They are no part of this crate: [`pack::build_pack`] (feature `pack-build`) makes one file
//! from the Python wheel that carries them, and [`Detector::from_pack`] reads it.

mod cache;
mod detector;
pub mod device;
pub mod hints;
mod matcher;
mod names;
pub mod pack;
mod rules;

pub use cache::{CACHE_ENTRIES_MAX, CachedDetector};
pub use detector::{DETECTION_STEPS_MAX, Detector, Measured, USER_AGENT_BYTES_MAX};
pub use device::{Bot, Client, ClientKind, Device, DeviceType, Os};
pub use hints::{Brand, ClientHints, HintsError};
pub use names::Names;
pub use pack::PackError;
