use super::unknown;
use crate::{Act, Activity, Error, Meta, record};
use makoto_access::{Caller, InstanceGrant};
use serde_json::json;

impl Act {
    /// Refuses to go on where nobody would be left who can manage this server.
    pub(crate) async fn keep_a_superuser(&mut self, login: &str) -> Result<(), Error> {
        let domains = self.domains().await?;
        match self.other_superusers(login, &domains).await? {
            0 => Err(Error::Refused(format!("{login} is the only superuser; make another user one first"))),
            _ => Ok(()),
        }
    }

    /// Whether this act finds the user to be a superuser.
    pub(crate) async fn is_superuser(&mut self, login: &str) -> Result<bool, Error> {
        let sql = "SELECT superuser FROM user WHERE login = ?";
        sqlx::query_scalar(sql).bind(login).fetch_optional(&mut *self.tx).await?.ok_or_else(|| unknown(login))
    }
}

impl Meta {
    /// Whether there is a superuser who may sign in.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn has_superuser(&self) -> Result<bool, Error> {
        let mut act = self.begin_unrecorded().await?;
        let domains = act.domains().await?;
        Ok(act.other_superusers("", &domains).await? > 0)
    }

    /// Grants or revokes superuser rights. Of many revocations at once, one superuser is left. The user has to sign in
    /// anew, and roles per site end when the rights are granted.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for the last superuser, and for one who is invited or suspended.
    pub async fn set_superuser(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        login: &str,
        superuser: bool,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let before = act.is_superuser(login).await?;
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        if before == superuser {
            return Ok(());
        }
        if superuser && snapshot.active_account(login).is_none() {
            return Err(Error::Refused(format!("{login} cannot sign in now; a superuser must be able to")));
        }
        let detail = json!({ "login": account.login, "before": before, "after": superuser });
        if !superuser && let Err(refusal) = act.keep_a_superuser(&account.login).await {
            drop(act);
            self.record(caller, Activity::SuperuserKept, detail).await?;
            return Err(refusal);
        }
        let kind = if superuser { Activity::SuperuserGranted } else { Activity::SuperuserRevoked };
        record::insert(&mut act, caller, kind, &detail).await?;
        let since_s = if superuser { record::now_ms() / 1000 } else { 0 };
        sqlx::query("UPDATE user SET superuser = ?, superuser_since_s = ? WHERE login = ?")
            .bind(superuser)
            .bind(since_s)
            .bind(&account.login)
            .execute(&mut *act.tx)
            .await?;
        if superuser {
            for sql in ["DELETE FROM role WHERE login = ?", "DELETE FROM capability WHERE login = ?"] {
                sqlx::query(sql).bind(&account.login).execute(&mut *act.tx).await?;
            }
        }
        act.end_sessions_of(&account.login).await?;
        self.commit(act).await
    }
}
