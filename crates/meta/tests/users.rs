//! States of users, superusers and roles, against a store on disk.

mod town;

use makoto_access::{Admin, Asked, Caller, InstanceGrant, Principal, Proof, Role, User, check, check_instance};
use makoto_meta::{
    ALLOWED_DOMAINS, Activity, EntryFilter, Error, Invite, Meta, NewUser, ROLES_AT_ONCE_MAX, ReadScope, Renewal,
    RoleChange, RoleWish, Route,
};
use makoto_model::SiteId;
use std::sync::Arc;
use town::{Town, operator};

fn grant() -> InstanceGrant {
    check_instance(&Principal::Operator).unwrap()
}

fn wish<'a>(logins: &'a [String], role: Option<Role>, expected: Option<&'a [RoleChange]>) -> RoleWish<'a> {
    RoleWish { logins, role, expected, ..RoleWish::default() }
}

fn superusers(meta: &Meta) -> usize {
    meta.snapshot().accounts.values().filter(|account| account.superuser).count()
}

fn refusal(result: Result<impl std::fmt::Debug, Error>) -> String {
    match result {
        Err(Error::Refused(why)) => why,
        other => panic!("not refused: {other:?}"),
    }
}

async fn kinds(meta: &Meta) -> Vec<String> {
    let all = meta.entries(&ReadScope::All, &EntryFilter::default(), 0, 500).await.unwrap();
    all.into_iter().map(|entry| entry.kind).collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn promise_05_fifty_parallel_revocations_leave_one_superuser() {
    let town = Town::new(50).await;
    let meta = Arc::new(town.meta.clone());
    let tasks: Vec<_> = (0..50)
        .map(|n| {
            let meta = meta.clone();
            tokio::spawn(async move { meta.set_superuser(&grant(), &operator(), &format!("root{n}"), false).await })
        })
        .collect();
    let mut revoked = 0;
    for task in tasks {
        revoked += usize::from(task.await.unwrap().is_ok());
    }
    assert_eq!((revoked, superusers(&meta)), (49, 1));
    let kinds = kinds(&meta).await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "superuser.revoked").count(), 49);
    assert_eq!(kinds.iter().filter(|kind| *kind == "superuser.kept").count(), 1);
}

#[tokio::test]
async fn the_last_superuser_is_neither_deleted_nor_suspended() {
    let town = Town::new(2).await;
    let meta = &town.meta;
    let caller = operator();
    meta.suspend_user(&grant(), &caller, "root0", Activity::UserSuspended).await.unwrap();
    assert!(refusal(meta.suspend_user(&grant(), &caller, "root1", Activity::UserSuspended).await).contains("only"));
    assert!(refusal(meta.delete_user(&grant(), &caller, "root1").await).contains("only"));
    assert!(refusal(meta.set_superuser(&grant(), &caller, "root1", false).await).contains("only"));
    assert!(meta.snapshot().active_account("root0").is_none() && meta.snapshot().account("root0").is_some());
    meta.reactivate_user(&grant(), &caller, "root0").await.unwrap();
    assert!(meta.snapshot().active_account("ROOT0").is_some());
    meta.delete_user(&grant(), &caller, "root1").await.unwrap();
}

#[tokio::test]
async fn promise_13_a_list_of_domains_never_locks_the_last_superuser_out() {
    let town = Town::new(1).await;
    let (meta, caller) = (&town.meta, operator());
    town.add("ada", "ada@other.example", false).await.unwrap();
    let refused = refusal(meta.set_setting(&caller, ALLOWED_DOMAINS, "other.example").await);
    assert!(refused.contains("no superuser"), "{refused}");
    assert!(meta.snapshot().active_account("root0").is_some());
    meta.set_setting(&caller, ALLOWED_DOMAINS, "people.example").await.unwrap();
    assert!(meta.snapshot().active_account("root0").is_some());
    assert!(meta.snapshot().active_account("ada").is_none(), "sign-in obeys the list");
    for email in ["x@people.example.evil.io", "x@sub.people.example", "\"x@people.example\"@evil.io"] {
        assert!(town.add("new", email, false).await.is_err(), "{email}");
    }
    town.add("grace", "grace@PEOPLE.example", false).await.unwrap();
    assert!(meta.set_email(&caller, "grace", "grace@other.example", None).await.is_err());
    // The one who would remain must be able to sign in.
    town.add("zoe", "zoe@people.example", true).await.unwrap();
    meta.set_email(&caller, "root0", "r@people.example", None).await.unwrap();
    meta.set_superuser(&grant(), &caller, "root0", false).await.unwrap();
    assert!(refusal(meta.set_superuser(&grant(), &caller, "zoe", false).await).contains("only"));
}

#[tokio::test]
async fn a_stale_preview_changes_nothing() {
    let town = Town::new(1).await;
    let (meta, caller) = (&town.meta, operator());
    let sites = town.add_sites(2).await;
    for login in ["ada", "grace"] {
        town.add(login, &format!("{login}@people.example"), false).await.unwrap();
    }
    let grant = check::<Admin>(&Principal::Operator, &Asked::These(sites.clone()), &sites).unwrap();
    let logins = ["ada".to_owned(), "grace".to_owned(), "root0".to_owned()];
    let preview = meta.role_changes(&grant, &logins, Some(Role::Write)).unwrap();
    assert_eq!(preview.len(), 4, "superusers are left out");
    meta.set_roles(&grant, &caller, &wish(&logins[..1], Some(Role::View), None)).await.unwrap();
    let stale = meta.set_roles(&grant, &caller, &wish(&logins, Some(Role::Write), Some(&preview))).await;
    assert!(refusal(stale).contains("preview"));
    let held = |login: &str, site: SiteId| meta.snapshot().account(login).unwrap().roles.get(&site).copied();
    assert_eq!((held("ada", sites[0]), held("grace", sites[0])), (Some(Role::View), None));
    let preview = meta.role_changes(&grant, &logins, Some(Role::Write)).unwrap();
    let done = meta.set_roles(&grant, &caller, &wish(&logins, Some(Role::Write), Some(&preview))).await.unwrap();
    assert_eq!(done, preview);
    assert_eq!((held("ada", sites[1]), held("grace", sites[0])), (Some(Role::Write), Some(Role::Write)));
}

#[tokio::test]
async fn promise_21_sessions_end_with_the_role_that_they_were_begun_with() {
    let town = Town::new(2).await;
    let (meta, caller) = (&town.meta, operator());
    let sites = town.add_sites(1).await;
    let on_site = check::<Admin>(&Principal::Operator, &Asked::All, &sites).unwrap();
    town.add("ada", "ada@people.example", false).await.unwrap();
    let login = ["ada".to_owned()];
    meta.set_roles(&on_site, &caller, &wish(&login, Some(Role::Write), None)).await.unwrap();
    let ends = async |caller: &Caller, step: &str| {
        let hash = town.sign_in(caller, "ada").await;
        match step {
            "raise" => meta.set_roles(&on_site, caller, &wish(&login, Some(Role::Admin), None)).await.map(drop),
            "lower" => meta.set_roles(&on_site, caller, &wish(&login, Some(Role::View), None)).await.map(drop),
            "grant" => meta.set_superuser(&grant(), caller, "ada", true).await,
            "revoke" => meta.set_superuser(&grant(), caller, "ada", false).await,
            "sign out" => meta.sign_out_user(&grant(), caller, "ada").await.map(drop),
            _ => meta.suspend_user(&grant(), caller, "ada", Activity::UserSuspended).await,
        }
        .unwrap();
        meta.session(hash).await.unwrap().is_none()
    };
    assert!(!ends(&caller, "raise").await);
    for step in ["lower", "grant", "revoke", "sign out", "suspend"] {
        assert!(ends(&caller, step).await, "{step}");
    }
}

#[tokio::test]
async fn promise_13_no_two_users_differ_by_letters_that_somebody_takes_for_the_same() {
    let town = Town::new(1).await;
    town.add("renée", "renee@people.example", true).await.unwrap();
    town.add("kim", "kim@bank.example", true).await.unwrap();
    for (login, email) in [
        ("RENÉE", "other@people.example"),
        ("rene\u{301}e", "other@people.example"),
        ("\u{212a}im", "other@people.example"),
        ("ｋｉｍ", "other@people.example"),
        ("other", "\u{212a}im@people.example\u{200b}"),
        ("other", "kim@ban\u{212a}.example"),
        ("KIM@bank.example", "other@people.example"),
    ] {
        refusal(town.add(login, email, false).await);
    }
    assert_eq!(town.meta.snapshot().accounts.len(), 3);
    let moved = town.meta.set_email(&operator(), "root0", "Kim@BANK.example", None).await;
    assert!(refusal(moved).contains("in use"));
    town.meta.set_email(&operator(), "kim", "KIM@bank.example", None).await.unwrap();
}

#[tokio::test]
async fn promise_44_whoever_gets_a_login_again_reads_nothing_of_who_had_it() {
    let town = Town::new(1).await;
    let own = async |since_ms| {
        let scope = ReadScope::Own { login: "ada".into(), since_ms };
        town.meta.entries(&scope, &EntryFilter::default(), 0, 100).await.unwrap()
    };
    town.add("ada", "ada@people.example", false).await.unwrap();
    let first = own(0).await;
    assert!(first.iter().any(|entry| entry.kind == "user.added"));
    assert!(own(first[0].at_ms + 1).await.is_empty());
}

#[tokio::test]
async fn promise_21_an_act_that_waited_is_not_done_for_who_may_not_do_it_any_more() {
    let town = Town::new(3).await;
    let (meta, sites) = (&town.meta, town.add_sites(1).await);
    town.add("ada", "ada@people.example", false).await.unwrap();
    let in_session = async |login: &str| {
        let session = meta.session(town.sign_in(&operator(), login).await).await.unwrap().unwrap();
        let proof = Proof::Session { id: session.id, proved_s: 1, recovered: false, enrolling: false };
        let account = meta.snapshot().account(login).unwrap().clone();
        let (superuser, roles) = (account.superuser, account.roles);
        Caller::inside(Principal::User(User { login: login.into(), superuser, roles, cap: None, proof }))
    };
    let helps = async |caller: &Caller| {
        let grant = check_instance(&caller.principal).unwrap();
        meta.set_superuser(&grant, caller, "ada", true).await
    };
    // What each of them was let in for waits while somebody else acts.
    for step in ["revoke", "sign out", "suspend"] {
        let caller = in_session("root1").await;
        match step {
            "revoke" => meta.set_superuser(&grant(), &operator(), "root1", false).await.unwrap(),
            "sign out" => _ = meta.sign_out_user(&grant(), &operator(), "root1").await.unwrap(),
            _ => meta.suspend_user(&grant(), &operator(), "root1", Activity::UserSuspended).await.unwrap(),
        }
        assert!(matches!(helps(&caller).await, Err(Error::CallerChanged)), "{step}");
        assert!(!meta.snapshot().account("ada").unwrap().superuser, "{step}");
        if step == "revoke" {
            meta.set_superuser(&grant(), &operator(), "root1", true).await.unwrap();
        }
    }
    helps(&in_session("root2").await).await.unwrap();
    // A role that is lowered takes what was begun with it along, also where it leaves the session.
    let on_site = check::<Admin>(&Principal::Operator, &Asked::All, &sites).unwrap();
    let set = async |caller: &Caller, login: &str, role| {
        meta.set_roles(&on_site, caller, &wish(&[login.to_owned()], Some(role), None)).await.map(drop)
    };
    for login in ["bob", "eve"] {
        town.add(login, &format!("{login}@people.example"), false).await.unwrap();
    }
    set(&operator(), "bob", Role::Write).await.unwrap();
    let caller = in_session("bob").await;
    set(&operator(), "bob", Role::Admin).await.unwrap();
    assert!(matches!(set(&caller, "eve", Role::Admin).await, Err(Error::CallerChanged)));
    set(&in_session("bob").await, "eve", Role::View).await.unwrap();
}

/// How often something is done until it is refused, and why it is then.
async fn until_refused(mut act: impl AsyncFnMut(usize) -> Result<(), Error>) -> (usize, String) {
    for n in 0..50 {
        match act(n).await {
            Ok(()) => {}
            Err(Error::Refused(why)) => return (n, why),
            Err(fault) => panic!("{fault}"),
        }
    }
    panic!("never refused");
}

#[tokio::test]
async fn nobody_who_has_not_asked_is_sent_many_mails() {
    let town = Town::new(1).await;
    let (meta, caller) = (&town.meta, operator());
    let sites = town.add_sites(1).await;
    let on_site = check::<Admin>(&Principal::Operator, &Asked::All, &sites).unwrap();
    let invite = async |login: &str| {
        let invite =
            Invite { login, email: "Guest@else.example", expires_s: i64::MAX, secret: "kingfisher", hash: [1; 32] };
        meta.invite(&on_site, &caller, &invite, Role::View).await
    };
    invite("guest").await.unwrap();
    let resend = async |n: usize| {
        meta.renew_invitation(&caller, "guest", [n as u8 + 2; 32], i64::MAX, Route::Mail("kingfisher")).await
    };
    let (sent, why) = until_refused(resend).await;
    assert_eq!(sent, 5, "with the first one six");
    assert!(why.contains("within the hour"), "{why}");
    // Somebody else at the same address is the same mailbox; a link needs no mail.
    meta.revoke_invitation(&caller, "guest").await.unwrap();
    assert!(refusal(invite("guest2").await).contains("within the hour"));
    town.add("ada", "ada@people.example", false).await.unwrap();
    let (changed, why) =
        until_refused(async |n| meta.set_email(&caller, "ada", &format!("ada{n}@else.example"), None).await).await;
    assert_eq!(changed, 6);
    assert!(why.contains("within the hour"), "{why}");
    assert_eq!(meta.snapshot().account("ada").unwrap().email, "ada5@else.example");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn promise_13_a_new_address_and_a_new_list_at_once_leave_a_superuser_who_may_sign_in() {
    for _ in 0..10 {
        let town = Town::new(1).await;
        let meta = town.meta.clone();
        let moves =
            tokio::spawn(async move { meta.set_email(&operator(), "root0", "root0@other.example", None).await });
        let meta = town.meta.clone();
        let lists = tokio::spawn(async move { meta.set_setting(&operator(), ALLOWED_DOMAINS, "people.example").await });
        let (moved, listed) = (moves.await.unwrap(), lists.await.unwrap());
        assert!(moved.is_ok() != listed.is_ok(), "{moved:?} {listed:?}");
        assert!(town.meta.snapshot().active_account("root0").is_some());
    }
}

#[tokio::test]
async fn roles_and_capabilities_are_given_together_or_not_at_all() {
    let town = Town::new(1).await;
    let (meta, caller) = (&town.meta, operator());
    let sites = town.add_sites(1).await;
    let on_site = check::<Admin>(&Principal::Operator, &Asked::All, &sites).unwrap();
    for login in ["ada", "grace"] {
        town.add(login, &format!("{login}@people.example"), false).await.unwrap();
    }
    let give = async |logins: &[&str], role: Option<Role>| {
        let logins: Vec<String> = logins.iter().map(|login| (*login).to_owned()).collect();
        let wish = RoleWish { capabilities: &["publish"], ..wish(&logins, role, None) };
        meta.set_roles(&on_site, &caller, &wish).await
    };
    let held = |login: &str| {
        let account = meta.snapshot().account(login).unwrap().clone();
        (account.roles.get(&sites[0]).copied(), account.capabilities.contains_key(&sites[0]))
    };
    assert!(refusal(give(&["ada", "root0"], Some(Role::View)).await).contains("superuser"));
    assert!(refusal(give(&["ada"], None).await).contains("needs a role"));
    assert_eq!(held("ada"), (None, false));
    give(&["ada", "grace"], Some(Role::View)).await.unwrap();
    for login in ["ada", "grace"] {
        assert_eq!(held(login), (Some(Role::View), true));
    }
    assert_eq!(kinds(meta).await.iter().filter(|kind| *kind == "capability.given").count(), 2);
}

#[tokio::test]
async fn one_act_sets_a_bounded_number_of_roles() {
    let town = Town::new(1).await;
    let sites = town.add_sites(1).await;
    let on_site = check::<Admin>(&Principal::Operator, &Asked::All, &sites).unwrap();
    town.add("ada", "ada@people.example", false).await.unwrap();
    let many = vec!["ada".to_owned(); ROLES_AT_ONCE_MAX + 1];
    let done = town.meta.set_roles(&on_site, &operator(), &wish(&many, Some(Role::View), None)).await;
    assert!(refusal(done).contains("more than 50000"));
    assert!(refusal(town.meta.role_changes(&on_site, &many, None)).contains("more than 50000"));
}

#[tokio::test]
async fn a_user_is_added_with_the_first_sites_or_not_at_all() {
    let town = Town::new(1).await;
    let meta = &town.meta;
    let sites = town.add_sites(1).await;
    let add = async |sites: &[SiteId]| {
        let on_sites = check::<Admin>(&Principal::Operator, &Asked::All, sites).unwrap();
        let (login, email) = ("ada".to_owned(), "ada@people.example".to_owned());
        let user = NewUser { login, email, password_hash: "none".into(), superuser: false };
        meta.add_viewer(&grant(), &on_sites, &operator(), user).await
    };
    // A site that is deleted meanwhile.
    add(&[sites[0], SiteId(99)]).await.unwrap_err();
    assert!(meta.snapshot().account("ada").is_none());
    add(&sites).await.unwrap();
    assert_eq!(meta.snapshot().account("ada").unwrap().roles.get(&sites[0]), Some(&Role::View));
    assert_eq!(kinds(meta).await[..2], ["role.set", "user.added"]);
}

#[tokio::test]
async fn promise_12_an_invited_address_changes_with_its_new_link_or_not_at_all() {
    let town = Town::new(1).await;
    let (meta, caller) = (&town.meta, operator());
    let sites = town.add_sites(1).await;
    let on_site = check::<Admin>(&Principal::Operator, &Asked::All, &sites).unwrap();
    let (email, secret, hash) = ("guest@people.example", "kingfisher", [1; 32]);
    let invite = Invite { login: "guest", email, expires_s: i64::MAX, secret, hash };
    meta.invite(&on_site, &caller, &invite, Role::View).await.unwrap();
    let shown = async |hash: [u8; 32]| meta.show_invitation(hash, 0).await.map(|found| found.email);
    let (refused, why) = until_refused(async |n| {
        let renewal = Renewal { secret, hash: [n as u8 + 2; 32], expires_s: i64::MAX };
        meta.set_email(&caller, "guest", &format!("guest{n}@people.example"), Some(&renewal)).await
    })
    .await;
    assert!(why.contains("within the hour"), "{why}");
    let last = format!("guest{}@people.example", refused - 1);
    assert_eq!(meta.snapshot().account("guest").unwrap().email, last, "not changed by what was refused");
    assert_eq!(shown([refused as u8 + 1; 32]).await.unwrap(), last);
    assert!(shown([1; 32]).await.is_err() && shown([refused as u8 + 2; 32]).await.is_err());
}
