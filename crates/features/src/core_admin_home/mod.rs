//! What concerns the installation as a whole: its mail server, its timetable, and where it may be sent.

pub mod mail;
pub mod outbound;
pub mod tasks;

pub use mail::METHODS as MAIL_METHODS;
pub use tasks::METHODS as TASK_METHODS;

use makoto_catalog::Feature;

pub static FEATURE: Feature =
    Feature { name: "CoreAdminHome", dimensions: &[], metrics: &[], reports: &[], settings: mail::settings::SETTINGS };
