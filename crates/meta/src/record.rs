//! The record of acts: who, about whom, what, when, from where, with what result.

use crate::{
    Act, Activity, Error, Meta,
    audit::{link, plain_text, plain_value},
    outbox,
};
use makoto_access::{Caller, Principal, Proof};
use serde_json::{Value as Json, json};

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

/// Refuses a caller who is not any more who was let in: a request may have waited, for its password to be hashed or for
/// its turn, while somebody else took its sender's rights or ended the session.
async fn check_caller(act: &Act, caller: &Caller) -> Result<(), Error> {
    let Principal::User(user) = &caller.principal else { return Ok(()) };
    let account = act.before.active_account(&user.login);
    let same = account.is_some_and(|now| now.superuser == user.superuser && now.roles == user.roles);
    let (sql, id) = match user.proof {
        Proof::Session { id, .. } => ("SELECT 1 FROM session WHERE id = ? AND login = ?", id),
        Proof::Token { id, .. } => ("SELECT 1 FROM token WHERE id = ? AND login = ? AND paused_s IS NULL", id),
    };
    let open: Option<i64> = sqlx::query_scalar(sql).bind(id).bind(&user.login).fetch_optional(&act.read).await?;
    match same && open.is_some() {
        true => Ok(()),
        false => Err(Error::CallerChanged),
    }
}

/// Writes the line, linked to the one before it, and promises the mails that its kind asks for. The subject is the
/// `login` of `detail`. The caller must be as they were when they were let in.
pub(crate) async fn insert(act: &mut Act, caller: &Caller, kind: Activity, detail: &Json) -> Result<(), Error> {
    if !kind.is_outcome() {
        check_caller(act, caller).await?;
    }
    let detail = plain_value(detail);
    let before = act.last_hash().await?;
    let last = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'activity'");
    let last: i64 = last.fetch_optional(&mut *act.tx).await?.unwrap_or(0);
    let entry = Entry {
        id: last + 1,
        at_ms: now_ms(),
        who: plain_text(&caller.principal.name()),
        subject: detail.get("login").and_then(Json::as_str).unwrap_or("").to_owned(),
        kind: kind.name().to_owned(),
        address: caller.address.map(|address| address.to_string()).unwrap_or_default(),
        agent: plain_text(&caller.agent),
        proof: proof(caller),
        request: plain_text(&caller.request),
        result: if kind.name().ends_with("refused") { "refused" } else { "done" }.to_owned(),
        detail,
    };
    let text = entry.detail.to_string();
    let hash = link(&before, &entry, &text);
    sqlx::query(
        "INSERT INTO activity (id, at_ms, who, subject, kind, detail, address, agent, proof, request, result, hash) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(entry.id)
    .bind(entry.at_ms)
    .bind(&entry.who)
    .bind(&entry.subject)
    .bind(&entry.kind)
    .bind(text)
    .bind(&entry.address)
    .bind(&entry.agent)
    .bind(&entry.proof)
    .bind(&entry.request)
    .bind(&entry.result)
    .bind(&hash[..])
    .execute(&mut *act.tx)
    .await?;
    let Entry { id, at_ms, who, subject, kind: name, detail, address, agent, .. } = &entry;
    let told = json!({ "line": id, "kind": name, "who": who, "subject": subject, "at_ms": at_ms, "address": address,
        "agent": agent, "detail": detail });
    outbox::tell(act, kind, subject, &told).await
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

    /// Records a refusal of what anybody may try as often as they like. It is on the disk within a second: many of them
    /// must not hold up what waits for the disk.
    ///
    /// # Errors
    /// When the record cannot be written.
    pub async fn record_refusal(&self, caller: &Caller, kind: Activity, detail: Json) -> Result<(), Error> {
        let mut act = self.begin_soon().await?;
        insert(&mut act, caller, kind, &detail).await?;
        self.commit_soon(act).await
    }
}
