//! New public grants: asked for, or carried over. None of them shows anything yet.

use super::{PUBLIC_GRANTS_MAX, PublicGrant, PublicScope, PublicState, WaitsFor, act::detail_of};
use crate::{Act, Activity, Error, Meta, record};
use makoto_access::{Admin, Caller, Grant, InstanceGrant, Principal};
use makoto_model::SiteId;

/// Shortest reason, in characters: a few words.
pub const REASON_CHARS_MIN: usize = 10;
const REASON_CHARS_MAX: usize = 500;

/// A grant to be added.
pub struct NewPublic {
    pub site: SiteId,
    pub scope: PublicScope,
    /// Why, in the words of who asks.
    pub reason: String,
    /// Days from the activation on; 0 for no end.
    pub life_days: u32,
    /// Where it comes from: request, matomo, api or operator.
    pub source: &'static str,
}

impl NewPublic {
    /// The grant as it would be, to be looked at before it is added; it has no number and no version.
    pub fn imagined(&self) -> PublicGrant {
        PublicGrant { version: 0, ..self.pending(&Caller::inside(Principal::Operator), 0) }
    }

    fn pending(&self, caller: &Caller, now_s: i64) -> PublicGrant {
        PublicGrant {
            id: 0,
            site: self.site,
            scope: self.scope.clone(),
            state: PublicState::Pending,
            waits_for: WaitsFor::Activation,
            source: self.source.to_owned(),
            reason: self.reason.trim().to_owned(),
            life_days: self.life_days,
            requested_by: caller.principal.name(),
            requested_s: now_s,
            activated_by: String::new(),
            activated_s: None,
            approved_by: String::new(),
            approve_until_s: None,
            starts_s: None,
            expires_s: None,
            confirm_by_s: None,
            changed_by: caller.principal.name(),
            changed_s: now_s,
            version: 1,
            link_hash: None,
            password_hash: None,
        }
    }
}

/// Refuses a reason of too few or too many characters.
pub(super) fn check_reason(reason: &str) -> Result<(), Error> {
    match (REASON_CHARS_MIN..=REASON_CHARS_MAX).contains(&reason.trim().chars().count()) {
        true => Ok(()),
        false => Err(Error::Refused(format!(
            "say why in {REASON_CHARS_MIN} to {REASON_CHARS_MAX} characters, for those who find it public one day"
        ))),
    }
}

impl Act {
    /// Writes a new grant; its number.
    pub(super) async fn insert_public(&mut self, grant: &PublicGrant) -> Result<i64, Error> {
        let sql = "INSERT INTO public_grant (site_id, scope, state, waits_for, source, reason, life_days, requested_by, \
                   requested_s, changed_by, changed_s, version) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
        let done = sqlx::query(sql)
            .bind(grant.site.0)
            .bind(grant.scope.written().to_string())
            .bind(grant.state.name())
            .bind(grant.waits_for.name())
            .bind(&grant.source)
            .bind(&grant.reason)
            .bind(grant.life_days)
            .bind(&grant.requested_by)
            .bind(grant.requested_s)
            .bind(&grant.changed_by)
            .bind(grant.changed_s)
            .bind(grant.version)
            .execute(&mut *self.tx)
            .await?;
        Ok(done.last_insert_rowid())
    }

    /// Writes new grants, which show nothing yet, with one line and one mail to each who is told. Their numbers.
    pub(super) async fn add_pending(
        &mut self,
        meta: &Meta,
        caller: &Caller,
        kind: Activity,
        news: &[NewPublic],
    ) -> Result<Vec<PublicGrant>, Error> {
        let snapshot = meta.snapshot();
        if snapshot.public.lasting().count() + news.len() > PUBLIC_GRANTS_MAX {
            return Err(Error::Refused(format!(
                "there are {PUBLIC_GRANTS_MAX} public grants at most; revoke some first"
            )));
        }
        let now_s = meta.steady_now_s();
        let mut added = Vec::with_capacity(news.len());
        for new in news {
            check_reason(&new.reason)?;
            if !snapshot.site_rows.contains_key(&new.site) {
                return Err(Error::NotFound(format!("there is no site {}", new.site)));
            }
            let mut grant = new.pending(caller, now_s);
            grant.id = self.insert_public(&grant).await?;
            added.push(grant);
        }
        record::insert(self, caller, kind, &detail_of(&snapshot, &added)).await?;
        Ok(added)
    }
}

impl Meta {
    /// Asks for something to be made public. It is not before a superuser activates it.
    ///
    /// # Errors
    /// `Refused` for a reason that says nothing, or when there are too many grants.
    pub async fn request_public(
        &self,
        sites: &Grant<Admin>,
        caller: &Caller,
        news: &[NewPublic],
    ) -> Result<Vec<i64>, Error> {
        if let Some(new) = news.iter().find(|new| !sites.sites().contains(&new.site)) {
            return Err(Error::NotFound(format!("there is no site {}", new.site)));
        }
        let mut act = self.begin_unrecorded().await?;
        let added = act.add_pending(self, caller, Activity::PublicRequested, news).await?;
        self.commit(act).await?;
        Ok(added.iter().map(|grant| grant.id).collect())
    }

    /// Carries over what another installation showed to everybody: it shows nothing here until a superuser activates it.
    ///
    /// # Errors
    /// As `request_public`.
    pub async fn import_public(
        &self,
        _: &InstanceGrant,
        caller: &Caller,
        news: &[NewPublic],
    ) -> Result<Vec<i64>, Error> {
        let mut act = self.begin_unrecorded().await?;
        let added = act.add_pending(self, caller, Activity::PublicImported, news).await?;
        self.commit(act).await?;
        Ok(added.iter().map(|grant| grant.id).collect())
    }
}
