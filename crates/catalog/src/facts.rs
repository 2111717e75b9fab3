use makoto_model::{Act, Device, OwnDimension, Params, Place, Referrer, Site};
use std::net::IpAddr;

/// All that is known of a hit when dimensions read their values from it. What the site must not keep is gone already.
pub struct Facts<'a> {
    pub site: &'a Site,
    pub params: &'a Params,
    pub act: &'a Act,
    /// Seconds since 1970 in UTC.
    pub time_s: i64,
    /// The visitor's own clock, seconds since their midnight.
    pub local_time_s: i64,
    pub address: IpAddr,
    /// `Accept-Language` as sent.
    pub language: &'a str,
    pub device: &'a Device,
    pub place: &'a Place,
    pub referrer: &'a Referrer,
    /// The page's URL whole, before anything was cut from it.
    pub raw_url: &'a str,
    /// What the rules of a dimension of the site's own find in the hit.
    pub extract: &'a dyn Fn(&OwnDimension) -> Option<String>,
}
