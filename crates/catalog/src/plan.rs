//! What an engine is asked, in a form that any engine can print. Built without I/O; values are always binds.

use makoto_model::{SiteId, Value};

/// Which fact a question counts.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Scope {
    Visit,
    Action,
    /// Goals that were reached, orders and carts. Columns that a conversion lacks are those of its visit.
    Conversion,
    /// Products that were ordered, laid into carts or looked at; other columns are those of the visit.
    Item,
    /// Page views before a conversion: a row for each pair of them. Besides the conversion's columns, `lead_url` and
    /// `lead_title` are those of the page, `lead_pages` is how many page views the visit's first such conversion has, `lead_share` the
    /// part of one, to four digits, and `lead_revenue` the part of its revenue.
    Lead,
}

impl Scope {
    pub const ALL: [Scope; 5] = [Scope::Visit, Scope::Action, Scope::Conversion, Scope::Item, Scope::Lead];
}

/// A number or text computed from one row. Columns are named as declared.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Expr {
    Column(&'static str),
    Int(i64),
    /// A part of a time (seconds since 1970) in the site's zone, with the offset valid at local midnight.
    Local(TimePart, &'static Expr),
    /// A part of a time in UTC.
    Utc(TimePart, &'static Expr),
    /// A part of a number of seconds since midnight.
    OfDay(TimePart, &'static Expr),
    Minus(&'static Expr, &'static Expr),
    /// Whole division, rounded down.
    Over(&'static Expr, i64),
    /// 1 where the column has this number, else 0.
    Is(&'static str, i64),
    /// The product of two expressions; with `Is` it picks rows.
    Times(&'static Expr, &'static Expr),
    /// A column of the visit that an action belongs to.
    OfVisit(&'static str),
    /// The name of the goal of a conversion. Each site has its own: `query` puts numbers in its place.
    GoalName,
    /// Seconds from an action to the visit's next one, this many at most; null for its last one.
    ToNext(i64),
    /// 1 for the last action of a visit, else 0.
    IsLast,
}

/// Parts of a moment. Weekdays count from Monday, 1 to 7.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TimePart {
    Second,
    Minute,
    Hour,
    Weekday,
    DayOfMonth,
    DayOfYear,
    WeekOfYear,
    Month,
    Quarter,
    Year,
    /// `YYYY-MM-DD`.
    Date,
}

/// How rows are added up.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Aggregate {
    Count,
    /// Different values of a column.
    Distinct(&'static str),
    /// Different pairs of a column's value and the site's local day, so that days add up.
    DistinctPerDay(&'static str),
    /// Different pairs of the values of two columns.
    DistinctPairs(&'static str, &'static str),
    Sum(Expr),
    Max(Expr),
    Min(Expr),
}

/// One number asked for, under the name of its metric. `only` counts rows where the expression is not 0.
#[derive(Clone, Copy, PartialEq, Debug)]
pub struct Measure {
    pub name: &'static str,
    pub aggregate: Aggregate,
    pub only: Option<Expr>,
}

/// How a value is compared. Texts compare without regard to case.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Op {
    Is,
    IsNot,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Contains,
    ContainsNot,
    StartsWith,
    EndsWith,
}

/// Which rows count.
#[derive(Clone, PartialEq, Debug)]
pub enum Condition {
    All(Vec<Condition>),
    Any(Vec<Condition>),
    Not(Box<Condition>),
    /// Compares an expression over the row's own table. `Value::Null` with `Is` means null or empty.
    Compare {
        expr: Expr,
        op: Op,
        value: Value,
    },
    /// The number is one of these.
    In {
        expr: Expr,
        values: Vec<i64>,
    },
    /// The visit has (or, negated, has not) a row of this scope that meets the condition, which is over that scope.
    VisitHas {
        scope: Scope,
        condition: Box<Condition>,
        negated: bool,
    },
    /// The visit that a row belongs to meets the condition, which is over visits. Only in conditions over other scopes;
    /// segments reach their reports by it.
    OfVisit(Box<Condition>),
}

impl Condition {
    /// No condition at all.
    pub fn none() -> Condition {
        Condition::All(Vec::new())
    }
}

/// A stretch of time that gets numbers of its own: from `from_s` up to but not including `until_s`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Bucket {
    pub from_s: i64,
    pub until_s: i64,
}

/// One group-by. Rows come back as bucket number, keys, measures; texts decoded.
#[derive(Clone, PartialEq, Debug)]
pub struct Plan {
    pub site: SiteId,
    pub scope: Scope,
    /// In order, not overlapping. Visits count where their last action lies, all else where it happened.
    pub buckets: Vec<Bucket>,
    /// The local midnights of every day in the buckets, which tell the days apart.
    pub midnights: Vec<i64>,
    /// The site's clock: from this moment on this many seconds are added to UTC. The first offset stands for all before.
    pub clock: Vec<(i64, i64)>,
    /// Over visits when `scope` is `Visit`; else over rows of the scope, with `OfVisit` for the visit's columns.
    pub filter: Condition,
    pub keys: Vec<Expr>,
    pub measures: Vec<Measure>,
    /// Rows wanted of each bucket, the largest of this measure first; `None` for all, in no order.
    pub top: Option<(&'static str, u64)>,
}
