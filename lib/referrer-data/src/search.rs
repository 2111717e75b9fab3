//! Which search engine a referrer belongs to, and the keyword it carries.

use crate::ParsedReferrer;
use crate::engines::{self, Engine};
use crate::{hosts, query};
use std::collections::HashMap;
use std::sync::LazyLock;

/// A visit that a search engine sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// Name of the engine as reported.
    pub engine: &'static str,
    /// Keyword, decoded, trimmed, in lower case and not cut. `None` when the
    /// engine hid it ("Keyword not defined").
    pub keyword: Option<String>,
    /// Main address of the engine, `http://` and a host.
    pub url: &'static str,
    /// Host that names the engine's logo file.
    pub logo_host: &'static str,
}

/// Rows of one host: a path they are limited to, and the row.
type Rows = Vec<(&'static str, &'static Engine)>;

struct Index {
    /// Hosts taken literally.
    exact: HashMap<&'static str, Rows>,
    /// Hosts without `www` and `m`, some with `{}` for a country.
    named: HashMap<&'static str, Rows>,
    /// Domains of which every sub-domain counts.
    under: HashMap<&'static str, Rows>,
    /// Facts of an engine by its name.
    by_name: HashMap<&'static str, Facts>,
}

struct Facts {
    url: String,
    search_path: &'static str,
}

const SCHEME: &str = "http://";

static INDEX: LazyLock<Index> = LazyLock::new(|| {
    let mut index =
        Index { exact: HashMap::new(), named: HashMap::new(), under: HashMap::new(), by_name: HashMap::new() };
    for engine in engines::all() {
        for (position, entry) in engine.hosts.split_ascii_whitespace().enumerate() {
            index.insert(engine, entry, position == 0);
        }
    }
    index
});

impl Index {
    fn insert(&mut self, engine: &'static Engine, entry: &'static str, is_first: bool) {
        let plain = entry.trim_start_matches(['=', '*', '.']);
        let (host, path) = plain.find('/').map_or((plain, ""), |at| plain.split_at(at));
        if is_first {
            self.by_name
                .entry(engine.name)
                .or_insert_with(|| Facts { url: format!("{SCHEME}{host}"), search_path: engine.search_path });
        }
        let (map, key) = match entry.as_bytes()[0] {
            b'=' => (&mut self.exact, host),
            b'*' => (&mut self.under, host),
            _ => (&mut self.named, hosts::bare(host)),
        };
        map.entry(key).or_default().push((path, engine));
    }

    /// The row for a host and path: exact host first, then its country forms,
    /// then a parent domain.
    fn find(&self, host: &str, path: &str) -> Option<&'static Engine> {
        let pick = |map: &HashMap<&str, Rows>, key: &str| best(map.get(key)?, path);
        let bare = hosts::bare(host);
        let any_domain = || hosts::any_country_domain(bare);
        let any_label = || hosts::any_country_label(bare);
        let any_both = || hosts::any_country_domain(&any_label()?);
        pick(&self.exact, host)
            .or_else(|| pick(&self.named, bare))
            .or_else(|| pick(&self.named, &any_domain()?))
            .or_else(|| pick(&self.named, &any_label()?))
            .or_else(|| pick(&self.named, &any_both()?))
            .or_else(|| hosts::domains(host).skip(1).find_map(|domain| pick(&self.under, domain)))
    }
}

/// The row with the longest path that `path` begins with.
fn best(rows: &Rows, path: &str) -> Option<&'static Engine> {
    rows.iter()
        .filter(|(prefix, _)| path.starts_with(prefix))
        .reduce(|a, b| if b.0.len() > a.0.len() { b } else { a })
        .map(|(_, engine)| *engine)
}

/// The search engine that `referrer` comes from. `None` when it comes from
/// none, or from a page of one that is no search.
pub fn search(referrer: &ParsedReferrer<'_>) -> Option<SearchHit> {
    if let Some(hit) = custom_search(referrer) {
        return Some(hit);
    }
    let engine = INDEX.find(&referrer.host, referrer.path)?;
    let keyword = keyword(engine, referrer);
    if keyword.is_none() && !hides_keyword(engine, referrer.path) {
        return None;
    }
    Some(hit(variant(engine.name, referrer.query), keyword))
}

fn hit(engine: &'static str, keyword: Option<String>) -> SearchHit {
    let facts = &INDEX.by_name[engine];
    SearchHit { engine, keyword, url: &facts.url, logo_host: &facts.url[SCHEME.len()..] }
}

/// Google's search box on other people's sites is known by its parameters.
fn custom_search(referrer: &ParsedReferrer<'_>) -> Option<SearchHit> {
    let value = |name| query::raw_value(referrer.query, name).filter(|value| !value.is_empty());
    value("cx")?;
    let is_results_page = value("cof").is_some_and(|cof| cof.starts_with("FORID")) || value("siteurl").is_some();
    let keyword = value("q").and_then(|raw| text(raw, ""))?;
    is_results_page.then(|| hit("Google Custom Search", Some(keyword)))
}

/// Google shows images, videos and goods under the host of its plain search.
fn variant(name: &'static str, query: &str) -> &'static str {
    if name != "Google" {
        return name;
    }
    match query::raw_value(query, "tbm") {
        Some("isch") => "Google Images",
        Some("vid") => "Google Video",
        Some("shop") => "Google Shopping",
        _ => name,
    }
}

fn hides_keyword(engine: &Engine, path: &str) -> bool {
    let path = if path.is_empty() { "/" } else { path };
    engine.hidden.split_ascii_whitespace().any(|hidden| hidden == path)
}

fn keyword(engine: &Engine, referrer: &ParsedReferrer<'_>) -> Option<String> {
    if engine.name == "Google"
        && referrer.query.contains("as_")
        && let Some(keyword) = advanced_keyword(referrer.query)
    {
        return Some(keyword);
    }
    engine.params.split_ascii_whitespace().find_map(|name| {
        let raw = if name.starts_with('/') {
            let (_, rest) = referrer.path.split_once(name)?;
            rest.split('/').next()
        } else {
            query::raw_value(referrer.query, name)
                .filter(|raw| !raw.is_empty())
                .or_else(|| query::raw_value(referrer.fragment, name))
        };
        text(raw?, engine.charset)
    })
}

/// Google's form for advanced searches splits the keyword into four fields.
fn advanced_keyword(query: &str) -> Option<String> {
    let value = |name| query::raw_value(query, name).and_then(|raw| text(raw, ""));
    let parts = [
        value("as_q"),
        value("as_oq").map(|any| any.replace(' ', " or ")),
        value("as_epq").map(|phrase| format!("\"{phrase}\"")),
        value("as_eq").map(|not| format!("-{not}")),
    ];
    let keyword = parts.into_iter().flatten().collect::<Vec<_>>().join(" ");
    (!keyword.is_empty()).then_some(keyword)
}

/// The readable, lower-case form of an encoded value, `None` when nothing is left.
fn text(raw: &str, charset: &str) -> Option<String> {
    let bytes = query::decode(raw);
    let text = match std::str::from_utf8(&bytes) {
        Ok(text) => text.to_lowercase(),
        Err(_) => match encoding_rs::Encoding::for_label(charset.as_bytes()) {
            Some(encoding) => encoding.decode_without_bom_handling(&bytes).0.to_lowercase(),
            None => String::from_utf8_lossy(&bytes).replace('\u{fffd}', "").to_lowercase(),
        },
    };
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// Main address of the engine called `name`, `http://` and a host.
pub fn engine_url(name: &str) -> Option<&'static str> {
    INDEX.by_name.get(name).map(|facts| facts.url.as_str())
}

/// Host that names the logo file of the engine called `name`.
pub fn engine_logo_host(name: &str) -> Option<&'static str> {
    engine_url(name).map(|url| &url[SCHEME.len()..])
}

/// Address of the engine's results for `keyword`. `None` when the engine or
/// the form of its results page is unknown.
pub fn search_url(engine: &str, keyword: &str) -> Option<String> {
    let facts = INDEX.by_name.get(engine)?;
    if facts.search_path.is_empty() {
        return None;
    }
    let path = facts.search_path.replace("{k}", &query::encode(keyword));
    Some(format!("{}/{path}", facts.url))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn of(url: &str) -> Option<(&'static str, Option<String>)> {
        search(&ParsedReferrer::parse(url)?).map(|hit| (hit.engine, hit.keyword))
    }

    fn found(engine: &'static str, keyword: &str) -> Option<(&'static str, Option<String>)> {
        Some((engine, Some(keyword.to_owned())))
    }

    #[test]
    fn every_host_leads_to_its_engine() {
        for engine in engines::all() {
            for entry in engine.hosts.split_ascii_whitespace() {
                let plain = entry.trim_start_matches('=').replace("*.", "sub.");
                let plain = plain.replace("{}.", "fr.").replace(".{}", ".fr");
                let (host, path) = plain.find('/').map_or((&*plain, "/"), |at| plain.split_at(at));
                let row = INDEX.find(host, path);
                assert_eq!(row.map(|row| row.name), Some(engine.name), "{entry}");
            }
        }
    }

    #[test]
    fn rows_are_sound() {
        for engine in engines::all() {
            let Engine { name, search_path, hidden, charset, .. } = engine;
            assert!(!engine.params.trim().is_empty() || !hidden.is_empty(), "{name}");
            assert!(search_path.is_empty() || search_path.contains("{k}"), "{name}");
            assert!(!search_path.starts_with('/') && !search_path.contains("://"), "{name}");
            assert!(hidden.split_ascii_whitespace().all(|path| path.starts_with('/')), "{name}");
            let known = encoding_rs::Encoding::for_label(charset.as_bytes()).is_some();
            assert!(charset.is_empty() || known, "{name}");
        }
        let told = engines::all().filter(|engine| !engine.params.trim().is_empty());
        let names: HashSet<_> = told.map(|engine| engine.name).collect();
        assert!(names.len() >= 300, "{} engines with a parameter for the keyword", names.len());
    }

    #[test]
    fn reads_keywords_of_each_kind() {
        assert_eq!(of("http://technorati.com/search/Rust%20book/x"), found("Technorati", "rust book"));
        assert_eq!(of("https://www.google.com/#q=late+fragment"), found("Google", "late fragment"));
        assert_eq!(of("http://www.baidu.com/s?wd=%C4%E3%BA%C3"), found("Baidu", "你好"));
        assert_eq!(of("http://go.mail.ru/search?q=%EF%F0%E8%E2%E5%F2"), found("Mail.ru", "привет"));
        assert_eq!(of("http://www.bing.com/search?q=a%FFb"), found("Bing", "ab"));
        assert_eq!(of("https://www.bing.com/search?q=first&q=last"), found("Bing", "last"));
        assert_eq!(of("https://search.yahoo.com/search?p=&q=second"), found("Yahoo!", "second"));
        assert_eq!(
            of("https://www.google.com/search?as_q=rust+book&as_epq=by+example&as_eq=go"),
            found("Google", "rust book \"by example\" -go")
        );
    }

    #[test]
    fn tells_searches_of_one_company_apart() {
        assert_eq!(of("https://www.google.fr/search?q=a&tbm=isch"), found("Google Images", "a"));
        assert_eq!(of("https://www.google.fr/search?q=a&tbm=vid"), found("Google Video", "a"));
        assert_eq!(of("https://www.google.fr/search?q=a&tbm=nws"), found("Google", "a"));
        assert_eq!(of("https://fr.images.search.yahoo.com/search?p=a"), found("Yahoo! Images", "a"));
        assert_eq!(of("https://fr.search.yahoo.com/search?p=a"), found("Yahoo!", "a"));
        assert_eq!(of("https://www.bing.com/images/search?q=a"), found("Bing Images", "a"));
        assert_eq!(
            of("https://shop.example/results?cx=1:2&cof=FORID:10&q=shoes"),
            found("Google Custom Search", "shoes")
        );
        assert_eq!(of("https://shop.example/results?cx=1:2&q=shoes"), None);
    }

    #[test]
    fn only_front_pages_hide_a_keyword() {
        assert_eq!(of("https://www.ecosia.org"), Some(("Ecosia", None)));
        assert_eq!(of("https://www.ecosia.org/about"), None);
        assert_eq!(of("https://www.facebook.com/groups/1"), None);
        assert_eq!(of("https://facebook.com/"), None);
        assert_eq!(of("https://www.google.com/maps"), None);
    }
}
