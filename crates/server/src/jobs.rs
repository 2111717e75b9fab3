//! What the server does by itself, at its times.

use crate::{app::App, backup, commands::Failure, probes, runtimes, serve::Running};
use makoto_access::{Caller, Principal};
use makoto_features::{
    Services, activity_log,
    core_admin_home::tasks::{
        BACKUP, BACKUP_DRILL, CHECKUP_HISTORY, CHECKUP_MAIL, FAILURES_MAIL, OLD_MAILS, PUBLIC_REMINDER, RECORD_HEAD,
        RECORD_MAIL, RECORD_PRUNING, RETENTION, SORTING, TIDYING, Task,
    },
    diagnostics,
    privacy_manager::retention,
    security_checkup,
    services::now_s,
};
use makoto_meta::{Meta, Turn};
use std::{
    collections::BTreeMap,
    sync::{Arc, atomic::AtomicU64},
    time::{Duration, Instant},
};
use tokio::{sync::watch, task::JoinHandle};

/// How often every check of the security check-up is measured without any occasion: what happens outside of the stores
/// is told of within a quarter of an hour.
const CHECKUP_EVERY: Duration = Duration::from_secs(10 * 60);
/// How long after a start or a change it is measured, so that many changes are measured once.
const CHECKUP_AFTER: Duration = Duration::from_secs(60);
/// Scores that are looked at for the oldest one: more than there are hours in a day.
const CHECKUP_POINTS: u32 = 48;
/// How often it is decided who is sent a link for a new password: soon for who waits for it.
const RESETS_EVERY: Duration = Duration::from_secs(2);
/// What a job came to that panicked.
const PANICKED: &str = "it panicked; the log says where";
/// How long what found no room on the disk for a copy waits before it is tried again.
const ROOM_PAUSE: Duration = Duration::from_secs(60 * 60);
/// How often jobs are looked at.
const TICK: Duration = Duration::from_secs(60);
/// The analytics store is sorted anew once this many rows lie unsorted and a day has passed, …
const UNSORTED_ROWS_MIN: u64 = 100_000;
/// … or at once when they are this many, since scans then cost several times as much.
const UNSORTED_ROWS_MAX: u64 = 3_000_000;

/// Runs the jobs until told to stop. What takes long has a task of its own, so that it does not hold up what must be done
/// each minute.
pub fn start(running: &Arc<Running>, stop: &watch::Receiver<bool>) -> [JoinHandle<()>; 2] {
    [tokio::spawn(short(running.clone(), stop.clone())), tokio::spawn(long(running.clone(), stop.clone()))]
}

async fn short(running: Arc<Running>, mut stop: watch::Receiver<bool>) {
    let running = &*running;
    // What fell due while no server ran is done first.
    alone(running, "users", tend_users(running)).await;
    alone(running, "public grants", tend_public(running)).await;
    alone(running, "timetable", keep_timetable(running)).await;
    while tick(&mut stop).await {
        alone(running, "users", tend_users(running)).await;
        alone(running, "sign-ins", note_sign_ins(running)).await;
        alone(running, "views", note_views(running)).await;
        alone(running, "public grants", tend_public(running)).await;
        alone(running, "counts", settle(&running.app)).await;
        alone(running, "timetable", keep_timetable(running)).await;
    }
}

async fn long(running: Arc<Running>, mut stop: watch::Receiver<bool>) {
    let (running, mut full) = (&*running, Full::default());
    loop {
        alone(running, "long jobs", long_jobs(running, &mut full)).await;
        if !tick(&mut stop).await {
            return;
        }
    }
}

async fn long_jobs(running: &Running, full: &mut Full) {
    in_turn(running, &RETENTION, async |_| retain(&running.app.services).await).await;
    with_room(running, full, &SORTING, async |_| cluster(running, UNSORTED_ROWS_MIN).await).await;
    if full.is_over(SORTING.name) {
        let sorted = cluster(running, UNSORTED_ROWS_MAX).await;
        full.note(SORTING.name, &sorted);
        if let Err(fault) = sorted {
            tracing::error!(fault, "the analytics store could not be sorted; it is tried again");
        }
    }
    if running.app.config.backup_folder.is_some() && !running.instance.meta.snapshot().accounts.is_empty() {
        with_room(running, full, &BACKUP, async |_| probes::make_backup(running).await).await;
        with_room(running, full, &BACKUP_DRILL, async |_| probes::drill(running).await).await;
    }
}

/// Which jobs found no room for what they would write, and when.
#[derive(Default)]
struct Full(BTreeMap<&'static str, Instant>);

impl Full {
    fn is_over(&self, job: &str) -> bool {
        self.0.get(job).is_none_or(|since| since.elapsed() >= ROOM_PAUSE)
    }

    fn note(&mut self, job: &'static str, done: &Result<String, String>) {
        match done {
            Err(fault) if backup::tells_of_full(fault) => drop(self.0.insert(job, Instant::now())),
            _ => drop(self.0.remove(job)),
        }
    }
}

/// Does a job that writes copies of stores, unless it found no room a short while ago.
async fn with_room(
    running: &Running,
    full: &mut Full,
    task: &Task,
    work: impl AsyncFnOnce(&Turn) -> Result<String, String>,
) {
    if full.is_over(task.name) {
        in_turn(running, task, async |turn| {
            let done = work(turn).await;
            full.note(task.name, &done);
            done
        })
        .await;
    }
}

/// Does something of its own: what panics in it keeps nothing else from being done.
async fn alone(running: &Running, what: &str, work: impl Future<Output = ()>) {
    runtimes::one_piece(&running.app.metrics.panics, what, work).await;
}

/// Waits until it is time to look at the jobs again; false when it is time to stop.
async fn tick(stop: &mut watch::Receiver<bool>) -> bool {
    tokio::select! {
        () = tokio::time::sleep(TICK) => true,
        _ = stop.wait_for(|stop| *stop) => false,
    }
}

/// Ends the jobs. What is cut short is done at the next start.
pub async fn finish(jobs: [JoinHandle<()>; 2], running: &Running) {
    jobs.iter().for_each(JoinHandle::abort);
    for job in jobs {
        if let Err(fault) = job.await
            && !fault.is_cancelled()
        {
            tracing::error!(%fault, "the jobs had ended before");
        }
    }
    if let Err(fault) = running.instance.meta.let_go_of_turns().await {
        tracing::error!(%fault, "jobs that were cut short wait for minutes after the next start");
    }
}

/// Does what the timetable says is due.
async fn keep_timetable(running: &Running) {
    in_turn(running, &TIDYING, async |_| tidy(running).await).await;
    in_turn(running, &OLD_MAILS, async |turn| {
        let gone = running.instance.meta.forget_mail(turn, now_s()).await.map_err(|fault| fault.to_string())?;
        Ok(format!("{gone} forgotten"))
    })
    .await;
    in_turn(running, &PUBLIC_REMINDER, async |_| remind_of_public(running).await).await;
    keep_record(running).await;
    keep_watch(running).await;
}

/// Tells of the security check-up and of tracking failures.
async fn keep_watch(running: &Running) {
    let services = &running.app.services;
    let done = |fault: makoto_catalog::ApiError| fault.to_string();
    let caller = Caller::inside(Principal::Job("checkup"));
    in_turn(running, &CHECKUP_HISTORY, async |_| {
        services.meta.thin_checkup(now_s()).await.map(|()| "done".to_owned()).map_err(|fault| fault.to_string())
    })
    .await;
    if services.meta.snapshot().accounts.is_empty() {
        return;
    }
    if is_watched_for_a_day(&services.meta).await {
        in_turn_with_end(running, &CHECKUP_MAIL, async |turn| {
            security_checkup::mail_report(services, &caller, turn).await.map_err(done)
        })
        .await;
    }
    in_turn_with_end(running, &FAILURES_MAIL, async |turn| {
        let probes = services.probes().map_err(done)?;
        diagnostics::failures::mail_new(services, probes.as_ref(), &caller, turn).await.map_err(done)
    })
    .await;
}

/// Whether there is a score to compare with: on its first day an installation is being set up.
async fn is_watched_for_a_day(meta: &Meta) -> bool {
    match meta.checkup_scores(CHECKUP_POINTS).await {
        Ok(points) => points.first().is_some_and(|point| now_s() - point.at_s >= 24 * 60 * 60),
        Err(fault) => {
            tracing::error!(%fault, "the scores of the security check-up could not be read");
            false
        }
    }
}

/// Does a job that ends its turn itself, where it succeeds.
async fn in_turn_with_end(running: &Running, task: &Task, work: impl AsyncFnOnce(&Turn) -> Result<(), String>) {
    let meta = &running.instance.meta;
    if let Some((turn, Err(fault))) = begin_turn(meta, &running.app.metrics.panics, task, work).await {
        end_turn(meta, task, &turn, Err(&fault)).await;
    }
}

/// Writes down what is counted in memory of requests.
pub async fn settle(app: &App) {
    if let Err(fault) = probes::settle(app).await {
        tracing::error!(%fault, "what was counted in memory could not be written down");
    }
}

/// Decides who is sent a link for a new password, at fixed times: when it is done tells nothing of who asked.
pub async fn decide_resets(running: Arc<Running>, mut stop: watch::Receiver<bool>) {
    loop {
        let decide = async {
            if let Err(fault) = running.instance.identity.decide_resets(now_s()).await {
                tracing::error!(%fault, "links for new passwords were not sent; it is tried again");
            }
        };
        alone(&running, "links for new passwords", decide).await;
        tokio::select! {
            () = tokio::time::sleep(RESETS_EVERY) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Measures the security check-up: soon after the start and after each change, and from time to time.
pub async fn check_up(running: Arc<Running>, mut stop: watch::Receiver<bool>) {
    let mut pause = CHECKUP_AFTER;
    loop {
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        alone(&running, "security check-up", check_up_once(&running.app.services)).await;
        tokio::select! {
            () = tokio::time::sleep(CHECKUP_EVERY) => pause = Duration::ZERO,
            () = running.instance.meta.changed() => pause = CHECKUP_AFTER,
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

async fn check_up_once(services: &Services) {
    let caller = Caller::inside(Principal::Job("checkup"));
    if let Err(fault) = security_checkup::end_due_fixes(services, &caller).await {
        tracing::error!(%fault, "a fix could not be taken back at its time; it is tried again");
    }
    // Before there is a superuser, there is nobody whom it would concern.
    if !services.meta.snapshot().accounts.is_empty()
        && let Err(fault) = security_checkup::run(services, &caller).await
    {
        tracing::error!(%fault, "the security check-up failed; it is tried again");
    }
}

/// Signs the record of acts, hands its head to the superusers, and removes what is too old.
async fn keep_record(running: &Running) {
    let meta = &running.instance.meta;
    let said = |head: Option<makoto_meta::Head>| head.map_or("nothing new".to_owned(), |head| head.written());
    in_turn(running, &RECORD_HEAD, async |_| meta.seal_record().await.map(said).map_err(|fault| fault.to_string()))
        .await;
    in_turn(running, &RECORD_MAIL, async |_| {
        meta.mail_record_head(now_s()).await.map(said).map_err(|fault| fault.to_string())
    })
    .await;
    in_turn(running, &RECORD_PRUNING, async |_| {
        let gone = activity_log::prune(&running.app.services).await.map_err(|fault| fault.to_string())?;
        Ok(format!("{gone} removed"))
    })
    .await;
}

/// Does a job if it is due and nobody else is at it.
async fn in_turn(running: &Running, task: &Task, work: impl AsyncFnOnce(&Turn) -> Result<String, String>) {
    do_in_turn(&running.instance.meta, &running.app.metrics.panics, task, work).await;
}

async fn do_in_turn(
    meta: &Meta,
    panics: &AtomicU64,
    task: &Task,
    work: impl AsyncFnOnce(&Turn) -> Result<String, String>,
) {
    if let Some((turn, done)) = begin_turn(meta, panics, task, work).await {
        end_turn(meta, task, &turn, done.as_ref().map(String::as_str).map_err(String::as_str)).await;
    }
}

/// Does a job in its turn, and says what came of it; nothing where it is not due or somebody else is at it.
async fn begin_turn<T>(
    meta: &Meta,
    panics: &AtomicU64,
    task: &Task,
    work: impl AsyncFnOnce(&Turn) -> Result<T, String>,
) -> Option<(Turn, Result<T, String>)> {
    let turn = match meta.take_turn(task.name, task.every, now_s()).await {
        Ok(turn) => turn?,
        Err(fault) => {
            tracing::error!(%fault, job = task.name, "the timetable could not be read");
            return None;
        }
    };
    let done = runtimes::one_piece(panics, task.name, work(&turn)).await;
    let done = done.unwrap_or_else(|| Err(PANICKED.to_owned()));
    if let Err(fault) = &done {
        tracing::error!(%fault, job = task.name, "a job failed; it is tried again");
    }
    Some((turn, done))
}

async fn end_turn(meta: &Meta, task: &Task, turn: &Turn, result: Result<&str, &str>) {
    if let Err(fault) = meta.end_turn(turn, result, now_s()).await {
        tracing::error!(%fault, job = task.name, "the end of a job could not be written down");
    }
}

/// Ends what is public no longer, and begins what waited for its moment.
async fn tend_public(running: &Running) {
    match running.instance.meta.tend_public().await {
        Ok(_) => {}
        Err(fault) => tracing::error!(%fault, "public grants could not be looked after; it is tried again"),
    }
}

/// Writes down how often public grants were looked at.
pub async fn note_views(running: &Running) {
    if let Err(fault) = running.app.public.save_views(&running.app).await {
        tracing::error!(%fault, "views of public grants could not be written down");
    }
}

/// Reminds superusers of what is public, and of texts in it that seem to be of persons.
async fn remind_of_public(running: &Running) -> Result<String, String> {
    let (meta, services) = (&running.instance.meta, &running.app.services);
    if !meta.reminder_due().await.map_err(|fault| fault.to_string())? {
        return Ok("nobody is to be reminded".to_owned());
    }
    let findings = makoto_features::public_reports::scan::findings(services).await;
    let told = meta.remind_of_public(&findings).await.map_err(|fault| fault.to_string())?;
    Ok(format!("{told} superusers were reminded"))
}

/// Writes down what is counted in memory of sign-ins and tokens.
pub async fn note_sign_ins(running: &Running) {
    let identity = &running.instance.identity;
    if let Err(fault) = identity.save_attempts(now_s()).await {
        tracing::error!(%fault, "failed sign-ins could not be written down");
    }
    if let Err(fault) = identity.save_token_uses().await {
        tracing::error!(%fault, "uses of tokens could not be written down");
    }
}

async fn tend_users(running: &Running) {
    let now_s = now_s();
    if let Err(fault) = makoto_features::users_manager::jobs::run_due(&running.instance.meta, now_s).await {
        tracing::error!(%fault, "the jobs about users failed; they are tried again");
    }
}

/// Sorts the analytics store where at least so many rows are unsorted; what came of it in words.
async fn cluster(running: &Running, rows_min: u64) -> Result<String, String> {
    let engine = running.app.engine.clone();
    let work = tokio::task::spawn_blocking(move || match engine.stats()?.unsorted_rows >= rows_min {
        true => engine.cluster(),
        false => Ok(false),
    });
    // In whole, so that a full disk is known by the database's own words.
    match work.await.map_err(|fault| fault.to_string())?.map_err(|fault| Failure::from(fault).told())? {
        true => {
            tracing::info!("the analytics store was sorted");
            Ok("sorted".to_owned())
        }
        false => Ok("little is unsorted".to_owned()),
    }
}

/// Deletes what is stored longer than it may be. What fails of it does not keep the rest from being done.
async fn retain(services: &Services) -> Result<String, String> {
    match (retention::run_due(services, now_s()).await, retention::erase_left_over(services).await) {
        (Ok(begun), Ok(erased)) => Ok(format!("{begun} sites, {erased} deleted ones erased")),
        (begun, erased) => Err(begun.err().into_iter().chain(erased.err()).collect::<Vec<_>>().join("; ")),
    }
}

async fn expire_keys(running: &Running, now_s: i64) -> Result<(), String> {
    let journal = running.app.journal.clone();
    let done = tokio::task::spawn_blocking(move || journal.expire_keys(now_s)).await;
    done.map_err(|fault| fault.to_string())?.map(drop).map_err(|fault| fault.to_string())
}

/// Removes what is over. One part that fails does not keep the others from being done.
async fn tidy(running: &Running) -> Result<String, String> {
    let (identity, meta, now_s) = (&running.instance.identity, &running.instance.meta, now_s());
    let fault = |what: &str, fault: &dyn std::fmt::Display| Some(format!("{what}: {fault}"));
    let faults = [
        identity.expire_sessions(now_s).await.err().and_then(|why| fault("ended sessions stay", &why)),
        identity.tend_tokens(now_s).await.err().and_then(|why| fault("expired tokens stay", &why)),
        meta.expire_resets(now_s).await.err().and_then(|why| fault("expired links stay", &why)),
        expire_keys(running, now_s).await.err().and_then(|why| fault("old keys stay in the journal", &why)),
        meta.give_up_mail(now_s).await.err().and_then(|why| fault("mails that nobody took stay", &why)),
    ];
    let faults: Vec<String> = faults.into_iter().flatten().collect();
    if faults.is_empty() { Ok("done".to_owned()) } else { Err(faults.join("; ")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::Instance;
    use makoto_access::{Grant, View, check_instance};
    use makoto_catalog::{Answer, ApiError};
    use makoto_features::{
        privacy_manager::work::{Later, Reports, Rows, Sizes, StoredData, Work},
        services::Reading,
    };
    use makoto_meta::SiteChange;
    use makoto_model::{Params, SiteId};
    use std::{
        collections::BTreeMap,
        sync::{Mutex, OnceLock},
    };

    /// A site that is no more, but of which something is stored.
    const GONE: SiteId = SiteId(77);

    fn operator() -> Caller {
        Caller::inside(Principal::Operator)
    }

    async fn add_site(meta: &Meta) -> SiteId {
        let change = SiteChange { name: Some("Garden".into()), ..SiteChange::default() };
        meta.add_site(&check_instance(&Principal::Operator).unwrap(), &operator(), change).await.unwrap()
    }

    /// Notes what is begun. The work of one site fails, and while it is looked up what is stored, a site is added and
    /// visited.
    struct Noted {
        meta: Meta,
        failing: SiteId,
        begun: Mutex<Vec<Work>>,
    }

    impl StoredData for Noted {
        fn find<'a>(&'a self, _: Grant<View>, _: &'a Params) -> Later<'a, Answer> {
            unimplemented!()
        }

        fn export(&self, _: BTreeMap<u32, Vec<i64>>) -> Later<'_, Answer> {
            unimplemented!()
        }

        fn preview<'a>(&'a self, _: &'a Work) -> Later<'a, Rows> {
            unimplemented!()
        }

        fn preview_reports<'a>(&'a self, _: &'a Work) -> Later<'a, Reports> {
            unimplemented!()
        }

        fn start<'a>(&'a self, _: &'a Caller, work: Work, _: bool) -> Later<'a, (String, Rows)> {
            Box::pin(async move {
                self.begun.lock().unwrap().push(work.clone());
                match work.sites().contains(&self.failing) {
                    true => Err(ApiError::Internal("the disk is full".into())),
                    false => Ok((String::new(), Rows::new())),
                }
            })
        }

        fn columns(&self) -> [Vec<&'static str>; 2] {
            unimplemented!()
        }

        fn sizes(&self) -> Later<'_, Sizes> {
            unimplemented!()
        }

        fn sites(&self) -> Later<'_, Vec<SiteId>> {
            Box::pin(async move { Ok(vec![GONE, add_site(&self.meta).await]) })
        }
    }

    #[test]
    fn a_job_that_found_no_room_waits_and_others_do_not() {
        let dir = tempfile::tempdir().unwrap();
        let options = makoto_engine::Options { memory_mib: 64, threads: 1, reserve_bytes: u64::MAX / 2 };
        let catalog = Arc::new(makoto_catalog::Catalog::new(&[]).unwrap());
        let engine = makoto_engine::Engine::open(dir.path(), catalog, options).unwrap();
        let mut full = Full::default();
        full.note("backup", &Err(engine.compact().unwrap_err().to_string()));
        full.note("sorting", &Err("the analytics store is closed".to_owned()));
        assert!(!full.is_over("backup") && full.is_over("sorting") && full.is_over("backup-drill"));
        *full.0.get_mut("backup").unwrap() -= ROOM_PAUSE;
        assert!(full.is_over("backup"));
        full.note("backup", &Err("No space left on device".to_owned()));
        assert!(!full.is_over("backup"));
        full.note("backup", &Ok("done".to_owned()));
        assert!(full.is_over("backup"));
    }

    #[tokio::test]
    async fn a_job_that_panics_has_failed_and_others_are_done() {
        let dir = tempfile::tempdir().unwrap();
        let meta = Instance::open_or_make(dir.path()).await.unwrap().meta;
        let panics = AtomicU64::new(0);
        do_in_turn(&meta, &panics, &TIDYING, async |_| panic!("on purpose")).await;
        do_in_turn(&meta, &panics, &SORTING, async |_| Ok("sorted".to_owned())).await;
        let jobs = meta.jobs().await.unwrap();
        let result = |task: &Task| jobs.iter().find(|job| job.name == task.name).unwrap().last_result.clone();
        assert_eq!((result(&TIDYING).as_str(), result(&SORTING).as_str()), (PANICKED, "sorted"));
        assert_eq!(panics.into_inner(), 1);
    }

    #[tokio::test]
    async fn what_fails_of_one_site_does_not_keep_others_from_being_deleted_and_new_sites_stay() {
        let dir = tempfile::tempdir().unwrap();
        let Instance { meta, identity, .. } = Instance::open_or_make(dir.path()).await.unwrap();
        let (first, second) = (add_site(&meta).await, add_site(&meta).await);
        meta.set_setting(&operator(), retention::DELETE.key, "true").await.unwrap();
        let data = Arc::new(Noted { meta: meta.clone(), failing: first, begun: Mutex::default() });
        let services = Services {
            meta,
            identity,
            base_url: String::new(),
            public_forbidden: false,
            labels: OnceLock::new(),
            probes: OnceLock::new(),
            data: OnceLock::from(data.clone() as Arc<dyn StoredData>),
            reading: Reading { segment: makoto_query::segment::names, ranges: makoto_query::period::ranges },
            locate: OnceLock::new(),
        };
        let said = retain(&services).await.unwrap_err();
        assert!(said.contains("site 1") && said.contains("the disk is full"), "{said}");
        let begun: Vec<_> = data.begun.lock().unwrap().iter().map(|work| (work.kind(), work.sites()[0])).collect();
        assert_eq!(begun, [("purge", first), ("purge", second), ("erase_site", GONE)]);
    }
}
