//! The codes of countries and their names, and where addresses are.

use crate::{Services, services::bad};
use geolocation::{continent_code, continent_name, country_name, region_name};
use makoto_access::{Caller, Role};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind, language::asked};
use makoto_model::Params;
use std::net::IpAddr;

/// What Matomo calls the database that is there without further ado.
const PROVIDERS: [&str; 2] = ["", "default"];

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "UserCountry.getCountryCodeMapping",
        doc: "The name of every country by its code.",
        params: &[],
        access: Access::Public,
        effect: Effect::Read,
        guard: Guard::Open,
        run: |_, _, params| {
            Box::pin(async {
                let names = geolocation::countries().map(|(code, name)| (code, asked(params).of(name)));
                Ok(Answer::record(names.map(|(code, name)| (code, Answer::from(&*name)))))
            })
        },
    },
    Method {
        id: "UserCountry.getLocationFromIP",
        doc: "Where an address is, as visits from it are located.",
        params: &[
            Param { name: "ip", kind: ParamKind::Text, default: Some(""), doc: "an address; the caller's without it" },
            Param { name: "provider", kind: ParamKind::Text, default: Some(""), doc: "default, the only one" },
        ],
        access: Access::SomeSite(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { location(services, caller, params) }),
    },
];

fn location(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    if !PROVIDERS.contains(&params.get("provider").unwrap_or("")) {
        return Err(bad("provider", "there is one, default; leave it out"));
    }
    let address: IpAddr = match params.filled("ip") {
        Some(text) => text.trim().parse().map_err(|_| bad("ip", "write an address, as 192.0.2.1"))?,
        None => caller.address.ok_or_else(|| bad("ip", "name an address: yours is not known"))?,
    };
    let locate =
        services.locate.get().ok_or_else(|| ApiError::Internal("there is no database of places".to_owned()))?;
    let (place, language) = (locate(address), asked(params));
    let continent = continent_code(&place.country);
    let mut fields = vec![
        ("country_code", Answer::from(place.country.as_str())),
        ("continent_code", Answer::from(continent)),
        ("continent_name", Answer::from(&*language.of(continent_name(continent)))),
        ("country_name", Answer::from(&*language.of(country_name(&place.country)))),
        ("ip", Answer::from(address.to_string())),
    ];
    let region = region_name(&place.country, &place.region).unwrap_or(&place.region);
    for (name, text) in [("region_code", &*place.region), ("region_name", region), ("city_name", &*place.city)] {
        if !text.is_empty() {
            fields.push((name, Answer::from(text)));
        }
    }
    for (name, degrees) in [("lat", place.latitude), ("long", place.longitude)] {
        fields.extend(degrees.map(|degrees| (name, Answer::Float(degrees))));
    }
    Ok(Answer::record(fields))
}
