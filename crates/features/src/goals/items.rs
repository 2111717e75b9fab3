//! Products by article number, name and category: what was bought, left in carts and looked at.

use super::{CATEGORY, NAME, SKU, is, viewed};
use crate::{
    actions::metrics::{NB_UNIQ_VISITORS, NB_VISITS},
    core_home::metrics::{mean_1, mean_2, share_4},
    rows::{LABEL, ours_if_none, segment, text},
};
use makoto_catalog::{
    Aggregate, Condition, Dimension, Expr, Metric, Op, Part, Report, RowLabel, Scope, Shape, Unit,
    columns::{CART, ORDER},
};
use makoto_model::Value;

static REVENUE: Metric = Metric::counted(
    "revenue",
    "Product revenue",
    "Price times quantity.",
    Aggregate::Sum(Expr::Times(&Expr::Column("price"), &Expr::Column("quantity"))),
    None,
)
.unit(Unit::Money);
static QUANTITY: Metric =
    Metric::counted("quantity", "Quantity", "How many pieces.", Aggregate::Sum(Expr::Column("quantity")), None);
static PRICES: Metric =
    Metric::counted("sum_price", "Prices", "Prices, added up.", Aggregate::Sum(Expr::Column("price")), None).hidden();
static ORDERS: Metric = Metric::counted(
    "orders",
    "Unique purchases",
    "Orders with the product.",
    Aggregate::Distinct("conversion_id"),
    None,
);
static CARTS: Metric = Metric::counted(
    "abandoned_carts",
    "Abandoned carts",
    "Carts with the product that were not ordered.",
    Aggregate::Distinct("conversion_id"),
    None,
);
static VIEWS: Metric =
    Metric::counted("nb_actions", "Product page views", "How often its page was viewed.", Aggregate::Count, None);
static VIEWED_PRICES: Metric = Metric::counted(
    "sum_price_viewed",
    "Viewed prices",
    "Prices on viewed pages, added up.",
    Aggregate::Sum(Expr::Column("price")),
    None,
)
.hidden();
static PRICED_VIEWS: Metric = Metric::counted(
    "nb_price_viewed",
    "Views with a price",
    "Views of pages that told a price.",
    Aggregate::Count,
    Some(Expr::Minus(&Expr::Minus(&Expr::Column("price"), &Expr::Column("price")), &Expr::Int(-1))),
)
.hidden();

const PRICE_DOC: &str = "Mean price in orders; where nothing was ordered, on the pages that were viewed.";
const QUANTITY_DOC: &str = "Mean number of pieces.";
const RATE_DOC: &str = "Orders in relation to visits that viewed it.";

/// Mean of what was bought, else of what was viewed: sums and counts of prices.
fn mean_price(parts: &[f64]) -> f64 {
    if parts[1] > 0.0 { mean_2(&parts[..2]) } else { mean_2(&parts[2..]) }
}

static AVG_PRICE: Metric = Metric::processed(
    "avg_price",
    "Average price",
    PRICE_DOC,
    &[&PRICES, &ORDERS, &VIEWED_PRICES, &PRICED_VIEWS],
    mean_price,
);
static AVG_QUANTITY: Metric =
    Metric::processed("avg_quantity", "Average quantity", QUANTITY_DOC, &[&QUANTITY, &ORDERS], mean_1);
static RATE: Metric =
    Metric::processed("conversion_rate", "Product conversion rate", RATE_DOC, &[&ORDERS, &NB_VISITS], share_4)
        .unit(Unit::Percent);
static AVG_PRICE_LEFT: Metric = Metric::processed(
    "avg_price",
    "Average price",
    PRICE_DOC,
    &[&PRICES, &CARTS, &VIEWED_PRICES, &PRICED_VIEWS],
    mean_price,
);
static AVG_QUANTITY_LEFT: Metric =
    Metric::processed("avg_quantity", "Average quantity", QUANTITY_DOC, &[&QUANTITY, &CARTS], mean_1);
static RATE_LEFT: Metric =
    Metric::processed("conversion_rate", "Product conversion rate", RATE_DOC, &[&CARTS, &NB_VISITS], share_4)
        .unit(Unit::Percent);

const OF_ORDERS: &[&Metric] = &[&REVENUE, &QUANTITY, &ORDERS, &PRICES];
const OF_CARTS: &[&Metric] = &[&REVENUE, &QUANTITY, &CARTS, &PRICES];
const OF_VIEWS: &[&Metric] = &[&NB_VISITS, &NB_UNIQ_VISITORS, &VIEWS, &VIEWED_PRICES, &PRICED_VIEWS];
const PROCESSED: &[&Metric] = &[&AVG_PRICE, &AVG_QUANTITY, &RATE];
const PROCESSED_LEFT: &[&Metric] = &[&AVG_PRICE_LEFT, &AVG_QUANTITY_LEFT, &RATE_LEFT];

/// Each product once, however many categories it has.
fn once(kind: Condition) -> Condition {
    Condition::All(vec![kind, is("rank", 1)])
}

fn with(column: &'static str) -> Condition {
    Condition::Compare { expr: Expr::Column(column), op: Op::IsNot, value: Value::Null }
}

const fn part(keys: &'static [Expr], only: fn() -> Condition, metrics: &'static [&'static Metric]) -> Part {
    Part { scope: Scope::Item, keys, only, metrics, zeros: false }
}

const SKU_KEY: &[Expr] = &[Expr::Column("sku")];
const NAME_KEY: &[Expr] = &[Expr::Column("product")];
const CATEGORY_KEY: &[Expr] = &[Expr::Column("category")];

fn views_of_sku() -> Condition {
    Condition::All(vec![once(viewed()), with("sku")])
}

fn views_of_name() -> Condition {
    Condition::All(vec![once(viewed()), with("product")])
}

fn views_of_category() -> Condition {
    Condition::All(vec![viewed(), with("category")])
}

fn ordered() -> Condition {
    once(is("source", ORDER))
}

fn left() -> Condition {
    once(is("source", CART))
}

const PLAIN: Report = Report {
    category: "Goals_Ecommerce",
    subcategory: "Goals_Products",
    sort: Some(&REVENUE),
    rows_max: (10_000, 0),
    pick: Some(|_, site| if site.ecommerce { Condition::none() } else { Condition::Any(Vec::new()) }),
    ..Report::PLAIN
};

macro_rules! products {
    ($title:literal, $segment:literal, $column:literal) => {
        Shape::Rows {
            levels: &[RowLabel {
                ours: ours_if_none,
                text: |keys| match text(keys, 0) {
                    "" => concat!($title, " not defined").to_owned(),
                    name => name.to_owned(),
                },
                meta: |keys, meta| {
                    let name = text(keys, 0);
                    let name = if name.is_empty() { concat!($title, " not defined") } else { name };
                    meta.push(segment(&[($segment, name)]));
                },
                flat_column: $column,
                ..LABEL
            }],
            always: None,
            flat: None,
        }
    };
}

const fn report(
    method: &'static str,
    name: &'static str,
    doc: &'static str,
    order: u16,
    dimension: &'static Dimension,
    shape: Shape,
) -> Report {
    Report { method, name, doc, order, dimension: Some(dimension), shape, about: &super::about::PRODUCTS, ..PLAIN }
}

const OF_SKU: Report = report(
    "Goals.getItemsSku",
    "Product SKU",
    "Products by article number.",
    31,
    &SKU,
    products!("Product SKU", "productSku", "Goals_ProductSku"),
);
const OF_NAME: Report = report(
    "Goals.getItemsName",
    "Product Name",
    "Products by name.",
    30,
    &NAME,
    products!("Product Name", "productName", "Goals_ProductName"),
);
const OF_CATEGORY: Report = report(
    "Goals.getItemsCategory",
    "Product Category",
    "Products by category. A product of several categories counts in each.",
    32,
    &CATEGORY,
    products!("Product Category", "productCategory", "Goals_ProductCategory"),
);

/// Set to 1, carts that were left take the place of orders.
const LEFT_INSTEAD: &str = "abandonedCarts";

pub static BY_SKU: Report = Report {
    parts: &[part(SKU_KEY, ordered, OF_ORDERS), part(SKU_KEY, views_of_sku, OF_VIEWS)],
    processed: PROCESSED,
    instead: Some((LEFT_INSTEAD, &LEFT_BY_SKU)),
    ..OF_SKU
};
pub static BY_NAME: Report = Report {
    parts: &[part(NAME_KEY, ordered, OF_ORDERS), part(NAME_KEY, views_of_name, OF_VIEWS)],
    processed: PROCESSED,
    instead: Some((LEFT_INSTEAD, &LEFT_BY_NAME)),
    ..OF_NAME
};
pub static BY_CATEGORY: Report = Report {
    parts: &[part(CATEGORY_KEY, || is("source", ORDER), OF_ORDERS), part(CATEGORY_KEY, views_of_category, OF_VIEWS)],
    processed: PROCESSED,
    instead: Some((LEFT_INSTEAD, &LEFT_BY_CATEGORY)),
    ..OF_CATEGORY
};

static LEFT_BY_SKU: Report = Report {
    method: "Goals.getItemsSku (carts)",
    parts: &[part(SKU_KEY, left, OF_CARTS), part(SKU_KEY, views_of_sku, OF_VIEWS)],
    processed: PROCESSED_LEFT,
    ..OF_SKU
};
static LEFT_BY_NAME: Report = Report {
    method: "Goals.getItemsName (carts)",
    parts: &[part(NAME_KEY, left, OF_CARTS), part(NAME_KEY, views_of_name, OF_VIEWS)],
    processed: PROCESSED_LEFT,
    ..OF_NAME
};
static LEFT_BY_CATEGORY: Report = Report {
    method: "Goals.getItemsCategory (carts)",
    parts: &[part(CATEGORY_KEY, || is("source", CART), OF_CARTS), part(CATEGORY_KEY, views_of_category, OF_VIEWS)],
    processed: PROCESSED_LEFT,
    ..OF_CATEGORY
};
