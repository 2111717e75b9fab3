//! The operator's acts. They run in the server when one runs (over the control socket), else in the command itself.

use crate::instance::Instance;
use makoto_access::{Admin, Asked, Caller, Principal, check, check_instance};
use makoto_identity::TokenWish;
use makoto_meta::{Activation, Activity, KnownHead, Meta, NewPublic, NewUser, PublicMail, SiteChange};
use makoto_model::SiteId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::{collections::BTreeMap, path::Path};

/// An act of the operator.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Command {
    UserCreate {
        login: String,
        email: String,
        superuser: bool,
        password: String,
    },
    ResetFactors {
        login: String,
    },
    TokenCreate {
        login: String,
        description: String,
        scope: String,
        expires_days: Option<u32>,
    },
    SettingSet {
        name: String,
        value: String,
    },
    PublicList,
    PublicSwitch {
        state: String,
        without_mail: bool,
    },
    /// Sites that another installation shows to everybody.
    PublicImport {
        sites: Vec<u32>,
    },
    PublicActivate {
        grant: i64,
        without_mail: bool,
    },
    PublicPauseAll,
    PublicRevoke {
        grant: i64,
    },
    /// Finds the site with this address, or adds it; prints its number.
    SiteEnsure {
        name: String,
        url: String,
    },
    /// Tracks a bulk of hits with the right to say when and where they happened; prints how many counted.
    Track {
        bulk: String,
    },
    Backup {
        to: String,
    },
    Doctor,
    /// Measures every check of the security check-up.
    Checkup,
    /// Tries the operator's way back in.
    RecoveryDrill,
    /// Checks the record of acts, and the heads of it that were kept elsewhere.
    AuditVerify {
        heads: Vec<String>,
    },
}

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("{0} is in use by another makoto, a server or a command; stop it, or wait until it has ended")]
    InUse(String),
    #[error("{path}: {fault}")]
    File { path: String, fault: std::io::Error },
    #[error(transparent)]
    Config(#[from] crate::config::Error),
    #[error(transparent)]
    Meta(#[from] makoto_meta::Error),
    #[error(transparent)]
    Identity(#[from] makoto_identity::Error),
    #[error(transparent)]
    Journal(#[from] makoto_journal::Error),
    #[error(transparent)]
    Engine(#[from] makoto_engine::Error),
    #[error(transparent)]
    Fold(#[from] makoto_tracking::Error),
    #[error("the program's own declarations are wrong: {0}")]
    Catalog(#[from] makoto_catalog::Unsound),
    #[error(transparent)]
    Denied(#[from] makoto_access::Denied),
    #[error("{0}")]
    Data(String),
    #[error("{0}")]
    Refused(String),
    #[error("the server answered: {0}")]
    Server(String),
}

impl Failure {
    pub fn file(path: &Path, fault: std::io::Error) -> Failure {
        Failure::File { path: path.display().to_string(), fault }
    }

    /// The message and, for the operator alone, what lies behind it as far as the message does not say it.
    pub fn told(&self) -> String {
        let mut told = self.to_string();
        let mut source = std::error::Error::source(self);
        while let Some(cause) = source {
            let text = cause.to_string();
            if !told.contains(&text) {
                told.push_str(": ");
                told.push_str(&text);
            }
            source = cause.source();
        }
        told
    }
}

/// The operator as a caller.
pub fn operator() -> Caller {
    Caller::inside(Principal::Operator)
}

/// Longest life of a token that the command line makes, in days: ten years, for machines that are never visited.
const TOKEN_DAYS_MAX: u32 = 3650;

/// Runs an act over the relational store; what it prints.
///
/// # Errors
/// What was refused and why, or which store failed.
pub async fn run(instance: &Instance, command: Command) -> Result<String, Failure> {
    let (meta, identity) = (&instance.meta, &instance.identity);
    match command {
        Command::UserCreate { login, email, superuser, password } => {
            identity.check_password(&password, &login, &email).await?;
            let password_hash = identity.hash_password(&login, &password).await?;
            let grant = check_instance(&Principal::Operator)?;
            meta.add_user(&grant, &operator(), NewUser { login: login.clone(), email, password_hash, superuser })
                .await?;
            Ok(format!("user {login} created"))
        }
        Command::ResetFactors { login } => {
            identity.reset_factors(&check_instance(&Principal::Operator)?, &operator(), &login).await?;
            Ok(format!("{login} signs in by password alone now, and can set up a second factor anew"))
        }
        Command::TokenCreate { login, description, scope, expires_days } => {
            if expires_days.is_some_and(|days| days == 0 || days > TOKEN_DAYS_MAX) {
                return Err(Failure::Refused(format!("a token lives 1 to {TOKEN_DAYS_MAX} days")));
            }
            let now_s = makoto_features::services::now_s();
            let expires_s = expires_days.map(|days| now_s + i64::from(days) * 86_400);
            let wish = TokenWish::of_scope(&description, &scope, expires_s)?;
            Ok(identity.make_token(&operator(), &login, &wish, None, now_s).await?)
        }
        Command::SettingSet { name, value } => {
            meta.set_setting(&operator(), &name, &value).await?;
            Ok(format!("{name} is set"))
        }
        Command::SiteEnsure { name, url } => {
            let snapshot = meta.snapshot();
            if let Some(site) = snapshot.site_rows.values().find(|site| site.urls.first() == Some(&url)) {
                return Ok(site.id.to_string());
            }
            let change = SiteChange { name: Some(name), urls: Some(vec![url]), ..SiteChange::default() };
            Ok(meta.add_site(&check_instance(&Principal::Operator)?, &operator(), change).await?.to_string())
        }
        Command::AuditVerify { heads } => verify_record(meta, &heads).await,
        act @ (Command::PublicList
        | Command::PublicSwitch { .. }
        | Command::PublicImport { .. }
        | Command::PublicActivate { .. }
        | Command::PublicPauseAll
        | Command::PublicRevoke { .. }) => public_act(meta, act).await,
        Command::RecoveryDrill => drill_recovery(instance).await,
        Command::Track { .. } | Command::Backup { .. } | Command::Doctor | Command::Checkup => {
            Err(Failure::Refused("this act needs the whole installation".to_owned()))
        }
    }
}

/// What is wrong with the record is a failure, so that scripts notice it.
async fn verify_record(meta: &Meta, heads: &[String]) -> Result<String, Failure> {
    let read = |text: &String| {
        KnownHead::parse(text).ok_or_else(|| Failure::Refused(format!("{text} is no head; write it as LINE:HASH")))
    };
    let known = heads.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let findings = meta.verify_record(&known).await?;
    let kind = if findings.is_empty() { Activity::AuditVerified } else { Activity::AuditTampered };
    let detail = json!({ "findings": findings.len(), "heads": known.len() });
    meta.record(&operator(), kind, detail).await?;
    if !findings.is_empty() {
        return Err(Failure::Data(findings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")));
    }
    let head = meta.seal_record().await?.map_or(String::new(), |head| format!("; its head is {}", head.written()));
    Ok(format!("the activity log is whole{head}"))
}

/// The operator's acts on what is public. No password is asked for, since whoever may do this owns the data; each is
/// recorded, and everybody is told who can be.
async fn public_act(meta: &Meta, act: Command) -> Result<String, Failure> {
    let (grant, caller) = (check_instance(&Principal::Operator)?, operator());
    let mail = |without: bool| if without { PublicMail::Overridden } else { PublicMail::MustWork };
    let snapshot = meta.snapshot();
    match act {
        Command::PublicSwitch { state, without_mail } => {
            let on = match state.as_str() {
                "on" => true,
                "off" => false,
                _ => return Err(Failure::Refused("write on or off".to_owned())),
            };
            meta.switch_public(&grant, &caller, on, mail(without_mail)).await?;
            Ok(format!("public reports are {state}"))
        }
        Command::PublicImport { sites } => {
            let new = |site: &u32| NewPublic {
                site: SiteId(*site),
                scope: makoto_features::public_reports::matomo_scope(&snapshot),
                reason: "was open to everybody in Matomo".to_owned(),
                life_days: makoto_features::public_reports::DAYS_DEFAULT,
                source: "matomo",
            };
            let news: Vec<NewPublic> = sites.iter().map(new).collect();
            let ids = meta.import_public(&grant, &caller, &news).await?;
            Ok(format!("{} sites wait for a superuser's confirmation", ids.len()))
        }
        Command::PublicActivate { grant: id, without_mail } => {
            let found = snapshot.public.grants.get(&id);
            let found = found.ok_or_else(|| Failure::Refused(format!("there is no public grant {id}")))?;
            let how = Activation {
                grants: &[(id, found.version)],
                approval: false,
                cool_off_s: 0,
                links: BTreeMap::new(),
                mail: mail(without_mail),
            };
            meta.activate_public(&grant, &caller, &how).await?;
            Ok(format!("the public grant {id} is active"))
        }
        Command::PublicPauseAll => {
            Ok(format!("{} public grants were paused", meta.pause_all_public(&grant, &caller).await?))
        }
        Command::PublicRevoke { grant: id } => {
            let found = snapshot.public.grants.get(&id);
            let found = found.ok_or_else(|| Failure::Refused(format!("there is no public grant {id}")))?;
            let asked = Asked::These(vec![found.site]);
            let sites = check::<Admin>(&Principal::Operator, &asked, &snapshot.site_ids())?;
            meta.revoke_public(&sites, &caller, &[id]).await?;
            Ok(format!("the public grant {id} is revoked"))
        }
        _ => {
            let row = |grant: &makoto_meta::PublicGrant| {
                format!(
                    "{}\tsite {}\t{}\t{}\t{}",
                    grant.id,
                    grant.site,
                    grant.scope.what.name(),
                    grant.scope.channel.name(),
                    grant.state.name()
                )
            };
            let rows: Vec<String> = snapshot.public.grants.values().map(row).collect();
            Ok(if rows.is_empty() { "nothing is public, and nothing was".to_owned() } else { rows.join("\n") })
        }
    }
}

/// The security check-up as JSON: the score, and each check with its state and evidence.
///
/// # Errors
/// When a store cannot be read.
pub async fn checkup(services: &makoto_features::Services) -> Result<String, Failure> {
    let run = makoto_features::security_checkup::measure(services, &operator()).await;
    let run = run.map_err(|fault| Failure::Data(fault.to_string()))?;
    let checks: Vec<serde_json::Value> = run
        .standings
        .iter()
        .map(|standing| {
            let evidence: serde_json::Map<String, serde_json::Value> =
                standing.measured.evidence.iter().map(|(name, value)| (name.clone(), value.clone().into())).collect();
            json!({ "id": standing.check.id, "title": standing.check.title, "weight": standing.check.weight.name(),
                "state": standing.state().name(), "evidence": evidence })
        })
        .collect();
    let whole = json!({ "score": run.score.points, "grade": run.score.grade, "checks": checks });
    serde_json::to_string_pretty(&whole).map_err(|fault| Failure::Data(fault.to_string()))
}

/// The same for people: one line for each check.
///
/// # Errors
/// When the report is none.
pub fn checkup_lines(report: &str) -> Result<String, Failure> {
    let whole: serde_json::Value = serde_json::from_str(report).map_err(|fault| Failure::Data(fault.to_string()))?;
    let text = |value: &serde_json::Value, name: &str| value[name].as_str().unwrap_or("").to_owned();
    let checks = whole["checks"].as_array().map(Vec::as_slice).unwrap_or(&[]);
    let line = |check: &serde_json::Value| {
        format!("{} {:<14} {}", text(check, "id"), text(check, "state"), text(check, "title"))
    };
    let lines: Vec<String> = checks.iter().map(line).collect();
    Ok(format!("score {} ({})\n{}", whole["score"], text(&whole, "grade"), lines.join("\n")))
}

/// How long the token of a trial lives, in seconds: it is removed at once, and if that fails soon.
const DRILL_TOKEN_S: i64 = 60;

/// Makes a superuser and a token, uses it, and removes both: the way by which the operator gets back in.
async fn drill_recovery(instance: &Instance) -> Result<String, Failure> {
    let (meta, identity) = (&instance.meta, &instance.identity);
    let grant = check_instance(&Principal::Operator)?;
    // The only superuser cannot be removed again, and the first one ends the set-up.
    if !meta.has_superuser().await? {
        return Err(Failure::Refused(
            "there is no superuser yet who could sign in; make one by the set-up link or makoto user create --superuser"
                .to_owned(),
        ));
    }
    let name = makoto_meta::hex(&makoto_identity::fresh_bytes::<6>()?);
    let login = format!("recovery-drill-{name}");
    let domain = meta
        .snapshot()
        .accounts
        .values()
        .find(|account| account.superuser)
        .and_then(|account| account.email.rsplit_once('@').map(|(_, domain)| domain.to_owned()));
    let email = format!("{login}@{}", domain.unwrap_or_else(|| "localhost.invalid".to_owned()));
    let password = makoto_meta::hex(&makoto_identity::fresh_bytes::<24>()?);
    let password_hash = identity.hash_password(&login, &password).await?;
    meta.add_user(&grant, &operator(), NewUser { login: login.clone(), email, password_hash, superuser: true }).await?;
    let tried = try_token(instance, &login).await;
    meta.delete_user(&grant, &operator(), &login).await?;
    tried?;
    meta.record(&operator(), Activity::RecoveryDrilled, json!({})).await?;
    Ok("the way back in works: a superuser was made, let in and removed again".to_owned())
}

async fn try_token(instance: &Instance, login: &str) -> Result<(), Failure> {
    let now_s = makoto_features::services::now_s();
    let wish = TokenWish::of_scope("recovery drill", "all", Some(now_s + DRILL_TOKEN_S))?;
    let token = instance.identity.make_token(&operator(), login, &wish, None, now_s).await?;
    let bearing = makoto_identity::Bearing { address: None, in_url: false };
    match instance.identity.token_principal(&token, bearing, now_s) {
        Some(principal) if principal.is_superuser() => Ok(()),
        _ => Err(Failure::Data("the new superuser was not let in; look at the allowed domains".to_owned())),
    }
}
