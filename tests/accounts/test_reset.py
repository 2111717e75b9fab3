"""New passwords by a mailed link."""

import json
import statistics
import time

from harness.installation import PASSWORD, Case
from harness.server import wait_for
from support import MailServer

NEW = "nine lamps along the quay"


class Reset(Case):
    def serve(self, **options):
        server = super().serve(trusted_proxies="127.0.0.1/32", **options)
        self.mail = MailServer().start()
        self.addCleanup(self.mail.stop)
        self.mail.connect(server)
        return server

    def ask(self, server, login, address="192.0.2.7"):
        return server.post_json("/api/v1/password-reset", {"login": login}, {"X-Forwarded-For": address})

    def finish(self, server, token, password=NEW, address="192.0.2.8"):
        form = {"token": token, "password": password}
        return server.post_json("/api/v1/password-reset/finish", form, {"X-Forwarded-For": address})

    def link(self, login="view", count=1):
        address = f"{login}@people.example"
        found = lambda: [mail for mail in self.mail.to(address) if "/reset#" in mail.text]  # noqa: E731
        mails = wait_for(lambda: found() if len(found()) >= count else None, 90, "a mail with a link")
        return mails[-1].link("/reset#").split("#", 1)[1]

    def test_promise_10_a_link_sets_a_password_once_and_ends_all_sessions(self):
        server = self.serve()
        cookie = self.cookie(server, "view")
        self.assertEqual(self.ask(server, "view").status, 204)
        token = self.link()
        # Whoever only follows the link changes nothing.
        server.request("GET", "/reset")
        self.assertEqual(self.finish(server, token, "short").status, 400)
        self.assertEqual(self.finish(server, token, "passwordpassword").status, 400)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 200)
        self.assertEqual(self.finish(server, token).status, 204)
        self.assertEqual(self.finish(server, token).status, 403)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 401)
        self.assertEqual(self.sign_in(server, "view", PASSWORD).status, 401)
        self.assertEqual(self.sign_in(server, "view", NEW).status, 200)
        for path in filter(lambda path: path.is_file(), server.data_dir.rglob("*")):
            self.assertNotIn(token.encode(), path.read_bytes(), path.name)

    def test_promise_10_a_newer_link_or_a_sign_in_ends_a_link(self):
        server = self.serve()
        self.ask(server, "view@people.example")
        first = self.link()
        self.ask(server, "view")
        second = self.link(count=2)
        self.assertNotEqual(first, second)
        self.assertEqual(self.finish(server, first).status, 403)
        self.assertEqual(self.sign_in(server, "view").status, 200)
        self.assertEqual(self.finish(server, second).status, 403)

    def test_promise_10_nobody_learns_who_exists(self):
        server = self.serve()
        seen, times_s = [], {"view": [], "nobody": []}
        for n in range(12):
            for login, times in times_s.items():
                began = time.monotonic()
                answer = self.ask(server, login, f"192.0.{n}.{len(login)}")
                times.append(time.monotonic() - began)
                headers = {k: v for k, v in answer.headers.items() if k not in ("date", "x-request-id")}
                seen.append((answer.status, answer.body, tuple(sorted(headers.items()))))
        self.assertEqual(len(set(seen)), 1, set(seen))
        # The answer leaves before anything is looked up; make proof measures it exactly.
        medians = sorted(statistics.median(times) for times in times_s.values())
        self.assertLess(medians[1] - medians[0], 0.05)
        asked = wait_for(lambda: server.call("ActivityLog.getEntries", filterByActivityType="password.reset_asked"),
                         30, "a line of the record")
        self.assertEqual({line["subject"] for line in asked}, {"view"})
        self.mail.wait("view@people.example", "new password", count=3)
        self.mail.stays("view@people.example", 3, "new password")
        self.assertEqual(self.mail.to("nobody@people.example"), [])

    def test_promise_10_wrong_links_block_their_sender(self):
        server = self.serve()
        statuses = [self.finish(server, f"{n:043}", address="203.0.113.5").status for n in range(21)]
        self.assertEqual(statuses, [403] * 20 + [429])
        self.assertEqual(self.finish(server, "x", address="198.51.100.5").status, 403)

    def test_promise_11_a_superuser_sends_a_link_and_sets_no_password(self):
        server = self.serve()
        refused = server.ask("UsersManager.sendPasswordReset", userLogin="view")
        self.assertEqual(refused.status, 403)
        server.call("UsersManager.sendPasswordReset", userLogin="view", passwordConfirmation=PASSWORD)
        self.assertEqual(self.finish(server, self.link()).status, 204)
        refused = server.ask("UsersManager.updateUser", userLogin="view", password="an entirely different password",
                             passwordConfirmation=PASSWORD)
        self.assertEqual(refused.json()["result"], "error")
        self.assertEqual(self.sign_in(server, "view", NEW).status, 200)

    def test_promise_11_nobody_is_added_with_a_password_unless_that_is_set(self):
        server = self.serve()
        new = {"userLogin": "new", "email": "new@people.example", "password": "an entirely different password",
               "passwordConfirmation": PASSWORD}

        def refused():
            by_matomo = server.ask("UsersManager.addUser", **new)
            by_ours = server.post_json("/api/v1/methods/UsersManager.addUser", new, self.cookie(server))
            for answer, message in ((by_matomo, by_matomo.json()["message"]), (by_ours, by_ours.json()["error"]["message"])):
                self.assertEqual(answer.status, 400 if answer is by_ours else 200, answer.body)
                self.assertIn("UsersManager.inviteUser", message)
                self.assertIn("UsersManager.legacy_admin_password_set", message)
            self.assertFalse(server.call("UsersManager.userExists", userLogin="new")["value"])

        refused()
        wish = {"settingValues": json.dumps({"UsersManager.legacy_admin_password_set": "1"})}
        bare = server.ask("CorePluginsAdmin.setSystemSettings", **wish)
        self.assertEqual(bare.status, 403, "it needs fresh proof")
        refused()
        server.call("CorePluginsAdmin.setSystemSettings", passwordConfirmation=PASSWORD, **wish)
        line = server.call("ActivityLog.getEntries", filterByActivityType="setting.security_set", limit=1)[0]
        self.assertEqual((line["detail"]["after"], "legacy_admin_password_set" in json.dumps(line["detail"])), ("1", True), line)
        self.mail.wait_one("root@people.example", "security setting")
        self.assertEqual(server.call("UsersManager.addUser", **new)["result"], "success")
        self.assertEqual(self.sign_in(server, "new", new["password"]).status, 200)
        # Who is there already is given none even so.
        again = server.ask("UsersManager.updateUser", **{**new, "password": "nine lamps along the quay"})
        self.assertEqual(again.json()["result"], "error")
        self.assertEqual(server.cli("setting", "set", "UsersManager.legacy_admin_password_set", "0")[0], 0)
        self.assertIn("inviteUser", server.ask("UsersManager.addUser", **{**new, "userLogin": "other", "email": "o@people.example"}).text)
