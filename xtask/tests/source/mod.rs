//! Rust sources as lines of code: without comments, and without the tests at the foot of a file.

use std::{
    fs,
    path::{Path, PathBuf},
};

pub struct Line {
    pub path: PathBuf,
    pub number: usize,
    pub code: String,
}

/// Every line of code below a folder.
pub fn lines_of(folder: &Path) -> Vec<Line> {
    let mut lines = Vec::new();
    for entry in fs::read_dir(folder).expect("a readable folder") {
        let path = entry.expect("a readable entry").path();
        if path.is_dir() {
            lines.extend(lines_of(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") && !is_test(&path) {
            lines.extend(read(&fs::read_to_string(&path).expect("a readable file"), &path));
        }
    }
    lines
}

/// `#[cfg(test)] mod tests;` in a file of its own.
fn is_test(path: &Path) -> bool {
    path.file_stem().is_some_and(|stem| stem == "tests" || stem.to_string_lossy().ends_with("_tests"))
}

/// The lines of one file. By convention its tests come last, so everything after their head is left out.
pub fn read(text: &str, path: &Path) -> Vec<Line> {
    let code = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]"));
    code.enumerate()
        .filter_map(|(index, line)| {
            // A space before the slashes keeps the `//` of an address in a string.
            let line = line.split_once(" //").map_or(line, |(code, _)| code).trim();
            let is_code = !line.is_empty() && !line.starts_with("//");
            is_code.then(|| Line { path: path.to_owned(), number: index + 1, code: line.to_owned() })
        })
        .collect()
}
