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
    /// Takes the directory for this process, making it when there is none.
    ///
    /// # Errors
    /// When another process owns it, or a store cannot be opened.
    pub async fn open(dir: &Path) -> Result<Instance, Failure> {
        let files = Files::new(dir);
        make_private(dir)?;
        let path = files.lock();
        let lock = File::create(&path).map_err(|fault| Failure::file(&path, fault))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Failure::InUse(dir.display().to_string())),
            Err(TryLockError::Error(fault)) => return Err(Failure::file(&path, fault)),
        }
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

/// Makes a directory that only its owner may enter; an existing one is left as it is.
fn make_private(dir: &Path) -> Result<(), Failure> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(|fault| Failure::file(dir, fault))
}
