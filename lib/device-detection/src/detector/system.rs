//! The operating system.

use super::version::{clean, major, minor};
use super::{Detection, fill, fill_version};
use crate::device::Os;
use crate::rules::Fragment;

/// What one source says about the system.
#[derive(Debug, Clone, Default)]
struct Named {
    name: String,
    code: String,
    version: String,
}

/// Platforms by the word in the architecture hint.
const ARCHITECTURES: [(&str, &str); 5] =
    [("arm", "ARM"), ("loongarch64", "LoongArch64"), ("mips", "MIPS"), ("sh4", "SuperH"), ("sparc64", "SPARC64")];
/// Platforms by their fixed pattern, in the order in which they are asked.
const PLATFORMS: [(Fragment, &str); 7] = [
    (Fragment::PlatformArm, "ARM"),
    (Fragment::PlatformLoongArch, "LoongArch64"),
    (Fragment::PlatformMips, "MIPS"),
    (Fragment::PlatformSuperH, "SuperH"),
    (Fragment::PlatformSparc, "SPARC64"),
    (Fragment::PlatformX64, "x64"),
    (Fragment::PlatformX86, "x86"),
];

impl Detection<'_> {
    pub(super) fn system(&mut self) -> Option<Os> {
        let from_hints = self.system_from_hints();
        let from_agent = self.system_from_agent().unwrap_or_default();
        let mut named = match from_hints {
            Some(from_hints) => self.merge_system(from_hints, from_agent),
            None => self.with_finer_version(from_agent),
        };
        if named.name.is_empty() {
            return None;
        }
        let app = self.hints.app.as_str();
        let names = &self.detector.names;
        let replacement = if names.is_android_tv_app(app) && named.name != "Android" {
            Some(("Android", "ADR", ""))
        } else if app == "org.lineageos.jelly" && named.name != "Lineage OS" {
            Some(("Lineage OS", "LEN", names.lineage_os_version(&named.version)))
        } else if app == "org.mozilla.tv.firefox" && named.name != "Fire OS" {
            Some(("Fire OS", "FIR", names.fire_os_version(&named.version)))
        } else {
            None
        };
        if let Some((name, code, version)) = replacement {
            named = Named { name: name.into(), code: code.into(), version: version.into() };
        }
        let code = names.os_code(&named.name).map_or(named.code, str::to_owned);
        let family = names.os_family(&code).unwrap_or_default().to_owned();
        Some(Os { platform: self.platform(), name: named.name, code, version: named.version, family })
    }

    fn system_family(&self, system: &Named) -> Option<&str> {
        self.detector.names.os_family(&system.code)
    }

    /// Hints win, but the user agent may name the same system more finely.
    fn merge_system(&self, hints: Named, agent: Named) -> Named {
        let mut merged = hints.clone();
        if merged.version.is_empty() && self.system_family(&hints) == self.system_family(&agent) {
            merged.version.clone_from(&agent.version);
        }
        if merged.name == "Windows" && merged.version == "0.0.0" {
            merged.version = if agent.version == "10" { String::new() } else { agent.version.clone() };
        }
        if self.system_family(&agent) == Some(merged.name.as_str()) && agent.name != merged.name {
            merged.name.clone_from(&agent.name);
            match agent.name.as_str() {
                "LeafOS" | "HarmonyOS" => merged.version.clear(),
                "PICO OS" => merged.version.clone_from(&agent.version),
                "Fire OS" if !hints.version.is_empty() => {
                    merged.version = self.detector.names.fire_os_version(&merged.version).to_owned();
                }
                _ => {}
            }
        }
        let is_chrome_os = agent.name == "Chrome OS";
        if merged.name == "GNU/Linux"
            && (is_chrome_os && hints.version == agent.version || agent.name == "Meta Horizon")
        {
            (merged.name, merged.code) = (agent.name, agent.code);
        } else if merged.name == "Android" && is_chrome_os {
            merged = Named { version: String::new(), ..agent };
        }
        merged
    }

    /// Hints without a platform may still give the version more finely.
    fn with_finer_version(&self, agent: Named) -> Named {
        let hinted = &self.hints.platform_version;
        let rest = hinted.strip_prefix(agent.version.as_str()).unwrap_or_default();
        let is_finer = !agent.version.is_empty() && rest.starts_with('.');
        if is_finer { Named { version: clean(hinted), ..agent } } else { agent }
    }

    fn system_from_hints(&self) -> Option<Named> {
        let (code, name) = self.detector.names.system_of_hint(&self.hints.platform)?;
        let mut version = self.hints.platform_version.clone();
        if name == "Windows" {
            version = match (major(&version), minor(&version)) {
                (0, 1) => "7".into(),
                (0, 2) => "8".into(),
                (0, 3) => "8.1".into(),
                (0, _) => version,
                (..11, _) => "10".into(),
                _ => "11".into(),
            };
        } else if version != "0.0.0" && major(&version) == 0 {
            version.clear();
        }
        Some(Named { name: name.to_owned(), code: code.to_owned(), version: clean(&version) })
    }

    fn system_from_agent(&mut self) -> Option<Named> {
        let list = &self.detector.rules.systems;
        let scan = self.restored.as_mut().unwrap_or(&mut self.scan);
        let found = scan.find_first(list.patterns.range())?;
        let rule = list.rule(found.pattern)?;
        let mut name = fill(&rule.name, scan, &found.captures);
        let mut version = fill_version(&rule.version, scan, &found);
        if let Some(finer) = scan.find_first(rule.finer.range()) {
            let answer = rule.finer_answers.get((finer.pattern - rule.finer.start) as usize);
            let (finer_name, finer_version) =
                answer.map_or((None, None), |(name, version)| (name.as_ref(), version.as_ref()));
            name = finer_name.map_or(name, |name| fill(name, scan, &finer.captures));
            version = finer_version.map_or(version, |version| fill_version(version, scan, &finer));
        }
        let names = &self.detector.names;
        let code = names.os_code(&name).unwrap_or("UNK").to_owned();
        let name = names.os_name(&code).filter(|_| code != "UNK").map_or(name, str::to_owned);
        Some(Named { name, code, version })
    }

    fn platform(&mut self) -> String {
        let architecture = self.hints.architecture.to_ascii_lowercase();
        if let Some((_, platform)) = ARCHITECTURES.iter().find(|(word, _)| architecture.contains(word)) {
            return (*platform).to_owned();
        }
        let is_x86 = architecture.contains("x86");
        if architecture.contains("x64") || (is_x86 && self.hints.bitness == "64") {
            return "x64".to_owned();
        }
        if is_x86 {
            return "x86".to_owned();
        }
        let found = PLATFORMS.iter().find(|(fragment, _)| self.has_restored(*fragment));
        found.map(|(_, platform)| (*platform).to_owned()).unwrap_or_default()
    }
}
