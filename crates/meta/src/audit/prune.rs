use crate::{Activity, Error, Meta};
use makoto_access::{Caller, Principal};
use serde_json::json;

impl Meta {
    /// Removes lines from before this moment, except the newest; a signed stub keeps their place in the chain. Says how
    /// many went.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn prune_record(&self, before_ms: i64) -> Result<u64, Error> {
        let last: Option<i64> = sqlx::query_scalar("SELECT max(id) FROM activity WHERE at_ms < ?")
            .bind(before_ms)
            .fetch_one(&self.read)
            .await?;
        let Some(last) = last else { return Ok(0) };
        let key = self.audit_key()?;
        let caller = Caller::inside(Principal::Job("audit"));
        let mut act =
            self.begin(&caller, Activity::AuditPruned, json!({ "up_to": last, "before_ms": before_ms })).await?;
        act.add_head(&key, last, true).await?;
        let gone = sqlx::query("DELETE FROM activity WHERE id <= ?").bind(last).execute(&mut *act.tx).await?;
        sqlx::query("DELETE FROM audit_head WHERE line < ?").bind(last).execute(&mut *act.tx).await?;
        self.commit_quietly(act).await?;
        Ok(gone.rows_affected())
    }
}
