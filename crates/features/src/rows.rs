//! What row labels have in common.

use makoto_catalog::{Condition, Meta, Param, ParamKind, RowLabel};
use makoto_model::Value;

/// Every group a row of its own.
pub fn each(keys: &[Value]) -> Option<Vec<Value>> {
    Some(keys.to_vec())
}

/// As `each`, without the group of what has no value.
pub fn each_known(keys: &[Value]) -> Option<Vec<Value>> {
    (!text(keys, 0).is_empty()).then(|| keys.to_vec())
}

/// The text of a key; empty where there is none.
pub fn text(keys: &[Value], place: usize) -> &str {
    keys.get(place).and_then(Value::as_text).unwrap_or("")
}

/// The whole number of a key; 0 where there is none.
pub fn int(keys: &[Value], place: usize) -> i64 {
    match keys.get(place) {
        Some(Value::Int(n)) => *n,
        Some(Value::Float(n)) => *n as i64,
        _ => 0,
    }
}

/// A segment definition: `name==value`, the value encoded as a query's.
pub fn segment(conditions: &[(&str, &str)]) -> Meta {
    let conditions: Vec<String> =
        conditions.iter().map(|(name, value)| format!("{name}=={}", query_encoded(value))).collect();
    Meta("segment", Value::from(conditions.join(";")))
}

/// Bytes other than letters, digits and `-_.` as `%XX`, the blank as `+`.
pub fn query_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => {
                encoded.push('%');
                encoded.extend([byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])));
            }
        }
    }
    encoded
}

/// The label is always in our words.
pub fn ours(_: &[Value]) -> bool {
    true
}

/// The label is in our words where there is no first key.
pub fn ours_if_none(keys: &[Value]) -> bool {
    text(keys, 0).is_empty()
}

/// The label is in our words where there is no second key.
pub fn ours_if_no_second(keys: &[Value]) -> bool {
    text(keys, 1).is_empty()
}

/// No facts beside the label.
pub fn nothing(_: &[Value], _: &mut Vec<Meta>) {}

/// Every row counts.
pub fn all() -> Condition {
    Condition::none()
}

/// A label that a feature completes.
pub const LABEL: RowLabel = RowLabel {
    row: each,
    identity: 0,
    text: first,
    ours: |_| false,
    meta: nothing,
    local: None,
    inside: None,
    flat_column: "",
};

/// The first key as it stands.
pub fn first(keys: &[Value]) -> String {
    text(keys, 0).to_owned()
}

/// A site and a period, as methods about both take them.
pub const PERIOD_PARAMS: &[Param] = &[
    Param { name: "idSite", kind: ParamKind::Int, default: None, doc: "the site's number" },
    Param { name: "period", kind: ParamKind::Text, default: None, doc: "day, week, month, year or range" },
    Param { name: "date", kind: ParamKind::Text, default: None, doc: "a day of the period" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn segments_are_encoded_as_queries_are() {
        assert_eq!(query_encoded("São Paulo/ä"), "S%C3%A3o+Paulo%2F%C3%A4");
        assert_eq!(segment(&[("a", "b c"), ("d", "")]).1, Value::from("a==b+c;d=="));
    }
}
