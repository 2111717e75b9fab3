//! Where the server may be sent by an address that somebody typed.

use makoto_catalog::{AnySetting, Control, Level, Setting};
use makoto_identity::outbound::INNER_TARGETS;

/// The list of releases that tells whether this version is still safe.
pub static RELEASES_URL: Setting<String> = Setting {
    key: "SecurityCheckup.releasesUrl",
    level: Level::Instance,
    default: String::new,
    check: |url| match url.is_empty() || url.starts_with("https://") || url.starts_with("http://127.0.0.1:") {
        true => Ok(()),
        false => Err("write an https address, or nothing".to_owned()),
    },
    title: "List of releases",
    doc: "A JSON file with newest, secure and advisories, which the security check-up reads every six hours. Empty: it \
          is not asked, and whether this version is safe stays unknown.",
    control: Control::Text,
    secret: false,
    security: true,
};

/// The time server that the clock is compared with.
pub static TIME_SERVER: Setting<String> = Setting {
    key: "SecurityCheckup.timeServer",
    level: Level::Instance,
    default: String::new,
    check: |address| match address.is_empty()
        || address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    {
        true => Ok(()),
        false => Err("write the host and port as time.example.org:123, or nothing".to_owned()),
    },
    title: "Time server (SNTP)",
    doc: "The security check-up compares the clock with it. Empty: what the machine's own time service says.",
    control: Control::Text,
    secret: false,
    security: true,
};

/// The name server that is asked about the domain that mails are from.
pub static NAME_SERVER: Setting<String> = Setting {
    key: "SecurityCheckup.nameServer",
    level: Level::Instance,
    default: String::new,
    check: |address| match address.is_empty()
        || address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    {
        true => Ok(()),
        false => Err("write the host and port as 192.0.2.53:53, or nothing".to_owned()),
    },
    title: "Name server (DNS)",
    doc: "The security check-up asks it for SPF and DMARC of the domain that mails are from. Empty: they are not looked \
          at.",
    control: Control::Text,
    secret: false,
    security: true,
};

pub static SETTINGS: &[&dyn AnySetting] = &[&INNER_TARGETS, &RELEASES_URL, &TIME_SERVER, &NAME_SERVER];
