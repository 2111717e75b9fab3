//! Every check, by what it is about.

pub mod accounts;
pub mod operation;
pub mod public;
pub mod roles;
pub mod visitors;
pub mod web;

use super::check::Check;

static GROUPS: [&[Check]; 6] =
    [accounts::CHECKS, roles::CHECKS, visitors::CHECKS, public::CHECKS, web::CHECKS, operation::CHECKS];

/// Every check, in the order in which lists show them.
pub fn all() -> impl Iterator<Item = &'static Check> {
    GROUPS.iter().flat_map(|group| group.iter())
}

/// A check by its id.
pub fn find(id: &str) -> Option<&'static Check> {
    all().find(|check| check.id == id)
}
