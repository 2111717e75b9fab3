//! Which acts need fresh proof of who does them: the list, written out, against what the methods declare.

use makoto_catalog::{Access, Effect, Guard};
use makoto_features::{METHODS, method};
use std::collections::BTreeSet;

/// The acts that are never done without fresh proof, by what they are about.
const FRESH_PROOF: &[(&str, &[&str])] = &[
    ("superusers", &["UsersManager.setSuperUserAccess"]),
    ("roles of many, and roles in a review", &["UsersManager.setBulk", "UsersManager.lowerReviewLine"]),
    ("what an auditor trusts", &["UsersManager.signReview"]),
    ("who is there", &["UsersManager.deleteUser", "UsersManager.suspendUser", "UsersManager.reactivateUser"]),
    ("a way in for somebody else", &["UsersManager.generateInviteLink"]),
    ("one's own address and password", &["UsersManager.updateUser", "Login.changePassword"]),
    ("the password of another", &["UsersManager.sendPasswordReset"]),
    (
        "second factors",
        &[
            "TwoFactorAuth.removeTotp",
            "TwoFactorAuth.removePasskey",
            "TwoFactorAuth.renamePasskey",
            "TwoFactorAuth.regenerateRecoveryCodes",
            "TwoFactorAuth.resetTwoFactorAuth",
        ],
    ),
    ("settings: domains, enforcement, mail, privacy, guessed passwords", &["CorePluginsAdmin.setSystemSettings"]),
    (
        "what is kept of visitors",
        &[
            "PrivacyManager.setSettings",
            "PrivacyManager.setAnonymizeIpSettings",
            "PrivacyManager.activateDoNotTrack",
            "PrivacyManager.deactivateDoNotTrack",
            "PrivacyManager.anonymizeSomeRawData",
            "PrivacyManager.executeDataPurge",
            "PrivacyManager.deleteDataSubjects",
            "PrivacyManager.setComplianceStatus",
            "SitesManager.setGlobalExcludedIps",
            "SitesManager.setGlobalExcludedQueryParameters",
            "SitesManager.setKeepURLFragmentsGlobal",
        ],
    ),
    ("mail", &["CoreAdminHome.sendTestMail"]),
    ("the record", &["ActivityLog.export"]),
    (
        "what the security check-up changes and leaves",
        &[
            "SecurityCheckup.fix",
            "SecurityCheckup.undoFix",
            "SecurityCheckup.acceptRisk",
            "SecurityCheckup.withdrawRisk",
        ],
    ),
    ("everybody's sessions", &["Login.endAllSessions"]),
    (
        "less of what is public",
        &["PublicReports.reject", "PublicReports.revoke", "PublicReports.narrow", "PublicReports.rotate"],
    ),
    ("tokens", &["UsersManager.createToken", "UsersManager.deleteToken", "UsersManager.deleteAllTokens"]),
];

/// The acts by which something becomes public, or more so, or for longer: each proves by itself who does it.
const PROOF_FOR_THE_ACT: &[&str] = &[
    "PublicReports.activate",
    "PublicReports.approve",
    "PublicReports.renew",
    "PublicReports.resume",
    "PublicReports.setSwitch",
    "PublicReports.widen",
];

/// The acts that only stop something from being public: the password is enough, so that nothing delays them.
const PASSWORD_ENOUGH: &[&str] = &["PublicReports.pause", "PublicReports.pauseAll"];

/// Setting up a factor: a recovery code that let somebody in is proof enough, since the factor before may be lost.
const PROOF_OR_RECOVERY: &[&str] = &[
    "TwoFactorAuth.finishPasskey",
    "TwoFactorAuth.finishTotp",
    "TwoFactorAuth.startPasskey",
    "TwoFactorAuth.startTotp",
];

/// Acts for callers who are nobody yet: the call itself carries login, password and code, and they are checked.
const PROOF_IN_THE_CALL: &[&str] = &["UsersManager.createAppSpecificTokenAuth"];

/// What a token for provisioning does without: users and roles below superuser, and nothing else.
const PROVISIONING: &[&str] = &[
    "UsersManager.addCapabilities",
    "UsersManager.addUser",
    "UsersManager.inviteUser",
    "UsersManager.removeCapabilities",
    "UsersManager.setUserAccess",
];

fn guarded(guard: Guard) -> BTreeSet<&'static str> {
    METHODS.iter().flat_map(|feature| feature.iter()).filter(|method| method.guard == guard).map(|m| m.id).collect()
}

#[test]
fn promise_09_every_act_of_the_list_needs_fresh_proof() {
    let listed: BTreeSet<&str> = FRESH_PROOF.iter().flat_map(|(_, methods)| methods.iter().copied()).collect();
    for id in &listed {
        let method = method(id).unwrap_or_else(|| panic!("{id} is gone; take it off the list"));
        assert_eq!(method.guard, Guard::Proof, "{id}");
        assert_ne!(method.access, Access::Public, "{id}");
    }
    assert_eq!(guarded(Guard::Proof), listed, "a method with this guard belongs on the list");
    assert_eq!(guarded(Guard::ProofOrRecovery), PROOF_OR_RECOVERY.iter().copied().collect());
    assert_eq!(guarded(Guard::Password), PASSWORD_ENOUGH.iter().copied().collect());
}

#[test]
fn whatever_makes_public_is_proved_in_the_very_call() {
    assert_eq!(guarded(Guard::ProofNow), PROOF_FOR_THE_ACT.iter().copied().collect());
    let set = method("UsersManager.setUserAccess").expect("Matomo's way");
    let call = |login: &str, access: &str| {
        let pairs = vec![("userLogin".into(), login.into()), ("access".into(), access.into())];
        makoto_features::guard(set, &makoto_model::Params::new(pairs))
    };
    for login in ["anonymous", "Anonymous", " anonymous ", "anonymous\u{200b}", "ａnonymous", "ANONYMOUS."] {
        for access in ["view", "admin", "view,tagmanager_write"] {
            assert_eq!(call(login, access), Guard::ProofNow, "{login} {access}");
        }
        assert_eq!(call(login, "noaccess"), set.guard);
    }
    assert_eq!(call("ada", "view"), set.guard);
}

#[test]
fn promise_09_ending_a_session_of_somebody_else_needs_fresh_proof_in_a_session() {
    let end = method("Login.endSession").expect("ours");
    let call = |pairs: &[(&str, &str)]| {
        let pairs = pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect();
        makoto_features::guard(end, &makoto_model::Params::new(pairs))
    };
    assert_eq!(call(&[("id", "7"), ("userLogin", "ada")]), Guard::ProofInSession);
    assert_eq!(call(&[("id", "7"), ("userLogin", "")]), Guard::Open);
    assert_eq!(call(&[("id", "7")]), Guard::Open);
}

#[test]
fn promise_09_a_token_for_matomo_s_clients_is_made_by_password_in_the_call() {
    for id in PROOF_IN_THE_CALL {
        let method = method(id).unwrap_or_else(|| panic!("{id} is gone; take it off the list"));
        let needed: Vec<&str> = method.params.iter().filter(|p| p.default.is_none()).map(|p| p.name).collect();
        assert!(needed.contains(&"passwordConfirmation") && method.effect == Effect::Write, "{id} needs {needed:?}");
    }
}

#[test]
fn promise_09_a_token_for_provisioning_adds_users_and_gives_roles_and_no_more() {
    assert_eq!(guarded(Guard::ProofOrProvisioning), PROVISIONING.iter().copied().collect());
}

#[test]
fn promise_09_what_only_reads_asks_for_no_proof_but_the_export_of_the_record() {
    let reads = METHODS.iter().flat_map(|feature| feature.iter()).filter(|method| method.effect == Effect::Read);
    let asking: Vec<&str> = reads.filter(|method| method.guard != Guard::Open).map(|method| method.id).collect();
    assert!(asking.iter().all(|id| *id == "ActivityLog.export"), "{asking:?}");
}
