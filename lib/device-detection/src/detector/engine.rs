//! Rendering engines of browsers.

use super::version::compare;
use super::{Detection, fill};
use crate::rules::ClientRule;

/// Longest version without a dot that is believed: longer ones are dates or builds.
const WHOLE_VERSION_DIGITS_MAX: usize = 7;

impl Detection<'_> {
    /// The engine that a browser rule names for the version, else the one that the user agent names.
    pub(super) fn engine(&mut self, rule: &ClientRule, version: &str) -> String {
        let mut engine = rule.engine.as_str();
        for (from, later) in &rule.engine_from {
            if compare(version, from).is_ge() {
                engine = later;
            }
        }
        if !engine.is_empty() {
            return engine.to_owned();
        }
        let list = &self.detector.rules.engines;
        let found = self.scan.find_first(list.patterns.range());
        let named = found.and_then(|found| Some(fill(&list.rule(found.pattern)?.name, &self.scan, &found.captures)));
        named.unwrap_or_default()
    }

    /// The engine's version in the user agent.
    pub(super) fn engine_version(&self, engine: &str) -> String {
        let folded = String::from_utf8_lossy(self.scan.folded());
        find_engine_version(&folded, engine).to_owned()
    }
}

fn find_engine_version<'u>(folded: &'u str, engine: &str) -> &'u str {
    let token = engine.to_ascii_lowercase();
    let tokens: &[&str] = match engine {
        "" => return "",
        "Gecko" | "Clecko" => {
            if let Some(version) = revision(folded) {
                return version;
            }
            &[token.as_str()]
        }
        "Blink" => &["chrome", "chr0me", "chromium", "cronet"],
        "Arachne" => &["arachne/5."],
        "LibWeb" => &["libweb+libjs"],
        _ => &[token.as_str()],
    };
    let starts = tokens.iter().flat_map(|token| folded.match_indices(token).map(|(at, found)| (at, at + found.len())));
    starts.filter_map(|(at, end)| Some((at, version_after(&folded[end..])?))).min().map_or("", |(_, version)| version)
}

/// The revision of a Gecko that gives its date as version: `rv:1.9.2.28) Gecko/20130316`.
fn revision(folded: &str) -> Option<&str> {
    let (at, _) = folded.match_indices(" rv").find(|(at, _)| folded[at + 3..].starts_with([':', ' ']))?;
    let rest = &folded[at + 4..];
    let version = &rest[..rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count()];
    let is_dated = rest.match_indices("ecko/").any(|(at, token)| {
        let digits = rest[at + token.len()..].bytes().take_while(u8::is_ascii_digit).count();
        digits >= 8 && (rest[..at].ends_with('g') || rest[..at].ends_with("cl"))
    });
    (is_dated && !version.is_empty()).then_some(version)
}

/// The version behind an engine's name: with a dot, or short.
fn version_after(rest: &str) -> Option<&str> {
    let rest = rest.trim_ascii_start();
    let rest = rest.strip_prefix(['/', '_']).unwrap_or(rest).trim_ascii_start();
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let after = &rest.as_bytes()[digits..];
    let is_dotted = digits > 0 && after.first() == Some(&b'.') && after.get(1).is_some_and(u8::is_ascii_digit);
    if is_dotted {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
        return Some(&rest[..length]);
    }
    (1..=WHOLE_VERSION_DIGITS_MAX).contains(&digits).then(|| &rest[..digits])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_found_behind_the_engine() {
        let cases = [
            ("applewebkit/537.36 (khtml, like gecko) chrome/99.0.1 safari", "WebKit", "537.36"),
            ("applewebkit/537.36 (khtml, like gecko) chrome/99.0.1 safari", "Blink", "99.0.1"),
            ("mozilla/5.0 (x11; rv:1.9.2.28) gecko/20130316 songbird/1.12", "Gecko", "1.9.2.28"),
            ("mozilla/5.0 (android; rv:22.0) gecko/22.0 firefox/22.0", "Gecko", "22.0"),
            ("presto/20130316", "Presto", ""),
            ("dillo", "", ""),
        ];
        for (folded, engine, version) in cases {
            assert_eq!(find_engine_version(folded, engine), version, "{engine} in {folded}");
        }
    }
}
