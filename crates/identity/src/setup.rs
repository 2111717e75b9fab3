use crate::{Error, Identity, secret};
use makoto_access::Caller;
use makoto_meta::NewUser;
use std::path::Path;
use subtle::ConstantTimeEq;

/// Where the one-time secret of the first start stands, readable by its owner alone.
pub const SETUP_FILE: &str = "setup-secret";

/// The open door of an installation without users: whoever holds the secret becomes the first superuser.
pub struct Setup {
    secret: String,
}

impl Setup {
    /// The secret of this data directory, made when there is none yet; `None` once there are users.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn open(dir: &Path, identity: &Identity) -> Result<Option<Setup>, Error> {
        let path = dir.join(SETUP_FILE);
        let file = |fault| Error::File { path: path.display().to_string(), fault };
        if !identity.meta().snapshot().accounts.is_empty() {
            return match std::fs::remove_file(&path) {
                Err(fault) if fault.kind() != std::io::ErrorKind::NotFound => Err(file(fault)),
                _ => Ok(None),
            };
        }
        match std::fs::read_to_string(&path) {
            Ok(secret) if secret.len() >= 43 => return Ok(Some(Setup { secret })),
            Ok(_) => {}
            Err(fault) if fault.kind() == std::io::ErrorKind::NotFound => {}
            Err(fault) => return Err(file(fault)),
        }
        let secret = secret::fresh_letters(43)?;
        write_private(&path, &secret).map_err(file)?;
        Ok(Some(Setup { secret }))
    }

    /// For the link that the server prints.
    pub fn secret(&self) -> &str {
        &self.secret
    }

    /// Makes the first superuser. Of many calls at once exactly one succeeds.
    ///
    /// # Errors
    /// `WrongSetup` for a wrong secret; `Refused` when it is done already or a field is wrong.
    pub async fn finish(
        &self,
        identity: &Identity,
        caller: &Caller,
        secret: &str,
        login: &str,
        email: &str,
        password: &str,
    ) -> Result<(), Error> {
        if !bool::from(secret.as_bytes().ct_eq(self.secret.as_bytes())) {
            return Err(Error::WrongSetup);
        }
        identity.check_password(password, login, email).await?;
        let password_hash = identity.hash_password(login, password).await?;
        let user = NewUser { login: login.to_owned(), email: email.to_owned(), password_hash, superuser: true };
        Ok(identity.meta().add_first_superuser(caller, user).await?)
    }
}

fn write_private(path: &Path, text: &str) -> std::io::Result<()> {
    use std::{io::Write, os::unix::fs::OpenOptionsExt};
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}
