//! One-time codes of an authenticator app (RFC 6238: SHA-1, six digits, 30 seconds).

use crate::{Error, secret};
use hmac::{Hmac, KeyInit, Mac};
use qrcodegen::{QrCode, QrCodeEcc};
use sha1::Sha1;
use std::fmt::Write;
use subtle::ConstantTimeEq;

/// A code is made of each step of this many seconds.
pub(crate) const STEP_S: i64 = 30;
/// Steps before and after the current one whose codes count, for clocks that are wrong.
const STEPS_ASIDE: i64 = 1;
/// Bytes of a fresh secret: as long as SHA-1's output, as RFC 4226 recommends.
const SECRET_BYTES: usize = 20;
/// Digits of a code.
const DIGITS: usize = 6;
/// Light modules around the QR code, as its standard asks.
const QUIET_MODULES: i32 = 4;

const BASE32: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// What a page shows while an authenticator app is set up.
pub struct TotpOffer {
    /// The secret in base 32, to be typed where no camera is at hand.
    pub secret: String,
    /// The same as an `otpauth:` address.
    pub uri: String,
    /// The address as a drawing in SVG.
    pub qr: String,
}

/// The secret as people type it; its length is a multiple of five bytes, so nothing is padded.
pub(crate) fn base32(bytes: &[u8]) -> String {
    let (mut text, mut held, mut bits) = (String::new(), 0u32, 0);
    for byte in bytes {
        held = held << 8 | u32::from(*byte);
        bits += 8;
        while bits >= 5 {
            bits -= 5;
            text.push(char::from(BASE32[(held >> bits & 31) as usize]));
        }
    }
    text
}

fn code(key: &[u8], step: i64) -> Result<String, Error> {
    let mut mac = Hmac::<Sha1>::new_from_slice(key).map_err(|fault| Error::Hash(fault.to_string()))?;
    mac.update(&step.to_be_bytes());
    let digest = mac.finalize().into_bytes();
    let at = usize::from(digest[19] & 15);
    let number = u32::from_be_bytes([digest[at] & 127, digest[at + 1], digest[at + 2], digest[at + 3]]);
    Ok(format!("{:0DIGITS$}", number % 1_000_000))
}

/// The step whose code this is, among the current one and its neighbours.
pub(crate) fn step_of(key: &[u8], typed: &str, now_s: i64) -> Result<Option<i64>, Error> {
    let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    let current = now_s / STEP_S;
    let mut found = None;
    for step in current - STEPS_ASIDE..=current + STEPS_ASIDE {
        if bool::from(code(key, step)?.as_bytes().ct_eq(typed.as_bytes())) {
            found = Some(step);
        }
    }
    Ok(found)
}

pub(crate) fn fresh_key() -> Result<[u8; SECRET_BYTES], Error> {
    secret::fresh_bytes::<SECRET_BYTES>()
}

/// Everything outside of letters, digits and `-._~@` as percent and two digits.
fn escape(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'@' => escaped.push(byte.into()),
            _ => escaped.extend(['%', hex_digit(byte >> 4), hex_digit(byte & 15)]),
        }
    }
    escaped
}

fn hex_digit(half: u8) -> char {
    char::from(b"0123456789ABCDEF"[usize::from(half)])
}

pub(crate) fn offer(key: &[u8], issuer: &str, login: &str) -> Result<TotpOffer, Error> {
    let secret = base32(key);
    let (issuer, login) = (escape(issuer), escape(login));
    let uri = format!("otpauth://totp/{issuer}:{login}?secret={secret}&issuer={issuer}");
    let qr = QrCode::encode_text(&uri, QrCodeEcc::Medium)
        .map_err(|_| Error::Refused("the title of second factors is too long for a QR code; shorten it".into()))?;
    Ok(TotpOffer { secret, uri, qr: draw(&qr) })
}

/// One path of squares on white, so that it can be read on dark pages too.
fn draw(qr: &QrCode) -> String {
    let side = qr.size() + 2 * QUIET_MODULES;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
         <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path d=\""
    );
    for y in 0..qr.size() {
        for x in (0..qr.size()).filter(|x| qr.get_module(*x, y)) {
            // Writing to a text cannot fail.
            let _ = write!(svg, "M{} {}h1v1h-1z", x + QUIET_MODULES, y + QUIET_MODULES);
        }
    }
    svg.push_str("\"/></svg>");
    svg
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &[u8] = b"12345678901234567890";

    #[test]
    fn codes_are_those_of_the_rfc() {
        for (at_s, expected) in [(59, "287082"), (1_111_111_109, "081804"), (20_000_000_000, "353130")] {
            assert_eq!(code(KEY, at_s / STEP_S).unwrap(), expected);
        }
        assert_eq!(base32(KEY), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    }

    #[test]
    fn promise_05_codes_count_one_step_before_and_after() {
        let typed = code(KEY, 100).unwrap();
        for (step, counts) in [(98, false), (99, true), (100, true), (101, true), (102, false)] {
            let found = step_of(KEY, &typed, step * STEP_S + 29).unwrap();
            assert_eq!(found, counts.then_some(100), "at step {step}");
        }
        let spaced = format!(" {} {} ", &typed[..3], &typed[3..]);
        assert_eq!(step_of(KEY, &spaced, 100 * STEP_S).unwrap(), Some(100));
        for wrong in ["", "1", "abcdef", &format!("{typed}0")] {
            assert_eq!(step_of(KEY, wrong, 100 * STEP_S).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn the_address_names_issuer_and_login() {
        let offer = offer(KEY, "Statistics & more", "ada+1@example.org").unwrap();
        let name = "Statistics%20%26%20more";
        assert_eq!(
            offer.uri,
            format!("otpauth://totp/{name}:ada%2B1@example.org?secret={}&issuer={name}", offer.secret)
        );
        assert!(offer.qr.starts_with("<svg") && offer.qr.ends_with("</svg>"));
    }
}
