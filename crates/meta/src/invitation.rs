//! Invitations: users who are wanted and have not answered yet. Two secrets lead to one invitation, that in the mail
//! and that in the copied link; of both only hashes are kept.

use crate::{
    Act, Activity, Error, Mail, MailKind, Meta, NewUser, State,
    account::{add, unknown},
    record,
};
use makoto_access::{Admin, Caller, Grant, Role};
use serde_json::json;
use sqlx::{Row, sqlite::SqliteRow};
use std::collections::BTreeMap;

/// How long an invitation stays in the list after it has expired, in seconds.
const EXPIRED_KEPT_S: i64 = 3 * 24 * 60 * 60;

/// An invitation that was not answered yet.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Invitation {
    pub login: String,
    pub email: String,
    pub inviter: String,
    pub sent_s: i64,
    pub expires_s: i64,
}

/// Somebody to be invited.
pub struct Invite<'a> {
    pub login: &'a str,
    pub email: &'a str,
    pub expires_s: i64,
    /// The secret for the mail, and its hash.
    pub secret: &'a str,
    pub hash: [u8; 32],
}

/// How a new secret reaches the one who is invited.
pub enum Route<'a> {
    /// By mail: the secret itself.
    Mail(&'a str),
    /// By a link that the inviter copies.
    Link,
}

fn read(row: &SqliteRow) -> Result<Invitation, Error> {
    Ok(Invitation {
        login: row.try_get("login")?,
        email: row.try_get("email")?,
        inviter: row.try_get("inviter")?,
        sent_s: row.try_get("sent_s")?,
        expires_s: row.try_get("expires_s")?,
    })
}

/// The same for a secret that never was, was used, has expired, or was replaced.
fn wrong_link() -> Error {
    Error::Refused("this invitation is no longer valid; ask who sent it for a new one".into())
}

const BY_LOGIN: &str = "SELECT invitation.*, email FROM invitation JOIN user USING (login) WHERE login = ?";
const BY_HASH: &str = "SELECT invitation.*, email FROM invitation JOIN user USING (login) \
                       WHERE (mail_hash = ?1 OR link_hash = ?1) AND expires_s > ?2 AND state = 'invited'";

impl Act {
    async fn invitation(&mut self, hash: [u8; 32], now_s: i64) -> Result<Invitation, Error> {
        let row = sqlx::query(BY_HASH).bind(&hash[..]).bind(now_s).fetch_optional(&mut *self.tx).await?;
        read(&row.ok_or_else(wrong_link)?)
    }

    async fn mail_invitation(&mut self, invitation: &Invitation, language: &str, secret: &str) -> Result<(), Error> {
        self.refuse_unasked(&invitation.login, &invitation.email, record::now_ms() / 1000).await?;
        self.refuse_where_held().await?;
        let data = json!({ "token": secret, "login": invitation.login, "inviter": invitation.inviter,
            "expires_s": invitation.expires_s });
        let mail = Mail {
            kind: MailKind::Invitation,
            login: &invitation.login,
            address: &invitation.email,
            language,
            data: &data,
            once_key: "",
        };
        self.mail(&mail).await
    }

    /// Gives an invitation a new secret and a new end.
    pub(crate) async fn renew_invitation(
        &mut self,
        caller: &Caller,
        login: &str,
        hash: [u8; 32],
        expires_s: i64,
        route: &Route<'_>,
    ) -> Result<(), Error> {
        let row = sqlx::query(BY_LOGIN).bind(login).fetch_optional(&mut *self.tx).await?;
        let mut invitation = read(&row.ok_or_else(|| unknown(login))?)?;
        let (kind, sql) = match route {
            Route::Mail(_) => {
                let sql = "UPDATE invitation SET mail_hash = ?1, sent_s = ?2, expires_s = ?3 WHERE login = ?4";
                (Activity::InvitationResent, sql)
            }
            Route::Link => {
                let sql = "UPDATE invitation SET link_hash = ?1, sent_s = ?2, expires_s = ?3 WHERE login = ?4";
                (Activity::InvitationLinked, sql)
            }
        };
        let detail = json!({ "login": invitation.login, "before_expires_s": invitation.expires_s,
            "after_expires_s": expires_s });
        record::insert(self, caller, kind, &detail).await?;
        sqlx::query(sql)
            .bind(&hash[..])
            .bind(record::now_ms() / 1000)
            .bind(expires_s)
            .bind(&invitation.login)
            .execute(&mut *self.tx)
            .await?;
        if let Route::Mail(secret) = route {
            invitation.expires_s = expires_s;
            self.mail_invitation(&invitation, "en", secret).await?;
        }
        Ok(())
    }

    /// Tells the inviter of the answer, unless their account is gone.
    async fn mail_answer(&mut self, invitation: &Invitation, accepted: bool) -> Result<(), Error> {
        let sql = "SELECT login, email, language FROM user WHERE login = ? AND state = 'active'";
        let Some(row) = sqlx::query(sql).bind(&invitation.inviter).fetch_optional(&mut *self.tx).await? else {
            return Ok(());
        };
        let (login, address, language): (String, String, String) =
            (row.try_get("login")?, row.try_get("email")?, row.try_get("language")?);
        let data = json!({ "login": invitation.login, "email": invitation.email, "accepted": accepted });
        let kind = MailKind::InvitationAnswer;
        let mail = Mail { kind, login: &login, address: &address, language: &language, data: &data, once_key: "" };
        self.mail(&mail).await
    }
}

impl Meta {
    /// Invites somebody with a role on the granted sites.
    ///
    /// # Errors
    /// `Refused` when login or address are malformed, taken or of a domain that is not allowed, and when the address was
    /// sent enough within the hour.
    pub async fn invite(
        &self,
        grant: &Grant<Admin>,
        caller: &Caller,
        invite: &Invite<'_>,
        role: Role,
    ) -> Result<(), Error> {
        add::check_login(invite.login)?;
        let mut act = self.begin_for(caller, invite.email).await?;
        let sites: Vec<u32> = grant.sites().iter().map(|site| site.0).collect();
        let detail = json!({ "login": invite.login, "email": invite.email, "sites": sites, "role": role.name(),
            "expires_s": invite.expires_s });
        record::insert(&mut act, caller, Activity::InvitationSent, &detail).await?;
        act.note_provisioning(caller, Activity::InvitationSent, &detail).await?;
        let (login, email) = (invite.login.to_owned(), invite.email.to_owned());
        let user = NewUser { login, email, password_hash: String::new(), superuser: false };
        add::insert(&mut act, &user, State::Invited).await?;
        let now_s = record::now_ms() / 1000;
        for site in sites {
            let sql = "INSERT INTO role (login, site_id, role, granted_s, granted_by) VALUES (?, ?, ?, ?, ?)";
            sqlx::query(sql)
                .bind(invite.login)
                .bind(site)
                .bind(role.name())
                .bind(now_s)
                .bind(caller.principal.name())
                .execute(&mut *act.tx)
                .await?;
        }
        let sql = "INSERT INTO invitation (login, inviter, mail_hash, sent_s, expires_s) VALUES (?, ?, ?, ?, ?)";
        sqlx::query(sql)
            .bind(invite.login)
            .bind(caller.principal.name())
            .bind(&invite.hash[..])
            .bind(now_s)
            .bind(invite.expires_s)
            .execute(&mut *act.tx)
            .await?;
        let invitation = Invitation {
            login: user.login,
            email: user.email,
            inviter: caller.principal.name(),
            sent_s: now_s,
            expires_s: invite.expires_s,
        };
        act.mail_invitation(&invitation, "en", invite.secret).await?;
        self.commit(act).await
    }

    /// Gives an invitation a new secret and a new end; the secret that it replaces is void. Who may do it, the caller
    /// has checked.
    ///
    /// # Errors
    /// `NotFound` when nobody of this login is invited; `Refused` when the domain is no longer allowed, and when the
    /// address was sent enough within the hour.
    pub async fn renew_invitation(
        &self,
        caller: &Caller,
        login: &str,
        hash: [u8; 32],
        expires_s: i64,
        route: Route<'_>,
    ) -> Result<(), Error> {
        let invitation = self.invitation_of(login).await?;
        let mut act = self.begin_for(caller, &invitation.email).await?;
        act.renew_invitation(caller, &invitation.login, hash, expires_s, &route).await?;
        self.commit_quietly(act).await
    }

    /// Takes an invitation back and forgets the user. Who may do it, the caller has checked.
    ///
    /// # Errors
    /// `NotFound` when nobody of this login is invited.
    pub async fn revoke_invitation(&self, caller: &Caller, login: &str) -> Result<(), Error> {
        let invitation = self.invitation_of(login).await?;
        let detail = json!({ "login": invitation.login, "email": invitation.email });
        let mut act = self.begin(caller, Activity::InvitationRevoked, detail).await?;
        let sql = "DELETE FROM user WHERE login = ? AND state = 'invited'";
        let done = sqlx::query(sql).bind(&invitation.login).execute(&mut *act.tx).await?;
        if done.rows_affected() == 0 {
            return Err(unknown(login));
        }
        self.commit(act).await
    }

    /// The invitation of a user.
    ///
    /// # Errors
    /// `NotFound` when nobody of this login is invited.
    pub async fn invitation_of(&self, login: &str) -> Result<Invitation, Error> {
        let row = sqlx::query(BY_LOGIN).bind(login).fetch_optional(&self.read).await?;
        read(&row.ok_or_else(|| Error::NotFound(format!("there is no invitation of {login}")))?)
    }

    /// Every invitation that was not answered, by login in lower case.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn invitations(&self) -> Result<BTreeMap<String, Invitation>, Error> {
        let sql = "SELECT invitation.*, email FROM invitation JOIN user USING (login)";
        let rows = sqlx::query(sql).fetch_all(&self.read).await?;
        rows.iter().map(|row| read(row).map(|found| (found.login.to_lowercase(), found))).collect()
    }

    /// The invitation behind a secret's hash. Looking consumes nothing.
    ///
    /// # Errors
    /// `Refused` for a secret that is wrong, used or expired; with the same words.
    pub async fn show_invitation(&self, hash: [u8; 32], now_s: i64) -> Result<Invitation, Error> {
        let row = sqlx::query(BY_HASH).bind(&hash[..]).bind(now_s).fetch_optional(&self.read).await?;
        read(&row.ok_or_else(wrong_link)?)
    }

    /// Makes the invited user active, once. The domain must be allowed now, whatever it was when the mail was sent.
    ///
    /// # Errors
    /// `Refused` for a secret that is wrong, used or expired, and for a domain that is no longer allowed.
    pub async fn accept_invitation(
        &self,
        caller: &Caller,
        hash: [u8; 32],
        password_hash: &str,
        now_s: i64,
    ) -> Result<Invitation, Error> {
        let invited = self.show_invitation(hash, now_s).await?;
        let mut act = self.begin_for(caller, &invited.email).await?;
        let invitation = act.invitation(hash, now_s).await?;
        if !act.domains().await?.allow_address(&invitation.email) {
            return Err(wrong_link());
        }
        let detail = json!({ "login": invitation.login, "email": invitation.email, "inviter": invitation.inviter });
        record::insert(&mut act, caller, Activity::InvitationAccepted, &detail).await?;
        let sql = "UPDATE user SET state = 'active', password_hash = ?, password_changed_s = ?, created_s = ? \
                   WHERE login = ?";
        sqlx::query(sql)
            .bind(password_hash)
            .bind(now_s)
            .bind(now_s)
            .bind(&invitation.login)
            .execute(&mut *act.tx)
            .await?;
        sqlx::query("DELETE FROM invitation WHERE login = ?").bind(&invitation.login).execute(&mut *act.tx).await?;
        act.mail_answer(&invitation, true).await?;
        self.commit(act).await?;
        Ok(invitation)
    }

    /// Forgets the invited user, as they wish.
    ///
    /// # Errors
    /// `Refused` for a secret that is wrong, used or expired.
    pub async fn decline_invitation(&self, caller: &Caller, hash: [u8; 32], now_s: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let invitation = act.invitation(hash, now_s).await?;
        let detail = json!({ "login": invitation.login, "email": invitation.email, "inviter": invitation.inviter });
        record::insert(&mut act, caller, Activity::InvitationDeclined, &detail).await?;
        act.mail_answer(&invitation, false).await?;
        sqlx::query("DELETE FROM user WHERE login = ?").bind(&invitation.login).execute(&mut *act.tx).await?;
        self.commit(act).await
    }

    /// Forgets users whose invitation expired days ago; how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn expire_invitations(&self, caller: &Caller, now_s: i64) -> Result<usize, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "SELECT invitation.*, email FROM invitation JOIN user USING (login) \
                   WHERE expires_s < ? AND state = 'invited'";
        let rows = sqlx::query(sql).bind(now_s - EXPIRED_KEPT_S).fetch_all(&mut *act.tx).await?;
        for row in &rows {
            let invitation = read(row)?;
            let detail = json!({ "login": invitation.login, "email": invitation.email, "inviter": invitation.inviter });
            record::insert(&mut act, caller, Activity::InvitationExpired, &detail).await?;
            sqlx::query("DELETE FROM user WHERE login = ?").bind(&invitation.login).execute(&mut *act.tx).await?;
        }
        self.commit(act).await?;
        Ok(rows.len())
    }
}
