use makoto_catalog::Answer;
use makoto_meta::{Activity, Entry};
use serde_json::Value as Json;

/// A line as callers see it.
pub(super) fn row(entry: &Entry) -> Answer {
    let words = Activity::parse(&entry.kind).map_or("", Activity::words);
    let text = |text: &String| Answer::from(text.as_str());
    Answer::record([
        ("id", Answer::Int(entry.id)),
        ("datetime", crate::sites_manager::date_time(entry.at_ms.div_euclid(1000)).into()),
        ("timestamp_ms", Answer::Int(entry.at_ms)),
        ("user_login", text(&entry.who)),
        ("subject", text(&entry.subject)),
        ("type", text(&entry.kind)),
        ("description", words.into()),
        ("detail", answer(&entry.detail)),
        ("ip", text(&entry.address)),
        ("user_agent", text(&entry.agent)),
        ("proof", text(&entry.proof)),
        ("request", text(&entry.request)),
        ("result", text(&entry.result)),
    ])
}

/// The same value as an answer.
pub(crate) fn answer(value: &Json) -> Answer {
    match value {
        Json::Null => Answer::Null,
        Json::Bool(yes) => Answer::Bool(*yes),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Answer::Int(whole),
            None => Answer::Float(number.as_f64().unwrap_or(f64::NAN)),
        },
        Json::String(text) => Answer::from(text.as_str()),
        Json::Array(items) => items.iter().map(answer).collect(),
        Json::Object(fields) => Answer::record(fields.iter().map(|(key, value)| (key.as_str(), answer(value)))),
    }
}
