"""Signing in over HTTP: rules for passwords, guesses that are slowed down, devices and sessions."""

import hashlib
import http.server
import re
import threading

from harness.installation import PASSWORD, Case, allow_given_passwords
from harness.server import ROOT, wait_for
from support import MailServer

FIRST_3000 = (ROOT / "lib/known-passwords/tests/first_3000.txt").read_text().splitlines()
STRONG = "nine lamps along the quay"


class Passwords(Case):
    def rules(self, server, password, headers=None, **fields):
        answer = server.post_json("/api/v1/methods/Login.checkPassword", {"password": password, **fields}, headers)
        self.assertEqual(answer.status, 200, answer.body)
        return {rule["id"]: bool(rule["passed"]) for rule in answer.json()["rules"]}

    def test_promise_01_rules_are_public_and_judge_while_one_types(self):
        server = self.serve()
        rules = server.request("GET", "/api/v1/methods/Login.getPasswordRules").json()
        self.assertEqual([rule["id"] for rule in rules["rules"]], ["length", "longest", "varied", "known", "own"])
        self.assertEqual(rules["max_chars"], 256)
        self.assertTrue(all(self.rules(server, STRONG).values()))
        self.assertFalse(self.rules(server, "short")["length"])
        self.assertFalse(self.rules(server, "a" * 257)["longest"])
        self.assertFalse(self.rules(server, "lovelace.ada.lovelace", login="ada.lovelace")["own"])
        self.assertFalse(self.rules(server, "passwordpassword")["known"])

    def test_promise_01_forced_strength_is_matomos(self):
        server = self.serve()
        server.cli("setting", "set", "Login.enablePasswordStrengthCheck", "1")
        verdict = self.rules(server, "tide-40-quill")
        self.assertEqual({rule for rule, passed in verdict.items() if not passed}, {"upper"})
        self.assertTrue(all(self.rules(server, "Tide-40-Quill").values()))

    def test_promise_02_known_passwords_are_refused_by_every_way_in(self):
        server = self.serve()
        allow_given_passwords(server)
        # Long enough for the rule of length, so that nothing but the list refuses them.
        for bad in ["passwordpassword", "qwertyuiopasdfgh", "1q2w3e4r5t6y7u8i9o0p"]:
            said = server.cli("user", "create", "--login", "x1", "--email", "x1@people.example", "--password-stdin",
                              stdin=bad)
            self.assertNotEqual(said[0], 0, bad)
            made = server.ask("UsersManager.addUser", userLogin="x1", email="x1@people.example", password=bad)
            self.assertIn("attackers", made.json()["message"], bad)
            changed = server.post_json("/api/v1/methods/Login.changePassword",
                                       {"password": bad, "passwordConfirmation": PASSWORD}, self.cookie(server, "view"))
            self.assertEqual((changed.status, "attackers" in changed.text), (400, True), bad)
        self.assertFalse(server.call("UsersManager.userExists", userLogin="x1")["value"])

    def test_promise_02_known_passwords_are_refused_at_set_up_and_from_invitations(self):
        bad = "qwertyuiopasdfgh"
        empty = self.serve_empty()
        link = wait_for(lambda: re.findall(r"/setup#token=([A-Za-z0-9]+)", empty.printed()), 10, "the set-up link")[-1]
        form = {"token": link, "login": "first", "email": "first@people.example", "password": bad}
        refused = empty.post_json("/api/v1/setup", form)
        self.assertEqual((refused.status, "attackers" in refused.text), (400, True), refused.body)
        server = self.serve()
        server.call("UsersManager.inviteUser", userLogin="guest", email="guest@people.example", initialIdSite=1,
                    passwordConfirmation=PASSWORD)
        link = server.call("UsersManager.generateInviteLink", userLogin="guest", passwordConfirmation=PASSWORD)["value"]
        accept = lambda password: server.post_json(  # noqa: E731
            "/api/v1/invitation/accept", {"token": link.split("#")[1], "password": password})
        refused = accept(bad)
        self.assertEqual((refused.status, "attackers" in refused.text), (400, True), refused.body)
        self.assertEqual(accept(STRONG).status, 200)

    def test_promise_02_the_first_three_thousand_are_refused(self):
        server = self.serve()
        cookie = self.cookie(server, "view")
        self.assertGreaterEqual(len(FIRST_3000), 3000)
        for bad in FIRST_3000[:3000:60]:
            verdict = self.rules(server, bad, cookie)
            self.assertFalse(verdict["known"], bad)

    def test_promise_02_a_breach_service_learns_five_characters_and_is_asked_only_when_wanted(self):
        asked = []

        class Range(http.server.BaseHTTPRequestHandler):
            def do_GET(self):
                asked.append(self.path)
                digest = hashlib.sha1(STRONG.encode()).hexdigest().upper()
                body = f"{digest[5:]}:42\r\n".encode() if self.path.endswith(digest[:5]) else b""
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_):
                pass

        service = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Range)
        threading.Thread(target=service.serve_forever, daemon=True).start()
        self.addCleanup(service.shutdown)
        server = self.serve()
        server.cli("setting", "set", "SecurityCheckup.innerTargets", f"127.0.0.1:{service.server_port}")
        server.cli("setting", "set", "Login.breachRangeUrl", f"http://127.0.0.1:{service.server_port}/range/")
        change = lambda password, own: server.post_json(  # noqa: E731
            "/api/v1/methods/Login.changePassword", {"password": password, "passwordConfirmation": own},
            self.cookie_of(server, "view", own))
        server.cli("setting", "set", "Login.breachCheck", "1")
        refused = change(STRONG, PASSWORD)
        self.assertEqual((refused.status, "breach" in refused.text), (400, True), refused.body)
        self.assertEqual(asked, ["/range/" + hashlib.sha1(STRONG.encode()).hexdigest().upper()[:5]])
        server.cli("setting", "set", "Login.breachCheck", "0")
        self.assertEqual(change(STRONG, PASSWORD).status, 200)
        self.assertEqual(len(asked), 1)

    def cookie_of(self, server, login, password):
        answer = self.sign_in(server, login, password)
        self.assertEqual(answer.status, 200, answer.body)
        return {"Cookie": answer.headers["set-cookie"].split(";")[0]}

    def test_promise_21_a_changed_password_ends_all_sessions(self):
        server = self.serve()
        other, own = self.cookie(server, "view"), self.cookie(server, "view")
        refused = server.ask("Login.changePassword", token=self.token("view"), password=STRONG)
        self.assertEqual((refused.status, "confirm" in refused.text), (403, True))
        self.assertEqual(self.sign_in(server, "view", STRONG).status, 401)
        changed = server.post_json("/api/v1/methods/Login.changePassword",
                                   {"password": STRONG, "passwordConfirmation": PASSWORD}, own)
        self.assertEqual(changed.status, 200, changed.body)
        # Its own too: a copy of the cookie would stay with whoever made it.
        for cookie in (own, other):
            self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 401)
        self.assertEqual(self.sign_in(server, "view", STRONG).status, 200)
        self.assertEqual(self.sign_in(server, "view", PASSWORD).status, 401)

    def test_password_managers_find_where_to_change_one(self):
        answer = self.serve().request("GET", "/.well-known/change-password")
        self.assertEqual((answer.status, answer.headers["location"]), (303, "/admin/personal/security"))


class Guesses(Case):
    """Addresses are told by a proxy that the server trusts."""

    def serve(self, **options):
        return super().serve(trusted_proxies="127.0.0.1/32", **options)

    def guess(self, server, login, address, password="wrong horse battery", **headers):
        return self.sign_in(server, login, password, **{"X-Forwarded-For": address, **headers})

    def test_promise_14_an_address_is_blocked_shown_and_freed(self):
        server = self.serve()
        statuses = [self.guess(server, f"nobody{n}", "192.0.2.7").status for n in range(21)]
        self.assertEqual(statuses, [401] * 20 + [429])
        blocked = server.call("Login.getBlockedAddresses")
        self.assertEqual([(line["address"], line["why"]) for line in blocked], [("192.0.2.7", "failures")])
        self.assertGreater(blocked[0]["until_s"], blocked[0]["since_s"])
        # Others, and the API by token, go on.
        self.assertEqual(self.guess(server, "view", "198.51.100.1", PASSWORD).status, 200)
        self.assertEqual(server.ask("API.getMatomoVersion", headers={"X-Forwarded-For": "192.0.2.7"}).status, 200)
        server.call("Login.unblockAddress", ip="192.0.2.7")
        self.assertEqual(server.call("Login.getBlockedAddresses"), [])
        self.assertEqual(self.guess(server, "view", "192.0.2.7", PASSWORD).status, 200)
        lines = {(line["kind"], line["name"]): line for line in server.call("Login.getAttempts")}
        self.assertEqual(lines["address", "192.0.2.7"]["failed_total"], 20, "the evidence stays")
        self.assertEqual(lines["address", "192.0.2.7"]["refused_total"] >= 1, True)

    def test_promise_14_a_known_device_signs_in_while_others_guess(self):
        server = self.serve()
        first = self.guess(server, "view", "198.51.100.1", PASSWORD)
        device = [value for value in self.cookies(server, "view", "198.51.100.2") if "makoto-device" in value]
        self.assertEqual((first.status, len(device)), (200, 1))
        for n in range(8):
            self.guess(server, "view", f"203.0.{n}.1")
        self.assertEqual(self.guess(server, "view", "203.0.113.9", PASSWORD).status, 429)
        known = self.guess(server, "view", "203.0.113.9", PASSWORD, Cookie=device[0].split(";")[0])
        self.assertEqual(known.status, 200, known.body)
        self.assertNotIn("makoto-device", known.headers["set-cookie"], "it is known already")

    def cookies(self, server, login, address):
        import http.client
        import json

        connection = server.connect()
        connection.request("POST", "/api/v1/session", json.dumps({"login": login, "password": PASSWORD}),
                           {"Content-Type": "application/json", "X-Forwarded-For": address})
        response: http.client.HTTPResponse = connection.getresponse()
        response.read()
        found = response.headers.get_all("Set-Cookie")
        connection.close()
        for cookie in found:
            for part in ("Path=/", "Secure", "HttpOnly", "SameSite=Lax"):
                self.assertIn(part, cookie)
            self.assertTrue(cookie.startswith("__Host-"))
        return found

    def test_promise_15_known_and_unknown_logins_get_the_same_answers(self):
        server = self.serve()
        seen = {"view": {}, "nobody": {}}
        for n in range(9):
            for login, answers in seen.items():
                answer = self.guess(server, login, f"192.0.{n}.1")
                headers = {k: v for k, v in answer.headers.items() if k not in ("date", "x-request-id")}
                # How long one has to wait depends on when one asks, and so does who has to wait at all.
                shown = re.sub(rb"\d+", b"0", answer.body) if answer.status == 429 else answer.body
                for name in ("content-length", "retry-after") if answer.status == 429 else ():
                    headers.pop(name, None)
                answers.setdefault(answer.status, []).append((shown, headers))
        self.assertTrue({401} <= set(seen["view"]) & set(seen["nobody"]), seen)
        self.assertTrue(set(seen["view"]) | set(seen["nobody"]) <= {401, 429}, seen)
        for status in seen["view"].keys() & seen["nobody"].keys():
            every = seen["view"][status] + seen["nobody"][status]
            self.assertEqual([answer for answer in every if answer != every[0]], [], status)

    def test_promise_14_lists_of_addresses_are_kept(self):
        server = self.serve()
        server.cli("setting", "set", "Login.blacklistedBruteForceIps", "192.0.2.0/24")
        self.assertEqual(self.guess(server, "view", "192.0.2.9", PASSWORD).status, 400)
        server.cli("setting", "set", "Login.whitelisteBruteForceIps", "198.51.100.7")
        statuses = {self.guess(server, f"nobody{n}", "198.51.100.7").status for n in range(25)}
        self.assertEqual(statuses, {401})
        server.cli("setting", "set", "Login.allowedAddresses", "198.51.100.0/24")
        self.assertEqual(self.guess(server, "view", "203.0.113.1", PASSWORD).status, 400)
        self.assertEqual(self.guess(server, "view", "198.51.100.9", PASSWORD).status, 200)
        self.assertEqual(server.ask("API.getMatomoVersion", headers={"X-Forwarded-For": "203.0.113.1"}).status, 401)

    def test_promise_14_counts_survive_a_restart(self):
        server = self.serve()
        for n in range(20):
            self.guess(server, f"nobody{n}", "192.0.2.7")
        server.stop()
        server.start()
        self.assertEqual(self.guess(server, "view", "192.0.2.7", PASSWORD).status, 429)

    def test_promise_16_a_new_device_is_told_by_mail(self):
        server = self.serve()
        mail = MailServer().start()
        self.addCleanup(mail.stop)
        mail.connect(server)
        self.assertEqual(self.guess(server, "view", "198.51.100.1", PASSWORD).status, 200)
        self.assertEqual(self.guess(server, "view", "198.51.100.2", PASSWORD, **{"User-Agent": "Otter/8"}).status, 200)
        told = mail.wait_one("view@people.example", "device")
        self.assertIn("198.51.100.2", told.text)


class Sessions(Case):
    def test_promise_21_own_sessions_are_listed_and_ended(self):
        server = self.serve()
        own, other = self.cookie(server, "view"), self.cookie(server, "view")
        listed = server.request("GET", "/api/v1/methods/Login.getSessions", headers=own).json()
        self.assertEqual(sorted(bool(session["current"]) for session in listed), [False, True])
        self.assertEqual({session["address"] for session in listed}, {"127.0.0.1"})
        theirs = next(session["id"] for session in listed if not session["current"])
        foreign = server.post_json("/api/v1/methods/Login.endSession", {"id": theirs}, self.cookie(server, "write"))
        self.assertEqual(foreign.status, 404)
        self.assertEqual(server.post_json("/api/v1/methods/Login.endSession", {"id": theirs}, own).status, 200)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=other).status, 401)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=own).status, 200)

    def test_promise_21_a_superuser_ends_the_sessions_of_everybody(self):
        server = self.serve()
        cookies = [self.cookie(server, login) for login in ("view", "write", "root")]
        refused = server.post_json("/api/v1/methods/Login.endAllSessions", {}, self.cookie(server, "admin"))
        self.assertEqual(refused.status, 403)
        server.call("Login.endAllSessions", passwordConfirmation=PASSWORD)
        for cookie in cookies:
            self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 401)

    def test_promise_23_a_session_that_turns_up_elsewhere_is_ended(self):
        server = self.serve(trusted_proxies="127.0.0.1/32")
        answer = self.sign_in(server, "view", **{"X-Forwarded-For": "192.0.2.7", "User-Agent": "Otter/7"})
        cookie = {"Cookie": answer.headers["set-cookie"].split(";")[0]}
        show = lambda **more: server.request("GET", "/api/v1/session", headers=cookie | more).status  # noqa: E731
        self.assertEqual(show(**{"X-Forwarded-For": "192.0.2.8", "User-Agent": "Otter/8"}), 200)
        self.assertEqual(show(**{"X-Forwarded-For": "203.0.113.1", "User-Agent": "Otter/7"}), 401)
        self.assertEqual(show(**{"X-Forwarded-For": "192.0.2.7", "User-Agent": "Otter/7"}), 401)
        moved = server.call("ActivityLog.getEntries", filterByActivityType="session.moved")
        self.assertEqual([line["subject"] for line in moved], ["view"])
