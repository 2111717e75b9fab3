//! What the log promises while nothing goes wrong.

use std::path::Path;

use makoto_journal::{Error, Journal, Options, Position, Record, Reservation, check};

fn open(path: &Path) -> Journal {
    Journal::open(path, Options::default()).unwrap()
}

fn payloads(records: &[Record]) -> Vec<String> {
    records.iter().map(|record| String::from_utf8(record.payload.to_vec()).unwrap()).collect()
}

fn all(journal: &Journal) -> Vec<Record> {
    journal.read(journal.trimmed(), usize::MAX, usize::MAX).unwrap()
}

fn key(number: u8) -> Reservation {
    Reservation { key: [number; 16], expires_s: i64::from(number) }
}

#[tokio::test]
async fn positions_are_dense_and_in_order_across_reopening() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let mut expected = Vec::new();
    for round in 0..3 {
        let journal = open(&path);
        let schema = journal.schema("a,b").unwrap();
        for number in 0..20 {
            let records: Vec<String> = (0..=number % 3).map(|part| format!("{round}-{number}-{part}")).collect();
            let position = journal.append(schema, &records).await.unwrap();
            expected.extend(records);
            assert_eq!(position.get(), expected.len() as u64);
        }
        let records = all(&journal);
        assert_eq!(payloads(&records), expected, "from memory and file, round {round}");
        journal.close().unwrap();
    }
    let journal = open(&path);
    let records = all(&journal);
    assert_eq!(payloads(&records), expected);
    assert!(records.iter().zip(1..).all(|(record, number)| record.position.get() == number));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn concurrent_appends_are_each_stored_once_and_together() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    let schema = journal.schema("a").unwrap();
    let tasks: Vec<_> = (0..32)
        .map(|task| {
            let journal = journal.clone();
            tokio::spawn(async move {
                let mut acknowledged = Vec::new();
                for number in 0..50 {
                    let records = [format!("{task}/{number}/0"), format!("{task}/{number}/1")];
                    acknowledged.push((journal.append(schema, &records).await.unwrap(), records));
                }
                acknowledged
            })
        })
        .collect();
    let mut expected = vec![String::new(); 32 * 50 * 2];
    for task in tasks {
        for (position, [first, second]) in task.await.unwrap() {
            expected[position.get() as usize - 2] = first;
            expected[position.get() as usize - 1] = second;
        }
    }
    assert_eq!(payloads(&all(&journal)), expected);
    assert_eq!(journal.head().get(), expected.len() as u64);
}

#[tokio::test]
async fn reading_keeps_to_its_limits_from_memory_and_from_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    for tail_bytes_max in [64 << 20, 0] {
        let journal = Journal::open(&path, Options { tail_bytes_max, ..Options::default() }).unwrap();
        let schema = journal.schema("a").unwrap();
        let start = journal.head();
        let records: Vec<String> = (0..100).map(|number| format!("{number:010}")).collect();
        journal.append(schema, &records).await.unwrap();
        for (limit_records, limit_bytes, count) in
            [(10, 1000, 10), (1000, 35, 3), (0, 0, 1), (5, 0, 1), (usize::MAX, usize::MAX, 100)]
        {
            let read = journal.read(start, limit_records, limit_bytes).unwrap();
            assert_eq!(payloads(&read), records[..count], "{limit_records} records, {limit_bytes} bytes");
        }
        let read = journal.read(Position::new(start.get() + 60), 3, 1000).unwrap();
        assert_eq!(payloads(&read), records[60..63]);
        assert_eq!(journal.read(journal.head(), 10, 10).unwrap(), []);
    }
}

#[tokio::test]
async fn schemas_keep_their_ids_and_records_keep_their_schema() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let (old, new) = (journal.schema("a").unwrap(), journal.schema("a,b").unwrap());
    assert_ne!(old, new);
    assert_eq!(journal.schema("a").unwrap(), old);
    let acks = [journal.append(old, &["1"]), journal.append(new, &["2"]), journal.append(old, &["3"])];
    for ack in acks {
        ack.await.unwrap();
    }
    drop(journal);
    let journal = open(&path);
    assert_eq!(journal.schema("a,b").unwrap(), new);
    assert_eq!(journal.schema_text(old).as_deref(), Some("a"));
    assert_eq!(all(&journal).iter().map(|record| record.schema).collect::<Vec<_>>(), [old, new, old]);
}

#[tokio::test]
async fn a_taken_key_refuses_the_whole_append() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let schema = journal.schema("a").unwrap();
    journal.append_with_keys(schema, &["1"], &[key(1), key(2)]).await.unwrap();
    let refused = journal.append_with_keys(schema, &["2", "3"], &[key(3), key(2)]).await;
    assert!(matches!(refused, Err(Error::Duplicate(1))));
    let twice = journal.append_with_keys(schema, &["4"], &[key(4), key(4)]).await;
    assert!(matches!(twice, Err(Error::Duplicate(1))));
    let acks = [
        journal.append_with_keys(schema, &["5"], &[key(3)]),
        journal.append_with_keys(schema, &["6"], &[key(3)]),
        journal.append_with_keys(schema, &["7"], &[key(4)]),
    ];
    let mut answers = Vec::new();
    for ack in acks {
        answers.push(ack.await.map(Position::get).ok());
    }
    assert_eq!(answers, [Some(2), None, Some(3)], "the refused appends reserved nothing");
    assert_eq!(payloads(&all(&journal)), ["1", "5", "7"]);
    journal.close().unwrap();
    let journal = open(&path);
    let refused = journal.append_with_keys(schema, &["8"], &[key(1)]).await;
    assert!(matches!(refused, Err(Error::Duplicate(0))), "keys survive a restart");
    assert_eq!(journal.expire_keys(2).unwrap(), 2);
    assert_eq!(journal.append_with_keys(schema, &["9"], &[key(1)]).await.unwrap().get(), 4);
    let refused = journal.append_with_keys(schema, &["10"], &[key(4)]).await;
    assert!(matches!(refused, Err(Error::Duplicate(0))), "keys that have not expired stay");
}

#[tokio::test]
async fn an_append_without_records_stores_and_reserves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    let schema = journal.schema("a").unwrap();
    let none: [&str; 0] = [];
    assert_eq!(journal.append_with_keys(schema, &none, &[key(1)]).await.unwrap(), Position::START);
    assert_eq!(journal.append_with_keys(schema, &["1"], &[key(1)]).await.unwrap().get(), 1);
    assert_eq!(journal.append(schema, &none).await.unwrap().get(), 1);
}

#[tokio::test]
async fn more_than_the_queue_holds_is_refused_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { queue_records_max: 10, queue_bytes_max: 10_000, ..Options::default() };
    let journal = Journal::open(&folder.path().join("journal.db"), options).unwrap();
    let schema = journal.schema("a").unwrap();
    let large = journal.append(schema, &[vec![0; 10_001]]).await;
    assert!(matches!(large, Err(Error::TooLarge { records: 1, .. })));
    assert!(matches!(journal.append(schema, &[""; 11]).await, Err(Error::TooLarge { records: 11, .. })));
    let acks: Vec<_> = (0..1000).map(|_| journal.append(schema, &["x"; 5])).collect();
    let (mut stored, mut busy) = (0, 0);
    for ack in acks {
        match ack.await {
            Ok(_) => stored += 5,
            Err(Error::Busy) => busy += 1,
            Err(error) => panic!("{error}"),
        }
    }
    assert!(busy > 0 && stored > 0);
    assert_eq!(journal.head().get(), stored, "what was refused is not stored");
    assert_eq!(journal.append(schema, &["x"; 10]).await.unwrap().get(), stored + 10, "room has been given back");
}

#[tokio::test]
async fn closing_writes_what_waits_and_refuses_the_rest() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let schema = journal.schema("a").unwrap();
    let acks: Vec<_> = (0..500).map(|number| journal.append(schema, &[number.to_string()])).collect();
    let other = journal.clone();
    journal.close().unwrap();
    for ack in acks {
        ack.await.unwrap();
    }
    assert!(matches!(other.append(schema, &["late"]).await, Err(Error::Closed)));
    assert!(matches!(other.trim(Position::new(1)), Err(Error::Closed)));
    assert_eq!(std::fs::metadata(path.with_extension("db-wal")).unwrap().len(), 0, "no log is left to recover");
    assert_eq!(open(&path).head().get(), 500);
}

#[tokio::test]
async fn trimming_removes_whole_rows_and_positions_go_on() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let schema = journal.schema("a").unwrap();
    journal.append(schema, &["1", "2", "3"]).await.unwrap();
    journal.append(schema, &["4", "5"]).await.unwrap();
    journal.trim(Position::new(2)).unwrap();
    assert_eq!(journal.trimmed(), Position::START, "a row goes as a whole");
    journal.trim(Position::new(4)).unwrap();
    assert_eq!(journal.trimmed().get(), 3);
    assert_eq!(payloads(&journal.read(Position::new(4), 10, 100).unwrap()), ["5"]);
    for tail in ["in memory", "in the file"] {
        let missing = journal.read(Position::new(2), 10, 100);
        assert!(matches!(missing, Err(Error::Trimmed { trimmed }) if trimmed.get() == 3), "{tail}");
    }
    journal.trim(Position::new(99)).unwrap();
    assert_eq!(journal.trimmed().get(), 5);
    journal.close().unwrap();
    let journal = open(&path);
    assert_eq!((journal.trimmed().get(), journal.head().get()), (5, 5));
    assert_eq!(journal.append(schema, &["6"]).await.unwrap().get(), 6);
    assert_eq!(payloads(&all(&journal)), ["6"]);
}

#[tokio::test]
async fn a_trimmed_file_does_not_grow_for_ever_and_shrinks_again() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let schema = journal.schema("a").unwrap();
    let records = vec![vec![7; 4096]; 256];
    let size = |name: &str| std::fs::metadata(path.with_extension(name)).unwrap().len();
    for round in 0..60 {
        let head = journal.append(schema, &records).await.unwrap();
        journal.trim(head).unwrap();
        assert!(size("db") < 16 << 20, "{} bytes in round {round}", size("db"));
        assert!(size("db-wal") < 32 << 20, "{} bytes of log in round {round}", size("db-wal"));
    }
    let mut head = journal.head();
    for _ in 0..100 {
        head = journal.append(schema, &records).await.unwrap();
    }
    journal.trim(Position::new(head.get() - 1)).unwrap();
    assert!(size("db") < 8 << 20, "{} bytes after a backlog of 100 MiB", size("db"));
    assert_eq!(journal.read(Position::new(head.get() - 1), 9, 9999).unwrap()[0].payload, records[0]);
    journal.close().unwrap();
    assert_eq!(check(&path, Position::START).unwrap().head, head);
}

#[tokio::test]
async fn a_scrub_says_whether_it_left_nothing_of_what_was_trimmed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    let schema = journal.schema("a").unwrap();
    let secret = b"somebody's own words".repeat(20);
    let found = || {
        let bytes = std::fs::read(&path).unwrap();
        bytes.windows(secret.len()).any(|window| window == secret)
    };
    let head = journal.append(schema, &[&secret]).await.unwrap();
    for _ in 0..20 {
        journal.append(schema, &vec![vec![7; 4096]; 256]).await.unwrap();
    }
    journal.trim(head).unwrap();
    assert!(!journal.scrub().unwrap(), "20 MiB are more than appends wait for");
    assert!(found());
    journal.trim(journal.head()).unwrap();
    assert!(journal.scrub().unwrap());
    assert!(!found());
}

#[tokio::test]
async fn followers_are_told_of_each_commit() {
    let folder = tempfile::tempdir().unwrap();
    let journal = open(&folder.path().join("journal.db"));
    let schema = journal.schema("a").unwrap();
    let mut heads = journal.subscribe();
    let position = journal.append(schema, &["1"]).await.unwrap();
    assert!(heads.has_changed().unwrap());
    assert_eq!(*heads.borrow_and_update(), position);
}

#[tokio::test]
async fn one_process_at_a_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = open(&path);
    assert!(matches!(Journal::open(&path, Options::default()), Err(Error::Locked(_))));
    assert!(matches!(check(&path, Position::START), Err(Error::Locked(_))));
    drop(journal);
    assert_eq!(check(&path, Position::START).unwrap().head, Position::START);
}
