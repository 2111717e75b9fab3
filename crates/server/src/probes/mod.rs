//! What the server finds out for features about itself and its surroundings.

mod backups;
mod data;
mod dns;
mod machine;
mod release;
mod web;

pub use backups::{drill, make as make_backup};
pub use machine::Growth;
pub use release::Releases;
pub use web::MIRROR_PATH;
pub use web::{MIRROR_HEADER, Mirror};

use crate::{
    app::App,
    commands::{self, Failure},
    config::Config,
    doctor,
    instance::Instance,
    serve::Running,
};
use makoto_catalog::{language::english, words::grouped};
use makoto_features::{
    Services,
    probes::{Detected, Known, LiveHit, Outside, Probes, StoredRows, Work},
};
use makoto_meta::MailCounts;
use makoto_model::SiteId;
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, OnceLock, PoisonError, Weak},
    time::Duration,
};

/// How long a whole look may take.
const LOOK_WAIT_MAX: Duration = Duration::from_secs(5);

/// Lets the features of a server look at it.
pub fn install(running: &Arc<Running>) {
    let probes: Arc<dyn Probes> = Arc::new(ServerProbes { running: Arc::downgrade(running) });
    // There is one, set here alone.
    let _ = running.app.services.probes.set(probes);
}

struct ServerProbes {
    running: Weak<Running>,
}

impl ServerProbes {
    fn running(&self) -> Known<Arc<Running>> {
        self.running.upgrade().ok_or_else(|| "the server is stopping".to_owned())
    }
}

/// Runs what blocks; a panic in it is a fault like any other.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Known<T> + Send + 'static) -> Known<T> {
    tokio::task::spawn_blocking(work).await.map_err(|fault| fault.to_string()).flatten()
}

/// Processor time that the parts of a look took.
#[derive(Clone, Default)]
struct Costs(Arc<Mutex<BTreeMap<&'static str, i64>>>);

impl Costs {
    /// Milliseconds that this thread has been on a processor; nothing where the system does not tell.
    fn spent_ms() -> Option<i64> {
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split_whitespace().next()?.parse::<i64>().ok().map(|nanoseconds| nanoseconds / 1_000_000)
    }

    /// Does a part aside, within the time that there is, and notes what it took.
    async fn part<T: Send + 'static>(
        &self,
        name: &'static str,
        work: impl FnOnce() -> Known<T> + Send + 'static,
    ) -> Known<T> {
        let costs = self.clone();
        let measured = move || {
            let before = Costs::spent_ms();
            let done = work();
            if let (Some(before), Some(after)) = (before, Costs::spent_ms()) {
                costs.0.lock().unwrap_or_else(PoisonError::into_inner).insert(name, after - before);
            }
            done
        };
        timely(aside(measured)).await
    }
}

async fn timely<T>(work: impl Future<Output = Known<T>>) -> Known<T> {
    let late = |_| Err(format!("it took longer than {} s", LOOK_WAIT_MAX.as_secs()));
    tokio::time::timeout(LOOK_WAIT_MAX, work).await.unwrap_or_else(late)
}

/// Everything at once, each within the time that there is.
async fn look(running: &Arc<Running>) -> Outside {
    let dir: PathBuf = running.instance.files.dir().to_owned();
    let app = || running.app.clone();
    let (files_dir, room_dir) = (dir.clone(), dir);
    let [a, b, c, d, e, f, g, h] = [(); 8].map(|()| app());
    let costs = Costs::default();
    let (web, files, room, clock, backup, outbound, release, sample, rules, mail_domain, mail) = tokio::join!(
        costs.part("web", move || web::look(&g)),
        costs.part("files", move || machine::files(&files_dir)),
        costs.part("room", move || machine::room(&a, &room_dir)),
        costs.part("clock", move || machine::clock(&b)),
        timely(backups::look(running)),
        costs.part("outbound", move || web::outbound(&c)),
        costs.part("release", move || release::look(&d)),
        costs.part("sample", move || data::sample(&e)),
        costs.part("rules", move || data::rules(&f)),
        costs.part("mail domain", move || dns::mail_domain(&h)),
        timely(crate::mail::greet(&running.app)),
    );
    let cpu_ms = std::mem::take(&mut *costs.0.lock().unwrap_or_else(PoisonError::into_inner));
    Outside {
        web,
        files,
        process: machine::process(),
        room,
        clock,
        backup,
        outbound,
        release,
        sample,
        rules,
        mail,
        mail_domain,
        cpu_ms,
    }
}

impl Probes for ServerProbes {
    fn look(&self) -> Work<'_, Outside> {
        Box::pin(async {
            match self.running() {
                Ok(running) => look(&running).await,
                Err(why) => Outside::unknown(&why),
            }
        })
    }

    fn back_up(&self) -> Work<'_, Known<String>> {
        Box::pin(async {
            let running = self.running()?;
            let made = backups::make(&running).await?;
            Ok(format!("{made}; {}", backups::drill(&running).await?))
        })
    }

    fn set_mode(&self, path: &str, mode: u32) -> Known<()> {
        machine::set_mode(self.running()?.instance.files.dir(), path, mode)
    }

    fn settle(&self) -> Work<'_, Known<()>> {
        Box::pin(async {
            let running = self.running()?;
            settle(&running.app).await
        })
    }

    fn detect(&self, user_agent: &str, hints: &str) -> Detected {
        self.running().map(|running| running.app.data.explain(user_agent, hints)).unwrap_or_default()
    }

    fn device_names(&self) -> Vec<(&'static str, String, String)> {
        self.running().map(|running| running.app.data.names()).unwrap_or_default()
    }

    fn configuration(&self) -> Vec<[String; 4]> {
        self.running().map(|running| running.app.config.lines()).unwrap_or_default()
    }

    fn system(&self) -> Work<'_, Known<Vec<(String, bool, String)>>> {
        Box::pin(async { system(&*self.running()?).await })
    }

    fn stored(&self) -> Work<'_, Known<Vec<StoredRows>>> {
        Box::pin(async {
            let engine = self.running()?.app.engine.clone();
            aside(move || data::stored(&engine)).await
        })
    }

    fn counted_as(&self, site: SiteId, url: &str) -> Known<Option<String>> {
        let app = &self.running()?.app;
        let site = app.services.meta.snapshot().sites.get(&site).cloned().ok_or("there is no such site")?;
        Ok(makoto_tracking::counted_page(url, &app.rules(&site)))
    }

    fn live(&self, sites: &[u32], after: u64) -> Vec<LiveHit> {
        let look = |running: Arc<Running>| running.app.live.look(sites, after, running.app.flow.applied());
        self.running().map(look).unwrap_or_default()
    }
}

/// Writes down what is counted in memory.
///
/// # Errors
/// When a store cannot be written.
pub async fn settle(app: &App) -> Known<()> {
    let now_s = makoto_features::services::now_s();
    let meta = &app.services.meta;
    app.failures.save(meta, now_s).await.map_err(|fault| fault.to_string())?;
    app.sightings.save(meta, now_s).await.map_err(|fault| fault.to_string())?;
    app.identity().save_attempts(now_s).await.map_err(|fault| fault.to_string())?;
    app.identity().save_token_uses().await.map_err(|fault| fault.to_string())
}

/// The state of each part.
async fn system(running: &Running) -> Known<Vec<(String, bool, String)>> {
    let app = &running.app;
    let faults = doctor::examine_running(running).await.map_err(|fault| fault.to_string())?;
    let stats = {
        let engine = app.engine.clone();
        aside(move || engine.stats().map_err(|fault| fault.to_string())).await?
    };
    let waiting = app.journal.head().get().saturating_sub(app.flow.applied());
    let failures = app.flow.failures.load(std::sync::atomic::Ordering::Relaxed);
    let panics = app.metrics.panics.load(std::sync::atomic::Ordering::Relaxed);
    let mails = app.services.meta.mail_counts(makoto_features::services::now_s()).await.map_err(|f| f.to_string())?;
    let line = |part: &str, sound: bool, text: String| (part.to_owned(), sound, text);
    let stored = match faults.is_empty() {
        true => "sound".to_owned(),
        false => faults.join("; "),
    };
    Ok(vec![
        line("Version", true, env!("CARGO_PKG_VERSION").to_owned()),
        line("Stored data", faults.is_empty(), stored),
        line("Hits that wait to be counted", waiting < WAITING_MAX, number(waiting)),
        line("Batches that had to be tried again", failures == 0, number(failures)),
        line("Requests and jobs that failed inside", panics == 0, number(panics)),
        line("Visits and actions", true, format!("{} and {}", number(stats.visits), number(stats.actions))),
        line(
            "Analytics store",
            true,
            format!("{:.1} MiB on disk, {:.1} MiB in memory", mib(stats.file_bytes), mib(stats.memory_bytes)),
        ),
        mail_line(&mails, app.services.meta.mail_route().is_some()),
        line(
            "City databases",
            true,
            match app.config.city_databases.len() {
                0 => "none; countries come from the built-in database".to_owned(),
                count => count.to_string(),
            },
        ),
        line("Data folder", true, running.instance.files.dir().display().to_string()),
    ])
}

/// How the outbox does, and what to do where mails do not leave.
fn mail_line(mails: &MailCounts, has_server: bool) -> (String, bool, String) {
    let counts =
        format!("{} wait, {} sent, {} failed of late", number(mails.waiting), number(mails.sent), number(mails.failed));
    let (sound, text) = match (has_server, mails.waiting) {
        (false, 0) => (mails.failed == 0, format!("{counts}; no mail server is set")),
        (false, _) => {
            (false, format!("{counts}, and no mail server is set: name one in the general settings, and they leave"))
        }
        (true, _) if mails.refused > 0 || mails.failed > 0 => (
            false,
            format!(
                "{counts}; the mail server said last: {}. Look at the mail settings and send a test",
                mails.last_fault
            ),
        ),
        (true, _) => (true, counts),
    };
    ("Mails".to_owned(), sound, text)
}

/// Hits that may wait before that is worth a word.
const WAITING_MAX: u64 = 100_000;

fn number(count: impl Into<i128>) -> String {
    grouped(english(), count)
}

fn mib(bytes: u64) -> f64 {
    bytes as f64 / (1 << 20) as f64
}

/// The check-up of an installation that no server has open: what needs a running one stays unknown.
///
/// # Errors
/// When a store cannot be read.
pub async fn closed_checkup(instance: &Instance) -> Result<String, Failure> {
    let config = Config::load(None, std::env::vars_os(), [])?;
    let probes: Arc<dyn Probes> = Arc::new(ClosedProbes { dir: instance.files.dir().to_owned() });
    let services = Services {
        meta: instance.meta.clone(),
        identity: instance.identity.clone(),
        base_url: config.base_url,
        public_forbidden: config.public_forbidden,
        labels: OnceLock::new(),
        locate: OnceLock::new(),
        probes: OnceLock::from(probes),
        reading: makoto_features::services::Reading {
            segment: makoto_query::segment::names,
            ranges: makoto_query::period::ranges,
        },
        data: OnceLock::new(),
    };
    commands::checkup(&services).await
}

/// What can be found out of a data folder alone.
struct ClosedProbes {
    dir: PathBuf,
}

const CLOSED: &str = "no server runs";

impl ClosedProbes {
    fn files(dir: &Path) -> Outside {
        Outside { files: machine::files(dir), ..Outside::unknown(CLOSED) }
    }
}

impl Probes for ClosedProbes {
    fn look(&self) -> Work<'_, Outside> {
        Box::pin(async { ClosedProbes::files(&self.dir) })
    }
    fn back_up(&self) -> Work<'_, Known<String>> {
        Box::pin(async { Err(CLOSED.to_owned()) })
    }
    fn set_mode(&self, path: &str, mode: u32) -> Known<()> {
        machine::set_mode(&self.dir, path, mode)
    }
    fn settle(&self) -> Work<'_, Known<()>> {
        Box::pin(async { Ok(()) })
    }
    fn detect(&self, _: &str, _: &str) -> Detected {
        Detected::default()
    }
    fn device_names(&self) -> Vec<(&'static str, String, String)> {
        Vec::new()
    }
    fn configuration(&self) -> Vec<[String; 4]> {
        Vec::new()
    }
    fn system(&self) -> Work<'_, Known<Vec<(String, bool, String)>>> {
        Box::pin(async { Err(CLOSED.to_owned()) })
    }
    fn stored(&self) -> Work<'_, Known<Vec<StoredRows>>> {
        Box::pin(async { Err(CLOSED.to_owned()) })
    }
    fn counted_as(&self, _: SiteId, _: &str) -> Known<Option<String>> {
        Err(CLOSED.to_owned())
    }
    fn live(&self, _: &[u32], _: u64) -> Vec<LiveHit> {
        Vec::new()
    }
}
