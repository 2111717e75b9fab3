//! Acts that are more than one change, against a store on disk.

mod bench;

use bench::{Bench, grant, operator, refusal, user};
use makoto_access::{Admin, Asked, Caller, Principal, Role, check};
use makoto_catalog::{Answer, ApiError};
use makoto_features::{
    core_admin_home::mail::settings, core_plugins_admin::store, privacy_manager, security_checkup::end_due_fixes,
    services::now_s,
};
use makoto_identity::rules::BLOCKED_ADDRESSES;
use makoto_meta::{Invite, NewFix, SettingChanges};
use serde_json::{Value as Json, json};
use std::sync::Arc;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_changes_at_once_never_store_what_neither_may_alone() {
    let bench = Arc::new(Bench::new().await);
    let set = |key: &str, value: Option<&str>| {
        let (bench, changes) = (bench.clone(), [(key.to_owned(), value.map(str::to_owned))]);
        tokio::spawn(async move { store(&bench.services, &operator(), &changes).await })
    };
    for _ in 0..20 {
        let (one, other) = (set(settings::ENCRYPTION.key, Some("none")), set(settings::HOST.key, Some("mail.example")));
        let (one, other) = (one.await.unwrap(), other.await.unwrap());
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        for key in [settings::ENCRYPTION.key, settings::HOST.key] {
            set(key, None).await.unwrap().unwrap();
        }
    }
}

/// Asks for an act as a request does whose client hangs up after so many steps.
async fn given_up(act: impl Future<Output = Result<Answer, ApiError>>, mut steps: usize) {
    let mut act = std::pin::pin!(act);
    std::future::poll_fn(|context| match steps {
        0 => std::task::Poll::Ready(()),
        _ => {
            steps -= 1;
            act.as_mut().poll(context).map(|done| drop(done.unwrap()))
        }
    })
    .await;
}

#[tokio::test]
async fn a_policy_is_enforced_whole_or_not_at_all() {
    let bench = Bench::new().await;
    let sites = [bench.add_site().await, bench.add_site().await];
    let weak = privacy_manager::settings::USER_IDS.key;
    let mut enforced = 0;
    for steps in (0..160).step_by(4) {
        let weaker = SettingChanges {
            instance: vec![("PrivacyManager.enforcedPolicies".to_owned(), None), (weak.to_owned(), None)],
            sites: sites.iter().map(|site| (*site, weak.to_owned(), Some("0".to_owned()))).collect(),
            noted: None,
        };
        bench.meta().change_settings(&grant(), &operator(), |_| Ok(weaker)).await.unwrap();
        let before = bench.lines("privacy.enforced").await;
        let params = [("idSite", "0"), ("complianceType", "cnil_v1"), ("enforce", "1")];
        given_up(bench.call(&operator(), "PrivacyManager.setComplianceStatus", &params), steps).await;
        // What goes on without its asker has its turn before this one.
        bench.meta().hasten_mail(0).await.unwrap();
        let snapshot = bench.meta().snapshot();
        let now = !snapshot.setting(&privacy_manager::compliance::ENFORCED).is_empty();
        for site in sites {
            let own = snapshot.site_text(site, &privacy_manager::settings::USER_IDS);
            assert_eq!(own.is_none(), now, "after {steps} steps");
        }
        assert_eq!(bench.lines("privacy.enforced").await - before, usize::from(now), "after {steps} steps");
        enforced += usize::from(now);
    }
    assert!((1..39).contains(&enforced), "some were given up before, some not: {enforced}");
}

#[tokio::test]
async fn what_is_refused_changes_nothing_before() {
    let bench = Bench::new().await;
    let site = bench.add_site().await;
    for (login, superuser) in [("root", true), ("ada", false)] {
        bench.add_user(login, superuser).await;
    }
    let on_site = check::<Admin>(&Principal::Operator, &Asked::All, &[site]).unwrap();
    let (email, secret, hash) = ("guest@people.example", "kingfisher", [1; 32]);
    let invite = Invite { login: "guest", email, expires_s: i64::MAX, secret, hash };
    bench.meta().invite(&on_site, &operator(), &invite, Role::View).await.unwrap();
    let params = [("userLogin", "guest"), ("email", "right@people.example"), ("expiryInDays", "8")];
    let refused = bench.call(&operator(), "UsersManager.updateUser", &params).await;
    assert!(matches!(refused, Err(ApiError::BadParam { .. })), "{refused:?}");
    assert_eq!(bench.meta().show_invitation(hash, now_s()).await.unwrap().email, email);

    let params = [
        ("userLogin[]", "ada"),
        ("userLogin[]", "root"),
        ("access[]", "view"),
        ("access[]", "tagmanager_write"),
        ("idSites", "1"),
    ];
    refusal(bench.call(&operator(), "UsersManager.setUserAccess", &params).await);
    assert!(bench.meta().snapshot().account("ada").unwrap().roles.is_empty());
}

#[tokio::test]
async fn nobody_resets_their_own_second_factors() {
    let bench = Bench::new().await;
    for login in ["root", "eve"] {
        bench.add_user(login, true).await;
    }
    let root = user("root", true, &[]);
    for own in ["root", "ROOT"] {
        let refused = bench.call(&root, "TwoFactorAuth.resetTwoFactorAuth", &[("userLogin", own)]).await;
        let why = refusal(refused);
        assert!(why.contains("your own") && why.contains("makoto user reset-factors"), "{why}");
    }
    bench.call(&root, "TwoFactorAuth.resetTwoFactorAuth", &[("userLogin", "eve")]).await.unwrap();
    bench.call(&operator(), "TwoFactorAuth.resetTwoFactorAuth", &[("userLogin", "root")]).await.unwrap();
}
