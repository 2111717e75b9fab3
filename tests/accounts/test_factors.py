"""Second factors over HTTP: set-up, sign-in in two steps, recovery, reset, and the rule who must use one."""

import json
import sqlite3
import threading
import time

import pyotp

from harness.installation import PASSWORD, Case

STEP_S = 30


def next_code(secret):
    """A code of the step after this one, which counts already and was used nowhere before."""
    return pyotp.TOTP(secret).at(time.time() + STEP_S)


class Factors(Case):
    def session(self, server, login="root"):
        """The cookie of a fresh sign-in, by password alone."""
        return self.cookie(server, login)

    def method(self, server, cookie, name, **params):
        return server.post_json(f"/api/v1/methods/{name}", params, cookie)

    def done(self, answer):
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def enrol(self, server, login="root"):
        """Sets an app up: its secret, the recovery codes, and the session that did it."""
        cookie = self.session(server, login)
        offer = self.done(self.method(server, cookie, "TwoFactorAuth.startTotp"))
        # The code of the step before, so that the present and the next one are left to the test.
        code = pyotp.TOTP(offer["secret"]).at(time.time() - STEP_S)
        codes = self.done(self.method(server, cookie, "TwoFactorAuth.finishTotp", code=code))["recoveryCodes"]
        return offer["secret"], codes, cookie

    def half(self, server, login="root"):
        answer = self.sign_in(server, login)
        self.assertEqual(answer.status, 202, answer.body)
        self.assertEqual(answer.json()["state"], "factor")
        return {"Cookie": answer.headers["set-cookie"].split(";")[0]}

    def factor(self, server, half, code):
        return server.post_json("/api/v1/session/factor", {"code": code}, half)

    def test_promise_04_the_whole_way_from_set_up_to_sign_in(self):
        server = self.serve()
        shown = server.request("GET", "/api/v1/session", headers=self.session(server)).json()
        self.assertEqual(shown["factors"], {"totp": False, "passkeys": 0, "recovery_left": 0})
        self.assertFalse(shown["enrolling"])
        self.assertAlmostEqual(shown["factor_due_s"] - time.time(), 14 * 86400, delta=3600)
        secret, codes, cookie = self.enrol(server)
        self.assertEqual((len(set(codes)), {len(code.replace("-", "")) for code in codes}), (10, {16}))
        shown = server.request("GET", "/api/v1/session", headers=cookie).json()
        self.assertEqual((shown["factors"]["totp"], shown["factors"]["recovery_left"]), (True, 10))
        self.assertIsNone(shown["factor_due_s"])
        half = self.half(server)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=half).status, 401)
        own = {"userLogin": "root"}
        self.assertEqual(self.method(server, half, "UsersManager.getUser", **own).status,
                         self.method(server, {}, "UsersManager.getUser", **own).status)
        self.assertEqual(self.method(server, cookie, "UsersManager.getUser", **own).status, 200)
        self.assertEqual(self.factor(server, half, "12345").status, 401)
        answer = self.factor(server, half, pyotp.TOTP(secret).now())
        self.assertEqual(answer.status, 200, answer.body)
        self.assertNotIn(half["Cookie"], answer.headers["set-cookie"])
        self.assertEqual(self.factor(server, half, next_code(secret)).json()["error"]["code"], "half_ended")

    def test_promise_04_the_address_for_apps_is_what_they_read(self):
        server = self.serve()
        offer = self.done(self.method(server, self.session(server), "TwoFactorAuth.startTotp"))
        read = pyotp.parse_uri(offer["uri"])
        self.assertEqual((read.secret, read.name, read.issuer), (offer["secret"], "root", "Makoto"))
        self.assertTrue(offer["qr"].startswith("<svg"))

    def test_promise_05_of_a_hundred_posts_of_one_code_one_signs_in(self):
        server = self.serve()
        secret, _, _ = self.enrol(server)
        halves = [self.half(server) for _ in range(5)]
        code, answers, lock = pyotp.TOTP(secret).now(), [], threading.Lock()

        def post(n):
            answer = self.factor(server, halves[n % len(halves)], code)
            with lock:
                answers.append(answer.status)

        threads = [threading.Thread(target=post, args=(n,)) for n in range(100)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(len(answers), 100)
        self.assertEqual(answers.count(200), 1, answers)

    def test_promise_06_guesses_are_few(self):
        server = self.serve()
        self.enrol(server)
        half, statuses = self.half(server), []
        for _ in range(11):
            answer = self.factor(server, half, "000000")
            statuses.append(answer.json()["error"]["code"])
        self.assertEqual(statuses[-1], "half_ended")
        self.assertIn("slower", statuses)
        self.assertLessEqual(statuses.count("wrong_factor"), 10)

    def test_promise_09_a_recovery_code_opens_the_way_to_the_next_factor_and_to_nothing_else(self):
        server = self.serve()
        _, codes, _ = self.enrol(server)
        answer = self.factor(server, self.half(server), codes[0])
        cookie = {"Cookie": answer.headers["set-cookie"].split(";")[0]}
        wish = {"description": "suite", "scope": "all", "reach": "administer"}
        for name, params in [("UsersManager.createToken", wish), ("TwoFactorAuth.removeTotp", {}),
                             ("TwoFactorAuth.regenerateRecoveryCodes", {}), ("UsersManager.deleteUser", {"userLogin": "view"})]:
            with self.subTest(name):
                refused = self.method(server, cookie, name, **params)
                self.assertEqual((refused.status, refused.json()["error"]["code"]), (403, "reauth_required"))
        offer = self.done(self.method(server, cookie, "TwoFactorAuth.startTotp"))
        self.done(self.method(server, cookie, "TwoFactorAuth.finishTotp", code=pyotp.TOTP(offer["secret"]).now()))
        self.assertEqual(self.method(server, cookie, "UsersManager.createToken", **wish).status, 403)
        proof = {"passwordConfirmation": PASSWORD, "authCode": next_code(offer["secret"])}
        self.done(self.method(server, cookie, "UsersManager.createToken", **wish, **proof))

    def test_promise_07_a_recovery_code_lets_in_once_and_is_kept_nowhere(self):
        server = self.serve()
        secret, codes, _ = self.enrol(server)
        typed = codes[0].lower().replace("-", " ")
        answer = self.factor(server, self.half(server), typed)
        self.assertEqual(answer.json()["factors"]["recovery_left"], 9, answer.body)
        cookie = {"Cookie": answer.headers["set-cookie"].split(";")[0]}
        self.assertEqual(self.factor(server, self.half(server), codes[0]).status, 401)
        refused = server.post_json("/api/v1/session/proof", {"password": PASSWORD, "code": codes[1]}, cookie)
        self.assertEqual(refused.status, 401, "no proof by recovery code")
        server.stop()
        held = b"".join(path.read_bytes() for path in server.data_dir.glob("meta.db*"))
        for text in [secret, *codes, *(code.replace("-", "") for code in codes)]:
            self.assertNotIn(text.encode(), held)
            self.assertNotIn(text, server.log_text())
        with sqlite3.connect(server.data_dir / "meta.db") as store:
            told = store.execute("SELECT count(*) FROM mail WHERE login = 'root' AND kind = 'event'").fetchone()[0]
            kinds = {kind for kind, in store.execute("SELECT kind FROM activity")}
        self.assertGreaterEqual(told, 2)
        self.assertLessEqual({"totp.added", "recovery.used", "session.factor_refused"}, kinds)

    def test_promise_09_fresh_proof_needs_both_factors_and_renews_the_cookie(self):
        server = self.serve()
        secret, _, cookie = self.enrol(server)
        for body in ({"password": PASSWORD}, {"password": PASSWORD, "code": "000000"},
                     {"password": "not the password at all", "code": pyotp.TOTP(secret).now()}):
            self.assertEqual(server.post_json("/api/v1/session/proof", body, cookie).status, 401, body)
        body = {"password": PASSWORD, "code": pyotp.TOTP(secret).now()}
        answer = server.post_json("/api/v1/session/proof", body, cookie)
        self.assertEqual(answer.status, 200, answer.body)
        renewed = {"Cookie": answer.headers["set-cookie"].split(";")[0]}
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 401)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=renewed).status, 200)

    def test_promise_09_a_token_needs_the_code_beside_the_password(self):
        server = self.serve()
        secret, _, _ = self.enrol(server)
        asked = {"userLogin": "view", "passwordConfirmation": PASSWORD}
        self.assertEqual(server.ask("UsersManager.deleteUser", **asked).status, 403)
        self.assertEqual(server.ask("UsersManager.deleteUser", **asked, authCode="000000").json()["result"], "error")
        server.call("UsersManager.deleteUser", **asked, authCode=pyotp.TOTP(secret).now())

    def test_a_superuser_resets_the_factors_of_one_who_lost_them(self):
        server = self.serve()
        secret, _, held = self.enrol(server, "view")
        self.assertEqual(server.ask("TwoFactorAuth.resetTwoFactorAuth", userLogin="view").status, 403)
        server.call("TwoFactorAuth.resetTwoFactorAuth", userLogin="view", passwordConfirmation=PASSWORD)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=held).status, 401)
        self.assertEqual(self.sign_in(server, "view").status, 200)

    def test_the_operator_resets_factors_while_the_server_runs(self):
        server = self.serve()
        _, _, held = self.enrol(server)
        status, said = server.cli("user", "reset-factors", "--login", "root")
        self.assertEqual(status, 0, said)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=held).status, 401)
        self.assertEqual(self.sign_in(server).status, 200)

    def test_promise_04_switched_on_while_users_are_signed_in(self):
        server = self.serve()
        viewer = self.session(server, "view")
        self.assertEqual(self.method(server, viewer, "UsersManager.getUser", userLogin="view").status, 200)
        self.assertEqual(len(self.done(self.method(server, viewer, "SitesManager.getSitesWithAtLeastViewAccess"))), 1)
        for key, value in (("TwoFactorAuth.enforcement", "everyone"), ("TwoFactorAuth.graceDays", "0")):
            self.assertEqual(server.cli("setting", "set", key, value)[0], 0)
        self.assertEqual(self.done(self.method(server, viewer, "SitesManager.getSitesWithAtLeastViewAccess")), [])
        refused = self.method(server, viewer, "UsersManager.getUser", userLogin="view")
        self.assertEqual((refused.status, refused.json()["error"]["code"]), (403, "factor_required"))
        forced = server.request("POST", "/index.php", "module=API&method=VisitsSummary.get&idSite=1&period=day"
                                "&date=today&format=json&force_api_session=1",
                                {"Content-Type": "application/x-www-form-urlencoded", **viewer})
        self.assertEqual(forced.status, 403, forced.body)
        self.assertTrue(server.request("GET", "/api/v1/session", headers=viewer).json()["enrolling"])
        lacking = {row["login"] for row in server.call("TwoFactorAuth.getUsersWithoutFactor") if row["required"]}
        self.assertLessEqual({"root", "view"}, lacking)
        offer = self.done(self.method(server, viewer, "TwoFactorAuth.startTotp"))
        code = pyotp.TOTP(offer["secret"]).now()
        self.done(self.method(server, viewer, "TwoFactorAuth.finishTotp", code=code))
        self.assertEqual(self.method(server, viewer, "UsersManager.getUser", userLogin="view").status, 200)
        last = self.method(server, viewer, "TwoFactorAuth.removeTotp")
        self.assertIn("only one", last.json()["error"]["message"])

    def test_promise_04_only_who_uses_a_factor_requires_more_people_to(self):
        server = self.serve()

        def require(whom, **proof):
            values = json.dumps({"TwoFactorAuth.enforcement": whom})
            return server.ask("CorePluginsAdmin.setSystemSettings", settingValues=values, passwordConfirmation=PASSWORD,
                              **proof).json()

        refused = require("everyone")
        self.assertEqual(refused["result"], "error")
        self.assertIn("uses a second factor", refused["message"])
        self.assertEqual(require("off")["result"], "success")
        secret, _, _ = self.enrol(server)
        self.assertEqual(require("everyone", authCode=pyotp.TOTP(secret).now())["result"], "success")
        lacking = {row["login"] for row in server.call("TwoFactorAuth.getUsersWithoutFactor") if row["required"]}
        self.assertEqual(lacking, {"none", "view", "write", "admin"})
        with sqlite3.connect(server.data_dir / "meta.db") as store:
            told = store.execute("SELECT count(*) FROM activity WHERE kind = 'factors.enforced'").fetchone()[0]
        self.assertEqual(told, 2)

    def test_promise_08_challenges_name_nobody(self):
        server = self.serve()
        for body in ({}, {"login": "root"}, {"login": "nobody"}):
            answer = server.post_json("/api/v1/session/challenge", body)
            self.assertEqual(answer.status, 200, answer.body)
            options = answer.json()
            self.assertEqual((options.get("allowCredentials", []), options["rpId"]), ([], "localhost"))
            self.assertEqual(options["userVerification"], "required")
            self.assertGreaterEqual(len(options["challenge"]), 43)
            self.assertIn("HttpOnly", answer.headers["set-cookie"])
        made_up = server.post_json("/api/v1/session/passkey", {"credential": {"id": "x"}})
        self.assertEqual(made_up.json()["error"]["code"], "wrong_factor")

    def test_promise_08_passkeys_are_made_with_user_verification(self):
        server = self.serve()
        options = self.done(self.method(server, self.session(server), "TwoFactorAuth.startPasskey"))
        chosen = options["authenticatorSelection"]
        self.assertEqual((chosen["residentKey"], chosen["userVerification"]), ("preferred", "required"))
        self.assertEqual((options["rp"]["id"], options["user"]["name"]), ("localhost", "root"))
