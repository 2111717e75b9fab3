"""Users as superusers and admins manage them: lists, states, roles, superusers, domains, and accounts that nobody uses."""

import contextlib
import json
import sqlite3
import threading
import time

from harness.installation import PASSWORD, Case, allow_given_passwords
from harness.server import wait_for

DAY_S = 24 * 60 * 60


def database(server):
    return contextlib.closing(sqlite3.connect(server.data_dir / "meta.db"))


class Users(Case):
    def act(self, server, method, **params):
        """A call with proof of who calls."""
        return server.call(method, passwordConfirmation=PASSWORD, **params)

    def refused(self, server, method, words, token=None, **params):
        answer = server.ask(method, token=token, passwordConfirmation=PASSWORD, **params)
        self.assertTrue(answer.status >= 400 or answer.json().get("result") == "error", answer.body)
        self.assertIn(words, answer.text)
        return answer

    def add(self, server, login, role=None, site=1):
        words = ("--login", login, "--email", f"{login}@people.example", "--password-stdin")
        self.assertEqual(server.cli("user", "create", *words, stdin=PASSWORD)[0], 0)
        if role:
            server.call("UsersManager.setUserAccess", userLogin=login, access=role, idSites=site)

    def session(self, server, cookie):
        return server.request("GET", "/api/v1/session", headers=cookie).status

    def kinds(self, server, kind):
        return server.call("ActivityLog.getEntries", limit=-1, filterByActivityType=kind)


class States(Users):
    def test_a_suspended_user_is_out_at_once_and_back_with_everything(self):
        server = self.serve()
        cookie, token = self.cookie(server, "write"), self.token("write")
        self.assertEqual(self.session(server, cookie), 200)
        self.act(server, "UsersManager.suspendUser", userLogin="write")
        began = time.monotonic()
        self.assertEqual(self.session(server, cookie), 401)
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual(server.ask("API.getMatomoVersion", token=token).status, 401)
        known, unknown = self.sign_in(server, "write"), self.sign_in(server, "nobody")
        self.assertEqual((known.status, known.body), (unknown.status, unknown.body))
        self.assertEqual(known.status, 401)
        self.act(server, "UsersManager.reactivateUser", userLogin="write")
        self.assertEqual(self.session(server, cookie), 401, "sessions do not come back")
        self.assertEqual(server.ask("API.getMatomoVersion", token=token).status, 200)
        self.assertEqual(self.sign_in(server, "write").status, 200)
        self.assertEqual(server.call("UsersManager.getUsersAccessFromSite", idSite=1)["write"], "write")

    def test_promise_21_a_lowered_role_ends_the_session_within_a_second(self):
        server = self.serve()
        cookie = self.cookie(server, "admin")
        server.call("UsersManager.setUserAccess", userLogin="admin", access="view", idSites=1)
        began = time.monotonic()
        self.assertEqual(self.session(server, cookie), 401)
        self.assertLess(time.monotonic() - began, 1)

    def test_a_superuser_ends_the_sessions_of_a_user(self):
        server = self.serve()
        cookies = [self.cookie(server, "view") for _ in range(2)]
        self.act(server, "UsersManager.logoutUser", userLogin="view")
        self.assertEqual([self.session(server, cookie) for cookie in cookies], [401, 401])
        self.assertEqual(self.kinds(server, "user.signed_out")[0]["subject"], "view")


class Lists(Users):
    def rows(self, server, token=None, **params):
        answer = server.ask("UsersManager.getUsersPlusRole", token=token, idSite=1, **params)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def logins(self, server, **params):
        return [row["login"] for row in self.rows(server, **params)]

    def test_filters_by_role_text_status_and_last_seen(self):
        server = self.serve()
        self.assertEqual(self.logins(server), ["admin", "none", "root", "view", "write"])
        for access, wanted in [("noaccess", ["none"]), ("view", ["view"]), ("admin", ["admin"]), ("superuser", ["root"]),
                               ("some", ["admin", "root", "view", "write"]),
                               ("tagmanager_write", ["admin", "root", "write"])]:
            with self.subTest(access):
                self.assertEqual(self.logins(server, filter_access=access), wanted)
        self.assertEqual(self.logins(server, filter_search="WRITE@people"), ["write"])
        self.assertEqual(self.logins(server, limit=2, offset=1), ["none", "root"])
        page = server.ask("UsersManager.getUsersPlusRole", idSite=1, limit=2, filter_access="some")
        self.assertEqual((len(page.json()), page.headers["x-matomo-total-results"]), (2, "4"))
        self.assertEqual(server.call("UsersManager.getUserCount", idSite=1, filter_access="some"), {"value": 4})
        self.act(server, "UsersManager.suspendUser", userLogin="view")
        self.assertEqual(self.logins(server, filter_status="suspended"), ["view"])
        self.assertNotIn("view", self.logins(server, filter_status="active"))
        self.assertIn("write", self.logins(server, filter_seen="never"))
        self.cookie(server, "write")
        self.assertNotIn("write", self.logins(server, filter_seen="never"))
        self.assertEqual(self.logins(server, filter_factor="with"), [])

    def test_admins_see_who_shares_a_site_and_little_of_them(self):
        server = self.serve()
        self.add(server, "far", "view", site=2)
        rows = {row["login"]: row for row in self.rows(server, token=self.token("admin"))}
        self.assertEqual(sorted(rows), ["admin", "root", "view", "write"])
        self.assertEqual(rows["view"]["email"], "")
        self.assertEqual((rows["admin"]["email"], rows["root"]["email"]),
                         ("admin@people.example", "root@people.example"))
        for hidden in ("last_seen", "uses_2fa"):
            self.assertNotIn(hidden, rows["view"])
        by_mail = self.rows(server, token=self.token("admin"), filter_search="people.example")
        self.assertEqual([row["login"] for row in by_mail], ["root"], "a hidden address is not found by searching")
        self.assertEqual(server.ask("UsersManager.getUsersPlusRole", token=self.token("view"), idSite=1).status, 401)
        self.assertEqual(server.ask("UsersManager.getUsersPlusRole", token=self.token("admin"), idSite=2).status, 401)

    def test_last_seen_is_kept_by_session_and_token(self):
        server = self.serve()
        seen = lambda: server.call("UsersManager.getUser", userLogin="view")["last_seen"]
        self.assertIsNone(seen())
        server.ask("API.getMatomoVersion", token=self.token("view"))
        self.assertTrue(seen())


class Roles(Users):
    def test_capabilities_are_given_beside_a_role_and_go_with_it(self):
        server = self.serve()
        mine = lambda: {row["login"]: row["capabilities"] for row in
                        server.call("UsersManager.getUsersPlusRole", idSite=1)}["view"]
        self.assertEqual(mine(), [])
        server.call("UsersManager.addCapabilities", userLogin="view", capabilities="tagmanager_write", idSites=1)
        self.assertEqual(mine(), ["tagmanager_write"])
        self.refused(server, "UsersManager.addCapabilities", "role on the site first", userLogin="none",
                     capabilities="tagmanager_write", idSites=1)
        self.refused(server, "UsersManager.addCapabilities", "no role or capability", userLogin="view",
                     capabilities="fly", idSites=1)
        server.call("UsersManager.removeCapabilities", userLogin="view", capabilities="tagmanager_write", idSites=1)
        self.assertEqual(mine(), [])
        form = {"userLogin": "view", "access[0]": "view", "access[1]": "tagmanager_publish_live_container", "idSites": 1}
        server.call("UsersManager.setUserAccess", **form)
        self.assertEqual(mine(), ["tagmanager_publish_live_container"])
        server.call("UsersManager.setUserAccess", userLogin="view", access="noaccess", idSites=1)
        server.call("UsersManager.setUserAccess", userLogin="view", access="view", idSites=1)
        self.assertEqual(mine(), [], "what was taken with the role does not come back with it")

    def test_access_to_all_sites_and_several_users_at_once(self):
        server = self.serve()
        server.call("UsersManager.setUserAccess", userLogin="view", access="write", idSites="all")
        rows = server.call("UsersManager.getSitesAccessFromUser", userLogin="view")
        self.assertEqual([(row["site"], row["access"]) for row in rows], [(1, "write"), (2, "write")])
        self.assertEqual(self.kinds(server, "role.set_everywhere")[0]["subject"], "view")
        many = {"userLogin[0]": "view", "userLogin[1]": "write", "access": "view", "idSites[0]": 1, "idSites[1]": 2}
        server.call("UsersManager.setUserAccess", **many)
        self.assertEqual(server.call("UsersManager.getUsersWithSiteAccess", idSite=2, access="view"), ["view", "write"])

    def test_nobody_gets_rights_who_is_not_signed_in(self):
        server = self.serve()
        allow_given_passwords(server)
        for login in ["anonymous", "Anonymous", " anonymous", "anonymous ", "anonymous\u200b", "ａnonymous"]:
            with self.subTest(login):
                # What Matomo's scripts do to show a site to everybody is an act of public reports here.
                self.refused(server, "UsersManager.setUserAccess", "public reports are off", userLogin=login,
                             access="view", idSites=1)
                for method, params in [
                    ("addCapabilities", {"capabilities": "tagmanager_write", "idSites": 1}),
                    ("setSuperUserAccess", {"hasSuperUserAccess": 1}),
                    ("inviteUser", {"email": "a@people.example", "initialIdSite": 1}),
                    ("addUser", {"email": "a@people.example", "password": PASSWORD}),
                    ("setBulk", {"access": "view", "idSites": 1, "previewHash": "x"}),
                ]:
                    self.refused(server, f"UsersManager.{method}", "nobody", userLogin=login, **params)
        list_with_others = {"userLogin[0]": "view", "userLogin[1]": "anonymous", "access": "write", "idSites": 1}
        self.refused(server, "UsersManager.setUserAccess", "name anonymous alone", **list_with_others)
        self.assertEqual(server.call("UsersManager.getUsersAccessFromSite", idSite=1)["view"], "view")

    def test_a_bulk_does_what_its_preview_showed_or_nothing(self):
        server = self.serve()
        wish = {"userLogin[0]": "none", "userLogin[1]": "view", "userLogin[2]": "root", "access": "write", "idSites": "1,2"}
        shown = server.call("UsersManager.previewBulk", **wish)
        changes = [(row["login"], row["idsite"], row["before"], row["after"]) for row in shown["changes"]]
        self.assertEqual(changes, [("none", 1, "noaccess", "write"), ("none", 2, "noaccess", "write"),
                                   ("view", 1, "view", "write"), ("view", 2, "noaccess", "write")])
        self.assertEqual((shown["count"], shown["superusers"]), (4, ["root"]))
        server.call("UsersManager.setUserAccess", userLogin="view", access="admin", idSites=2)
        self.refused(server, "UsersManager.setBulk", "preview", **wish, previewHash=shown["hash"])
        self.assertNotIn("none", server.call("UsersManager.getUsersAccessFromSite", idSite=1))
        again = server.call("UsersManager.previewBulk", **wish)
        self.assertNotEqual(again["hash"], shown["hash"])
        self.assertEqual(self.act(server, "UsersManager.setBulk", **wish, previewHash=again["hash"])["count"], 4)
        self.assertEqual(server.call("UsersManager.getUsersAccessFromSite", idSite=2), {"none": "write", "view": "write"})
        self.assertEqual(server.ask("UsersManager.setBulk", **wish, previewHash=again["hash"]).status, 403, "needs proof")

    def test_a_new_user_may_view_first_sites(self):
        server = self.serve()
        allow_given_passwords(server)
        new = {"userLogin": "new", "email": "new@people.example", "password": PASSWORD}
        self.refused(server, "UsersManager.addUser", "site 99", **new, initialIdSite="1,99")
        server.call("UsersManager.addUser", **new, initialIdSite="1,2")
        rows = server.call("UsersManager.getSitesAccessFromUser", userLogin="new")
        self.assertEqual([(row["site"], row["access"]) for row in rows], [(1, "view"), (2, "view")])

    def test_an_admin_changes_roles_on_own_sites_alone(self):
        server = self.serve()
        self.refused(server, "UsersManager.setUserAccess", "admin access for the site 2", token=self.token("admin"),
                     userLogin="view", access="write", idSites="1,2")
        self.assertEqual(server.call("UsersManager.getUsersAccessFromSite", idSite=1)["view"], "view")

    def test_promise_09_a_provisioning_token_adds_users_and_roles_and_every_act_is_told(self):
        server = self.serve()
        allow_given_passwords(server)
        server.call("UsersManager.addUser", userLogin="new", email="new@people.example", password=PASSWORD)
        server.call("UsersManager.setUserAccess", userLogin="new", access="write", idSites=1)
        acts = [line["detail"]["act"] for line in self.kinds(server, "token.provisioned")]
        self.assertEqual(acts[:2], ["role.set", "user.added"])
        with database(server) as meta:
            told = meta.execute("SELECT count(*) FROM mail WHERE login = 'root' AND once_key = '' AND state <> 'held'")
            self.assertGreaterEqual(told.fetchone()[0], 2, "each act is mailed, no matter how soon after another")
        for method, params in [("setSuperUserAccess", {"hasSuperUserAccess": 1}), ("deleteUser", {}), ("suspendUser", {}),
                               ("updateUser", {"email": "x@people.example"}),
                               ("setBulk", {"access": "view", "idSites": 1, "previewHash": "x"})]:
            with self.subTest(method):
                answer = server.post_json(f"/api/v1/methods/UsersManager.{method}", {"userLogin": "new", **params},
                                          {"Authorization": f"Bearer {server.token}"})
                self.assertEqual((answer.status, answer.json()["error"]["code"]), (403, "reauth_required"))
        self.refused(server, "UsersManager.setSuperUserAccess", "provisioning", userLogin="new", hasSuperUserAccess=1)


class Superusers(Users):
    def call(self, server, cookie, method, **params):
        return server.post_json(f"/api/v1/methods/UsersManager.{method}", params, cookie)

    def test_promise_09_fifty_parallel_revocations_leave_one(self):
        server = self.serve()
        cookie = self.cookie(server)
        logins = [f"super{n}" for n in range(9)]
        for login in logins:
            self.add(server, login)
            answer = self.call(server, cookie, "setSuperUserAccess", userLogin=login, hasSuperUserAccess="1")
            self.assertEqual(answer.status, 200, answer.body)
        cookies = [self.cookie(server, login) for login in logins]
        done = []

        def revoke(n):
            target = [*logins, "root"][n % 10]
            done.append(self.call(server, cookies[n % 9], "setSuperUserAccess", userLogin=target, hasSuperUserAccess="0"))

        threads = [threading.Thread(target=revoke, args=(n,)) for n in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with database(server) as meta:
            left = meta.execute("SELECT count(*) FROM user WHERE superuser = 1").fetchone()[0]
        self.assertGreaterEqual(left, 1)
        # 401: who asked lost the right while the call waited.
        self.assertTrue(all(answer.status in (200, 400, 401, 403) for answer in done), [a.status for a in done])

    def test_granting_and_revoking_is_told_to_all_and_ends_sessions(self):
        server = self.serve()
        cookie, other = self.cookie(server), self.cookie(server, "write")
        answer = self.call(server, cookie, "setSuperUserAccess", userLogin="write", hasSuperUserAccess="1")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.session(server, other), 401)
        other = self.cookie(server, "write")
        self.assertEqual([row["login"] for row in server.call("UsersManager.getSuperusers")], ["root", "write"])
        answer = self.call(server, other, "setSuperUserAccess", userLogin="root", hasSuperUserAccess="0")
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.session(server, cookie), 401)
        last = self.call(server, other, "setSuperUserAccess", userLogin="write", hasSuperUserAccess="0")
        self.assertIn("only superuser", last.text)
        with database(server) as meta:
            mails = meta.execute("SELECT login, once_key FROM mail WHERE once_key LIKE 'superuser.%'").fetchall()
        keys = {key.split(":")[0] for _, key in mails}
        self.assertEqual(keys, {"superuser.granted", "superuser.revoked", "superuser.kept"})
        granted = {login for login, key in mails if key.startswith("superuser.granted:write:")}
        self.assertEqual(granted, {"root", "write"})


class Addresses(Users):
    def test_promise_16_both_addresses_are_told_of_a_change(self):
        server = self.serve()
        self.act(server, "UsersManager.updateUser", userLogin="view", email="new@people.example")
        with database(server) as meta:
            told = {row[0] for row in meta.execute("SELECT address FROM mail WHERE login = 'view'")}
        self.assertLessEqual({"view@people.example", "new@people.example"}, told)
        line = self.kinds(server, "user.email_changed")[0]["detail"]
        self.assertEqual((line["before"], line["after"]), ("view@people.example", "new@people.example"))

    def test_one_changes_the_own_address_and_nobody_elses(self):
        server = self.serve()
        token = self.token("view")
        answer = server.ask("UsersManager.updateUser", token=token, userLogin="view", email="a@people.example")
        self.assertEqual(answer.status, 403)
        own = server.ask("UsersManager.updateUser", token=token, userLogin="view", email="a@people.example",
                         passwordConfirmation=PASSWORD)
        self.assertEqual(own.json()["result"], "success")
        self.refused(server, "UsersManager.updateUser", "superuser", token=token, userLogin="write", email="b@people.example")
        self.refused(server, "UsersManager.updateUser", "in use", token=token, userLogin="view", email="root@people.example")
        self.refused(server, "UsersManager.updateUser", "nobody sets the password", userLogin="write", password=PASSWORD,
                     email="write@people.example")

    def test_promise_13_domains_hold_for_new_users_changes_and_sign_in(self):
        server = self.serve()
        self.add(server, "kept")
        self.act(server, "UsersManager.updateUser", userLogin="kept", email="kept@good.example")
        cookie, token = self.cookie(server, "view"), self.token("view")
        impact = server.call("UsersManager.getDomainImpact", domains="good.example")
        self.assertEqual(impact["superusers_left"], 0)
        self.assertEqual(sorted(row["login"] for row in impact["barred"]), ["admin", "none", "root", "view", "write"])
        self.assertEqual(impact["used"], {"good.example": 1, "people.example": 5})
        status, said = server.cli("setting", "set", "UsersManager.allowedEmailDomains", "good.example")
        self.assertNotEqual(status, 0)
        self.assertIn("no superuser", said)
        self.act(server, "UsersManager.updateUser", userLogin="root", email="root@good.example")
        status, said = server.cli("setting", "set", "UsersManager.allowedEmailDomains", "@GOOD.example")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.session(server, cookie), 401, "whoever is barred is out at once")
        self.assertEqual(server.ask("API.getMatomoVersion", token=token).status, 401)
        self.assertEqual(self.sign_in(server, "view").status, 401)
        self.assertEqual([self.sign_in(server, login).status for login in ("kept", "root")], [200, 200])
        for wrong in ["a@good.example.evil.io", "a@sub.good.example", '"x@good.example"@evil.io', "a@good。example",
                      "a@people.example", "a@ｇood.example"]:
            with self.subTest(wrong):
                for method in ("addUser", "inviteUser"):
                    self.refused(server, f"UsersManager.{method}", "", userLogin="fresh", email=wrong, password=PASSWORD,
                                 initialIdSite=1)
                self.refused(server, "UsersManager.updateUser", "", userLogin="kept", email=wrong)
        self.assertFalse(server.call("UsersManager.userExists", userLogin="fresh")["value"])


class Unused(Users):
    def age(self, server, login, days):
        with database(server) as meta:
            moment = int(time.time()) - days * DAY_S
            meta.execute("UPDATE user SET last_seen_s = ?, created_s = ? WHERE login = ?", (moment, moment, login))
            meta.commit()

    def reports(self, server):
        with database(server) as meta:
            return meta.execute("SELECT count(*) FROM mail WHERE kind = 'inactive_accounts'").fetchone()[0]

    def last_month(self, server):
        """As if no server had run since the month before."""
        with database(server) as meta:
            meta.execute("UPDATE job SET period = period - 1, lease_until_s = 0 WHERE name = 'inactive-accounts'")
            meta.commit()

    def test_promise_18_idle_accounts_are_reported_once_after_any_standstill(self):
        server = self.serve()
        wait_for(lambda: self.jobs(server), 20, "the jobs ran at the start")
        self.age(server, "view", 200)
        self.age(server, "root", 1)
        before = self.reports(server)
        for wanted in (before + 1, before + 1):
            server.stop()
            if wanted == before + 1 and self.reports(server) == before:
                self.last_month(server)
            server.start()
            wait_for(lambda: self.reports(server) >= wanted, 20, "the mail after the standstill")
            time.sleep(1)
            self.assertEqual(self.reports(server), before + 1)
        listed = server.call("UsersManager.getInactive", filter_kind="inactive")
        self.assertEqual([row["login"] for row in listed], ["view"])
        self.assertEqual(self.kinds(server, "inactive.reported")[0]["detail"]["inactive"], 1)

    def jobs(self, server):
        with database(server) as meta:
            return meta.execute("SELECT period FROM job WHERE name = 'inactive-accounts'").fetchone()

    def test_promise_18_those_who_are_idle_are_suspended_where_it_is_wished_but_the_last_superuser_never(self):
        server = self.serve()
        wait_for(lambda: self.jobs(server), 20, "the jobs ran at the start")
        status, said = server.cli("setting", "set", "UsersManager.autoSuspendInactive", "1")
        self.assertEqual(status, 0, said)
        server.stop()
        for login in ("root", "view", "write"):
            self.age(server, login, 200)
        self.age(server, "write", 10)
        self.last_month(server)
        before = self.reports(server)
        server.start()
        wait_for(lambda: self.reports(server) > before, 20, "the mail")
        with database(server) as meta:
            states = dict(meta.execute("SELECT login, state FROM user"))
        self.assertEqual((states["root"], states["view"], states["write"]), ("active", "suspended", "active"))

    def test_the_days_of_the_setting_are_bounded(self):
        server = self.serve()
        for days, fine in [("29", False), ("30", True), ("365", True), ("366", False)]:
            status, _ = server.cli("setting", "set", "UsersManager.inactiveDays", days)
            self.assertEqual(status == 0, fine, days)

    def test_never_used_accounts_and_unused_tokens_are_listed(self):
        server = self.serve()
        with database(server) as meta:
            meta.execute("UPDATE user SET last_seen_s = NULL, created_s = created_s - ? WHERE login = 'none'", (60 * DAY_S,))
            meta.execute("UPDATE token SET created_s = created_s - ?, last_used_s = NULL WHERE login = 'none'", (400 * DAY_S,))
            meta.commit()
        rows = server.call("UsersManager.getInactive")
        self.assertEqual([(row["kind"], row["login"]) for row in rows], [("never_used", "none"), ("tokens", "none")])
