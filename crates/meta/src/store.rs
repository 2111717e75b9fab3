use crate::{Activity, Snapshot, factor, migrations, public, record, seal::Seal};
use makoto_access::Caller;
use makoto_catalog::Catalog;
use serde_json::Value as Json;
use sqlx::{
    Connection, SqliteConnection, SqlitePool,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous},
};
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, RwLock,
        atomic::{AtomicBool, AtomicI64, Ordering},
    },
    time::Duration,
};

/// Readers beside the one writer; more than a few never wait on a file of this size.
const READERS_MAX: u32 = 4;
/// How long a command waits for another program's lock on the file before it gives up.
const LOCK_WAIT_MAX: Duration = Duration::from_secs(5);

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error(
        "the relational store failed ({0}): check the disk and the permissions of the data folder, then run makoto doctor"
    )]
    Sql(#[from] sqlx::Error),
    #[error("the relational store could not be brought up to date ({0}): restore the backup from before the upgrade")]
    Migration(#[from] sqlx::migrate::MigrateError),
    #[error(
        "the relational store is of a newer makoto: its tables are at step {found}, this program knows {known}; use the \
         program that wrote it last, or restore a backup that this one made"
    )]
    Newer { found: i64, known: i64 },
    #[error("{path}: {fault}")]
    Key { path: String, fault: std::io::Error },
    #[error("the system gave no random numbers: {0}")]
    Random(String),
    #[error("the relational store holds a value that cannot be read ({0}): run makoto doctor, or restore a backup")]
    Corrupt(String),
    #[error("{0}")]
    Refused(String),
    /// What was confirmed is not what is there now.
    #[error("{0}")]
    Changed(String),
    /// The caller is not any more who was let in.
    #[error("your rights or your session have just changed; sign in again, or try again")]
    CallerChanged,
    #[error("{0}")]
    NotFound(String),
}

/// What the writing connection is told before a write.
const SYNCED: &str = "PRAGMA synchronous = FULL";
const UNSYNCED: &str = "PRAGMA synchronous = NORMAL";
/// How soon a write is on the disk whose commit does not wait for it.
const SYNC_WITHIN: Duration = Duration::from_secs(1);

/// SQLite's log of a file.
fn wal_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

/// The relational store. Cheap to clone.
#[derive(Clone)]
pub struct Meta {
    pub(crate) read: SqlitePool,
    write: SqlitePool,
    pub(crate) catalog: Arc<Catalog>,
    snapshot: Arc<RwLock<Arc<Snapshot>>>,
    /// Held by the act under way until the snapshot shows what it did, so that the next act decides by that.
    turn: Arc<tokio::sync::Mutex<()>>,
    path: PathBuf,
    seal: Seal,
    /// Tells the sender that mails were promised.
    pub(crate) mail_ready: Arc<tokio::sync::Notify>,
    /// The latest moment that was ever seen, in seconds since 1970.
    pub(crate) seen_s: Arc<AtomicI64>,
    /// Tells the security check-up that something changed that it may measure.
    changed: Arc<tokio::sync::Notify>,
    /// What was written is about to be made durable.
    sync_due: Arc<AtomicBool>,
}

/// The file beside the store that holds the installation's key.
pub const KEY_FILE: &str = "secret.key";

/// A write under way: its record is in the same transaction. Dropped without `commit`, nothing happened.
pub struct Act {
    pub(crate) tx: sqlx::Transaction<'static, sqlx::Sqlite>,
    pub(crate) seal: Seal,
    /// What was in force when it began.
    pub(crate) before: Arc<Snapshot>,
    /// Reads what was stored when it began, whatever it has changed by now.
    pub(crate) read: SqlitePool,
    turn: tokio::sync::OwnedMutexGuard<()>,
    /// Mails were promised, so the sender must be woken.
    pub(crate) mailed: bool,
    /// The mail server by which this act's mails must leave; nothing for the one in force.
    pub(crate) mail_route: Option<Json>,
}

/// Refuses a key that is not the one under which this store was written: what it encrypted would be lost unnoticed.
async fn check_key(write: &SqlitePool, seal: &Seal) -> Result<(), Error> {
    let print = seal.derive("tells the key apart");
    sqlx::query("INSERT INTO secret (name, bytes) VALUES ('key print', ?) ON CONFLICT (name) DO NOTHING")
        .bind(&print[..])
        .execute(write)
        .await?;
    let stored: Vec<u8> =
        sqlx::query_scalar("SELECT bytes FROM secret WHERE name = 'key print'").fetch_one(write).await?;
    match stored == print {
        true => Ok(()),
        false => Err(Error::Corrupt(format!("{KEY_FILE} beside the store is not its key; put the right one back"))),
    }
}

/// A step that this program does not know was made by one that knows more.
fn too_new(fault: sqlx::migrate::MigrateError) -> Error {
    match fault {
        sqlx::migrate::MigrateError::VersionMissing(found) => Error::Newer { found, known: migrations::last() },
        other => other.into(),
    }
}

/// Whether a connection that was given back can begin another transaction. When the disk is full, SQLite undoes a
/// transaction by itself: there is nothing left to undo then, but the connection goes on counting it.
async fn is_usable(connection: &mut SqliteConnection) -> Result<bool, sqlx::Error> {
    // What was to be undone is undone before this is answered.
    connection.ping().await?;
    Ok(!connection.is_in_transaction())
}

impl Meta {
    /// Whether the file is there and has the tables of an installation.
    ///
    /// # Errors
    /// When it cannot be read, or is something else.
    pub async fn is_filled(path: &Path) -> Result<bool, Error> {
        if std::fs::metadata(path).map_or(true, |file| file.len() == 0) {
            return Ok(false);
        }
        let options = SqliteConnectOptions::new().filename(path).busy_timeout(LOCK_WAIT_MAX);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        let sql = "SELECT count(*) > 0 FROM sqlite_schema WHERE name = 'activity'";
        let filled = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(filled)
    }

    /// Opens or creates the file and brings its tables up to date.
    ///
    /// # Errors
    /// When the file cannot be opened, is from a newer program, or holds values that cannot be read.
    pub async fn open(path: &Path, catalog: Arc<Catalog>) -> Result<Meta, Error> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(LOCK_WAIT_MAX);
        let write = SqlitePoolOptions::new()
            .max_connections(1)
            .after_release(|connection, _| Box::pin(is_usable(connection)))
            .connect_with(options.clone())
            .await?;
        migrations::migrator().run(&write).await.map_err(too_new)?;
        let read = SqlitePoolOptions::new().max_connections(READERS_MAX).connect_with(options.read_only(true)).await?;
        let seal = Seal::open(&path.with_file_name(KEY_FILE))?;
        check_key(&write, &seal).await?;
        let mut needs = write.begin_with("BEGIN IMMEDIATE").await?;
        factor::keep_needs(&mut needs, &catalog).await?;
        let snapshot = Snapshot::load(&mut needs, &catalog, &seal).await?;
        needs.commit().await?;
        let snapshot = Arc::new(RwLock::new(Arc::new(snapshot)));
        let seen_s = sqlx::query_scalar("SELECT seen_s FROM public_state WHERE id = 1").fetch_one(&read).await?;
        let turn = Arc::default();
        let (path, mail_ready, changed, sync_due) = (path.to_owned(), Arc::default(), Arc::default(), Arc::default());
        let seen_s = Arc::new(AtomicI64::new(seen_s));
        Ok(Meta { read, write, catalog, snapshot, turn, path, seal, mail_ready, changed, seen_s, sync_due })
    }

    /// What every request needs, as of the last write.
    pub fn snapshot(&self) -> Arc<Snapshot> {
        match self.snapshot.read() {
            Ok(guard) => guard.clone(),
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }

    pub fn catalog(&self) -> &Arc<Catalog> {
        &self.catalog
    }

    /// Begins an act and records it. `detail` must hold no secret.
    pub(crate) async fn begin(&self, caller: &Caller, kind: Activity, detail: Json) -> Result<Act, Error> {
        let mut act = self.begin_unrecorded().await?;
        record::insert(&mut act, caller, kind, &detail).await?;
        Ok(act)
    }

    /// Begins a write that is no act of anybody, such as noting when a token was last used.
    pub(crate) async fn begin_unrecorded(&self) -> Result<Act, Error> {
        self.begin_with(SYNCED).await
    }

    /// Begins a write whose commit waits for the disk, or does not.
    async fn begin_with(&self, synchronous: &'static str) -> Result<Act, Error> {
        let turn = self.turn.clone().lock_owned().await;
        // There is one connection that writes. It is told each time, as the write before may have ended anywhere.
        sqlx::query(synchronous).execute(&self.write).await?;
        let tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let (seal, before, read) = (self.seal.clone(), self.snapshot(), self.read.clone());
        Ok(Act { tx, seal, before, read, mailed: false, mail_route: None, turn })
    }

    /// Begins a write that `commit_soon` ends.
    pub(crate) async fn begin_soon(&self) -> Result<Act, Error> {
        self.begin_with(UNSYNCED).await
    }

    /// Ends a write without waiting for the disk: it outlives the process at once, and the machine after `SYNC_WITHIN`.
    pub(crate) async fn commit_soon(&self, act: Act) -> Result<(), Error> {
        self.commit_quietly(act).await?;
        if !self.sync_due.swap(true, Ordering::AcqRel) {
            let (due, log) = (self.sync_due.clone(), wal_of(&self.path));
            tokio::spawn(async move {
                tokio::time::sleep(SYNC_WITHIN).await;
                due.store(false, Ordering::Release);
                // The last of its users takes the log away; then all of it is in the file.
                let synced = tokio::task::spawn_blocking(move || match std::fs::File::open(log) {
                    Ok(file) => file.sync_data(),
                    Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => Ok(()),
                    Err(fault) => Err(fault),
                });
                if let Ok(Err(fault)) = synced.await {
                    tracing::error!(%fault, "the last lines of the record may be lost if the machine stops now");
                }
            });
        }
        Ok(())
    }

    /// Makes the act durable and lets every later request see it; both or none, whoever hangs up meanwhile.
    pub(crate) async fn commit(&self, act: Act) -> Result<(), Error> {
        let meta = self.clone();
        match tokio::spawn(async move { meta.put_in_force(act).await }).await {
            Ok(done) => done,
            Err(fault) => match fault.try_into_panic() {
                Ok(cause) => std::panic::resume_unwind(cause),
                Err(_) => Err(Error::Refused("the server is stopping".into())),
            },
        }
    }

    async fn put_in_force(&self, act: Act) -> Result<(), Error> {
        let Act { mut tx, turn, mailed, .. } = act;
        factor::keep_needs(&mut tx, &self.catalog).await?;
        // Read before it is durable: what cannot be read is undone.
        let fresh = Arc::new(Snapshot::load(&mut tx, &self.catalog, &self.seal).await?);
        tx.commit().await?;
        match self.snapshot.write() {
            Ok(mut guard) => *guard = fresh,
            Err(poisoned) => *poisoned.into_inner() = fresh,
        }
        drop(turn);
        self.wake_sender(mailed);
        self.changed.notify_one();
        Ok(())
    }

    /// Waits until an act has changed what every request sees.
    pub async fn changed(&self) {
        self.changed.notified().await;
    }

    /// Makes a write durable that changes nothing of the snapshot.
    pub(crate) async fn commit_quietly(&self, act: Act) -> Result<(), Error> {
        let mailed = act.mailed;
        act.tx.commit().await?;
        self.wake_sender(mailed);
        Ok(())
    }

    /// Counts the transactions that are made durable from now on.
    #[cfg(test)]
    pub(crate) async fn count_commits(&self) -> Arc<AtomicI64> {
        let counted: Arc<AtomicI64> = Arc::default();
        let counter = counted.clone();
        let mut writer = self.write.acquire().await.unwrap();
        writer.lock_handle().await.unwrap().set_commit_hook(move || {
            counter.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            true
        });
        counted
    }

    fn wake_sender(&self, mailed: bool) {
        if mailed {
            self.mail_ready.notify_one();
        }
    }

    /// The installation's secret of this name, made at its first use: 32 random bytes from `fresh`.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn secret(&self, name: &str, fresh: [u8; 32]) -> Result<[u8; 32], Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("INSERT INTO secret (name, bytes) VALUES (?, ?) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(&fresh[..])
            .execute(&mut *act.tx)
            .await?;
        let bytes: Vec<u8> =
            sqlx::query_scalar("SELECT bytes FROM secret WHERE name = ?").bind(name).fetch_one(&mut *act.tx).await?;
        self.commit_quietly(act).await?;
        bytes.try_into().map_err(|_| Error::Corrupt(format!("the secret {name} has the wrong length")))
    }

    /// Encrypts what a copy of the store alone must not give away.
    ///
    /// # Errors
    /// When the system gives no random numbers.
    pub fn seal(&self, plain: &[u8]) -> Result<Vec<u8>, Error> {
        self.seal.seal(plain)
    }

    /// What `seal` encrypted.
    ///
    /// # Errors
    /// When it was encrypted with another key, or changed.
    pub fn unseal(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        self.seal.unseal(sealed)
    }

    /// The installation's own key for a purpose, for signatures and keyed hashes.
    pub fn derive_key(&self, purpose: &str) -> [u8; 32] {
        self.seal.derive(purpose)
    }

    /// Writes a consistent copy to a path that does not exist yet, while others read and write, and the key beside it.
    ///
    /// # Errors
    /// When the copy cannot be written.
    pub async fn backup(&self, to: &Path) -> Result<(), Error> {
        let to = to.to_str().ok_or_else(|| Error::Refused("write the backup to a path that is valid UTF-8".into()))?;
        sqlx::query("VACUUM INTO ?").bind(to).execute(&self.read).await?;
        let (from, copy) = (self.path.with_file_name(KEY_FILE), Path::new(to).with_file_name(KEY_FILE));
        std::fs::copy(&from, &copy).map_err(|fault| Error::Key { path: copy.display().to_string(), fault })?;
        Ok(())
    }

    /// Faults of the stored data, in words; empty when all is well.
    ///
    /// # Errors
    /// When the file cannot be read at all.
    pub async fn check(&self) -> Result<Vec<String>, Error> {
        let mut connection = SqliteConnection::connect_with(
            &SqliteConnectOptions::new().filename(&self.path).read_only(true).busy_timeout(LOCK_WAIT_MAX),
        )
        .await?;
        let mut faults: Vec<String> = sqlx::query_scalar("PRAGMA integrity_check").fetch_all(&mut connection).await?;
        faults.retain(|line| line != "ok");
        let orphans = sqlx::query("PRAGMA foreign_key_check").fetch_all(&mut connection).await?;
        if !orphans.is_empty() {
            faults.push(format!("{} rows refer to users or sites that do not exist", orphans.len()));
        }
        let unexplained = sqlx::query(public::UNEXPLAINED).fetch_all(&mut connection).await?;
        faults.extend(unexplained.iter().map(public::unexplained).collect::<Result<Vec<_>, _>>()?);
        Ok(faults)
    }

    /// Ends all connections; what was committed is on the disk.
    pub async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_access::Principal;
    use serde_json::json;

    async fn level(meta: &Meta) -> i64 {
        sqlx::query_scalar("PRAGMA synchronous").fetch_one(&meta.write).await.unwrap()
    }

    #[tokio::test]
    async fn promise_56_a_full_disk_leaves_the_store_usable() {
        let dir = tempfile::tempdir().unwrap();
        let meta = Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await.unwrap();
        let caller = Caller::inside(Principal::Anonymous);
        sqlx::query("PRAGMA max_page_count = 1").execute(&meta.write).await.unwrap();
        let long = json!({ "login": "x".repeat(100_000) });
        let refused = meta.record(&caller, Activity::SignInFailed, long).await.unwrap_err().to_string();
        assert!(refused.contains("full"), "{refused}");
        // The next connection knows nothing of that limit, as if there were room again.
        meta.record(&caller, Activity::SignInFailed, json!({ "login": "eve" })).await.unwrap();
        let lines: Vec<String> =
            sqlx::query_scalar("SELECT subject FROM activity").fetch_all(&meta.read).await.unwrap();
        assert_eq!(lines, ["eve"]);
    }

    #[tokio::test]
    async fn promise_03_refusals_do_not_wait_for_the_disk_and_acts_do() {
        let dir = tempfile::tempdir().unwrap();
        let meta = Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await.unwrap();
        let caller = Caller::inside(Principal::Anonymous);
        meta.record_refusal(&caller, Activity::SignInFailed, json!({ "login": "ada" })).await.unwrap();
        assert_eq!(level(&meta).await, 1, "normal");
        let given_up = meta.begin_soon().await.unwrap();
        drop(given_up);
        meta.record(&caller, Activity::SignInFailed, json!({ "login": "eve" })).await.unwrap();
        assert_eq!(level(&meta).await, 2, "full");
        assert!(meta.sync_due.load(Ordering::Acquire));
        tokio::time::timeout(SYNC_WITHIN * 20, async {
            while meta.sync_due.load(Ordering::Acquire) {
                tokio::time::sleep(SYNC_WITHIN / 20).await;
            }
        })
        .await
        .unwrap();
        let lines: Vec<String> =
            sqlx::query_scalar("SELECT subject FROM activity ORDER BY id").fetch_all(&meta.read).await.unwrap();
        assert_eq!(lines, ["ada", "eve"]);
    }

    /// Asks for an act as a request does whose client hangs up after so many steps.
    async fn given_up(act: impl Future<Output = Result<(), Error>>, mut steps: usize) {
        let mut act = std::pin::pin!(act);
        std::future::poll_fn(|context| match steps {
            0 => std::task::Poll::Ready(()),
            _ => {
                steps -= 1;
                act.as_mut().poll(context).map(Result::unwrap)
            }
        })
        .await;
    }

    #[tokio::test]
    async fn promise_21_what_is_on_the_disk_is_in_force_wherever_who_asked_hangs_up() {
        let dir = tempfile::tempdir().unwrap();
        let meta = Meta::open(&dir.path().join("meta.db"), Arc::new(Catalog::new(&[]).unwrap())).await.unwrap();
        let caller = Caller::inside(Principal::Anonymous);
        let (login, email, password_hash) = ("ada".to_owned(), "ada@example.org".to_owned(), "none".to_owned());
        meta.add_first_superuser(&caller, crate::NewUser { login, email, password_hash, superuser: true })
            .await
            .unwrap();
        let mut done = Vec::new();
        for steps in 0..40 {
            given_up(meta.set_preference(&caller, "ada", "defaultDate", &steps.to_string()), steps).await;
            // What goes on without its asker has its turn before this one.
            drop(meta.begin_unrecorded().await.unwrap());
            let mut reader = meta.read.acquire().await.unwrap();
            let stored = Snapshot::load(&mut reader, &meta.catalog, &meta.seal).await.unwrap();
            let preferences = |snapshot: &Snapshot| snapshot.account("ada").unwrap().preferences.clone();
            assert_eq!(preferences(&meta.snapshot()), preferences(&stored), "after {steps} steps");
            done.push(stored.account("ada").unwrap().preferences.get("defaultDate") == Some(&steps.to_string()));
        }
        assert!(!done[0] && done[39], "some were given up before they were on the disk, some not: {done:?}");
    }
}
