//! Chores of the build: `cargo xtask packs WHEEL PACK` makes the device rule pack from the wheel that carries the rules.

use std::{fs, io, path::Path, process::ExitCode};

const USAGE: &str = "usage: cargo xtask packs WHEEL PACK";

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

fn run(arguments: &[String]) -> Result<(), Error> {
    match arguments {
        [task, wheel, pack] if task == "packs" => make_pack(Path::new(wheel), Path::new(pack)),
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
