use crate::{Expr, Facts, Scope};
use makoto_model::Value;

/// Something that visits or actions are told apart by.
pub struct Dimension {
    /// Feature and name, as in `DevicesDetection.BrowserName`.
    pub id: &'static str,
    /// What a person reads above the column.
    pub name: &'static str,
    pub scope: Scope,
    /// The stored column; several dimensions may read one.
    pub column: &'static str,
    pub kind: Kind,
    pub privacy: Privacy,
    pub source: Source,
    /// Its names in the segment language.
    pub segments: &'static [SegmentName],
}

/// What kind of value it is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Text kept in the dictionary with this name.
    Text(&'static str),
    Int,
    Float,
    Bool,
    /// A moment, seconds since 1970 in UTC.
    Time,
    /// A length of time in seconds.
    LengthS,
}

/// How personal a value is; drives masking, export and erasure.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Privacy {
    Anonymous,
    /// Tells one person from another without naming them.
    Pseudonymous,
    Personal,
}

/// Where the column's value comes from.
#[derive(Clone, Copy)]
pub enum Source {
    /// The fold fills it; the column is one of its own.
    Fold,
    /// Read from each hit before the journal; `keep` says what a later hit of the same visit does to it.
    Captured { read: fn(&Facts) -> Value, keep: Keep },
    /// Computed from other columns when asked.
    Derived(Expr),
}

/// Which hit of a visit decides a captured visit column. Columns of actions take their own hit's value.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    First,
    /// The latest value that is not null.
    Latest,
}

/// A public name of a dimension in the segment language.
pub struct SegmentName {
    pub name: &'static str,
    /// What a person reads in the segment editor.
    pub title: &'static str,
    /// "dimension" (text operators) or "metric" (number operators), as Matomo groups them.
    pub metric: bool,
    /// User's value to stored value ("Firefox" to "FF"). `None`: no stored value can match.
    pub encode: fn(&str) -> Option<Value>,
    /// For the segment editor; empty when any text may stand.
    pub accepted: &'static str,
    /// Refused to callers who are not signed in.
    pub signed_in_only: bool,
    /// Under which heading of the editor it stands.
    pub category: &'static str,
}

/// The value as it stands, for text dimensions.
pub fn same_text(text: &str) -> Option<Value> {
    Some(Value::from(text))
}

/// A number; other texts match nothing.
pub fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    text.parse().map(Value::Int).or_else(|_| text.parse().map(Value::Float)).ok()
}
