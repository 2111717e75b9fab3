//! Browsers.

use super::version::{clean, compare, major};
use super::{Detection, fill, fill_version};
use crate::device::{Client, ClientKind};
use crate::rules::Fragment;

/// Browsers whose version hints give wrongly: the user agent's is used.
const VERSION_FROM_AGENT: [&str; 8] = ["A0", "AL", "HP", "JR", "MU", "OM", "OP", "VR"];

/// What one source says about the browser.
#[derive(Debug, Clone, Default)]
struct Named {
    name: String,
    code: String,
    version: String,
    engine: String,
    engine_version: String,
}

impl Named {
    fn take_engine(&mut self, other: &Self) {
        self.engine.clone_from(&other.engine);
        self.engine_version.clone_from(&other.engine_version);
    }

    fn rename(&mut self, name: &str, code: &str) {
        name.clone_into(&mut self.name);
        code.clone_into(&mut self.code);
    }
}

impl Detection<'_> {
    pub(super) fn browser(&mut self) -> Option<(Client, String)> {
        let (from_agent, rule) = self.browser_from_agent().unwrap_or_default();
        let from_hints = self.browser_from_hints();
        let mut named = match from_hints {
            Some(from_hints) => self.merge_browser(from_hints, &from_agent),
            None => from_agent,
        };
        let mut family = Some(self.browser_family(&named.code));
        if let Some(name) = self.detector.names.browser_of_app(&self.hints.app)
            && name != named.name
        {
            let code = self.detector.names.browser_code(name).unwrap_or_default();
            named.rename(name, code);
            named.version.clear();
            if self.is_blink() {
                named.engine = "Blink".to_owned();
                named.engine_version = self.engine_version("Blink");
                family = Some(self.browser_family(code)).filter(|family| !family.is_empty());
                family = family.or_else(|| Some("Chrome".to_owned()));
            }
        }
        if named.name.is_empty() || self.has(Fragment::JavaScriptDriven) {
            return None;
        }
        let family = imitated_family(&mut named).map(str::to_owned).or(family).unwrap_or_default();
        let Named { name, code, version, engine, engine_version } = named;
        let rule = if rule.is_empty() { "client/hints".to_owned() } else { rule };
        Some((Client { kind: ClientKind::Browser, name, code, version, engine, engine_version, family }, rule))
    }

    fn browser_family(&self, code: &str) -> String {
        self.detector.names.browser_family(code).unwrap_or_default().to_owned()
    }

    fn browser_from_agent(&mut self) -> Option<(Named, String)> {
        let list = &self.detector.rules.browsers;
        let found = self.scan.find_first(list.patterns.range())?;
        let rule = list.rule(found.pattern)?;
        let name = fill(&rule.name, &self.scan, &found.captures);
        let names = &self.detector.names;
        let code = names.browser_code(&name).unwrap_or_default().to_owned();
        let name = names.browser_name(&code).unwrap_or(&name).to_owned();
        let version = fill_version(&rule.version, &self.scan, &found);
        let engine = self.engine(rule, &version);
        let engine_version = self.engine_version(&engine);
        Some((Named { name, code, version, engine, engine_version }, list.label(found.pattern)))
    }

    /// The first brand that is more than the engine underneath.
    fn browser_from_hints(&self) -> Option<Named> {
        let mut named: Option<Named> = None;
        for brand in &self.hints.brands {
            if let Some((code, name)) = self.detector.names.browser_of_hint(&brand.name) {
                let (name, code, version) = (name.to_owned(), code.to_owned(), brand.version.clone());
                named = Some(Named { name, code, version, ..Named::default() });
            }
            if named.as_ref().is_some_and(|named| !matches!(named.name.as_str(), "Chromium" | "Microsoft Edge")) {
                break;
            }
        }
        let mut named = named?;
        if !self.hints.full_version.is_empty() {
            named.version.clone_from(&self.hints.full_version);
        }
        named.version = clean(&named.version);
        (!named.version.is_empty()).then_some(named)
    }

    /// Hints win, but the user agent may name the same browser more finely, and only it names the engine.
    fn merge_browser(&self, hints: Named, agent: &Named) -> Named {
        let mut merged = hints.clone();
        if (2020..=2024).contains(&version_prefix(&hints.version)) {
            merged.rename("Iridium", "I1");
        }
        if hints.version.starts_with("15") && agent.version.starts_with("114") {
            merged.rename("360 Secure Browser", "3B");
            merged.take_engine(agent);
        }
        if !agent.version.is_empty() && VERSION_FROM_AGENT.contains(&merged.code.as_str()) {
            merged.version.clone_from(&agent.version);
        }
        if merged.name == "Vewd Browser" {
            merged.take_engine(agent);
        }
        let is_base = matches!(merged.name.as_str(), "Chromium" | "Chrome Webview");
        if is_base && !agent.name.is_empty() && !matches!(agent.code.as_str(), "CR" | "CV" | "AN" | "CM") {
            merged.rename(&agent.name, &agent.code);
            if !is_reduced_form(&agent.version, &merged.version) {
                merged.version.clone_from(&agent.version);
            }
        }
        if agent.name.strip_suffix(" Mobile") == Some(merged.name.as_str()) {
            merged.rename(&agent.name, &agent.code);
        }
        let names = &self.detector.names;
        if merged.name == agent.name || names.browser_family(&merged.code) == names.browser_family(&agent.code) {
            merged.take_engine(agent);
        }
        if agent.name.is_empty() {
            merged.engine = self.detector.browser_engine(&merged.name).unwrap_or_default().to_owned();
        }
        if agent.version.starts_with(&merged.version) && compare(&merged.version, &agent.version).is_lt() {
            merged.version.clone_from(&agent.version);
        }
        if merged.name == "DuckDuckGo Privacy Browser" {
            merged.version.clear();
        }
        if merged.engine == "Blink"
            && merged.name != "Iridium"
            && compare(&merged.engine_version, &hints.version).is_lt()
        {
            merged.engine_version.clone_from(&hints.version);
        }
        merged
    }

    /// True for user agents that follow Chrome's form.
    fn is_blink(&self) -> bool {
        let folded = self.scan.folded();
        let find = |text: &[u8], from: usize| folded[from..].windows(text.len()).position(|window| window == text);
        find(b"chrome/", 0).is_some_and(|at| find(b" safari/537.36", at + b"chrome/".len() + 1).is_some())
    }
}

/// Corrects browsers that take another's user agent: their engine, and their family when it differs.
fn imitated_family(named: &mut Named) -> Option<&'static str> {
    let is_gecko = named.engine == "Gecko";
    match (named.name.as_str(), named.engine.as_str()) {
        ("Flow Browser", "Blink") => {
            named.engine_version.clear();
            None
        }
        ("Every Browser", _) | ("TV-Browser Internet", "Gecko") => {
            named.engine = "Blink".to_owned();
            named.engine_version.clear();
            Some("Chrome")
        }
        ("Wolvic" | "Yaani Browser", "Blink" | "Gecko") => Some(if is_gecko { "Firefox" } else { "Chrome" }),
        _ => None,
    }
}

/// True for what browsers write today in place of a full version: `120.0.0.0` for `120.0.6099.43`.
fn is_reduced_form(version: &str, full: &str) -> bool {
    version.strip_suffix(".0.0.0").is_some_and(|start| start.parse() == Ok(major(full)))
}

/// The first four characters of a version as a number: a year in some browsers.
fn version_prefix(version: &str) -> u32 {
    version.get(..4).and_then(|year| year.parse().ok()).unwrap_or_default()
}
