//! Dashboards of users.

use crate::{
    Services,
    services::{bad, from_meta, required},
};
use makoto_access::{Caller, Denied, Principal, Role};
use makoto_catalog::{Access, Answer, ApiError, Effect, Guard, Method, Param, ParamKind};
use makoto_meta::Dashboard;
use makoto_model::Params;
use serde_json::{Value as Json, json};

/// What stands on a dashboard that nobody changed yet: three columns of reports.
const DEFAULT_WIDGETS: [&[(&str, &str)]; 3] = [
    &[("VisitsSummary", "get"), ("Live", "getLastVisitsDetails"), ("VisitTime", "getVisitInformationPerLocalTime")],
    &[("Actions", "getPageUrls"), ("Referrers", "getReferrerType"), ("Referrers", "getWebsites")],
    &[("UserCountry", "getCountry"), ("DevicesDetection", "getType"), ("DevicesDetection", "getBrowsers")],
];
const DEFAULT_NAME: &str = "Dashboard";

const fn param(name: &'static str, kind: ParamKind, default: Option<&'static str>, doc: &'static str) -> Param {
    Param { name, kind, default, doc }
}

const ID: Param = param("idDashboard", ParamKind::Int, None, "the dashboard's number");
const LOGIN: Param = param("login", ParamKind::Text, Some(""), "whose it is; the caller's own without it");
const NAME: Param = param("dashboardName", ParamKind::Text, Some(""), "what it is called");

type Run = for<'a> fn(&'a Services, &'a Caller, &'a Params) -> makoto_catalog::Outcome<'a>;

const fn method(
    id: &'static str,
    doc: &'static str,
    params: &'static [Param],
    effect: Effect,
    run: Run,
) -> Method<Services> {
    Method { id, doc, params, access: Access::SignedIn, effect, guard: Guard::Open, run }
}

pub static METHODS: &[Method<Services>] = &[
    method(
        "Dashboard.getDashboards",
        "The dashboards of a user with their widgets.",
        &[LOGIN, param("returnDefaultIfEmpty", ParamKind::Bool, Some("1"), "0 for none where none was changed")],
        Effect::Read,
        |services, caller, params| Box::pin(list(services, caller, params)),
    ),
    method(
        "Dashboard.createNewDashboardForUser",
        "Adds a dashboard and gives its number.",
        &[
            param("login", ParamKind::Text, None, "whose it is"),
            NAME,
            param("addDefaultWidgets", ParamKind::Bool, Some("1"), "0 for an empty one"),
        ],
        Effect::Write,
        |services, caller, params| Box::pin(create(services, caller, params)),
    ),
    method(
        "Dashboard.removeDashboard",
        "Deletes a dashboard.",
        &[ID, LOGIN],
        Effect::Write,
        |services, caller, params| {
            Box::pin(async {
                let login = login(caller, params)?;
                services.meta.delete_dashboard(caller, &login, number(params)?).await.map_err(from_meta)?;
                Ok(Answer::Done)
            })
        },
    ),
    Method {
        access: Access::SomeSite(Role::Admin),
        ..method(
            "Dashboard.copyDashboardToUser",
            "Gives a copy of one's own dashboard to another user, and its number there.",
            &[ID, param("copyToUser", ParamKind::Text, None, "who gets it"), NAME],
            Effect::Write,
            |services, caller, params| Box::pin(copy(services, caller, params)),
        )
    },
    method(
        "Dashboard.resetDashboardLayout",
        "Puts the first widgets back.",
        &[ID, LOGIN],
        Effect::Write,
        |services, caller, params| Box::pin(change(services, caller, params, |_| Ok(default_layout()))),
    ),
    method(
        "Dashboard.saveLayout",
        "Says which widgets stand where.",
        &[ID, LOGIN, param("layout", ParamKind::Text, None, "JSON: a list of columns, each a list of widgets"), NAME],
        Effect::Write,
        |services, caller, params| {
            Box::pin(change(services, caller, params, |params| {
                let layout = required(params, "layout")?;
                let columns: Option<Json> = serde_json::from_str(layout).ok().filter(|json| columns(json).is_some());
                columns
                    .map(|json| json.to_string())
                    .ok_or_else(|| bad("layout", "send a JSON list of lists of widgets"))
            }))
        },
    ),
];

/// Whose dashboards are meant: one's own, or for superusers anybody's.
fn login(caller: &Caller, params: &Params) -> Result<String, ApiError> {
    let Principal::User(user) = &caller.principal else { return Err(Denied::NotSignedIn.into()) };
    match params.filled("login") {
        None => Ok(user.login.clone()),
        Some(other) if other.eq_ignore_ascii_case(&user.login) => Ok(user.login.clone()),
        Some(other) if caller.principal.is_superuser() => Ok(other.to_owned()),
        Some(_) => Err(Denied::NotSuperuser.into()),
    }
}

fn number(params: &Params) -> Result<i64, ApiError> {
    params.int("idDashboard").ok_or_else(|| bad("idDashboard", "write the number of a dashboard"))
}

fn default_layout() -> String {
    let widget = |(module, action): &(&str, &str)| {
        json!({ "uniqueId": format!("widget{module}{action}"), "isHidden": false,
            "parameters": { "module": module, "action": action } })
    };
    Json::Array(DEFAULT_WIDGETS.iter().map(|column| column.iter().map(widget).collect()).collect()).to_string()
}

/// The columns of a layout: a list of them, or such a list under `columns`.
fn columns(layout: &Json) -> Option<Vec<&Vec<Json>>> {
    let list = layout.get("columns").unwrap_or(layout).as_array()?;
    list.iter().map(Json::as_array).collect()
}

fn corrupt(dashboard: &Dashboard) -> ApiError {
    ApiError::Internal(format!("the layout of dashboard {} cannot be read", dashboard.id))
}

fn layout(dashboard: &Dashboard) -> Result<Json, ApiError> {
    serde_json::from_str(&dashboard.layout).map_err(|_| corrupt(dashboard))
}

/// Module and action of a widget.
fn widget(widget: &Json) -> Option<(String, String)> {
    let text = |name: &str| widget.get("parameters").and_then(|of| of.get(name)).and_then(Json::as_str);
    Some((text("module")?.to_owned(), text("action")?.to_owned()))
}

fn record(dashboard: &Dashboard) -> Result<Answer, ApiError> {
    let layout = layout(dashboard)?;
    let row = |(module, action): (String, String)| {
        Answer::record([("module", Answer::from(module)), ("action", action.into())])
    };
    let all = columns(&layout).ok_or_else(|| corrupt(dashboard))?;
    let widgets = all.into_iter().flatten().filter_map(widget).map(row);
    Ok(Answer::record([
        ("name", Answer::from(dashboard.name.as_str())),
        ("id", Answer::Int(dashboard.id)),
        ("widgets", Answer::List(widgets.collect())),
    ]))
}

fn untouched() -> Dashboard {
    Dashboard { id: 1, name: DEFAULT_NAME.to_owned(), layout: default_layout() }
}

async fn list(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let mut all = services.meta.dashboards(&login(caller, params)?).await.map_err(from_meta)?;
    if all.is_empty() && params.get("returnDefaultIfEmpty").is_none_or(|yes| yes != "0") {
        all.push(untouched());
    }
    Ok(Answer::List(all.iter().map(record).collect::<Result<_, _>>()?))
}

async fn create(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let login = login(caller, params)?;
    let layout = match params.get("addDefaultWidgets").is_none_or(|yes| yes != "0") {
        true => default_layout(),
        false => "[[]]".to_owned(),
    };
    let name = params.filled("dashboardName").unwrap_or(DEFAULT_NAME);
    services.meta.add_dashboard(caller, &login, name, &layout).await.map(Answer::Int).map_err(from_meta)
}

async fn own(services: &Services, login: &str, id: i64) -> Result<Dashboard, ApiError> {
    let all = services.meta.dashboards(login).await.map_err(from_meta)?;
    let implied = (all.is_empty() && id == 1).then(untouched);
    let found = all.into_iter().find(|dashboard| dashboard.id == id).or(implied);
    found.ok_or_else(|| ApiError::NotFound(format!("there is no dashboard {id}")))
}

/// Whose dashboard `idDashboard` and `login` mean, its number, its name, and its columns of widgets by module and action.
pub(crate) type Chosen = (String, i64, String, Vec<Vec<(String, String)>>);

/// The dashboard that a call names, which must be the caller's own unless a superuser asks.
///
/// # Errors
/// `NotFound` without such a dashboard; why the caller may not look at it.
pub(crate) async fn chosen(services: &Services, caller: &Caller, params: &Params) -> Result<Chosen, ApiError> {
    let login = login(caller, params)?;
    let dashboard = own(services, &login, number(params)?).await?;
    let layout = layout(&dashboard)?;
    let columns = columns(&layout).ok_or_else(|| corrupt(&dashboard))?;
    let widgets = columns.into_iter().map(|column| column.iter().filter_map(widget).collect()).collect();
    Ok((login, dashboard.id, dashboard.name, widgets))
}

async fn copy(services: &Services, caller: &Caller, params: &Params) -> Result<Answer, ApiError> {
    let Principal::User(user) = &caller.principal else { return Err(Denied::NotSignedIn.into()) };
    let dashboard = own(services, &user.login, number(params)?).await?;
    let (to, name) = (required(params, "copyToUser")?, params.filled("dashboardName").unwrap_or(&dashboard.name));
    services.meta.add_dashboard(caller, to, name, &dashboard.layout).await.map(Answer::Int).map_err(from_meta)
}

async fn change(
    services: &Services,
    caller: &Caller,
    params: &Params,
    layout: fn(&Params) -> Result<String, ApiError>,
) -> Result<Answer, ApiError> {
    let (login, id) = (login(caller, params)?, number(params)?);
    let before = own(services, &login, id).await?;
    let name = params.filled("dashboardName").unwrap_or(&before.name).to_owned();
    let layout = layout(params)?;
    if services.meta.dashboards(&login).await.map_err(from_meta)?.is_empty() {
        services.meta.add_dashboard(caller, &login, &name, &layout).await.map_err(from_meta)?;
        return Ok(Answer::Done);
    }
    services.meta.change_dashboard(caller, &login, &Dashboard { id, name, layout }).await.map_err(from_meta)?;
    Ok(Answer::Done)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_widgets_are_reports_that_exist() {
        let catalog = crate::catalog().unwrap();
        for (module, action) in DEFAULT_WIDGETS.iter().copied().flatten() {
            assert!(catalog.report(&format!("{module}.{action}")).is_some(), "{module}.{action}");
        }
        let shown = record(&untouched()).unwrap();
        assert!(
            matches!(&shown, Answer::Record(fields) if matches!(&fields[2].1, Answer::List(all) if all.len() == 9))
        );
    }

    #[test]
    fn layouts_are_columns_of_widgets() {
        for good in ["[]", "[[]]", r#"{"config":{"layout":"50-50"},"columns":[[],[]]}"#] {
            assert!(columns(&serde_json::from_str(good).unwrap()).is_some(), "{good}");
        }
        for bad in ["{}", "3", "[{}]", r#"{"columns":5}"#] {
            assert!(columns(&serde_json::from_str(bad).unwrap()).is_none(), "{bad}");
        }
    }
}
