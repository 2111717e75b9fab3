//! Requests that are well-formed and yet not recorded.

use crate::{Privacy, Reason, Sender, addresses, rules::SiteRules, url};
use makoto_model::{Device, Params};
use std::net::IpAddr;

/// What is known of a request when it is decided whether it counts.
pub struct Candidate<'a> {
    pub params: &'a Params,
    pub sender: &'a Sender<'a>,
    pub rules: &'a SiteRules,
    pub device: &'a Device,
    pub user_agent: &'a str,
    /// Whole: lists of addresses are checked before anything is masked.
    pub address: IpAddr,
    pub page: Option<&'a url::Parts<'a>>,
    pub spam_referrer: bool,
}

/// Cookies by which a visitor has asked to be left out.
const OPT_OUT_COOKIES: [&str; 2] = ["matomo_ignore", "piwik_ignore"];

impl Candidate<'_> {
    /// The first reason not to record, in Matomo's order.
    pub fn reason(&self, privacy: &Privacy) -> Option<Reason> {
        let checks = [
            (Reason::Bot, self.is_bot()),
            (Reason::NotToRecord, self.params.int("rec") != Some(1)),
            (Reason::DoNotTrack, privacy.heed_do_not_track && self.sender.header("dnt") == "1"),
            (Reason::GlobalPrivacyControl, privacy.heed_global_privacy_control && self.sender.header("sec-gpc") == "1"),
            (Reason::ExcludedRequest, self.rules.excludes_request(self.params)),
            (Reason::OptedOut, OPT_OUT_COOKIES.iter().any(|name| self.sender.has_cookie(name))),
            (Reason::ExcludedAddress, self.rules.excludes_address(self.address)),
            (Reason::ExcludedUserAgent, self.rules.excludes_agent(self.user_agent)),
            (Reason::SpamReferrer, self.spam_referrer),
            (Reason::UnknownUrl, self.is_foreign()),
            (Reason::Prefetch, self.is_prefetch()),
        ];
        checks.into_iter().find(|(_, applies)| *applies).map(|(reason, _)| reason)
    }

    fn is_bot(&self) -> bool {
        // Chrome's data saver fetches pages for people from Google's addresses.
        let data_saver = self.sender.header("via").contains("Chrome-Compression-Proxy");
        let crawler = addresses::is_crawler(self.address) && !data_saver;
        (self.device.bot.is_some() || crawler) && !self.params.flag("bots")
    }

    fn is_foreign(&self) -> bool {
        self.rules.site().exclude_unknown_urls && !self.page.is_some_and(|page| self.rules.owns_page(page))
    }

    fn is_prefetch(&self) -> bool {
        matches!(self.sender.header("x-purpose"), "preview" | "instant") || self.sender.header("x-moz") == "prefetch"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Headers, rules::tests::site};
    use makoto_model::RequestRule;
    use std::sync::Arc;

    struct Case<'a> {
        params: &'a str,
        headers: Headers<'a>,
        agent: &'a str,
        address: &'a str,
        page: &'a str,
        spam: bool,
        bot: bool,
    }

    const PLAIN: Case = Case {
        params: "rec=1",
        headers: &[],
        agent: "A",
        address: "10.1.1.1",
        page: "http://example.org/",
        spam: false,
        bot: false,
    };

    fn reason(case: &Case) -> Option<Reason> {
        let mut site = site();
        site.exclude_unknown_urls = true;
        site.excluded_ips = vec!["10.66.0.0/16".into()];
        site.excluded_user_agents = vec!["BadAgent".into()];
        site.excluded_requests = RequestRule::parse("action_name=^draft").into_iter().collect();
        let mut params = Params::default();
        assert!(crate::query::read_into(&mut params, case.params.as_bytes()));
        let address = case.address.parse().unwrap();
        Candidate {
            params: &params,
            sender: &Sender { address, headers: case.headers },
            rules: &SiteRules::new(Arc::new(site)),
            device: &Device { bot: case.bot.then(|| "Bot".to_owned()), ..Device::default() },
            user_agent: case.agent,
            address,
            page: url::parts(case.page).as_ref(),
            spam_referrer: case.spam,
        }
        .reason(&Privacy { heed_do_not_track: true, heed_global_privacy_control: true, ..Privacy::default() })
    }

    #[test]
    fn every_reason_is_found() {
        assert_eq!(reason(&PLAIN), None);
        let cookie = [("cookie", "a=1; matomo_ignore=ignore%3D%2A")];
        let via = [("via", "1.1 Chrome-Compression-Proxy")];
        for (case, expected) in [
            (Case { params: "rec=0", ..PLAIN }, Some(Reason::NotToRecord)),
            (Case { params: "", ..PLAIN }, Some(Reason::NotToRecord)),
            (Case { params: "rec=1&action_name=Draft%20of%20March", ..PLAIN }, Some(Reason::ExcludedRequest)),
            (Case { params: "rec=1&action_name=A%20draft", ..PLAIN }, None),
            (Case { bot: true, ..PLAIN }, Some(Reason::Bot)),
            (Case { bot: true, params: "rec=1&bots=1", ..PLAIN }, None),
            (Case { address: "66.249.85.1", ..PLAIN }, Some(Reason::Bot)),
            (Case { address: "66.249.85.1", headers: &via, ..PLAIN }, None),
            (Case { headers: &[("dnt", "1")], ..PLAIN }, Some(Reason::DoNotTrack)),
            (Case { headers: &[("sec-gpc", "1")], ..PLAIN }, Some(Reason::GlobalPrivacyControl)),
            (Case { headers: &cookie, ..PLAIN }, Some(Reason::OptedOut)),
            (Case { address: "10.66.3.4", ..PLAIN }, Some(Reason::ExcludedAddress)),
            (Case { agent: "badagent/1", ..PLAIN }, Some(Reason::ExcludedUserAgent)),
            (Case { spam: true, ..PLAIN }, Some(Reason::SpamReferrer)),
            (Case { page: "http://evil.com/x", ..PLAIN }, Some(Reason::UnknownUrl)),
            (Case { page: "", ..PLAIN }, Some(Reason::UnknownUrl)),
            (Case { headers: &[("x-moz", "prefetch")], ..PLAIN }, Some(Reason::Prefetch)),
            (Case { headers: &[("x-purpose", "preview")], ..PLAIN }, Some(Reason::Prefetch)),
        ] {
            assert_eq!(reason(&case), expected, "{} {} {}", case.params, case.address, case.page);
        }
    }
}
