//! What is told of the reports of goals: an entry for each goal, for all together, and for orders and carts.

use makoto_catalog::{About, Metric, ToldGoals, Unit, Variant, language::Language};
use makoto_model::{Site, Value};

static CONVERSIONS: Metric =
    Metric::told("nb_conversions", "Conversions", "How often goals were reached.", Unit::Count);
static ORDERS: Metric = Metric::told("nb_conversions", "Ecommerce Orders", "How many orders there were.", Unit::Count);
static CARTS: Metric = Metric::told("nb_conversions", "Abandoned Carts", "How many carts were left.", Unit::Count);
static VISITS: Metric =
    Metric::told("nb_visits_converted", "Visits with Conversions", "Visits that reached a goal.", Unit::Count);
static RATE: Metric =
    Metric::told("conversion_rate", "Conversion Rate", "Share of visits that reached a goal.", Unit::Percent);
static REVENUE: Metric = Metric::told("revenue", "Revenue", "What conversions were worth.", Unit::Money);
static LEFT: Metric =
    Metric::told("revenue", "Revenue left in cart", "What was in the carts that were left.", Unit::Money);
static SUBTOTAL: Metric = Metric::told("revenue_subtotal", "Subtotal", "Orders without tax and delivery.", Unit::Money);
static TAX: Metric = Metric::told("revenue_tax", "Tax", "Tax on orders.", Unit::Money);
static SHIPPING: Metric = Metric::told("revenue_shipping", "Shipping", "Cost of delivery.", Unit::Money);
static DISCOUNT: Metric = Metric::told("revenue_discount", "Discount", "What was taken off prices.", Unit::Money);
static ITEMS: Metric = Metric::told("items", "Purchased Products", "Pieces in orders.", Unit::Count);
static ITEMS_LEFT: Metric =
    Metric::told("items", "Products left in cart", "Pieces in carts that were left.", Unit::Count);
static AVERAGE: Metric =
    Metric::told("avg_order_revenue", "Average Order Value", "Mean revenue of an order.", Unit::Money);

static OF_GOALS: About = About { metrics: &[&CONVERSIONS, &VISITS, &REVENUE], processed: &[&RATE], ..About::PLAIN };
static OF_ORDERS: About = About {
    metrics: &[&ORDERS, &VISITS, &RATE, &REVENUE, &SUBTOTAL, &TAX, &SHIPPING, &DISCOUNT, &ITEMS],
    processed: &[&AVERAGE],
    ..About::PLAIN
};
static OF_CARTS: About =
    About { metrics: &[&CARTS, &RATE, &LEFT, &ITEMS_LEFT], processed: &[&AVERAGE], ..About::PLAIN };

const GAPS: About = About { metrics: &[&CONVERSIONS], constant_rows: true, evolves: false, ..About::PLAIN };
static GAP: About = GAPS;
static GAP_OF_ALL: About = About { goals: ToldGoals::Conversions, ..GAPS };

/// Told of `Goals.get`.
pub static OVERVIEWS: About = About { metrics: OF_GOALS_METRICS, variants: Some(overviews), ..About::PLAIN };
const OF_GOALS_METRICS: &[&Metric] = &[&CONVERSIONS, &VISITS, &REVENUE];
/// Told of the two reports of how long it took.
pub static DAYS: About = About {
    rows: "Days to Conversion",
    variants: Some(|site, language| gaps(site, "Days to Conversion", language)),
    ..GAPS
};
pub static VISITS_BEFORE: About = About {
    rows: "Visits to Conversion",
    variants: Some(|site, language| gaps(site, "Visits to Conversion", language)),
    ..GAPS
};

const ECOMMERCE: &str = "Goals_Ecommerce";
const ORDER: &str = "ecommerceOrder";
const CART: &str = "ecommerceAbandonedCart";

fn variant(name: impl Into<String>, goal: Option<Value>, about: &'static About, rows: &str) -> Variant {
    Variant {
        name: Some(name.into()),
        category: None,
        subcategory: Some(String::new()),
        rows: (!rows.is_empty()).then(|| rows.to_owned()),
        param: goal.map(|goal| ("idGoal", goal)),
        about,
    }
}

fn of_ecommerce(variant: Variant) -> Variant {
    Variant { category: Some(ECOMMERCE), ..variant }
}

fn overviews(site: &Site, language: &Language) -> Vec<Variant> {
    let mut all = Vec::new();
    if site.ecommerce {
        all.push(of_ecommerce(variant(language.of("Ecommerce Orders"), Some(Value::from(ORDER)), &OF_ORDERS, "")));
        all.push(of_ecommerce(variant(language.of("Abandoned Carts"), Some(Value::from(CART)), &OF_CARTS, "")));
    }
    all.push(variant(language.of("Goals"), None, &OF_GOALS, ""));
    all.push(variant(language.of("Goals Overview"), Some(Value::Int(0)), &OF_GOALS, ""));
    let each = site.goals.iter();
    all.extend(each.map(|goal| {
        variant(format!("{} {}", language.of("Goal"), goal.name), Some(Value::Int(i64::from(goal.id))), &OF_GOALS, "")
    }));
    all
}

fn gaps(site: &Site, what: &str, language: &Language) -> Vec<Variant> {
    let mut all = Vec::new();
    let said = language.of(what);
    if site.ecommerce {
        let of = |name: &str, goal: &str| {
            of_ecommerce(variant(format!("{} - {said}", language.of(name)), Some(Value::from(goal)), &GAP, &said))
        };
        all.push(of("Ecommerce Orders", ORDER));
        all.push(of("Abandoned Carts", CART));
    }
    all.push(variant(&*said, None, &GAP_OF_ALL, &said));
    all.push(variant(format!("{} - {said}", language.of("Goals Overview")), Some(Value::Int(0)), &GAP, &said));
    let each = site.goals.iter();
    all.extend(
        each.map(|goal| variant(format!("{} - {said}", goal.name), Some(Value::Int(i64::from(goal.id))), &GAP, &said)),
    );
    all
}

static PRODUCT_REVENUE: Metric =
    Metric::told("revenue", "Product Revenue", "What was paid for the product.", Unit::Money);
static QUANTITY: Metric = Metric::told("quantity", "Quantity", "Pieces that were bought.", Unit::Count);
static PURCHASES: Metric = Metric::told("orders", "Unique Purchases", "Orders with the product.", Unit::Count);
static VIEWS: Metric = Metric::told("nb_visits", "Visits", "Visits that viewed the product.", Unit::Count);
static PRICE: Metric = Metric::told("avg_price", "Average Price", "Mean price of a piece.", Unit::Money);
static PIECES: Metric = Metric::told("avg_quantity", "Average Quantity", "Mean pieces in an order.", Unit::Number);
static BOUGHT_RATE: Metric =
    Metric::told("conversion_rate", "Product Conversion Rate", "Orders by visits that viewed it.", Unit::Percent);
/// Told of the reports of products.
pub static PRODUCTS: About = About {
    metrics: &[&PRODUCT_REVENUE, &QUANTITY, &PURCHASES, &VIEWS],
    processed: &[&PRICE, &PIECES, &BOUGHT_RATE],
    ..About::PLAIN
};
