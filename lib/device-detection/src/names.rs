//! Tables of codes and names.

use std::collections::{BTreeMap, HashMap};

use crate::rules::NameTables;

/// Codes, names and families of browsers, systems and brands.
#[derive(Debug)]
pub struct Names {
    tables: NameTables,
    browser_code_by_fold: HashMap<String, String>,
    system_code_by_fold: HashMap<String, String>,
    brand_code_by_name: HashMap<String, String>,
}

impl Names {
    pub(crate) fn new(tables: NameTables) -> Self {
        let inverted = |map: &BTreeMap<String, String>, fold: fn(&str) -> String| {
            map.iter().rev().map(|(code, name)| (fold(name), code.clone())).collect()
        };
        Self {
            browser_code_by_fold: inverted(&tables.browsers, fold),
            system_code_by_fold: inverted(&tables.systems, fold),
            brand_code_by_name: inverted(&tables.brands, str::to_owned),
            tables,
        }
    }

    /// Name of a browser by its code, e.g. `FF` → `Firefox`.
    #[must_use]
    pub fn browser_name(&self, code: &str) -> Option<&str> {
        self.tables.browsers.get(code).map(String::as_str)
    }

    /// Code of a browser by its name, in any case and spacing.
    #[must_use]
    pub fn browser_code(&self, name: &str) -> Option<&str> {
        self.browser_code_by_fold.get(&fold(name)).map(String::as_str)
    }

    /// Family of a browser by its code, e.g. `CM` → `Chrome`; `None` when it has none.
    #[must_use]
    pub fn browser_family(&self, code: &str) -> Option<&str> {
        self.tables.browser_families.get(code).map(String::as_str)
    }

    /// Codes and names of all browsers, by code.
    pub fn browsers(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.tables.browsers)
    }

    /// Name of an operating system by its code, e.g. `WIN` → `Windows`.
    #[must_use]
    pub fn os_name(&self, code: &str) -> Option<&str> {
        self.tables.systems.get(code).map(String::as_str)
    }

    /// Code of an operating system by its name, in any case and spacing.
    #[must_use]
    pub fn os_code(&self, name: &str) -> Option<&str> {
        self.system_code_by_fold.get(&fold(name)).map(String::as_str)
    }

    /// Family of an operating system by its code, e.g. `FIR` → `Android`.
    #[must_use]
    pub fn os_family(&self, code: &str) -> Option<&str> {
        self.tables.system_families.get(code).map(String::as_str)
    }

    /// Codes and names of all operating systems, by code.
    pub fn systems(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.tables.systems)
    }

    /// True when the family, e.g. `GNU/Linux`, runs on desktops.
    #[must_use]
    pub fn is_desktop_family(&self, family: &str) -> bool {
        holds(&self.tables.desktop_families, family)
    }

    /// Name of a brand by its code, e.g. `SA` → `Samsung`.
    #[must_use]
    pub fn brand_name(&self, code: &str) -> Option<&str> {
        self.tables.brands.get(code).map(String::as_str)
    }

    /// Code of a brand by its exact name.
    #[must_use]
    pub fn brand_code(&self, name: &str) -> Option<&str> {
        self.brand_code_by_name.get(name).map(String::as_str)
    }

    /// Codes and names of all brands, by code.
    pub fn brands(&self) -> impl Iterator<Item = (&str, &str)> {
        pairs(&self.tables.brands)
    }

    /// Browser that a brand in hints means.
    pub(crate) fn browser_of_hint(&self, brand: &str) -> Option<(&str, &str)> {
        let mapped = self.tables.browser_by_hint.get(&brand.to_lowercase()).map_or(brand, String::as_str);
        let name = fold(mapped);
        let without = name.strip_suffix("browser").unwrap_or_default();
        let code = [name.as_str(), &format!("{name}browser"), without]
            .into_iter()
            .find_map(|name| self.browser_code_by_fold.get(name))?;
        Some((code, self.browser_name(code)?))
    }

    /// System that a platform in hints means.
    pub(crate) fn system_of_hint(&self, platform: &str) -> Option<(&str, &str)> {
        let mapped = self.tables.system_by_hint.get(&platform.to_lowercase()).map_or(platform, String::as_str);
        let code = self.os_code(mapped)?;
        Some((code, self.os_name(code)?))
    }

    pub(crate) fn browser_of_app(&self, app: &str) -> Option<&str> {
        self.tables.browser_by_app.get(app).map(String::as_str)
    }

    pub(crate) fn app_of_app(&self, app: &str) -> Option<&str> {
        self.tables.app_by_app.get(app).map(String::as_str)
    }

    pub(crate) fn is_mobile_only_browser(&self, code: &str) -> bool {
        holds(&self.tables.browsers_mobile_only, code)
    }

    pub(crate) fn is_android_tv_app(&self, app: &str) -> bool {
        holds(&self.tables.android_tv_apps, app)
    }

    pub(crate) fn is_tv_client(&self, client: &str) -> bool {
        holds(&self.tables.tv_clients, client)
    }

    /// Version of Fire OS that an Android version means.
    pub(crate) fn fire_os_version(&self, android: &str) -> &str {
        version_of(&self.tables.fire_os_versions, android)
    }

    /// Version of Lineage OS that an Android version means.
    pub(crate) fn lineage_os_version(&self, android: &str) -> &str {
        version_of(&self.tables.lineage_os_versions, android)
    }
}

/// Lower case without spaces: how names from outside are compared.
fn fold(name: &str) -> String {
    name.to_lowercase().replace(' ', "")
}

fn pairs(map: &BTreeMap<String, String>) -> impl Iterator<Item = (&str, &str)> {
    map.iter().map(|(code, name)| (code.as_str(), name.as_str()))
}

fn holds(list: &[String], item: &str) -> bool {
    list.iter().any(|listed| listed == item)
}

fn version_of<'m>(versions: &'m BTreeMap<String, String>, android: &str) -> &'m str {
    let major = android.split('.').next().unwrap_or_default();
    versions.get(android).or_else(|| versions.get(major)).map_or("", String::as_str)
}
