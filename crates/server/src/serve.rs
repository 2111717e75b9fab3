//! A running server: stores opened, pipeline started, doors open; and all of it closed again in order.

use crate::{
    app::App,
    backup,
    client::Client,
    commands::{self, Command, Failure},
    config::Config,
    connections, control, doctor,
    instance::{Files, Instance},
    jobs,
    lookups::Data,
    mail,
    metrics::Metrics,
    pipeline::{self, Handle, Pipeline},
    privacy::Keeper,
    probes, record_stream, routes,
    runtimes::Hits,
};
use makoto_access::{Caller, Principal};
use makoto_catalog::Catalog;
use makoto_engine::Engine;
use makoto_features::{Services, privacy_manager::work::StoredData, services::Reading};
use makoto_identity::Setup;
use makoto_journal::{Journal, Position};
use makoto_meta::Activity;
use makoto_query::Query;
use makoto_tracking::Salts;
use serde_json::json;
use std::{
    collections::HashMap,
    path::Path,
    sync::{Arc, Mutex, OnceLock, RwLock},
};
use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    sync::watch,
};

/// Recent hits that the pipeline reads from memory: a few seconds of them; behind that it reads the file.
const JOURNAL_TAIL_BYTES_MAX: usize = 16 * 1024 * 1024;

/// A server's parts that the control socket and the jobs reach.
pub struct Running {
    pub instance: Instance,
    pub app: Arc<App>,
    /// One backup at a time.
    pub backups: tokio::sync::Mutex<()>,
    /// What was wrong when a backup was last restored for trial; one trial at a time.
    pub drill: tokio::sync::Mutex<String>,
}

impl Running {
    /// Runs an operator's act.
    ///
    /// # Errors
    /// What was refused, or what failed.
    pub async fn command(&self, command: Command) -> Result<String, Failure> {
        match command {
            Command::Backup { to } => {
                let _one = self.backups.lock().await;
                backup::make(self, Path::new(&to)).await
            }
            Command::Track { bulk } => routes::feed(&self.app, bulk.as_bytes()).await,
            Command::Doctor => doctor::report(&doctor::examine_running(self).await?),
            Command::Checkup => commands::checkup(&self.app.services).await,
            other => commands::run(&self.instance, other).await,
        }
    }
}

/// Opens the analytics store of an installation.
///
/// # Errors
/// When it cannot be opened.
pub fn open_engine(files: &Files, catalog: &Arc<Catalog>, config: &Config) -> Result<Engine, Failure> {
    let options = makoto_engine::Options {
        memory_mib: config.memory_mib,
        threads: config.report_threads,
        reserve_bytes: config.reserve_bytes(),
    };
    Ok(Engine::open(&files.analytics(), catalog.clone(), options)?)
}

struct Parts {
    running: Arc<Running>,
    pipeline: Handle,
    setup_link: Option<String>,
}

/// The server as the one who starts and stops.
fn itself() -> Caller {
    Caller::inside(Principal::Job("server"))
}

async fn assemble(dir: &Path, config: Config) -> Result<Parts, Failure> {
    let instance = Instance::open_or_make(dir).await?;
    if instance.files.is_open_to_others() {
        tracing::warn!(dir = %dir.display(), "other users of this machine may look into the data directory; take that away with chmod 700");
    }
    let detail = json!({ "version": env!("CARGO_PKG_VERSION") });
    instance.meta.record(&itself(), Activity::ServerStarted, detail).await?;
    let engine = open_engine(&instance.files, &instance.catalog, &config)?;
    let query = Arc::new(Query::new(engine.clone(), instance.catalog.clone()));
    let fold_path = instance.files.fold();
    let fold = pipeline::open_fold(&fold_path, &instance.catalog, &engine)?;
    fold.standing()?.fits(engine.applied())?;
    let options = makoto_journal::Options {
        reserve_bytes: config.reserve_bytes(),
        applied: Position::new(fold.position()),
        tail_bytes_max: JOURNAL_TAIL_BYTES_MAX,
        ..makoto_journal::Options::default()
    };
    let journal = Journal::open(&instance.files.journal(), options)?;
    let schema = journal.schema(&instance.catalog.hit_schema())?;
    let data = Data::load(&config)?;
    let line = Pipeline {
        journal: journal.clone(),
        engine: engine.clone(),
        query: query.clone(),
        catalog: instance.catalog.clone(),
        fold_path,
        new_texts_max: config.new_texts_max,
    };
    let pipeline = line.start(fold)?;
    let setup = Setup::open(dir, &instance.identity)?.map(Arc::new);
    let setup_link = setup.as_ref().map(|setup| format!("{}/setup#token={}", config.base_url, setup.secret()));
    let salts = Salts::new(instance.secret("visitor-salt").await?);
    let keeper = Keeper {
        engine: engine.clone(),
        query: query.clone(),
        catalog: instance.catalog.clone(),
        journal: journal.clone(),
        flow: pipeline.flow.clone(),
        meta: instance.meta.clone(),
        salts,
        dir: dir.to_owned(),
        busy: Arc::default(),
        asked: Arc::default(),
    };
    let caught_up = keeper.catch_up().await?;
    if caught_up > 0 {
        tracing::info!(caught_up, "work on stored data was caught up with");
    }
    let app = Arc::new(App {
        client: Client::new(&config),
        catalog: instance.catalog.clone(),
        services: Services {
            meta: instance.meta.clone(),
            identity: instance.identity.clone(),
            base_url: config.base_url.clone(),
            public_forbidden: config.public_forbidden,
            labels: std::sync::OnceLock::new(),
            locate: OnceLock::new(),
            probes: OnceLock::new(),
            reading: Reading { segment: makoto_query::segment::names, ranges: makoto_query::period::ranges },
            data: OnceLock::from(Arc::new(keeper) as Arc<dyn StoredData>),
        },
        config,
        journal,
        schema,
        engine,
        query,
        flow: pipeline.flow.clone(),
        data,
        salts,
        metrics: Metrics::default(),
        denials: crate::denials::Denials::default(),
        public: crate::public::Public::default(),
        setup: RwLock::new(setup),
        rules: Mutex::new(HashMap::new()),
        mirror: probes::Mirror::default(),
        growth: probes::Growth::default(),
        releases: probes::Releases::default(),
        failures: crate::failures::Failures::default(),
        sightings: crate::sightings::Sightings::default(),
        live: crate::live::Live::default(),
    });
    instance.identity.serve_at(&app.config.base_url);
    instance.identity.allow_passkeys(&app.config.base_url)?;
    let placed = app.clone();
    instance.identity.locate_by(Box::new(move |address| placed.data.country(address)));
    instance.identity.restore_attempts().await?;
    // What fell due while no server ran is over before anybody is served.
    instance.meta.tend_public().await?;
    let asked = Arc::downgrade(&app);
    let located = asked.clone();
    let locate = move |address| located.upgrade().map(|app| app.data.locate(address, "")).unwrap_or_default();
    let labels = move |grant, method: &'static str, params| -> makoto_features::services::Texts {
        let app = asked.upgrade();
        Box::pin(async move {
            match app {
                Some(app) => crate::dispatch::labels(&app, grant, method, params).await,
                None => Ok(Vec::new()),
            }
        })
    };
    // Nobody has set it before: the services were made above.
    let _ = app.services.labels.set(Box::new(labels));
    let _ = app.services.locate.set(Box::new(locate));
    let running = Arc::new(Running {
        instance,
        app,
        backups: tokio::sync::Mutex::default(),
        drill: tokio::sync::Mutex::default(),
    });
    probes::install(&running);
    Ok(Parts { running, pipeline, setup_link })
}

/// Serves a data directory until the process is told to stop.
///
/// # Errors
/// When something cannot be opened at the start, or closed at the end.
pub async fn run(dir: &Path, config: Config) -> Result<(), Failure> {
    let signals = Signals::listen()?;
    let listener = connections::listen(&config.listen)?;
    let socket = Files::new(dir).control();
    let Parts { running, pipeline, setup_link } = assemble(dir, config).await?;
    let control = tokio::spawn(control::serve(control::listen(&socket)?, running.clone()));
    let (stop, stopped) = watch::channel(false);
    let jobs = jobs::start(&running, &stopped);
    let stream = tokio::spawn(record_stream::run(running.app.clone(), stopped.clone()));
    let checkup = tokio::spawn(jobs::check_up(running.clone(), stopped.clone()));
    let resets = tokio::spawn(jobs::decide_resets(running.clone(), stopped.clone()));
    let id_secret = running.instance.secret("mail-numbers").await?;
    let mail = tokio::spawn(mail::run(running.app.clone(), id_secret, stopped.clone()));
    let router = routes::router(running.app.clone());
    let threads = |fault| Failure::File { path: "threads".to_owned(), fault };
    let (hits, pages) = (Hits::new().map_err(threads)?, tokio::runtime::Handle::current());
    let accept = |listener| connections::serve(listener, router, pages, running.app.clone(), stopped);
    let server = hits.serve(listener, accept).map_err(threads)?;
    tracing::info!(address = %running.app.config.base_url, "ready");
    if let Some(link) = setup_link {
        // Shown to the operator alone, not logged: whoever holds it becomes the superuser.
        crate::say(&format!("Open this link once to set up Makoto:\n{link}"))?;
    }
    signals.first().await;
    tracing::info!("stopping");
    stop.send_replace(true);
    if let Err(fault) = server.await {
        tracing::error!(%fault, "the server's task failed");
    }
    drop(hits);
    checkup.abort();
    resets.abort();
    jobs::finish(jobs, &running).await;
    jobs::note_sign_ins(&running).await;
    jobs::note_views(&running).await;
    jobs::settle(&running.app).await;
    stream.abort();
    mail::finish(mail).await;
    control.abort();
    close(running, pipeline).await
}

async fn close(running: Arc<Running>, pipeline: Handle) -> Result<(), Failure> {
    let app = running.app.clone();
    let closed = tokio::task::spawn_blocking(move || -> Result<(), Failure> {
        // The fold may wait for it.
        app.engine.break_off();
        pipeline.stop();
        app.journal.clone().close()?;
        Ok(app.engine.close()?)
    });
    closed.await.map_err(|fault| Failure::Data(fault.to_string()))??;
    running.instance.meta.record(&itself(), Activity::ServerStopped, json!({})).await?;
    running.instance.meta.close().await;
    match std::fs::remove_file(running.instance.files.control()) {
        Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::file(&running.instance.files.control(), fault))
        }
        _ => Ok(()),
    }
}

/// What tells the process to stop. Heard from the moment it is made, so that a stop during the start is orderly too.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
    /// A terminal that goes away; nothing where whoever started the program had that ignored, as `nohup` does.
    hangup: Option<Signal>,
}

impl Signals {
    fn listen() -> Result<Signals, Failure> {
        let failure = |fault| Failure::File { path: "signals".to_owned(), fault };
        Ok(Signals {
            terminate: signal(SignalKind::terminate()).map_err(failure)?,
            interrupt: signal(SignalKind::interrupt()).map_err(failure)?,
            hangup: (!hangup_is_ignored()).then(|| signal(SignalKind::hangup())).transpose().map_err(failure)?,
        })
    }

    async fn first(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => {}
            _ = self.interrupt.recv() => {}
            () = hung_up(self.hangup) => {}
        }
    }
}

async fn hung_up(hangup: Option<Signal>) {
    match hangup {
        Some(mut hangup) => drop(hangup.recv().await),
        None => std::future::pending().await,
    }
}

/// Whether this process was started with hang-ups ignored; false where the system does not tell.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0);
    // A bit for each signal, the first for number 1, which is the hang-up.
    ignored & 1 == 1
}
