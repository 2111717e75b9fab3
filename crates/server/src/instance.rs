//! One installation: a data directory, owned by one process at a time.

use crate::commands::Failure;
use makoto_catalog::Catalog;
use makoto_identity::{Identity, fresh_bytes};
use makoto_meta::Meta;
use std::{
    fs::{File, TryLockError},
    path::{Path, PathBuf},
    sync::Arc,
};

/// The files of a data directory.
pub struct Files {
    dir: PathBuf,
}

impl Files {
    pub fn new(dir: &Path) -> Files {
        Files { dir: dir.to_owned() }
    }
    pub fn dir(&self) -> &Path {
        &self.dir
    }
    pub fn meta(&self) -> PathBuf {
        self.dir.join("meta.db")
    }
    pub fn journal(&self) -> PathBuf {
        self.dir.join("journal.db")
    }
    pub fn fold(&self) -> PathBuf {
        self.dir.join("fold.db")
    }
    pub fn analytics(&self) -> PathBuf {
        self.dir.join("analytics")
    }
    pub fn control(&self) -> PathBuf {
        self.dir.join("control.sock")
    }
    fn lock(&self) -> PathBuf {
        self.dir.join("lock")
    }

    /// Keeps other processes out of the directory for as long as the file is open.
    ///
    /// # Errors
    /// When one is in it, or the directory is another user's.
    pub fn hold(&self) -> Result<File, Failure> {
        refuse_root_in_others(&self.dir)?;
        let path = self.lock();
        let lock = File::create(&path).map_err(|fault| Failure::file(&path, fault))?;
        match lock.try_lock() {
            Ok(()) => Ok(lock),
            Err(TryLockError::WouldBlock) => Err(Failure::InUse(self.dir.display().to_string())),
            Err(TryLockError::Error(fault)) => Err(Failure::file(&path, fault)),
        }
    }

    /// Where a restore works on the relational store before it is in its place.
    pub fn apart(&self) -> PathBuf {
        self.dir.join("restoring")
    }

    /// What the directory holds.
    ///
    /// # Errors
    /// When its relational store cannot be read.
    pub async fn found(&self) -> Result<Found, Failure> {
        if Meta::is_filled(&self.meta()).await? {
            return Ok(Found::Installation);
        }
        let others = [self.apart(), self.fold(), self.journal(), self.analytics()];
        Ok(match others.into_iter().find(|path| path.exists()) {
            Some(other) => Found::Rest(other),
            None => Found::Nothing,
        })
    }

    /// Why nothing may be begun beside what is left of an installation.
    pub fn rest_said(&self, other: &Path) -> String {
        let (meta, dir) = (self.meta(), self.dir.display());
        match other == self.apart() {
            true => format!("a restore into {dir} was cut short; remove what is in it, and restore again"),
            false => format!(
                "{} is missing or empty, but {} is there: without its sites and users that data is nobody's; put the file back, \
                 or restore a backup into a new directory",
                meta.display(),
                other.display()
            ),
        }
    }

    /// Why a command has nothing to work on.
    pub fn nothing_said(&self) -> String {
        format!(
            "{} holds no installation; name the directory that makoto serve uses. One is made by makoto serve, makoto user \
             create, makoto setting set and makoto restore",
            self.dir.display()
        )
    }

    /// Whether others than the owner may enter the directory.
    pub fn is_open_to_others(&self) -> bool {
        use std::os::unix::fs::PermissionsExt;
        std::fs::metadata(&self.dir).is_ok_and(|dir| dir.permissions().mode() & 0o077 != 0)
    }
}

/// What a directory holds.
pub enum Found {
    Installation,
    /// Something of an installation, such as this path, but no relational store.
    Rest(PathBuf),
    Nothing,
}

/// The relational part of an installation, which the operator's commands need. Holds the directory's lock.
pub struct Instance {
    pub files: Files,
    pub catalog: Arc<Catalog>,
    pub meta: Meta,
    pub identity: Arc<Identity>,
    _lock: File,
}

impl Instance {
    /// Takes the directory for this process.
    ///
    /// # Errors
    /// When it holds no whole installation, another process owns it, or a store cannot be opened.
    pub async fn open(dir: &Path) -> Result<Instance, Failure> {
        let files = Files::new(dir);
        match files.found().await? {
            Found::Nothing => Err(Failure::Refused(files.nothing_said())),
            Found::Rest(other) => Err(Failure::Refused(files.rest_said(&other))),
            Found::Installation => Instance::take(files).await,
        }
    }

    /// The same, making directory and installation when there is none.
    ///
    /// # Errors
    /// As `open`.
    pub async fn open_or_make(dir: &Path) -> Result<Instance, Failure> {
        let files = Files::new(dir);
        match files.found().await? {
            Found::Rest(other) => Err(Failure::Refused(files.rest_said(&other))),
            Found::Nothing | Found::Installation => {
                make_private(dir)?;
                Instance::take(files).await
            }
        }
    }

    async fn take(files: Files) -> Result<Instance, Failure> {
        let lock = files.hold()?;
        let catalog = Arc::new(makoto_features::catalog()?);
        let meta = Meta::open(&files.meta(), catalog.clone()).await?;
        let identity = Arc::new(Identity::new(meta.clone())?);
        Ok(Instance { files, catalog, meta, identity, _lock: lock })
    }

    /// The secret of this installation under a name, made at its first use.
    ///
    /// # Errors
    /// When the store or the system's random numbers fail.
    pub async fn secret(&self, name: &str) -> Result<[u8; 32], Failure> {
        Ok(self.meta.secret(name, fresh_bytes()?).await?)
    }
}

/// What root makes in the directory of another user, that user's server could not write.
fn refuse_root_in_others(dir: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::MetadataExt;
    let owner = std::fs::metadata(dir).map_err(|fault| Failure::file(dir, fault))?.uid();
    match rustix::process::geteuid().is_root() && owner != 0 {
        true => Err(Failure::Refused(format!(
            "{} belongs to the user with number {owner}; run makoto as that user, since it could not write what root makes there",
            dir.display()
        ))),
        false => Ok(()),
    }
}

/// Makes a directory that only its owner may enter; an existing one is left as it is.
fn make_private(dir: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|fault| Failure::file(dir, fault))
}
