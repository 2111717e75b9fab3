//! Goals: adding, changing, deleting and listing them.

use crate::{
    Services,
    services::{asked_sites, bad, from_meta, required},
};
use makoto_access::{Caller, Role, View, Write, check};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_model::{Attribute, Goal, Params, PatternKind, SiteId};

const fn param(name: &'static str, kind: ParamKind, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind, default, doc }
}

const ID_SITE: Param = param("idSite", ParamKind::Int, None, "the site's number");
const ID_GOAL: Param = param("idGoal", ParamKind::Int, None, "the goal's number");

/// Characters of a goal's name, description and pattern.
const TEXT_CHARS_MAX: usize = 255;
/// Memory of one compiled expression: people err.
const EXPRESSION_BYTES_MAX: usize = 1 << 20;

macro_rules! goal_params {
    ($($first:expr),*) => {
        &[
            ID_SITE,
            $($first,)*
            param("name", ParamKind::Text, None, "what people call the goal"),
            param(
                "matchAttribute",
                ParamKind::Text,
                None,
                "url, title, file, external_website, event_category, event_action, event_name, visit_duration or manually",
            ),
            param("pattern", ParamKind::Text, None, "what the attribute must be; minutes for visit_duration"),
            param("patternType", ParamKind::Text, None, "contains, exact, regex, or greater_than for visit_duration"),
            param("caseSensitive", ParamKind::Bool, Some("0"), "1 to tell upper from lower case"),
            param("revenue", ParamKind::Float, Some("0"), "what reaching it is worth"),
            param("allowMultipleConversionsPerVisit", ParamKind::Bool, Some("0"), "1 to count each time"),
            param("description", ParamKind::Text, Some(""), "for people"),
            param("useEventValueAsRevenue", ParamKind::Bool, Some("0"), "1 to take the event's value as revenue"),
        ]
    };
}

pub static METHODS: &[Method<Services>] = &[
    Method {
        id: "Goals.addGoal",
        doc: "Adds a goal to a site and gives its number.",
        params: goal_params!(),
        access: Access::Site(Role::Write),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(add(services, caller, params)),
    },
    Method {
        id: "Goals.updateGoal",
        doc: "Changes a goal: every field is given anew.",
        params: goal_params!(ID_GOAL),
        access: Access::Site(Role::Write),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(update(services, caller, params)),
    },
    Method {
        id: "Goals.deleteGoal",
        doc: "Deletes a goal. What it counted stays in the sums.",
        params: &[ID_SITE, ID_GOAL],
        access: Access::Site(Role::Write),
        effect: Effect::Write,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let (grant, _) = services.site::<Write>(caller, params)?;
                services.meta.delete_goal(&grant, caller, id_of(params)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    },
    Method {
        id: "Goals.getGoal",
        doc: "One goal; nothing when there is none of this number.",
        params: &[ID_SITE, ID_GOAL],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| {
            Box::pin(async {
                let (_, site) = services.site::<View>(caller, params)?;
                let id = id_of(params)?;
                let goals = goals_of(services, &[site.id]);
                let goal = goals.iter().find(|(_, goal)| goal.id == id);
                Ok(goal.map_or(Answer::Done, |(site, goal)| record(*site, goal)))
            })
        },
    },
    Method {
        id: "Goals.getGoals",
        doc: "The goals of sites.",
        params: &[
            param("idSite", ParamKind::List, None, "numbers of sites with commas, or all"),
            param("orderByName", ParamKind::Bool, Some("0"), "1 to sort by name instead of number"),
        ],
        access: Access::Site(Role::View),
        effect: Effect::Read,
        guard: Guard::Open,
        run: |services, caller, params| Box::pin(async { list(services, caller, params) }),
    },
];

fn id_of(params: &Params) -> Result<u32, ApiError> {
    let text = required(params, "idGoal")?;
    text.trim().parse().map_err(|_| bad("idGoal", "write the number of a goal"))
}

fn goals_of(services: &Services, sites: &[SiteId]) -> Vec<(SiteId, Goal)> {
    let snapshot = services.meta.snapshot();
    let of = |id: &SiteId| snapshot.sites.get(id).map_or(Vec::new(), |site| site.goals.clone());
    sites.iter().flat_map(|id| of(id).into_iter().map(move |goal| (*id, goal))).collect()
}

fn list(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let snapshot = services.meta.snapshot();
    let grant = check::<View>(&caller.principal, &asked_sites(params, "idSite")?, &snapshot.site_ids())?;
    let mut goals = goals_of(services, grant.sites());
    if params.says("orderByName") {
        goals.sort_by_key(|(_, goal)| goal.name.to_lowercase());
    }
    Ok(goals.iter().map(|(site, goal)| record(*site, goal)).collect())
}

/// A goal as Matomo shows it. One that the site reports has no pattern.
fn record(site: SiteId, goal: &Goal) -> Answer {
    let flag = |yes: bool| Answer::Int(i64::from(yes));
    let mut fields = vec![
        ("idsite", Answer::Int(i64::from(site.0))),
        ("idgoal", Answer::Int(i64::from(goal.id))),
        ("name", goal.name.as_str().into()),
        ("description", goal.description.as_str().into()),
        ("match_attribute", goal.attribute.name().into()),
    ];
    if goal.attribute != Attribute::Manually {
        fields.extend([
            ("pattern", goal.pattern.as_str().into()),
            ("pattern_type", goal.kind.name().into()),
            ("case_sensitive", flag(goal.case_sensitive)),
        ]);
    }
    fields.extend([
        ("allow_multiple", flag(goal.many)),
        ("revenue", Answer::Float(goal.revenue)),
        ("deleted", Answer::Int(0)),
        ("event_value_as_revenue", flag(goal.event_value_as_revenue)),
    ]);
    Answer::record(fields)
}

async fn add(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, _) = services.site::<Write>(caller, params)?;
    let id = services.meta.add_goal(&grant, caller, read(params, 0)?).await.map_err(from_meta)?;
    Ok(Answer::Int(i64::from(id)))
}

async fn update(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let (grant, _) = services.site::<Write>(caller, params)?;
    services.meta.change_goal(&grant, caller, read(params, id_of(params)?)?).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

/// A text that callers of Matomo encode once more than others.
fn text(params: &Params, name: &str) -> Result<String, ApiError> {
    let text = decoded(params.get(name).unwrap_or("")).trim_matches(['\r', '\n', '\0']).to_owned();
    match text.chars().count() {
        0..=TEXT_CHARS_MAX => Ok(text),
        _ => Err(bad(name, format!("write {TEXT_CHARS_MAX} characters at most"))),
    }
}

/// Percent signs and plus signs turned back, as in a form.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let code = after.get(..2).and_then(|two| std::str::from_utf8(two).ok());
        let code = code.filter(|two| two.bytes().all(|b| b.is_ascii_hexdigit()));
        match (byte, code.and_then(|two| u8::from_str_radix(two, 16).ok())) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

fn flag(params: &Params, name: &str) -> Result<bool, ApiError> {
    match params.filled(name) {
        None | Some("0" | "false") => Ok(false),
        Some("1" | "true") => Ok(true),
        Some(_) => Err(bad(name, "write 0 or 1")),
    }
}

/// Reads and checks a goal.
fn read(params: &Params, id: u32) -> Result<Goal, ApiError> {
    for name in ["name", "matchAttribute", "pattern", "patternType"] {
        required(params, name)?;
    }
    let name = text(params, "name")?;
    if name.trim().is_empty() {
        return Err(bad("name", "give the goal a name"));
    }
    let attribute = Attribute::parse(params.get("matchAttribute").unwrap_or(""))
        .ok_or_else(|| bad("matchAttribute", "use url, title, file, external_website, an event's part or manually"))?;
    let kind = PatternKind::parse(params.get("patternType").unwrap_or(""))
        .ok_or_else(|| bad("patternType", "use contains, exact, regex or greater_than"))?;
    let revenue = match params.filled("revenue").filter(|text| *text != "false") {
        None => 0.0,
        Some(text) => {
            let amount = text.trim().replace(',', ".").parse().ok().filter(|amount: &f64| amount.is_finite());
            amount.ok_or_else(|| bad("revenue", "write an amount such as 9.90"))?
        }
    };
    let goal = Goal {
        id,
        name,
        description: text(params, "description")?,
        attribute,
        pattern: text(params, "pattern")?,
        kind,
        case_sensitive: flag(params, "caseSensitive")?,
        many: flag(params, "allowMultipleConversionsPerVisit")?,
        revenue: (revenue * 100.0).round() / 100.0,
        event_value_as_revenue: flag(params, "useEventValueAsRevenue")?,
    };
    check_pattern(&goal)?;
    Ok(goal)
}

fn check_pattern(goal: &Goal) -> Result<(), ApiError> {
    let of_time = goal.kind == PatternKind::GreaterThan;
    match goal.attribute {
        Attribute::Manually => return Ok(()),
        Attribute::VisitDuration if !of_time => return Err(bad("patternType", "use greater_than for visit_duration")),
        Attribute::VisitDuration => {
            let minutes = goal.pattern.trim().parse::<f64>().ok().filter(|minutes| (0.0..=1440.0).contains(minutes));
            return minutes.map(drop).ok_or_else(|| bad("pattern", "write a number of minutes, 1440 at most"));
        }
        _ if of_time => return Err(bad("patternType", "greater_than is for visit_duration alone")),
        _ if goal.pattern.trim().is_empty() => return Err(bad("pattern", "write what the attribute must be")),
        _ => {}
    }
    let is_address = matches!(goal.attribute, Attribute::Url | Attribute::File | Attribute::Outlink);
    if goal.kind == PatternKind::Exact && is_address && !goal.pattern.starts_with("http") {
        return Err(bad("pattern", "an exact address begins with http:// or https://; else use contains"));
    }
    if goal.event_value_as_revenue && !goal.attribute.is_of_events() {
        return Err(bad("useEventValueAsRevenue", "only goals of events have an event's value"));
    }
    if goal.kind == PatternKind::Regex {
        let expression = regex::RegexBuilder::new(&goal.pattern).size_limit(EXPRESSION_BYTES_MAX).build();
        expression.map_err(|_| bad("pattern", "this expression cannot be read; look-around is not known here"))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn goal(pairs: &[(&str, &str)]) -> Result<Goal, ApiError> {
        let given = |name: &str| pairs.iter().any(|(given, _)| *given == name);
        let base = [("name", "G"), ("matchAttribute", "url"), ("pattern", "a"), ("patternType", "contains")];
        let all = base.iter().filter(|(name, _)| !given(name)).chain(pairs);
        read(&Params::new(all.map(|(name, value)| ((*name).into(), (*value).into())).collect()), 3)
    }

    #[test]
    fn names_and_patterns_are_decoded_once_more() {
        let goal =
            goal(&[("pattern", "^Order [0-9]+"), ("name", "A%20b"), ("patternType", "regex"), ("revenue", "2,50")]);
        let goal = goal.unwrap();
        assert_eq!((goal.pattern.as_str(), goal.name.as_str(), goal.revenue), ("^Order [0-9] ", "A b", 2.5));
    }

    #[test]
    fn what_can_match_nothing_is_refused() {
        for bad in [
            &[("name", " ")][..],
            &[("matchAttribute", "weather")],
            &[("patternType", "like")],
            &[("pattern", "")],
            &[("patternType", "exact"), ("pattern", "shop")],
            &[("patternType", "regex"), ("pattern", "(")],
            &[("patternType", "regex"), ("pattern", "(?=a)")],
            &[("patternType", "greater_than")],
            &[("matchAttribute", "visit_duration")],
            &[("matchAttribute", "visit_duration"), ("patternType", "greater_than"), ("pattern", "x")],
            &[("useEventValueAsRevenue", "1")],
            &[("revenue", "much")],
            &[("caseSensitive", "perhaps")],
        ] {
            assert!(goal(bad).is_err(), "{bad:?}");
        }
        for good in [
            &[("matchAttribute", "manually"), ("pattern", "")][..],
            &[("matchAttribute", "visit_duration"), ("patternType", "greater_than"), ("pattern", "5")],
            &[("matchAttribute", "event_name"), ("patternType", "exact"), ("pattern", "Buy")],
            &[("revenue", "false")],
        ] {
            assert!(goal(good).is_ok(), "{good:?}");
        }
    }
}
