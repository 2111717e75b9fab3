//! Tables as HTML, and as the items of a feed.

use crate::{Answered, format::xml::text};
use std::fmt::Write;

/// A table of the answer's rows, or a word that there are none. Every value is text.
pub fn table(answered: &Answered) -> String {
    let csv = super::csv::write(answered, '\u{1f}');
    let mut lines = csv.split('\n');
    let (Some(head), true) = (lines.next(), csv.contains('\n')) else { return format!("<p>{}</p>\n", text(&csv)) };
    let row = |line: &str, tag: &str| {
        let cells: String = line.split('\u{1f}').map(|cell| format!("<{tag}>{}</{tag}>", text(cell))).collect();
        format!("<tr>{cells}</tr>\n")
    };
    let body: String = lines.map(|line| row(line, "td")).collect();
    format!("<table>\n<thead>{}</thead>\n<tbody>\n{body}</tbody>\n</table>\n", row(head, "th").trim_end())
}

/// A feed with an item for each date, the newest first; `None` when the answer has no dates.
pub fn feed(answered: &Answered) -> Option<String> {
    let Answered::Map { of: "date", items } = answered else { return None };
    let mut out = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<rss version=\"2.0\">\n  <channel>\n    \
         <title>Makoto statistics</title>\n    <link>/</link>\n    <description>One entry for each period</description>\n",
    );
    for (key, item) in items.iter().rev() {
        // Writing to a String cannot fail.
        let _ = write!(
            out,
            "    <item>\n      <title>{}</title>\n      <guid isPermaLink=\"false\">{}</guid>\n      <description>{}</description>\n    </item>\n",
            text(&key.short),
            text(&key.long),
            text(&table(item))
        );
    }
    out.push_str("  </channel>\n</rss>");
    Some(out)
}
