//! A mail as plain text.

use super::page::{Block, Page};

/// Width of the line under the title, in characters.
const RULE_CHARS_MAX: usize = 60;

pub fn write(page: &Page) -> String {
    let rule: String = "=".repeat(page.title.chars().count().min(RULE_CHARS_MAX));
    let mut out = format!("{}\n{rule}\n", page.title);
    for block in &page.blocks {
        out.push('\n');
        match block {
            Block::Text(text) | Block::Note(text) => out.push_str(&format!("{text}\n")),
            Block::Facts(facts) => {
                let width = facts.iter().map(|(name, _)| name.chars().count()).max().unwrap_or(0) + 1;
                for (name, value) in facts {
                    out.push_str(&format!("{:width$} {value}\n", format!("{name}:")));
                }
            }
            Block::Heading(text) => out.push_str(&format!("{text}\n{}\n", "-".repeat(text.chars().count()))),
            Block::List(lines) => {
                for line in lines {
                    out.push_str(&format!("- {line}\n"));
                }
            }
            Block::Button { label, url, .. } => out.push_str(&format!("{label}:\n{url}\n")),
        }
    }
    out.push_str("\n-- \n");
    for line in &page.footer {
        out.push_str(&format!("{line}\n"));
    }
    out
}
