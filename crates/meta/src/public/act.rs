//! What is done to public grants. Every change is one transaction with its line in the record and its mails.

use super::{APPROVAL_MAX_S, CONFIRM_EVERY_S, NewPublic, PublicGrant, PublicScope, PublicState, WaitsFor};
use crate::{Act, Activity, Error, Meta, Snapshot, record};
use makoto_access::{Admin, Caller, Grant, InstanceGrant};
use makoto_model::{Day, SiteId};
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// Sites that a line names; of more it says how many.
const SITES_NAMED_MAX: usize = 50;
const DAY_S: i64 = 24 * 60 * 60;

/// The hashes of a link's secret and of its password.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct LinkSecret {
    pub link: [u8; 32],
    pub password: Option<[u8; 32]>,
}

/// Whether something may become public while nobody could be told.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum PublicMail {
    MustWork,
    /// The operator takes it on themselves.
    Overridden,
}

/// What makes grants show something.
pub struct Activation<'a> {
    /// Numbers of grants, and the versions that were looked at.
    pub grants: &'a [(i64, i64)],
    /// A second superuser must approve.
    pub approval: bool,
    pub cool_off_s: i64,
    /// Of those that are not open to everybody.
    pub links: BTreeMap<i64, LinkSecret>,
    pub mail: PublicMail,
}

/// What a line says of the grants that it is about.
pub(super) fn detail_of(snapshot: &Snapshot, grants: &[PublicGrant]) -> Json {
    let sites: BTreeSet<SiteId> = grants.iter().map(|grant| grant.site).collect();
    let name = |site: &SiteId| {
        let name = snapshot.site_rows.get(site).map_or("a deleted site", |row| row.name.as_str());
        format!("{name} ({site})")
    };
    let mut names: Vec<String> = sites.iter().take(SITES_NAMED_MAX).map(name).collect();
    if sites.len() > SITES_NAMED_MAX {
        names.push(format!("and {} more", sites.len() - SITES_NAMED_MAX));
    }
    let mut detail = json!({
        "grants": grants.iter().map(|grant| grant.id).collect::<Vec<_>>(),
        "states": grants.iter().map(|grant| format!("{} {}", grant.id, grant.state.name())).collect::<Vec<_>>(),
        "site_ids": sites.iter().map(|site| site.0).collect::<Vec<_>>(),
        "sites": names,
    });
    let Some(first) = grants.first() else { return detail };
    let same = |other: &PublicGrant| other.scope == first.scope;
    if grants.iter().all(same) {
        let scope = &first.scope;
        detail["shown"] = shown(scope).into();
        detail["channel"] = scope.channel.name().into();
        detail["origins"] = json!(scope.origins);
        detail["segment"] = scope.segment.as_str().into();
        detail["scope"] = json!({ "methods": scope.methods.len(), "months": scope.months,
            "visits_min": scope.visits_min, "shows": scope.shows });
    }
    let end = first.expires_s.or(first.confirm_by_s);
    detail["until"] = end.map_or(Json::Null, |end_s| Day(end_s.div_euclid(DAY_S) as i32).to_string().into());
    detail["reason"] = first.reason.as_str().into();
    detail
}

/// What is shown, in a few words.
fn shown(scope: &PublicScope) -> String {
    let what = match &scope.dashboard {
        Some(dashboard) => format!("dashboard “{}” of {}", dashboard.name, dashboard.login),
        None => scope.what.name().to_owned(),
    };
    let mut words = format!("{what}: {} reports over {} months", scope.methods.len(), scope.months);
    if !scope.shows.is_empty() {
        words.push_str(&format!(", with {}", scope.shows.join(", ")));
    }
    words
}

fn in_state(grant: &PublicGrant, allowed: bool) -> Result<(), Error> {
    match allowed {
        true => Ok(()),
        false => Err(Error::Refused(format!(
            "the public grant {} is {}; this cannot be done with it",
            grant.id,
            grant.state.name()
        ))),
    }
}

/// The same grant, showing something until its end.
pub(super) fn live(grant: &mut PublicGrant, now_s: i64) {
    (grant.state, grant.waits_for) = (PublicState::Active, WaitsFor::Nothing);
    (grant.starts_s, grant.approve_until_s) = (None, None);
    if grant.expires_s.is_none() && grant.confirm_by_s.is_none() {
        match grant.life_days {
            0 => grant.confirm_by_s = Some(now_s + CONFIRM_EVERY_S),
            days => grant.expires_s = Some(now_s + i64::from(days) * DAY_S),
        }
    }
}

/// The grant after its activation was confirmed, and what that is called.
fn confirmed(grant: &mut PublicGrant, approval: bool, cool_off_s: i64, now_s: i64) -> Activity {
    if approval {
        (grant.state, grant.waits_for) = (PublicState::Pending, WaitsFor::Approval);
        grant.approve_until_s = Some(now_s + APPROVAL_MAX_S);
        return Activity::PublicApprovalAsked;
    }
    if cool_off_s > 0 {
        (grant.state, grant.waits_for) = (PublicState::Pending, WaitsFor::CoolOff);
        (grant.starts_s, grant.approve_until_s) = (Some(now_s + cool_off_s), None);
        return Activity::PublicScheduled;
    }
    live(grant, now_s);
    Activity::PublicActivated
}

impl Act {
    /// Writes a changed grant over the one before.
    pub(super) async fn put_public(&mut self, grant: &PublicGrant) -> Result<(), Error> {
        let sql = "UPDATE public_grant SET scope = ?, state = ?, waits_for = ?, life_days = ?, activated_by = ?, \
                   activated_s = ?, approved_by = ?, approve_until_s = ?, starts_s = ?, expires_s = ?, \
                   confirm_by_s = ?, changed_by = ?, changed_s = ?, version = ?, link_hash = ?, password_hash = ? \
                   WHERE id = ?";
        sqlx::query(sql)
            .bind(grant.scope.written().to_string())
            .bind(grant.state.name())
            .bind(grant.waits_for.name())
            .bind(grant.life_days)
            .bind(&grant.activated_by)
            .bind(grant.activated_s)
            .bind(&grant.approved_by)
            .bind(grant.approve_until_s)
            .bind(grant.starts_s)
            .bind(grant.expires_s)
            .bind(grant.confirm_by_s)
            .bind(&grant.changed_by)
            .bind(grant.changed_s)
            .bind(grant.version)
            .bind(grant.link_hash.as_ref().map(|hash| &hash[..]))
            .bind(grant.password_hash.as_ref().map(|hash| &hash[..]))
            .bind(grant.id)
            .execute(&mut *self.tx)
            .await?;
        Ok(())
    }

    /// Changes grants one by one, and writes them with one line that is about all of them.
    pub(super) async fn change_public(
        &mut self,
        meta: &Meta,
        caller: &Caller,
        grants: &[(i64, Option<i64>)],
        mut change: impl FnMut(&mut PublicGrant) -> Result<Vec<Activity>, Error>,
    ) -> Result<Vec<PublicGrant>, Error> {
        let (snapshot, now_s) = (meta.snapshot(), meta.steady_now_s());
        let (mut after, mut kinds) = (Vec::with_capacity(grants.len()), Vec::new());
        for (id, version) in grants {
            let before = snapshot.public.grants.get(id);
            let before = before.ok_or_else(|| Error::NotFound(format!("there is no public grant {id}")))?;
            if version.is_some_and(|version| version != before.version) {
                return Err(changed());
            }
            let mut grant = before.clone();
            for kind in change(&mut grant)? {
                if !kinds.contains(&kind) {
                    kinds.push(kind);
                }
            }
            grant.version += 1;
            (grant.changed_by, grant.changed_s) = (caller.principal.name(), now_s);
            self.put_public(&grant).await?;
            after.push(grant);
        }
        for kind in kinds {
            record::insert(self, caller, kind, &detail_of(&snapshot, &after)).await?;
        }
        self.keep_clock(now_s).await?;
        Ok(after)
    }

    /// Ends what was public of a site that is deleted.
    pub(crate) async fn revoke_public_of(&mut self, meta: &Meta, caller: &Caller, site: SiteId) -> Result<(), Error> {
        let snapshot = meta.snapshot();
        let own: Vec<_> =
            snapshot.public.lasting().filter(|grant| grant.site == site).map(|grant| (grant.id, None)).collect();
        if !own.is_empty() {
            self.change_public(meta, caller, &own, |grant| {
                end(grant, PublicState::Revoked);
                Ok(vec![Activity::PublicRevoked])
            })
            .await?;
        }
        Ok(())
    }
}

/// What was looked at is not what is there.
pub(super) fn changed() -> Error {
    Error::Changed("what would become public has changed since it was shown; look at it again and confirm it".into())
}

/// The same grant, showing nothing ever again.
pub(super) fn end(grant: &mut PublicGrant, state: PublicState) {
    (grant.state, grant.waits_for) = (state, WaitsFor::Nothing);
    (grant.link_hash, grant.password_hash) = (None, None);
    (grant.approve_until_s, grant.starts_s) = (None, None);
}

fn any(ids: &[i64]) -> Vec<(i64, Option<i64>)> {
    ids.iter().map(|id| (*id, None)).collect()
}

fn exactly(grants: &[(i64, i64)]) -> Vec<(i64, Option<i64>)> {
    grants.iter().map(|(id, version)| (*id, Some(*version))).collect()
}

/// Grants of other sites than these look as if there were none.
fn own(sites: &Grant<Admin>, grant: &PublicGrant) -> Result<(), Error> {
    match sites.sites().contains(&grant.site) {
        true => Ok(()),
        false => Err(Error::NotFound(format!("there is no public grant {}", grant.id))),
    }
}

impl Meta {
    /// Lets pending or paused grants show what they are for: at once, after the cool-off, or once a second superuser has
    /// approved.
    ///
    /// # Errors
    /// `Changed` when a grant is not of the version that was looked at; `Refused` in another state, or while nobody
    /// could be told by mail.
    pub async fn activate_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        how: &Activation<'_>,
    ) -> Result<Vec<PublicGrant>, Error> {
        let now_s = self.steady_now_s();
        let mut act = self.begin_unrecorded().await?;
        act.refuse_mute(how.mail).await?;
        let name = caller.principal.name();
        let change = |grant: &mut PublicGrant| {
            let waits = grant.state == PublicState::Pending && grant.waits_for == WaitsFor::Activation;
            let paused = grant.state == PublicState::Paused;
            in_state(grant, waits || paused)?;
            if grant.expires_s.is_some_and(|end_s| end_s <= now_s) {
                return Err(Error::Refused(format!("the public grant {} has expired; ask for a new one", grant.id)));
            }
            if let Some(secret) = how.links.get(&grant.id) {
                (grant.link_hash, grant.password_hash) = (Some(secret.link), secret.password);
            }
            let approval = how.approval && grant.approved_by.is_empty();
            (grant.activated_by, grant.activated_s) = (name.clone(), Some(now_s));
            let kind = confirmed(grant, approval, if paused { 0 } else { how.cool_off_s }, now_s);
            Ok(vec![if paused && kind == Activity::PublicActivated { Activity::PublicResumed } else { kind }])
        };
        let after = act.change_public(self, caller, &exactly(how.grants), change).await?;
        self.commit(act).await?;
        Ok(after)
    }

    /// Adds grants and activates them in one act, as one call of Matomo's API does.
    ///
    /// # Errors
    /// As `request_public` and `activate_public`.
    pub async fn open_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        news: &[NewPublic],
        approval: bool,
        cool_off_s: i64,
    ) -> Result<Vec<PublicGrant>, Error> {
        let (snapshot, now_s) = (self.snapshot(), self.steady_now_s());
        let mut act = self.begin_unrecorded().await?;
        act.refuse_mute(PublicMail::MustWork).await?;
        let mut added = act.add_pending(self, caller, Activity::PublicRequested, news).await?;
        let mut kind = Activity::PublicActivated;
        for grant in &mut added {
            (grant.activated_by, grant.activated_s) = (caller.principal.name(), Some(now_s));
            kind = confirmed(grant, approval, cool_off_s, now_s);
            grant.version += 1;
            act.put_public(grant).await?;
        }
        record::insert(&mut act, caller, kind, &detail_of(&snapshot, &added)).await?;
        act.keep_clock(now_s).await?;
        self.commit(act).await?;
        Ok(added)
    }

    /// A second superuser approves what the first has confirmed.
    ///
    /// # Errors
    /// As `activate_public`; `Refused` for the one who confirmed it, and after three days.
    pub async fn approve_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        grants: &[(i64, i64)],
        cool_off_s: i64,
    ) -> Result<Vec<PublicGrant>, Error> {
        let now_s = self.steady_now_s();
        let mut act = self.begin_unrecorded().await?;
        act.refuse_mute(PublicMail::MustWork).await?;
        let name = caller.principal.name();
        let change = |grant: &mut PublicGrant| {
            in_state(grant, grant.state == PublicState::Pending && grant.waits_for == WaitsFor::Approval)?;
            if grant.activated_by.eq_ignore_ascii_case(&name) {
                return Err(Error::Refused("somebody else must approve this: two people are asked for".into()));
            }
            if grant.approve_until_s.is_some_and(|until_s| until_s <= now_s) {
                return Err(Error::Refused("the time to approve this is over; activate it again".into()));
            }
            grant.approved_by = name.clone();
            Ok(vec![Activity::PublicApproved, confirmed(grant, false, cool_off_s, now_s)])
        };
        let after = act.change_public(self, caller, &exactly(grants), change).await?;
        self.commit(act).await?;
        Ok(after)
    }

    /// Stops grants from showing anything until they are resumed.
    ///
    /// # Errors
    /// `NotFound` for grants of other sites, `Refused` for those that are not active.
    pub async fn pause_public(&self, sites: &Grant<Admin>, caller: &Caller, ids: &[i64]) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let change = |grant: &mut PublicGrant| {
            own(sites, grant)?;
            in_state(grant, grant.state == PublicState::Active)?;
            grant.state = PublicState::Paused;
            Ok(vec![Activity::PublicPaused])
        };
        act.change_public(self, caller, &any(ids), change).await?;
        self.commit(act).await
    }

    /// Pauses every active grant; how many there were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn pause_all_public(&self, _: &InstanceGrant, caller: &Caller) -> Result<usize, Error> {
        self.pause_every(caller, Activity::PublicAllPaused).await
    }

    /// Pauses whatever a backup would make public again, and takes back what was under way; how many grants there were.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn pause_restored_public(&self, _: &InstanceGrant, caller: &Caller) -> Result<usize, Error> {
        self.pause_every(caller, Activity::PublicRestored).await
    }

    async fn pause_every(&self, caller: &Caller, kind: Activity) -> Result<usize, Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        let under_way = |grant: &PublicGrant| matches!(grant.waits_for, WaitsFor::Approval | WaitsFor::CoolOff);
        let concerned = |grant: &&PublicGrant| grant.state == PublicState::Active || under_way(grant);
        let ids: Vec<_> = snapshot.public.grants.values().filter(concerned).map(|grant| (grant.id, None)).collect();
        if ids.is_empty() && kind == Activity::PublicRestored {
            return Ok(0);
        }
        let change = |grant: &mut PublicGrant| {
            match grant.state {
                PublicState::Active => grant.state = PublicState::Paused,
                _ => grant.waits_for = WaitsFor::Activation,
            }
            (grant.approve_until_s, grant.starts_s) = (None, None);
            Ok(vec![kind])
        };
        if ids.is_empty() {
            record::insert(&mut act, caller, kind, &detail_of(&snapshot, &[])).await?;
        } else {
            act.change_public(self, caller, &ids, change).await?;
        }
        self.commit(act).await?;
        Ok(ids.len())
    }

    /// Ends grants for good; their links are dead.
    ///
    /// # Errors
    /// `NotFound` for grants of other sites, `Refused` for those that have ended already.
    pub async fn revoke_public(&self, sites: &Grant<Admin>, caller: &Caller, ids: &[i64]) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let change = |grant: &mut PublicGrant| {
            own(sites, grant)?;
            in_state(grant, !matches!(grant.state, PublicState::Expired | PublicState::Revoked))?;
            end(grant, PublicState::Revoked);
            Ok(vec![Activity::PublicRevoked])
        };
        act.change_public(self, caller, &any(ids), change).await?;
        self.commit(act).await
    }

    /// Lets a grant show less.
    ///
    /// # Errors
    /// `Refused` when it would show anything more, or has ended.
    pub async fn narrow_public(
        &self,
        sites: &Grant<Admin>,
        caller: &Caller,
        id: i64,
        scope: &PublicScope,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let change = |grant: &mut PublicGrant| {
            own(sites, grant)?;
            in_state(grant, !matches!(grant.state, PublicState::Expired | PublicState::Revoked))?;
            if !scope.is_within(&grant.scope) || scope.channel != grant.scope.channel {
                return Err(Error::Refused("this would show more, or to others; a superuser can widen it".into()));
            }
            grant.scope = scope.clone();
            Ok(vec![Activity::PublicNarrowed])
        };
        act.change_public(self, caller, &[(id, None)], change).await?;
        self.commit(act).await
    }

    /// Lets a grant show more, or by another way. With two people it shows nothing until the second approves.
    ///
    /// # Errors
    /// As `activate_public`.
    pub async fn widen_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        scope: &PublicScope,
        how: &Activation<'_>,
    ) -> Result<Vec<PublicGrant>, Error> {
        let now_s = self.steady_now_s();
        let mut act = self.begin_unrecorded().await?;
        act.refuse_mute(how.mail).await?;
        let name = caller.principal.name();
        let change = |grant: &mut PublicGrant| {
            in_state(grant, matches!(grant.state, PublicState::Active | PublicState::Pending | PublicState::Paused))?;
            grant.scope = scope.clone();
            match how.links.get(&grant.id) {
                Some(secret) => (grant.link_hash, grant.password_hash) = (Some(secret.link), secret.password),
                None if scope.channel == super::Channel::Open => (grant.link_hash, grant.password_hash) = (None, None),
                None => {}
            }
            let mut kinds = vec![Activity::PublicWidened];
            grant.approved_by = String::new();
            if grant.state == PublicState::Pending {
                // Whoever confirmed or approved it before did not see this.
                grant.waits_for = WaitsFor::Activation;
                (grant.approve_until_s, grant.starts_s) = (None, None);
            }
            if grant.state == PublicState::Active && how.approval {
                (grant.activated_by, grant.activated_s) = (name.clone(), Some(now_s));
                kinds.push(confirmed(grant, true, 0, now_s));
            }
            Ok(kinds)
        };
        let after = act.change_public(self, caller, &exactly(how.grants), change).await?;
        self.commit(act).await?;
        Ok(after)
    }

    /// Moves a grant's end, or confirms one without an end again.
    ///
    /// # Errors
    /// As `activate_public`; `Refused` for one that has ended.
    pub async fn renew_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        grants: &[(i64, i64)],
        life_days: u32,
    ) -> Result<(), Error> {
        let now_s = self.steady_now_s();
        let mut act = self.begin_unrecorded().await?;
        act.refuse_mute(PublicMail::MustWork).await?;
        let change = |grant: &mut PublicGrant| {
            let over = grant.expires_s.or(grant.confirm_by_s).is_some_and(|end_s| end_s <= now_s);
            in_state(grant, !over && matches!(grant.state, PublicState::Active | PublicState::Paused))?;
            if life_days == 0 && grant.scope.channel != super::Channel::Open {
                return Err(Error::Refused("only what is open to everybody may have no end".into()));
            }
            grant.life_days = life_days;
            (grant.expires_s, grant.confirm_by_s) = match life_days {
                0 => (None, Some(now_s + CONFIRM_EVERY_S)),
                days => (Some(now_s + i64::from(days) * DAY_S), None),
            };
            Ok(vec![Activity::PublicRenewed])
        };
        act.change_public(self, caller, &exactly(grants), change).await?;
        self.commit(act).await
    }

    /// Gives a grant another link; the one before is dead.
    ///
    /// # Errors
    /// `Refused` for a grant without a link, or one that has ended.
    pub async fn rotate_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        id: i64,
        secret: LinkSecret,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let change = |grant: &mut PublicGrant| {
            in_state(grant, matches!(grant.state, PublicState::Active | PublicState::Paused))?;
            if grant.link_hash.is_none() {
                return Err(Error::Refused("this is open to everybody and has no link to replace".into()));
            }
            (grant.link_hash, grant.password_hash) = (Some(secret.link), secret.password);
            Ok(vec![Activity::PublicRotated])
        };
        act.change_public(self, caller, &[(id, None)], change).await?;
        self.commit(act).await
    }

    /// Switches public reports on or off for the whole installation. Off, nothing is shown whatever the grants say.
    ///
    /// # Errors
    /// `Refused` when it is so already, or when it is to be on while nobody could be told by mail.
    pub async fn switch_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        on: bool,
        mail: PublicMail,
    ) -> Result<(), Error> {
        let mut act = self.begin_unrecorded().await?;
        let snapshot = self.snapshot();
        if snapshot.public.switched_on == on {
            return Err(Error::Refused(format!("public reports are {} already", if on { "on" } else { "off" })));
        }
        if on {
            act.refuse_mute(mail).await?;
        }
        let lasting: Vec<PublicGrant> = snapshot.public.lasting().cloned().collect();
        let sites: BTreeSet<u32> = lasting.iter().map(|grant| grant.site.0).collect();
        let name = |on: bool| if on { "on" } else { "off" };
        let detail = json!({ "before": name(!on), "after": name(on), "site_ids": sites,
            "without_mail": mail == PublicMail::Overridden });
        record::insert(&mut act, caller, Activity::PublicSwitched, &detail).await?;
        sqlx::query("UPDATE public_state SET switched_on = ? WHERE id = 1").bind(on).execute(&mut *act.tx).await?;
        self.commit(act).await
    }
}
