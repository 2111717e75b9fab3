//! A language is its file: nothing else names it.

#[path = "../build.rs"]
mod build;

use makoto_catalog::language::languages;
use std::{collections::BTreeSet, fs, path::Path};

fn codes_of(folder: &Path) -> BTreeSet<String> {
    build::found(folder).unwrap().into_iter().map(|(code, _)| code).collect()
}

#[test]
fn every_file_of_the_folder_is_a_language() {
    let folder = Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the test")).join("languages");
    let known: BTreeSet<String> = languages().map(|language| language.code.to_owned()).collect();
    assert_eq!(known, codes_of(&folder));
    assert!(known.contains("en") && known.contains("de"));
}

#[test]
fn a_new_file_is_found_and_becomes_part_of_the_program() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("languages");
    fs::create_dir_all(&folder).unwrap();
    fs::write(folder.join("eo.txt"), "@name Esperanto\n").unwrap();
    fs::write(folder.join("README.md"), "no language").unwrap();
    assert_eq!(codes_of(&folder), BTreeSet::from(["eo".to_owned()]));
    let written = build::written(&build::found(&folder).unwrap());
    assert!(written.contains("(\"eo\", include_str!(") && written.contains("eo.txt"), "{written}");
}
