//! What a line's hash covers, and which texts a line may hold.

use crate::{Entry, Error};
use serde_json::Value as Json;
use sha2::{Digest, Sha256};
use sqlx::Row;

/// Longest text in a line, in bytes: enough for any name or address, too little to fill the disk.
const TEXT_BYTES_MAX: usize = 4096;

/// One line as it is stored, with the hash that it claims.
pub(crate) struct Line {
    pub entry: Entry,
    /// The detail as it is stored, to the byte.
    pub detail: String,
    pub hash: Vec<u8>,
}

impl Line {
    pub(crate) fn read(row: &sqlx::sqlite::SqliteRow) -> Result<Line, Error> {
        let detail: String = row.try_get("detail")?;
        let entry = Entry {
            id: row.try_get("id")?,
            at_ms: row.try_get("at_ms")?,
            who: row.try_get("who")?,
            subject: row.try_get("subject")?,
            kind: row.try_get("kind")?,
            detail: serde_json::from_str(&detail).unwrap_or(Json::Null),
            address: row.try_get("address")?,
            agent: row.try_get("agent")?,
            proof: row.try_get("proof")?,
            request: row.try_get("request")?,
            result: row.try_get("result")?,
        };
        Ok(Line { entry, detail, hash: row.try_get("hash")? })
    }
}

/// The hash of a line: SHA-256 over the hash before it and a JSON list of the line's fields.
pub(crate) fn link(before: &[u8], entry: &Entry, detail: &str) -> [u8; 32] {
    let Entry { id, at_ms, who, subject, kind, detail: _, address, agent, proof, request, result } = entry;
    let fields = serde_json::json!([id, at_ms, who, subject, kind, detail, address, agent, proof, request, result]);
    let mut hash = Sha256::new();
    hash.update((before.len() as u64).to_be_bytes());
    hash.update(before);
    hash.update(fields.to_string().as_bytes());
    hash.finalize().into()
}

/// Characters that could make a reader's terminal or page show something else than what is there.
fn deceives(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A text fit for the record: no control or direction characters, no more than `TEXT_BYTES_MAX`.
pub(crate) fn plain_text(text: &str) -> String {
    let mut plain = String::with_capacity(text.len().min(TEXT_BYTES_MAX));
    for c in text.chars() {
        match deceives(c) {
            true => plain.extend(c.escape_unicode()),
            false => plain.push(c),
        }
        if plain.len() > TEXT_BYTES_MAX {
            while plain.len() > TEXT_BYTES_MAX - '…'.len_utf8() {
                plain.pop();
            }
            plain.push('…');
            return plain;
        }
    }
    plain
}

/// The same for every text of a value.
pub(crate) fn plain_value(value: &Json) -> Json {
    match value {
        Json::String(text) => Json::String(plain_text(text)),
        Json::Array(items) => items.iter().map(plain_value).collect(),
        Json::Object(fields) => {
            Json::Object(fields.iter().map(|(key, value)| (plain_text(key), plain_value(value))).collect())
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn promise_47_texts_of_the_record_cannot_deceive_or_flood() {
        assert_eq!(plain_text("ada\r\n2026 root signed in"), "ada\\u{d}\\u{a}2026 root signed in");
        assert_eq!(plain_text("\u{1b}[31mred\u{202e}txt.exe"), "\\u{1b}[31mred\\u{202e}txt.exe");
        assert_eq!(plain_text("日本 ü"), "日本 ü");
        for long in ["x".repeat(9000), "日".repeat(3000), "\n".repeat(3000)] {
            let plain = plain_text(&long);
            assert!(plain.len() <= TEXT_BYTES_MAX && plain.ends_with('…'));
        }
        let value = serde_json::json!({ "a\n": ["b\u{7}", 1], "c": { "d": "e\u{85}" } });
        assert!(!plain_value(&value).to_string().chars().any(deceives));
    }
}
