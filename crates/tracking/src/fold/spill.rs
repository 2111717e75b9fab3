//! Visits of a running day for which memory has no room. They lie in a file without a name that ends with the program,
//! in indexes by which they are found; whoever goes on is brought back.

use super::partition::{HELD_S, Held, NOBODY, Window};
use crate::Error;
use makoto_model::PackedRow;
use rusqlite::{Connection, Params, Row, params, types::Type};
use std::{fs, io, path::Path};

const TABLE: &str = "
    PRAGMA journal_mode = OFF;
    PRAGMA synchronous = OFF;
    PRAGMA locking_mode = EXCLUSIVE;
    PRAGMA cache_size = -4096;
    CREATE TABLE visit (id INTEGER PRIMARY KEY, visitor INTEGER NOT NULL, config INTEGER NOT NULL,
        last_s INTEGER NOT NULL, user INTEGER NOT NULL, actions INTEGER NOT NULL, row BLOB NOT NULL);
    CREATE INDEX visit_visitor ON visit (visitor);
    CREATE INDEX visit_config ON visit (config, last_s);
    BEGIN;";

const TAKE_OF_VISITOR: &str =
    "DELETE FROM visit WHERE visitor = ?1 RETURNING id, visitor, config, last_s, user, actions, row";
const TAKE_VISIT: &str = "DELETE FROM visit WHERE id = ?1 RETURNING id, visitor, config, last_s, user, actions, row";

/// The visits of one partition that were put aside, in files of about an hour each, the oldest first: what is over goes
/// with its file.
#[derive(Default)]
pub struct Spill {
    parts: Vec<Part>,
}

struct Part {
    /// Its one transaction stays open: nobody else reads it, and nothing of it outlives the program.
    connection: Connection,
    /// When its first visits ended, and its last ones.
    from_s: i64,
    until_s: i64,
}

impl Spill {
    /// Puts visits aside, in the folder if a new file is needed.
    pub fn put(&mut self, mut visits: Vec<Held>, folder: &Path) -> Result<(), Error> {
        let ends = || visits.iter().map(|held| held.last_s);
        let (Some(from_s), Some(until_s)) = (ends().min(), ends().max()) else { return Ok(()) };
        if self.parts.last().is_none_or(|part| until_s - part.from_s > HELD_S) {
            self.parts.push(Part { connection: open(folder)?, from_s, until_s });
        }
        let Some(part) = self.parts.last_mut() else { return Ok(()) };
        part.until_s = part.until_s.max(until_s);
        visits.sort_unstable_by_key(|held| held.id);
        let sql =
            "INSERT INTO visit (id, visitor, config, last_s, user, actions, row) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
        let mut statement = part.connection.prepare_cached(sql)?;
        for Held { row, id, config, last_s, visitor, user, actions, .. } in visits {
            statement.execute(params![id.cast_signed(), visitor, config, last_s, user, actions, row.as_bytes()])?;
        }
        Ok(())
    }

    /// When the last of its visits ended.
    pub fn until_s(&self) -> Option<i64> {
        self.parts.iter().map(|part| part.until_s).max()
    }

    /// Takes out every visit of a visitor.
    pub fn take_of_visitor(&mut self, visitor: u32) -> Result<Vec<Held>, Error> {
        self.take(TAKE_OF_VISITOR, [visitor])
    }

    /// When the newest visit with a fingerprint within the window ended, and its number.
    pub fn newest_of_config(&self, config: i64, window: Window) -> Result<Option<(i64, u64)>, Error> {
        // No user fits a visit of somebody in particular when the hit's is unknown, and each when it has none.
        let user = window.user.map(|user| user.unwrap_or(i64::from(NOBODY)));
        let sql = "SELECT last_s, id FROM visit WHERE config = ?1 AND last_s BETWEEN ?2 AND ?3
            AND (?4 IS NULL OR user IN (?4, ?5)) ORDER BY last_s DESC, id DESC LIMIT 1";
        let mut newest = None;
        for part in self.parts.iter().filter(|part| part.until_s >= window.from_s) {
            let mut statement = part.connection.prepare_cached(sql)?;
            let mut rows = statement.query(params![config, window.from_s, window.until_s, user, NOBODY])?;
            if let Some(row) = rows.next()? {
                newest = newest.max(Some((row.get(0)?, row.get::<_, i64>(1)?.cast_unsigned())));
            }
        }
        Ok(newest)
    }

    /// Takes out a visit.
    pub fn take_visit(&mut self, id: u64) -> Result<Vec<Held>, Error> {
        self.take(TAKE_VISIT, [id.cast_signed()])
    }

    fn take(&mut self, sql: &str, found_by: impl Params + Copy) -> Result<Vec<Held>, Error> {
        let mut taken = Vec::new();
        for part in &self.parts {
            let mut statement = part.connection.prepare_cached(sql)?;
            for held in statement.query_map(found_by, held)? {
                taken.push(held?);
            }
        }
        Ok(taken)
    }

    /// Gives up files whose visits all ended before this moment.
    pub fn let_go_before(&mut self, since_s: i64) {
        self.parts.retain(|part| part.until_s >= since_s);
    }
}

fn held(row: &Row) -> rusqlite::Result<Held> {
    let found = (row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?);
    let (visitor, config, last_s, user, actions) = found;
    let packed = PackedRow::try_from(row.get_ref(6)?.as_blob()?)
        .map_err(|fault| rusqlite::Error::FromSqlConversionFailure(6, Type::Blob, Box::new(fault)))?;
    Ok(Held::new(packed, row.get::<_, i64>(0)?.cast_unsigned(), config, last_s, (visitor, user, actions)))
}

/// A file that has no name any more: it ends with the program, however that ends.
fn open(folder: &Path) -> Result<Connection, Error> {
    let path = folder.join("fold.spill");
    // One whose program ended before it could take the name away.
    match fs::remove_file(&path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(Error::Spill(error)),
        _ => {}
    }
    let connection = Connection::open(&path)?;
    connection.execute_batch(TABLE)?;
    fs::remove_file(&path).map_err(Error::Spill)?;
    Ok(connection)
}
