use crate::{Answered, Line};
use makoto_catalog::Answer;
use makoto_model::Value;
use serde_json::{Map, Number, Value as Json};

/// The whole answer as JSON.
pub fn write(answered: &Answered) -> Vec<u8> {
    let json = match answered {
        Answered::Number(number) => Json::Object([("value".to_owned(), value(number))].into_iter().collect()),
        Answered::Plain(answer) => root(answer),
        other => nested(other),
    };
    json.to_string().into_bytes()
}

/// Scalars of a management method stand under "value".
fn root(answer: &Answer) -> Json {
    match plain(answer) {
        json @ (Json::Array(_) | Json::Object(_)) => json,
        scalar => Json::Object([("value".to_owned(), scalar)].into_iter().collect()),
    }
}

pub fn error(message: &str) -> Vec<u8> {
    serde_json::json!({"result": "error", "message": message}).to_string().into_bytes()
}

fn nested(answered: &Answered) -> Json {
    match answered {
        Answered::Map { items, .. } => {
            Json::Object(items.iter().map(|(key, item)| (key.clone(), nested(item))).collect())
        }
        Answered::Table(lines) => Json::Array(lines.iter().map(line).collect()),
        Answered::Row(row) if row.columns.is_empty() => Json::Array(Vec::new()),
        Answered::Row(row) => line(row),
        Answered::Number(number) => value(number),
        Answered::Plain(answer) => plain(answer),
    }
}

fn line(line: &Line) -> Json {
    let mut map = Map::new();
    for (name, cell) in &line.columns {
        map.insert(name.to_string(), value(cell));
    }
    if !line.goals.is_empty() {
        let fields = |fields: &[(&'static str, Value)]| {
            Json::Object(fields.iter().map(|(name, number)| ((*name).to_owned(), value(number))).collect())
        };
        let goals = line.goals.iter().map(|(goal, numbers)| (goal.clone(), fields(numbers)));
        map.insert("goals".to_owned(), Json::Object(goals.collect()));
    }
    for (name, cell) in &line.meta {
        map.insert(name.to_string(), value(cell));
    }
    if !line.comparisons.is_empty() {
        map.insert("comparisons".to_owned(), Json::Array(line.comparisons.iter().map(self::line).collect()));
    }
    if let Some(id) = line.subtable_id {
        map.insert("idsubdatatable".to_owned(), Json::from(id));
    }
    if let Some(subtable) = &line.subtable {
        map.insert("subtable".to_owned(), Json::Array(subtable.iter().map(self::line).collect()));
    }
    Json::Object(map)
}

/// A number without a fraction is written without a point.
fn value(value: &Value) -> Json {
    match value {
        Value::Null => Json::Null,
        Value::Int(n) => Json::from(*n),
        Value::Float(n) if n.fract() == 0.0 && n.abs() < 1e15 => Json::from(*n as i64),
        Value::Float(n) => Number::from_f64(*n).map_or(Json::Null, Json::Number),
        Value::Text(text) => Json::from(&**text),
    }
}

fn plain(answer: &Answer) -> Json {
    match answer {
        Answer::Done => serde_json::json!({"result": "success", "message": "ok"}),
        Answer::Null => Json::Null,
        Answer::Bool(yes) => Json::Bool(*yes),
        Answer::Int(n) => Json::from(*n),
        Answer::Float(n) => value(&Value::Float(*n)),
        Answer::Text(text) => Json::from(text.as_str()),
        Answer::List(items) | Answer::Page { rows: items, .. } => Json::Array(items.iter().map(plain).collect()),
        Answer::Record(fields) => {
            Json::Object(fields.iter().map(|(name, field)| (name.clone(), plain(field))).collect())
        }
    }
}
