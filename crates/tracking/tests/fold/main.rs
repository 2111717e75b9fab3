//! The rules by which hits become visits and conversions.

mod columns;
mod conversions;
mod replay;
#[path = "../store/mod.rs"]
mod store;

use makoto_catalog::{Catalog, Dimension, Feature, Keep, Kind, Privacy, Scope, Source, Table, columns::PAGE_VIEW};
use makoto_model::{
    Act, ActionKind, Cell, Day, Delta, Hit, Referrer, ReferrerKind, Row, SiteId, TrackedUrl, Value, Values, VisitorId,
    VisitorSource, Who,
};
use makoto_tracking::{Error, Fold};
use std::path::Path;
use std::sync::Arc;
use store::Shared;

const fn captured(column: &'static str, scope: Scope, kind: Kind, keep: Keep) -> Dimension {
    Dimension {
        id: column,
        name: column,
        scope,
        column,
        kind,
        privacy: Privacy::Anonymous,
        source: Source::Captured { read: |_| Value::Null, keep },
        segments: &[],
        slot: 0,
    }
}

static COUNTRY: Dimension = captured("country", Scope::Visit, Kind::Text("name"), Keep::First);
static PLAN: Dimension = captured("plan", Scope::Visit, Kind::Text("name"), Keep::Latest);
static VALUE: Dimension = captured("value", Scope::Action, Kind::Float, Keep::First);
static PAGE: Dimension = captured(PAGE_VIEW, Scope::Action, Kind::Int, Keep::First);
static LOADED: Dimension = captured("loaded", Scope::Action, Kind::Int, Keep::Latest);
static FEATURES: &[&Feature] = &[&FEATURE];
static FEATURE: Feature = Feature {
    name: "Test",
    dimensions: &[&COUNTRY, &PLAN, &VALUE, &PAGE, &LOADED],
    metrics: &[],
    reports: &[],
    settings: &[],
};

fn catalog() -> Arc<Catalog> {
    Arc::new(Catalog::new(FEATURES).unwrap())
}

fn open(folder: &Path, store: &Shared) -> Fold {
    Fold::open(&folder.join("fold.db"), catalog(), Box::new(store.clone())).unwrap()
}

const NOON_S: i64 = 1_772_452_800;

fn hit(time_s: i64, visitor: u64) -> Hit {
    let source = if visitor == 0 { VisitorSource::None } else { VisitorSource::Cookie };
    Hit {
        site: SiteId(1),
        time_s,
        received_s: time_s,
        day: Day(time_s.div_euclid(86_400) as i32),
        who: Who { visitor: (visitor > 0).then_some(VisitorId(visitor)), source, config: visitor + 100, user_id: None },
        new_visit: false,
        act: page("http://example.org/", "Home"),
        referrer: Referrer::default(),
        keyword_guessed: false,
        visit_facts: vec![Value::from("de"), Value::Null].into(),
        action_facts: vec![Value::Float(1.5), Value::Null, Value::Null].into(),
        reached: Vec::new(),
        attributed: None,
        viewed: None,
    }
}

fn page(url: &str, title: &str) -> Act {
    action(ActionKind::PageView, url, title)
}

fn action(kind: ActionKind, url: &str, title: &str) -> Act {
    let url = (!url.is_empty()).then(|| TrackedUrl::split(url));
    Act::Action { kind, url, title: (!title.is_empty()).then(|| title.into()) }
}

fn campaign(name: &str, keyword: &str) -> Referrer {
    Referrer { kind: ReferrerKind::Campaign, name: name.into(), keyword: keyword.into(), url: String::new() }
}

/// Folds hits one by one and answers what became of them.
struct Told {
    store: Shared,
    catalog: Arc<Catalog>,
    deltas: Vec<Delta>,
}

fn tell(hits: &[Hit]) -> Told {
    let folder = tempfile::tempdir().unwrap();
    let store = Shared::default();
    let mut fold = open(folder.path(), &store);
    let mut deltas = Vec::new();
    for (at, hit) in hits.iter().enumerate() {
        if let Some(delta) = fold.apply(&[(at as u64 + 1, hit.clone())]).unwrap() {
            store.0.lock().unwrap().apply(&delta);
            deltas.push(delta);
        }
    }
    Told { store, catalog: catalog(), deltas }
}

impl Told {
    fn visits(&self) -> usize {
        self.store.0.lock().unwrap().visits.len()
    }

    fn cell(&self, table: Table, row: &Row, column: &str) -> Cell {
        row[self.catalog.columns(table).iter().position(|known| known.name == column).unwrap()]
    }

    fn visit(&self, id: i64, column: &str) -> i64 {
        let row = self.store.0.lock().unwrap().visits[&id].clone();
        self.cell(Table::Visit, &row, column).int().unwrap()
    }

    /// The text of a visit's column; empty for null.
    fn text(&self, id: i64, column: &str) -> String {
        let row = self.store.0.lock().unwrap().visits[&id].clone();
        self.decode(Table::Visit, &row, column)
    }

    fn action(&self, at: usize, column: &str) -> i64 {
        let row = self.store.0.lock().unwrap().actions[at].clone();
        self.cell(Table::Action, &row, column).int().unwrap()
    }

    fn action_text(&self, at: usize, column: &str) -> String {
        let row = self.store.0.lock().unwrap().actions[at].clone();
        self.decode(Table::Action, &row, column)
    }

    fn decode(&self, table: Table, row: &Row, column: &str) -> String {
        self.store.0.lock().unwrap().text(&self.catalog, table, row, column).to_owned()
    }
}

#[test]
fn half_an_hour_without_an_action_ends_a_visit() {
    for (gap_s, visits) in [(1_799, 1), (1_800, 2), (-1_800, 1), (-1_801, 2)] {
        assert_eq!(tell(&[hit(NOON_S, 1), hit(NOON_S + gap_s, 1)]).visits(), visits, "{gap_s}");
    }
    let told = tell(&[hit(NOON_S, 1), hit(NOON_S + 1_799, 1), hit(NOON_S + 3_598, 1)]);
    assert_eq!((told.visits(), told.visit(1, "visit_length_s"), told.visit(1, "action_count")), (1, 3_599, 3));
}

#[test]
fn midnight_ends_a_visit_and_a_new_one_returns() {
    let midnight_s = 1_772_496_000;
    let told = tell(&[hit(midnight_s - 1, 1), hit(midnight_s, 1)]);
    let since = |id| (told.visit(id, "returning"), told.visit(id, "visit_count"), told.visit(id, "since_last_s"));
    assert_eq!((since(1), since(2)), ((0, 1, 0), (1, 2, 1)));
}

#[test]
fn returning_visitors_are_counted_from_their_first_action() {
    let day_s = 86_400;
    let hits = [hit(NOON_S, 1), hit(NOON_S + 60, 1), hit(NOON_S + day_s, 1), hit(NOON_S + 3 * day_s, 1)];
    let told = tell(&hits);
    assert_eq!((told.visit(2, "since_last_s"), told.visit(2, "since_first_s")), (day_s, day_s));
    assert_eq!((told.visit(3, "since_last_s"), told.visit(3, "since_first_s")), (2 * day_s, 3 * day_s));
    // Of many visits only the latest are remembered, but not forgotten is that there were others.
    let many: Vec<Hit> = (10..20).chain([0, 12]).map(|day| hit(NOON_S + day * day_s + day, 1)).collect();
    let told = tell(&many);
    assert_eq!((told.visit(10, "visit_count"), told.visit(11, "visit_count")), (10, 1));
    assert_eq!((told.visits(), told.visit(3, "action_count")), (11, 2));
}

#[test]
fn visitors_are_known_by_id_then_by_fingerprint() {
    let mut other = hit(NOON_S + 60, 2);
    other.who.config = 101;
    let told = tell(&[hit(NOON_S, 1), other.clone()]);
    assert_eq!((told.visits(), told.text(1, "visitor")), (1, "0000000000000002".to_owned()));
    other.who.source = VisitorSource::Forced;
    assert_eq!(tell(&[hit(NOON_S, 1), other]).visits(), 2);
    let mut nobody = hit(NOON_S + 60, 0);
    nobody.who.config = 101;
    let told = tell(&[hit(NOON_S, 1), nobody]);
    assert_eq!((told.visits(), told.text(1, "visitor")), (1, "0000000000000001".to_owned()));
    let mut elsewhere = hit(NOON_S + 60, 1);
    elsewhere.site = SiteId(2);
    let told = tell(&[hit(NOON_S, 1), elsewhere]);
    assert_eq!((told.visits(), told.visit(2, "returning")), (2, 0));
    assert_eq!(told.visit(1, "visitor"), told.visit(2, "visitor"));
}

#[test]
fn a_visit_can_become_a_users_once() {
    let user = |time_s, name: &str, id| {
        let mut hit = hit(time_s, 7);
        hit.who =
            Who { visitor: Some(VisitorId(id)), source: VisitorSource::UserId, user_id: Some(name.into()), ..hit.who };
        hit
    };
    let told = tell(&[hit(NOON_S, 7), user(NOON_S + 30, "carol", 77), user(NOON_S + 60, "dave", 78)]);
    assert_eq!((told.visits(), told.text(1, "user_id"), told.text(2, "user_id")), (2, "carol".into(), "dave".into()));
    assert_eq!((told.text(1, "visitor").as_str(), told.visit(2, "returning")), ("000000000000004d", 0));
    // The visit is the user's now: the old id has none.
    let told = tell(&[hit(NOON_S, 7), user(NOON_S + 30, "carol", 77), hit(NOON_S + 86_400, 7)]);
    assert_eq!((told.visits(), told.visit(2, "visit_count")), (2, 1));
}

#[test]
fn another_campaign_opens_a_visit_but_not_of_one_that_came_straight() {
    let from = |time_s, referrer: Referrer| Hit { referrer, ..hit(time_s, 1) };
    let search = Referrer { kind: ReferrerKind::Search, name: "S".into(), ..Referrer::default() };
    let told = tell(&[hit(NOON_S, 1), from(NOON_S + 1, campaign("mid", "")), from(NOON_S + 2, search.clone())]);
    assert_eq!((told.visits(), told.text(1, "referrer_name").as_str()), (1, "mid"));
    let told = tell(&[hit(NOON_S, 1), from(NOON_S + 1, search.clone())]);
    assert_eq!((told.visits(), told.text(1, "referrer_name").as_str()), (1, "S"));
    for (first, then, visits) in [
        (campaign("a", "k"), campaign("a", "k"), 1),
        (campaign("a", "k"), campaign("b", "k"), 2),
        (campaign("a", "k"), campaign("a", "l"), 2),
        (campaign("a", ""), campaign("a", ""), 1),
        (search, campaign("a", ""), 2),
        (campaign("a", ""), Referrer::default(), 1),
    ] {
        let told = tell(&[from(NOON_S, first.clone()), from(NOON_S + 60, then.clone())]);
        assert_eq!(told.visits(), visits, "{first:?} {then:?}");
    }
    let guessed = Hit { keyword_guessed: true, ..from(NOON_S + 60, campaign("a", "partner.example")) };
    let told = tell(&[from(NOON_S, campaign("a", "k")), guessed]);
    assert_eq!((told.visits(), told.text(1, "referrer_keyword").as_str()), (1, "k"));
}

#[test]
fn a_sign_of_life_prolongs_without_opening() {
    let ping = |time_s| Hit { act: Act::Ping, action_facts: Values::default(), ..hit(time_s, 1) };
    assert_eq!(tell(&[ping(NOON_S)]).visits(), 0);
    let told = tell(&[hit(NOON_S, 1), ping(NOON_S + 1_700), ping(NOON_S + 3_400), hit(NOON_S + 5_100, 1)]);
    assert_eq!((told.visits(), told.visit(1, "visit_length_s")), (2, 1_701));
    assert_eq!((told.visit(1, "last_action_s"), told.visit(1, "action_count")), (NOON_S, 1));
}

#[test]
fn late_hits_join_without_moving_the_end() {
    let told = tell(&[hit(NOON_S, 1), hit(NOON_S + 600, 1), hit(NOON_S + 300, 1), hit(NOON_S - 600, 1)]);
    assert_eq!((told.visits(), told.visit(1, "visit_length_s"), told.visit(1, "action_count")), (1, 0, 4));
    assert_eq!((told.visit(1, "first_action_s"), told.visit(1, "last_action_s")), (NOON_S, NOON_S + 600));
    assert_eq!((told.action(1, "spent_before_s"), told.action(2, "spent_before_s")), (600, 0));
    let told = tell(&[hit(NOON_S, 1), hit(NOON_S - 86_400, 1)]);
    assert_eq!((told.visits(), told.visit(2, "visit_count"), told.visit(2, "returning")), (2, 1, 0));
}

#[test]
fn pages_and_searches_are_entries_and_exits() {
    use ActionKind::*;
    let at = |second, act| Hit { act, ..hit(NOON_S + second, 1) };
    let told = tell(&[
        at(0, action(Download, "http://example.org/f.zip", "")),
        at(5, page("http://example.org/a", "A")),
        at(10, action(Event, "http://example.org/e", "")),
        at(12, action(Content, "http://example.org/c", "")),
        at(20, action(SiteSearch, "", "word")),
        at(30, page("http://example.org/b", "")),
    ]);
    let texts = ["entry_url", "entry_title", "exit_url", "exit_title"].map(|column| told.text(1, column));
    assert_eq!(texts, ["http://example.org/a", "", "http://example.org/b", "word"]);
    let told_titles = tell(&[hit(NOON_S, 1), at(5, page("http://example.org/b", "B"))]);
    assert_eq!([told_titles.text(1, "entry_title"), told_titles.text(1, "exit_title")], ["Home", "B"]);
    let counts = ["action_count", "interaction_count", "search_count", "event_count"].map(|c| told.visit(1, c));
    assert_eq!(counts, [5, 3, 1, 1]);
    let spent: Vec<_> = (0..6).map(|at| told.action(at, "spent_before_s")).collect();
    assert_eq!(spent, [0, 5, 0, 2, 8, 10]);
    assert_eq!(
        (told.action_text(4, "url_before").as_str(), told.action_text(5, "url_before")),
        ("http://example.org/a", String::new())
    );
    assert_eq!(told.action_text(5, "title_before"), "word");
    let bad_link = tell(&[hit(NOON_S, 1), at(3, action(Outlink, "", ""))]);
    assert_eq!((bad_link.action(1, "kind"), bad_link.visit(1, "interaction_count")), (1, 1));
}

#[test]
fn only_what_comes_right_behind_a_search_follows_it() {
    use ActionKind::*;
    let at = |second, act| Hit { act, ..hit(NOON_S + second, 1) };
    let told = tell(&[
        at(0, page("", "A page without an address")),
        at(5, action(SiteSearch, "", "word")),
        at(10, action(Outlink, "http://example.net/", "")),
        at(15, page("", "Another")),
        at(20, page("http://example.org/b", "B")),
        at(25, action(SiteSearch, "", "other word")),
        at(30, action(SiteSearch, "", "third word")),
        at(35, page("http://example.org/c", "")),
        at(40, page("http://example.org/d", "D")),
    ]);
    let after: Vec<_> = (0..9).map(|at| told.action(at, "after_search")).collect();
    assert_eq!(after, [0, 0, 1, 1, 0, 0, 1, 1, 0]);
    assert_eq!(told.visit(1, "exit_is_search"), 0);
}

#[test]
fn captured_values_are_kept_as_declared() {
    let with = |second, country: &str, plan: Value| Hit {
        visit_facts: vec![Value::from(country), plan].into(),
        ..hit(NOON_S + second, 1)
    };
    let told = tell(&[with(0, "de", "free".into()), with(1, "fr", "pro".into()), with(2, "it", Value::Null)]);
    assert_eq!((told.text(1, "country").as_str(), told.text(1, "plan").as_str()), ("de", "pro"));
    let row = told.store.0.lock().unwrap().actions[0].clone();
    assert_eq!(told.cell(Table::Action, &row, "value"), Cell::Float(1.5));
}

#[test]
fn a_visit_of_ten_thousand_actions_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let store = Shared::default();
    let mut fold = open(folder.path(), &store);
    let hits: Vec<(u64, Hit)> = (1..=10_001).map(|position| (position, hit(NOON_S, 1))).collect();
    let delta = fold.apply(&hits).unwrap().unwrap();
    let counts: Vec<_> = delta.new_visits.iter().map(|row| (row.get(9).int(), row.get(18).int())).collect();
    assert_eq!(counts, [(Some(10_000), Some(1)), (Some(1), Some(1))]);
}

#[test]
fn later_hits_tell_how_long_a_page_took_to_load() {
    let told_by = |second, act, page: i64, loaded: i64| Hit {
        act,
        action_facts: vec![Value::Null, page.into(), if loaded == 0 { Value::Null } else { loaded.into() }].into(),
        ..hit(NOON_S + second, 1)
    };
    let home = || page("http://example.org/", "Home");
    let event = || action(ActionKind::Event, "http://example.org/", "");
    let goal = Act::Conversion { goal: 1, params: "{}".into() };
    let told = tell(&[
        told_by(0, home(), 7, 0),
        told_by(1, home(), 8, 0),
        told_by(2, Act::Ping, 7, 300),
        told_by(3, event(), 8, 400),
        // Nothing new, an unknown page, no page, another page view of that name.
        told_by(4, Act::Ping, 7, 0),
        told_by(5, Act::Ping, 9, 900),
        told_by(6, home(), 8, 0),
        told_by(7, goal, 8, 500),
        told_by(8, Act::Ping, 7, 301),
        // Another visit's.
        Hit { who: hit(0, 2).who, ..told_by(9, home(), 3, 0) },
        Hit { who: hit(0, 2).who, ..told_by(10, Act::Ping, 7, 999) },
    ]);
    let store = told.store.0.lock().unwrap();
    let loaded: Vec<_> = store.actions.iter().map(|row| told.cell(Table::Action, row, "loaded").int()).collect();
    assert_eq!(loaded, [Some(301), Some(400), Some(400), Some(500), None]);
    let changed: Vec<usize> = told.deltas.iter().map(|delta| delta.changed_actions.len()).collect();
    assert_eq!(changed, [0, 0, 1, 1, 0, 0, 0, 1, 1, 0, 0]);
}

#[test]
fn promise_69_new_texts_beyond_a_days_allowance_count_as_one() {
    let day_s = 86_400;
    let at = |time_s, n: i64| Hit {
        act: page(&format!("http://example.org/{n}"), &format!("T{n}")),
        ..hit(time_s, n as u64 + 1)
    };
    let folder = tempfile::tempdir().unwrap();
    let store = Shared::default();
    let mut position = 0;
    let mut told = Vec::new();
    let mut play = |fold: Fold, hits: Vec<Hit>| {
        let mut fold = fold.with_new_texts_max(3);
        for hit in hits {
            position += 1;
            let delta = fold.apply(&[(position, hit)]).unwrap().unwrap();
            store.0.lock().unwrap().apply(&delta);
            fold.forget(delta.number).unwrap();
            told.extend(fold.take_overflows());
        }
    };
    play(open(folder.path(), &store), (0..5).map(|n| at(NOON_S, n)).collect());
    // After a restart it is still the same day; what is known counts as itself.
    play(open(folder.path(), &store), vec![at(NOON_S + 1, 9), at(NOON_S + 1, 0)]);
    // Another day and another site have places of their own.
    let elsewhere = Hit { site: SiteId(2), ..at(NOON_S + 1, 8) };
    play(open(folder.path(), &store), vec![at(NOON_S + day_s, 9), elsewhere, at(NOON_S + 2, 9), at(NOON_S + 2, 7)]);
    let store = store.0.lock().unwrap();
    let catalog = catalog();
    let urls: Vec<&str> = store.actions.iter().map(|row| store.text(&catalog, Table::Action, row, "url")).collect();
    let pages = ["0", "1", "2", "", "", "", "0", "9", "8", "9", ""];
    let expected =
        pages.map(|page| if page.is_empty() { "Others".into() } else { format!("http://example.org/{page}") });
    assert_eq!(urls, expected);
    let day = Day((NOON_S / day_s) as i32);
    let about = told
        .iter()
        .filter(|told| told.dictionary == "url")
        .map(|told| (told.site, told.day, told.texts, told.is_first));
    assert_eq!(about.collect::<Vec<_>>(), [true, false, false, false].map(|first| (SiteId(1), day, 1, first)));
}

#[test]
fn visitors_and_users_are_never_counted_together() {
    let folder = tempfile::tempdir().unwrap();
    let store = Shared::default();
    let mut fold = open(folder.path(), &store).with_new_texts_max(1);
    let hits: Vec<(u64, Hit)> = (1..=5)
        .map(|n| {
            let mut hit = hit(NOON_S, n);
            hit.who.user_id = Some(format!("user {n}").into());
            (n, hit)
        })
        .collect();
    let delta = fold.apply(&hits).unwrap().unwrap();
    store.0.lock().unwrap().apply(&delta);
    let store = store.0.lock().unwrap();
    let users = store.visits.values().map(|row| store.text(&catalog(), Table::Visit, row, "user_id").to_owned());
    assert_eq!(users.collect::<Vec<_>>(), ["user 1", "user 2", "user 3", "user 4", "user 5"]);
}

#[test]
fn a_campaign_that_has_no_name_of_its_own_is_one_visit_all_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let store = Shared::default();
    let mut fold = open(folder.path(), &store).with_new_texts_max(0);
    let from = |time_s, name: &str| Hit { referrer: campaign(name, ""), ..hit(time_s, 1) };
    let hits = [from(NOON_S, "new"), from(NOON_S + 60, "new"), from(NOON_S + 120, "newer")];
    let hits: Vec<(u64, Hit)> = (1..).zip(hits).collect();
    assert_eq!(fold.apply(&hits).unwrap().unwrap().new_visits.len(), 1);
}

#[test]
fn hits_are_folded_once_and_a_wrong_one_stops_the_fold() {
    let folder = tempfile::tempdir().unwrap();
    let store = Shared::default();
    let mut fold = open(folder.path(), &store);
    let first = fold.apply(&[(1, hit(NOON_S, 1)), (2, hit(NOON_S + 1, 1))]).unwrap().unwrap();
    assert_eq!((first.number, fold.position(), fold.last_delta()), (1, 2, 1));
    assert_eq!(fold.apply(&[(1, hit(NOON_S, 1)), (2, hit(NOON_S + 1, 1))]).unwrap(), None);
    assert_eq!(first.touched, [(SiteId(1), Day((NOON_S / 86_400) as i32))]);
    let wrong = Hit { visit_facts: vec![Value::Null].into(), ..hit(NOON_S, 2) };
    assert!(matches!(fold.apply(&[(3, hit(NOON_S, 3)), (4, wrong)]), Err(Error::Schema { position: 4, .. })));
    assert!(matches!(fold.apply(&[(3, hit(NOON_S, 3))]), Err(Error::Stopped)));
    drop(fold);
    let mut fold = open(folder.path(), &store);
    assert_eq!((fold.position(), fold.pending(0, 9).unwrap()), (2, vec![first]));
    let again = fold.apply(&[(3, hit(NOON_S + 2, 1))]).unwrap().unwrap();
    assert_eq!((again.number, again.new_visits.len(), again.changed_visits.len()), (2, 0, 1));
    fold.forget(1).unwrap();
    assert_eq!(fold.pending(0, 9).unwrap(), [again]);
    // Also of a hit that makes no action.
    let facts = vec![Value::Null].into();
    let wrong = Hit { act: Act::Ping, action_facts: facts, ..hit(NOON_S + 3, 9) };
    assert!(matches!(fold.apply(&[(4, wrong)]), Err(Error::Schema { position: 4, .. })));
}
