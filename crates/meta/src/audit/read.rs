use super::Line;
use crate::{Entry, Error, Meta};
use sqlx::{QueryBuilder, Sqlite};

/// Whose lines may be read.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum ReadScope {
    All,
    /// What this user did, and what was done to them, since there is this user of the login.
    Own {
        login: String,
        since_ms: i64,
    },
}

/// Which lines are wanted; empty fields mean any.
#[derive(Clone, Default, PartialEq, Eq, Debug)]
pub struct EntryFilter {
    /// Who did it, or whom it is about.
    pub login: Option<String>,
    /// Exact kinds, or one followed by `.*` for a family.
    pub kind: Option<String>,
    pub result: Option<String>,
    /// A text anywhere in the line.
    pub text: Option<String>,
    /// From this moment on, in milliseconds.
    pub from_ms: Option<i64>,
    /// Before this moment.
    pub until_ms: Option<i64>,
    /// Lines below this number, for reading on where one stopped.
    pub below: Option<i64>,
}

/// A text for `LIKE`, found literally.
fn like(text: &str) -> String {
    let mut pattern = String::from("%");
    for c in text.chars() {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}

fn narrow(query: &mut QueryBuilder<Sqlite>, scope: &ReadScope, filter: &EntryFilter) {
    query.push(" WHERE 1 = 1");
    let mut about = |login: &str| {
        query.push(" AND (who = ").push_bind(login.to_owned()).push(" COLLATE NOCASE OR subject = ");
        query.push_bind(login.to_owned()).push(" COLLATE NOCASE)");
    };
    if let ReadScope::Own { login, .. } = scope {
        about(login);
    }
    if let Some(login) = &filter.login {
        about(login);
    }
    if let ReadScope::Own { since_ms, .. } = scope {
        query.push(" AND at_ms >= ").push_bind(*since_ms);
    }
    match filter.kind.as_deref().map(|kind| (kind.strip_suffix(".*"), kind)) {
        Some((Some(family), _)) => {
            query.push(" AND kind LIKE ").push_bind(format!("{}.%", family.replace(['%', '_'], "")));
        }
        Some((None, kind)) => {
            query.push(" AND kind = ").push_bind(kind.to_owned());
        }
        None => {}
    }
    if let Some(result) = &filter.result {
        query.push(" AND result = ").push_bind(result.clone());
    }
    if let Some(text) = &filter.text {
        query.push(
            " AND (who || ' ' || subject || ' ' || kind || ' ' || detail || ' ' || address || ' ' || agent) LIKE ",
        );
        query.push_bind(like(text)).push(" ESCAPE '\\'");
    }
    if let Some(from_ms) = filter.from_ms {
        query.push(" AND at_ms >= ").push_bind(from_ms);
    }
    if let Some(until_ms) = filter.until_ms {
        query.push(" AND at_ms < ").push_bind(until_ms);
    }
    if let Some(below) = filter.below {
        query.push(" AND id < ").push_bind(below);
    }
}

impl Meta {
    /// Lines of the record, newest first.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entries(
        &self,
        scope: &ReadScope,
        filter: &EntryFilter,
        offset: u32,
        limit: u32,
    ) -> Result<Vec<Entry>, Error> {
        let mut query = QueryBuilder::new("SELECT * FROM activity");
        narrow(&mut query, scope, filter);
        query.push(" ORDER BY id DESC LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
        let rows = query.build().fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok(Line::read(row)?.entry)).collect()
    }

    /// How many lines there are.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entry_count(&self, scope: &ReadScope, filter: &EntryFilter) -> Result<i64, Error> {
        let mut query = QueryBuilder::new("SELECT count(*) FROM activity");
        narrow(&mut query, scope, filter);
        Ok(query.build_query_scalar().fetch_one(&self.read).await?)
    }

    /// Lines after this one, oldest first, for sending them on.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn entries_after(&self, line: i64, limit: u32) -> Result<Vec<Entry>, Error> {
        let sql = "SELECT * FROM activity WHERE id > ? ORDER BY id LIMIT ?";
        let rows = sqlx::query(sql).bind(line).bind(limit).fetch_all(&self.read).await?;
        rows.iter().map(|row| Ok(Line::read(row)?.entry)).collect()
    }
}
