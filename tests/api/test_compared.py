"""Sites and rows beside themselves a period earlier, single visitors, suggested values, and languages."""

import datetime
import time

from harness.installation import Case

DAY = {"period": "day", "date": "today"}
VISITOR = "00000000000000aa"


class Compared(Case):
    def filled(self):
        """Yesterday two visits of /a and one of /gone; today four visits of /a, and three of /new."""
        server = self.serve()
        before = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(days=1)
        moment = before.strftime("%Y-%m-%d 12:00:00")
        for number, path in enumerate(("a", "a", "gone", "gone", "gone")):
            self.hit(server, number, path, cdt=moment)
        for number, path in enumerate(("a",) * 4 + ("new",) * 3):
            self.hit(server, 100 + number, path)
        return server

    def hit(self, server, number, path, **more):
        more = {**more, "token_auth": server.token} if "cdt" in more else more
        server.hit(cid=f"{number:016x}", url=f"https://shop.example/{path}", action_name=path, lang="de", **more)

    def ask(self, server, method, **params):
        value = server.call(method, **params)
        self.assertFalse(isinstance(value, dict) and value.get("result") == "error", (method, params, value))
        return value

    def test_every_site_stands_beside_itself_a_day_earlier(self):
        server = self.filled()
        row = self.ask(server, "MultiSites.getAll", enhanced=1, **DAY)[0]
        self.assertEqual((row["nb_visits"], row["previous_nb_visits"], row["nb_conversions"], row["idsite"]), (7, 5, 0, 1))
        one = self.ask(server, "MultiSites.getOne", idSite=1, **DAY)
        self.assertEqual(one["nb_visits"], 7)
        self.assertNotIn("nb_conversions", one)
        grouped = self.ask(server, "MultiSites.getAllWithGroups", **DAY)
        self.assertEqual((grouped["totals"]["nb_visits"], grouped["totals"]["nb_visits_lastdate"]), (7, 5))
        self.assertEqual(grouped["sites"][0]["nb_pageviews"], 7)
        self.assertEqual(self.ask(server, "MultiSites.getAll", pattern="no such site", **DAY), [])
        many = self.ask(server, "MultiSites.getAll", period="day", date="last2")
        self.assertEqual([rows[0]["nb_visits"] for rows in many.values()], [5, 7])

    def test_a_running_day_is_compared_with_as_much_of_the_day_before(self):
        server = self.filled()
        row = self.ask(server, "MultiSites.getAll", **DAY)[0]
        # Today is over in part, by the UTC clock of the site.
        now = datetime.datetime.now(datetime.timezone.utc)
        over = (now.hour * 3600 + now.minute * 60 + now.second) / 86400
        self.assertAlmostEqual(row["ratio"], over, delta=0.003)
        before = 5 * row["ratio"]
        percent = round((7 - before) / before * 100, 1) if before else 100
        for told in (row, self.ask(server, "MultiSites.getOne", idSite=1, **DAY)):
            self.assertAlmostEqual(float(told["visits_evolution"].rstrip("%")), percent, delta=percent / 50 + 0.1)
            self.assertEqual(told["visits_evolution_trend"], 1)
        whole = self.ask(server, "MultiSites.getAll", period="day", date="yesterday")[0]
        self.assertEqual((whole["ratio"], whole["nb_visits"], whole["previous_nb_visits"]), (1, 5, 0))

    def test_each_site_is_compared_with_the_day_before_its_own(self):
        server = self.filled()
        server.call("SitesManager.updateSite", idSite=1, group="all")
        now = datetime.datetime.now(datetime.timezone.utc)
        # Where it is another day already, or still.
        zone = "Pacific/Pago_Pago" if now.hour < 11 else "Pacific/Kiritimati"
        hours = -11 if now.hour < 11 else 14
        other = server.call("SitesManager.addSite", siteName="other", urls="https://other.example", timezone=zone, group="all")["value"]
        noon = (now + datetime.timedelta(hours=hours)).replace(hour=12, minute=0, second=0) - datetime.timedelta(hours=hours)
        for days, visits in ((1, 3), (2, 8), (3, 9)):
            moment = (noon - datetime.timedelta(days=days)).strftime("%Y-%m-%d %H:%M:%S")
            for number in range(visits):
                server.hit(idsite=other, cid=f"{days}{number:015x}", url="https://other.example/", cdt=moment, token_auth=server.token)
        rows = {row["idsite"]: row for row in self.ask(server, "MultiSites.getAll", **DAY)}
        self.assertEqual([rows[site]["previous_nb_visits"] for site in (1, other)], [5, 3])
        group = self.ask(server, "MultiSites.getAllWithGroups", **DAY)
        self.assertEqual(group["totals"]["nb_visits_lastdate"], 8)
        line = next(row for row in group["sites"] if row["label"] == "all")
        before = 5 * rows[1]["ratio"] + 3 * rows[other]["ratio"]
        percent = round((7 - before) / before * 100, 1)
        self.assertAlmostEqual(float(line["visits_evolution"].rstrip("%")), percent, delta=abs(percent) / 50 + 0.1)

    def test_rows_that_grew_and_shrank_are_found(self):
        server = self.filled()
        asked = {"idSite": 1, **DAY, "reportUniqueId": "Actions_getPageUrls"}
        rows = {row["label"]: row for row in self.ask(server, "Insights.getInsights", **asked)}
        self.assertEqual((rows["/a"]["growth_percent"], rows["/a"]["difference"], rows["/a"]["isMover"]), ("100%", 2, True))
        self.assertEqual((rows["/gone"]["isDisappeared"], rows["/gone"]["nb_visits"]), (True, 3))
        self.assertEqual((rows["/new"]["isNew"], rows["/new"]["isMoverAndShaker"]), (True, True))
        self.assertFalse(rows["/a"]["isMoverAndShaker"])
        shaking = {row["label"] for row in self.ask(server, "Insights.getMoversAndShakers", **asked)}
        self.assertEqual(shaking, {"/new", "/gone"})
        only = self.ask(server, "Insights.getInsights", **asked, filterBy="new")
        self.assertEqual([row["label"] for row in only], ["/new"])
        overview = self.ask(server, "Insights.getInsightsOverview", idSite=1, **DAY)
        self.assertEqual([row["label"] for row in overview["Country"]], ["Germany"])
        self.assertIn("Page titles", self.ask(server, "Insights.getMoversAndShakersOverview", idSite=1, **DAY))
        self.assertEqual(server.call("Insights.canGenerateInsights", **DAY), {"value": True})
        self.assertEqual(server.call("Insights.canGenerateInsights", period="day", date="last3"), {"value": False})
        with self.assertRaisesRegex(AssertionError, "name a report with rows"):
            server.call("Insights.getInsights", **{**asked, "reportUniqueId": "No_report"})

    def test_the_last_minutes_count_every_action_and_every_conversion(self):
        server = self.serve()
        goal = server.call("Goals.addGoal", idSite=1, name="Often", matchAttribute="manually", pattern="", patternType="contains",
                           allowMultipleConversionsPerVisit=1)["value"]
        self.hit(server, 1, "a")
        self.hit(server, 1, "a", c_n="Banner", c_p="ad.jpg")
        for moment in range(2):
            self.hit(server, 1, "a", idgoal=goal, cdt=int(time.time()) - 60 + moment)
        self.hit(server, 2, "cart", idgoal=0, revenue=7)
        # Long ago.
        self.hit(server, 3, "a", cdt=int(time.time()) - 7200)
        server.wait_counted()
        counters = self.ask(server, "Live.getCounters", idSite=1, lastMinutes=30)
        self.assertEqual(counters, [{"visits": 2, "visitors": 2, "actions": 2, "visitsConverted": 3}])

    def test_the_log_begins_after_the_moment_that_is_named(self):
        server = self.serve()
        for number in range(2):
            self.hit(server, number, "a", cdt=int(time.time()) - 100 + 10 * number)
        log = lambda **more: self.ask(server, "Live.getLastVisitsDetails", idSite=1, **more)  # noqa: E731
        newer, older = (visit["lastActionTimestamp"] for visit in log())
        self.assertEqual(newer - older, 10)
        self.assertEqual([visit["lastActionTimestamp"] for visit in log(minTimestamp=older)], [newer])
        self.assertEqual(len(log(minTimestamp=older - 1)), 2)

    def test_a_visitor_has_a_profile(self):
        server = self.filled()
        for path in ("a", "b", "a"):
            self.hit(server, 0xAA, path)
        self.hit(server, 0xAA, "b", e_c="Video", e_a="Play")
        profile = self.ask(server, "Live.getVisitorProfile", idSite=1, visitorId=VISITOR)
        self.assertEqual((profile["totalVisits"], profile["totalPageViews"], profile["totalEvents"]), (1, 3, 1))
        self.assertEqual((profile["totalUniquePageViews"], profile["totalRevisitedPages"]), (2, 1))
        self.assertEqual(profile["visitedPages"][0], {"url": "https://shop.example/a", "count": 2})
        self.assertEqual([country["country"] for country in profile["countries"]], ["de"])
        self.assertEqual((profile["previousVisitorId"], len(profile["lastVisits"])), (False, 1))
        self.assertRegex(profile["nextVisitorId"], "^[0-9a-f]{16}$")
        newest = self.ask(server, "Live.getVisitorProfile", idSite=1)
        self.assertEqual(newest["visitorId"], VISITOR)
        first = self.ask(server, "Live.getFirstVisitForVisitorId", idSite=1, visitorId=VISITOR)
        self.assertEqual(first[0]["visitorId"], VISITOR)
        moment = self.ask(server, "Live.getMostRecentVisitsDateTime", idSite=1)["value"]
        self.assertTrue(moment.startswith(time.strftime("%Y-", time.gmtime())), moment)
        self.assertEqual(self.ask(server, "Live.isVisitorProfileEnabled", idSite=1), {"value": True})
        self.assertEqual(self.ask(server, "Live.getVisitorProfile", idSite=1, visitorId="00000000000000ff"), [])

    def test_values_of_segments_are_suggested_by_how_often_they_stand(self):
        server = self.filled()
        asked = {"idSite": 1, "segmentName": "pageUrl"}
        pages = self.ask(server, "API.getSuggestedValuesForSegment", **asked)
        self.assertEqual(pages[0], "https://shop.example/a")
        self.assertEqual(len(pages), 3)
        codes = self.ask(server, "API.getSuggestedValuesForSegment", idSite=1, segmentName="countryCode")
        self.assertEqual(codes, ["de"])
        with self.assertRaisesRegex(AssertionError, "write a name as API.getSegmentsMetadata lists it"):
            server.call("API.getSuggestedValuesForSegment", idSite=1, segmentName="shoeSize")

    def test_names_labels_and_numbers_come_in_the_language_that_is_asked_for(self):
        server = self.filled()
        asked = {"idSite": 1, **DAY}
        rows = self.ask(server, "Actions.getPageUrls", language="de", **asked)
        self.assertEqual(rows[0]["exit_rate"], "100\u00a0%")
        self.assertEqual(self.ask(server, "UserCountry.getCountry", language="de", **asked)[0]["label"], "Deutschland")
        kinds = self.ask(server, "Referrers.getReferrerType", language="de", **asked)
        self.assertEqual(kinds[0]["label"], "Direkte Zugriffe")
        # What was tracked is nobody's to translate.
        self.hit(server, 500, "x", e_c="Visits", e_a="Monday")
        self.assertEqual(self.ask(server, "Events.getCategory", language="de", **asked)[0]["label"], "Visits")
        listed = {entry["uniqueId"]: entry for entry in self.ask(server, "API.getReportMetadata", language="de", idSite=1)}
        self.assertEqual(listed["UserCountry_getCountry"]["name"], "Land")
        self.assertEqual(listed["UserCountry_getCountry"]["metrics"]["nb_visits"], "Besuche")
        english = self.ask(server, "UserCountry.getCountry", language="xx", **asked)
        self.assertEqual(english[0]["label"], "Germany")

    def test_the_menu_and_its_widgets_name_reports_that_are_listed(self):
        server = self.serve()
        listed = {(entry["module"], entry["action"]) for entry in self.ask(server, "API.getReportMetadata", idSite=1)}
        pages = self.ask(server, "API.getReportPagesMetadata", idSite=1)
        self.assertGreater(len(pages), 25)
        ids = [page["uniqueId"] for page in pages]
        self.assertEqual(len(ids), len(set(ids)))
        shown = {(widget["module"], widget["action"]) for page in pages for widget in page["widgets"]
                 if widget.get("viewDataTable") == "table"}
        self.assertEqual(shown - listed, set())
        widgets = self.ask(server, "API.getWidgetMetadata", idSite=1)
        ids = [widget["uniqueId"] for widget in widgets]
        self.assertEqual(len(ids), len(set(ids)))
