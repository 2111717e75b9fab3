use crate::{Condition, Expr, Facts, Op, Scope};
use makoto_model::{ActionKind, Value};

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
    /// Which of its scope's columns for dimensions of a site's own it is, from 1; 0 for every other dimension.
    pub slot: u8,
}

impl Dimension {
    const fn new(
        id: &'static str,
        name: &'static str,
        scope: Scope,
        column: &'static str,
        kind: Kind,
        source: Source,
    ) -> Dimension {
        Dimension { id, name, scope, column, kind, privacy: Privacy::Anonymous, source, segments: &[], slot: 0 }
    }

    /// Of visits, from a column that the fold fills.
    pub const fn of_visit(id: &'static str, name: &'static str, column: &'static str, kind: Kind) -> Dimension {
        Dimension::new(id, name, Scope::Visit, column, kind, Source::Fold)
    }

    /// Of actions, from a column that the fold fills.
    pub const fn of_action(id: &'static str, name: &'static str, column: &'static str, kind: Kind) -> Dimension {
        Dimension::new(id, name, Scope::Action, column, kind, Source::Fold)
    }

    /// Of conversions, from a column that the fold fills.
    pub const fn of_conversion(id: &'static str, name: &'static str, column: &'static str, kind: Kind) -> Dimension {
        Dimension::new(id, name, Scope::Conversion, column, kind, Source::Fold)
    }

    /// Of products, from a column that the fold fills.
    pub const fn of_item(id: &'static str, name: &'static str, column: &'static str, kind: Kind) -> Dimension {
        Dimension::new(id, name, Scope::Item, column, kind, Source::Fold)
    }

    /// Of visits, read from the visit's first hit.
    pub const fn read_visit(
        id: &'static str,
        name: &'static str,
        column: &'static str,
        kind: Kind,
        read: fn(&Facts) -> Value,
    ) -> Dimension {
        Dimension::new(id, name, Scope::Visit, column, kind, Source::Captured { read, keep: Keep::First })
    }

    /// Of actions, read from each hit.
    pub const fn read_action(
        id: &'static str,
        name: &'static str,
        column: &'static str,
        kind: Kind,
        read: fn(&Facts) -> Value,
    ) -> Dimension {
        Dimension::new(id, name, Scope::Action, column, kind, Source::Captured { read, keep: Keep::First })
    }

    /// Computed from a column when asked.
    pub const fn derived(
        id: &'static str,
        name: &'static str,
        scope: Scope,
        column: &'static str,
        kind: Kind,
        from: Expr,
    ) -> Dimension {
        Dimension::new(id, name, scope, column, kind, Source::Derived(from))
    }

    /// The same dimension, decided by the latest hit that has a value.
    pub const fn latest(self) -> Dimension {
        let source = match self.source {
            Source::Captured { read, .. } => Source::Captured { read, keep: Keep::Latest },
            source @ (Source::Fold | Source::Derived(_)) => source,
        };
        Dimension { source, ..self }
    }

    /// The same dimension, with another privacy class.
    pub const fn privacy(self, privacy: Privacy) -> Dimension {
        Dimension { privacy, ..self }
    }

    /// The same dimension, with these names in the segment language.
    pub const fn segments(self, segments: &'static [SegmentName]) -> Dimension {
        Dimension { segments, ..self }
    }

    /// The same dimension, held ready for sites that define one of their own.
    pub const fn slot(self, slot: u8) -> Dimension {
        Dimension { slot, ..self }
    }

    /// What stands for it in a plan.
    pub fn expr(&self) -> Expr {
        match self.source {
            Source::Derived(expr) => expr,
            Source::Fold | Source::Captured { .. } => Expr::Column(self.column),
        }
    }
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
    /// Read from each hit before the journal; `keep` says what later hits do to it.
    Captured { read: fn(&Facts) -> Value, keep: Keep },
    /// Computed from other columns when asked.
    Derived(Expr),
}

/// Which hit decides a captured column.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Keep {
    /// The first of the visit; of an action its own.
    First,
    /// The latest value that is not null: of the visit's hits; of a page view's those that name it.
    Latest,
}

/// A public name of a dimension in the segment language.
pub struct SegmentName {
    pub name: &'static str,
    /// What a person reads in the segment editor.
    pub title: &'static str,
    /// "dimension" (text operators) or "metric" (number operators), as Matomo groups them.
    pub metric: bool,
    /// From the user's value to a condition over the stored ones.
    pub read: Read,
    /// Only actions of this kind are meant; for names of actions.
    pub kind: Option<ActionKind>,
    /// Only rows that meet this are meant; for names of conversions and products.
    pub of: Option<fn() -> Condition>,
    /// A value that means something, for the manual and the tests.
    pub example: &'static str,
    /// For the segment editor; empty when any text may stand.
    pub accepted: &'static str,
    /// Values that mean nothing are refused.
    pub strict: bool,
    /// Refused to callers who are not signed in.
    pub signed_in_only: bool,
    /// Under which heading of the editor it stands.
    pub category: &'static str,
    /// Conditions of one scope and group that are joined by "and" must hold for one row; those of two need not.
    pub group: &'static str,
    /// What is told has several such values, each in a row of its own: no row meets two conditions on them.
    pub several: bool,
    /// The names whose values this one has, where there are several.
    pub union: &'static [&'static str],
}

impl SegmentName {
    /// The same name, under another heading of the editor.
    pub const fn under(self, category: &'static str) -> SegmentName {
        SegmentName { category, ..self }
    }

    /// The same name, for the values of all these.
    pub const fn union(self, union: &'static [&'static str]) -> SegmentName {
        SegmentName { union, ..self }
    }

    /// A name whose texts are compared as they stand.
    pub const fn text(name: &'static str, title: &'static str, category: &'static str) -> SegmentName {
        SegmentName {
            name,
            title,
            metric: false,
            read: Read::Text,
            kind: None,
            of: None,
            example: "a",
            accepted: "",
            strict: false,
            signed_in_only: false,
            category,
            group: "",
            several: false,
            union: &[],
        }
    }

    /// A name whose values are numbers.
    pub const fn number(name: &'static str, title: &'static str, category: &'static str) -> SegmentName {
        SegmentName { metric: true, read: Read::Number, example: "1", ..SegmentName::text(name, title, category) }
    }

    /// The same name, its values read in another way; `example` is one of them.
    pub const fn read(self, read: Read, example: &'static str) -> SegmentName {
        SegmentName { read, example, ..self }
    }

    /// The same name, grouped among the metrics.
    pub const fn metric(self) -> SegmentName {
        SegmentName { metric: true, ..self }
    }

    /// The same name, in another group.
    pub const fn group(self, group: &'static str) -> SegmentName {
        SegmentName { group, ..self }
    }

    /// The same name, for actions of this kind alone.
    pub const fn kind(self, kind: ActionKind) -> SegmentName {
        SegmentName { kind: Some(kind), ..self }
    }

    /// The same name, for rows that meet this alone.
    pub const fn of(self, of: fn() -> Condition) -> SegmentName {
        SegmentName { of: Some(of), ..self }
    }

    /// The same name, of which what is told has several values.
    pub const fn several(self) -> SegmentName {
        SegmentName { several: true, ..self }
    }

    /// The same name, with number values although it groups as a dimension.
    pub const fn of_numbers(self) -> SegmentName {
        SegmentName { read: Read::Number, example: "1", ..self }
    }

    /// The same name; values that mean nothing are refused.
    pub const fn strict(self) -> SegmentName {
        SegmentName { strict: true, ..self }
    }

    /// The same name, refused to callers who are not signed in.
    pub const fn signed_in_only(self) -> SegmentName {
        SegmentName { signed_in_only: true, ..self }
    }

    /// The same name, with the values that the editor offers.
    pub const fn accepted(self, accepted: &'static str) -> SegmentName {
        SegmentName { accepted, ..self }
    }
}

/// How the value of a segment's condition is read.
#[derive(Clone, Copy)]
pub enum Read {
    /// As it stands.
    Text,
    /// A URL: protocol and `www.` do not count.
    Url,
    /// A number; a text without any digit is 0, others match nothing.
    Number,
    /// The stored values that the text means under this operator ("Firefox" is "FF"). Negations are taken care of:
    /// the operator is never a negative one; names have no order, `<` and `>` are refused.
    Named(fn(Op, &str) -> Vec<Value>),
    /// The condition itself; negations are taken care of. `None`: nothing can match.
    Condition(fn(Op, &str) -> Option<Condition>),
}
