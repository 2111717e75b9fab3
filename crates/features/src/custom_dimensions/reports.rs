use super::{ACTION, VISIT};
use crate::{
    actions::metrics::{NB_HITS, NB_UNIQ_VISITORS, NB_VISITS},
    core_home::{about, metrics as visits},
    rows::{LABEL, all, ours_if_none, query_encoded, text},
};
use makoto_catalog::{
    About, Aggregate, Condition, Expr, FlatLabel, GoalColumns, LocalFacts, Meta, Metric, Op, Part, Report, RowLabel,
    Scope, Shape, Unit, Variant, language::Language,
};
use makoto_model::{OwnScope, Site, TrackedUrl, Value, own::SLOTS_MAX};

const CATEGORY: &str = "CustomDimensions_CustomDimensions";
const NO_VALUE: &str = "Value not defined";

/// Time on one page at most, seconds; longer ones are counted as this.
const TIME_S_MAX: i64 = 1800;

const PLAIN: Report = Report {
    method: "CustomDimensions.getCustomDimension",
    name: "Custom dimension",
    doc: "The values of a dimension that the site defines itself.",
    category: "General_Visitors",
    subcategory: CATEGORY,
    rows_max: (1000, 1000),
    ranked: &["nb_visits"],
    ..Report::PLAIN
};

macro_rules! timing {
    ($($sum:ident $hits:ident $min:ident $max:ident $name:literal $column:literal;)+) => {
        $(
            static $sum: Metric = Metric::counted(
                concat!("sum_", $column),
                concat!($name, ": total"),
                "Milliseconds of all page views that were timed.",
                Aggregate::Sum(Expr::Column($column)),
                None,
            );
            static $hits: Metric = Metric::counted(
                concat!("nb_hits_with_", $column),
                concat!($name, ": timed page views"),
                "Page views that were timed.",
                Aggregate::Count,
                Some(Expr::Minus(&Expr::Minus(&Expr::Column($column), &Expr::Column($column)), &Expr::Int(-1))),
            );
            static $min: Metric = Metric::smallest(
                concat!("min_", $column),
                concat!($name, ": shortest"),
                "Milliseconds of the page view that took least.",
                Expr::Column($column),
            )
            .unit(Unit::PlainMs);
            static $max: Metric = Metric::largest(
                concat!("max_", $column),
                concat!($name, ": longest"),
                "Milliseconds of the page view that took most.",
                Expr::Column($column),
            )
            .unit(Unit::PlainMs);
        )+
    };
}

timing! {
    SUM_NETWORK HITS_NETWORK MIN_NETWORK MAX_NETWORK "Network time" "time_network";
    SUM_SERVER HITS_SERVER MIN_SERVER MAX_SERVER "Server time" "time_server";
    SUM_TRANSFER HITS_TRANSFER MIN_TRANSFER MAX_TRANSFER "Transfer time" "time_transfer";
    SUM_PROCESSING HITS_PROCESSING MIN_PROCESSING MAX_PROCESSING "DOM processing time" "time_dom_processing";
    SUM_COMPLETION HITS_COMPLETION MIN_COMPLETION MAX_COMPLETION "DOM completion time" "time_dom_completion";
    SUM_ON_LOAD HITS_ON_LOAD MIN_ON_LOAD MAX_ON_LOAD "On load time" "time_on_load";
}

static SUM_TIME_SPENT: Metric = Metric::counted(
    "sum_time_spent",
    "Total time on dimension",
    "Seconds until the next action, over all actions.",
    Aggregate::Sum(Expr::ToNext(TIME_S_MAX)),
    None,
);
/// 1 for a visit with a single action or none, as for visits.
const BOUNCED: Expr = Expr::Minus(
    &Expr::Over(&Expr::Minus(&Expr::Int(1), &Expr::OfVisit("action_count")), 1_000_000_000),
    &Expr::Int(-1),
);
static BOUNCE_COUNT: Metric =
    Metric::counted("bounce_count", "Bounces", "Visits that had this action alone.", Aggregate::Sum(BOUNCED), None);
static EXIT_VISITS: Metric = Metric::counted(
    "exit_nb_visits",
    "Exits",
    "Visits that ended with this value.",
    Aggregate::Sum(Expr::IsLast),
    None,
);
static AVG_TIME: Metric = Metric::processed(
    "avg_time_on_dimension",
    "Avg. time on dimension",
    "Mean seconds until the next action.",
    &[&SUM_TIME_SPENT, &NB_HITS],
    |parts| if parts[1] == 0.0 { 0.0 } else { (parts[0] / parts[1]).round() },
)
.unit(Unit::LengthS);
static BOUNCE_RATE: Metric = Metric::processed(
    "bounce_rate",
    "Bounce rate",
    "Share of visits that had this action alone.",
    &[&BOUNCE_COUNT, &NB_VISITS],
    visits::share,
)
.unit(Unit::Percent);
static EXIT_RATE: Metric = Metric::processed(
    "exit_rate",
    "Exit rate",
    "Share of visits that ended with this value.",
    &[&EXIT_VISITS, &NB_VISITS],
    visits::share,
)
.unit(Unit::Percent);

const OF_ACTIONS: &[&Metric] = &[
    &NB_VISITS,
    &NB_UNIQ_VISITORS,
    &NB_HITS,
    &SUM_NETWORK,
    &HITS_NETWORK,
    &MIN_NETWORK,
    &MAX_NETWORK,
    &SUM_SERVER,
    &HITS_SERVER,
    &MIN_SERVER,
    &MAX_SERVER,
    &SUM_TRANSFER,
    &HITS_TRANSFER,
    &MIN_TRANSFER,
    &MAX_TRANSFER,
    &SUM_PROCESSING,
    &HITS_PROCESSING,
    &MIN_PROCESSING,
    &MAX_PROCESSING,
    &SUM_COMPLETION,
    &HITS_COMPLETION,
    &MIN_COMPLETION,
    &MAX_COMPLETION,
    &SUM_ON_LOAD,
    &HITS_ON_LOAD,
    &MIN_ON_LOAD,
    &MAX_ON_LOAD,
    &SUM_TIME_SPENT,
    &BOUNCE_COUNT,
    &EXIT_VISITS,
];

fn shown(value: &str) -> String {
    if value.is_empty() { NO_VALUE.to_owned() } else { value.to_owned() }
}

/// Values that were recorded; the empty one too.
fn recorded(keys: &[Value]) -> bool {
    !keys.first().is_none_or(Value::is_null)
}

/// As it stands in the segments of rows.
fn segment_of(site: &Site, scope: OwnScope, slot: u8, value: &str) -> Option<String> {
    let own = site.own_dimension_in(scope, slot)?;
    Some(format!("{}=={}", own.public_name(), query_encoded(value)))
}

/// A URL as Matomo keeps it: without its protocol and `www.`.
fn bare(url: &str) -> String {
    TrackedUrl::split(url).text.into()
}

/// The page of a row inside a value: its segment and its address, both encoded.
fn page_facts(site: &Site, slot: u8, keys: &[Value], meta: &mut Vec<Meta>) {
    let page = query_encoded(text(keys, 1));
    if let Some(segment) = segment_of(site, OwnScope::Action, slot, text(keys, 0)) {
        meta.push(Meta("segment", Value::from(format!("{segment};actionUrl=${page}"))));
    }
    meta.push(Meta("url", Value::from(page)));
}

/// The declarations of one slot.
struct Slot<const NTH: usize>;

impl<const NTH: usize> Slot<NTH> {
    const NUMBER: u8 = NTH as u8 + 1;
    const OF_VALUE: LocalFacts = |keys, site, _, meta| {
        let segment = segment_of(site, OwnScope::Visit, Self::NUMBER, text(keys, 0));
        meta.extend(segment.map(|segment| Meta("segment", Value::from(segment))));
    };
    const OF_ACTION_VALUE: LocalFacts = |keys, site, _, meta| {
        let segment = segment_of(site, OwnScope::Action, Self::NUMBER, text(keys, 0));
        meta.extend(segment.map(|segment| Meta("segment", Value::from(segment))));
    };
    const OF_PAGE: LocalFacts = |keys, site, _, meta| page_facts(site, Self::NUMBER, keys, meta);
    const VISITS: Report = Report {
        method: VISIT[NTH].0,
        dimension: Some(&super::OF_VISIT[NTH]),
        parts: &[Part {
            scope: Scope::Visit,
            keys: &[Expr::Column(VISIT[NTH].1)],
            only: all,
            metrics: visits::OF_VISITS,
            zeros: true,
        }],
        processed: &[&visits::AVG_TIME_ON_SITE, &visits::BOUNCE_RATE, &visits::NB_ACTIONS_PER_VISIT],
        sort: Some(&visits::NB_VISITS),
        goals: GoalColumns::ByKeys { inner: false, keys: None },
        shape: Shape::Rows {
            levels: &[RowLabel {
                row: |keys| recorded(keys).then(|| keys.to_vec()),
                ours: ours_if_none,
                text: |keys| shown(text(keys, 0)),
                local: Some(Self::OF_VALUE),
                flat_column: "CustomDimension_CustomDimension",
                ..LABEL
            }],
            always: None,
            flat: None,
        },
        ..PLAIN
    };
    const ACTIONS: Report = Report {
        method: ACTION[NTH].0,
        dimension: Some(&super::OF_ACTION[NTH]),
        parts: &[Part {
            scope: Scope::Action,
            keys: &[Expr::Column(ACTION[NTH].1), Expr::Column("url")],
            only: || {
                let known =
                    |column| Condition::Compare { expr: Expr::Column(column), op: Op::IsNot, value: Value::Null };
                Condition::All(vec![known(ACTION[NTH].1), known("url")])
            },
            metrics: OF_ACTIONS,
            zeros: true,
        }],
        processed: &[&AVG_TIME, &BOUNCE_RATE, &EXIT_RATE],
        sort: Some(&NB_VISITS),
        shape: Shape::Rows {
            levels: &[
                RowLabel {
                    row: |keys| Some(vec![keys.first()?.clone()]),
                    ours: ours_if_none,
                    text: |keys| shown(text(keys, 0)),
                    local: Some(Self::OF_ACTION_VALUE),
                    flat_column: "CustomDimension_CustomDimension",
                    ..LABEL
                },
                RowLabel {
                    row: |keys| Some(vec![keys.first()?.clone(), Value::from(bare(text(keys, 1)))]),
                    text: |keys| text(keys, 1).to_owned(),
                    local: Some(Self::OF_PAGE),
                    flat_column: "CustomDimension_Page",
                    ..LABEL
                },
            ],
            always: None,
            flat: Some(FlatLabel {
                parts: |keys| [shown(text(keys, 0)), text(keys, 1).to_owned()],
                local: Some(Self::OF_PAGE),
                whole: true,
                ..FlatLabel::SPLIT
            }),
        },
        ..PLAIN
    };
}

static OF_VISIT_SLOTS: [Report; 10] = [
    Slot::<0>::VISITS,
    Slot::<1>::VISITS,
    Slot::<2>::VISITS,
    Slot::<3>::VISITS,
    Slot::<4>::VISITS,
    Slot::<5>::VISITS,
    Slot::<6>::VISITS,
    Slot::<7>::VISITS,
    Slot::<8>::VISITS,
    Slot::<9>::VISITS,
];
static OF_ACTION_SLOTS: [Report; 10] = [
    Slot::<0>::ACTIONS,
    Slot::<1>::ACTIONS,
    Slot::<2>::ACTIONS,
    Slot::<3>::ACTIONS,
    Slot::<4>::ACTIONS,
    Slot::<5>::ACTIONS,
    Slot::<6>::ACTIONS,
    Slot::<7>::ACTIONS,
    Slot::<8>::ACTIONS,
    Slot::<9>::ACTIONS,
];

/// Of the dimensions by number; there are as many as slots.
const FLAT_COLUMNS: &[&str] = &[
    "CustomDimension_CustomDimension1",
    "CustomDimension_CustomDimension2",
    "CustomDimension_CustomDimension3",
    "CustomDimension_CustomDimension4",
    "CustomDimension_CustomDimension5",
    "CustomDimension_CustomDimension6",
    "CustomDimension_CustomDimension7",
    "CustomDimension_CustomDimension8",
    "CustomDimension_CustomDimension9",
    "CustomDimension_CustomDimension10",
    "CustomDimension_CustomDimension11",
    "CustomDimension_CustomDimension12",
    "CustomDimension_CustomDimension13",
    "CustomDimension_CustomDimension14",
    "CustomDimension_CustomDimension15",
    "CustomDimension_CustomDimension16",
    "CustomDimension_CustomDimension17",
    "CustomDimension_CustomDimension18",
    "CustomDimension_CustomDimension19",
    "CustomDimension_CustomDimension20",
];

/// The reports of visits, slot by slot, then those of actions.
fn place(site: &Site, id: i64) -> Option<usize> {
    let own = site.own_dimension(u32::try_from(id).ok()?).filter(|own| own.active)?;
    let slot = usize::from(own.slot.checked_sub(1)?);
    Some(match own.scope {
        OwnScope::Visit => slot,
        OwnScope::Action => usize::from(SLOTS_MAX) + slot,
    })
}

static OF_VISITS_TOLD: About = About {
    metrics: &[&visits::NB_VISITS, &visits::NB_ACTIONS],
    processed: &[&visits::NB_ACTIONS_PER_VISIT, &about::TIME_ON_WEBSITE, &visits::BOUNCE_RATE],
    opens: Some("getCustomDimension"),
    ..About::PLAIN
};
static OF_ACTIONS_TOLD: About = About {
    metrics: &[&NB_HITS, &NB_VISITS],
    processed: &[&AVG_TIME, &BOUNCE_RATE, &EXIT_RATE],
    opens: Some("getCustomDimension"),
    ..About::PLAIN
};

/// One entry for each dimension that the site uses.
fn told(site: &Site, _: &Language) -> Vec<Variant> {
    let used = site.own_dimensions.iter().filter(|own| own.active);
    used.map(|own| Variant {
        name: Some(own.name.to_string()),
        category: Some(match own.scope {
            OwnScope::Visit => "General_Visitors",
            OwnScope::Action => "General_Actions",
        }),
        subcategory: Some(format!("customdimension{}", own.id)),
        rows: Some(own.name.to_string()),
        param: Some(("idDimension", Value::Int(i64::from(own.id)))),
        about: match own.scope {
            OwnScope::Visit => &OF_VISITS_TOLD,
            OwnScope::Action => &OF_ACTIONS_TOLD,
        },
    })
    .collect()
}

pub static GET_CUSTOM_DIMENSION: Report = Report {
    about: &About { variants: Some(told), ..About::PLAIN },
    shape: Shape::OfSite {
        param: "idDimension",
        reports: &[
            &OF_VISIT_SLOTS[0],
            &OF_VISIT_SLOTS[1],
            &OF_VISIT_SLOTS[2],
            &OF_VISIT_SLOTS[3],
            &OF_VISIT_SLOTS[4],
            &OF_VISIT_SLOTS[5],
            &OF_VISIT_SLOTS[6],
            &OF_VISIT_SLOTS[7],
            &OF_VISIT_SLOTS[8],
            &OF_VISIT_SLOTS[9],
            &OF_ACTION_SLOTS[0],
            &OF_ACTION_SLOTS[1],
            &OF_ACTION_SLOTS[2],
            &OF_ACTION_SLOTS[3],
            &OF_ACTION_SLOTS[4],
            &OF_ACTION_SLOTS[5],
            &OF_ACTION_SLOTS[6],
            &OF_ACTION_SLOTS[7],
            &OF_ACTION_SLOTS[8],
            &OF_ACTION_SLOTS[9],
        ],
        pick: place,
        columns: FLAT_COLUMNS,
    },
    ..PLAIN
};
