//! The record of acts: who, about whom, what, when, from where, with what result.

use crate::{Act, Activity, Error, Meta, outbox};
use makoto_access::{Caller, Principal, Proof};
use serde_json::{Value as Json, json};
use sqlx::Row;

/// One line of the record.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub id: i64,
    pub at_ms: i64,
    pub who: String,
    /// The login that the act is about; empty when it is about none.
    pub subject: String,
    pub kind: String,
    pub detail: Json,
    pub address: String,
    pub agent: String,
    pub proof: String,
    pub request: String,
    pub result: String,
}

/// Milliseconds since 1970 by the machine's clock.
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

fn proof(caller: &Caller) -> String {
    match &caller.principal {
        Principal::User(user) => match user.proof {
            Proof::Session { id, .. } => format!("session:{id}"),
            Proof::Token { id, .. } => format!("token:{id}"),
        },
        _ => String::new(),
    }
}

/// Writes the line and promises the mails that its kind asks for. The subject is the `login` of `detail`.
pub(crate) async fn insert(act: &mut Act, caller: &Caller, kind: Activity, detail: &Json) -> Result<(), Error> {
    let subject = detail.get("login").and_then(Json::as_str).unwrap_or("").to_owned();
    let result = if kind.name().ends_with("refused") { "refused" } else { "done" };
    let at_ms = now_ms();
    sqlx::query(
        "INSERT INTO activity (at_ms, who, subject, kind, detail, address, agent, proof, request, result) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(at_ms)
    .bind(caller.principal.name())
    .bind(&subject)
    .bind(kind.name())
    .bind(detail.to_string())
    .bind(caller.address.map(|address| address.to_string()).unwrap_or_default())
    .bind(&*caller.agent)
    .bind(proof(caller))
    .bind(&*caller.request)
    .bind(result)
    .execute(&mut *act.tx)
    .await?;
    let told = json!({ "kind": kind.name(), "who": caller.principal.name(), "subject": subject, "at_ms": at_ms,
        "address": caller.address.map(|address| address.to_string()), "agent": &*caller.agent, "detail": detail });
    outbox::tell(act, kind, &subject, &told).await
}

impl Meta {
    /// Records an act that changes nothing else in this store.
    ///
    /// # Errors
    /// When the record cannot be written; the act must not be done then.
    pub async fn record(&self, caller: &Caller, kind: Activity, detail: Json) -> Result<(), Error> {
        let act = self.begin(caller, kind, detail).await?;
        self.commit_quietly(act).await
    }

    /// The newest lines of the record, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn activity(&self, lines_max: u32) -> Result<Vec<Entry>, Error> {
        let rows = sqlx::query("SELECT * FROM activity ORDER BY id DESC LIMIT ?")
            .bind(lines_max)
            .fetch_all(&self.read)
            .await?;
        rows.iter().map(entry).collect()
    }
}

fn entry(row: &sqlx::sqlite::SqliteRow) -> Result<Entry, Error> {
    let detail: &str = row.try_get("detail")?;
    let detail = serde_json::from_str(detail).map_err(|fault| Error::Corrupt(fault.to_string()))?;
    Ok(Entry {
        id: row.try_get("id")?,
        at_ms: row.try_get("at_ms")?,
        who: row.try_get("who")?,
        subject: row.try_get("subject")?,
        kind: row.try_get("kind")?,
        detail,
        address: row.try_get("address")?,
        agent: row.try_get("agent")?,
        proof: row.try_get("proof")?,
        request: row.try_get("request")?,
        result: row.try_get("result")?,
    })
}
