//! What the stores of visits and the device rules show.

use crate::app::App;
use makoto_catalog::Table;
use makoto_engine::Engine;
use makoto_features::probes::{DeviceRules, Known, Sample, StoredRows};
use makoto_model::Value;
use std::{collections::BTreeMap, net::IpAddr, time::SystemTime};

/// Visits that a sample holds.
const SAMPLE_VISITS: u32 = 1_000;
/// Order ids that a sample holds.
const SAMPLE_ORDERS: u32 = 1_000;
/// User agents with the client, or the bot, that they are of.
const KNOWN: [(&str, &str); 6] = [
    (
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
        "Chrome",
    ),
    ("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Firefox"),
    (
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Safari/605.1.15",
        "Safari",
    ),
    (
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_1 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.1 Mobile/15E148 Safari/604.1",
        "Mobile Safari",
    ),
    ("Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)", "Googlebot"),
    ("curl/8.4.0", "curl"),
];

/// Whether more of an address is left than half of it.
fn is_whole(address: &str) -> bool {
    match address.parse::<IpAddr>() {
        Ok(IpAddr::V4(v4)) => v4.octets()[2..] != [0, 0],
        Ok(IpAddr::V6(v6)) => v6.segments()[4..] != [0, 0, 0, 0],
        Err(_) => false,
    }
}

/// The newest visits, and the oldest action.
pub fn sample(app: &App) -> Known<Sample> {
    let text = |fault: makoto_engine::Error| fault.to_string();
    let rows = app.engine.newest_visits(SAMPLE_VISITS).map_err(text)?;
    let columns = app.catalog.columns(Table::Visit);
    let place = |name: &str| columns.iter().position(|column| column.name == name);
    let values = |name: &str| -> Vec<String> {
        let Some(place) = place(name) else { return Vec::new() };
        let value = |row: &Vec<Value>| row.get(place).and_then(Value::as_text).unwrap_or("").to_owned();
        rows.iter().map(value).collect()
    };
    let user_ids: Vec<String> = values("user_id").into_iter().filter(|id| !id.is_empty()).collect();
    let pseudonym = |id: &&String| makoto_tracking::is_pseudonym(id);
    let orders = app.engine.newest_orders(SAMPLE_ORDERS).map_err(text)?;
    let mut oldest_s: BTreeMap<u32, i64> = BTreeMap::new();
    for kept in app.engine.kept().map_err(text)? {
        let Some(first_s) = kept.first_s else { continue };
        let oldest = oldest_s.entry(kept.site.0).or_insert(first_s);
        *oldest = first_s.min(*oldest);
    }
    Ok(Sample {
        visits: rows.len(),
        whole_addresses: values("address").iter().filter(|address| is_whole(address)).count(),
        plain_user_ids: user_ids.len() - user_ids.iter().filter(pseudonym).count(),
        user_ids: user_ids.len(),
        plain_orders: orders.len() - orders.iter().filter(pseudonym).count(),
        orders: orders.len(),
        referrer_queries: values("referrer_url").iter().filter(|url| url.contains('?')).count(),
        unknown_devices: values("browser").iter().filter(|code| code.is_empty() || *code == "UNK").count(),
        oldest_s,
    })
}

/// The device rules in use, tried on devices that everybody knows.
pub fn rules(app: &App) -> Known<DeviceRules> {
    let right = KNOWN.iter().filter(|(agent, name)| app.data.is(agent, name)).count();
    let custom = app.config.device_rules.as_ref();
    let made = custom.and_then(|path| std::fs::metadata(path).and_then(|metadata| metadata.modified()).ok());
    let made_s = made.and_then(|at| at.duration_since(SystemTime::UNIX_EPOCH).ok()).map(|since| since.as_secs() as i64);
    Ok(DeviceRules {
        version: custom.map_or("built-in".to_owned(), |path| path.display().to_string()),
        made_s,
        tried: KNOWN.len(),
        right,
    })
}

/// Rows of each site by kind.
pub fn stored(engine: &Engine) -> Known<Vec<StoredRows>> {
    let kept = engine.kept().map_err(|fault| fault.to_string())?;
    let kind = |table| match table {
        Table::Visit => "visits",
        Table::Action => "actions",
        Table::Conversion => "conversions",
        Table::Item => "items",
    };
    let row = |kept: &makoto_engine::Kept| StoredRows {
        site: kept.site.0,
        kind: kind(kept.table),
        rows: kept.rows,
        first_s: kept.first_s,
        last_s: kept.last_s,
    };
    Ok(kept.iter().map(row).collect())
}

#[cfg(test)]
mod tests {
    use super::is_whole;

    #[test]
    fn masked_addresses_are_told_from_whole_ones() {
        for whole in ["203.0.113.7", "203.0.113.0", "2001:db8::1"] {
            assert!(is_whole(whole), "{whole}");
        }
        for masked in ["203.0.0.0", "0.0.0.0", "2001:db8:1:2::", "", "x"] {
            assert!(!is_whole(masked), "{masked}");
        }
    }
}
