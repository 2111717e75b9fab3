use crate::Services;
use makoto_access::{Caller, Principal};
use makoto_catalog::{ApiError, SettingText};
use makoto_identity::enforcement::{ENFORCEMENT, Enforcement};

/// Refuses to raise the rule who must use a second factor for a superuser who uses none: whoever locks others out must
/// know the way in. The operator may always.
///
/// # Errors
/// `Refused` for a superuser without a second factor.
pub fn check_enforcement(services: &Services, caller: &Caller, text: &str) -> Result<(), ApiError> {
    let asked = Enforcement::read(text).map_err(ApiError::Refused)?;
    let snapshot = services.meta.snapshot();
    let uses_one = match &caller.principal {
        Principal::Operator | Principal::Job(_) => true,
        Principal::User(user) => snapshot.factors(&user.login).any(),
        Principal::Anonymous => false,
    };
    if asked > snapshot.setting(&ENFORCEMENT) && !uses_one {
        let why = "only a superuser who uses a second factor can require more people to use one; set yours up first";
        return Err(ApiError::Refused(why.into()));
    }
    Ok(())
}
