//! Labels and facts of rows about referrers. Keys are those that the reports' rows are made of.

use super::{NO_KEYWORD, kind_name, kind_title};
use crate::rows::{int, segment, text};
use makoto_catalog::Meta;
use makoto_model::{ReferrerKind, Value};
use referrer_data::{assistant_url, engine_logo_host, engine_url, search_url, social_url};

/// Where people read why keywords are missing.
const NO_KEYWORD_URL: &str = "https://matomo.org/faq/general/faq_144";

/// Places of the group's keys.
const KIND: usize = 0;
const NAME: usize = 1;
const KEYWORD: usize = 2;
const URL: usize = 3;

pub fn kind(keys: &[Value]) -> Option<Vec<Value>> {
    Some(vec![keys[KIND].clone()])
}

/// Channel and what it is told apart by.
pub fn thing(keys: &[Value]) -> Option<Vec<Value>> {
    let place = match int(keys, KIND) {
        search if search == ReferrerKind::Search as i64 => KEYWORD,
        direct if direct == ReferrerKind::Direct as i64 => return None,
        _ => NAME,
    };
    Some(vec![keys[KIND].clone(), Value::from(text(keys, place))])
}

pub fn keyword(keys: &[Value]) -> Option<Vec<Value>> {
    Some(vec![Value::from(text(keys, KEYWORD))])
}

pub fn keyword_and_engine(keys: &[Value]) -> Option<Vec<Value>> {
    Some(vec![Value::from(text(keys, KEYWORD)), keys[NAME].clone()])
}

pub fn name(keys: &[Value]) -> Option<Vec<Value>> {
    Some(vec![keys[NAME].clone()])
}

pub fn name_and_keyword(keys: &[Value]) -> Option<Vec<Value>> {
    Some(vec![keys[NAME].clone(), Value::from(text(keys, KEYWORD))])
}

/// As `name_and_keyword`; a campaign without keyword cannot be opened.
pub fn campaign_and_keyword(keys: &[Value]) -> Option<Vec<Value>> {
    name_and_keyword(keys).filter(|key| !text(key, 1).is_empty())
}

pub fn name_and_url(keys: &[Value]) -> Option<Vec<Value>> {
    Some(vec![keys[NAME].clone(), Value::from(text(keys, URL))]).filter(|key| !text(key, 1).is_empty())
}

pub fn or_no_keyword(keyword: &str) -> String {
    if keyword.is_empty() { NO_KEYWORD.to_owned() } else { keyword.to_owned() }
}

pub fn second(keys: &[Value]) -> String {
    text(keys, 1).to_owned()
}

pub fn kind_text(keys: &[Value]) -> String {
    kind_title(int(keys, 0)).to_owned()
}

pub fn kind_meta(keys: &[Value], meta: &mut Vec<Meta>) {
    meta.push(segment(&[("referrerType", kind_name(int(keys, 0)))]));
    meta.push(Meta("referrer_type", keys[0].clone()));
}

pub fn thing_text(keys: &[Value]) -> String {
    if kind_name(int(keys, 0)) == "search" { or_no_keyword(text(keys, 1)) } else { second(keys) }
}

/// Only what stands for a missing keyword is in our words.
pub fn thing_is_ours(keys: &[Value]) -> bool {
    kind_name(int(keys, 0)) == "search" && text(keys, 1).is_empty()
}

pub fn thing_meta(keys: &[Value], meta: &mut Vec<Meta>) {
    let thing = text(keys, 1);
    match kind_name(int(keys, 0)) {
        "search" => meta.push(of("search", "referrerKeyword", thing)),
        "website" => meta.push(segment(&[("referrerName", thing)])),
        "social" => network(thing, meta),
        "ai-assistant" => assistant(thing, meta),
        _ => meta.push(of("campaign", "referrerName", thing)),
    }
}

pub fn of(kind: &str, name: &str, value: &str) -> Meta {
    segment(&[("referrerType", kind), (name, value)])
}

fn logo(folder: &str, host: &str) -> Meta {
    Meta("logo", Value::from(format!("plugins/Morpheus/icons/dist/{folder}/{host}.png")))
}

pub fn network(name: &str, meta: &mut Vec<Meta>) {
    if let Some(host) = social_url(name) {
        let host = host.trim_start_matches("https://").trim_start_matches("http://").trim_end_matches('/');
        meta.push(Meta("url", Value::from(host)));
        meta.push(logo("socials", host));
    }
    meta.push(of("social", "referrerName", name));
}

pub fn assistant(name: &str, meta: &mut Vec<Meta>) {
    meta.extend(assistant_url(name).map(|host| Meta("url", Value::from(host))));
    meta.push(of("ai-assistant", "referrerName", name));
}

pub fn engine(keys: &[Value], meta: &mut Vec<Meta>) {
    let name = text(keys, 0);
    meta.push(of("search", "referrerName", name));
    if let Some(url) = engine_url(name) {
        meta.push(Meta("url", Value::from(url)));
    }
    engine_logo(name, meta);
}

pub fn engine_logo(name: &str, meta: &mut Vec<Meta>) {
    if let Some(host) = engine_logo_host(name) {
        meta.push(logo("searchEngines", host));
    }
}

/// Where the same search is done again.
pub fn search_link(engine: &str, keyword: &str) -> Option<Value> {
    match keyword {
        "" => Some(Value::from(NO_KEYWORD_URL)),
        _ => search_url(engine, keyword).map(Value::from),
    }
}

/// The path of a referrer's URL, "index" for none.
pub fn page(url: &str) -> String {
    let after = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = after.split_once('/').map_or("", |(_, path)| path);
    if path.is_empty() { "index".to_owned() } else { path.to_owned() }
}

/// A URL without its protocol.
pub fn bare(url: &str) -> String {
    url.split_once("://").map_or(url, |(_, rest)| rest).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pages_of_referrers() {
        assert_eq!(page("https://a.org/"), "index");
        assert_eq!(page("http://a.org/x?y=1"), "x?y=1");
        assert_eq!(bare("https://www.a.org/b"), "www.a.org/b");
        assert_eq!(thing(&[Value::Int(1), Value::from(""), Value::from(""), Value::from("")]), None);
    }
}
