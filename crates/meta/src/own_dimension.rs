//! Dimensions that a site defines itself.

use crate::{Activity, Error, Meta};
use makoto_access::{Caller, Grant, Write};
use makoto_model::{Extraction, OwnDimension, OwnScope, SiteId, own::SLOTS_MAX};
use serde_json::json;
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeMap;

/// Letters of a name at most.
const NAME_CHARS_MAX: usize = 255;
/// Rules of one dimension at most: each is tried on every hit of the site.
const EXTRACTIONS_MAX: usize = 20;
/// Bytes of a rule at most.
const PATTERN_BYTES_MAX: usize = 1024;

/// What a caller says of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct DimensionDraft {
    pub name: String,
    pub active: bool,
    pub extractions: Vec<Extraction>,
    /// `None` leaves it as it is; a new dimension's is true.
    pub case_sensitive: Option<bool>,
}

impl DimensionDraft {
    fn check(&self, scope: OwnScope) -> Result<(), Error> {
        let refused = |why: String| Err(Error::Refused(why));
        if self.name.trim().is_empty() || self.name.chars().count() > NAME_CHARS_MAX {
            return refused(format!("give the dimension a name of {NAME_CHARS_MAX} letters at most"));
        }
        if self.name.contains(['/', '\\', '&', '.', '<', '>']) {
            return refused("leave / \\ & . < > out of the name".to_owned());
        }
        if scope == OwnScope::Visit && !self.extractions.is_empty() {
            return refused("a dimension of visits takes no values from pages; leave extractions out".to_owned());
        }
        if self.extractions.len() > EXTRACTIONS_MAX {
            return refused(format!("use {EXTRACTIONS_MAX} extractions at most"));
        }
        match self.extractions.iter().find(|rule| rule.pattern.is_empty() || rule.pattern.len() > PATTERN_BYTES_MAX) {
            Some(_) => refused(format!("a pattern has 1 to {PATTERN_BYTES_MAX} bytes")),
            None => Ok(()),
        }
    }
}

fn read(row: &SqliteRow) -> Result<(SiteId, OwnDimension), Error> {
    let (scope, extractions): (String, String) = (row.try_get("scope")?, row.try_get("extractions")?);
    let corrupt = |what: &str| Error::Corrupt(format!("a dimension of a site has an unreadable {what}"));
    let own = OwnDimension {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        scope: OwnScope::parse(&scope).ok_or_else(|| corrupt("scope"))?,
        slot: row.try_get("slot")?,
        active: row.try_get("active")?,
        extractions: serde_json::from_str(&extractions).map_err(|_| corrupt("list of extractions"))?,
        case_sensitive: row.try_get("case_sensitive")?,
    };
    Ok((SiteId(row.try_get("site_id")?), own))
}

pub(crate) async fn load(from: &mut SqliteConnection) -> Result<BTreeMap<SiteId, Vec<OwnDimension>>, Error> {
    let rows = sqlx::query("SELECT * FROM own_dimension ORDER BY site_id, id").fetch_all(&mut *from).await?;
    let mut all: BTreeMap<SiteId, Vec<OwnDimension>> = BTreeMap::new();
    for row in &rows {
        let (site, own) = read(row)?;
        all.entry(site).or_default().push(own);
    }
    Ok(all)
}

/// The lowest column of the scope that no dimension of the site uses.
fn free_slot(known: &[OwnDimension], scope: OwnScope, slots: u8) -> Option<u8> {
    (1..=slots.min(SLOTS_MAX)).find(|slot| !known.iter().any(|own| own.scope == scope && own.slot == *slot))
}

async fn store(act: &mut crate::store::Act, site: SiteId, own: &OwnDimension) -> Result<(), Error> {
    let extractions = serde_json::to_string(&own.extractions).map_err(|fault| Error::Corrupt(fault.to_string()))?;
    sqlx::query(
        "INSERT INTO own_dimension (site_id, id, name, scope, slot, active, extractions, case_sensitive) \
         VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (site_id, id) DO UPDATE SET name = excluded.name, \
         active = excluded.active, extractions = excluded.extractions, case_sensitive = excluded.case_sensitive",
    )
    .bind(site.0)
    .bind(own.id)
    .bind(&own.name)
    .bind(own.scope.name())
    .bind(own.slot)
    .bind(own.active)
    .bind(extractions)
    .bind(own.case_sensitive)
    .execute(&mut *act.tx)
    .await?;
    Ok(())
}

impl Meta {
    /// Defines a dimension of the granted site and gives its number. `slots` says how many a scope may have.
    ///
    /// # Errors
    /// `Refused` says what is wrong with it, or that the scope is full.
    pub async fn add_dimension(
        &self,
        grant: &Grant<Write>,
        caller: &Caller,
        scope: OwnScope,
        draft: DimensionDraft,
        slots: u8,
    ) -> Result<u32, Error> {
        let [site] = grant.sites() else { return Err(Error::Refused("name exactly one site".into())) };
        draft.check(scope)?;
        let detail = json!({ "site": site.0, "name": draft.name, "scope": scope.name(), "active": draft.active,
            "extractions": draft.extractions });
        let mut act = self.begin(caller, Activity::DimensionAdded, detail).await?;
        let snapshot = self.snapshot();
        let known = snapshot.own_dimensions.get(site).map_or(&[][..], Vec::as_slice);
        let slot = free_slot(known, scope, slots).ok_or_else(|| {
            Error::Refused(format!("all slots of this scope are in use; rename one of its {slots} dimensions instead"))
        })?;
        let own = OwnDimension {
            id: known.iter().map(|own| own.id).max().unwrap_or(0) + 1,
            name: draft.name.trim().to_owned(),
            scope,
            slot,
            active: draft.active,
            extractions: draft.extractions,
            case_sensitive: draft.case_sensitive.unwrap_or(true),
        };
        store(&mut act, *site, &own).await?;
        self.commit(act).await?;
        Ok(own.id)
    }

    /// Changes a dimension of the granted site. Its scope and its column stay.
    ///
    /// # Errors
    /// `NotFound` without such a dimension, `Refused` says what is wrong.
    pub async fn change_dimension(
        &self,
        grant: &Grant<Write>,
        caller: &Caller,
        id: u32,
        draft: DimensionDraft,
    ) -> Result<(), Error> {
        let [site] = grant.sites() else { return Err(Error::Refused("name exactly one site".into())) };
        let snapshot = self.snapshot();
        let known = snapshot.own_dimensions.get(site).map_or(&[][..], Vec::as_slice);
        let before = known.iter().find(|own| own.id == id);
        let before = before.ok_or_else(|| Error::NotFound(format!("site {site} has no dimension {id}")))?;
        draft.check(before.scope)?;
        let after = OwnDimension {
            name: draft.name.trim().to_owned(),
            active: draft.active,
            extractions: draft.extractions,
            case_sensitive: draft.case_sensitive.unwrap_or(before.case_sensitive),
            ..before.clone()
        };
        let shown = |own: &OwnDimension| {
            json!({ "name": own.name, "active": own.active, "extractions": own.extractions,
                "case_sensitive": own.case_sensitive })
        };
        let detail = json!({ "site": site.0, "dimension": id, "before": shown(before),
            "after": shown(&after) });
        let mut act = self.begin(caller, Activity::DimensionChanged, detail).await?;
        store(&mut act, *site, &after).await?;
        self.commit(act).await
    }
}
