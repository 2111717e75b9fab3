//! Query strings as browsers write them: percent codes, `+` for a space, any charset.

use std::borrow::Cow;

/// The raw value of the last parameter called `name`, still encoded.
pub(crate) fn raw_value<'a>(query: &'a str, name: &str) -> Option<&'a str> {
    query
        .split('&')
        .rev()
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// The bytes that `value` stands for.
pub(crate) fn decode(value: &str) -> Cow<'_, [u8]> {
    let bytes = value.as_bytes();
    if !bytes.iter().any(|b| matches!(b, b'%' | b'+')) {
        return Cow::Borrowed(bytes);
    }
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        let code = (byte == b'%').then(|| hex_pair(bytes, at + 1)).flatten();
        at += if code.is_some() { 3 } else { 1 };
        out.push(code.unwrap_or(if byte == b'+' { b' ' } else { byte }));
    }
    Cow::Owned(out)
}

fn hex_pair(bytes: &[u8], at: usize) -> Option<u8> {
    let digit = |i: usize| bytes.get(i).and_then(|b| char::from(*b).to_digit(16));
    u8::try_from(digit(at)? * 16 + digit(at + 1)?).ok()
}

/// Writes `text` as the value of a parameter: a space becomes `+`.
pub(crate) fn encode(text: &str) -> String {
    const DIGITS: &[u8; 16] = b"0123456789ABCDEF";
    let mut out = String::with_capacity(text.len() * 3);
    for byte in text.bytes() {
        match byte {
            b' ' => out.push('+'),
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'-' | b'_' | b'.' => out.push(char::from(byte)),
            _ => {
                out.push('%');
                out.push(char::from(DIGITS[usize::from(byte >> 4)]));
                out.push(char::from(DIGITS[usize::from(byte & 15)]));
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_values() {
        assert_eq!(raw_value("a=1&q=x+y&q=z", "q"), Some("z"));
        assert_eq!(raw_value("qq=1&q", "q"), Some(""));
        assert_eq!(raw_value("qq=1", "q"), None);
    }

    #[test]
    fn decodes_what_it_can() {
        assert_eq!(decode("a+b%20c%C3%A9").as_ref(), "a b cé".as_bytes());
        assert_eq!(decode("100%").as_ref(), b"100%");
        assert_eq!(decode("%zz%4").as_ref(), b"%zz%4");
    }

    #[test]
    fn encodes_and_decodes_back() {
        assert_eq!(encode("größe schuhe"), "gr%C3%B6%C3%9Fe+schuhe");
        assert_eq!(decode(&encode("a&b=ü /~")).as_ref(), "a&b=ü /~".as_bytes());
    }
}
