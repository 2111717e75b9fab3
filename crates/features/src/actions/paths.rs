//! How URLs and titles become paths.

/// Names on a path at most; what is left over stays one name.
const PATH_NAMES_MAX: usize = 10;

/// What a page without a name of its own is called.
pub const INDEX: &str = "index";

/// The part after the protocol, for web addresses.
fn after_protocol(url: &str) -> Option<&str> {
    let after = |protocol: &str| url.get(..protocol.len()).filter(|start| start.eq_ignore_ascii_case(protocol));
    let length = ["http://", "https://"].into_iter().find_map(|protocol| after(protocol).map(str::len))?;
    Some(&url[length..]).filter(|rest| !rest.is_empty() && !rest.starts_with('/'))
}

/// Folders and page of a URL, its host left out; pages of all hosts are one tree.
pub fn page<'a>(url: &'a str, path: &mut Vec<&'a str>) {
    let Some(rest) = after_protocol(url) else {
        return names(url, path);
    };
    let inside = rest.split_once('/').map_or("", |(_, inside)| inside);
    names(inside, path);
    let without_fragment = inside.split('#').next().unwrap_or("");
    if without_fragment.is_empty() || without_fragment.ends_with('/') {
        path.push(INDEX);
    }
}

fn names<'a>(text: &'a str, path: &mut Vec<&'a str>) {
    let parts = text.splitn(PATH_NAMES_MAX, '/').map(str::trim);
    path.extend(parts.filter(|name| !name.is_empty()));
}

/// Host, and all the rest of a URL.
pub fn host<'a>(url: &'a str, path: &mut Vec<&'a str>) {
    match after_protocol(url).map(|rest| rest.split_once('/').unwrap_or((rest, ""))) {
        Some((host, rest)) => path.extend([host, rest]),
        None => names(url, path),
    }
}

/// A title is one name.
pub fn title<'a>(text: &'a str, path: &mut Vec<&'a str>) {
    path.extend(Some(text.trim()).filter(|name| !name.is_empty()));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(by: for<'a> fn(&'a str, &mut Vec<&'a str>), text: &str) -> Vec<String> {
        let mut path = Vec::new();
        by(text, &mut path);
        path.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn urls_become_folders_and_a_page() {
        for (url, path) in [
            ("http://example.org", &["index"] as &[_]),
            ("https://example.org/", &["index"]),
            ("http://example.org/a//b/", &["a", "b", "index"]),
            ("http://example.org/a/?x=1", &["a", "?x=1"]),
            ("http://example.org/a#frag", &["a#frag"]),
            ("file:///C:/x.html", &["file:", "C:", "x.html"]),
            ("", &[]),
        ] {
            assert_eq!(split(page, url), path, "{url}");
        }
        assert_eq!(split(page, "http://e.org/1/2/3/4/5/6/7/8/9/10/11").last().unwrap(), "10/11");
    }

    #[test]
    fn outlinks_are_told_apart_by_host_and_titles_are_whole() {
        assert_eq!(split(host, "https://a.org/b/c?d"), ["a.org", "b/c?d"]);
        assert_eq!(split(host, "https://a.org/"), ["a.org", ""]);
        assert_eq!(split(title, " a / b "), ["a / b"]);
        assert!(split(title, "  ").is_empty());
    }
}
