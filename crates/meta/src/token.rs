//! API tokens. Only hashes are stored; the secrets themselves are shown once and forgotten.

use crate::{Act, Activity, Error, Meta};
use makoto_access::{Caller, Reach};
use makoto_model::SiteId;
use serde_json::{Value as Json, json};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::HashMap;

/// An API token, as every request needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct TokenRow {
    pub id: i64,
    pub login: String,
    pub description: String,
    /// The highest role, or `all`.
    pub scope: String,
    pub reach: Reach,
    /// `None`: every site of its owner.
    pub sites: Option<Vec<SiteId>>,
    /// From where it may be used, separated by commas; empty: from everywhere.
    pub networks: String,
    pub created_s: i64,
    pub expires_s: Option<i64>,
    /// May add users and change roles below superuser without fresh proof.
    pub provisioning: bool,
    /// May stand in an address.
    pub url_allowed: bool,
}

/// A token to be stored.
pub struct NewToken<'a> {
    pub hash: [u8; 32],
    pub login: &'a str,
    pub description: &'a str,
    pub scope: &'a str,
    pub reach: Reach,
    pub sites: Option<&'a [SiteId]>,
    pub networks: &'a str,
    pub expires_s: Option<i64>,
    pub provisioning: bool,
    pub url_allowed: bool,
    /// The password that was given for it, by its hash: it must still be its owner's.
    pub password_hash: Option<&'a str>,
}

/// When and from where a token was last used.
#[derive(Clone, PartialEq, Eq, Default, Debug)]
pub struct TokenUse {
    pub last_used_s: Option<i64>,
    /// Empty before its first use.
    pub address: String,
}

/// Longest description, in characters, as Matomo's.
const DESCRIPTION_CHARS_MAX: usize = 100;
/// Tokens of one user at most: a list that its owner can look through.
const TOKENS_PER_USER_MAX: i64 = 200;
/// How long before its end a token's owner is told, in seconds: a week.
const TOLD_BEFORE_S: i64 = 7 * 24 * 60 * 60;

fn reach_name(reach: Reach) -> &'static str {
    match reach {
        Reach::Read => "read",
        Reach::Track => "track",
        Reach::Administer => "administer",
    }
}

fn read(row: &SqliteRow) -> Result<TokenRow, Error> {
    let (reach, sites): (&str, &str) = (row.try_get("reach")?, row.try_get("sites")?);
    let reach = [Reach::Read, Reach::Track, Reach::Administer].into_iter().find(|known| reach_name(*known) == reach);
    let sites: Result<Vec<SiteId>, _> =
        sites.split(',').filter(|id| !id.is_empty()).map(|id| id.parse().map(SiteId)).collect();
    let sites = sites.map_err(|_| Error::Corrupt("a token's sites are no numbers".into()))?;
    Ok(TokenRow {
        id: row.try_get("id")?,
        login: row.try_get("login")?,
        description: row.try_get("description")?,
        scope: row.try_get("scope")?,
        reach: reach.ok_or_else(|| Error::Corrupt("a token's reach is unknown".into()))?,
        sites: (!sites.is_empty()).then_some(sites),
        networks: row.try_get("networks")?,
        created_s: row.try_get("created_s")?,
        expires_s: row.try_get("expires_s")?,
        provisioning: row.try_get("provisioning")?,
        url_allowed: row.try_get("url_allowed")?,
    })
}

pub(crate) async fn load(from: &mut SqliteConnection) -> Result<HashMap<[u8; 32], TokenRow>, Error> {
    let rows = sqlx::query("SELECT * FROM token WHERE paused_s IS NULL").fetch_all(&mut *from).await?;
    let with_hash = |row: &SqliteRow| {
        let hash: Vec<u8> = row.try_get("token_hash")?;
        let hash = hash.try_into().map_err(|_| Error::Corrupt("a token's hash has the wrong length".into()))?;
        Ok((hash, read(row)?))
    };
    rows.iter().map(with_hash).collect()
}

fn shown(token: &TokenRow) -> Json {
    json!({ "login": token.login, "token": token.id, "description": token.description })
}

impl Act {
    async fn delete_token(&mut self, id: i64) -> Result<(), Error> {
        sqlx::query("DELETE FROM token WHERE id = ?").bind(id).execute(&mut *self.tx).await?;
        Ok(())
    }
}

impl Meta {
    /// Stores a token's hash.
    ///
    /// # Errors
    /// `NotFound` for an unknown user; `Refused` for a description that is too long, or too many tokens.
    pub async fn add_token(&self, caller: &Caller, token: NewToken<'_>, now_s: i64) -> Result<i64, Error> {
        let snapshot = self.snapshot();
        let unknown = || Error::NotFound(format!("there is no user {}", token.login));
        let account = snapshot.account(token.login).ok_or_else(unknown)?;
        if !(1..=DESCRIPTION_CHARS_MAX).contains(&token.description.chars().count()) {
            return Err(Error::Refused("describe the token in 1 to 100 characters".into()));
        }
        let sites = token.sites.unwrap_or(&[]).iter().map(|site| site.0.to_string()).collect::<Vec<_>>().join(",");
        let detail = json!({ "login": account.login, "description": token.description, "scope": token.scope,
            "reach": reach_name(token.reach), "sites": sites, "networks": token.networks,
            "expires_s": token.expires_s, "url_allowed": token.url_allowed, "provisioning": token.provisioning });
        let kind = if token.provisioning { Activity::ProvisioningTokenMade } else { Activity::TokenMade };
        let mut act = self.begin(caller, kind, detail).await?;
        if let Some(hash) = token.password_hash
            && !act.has_password(token.login, hash).await?
        {
            return Err(Error::Changed("the password has just been changed; give the new one".into()));
        }
        let sql = "INSERT INTO token (token_hash, login, description, scope, created_s, expires_s, provisioning, \
                   reach, sites, networks, url_allowed) SELECT ?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11 \
                   WHERE (SELECT count(*) FROM token WHERE login = ?2) < ?12 RETURNING id";
        let id: Option<i64> = sqlx::query_scalar(sql)
            .bind(&token.hash[..])
            .bind(&account.login)
            .bind(token.description)
            .bind(token.scope)
            .bind(now_s)
            .bind(token.expires_s)
            .bind(token.provisioning)
            .bind(reach_name(token.reach))
            .bind(sites)
            .bind(token.networks)
            .bind(token.url_allowed)
            .bind(TOKENS_PER_USER_MAX)
            .fetch_optional(&mut *act.tx)
            .await?;
        let full = || Error::Refused(format!("{TOKENS_PER_USER_MAX} tokens are enough; delete one that nothing uses"));
        let id = id.ok_or_else(full)?;
        self.commit(act).await?;
        Ok(id)
    }

    /// A user's tokens with their last use, the newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn tokens(&self, login: &str) -> Result<Vec<(TokenRow, TokenUse)>, Error> {
        let rows = sqlx::query("SELECT * FROM token WHERE login = ? ORDER BY id DESC")
            .bind(login)
            .fetch_all(&self.read)
            .await?;
        let with_use = |row: &SqliteRow| {
            let used =
                TokenUse { last_used_s: row.try_get("last_used_s")?, address: row.try_get("last_used_address")? };
            Ok((read(row)?, used))
        };
        rows.iter().map(with_use).collect()
    }

    /// Deletes one of a user's tokens.
    ///
    /// # Errors
    /// `NotFound` when it is not theirs.
    pub async fn delete_token(&self, caller: &Caller, login: &str, id: i64) -> Result<(), Error> {
        // From the table, as a paused token is in no snapshot.
        let sql = "SELECT * FROM token WHERE id = ? AND login = ? COLLATE NOCASE";
        let row = sqlx::query(sql).bind(id).bind(login).fetch_optional(&self.read).await?;
        let row = row.ok_or_else(|| Error::NotFound(format!("you have no token {id}")))?;
        let mut act = self.begin(caller, Activity::TokenDeleted, shown(&read(&row)?)).await?;
        act.delete_token(id).await?;
        self.commit(act).await
    }

    /// Deletes all of a user's tokens; how many.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete_tokens(&self, caller: &Caller, login: &str) -> Result<u64, Error> {
        let mut act = self.begin(caller, Activity::TokensDeleted, json!({ "login": login })).await?;
        let done = sqlx::query("DELETE FROM token WHERE login = ?").bind(login).execute(&mut *act.tx).await?;
        self.commit(act).await?;
        Ok(done.rows_affected())
    }

    /// Notes when and from where tokens were used.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_token_uses(&self, uses: &[(i64, i64, String)]) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        for (id, used_s, address) in uses {
            let sql = "UPDATE token SET last_used_s = ?, last_used_address = ? WHERE id = ?";
            sqlx::query(sql).bind(used_s).bind(address).bind(id).execute(&mut *act.tx).await?;
        }
        self.commit_quietly(act).await
    }

    /// Deletes tokens whose time is over, and tells the owners of those whose time is soon over, once each.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn tend_tokens(&self, caller: &Caller, now_s: i64) -> Result<(), Error> {
        let sql = "SELECT * FROM token WHERE expires_s <= ? ORDER BY id";
        for row in sqlx::query(sql).bind(now_s).fetch_all(&self.read).await? {
            let token = &read(&row)?;
            let mut detail = shown(token);
            detail["expired_s"] = token.expires_s.into();
            let mut act = self.begin(caller, Activity::TokenDeleted, detail).await?;
            act.delete_token(token.id).await?;
            self.commit(act).await?;
        }
        let snapshot = self.snapshot();
        let ends_soon =
            |token: &&TokenRow| token.expires_s.is_some_and(|end_s| end_s > now_s && end_s <= now_s + TOLD_BEFORE_S);
        for token in snapshot.tokens.values().filter(ends_soon) {
            // A token that was made for a few days has been announced by its making.
            let short = token.expires_s.is_some_and(|end_s| end_s - token.created_s <= TOLD_BEFORE_S);
            let told: Option<i64> = sqlx::query_scalar("SELECT told_s FROM token WHERE id = ?")
                .bind(token.id)
                .fetch_one(&self.read)
                .await?;
            if short || told.is_some() {
                continue;
            }
            let mut detail = shown(token);
            detail["expires_s"] = token.expires_s.into();
            let mut act = self.begin(caller, Activity::TokenExpiring, detail).await?;
            let sql = "UPDATE token SET told_s = ? WHERE id = ?";
            sqlx::query(sql).bind(now_s).bind(token.id).execute(&mut *act.tx).await?;
            self.commit_quietly(act).await?;
        }
        Ok(())
    }
}
