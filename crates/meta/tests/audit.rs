//! The record as evidence: every change to it is found.

use makoto_access::{Caller, Principal};
use makoto_catalog::Catalog;
use makoto_meta::{Activity, EntryFilter, Finding, KnownHead, Meta, NewUser, ReadScope};
use serde_json::json;
use sqlx::{Connection, SqliteConnection, sqlite::SqliteConnectOptions};
use std::{path::Path, sync::Arc};

const LINES: i64 = 40;

async fn open(dir: &Path) -> Meta {
    Meta::open(&dir.join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await.unwrap()
}

async fn filled(dir: &Path) -> Meta {
    let meta = open(dir).await;
    let caller = Caller::inside(Principal::Operator);
    for n in 0..LINES {
        let kind = if n % 3 == 0 { Activity::SiteChanged } else { Activity::RoleSet };
        meta.record(&caller, kind, json!({ "login": format!("user{n}"), "after": n })).await.unwrap();
    }
    meta
}

/// A connection as somebody has it who holds the file, and not the program.
async fn intruder(dir: &Path) -> SqliteConnection {
    let options = SqliteConnectOptions::new().filename(dir.join("meta.db")).pragma("synchronous", "off");
    SqliteConnection::connect_with(&options).await.unwrap()
}

async fn run(connection: &mut SqliteConnection, sql: &str) {
    sqlx::query(sqlx::AssertSqlSafe(sql)).execute(connection).await.unwrap();
}

/// To whom heads were mailed.
async fn mailed_heads(connection: &mut SqliteConnection) -> Vec<String> {
    let sql = "SELECT address FROM mail WHERE kind = 'audit_head' ORDER BY id";
    sqlx::query_scalar(sql).fetch_all(connection).await.unwrap()
}

/// Numbers that are spread well and the same at every run (splitmix64).
struct Chance(u64);

impl Chance {
    fn below(&mut self, end: i64) -> i64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % end.unsigned_abs()) as i64
    }
}

/// One way to falsify the record.
fn forgery(chance: &mut Chance) -> String {
    let line = 1 + chance.below(LINES);
    let other = 1 + (line + chance.below(LINES - 1)) % LINES;
    let column = ["who", "subject", "kind", "detail", "address", "agent", "proof", "request"][chance.below(8) as usize];
    match chance.below(5) {
        0 => format!("UPDATE activity SET {column} = {column} || 'x' WHERE id = {line}"),
        1 => format!("UPDATE activity SET at_ms = at_ms + {} WHERE id = {line}", 1 + chance.below(100_000)),
        2 => format!("DELETE FROM activity WHERE id = {line}"),
        3 => format!(
            "UPDATE activity SET (who, subject, kind, detail, at_ms) = \
             (SELECT who, subject, kind, detail, at_ms + 1 FROM activity WHERE id = {other}) WHERE id = {line}"
        ),
        _ => format!("DELETE FROM activity WHERE id >= {line}"),
    }
}

#[tokio::test]
async fn promise_45_each_of_a_thousand_forgeries_is_found() {
    let dir = tempfile::tempdir().unwrap();
    let meta = filled(dir.path()).await;
    meta.seal_record().await.unwrap().unwrap();
    assert_eq!(meta.verify_record(&[]).await.unwrap(), []);
    let mut raw = intruder(dir.path()).await;
    run(&mut raw, "CREATE TABLE kept AS SELECT * FROM activity").await;
    let mut chance = Chance(45);
    for round in 0..1000 {
        let sql = forgery(&mut chance);
        run(&mut raw, &sql).await;
        assert!(!meta.verify_record(&[]).await.unwrap().is_empty(), "round {round}: {sql}");
        run(&mut raw, "DELETE FROM activity").await;
        run(&mut raw, "INSERT INTO activity SELECT * FROM kept").await;
    }
    assert_eq!(meta.verify_record(&[]).await.unwrap(), []);
}

#[tokio::test]
async fn promise_45_a_record_written_anew_fails_against_a_head_kept_elsewhere() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let meta = filled(dir.path()).await;
    let head = meta.seal_record().await.unwrap().unwrap();
    let kept = KnownHead::parse(&head.written()).unwrap();
    assert_eq!(meta.verify_record(std::slice::from_ref(&kept)).await.unwrap(), []);
    // Whoever has the program too can write a sound record with other lines, but not one with the same hash.
    let forged = filled(other.path()).await;
    forged.seal_record().await.unwrap().unwrap();
    assert_eq!(forged.verify_record(&[]).await.unwrap(), []);
    assert_eq!(
        forged.verify_record(std::slice::from_ref(&kept)).await.unwrap(),
        [Finding::HeadDiffers { line: kept.line }]
    );
    // Nor do those lines stand beside the heads that this server signed.
    let mut raw = intruder(dir.path()).await;
    run(&mut raw, &format!("ATTACH '{}' AS forged", other.path().join("meta.db").display())).await;
    run(&mut raw, "DELETE FROM activity").await;
    run(&mut raw, "INSERT INTO activity SELECT * FROM forged.activity").await;
    assert_eq!(meta.verify_record(&[]).await.unwrap(), [Finding::HeadDiffers { line: kept.line }]);
    run(&mut raw, "DELETE FROM activity WHERE id > 10").await;
    run(&mut raw, "DELETE FROM audit_head").await;
    run(&mut raw, "UPDATE sqlite_sequence SET seq = 10 WHERE name = 'activity'").await;
    assert_eq!(meta.verify_record(&[]).await.unwrap(), []);
    assert_eq!(meta.verify_record(&[kept]).await.unwrap(), [Finding::Cut { line: LINES }]);
}

#[tokio::test]
async fn promise_45_an_end_that_no_head_covers_is_missed_too() {
    for (lost, from) in [
        (["DELETE FROM activity", "DELETE FROM audit_head"], 1),
        (["DELETE FROM activity WHERE id >= 10", "DELETE FROM audit_head WHERE line >= 10"], 10),
        (["DELETE FROM activity WHERE id = 43", "SELECT 1"], 43),
    ] {
        let dir = tempfile::tempdir().unwrap();
        let meta = filled(dir.path()).await;
        meta.seal_record().await.unwrap().unwrap();
        let caller = Caller::inside(Principal::Operator);
        for _ in 0..2 {
            meta.record(&caller, Activity::RoleSet, json!({ "login": "ada" })).await.unwrap();
        }
        assert_eq!(meta.verify_record(&[]).await.unwrap(), []);
        let mut raw = intruder(dir.path()).await;
        for sql in lost {
            run(&mut raw, sql).await;
        }
        let found = meta.verify_record(&[]).await.unwrap();
        assert_eq!(found, [Finding::Ended { from, to: LINES + 3 }], "{lost:?}");
        // What is written now hides nothing either.
        meta.record(&caller, Activity::RoleSet, json!({ "login": "ada" })).await.unwrap();
        let found = meta.verify_record(&[]).await.unwrap();
        assert_eq!(found, [Finding::Missing { before: from - 1, line: LINES + 4 }], "{lost:?}");
    }
}

#[tokio::test]
async fn promise_48_pruning_leaves_a_signed_stub() {
    let dir = tempfile::tempdir().unwrap();
    let meta = filled(dir.path()).await;
    assert_eq!(meta.prune_record(0).await.unwrap(), 0);
    assert_eq!(meta.prune_record(i64::MAX).await.unwrap(), LINES as u64 - 1);
    assert_eq!(meta.verify_record(&[]).await.unwrap(), []);
    let left = meta.entries(&ReadScope::All, &EntryFilter::default(), 0, 100).await.unwrap();
    assert_eq!(left.iter().map(|entry| entry.kind.as_str()).collect::<Vec<_>>(), ["audit.pruned", "site.changed"]);
    let mut raw = intruder(dir.path()).await;
    run(&mut raw, "UPDATE audit_head SET line = line - 1").await;
    assert!(meta.verify_record(&[]).await.unwrap().contains(&Finding::HeadForged { line: LINES - 2 }));
}

/// How many of some lines go when the old ones are removed, and which is the first that stays.
async fn pruned(ages: &[&str]) -> (u64, i64) {
    const OLD_MS: i64 = 1_000;
    const YOUNG_MS: i64 = 3_000;
    let dir = tempfile::tempdir().unwrap();
    let meta = open(dir.path()).await;
    let caller = Caller::inside(Principal::Operator);
    let mut raw = intruder(dir.path()).await;
    for (nth, age) in ages.iter().enumerate() {
        meta.record(&caller, Activity::RoleSet, json!({ "login": "ada" })).await.unwrap();
        let at_ms = if *age == "old" { OLD_MS } else { YOUNG_MS };
        run(&mut raw, &format!("UPDATE activity SET at_ms = {at_ms} WHERE id = {}", nth + 1)).await;
    }
    let gone = meta.prune_record(2_000).await.unwrap();
    let left = meta.entries(&ReadScope::All, &EntryFilter::default(), 0, 100).await.unwrap();
    (gone, left.iter().map(|entry| entry.id).min().unwrap())
}

#[tokio::test]
async fn promise_48_a_wrong_clock_removes_no_line_too_early() {
    assert_eq!(pruned(&["old", "old", "young", "young"]).await, (2, 3));
    // Set back for a moment: what was written before it is young all the same.
    assert_eq!(pruned(&["young", "young", "old", "young"]).await, (0, 1));
    assert_eq!(pruned(&["old", "young", "old", "young"]).await, (1, 2));
    // Set ahead for a moment: what follows stays until that line is old too.
    assert_eq!(pruned(&["old", "old", "young", "old", "old"]).await, (2, 3));
    assert_eq!(pruned(&["old", "old", "old"]).await, (2, 3));
    assert_eq!(pruned(&["old"]).await, (0, 1));
}

#[tokio::test]
async fn lines_are_found_by_who_kind_time_and_text() {
    let dir = tempfile::tempdir().unwrap();
    let meta = filled(dir.path()).await;
    let count = async |scope: ReadScope, filter: EntryFilter| meta.entry_count(&scope, &filter).await.unwrap();
    let any = EntryFilter::default;
    assert_eq!(count(ReadScope::All, any()).await, LINES);
    assert_eq!(count(ReadScope::Own { login: "USER7".into(), since_ms: 0 }, any()).await, 1);
    assert_eq!(count(ReadScope::Own { login: "user".into(), since_ms: 0 }, any()).await, 0);
    assert_eq!(count(ReadScope::All, EntryFilter { kind: Some("site.changed".into()), ..any() }).await, 14);
    assert_eq!(count(ReadScope::All, EntryFilter { kind: Some("role.*".into()), ..any() }).await, 26);
    assert_eq!(count(ReadScope::All, EntryFilter { text: Some("user1".into()), ..any() }).await, 11);
    assert_eq!(count(ReadScope::All, EntryFilter { text: Some("us_r".into()), ..any() }).await, 0);
    assert_eq!(count(ReadScope::All, EntryFilter { until_ms: Some(1), ..any() }).await, 0);
    assert_eq!(count(ReadScope::All, EntryFilter { below: Some(11), from_ms: Some(1), ..any() }).await, 10);
    assert_eq!(count(ReadScope::All, EntryFilter { result: Some("refused".into()), ..any() }).await, 0);
}

#[tokio::test]
async fn a_store_without_its_own_key_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    open(dir.path()).await.close().await;
    std::fs::remove_file(dir.path().join(makoto_meta::KEY_FILE)).unwrap();
    let again = Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await;
    assert!(again.is_err_and(|fault| fault.to_string().contains("secret.key")));
}

#[tokio::test]
async fn promise_45_the_head_is_mailed_from_the_second_day_on() {
    let dir = tempfile::tempdir().unwrap();
    let meta = filled(dir.path()).await;
    let first_user = NewUser {
        login: "root".into(),
        email: "root@example.org".into(),
        password_hash: "unused".into(),
        superuser: true,
    };
    meta.add_first_superuser(&Caller::inside(Principal::Operator), first_user).await.unwrap();
    let first = meta.seal_record().await.unwrap();
    assert_eq!(meta.seal_record().await.unwrap(), first);
    let mut raw = intruder(dir.path()).await;
    let now_s = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64;
    assert_eq!(meta.mail_record_head(now_s).await.unwrap(), None);
    assert!(mailed_heads(&mut raw).await.is_empty());
    let head = meta.mail_record_head(now_s + 86_400).await.unwrap().unwrap();
    assert_eq!(meta.verify_record(&[KnownHead::parse(&head.written()).unwrap()]).await.unwrap(), []);
    assert_eq!(mailed_heads(&mut raw).await, ["root@example.org"]);
}
