//! Addresses as they are kept: cleaned, and without parameters that say nothing about the page.

use crate::{query, rules::SiteRules};
use std::{borrow::Cow, collections::HashMap};

/// Bytes of a URL or title that are kept.
pub const TEXT_BYTES_MAX: usize = 1024;

/// A URL taken apart; the parts join to the whole again.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Parts<'a> {
    /// With its colon, empty for `//host/…`.
    pub scheme: &'a str,
    /// User information, host and port.
    pub authority: &'a str,
    pub path: &'a str,
    pub query: Option<&'a str>,
    pub fragment: Option<&'a str>,
}

/// Takes a URL apart. `None` for what is no absolute URL: relative paths, words, `mailto:`.
pub fn parts(url: &str) -> Option<Parts<'_>> {
    let (scheme, rest) = match url.find("//")? {
        0 => ("", &url[2..]),
        at => (url[..at].ends_with(':').then_some(&url[..at])?, &url[at + 2..]),
    };
    let name = scheme.trim_end_matches(':');
    let starts_well = scheme.is_empty() || name.starts_with(|c: char| c.is_ascii_alphabetic());
    let runs_well = name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'.' | b'-'));
    if rest.is_empty() || !starts_well || !runs_well || scheme.len() > name.len() + 1 {
        return None;
    }
    let (rest, fragment) = split(rest, '#');
    let (rest, query) = split(rest, '?');
    let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    Some(Parts { scheme, authority, path, query, fragment })
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, after)| (before, Some(after)))
}

impl Parts<'_> {
    /// The host in lower case, without user information and port.
    pub fn host(&self) -> String {
        let host = self.authority.rsplit_once('@').map_or(self.authority, |(_, host)| host);
        let end = match host.rfind(':') {
            // The colons of an IPv6 address stand in brackets.
            Some(at) if host[at + 1..].bytes().all(|b| b.is_ascii_digit()) => at,
            _ => host.len(),
        };
        host[..end].to_lowercase()
    }
}

/// Without line breaks and NUL, without blanks at the ends.
pub fn clean(text: &str) -> Cow<'_, str> {
    if memchr::memchr3(b'\n', b'\r', 0, text.as_bytes()).is_some() {
        let kept: String = text.chars().filter(|c| !matches!(c, '\n' | '\r' | '\0')).collect();
        return Cow::Owned(kept.trim().to_owned());
    }
    Cow::Borrowed(text.trim())
}

/// The text's beginning, at most this many bytes and never half a character.
pub fn cut(text: &str, bytes_max: usize) -> &str {
    &text[..text.floor_char_boundary(bytes_max)]
}

/// Matrix parameters as a query: `/p;a=1;b=2` becomes `/p?a=1&b=2`.
pub fn matrix_as_query(url: &str) -> Cow<'_, str> {
    let (semicolon, mark) = (url.find(';'), url.find('?'));
    let Some(first) = semicolon.filter(|&at| mark.is_none_or(|mark| at < mark)) else { return Cow::Borrowed(url) };
    let rest = url[first + 1..].replacen('?', "&", usize::from(mark.is_some())).replace(';', "&");
    Cow::Owned(format!("{}?{rest}", &url[..first]))
}

/// The address under which a page is counted; `None` when it is no absolute URL.
pub fn page(url: &str, rules: &SiteRules) -> Option<String> {
    let url = matrix_as_query(url);
    let parts = parts(&url)?;
    let mut out = String::with_capacity(url.len());
    push_lower(&mut out, parts.scheme);
    out.push_str("//");
    let (user, host) = parts.authority.rsplit_once('@').map_or(("", parts.authority), |(user, host)| (user, host));
    if parts.authority.contains('@') {
        out.push_str(user);
        out.push('@');
    }
    push_lower(&mut out, host);
    out.push_str(parts.path);
    if let Some(query) = parts.query {
        push_query(&mut out, '?', query, rules);
    }
    if let Some(fragment) = parts.fragment.filter(|_| rules.site().keep_url_fragments) {
        if fragment.contains('=') {
            push_query(&mut out, '#', fragment, rules);
        } else if !fragment.is_empty() {
            out.push('#');
            out.push_str(fragment);
        }
    }
    out.truncate(out.floor_char_boundary(TEXT_BYTES_MAX));
    Some(out)
}

fn push_lower(out: &mut String, text: &str) {
    if text.is_ascii() {
        let start = out.len();
        out.push_str(text);
        return out[start..].make_ascii_lowercase();
    }
    out.extend(text.chars().flat_map(char::to_lowercase));
}

/// Appends the parameters that are not excluded. Of a repeated name the last value stays, in the place of the first.
fn push_query(out: &mut String, mark: char, query: &str, rules: &SiteRules) {
    let mut kept: Vec<(String, Option<&str>)> = Vec::new();
    let mut places: HashMap<String, usize> = HashMap::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = split(pair, '=');
        let name = if name.contains('%') { query::decode(name.as_bytes()).into_owned() } else { name.to_owned() };
        // Only brackets are shown decoded; what else was encoded keeps its form.
        let shown = if name.contains('[') { name.clone() } else { split(pair, '=').0.to_owned() };
        if rules.excludes_parameter(&name) {
            continue;
        }
        let place = match shown.ends_with("[]") {
            true => kept.len(),
            false => *places.entry(shown.clone()).or_insert(kept.len()),
        };
        match kept.get_mut(place) {
            Some(known) => known.1 = value,
            None => kept.push((shown, value)),
        }
    }
    for (at, (name, value)) in kept.iter().enumerate() {
        out.push(if at == 0 { mark } else { '&' });
        out.push_str(name);
        if let Some(value) = value {
            out.push('=');
            out.push_str(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::tests::site;
    use makoto_model::without_entities;
    use std::sync::Arc;

    fn rules(keep_fragments: bool) -> SiteRules {
        let mut site = site();
        site.keep_url_fragments = keep_fragments;
        site.excluded_parameters = vec!["secret".into(), "/foo.*/".into()];
        SiteRules::new(Arc::new(site))
    }

    #[test]
    fn pages_are_kept_in_one_form() {
        let rules = rules(false);
        for (url, kept) in [
            ("HTTP://EXAMPLE.ORG/Case", "http://example.org/Case"),
            ("http://example.org", "http://example.org"),
            ("http://example.org/a/?secret=1&keep=2&foobar=3", "http://example.org/a/?keep=2"),
            ("http://example.org/?SECRET=1&Foo=2", "http://example.org/"),
            ("http://example.org/dir//double", "http://example.org/dir//double"),
            ("http://example.org/p?a[]=1&a[]=2", "http://example.org/p?a[]=1&a[]=2"),
            ("http://example.org/p?a%5B%5D=1", "http://example.org/p?a[]=1"),
            ("http://example.org/p?a=1&b=&c&a=2", "http://example.org/p?a=2&b=&c"),
            ("http://example.org/p#frag/x", "http://example.org/p"),
            ("http://example.org/p?#", "http://example.org/p"),
            ("http://example.org/p.html;jsessionid=123", "http://example.org/p.html"),
            ("http://example.org/p;v=1;w=2/q", "http://example.org/p?v=1&w=2/q"),
            ("http://example.org/p;v=1?x=2", "http://example.org/p?v=1&x=2"),
            ("http://example.org/?utm_campaign=X&utm_id=7&mtm_source=s", "http://example.org/?utm_id=7&mtm_source=s"),
            ("http://user:Pw@Example.org:80./x", "http://user:Pw@example.org:80./x"),
            ("file:///C:/x.html", "file:///C:/x.html"),
            ("//example.org/x", "//example.org/x"),
            ("http://example.org/caf%E9", "http://example.org/caf%E9"),
        ] {
            assert_eq!(page(url, &rules).as_deref(), Some(kept), "{url}");
        }
        for none in ["", "example.org/noscheme", "/relative", "mailto:me@x.com", "http://", "1a://x", "a b://x"] {
            assert_eq!(page(none, &rules), None, "{none}");
        }
        let long = format!("http://example.org/{}", "é".repeat(600));
        assert_eq!(page(&long, &rules).map(|kept| kept.len()), Some(1023));
    }

    #[test]
    fn many_parameters_take_no_more_time_each_than_few() {
        let names: Vec<String> = (0..50_000).map(|n| format!("p{n}")).collect();
        // The last value of the first name stays in its place, however many come between.
        let url = format!("http://example.org/?{}&p0=last", names.join("&"));
        let kept = page(&url, &rules(false)).unwrap();
        assert!(kept.starts_with("http://example.org/?p0=last&p1&p2"), "{kept}");
        assert_eq!(kept.len(), TEXT_BYTES_MAX);
    }

    #[test]
    fn fragments_stay_where_the_site_wants_them() {
        let rules = rules(true);
        assert_eq!(page("http://np.example.org/a#frag", &rules).as_deref(), Some("http://np.example.org/a#frag"));
        assert_eq!(page("http://example.org/#secret=1&b=2", &rules).as_deref(), Some("http://example.org/#b=2"));
        assert_eq!(page("http://example.org/#", &rules).as_deref(), Some("http://example.org/"));
    }

    #[test]
    fn texts_are_cleaned() {
        assert_eq!(clean(" Tab\tNew\nline\r "), "Tab\tNewline");
        assert_eq!(without_entities("http://e.org/&amp;x=&lt;b&gt;".into()), "http://e.org/&x=<b>");
        assert_eq!(cut("aé", 2), "a");
        assert_eq!(parts("https://u:p@[::1]:80/x?q#f").map(|parts| parts.host()).as_deref(), Some("[::1]"));
    }
}
