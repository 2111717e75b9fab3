//! Host names: walking up their domains, and the forms in which a country
//! variant of a host is written down (`google.{}`, `{}.bing.com`).

/// The host and its parent domains, longest first: `a.b.c`, `b.c`, `c`.
pub(crate) fn domains(host: &str) -> impl Iterator<Item = &str> {
    std::iter::successors(Some(host), |rest| rest.split_once('.').map(|(_, parent)| parent))
}

/// `host` without the labels that mean "the same site": `www`, `www2`, `m`.
pub(crate) fn bare(host: &str) -> &str {
    let host = match host.split_once('.') {
        Some((first, rest)) if is_www(first) && rest.contains('.') => rest,
        _ => host,
    };
    match host.strip_prefix("m.") {
        Some(rest) if rest.contains('.') => rest,
        _ => host,
    }
}

fn is_www(label: &str) -> bool {
    label.strip_prefix("www").is_some_and(|tail| tail.bytes().all(|b| b.is_ascii_digit()))
}

/// The host with its country domain as `{}`: `google.co.uk` → `google.{}`.
pub(crate) fn any_country_domain(host: &str) -> Option<String> {
    let (name, country) = host.rsplit_once('.')?;
    if !is_country(country) {
        return None;
    }
    let name = match name.rsplit_once('.') {
        Some((site, "com" | "co" | "org" | "net" | "edu" | "gov" | "ne" | "or")) => site,
        _ => name,
    };
    Some(format!("{name}.{{}}"))
}

/// The host with a leading country label as `{}`: `cn.bing.com` → `{}.bing.com`.
pub(crate) fn any_country_label(host: &str) -> Option<String> {
    let (country, rest) = host.split_once('.')?;
    (is_country(country) && rest.contains('.')).then(|| format!("{{}}.{rest}"))
}

/// Every top-level domain of two letters belongs to a country or territory.
fn is_country(label: &str) -> bool {
    label.len() == 2 && label.bytes().all(|b| b.is_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walks_up() {
        assert_eq!(domains("a.b.c").collect::<Vec<_>>(), ["a.b.c", "b.c", "c"]);
        assert_eq!(domains("").collect::<Vec<_>>(), [""]);
    }

    #[test]
    fn strips_labels_of_the_same_site() {
        assert_eq!(bare("www.google.com"), "google.com");
        assert_eq!(bare("www2.m.google.com"), "google.com");
        assert_eq!(bare("www.com"), "www.com");
        assert_eq!(bare("m.com"), "m.com");
        assert_eq!(bare("wwwgoogle.com"), "wwwgoogle.com");
    }

    #[test]
    fn generalises_countries() {
        assert_eq!(any_country_domain("google.co.uk").as_deref(), Some("google.{}"));
        assert_eq!(any_country_domain("google.de").as_deref(), Some("google.{}"));
        assert_eq!(any_country_domain("t.co").as_deref(), Some("t.{}"));
        assert_eq!(any_country_domain("google.com"), None);
        assert_eq!(any_country_label("cn.bing.com").as_deref(), Some("{}.bing.com"));
        assert_eq!(any_country_label("t.co"), None);
    }
}
