//! Keys and answers bent at random, straight at what reads them: every way in which an authenticator vouches for a key, and
//! every kind of key.

use crate::{
    ORIGIN, PARTY,
    authenticator::{Authenticator, ID, KEY},
};
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::json;
use sha2::{Digest, Sha256};
use std::time::{Duration, Instant};
use webauthn_rs::prelude::{
    Passkey, PasskeyAuthentication, PasskeyRegistration, PublicKeyCredential, RegisterPublicKeyCredential, Url, Uuid,
    Webauthn, WebauthnBuilder,
};

/// A certificate of the authenticator's key, signed by itself and valid until 2126, with what Android and Apple write into
/// theirs; and one as a TPM has it.
const CERTIFICATE: &[u8] = include_bytes!("attestation.der");
const TPM_CERTIFICATE: &[u8] = include_bytes!("tpm.der");
/// User present and verified, key attached; extensions follow.
const FLAGS: u8 = 0x45;
const EXTENSIONS: u8 = 0x80;

/// Chance that is the same for the same seed.
pub struct Dice(u64);

impl Dice {
    pub fn new(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15).max(1))
    }

    /// From 0 to `end`, without it.
    pub fn roll(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end as u64) as usize
    }
}

/// Changes bytes as a fuzzer does: turns, drops and doubles some, and writes lengths and types that CBOR and DER care about.
pub fn bend(bytes: &mut Vec<u8>, dice: &mut Dice) {
    for _ in 0..=dice.roll(4) {
        let place = dice.roll(bytes.len().max(1));
        match dice.roll(7) {
            0 if place < bytes.len() => bytes[place] ^= 1 << dice.roll(8),
            1 if place < bytes.len() => bytes[place] = dice.roll(256) as u8,
            2 => bytes.truncate(place),
            3 => bytes.insert(place, [0x1b, 0x5b, 0x7b, 0x9b, 0xbb, 0xdb, 0xff, 0x9f, 0xbf][dice.roll(9)]),
            4 => bytes
                .splice(place..place, std::iter::repeat_n(0x81 + dice.roll(64) as u8, 1 + dice.roll(300)))
                .for_each(drop),
            5 if place < bytes.len() => bytes[place] = [0x00, 0x01, 0x7f, 0x80, 0x84, 0xff, 0x30, 0x04][dice.roll(8)],
            _ => {
                let end = (place + dice.roll(32)).min(bytes.len());
                let part = bytes[place.min(end)..end].to_vec();
                bytes.splice(place..place, part).for_each(drop);
            }
        }
    }
}

/// What may be asked for by the environment.
pub fn asked(name: &str) -> Option<u64> {
    std::env::var(name).ok().map(|number| number.parse().unwrap())
}

fn cbor(kind: u8, number: usize) -> Vec<u8> {
    let kind = kind << 5;
    match number {
        0..24 => vec![kind | number as u8],
        24..256 => vec![kind | 24, number as u8],
        _ => vec![kind | 25, (number >> 8) as u8, number as u8],
    }
}

fn int(number: i64) -> Vec<u8> {
    if number < 0 { cbor(1, (-1 - number) as usize) } else { cbor(0, number as usize) }
}

fn bytes(content: &[u8]) -> Vec<u8> {
    [cbor(2, content.len()), content.to_vec()].concat()
}

fn text(content: &str) -> Vec<u8> {
    [cbor(3, content.len()), content.as_bytes().to_vec()].concat()
}

fn map(entries: &[(Vec<u8>, Vec<u8>)]) -> Vec<u8> {
    let pairs = entries.iter().flat_map(|(key, value)| [key.clone(), value.clone()]);
    [cbor(5, entries.len())].into_iter().chain(pairs).collect::<Vec<_>>().concat()
}

fn named(entries: &[(&str, Vec<u8>)]) -> Vec<u8> {
    map(&entries.iter().map(|(name, value)| (text(name), value.clone())).collect::<Vec<_>>())
}

fn numbered(entries: &[(i64, Vec<u8>)]) -> Vec<u8> {
    map(&entries.iter().map(|(number, value)| (int(*number), value.clone())).collect::<Vec<_>>())
}

/// Short lengths and what they count, as a TPM writes them.
fn sized(content: &[u8]) -> Vec<u8> {
    [&(content.len() as u16).to_be_bytes()[..], content].concat()
}

/// Public keys of each kind, the authenticator's own first.
fn keys(own: &SigningKey) -> Vec<Vec<u8>> {
    let point = own.verifying_key().to_sec1_point(false);
    let (x, y) = (bytes(&point.as_bytes()[1..33]), bytes(&point.as_bytes()[33..65]));
    vec![
        numbered(&[(1, int(2)), (3, int(-7)), (-1, int(1)), (-2, x), (-3, y)]),
        numbered(&[(1, int(1)), (3, int(-8)), (-1, int(6)), (-2, bytes(&[5; 32]))]),
        numbered(&[(1, int(3)), (3, int(-257)), (-1, bytes(&[0xc5; 256])), (-2, bytes(&[1, 0, 1]))]),
        numbered(&[(1, int(2)), (3, int(-35)), (-1, int(2)), (-2, bytes(&[3; 48])), (-3, bytes(&[4; 48]))]),
    ]
}

/// Objects of every form that vouch for these keys, not bent yet.
fn objects(client_data: &[u8]) -> Vec<Vec<u8>> {
    let own = SigningKey::from_slice(&KEY).unwrap();
    let client_hash = Sha256::digest(client_data);
    let party_hash = Sha256::digest(PARTY.as_bytes());
    let sign = |parts: &[&[u8]]| {
        let signature: Signature = own.sign(&parts.concat());
        bytes(signature.to_der().as_bytes())
    };
    let certificates = [cbor(4, 1), bytes(CERTIFICATE)].concat();
    let point = own.verifying_key().to_sec1_point(false);
    let mut all = Vec::new();
    for (nth, key) in keys(&own).iter().enumerate() {
        let mut data = [&party_hash[..], &[FLAGS], &[0; 3], &[1], &[0; 16], &sized(&ID), key].concat();
        if nth == 1 {
            data[32] |= EXTENSIONS;
            data.extend(named(&[("credProtect", int(2)), ("hmac-secret", vec![0xf5])]));
        }
        let signed = sign(&[&data, &client_hash]);
        // What a TPM says: a public area on P-256, and its certification with the hash of what was signed.
        let area = [
            &[0x00, 0x23, 0x00, 0x0b, 0, 6, 4, 0x72][..],
            &sized(&[]),
            &[0x00, 0x10, 0x00, 0x10, 0x00, 0x03, 0x00, 0x10],
            &sized(&point.as_bytes()[1..33]),
            &sized(&point.as_bytes()[33..65]),
        ]
        .concat();
        let area_name = [&[0x00, 0x0b][..], &Sha256::digest(&area)].concat();
        let whole = Sha256::digest([&data[..], &client_hash].concat());
        let certified = [
            &[0xff, 0x54, 0x43, 0x47, 0x80, 0x17][..],
            &sized(&[0; 34]),
            &sized(&whole),
            &[0; 25],
            &sized(&area_name),
            &sized(&[0; 34]),
        ]
        .concat();
        let u2f = sign(&[&[0], &party_hash, &client_hash, &ID, point.as_bytes()]);
        let forms = [
            ("none", named(&[])),
            ("packed", named(&[("alg", int(-7)), ("sig", signed.clone())])),
            ("packed", named(&[("alg", int(-7)), ("sig", signed.clone()), ("x5c", certificates.clone())])),
            ("fido-u2f", named(&[("sig", u2f), ("x5c", certificates.clone())])),
            ("android-key", named(&[("alg", int(-7)), ("sig", signed), ("x5c", certificates.clone())])),
            ("android-safetynet", named(&[("ver", text("1")), ("response", bytes(b"e30.e30.AA"))])),
            ("apple", named(&[("x5c", certificates.clone())])),
            (
                "tpm",
                named(&[
                    ("ver", text("2.0")),
                    ("alg", int(-7)),
                    ("x5c", [cbor(4, 1), bytes(TPM_CERTIFICATE)].concat()),
                    ("sig", sign(&[&certified])),
                    ("certInfo", bytes(&certified)),
                    ("pubArea", bytes(&area)),
                ]),
            ),
        ];
        let object = |(form, statement): &(&str, Vec<u8>)| {
            named(&[("fmt", text(form)), ("attStmt", statement.clone()), ("authData", bytes(&data))])
        };
        all.extend(forms.iter().map(object));
    }
    all
}

/// A party with a registration and a sign-in under way, and good answers to both.
struct Reader {
    party: Webauthn,
    registration: PasskeyRegistration,
    made: RegisterPublicKeyCredential,
    objects: Vec<Vec<u8>>,
    sign_in: PasskeyAuthentication,
    answer: PublicKeyCredential,
}

impl Reader {
    fn new() -> Reader {
        let party = WebauthnBuilder::new(PARTY, &Url::parse(ORIGIN).unwrap()).unwrap().build().unwrap();
        let (options, registration) = party.start_passkey_registration(Uuid::nil(), "root", "root", None).unwrap();
        let mut key = Authenticator::new(ORIGIN, PARTY);
        let made = key.create(&json!(options)["publicKey"]);
        let made: RegisterPublicKeyCredential = serde_json::from_value(made).unwrap();
        let passkey: Passkey = party.finish_passkey_registration(&made, &registration).unwrap();
        let (options, sign_in) = party.start_passkey_authentication(&[passkey]).unwrap();
        let answer = serde_json::from_value(key.get(&json!(options)["publicKey"])).unwrap();
        let objects = objects(&made.response.client_data_json);
        Reader { party, registration, made, objects, sign_in, answer }
    }

    /// Whether a key is taken.
    fn takes(&self, object: Vec<u8>) -> bool {
        let mut made = self.made.clone();
        made.response.attestation_object = object;
        self.party.finish_passkey_registration(&made, &self.registration).is_ok()
    }

    /// Reads one thing that was bent; what matters is that it comes back.
    fn read(&self, dice: &mut Dice) -> bool {
        if dice.roll(8) > 0 {
            let mut object = self.objects[dice.roll(self.objects.len())].clone();
            bend(&mut object, dice);
            return self.takes(object);
        }
        let mut answer = self.answer.clone();
        let response = &mut answer.response;
        let fields = [&mut response.authenticator_data, &mut response.signature, &mut response.client_data_json];
        let [data, signature, client] = fields;
        bend([data, signature, client][dice.roll(3)], dice);
        self.party.finish_passkey_authentication(&answer, &self.sign_in).is_ok()
    }
}

#[test]
fn promise_08_keys_of_every_form_reach_what_reads_them() {
    let reader = Reader::new();
    let taken: Vec<bool> = reader.objects.iter().map(|object| reader.takes(object.clone())).collect();
    // Of the authenticator's own key: without a statement, signed by itself, by its certificate, and by that as U2F keys are.
    assert_eq!(taken[..4], [true; 4], "{taken:?}");
    assert!(reader.party.finish_passkey_authentication(&reader.answer, &reader.sign_in).is_ok());
    assert_eq!(reader.made.raw_id, ID);
}

/// `PASSKEY_TRIES` asks for more of them, `PASSKEY_MINUTES` for as many as fit in on all cores; `PASSKEY_SEED` for others.
#[test]
fn promise_08_no_bytes_stop_what_reads_keys() {
    let (tries, minutes, seed) =
        (asked("PASSKEY_TRIES").unwrap_or(50_000), asked("PASSKEY_MINUTES"), asked("PASSKEY_SEED").unwrap_or(1));
    let began = Instant::now();
    let is_over = |tried: u64| match minutes {
        Some(minutes) => tried.is_multiple_of(256) && began.elapsed() >= Duration::from_secs(minutes * 60),
        None => tried >= tries,
    };
    let threads = minutes.map_or(1, |_| std::thread::available_parallelism().map_or(1, usize::from)) as u64;
    let read = |thread: u64| {
        let (reader, mut dice) = (Reader::new(), Dice::new(seed.wrapping_mul(1_000) + thread));
        let (mut tried, mut taken) = (0_u64, 0_u64);
        while !is_over(tried) {
            taken += u64::from(reader.read(&mut dice));
            tried += 1;
        }
        (tried, taken)
    };
    let counts: Vec<(u64, u64)> = std::thread::scope(|scope| {
        let reading: Vec<_> = (0..threads).map(|thread| scope.spawn(move || read(thread))).collect();
        reading.into_iter().map(|thread| thread.join().unwrap()).collect()
    });
    let (tried, taken) = counts.iter().fold((0, 0), |(all, good), (tried, taken)| (all + tried, good + taken));
    // Some bytes are the authenticator's to choose.
    assert!(taken < tried / 2, "{taken} of {tried} bent keys and answers were taken");
    println!("{tried} bent keys and answers of seed {seed} in {} s, {taken} taken", began.elapsed().as_secs());
}
