//! The code that people paste into their pages.

use super::param;
use crate::Services;
use makoto_access::{Caller, View};
use makoto_catalog::{Answer, ApiError, Param, ParamKind};
use makoto_meta::SiteRow;
use makoto_model::Params;

pub(super) const TAG_PARAMS: &[Param] = &[
    super::ID_SITE,
    param("piwikUrl", ParamKind::Text, Some(""), "where browsers reach this server"),
    param("mergeSubdomains", ParamKind::Bool, Some("0"), "1 to count visitors across sub-domains once"),
    param("groupPageTitlesByDomain", ParamKind::Bool, Some("0"), "1 to put the host before page titles"),
    param("mergeAliasUrls", ParamKind::Bool, Some("0"), "1 to treat links to the site's other addresses as its own"),
    param("doNotTrack", ParamKind::Bool, Some("0"), "1 to leave browsers alone that ask not to be tracked"),
    param("disableCookies", ParamKind::Bool, Some("0"), "1 to set no cookies"),
    param("trackNoScript", ParamKind::Bool, Some("0"), "1 to add an image for browsers without scripts"),
];
pub(super) const IMAGE_PARAMS: &[Param] = &[
    super::ID_SITE,
    param("piwikUrl", ParamKind::Text, Some(""), "where browsers reach this server"),
    param("actionName", ParamKind::Text, Some(""), "the page's title"),
    param("idGoal", ParamKind::Int, Some(""), "a goal that the image converts"),
    param("revenue", ParamKind::Float, Some(""), "the goal's revenue"),
];

/// The server's address without protocol and with a trailing slash: `example.org/stats/`.
fn place(services: &Services, params: &Params) -> String {
    let url = params.filled("piwikUrl").unwrap_or(&services.base_url);
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest).trim_start_matches('/');
    format!("{}/", bare.trim_end_matches('/'))
}

/// Text inside single quotes of a script in a page.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    for c in text.chars() {
        match c {
            '\'' | '"' | '\\' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                out.push_str(&format!("\\u{:04x}", c as u32))
            }
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    out
}

/// Text inside an attribute of a page.
fn attribute(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

/// The host of an address, with its port where it names one; nothing for what is no address.
pub fn host(url: &str) -> &str {
    let bare = url.split_once("://").map_or(url, |(_, rest)| rest);
    bare.split('/').next().unwrap_or(bare)
}

/// The calls that stand before the page view.
fn calls(site: &SiteRow, params: &Params) -> Vec<String> {
    let mut calls = Vec::new();
    if params.flag("groupPageTitlesByDomain") {
        calls.push("_paq.push([\"setDocumentTitle\", document.domain + \"/\" + document.title]);".to_owned());
    }
    let main = site.urls.first().map_or("", |url| host(url)).trim_start_matches("www.").to_owned();
    if params.flag("mergeSubdomains") && !main.is_empty() {
        calls.push(format!("_paq.push(['setCookieDomain', '*.{}']);", quoted(&main)));
    }
    if params.flag("mergeAliasUrls") {
        let hosts: Vec<String> = site.urls.iter().map(|url| format!("'*.{}'", quoted(host(url)))).collect();
        calls.push(format!("_paq.push(['setDomains', [{}]]);", hosts.join(",")));
    }
    if params.flag("doNotTrack") {
        calls.push("_paq.push(['setDoNotTrack', true]);".to_owned());
    }
    if params.flag("disableCookies") {
        calls.push("_paq.push(['disableCookies']);".to_owned());
    }
    calls
}

pub(super) fn javascript_tag(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (_, site) = services.site::<View>(caller, params)?;
    let (id, place) = (site.id, place(services, params));
    let mut lines = vec![
        "<!-- Matomo -->".to_owned(),
        "<script>".to_owned(),
        "  var _paq = window._paq = window._paq || [];".to_owned(),
        "  /* tracker methods like \"setCustomDimension\" should be called before \"trackPageView\" */".to_owned(),
    ];
    lines.extend(calls(&site, params).into_iter().map(|call| format!("  {call}")));
    lines.extend([
        "  _paq.push(['trackPageView']);".to_owned(),
        "  _paq.push(['enableLinkTracking']);".to_owned(),
        "  (function() {".to_owned(),
        format!("    var u=\"//{}\";", quoted(&place)),
        "    _paq.push(['setTrackerUrl', u+'matomo.php']);".to_owned(),
        format!("    _paq.push(['setSiteId', '{id}']);"),
        "    var d=document, g=d.createElement('script'), s=d.getElementsByTagName('script')[0];".to_owned(),
        "    g.async=true; g.src=u+'matomo.js'; s.parentNode.insertBefore(g,s);".to_owned(),
        "  })();".to_owned(),
        "</script>".to_owned(),
    ]);
    if params.flag("trackNoScript") {
        let src = attribute(&format!("//{place}matomo.php?idsite={id}&rec=1"));
        lines.push(format!(
            "<noscript><p><img referrerpolicy=\"no-referrer-when-downgrade\" src=\"{src}\" style=\"border:0;\" alt=\"\" /></p></noscript>"
        ));
    }
    lines.push("<!-- End Matomo Code -->\n".to_owned());
    Ok(lines.join("\n").into())
}

pub(super) fn image_tag(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (_, site) = services.site::<View>(caller, params)?;
    let scheme = if services.base_url.starts_with("https://") { "https" } else { "http" };
    let mut src = format!("{scheme}://{}matomo.php?idsite={}&rec=1", place(services, params), site.id);
    for (ours, theirs) in [("action_name", "actionName"), ("idgoal", "idGoal"), ("revenue", "revenue")] {
        if let Some(value) = params.filled(theirs) {
            let value: String = value
                .bytes()
                .map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") })
                .collect();
            src.push_str(&format!("&{ours}={value}"));
        }
    }
    let src = attribute(&src);
    Ok(format!(
        "<!-- Matomo Image Tracker-->\n<img referrerpolicy=\"no-referrer-when-downgrade\" src=\"{src}\" style=\"border:0\" alt=\"\" />\n<!-- End Matomo -->"
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_escapes_from_quotes_or_attributes() {
        assert_eq!(quoted("a'b\"</script>\n"), "a\\u0027b\\u0022\\u003c/script\\u003e");
        assert_eq!(attribute("a\"b<c>&"), "a&quot;b&lt;c&gt;&amp;");
    }
}
