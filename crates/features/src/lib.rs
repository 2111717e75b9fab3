//! One folder per Matomo plugin: its declarations and the small pure functions behind them, and the management
//! methods that reach the stores with a grant.

pub mod api;
pub mod methods;
pub mod privacy_manager;
pub mod services;
pub mod sites_manager;
pub mod users_manager;

pub use methods::{METHODS, method};
pub use services::Services;
