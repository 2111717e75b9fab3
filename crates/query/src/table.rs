//! From rows to what is shown of them: order, limits, labels, computed columns. Only rows that are shown are labelled.

use crate::{
    Line,
    conversions::{self, Goals},
    groups::Number,
    label::{Labels, Place},
    node::Name,
    options::{GoalChoice, LOW_SHARE, Options, Pivot, Rates},
    raw::Raw,
    value,
};
use makoto_catalog::{Formula, GoalColumns, Metric, RATES, Rate, Report, Shape};
use makoto_model::{Day, Site, Value};
use std::{borrow::Cow, cmp::Ordering, collections::HashMap};

/// One row that may be shown: a node, or the sum of rows that are not.
#[derive(Clone, Debug)]
struct Item {
    node: Option<u32>,
    cells: Vec<Number>,
    goals: Goals,
    /// Of the sum: computed metrics that are added up.
    added: Vec<(&'static str, f64)>,
}

/// A report's rows of one period, as the caller wants them.
pub struct Table<'a> {
    pub report: &'static Report,
    pub raw: &'a Raw,
    pub options: &'a Options,
    pub site: &'a Site,
    /// The last day of the period.
    pub day: Day,
    /// Rows of later hours are left out.
    pub last_hour: Option<i64>,
}

impl Table<'_> {
    /// The rows of the report itself, or of the row that was opened.
    pub fn lines(&self) -> Vec<Line> {
        let root = match (self.options.subtable, &self.report.shape) {
            (Some(number), Shape::Tree(_)) => match self.raw.numbered(number) {
                Some(node) => node,
                None => return Vec::new(),
            },
            (Some(number), Shape::Rows { .. }) => self.opened_by_itself(number).unwrap_or(0),
            _ => 0,
        };
        if !self.options.label.is_empty() {
            return self.labelled(root, Place::Table);
        }
        let flattens = match &self.report.shape {
            Shape::Rows { levels, flat, .. } => levels.len() == 1 || flat.is_some(),
            _ => true,
        };
        if let Some(pivot) = self.options.pivot.as_ref().filter(|pivot| root == 0 && opens_to(self.report, &pivot.by)) {
            return self.pivoted(pivot);
        }
        if self.options.flat && flattens && root == 0 {
            return self.flat_lines();
        }
        self.level(root, 0, Place::Table)
    }

    /// Rows of a report that opens into itself.
    fn opened_by_itself(&self, number: u32) -> Option<u32> {
        let opens = self.report.subtable.is_none_or(|subtable| subtable == self.report.method);
        let node = opens.then(|| self.raw.numbered(number)).flatten()?;
        (!self.raw.inside(node).is_empty()).then_some(node)
    }

    /// The rows inside the row that was opened from another method; every row's insides without a number.
    pub fn opened(&self, number: Option<u32>) -> Vec<Line> {
        match number {
            Some(number) => match self.raw.numbered(number) {
                Some(node) if self.options.label.is_empty() => self.level(node, 0, Place::Opened),
                Some(node) => self.labelled(node, Place::Opened),
                None => Vec::new(),
            },
            None => {
                let (labels, wanted) = (self.labels(Place::Opened), &self.options.label);
                let called = |node: &u32| wanted.is_empty() || wanted.iter().any(|part| labels.is_called(*node, part));
                let outer = self.raw.inside(0);
                let inner = outer.iter().flat_map(|node| self.raw.inside(*node).iter().copied()).filter(called);
                self.shown(inner.map(|node| self.item(node)).collect(), 0, Place::Opened)
            }
        }
    }

    /// The leaf that stands for this text.
    pub fn path(&self, tree: &makoto_catalog::Tree, text: &str) -> Vec<Line> {
        let mut path = Vec::new();
        (tree.split)(text, &mut path);
        let mut node = 0;
        for (depth, part) in path.iter().enumerate() {
            let leaf = depth + 1 == path.len();
            let found = self.raw.inside(node).iter().copied().find(|child| {
                let name = &self.raw.nodes[*child as usize].name;
                name.is_leaf() == leaf && name.path() == *part
            });
            match found {
                Some(child) => node = child,
                None => return Vec::new(),
            }
        }
        if node == 0 {
            return Vec::new();
        }
        let labels = self.labels(Place::Alone);
        vec![self.line(&self.item(node), &labels, &[], 1)]
    }

    fn labels(&self, place: Place) -> Labels<'_> {
        let language = self.options.language;
        Labels { report: self.report, raw: self.raw, site: self.site, day: self.day, place, language }
    }

    /// Levels of rows inside rows that the caller wants, where the report lets them choose.
    fn deepest(&self) -> Option<usize> {
        match &self.report.shape {
            Shape::Tree(tree) if tree.limits_depth => self.options.depth,
            _ => None,
        }
    }

    fn item(&self, node: u32) -> Item {
        let goals = self.raw.goals(node).cloned().unwrap_or_default();
        Item { node: Some(node), cells: self.raw.row(node).to_vec(), goals, added: Vec::new() }
    }

    fn goals(&self, place: Place, node: Option<u32>) -> conversions::Writer<'_> {
        let inner = node.is_some_and(|node| self.raw.nodes[node as usize].parent != 0);
        conversions::Writer {
            in_folder: inner && matches!(place, Place::Inside | Place::Flat),
            report: self.report,
            known: if place == Place::Flat { &self.raw.innermost_goals } else { &self.raw.known_goals },
            totals: &self.raw.goal_totals,
            options: self.options,
            flat: place == Place::Flat,
        }
    }

    fn level(&self, parent: u32, depth: usize, place: Place) -> Vec<Line> {
        self.shown(self.needed(parent), depth, place)
    }

    /// The outer rows with a column for each of the rows inside them.
    fn pivoted(&self, pivot: &Pivot) -> Vec<Line> {
        let labels = self.labels(Place::Table);
        let (items, _) = self.choose(self.needed(0), &labels);
        let first = self.report.sort.map_or("nb_visits", |metric| metric.id);
        let column = pivot.column.as_deref().unwrap_or(first);
        let inside = |item: &Item| -> Vec<(String, f64)> {
            let rows = item.node.map_or(Vec::new(), |node| self.needed(node));
            rows.iter().map(|row| (labels.sorted_by(row.node), self.amount(row, column))).collect()
        };
        let mut sums: HashMap<String, f64> = HashMap::new();
        for (name, number) in items.iter().flat_map(inside) {
            *sums.entry(name).or_default() += number;
        }
        let mut names: Vec<(String, f64)> = sums.into_iter().collect();
        names.sort_by(|a, b| b.1.total_cmp(&a.1).then_with(|| by_label(&a.0, &b.0)));
        let many = names.len() > pivot.limit;
        names.truncate(pivot.limit);
        let window = self.window(items.len());
        let line = |item: &Item| {
            let mut line = Line::default();
            line.push("label", labels.text(item.node));
            let cells = inside(item);
            for (place, (name, _)) in names.iter().enumerate() {
                let number = cells.iter().find(|(known, _)| known == name).map_or(0.0, |(_, number)| *number);
                // A blank that does not break, as Matomo has it.
                line.push(format!("{}.\u{a0}{name}", place + 1), Value::Float(number));
            }
            if many {
                let known = |cell: &&(String, f64)| names.iter().all(|(name, _)| *name != cell.0);
                line.push(labels.others(), Value::Float(cells.iter().filter(known).map(|cell| cell.1).sum()));
            }
            labels.meta(item.node, &mut line.meta);
            line.meta.retain(|(name, _)| *name == "url");
            line
        };
        items[window].iter().map(line).collect()
    }

    /// The rows inside a row that have what the report is about.
    fn needed(&self, parent: u32) -> Vec<Item> {
        let needs: Vec<(Option<usize>, &Metric)> =
            self.report.needs.iter().map(|metric| (self.raw.column(metric.id), *metric)).collect();
        let amount = |item: &Item, (place, metric): &(Option<usize>, &Metric)| match place {
            Some(place) => item.cells[*place].float(),
            None => self.compute(metric, &item.cells),
        };
        let items = self.raw.inside(parent).iter().map(|node| self.item(*node));
        let lacks: Vec<usize> = self.report.lacks.iter().filter_map(|metric| self.raw.column(metric.id)).collect();
        items
            .filter(|item| needs.iter().all(|needs| amount(item, needs) > 0.0))
            .filter(|item| lacks.iter().all(|lacks| item.cells[*lacks].float() <= 0.0))
            .filter(|item| self.last_hour.is_none_or(|last| self.hour(item.node) <= last))
            .collect()
    }

    /// The hour that a row is about, where rows are hours.
    fn hour(&self, node: Option<u32>) -> i64 {
        match node.map(|node| &self.raw.nodes[node as usize].name) {
            Some(Name::Key(key)) => key.first().and_then(Value::number).map_or(0, |hour| hour as i64),
            _ => 0,
        }
    }

    fn shown(&self, items: Vec<Item>, depth: usize, place: Place) -> Vec<Line> {
        let labels = self.labels(place);
        let (items, summary) = self.choose(items, &labels);
        let window = self.window(items.len() + usize::from(summary.is_some()));
        let kept = summary.as_ref().filter(|_| self.options.keep_sum && window.end <= items.len());
        let shown = items.iter().chain(&summary).skip(window.start).take(window.len()).chain(kept);
        let stands = self.standing(shown.clone());
        shown.map(|item| self.line(item, &labels, &stands, depth)).collect()
    }

    fn window(&self, rows: usize) -> std::ops::Range<usize> {
        if !self.options.generic {
            return 0..rows;
        }
        let start = self.options.offset.min(rows);
        start..self.options.limit.map_or(rows, |limit| rows.min(start.saturating_add(limit)))
    }

    /// Leaves out, sorts, and sums what is too much. The sum comes last; in a flat table it is a row like others.
    fn choose(&self, mut items: Vec<Item>, labels: &Labels) -> (Vec<Item>, Option<Item>) {
        if self.options.rates == Some(Rates::OfVisited) {
            items.retain(|item| self.amount(item, "nb_visits") != 0.0 || self.amount(item, "nb_actions") != 0.0);
        }
        if self.options.generic {
            self.filter(&mut items, labels);
        }
        let is_sum = |item: &Item| labels.place != Place::Flat && item.node.is_some_and(|node| self.is_others(node));
        let mut summary = items.iter().position(is_sum).map(|place| items.remove(place));
        if self.options.generic {
            self.sort(&mut items, labels);
        }
        // One row alone is never summed up.
        let rows = items.len() + usize::from(summary.is_some());
        if let Some(keep) = self.options.truncate.filter(|keep| *keep + 1 < rows) {
            let rest = items.split_off(keep);
            let blank = vec![Number::ABSENT; self.raw.columns.len()];
            let before = summary.iter();
            let adding = self.report.processed.iter().filter(|metric| metric.adds_up);
            let added = adding.map(|metric| {
                let of_row = |item: &Item| self.compute(metric, &item.cells);
                (metric.id, rest.iter().chain(before.clone()).map(of_row).sum())
            });
            let added = added.collect();
            let blank = Item { node: None, cells: blank, goals: Goals::default(), added: Vec::new() };
            let mut sum = Item { added, ..summary.unwrap_or(blank) };
            for item in &rest {
                conversions::join(&mut sum.goals, &item.goals);
                for (place, column) in self.raw.columns.iter().enumerate() {
                    sum.cells[place] = sum.cells[place].join(item.cells[place], column.merge);
                }
            }
            summary = Some(sum);
        }
        (items, summary)
    }

    fn is_others(&self, node: u32) -> bool {
        matches!(self.raw.nodes[node as usize].name, Name::Others)
    }

    fn filter(&self, items: &mut Vec<Item>, labels: &Labels) {
        if let Some((column, regex)) = &self.options.pattern_inside {
            items.retain(|item| self.matches_inside(item, column, regex, labels));
        }
        // The others look at outer rows only.
        if labels.place == Place::Inside {
            return;
        }
        if let Some((column, regex)) = &self.options.pattern {
            items.retain(|item| regex.is_match(&self.text(item, column, labels)));
        }
        if let Some((column, least)) = self.options.at_least.as_ref().filter(|(column, _)| self.knows(column)) {
            let amount = |item: &Item| self.amount(item, column);
            let least = least.unwrap_or(items.iter().map(amount).sum::<f64>() * LOW_SHARE);
            items.retain(|item| amount(item) >= least);
        }
    }

    /// What a pattern is compared with: the column of this name, or the fact.
    fn text(&self, item: &Item, column: &str, labels: &Labels) -> String {
        if column == "label" {
            return labels.text(item.node);
        }
        if let Some(number) = self.number(item, column) {
            return number.to_string();
        }
        let mut facts = Vec::new();
        labels.meta(item.node, &mut facts);
        facts.iter().find(|(name, _)| *name == column).map_or_else(String::new, |(_, fact)| value::text(fact))
    }

    fn matches_inside(&self, item: &Item, column: &str, regex: &regex_lite::Regex, labels: &Labels) -> bool {
        if regex.is_match(&self.text(item, column, labels)) {
            return true;
        }
        let children = item.node.map_or(&[][..], |node| self.raw.inside(node));
        children.iter().any(|child| self.matches_inside(&self.item(*child), column, regex, labels))
    }

    /// By the column asked for, then by label. Labels are made only where rows are level.
    fn sort(&self, items: &mut [Item], labels: &Labels) {
        let asked = self.options.sort.as_deref();
        if asked == Some("label") {
            items.sort_by_cached_key(|item| NaturalKey(labels.sorted_by(item.node)));
            if !self.options.ascending {
                items.reverse();
            }
            return;
        }
        let own = self.report.sort.map(|metric| metric.id);
        let Some(column) = asked.filter(|name| self.knows(name)).or(own) else { return };
        let number = |item: &Item| self.number(item, column);
        let by_number = |a: &Item, b: &Item| value::order(number(a), number(b), self.options.ascending);
        items.sort_by(by_number);
        let mut start = 0;
        while start < items.len() {
            let level =
                items[start..].iter().take_while(|item| by_number(item, &items[start]) == Ordering::Equal).count();
            if level > 1 && self.window(items.len()).end > start {
                items[start..start + level].sort_by_cached_key(|item| NaturalKey(labels.sorted_by(item.node)));
            }
            start += level;
        }
    }

    fn processed(&self, name: &str) -> Option<&'static Metric> {
        self.report.processed.iter().copied().find(|metric| metric.id == name)
    }

    fn tells_of_goals(&self) -> bool {
        self.report.goals != GoalColumns::None
    }

    fn tells_of_each_goal(&self) -> bool {
        self.options.goals != GoalChoice::Nothing && self.tells_of_goals()
    }

    /// A rate of visits by its name, where rows show it.
    fn rate(&self, name: &str) -> Option<&'static Rate> {
        let shown = self.options.rates.is_some() || self.tells_of_each_goal();
        RATES.iter().find(|rate| shown && rate.name == name)
    }

    /// Whether rows have numbers under this name.
    fn knows(&self, column: &str) -> bool {
        let counted = self.raw.column(column).is_some() || self.processed(column).is_some();
        counted || self.rate(column).is_some() || (self.tells_of_goals() && conversions::is_column(column))
    }

    /// A number as it is shown, by the name of its column; `None` where the row has none.
    fn number(&self, item: &Item, column: &str) -> Option<f64> {
        if let Some(place) = self.raw.column(column) {
            let unit = self.raw.columns[place].metric.unit;
            return value::cell(item.cells[place], unit).and_then(|value| value.number());
        }
        if let Some(metric) = self.processed(column) {
            return Some(self.compute(metric, &item.cells));
        }
        match self.rate(column) {
            Some(rate) => Some(self.per_visit(rate, &item.cells)),
            None if self.tells_of_goals() => conversions::by_name(&item.goals, column),
            None => None,
        }
    }

    /// The same, 0 where the row has none.
    fn amount(&self, item: &Item, column: &str) -> f64 {
        self.number(item, column).unwrap_or(0.0)
    }

    /// A computed metric of a row.
    pub fn compute(&self, metric: &Metric, cells: &[Number]) -> f64 {
        let cell = |of: &&Metric| self.raw.column(of.id).map_or(0.0, |place| cells[place].float());
        match &metric.formula {
            Formula::Processed { of, compute } => compute(&of.iter().map(cell).collect::<Vec<_>>()),
            Formula::Share { of } => {
                let whole = self.raw.column(of.id).map_or(0.0, |place| self.raw.row(0).at(place).float());
                if whole == 0.0 { 0.0 } else { (cell(of) / whole * 100.0).round() / 100.0 }
            }
            Formula::Counted { .. } | Formula::Persons { .. } => 0.0,
        }
    }

    /// Metrics that stand beside others, where those others are in some row.
    fn standing<'i>(&self, items: impl Iterator<Item = &'i Item> + Clone) -> Vec<&'static str> {
        let conditional = |metric: &&'static Metric| !metric.only_with.is_empty();
        let stands = |metric: &&'static Metric| {
            let places: Vec<usize> = metric.only_with.iter().filter_map(|name| self.raw.column(name)).collect();
            items.clone().any(|item| places.iter().any(|place| item.cells[*place].float() > 0.0))
        };
        self.report.metrics().filter(conditional).filter(stands).map(|metric| metric.id).collect()
    }

    fn line(&self, item: &Item, labels: &Labels, standing: &[&'static str], depth: usize) -> Line {
        let mut line = Line::default();
        let mut label = labels.text(item.node);
        if item.node.is_none() {
            label = labels.others();
        }
        line.columns.push((Cow::Borrowed("label"), Value::from(label)));
        self.columns(&mut line, &item.cells, standing, depth);
        for (name, number) in &item.added {
            line.columns.iter_mut().filter(|(column, _)| column == name).for_each(|(_, value)| {
                *value = value::number(*number);
            });
        }
        if self.tells_of_goals() {
            self.goals(labels.place, item.node).write(&mut line, &item.goals);
        }
        self.rates(&mut line, &item.cells);
        if self.tells_of_each_goal() {
            let visits = self.raw.column("nb_visits").map_or(0.0, |place| item.cells[place].float());
            self.goals(labels.place, item.node).write_rates(&mut line, &item.goals, visits);
        }
        labels.meta(item.node, &mut line.meta);
        if labels.place == Place::Flat && self.options.with_folders {
            let folder = item.node.is_some_and(|node| !self.raw.inside(node).is_empty());
            line.meta.push(("is_aggregate", Value::from(folder)));
        }
        let Some(node) = item.node.filter(|node| !self.raw.inside(*node).is_empty()) else {
            return line;
        };
        if matches!(labels.place, Place::Opened | Place::Flat)
            || (self.report.subtable.is_none() && self.report.rows_max.0 == 0)
        {
            return line;
        }
        line.subtable_id = Some(self.raw.number(node));
        if self.options.expanded && self.report.expands && self.deepest().is_none_or(|deepest| depth < deepest) {
            line.subtable = Some(self.inside(node, standing, depth + 1));
        }
        line
    }

    /// Rows inside a row: no limit, and what stands outside stands inside.
    fn inside(&self, node: u32, standing: &[&'static str], depth: usize) -> Vec<Line> {
        let labels = self.labels(Place::Inside);
        let items = self.needed(node);
        let (items, summary) = self.choose(items, &labels);
        items.iter().chain(&summary).map(|item| self.line(item, &labels, standing, depth)).collect()
    }

    /// Puts the numbers of a row: counted ones, then computed ones.
    pub fn columns(&self, line: &mut Line, cells: &[Number], standing: &[&'static str], depth: usize) {
        for (column, cell) in self.raw.columns.iter().zip(cells) {
            let stands = column.metric.only_with.is_empty() || standing.contains(&column.metric.id);
            let daily = column.metric.daily_only && column.name == column.metric.id;
            // Of pages Matomo shows what means are computed from as soon as columns are hidden by name.
            let tree = matches!(self.report.shape, Shape::Tree(_));
            let bare = tree && (self.options.raw || !self.options.hide.is_empty());
            let hidden = (column.metric.hidden && !bare) || daily;
            if stands && !hidden && self.options.shows(column.name) {
                line.columns.extend(value::cell(*cell, column.metric.unit).map(|v| (Cow::Borrowed(column.name), v)));
            }
        }
        for metric in self.report.processed.iter().filter(|metric| !metric.hidden) {
            let stands = metric.only_with.is_empty() || standing.contains(&metric.id);
            if stands && self.is_known(metric) && !(metric.outer_only && depth > 0) && self.options.shows(metric.id) {
                let number = self.compute(metric, cells);
                let shown = self.options.computed(number, metric.unit);
                line.columns.push((Cow::Borrowed(metric.id), shown));
            }
        }
    }

    /// Whether all that a metric is computed from is known.
    fn is_known(&self, metric: &Metric) -> bool {
        let Formula::Processed { of, .. } = &metric.formula else { return true };
        let different = |of: &&Metric| self.raw.column(of.id).is_some_and(|place| self.raw.columns[place].different);
        !(self.raw.different_unknown && of.iter().any(different))
    }

    /// Adds the rates of visits that the row lacks.
    fn rates(&self, line: &mut Line, cells: &[Number]) {
        for rate in RATES.iter().filter(|rate| self.rate(rate.name).is_some()) {
            if line.get(rate.name).is_none() && self.options.shows(rate.name) {
                line.push(rate.name, self.options.computed(self.per_visit(rate, cells), rate.unit));
            }
        }
    }

    fn per_visit(&self, rate: &Rate, cells: &[Number]) -> f64 {
        let cell = |name: &str| self.raw.column(name).map_or(0.0, |place| cells[place].float());
        rate.per_visit(cell(rate.of), cell("nb_visits"))
    }

    fn flat_lines(&self) -> Vec<Line> {
        let mut items = Vec::new();
        for outer in self.needed(0) {
            self.flatten(outer, &mut items);
        }
        self.shown(items, 0, Place::Flat)
    }

    /// A row without rows inside, or those inside it.
    fn flatten(&self, item: Item, items: &mut Vec<Item>) {
        let children = item.node.map_or(&[][..], |node| self.raw.inside(node));
        if children.is_empty() || self.options.with_folders {
            items.push(item);
        }
        children.iter().for_each(|child| self.flatten(self.item(*child), items));
    }

    /// The rows that the label parameter names, each by its path.
    fn labelled(&self, root: u32, place: Place) -> Vec<Line> {
        if self.options.flat && place == Place::Table {
            let mut items = Vec::new();
            self.needed(0).into_iter().for_each(|outer| self.flatten(outer, &mut items));
            let labels = self.labels(Place::Flat);
            items.retain(|item| self.options.label.contains(&labels.text(item.node)));
            return self.shown(items, 0, Place::Flat);
        }
        let labels = self.labels(place);
        let everything = self.raw.inside(root).iter().map(|node| self.item(*node)).collect::<Vec<_>>();
        let mut lines = Vec::new();
        for (number, label) in self.options.label.iter().enumerate() {
            let mut node = root;
            let mut parent = root;
            let found = label.split('>').all(|part| {
                parent = node;
                let children = self.raw.inside(node);
                let found = children.iter().copied().find(|child| labels.is_called(*child, part));
                found.map(|child| node = child).is_some()
            });
            if found && node != root {
                let level: Vec<Item> = match parent == root {
                    true => everything.clone(),
                    false => self.raw.inside(parent).iter().map(|n| self.item(*n)).collect(),
                };
                let mut line = self.line(&self.item(node), &labels, &self.standing(level.iter()), 0);
                if self.options.label_numbers {
                    line.meta.push(("labelIdx", Value::Int(number as i64)));
                }
                lines.push(line);
            }
        }
        lines
    }
}

/// Whether the rows inside the report's rows are of this dimension.
pub fn opens_to(report: &Report, dimension: &str) -> bool {
    let inside = match &report.shape {
        Shape::Tree(tree) => tree.flat_column,
        Shape::Rows { levels, .. } => levels.get(1).map_or("", |level| level.flat_column),
        _ => "",
    };
    report.subtable.is_some() && !inside.is_empty() && dimension.replace('.', "_") == inside
}

/// Orders labels as people do: numbers by their value, letters without regard to case.
#[derive(PartialEq, Eq)]
pub struct NaturalKey(pub String);

impl PartialOrd for NaturalKey {
    fn partial_cmp(&self, other: &NaturalKey) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for NaturalKey {
    fn cmp(&self, other: &NaturalKey) -> Ordering {
        by_label(&self.0, &other.0)
    }
}

/// As `NaturalKey` orders.
pub fn by_label(mut a: &str, mut b: &str) -> Ordering {
    loop {
        let digits = |text: &str| text.len() - text.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let (number_a, number_b) = (digits(a), digits(b));
        let (step_a, step_b, order) = if number_a > 0 && number_b > 0 {
            let (x, y) = (a[..number_a].trim_start_matches('0'), b[..number_b].trim_start_matches('0'));
            (number_a, number_b, x.len().cmp(&y.len()).then_with(|| x.cmp(y)))
        } else {
            match (a.chars().next(), b.chars().next()) {
                (Some(x), Some(y)) => (x.len_utf8(), y.len_utf8(), x.to_lowercase().cmp(y.to_lowercase())),
                (x, y) => return x.cmp(&y),
            }
        };
        if order.is_ne() {
            return order;
        }
        (a, b) = (&a[step_a..], &b[step_b..]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_sort_as_people_sort() {
        let mut labels = ["b10", "B2", "a", "", "10", "9"].map(|label| NaturalKey(label.to_owned()));
        labels.sort();
        assert_eq!(labels.map(|key| key.0), ["", "9", "10", "a", "B2", "b10"]);
    }
}
