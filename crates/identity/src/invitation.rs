//! From the link of an invitation to a user who is signed in.

use crate::{Entry, Error, Identity, Proved, secret};
use makoto_access::Caller;
use makoto_meta::{Activity, Invitation};

impl Identity {
    /// What an invitation says. Looking consumes nothing.
    ///
    /// # Errors
    /// `WrongLink` for one that is wrong, used, replaced or expired; `Slower` for an address that
    /// tried too many of them.
    pub async fn show_invitation(&self, caller: &Caller, secret: &str, now_s: i64) -> Result<Invitation, Error> {
        let found = self.meta.show_invitation(secret::hash_secret(secret), now_s).await;
        self.told(caller, found, now_s).await
    }

    /// Makes the invited user active with this password, and signs them in.
    ///
    /// # Errors
    /// As `show_invitation`; `Refused` also for a password that the rules refuse and a domain that is not allowed now.
    pub async fn accept_invitation(
        &self,
        caller: &Caller,
        secret: &str,
        password: &str,
        agent: &str,
        now_s: i64,
    ) -> Result<Entry, Error> {
        let invitation = self.show_invitation(caller, secret, now_s).await?;
        self.check_password(password, &invitation.login, &invitation.email).await?;
        let password_hash = self.hash_password(&invitation.login, password).await?;
        let hash = secret::hash_secret(secret);
        let invitation = self.meta.accept_invitation(caller, hash, &password_hash, now_s).await?;
        self.enter(caller, &invitation.login, &Proved { password_hash }, agent, now_s).await
    }

    /// Forgets the invited user, as they wish. Nobody is signed in.
    ///
    /// # Errors
    /// As `show_invitation`.
    pub async fn decline_invitation(&self, caller: &Caller, secret: &str, now_s: i64) -> Result<(), Error> {
        let done = self.meta.decline_invitation(caller, secret::hash_secret(secret), now_s).await;
        self.told(caller, done, now_s).await
    }

    /// A refused link counts against the address that sent it.
    async fn told<T>(&self, caller: &Caller, done: Result<T, makoto_meta::Error>, now_s: i64) -> Result<T, Error> {
        if let Err(makoto_meta::Error::Refused(_)) = &done {
            self.note_wrong_link(caller, Activity::InvitationRefused, now_s).await?;
            return Err(Error::WrongLink);
        }
        Ok(done?)
    }
}
