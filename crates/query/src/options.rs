//! How the caller wants the rows: Matomo's generic parameters.

use crate::value;
use makoto_catalog::{
    ApiError, Unit,
    language::{self, Language},
};
use makoto_model::{Params, Value};
use regex_lite::{Regex, RegexBuilder};

/// Rows given out when the caller does not say how many.
const ROWS_DEFAULT: i64 = 100;

/// Rows with less than this part of the whole are left out where the caller asks for no rows of little and names no number.
pub const LOW_SHARE: f64 = 0.02;

/// Longer patterns are refused: matching them costs too much.
const PATTERN_BYTES_MAX: usize = 1024;

/// Patterns that are larger when compiled are refused.
const PATTERN_COMPILED_BYTES_MAX: usize = 1 << 20;

/// What is said of texts that are patterns elsewhere, and that cannot be matched here in time proportional to the text.
const UNREADABLE: [&str; 4] = ["not supported", "unrecognized", "size limit", "too m"];

/// Everything that the generic parameters say.
#[derive(Clone, Debug)]
pub struct Options {
    /// `None` for all.
    pub limit: Option<usize>,
    pub offset: usize,
    pub sort: Option<String>,
    pub ascending: bool,
    pub pattern: Option<(String, Regex)>,
    pub pattern_inside: Option<(String, Regex)>,
    /// A column and the least that a row must have of it; without a number, `LOW_SHARE` of all rows together.
    pub at_least: Option<(String, Option<f64>)>,
    pub truncate: Option<usize>,
    pub flat: bool,
    pub with_folders: bool,
    pub expanded: bool,
    /// Levels of rows inside rows that are shown.
    pub depth: Option<usize>,
    pub subtable: Option<u32>,
    pub label: Vec<String>,
    pub show: Vec<String>,
    pub hide: Vec<String>,
    /// Columns are hidden in what stands inside of columns too; the report decides where the caller does not say.
    pub hide_inside: Option<bool>,
    /// The sum of what was too much stands behind the rows, however few are asked for.
    pub keep_sum: bool,
    /// Rows that are asked for by label say which of the labels it was.
    pub label_numbers: bool,
    /// Percentages as text.
    pub percents: bool,
    /// Lengths of time and other computed numbers as text too.
    pub words: bool,
    pub raw: bool,
    /// The language of names and labels.
    pub language: &'static Language,
    /// Columns under the names that people read; never in formats that programs read.
    pub translate: bool,
    /// The rates of visits are columns too.
    pub rates: Option<Rates>,
    /// What rows say of each goal beside its numbers.
    pub goals: GoalChoice,
    /// The goals that rows tell of one by one; every goal when it is empty.
    pub goals_told: Vec<i64>,
    /// Rows inside rows as columns.
    pub pivot: Option<Pivot>,
    /// Sort, limits and patterns apply.
    pub generic: bool,
}

/// Which rates of goals rows show.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum GoalChoice {
    Nothing,
    /// The rate of each goal.
    Brief,
    /// Rate, conversions and revenue of each goal.
    Full,
    /// The same of one goal.
    One(i64),
    /// Those of all goals together alone.
    NoGoal,
}

fn goal_choice(params: &Params) -> GoalChoice {
    if !params.flag("filter_update_columns_when_show_all_goals") {
        return GoalChoice::Nothing;
    }
    match (params.filled("idGoal"), params.int("idGoal")) {
        (None, _) => GoalChoice::Brief,
        (_, Some(0)) => GoalChoice::Full,
        (_, Some(goal)) => GoalChoice::One(goal),
        (_, None) => GoalChoice::NoGoal,
    }
}

/// Which rows have the rates of their visits as columns.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rates {
    OfAll,
    /// Rows with neither visits nor actions are left out.
    OfVisited,
}

fn rates(params: &Params) -> Option<Rates> {
    match params.int("filter_add_columns_when_show_all_columns")? {
        0 => Some(Rates::OfAll),
        _ => Some(Rates::OfVisited),
    }
}

/// How rows inside rows become columns.
#[derive(Clone, Debug)]
pub struct Pivot {
    /// What the columns are: the dimension of the rows inside.
    pub by: String,
    /// The metric in the cells; the report's first one without it.
    pub column: Option<String>,
    /// Columns at most; the others become one.
    pub limit: usize,
}

/// Columns of a pivoted report when the caller does not say how many.
const PIVOT_COLUMNS_DEFAULT: i64 = 10;
/// Columns of a pivoted report at most.
const PIVOT_COLUMNS_MAX: i64 = 500;

fn pivot(params: &Params) -> Option<Pivot> {
    let limit = params.int("pivotByColumnLimit").filter(|limit| *limit > 0).unwrap_or(PIVOT_COLUMNS_DEFAULT);
    Some(Pivot {
        by: params.filled("pivotBy")?.to_owned(),
        column: params.filled("pivotByColumn").map(str::to_owned),
        limit: limit.min(PIVOT_COLUMNS_MAX) as usize,
    })
}

fn list(params: &Params, name: &str) -> Vec<String> {
    params.parts(name).map(str::to_owned).collect()
}

fn pattern(params: &Params, pattern: &str, column: &str) -> Result<Option<(String, Regex)>, ApiError> {
    let Some(text) = params.filled(pattern) else { return Ok(None) };
    let bad = |why: &str| ApiError::BadParam { name: pattern.to_owned(), why: why.to_owned() };
    if text.len() > PATTERN_BYTES_MAX {
        return Err(bad("write a shorter pattern"));
    }
    let build =
        |text: &str| RegexBuilder::new(text).case_insensitive(true).size_limit(PATTERN_COMPILED_BYTES_MAX).build();
    let regex = match build(text) {
        // What other machines understand, or what is too dear, is no plain text.
        Err(fault) if UNREADABLE.iter().any(|sign| fault.to_string().contains(sign)) => {
            return Err(bad(&format!("{fault}; write the pattern without it")));
        }
        Err(_) => build(&regex_lite::escape(text)).map_err(|_| bad("write a simpler pattern"))?,
        Ok(regex) => regex,
    };
    Ok(Some((params.filled(column).unwrap_or("label").to_owned(), regex)))
}

fn machine_read(params: &Params) -> bool {
    let format = params.filled("format").unwrap_or("xml");
    format.eq_ignore_ascii_case("json") || format.eq_ignore_ascii_case("xml")
}

impl Options {
    /// # Errors
    /// `BadParam` for a pattern that is too long or that cannot be read.
    pub fn read(params: &Params) -> Result<Options, ApiError> {
        let count = |name: &str| params.int(name).and_then(|n| usize::try_from(n).ok());
        let limit = params.int("filter_limit").unwrap_or(ROWS_DEFAULT);
        let labels = params.iter().filter(|(name, _)| *name == "label" || name.starts_with("label["));
        let words = params.get("format_metrics").unwrap_or("bc");
        Ok(Options {
            limit: usize::try_from(limit).ok(),
            offset: count("filter_offset").unwrap_or(0),
            sort: params.filled("filter_sort_column").map(str::to_owned),
            ascending: params.get("filter_sort_order").is_some_and(|order| order.eq_ignore_ascii_case("asc")),
            pattern: pattern(params, "filter_pattern", "filter_column")?,
            pattern_inside: pattern(params, "filter_pattern_recursive", "filter_column_recursive")?,
            at_least: params.filled("filter_excludelowpop").map(|column| {
                let value = params.get("filter_excludelowpop_value").and_then(|value| value.trim().parse().ok());
                (column.to_owned(), value.filter(|value| *value != 0.0))
            }),
            truncate: count("filter_truncate"),
            flat: params.flag("flat"),
            with_folders: params.flag("include_aggregate_rows"),
            expanded: params.says("expanded"),
            depth: count("depth").filter(|depth| *depth > 0),
            subtable: params.int("idSubtable").and_then(|n| u32::try_from(n).ok()).filter(|n| *n > 0),
            label: labels.map(|(_, label)| label.to_owned()).filter(|label| !label.is_empty()).collect(),
            show: list(params, "showColumns"),
            hide: list(params, "hideColumns"),
            hide_inside: params.filled("hideColumnsRecursively").map(|_| params.flag("hideColumnsRecursively")),
            keep_sum: params.flag("keep_summary_row"),
            label_numbers: params.flag("labelFilterAddLabelIndex"),
            percents: words != "0",
            words: matches!(words, "1" | "all"),
            raw: params.flag("showRawMetrics"),
            language: language::asked(params),
            translate: params.flag("translateColumnNames") && !machine_read(params),
            rates: rates(params),
            goals: goal_choice(params),
            goals_told: list(params, "filter_show_goal_columns_process_goals")
                .iter()
                .filter_map(|goal| goal.parse().ok())
                .collect(),
            pivot: pivot(params),
            generic: !params.flag("disable_generic_filters"),
        })
    }

    /// A computed number as the caller wants it.
    pub fn computed(&self, number: f64, unit: Unit) -> Value {
        value::computed(self.language, number, unit, self.percents, self.words)
    }

    /// Whether a column is to be shown.
    pub fn shows(&self, column: &str) -> bool {
        let named = |list: &[String]| list.iter().any(|name| name == column);
        column == "label" || ((self.show.is_empty() || named(&self.show)) && !named(&self.hide))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(pairs: &[(&str, &str)]) -> Result<Options, ApiError> {
        let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        Options::read(&Params::new(pairs))
    }

    #[test]
    fn limits_have_a_default_and_no_end() {
        assert_eq!(read(&[]).unwrap().limit, Some(100));
        assert_eq!(read(&[("filter_limit", "-1")]).unwrap().limit, None);
        assert_eq!(read(&[("filter_limit", "garden")]).unwrap().limit, Some(100));
    }

    #[test]
    fn patterns_that_are_none_are_taken_as_text() {
        let options = read(&[("filter_pattern", "a(")]).unwrap();
        assert!(options.pattern.unwrap().1.is_match("xA(y"));
        assert!(read(&[("filter_pattern", &"a".repeat(2000))]).is_err());
    }

    #[test]
    fn patterns_that_are_not_understood_are_refused() {
        for (text, why) in [
            ("^(?!Home)", "look-around"),
            ("(?<=a)b", "look-around"),
            (r"(a)\1", "backreferences"),
            (r"\p{L}", "Unicode"),
            ("(?>a)", "flag"),
            ("((a{99}){99}){99}", "size"),
            (&"(".repeat(300), "nesting"),
        ] {
            let fault = read(&[("filter_pattern_recursive", text)]).unwrap_err().to_string();
            assert!(fault.contains(why), "{text}: {fault}");
        }
        for (text, found) in
            [("(", "f(x"), ("[a", "[A]"), ("*.pdf", "*.pdf"), ("c++", "C++"), ("a{2", "a{2"), ("a\\", "a\\")]
        {
            let options = read(&[("filter_pattern", text)]).unwrap();
            assert!(options.pattern.unwrap().1.is_match(found), "{text}");
        }
    }

    #[test]
    fn rows_ascend_when_they_are_told_to_in_any_case() {
        assert!(["asc", "ASC"].iter().all(|order| read(&[("filter_sort_order", order)]).unwrap().ascending));
        assert!(!read(&[("filter_sort_order", "up")]).unwrap().ascending && !read(&[]).unwrap().ascending);
    }

    #[test]
    fn rates_are_added_where_the_parameter_stands() {
        let name = "filter_add_columns_when_show_all_columns";
        assert_eq!(read(&[]).unwrap().rates, None);
        assert_eq!(read(&[(name, "0")]).unwrap().rates, Some(Rates::OfAll));
        assert_eq!(read(&[(name, "1")]).unwrap().rates, Some(Rates::OfVisited));
    }

    #[test]
    fn shown_and_hidden_columns() {
        let options = read(&[("showColumns", "a,b"), ("hideColumns", "b")]).unwrap();
        assert!(options.shows("a") && options.shows("label") && !options.shows("b") && !options.shows("c"));
    }
}
