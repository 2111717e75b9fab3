//! What a request reports: a page, a search, an event, a click, a goal, a sign of life.

use crate::{Invalid, Privacy, ReferrerDetail, rules::SiteRules, search::Search, url};
use makoto_model::{Act, ActionKind, Params, TrackedUrl};

/// What of a goal's or order's request is kept until goals are reported.
const CONVERSION_PARAMETERS: [&str; 13] = [
    "idgoal", "revenue", "ec_id", "ec_items", "ec_st", "ec_tx", "ec_sh", "ec_dt", "_rcn", "_rck", "_ref", "_refts",
    "pv_id",
];
/// The address that a conversion is attributed to.
const REFERRER_PARAMETER: &str = "_ref";
/// Bytes of a conversion's parameters: an order of some hundred items.
const CONVERSION_BYTES_MAX: usize = 64 * 1024;

/// Chooses what the request reports. Handlers further down win where several could take it.
///
/// # Errors
/// For an unknown goal, an oversized order, or a custom action that nothing takes.
pub fn choose(
    params: &Params,
    page: Option<&str>,
    search: Option<&Search>,
    rules: &SiteRules,
    privacy: &Privacy,
    goal_exists: impl Fn(u32) -> bool,
) -> Result<Act, Invalid> {
    if params.flag("ping") {
        return Ok(Act::Ping);
    }
    let page_url = || page.and_then(|page| url::page(page, rules));
    if let Some(goal) = params.int("idgoal").and_then(|goal| u32::try_from(goal).ok()) {
        if goal > 0 && !goal_exists(goal) {
            return Err(Invalid::UnknownGoal);
        }
        return conversion(goal, params, page_url(), privacy);
    }
    let clicked = |name| {
        let target = url::plain(&url::clean(params.filled(name)?));
        Some(url::parts(&target).map(|_| url::cut(&target, url::TEXT_BYTES_MAX).to_owned()))
    };
    let filled = |name| params.get(name).is_some_and(|value| !value.trim().is_empty());
    let (kind, url, title) = if let Some(target) = clicked("download") {
        (ActionKind::Download, target, None)
    } else if let Some(target) = clicked("link") {
        (ActionKind::Outlink, target, None)
    } else if filled("e_c") && filled("e_a") {
        (ActionKind::Event, page_url(), None)
    } else if filled("c_n") {
        (ActionKind::Content, page_url(), None)
    } else if let Some(search) = search {
        (ActionKind::SiteSearch, None, Some(search.keyword.as_str().into()))
    } else if params.flag("ca") {
        return Err(Invalid::UnclaimedAction);
    } else {
        (ActionKind::PageView, page_url(), title(params))
    };
    Ok(Act::Action { kind, url: url.map(|url| TrackedUrl::split(&url)), title })
}

fn title(params: &Params) -> Option<Box<str>> {
    let title = url::clean(params.get("action_name")?);
    let kept = url::cut(&title, url::TEXT_BYTES_MAX);
    (!kept.is_empty()).then(|| kept.into())
}

fn conversion(goal: u32, params: &Params, page_url: Option<String>, privacy: &Privacy) -> Result<Act, Invalid> {
    // What a referrer is cut down to is kept with the visit.
    let whole_referrer = privacy.referrer == ReferrerDetail::Whole;
    let names = CONVERSION_PARAMETERS.iter().filter(|name| **name != REFERRER_PARAMETER || whole_referrer);
    let kept = names.filter_map(|name| Some(((*name).to_owned(), params.get(name)?.into())));
    // The page's address without what the site leaves out of addresses.
    let page = page_url.map(|url| ("url".to_owned(), url.into()));
    let record = serde_json::Value::Object(kept.chain(page).collect()).to_string();
    if record.len() > CONVERSION_BYTES_MAX {
        return Err(Invalid::TooLong);
    }
    Ok(Act::Conversion { goal, params: record.into() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{query, rules::tests::site};
    use std::sync::Arc;

    fn chosen(text: &str) -> Result<Act, Invalid> {
        chosen_under(text, Privacy::default())
    }

    fn chosen_under(text: &str, privacy: Privacy) -> Result<Act, Invalid> {
        let mut params = Params::default();
        assert!(query::read_into(&mut params, text.as_bytes()));
        let rules = SiteRules::new(Arc::new(site()));
        let page = params.get("url");
        let search = crate::search::detect(&params, page.and_then(url::parts).as_ref(), &rules);
        choose(&params, page, search.as_ref(), &rules, &privacy, |goal| goal == 6)
    }

    fn action(text: &str) -> (ActionKind, Option<String>, Option<String>) {
        let Ok(Act::Action { kind, url, title }) = chosen(text) else { panic!("{text} is an action") };
        (kind, url.map(|url| url.join()), title.map(String::from))
    }

    #[test]
    fn the_strongest_claim_wins() {
        use ActionKind::*;
        let p = "url=http://example.org/p&action_name=T";
        let page = Some("http://example.org/p".to_owned());
        assert_eq!(action(p), (PageView, page.clone(), Some("T".into())));
        assert_eq!(action(&format!("{p}&search=s")), (SiteSearch, None, Some("s".into())));
        assert_eq!(action(&format!("{p}&search=s&c_n=c")), (Content, page.clone(), None));
        assert_eq!(action(&format!("{p}&c_n=c&e_c=a&e_a=b")), (Event, page.clone(), None));
        let link = format!("{p}&e_c=a&e_a=b&link=https://out.example/?sid=1");
        assert_eq!(action(&link), (Outlink, Some("https://out.example/?sid=1".into()), None));
        assert_eq!(action(&format!("{link}&download=http://x.example/f")).0, Download);
        assert_eq!(action(&format!("{p}&e_c=a")).0, PageView);
        assert_eq!(action("link=mailto:me@x.com"), (Outlink, None, None));
        assert_eq!(action("url=/relative&action_name=+"), (PageView, None, None));
    }

    #[test]
    fn goals_pings_and_custom_actions() {
        assert_eq!(chosen("ping=1&e_c=a&e_a=b"), Ok(Act::Ping));
        assert_eq!(chosen("idgoal=99"), Err(Invalid::UnknownGoal));
        assert_eq!(chosen("ca=1"), Err(Invalid::UnclaimedAction));
        assert_eq!(
            chosen("idgoal=6&revenue=2&token_auth=secret&url=http://example.org/a?sid=secret"),
            Ok(Act::Conversion {
                goal: 6,
                params: r#"{"idgoal":"6","revenue":"2","url":"http://example.org/a"}"#.into()
            })
        );
        let referred = "idgoal=6&_ref=https://search.example/?q=illness";
        let kept = |referrer| chosen_under(referred, Privacy { referrer, ..Privacy::default() });
        let act = |params: &str| Ok(Act::Conversion { goal: 6, params: params.into() });
        let whole = r#"{"_ref":"https://search.example/?q=illness","idgoal":"6"}"#;
        assert_eq!(kept(ReferrerDetail::Whole), act(whole));
        assert_eq!(kept(ReferrerDetail::NoQuery), act(r#"{"idgoal":"6"}"#));
        assert!(matches!(chosen("idgoal=0&ec_id=1"), Ok(Act::Conversion { goal: 0, .. })));
        assert!(matches!(chosen("idgoal=x"), Ok(Act::Action { .. })));
        let items = "x".repeat(CONVERSION_BYTES_MAX);
        assert_eq!(chosen(&format!("idgoal=0&ec_items={items}")), Err(Invalid::TooLong));
    }
}
