//! Pieces of content: seen and used.

mod reports;

use makoto_catalog::{Dimension, Facts, Feature, Kind, SegmentName};
use makoto_model::{Act, ActionKind, Value};

fn of_content(facts: &Facts, param: &str) -> Value {
    match facts.act {
        Act::Action { kind: ActionKind::Content, .. } => facts
            .params
            .filled(param)
            .map(str::trim)
            .filter(|text| !text.is_empty())
            .map(Value::from)
            .unwrap_or_default(),
        _ => Value::Null,
    }
}

const CONTENTS: &str = "General_Actions";

static NAME: Dimension =
    Dimension::read_action("Contents.ContentName", "Content Name", "content_name", Kind::Text("content"), |facts| {
        of_content(facts, "c_n")
    })
    .segments(&[SegmentName::text("contentName", "Content Name", CONTENTS)]);
static PIECE: Dimension =
    Dimension::read_action("Contents.ContentPiece", "Content Piece", "content_piece", Kind::Text("content"), |facts| {
        of_content(facts, "c_p")
    })
    .segments(&[SegmentName::text("contentPiece", "Content Piece", CONTENTS)]);
static TARGET: Dimension = Dimension::read_action(
    "Contents.ContentTarget",
    "Content target",
    "content_target",
    Kind::Text("content"),
    |facts| of_content(facts, "c_t"),
)
.segments(&[SegmentName::text("contentTarget", "Content Target", CONTENTS)]);
static INTERACTION: Dimension = Dimension::read_action(
    "Contents.ContentInteraction",
    "Content interaction",
    "content_interaction",
    Kind::Text("content"),
    |facts| of_content(facts, "c_i"),
)
.segments(&[SegmentName::text("contentInteraction", "Content Interaction", CONTENTS)]);

pub static FEATURE: Feature = Feature {
    name: "Contents",
    dimensions: &[&NAME, &PIECE, &TARGET, &INTERACTION],
    metrics: &[],
    reports: reports::REPORTS,
    settings: &[],
};
