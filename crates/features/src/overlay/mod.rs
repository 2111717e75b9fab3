//! What programs ask that draw clicks over the pages of a site.

use crate::{
    Services,
    rows::PERIOD_PARAMS,
    services::required,
    sites_manager::left_out,
    users_manager::{param, read},
};
use makoto_access::{Caller, Role, View};
use makoto_catalog::{Access, Answer, Answered, ApiError, Asker, Composed, Method, Param, ParamKind, language::asked};
use makoto_model::Params;

/// Rows of each kind at most; the others are one row.
const ROWS_MAX: &str = "300";

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
            Box::pin(async { left_out(services, caller, params, |site| &site.excluded_parameters) })
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

async fn following(
    services: &Services,
    caller: &Caller,
    params: &Params,
    asker: &dyn Asker,
) -> Result<Answered, ApiError> {
    let (_, row) = services.site::<View>(caller, params)?;
    let mut question = Params::default();
    for name in ["idSite", "period", "date", "segment"] {
        question.push(name, params.get(name).unwrap_or(""));
    }
    let counted = services.probes()?.counted_as(row.id, required(params, "url")?);
    // Nobody was on what is no page.
    let Some(page) = counted.map_err(ApiError::Refused)? else {
        return Ok(Answered::Plain(Answer::List(Vec::new())));
    };
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
