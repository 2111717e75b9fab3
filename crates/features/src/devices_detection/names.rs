//! Names of browsers, systems and brands by their codes. They come from the device rules, which are data that is
//! loaded when the program starts.

use device_detection::Names;
use std::{collections::HashMap, sync::OnceLock};

/// Matomo's code for what no rule tells.
pub const UNKNOWN: &str = "UNK";

/// Matomo's code for the system of bots.
pub const BOT: &str = "BOT";

/// Families of systems that run on desktops.
pub const DESKTOP_FAMILIES: [&str; 8] = ["AmigaOS", "BeOS", "Chrome OS", "GNU/Linux", "IBM", "Mac", "Unix", "Windows"];

#[derive(Default)]
struct Tables {
    browsers: HashMap<String, String>,
    systems: HashMap<String, (String, String)>,
}

static TABLES: OnceLock<Tables> = OnceLock::new();

/// Takes the names over, once; without them codes stand for themselves.
pub fn install(names: &Names) {
    let owned = |(code, name): (&str, &str)| (code.to_owned(), name.to_owned());
    let system = |(code, name): (&str, &str)| {
        let family = names.os_family(code).unwrap_or(name);
        (code.to_owned(), (name.to_owned(), family.to_owned()))
    };
    let tables =
        Tables { browsers: names.browsers().map(owned).collect(), systems: names.systems().map(system).collect() };
    TABLES.get_or_init(|| tables);
}

fn tables() -> &'static Tables {
    static EMPTY: OnceLock<Tables> = OnceLock::new();
    TABLES.get().unwrap_or_else(|| EMPTY.get_or_init(Tables::default))
}

fn known(code: &str) -> &str {
    match code {
        "" | UNKNOWN => "Unknown",
        BOT => "Bot",
        code => code,
    }
}

/// The browser's name; programs without a code stand under their name already.
pub fn browser(code: &str) -> &str {
    tables().browsers.get(code).map_or_else(|| known(code), String::as_str)
}

/// Whether it is the code of a browser, and no name of a program that has none.
pub fn is_code(code: &str) -> bool {
    code == UNKNOWN || tables().browsers.contains_key(code)
}

/// The system's name. Tablets' own variant of iOS goes by the name of iOS.
pub fn system(code: &str) -> &str {
    if code == "IPA" {
        return "iOS";
    }
    tables().systems.get(code).map_or_else(|| known(code), |(name, _)| name.as_str())
}

/// The family that a system belongs to.
pub fn family(code: &str) -> &str {
    tables().systems.get(code).map_or_else(|| known(code), |(_, family)| family.as_str())
}

/// The codes of browsers whose names meet the test.
pub fn browser_codes(meets: impl Fn(&str) -> bool) -> Vec<&'static str> {
    tables().browsers.iter().filter(|(_, name)| meets(name)).map(|(code, _)| code.as_str()).collect()
}

/// The codes of systems whose names meet the test.
pub fn system_codes(meets: impl Fn(&str) -> bool) -> Vec<&'static str> {
    tables().systems.iter().filter(|(_, (name, _))| meets(name)).map(|(code, _)| code.as_str()).collect()
}

/// Rendering engines with the browsers that people know them by.
pub fn engine(name: &str) -> String {
    let known_by = match name {
        "Trident" => "IE",
        "Gecko" => "Firefox",
        "KHTML" => "Konqueror",
        "Presto" => "Opera",
        "WebKit" => "Safari",
        "Blink" => "Chrome, Opera",
        "" => return "Unknown".to_owned(),
        _ => return name.to_owned(),
    };
    format!("{name} ({known_by})")
}

/// A name with its version, where that is known.
pub fn with_version(name: &str, version: &str) -> String {
    match version {
        "" | UNKNOWN => name.to_owned(),
        _ => format!("{name} {version}"),
    }
}
