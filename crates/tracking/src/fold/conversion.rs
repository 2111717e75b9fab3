//! Goals, orders, carts and products: what a hit that converts adds to its visit.

use super::batch::Batch;
use super::dictionary::Text;
use super::partition::int;
use super::{Fold, row, visit};
use crate::Error;
use makoto_catalog::columns::{CART, NAMES, ORDER, ORDERS, PRODUCTS, REFERRER_URLS, URLS, VIEW};
use makoto_model::{Act, Cell, Hit, Order, Product, Reached, Referrer, Row, SiteId, TrackedUrl};

/// The place of its number in rows of conversions and of items.
pub const CONVERSION_ID: usize = 2;

/// What a visit has bought so far, as its column `buyer` says it.
const ORDERED: i64 = 1;
const LEFT_A_CART: i64 = 2;
const ORDERED_THEN_LEFT_A_CART: i64 = 3;

impl Fold {
    /// Takes in the goals that a hit reaches; `action` and `url` are of the action that did.
    pub(super) fn reach(
        &mut self,
        batch: &mut Batch,
        hit: &Hit,
        visit: &mut Row,
        (action, url): (Cell, Cell),
        opens: bool,
    ) -> Result<(), Error> {
        let lasted_s = hit.time_s - int(visit, row::FIRST_S);
        let meets = |reached: &&Reached| reached.after_s.is_none_or(|after_s| lasted_s > after_s);
        let reached: Vec<&Reached> = hit.reached.iter().filter(meets).collect();
        let Some(first) = reached.first() else { return Ok(()) };
        let told = if let Act::Goal { .. } = hit.act { i64::from(first.goal) } else { visit::BY_ITSELF };
        visit::convert(visit, told, opens);
        for reached in reached {
            if !reached.many && !self.store.reach(int(visit, row::ID), reached.goal)? {
                continue;
            }
            let id = self.next_conversion();
            let mut conversion = self.conversion(batch, hit, visit, id)?;
            conversion[place::GOAL] = Cell::Int(i64::from(reached.goal));
            conversion[place::ACTION] = action;
            conversion[place::URL] = url;
            conversion[place::REVENUE] = Cell::Float(reached.revenue);
            batch.conversions.push(conversion);
        }
        Ok(())
    }

    /// The address of a conversion that no action reached.
    pub(super) fn conversion_url(&mut self, batch: &mut Batch, url: Option<&TrackedUrl>) -> Result<Cell, Error> {
        url.map_or(Ok(Cell::Null), |url| self.number(batch, Text::url(URLS, url)))
    }

    /// An order takes the place of its visit's cart, a cart that of the one before.
    pub(super) fn order(
        &mut self,
        batch: &mut Batch,
        hit: &Hit,
        visit: &mut Row,
        order: &Order,
        opens: bool,
    ) -> Result<(), Error> {
        let visit_id = int(visit, row::ID);
        let cart = self.store.cart(visit_id)?;
        let id = cart.unwrap_or_else(|| self.next_conversion());
        let is_order = order.id.is_some();
        if is_order {
            visit::convert(visit, 0, opens);
            visit[row::SINCE_ORDER_S] = Cell::Int(0);
            self.store.keep_buyer(int(visit, row::VISITOR), int(visit, row::SITE), int(visit, row::FIRST_S))?;
        }
        visit[row::BUYER] = Cell::Int(match (is_order, int(visit, row::BUYER)) {
            (true, _) => ORDERED,
            (false, ORDERED | ORDERED_THEN_LEFT_A_CART) => ORDERED_THEN_LEFT_A_CART,
            (false, _) => LEFT_A_CART,
        });
        self.store.keep_cart(visit_id, (!is_order).then_some(id))?;
        let mut conversion = self.conversion(batch, hit, visit, id)?;
        conversion[place::GOAL] = Cell::Int(if is_order { ORDER } else { CART });
        conversion[place::URL] = self.conversion_url(batch, order.url.as_ref())?;
        let amounts = [order.revenue, order.subtotal, order.tax, order.shipping, order.discount];
        for (at, amount) in amounts.into_iter().enumerate() {
            conversion[place::REVENUE + at] = Cell::Float(amount);
        }
        conversion[place::ITEMS] = Cell::Int(order.products.iter().map(|product| i64::from(product.quantity)).sum());
        if let Some(order) = &order.id {
            conversion[place::ORDER_ID] = self.number(batch, Text::of(ORDERS, order))?;
        }
        match cart {
            Some(_) => batch.put_conversion(conversion),
            None => batch.conversions.push(conversion),
        }
        let source = if is_order { ORDER } else { CART };
        for product in &order.products {
            self.product(batch, hit, visit, product, (source, Cell::Int(id), Cell::Null))?;
        }
        Ok(())
    }

    /// A product's or category's page was viewed by this action.
    pub(super) fn view(&mut self, batch: &mut Batch, hit: &Hit, visit: &Row, action: Cell) -> Result<(), Error> {
        match &hit.viewed {
            Some(product) => self.product(batch, hit, visit, product, (VIEW, Cell::Null, action)),
            None => Ok(()),
        }
    }

    fn product(
        &mut self,
        batch: &mut Batch,
        hit: &Hit,
        visit: &Row,
        product: &Product,
        (source, conversion, action): (i64, Cell, Cell),
    ) -> Result<(), Error> {
        let sku = self.text_or_null(batch, PRODUCTS, &product.sku)?;
        let name = self.text_or_null(batch, PRODUCTS, &product.name)?;
        let price = product.price.map_or(Cell::Null, Cell::Float);
        for rank in 0..product.categories.len().max(1) {
            let category = product.categories.get(rank).map_or("", |category| category);
            let category = self.text_or_null(batch, PRODUCTS, category)?;
            batch.items.push(
                [
                    visit[row::SITE],
                    visit[row::ID],
                    conversion,
                    action,
                    visit[row::VISITOR],
                    Cell::Int(hit.time_s),
                    Cell::Int(source),
                    Cell::Int(rank as i64 + 1),
                    sku,
                    name,
                    category,
                    price,
                    Cell::Int(i64::from(product.quantity)),
                ]
                .into(),
            );
        }
        Ok(())
    }

    fn text_or_null(&mut self, batch: &mut Batch, dictionary: &'static str, text: &str) -> Result<Cell, Error> {
        if text.is_empty() { Ok(Cell::Null) } else { self.number(batch, Text::of(dictionary, text)) }
    }

    fn next_conversion(&mut self) -> i64 {
        self.counters.conversion += 1;
        self.counters.conversion.cast_signed()
    }

    /// A conversion of a visit, owed to whom the hit says, or else to the visit's referrer.
    fn conversion(&mut self, batch: &mut Batch, hit: &Hit, visit: &Row, id: i64) -> Result<Row, Error> {
        let mut conversion: Row = vec![Cell::Null; place::COLUMNS].into();
        conversion[0] = visit[row::SITE];
        conversion[1] = visit[row::ID];
        conversion[CONVERSION_ID] = Cell::Int(id);
        conversion[place::VISITOR] = visit[row::VISITOR];
        conversion[place::TIME] = Cell::Int(hit.time_s);
        let referrer = match &hit.attributed {
            Some(Referrer { kind, name, keyword, url }) => [
                Cell::Int(*kind as i64),
                self.text_or_null(batch, NAMES, name)?,
                self.text_or_null(batch, NAMES, keyword)?,
                self.text_or_null(batch, REFERRER_URLS, url)?,
            ],
            None => {
                [row::REFERRER_KIND, row::REFERRER_NAME, row::REFERRER_KEYWORD, row::REFERRER_URL].map(|at| visit[at])
            }
        };
        conversion[place::REFERRER..place::COLUMNS].copy_from_slice(&referrer);
        Ok(conversion)
    }

    /// Seconds since the visit with the visitor's latest order began; null when they never ordered here.
    pub(super) fn since_order(&self, visitor: u32, site: SiteId, time_s: i64) -> Result<Cell, Error> {
        let first_s = self.store.buyer(visitor, site)?;
        Ok(first_s.map_or(Cell::Null, |first_s| Cell::Int((time_s - first_s).max(0))))
    }
}

/// Places in rows of conversions.
mod place {
    pub const VISITOR: usize = 3;
    pub const TIME: usize = 4;
    pub const GOAL: usize = 5;
    pub const ACTION: usize = 6;
    pub const URL: usize = 7;
    pub const REVENUE: usize = 8;
    pub const ITEMS: usize = 13;
    pub const ORDER_ID: usize = 14;
    pub const REFERRER: usize = 15;
    pub const COLUMNS: usize = 19;
}

#[cfg(test)]
mod tests {
    use super::{CONVERSION_ID, place};
    use makoto_catalog::columns::{CONVERSION, ITEM};

    #[test]
    fn places_are_those_of_the_engine() {
        for (at, name) in [
            (CONVERSION_ID, "conversion_id"),
            (place::VISITOR, "visitor"),
            (place::TIME, "time_s"),
            (place::GOAL, "goal"),
            (place::ACTION, "action_id"),
            (place::URL, "conversion_url"),
            (place::REVENUE, "revenue"),
            (place::ITEMS, "items"),
            (place::ORDER_ID, "order_id"),
            (place::REFERRER, "referrer_kind"),
        ] {
            assert_eq!(CONVERSION[at].name, name);
        }
        assert_eq!((CONVERSION.len(), ITEM[CONVERSION_ID].name, ITEM.len()), (place::COLUMNS, "conversion_id", 13));
    }
}
