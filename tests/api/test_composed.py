"""Methods that are made of reports: lists, processed reports, row evolution, comparisons, pivots."""

import urllib.parse

from harness.installation import Case
from harness.server import DAYS

DAY = {"period": "day", "date": "today"}


class Composed(Case):
    def filled(self):
        server = self.serve()
        for number in range(3):
            visitor = f"{number:016x}"
            server.hit(cid=visitor, url="https://shop.example/a/one", action_name="One")
            server.hit(cid=visitor, url="https://shop.example/b", action_name="Two")
            server.hit(cid=visitor, e_c="Video", e_a="Play", e_n="Intro", e_v="2.5", url="https://shop.example/b")
        return server

    def ask(self, server, method, **params):
        value = server.call(method, **params)
        self.assertFalse(isinstance(value, dict) and value.get("result") == "error", (method, params, value))
        return value

    def test_every_listed_report_answers_as_a_processed_report(self):
        server = self.filled()
        listed = self.ask(server, "API.getReportMetadata", idSite=1, idSites=1)
        self.assertGreater(len(listed), 50)
        ids = [entry["uniqueId"] for entry in listed]
        self.assertEqual(len(ids), len(set(ids)))
        for entry in listed:
            with self.subTest(entry["uniqueId"]):
                asked = {"apiModule": entry["module"], "apiAction": entry["action"], **entry.get("parameters", {})}
                report = self.ask(server, "API.getProcessedReport", idSite=1, **DAY, **asked)
                self.assertEqual(report["metadata"]["name"], entry["name"])
                self.assertEqual("label" in report["columns"], "dimension" in entry)

    def test_a_processed_report_has_words_facts_and_totals(self):
        server = self.filled()
        asked = {"apiModule": "Actions", "apiAction": "getPageUrls"}
        report = self.ask(server, "API.getProcessedReport", idSite=1, **DAY, **asked)
        rows = {row["label"]: row for row in report["reportData"]}
        self.assertEqual((rows["/b"]["nb_visits"], rows["/b"]["exit_rate"]), (3, "100%"))
        self.assertEqual(report["reportTotal"]["nb_hits"], 6)
        self.assertIn("idsubdatatable", report["reportMetadata"][[row["label"] for row in report["reportData"]].index("a")])

    def test_a_row_is_followed_over_days(self):
        server = self.filled()
        asked = {"apiModule": "Events", "apiAction": "getCategory", "period": "day", "date": "last3"}
        one = self.ask(server, "API.getRowEvolution", idSite=1, label="Video", **asked)
        self.assertEqual(list(one["reportData"].values())[-1][0]["nb_events"], 3)
        self.assertEqual(one["metadata"]["metrics"]["nb_events"]["max"], 3)
        many = self.ask(server, "API.getRowEvolution", idSite=1, column="nb_events", **asked)
        self.assertEqual(many["metadata"]["metrics"]["nb_events_0"]["name"], "Video (Events)")

    def test_rows_are_followed_as_the_call_says(self):
        server = self.filled()
        server.hit(cid="e" * 16, url="https://shop.example/c", urlref="https://www.bing.com/search?q=one")
        server.hit(cid="f" * 16, url="https://shop.example/c", urlref="https://www.bing.com/search?q=a,b")
        def follow(method, **params):
            module, action = method.split(".")
            asked = {"idSite": 1, "period": "day", "date": "last3", **params}
            return self.ask(server, "API.getRowEvolution", apiModule=module, apiAction=action, **asked)
        names = lambda answer: [metric["name"] for metric in answer["metadata"]["metrics"].values()]
        few = follow("Actions.getPageUrls", filter_limit=2, column="nb_hits", legendAppendMetric=0)
        self.assertEqual(names(few), ["/b", "a"])
        self.assertEqual(follow("Events.getCategory", column="nothing")["column"], "nb_events")
        self.assertEqual(follow("Referrers.getSearchEngines", label="Bing")["label"], "Bing")
        self.assertEqual(follow("Referrers.getKeywords", **{"label[0]": "a,b"})["label"], "a,b")
        self.assertEqual(follow("Actions.getPageUrls", label="a>/one")["label"], "shop.example/a/one")
        self.assertEqual(follow("Actions.getPageUrls", label="a > /one", labelUseAbsoluteUrl=0)["label"], "a - /one")
        days = follow("Events.getCategory", label="Video", **DAYS)["reportData"].values()
        self.assertEqual([row["nb_events"] for rows in days for row in rows], [3])
        self.assertEqual(len(days), 2)

    def test_a_report_of_one_goal_is_named_by_its_parameters(self):
        server = self.filled()
        server.call("Goals.addGoal", idSite=1, name="any", matchAttribute="url", pattern="shop", patternType="contains")
        asked = {"idSite": 1, "apiModule": "Goals", "apiAction": "get", "apiParameters[idGoal]": 1}
        self.assertEqual(self.ask(server, "API.getMetadata", **asked)[0]["parameters"], {"idGoal": 1})
        report = self.ask(server, "API.getProcessedReport", **DAY, **asked)
        self.assertEqual(report["metadata"]["uniqueId"], "Goals_get_idGoal--1")

    def test_rows_stand_beside_those_of_other_times(self):
        server = self.filled()
        rows = self.ask(server, "Actions.getPageUrls", idSite=1, **DAY, compare=1,
                        **{"comparePeriods[0]": "day", "compareDates[0]": "yesterday"})
        beside = rows[0]["comparisons"]
        self.assertEqual([row["compareDate"] for row in beside], ["today", "yesterday"])
        self.assertEqual((beside[1]["nb_visits"], beside[1]["nb_visits_change"]), (0, "-100%"))

    def test_rows_inside_rows_become_columns(self):
        server = self.filled()
        rows = self.ask(server, "Events.getCategory", idSite=1, **DAY, pivotBy="Events.EventAction")
        self.assertEqual(rows, [{"label": "Video", "1.\u00a0Play": 3}])

    def test_persons_of_long_times_come_when_they_are_named(self):
        server = self.filled()
        asked = {"idSite": 1, **DAYS}
        self.assertNotIn("nb_uniq_visitors", self.ask(server, "VisitsSummary.get", **asked))
        named = self.ask(server, "VisitsSummary.get", showColumns="nb_uniq_visitors", **asked)
        self.assertEqual(named, {"nb_uniq_visitors": 3})

    def test_a_composed_method_gives_no_more_than_its_caller_may_see(self):
        server = self.filled()
        form = urllib.parse.urlencode({"module": "API", "method": "API.getProcessedReport", "format": "json", "idSite": 1,
                                       **DAY, "apiModule": "Actions", "apiAction": "getPageUrls"})
        refused = server.request("GET", f"/index.php?{form}")
        self.assertIn(refused.status, (401, 403))
