use crate::fixture::*;
use makoto_catalog::{Aggregate, Bucket, Condition, Expr, Measure, Op, Scope, TimePart};
use makoto_engine::Engine;
use makoto_model::{Day, Zone};

const LAST: Expr = Expr::Column("last_action_s");

/// The midnights and the days of a place from this day on.
fn days(zone: &Zone, first: Day, count: i32) -> (Vec<i64>, Vec<Bucket>) {
    let start = |nth| zone.start_s(first.plus(nth));
    let midnights = (0..count).map(start).collect();
    let buckets = (0..count).map(|nth| Bucket { from_s: start(nth), until_s: start(nth + 1) }).collect();
    (midnights, buckets)
}

/// A visit in the first and in the last second of every day.
fn fill(engine: &Engine, buckets: &[Bucket]) {
    let mut maker = Maker::new(catalog());
    for (nth, bucket) in buckets.iter().enumerate() {
        maker.add(nth as i64 * 2 + 1, bucket.from_s, None, &[]);
        maker.add(nth as i64 * 2 + 2, bucket.until_s - 1, None, &[]);
    }
    engine.apply(&[maker.finish()]).unwrap();
}

#[test]
fn every_second_falls_into_its_day_when_clocks_change() {
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    for around in ["2026-03-26", "2026-10-22"] {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path(), catalog());
        let (midnights, buckets) = days(&berlin, Day::parse(around).unwrap(), 8);
        fill(&engine, &buckets);
        let mut asked = plan(Scope::Visit, &[], &[COUNT], Condition::none());
        (asked.midnights, asked.buckets) = (midnights, buckets);
        let expected: Vec<String> = (0..8).map(|nth| format!("{nth}: 2")).collect();
        assert_eq!(shown(&engine.run(&asked).unwrap()), expected, "{around}");

        // The same days inside one bucket are told apart by the midnights.
        let whole = Bucket { from_s: asked.buckets[0].from_s, until_s: asked.buckets[7].until_s };
        asked.buckets = vec![whole];
        asked.measures = vec![Measure { name: "d", aggregate: Aggregate::DistinctPerDay("site_id"), only: None }];
        assert_eq!(shown(&engine.run(&asked).unwrap()), ["0: 8"], "{around}");
    }
}

#[test]
fn hours_are_told_by_the_clock_before_and_after_it_is_changed() {
    static MOMENT: Expr = LAST;
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    for (date, hours) in [
        ("2026-03-29", [(0, 1), (1, 1), (3, 1), (4, 1), (23, 1)].as_slice()),
        ("2026-10-25", &[(0, 1), (1, 1), (2, 2), (3, 1), (4, 1), (23, 1)]),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let engine = open(dir.path(), catalog());
        let (midnights, buckets) = days(&berlin, Day::parse(date).unwrap(), 1);
        let (from_s, until_s) = (buckets[0].from_s, buckets[0].until_s);
        let mut maker = Maker::new(catalog());
        // A visit half past every hour, from midnight to five hours later, and one at the end of the day.
        let moments =
            (0..hours.iter().map(|(_, visits)| visits).sum::<i64>() - 1).map(|nth| from_s + nth * 3_600 + 1_800);
        moments
            .chain([until_s - 1_800])
            .enumerate()
            .for_each(|(nth, moment)| maker.add(nth as i64 + 1, moment, None, &[]));
        engine.apply(&[maker.finish()]).unwrap();
        let mut asked = plan(Scope::Visit, &[Expr::Local(TimePart::Hour, &MOMENT)], &[COUNT], Condition::none());
        (asked.midnights, asked.clock, asked.buckets) = (midnights, berlin.clock(from_s, until_s), buckets);
        let expected: Vec<String> = hours.iter().map(|(hour, visits)| format!("0: {hour} {visits}")).collect();
        let mut found = shown(&engine.run(&asked).unwrap());
        found.sort_by_key(|row| row.split(' ').nth(1).and_then(|hour| hour.parse::<i64>().ok()));
        assert_eq!(found, expected, "{date}");
    }
}

#[test]
fn buckets_may_be_uneven_and_leave_gaps() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let (midnights, days) = days(&Zone::parse("UTC").unwrap(), Day(DAY as i32), 10);
    fill(&engine, &days);
    let bucket = |first: usize, last: usize| Bucket { from_s: days[first].from_s, until_s: days[last].until_s };
    let mut asked = plan(Scope::Visit, &[], &[COUNT], Condition::none());
    asked.midnights = midnights;
    asked.buckets = vec![bucket(0, 0), bucket(2, 4), bucket(5, 5), bucket(9, 9)];
    assert_eq!(shown(&engine.run(&asked).unwrap()), ["0: 2", "1: 6", "2: 2", "3: 2"]);
}

#[test]
fn the_largest_rows_of_each_bucket_are_kept() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let (midnights, buckets) = days(&Zone::parse("UTC").unwrap(), Day(DAY as i32), 2);
    let mut maker = Maker::new(catalog());
    for (id, (day, browser)) in [(0, "FF"), (0, "FF"), (0, "CH"), (1, "CH"), (1, "SF"), (1, "SF")].iter().enumerate() {
        maker.add(id as i64 + 1, buckets[*day].from_s, Some(browser), &[]);
    }
    engine.apply(&[maker.finish()]).unwrap();
    let mut asked = plan(Scope::Visit, &[Expr::Column("browser")], &[COUNT], Condition::none());
    (asked.midnights, asked.buckets, asked.top) = (midnights, buckets, Some(("n", 1)));
    assert_eq!(shown(&engine.run(&asked).unwrap()), ["0: FF 2", "1: SF 2"]);
}

#[test]
fn parts_of_moments_are_read_on_the_right_clock() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    // Saturday 2026-03-07 23:30:15 UTC is already Sunday in Berlin.
    maker.add(1, START_S + 5 * 86_400 + 84_615, None, &[]);
    engine.apply(&[maker.finish()]).unwrap();
    static MOMENT: Expr = LAST;
    let utc = |part| Expr::Utc(part, &MOMENT);
    let local = |part| Expr::Local(part, &MOMENT);
    let keys = [
        utc(TimePart::Second),
        utc(TimePart::Minute),
        utc(TimePart::Hour),
        utc(TimePart::Weekday),
        utc(TimePart::DayOfMonth),
        utc(TimePart::DayOfYear),
        utc(TimePart::WeekOfYear),
        utc(TimePart::Month),
        utc(TimePart::Quarter),
        utc(TimePart::Year),
        utc(TimePart::Date),
        local(TimePart::Hour),
        local(TimePart::Weekday),
        local(TimePart::Date),
    ];
    let mut asked = plan(Scope::Visit, &keys, &[COUNT], Condition::none());
    asked.clock = vec![(START_S - 3_600, 3_600)];
    assert_eq!(shown(&engine.run(&asked).unwrap()), ["0: 15 30 23 6 7 66 10 3 1 2026 2026-03-07 0 7 2026-03-08 1"]);
    asked.keys.clear();
    for (filter, met) in [
        (compare(utc(TimePart::Date), Op::Is, "2026-03-07"), 1),
        (compare(utc(TimePart::Date), Op::More, "2026-03-07"), 0),
        (compare(utc(TimePart::Date), Op::Contains, "-03-"), 1),
        (compare(utc(TimePart::Date), Op::IsNot, "nonsense"), 1),
        (compare(local(TimePart::Hour), Op::Is, 0), 1),
    ] {
        asked.filter = filter;
        assert_eq!(shown(&engine.run(&asked).unwrap()), [format!("0: {met}")]);
    }
}

#[test]
fn numbers_below_zero_are_divided_downward() {
    let dir = tempfile::tempdir().unwrap();
    let engine = open(dir.path(), catalog());
    let mut maker = Maker::new(catalog());
    maker.add(1, START_S, None, &[]);
    engine.apply(&[maker.finish()]).unwrap();
    static BEHIND: Expr = Expr::Minus(&Expr::Column("visit_id"), &Expr::Int(61));
    let asked = plan(Scope::Visit, &[Expr::Over(&BEHIND, 60), Expr::Over(&BEHIND, 50)], &[], Condition::none());
    assert_eq!(shown(&engine.run(&asked).unwrap()), ["0: -1 -2"]);
}
