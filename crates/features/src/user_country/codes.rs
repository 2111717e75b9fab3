//! The codes of countries and their names.

use crate::Services;
use makoto_catalog::{Access, Answer, Effect, Guard, Method};

pub static METHODS: &[Method<Services>] = &[Method {
    id: "UserCountry.getCountryCodeMapping",
    doc: "The name of every country by its code.",
    params: &[],
    access: Access::Public,
    effect: Effect::Read,
    guard: Guard::Open,
    run: |_, _, _| {
        Box::pin(async { Ok(Answer::record(geolocation::countries().map(|(code, name)| (code, Answer::from(name))))) })
    },
}];
