//! Work on stored data of visitors: written down, done, and written down again. One at a time; what a crash cut short
//! is done at the next start, and so is what the ledger has and the stores lack.

use super::{
    erase::Stores,
    ledger::{self, Entry},
    past::{self, Rules},
    reports::{EVER, KEPT_SHARE},
};
use crate::{commands::Failure, pipeline::Flow, runtimes::blocking};
use makoto_access::{Caller, Grant, Principal, View};
use makoto_catalog::{Answer, ApiError, Catalog, Table};
use makoto_engine::{Chosen, Engine, TableRows};
use makoto_features::{
    privacy_manager::work::{Later, Reports, Rows, Sizes, Span, StoredData, Work, matomo_table},
    services::now_s,
};
use makoto_journal::Journal;
use makoto_meta::{Meta, PrivacyJob, hex};
use makoto_model::{Params, SiteId, Value};
use makoto_query::{Answered, Query};
use makoto_tracking::Salts;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

const OWED_STILL: &str = "the next work on stored data or start gives its space back";
/// Pause before work is tried again that failed at the start.
const RETRY: Duration = Duration::from_secs(60);
/// How long it is waited for further work before the space of what went is given back: one site's retention follows
/// another's, and the files are written anew once for all of them.
const GIVE_BACK_PAUSE: Duration = Duration::from_secs(1);
const DAY_S: i64 = 86_400;
/// Visits are purged and masked in stretches of this many seconds, between which hits are folded.
const STEP_S: i64 = DAY_S;

/// What the work needs. Clones share it.
#[derive(Clone)]
pub struct Keeper {
    pub engine: Engine,
    pub query: Arc<Query>,
    pub catalog: Arc<Catalog>,
    pub journal: Journal,
    pub flow: Arc<Flow>,
    pub meta: Meta,
    pub salts: Salts,
    pub dir: PathBuf,
    /// One piece of work at a time.
    pub busy: Arc<tokio::sync::Mutex<()>>,
    /// How many pieces of work were asked for since the start.
    pub asked: Arc<AtomicU64>,
}

fn by_itself() -> Caller {
    Caller::inside(Principal::Job("erasures"))
}

fn failed(failure: Failure) -> ApiError {
    ApiError::Internal(failure.to_string())
}

/// Adds counts of rows by table.
fn add(sum: &mut BTreeMap<String, u64>, rows: impl IntoIterator<Item = (impl Into<String>, u64)>) {
    for (table, count) in rows {
        *sum.entry(table.into()).or_default() += count;
    }
}

fn chosen(visits: &BTreeMap<u32, Vec<i64>>) -> Vec<Chosen> {
    visits.iter().map(|(site, visits)| Chosen::Visits { site: SiteId(*site), visits: visits.clone() }).collect()
}

fn span(span: &Span) -> Chosen {
    Chosen::Span { site: SiteId(span.site), from_s: span.from_s, until_s: span.until_s }
}

impl Keeper {
    /// Does what was asked for and not ended, and what a ledger has that a restored backup lacks. Waits first until all
    /// hits of the journal are folded, so that every visit has its number. How much was done.
    ///
    /// What fails among that which was asked for here goes on waiting, is tried again each minute, and does not keep the
    /// server from starting: it shows as not done, and the visits were not gone before either.
    ///
    /// # Errors
    /// When a store fails, or an act that a restored backup lacks: visits that were gone already must not be shown. The
    /// next start does it again.
    pub async fn catch_up(&self) -> Result<usize, Failure> {
        let lacking = self.lacking().await?;
        let open = self.meta.open_privacy_jobs().await?;
        if lacking.is_empty() && open.is_empty() {
            if ledger::owes(&self.dir) {
                // The server was stopped before the files were written anew.
                self.clone().give_back_later();
            }
            return Ok(0);
        }
        self.flow.counted(self.journal.head().get()).await?;
        let caller = by_itself();
        for entry in &lacking {
            tracing::info!(id = entry.id, "an act of the ledger is done again on restored data");
            let rows = self.done(&entry.id, &entry.work).await?;
            // Not before: it would be taken for one that was asked for here.
            self.write_down(&caller, entry).await?;
            self.end(&caller, &entry.id, &entry.work, Ok(rows)).await?;
        }
        let count = open.len();
        let left = self.go_on(open).await;
        let done = lacking.len() + count - left.len();
        if done > 0 {
            self.give_back_or_say_so().await;
        }
        if !left.is_empty() {
            self.clone().go_on_later(left);
        }
        Ok(done)
    }

    /// Does work that was asked for and not ended; what fails of it is returned and stays as it is.
    async fn go_on(&self, open: Vec<PrivacyJob>) -> Vec<PrivacyJob> {
        let mut left = Vec::new();
        for job in open {
            if let Err(failure) = self.finish(&job).await {
                let why = failure.told();
                tracing::error!(why, id = job.id, "work on stored data failed; it is tried again");
                left.push(job);
            }
        }
        left
    }

    async fn finish(&self, job: &PrivacyJob) -> Result<(), Failure> {
        let work: Work = serde_json::from_str(&job.spec).map_err(|fault| Failure::Data(fault.to_string()))?;
        let entry = Entry { id: job.id.clone(), asked_s: job.asked_s, work };
        self.add_to_ledgers(&entry).await?;
        let rows = self.done(&entry.id, &entry.work).await?;
        self.end(&by_itself(), &entry.id, &entry.work, Ok(rows)).await
    }

    /// Tries again what is left, in a task of its own, until nothing is.
    fn go_on_later(self, mut left: Vec<PrivacyJob>) {
        tokio::spawn(async move {
            while !left.is_empty() {
                tokio::time::sleep(RETRY).await;
                let _turn = self.busy.clone().lock_owned().await;
                if self.flow.stops() {
                    return;
                }
                let before = left.len();
                left = self.go_on(left).await;
                if left.len() < before {
                    self.give_back_or_say_so().await;
                }
            }
        });
    }

    /// Entries of the ledger that the stores do not know.
    async fn lacking(&self) -> Result<Vec<Entry>, Failure> {
        let mut lacking = Vec::new();
        for entry in ledger::read(&ledger::path(&self.dir))? {
            if self.meta.privacy_job(&entry.id).await?.is_none() {
                lacking.push(entry);
            }
        }
        Ok(lacking)
    }

    /// The ledger comes first: what it has and the stores lack is done at the next start.
    async fn write_down(&self, caller: &Caller, entry: &Entry) -> Result<(), Failure> {
        self.add_to_ledgers(entry).await?;
        let spec = serde_json::to_string(&entry.work).map_err(|fault| Failure::Data(fault.to_string()))?;
        let row = (entry.id.as_str(), entry.work.kind(), spec.as_str());
        let (asked, _) = entry.work.activities();
        self.meta.ask_privacy_job(caller, asked, entry.work.detail(), row, entry.asked_s).await?;
        Ok(())
    }

    async fn add_to_ledgers(&self, entry: &Entry) -> Result<(), Failure> {
        ledger::add(&ledger::path(&self.dir), std::slice::from_ref(entry))?;
        ledger::lay_beside(&self.meta.backup_places().await?, std::slice::from_ref(entry));
        Ok(())
    }

    /// Does a piece of work that is written down, and writes down how it ended, unless the server stopped in between.
    async fn run(&self, caller: &Caller, id: &str, work: &Work) -> Result<Rows, Failure> {
        let done = self.done(id, work).await;
        let result = match &done {
            Err(_) if self.flow.stops() => {
                tracing::info!(id, "work on stored data goes on at the next start");
                return done;
            }
            Err(failure) => {
                tracing::error!(why = failure.told(), id, "work on stored data failed");
                Err(failure.to_string())
            }
            Ok(rows) => Ok(rows.clone()),
        };
        self.end(caller, id, work, result).await?;
        done
    }

    async fn end(&self, caller: &Caller, id: &str, work: &Work, result: Result<Rows, String>) -> Result<(), Failure> {
        let (_, ended) = work.activities();
        let result = result.map(|rows| json!(rows.into_iter().collect::<BTreeMap<_, _>>()));
        Ok(self.meta.end_privacy_job(caller, ended, id, result, now_s()).await?)
    }

    /// Does a piece of work, after it is noted that its space is owed.
    async fn done(&self, id: &str, work: &Work) -> Result<Rows, Failure> {
        ledger::owe(&self.dir)?;
        self.work(id, work).await
    }

    async fn work(&self, id: &str, work: &Work) -> Result<Rows, Failure> {
        self.flow.counted(self.journal.head().get()).await?;
        let mut rows = BTreeMap::new();
        match work {
            Work::Erase { visits } => {
                for chosen in chosen(visits) {
                    let engine = self.engine.clone();
                    let removed = self.flow.act(move |fold| Stores { fold, engine: &engine }.erase(&chosen)).await?;
                    self.query.touch(&removed.days);
                    add(&mut rows, removed.rows);
                }
            }
            Work::Purge { site, before_s, .. } => {
                // First the reports: what is kept answers from then on, so that no moment counts a day twice or not at all.
                self.keep_reports(id, work, &mut rows).await?;
                self.purge(id, *site, *before_s, &mut rows).await?;
            }
            Work::EraseSite { site, before_s } => {
                self.drop_reports(SiteId(*site), EVER, &mut rows).await?;
                self.purge(id, *site, *before_s, &mut rows).await?;
            }
            Work::Anonymise { spans, .. } => {
                for (nth, part) in spans.iter().enumerate() {
                    let share = (nth as i64 * 80 / spans.len() as i64, 80 / spans.len() as i64);
                    self.mask(id, work, part, share, &mut rows).await?;
                }
            }
        }
        if !matches!(work, Work::Erase { .. }) {
            self.sweep().await?;
        }
        Ok(rows.into_iter().collect())
    }

    async fn sweep(&self) -> Result<(), Failure> {
        loop {
            let engine = self.engine.clone();
            if !self.flow.act(move |fold| Stores { fold, engine: &engine }.sweep()).await? {
                return Ok(());
            }
        }
    }

    /// The stretches of a day in which a site has visits.
    async fn steps(&self, whole: &Chosen) -> Result<Vec<Chosen>, Failure> {
        let (engine, asked) = (self.engine.clone(), whole.clone());
        let bounds = blocking(move || Ok(engine.bounds(&asked)?)).await?;
        let (Chosen::Span { site, from_s, until_s }, Some((first_s, last_s))) = (whole, bounds) else {
            return Ok(Vec::new());
        };
        let first = first_s.div_euclid(STEP_S);
        let last = last_s.div_euclid(STEP_S);
        let step = |nth: i64| Chosen::Span {
            site: *site,
            from_s: (nth * STEP_S).max(*from_s),
            until_s: ((nth + 1) * STEP_S).min(*until_s),
        };
        Ok((first..=last).map(step).collect())
    }

    async fn purge(&self, id: &str, site: u32, before_s: i64, rows: &mut BTreeMap<String, u64>) -> Result<(), Failure> {
        let whole = Chosen::Span { site: SiteId(site), from_s: i64::MIN / 2, until_s: before_s };
        let steps = self.steps(&whole).await?;
        let count = steps.len().max(1);
        for (nth, step) in steps.into_iter().enumerate() {
            let engine = self.engine.clone();
            let removed = self.flow.act(move |fold| Stores { fold, engine: &engine }.purge(&step)).await?;
            self.query.touch(&removed.days);
            add(rows, removed.rows);
            self.meta.note_privacy_job(id, KEPT_SHARE + (nth * 20 / count) as i64).await?;
        }
        Ok(())
    }

    async fn mask(
        &self,
        id: &str,
        work: &Work,
        part: &Span,
        (begun, share): (i64, i64),
        rows: &mut BTreeMap<String, u64>,
    ) -> Result<(), Failure> {
        let Work::Anonymise { masks, .. } = work else { return Ok(()) };
        let of_site = super::rules(&self.meta.snapshot(), SiteId(part.site));
        let whole = span(part);
        if masks.users {
            let (engine, masks, salts, of_site) = (self.engine.clone(), masks.clone(), self.salts, of_site.clone());
            let asked = whole.clone();
            let rename = move |fold: &mut makoto_tracking::Fold| {
                let rules = Rules::new(&masks, &of_site, salts);
                Stores { fold, engine: &engine }.rename_users(&rules, &asked)
            };
            self.flow.act(rename).await?;
        }
        let steps = self.steps(&whole).await?;
        let count = steps.len().max(1) as i64;
        for (nth, step) in steps.into_iter().enumerate() {
            let (engine, catalog, masks) = (self.engine.clone(), self.catalog.clone(), masks.clone());
            let (salts, of_site) = (self.salts, of_site.clone());
            let act = move |fold: &mut makoto_tracking::Fold| {
                let rules = Rules::new(&masks, &of_site, salts);
                Stores { fold, engine: &engine }.mask(&catalog, &rules, &step)
            };
            let (changed, days) = self.flow.act(act).await?;
            self.query.touch(&days);
            add(rows, changed);
            self.meta.note_privacy_job(id, begun + nth as i64 * share / count).await?;
        }
        Ok(())
    }

    /// Gives the space of what went back to the file system: nothing of it stays in any file. Questions and
    /// acknowledgements go on meanwhile.
    async fn give_back(&self) -> Result<(), Failure> {
        let engine = self.engine.clone();
        blocking(move || Ok(engine.compact()?)).await?;
        self.flow.act(|fold| Ok(fold.compact()?)).await?;
        let journal = self.journal.clone();
        match blocking(move || Ok(journal.scrub()?)).await? {
            true => ledger::settle(&self.dir),
            false => {
                tracing::info!("the journal is too full to be written anew; {OWED_STILL}");
                Ok(())
            }
        }
    }

    async fn give_back_or_say_so(&self) {
        if let Err(failure) = self.give_back().await {
            tracing::error!(why = failure.told(), "space could not be given back; {OWED_STILL}");
        }
    }

    /// Gives back the space of a piece of work, unless another was asked for since, which does it at its end.
    async fn give_back_after(&self, nth: u64) {
        tokio::time::sleep(GIVE_BACK_PAUSE).await;
        let _turn = self.busy.clone().lock_owned().await;
        if self.asked.load(Ordering::Relaxed) == nth && ledger::owes(&self.dir) {
            self.give_back_or_say_so().await;
        }
    }

    /// Gives the space back in a task of its own.
    fn give_back_later(self) {
        tokio::spawn(async move {
            let _turn = self.busy.clone().lock_owned().await;
            self.give_back_or_say_so().await;
        });
    }

    /// Writes a piece of work down and does it in a task of its own, which goes on when the caller goes away: nothing is
    /// written down that nobody does.
    async fn begin(self, caller: Caller, entry: Entry, wait: bool) -> Result<Rows, Failure> {
        let (tell_down, down) = tokio::sync::oneshot::channel();
        let (tell, told) = tokio::sync::oneshot::channel();
        tokio::spawn(async move {
            let written = self.write_down(&caller, &entry).await;
            let nth = written.is_ok().then(|| self.asked.fetch_add(1, Ordering::Relaxed) + 1);
            // Whoever asked may have gone away.
            let _ = tell_down.send(written);
            let Some(nth) = nth else { return };
            let turn = self.busy.clone().lock_owned().await;
            let done = self.run(&caller, &entry.id, &entry.work).await;
            drop(turn);
            // Whoever does not wait has gone on.
            let _ = tell.send(done);
            self.give_back_after(nth).await;
        });
        let ended = |_| Failure::Data("the work ended without a result".to_owned());
        down.await.map_err(ended)??;
        match wait {
            true => told.await.map_err(ended)?,
            false => Ok(Rows::new()),
        }
    }

    fn table(&self, table: Table, rows: &[Vec<Value>]) -> Answer {
        let columns = self.catalog.columns(table);
        let row = |values: &Vec<Value>| {
            Answer::record(columns.iter().zip(values).map(|(column, value)| (column.name, cell(column.name, value))))
        };
        Answer::List(rows.iter().map(row).collect())
    }

    /// What the columns of an export mean, and how personal they are.
    fn meaning(&self) -> Answer {
        let names = self.catalog.dimensions().map(|dimension| {
            let privacy = format!("{:?}", dimension.privacy).to_lowercase();
            (dimension.column, Answer::record([("name", Answer::from(dimension.name)), ("privacy", privacy.into())]))
        });
        let named: BTreeMap<&str, Answer> = names.collect();
        Answer::record(named)
    }
}

/// A stored value for people: moments as dates.
fn cell(column: &str, value: &Value) -> Answer {
    match value {
        Value::Null => Answer::Null,
        Value::Int(n) if ["time_s", "first_action_s", "last_action_s"].contains(&column) => {
            jiff::Timestamp::from_second(*n).map_or(Answer::Int(*n), |moment| Answer::Text(moment.to_string()))
        }
        Value::Int(n) if column == "day" => Answer::Text(makoto_model::Day(*n as i32).to_string()),
        Value::Int(n) if column == "config_id" => Answer::Text(format!("{n:016x}")),
        Value::Int(n) => Answer::Int(*n),
        Value::Float(n) => Answer::Float(*n),
        Value::Text(text) => Answer::Text(text.to_string()),
    }
}

impl StoredData for Keeper {
    fn find<'a>(&'a self, grant: Grant<View>, params: &'a Params) -> Later<'a, Answer> {
        Box::pin(async move {
            self.flow.fresh(self.journal.head().get()).await;
            let (query, params, snapshot) = (self.query.clone(), params.clone(), self.meta.snapshot());
            let ask = move || query.ask(&grant, "Live.getLastVisitsDetails", &params, &snapshot.sites, now_s());
            let found =
                tokio::task::spawn_blocking(ask).await.map_err(|fault| ApiError::Internal(fault.to_string()))??;
            let mut all = Vec::new();
            visits(found, &mut all);
            Ok(Answer::List(all))
        })
    }

    fn export(&self, visits: BTreeMap<u32, Vec<i64>>) -> Later<'_, Answer> {
        Box::pin(async move {
            self.flow.fresh(self.journal.head().get()).await;
            let engine = self.engine.clone();
            let read = move || {
                let mut tables: BTreeMap<&'static str, TableRows> = BTreeMap::new();
                for chosen in chosen(&visits) {
                    for (table, rows) in engine.extract(&chosen)? {
                        tables.entry(table.name()).or_insert_with(|| (table, Vec::new())).1.extend(rows);
                    }
                }
                Ok(tables)
            };
            let tables = blocking(read).await.map_err(failed)?;
            let mut fields: Vec<(String, Answer)> =
                tables.values().map(|(table, rows)| (matomo_table(table.name()), self.table(*table, rows))).collect();
            fields.push(("columns".to_owned(), self.meaning()));
            Ok(Answer::Record(fields))
        })
    }

    fn preview<'a>(&'a self, work: &'a Work) -> Later<'a, Rows> {
        Box::pin(async move {
            let all = match work {
                Work::Erase { visits } => chosen(visits),
                Work::Purge { site, before_s, .. } | Work::EraseSite { site, before_s } => {
                    vec![Chosen::Span { site: SiteId(*site), from_s: i64::MIN / 2, until_s: *before_s }]
                }
                Work::Anonymise { spans, .. } => spans.iter().map(span).collect(),
            };
            let engine = self.engine.clone();
            let count = move || {
                let mut rows = BTreeMap::new();
                for chosen in &all {
                    add(&mut rows, engine.count(chosen)?);
                }
                Ok(rows.into_iter().collect())
            };
            blocking(count).await.map_err(failed)
        })
    }

    fn preview_reports<'a>(&'a self, work: &'a Work) -> Later<'a, Reports> {
        Box::pin(async move {
            let (keeper, work) = (self.clone(), work.clone());
            blocking(move || keeper.preview_reports(&work)).await.map_err(failed)
        })
    }

    fn start<'a>(&'a self, caller: &'a Caller, work: Work, wait: bool) -> Later<'a, (String, Rows)> {
        Box::pin(async move {
            let bytes: [u8; 16] =
                makoto_identity::fresh_bytes().map_err(|fault| ApiError::Internal(fault.to_string()))?;
            let id = hex(&bytes);
            let entry = Entry { id: id.clone(), asked_s: now_s(), work };
            let rows = self.clone().begin(caller.clone(), entry, wait).await.map_err(failed)?;
            Ok((id, rows))
        })
    }

    fn columns(&self) -> [Vec<&'static str>; 2] {
        [Table::Visit, Table::Action].map(|table| past::columns_to_unset(&self.catalog, table))
    }

    fn sizes(&self) -> Later<'_, Sizes> {
        Box::pin(async move {
            let engine = self.engine.clone();
            let stats = blocking(move || Ok(engine.stats()?)).await.map_err(failed)?;
            Ok(Sizes { visits: stats.visits, actions: stats.actions, bytes: stats.file_bytes })
        })
    }

    fn sites(&self) -> Later<'_, Vec<SiteId>> {
        Box::pin(async move {
            let engine = self.engine.clone();
            let mut sites: BTreeSet<SiteId> = engine.kept_sites().into_iter().collect();
            let kept = blocking(move || Ok(engine.kept()?)).await.map_err(failed)?;
            sites.extend(kept.iter().map(|kept| kept.site));
            Ok(sites.into_iter().collect())
        })
    }
}

/// The records of visits in an answer of the visits log, of one site or several.
fn visits(answered: Answered, all: &mut Vec<Answer>) {
    match answered {
        Answered::Map { items, .. } => items.into_iter().for_each(|(_, answered)| visits(answered, all)),
        Answered::Plain(Answer::List(records)) => all.extend(records),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        instance::Instance,
        pipeline::{Pipeline, open_fold},
    };
    use std::path::Path;

    /// The stores of a new installation, with a line that hits go through.
    async fn keeper(dir: &Path) -> Keeper {
        let Instance { files, catalog, meta, .. } = Instance::open_or_make(dir).await.unwrap();
        let options = makoto_engine::Options { memory_mib: 256, threads: 1, reserve_bytes: 0 };
        let engine = Engine::open(&files.analytics(), catalog.clone(), options).unwrap();
        let journal = Journal::open(&files.journal(), makoto_journal::Options::default()).unwrap();
        let query = Arc::new(Query::new(engine.clone(), catalog.clone()));
        let line = Pipeline {
            journal: journal.clone(),
            engine: engine.clone(),
            query: query.clone(),
            catalog: catalog.clone(),
            fold_path: files.fold(),
            new_texts_max: 1_000,
        };
        let fold = open_fold(&files.fold(), &catalog, &engine).unwrap();
        let flow = line.start(fold).unwrap().flow;
        let (salts, dir, busy, asked) = (Salts::new([1; 32]), dir.to_owned(), Arc::default(), Arc::default());
        Keeper { engine, query, catalog, journal, flow, meta, salts, dir, busy, asked }
    }

    fn work() -> Work {
        Work::Erase { visits: [(1, vec![5])].into() }
    }

    fn entry(id: &str) -> Entry {
        Entry { id: id.into(), asked_s: 5, work: work() }
    }

    /// Keeps a file from being written, until the folder in its place is removed.
    fn blocked(dir: &Path, name: &str) -> PathBuf {
        let path = dir.join(name);
        std::fs::create_dir(&path).unwrap();
        path
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn what_fails_at_a_start_is_done_at_the_next_one() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = keeper(dir.path()).await;
        let ledger = ledger::path(dir.path());
        let state = async |id: &str| keeper.meta.privacy_job(id).await.unwrap().map(|job| job.state);
        let spec = serde_json::to_string(&work()).unwrap();
        // As a version wrote it down that had the ledger's line follow.
        let row = ("asked here", work().kind(), spec.as_str());
        let (asked, _) = work().activities();
        keeper.meta.ask_privacy_job(&by_itself(), asked, work().detail(), row, 5).await.unwrap();
        let owed = blocked(dir.path(), "erasures.owed");
        assert_eq!(keeper.catch_up().await.unwrap(), 0, "the server starts");
        assert_eq!(state("asked here").await.as_deref(), Some("waiting"));
        assert_eq!(ledger::read(&ledger).unwrap(), [entry("asked here")]);
        ledger::add(&ledger, &[entry("lacking")]).unwrap();
        for _ in 0..2 {
            assert!(keeper.catch_up().await.is_err(), "what was gone is not shown again");
            assert_eq!(state("lacking").await, None);
        }
        std::fs::remove_dir(owed).unwrap();
        assert_eq!(keeper.catch_up().await.unwrap(), 2);
        for id in ["asked here", "lacking"] {
            assert_eq!(state(id).await.as_deref(), Some("done"), "{id}");
        }
        assert_eq!(keeper.catch_up().await.unwrap(), 0);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_row_of_works_writes_the_files_anew_once() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = keeper(dir.path()).await;
        let number = || {
            let names = std::fs::read_dir(dir.path().join("analytics")).unwrap();
            let names = names.map(|entry| entry.unwrap().file_name().into_string().unwrap());
            names.filter_map(|name| name.strip_prefix("analytics.")?.strip_suffix(".duckdb")?.parse::<u64>().ok()).max()
        };
        let before = number().unwrap();
        for _ in 0..5 {
            keeper.start(&by_itself(), work(), true).await.unwrap();
        }
        let settled = async {
            while ledger::owes(dir.path()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(60), settled).await.unwrap();
        assert_eq!(number(), Some(before + 1));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn work_is_written_down_with_who_does_it_or_not_at_all() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = keeper(dir.path()).await;
        let states = async || -> Vec<String> {
            keeper.meta.privacy_jobs(9).await.unwrap().into_iter().map(|job| job.state).collect()
        };
        let ledger = blocked(dir.path(), ledger::FILE);
        assert!(keeper.start(&by_itself(), work(), true).await.is_err());
        assert!(states().await.is_empty(), "without its line in the ledger it is not asked for");
        std::fs::remove_dir(ledger).unwrap();
        let owed = blocked(dir.path(), "erasures.owed");
        assert!(keeper.start(&by_itself(), work(), true).await.is_err());
        assert_eq!(states().await, ["failed"]);
        std::fs::remove_dir(owed).unwrap();
        // The caller hangs up at once.
        let gone = tokio::time::timeout(Duration::ZERO, keeper.start(&by_itself(), work(), true)).await;
        assert!(gone.is_err());
        let done = async {
            while !states().await.contains(&"done".to_owned()) {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
        };
        tokio::time::timeout(Duration::from_secs(30), done).await.unwrap();
    }
}
