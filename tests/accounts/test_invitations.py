"""From an invitation to a user who is signed in."""

import contextlib
import re
import sqlite3
import threading
import time

from harness.installation import PASSWORD, Case
from harness.server import wait_for

from support import MailServer

DAY_S = 24 * 60 * 60
OWN_PASSWORD = "eleven herons over the bridge"


class Invitations(Case):
    def serve_with_mail(self, **options):
        server = self.serve(**options)
        mail = MailServer().start()
        self.addCleanup(mail.stop)
        mail.connect(server)
        return server, mail

    def invite(self, server, login="guest", token=None, **params):
        wish = {"userLogin": login, "email": f"{login}@people.example", "initialIdSite": 1, **params}
        return server.ask("UsersManager.inviteUser", token=token, **wish)

    def link(self, server, login="guest"):
        made = server.call("UsersManager.generateInviteLink", userLogin=login, passwordConfirmation=PASSWORD)
        return made["value"].partition("#")[2]

    def post(self, server, act, **fields):
        return server.post_json(f"/api/v1/invitation/{act}", fields)

    def later(self, server, seconds):
        """As if this much time had passed since the invitation."""
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db")) as meta:
            meta.execute("UPDATE invitation SET expires_s = expires_s - ?, sent_s = sent_s - ?", (seconds, seconds))
            meta.commit()

    def test_promise_12_by_mail_from_the_invitation_to_the_first_session(self):
        server, mail = self.serve_with_mail()
        self.assertEqual(self.invite(server).json()["result"], "success")
        sent = mail.wait_one("guest@people.example")
        secret = sent.link("/invitation#").partition("#")[2]
        self.assertRegex(secret, r"^[0-9A-Za-z]{43}$")
        self.assertEqual(self.sign_in(server, "guest", "").status, 401)
        self.assertEqual(self.sign_in(server, "guest", OWN_PASSWORD).status, 401)
        shown = self.post(server, "show", token=secret).json()
        self.assertEqual((shown["login"], shown["email"], shown["inviter"]), ("guest", "guest@people.example", "root"))
        hours = (shown["expires_s"] - time.time()) / 3600
        self.assertTrue(71.9 < hours <= 72, hours)
        weak = self.post(server, "accept", token=secret, password="guest")
        self.assertEqual((weak.status, weak.json()["error"]["code"]), (400, "refused"))
        done = self.post(server, "accept", token=secret, password=OWN_PASSWORD)
        self.assertEqual(done.status, 200, done.body)
        self.assertEqual((done.json()["login"], [site["idsite"] for site in done.json()["sites"]]), ("guest", [1]))
        self.assertEqual(self.sign_in(server, "guest", OWN_PASSWORD).status, 200)
        again = self.post(server, "accept", token=secret, password=OWN_PASSWORD)
        self.assertEqual((again.status, again.json()["error"]["code"]), (403, "wrong_link"))
        mail.wait_one("root@people.example", "guest")

    def test_promise_12_opening_a_link_consumes_nothing(self):
        server = self.serve()
        self.invite(server)
        secret = self.link(server)
        for path in ("/invitation", "/api/v1/invitation/show", "/api/v1/invitation/accept", "/api/v1/invitation/decline"):
            for method in ("GET", "HEAD"):
                server.request(method, f"{path}?token={secret}")
        for _ in range(3):
            self.assertEqual(self.post(server, "show", token=secret).status, 200)
        self.assertEqual(self.post(server, "accept", token=secret, password=OWN_PASSWORD).status, 200)

    def test_promise_12_of_many_who_accept_at_once_one_does(self):
        server = self.serve()
        self.invite(server)
        secret, statuses = self.link(server), []

        def accept(n):
            statuses.append(self.post(server, "accept", token=secret, password=f"{OWN_PASSWORD} {n}").status)

        threads = [threading.Thread(target=accept, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(statuses.count(200), 1, statuses)

    def test_promise_12_no_secret_is_in_the_store(self):
        server = self.serve()
        self.invite(server)
        secret = self.link(server)
        held = b"".join(path.read_bytes() for path in server.data_dir.glob("meta.db*"))
        self.assertNotIn(secret.encode(), held)
        self.assertNotIn(secret, server.log_text())

    def test_promise_12_both_links_end_and_new_ones_replace_old_ones(self):
        server = self.serve()
        self.invite(server)
        old = self.link(server)
        new = self.link(server)
        self.assertEqual((self.post(server, "show", token=old).status, self.post(server, "show", token=new).status), (403, 200))
        self.later(server, 72 * 3600 + 60)
        expired = self.post(server, "accept", token=new, password=OWN_PASSWORD)
        self.assertEqual((expired.status, expired.json()["error"]["code"]), (403, "wrong_link"))
        server.call("UsersManager.resendInvite", userLogin="guest", expiryInDays=7)
        self.assertEqual(self.post(server, "show", token=new).status, 200, "both links share the end")
        for days in ("0", "8", "x"):
            answer = server.ask("UsersManager.resendInvite", userLogin="guest", expiryInDays=days)
            self.assertEqual(answer.json()["result"], "error", days)

    def test_promise_12_a_changed_address_voids_what_was_mailed_to_the_one_before(self):
        server, mail = self.serve_with_mail()
        self.invite(server)
        wrong = mail.wait_one("guest@people.example").link("/invitation#").partition("#")[2]
        copied = self.link(server)
        server.call("UsersManager.updateUser", userLogin="guest", email="right@people.example",
                    passwordConfirmation=PASSWORD)
        for secret in (wrong, copied):
            self.assertEqual(self.post(server, "accept", token=secret, password=OWN_PASSWORD).status, 403)
        sent = next(one for one in mail.wait("right@people.example", count=2) if "/invitation#" in one.text)
        right = sent.link("/invitation#").partition("#")[2]
        self.assertEqual(self.post(server, "accept", token=right, password=OWN_PASSWORD).status, 200)

    def test_promise_12_whoever_declines_is_forgotten_and_not_signed_in(self):
        server, mail = self.serve_with_mail()
        self.invite(server)
        secret = self.link(server)
        answer = self.post(server, "decline", token=secret)
        self.assertEqual((answer.status, "set-cookie" in answer.headers), (204, False))
        self.assertFalse(server.call("UsersManager.userExists", userLogin="guest")["value"])
        self.assertEqual(self.post(server, "show", token=secret).status, 403)
        mail.wait_one("root@people.example", "guest")

    def test_promise_12_the_domain_must_be_allowed_when_the_invitation_is_accepted(self):
        server = self.serve()
        self.invite(server, email="guest@partner.example")
        secret = self.link(server)
        status, said = server.cli("setting", "set", "UsersManager.allowedEmailDomains", "people.example")
        self.assertEqual(status, 0, said)
        answer = self.post(server, "accept", token=secret, password=OWN_PASSWORD)
        self.assertEqual(answer.status, 400, answer.body)
        self.assertIn("partner.example", answer.text)
        self.assertEqual(self.sign_in(server, "guest", OWN_PASSWORD).status, 401)

    def test_promise_12_expired_invitations_go_after_three_days(self):
        server = self.serve()
        self.invite(server)
        status = lambda: {row["login"]: row["invite_status"] for row in server.call("UsersManager.getUsers")}.get("guest")
        self.assertEqual(status(), 3)
        self.later(server, 5 * DAY_S)
        self.assertEqual(status(), "expired")
        server.stop()
        self.later(server, 2 * DAY_S)
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db")) as meta:
            meta.execute("UPDATE job SET period = period - 1, lease_until_s = 0 WHERE name = 'expired-invitations'")
            meta.commit()
        server.start()
        wait_for(lambda: status() is None, 20, "the expired invitation is gone")

    def test_promise_12_wrong_links_read_the_same(self):
        server = self.serve()
        self.invite(server)
        used = self.link(server)
        self.post(server, "decline", token=used)
        answers = {(answer.status, answer.body) for answer in
                   (self.post(server, "show", token=token) for token in (used, "A" * 43, "", "x" * 5000))}
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(answers.pop()[0], 403)

    def test_admins_invite_to_their_sites_and_care_for_their_own_invitations(self):
        server = self.serve()
        session = self.cookie(server, "admin")

        def act(method, **params):
            return server.post_json(f"/api/v1/methods/UsersManager.{method}", params, session)

        wish = {"email": "guest@people.example", "userLogin": "guest"}
        self.assertEqual(act("inviteUser", **wish, initialIdSite="2").status, 403)
        self.assertEqual(act("inviteUser", **wish, initialIdSite="1", access="write").status, 200)
        self.assertEqual(act("resendInvite", userLogin="guest").status, 200)
        self.invite(server, "other")
        for method in ("resendInvite", "generateInviteLink", "revokeInvitation"):
            self.assertEqual(act(method, userLogin="other").status, 404, method)
        self.assertEqual(act("revokeInvitation", userLogin="guest").status, 200)
        self.assertFalse(server.call("UsersManager.userExists", userLogin="guest")["value"])

    def test_a_login_or_address_in_use_is_not_invited(self):
        server = self.serve()
        self.assertIn("in use", self.invite(server, "view").text)
        self.assertIn("in use", self.invite(server, "fresh", email="view@people.example").text)
        self.assertTrue(re.search("reserved|nobody", self.invite(server, "operator").text))
