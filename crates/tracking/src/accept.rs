//! Requests to hits: which count, what they report, and what of the sender may be kept.

use crate::exclude::Candidate;
use crate::fingerprint::Features;
use crate::search::Search;
use crate::{
    Invalid, Lookups, Refused, Salts, Sender, SiteRules, action, facts, matching, moment, order, own,
    privacy::USER_ID_CHARS_MAX, referrer, search, url,
};
use makoto_catalog::{Catalog, Facts, Table};
use makoto_model::{Act, ActionKind, Device, Hit, Params, Place, SiteId, VisitorId, VisitorSource, Who};
use sha1::{Digest, Sha1};
use std::borrow::Cow;
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;

/// Digits of a visitor id.
const VISITOR_ID_DIGITS: usize = 16;
/// Where a request tells its own address, and the address cannot be read.
const NO_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);

/// What requests are judged by, besides themselves.
pub struct Context<'a> {
    pub catalog: &'a Catalog,
    pub lookups: &'a Lookups<'a>,
    /// The site with its rules, if there is one of this number.
    pub sites: &'a (dyn Fn(SiteId) -> Option<Arc<SiteRules>> + Sync),
    /// Whether the token may write to the site.
    pub authorised: &'a (dyn Fn(SiteId, &str) -> bool + Sync),
    pub salts: &'a Salts,
    /// Drop requests with referrers known for spam.
    pub spam_filter: bool,
    /// Seconds since 1970 in UTC.
    pub now_s: i64,
}

/// The site that a request names.
///
/// # Errors
/// `UnknownSite` when it names none.
pub fn site_id(params: &Params) -> Result<SiteId, Invalid> {
    let id = params.int("idsite").and_then(|id| u32::try_from(id).ok()).filter(|id| *id > 0);
    id.map(SiteId).ok_or(Invalid::UnknownSite)
}

/// Turns a request into a hit. `token` is the one of the bulk around it, for requests that bring none.
///
/// # Errors
/// `Refused` says whether the request is wrong or does not count.
pub fn accept(params: &Params, sender: &Sender, token: Option<&str>, context: &Context) -> Result<Hit, Refused> {
    let site = site_id(params)?;
    let rules = (context.sites)(site).ok_or(Invalid::UnknownSite)?;
    let token = params.filled("token_auth").or(token);
    let authorised = || token.is_some_and(|token| (context.authorised)(site, token));
    let time_s = moment::read(params, context.now_s);
    if (needs_token(params) || context.now_s - time_s >= moment::OPEN_AGE_S) && !authorised() {
        return Err(Invalid::TokenNeeded.into());
    }
    let privacy = rules.privacy();
    let cleaned = privacy.request(params, context.salts);
    let params = &*cleaned;
    let request = Request {
        params,
        rules: &rules,
        address: match params.filled("cip") {
            Some(text) => text.trim().parse().map_or(NO_ADDRESS, |address: IpAddr| address.to_canonical()),
            None => sender.address,
        },
        user_agent: params.filled("ua").unwrap_or_else(|| sender.header("user-agent")),
        language: privacy.language.apply(params.filled("lang").unwrap_or_else(|| sender.header("accept-language"))),
        raw_url: params.get("url").map(|text| makoto_model::without_entities(url::clean(text))).unwrap_or_default(),
        time_s,
    };
    let visitor = identify(params)?;
    let page = url::parts(&request.raw_url);
    let device = (context.lookups.detect)(request.user_agent, params, sender.headers);
    let mut found = referrer::detect(params, page.as_ref(), &rules, context.lookups);
    let candidate = Candidate {
        params,
        sender,
        rules: &rules,
        device: &device,
        user_agent: request.user_agent,
        address: request.address,
        page: page.as_ref(),
        spam_referrer: context.spam_filter && found.spam,
    };
    if let Some(reason) = candidate.reason(privacy) {
        return Err(reason.into());
    }
    found.referrer = privacy.referrer.apply(found.referrer, found.keyword_guessed);
    let search = search::detect(params, page.as_ref(), &rules);
    let page_url = page.map(|_| &*request.raw_url);
    let act = action::choose(params, page_url, search.as_ref(), &rules)?;
    let search = search.filter(|_| matches!(act, Act::Action { kind: ActionKind::SiteSearch, .. }));
    Ok(request.describe(visitor, &device, found, act, search.as_ref(), context))
}

/// A request that may speak for whom it speaks.
struct Request<'a> {
    params: &'a Params,
    rules: &'a SiteRules,
    address: IpAddr,
    user_agent: &'a str,
    language: &'a str,
    raw_url: Cow<'a, str>,
    time_s: i64,
}

impl Request<'_> {
    /// Everything that is kept of the request. From here on addresses are masked.
    fn describe(
        &self,
        visitor: Visitor,
        device: &Device,
        found: referrer::Found,
        act: Act,
        search: Option<&Search>,
        context: &Context,
    ) -> Hit {
        let (params, site, time_s) = (self.params, self.rules.site(), self.time_s);
        let privacy = self.rules.privacy();
        let kept_address = privacy.ip_mask.apply(self.address);
        let address = if privacy.enrich_with_full_address { self.address } else { kept_address };
        let day = site.zone.day(time_s);
        let features = Features { site: site.id, day, device, params, address, language: self.language };
        let place = privacy.place.apply(place(params, (context.lookups.locate)(address, self.language)));
        let told = facts::with_search(params, search);
        let facts = Facts {
            site,
            params: &told,
            act: &act,
            time_s,
            local_time_s: moment::local_s(params, time_s),
            address: kept_address,
            language: self.language,
            device,
            place: &place,
            referrer: &found.referrer,
            raw_url: &self.raw_url,
            extract: &|own| own::extract(self.rules, own, params, &self.raw_url),
        };
        let visit_facts = facts::read(context.catalog, Table::Visit, &facts);
        // A sign of life or a goal makes no action, and may tell all the same how its page view went on.
        let action_facts = facts::read(context.catalog, Table::Action, &facts);
        let reached = matching::reached(params, &act, self.rules.goals(), &self.raw_url);
        let converts = !reached.is_empty() || matches!(act, Act::Order(_));
        let attributed = converts.then(|| referrer::attributed(params, self.rules, context.lookups)).flatten();
        let is_page = matches!(act, Act::Action { kind: ActionKind::PageView, .. });
        let Visitor { id, source, user_id } = visitor;
        Hit {
            site: site.id,
            time_s,
            received_s: context.now_s,
            day,
            who: Who { visitor: id, source, config: features.hash(context.salts), user_id },
            new_visit: params.flag("new_visit"),
            act,
            referrer: found.referrer,
            keyword_guessed: found.keyword_guessed,
            visit_facts,
            action_facts,
            reached,
            attributed: attributed.map(|referrer| privacy.referrer.apply(referrer, false)),
            viewed: is_page.then(|| order::viewed(params)).flatten(),
        }
    }
}

/// What an ecommerce order calls itself; the same one counts once. `None` for everything else.
pub fn order_id(hit: &Hit) -> Option<&str> {
    let Act::Order(order) = &hit.act else { return None };
    order.id.as_deref()
}

/// Parameters by which a request speaks for somebody else.
fn needs_token(params: &Params) -> bool {
    ["cip", "country", "region", "city", "lat", "long"].iter().any(|name| params.filled(name).is_some())
}

/// By what the visitor may be recognised.
struct Visitor {
    id: Option<VisitorId>,
    source: VisitorSource,
    user_id: Option<Box<str>>,
}

/// The visitor id that follows from a user id.
pub fn user_visitor(user: &str) -> VisitorId {
    let [a, b, c, d, e, f, g, h, ..]: [u8; 20] = Sha1::digest(user).into();
    VisitorId(u64::from_be_bytes([a, b, c, d, e, f, g, h]))
}

fn identify(params: &Params) -> Result<Visitor, Invalid> {
    let forced = match params.filled("cid") {
        Some(text) => Some(VisitorId::parse(text).ok_or(Invalid::BadVisitorId)?),
        None => None,
    };
    let user: String = params.get("uid").unwrap_or_default().trim().chars().take(USER_ID_CHARS_MAX).collect();
    if !user.is_empty() {
        let id = user_visitor(&user);
        return Ok(Visitor { id: Some(id), source: VisitorSource::UserId, user_id: Some(user.into()) });
    }
    if forced.is_some() {
        return Ok(Visitor { id: forced, source: VisitorSource::Forced, user_id: None });
    }
    let id = params.get("_id").and_then(|text| VisitorId::parse(text.get(..VISITOR_ID_DIGITS)?));
    let source = if id.is_some() { VisitorSource::Cookie } else { VisitorSource::None };
    Ok(Visitor { id, source, user_id: None })
}

/// The place that was found, or the one that the request tells.
fn place(params: &Params, found: Place) -> Place {
    let told = |name| params.filled(name).map(|text| url::clean(text).into_owned());
    let Some(country) = told("country").filter(|text| text.len() == 2) else {
        return Place {
            region: told("region").unwrap_or(found.region),
            city: told("city").unwrap_or(found.city),
            latitude: degrees(params, "lat").or(found.latitude),
            longitude: degrees(params, "long").or(found.longitude),
            ..found
        };
    };
    // What was found lies in another country perhaps.
    Place {
        country: country.to_lowercase(),
        region: told("region").unwrap_or_default(),
        city: told("city").unwrap_or_default(),
        latitude: degrees(params, "lat"),
        longitude: degrees(params, "long"),
    }
}

fn degrees(params: &Params, name: &str) -> Option<f64> {
    params.filled(name)?.trim().parse().ok().filter(|degrees: &f64| degrees.is_finite() && degrees.abs() <= 180.0)
}
