//! The columns that the fold itself fills. Features add theirs by declaring dimensions.

/// A table of the analytics store.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Table {
    Visit,
    Action,
    Conversion,
    Item,
}

/// How a column is kept.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Stored {
    Int,
    Float,
    /// A number of the dictionary with this name.
    Text(&'static str),
}

/// A stored column.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Column {
    pub name: &'static str,
    pub stored: Stored,
}

const fn int(name: &'static str) -> Column {
    Column { name, stored: Stored::Int }
}

const fn float(name: &'static str) -> Column {
    Column { name, stored: Stored::Float }
}

const fn text(name: &'static str, dictionary: &'static str) -> Column {
    Column { name, stored: Stored::Text(dictionary) }
}

/// Dictionaries that the machinery itself fills: visitors as 16 hexadecimal digits, URLs without protocol and `www.`
/// (with their prefix number), titles (page titles, search keywords), user ids.
pub const VISITORS: &str = "visitor";
pub const URLS: &str = "url";
pub const TITLES: &str = "title";
pub const USERS: &str = "user";
/// Every other short text: countries, brands, referrer names, keywords.
pub const NAMES: &str = "name";
/// Referrer URLs.
pub const REFERRER_URLS: &str = "referrer_url";

/// What orders call themselves.
pub const ORDERS: &str = "order";
/// Names, article numbers and categories of products.
pub const PRODUCTS: &str = "product";

/// Every dictionary; the place in this list is the number that deltas carry. Only ever add at the end.
pub const DICTIONARIES: &[&str] =
    &[VISITORS, URLS, TITLES, USERS, NAMES, REFERRER_URLS, "event", "content", "address", ORDERS, PRODUCTS, "own"];

/// Dictionaries whose texts stand for somebody: one must never count as another.
pub const IDENTITIES: &[&str] = &[VISITORS, USERS, "address"];

/// Filled by the fold for each visit. Times are seconds since 1970 in UTC, lengths in seconds.
pub const VISIT: &[Column] = &[
    int("site_id"),
    int("visit_id"),
    text("visitor", VISITORS),
    int("config_id"),
    text("user_id", USERS),
    int("day"),
    int("first_action_s"),
    int("last_action_s"),
    int("visit_length_s"),
    int("action_count"),
    int("interaction_count"),
    int("search_count"),
    int("event_count"),
    text("entry_url", URLS),
    text("entry_title", TITLES),
    text("exit_url", URLS),
    text("exit_title", TITLES),
    int("returning"),
    int("visit_count"),
    int("since_first_s"),
    int("since_last_s"),
    int("converted"),
    int("referrer_kind"),
    text("referrer_name", NAMES),
    text("referrer_keyword", NAMES),
    text("referrer_url", REFERRER_URLS),
    int("buyer"),
    int("since_order_s"),
    int("exit_is_search"),
];

/// Filled by the fold for each action. `url_before` and `title_before` are the page left by this action, and
/// `spent_before_s` the time spent on it; page reports sum it there. `after_search` is 1 where no page was left, but a
/// search, whose keyword is the title then.
pub const ACTION: &[Column] = &[
    int("site_id"),
    int("visit_id"),
    int("action_id"),
    text("visitor", VISITORS),
    int("time_s"),
    int("kind"),
    text("url", URLS),
    text("title", TITLES),
    text("url_before", URLS),
    text("title_before", TITLES),
    int("spent_before_s"),
    int("after_search"),
];

/// Filled by the fold for each goal that was reached (`goal` > 0), order (0) and cart (-1; the latest state of a visit's
/// cart until it is ordered). The referrer is the one that it is owed to. `action_id` is the action that reached it; null
/// where the site itself reported it. `items` counts pieces.
pub const CONVERSION: &[Column] = &[
    int("site_id"),
    int("visit_id"),
    int("conversion_id"),
    text("visitor", VISITORS),
    int("time_s"),
    int("goal"),
    int("action_id"),
    text("conversion_url", URLS),
    float("revenue"),
    float("subtotal"),
    float("tax"),
    float("shipping"),
    float("discount"),
    int("items"),
    text("order_id", ORDERS),
    int("referrer_kind"),
    text("referrer_name", NAMES),
    text("referrer_keyword", NAMES),
    text("referrer_url", REFERRER_URLS),
];

/// Filled by the fold for each product of an order (`source` 0) or cart (-1), and for each view of a product's or
/// category's page (1). A product of several categories has a row for each; `rank` is 1 in the first, and in it alone.
pub const ITEM: &[Column] = &[
    int("site_id"),
    int("visit_id"),
    int("conversion_id"),
    int("action_id"),
    text("visitor", VISITORS),
    int("time_s"),
    int("source"),
    int("rank"),
    text("sku", PRODUCTS),
    text("product", PRODUCTS),
    text("category", PRODUCTS),
    float("price"),
    int("quantity"),
];

/// What `conversion.goal` and `item.source` say of an order, a cart, and a view.
pub const ORDER: i64 = 0;
pub const CART: i64 = -1;
pub const VIEW: i64 = 1;

/// The captured column of actions by which hits name the page view that they belong to.
pub const PAGE_VIEW: &str = "page_view";

impl Table {
    pub const ALL: [Table; 4] = [Table::Visit, Table::Action, Table::Conversion, Table::Item];

    pub fn name(self) -> &'static str {
        match self {
            Table::Visit => "visit",
            Table::Action => "action",
            Table::Conversion => "conversion",
            Table::Item => "item",
        }
    }

    /// The columns that the fold fills, which come first in every row of the table.
    pub fn own_columns(self) -> &'static [Column] {
        match self {
            Table::Visit => VISIT,
            Table::Action => ACTION,
            Table::Conversion => CONVERSION,
            Table::Item => ITEM,
        }
    }
}

/// The number of a dictionary; `None` for an undeclared name.
pub fn dictionary_number(name: &str) -> Option<u8> {
    DICTIONARIES.iter().position(|known| *known == name).map(|place| place as u8)
}
