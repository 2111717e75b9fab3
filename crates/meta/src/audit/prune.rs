use crate::{Activity, Error, Meta};
use makoto_access::{Caller, Principal};
use serde_json::json;

/// The last line before the first one that is young; where none is, the last but one.
const LAST_OLD: &str = "SELECT max(id) FROM activity WHERE id < coalesce((SELECT min(id) FROM activity WHERE at_ms >= ?), \
     (SELECT max(id) FROM activity))";

impl Meta {
    /// Removes the lines at the beginning of the record that are all from before this moment, except the newest; a signed
    /// stub keeps their place in the chain. Says how many went.
    ///
    /// Clocks go wrong, so order counts before stamps: a line that a clock set back has made old goes with those before
    /// it, and one that a clock set ahead has made young keeps what follows until its own stamp is old. Too much is kept
    /// then rather than too little.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn prune_record(&self, before_ms: i64) -> Result<u64, Error> {
        let last: Option<i64> = sqlx::query_scalar(LAST_OLD).bind(before_ms).fetch_one(&self.read).await?;
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
