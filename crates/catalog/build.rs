//! Lists the files of `languages/`, so that a new language is its file alone.

use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The codes and files of a folder of languages, sorted by code.
pub fn found(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let code = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or("").to_owned();
        if path.extension().is_some_and(|extension| extension == "txt") && !code.is_empty() {
            found.push((code, path));
        }
    }
    found.sort();
    Ok(found)
}

/// The list as a constant of the program.
pub fn written(found: &[(String, PathBuf)]) -> String {
    let lines = found.iter().map(|(code, path)| format!("    ({code:?}, include_str!({path:?})),\n"));
    format!("const FILES: &[(&str, &str)] = &[\n{}];\n", lines.collect::<String>())
}

#[allow(dead_code, reason = "a test looks at the functions above")]
fn main() -> io::Result<()> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("languages");
    println!("cargo:rerun-if-changed={}", folder.display());
    let list = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("languages.rs");
    fs::write(list, written(&found(&folder)?))
}
