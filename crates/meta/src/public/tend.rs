//! What happens to public grants by itself: they expire, a cool-off ends, an approval does not come.

use super::{PublicGrant, PublicMail, PublicState, WaitsFor, act};
use crate::{Act, Activity, Error, Meta};
use makoto_access::{Caller, Principal};

/// What is due of a grant.
fn due(grant: &PublicGrant, now_s: i64) -> Option<Activity> {
    let over = |end_s: Option<i64>| end_s.is_some_and(|end_s| end_s <= now_s);
    match (grant.state, grant.waits_for) {
        (PublicState::Active | PublicState::Paused, _) if over(grant.expires_s) || over(grant.confirm_by_s) => {
            Some(Activity::PublicExpired)
        }
        (PublicState::Pending, WaitsFor::CoolOff) if over(grant.starts_s) => Some(Activity::PublicActivated),
        (PublicState::Pending, WaitsFor::Approval) if over(grant.approve_until_s) => Some(Activity::PublicLapsed),
        _ => None,
    }
}

impl Act {
    /// Refuses while nobody could be told: no mail server, one that has taken nothing since it was named, or one that
    /// fails.
    pub(super) async fn refuse_mute(&mut self, mail: PublicMail) -> Result<(), Error> {
        if mail == PublicMail::Overridden {
            return Ok(());
        }
        match self.mute().await? {
            None => Ok(()),
            Some(why) => Err(Error::Refused(format!(
                "nobody could be told of it by mail: {why}. Send a test mail in the settings of the mail server first"
            ))),
        }
    }

    /// Why mails do not reach anybody; nothing when they do.
    async fn mute(&mut self) -> Result<Option<&'static str>, Error> {
        let works = "SELECT EXISTS (SELECT 1 FROM mail, public_state WHERE mail.state = 'sent' AND by_old_route = 0 \
                     AND mail.id > mail_before)";
        let works: bool = sqlx::query_scalar(works).fetch_one(&mut *self.tx).await?;
        if !works {
            return Ok(Some("the mail server that is set has not taken a mail yet"));
        }
        let fails = "SELECT coalesce(max(done_s) FILTER (WHERE state = 'failed'), 0) > \
                     coalesce(max(done_s) FILTER (WHERE state = 'sent'), 0) \
                     OR EXISTS (SELECT 1 FROM mail WHERE state = 'waiting' AND fault <> '') FROM mail";
        let fails: bool = sqlx::query_scalar(fails).fetch_one(&mut *self.tx).await?;
        Ok(fails.then_some("the mail server fails"))
    }
}

impl Meta {
    /// Why nobody could be told by mail that something became public; nothing when mail works.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn mail_is_mute(&self) -> Result<Option<&'static str>, Error> {
        if self.mail_route().is_none() {
            return Ok(Some("no mail server is set"));
        }
        let mut act = self.begin_unrecorded().await?;
        act.mute().await
    }

    /// Alerts about public reports that could not be delivered within the last week.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn failed_alerts(&self) -> Result<i64, Error> {
        let sql = "SELECT count(*) FROM mail WHERE state = 'failed' AND once_key LIKE 'public.%' AND done_s > ?";
        let week_s = 7 * 24 * 60 * 60;
        Ok(sqlx::query_scalar(sql).bind(self.steady_now_s() - week_s).fetch_one(&self.read).await?)
    }

    /// Does what is due of public grants, each kind as one act; how many grants were changed.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn tend_public(&self) -> Result<usize, Error> {
        self.note_clock().await?;
        let caller = Caller::inside(Principal::Job("public-reports"));
        let mut tended = 0;
        for kind in [Activity::PublicExpired, Activity::PublicLapsed, Activity::PublicActivated] {
            let now_s = self.steady_now_s();
            let is_due = |grant: &&PublicGrant| due(grant, now_s) == Some(kind);
            if !self.snapshot().public.grants.values().any(|grant| is_due(&grant)) {
                continue;
            }
            let mut act = self.begin_unrecorded().await?;
            let snapshot = self.snapshot();
            let found: Vec<_> = snapshot.public.grants.values().filter(is_due).map(|grant| (grant.id, None)).collect();
            let change = |grant: &mut PublicGrant| {
                match kind {
                    Activity::PublicExpired => act::end(grant, PublicState::Expired),
                    Activity::PublicActivated => act::live(grant, now_s),
                    _ => (grant.waits_for, grant.approve_until_s) = (WaitsFor::Activation, None),
                }
                Ok(vec![kind])
            };
            act.change_public(self, &caller, &found, change).await?;
            self.commit(act).await?;
            tended += found.len();
        }
        Ok(tended)
    }
}
