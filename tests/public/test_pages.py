"""What public pages are made of: dashboards, notes, money, and what opens first. And what proves the will for it."""

import json
import urllib.parse

from harness.passkey import Key
from public_case import DAY_S, PASSWORD, REASON, ROOT, PublicCase, date, time, wait_for

COUNTRIES, PAGES, LOG = ("UserCountry", "getCountry"), ("Actions", "getPageUrls"), ("Live", "getLastVisitsDetails")


class Pages(PublicCase):
    def layout(self, *columns):
        return json.dumps([[{"uniqueId": f"widget{module}{action}", "parameters": {"module": module, "action": action}}
                            for module, action in column] for column in columns])

    def dashboard(self, server, *columns, name="Council", token=None):
        login = "root" if token is None else "admin"
        made = self.good(server, "Dashboard.createNewDashboardForUser", token=token, login=login, dashboardName=name, addDefaultWidgets="0")
        number = made["value"] if isinstance(made, dict) else made
        self.good(server, "Dashboard.saveLayout", token=token, idDashboard=number, layout=self.layout(*columns))
        return number

    def page(self, server, base):
        return server.request("GET", f"{base}/info").json()

    def methods(self, page):
        return [report["method"] for report in page["reports"]]

    def test_a_dashboard_shows_what_stood_on_it_and_nothing_that_is_put_there_later(self):
        server = self.serve_public()
        self.visit(server)
        number = self.dashboard(server, [("VisitsSummary", "getEvolutionGraph"), LOG], [PAGES, ("UserId", "getUsers")])
        draft = {"what": "dashboard", "idDashboard": number}
        ids = self.ask_for(server, **draft)
        shown = self.shown(server, ids)["grants"][0]
        self.assertEqual([report["method"] for report in shown["reports"]], ["Actions.getPageUrls", "VisitsSummary.get"])
        left_out = shown["dashboard"].pop("leftOut")
        self.assertEqual([report["method"] for report in left_out], ["Live.getLastVisitsDetails", "UserId.getUsers"])
        self.assertTrue(all(report["name"] and "." not in report["name"] for report in left_out), left_out)
        self.assertEqual(shown["dashboard"], {"name": "Council", "login": "root", "idDashboard": number,
                                              "columns": [["VisitsSummary.get"], ["Actions.getPageUrls"]]})
        base = self.activate(server, ids)["links"][0]["url"].removeprefix(server.url)
        page = self.page(server, base)
        self.assertEqual(page["dashboard"], {"name": "Council", "columns": [["VisitsSummary.get"], ["Actions.getPageUrls"]]})
        self.assertEqual(self.methods(page), ["Actions.getPageUrls", "VisitsSummary.get"])
        for method, status in (("VisitsSummary.get", 200), ("Actions.getPageUrls", 200), ("UserCountry.getCountry", 400),
                               ("Live.getLastVisitsDetails", 400), ("UserId.getUsers", 400)):
            self.assertEqual(self.data(server, base, method).status, status, method)
        self.assertIn("Council", self.mail.wait_one(ROOT, "reports are public now").text)
        # The dashboard gains a report: nobody confirmed that.
        self.good(server, "Dashboard.saveLayout", idDashboard=number, layout=self.layout([COUNTRIES], [PAGES], [("Goals", "get")]))
        self.assertEqual(self.page(server, base), page)
        self.assertEqual(self.data(server, base, "UserCountry.getCountry").status, 400)
        proof = {"passwordConfirmation": PASSWORD, "idGrant": ids[0]}
        # What is narrowed keeps the dashboard as it was confirmed; the one of now shows more.
        self.good(server, "PublicReports.narrow", what="dashboard", months=6, **proof)
        self.assertEqual(self.page(server, base)["dashboard"], page["dashboard"])
        self.bad(server, "PublicReports.narrow", 400, "refused", months=6, **draft, **proof)
        hash_ = self.shown(server, ids, **draft)["hash"]
        self.good(server, "Dashboard.saveLayout", idDashboard=number, layout=self.layout([COUNTRIES], [("Resolution", "getResolution")]))
        self.bad(server, "PublicReports.widen", 409, "scope_changed", scopeHash=hash_, **draft, **proof)
        self.bad(server, "PublicReports.widen", 403, "reauth_required", scopeHash=hash_, idGrant=ids[0], **draft)
        self.good(server, "PublicReports.widen", scopeHash=self.shown(server, ids, **draft)["hash"], **draft, **proof)
        self.assertEqual(self.page(server, base)["dashboard"]["columns"], [["UserCountry.getCountry"], ["Resolution.getResolution"]])
        self.assertEqual(self.data(server, base, "UserCountry.getCountry").status, 200)
        self.good(server, "Dashboard.removeDashboard", idDashboard=number)
        self.assertEqual(self.data(server, base, "UserCountry.getCountry").status, 200, "it shows what was confirmed")

    def test_a_dashboard_is_one_s_own_unless_a_superuser_asks(self):
        server = self.serve_public()
        admin = self.token("admin")
        mine, foreign = self.dashboard(server, [PAGES], token=admin), self.dashboard(server, [COUNTRIES])
        asked = {"idSites": [1], "what": "dashboard", "reason": REASON}
        self.good(server, "PublicReports.request", token=admin, idDashboard=mine, **asked)
        self.bad(server, "PublicReports.request", 403, "forbidden", token=admin, idDashboard=foreign, login="root", **asked)
        self.bad(server, "PublicReports.request", 404, "not_found", token=admin, idDashboard=77, **asked)
        own = {"passwordConfirmation": PASSWORD, **asked}
        ids = self.good(server, "PublicReports.request", idDashboard=mine, login="admin", **own)["idGrants"]
        self.assertEqual(self.grant(server, ids[0])["dashboard"]["login"], "admin")
        bare = self.dashboard(server, [LOG])
        message = self.bad(server, "PublicReports.request", 400, "bad_parameter", idDashboard=bare, **own)
        self.assertIn("can be public", message)
        first = self.good(server, "PublicReports.request", **own)["idGrants"]
        self.assertIsNone(self.grant(server, first[0])["dashboard"], "the first page of the site")

    def test_notes_are_shown_where_they_were_chosen_and_never_by_whom(self):
        server = self.serve_public()
        self.visit(server)
        for day, note in ((date(2), "The shop opened <b>late</b>"), (date(900), "Long ago"), (date(0), "Not over yet")):
            server.call("Annotations.add", idSite=1, date=day, note=note)
        server.call("Annotations.add", idSite=2, date=date(2), note="Of another site")
        plain, shown = ({"what": "reports", "reports": ["VisitsSummary.get"], "shows": shows} for shows in ([], ["annotations"]))
        _, base, _ = self.publish(server, **plain)
        self.assertEqual(self.page(server, base)["notes"], [])
        _, base, _ = self.publish(server, **shown)
        self.assertEqual(self.page(server, base)["notes"], [{"date": date(2), "note": "The shop opened <b>late</b>", "starred": False}])
        self.assertNotIn("root", server.request("GET", f"{base}/info").text)
        self.assertEqual(self.anonymous(server, "Annotations.getAll", idSite=1).status, 401)

    def test_money_is_shown_where_it_was_chosen(self):
        server = self.serve_public()
        goal = server.call("Goals.addGoal", idSite=1, name="Buy", matchAttribute="manually", pattern="", patternType="contains")["value"]
        self.visit(server, idgoal=goal, revenue=4711)
        self.visit(server, idgoal=0, ec_id="orderNUMBER", revenue=4711)
        more = {"filter_update_columns_when_show_all_goals": 1, "showAllGoalSpecificMetrics": 1, "idGoal": goal}
        for shows, sees in (([], False), (["revenue"], True)):
            number, base, _ = self.publish(server, shows=shows)
            answer = self.data(server, base, "Goals.get")
            self.assertEqual(answer.status, 200, answer.body)
            self.assertEqual(answer.json()["nb_conversions"], 10)
            self.assertEqual("revenue" in answer.json(), sees, answer.body)
            for method in ("Goals.get", "Referrers.getReferrerType", "UserCountry.getCountry", "VisitsSummary.get"):
                for params in ({}, more, {"expanded": 1, **more}):
                    text = self.anonymous(server, method, idSite=1, period="day", date=date(), **params).text
                    text += self.data(server, base, method, **params).text
                    if not sees:
                        self.assertNotIn("revenue", text, (method, params))
                        self.assertNotIn("4711", text)
            self.good(server, "PublicReports.revoke", idGrants=[number], passwordConfirmation=PASSWORD)

    def test_what_opens_first_is_the_sign_in_page_or_an_open_grant_and_nothing_else_follows(self):
        server = self.serve_public()
        self.visit(server)
        self.assertEqual(server.request("GET", "/").status, 200)
        number, base, _ = self.publish(server)
        link, _, _ = self.publish(server, channel="link")
        self.assertEqual(server.request("GET", "/").status, 200, "nothing was chosen")
        self.assertEqual(self.page(server, base)["signIn"], False)
        self.settings(server, PublicReports__landing=number)
        led = server.request("GET", "/")
        self.assertEqual((led.status, led.headers["location"], led.headers["cache-control"]), (302, base, "no-store"))
        self.assertTrue(self.page(server, base)["signIn"])
        self.assertEqual(server.request("GET", "/", headers=self.cookie(server)).status, 200, "whoever is signed in")
        for path in ("/login", "/admin/system/users", "/?from=mail", "/index.php?module=API&method=API.getMatomoVersion"):
            self.assertEqual("location" in server.request("GET", path).headers, path.startswith("/?"), path)
        self.settings(server, PublicReports__landing=link)
        self.assertEqual(server.request("GET", "/").status, 200, "a link is not given away")
        self.settings(server, PublicReports__landing=number, PublicReports__defaultDate="last7")
        self.assertEqual((self.page(server, base)["period"], self.page(server, base)["date"]), ("range", "previous7"))
        self.good(server, "PublicReports.pause", idGrants=[number], passwordConfirmation=PASSWORD)
        self.assertEqual(server.request("GET", "/").status, 200)
        # The sign-in page in front does not end what programs may read.
        shown = self.shown(server, [number])
        self.good(server, "PublicReports.resume", idGrants=[number], scopeHash=shown["hash"], passwordConfirmation=PASSWORD)
        self.settings(server, PublicReports__landing=0)
        self.assertEqual(server.request("GET", "/").status, 200)
        self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite=1, period="day", date=date()).status, 200)

    def test_managers_are_told_the_same_of_a_page_as_strangers(self):
        server = self.serve_public()
        number, base, _ = self.publish(server)
        self.assertEqual(self.get(server, "PublicReports.getPage", idGrant=number), self.page(server, base))
        viewer = server.request("GET", f"/api/v1/methods/PublicReports.getPage?idGrant={number}",
                                headers={"Authorization": f"Bearer {self.token('view')}"})
        self.assertIn(viewer.status, (403, 404), viewer.body)

    def test_a_change_is_seen_as_strangers_would_see_it_before_it_is_confirmed(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server, what="reports", reports=["VisitsSummary.get"])
        draft = {"what": "reports", "reports": "Actions.getPageTitles,VisitsSummary.get", "visitsMin": 20}
        page = self.get(server, "PublicReports.getPage", idGrant=number, **draft)
        self.assertEqual(self.methods(page), ["Actions.getPageTitles", "VisitsSummary.get"])
        ask = {"idSite": 1, "period": "day", "date": date(), "asPublicGrant": number}

        def look(token=None, **more):
            query = urllib.parse.urlencode({**ask, **more})
            return server.request("GET", f"/api/v1/methods/Actions.getPageTitles?{query}",
                                  headers={"Authorization": f"Bearer {token or server.token}"})

        self.assertEqual(look().status, 403, "it is not in the grant")
        seen = look(asPublicDraft=urllib.parse.urlencode(draft))
        self.assertEqual([row["label"].strip() for row in seen.json()], ["Others"], seen.body)
        never = look(asPublicDraft=urllib.parse.urlencode({"what": "reports", "reports": "UserId.getUsers"}))
        self.assertEqual(never.status, 400, never.body)
        by_admin = look(token=self.token("admin"), asPublicDraft=urllib.parse.urlencode(draft))
        self.assertEqual(by_admin.status, 403, by_admin.body)
        for answer in (self.data(server, base, "Actions.getPageTitles", asPublicDraft=urllib.parse.urlencode(draft)),
                       self.anonymous(server, "Actions.getPageTitles", **ask, asPublicDraft=urllib.parse.urlencode(draft))):
            self.assertNotEqual(answer.status, 200, answer.body)
        self.assertEqual(self.methods(self.page(server, base)), ["VisitsSummary.get"], "nothing has changed")

    def test_names_of_persons_are_found_before_anything_is_confirmed(self):
        server = self.serve_public()
        self.visit(server, title="Order of Jane Doe", url="https://shop.example/customers/jane-doe")
        self.visit(server, title="Rose Garden", url="https://shop.example/rose-garden")
        found = self.get(server, "PublicReports.preview", what="site", idSites=1)["findings"]
        self.assertEqual({(one["report"], one["kind"], one["count"]) for one in found},
                         {("Actions.getPageTitles", "name", 1), ("Actions.getPageUrls", "name", 1)})
        self.assertIn("Order of Jane Doe", [example.strip() for one in found for example in one["examples"]])


class Proofs(PublicCase):
    def passkey(self, server):
        """A session whose owner has a passkey as the one factor, and the key."""
        cookie = self.cookie(server)
        options = self.v1(server, "TwoFactorAuth.startPasskey", headers=cookie)
        self.assertEqual(options.status, 200, options.body)
        key = Key(server.url.replace("127.0.0.1", "localhost"))
        made = self.v1(server, "TwoFactorAuth.finishPasskey", headers=cookie, credential=json.dumps(key.make(options.json())), name="Key")
        self.assertEqual(made.status, 200, made.body)
        return cookie, key

    def challenge(self, server, cookie):
        answer = server.post_json("/api/v1/session/challenge", {}, cookie)
        self.assertEqual(answer.status, 200, answer.body)
        return answer.json()

    def test_a_passkey_proves_it_in_the_call_itself(self):
        server = self.serve_public()
        cookie, key = self.passkey(server)
        self.assertEqual(server.request("GET", "/api/v1/methods/PublicReports.getState", headers=cookie).json()["needsFactor"], "passkey")
        ids = self.v1(server, "PublicReports.request", headers=cookie, idSites=[1], what="site", reason=REASON, passwordConfirmation=PASSWORD)
        self.assertEqual(ids.status, 200, ids.body)
        ids = ids.json()["idGrants"]
        shown = self.shown(server, ids)
        call = {"headers": cookie, "idGrants": ids, "scopeHash": shown["hash"], "confirm": "shop"}

        def refused(**params):
            answer = self.v1(server, "PublicReports.activate", **call, **params)
            self.assertNotEqual(answer.status, 200, answer.body)
            self.assert_nothing_public(server)
            return answer

        refused(passwordConfirmation=PASSWORD)
        refused(passkey=json.dumps(key.use(self.challenge(server, cookie))))
        refused(passwordConfirmation="wrong horse", passkey=json.dumps(key.use(self.challenge(server, cookie))))
        other = Key(server.url.replace("127.0.0.1", "localhost"))
        other.id, other.user = key.id, key.user
        refused(passwordConfirmation=PASSWORD, passkey=json.dumps(other.use(self.challenge(server, cookie))))
        refused(passwordConfirmation=PASSWORD, passkey=json.dumps(Key("https://evil.example").use(self.challenge(server, cookie))))
        # A token is no browser that a challenge could be bound to.
        proof = json.dumps(key.use(self.challenge(server, cookie)))
        by_token = self.v1(server, "PublicReports.activate", idGrants=ids, scopeHash=shown["hash"], confirm="shop",
                           passwordConfirmation=PASSWORD, passkey=proof)
        self.assertNotEqual(by_token.status, 200, by_token.body)
        self.assert_nothing_public(server)
        # Wrong answers slow the next one down, as they do at sign-in.
        proof = lambda: json.dumps(key.use(self.challenge(server, cookie)))  # noqa: E731
        used = None

        def confirmed():
            nonlocal used
            used = proof()
            answer = self.v1(server, "PublicReports.activate", **call, passwordConfirmation=PASSWORD, passkey=used)
            self.assertIn(answer.status, (200, 429), answer.body)
            return answer.status == 200

        wait_for(confirmed, 120, "the waiting time is over")
        self.assertEqual(self.states(server), ["active"])
        self.mail.wait_one(ROOT, "reports are public now")
        self.assertNotEqual(self.v1(server, "PublicReports.setSwitch", headers=cookie, state="off", passwordConfirmation=PASSWORD,
                                    passkey=used).status, 200, "an answer counts once")
        paused = self.v1(server, "PublicReports.pauseAll", headers=cookie, passwordConfirmation=PASSWORD)
        self.assertEqual((paused.status, paused.json()["paused"]), (200, 1), "the password alone ends it")

    def test_what_is_widened_under_way_is_confirmed_anew_by_both(self):
        server = self.serve_public(more=self.second_superuser())
        self.settings(server, PublicReports__twoPeople="always", PublicReports__coolOffMinutes=30)
        second = self.token_of(server, "second")
        draft = {"what": "reports", "reports": ["VisitsSummary.get"]}
        wide = {"what": "reports", "reports": ["VisitsSummary.get", "Actions.getPageUrls"]}
        ids = self.ask_for(server, **draft)
        self.assertEqual(self.activate(server, ids)["waitsFor"], "approval")

        def widen(token):
            shown = self.shown(server, ids, what="reports", reports=",".join(wide["reports"]))
            self.good(server, "PublicReports.widen", token=token, idGrant=ids[0], scopeHash=shown["hash"], passwordConfirmation=PASSWORD, **wide)

        # The first saw less: the second cannot let more through by approving.
        widen(second)
        self.assertEqual(self.grant(server, ids[0])["waitsFor"], "activation")
        approval = {"idGrants": ids, "scopeHash": self.shown(server, ids)["hash"], "passwordConfirmation": PASSWORD}
        self.bad(server, "PublicReports.approve", 400, "refused", token=second, **approval)
        self.activate(server, ids)
        approval["scopeHash"] = self.shown(server, ids)["hash"]
        self.assertEqual(self.good(server, "PublicReports.approve", token=second, **approval)["waitsFor"], "cool_off")
        # Nor does a cool-off that runs let through what is added meanwhile.
        server.call("SitesManager.getSiteFromId", idSite=1)
        narrow = {"idGrant": ids[0], "passwordConfirmation": PASSWORD, **draft}
        self.good(server, "PublicReports.narrow", **narrow)
        self.assertEqual(self.grant(server, ids[0])["waitsFor"], "cool_off", "less needs nobody")
        widen(self.token("root"))
        self.assertEqual(self.grant(server, ids[0])["waitsFor"], "activation")


class Told(PublicCase):
    def test_an_alert_that_cannot_be_delivered_is_seen_by_the_check_up(self):
        server = self.serve_public()
        self.publish(server)
        wait_for(lambda: server.call("CoreAdminHome.getMailState")["waiting"] == 0, 60, "all alerts are out")

        def check():
            server.call("SecurityCheckup.run")
            found = next(one for one in server.call("SecurityCheckup.get")["checks"] if one["id"] == "C24")
            return found["state"], {one["name"]: one["value"] for one in found["evidence"]}

        state, evidence = check()
        self.assertEqual((evidence["alerts not delivered within a week"], evidence["mail"]), ("0", "works"))
        # The mail server does not want the next ones, for good.
        self.mail.answers += ["550 no such person"] * 2
        ids = [grant["idGrant"] for grant in self.get(server, "PublicReports.getGrants")]
        self.good(server, "PublicReports.revoke", idGrants=ids, passwordConfirmation=PASSWORD)
        wait_for(lambda: self.get(server, "PublicReports.getState")["alertsFailed"] > 0, 60, "an alert has failed")
        state, evidence = check()
        self.assertEqual(state, "fail", evidence)
        self.assertNotEqual(evidence["alerts not delivered within a week"], "0")

    def test_of_what_was_carried_over_people_are_told_within_a_week_whatever_they_chose(self):
        server = self.serve_public()
        self.good(server, "PublicReports.setReminder", every="monthly")
        status, said = server.cli("public", "import", "--sites", "1")
        self.assertEqual(status, 0, said)
        server.stop()
        now = int(time.time())
        # The last mail was five days before the upgrade, which is eight days ago.
        self.sql(server, "UPDATE public_reminder SET last_s = ?", now - 13 * DAY_S)
        self.sql(server, "UPDATE public_grant SET requested_s = ?", now - 8 * DAY_S)
        self.sql(server, "DELETE FROM job WHERE name = 'public-reminder'")
        server.start()
        self.assertIn("shop", self.mail.wait_one(ROOT, "What is public").text)
        due = self.get(server, "PublicReports.getState")["reminder"]["nextDue"]
        self.assertAlmostEqual(due, now + 30 * DAY_S, delta=DAY_S)
