//! Grouped statements. Counting different values beside other measures makes the database keep a set per group; for
//! the many groups of pages, a statement of its own per count is half as dear.

/// A printed measure.
pub(super) enum Counted {
    Plain(String),
    /// Different values: of one expression or of several together. Rows where one is null do not count.
    Different {
        value: Vec<String>,
        /// The same in one number, where that is possible.
        packed: Option<String>,
        only: Option<String>,
    },
}

/// The printed parts of a plan.
#[derive(Default)]
pub(super) struct Group {
    pub(super) bucket: String,
    /// There are several buckets.
    pub(super) bucketed: bool,
    pub(super) keys: Vec<String>,
    pub(super) measures: Vec<Counted>,
    /// What follows `FROM`, a `WHERE` included.
    pub(super) rows: String,
}

fn not_null(value: &[String]) -> String {
    value.iter().map(|part| format!("{part} IS NOT NULL")).collect::<Vec<_>>().join(" AND ")
}

impl Counted {
    fn at_once(&self) -> String {
        match self {
            Counted::Plain(sql) => sql.clone(),
            Counted::Different { value, packed, only } => {
                let filter = only.as_ref().map_or(String::new(), |only| format!(" FILTER (WHERE {only})"));
                match (packed, value.as_slice()) {
                    (Some(one), _) => format!("count(DISTINCT {one}){filter}"),
                    (None, [one]) => format!("count(DISTINCT {one}){filter}"),
                    (None, several) => {
                        let row = format!("CASE WHEN {} THEN ({}) END", not_null(several), several.join(", "));
                        format!("count(DISTINCT {row}){filter}")
                    }
                }
            }
        }
    }
}

impl Group {
    pub(super) fn counts_different(&self) -> bool {
        self.measures.iter().any(|measure| matches!(measure, Counted::Different { .. }))
    }

    /// Bucket and keys, named.
    fn head(&self) -> Vec<String> {
        let keys = self.keys.iter().enumerate().map(|(nth, key)| format!("{key} AS k{nth}"));
        std::iter::once(format!("{} AS b", self.bucket)).chain(keys).collect()
    }

    /// The names of bucket and keys.
    fn names(&self) -> Vec<String> {
        std::iter::once("b".to_owned()).chain((0..self.keys.len()).map(|nth| format!("k{nth}"))).collect()
    }

    /// The grouping of `head`. A single bucket is a constant: without keys the answer is then one row even when
    /// nothing was counted.
    fn grouping(&self) -> String {
        let first = if self.bucketed { 1 } else { 2 };
        let places: Vec<String> = (first..=self.keys.len() + 1).map(|place| place.to_string()).collect();
        if places.is_empty() { String::new() } else { format!(" GROUP BY {}", places.join(", ")) }
    }

    /// Everything in one pass over the rows.
    pub(super) fn at_once(&self) -> String {
        let mut columns = self.head();
        columns.extend(self.measures.iter().enumerate().map(|(nth, one)| format!("{} AS m{nth}", one.at_once())));
        format!("SELECT {} FROM {}{}", columns.join(", "), self.rows, self.grouping())
    }

    /// One pass for the plain measures and one per count of different values, joined by their keys.
    pub(super) fn apart(&self) -> String {
        let (mut plain, mut parts, mut joins) = (self.head(), Vec::new(), String::new());
        let mut answer: Vec<String> = self.names().iter().map(|name| format!("p.{name}")).collect();
        for (nth, measure) in self.measures.iter().enumerate() {
            match measure {
                Counted::Plain(sql) => {
                    plain.push(format!("{sql} AS m{nth}"));
                    answer.push(format!("p.m{nth}"));
                }
                Counted::Different { value, only, .. } => {
                    parts.push(format!("d{nth} AS ({})", self.different(nth, value, only.as_deref())));
                    joins.push_str(&self.join(nth));
                    answer.push(format!("coalesce(d{nth}.m{nth}, 0) AS m{nth}"));
                }
            }
        }
        let plain = format!("SELECT {} FROM {}{}", plain.join(", "), self.rows, self.grouping());
        format!("WITH p AS ({plain}), {} SELECT {} FROM p{joins}", parts.join(", "), answer.join(", "))
    }

    /// The one measure by itself: a count of different values leaves out groups that have none.
    pub(super) fn only(&self) -> String {
        match &self.measures[..] {
            [Counted::Different { value, only, .. }] => self.different(0, value, only.as_deref()),
            _ => self.at_once(),
        }
    }

    /// Groups by key and value first, then counts the values of each key.
    fn different(&self, nth: usize, value: &[String], only: Option<&str>) -> String {
        let mut columns = self.head();
        columns.extend(value.iter().enumerate().map(|(part, sql)| format!("{sql} AS x{part}")));
        let only = only.map_or(String::new(), |only| format!(" AND {only}"));
        let names = self.names().join(", ");
        format!(
            "SELECT {names}, count(*) AS m{nth} FROM (SELECT DISTINCT {} FROM {} AND {}{only}) GROUP BY {names}",
            columns.join(", "),
            self.rows,
            not_null(value)
        )
    }

    fn join(&self, nth: usize) -> String {
        let same: Vec<String> =
            self.names().iter().map(|name| format!("p.{name} IS NOT DISTINCT FROM d{nth}.{name}")).collect();
        format!(" LEFT JOIN d{nth} ON {}", same.join(" AND "))
    }
}
