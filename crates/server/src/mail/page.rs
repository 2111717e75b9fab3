//! A mail before it is text or HTML.

/// What a mail says.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    pub language: String,
    pub subject: String,
    pub title: String,
    pub blocks: Vec<Block>,
    /// Small lines at the end.
    pub footer: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    Text(String),
    /// Names and values.
    Facts(Vec<(String, String)>),
    Heading(String),
    List(Vec<String>),
    /// The one thing to press; `hint` stands before the address in plain sight.
    Button {
        label: String,
        url: String,
        hint: String,
    },
    Note(String),
}

/// Longest value that is shown, in characters; what people chose to name things may be anything.
const VALUE_CHARS_MAX: usize = 300;

/// What others chose, made harmless for a line: no control characters, none that turn the direction of writing, and
/// not too long.
pub fn plain(text: &str) -> String {
    let turns = |c: char| matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
    let mut line: String = text
        .chars()
        .filter(|c| !turns(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .take(VALUE_CHARS_MAX)
        .collect();
    if text.chars().nth(VALUE_CHARS_MAX).is_some() {
        line.push('…');
    }
    line
}
