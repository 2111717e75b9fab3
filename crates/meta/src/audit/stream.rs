use crate::{Error, Meta, record::now_ms};
use sqlx::Row;

/// How far the record was sent on to a place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Cursor {
    /// The last line that arrived there.
    pub line: i64,
    /// When the cursor moved last, in seconds since 1970.
    pub moved_s: i64,
}

impl Meta {
    /// How far a place has the record; a new place begins behind the newest line.
    ///
    /// # Errors
    /// When the store cannot be read or written.
    pub async fn stream_cursor(&self, place: &str) -> Result<Cursor, Error> {
        let mut act = self.begin_unrecorded().await?;
        let sql = "INSERT INTO audit_stream (place, line, moved_s) \
                   VALUES (?, (SELECT coalesce(max(id), 0) FROM activity), ?) ON CONFLICT (place) DO NOTHING";
        sqlx::query(sql).bind(place).bind(now_ms() / 1000).execute(&mut *act.tx).await?;
        let row = sqlx::query("SELECT line, moved_s FROM audit_stream WHERE place = ?")
            .bind(place)
            .fetch_one(&mut *act.tx)
            .await?;
        let cursor = Cursor { line: row.try_get("line")?, moved_s: row.try_get("moved_s")? };
        self.commit_quietly(act).await?;
        Ok(cursor)
    }

    /// Notes that a place has all lines up to this one.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn move_stream(&self, place: &str, line: i64) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        sqlx::query("UPDATE audit_stream SET line = ?, moved_s = ? WHERE place = ?")
            .bind(line)
            .bind(now_ms() / 1000)
            .bind(place)
            .execute(&mut *act.tx)
            .await?;
        self.commit_quietly(act).await
    }
}
