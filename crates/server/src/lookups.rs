//! The data behind enrichment: device rules, locations, referrers, in the shapes that tracking asks for.

use crate::{commands::Failure, config::Config, embedded::PACKS};
use device_detection::{CachedDetector, ClientHints, Detector};
use geolocation::{CityDb, CountryDb};
use makoto_features::probes::Detected;
use makoto_model::{Client, ClientKind, Device, Params, Place};
use makoto_tracking::{Source, SourceKind};
use std::{net::IpAddr, sync::Arc};

const DEVICE_PACK: &str = "devices.pack";
const COUNTRY_PACK: &str = "country.mmdb";

/// Everything that enrichment looks up.
pub struct Data {
    devices: CachedDetector<Device>,
    countries: CountryDb,
    cities: Option<CityDb>,
}

fn pack(name: &str) -> Result<std::borrow::Cow<'static, [u8]>, Failure> {
    let file = PACKS
        .get(name)
        .ok_or_else(|| Failure::Data(format!("this program was built without {name}; build it with make")))?;
    Ok(file.data)
}

impl Data {
    /// Loads the built-in packs and the files that the configuration names.
    ///
    /// # Errors
    /// When a file cannot be read or is of another format.
    pub fn load(config: &Config) -> Result<Data, Failure> {
        let data = |fault: &dyn std::fmt::Display| Failure::Data(fault.to_string());
        let rules = match &config.device_rules {
            Some(path) => std::fs::read(path).map_err(|fault| Failure::file(path, fault))?.into(),
            None => pack(DEVICE_PACK)?,
        };
        let detector = Detector::from_pack(&rules).map_err(|fault| data(&fault))?;
        makoto_features::devices_detection::names::install(detector.names());
        let files: Result<Vec<Vec<u8>>, Failure> = config
            .city_databases
            .iter()
            .map(|path| std::fs::read(path).map_err(|fault| Failure::file(path, fault)))
            .collect();
        let files = files?;
        let cities = match files.is_empty() {
            true => None,
            false => Some(CityDb::new(files.into_iter().map(Into::into)).map_err(|fault| data(&fault))?),
        };
        let countries = CountryDb::new(pack(COUNTRY_PACK)?).map_err(|fault| data(&fault))?;
        Ok(Data { devices: CachedDetector::with_shape(detector, |found| device(&found)), countries, cities })
    }

    /// The device behind a user agent and its hints: those that the request brings, else those of its headers.
    pub fn detect(&self, user_agent: &str, params: &Params, of_headers: impl FnOnce() -> ClientHints) -> Arc<Device> {
        // Hints that cannot be read are as good as none: the user agent still speaks.
        let sent = params.filled("uadata").and_then(|json| ClientHints::from_uadata(json).ok());
        self.devices.detect(user_agent, &sent.unwrap_or_else(of_headers))
    }

    /// Whether a user agent is of this client or bot.
    pub fn is(&self, user_agent: &str, name: &str) -> bool {
        let found = self.devices.detector().detect(user_agent, &ClientHints::default());
        found.client.as_ref().is_some_and(|client| client.name == name)
            || found.bot.as_ref().is_some_and(|bot| bot.name == name)
    }

    /// Everything that the rules say of a user agent and its hints, and which rule it was.
    pub fn explain(&self, user_agent: &str, hints: &str) -> Detected {
        let hints = ClientHints::from_uadata(hints).unwrap_or_default();
        let found = self.devices.detector().detect(user_agent, &hints);
        let mut facts: Vec<(&'static str, String)> = Vec::new();
        let mut add = |name: &'static str, value: &str| {
            if !value.is_empty() {
                facts.push((name, value.to_owned()));
            }
        };
        if let Some(bot) = &found.bot {
            add("Bot", &bot.name);
            add("Bot category", &bot.category);
            add("Bot producer", &bot.producer);
        }
        if let Some(client) = &found.client {
            add("Client type", client.kind.name());
            add("Client", &client.name);
            add("Client code", &client.code);
            add("Client version", &client.version);
            add("Engine", &client.engine);
            add("Engine version", &client.engine_version);
            add("Client family", &client.family);
        }
        if let Some(os) = &found.os {
            add("Operating system", &os.name);
            add("System code", &os.code);
            add("System version", &os.version);
            add("Platform", &os.platform);
            add("System family", &os.family);
        }
        add("Device type", found.device_type.map_or("", |kind| kind.name()));
        add("Brand", &found.brand);
        add("Model", &found.model);
        let rules = if found.rule.is_empty() { Vec::new() } else { vec![("Rule", found.rule.clone())] };
        Detected { facts, rules }
    }

    /// Every name that the rules know: kind, code, name.
    pub fn names(&self) -> Vec<(&'static str, String, String)> {
        let names = self.devices.detector().names();
        let owned = |kind| move |(code, name): (&str, &str)| (kind, code.to_owned(), name.to_owned());
        let mut all: Vec<_> = names.brands().map(owned("brand")).collect();
        all.extend(names.browsers().map(owned("browser")));
        all.extend(names.systems().map(owned("system")));
        all.sort_by(|a, b| (a.0, a.2.to_lowercase()).cmp(&(b.0, b.2.to_lowercase())));
        all
    }

    /// The country of an address; `None` when no database knows it.
    pub fn country(&self, address: IpAddr) -> Option<String> {
        let found = self.cities.as_ref().and_then(|cities| cities.locate(address).country);
        found.or_else(|| self.countries.country(address)).map(lower)
    }

    /// Where an address is; the language decides when no database knows it.
    pub fn locate(&self, address: IpAddr, language: &str) -> Place {
        let found = self.cities.as_ref().map(|cities| cities.locate(address)).unwrap_or_default();
        if let Some(code) = found.country {
            return Place {
                country: lower(code),
                region: found.region_code.unwrap_or_default(),
                city: found.city.unwrap_or_default(),
                latitude: found.latitude,
                longitude: found.longitude,
            };
        }
        let country = match self.countries.country(address) {
            Some(code) => lower(code),
            None => geolocation::guess_country(language).unwrap_or("xx").to_owned(),
        };
        Place { country, ..Place::default() }
    }
}

fn lower(code: [u8; 2]) -> String {
    code.iter().map(|letter| char::from(letter.to_ascii_lowercase())).collect()
}

fn device(found: &device_detection::Device) -> Device {
    let os = found.os.as_ref();
    Device {
        bot: found.bot.as_ref().map(|bot| bot.name.to_string()),
        client: found.client.as_ref().map(|client| Client {
            kind: client_kind(client.kind),
            name: client.name.to_string(),
            code: client.code.to_string(),
            version: client.version_minor().to_owned(),
            engine: client.engine.to_string(),
        }),
        os_code: os.map(|os| os.code.to_string()).unwrap_or_default(),
        os_version: os.map(|os| os.version_minor().to_owned()).unwrap_or_default(),
        device_type: found.device_type.map(|kind| kind.id()),
        brand_code: found.brand_code.to_string(),
        brand: found.brand.to_string(),
        model: found.model.to_string(),
    }
}

fn client_kind(kind: device_detection::ClientKind) -> ClientKind {
    use device_detection::ClientKind as Kind;
    match kind {
        Kind::Browser => ClientKind::Browser,
        Kind::Library => ClientKind::Library,
        Kind::FeedReader => ClientKind::FeedReader,
        Kind::MediaPlayer => ClientKind::MediaPlayer,
        Kind::MobileApp => ClientKind::MobileApp,
        Kind::Pim => ClientKind::Pim,
    }
}

/// What is known of a referrer's URL.
pub fn referrer(url: &str) -> Source {
    let source = |kind, name: &str, keyword| Source {
        kind,
        name: name.to_owned(),
        keyword,
        url: referrer_data::strip_noise(url).into_owned(),
        spam: false,
    };
    let website = source(SourceKind::Website, "", String::new());
    let Some(parsed) = referrer_data::ParsedReferrer::parse(url) else { return website };
    if let Some(hit) = referrer_data::search(&parsed) {
        return source(SourceKind::Search, hit.engine, hit.keyword.unwrap_or_default());
    }
    if let Some(assistant) = referrer_data::assistant(&parsed) {
        return source(SourceKind::Assistant, assistant, String::new());
    }
    match referrer_data::social(&parsed) {
        Some(network) => source(SourceKind::Social, network, String::new()),
        None => Source { spam: referrer_data::is_spam(&parsed.host), ..website },
    }
}
