use super::{Account, State, add, unknown};
use crate::{Act, Activity, Error, Mail, MailKind, Meta, Route, outbox::NEW_ADDRESS, record};
use makoto_access::{Caller, InstanceGrant};
use serde_json::json;

impl Act {
    async fn put_state(&mut self, login: &str, state: State) -> Result<(), Error> {
        sqlx::query("UPDATE user SET state = ? WHERE login = ?")
            .bind(state.name())
            .bind(login)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    async fn put_email(&mut self, caller: &Caller, account: &Account, email: &str) -> Result<(), Error> {
        let (login, now_ms) = (&account.login, record::now_ms());
        let detail = json!({ "login": login, "before": account.email, "after": email });
        // The record tells the old address, which stands in the store until the next line.
        record::insert(self, caller, Activity::EmailChanged, &detail).await?;
        add::refuse_taken(self, login, email, login).await?;
        self.refuse_unasked(login, email, now_ms / 1000).await?;
        let sql = "UPDATE user SET email = ? WHERE login = ?";
        sqlx::query(sql).bind(email).bind(login).execute(&mut *self.tx).await?;
        // What was mailed to the address before lets nobody in any more.
        let sql = "UPDATE invitation SET mail_hash = NULL, link_hash = NULL WHERE login = ?";
        sqlx::query(sql).bind(login).execute(&mut *self.tx).await?;
        let told = json!({ "kind": Activity::EmailChanged.name(), "who": caller.principal.name(),
            "subject": login, "at_ms": now_ms, "agent": &*caller.agent, "detail": detail,
            "address": caller.address.map(|address| address.to_string()) });
        let mail = Mail {
            kind: MailKind::Event,
            login,
            address: email,
            language: &account.language,
            data: &told,
            once_key: &format!("{NEW_ADDRESS}:{login}:{now_ms}"),
        };
        self.mail(&mail).await
    }
}

impl Meta {
    /// Shuts a user out: sessions end, tokens are refused. `kind` says whether somebody did it or the rule for unused
    /// accounts.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for the last superuser and for one who is not active.
    pub async fn suspend_user(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        login: &str,
        kind: Activity,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        if account.state != State::Active {
            return Err(Error::Refused(format!("{login} is not active: {}", account.state.name())));
        }
        if account.superuser {
            act.keep_a_superuser(&account.login).await?;
        }
        let detail = json!({ "login": account.login, "before": account.state.name(), "after": "suspended" });
        record::insert(&mut act, caller, kind, &detail).await?;
        act.put_state(&account.login, State::Suspended).await?;
        act.end_sessions_of(&account.login).await?;
        self.commit(act).await
    }

    /// Lets a suspended user in again.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for one who is not suspended.
    pub async fn reactivate_user(&self, _: &InstanceGrant, caller: &Caller, login: &str) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        if account.state != State::Suspended {
            return Err(Error::Refused(format!("{login} is not suspended")));
        }
        let detail = json!({ "login": account.login, "before": "suspended", "after": "active" });
        record::insert(&mut act, caller, Activity::UserReactivated, &detail).await?;
        act.put_state(&account.login, State::Active).await?;
        // Who comes back has been thought of today: the account is not idle.
        sqlx::query("UPDATE user SET last_seen_s = ? WHERE login = ?")
            .bind(record::now_ms() / 1000)
            .bind(&account.login)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await
    }

    /// Deletes a user with their roles, sessions and tokens.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for the last superuser.
    pub async fn delete_user(&self, _: &InstanceGrant, caller: &Caller, login: &str) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        if account.superuser {
            act.keep_a_superuser(&account.login).await?;
        }
        let detail = json!({ "login": account.login, "email": account.email });
        record::insert(&mut act, caller, Activity::UserDeleted, &detail).await?;
        sqlx::query("DELETE FROM user WHERE login = ?").bind(&account.login).execute(&mut *act.tx).await?;
        self.commit(act).await
    }

    /// Ends all sessions of a user; how many there were.
    ///
    /// # Errors
    /// `NotFound` for an unknown user.
    pub async fn sign_out_user(&self, _: &InstanceGrant, caller: &Caller, login: &str) -> Result<u64, Error> {
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        let mut act = self.begin(caller, Activity::UserSignedOut, json!({ "login": account.login })).await?;
        let ended = act.end_sessions_of(&account.login).await?;
        self.commit_quietly(act).await?;
        Ok(ended)
    }

    /// Sets the language in which mails are written to a user.
    ///
    /// # Errors
    /// `NotFound` for an unknown user.
    pub async fn set_language(&self, caller: &Caller, login: &str, code: &str) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        let detail = json!({ "login": account.login, "before": account.language, "after": code });
        let mut act = self.begin(caller, Activity::LanguageChanged, detail).await?;
        sqlx::query("UPDATE user SET language = ? WHERE login = ?")
            .bind(code)
            .bind(&account.login)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await
    }

    /// Keeps what pages open with for a user. Whether the value means something, the caller has checked.
    ///
    /// # Errors
    /// `NotFound` for an unknown user.
    pub async fn set_preference(&self, caller: &Caller, login: &str, name: &str, value: &str) -> Result<(), Error> {
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        let before = account.preferences.get(name);
        let detail = json!({ "login": account.login, "name": name, "before": before, "after": value });
        let mut act = self.begin(caller, Activity::PreferenceChanged, detail).await?;
        sqlx::query(
            "INSERT INTO preference (login, name, value) VALUES (?, ?, ?)
             ON CONFLICT (login, name) DO UPDATE SET value = excluded.value",
        )
        .bind(&account.login)
        .bind(name)
        .bind(value)
        .execute(&mut *act.tx)
        .await?;
        self.commit(act).await
    }

    /// Changes the address of a user; both the old and the new one are told. Links of an invitation that was sent to the
    /// address before are void; `renewal` mails a new one to who is invited. Whose address it is, the caller has
    /// checked: it is one's own, or a superuser does it.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for an address that is malformed, taken or not allowed, and for too many
    /// changes within the hour.
    pub async fn set_email(
        &self,
        caller: &Caller,
        login: &str,
        email: &str,
        renewal: Option<&Renewal<'_>>,
    ) -> Result<(), Error> {
        let mut act = self.begin_for(caller, email).await?;
        let snapshot = self.snapshot();
        let account = snapshot.account(login).ok_or_else(|| unknown(login))?;
        let renewal = renewal.filter(|_| account.state == State::Invited);
        if account.email != email {
            act.put_email(caller, account, email).await?;
        } else if renewal.is_none() {
            return Ok(());
        }
        if let Some(Renewal { secret, hash, expires_s }) = renewal {
            act.renew_invitation(caller, &account.login, *hash, *expires_s, &Route::Mail(secret)).await?;
        }
        self.commit(act).await
    }
}

/// A new link for who is invited.
pub struct Renewal<'a> {
    /// The secret for the mail, and its hash.
    pub secret: &'a str,
    pub hash: [u8; 32],
    pub expires_s: i64,
}
