//! What tracking asks of others: device detection, locations, referrer data. The server hands over functions, so
//! that nothing here depends on their data.

use crate::Headers;
use makoto_model::{Device, Params, Place};
use std::{net::IpAddr, sync::Arc};

/// The data behind enrichment.
pub struct Lookups<'a> {
    /// User agent, the request's parameters (`uadata`) and headers (`sec-ch-*`) to the device behind them.
    pub detect: &'a (dyn Fn(&str, &Params, Headers) -> Arc<Device> + Sync),
    /// Address and `Accept-Language` to a place.
    pub locate: &'a (dyn Fn(IpAddr, &str) -> Place + Sync),
    /// A referrer's URL to what is known of its host.
    pub referrers: &'a (dyn Fn(&str) -> Source + Sync),
}

/// What is known of a referrer.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Source {
    pub kind: SourceKind,
    /// Name of the search engine or network; empty for a website.
    pub name: String,
    /// What was searched for, in lower case; empty when unknown.
    pub keyword: String,
    /// The URL without the parameters that differ at every click.
    pub url: String,
    /// Known for referrer spam.
    pub spam: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SourceKind {
    Search,
    Social,
    Assistant,
    Website,
}
