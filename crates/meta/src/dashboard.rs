//! What people put on their dashboards.

use crate::{Activity, Error, Meta};
use makoto_access::Caller;
use serde_json::json;
use sqlx::{Row, sqlite::SqliteRow};

/// Dashboards of one user at most.
const DASHBOARDS_PER_USER_MAX: i64 = 100;
/// Letters of a name at most.
const NAME_CHARS_MAX: usize = 100;
/// Bytes of a layout at most.
const LAYOUT_BYTES_MAX: usize = 256 * 1024;

/// A dashboard of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dashboard {
    /// Counted from 1 for each user.
    pub id: i64,
    pub name: String,
    /// JSON, as pages keep it.
    pub layout: String,
}

fn check(name: &str, layout: &str) -> Result<(), Error> {
    if name.trim().is_empty() || name.chars().count() > NAME_CHARS_MAX {
        return Err(Error::Refused(format!("give the dashboard a name of {NAME_CHARS_MAX} letters at most")));
    }
    match layout.len() > LAYOUT_BYTES_MAX {
        true => Err(Error::Refused(format!("a layout has {LAYOUT_BYTES_MAX} bytes at most; use fewer widgets"))),
        false => Ok(()),
    }
}

fn read(row: &SqliteRow) -> Result<Dashboard, Error> {
    Ok(Dashboard { id: row.try_get("id")?, name: row.try_get("name")?, layout: row.try_get("layout")? })
}

impl Meta {
    /// The dashboards of a user, by number.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn dashboards(&self, login: &str) -> Result<Vec<Dashboard>, Error> {
        let rows = sqlx::query("SELECT id, name, layout FROM dashboard WHERE login = ? ORDER BY id").bind(login);
        let rows = rows.fetch_all(&self.read).await?;
        rows.iter().map(read).collect()
    }

    /// Adds a dashboard to those of a user and gives its number.
    ///
    /// # Errors
    /// `NotFound` without such a user; `Refused` says what is wrong, or that the user has too many.
    pub async fn add_dashboard(&self, caller: &Caller, login: &str, name: &str, layout: &str) -> Result<i64, Error> {
        check(name, layout)?;
        let account = self.snapshot().account(login).map(|account| account.login.clone());
        let login = account.ok_or_else(|| Error::NotFound(format!("there is no user {login}")))?;
        let detail = json!({ "login": login, "name": name });
        let mut act = self.begin(caller, Activity::DashboardAdded, detail).await?;
        let (known, next): (i64, i64) =
            sqlx::query_as("SELECT count(*), coalesce(max(id), 0) + 1 FROM dashboard WHERE login = ?")
                .bind(&login)
                .fetch_one(&mut *act.tx)
                .await?;
        if known >= DASHBOARDS_PER_USER_MAX {
            return Err(Error::Refused(format!("a user has {DASHBOARDS_PER_USER_MAX} dashboards at most")));
        }
        sqlx::query("INSERT INTO dashboard (login, id, name, layout) VALUES (?, ?, ?, ?)")
            .bind(&login)
            .bind(next)
            .bind(name.trim())
            .bind(layout)
            .execute(&mut *act.tx)
            .await?;
        self.commit(act).await?;
        Ok(next)
    }

    /// Changes name and layout of a dashboard.
    ///
    /// # Errors
    /// `NotFound` without such a dashboard, `Refused` says what is wrong.
    pub async fn change_dashboard(&self, caller: &Caller, login: &str, dashboard: &Dashboard) -> Result<(), Error> {
        check(&dashboard.name, &dashboard.layout)?;
        let detail = json!({ "login": login, "dashboard": dashboard.id, "name": dashboard.name });
        let mut act = self.begin(caller, Activity::DashboardChanged, detail).await?;
        let done = sqlx::query("UPDATE dashboard SET name = ?, layout = ? WHERE login = ? AND id = ?")
            .bind(dashboard.name.trim())
            .bind(&dashboard.layout)
            .bind(login)
            .bind(dashboard.id)
            .execute(&mut *act.tx)
            .await?;
        if done.rows_affected() == 0 {
            return Err(Error::NotFound(format!("{login} has no dashboard {}", dashboard.id)));
        }
        self.commit(act).await
    }

    /// Deletes a dashboard.
    ///
    /// # Errors
    /// `NotFound` without such a dashboard.
    pub async fn delete_dashboard(&self, caller: &Caller, login: &str, id: i64) -> Result<(), Error> {
        let detail = json!({ "login": login, "dashboard": id });
        let mut act = self.begin(caller, Activity::DashboardDeleted, detail).await?;
        let done = sqlx::query("DELETE FROM dashboard WHERE login = ? AND id = ?").bind(login).bind(id);
        if done.execute(&mut *act.tx).await?.rows_affected() == 0 {
            return Err(Error::NotFound(format!("{login} has no dashboard {id}")));
        }
        self.commit(act).await
    }
}
