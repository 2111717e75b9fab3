"""What was acknowledged is in the next answer, whatever its time."""

import datetime
import time

from harness.installation import Case
from harness.server import DAYS, wait_for


def at(days_ago, clock):
    day = datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=days_ago)
    return f"{day} {clock}"


class Freshness(Case):
    def visits(self, server, days_ago):
        day = at(days_ago, "").strip()
        return server.call("VisitsSummary.get", idSite=1, period="day", date=day)

    def late(self, server, **fields):
        answer = server.hit(headers={"Authorization": f"Bearer {server.token}"}, **fields)
        self.assertEqual(answer.status, 200, answer.body)

    def test_a_hit_is_visible_within_two_seconds(self):
        server = self.serve()
        took_s = []
        for number in range(1, 6):
            self.assertEqual(server.hit(cid=f"{number:016x}").status, 200)
            began = time.monotonic()
            wait_for(lambda: server.report("VisitsSummary.get")["nb_actions"] == number, 30, "the hit is seen")
            took_s.append(time.monotonic() - began)
        self.assertLess(max(took_s), 2, took_s)

    def test_a_late_hit_refreshes_an_answer_that_was_kept(self):
        server = self.serve()
        self.late(server, cdt=at(3, "10:00:00"), cid="00000000000000aa")
        self.assertEqual(self.visits(server, 3)["nb_visits"], 1)
        self.assertEqual(self.visits(server, 3)["nb_visits"], 1)
        week = {"idSite": 1, "period": "range", "date": f"{at(6, '').strip()},{at(0, '').strip()}"}
        self.assertEqual(server.call("VisitsSummary.get", **week)["nb_visits"], 1)
        self.late(server, cdt=at(3, "15:00:00"), cid="00000000000000bb")
        self.assertEqual(self.visits(server, 3)["nb_visits"], 2)
        self.assertEqual(server.call("VisitsSummary.get", **week)["nb_visits"], 2)
        self.assertEqual(self.visits(server, 4)["nb_visits"] if self.visits(server, 4) else 0, 0)

    def test_a_late_hit_joins_the_visit_it_belongs_to(self):
        server = self.serve()
        for clock in ("10:00:00", "10:20:00", "10:05:00", "10:01:00"):
            self.late(server, cdt=at(2, clock), cid="00000000000000aa", url=f"https://shop.example/{clock[:5]}")
        found = self.visits(server, 2)
        self.assertEqual((found["nb_visits"], found["nb_actions"]), (1, 4))
        self.late(server, cdt=at(2, "12:00:00"), cid="00000000000000aa")
        self.assertEqual(self.visits(server, 2)["nb_visits"], 2)

    def test_late_hits_of_many_days_in_any_order_are_counted_on_their_days(self):
        server = self.serve()
        hits = [{"idsite": 1, "rec": 1, "url": "https://shop.example/", "cid": f"{day * 100 + number:016x}",
                 "cdt": at(day, f"{number:02}:30:00")} for day in (1, 5, 2, 9, 3) for number in (3, 1, 2)]
        hits = hits[::2] + hits[1::2][::-1]
        answer = server.bulk(hits, token=server.token)
        self.assertEqual(answer.json()["tracked"], len(hits))
        for day in (1, 2, 3, 5, 9):
            self.assertEqual(self.visits(server, day)["nb_visits"], 3, day)
        span = {"idSite": 1, "period": "day", "date": f"{at(9, '').strip()},{at(1, '').strip()}"}
        by_day = server.call("VisitsSummary.getVisits", **span)
        self.assertEqual(sum(int(count) for count in by_day.values()), len(hits))

    def test_a_site_of_its_own_zone_counts_by_its_own_days(self):
        server = self.serve()
        site = server.call("SitesManager.addSite", siteName="far", urls="https://far.example", timezone="Pacific/Auckland")["value"]
        self.late(server, idsite=site, cdt=at(3, "23:30:00"), cid="00000000000000aa")
        for days_ago, visits in ((3, 0), (2, 1)):
            found = server.call("VisitsSummary.getVisits", idSite=site, period="day", date=at(days_ago, "").strip())
            self.assertEqual(int(found["value"]), visits, days_ago)

    def test_a_setting_of_a_site_is_in_force_for_the_next_hit(self):
        server = self.serve()
        server.call("SitesManager.updateSite", idSite=1, excludedIps="127.0.0.1")
        self.assertEqual(server.hit().status, 200)
        server.call("SitesManager.updateSite", idSite=1, excludedIps="")
        self.assertEqual(server.hit(url="https://shop.example/second").status, 200)
        self.assertEqual([page["label"] for page in server.report("Actions.getPageUrls", flat=1)], ["/second"])

    def test_the_same_question_twice_has_the_same_answer(self):
        server = self.serve()
        for number in range(20):
            server.hit(cid=f"{number % 7:016x}", url=f"https://shop.example/{number % 3}", action_name=f"t{number % 4}")
        for method in ("VisitsSummary.get", "Actions.getPageUrls", "Actions.getPageTitles", "DevicesDetection.getBrowsers"):
            first = server.ask(method, idSite=1, **DAYS).body
            self.assertEqual(server.ask(method, idSite=1, **DAYS).body, first, method)
