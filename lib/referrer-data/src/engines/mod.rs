//! The table of search engines, one row per way an engine writes its results' URLs.

mod europe;
mod google;
mod metasearch;
mod people;
mod world;

/// One way in which a search engine sends visitors. An engine may have several rows.
pub(crate) struct Engine {
    /// Name as Matomo reports it.
    pub name: &'static str,
    /// Hosts, separated by spaces; the first of the engine's first row is its
    /// main one. `{}` stands for a country (`google.{}`, `{}.bing.com`), `*.` for any
    /// sub-domain, `=` for this host only (not its `www` or `m` twin), and a
    /// path limits the row to URLs that begin with it.
    pub hosts: &'static str,
    /// Parameters that hold the keyword, the first non-empty one counts. One
    /// that begins with `/` is a path: the keyword is the part after it.
    pub params: &'static str,
    /// Path of a results page with `{k}` for the keyword; empty when unknown.
    pub search_path: &'static str,
    /// Paths, separated by spaces, from which a visit counts although the engine
    /// hid its keyword. Empty: a URL without keyword is a plain website.
    pub hidden: &'static str,
    /// Charset of keywords that are no UTF-8.
    pub charset: &'static str,
}

/// A row whose URLs always carry the keyword.
const fn engine(name: &'static str, hosts: &'static str, params: &'static str, search_path: &'static str) -> Engine {
    Engine { name, hosts, params, search_path, hidden: "", charset: "" }
}

impl Engine {
    /// Visits from these paths count without a keyword too.
    const fn hides(self, hidden: &'static str) -> Self {
        Self { hidden, ..self }
    }

    /// Browsers send only the origin of most pages by default, so the front
    /// page of an engine that is nothing but one stands for a search.
    const fn origin(self) -> Self {
        self.hides("/")
    }

    /// Keywords that are no UTF-8 are written in `charset`.
    const fn charset(self, charset: &'static str) -> Self {
        Self { charset, ..self }
    }
}

/// All rows; the first match of a host in this order counts.
pub(crate) fn all() -> impl Iterator<Item = &'static Engine> {
    [google::ENGINES, world::ENGINES, europe::ENGINES, metasearch::ENGINES, people::ENGINES].into_iter().flatten()
}
