//! The pages of the reporting menu and the widgets on them, under the names by which programs of Matomo look for them.
//! Reports come from the catalog, and where Matomo shows them from `places`.

use super::{
    entries::{self, Entry},
    menu,
    places::{
        ACTIONS, BY_GOAL, ECOMMERCE, FIGURES, GOALS, GRAPH, OF_ACTIONS, OF_REFERRERS, OF_VISITORS, Place, SECOND,
        TITLES, VISITORS, View, held, tool, view,
    },
};
use makoto_catalog::{Answer, Chart, ToldGoals, language::Language};
use makoto_model::{Site, Value};

/// A heading by its id and the name that people read.
type Heading = (String, String);

/// A widget on a page, or in the list of all.
#[derive(Clone)]
pub struct Widget {
    name: String,
    id: String,
    params: Vec<(&'static str, Answer)>,
    report: bool,
    chart: Option<Chart>,
    order: u16,
    /// It also stands in the list of widgets.
    apart: bool,
    /// Other widgets, one below the other or to choose among.
    inside: Option<(&'static str, Vec<Widget>)>,
    /// Where it says that it belongs, inside another one.
    under: Option<(Heading, Heading)>,
}

/// A page of the menu.
pub struct Page {
    category: &'static str,
    subcategory: Heading,
    widgets: Vec<Widget>,
    language: &'static Language,
}

fn heading(language: &Language, id: &str) -> Heading {
    (id.to_owned(), language.of(menu::subcategory(id).0).into_owned())
}

fn category_of(language: &Language, id: &str) -> Heading {
    (id.to_owned(), language.of(menu::category(id).0).into_owned())
}

impl Widget {
    fn of_view(language: &Language, view: &View) -> Widget {
        let params = view.params.iter().map(|(name, value)| match name.strip_suffix("[]") {
            Some(name) => (name, [*value].into_iter().collect()),
            None => (*name, Answer::from(*value)),
        });
        Widget {
            name: language.of(view.name).into_owned(),
            id: view.id.to_owned(),
            params: params.collect(),
            report: view.report,
            chart: None,
            order: 99,
            apart: view.apart,
            inside: None,
            under: None,
        }
    }

    fn of_entry(entry: &Entry) -> Widget {
        let method = entry.report.method;
        let of = |list: &[(&str, &'static str)]| list.iter().find(|(known, _)| *known == method).map(|(_, text)| *text);
        let mut params: Vec<(&'static str, Answer)> = Vec::new();
        params.extend(entry.param.iter().map(|(name, value)| (*name, Answer::from(entries::text(value)))));
        params.extend(of(SECOND).map(|second| ("secondaryDimension", Answer::from(second))));
        Widget {
            name: of(TITLES).map_or_else(|| entry.name.clone(), |title| entry.language.of(title).into_owned()),
            id: method.to_owned(),
            params,
            report: true,
            chart: Some(entry.report.chart),
            order: 100 + entry.report.order,
            apart: true,
            inside: None,
            under: None,
        }
    }

    /// Widgets in one; `by` says by what one chooses among them, if one does.
    fn container(name: impl AsRef<str>, id: &str, by: &'static str, widgets: Vec<Widget>) -> Widget {
        Widget {
            name: name.as_ref().to_owned(),
            id: "CoreHome.renderWidgetContainer".to_owned(),
            params: vec![("containerId", Answer::from(id))],
            report: false,
            chart: None,
            order: 99,
            apart: true,
            inside: Some((by, widgets)),
            under: None,
        }
    }

    fn under(self, category: Heading, subcategory: Heading) -> Widget {
        Widget { under: Some((category, subcategory)), ..self }
    }

    fn on_its_page(self) -> Widget {
        Widget { apart: false, ..self }
    }

    /// The same widget by itself, under another name.
    fn alone(&self, name: String) -> Widget {
        Widget { name, under: None, ..self.clone() }
    }

    fn unique_id(&self) -> String {
        let container = self.inside.is_some();
        let (module, action) = self.id.split_once('.').unwrap_or((&self.id, ""));
        let mut id = if container { "widget".to_owned() } else { format!("widget{module}{action}") };
        for (name, value) in &self.params {
            let text = match value {
                Answer::Text(text) => text.clone(),
                Answer::Int(n) => n.to_string(),
                _ => continue,
            };
            id.push_str(&if container && *name == "containerId" { text } else { format!("{name}{text}") });
        }
        id
    }

    /// The widget under these headings, unless it says itself where it belongs.
    fn record(&self, headings: Option<(Answer, Answer)>) -> Answer {
        let (module, action) = self.id.split_once('.').unwrap_or((&self.id, ""));
        let mut fields = vec![("name", Answer::from(self.name.as_str()))];
        let own = self.under.as_ref().map(|(category, inner)| (group(category, 99), section(inner, 99)));
        if let Some((category, inner)) = own.or(headings) {
            fields.extend([("category", category), ("subcategory", inner)]);
        }
        let params = self.params.iter().map(|(name, value)| (*name, value.clone()));
        let params = params.chain([("module", Answer::from(module)), ("action", action.into())]);
        fields.extend([
            ("module", module.into()),
            ("action", action.into()),
            ("order", Answer::Int(self.order.into())),
            ("parameters", Answer::record(params)),
            ("uniqueId", self.unique_id().into()),
            ("isWide", Answer::Bool(false)),
        ]);
        if self.report {
            let forced = self.params.iter().find(|(name, _)| *name == "viewDataTable").map(|(_, view)| view.clone());
            fields.push(("viewDataTable", forced.unwrap_or_else(|| self.chart.map_or(Answer::Null, chart))));
            fields.push(("isReport", Answer::Bool(true)));
        }
        if let Some((layout, widgets)) = &self.inside {
            fields.push(("layout", (*layout).into()));
            fields.push(("isContainer", Answer::Bool(true)));
            fields.push(("widgets", widgets.iter().map(|widget| widget.record(None)).collect()));
        }
        Answer::record(fields)
    }
}

fn chart(chart: Chart) -> Answer {
    Answer::from(match chart {
        Chart::Table | Chart::Map => "table",
        Chart::Bars => "graphVerticalBar",
        Chart::Pie => "graphPie",
        Chart::Evolution => "sparklines",
    })
}

fn group((id, name): &Heading, order: u16) -> Answer {
    Answer::record([
        ("id", Answer::from(id.as_str())),
        ("name", name.as_str().into()),
        ("order", Answer::Int(order.into())),
        ("icon", "".into()),
        ("help", "".into()),
        ("widget", Answer::Null),
    ])
}

fn section((id, name): &Heading, order: u16) -> Answer {
    Answer::record([
        ("id", Answer::from(id.as_str())),
        ("name", name.as_str().into()),
        ("order", Answer::Int(order.into())),
        ("help", "".into()),
    ])
}

/// Whether a report is shown as a table of its own; single rows are shown as graphs and figures.
fn is_table(entry: &Entry) -> bool {
    !entry.about.inner && !entry.rows.is_empty() && !entry.subcategory.is_empty()
}

/// The tables of a page and its further views.
fn page(language: &'static Language, place: &Place, all: &[Entry]) -> Option<Page> {
    let here = |entry: &&Entry| entry.category == place.category && entry.subcategory == place.subcategory;
    let tables = all.iter().filter(|entry| is_table(entry)).filter(here).map(Widget::of_entry);
    let (category, subcategory) = (category_of(language, place.category), heading(language, place.subcategory));
    let mut widgets: Vec<Widget> = match place.held {
        "" => tables.map(|widget| with_number(language, widget)).collect(),
        held => {
            let inside = tables.map(|widget| widget.under(category.clone(), subcategory.clone())).collect();
            vec![Widget::container("", held, "ByDimension", inside)]
        }
    };
    widgets.extend(place.views.iter().map(|view| Widget::of_view(language, view)));
    let subcategory = if place.category == "Dashboard_Dashboard" {
        ("1".to_owned(), language.of("Dashboard").into_owned())
    } else {
        subcategory
    };
    (!widgets.is_empty()).then_some(Page { category: place.category, subcategory, widgets, language })
}

/// The table of continents with the number of countries below it.
fn with_number(language: &Language, widget: Widget) -> Widget {
    if widget.id != "UserCountry.getContinent" {
        return widget;
    }
    let number = view("", "UserCountry.getDistinctCountries", &[]);
    let under = |widget: Widget| {
        widget.under(category_of(language, VISITORS), heading(language, "UserCountry_SubmenuLocations"))
    };
    Widget::container("", "Continent", "", vec![under(widget), under(Widget::of_view(language, &number).on_its_page())])
}

/// One page for each dimension that the site defines itself.
fn own_pages<'a>(category: &'static str, all: &'a [Entry]) -> impl Iterator<Item = Page> + 'a {
    let own = move |entry: &&Entry| entry.category == category && entry.subcategory.starts_with("customdimension");
    all.iter().filter(own).map(|entry| Page {
        category: entry.category,
        subcategory: (entry.subcategory.clone(), entry.name.clone()),
        widgets: vec![Widget::of_entry(entry)],
        language: entry.language,
    })
}

/// The reports that tell of one goal, of orders, or of all goals together, to choose among.
fn by_goal(language: &Language, goal: &Value, of: &str, all: &[Entry]) -> Vec<Widget> {
    let mut widgets = Vec::new();
    let order = of == "Sales";
    for (what, methods) in BY_GOAL {
        let title = if what.is_empty() { format!("{of} engagement") } else { format!("{of} by {what}") };
        let told = |entry: &&Entry, method: &str| {
            entry.report.method == method
                && !matches!(entry.param, Some(("idGoal", _)))
                && (what.is_empty() || entry.about.goals != ToldGoals::None || entry.subcategory.starts_with("custom"))
        };
        for entry in methods.iter().flat_map(|method| all.iter().filter(move |entry| told(entry, method))) {
            let view = if what.is_empty() { "table" } else { "tableGoals" };
            let mut params = vec![
                ("forceView", Answer::from("1")),
                ("viewDataTable", view.into()),
                ("documentationForGoalsPage", "1".into()),
                ("idGoal", Answer::from(goal.clone())),
            ];
            params.extend(entry.param.iter().map(|(name, value)| (*name, Answer::from(entries::text(value)))));
            if order {
                params.push(("segmented_visitor_log_segment_suffix", "visitEcommerceStatus==ordered".into()));
            }
            let under = (title.clone(), language.of(&title).into_owned());
            let plain = Widget { name: entry.name.clone(), params, ..Widget::of_entry(entry) };
            widgets.push(plain.under(under.clone(), under));
        }
    }
    widgets
}

fn with_goal(language: &Language, view: View, params: impl IntoIterator<Item = (&'static str, Answer)>) -> Widget {
    let mut widget = Widget::of_view(language, &view);
    widget.params.extend(params);
    widget
}

/// The pages of goals: one for each by name, then the overview.
fn goal_pages(language: &'static Language, site: &Site, all: &[Entry]) -> Vec<Page> {
    let mut goals: Vec<_> = site.goals.iter().collect();
    goals.sort_by(|a, b| a.name.cmp(&b.name));
    let mut pages: Vec<Page> = goals
        .into_iter()
        .map(|goal| {
            let id = i64::from(goal.id);
            let under = |widget: Widget| widget.under(category_of(language, GOALS), (id.to_string(), id.to_string()));
            let named = |view: View| with_goal(language, view, [("idGoal", Answer::Int(id))]);
            let figures = with_goal(language, view("", "Goals.get", FIGURES), {
                [("idGoal", Answer::Int(id)), ("allow_multiple", Answer::Int(i64::from(goal.many)))]
            });
            let own = vec![
                under(named(view("", "Goals.getEvolutionGraph", GRAPH))),
                under(figures),
                under(named(view("Conversions Overview", "Goals.goalConversionsOverview", &[]))),
            ];
            let title =
                { format!("{} {} {}", language.of("Goal"), goal.name, language.of("conversions by type of visit")) };
            let by = by_goal(language, &Value::Int(id), "Goals", all);
            Page {
                category: GOALS,
                subcategory: (id.to_string(), goal.name.clone()),
                widgets: vec![
                    Widget::container(&goal.name, &format!("Goal_{id}"), "", own),
                    Widget::container(title, &format!("Goals{id}"), "ByDimension", by).on_its_page(),
                ],
                language,
            }
        })
        .collect();
    let under = |view: View| {
        Widget::of_view(language, &view).under(category_of(language, GOALS), heading(language, "General_Overview"))
    };
    let overview = vec![
        under(view("", "Goals.getEvolutionGraph", GRAPH)),
        under(view("", "Goals.getMetrics", FIGURES)),
        under(view("", "Goals.getSparklines", &[])),
    ];
    let by = by_goal(language, &Value::Int(0), "Goals", all);
    pages.push(Page {
        category: GOALS,
        subcategory: heading(language, "General_Overview"),
        widgets: vec![
            Widget::container(language.of("Overview"), "GoalsOverview", "", overview),
            Widget::container(language.of("Conversions overview by type of visit"), "Goals", "ByDimension", by)
                .on_its_page(),
        ],
        language,
    });
    pages.push(Page {
        category: GOALS,
        subcategory: heading(language, "Goals_ManageGoals"),
        widgets: vec![Widget::of_view(language, &tool("Manage Goals", "Goals.editGoals").on_its_page())],
        language,
    });
    pages
}

/// The pages of a shop.
fn shop_pages(language: &'static Language, all: &[Entry]) -> Vec<Page> {
    const ORDER: &str = "ecommerceOrder";
    let of_orders = |view: View| {
        let widget = with_goal(language, view, [("idGoal", Answer::from(ORDER))]);
        widget.under(category_of(language, ECOMMERCE), heading(language, "General_Overview"))
    };
    let conversions = with_goal(language, view("Conversions Overview", "Ecommerce.getConversionsOverview", &[]), {
        [("idGoal", Answer::from(ORDER))]
    });
    let overview = vec![
        of_orders(view("", "Goals.getEvolutionGraph", GRAPH)),
        of_orders(view("", "Ecommerce.getSparklines", FIGURES)),
        conversions.under(category_of(language, GOALS), (ORDER.to_owned(), ORDER.to_owned())),
    ];
    let mut sales =
        Widget::container("", "GoalsOrder", "ByDimension", by_goal(language, &Value::from(ORDER), "Sales", all));
    sales.params.insert(0, ("idGoal", Answer::from(ORDER)));
    let mut pages = vec![
        Page {
            category: ECOMMERCE,
            subcategory: heading(language, "Goals_EcommerceLog"),
            widgets: vec![Widget::of_view(language, &tool("Ecommerce Log", "Ecommerce.getEcommerceLog"))],
            language,
        },
        Page {
            category: ECOMMERCE,
            subcategory: heading(language, "General_Overview"),
            widgets: vec![Widget::container(language.of("Ecommerce Overview"), "EcommerceOverview", "", overview)],
            language,
        },
    ];
    pages.extend(page(language, &held(ECOMMERCE, "Goals_Products", "Products"), all));
    pages.push(Page {
        category: ECOMMERCE,
        subcategory: heading(language, "Ecommerce_Sales"),
        widgets: vec![sales],
        language,
    });
    pages
}

/// Every page of a site's menu. `all` are its listed reports.
pub fn pages(site: &Site, language: &'static Language, all: &[Entry]) -> Vec<Page> {
    let mut pages: Vec<Page> = own_pages(ACTIONS, all).collect();
    pages.extend(OF_ACTIONS.iter().filter_map(|place| page(language, place, all)));
    pages.extend(own_pages(VISITORS, all));
    pages.extend(OF_VISITORS.iter().chain(OF_REFERRERS).filter_map(|place| page(language, place, all)));
    pages.extend(goal_pages(language, site, all));
    if site.ecommerce {
        pages.extend(shop_pages(language, all));
    }
    pages
}

impl Page {
    fn headings(&self) -> (Answer, Answer) {
        let (name, order) = menu::page_category(self.category);
        let category = group(&(self.category.to_owned(), self.language.of(name).into_owned()), order);
        (category, section(&self.subcategory, menu::subcategory(&self.subcategory.0).1))
    }

    /// The page with its widgets.
    pub fn record(&self) -> Answer {
        let (category, subcategory) = self.headings();
        Answer::record([
            ("uniqueId", Answer::from(format!("{}.{}", self.category, self.subcategory.0))),
            ("category", category),
            ("subcategory", subcategory),
            ("widgets", self.widgets.iter().map(|widget| widget.record(None)).collect()),
        ])
    }

    /// The widgets of the page as they stand in the list of all: those to choose among one by one.
    pub fn apart(&self) -> Vec<Answer> {
        let mut records = Vec::new();
        for widget in self.widgets.iter().filter(|widget| widget.apart) {
            match &widget.inside {
                Some(("ByDimension", inside)) => records.extend(inside.iter().map(|inner| {
                    let of = inner.under.as_ref().map_or("", |(category, _)| category.1.as_str());
                    let name = format!("{of}: {}", inner.name);
                    inner.alone(name).record(Some(self.headings()))
                })),
                Some(("", inside)) if widget.name.is_empty() => {
                    let shown = inside.iter().filter(|inner| inner.apart);
                    records.extend(shown.map(|inner| inner.alone(inner.name.clone()).record(Some(self.headings()))));
                }
                _ => records.push(widget.record(Some(self.headings()))),
            }
        }
        records
    }
}

/// Widgets that stand on no page.
pub fn others(language: &Language) -> Vec<Answer> {
    let visitors = || (group(&category_of(language, VISITORS), menu::category(VISITORS).1), Answer::Null);
    let under = |view: View| {
        Widget::of_view(language, &view).under(category_of(language, VISITORS), heading(language, "General_Overview"))
    };
    let overview = vec![
        under(view("Visits Over Time", "VisitsSummary.getEvolutionGraph", GRAPH)),
        under(view("Visits Overview", "VisitsSummary.get", FIGURES)),
    ];
    vec![
        Widget::of_view(language, &view("Real-time visitor count", "Live.getSimpleLastVisitCount", &[]))
            .record(Some(visitors())),
        Widget::of_view(language, &tool("Visitor profile", "Live.getVisitorProfilePopup")).record(Some(visitors())),
        Widget::container(language.of("Visits Overview (with graph)"), "VisitOverviewWithGraph", "", overview)
            .record(Some(visitors())),
    ]
}
