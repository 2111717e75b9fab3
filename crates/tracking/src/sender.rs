use std::net::IpAddr;

/// Request headers: lower-case names and their values.
pub type Headers<'a> = &'a [(&'a str, &'a str)];

/// Who sent a request, as the connection tells it (after trusted proxies).
#[derive(Clone, Copy, Debug)]
pub struct Sender<'a> {
    pub address: IpAddr,
    pub headers: Headers<'a>,
}

impl<'a> Sender<'a> {
    /// The first header of this lower-case name; empty when absent.
    pub fn header(&self, name: &str) -> &'a str {
        self.headers.iter().find(|(key, _)| *key == name).map_or("", |(_, value)| value)
    }

    /// Whether the browser sent a cookie of this name.
    pub fn has_cookie(&self, name: &str) -> bool {
        let cookies = self.headers.iter().filter(|(key, _)| *key == "cookie");
        cookies.flat_map(|(_, value)| value.split(';')).any(|pair| {
            let key = pair.split_once('=').map_or(pair, |(key, _)| key);
            key.trim() == name
        })
    }
}
