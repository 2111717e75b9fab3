//! RFC 5424 messages, framed by their length over TLS as RFC 5425 has it.

use super::{Errand, SEND_WAIT_MAX, written};
use makoto_identity::outbound::{self, Outbound};
use makoto_meta::Entry;
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned, pki_types::ServerName};
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::Arc,
};

/// Facility 10 (security and authorisation), severity 5 (notice) and 4 (warning).
const NOTICE: u8 = 10 * 8 + 5;
const WARNING: u8 = 10 * 8 + 4;

/// Sends the lines over a connection of their own. They arrived when the server has taken the end of the connection.
pub(super) fn send(errand: &Errand) -> Result<(), String> {
    let (host, _) = errand.address.rsplit_once(':').ok_or("the address has no port")?;
    let name = ServerName::try_from(host.to_owned()).map_err(|fault| fault.to_string())?;
    let target = Outbound::of(&errand.meta.snapshot())?.resolve_place(&errand.address)?;
    let text = |fault: std::io::Error| fault.to_string();
    let socket = TcpStream::connect_timeout(&target, SEND_WAIT_MAX).map_err(text)?;
    socket.set_read_timeout(Some(SEND_WAIT_MAX)).map_err(text)?;
    socket.set_write_timeout(Some(SEND_WAIT_MAX)).map_err(text)?;
    let connection = ClientConnection::new(Arc::new(tls()?), name).map_err(|fault| fault.to_string())?;
    let mut stream = StreamOwned::new(connection, socket);
    for entry in &errand.entries {
        let message = message(entry, &errand.host);
        write!(stream, "{} {message}", message.len()).map_err(text)?;
    }
    stream.conn.send_close_notify();
    stream.flush().map_err(text)?;
    // A server that has read everything closes too; one that broke off resets, and the lines are sent again.
    let mut rest = [0; 64];
    loop {
        match stream.read(&mut rest) {
            Ok(0) => return Ok(()),
            Ok(_) => {}
            Err(fault) if fault.kind() == std::io::ErrorKind::UnexpectedEof => return Ok(()),
            Err(fault) => return Err(fault.to_string()),
        }
    }
}

fn tls() -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(outbound::roots()?);
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    Ok(config.map_err(|fault| fault.to_string())?.with_root_certificates(roots).with_no_client_auth())
}

/// One line as a syslog message.
fn message(entry: &Entry, host: &str) -> String {
    let priority = if entry.result == "refused" { WARNING } else { NOTICE };
    let at_s = entry.at_ms.div_euclid(1000);
    let time = makoto_features::sites_manager::date_time(at_s).replace(' ', "T");
    let ms = entry.at_ms.rem_euclid(1000);
    format!("<{priority}>1 {time}.{ms:03}Z {host} makoto - {} - \u{feff}{}", entry.kind, written(entry))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_have_the_form_of_rfc_5424() {
        let entry = Entry {
            id: 7,
            at_ms: 1_000_000_123_456,
            who: "ada".into(),
            subject: String::new(),
            kind: "session.refused".into(),
            detail: serde_json::json!({}),
            address: "192.0.2.1".into(),
            agent: String::new(),
            proof: String::new(),
            request: "1".into(),
            result: "refused".into(),
        };
        let head = "<84>1 2001-09-09T01:48:43.456Z stats.example.org makoto - session.refused - \u{feff}{";
        let message = message(&entry, "stats.example.org");
        assert!(message.starts_with(head), "{message}");
    }
}
