//! One visit as a record.

use super::{Stored, action, answer, conversion::amount, text_or_null};
use crate::{
    device_plugins,
    devices_detection::{is_no_model, model_title, names},
    goals::STATUSES,
    referrers::{kind_name, kind_title},
    sites_manager::currency_symbol,
};
use device_detection::DeviceType;
use geolocation::{continent_code, continent_name, country_name, region_name};
use makoto_catalog::{Answer, LoggedVisit, VisitLog, columns::ORDER, words};
use makoto_model::{Day, OwnScope, Value};

const DAY_S: i64 = 86_400;

type Fields = Vec<(String, Answer)>;

fn put<A: Into<Answer>>(fields: &mut Fields, name: &str, value: A) {
    fields.push((name.to_owned(), value.into()));
}

/// Everything that the visits log shows of a visit.
pub fn record(log: &VisitLog, logged: &LoggedVisit) -> Answer {
    let visit = Stored { columns: log.visit_columns, values: logged.visit };
    let mut fields = Fields::new();
    put(&mut fields, "idSite", i64::from(log.site.id.0));
    put(&mut fields, "idVisit", visit.int("visit_id"));
    put(&mut fields, "visitIp", visit.text("address"));
    put(&mut fields, "visitorId", visit.text("visitor"));
    put(&mut fields, "fingerprint", format!("{:016x}", visit.int("config_id")));
    put(&mut fields, "actionDetails", action::records(log, logged, visit.int("visit_length_s")));
    put(&mut fields, "goalConversions", goals(log, logged));
    put(&mut fields, "siteCurrency", log.site.currency.as_str());
    put(&mut fields, "siteCurrencySymbol", currency_symbol(&log.site.currency));
    times(log, visit, &mut fields);
    who(log, visit, &mut fields);
    shop(visit, logged, &mut fields);
    referrer(log, visit, &mut fields);
    device(log, visit, &mut fields);
    place(log, visit, &mut fields);
    local(visit, &mut fields);
    super::own_dimensions(log.site, OwnScope::Visit, visit, &mut fields);
    Answer::Record(fields)
}

fn clock(seconds: i64) -> String {
    let seconds = seconds.rem_euclid(DAY_S);
    format!("{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60)
}

/// `2026-03-02 08:00:00` in UTC.
pub fn date_time(seconds: i64) -> String {
    format!("{} {}", Day(seconds.div_euclid(DAY_S) as i32), clock(seconds))
}

fn times(log: &VisitLog, visit: Stored, fields: &mut Fields) {
    let (first, last) = (visit.int("first_action_s"), visit.int("last_action_s"));
    let (local_first, local_last) = (first + log.site.zone.offset_s(first), last + log.site.zone.offset_s(last));
    let long = |seconds: i64| words::long_day(log.language, Day(seconds.div_euclid(DAY_S) as i32));
    put(fields, "serverDate", Day(last.div_euclid(DAY_S) as i32).to_string());
    put(fields, "visitServerHour", (last.rem_euclid(DAY_S) / 3600).to_string());
    put(fields, "lastActionTimestamp", last);
    put(fields, "lastActionDateTime", date_time(last));
    put(fields, "siteName", log.site.name.as_str());
    put(fields, "serverTimestamp", last);
    put(fields, "firstActionTimestamp", first);
    put(fields, "serverTimePretty", clock(local_last));
    put(fields, "serverDatePretty", long(local_last));
    put(fields, "serverDatePrettyFirstAction", long(local_first));
    put(fields, "serverTimePrettyFirstAction", clock(local_first));
}

fn who(log: &VisitLog, visit: Stored, fields: &mut Fields) {
    let kind = match visit.int("returning") {
        0 => "new",
        1 => "returning",
        _ => "returningCustomer",
    };
    put(fields, "userId", text_or_null(visit.text("user_id")));
    put(fields, "visitorType", kind);
    let icon = (kind != "new").then_some("plugins/Live/images/returningVisitor.png").map_or(Answer::Null, Answer::from);
    put(fields, "visitorTypeIcon", icon);
    put(fields, "visitConverted", visit.int("converted"));
    let converted = (visit.int("converted") != 0).then_some("plugins/Morpheus/images/goal.svg");
    put(fields, "visitConvertedIcon", converted.map_or(Answer::Null, Answer::from));
    put(fields, "visitCount", visit.int("visit_count"));
    put(fields, "daysSinceFirstVisit", visit.int("since_first_s").div_euclid(DAY_S));
    put(fields, "secondsSinceFirstVisit", visit.int("since_first_s"));
    put(fields, "visitDuration", visit.int("visit_length_s"));
    put(fields, "visitDurationPretty", words::length(log.language, visit.int("visit_length_s") as f64));
    put(fields, "searches", visit.int("search_count"));
    put(fields, "actions", visit.int("action_count"));
    put(fields, "interactions", visit.int("interaction_count"));
    put(fields, "events", visit.int("event_count"));
}

/// How often the visit reached goals; orders and carts are none.
fn goals(log: &VisitLog, logged: &LoggedVisit) -> i64 {
    let goal = |values: &&Vec<Value>| Stored { columns: log.conversion_columns, values }.int("goal") > ORDER;
    logged.conversions.iter().filter(goal).count() as i64
}

/// What the visit, and its visitor at any time, ordered and left in carts.
fn shop(visit: Stored, logged: &LoggedVisit, fields: &mut Fields) {
    let status = usize::try_from(visit.int("buyer")).ok().and_then(|number| STATUSES.get(number)).unwrap_or(&"none");
    put(fields, "visitEcommerceStatus", *status);
    let icon = (visit.int("buyer") != 0).then(|| format!("plugins/Morpheus/images/{status}.svg"));
    put(fields, "visitEcommerceStatusIcon", icon.map_or(Answer::Null, Answer::from));
    put(fields, "daysSinceLastEcommerceOrder", visit.int("since_order_s").div_euclid(DAY_S));
    put(fields, "secondsSinceLastEcommerceOrder", answer(visit.get("since_order_s")));
    put(fields, "totalEcommerceRevenue", amount(logged.ordered.revenue));
    put(fields, "totalEcommerceConversions", logged.ordered.times);
    put(fields, "totalEcommerceItems", logged.ordered.items);
    put(fields, "totalAbandonedCartsRevenue", amount(logged.left.revenue));
    put(fields, "totalAbandonedCarts", logged.left.times);
    put(fields, "totalAbandonedCartsItems", logged.left.items);
}

fn referrer(log: &VisitLog, visit: Stored, fields: &mut Fields) {
    let (kind, name, keyword) =
        (visit.int("referrer_kind"), visit.text("referrer_name"), visit.text("referrer_keyword"));
    let channel = kind_name(kind);
    put(fields, "referrerType", channel);
    put(fields, "referrerTypeName", &*log.language.of(kind_title(kind)));
    put(fields, "referrerName", name);
    put(
        fields,
        "referrerKeyword",
        match (channel, keyword) {
            ("search", "") => log.language.of(crate::referrers::NO_KEYWORD),
            _ => keyword.into(),
        }
        .as_ref(),
    );
    put(fields, "referrerKeywordPosition", Answer::Null);
    put(fields, "referrerUrl", text_or_null(visit.text("referrer_url")));
    let engine = (channel == "search").then(|| referrer_data::engine_url(name)).flatten();
    put(fields, "referrerSearchEngineUrl", engine.map_or(Answer::Null, Answer::from));
    let logo = (channel == "search").then(|| referrer_data::engine_logo_host(name)).flatten();
    let icon = |folder: &str, host: &str| Answer::from(format!("plugins/Morpheus/icons/dist/{folder}/{host}.png"));
    put(fields, "referrerSearchEngineIcon", logo.map_or(Answer::Null, |host| icon("searchEngines", host)));
    let network = (channel == "social").then(|| referrer_data::social_url(name)).flatten();
    put(fields, "referrerSocialNetworkUrl", network.map_or(Answer::Null, Answer::from));
    let host = network.map(|url| url.trim_start_matches("https://").trim_start_matches("http://"));
    put(fields, "referrerSocialNetworkIcon", host.map_or(Answer::Null, |host| icon("socials", host)));
}

fn device(log: &VisitLog, visit: Stored, fields: &mut Fields) {
    let kind = u8::try_from(visit.int("device_type")).ok().and_then(DeviceType::from_id);
    let kind = kind.filter(|_| !visit.get("device_type").is_null());
    let said = |text: &str| log.language.of(text).into_owned();
    let unknown = || said("Unknown");
    put(fields, "languageCode", visit.text("language"));
    put(
        fields,
        "language",
        match visit.text("language") {
            regional if regional.contains('-') => format!("{} {regional}", said("Language code")),
            code => said(geolocation::language_name(code)),
        },
    );
    put(
        fields,
        "deviceType",
        kind.map_or_else(unknown, |kind| said(&crate::devices_detection::capitalised(kind.name()))),
    );
    let picture = kind.map_or("unknown", DeviceType::name).replace(' ', "_");
    put(fields, "deviceTypeIcon", format!("plugins/Morpheus/icons/dist/devices/{picture}.png"));
    let brand = visit.text("device_brand");
    put(fields, "deviceBrand", if brand.is_empty() { unknown() } else { brand.to_owned() });
    let (model, title) = (visit.text("device_model"), model_title(visit.text("device_model")));
    put(fields, "deviceModel", if is_no_model(model) { said(&title) } else { title });
    let (os, version) = (visit.text("os"), visit.text("os_version"));
    // All other names are data.
    let named = |name: &str| if name == "Unknown" { unknown() } else { name.to_owned() };
    put(fields, "operatingSystem", names::with_version(&named(names::system(os)), version));
    put(fields, "operatingSystemName", named(names::system(os)));
    put(fields, "operatingSystemIcon", format!("plugins/Morpheus/icons/dist/os/{os}.png"));
    put(fields, "operatingSystemCode", os);
    put(fields, "operatingSystemVersion", version);
    let (browser, version) = (visit.text("browser"), visit.text("browser_version"));
    put(fields, "browserFamily", visit.text("browser_engine"));
    put(fields, "browserFamilyDescription", named(&names::engine(visit.text("browser_engine"))));
    put(fields, "browser", names::with_version(&named(names::browser(browser)), version));
    put(fields, "browserName", named(names::browser(browser)));
    put(fields, "browserIcon", format!("plugins/Morpheus/icons/dist/browsers/{browser}.png"));
    put(fields, "browserCode", browser);
    put(fields, "browserVersion", version);
}

fn place(log: &VisitLog, visit: Stored, fields: &mut Fields) {
    let (country, region, city) = (visit.text("country"), visit.text("region"), visit.text("city"));
    put(fields, "continent", &*log.language.of(continent_name(continent_code(country))));
    put(fields, "continentCode", continent_code(country));
    let country_title = log.language.of(country_name(country));
    put(fields, "country", &*country_title);
    put(fields, "countryCode", country);
    put(fields, "countryFlag", format!("plugins/Morpheus/icons/dist/flags/{country}.png"));
    let region_title = region_name(country, region).unwrap_or(region);
    put(fields, "region", text_or_null(region_title));
    put(fields, "regionCode", text_or_null(region));
    put(fields, "city", text_or_null(city));
    let parts = [city, region_title, &*country_title];
    let location: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    put(fields, "location", location.join(", "));
    put(fields, "latitude", answer(visit.get("latitude")));
    put(fields, "longitude", answer(visit.get("longitude")));
}

fn local(visit: Stored, fields: &mut Fields) {
    put(fields, "visitLocalTime", clock(visit.int("local_time_s")));
    put(fields, "visitLocalHour", (visit.int("local_time_s") / 3600).to_string());
    put(fields, "daysSinceLastVisit", visit.int("since_last_s").div_euclid(DAY_S));
    put(fields, "secondsSinceLastVisit", visit.int("since_last_s"));
    put(fields, "resolution", visit.text("resolution"));
    let plugins: Vec<&str> = device_plugins::COLUMNS
        .into_iter()
        .filter(|column| visit.int(column) != 0)
        .map(|column| column.trim_start_matches("plugin_"))
        .collect();
    put(fields, "plugins", plugins.join(", "));
    put(
        fields,
        "pluginsIcons",
        match plugins.is_empty() {
            true => Answer::Null,
            false => Answer::List(
                plugins
                    .iter()
                    .map(|name| {
                        let icon = format!("plugins/Morpheus/icons/dist/plugins/{name}.png");
                        Answer::record([("pluginIcon", Answer::from(icon)), ("pluginName", Answer::from(*name))])
                    })
                    .collect(),
            ),
        },
    );
}
