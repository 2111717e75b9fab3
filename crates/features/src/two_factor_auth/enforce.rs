use crate::core_plugins_admin::Proposal;
use makoto_access::Principal;
use makoto_identity::enforcement::ENFORCEMENT;

/// Refuses to raise the rule who must use a second factor for a superuser who uses none: whoever locks others out must
/// know the way in. The operator may always.
///
/// # Errors
/// For a superuser without a second factor.
pub fn check_enforcement(proposal: &Proposal<'_>) -> Result<(), String> {
    let snapshot = proposal.snapshot;
    let uses_one = match &proposal.caller.principal {
        Principal::Operator | Principal::Job(_) => true,
        Principal::User(user) => snapshot.factors(&user.login).any(),
        Principal::Anonymous | Principal::Public(_) => false,
    };
    if proposal.value(&ENFORCEMENT) > snapshot.setting(&ENFORCEMENT) && !uses_one {
        let why = "only a superuser who uses a second factor can require more people to use one; set yours up first";
        return Err(why.to_owned());
    }
    Ok(())
}
