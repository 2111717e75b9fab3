//! Setting up second factors and asking for them.

use crate::{Error, Identity, TotpOffer, enforcement, recovery, totp};
use makoto_access::{Caller, InstanceGrant};
use makoto_meta::{Guess, Snapshot};

fn digests(login: &str, codes: &[String]) -> Vec<[u8; 32]> {
    codes.iter().map(|code| recovery::digest(login, code)).collect()
}

impl Identity {
    /// Asks for the second factor of somebody whose password was right: nothing of those who have none. Recovery codes
    /// do not count here; they let their owner in, and prove nothing beyond.
    ///
    /// # Errors
    /// `FactorMissing` without a code, `WrongCode` with a wrong or used one, `Slower` after too many.
    pub async fn prove_factor(&self, caller: &Caller, login: &str, code: &str, now_s: i64) -> Result<(), Error> {
        if !self.meta.snapshot().factors(login).any() {
            return Ok(());
        }
        if code.trim().is_empty() {
            return Err(Error::FactorMissing);
        }
        self.try_code(caller, login, code, now_s).await
    }

    /// Tries a code of the user's authenticator app.
    pub(crate) async fn try_code(&self, caller: &Caller, login: &str, code: &str, now_s: i64) -> Result<(), Error> {
        let step = now_s / totp::STEP_S;
        let step_of = |key: &[u8]| totp::step_of(key, code, now_s);
        match self.meta.try_totp(caller, login, step, totp::STEP_S, step_of).await? {
            Guess::Right => Ok(()),
            Guess::Wrong | Guess::Replayed | Guess::Nothing => Err(Error::WrongCode),
            Guess::Slower { wait_s } => Err(Error::Slower { wait_s }),
        }
    }

    /// Tries a code at sign-in, where a recovery code stands in for the factor: whether it was one.
    pub(crate) async fn try_any_code(
        &self,
        caller: &Caller,
        login: &str,
        code: &str,
        now_s: i64,
    ) -> Result<bool, Error> {
        if !recovery::plausible(code) {
            return self.try_code(caller, login, code, now_s).await.map(|()| false);
        }
        match self.meta.use_recovery(caller, login, &recovery::digest(login, code)).await? {
            true => Ok(true),
            false => Err(Error::WrongCode),
        }
    }

    /// Offers a secret for an authenticator app; it counts once `finish_totp` was called with its code.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn start_totp(&self, session_id: i64, login: &str, now_s: i64) -> Result<TotpOffer, Error> {
        let key = totp::fresh_key()?;
        let offer = totp::offer(&key, &self.meta.snapshot().setting(&enforcement::ISSUER), login)?;
        self.meta.offer_totp(session_id, &key, now_s).await?;
        Ok(offer)
    }

    /// Makes the offered secret the user's. The recovery codes, where these are the user's first.
    ///
    /// # Errors
    /// `WrongCode`; `Refused` when the offer is too old.
    pub async fn finish_totp(
        &self,
        caller: &Caller,
        session_id: i64,
        login: &str,
        code: &str,
        now_s: i64,
    ) -> Result<Option<Vec<String>>, Error> {
        let Some(key) = self.meta.offered_totp(session_id, now_s).await? else {
            return Err(Error::Refused("the set-up took too long; begin it again".into()));
        };
        let step = totp::step_of(&key, code, now_s)?.ok_or(Error::WrongCode)?;
        let codes = recovery::fresh_codes()?;
        let fresh = self.meta.take_totp(caller, login, session_id, step, &digests(login, &codes), now_s).await?;
        Ok(fresh.then_some(codes))
    }

    /// Replaces the recovery codes and gives the new ones; they are shown this once.
    ///
    /// # Errors
    /// `Refused` for a user without a second factor.
    pub async fn renew_recovery(&self, caller: &Caller, login: &str) -> Result<Vec<String>, Error> {
        if !self.meta.snapshot().factors(login).any() {
            return Err(Error::Refused("recovery codes stand in for a second factor; set one up first".into()));
        }
        let codes = recovery::fresh_codes()?;
        self.meta.set_recovery(caller, login, &digests(login, &codes)).await?;
        Ok(codes)
    }

    /// Takes all of a user's factors away, ends their sessions and tells them and every superuser.
    ///
    /// # Errors
    /// `NotFound` for an unknown user.
    pub async fn reset_factors(&self, grant: &InstanceGrant, caller: &Caller, login: &str) -> Result<(), Error> {
        Ok(self.meta.reset_factors(grant, caller, login).await?)
    }

    /// By which means a user may give their second factor at sign-in.
    pub(crate) fn methods(snapshot: &Snapshot, login: &str) -> Vec<&'static str> {
        let factors = snapshot.factors(login);
        let offered =
            [(factors.has_totp(), "totp"), (factors.passkeys > 0, "passkey"), (factors.recovery_left > 0, "recovery")];
        offered.into_iter().filter(|(has, _)| *has).map(|(_, name)| name).collect()
    }
}
