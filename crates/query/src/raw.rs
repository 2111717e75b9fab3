//! The rows of one period before anyone asked for a part of them: a tree whose cells are summed upward.

use crate::{
    cells::{Cells, Row},
    column::Column,
    conversions::{self, Goals},
    groups::{Groups, Key, Number, Places},
    node::{Name, Node, place_hash},
    plan::Counted,
};
use hashbrown::HashTable;
use makoto_catalog::{GoalColumns, Report, RowLabel, Shape, Tree};
use makoto_model::Value;
use std::{
    cmp::Ordering,
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// All rows. Node 0 is the root; its cells are the sums of everything.
#[derive(Clone)]
pub struct Raw {
    pub columns: Vec<Counted>,
    pub nodes: Vec<Node>,
    /// Lists of rows that are inside others. The first is empty: most rows have none.
    lists: Vec<Vec<u32>>,
    cells: Cells,
    /// What rows say of goals; most say nothing.
    goals: HashMap<u32, Goals>,
    /// How often each goal was reached, where rows are pages.
    pub goal_totals: BTreeMap<i64, f64>,
    /// Every goal that some row has.
    pub known_goals: Vec<i64>,
    /// Every goal that a row without others inside it has.
    pub innermost_goals: Vec<i64>,
    /// The columns by which rows that open are numbered.
    ranked: &'static [&'static str],
    /// How many different values there were over all days is not known any more.
    pub different_unknown: bool,
}

impl Raw {
    pub(crate) fn empty(columns: Vec<Counted>) -> Raw {
        let blank = vec![Number::ABSENT; columns.len()];
        Raw::of(columns, &blank)
    }

    /// The root alone; like every new row it has these numbers.
    fn of(columns: Vec<Counted>, blank: &[Number]) -> Raw {
        Raw::over(columns, Cells::new(blank))
    }

    /// The root alone, behind numbers that rows will be made of.
    fn over(columns: Vec<Counted>, mut cells: Cells) -> Raw {
        let root = Node { name: Name::Root, parent: 0, cells: cells.push(), list: 0 };
        Raw {
            columns,
            nodes: vec![root],
            lists: vec![Vec::new()],
            cells,
            goals: HashMap::new(),
            goal_totals: BTreeMap::new(),
            known_goals: Vec::new(),
            innermost_goals: Vec::new(),
            ranked: &[],
            different_unknown: false,
        }
    }

    /// What a row says of goals.
    pub fn goals(&self, node: u32) -> Option<&Goals> {
        self.goals.get(&node)
    }

    fn join_goals(&mut self, node: u32, goals: Option<&Goals>) {
        if let Some(goals) = goals {
            conversions::join(self.goals.entry(node).or_default(), goals);
        }
    }

    pub fn row(&self, node: u32) -> Row<'_> {
        self.cells.row(self.place(node))
    }

    /// The place of a column; for persons its name in longer periods will do as well.
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name || column.metric.id == name)
    }

    /// The rows inside a row.
    pub fn inside(&self, node: u32) -> &[u32] {
        &self.lists[self.nodes[node as usize].list as usize]
    }

    /// The list of rows inside a row, which it gets if it has none yet.
    fn list(&mut self, node: u32) -> &mut Vec<u32> {
        let list = &mut self.nodes[node as usize].list;
        if *list == 0 {
            *list = self.lists.len() as u32;
            self.lists.push(Vec::new());
        }
        &mut self.lists[*list as usize]
    }

    /// Keeps those of the rows inside a row that are wanted.
    pub(crate) fn keep_inside(&mut self, node: u32, wanted: impl Fn(&Raw, u32) -> bool) {
        if !self.inside(node).is_empty() {
            let mut inside = std::mem::take(self.list(node));
            inside.retain(|row| wanted(self, *row));
            *self.list(node) = inside;
        }
    }

    /// Where the numbers of a row stand.
    fn place(&self, node: u32) -> usize {
        self.nodes[node as usize].cells as usize
    }

    /// How many bytes it takes, for the cache's limit. Its texts are counted as if nobody else had them.
    pub fn weight(&self) -> usize {
        let columns = self.columns.capacity() * size_of::<Counted>() + self.cells.width() * size_of::<Column>();
        let nodes = self.nodes.capacity() * size_of::<Node>() + self.nodes.iter().map(Node::weight).sum::<usize>();
        let lists = self.lists.iter().map(|list| list.capacity() * size_of::<u32>()).sum::<usize>()
            + self.lists.capacity() * size_of::<Vec<u32>>();
        let goals: usize = self.goals.values().map(conversions::weight).sum();
        let keys = self.goals.capacity() * size_of::<u32>()
            + self.goal_totals.len() * size_of::<(i64, f64)>()
            + (self.known_goals.capacity() + self.innermost_goals.capacity()) * size_of::<i64>();
        size_of::<Raw>() + columns + self.cells.weight() + nodes + lists + goals + keys
    }

    /// Gives back room that was made for rows which did not come.
    fn settle(&mut self) {
        self.nodes.shrink_to_fit();
        self.lists.shrink_to_fit();
        self.lists.iter_mut().for_each(Vec::shrink_to_fit);
        self.cells.settle();
    }

    pub(crate) fn push(&mut self, parent: u32, name: Name) -> u32 {
        let cells = self.cells.push();
        self.push_over(parent, name, cells)
    }

    /// A row whose numbers stand there already.
    fn push_over(&mut self, parent: u32, name: Name, cells: u32) -> u32 {
        let node = self.nodes.len() as u32;
        self.nodes.push(Node { name, parent, cells, list: 0 });
        self.list(parent).push(node);
        node
    }

    /// Adds cells to a row.
    pub(crate) fn join(&mut self, node: u32, cells: impl IntoIterator<Item = Number>) {
        let row = self.place(node);
        for (place, number) in cells.into_iter().enumerate() {
            self.cells.join(row, place, number, self.columns[place].merge);
        }
    }

    /// Sums every row into the one around it. Inner rows stand after outer ones, so that one pass from the end will
    /// do. Persons do not add up: one may be in several rows.
    fn sum_upward(&mut self) {
        for (place, column) in self.columns.iter().enumerate().filter(|(_, column)| !column.persons) {
            let inner = self.nodes.iter().skip(1).rev();
            let pairs = inner.map(|node| (self.nodes[node.parent as usize].cells as usize, node.cells as usize));
            self.cells.join_rows(place, column.merge, pairs);
        }
        if !self.goals.is_empty() {
            for node in (1..self.nodes.len() as u32).rev() {
                let own = self.goals.get(&node).cloned();
                self.join_goals(self.nodes[node as usize].parent, own.as_ref());
            }
        }
    }

    /// Builds the rows of a report. The groups are gone before rows are cut, so that a large table is not in memory
    /// three times.
    pub fn build(report: &Report, columns: Vec<Counted>, mut groups: Groups) -> Raw {
        groups.close();
        let order = groups.order(report, &columns);
        let blank = blank(report, &columns, &groups, &order);
        let mut raw = match &report.shape {
            // Most of its rows are groups: their numbers stay where they are.
            Shape::Tree(_) => Raw::over(columns, groups.take_cells().followed_by(&blank)),
            _ => Raw::of(columns, &blank),
        };
        raw.ranked = report.ranked;
        match &report.shape {
            Shape::Rows { levels, always, .. } => {
                let inner = matches!(report.goals, GoalColumns::ByKeys { inner: true, .. });
                raw.add_rows(levels, &groups, &order, inner);
                if let Some(always) = always.as_ref().filter(|_| !order.is_empty()) {
                    raw.add_always(levels, always);
                }
            }
            Shape::Tree(tree) => raw.add_tree(tree, &groups, &order),
            Shape::Folded { .. } => order.iter().for_each(|group| {
                let node = raw.push(0, Name::Key(groups.key(*group).into()));
                raw.join(node, groups.row(*group).iter());
            }),
            _ => order.iter().for_each(|group| raw.join(0, groups.row(*group).iter())),
        }
        (raw.known_goals, raw.innermost_goals) =
            (raw.goals_of(|_| true), raw.goals_of(|node| raw.inside(node).is_empty()));
        raw.goal_totals = std::mem::take(&mut groups.goal_totals);
        drop(groups);
        let before = raw.nodes.len();
        let summed: Vec<bool> = match &report.shape {
            // Of pages that are too many only what happened on them is known.
            Shape::Tree(_) => raw.columns.iter().map(|column| !column.persons && !column.of_visits).collect(),
            _ => vec![true; raw.columns.len()],
        };
        raw.cut(0, (report.rows_max.0, report.rows_max.1), &summed);
        if raw.nodes.len() > before {
            raw = raw.reachable();
        }
        raw.settle();
        raw
    }

    /// The same rows without those that were cut off.
    pub(crate) fn reachable(self) -> Raw {
        let blank: Vec<Number> =
            (0..self.columns.len()).map(|place| self.cells.same(place).unwrap_or(Number::ABSENT)).collect();
        let mut kept = Raw { ranked: self.ranked, ..Raw::of(self.columns.clone(), &blank) };
        kept.different_unknown = self.different_unknown;
        kept.put(0, self.row(0));
        kept.join_goals(0, self.goals(0));
        let mut waiting = vec![(0, 0)];
        while let Some((old, new)) = waiting.pop() {
            for child in self.inside(old) {
                let node = kept.push(new, self.nodes[*child as usize].name.clone());
                kept.put(node, self.row(*child));
                kept.join_goals(node, self.goals(*child));
                waiting.push((*child, node));
            }
        }
        kept.goal_totals = self.goal_totals;
        (kept.known_goals, kept.innermost_goals) = (self.known_goals, self.innermost_goals);
        kept
    }

    fn put(&mut self, node: u32, cells: Row) {
        self.cells.put(self.place(node), cells.iter());
    }

    /// The goals of some rows.
    fn goals_of(&self, wanted: impl Fn(u32) -> bool) -> Vec<i64> {
        let rows = self.goals.iter().filter(|(node, _)| wanted(**node));
        let goals: BTreeSet<i64> = rows.flat_map(|(_, goals)| goals.keys().copied()).collect();
        goals.into_iter().collect()
    }

    /// Rows of further levels say nothing of goals unless `inner`.
    fn add_rows(&mut self, levels: &[RowLabel], groups: &Groups, order: &[u32], inner: bool) {
        let mut places: Places<(u32, Key)> = Places::default();
        let mut others = HashMap::new();
        let of_group =
            |group: &u32| (groups.key(*group), levels.len(), groups.row(*group).to_vec(), groups.goals(*group));
        let rest = groups.rest.iter().map(|rest| (&*rest.key, rest.depth, rest.cells.clone(), Some(&rest.goals)));
        for (keys, deep, cells, goals) in order.iter().map(of_group).chain(rest) {
            let goals = goals.filter(|goals| !goals.is_empty());
            let mut parent = 0;
            for (depth, level) in levels.iter().enumerate().take(deep) {
                let Some(key) = (level.row)(keys) else { break };
                let key = Key(key.into(), level.identity);
                let place = (parent, key.clone());
                parent = match places.get(&place) {
                    Some(node) => *node,
                    None => {
                        let node = self.push(parent, Name::Key(key.0));
                        places.insert(place, node);
                        node
                    }
                };
                self.join(parent, cells.iter().copied());
                if depth == 0 || inner {
                    self.join_goals(parent, goals);
                }
            }
            // A group that has no row stays without one.
            if deep < levels.len() && (levels[deep].row)(keys).is_some() {
                let node = self.others(&mut others, parent);
                self.join(node, cells.iter().copied());
                if deep == 0 || inner {
                    self.join_goals(node, goals);
                }
            }
            self.join(0, cells.iter().copied());
            self.join_goals(0, goals);
        }
    }

    /// The row of those that are too many inside a row.
    fn others(&mut self, known: &mut HashMap<u32, u32>, parent: u32) -> u32 {
        *known.entry(parent).or_insert_with(|| self.push(parent, Name::Others))
    }

    /// Puts rows that always stand in their places; others follow them.
    fn add_always(&mut self, levels: &[RowLabel], always: &makoto_catalog::Always) {
        let identity = levels[0].identity;
        let known: HashMap<Key, u32> = self
            .inside(0)
            .iter()
            .filter_map(|node| match &self.nodes[*node as usize].name {
                Name::Key(key) => Some((Key(key.clone(), identity), *node)),
                _ => None,
            })
            .collect();
        let mut order = Vec::new();
        for key in (always.rows)() {
            let key = Key(key.into(), identity);
            order.push(known.get(&key).copied().unwrap_or_else(|| self.push_blank(key.0, always.columns)));
        }
        let rest: Vec<u32> = self.inside(0).iter().copied().filter(|node| !order.contains(node)).collect();
        order.extend(rest);
        *self.list(0) = order;
    }

    fn push_blank(&mut self, key: Arc<[Value]>, shown: makoto_catalog::AlwaysColumns) -> u32 {
        let node = self.push(0, Name::Key(key));
        for place in 0..self.columns.len() {
            let stands = match shown {
                makoto_catalog::AlwaysColumns::All => true,
                makoto_catalog::AlwaysColumns::Only(name) => self.columns[place].name == name,
            };
            let number = if stands { Number::ZERO } else { Number::ABSENT };
            self.cells.set(self.place(node), place, number);
        }
        node
    }

    fn add_tree(&mut self, tree: &Tree, groups: &Groups, order: &[u32]) {
        // Every group is a row at least; folders come on top.
        let rows = order.len() + order.len() / 8;
        let mut places = HashTable::with_capacity(rows);
        self.nodes.reserve(rows);
        for group in order {
            let text: Arc<str> = match groups.key(*group).first() {
                Some(Value::Text(text)) => text.clone(),
                _ => "".into(),
            };
            let mut path = Vec::new();
            (tree.split)(&text, &mut path);
            let (leaf, folders) = match path.split_last() {
                Some((leaf, folders)) => (Name::of_part(&text, leaf, true, tree.index.unwrap_or("")), folders),
                None => (Name::Nameless, &[][..]),
            };
            let mut parent = 0;
            for part in folders {
                let name = Name::of_part(&text, part, false, tree.index.unwrap_or(""));
                parent = self.child(&mut places, parent, name, None);
            }
            let node = self.child(&mut places, parent, leaf, Some(*group));
            self.join_goals(node, groups.goals(*group));
        }
        let mut others = HashMap::new();
        for rest in &groups.rest {
            let text: Arc<str> = rest.key.first().and_then(Value::as_text).unwrap_or("").into();
            let mut path = Vec::new();
            (tree.split)(&text, &mut path);
            let mut parent = 0;
            for part in path.iter().take(rest.depth) {
                let name = Name::of_part(&text, part, false, "");
                parent = self.child(&mut places, parent, name, None);
            }
            let node = self.others(&mut others, parent);
            self.join(node, rest.cells.iter().copied());
            self.join_goals(node, Some(&rest.goals).filter(|goals| !goals.is_empty()));
        }
        self.sum_upward();
    }

    /// The row of this name inside a row, which may be new. It has the numbers of the group, where there is one.
    fn child(&mut self, places: &mut HashTable<u32>, parent: u32, name: Name, group: Option<u32>) -> u32 {
        let wanted = (parent, name.is_leaf(), name.path());
        let hash = place_hash(wanted);
        let found = places.find(hash, |node| self.nodes[*node as usize].place() == wanted);
        if let Some(node) = found.copied() {
            if let Some(group) = group {
                let cells = self.cells.row(group as usize).to_vec();
                self.join(node, cells);
            }
            return node;
        }
        let node = match group {
            Some(group) => self.push_over(parent, name, group),
            None => self.push(parent, name),
        };
        places.insert_unique(hash, node, |node| place_hash(self.nodes[*node as usize].place()));
        node
    }

    /// Makes one row of those that are too many, here and inside.
    fn cut(&mut self, node: u32, (rows_max, inside_max): (usize, usize), summed: &[bool]) {
        if rows_max == 0 || self.inside(node).is_empty() {
            return;
        }
        let children = std::mem::take(self.list(node));
        let is_others = |child: &u32| matches!(self.nodes[*child as usize].name, Name::Others);
        let (mut rest, mut rows): (Vec<u32>, Vec<u32>) = children.into_iter().partition(is_others);
        if rows.len() + usize::from(!rest.is_empty()) > rows_max {
            let by = self.column("nb_visits").unwrap_or(0);
            rows.sort_by(|a, b| self.row(*b).at(by).float().total_cmp(&self.row(*a).at(by).float()));
            rest.extend(rows.split_off(rows_max - 1));
        }
        *self.list(node) = rows;
        if !rest.is_empty() {
            let others = self.push(node, Name::Others);
            for gone in rest {
                let mut cells = self.row(gone).to_vec();
                cells
                    .iter_mut()
                    .zip(summed)
                    .filter(|(_, summed)| !**summed)
                    .for_each(|(cell, _)| *cell = Number::ABSENT);
                self.join(others, cells);
                let goals = self.goals.get(&gone).cloned();
                self.join_goals(others, goals.as_ref());
            }
        }
        for child in self.inside(node).to_vec() {
            self.cut(child, (inside_max, inside_max), summed);
        }
    }

    /// A number for the row that leads back to it: it depends on the names on the way alone.
    pub fn number(&self, node: u32) -> u32 {
        if let Name::Key(key) = &self.nodes[node as usize].name
            && let [Value::Int(n)] = &**key
        {
            return *n as u32;
        }
        let mut hash = 0;
        let mut here = node;
        while here != 0 {
            let name = match &self.nodes[here as usize].name {
                Name::Key(key) => format!("{key:?}"),
                other => other.path().to_owned(),
            };
            hash = xxhash_rust::xxh3::xxh3_64_with_seed(name.as_bytes(), hash);
            here = self.nodes[here as usize].parent;
        }
        (hash as u32 & 0x7fff_ffff) | NUMBERS_MIN
    }

    /// The row that a number stands for: one that was given out, or a small one that counts the rows that can be
    /// opened from 1, in the order in which Matomo numbers them.
    pub fn numbered(&self, number: u32) -> Option<u32> {
        let all = self.openable();
        if number < NUMBERS_MIN {
            let key = |node: &u32| {
                matches!(&self.nodes[*node as usize].name, Name::Key(key)
                if matches!(&**key, [Value::Int(_)]))
            };
            return match all.first().is_some_and(key) {
                true => all.into_iter().find(|node| self.number(*node) == number),
                false => all.get(number.checked_sub(1)? as usize).copied(),
            };
        }
        all.into_iter().find(|node| self.number(*node) == number)
    }

    /// The rows inside a row, against the order in which they are numbered.
    fn last_first(&self, node: u32) -> Vec<u32> {
        let mut inner = self.inside(node).to_vec();
        let by: Vec<usize> = self.ranked.iter().filter_map(|name| self.column(name)).collect();
        let rank = |a: &u32, b: &u32| {
            let orders = by.iter().map(|by| self.row(*a).at(*by).float().total_cmp(&self.row(*b).at(*by).float()));
            orders.fold(Ordering::Equal, Ordering::then).then(b.cmp(a))
        };
        inner.sort_by(rank);
        inner
    }

    /// Rows with rows inside, outer ones before inner ones.
    fn openable(&self) -> Vec<u32> {
        let mut found = Vec::new();
        let mut waiting = self.last_first(0);
        while let Some(node) = waiting.pop() {
            if !self.inside(node).is_empty() {
                found.push(node);
                waiting.extend(self.last_first(node));
            }
        }
        found
    }
}

/// What rows of a report begin with: the number that all groups have in a column, where nothing that happens to it on the
/// way makes it another one, and else none.
fn blank(report: &Report, columns: &[Counted], groups: &Groups, order: &[u32]) -> Vec<Number> {
    let joined =
        matches!(report.shape, Shape::Rows { .. } | Shape::Tree(_)) && !order.is_empty() && groups.rest.is_empty();
    let same = |(place, column): (usize, &Counted)| {
        let same = groups.same(place).filter(|same| joined && same.join(*same, column.merge) == *same);
        // Those are not summed everywhere.
        same.filter(|_| !column.persons && !column.of_visits).unwrap_or(Number::ABSENT)
    };
    columns.iter().enumerate().map(same).collect()
}

/// Numbers of rows begin here, so that smaller ones can count rows.
const NUMBERS_MIN: u32 = 1 << 24;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Counted;
    use makoto_catalog::{Aggregate, Merge, Metric};
    use makoto_model::Cell;

    static HITS: Metric = Metric::counted("nb_hits", "", "", Aggregate::Count, None);

    fn split<'a>(text: &'a str, path: &mut Vec<&'a str>) {
        path.extend(text.split('/').skip(3));
    }

    static REPORT: Report = Report {
        shape: Shape::Tree(Tree {
            split,
            leaf_prefix: "/",
            separator: "/",
            flat_prefix: true,
            index: None,
            nameless: "none",
            url: true,
            leaf_segment: "a",
            folder_segment: None,
            limits_depth: false,
            encodings: 2,
            flat_column: "b",
        }),
        rows_max: (3, 3),
        ..Report::PLAIN
    };

    fn built(urls: &[(&str, i64)]) -> Raw {
        let column = Counted {
            metric: &HITS,
            name: "nb_hits",
            merge: Merge::Sum,
            persons: false,
            of_visits: false,
            different: false,
        };
        let mut groups = Groups::new(vec![Number::ZERO]);
        for (url, hits) in urls {
            let group = groups.group(&[Value::from(*url)]);
            groups.set(group, 0, Cell::Int(*hits));
        }
        Raw::build(&REPORT, vec![column], groups)
    }

    #[test]
    fn folders_sum_what_is_in_them_and_the_rest_is_others() {
        let raw = built(&[
            ("http://e.org/d/a", 3),
            ("http://e.org/d/b", 4),
            ("http://e.org/x", 5),
            ("http://e.org/y", 2),
            ("http://e.org/z", 1),
        ]);
        let shown: Vec<(&str, f64)> = raw
            .inside(0)
            .iter()
            .map(|node| (raw.nodes[*node as usize].name.path(), raw.row(*node).at(0).float()))
            .collect();
        assert_eq!(shown, [("d", 7.0), ("x", 5.0), ("", 3.0)]);
        assert!(matches!(raw.nodes[raw.inside(0)[2] as usize].name, Name::Others));
        assert_eq!(raw.row(0).at(0).float(), 15.0);
        assert_eq!(raw.nodes.len(), 6);
    }

    #[test]
    fn a_row_is_found_by_its_number_and_by_its_place() {
        let raw = built(&[("http://e.org/d/a", 3), ("http://e.org/c/b", 9)]);
        for (place, name) in [(1, "c"), (2, "d")] {
            let node = raw.numbered(place).unwrap();
            assert_eq!(raw.nodes[node as usize].name.path(), name);
            assert_eq!(raw.numbered(raw.number(node)), Some(node));
        }
        assert_eq!(raw.numbered(3), None);
        assert_eq!(raw.numbered(0), None);
    }
}
