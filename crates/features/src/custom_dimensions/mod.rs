//! Dimensions that a site defines itself. The catalog declares a fixed number of columns for them, the slots; a site
//! says what it calls a slot and where its values come from.

mod manage;
mod reports;

pub use manage::METHODS;

use makoto_catalog::{AnySetting, Control, Dimension, Facts, Feature, Kind, Level, Privacy, Setting};
use makoto_model::{OwnDimension, OwnScope, Value, own::SLOTS_MAX};

/// Letters of a value that are kept.
const VALUE_CHARS_MAX: usize = 250;

/// How many dimensions of each scope a site may define.
pub static SLOTS: Setting<u32> = Setting {
    key: "CustomDimensions.slots",
    level: Level::Instance,
    default: || 5,
    check: |slots| match (1..=u32::from(SLOTS_MAX)).contains(slots) {
        true => Ok(()),
        false => Err(format!("use 1 to {SLOTS_MAX}")),
    },
    title: "Custom dimensions of each scope",
    doc: "So many dimensions of visits, and as many of actions, may a site define.",
    control: Control::Number,
    secret: false,
    security: false,
};

const SETTINGS: &[&dyn AnySetting] = &[&SLOTS];

macro_rules! slots {
    ($name:ident, $prefix:literal, $($number:literal)+) => {
        const $name: [(&str, &str); 10] = [$((concat!("CustomDimensions.", $prefix, $number), concat!("own_", $prefix, "_", $number))),+];
    };
}

// Ids and columns.
slots!(VISIT, "visit", "1" "2" "3" "4" "5" "6" "7" "8" "9" "10");
slots!(ACTION, "action", "1" "2" "3" "4" "5" "6" "7" "8" "9" "10");

const _: () = assert!(VISIT.len() == SLOTS_MAX as usize && ACTION.len() == SLOTS_MAX as usize);

/// What a hit says of a dimension: its own parameter, else what the dimension's rules find.
fn value(facts: &Facts, own: &OwnDimension) -> Value {
    let sent = facts.params.get(&own.public_name()).map(str::to_owned);
    match sent.or_else(|| (facts.extract)(own)) {
        Some(text) => Value::from(text.trim().chars().take(VALUE_CHARS_MAX).collect::<String>()),
        None => Value::Null,
    }
}

fn read(facts: &Facts, scope: OwnScope, slot: u8) -> Value {
    facts.site.own_dimension_in(scope, slot).map_or(Value::Null, |own| value(facts, own))
}

const fn of_visit<const NTH: usize>() -> Dimension {
    let (id, column) = VISIT[NTH];
    Dimension::read_visit(id, "Custom dimension of visits", column, Kind::Text("own"), |facts| {
        read(facts, OwnScope::Visit, NTH as u8 + 1)
    })
    .latest()
    .privacy(Privacy::Pseudonymous)
    .slot(NTH as u8 + 1)
}

const fn of_action<const NTH: usize>() -> Dimension {
    let (id, column) = ACTION[NTH];
    Dimension::read_action(id, "Custom dimension of actions", column, Kind::Text("own"), |facts| {
        read(facts, OwnScope::Action, NTH as u8 + 1)
    })
    .privacy(Privacy::Pseudonymous)
    .slot(NTH as u8 + 1)
}

static OF_VISIT: [Dimension; 10] = [
    of_visit::<0>(),
    of_visit::<1>(),
    of_visit::<2>(),
    of_visit::<3>(),
    of_visit::<4>(),
    of_visit::<5>(),
    of_visit::<6>(),
    of_visit::<7>(),
    of_visit::<8>(),
    of_visit::<9>(),
];
static OF_ACTION: [Dimension; 10] = [
    of_action::<0>(),
    of_action::<1>(),
    of_action::<2>(),
    of_action::<3>(),
    of_action::<4>(),
    of_action::<5>(),
    of_action::<6>(),
    of_action::<7>(),
    of_action::<8>(),
    of_action::<9>(),
];

/// The column that holds the values of a dimension.
pub fn column(own: &OwnDimension) -> &'static str {
    let columns = match own.scope {
        OwnScope::Visit => &VISIT,
        OwnScope::Action => &ACTION,
    };
    columns.get(usize::from(own.slot).saturating_sub(1)).map_or("", |(_, column)| column)
}

pub static FEATURE: Feature = Feature {
    name: "CustomDimensions",
    dimensions: &[
        &OF_VISIT[0],
        &OF_VISIT[1],
        &OF_VISIT[2],
        &OF_VISIT[3],
        &OF_VISIT[4],
        &OF_VISIT[5],
        &OF_VISIT[6],
        &OF_VISIT[7],
        &OF_VISIT[8],
        &OF_VISIT[9],
        &OF_ACTION[0],
        &OF_ACTION[1],
        &OF_ACTION[2],
        &OF_ACTION[3],
        &OF_ACTION[4],
        &OF_ACTION[5],
        &OF_ACTION[6],
        &OF_ACTION[7],
        &OF_ACTION[8],
        &OF_ACTION[9],
    ],
    metrics: &[],
    reports: &[&reports::GET_CUSTOM_DIMENSION],
    settings: SETTINGS,
};
