//! Lists the files that the program carries, with the hashes by which browsers know them again.

use sha2::{Digest, Sha256};
use std::{
    env, fs, io,
    path::{Path, PathBuf},
};

/// The folders in the checkout, with the names of their statics.
const FOLDERS: [(&str, &str); 3] = [("WEB", "web/dist"), ("TRACKER", "tracker/dist"), ("PACKS", "target/packs")];

/// The files of a folder and of those inside, with their names below it, sorted.
fn found(folder: &Path) -> io::Result<Vec<(String, PathBuf)>> {
    let mut found = Vec::new();
    let mut open = vec![(String::new(), folder.to_owned())];
    while let Some((above, folder)) = open.pop() {
        for entry in fs::read_dir(folder)? {
            let entry = entry?;
            let name = entry.file_name();
            let name = name.to_str().ok_or_else(|| io::Error::other(format!("the name of {name:?} is no text")))?;
            match entry.path().is_dir() {
                true => open.push((format!("{above}{name}/"), entry.path())),
                false => found.push((format!("{above}{name}"), entry.path())),
            }
        }
    }
    found.sort();
    Ok(found)
}

/// The list of a folder's files as an expression.
fn carried(folder: &Path) -> io::Result<String> {
    let mut lines = String::new();
    for (name, path) in found(folder)? {
        let sha256: [u8; 32] = Sha256::digest(fs::read(&path)?).into();
        lines += &format!("Carried {{ name: {name:?}, data: include_bytes!({path:?}), sha256: {sha256:?} }},\n");
    }
    Ok(format!("Some(&[\n{lines}])"))
}

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed=build.rs");
    // Checkouts may share what was built: each has folders of its own.
    println!("cargo:rerun-if-env-changed=CARGO_MANIFEST_DIR");
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default()).join("../..");
    // Programs for development read the folders themselves, so that a new page needs no new program.
    let carries = env::var_os("PROFILE").is_some_and(|profile| profile == "release");
    let mut statics = String::new();
    for (name, place) in FOLDERS {
        let folder = root.join(place).canonicalize();
        let folder = folder.map_err(|fault| io::Error::other(format!("{place}: {fault}; scripts/setup makes it")))?;
        let mut files = "None".to_owned();
        if carries {
            println!("cargo:rerun-if-changed={}", folder.display());
            files = carried(&folder)?;
        }
        statics += &format!(
            "/// `{place}`.\npub static {name}: Folder = Folder {{ place: concat!(env!(\"CARGO_MANIFEST_DIR\"), \"/../../{place}\"), files: {files} }};\n"
        );
    }
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("embedded.rs"), statics)
}
