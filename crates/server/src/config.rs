//! What is read once at start: default, then file, then environment, then flag. Settings that change at run time are
//! stored instead, and declared by features.

use std::{collections::BTreeMap, ffi::OsString, fmt::Write, path::PathBuf};

/// Where a value came from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Origin {
    Default,
    File,
    Environment,
    Flag,
}

impl Origin {
    fn name(self) -> &'static str {
        match self {
            Origin::Default => "default",
            Origin::File => "file",
            Origin::Environment => "environment",
            Origin::Flag => "flag",
        }
    }
}

/// A field of the configuration: its name in the file; in the environment it is `MAKOTO_` and the name in capitals.
struct Field {
    name: &'static str,
    default: &'static str,
    doc: &'static str,
}

const FIELDS: &[Field] = &[
    Field { name: "listen", default: "127.0.0.1:8080", doc: "address and port to listen on" },
    Field { name: "base_url", default: "", doc: "where browsers reach this server; http://LISTEN when empty" },
    Field { name: "trusted_proxies", default: "", doc: "networks of proxies whose X-Forwarded-For is believed" },
    Field { name: "memory_mib", default: "128", doc: "memory for reports, MiB" },
    Field { name: "report_threads", default: "2", doc: "threads that one report may use" },
    Field { name: "reserve_mib", default: "256", doc: "free disk space below which hits are refused, MiB" },
    Field { name: "connections_max", default: "10000", doc: "connections at once" },
    Field {
        name: "connections_per_address_max",
        default: "200",
        doc: "connections at once of one IPv4 address or IPv6 network of 64 bits; trusted proxies have no limit",
    },
    Field {
        name: "new_texts_max",
        default: "100000",
        doc: "new addresses, titles and so on that a site may bring in a day before they count as Others",
    },
    Field {
        name: "public_reports",
        default: "allowed",
        doc: "allowed, or forbidden: nothing is shown without an account, whatever anybody chooses in the pages",
    },
    Field { name: "log", default: "info", doc: "what is logged: error, warn, info, debug, trace, or per module" },
    Field { name: "log_format", default: "text", doc: "text or json" },
    Field { name: "city_databases", default: "", doc: "paths of city databases (MMDB), separated by commas" },
    Field { name: "backup_folder", default: "", doc: "folder of its own for a backup each day; none when empty" },
    Field { name: "backups_kept", default: "7", doc: "daily backups that are kept in it" },
    Field { name: "device_rules", default: "", doc: "path of a device rule pack that replaces the built-in one" },
];

/// Variables of the build and the tests, which share the prefix and are no configuration.
const BUILD_VARIABLES: [&str; 2] = ["MAKOTO_BIN", "MAKOTO_CACHE"];

/// The configuration in force.
#[derive(Clone, Debug, PartialEq)]
pub struct Config {
    pub listen: String,
    pub base_url: String,
    pub trusted_proxies: Vec<ipnet::IpNet>,
    pub memory_mib: u32,
    pub report_threads: u32,
    pub reserve_mib: u64,
    pub connections_max: usize,
    pub connections_per_address_max: usize,
    pub new_texts_max: u32,
    /// Nothing may be shown to those who have no account.
    pub public_forbidden: bool,
    pub log: String,
    pub log_format: String,
    pub city_databases: Vec<PathBuf>,
    pub device_rules: Option<PathBuf>,
    pub backup_folder: Option<PathBuf>,
    pub backups_kept: u32,
    origins: BTreeMap<&'static str, (String, Origin)>,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{path}: {fault}")]
    File { path: String, fault: std::io::Error },
    #[error("{path}: {fault}")]
    Syntax { path: String, fault: toml::de::Error },
    #[error("{place}: there is no configuration key {key}; the keys are {}", keys())]
    UnknownKey { place: String, key: String },
    #[error("{path}: the key {key} holds a table, a date or a fraction; write a text, a whole number or a list")]
    NotPlain { path: String, key: String },
    #[error("the environment variable {name} is not written in UTF-8")]
    NotText { name: String },
    #[error("the configuration key {key} has the value '{value}'; {what}")]
    BadValue { key: &'static str, value: String, what: &'static str },
}

fn keys() -> String {
    FIELDS.iter().map(|field| field.name).collect::<Vec<_>>().join(", ")
}

type Values = BTreeMap<&'static str, (String, Origin)>;

fn put(values: &mut Values, place: &str, key: &str, value: String, origin: Origin) -> Result<(), Error> {
    let field = FIELDS.iter().find(|field| field.name == key);
    let field = field.ok_or_else(|| Error::UnknownKey { place: place.to_owned(), key: key.to_owned() })?;
    values.insert(field.name, (value, origin));
    Ok(())
}

fn read_file(values: &mut Values, path: &str) -> Result<(), Error> {
    let text = std::fs::read_to_string(path).map_err(|fault| Error::File { path: path.to_owned(), fault })?;
    let table: toml::Table = text.parse().map_err(|fault| Error::Syntax { path: path.to_owned(), fault })?;
    for (key, value) in table {
        let text = plain(&value).ok_or_else(|| Error::NotPlain { path: path.to_owned(), key: key.clone() })?;
        put(values, path, &key, text, Origin::File)?;
    }
    Ok(())
}

/// A text, number, truth or list of them as text; `None` for tables and dates.
fn plain(value: &toml::Value) -> Option<String> {
    match value {
        toml::Value::String(text) => Some(text.clone()),
        toml::Value::Integer(number) => Some(number.to_string()),
        toml::Value::Boolean(yes) => Some(yes.to_string()),
        toml::Value::Array(items) => items.iter().map(plain).collect::<Option<Vec<_>>>().map(|texts| texts.join(",")),
        toml::Value::Float(_) | toml::Value::Datetime(_) | toml::Value::Table(_) => None,
    }
}

/// Below this many MiB the analytics store cannot sort and copy its files.
const MEMORY_MIB_MIN: u32 = 64;

/// Where a server that listens on this address is reached from its own machine: every address is none to ask.
fn reached_at(listen: &str) -> String {
    match listen.rsplit_once(':') {
        Some(("0.0.0.0", port)) => format!("127.0.0.1:{port}"),
        Some(("[::]", port)) => format!("localhost:{port}"),
        _ => listen.to_owned(),
    }
}

/// The address of a server as browsers name it: protocol, host in small letters, and the port unless it is the usual one.
fn origin(text: &str) -> Result<String, &'static str> {
    const FORM: &str = "write it as https://stats.example.org, with http:// or https:// and a host";
    let host = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).ok_or(FORM)?;
    // What browsers overlook in addresses is a slip here.
    if host.starts_with('/') || text.contains(|c: char| c.is_whitespace() || c.is_control() || c == '\\') {
        return Err(FORM);
    }
    let url = url::Url::parse(text).map_err(|_| FORM)?;
    let bare = url.username().is_empty() && url.password().is_none() && !host.contains('@');
    match bare && matches!(url.path(), "" | "/") && url.query().is_none() && url.fragment().is_none() {
        true => Ok(url.origin().ascii_serialization()),
        false => Err("write it without user, path, ? and #; the server needs a host of its own, since it answers at /"),
    }
}

/// A level, or one for a module.
fn is_log_rule(rule: &str) -> bool {
    let is_level = |level: &str| {
        ["error", "warn", "info", "debug", "trace", "off"].iter().any(|known| level.trim().eq_ignore_ascii_case(known))
    };
    let is_name =
        |name: &str| !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_' || c == ':');
    match rule.split_once('=') {
        Some((module, level)) => is_name(module.trim()) && is_level(level),
        None => is_level(rule),
    }
}

impl Config {
    /// Joins the four places. `environment` are all variables of the process, `flags` what the command line gave.
    ///
    /// # Errors
    /// A key that does not exist, wherever it stands, and a value that cannot be read.
    pub fn load(
        file: Option<&str>,
        environment: impl IntoIterator<Item = (OsString, OsString)>,
        flags: impl IntoIterator<Item = (&'static str, String)>,
    ) -> Result<Config, Error> {
        let mut values: Values =
            FIELDS.iter().map(|field| (field.name, (field.default.to_owned(), Origin::Default))).collect();
        if let Some(path) = file {
            read_file(&mut values, path)?;
        }
        for (name, value) in environment {
            // Variables of others may hold whatever they like.
            let name = name.to_string_lossy();
            if let Some(key) = name.strip_prefix("MAKOTO_").filter(|_| !BUILD_VARIABLES.contains(&&*name)) {
                let value = value.into_string().map_err(|_| Error::NotText { name: name.clone().into_owned() })?;
                put(&mut values, "the environment", &key.to_lowercase(), value, Origin::Environment)?;
            }
        }
        for (key, value) in flags {
            put(&mut values, "the command line", key, value, Origin::Flag)?;
        }
        Config::read(values)
    }

    fn read(values: Values) -> Result<Config, Error> {
        let text = |key: &'static str| values.get(key).map(|(text, _)| text.clone()).unwrap_or_default();
        let bad = |key: &'static str, what: &'static str| Error::BadValue { key, value: text(key), what };
        let number = |key: &'static str| text(key).parse::<u32>().map_err(|_| bad(key, "write a whole number"));
        let at_least = |key: &'static str, least: u32, what: &'static str| match number(key)? {
            number if number < least => Err(bad(key, what)),
            number => Ok(number),
        };
        let one_or_more = |key: &'static str| at_least(key, 1, "write 1 or more");
        let entries = |key: &'static str| -> Vec<String> {
            text(key).split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(str::to_owned).collect()
        };
        let listen = text("listen");
        let base_url = match text("base_url") {
            url if url.is_empty() => {
                let what = "write an address and a port, as 127.0.0.1:8080";
                origin(&format!("http://{}", reached_at(&listen))).map_err(|_| bad("listen", what))?
            }
            url => origin(&url).map_err(|what| bad("base_url", what))?,
        };
        let network = |entry: &String| {
            let single = entry.parse::<std::net::IpAddr>().map(ipnet::IpNet::from);
            entry.parse().or(single).map_err(|_| bad("trusted_proxies", "write networks as 10.0.0.0/8"))
        };
        if !text("log").split(',').all(|part| is_log_rule(part.trim())) {
            return Err(bad(
                "log",
                "write error, warn, info, debug, trace or off, or such a level for modules as makoto=debug,info",
            ));
        }
        let log_format = text("log_format");
        if !["text", "json"].contains(&log_format.as_str()) {
            return Err(bad("log_format", "write text or json"));
        }
        let public_reports = text("public_reports");
        if !["allowed", "forbidden"].contains(&public_reports.as_str()) {
            return Err(bad("public_reports", "write allowed or forbidden"));
        }
        Ok(Config {
            public_forbidden: public_reports == "forbidden",
            base_url,
            trusted_proxies: entries("trusted_proxies").iter().map(network).collect::<Result<_, _>>()?,
            memory_mib: at_least("memory_mib", MEMORY_MIB_MIN, "reports need 64 at least")?,
            report_threads: one_or_more("report_threads")?,
            reserve_mib: u64::from(number("reserve_mib")?),
            connections_max: one_or_more("connections_max")? as usize,
            connections_per_address_max: one_or_more("connections_per_address_max")? as usize,
            new_texts_max: number("new_texts_max")?,
            log: text("log"),
            log_format,
            city_databases: entries("city_databases").into_iter().map(PathBuf::from).collect(),
            device_rules: Some(text("device_rules")).filter(|path| !path.is_empty()).map(PathBuf::from),
            backup_folder: Some(text("backup_folder")).filter(|path| !path.is_empty()).map(PathBuf::from),
            backups_kept: one_or_more("backups_kept")?,
            listen,
            origins: values,
        })
    }

    /// What of the disk is left free for others.
    pub fn reserve_bytes(&self) -> u64 {
        self.reserve_mib * 1024 * 1024
    }

    /// Every key: name, value, where that is from, what it means.
    pub fn lines(&self) -> Vec<[String; 4]> {
        let line = |field: &Field| {
            let (value, origin) = self.origins.get(field.name)?;
            Some([field.name.to_owned(), value.clone(), origin.name().to_owned(), field.doc.to_owned()])
        };
        FIELDS.iter().filter_map(line).collect()
    }

    /// Every value with where it came from, as lines of a configuration file.
    pub fn shown(&self) -> String {
        let mut out = String::new();
        for field in FIELDS {
            if let Some((value, origin)) = self.origins.get(field.name) {
                // Writing to a String cannot fail.
                let _ = writeln!(out, "# {} ({})\n{} = {:?}", field.doc, origin.name(), field.name, value);
            }
        }
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::ffi::OsStringExt;

    fn env(pairs: &[(&str, &str)]) -> Vec<(OsString, OsString)> {
        pairs.iter().map(|(key, value)| (key.into(), value.into())).collect()
    }

    #[test]
    fn each_place_wins_over_the_one_before() {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "listen = \"0.0.0.0:1\"\nmemory_mib = 300\nlog = \"warn\"\n").unwrap();
        let config = Config::load(
            file.path().to_str(),
            env(&[("MAKOTO_MEMORY_MIB", "400"), ("MAKOTO_LOG", "debug"), ("PATH", "/bin")]),
            [("log", "error".to_owned())],
        )
        .unwrap();
        assert_eq!((config.listen.as_str(), config.memory_mib, config.log.as_str()), ("0.0.0.0:1", 400, "error"));
        let shown = config.shown();
        for line in ["(file)\nlisten", "(environment)\nmemory_mib", "(flag)\nlog =", "(default)\nbase_url"] {
            assert!(shown.contains(line), "{line} in {shown}");
        }
    }

    #[test]
    fn unknown_keys_and_bad_values_are_fatal() {
        assert!(matches!(Config::load(None, env(&[("MAKOTO_LISTN", "x")]), []), Err(Error::UnknownKey { .. })));
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), "lisen = 1").unwrap();
        assert!(matches!(Config::load(file.path().to_str(), [], []), Err(Error::UnknownKey { .. })));
        assert!(matches!(Config::load(None, env(&[("MAKOTO_MEMORY_MIB", "much")]), []), Err(Error::BadValue { .. })));
        assert!(matches!(Config::load(None, env(&[("MAKOTO_BASE_URL", "x.org")]), []), Err(Error::BadValue { .. })));
    }

    #[test]
    fn variables_that_are_no_text_matter_where_they_are_ours() {
        let raw = |bytes: &[u8]| OsString::from_vec(bytes.to_owned());
        let others = [(raw(b"OTHER"), raw(b"\xff")), (raw(b"\xff"), raw(b"x"))];
        assert!(Config::load(None, others, []).is_ok());
        let refused = Config::load(None, [(raw(b"MAKOTO_LOG"), raw(b"info\xff"))], []).err().unwrap();
        assert!(refused.to_string().contains("MAKOTO_LOG is not written in UTF-8"), "{refused}");
        let unknown = Config::load(None, [(raw(b"MAKOTO_\xff"), raw(b"x"))], []);
        assert!(matches!(unknown, Err(Error::UnknownKey { .. })));
    }

    fn with(key: &'static str, value: &str) -> Result<Config, Error> {
        Config::load(None, [], [(key, value.to_owned())])
    }

    #[test]
    fn base_url_is_an_origin_as_browsers_name_it() {
        for (given, kept) in [
            ("https://stats.example", "https://stats.example"),
            ("https://Stats.Example:443/", "https://stats.example"),
            ("http://stats.example:80", "http://stats.example"),
            ("https://stats.example:8443/", "https://stats.example:8443"),
            ("http://[::1]:8080", "http://[::1]:8080"),
            ("https://bücher.example", "https://xn--bcher-kva.example"),
        ] {
            assert_eq!(with("base_url", given).unwrap().base_url, kept, "{given}");
        }
        for given in [
            "stats.example",
            "https://",
            "https:///x",
            "https://a b",
            "https://a\tb",
            "https://stats.example/an",
            "https://stats.example/?a",
            "https://stats.example/#a",
            "https://me@stats.example",
            "https://me:secret@stats.example",
            "https://@stats.example",
            "https://:443",
            "https://stats.example:99999",
            "ftp://stats.example",
        ] {
            let refused = with("base_url", given);
            assert!(matches!(refused, Err(Error::BadValue { key: "base_url", .. })), "{given}: {refused:?}");
        }
    }

    #[test]
    fn a_server_on_every_address_names_one_that_can_be_asked() {
        for (listen, base_url) in [
            ("0.0.0.0:8080", "http://127.0.0.1:8080"),
            ("[::]:8080", "http://localhost:8080"),
            ("10.0.0.1:80", "http://10.0.0.1"),
        ] {
            assert_eq!(with("listen", listen).unwrap().base_url, base_url);
        }
        assert!(matches!(with("listen", "127.0.0.1:99999"), Err(Error::BadValue { key: "listen", .. })));
    }

    #[test]
    fn what_is_too_little_is_refused_and_not_raised() {
        for key in ["memory_mib", "report_threads", "connections_max", "connections_per_address_max", "backups_kept"] {
            let least = if key == "memory_mib" { MEMORY_MIB_MIN } else { 1 };
            assert!(with(key, &least.to_string()).is_ok(), "{key}");
            assert!(matches!(with(key, &(least - 1).to_string()), Err(Error::BadValue { .. })), "{key}");
        }
    }

    #[test]
    fn a_level_that_nobody_knows_is_refused() {
        for log in ["info", "WARN", "off", "makoto=debug", "info,hyper=off", "makoto::serve=trace, warn"] {
            assert_eq!(with("log", log).unwrap().log, log);
        }
        for log in ["", "loud", "info,", "makoto=loud", "=info", "info=", "makoto_server", "a b=info"] {
            assert!(matches!(with("log", log), Err(Error::BadValue { key: "log", .. })), "{log}");
        }
    }

    #[test]
    fn there_are_at_most_twenty_fields() {
        assert!(FIELDS.len() <= 20);
    }
}
