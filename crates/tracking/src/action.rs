//! What a request reports: a page, a search, an event, a click, a goal, a sign of life.

use crate::{Invalid, order, rules::SiteRules, search::Search, url};
use makoto_model::{Act, ActionKind, Params, TrackedUrl};

/// Chooses what the request reports. Handlers further down win where several could take it.
///
/// # Errors
/// For an unknown goal, an oversized order, or a custom action that nothing takes.
pub fn choose(params: &Params, page: Option<&str>, search: Option<&Search>, rules: &SiteRules) -> Result<Act, Invalid> {
    if params.flag("ping") {
        return Ok(Act::Ping);
    }
    let page_url = || page.and_then(|page| url::page(page, rules));
    if let Some(goal) = params.int("idgoal").and_then(|goal| u32::try_from(goal).ok()) {
        return match goal {
            0 => Ok(Act::Order(Box::new(order::read(params, page_url())?))),
            goal if rules.has_goal(goal) => Ok(Act::Goal { url: page_url().map(|url| TrackedUrl::split(&url)) }),
            _ => Err(Invalid::UnknownGoal),
        };
    }
    let clicked = |name| {
        let target = makoto_model::without_entities(url::clean(params.filled(name)?));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{query, rules::tests::site};
    use std::sync::Arc;

    fn chosen(text: &str) -> Result<Act, Invalid> {
        let mut params = Params::default();
        assert!(query::read_into(&mut params, text.as_bytes()));
        let mut site = site();
        site.goals = vec![crate::rules::tests::goal(6)];
        let rules = SiteRules::new(Arc::new(site));
        let page = params.get("url");
        let search = crate::search::detect(&params, page.and_then(url::parts).as_ref(), &rules);
        choose(&params, page, search.as_ref(), &rules)
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
        let url = Some(TrackedUrl::split("http://example.org/a"));
        assert_eq!(chosen("idgoal=6&revenue=2&url=http://example.org/a?sid=secret"), Ok(Act::Goal { url }));
        assert!(matches!(chosen("idgoal=0&ec_id=1"), Ok(Act::Order(order)) if order.id.is_some()));
        assert!(matches!(chosen("idgoal=0"), Ok(Act::Order(cart)) if cart.id.is_none()));
        assert!(matches!(chosen("idgoal=x"), Ok(Act::Action { .. })));
        let items = "x".repeat(64 * 1024 + 1);
        assert_eq!(chosen(&format!("idgoal=0&ec_items={items}")), Err(Invalid::TooLong));
    }
}
