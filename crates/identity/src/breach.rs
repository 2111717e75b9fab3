//! Asks a breach service whether a password is known there, by k-anonymity: it learns five of forty characters of the
//! password's SHA-1.

use crate::{Identity, outbound::Outbound};
use sha1::{Digest, Sha1};
use std::time::Duration;

/// Longest wait for the service: somebody sits before the form.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(4);
/// Longest answer read, in bytes: a padded range has about 40 KB.
const ANSWER_BYTES_MAX: u64 = 1024 * 1024;
/// Characters of the hash that the service learns.
const PREFIX_CHARS: usize = 5;

fn sha1_hex(password: &str) -> String {
    Sha1::digest(password.as_bytes()).iter().map(|byte| format!("{byte:02X}")).collect()
}

/// Whether the range, lines of `SUFFIX:COUNT`, holds the rest of the hash; a count of 0 is padding.
fn holds(range: &str, suffix: &str) -> bool {
    range.lines().filter_map(|line| line.trim().split_once(':')).any(|(rest, count)| {
        rest.eq_ignore_ascii_case(suffix) && count.trim().parse::<u64>().is_ok_and(|count| count > 0)
    })
}

fn ask(outbound: &Outbound, url: &str, hash: &str) -> Result<bool, String> {
    let (prefix, suffix) = hash.split_at(PREFIX_CHARS);
    let fault = |fault: ureq::Error| fault.to_string();
    let request = outbound.agent(ANSWER_WAIT_MAX)?.get(format!("{url}{prefix}")).header("Add-Padding", "true");
    let mut answer = request.call().map_err(fault)?;
    let range = answer.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string().map_err(fault)?;
    Ok(holds(&range, suffix))
}

impl Identity {
    /// Whether the service knows the password. When it does not answer the password counts as unknown there: the
    /// built-in list has passed it, and nobody shall be kept from a new password by somebody else's server.
    pub(crate) async fn is_breached(&self, url: String, password: &str) -> bool {
        let hash = sha1_hex(password);
        let outbound = Outbound::of(&self.meta.snapshot());
        let asked = tokio::task::spawn_blocking(move || ask(&outbound?, &url, &hash)).await;
        match asked.map_err(|fault| fault.to_string()).flatten() {
            Ok(known) => known,
            Err(fault) => {
                tracing::warn!(%fault, "the breach service was not asked");
                false
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{
        io::{Read, Write},
        net::TcpListener,
    };

    #[test]
    fn promise_02_a_range_is_searched_for_the_rest_of_the_hash() {
        let hash = sha1_hex("password");
        assert_eq!(hash, "5BAA61E4C9B93F3F0682250B6CF8331B7EE68FD8");
        let range = "0018A45C4D1DEF81644B54AB7F969B88D65:3\r\n1e4c9b93f3f0682250b6cf8331b7ee68fd8:0\r\n";
        assert!(!holds(range, &hash[5..]), "padding is no find");
        assert!(holds(&range.replace(":0", ":9"), &hash[5..]));
        assert!(!holds("", &hash[5..]) && !holds("<html>", &hash[5..]));
    }

    #[test]
    fn promise_02_the_service_learns_five_characters() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let url = format!("http://{address}/range/");
        let service = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut asked = [0; 2000];
            let length = stream.read(&mut asked).unwrap();
            let body = "1E4C9B93F3F0682250B6CF8331B7EE68FD8:7\r\n";
            write!(stream, "HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len()).unwrap();
            String::from_utf8_lossy(&asked[..length]).into_owned()
        });
        let outbound = Outbound::read(&[address.to_string()]).unwrap();
        assert!(ask(&outbound, &url, &sha1_hex("password")).unwrap());
        let asked = service.join().unwrap();
        assert!(asked.starts_with("GET /range/5BAA6 HTTP/1.1\r\n"), "{asked}");
        assert!(!asked.contains("1E4C9"), "{asked}");
        let refused = ask(&outbound, "http://127.0.0.1:1/", &sha1_hex("password")).unwrap_err();
        assert!(refused.contains("inside"), "{refused}");
    }
}
