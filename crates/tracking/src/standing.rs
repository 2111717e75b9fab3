//! How far the fold is, whether an engine belongs to it, and whether its file is sound.

use crate::{Error, store};
use rusqlite::{Connection, OpenFlags};
use std::path::Path;

/// How far the fold is, and which deltas it still keeps.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Standing {
    /// The last journal position that is folded.
    pub position: u64,
    pub last_delta: u64,
    /// The first delta that is not forgotten.
    pub first_pending: Option<u64>,
}

impl Standing {
    /// Whether an engine that has applied the deltas up to this one can go on with this fold.
    ///
    /// # Errors
    /// `EngineBehind` when it lacks deltas that nobody keeps any more, `EngineAhead` when it has some that were never made.
    pub fn fits(&self, applied: u64) -> Result<(), Error> {
        let next = self.first_pending.unwrap_or(self.last_delta + 1);
        if applied > self.last_delta {
            return Err(Error::EngineAhead { applied, last: self.last_delta });
        }
        match applied + 1 < next {
            true => Err(Error::EngineBehind { from: applied + 1, to: next - 1 }),
            false => Ok(()),
        }
    }
}

fn open(path: &Path) -> Result<Connection, Error> {
    Ok(Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_ONLY)?)
}

/// Where the fold's file at `path` stands, also while a fold works on it. A file that is missing or empty stands at the
/// beginning, as a fold that is opened there does.
///
/// # Errors
/// When the file cannot be read.
pub fn standing(path: &Path) -> Result<Standing, Error> {
    match std::fs::metadata(path) {
        Ok(file) if file.len() > 0 => store::standing(&open(path)?),
        _ => Ok(Standing::default()),
    }
}

/// Reads all of the fold's file at `path`, also while a fold works on it, and changes nothing.
///
/// # Errors
/// `Broken` when the file is damaged, and when it cannot be read.
pub fn check(path: &Path) -> Result<(), Error> {
    if std::fs::metadata(path).map_or(true, |file| file.len() == 0) {
        return Ok(());
    }
    let found: String = open(path)?.pragma_query_value(None, "quick_check", |row| row.get(0))?;
    match found.as_str() {
        "ok" => Ok(()),
        // The first line says that more follow.
        _ => Err(Error::Broken(found.lines().last().unwrap_or_default().to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Store;
    use makoto_catalog::Catalog;
    use makoto_model::{SiteId, VisitorId};

    #[test]
    fn an_engine_that_lacks_what_nobody_keeps_does_not_fit() {
        let stands = |last_delta, first_pending| Standing { position: 0, last_delta, first_pending };
        for (standing, applied) in [
            (stands(0, None), 0),
            (stands(5, None), 5),
            (stands(5, Some(1)), 0),
            (stands(5, Some(4)), 3),
            (stands(5, Some(4)), 4),
            (stands(5, Some(4)), 5),
        ] {
            assert!(standing.fits(applied).is_ok(), "{standing:?} {applied}");
        }
        for (standing, applied, lost) in
            [(stands(5, None), 2, (3, 5)), (stands(5, None), 0, (1, 5)), (stands(7, Some(6)), 2, (3, 5))]
        {
            let refused = standing.fits(applied);
            assert!(matches!(refused, Err(Error::EngineBehind { from, to }) if (from, to) == lost), "{refused:?}");
        }
        assert!(matches!(stands(5, None).fits(6), Err(Error::EngineAhead { applied: 6, last: 5 })));
    }

    #[test]
    fn a_damaged_file_is_found_while_a_fold_works_on_it_and_without_one() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("fold.db");
        check(&path).unwrap();
        assert_eq!(standing(&path).unwrap(), Standing::default());
        let (store, counters) = Store::open(&path, &Catalog::new(&[]).unwrap()).unwrap();
        let visitors: Vec<_> = (1..2_000).map(|number| (number, VisitorId(number.into()), vec![7; 40])).collect();
        store.keep_visitors(&visitors).unwrap();
        store.keep_partition(SiteId(1), makoto_model::Day(1)).unwrap();
        store.begin().unwrap();
        store.keep_delta(&makoto_model::Delta { number: 4, ..makoto_model::Delta::default() }).unwrap();
        store.commit(&store::Counters { position: 9, delta: 6, ..counters }).unwrap();
        check(&path).unwrap();
        assert_eq!(standing(&path).unwrap(), Standing { position: 9, last_delta: 6, first_pending: Some(4) });
        store.compact().unwrap();
        drop(store);
        let mut bytes = std::fs::read(&path).unwrap();
        // The heads of pages in the middle of the file.
        for page in (bytes.len() / 2 / 4096..bytes.len() / 4096).take(4) {
            bytes[page * 4096..page * 4096 + 8].fill(0xff);
        }
        std::fs::write(&path, bytes).unwrap();
        assert!(check(&path).is_err());
    }
}
