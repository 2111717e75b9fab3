//! What happens to users by itself.

use super::settings;
use makoto_access::{Caller, Principal, check_instance};
use makoto_meta::{Activity, Error, Every, Idle, Meta, Unused};

/// The monthly look at accounts that nobody uses.
const INACTIVE: &str = "inactive-accounts";
/// The daily look whether a review of roles is due.
const REVIEW: &str = "access-review";
/// The hourly removal of invitations that expired.
const INVITATIONS: &str = "expired-invitations";

/// Does what is due now. Several may call this at once, at any time: each job is done once in its period.
///
/// # Errors
/// When the store fails; what was not done is due again in a few minutes.
pub async fn run_due(meta: &Meta, now_s: i64) -> Result<(), Error> {
    if let Some(turn) = meta.take_turn(INVITATIONS, Every::Hour, now_s).await? {
        let caller = Caller::inside(Principal::Job(INVITATIONS));
        let removed = meta.expire_invitations(&caller, now_s).await?;
        meta.end_turn(&turn, Ok(&format!("{removed} removed")), now_s).await?;
    }
    if let Some(turn) = meta.take_turn(REVIEW, Every::Day, now_s).await? {
        let days = meta.snapshot().setting(&settings::REVIEW_DAYS);
        let told = meta.remind_of_review(&Caller::inside(Principal::Job(REVIEW)), days, now_s).await?;
        meta.end_turn(&turn, Ok(if told { "superusers were reminded" } else { "nothing to say" }), now_s).await?;
    }
    if let Some(turn) = meta.take_turn(INACTIVE, Every::Month, now_s).await? {
        let caller = Caller::inside(Principal::Job(INACTIVE));
        let snapshot = meta.snapshot();
        let days = snapshot.setting(&settings::INACTIVE_DAYS_MAX);
        let grant = check_instance(&caller.principal).map_err(|denied| Error::Refused(denied.to_string()))?;
        let list = meta.unused(&grant, days, now_s).await?;
        if snapshot.setting(&settings::AUTO_SUSPEND) {
            suspend_idle(meta, &caller, &list).await?;
        }
        match snapshot.setting(&settings::NOTIFY) {
            true => meta.report_unused(&caller, &turn, &list, days, now_s).await?,
            false => meta.end_turn(&turn, Ok("the mail is switched off"), now_s).await?,
        }
    }
    Ok(())
}

/// Shuts out who was idle for too long. Done again after a failure, it changes nothing more.
async fn suspend_idle(meta: &Meta, caller: &Caller, list: &[Unused]) -> Result<(), Error> {
    let grant = check_instance(&caller.principal).map_err(|denied| Error::Refused(denied.to_string()))?;
    for entry in list.iter().filter(|entry| entry.why == Idle::Inactive) {
        match meta.suspend_user(&grant, caller, &entry.login, Activity::InactiveSuspended).await {
            // The last superuser stays; who was suspended or deleted meanwhile needs nothing.
            Ok(()) | Err(Error::Refused(_) | Error::NotFound(_)) => {}
            Err(fault) => return Err(fault),
        }
    }
    Ok(())
}
