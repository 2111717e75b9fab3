"""Acts that need a security key, a clock that has gone on, another country or a place that takes nothing."""

import json
import time

from acts import Acts, performs
from harness.installation import PASSWORD
from harness.passkey import Key
from harness.server import free_port, wait_for
from harness.webhook import Webhook

WRONG = "a wrong password, and long"
# A password of Matomo's as it stores it: bcrypt of MD5.
OLD, OLD_HASH = "an old password of Matomo's", "$2b$04$abcdefghijklmnopqrstuucHWx26pMBNQUct/1C1YtW70BLqN5mBq"
# Addresses that the built-in table puts into two countries.
HERE, ABROAD = "193.99.144.80", "8.8.8.8"


class SignInActs(Acts):
    @performs("passkey.added subject", "passkey.renamed -", "passkey.removed subject", "passkey.cloned both",
              "session.signed_in_by_passkey -")
    def test_promise_44_passkeys(self):
        server = self.serve()
        session = self.cookie(server, "view")
        key = Key(server.url.replace("127.0.0.1", "localhost"))
        made = key.make(self.method(session, "TwoFactorAuth.startPasskey"))
        self.method(session, "TwoFactorAuth.finishPasskey", credential=json.dumps(made), name="Key")

        def sign_in():
            asked = server.post_json("/api/v1/session/challenge", {})
            browser = {"Cookie": asked.headers["set-cookie"].split(";")[0]}
            return server.post_json("/api/v1/session/passkey", {"credential": key.use(asked.json())}, browser)

        self.assertEqual(sign_in().status, 200)
        # Another key that counts from an earlier use on.
        key.count -= 1
        sign_in()
        number = self.rows("SELECT id FROM passkey WHERE login = 'view'")[0][0]
        self.method(session, "TwoFactorAuth.renamePasskey", id=number, name="Old key")
        self.method(session, "TwoFactorAuth.removePasskey", id=number)

    @performs("session.signed_in_after_failures subject", "session.delayed subject", "session.new_country subject",
              "attempts.alarm superusers", "password.rehashed -")
    def test_promise_44_odd_sign_ins(self):
        server = self.serve(stopped=True, trusted_proxies="127.0.0.1/32")
        now_s = int(time.time())
        # What was counted some minutes ago, so that nobody has to wait.
        for login, failed in (("view", 4), ("write", 9)):
            self.rows("INSERT INTO attempt (kind, name, since_s, last_s, failed, failed_total, refused_total) "
                      "VALUES ('account', ?, ?, ?, ?, ?, 0)", login, now_s - 200, now_s - 100, failed, failed)
        self.rows("INSERT INTO attempt_hour (hour, failed, refused) VALUES (?, 250, 0)", now_s // 3600)
        self.rows("UPDATE user SET password_hash = ? WHERE login = 'none'", f"matomo:{OLD_HASH}")
        server.start()

        def sign_in(login, password=PASSWORD, address=HERE, status=200, **headers):
            answer = self.sign_in(server, login, password, **{"X-Forwarded-For": address, "User-Agent": "Otter/7", **headers})
            self.assertEqual(answer.status, status, answer.body)
            return answer

        for login in ("view", "write"):
            sign_in(login, WRONG, status=401)
        wait_for(lambda: self.sign_in(server, "view", **{"X-Forwarded-For": HERE}).status == 200, 60, "the delay is over")
        sign_in("none", OLD)
        sign_in("admin", address=ABROAD, Cookie=self.device(server, "admin"))
        # Failures are summed up, and their number compared with the usual one, when they are written down.
        server.call("SecurityCheckup.run")

    def device(self, server, login):
        """Signs in, and gives what makes the browser a known one."""
        connection, form = server.connect(), json.dumps({"login": login, "password": PASSWORD})
        connection.request("POST", "/api/v1/session", form, {"Content-Type": "application/json", "X-Forwarded-For": HERE,
                                                             "User-Agent": "Otter/7"})
        cookies = connection.getresponse().headers.get_all("Set-Cookie")
        connection.close()
        return next(cookie.split(";")[0] for cookie in cookies if "makoto-device" in cookie)

    @performs("audit.stalled superusers", "audit.resumed superusers")
    def test_promise_44_a_record_that_no_place_takes(self):
        server, port = self.serve(), free_port()
        for name, value in (("SecurityCheckup.innerTargets", "127.0.0.1,::1"),
                            ("ActivityLog.webhookUrl", f"http://127.0.0.1:{port}/record")):
            self.assertEqual(server.cli("setting", "set", name, value)[0], 0)
        wait_for(lambda: self.rows("SELECT 1 FROM audit_stream WHERE place = 'webhook'"), 30, "the place is known")
        # As if it had taken nothing for six minutes.
        first = self.rows("SELECT max(id) FROM activity")[0][0]
        self.again("nothing", "UPDATE audit_stream SET line = 0, moved_s = moved_s - 360",
                   f"UPDATE activity SET at_ms = at_ms - 360000 WHERE id <= {first}")
        wait_for(lambda: self.lines("audit.stalled"), 60, "the alarm")

        webhook = Webhook(port)
        self.addCleanup(webhook.end)
