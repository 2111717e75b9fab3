//! Numbers as people read them.

use crate::sites_manager::currencies;
use makoto_catalog::{Unit, language::Language};
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
            Unit::Percent => {
                let hundredths = (number * 10_000.0).round() / 100.0;
                let text = format!("{hundredths}%");
                Value::from(self.language.percentage(&text).unwrap_or(text))
            }
            Unit::LengthS | Unit::Clock | Unit::LengthMs => {
                let whole = number.max(0.0) as i64;
                Value::from(format!("{:02}:{:02}:{:02}", whole / 3600, whole / 60 % 60, whole % 60))
            }
            Unit::Money => Value::from(money(self.site, number)),
            Unit::Count | Unit::Number | Unit::PlainMs => value.clone(),
        }
    }
}

/// An amount in the site's currency; no cents where there are none.
pub fn money(site: &Site, amount: f64) -> String {
    let symbol = currencies::symbol(&site.currency);
    match amount.fract() == 0.0 {
        true => format!("{symbol}{}", grouped(amount as i64)),
        false => {
            let cents = (amount * 100.0).round() as i64;
            format!("{symbol}{}.{:02}", grouped(cents / 100), (cents % 100).abs())
        }
    }
}

/// A whole number with commas between its thousands.
fn grouped(number: i64) -> String {
    let digits = number.unsigned_abs().to_string();
    let mut text = if number < 0 { "-".to_owned() } else { String::new() };
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_are_told_apart() {
        assert_eq!((grouped(1_234_567), grouped(-12), grouped(999)), ("1,234,567".into(), "-12".into(), "999".into()));
    }
}
