use super::*;
use crate::groups::Groups;
use makoto_catalog::{Aggregate, Merge, Metric, Tree};
use makoto_model::{Cell, Value};
use std::sync::Arc;

static VISITS: Metric = Metric::counted("nb_visits", "", "", Aggregate::Count, None);

fn split<'a>(text: &'a str, path: &mut Vec<&'a str>) {
    path.extend(text.split('/').skip(3));
}

static PAGES: Report = Report {
    method: "Garden.getPages",
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
    ..Report::PLAIN
};

fn limits(visits_min: u32) -> Limits {
    Limits {
        public_grant: 1,
        methods: ["Garden.getPages".to_owned()].into(),
        months: 13,
        segment: String::new(),
        visits_min,
        rows_max: 500,
        levels_max: 2,
        columns: &["nb_visits"],
        chosen_columns: Vec::new(),
        facts: vec!["logo"],
        whole_addresses: false,
    }
}

fn built(urls: &[(&str, i64)]) -> Raw {
    let column = Counted {
        metric: &VISITS,
        name: "nb_visits",
        merge: Merge::Sum,
        persons: false,
        of_visits: false,
        different: false,
    };
    let mut groups = Groups::new(vec![Number::ZERO]);
    for (url, visits) in urls {
        let group = groups.group(&[Value::from(*url)]);
        groups.set(group, 0, Cell::Int(*visits));
    }
    Raw::build(&PAGES, vec![column], groups)
}

fn rows(raw: &Raw, node: u32) -> Vec<(String, f64)> {
    let row = |child: &u32| {
        let name = &raw.nodes[*child as usize].name;
        let text = if matches!(name, Name::Others) { "Others" } else { name.path() };
        (text.to_owned(), raw.row(*child).at(0).float())
    };
    raw.inside(node).iter().map(row).collect()
}

fn named(pairs: &[(&str, f64)]) -> Vec<(String, f64)> {
    pairs.iter().map(|(name, visits)| ((*name).to_owned(), *visits)).collect()
}

const NO_DAYS: &[Arc<Raw>] = &[];

#[test]
fn small_rows_are_others_and_the_sum_stays() {
    let raw = built(&[("http://e.org/a", 5), ("http://e.org/b", 2), ("http://e.org/c", 1)]);
    let shown = guarded(&limits(3), &PAGES, &raw, NO_DAYS);
    assert_eq!(rows(&shown, 0), named(&[("a", 5.0), ("Others", 3.0)]));
    assert_eq!(shown.row(0).at(0).float(), 8.0);
    let all = guarded(&limits(0), &PAGES, &raw, NO_DAYS);
    assert_eq!(rows(&all, 0).len(), 3);
}

#[test]
fn a_longer_period_tells_no_more_than_its_days() {
    let days = [
        Arc::new(built(&[("http://e.org/a", 5), ("http://e.org/b", 2)])),
        Arc::new(built(&[("http://e.org/a", 1), ("http://e.org/b", 4)])),
    ];
    let whole = built(&[("http://e.org/a", 6), ("http://e.org/b", 6)]);
    let shown = guarded(&limits(3), &PAGES, &whole, &days);
    assert_eq!(rows(&shown, 0), named(&[("a", 5.0), ("b", 4.0), ("Others", 3.0)]));
    // Whoever subtracts one day from both learns nothing of the small row of the other.
    let first = guarded(&limits(3), &PAGES, &days[0], NO_DAYS);
    assert_eq!(rows(&first, 0), named(&[("a", 5.0), ("Others", 2.0)]));
}

#[test]
fn addresses_end_before_their_queries_unless_they_are_shown_on_purpose() {
    let raw = built(&[("http://e.org/a?mail=x@y.example", 2), ("http://e.org/a?mail=z@y.example", 2)]);
    let shown = guarded(&limits(3), &PAGES, &raw, NO_DAYS);
    assert_eq!(rows(&shown, 0), named(&[("a", 4.0)]));
    let whole = Limits { whole_addresses: true, ..limits(0) };
    assert_eq!(rows(&guarded(&whole, &PAGES, &raw, NO_DAYS), 0).len(), 2);
    // A query may hold what looks like a path.
    let raw =
        built(&[("http://e.org/a?next=/vip/offer", 2), ("http://e.org/a?next=/x/y", 2), ("http://e.org/a#/p/q", 3)]);
    let shown = guarded(&limits(3), &PAGES, &raw, NO_DAYS);
    assert_eq!(rows(&shown, 0), named(&[("a", 7.0)]));
    assert!(shown.inside(shown.inside(0)[0]).is_empty());
}

#[test]
fn rows_are_nested_no_deeper_than_allowed_and_small_ones_fold_inside() {
    let raw = built(&[("http://e.org/a/b/c", 4), ("http://e.org/a/x", 1)]);
    let shown = guarded(&limits(3), &PAGES, &raw, NO_DAYS);
    let outer = shown.inside(0)[0];
    assert_eq!(rows(&shown, outer), named(&[("b", 4.0), ("Others", 1.0)]));
    let inner = shown.inside(outer)[0];
    assert_eq!(rows(&shown, inner), []);
}

#[test]
fn nothing_singles_rows_or_visits_out() {
    for name in REFUSED {
        let params = Params::new(vec![((*name).into(), "1".into())]);
        assert!(admit(&limits(3), &PAGES, &params, SiteId(1)).is_err(), "{name}");
    }
    assert!(admit(&limits(3), &PAGES, &Params::new(vec![("label[0]".into(), "a".into())]), SiteId(1)).is_err());
    assert!(admit(&limits(3), &PAGES, &Params::default(), SiteId(1)).is_ok());
    let other = Report { method: "Garden.getVisitors", ..Report::PLAIN };
    assert!(admit(&limits(3), &other, &Params::default(), SiteId(1)).is_err());
}

#[test]
fn what_is_not_named_is_not_shown() {
    let line = Line {
        columns: vec![
            ("label".into(), "a".into()),
            ("nb_visits".into(), Value::Int(3)),
            ("revenue".into(), Value::Int(9)),
        ],
        meta: vec![("url", "http://e.org".into()), ("logo", "a.png".into())],
        ..Line::default()
    };
    let inner = Line { subtable: Some(vec![line.clone()]), ..line };
    let Answered::Table(lines) = shown(&limits(3), Answered::Table(vec![inner])) else { panic!("no table") };
    for line in [&lines[0], &lines[0].subtable.as_ref().unwrap()[0]] {
        assert_eq!(line.columns.iter().map(|(name, _)| &**name).collect::<Vec<_>>(), ["label", "nb_visits"]);
        assert_eq!(line.meta.iter().map(|(name, _)| *name).collect::<Vec<_>>(), ["logo"]);
    }
}
