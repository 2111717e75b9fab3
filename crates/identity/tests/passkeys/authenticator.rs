//! An authenticator of our own, by the standard's words alone: one key on P-256 in memory.

use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

const USER_PRESENT: u8 = 1;
const USER_VERIFIED: u8 = 4;
const KEY_ATTACHED: u8 = 64;

/// The secret part of its key.
pub const KEY: [u8; 32] = [7; 32];
/// What it calls its key.
pub const ID: [u8; 16] = [9; 16];

pub struct Authenticator {
    key: SigningKey,
    id: [u8; 16],
    handle: String,
    pub counter: u32,
    /// The page that asks, as the browser saw it.
    pub origin: &'static str,
    pub party: &'static str,
    pub verifies_user: bool,
}

/// Base 64 for addresses, without padding.
pub fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let letter = |part: &[u8]| {
        let text = format!("{:0<6}", std::str::from_utf8(part).unwrap());
        char::from(LETTERS[usize::from_str_radix(&text, 2).unwrap()])
    };
    bits.as_bytes().chunks(6).map(letter).collect()
}

/// What `base64` wrote.
pub fn bytes_of(text: &str) -> Vec<u8> {
    let place = |letter: u8| (0u8..64).find(|place| base64(&[place << 2]).as_bytes()[0] == letter).unwrap();
    let bits: String = text.bytes().map(|letter| format!("{:06b}", place(letter))).collect();
    (0..bits.len() / 8).map(|n| u8::from_str_radix(&bits[n * 8..n * 8 + 8], 2).unwrap()).collect()
}

impl Authenticator {
    pub fn new(origin: &'static str, party: &'static str) -> Authenticator {
        let key = SigningKey::from_slice(&KEY).unwrap();
        Authenticator { key, id: ID, handle: String::new(), counter: 0, origin, party, verifies_user: true }
    }

    fn client_data(&self, kind: &str, options: &Json) -> Vec<u8> {
        let data =
            json!({ "type": kind, "challenge": options["challenge"], "origin": self.origin, "crossOrigin": false });
        data.to_string().into_bytes()
    }

    fn data(&mut self, more: u8) -> Vec<u8> {
        self.counter += 1;
        let flags = USER_PRESENT | more | if self.verifies_user { USER_VERIFIED } else { 0 };
        let mut data = Sha256::digest(self.party.as_bytes()).to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// What a browser answers to creation options.
    pub fn create(&mut self, options: &Json) -> Json {
        self.handle = options["user"]["id"].as_str().unwrap().to_owned();
        let point = self.key.verifying_key().to_sec1_point(false);
        let mut data = self.data(KEY_ATTACHED);
        data.extend([0; 16]);
        data.extend([0, 16]);
        data.extend(self.id);
        // COSE: {1: 2, 3: -7, -1: 1, -2: x, -3: y}
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(&point.as_bytes()[1..33]);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(&point.as_bytes()[33..65]);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": data}
        let mut object = b"\xa3\x63fmt\x64none\x67attStmt\xa0\x68authData\x58".to_vec();
        object.push(data.len() as u8);
        object.extend(data);
        json!({ "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key", "extensions": {},
            "response": { "attestationObject": base64(&object),
                "clientDataJSON": base64(&self.client_data("webauthn.create", options)) } })
    }

    /// What a browser answers to request options.
    pub fn get(&mut self, options: &Json) -> Json {
        let (client, data) = (self.client_data("webauthn.get", options), self.data(0));
        let signature: Signature = self.key.sign(&[&data[..], &Sha256::digest(&client)].concat());
        json!({ "id": base64(&self.id), "rawId": base64(&self.id), "type": "public-key", "extensions": {},
            "response": { "authenticatorData": base64(&data), "clientDataJSON": base64(&client),
                "signature": base64(signature.to_der().as_bytes()), "userHandle": self.handle } })
    }
}
