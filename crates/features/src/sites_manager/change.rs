//! Adding and changing sites.

use super::param;
use crate::{
    Services,
    services::{bad, from_meta, list},
};
use makoto_access::{Admin, Caller, check_instance};
use makoto_catalog::{Answer, ApiError, Param, ParamKind};
use makoto_meta::SiteChange;
use makoto_model::{Day, Params};

macro_rules! site_params {
    ($($first:expr),*) => {
        &[
            $($first,)*
            param("urls", ParamKind::List, Some(""), "addresses, the main one first"),
            param("ecommerce", ParamKind::Bool, Some(""), "1 for a shop"),
            param("siteSearch", ParamKind::Bool, Some(""), "1 to recognise internal searches"),
            param("searchKeywordParameters", ParamKind::Text, Some(""), "URL parameters that hold a search's keyword"),
            param("searchCategoryParameters", ParamKind::Text, Some(""), "URL parameters that hold a search's category"),
            param("excludedIps", ParamKind::Text, Some(""), "addresses, ranges or patterns whose hits are dropped"),
            param("excludedQueryParameters", ParamKind::Text, Some(""), "names or /expressions/ cut from page URLs"),
            param("timezone", ParamKind::Text, Some(""), "such as Europe/Berlin or UTC+5.5"),
            param("currency", ParamKind::Text, Some(""), "such as EUR"),
            param("group", ParamKind::Text, Some(""), "a name that sites share"),
            param("startDate", ParamKind::Text, Some(""), "the first day that counts"),
            param("excludedUserAgents", ParamKind::Text, Some(""), "parts or /expressions/ of agents whose hits are dropped"),
            param("keepURLFragments", ParamKind::Int, Some("0"), "0 as the instance says, 1 keep, 2 cut"),
            param("type", ParamKind::Text, Some("website"), "website, mobileapp or intranet"),
            param("excludeUnknownUrls", ParamKind::Bool, Some(""), "1 to drop hits of other addresses"),
            param("excludedReferrers", ParamKind::Text, Some(""), "hosts that do not count as referrers"),
        ]
    };
}

pub(super) const PARAMS: &[Param] = site_params!(param("siteName", ParamKind::Text, None, "what people call the site"));
pub(super) const UPDATE_PARAMS: &[Param] =
    site_params!(super::ID_SITE, param("siteName", ParamKind::Text, Some(""), "what people call the site"));

/// Addresses of a site, each checked, without trailing slashes.
pub(super) fn urls(sent: &[String]) -> Result<Vec<String>, ApiError> {
    let mut urls: Vec<String> = Vec::new();
    for text in sent.iter().flat_map(|text| text.split([',', '\n'])).map(str::trim).filter(|text| !text.is_empty()) {
        let rest = text.split_once("://").filter(|(scheme, _)| scheme.bytes().all(|b| b.is_ascii_alphanumeric()));
        if rest.is_none_or(|(_, host)| host.is_empty() || host.starts_with('/')) || text.contains(['"', '<', '>', ' '])
        {
            return Err(bad(
                "urls",
                format!("'{text}' is no address; write it with its protocol, as https://example.org"),
            ));
        }
        let url = text.trim_end_matches('/').to_owned();
        if !urls.contains(&url) {
            urls.push(url);
        }
    }
    Ok(urls)
}

/// A yes or no, where absent and empty mean that nothing was said.
fn flag(params: &Params, name: &str) -> Result<Option<bool>, ApiError> {
    match params.filled(name) {
        None => Ok(None),
        Some("1" | "true") => Ok(Some(true)),
        Some("0" | "false") => Ok(Some(false)),
        Some(_) => Err(bad(name, "write 0 or 1")),
    }
}

/// A list kept as text with commas; given as text, lines or array.
fn entries(params: &Params, name: &str) -> Option<String> {
    let sent = list(params, name)?;
    let entries: Vec<&str> =
        sent.iter().flat_map(|text| text.split([',', '\n'])).map(str::trim).filter(|entry| !entry.is_empty()).collect();
    Some(entries.join(","))
}

fn change(params: &Params) -> Result<SiteChange, ApiError> {
    let text = |name: &str| params.filled(name).map(|text| text.trim().to_owned());
    let created_s = match text("startDate") {
        None => None,
        Some(date) => {
            let day = Day::parse(date.get(..10).unwrap_or(&date))
                .ok_or_else(|| bad("startDate", "write a date as 2026-03-31"))?;
            Some(i64::from(day.0) * 86_400)
        }
    };
    let keep_url_fragments = match params.filled("keepURLFragments") {
        None => None,
        Some(choice) => {
            Some(choice.parse().ok().filter(|n| *n <= 2).ok_or_else(|| bad("keepURLFragments", "write 0, 1 or 2"))?)
        }
    };
    let kind = text("type");
    if kind.as_deref().is_some_and(|kind| !["website", "mobileapp", "intranet"].contains(&kind)) {
        return Err(bad("type", "use website, mobileapp or intranet"));
    }
    Ok(SiteChange {
        name: text("siteName"),
        urls: list(params, "urls").map(|sent| urls(&sent)).transpose()?.filter(|urls| !urls.is_empty()),
        timezone: text("timezone"),
        currency: text("currency"),
        ecommerce: flag(params, "ecommerce")?,
        site_search: flag(params, "siteSearch")?,
        keyword_parameters: entries(params, "searchKeywordParameters"),
        category_parameters: entries(params, "searchCategoryParameters"),
        excluded_ips: entries(params, "excludedIps"),
        excluded_parameters: entries(params, "excludedQueryParameters"),
        excluded_user_agents: entries(params, "excludedUserAgents"),
        excluded_referrers: entries(params, "excludedReferrers"),
        exclude_unknown_urls: flag(params, "excludeUnknownUrls")?,
        keep_url_fragments,
        created_s,
        kind,
        group: params.get("group").map(|text| text.trim().to_owned()),
    })
}

pub(super) async fn add_site(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let grant = check_instance(&caller.principal)?;
    crate::services::required(params, "siteName")?;
    let snapshot = services.meta.snapshot();
    let mut change = change(params)?;
    change.timezone.get_or_insert_with(|| snapshot.setting(&super::settings::DEFAULT_TIMEZONE));
    change.currency.get_or_insert_with(|| snapshot.setting(&super::settings::DEFAULT_CURRENCY));
    let id = services.meta.add_site(&grant, caller, change).await.map_err(from_meta)?;
    Ok(Answer::Int(i64::from(id.0)))
}

pub(super) async fn update_site(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, _) = services.site::<Admin>(caller, params)?;
    services.meta.change_site(&grant, caller, change(params)?).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

#[cfg(test)]
mod tests {
    use super::urls;

    #[test]
    fn addresses_need_a_protocol_and_a_host() {
        let read = |text: &str| urls(&[text.to_owned()]);
        assert_eq!(
            read("https://example.org/, http://b.example/shop/").unwrap(),
            ["https://example.org", "http://b.example/shop"]
        );
        for bad in
            ["example.org", "https://", "http:///x", "https://a b", "javascript:alert(1)", "https://x\"><script>"]
        {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
