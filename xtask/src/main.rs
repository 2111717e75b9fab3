//! Chores of the build: `cargo xtask packs WHEEL PACK` makes the device rule pack from the wheel that carries the rules,
//! `cargo xtask passwords FILTER LIST…` the filter of known passwords from lists of one password a line.

use std::{collections::BTreeSet, fs, io, path::Path, process::ExitCode};

const USAGE: &str = "usage: cargo xtask packs WHEEL PACK, or cargo xtask passwords FILTER LIST…";

#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{USAGE}")]
    Usage,
    #[error("{path}: {fault}")]
    File { path: String, fault: io::Error },
    #[error("the wheel cannot be made into a pack: {0}")]
    Pack(#[from] device_detection::PackError),
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.display().to_string();
    move |fault| Error::File { path, fault }
}

/// Writes the pack beside its place first, so that a build never embeds half of one.
fn make_pack(wheel: &Path, pack: &Path) -> Result<(), Error> {
    let bytes = device_detection::pack::build_pack(&fs::read(wheel).map_err(at(wheel))?)?;
    // Outside the folder of the packs: what lies in it is embedded.
    let folder = pack.parent().and_then(Path::parent).ok_or(Error::Usage)?;
    let unfinished = folder.join("devices.pack.unfinished");
    fs::write(&unfinished, &bytes).map_err(at(&unfinished))?;
    fs::rename(&unfinished, pack).map_err(at(pack))
}

/// Each password counts once, whatever its case; lists are read as far as they are text.
fn make_filter(filter: &Path, lists: &[String]) -> Result<(), Error> {
    let mut passwords = BTreeSet::new();
    for list in lists.iter().map(Path::new) {
        let bytes = fs::read(list).map_err(at(list))?;
        let lines = bytes.split(|byte| *byte == b'\n').filter_map(|line| std::str::from_utf8(line).ok());
        passwords.extend(lines.map(|line| line.trim_end_matches('\r').to_lowercase()).filter(|line| !line.is_empty()));
    }
    let passwords: Vec<String> = passwords.into_iter().collect();
    let bytes = known_passwords::build(&passwords).ok_or(Error::Usage)?;
    println!("{} passwords, {} bytes", passwords.len(), bytes.len());
    fs::write(filter, bytes).map_err(at(filter))
}

fn run(arguments: &[String]) -> Result<(), Error> {
    match arguments {
        [task, wheel, pack] if task == "packs" => make_pack(Path::new(wheel), Path::new(pack)),
        [task, filter, lists @ ..] if task == "passwords" => make_filter(Path::new(filter), lists),
        _ => Err(Error::Usage),
    }
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error}");
            ExitCode::FAILURE
        }
    }
}
