//! What features read from a hit before it is written down.

use crate::{search::Search, url};
use makoto_catalog::{Catalog, Dimension, Facts, Source, Table};
use makoto_model::{Params, Value, Values};
use std::borrow::Cow;

/// The captured values of a table's columns, in the catalog's order. Of longer texts the beginning is kept, as of addresses
/// and titles.
pub fn read(catalog: &Catalog, table: Table, facts: &Facts) -> Values {
    let value = |dimension: &&Dimension| match dimension.source {
        Source::Captured { read, .. } => match read(facts) {
            Value::Text(text) if text.len() > url::TEXT_BYTES_MAX => Value::text(url::cut(&text, url::TEXT_BYTES_MAX)),
            value => value,
        },
        Source::Fold | Source::Derived(_) => Value::Null,
    };
    catalog.captured(table).iter().map(value).collect()
}

/// Parameters in which a search that was seen in an address stands as if the tracker had told it, so that features
/// need not look for it again.
pub fn with_search<'a>(params: &'a Params, search: Option<&Search>) -> Cow<'a, Params> {
    let Some(search) = search else { return Cow::Borrowed(params) };
    let mut told = params.clone();
    told.push("search", &search.keyword);
    told.push("search_cat", search.category.as_deref().unwrap_or_default());
    told.push("search_count", &search.count.map_or_else(String::new, |count| count.to_string()));
    Cow::Owned(told)
}
