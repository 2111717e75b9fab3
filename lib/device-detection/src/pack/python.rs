//! Reads the tables that the wheel keeps as Python literals: dictionaries, lists, tuples and sets of strings.

use super::PackError;

/// Deepest nesting of a table. Those of the wheel nest two levels.
const DEPTH_MAX: u8 = 8;

/// A Python literal.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Literal {
    Text(String),
    List(Vec<Literal>),
    Table(Vec<(Literal, Literal)>),
}

impl Literal {
    /// The text, or an empty one for other literals.
    pub(super) fn text(&self) -> &str {
        if let Self::Text(text) = self { text } else { "" }
    }

    /// Texts of a list, or the single text.
    pub(super) fn texts(&self) -> Vec<String> {
        match self {
            Self::List(items) => items.iter().map(|item| item.text().to_owned()).collect(),
            Self::Text(text) => vec![text.clone()],
            Self::Table(_) => Vec::new(),
        }
    }

    /// Entries of a table.
    pub(super) fn entries(&self) -> &[(Self, Self)] {
        if let Self::Table(entries) = self { entries } else { &[] }
    }
}

/// The literal that `file` assigns to the global `name`.
pub(super) fn find_literal(file: &str, source: &str, name: &str) -> Result<Literal, PackError> {
    let form = |reason: String| PackError::Form { file: file.to_owned(), reason };
    let start = format!("\n{name} = ");
    let at = source.find(&start).ok_or_else(|| form(format!("no table {name}")))?;
    let mut reader = Reader { rest: &source[at + start.len()..] };
    reader.literal(0).ok_or_else(|| form(format!("table {name} is no plain literal")))
}

struct Reader<'s> {
    rest: &'s str,
}

impl Reader<'_> {
    fn literal(&mut self, depth: u8) -> Option<Literal> {
        self.skip_space();
        match self.rest.chars().next()? {
            quote @ ('\'' | '"') => self.text(quote).map(Literal::Text),
            '{' => self.items('}', depth),
            '[' => self.items(']', depth),
            '(' => self.items(')', depth),
            _ => None,
        }
    }

    fn text(&mut self, quote: char) -> Option<String> {
        let mut text = String::new();
        let mut chars = self.rest[1..].char_indices();
        while let Some((at, next)) = chars.next() {
            match next {
                '\\' => text.push(chars.next()?.1),
                _ if next == quote => {
                    self.rest = &self.rest[at + 2..];
                    return Some(text);
                }
                _ => text.push(next),
            }
        }
        None
    }

    fn items(&mut self, close: char, depth: u8) -> Option<Literal> {
        if depth > DEPTH_MAX {
            return None;
        }
        self.rest = &self.rest[1..];
        let (mut items, mut entries) = (Vec::new(), Vec::new());
        loop {
            self.skip_space();
            if self.take(close) {
                break;
            }
            let item = self.literal(depth + 1)?;
            self.skip_space();
            if self.take(':') {
                let value = self.literal(depth + 1)?;
                entries.push((item, value));
                self.skip_space();
            } else {
                items.push(item);
            }
            if !self.take(',') && !self.rest.starts_with(close) {
                return None;
            }
        }
        Some(if entries.is_empty() { Literal::List(items) } else { Literal::Table(entries) })
    }

    fn take(&mut self, expected: char) -> bool {
        let rest = self.rest.strip_prefix(expected);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn skip_space(&mut self) {
        loop {
            self.rest = self.rest.trim_start();
            if !self.rest.starts_with('#') {
                return;
            }
            self.rest = self.rest.split_once('\n').map_or("", |(_, rest)| rest);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_with_comments_are_read() {
        let source = "x = 1\nNAMES = {\n  'A': 'Ace', # first\n  \"B\": ['it\\'s', \"two\"],\n  'C': ('one',),\n}\n";
        let table = find_literal("f", source, "NAMES").expect("a table");
        let entries: Vec<_> = table.entries().iter().map(|(key, value)| (key.text(), value.texts())).collect();
        assert_eq!(entries[0], ("A", vec!["Ace".to_owned()]));
        assert_eq!(entries[1], ("B", vec!["it's".to_owned(), "two".to_owned()]));
        assert_eq!(entries[2], ("C", vec!["one".to_owned()]));
    }

    #[test]
    fn what_is_no_literal_is_refused() {
        for source in ["\nX = dict()", "\nX = {'a': ", "\nX = 'open", "\nY = {}"] {
            assert!(find_literal("f", source, "X").is_err(), "{source}");
        }
        let deep = format!("\nX = {}", "[".repeat(1000));
        assert!(find_literal("f", &deep, "X").is_err());
    }
}
