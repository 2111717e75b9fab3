//! What programs ask that draw clicks over the pages of a site.

use crate::{
    Services,
    rows::PERIOD_PARAMS,
    services::required,
    users_manager::{param, read},
};
use makoto_access::{Caller, Role, View};
use makoto_catalog::{Access, Answer, Answered, ApiError, Asker, Composed, Method, Param, ParamKind, language::asked};
use makoto_model::{Params, Site};
use regex::{Regex, RegexBuilder};

/// Rows of each kind at most; the others are one row.
const ROWS_MAX: &str = "300";

/// Compiled bytes of an expression at most.
const PATTERN_BYTES_MAX: usize = 1 << 20;

const SITE: Param = PERIOD_PARAMS[0];
const SEGMENT: Param = param("segment", ParamKind::Text, Some(""), "which visits count");

pub static METHODS: &[Method<Services>] = &[
    read(
        "Overlay.getTranslations",
        "The words beside links that were clicked.",
        &[SITE],
        Access::Site(Role::View),
        |services, caller, params| {
            Box::pin(async {
                services.site::<View>(caller, params)?;
                let said = |text| Answer::from(&*asked(params).of(text));
                Ok(Answer::record(WORDS.iter().map(|(key, word)| (*key, said(word)))))
            })
        },
    ),
    read(
        "Overlay.getExcludedQueryParameters",
        "All URL parameters that are cut from the pages of a site.",
        &[SITE],
        Access::Site(Role::View),
        |services, caller, params| {
            Box::pin(async {
                let (_, row) = services.site::<View>(caller, params)?;
                let snapshot = services.meta.snapshot();
                Ok(snapshot
                    .sites
                    .get(&row.id)
                    .map_or(Answer::List(Vec::new()), |site| site.excluded_parameters.iter().cloned().collect()))
            })
        },
    ),
];

/// Methods that are made of reports.
pub static COMPOSED: &[Composed<Services>] = &[Composed {
    id: "Overlay.getFollowingPages",
    doc: "Where visitors went from a page: to other pages, to downloads and out of the site.",
    params: &[
        param("url", ParamKind::Text, None, "the page's address"),
        SITE,
        PERIOD_PARAMS[1],
        PERIOD_PARAMS[2],
        SEGMENT,
    ],
    access: Access::Site(Role::View),
    listed: None,
    generic: false,
    run: |services, caller, params, asker| Box::pin(following(services, caller, params, asker)),
}];

/// The words, by the keys of Matomo.
pub(crate) const WORDS: &[(&str, &str)] = &[
    ("oneClick", "One click"),
    ("clicks", "%s clicks"),
    ("clicksFromXLinks", "%1$s clicks from one of %2$s links"),
    ("link", "Link"),
];

/// Whether a parameter is cut from the addresses of a site, by its name or by an expression.
fn is_cut(site: &Site, name: &str) -> bool {
    let expression = |entry: &str| -> Option<Regex> {
        let (pattern, _) = entry.strip_prefix('/')?.rsplit_once('/')?;
        RegexBuilder::new(pattern).case_insensitive(true).size_limit(PATTERN_BYTES_MAX).build().ok()
    };
    site.excluded_parameters.iter().any(|entry| match expression(entry) {
        Some(expression) => expression.is_match(name),
        None => entry.eq_ignore_ascii_case(name),
    })
}

/// The address as the site keeps it: without the parameters that it leaves out.
fn kept(site: &Site, url: &str) -> String {
    let (address, fragment) = url.split_once('#').map_or((url, None), |(address, rest)| (address, Some(rest)));
    let Some((page, query)) = address.split_once('?') else { return url.to_owned() };
    let name = |pair: &&str| pair.split_once('=').map_or(*pair, |(name, _)| name).to_owned();
    let left: Vec<&str> = query.split('&').filter(|pair| !is_cut(site, &name(pair))).collect();
    let query = if left.is_empty() { String::new() } else { format!("?{}", left.join("&")) };
    let fragment = fragment.map(|rest| format!("#{rest}")).unwrap_or_default();
    format!("{page}{query}{fragment}")
}

async fn following(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
) -> Result<Answered, ApiError> {
    let (_, row) = services.site::<View>(caller, params)?;
    let snapshot = services.meta.snapshot();
    let site = snapshot.sites.get(&row.id).ok_or_else(|| ApiError::NotFound(format!("there is no site {}", row.id)))?;
    let mut question = Params::default();
    for name in ["idSite", "period", "date", "segment"] {
        question.push(name, params.get(name).unwrap_or(""));
    }
    let page = kept(site, required(params, "url")?);
    for (name, value) in [
        ("actionType", "url"),
        ("actionName", page.as_str()),
        ("parts", "followingActions"),
        ("limitBeforeGrouping", ROWS_MAX),
    ] {
        question.push(name, value);
    }
    let found = match asker.ask("Transitions.getTransitionsForAction", question).await {
        Ok(found) => found.into_answer(),
        // Nobody looked at the page: nobody went anywhere from it.
        Err(ApiError::NotFound(_)) => return Ok(Answered::Plain(Answer::List(Vec::new()))),
        Err(error) => return Err(error),
    };
    let Answer::Record(parts) = found else { return Ok(Answered::Plain(Answer::List(Vec::new()))) };
    let wanted = ["followingPages", "outlinks", "downloads"];
    let rows = parts.into_iter().filter(|(name, _)| wanted.contains(&name.as_str())).flat_map(|(_, rows)| match rows {
        Answer::List(rows) => rows,
        _ => Vec::new(),
    });
    Ok(Answered::Plain(Answer::List(rows.collect())))
}
