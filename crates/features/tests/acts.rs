//! Acts that are more than one change, against a store on disk.

mod bench;

use bench::{Bench, grant, operator, refusal};
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

/// A fix whose time is over.
async fn fix(bench: &Bench, undo: Json, diff: Json) {
    let now_s = now_s();
    let (undo_until_s, ends_s) = (now_s + 1000, Some(now_s - 1));
    let new = NewFix { check: "C33", diff: &diff, undo: &undo, now_s, undo_until_s, ends_s };
    bench.meta().add_fix(&grant(), &operator(), &new).await.unwrap();
}

async fn bar(bench: &Bench, networks: &str) {
    bench.meta().set_setting(&operator(), BLOCKED_ADDRESSES.key, networks).await.unwrap();
}

fn barred(bench: &Bench) -> Vec<String> {
    bench.meta().snapshot().setting(&BLOCKED_ADDRESSES)
}

fn job() -> Caller {
    Caller::inside(Principal::Job("checkup"))
}

#[tokio::test]
async fn what_was_barred_by_hand_stays_when_a_fix_ends() {
    let bench = Bench::new().await;
    let of =
        |before: Json, after: &str| json!([{ "setting": BLOCKED_ADDRESSES.key, "before": before, "after": after }]);
    fix(&bench, of(Json::Null, "10.0.0.0/24"), json!([])).await;
    bar(&bench, "10.0.0.0/24,10.0.9.0/24").await;
    end_due_fixes(&bench.services, &job()).await.unwrap();
    assert_eq!(barred(&bench), ["10.0.9.0/24"]);
    assert!(bench.meta().ended_fixes(now_s()).await.unwrap().is_empty());

    // Two fixes that overlap take back what each of them added.
    let both = "10.0.9.0/24,10.0.1.0/24,10.0.2.0/24";
    fix(&bench, of(json!("10.0.9.0/24"), "10.0.9.0/24,10.0.1.0/24"), json!([])).await;
    bar(&bench, both).await;
    end_due_fixes(&bench.services, &job()).await.unwrap();
    assert_eq!(barred(&bench), ["10.0.9.0/24", "10.0.2.0/24"]);
    fix(&bench, of(json!("10.0.9.0/24,10.0.1.0/24"), both), json!([])).await;
    end_due_fixes(&bench.services, &job()).await.unwrap();
    assert_eq!(barred(&bench), ["10.0.9.0/24"]);
}

#[tokio::test]
async fn fixes_of_earlier_versions_are_taken_back_by_what_they_showed() {
    let bench = Bench::new().await;
    let undo = json!([{ "setting": BLOCKED_ADDRESSES.key, "before": null }]);
    let shown = json!([{ "what": BLOCKED_ADDRESSES.key, "before": "default", "after": "10.0.0.0/24" }]);
    fix(&bench, undo.clone(), shown.clone()).await;
    bar(&bench, "10.0.0.0/24,10.0.9.0/24").await;
    end_due_fixes(&bench.services, &job()).await.unwrap();
    assert_eq!(barred(&bench), ["10.0.9.0/24"]);
    fix(&bench, undo, shown).await;
    bar(&bench, "10.0.0.0/24").await;
    end_due_fixes(&bench.services, &job()).await.unwrap();
    assert!(barred(&bench).is_empty());
}

#[tokio::test]
async fn what_cannot_be_taken_back_leaves_the_rest_neither_undone_nor_closed() {
    let bench = Bench::new().await;
    let mine = json!({ "setting": BLOCKED_ADDRESSES.key, "before": null, "after": "10.0.0.0/24" });
    // A token that was deleted, and a user who is suspended no more.
    bench.add_user("ada", false).await;
    fix(&bench, json!([{ "resume": 77 }, { "reactivate": "ada" }, mine]), json!([])).await;
    bar(&bench, "10.0.0.0/24").await;
    end_due_fixes(&bench.services, &job()).await.unwrap();
    assert!(barred(&bench).is_empty());
    assert_eq!(bench.lines("checkup.undone").await, 1);

    // What fails otherwise is tried again, and holds no other fix.
    fix(&bench, json!([{ "unknown": 1 }]), json!([])).await;
    fix(&bench, json!([mine]), json!([])).await;
    bar(&bench, "10.0.0.0/24").await;
    end_due_fixes(&bench.services, &job()).await.unwrap_err();
    assert!(barred(&bench).is_empty());
    assert_eq!(bench.meta().ended_fixes(now_s()).await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_role_that_was_changed_since_the_fix_stays() {
    let bench = Bench::new().await;
    let site = bench.add_site().await;
    bench.add_user("ada", false).await;
    let role = || bench.meta().snapshot().account("ada").unwrap().roles.get(&site).copied();
    for (given, left) in [("view", Some(Role::Admin)), ("write", Some(Role::Write))] {
        let params = [("userLogin", "ada"), ("access", given), ("idSites", "1")];
        bench.call(&operator(), "UsersManager.setUserAccess", &params).await.unwrap();
        fix(&bench, json!([{ "login": "ada", "site": site.0, "role": "admin", "after": "view" }]), json!([])).await;
        end_due_fixes(&bench.services, &job()).await.unwrap();
        assert_eq!(role(), left, "after {given}");
    }
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
    let root = bench.sign_in("root", &[]).await;
    for own in ["root", "ROOT"] {
        let refused = bench.call(&root, "TwoFactorAuth.resetTwoFactorAuth", &[("userLogin", own)]).await;
        let why = refusal(refused);
        assert!(why.contains("your own") && why.contains("makoto user reset-factors"), "{why}");
    }
    bench.call(&root, "TwoFactorAuth.resetTwoFactorAuth", &[("userLogin", "eve")]).await.unwrap();
    bench.call(&operator(), "TwoFactorAuth.resetTwoFactorAuth", &[("userLogin", "root")]).await.unwrap();
}

#[tokio::test]
async fn lists_say_whose_invitations_the_caller_may_care_for() {
    let bench = Bench::new().await;
    let sites = [bench.add_site().await, bench.add_site().await];
    bench.add_user("root", true).await;
    let ada = bench.sign_in("ada", &sites).await;
    let on_sites = check::<Admin>(&ada.principal, &Asked::All, &sites).unwrap();
    let (email, secret) = ("guest@people.example", "kingfisher");
    let invite = Invite { login: "guest", email, expires_s: i64::MAX, secret, hash: [1; 32] };
    bench.meta().invite(&on_sites, &ada, &invite, Role::View).await.unwrap();
    let said = async |caller: &Caller, login: &str| {
        let Ok(Answer::List(rows)) = bench.call(caller, "UsersManager.getUsers", &[]).await else { panic!("a list") };
        let row = rows.into_iter().find_map(|row| match row {
            Answer::Record(row) if row.contains(&("login".to_owned(), login.into())) => Some(row),
            _ => None,
        });
        row.unwrap().into_iter().find(|(key, _)| key == "may_manage_invite").map(|(_, value)| value)
    };
    for (login, of, may) in [("ada", 2, true), ("ada", 1, false), ("bob", 2, false), ("root", 0, true)] {
        let caller = &bench.sign_in(login, &sites[..of]).await;
        assert_eq!(said(caller, "guest").await, Some(Answer::Bool(may)), "{}", caller.principal.name());
        let linked = bench.call(caller, "UsersManager.generateInviteLink", &[("userLogin", "guest")]).await;
        assert_eq!(linked.is_ok(), may, "as it is said, so it is");
        assert_eq!(said(caller, "root").await, None, "root is not invited");
    }
}
