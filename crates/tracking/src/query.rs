//! Query strings and forms: `name=value` pairs joined by `&`, percent codes, `+` for a space. Bytes that are no UTF-8
//! and NUL are cut out, so that whatever is stored can be written in every format.

use makoto_model::Params;
use std::borrow::Cow;

/// Parameters of one request. Trackers send about thirty; PHP, for which they were made, reads a thousand.
pub const PARAMETERS_MAX: usize = 1_000;

/// Adds the pairs of `text` to `params`. What goes beyond `PARAMETERS_MAX` in all is left out and answered as `false`.
pub fn read_into(params: &mut Params, text: &[u8]) -> bool {
    for pair in text.split(|&b| b == b'&').filter(|pair| !pair.is_empty()) {
        if params.len() >= PARAMETERS_MAX {
            return false;
        }
        let (name, value) = match pair.iter().position(|&b| b == b'=') {
            Some(at) => (&pair[..at], &pair[at + 1..]),
            None => (pair, &b""[..]),
        };
        params.push(&decode(name), &decode(value));
    }
    true
}

/// The text behind percent codes and plus signs.
pub fn decode(bytes: &[u8]) -> Cow<'_, str> {
    if bytes.iter().all(|&b| b != b'%' && b != b'+' && b != 0 && b < 128)
        && let Ok(text) = str::from_utf8(bytes)
    {
        return Cow::Borrowed(text);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = if bytes[at] == b'%' { hex_pair(&bytes[at + 1..]) } else { None };
        match code {
            Some(byte) => out.push(byte),
            None => out.push(if bytes[at] == b'+' { b' ' } else { bytes[at] }),
        }
        at += if code.is_some() { 3 } else { 1 };
    }
    Cow::Owned(clean(out))
}

fn hex_pair(rest: &[u8]) -> Option<u8> {
    let digit = |at: usize| rest.get(at).and_then(|&b| (b as char).to_digit(16));
    Some((digit(0)? * 16 + digit(1)?) as u8)
}

/// The bytes as text, without NUL and without what is no UTF-8.
pub fn clean(mut bytes: Vec<u8>) -> String {
    if memchr::memchr(0, &bytes).is_some() {
        bytes.retain(|&b| b != 0);
    }
    match String::from_utf8(bytes) {
        Ok(text) => text,
        Err(bad) => bad.as_bytes().utf8_chunks().map(|chunk| chunk.valid()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(String, String)> {
        let mut params = Params::default();
        assert!(read_into(&mut params, text.as_bytes()));
        params.iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
    }

    #[test]
    fn pairs_are_decoded() {
        let expect = |text: &str, pairs: &[(&str, &str)]| {
            let read = read(text);
            assert_eq!(read.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect::<Vec<_>>(), pairs, "{text}");
        };
        expect("a=1&b=x+y%20z", &[("a", "1"), ("b", "x y z")]);
        expect("&&a&=v&b=1=2", &[("a", ""), ("", "v"), ("b", "1=2")]);
        expect("a%5Bb%5D=1&c[]=2&c[]=3", &[("a[b]", "1"), ("c[]", "2"), ("c[]", "3")]);
        expect("a=100%&b=%zz%4", &[("a", "100%"), ("b", "%zz%4")]);
        expect("a=caf%E9s&b=x%00y&c=%F0%9F%98%80", &[("a", "cafs"), ("b", "xy"), ("c", "😀")]);
        expect("", &[]);
    }

    #[test]
    fn too_many_parameters_are_told() {
        let text = vec!["a=1"; PARAMETERS_MAX + 1].join("&");
        let mut params = Params::default();
        assert!(!read_into(&mut params, text.as_bytes()));
        assert_eq!(params.len(), PARAMETERS_MAX);
    }
}
