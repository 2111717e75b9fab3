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
        SegmentName::number("revenueOrder", "Order Revenue", ECOMMERCE)
            .read(Read::Condition(|op, text| amount(is("goal", ORDER), "revenue", op, text)), "50"),
        SegmentName::number("revenueAbandonedCart", "Revenue Left In Cart", ECOMMERCE)
            .read(Read::Condition(|op, text| amount(is("goal", CART), "revenue", op, text)), "50")
            .group("cart"),
    ]);

/// Rows of a kind with an amount of money.
fn amount(kind: Condition, column: &'static str, op: Op, text: &str) -> Option<Condition> {
    let value = Value::Float(text.trim().parse().ok()?);
    Some(Condition::All(vec![kind, Condition::Compare { expr: Expr::Column(column), op, value }]))
}

/// Bought or left in a cart.
fn bought() -> Condition {
    Condition::In { expr: Expr::Column("source"), values: vec![ORDER, CART] }
}

fn viewed() -> Condition {
    is("source", VIEW)
}

fn text_of(kind: Condition, column: &'static str, op: Op, text: &str) -> Option<Condition> {
    let compare = Condition::Compare { expr: Expr::Column(column), op, value: Value::from(text) };
    Some(Condition::All(vec![kind, compare]))
}

const fn product(name: &'static str, title: &'static str, read: fn(Op, &str) -> Option<Condition>) -> SegmentName {
    SegmentName::text(name, title, ECOMMERCE).read(Read::Condition(read), "a")
}

const fn price(name: &'static str, title: &'static str, read: fn(Op, &str) -> Option<Condition>) -> SegmentName {
    SegmentName::number(name, title, ECOMMERCE).read(Read::Condition(read), "9.90")
}

pub static SKU: Dimension = Dimension::of_item("Ecommerce.ProductSku", "Product SKU", "sku", Kind::Text(PRODUCTS))
    .segments(&[
        product("productSku", "Product SKU", |op, text| text_of(bought(), "sku", op, text)),
        product("productViewSku", "Viewed Product SKU", |op, text| text_of(viewed(), "sku", op, text)).group(VIEWS),
    ]);
pub static NAME: Dimension =
    Dimension::of_item("Ecommerce.ProductName", "Product Name", "product", Kind::Text(PRODUCTS)).segments(&[
        product("productName", "Product Name", |op, text| text_of(bought(), "product", op, text)),
        product("productViewName", "Viewed Product Name", |op, text| text_of(viewed(), "product", op, text))
            .group(VIEWS),
    ]);
pub static CATEGORY: Dimension =
    Dimension::of_item("Ecommerce.ProductCategory", "Product Category", "category", Kind::Text(PRODUCTS)).segments(&[
        product("productCategory", "Product Category", |op, text| text_of(bought(), "category", op, text)),
        product("productViewCategory", "Viewed Product Category", |op, text| text_of(viewed(), "category", op, text))
            .group(VIEWS),
    ]);
static PRICE: Dimension =
    Dimension::of_item("Ecommerce.ProductPrice", "Product price", "price", Kind::Float).segments(&[
        price("productPrice", "Product Price", |op, text| amount(bought(), "price", op, text)),
        price("productViewPrice", "Viewed Product Price", |op, text| amount(viewed(), "price", op, text)).group(VIEWS),
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
