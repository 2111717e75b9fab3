//! What a feature may declare, once each: dimensions, metrics, reports, settings and API methods; the look-ups
//! over them, and the test that every set of declarations must pass. Plain data and function pointers.

pub mod answer;
pub mod answered;
pub mod catalog;
pub mod columns;
pub mod composed;
pub mod dimension;
pub mod facts;
pub mod language;
pub mod method;
pub mod metric;
pub mod plan;
pub mod rate;
pub mod report;
pub mod setting;
pub mod words;

pub use answer::{Answer, ApiError};
pub use answered::{Answered, Line};
pub use catalog::{Catalog, Feature, HIT_FORM, Unsound, table};
pub use columns::{Column, Stored, Table};
pub use composed::{Asker, Composed, Reply};
pub use dimension::{Dimension, Keep, Kind, Privacy, Read, SegmentName, Source};
pub use facts::Facts;
pub use method::{Access, CODE, CONFIRMATION, Effect, Guard, Method, Outcome, PASSKEY, Param, ParamKind};
pub use metric::{Formula, Merge, Metric, Unit};
pub use plan::{Aggregate, Bucket, Condition, Expr, Measure, Op, Plan, Scope, TimePart};
pub use rate::{RATES, Rate};
pub use report::{
    About, Always, AlwaysColumns, Bought, Chart, Columns, FlatLabel, Folded, Found, GoalColumns, Inquiry, LocalFacts,
    LoggedVisit, Meta, Part, Report, RowLabel, Shape, ToldGoals, Tree, Variant, Variants, VisitLog,
};
pub use setting::{AnySetting, Control, Level, Setting, SettingText};
