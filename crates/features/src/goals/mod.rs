//! Goals, orders and carts: what visitors are meant to do, and how often they do it.

mod about;
mod items;
mod manage;
mod reports;

pub use manage::METHODS;
pub use reports::GET;

use crate::core_home::VISITORS;
use makoto_catalog::{
    Condition, Dimension, Expr, Feature, Kind, Op, Read, Scope, SegmentName,
    columns::{CART, ORDER, ORDERS, PRODUCTS, VIEW},
};
use makoto_model::Value;

/// Heading of the segment editor.
const ECOMMERCE: &str = "Goals_Ecommerce";
/// Views of products are rows of their own among those that were bought.
const VIEWS: &str = "view";

/// A condition that a number is this one.
fn is(column: &'static str, number: i64) -> Condition {
    Condition::Compare { expr: Expr::Column(column), op: Op::Is, value: Value::Int(number) }
}

static GOAL: Dimension = Dimension::of_conversion("Goals.IdGoal", "Goal", "goal", Kind::Int).segments(&[
    SegmentName::text("visitConvertedGoalId", "Visit converted a specific Goal Id", VISITORS)
        .of_numbers()
        .accepted("1, 2, 3, etc."),
    SegmentName::text("visitConvertedGoalName", "Visit converted a specific Goal Name", VISITORS)
        .accepted("myGoal, myOtherGoal, etc.")
        .read(Read::Condition(goal_name), "Newsletter"),
]);

fn goal_name(op: Op, text: &str) -> Option<Condition> {
    Some(Condition::Compare { expr: Expr::GoalName, op, value: Value::from(text) })
}

static ORDER_ID: Dimension = Dimension::of_conversion("Ecommerce.OrderId", "Order ID", "order_id", Kind::Text(ORDERS))
    .segments(&[SegmentName::text("orderId", "Order ID", ECOMMERCE).metric()]);

static REVENUE: Dimension =
    Dimension::of_conversion("Ecommerce.Revenue", "Revenue", "revenue", Kind::Float).segments(&[
        SegmentName::number("revenueOrder", "Order Revenue", ECOMMERCE).of(|| is("goal", ORDER)),
        SegmentName::number("revenueAbandonedCart", "Revenue Left In Cart", ECOMMERCE)
            .of(|| is("goal", CART))
            .group("cart"),
    ]);

/// Bought or left in a cart.
fn bought() -> Condition {
    Condition::In { expr: Expr::Column("source"), values: vec![ORDER, CART] }
}

fn viewed() -> Condition {
    is("source", VIEW)
}

const fn product(name: &'static str, title: &'static str) -> SegmentName {
    SegmentName::text(name, title, ECOMMERCE).of(bought)
}

const fn seen(name: &'static str, title: &'static str) -> SegmentName {
    SegmentName::text(name, title, ECOMMERCE).of(viewed).group(VIEWS)
}

pub static SKU: Dimension = Dimension::of_item("Ecommerce.ProductSku", "Product SKU", "sku", Kind::Text(PRODUCTS))
    .segments(&[product("productSku", "Product SKU"), seen("productViewSku", "Viewed Product SKU")]);
pub static NAME: Dimension =
    Dimension::of_item("Ecommerce.ProductName", "Product Name", "product", Kind::Text(PRODUCTS))
        .segments(&[product("productName", "Product Name"), seen("productViewName", "Viewed Product Name")]);
pub static CATEGORY: Dimension =
    Dimension::of_item("Ecommerce.ProductCategory", "Product Category", "category", Kind::Text(PRODUCTS)).segments(&[
        product("productCategory", "Product Category").several(),
        seen("productViewCategory", "Viewed Product Category").several(),
    ]);
static PRICE: Dimension =
    Dimension::of_item("Ecommerce.ProductPrice", "Product price", "price", Kind::Float).segments(&[
        SegmentName::number("productPrice", "Product Price", ECOMMERCE).of(bought),
        SegmentName::number("productViewPrice", "Viewed Product Price", ECOMMERCE).of(viewed).group(VIEWS),
    ]);

/// What visits have bought at their end, by number.
pub const STATUSES: [&str; 4] = ["none", "ordered", "abandonedCart", "orderedThenAbandonedCart"];

static STATUS: Dimension =
    Dimension::of_visit("Ecommerce.VisitEcommerceStatus", "Ecommerce status", "buyer", Kind::Int).segments(&[
        SegmentName::text("visitEcommerceStatus", "Visit Ecommerce status at the end of the visit", VISITORS)
            .read(Read::Named(statuses), "ordered")
            .accepted("none, ordered, abandonedCart, orderedThenAbandonedCart"),
    ]);

fn statuses(op: Op, text: &str) -> Vec<Value> {
    let meets = |(_, name): &(usize, &str)| crate::devices_detection::meets(op, name, text);
    let known = STATUSES.into_iter().enumerate().filter(meets).map(|(number, _)| number as i64);
    // Of visits from before shops were reported nothing is known: they count as none.
    known
        .flat_map(|number| if number == 0 { vec![Value::Int(0), Value::Null] } else { vec![Value::Int(number)] })
        .collect()
}

static SINCE_ORDER_S: Dimension = Dimension::of_visit(
    "Ecommerce.SecondsSinceLastOrder",
    "Seconds since last ecommerce order",
    "since_order_s",
    Kind::LengthS,
)
.segments(&[SegmentName::number("secondsSinceLastEcommerceOrder", "Seconds since last Ecommerce order", VISITORS)]);

static DAYS_SINCE_ORDER: Dimension = Dimension::derived(
    "Ecommerce.DaysSinceLastOrder",
    "Days since last ecommerce order",
    Scope::Visit,
    "since_order_s",
    Kind::Int,
    Expr::Over(&Expr::Column("since_order_s"), 86_400),
)
.segments(&[SegmentName::number("daysSinceLastEcommerceOrder", "Days since last Ecommerce order", VISITORS)]);

pub static FEATURE: Feature = Feature {
    name: "Goals",
    dimensions: &[
        &GOAL,
        &ORDER_ID,
        &REVENUE,
        &SKU,
        &NAME,
        &CATEGORY,
        &PRICE,
        &STATUS,
        &SINCE_ORDER_S,
        &DAYS_SINCE_ORDER,
    ],
    metrics: &[&reports::CONVERSIONS, &reports::REVENUE],
    reports: &[
        &GET,
        &reports::DAYS_TO_CONVERSION,
        &reports::VISITS_UNTIL_CONVERSION,
        &items::BY_SKU,
        &items::BY_NAME,
        &items::BY_CATEGORY,
    ],
    settings: &[],
};
