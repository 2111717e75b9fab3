//! Goals, orders and carts.

use super::*;
use makoto_model::{Order, Product, Reached};

#[test]
fn conversions_touch_their_visit_and_open_one() {
    let convert = |second, goal, params: &str| Hit {
        act: Act::Conversion { goal, params: params.into() },
        action_facts: Values::default(),
        ..hit(NOON_S + second, 1)
    };
    let told = tell(&[convert(0, 1, "{}"), convert(20, 6, "{}")]);
    assert_eq!((told.visits(), told.visit(1, "action_count"), told.visit(1, "visit_length_s")), (1, 0, 29));
    assert_eq!((told.visit(1, "converted"), told.deltas[1].conversions.len()), (1, 1));
    let told = tell(&[hit(NOON_S, 1), convert(20, 0, "{}")]);
    assert_eq!((told.visit(1, "converted"), told.visit(1, "visit_length_s")), (0, 21));
    let told = tell(&[hit(NOON_S, 1), convert(5, 0, r#"{"ec_id":"A1"}"#)]);
    assert_eq!((told.visit(1, "converted"), told.visit(1, "visit_length_s")), (1, 8));
}

pub fn product(sku: &str, categories: &[&str]) -> Product {
    Product {
        sku: sku.into(),
        name: "Name".into(),
        categories: categories.iter().map(|category| (*category).into()).collect(),
        price: Some(2.5),
        quantity: 2,
    }
}

pub fn order(id: Option<&str>, products: u8) -> Act {
    let products = (0..products).map(|nth| product(&format!("S{nth}"), &["x", "y"])).collect();
    Act::Order(Box::new(Order { id: id.map(Into::into), revenue: 5.0, products, ..Order::default() }))
}

impl Told {
    /// Goal, revenue and number of items of every conversion, in the order of their numbers.
    fn conversions(&self) -> Vec<(i64, f64, usize)> {
        let store = self.store.0.lock().unwrap();
        let float = |cell| if let Cell::Float(n) = cell { n } else { f64::NAN };
        let each = store.conversions.iter().map(|(id, row)| {
            let items = store.items.iter().filter(|item| item[2] == Cell::Int(*id)).count();
            let cell = |column| self.cell(Table::Conversion, row, column);
            (cell("goal").int().unwrap(), float(cell("revenue")), items)
        });
        each.collect()
    }
}

fn reaching(second: i64, goal: u32, many: bool, after_s: Option<i64>) -> Hit {
    Hit { reached: vec![Reached { goal, revenue: 1.5, many, after_s }], ..hit(NOON_S + second, 1) }
}

#[test]
fn goals_count_once_in_a_visit_or_each_time() {
    let told = tell(&[reaching(0, 1, false, None), reaching(10, 1, false, None), reaching(4_000, 1, false, None)]);
    assert_eq!((told.visits(), told.conversions()), (2, vec![(1, 1.5, 0); 2]));
    // The hit that reaches it again still lengthens its visit, as in Matomo.
    assert_eq!(
        (told.visit(1, "visit_length_s"), told.visit(1, "converted"), told.visit(2, "visit_length_s")),
        (12, 1, 1)
    );
    let told = tell(&[reaching(0, 1, true, None), reaching(10, 1, true, None)]);
    assert_eq!(told.conversions().len(), 2);
    let told = tell(&[reaching(0, 1, false, Some(60)), reaching(60, 1, false, Some(60))]);
    assert_eq!((told.conversions(), told.visit(1, "converted")), (vec![], 0));
    let told = tell(&[hit(NOON_S, 1), reaching(61, 1, false, Some(60))]);
    assert_eq!(told.conversions().len(), 1);
}

#[test]
fn a_visit_has_one_cart_which_its_order_closes() {
    let buys = |second, id, products| Hit { act: order(id, products), ..hit(NOON_S + second, 1) };
    let bought = |told: &Told| (told.visit(1, "buyer"), told.visit(1, "converted"));
    let told = tell(&[hit(NOON_S, 1), buys(5, None, 1), buys(9, None, 2)]);
    assert_eq!((told.conversions(), bought(&told)), (vec![(-1, 5.0, 4)], (2, 0)));
    let told = tell(&[hit(NOON_S, 1), buys(5, None, 2), buys(9, Some("A"), 1)]);
    assert_eq!((told.conversions(), bought(&told)), (vec![(0, 5.0, 2)], (1, 1)));
    assert_eq!(told.visit(1, "since_order_s"), 0);
    let told = tell(&[buys(5, Some("A"), 1), buys(9, None, 0), buys(4_000, None, 0)]);
    assert_eq!((told.conversions(), bought(&told)), (vec![(0, 5.0, 2), (-1, 5.0, 0), (-1, 5.0, 0)], (3, 1)));
    // Counted from the beginning of the visit with the order.
    assert_eq!((told.visit(2, "buyer"), told.visit(2, "since_order_s")), (2, 3_995));
}

#[test]
fn conversions_are_owed_to_whom_the_hit_says() {
    let mut owed = reaching(1, 1, false, None);
    owed.attributed = Some(campaign("spring", "k"));
    let mut visit = hit(NOON_S, 1);
    visit.referrer = campaign("winter", "");
    let told = tell(&[visit, owed, reaching(2, 2, false, None)]);
    let store = told.store.0.lock().unwrap();
    let names: Vec<_> = store
        .conversions
        .values()
        .map(|row| store.text(&told.catalog, Table::Conversion, row, "referrer_name").to_owned())
        .collect();
    assert_eq!(names, ["spring", "winter"]);
}
