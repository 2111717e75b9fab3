use super::*;
use crate::label::{encode, escape};
use makoto_catalog::Feature;
use makoto_model::{ActionKind, OwnDimension, OwnScope, SiteId};
use proptest::prelude::*;

static BROWSER: Dimension = Dimension::of_visit("T.Browser", "", "user_id", Kind::Text("user"))
    .segments(&[SegmentName::text("browser", "", "")]);
static PAGE: Dimension = Dimension::of_action("T.Url", "", "url", Kind::Text("url"))
    .segments(&[SegmentName::text("page", "", "").kind(ActionKind::PageView)]);
static COUNT: Dimension =
    Dimension::of_visit("T.Count", "", "action_count", Kind::Int).segments(&[SegmentName::number("actions", "", "")]);
static TITLE: Dimension = Dimension::of_visit("T.Title", "", "entry_title", Kind::Text(columns::TITLES))
    .segments(&[SegmentName::text("title", "", "")]);
static SKU: Dimension = Dimension::of_item("T.Sku", "", "sku", Kind::Text("product"))
    .segments(&[SegmentName::text("sku", "", "").of(sold)]);
static CATEGORY: Dimension = Dimension::of_item("T.Category", "", "category", Kind::Text("product"))
    .segments(&[SegmentName::text("category", "", "").of(sold).several()]);
static PRICE: Dimension =
    Dimension::of_item("T.Price", "", "price", Kind::Float).segments(&[SegmentName::number("price", "", "").of(sold)]);
static CLASS: Dimension = Dimension::of_visit("T.Class", "", "returning", Kind::Int)
    .segments(&[SegmentName::text("class", "", "").read(Read::Named(class), "one")]);
static OWN: Dimension = Dimension::read_visit("T.Own", "", "own_visit_1", Kind::Text("own"), |_| Value::Null).slot(1);
static FEATURE: Feature = Feature {
    name: "T",
    dimensions: &[&BROWSER, &PAGE, &COUNT, &TITLE, &SKU, &CATEGORY, &PRICE, &CLASS, &OWN],
    metrics: &[],
    reports: &[],
    settings: &[],
};

fn sold() -> Condition {
    is("source", Op::Is, 0)
}

fn class(_: Op, text: &str) -> Vec<Value> {
    text.parse().map(Value::Int).into_iter().collect()
}

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

/// A definition of one condition over visits, as its values.
fn looked_for(text: &str) -> Vec<String> {
    let Condition::All(parts) = read(text, &catalog(), &site()).unwrap() else { panic!("{text}") };
    let [Condition::Any(leaves)] = parts.as_slice() else { panic!("{text}") };
    let texts = |condition: &Condition| match condition {
        Condition::Compare { value, .. } => value.as_text().unwrap().to_owned(),
        other => panic!("{other:?}"),
    };
    match leaves.as_slice() {
        [Condition::Any(either)] => either.iter().map(texts).collect(),
        [one] => vec![texts(one)],
        _ => panic!("{text}"),
    }
}

#[test]
fn what_reports_hand_out_finds_its_row_however_often_it_is_encoded() {
    let handed = [
        "http://example.org/a%20b?q=1,2&r=x+y",
        "Terms & Conditions",
        "<b>\"it's\"</b>",
        "C++ Guide; 100% sure",
        "a,b\\;c",
        "C++",
        "Grüße",
        "plain",
    ];
    for title in handed {
        // Once for texts in rows, twice for pages and titles; then plain, or by a client that encodes it again.
        let once = encode(&escape(title));
        let twice = encode(&once);
        for value in [once, twice.clone(), encode(&twice)] {
            let found = looked_for(&format!("title=={value}"));
            assert!(found.iter().any(|found| found == title), "{title}: {value} {found:?}");
        }
        let whole = encode(&format!("title=={twice}"));
        assert!(looked_for(&whole).iter().any(|found| found == title), "{title}: {whole}");
    }
    // Only what may be two things is looked for as both.
    assert_eq!(looked_for("title==Terms%2B%2526amp%253B%2BConditions"), ["Terms & Conditions"]);
    assert_eq!(looked_for("title==C%252B%252B"), ["C++", "C  "]);
    assert_eq!(looked_for("browser==a%26amp%3Bb"), ["a&amp;b"]);
}

#[test]
fn conditions_that_are_said_twice_are_asked_once() {
    let meant = |text: &str| read(text, &catalog(), &site()).unwrap();
    assert_eq!(meant(&["page=@x"; 40].join(";")), meant("page=@x"));
    assert_eq!(
        meant("browser==a,browser==b,browser==a;actions>1;browser==a,browser==b"),
        meant("browser==a,browser==b;actions>1")
    );
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

fn item(conditions: Vec<Condition>) -> Condition {
    has(Scope::Item, Condition::All(conditions), false)
}

fn meant(text: &str) -> Vec<Condition> {
    match read(text, &catalog(), &site()).unwrap() {
        Condition::All(parts) => parts,
        other => panic!("{other:?}"),
    }
}

fn any(one: Condition) -> Condition {
    Condition::Any(vec![one])
}

#[test]
fn rows_of_other_kinds_have_no_say_in_whether_a_value_is_there() {
    let sold_and = |condition| Condition::All(vec![sold(), condition]);
    let of = |condition| vec![item(vec![any(sold_and(condition))])];
    assert_eq!(meant("sku=="), of(is("sku", Op::Is, Value::Null)));
    assert_eq!(meant("sku!="), of(is("sku", Op::IsNot, Value::Null)));
    let none = Condition::Any(vec![is("price", Op::Is, Value::Null), is("price", Op::Is, 0)]);
    assert_eq!(meant("price=="), of(none.clone()));
    assert_eq!(meant("price!="), of(Condition::Not(Box::new(none))));
    assert_eq!(meant("sku!=x"), [any(has(Scope::Item, sold_and(is("sku", Op::Is, "x")), true))]);
}

#[test]
fn a_number_that_is_0_is_no_value() {
    let none = |column| Condition::Any(vec![is(column, Op::Is, Value::Null), is(column, Op::Is, 0)]);
    assert_eq!(meant("actions=="), [any(none("action_count"))]);
    assert_eq!(meant("actions!="), [any(Condition::Not(Box::new(none("action_count"))))]);
    assert_eq!(meant("class=="), [any(none("returning"))]);
    assert_eq!(meant("browser!="), [any(Condition::Not(Box::new(is("user_id", Op::Is, Value::Null))))]);
}

#[test]
fn each_of_several_values_is_looked_for_in_a_row_of_its_own_beside_all_else() {
    let leaf = |column, text: &str| any(Condition::All(vec![sold(), is(column, Op::Is, text)]));
    assert_eq!(
        meant("category==a;sku==x;category==b"),
        [item(vec![leaf("sku", "x"), leaf("category", "a")]), item(vec![leaf("sku", "x"), leaf("category", "b")]),]
    );
    let many = |categories: usize| {
        let categories = (0..categories).map(|nth| format!(";category=={nth}")).collect::<String>();
        read(&format!("sku==x,sku==y,sku==z{categories}"), &catalog(), &site())
    };
    assert!(many(16).is_ok() && matches!(many(17), Err(ApiError::TooMuch(_))));
    assert_eq!(meant("category==a;sku==x"), [item(vec![leaf("sku", "x"), leaf("category", "a")])]);
}

#[test]
fn names_are_compared_by_what_they_stand_for_and_have_no_order() {
    assert_eq!(meant("class=@1"), [any(any(is("returning", Op::Is, 1)))]);
    assert_eq!(meant("class!@1"), [any(Condition::Not(Box::new(any(is("returning", Op::Is, 1)))))]);
    for text in ["class<1", "class<=1", "class>1", "class>=1"] {
        let why = read(text, &catalog(), &site()).unwrap_err().to_string();
        assert!(why.contains("have no order"), "{why}");
    }
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
