use crate::{Answer, ApiError, Column, Condition, Dimension, Expr, Metric, Scope, Unit, language::Language};
use makoto_model::{Day, Params, Period, Range, Site, Value};
use std::borrow::Cow;

/// A table of numbers that can be asked for by name; from it come the API method, the widget and the page.
pub struct Report {
    /// `Module.getThing`, as in Matomo.
    pub method: &'static str,
    pub name: &'static str,
    pub doc: &'static str,
    pub category: &'static str,
    pub subcategory: &'static str,
    pub order: u16,
    pub dimension: Option<&'static Dimension>,
    /// One to five group-bys whose rows are merged by key.
    pub parts: &'static [Part],
    /// Computed after rows are merged.
    pub processed: &'static [&'static Metric],
    /// Rows are sorted by it, the largest first, unless the caller says otherwise. `None`: as their keys stand.
    pub sort: Option<&'static Metric>,
    /// Rows without more than 0 of each of these metrics are left out.
    pub needs: &'static [&'static Metric],
    /// Rows with more than 0 of one of these metrics are left out.
    pub lacks: &'static [&'static Metric],
    /// Answers for one site at a time, as in Matomo.
    pub one_site: bool,
    /// A parameter that leaves only rows whose fact of the second name has its value.
    pub narrow: Option<(&'static str, &'static str)>,
    /// Set by the caller, it leaves out the hours of today that are still to come; rows are hours.
    pub until_now: Option<&'static str>,
    /// The report that opens a row.
    pub subtable: Option<&'static str>,
    /// A parameter by whose value another report answers under this name.
    pub variants: Option<Variants>,
    /// Rows inside rows may stand in one answer with them.
    pub expands: bool,
    /// Rows that open are numbered by these columns, larger ones first, then in the order in which they were found.
    pub ranked: &'static [&'static str],
    pub chart: Chart,
    pub shape: Shape,
    /// More rows than these become one, "Others"; 0 for no limit. The second is for subtables.
    pub rows_max: (usize, usize),
    /// What rows say of goals.
    pub goals: GoalColumns,
    /// Each part of totals is nothing by itself: where it has no numbers in one of several periods, its columns are missing.
    pub apart: bool,
    /// Which rows of the store count, by the caller's own parameters.
    pub pick: Option<fn(&Params, &Site) -> Condition>,
    /// What `pick` may leave of the rows where the report is kept, each under a name that stays for good.
    pub choices: fn(&Site) -> Vec<(String, Condition)>,
    /// The report that is kept in place of this one, since it counts the same and shows other rows of it.
    pub kept_as: Option<&'static str>,
    /// The report that answers in place of this one where the caller sets this parameter.
    pub instead: Option<(&'static str, &'static Report)>,
    pub about: &'static About,
}

/// What the rows of a report say of the conversions of their visits.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum GoalColumns {
    None,
    /// Conversions are grouped by the keys of the report's first part, or by their own; `inner` where rows inside others
    /// say it as well.
    ByKeys {
        inner: bool,
        keys: Option<&'static [Expr]>,
    },
    /// Rows are pages: conversions are owed to the page views before them, and to the page on which the visit began.
    Pages {
        page: Expr,
        entry: Expr,
    },
}

/// What programs and pages are told of a report before they ask for it.
#[derive(Clone, Copy)]
pub struct About {
    /// The columns worth showing, in order. A report without any is in no list.
    pub metrics: &'static [&'static Metric],
    /// Those among them that are computed from others.
    pub processed: &'static [&'static Metric],
    /// Further columns whose kinds are told.
    pub also: &'static [&'static Metric],
    /// What its rows are, where that is not its dimension's name.
    pub rows: &'static str,
    /// The action that opens rows, where others are told another one than the report's; empty for none.
    pub opens: Option<&'static str>,
    /// Methods of reports that show the same in another way.
    pub related: &'static [&'static str],
    /// As many rows whatever happened.
    pub constant_rows: bool,
    /// Rows can be drawn over time.
    pub evolves: bool,
    /// The columns of each goal that its rows have.
    pub goals: ToldGoals,
    /// Opened from the rows of another report, so that it is listed only when such reports are asked for.
    pub inner: bool,
    /// One entry for each of these, in place of one for the report.
    pub variants: Option<fn(&Site, &Language) -> Vec<Variant>>,
}

impl About {
    /// What most declarations share.
    pub const PLAIN: About = About {
        metrics: &[],
        processed: &[],
        also: &[],
        rows: "",
        opens: None,
        related: &[],
        constant_rows: false,
        evolves: true,
        goals: ToldGoals::None,
        inner: false,
        variants: None,
    };
}

/// Which columns of goals the rows of a report have.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum ToldGoals {
    None,
    /// Conversions and revenue of the visits of a row.
    Visits,
    /// Conversions of the visits that began on a page.
    Entries,
    /// Conversions that a page led to, and its share of their revenue.
    Pages,
    /// Conversions alone.
    Conversions,
}

/// A report asked with a parameter of its own, as another entry in lists.
#[derive(Clone)]
pub struct Variant {
    /// In the caller's language; `None` for the report's own.
    pub name: Option<String>,
    pub category: Option<&'static str>,
    pub subcategory: Option<String>,
    /// What its rows are, in the caller's language, where that is not the report's.
    pub rows: Option<String>,
    /// The parameter and its value; none for the report as it stands.
    pub param: Option<(&'static str, Value)>,
    pub about: &'static About,
}

impl Report {
    /// What most declarations share.
    pub const PLAIN: Report = Report {
        method: "",
        name: "",
        doc: "",
        category: "",
        subcategory: "",
        order: 0,
        dimension: None,
        parts: &[],
        processed: &[],
        sort: None,
        needs: &[],
        lacks: &[],
        one_site: false,
        narrow: None,
        until_now: None,
        subtable: None,
        variants: None,
        expands: true,
        ranked: &[],
        chart: Chart::Table,
        shape: Shape::Totals,
        rows_max: (0, 0),
        goals: GoalColumns::None,
        apart: false,
        pick: None,
        choices: |_| vec![(String::new(), Condition::none())],
        kept_as: None,
        instead: None,
        about: &About::PLAIN,
    };

    /// Whether other programs are told that rows open: of reports whose rows open into themselves by a fact of theirs
    /// they are not.
    pub fn subtable_told(&self) -> bool {
        self.subtable.is_some_and(|method| method != self.method || self.narrow.is_none())
    }

    /// Every metric, the counted ones first.
    pub fn metrics(&self) -> impl Iterator<Item = &'static Metric> + use<> {
        let (parts, processed) = (self.parts, self.processed);
        parts.iter().flat_map(|part| part.metrics.iter().copied()).chain(processed.iter().copied())
    }
}

/// The parameter, and the report for each of its values; any other value means the report itself.
pub type Variants = (&'static str, &'static [(&'static str, &'static Report)]);

/// One group-by of a report.
#[derive(Clone, Copy)]
pub struct Part {
    pub scope: Scope,
    /// As many as in the report's other parts.
    pub keys: &'static [Expr],
    /// Which rows count.
    pub only: fn() -> Condition,
    pub metrics: &'static [&'static Metric],
    /// What a row has that this part knows nothing of: zeros, or no column at all.
    pub zeros: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Chart {
    Table,
    Bars,
    Pie,
    Evolution,
    Map,
}

/// How the report is made of the rows of its parts.
pub enum Shape {
    /// One row without a label; several rows of a part are summed.
    Totals,
    /// The first shown metric alone. `text` turns it into words.
    Number { text: Option<fn(&Language, f64) -> String> },
    /// A row per value. A second level opens the rows of the first.
    Rows { levels: &'static [RowLabel], always: Option<Always>, flat: Option<FlatLabel> },
    /// Rows are paths (page URLs, titles): a tree that is summed upward.
    Tree(Tree),
    /// A row per metric of the only row, all under the name of the first; then the report's processed metrics.
    Metrics { into: &'static Metric, label: fn(&str) -> (String, Vec<Meta>) },
    /// The rows that open a row of another report.
    /// `alone`: those of all rows when none is named.
    Subtable { of: &'static Report, dimension: &'static Dimension, alone: bool },
    /// The one row of a tree that a parameter names.
    Path { of: &'static Report, param: &'static str },
    /// The columns of other reports of one row, side by side.
    Union { of: &'static [&'static Report], without: &'static [&'static str] },
    /// One row, computed by a function from all groups of the parts.
    Folded { row: fn(&Folded) -> Columns },
    /// One row over the last minutes, as many as the parameter says.
    Recent { minutes: &'static str, minutes_max: i64 },
    /// One of several reports that no caller names by itself: which one depends on the site and a number in the
    /// parameters, which also says what the column of labels is called where rows are flattened.
    OfSite {
        param: &'static str,
        reports: &'static [&'static Report],
        pick: fn(&Site, i64) -> Option<usize>,
        /// By number, from 1.
        columns: &'static [&'static str],
    },
    /// What no group-by of fixed columns answers: the parameters say which rows are counted, and the answer is made of
    /// several such counts.
    Custom { ask: fn(&Params) -> Result<Vec<Inquiry>, ApiError>, show: fn(&Found) -> Result<Answer, ApiError> },
    /// The visits themselves, the newest first; `limit` where the caller may not choose.
    Visits { limit: Option<u64>, with_actions: bool, show: fn(&VisitLog) -> Answer },
}

/// The columns of one row with their names.
pub type Columns = Vec<(Cow<'static, str>, Value)>;

/// One count of a custom report: how many rows there are of each key.
pub struct Inquiry {
    pub scope: Scope,
    pub keys: Vec<Expr>,
    pub only: Condition,
}

/// What the inquiries of a custom report found in one period.
pub struct Found<'a> {
    pub site: &'a Site,
    pub params: &'a Params,
    pub period: Period,
    pub range: Range,
    /// For each inquiry the keys with how many rows have them, most first.
    pub counts: Vec<Vec<(Vec<Value>, i64)>>,
}

/// Facts about a row that depend on the site's clock on a day.
pub type LocalFacts = fn(&[Value], &Site, Day, &mut Vec<Meta>);

/// How groups become rows of one level.
pub struct RowLabel {
    /// The row's own key from the keys of a group; many groups may give one row. `None` leaves a group out.
    pub row: fn(&[Value]) -> Option<Vec<Value>>,
    /// How many of the key's values tell rows apart; 0 for all. The others are those of the first group.
    pub identity: usize,
    /// What a person reads, in English.
    pub text: fn(&[Value]) -> String,
    /// Whether that text is ours, or has parts that are, so that other languages call it otherwise.
    pub ours: fn(&[Value]) -> bool,
    /// More facts about the row ("url", "logo", "code", "segment").
    pub meta: fn(&[Value], &mut Vec<Meta>),
    /// Further facts that depend on the site's clock on the table's first day.
    pub local: Option<LocalFacts>,
    /// The label, without further facts, where the row stands inside another one. `None`: as anywhere else.
    pub inside: Option<fn(&[Value]) -> String>,
    /// The column that holds this level's label when levels are flattened.
    pub flat_column: &'static str,
}

/// The label of a row of the second level when levels are flattened.
pub struct FlatLabel {
    /// One text per level, from the key of the second.
    pub parts: fn(&[Value]) -> [String; 2],
    pub separator: &'static str,
    pub meta: fn(&[Value], &mut Vec<Meta>),
    /// Further facts that depend on the site.
    pub local: Option<LocalFacts>,
    /// The column of the outer label holds the whole label, and the inner one has none.
    pub whole: bool,
}

impl FlatLabel {
    /// Each level in a column of its own, without further facts; a feature says the rest.
    pub const SPLIT: FlatLabel = FlatLabel {
        parts: |_| [String::new(), String::new()],
        separator: " - ",
        meta: |_, _| {},
        local: None,
        whole: false,
    };
}

/// Rows that stand even when nothing happened in them, once something happened at all.
pub struct Always {
    pub rows: fn() -> Vec<Vec<Value>>,
    /// With all columns at 0, or with the column that the rows are about alone.
    pub columns: AlwaysColumns,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum AlwaysColumns {
    All,
    Only(&'static str),
}

/// How texts become paths.
pub struct Tree {
    /// The names on the path, the leaf last. May point into the text.
    pub split: for<'a> fn(&'a str, &mut Vec<&'a str>),
    /// Stands before a leaf's name, so that a page and a folder of one name stay two rows.
    pub leaf_prefix: &'static str,
    /// Stands between the names of a flat label.
    pub separator: &'static str,
    /// Also stands before a flat label.
    pub flat_prefix: bool,
    /// What flat labels call a leaf of this name: nothing.
    pub index: Option<&'static str>,
    /// For texts without any name.
    pub nameless: &'static str,
    /// The key is a URL: leaves carry it as `url`.
    pub url: bool,
    pub leaf_segment: &'static str,
    /// Segment of folders, by how their URLs begin.
    pub folder_segment: Option<&'static str>,
    /// The caller may say how deep rows are nested in one answer.
    pub limits_depth: bool,
    /// How often the value in a segment is encoded.
    pub encodings: u8,
    pub flat_column: &'static str,
}

/// One fact about a row: its name in answers and its value.
#[derive(Clone, PartialEq, Debug)]
pub struct Meta(pub &'static str, pub Value);

/// Visits as stored, for reports that show them one by one.
pub struct VisitLog<'a> {
    pub site: &'a Site,
    pub visit_columns: &'a [Column],
    pub action_columns: &'a [Column],
    pub conversion_columns: &'a [Column],
    pub item_columns: &'a [Column],
    pub visits: Vec<LoggedVisit<'a>>,
    pub now_s: i64,
    pub with_actions: bool,
    /// In which our own words are.
    pub language: &'static Language,
}

/// A visit with what belongs to it, each in the order of time.
#[derive(Clone, Copy)]
pub struct LoggedVisit<'a> {
    pub visit: &'a [Value],
    pub actions: &'a [Vec<Value>],
    pub conversions: &'a [Vec<Value>],
    pub items: &'a [Vec<Value>],
    /// What the visitor ordered and left in carts on this site, in this visit and all others.
    pub ordered: Bought,
    pub left: Bought,
}

/// Orders or carts, summed.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct Bought {
    pub times: i64,
    pub revenue: f64,
    pub items: i64,
}

/// The groups of a report's parts, for a function that makes one row of them.
pub struct Folded<'a> {
    pub site: &'a Site,
    pub params: &'a Params,
    /// The answer is one of several: what has no visits says nothing.
    pub one_of_many: bool,
    /// The keys of each group.
    pub groups: Vec<&'a [Value]>,
    /// A metric of a group by its id; 0 where it has none.
    pub number: &'a dyn Fn(usize, &str) -> f64,
    /// A number in this unit as the caller wants it.
    pub shown: &'a dyn Fn(f64, Unit) -> Value,
}
