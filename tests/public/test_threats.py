"""The twenty ways in which something could become or stay public without anybody wanting or noticing it."""

import json
import shutil
import urllib.parse

from harness.installation import allow_given_passwords
from harness.server import Server, scratch
from public_case import DAY_S, PASSWORD, REASON, ROOT, PublicCase, date, time, wait_for

SPELLINGS = ["anonymous", "Anonymous", " anonymous", "anonymous ", "anonymous\u200b", "ａnonymous", "ANONYMOUS"]
EVERYBODY = {"userLogin": "anonymous", "access": "view", "idSites": "1"}


class Consent(PublicCase):
    """P1 to P8: nothing becomes public without the will of who may want it."""

    def test_P1_a_stolen_token_makes_nothing_public(self):
        server = self.serve_public()
        answer = server.ask("UsersManager.setUserAccess", **EVERYBODY)
        self.assertEqual(answer.status, 403, answer.body)
        self.assertIn("passwordConfirmation", answer.text)
        self.bad(server, "UsersManager.setUserAccess", 403, "reauth_required", **EVERYBODY)
        for method in ("activate", "approve", "resume", "widen", "renew", "setSwitch"):
            self.bad(server, f"PublicReports.{method}", 403, "reauth_required", idGrants=[1], idGrant=1, scopeHash="x",
                     confirm="x", state="off")
        wrong = self.v1(server, "PublicReports.setSwitch", state="off", passwordConfirmation="wrong horse")
        self.assertEqual(wrong.status, 400, wrong.body)
        query = urllib.parse.urlencode({"state": "off", "passwordConfirmation": PASSWORD})
        sent = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/x-www-form-urlencoded"}
        in_address = server.request("POST", f"/api/v1/methods/PublicReports.setSwitch?{query}", "", sent)
        self.assertEqual(in_address.status, 400, in_address.body)
        self.assertIn("body", in_address.text)
        self.assert_nothing_public(server)
        self.mail.wait_one(ROOT, "tried without confirmation")
        self.assertTrue(self.lines(server, "public.attempt_refused"))

    def test_P1_a_password_in_the_address_is_a_vain_try_too(self):
        server = self.serve_public()
        query = urllib.parse.urlencode({"state": "off", "passwordConfirmation": PASSWORD})
        sent = {"Authorization": f"Bearer {server.token}", "Content-Type": "application/x-www-form-urlencoded"}
        refused = server.request("POST", f"/api/v1/methods/PublicReports.setSwitch?{query}", "", sent)
        self.assertEqual(refused.status, 400, refused.body)
        self.assertTrue(self.lines(server, "public.attempt_refused"))

    def test_P1_the_ten_minutes_of_a_session_do_not_count(self):
        server = self.serve_public()
        cookie = self.cookie(server)
        fresh = self.v1(server, "UsersManager.suspendUser", headers=cookie, userLogin="none")
        self.assertEqual(fresh.status, 200, "the session has fresh proof for other acts")
        answer = self.v1(server, "UsersManager.setUserAccess", headers=cookie, **EVERYBODY)
        self.assertEqual((answer.status, answer.json()["error"]["code"]), (403, "reauth_required"))
        answer = self.v1(server, "PublicReports.setSwitch", headers=cookie, state="off")
        self.assertEqual((answer.status, answer.json()["error"]["code"]), (403, "reauth_required"))

    def test_P2_a_bulk_request_passes_no_confirmation_on(self):
        server = self.serve_public()
        child = urllib.parse.urlencode({"method": "UsersManager.setUserAccess", **EVERYBODY})
        answer = server.ask("API.getBulkRequest", passwordConfirmation=PASSWORD, authCode="1", **{"urls[0]": child})
        self.assertEqual(answer.status, 200, answer.body)
        self.assertEqual(answer.json()[0]["result"], "error", answer.body)
        self.assertIn("passwordConfirmation", answer.json()[0]["message"])
        self.assert_nothing_public(server)
        self.mail.wait_one(ROOT, "tried without confirmation")

    def test_P3_every_spelling_of_anonymous_is_anonymous(self):
        server = self.serve_public()
        allow_given_passwords(server)
        for login in SPELLINGS:
            for field in ("userLogin", "userLogin[0]"):
                fields = {field: login, "access": "view", "idSites": "1"}
                answer = self.v1(server, "UsersManager.setUserAccess", **fields)
                self.assertEqual((answer.status, answer.json()["error"]["code"]), (403, "reauth_required"), login)
            for method, more in (("addUser", {"password": PASSWORD, "email": "a@people.example"}),
                                 ("inviteUser", {"email": "a@people.example", "initialIdSite": 1})):
                message = self.bad(server, f"UsersManager.{method}", 400, "refused", userLogin=login,
                                   passwordConfirmation=PASSWORD, **more)
                self.assertIn("not signed in", message)
        together = {"userLogin[0]": "view", "userLogin[1]": "Anonymous", "access": "view", "idSites": "2"}
        message = self.bad(server, "UsersManager.setUserAccess", 400, "bad_parameter", passwordConfirmation=PASSWORD, **together)
        self.assertIn("alone", message)
        self.assert_nothing_public(server)

    def test_P4_everybody_gets_view_and_nothing_more(self):
        server = self.serve_public()
        proof = {"passwordConfirmation": PASSWORD, "reason": REASON}
        for access in ({"access": "admin"}, {"access": "write"}, {"access[0]": "view", "access[1]": "tagmanager_write"}):
            fields = {"userLogin": "anonymous", "idSites": "1", **access, **proof}
            self.bad(server, "UsersManager.setUserAccess", 400, "bad_parameter", **fields)
        name = {"userLogin": "anonymous", "passwordConfirmation": PASSWORD}
        for method, more in (
            ("addCapabilities", {"capabilities": "tagmanager_write", "idSites": 1}),
            ("setSuperUserAccess", {"hasSuperUserAccess": 1}),
            ("updateUser", {"email": "a@people.example"}),
            ("deleteUser", {}),
            ("suspendUser", {}),
            ("setBulk", {"access": "view", "idSites": 1, "previewHash": "x"}),
            ("sendPasswordReset", {}),
            ("resendInvite", {}),
        ):
            answer = self.v1(server, f"UsersManager.{method}", **name, **more)
            self.assertIn(answer.status, (400, 404), (method, answer.body))
        self.assert_nothing_public(server)

    def test_P4_matomo_s_call_keeps_all_rules_and_then_works(self):
        server = self.serve_public()
        self.visit(server)
        proof = {**EVERYBODY, "passwordConfirmation": PASSWORD}
        self.assertIn("scopeHash", self.bad(server, "UsersManager.setUserAccess", 400, "refused", **proof))
        shown = self.get(server, "PublicReports.preview", what="site", idSites=1)
        self.bad(server, "UsersManager.setUserAccess", 409, "scope_changed", reason=REASON, scopeHash="0" * 64, **proof)
        self.bad(server, "UsersManager.setUserAccess", 400, "refused", reason="short", scopeHash=shown["hash"], **proof)
        self.assert_nothing_public(server)
        self.good(server, "UsersManager.setUserAccess", reason=REASON, scopeHash=shown["hash"], **proof)
        self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite=1, period="day", date=date()).json()["nb_visits"], 5)
        self.mail.wait_one(ROOT, "reports are public now")
        self.good(server, "UsersManager.setUserAccess", userLogin="Anonymous", access="noaccess", idSites="1",
                  passwordConfirmation=PASSWORD)
        self.assert_nothing_public(server)
        self.mail.wait_one(ROOT, "not public any more")

    def test_P5_no_other_site_presses_the_button(self):
        server = self.serve_public()
        cookie = self.cookie(server)
        for forged in ({"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://evil.example"}):
            answer = self.v1(server, "PublicReports.setSwitch", headers={**cookie, **forged}, state="off",
                             passwordConfirmation=PASSWORD)
            self.assertEqual(answer.status, 400, answer.body)
            self.assertIn("another site", answer.text)
        by_get = server.request("GET", f"/api/v1/methods/PublicReports.setSwitch?state=off&passwordConfirmation={PASSWORD.replace(' ', '+')}", headers=cookie)
        self.assertNotEqual(by_get.status, 200)
        page = server.request("GET", "/admin/system/public-reports", headers=cookie)
        self.assertIn("frame-ancestors 'none'", page.headers["content-security-policy"])
        self.assertEqual(page.headers["x-frame-options"], "DENY")
        self.assertEqual(self.get(server, "PublicReports.getState")["switch"], "on")

    def test_P6_who_turns_it_on_for_a_moment_has_left_traces_that_stay(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server)
        for _ in range(7):
            self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 200)
        self.good(server, "PublicReports.revoke", idGrants=[number], passwordConfirmation=PASSWORD)
        for subject in ("asked to make", "reports are public now", "not public any more"):
            self.mail.wait_one(ROOT, subject)
            self.mail.wait_one("admin@people.example", subject)
        server.stop()
        self.assertEqual(self.sql(server, "SELECT views, state FROM public_grant WHERE id = ?", number), [(7, "revoked")])
        with self.assertRaisesRegex(Exception, "kept"):
            self.sql(server, "DELETE FROM public_grant")
        server.start()
        self.assertEqual(self.grant(server, number)["views"], 7)
        kinds = [line["kind"] for line in self.get(server, "PublicReports.getHistory", idGrant=number)]
        self.assertEqual(kinds, ["public.revoked", "public.activated", "public.requested"])
        self.bad(server, "PublicReports.revoke", 400, "refused", idGrants=[number], passwordConfirmation=PASSWORD)

    def test_P7_who_breaks_the_mails_first_makes_nothing_public(self):
        server = self.serve_public()
        ids = self.ask_for(server)
        before = len(self.mail.to(ROOT))
        self.settings(server, CoreAdminHome__mailPort=1)
        # The change is told of by the mail server from before.
        wait_for(lambda: len(self.mail.to(ROOT)) > before, 60, "the old mail server takes the alarm")
        wait_for(lambda: server.call("CoreAdminHome.getMailState")["waiting"] == 0, 60, "it was sent")
        shown = self.shown(server, ids)
        message = self.bad(server, "PublicReports.activate", 400, "refused", idGrants=ids, scopeHash=shown["hash"],
                           confirm=shown["confirm"], passwordConfirmation=PASSWORD)
        self.assertIn("told of it by mail", message)
        state = self.get(server, "PublicReports.getState")
        self.assertEqual((state["mailWorks"], state["mayActivate"]), (False, False))
        # Other addresses of the superusers do not help either: the old and the new one are told.
        self.assert_nothing_public(server)
        status, said = server.cli("public", "activate", str(ids[0]))
        self.assertNotEqual(status, 0, said)
        status, said = server.cli("public", "activate", str(ids[0]), "--without-mail")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.get(server, "PublicReports.getHistory", idGrant=ids[0])[0]["who"], "operator")

    def test_P7_without_any_mail_server_nothing_becomes_public(self):
        server = self.serve()
        self.bad(server, "PublicReports.setSwitch", 400, "refused", state="on", passwordConfirmation=PASSWORD)
        self.assertEqual(self.get(server, "PublicReports.getState")["mailFault"], "no mail server is set")

    def test_P8_what_changed_since_it_was_shown_is_shown_again(self):
        server = self.serve_public(more=self.second_superuser())
        self.settings(server, PublicReports__twoPeople="never")
        ids = self.ask_for(server, what="reports", reports=["VisitsSummary.get", "Actions.getPageUrls"])
        shown = self.shown(server, ids)
        second = self.token_of(server, "second")
        self.good(server, "PublicReports.narrow", token=second, idGrant=ids[0], what="reports", reports=["VisitsSummary.get"],
                  passwordConfirmation=PASSWORD)
        confirmed = {"idGrants": ids, "scopeHash": shown["hash"], "confirm": "shop", "passwordConfirmation": PASSWORD}
        self.bad(server, "PublicReports.activate", 409, "scope_changed", **confirmed)
        self.assert_nothing_public(server)
        # A site more among "all", and another name, are other scopes.
        before = self.get(server, "PublicReports.preview", what="site", idSites="all")["hash"]
        server.call("SitesManager.addSite", siteName="third", urls="https://third.example", timezone="UTC")
        self.assertNotEqual(self.get(server, "PublicReports.preview", what="site", idSites="all")["hash"], before)
        self.bad(server, "UsersManager.setUserAccess", 409, "scope_changed", userLogin="anonymous", access="view",
                 idSites="all", reason=REASON, scopeHash=before, passwordConfirmation=PASSWORD)


class Scope(PublicCase):
    """P9 to P13: only what is named is shown."""

    def test_P9_what_comes_later_is_not_in_the_grant(self):
        server = self.serve_public()
        self.visit(server, dimension1="jane@people.example", title="Call Jane +49 170 1234567")
        number, base, _ = self.publish(server)
        later = self.data(server, base, "CustomDimensions.getCustomDimension", idDimension=1)
        self.assertEqual(later.status, 400, later.body)
        methods = {report["method"] for report in self.grant(server, number)["reports"]}
        server.stop()
        scope = json.loads(self.sql(server, "SELECT scope FROM public_grant WHERE id = ?", number)[0][0])
        self.assertEqual(set(scope["methods"]), methods)
        # A report that the program would allow, and the grant does not name.
        scope["methods"].remove("Actions.getPageTitles")
        self.sql(server, "UPDATE public_grant SET scope = ?", json.dumps(scope))
        server.start()
        self.assertEqual(self.data(server, base, "Actions.getPageTitles").status, 400)
        self.assertEqual(self.data(server, base, "Actions.getPageUrls").status, 200)
        found = self.get(server, "PublicReports.preview", what="site", idSites=1)["findings"]
        self.assertIn(("Actions.getPageTitles", "phone", 1), [(f["report"], f["kind"], f["count"]) for f in found])
        server.call("SitesManager.addSite", siteName="new", urls="https://new.example", timezone="UTC")
        self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite=3, period="day", date=date()).status, 401)

    def test_P10_what_visitors_inject_is_text_and_small_numbers_are_others(self):
        server = self.serve_public()
        self.visit(server, title="<script>alert(1)</script>", url="https://shop.example/script")
        self.visit(server, count=2, title="Jane Doe of Rose Lane", url="https://shop.example/jane")
        _, base, _ = self.publish(server)
        page = self.data(server, base, "Actions.getPageTitles", format="html")
        self.assertIn("&lt;script&gt;", page.text)
        self.assertNotIn("<script>", page.text)
        rows = {row["label"].strip(): row["nb_visits"] for row in self.data(server, base, "Actions.getPageTitles").json()}
        self.assertEqual(rows, {"<script>alert(1)</script>": 5, "Others": 2})
        for method in ("Actions.getPageTitles", "Actions.getPageUrls"):
            for more in ({}, {"flat": 1}, {"expanded": 1}, {"filter_limit": -1}, {"format": "csv", "convertToUnicode": 0}):
                self.assertNotIn("ane", self.data(server, base, method, **more).text.replace("anently", ""), (method, more))
        self.visit(server, title="Call Jane +49 170 1234567", url="https://shop.example/mail")
        server.stop()
        self.sql(server, "UPDATE public_grant SET requested_s = requested_s - 8 * 86400")
        # It ran within this hour already, when nothing was due.
        self.sql(server, "DELETE FROM job WHERE name = 'public-reminder'")
        server.start()
        mail = self.mail.wait_one(ROOT, "What is public")
        self.assertIn("look like personal data", mail.text)
        self.assertIn("shop", mail.text)

    def test_P11_nothing_is_found_out_by_subtraction(self):
        server = self.serve_public()
        self.visit(server, count=5, title="Common", url="https://shop.example/common", days=3)
        self.visit(server, count=5, title="Common", url="https://shop.example/common", days=2)
        self.visit(server, count=4, title="Rare", url="https://shop.example/rare", days=3)
        self.visit(server, count=1, title="Rare", url="https://shop.example/rare", days=2)
        _, base, _ = self.publish(server)

        def rows(**when):
            answer = self.data(server, base, "Actions.getPageTitles", **when)
            self.assertEqual(answer.status, 200, answer.body)
            return {row["label"].strip(): row["nb_visits"] for row in answer.json()}

        both = rows(period="range", date=f"{date(3)},{date(2)}")
        first, second = rows(date=date(3)), rows(date=date(2))
        self.assertEqual((first, second), ({"Common": 5, "Rare": 4}, {"Common": 5, "Others": 1}))
        self.assertEqual(both, {"Common": 10, "Rare": 4, "Others": 1})
        for label in both:
            self.assertEqual(both[label], first.get(label, 0) + second.get(label, 0), "longer periods are sums of their days")
        for name, value in (("segment", "countryCode==de"), ("filter_pattern", "Rare"), ("label", "Rare"),
                            ("filter_pattern_recursive", "R")):
            answer = self.data(server, base, "Actions.getPageTitles", **{name: value})
            self.assertEqual(answer.status, 400, name)
            on_api = self.anonymous(server, "Actions.getPageTitles", idSite=1, period="day", date=date(2), **{name: value})
            self.assertEqual(on_api.json()["result"], "error", name)
        for period in ("hour", "minute"):
            self.assertEqual(self.data(server, base, "Actions.getPageTitles", period=period).status, 400)
        self.assertEqual(self.data(server, base, "VisitsSummary.get", date="today").status, 400, "the present day is not public")
        old = self.data(server, base, "VisitsSummary.get", period="year", date="2001-01-01")
        self.assertEqual(old.status, 400, "nor is what lies before the window")

    def test_P12_other_sites_cannot_be_told_from_missing_ones(self):
        server = self.serve_public()
        self.visit(server)
        self.visit(server, site=2, url="https://other.example/", title="Secret")
        self.publish(server)
        day = {"period": "day", "date": date()}
        ask = lambda site: self.anonymous(server, "VisitsSummary.get", idSite=site, **day)  # noqa: E731
        self.assertEqual(ask(1).json()["nb_visits"], 5)
        self.assertEqual(ask("all").json(), {"1": ask(1).json()})
        for foreign, missing in (("2", "3"), ("1,2", "1,3"), ("2,1", "3,1")):
            one, other = ask(foreign), ask(missing)
            self.assertEqual((one.status, other.status), (401, 401))
            self.assertEqual(one.body.replace(b"site 2", b"site 3"), other.body)
        self.assertEqual(self.anonymous(server, "MultiSites.getAll", **day).status in (200, 400, 401), True)
        self.assertNotIn("other", self.anonymous(server, "MultiSites.getAll", **day).text.replace("another", ""))
        for method in ("SitesManager.getAllSites", "SitesManager.getSitesWithAtLeastViewAccess", "SitesManager.getSiteFromId"):
            self.assertNotIn("other.example", self.anonymous(server, method, idSite=2).text)
        bodies = {server.request("GET", path).body for path in ("/public/2/info", "/public/999/info", "/public/x/info",
                  "/public/link/abc/info", "/public/nothing/at/all", "/public/2/data/VisitsSummary.get")}
        self.assertEqual(len(bodies), 1, bodies)

    def test_P13_no_cookie_changes_what_is_public(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server)
        cookie = self.cookie(server)
        version = self.grant(server, number)["version"]
        for path in (f"{base}/info", f"{base}/data/VisitsSummary.get?period=day&date={date()}&v={version}",
                     f"{base}/data/UserId.getUsers?period=day&date={date()}", "/public/77/info"):
            plain, signed_in = server.request("GET", path), server.request("GET", path, headers=cookie)
            self.assertEqual((plain.status, plain.body), (signed_in.status, signed_in.body), path)
            for answer in (plain, signed_in):
                self.assertNotIn("set-cookie", answer.headers)
                self.assertEqual(answer.headers["vary"], "accept-encoding")
        kept = server.request("GET", f"{base}/data/VisitsSummary.get?period=day&date={date()}&v={version}", headers=cookie)
        self.assertEqual(kept.headers["cache-control"], "public, max-age=300, must-revalidate")
        for other in (f"v={version + 1}", "v=", "v=x"):
            answer = server.request("GET", f"{base}/data/VisitsSummary.get?period=day&date={date()}&{other}")
            self.assertEqual(answer.headers["cache-control"], "no-store")
        private = server.ask("VisitsSummary.get", idSite=1, period="day", date=date())
        self.assertEqual(private.headers["cache-control"], "no-store")
        page = server.request("GET", base, headers=cookie)
        self.assertEqual(page.status, 200)
        self.assertNotIn("set-cookie", page.headers)


class Time(PublicCase):
    """P14 to P20: links, clocks, backups, floods and forgetting."""

    def test_P14_a_link_leaks_nowhere_and_can_be_replaced(self):
        server = self.serve_public(log="debug")
        self.visit(server)
        number, base, _ = self.publish(server, channel="link")
        secret = base.rsplit("/", 1)[1]
        self.assertRegex(secret, r"^[0-9A-Za-z]{27,}$")
        page = server.request("GET", base)
        self.assertEqual((page.status, page.headers["referrer-policy"]), (200, "no-referrer"))
        self.assertIn("noindex", page.headers["x-robots-tag"])
        self.assertEqual(self.data(server, base, "VisitsSummary.get").json()["nb_visits"], 5)
        self.assertEqual(server.request("GET", f"/public/{number}").status, 403, "the number alone opens nothing")
        rotated = self.good(server, "PublicReports.rotate", idGrant=number, passwordConfirmation=PASSWORD)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)
        self.assertEqual(self.data(server, rotated["url"].removeprefix(server.url), "VisitsSummary.get").status, 200)
        self.assertNotIn(secret, json.dumps(self.get(server, "PublicReports.getGrants")))
        server.stop()
        self.assertNotIn(secret, server.log_text())
        for file in server.data_dir.glob("meta.db*"):
            self.assertNotIn(secret.encode(), file.read_bytes())
        self.assertFalse([mail for mail in self.mail.to(ROOT) if secret in mail.text or secret.encode() in mail.raw])

    def test_P14_a_link_with_a_password_needs_both_and_keeps_nobody_else_waiting(self):
        server = self.serve_public()
        self.visit(server)
        number, base, password = self.publish(server, channel="password")
        self.assertEqual(server.request("GET", f"{base}/info").json(), {"locked": True})
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)
        statuses = [server.post_json(f"{base}/unlock", {"password": "guess"}).status for _ in range(8)]
        self.assertEqual(set(statuses[:3]), {403})
        self.assertIn(429, statuses[3:])
        # Another grant from the same address, and this one's other viewers, are not kept waiting.
        other, second, word = self.publish(server, channel="password")
        opened = server.post_json(f"{second}/unlock", {"password": word})
        self.assertEqual(opened.status, 200, opened.body)
        ticket = {"X-Makoto-Ticket": opened.json()["ticket"]}
        self.assertEqual(self.data(server, second, "VisitsSummary.get", headers=ticket).json()["nb_visits"], 5)
        self.assertEqual(self.data(server, base, "VisitsSummary.get", headers=ticket).status, 403, "of another grant")
        self.assertEqual(self.data(server, second, "VisitsSummary.get", headers=ticket).headers["cache-control"], "no-store")
        self.good(server, "PublicReports.rotate", idGrant=other, passwordConfirmation=PASSWORD)
        self.assertEqual(self.data(server, second, "VisitsSummary.get", headers=ticket).status, 403)
        self.assertNotEqual(word, password)
        self.assertFalse(self.lines(server, "session.refused"), "strangers' passwords are no failed sign-ins")

    def test_P15_an_old_link_stays_dead(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server, channel="link")
        self.good(server, "PublicReports.revoke", idGrants=[number], passwordConfirmation=PASSWORD)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)
        _, again, _ = self.publish(server, channel="link")
        self.assertEqual(self.data(server, again, "VisitsSummary.get").status, 200)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)
        shown = self.shown(server, [number])
        self.bad(server, "PublicReports.resume", 400, "refused", idGrants=[number], scopeHash=shown["hash"],
                 passwordConfirmation=PASSWORD)

    def test_P16_what_has_expired_stays_so_whatever_the_clock_says(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server, expiresInDays=1)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 200)
        server.stop()
        # The server was down until after the end, and then the clock was set back to now.
        self.sql(server, "UPDATE public_state SET seen_s = ?", int(time.time()) + 2 * DAY_S)
        server.start()
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403, "from the first request on")
        self.assertEqual(self.grant(server, number)["state"], "expired")
        self.mail.wait_one(ROOT, "the time of public reports is over")
        shown = self.shown(server, [number])
        for method, more in (("resume", {}), ("renew", {"expiresInDays": 30})):
            self.bad(server, f"PublicReports.{method}", 400, "refused", idGrants=[number], scopeHash=shown["hash"],
                     passwordConfirmation=PASSWORD, **more)
        server.stop()
        server.start()
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)

    def test_P16_without_an_end_it_must_be_confirmed_again(self):
        server = self.serve_public()
        number, _, _ = self.publish(server, expiresInDays=0)
        grant = self.grant(server, number)
        self.assertIsNone(grant["expiresAt"])
        self.assertAlmostEqual(grant["reconfirmBy"] - time.time(), 90 * DAY_S, delta=600)
        self.bad(server, "PublicReports.request", 400, "bad_parameter", idSites=[1], what="site", channel="link",
                 expiresInDays=0, reason=REASON, passwordConfirmation=PASSWORD)
        self.bad(server, "PublicReports.request", 400, "bad_parameter", idSites=[1], what="site", expiresInDays=366,
                 reason=REASON, passwordConfirmation=PASSWORD)
        server.stop()
        self.sql(server, "UPDATE public_grant SET confirm_by_s = ?", int(time.time()) - 5)
        server.start()
        self.assertEqual(self.grant(server, number)["state"], "expired")

    def test_P17_a_restored_backup_opens_nothing(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server)
        target = scratch("backup")
        status, said = server.cli("backup", str(target))
        self.assertEqual(status, 0, said)
        self.good(server, "PublicReports.revoke", idGrants=[number], passwordConfirmation=PASSWORD)
        server.stop()
        copy = Server(data_dir=scratch("restored"))
        copy.token = server.token
        self.addCleanup(copy.end)
        status, said = copy.cli("restore", str(target))
        self.assertEqual(status, 0, said)
        self.assertIn("1 public grants are paused", said)
        copy.start()
        self.assertEqual(self.data(copy, base, "VisitsSummary.get").status, 403)
        self.assertEqual(self.states(copy), ["paused"])
        self.mail.wait_one(ROOT, "a backup was restored")
        self.assertEqual(copy.cli("doctor"), (0, "everything is sound"))
        shutil.rmtree(target)

    def test_P18_a_flood_is_turned_away_and_costs_little(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server)
        statuses = [self.data(server, base, "VisitsSummary.get").status for _ in range(130)]
        self.assertEqual(set(statuses), {200, 429})
        turned = self.data(server, base, "VisitsSummary.get")
        if turned.status == 200:
            turned = [self.data(server, base, "VisitsSummary.get") for _ in range(70)][-1]
        self.assertEqual((turned.status, turned.json()["error"]["code"]), (429, "too_often"))
        self.assertTrue(1 <= int(turned.headers["retry-after"]) <= 60)
        self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite=1, period="day", date=date()).status, 429)
        self.assertEqual(server.ask("VisitsSummary.get", idSite=1, period="day", date=date()).status, 200, "others go on")
        self.unbound(server)
        self.settings(server, PublicReports__grantRequestsPerMinute=20)
        statuses = [self.data(server, base, "VisitsSummary.get").status for _ in range(50)]
        self.assertIn(429, statuses)
        self.assertFalse(self.lines(server, "session.refused"), "nor are these failed sign-ins")

    def test_P18_kept_answers_go_on_when_the_share_of_the_processors_is_spent(self):
        server = self.serve_public()
        self.visit(server)
        _, base, _ = self.publish(server)
        self.unbound(server)
        self.settings(server, PublicReports__cpuPercent=1)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 200)
        methods = [report["method"] for report in server.request("GET", f"{base}/info").json()["reports"]]
        seen = {self.data(server, base, method, period="range", date=f"{date(300 - n)},{date()}").status
                for n in range(8) for method in methods}
        self.assertEqual(seen, {200, 429})
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 200)

    def test_P18_whoever_hangs_up_has_had_the_work_all_the_same(self):
        server = self.serve_public()
        self.visit(server)
        _, base, _ = self.publish(server)
        self.unbound(server)
        self.settings(server, PublicReports__cpuPercent=1)
        methods = [report["method"] for report in server.request("GET", f"{base}/info").json()["reports"]]
        asked = [(method, date(300 - n)) for n in range(40) for method in methods]

        def spent():
            for _ in range(20):
                method, since = asked.pop()
                query = urllib.parse.urlencode({"period": "range", "date": f"{since},{date()}"})
                connection = server.connect()
                connection.request("GET", f"{base}/data/{method}?{query}")
                time.sleep(0.005)
                connection.close()
            return self.data(server, base, methods[0], period="range", date=f"{asked[-1][1]},{date(2)}").status == 429

        # Of those who wait for their answers alone it would be five times as many.
        self.assertTrue(any(spent() for _ in range(12)))

    def test_P19_forty_imported_sites_wait_with_one_alert_for_one_confirmation(self):
        server = self.serve_public()
        for n in range(38):
            server.call("SitesManager.addSite", siteName=f"site{n}", urls=f"https://s{n}.example", timezone="UTC")
        status, said = server.cli("public", "import", "--sites", ",".join(str(n) for n in range(1, 41)))
        self.assertEqual(status, 0, said)
        self.assertEqual(self.states(server), ["pending"] * 40)
        self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite="all", period="day", date=date()).status, 401)
        alert = self.mail.wait_one(ROOT, "were carried over")
        self.assertIn("shop (1)", alert.text)
        self.mail.stays(ROOT, 1, "were carried over", quiet_s=2)
        ids = [grant["idGrant"] for grant in self.get(server, "PublicReports.getGrants")]
        shown = self.shown(server, ids)
        self.assertEqual((len(shown["sites"]), shown["confirm"]), (40, "40"))
        self.bad(server, "PublicReports.activate", 400, "bad_parameter", idGrants=ids, scopeHash=shown["hash"], confirm="yes",
                 passwordConfirmation=PASSWORD)
        self.activate(server, ids)
        self.assertEqual(self.states(server), ["active"] * 40)
        self.mail.wait(ROOT, "reports are public now")
        self.mail.stays(ROOT, 1, "reports are public now", quiet_s=2)

    def test_P20_the_reminder_cannot_be_suppressed(self):
        server = self.serve_public()
        number, _, _ = self.publish(server)
        self.bad(server, "PublicReports.setReminder", 400, "refused", every="off")
        self.assertFalse(self.get(server, "PublicReports.getState")["reminder"]["alarm"])
        server.stop()
        past = int(time.time()) - 50 * DAY_S
        # Weeks without a server, a deleted timetable and a chosen "off": one mail, at once.
        self.sql(server, "UPDATE public_grant SET requested_s = ?, activated_s = ?", past, past)
        self.sql(server, "DELETE FROM job")
        self.sql(server, "INSERT INTO public_reminder (login, every) VALUES ('root', 'off')")
        server.start()
        mail = self.mail.wait_one(ROOT, "What is public")
        for word in ("shop", "50 days", "days left", "/admin/system/public-reports"):
            self.assertIn(word, mail.text)
        self.mail.stays(ROOT, 1, "What is public", quiet_s=3)
        server.stop()
        self.sql(server, "DELETE FROM job")
        server.start()
        self.mail.stays(ROOT, 1, "What is public", quiet_s=3)
        tasks = [task["name"] for task in server.call("CoreAdminHome.getScheduledTasks")]
        self.assertIn("public-reminder", tasks)
        server.stop()
        self.sql(server, "UPDATE public_reminder SET last_s = ?, every = 'weekly'", int(time.time()) - 9 * DAY_S)
        # Somebody holds the job back: the state says so.
        self.sql(server, "INSERT INTO job (name, period, lease_until_s) VALUES ('public-reminder', ?, ?) "
                 "ON CONFLICT (name) DO UPDATE SET period = excluded.period", int(time.time()) // 3600, 0)
        server.start()
        alarm = self.get(server, "PublicReports.getState")["reminder"]["alarm"]
        # At a full hour the job is due again, and mails at once.
        again = [mail for mail in self.mail.to(ROOT) if "What is public" in mail.subject][1:]
        self.assertTrue(alarm or again)
        self.assertEqual(self.grant(server, number)["state"], "active")
