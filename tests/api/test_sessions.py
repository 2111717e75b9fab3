"""Signing in and out, the set-up link, and writes that other sites cannot make a browser send."""

import re
import stat
import threading
import time

from harness.installation import PASSWORD, Case, allow_given_passwords
from harness.server import wait_for

SETUP_PASSWORD = "seven herons cross the lake"


class Sessions(Case):
    def test_a_session_tells_who_is_signed_in(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/api/v1/session").status, 401)
        shown = server.request("GET", "/api/v1/session", headers=self.cookie(server, "view")).json()
        self.assertEqual((shown["login"], shown["superuser"]), ("view", False))
        self.assertEqual([(site["idsite"], site["role"]) for site in shown["sites"]], [(1, "view")])

    def promise_22_the_session_cookie_is_bound_to_the_host_and_hidden_from_scripts(self):
        answer = self.sign_in(self.serve())
        cookie = answer.headers["set-cookie"]
        name, *attributes = [part.strip() for part in cookie.split(";")]
        self.assertRegex(name, r"^__Host-makoto=[A-Za-z0-9]{43}$")
        self.assertEqual(set(attributes), {"Path=/", "Secure", "HttpOnly", "SameSite=Lax"})
        self.assertLess(len(cookie), 1024)

    def promise_22_sign_in_is_refused_over_plain_http_beyond_this_machine(self):
        for base_url, status in [("http://stats.example", 403), ("http://10.0.0.1:8080", 403),
                                 ("https://stats.example", 200), ("http://localhost:8080", 200)]:
            with self.subTest(base_url):
                server = self.serve(base_url=base_url)
                answer = self.sign_in(server)
                self.assertEqual(answer.status, status, answer.body)
                self.assertEqual("set-cookie" in answer.headers, status == 200)
                if status == 403:
                    self.assertEqual(answer.json()["error"]["code"], "insecure")
                server.stop()

    def test_every_sign_in_has_a_new_secret(self):
        server = self.serve()
        cookies = {self.cookie(server)["Cookie"] for _ in range(5)}
        self.assertEqual(len(cookies), 5)

    def test_a_sign_in_ends_the_session_that_it_takes_the_place_of(self):
        server = self.serve()
        before, elsewhere = self.cookie(server), self.cookie(server)
        whole = {"login": "root", "password": PASSWORD}
        refused = server.post_json("/api/v1/session", {**whole, "password": "wrong horse battery"}, before)
        self.assertEqual(refused.status, 401)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=before).status, 200)
        self.assertEqual(server.post_json("/api/v1/session", whole, before).status, 200)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=before).status, 401)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=elsewhere).status, 200)

    def test_signing_out_ends_the_session_and_no_other(self):
        server = self.serve()
        first, second = self.cookie(server), self.cookie(server)
        answer = server.request("DELETE", "/api/v1/session", headers=first)
        self.assertEqual(answer.status, 204)
        self.assertIn("Max-Age=0", answer.headers["set-cookie"])
        self.assertEqual(server.request("GET", "/api/v1/session", headers=first).status, 401)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=second).status, 200)

    def test_a_deleted_user_is_signed_out_at_once(self):
        server = self.serve()
        cookie = self.cookie(server, "write")
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 200)
        server.call("UsersManager.deleteUser", userLogin="write", passwordConfirmation=PASSWORD)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 401)
        self.assertEqual(server.ask("API.getMatomoVersion", token=self.token("write")).status, 401)

    def test_a_session_survives_a_restart(self):
        server = self.serve()
        cookie = self.cookie(server)
        server.kill()
        server.start()
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 200)

    def test_made_up_cookies_are_nobodys(self):
        server = self.serve()
        for value in ["", "x", "A" * 43, "' OR 1=1 --", "%00", "A" * 4000]:
            answer = server.request("GET", "/api/v1/session", headers={"Cookie": f"__Host-makoto={value}"})
            self.assertEqual(answer.status, 401, value)

    def test_unknown_logins_and_wrong_passwords_read_the_same(self):
        server = self.serve()
        wrong = self.sign_in(server, "root", "not the password at all")
        unknown = self.sign_in(server, "nobody", "not the password at all")
        self.assertEqual((wrong.status, wrong.body), (unknown.status, unknown.body))
        self.assertEqual(wrong.status, 401)

    def test_wrong_passwords_are_slowed_and_the_owner_is_let_in_again(self):
        server = self.serve()
        statuses = []
        while 429 not in statuses and len(statuses) < 12:
            slowed = self.sign_in(server, "root", "not the password at all")
            statuses.append(slowed.status)
        self.assertEqual(statuses[:4], [401] * 4)
        self.assertEqual(statuses[-1], 429)
        self.assertTrue(1 <= int(slowed.headers["retry-after"]) <= 60)
        right = self.sign_in(server)
        if right.status == 429:
            time.sleep(int(right.headers["retry-after"]))
            right = self.sign_in(server)
        self.assertEqual(right.status, 200)
        self.assertEqual(self.sign_in(server, "root", "not the password at all").status, 401)

    def test_one_slowed_login_does_not_slow_another(self):
        server = self.serve()
        for _ in range(5):
            self.sign_in(server, "admin", "not the password at all")
        self.assertEqual(self.sign_in(server, "view").status, 200)

    def test_a_body_that_is_no_sign_in_is_refused(self):
        server = self.serve()
        for body in [b"", b"{", b"[]", b'{"login": 1, "password": 2}', b'{"login": "root"}', b"\xff\xfe"]:
            answer = server.request("POST", "/api/v1/session", body)
            self.assertEqual((answer.status, answer.json()["error"]["code"]), (400, "bad_json"), body)


class CrossSite(Case):
    """Writes by a session's cookie must come from our own pages."""

    FOREIGN = [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Sec-Fetch-Site": "none"},
               {"Origin": "https://evil.example"}, {"Origin": "null"}]

    def sites(self, server):
        return len(server.call("SitesManager.getAllSites"))

    def test_a_write_by_session_from_another_site_is_refused(self):
        server = self.serve()
        cookie, before = self.cookie(server), self.sites(server)
        token, server.token = server.token, None
        for foreign in self.FOREIGN:
            with self.subTest(foreign):
                answer = server.ask("SitesManager.addSite", siteName="x", headers=cookie | foreign)
                self.assertEqual(answer.json()["result"], "error")
                answer = server.post_json("/api/v1/methods/SitesManager.addSite", {"siteName": "x"}, cookie | foreign)
                self.assertEqual(answer.status, 400, answer.body)
        server.token = token
        self.assertEqual(self.sites(server), before)

    def test_a_write_by_session_from_our_own_pages_is_taken(self):
        server = self.serve()
        cookie, before = self.cookie(server), self.sites(server)
        for own in [{"Sec-Fetch-Site": "same-origin"}, {"Origin": server.url}]:
            answer = server.post_json("/api/v1/methods/SitesManager.addSite", {"siteName": "x"}, cookie | own)
            self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(self.sites(server), before + 2)

    def test_sign_in_and_sign_out_from_another_site_are_refused(self):
        server = self.serve()
        cookie = self.cookie(server)
        for foreign in self.FOREIGN:
            with self.subTest(foreign):
                self.assertEqual(self.sign_in(server, **foreign).status, 403)
                self.assertEqual(server.request("DELETE", "/api/v1/session", headers=cookie | foreign).status, 403)
        self.assertEqual(server.request("GET", "/api/v1/session", headers=cookie).status, 200)

    def promise_32_no_page_of_another_site_may_read_the_api(self):
        server = self.serve()
        cookie = self.cookie(server)
        for origin in ["https://evil.example", "null", server.url]:
            for path in ["/api/v1/session", "/api/v1/methods/SitesManager.getAllSites",
                         "/index.php?module=API&method=SitesManager.getAllSites&format=json"]:
                answer = server.request("GET", path, headers=cookie | {"Origin": origin})
                self.assertFalse([name for name in answer.headers if name.startswith("access-control")], path)


class Tokens(Case):
    def test_a_token_counts_in_the_header_and_the_body_and_nowhere_else(self):
        server = self.serve()
        token, server.token = server.token, None
        method = "SitesManager.getAllSitesId"
        self.assertEqual(server.ask(method, token=token).json(), [1, 2])
        self.assertEqual(server.ask(method, token_auth=token).json(), [1, 2])
        for path in [f"/index.php?module=API&method={method}&format=json&token_auth={token}",
                     f"/api/v1/methods/{method}?token_auth={token}"]:
            for way in ("GET", "POST"):
                self.assertEqual(server.request(way, path).status, 401, f"{way} {path}")

    def test_wrong_tokens_are_401(self):
        server = self.serve()
        right = server.token
        wrong = [right[:-1] + ("a" if right[-1] != "a" else "b"), right.lower() if right != right.lower() else right.upper(),
                 "mkt_" + "a" * 36, "0123456789abcdef0123456789abcdef", "x"]
        for token in wrong:
            self.assertEqual(server.ask("API.getMatomoVersion", token=token).status, 401, token)

    def test_no_token_reaches_the_log(self):
        server = self.serve(log="trace")
        server.call("SitesManager.getAllSites")
        server.request("GET", f"/index.php?module=API&method=API.getMatomoVersion&token_auth={server.token}")
        self.sign_in(server)
        server.stop()
        log = server.log_text() + server.printed()
        self.assertNotIn(server.token, log)
        self.assertNotIn(PASSWORD, log)

    def test_no_secret_lies_readable_in_the_data_directory(self):
        server = self.serve()
        cookie = self.cookie(server)["Cookie"].split("=", 1)[1]
        server.stop()
        for path in filter(lambda path: path.is_file(), server.data_dir.rglob("*")):
            data = path.read_bytes()
            for secret in (server.token, PASSWORD, cookie):
                self.assertNotIn(secret.encode(), data, path.name)


class SetUp(Case):
    def link(self, server):
        find = lambda: re.findall(r"/setup#token=([A-Za-z0-9]+)", server.printed())  # noqa: E731
        return wait_for(find, 10, "the set-up link")[-1]

    def finish(self, server, token, login="first", **headers):
        form = {"token": token, "login": login, "email": f"{login}@people.example", "password": SETUP_PASSWORD}
        return server.post_json("/api/v1/setup", form, headers)

    def test_the_link_works_once_of_fifty_times_at_once(self):
        server = self.serve_empty()
        self.assertEqual(server.request("GET", "/api/v1/setup").json(), {"open": True})
        token, answers = self.link(server), []
        threads = [threading.Thread(target=lambda n=n: answers.append(self.finish(server, token, f"first{n}")))
                   for n in range(50)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(120)
        won = [answer for answer in answers if answer.status == 200]
        self.assertEqual((len(answers), len(won)), (50, 1), sorted(answer.status for answer in answers))
        self.assertLessEqual({answer.status for answer in answers}, {200, 400, 403, 404})
        cookie = {"Cookie": won[0].headers["set-cookie"].split(";")[0]}
        users = server.request("GET", "/api/v1/methods/UsersManager.getUsers", headers=cookie).json()
        self.assertEqual([user["superuser_access"] for user in users], [1])
        self.assertEqual(self.finish(server, token, "late").status, 404)
        self.assertEqual(server.request("GET", "/api/v1/setup").json(), {"open": False})

    def test_the_set_up_is_over_once_the_operator_has_added_a_user(self):
        server = self.serve_empty()
        token = self.link(server)
        words = ("--login", "ada", "--email", "ada@people.example", "--superuser", "--password-stdin")
        self.assertEqual(server.cli("user", "create", *words, stdin=SETUP_PASSWORD)[0], 0)
        self.assertEqual(server.request("GET", "/api/v1/setup").json(), {"open": False})
        self.assertEqual(self.finish(server, token).status, 404)

    def test_a_wrong_secret_or_another_site_sets_nothing_up(self):
        server = self.serve_empty()
        token = self.link(server)
        self.assertEqual(self.finish(server, "a" * 43).status, 403)
        self.assertEqual(self.finish(server, "").status, 403)
        self.assertEqual(self.finish(server, token, **{"Sec-Fetch-Site": "cross-site"}).status, 403)
        self.assertEqual(server.request("GET", "/api/v1/setup").json(), {"open": True})
        self.assertEqual(self.finish(server, token).status, 200)

    def test_the_secret_is_private_and_goes_with_the_set_up(self):
        server = self.serve_empty()
        secret = server.data_dir / "setup-secret"
        self.assertEqual(stat.S_IMODE(secret.stat().st_mode), 0o600)
        self.assertEqual(stat.S_IMODE(server.data_dir.stat().st_mode), 0o700)
        token = self.link(server)
        server.kill()
        server.start()
        self.assertEqual(self.link(server), token)
        self.assertEqual(self.finish(server, token).status, 200)
        server.stop()
        server.start()
        self.assertFalse(secret.exists())
        self.assertEqual(self.finish(server, token, "late").status, 404)

    def test_there_is_no_set_up_once_there_is_a_user(self):
        server = self.serve()
        self.assertEqual(server.request("GET", "/api/v1/setup").json(), {"open": False})
        self.assertEqual(self.finish(server, "a" * 43).status, 404)
        self.assertNotIn("setup", server.printed())

    def test_weak_passwords_are_refused_by_every_way_in(self):
        server = self.serve_empty()
        token = self.link(server)
        for password in ["", "short", "fourteen chars", "a" * 40, "firstfirstfirst", "first@people.example", "x" * 257]:
            form = {"token": token, "login": "first", "email": "first@people.example", "password": password}
            self.assertEqual(server.post_json("/api/v1/setup", form).status, 400, password)
        other = self.serve()
        allow_given_passwords(other)
        for password in ["short", "a" * 40]:
            answer = other.ask("UsersManager.addUser", userLogin="x1", email="x1@people.example", password=password)
            self.assertEqual(answer.json()["result"], "error", password)
            self.assertIn("password", answer.json()["message"])
            said = other.cli("user", "create", "--login", "x1", "--email", "x1@people.example", "--password-stdin",
                             stdin=password)
            self.assertNotEqual(said[0], 0, password)
        self.assertEqual(other.call("UsersManager.userExists", userLogin="x1"), {"value": False})
