//! Numbers as people read them.

use crate::sites_manager::currency_symbol;
use makoto_catalog::{Unit, language::Language, words};
use makoto_model::{Site, Value};

/// Writes the numbers of one site.
pub struct Words<'a> {
    pub site: &'a Site,
    pub language: &'static Language,
}

impl Words<'_> {
    /// A number in its unit: `38%`, `00:04:58`, `$4`.
    pub fn value(&self, value: &Value, unit: Unit) -> Value {
        let Some(number) = value.number() else { return value.clone() };
        match unit {
            Unit::Percent => Value::from(self.language.percent((number * 10_000.0).round() / 100.0)),
            Unit::LengthS | Unit::Clock | Unit::LengthMs => {
                let whole = number.max(0.0) as i64;
                Value::from(format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60))
            }
            Unit::Money => Value::from(words::money(self.language, &currency_symbol(&self.site.currency), number)),
            Unit::Count | Unit::Number | Unit::PlainMs => value.clone(),
        }
    }
}
