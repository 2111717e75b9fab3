use crate::{Answered, Line, label::escape};
use makoto_catalog::Answer;
use makoto_model::Value;

/// The answer as a bare HTML table.
pub fn write(answered: &Answered) -> String {
    match answered {
        Answered::Map { items, .. } => {
            items.iter().map(|(key, item)| format!("<h3>{}</h3>{}", escape(key), write(item))).collect()
        }
        Answered::Table(lines) => table(lines),
        Answered::Row(line) => table(std::slice::from_ref(line)),
        Answered::Number(number) => escape(&shown(number)),
        Answered::Plain(answer) => plain(answer),
    }
}

/// Rows as an HTML table whose texts are escaped.
pub fn table(lines: &[Line]) -> String {
    let mut names: Vec<&str> = Vec::new();
    for (name, _) in lines.iter().flat_map(|line| &line.columns) {
        if !names.contains(&&**name) {
            names.push(name);
        }
    }
    let head: String = names.iter().map(|name| format!("<th>{}</th>", escape(name))).collect();
    let row = |line: &Line| -> String {
        let cell = |name: &&str| {
            let value = line.columns.iter().find(|(column, _)| column == name);
            format!("<td>{}</td>", escape(&value.map(|(_, value)| shown(value)).unwrap_or_default()))
        };
        format!("<tr>{}</tr>", names.iter().map(cell).collect::<String>())
    };
    let body: String = lines.iter().map(row).collect();
    format!("<table border=\"1\"><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>")
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::Int(n) => n.to_string(),
        Value::Float(n) => n.to_string(),
        Value::Text(text) => text.to_string(),
    }
}

fn plain(answer: &Answer) -> String {
    match answer {
        Answer::Done => "ok".to_owned(),
        Answer::Null => String::new(),
        Answer::Bool(yes) => u8::from(*yes).to_string(),
        Answer::Int(n) => n.to_string(),
        Answer::Float(n) => n.to_string(),
        Answer::Text(text) => escape(text),
        Answer::List(items) | Answer::Page { rows: items, .. } => {
            let items: String = items.iter().map(|item| format!("<li>{}</li>", plain(item))).collect();
            format!("<ul>{items}</ul>")
        }
        Answer::Record(fields) => {
            let row = |(name, field): &(String, Answer)| {
                format!("<tr><th>{}</th><td>{}</td></tr>", escape(name), plain(field))
            };
            format!("<table border=\"1\">{}</table>", fields.iter().map(row).collect::<String>())
        }
    }
}
