use makoto_catalog::{AnySetting, Control, Level, Setting};

pub static RETENTION_DAYS: Setting<u32> = Setting {
    key: "ActivityLog.retentionDays",
    level: Level::Instance,
    default: || 400,
    check: |days| match (90..=3650).contains(days) {
        true => Ok(()),
        false => Err("keep the activity log for 90 to 3650 days".to_owned()),
    },
    title: "Days that the activity log is kept",
    doc: "Older lines are removed; a signed stub of the chain stays.",
    control: Control::Number,
    secret: false,
    security: true,
};

pub static SYSLOG_ADDRESS: Setting<String> = Setting {
    key: "ActivityLog.syslogAddress",
    level: Level::Instance,
    default: String::new,
    check: |address| match address.is_empty()
        || address.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok())
    {
        true => Ok(()),
        false => Err("write the host and port as log.example.org:6514, or nothing".to_owned()),
    },
    title: "Syslog server (TLS)",
    doc: "Each line of the activity log is sent there over TLS, as RFC 5425 has it. Empty: nowhere.",
    control: Control::Text,
    secret: false,
    security: true,
};

pub static WEBHOOK_URL: Setting<String> = Setting {
    key: "ActivityLog.webhookUrl",
    level: Level::Instance,
    default: String::new,
    check: |url| match url.is_empty() || url.starts_with("https://") || url.starts_with("http://127.0.0.1:") {
        true => Ok(()),
        false => Err("write an https address, or nothing".to_owned()),
    },
    title: "Webhook",
    doc: "Lines of the activity log are posted there as JSON lines, signed with the secret below. Empty: nowhere.",
    control: Control::Text,
    secret: false,
    security: true,
};

pub static WEBHOOK_SECRET: Setting<String> = Setting {
    key: "ActivityLog.webhookSecret",
    level: Level::Instance,
    default: String::new,
    check: |secret| match secret.is_empty() || secret.len() >= 16 {
        true => Ok(()),
        false => Err("use at least 16 characters".to_owned()),
    },
    title: "Secret of the webhook",
    doc: "The header X-Makoto-Signature holds the HMAC-SHA256 of the body under this secret.",
    control: Control::Text,
    secret: true,
    security: true,
};

pub(super) static SETTINGS: &[&dyn AnySetting] = &[&RETENTION_DAYS, &SYSLOG_ADDRESS, &WEBHOOK_URL, &WEBHOOK_SECRET];
