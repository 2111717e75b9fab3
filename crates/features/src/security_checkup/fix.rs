//! Fixes at the press of a button: shown, done, and taken back.

use super::{
    check::{Check, Fix},
    checks,
    deed::{self, Deed},
    run::{Run, measure, run},
};
use crate::{
    Services,
    services::{bad, from_meta, now_s},
};
use makoto_access::{Caller, check_instance};
use makoto_catalog::ApiError;
use makoto_meta::NewFix;
use serde_json::{Value as Json, json};

/// How long a fix can be taken back, in seconds: 30 days.
const UNDO_S: i64 = 30 * 24 * 60 * 60;

/// What a check's fix would do now.
///
/// # Errors
/// `NotFound` for an unknown check, `Refused` where there is no such fix or nothing to do.
pub fn plan(run: &Run, id: &str) -> Result<(&'static Check, Vec<Deed>, Option<u32>), ApiError> {
    let check = checks::find(id).ok_or_else(|| bad("idCheck", "write the id of a check, as C15"))?;
    let Fix::Deeds { plan, hours, .. } = &check.fix else {
        return Err(ApiError::Refused(format!("{id} has no fix at the press of a button: {}", check.fix.label())));
    };
    let deeds = plan(&run.facts);
    match deeds.is_empty() {
        true => Err(ApiError::Refused(format!("{id}: there is nothing that this fix could do"))),
        false => Ok((check, deeds, *hours)),
    }
}

/// Does what makes a check pass, and measures again.
///
/// # Errors
/// What was refused and why.
pub async fn fix(services: &Services, caller: &Caller, id: &str) -> Result<(i64, Run), ApiError> {
    let grant = check_instance(&caller.principal)?;
    let before = measure(services, caller).await?;
    let (check, deeds, hours) = plan(&before, id)?;
    let now_s = now_s();
    // Taken back in the opposite order.
    let undo: Vec<Json> = deeds.iter().rev().filter_map(Deed::undo).collect();
    let (undo_s, ends_s) = match (undo.is_empty(), hours) {
        (true, _) => (now_s, None),
        (false, hours) => (now_s + UNDO_S, hours.map(|hours| now_s + i64::from(hours) * 60 * 60)),
    };
    let diff: Json = deeds.iter().map(Deed::as_json).collect();
    let (undo, check) = (json!(undo), check.id);
    let new = NewFix { check, diff: &diff, undo: &undo, now_s, undo_until_s: undo_s, ends_s };
    let number = services.meta.add_fix(&grant, caller, &new).await.map_err(from_meta)?;
    deed::carry_out(services, caller, &deeds).await?;
    Ok((number, run(services, caller).await?))
}

/// Takes a fix back, and measures again. The texts say what stayed as it is, and why.
///
/// # Errors
/// Why it cannot be taken back.
pub async fn undo(services: &Services, caller: &Caller, number: i64) -> Result<(String, Vec<String>, Run), ApiError> {
    let (check, left) = take_back(services, caller, number).await?;
    Ok((check, left, run(services, caller).await?))
}

/// Takes back what can be. A fix that is cut short is taken back again: of what was done nothing is done twice.
async fn take_back(services: &Services, caller: &Caller, number: i64) -> Result<(String, Vec<String>), ApiError> {
    let grant = check_instance(&caller.principal)?;
    let (fix, undo) = services.meta.fix_to_undo(&grant, number, now_s()).await.map_err(from_meta)?;
    let mut left = Vec::new();
    for one in undo.as_array().into_iter().flatten() {
        match deed::take_back(services, caller, one, &fix.diff).await {
            Ok(()) => {}
            // It is gone, or changed since, and will be so at the next try.
            Err(ApiError::NotFound(why) | ApiError::Refused(why) | ApiError::Changed(why)) => left.push(why),
            Err(ApiError::Denied(why)) => left.push(why.to_string()),
            Err(fault) => return Err(fault),
        }
    }
    services.meta.end_fix(&grant, caller, &fix, &left, now_s()).await.map_err(from_meta)?;
    Ok((fix.check, left))
}

/// Takes back the fixes whose time is over.
///
/// # Errors
/// The first one that could not be; the others are taken back all the same.
pub async fn end_due(services: &Services, caller: &Caller) -> Result<usize, ApiError> {
    let due = services.meta.ended_fixes(now_s()).await.map_err(from_meta)?;
    let mut done = Ok(due.len());
    for fix in &due {
        if let Err(fault) = take_back(services, caller, fix.id).await {
            done = done.and(Err(fault));
        }
    }
    done
}
