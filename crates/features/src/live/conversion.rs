//! Conversions of a visit as records among its actions.

use super::{Stored, action::Place, text_or_null};
use crate::{referrers::kind_name, sites_manager::currency_symbol};
use makoto_catalog::{
    Answer, LoggedVisit, VisitLog,
    columns::{CART, ORDER, VIEW},
    words,
};
use makoto_model::{OwnScope, Value};

type Fields = Vec<(String, Answer)>;

fn put<A: Into<Answer>>(fields: &mut Fields, name: &str, value: A) {
    fields.push((name.to_owned(), value.into()));
}

/// An amount as answers write it: whole, or with its fraction.
pub fn amount(number: f64) -> Answer {
    let rounded = (number * 100.0).round() / 100.0;
    if rounded.fract() == 0.0 { Answer::Int(rounded as i64) } else { Answer::Float(rounded) }
}

fn money(log: &VisitLog, amount: f64) -> String {
    words::money(log.language, &currency_symbol(&log.site.currency), amount)
}

fn number(stored: Stored, column: &str) -> f64 {
    stored.get(column).number().unwrap_or(0.0)
}

/// Conversions with the moment at which each happened; goals that the site no longer has are left out.
pub fn records(log: &VisitLog, visit: &LoggedVisit) -> Vec<(i64, Place, Answer)> {
    let stored = |values| Stored { columns: log.conversion_columns, values };
    let each = visit.conversions.iter().map(|values| stored(values));
    let place = |goal: i64| if goal > ORDER { Place::Goal } else { Place::Order };
    let written = |conversion: Stored| {
        let record = record(log, visit, conversion)?;
        Some((conversion.int("time_s"), place(conversion.int("goal")), record))
    };
    each.filter_map(written).collect()
}

/// When the visit ordered or left a cart.
pub fn order_times(log: &VisitLog, visit: &LoggedVisit) -> Vec<i64> {
    let each = visit.conversions.iter().map(|values| Stored { columns: log.conversion_columns, values });
    each.filter(|conversion| conversion.int("goal") <= ORDER).map(|conversion| conversion.int("time_s")).collect()
}

fn record(log: &VisitLog, visit: &LoggedVisit, conversion: Stored) -> Option<Answer> {
    let mut fields = Fields::new();
    let goal = conversion.int("goal");
    match goal {
        ORDER | CART => order(log, visit, conversion, &mut fields),
        _ => reached(log, goal, conversion, &mut fields)?,
    }
    let time_s = conversion.int("time_s");
    put(&mut fields, "serverTimePretty", super::action::pretty_time(log, time_s));
    put(&mut fields, "referrerType", kind_name(conversion.int("referrer_kind")));
    put(&mut fields, "referrerName", text_or_null(conversion.text("referrer_name")));
    put(&mut fields, "referrerKeyword", text_or_null(conversion.text("referrer_keyword")));
    put(&mut fields, "timestamp", time_s + log.site.zone.offset_s(time_s));
    let own = log.site.own_dimensions.iter().filter(|own| own.active && own.scope == OwnScope::Action);
    own.for_each(|own| put(&mut fields, &format!("dimension{}", own.id), ""));
    Some(Answer::Record(fields))
}

fn icon(fields: &mut Fields, name: &str) {
    put(fields, "icon", format!("plugins/Morpheus/images/{name}.png"));
    put(fields, "iconSVG", format!("plugins/Morpheus/images/{name}.svg"));
}

fn reached(log: &VisitLog, goal: i64, conversion: Stored, fields: &mut Fields) -> Option<()> {
    let goal = log.site.goals.iter().find(|known| i64::from(known.id) == goal)?;
    let revenue = number(conversion, "revenue");
    let action = conversion.get("action_id");
    put(fields, "type", "goal");
    put(fields, "goalName", goal.name.as_str());
    put(fields, "goalId", i64::from(goal.id));
    put(fields, "idpageview", if action.is_null() { Answer::Null } else { Answer::from("") });
    put(fields, "revenue", amount(revenue));
    put(fields, "goalPageId", super::answer(action));
    put(fields, "url", text_or_null(conversion.text("conversion_url")));
    icon(fields, "goal");
    put(fields, "title", &*log.language.of("Goal conversion"));
    put(
        fields,
        "subtitle",
        match revenue > 0.0 {
            true => format!("{} ({} {})", goal.name, money(log, revenue), log.language.of("revenue")),
            false => goal.name.clone(),
        },
    );
    Some(())
}

fn order(log: &VisitLog, visit: &LoggedVisit, conversion: Stored, fields: &mut Fields) {
    let is_order = conversion.int("goal") == ORDER;
    let (revenue, items) = (number(conversion, "revenue"), conversion.int("items"));
    let products = products(log, visit, conversion.get("conversion_id"));
    put(fields, "type", if is_order { "ecommerceOrder" } else { "ecommerceAbandonedCart" });
    if is_order {
        put(fields, "orderId", conversion.text("order_id"));
    }
    put(fields, "revenue", amount(revenue));
    if is_order {
        for (name, column) in [
            ("revenueSubTotal", "subtotal"),
            ("revenueTax", "tax"),
            ("revenueShipping", "shipping"),
            ("revenueDiscount", "discount"),
        ] {
            put(fields, name, amount(number(conversion, column)));
        }
    }
    put(fields, "items", items);
    put(fields, "idpageview", Answer::Null);
    let names: Vec<&str> = products.iter().map(|product| product.name).filter(|name| !name.is_empty()).collect();
    let title = match is_order {
        true => format!("{} ({})", log.language.of("Ordered"), conversion.text("order_id")),
        false => log.language.of("Abandoned Cart").into_owned(),
    };
    put(fields, "title", title);
    let (of_revenue, of_items) = (log.language.of("revenue"), log.language.of("items"));
    let subtitle = format!("{} {of_revenue} - {items} {of_items}: {})", money(log, revenue), names.join(", "));
    put(fields, "subtitle", subtitle);
    put(fields, "itemDetails", Answer::List(products.iter().map(Product::record).collect()));
    icon(fields, if is_order { "ecommerceOrder" } else { "ecommerceAbandonedCart" });
}

/// A product with all its categories.
struct Product<'a> {
    sku: &'a str,
    name: &'a str,
    price: f64,
    quantity: i64,
    categories: Vec<&'a str>,
}

impl Product<'_> {
    fn record(&self) -> Answer {
        let categories = self.categories.iter().map(|category| Answer::from(*category));
        Answer::record([
            ("itemSKU", Answer::from(self.sku)),
            ("itemName", text_or_null(self.name)),
            ("itemCategory", text_or_null(self.categories.first().copied().unwrap_or(""))),
            ("price", amount(self.price)),
            ("quantity", Answer::Int(self.quantity)),
            ("categories", Answer::List(categories.collect())),
        ])
    }
}

/// The products of a conversion: the rows of one, one after the other, are its categories.
fn products<'a>(log: &'a VisitLog, visit: &LoggedVisit<'a>, conversion: &Value) -> Vec<Product<'a>> {
    let mut products: Vec<Product> = Vec::new();
    for values in visit.items {
        let item = Stored { columns: log.item_columns, values };
        if item.int("source") == VIEW || item.get("conversion_id") != conversion {
            continue;
        }
        let category = Some(item.text("category")).filter(|category| !category.is_empty());
        match products.iter_mut().find(|known| known.sku == item.text("sku")) {
            Some(known) => known.categories.extend(category),
            None => products.push(Product {
                sku: item.text("sku"),
                name: item.text("product"),
                price: number(item, "price"),
                quantity: item.int("quantity"),
                categories: category.into_iter().collect(),
            }),
        }
    }
    products
}

/// What an action says of the product or category whose page it viewed.
pub fn viewed(log: &VisitLog, items: &[Vec<Value>], action: &Value, fields: &mut Fields) {
    let rows = items.iter().map(|values| Stored { columns: log.item_columns, values });
    let views: Vec<Stored> =
        rows.filter(|item| item.int("source") == VIEW && item.get("action_id") == action).collect();
    let Some(first) = views.first() else { return };
    if !first.get("price").is_null() {
        put(fields, "productViewPrice", amount(number(*first, "price")));
    }
    for (name, column) in [("productViewName", "product"), ("productViewSku", "sku")] {
        if !first.text(column).is_empty() {
            put(fields, name, first.text(column));
        }
    }
    let categories = views.iter().map(|view| view.text("category")).filter(|category| !category.is_empty());
    let categories: Vec<Answer> = categories.map(Answer::from).collect();
    if !categories.is_empty() {
        put(fields, "productViewCategories", Answer::List(categories));
    }
}
