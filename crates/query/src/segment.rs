//! The segment language: `a==1,b==2;c==3` is (a or b) and c.

use makoto_catalog::{ApiError, Catalog, Condition, Dimension, Expr, Op, Read, Scope, SegmentName};
use makoto_model::{Goal, Site, Value};

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
    parse(text, names).or_else(|fault| {
        let decoded = decode(text);
        if decoded == text { Err(fault) } else { parse(&decoded, names).map_err(|_| fault) }
    })
}

/// Whether a text is a definition: on every site, or on one with names of its own.
///
/// # Errors
/// As `read`.
pub fn check(text: &str, catalog: &Catalog, site: Option<&Site>) -> Result<(), ApiError> {
    let names = |name: &str| match site {
        Some(site) => catalog.segment_of(site, name),
        None => catalog.segment(name),
    };
    meaning(text, &names).map(drop)
}

/// What a name of the language means.
type Names<'a> = dyn Fn(&str) -> Option<(&'static Dimension, &'static SegmentName)> + 'a;

fn parse(text: &str, names: &Names) -> Result<Condition, ApiError> {
    let clauses: Vec<Vec<String>> = split(text, ';').iter().map(|clause| split(clause, ',')).collect();
    if clauses.iter().map(Vec::len).sum::<usize>() > CONDITIONS_MAX {
        return Err(ApiError::TooMuch(format!("a segment has {CONDITIONS_MAX} conditions at most; use fewer")));
    }
    let mut visits = Vec::new();
    let mut same_row: Vec<(Rows, Vec<Condition>)> = Vec::new();
    let count = clauses.len();
    for (place, clause) in clauses.into_iter().enumerate() {
        // Matomo finds nothing where a definition ends with the sign of a further condition.
        if place > 0 && place + 1 == count && clause == [""] {
            visits.push(Condition::Any(Vec::new()));
            continue;
        }
        let leaves = clause.iter().map(|leaf| condition(leaf, names)).collect::<Result<Vec<_>, _>>()?;
        let rows =
            leaves.first().and_then(Leaf::rows).filter(|rows| leaves.iter().all(|leaf| leaf.rows() == Some(*rows)));
        match rows {
            Some(rows) => {
                let any = Condition::Any(leaves.into_iter().map(Leaf::inner).collect());
                match same_row.iter_mut().find(|(known, _)| *known == rows) {
                    Some((_, all)) => all.push(any),
                    None => same_row.push((rows, vec![any])),
                }
            }
            None => visits.push(Condition::Any(leaves.into_iter().map(Leaf::over_visits).collect())),
        }
    }
    visits.extend(same_row.into_iter().map(|((scope, _), all)| has(scope, Condition::All(all), false)));
    Ok(Condition::All(visits))
}

fn has(scope: Scope, condition: Condition, negated: bool) -> Condition {
    Condition::VisitHas { scope, condition: Box::new(condition), negated }
}

/// Rows of a visit that conditions are over: their scope, and a group within it.
type Rows = (Scope, &'static str);

/// One condition, with what it is over. Those over the same rows that are joined by "and" must hold for one of them.
enum Leaf {
    Visit(Condition),
    Row(Rows, Condition),
}

impl Leaf {
    fn rows(&self) -> Option<Rows> {
        match self {
            Leaf::Visit(_) => None,
            Leaf::Row(rows, _) => Some(*rows),
        }
    }

    fn inner(self) -> Condition {
        match self {
            Leaf::Visit(condition) | Leaf::Row(_, condition) => condition,
        }
    }

    fn over_visits(self) -> Condition {
        match self {
            Leaf::Visit(condition) => condition,
            Leaf::Row((scope, _), condition) => has(scope, condition, false),
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

fn condition(text: &str, names: &Names) -> Result<Leaf, ApiError> {
    let wrong = || ApiError::Refused(format!("The segment condition '{}' is not valid.", shown(text)));
    let found = text.char_indices().filter(|(place, _)| *place > 0).find_map(|(place, _)| {
        let operator = OPERATORS.iter().find(|(sign, _)| text[place..].starts_with(sign))?;
        Some((&text[..place], *operator, &text[place + operator.0.len()..]))
    });
    let (name, (_, op), value) = found.ok_or_else(wrong)?;
    let name = decode(name);
    let (dimension, segment) = names(name.trim())
        .ok_or_else(|| ApiError::Refused(format!("Segment '{}' is not a supported segment.", shown(&name))))?;
    let value = decode(value);
    if value.is_empty() && !matches!(op, Op::Is | Op::IsNot) {
        return Err(wrong());
    }
    if let (true, false, Read::Named(read)) = (segment.strict, value.is_empty(), segment.read)
        && read(positive(op).0, &value).is_empty()
    {
        return Err(wrong());
    }
    Ok(leaf(dimension, segment, op, &value))
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

fn leaf(dimension: &'static Dimension, segment: &SegmentName, op: Op, value: &str) -> Leaf {
    let (positive_op, negated) = positive(op);
    match dimension.scope {
        Scope::Visit if negated => Leaf::Visit(Condition::Not(Box::new(meets(dimension, segment, positive_op, value)))),
        Scope::Visit => Leaf::Visit(meets(dimension, segment, op, value)),
        // "Has some value" is no negation: a row that has one is what is looked for.
        scope if negated && value.is_empty() => {
            let some = Condition::Compare { expr: dimension.expr(), op: Op::IsNot, value: Value::Null };
            Leaf::Row((scope, segment.group), of_kind(segment, some))
        }
        scope => {
            let of_kind = of_kind(segment, meets(dimension, segment, positive_op, value));
            if negated { Leaf::Visit(has(scope, of_kind, true)) } else { Leaf::Row((scope, segment.group), of_kind) }
        }
    }
}

fn of_kind(segment: &SegmentName, condition: Condition) -> Condition {
    match segment.kind {
        None => condition,
        Some(kind) => {
            let expr = Expr::Column("kind");
            let is_kind = Condition::Compare { expr, op: Op::Is, value: Value::Int(kind as i64) };
            Condition::All(vec![is_kind, condition])
        }
    }
}

fn meets(dimension: &Dimension, segment: &SegmentName, op: Op, value: &str) -> Condition {
    let compare = |op, value| Condition::Compare { expr: dimension.expr(), op, value };
    if value.is_empty() {
        return compare(Op::Is, Value::Null);
    }
    match segment.read {
        Read::Text | Read::Url => compare(op, Value::from(value)),
        Read::Number => match number(value) {
            Some(number) => compare(op, number),
            None => Condition::Any(Vec::new()),
        },
        Read::Named(read) => {
            let values = read(op, value);
            let op = if matches!(op, Op::Contains | Op::StartsWith | Op::EndsWith) { Op::Is } else { op };
            Condition::Any(values.into_iter().map(|value| compare(op, value)).collect())
        }
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
mod tests {
    use super::*;
    use makoto_catalog::{Feature, Kind};
    use makoto_model::{ActionKind, OwnDimension, OwnScope, SiteId};
    use proptest::prelude::*;

    static BROWSER: Dimension = Dimension::of_visit("T.Browser", "", "user_id", Kind::Text("user"))
        .segments(&[SegmentName::text("browser", "", "")]);
    static PAGE: Dimension = Dimension::of_action("T.Url", "", "url", Kind::Text("url"))
        .segments(&[SegmentName::text("page", "", "").kind(ActionKind::PageView)]);
    static COUNT: Dimension = Dimension::of_visit("T.Count", "", "action_count", Kind::Int)
        .segments(&[SegmentName::number("actions", "", "")]);
    static OWN: Dimension =
        Dimension::read_visit("T.Own", "", "own_visit_1", Kind::Text("own"), |_| Value::Null).slot(1);
    static FEATURE: Feature =
        Feature { name: "T", dimensions: &[&BROWSER, &PAGE, &COUNT, &OWN], metrics: &[], reports: &[], settings: &[] };

    fn catalog() -> Catalog {
        static ALL: &[&Feature] = &[&FEATURE];
        Catalog::new(ALL).unwrap()
    }

    fn site() -> Site {
        Site::new(SiteId(1), "One", "https://example.org")
    }

    fn is(column: &'static str, op: Op, value: impl Into<Value>) -> Condition {
        Condition::Compare { expr: Expr::Column(column), op, value: value.into() }
    }

    #[test]
    fn commas_bind_tighter_than_semicolons() {
        let read = read("browser==a,browser==b;actions>=2", &catalog(), &site()).unwrap();
        let either = Condition::Any(vec![is("user_id", Op::Is, "a"), is("user_id", Op::Is, "b")]);
        let many = Condition::Any(vec![is("action_count", Op::MoreOrEqual, 2)]);
        assert_eq!(read, Condition::All(vec![either, many]));
    }

    #[test]
    fn values_are_decoded_once_more_and_separators_escaped() {
        for text in ["browser==a%2Cb", "browser==a\\,b", "browser%3D%3Da%252Cb"] {
            let wanted = Condition::All(vec![Condition::Any(vec![is("user_id", Op::Is, "a,b")])]);
            assert_eq!(read(text, &catalog(), &site()).unwrap(), wanted, "{text}");
        }
    }

    #[test]
    fn conditions_of_actions_hold_for_one_action_and_negations_for_none() {
        let Condition::All(parts) = read("page=@a;page=@b;page!@c", &catalog(), &site()).unwrap() else { panic!() };
        let negated = |condition: &Condition| {
            matches!(condition, Condition::Any(any)
            if matches!(any.as_slice(), [Condition::VisitHas { negated: true, .. }]))
        };
        assert!(negated(&parts[0]));
        let Condition::VisitHas { condition, negated: false, .. } = &parts[1] else { panic!() };
        assert!(matches!(&**condition, Condition::All(both) if both.len() == 2));
    }

    #[test]
    fn names_of_the_sites_own_dimensions_mean_their_columns() {
        let own = |id, slot, active| OwnDimension {
            id,
            name: "Plan".into(),
            scope: OwnScope::Visit,
            slot,
            active,
            extractions: vec![],
            case_sensitive: true,
        };
        let mut site = site();
        site.own_dimensions = vec![own(1, 2, false), own(7, 1, true)];
        let wanted = Condition::All(vec![Condition::Any(vec![is("own_visit_1", Op::Contains, "pro")])]);
        assert_eq!(read("dimension7=@pro", &catalog(), &site).unwrap(), wanted);
        for bad in ["dimension1==pro", "dimension2==pro", "own_visit_1==pro"] {
            assert!(read(bad, &catalog(), &site).is_err(), "{bad}");
        }
    }

    #[test]
    fn what_is_no_condition_is_named() {
        for bad in ["browser", "==x", "nothing==1", "actions>", "(browser==a)"] {
            assert!(read(bad, &catalog(), &site()).is_err(), "{bad}");
        }
        for fine in ["browser==", "browser==a;", "actions>abc"] {
            assert!(read(fine, &catalog(), &site()).is_ok(), "{fine}");
        }
        let meant = |text: &str| read(text, &catalog(), &site()).unwrap();
        assert_eq!(meant("actions>abc"), meant("actions>0"));
        assert_eq!(meant("actions>=1/*"), Condition::All(vec![Condition::Any(vec![Condition::Any(vec![])])]));
        let many = vec!["browser==a"; CONDITIONS_MAX + 1].join(";");
        assert!(matches!(read(&many, &catalog(), &site()), Err(ApiError::TooMuch(_))));
        assert!(matches!(read(&"a".repeat(SEGMENT_BYTES_MAX + 1), &catalog(), &site()), Err(ApiError::TooMuch(_))));
    }

    /// A text of what segments are made of, in any order.
    fn jumble(mut dice: impl FnMut(usize) -> usize) -> String {
        const PARTS: &[&str] = &[
            "browser",
            "page",
            "actions",
            "nothing",
            "==",
            "!=",
            "<=",
            ">=",
            "<",
            ">",
            "=@",
            "!@",
            "=^",
            "=$",
            "=",
            "!",
            ";",
            ",",
            "\\,",
            "\\;",
            "\\",
            "%",
            "%2",
            "%2C",
            "%253B",
            "%00",
            "%ff",
            "%C3%A9",
            "'",
            "\"",
            "$1",
            "--",
            "(",
            ")",
            "é",
            "日",
            "\u{202e}",
            "\u{0}",
            " ",
            "-1",
            "1e999",
            "99999999999999999999",
            "NULL",
            "a",
            "0",
        ];
        (0..dice(24)).map(|_| PARTS[dice(PARTS.len())]).collect()
    }

    /// `SEGMENT_TEXTS` asks for more of them; the figure of record is of ten million.
    #[test]
    fn promise_37_ten_million_texts_are_conditions_or_clear_errors() {
        let texts: u64 = std::env::var("SEGMENT_TEXTS").map_or(20_000, |texts| texts.parse().unwrap());
        let (catalog, site, mut state) = (catalog(), site(), 88_172_645_463_325_252u64);
        let mut roll = move || {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state
        };
        let mut accepted = 0;
        for _ in 0..texts {
            let text = jumble(|end| ((roll() >> 11) % end as u64) as usize);
            match read(&text, &catalog, &site) {
                Ok(_) => accepted += 1,
                Err(fault) => assert!(!fault.to_string().is_empty(), "{text}"),
            }
        }
        assert!(accepted > texts / 1_000 && accepted < texts, "{accepted} of {texts} were conditions");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "\\PC{0,200}") {
            let _ = read(&text, &catalog(), &site());
        }

        #[test]
        fn every_value_survives_being_encoded(value in "[^\u{0}]{1,30}") {
            let encoded: String = value.bytes().map(|byte| format!("%{byte:02X}")).collect();
            prop_assert_eq!(decode(&encoded), value.replace(char::REPLACEMENT_CHARACTER, ""));
        }
    }
}
