//! The latest moment that was ever seen: what has expired stays so when the machine's clock is set back.

use crate::{Act, Error, Meta, record::now_ms};
use std::sync::atomic::Ordering;

impl Act {
    /// Writes down how late it is.
    pub(crate) async fn keep_clock(&mut self, now_s: i64) -> Result<(), Error> {
        let sql = "UPDATE public_state SET seen_s = max(seen_s, ?) WHERE id = 1";
        sqlx::query(sql).bind(now_s).execute(&mut *self.tx).await?;
        Ok(())
    }
}

impl Meta {
    /// Seconds since 1970, never earlier than at any time before, whatever the machine's clock says.
    pub fn steady_now_s(&self) -> i64 {
        let now_s = now_ms() / 1000;
        self.seen_s.fetch_max(now_s, Ordering::SeqCst).max(now_s)
    }

    /// Writes down how late it is, so that a later start knows.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn note_clock(&self) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        act.keep_clock(self.steady_now_s()).await?;
        self.commit_quietly(act).await
    }
}
