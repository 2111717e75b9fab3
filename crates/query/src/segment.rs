//! The segment language: `a==1,b==2;c==3` is (a or b) and c.

use makoto_catalog::{ApiError, Catalog, Condition, Dimension, Expr, Kind, Op, Read, Scope, SegmentName, columns};
use makoto_model::{Goal, Site, Value};
use std::cell::RefCell;

/// Longer definitions are refused; a longer one would not fit in a URL either.
pub const SEGMENT_BYTES_MAX: usize = 8 * 1024;

/// More conditions are refused: each may read every action of the period.
pub const CONDITIONS_MAX: usize = 64;

/// Operators, longer ones before their beginnings.
const OPERATORS: [(&str, Op); 10] = [
    ("==", Op::Is),
    ("!=", Op::IsNot),
    ("<=", Op::LessOrEqual),
    (">=", Op::MoreOrEqual),
    ("=@", Op::Contains),
    ("!@", Op::ContainsNot),
    ("=^", Op::StartsWith),
    ("=$", Op::EndsWith),
    ("<", Op::Less),
    (">", Op::More),
];

/// Reads a definition into a condition over visits. The empty definition is no condition at all.
///
/// # Errors
/// `Refused` says which part is no condition, `TooMuch` which limit was passed.
pub fn read(text: &str, catalog: &Catalog, site: &Site) -> Result<Condition, ApiError> {
    meaning(text, &|name: &str| catalog.segment_of(site, name))
}

fn meaning(text: &str, names: &Names) -> Result<Condition, ApiError> {
    if text.len() > SEGMENT_BYTES_MAX {
        return Err(ApiError::TooMuch(format!("a segment is {SEGMENT_BYTES_MAX} bytes at most; use fewer conditions")));
    }
    if text.is_empty() {
        return Ok(Condition::none());
    }
    // Clients send a definition plain or encoded as a whole, and both can often be read. As in Matomo the decoded one is
    // meant, unless the text as it came has more conditions.
    let plain = parse(text, Decoded::NotYet, names);
    match (plain, parse(&decode(text), Decoded::Whole, names)) {
        (Ok(plain), Ok(decoded)) => Ok(if plain.1 > decoded.1 { plain.0 } else { decoded.0 }),
        (Ok(one), Err(_)) | (Err(_), Ok(one)) => Ok(one.0),
        (Err(fault), Err(_)) => Err(fault),
    }
}

/// The names that a definition uses, however it may be read: on every site, or on one with names of its own.
///
/// # Errors
/// As `read`, for a text that is none.
pub fn names(text: &str, catalog: &Catalog, site: Option<&Site>) -> Result<Vec<&'static SegmentName>, ApiError> {
    let used = RefCell::new(Vec::new());
    let names = |name: &str| {
        let found = match site {
            Some(site) => catalog.segment_of(site, name),
            None => catalog.segment(name),
        };
        used.borrow_mut().extend(found.map(|(_, name)| name));
        found
    };
    meaning(text, &names)?;
    Ok(used.into_inner())
}

/// What a name of the language means.
type Names<'a> = dyn Fn(&str) -> Option<(&'static Dimension, &'static SegmentName)> + 'a;

/// Whether a text was decoded before it was taken apart.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Decoded {
    NotYet,
    Whole,
}

/// The condition that a text makes, and how many it is made of.
fn parse(text: &str, decoded: Decoded, names: &Names) -> Result<(Condition, usize), ApiError> {
    let mut clauses: Vec<Vec<String>> = split(text, ';').iter().map(|clause| split(clause, ',')).collect();
    let conditions = clauses.iter().map(Vec::len).sum::<usize>();
    few(conditions)?;
    let ends_open = clauses.len() > 1 && clauses.last().is_some_and(|last| *last == [""]);
    if ends_open {
        clauses.pop();
    }
    // What is said twice is asked once: each condition may cost as much as the report.
    clauses.iter_mut().for_each(once);
    once(&mut clauses);
    let mut visits = Vec::new();
    let mut same_row: Vec<SameRow> = Vec::new();
    // Matomo finds nothing where a definition ends with the sign of a further condition.
    if ends_open {
        visits.push(Condition::Any(Vec::new()));
    }
    for clause in clauses {
        let leaves = clause.iter().map(|leaf| condition(leaf, decoded, names)).collect::<Result<Vec<_>, _>>()?;
        let rows =
            leaves.first().and_then(Leaf::rows).filter(|rows| leaves.iter().all(|leaf| leaf.rows() == Some(*rows)));
        match rows {
            Some(rows) => {
                let several = leaves.iter().any(|leaf| matches!(leaf, Leaf::Row { several: true, .. }));
                let any = Condition::Any(leaves.into_iter().map(Leaf::inner).collect());
                let place = same_row.iter().position(|known| known.rows == rows).unwrap_or(same_row.len());
                if place == same_row.len() {
                    same_row.push(SameRow { rows, all: Vec::new(), several: Vec::new() });
                }
                let known = &mut same_row[place];
                if several { known.several.push(any) } else { known.all.push(any) }
            }
            None => visits.push(Condition::Any(leaves.into_iter().map(Leaf::over_visits).collect())),
        }
    }
    few(same_row.iter().map(SameRow::conditions).sum())?;
    visits.extend(same_row.into_iter().flat_map(SameRow::over_visits));
    Ok((Condition::All(visits), conditions))
}

/// # Errors
/// `TooMuch` for more conditions than a segment has.
fn few(conditions: usize) -> Result<(), ApiError> {
    match conditions > CONDITIONS_MAX {
        true => Err(ApiError::TooMuch(format!("a segment has {CONDITIONS_MAX} conditions at most; use fewer"))),
        false => Ok(()),
    }
}

/// The parts in their order, each once.
fn once<T: PartialEq>(parts: &mut Vec<T>) {
    let mut seen = 0;
    while seen < parts.len() {
        if parts[..seen].contains(&parts[seen]) {
            parts.remove(seen);
        } else {
            seen += 1;
        }
    }
}

fn has(scope: Scope, condition: Condition, negated: bool) -> Condition {
    Condition::VisitHas { scope, condition: Box::new(condition), negated }
}

/// Rows of a visit that conditions are over: their scope, and a group within it.
type Rows = (Scope, &'static str);

/// One condition, with what it is over. Those over the same rows that are joined by "and" must hold for one of them.
enum Leaf {
    Visit(Condition),
    Row { rows: Rows, several: bool, condition: Condition },
}

/// What must hold for one row of a visit: all of these, and each of several values that have rows of their own.
struct SameRow {
    rows: Rows,
    all: Vec<Condition>,
    several: Vec<Condition>,
}

impl SameRow {
    /// How many conditions are asked: what must hold beside several values is asked with each of them.
    fn conditions(&self) -> usize {
        let leaves = |clauses: &[Condition]| -> usize {
            let of = |clause: &Condition| if let Condition::Any(leaves) = clause { leaves.len() } else { 1 };
            clauses.iter().map(of).sum()
        };
        self.several.len().max(1) * leaves(&self.all) + leaves(&self.several)
    }

    fn over_visits(self) -> Vec<Condition> {
        let scope = self.rows.0;
        if self.several.is_empty() {
            return vec![has(scope, Condition::All(self.all), false)];
        }
        let with = |one| has(scope, Condition::All(self.all.iter().cloned().chain([one]).collect()), false);
        self.several.into_iter().map(with).collect()
    }
}

impl Leaf {
    fn rows(&self) -> Option<Rows> {
        match self {
            Leaf::Visit(_) => None,
            Leaf::Row { rows, .. } => Some(*rows),
        }
    }

    fn inner(self) -> Condition {
        match self {
            Leaf::Visit(condition) | Leaf::Row { condition, .. } => condition,
        }
    }

    fn over_visits(self) -> Condition {
        match self {
            Leaf::Visit(condition) => condition,
            Leaf::Row { rows: (scope, _), condition, .. } => has(scope, condition, false),
        }
    }
}

/// The condition with the names of goals turned into the numbers that they have on a site.
pub fn of_site(condition: &Condition, site: &Site) -> Condition {
    let each = |parts: &[Condition]| parts.iter().map(|part| of_site(part, site)).collect();
    match condition {
        Condition::All(parts) => Condition::All(each(parts)),
        Condition::Any(parts) => Condition::Any(each(parts)),
        Condition::Not(inner) => Condition::Not(Box::new(of_site(inner, site))),
        Condition::VisitHas { scope, condition, negated } => has(*scope, of_site(condition, site), *negated),
        Condition::OfVisit(inner) => Condition::OfVisit(Box::new(of_site(inner, site))),
        Condition::Compare { expr: Expr::GoalName, op, value } => {
            let wanted = value.as_text().unwrap_or("").to_lowercase();
            let meets = |goal: &&Goal| named(&goal.name.to_lowercase(), *op, &wanted);
            let values = site.goals.iter().filter(meets).map(|goal| i64::from(goal.id)).collect();
            Condition::In { expr: Expr::Column("goal"), values }
        }
        Condition::Compare { .. } | Condition::In { .. } => condition.clone(),
    }
}

fn named(name: &str, op: Op, wanted: &str) -> bool {
    match op {
        Op::Is => name == wanted,
        Op::IsNot => name != wanted,
        Op::Contains => name.contains(wanted),
        Op::ContainsNot => !name.contains(wanted),
        Op::StartsWith => name.starts_with(wanted),
        Op::EndsWith => name.ends_with(wanted),
        Op::Less | Op::LessOrEqual | Op::More | Op::MoreOrEqual => false,
    }
}

/// Parts between a separator; `\` before a separator makes it part of the text.
fn split(text: &str, separator: char) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let last = parts.len() - 1;
        match (letter, letters.peek().copied()) {
            ('\\', Some(next)) if next == separator => {
                parts[last].push(next);
                letters.next();
            }
            _ if letter == separator => parts.push(String::new()),
            _ => parts[last].push(letter),
        }
    }
    parts
}

/// Percent signs and blanks of a URL's query turned back. What is no UTF-8 is left out.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        rest = after;
        let digits = after.get(..2).filter(|two| two.iter().all(u8::is_ascii_hexdigit));
        let code = digits.and_then(|two| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok());
        match (byte, code) {
            (b'%', Some(code)) => {
                bytes.push(code);
                rest = &after[2..];
            }
            (b'+', _) => bytes.push(b' '),
            _ => bytes.push(byte),
        }
    }
    String::from_utf8_lossy(&bytes).replace(char::REPLACEMENT_CHARACTER, "")
}

/// Name, operator and value of a condition.
fn taken_apart(text: &str) -> Option<(&str, Op, &str)> {
    text.char_indices().filter(|(place, _)| *place > 0).find_map(|(place, _)| {
        let (sign, op) = OPERATORS.iter().find(|(sign, _)| text[place..].starts_with(sign))?;
        Some((&text[..place], *op, &text[place + sign.len()..]))
    })
}

/// Whether decoding may turn a text into the one that was meant: it has signs of an encoded text, and none that
/// encoding would have changed. So `C++ Guide` and `http://example.org/a%20b` stay what they are.
fn may_be_encoded(text: &str) -> bool {
    // What JavaScript's `encodeURIComponent` leaves, and what stands for all else.
    let stands = |letter: char| letter.is_ascii_alphanumeric() || "-_.!~*'()%+".contains(letter);
    text.contains(['%', '+']) && text.chars().all(stands)
}

/// What is meant by a value, the likeliest last. Definitions are commonly encoded three times: the whole, its conditions
/// and their values; Matomo decodes as often, whatever the value looks like.
fn values_of(text: &str, decoded: Decoded) -> Vec<String> {
    let (mut value, more) = match decoded {
        Decoded::NotYet => (decode(text), 1),
        Decoded::Whole => (text.to_owned(), 2),
    };
    let mut values = Vec::new();
    for _ in 0..more {
        if !may_be_encoded(&value) {
            break;
        }
        let next = decode(&value);
        // A plus sign without percent codes is as likely itself as a blank.
        if !value.contains('%') {
            values.push(value);
        }
        value = next;
    }
    values.push(value);
    values
}

fn condition(text: &str, decoded: Decoded, names: &Names) -> Result<Leaf, ApiError> {
    let wrong = || ApiError::Refused(format!("The segment condition '{}' is not valid.", shown(text)));
    let whole = decode(text);
    let (name, op, value) = taken_apart(text).or_else(|| taken_apart(&whole)).ok_or_else(wrong)?;
    let name = decode(name);
    let (dimension, segment) = names(name.trim())
        .ok_or_else(|| ApiError::Refused(format!("Segment '{}' is not a supported segment.", shown(&name))))?;
    // Names stand for other values here, in no order of theirs.
    let ordered = matches!(op, Op::Less | Op::LessOrEqual | Op::More | Op::MoreOrEqual);
    if ordered && matches!(segment.read, Read::Named(_)) {
        let why =
            format!("The values of '{}' have no order; compare them with ==, !=, =@, !@, =^ or =$.", segment.name);
        return Err(ApiError::Refused(why));
    }
    let mut values = values_of(value, decoded);
    if is_of_actions(dimension, segment) {
        values.iter_mut().for_each(|value| *value = makoto_model::without_entities(value.as_str().into()).into_owned());
    }
    let value = values.last().map_or("", String::as_str);
    if value.is_empty() && !matches!(op, Op::Is | Op::IsNot) {
        return Err(wrong());
    }
    if let (true, false, Read::Named(read)) = (segment.strict, value.is_empty(), segment.read)
        && read(positive(op).0, value).is_empty()
    {
        return Err(wrong());
    }
    Ok(leaf(dimension, segment, op, &values))
}

/// Whether the values are texts of actions, which may be written as text stands in a page: reports do so in what they
/// say of segments. Addresses are named as they are.
fn is_of_actions(dimension: &Dimension, segment: &SegmentName) -> bool {
    let of_actions = matches!(dimension.scope, Scope::Action | Scope::Item) && dimension.slot == 0;
    let of_titles = matches!(dimension.kind, Kind::Text(columns::TITLES));
    matches!(segment.read, Read::Text) && (of_actions || of_titles)
}

/// Enough of a text to find it again.
fn shown(text: &str) -> String {
    const LETTERS_MAX: usize = 100;
    text.chars().take(LETTERS_MAX).collect()
}

/// The operator without its negation, and whether it had one.
fn positive(op: Op) -> (Op, bool) {
    match op {
        Op::IsNot => (Op::Is, true),
        Op::ContainsNot => (Op::Contains, true),
        _ => (op, false),
    }
}

fn leaf(dimension: &'static Dimension, segment: &SegmentName, op: Op, values: &[String]) -> Leaf {
    let (positive_op, negated) = positive(op);
    let meets = |op: Op| {
        let mut each: Vec<Condition> = values.iter().map(|value| meets(dimension, segment, op, value)).collect();
        if each.len() == 1 { each.remove(0) } else { Condition::Any(each) }
    };
    let row = |condition| {
        let rows = (dimension.scope, segment.group);
        Leaf::Row { rows, several: segment.several, condition: of_its_rows(segment, condition) }
    };
    match dimension.scope {
        Scope::Visit if negated => Leaf::Visit(Condition::Not(Box::new(meets(positive_op)))),
        Scope::Visit => Leaf::Visit(meets(op)),
        // "Has some value" is no negation: a row that has one is what is looked for.
        _ if negated && values.iter().all(String::is_empty) => row(with_value(dimension, segment)),
        scope if negated => Leaf::Visit(has(scope, of_its_rows(segment, meets(positive_op)), true)),
        _ => row(meets(op)),
    }
}

/// The condition, for the rows alone that the name is about.
fn of_its_rows(segment: &SegmentName, condition: Condition) -> Condition {
    let of_kind = |kind| Condition::Compare { expr: Expr::Column("kind"), op: Op::Is, value: Value::Int(kind as i64) };
    match segment.kind.map(of_kind).or_else(|| segment.of.map(|of| of())) {
        None => condition,
        Some(its) => Condition::All(vec![its, condition]),
    }
}

/// No value is there: as in Matomo, 0 is none among numbers.
fn without_value(dimension: &Dimension, segment: &SegmentName) -> Condition {
    let is = |value| Condition::Compare { expr: dimension.expr(), op: Op::Is, value };
    match (dimension.kind, segment.read) {
        (Kind::Text(_), _) => is(Value::Null),
        (_, Read::Named(_)) => Condition::Any(vec![is(Value::Null), is(Value::Int(0))]),
        _ => Condition::Any(vec![is(Value::Null), meets(dimension, segment, Op::Is, "0")]),
    }
}

fn with_value(dimension: &Dimension, segment: &SegmentName) -> Condition {
    match dimension.kind {
        Kind::Text(_) => Condition::Compare { expr: dimension.expr(), op: Op::IsNot, value: Value::Null },
        _ => Condition::Not(Box::new(without_value(dimension, segment))),
    }
}

fn meets(dimension: &Dimension, segment: &SegmentName, op: Op, value: &str) -> Condition {
    let compare = |op, value| Condition::Compare { expr: dimension.expr(), op, value };
    if value.is_empty() {
        return without_value(dimension, segment);
    }
    match segment.read {
        Read::Text | Read::Url => compare(op, Value::from(value)),
        Read::Number => match number(value) {
            Some(number) => compare(op, number),
            None => Condition::Any(Vec::new()),
        },
        Read::Named(read) => Condition::Any(read(op, value).into_iter().map(|value| compare(Op::Is, value)).collect()),
        Read::Condition(read) => read(op, value).unwrap_or(Condition::Any(Vec::new())),
    }
}

/// A whole number or a fraction. A text without any digit is 0, as databases read it; one with more than a number is none.
fn number(text: &str) -> Option<Value> {
    let text = text.trim();
    let written = text.parse().map(Value::Int).or_else(|_| text.parse().map(Value::Float)).ok();
    written.or_else(|| (!text.contains(|letter: char| letter.is_ascii_digit())).then_some(Value::Int(0)))
}

#[cfg(test)]
mod tests;
