//! The walls between crates, held against what cargo says and what the sources contain.

mod source;

use serde_json::Value;
use source::{Line, lines_of};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    process::Command,
};

/// Our crates, with those of ours that each may build on. `LIB` stands for every crate in `lib/`.
const ALLOWED: &[(&str, &[&str])] = &[
    ("makoto-model", &[]),
    ("makoto-access", &["makoto-model"]),
    ("makoto-catalog", &["makoto-model", "makoto-access"]),
    ("makoto-features", &["makoto-model", "makoto-access", "makoto-catalog", "makoto-meta", "makoto-identity", LIB]),
    ("makoto-journal", &[]),
    ("makoto-tracking", &["makoto-model", "makoto-catalog"]),
    ("makoto-engine", &["makoto-model", "makoto-catalog"]),
    ("makoto-query", &["makoto-model", "makoto-access", "makoto-catalog", "makoto-engine"]),
    ("makoto-meta", &["makoto-model", "makoto-access", "makoto-catalog"]),
    ("makoto-identity", &["makoto-model", "makoto-access", "makoto-catalog", "makoto-meta", LIB]),
    (
        "makoto-server",
        &[
            "makoto-model",
            "makoto-access",
            "makoto-catalog",
            "makoto-features",
            "makoto-journal",
            "makoto-tracking",
            "makoto-engine",
            "makoto-query",
            "makoto-meta",
            "makoto-identity",
            LIB,
        ],
    ),
    ("device-detection", &[]),
    ("geolocation", &[]),
    ("known-passwords", &[]),
    ("referrer-data", &[]),
    ("xtask", &[LIB]),
];
const LIB: &str = "lib/*";

/// Packages that reach the network or a store, with the crates that may name them.
const RESERVED: &[(&str, &[&str])] = &[
    ("axum", &["makoto-server"]),
    ("duckdb", &["makoto-engine"]),
    ("lettre", &["makoto-server"]),
    ("sqlx", &["makoto-meta"]),
    ("rusqlite", &["makoto-journal", "makoto-tracking"]),
];

/// Packages of others that the program may be built from: what nobody can read through, nobody can answer for.
const PACKAGES_MAX: usize = 350;
/// Counted for one platform, so that the number is the same wherever the test runs.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

struct Package {
    name: String,
    folder: PathBuf,
    /// What its library or program is built on, without what only its tests use.
    dependencies: BTreeSet<String>,
}

fn root() -> PathBuf {
    Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the test"))
        .parent()
        .expect("xtask lies in the workspace")
        .to_owned()
}

fn cargo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    output.stdout
}

fn text(value: &Value) -> String {
    value.as_str().expect("a text").to_owned()
}

fn items(value: &Value) -> &[Value] {
    value.as_array().expect("a list")
}

fn packages() -> Vec<Package> {
    let metadata = cargo(&["metadata", "--format-version", "1", "--locked", "--no-deps"]);
    let metadata: Value = serde_json::from_slice(&metadata).expect("cargo prints JSON");
    let read = |package: &Value| Package {
        name: text(&package["name"]),
        folder: PathBuf::from(text(&package["manifest_path"])).parent().expect("a folder").to_owned(),
        dependencies: items(&package["dependencies"])
            .iter()
            .filter(|dependency| dependency["kind"] != "dev")
            .map(|dependency| text(&dependency["name"]))
            .collect(),
    };
    items(&metadata["packages"]).iter().map(read).collect()
}

fn source_of(name: &str) -> Vec<Line> {
    let package = packages().into_iter().find(|package| package.name == name).expect("a crate of the workspace");
    let lines = lines_of(&package.folder.join("src"));
    assert!(!lines.is_empty(), "{name} has no source");
    lines
}

fn assert_names_none(crate_name: &str, forbidden: &[String]) {
    let found: Vec<String> = source_of(crate_name)
        .iter()
        .filter_map(|line| {
            let word = forbidden.iter().find(|word| line.code.contains(word.as_str()))?;
            Some(format!("{}:{}: {word}", line.path.display(), line.number))
        })
        .collect();
    assert!(found.is_empty(), "{crate_name} names what it must not:\n{}", found.join("\n"));
}

fn owned(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[test]
fn crates_build_only_on_those_below_them() {
    let packages = packages();
    let ours: BTreeSet<&str> = packages.iter().map(|package| package.name.as_str()).collect();
    let in_lib = |name: &str| packages.iter().any(|p| p.name == name && p.folder.starts_with(root().join("lib")));
    let allowed: BTreeMap<&str, &[&str]> = ALLOWED.iter().copied().collect();
    assert_eq!(ours, allowed.keys().copied().collect(), "the table of walls lists every crate");
    for package in &packages {
        let may = allowed[package.name.as_str()];
        for dependency in package.dependencies.iter().filter(|name| ours.contains(name.as_str())) {
            let fine = may.contains(&dependency.as_str()) || (may.contains(&LIB) && in_lib(dependency));
            assert!(fine, "{} must not build on {dependency}", package.name);
        }
        for allowance in may {
            let meant = |name: &String| name == allowance || (*allowance == LIB && in_lib(name));
            let used = package.dependencies.iter().any(meant);
            assert!(used, "{} builds on no {allowance}: take that out of the table of walls", package.name);
        }
    }
}

#[test]
fn stores_and_sockets_have_one_owner_each() {
    for package in packages() {
        for (reserved, owners) in RESERVED {
            let named = package.dependencies.contains(*reserved);
            assert!(!named || owners.contains(&package.name.as_str()), "{} must not name {reserved}", package.name);
        }
    }
}

/// Counts what `cargo build --package makoto-server` compiles that is not ours: libraries that end up in the program,
/// macros and the tools of build scripts, every version of a package by itself. Features are resolved for the program
/// alone. What only tests or other platforms need does not count.
#[test]
fn the_server_is_built_from_few_packages() {
    let tree = cargo(&[
        "tree",
        "--locked",
        "--package=makoto-server",
        "--edges=normal,build",
        "--prefix=none",
        "--format={p}",
        "--target",
        PLATFORM,
    ]);
    let tree = String::from_utf8(tree).expect("cargo prints text");
    // A line is `name v1.2.3`, the folder where the package is ours, and a mark where it stood before.
    let all: BTreeSet<&str> = tree.lines().map(|line| line.trim_end_matches(" (*)")).collect();
    let (own, others): (Vec<&str>, Vec<&str>) = all.iter().partition(|line| line.contains(&*root().to_string_lossy()));
    assert!(own.len() > 10 && own.iter().any(|line| line.starts_with("makoto-server v")), "{own:?}");
    for known in ["axum v", "serde_derive v", "cc v"] {
        assert!(others.iter().any(|line| line.starts_with(known)), "{known} is not counted");
    }
    assert!(others.len() <= PACKAGES_MAX, "the server is built from {} packages of others", others.len());
}

#[test]
fn machinery_names_no_feature() {
    let folder = root().join("crates/features/src");
    let mut forbidden = Vec::new();
    for entry in std::fs::read_dir(folder).expect("the features are there") {
        let entry = entry.expect("a readable entry");
        if !entry.path().is_dir() {
            continue;
        }
        let name = entry.file_name().into_string().expect("a name in ASCII");
        let plugin: String = name.split('_').map(|word| word[..1].to_uppercase() + &word[1..]).collect();
        forbidden.extend([format!("\"{plugin}."), format!("\"{plugin}_"), format!("{name}::")]);
        // One word alone is an English word, not only a feature's name.
        if name.contains('_') {
            forbidden.push(format!("\"{plugin}\""));
        }
    }
    assert!(forbidden.len() > 20, "the features are found");
    for machinery in ["makoto-tracking", "makoto-query", "makoto-engine"] {
        assert_names_none(machinery, &forbidden);
    }
}

#[test]
fn features_open_nothing_and_write_no_sql() {
    let outside = ["std::fs", "fs::File", "TcpStream", "TcpListener", "UdpSocket", "UnixStream", "process::Command"];
    let sql = ["SELECT ", "INSERT INTO", "DELETE FROM", "UPDATE ", "CREATE TABLE", "GROUP BY", "ORDER BY"];
    assert_names_none("makoto-features", &owned(&[outside.as_slice(), sql.as_slice()].concat()));
}

#[test]
fn nouns_and_product_free_crates_do_no_io() {
    let outside = ["std::fs", "fs::File", "TcpStream", "TcpListener", "UdpSocket", "UnixStream", "process::Command"];
    let waiting = ["tokio::", "async fn"];
    let forbidden = owned(&[outside.as_slice(), waiting.as_slice()].concat());
    for quiet in [
        "makoto-model",
        "makoto-access",
        "makoto-catalog",
        "device-detection",
        "geolocation",
        "known-passwords",
        "referrer-data",
    ] {
        assert_names_none(quiet, &forbidden);
    }
}

#[test]
fn comments_and_tests_are_not_code() {
    let lines = source::read(
        "use a;\n// std::fs in a comment\n/// also std::fs\nlet x = 1; // std::fs\n#[cfg(test)]\nmod tests { use std::fs; }\n",
        Path::new("x.rs"),
    );
    let code: Vec<&str> = lines.iter().map(|line| line.code.as_str()).collect();
    assert_eq!(code, ["use a;", "let x = 1;"]);
}
