use crate::{
    Error, Fault, Kept, Options, Rows, Stats, VisitRecord, VisitsQuestion, answer, check, count,
    dialect::{self, Column, Yields},
    gate::{Gate, Place},
    generation::{Generation, Reader, lock, newest},
    giveback::GiveBack,
    kept::{self, KeptDays},
    rewrite,
    schema::prepare,
    texts::Texts,
    visits,
    writer::{Counts, Writer, transact},
};
use duckdb::{Config, Connection, arrow::array::RecordBatch};
use makoto_catalog::{Catalog, Plan, Table};
use makoto_model::{Cell, Day, Delta, Row, SiteId, Value};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Mutex, PoisonError, RwLock, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

/// A handle on the store; clones share it. Every call blocks.
#[derive(Clone)]
pub struct Engine {
    pub(crate) inner: Arc<Inner>,
}

/// A task that took so much memory gives it back to the system at its end, which is otherwise kept for the next one.
const FLUSH_FROM: &str = "16MiB";

/// How long a copy of a file that the database gave up may take to end, and how often it is looked whether it has.
const LOST_WAIT_MAX: Duration = Duration::from_secs(5);
const LOST_PAUSE: Duration = Duration::from_millis(5);

/// When the database writes to its file by itself: we say when.
const NEVER_BY_ITSELF: &str = "1TiB";

/// How long a report's question may take, and how often it is looked for those that take longer.
const QUESTION_MAX: Duration = Duration::from_secs(60);
const OVERDUE_PAUSE: Duration = Duration::from_secs(1);

/// Rows of an answer after which memory is given back: tens of MiB were taken for them, and reports are made of them next.
pub const LARGE_ROWS: usize = 50_000;

/// Sums and counts that one piece of a large question asks for at once: half of what reports on pages have, which takes
/// 80 MiB for 165,000 pages.
const PIECE_MEASURES_MAX: usize = 13;

/// An answer column by column, and what each of its columns is.
type Columns = (Vec<Column>, Vec<RecordBatch>);

pub(crate) struct Inner {
    dir: PathBuf,
    pub(crate) options: Options,
    pub(crate) catalog: Arc<Catalog>,
    /// Nothing once the store is closed. Held while a batch is written or the file is rewritten.
    pub(crate) writer: Mutex<Option<Writer>>,
    current: RwLock<Option<Arc<Generation>>>,
    /// The database of the current file and of those before it that are still read.
    root: Mutex<Weak<Mutex<Connection>>>,
    applied: AtomicU64,
    written: AtomicU64,
    /// As of the last delta, for those who must not wait for the writer.
    pub(crate) counts: Mutex<Counts>,
    pub(crate) texts: Texts,
    gate: Gate,
    /// Whoever writes the file anew or copies it is in it meanwhile.
    pub(crate) rewriting: Gate,
    /// One copy at a time.
    pub(crate) copying: Mutex<()>,
    /// As the table of kept reports has them.
    pub(crate) kept_days: Mutex<KeptDays>,
    give_back: GiveBack,
    /// The file was written since the last rest.
    wrote: AtomicBool,
}

/// The in-memory database that data files are attached to. It may touch files in the store's folder alone, and no
/// statement can change that afterwards.
fn open_root(dir: &Path, options: Options) -> Result<Connection, Error> {
    let failed = || Error::database("start the database");
    let folder = dir.to_str().ok_or_else(|| Error::Path(dir.to_owned()))?;
    let config = Config::default()
        .max_memory(&format!("{}MiB", options.memory_mib))
        .and_then(|config| config.threads(i64::from(options.threads)))
        .and_then(|config| config.enable_autoload_extension(false))
        .and_then(|config| config.with("autoinstall_known_extensions", "false"))
        .and_then(|config| config.with("allocator_flush_threshold", FLUSH_FROM))
        .and_then(|config| config.with("wal_autocheckpoint", NEVER_BY_ITSELF))
        .and_then(|config| config.with("temp_directory", format!("{folder}/spill")))
        .map_err(failed())?;
    let root = Connection::open_in_memory_with_flags(config).map_err(failed())?;
    let folder = folder.replace('\'', "''");
    root.execute_batch(&format!(
        "SET allowed_directories = ['{folder}'];
         SET enable_external_access = false;
         SET lock_configuration = true"
    ))
    .map_err(failed())?;
    Ok(root)
}

/// Opens the newest data file of a folder, with the tables of the catalog.
fn open_newest(dir: &Path, options: Options, catalog: &Catalog) -> Result<(Arc<Generation>, Writer), Error> {
    let root = Arc::new(Mutex::new(open_root(dir, options)?));
    let generation = Arc::new(Generation::attach(root, dir, newest(dir)?)?);
    prepare(&generation.connect()?, &generation.database(), catalog)?;
    let writer = Writer::new(&generation)?;
    Ok((generation, writer))
}

/// Breaks off questions that take too long, for as long as the store is there.
fn watch(inner: Weak<Inner>) -> Result<(), Error> {
    let work = move || {
        while let Some(inner) = inner.upgrade() {
            inner.gate.break_off_overdue();
            drop(inner);
            std::thread::sleep(OVERDUE_PAUSE);
        }
    };
    let thread = std::thread::Builder::new().name("overdue".to_owned()).spawn(work);
    thread.map_err(Error::file("start the thread that ends long questions")).map(drop)
}

impl Engine {
    /// Opens the store in this folder, making folder and tables where they lack. Removes what a crash during a
    /// rewrite left behind, and adds columns that the catalog gained.
    ///
    /// # Errors
    /// `ColumnType` when a stored column is declared otherwise; `File` and `Database` when the folder cannot be used.
    pub fn open(dir: &Path, catalog: Arc<Catalog>, options: Options) -> Result<Engine, Error> {
        std::fs::create_dir_all(dir).map_err(Error::file("make its folder"))?;
        let dir = dir.canonicalize().map_err(Error::file("find its folder"))?;
        let (generation, writer) = open_newest(&dir, options, &catalog)?;
        let kept_days = kept::days(&writer.connection)?;
        let inner = Inner {
            dir,
            options,
            catalog,
            applied: AtomicU64::new(writer.applied),
            written: AtomicU64::new(writer.written),
            counts: Mutex::new(writer.counts),
            writer: Mutex::new(Some(writer)),
            root: Mutex::new(generation.root()),
            current: RwLock::new(Some(generation)),
            texts: Texts::new(),
            gate: Gate::new(),
            rewriting: Gate::new(),
            copying: Mutex::new(()),
            kept_days: Mutex::new(kept_days),
            give_back: GiveBack::start()?,
            wrote: AtomicBool::new(false),
        };
        let inner = Arc::new(inner);
        watch(Arc::downgrade(&inner))?;
        Ok(Engine { inner })
    }

    /// The number of the last delta applied; 0 when none was.
    pub fn applied(&self) -> u64 {
        self.inner.applied.load(Ordering::Acquire)
    }

    /// The number of the last delta that a crash does not take back: those behind it must be kept, and are applied again
    /// once the store is opened after one.
    pub fn written(&self) -> u64 {
        self.inner.written.load(Ordering::Acquire)
    }

    /// Applies deltas in one transaction, in order. Those already applied are skipped, so that applying twice changes
    /// nothing. Questions see them from now on; in the file they stand once `written` says so.
    ///
    /// # Errors
    /// `Gap` when a number is missing, `RowShape` and `CellShape` for rows of another catalog: nothing of them is applied
    /// then. `Unwritten` when the file could not be written: the store is then as it was last written, and all deltas
    /// behind `written` must be applied again.
    pub fn apply(&self, deltas: &[Delta]) -> Result<(), Error> {
        self.inner.with_writer(|writer| {
            writer.apply(&self.inner.catalog, deltas)?;
            let before = writer.written;
            writer.write_out_when_due()?;
            if writer.written > before {
                self.inner.wrote.store(true, Ordering::Relaxed);
            }
            Ok(())
        })
    }

    /// No deltas come for now. What rows and the writing of the file took goes back; while deltas come it is taken again at
    /// once, and giving it back would cost a hit in bulk a thirtieth.
    pub fn rest(&self) {
        if self.inner.wrote.swap(false, Ordering::Relaxed) {
            self.give_back();
        }
    }

    /// Answers a plan.
    ///
    /// # Errors
    /// `Plan` when it names what is not declared, `Memory` when it needs too much, `Busy` when too many ask at once,
    /// `TooLong` when it took longer than a minute.
    pub fn run(&self, plan: &Plan) -> Result<Rows, Error> {
        let rows = self.inner.lend(Some(QUESTION_MAX), |reader| {
            let connection = reader.connection()?;
            let apart = dialect::Apart::of(&self.inner.catalog, plan)?;
            let answered = transact(connection, || self.inner.whole(connection, plan, apart.as_ref()));
            let (columns, batches) = match (answered, &apart) {
                (Err(Error::Memory(_)), Some(_)) => self.inner.in_pieces(connection, plan)?,
                (answered, _) => answered?,
            };
            self.inner.collect(connection, plan, &columns, batches)
        })?;
        if rows.len() >= LARGE_ROWS {
            self.give_back();
        }
        Ok(rows)
    }

    /// Memory that the database's allocator keeps goes back to the system soon: for when large answers were let go of.
    pub fn give_back(&self) {
        self.inner.give_back.soon();
    }

    /// The visits log.
    ///
    /// # Errors
    /// As `run`.
    pub fn visits(&self, question: &VisitsQuestion) -> Result<Vec<VisitRecord>, Error> {
        self.inner.read(|reader| visits::list(reader.connection()?, &self.inner.catalog, &self.inner.texts, question))
    }

    /// The stored visits of a site whose stamped day is this one, whose last action is at `since_s` or later, in seconds
    /// since 1970, and whose numbers are behind `after`, as the fold wrote them: the first `most` of them in the order of
    /// their numbers.
    ///
    /// # Errors
    /// `Database` when the file cannot be read, `Busy` when too many ask at once or it is being opened anew.
    pub fn partition(&self, place: (SiteId, Day), since_s: i64, after: i64, most: u32) -> Result<Vec<Row>, Error> {
        let catalog = &self.inner.catalog;
        let partition = dialect::Partition { place, since_s, after };
        let end = partition.end(catalog, most);
        self.inner.read_for_fold(|reader| {
            let connection = reader.connection()?;
            // Only numbers are put in order to find out how far this reaches: there may be a million rows.
            match answer::ids(connection, &end.sql, &end.binds)?.first() {
                Some(end) => visits::stored(connection, catalog, Table::Visit, &partition.up_to(catalog, *end)),
                None => Ok(Vec::new()),
            }
        })
    }

    /// The stored page views of all sites with numbers behind this one that have an id of the tracker's, as the fold
    /// wrote them.
    ///
    /// # Errors
    /// As `partition`.
    pub fn page_views(&self, after: u64) -> Result<Vec<Row>, Error> {
        self.inner.read_for_fold(|reader| visits::page_views(reader.connection()?, &self.inner.catalog, after))
    }

    /// Rewrites the store sorted by site, day and visit; skipped when little is unsorted. Questions go on during it,
    /// deltas wait. True when it was rewritten.
    ///
    /// # Errors
    /// After an error the store is as before.
    pub fn cluster(&self) -> Result<bool, Error> {
        rewrite::cluster(&self.inner)
    }

    /// Rewrites the store so that deleted rows leave the disk. As `cluster`, but always.
    ///
    /// # Errors
    /// After an error the store is as before.
    pub fn compact(&self) -> Result<(), Error> {
        rewrite::compact(&self.inner)
    }

    /// Where the store of an empty directory keeps its data: a copy written there opens as the store of that directory.
    pub fn first_file(dir: &Path) -> PathBuf {
        dir.join("analytics.1.duckdb")
    }

    /// Writes a consistent copy to this path; questions and deltas go on meanwhile.
    ///
    /// # Errors
    /// After an error no file stands at the path, unless one stood there before.
    pub fn backup(&self, to: &Path) -> Result<(), Error> {
        rewrite::backup(&self.inner, to)
    }

    /// Looks for damage; an empty list is health.
    ///
    /// # Errors
    /// `Database` when the file cannot be read.
    pub fn check(&self) -> Result<Vec<Fault>, Error> {
        self.inner.lend(None, |reader| check::faults(reader.connection()?, &self.inner.catalog))
    }

    /// The newest visits of all sites as they are stored, the newest first; columns in the order of the catalog's.
    ///
    /// # Errors
    /// As `partition`.
    pub fn newest_visits(&self, visits_max: u32) -> Result<Vec<Vec<Value>>, Error> {
        self.inner
            .read(|reader| visits::newest(reader.connection()?, &self.inner.catalog, &self.inner.texts, visits_max))
    }

    /// The newest order ids of all sites as they are stored, the newest first.
    ///
    /// # Errors
    /// As `partition`.
    pub fn newest_orders(&self, orders_max: u32) -> Result<Vec<String>, Error> {
        self.inner.read(|reader| {
            visits::newest_orders(reader.connection()?, &self.inner.catalog, &self.inner.texts, orders_max)
        })
    }

    /// How many rows each site has in each table, with the oldest and newest of them.
    ///
    /// # Errors
    /// As `partition`.
    pub fn kept(&self) -> Result<Vec<Kept>, Error> {
        self.inner.read(|reader| check::kept(reader.connection()?))
    }

    /// How much the store holds.
    ///
    /// # Errors
    /// `Database` and `File` when it cannot be read.
    pub fn stats(&self) -> Result<Stats, Error> {
        let path = self.inner.generation()?.path();
        let counts = *lock(&self.inner.counts);
        self.inner.read(|reader| check::stats(reader.connection()?, &path, counts))
    }

    /// Breaks off what sorts, compacts or copies the file, which may take minutes, and lets none of it begin any more: it
    /// ends with `Closed`, and the file counts as it was. Everything else goes on.
    pub fn break_off(&self) {
        self.inner.rewriting.close();
    }

    /// Writes everything to the data file and refuses further calls. Questions under way are broken off.
    ///
    /// # Errors
    /// `Unwritten` when the last write fails. What the file lacks is applied again after the next start, as it is without
    /// an error when the disk has no room for it.
    pub fn close(&self) -> Result<(), Error> {
        self.break_off();
        let mut open = lock(&self.inner.writer);
        self.inner.gate.close();
        let Some(mut writer) = open.take() else { return Ok(()) };
        let flushed = writer.write_last();
        self.inner.show(&writer);
        drop(writer);
        self.inner.current.write().unwrap_or_else(PoisonError::into_inner).take();
        flushed
    }
}

impl Inner {
    pub(crate) fn generation(&self) -> Result<Arc<Generation>, Error> {
        self.current.read().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Error::Closed)
    }

    /// Lets questions from now on read another generation; the old file goes with its last reader.
    pub(crate) fn switch(&self, next: Arc<Generation>) {
        let old = self.current.write().unwrap_or_else(PoisonError::into_inner).replace(next);
        if let Some(old) = old {
            old.retire();
        }
    }

    /// Does something with the writer, and lets everybody know what it has done. A file that the database has given up is
    /// opened anew, as it was last written.
    pub(crate) fn with_writer<T>(&self, act: impl FnOnce(&mut Writer) -> Result<T, Error>) -> Result<T, Error> {
        let mut open = lock(&self.writer);
        if open.is_none() {
            // It could not be opened when it should have been, or the store is closed.
            self.reopen(&mut open)?;
        }
        let writer = open.as_mut().ok_or(Error::Closed)?;
        let done = act(writer);
        self.show(writer);
        if let Err(fault) = &done
            && fault.is_of_lost_file()
        {
            let words = std::error::Error::source(fault).map(ToString::to_string).unwrap_or_default();
            tracing::error!(%fault, words, "the data file is opened anew as it was last written");
            self.reopen(&mut open)?;
        }
        done
    }

    /// Opens the newest file anew, with a database of its own. Questions wait meanwhile.
    fn reopen(&self, writer: &mut Option<Writer>) -> Result<(), Error> {
        let _nobody_asks = self.gate.empty()?;
        *writer = None;
        self.current.write().unwrap_or_else(PoisonError::into_inner).take();
        let mut root = lock(&self.root);
        let since = Instant::now();
        while root.strong_count() > 0 {
            if since.elapsed() >= LOST_WAIT_MAX {
                return Err(Error::Busy);
            }
            std::thread::sleep(LOST_PAUSE);
        }
        let (generation, fresh) = open_newest(&self.dir, self.options, &self.catalog)?;
        *lock(&self.kept_days) = kept::days(&fresh.connection)?;
        *root = generation.root();
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Some(generation);
        self.show(&fresh);
        *writer = Some(fresh);
        Ok(())
    }

    /// Lets everybody know what the writer has done.
    pub(crate) fn show(&self, writer: &Writer) {
        *lock(&self.counts) = writer.counts;
        self.applied.store(writer.applied, Ordering::Release);
        self.written.store(writer.written, Ordering::Release);
    }

    /// Lends a reader for one question, all of which sees the same moment.
    ///
    /// A statement is planned before it is run, and the plan relies on the least and the greatest numbers of each column.
    /// In one transaction no batch can be stored in between, whose rows would lie outside of them and not be found.
    pub(crate) fn read<T>(&self, question: impl FnOnce(&Reader) -> Result<T, Error>) -> Result<T, Error> {
        self.lend(None, |reader| transact(reader.connection()?, || question(reader)))
    }

    /// As `read`, for the fold's thread: hits and acts on stored data do not wait behind questions.
    pub(crate) fn read_for_fold<T>(&self, question: impl FnOnce(&Reader) -> Result<T, Error>) -> Result<T, Error> {
        let place = self.gate.enter_past_questions()?;
        self.lend_at(place, None, |reader| transact(reader.connection()?, || question(reader)))
    }

    /// Lends a reader, when one is free, to who asks more than one question: each is to have a transaction of its own, as
    /// in `read`. What takes longer than it may is broken off.
    fn lend<T>(&self, most: Option<Duration>, questions: impl FnOnce(&Reader) -> Result<T, Error>) -> Result<T, Error> {
        self.lend_at(self.gate.enter()?, most, questions)
    }

    fn lend_at<T>(
        &self,
        mut place: Place<'_>,
        most: Option<Duration>,
        questions: impl FnOnce(&Reader) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let reader = Reader::new(self.generation()?)?;
        place.asks(reader.connection()?.interrupt_handle(), most);
        match questions(&reader) {
            Err(_) if place.is_overdue() => Err(Error::TooLong),
            answered => answered,
        }
    }

    /// Answers a plan in one go.
    fn whole(&self, connection: &Connection, plan: &Plan, apart: Option<&dialect::Apart>) -> Result<Columns, Error> {
        let find = answer::find(connection);
        let here = match apart.filter(|apart| apart.here) {
            Some(apart) => self.counted(connection, plan, apart, &find)?,
            None => None,
        };
        match here {
            Some(answer) => Ok(answer),
            None => self.at_once(connection, plan, self.reach(connection, plan)?, &find),
        }
    }

    /// Between which moments the actions of the visits asked for lie, where that is looked up first.
    fn reach(&self, connection: &Connection, plan: &Plan) -> Result<Option<(i64, i64)>, Error> {
        match dialect::reach_question(&self.catalog, plan) {
            Some(question) => answer::reach(connection, &question),
            None => Ok(None),
        }
    }

    fn at_once(
        &self,
        connection: &Connection,
        plan: &Plan,
        reach: Option<(i64, i64)>,
        find: &dialect::Find<'_>,
    ) -> Result<Columns, Error> {
        let question = dialect::question(&self.catalog, plan, reach, find)?;
        let batches = answer::ask(connection, &question.sql, &question.binds)?;
        Ok((question.columns, batches))
    }

    /// Answers a plan for which there is too little memory at once: its measures a few at a time, each piece of which the
    /// database can move to the disk in part. All of them see the same moment.
    fn in_pieces(&self, connection: &Connection, plan: &Plan) -> Result<Columns, Error> {
        let mut measures_max = PIECE_MEASURES_MAX;
        loop {
            match transact(connection, || self.pieces(connection, plan, measures_max)) {
                Err(Error::Memory(_)) if measures_max > 1 => measures_max /= 2,
                answered => return answered,
            }
        }
    }

    fn pieces(&self, connection: &Connection, plan: &Plan, measures_max: usize) -> Result<Columns, Error> {
        let find = answer::find(connection);
        let reach = self.reach(connection, plan)?;
        let (mut merged, mut columns) = (count::Merged::of(plan.measures.len()), Vec::new());
        for piece in dialect::pieces(plan, measures_max) {
            let question = dialect::question_of_piece(&self.catalog, &piece, reach, &find)?;
            let batches = answer::ask(connection, &question.sql, &question.binds)?;
            if columns.is_empty() {
                columns.extend(question.columns.first());
            }
            merged.add(&count::Counted { places: piece.places, different: piece.different, batches })?;
        }
        columns.extend(plan.measures.iter().map(|_| Column::Measure));
        Ok((columns, merged.whole()?))
    }

    /// Answers a plan whose different values are counted here; nothing when it has too many rows for that.
    fn counted(
        &self,
        connection: &Connection,
        plan: &Plan,
        apart: &dialect::Apart,
        find: &dialect::Find<'_>,
    ) -> Result<Option<Columns>, Error> {
        let values = apart.values(&self.catalog, plan, count::ROWS_MAX + 1, find)?;
        let rows = || answer::ask(connection, &values.sql, &values.binds);
        if apart.of_rows {
            let counted = count::rows_alone(&rows()?, plan.measures.len(), &apart.places)?;
            return Ok(counted.map(|answer| (values.columns, answer)));
        }
        let plain = dialect::question(&self.catalog, &apart.plain, None, find)?;
        let groups = answer::ask(connection, &plain.sql, &plain.binds)?;
        if count::rows_behind(&groups)? > count::ROWS_MAX {
            return Ok(None);
        }
        Ok(Some((values.columns, count::join(&groups, &rows()?, &apart.places)?)))
    }

    fn collect(
        &self,
        connection: &Connection,
        plan: &Plan,
        columns: &[Column],
        batches: Vec<RecordBatch>,
    ) -> Result<Rows, Error> {
        let last = plan.buckets.len().saturating_sub(1) as i64;
        let place = |bucket: Cell| bucket.int().unwrap_or(0).clamp(0, last) as u32;
        let buckets = answer::column_cells(&batches, 0)?.into_iter().map(place).collect();
        let mut keys = Vec::new();
        for (nth, column) in columns.iter().enumerate() {
            let Column::Key(yields) = column else { continue };
            let cells = answer::column_cells(&batches, nth + 1)?;
            keys.push(match yields {
                Yields::Text(name) => answer::decoded(connection, &self.texts, name, cells)?,
                Yields::Date => answer::dates(cells),
                Yields::Int | Yields::Float => answer::numbers(cells),
            });
        }
        Ok(Rows { buckets, keys, batches })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Visits with these numbers, each of which ended on a page of its own.
    fn add(engine: &Engine, visits: std::ops::RangeInclusive<i64>) {
        let rows = format!("range({}, {}) r(n)", visits.start(), visits.end() + 1);
        let sql = format!(
            "INSERT INTO text_url SELECT n, NULL, 'example.org/' || n FROM {rows};
             INSERT INTO visit (site_id, visit_id, exit_url) SELECT 1, n, n FROM {rows}"
        );
        let store = |writer: &mut Writer| {
            transact(&writer.connection, || {
                writer.connection.execute_batch(&sql).map_err(Error::database("add visits"))
            })
        };
        engine.inner.with_writer(store).unwrap();
    }

    #[test]
    fn the_fold_and_acts_on_visits_are_answered_while_all_places_are_taken() {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { memory_mib: 128, threads: 2, reserve_bytes: 0 };
        let engine = Engine::open(dir.path(), Arc::new(Catalog::new(&[]).unwrap()), options).unwrap();
        let _asking: Vec<_> = (0..crate::gate::READERS_MAX).map(|_| engine.inner.gate.enter().unwrap()).collect();
        let chosen = crate::Chosen::Visits { site: SiteId(1), visits: vec![1] };
        engine.partition((SiteId(1), Day(1)), 0, 0, 9).unwrap();
        engine.page_views(0).unwrap();
        engine.visits_in(&chosen).unwrap();
        engine.texts_of(&chosen).unwrap();
        engine.unused_of(0, [1].into(), &chosen).unwrap();
        engine.unused(0, 9).unwrap();
        engine.visits_left(&[1].into(), &chosen).unwrap();
        engine.texts_in(makoto_catalog::Table::Visit, "visitor", &chosen).unwrap();
    }

    #[test]
    fn a_batch_stored_between_the_plan_of_a_question_and_its_run_is_not_seen_in_part() {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { memory_mib: 128, threads: 2, reserve_bytes: 0 };
        let engine = Engine::open(dir.path(), Arc::new(Catalog::new(&[]).unwrap()), options).unwrap();
        add(&engine, 1..=100);
        let without_a_page =
            "SELECT count(*), (SELECT count(*) FROM visit) FROM (SELECT DISTINCT exit_url AS id FROM visit)
             WHERE id NOT IN (SELECT id FROM text_url)";
        let asked = engine.inner.read(|reader| {
            let mut statement = reader.connection()?.prepare(without_a_page).unwrap();
            add(&engine, 500..=502);
            Ok(statement.query_row([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?))).unwrap())
        });
        assert_eq!(asked.unwrap(), (0, 100));
    }
}
