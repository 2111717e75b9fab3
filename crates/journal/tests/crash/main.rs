//! The log in processes that are killed, whose disk is full, or whose disk fails.

use std::collections::{HashMap, HashSet};
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use makoto_journal::{Error, Journal, Options, Reservation};

/// Kills in an ordinary run. `JOURNAL_KILLS` asks for more.
const KILLS: u64 = 5;
/// Kills that one file has to survive; then a new one keeps the comparing short.
const KILLS_PER_FILE: u64 = 20;
/// How long a full disk may keep being reported when there is space again.
const HEAL_TIME: Duration = Duration::from_secs(10);

fn key(payload: &str) -> Reservation {
    let mut key = [0; 16];
    key[..payload.len()].copy_from_slice(payload.as_bytes());
    Reservation { key, expires_s: i64::MAX }
}

/// A command that runs one of the ignored tests below in a process of its own.
fn child(test: &str, path: &Path) -> Command {
    // Without the trap a file that grows beyond its limit ends the process instead of failing the write.
    child_in("trap '' XFSZ", Command::new("sh"), test, path)
}

/// The same, with something done first by the shell that `command` starts.
fn child_in(first: &str, mut command: Command, test: &str, path: &Path) -> Command {
    command.args(["-c", &format!("{first}; exec \"$0\" \"$@\"")]).arg(std::env::current_exe().unwrap());
    command.args([test, "--exact", "--ignored", "--nocapture"]).env("JOURNAL_PATH", path);
    command
}

fn path_of_child() -> PathBuf {
    std::env::var_os("JOURNAL_PATH").expect("this is started by another test").into()
}

/// Runs a child to its end, which must be a good one.
fn run(mut command: Command) {
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout) + String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "started by what_was_acknowledged_survives_a_kill, and killed"]
async fn child_appends_until_killed() {
    let journal = Journal::open(&path_of_child(), Options::default()).unwrap();
    let schema = journal.schema("a").unwrap();
    let start = journal.head().get();
    let tasks: Vec<_> = (0..24)
        .map(|task| {
            let journal = journal.clone();
            tokio::spawn(async move {
                for number in 0.. {
                    let name = format!("{start}.{task}.{number}");
                    let records: Vec<String> = (0..=task % 3).map(|part| format!("{name}/{part}")).collect();
                    let last = journal.append_with_keys(schema, &records, &[key(&name)]).await.unwrap();
                    let line = format!("acknowledged {} {name} {}\n", last.get(), records.len());
                    std::io::stdout().lock().write_all(line.as_bytes()).unwrap();
                }
            })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
}

/// Kills the child some time after its start, or after its first answer, and returns its complete lines.
fn kill(mut child: Child, after_answer: bool, time: Duration) -> Vec<String> {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let (answered, first_answer) = mpsc::channel();
    let reader = std::thread::spawn(move || {
        let (mut collected, mut line) = (Vec::new(), String::new());
        while lines.read_line(&mut line).unwrap() > 0 {
            if line.ends_with('\n') && line.starts_with("acknowledged ") {
                collected.push(line.trim_end().to_owned());
                // Not received when the child is killed sooner.
                let _ = answered.send(());
            }
            line.clear();
        }
        collected
    });
    if after_answer {
        first_answer.recv_timeout(Duration::from_secs(30)).expect("the child gets to work");
    }
    std::thread::sleep(time);
    child.kill().unwrap();
    child.wait().unwrap();
    reader.join().unwrap()
}

/// Every acknowledged name, its last position and its number of records.
type Acknowledged = HashMap<String, (u64, usize)>;

async fn compare(path: &Path, acknowledged: &Acknowledged) {
    let journal = Journal::open(path, Options::default()).unwrap();
    let records = journal.read(journal.trimmed(), usize::MAX, usize::MAX).unwrap();
    assert!(records.iter().zip(1..).all(|(record, number)| record.position.get() == number));
    let distinct: HashSet<&[u8]> = records.iter().map(|record| record.payload.as_ref()).collect();
    assert_eq!(distinct.len(), records.len(), "nothing is there twice");
    for (name, (last, count)) in acknowledged {
        for part in 0..*count {
            let index = *last as usize - count + part;
            assert_eq!(records[index].payload, format!("{name}/{part}"));
        }
    }
    let schema = journal.schema("a").unwrap();
    for name in acknowledged.keys().take(100) {
        let retry = journal.append_with_keys(schema, &["retry"], &[key(name)]).await;
        assert!(matches!(retry, Err(Error::Duplicate(0))), "its key is there as well");
    }
}

#[tokio::test]
async fn what_was_acknowledged_survives_a_kill() {
    let kills = std::env::var("JOURNAL_KILLS").map_or(KILLS, |kills| kills.parse().unwrap());
    let mut folder = tempfile::tempdir().unwrap();
    let mut acknowledged = Acknowledged::new();
    for round in 0..kills {
        if round % KILLS_PER_FILE == 0 {
            folder = tempfile::tempdir().unwrap();
            acknowledged.clear();
        }
        let path = folder.path().join("journal.db");
        let child = child("child_appends_until_killed", &path).stdout(Stdio::piped()).spawn().unwrap();
        // Now and then it is killed while it opens the file.
        let time = Duration::from_millis(round * 37 % 150);
        for line in kill(child, round % 4 != 3, time) {
            let fields: Vec<&str> = line.split(' ').collect();
            let [_, last, name, count] = fields[..] else { panic!("{line}") };
            acknowledged.insert(name.to_owned(), (last.parse().unwrap(), count.parse().unwrap()));
        }
        assert!(!acknowledged.is_empty());
        compare(&path, &acknowledged).await;
    }
}

#[tokio::test]
#[ignore = "started by a_full_disk_is_survived"]
async fn child_meets_a_full_disk() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let path = path_of_child();
    let unlimited = getrlimit(Resource::Fsize);
    let limit_bytes = 3 * 1024 * 1024 + 700;
    setrlimit(Resource::Fsize, Rlimit { current: Some(limit_bytes), maximum: unlimited.maximum }).unwrap();
    let journal = Journal::open(&path, Options { reserve_bytes: 0, ..Options::default() }).unwrap();
    let schema = journal.schema("a").unwrap();
    let mut stored = Vec::new();
    let (mut full, mut after_heal, mut healed_at) = (0, 0, None);
    for number in 0u64.. {
        let payload = format!("{number:08}").repeat(1000);
        match journal.append_with_keys(schema, &[&payload], &[key(&payload[..8])]).await {
            Ok(position) => {
                stored.push(payload);
                assert_eq!(position.get(), stored.len() as u64);
                after_heal += u64::from(healed_at.is_some());
            }
            Err(Error::Full) => full += 1,
            Err(error) => panic!("{error}"),
        }
        if full == 50 && healed_at.is_none() {
            assert_eq!(journal.read(journal.trimmed(), 3, usize::MAX).unwrap().len(), 3, "reading goes on");
            setrlimit(Resource::Fsize, unlimited).unwrap();
            healed_at = Some(Instant::now());
        }
        assert!(healed_at.is_none_or(|at| after_heal > 0 || at.elapsed() < HEAL_TIME), "it heals by itself");
        if after_heal == 500 {
            break;
        }
    }
    assert!(full >= 50);
    let head = journal.head();
    journal.close().unwrap();
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.head(), head);
    let records = journal.read(journal.trimmed(), usize::MAX, usize::MAX).unwrap();
    assert!(records.iter().map(|record| record.payload.as_ref()).eq(stored.iter().map(String::as_bytes)));
}

#[test]
fn a_full_disk_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    run(child("child_meets_a_full_disk", &folder.path().join("journal.db")));
}

/// Appends until the disk is full, and answers how many were stored.
async fn fill(journal: &Journal) -> u64 {
    let schema = journal.schema("a").unwrap();
    for number in 0.. {
        match journal.append(schema, &[vec![b'x'; 100_000]]).await {
            Ok(_) => {}
            Err(Error::Full) => return number,
            Err(error) => panic!("{error}"),
        }
    }
    unreachable!("the disk has an end")
}

/// Appends until it works again.
async fn heal(journal: &Journal) {
    let schema = journal.schema("a").unwrap();
    let begin = Instant::now();
    while let Err(error) = journal.append(schema, &["healed"]).await {
        assert!(matches!(error, Error::Full), "{error}");
        assert!(begin.elapsed() < HEAL_TIME, "it heals by itself");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test]
#[ignore = "started by a_small_disk_is_survived, on a disk of 48 MiB"]
async fn child_fills_a_small_disk() {
    let path = path_of_child();
    let ballast = path.with_extension("ballast");
    std::fs::write(&ballast, vec![0; 8 << 20]).unwrap();
    let journal = Journal::open(&path, Options { reserve_bytes: 0, ..Options::default() }).unwrap();
    assert!(fill(&journal).await > 20);
    assert!(matches!(journal.close(), Ok(())), "a full disk does not hinder closing");
    let journal = Journal::open(&path, Options { reserve_bytes: 0, ..Options::default() }).unwrap();
    assert_eq!(fill(&journal).await, 0, "it opens on a full disk, and is full still");
    std::fs::remove_file(&ballast).unwrap();
    heal(&journal).await;
    let head = journal.head();
    assert_eq!(journal.read(journal.trimmed(), usize::MAX, usize::MAX).unwrap().len() as u64, head.get());
    journal.close().unwrap();
    let journal = Journal::open(&path, Options { reserve_bytes: 24 << 20, ..Options::default() }).unwrap();
    assert_eq!(fill(&journal).await, 0, "less than the reserve is free");
    journal.trim(head).unwrap();
    heal(&journal).await;
    assert!(fill(&journal).await > 20, "trimming has made room");
    journal.trim(journal.head()).unwrap();
    heal(&journal).await;
}

#[test]
fn a_small_disk_is_survived() {
    let folder = tempfile::tempdir().unwrap();
    let mount = "mount -t tmpfs -o size=48m tmpfs \"$(dirname \"$JOURNAL_PATH\")\" || exit 9";
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount"]);
    if !unshare.arg("true").status().is_ok_and(|status| status.success()) {
        eprintln!("skipped: this system lets nobody mount a small disk");
        return;
    }
    let mut unshare = Command::new("unshare");
    unshare.args(["--map-root-user", "--mount", "sh"]);
    run(child_in(mount, unshare, "child_fills_a_small_disk", &folder.path().join("journal.db")));
}

#[tokio::test]
async fn little_space_refuses_appends_and_lets_the_rest_work() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Journal::open(&path, Options::default()).unwrap();
    let schema = journal.schema("a").unwrap();
    journal.append(schema, &["1", "2"]).await.unwrap();
    journal.close().unwrap();
    let journal = Journal::open(&path, Options { reserve_bytes: u64::MAX, ..Options::default() }).unwrap();
    assert!(matches!(journal.append(schema, &["3"]).await, Err(Error::Full)));
    assert_eq!(journal.read(journal.trimmed(), 9, 99).unwrap().len(), 2);
    journal.trim(journal.head()).unwrap();
    assert_eq!(journal.trimmed().get(), 2);
}

#[tokio::test]
#[ignore = "started by a_failed_sync_is_final"]
async fn child_meets_a_failing_disk() {
    let path = path_of_child();
    let flag = PathBuf::from(std::env::var_os("FAIL_SYNC").unwrap());
    let journal = Journal::open(&path, Options::default()).unwrap();
    let schema = journal.schema("a").unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        for number in 0..10 {
            let name = format!("{round}.{number}");
            acknowledged.push((journal.append_with_keys(schema, &[&name], &[key(&name)]).await.unwrap(), name));
        }
        std::fs::write(&flag, "").unwrap();
        let failed = format!("failed {round}");
        let begin = Instant::now();
        assert!(journal.append_with_keys(schema, &[&failed], &[key(&failed)]).await.is_err());
        std::fs::remove_file(&flag).unwrap();
        let answer = journal.append_with_keys(schema, &[&failed], &[key(&failed)]).await;
        assert!(answer.is_err(), "the descriptor that failed is not used again, even if it would work");
        std::fs::write(&flag, "").unwrap();
        while begin.elapsed() < Duration::from_millis(1500) {
            let answer = journal.append_with_keys(schema, &[&failed], &[key(&failed)]).await;
            assert!(matches!(answer, Err(Error::Failed { .. })), "{answer:?}");
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        std::fs::remove_file(&flag).unwrap();
        loop {
            assert!(begin.elapsed() < HEAL_TIME, "the file is reopened");
            match journal.append_with_keys(schema, &[&failed], &[key(&failed)]).await {
                // The retry is stored, or finds that the failed attempt was.
                Ok(_) | Err(Error::Duplicate(0)) => break,
                Err(Error::Failed { .. }) => tokio::time::sleep(Duration::from_millis(50)).await,
                Err(error) => panic!("{error}"),
            }
        }
    }
    let read = journal.read(journal.trimmed(), 99, usize::MAX).unwrap();
    journal.close().unwrap();
    let journal = Journal::open(&path, Options::default()).unwrap();
    assert_eq!(journal.read(journal.trimmed(), 99, usize::MAX).unwrap(), read);
    assert_eq!(read.len(), 33, "each record once");
    for (position, name) in acknowledged {
        assert_eq!(read[position.get() as usize - 1].payload, name);
    }
    assert_eq!(read.iter().filter(|record| record.payload.starts_with(b"failed")).count(), 3);
}

#[test]
fn a_failed_sync_is_final() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("sync.so");
    let source =
        Path::new(&std::env::var_os("CARGO_MANIFEST_DIR").expect("cargo runs the test")).join("tests/crash/sync.c");
    // The compiler that built SQLite is at hand.
    let built = Command::new("cc").args(["-shared", "-fPIC", "-o"]).arg(&library).arg(&source).status().unwrap();
    assert!(built.success());
    let mut command = child("child_meets_a_failing_disk", &folder.path().join("journal.db"));
    command.env("LD_PRELOAD", &library).env("FAIL_SYNC", folder.path().join("fail"));
    run(command);
}
