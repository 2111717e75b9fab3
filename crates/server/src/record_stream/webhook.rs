use super::{Errand, SEND_WAIT_MAX, written};
use hmac::{Hmac, KeyInit, Mac};
use makoto_identity::outbound::Outbound;
use sha2::Sha256;

/// Posts the lines as JSON lines. Any 2xx means that they arrived.
pub(super) fn send(errand: &Errand) -> Result<(), String> {
    let mut body = String::new();
    for entry in &errand.entries {
        body.push_str(&written(entry).to_string());
        body.push('\n');
    }
    let agent = Outbound::of(&errand.meta.snapshot())?.agent(SEND_WAIT_MAX)?;
    let mut request = agent.post(&errand.address).header("Content-Type", "application/x-ndjson");
    if !errand.secret.is_empty() {
        request =
            request.header("X-Makoto-Signature", format!("sha256={}", signature(&errand.secret, body.as_bytes())?));
    }
    request.send(body).map(drop).map_err(|fault| fault.to_string())
}

/// HMAC-SHA256 in hexadecimal.
fn signature(secret: &str, body: &[u8]) -> Result<String, String> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.as_bytes()).map_err(|fault| fault.to_string())?;
    mac.update(body);
    Ok(makoto_meta::hex(&mac.finalize().into_bytes()))
}

#[cfg(test)]
mod tests {
    /// RFC 4231, test case 2.
    #[test]
    fn signatures_are_hmac_sha256() {
        let made = super::signature("Jefe", b"what do ya want for nothing?").unwrap();
        assert_eq!(made, "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }
}
