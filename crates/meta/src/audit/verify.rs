//! The check of the whole chain.

use super::{Head, Line, head::hex, link};
use crate::{Error, Meta};
use futures_core::Stream;
use std::{collections::BTreeMap, future::poll_fn, pin::Pin};

/// What is wrong with the record.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
pub enum Finding {
    #[error("line {line}: its content or a line before it was changed")]
    Changed { line: i64 },
    #[error("line {line} follows line {before}: lines between them are missing")]
    Missing { before: i64, line: i64 },
    #[error("the signed head of line {line} does not carry this installation's signature")]
    HeadForged { line: i64 },
    #[error("line {line} is not the one that was signed: it or a line before it was changed")]
    HeadDiffers { line: i64 },
    #[error("line {line} was signed and is missing: the end of the record was cut off")]
    Cut { line: i64 },
    #[error("lines {from} to {to} are missing: the end of the record was cut off")]
    Ended { from: i64, to: i64 },
}

/// A head that somebody kept elsewhere, from a mail or an export.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct KnownHead {
    pub line: i64,
    pub hash: Vec<u8>,
}

impl KnownHead {
    /// Reads `LINE:HASH`, as mails and exports show it.
    pub fn parse(text: &str) -> Option<KnownHead> {
        let (line, hash) = text.trim().split_once(':')?;
        let digits = hash.is_ascii() && hash.len() == 64;
        let bytes = (0..64).step_by(2).map(|at| u8::from_str_radix(hash.get(at..at + 2)?, 16).ok());
        Some(KnownHead { line: line.parse().ok()?, hash: digits.then(|| bytes.collect::<Option<Vec<u8>>>())?? })
    }
}

impl Head {
    /// `LINE:HASH`, by which it is kept elsewhere.
    pub fn written(&self) -> String {
        format!("{}:{}", self.line, hex(&self.hash))
    }
}

impl Meta {
    /// Checks every line, every signed head, and the heads that were kept elsewhere. Empty when all is well.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn verify_record(&self, known: &[KnownHead]) -> Result<Vec<Finding>, Error> {
        let mut findings = Vec::new();
        let key = self.audit_key()?;
        // One moment of the record, whatever is written meanwhile.
        let mut moment = self.read.begin().await?;
        let rows = sqlx::query("SELECT * FROM audit_head ORDER BY line").fetch_all(&mut *moment).await?;
        let heads = rows.iter().map(Head::read).collect::<Result<Vec<Head>, Error>>()?;
        let forged = heads.iter().filter(|head| !head.is_signed_by(&key));
        findings.extend(forged.map(|head| Finding::HeadForged { line: head.line }));
        let stub = heads.iter().filter(|head| head.pruned && head.is_signed_by(&key)).max_by_key(|head| head.line);
        let (mut before, mut hash) = stub.map_or((0, Vec::new()), |stub| (stub.line, stub.hash.clone()));
        let pruned = before;
        let mut expected: BTreeMap<i64, Vec<Vec<u8>>> = BTreeMap::new();
        let stored = heads.iter().map(|head| (head.line, &head.hash));
        for (line, hash) in stored.chain(known.iter().map(|head| (head.line, &head.hash))) {
            expected.entry(line).or_default().push(hash.clone());
        }
        let differs = |line: i64, hash: &[u8]| expected.get(&line).is_some_and(|all| all.iter().any(|one| one != hash));
        if differs(pruned, &hash) {
            findings.push(Finding::HeadDiffers { line: pruned });
        }
        // The store counts lines by itself, and does not count back.
        let given = sqlx::query_scalar("SELECT seq FROM sqlite_sequence WHERE name = 'activity'");
        let given: i64 = given.fetch_optional(&mut *moment).await?.unwrap_or(0);
        let mut lines = sqlx::query("SELECT * FROM activity ORDER BY id").fetch(&mut *moment);
        while let Some(row) = poll_fn(|context| Pin::new(&mut lines).poll_next(context)).await {
            let line = Line::read(&row?)?;
            let id = line.entry.id;
            if id != before + 1 {
                findings.push(Finding::Missing { before, line: id });
            }
            if link(&hash, &line.entry, &line.detail)[..] != line.hash {
                findings.push(Finding::Changed { line: id });
            }
            if differs(id, &line.hash) {
                findings.push(Finding::HeadDiffers { line: id });
            }
            (before, hash) = (id, line.hash);
        }
        let cut = expected.range(before + 1..).map(|(line, _)| Finding::Cut { line: *line });
        findings.extend(cut);
        if before < given {
            findings.push(Finding::Ended { from: before + 1, to: given });
        }
        Ok(findings)
    }
}
