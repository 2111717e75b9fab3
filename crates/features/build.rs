//! Lists the modules that declare a feature, so that a new one is its file and the `pub mod` line that Rust wants.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// How a module says that it is a feature.
const SAYS: &str = "pub static FEATURE: Feature ";

/// The names of the modules in a folder that declare a feature, sorted.
pub fn found(folder: &Path) -> io::Result<Vec<String>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let file = if path.is_dir() { path.join("mod.rs") } else { path.clone() };
        let name = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("").to_owned();
        if file.extension().is_some_and(|extension| extension == "rs")
            && file.is_file()
            && fs::read_to_string(&file)?.lines().any(|line| line.starts_with(SAYS))
        {
            found.push(name);
        }
    }
    found.sort();
    Ok(found)
}

/// The list as a static of the crate. A module that `lib.rs` does not name fails the build here.
pub fn written(found: &[String]) -> String {
    let lines = found.iter().map(|name| format!("    &crate::{name}::FEATURE,\n"));
    format!(
        "/// Every feature; the order is that of the columns that they add to the stored tables.\n\
         pub static FEATURES: &[&makoto_catalog::Feature] = &[\n{}];\n",
        lines.collect::<String>()
    )
}

#[allow(dead_code, reason = "a test looks at the functions above")]
fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("src");
    println!("cargo:rerun-if-changed={}", folder.display());
    let list = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("features.rs");
    fs::write(list, written(&found(&folder)?))
}
