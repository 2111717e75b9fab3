"""The figures that public reports are held to."""

import re
import urllib.parse

import public_kill
from public_case import PASSWORD, REASON, ROOT, PublicCase, date, time, wait_for

FORMATS = ("json", "xml", "csv", "tsv", "html", "rss")
# Values for what methods must be told, by which they would find what is planted.
TOLD = {"idGoal": 1, "idDimension": 1, "idDashboard": 1, "idSegment": 1, "idNote": 1, "idGrant": 1, "idGrants": 1, "lastN": 30,
        "visitorId": "c0ffeec0ffee0001", "segmentName": "pageUrl", "apiModule": "Actions", "apiAction": "getPageUrls",
        "pageUrl": "https://shop.example/page", "pageTitle": "Page", "actionName": "Page", "actionType": "title", "label": "page",
        "column": "nb_visits", "login": "root", "userLogin": "root", "userEmail": "root@people.example", "access": "view",
        "languageCode": "en", "pluginName": "Live", "idSubtable": 1, "definition": "countryCode==de", "segment": "",
        "url": "https://shop.example/", "pattern": "shop", "name": "shop", "idCheck": "C23"}
# What must never be seen by anybody without an account, whatever is public: each is planted in visits that are counted.
CANARIES = {
    "note": "canarynote", "segment": "canarysegment", "dashboard": "canarydashboard", "foreign": "canaryforeign",
    "person": "canaryperson", "money of a goal": "7712345", "of an order": "8899777", "of both": "16612122",
    "user": "canaryuser", "query": "canaryquery", "fragment": "canaryfragment", "search": "canarysearch", "order": "canaryorder",
    "keyword": "canarykeyword", "path in a query": "canaryinquery",
    "dimension": "canarydimension", "referrer": "canaryreferrer", "small": "canarysmall", "today": "canarytoday", "address": "198.51.100.99",
    "visitor": "c0ffeec0ffee0001",
}
LISTS = ("getUsers", "getUsersLogin", "getUsersPlusRole", "getUserCount", "getUsersHavingSuperUserAccess", "getSuperusers",
         "getUsersWithSiteAccess", "getUsersSitesFromAccess", "getUnused", "getUsersWithRole")


class Figures(PublicCase):
    def methods(self, server):
        """Every method of the description: name and whether it only reads."""
        paths = server.request("GET", "/api/v1/openapi.json").json()["paths"]
        return {path.rsplit("/", 1)[1]: "get" in verbs for path, verbs in paths.items() if "/methods/" in path}

    def told(self, server):
        """What each method must be told, beside site and days, so that it is not refused for want of that."""
        document = server.request("GET", "/api/v1/openapi.json").json()

        def names(verbs):
            if "get" in verbs:
                entries = [document["components"]["parameters"][entry["$ref"].rsplit("/", 1)[1]] if "$ref" in entry else entry
                           for entry in verbs["get"]["parameters"]]
                return [entry["name"] for entry in entries if entry.get("required")]
            return verbs["post"]["requestBody"]["content"]["application/json"]["schema"].get("required", [])

        return {path.rsplit("/", 1)[1]: {name: TOLD.get(name, "x") for name in names(verbs) if name not in ("idSite", "period", "date")}
                for path, verbs in document["paths"].items() if "/methods/" in path}

    def plant(self, server):
        """Ordinary visits, and canaries in every field that is never public."""
        self.visit(server)
        self.visit(server, url="https://shop.example/page?basket=" + CANARIES["query"] + "#" + CANARIES["fragment"], title="Page",
                   uid=CANARIES["user"] + "NUMBER", dimension1=CANARIES["dimension"], urlref="https://friend.example/" + CANARIES["referrer"] + "?x=1",
                   cip=CANARIES["address"])
        self.visit(server, search=CANARIES["search"], url="https://shop.example/search", title="Search")
        self.visit(server, url="https://shop.example/found", title="Found", urlref="https://www.bing.com/search?q=" + CANARIES["keyword"])
        self.visit(server, url="https://shop.example/away?next=/deep/" + CANARIES["path in a query"], title="Away")
        self.visit(server, count=2, title=CANARIES["small"], url="https://shop.example/" + CANARIES["small"])
        server.call("SitesManager.addSite", siteName=CANARIES["foreign"], urls="https://foreign.example", timezone="UTC")
        words = ("--login", CANARIES["person"], "--email", "p@people.example", "--password-stdin")
        self.assertEqual(server.cli("user", "create", *words, stdin="nine otters in the reeds")[0], 0)
        server.call("Goals.addGoal", idSite=1, name="Buy", matchAttribute="manually", pattern="", patternType="contains")
        server.call("Annotations.add", idSite=1, date=date(), note=CANARIES["note"])
        server.call("SegmentEditor.add", idSite=1, name=CANARIES["segment"], definition="countryCode==de", enabledAllUsers=1)
        server.call("Dashboard.createNewDashboardForUser", login="root", dashboardName=CANARIES["dashboard"])
        self.visit(server, count=1, idgoal=1, revenue=CANARIES["money of a goal"], url="https://shop.example/goal", title="Goal")
        self.visit(server, count=1, idgoal=0, ec_id=CANARIES["order"], revenue=CANARIES["of an order"], url="https://shop.example/order", title="Order")
        self.visit(server, days=0, hour=0, title=CANARIES["today"], url="https://shop.example/" + CANARIES["today"])
        one = {"idsite": 1, "rec": 1, "url": "https://shop.example/", "action_name": "Home", "_id": CANARIES["visitor"]}
        self.assertEqual(server.bulk(["?" + urllib.parse.urlencode(one)], token=server.token).status, 200)

    def questions(self):
        """Ways to ask, some of which name all numbers of goals."""
        whens = ({"period": "day", "date": date()}, {"period": "month", "date": date()}, {"period": "day", "date": "last3"},
                 {"period": "range", "date": f"{date(20)},today"})
        return [{**when, **more} for when in whens for more in
                ({}, {"expanded": 1, "filter_limit": -1}, {"flat": 1, "filter_update_columns_when_show_all_goals": 1})]

    def test_figure_6_an_anonymous_crawl_finds_no_canary(self):
        server = self.serve_public()
        self.plant(server)
        self.unbound(server)
        _, base, _ = self.publish(server)
        whole = server.call("Live.getLastVisitsDetails", idSite=1, period="day", date=date(), filter_limit=-1)
        self.assertIn(CANARIES["user"], str(whole), "the canaries are there for whoever may see them")
        asked = answered = 0
        connection = server.connect()

        def look(path, body=None):
            nonlocal asked, answered
            connection.request("POST" if body is not None else "GET", path, body,
                               {"Content-Type": "application/x-www-form-urlencoded"} if body is not None else {})
            response = connection.getresponse()
            text = response.read()
            asked += 1
            answered += response.status == 200 and b"error" not in text[:200]
            # The number of a request is of chance, and may hold any digits.
            said = str([pair for pair in response.getheaders() if pair[0].lower() != "x-request-id"])
            both = text.decode("utf-16") if text[:2] == b"\xff\xfe" else text.decode("utf-8", "replace")
            for what, canary in CANARIES.items():
                self.assertNotIn(canary, both + said, f"{what} in {path} {body}")
            return text

        told = self.told(server)
        for method, reads in sorted(self.methods(server).items()):
            named = {"module": "API", "method": method, "idSite": 1, "idSites": 1, **told[method]}
            look(f"/api/v1/methods/{method}?" + urllib.parse.urlencode({**named, **self.questions()[0]}))
            for format_ in FORMATS:
                for place, question in enumerate(self.questions()):
                    # Every method in every format; the ways to ask it in one.
                    if place and format_ != "json":
                        continue
                    look("/index.php?" + urllib.parse.urlencode({**named, "format": format_, **question}))
                sent = {**named, "format": format_, **self.questions()[0]}
                if not reads or format_ == "json":
                    look("/index.php", urllib.parse.urlencode(sent))
        info = server.request("GET", f"{base}/info").json()
        self.assertGreater(len(info["reports"]), 40)
        for report in info["reports"]:
            for format_ in FORMATS:
                for question in self.questions():
                    look(f"{base}/data/{report['method']}?" + urllib.parse.urlencode({"format": format_, **question}))
        for path in (base, f"{base}/info", "/", "/health", "/metrics", "/api/v1/session", "/api/v1/openapi.json"):
            look(path)
        self.assertGreater(asked, 5000)
        self.assertGreater(answered, 500, "much was answered, and nothing of it was private")
        pages = self.data(server, base, "Actions.getPageUrls").json()
        self.assertIn("/page", [row["label"] for row in pages], "addresses are shown to their path")

    def test_figure_6_what_was_chosen_is_shown_and_no_more(self):
        server = self.serve_public()
        self.plant(server)
        _, base, _ = self.publish(server, what="reports", reports=["Actions.getPageUrls", "Actions.getSiteSearchKeywords"],
                                  shows=["fullUrls", "searchTerms"])
        self.assertIn(CANARIES["query"], self.data(server, base, "Actions.getPageUrls", flat=1).text)
        self.assertIn(CANARIES["search"], self.data(server, base, "Actions.getSiteSearchKeywords").text)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 400)
        message = self.bad(server, "PublicReports.request", 400, "bad_parameter", idSites=[1], what="reports",
                           reports=["Actions.getSiteSearchKeywords"], reason=REASON, passwordConfirmation=PASSWORD)
        self.assertIn("searchTerms", message)
        for never in ("Live.getLastVisitsDetails", "UserId.getUsers", "UsersManager.getUsers", "Actions.getPageUrl"):
            self.bad(server, "PublicReports.request", 400, "bad_parameter", idSites=[1], what="reports", reports=[never],
                     reason=REASON, passwordConfirmation=PASSWORD)
        for private in ("userId==x", "visitIp==192.0.2.1", "visitorId==c0ffeec0ffee0001", "nonsense==1",
                        "countryCode!=zz%3BuserId==x", "countryCode!=zz%252CvisitIp==192.0.2.1;userId==x"):
            self.bad(server, "PublicReports.request", 400, "bad_parameter", idSites=[1], what="site", segment=private,
                     reason=REASON, passwordConfirmation=PASSWORD)

    def test_figure_5_foreign_and_missing_sites_answer_byte_for_byte_the_same(self):
        server = self.serve_public()
        self.plant(server)
        self.visit(server, site=2, url="https://other.example/", title="Secret")
        self.unbound(server)
        self.publish(server)
        connection = server.connect()

        def answer(method, site, format_, question):
            sent = {"module": "API", "method": method, "format": format_, "idSite": site, "idSites": site, **question}
            connection.request("GET", "/index.php?" + urllib.parse.urlencode(sent))
            response = connection.getresponse()
            body = response.read().replace(f"site {site}".encode(), b"site N")
            return response.status, response.headers["Content-Type"], body

        compared = 0
        for method in sorted(self.methods(server)):
            for format_ in FORMATS:
                with self.subTest(method=method, format=format_):
                    question = self.questions()[0]
                    self.assertEqual(answer(method, 2, format_, question), answer(method, 9, format_, question))
                    compared += 1
        self.assertGreater(compared, 600)

    def test_figure_4_anonymous_is_in_no_list_of_users(self):
        server = self.serve_public()

        def look():
            methods = self.methods(server)
            seen = 0
            for name in [f"UsersManager.{name}" for name in LISTS]:
                if name in methods:
                    for more in ({}, {"filter_search": "anon"}, {"filter_access": "view"}):
                        answer = server.ask(name, idSite=1, access="view", **more)
                        self.assertEqual(answer.status, 200, answer.body)
                        self.assertNotIn("anonymous", answer.text.lower(), name)
                        seen += 1
            self.assertGreater(seen, 15)

        exists = lambda: server.call("UsersManager.userExists", userLogin="anonymous")["value"]  # noqa: E731
        look()
        self.assertFalse(exists())
        self.assertEqual(server.call("UsersManager.getSitesAccessFromUser", userLogin="anonymous"), [])
        number, _, _ = self.publish(server)
        look()
        self.assertTrue(exists())
        self.assertEqual(server.call("UsersManager.getSitesAccessFromUser", userLogin="Anonymous"), [{"site": 1, "access": "view"}])
        self.assertEqual(server.call("UsersManager.getUsersAccessFromSite", idSite=1)["anonymous"] if isinstance(
            server.call("UsersManager.getUsersAccessFromSite", idSite=1), dict) else
            server.call("UsersManager.getUsersAccessFromSite", idSite=1)[0]["anonymous"], "view")
        self.good(server, "PublicReports.pause", idGrants=[number], passwordConfirmation=PASSWORD)
        look()
        self.assertFalse(exists())

    def test_figure_2_a_pause_is_in_force_at_the_next_request(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server)
        version = self.grant(server, number)["version"]
        for act in ("pause", "pauseAll"):
            self.assertEqual(self.data(server, base, "VisitsSummary.get", v=version).status, 200)
            self.good(server, f"PublicReports.{act}", idGrants=[number], passwordConfirmation=PASSWORD)
            for path in (base, f"{base}/info", f"{base}/data/VisitsSummary.get?period=day&date={date()}&v={version}"):
                answer = server.request("GET", path)
                self.assertEqual((answer.status, answer.headers["cache-control"]), (403, "no-store"), path)
            self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite=1, period="day", date=date()).status, 401)
            shown = self.shown(server, [number])
            self.good(server, "PublicReports.resume", idGrants=[number], scopeHash=shown["hash"], passwordConfirmation=PASSWORD)
            version = self.grant(server, number)["version"]
        self.good(server, "PublicReports.setSwitch", state="off", passwordConfirmation=PASSWORD)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)
        self.mail.wait_one(ROOT, "switched on or off")

    def test_figure_3_a_kill_between_two_steps_leaves_nothing_public_untold(self):
        public_kill.kills(lambda *_: None, self.assertTrue, 8)

    def test_figure_1_no_way_in_passes_without_fresh_proof(self):
        server = self.serve_public()
        ids = self.ask_for(server)
        shown = self.shown(server, ids)
        cookie = self.cookie(server)
        calls = [("PublicReports.activate", {"idGrants": ids, "scopeHash": shown["hash"], "confirm": "shop"})]
        for fields in ({"idSites": "1"}, {"idSites": "all"}, {"idSites[0]": "1"}):
            for login in ({"userLogin": "anonymous"}, {"userLogin[0]": "anonymous"}):
                for access in ({"access": "view"}, {"access[0]": "view"}):
                    calls.append(("UsersManager.setUserAccess", {**fields, **login, **access}))
        for method, params in calls:
            for headers in (None, cookie):
                answer = self.v1(server, method, headers=headers, **params)
                self.assertEqual((answer.status, answer.json()["error"]["code"]), (403, "reauth_required"), (method, params))
            child = urllib.parse.urlencode({"method": method, **{f"{k}[0]" if isinstance(v, list) else k: v[0] if isinstance(v, list) else v
                                                                 for k, v in params.items()}})
            bulk = server.ask("API.getBulkRequest", passwordConfirmation=PASSWORD, **{"urls[0]": child})
            self.assertEqual(bulk.json()[0]["result"], "error", bulk.body)
        self.assert_nothing_public(server)
        # A site that is made now, or like a public one, is not public.
        self.activate(server, ids)
        server.call("SitesManager.addSite", siteName="copy", urls="https://shop.example/", timezone="UTC")
        self.assertEqual([grant["idsite"] for grant in self.get(server, "PublicReports.getGrants")], [1])
        # The operator needs no password, and is recorded.
        status, said = server.cli("public", "pause-all")
        self.assertEqual(status, 0, said)
        self.assertEqual(self.get(server, "PublicReports.getHistory")[0]["who"], "operator")


class Flow(PublicCase):
    """Two people, cool-off, requests of admins, the banner, framing and the configuration."""

    def test_a_site_admin_asks_and_only_superusers_activate(self):
        server = self.serve_public()
        admin, viewer = self.token("admin"), self.token("view")
        ids = self.good(server, "PublicReports.request", token=admin, idSites=[1], what="dashboard", reason=REASON)["idGrants"]
        self.mail.wait_one("admin@people.example", "asked to make")
        self.bad(server, "PublicReports.request", 403, "forbidden", token=admin, idSites=[2], what="dashboard", reason=REASON)
        self.bad(server, "PublicReports.request", 403, "forbidden", token=viewer, idSites=[1], what="dashboard", reason=REASON)
        self.bad(server, "PublicReports.activate", 403, "forbidden", token=admin, idGrants=ids, scopeHash="x", confirm="shop",
                 passwordConfirmation=PASSWORD)
        self.bad(server, "PublicReports.request", 400, "refused", idSites=[1], what="dashboard", reason="short",
                 passwordConfirmation=PASSWORD)
        self.activate(server, ids)
        shown = self.get(server, "PublicReports.getBanner", token=viewer)
        self.assertEqual([(line["siteName"], line["by"], line["what"]) for line in shown], [("shop", "root", "dashboard")])
        self.assertEqual(self.get(server, "PublicReports.getGrants", token=admin)[0]["state"], "active")
        self.good(server, "PublicReports.pause", token=admin, idGrants=ids, passwordConfirmation=PASSWORD)
        self.assertEqual(self.get(server, "PublicReports.getBanner", token=viewer), [])

    def test_with_two_superusers_the_second_approves(self):
        server = self.serve_public(more=self.second_superuser())
        self.visit(server)
        second = self.token_of(server, "second")
        ids = self.ask_for(server)
        done = self.activate(server, ids)
        self.assertEqual((done["state"], done["waitsFor"]), ("pending", "approval"))
        self.mail.wait_one("second@people.example", "second superuser is asked")
        self.assert_nothing_public(server)
        approved = {"idGrants": ids, "scopeHash": self.shown(server, ids)["hash"], "passwordConfirmation": PASSWORD}
        self.assertIn("two people", self.bad(server, "PublicReports.approve", 400, "refused", **approved))
        self.bad(server, "PublicReports.approve", 403, "reauth_required", token=second, **{**approved, "passwordConfirmation": ""})
        self.assertEqual(self.good(server, "PublicReports.approve", token=second, **approved)["state"], "active")
        self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite=1, period="day", date=date()).json()["nb_visits"], 5)
        self.mail.wait_one(ROOT, "a second superuser approved")
        late = self.ask_for(server)
        self.activate(server, late)
        server.stop()
        self.sql(server, "UPDATE public_grant SET approve_until_s = ? WHERE id = ?", int(time.time()) - 5, late[0])
        server.start()
        self.assertEqual(self.grant(server, late[0])["waitsFor"], "activation")
        self.mail.wait_one(ROOT, "nobody approved in time")

    def test_a_cool_off_can_be_cancelled_and_ends_by_itself(self):
        server = self.serve_public()
        self.settings(server, PublicReports__coolOffMinutes=5)
        first, second = self.ask_for(server), self.ask_for(server)
        for ids in (first, second):
            self.assertEqual(self.activate(server, ids)["waitsFor"], "cool_off")
        self.mail.wait_one(ROOT, "become public soon")
        self.assert_nothing_public(server)
        self.good(server, "PublicReports.reject", idGrants=first, passwordConfirmation=PASSWORD)
        server.stop()
        self.sql(server, "UPDATE public_grant SET starts_s = ? WHERE waits_for = 'cool_off'", int(time.time()) - 5)
        server.start()
        self.assertEqual(self.states(server), ["revoked", "active"])
        self.mail.wait_one(ROOT, "reports are public now")

    def test_the_configuration_wins_over_everything(self):
        server = self.serve_public()
        self.visit(server)
        number, base, _ = self.publish(server)
        server.stop()
        server.config["public_reports"] = "forbidden"
        server.start()
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)
        self.assertEqual(self.anonymous(server, "VisitsSummary.get", idSite=1, period="day", date=date()).status, 401)
        self.assertEqual(self.get(server, "PublicReports.getState")["switch"], "forbidden")
        self.bad(server, "PublicReports.setSwitch", 400, "refused", state="off", passwordConfirmation=PASSWORD)
        shown = self.shown(server, [number])
        self.bad(server, "PublicReports.renew", 400, "refused", idGrants=[number], expiresInDays=30, scopeHash=shown["hash"],
                 passwordConfirmation=PASSWORD)
        self.bad(server, "PublicReports.request", 400, "refused", idSites=[1], what="site", reason=REASON, passwordConfirmation=PASSWORD)
        self.good(server, "PublicReports.revoke", idGrants=[number], passwordConfirmation=PASSWORD)

    def test_only_named_origins_frame_it(self):
        server = self.serve_public()
        number, base, _ = self.publish(server, what="widgets", reports=["VisitsSummary.get"], origins=["https://www.example.org"])
        page = server.request("GET", base + "?report=VisitsSummary.get")
        self.assertIn("frame-ancestors https://www.example.org", page.headers["content-security-policy"])
        self.assertNotIn("x-frame-options", page.headers)
        code = self.get(server, "PublicReports.getEmbedCode", idGrant=number, report="VisitsSummary.get")
        self.assertIn("<iframe src=\"" + server.url + base + "?report=VisitsSummary.get", code["html"])
        other, closed, _ = self.publish(server, what="widgets", reports=["VisitsSummary.get"])
        page = server.request("GET", closed)
        self.assertIn("frame-ancestors 'none'", page.headers["content-security-policy"])
        self.assertEqual(page.headers["x-frame-options"], "DENY")
        for origin in ("*", "http://localhost.evil.example", "http://localhost *", "http://localhost; worker-src *", "http://e.org"):
            self.bad(server, "PublicReports.request", 400, "bad_parameter", idSites=[1], what="site", origins=[origin], reason=REASON,
                     passwordConfirmation=PASSWORD)
        nothing = server.request("GET", "/public/99?report=VisitsSummary.get")
        self.assertEqual((nothing.status, nothing.headers["x-frame-options"]), (403, "DENY"))

    def test_less_is_shown_at_once_and_more_only_with_proof(self):
        server = self.serve_public()
        self.visit(server)
        both = ["Actions.getPageUrls", "VisitsSummary.get"]
        number, base, _ = self.publish(server, what="reports", reports=both)
        self.good(server, "PublicReports.narrow", idGrant=number, what="reports", reports=both[1:], passwordConfirmation=PASSWORD)
        self.assertEqual(self.data(server, base, both[0]).status, 400)
        self.mail.wait_one(ROOT, "less of a site")
        wider = {"idGrant": number, "what": "reports", "reports": both, "passwordConfirmation": PASSWORD}
        self.bad(server, "PublicReports.narrow", 400, "refused", **wider)
        shown = self.shown(server, [number], what="reports", reports=",".join(both))
        self.bad(server, "PublicReports.widen", 409, "scope_changed", scopeHash="0", **wider)
        self.good(server, "PublicReports.widen", scopeHash=shown["hash"], **wider)
        self.assertEqual(self.data(server, base, both[0]).status, 200)
        self.mail.wait_one(ROOT, "more of a site")
        shown = self.shown(server, [number])
        self.good(server, "PublicReports.renew", idGrants=[number], expiresInDays=200, scopeHash=shown["hash"], passwordConfirmation=PASSWORD)
        self.assertAlmostEqual(self.grant(server, number)["expiresAt"] - time.time(), 200 * 86_400, delta=600)

    def test_managers_see_what_strangers_see(self):
        server = self.serve_public()
        self.visit(server)
        self.visit(server, count=2, title="Rare", url="https://shop.example/rare")
        ids = self.ask_for(server, what="reports", reports=["Actions.getPageTitles"])
        seen = self.get(server, "Actions.getPageTitles", idSite=1, period="day", date=date(), asPublicGrant=ids[0])
        self.assertEqual({row["label"].strip() for row in seen}, {"Home", "Others"})
        other = server.request("GET", f"/api/v1/methods/VisitsSummary.get?idSite=1&period=day&date={date()}&asPublicGrant={ids[0]}",
                               headers={"Authorization": f"Bearer {server.token}"})
        self.assertEqual(other.status, 403, other.body)
        viewer = server.request("GET", f"/api/v1/methods/Actions.getPageTitles?idSite=1&period=day&date={date()}&asPublicGrant={ids[0]}",
                                headers={"Authorization": f"Bearer {self.token('view')}"})
        self.assertEqual(viewer.status, 404, viewer.body)

    def test_deleting_a_site_ends_what_was_public_of_it(self):
        server = self.serve_public()
        number, base, _ = self.publish(server, sites=(2,))
        server.call("SitesManager.deleteSite", idSite=2, passwordConfirmation=PASSWORD)
        self.assertEqual(self.data(server, base, "VisitsSummary.get").status, 403)
        self.mail.wait_one(ROOT, "not public any more")
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))

    def test_an_alert_names_who_when_where_what_and_leads_to_the_page(self):
        server = self.serve_public()
        number, _, _ = self.publish(server)
        alert = self.mail.wait_one(ROOT, "reports are public now")
        for word in ("root", "shop (1)", "127.0.0.1", REASON, "UTC", "open", f"/admin/system/public-reports?pause={number}"):
            self.assertIn(word, alert.text)
        link = re.search(r"https?://\S+public-reports\S*", alert.text).group(0)
        self.assertEqual(server.request("GET", link.removeprefix(server.url)).status, 200)
        self.assertEqual(self.grant(server, number)["state"], "active", "opening the mail's link changes nothing")
        wait_for(lambda: server.call("CoreAdminHome.getMailState")["waiting"] == 0, 60, "all alerts are out")
        self.assertEqual(self.get(server, "PublicReports.getState")["alertsFailed"], 0)
