//! The list of parts of this program (CycloneDX 1.5): read while it was built from the files that pin what it is built of.

use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Every package of the workspace, with its hash and what it is built on.
const CRATES: &str = include_str!("../../../Cargo.lock");
/// The same of the web interface; what only its building needs is marked there.
const WEB: &str = include_str!("../../../web/package-lock.json");
/// What the set-up fetches beside them.
const PINS: &str = include_str!("../../../scripts/pins");
/// The package whose parts are listed.
const ROOT: &str = "makoto-server";

/// A package as `Cargo.lock` has it.
#[derive(Default, Clone, PartialEq, Eq, Debug)]
struct Package {
    name: String,
    version: String,
    /// Of what a registry gave; our own have none.
    sha256: String,
    /// `name`, or `name version` where there are several.
    needs: Vec<String>,
}

impl Package {
    fn purl(&self) -> String {
        format!("pkg:cargo/{}@{}", self.name, self.version)
    }
}

/// The packages of `Cargo.lock`.
fn packages() -> Vec<Package> {
    let mut found: Vec<Package> = Vec::new();
    for line in CRATES.lines() {
        let text = |key: &str| Some(line.strip_prefix(key)?.trim_matches('"').to_owned());
        if line == "[[package]]" {
            found.push(Package::default());
        }
        let Some(package) = found.last_mut() else { continue };
        if let Some(name) = text("name = ") {
            package.name = name;
        } else if let Some(version) = text("version = ") {
            package.version = version;
        } else if let Some(sha256) = text("checksum = ") {
            package.sha256 = sha256;
        } else if let Some(needed) = line.strip_prefix(" \"").and_then(|rest| rest.strip_suffix("\",")) {
            package.needs.push(needed.to_owned());
        }
    }
    found
}

/// The versions of a package that this program was built with.
pub fn versions(name: &str) -> Vec<String> {
    packages().into_iter().filter(|package| package.name == name).map(|package| package.version).collect()
}

/// The package that an entry of another's list names.
fn needed<'a>(all: &'a [Package], entry: &str) -> Option<&'a Package> {
    let (name, version) = entry.split_once(' ').map_or((entry, None), |(name, version)| (name, Some(version)));
    all.iter().find(|package| package.name == name && version.is_none_or(|version| package.version == version))
}

/// What the server is built on, itself included: of every platform, and what only its tests need as well, since the lock
/// file does not tell them apart.
fn reached(all: &[Package]) -> BTreeMap<String, &Package> {
    let mut found = BTreeMap::new();
    let mut open: Vec<&Package> = needed(all, ROOT).into_iter().collect();
    while let Some(package) = open.pop() {
        if found.insert(package.purl(), package).is_none() {
            open.extend(package.needs.iter().filter_map(|entry| needed(all, entry)));
        }
    }
    found
}

fn component(purl: &str, name: &str, version: &str, hash: Option<(&str, String)>) -> Json {
    let mut part = json!({ "type": "library", "bom-ref": purl, "name": name, "version": version, "purl": purl });
    if let Some((kind, content)) = hash {
        part["hashes"] = json!([{ "alg": kind, "content": content }]);
    }
    part
}

/// The hexadecimal form of an integrity as npm writes it, `sha512-BASE64`.
fn hash_of(integrity: &str) -> Option<(&'static str, String)> {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let (mut bits, mut held, mut bytes) = (0u32, 0u32, Vec::new());
    for letter in integrity.strip_prefix("sha512-")?.trim_end_matches('=').bytes() {
        let value = LETTERS.iter().position(|known| *known == letter)?;
        held = (held << 6 | value as u32) & 0xfff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            bytes.push((held >> bits) as u8);
        }
    }
    (bytes.len() == 64).then(|| ("SHA-512", makoto_meta::hex(&bytes)))
}

/// What the web interface brings to those who open it.
fn web() -> Result<Vec<Json>, String> {
    let lock: Json = serde_json::from_str(WEB).map_err(|fault| format!("the web's list of packages: {fault}"))?;
    let packages = lock["packages"].as_object().ok_or("the web's list of packages holds none")?;
    let mut parts = Vec::new();
    for (path, package) in packages {
        let Some((_, name)) = path.rsplit_once("node_modules/").filter(|_| package["dev"] != json!(true)) else {
            continue;
        };
        let version = package["version"].as_str().ok_or_else(|| format!("{name} has no version"))?;
        let purl = format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
        parts.push(component(&purl, name, version, package["integrity"].as_str().and_then(hash_of)));
    }
    Ok(parts)
}

/// The database engine, the country table and the device rules.
fn fetched() -> Result<Vec<Json>, String> {
    let pin = |name: &str| {
        let line = PINS.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        line.map(|value| value.trim_matches('"')).ok_or_else(|| format!("{name} is not pinned"))
    };
    let (duckdb, country, country_version) = (pin("duckdb_version")?, pin("country_package")?, pin("country_version")?);
    let devices = pin("devices_requirement")?;
    let (devices, sha256) = devices.split_once(" --hash=sha256:").ok_or("the device rules have no hash")?;
    let (devices, devices_version) = devices.split_once("==").ok_or("the device rules have no version")?;
    let npm = |name: &str, version: &str| format!("pkg:npm/{}@{version}", name.replace('@', "%40"));
    // DuckDB's hash differs by platform; the set-up compares it.
    let engine = "@duckdb/node-bindings";
    Ok(vec![
        component(&npm(engine, duckdb), engine, duckdb, None),
        component(&npm(country, country_version), country, country_version, hash_of(pin("country_hash")?)),
        component(
            &format!("pkg:pypi/{devices}@{devices_version}"),
            devices,
            devices_version,
            Some(("SHA-256", sha256.to_owned())),
        ),
    ])
}

/// The whole list.
///
/// # Errors
/// When a file that the program was built of cannot be read.
pub fn document() -> Result<Json, String> {
    let all = packages();
    let crates = reached(&all);
    let root = needed(&all, ROOT).ok_or("the server is not among the packages")?;
    let mut parts: Vec<Json> = crates
        .values()
        .filter(|package| **package != root)
        .map(|package| {
            let hash = Some(("SHA-256", package.sha256.clone())).filter(|_| !package.sha256.is_empty());
            component(&package.purl(), &package.name, &package.version, hash)
        })
        .collect();
    let edges: Vec<Json> = crates
        .iter()
        .map(|(purl, package)| {
            let needs: BTreeSet<String> =
                package.needs.iter().filter_map(|entry| needed(&all, entry)).map(Package::purl).collect();
            json!({ "ref": purl, "dependsOn": needs })
        })
        .collect();
    parts.extend(web()?);
    parts.extend(fetched()?);
    let purl = root.purl();
    Ok(json!({
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "version": 1,
        "metadata": { "component": {
            "type": "application", "bom-ref": purl, "name": "makoto", "version": root.version, "purl": purl,
        } },
        "components": parts,
        "dependencies": edges,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_49_the_list_of_parts_names_everything_once_and_with_its_hash() {
        let list = document().unwrap();
        let parts = list["components"].as_array().unwrap();
        let names: BTreeSet<&str> = parts.iter().map(|part| part["bom-ref"].as_str().unwrap()).collect();
        assert_eq!(names.len(), parts.len(), "none comes twice");
        for part in parts {
            let purl = part["purl"].as_str().unwrap();
            let ours = part["version"] == env!("CARGO_PKG_VERSION") && part.get("hashes").is_none();
            let digits = part["hashes"][0]["content"].as_str().map_or(0, str::len);
            let length = if purl.starts_with("pkg:cargo/") || purl.starts_with("pkg:pypi/") { 64 } else { 128 };
            assert!(ours || digits == length || purl.contains("duckdb"), "{part}");
        }
        for purl in
            ["pkg:npm/react@", "pkg:npm/%40duckdb/node-bindings@", "pkg:pypi/device-detector@", "pkg:cargo/tokio@"]
        {
            assert!(names.iter().any(|name| name.starts_with(purl)), "{purl}");
        }
        assert!(!names.iter().any(|name| name.starts_with("pkg:npm/vite@")), "what only building needs is no part");
        let root = list["metadata"]["component"]["bom-ref"].as_str().unwrap();
        for edge in list["dependencies"].as_array().unwrap() {
            let ends = edge["dependsOn"].as_array().unwrap().iter().chain([&edge["ref"]]);
            for end in ends.filter_map(Json::as_str) {
                assert!(names.contains(end) || end == root, "{end} is named and not listed");
            }
        }
    }

    #[test]
    fn promise_49_no_entry_of_the_lock_file_is_misread() {
        let all = packages();
        assert_eq!(all.len(), CRATES.matches("[[package]]").count());
        assert_eq!(
            all.iter().filter(|package| !package.sha256.is_empty()).count(),
            CRATES.matches("\nchecksum = ").count()
        );
        for package in &all {
            for entry in &package.needs {
                assert!(needed(&all, entry).is_some(), "{} needs {entry}", package.name);
            }
        }
        assert_eq!(versions("tokio").len(), 1);
        assert_eq!(hash_of("sha512-AAAA"), None);
    }
}
