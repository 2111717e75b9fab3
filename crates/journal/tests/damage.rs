//! What is damaged is seen, and what a crash cut short is dropped.

use std::fs;
use std::path::{Path, PathBuf};

use makoto_journal::{Error, Journal, Options, Position, Reservation, check, check_in_use};

/// Flips per file in an ordinary run. `JOURNAL_FLIPS` asks for more, and for cuts at every byte.
const FLIPS: u64 = 400;
/// SQLite's log: a header, then frames of a header and a page each.
const LOG_HEAD_BYTES: usize = 32;
const FRAME_BYTES: usize = 24 + PAGE_BYTES;
const PAGE_BYTES: usize = 4096;
/// The first byte of a page that holds the entries of an index or of a table without row numbers.
const INDEX_LEAF: u8 = 10;

/// The files of a journal, taken while it was open or closed.
#[derive(Clone)]
struct Image {
    file: Vec<u8>,
    log: Vec<u8>,
    head: Vec<u8>,
}

fn part(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}

impl Image {
    fn take(path: &Path) -> Image {
        let read = |suffix| fs::read(part(path, suffix)).unwrap();
        Image { file: read(""), log: read("-wal"), head: read("-head") }
    }

    /// Puts the files in place of those at `path`, which nobody has open.
    fn put(&self, path: &Path) {
        fs::write(path, &self.file).unwrap();
        fs::write(part(path, "-wal"), &self.log).unwrap();
        fs::write(part(path, "-head"), &self.head).unwrap();
        if part(path, "-shm").exists() {
            fs::remove_file(part(path, "-shm")).unwrap();
        }
    }
}

/// A journal with something in every table, and pages that were used before.
async fn sample(path: &Path) -> Journal {
    let journal = Journal::open(path, Options::default()).unwrap();
    let schema = journal.schema("site,url,time").unwrap();
    for number in 0..40u8 {
        let records: Vec<Vec<u8>> = (0..number % 4 + 1).map(|part| vec![number ^ part; 700]).collect();
        let keys = [Reservation { key: [number; 16], expires_s: i64::from(number) }];
        let position = journal.append_with_keys(schema, &records, &keys).await.unwrap();
        if number == 20 {
            journal.trim(position).unwrap();
            journal.expire_keys(5).unwrap();
        }
    }
    journal
}

fn open_and_read(path: &Path) -> Result<Vec<(u64, Vec<u8>)>, Error> {
    let journal = Journal::open(path, Options::default())?;
    let records = journal.read(journal.trimmed(), usize::MAX, usize::MAX)?;
    Ok(records.into_iter().map(|record| (record.position.get(), record.payload.to_vec())).collect())
}

/// Splitmix64: the same flips in every run.
fn random(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mut z = *state;
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// Flips bits one at a time; each must be seen or change nothing that can be read. Answers the share that was seen.
fn flip(image: &Image, path: &Path, choose: fn(&mut Image) -> &mut Vec<u8>) -> f64 {
    image.put(path);
    let (expected, summary) = {
        let summary = check(path, Position::START).unwrap();
        (open_and_read(path).unwrap(), summary)
    };
    let flips = std::env::var("JOURNAL_FLIPS").map_or(FLIPS, |flips| flips.parse().unwrap());
    let (mut state, mut seen) = (flips, 0);
    for _ in 0..flips {
        let mut damaged = image.clone();
        let bytes = choose(&mut damaged);
        let bit = random(&mut state) as usize % (bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
        damaged.put(path);
        match check(path, Position::START) {
            Err(Error::Corrupt { .. } | Error::Foreign(_) | Error::Sqlite { .. }) => {
                seen += 1;
                assert!(open_and_read(path).is_err(), "bit {bit} is seen by the check, but opens");
            }
            Err(error) => panic!("bit {bit}: {error}"),
            Ok(found) => {
                assert_eq!(found, summary, "bit {bit}");
                assert_eq!(open_and_read(path).unwrap(), expected, "bit {bit}");
            }
        }
    }
    seen as f64 / flips as f64
}

#[tokio::test]
async fn every_flipped_bit_of_the_file_is_seen_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    sample(&path).await.close().unwrap();
    let seen = flip(&Image::take(&path), &path, |image| &mut image.file);
    // The rest of the file is unused: free pages and the gaps within pages.
    assert!(seen > 0.3, "{seen}");
}

#[tokio::test]
async fn every_flipped_bit_of_the_log_is_seen_or_harmless() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = sample(&path).await;
    let image = Image::take(&path);
    journal.close().unwrap();
    let seen = flip(&image, &path, |image| &mut image.log);
    assert!(seen > 0.9, "{seen}");
}

#[tokio::test]
async fn a_key_that_vanishes_from_its_page_is_noticed() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    sample(&path).await.close().unwrap();
    let image = Image::take(&path);
    let pages_with_keys: Vec<usize> = (PAGE_BYTES..image.file.len())
        .step_by(PAGE_BYTES)
        .filter(|page| image.file[*page] == INDEX_LEAF)
        .filter(|page| image.file[*page..page + PAGE_BYTES].windows(16).any(|window| window == [39; 16]))
        .collect();
    assert_eq!(pages_with_keys.len(), 2, "the table and its index");
    for page in pages_with_keys {
        let mut damaged = image.clone();
        // The low byte of the number of cells.
        damaged.file[page + 4] -= 1;
        damaged.put(&path);
        assert!(matches!(check(&path, Position::START), Err(Error::Corrupt { .. })));
    }
}

#[tokio::test]
async fn a_damaged_record_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Journal::open(&path, Options::default()).unwrap();
    let schema = journal.schema("a").unwrap();
    for text in ["first", "second", "third"] {
        journal.append(schema, &[text]).await.unwrap();
    }
    journal.close().unwrap();
    let mut image = Image::take(&path);
    let at = image.file.windows(6).position(|window| window == b"second").unwrap();
    image.file[at] ^= 1;
    image.put(&path);
    for error in [check(&path, Position::START).unwrap_err(), open_and_read(&path).unwrap_err()] {
        let Error::Corrupt { file, first, last, .. } = &error else { panic!("{error}") };
        assert_eq!((file, first.get(), last.get()), (&path, 2, 2), "{error}");
    }
    assert_eq!(Image::take(&path).file, image.file, "nothing was changed");
}

/// A journal of 50,000 records of one schema, opened anew.
async fn large(path: &Path) -> Journal {
    let journal = Journal::open(path, Options::default()).unwrap();
    let schema = journal.schema("a").unwrap();
    let records: Vec<String> = (0..50_000).map(|number| format!("record {number:06}")).collect();
    journal.append(schema, &records).await.unwrap();
    journal.close().unwrap();
    Journal::open(path, Options::default()).unwrap()
}

/// Flips a bit of one of its records.
fn bend(path: &Path) {
    let mut bytes = fs::read(path).unwrap();
    let at = bytes.windows(13).position(|window| window == b"record 040000").unwrap();
    bytes[at] ^= 1;
    fs::write(path, bytes).unwrap();
}

#[tokio::test]
async fn damage_under_a_running_reader_is_not_served() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = large(&path).await;
    bend(&path);
    let error = journal.read(Position::START, 10, 1000).unwrap_err();
    assert!(matches!(&error, Error::Corrupt { first, .. } if first.get() == 1), "{error}");
}

#[tokio::test]
async fn a_torn_commit_is_dropped_at_whatever_byte_it_ends() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = Journal::open(&path, Options::default()).unwrap();
    let schema = journal.schema("a").unwrap();
    journal.append(schema, &["1", "2"]).await.unwrap();
    let before = Image::take(&path);
    journal.append(schema, &["x".repeat(5000)]).await.unwrap();
    let after = Image::take(&path);
    journal.close().unwrap();
    assert!(after.log.len() > before.log.len() && after.file == before.file);
    let every = std::env::var_os("JOURNAL_FLIPS").is_some();
    for length in before.log.len()..=after.log.len() {
        // Around the ends of frames each byte, in between some, unless thoroughness is asked for.
        let in_frame = (length - LOG_HEAD_BYTES) % FRAME_BYTES;
        if !every && (40..FRAME_BYTES - 16).contains(&in_frame) && !in_frame.is_multiple_of(97) {
            continue;
        }
        let head = if length == after.log.len() { 3 } else { 2 };
        // The power went while the commit was being written: nobody was told of it.
        let torn = Image { log: after.log[..length].to_vec(), ..before.clone() };
        torn.put(&path);
        assert_eq!(check(&path, Position::START).unwrap().head.get(), head, "{length} bytes");
        if in_frame.is_multiple_of(97) {
            let journal = Journal::open(&path, Options::default()).unwrap();
            assert_eq!(journal.append(schema, &["next"]).await.unwrap().get(), head + 1, "{length} bytes");
        }
        // The same bytes gone after the commit had been acknowledged are a loss.
        let lost = Image { log: torn.log, ..after.clone() };
        lost.put(&path);
        match check(&path, Position::START) {
            Ok(summary) => assert_eq!((summary.head.get(), head), (3, 3), "{length} bytes"),
            Err(Error::Corrupt { first, last, .. }) => {
                assert_eq!((first.get(), last.get(), head), (3, 3, 2), "{length} bytes");
            }
            Err(error) => panic!("{error}"),
        }
    }
}

#[tokio::test]
async fn damage_is_found_while_a_server_runs_on_the_file() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let journal = large(&path).await;
    let found = check_in_use(&path, journal.head()).unwrap();
    assert_eq!((found.trimmed.get(), found.head.get()), (0, 50_000));
    bend(&path);
    assert!(matches!(check_in_use(&path, journal.head()), Err(Error::Corrupt { .. })));
    let schema = journal.schema("a").unwrap();
    assert_eq!(journal.append(schema, &["next"]).await.unwrap().get(), 50_001, "nobody who writes waits for it");
}

#[tokio::test]
async fn an_empty_file_is_told_from_a_lost_one_as_at_the_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    sample(&path).await.close().unwrap();
    let head = check(&path, Position::START).unwrap().head;
    fs::write(&path, "").unwrap();
    assert_eq!(check(&path, head).unwrap().trimmed, head);
    let before = Position::new(head.get() - 1);
    let refused = check(&path, before).unwrap_err();
    let options = |applied| Options { applied, ..Options::default() };
    assert_eq!(Journal::open(&path, options(before)).err().unwrap().to_string(), refused.to_string());
    assert_eq!(Journal::open(&path, options(head)).unwrap().head(), head);
}

#[test]
fn damage_that_cannot_be_pinned_to_records_names_none() {
    let damaged = |first: u64, last: u64| Error::Corrupt {
        file: "j".into(),
        first: Position::new(first),
        last: Position::new(last),
        detail: "x".into(),
    };
    for (error, said) in [
        (damaged(1, u64::MAX), "j is damaged (x)"),
        (damaged(7, u64::MAX), "j is damaged from record 7 on (x)"),
        (damaged(7, 9), "j is damaged at records 7 to 9 (x)"),
    ] {
        assert!(error.to_string().starts_with(said), "{error}");
    }
}

#[tokio::test]
async fn a_cut_or_missing_file_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    sample(&path).await.close().unwrap();
    let image = Image::take(&path);
    for length in (0..image.file.len()).step_by(997) {
        Image { file: image.file[..length].to_vec(), ..image.clone() }.put(&path);
        assert!(open_and_read(&path).is_err(), "{length} bytes");
    }
    fs::remove_file(&path).unwrap();
    let error = Journal::open(&path, Options::default()).err().unwrap();
    assert!(matches!(error, Error::Corrupt { .. }), "{error}");
}

#[tokio::test]
async fn a_new_file_goes_on_where_the_reader_is_and_an_old_one_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    let options = Options { applied: Position::new(70), ..Options::default() };
    let journal = Journal::open(&path, options).unwrap();
    let schema = journal.schema("a").unwrap();
    assert_eq!(journal.append(schema, &["x"]).await.unwrap().get(), 71);
    assert!(matches!(journal.read(Position::new(69), 1, 1), Err(Error::Trimmed { .. })));
    journal.close().unwrap();
    let options = Options { applied: Position::new(72), ..Options::default() };
    let error = Journal::open(&path, options).err().unwrap();
    assert!(matches!(&error, Error::Corrupt { first, last, .. } if (first.get(), last.get()) == (72, 72)), "{error}");
}

#[test]
fn another_file_is_not_taken_for_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("journal.db");
    fs::write(&path, "not a database at all, but longer than a header".repeat(100)).unwrap();
    assert!(matches!(Journal::open(&path, Options::default()), Err(Error::Foreign(_))));
}
