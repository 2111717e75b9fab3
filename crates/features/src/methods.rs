use crate::{Services, api, sites_manager, users_manager};
use makoto_catalog::Method;

/// Every API method that is no report, by feature.
pub static METHODS: &[&[Method<Services>]] = &[api::METHODS, sites_manager::METHODS, users_manager::METHODS];

/// A method by its exact id.
pub fn method(id: &str) -> Option<&'static Method<Services>> {
    METHODS.iter().flat_map(|feature| feature.iter()).find(|method| method.id == id)
}
