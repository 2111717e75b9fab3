use crate::{Error, Meta};
use makoto_access::Caller;
use serde_json::Value as Json;
use sqlx::{Row, Sqlite, Transaction};

/// The acts that leave a record.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Activity {
    SetupDone,
    SiteAdded,
    SiteChanged,
    SiteDeleted,
    UserAdded,
    UserChanged,
    UserDeleted,
    RoleSet,
    SuperuserSet,
    SettingSet,
    TokenMade,
    TokenDeleted,
    SignedIn,
    SignInFailed,
    SignedOut,
    BackupMade,
}

impl Activity {
    pub fn name(self) -> &'static str {
        match self {
            Activity::SetupDone => "setup.done",
            Activity::SiteAdded => "site.added",
            Activity::SiteChanged => "site.changed",
            Activity::SiteDeleted => "site.deleted",
            Activity::UserAdded => "user.added",
            Activity::UserChanged => "user.changed",
            Activity::UserDeleted => "user.deleted",
            Activity::RoleSet => "role.set",
            Activity::SuperuserSet => "superuser.set",
            Activity::SettingSet => "setting.set",
            Activity::TokenMade => "token.made",
            Activity::TokenDeleted => "token.deleted",
            Activity::SignedIn => "session.signed_in",
            Activity::SignInFailed => "session.refused",
            Activity::SignedOut => "session.signed_out",
            Activity::BackupMade => "backup.made",
        }
    }
}

/// One line of the record.
#[derive(Clone, PartialEq, Debug)]
pub struct Entry {
    pub at_ms: i64,
    pub who: String,
    pub kind: String,
    pub detail: Json,
    pub address: String,
}

/// Milliseconds since 1970 by the machine's clock.
pub(crate) fn now_ms() -> i64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.map_or(0, |since| since.as_millis() as i64)
}

pub(crate) async fn insert(
    tx: &mut Transaction<'static, Sqlite>,
    caller: &Caller,
    kind: Activity,
    detail: &Json,
) -> Result<(), Error> {
    sqlx::query("INSERT INTO activity (at_ms, who, kind, detail, address) VALUES (?, ?, ?, ?, ?)")
        .bind(now_ms())
        .bind(caller.principal.name())
        .bind(kind.name())
        .bind(detail.to_string())
        .bind(caller.address.map(|address| address.to_string()).unwrap_or_default())
        .execute(&mut **tx)
        .await?;
    Ok(())
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
        let rows = sqlx::query("SELECT at_ms, who, kind, detail, address FROM activity ORDER BY id DESC LIMIT ?")
            .bind(lines_max)
            .fetch_all(&self.read)
            .await?;
        rows.iter()
            .map(|row| {
                let detail: &str = row.try_get("detail")?;
                let detail = serde_json::from_str(detail).map_err(|fault| Error::Corrupt(fault.to_string()))?;
                Ok(Entry {
                    at_ms: row.try_get("at_ms")?,
                    who: row.try_get("who")?,
                    kind: row.try_get("kind")?,
                    detail,
                    address: row.try_get("address")?,
                })
            })
            .collect()
    }
}
