use super::{NAME, PIECE};
use crate::{
    actions::metrics::{NB_UNIQ_VISITORS, NB_VISITS},
    core_home::metrics::share_4,
    rows::{LABEL, ours_if_none, segment, text},
};
use makoto_catalog::{
    About, Aggregate, Condition, Expr, FlatLabel, Meta, Metric, Op, Part, Report, RowLabel, Scope, Shape, Unit,
};
use makoto_model::{ActionKind, Value};

pub const REPORTS: &[&Report] = &[&GET_NAMES, &GET_PIECES];

static NB_IMPRESSIONS: Metric =
    Metric::counted("nb_impressions", "Impressions", "How often it was shown.", Aggregate::Count, None);
static NB_INTERACTIONS: Metric =
    Metric::counted("nb_interactions", "Content Interactions", "How often it was used.", Aggregate::Count, None);
static INTERACTION_RATE: Metric = Metric::processed(
    "interaction_rate",
    "Interaction Rate",
    "How often it was used for each time that it was shown.",
    &[&NB_INTERACTIONS, &NB_IMPRESSIONS],
    share_4,
)
.unit(Unit::Percent);

const CONTENT_ROWS: About =
    About { metrics: &[&NB_IMPRESSIONS, &NB_INTERACTIONS], processed: &[&INTERACTION_RATE], ..About::PLAIN };

fn contents(used: Op) -> Condition {
    let kind = Value::Int(ActionKind::Content as i64);
    Condition::All(vec![
        Condition::Compare { expr: Expr::Column("kind"), op: Op::Is, value: kind },
        Condition::Compare { expr: Expr::Column("content_interaction"), op: used, value: Value::Null },
    ])
}

const KEYS: &[Expr] = &[Expr::Column("content_name"), Expr::Column("content_piece")];

const PLAIN: Report = Report {
    category: "General_Actions",
    subcategory: "Contents_Contents",
    parts: &[
        Part {
            scope: Scope::Action,
            keys: KEYS,
            only: || contents(Op::Is),
            metrics: &[&NB_UNIQ_VISITORS, &NB_VISITS, &NB_IMPRESSIONS],
            zeros: false,
        },
        Part {
            scope: Scope::Action,
            keys: KEYS,
            only: || contents(Op::IsNot),
            metrics: &[&NB_INTERACTIONS],
            zeros: true,
        },
    ],
    processed: &[&INTERACTION_RATE],
    sort: Some(&NB_VISITS),
    rows_max: (500, 500),
    expands: false,
    ..Report::PLAIN
};

const NO_PIECE: &str = "Content Piece not defined";

fn piece(text: &str) -> String {
    if text.is_empty() { NO_PIECE.to_owned() } else { text.to_owned() }
}

fn key(keys: &[Value], places: &[usize]) -> Vec<Value> {
    places.iter().map(|place| Value::from(text(keys, *place))).collect()
}

fn of_name(keys: &[Value], meta: &mut Vec<Meta>) {
    meta.push(segment(&[("contentName", text(keys, 0))]));
}

fn of_piece(keys: &[Value], meta: &mut Vec<Meta>) {
    if !text(keys, 0).is_empty() {
        meta.push(segment(&[("contentPiece", text(keys, 0))]));
    }
}

static GET_NAMES: Report = Report {
    method: "Contents.getContentNames",
    name: "Content Name",
    about: &About { opens: Some("getContentNames"), ..CONTENT_ROWS },
    doc: "Contents by name; a row opens to its pieces.",
    order: 30,
    dimension: Some(&NAME),
    shape: Shape::Rows {
        levels: &[
            RowLabel { row: |keys| Some(key(keys, &[0])), meta: of_name, flat_column: "Contents_ContentName", ..LABEL },
            RowLabel {
                row: |keys| Some(key(keys, &[0, 1])).filter(|key| !text(key, 1).is_empty()),
                text: |keys| text(keys, 1).to_owned(),
                flat_column: "Contents_ContentPiece",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [text(keys, 0).to_owned(), text(keys, 1).to_owned()],
            local: Some(|keys, _, _, meta| of_name(keys, meta)),
            whole: true,
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};

static GET_PIECES: Report = Report {
    method: "Contents.getContentPieces",
    name: "Content Piece",
    about: &About { opens: Some("getContentPieces"), ..CONTENT_ROWS },
    doc: "Contents by piece; a row opens to the names under which it stands.",
    order: 31,
    dimension: Some(&PIECE),
    needs: &[&NB_IMPRESSIONS],
    shape: Shape::Rows {
        levels: &[
            RowLabel {
                row: |keys| Some(key(keys, &[1])),
                ours: ours_if_none,
                text: |keys| piece(text(keys, 0)),
                meta: of_piece,
                flat_column: "Contents_ContentPiece",
                ..LABEL
            },
            RowLabel {
                row: |keys| Some(key(keys, &[1, 0])),
                text: |keys| text(keys, 1).to_owned(),
                flat_column: "Contents_ContentName",
                ..LABEL
            },
        ],
        always: None,
        flat: Some(FlatLabel {
            parts: |keys| [piece(text(keys, 0)), text(keys, 1).to_owned()],
            local: Some(|keys, _, _, meta| of_piece(keys, meta)),
            whole: true,
            ..FlatLabel::SPLIT
        }),
    },
    ..PLAIN
};
