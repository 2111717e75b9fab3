"""The npm package matomo-tracker, version 2.2.4."""

import json
import pathlib
import subprocess

from harness.installation import Case

HERE = pathlib.Path(__file__).resolve().parent


class Npm(Case):
    def track(self, server, **plan):
        plan = {"url": f"{server.url}/matomo.php", "site": 1, **plan}
        done = subprocess.run(["node", "track.mjs"], cwd=HERE, input=json.dumps(plan), capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return json.loads(done.stdout)

    def test_single_hits_of_every_kind_are_counted(self):
        server = self.serve()
        who = {"_id": "00000000000000aa", "ua": "Mozilla/5.0 (X11; Linux x86_64; rv:142.0) Gecko/20100101 Firefox/142.0"}
        said = self.track(server, single=[
            {"url": "https://shop.example/first", "action_name": "First page", **who},
            {"url": "https://shop.example/second", "action_name": "Zweite Seite – ü", "uid": "ada", **who},
            {"url": "https://shop.example/first", "e_c": "Video", "e_a": "Play", "e_n": "Trailer", "e_v": 4.5, **who},
            {"url": "https://shop.example/", "download": "https://shop.example/guide.pdf", **who},
            {"url": "https://shop.example/", "link": "https://out.example/there", **who},
            {"url": "https://shop.example/", "search": "blue shoes", "search_cat": "shop", "search_count": 3, **who},
        ])
        self.assertEqual(said["errors"], [])
        summary = server.report("VisitsSummary.get")
        self.assertEqual((summary["nb_visits"], summary["nb_actions"]), (1, 6))
        pages = {row["label"]: row["nb_hits"] for row in server.report("Actions.getPageUrls", flat=1)}
        self.assertEqual(pages, {"/first": 1, "/second": 1})
        titles = {row["label"].strip() for row in server.report("Actions.getPageTitles", flat=1)}
        self.assertLessEqual({"First page", "Zweite Seite – ü"}, titles)
        event = server.report("Events.getCategory")[0]
        self.assertEqual((event["label"], event["nb_events"], event["sum_event_value"]), ("Video", 1, 4.5))
        self.assertIn("guide.pdf", server.report("Actions.getDownloads", flat=1)[0]["label"])
        self.assertIn("out.example", server.report("Actions.getOutlinks", flat=1)[0]["label"])
        self.assertEqual(server.report("UserId.getUsers")[0]["label"], "ada")
        visit = server.report("Live.getLastVisitsDetails")[0]
        self.assertEqual((visit["browserCode"], visit["searches"], visit["userId"]), ("FF", 1, "ada"))

    def test_a_bulk_is_counted(self):
        server = self.serve()
        hits = [{"url": f"https://shop.example/{n % 3}", "action_name": f"Page {n % 3}", "_id": f"{n % 10:016x}",
                 "ua": f"Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:1{n % 10}0.0) Gecko/20100101 Firefox/1{n % 10}0.0"}
                for n in range(60)]
        said = self.track(server, bulk=hits)
        self.assertEqual(said, {"errors": [], "bulk": {"status": "success", "tracked": 60, "invalid": 0}})
        summary = server.report("VisitsSummary.get")
        self.assertEqual((summary["nb_visits"], summary["nb_actions"]), (10, 60))
        pages = {row["label"]: row["nb_hits"] for row in server.report("Actions.getPageUrls", flat=1)}
        self.assertEqual(pages, {"/0": 20, "/1": 20, "/2": 20})

    def test_with_a_token_the_time_and_the_address_may_be_told(self):
        server = self.serve()
        told = {"url": "https://shop.example/", "cdt": "2026-03-02 08:00:00", "cip": "203.0.113.9", "cid": "00000000000000aa"}
        self.assertEqual(self.track(server, single=[told])["errors"], [400])
        self.assertEqual(self.track(server, single=[{**told, "token_auth": server.token}])["errors"], [])
        visits = server.call("Live.getLastVisitsDetails", idSite=1, period="day", date="2026-03-02")
        self.assertEqual([(visit["visitIp"], visit["visitorId"]) for visit in visits], [("203.0.0.0", "00000000000000aa")])

    def test_an_unknown_site_is_told(self):
        self.assertEqual(self.track(self.serve(), site=99, single=["https://shop.example/"])["errors"], [400])
