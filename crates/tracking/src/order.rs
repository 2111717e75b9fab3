//! What was bought, laid into a cart or looked at.

use crate::{
    Invalid,
    matching::{amount, cents},
    url,
};
use makoto_model::{Act, Hit, Order, Params, Product, Reached, TrackedUrl};
use serde_json::Value as Json;
use std::collections::HashMap;

/// Categories of a product that are kept.
const CATEGORIES_MAX: usize = 5;
/// Bytes of an order's products: some hundred of them.
const PRODUCTS_BYTES_MAX: usize = 64 * 1024;
/// Pieces of one product; more are a mistake.
const QUANTITY_MAX: u32 = 1_000_000_000;

/// Reads an order, or without an order id a cart.
///
/// # Errors
/// `TooLong` when its products are more than is kept.
pub fn read(params: &Params, page_url: Option<String>) -> Result<Order, Invalid> {
    let products = params.get("ec_items").unwrap_or_default();
    if products.len() > PRODUCTS_BYTES_MAX {
        return Err(Invalid::TooLong);
    }
    let sum = |name| cents(amount(params, name).unwrap_or(0.0));
    let id = params.get("ec_id").map(text).filter(|id| !id.is_empty());
    Ok(Order {
        id,
        revenue: sum("revenue"),
        subtotal: sum("ec_st"),
        tax: sum("ec_tx"),
        shipping: sum("ec_sh"),
        discount: sum("ec_dt"),
        products: self::products(products),
        url: page_url.map(|url| TrackedUrl::split(&url)),
    })
}

fn text(text: &str) -> Box<str> {
    url::cut(url::clean(text).trim(), url::TEXT_BYTES_MAX).into()
}

/// `[[sku, name, category or categories, price, quantity], …]`; what is no product is left out. Of one that stands twice
/// the last counts.
fn products(json: &str) -> Vec<Product> {
    let Ok(Json::Array(entries)) = serde_json::from_str(json) else { return Vec::new() };
    let (mut products, mut places): (Vec<Product>, HashMap<Box<str>, usize>) = Default::default();
    for product in entries.iter().filter_map(product) {
        let place = *places.entry(product.sku.clone()).or_insert(products.len());
        match products.get_mut(place) {
            Some(known) => *known = product,
            None => products.push(product),
        }
    }
    products
}

fn product(entry: &Json) -> Option<Product> {
    let field = |place: usize| entry.as_array()?.get(place);
    let sku = text(&shown(field(0)?));
    let quantity = field(4).and_then(number).unwrap_or(1.0);
    (!sku.is_empty()).then(|| Product {
        sku,
        name: text(&field(1).map(shown).unwrap_or_default()),
        categories: field(2).map(categories).unwrap_or_default(),
        price: Some(cents(field(3).and_then(number).unwrap_or(0.0))),
        quantity: quantity.clamp(0.0, f64::from(QUANTITY_MAX)) as u32,
    })
}

fn shown(json: &Json) -> String {
    match json {
        Json::String(text) => text.clone(),
        Json::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

fn number(json: &Json) -> Option<f64> {
    let number = match json {
        Json::Number(number) => number.as_f64(),
        Json::String(text) => text.trim().parse().ok(),
        _ => None,
    };
    number.filter(|number| number.is_finite())
}

fn categories(json: &Json) -> Vec<Box<str>> {
    let one = std::slice::from_ref(json);
    let all = json.as_array().map_or(one, Vec::as_slice);
    let named = all.iter().map(|category| text(&shown(category))).filter(|category| !category.is_empty());
    named.take(CATEGORIES_MAX).collect()
}

/// The product or category whose page a request views.
pub fn viewed(params: &Params) -> Option<Product> {
    let told = |name| params.filled(name).map(text).unwrap_or_default();
    let category = params.filled("_pkc").unwrap_or_default();
    let categories = match serde_json::from_str::<Json>(category) {
        Ok(list @ Json::Array(_)) => self::categories(&list),
        _ => self::categories(&Json::from(category)),
    };
    let product =
        Product { sku: told("_pks"), name: told("_pkn"), categories, price: amount(params, "_pkp"), quantity: 0 };
    let known = !product.sku.is_empty() || !product.name.is_empty() || !product.categories.is_empty();
    known.then_some(product)
}

/// A hit of an older program, whose conversion is still as it was sent.
pub fn upgraded(hit: &Hit, goal: u32, sent: &str) -> Hit {
    let fields: serde_json::Map<String, Json> = serde_json::from_str(sent).unwrap_or_default();
    let params = Params::new(fields.iter().map(|(name, value)| (name.as_str().into(), shown(value).into())).collect());
    let page = params.get("url").map(str::to_owned);
    if goal == 0 {
        // It was checked when it came in.
        let order = read(&params, page).unwrap_or_default();
        return Hit { act: Act::Order(Box::new(order)), ..hit.clone() };
    }
    let revenue = cents(amount(&params, "revenue").unwrap_or(0.0));
    let reached = vec![Reached { goal, revenue, many: true, after_s: None }];
    Hit { act: Act::Goal { url: page.map(|url| TrackedUrl::split(&url)) }, reached, ..hit.clone() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn params(pairs: &[(&str, &str)]) -> Params {
        Params::new(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }

    #[test]
    fn orders_and_carts_are_read() {
        let items = r#"[["A"," Shoe ",["x","","y","z","u","v","w"],"9.5","2"],["B"],[""],"no",["A","Boot","x",1,3]]"#;
        let order =
            read(&params(&[("ec_id", " O1 "), ("revenue", "20.555"), ("ec_tx", "x"), ("ec_items", items)]), None);
        let order = order.unwrap();
        assert_eq!((order.id.as_deref(), order.revenue, order.tax), (Some("O1"), 20.56, 0.0));
        let told: Vec<_> = order.products.iter().map(|p| (&*p.sku, &*p.name, p.price, p.quantity)).collect();
        assert_eq!(told, [("A", "Boot", Some(1.0), 3), ("B", "", Some(0.0), 1)]);
        let cart = read(&params(&[("ec_items", "notjson"), ("revenue", "10")]), None).unwrap();
        assert_eq!((cart.id, cart.revenue, cart.products.len()), (None, 10.0, 0));
        let long = "x".repeat(PRODUCTS_BYTES_MAX + 1);
        assert_eq!(read(&params(&[("ec_items", &long)]), None), Err(Invalid::TooLong));
        let five = products(r#"[["A","",["1","2","3","4","5","6"]]]"#);
        assert_eq!(five[0].categories.len(), CATEGORIES_MAX);
    }

    #[test]
    fn views_of_products_and_categories_are_told() {
        let seen = |pairs: &[(&str, &str)]| viewed(&params(pairs));
        let product = seen(&[("_pks", "S"), ("_pkc", "[\"a\", \"b\"]"), ("_pkp", "3.5")]).unwrap();
        assert_eq!((&*product.sku, product.categories.len(), product.price), ("S", 2, Some(3.5)));
        assert_eq!(seen(&[("_pkc", "Hats")]).unwrap().categories, [Box::from("Hats")]);
        assert_eq!(seen(&[("_pkp", "3")]), None);
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(items in "\\PC{0,120}", view in "[\\[\\]\",a0-9.]{0,60}") {
            let _ = read(&params(&[("ec_items", &items), ("revenue", &view), ("ec_id", &items)]), None);
            let _ = read(&params(&[("ec_items", &view)]), None);
            let _ = viewed(&params(&[("_pkc", &view), ("_pks", &items)]));
        }
    }
}
