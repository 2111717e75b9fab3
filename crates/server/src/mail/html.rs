//! A mail as HTML for mail programs: tables and styles at each element, since many know nothing else; colours of the
//! design (paper, ink, indigo), and their dark counterparts where a program asks for them.

use super::page::{Block, Page};

const HEAD: &str = concat!(
    "<meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">",
    "<meta name=\"color-scheme\" content=\"light dark\"><meta name=\"supported-color-schemes\" content=\"light dark\">",
    "<meta name=\"format-detection\" content=\"telephone=no, date=no, address=no, email=no\">",
    "<style>:root{color-scheme:light dark}a{color:#165e83}",
    "@media (max-width:480px){.side{padding-left:20px !important;padding-right:20px !important}",
    ".outer{padding:0 !important}.card{border-left:0 !important;border-right:0 !important;border-radius:0 !important}",
    ".name,.value{display:block !important;width:auto !important}.name{padding-bottom:0 !important}",
    ".value{padding-top:2px !important;border-top:0 !important}}",
    "@media (prefers-color-scheme:dark){.page{background:#171614 !important}",
    ".card{background:#1e1d1b !important;border-color:#3a3732 !important}",
    ".ink{color:#f3efe5 !important}.muted{color:#aba595 !important}",
    ".line{border-color:#3a3732 !important}.button{background:#84bfe0 !important}",
    ".press{color:#0d2431 !important}a{color:#84bfe0}}</style>",
);

const FONT: &str = "font-family:Inter,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif;";

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(c),
        }
    }
    out
}

pub fn write(page: &Page) -> String {
    let blocks: String = page.blocks.iter().map(block).collect();
    let footer: String = page.footer.iter().map(|line| format!("{}<br>", escape(line))).collect();
    let (title, language) = (escape(&page.title), escape(&page.language));
    let lead = page.blocks.iter().find_map(|block| match block {
        Block::Text(text) => Some(escape(text)),
        _ => None,
    });
    let lead = lead.unwrap_or_default();
    format!(
        "<!DOCTYPE html><html lang=\"{language}\"><head>{HEAD}<title>{title}</title></head>\
         <body class=\"page\" style=\"margin:0;padding:0;background:#faf8f3;\">\
         <div style=\"display:none;max-height:0;overflow:hidden;\">{lead}</div>\
         <table role=\"presentation\" class=\"page\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"background:#faf8f3;\"><tr><td class=\"outer\" align=\"center\" style=\"padding:32px 16px;\">\
         <table role=\"presentation\" class=\"card\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"max-width:600px;background:#fffefb;border:1px solid #dfd8ca;border-radius:8px;\">\
         <tr><td class=\"side\" style=\"background:#12394f;border-radius:7px 7px 0 0;padding:18px 32px 0;\">\
         <div style=\"{FONT}font-size:17px;font-weight:600;letter-spacing:0.02em;color:#eaf2f5;\">Makoto</div>\
         <div style=\"border-top:2px dashed #7fa6b9;margin-top:14px;font-size:0;line-height:10px;height:10px;\">\
         &nbsp;</div></td></tr>\
         <tr><td class=\"side\" style=\"padding:28px 32px 32px;\">\
         <h1 class=\"ink\" style=\"{FONT}margin:0 0 16px;font-size:22px;line-height:1.3;font-weight:650;\
         color:#1f1b15;\">{title}</h1>{blocks}</td></tr></table>\
         <table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"max-width:600px;\"><tr><td class=\"side muted\" style=\"{FONT}padding:16px 32px;font-size:12px;\
         line-height:1.6;color:#655e51;\">{footer}</td></tr></table>\
         </td></tr></table></body></html>"
    )
}

fn block(block: &Block) -> String {
    match block {
        Block::Text(text) => format!(
            "<p class=\"ink\" style=\"{FONT}margin:0 0 16px;font-size:15px;line-height:1.55;color:#1f1b15;\">{}</p>",
            escape(text)
        ),
        Block::Note(text) => format!(
            "<p class=\"muted\" style=\"{FONT}margin:0 0 12px;font-size:13px;line-height:1.55;color:#655e51;\">{}</p>",
            escape(text)
        ),
        Block::Heading(text) => format!(
            "<h2 class=\"ink\" style=\"{FONT}margin:20px 0 6px;font-size:15px;font-weight:650;color:#1f1b15;\">{}</h2>",
            escape(text)
        ),
        Block::List(lines) => list(lines),
        Block::Facts(facts) => table(facts),
        Block::Button { label, url, hint } => button(label, url, hint),
    }
}

fn list(lines: &[String]) -> String {
    let row = |line: &String| {
        format!(
            "<tr><td class=\"ink line\" style=\"{FONT}padding:7px 0;border-top:1px solid #ebe6db;font-size:14px;\
             line-height:1.5;color:#1f1b15;word-break:break-word;\">{}</td></tr>",
            escape(line)
        )
    };
    let rows: String = lines.iter().map(row).collect();
    format!(
        "<table role=\"presentation\" width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" \
         style=\"margin:0 0 8px;\">{rows}</table>"
    )
}

fn table(facts: &[(String, String)]) -> String {
    let row = |(name, value): &(String, String)| {
        let (name, value) = (escape(name), escape(value));
        format!(
            "<tr><td class=\"name muted line\" valign=\"top\" style=\"{FONT}width:120px;padding:8px 12px 8px 0;\
             border-top:1px solid #ebe6db;font-size:13px;line-height:1.5;color:#655e51;\">{name}</td>\
             <td class=\"value ink line\" valign=\"top\" style=\"{FONT}padding:8px 0;border-top:1px solid #ebe6db;\
             font-size:14px;line-height:1.5;color:#1f1b15;word-break:break-word;\">{value}</td></tr>"
        )
    };
    let rows: String = facts.iter().map(row).collect();
    format!(
        "<table width=\"100%\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:0 0 20px;\">{rows}</table>"
    )
}

fn button(label: &str, url: &str, hint: &str) -> String {
    let (label, url, hint) = (escape(label), escape(url), escape(hint));
    format!(
        "<table role=\"presentation\" cellpadding=\"0\" cellspacing=\"0\" border=\"0\" style=\"margin:4px 0 16px;\">\
         <tr><td class=\"button\" align=\"center\" style=\"background:#165e83;border-radius:6px;\">\
         <a class=\"press\" href=\"{url}\" style=\"{FONT}display:inline-block;padding:11px 22px;font-size:15px;\
         font-weight:600;color:#ffffff;text-decoration:none;\">{label}</a></td></tr></table>\
         <p class=\"muted\" style=\"{FONT}margin:0 0 16px;font-size:12px;line-height:1.6;color:#655e51;\
         word-break:break-all;\">{hint}<br><a href=\"{url}\">{url}</a></p>"
    )
}
