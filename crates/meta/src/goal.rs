//! Goals of sites.

use crate::{Activity, Error, Meta};
use makoto_access::{Caller, Grant, Write};
use makoto_model::{Attribute, Goal, PatternKind, SiteId};
use serde_json::{Value as Json, json};
use sqlx::{Row, SqliteConnection, sqlite::SqliteRow};
use std::collections::BTreeMap;

/// Goals of a site, deleted ones not counted: every hit is compared with each.
pub const GOALS_MAX: usize = 250;

fn read(row: &SqliteRow) -> Result<Goal, Error> {
    let (attribute, kind): (String, String) = (row.try_get("attribute")?, row.try_get("pattern_kind")?);
    let unknown = |what: &str| Error::Corrupt(format!("a goal is compared by the unknown {what}"));
    Ok(Goal {
        id: row.try_get("id")?,
        name: row.try_get("name")?,
        description: row.try_get("description")?,
        attribute: Attribute::parse(&attribute).ok_or_else(|| unknown(&attribute))?,
        pattern: row.try_get("pattern")?,
        kind: PatternKind::parse(&kind).ok_or_else(|| unknown(&kind))?,
        case_sensitive: row.try_get("case_sensitive")?,
        many: row.try_get("many")?,
        revenue: row.try_get("revenue")?,
        event_value_as_revenue: row.try_get("event_value_as_revenue")?,
    })
}

/// The goals of every site, deleted ones left out.
pub(crate) async fn load(from: &mut SqliteConnection) -> Result<BTreeMap<SiteId, Vec<Goal>>, Error> {
    let rows = sqlx::query("SELECT * FROM goal WHERE deleted = 0 ORDER BY site_id, id").fetch_all(&mut *from).await?;
    let mut goals: BTreeMap<SiteId, Vec<Goal>> = BTreeMap::new();
    for row in &rows {
        goals.entry(SiteId(row.try_get("site_id")?)).or_default().push(read(row)?);
    }
    Ok(goals)
}

fn told(goal: &Goal) -> Json {
    json!({
        "name": goal.name,
        "attribute": goal.attribute.name(),
        "pattern": goal.pattern,
        "patternType": goal.kind.name(),
        "caseSensitive": goal.case_sensitive,
        "many": goal.many,
        "revenue": goal.revenue,
        "eventValueAsRevenue": goal.event_value_as_revenue,
    })
}

const INSERT: &str = "INSERT INTO goal (name, description, attribute, pattern, pattern_kind, case_sensitive, many, \
    revenue, event_value_as_revenue, site_id, id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
const UPDATE: &str = "UPDATE goal SET name = ?, description = ?, attribute = ?, pattern = ?, pattern_kind = ?, \
    case_sensitive = ?, many = ?, revenue = ?, event_value_as_revenue = ? WHERE site_id = ? AND id = ?";

async fn store(act: &mut crate::Act, sql: &'static str, site: SiteId, goal: &Goal) -> Result<(), Error> {
    let stored = sqlx::query(sql)
        .bind(&goal.name)
        .bind(&goal.description)
        .bind(goal.attribute.name())
        .bind(&goal.pattern)
        .bind(goal.kind.name())
        .bind(goal.case_sensitive)
        .bind(goal.many)
        .bind(goal.revenue)
        .bind(goal.event_value_as_revenue)
        .bind(site.0)
        .bind(goal.id);
    stored.execute(&mut *act.tx).await?;
    Ok(())
}

impl Meta {
    fn goal_of(&self, site: SiteId, id: u32) -> Result<Goal, Error> {
        let snapshot = self.snapshot();
        let goals = snapshot.sites.get(&site).map_or(&[][..], |site| &site.goals);
        let goal = goals.iter().find(|goal| goal.id == id).cloned();
        goal.ok_or_else(|| Error::NotFound(format!("site {site} has no goal {id}")))
    }

    /// Adds a goal to each granted site and gives the number of the last one; the number in `goal` does not matter.
    /// Numbers are never used again.
    ///
    /// # Errors
    /// `Refused` when a site has too many goals.
    pub async fn add_goal(&self, grant: &Grant<Write>, caller: &Caller, goal: Goal) -> Result<u32, Error> {
        let mut last = 0;
        for site in grant.sites() {
            let detail = json!({ "site": site.0, "goal": told(&goal) });
            let mut act = self.begin(caller, Activity::GoalAdded, detail).await?;
            let counted =
                "SELECT count(*) FILTER (WHERE deleted = 0), coalesce(max(id), 0) FROM goal WHERE site_id = ?";
            let (known, highest): (u32, u32) = sqlx::query_as(counted).bind(site.0).fetch_one(&mut *act.tx).await?;
            if known as usize >= GOALS_MAX {
                return Err(Error::Refused(format!(
                    "a site has {GOALS_MAX} goals at most; delete one that is not needed"
                )));
            }
            last = highest + 1;
            store(&mut act, INSERT, *site, &Goal { id: last, ..goal.clone() }).await?;
            self.commit(act).await?;
        }
        Ok(last)
    }

    /// Replaces a goal of each granted site by this one of the same number.
    ///
    /// # Errors
    /// `NotFound` when a site has no such goal.
    pub async fn change_goal(&self, grant: &Grant<Write>, caller: &Caller, goal: Goal) -> Result<(), Error> {
        for site in grant.sites() {
            let before = self.goal_of(*site, goal.id)?;
            let detail = json!({ "site": site.0, "id": goal.id, "before": told(&before), "after": told(&goal) });
            let mut act = self.begin(caller, Activity::GoalChanged, detail).await?;
            store(&mut act, UPDATE, *site, &goal).await?;
            self.commit(act).await?;
        }
        Ok(())
    }

    /// Deletes a goal of each granted site. Its conversions stay counted in sums.
    ///
    /// # Errors
    /// `NotFound` when a site has no such goal.
    pub async fn delete_goal(&self, grant: &Grant<Write>, caller: &Caller, id: u32) -> Result<(), Error> {
        for site in grant.sites() {
            let goal = self.goal_of(*site, id)?;
            let detail = json!({ "site": site.0, "id": id, "name": goal.name });
            let mut act = self.begin(caller, Activity::GoalDeleted, detail).await?;
            let delete = sqlx::query("UPDATE goal SET deleted = 1 WHERE site_id = ? AND id = ?");
            delete.bind(site.0).bind(id).execute(&mut *act.tx).await?;
            self.commit(act).await?;
        }
        Ok(())
    }
}
