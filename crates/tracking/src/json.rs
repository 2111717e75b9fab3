//! The body of a bulk: `{"requests": ["?idsite=1&…", {"idsite": 1, …}], "token_auth": "…", "send_image": 0}`.

use crate::parse::{Bulk, Entry, Fault};
use crate::query::{self, PARAMETERS_MAX};
use makoto_model::Params;
use serde::de::value::{MapAccessDeserializer, SeqAccessDeserializer};
use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, de};
use serde_json::Value as Json;
use std::borrow::Cow;
use std::fmt;

/// Nesting of a body. Requests are two levels deep, their items and brands two more; a parser that recurses must stop.
pub const DEPTH_MAX: usize = 32;
/// Requests in one body with a valid token: about two seconds of work.
pub const ITEMS_MAX: usize = 10_000;
/// Requests in one body from anybody.
pub const ITEMS_OPEN_MAX: usize = 1_000;
/// Room that a record's parameters are given at first, in bytes of names and values and in number; most need no more.
const RECORD_BYTES: usize = 512;
const RECORD_PARAMETERS: usize = 16;

/// Whether a body is a bulk, by the word that Matomo looks for.
pub fn is_bulk(body: &[u8]) -> bool {
    let has = |word: &[u8]| body.windows(word.len()).any(|part| part == word);
    // A form cannot begin like this; so only JSON bodies are searched.
    let first = body.iter().copied().find(|b| !b.is_ascii_whitespace());
    first == Some(b'{') && (has(b"\"requests\"") || has(b"'requests'"))
}

/// Reads a bulk.
///
/// # Errors
/// `Fault` when the body as a whole is unusable; single bad entries are `None`.
pub fn read(body: &[u8]) -> Result<Bulk, Fault> {
    let text = query::clean(body.iter().map(|&b| if matches!(b, b'\n' | b'\r') { b' ' } else { b }).collect());
    match read_text(&text) {
        Err(Fault::BadBulk) if text.contains('\'') => read_text(&double_quoted(&text)),
        other => other,
    }
}

fn read_text(text: &str) -> Result<Bulk, Fault> {
    if depth(text) > DEPTH_MAX {
        return Err(Fault::TooDeep);
    }
    let body: Body = serde_json::from_str(text).map_err(|_| Fault::BadBulk)?;
    if body.requests.too_many {
        return Err(Fault::TooManyItems(ITEMS_MAX));
    }
    let falsy = |value: &Json| match value {
        Json::Null | Json::Bool(false) => true,
        Json::Number(n) => n.as_f64() == Some(0.0),
        Json::String(text) => text.is_empty() || text == "0",
        _ => false,
    };
    Ok(Bulk {
        entries: body.requests.entries,
        token_auth: body.token_auth.as_ref().and_then(Json::as_str).filter(|t| !t.is_empty()).map(Into::into),
        send_image: !body.send_image.as_ref().is_some_and(falsy),
    })
}

/// The deepest nesting of brackets outside of strings.
fn depth(text: &str) -> usize {
    let bytes = text.as_bytes();
    let (mut at, mut now, mut most) = (0usize, 0usize, 0usize);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => at = string_end(bytes, at + 1),
            b'[' | b'{' => {
                now += 1;
                most = most.max(now);
            }
            b']' | b'}' => now = now.saturating_sub(1),
            _ => {}
        }
        at += 1;
    }
    most
}

/// Where the string ends whose first character stands at `from`: the place of its quote, or the end of the text.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
        if bytes[at + found] == b'"' {
            return at + found;
        }
        // What follows a backslash ends nothing.
        at += found + 2;
    }
    bytes.len()
}

/// JSON whose strings stand in single quotes, as some clients send it, with double ones.
fn double_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (quote, c) {
            (Some(_), '\\') => match chars.next() {
                Some('\'') => out.push('\''),
                Some(next) => out.extend(['\\', next]),
                None => out.push('\\'),
            },
            (None, '\'' | '"') => {
                quote = Some(c);
                out.push('"');
            }
            (Some(open), _) if c == open => {
                quote = None;
                out.push('"');
            }
            (Some('\''), '"') => out.push_str("\\\""),
            _ => out.push(c),
        }
    }
    out
}

#[derive(Deserialize)]
struct Body {
    requests: Items,
    #[serde(default)]
    token_auth: Option<Json>,
    #[serde(default)]
    send_image: Option<Json>,
}

struct Items {
    entries: Vec<Entry>,
    too_many: bool,
}

impl<'de> Deserialize<'de> for Items {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Items, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Items;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an array of requests")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Items, A::Error> {
                let mut items = Items { entries: Vec::new(), too_many: false };
                while items.entries.len() < ITEMS_MAX {
                    match seq.next_element::<Item>()? {
                        Some(Item(entry)) => items.entries.push(entry),
                        None => return Ok(items),
                    }
                }
                while seq.next_element::<IgnoredAny>()?.is_some() {
                    items.too_many = true;
                }
                Ok(items)
            }
        }
        from.deserialize_seq(Reader)
    }
}

struct Item(Entry);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Item, D::Error> {
        from.deserialize_any(ItemReader)
    }
}

struct ItemReader;

impl<'de> Visitor<'de> for ItemReader {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a query or a record of parameters")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<Item, E> {
        let mut params = Params::default();
        // As in a URL: what stands before the question mark and behind the hash is no query.
        let query = text.split_once('?').map_or("", |(_, rest)| rest.split('#').next().unwrap_or(""));
        let whole = query::read_into(&mut params, query.as_bytes());
        Ok(Item(whole.then_some(params)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Item, A::Error> {
        let mut params = Params::with_capacity(RECORD_BYTES, RECORD_PARAMETERS);
        let mut whole = true;
        while let Some(Name(name)) = map.next_key()? {
            if params.len() >= PARAMETERS_MAX {
                whole = false;
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            map.next_value_seed(Parameter { params: &mut params, name: &name })?;
        }
        Ok(Item(whole.then_some(params)))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Item, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Item(None))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Item, E> {
        Ok(Item(None))
    }

    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Item, E> {
        Ok(Item(None))
    }
}

/// The name of a parameter, which is seldom written with escapes.
struct Name<'de>(Cow<'de, str>);

impl<'de> Deserialize<'de> for Name<'de> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Name<'de>, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Name<'de>;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("the name of a parameter")
            }
            fn visit_borrowed_str<E: de::Error>(self, text: &'de str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Borrowed(text)))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Name<'de>, E> {
                Ok(Name(Cow::Owned(text.to_owned())))
            }
        }
        from.deserialize_str(Reader)
    }
}

/// Where the value of a parameter belongs; a bulk has tens of thousands, so nothing is made of them in between.
struct Parameter<'a> {
    params: &'a mut Params,
    name: &'a str,
}

impl<'de> DeserializeSeed<'de> for Parameter<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl Parameter<'_> {
    /// Lists and records are parameters in JSON form already (`ec_items`, `uadata`, `cvar`).
    fn nested<E: de::Error>(self, value: &Json) -> Result<(), E> {
        let text = serde_json::to_string(value).map_err(E::custom)?;
        self.visit_str(&text)
    }
}

impl<'de> Visitor<'de> for Parameter<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("the value of a parameter")
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        match text.contains('\0') {
            false => self.params.push(self.name, text),
            true => self.params.push(self.name, &query::clean(text.as_bytes().to_vec())),
        }
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        self.visit_str("")
    }

    fn visit_bool<E: de::Error>(self, yes: bool) -> Result<(), E> {
        self.visit_str(if yes { "1" } else { "" })
    }

    fn visit_i64<E: de::Error>(self, n: i64) -> Result<(), E> {
        self.visit_str(&n.to_string())
    }

    fn visit_u64<E: de::Error>(self, n: u64) -> Result<(), E> {
        self.visit_str(&n.to_string())
    }

    fn visit_f64<E: de::Error>(self, n: f64) -> Result<(), E> {
        self.visit_str(&Json::from(n).to_string())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<(), A::Error> {
        self.nested(&Json::deserialize(SeqAccessDeserializer::new(seq))?)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        self.nested(&Json::deserialize(MapAccessDeserializer::new(map))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn urls(bulk: &Bulk) -> Vec<Option<&str>> {
        bulk.entries.iter().map(|entry| entry.as_ref().and_then(|params| params.get("url"))).collect()
    }

    #[test]
    fn strings_and_records_are_requests() {
        let body = br#"{"requests":["?idsite=1&url=a%20b", {"idsite":1,"url":"b","ec_items":[["s",1]]}, 5, null, "x"],
            "token_auth":"t","send_image":0}"#;
        assert!(is_bulk(body));
        let bulk = read(body).unwrap();
        assert_eq!(urls(&bulk), [Some("a b"), Some("b"), None, None, None]);
        assert_eq!(bulk.entries[1].as_ref().unwrap().get("ec_items"), Some(r#"[["s",1]]"#));
        assert_eq!(bulk.entries[1].as_ref().unwrap().get("idsite"), Some("1"));
        assert!(bulk.entries[2].is_none() && bulk.entries[4].as_ref().is_some_and(Params::is_empty));
        assert_eq!((bulk.token_auth.as_deref(), bulk.send_image), (Some("t"), false));
    }

    #[test]
    fn single_quotes_are_understood() {
        let bulk = read(br#"{'requests':['?url=a','?url="b"'], 'send_image':'1'}"#).unwrap();
        assert_eq!(urls(&bulk), [Some("a"), Some("\"b\"")]);
        assert!(bulk.send_image);
    }

    #[test]
    fn unusable_bodies_are_told() {
        assert_eq!(read(br#"{"requests":"#), Err(Fault::BadBulk));
        assert_eq!(read(br#"{"requests":{"a":1}}"#), Err(Fault::BadBulk));
        let deep = format!("{{\"requests\":{}{}}}", "[".repeat(40), "]".repeat(40));
        assert_eq!(read(deep.as_bytes()), Err(Fault::TooDeep));
        let long = format!("{{\"requests\":[{}1]}}", "1,".repeat(ITEMS_MAX));
        assert_eq!(read(long.as_bytes()), Err(Fault::TooManyItems(ITEMS_MAX)));
        assert!(!is_bulk(b"a=\"requests\"") && !is_bulk(b""));
    }

    #[test]
    fn values_of_records_become_texts() {
        let body = br#"{"requests":[{"a":-1,"b":1.0,"c":true,"d":null,"e":{"x":[1,"y"]},"n\u0061me":"q\u0000\"\n","f":1e3,"g":false}]}"#;
        let bulk = read(body).unwrap();
        let found: Vec<_> = bulk.entries[0].as_ref().unwrap().iter().collect();
        assert_eq!(
            found,
            [
                ("a", "-1"),
                ("b", "1.0"),
                ("c", "1"),
                ("d", ""),
                ("e", r#"{"x":[1,"y"]}"#),
                ("name", "q\"\n"),
                ("f", "1000.0"),
                ("g", "")
            ]
        );
    }

    #[test]
    fn brackets_in_strings_nest_nothing() {
        assert_eq!(depth(r#"{"a[[{\"[":["{{\\"],"b":[{}]}"#), 3);
        assert_eq!([depth("\"[["), depth("\"\\"), depth("]]["), depth("")], [0, 0, 1, 0]);
    }

    #[test]
    fn a_record_with_too_many_keys_is_invalid() {
        let keys: Vec<_> = (0..=PARAMETERS_MAX).map(|n| format!("\"k{n}\":1")).collect();
        let bulk = read(format!("{{\"requests\":[{{{}}}]}}", keys.join(",")).as_bytes()).unwrap();
        assert_eq!(bulk.entries, [None]);
    }
}
