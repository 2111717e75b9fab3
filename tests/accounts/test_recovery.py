"""What mailed links must not get around, what must not get into mails, and what times must not tell."""

import time

import pyotp

from harness.installation import ROLES, Case, allow_given_passwords
from support import MailServer

NEW = "nine lamps along the quay"
STEP_S = 30


class Recovery(Case):
    def serve(self, **options):
        server = super().serve(**options)
        self.mail = MailServer().start()
        self.addCleanup(self.mail.stop)
        self.mail.connect(server)
        return server

    def link(self, server, login, count=1):
        self.assertEqual(server.post_json("/api/v1/password-reset", {"login": login}).status, 204)
        # Of several mails the newest is the last.
        mails = self.mail.wait(f"{login}@people.example", "password", count)
        return mails[-1].link("/reset#").split("#", 1)[1]

    def test_promise_10_a_new_password_by_mail_leaves_the_second_factor(self):
        server = self.serve()
        cookie = self.cookie(server, "view")
        offer = server.post_json("/api/v1/methods/TwoFactorAuth.startTotp", {}, cookie).json()
        app = pyotp.TOTP(offer["secret"])
        # The code of the step before, so that the present one is left for the sign-in.
        done = server.post_json("/api/v1/methods/TwoFactorAuth.finishTotp", {"code": app.at(time.time() - STEP_S)}, cookie)
        self.assertEqual(done.status, 200, done.body)
        form = {"token": self.link(server, "view"), "password": NEW}
        finished = server.post_json("/api/v1/password-reset/finish", form)
        self.assertEqual((finished.status, "set-cookie" in finished.headers), (204, False))
        half = self.sign_in(server, "view", NEW)
        self.assertEqual((half.status, half.json()["state"]), (202, "factor"))
        cookie = {"Cookie": half.headers["set-cookie"].split(";")[0]}
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 401)
        whole = server.post_json("/api/v1/session/factor", {"code": app.now()}, cookie)
        self.assertEqual((whole.status, whole.json()["login"]), (200, "view"))

    def test_no_input_alters_the_head_of_a_mail_or_where_it_goes(self):
        server = self.serve()
        allow_given_passwords(server)
        hostile = ["a@b.example\r\nBcc: spy@evil.example", "a@b.example\nX-Made: 1", "a@b.example, spy@evil.example",
                   "<a@b.example> spy@evil.example", "a@b.example;spy@evil.example", "a b@c.example", "\"a\r\n\"@b.example",
                   "a@b.example\0", "a@b.example%0aBcc:spy@evil.example"]
        for number, address in enumerate(hostile):
            for method, more in (("addUser", {"password": NEW}), ("inviteUser", {"initialIdSite": 1})):
                answer = server.ask(f"UsersManager.{method}", userLogin=f"x{number}", email=address, **more)
                self.assertEqual(answer.json()["result"], "error", f"{method} {address!r}")
        status, said = server.cli("setting", "set", "CoreAdminHome.mailFromName", "Makoto\r\nBcc: spy@evil.example")
        self.assertIn(status, {0, 1}, said)
        self.link(server, "view")
        for mail in self.mail.mails:
            self.assertEqual(len(mail.to), 1)
            self.assertTrue(mail.to[0].endswith("@people.example"), mail.to)
            names = {name.lower() for name in mail.message.keys()}
            self.assertFalse(names & {"bcc", "cc", "x-made"}, names)


class Times(Case):
    def test_promise_15_wrong_passwords_take_as_long_for_logins_that_nobody_has(self):
        server = self.serve(trusted_proxies="127.0.0.1/32")
        times = {True: [], False: []}
        # Three tries of each login are free of delays, and each comes from a network of its own.
        for turn in range(3):
            for number, login in enumerate(ROLES):
                for known in (True, False):
                    address = f"198.{18 + known}.{turn * len(ROLES) + number}.1"
                    began = time.monotonic()
                    answer = self.sign_in(server, login if known else f"{login}x", "not the password at all",
                                          **{"X-Forwarded-For": address})
                    times[known].append(time.monotonic() - began)
                    self.assertEqual(answer.status, 401, answer.body)
        # Without a hash an answer would come a hundred times sooner. The shortest of twelve are compared, since a machine
        # under load only adds to them; how equal they are is proved beside nothing else.
        known, unknown = (min(times[which]) for which in (True, False))
        self.assertLess(abs(known - unknown), max(known, unknown) / 3, times)
