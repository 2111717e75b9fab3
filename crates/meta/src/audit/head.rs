//! Signed heads: whoever keeps one elsewhere can prove that the lines up to it were not changed since.

use crate::{Act, Activity, Error, MailKind, Meta, record::now_ms, signing::SigningKey};
use makoto_access::{Caller, Principal};
use serde_json::json;
use sqlx::{Row, sqlite::SqliteRow};

const DAY_S: i64 = 86_400;

/// The state of the record at a moment, signed with the installation's key.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Head {
    pub at_s: i64,
    /// The last line that it covers.
    pub line: i64,
    /// The hash of that line; of the lines before it too, since each covers the one before.
    pub hash: Vec<u8>,
    /// Lines up to this one were removed because of their age.
    pub pruned: bool,
    pub signature: Vec<u8>,
}

impl Head {
    pub(crate) fn read(row: &SqliteRow) -> Result<Head, Error> {
        Ok(Head {
            at_s: row.try_get("at_s")?,
            line: row.try_get("line")?,
            hash: row.try_get("hash")?,
            pruned: row.try_get("pruned")?,
            signature: row.try_get("signature")?,
        })
    }

    fn signed_bytes(&self) -> Vec<u8> {
        let Head { at_s, line, hash, pruned, signature: _ } = self;
        format!("makoto record head\n{at_s}\n{line}\n{}\n{pruned}\n", hex(hash)).into_bytes()
    }

    /// Whether the installation's key has signed it.
    pub(crate) fn is_signed_by(&self, key: &SigningKey) -> bool {
        key.has_signed(&self.signed_bytes(), &self.signature)
    }
}

/// Bytes as hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

impl Act {
    /// The hash of the newest line, or of the stub where all were pruned; empty at the very beginning.
    pub(crate) async fn last_hash(&mut self) -> Result<Vec<u8>, Error> {
        let newest = sqlx::query_scalar("SELECT hash FROM activity ORDER BY id DESC LIMIT 1");
        if let Some(hash) = newest.fetch_optional(&mut *self.tx).await? {
            return Ok(hash);
        }
        let stub = sqlx::query_scalar("SELECT hash FROM audit_head WHERE pruned = 1 ORDER BY line DESC LIMIT 1");
        Ok(stub.fetch_optional(&mut *self.tx).await?.unwrap_or_default())
    }

    /// Signs the chain up to a line.
    pub(crate) async fn add_head(&mut self, key: &SigningKey, line: i64, pruned: bool) -> Result<Head, Error> {
        let hash =
            sqlx::query_scalar("SELECT hash FROM activity WHERE id = ?").bind(line).fetch_one(&mut *self.tx).await?;
        let mut head = Head { at_s: now_ms() / 1000, line, hash, pruned, signature: Vec::new() };
        head.signature = key.sign(&head.signed_bytes());
        sqlx::query("INSERT INTO audit_head (at_s, line, hash, pruned, signature) VALUES (?, ?, ?, ?, ?)")
            .bind(head.at_s)
            .bind(head.line)
            .bind(&head.hash)
            .bind(head.pruned)
            .bind(&head.signature)
            .execute(&mut *self.tx)
            .await?;
        Ok(head)
    }
}

impl Meta {
    pub(crate) fn audit_key(&self) -> Result<SigningKey, Error> {
        self.signing_key("signs the record")
    }

    /// The head of the record, signed anew if lines have come since the last one; none of an empty record.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn seal_record(&self) -> Result<Option<Head>, Error> {
        let last =
            sqlx::query("SELECT * FROM audit_head ORDER BY line DESC LIMIT 1").fetch_optional(&self.read).await?;
        let last = last.as_ref().map(Head::read).transpose()?;
        let newest = "SELECT id, kind FROM activity ORDER BY id DESC LIMIT 1";
        let Some(row) = sqlx::query(newest).fetch_optional(&self.read).await? else { return Ok(None) };
        let (line, kind): (i64, String) = (row.try_get("id")?, row.try_get("kind")?);
        // The line that tells of a head is no reason for another.
        let told = kind == Activity::AuditCheckpoint.name();
        if last.as_ref().is_some_and(|head| head.line == line || told && head.line == line - 1) {
            return Ok(last);
        }
        let (act, head) = self.new_head(line).await?;
        self.commit_quietly(act).await?;
        Ok(Some(head))
    }

    /// Signs the newest line and mails the head to all superusers, who thereby hold it where this server cannot change
    /// it. Not on the first day of a record, of which they have nothing to compare.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn mail_record_head(&self, now_s: i64) -> Result<Option<Head>, Error> {
        let today_s = now_s - now_s.rem_euclid(DAY_S);
        let older: i64 = sqlx::query_scalar("SELECT count(*) FROM audit_head WHERE at_s < ?")
            .bind(today_s)
            .fetch_one(&self.read)
            .await?;
        let line: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM activity").fetch_one(&self.read).await?;
        let Some(line) = line.filter(|_| older > 0) else { return Ok(None) };
        let (mut act, head) = self.new_head(line).await?;
        let data = json!({ "line": head.line, "hash": hex(&head.hash), "at_s": head.at_s,
            "signature": hex(&head.signature), "public_key": hex(self.audit_key()?.public()) });
        act.mail_superusers(MailKind::AuditHead, &data, "").await?;
        self.commit_quietly(act).await?;
        Ok(Some(head))
    }

    async fn new_head(&self, line: i64) -> Result<(Act, Head), Error> {
        let caller = Caller::inside(Principal::Job("audit"));
        let mut act = self.begin(&caller, Activity::AuditCheckpoint, json!({ "up_to": line })).await?;
        let head = act.add_head(&self.audit_key()?, line, false).await?;
        Ok((act, head))
    }
}
