//! Signed-in users of the measured sites.

use crate::{
    core_home::metrics::{NB_VISITS, OF_VISITS},
    rows::{LABEL, each_known, segment, text},
};
use makoto_catalog::{Condition, Expr, Feature, Meta, Op, Part, Report, RowLabel, Scope, Shape};
use makoto_model::Value;

fn signed_in() -> Condition {
    Condition::Compare { expr: Expr::Column("user_id"), op: Op::IsNot, value: Value::Null }
}

static GET_USERS: Report = Report {
    method: "UserId.getUsers",
    name: "User IDs",
    about: &crate::core_home::about::PERSONS,
    doc: "The users that the site names, with their visits.",
    category: "General_Visitors",
    subcategory: "UserId_UserReportTitle",
    order: 9,
    parts: &[Part {
        scope: Scope::Visit,
        keys: &[Expr::Column("user_id"), Expr::Column("visitor")],
        only: signed_in,
        metrics: OF_VISITS,
        zeros: true,
    }],
    sort: Some(&NB_VISITS),
    rows_max: (500, 100),
    shape: Shape::Rows {
        levels: &[RowLabel {
            row: each_known,
            identity: 1,
            meta: |keys, meta| {
                meta.push(Meta("idvisitor", Value::from(text(keys, 1))));
                meta.push(segment(&[("userId", text(keys, 0))]));
            },
            flat_column: "UserId_UserId",
            ..LABEL
        }],
        always: None,
        flat: None,
    },
    ..Report::PLAIN
};

pub static FEATURE: Feature =
    Feature { name: "UserId", dimensions: &[], metrics: &[], reports: &[&GET_USERS], settings: &[] };
