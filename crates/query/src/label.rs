//! What rows are called, and the facts that stand beside their numbers.

use crate::{node::Name, raw::Raw, segment::decode};
use makoto_catalog::{FlatLabel, Meta, Report, RowLabel, Shape, Tree, language::Language};
use makoto_model::{Day, Site, Value};

/// The row of all that were too many, in English.
const OTHERS: &str = "Others";

/// Where a row stands; its label and facts differ by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Place {
    Table,
    /// Inside a row, in one answer with it.
    Inside,
    /// Inside a row, in an answer of its own.
    Opened,
    Flat,
    /// The only row, asked for by its address.
    Alone,
}

/// Names rows of a report.
pub struct Labels<'a> {
    pub report: &'static Report,
    pub raw: &'a Raw,
    pub site: &'a Site,
    /// The last day of the period, whose clock facts are told in.
    pub day: Day,
    pub place: Place,
    pub language: &'static Language,
}

impl Labels<'_> {
    fn depth(&self, node: u32) -> usize {
        let parent = self.raw.nodes[node as usize].parent;
        if parent == 0 { 0 } else { 1 + self.depth(parent) }
    }

    /// What the row of all that were too many is called.
    pub fn others(&self) -> String {
        self.language.of(OTHERS).into_owned()
    }

    /// The label of a row; of the sum that is no row, "Others".
    pub fn text(&self, node: Option<u32>) -> String {
        let Some(node) = node else { return self.others() };
        match (&self.raw.nodes[node as usize].name, &self.report.shape) {
            (Name::Others, _) if self.place == Place::Flat => self.flat_others(node),
            (Name::Others, _) => self.others(),
            (Name::Key(key), Shape::Rows { levels, flat, .. }) => match (self.place, flat, self.depth(node)) {
                (Place::Flat, Some(flat), 1) => self.flat_parts(levels, flat, key).join(flat.separator),
                (_, _, depth) => self.key_text(levels, depth, key),
            },
            (_, Shape::Tree(tree)) => self.tree_text(tree, node),
            _ => String::new(),
        }
    }

    /// What rows are sorted by: the label, encoded as it is stored.
    pub fn sorted_by(&self, node: Option<u32>) -> String {
        match (&self.report.shape, node) {
            (Shape::Tree(tree), Some(node)) if tree.url => {
                let name = &self.raw.nodes[node as usize].name;
                match (self.place, name) {
                    (_, Name::Others | Name::Nameless) => self.text(Some(node)),
                    (Place::Flat, _) => self.flat_path(tree, node),
                    _ if name.is_leaf() => format!("{}{}", tree.leaf_prefix, name.path()),
                    _ => name.path().to_owned(),
                }
            }
            _ => self.text(node),
        }
    }

    fn key_text(&self, levels: &[RowLabel], depth: usize, key: &[Value]) -> String {
        let Some(level) = levels.get(depth) else { return String::new() };
        match (self.place, level.inside) {
            (Place::Inside, Some(inside)) => inside(key),
            _ => self.said((level.text)(key), (level.ours)(key)),
        }
    }

    /// A label in the caller's language, as far as it is in our words.
    fn said(&self, text: String, ours: bool) -> String {
        if ours && !self.language.is_english() { self.language.label(&text) } else { text }
    }

    /// The label of each level of a row of the second one.
    fn flat_parts(&self, levels: &[RowLabel], flat: &FlatLabel, key: &[Value]) -> [String; 2] {
        let [outer, inner] = (flat.parts)(key);
        let ours = |place: usize| levels.get(place).is_some_and(|level| (level.ours)(key));
        [self.said(outer, ours(0)), self.said(inner, ours(1))]
    }

    /// "Google - Others", "/dir/ - Others".
    fn flat_others(&self, node: u32) -> String {
        let parent = self.raw.nodes[node as usize].parent;
        match (&self.report.shape, parent) {
            (_, 0) => self.others(),
            (Shape::Tree(tree), _) => {
                format!("{}{} - {}", self.flat_path(tree, parent), tree.separator, self.others())
            }
            _ => format!("{} - {}", self.text(Some(parent)), self.others()),
        }
    }

    fn tree_text(&self, tree: &Tree, node: u32) -> String {
        let name = &self.raw.nodes[node as usize].name;
        if matches!(name, Name::Nameless) {
            let spaced = tree.leaf_prefix == " " && self.place != Place::Flat;
            let nameless = self.language.of(tree.nameless);
            return if spaced { format!(" {nameless}") } else { nameless.into_owned() };
        }
        if self.place == Place::Flat {
            let path = self.flat_path(tree, node);
            return if tree.url { decode(&path) } else { path };
        }
        let text = if tree.url { decode(name.path()) } else { name.path().to_owned() };
        if name.is_leaf() { format!("{}{text}", tree.leaf_prefix) } else { text }
    }

    /// The whole path, encoded as it is stored.
    fn flat_path(&self, tree: &Tree, node: u32) -> String {
        let mut names = Vec::new();
        let mut here = node;
        while here != 0 {
            let name = &self.raw.nodes[here as usize].name;
            if matches!(name, Name::Nameless) {
                return self.language.of(tree.nameless).into_owned();
            }
            let index = name.is_leaf() && tree.index.is_some_and(|index| index == name.path());
            names.push(if index { "" } else { name.path() });
            here = self.raw.nodes[here as usize].parent;
        }
        names.reverse();
        let path = names.join(tree.separator);
        // A page that is in no folder keeps the sign of pages.
        let alone = names.len() == 1 && tree.leaf_segment.is_empty();
        if tree.flat_prefix || alone { format!("{}{path}", tree.separator) } else { path }
    }

    /// Whether a part of the label parameter means this row.
    pub fn is_called(&self, node: u32, part: &str) -> bool {
        let (exact, wanted) = match part.trim().strip_prefix('@') {
            Some(rest) => (true, rest),
            None => (false, part.trim()),
        };
        let wanted = decode(wanted);
        let name = &self.raw.nodes[node as usize].name;
        let label = self.text(Some(node));
        let leaf_only = exact && matches!(self.report.shape, Shape::Tree(_));
        if leaf_only && !name.is_leaf() {
            return false;
        }
        label == wanted || label.trim() == wanted.trim()
    }

    /// The facts beside the numbers.
    pub fn meta(&self, node: Option<u32>, meta: &mut Vec<(&'static str, Value)>) {
        let Some(node) = node else { return };
        let mut facts = Vec::new();
        match (&self.raw.nodes[node as usize].name, &self.report.shape) {
            (Name::Key(key), Shape::Rows { levels, flat, .. }) => {
                let depth = self.depth(node);
                match (self.place, flat, depth) {
                    (Place::Flat, Some(flat), 1) => {
                        (flat.meta)(key, &mut facts);
                        if let Some(local) = flat.local {
                            local(key, self.site, self.day, &mut facts);
                        }
                    }
                    // An outer row without rows inside is no whole row of a flat table.
                    (Place::Flat, Some(_), 0) if levels.len() > 1 => {
                        levels.first().into_iter().for_each(|level| (level.meta)(key, &mut facts));
                        facts.retain(|fact| fact.0 != "segment");
                    }
                    (Place::Inside, _, depth) if levels.get(depth).is_some_and(|level| level.inside.is_some()) => {}
                    _ => levels.get(depth).into_iter().for_each(|level| {
                        (level.meta)(key, &mut facts);
                        if let Some(local) = level.local {
                            local(key, self.site, self.day, &mut facts);
                        }
                    }),
                }
                if levels.get(depth).is_some_and(|level| (level.ours)(key)) {
                    self.name_facts(&mut facts);
                }
                if self.place == Place::Flat {
                    self.flat_columns(levels, flat.as_ref().filter(|_| depth == 1), key, &mut facts);
                }
            }
            (Name::Others, shape) if self.place == Place::Flat => self.others_meta(shape, node, &mut facts),
            (Name::Others, _) => {}
            (_, Shape::Tree(tree)) => self.tree_meta(tree, node, &mut facts),
            _ => {}
        }
        meta.extend(facts.into_iter().map(|Meta(name, value)| (name, value)));
    }

    /// Names among the facts, in the caller's language.
    fn name_facts(&self, facts: &mut [Meta]) {
        for Meta(_, value) in facts.iter_mut().filter(|fact| fact.0.ends_with("_name") || fact.0 == "code") {
            if let Some(text) = value.as_text().filter(|_| !self.language.is_english()) {
                *value = Value::from(self.language.label(text));
            }
        }
    }

    /// A row of all that were too many, where levels are flattened: facts of the row that holds it, and its parts.
    fn others_meta(&self, shape: &Shape, node: u32, facts: &mut Vec<Meta>) {
        let parent = self.raw.nodes[node as usize].parent;
        match (shape, &self.raw.nodes[parent as usize].name) {
            (Shape::Tree(tree), name) => {
                if let (true, Some(segment)) = (parent != 0 && !name.is_leaf(), tree.folder_segment) {
                    facts.push(self.folder(segment, parent));
                }
                facts.push(Meta(tree.flat_column, Value::from(self.flat_others(node))));
            }
            (Shape::Rows { levels, .. }, Name::Key(key)) if levels.len() > 1 => {
                (levels[0].meta)(key, facts);
                facts.retain(|fact| fact.0 == "logo");
                facts.push(Meta(levels[0].flat_column, Value::from(self.key_text(levels, 0, key))));
                facts.push(Meta(levels[1].flat_column, Value::from(self.others())));
            }
            (Shape::Rows { levels, .. }, _) => facts.push(Meta(levels[0].flat_column, Value::from(self.others()))),
            _ => {}
        }
        facts.push(Meta("is_summary", Value::from(true)));
    }

    fn flat_columns(&self, levels: &[RowLabel], flat: Option<&FlatLabel>, key: &[Value], facts: &mut Vec<Meta>) {
        match flat {
            Some(flat) if flat.whole => {
                let text = self.flat_parts(levels, flat, key).join(flat.separator);
                facts.push(Meta(levels[0].flat_column, Value::from(text)));
            }
            Some(flat) => {
                let parts = self.flat_parts(levels, flat, key).into_iter().zip(levels);
                facts.extend(parts.map(|(text, level)| Meta(level.flat_column, Value::from(text))));
            }
            None => facts.push(Meta(levels[0].flat_column, Value::from(self.key_text(levels, 0, key)))),
        }
    }

    fn tree_meta(&self, tree: &Tree, node: u32, facts: &mut Vec<Meta>) {
        let name = &self.raw.nodes[node as usize].name;
        let whole = match name {
            Name::Nameless => Some(""),
            other => other.whole().map(|text| &**text),
        };
        if let Some(url) = whole.filter(|_| tree.url) {
            facts.push(Meta("url", Value::from(url)));
        }
        match whole {
            Some(text) if self.place != Place::Alone && !tree.leaf_segment.is_empty() => {
                let plain = tree.url || tree.encodings == 1;
                let text = if plain { text.to_owned() } else { escape(text.trim()) };
                let value = (0..tree.encodings).fold(text, |text, _| encode(&text));
                facts.push(Meta("segment", Value::from(format!("{}=={value}", tree.leaf_segment))));
            }
            None => facts.extend(tree.folder_segment.map(|segment| self.folder(segment, node))),
            // What has no segment of its own has that of its folder where levels are flattened.
            Some(_) if self.place == Place::Flat && tree.leaf_segment.is_empty() => {
                let parent = self.raw.nodes[node as usize].parent;
                let segment = tree.folder_segment.filter(|_| parent != 0);
                facts.extend(segment.map(|segment| self.folder(segment, parent)));
            }
            Some(_) => {}
        }
        if self.place == Place::Flat {
            facts.push(Meta(tree.flat_column, Value::from(self.flat_path(tree, node))));
        }
    }

    /// The segment of a folder: how the URLs in it begin on the site's main address.
    fn folder(&self, segment: &str, node: u32) -> Meta {
        let mut names = Vec::new();
        let mut here = node;
        while here != 0 {
            names.push(self.raw.nodes[here as usize].name.path());
            here = self.raw.nodes[here as usize].parent;
        }
        names.reverse();
        let main = self.site.urls.first().map_or("", |url| url.trim_end_matches('/'));
        let url = format!("{main}/{}", names.join("/"));
        Meta("segment", Value::from(format!("{segment}=^{}", encode(&encode(&url)))))
    }
}

/// As browsers send the values of a form.
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' => encoded.push(char::from(byte)),
            b' ' => encoded.push('+'),
            _ => {
                encoded.push('%');
                encoded.extend([byte >> 4, byte & 15].map(|half| char::from(b"0123456789ABCDEF"[usize::from(half)])));
            }
        }
    }
    encoded
}

/// As text stands in a page.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#039;"),
            _ => escaped.push(letter),
        }
    }
    escaped
}
