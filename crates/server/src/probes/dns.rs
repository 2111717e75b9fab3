//! What the name system says of the domain that mails are from.

use crate::app::App;
use makoto_features::{
    core_admin_home::outbound::NAME_SERVER,
    probes::{Known, MailDomain},
};
use makoto_identity::outbound::Outbound;
use std::{
    net::{SocketAddr, UdpSocket},
    time::Duration,
};

const ANSWER_WAIT_MAX: Duration = Duration::from_secs(2);
/// Longest answer that is taken, in bytes, as the question says by EDNS (RFC 6891).
const ANSWER_BYTES_MAX: u16 = 4_096;
const HEADER_BYTES: usize = 12;
/// Longest part of a name.
const LABEL_BYTES_MAX: usize = 63;
const TXT: u16 = 16;
const INTERNET: u16 = 1;
const NO_SUCH_NAME: u8 = 3;

/// SPF (RFC 7208) and DMARC (RFC 7489) of the domain that mails are from. What signs them (DKIM) cannot be seen here,
/// since the mail server does that.
///
/// # Errors
/// When no name server is named, or it does not answer.
pub fn mail_domain(app: &App) -> Known<MailDomain> {
    let server = app.services.meta.snapshot().setting(&NAME_SERVER);
    if server.is_empty() {
        return Err("no name server is named in the settings".to_owned());
    }
    let from = crate::mail::sender_address(app).ok_or("no mail server is set")?;
    let domain = from.rsplit_once('@').map_or("", |(_, domain)| domain).to_owned();
    if !domain.contains('.') {
        return Err(format!("mails are from {from}, which is no domain that others can ask about"));
    }
    let named = |fault: String| format!("{server}: {fault}");
    let target = Outbound::of(&app.services.meta.snapshot()).and_then(|outbound| outbound.resolve_place(&server));
    let target = target.map_err(named)?;
    let records = |name: &str, mark: &str| -> Known<Option<String>> {
        let found = ask(target, name).map_err(named)?;
        Ok(found.into_iter().find(|text| text.to_lowercase().starts_with(mark)))
    };
    Ok(MailDomain {
        spf: records(&domain, "v=spf1")?,
        dmarc: records(&format!("_dmarc.{domain}"), "v=dmarc1")?,
        domain,
    })
}

/// The texts of a name.
fn ask(target: SocketAddr, name: &str) -> Result<Vec<String>, String> {
    let text = |fault: std::io::Error| fault.to_string();
    let own = if target.is_ipv6() { "[::]:0" } else { "0.0.0.0:0" };
    let socket = UdpSocket::bind(own).map_err(text)?;
    socket.set_read_timeout(Some(ANSWER_WAIT_MAX)).map_err(text)?;
    socket.connect(target).map_err(text)?;
    let id = makoto_identity::fresh_bytes::<2>().map_err(|fault| fault.to_string())?;
    socket.send(&question(id, name)?).map_err(text)?;
    let mut answer = vec![0; usize::from(ANSWER_BYTES_MAX)];
    let got = socket.recv(&mut answer).map_err(text)?;
    texts(&answer[..got], id).ok_or("this is no answer of a name server")?
}

/// A question (RFC 1035) for the texts of a name.
fn question(id: [u8; 2], name: &str) -> Result<Vec<u8>, String> {
    // It wants recursion, and holds one question and one further record.
    let mut packet = vec![id[0], id[1], 1, 0, 0, 1, 0, 0, 0, 0, 0, 1];
    for label in name.trim_end_matches('.').split('.') {
        if label.is_empty() || label.len() > LABEL_BYTES_MAX || !label.is_ascii() {
            return Err(format!("{name} is no name of a domain"));
        }
        packet.push(label.len() as u8);
        packet.extend(label.as_bytes());
    }
    packet.push(0);
    packet.extend([TXT, INTERNET].iter().flat_map(|n| n.to_be_bytes()));
    packet.extend([0, 0, 41]);
    packet.extend(ANSWER_BYTES_MAX.to_be_bytes());
    packet.extend([0; 6]);
    Ok(packet)
}

/// Behind a name, which may end in a pointer to another one.
fn after_name(packet: &[u8], mut at: usize) -> Option<usize> {
    loop {
        match *packet.get(at)? {
            0 => return Some(at + 1),
            length if length & 0xc0 == 0xc0 => return Some(at + 2),
            length => at += 1 + usize::from(length),
        }
    }
}

/// The texts in an answer; `None` for what is none, an error for a refusal.
fn texts(packet: &[u8], id: [u8; 2]) -> Option<Result<Vec<String>, String>> {
    let number = |at: usize| Some(u16::from_be_bytes([*packet.get(at)?, *packet.get(at + 1)?]));
    if packet.get(..2)? != id || packet.get(2)? & 0x80 == 0 {
        return None;
    }
    match packet.get(3)? & 15 {
        0 => {}
        NO_SUCH_NAME => return Some(Ok(Vec::new())),
        code => return Some(Err(format!("the name server refused with code {code}"))),
    }
    let (questions, answers) = (number(4)?, number(6)?);
    let mut at = HEADER_BYTES;
    for _ in 0..questions {
        at = after_name(packet, at)? + 4;
    }
    let mut found = Vec::new();
    for _ in 0..answers {
        at = after_name(packet, at)?;
        let (kind, length) = (number(at)?, usize::from(number(at + 8)?));
        let data = packet.get(at + 10..at + 10 + length)?;
        if kind == TXT {
            let mut text = Vec::new();
            let mut rest = data;
            while let Some((length, more)) = rest.split_first() {
                text.extend(more.get(..usize::from(*length))?);
                rest = more.get(usize::from(*length)..)?;
            }
            found.push(String::from_utf8_lossy(&text).into_owned());
        }
        at += 10 + length;
    }
    Some(Ok(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answer(id: [u8; 2], parts: &[&str]) -> Vec<u8> {
        let mut packet = question(id, "people.example").unwrap();
        packet[2] |= 0x80;
        packet[7] = 1;
        packet.truncate(packet.len() - 11);
        packet[11] = 0;
        packet.extend([0xc0, 12, 0, 16, 0, 1, 0, 0, 0, 9]);
        let data: Vec<u8> = parts.iter().flat_map(|part| [&[part.len() as u8], part.as_bytes()].concat()).collect();
        packet.extend((data.len() as u16).to_be_bytes());
        packet.extend(data);
        packet
    }

    #[test]
    fn texts_are_joined_and_cut_answers_are_none() {
        let whole = answer([1, 2], &["v=spf1 include:", "mail.example -all"]);
        assert_eq!(texts(&whole, [1, 2]), Some(Ok(vec!["v=spf1 include:mail.example -all".to_owned()])));
        assert_eq!(texts(&whole, [1, 3]), None, "an answer to another question");
        for cut in 0..whole.len() {
            assert_eq!(texts(&whole[..cut], [1, 2]), None, "{cut}");
        }
        let mut missing = whole.clone();
        missing[3] = NO_SUCH_NAME;
        assert_eq!(texts(&missing, [1, 2]), Some(Ok(Vec::new())));
        missing[3] = 5;
        assert!(texts(&missing, [1, 2]).is_some_and(|told| told.is_err()));
    }

    #[test]
    fn names_are_checked_before_they_are_asked_for() {
        for wrong in ["", "a..b", "ü.example", &"x".repeat(64)] {
            assert!(question([0, 0], wrong).is_err(), "{wrong}");
        }
    }
}
