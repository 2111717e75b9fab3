//! Makes the pack from the wheel.

use yaml_rust2::{Yaml, YamlLoader};

use super::compile::Compiler;
use super::python::{Literal, find_literal};
use super::wheel::Wheel;
use super::{PackError, write_pack};
use crate::device::{ClientKind, DeviceType};
use crate::rules::{
    BotRule, BrandRule, ClientRule, FRAGMENT_PATTERNS, ModelRule, NameTables, OsRule, RuleList, RuleSet, Span,
};

/// Folder of the rules in the wheel.
const RULES: &str = "device_detector/regexes/upstream/";
/// File with the tables of browsers and systems.
const SETTINGS: &str = "device_detector/parser/settings.py";
/// File with the table of brands.
const BRANDS: &str = "device_detector/parser/device/base.py";
/// Programs other than browsers and libraries, in the order in which they are asked.
const APPS: [(ClientKind, &str); 4] = [
    (ClientKind::FeedReader, "client/feed_readers"),
    (ClientKind::MobileApp, "client/mobile_apps"),
    (ClientKind::MediaPlayer, "client/mediaplayers"),
    (ClientKind::Pim, "client/pim"),
];
/// Devices in the order in which they are asked. The detector knows the first three by their place.
const DEVICES: [&str; 8] = [
    "device/televisions",
    "device/shell_tv",
    "device/notebooks",
    "device/consoles",
    "device/car_browsers",
    "device/cameras",
    "device/portable_media_player",
    "device/mobiles",
];

/// Makes a pack from the bytes of the wheel `device-detector` 6.5.1.
///
/// # Errors
/// When the wheel can not be read, has another form or holds a pattern that the compiler does not know.
pub fn build_pack(wheel: &[u8]) -> Result<Vec<u8>, PackError> {
    let wheel = Wheel::open(wheel)?;
    let mut builder = Builder { wheel: &wheel, compiler: Compiler::default() };
    let rules = builder.rule_set()?;
    write_pack(&rules)
}

struct Builder<'w> {
    wheel: &'w Wheel<'w>,
    compiler: Compiler,
}

impl Builder<'_> {
    fn rule_set(&mut self) -> Result<RuleSet, PackError> {
        let fragments = self.patterns(FRAGMENT_PATTERNS.map(|pattern| (pattern.to_owned(), 0)).into_iter())?;
        let bots = self.list("bots", &["name"], |rule| BotRule {
            name: template(&rule["name"]),
            category: text(&rule["category"]),
            producer: text(&rule["producer"]["name"]),
            url: text(&rule["url"]),
        })?;
        let systems = self.systems()?;
        let mut apps = Vec::new();
        for (kind, source) in APPS {
            apps.push((kind as u8, self.list(source, &["name", "version"], client_rule)?));
        }
        let libraries = self.list("client/libraries", &["name", "version"], client_rule)?;
        let browsers = self.list("client/browsers", &["name", "version"], client_rule)?;
        let engines = self.list("client/browser_engine", &["name"], client_rule)?;
        let mut devices = Vec::new();
        for source in DEVICES {
            devices.push(self.brands(source)?);
        }
        let vendors = self.vendors()?;
        let names = self.name_tables()?;
        let (program, needles) = std::mem::take(&mut self.compiler).finish();
        Ok(RuleSet {
            program,
            needles,
            fragments,
            bots,
            systems,
            apps,
            libraries,
            browsers,
            engines,
            devices,
            vendors,
            names,
        })
    }

    /// Adds patterns, each with the number of groups that its answer uses.
    fn patterns(&mut self, patterns: impl Iterator<Item = (String, usize)>) -> Result<Span, PackError> {
        let start = self.compiler.pattern_count();
        for (pattern, groups) in patterns {
            self.compiler.add(&pattern, groups)?;
        }
        Ok(Span { start, end: self.compiler.pattern_count() })
    }

    fn yaml(&self, source: &str) -> Result<Yaml, PackError> {
        let file = format!("{RULES}{source}.yml");
        let form = |reason: String| PackError::Form { file: file.clone(), reason };
        let mut documents =
            YamlLoader::load_from_str(&self.wheel.text(&file)?).map_err(|error| form(error.to_string()))?;
        if documents.len() == 1 { Ok(documents.remove(0)) } else { Err(form("it holds no single document".to_owned())) }
    }

    /// The rules of a file that is a list.
    fn list<R>(&mut self, source: &str, answers: &[&str], rule: impl Fn(&Yaml) -> R) -> Result<RuleList<R>, PackError> {
        let entries = self.entries(source)?;
        let patterns = self.patterns(entries.iter().map(|entry| pattern_of(entry, answers)))?;
        Ok(RuleList { source: source.to_owned(), patterns, rules: entries.iter().map(rule).collect() })
    }

    fn entries(&self, source: &str) -> Result<Vec<Yaml>, PackError> {
        let reason = || "it is no list".to_owned();
        self.yaml(source)?.into_vec().ok_or_else(|| PackError::Form { file: source.to_owned(), reason: reason() })
    }

    fn systems(&mut self) -> Result<RuleList<OsRule>, PackError> {
        let mut list = self.list("oss", &["name", "version"], |rule| OsRule {
            name: template(&rule["name"]),
            version: template(&rule["version"]),
            finer: Span::default(),
            finer_answers: items(&rule["versions"])
                .iter()
                .map(|finer| (optional_template(&finer["name"]), optional_template(&finer["version"])))
                .collect(),
        })?;
        for (rule, entry) in list.rules.iter_mut().zip(self.entries("oss")?) {
            let finer = items(&entry["versions"]).iter().map(|finer| pattern_of(finer, &["name", "version"]));
            rule.finer = self.patterns(finer)?;
        }
        Ok(list)
    }

    fn brands(&mut self, source: &str) -> Result<RuleList<BrandRule>, PackError> {
        let reason = || "it is no table of brands".to_owned();
        let table = self.yaml(source)?.into_hash();
        let table = table.ok_or_else(|| PackError::Form { file: source.to_owned(), reason: reason() })?;
        let patterns = self.patterns(table.values().map(|entry| pattern_of(entry, &["model"])))?;
        let mut rules = Vec::new();
        for (brand, entry) in &table {
            let models = items(&entry["models"]);
            rules.push(BrandRule {
                brand: Some(text(brand)).filter(|brand| brand != "Unknown").unwrap_or_default(),
                device: device_number(&entry["device"]),
                model: optional_template(&entry["model"]),
                models: self.patterns(models.iter().map(|model| pattern_of(model, &["model"])))?,
                model_rules: models.iter().map(model_rule).collect(),
            });
        }
        Ok(RuleList { source: source.to_owned(), patterns, rules })
    }

    /// One rule per fragment, since a vendor has several.
    fn vendors(&mut self) -> Result<RuleList<String>, PackError> {
        let source = "vendorfragments";
        let table = self.yaml(source)?.into_hash().unwrap_or_default();
        let fragments: Vec<(String, String)> = table
            .iter()
            .flat_map(|(brand, list)| items(list).iter().map(|fragment| (text(brand), text(fragment))))
            .collect();
        let patterns = self.patterns(fragments.iter().map(|(_, fragment)| (format!("(?:{fragment})[^a-z0-9]+"), 0)))?;
        Ok(RuleList {
            source: source.to_owned(),
            patterns,
            rules: fragments.into_iter().map(|(brand, _)| brand).collect(),
        })
    }

    fn name_tables(&self) -> Result<NameTables, PackError> {
        let settings = self.wheel.text(SETTINGS)?;
        let brands = self.wheel.text(BRANDS)?;
        let table = |name: &str| find_literal(SETTINGS, &settings, name);
        let by_app = |source: &str| Ok::<_, PackError>(string_map(&self.yaml(source)?));
        Ok(NameTables {
            browsers: text_map(&table("AVAILABLE_BROWSERS")?),
            browser_families: inverted(&table("BROWSER_FAMILIES")?, str::to_owned),
            browsers_mobile_only: table("MOBILE_ONLY_BROWSERS")?.texts(),
            systems: text_map(&table("OPERATING_SYSTEMS")?),
            system_families: inverted(&table("OS_FAMILIES")?, str::to_owned),
            brands: text_map(&find_literal(BRANDS, &brands, "DEVICE_BRANDS")?),
            desktop_families: table("DESKTOP_OS")?.texts(),
            browser_by_hint: inverted(&table("APP_TO_CLIENT_HINT_MAPPING")?, str::to_lowercase),
            system_by_hint: inverted(&table("OS_CLIENT_HINT_MAPPING")?, str::to_lowercase),
            browser_by_app: by_app("client/hints/browsers")?,
            app_by_app: by_app("client/hints/apps")?,
            fire_os_versions: text_map(&table("FIREOS_VERSION_MAPPING")?),
            lineage_os_versions: text_map(&table("LINEAGEOS_VERSION_MAPPING")?),
            android_tv_apps: table("ANDROID_APPS")?.texts(),
            tv_clients: table("TV_CLIENTS")?.texts(),
        })
    }
}

type TextMap = std::collections::BTreeMap<String, String>;

fn text_map(table: &Literal) -> TextMap {
    table.entries().iter().map(|(key, value)| (key.text().to_owned(), value.text().to_owned())).collect()
}

/// From each text of the lists to the key that lists it.
fn inverted(table: &Literal, fold: fn(&str) -> String) -> TextMap {
    let entries = table.entries().iter();
    entries.flat_map(|(key, list)| list.texts().into_iter().map(|item| (fold(&item), key.text().to_owned()))).collect()
}

fn string_map(table: &Yaml) -> TextMap {
    table.as_hash().into_iter().flatten().map(|(key, value)| (text(key), text(value))).collect()
}

fn client_rule(rule: &Yaml) -> ClientRule {
    let versions = rule["engine"]["versions"].as_hash();
    ClientRule {
        name: template(&rule["name"]),
        version: template(&rule["version"]),
        engine: text(&rule["engine"]["default"]),
        engine_from: versions.into_iter().flatten().map(|(from, engine)| (text(from), text(engine))).collect(),
    }
}

fn model_rule(rule: &Yaml) -> ModelRule {
    ModelRule { model: template(&rule["model"]), brand: text(&rule["brand"]), device: device_number(&rule["device"]) }
}

fn device_number(name: &Yaml) -> Option<u8> {
    DeviceType::from_name(&text(name)).map(DeviceType::id)
}

/// The pattern of a rule and the number of groups that its answers use.
fn pattern_of(rule: &Yaml, answers: &[&str]) -> (String, usize) {
    let groups = answers
        .iter()
        .flat_map(|answer| template(&rule[*answer]).into_bytes())
        .filter(|byte| (1..=9).contains(byte))
        .max()
        .unwrap_or_default();
    (text(&rule["regex"]), usize::from(groups))
}

/// An answer, with `\g<1>` and `$1` turned into the control character of the group's number.
fn template(answer: &Yaml) -> String {
    let mut template = text(answer);
    for group in 1..=9_u8 {
        let mark = char::from(group).to_string();
        template = template.replace(&format!("\\g<{group}>"), &mark).replace(&format!("${group}"), &mark);
    }
    template
}

fn optional_template(answer: &Yaml) -> Option<String> {
    (!answer.is_badvalue() && !answer.is_null()).then(|| template(answer))
}

fn items(list: &Yaml) -> &[Yaml] {
    list.as_vec().map_or(&[], Vec::as_slice)
}

fn text(value: &Yaml) -> String {
    match value {
        Yaml::String(text) | Yaml::Real(text) => text.clone(),
        Yaml::Integer(number) => number.to_string(),
        Yaml::Boolean(value) => value.to_string(),
        _ => String::new(),
    }
}
