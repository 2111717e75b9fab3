"""Tokens: narrow, recognisable, shown once, and never in an address unless made for it."""

import contextlib
import json
import sqlite3
import urllib.parse

from harness.installation import PASSWORD, Case, allow_given_passwords


class Tokens(Case):
    def make(self, server, login="root", status=200, **wish):
        form = {"description": "suite", "passwordConfirmation": PASSWORD, **wish}
        answer = server.post_json("/api/v1/methods/UsersManager.createToken", form, self.cookie(server, login))
        self.assertEqual(answer.status, status, answer.body)
        return answer.json()["value"] if status == 200 else answer.text

    def test_promise_25_making_one_needs_fresh_proof(self):
        server = self.serve()
        refused = server.ask("UsersManager.createToken", description="x")
        self.assertEqual((refused.status, "confirm" in refused.text), (403, True))
        token = self.make(server)
        self.assertRegex(token, r"^mkt_[0-9A-Za-z]{36}$")
        listed = server.call("UsersManager.getTokens")
        self.assertNotIn(token, str(listed))

    def test_promise_25_roles_sites_and_reach_narrow(self):
        server = self.serve()
        view = self.make(server, scope="view", reach="read", sites=[1])
        self.assertEqual(server.ask("VisitsSummary.get", token=view, idSite=1, period="day", date="today").status, 200)
        self.assertEqual(server.ask("VisitsSummary.get", token=view, idSite=2, period="day", date="today").status, 401)
        self.assertEqual(server.ask("UsersManager.getUsersAccessFromSite", token=view, idSite=1).status, 401)
        read = self.make(server, scope="all", reach="read")
        refused = server.ask("SitesManager.addSite", token=read, siteName="x", urls="https://x.example")
        self.assertIn("made for less", refused.text)
        track = self.make(server, scope="write", reach="track")
        self.assertIn("made for", server.ask("VisitsSummary.get", token=track, idSite=1, period="day", date="today").text)
        hit = {"idsite": 1, "rec": 1, "url": "https://shop.example/", "cip": "203.0.113.7", "cdt": "2020-01-01 00:00:00"}
        self.assertEqual(server.hit(token_auth=track, **hit).status, 200)
        self.assertEqual(server.hit(token_auth=read, **hit).status, 400)

    def test_promise_25_addresses_and_ends_are_kept(self):
        server = self.serve(trusted_proxies="127.0.0.1/32")
        token = self.make(server, scope="view", networks=["192.0.2.0/24"])
        at = lambda address: server.ask("API.getMatomoVersion", token=token, headers={"X-Forwarded-For": address}).status  # noqa: E731
        self.assertEqual((at("192.0.2.9"), at("198.51.100.1")), (200, 401))
        self.assertIn("365", self.make(server, status=400, expiresDays=366))
        self.assertIn("address", self.make(server, status=400, networks=["nowhere"]))
        listed = server.call("UsersManager.getTokens")[0]
        self.assertEqual(listed["expires_s"] - listed["created_s"], 90 * 86400)
        self.assertEqual(listed["last_used_address"], "192.0.2.9")
        self.assertTrue(listed["last_used_s"])

    def test_promise_25_a_token_never_exceeds_its_owners_present_role(self):
        server = self.serve()
        token = self.make(server, "admin", scope="admin", reach="administer")
        self.assertEqual(server.ask("UsersManager.getUsersAccessFromSite", token=token, idSite=1).status, 200)
        server.call("UsersManager.setUserAccess", userLogin="admin", access="view", idSites=1)
        self.assertEqual(server.ask("UsersManager.getUsersAccessFromSite", token=token, idSite=1).status, 401)

    def test_promise_25_provisioning_is_for_superusers_from_known_addresses(self):
        server = self.serve()
        wish = {"scope": "all", "reach": "administer", "provisioning": True}
        self.assertIn("networks", self.make(server, status=400, **wish))
        self.make(server, "admin", status=403, networks=["127.0.0.1"], **wish)
        token = self.make(server, networks=["127.0.0.1"], **wish)
        new = {"userLogin": "x1", "email": "x1@people.example", "password": "nine lamps along the quay"}
        self.assertIn("inviteUser", server.ask("UsersManager.addUser", token=token, **new).json()["message"])
        allow_given_passwords(server)
        made = server.ask("UsersManager.addUser", token=token, **new)
        self.assertEqual(made.json(), {"result": "success", "message": "ok"})
        other = self.make(server, scope="all", reach="administer")
        refused = server.ask("UsersManager.addUser", token=other, userLogin="x2", email="x2@people.example",
                             password="nine lamps along the quay")
        self.assertEqual(refused.status, 403)
        # Nothing else for which proof is asked, whatever proof comes with it.
        weaker = json.dumps({"TwoFactorAuth.enforcement": "off"})
        for method, params in [("CorePluginsAdmin.setSystemSettings", {"settingValues": weaker}),
                               ("TwoFactorAuth.resetTwoFactorAuth", {"userLogin": "view"}),
                               ("UsersManager.deleteUser", {"userLogin": "view"}),
                               ("UsersManager.createToken", {"description": "more", "scope": "all"}),
                               ("PublicReports.setSwitch", {"state": "on"})]:
            with self.subTest(method):
                said = server.ask(method, token=token, passwordConfirmation=PASSWORD, **params).text
                self.assertIn("made to add users", said)
        by_operator = server.cli("token", "create", "--login", "root", "--description", "suite", "--scope", "provisioning")[1]
        said = server.ask("UsersManager.deleteUser", token=by_operator.strip(), passwordConfirmation=PASSWORD, userLogin="view")
        self.assertIn("made to add users", said.text)

    def test_promise_04_an_older_token_does_nothing_guarded_for_who_lacks_a_required_factor(self):
        server = self.serve()
        token = self.make(server, scope="all", reach="administer")
        for key, value in (("TwoFactorAuth.enforcement", "everyone"), ("TwoFactorAuth.graceDays", "0")):
            self.assertEqual(server.cli("setting", "set", key, value)[0], 0)
        weaker = json.dumps({"TwoFactorAuth.enforcement": "off"})
        for method, params in [("CorePluginsAdmin.setSystemSettings", {"settingValues": weaker}),
                               ("UsersManager.createToken", {"description": "more", "scope": "all"}),
                               ("UsersManager.setUserAccess", {"userLogin": "view", "access": "write", "idSites": 1})]:
            with self.subTest(method):
                refused = server.ask(method, token=token, passwordConfirmation=PASSWORD, **params)
                self.assertEqual((refused.status, "second factor" in refused.text), (403, True), refused.body)
        self.assertEqual(server.ask("SitesManager.getAllSitesId", token=token).status, 200)

    def test_promise_25_a_narrow_token_tells_nothing_of_its_owner(self):
        server = self.serve()
        personal = ("ActivityLog.getEntries", "ActivityLog.getEntryCount", "Login.getSessions", "UsersManager.getTokens")
        for wish in ({"scope": "view", "reach": "read"}, {"scope": "all", "reach": "administer", "sites": [1]},
                     {"scope": "view", "reach": "read", "sites": [1], "urlAllowed": True}):
            token = self.make(server, **wish)
            for method in personal:
                with self.subTest(method, **wish):
                    self.assertIn("made for less", server.ask(method, token=token).text)
        whole = self.make(server, scope="all", reach="administer")
        self.assertEqual([server.ask(method, token=whole).status for method in personal], [200] * len(personal))

    def test_promise_26_no_password_in_an_address_counts(self):
        server = self.serve()
        form = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/x-www-form-urlencoded"}
        password = urllib.parse.quote(PASSWORD)
        inner = urllib.parse.quote(f"method=UsersManager.suspendUser&userLogin=view&passwordConfirmation={password}")
        for query in (f"method=UsersManager.suspendUser&userLogin=view&passwordConfirmation={password}",
                      f"method=API.getBulkRequest&urls[0]={inner}",
                      f"method=UsersManager.createAppSpecificTokenAuth&userLogin=view&description=x&passwordConfirmation={password}"):
            with self.subTest(query[:40]):
                answer = server.request("POST", f"/index.php?module=API&format=json&{query}", "", form)
                self.assertIn("addresses are kept in logs", answer.text)
        bearer = {"Authorization": form["Authorization"]}
        confirmed = {"passwordConfirmation": PASSWORD}
        for path, body in (("UsersManager.suspendUser?userLogin=view&authCode=123456", confirmed),
                           (f"UsersManager.suspendUser?userLogin=view&passwordConfirmation={password}", {}),
                           (f"API.getBulkRequest?urls[0]={inner}", {}),
                           ("Login.changePassword?password=ten+bridges+under+one+lantern", confirmed)):
            with self.subTest(path[:40]):
                answer = server.post_json(f"/api/v1/methods/{path}", body, bearer)
                self.assertIn("addresses are kept in logs", answer.text)
        self.assertEqual(self.sign_in(server, "view").status, 200)

    def test_promise_15_another_ones_token_is_no_way_round_what_a_sign_in_meets(self):
        server = self.serve()
        with contextlib.closing(sqlite3.connect(server.data_dir / "meta.db")) as meta:
            meta.execute("UPDATE user SET password_must_change = 1 WHERE login = 'write'")
            meta.commit()
        server.stop()
        server.start()
        form = {"userLogin": "write", "description": "suite", "passwordConfirmation": PASSWORD}
        # The own one neither.
        for token in (self.token("view"), self.token("admin"), self.token("write")):
            said = server.ask("UsersManager.createAppSpecificTokenAuth", token=token, **form).text
            self.assertIn("new password first", said)

    def test_promise_26_a_token_in_an_address_is_refused_unless_it_was_made_for_it(self):
        server = self.serve(log="trace")
        self.assertIn("address", self.make(server, status=400, scope="admin", urlAllowed=True))
        widget = self.make(server, scope="view", reach="read", urlAllowed=True)
        plain = self.make(server, scope="view", reach="read")
        by_url = lambda token: server.request(  # noqa: E731
            "GET", f"/index.php?module=API&method=SitesManager.getSitesIdWithAtLeastViewAccess&format=json&token_auth={token}").status
        self.assertEqual((by_url(widget), by_url(plain), by_url(server.token)), (200, 401, 401))
        self.assertEqual(by_url("0123456789abcdef0123456789abcdef"), 401)
        refused = server.call("ActivityLog.getEntries", filterByActivityType="token.refused")
        self.assertEqual(len(refused), 3)
        self.assertNotIn(plain, str(refused))
        server.stop()
        log = server.log_text() + server.printed()
        for token in (widget, plain, server.token):
            self.assertNotIn(token, log)

    def test_promise_24_one_or_all_are_deleted_at_once(self):
        server = self.serve()
        first, second = self.make(server, "view"), self.make(server, "view")
        cookie = self.cookie(server, "view")
        works = lambda token: server.ask("API.getMatomoVersion", token=token).status == 200  # noqa: E731
        listed = server.request("GET", "/api/v1/methods/UsersManager.getTokens", headers=cookie).json()
        form = {"id": listed[0]["id"], "passwordConfirmation": PASSWORD}
        self.assertEqual(server.post_json("/api/v1/methods/UsersManager.deleteToken", form, cookie).status, 200)
        self.assertEqual((works(first), works(second)), (True, False))
        done = server.post_json("/api/v1/methods/UsersManager.deleteAllTokens", {"passwordConfirmation": PASSWORD}, cookie)
        self.assertEqual(done.status, 200)
        self.assertFalse(works(first) or works(self.token("view")))

    def test_promise_15_matomos_way_by_password_tells_nothing_of_who_exists(self):
        server = self.serve()
        server.token, form = None, {"description": "suite", "passwordConfirmation": PASSWORD}
        make = lambda **more: server.ask("UsersManager.createAppSpecificTokenAuth", **{**form, **more})  # noqa: E731
        token = make(userLogin="view", expireHours=2).json()["value"]
        self.assertEqual(server.ask("SitesManager.getAllSitesId", token=token).status, 401)
        self.assertEqual(server.ask("SitesManager.getSitesIdWithAtLeastViewAccess", token=token).json(), [1])
        wrong = [make(userLogin=login, passwordConfirmation="wrong horse battery") for login in ("view", "nobody")]
        self.assertEqual(wrong[0].body, wrong[1].body)
        self.assertEqual(wrong[0].status, wrong[1].status)
        self.assertEqual(make(userLogin="view", expireDate="1999-01-01").json()["result"], "error")

    def test_the_operator_makes_tokens_of_every_scope(self):
        server = self.serve()
        for scope in ("all", "admin", "write", "view", "track", "read", "provisioning"):
            status, said = server.cli("token", "create", "--login", "root", "--description", "suite", "--scope", scope)
            self.assertEqual((status, said[:4]), (0, "mkt_"), scope)
        self.assertNotEqual(server.cli("token", "create", "--login", "root", "--description", "x", "--scope", "y")[0], 0)
