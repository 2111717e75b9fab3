//! The fold's own file: what must survive a restart and cannot be read back from the engine.
//!
//! Every batch is one transaction that is on the disk (`synchronous=FULL`) before its delta leaves the fold. A weaker
//! setting would lose whole batches at a power cut, and although the journal could replay their hits, the replay may
//! cut them into other batches: the engine, which keeps only the number of the last delta, would then skip hits or
//! count them twice. One sync per batch is shared by a thousand hits.

use crate::{Error, Standing, convert};
use makoto_catalog::{
    Catalog,
    columns::{VISITORS, dictionary_number},
};
use makoto_model::{Day, Delta, SiteId, VisitorId};
use rusqlite::{Connection, OptionalExtension, Row, params, params_from_iter, types::ToSqlOutput};
use serde::{Deserialize, Serialize};
use std::path::Path;

/// The form of the tables below.
const FORMAT: i64 = 5;
/// The form before rows of deltas were packed.
const FORMAT_OF_WHOLE_ROWS: i64 = 4;
/// The form before it said in which columns deltas are written.
const FORMAT_WITHOUT_COLUMNS: i64 = 3;
/// The form before days of sites had an allowance of new texts.
const FORMAT_WITHOUT_BROUGHT: i64 = 1;
/// The form before goals and orders were reported.
const FORMAT_WITHOUT_GOALS: i64 = 2;
/// Which goals that count once a visit has reached, its cart's conversion, and when a visitor's visit with their latest
/// order on a site began.
const GOAL_TABLES: &str = "
    CREATE TABLE reached (visit INTEGER NOT NULL, goal INTEGER NOT NULL, PRIMARY KEY (visit, goal)) WITHOUT ROWID;
    CREATE TABLE cart (visit INTEGER PRIMARY KEY, conversion INTEGER NOT NULL);
    CREATE TABLE buyer (visitor INTEGER NOT NULL, site INTEGER NOT NULL, first_s INTEGER NOT NULL,
        PRIMARY KEY (visitor, site)) WITHOUT ROWID;";
const TABLES: &str = "
    CREATE TABLE fold (id INTEGER PRIMARY KEY CHECK (id = 1), secret BLOB NOT NULL, counters BLOB NOT NULL,
        columns TEXT);
    CREATE TABLE visitor (number INTEGER PRIMARY KEY, id INTEGER NOT NULL, record BLOB NOT NULL);
    CREATE UNIQUE INDEX visitor_id ON visitor (id);
    CREATE TABLE text (key INTEGER PRIMARY KEY, id INTEGER NOT NULL);
    CREATE TABLE partition (site INTEGER NOT NULL, day INTEGER NOT NULL, brought BLOB, PRIMARY KEY (site, day))
        WITHOUT ROWID;
    CREATE TABLE delta (number INTEGER PRIMARY KEY, body BLOB NOT NULL);";

/// Page cache: the inner pages of some ten million visitors and texts.
const CACHE_KIB: i32 = 20 * 1024;
/// Log pages after which it is copied into the file; larger saves copies of pages that change in every batch.
const CHECKPOINT_PAGES: i32 = 16_000;
/// Statements kept prepared: all that this file has.
const STATEMENTS_MAX: usize = 40;
/// Rows that one statement inserts: what a statement costs is shared by them.
const ROWS_AT_ONCE: usize = 64;
/// Key bytes of the hash of texts; what the hash function takes.
const SECRET_BYTES: u32 = 192;

/// Where the fold stands, and the last numbers it gave out.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Counters {
    /// The last journal position whose hit is folded.
    pub position: u64,
    pub delta: u64,
    pub visit: u64,
    pub action: u64,
    /// For each dictionary, by its number.
    pub texts: Vec<u32>,
    pub conversion: u64,
}

/// As they were kept before conversions were numbered.
#[derive(Deserialize)]
struct CountersBefore {
    position: u64,
    delta: u64,
    visit: u64,
    action: u64,
    texts: Vec<u32>,
}

impl Counters {
    /// How many visitors got numbers.
    pub fn visitors(&self) -> usize {
        let dictionary = dictionary_number(VISITORS).map(usize::from);
        dictionary.and_then(|at| self.texts.get(at)).map_or(0, |last| *last as usize)
    }

    /// How many texts did.
    pub fn texts(&self) -> usize {
        self.texts.iter().map(|last| *last as usize).sum::<usize>() - self.visitors()
    }

    fn decode(bytes: &[u8]) -> Result<Counters, Error> {
        match postcard::from_bytes(bytes) {
            Err(postcard::Error::DeserializeUnexpectedEnd) => {
                let CountersBefore { position, delta, visit, action, texts } = postcard::from_bytes(bytes)?;
                Ok(Counters { position, delta, visit, action, texts, conversion: 0 })
            }
            read => Ok(read?),
        }
    }
}

pub struct Store {
    connection: Connection,
    pub secret: Vec<u8>,
}

impl Store {
    /// Opens the file or makes a new one. Deltas that a program with other columns left in it are put into those of the
    /// catalog.
    pub fn open(path: &Path, catalog: &Catalog) -> Result<(Store, Counters), Error> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "cache_size", -CACHE_KIB)?;
        connection.pragma_update(None, "wal_autocheckpoint", CHECKPOINT_PAGES)?;
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
        let found: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        match found {
            0 => create(&connection)?,
            FORMAT_WITHOUT_BROUGHT..=FORMAT => bring_up(&connection, found, catalog)?,
            _ => return Err(Error::Format { found, known: FORMAT }),
        }
        let (secret, counters): (Vec<u8>, Vec<u8>) =
            connection.query_row("SELECT secret, counters FROM fold", [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let store = Store { connection, secret };
        store.write_in(catalog)?;
        Ok((store, Counters::decode(&counters)?))
    }

    /// Writes what is pending in the columns of the catalog.
    fn write_in(&self, catalog: &Catalog) -> Result<(), Error> {
        let columns = catalog.row_schema();
        let sql = "SELECT columns FROM fold";
        let written: Option<String> = self.connection.query_row(sql, [], |row| row.get(0))?;
        if written.as_ref() == Some(&columns) {
            return Ok(());
        }
        let mut pending = deltas(&self.connection, 0, usize::MAX)?;
        self.begin()?;
        self.connection.execute("DELETE FROM delta", [])?;
        for delta in &mut pending {
            if let Some(written) = &written {
                convert::reorder_rows(delta, written, catalog)?;
            }
            self.keep_delta(delta)?;
        }
        self.connection.execute("UPDATE fold SET columns = ?1", [columns])?;
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    pub fn begin(&self) -> Result<(), Error> {
        Ok(self.connection.execute_batch("BEGIN IMMEDIATE")?)
    }

    /// Ends the transaction of a batch; when it returns, the batch is on the disk.
    pub fn commit(&self, counters: &Counters) -> Result<(), Error> {
        let body = postcard::to_allocvec(counters)?;
        self.connection.prepare_cached("UPDATE fold SET counters = ?1")?.execute([body])?;
        Ok(self.connection.execute_batch("COMMIT")?)
    }

    pub fn visitor_number(&self, id: u64) -> Result<Option<u32>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT number FROM visitor WHERE id = ?1")?;
        Ok(statement.query_row([id.cast_signed()], |row| row.get(0)).optional()?)
    }

    pub fn visitor(&self, number: u32) -> Result<Option<(u64, Vec<u8>)>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT id, record FROM visitor WHERE number = ?1")?;
        let row = statement.query_row([number], |row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?)));
        Ok(row.optional()?)
    }

    /// The ids and numbers of all visitors.
    pub fn visitors(&self) -> Result<Vec<(VisitorId, u32)>, Error> {
        let mut statement = self.connection.prepare("SELECT id, number FROM visitor")?;
        let visitor = |row: &Row| Ok((VisitorId(row.get::<_, i64>(0)?.cast_unsigned()), row.get(1)?));
        Ok(statement.query_map([], visitor)?.collect::<Result<_, _>>()?)
    }

    /// Writes visitors down, each with a number, an id and a record.
    pub fn keep_visitors(&self, visitors: &[(u32, VisitorId, Vec<u8>)]) -> Result<(), Error> {
        let end = "ON CONFLICT (number) DO UPDATE SET record = excluded.record";
        self.insert("INTO visitor (number, id, record)", end, visitors, |(number, id, record)| {
            [ToSqlOutput::from(*number), id.0.cast_signed().into(), record.as_slice().into()]
        })
    }

    /// The keys and numbers of all texts.
    pub fn texts(&self) -> Result<Vec<(u64, u32)>, Error> {
        let mut statement = self.connection.prepare("SELECT key, id FROM text")?;
        let text = |row: &Row| Ok((row.get::<_, i64>(0)?.cast_unsigned(), row.get(1)?));
        Ok(statement.query_map([], text)?.collect::<Result<_, _>>()?)
    }

    pub fn text(&self, key: u64) -> Result<Option<u32>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT id FROM text WHERE key = ?1")?;
        Ok(statement.query_row([key.cast_signed()], |row| row.get(0)).optional()?)
    }

    /// Writes down the numbers of texts by their keys.
    pub fn keep_texts(&self, texts: &[(u64, u32)]) -> Result<(), Error> {
        self.insert("INTO text (key, id)", "", texts, |(key, id)| [key.cast_signed().into(), (*id).into()])
    }

    /// Inserts rows of so many values, many with one statement.
    fn insert<'a, T, const VALUES: usize>(
        &self,
        into: &str,
        end: &str,
        rows: &'a [T],
        values: impl Fn(&'a T) -> [ToSqlOutput<'a>; VALUES],
    ) -> Result<(), Error> {
        let row = format!("({})", ["?"; VALUES].join(", "));
        let write = |together: usize, rows: &'a [T]| -> Result<(), Error> {
            let sql = format!("INSERT {into} VALUES {} {end}", vec![row.as_str(); together].join(", "));
            let mut statement = self.connection.prepare_cached(&sql)?;
            for some in rows.chunks(together) {
                statement.execute(params_from_iter(some.iter().flat_map(&values)))?;
            }
            Ok(())
        };
        // What is left over goes one by one, so that two statements do for any number.
        let (many, left) = rows.split_at(rows.len() - rows.len() % ROWS_AT_ONCE);
        write(ROWS_AT_ONCE, many)?;
        write(1, left)
    }

    /// Forgets a text, unless another number stands for it now.
    pub fn drop_text(&self, key: u64, id: u32) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached("DELETE FROM text WHERE key = ?1 AND id = ?2")?;
        statement.execute(params![key.cast_signed(), id])?;
        Ok(())
    }

    pub fn drop_visitor(&self, number: u32) -> Result<(), Error> {
        self.connection.prepare_cached("DELETE FROM visitor WHERE number = ?1")?.execute([number])?;
        self.connection.prepare_cached("DELETE FROM buyer WHERE visitor = ?1")?.execute([number])?;
        Ok(())
    }

    /// Forgets which goals a visit has reached, and its cart.
    pub fn drop_visit(&self, visit: i64) -> Result<(), Error> {
        self.connection.prepare_cached("DELETE FROM reached WHERE visit = ?1")?.execute([visit])?;
        self.connection.prepare_cached("DELETE FROM cart WHERE visit = ?1")?.execute([visit])?;
        Ok(())
    }

    /// Forgets a visitor's latest orders whose visits began at none of these moments.
    pub fn keep_orders(&self, visitor: u32, begins: &[(SiteId, i64)]) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached("SELECT site, first_s FROM buyer WHERE visitor = ?1")?;
        let rows = statement.query_map([visitor], |row| Ok((SiteId(row.get(0)?), row.get(1)?)))?;
        let known: Vec<(SiteId, i64)> = rows.collect::<Result<_, _>>()?;
        for (site, _) in known.iter().filter(|order| !begins.contains(order)) {
            let mut gone = self.connection.prepare_cached("DELETE FROM buyer WHERE visitor = ?1 AND site = ?2")?;
            gone.execute([visitor, site.0])?;
        }
        Ok(())
    }

    /// Gives a visitor another id, unless somebody has it.
    pub fn rename_visitor(&self, number: u32, id: u64) -> Result<(), Error> {
        let mut statement = self.connection.prepare_cached("UPDATE OR IGNORE visitor SET id = ?2 WHERE number = ?1")?;
        statement.execute(params![number, id.cast_signed()])?;
        Ok(())
    }

    /// Writes the file anew, without what was deleted, and empties its log.
    pub fn compact(&self) -> Result<(), Error> {
        self.connection.execute_batch("VACUUM")?;
        self.connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        Ok(())
    }

    /// What is kept of a site's day, empty for nothing; `None` when no visits were ever made then.
    pub fn partition(&self, site: SiteId, day: Day) -> Result<Option<Vec<u8>>, Error> {
        let mut statement =
            self.connection.prepare_cached("SELECT brought FROM partition WHERE site = ?1 AND day = ?2")?;
        let row = statement.query_row([i64::from(site.0), i64::from(day.0)], |row| row.get::<_, Option<Vec<u8>>>(0));
        Ok(row.optional()?.map(Option::unwrap_or_default))
    }

    pub fn keep_brought(&self, site: SiteId, day: Day, brought: &[u8]) -> Result<(), Error> {
        let sql = "UPDATE partition SET brought = ?3 WHERE site = ?1 AND day = ?2";
        self.connection.prepare_cached(sql)?.execute(params![i64::from(site.0), i64::from(day.0), brought])?;
        Ok(())
    }

    pub fn keep_partition(&self, site: SiteId, day: Day) -> Result<(), Error> {
        let sql = "INSERT OR IGNORE INTO partition (site, day) VALUES (?1, ?2)";
        self.connection.prepare_cached(sql)?.execute([i64::from(site.0), i64::from(day.0)])?;
        Ok(())
    }

    /// Notes that a visit reached a goal; false when it had done so before.
    pub fn reach(&self, visit: i64, goal: u32) -> Result<bool, Error> {
        let sql = "INSERT OR IGNORE INTO reached (visit, goal) VALUES (?1, ?2)";
        Ok(self.connection.prepare_cached(sql)?.execute(params![visit, goal])? > 0)
    }

    /// The conversion that is a visit's open cart.
    pub fn cart(&self, visit: i64) -> Result<Option<i64>, Error> {
        let mut statement = self.connection.prepare_cached("SELECT conversion FROM cart WHERE visit = ?1")?;
        Ok(statement.query_row([visit], |row| row.get(0)).optional()?)
    }

    /// Opens a visit's cart, or closes it.
    pub fn keep_cart(&self, visit: i64, conversion: Option<i64>) -> Result<(), Error> {
        match conversion {
            Some(conversion) => {
                let sql = "INSERT OR REPLACE INTO cart (visit, conversion) VALUES (?1, ?2)";
                self.connection.prepare_cached(sql)?.execute([visit, conversion])?;
            }
            None => {
                self.connection.prepare_cached("DELETE FROM cart WHERE visit = ?1")?.execute([visit])?;
            }
        }
        Ok(())
    }

    /// When a visitor's visit with their latest order on a site began.
    pub fn buyer(&self, visitor: u32, site: SiteId) -> Result<Option<i64>, Error> {
        let mut statement =
            self.connection.prepare_cached("SELECT first_s FROM buyer WHERE visitor = ?1 AND site = ?2")?;
        Ok(statement.query_row(params![visitor, site.0], |row| row.get(0)).optional()?)
    }

    pub fn keep_buyer(&self, visitor: i64, site: i64, first_s: i64) -> Result<(), Error> {
        let sql = "INSERT OR REPLACE INTO buyer (visitor, site, first_s) VALUES (?1, ?2, ?3)";
        self.connection.prepare_cached(sql)?.execute([visitor, site, first_s])?;
        Ok(())
    }

    pub fn keep_delta(&self, delta: &Delta) -> Result<(), Error> {
        insert_delta(&self.connection, delta)
    }

    /// Deltas behind this number that are not forgotten, in order.
    pub fn deltas(&self, after: u64, limit: usize) -> Result<Vec<Delta>, Error> {
        deltas(&self.connection, after, limit)
    }

    /// Where it stands as of the last commit.
    pub fn standing(&self) -> Result<Standing, Error> {
        standing(&self.connection)
    }

    pub fn forget(&self, up_to: u64) -> Result<(), Error> {
        self.connection.prepare_cached("DELETE FROM delta WHERE number <= ?1")?.execute([up_to.cast_signed()])?;
        Ok(())
    }
}

/// Where a fold's file stands, of whichever form it is.
pub fn standing(connection: &Connection) -> Result<Standing, Error> {
    let sql = "SELECT counters, (SELECT min(number) FROM delta) FROM fold";
    let (counters, first): (Vec<u8>, Option<i64>) =
        connection.query_row(sql, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let counters = Counters::decode(&counters)?;
    let first_pending = first.map(i64::cast_unsigned);
    Ok(Standing { position: counters.position, last_delta: counters.delta, first_pending })
}

fn bodies(connection: &Connection, after: u64, limit: usize) -> Result<Vec<Vec<u8>>, Error> {
    let sql = "SELECT body FROM delta WHERE number > ?1 ORDER BY number LIMIT ?2";
    let mut statement = connection.prepare_cached(sql)?;
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let bodies = statement.query_map([after.cast_signed(), limit], |row| row.get(0))?;
    Ok(bodies.collect::<Result<_, _>>()?)
}

fn deltas(connection: &Connection, after: u64, limit: usize) -> Result<Vec<Delta>, Error> {
    bodies(connection, after, limit)?.iter().map(|body| Ok(Delta::decode(body)?)).collect()
}

fn insert_delta(connection: &Connection, delta: &Delta) -> Result<(), Error> {
    let body = delta.encode()?;
    let mut statement = connection.prepare_cached("INSERT INTO delta (number, body) VALUES (?1, ?2)")?;
    statement.execute(params![delta.number.cast_signed(), body])?;
    Ok(())
}

/// Brings a file of an older form to this one, step by step.
fn bring_up(connection: &Connection, found: i64, catalog: &Catalog) -> Result<(), Error> {
    if found == FORMAT {
        return Ok(());
    }
    let mut pending: Vec<Delta> = Vec::new();
    for body in bodies(connection, 0, usize::MAX)? {
        let mut delta = Delta::decode_older(&body)?;
        delta.conversions.iter_mut().for_each(convert::widen_conversion);
        if found <= FORMAT_WITHOUT_COLUMNS {
            // Before anything is changed, so that the older program can still read it.
            convert::check_widths(&mut delta, catalog)?;
        }
        pending.push(delta);
    }
    if found <= FORMAT_WITHOUT_BROUGHT {
        add_brought(connection)?;
    }
    if found <= FORMAT_WITHOUT_GOALS {
        add_goals(connection)?;
    }
    if found <= FORMAT_WITHOUT_COLUMNS {
        add_columns(connection, catalog)?;
    }
    pack_rows(connection, &pending)
}

fn add_brought(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch("BEGIN IMMEDIATE; ALTER TABLE partition ADD COLUMN brought BLOB;")?;
    connection.pragma_update(None, "user_version", FORMAT_WITHOUT_GOALS)?;
    Ok(connection.execute_batch("COMMIT")?)
}

fn add_goals(connection: &Connection) -> Result<(), Error> {
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(GOAL_TABLES)?;
    connection.pragma_update(None, "user_version", FORMAT_WITHOUT_COLUMNS)?;
    Ok(connection.execute_batch("COMMIT")?)
}

/// What is pending has the width of the catalog's rows: it was written in its columns.
fn add_columns(connection: &Connection, catalog: &Catalog) -> Result<(), Error> {
    connection.execute_batch("BEGIN IMMEDIATE; ALTER TABLE fold ADD COLUMN columns TEXT;")?;
    connection.execute("UPDATE fold SET columns = ?1", [catalog.row_schema()])?;
    connection.pragma_update(None, "user_version", FORMAT_OF_WHOLE_ROWS)?;
    Ok(connection.execute_batch("COMMIT")?)
}

fn pack_rows(connection: &Connection, pending: &[Delta]) -> Result<(), Error> {
    connection.execute_batch("BEGIN IMMEDIATE; DELETE FROM delta;")?;
    pending.iter().try_for_each(|delta| insert_delta(connection, delta))?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    Ok(connection.execute_batch("COMMIT")?)
}

fn create(connection: &Connection) -> Result<(), Error> {
    let counters = postcard::to_allocvec(&Counters::default())?;
    connection.execute_batch("BEGIN IMMEDIATE")?;
    connection.execute_batch(TABLES)?;
    connection.execute_batch(GOAL_TABLES)?;
    let sql = "INSERT INTO fold (id, secret, counters) VALUES (1, randomblob(?1), ?2)";
    connection.execute(sql, params![SECRET_BYTES, counters])?;
    connection.pragma_update(None, "user_version", FORMAT)?;
    Ok(connection.execute_batch("COMMIT")?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use makoto_catalog::{Table, columns::CONVERSION};
    use makoto_model::{Cell, NewText, Row};

    fn no_rows() -> Vec<Row> {
        Vec::new()
    }

    /// What is behind the number of a delta without rows that were there from the first, as it was kept before they were
    /// packed.
    fn nothing(conversions: Vec<Row>) -> impl Serialize {
        let touched: Vec<(SiteId, Day)> = Vec::new();
        let texts: Vec<NewText> = Vec::new();
        (texts, no_rows(), no_rows(), no_rows(), no_rows(), conversions, touched)
    }

    fn put(store: &Store, number: i64, body: &impl Serialize) {
        let body = postcard::to_allocvec(body).unwrap();
        let sql = "INSERT INTO delta (number, body) VALUES (?1, ?2)";
        store.connection.execute(sql, params![number, body]).unwrap();
    }

    /// A file that has one delta pending, with an item of this many values, before it said in which columns.
    fn older(path: &Path, catalog: &Catalog, values: usize) {
        let (store, _) = Store::open(path, catalog).unwrap();
        let items: Vec<Row> = vec![vec![Cell::Int(5); values].into()];
        put(&store, 1, &(1u64, nothing(no_rows()), no_rows(), items));
        let before = "ALTER TABLE fold DROP COLUMN columns; PRAGMA user_version = 3";
        store.connection.execute_batch(before).unwrap();
    }

    #[test]
    fn what_is_pending_in_unknown_columns_waits_for_the_program_that_wrote_it() {
        let catalog = Catalog::new(&[]).unwrap();
        let width = catalog.columns(Table::Item).len();
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fold.db");
        older(&path, &catalog, width - 1);
        for _ in 0..2 {
            let refused = Store::open(&path, &catalog).err();
            assert!(matches!(refused, Some(Error::Columns { table: "item", .. })), "{refused:?}");
            let version = |connection: Connection| connection.query_row("PRAGMA user_version", [], |row| row.get(0));
            assert_eq!(version(Connection::open(&path).unwrap()), Ok(3), "the older program still reads it");
        }
        std::fs::remove_file(&path).unwrap();
        older(&path, &catalog, width);
        let (store, _) = Store::open(&path, &catalog).unwrap();
        assert_eq!(store.deltas(0, 9).unwrap()[0].items[0].width(), width);
        assert_eq!(store.deltas(0, 9).unwrap()[0].items[0].get(width - 1), Cell::Int(5));
    }

    #[test]
    fn a_file_of_the_form_before_is_read_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fold.db");
        let catalog = Catalog::new(&[]).unwrap();
        let (store, _) = Store::open(&path, &catalog).unwrap();
        store.keep_partition(SiteId(1), Day(20_000)).unwrap();
        // Of a time at which conversions had five columns, and nothing was bought.
        put(&store, 1, &(1u64, nothing(vec![[5, 4, 3, 2, 1].map(Cell::Int).into()])));
        let before = "DROP TABLE reached; DROP TABLE cart; DROP TABLE buyer; ALTER TABLE fold DROP COLUMN columns;
            ALTER TABLE partition DROP COLUMN brought; PRAGMA user_version = 1";
        store.connection.execute_batch(before).unwrap();
        drop(store);
        for kept in [vec![], vec![7]] {
            let (store, _) = Store::open(&path, &catalog).unwrap();
            assert_eq!(store.partition(SiteId(1), Day(20_000)).unwrap(), Some(kept));
            assert_eq!(store.partition(SiteId(1), Day(20_001)).unwrap(), None);
            store.keep_brought(SiteId(1), Day(20_000), &[7]).unwrap();
            let pending = store.deltas(0, 9).unwrap();
            let conversion = &pending[0].conversions[0];
            assert_eq!((pending.len(), pending[0].number, conversion.width()), (1, 1, CONVERSION.len()));
            assert_eq!((conversion.get(0), conversion.get(1)), (Cell::Int(5), Cell::Int(4)));
        }
    }
}
