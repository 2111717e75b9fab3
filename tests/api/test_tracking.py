"""What trackers tell later is counted with what they told before."""

from harness.installation import Case
from harness.server import DAYS

PARTS = {"pf_net": 100, "pf_srv": 200, "pf_tfr": 300, "pf_dm1": 400, "pf_dm2": 500, "pf_onl": 600}
MEANS = {"avg_time_network": 0.1, "avg_time_server": 0.2, "avg_time_transfer": 0.3, "avg_time_dom_processing": 0.4,
         "avg_time_dom_completion": 0.5, "avg_time_on_load": 0.6, "avg_page_load_time": 2.1}


class Timings(Case):
    def means(self, server):
        server.wait_counted()
        answer = server.report("PagePerformance.get")
        return {name: float(str(answer[name]).rstrip("s")) for name in MEANS}

    def test_times_that_come_later_are_those_of_the_page_view_that_they_name(self):
        page = {"cid": "00000000000000aa", "url": "https://shop.example/timed", "action_name": "timed"}
        later = {"sign of life": {"ping": 1}, "event": {"e_c": "a", "e_a": "b"}, "click": {"link": "https://out.example/"},
                 "goal": {"idgoal": 1}}
        for name, act in later.items():
            with self.subTest(later=name):
                server = self.serve()
                server.call("Goals.addGoal", idSite=1, name="g", matchAttribute="manually", pattern="x", patternType="contains")
                server.hit(**page, pv_id="aaaaaa")
                # The reports have counted it before its times are known.
                self.assertEqual(self.means(server)["avg_page_load_time"], 0)
                server.hit(cid=page["cid"], url=page["url"], pv_id="bbbbbb", **act, pf_net=9000)
                server.hit(cid="00000000000000bb", pv_id="aaaaaa", ping=1, pf_net=9000)
                self.assertEqual(self.means(server)["avg_page_load_time"], 0)
                server.hit(cid=page["cid"], url=page["url"], pv_id="aaaaaa", **act, **PARTS)
                self.assertEqual(self.means(server), MEANS)
                visits = server.report("Live.getLastVisitsDetails")
                views = [action for visit in visits for action in visit["actionDetails"] if action["type"] == "action"]
                self.assertEqual([(view["idpageview"], view["pageLoadTimeMilliseconds"]) for view in views], [("aaaaaa", 2100)])

    def test_times_come_in_after_a_restart_and_a_kill(self):
        server = self.serve()
        for number, end in enumerate([server.stop, server.kill]):
            page = {"cid": f"00000000000000a{number}", "url": "https://shop.example/timed"}
            server.hit(**page, pv_id="aaaaaa")
            server.wait_counted()
            self.assertEqual(server.report("VisitsSummary.get")["nb_visits"], number + 1)
            end()
            server.start()
            server.hit(**page, pv_id="aaaaaa", ping=1, **PARTS)
            self.assertEqual(self.means(server), MEANS)
        self.assertEqual(server.cli("doctor"), (0, "everything is sound"))


class Referrers(Case):
    def test_as_much_of_a_referrer_is_kept_as_the_setting_says(self):
        server = self.serve()
        details = {"exclude_query": ("duckduckgo.com/html/", "partner.example/a/b"), "exclude_path": ("duckduckgo.com/", "partner.example/"),
                   "exclude_all": (None, None)}
        for number, (detail, kept) in enumerate(details.items()):
            self.assertEqual(server.cli("setting", "set", "PrivacyManager.anonymizeReferrer", detail)[0], 0)
            for place, sent in enumerate(["https://duckduckgo.com/html/?q=illness", "https://partner.example/a/b?user=ann#c"]):
                server.hit(cid=f"00000000000000{number}{place}", urlref=sent)
            server.wait_counted()
            found = [visit["referrerUrl"] for visit in server.report("Live.getLastVisitsDetails")
                     if visit["visitorId"].endswith((f"{number}0", f"{number}1"))]
            self.assertEqual(sorted(found, key=str), sorted((url and f"https://{url}" for url in kept), key=str), detail)
        self.assertEqual(server.report("Referrers.getReferrerType", **DAYS)[0]["nb_visits"], 3)
        self.assertNotIn("illness", server.ask("Referrers.getKeywords", idSite=1, **DAYS).text)
        self.assertNotEqual(server.cli("setting", "set", "PrivacyManager.anonymizeReferrer", "some")[0], 0)


class Requests(Case):
    def test_requests_that_meet_a_condition_do_not_count(self):
        server = self.serve()
        key = "SitesManager.excludedRequests"
        self.assertNotEqual(server.cli("setting", "set", key, "url<5")[0], 0)
        self.assertEqual(server.cli("setting", "set", key, "url=@/internal/\naction_name==Draft")[0], 0)
        for number, (page, title) in enumerate([("a", "Draft"), ("INTERNAL/b", "B"), ("c", "A draft"), ("d", "")]):
            server.hit(cid=f"{number:016x}", url=f"https://shop.example/{page}", action_name=title)
        server.wait_counted()
        seen = [row["label"] for row in server.report("Actions.getPageUrls", flat=1)]
        self.assertEqual(sorted(seen), ["/c", "/d"])
        self.assertEqual(server.cli("setting", "set", key, "")[0], 0)
        server.hit(cid="00000000000000aa", url="https://shop.example/internal/b")
        self.assertEqual(len(server.report("Actions.getPageUrls", flat=1)), 3)
