//! By which mail server mails leave. Matomo names these in its configuration file; here they can change at run time.

use makoto_catalog::{AnySetting, Control, Level, Setting};
use std::net::IpAddr;

/// The ways of encryption: a plain connection that must become encrypted, an encrypted one, or none.
pub const ENCRYPTIONS: &[&str] = &["starttls", "tls", "none"];

/// Longest host name, address or name, in bytes: those of DNS and SMTP.
const TEXT_BYTES_MAX: usize = 254;

/// A text of one line, so that nothing of it becomes a header or a command.
fn one_line(text: &str) -> Result<(), String> {
    match text.len() <= TEXT_BYTES_MAX && !text.chars().any(char::is_control) {
        true => Ok(()),
        false => Err(format!("write one line of at most {TEXT_BYTES_MAX} bytes")),
    }
}

fn host(host: &str) -> Result<(), String> {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-.".contains(c);
    match host.parse::<IpAddr>().is_ok() || (host.chars().all(plain) && host.len() <= TEXT_BYTES_MAX) {
        true => Ok(()),
        false => Err("write a host name as mail.example.org, or an address".to_owned()),
    }
}

/// Checks the form of an e-mail address; empty is fine.
pub(crate) fn address(address: &str) -> Result<(), String> {
    if address.is_empty() {
        return Ok(());
    }
    let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\"(),:;<>[\\]".contains(c);
    let parts = address.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty() && !host.is_empty() && !host.contains('@') && address.chars().all(plain)
    });
    match parts && address.len() <= TEXT_BYTES_MAX {
        true => Ok(()),
        false => Err("write the address as name@example.org".to_owned()),
    }
}

/// Whether a host is this machine, to which nobody can listen on the way.
pub fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost") || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

const fn text(
    key: &'static str,
    check: fn(&String) -> Result<(), String>,
    title: &'static str,
    doc: &'static str,
) -> Setting<String> {
    Setting {
        key,
        level: Level::Instance,
        default: String::new,
        check,
        title,
        doc,
        control: Control::Text,
        secret: false,
        security: true,
    }
}

pub static HOST: Setting<String> = text(
    "CoreAdminHome.mailHost",
    |text| host(text),
    "Mail server",
    "The host that takes the mails of this server. Empty: mails wait, for a week at most.",
);

pub static PORT: Setting<u32> = Setting {
    key: "CoreAdminHome.mailPort",
    level: Level::Instance,
    default: || 587,
    check: |port| match (1..=65_535).contains(port) {
        true => Ok(()),
        false => Err("write a port from 1 to 65535".to_owned()),
    },
    title: "Port",
    doc: "Mostly 587 with STARTTLS, 465 with TLS.",
    control: Control::Number,
    secret: false,
    security: true,
};

pub static ENCRYPTION: Setting<String> = Setting {
    key: "CoreAdminHome.mailEncryption",
    level: Level::Instance,
    default: || "starttls".to_owned(),
    check: |name| match ENCRYPTIONS.contains(&name.as_str()) {
        true => Ok(()),
        false => Err(format!("write one of {}", ENCRYPTIONS.join(", "))),
    },
    title: "Encryption",
    doc: "The connection must be encrypted, and the mail server's certificate valid. None is possible on this machine.",
    control: Control::Select(ENCRYPTIONS),
    secret: false,
    security: true,
};

pub static USERNAME: Setting<String> = text(
    "CoreAdminHome.mailUsername",
    |text| one_line(text),
    "User name",
    "By which this server signs in to the mail server. Empty: it does not sign in.",
);

pub static PASSWORD: Setting<String> = Setting {
    secret: true,
    ..text("CoreAdminHome.mailPassword", |text| one_line(text), "Password", "It is encrypted where it is stored.")
};

pub static FROM_ADDRESS: Setting<String> = text(
    "CoreAdminHome.mailFromAddress",
    |text| address(text),
    "Sender's address",
    "Empty: noreply at the host of this server.",
);

pub static FROM_NAME: Setting<String> = Setting {
    default: || "Makoto".to_owned(),
    ..text("CoreAdminHome.mailFromName", |text| one_line(text), "Sender's name", "Shown as the sender of every mail.")
};

pub static REPLY_TO: Setting<String> = text(
    "CoreAdminHome.mailReplyTo",
    |text| address(text),
    "Address for answers",
    "Where answers to mails go. Empty: to the sender's address.",
);

pub static SETTINGS: &[&dyn AnySetting] =
    &[&HOST, &PORT, &ENCRYPTION, &USERNAME, &PASSWORD, &FROM_ADDRESS, &FROM_NAME, &REPLY_TO];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_becomes_a_header() {
        for wrong in
            ["a@b.example\nBcc: c@d.example", "a@b@c.example", "@b.example", "a@", "a <b@c.example>", "a b@c.d"]
        {
            assert!(FROM_ADDRESS.admit(wrong).is_err(), "{wrong}");
            assert!(REPLY_TO.admit(wrong).is_err(), "{wrong}");
        }
        assert!(FROM_NAME.admit("Stats\r\nBcc: c@d.example").is_err());
        assert!(FROM_ADDRESS.admit("stats@example.org").is_ok());
    }

    #[test]
    fn hosts_are_names_or_addresses() {
        for fine in ["", "mail.example.org", "10.0.0.1", "::1", "localhost"] {
            assert!(HOST.admit(fine).is_ok(), "{fine}");
        }
        for wrong in ["mail.example.org:25", "smtp://mail", "a b", "mail/../x"] {
            assert!(HOST.admit(wrong).is_err(), "{wrong}");
        }
        assert!(is_loopback("127.0.0.1") && is_loopback("::1") && is_loopback("LocalHost"));
        assert!(!is_loopback("localhost.example.org") && !is_loopback("10.0.0.1"));
    }

    #[test]
    fn the_password_is_never_shown() {
        assert_eq!(PASSWORD.shown("hunter2"), "•••");
    }
}
