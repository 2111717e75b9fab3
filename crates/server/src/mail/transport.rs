//! One mail to one mail server.

use super::page::Page;
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    address::Address,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
    transport::smtp::{
        Error,
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
        response::{Category, Code, Detail, Severity},
    },
};
use makoto_catalog::SettingText;
use makoto_features::core_admin_home::mail::settings::is_loopback;
use makoto_identity::outbound::Outbound;
use makoto_meta::Undelivered;
use serde_json::Value as Json;
use std::time::Duration;

/// How long one answer of a mail server may take.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(30);
/// How long a whole delivery may take: less than the wait before the next try, so that no mail is under way twice.
const SEND_WAIT_MAX: Duration = Duration::from_secs(50);

/// A mail server and the sender's name there.
pub struct Route {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    reply_to: Option<Mailbox>,
}

fn later(what: impl std::fmt::Display) -> Undelivered {
    Undelivered::Later(what.to_string())
}

/// The host of an address, without its port and brackets.
pub fn bare_host(host: &str) -> &str {
    let bracketed = host.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    bracketed.map_or_else(|| host.split(':').next().unwrap_or(host), |(inside, _)| inside)
}

/// The address that mails are from.
pub fn sender(settings: &Json, host: &str) -> String {
    match settings.get("FromAddress").and_then(Json::as_str).unwrap_or("") {
        own if !own.is_empty() => own.to_owned(),
        _ if bare_host(host).parse::<std::net::IpAddr>().is_ok() => "noreply@localhost".to_owned(),
        _ => format!("noreply@{}", bare_host(host)),
    }
}

impl Route {
    /// Reads the settings of a mail server, as `Meta::mail_route` gives them. `host` is where this server is reached.
    /// The mail server's name is resolved here and now, and nothing inside is spoken to that is not listed.
    ///
    /// # Errors
    /// What is wrong with them.
    pub async fn new(settings: &Json, host: &str) -> Result<Route, Undelivered> {
        let text = |name: &str| settings.get(name).and_then(Json::as_str).unwrap_or("").trim().to_owned();
        let server = text("Host");
        let port = text("Port").parse().map_err(|_| later("the port of the mail server cannot be read"))?;
        let tls = || TlsParameters::new(server.clone()).map_err(later);
        let tls = match text("Encryption").as_str() {
            "tls" => Tls::Wrapper(tls()?),
            "none" if is_loopback(&server) => Tls::None,
            "none" => return Err(later("without encryption mails may only go to a mail server on this machine")),
            _ => Tls::Required(tls()?),
        };
        let outbound = SettingText::read(&text("InnerTargets")).and_then(|listed: Vec<String>| Outbound::read(&listed));
        let outbound = outbound.map_err(later)?;
        let found = tokio::task::spawn_blocking(move || outbound.resolve(&server, port)).await;
        let target = found.map_err(later)?.map_err(later)?;
        let builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(target.ip().to_string())
            .port(port)
            .tls(tls)
            .timeout(Some(ANSWER_WAIT_MAX))
            .hello_name(ClientId::Domain(bare_host(host).to_owned()));
        let (username, password) = (text("Username"), text("Password"));
        let transport = match username.is_empty() {
            true => builder.build(),
            false => builder.credentials(Credentials::new(username, password)).build(),
        };
        let from = sender(settings, host);
        let reply_to = match text("ReplyTo") {
            none if none.is_empty() => None,
            address => Some(mailbox(None, &address)?),
        };
        let name = Some(text("FromName")).filter(|name| !name.is_empty());
        Ok(Route { transport, from: mailbox(name, &from)?, reply_to })
    }

    /// Sends a page; returns when the mail server has taken it.
    ///
    /// # Errors
    /// Whether it is worth trying again, and why.
    pub async fn send(&self, to: &str, id: &str, page: &Page) -> Result<(), Undelivered> {
        let message = self.message(to, id, page)?;
        match tokio::time::timeout(SEND_WAIT_MAX, self.transport.send(message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(fault)) => Err(undelivered(&fault)),
            Err(_) => Err(later("the mail server takes too long")),
        }
    }

    /// Connects, and signs in where that is asked for.
    ///
    /// # Errors
    /// How the mail server refused.
    pub async fn greet(&self) -> Result<(), String> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err("the mail server took the connection and then refused".to_owned()),
            Err(fault) => Err(fault.to_string()),
        }
    }

    fn message(&self, to: &str, id: &str, page: &Page) -> Result<Message, Undelivered> {
        let to = match to.parse::<Address>() {
            Ok(address) => Mailbox::new(None, address),
            Err(_) => return Err(Undelivered::Never("the address is none".to_owned())),
        };
        let builder = Message::builder().from(self.from.clone()).to(to).subject(page.subject.clone());
        let builder = match &self.reply_to {
            Some(reply_to) => builder.reply_to(reply_to.clone()),
            None => builder,
        };
        let body = |text: String| text.replace("\r\n", "\n").replace('\r', " ");
        // Some mail servers take a return by itself for the end of a line, and a dot behind it for the end of the mail;
        // the library of mails doubles dots behind whole ends of lines alone (RUSTSEC-2026-0561).
        let parts = MultiPart::alternative_plain_html(body(super::text::write(page)), body(super::html::write(page)));
        let mut message = builder.message_id(Some(id.to_owned())).multipart(parts).map_err(later)?;
        // So that nobody's absence notice answers.
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message)
    }
}

fn mailbox(name: Option<String>, address: &str) -> Result<Mailbox, Undelivered> {
    let address = address.parse::<Address>();
    Ok(Mailbox::new(name, address.map_err(|_| later("an address in the settings of the mail server is none"))?))
}

/// A refused address stays refused; everything else, wrong passwords too, may be mended within the day.
fn undelivered(fault: &Error) -> Undelivered {
    let refused = |code: Code| {
        code.severity == Severity::PermanentNegativeCompletion
            && code.category == Category::MailSystem
            && matches!(code.detail, Detail::Zero | Detail::One | Detail::Three)
    };
    match fault.status() {
        Some(code) if refused(code) => Undelivered::Never(fault.to_string()),
        _ => later(fault),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn page() -> Page {
        Page {
            language: "de".into(),
            subject: "Prüfung 🎏".into(),
            title: "Prüfung".into(),
            blocks: Vec::new(),
            footer: Vec::new(),
        }
    }

    #[tokio::test]
    async fn settings_become_a_route_only_when_it_is_safe() {
        let settings = |host: &str, encryption: &str| json!({ "Host": host, "Port": "25", "Encryption": encryption });
        let local =
            |listed: &str| json!({ "Host": "127.0.0.1", "Port": "25", "Encryption": "none", "InnerTargets": listed });
        assert!(Route::new(&local("10.0.0.0/8,127.0.0.1:25"), "stats.example").await.is_ok());
        for wrong in [
            local(""),
            local("127.0.0.1:26"),
            local("no address"),
            settings("mail.example", "none"),
            settings("10.0.0.1", "tls"),
            json!({ "Host": "198.18.0.1", "Port": "", "Encryption": "tls" }),
        ] {
            assert!(Route::new(&wrong, "stats.example").await.is_err(), "{wrong}");
        }
        assert!(Route::new(&settings("8.8.8.8", "starttls"), "stats.example").await.is_ok());
        assert!(Route::new(&settings("8.8.8.8", "tls"), "stats.example").await.is_ok());
    }

    #[tokio::test]
    async fn messages_have_both_parts_and_a_lasting_number() {
        let settings = json!({ "Host": "localhost", "Port": "25", "Encryption": "none", "FromName": "Makoto, \"x\"",
            "ReplyTo": "help@stats.example", "InnerTargets": "127.0.0.0/8,::1" });
        let route = Route::new(&settings, "stats.example:8080").await.unwrap();
        let text =
            String::from_utf8(route.message("ada@people.example", "<7@stats.example>", &page()).unwrap().formatted());
        let text = text.unwrap();
        for part in [
            "Message-ID: <7@stats.example>",
            "text/plain",
            "text/html",
            "Auto-Submitted: auto-generated",
            "noreply@stats.example",
            "Reply-To: help@stats.example",
            "multipart/alternative",
        ] {
            assert!(text.contains(part), "{part} in {text}");
        }
        assert!(matches!(route.message("nobody", "<1@x>", &page()), Err(Undelivered::Never(_))));
    }

    #[tokio::test]
    async fn no_text_ends_a_mail_before_its_end() {
        let settings =
            json!({ "Host": "localhost", "Port": "25", "Encryption": "none", "InnerTargets": "127.0.0.0/8,::1" });
        let route = Route::new(&settings, "stats.example").await.unwrap();
        let hostile = "a\r.\rMAIL FROM:<a@b.example>\r\n.\r\nb\n.\nc";
        let blocks = vec![super::super::page::Block::Text(hostile.to_owned())];
        let page = Page { language: "en".into(), subject: "a".into(), title: "a".into(), blocks, footer: Vec::new() };
        let sent = route.message("ada@people.example", "<7@stats.example>", &page).unwrap().formatted();
        let sent = String::from_utf8(sent).unwrap();
        assert!(sent.contains("MAIL FROM"), "{sent}");
        assert!(!sent.replace("\r\n", "").contains(['\r', '\n']), "{sent:?}");
    }

    #[test]
    fn hosts_are_told_from_ports() {
        for (host, bare) in [("a.example:80", "a.example"), ("[::1]:80", "::1"), ("a.example", "a.example")] {
            assert_eq!(bare_host(host), bare);
        }
    }
}
