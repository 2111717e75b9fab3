//! A feature is its file and the `pub mod` line that Rust wants: nothing else names it.

#[path = "../build.rs"]
mod build;

use makoto_features::FEATURES;
use std::{fs, path::Path};

fn source() -> std::path::PathBuf {
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the test")).join("src")
}

/// Every line of Rust below a folder, with its file.
fn lines_of(folder: &Path) -> Vec<(String, String)> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() && path.file_name().is_some_and(|name| name != "target") {
            lines.extend(lines_of(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let text = fs::read_to_string(&path).unwrap();
            lines.extend(text.lines().map(|line| (path.display().to_string(), line.trim().to_owned())));
        }
    }
    lines
}

#[test]
fn every_module_with_a_feature_is_listed() {
    let found = build::found(&source()).unwrap();
    assert_eq!(found.len(), FEATURES.len());
    assert!(found.contains(&"resolution".to_owned()) && !found.contains(&"rows".to_owned()), "{found:?}");
    let plugin = |module: &String| module.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
    let plugins: Vec<String> = found.iter().map(plugin).collect();
    assert_eq!(plugins, FEATURES.iter().map(|feature| feature.name).collect::<Vec<_>>());
}

#[test]
fn a_new_file_is_found_and_becomes_part_of_the_program() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("features");
    fs::create_dir_all(folder.join("clouds")).unwrap();
    fs::write(folder.join("weather.rs"), "pub static FEATURE: Feature = Feature {\n};\n").unwrap();
    fs::write(folder.join("clouds/mod.rs"), "pub static FEATURE: Feature = Feature {\n};\n").unwrap();
    fs::write(folder.join("clouds/names.rs"), "pub static FEATURE: Feature = Feature {\n};\n").unwrap();
    fs::write(folder.join("rows.rs"), "//! A `pub static FEATURE: Feature ` in a comment\n").unwrap();
    let found = build::found(&folder).unwrap();
    assert_eq!(found, ["clouds", "weather"]);
    let written = build::written(&found);
    assert!(written.contains("&crate::clouds::FEATURE,\n    &crate::weather::FEATURE,\n"), "{written}");
}

/// The dimension that `docs/ARCHITECTURE.md` shows.
#[test]
fn one_line_beside_its_file_makes_the_resolution_of_screens() {
    let crates = source().join("../..");
    let naming: Vec<(String, String)> = lines_of(&crates)
        .into_iter()
        .filter(|(file, _)| !file.contains("/resolution/") && !file.ends_with("tests/one_file.rs"))
        .filter(|(_, line)| line.contains("mod resolution;") || line.contains("resolution::"))
        .collect();
    assert_eq!(naming.len(), 1, "{naming:#?}");
    assert!(naming[0].0.ends_with("features/src/../../features/src/lib.rs"), "{naming:?}");
    assert_eq!(naming[0].1, "pub mod resolution;");
}
